"""Bad CSV files of tables, journeys, drives and routes."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from placement_opt.cells import read_table
from placement_opt.errors import InputError
from placement_opt.examples import tiny
from placement_opt.file_limits import file_limits
from placement_opt.files import read_legs, read_problem, read_travel
from placement_opt.files.delimited import read_csv
from placement_opt.schema import PUPILS
from tests.hostile.case import Case

_HEAD = "pupil_id,easting,northing,year_group,need"
_ROW = "P1,460000,270000,7,ASD"
_GOOD = f"{_HEAD}\n{_ROW}\n"
_JOURNEYS = "from_id,to_id,minutes,miles\n"


def _table(data: str | bytes, folder: Path) -> None:
    path = folder / "pupils.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    read = read_csv(path, "pupils")
    faults = list(read.faults)
    if read.frame is not None:
        read_table(PUPILS, read.frame, faults)
    if faults:
        raise InputError(faults)


def _few_mb(read: Callable[[Path], None], folder: Path, **limits: float) -> None:
    with file_limits(**limits):
        read(folder)


def _case(name: str, data: str | bytes, says: str, row: str = "", column: str = "", value: str | None = None) -> Case:
    return Case(f"pupils.csv: {name}", partial(_table, data), says, "pupils", column, row, value)


def _travel(rows: str, folder: Path) -> None:
    (folder / "travel.csv").write_text(_JOURNEYS + rows, encoding="utf-8")
    read_travel(folder / "travel.csv", tiny())


def _legs(rows: str, folder: Path) -> None:
    (folder / "legs.csv").write_text(_JOURNEYS + rows, encoding="utf-8")
    read_legs(folder / "legs.csv", tiny())


def _journey(name: str, rows: str, says: str, column: str, row: str = "2", value: str | None = None) -> Case:
    return Case(f"travel.csv: {name}", partial(_travel, rows), says, "travel", column, row, value)


def _drive(name: str, rows: str, says: str, column: str, row: str = "2", value: str | None = None) -> Case:
    return Case(f"legs.csv: {name}", partial(_legs, rows), says, "legs", column, row, value)


def _folder(files: dict[str, str], folder: Path) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    read_problem(folder)


def _deep(folder: Path) -> None:
    read_problem(folder / ".." / ".." / "etc" / "no-such-tables")


_WIDE_QUOTED = f'{_HEAD},note\n{_ROW},"{"N" * 1_000_000}"\n'

CSV_CASES = (
    _case("empty", b"", "is empty"),
    _case("blank lines alone", "\n" * 1_000, "is empty"),
    _case("UTF-16", _GOOD.encode("utf-16"), "is UTF-16 text", value="UTF-16"),
    _case("UTF-16 without its mark", _GOOD.encode("utf-16-le"), "is UTF-16 text", value="UTF-16"),
    _case("Windows-1252", f"{_HEAD},name\n{_ROW},Caf\u00e9\n".encode("cp1252"), "is not UTF-8 in this line", "2"),
    _case("bytes of no encoding", f"{_HEAD},name\n{_ROW},".encode() + b"\xff\xfe\x81\n", "is not UTF-8 in this", "2"),
    _case("an overlong sequence", f"{_HEAD},name\n{_ROW},".encode() + b"\xc0\xbc\n", "is not UTF-8 in this line", "2"),
    _case("a lone surrogate", f"{_HEAD},name\n{_ROW},".encode() + b"\xed\xa0\x80\n", "is not UTF-8 in this", "2"),
    _case("NUL in a cell", f"{_HEAD}\nP1\0,460000,270000,7,ASD\n", "The line holds NUL bytes", "2"),
    _case("NUL in many cells", f"{_HEAD}\n" + "\0" * 20 + f"\n{_ROW}\n", "The line holds NUL bytes", "2"),
    _case("an unclosed quotation mark", f'{_HEAD}\n"P1,460000,270000,7,ASD\n', "A quotation mark in this line", "2"),
    _case("a quotation mark inside a cell", f'{_HEAD}\nP"1,460000,270000,7,"ASD\n', "A quotation mark in this", "2"),
    _case("a header that is not closed", f'"{_GOOD}', "A quotation mark in the header is not closed", "1"),
    _case("a short line", f"{_HEAD}\nP1,460000,270000,7\n{_ROW}\n", "has 4 fields where the header has 5", "2"),
    _case("a line cut off", f"{_HEAD}\n{_ROW}\nP2,4600", "may have been cut off here", "3"),
    _case("a long line", f"{_HEAD}\n{_ROW},more\n", "Put quotation marks around text with commas", "2"),
    _case("a comma in a number", f"{_HEAD}\nP1,460,000,270000,7,ASD\n", "has 6 fields where the header has 5", "2"),
    _case("semicolons", _GOOD.replace(",", ";"), "is not separated by commas", value=_HEAD.replace(",", ";")),
    _case("tabs", _GOOD.replace(",", "\t"), "is not separated by commas"),
    _case("bars", _GOOD.replace(",", "|"), "is not separated by commas"),
    _case("a column twice", f"{_HEAD},need\n{_ROW},ASD\n", "The column appears twice", column="need"),
    _case("a column twice in other letters", f"{_HEAD},Pupil ID\n{_ROW},P1\n", "appears twice", column="pupil_id"),
    _case("a column misspelt", _GOOD.replace("northing", "nothing"), "Is it meant to be northing?", column="nothing"),
    _case("values without a heading", f"{_HEAD},\n{_ROW},x\n", "holds values but has no name in the header", "2"),
    _case(
        "a heading with an escape sequence", f"{_HEAD},a\x1b[31m\n{_ROW},x\n", "control character", column="a\x1b[31m"
    ),
    _case("a heading that turns round", f"{_HEAD},a\u202eb\n{_ROW},x\n", "turns the direction", column="a\u202eb"),
    _case("1 MB in quotation marks", _WIDE_QUOTED, "A cell of this line is longer than 131,072 characters", "2"),
    _case("20,000 columns", ",".join(f"c{at}" for at in range(20_000)) + "\n", "The header has 20,000 columns", "1"),
    _case("a zip archive", b"PK\x03\x04 and more", "is not a CSV file: it is a zip archive"),
    _case("a database", b"SQLite format 3\0", "is not a CSV file: it is an SQLite database"),
    _case("an old workbook", b"\xd0\xcf\x11\xe0 and more", "is not a CSV file: it is an old .xls workbook"),
    _case("a PDF", b"%PDF-1.7", "is not a CSV file: it is a PDF"),
    _case("a gzip archive", b"\x1f\x8b and more", "is not a CSV file: it is a gzip archive"),
    _case("a web page", "<!DOCTYPE html><script>alert(1)</script>", "The column is missing", column="pupil_id"),
    _case("JSON", '{"pupils": [1]}', "The column is missing", column="pupil_id"),
    _case("an id twice", f"{_GOOD}{_ROW}\n", "appears already in row 2", "3", "pupil_id", "P1"),
    _case(
        "a school year after half a million blank lines",
        f"{_HEAD}\n" + "\n" * 500_000 + "P1,460000,270000,99,ASD\n",
        "is out of range",
        "500002",
        "year_group",
        "99",
    ),
    _case("half a million lines of commas", f"{_HEAD}\n" + ",,,,\n" * 500_000 + "P1,1\n", "has 2 fields", "500002"),
    Case(
        "pupils.csv: more than may be read at once",
        partial(_few_mb, partial(_table, _GOOD * 10), file_mb=0.0001),
        "is larger than 0.0001 MB",
        "pupils",
    ),
    _journey("an unknown pupil", "X,A,1,1\n", "is not a pupil_id or setting_id", "from_id", value="X"),
    _journey("an unknown school", "P1,=A,1,1\n", "is not a setting_id of the problem", "to_id", value="=A"),
    _journey("negative minutes", "P1,A,-1,1\n", "is not from 0 to 600 minutes", "minutes", value="-1"),
    _journey("endless miles", "P1,A,1,inf\n", "is not from 0 to 400 miles", "miles", value="inf"),
    _journey("nan", "P1,A,nan,1\n", "is not a number", "minutes", value="nan"),
    _journey("a decimal comma", 'P1,A,"1,5",1\n', "is not a number", "minutes", value="1,5"),
    _journey("a formula", "P1,A,=1+1,1\n", "is not a number", "minutes", value="=1+1"),
    _journey("miles alone", "P1,A,,1\n", "The cell is blank but miles is not", "minutes"),
    _journey("a pair twice", "P1,A,1,1\nP1,A,1,1\n", "starts a journey that has a row already", "from_id, to_id", "3"),
    _journey("huge digits", f"P1,A,{'9' * 400},1\n", "is not from 0 to 600", "minutes"),
    _drive("an unknown pupil", "X,A,1,1\n", "is no pupil_id or setting_id of the problem", "from_id", value="X"),
    _drive("negative miles", "P1,A,1,-1\n", "is not from 0 to 400 miles", "miles", value="-1"),
    _drive("words", "P1,A,one,1\n", "is not a number", "minutes", value="one"),
    _drive("two answers", "P1,A,1,1\nP1,A,2,1\n", "differs from an earlier row", "minutes, miles", "3"),
    Case("a folder: a path that climbs", _deep, "There is no such file or folder", "FOLDER/../../etc/no-such-tables"),
    Case("a folder: nothing in it", partial(_folder, {}), "The file is missing", "pupils"),
    Case("a folder: a stranger", partial(_folder, {"passwd.csv": "a\n"}), "is not a table of a problem", "passwd"),
    Case("a folder: a table misspelt", partial(_folder, {"pupil.csv": _GOOD}), "Is it meant to be pupils?", "pupils"),
    Case(
        "a folder: a script for a name",
        partial(_folder, {"<b onclick=alert(1)>.csv": "a\n"}),
        "is not a table of a problem",
        "<b onclick=alert(1)>",
    ),
    Case(
        "a folder: a name that steers the terminal",
        partial(_folder, {"a\x1b]0;b\x07.csv": "a\n"}),
        "is not a table of a problem",
        "a\x1b]0;b\x07",
    ),
)
