"""Bad GeoPackages: odd SQL, and files that are something else."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from placement_opt.examples import tiny
from placement_opt.files import read_problem, write_problem
from placement_opt.roads import read_roads
from tests.hostile.case import Case

_VRT = (
    b'<OGRVRTDataSource><OGRVRTLayer name="pupils"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    b"</OGRVRTDataSource>"
)


@cache
def _good() -> bytes:
    with TemporaryDirectory() as folder:
        return write_problem(tiny(), Path(folder) / "good.gpkg").read_bytes()


def edited(folder: Path, *statements: str) -> Path:
    """Write a sound GeoPackage and run some SQL in it."""
    path = folder / "tables.gpkg"
    path.write_bytes(_good())
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for trigger in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger[0]}"')
        for statement in statements:
            database.execute(statement)
    return path


def _read(statements: tuple[str, ...], folder: Path) -> None:
    read_problem(edited(folder, *statements))


def _read_bytes(data: bytes, folder: Path) -> None:
    (folder / "tables.gpkg").write_bytes(data)
    read_problem(folder / "tables.gpkg")


def _read_roads(data: bytes, folder: Path) -> None:
    (folder / "roads.gpkg").write_bytes(data)
    read_roads(folder / "roads.gpkg")


def _read_cut(folder: Path) -> None:
    path = edited(folder)
    path.write_bytes(path.read_bytes()[:20_000])
    read_problem(path)


def _no_geopackage(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "tables.gpkg")) as database:
        database.execute("CREATE TABLE pupils (pupil_id TEXT)")
    read_problem(folder / "tables.gpkg")


_RENAMED = (
    "ALTER TABLE pupils RENAME TO old_pupils",
    "UPDATE gpkg_contents SET table_name = 'pupils' WHERE table_name = 'pupils'",
)
_ENDLESS = (
    *_RENAMED,
    "CREATE VIEW pupils AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid FROM n",
)
_VIEW = (*_RENAMED, "CREATE VIEW pupils AS SELECT * FROM old_pupils")
_WORKED_OUT = ("ALTER TABLE settings ADD COLUMN more AS (hex(zeroblob(500000000)))",)
_QUOTED = ('CREATE VIEW "a""b; DROP TABLE pupils" AS SELECT 1',)


def _case(name: str, statements: tuple[str, ...], says: str, table: str, row: str = "", column: str = "") -> Case:
    return Case(f"a GeoPackage: {name}", partial(_read, statements), says, table, column, row)


def _file(name: str, read: Callable[[Path], None], says: str, table: str = "tables.gpkg") -> Case:
    return Case(f"a GeoPackage: {name}", read, says, table)


GEOPACKAGE_CASES = (
    _file("empty", partial(_read_bytes, b""), "it is an empty file"),
    _file("text", partial(_read_bytes, b"a,b\n"), "it is text"),
    _file("a list of other files", partial(_read_bytes, _VRT), "it is text"),
    _file("cut short", _read_cut, "is damaged or cut off"),
    _file("its first bytes alone", partial(_read_bytes, b"SQLite format 3\0" + bytes(200)), "is damaged or cut off"),
    _file("a database that is none", _no_geopackage, "no GeoPackage"),
    _file("roads that are a list of other files", partial(_read_roads, _VRT), "it is text", "roads.gpkg"),
    _file("roads that are empty", partial(_read_roads, b""), "it is an empty file", "roads.gpkg"),
    _case("a query without end", _ENDLESS, "no rows but queries", "tables.gpkg"),
    _case("a query for a layer", _VIEW, "no rows but queries", "tables.gpkg"),
    _case("a column that is worked out", _WORKED_OUT, "no rows but queries", "tables.gpkg"),
    _case("a query with quotation marks", _QUOTED, "no rows but queries", "tables.gpkg"),
    _case("a script for a need", ("UPDATE pupils SET need = '<script>'",), "is not allowed", "pupils", "1", "need"),
    _case(
        "words for a year",
        ("UPDATE pupils SET year_group = 'ten'",),
        "is text in a column of numbers",
        "pupils",
        "1",
        "year_group",
    ),
    _case(
        "a negative count", ("UPDATE pupils SET count = -1 WHERE fid = 2",), "is out of range", "pupils", "2", "count"
    ),
    _case(
        "a huge number", ("UPDATE provisions SET place_gbp = 9e999",), "is not a finite", "provisions", "1", "place_gbp"
    ),
    _case("a line break", ("UPDATE settings SET name = 'a' || char(10)||'b'",), "line break", "settings", "1", "name"),
    _case("bytes for a name", ("UPDATE settings SET name = x'00ff'",), "is no text", "settings", "1", "name"),
    _case("no point", ("UPDATE pupils SET geom = NULL WHERE fid = 1",), "is not a point", "pupils", "1", "geometry"),
    _case("bytes for a point", ("UPDATE pupils SET geom = x'00'",), "is not a point", "pupils", "1", "geometry"),
    _case("a layer that is not there", ("DROP TABLE pupils",), "The layer is missing", "pupils"),
    _case("an id twice", ("UPDATE pupils SET pupil_id = 'P'",), "appears already in row 1", "pupils", "2", "pupil_id"),
)
