"""What a reader is fed with, and what may come out of it."""

import contextlib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from placement_opt.errors import PlacementError
from placement_opt.file_limits import file_limits

UNPACKED_MB, ROWS, CELLS = 20, 20_000, 200_000
"""Less than by default, so that one input takes no long time."""


@dataclass(frozen=True)
class Entry:
    """One reader.

    Parameters
    ----------
    read
        Writes the bytes to an empty folder and reads them.
    seeds
        Returns sound inputs, from which broken ones are made.
    words
        Pieces of the format, which are put in here and there.
    """

    read: Callable[[bytes, Path], Any]
    seeds: Callable[[], tuple[bytes, ...]]
    words: tuple[bytes, ...] = ()


def feed(entry: Entry, data: bytes, folder: Path) -> None:
    """Let a reader read; what the library raises on purpose is its answer, anything else comes out."""
    with (
        warnings.catch_warnings(),
        contextlib.suppress(PlacementError),
        file_limits(unpacked_mb=UNPACKED_MB, rows=ROWS, cells=CELLS),
    ):
        warnings.simplefilter("ignore")
        entry.read(data, folder)


def in_file(name: str, read: Callable[[Path], Any], beside: Mapping[str, bytes] | None = None) -> Any:
    """Return a function that writes bytes to a file, others beside it, and reads it."""

    def write_and_read(data: bytes, folder: Path) -> None:
        for other, text in (beside or {}).items():
            (folder / other).write_bytes(text)
        (folder / name).write_bytes(data)
        read(folder / name)

    return write_and_read
