"""Roads from a NetworkX graph, under the names that OSMnx gives."""

import warnings
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import networkx as nx
import numpy as np
import shapely

from placement_opt.errors import Fault, InputError
from placement_opt.files.packages import xml_complaint
from placement_opt.roads.grid import on_grid
from placement_opt.roads.network import Floats, Ints, Roads, Texts
from placement_opt.roads.speeds import MILE_METRES, driven_mph, words
from placement_opt.roads.tags import FOOTWAYS, MOTORWAYS, may_walk
from placement_opt.roads.twins import Directed, pair_directions
from placement_opt.saved import OTHER_FORM

MOST_NAMED = 20
"""Nodes or edges that are named for one fault; the rest are counted."""


@dataclass
class _Reading:
    """What is found while a graph is read."""

    table: str
    wrong: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def blame(self, column: str, message: str, where: str) -> None:
        self.wrong.setdefault((column, message), []).append(where)

    def raise_if_wrong(self) -> None:
        faults = []
        for (column, message), places in self.wrong.items():
            more = f" The same at {len(places) - MOST_NAMED:,} more." if len(places) > MOST_NAMED else ""
            faults += [Fault(self.table, column, place, "", message) for place in places[: MOST_NAMED - 1]]
            faults += [Fault(self.table, column, place, "", message + more) for place in places[MOST_NAMED - 1 :][:1]]
        if faults:
            raise InputError(faults)


def read_graphml(path: Path, speeds: Mapping[str, float], crs: str | None, recipe: Mapping[str, Any]) -> Roads:
    """Read a GraphML file of OSMnx.

    Raises
    ------
    InputError
        When the file is no GraphML, or the graph lacks what `from_networkx` asks for.
    """
    complaint = xml_complaint(path)
    if complaint:
        raise InputError([Fault(path.name, "", "", "", complaint)])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # parts of GraphML that no road needs
            graph = nx.read_graphml(path, node_type=str)
    except (ParseError, nx.NetworkXError, *OTHER_FORM) as error:
        message = f"The file is not GraphML, or is cut off ({error}). Save the graph again with osmnx.save_graphml."
        raise InputError([Fault(path.name, "", "", "", message)]) from None
    return from_networkx(graph, speeds, crs, recipe, name=path.name)


def from_networkx(
    graph: Any, speeds: Mapping[str, float], crs: str | None, recipe: Mapping[str, Any], *, name: str = "graph"
) -> Roads:
    """Return the roads of a graph, which is not changed.

    Parameters
    ----------
    graph
        Nodes with x and y, edges with length in metres and the first of: travel_time in seconds, speed_kph, maxspeed
        and highway. An undirected graph may be driven both ways.
    speeds
        Miles an hour by `highway`.
    crs
        The reference system where the graph does not say its own (attribute crs).
    recipe
        What the network is made from, kept with it.
    name
        What to call the graph in messages.

    Raises
    ------
    InputError
        When this is no graph, or has no nodes, coordinates, lengths, times or reference system: all at once.
    """
    if not isinstance(graph, nx.Graph):
        message = "is not a road graph. Give a NetworkX graph (of OSMnx, say), or a path that `read_roads` understands."
        raise InputError([Fault(name, "", "", type(graph).__name__, message)])
    if not graph.number_of_nodes() or not graph.number_of_edges():
        message = "The graph has no nodes or no edges. Give a graph of the roads of the area."
        raise InputError([Fault(name, "", "", "", message)])
    found = _Reading(name)
    given_crs = graph.graph.get("crs", crs)
    if given_crs is None:
        message = 'The graph does not say its reference system. Set graph.graph["crs"], or give `crs`, as EPSG:4326.'
        found.blame("crs", message, "")
    node_ids, x, y = _nodes(graph, found)
    edges = list(_edges(graph, {node: at for at, node in enumerate(graph)}, speeds, found))
    found.raise_if_wrong()
    easting, northing = on_grid(x, y, given_crs, name)
    directed = _directed(edges, easting, northing, x, y, given_crs)
    paired = pair_directions(directed, both_ways=not graph.is_directed())
    walked = np.array([edge.is_walked for edge in edges], dtype=np.bool_)
    kerb = np.array([edge.is_kerb for edge in edges], dtype=np.bool_)
    knows = any(edge.knows_class for edge in edges)
    notes = [f"{len(node_ids):,} nodes and {len(edges):,} edges read."]
    notes += [f"{count:,} {what}." for what, count in found.counts.items()]
    if not knows:
        notes.append("The graph does not tell classes of road (highway): who may walk where is not known.")
    elif not any(edge.is_footway for edge in edges):
        notes.append("The graph has no footpaths: walks go along its roads. Give a graph of paths to walk on (`walk`).")
    return Roads(
        node_ids,
        easting,
        northing,
        np.ones(len(node_ids), dtype=np.bool_),
        paired.start,
        paired.end,
        paired.metres,
        paired.seconds_forth,
        paired.seconds_back,
        walked[paired.first] & knows,
        kerb[paired.first],
        paired.lines,
        source=f"road graph {name}" if name != "graph" else "road graph",
        recipe=recipe,
        notes=tuple(notes),
    )


@dataclass(frozen=True)
class _Edge:
    """What a graph says of an edge."""

    start: int
    end: int
    metres: float
    seconds: float
    is_walked: bool
    is_kerb: bool
    knows_class: bool
    is_footway: bool
    shape: Any


def _nodes(graph: Any, found: _Reading) -> tuple[Texts, Floats, Floats]:
    points = np.full((graph.number_of_nodes(), 2), np.nan)
    for at, (node, data) in enumerate(graph.nodes(data=True)):
        for axis, column in enumerate(("x", "y")):
            value = _number(data.get(column))
            if value is None:
                message = "The node has no such coordinate. Give each node x and y as numbers."
                found.blame(column, message, f"node {node}")
            else:
                points[at, axis] = value
    node_ids = np.array([str(node) for node in graph], dtype=object)
    return node_ids, points[:, 0].copy(), points[:, 1].copy()


def _edges(graph: Any, at: Mapping[Hashable, int], speeds: Mapping[str, float], found: _Reading) -> Iterator[_Edge]:
    for tail, head, data in graph.edges(data=True):
        where = f"edge {tail} to {head}"
        metres = _number(data.get("length"))
        if metres is None or metres < 0:
            message = "The edge has no length. Give each edge its `length` in metres (osmnx.distance.add_edge_lengths)."
            found.blame("length", message, where)
            continue
        seconds = _seconds(data, metres, speeds, found, where)
        highways = words(data.get("highway"))
        tags = {name: words(data.get(name))[0] for name in ("foot", "access", "motorroad") if words(data.get(name))}
        is_walked = any(may_walk({**tags, "highway": highway}) for highway in highways)
        is_kerb = not highways or any(highway not in MOTORWAYS for highway in highways)
        sorts = bool(highways), not FOOTWAYS.isdisjoint(highways)
        yield _Edge(at[tail], at[head], metres, seconds, is_walked, is_kerb, *sorts, data.get("geometry"))


def _seconds(data: Mapping[str, Any], metres: float, speeds: Mapping[str, float], found: _Reading, where: str) -> float:
    """Return the driving time of an edge: what it says, else by its speed, else by its limit and class."""
    own = _number(data.get("travel_time"))
    if own is not None and own >= 0:
        found.counts["edges with their own travel_time"] += 1
        return own
    kph = _number(data.get("speed_kph"))
    if kph is not None and kph > 0:
        found.counts["edges at their own speed_kph"] += 1
        return metres * 3.6 / kph
    highways, limits = words(data.get("highway")), words(data.get("maxspeed"))
    mph = driven_mph(highways, limits, speeds)
    if mph is None and highways:
        found.counts[f"edges of an unknown class ({highways[0]}) at the slowest speed of all"] += 1
        mph = min(speeds.values())
    if mph is None:
        message = "The edge has no travel_time (seconds), speed_kph, maxspeed or highway. Give one of them."
        found.blame("travel_time", message, where)
        return np.nan
    found.counts["edges at the speed of their class" if not limits else "edges at their class or limit"] += 1
    return metres * 3_600 / (mph * MILE_METRES)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def _directed(edges: list[_Edge], easting: Floats, northing: Floats, x: Floats, y: Floats, crs: Any) -> Directed:
    start: Ints = np.array([edge.start for edge in edges], dtype=np.int64)
    end: Ints = np.array([edge.end for edge in edges], dtype=np.int64)
    shapes = [_shape(edge, x, y) for edge in edges]
    points, line = shapely.get_coordinates(shapes, return_index=True)
    east, north = on_grid(points[:, 0], points[:, 1], crs, "geometry of the edges")
    lines = np.asarray(shapely.linestrings(np.column_stack([east, north]), indices=line), dtype=object)
    ends = np.column_stack([easting, northing])
    begins = shapely.get_coordinates(shapely.get_point(lines, 0))
    is_reversed = np.hypot(*(begins - ends[start]).T) > np.hypot(*(begins - ends[end]).T)
    lines[is_reversed] = shapely.reverse(lines[is_reversed])
    seconds = np.array([edge.seconds for edge in edges])
    return Directed(start, end, np.array([edge.metres for edge in edges]), seconds, lines)


def _shape(edge: _Edge, x: Floats, y: Floats) -> Any:
    """Return the edge's own line, from geometry or well-known text, else the straight one."""
    shape = edge.shape
    if isinstance(shape, str):
        shape = shapely.from_wkt(shape, on_invalid="ignore")
    if isinstance(shape, shapely.LineString) and not shape.is_empty:
        return shape
    return shapely.LineString([(x[edge.start], y[edge.start]), (x[edge.end], y[edge.end])])
