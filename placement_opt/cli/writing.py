"""Whether a command can write what it is to write, found out before the work: never over what it reads."""

import argparse
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from placement_opt.errors import Fault, InputError

_WRITTEN = frozenset({"out", "panel", "path", "roads_cache"})
"""Options that name what is written; every other path is read."""


def read_by(parsed: argparse.Namespace) -> list[Path]:
    """Return the files and folders that options name to be read.

    Examples
    --------
    >>> read_by(argparse.Namespace(input=Path("tables"), out=Path("out"), runs=[Path("run.json")], gap=0.1))
    [PosixPath('tables'), PosixPath('run.json')]
    """
    return [path for name, value in vars(parsed).items() if name not in _WRITTEN for path in _paths(value)]


def _paths(value: Any) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, list | tuple):
        yield from (entry for entry in value if isinstance(entry, Path))


def check_writable(out: Path, *names: str, read: Iterable[Path] = ()) -> None:
    """Find out whether files of these names can be written to a folder, and would not spoil what was read.

    Parameters
    ----------
    out
        The folder; it need not be there yet.
    names
        The files.
    read
        What the command reads.

    Raises
    ------
    InputError
        When a name is that of a folder or of a file that is read, when a CSV file would lie among the tables and be
        taken for one of them, or when the folder cannot be written to.
    """
    kept = {path.resolve() for path in read}
    faults = [fault for name in names for fault in _faults(out / name, kept)]
    if out.resolve() in kept and any(name.endswith(".csv") for name in names):
        message = "holds the tables that are read, and what is written would be taken for tables. Choose another --out."
        faults.append(Fault(str(out), "", "", "", message))
    nearest = next((path for path in (out, *out.absolute().parents) if path.exists()), out)
    if not os.access(nearest, os.W_OK):
        faults.append(Fault(str(out), "", "", "", "The folder cannot be written to; choose another --out."))
    if faults:
        raise InputError(faults)


def _faults(target: Path, kept: set[Path]) -> Iterator[Fault]:
    if target.is_dir():
        yield Fault(str(target), "", "", "", "is a folder; remove it or choose another --out.")
    elif target.resolve() in kept:
        message = "is read, and would be written over. Save yours under another name, or choose another --out."
        yield Fault(str(target), "", "", "", message)
