"""Tables as an Excel workbook: a guide, then a sheet for each table, with notes, drop-downs and limits."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from placement_opt.files.books import write_book
from placement_opt.files.guide import COLUMN_HEADINGS, column_note, column_rows, parameter_words
from placement_opt.schema import KINDS, NEEDS, TABLES, Cell, Column, Table

_GUIDE = "Guide"
_GUIDE_WIDTHS = (16, 28, 12, 60, 22, 44, 18, 20)
_LINE_HEIGHT = 15
_REQUIRED_FILL = PatternFill("solid", fgColor="1F4E79")
_OPTIONAL_FILL = PatternFill("solid", fgColor="DDEBF7")
_EDGE = Border(bottom=Side("thin", color="7F7F7F"))
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_TEXT_FORMAT = "@"
_BLANK_ROWS = 2_000
_LONGEST_PROMPT = 255
_TEXT_CELLS = frozenset({Cell.ID, Cell.TEXT, Cell.CODE, Cell.CODES, Cell.LABELS, Cell.TIME})
_FORMULA_STARTS = ("=", "+", "-", "@")

_INTRODUCTION = (
    "Placement tables: how to fill in this workbook",
    "1. Each sheet is a table. Fill in pupils, settings and provisions; the other sheets are optional.",
    "2. Row 1 holds the names of the columns and stays as it is. Required columns are dark blue with white bold text, "
    "and their note begins with REQUIRED; optional ones are light blue.",
    "3. Rest the pointer on a column's name for its meaning, unit, allowed values and what a blank means. "
    "The list below says the same.",
    "4. Do not enter names of children or unique pupil numbers: use the council's own references.",
    "5. Further columns may be added on the right; they are kept as text, for grouping. Sheets whose name begins with "
    "an underscore, Guide, Read me, or Plan and a space are not read. Rows that a filter hides are read.",
    "6. Check the workbook with: placement-opt check <this file>",
)  # fmt: skip


def save_workbook(frames: Mapping[str, pd.DataFrame], path: Path, *, is_template: bool = False) -> None:
    """Write tables as a workbook: a guide, then a sheet for each table.

    Parameters
    ----------
    frames
        Tables of plain values by name.
    path
        A file that does not exist.
    is_template
        Show empty optional tables too.
    """
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    add_tables(book, frames, is_template=is_template)
    write_book(book, path)


def add_tables(book: openpyxl.Workbook, frames: Mapping[str, pd.DataFrame], *, is_template: bool) -> None:
    """Add the guide and a sheet for each table to a workbook, after the sheets that it has.

    Parameters
    ----------
    book
        Has no sheet called Guide or like a table.
    frames
        Tables of plain values by name.
    is_template
        Show empty optional tables too.
    """
    others = len(book.worksheets)
    guide = book.create_sheet(_GUIDE)
    first_parameter, last_parameter = _write_guide(guide)
    for name, table in TABLES.items():
        frame = frames[name]
        if is_template or not frame.empty:
            sheet = book.create_sheet(name)
            _write_table(sheet, table, frame)
            if name == "parameters":
                names = f"{_GUIDE}!$B${first_parameter}:$B${last_parameter}"
                _add_validation(sheet, 1, DataValidation("list", formula1=names, allow_blank=True), len(frame))
    for sheet in book.worksheets[others:]:
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write_table(sheet: Worksheet, table: Table, frame: pd.DataFrame) -> None:
    described = {column.name: column for column in table.columns}
    for position, header in enumerate(frame.columns, start=1):
        column = described.get(header)
        _write_header(sheet, position, header, column)
        if column is not None:
            validation = _validation(column)
            _add_validation(sheet, position, validation, len(frame))
    is_text = [described[name].cell in _TEXT_CELLS if name in described else True for name in frame.columns]
    for row, values in enumerate(frame.itertuples(index=False, name=None), start=2):
        for position, value in enumerate(values, start=1):
            if value is not None:
                _write_cell(sheet, row, position, value, is_text=is_text[position - 1])
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(frame.columns))}{1 + len(frame)}"
    sheet.row_dimensions[1].height = 20


def _write_header(sheet: Worksheet, position: int, header: str, column: Column | None) -> None:
    cell = sheet.cell(1, position)
    _set_text(cell, header)
    is_required = column is not None and column.required
    cell.font = Font(name="Calibri", bold=is_required, color="FFFFFF" if is_required else "1F1F1F")
    cell.fill = _REQUIRED_FILL if is_required else _OPTIONAL_FILL
    cell.border = _EDGE
    letter = get_column_letter(position)
    sheet.column_dimensions[letter].width = min(40, max(12, len(header) + 4, 32 if header == "name" else 0))
    if column is None or column.cell in _TEXT_CELLS:
        sheet.column_dimensions[letter].number_format = _TEXT_FORMAT  # so that 1-2 does not become a date
    if column is not None:
        note = column_note(column)
        cell.comment = Comment(note, "placement_opt", width=320, height=60 + 18 * (len(note) // 45 + note.count("\n")))


def _write_cell(sheet: Worksheet, row: int, position: int, value: Any, *, is_text: bool) -> None:
    cell = sheet.cell(row, position)
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, str):
        _set_text(cell, value)
    elif isinstance(value, float):
        cell.value = repr(value)  # openpyxl would round to 16 digits
        cell.data_type = "n"
    else:
        cell.value = value
    if is_text:
        cell.number_format = _TEXT_FORMAT


def _set_text(cell: Any, text: str) -> None:
    """Store text as text: never as a formula, whatever it begins with."""
    cell.value = text
    cell.data_type = "s"
    if text.startswith(_FORMULA_STARTS):
        cell.quotePrefix = True


def _validation(column: Column) -> DataValidation:
    """Return the drop-down or the limits of a column; aliases stay possible, so a strange code is only warned of."""
    if column.cell is Cell.CODE:
        return DataValidation(
            "list", formula1=_listed(column.allowed), errorStyle="warning" if column.aliases else "stop"
        )
    if column.cell in {Cell.FLAG, Cell.MAYBE}:
        return DataValidation("list", formula1=_listed(("yes", "no")))
    if column.cell in {Cell.INTEGER, Cell.NUMBER} and column.least is not None and column.most is not None:
        least, most = f"{column.least:.15g}", f"{column.most:.15g}"
        if column.cell is Cell.INTEGER:
            return DataValidation("whole", operator="between", formula1=least, formula2=most)
        return DataValidation("decimal", operator="between", formula1=least, formula2=most)
    return DataValidation()


def _add_validation(sheet: Worksheet, position: int, validation: DataValidation, rows: int) -> None:
    header = str(sheet.cell(1, position).value)
    note = sheet.cell(1, position).comment
    text = note.text if note is not None else header
    validation.allow_blank = True
    validation.promptTitle, validation.prompt = header[:32], _shortened(text)
    validation.errorTitle, validation.error = "Not allowed here", _shortened(text)
    validation.showInputMessage = validation.showErrorMessage = True
    letter = get_column_letter(position)
    validation.add(f"{letter}2:{letter}{max(_BLANK_ROWS, rows + 500)}")
    sheet.add_data_validation(validation)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_PROMPT else text[: _LONGEST_PROMPT - 3] + "..."


def _listed(words: Sequence[str]) -> str:
    return f'"{",".join(words)}"'


def _write_guide(sheet: Worksheet) -> tuple[int, int]:
    """Write the guide and return the first and the last row of its list of parameters."""
    for position, width in enumerate(_GUIDE_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    for number, text in enumerate(_INTRODUCTION, start=1):
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=len(_GUIDE_WIDTHS))
        sheet.cell(number, 1, text).font = Font(name="Calibri", bold=number == 1, size=14 if number == 1 else 11)
    sheet.row_dimensions[1].height = 24
    _write_list(sheet, "Tables", ("Table", "", "Required", "A row is"), _table_words())
    _write_list(sheet, "Columns", COLUMN_HEADINGS, [row for table in TABLES.values() for row in column_rows(table)])
    _write_list(sheet, "Needs", ("", "Code", "", "Meaning"), [("", code, "", text) for code, text in NEEDS.items()])
    _write_list(sheet, "Kinds", ("", "Kind", "", "Meaning"), [("", kind, "", text) for kind, text in KINDS.items()])
    headings = ("", "Parameter", "Default", "Meaning", "Unit", "Source", "Year")
    words = [
        ("", name, value, about, unit, source, year) for name, value, unit, year, source, about in parameter_words()
    ]
    return _write_list(sheet, "Parameters", headings, words)


def _table_words() -> list[tuple[str, ...]]:
    return [(table.name, "", "required" if table.required else "optional", table.row_is) for table in TABLES.values()]


def _write_list(
    sheet: Worksheet, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]
) -> tuple[int, int]:
    top = sheet.max_row + 2
    sheet.cell(top, 1, title).font = Font(name="Calibri", bold=True, size=12)
    for position, heading in enumerate(headings, start=1):
        head = sheet.cell(top + 1, position, heading)
        head.font, head.fill, head.border = Font(name="Calibri", bold=True), _OPTIONAL_FILL, _EDGE
    number = top + 1
    for number, row in enumerate(rows, start=top + 2):
        for position, text in enumerate(row, start=1):
            cell = sheet.cell(number, position)
            _set_text(cell, text)
            cell.alignment = _WRAPPED
        lines = [1 + int(1.15 * len(text) / width) for text, width in zip(row, _GUIDE_WIDTHS, strict=False)]
        sheet.row_dimensions[number].height = _LINE_HEIGHT * max(lines)
    return top + 2, number
