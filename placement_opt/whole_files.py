"""Files that are whole or not there: drafted beside their place, put on the disk, then moved into it in one step."""

import errno
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pandas as pd

from placement_opt.harmless import harmless

DRAFTS = ".writing-"
"""How folders of drafts begin. One is left behind only where the program was killed; readers pass it over."""
LEFT_BEHIND_S = 86_400.0
"""No draft takes a day: an older one was left behind, may hold pupils' rows, and is removed."""

_WORDS = {
    errno.ENOSPC: "The disk is full. Make room, or write to another folder",
    errno.EDQUOT: "Your share of the disk is used up. Make room, or write to another folder",
    errno.EFBIG: "The file is larger than it may be here. Write to another folder",
    errno.EROFS: "The disk can only be read. Write to another folder",
    errno.EACCES: "Writing here is not allowed. Close the file where it is open, or write to another folder",
    errno.EPERM: "Writing here is not allowed. Close the file where it is open, or write to another folder",
    errno.EISDIR: "It is a folder. Remove it, or choose another name",
    errno.ENOENT: "Its folder is not there, or is no longer. Make it, or write to another",
    errno.ENOTDIR: "A part of its path is a file, not a folder. Write to another folder",
    errno.ENAMETOOLONG: "The name is too long. Choose a shorter one",
}
"""What to do about each kind of fault; the system's own words come after it."""


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """Give a draft of a file to write to; move it to its place at the end, or leave all as it was if anything failed.

    Parameters
    ----------
    path
        The file, in a folder that exists. A link stays one: what it leads to is written.

    Yields
    ------
    Path
        A file of the same name that does not exist yet. Nothing else may be written to `path`.

    Raises
    ------
    OSError
        When it cannot be written; the message names `path` and says what to do.

    Notes
    -----
    The draft is on the disk before it takes the place of the old file, so a program or a computer that dies leaves the
    one or the other. Programs that write the same file at once leave that of the last one, whole.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "notes.txt"
    ...     with written_beside(file) as draft:
    ...         _ = draft.write_text("whole")
    ...     file.read_text(), [path.name for path in Path(folder).iterdir()]
    ('whole', ['notes.txt'])
    """
    target = Path(os.path.realpath(path))
    drafts: Path | None = None
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        _remove_left_behind(target.parent)
        drafts = Path(tempfile.mkdtemp(dir=target.parent, prefix=DRAFTS))
        draft = drafts / target.name
        yield draft
        if target.exists():
            shutil.copymode(target, draft)
        _put_on_disk(draft)
        draft.replace(target)
        _put_on_disk(target.parent)
    except OSError as error:
        if _is_about(error, target, drafts):
            raise _told(error, path) from error
        raise
    finally:
        if drafts is not None:
            shutil.rmtree(drafts, ignore_errors=True)


def write_csv_files(folder: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write tables to a folder that exists, without their index; if one cannot be drafted, all stay as they were.

    Parameters
    ----------
    folder
        Files of the same names are replaced, nothing else is touched.
    frames
        Tables by the name of their file.

    Raises
    ------
    OSError
        When one cannot be written.
    """
    with ExitStack() as stack:
        for name, frame in frames.items():
            draft = stack.enter_context(written_beside(folder / name))
            draft_csv(frame, draft)


def draft_csv(frame: pd.DataFrame, draft: Path) -> None:
    """Write a table, without its index, to a draft that `written_beside` gave; no cell of it starts a formula."""
    harmless(frame).to_csv(draft, index=False, lineterminator="\n", encoding="utf-8")


@contextmanager
def turn_in(folder: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Make a folder, and wait until no other program has its turn in it, so that its files are of one run.

    Parameters
    ----------
    folder
        Made if need be.
    tell
        Called with a line of text before waiting.

    Notes
    -----
    The turn ends with the program, however it ends. On Windows, and where a disk knows no locks, nobody waits: each
    file is still whole, but those of two runs at once may lie side by side.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    import fcntl  # noqa: PLC0415 - Windows has none

    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(f"Another program is writing to {folder}; waiting until it is done.")
            fcntl.flock(held, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in {errno.ENOLCK, errno.ENOTSUP, errno.EINVAL}:
                raise
        yield
    finally:
        os.close(held)


def _remove_left_behind(folder: Path) -> None:
    for drafts in folder.glob(f"{DRAFTS}*"):
        try:
            is_old = time.time() - drafts.stat().st_mtime > LEFT_BEHIND_S
        except FileNotFoundError:  # another program has just ended its own
            continue
        if is_old:
            shutil.rmtree(drafts, ignore_errors=True)


def _put_on_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk; Windows does so for folders by itself."""
    is_folder = path.is_dir()
    if is_folder and sys.platform == "win32":
        return
    number = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    try:
        os.fsync(number)
    except OSError as error:
        if not is_folder or error.errno != errno.EINVAL:  # some disks of a network cannot do it for folders
            raise
    finally:
        os.close(number)


def _is_about(error: OSError, target: Path, drafts: Path | None) -> bool:
    """Return whether an error is about writing the file: other files may be read while it is drafted."""
    if not isinstance(error.filename, str):
        return error.filename is None
    named = Path(error.filename)
    return named in {target, target.parent, drafts} or named.parent == drafts or named.name.startswith(DRAFTS)


def _told(error: OSError, path: Path) -> OSError:
    own = os.strerror(error.errno) if error.errno else str(error)
    words = _WORDS.get(error.errno or 0)
    return OSError(error.errno or errno.EIO, f"{words} ({own})" if words else own, str(path))
