"""Workbooks put into files: their sheets are drafted in memory, so no row is left in a folder of temporary files."""

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile


def write_book(book: Any, file: Path | BytesIO) -> None:
    """Write an openpyxl workbook without charts and images.

    Parameters
    ----------
    book
        An openpyxl workbook.
    file
        A draft: on an error, part of it may be there.

    Raises
    ------
    OSError
        When the disk is full, or the file cannot be written.

    Notes
    -----
    openpyxl's own `save` drafts each sheet in the system's folder of temporary files, where a killed program leaves
    pupils' rows behind, and on a full disk prints what its cleaning up met.
    """
    from openpyxl.worksheet._writer import WorksheetWriter  # noqa: PLC0415 - loads when used
    from openpyxl.writer.excel import ExcelWriter  # noqa: PLC0415

    class InMemory(ExcelWriter):
        def write_worksheet(self, ws: Any) -> None:
            draft = WorksheetWriter(ws, out=BytesIO())
            draft.write()
            ws._rels = draft._rels  # type: ignore[attr-defined]
            self._archive.writestr(ws.path[1:], draft.read())  # type: ignore[attr-defined]
            self.manifest.append(ws)

    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        InMemory(book, archive).save()
