"""Roads from the GeoPackage of OS Open Roads: its layers of links and nodes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from placement_opt.errors import Fault, InputError
from placement_opt.files.geopackage import UNREADABLE, geopackage_complaint, strange_cells
from placement_opt.headers import plain
from placement_opt.roads.grid import on_grid
from placement_opt.roads.network import Floats, Ints, Roads
from placement_opt.roads.speeds import MILE_METRES

LINKS, NODES = "roadlink", "roadnode"
COLUMNS = {
    "class": ("roadclassification", "class"),
    "form": ("formofway",),
    "length": ("length",),
    "start": ("startnode",),
    "end": ("endnode",),
}
"""Each column under the names of the GeoPackage and of the shapefile, without case and underscores (OS Open Roads
technical specification)."""
_ID = ("id", "identifier")
_NOT_DRIVEN = frozenset({"Guided Busway"})
_LAYERS = "Give the GeoPackage of OS Open Roads (layers road_link and road_node), or an extract of both layers."


def read_open_roads(path: Path, speeds: Mapping[str, float], recipe: Mapping[str, Any]) -> Roads:
    """Read OS Open Roads. It has no one-way streets and no footpaths: every road is driven both ways.

    Parameters
    ----------
    path
        A file that exists.
    speeds
        Miles an hour by classification and form of way, as `OPEN_ROADS_MPH`.
    recipe
        What the network is made from, kept with it.

    Raises
    ------
    InputError
        When a layer or a column is missing or empty, or a link's node is not among the nodes: all at once.
    """
    layers = _layers(path)
    links, nodes = layers[LINKS], layers[NODES]
    faults: list[Fault] = []
    named = {name: _column(links, aliases, path.name, "road_link", faults) for name, aliases in COLUMNS.items()}
    node_ids = _column(nodes, _ID, path.name, "road_node", faults)
    if faults:
        raise InputError(faults)
    index = pd.Index(node_ids.astype(str))
    ends = {name: index.get_indexer(pd.Index(named[name].astype(str))) for name in ("start", "end")}
    metres = pd.to_numeric(named["length"], errors="coerce").to_numpy(dtype=np.float64)
    faults = _broken_links(path.name, layers, ends, metres)
    if faults:
        raise InputError(faults)
    points = shapely.get_coordinates(nodes.geometry.to_numpy())
    easting, northing = on_grid(points[:, 0], points[:, 1], nodes.crs, path.name)
    lines, _ = _on_grid(links, path.name)
    mph, slow = _mph(named["class"].astype(str), named["form"].astype(str), speeds)
    is_motorway = (named["class"] == "Motorway").to_numpy()
    driven = ~named["form"].isin(_NOT_DRIVEN).to_numpy()
    seconds = np.where(driven, metres * 3_600 / (mph * MILE_METRES), np.nan)
    return Roads(
        np.asarray(index, dtype=object),
        easting,
        northing,
        np.ones(len(index), dtype=np.bool_),
        ends["start"].astype(np.int64),
        ends["end"].astype(np.int64),
        metres,
        seconds,
        seconds,
        ~is_motorway & driven,
        ~is_motorway,
        lines,
        source=f"OS Open Roads, {path.name}",
        recipe=recipe,
        notes=(
            f"{len(metres):,} links and {len(index):,} nodes read.",
            "OS Open Roads does not know one-way streets: every road is driven both ways.",
            "OS Open Roads has no footpaths: walks go along roads.",
            *([f"{slow:,} links of a class without a speed, at the speed of Unknown."] if slow else []),
            *([f"{(~driven).sum():,} guided busways, which are not driven."] if not driven.all() else []),
        ),
    )


def _broken_links(
    source: str, layers: Mapping[str, gpd.GeoDataFrame], ends: Mapping[str, Ints], metres: Floats
) -> list[Fault]:
    """Return what links lack: nodes, lengths, lines, points of their nodes."""
    links, nodes = layers[LINKS], layers[NODES]
    found = (
        ("start_node", ends["start"] < 0, "begin at a node that road_node lacks. Export both layers again."),
        ("end_node", ends["end"] < 0, "end at a node that road_node lacks. Export both layers again."),
        ("length", ~(metres >= 0), "have no length in metres. Export the layer again."),
        ("geometry", links.geometry.isna(), "have no line. Export the layer again."),
        ("geometry", nodes.geometry.isna(), "begin or end at nodes without a point. Export both layers again."),
    )
    return [
        Fault(source, column, "", "", f"{is_broken.sum():,} links {what}")
        for column, is_broken, what in found
        if is_broken.any()
    ]


def _layers(path: Path) -> dict[str, gpd.GeoDataFrame]:
    complaint = geopackage_complaint(path)
    if complaint:
        raise InputError([Fault(path.name, "", "", "", f"The GeoPackage cannot be read. {complaint} {_LAYERS}")])
    try:
        strange = strange_cells(path)
        if strange:
            raise InputError(strange)
        names = {plain(str(name)): str(name) for name, _ in pyogrio.list_layers(path)}
        missing = [layer for layer in (LINKS, NODES) if not any(name.endswith(layer) for name in names)]
        if missing:
            shown = ", ".join(sorted(names.values())) or "none"
            message = f"The file has no layer of {' and of '.join(missing)}. Its layers: {shown}. {_LAYERS}"
            raise InputError([Fault(path.name, "", "", "", message)])
        frames = {
            layer: pyogrio.read_dataframe(
                path, layer=next(real for name, real in names.items() if name.endswith(layer))
            )
            for layer in (LINKS, NODES)
        }
    except UNREADABLE as error:
        if isinstance(error, InputError):
            raise
        message = f"The GeoPackage cannot be read ({error}). {_LAYERS}"
        raise InputError([Fault(path.name, "", "", "", message)]) from None
    faults = [
        Fault(
            path.name, "", "", "", f"The layer of {layer} is empty or has no geometry and reference system. {_LAYERS}"
        )
        for layer, frame in frames.items()
        if not len(frame) or not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None
    ]
    if faults:
        raise InputError(faults)
    return frames


def _column(
    frame: gpd.GeoDataFrame, aliases: tuple[str, ...], table: str, layer: str, faults: list[Fault]
) -> "pd.Series[Any]":
    for header in frame.columns:
        if plain(header) in aliases:
            column: pd.Series[Any] = frame[header]
            return column
    message = f"The layer {layer} has no such column. Export it with all its columns."
    faults.append(Fault(table, aliases[0], "", "", message))
    return pd.Series(dtype="object")


def _on_grid(links: gpd.GeoDataFrame, table: str) -> tuple[Any, Any]:
    shapes = links.geometry.to_numpy()
    merged = np.where(
        shapely.get_type_id(shapes) == shapely.GeometryType.MULTILINESTRING, shapely.line_merge(shapes), shapes
    )
    points, line = shapely.get_coordinates(merged, return_index=True)
    easting, northing = on_grid(points[:, 0], points[:, 1], links.crs, table)
    return shapely.linestrings(np.column_stack([easting, northing]), indices=line), line


def _mph(classes: "pd.Series[str]", forms: "pd.Series[str]", speeds: Mapping[str, float]) -> tuple[Any, int]:
    """Return the speed of each link: by class and form together, else by form, else by class."""
    both = (classes + ", " + forms).map(speeds)
    mph = both.fillna(forms.map(speeds)).fillna(classes.map(speeds))
    return mph.fillna(speeds["Unknown"]).to_numpy(dtype=np.float64), int(mph.isna().sum())
