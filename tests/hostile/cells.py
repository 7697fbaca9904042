"""Bad cells: for every table and column some of the ways in which a cell of its type goes wrong."""

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from placement_opt.cells import read_table
from placement_opt.errors import InputError
from placement_opt.files.delimited import read_csv
from placement_opt.files.sample import SAMPLE_ROWS
from placement_opt.schema import TABLES, Cell, Column, Table
from tests.hostile.case import Case

Slip = tuple[str, str, str]
"""What is wrong, the cell, and what has to be said."""

_NUMBERS: tuple[Slip, ...] = (
    ("words for a number", "ten", "is not a number"),
    ("thousands separated", "1,000", "Write digits only, without units, signs or commas"),
    ("a decimal comma", "1,5", "Write digits only, without units, signs or commas"),
    ("thousands with spaces", "1 000", "is not a number"),
    ("a unit", "£5", "Write digits only, without units"),
    ("a share", "5%", "is not a number"),
    ("nan", "nan", "is not a number"),
    ("inf", "inf", "is not a number"),
    ("infinite by its exponent", "1e999", "is not a finite number"),
    ("as many digits as Python reads", "9" * 4_300, "is not a finite number"),
    ("more digits than Python reads", "9" * 5_000, "is not a finite number"),
    ("huge", "1e300", "is out"),
    ("negative", "-777", "is out"),
    ("a date", "01/02/2026", "is not a number"),
    ("hexadecimal", "0x10", "is not a number"),
    ("Arabic digits", "\u0661\u0662", "is not a number"),
    ("wide digits", "\uff11\uff12", "is not a number"),
    ("grouped by underscores", "1_000", "is not a number"),
    ("a formula", "=1+1", "is not a number"),
    ("a formula of a shell", "=cmd|' /C calc'!A0", "is not a number"),
    ("two numbers", "1;2", "is not a number"),
    ("an error of a formula", "#DIV/0!", "is an error of a spreadsheet formula"),
    ("a minus sign of typography", "\u22125", "is not a number"),
    ("a script", "<script>alert(1)</script>", "is not a number"),
    ("a number and a NUL-like sign", "5\u2400", "is not a number"),
)
_WHOLE: tuple[Slip, ...] = (("a part of a whole", "1.5", "is not a whole number"), *_NUMBERS)
_CODES: tuple[Slip, ...] = (
    ("an unknown code", "XYZ", "is not allowed. Use one of"),
    ("a script", "<img src=x onerror=alert(1)>", "is not allowed. Use one of"),
    ("a formula", '=HYPERLINK("http://example.org")', "is not allowed. Use one of"),
    ("two codes with a slash", "ASD/SLCN", "is not allowed. Use one of"),
    ("a code with a sign that cannot be seen", "ASD\u200b", "is not allowed. Use one of"),
    ("a Cyrillic letter that looks Latin", "\u0410SD", "is not allowed. Use one of"),
    ("a number", "7", "is not allowed. Use one of"),
    ("text that turns round", "ASD\u202e", "an invisible mark that turns the direction"),
)
_FLAGS: tuple[Slip, ...] = (
    ("maybe", "maybe", "is neither yes nor no"),
    ("two", "2", "is neither yes nor no"),
    ("a tick", "\u2713", "is neither yes nor no"),
    ("yes in another language", "oui", "is neither yes nor no"),
    ("a script", "<script>", "is neither yes nor no"),
)
_TIMES: tuple[Slip, ...] = (
    ("an hour too many", "25:00", "is not a time of day"),
    ("a decimal point", "8.45", "is not a time of day"),
    ("words", "quarter to nine", "is not a time of day"),
    ("sixty minutes", "08:60", "is not a time of day"),
    ("Arabic digits", "\u0660\u0668:\u0663\u0660", "is not a time of day"),
)
_TEXTS: tuple[Slip, ...] = (
    ("a line break", "North\nWest", "holds a line break or control character"),
    ("an escape sequence of a terminal", "North\x1b[2J", "holds a line break or control character"),
    ("text that turns round", "North\u202ehtroN", "an invisible mark that turns the direction"),
    ("an isolate of directions", "\u2067North", "an invisible mark that turns the direction"),
    ("1 MB of text", "N" * 1_000_000, "is longer than 32,767 characters"),
    ("a bell", "North\x07", "holds a line break or control character"),
    ("a line separator", "North\u2028West", "holds a line break or control character"),
    ("a mark of byte order", "Nor\ufeffth", "holds a line break or control character"),
    ("an error of a formula", "#REF!", "is an error of a spreadsheet formula"),
)
_SLIPS: dict[Cell, tuple[Slip, ...]] = {
    Cell.INTEGER: _WHOLE,
    Cell.NUMBER: _NUMBERS,
    Cell.CODE: _CODES,
    Cell.CODES: (("a list without entries", ";;", "is a list without entries"), *_CODES),
    Cell.LABELS: (("a list without entries", " ; ", "is a list without entries"), *_TEXTS),
    Cell.FLAG: _FLAGS,
    Cell.MAYBE: _FLAGS,
    Cell.TIME: _TIMES,
    Cell.ID: _TEXTS,
    Cell.TEXT: _TEXTS,
}
_EACH = 1
"""Slips of each column; the next column goes on where this one ended, so that all are used."""


def _read_spoilt(table: Table, column: str, value: str | None, folder: Path) -> None:
    """Write the sample rows of a table with one cell changed, and read them; None = leave the column out."""
    rows: list[dict[str, Any]] = [dict(row) for row in SAMPLE_ROWS[table.name]]
    names = [name for name in table.names if value is not None or name != column]
    rows[0][column] = value
    _write(folder / f"{table.name}.csv", names, [[row.get(name) for name in names] for row in rows])
    _read(table, folder)


def _read_doubled(table: Table, folder: Path) -> None:
    rows = [[row.get(name) for name in table.names] for row in SAMPLE_ROWS[table.name]]
    _write(folder / f"{table.name}.csv", table.names, [*rows, rows[0]])
    _read(table, folder)


def _write(path: Path, names: Any, rows: Any) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([names, *rows])


def _read(table: Table, folder: Path) -> None:
    read = read_csv(folder / f"{table.name}.csv", table.name)
    faults = list(read.faults)
    assert read.frame is not None
    read_table(table, read.frame, faults)
    if faults:
        raise InputError(faults)


def _cases() -> Iterator[Case]:
    turn = dict.fromkeys(map(id, _SLIPS.values()), 0)
    for table in TABLES.values():
        for column in table.columns:
            slips = _SLIPS[column.cell]
            first = turn[id(slips)]
            turn[id(slips)] += _EACH
            for at in range(first, first + _EACH):
                yield from _slip_case(table, column, slips[at % len(slips)])
            if column.required:
                yield _case(table, column, "", ("blank", " ", "The cell is blank"))
                says = "The column is missing"
                missing = partial(_read_spoilt, table, column.name, None)
                yield Case(f"{table.name}, {column.name}: no such column", missing, says, table.name, column.name)
        doubled = str(2 + len(SAMPLE_ROWS[table.name]))
        says, key = "appears already in row 2", ", ".join(table.key)
        yield Case(f"{table.name}: a row twice", partial(_read_doubled, table), says, table.name, key, doubled)


def _slip_case(table: Table, column: Column, slip: Slip) -> Iterator[Case]:
    what, value, says = slip
    if value == "1.5" and column.least is not None:
        value = f"{int(column.least) + 1}.5"  # a whole number too large or small is said to be that
    yield _case(table, column, _shown(value), (what, value, says))


def _case(table: Table, column: Column, shown: str, slip: Slip) -> Case:
    what, value, says = slip
    read = partial(_read_spoilt, table, column.name, value)
    return Case(f"{table.name}, {column.name}: {what}", read, says, table.name, column.name, "2", shown)


def _shown(value: str) -> str:
    text = value.strip()
    return text if len(text) <= 60 else text[:57] + "..."


CELL_CASES = tuple(_cases())
