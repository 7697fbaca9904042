"""Rows of a table with their line numbers, its columns found by name; faults never repeat what a cell holds."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from placement_opt.errors import Fault
from placement_opt.registers.columns import Wanted, find_columns, plain_header
from placement_opt.registers.packed import Sheet, is_workbook, read_text, read_workbook

_MOST_ROW_FAULTS = 20
_FILLED_BY_THE_TEMPLATE = {"recordtype", "lafromheaderrecord"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line on which it ends, and its cells by column name; a column that the file lacks is blank."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Rows:
    """The rows of a file and which of the wanted columns it has."""

    rows: tuple[Row, ...] = ()
    columns: frozenset[str] = frozenset()
    blank_lines: tuple[int, ...] = ()
    """Lines that have the cells of a row with nothing in them."""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def read(self) -> int:
        """Rows in the file, blank ones too."""
        return len(self.rows) + len(self.blank_lines)


def read_rows(path: Path, source: str, faults: list[Fault], wanted: Sequence[Wanted]) -> Rows:
    """Read the wanted columns of a CSV file (UTF-8 or Windows-1252; plain, gzip, zip) or of a workbook's first sheet.

    Parameters
    ----------
    path
        The file.
    source
        What to call it in messages.
    faults
        Every fault found is added to this list.
    wanted
        Columns to read, by any of their names; case, spaces and order do not matter.

    Notes
    -----
    A message names the line, never the cells: a return holds personal data.
    """
    if is_workbook(path):
        sheets = read_workbook(path, source, faults)
        filled = [sheet for sheet in sheets if sheet.lines]
        if filled:
            return sheet_rows(filled[0], source, path.name, faults, wanted)
        if sheets:
            faults.append(Fault(source, "", "", path.name, "The workbook is empty."))
        return Rows()
    text = read_text(path, source, faults)
    return Rows() if text is None else _text_rows(text, source, path.name, faults, wanted)


def read_header(path: Path, source: str, faults: list[Fault]) -> tuple[str, ...]:
    """Return the headings of a CSV file; none where it cannot be read, which faults then say.

    Parameters
    ----------
    path, source, faults
        As for `read_rows`.
    """
    text = read_text(path, source, faults)
    if text is None:
        return ()
    try:
        header = next((cells for cells in csv.reader(io.StringIO(text, newline="")) if any(cells)), None)
    except csv.Error:
        header = None
    if header is None:
        faults.append(Fault(source, "", "", path.name, "The file is empty."))
        return ()
    return tuple(header)


def _text_rows(text: str, source: str, file: str, faults: list[Fault], wanted: Sequence[Wanted]) -> Rows:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next((cells for cells in reader if any(cells)), None)
        if header is None:
            faults.append(Fault(source, "", "", file, "The file is empty."))
            return Rows()
        places = find_columns(header, source, file, faults, wanted)
        lines = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        message = "cannot be read on from here: a quotation mark is missing or too many. Export the file again."
        if "field limit" in str(error):
            message = f"has a cell of more than {csv.field_size_limit():,} characters here. Export the file again."
        faults.append(Fault(source, "", str(reader.line_num), file, message))
        return Rows()
    blank = tuple(line for line, cells in lines if not any(cells))
    filled = [(line, cells) for line, cells in lines if any(cells)]
    return Rows(tuple(_cut_rows(filled, len(header), places, source, faults)), frozenset(places), blank)


def sheet_rows(sheet: Sheet, source: str, file: str, faults: list[Fault], wanted: Sequence[Wanted]) -> Rows:
    """Read the wanted columns of a sheet whose first line is the header.

    Parameters
    ----------
    sheet
        The sheet.
    source, faults, wanted
        As for `read_rows`.
    file
        What to call the workbook in messages.
    """
    header = sheet.lines[0][1]
    places = find_columns(header, source, file, faults, wanted)
    own = [place for place, cell in enumerate(header) if plain_header(cell) not in _FILLED_BY_THE_TEMPLATE]
    filled = [
        (line, cells) for line, cells in sheet.lines[1:] if any(cells[place] for place in own if place < len(cells))
    ]
    rows = tuple(Row(line, {name: _cell(cells, place) for name, place in places.items()}) for line, cells in filled)
    return Rows(rows, frozenset(places))


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _cut_rows(
    lines: Sequence[tuple[int, list[str]]], width: int, places: dict[str, int], source: str, faults: list[Fault]
) -> Iterator[Row]:
    wrong = 0
    for line, cells in lines:
        message = _why_wrong(cells, width)
        if not message:
            yield Row(line, {name: cells[place].strip() for name, place in places.items()})
            continue
        wrong += 1
        if wrong <= _MOST_ROW_FAULTS:
            faults.append(Fault(source, "", str(line), "", message))
    if wrong > _MOST_ROW_FAULTS:
        message = f"{wrong - _MOST_ROW_FAULTS} more rows do not have as many cells as the first line."
        faults.append(Fault(source, "", "", "", message))


def _why_wrong(cells: Sequence[str], width: int) -> str:
    if len(cells) < width or any(cells[width:]):
        return f"The row has {len(cells)} cells, the first line {width}. Is the file cut off?"
    if any("\n" in cell and cell.count(",") >= width - 1 for cell in cells):
        return (
            "A cell runs over several lines and holds as many commas as a row: is a quotation mark missing or too "
            "many, so that rows have become one? Export the file again."
        )
    return ""
