"""Workbooks as files: whole or not at all, the same bytes each time, and every sum with its value."""

import re
import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from placement_opt.files.books import write_book
from placement_opt.whole_files import written_beside

TOTAL = "=SUBTOTAL(109,{cells})"
"""The one formula of our workbooks: a sum over the rows that a filter leaves in view."""

_TOTAL_CELLS = re.compile(r"=SUBTOTAL\(109,([A-Z]+[0-9]+:[A-Z]+[0-9]+)\)")
_EMPTY_VALUE = re.compile(rb'(<c r="([A-Z]+[0-9]+)"[^>]*><f>[^<]*</f>)<v ?(?:/>|></v>)')
_UNMADE = datetime(2000, 1, 1)
"""In place of the time of writing, so that the same plans make the same workbook."""


def save_book(book: Any, path: Path) -> Path:
    """Write a workbook whole, or not at all.

    Parameters
    ----------
    book
        An openpyxl workbook whose only formulas are `TOTAL`.
    path
        The file; an existing one is replaced.

    Notes
    -----
    openpyxl stores formulas without their values, which shows blanks wherever nothing calculates: in Excel's protected
    view, in previews, in pandas. So the sums are put in afterwards. Excel works them out again when it opens the file.
    """
    book.properties.creator = "placement_opt"
    book.properties.created = book.properties.modified = _UNMADE
    book.calculation.fullCalcOnLoad = True
    values = {f"xl/worksheets/sheet{number}.xml": _totals(sheet) for number, sheet in enumerate(book.worksheets, 1)}
    with written_beside(path) as draft:
        bare = BytesIO()
        write_book(book, bare)
        _finish(bare, draft, values)
    return path


def _totals(sheet: Any) -> dict[str, float]:
    """Return the values of the sums of a sheet by cell."""
    totals = {}
    for row in sheet.iter_rows():
        for cell in row:
            found = _TOTAL_CELLS.fullmatch(str(cell.value)) if cell.data_type == "f" else None
            if found:
                added = [line[0].value or 0 for line in sheet[found.group(1)]]
                totals[cell.coordinate] = round(float(sum(added)), 2)
    return totals


def _finish(bare: BytesIO, draft: Path, values: dict[str, dict[str, float]]) -> None:
    """Copy a workbook with the values of its sums and without the time at which it was written."""
    with zipfile.ZipFile(bare) as source, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if values.get(name):
                content = _with_values(content, values[name])
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)


def _with_values(content: bytes, values: dict[str, float]) -> bytes:
    def filled(found: re.Match[bytes]) -> bytes:
        value = values.get(found.group(2).decode())
        return found.group(0) if value is None else found.group(1) + f"<v>{value!r}</v>".encode()

    return _EMPTY_VALUE.sub(filled, content)
