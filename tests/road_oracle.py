"""Journeys along roads once more, slowly: NetworkX between nodes, and every way on and off the edges by hand."""

from collections.abc import Sequence
from typing import NamedTuple

import networkx as nx
import numpy as np
import pandas as pd

from placement_opt.problem import Problem


class Road(NamedTuple):
    """A straight road between two nodes; seconds are None where it may not be driven that way."""

    start: str
    end: str
    metres: float
    forth: float | None
    back: float | None


class Spot(NamedTuple):
    """Where a point meets the roads."""

    road: Road
    share: float
    metres: float


def problem_at(homes: Sequence[tuple[float, float]], schools: Sequence[tuple[float, float]]) -> Problem:
    """Return a problem with a pupil at each home and a special school at each point, in order of their ids."""
    pupils = pd.DataFrame(
        {
            "pupil_id": [f"P{at:04}" for at in range(len(homes))],
            "easting": [x for x, _ in homes],
            "northing": [y for _, y in homes],
            "year_group": 5,
            "need": "ASD",
        }
    )
    settings = pd.DataFrame(
        {
            "setting_id": [f"S{at:04}" for at in range(len(schools))],
            "name": "A school",
            "easting": [x for x, _ in schools],
            "northing": [y for _, y in schools],
        }
    )
    provisions = settings[["setting_id"]].assign(
        provision_id=settings["setting_id"] + "-special",
        kind="special",
        places=len(homes) + 1,
        topup_gbp=10_000.0,
        place_gbp=10_000.0,
    )
    return Problem(pupils=pupils, settings=settings, provisions=provisions)


def nearest_spots(
    roads: Sequence[Road], at: dict[str, tuple[float, float]], points: Sequence[tuple[float, float]]
) -> list[Spot]:
    """Return the nearest point of all roads for each point, by projecting it on every road."""
    starts = np.array([at[road.start] for road in roads])
    ends = np.array([at[road.end] for road in roads])
    along = ends - starts
    squared = (along**2).sum(axis=1)
    spots = []
    for point in points:
        share = np.clip(((np.array(point) - starts) * along).sum(axis=1) / np.where(squared > 0, squared, 1), 0, 1)
        metres = np.hypot(*(starts + share[:, None] * along - point).T)
        best = int(metres.argmin())
        spots.append(Spot(roads[best], float(share[best]), float(metres[best])))
    return spots


def graph_of(roads: Sequence[Road]) -> nx.DiGraph:
    """Return the quickest arc between each two nodes."""
    graph = nx.DiGraph()
    for road in roads:
        for ends, seconds in (((road.start, road.end), road.forth), ((road.end, road.start), road.back)):
            if seconds is not None and seconds < graph.get_edge_data(*ends, {"weight": np.inf})["weight"]:
                graph.add_edge(*ends, weight=seconds, metres=road.metres)
    return graph


def seconds_between(home: Spot, school: Spot, from_nodes: dict[str, float]) -> float:
    """Return the least seconds by vehicle between two spots.

    Parameters
    ----------
    from_nodes
        Seconds from each node to each end of the school's road, by "node>end".
    """
    leaves, enters = _at_nodes(home), _at_nodes(school)
    if home.road.forth is not None:
        leaves.append((home.road.end, (1 - home.share) * home.road.forth))
    if home.road.back is not None:
        leaves.append((home.road.start, home.share * home.road.back))
    if school.road.forth is not None:
        enters.append((school.road.start, school.share * school.road.forth))
    if school.road.back is not None:
        enters.append((school.road.end, (1 - school.share) * school.road.back))
    ways = [out + from_nodes.get(f"{tail}>{head}", np.inf) + into for tail, out in leaves for head, into in enters]
    if home.road == school.road:
        gap = school.share - home.share
        if gap >= 0 and home.road.forth is not None:
            ways.append(gap * home.road.forth)
        if gap <= 0 and home.road.back is not None:
            ways.append(-gap * home.road.back)
    return min(ways, default=np.inf)


def _at_nodes(spot: Spot) -> list[tuple[str, float]]:
    """Return the node that a spot at an end of a road is at, with no time to it."""
    ends = ((spot.road.start, spot.share), (spot.road.end, 1 - spot.share))
    return [(node, 0.0) for node, away in ends if away * spot.road.metres < 1e-6]


def all_seconds(graph: nx.DiGraph, homes: Sequence[Spot], schools: Sequence[Spot]) -> np.ndarray:
    """Return seconds from each home to each school, node to node by NetworkX."""
    turned = graph.reverse(copy=False)
    table = np.empty((len(homes), len(schools)))
    for column, school in enumerate(schools):
        lengths = {
            f"{node}>{end}": seconds
            for end in {school.road.start, school.road.end}
            for node, seconds in nx.single_source_dijkstra_path_length(turned, end).items()
        }
        for row, home in enumerate(homes):
            table[row, column] = seconds_between(home, school, lengths)
    return table
