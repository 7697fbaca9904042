"""What it would mean for everybody if one pupil were at a place: proven where a chain of moves meets the proof.

The proof of the best plan says of every pair what no plan with a pupil there can be below. Where a chain of single
moves gives a plan that is no dearer, nothing has to be solved; everything else is solved again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.solve.again import Again, Change
from placement_opt.solve.again.proved import Proved
from placement_opt.solve.again.resolved import more_of_choices
from placement_opt.solve.optimum import PENNY
from placement_opt.solve.system import Box, System
from placement_opt.why.reasons.chain import NOWHERE, places_of, steps_between
from placement_opt.why.reasons.exchange import NO_CHOICE, Chain, Exchange, Move
from placement_opt.why.reasons.laid import Laid
from placement_opt.why.reasons.limits import is_impossible, keeps_rows
from placement_opt.why.reasons.values import Step

LEAST_WISH_GBP = 1e-4
"""A column whose reduced cost is less is as well where it is."""


@dataclass(frozen=True)
class Outcome:
    """What forcing one pupil means: see `Alternative`; `extra_gbp` is NaN where no plan is possible."""

    extra_gbp: float
    extra_wishes_gbp: float = 0.0
    more_unplaced: int = 0
    is_proven: bool = True
    unproven_gbp: float = 0.0
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, eq=False)
class Forced:
    """The best plan, ready for one pupil after the other to be forced elsewhere.

    Parameters
    ----------
    ask
        Solves the question again.
    """

    ask: Again

    def outcome(self, pair: int) -> Outcome:
        """Return what it would mean if one pupil of a decided pair's row were there.

        Parameters
        ----------
        pair
            Its position.
        """
        if self._laid.pupils[pair]:
            return self._outcome_of({}, Chain(()))
        if is_impossible(self._laid, pair):
            return Outcome(np.nan)
        return self._by_chain(pair) or self._by_solving(pair)

    @cached_property
    def _proof(self) -> Proved:
        """The proof that nothing is better than the best plan, the part that comes closest to it first."""
        proved = self.ask.proof
        return Proved(proved.system, sorted(proved.parts, key=lambda part: part.bound))

    @cached_property
    def _laid(self) -> Laid:
        """The best plan."""
        draft, fitted = self.ask.draft, self.ask.present.fitted
        pupils = np.zeros(draft.choices, dtype=np.int64)
        pupils[fitted.pairs] = fitted.pupils
        return Laid(self._proof.system, draft, pupils, fitted.others)

    @cached_property
    def _exchange(self) -> Exchange:
        return Exchange(self._laid, self._proof.parts[0].prices)

    @cached_property
    def _elsewhere(self) -> Floats:
        """For every decided pair, what no plan of the other parts of the proof with a pupil there is below."""
        floor = np.full(self._laid.draft.choices, np.inf)
        for part in self._proof.parts[1:]:
            floor = np.minimum(floor, _with_one(self._proof.system, part.prices, part.boxes(self._proof.system)))
        return floor

    def _floor(self, left: int) -> Floats:
        """Return for every decided pair how much more a plan is at least in which a pupil left a node for that pair."""
        if left not in self._floors:
            part, system = self._proof.parts[0], self._proof.system
            plain = _with_one(system, part.prices, part.boxes(self._proof.system))
            near = self._near(self._exchange.prices_without(left))
            floor = np.minimum(np.maximum(near, plain), self._elsewhere)
            self._floors[left] = np.maximum(floor - self.ask.present.objective_gbp, 0.0)
        return self._floors[left]

    def _near(self, prices: Floats) -> Floats:
        """Return what other multipliers say of every decided pair, sites and teams held where they would rather not be.

        A plan either has all of them as the best plan has, or one of them otherwise.
        """
        part, system = self._proof.parts[0], self._proof.system
        wish = _reduced_of_others(system, prices)
        within = part.boxes(system)
        held, floor = dict(within), np.full(self._laid.draft.choices, np.inf)
        for column in self._whole[np.abs(wish[self._whole]) > LEAST_WISH_GBP].tolist():
            value = float(round(self._laid.others[column]))
            least, most = within.get(column, (system.boxes[0][column], system.boxes[1][column]))
            is_low = bool(wish[column] < 0)
            held[column] = (least, value) if is_low else (value, most)
            otherwise = (value + 1, most) if is_low else (least, value - 1)
            if otherwise[0] <= otherwise[1]:
                floor = np.minimum(floor, self._otherwise(column, otherwise))
        return np.asarray(np.minimum(floor, _with_one(system, prices, held)), dtype=np.float64)

    def _otherwise(self, column: int, box: Box) -> Floats:
        """Return for every decided pair what no plan with a pupil there and another value of a column is below."""
        if (column, box) not in self._others:
            system, boxes = self._proof.system, {**self._proof.parts[0].boxes(self._proof.system), column: box}
            prices = self.ask.prices_in(boxes)
            self._others[column, box] = _with_one(system, prices, boxes)
        return self._others[column, box]

    @cached_property
    def _others(self) -> dict[tuple[int, Box], Floats]:
        return {}

    @cached_property
    def _whole(self) -> Ints:
        """The other columns that are whole numbers, being without a place left out."""
        draft = self._laid.draft
        whole = [column.whole and number not in draft.unplaced.terms for number, column in enumerate(draft.columns)]
        return np.flatnonzero(whole)

    @cached_property
    def _floors(self) -> dict[int, Floats]:
        return {}

    def _by_chain(self, pair: int) -> Outcome | None:
        """Return the outcome where a chain of moves is proven to be the cheapest way; None where it is not."""
        draft = self._laid.draft
        pupil = int(draft.pupil[pair])
        for left in self._could_leave(pupil):
            start = draft.provisions if left == NO_CHOICE else int(draft.provision[left])
            chain = self._exchange.chain_into(int(draft.provision[pair]), start)
            if chain is None:
                continue
            changes = _changes([Move(pupil, left, pair), *chain.moves])
            is_as_many = sum(changes.values()) == 0
            extra_gbp = self._gbp(changes, chain.over)
            is_least = extra_gbp <= self._floor(start)[pair] + PENNY
            if is_as_many and is_least and keeps_rows(self._laid, changes, chain.over):
                return self._outcome_of(changes, chain)
        return None

    def _could_leave(self, pupil: int) -> list[int]:
        """Return the pairs that a pupil of a row could leave; having no place is one of them."""
        held = self._laid.held(pupil)
        missing = int(self._laid.draft.count[pupil]) - int(self._laid.pupils[held].sum())
        return [*held.tolist(), *([NO_CHOICE] if missing else [])]

    def _gbp(self, changes: Mapping[int, int], others: Mapping[int, float]) -> float:
        of_pairs, of_others = self._laid.system.cost_of_pairs, self._laid.system.cost_of_others
        gbp = sum(more * of_pairs[pair] for pair, more in changes.items())
        return float(gbp + sum(more * of_others[column] for column, more in others.items()))

    def _outcome_of(self, changes: Mapping[int, int], chain: Chain) -> Outcome:
        weighed, present = self._laid.draft.weighed.pairs, self.ask.present
        wishes_gbp = float(sum(more * weighed[pair] for pair, more in changes.items()))
        steps = tuple(self._step(move) for move in chain.moves)
        unproven_gbp = round(present.objective_gbp - present.bound_gbp, 2)
        extra_gbp = round(self._gbp(changes, chain.over), 2)
        return Outcome(extra_gbp, round(wishes_gbp, 2), 0, present.is_proven, unproven_gbp, steps)

    def _step(self, move: Move) -> Step:
        start, end = (
            NOWHERE if pair == NO_CHOICE else self._laid.draft.provision_id(int(self._laid.draft.provision[pair]))
            for pair in (move.leaves, move.takes)
        )
        return Step(str(self._laid.draft.facts.pupils["pupil_id"].iloc[move.pupil]), 1, start, end)

    def _by_solving(self, pair: int) -> Outcome:
        draft, present = self._laid.draft, self.ask.present
        pupil_id = str(draft.facts.pupils["pupil_id"].iloc[int(draft.pupil[pair])])
        provision_id = draft.provision_id(int(draft.provision[pair]))
        found = self.ask.best(Change(forced=((pupil_id, provision_id),)))
        if found is None:
            return Outcome(np.nan)
        elsewhere = np.unique(draft.pupil[np.flatnonzero(more_of_choices(present, found))])
        names = draft.facts.pupils["pupil_id"].iloc[elsewhere]
        counts = dict(zip(names, draft.count[elsewhere].tolist(), strict=True))
        before, after = (
            places_of(one.placements[one.placements["pupil_id"].isin(names)], counts) for one in (present, found)
        )
        wishes_gbp = (found.objective_gbp - found.cost_gbp) - (present.objective_gbp - present.cost_gbp)
        return Outcome(
            round(found.objective_gbp - present.objective_gbp, 2),
            round(wishes_gbp, 2),
            found.unplaced_pupils - present.unplaced_pupils,
            found.is_proven,
            round(found.objective_gbp - found.bound_gbp, 2),
            steps_between(before, after, pupil_id=pupil_id, forced_to=provision_id),
        )


def _changes(moves: Sequence[Move]) -> dict[int, int]:
    """Return by decided pair how many pupils more have it."""
    changes: dict[int, int] = {}
    for move in moves:
        for pair, more in ((move.leaves, -1), (move.takes, 1)):
            if pair != NO_CHOICE:
                changes[pair] = changes.get(pair, 0) + more
    return {pair: more for pair, more in changes.items() if more}


def _with_one(system: System, prices: Floats, boxes: Mapping[int, Box]) -> Floats:
    """Return for every decided pair what multipliers say that no plan with a pupil there has a lower objective than."""
    bound = system.bound(prices, boxes)
    return np.asarray(bound.value + np.maximum(0.0, bound.reduced), dtype=np.float64)


def _reduced_of_others(system: System, prices: Floats) -> Floats:
    """Return the reduced cost of every other column, with what the pupils whom it lets in gain."""
    bound = system.bound(prices)
    reduced = system.cost_of_others - system.of_others_by_column @ bound.multipliers
    return np.asarray(reduced + bound.gain_of_sites, dtype=np.float64)
