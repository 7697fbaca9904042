"""Both directions of a road as one edge: graphs hold them apart."""

from typing import NamedTuple

import numpy as np
import shapely

from placement_opt.roads.network import Floats, Ints, Texts

SAME_METRES = 0.1
"""Two directions between the same nodes whose lengths differ by less are one road."""


class Directed(NamedTuple):
    """Edges that are driven from start to end only."""

    start: Ints
    end: Ints
    metres: Floats
    seconds: Floats
    lines: Texts


class Paired(NamedTuple):
    """Edges with both directions; `first` says which directed edge gives each its shape."""

    start: Ints
    end: Ints
    metres: Floats
    seconds_forth: Floats
    seconds_back: Floats
    lines: Texts
    first: Ints


def pair_directions(edges: Directed, *, both_ways: bool) -> Paired:
    """Join the two directions of each road.

    Parameters
    ----------
    edges
        Directed edges.
    both_ways
        Each of them may be driven back too, in the same time: there is nothing to join.
    """
    number = len(edges.start)
    first: Ints = np.arange(number, dtype=np.int64)
    back = edges.seconds.copy() if both_ways else np.full(number, np.nan)
    if not both_ways:
        partner = _partners(edges)
        joined = partner >= 0
        back[joined] = edges.seconds[partner[joined]]
        first = np.setdiff1d(first, partner[joined])
    return Paired(
        edges.start[first],
        edges.end[first],
        edges.metres[first],
        edges.seconds[first],
        back[first],
        edges.lines[first],
        first,
    )


def _partners(edges: Directed) -> Ints:
    """Return for some edges the one that leads back along the same road; -1 for all others."""
    low, high = np.minimum(edges.start, edges.end), np.maximum(edges.start, edges.end)
    goes_up = edges.start < edges.end
    whole = np.rint(edges.metres / SAME_METRES).astype(np.int64)
    order = np.lexsort((~goes_up, edges.metres, high, low))
    partner = np.full(len(order), -1, dtype=np.int64)
    taken = np.zeros(len(order), dtype=np.bool_)
    for one, other in zip(order[:-1].tolist(), order[1:].tolist(), strict=True):
        is_pair = (
            not taken[one]
            and low[one] == low[other]
            and high[one] == high[other]
            and low[one] != high[one]
            and goes_up[one] != goes_up[other]
            and abs(whole[one] - whole[other]) <= 1
            and shapely.hausdorff_distance(edges.lines[one], edges.lines[other]) < 1.0
        )
        if is_pair:
            partner[one] = other
            taken[other] = True
    return partner
