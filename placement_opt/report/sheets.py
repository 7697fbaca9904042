"""Tables on the sheets of a workbook: numbers as numbers, text never as a formula, the same book each time."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from placement_opt.files.raw import written_beside
from placement_opt.report.grid import Cell, Grid, text_cell

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WIDEST, _NARROWEST = 60, 9
_UNMADE = datetime(2000, 1, 1)
"""In place of the time of writing, so that the same plans make the same workbook."""


def save_book(book: Any, path: Path) -> Path:
    """Write a workbook whole, or not at all."""
    book.properties.creator = "placement_opt"
    book.properties.created = _UNMADE
    with written_beside(path) as draft:
        book.save(draft)
    return path


def save_grids(grids: Iterable[Grid], path: Path) -> Path:
    """Write a workbook with a sheet for each table, named as its caption."""
    from openpyxl import Workbook  # noqa: PLC0415 - loads when used

    book = Workbook()
    book.remove(book.worksheets[0])
    for grid in grids:
        write_grid(book.create_sheet(grid.caption), grid)
    return save_book(book, path)


def write_grid(sheet: Any, grid: Grid, *, first_row: int = 1) -> None:
    """Write the one table of a sheet: its headings stay in view, its rows can be filtered."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - loads when used

    write_rows(sheet, grid, first_row=first_row)
    sheet.freeze_panes = sheet.cell(first_row + 1, 2)
    last = get_column_letter(len(grid.heads))
    sheet.auto_filter.ref = f"A{first_row}:{last}{first_row + max(1, len(grid.rows))}"


def write_rows(sheet: Any, grid: Grid, *, first_row: int) -> int:
    """Write one of several tables of a sheet, and return the row after it."""
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - loads when used
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    for column, head in enumerate(grid.heads, start=1):
        cell = sheet.cell(first_row, column)
        put(cell, text_cell(head))
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E3EAF0")
        cell.alignment = Alignment(wrap_text=True, vertical="bottom")
        letter = get_column_letter(column)
        before = sheet.column_dimensions[letter].width if letter in sheet.column_dimensions else 0.0
        sheet.column_dimensions[letter].width = max(before, _width(grid, column - 1))
    rows = (*grid.rows, *([grid.total] if grid.total else []))
    for number, row in enumerate(rows, start=first_row + 1):
        for column, value in enumerate(row, start=1):
            put(sheet.cell(number, column), value)
    return first_row + 1 + len(rows)


def put(target: Any, cell: Cell) -> None:
    """Write one cell."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415 - loads when used

    content = cell.content()
    if isinstance(content, str):
        # Text is stored as text whatever it begins with, so that a name can never run as a formula.
        target.value = ILLEGAL_CHARACTERS_RE.sub("", content)
        target.data_type = "s"
        target.quotePrefix = content.startswith(_FORMULA_STARTS)
    elif content is not None:
        target.value = content
        target.number_format = cell.unit.value


def _width(grid: Grid, column: int) -> float:
    longest = max((len(row[column].text()) for row in grid.rows), default=0)
    head = max(len(word) for word in grid.heads[column].split()) if grid.heads[column] else 0
    return float(min(_WIDEST, max(_NARROWEST, longest + 2, head + 4)))
