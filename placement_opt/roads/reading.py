"""The one door to every kind of road file."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from placement_opt.errors import Fault, InputError
from placement_opt.roads.network import Roads
from placement_opt.roads.speeds import ASSUMED, OPEN_ROADS_MPH, OSM_MPH, speeds_with
from placement_opt.schema import CRS

_KINDS = (
    "Give an OpenStreetMap extract (.osm.pbf), a graph of OSMnx (.graphml), the GeoPackage of OS Open Roads (.gpkg), "
    "a table of edges (.csv with `nodes`) or a TNTP network (.tntp)."
)


def read_roads(
    path: str | Path,
    *,
    nodes: str | Path | None = None,
    crs: str | None = None,
    speeds_mph: Mapping[str, float] | None = None,
    length_metres: float = 1.0,
    time_seconds: float = 1.0,
    no_through: Collection[object] = (),
) -> Roads:
    """Read a road network.

    Parameters
    ----------
    path
        An OpenStreetMap extract (`.osm.pbf`; needs the package osmium), a graph saved by OSMnx (`.graphml`), the
        GeoPackage of OS Open Roads (`.gpkg`), a table of edges (`.csv`: from, to, length, time; one_way, walk) or a
        network of the TNTP format (`.tntp`).
    nodes
        For a table of edges: a CSV file with node, x, y (and through: no = no vehicle passes). For TNTP: the file of
        nodes; None = the only other one beside it whose name ends in `nodes.tntp` or `node.tntp`.
    crs
        The reference system of coordinates where the file does not say it; None = EPSG:27700 for tables.
    speeds_mph
        Miles an hour that replace those of `placement_opt.roads.speeds.OSM_MPH` (by `highway`) or `OPEN_ROADS_MPH`
        (by classification and form of way). The defaults are assumptions: no published mean speeds were found.
    length_metres, time_seconds
        For tables: how many metres and seconds one unit of length and time is.
    no_through
        For tables: names of nodes that no vehicle may pass through, more than those that the file names.

    Returns
    -------
    Roads
        With what was read, left out and assumed in `notes`.

    Raises
    ------
    InputError
        When the file cannot be read, is of no known kind or lacks what journeys need: every fault at once.
    ValueError
        When a speed or a unit cannot be.

    Examples
    --------
    >>> read_roads("no-such-file.osm.pbf")
    Traceback (most recent call last):
    placement_opt.errors.InputError: 1 fault in the input:
      - no-such-file.osm.pbf: There is no such file. Give an OpenStreetMap extract (.osm.pbf), a graph of OSMnx ...
    """
    source = Path(path)
    kind = kind_of(source)
    osm, open_roads = ({}, speeds_mph) if kind == "open roads" else (speeds_mph, {})
    osm_mph, open_mph = speeds_with(OSM_MPH, osm), speeds_with(OPEN_ROADS_MPH, open_roads)
    recipe: dict[str, Any] = {"file": source.name, "sha256": sha256_of(source), "kind": kind}
    if kind in {"openstreetmap", "graphml", "open roads"}:
        recipe["mph"] = open_mph if kind == "open roads" else osm_mph
        recipe["mph_source"] = ASSUMED + (f"; given: {', '.join(sorted(speeds_mph))}" if speeds_mph else "")
    if kind == "openstreetmap":
        return _openstreetmap(source, osm_mph, recipe)
    if kind == "graphml":
        return _reader("graphs", "read_graphml")(source, osm_mph, crs, recipe)
    if kind == "open roads":
        return _reader("open_roads", "read_open_roads")(source, open_mph, recipe)
    beside = _nodes_of(source, nodes, kind)
    recipe |= {"nodes": beside.name, "nodes_sha256": sha256_of(beside), "crs": crs or CRS}
    recipe |= {"length_metres": length_metres, "time_seconds": time_seconds}
    units = import_module("placement_opt.roads.tables").Units(length_metres, time_seconds)
    read = _reader("tables", "read_tntp" if kind == "tntp" else "read_edge_table")
    return read(source, beside, crs or CRS, units, {str(node) for node in no_through}, recipe)


def as_roads(graph: Any) -> Roads:
    """Return the roads of whatever `road_travel` is given: roads, a NetworkX graph or a path.

    Raises
    ------
    InputError
        When it is none of these, or cannot be used.
    """
    if isinstance(graph, Roads):
        return graph
    if isinstance(graph, str | Path):
        return read_roads(graph)
    speeds = dict(OSM_MPH)
    recipe = {"kind": "graph", "mph": speeds, "mph_source": ASSUMED}
    return _reader("graphs", "from_networkx")(graph, speeds, None, recipe)


def kind_of(path: Path) -> str:
    """Return what kind of road file a name stands for.

    Raises
    ------
    InputError
        When there is no such file, or its kind is not known.
    """
    if not path.is_file():
        raise InputError([Fault(path.name, "", "", "", f"There is no such file. {_KINDS}")])
    name = path.name.lower()
    for ending, kind in (
        (".pbf", "openstreetmap"),
        (".osm", "openstreetmap"),
        (".graphml", "graphml"),
        (".gpkg", "open roads"),
        (".csv", "csv"),
        (".tntp", "tntp"),
    ):
        if name.endswith(ending):
            return kind
    raise InputError([Fault(path.name, "", "", "", f"The name does not say what kind of roads it holds. {_KINDS}")])


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reader(module: str, function: str) -> Callable[..., Roads]:
    """Return a function of a module that is loaded when it is used."""
    found: Callable[..., Roads] = getattr(import_module(f"placement_opt.roads.{module}"), function)
    return found


def _openstreetmap(path: Path, speeds: Mapping[str, float], recipe: Mapping[str, Any]) -> Roads:
    try:
        read = _reader("openstreetmap", "read_openstreetmap")
    except ImportError:
        message = "Reading OpenStreetMap needs the package osmium. Install it: pip install placement_opt[roads]."
        raise InputError([Fault(path.name, "", "", "", message)]) from None
    return read(path, speeds, recipe)


def _nodes_of(path: Path, nodes: str | Path | None, kind: str) -> Path:
    if nodes is None and kind == "tntp":
        beside = [other for other in path.parent.glob("*") if other.name.lower().endswith(("nodes.tntp", "node.tntp"))]
        if len(beside) == 1:
            return beside[0]
    if nodes is None or not Path(nodes).is_file():
        message = "The file of nodes with their coordinates is missing. Give its path with `nodes`."
        raise InputError([Fault(path.name, "", "", "", message)])
    return Path(nodes)
