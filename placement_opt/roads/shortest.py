"""Least ways between many places: Dijkstra's algorithm in compiled code, with the metres along each quickest way.

Seconds and metres travel together in one whole number of each arc: seconds in its high part and metres in its low part.
Sums of whole numbers are exact, so the answer is the same on every machine; of equally quick ways the shortest is
taken; and no tree of predecessors has to be walked to add the metres up.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from placement_opt.roads.network import Floats, Ints, Roads
from placement_opt.roads.snapping import Cut

FIGURES_AT_ONCE = 3_000_000
UNITS_PER_SECOND, UNITS_PER_METRE = 4_096, 128
_METRES_PART = 2**27
MOST_SECONDS = 2**26 // UNITS_PER_SECOND
"""A longer way (four and a half hours) counts as none: both parts have to fit into the 53 bits of a float."""

Matrix = NDArray[np.float32]


class Arcs(NamedTuple):
    """Directed arcs, at most one from a node to another, in the order of both.

    Parameters
    ----------
    tail, head
        Nodes.
    weight
        Seconds and metres as one whole number.
    piece
        The piece of the cut network that each arc goes along.
    number
        How many nodes there are.
    """

    tail: Ints
    head: Ints
    weight: Floats
    piece: Ints
    number: int


def arcs_of(roads: Roads, cut: Cut, *, on_foot: bool) -> Arcs:
    """Return the arcs of a cut network: for vehicles by seconds, then metres; on foot by metres, both ways.

    Of several arcs between two nodes the least is kept.
    """
    share = cut.to_share - cut.from_share
    metres = roads.metres[cut.edge] * share
    forth, back = (
        (np.zeros(len(share)), np.zeros(len(share)))
        if on_foot
        else (roads.seconds_forth[cut.edge] * share, roads.seconds_back[cut.edge] * share)
    )
    tail, head = np.append(cut.start, cut.end), np.append(cut.end, cut.start)
    seconds = np.append(forth, back)
    weight = np.rint(seconds * UNITS_PER_SECOND) * _METRES_PART + np.rint(np.append(metres, metres) * UNITS_PER_METRE)
    piece = np.tile(np.arange(len(share)), 2)
    order = np.lexsort((weight, head, tail))
    order = order[~np.isnan(weight[order]) & (tail[order] != head[order])]
    tail, head = tail[order], head[order]
    first = np.append(True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1]))[: len(tail)]
    return Arcs(tail[first], head[first], weight[order][first], piece[order][first], cut.number)


def turned(arcs: Arcs) -> Arcs:
    """Return the arcs the other way round: what is least from a node is then least to it."""
    order = np.lexsort((arcs.tail, arcs.head))
    return Arcs(arcs.head[order], arcs.tail[order], arcs.weight[order], arcs.piece[order], arcs.number)


def least(arcs: Arcs, starts: Ints, ends: Ints) -> tuple[Matrix, Matrix]:
    """Return the seconds and the metres of the least way from each start to each end; NaN = no way.

    Parameters
    ----------
    arcs
        The network.
    starts, ends
        Nodes.

    Notes
    -----
    Trees grow from the fewer of starts and ends (from ends, against the arcs), some at a time.
    """
    if len(ends) < len(starts):
        seconds, metres = _trees(turned(arcs), ends, starts)
        return seconds.T, metres.T
    return _trees(arcs, starts, ends)


def _trees(arcs: Arcs, roots: Ints, leaves: Ints) -> tuple[Matrix, Matrix]:
    seconds = np.full((len(roots), len(leaves)), np.nan, dtype=np.float32)
    metres = seconds.copy()
    graph = as_matrix(arcs)
    at_once = max(1, FIGURES_AT_ONCE // max(arcs.number, 1))
    for first in range(0, len(roots), at_once):
        block = slice(first, first + at_once)
        found = dijkstra(graph, indices=roots[block], limit=MOST_SECONDS * UNITS_PER_SECOND * _METRES_PART)[:, leaves]
        found[np.isinf(found)] = np.nan
        whole = np.floor_divide(found, _METRES_PART)
        seconds[block], metres[block] = whole / UNITS_PER_SECOND, (found - whole * _METRES_PART) / UNITS_PER_METRE
    return seconds, metres


def as_matrix(arcs: Arcs) -> csr_array:
    """Return the weights of the arcs as a sparse matrix; a weight of 0 stays an arc."""
    start = np.searchsorted(arcs.tail, np.arange(arcs.number + 1)).astype(np.int32)
    return csr_array((arcs.weight, arcs.head.astype(np.int32), start), shape=(arcs.number, arcs.number))
