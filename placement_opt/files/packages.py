"""A workbook as the archive that it is: whole, no larger inside than can be read, and without a document type."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any
from xml.parsers.expat import ExpatError, ParserCreate

from placement_opt.file_limits import holds_too_much, limits_now, unpacked_words

_PIECE = 1 << 16
_XML = (".xml", ".rels", ".vml")
_CUT_OFF = "The workbook is damaged or cut off. Save it from Excel or copy it again."
_DOCUMENT_TYPE = (
    "The file declares a document type (DTD), in which a few lines can unfold into gigabytes or name other files. "
)


class Unreadable(Exception):  # noqa: N818 - never leaves this package
    """A file cannot be read; the message is a sentence for a fault."""


def archive_complaint(path: Path) -> str:
    """Say what is wrong with a workbook as an archive; blank = nothing."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _complaint_of(archive, path.name)
    except Exception as error:  # noqa: BLE001 - zipfile raises what the broken bytes happen to raise
        return "The workbook has a password. Save it without one." if "password" in str(error) else _CUT_OFF


def _complaint_of(archive: zipfile.ZipFile, file: str) -> str:
    if "xl/workbook.xml" not in archive.namelist():
        return "The file is a zip archive but no Excel workbook. Save it from Excel as .xlsx."
    if holds_too_much(archive):
        return unpacked_words(file)
    if archive.testzip() is not None:
        return _CUT_OFF
    for name in archive.namelist():
        if name.lower().endswith(_XML):
            with archive.open(name) as stream:
                if declares_types(stream):
                    return f"{_DOCUMENT_TYPE}No workbook of Excel has one. Save the tables anew."
    return ""


def xml_complaint(path: Path) -> str:
    """Say whether an XML file declares a document type, and what to do; blank = it does not."""
    with path.open("rb") as stream:
        return f"{_DOCUMENT_TYPE}Save the file without it." if declares_types(stream) else ""


def declares_types(stream: IO[bytes]) -> bool:
    """Say whether XML begins with a document type, the only place where entities are declared."""
    parser = ParserCreate()
    parser.StartDoctypeDeclHandler = _ending(has_types=True)
    parser.StartElementHandler = _ending(has_types=False)
    try:
        while piece := stream.read(_PIECE):
            parser.Parse(piece, False)
    except _Known as known:
        return known.has_types
    except (ExpatError, ValueError):  # no XML: whoever reads it says so
        return False
    return False


class _Known(Exception):  # noqa: N818 - ends the parsing
    def __init__(self, *, has_types: bool) -> None:
        super().__init__()
        self.has_types = has_types


def _ending(*, has_types: bool) -> Callable[..., None]:
    def end(*_: Any) -> None:
        raise _Known(has_types=has_types)

    return end


def within_limits(rows: Iterator[tuple[Any, ...]], name: str) -> Iterator[tuple[int, list[Any]]]:
    """Give the rows of a sheet with their numbers, without the blanks at their ends.

    Parameters
    ----------
    rows
        Its rows from the first on.
    name
        Of the sheet, for messages.

    Raises
    ------
    Unreadable
        When the sheet says that it has more rows, columns or cells than may be.
    """
    limits, cells = limits_now(), 0
    for number, row in enumerate(rows, start=1):
        width = len(row)
        while width and row[width - 1] is None:
            width -= 1
        cells += len(row)
        for what, found, most in (
            ("rows", number, limits.rows),
            ("columns", width, limits.columns),
            ("cells", cells, limits.cells),
        ):
            if found > most:
                raise Unreadable(
                    f"The sheet {name!r} has more than {most:,} {what}. Remove what is not the table, or raise "
                    f"`{what}` of `placement_opt.file_limits`."
                )
        yield number, list(row[:width])
