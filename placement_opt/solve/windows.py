"""Pure assignment of a country: window by window, until the prices prove that the whole is good enough."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.solve.flow_problem import Demand, Supply, flow_problem
from placement_opt.solve.network import HUNDREDTHS, PENCE, Network
from placement_opt.solve.transportation import solve_transportation

PUPILS_IN_A_WINDOW = 70_000
MOST_PASSES = 8
FINE = 1_000.0
"""Costs are in thousandths of a penny, so that minutes can break ties."""
TENTHS_OF_A_MINUTE = 10.0


@dataclass(eq=False)
class _Patchwork:
    """A plan made of windows.

    Parameters
    ----------
    units
        Pupils of each decided pair.
    taken
        Places that they take at each provision.
    prices
        Of a place at each provision, in pence, 0 or less.
    """

    units: Ints
    taken: Ints
    prices: Floats


def solve_in_windows(network: Network, penalty: float) -> tuple[Ints, Floats]:
    """Solve window after window, the windows of each pass shifted against those of the one before.

    Parameters
    ----------
    network
        Pupils, places and costs; its options say which gap is enough, and its clock when to stop.
    penalty
        Pence for a pupil without a place.

    Returns
    -------
    units
        Pupils of each decided pair, and then of each row of pupils those without a place.
    prices
        Of a place at each provision, in pence.

    Notes
    -----
    In a window the network simplex is exact, with the places that pupils outside leave; no pass makes the plan worse.
    A provision's price is that of the window to which most of its pairs belong; together the prices give a bound for
    the whole. What is wrong at the edges of one pass lies in the middle of a window in the next.
    """
    sites = len(network.capacity)
    work = _Patchwork(
        np.zeros(len(network.draft.decided), dtype=np.int64), np.zeros(sites, dtype=np.int64), np.zeros(sites)
    )
    bound, prices = -np.inf, work.prices.copy()
    for shift in range(MOST_PASSES):
        for window in _windows(network, shift):
            if network.clock.may_go_on():
                _solve_window(network, work, window, penalty)
        proven = network.proven(work.prices, penalty)
        if proven > bound:
            bound, prices = proven, work.prices.copy()
        value = network.value_with_penalties(_with_unplaced(network, work.units), penalty)
        gap = (value - bound) / max(abs(value), 1.0)
        network.report(f"windows, pass {shift + 1}: gap {gap:.4%}, {network.clock.used_s():.1f} s")
        if gap <= network.options.gap or not network.clock.may_go_on():
            break
    return _with_unplaced(network, work.units), prices


def _with_unplaced(network: Network, units: Ints) -> Ints:
    placed = np.bincount(network.of_pair, weights=units, minlength=len(network.count)).astype(np.int64)
    return np.concatenate([units, network.count - placed])


def _windows(network: Network, shift: int) -> Iterator[Ints]:
    """Yield rows of pupils: strips from west to east, cut from south to north; shifted in each pass."""
    pupils = network.draft.facts.pupils
    east, north = (pupils[name].to_numpy()[network.pupils] for name in ("easting", "northing"))
    if shift // 2 % 2:
        east, north = north, east
    strips = max(1, round(np.sqrt(len(east) / PUPILS_IN_A_WINDOW)))
    begin = 0.5 * (shift % 2)
    for strip in _cut(np.argsort(east, kind="stable"), strips, begin):
        for window in _cut(strip[np.argsort(north[strip], kind="stable")], strips, begin):
            yield np.sort(window)


def _cut(order: Ints, parts: int, begin: float) -> Iterator[Ints]:
    size = len(order) / parts
    edges = np.unique(np.clip(np.round((np.arange(parts + 2) - begin) * size), 0, len(order)).astype(np.int64))
    for first, last in pairwise(edges.tolist()):
        yield order[first:last]


def _solve_window(network: Network, work: _Patchwork, rows: Ints, penalty: float) -> None:
    draft, sites = network.draft, len(network.capacity)
    lengths = network.edges[rows + 1] - network.edges[rows]
    pairs = np.repeat(network.edges[rows] - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
    provision = draft.provision[pairs]
    pairs_here = np.bincount(provision, minlength=sites)
    here = np.flatnonzero(pairs_here)
    mostly = pairs_here[here] * 2 > network.pairs_at[here]
    work.taken -= np.bincount(provision, weights=work.units[pairs], minlength=sites).astype(np.int64)
    left = (network.capacity - work.taken)[here]
    free = np.minimum(np.maximum(0, (network.free - work.taken)[here]), left)
    local = np.full(sites, -1, dtype=np.int64)
    local[here] = np.arange(len(here))
    minutes = draft.minutes.pairs[pairs]
    problem, usable = flow_problem(
        Demand(
            np.repeat(np.arange(len(rows)), lengths),
            local[provision],
            network.pair_pence[pairs] * FINE + np.rint(minutes * TENTHS_OF_A_MINUTE),
            minutes * HUNDREDTHS,
            network.count[rows],
            network.penalties(penalty)[rows] * FINE,
        ),
        Supply(free, left - free, network.over_gbp[here] * PENCE * FINE),
    )
    flow = solve_transportation(problem)
    units = np.zeros(len(usable), dtype=np.int64)
    units[usable] = flow.units
    work.units[pairs] = units[: len(pairs)]
    work.taken += np.bincount(provision, weights=units[: len(pairs)], minlength=sites).astype(np.int64)
    prices = np.minimum(0.0, flow.of_sink[: len(here)] + flow.of_source[-1]) / FINE
    known = mostly & (left > 0)
    work.prices[here[known]] = prices[known]
