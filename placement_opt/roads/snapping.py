"""Points put on the network: each on the nearest edge that is of use, which is cut there."""

from typing import NamedTuple

import numpy as np
import shapely

from placement_opt.roads.network import Bools, Floats, Ints, Roads, Texts

NO_EDGE = -1
SAME_METRES = 0.01
"""A point so near to the end of an edge is at its node."""


class Snapped(NamedTuple):
    """Where points meet the network.

    Parameters
    ----------
    edge
        Position of the edge of each point; NO_EDGE = there is none near enough.
    share
        How far along the edge, from 0 at its start to 1 at its end.
    metres
        From the point to the edge, in a straight line; NaN = there is no edge.
    """

    edge: Ints
    share: Floats
    metres: Floats


class Cut(NamedTuple):
    """A network whose edges are cut at points: its own nodes come first, a node for each cut after them.

    Parameters
    ----------
    start, end
        Nodes of each piece.
    edge
        The edge that each piece is of.
    from_share, to_share
        Where along its edge each piece begins and ends.
    node
        The node of each snapped point; -1 = none.
    number
        How many nodes there are.
    """

    start: Ints
    end: Ints
    edge: Ints
    from_share: Floats
    to_share: Floats
    node: Ints
    number: int


def drivable(roads: Roads) -> Bools:
    """Return the edges that vehicles drive on: both ends in the largest part where all nodes reach each other."""
    inside = roads.is_connected
    return np.asarray(roads.is_drivable & inside[roads.start] & inside[roads.end])


def walkable(roads: Roads) -> Bools:
    """Return the edges that are walked along, in the largest part that hangs together."""
    return np.asarray(roads.is_walked & roads.is_connected_on_foot[roads.start])


def snap(roads: Roads, usable: Bools, easting: Floats, northing: Floats, most_metres: float) -> Snapped:
    """Find the nearest usable edge of each point.

    Parameters
    ----------
    roads
        The network.
    usable
        The edges that a journey may begin or end along.
    easting, northing
        Of the points.
    most_metres
        Points farther from every usable edge have none.
    """
    edges = np.flatnonzero(usable)
    edge = np.full(len(easting), NO_EDGE, dtype=np.int64)
    share, metres = np.zeros(len(easting)), np.full(len(easting), np.nan)
    if len(edges):
        points = np.asarray(shapely.points(easting, northing), dtype=object)
        tree = shapely.STRtree(roads.lines[edges])
        (at, nearest), distance = tree.query_nearest(
            points, max_distance=most_metres, return_distance=True, all_matches=True
        )
        # of equally near edges the first: the tree's own order depends on its shape
        order = np.lexsort((nearest, at))
        at, nearest, distance = at[order], nearest[order], distance[order]
        first = np.append(True, at[1:] != at[:-1]) if len(at) else np.zeros(0, dtype=bool)
        at, nearest, distance = at[first], edges[nearest[first]], distance[first]
        edge[at], metres[at] = nearest, distance
        share[at] = _share(roads.lines[nearest], points[at])
    length = shapely.length(roads.lines[edge]) if len(roads.lines) else np.zeros(len(edge))
    share = np.where(share * length < SAME_METRES, 0.0, share)
    return Snapped(edge, np.where((1 - share) * length < SAME_METRES, 1.0, share), metres)


def _share(lines: Texts, points: Texts) -> Floats:
    share = shapely.line_locate_point(lines, points, normalized=True)
    return np.clip(np.nan_to_num(share), 0.0, 1.0)


def cut_at(roads: Roads, usable: Bools, points: Snapped) -> Cut:
    """Cut the usable edges of a network at points.

    Parameters
    ----------
    roads
        The network.
    usable
        The edges that are kept.
    points
        Of `snap`, on edges that are kept.
    """
    number = len(roads.node_ids)
    node = np.full(len(points.edge), NO_EDGE, dtype=np.int64)
    at = points.edge
    at_start, at_end = (at >= 0) & (points.share == 0), (at >= 0) & (points.share == 1)
    node[at_start], node[at_end] = roads.start[at[at_start]], roads.end[at[at_end]]
    inner = np.flatnonzero((at >= 0) & ~at_start & ~at_end)
    cuts, which = np.unique(np.column_stack([at[inner], points.share[inner]]), axis=0, return_inverse=True)
    node[inner] = number + which.ravel()
    edge, share = cuts[:, 0].astype(np.int64), cuts[:, 1]
    new = number + np.arange(len(edge))
    is_first = np.append(True, edge[1:] != edge[:-1])[: len(edge)]
    is_last = np.append(edge[1:] != edge[:-1], True)[-len(edge) :] if len(edge) else is_first
    whole = usable.copy()
    whole[edge] = False
    kept = np.flatnonzero(whole)
    last = np.flatnonzero(is_last)
    return Cut(
        np.concatenate([roads.start[kept], np.where(is_first, roads.start[edge], new - 1), new[last]]),
        np.concatenate([roads.end[kept], new, roads.end[edge[last]]]),
        np.concatenate([kept, edge, edge[last]]),
        np.concatenate([np.zeros(len(kept)), np.where(is_first, 0.0, np.roll(share, 1)), share[last]]),
        np.concatenate([np.ones(len(kept)), share, np.ones(len(last))]),
        node,
        number + len(edge),
    )
