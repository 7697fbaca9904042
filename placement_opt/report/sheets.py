"""Tables on the sheets of a workbook: Excel tables to filter and pivot, numbers as numbers, text never as a formula."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from placement_opt.report.books import TOTAL, save_book
from placement_opt.report.grid import MONEY, Cell, Grid, Unit, text_cell
from placement_opt.report.indicators import AMBER, GREEN, RED
from placement_opt.suppression import Mark

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WIDEST, _NARROWEST = 60, 9
_LINE_HEIGHT = 15
_PENCE, _FILTER_BUTTON = 3, 3
_LONGEST_HEAD = 240
_LONGEST_AS_TEXT = 255
"""Older Excels show longer text as ##### where the cell has the format of text."""
_SUMMED = frozenset({Unit.COUNT, Unit.CHANGE, Unit.GBP, Unit.GBP_PENCE, Unit.GBP_CHANGE})
_STYLE = "TableStyleLight1"
_RATING_COLOURS = {GREEN: "00602F", AMBER: "7A4A00", RED: "8A1020"}
"""As on the page, beside the word."""
FONT = "Calibri"


def save_grids(grids: Iterable[Grid], path: Path) -> Path:
    """Write a workbook with a sheet for each table, named as its caption."""
    from openpyxl import Workbook  # noqa: PLC0415 - loads when used

    book = Workbook()
    book.remove(book.worksheets[0])
    for grid in grids:
        write_grid(book.create_sheet(grid.caption), grid)
    return save_book(book, path)


def write_grid(sheet: Any, grid: Grid, *, first_row: int = 1, frozen_columns: int = 1) -> None:
    """Write the one table of a sheet: its headings stay in view, its rows can be filtered."""
    after = _write_table(sheet, grid, first_row)
    _write_note(sheet, grid, after)
    sheet.freeze_panes = sheet.cell(first_row + 1, frozen_columns + 1)
    _prepare_print(sheet, first_row)


def write_stack(sheet: Any, grids: Sequence[Grid], sentences: Sequence[str] = ()) -> None:
    """Write sentences, and under them several tables, each under its caption and with a filter of its own."""
    from openpyxl.styles import Font  # noqa: PLC0415 - loads when used

    for number, sentence in enumerate(sentences, start=1):
        put(sheet.cell(number, 1), text_cell(sentence))
    row = len(sentences) + (2 if sentences else 1)
    for grid in grids:
        put(sheet.cell(row, 1), text_cell(grid.caption))
        sheet.cell(row, 1).font = Font(name=FONT, bold=True, size=12)
        row = _write_note(sheet, grid, _write_table(sheet, grid, row + 1)) + 1
    sheet.freeze_panes = "B1"  # the headings of one table are not those of the next
    _prepare_print(sheet)


def write_rows(sheet: Any, grid: Grid, *, first_row: int) -> int:
    """Write headings, rows and total, and return the row after them. A total is a formula where its rows add up to it.

    What is hidden in a row cannot be added, so the total beside it stays a number.
    """
    figures = grid.figure_columns
    _write_heads(sheet, grid, first_row, figures)
    for number, row in enumerate(grid.rows, start=first_row + 1):
        _write_row(sheet, row, number, figures)
        if grid.key == "indicators":
            _colour_rating(sheet[number])
    after = first_row + 1 + len(grid.rows)
    if grid.total is None:
        return after
    _write_total(sheet, grid, after)
    return after + 1


def _write_heads(sheet: Any, grid: Grid, row: int, figures: frozenset[int]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - loads when used
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    lines = 1
    for column, head in enumerate(unlike(grid.heads), start=1):
        cell = sheet.cell(row, column)
        put(cell, text_cell(head))
        cell.font, cell.fill = Font(name=FONT, bold=True), PatternFill("solid", fgColor="E3EAF0")
        side, indent = ("right", 0) if column - 1 in figures else ("left", int(column - 2 in figures))
        cell.alignment = Alignment(wrap_text=True, vertical="bottom", horizontal=side, indent=indent)
        letter = get_column_letter(column)
        before = sheet.column_dimensions[letter].width if letter in sheet.column_dimensions else 0.0
        width = sheet.column_dimensions[letter].width = max(before, _width(grid, column - 1))
        lines = max(lines, len(wrap(head, int(width) - _FILTER_BUTTON)))
    sheet.row_dimensions[row].height = _LINE_HEIGHT * lines


def _write_row(sheet: Any, row: Sequence[Cell], number: int, figures: frozenset[int]) -> None:
    """Write the cells that hold anything; words among figures stand on the right, long ones wrap."""
    from openpyxl.styles import Alignment  # noqa: PLC0415 - loads when used

    for column, value in enumerate(row, start=1):
        content = value.content()
        if content is None:
            continue
        cell = sheet.cell(number, column)
        put(cell, value)
        if not isinstance(content, str):
            continue
        if value.is_number:
            cell.alignment = Alignment(horizontal="right")
        elif len(content) > _WIDEST:
            cell.alignment = Alignment(wrap_text=True)
            height = _LINE_HEIGHT * (1 + int(1.15 * len(content) / _WIDEST))
            sheet.row_dimensions[number].height = max(height, sheet.row_dimensions[number].height or 0)
        elif column - 2 in figures:
            cell.alignment = Alignment(horizontal="left", indent=1)


def _colour_rating(cells: Iterable[Any]) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415 - loads when used

    for cell in cells:
        if cell.value in _RATING_COLOURS:
            cell.font = Font(name=FONT, bold=True, color=_RATING_COLOURS[cell.value])


def _write_total(sheet: Any, grid: Grid, number: int) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side  # noqa: PLC0415 - loads when used

    for column, value in enumerate(grid.total or (), start=1):
        cell = sheet.cell(number, column)
        put(cell, value)
        cell.font, cell.border = Font(name=FONT, bold=True), Border(top=Side("thin", color="1B2126"))
        if value.is_number:
            cell.alignment = Alignment(horizontal="right")
        if adds_up(grid, column - 1):
            letter = cell.column_letter
            cell.value = TOTAL.format(cells=f"{letter}{number - len(grid.rows)}:{letter}{number - 1}")


def adds_up(grid: Grid, column: int) -> bool:
    """Say whether the total of a column is the sum of its rows, all of them in view.

    Parameters
    ----------
    grid
        A table with a total.
    column
        The position of the column.

    Examples
    --------
    >>> rows = ((text_cell("a"), Cell(1.25, Unit.GBP)), (text_cell("b"), Cell(2.5, Unit.GBP)))
    >>> total = (text_cell("All"), Cell(3.75, Unit.GBP))
    >>> adds_up(Grid("costs", "Costs", ("Line", "£"), rows, total), 1)
    True
    """
    total = grid.total[column] if grid.total else Cell(None)
    parts = [row[column] for row in grid.rows]
    if not parts or total.unit not in _SUMMED or any(cell.mark is not Mark.SHOWN for cell in (total, *parts)):
        return False
    contents = [cell.content() or 0 for cell in (total, *parts)]
    if any(isinstance(content, str) for content in contents):
        return False
    whole, *added = (round(100 * float(content)) for content in contents)
    return whole == sum(added)


def put(target: Any, cell: Cell) -> None:
    """Write one cell."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415 - loads when used

    content = cell.content()
    if isinstance(content, str):
        # Text is stored as text whatever it begins with, so that a name can never run as a formula.
        target.value = ILLEGAL_CHARACTERS_RE.sub("", content)
        target.data_type = "s"
        target.quotePrefix = content.startswith(_FORMULA_STARTS)
        if len(content) <= _LONGEST_AS_TEXT:
            target.number_format = Unit.TEXT.value
    elif content is not None:
        target.value = content
        target.number_format = cell.unit.value


def unlike(heads: Sequence[str]) -> list[str]:
    """Return headings as an Excel table needs them: on one line, all different, none of them blank or very long.

    Examples
    --------
    >>> unlike(["Kind", "kind", ""])
    ['Kind', 'kind (2)', 'Column']
    """
    taken: set[str] = set()
    names = []
    for head in heads:
        base = " ".join(head.split())[:_LONGEST_HEAD] or "Column"
        name, number = base, 1
        while name.lower() in taken:
            number += 1
            name = f"{base} ({number})"
        taken.add(name.lower())
        names.append(name)
    return names


def _write_table(sheet: Any, grid: Grid, first_row: int) -> int:
    """Write rows as an Excel table, the total below it, and return the row after both."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - loads when used
    from openpyxl.worksheet.table import Table, TableStyleInfo  # noqa: PLC0415

    after = write_rows(sheet, grid, first_row=first_row)
    last_row = first_row + max(1, len(grid.rows))  # an Excel table without rows has one blank row
    table = Table(
        displayName=_table_name(sheet.parent, grid.key),
        ref=f"A{first_row}:{get_column_letter(len(grid.heads))}{last_row}",
    )
    table.tableStyleInfo = TableStyleInfo(name=_STYLE, showRowStripes=True)
    sheet.add_table(table)
    return max(after, last_row + 1)


def _table_name(book: Any, key: str) -> str:
    """Return a name that no other table of the book has, and that cannot be taken for a cell."""
    taken = {name.lower() for sheet in book.worksheets for name in sheet.tables}
    base = "plan_" + re.sub(r"[^A-Za-z0-9]", "_", key)
    name, number = base, 1
    while name.lower() in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _write_note(sheet: Any, grid: Grid, row: int) -> int:
    """Write what a reader has to know about a table under it, and return the row after it."""
    from openpyxl.styles import Font  # noqa: PLC0415 - loads when used

    if not grid.note:
        return row
    put(sheet.cell(row + 1, 1), text_cell(grid.note))
    sheet.cell(row + 1, 1).font = Font(name=FONT, italic=True, color="5A6570")
    return row + 2


def _prepare_print(sheet: Any, heading_row: int = 0) -> None:
    """Make a sheet print across and as wide as the page, with its headings on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    if heading_row:
        sheet.print_title_rows = f"{heading_row}:{heading_row}"


def _width(grid: Grid, column: int) -> float:
    """Return a width that shows the longest cell, pence and bold figures too, and the longest word of the heading."""
    cells = [row[column] for row in (*grid.rows, grid.total or ()) if row]
    longest = max((len(cell.text()) + (_PENCE if cell.unit in MONEY else 0) for cell in cells), default=0)
    head = max((len(word) for word in grid.heads[column].split()), default=0)
    return float(min(_WIDEST, max(_NARROWEST, longest + 3, head + 2 + _FILTER_BUTTON)))
