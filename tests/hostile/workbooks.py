"""Bad Excel workbooks, made as they are needed."""

import io
import struct
import zipfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import openpyxl

from placement_opt.file_limits import file_limits
from placement_opt.files import read_problem
from placement_opt.files.sample import SAMPLE_ROWS
from tests.hostile.case import Case

_SHEET = "xl/worksheets/sheet1.xml"
Edit = Callable[[dict[str, bytes]], None]


@cache
def _good() -> dict[str, bytes]:
    """Return the parts of a sound workbook: pupils, settings and provisions."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for table in ("pupils", "settings", "provisions"):
        sheet = book.create_sheet(table)
        names = list(dict.fromkeys(name for row in SAMPLE_ROWS[table] for name in row))
        sheet.append(names)
        for row in SAMPLE_ROWS[table]:
            sheet.append([row.get(name) for name in names])
    stream = io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _pack(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def edited(folder: Path, edit: Edit) -> Path:
    """Write the sound workbook with some of its parts changed."""
    parts = dict(_good())
    edit(parts)
    path = folder / "tables.xlsx"
    path.write_bytes(_pack(parts))
    return path


def put_rows(rows: str) -> Edit:
    """Give the first sheet other rows."""

    def edit(parts: dict[str, bytes]) -> None:
        head, _, rest = parts[_SHEET].partition(b"<sheetData>")
        parts[_SHEET] = head + b"<sheetData>" + rows.encode() + rest[rest.index(b"</sheetData>") :]

    return edit


def _text_cell(at: str, text: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def _header() -> str:
    names = ("pupil_id", "easting", "northing", "year_group", "need")
    return "".join(_text_cell(f"{column}1", name) for column, name in zip("ABCDE", names, strict=True))


def _pupil(**cells: str) -> str:
    row = {
        "A": _text_cell("A2", "P1"),
        "B": '<c r="B2"><v>460000</v></c>',
        "C": '<c r="C2"><v>270000</v></c>',
        "D": '<c r="D2"><v>7</v></c>',
        "E": _text_cell("E2", "ASD"),
    }
    return f'<row r="1">{_header()}</row><row r="2">{"".join({**row, **cells}.values())}</row>'


def _read(edit: Edit, folder: Path) -> None:
    read_problem(edited(folder, edit))


def _read_bytes(make: Callable[[], bytes], folder: Path) -> None:
    path = folder / "tables.xlsx"
    path.write_bytes(make())
    read_problem(path)


def _limited(edit: Edit, folder: Path, **limits: float) -> None:
    with file_limits(**limits):
        _read(edit, folder)


def _in_part(name: str, old: bytes, new: bytes) -> Edit:
    def edit(parts: dict[str, bytes]) -> None:
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new, 1)

    return edit


def typed(text: str) -> Edit:
    """Put a document type before the root of a sheet."""

    def edit(parts: dict[str, bytes]) -> None:
        start = parts[_SHEET].index(b"<worksheet")
        parts[_SHEET] = parts[_SHEET][:start] + text.encode() + parts[_SHEET][start:]

    return edit


def _drop(name: str) -> Edit:
    return lambda parts: parts.pop(name) and None


def _bomb(parts: dict[str, bytes]) -> None:
    parts["xl/media/image1.bin"] = bytes(5_000_000)


def _lying_bomb() -> bytes:
    """Return a workbook whose directory says that one part has four gigabytes."""
    parts = {**_good(), "xl/media/image1.bin": bytes(1_000)}
    data = bytearray(_pack(parts))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/media/image1.bin"))
    data[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(data)


def _locked() -> bytes:
    """Return a workbook whose first part says that it needs a password."""
    data = bytearray(_pack(_good()))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def _renamed(name: str) -> Edit:
    return _in_part("xl/workbook.xml", b'name="pupils"', f'name="{name}"'.encode())


_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 9))
) + "]>"
_FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
_CUT = "The file is an Excel workbook that cannot be read to its end"
_TYPE = "The file declares a document type (DTD)"


def _file(name: str, read: Callable[[Path], None], says: str) -> Case:
    return Case(f"a workbook: {name}", read, says, "tables.xlsx")


def _cell(name: str, rows: str, says: str, column: str, value: str | None = None) -> Case:
    return Case(f"a workbook: {name}", partial(_read, put_rows(rows)), says, "pupils", column, "2", value)


WORKBOOK_CASES = (
    _file("empty", partial(_read_bytes, bytes), "it is an empty file"),
    _file("a CSV file by another name", partial(_read_bytes, lambda: b"a,b\n1,2\n"), "it is text"),
    _file("the old format", partial(_read_bytes, lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old .xls workbook"),
    _file("a zip archive of something else", partial(_read_bytes, lambda: _pack({"a": b"b"})), "no Excel workbook"),
    _file("cut short", partial(_read_bytes, lambda: _pack(_good())[:3_000]), "is damaged or cut off"),
    _file("one byte changed", partial(_read_bytes, lambda: _pack(_good()).replace(b"\x4d", b"\x4e")), "damaged or cut"),
    _file("locked", partial(_read_bytes, _locked), "has a password"),
    _file("a bomb", partial(_limited, _bomb, unpacked_mb=2), "unpacks to more than 2 MB"),
    _file("a bomb of gigabytes", partial(_read_bytes, _lying_bomb), "unpacks to more than 2,000 MB"),
    _file("the billion laughs", partial(_read, typed(_LAUGHS)), _TYPE),
    _file("an entity that is a file", partial(_read, typed(_FILE)), _TYPE),
    _file("a document type", partial(_read, typed("<!DOCTYPE worksheet>")), _TYPE),
    _file("XML that does not end", partial(_read, _in_part(_SHEET, b"</sheetData>", b"")), _CUT),
    Case("a workbook: no sheet", partial(_read, _drop(_SHEET)), "The sheet is missing", "pupils"),
    _file(
        "a string that is not there",
        partial(_read, put_rows('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>')),
        _CUT,
    ),
    _file("a cell in no column", partial(_read, put_rows('<row r="1"><c r="AAAAAA1"><v>1</v></c></row>')), _CUT),
    _file("a cell without a name", partial(_read, put_rows('<row r="1"><c r="1"><v>1</v></c></row>')), _CUT),
    _file("a row that is no number", partial(_read, put_rows('<row r="x"><c r="A1"><v>1</v></c></row>')), _CUT),
    _file("a number of 5,000 digits", partial(_read, put_rows(_pupil(D=f'<c r="D2"><v>{"9" * 5_000}</v></c>'))), _CUT),
    _file(
        "a row number of gigabytes",
        partial(
            _limited, put_rows(_pupil() + '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'), rows=9_000
        ),
        "has more than 9,000 rows",
    ),
    _file("a column too many", partial(_read, put_rows('<row r="1"><c r="XFE1"><v>1</v></c></row>')), "16,384 columns"),
    _file(
        "few cells far apart",
        partial(_limited, put_rows(_pupil() + '<row r="900"><c r="ZZ900"><v>1</v></c></row>'), cells=1_000),
        "The sheet 'pupils' has",
    ),
    _file(
        "wide rows",
        partial(
            _limited,
            put_rows("".join(f'<row r="{n}"><c r="ZZ{n}"><v>1</v></c></row>' for n in range(1, 9))),
            cells=4_000,
        ),
        "has more than 4,000 cells",
    ),
    _cell("a formula without its value", _pupil(D='<c r="D2"><f>1+1</f></c>'), "without a stored value", "year_group"),
    _cell("a link to another workbook", _pupil(D='<c r="D2"><f>[1]x!A1</f></c>'), "without a stored", "year_group"),
    _cell("a call of the shell", _pupil(E="<c r=\"E2\"><f>cmd|'/C calc'!A0</f></c>"), "without a stored", "need"),
    _cell(
        "an error", _pupil(D='<c r="D2" t="e"><v>#REF!</v></c>'), "is an error of a spreadsheet", "year_group", "#REF!"
    ),
    _cell("a date for a year", _pupil(D='<c r="D2" t="d"><v>2026-01-02</v></c>'), "is a date", "year_group"),
    _cell("yes for a year", _pupil(D='<c r="D2" t="b"><v>1</v></c>'), "is not a finite number", "year_group", "yes"),
    _cell("infinite", _pupil(D='<c r="D2"><v>1e999</v></c>'), "is not a finite number", "year_group"),
    _cell("a huge whole number", _pupil(D=f'<c r="D2"><v>{"9" * 400}</v></c>'), "is not a finite", "year_group"),
    _cell("a part of a year", _pupil(D='<c r="D2"><v>7.5</v></c>'), "is not a whole number", "year_group", "7.5"),
    _cell("a control character", _pupil(A=_text_cell("A2", "P&#10;1")), "holds a line break", "pupil_id"),
    _cell("text that turns round", _pupil(A=_text_cell("A2", "P\u202e1")), "turns the direction", "pupil_id"),
    _cell("1 MB of text", _pupil(A=_text_cell("A2", "P" * 1_000_000)), "is longer than 32,767", "pupil_id"),
    _cell("a script for a need", _pupil(E=_text_cell("E2", "&lt;script&gt;")), "is not allowed", "need", "<script>"),
    Case("a workbook: a sheet misspelt", partial(_read, _renamed("pupil")), "Is it meant to be pupils?", "pupils"),
    Case("a workbook: a strange sheet", partial(_read, _renamed("cmd|x")), "is not a table of a problem", "cmd|x"),
)
