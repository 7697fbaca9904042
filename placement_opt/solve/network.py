"""The flow network of a pure assignment: its costs, its ties, its prices and what they prove."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from placement_opt.certificate import Certificate, Leaf, StageProof
from placement_opt.facts import NOBODY, Bools, Floats, Ints
from placement_opt.model import Draft
from placement_opt.model.assignment import kept_gbp
from placement_opt.model.linear import Objective
from placement_opt.model.sites import always_paid_gbp
from placement_opt.policy import SolveOptions
from placement_opt.solve.clock import Clock, Progress
from placement_opt.solve.flow_problem import Demand, Supply, flow_problem
from placement_opt.solve.ties import tie_break
from placement_opt.solve.transportation import Flow, Transportation, solve_transportation

PENCE = 100
HUNDREDTHS = 100
FIRST_PENALTY = 4.0
"""A pupil without a place costs at first so many times what places differ by; more where that is too little."""
FORCED = 1_000.0
"""Not to place a pupil who must be placed costs so many times that."""


class Network:
    """The flow network: pupils, places over the number and empty places to provisions, nowhere and unused."""

    def __init__(self, draft: Draft, options: SolveOptions, clock: Clock, report: Progress) -> None:
        self.draft, self.options, self.clock, self.report = draft, options, clock, report
        facts = draft.facts
        self.pupils = np.unique(draft.pupil)
        self.count = draft.count[self.pupils]
        self.of_pair = np.searchsorted(self.pupils, draft.pupil)
        places = facts.provision_column("places").astype(np.int64)
        self.free = np.maximum(0, places - draft.kept_places)
        self.forced = np.maximum(0, draft.kept_places - places)
        self.over = np.maximum(facts.provision_column("overflow_places").astype(np.int64), self.forced) - self.forced
        self.over[facts.provision_column("status") == "closed"] = 0
        self.over_gbp = facts.provision_column("overflow_gbp").astype(np.float64)
        self.capacity = self.free + self.over
        self.must = facts.must[self.pupils] != NOBODY

    @cached_property
    def pair_pence(self) -> Floats:
        """What one pupil of each pair costs: money, what is weighed with it, and minutes at their weight."""
        draft = self.draft
        pence = (draft.money.pairs + draft.weighed.pairs) * PENCE
        weight = (self.options.weights or {}).get("minutes", 0.0)
        if weight:
            pence += draft.minutes.pairs * (weight * PENCE)
        whole = np.rint(pence)
        return np.where(np.abs(whole - pence) < 1e-4, whole, pence)

    @property
    def first_penalty(self) -> float:
        """Pence for a pupil without a place."""
        if self.options.weights is not None:
            return float(self.options.weights.get("unplaced", 0.0) * PENCE)
        pence, over = self.pair_pence, self.over_gbp * PENCE
        least, most = (float(pence.min()), float(pence.max())) if len(pence) else (0.0, 0.0)
        return float(np.ceil(FIRST_PENALTY * (most - min(least, 0.0) + float(over.max(initial=0.0)) + PENCE)))

    @property
    def goals(self) -> list[tuple[Objective, float]]:
        """Money, what is weighed with it, and minutes at their weight."""
        draft, weights = self.draft, self.options.weights or {}
        return [(draft.money, 1.0), (draft.weighed, 1.0), (draft.minutes, weights.get("minutes", 0.0))]

    @property
    def most_else_gbp(self) -> float:
        """What places over the number, and pupils without a place at their weight, can come to at most."""
        unplaced_gbp = (self.options.weights or {}).get("unplaced", 0.0)
        over_gbp = float((self.over + self.forced) @ self.over_gbp)
        return over_gbp + unplaced_gbp * (float(self.count.sum()) + self.without_pair)

    def solve(self, penalty: float) -> tuple[Flow, Transportation]:
        """Find the least-cost flow at a price in pence for each pupil without a place."""
        draft = self.draft
        problem, self._usable = flow_problem(
            Demand(self.of_pair, draft.provision, self.pair_pence, self.wish, self.count, self.penalties(penalty)),
            Supply(self.free, self.over, self.over_gbp * PENCE),
        )
        flow = solve_transportation(problem, lambda part: self._is_enough(self._spread(part), penalty))
        return self._spread(flow), problem

    def _is_enough(self, flow: Flow, penalty: float) -> bool:
        """Return whether a flow over a part of the pairs is within the gap, by what its prices prove."""
        proven, value = self.proven(self.prices_of(flow), penalty), self.value_with_penalties(flow.units, penalty)
        gap = (value - proven) / max(abs(value), 1.0)
        self.report(f"network simplex over part of the pairs: gap {gap:.4%}")
        return gap <= self.options.gap or not self.clock.may_go_on()

    def proven(self, prices_pence: Floats, penalty: float) -> float:
        """Return in pence what no plan can be below, unplaced pupils at their penalty, by prices of the places."""
        forced_pence = float(self.forced @ self.over_gbp) * PENCE
        return self.bound(self.pair_pence, penalty, prices_pence, self.over_gbp * PENCE) - forced_pence

    def value_with_penalties(self, units: Ints, penalty: float) -> float:
        """Return in pence what a plan costs, unplaced pupils at their penalty."""
        pairs = len(self.draft.decided)
        lost = units[pairs : pairs + len(self.pupils)]
        over = np.maximum(0.0, self.taken(units[:pairs]) - self.free)
        value = float(self.pair_pence @ units[:pairs]) + float(self.penalties(penalty) @ lost)
        return value + float(over @ self.over_gbp) * PENCE

    @property
    def wish(self) -> Floats:
        """Of pairs that look equally good, the nearer ones are looked at first."""
        return self.draft.minutes.pairs * HUNDREDTHS

    def penalties(self, penalty: float) -> Floats:
        """Return what it costs in pence to leave a pupil of each row without a place."""
        return np.where(self.must, FORCED, 1.0) * penalty

    def _spread(self, flow: Flow) -> Flow:
        """Give arcs to provisions without a free place their place in the flow again."""
        looked_at = np.zeros(len(self._usable), dtype=bool)
        looked_at[self._usable] = flow.looked_at
        return Flow(self._among_all(flow.units), flow.of_source, flow.of_sink, looked_at)

    def prices_of(self, flow: Flow) -> Floats:
        """Return the price of a place at each provision, in pence, 0 or less."""
        return np.asarray(np.minimum(0.0, flow.of_sink[: len(self.capacity)] + flow.of_source[-1]), dtype=np.float64)

    def unplaced(self, units: Ints) -> int:
        """Return how many pupils with an allowed pair are without a place."""
        pairs = len(self.draft.decided)
        return int(units[pairs : pairs + len(self.pupils)].sum())

    def units_forced_out(self, units: Ints) -> int:
        """Return how many pupils who must be placed are not."""
        pairs = len(self.draft.decided)
        return int(units[pairs : pairs + len(self.pupils)][self.must].sum())

    def taken(self, units: Ints) -> Floats:
        """Return the places that pupils take at each provision."""
        taken = np.bincount(self.draft.provision, weights=units, minlength=len(self.free))
        return np.asarray(taken, dtype=np.float64)

    @cached_property
    def pairs_at(self) -> Ints:
        """How many pairs each provision has."""
        return np.bincount(self.draft.provision, minlength=len(self.free)).astype(np.int64)

    @cached_property
    def edges(self) -> Ints:
        """Where the pairs of each row of pupils begin; one entry more than there are rows."""
        return np.searchsorted(self.of_pair, np.arange(len(self.pupils) + 1)).astype(np.int64)

    def value(self, units: Ints, unplaced: int) -> float:
        """Return the objective of a plan."""
        over_gbp = float((np.maximum(0, self.taken(units) - self.free) + self.forced) @ self.over_gbp)
        total = float(self.pair_pence @ units) / PENCE + over_gbp + self.constant
        if self.options.weights is not None:
            total += self.options.weights.get("unplaced", 0.0) * unplaced
        return total

    @property
    def constant(self) -> float:
        """What no decision changes."""
        draft, weights = self.draft, self.options.weights or {}
        nowhere = self.without_pair
        constant = kept_gbp(draft) + always_paid_gbp(draft) + draft.weighed.constant
        return constant + weights.get("unplaced", 0.0) * nowhere + weights.get("minutes", 0.0) * draft.minutes.constant

    @cached_property
    def without_pair(self) -> int:
        """Pupils who do not stay and have no allowed pair."""
        draft = self.draft
        has_pair = np.zeros(len(draft.count), dtype=bool)
        has_pair[self.pupils] = True
        return int(draft.count[~has_pair & ~draft.pairs.stays].sum())

    def witness(self, units: Ints) -> Bools | None:
        """Return provisions that are full and that the unplaced, and those who are there, cannot get around.

        None when places are free that could be reached by moving others: then somebody is unplaced for the money.
        """
        draft, pairs = self.draft, len(self.draft.decided)
        reached = units[pairs : pairs + len(self.pupils)] > 0
        used = units[:pairs] > 0
        full = np.zeros(len(self.capacity), dtype=bool)
        while True:
            wanted = np.zeros(len(full), dtype=bool)
            wanted[draft.provision[reached[self.of_pair]]] = True
            there = np.zeros(len(reached), dtype=bool)
            there[self.of_pair[used & wanted[draft.provision]]] = True
            if (wanted <= full).all() and (there <= reached).all():
                break
            full, reached = full | wanted, reached | there
        taken = self.taken(units[:pairs])
        return full if (taken[full] >= self.capacity[full]).all() else None

    def break_ties(self, problem: Transportation, flow: Flow) -> Flow:
        """Among the least-cost flows find the one with the fewest minutes, and among those the one of the tie rule."""
        pairs, sizes = len(self.draft.decided), len(self._usable)
        tight = np.zeros(sizes, dtype=bool)
        at = self._usable
        tight[at] = Flow(flow.units[at], flow.of_source, flow.of_sink, flow.looked_at[at]).is_tight(problem)
        for amounts in self._later_goals():
            cost = np.zeros(sizes)
            cost[:pairs] = amounts
            arcs = np.flatnonzero(tight)
            part = Transportation(
                self._among_all(problem.source)[arcs],
                self._among_all(problem.sink)[arcs],
                cost[arcs],
                problem.supply,
                problem.demand,
                np.zeros(len(arcs), dtype=bool),
                np.zeros(len(arcs)),
            )
            found = solve_transportation(part)
            units = np.zeros(sizes, dtype=np.int64)
            units[arcs] = found.units
            flow = Flow(units, found.of_source, found.of_sink, tight)
            tight[arcs] = found.is_tight(part)
        return flow

    def _later_goals(self) -> Iterator[Floats]:
        draft = self.draft
        if self.options.weights is None:
            yield np.rint(draft.minutes.pairs * HUNDREDTHS)
        yield tie_break(draft.pupil, draft.provision, len(self.capacity))

    def _among_all(self, of_arcs: Ints) -> Ints:
        """Give whole numbers of the arcs in use their places among all arcs; 0 elsewhere."""
        numbers = np.zeros(len(self._usable), dtype=np.int64)
        numbers[self._usable] = of_arcs
        return numbers

    def certificate(self, prices_pence: Floats, units: Ints, penalty: float) -> Certificate:
        """Return the prices of places as the proof of the plan."""
        unplaced = self.unplaced(units)
        prices = prices_pence / PENCE
        prices[self.forced > 0] = np.minimum(prices, -self.over_gbp)[self.forced > 0]
        prices[self.capacity == 0] = -2 * penalty / PENCE
        stages = []
        multipliers = _places(prices)
        limit = 0.0
        if self.options.weights is None:
            multipliers["stage_unplaced"] = -penalty / PENCE
            limit = -penalty / PENCE * unplaced
            full = self.witness(units) if unplaced else None
            if full is not None:
                proof = np.where(full, -1.0, 0.0)
                bound = self.bound(np.zeros(len(self.pair_pence)), 1.0, proof, np.zeros(len(full)))
                stages.append(StageProof("unplaced", bound + self.without_pair, Leaf(_places(proof))))
        bound = self.bound(self.pair_pence / PENCE, penalty / PENCE, prices, self.over_gbp) + limit + self.constant
        stages.append(StageProof("cost", bound, Leaf(multipliers)))
        return Certificate(tuple(stages))

    def bound(self, pair_cost: Floats, unplaced_cost: float, prices: Floats, over_cost: Floats) -> float:
        """Work the bound out from prices of the places (formulation, section 5)."""
        draft, places = self.draft, self.draft.facts.provision_column("places").astype(np.int64)
        reduced = pair_cost - prices[draft.provision]
        cheapest = np.full(len(self.pupils), np.inf)
        if len(reduced):
            cheapest = np.minimum.reduceat(reduced, self.edges[:-1])
        cheapest = np.where(self.must, cheapest, np.minimum(cheapest, unplaced_cost))
        over = self.over + self.forced
        total = float(prices @ (places - draft.kept_places)) + float(cheapest @ self.count)
        return total + float(np.minimum(0.0, over_cost + prices) @ over)


def _places(prices: Floats) -> dict[str, float]:
    return {f"places_{p}": float(prices[p]) for p in np.flatnonzero(prices)}
