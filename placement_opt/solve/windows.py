"""Pure assignment of a country: window by window, until prices prove that the whole is good enough."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.solve.clock import Clock, Progress
from placement_opt.solve.flow_problem import Demand, Supply, flow_problem
from placement_opt.solve.network import HUNDREDTHS, PENCE, Network
from placement_opt.solve.transportation import solve_transportation

PUPILS_IN_A_WINDOW = 20_000
MOST_PASSES = 8
FINE = 1_000.0
"""Costs are in thousandths of a penny, so that minutes can break ties."""
TENTHS_OF_A_MINUTE = 10.0


@dataclass(eq=False)
class Patchwork:
    """A plan made of windows.

    Parameters
    ----------
    units
        Pupils of each decided pair.
    prices
        Of a place at each provision, in pence, 0 or less.
    """

    units: Ints
    prices: Floats


def solve_in_windows(
    network: Network, penalty: float, gap: float, clock: Clock, report: Progress
) -> tuple[Ints, Floats]:
    """Solve window after window, the windows of each pass shifted against those of the one before.

    Parameters
    ----------
    network
        Pupils, places and costs.
    penalty
        Pence for a pupil without a place.
    gap
        Stop when the plan is proven to be within this share of the best.
    clock, report
        Time, and who is told.

    Returns
    -------
    units
        Pupils of each decided pair, and then of each row of pupils those without a place.
    prices
        Of a place at each provision, in pence.

    Notes
    -----
    In a window the network simplex is exact, with the places that pupils outside leave. A provision's price is that of
    the window to which most of its pairs belong. Together the prices give a bound for the whole.
    """
    work = Patchwork(np.zeros(len(network.draft.decided), dtype=np.int64), np.zeros(len(network.capacity)))
    bound, prices = -np.inf, work.prices
    for shift in range(MOST_PASSES):
        for window in _windows(network, shift):
            if not clock.may_go_on():
                break
            _solve_window(network, work, window, penalty)
        value, proven = _value(network, work, penalty), _bound(network, work, penalty)
        if proven > bound:
            bound, prices = proven, work.prices.copy()
        distance = (value - bound) / max(abs(value), 1.0)
        report(f"windows, pass {shift + 1}: gap {distance:.4%}, {clock.used_s():.1f} s")
        if distance <= gap or not clock.may_go_on():
            break
    placed = np.bincount(network.of_pair, weights=work.units, minlength=len(network.count)).astype(np.int64)
    return np.concatenate([work.units, network.count - placed]), prices


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


def _solve_window(network: Network, work: Patchwork, rows: Ints, penalty: float) -> None:
    draft = network.draft
    lengths = network.edges[rows + 1] - network.edges[rows]
    pairs = np.repeat(network.edges[rows] - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
    provision, sites = draft.provision[pairs], len(network.capacity)
    here = np.unique(provision)
    taken = network.taken(work.units) - np.bincount(provision, weights=work.units[pairs], minlength=sites)
    left = (network.capacity - taken.astype(np.int64))[here]
    free = np.minimum(np.maximum(0, (network.free - taken.astype(np.int64))[here]), left)
    cost = network.pair_pence[pairs] * FINE + np.rint(draft.minutes.pairs[pairs] * TENTHS_OF_A_MINUTE)
    of_pair = np.repeat(np.arange(len(rows)), lengths)
    problem, usable = flow_problem(
        Demand(
            of_pair,
            np.searchsorted(here, provision),
            cost,
            draft.minutes.pairs[pairs] * HUNDREDTHS,
            network.count[rows],
            network.penalties(penalty)[rows] * FINE,
        ),
        Supply(free, left - free, network.over_gbp[here] * PENCE * FINE),
    )
    flow = solve_transportation(problem)
    units = np.zeros(len(usable), dtype=np.int64)
    units[usable] = flow.units
    work.units[pairs] = units[: len(pairs)]
    prices = np.minimum(0.0, flow.of_sink[: len(here)] + flow.of_source[-1]) / FINE
    prices[left == 0] = np.minimum(prices, work.prices[here])[left == 0]
    mostly = np.bincount(provision, minlength=sites)[here] * 2 > network.pairs_at[here]
    work.prices[here[mostly]] = prices[mostly]


def _value(network: Network, work: Patchwork, penalty: float) -> float:
    placed = np.bincount(network.of_pair, weights=work.units, minlength=len(network.count))
    lost = float(network.penalties(penalty) @ (network.count - placed))
    over = np.maximum(0.0, network.taken(work.units) - network.free)
    return float(network.pair_pence @ work.units) + lost + float(over @ network.over_gbp) * PENCE


def _bound(network: Network, work: Patchwork, penalty: float) -> float:
    over_pence = network.over_gbp * PENCE
    forced = float(network.forced @ over_pence)
    return network.bound(network.pair_pence, penalty, work.prices, over_pence) - forced
