"""What a file holds, however it is packed: text in a CSV file, a gzip or zip archive, or the cells of a workbook."""

import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

from placement_opt.errors import Fault, InputError
from placement_opt.file_limits import NOT_WHOLE, gunzipped, holds_too_much, read_whole, unpacked_words
from placement_opt.files.packages import Unreadable, archive_complaint, within_limits

_ZIP_START = b"PK\x03\x04"
_OLD_EXCEL_START = b"\xd0\xcf\x11\xe0"
_NAMED_AT_MOST = 5


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet of a workbook as text; `lines` are the row numbers that the workbook shows."""

    name: str
    lines: tuple[tuple[int, tuple[str, ...]], ...]


def is_workbook(path: Path) -> bool:
    """Say whether a file's name is that of an Excel workbook."""
    return path.suffix.lower() in {".xlsx", ".xlsm"}


def read_text(path: Path, source: str, faults: list[Fault]) -> str | None:
    """Return the text of a file in UTF-8 or Windows-1252, or None where there is none; faults say why.

    Parameters
    ----------
    path
        A text file, one packed with gzip (`.gz`), or a zip archive (`.zip`) that holds one CSV file.
    source
        What to call it in messages.
    faults
        Every fault found is added to this list.
    """
    data = _read_bytes(path, source, faults)
    if data is None:
        return None
    if data.startswith((_ZIP_START, _OLD_EXCEL_START)):
        message = "is an Excel workbook or a zip file under another name. Save or unpack it as CSV."
        faults.append(Fault(source, "", "", path.name, message))
        return None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    message = "is not a text file in UTF-8 or Windows-1252. Save it as CSV (UTF-8)."
    faults.append(Fault(source, "", "", path.name, message))
    return None


def _read_bytes(path: Path, source: str, faults: list[Fault]) -> bytes | None:
    try:
        data = read_whole(path, source)
        if path.suffix.lower() == ".gz":
            text = gunzipped(data)
            if text is None:
                faults.append(Fault(source, "", "", path.name, unpacked_words("The archive")))
            return text
        if path.suffix.lower() == ".zip":
            return _unzip(data, path.name, source, faults)
    except InputError as error:
        faults.extend(error.faults)
        return None
    except FileNotFoundError:
        faults.append(Fault(source, "", "", str(path), "There is no such file."))
        return None
    except NOT_WHOLE as error:
        faults.append(Fault(source, "", "", str(path), f"cannot be opened ({type(error).__name__})."))
        return None
    return data


def _unzip(data: bytes, name: str, source: str, faults: list[Fault]) -> bytes | None:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".csv") and "__MACOSX" not in name]
        if len(names) == 1 and holds_too_much(archive):
            faults.append(Fault(source, "", "", name, unpacked_words("The archive")))
            return None
        if len(names) == 1:
            return archive.read(names[0])
    shown = ", ".join(names[:_NAMED_AT_MOST]) + (", ..." if len(names) > _NAMED_AT_MOST else "")
    message = f"holds {len(names)} CSV files{': ' if names else ''}{shown}; one is needed. Unpack it and give that one."
    faults.append(Fault(source, "", "", name, message))
    return None


def read_workbook(path: Path, source: str, faults: list[Fault]) -> tuple[Sheet, ...]:
    """Return the sheets of a workbook with their cells as text: dates as 2025-01-16, yes and no as 1 and 0.

    Parameters
    ----------
    path, source, faults
        As for `read_text`.
    """
    import openpyxl  # noqa: PLC0415 - loads when used

    complaint = archive_complaint(path) if zipfile.is_zipfile(path) else ""
    if complaint:
        faults.append(Fault(source, "", "", path.name, complaint))
        return ()
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except FileNotFoundError:
        faults.append(Fault(source, "", "", str(path), "There is no such file."))
        return ()
    except Exception as error:  # noqa: BLE001 - openpyxl raises what the broken XML happens to raise
        message = f"cannot be opened as a workbook ({type(error).__name__}). Save it again as .xlsx without a password."
        faults.append(Fault(source, "", "", path.name, message))
        return ()
    try:
        return tuple(Sheet(sheet.title, _lines(sheet)) for sheet in book.worksheets)
    except Unreadable as reason:
        faults.append(Fault(source, "", "", path.name, str(reason)))
        return ()
    except Exception as error:  # noqa: BLE001 - as above
        faults.append(Fault(source, "", "", path.name, f"breaks off while it is read ({type(error).__name__})."))
        return ()
    finally:
        book.close()


def _lines(sheet: Any) -> tuple[tuple[int, tuple[str, ...]], ...]:
    sheet.reset_dimensions()  # they may say less than there is, or a million columns
    found = []
    for number, cells in within_limits(sheet.iter_rows(values_only=True), sheet.title):
        texts = tuple(cell_text(cell) for cell in cells)
        if any(texts):
            found.append((number, texts))
    return tuple(found)


def cell_text(cell: object) -> str:
    """Return the cell of a workbook as the text that a CSV file would have.

    Examples
    --------
    >>> cell_text(116646.0), cell_text(True), cell_text(datetime(2014, 8, 31)), cell_text(None)
    ('116646', '1', '2014-08-31', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()
