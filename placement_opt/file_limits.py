"""How much a file may hold: what is read fits into memory, and what would unpack itself without end is refused."""

import gzip
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from placement_opt.errors import Fault, InputError

MEGABYTE = 1_000_000
_PIECE = 1 << 20
NOT_WHOLE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)
"""What archives that are cut off, locked, or packed in an unknown way raise when they are read."""


@dataclass(frozen=True)
class FileLimits:
    """What a file may hold. A limit that is met is said with its name, and what to do.

    Parameters
    ----------
    file_mb
        Megabytes of a file that is read in one piece. The largest that is known, the ONS Postcode Directory, has about
        1,500 (2025); a table of journeys of every pupil in England with a plan to 30 schools each has about 800.
    unpacked_mb
        Megabytes inside an archive or a workbook, which is one. A small "zip bomb" says that it has thousands.
    rows, columns
        Of a sheet, and columns of a CSV file: as many as Excel has (Microsoft, Excel specifications and limits, 2025).
    cells
        Of a sheet, blank ones between others too. Half a million pupils have about 13 million.

    Examples
    --------
    >>> FileLimits().columns
    16384
    """

    file_mb: float = 2_000
    unpacked_mb: float = 2_000
    rows: int = 1_048_576
    columns: int = 16_384
    cells: int = 50_000_000

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if not value > 0:
                raise ValueError(f"`{limit.name}` is {value!r}; give a number above 0.")


_LIMITS: ContextVar[FileLimits] = ContextVar("file_limits", default=FileLimits())  # noqa: B039 - a frozen value


def limits_now() -> FileLimits:
    """Return the limits that hold here."""
    return _LIMITS.get()


@contextmanager
def file_limits(**changes: float) -> Iterator[FileLimits]:
    """Read files with other limits inside a `with` block; other threads keep theirs.

    Parameters
    ----------
    changes
        Limits by name, as in `FileLimits`.

    Yields
    ------
    FileLimits
        The limits that hold in the block.

    Raises
    ------
    TypeError, ValueError
        When there is no such limit, or it is not above 0.

    Examples
    --------
    >>> with file_limits(unpacked_mb=4_000) as limits:
    ...     limits.unpacked_mb
    4000
    """
    token = _LIMITS.set(replace(_LIMITS.get(), **changes))  # type: ignore[arg-type]
    try:
        yield _LIMITS.get()
    finally:
        _LIMITS.reset(token)


def read_whole(path: Path, table: str = "") -> bytes:
    """Return the bytes of a file.

    Parameters
    ----------
    path
        The file; one that never ends, such as a device, is refused too.
    table
        What to call it in messages; blank = by its name.

    Raises
    ------
    InputError
        When it is larger than `file_mb`.
    OSError
        When it cannot be read.
    """
    most = int(limits_now().file_mb * MEGABYTE)
    parts, size = [], 0
    with path.open("rb") as stream:
        while size <= most and (part := stream.read(_PIECE)):
            parts.append(part)
            size += len(part)
    if size > most:
        raise InputError([Fault(table or path.name, "", "", "", too_large_words(path.name))])
    return b"".join(parts)


def read_toml(text: str) -> dict[str, Any]:
    """Return what TOML says.

    Raises
    ------
    tomllib.TOMLDecodeError
        When it is none, or nested without end.

    Examples
    --------
    >>> read_toml("days_per_year = 190")
    {'days_per_year': 190}
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("It is nested too deep") from None
    except ValueError as error:
        if isinstance(error, tomllib.TOMLDecodeError):
            raise
        raise tomllib.TOMLDecodeError("A number has too many digits") from None


def too_large_words(name: str) -> str:
    """Say that a file is larger than it may be."""
    most = limits_now().file_mb
    return (
        f"{name} is larger than {most:,.10g} MB, the most that is read at once. Is it the right file? If so, raise "
        "`file_mb` of `placement_opt.file_limits`."
    )


def unpacked_words(name: str) -> str:
    """Say that an archive holds more than it may."""
    most = limits_now().unpacked_mb
    return (
        f"{name} unpacks to more than {most:,.10g} MB, as an archive made to fill a computer does. If it is sound, "
        "raise `unpacked_mb` of `placement_opt.file_limits`."
    )


def holds_too_much(archive: zipfile.ZipFile) -> bool:
    """Say whether a zip archive unpacks to more than it may; no entry gives more than the archive says of it."""
    return sum(entry.file_size for entry in archive.infolist()) > limits_now().unpacked_mb * MEGABYTE


def gunzipped(data: bytes) -> bytes | None:
    """Return what a gzip archive holds; None where it is more than it may.

    Raises
    ------
    EOFError, OSError
        When the archive is damaged or cut off.
    """
    most = int(limits_now().unpacked_mb * MEGABYTE)
    parts, size, left = [], 0, data
    while left.strip(b"\0"):
        stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        while True:
            try:
                part = stream.decompress(left, _PIECE)
            except zlib.error:
                raise gzip.BadGzipFile("The archive is damaged.") from None
            parts.append(part)
            size += len(part)
            if size > most:
                return None
            if stream.eof:
                left = stream.unused_data
                break
            left = stream.unconsumed_tail
            if not part and not left:
                raise EOFError("The archive is cut off.")
    return b"".join(parts)
