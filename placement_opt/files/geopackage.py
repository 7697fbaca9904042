"""A GeoPackage: a layer for each table, pupils and settings as points on British National Grid."""

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from placement_opt.errors import Fault
from placement_opt.files.raw import Findings, RawTables, looks_like, match_names
from placement_opt.schema import CRS, TABLES, Cell

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
    complaint = _complaint(path)
    if complaint:
        return RawTables({}, (Fault(path.name, "", "", "", complaint),))
    try:
        names = {str(name) for name, _ in pyogrio.list_layers(path)} - _NOT_TABLES
        for table, name in match_names(names, findings).items():
            findings.frames[table] = _layer(path, name, is_located=TABLES[table].located)
    except (DataSourceError, DataLayerError) as error:
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
        pyogrio.write_dataframe(typed, path, layer=name, driver="GPKG", layer_options=options)


def _complaint(path: Path) -> str:
    what = looks_like(path)
    if not what.startswith("an SQLite"):
        return f"The file is not a GeoPackage: it is {what}. Export the layers as GeoPackage, or give a folder of CSV."
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            (state,) = database.execute("PRAGMA quick_check(1)").fetchone()
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError:
        state, tables = "damaged", set()
    if state != "ok":
        return "The GeoPackage is damaged or cut off. Export it or copy it again."
    return (
        ""
        if "gpkg_contents" in tables
        else "The file is an SQLite database but no GeoPackage. Export the layers again."
    )


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
