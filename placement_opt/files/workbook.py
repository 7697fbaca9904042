"""An Excel workbook: a sheet for each table."""

import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from placement_opt.errors import Fault
from placement_opt.file_limits import limits_now
from placement_opt.files.packages import Unreadable, archive_complaint, within_limits
from placement_opt.files.raw import Findings, RawTables, is_passed_over, looks_like, match_names
from placement_opt.headers import is_blank, plain

_DAMAGED = (
    "The file is an Excel workbook that cannot be read to its end. Open it in Excel, repair it and save it again."
)
_FORMULA_MARKS = (b"<f>", b"<f ", b"<f/>")


def read_workbook(path: Path) -> RawTables:
    """Read the sheets of an Excel workbook; formulas count by the values that were stored with them.

    Parameters
    ----------
    path
        A file that exists.
    """
    findings = Findings("sheet")
    complaint = _complaint(path)
    if complaint:
        return RawTables({}, (Fault(path.name, "", "", "", complaint),))
    try:
        sheets = _sheets(path, stored_values=True, of_problem=True)
        formulas = _sheets(path, stored_values=False, of_problem=True) if _has_formulas(path) else {}
    except Unreadable as reason:
        return RawTables({}, (Fault(path.name, "", "", "", str(reason)),))
    filled = {name for name, rows in sheets.items() if rows}
    for table, name in match_names(filled, findings).items():
        findings.frames[table] = _frame(sheets[name])
        if name in formulas:
            _note_uncalculated(table, sheets[name], formulas[name], findings)
    return findings.sealed()


def _complaint(path: Path) -> str:
    what = looks_like(path)
    if not what.startswith("a zip"):
        return f"The file is not an Excel workbook: it is {what}. Save it from Excel as .xlsx, or give a folder of CSV."
    return archive_complaint(path)


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(mark in archive.read(name) for name in sheets for mark in _FORMULA_MARKS)


def _sheets(path: Path, *, stored_values: bool, of_problem: bool = False) -> dict[str, dict[int, list[Any]]]:
    """Return the rows that hold anything, by sheet and row number; of a problem, only sheets that may be its tables.

    Raises
    ------
    Unreadable
        When the workbook is damaged, or a sheet says that it is larger than one may be.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # parts of a workbook that hold no cells
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=stored_values, keep_links=False)
            try:
                chosen = [sheet for sheet in book.worksheets if not (of_problem and is_passed_over(sheet.title))]
                return {sheet.title: dict(_filled_rows(sheet)) for sheet in chosen}
            finally:
                book.close()
        except Unreadable:
            raise
        except Exception:  # noqa: BLE001 - openpyxl raises what the broken XML happens to raise
            raise Unreadable(_DAMAGED) from None


def _filled_rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    sheet.reset_dimensions()  # some programs store dimensions that cut rows off
    widest = filled = 0
    for number, row in within_limits(sheet.iter_rows(values_only=True), sheet.title):
        if not all(is_blank(value) for value in row):
            widest, filled = max(widest, len(row)), filled + 1
            if widest * filled > limits_now().cells:
                raise Unreadable(
                    f"The sheet {sheet.title!r} has {filled:,} rows and is {widest:,} columns wide. Remove what is not "
                    "the table, or raise `cells` of `placement_opt.file_limits`."
                )
            yield number, row


def _frame(rows: dict[int, list[Any]]) -> pd.DataFrame:
    numbers = list(rows)
    width = max(len(row) for row in rows.values())
    padded = [row + [None] * (width - len(row)) for row in rows.values()]
    header = ["" if is_blank(name) else str(name) for name in padded[0]]
    return pd.DataFrame(padded[1:], index=numbers[1:], columns=header, dtype=object)


def _note_uncalculated(
    table: str, stored: dict[int, list[Any]], typed: dict[int, list[Any]], findings: Findings
) -> None:
    header = next(iter(typed.values()))
    for number, row in typed.items():
        values = stored.get(number, [])
        for position, value in enumerate(row):
            is_formula = isinstance(value, str) and value.startswith("=")
            if is_formula and is_blank(values[position] if position < len(values) else None):
                column = str(header[position]) if position < len(header) else ""
                message = "is a formula without a stored value. Open the workbook in Excel and save it."
                findings.faults.append(Fault(table, column, str(number), value[:60], message))


def read_sheet(path: Path, table: str) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Read one table from a workbook that holds it alone, or in a sheet of its name.

    Parameters
    ----------
    path
        A file that exists.
    table
        Its name; the sheet may be called otherwise where no other sheet holds anything.

    Returns
    -------
    frame, faults
        The rows labelled as in the sheet, None where there are none, and what is wrong with the workbook.
    """
    complaint = _complaint(path)
    if complaint:
        return None, [Fault(table, "", "", path.name, complaint)]
    try:
        sheets = {name: rows for name, rows in _sheets(path, stored_values=True).items() if rows}
        formulas = _sheets(path, stored_values=False) if _has_formulas(path) else {}
    except Unreadable as reason:
        return None, [Fault(table, "", "", path.name, str(reason))]
    chosen = [name for name in sheets if plain(name) == plain(table)] or list(sheets)
    if len(chosen) != 1:
        named = f"It has {', '.join(sheets)}." if sheets else "Its sheets are empty."
        return None, [Fault(table, "", "", path.name, f"has no sheet called {table}. {named} Name the sheet so.")]
    findings = Findings("sheet")
    if chosen[0] in formulas:
        _note_uncalculated(table, sheets[chosen[0]], formulas[chosen[0]], findings)
    return _frame(sheets[chosen[0]]), findings.faults
