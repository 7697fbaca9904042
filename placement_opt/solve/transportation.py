"""The transportation problem: units from sources to sinks at least cost, by network simplex, with its prices.

Arcs are looked at as they are needed: a few cheap ones at first, then those that the prices say could help.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import ot
import scipy.sparse as sp

from placement_opt.errors import SolverError
from placement_opt.facts import Bools, Floats, Ints

MOST_STEPS = 10**9
TIGHT = 1e-6
"""An arc whose reduced cost is not above this may be in use at the optimum; costs are whole numbers."""
FEW_ARCS = 6_000_000
"""So many arcs are handed over at once; with more, a few of them at first."""
ARCS_AT_FIRST, ARCS_EACH_TIME = 10, 3


@dataclass(frozen=True, eq=False)
class Transportation:
    """Sources and sinks with whole units, as many in all of the one as of the other, and arcs with whole costs.

    Parameters
    ----------
    source, sink
        Of each arc.
    cost
        Of each arc and unit.
    supply, demand
        Units of each source and sink; their totals are equal.
    priced
        Arcs that are looked at only when the prices ask for them, sorted by source; the others are always there.
    wish
        Of arcs that look equally good, those with less of it are looked at first. It changes no answer.
    """

    source: Ints
    sink: Ints
    cost: Floats
    supply: Ints
    demand: Ints
    priced: Bools
    wish: Floats


@dataclass(frozen=True, eq=False)
class Flow:
    """A least-cost flow over the arcs that were looked at, and what proves it.

    Parameters
    ----------
    units
        On each arc.
    of_source, of_sink
        Prices: no arc that was looked at costs less than the two of its ends together, and one in use costs just that.
    looked_at
        All arcs, unless the flow was good enough before.
    """

    units: Ints
    of_source: Floats
    of_sink: Floats
    looked_at: Bools

    def is_tight(self, problem: Transportation) -> Bools:
        """Return the arcs that some least-cost flow over what was looked at may use."""
        reduced = _reduced(problem, self.of_source, self.of_sink)
        return np.asarray(self.looked_at & (reduced <= TIGHT), dtype=np.bool_)


def solve_transportation(problem: Transportation, is_enough: Callable[[Flow], bool] = lambda _: False) -> Flow:
    """Find a least-cost flow.

    Parameters
    ----------
    problem
        Sources, sinks and arcs.
    is_enough
        Asked about flows over a part of the arcs; such a flow is the answer where it says so.

    Raises
    ------
    SolverError
        When the network simplex does not end at an optimum.

    Notes
    -----
    POT's network simplex (Bonneel et al. 2011). With many arcs it gets a few of them, and arcs whose reduced cost is
    negative are added until there is none: column generation, exact when it ends.
    """
    looked_at = ~problem.priced
    if problem.priced.sum() <= FEW_ARCS:
        looked_at[:] = True
        return _network_simplex(problem, looked_at)
    choice = _Choice(problem)
    nothing = np.zeros(len(problem.supply)), np.zeros(len(problem.demand))
    looked_at[choice.best(choice.value(*nothing), ARCS_AT_FIRST)] = True
    while True:
        flow = _network_simplex(problem, looked_at)
        if is_enough(flow):
            return flow
        value = choice.value(flow.of_source, flow.of_sink)
        value[(value >= -TIGHT) | looked_at[choice.arcs]] = np.inf
        missing = choice.best(value, ARCS_EACH_TIME)
        if not len(missing):
            return Flow(flow.units, flow.of_source, flow.of_sink, np.ones(len(looked_at), dtype=bool))
        looked_at[missing] = True


class _Choice:
    """The priced arcs, source by source."""

    def __init__(self, problem: Transportation) -> None:
        self.problem = problem
        self.arcs = np.flatnonzero(problem.priced)
        source = problem.source[self.arcs]
        self._starts = np.flatnonzero(np.append(True, source[1:] != source[:-1]))
        self._lengths = np.diff(np.append(self._starts, len(source)))

    def value(self, of_source: Floats, of_sink: Floats) -> Floats:
        """Return the reduced cost of the arcs at given prices."""
        return _reduced(self.problem, of_source, of_sink)[self.arcs]

    def best(self, value: Floats, most: int) -> Ints:
        """Return the `most` best arcs of each source; those with an infinite value are none."""
        left = value + self.problem.wish[self.arcs]
        found = []
        for _ in range(most):
            least = np.repeat(np.minimum.reduceat(left, self._starts), self._lengths)
            hit = np.flatnonzero((left == least) & np.isfinite(left))
            found.append(self.arcs[hit])
            left[hit] = np.inf
        return np.concatenate(found)


def _network_simplex(problem: Transportation, looked_at: Bools) -> Flow:
    arcs = np.flatnonzero(looked_at)
    costs = problem.cost[arcs]
    shape = (len(problem.supply), len(problem.demand))
    matrix = sp.coo_matrix((costs, (problem.source[arcs], problem.sink[arcs])), shape=shape)
    supply, demand = problem.supply.astype(float), problem.demand.astype(float)
    plan, log = ot.emd(supply, demand, matrix, numItermax=MOST_STEPS, log=True, center_dual=False)
    if log["warning"]:
        raise SolverError(f"The network simplex ended with: {log['warning']}.")
    width = shape[1]
    used = sp.coo_matrix(plan)
    numbers = problem.source[arcs] * width + problem.sink[arcs]
    order = np.argsort(numbers, kind="stable")
    at = order[np.searchsorted(numbers[order], used.row.astype(np.int64) * width + used.col)]
    units = np.zeros(len(problem.cost), dtype=np.int64)
    np.add.at(units, arcs[at], np.rint(used.data).astype(np.int64))
    of_source, of_sink = (np.asarray(log[name], dtype=np.float64) for name in ("u", "v"))
    return Flow(units, of_source, of_sink, looked_at.copy())


def _reduced(problem: Transportation, of_source: Floats, of_sink: Floats) -> Floats:
    return np.asarray(problem.cost - of_source[problem.source] - of_sink[problem.sink], dtype=np.float64)
