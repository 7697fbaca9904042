"""What the formats share: raw tables whose rows are labelled as the user sees them, and names."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from placement_opt.errors import Fault
from placement_opt.headers import plain
from placement_opt.schema import TABLES

_SIGNATURES = {
    b"PK\x03\x04": "a zip archive (an .xlsx workbook is one)",
    b"\xd0\xcf\x11\xe0": "an old .xls workbook, or a workbook with a password",
    b"SQLite format 3\x00": "an SQLite database (a GeoPackage is one)",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzip archive",
}
RESULT_PREFIX = "Plan "
"""How the sheets of a plan's workbook begin; no table of a problem is called so."""


@dataclass(frozen=True)
class RawTables:
    """Tables as a file holds them, before any cell is read.

    Parameters
    ----------
    frames
        Tables by name; the index labels rows as the user sees them (line, row number, feature id).
    faults
        What is wrong with the files themselves.
    unknown
        Tables whose rows are not known, because their file cannot be read or is missing.
    broken
        Rows (table, label) that could not be read as a whole; their cells are not to be trusted.
    """

    frames: Mapping[str, pd.DataFrame]
    faults: tuple[Fault, ...] = ()
    unknown: frozenset[str] = frozenset()
    broken: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Findings:
    """A `RawTables` in the making."""

    noun: str
    """What holds one table: file, sheet or layer."""
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    broken: set[tuple[str, str]] = field(default_factory=set)

    def lose(self, table: str, message: str, *, row: str = "", value: str = "") -> None:
        """Note that a table cannot be read at all, and why."""
        self.faults.append(Fault(table, "", row, value, message))
        self.unknown.add(table)

    def sealed(self) -> RawTables:
        """Return what was found, with required tables that are nowhere as faults."""
        for table in TABLES.values():
            if table.required and table.name not in self.frames and table.name not in self.unknown:
                self.lose(
                    table.name, f"The {self.noun} is missing. Add one called {table.name}: a row is {table.row_is}."
                )
        return RawTables(dict(self.frames), tuple(self.faults), frozenset(self.unknown), frozenset(self.broken))


def match_names(names: Iterable[str], findings: Findings) -> dict[str, str]:
    """Match the names of files, sheets or layers to tables, noting strangers, near misses and doubles.

    Names that say so themselves are passed over (`is_passed_over`).
    """
    by_plain = {plain(name): name for name in TABLES}
    matched: dict[str, str] = {}
    strangers = []
    for name in sorted(name for name in names if not is_passed_over(name)):
        table = by_plain.get(plain(name))
        if table in matched:
            findings.lose(table, f"There are two {findings.noun}s of this name: {matched[table]} and {name}. Keep one.")
        elif table is not None:
            matched[table] = name
        else:
            strangers.append(name)
    absent = {key: name for key, name in by_plain.items() if name not in matched}
    for name in strangers:
        close = difflib.get_close_matches(plain(name), absent, n=1, cutoff=0.75)
        hint = f"Is it meant to be {absent[close[0]]}?" if close else f"Tables are called {', '.join(TABLES)}."
        message = f"The {findings.noun} {name!r} is not a table of a problem. {hint} Rename it, or remove it."
        findings.faults.append(Fault(absent[close[0]] if close else name, "", "", "", message))
        findings.unknown.update(absent[match] for match in close)
    return {table: name for table, name in matched.items() if table not in findings.unknown}


def is_passed_over(name: str) -> bool:
    """Say whether a file, sheet or layer holds no table of a problem, by its name alone.

    Such names begin with an underscore, a dot, "Guide", "Read me", or "Plan" and a space (the sheets of a result).

    Examples
    --------
    >>> is_passed_over("Plan costs"), is_passed_over("planned places")
    (True, False)
    """
    is_note = name.startswith(("_", ".")) or plain(name).startswith(("guide", "readme"))
    return is_note or name.casefold().startswith(RESULT_PREFIX.casefold())


def looks_like(path: Path) -> str:
    """Say in words what a file is, judged by its first bytes."""
    with path.open("rb") as stream:
        start = stream.read(512)
    if not start:
        return "an empty file"
    for signature, words in _SIGNATURES.items():
        if start.startswith(signature):
            return words
    return "a file of an unknown format" if b"\0" in start else "text"
