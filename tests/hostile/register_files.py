"""Bad registers, returns, postcode files, lists of approved schools and published statistics."""

import gzip
import io
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from placement_opt.errors import Fault, InputError
from placement_opt.file_limits import file_limits
from placement_opt.registers import read_schools, read_statistics
from placement_opt.registers.postcodes import read_postcodes
from placement_opt.registers.section41 import read_approvals
from placement_opt.registers.sen2 import read_return
from tests.hostile.case import Case
from tests.hostile.workbooks import edited, put_rows, typed
from tests.register_files import MODULE_COLUMNS, REGISTER_COLUMNS, school

_SCHOOL = ",".join(school("900001", "Alder Lane").get(name, "") for name in REGISTER_COLUMNS)
_REGISTER = f"{','.join(REGISTER_COLUMNS)}\n{_SCHOOL}\n"
_POSTCODES = "ZZ11AA,10,460000,270000,E92000001,,,E10000099,E07000900,E05000001\n"
_MODULES = ("person", "requests", "activeplans", "placementdetail", "senneed")


def _schools(name: str, data: str | bytes, folder: Path) -> None:
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    read_schools(folder / name)


def _few(read: Callable[[Path], Any], folder: Path) -> None:
    with file_limits(unpacked_mb=1, rows=9_000):
        read(folder)


def _with_faults(read: Callable[[Path, list[Fault]], Any], folder: Path) -> None:
    faults: list[Fault] = []
    read(folder, faults)
    if faults:
        raise InputError(faults)


def _postcodes(name: str, data: str | bytes, folder: Path) -> None:
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    _with_faults(lambda place, faults: read_postcodes(place / name, faults), folder)


def _return(files: dict[str, str], folder: Path) -> None:
    for module in _MODULES:
        text = files.get(module, MODULE_COLUMNS[module] + "\n")
        (folder / f"Export_{module}.csv").write_bytes(text.encode())
    _with_faults(read_return, folder)


def _approvals(edit: Any, folder: Path) -> None:
    path = edited(folder, edit)
    _with_faults(lambda _, faults: read_approvals([path], faults), folder)


def _not_approvals(data: bytes, folder: Path) -> None:
    (folder / "list.xlsx").write_bytes(data)
    _with_faults(lambda place, faults: read_approvals([place / "list.xlsx"], faults), folder)


def _statistics(text: str | bytes, folder: Path) -> None:
    (folder / "caseload.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    read_statistics(folder / "caseload.csv", authority="Exampleshire")


def _zip(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/") + ".csv", data)
    return stream.getvalue()


def _register(name: str, data: str | bytes, says: str, row: str = "", column: str = "", file: str = "r.csv") -> Case:
    return Case(f"the register: {name}", partial(_schools, file, data), says, "register", column, row)


def _code(name: str, data: str | bytes, says: str, file: str = "p.csv", row: str = "") -> Case:
    return Case(f"postcodes: {name}", partial(_postcodes, file, data), says, "postcodes", "", row)


def _module(name: str, module: str, text: str, says: str, row: str = "") -> Case:
    return Case(f"a SEN2 return: {name}", partial(_return, {module: text}), says, module, "", row)


_PERSON = MODULE_COLUMNS["person"]
_BOMB = bytes(2_000_000)

REGISTER_CASES = (
    _register("empty", "", "The file is empty"),
    _register("blank lines", "\n\n\n", "The file is empty"),
    _register("bytes of no encoding", b"URN,\x81\x8d\n", "is not a text file in UTF-8 or Windows-1252"),
    _register("UTF-16", _REGISTER.encode("utf-16"), "is not a text file in UTF-8 or Windows-1252"),
    _register("NUL", _REGISTER.replace("Alder", "Al\0der"), "is not a text file in UTF-8 or Windows-1252"),
    _register("a workbook by another name", b"PK\x03\x04 and more", "under another name"),
    _register("the old format of Excel", b"\xd0\xcf\x11\xe0 and more", "under another name"),
    _register("an unclosed quotation mark", f'{_REGISTER}"9', "a quotation mark is missing", "3"),
    _register(
        "1 MB in a cell",
        _REGISTER.replace("Alder", f'"{"N" * 1_000_000}"'),
        "has a cell of more than 131,072 characters",
        "2",
    ),
    _register("a short row", f"{_REGISTER}900002,1\n", "Is the file cut off?", "3"),
    _register("a long row", f"{_REGISTER}{_SCHOOL},more\n", "The row has", "3"),
    _register("another table", "a,b\n1,2\n", "Is it another file?", "1"),
    _register("a column twice", _REGISTER.replace("Northing", "Easting", 1), "appears twice", "1", "Easting"),
    _register("gzip that is none", b"not gzip", "cannot be opened", "", "", "r.csv.gz"),
    _register("gzip cut short", gzip.compress(_REGISTER.encode())[:-9], "cannot be opened", "", "", "r.csv.gz"),
    _register("gzip with junk after it", gzip.compress(b"URN\n") + b"junk", "cannot be opened", "", "", "r.csv.gz"),
    _register("zip that is none", b"not zip", "cannot be opened", "", "", "r.zip"),
    _register("a zip of two", _zip(a=b"a", b=b"b"), "holds 2 CSV files", "", "", "r.zip"),
    _register("a zip of none", _zip(), "holds 0 CSV files", "", "", "r.zip"),
    Case(
        "the register: a gzip bomb",
        partial(_few, partial(_schools, "r.csv.gz", gzip.compress(_BOMB))),
        "unpacks to more than 1 MB",
        "register",
    ),
    Case(
        "the register: a bomb in many gzip parts",
        partial(_few, partial(_schools, "r.csv.gz", gzip.compress(bytes(300_000)) * 5)),
        "unpacks to more than 1 MB",
        "register",
    ),
    Case(
        "the register: a zip bomb",
        partial(_few, partial(_schools, "r.zip", _zip(a=_BOMB))),
        "unpacks to more than 1 MB",
        "register",
    ),
    Case(
        "the register: a zip whose paths climb, and too large",
        partial(_few, partial(_schools, "r.zip", _zip(**{"..__..__etc__a": _BOMB}))),
        "unpacks to more than 1 MB",
        "register",
    ),
    _code("empty", "", "The file is empty"),
    _code("bytes", b"\xff\xfe\x00\x81", "is not a CSV file"),
    _code("a web page", "<!DOCTYPE html>\n<script>alert(1)</script>\n", "is no postcode file", row="1"),
    _code("numbers alone", "1,2,3\n4,5,6\n", "is no postcode file", row="1"),
    _code("gzip that is none", b"not gzip", "is not a CSV file", "p.csv.gz"),
    _code("gzip cut short", gzip.compress(_POSTCODES.encode())[:-9], "is not a CSV file", "p.csv.gz"),
    _code("a zip of two", _zip(a=b"a", b=b"b"), "is an archive of several files", "p.csv.zip"),
    Case(
        "postcodes: a gzip bomb",
        partial(_few, partial(_postcodes, "p.csv.gz", gzip.compress(_BOMB))),
        "unpacks to more than 1 MB",
        "postcodes",
    ),
    Case(
        "postcodes: a zip bomb",
        partial(_few, partial(_postcodes, "p.csv.zip", _zip(a=_BOMB))),
        "unpacks to more than 1 MB",
        "postcodes",
    ),
    _module("an empty module", "person", "", "The file is empty"),
    _module("NUL", "person", f"{_PERSON}\n1\0", "is not a text file"),
    Case(
        "a SEN2 return: a column missing",
        partial(_return, {"person": _PERSON.replace("personbirthdate", "born") + "\n"}),
        "The column is missing from Export_person.csv",
        "person",
        "personbirthdate",
    ),
    _module("an unclosed quotation mark", "senneed", f'{MODULE_COLUMNS["senneed"]}\n"1', "a quotation mark is", "2"),
    _module(
        "a short row", "placementdetail", f"{MODULE_COLUMNS['placementdetail']}\n1,2\n", "Is the file cut off?", "2"
    ),
    _module(
        "rows swallowed by a cell",
        "person",
        f'{_PERSON}\n"1{",x" * 13}\n2{",x" * 13}"{"," * 13}\n',
        "so that rows have become one",
        "3",
    ),
    Case("approved schools: no workbook", partial(_not_approvals, b"a,b\n"), "cannot be opened", "section 41"),
    Case("approved schools: a document type", partial(_approvals, typed("<!DOCTYPE x>")), "DTD", "section 41"),
    Case(
        "approved schools: a row number of gigabytes",
        partial(_few, partial(_approvals, put_rows('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'))),
        "has more than 9,000 rows",
        "section 41",
    ),
    Case(
        "approved schools: another workbook",
        partial(_approvals, put_rows('<row r="1"><c r="A1" t="str"><v>name</v></c></row>')),
        "does not begin with a column of school references",
        "section 41",
        "",
        "1",
    ),
    Case("statistics: empty", partial(_statistics, ""), "The file is empty", "caseload.csv"),
    Case("statistics: bytes", partial(_statistics, b"\x81\x8d"), "is not a text file", "caseload.csv"),
    Case("statistics: another table", partial(_statistics, "a,b\n1,2\n"), "holds no counts", "caseload.csv", "", "1"),
)
