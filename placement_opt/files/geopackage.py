"""A GeoPackage: a layer for each table, pupils and settings as points on British National Grid."""

import errno
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from placement_opt.errors import Fault
from placement_opt.files.raw import Findings, RawTables, looks_like, match_names
from placement_opt.headers import plain
from placement_opt.schema import CRS, TABLES, Cell

UNREADABLE = (sqlite3.Error, RuntimeError, ValueError, TypeError, LookupError, shapely.errors.ShapelyError)
"""What GDAL and those around it raise of a file that is no sound GeoPackage."""
_CUT_OFF = "The GeoPackage is damaged or cut off. Export it or copy it again."
_WORKED_OUT = frozenset({2, 3})
"""How SQLite marks columns that an expression of the file works out (table_xinfo, hidden)."""
_NAMED_AT_MOST, _NAMED_CELLS = 5, 1_000
_NUMBERS = ("BOOLEAN", "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "FLOAT", "DOUBLE", "REAL")
_WORDS = ("TEXT", "DATE")
"""How the types of columns begin (OGC GeoPackage 1.3, table 1)."""
_NOT_TABLES = frozenset({"layer_styles"})
"""Layers in which programs keep their own notes."""


def read_geopackage(path: Path) -> RawTables:
    """Read the layers of a GeoPackage.

    Parameters
    ----------
    path
        A file that exists.
    """
    findings = Findings("layer")
    complaint = geopackage_complaint(path)
    if complaint:
        return RawTables({}, (Fault(path.name, "", "", "", complaint),))
    try:
        findings.faults.extend(strange_cells(path))
        names = {str(name) for name, _ in pyogrio.list_layers(path)} - _NOT_TABLES
        for table, name in match_names(names, findings).items():
            findings.frames[table] = _layer(path, name, is_located=TABLES[table].located)
    except UNREADABLE as error:
        return RawTables({}, (Fault(path.name, "", "", "", f"The GeoPackage cannot be read: {error}"),))
    return findings.sealed()


def write_geopackage(frames: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write tables as layers.

    Parameters
    ----------
    frames
        Tables of plain values by name; an empty one is left out.
    path
        A file that does not exist.
    """
    for name, frame in frames.items():
        if frame.empty:
            continue
        typed = _typed(name, frame)
        options = {"FID": _free_name("fid", frame.columns)}
        if TABLES[name].located:
            points = gpd.points_from_xy(typed.pop("easting"), typed.pop("northing"))
            typed = gpd.GeoDataFrame(typed, geometry=points, crs=CRS)
            options["GEOMETRY_NAME"] = _free_name("geom", frame.columns)
        write_layer(typed, path, name, layer_options=options)


def write_layer(frame: pd.DataFrame, path: Path, layer: str = "", *, driver: str = "GPKG", **options: Any) -> None:
    """Write one layer; what its driver says of a fault, such as a full disk, is said as of any other file.

    Parameters
    ----------
    frame
        Rows, with or without a geometry.
    path
        The draft of a file.
    layer
        Its name; blank = that of the file.
    driver, options
        As for pyogrio's `write_dataframe`.

    Raises
    ------
    OSError
        When the layer cannot be written.
    """
    try:
        pyogrio.write_dataframe(frame, path, layer=layer or None, driver=driver, **options)
    except (DataSourceError, DataLayerError) as error:
        message = f"A layer cannot be written; is the disk full? ({str(error).splitlines()[0]})"
        raise OSError(errno.EIO, message, str(path)) from error


def geopackage_complaint(path: Path) -> str:
    """Say why a file cannot be read as a GeoPackage; blank = it can. Nothing of it runs."""
    what = looks_like(path)
    if not what.startswith("an SQLite"):
        return f"The file is not a GeoPackage: it is {what}. Export the layers as GeoPackage, or give a folder of CSV."
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            (state,) = database.execute("PRAGMA quick_check(1)").fetchone()
            names = [str(name) for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            queries = _queries(database, names) if state == "ok" else []
    except (sqlite3.Error, ValueError):  # names that are no text too
        return _CUT_OFF
    if state != "ok":
        return _CUT_OFF
    if "gpkg_contents" not in names:
        return "The file is an SQLite database but no GeoPackage. Export the layers again."
    if queries:
        named = ", ".join(map(repr, queries[:_NAMED_AT_MOST]))
        return (
            f"The layers {named} are no rows but queries, which would run when they are read. Save them as layers of "
            "their own."
        )
    return ""


def strange_cells(path: Path) -> list[Fault]:
    """Return the cells that do not hold what their column says: GDAL would read 0 or nothing in their place.

    Parameters
    ----------
    path
        A file that `geopackage_complaint` finds no fault with.
    """
    found = []
    tables = {plain(name): name for name in TABLES}
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        database.execute("PRAGMA trusted_schema = OFF")
        layers = [str(name) for (name,) in database.execute("SELECT table_name FROM gpkg_contents")]
        for layer in layers:
            columns = database.execute("SELECT name, type FROM pragma_table_info(?)", (layer,)).fetchall()
            for column, declared in columns:
                found += _strange_in(database, layer, str(column), str(declared), tables.get(plain(layer), layer))
    return found


def _strange_in(database: sqlite3.Connection, layer: str, column: str, declared: str, table: str) -> list[Fault]:
    is_number, is_text = declared.upper().startswith(_NUMBERS), declared.upper().startswith(_WORDS)
    if not is_number and not is_text:
        return []
    wrong = "('text', 'blob')" if is_number else "('blob')"
    message = "is text in a column of numbers. Correct it." if is_number else "is no text but bytes. Type it again."
    names = [f'"{name.replace(chr(34), chr(34) * 2)}"' for name in (column, layer)]
    statement = f"SELECT rowid, CAST({names[0]} AS TEXT) FROM {names[1]} WHERE typeof({names[0]}) IN {wrong}"  # noqa: S608
    database.text_factory = _as_text
    rows = database.execute(statement).fetchmany(_NAMED_CELLS)
    return [Fault(table, column, str(row), "" if value is None else str(value), message) for row, value in rows]


def _as_text(data: bytes) -> str:
    return data.decode(errors="backslashreplace")


def _queries(database: sqlite3.Connection, names: Iterable[str]) -> list[str]:
    """Return what runs SQL of the file when it is read: views, and tables with worked-out columns."""
    found = [str(name) for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    for name in names:
        columns = database.execute("SELECT hidden FROM pragma_table_xinfo(?)", (name,))
        if any(hidden in _WORKED_OUT for (hidden,) in columns):
            found.append(name)
    return sorted(found)


def _layer(path: Path, name: str, *, is_located: bool) -> pd.DataFrame:
    frame: pd.DataFrame = pyogrio.read_dataframe(path, layer=name, fid_as_index=True, read_geometry=is_located)
    return _single_points(frame) if isinstance(frame, gpd.GeoDataFrame) else frame


def _single_points(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Undo what programs do to points: collections of one, and a reference system that says there is none."""
    if layer.crs is not None and layer.crs.name.startswith("Undefined"):
        layer = layer.set_crs(None, allow_override=True)
    shapes = layer.geometry.array
    alone = (shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    return layer.set_geometry(layer.geometry.where(~alone, shapely.get_geometry(shapes, 0)), crs=layer.crs)


def _typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    cells = {column.name: column.cell for column in TABLES[name].columns}
    typed = {}
    for header in frame.columns:
        values = frame[header].tolist()
        if cells.get(header) in {Cell.INTEGER, Cell.NUMBER}:
            is_whole = cells[header] is Cell.INTEGER and None not in values
            typed[header] = pd.Series(values, dtype="int64" if is_whole else "float64")
        elif cells.get(header) in {Cell.FLAG, Cell.MAYBE}:
            typed[header] = pd.Series(values, dtype="boolean")
        else:
            typed[header] = pd.Series(values, dtype="str")
    return pd.DataFrame(typed)


def _free_name(wanted: str, taken: Collection[str]) -> str:
    names = {str(name).casefold() for name in taken}
    while wanted in names:
        wanted += "_"
    return wanted
