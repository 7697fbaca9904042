"""The smallest and the cheapest sets of changes after which pupils without a place have one, with proof."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from placement_opt.errors import NoPlanError, Status
from placement_opt.facts import Floats, Ints
from placement_opt.model.draft import Draft
from placement_opt.model.linear import GE, LE, NO_PAIRS, Objective, Terms
from placement_opt.pairs import Pairs
from placement_opt.policy import SolveOptions
from placement_opt.solve.clock import Clock, Progress
from placement_opt.solve.fitting import Fitted
from placement_opt.solve.optimum import PENNY, Optimiser, Optimum
from placement_opt.solve.repair.elastic import changed_row, make_elastic
from placement_opt.solve.repair.levers import IN_ONE, Kind, Lever, Offer
from placement_opt.solve.stages import WHOLE_PUPIL, Goals, cost_goals, priced
from placement_opt.solve.start import first_pairs
from placement_opt.solve.system import System

NEARLY = 1e-6
A_LITTLE_GBP = 0.005
"""Less than a penny: the solver's rounding must not make a stage infeasible that keeps to the £ of the one before."""


@dataclass(frozen=True, eq=False)
class Made:
    """Changes of one lever that a repair makes.

    Parameters
    ----------
    lever
        What is changed.
    number
        How many changes it is.
    amount
        By how much the limit gives way, of kinds that are one change whatever the amount; else the number.
    """

    lever: Lever
    number: int
    amount: float


@dataclass(frozen=True, eq=False)
class Repair:
    """A set of changes, and the plan that it makes possible.

    Parameters
    ----------
    made
        The changes, in the order of the kinds.
    pupil, provision, count
        Who of those whose place is decided goes where: positions, and how many.
    is_longer
        Which of these are journeys beyond the limit.
    bought
        Rows of pupils with bought places, and how many.
    unplaced
        Pupils who are without a place all the same.
    objective_gbp
        Money of a year and what is weighed with it, the price of the changes included.
    weighed_gbp, price_gbp
        How much of it is weighed, and how much is the price of the changes.
    is_proven
        No set has fewer changes, and none with as few costs less; for the cheapest: none costs less.
    """

    made: tuple[Made, ...]
    pupil: Ints
    provision: Ints
    count: Ints
    is_longer: Ints
    bought: tuple[tuple[int, int], ...]
    unplaced: int
    objective_gbp: float
    weighed_gbp: float
    price_gbp: float
    is_proven: bool

    @property
    def changes(self) -> int:
        """How many changes are made."""
        return sum(made.number for made in self.made)


@dataclass(frozen=True, eq=False)
class Repairs:
    """What was found.

    Parameters
    ----------
    fewest
        Sets of fewest changes, each the smallest and then cheapest that holds none of those before it.
    cheapest
        The set whose plan costs least among those of a limited number of changes.
    unplaced, is_fewest
        Pupils whom no changes of the kinds offered place, or who may be left; whether that number is proven.
    """

    fewest: tuple[Repair, ...]
    cheapest: Repair | None
    unplaced: int
    is_fewest: bool


class Repairer:
    """Looks for sets of changes.

    Parameters
    ----------
    pairs
        Who could go where.
    offer
        What may be changed, and at what price.
    options, clock, report
        Threads, seed, time, and who is told.
    """

    def __init__(self, pairs: Pairs, offer: Offer, options: SolveOptions, clock: Clock, report: Progress) -> None:
        self._options, self._clock, self._report = replace(options, gap=0.0), clock, report
        self.elastic = make_elastic(pairs, offer)
        self._draft = self.elastic.draft
        self._smallest: Fitted | None = None
        self._start = first_pairs(System(self._draft, cost_goals(self._draft)))

    def fewest_unplaced(self) -> Optimum:
        """Return a plan with as few unplaced pupils as all changes together allow.

        Raises
        ------
        NoPlanError
            When there is no plan whatever is changed, or none was found in time.
        """
        return self._least(self._draft, [(self._draft.unplaced, 1.0)], None, WHOLE_PUPIL, None)

    def fewest_changes(self, most_unplaced: int, known: Fitted | None, without: Sequence[Repair] = ()) -> Repair | None:
        """Return the cheapest of the sets of fewest changes; None where there is no further set.

        Parameters
        ----------
        most_unplaced
            Pupils who may be without a place.
        known
            A plan of the elastic model with no more unplaced pupils.
        without
            Sets that must not be part of the one that is returned.
        """
        draft = self._without(without)
        changes = [(self.elastic.changes, 1.0)]
        try:
            few = self._least(draft, changes, most_unplaced, WHOLE_PUPIL, None if without else known)
            limited = _limited(draft, self.elastic.changes, round(few.value) + NEARLY)
            cheap = self._least(limited, self._gbp(draft), most_unplaced, PENNY, few.fitted)
        except NoPlanError as error:
            if error.status is Status.INFEASIBLE:
                return None
            raise
        self._smallest = self._smallest or cheap.fitted
        proven = few.value - few.bound <= WHOLE_PUPIL and cheap.value - cheap.bound <= PENNY
        return self._read(cheap, is_proven=proven)

    def cheapest(self, most_unplaced: int, most_changes: int) -> Repair:
        """Return the set whose plan costs least, with as few changes as that allows.

        Parameters
        ----------
        most_unplaced, most_changes
            Pupils who may be without a place, and how many changes there may be: no fewer than the fewest.
        """
        limited = _limited(self._draft, self.elastic.changes, most_changes + NEARLY)
        gbp = self._gbp(limited)
        cheap = self._least(limited, gbp, most_unplaced, PENNY, self._smallest)
        at_least = _limited(limited, _total(gbp, self._draft), cheap.value + A_LITTLE_GBP, name="least_gbp")
        few = self._least(at_least, [(self.elastic.changes, 1.0)], most_unplaced, WHOLE_PUPIL, cheap.fitted)
        return self._read(few, is_proven=cheap.value - cheap.bound <= PENNY)

    def _gbp(self, draft: Draft) -> Goals:
        return [*cost_goals(draft), (self.elastic.price, 1.0)]

    def _least(
        self, draft: Draft, goals: Goals, most_unplaced: int | None, allowance: float, known: Fitted | None
    ) -> Optimum:
        limit = None if most_unplaced is None else most_unplaced - draft.unplaced.constant
        system = System(draft, goals, limit)
        start = self._start if known is None else np.union1d(self._start, known.pairs)
        plan = priced(_of_width(known, len(draft.columns)), system)
        return Optimiser(system, (0.0, allowance), self._options, self._clock, self._report).run(start, known=plan)

    def _without(self, repairs: Sequence[Repair]) -> Draft:
        """Say that a set leaves out something of each of some sets.

        What counts is how many changes of each kind there are at each place, not which pupil travels longer.
        """
        draft = _copy(self._draft)
        for number, repair in enumerate(repairs):
            fewer: Terms = []
            for place, made in enumerate(repair.made):
                is_fewer = draft.column(f"fewer_{number}_{place}", 0, 1)
                most = sum(draft.columns[column].most for column in made.lever.columns)
                terms = [(column, 1.0) for column in made.lever.columns]
                spare = max(0.0, most - made.number + 1)
                name = f"differs_{number}_{place}"
                draft.row(name, NO_PAIRS, 0, [*terms, (is_fewer, spare)], LE, made.number - 1 + spare)
                fewer.append((is_fewer, 1.0))
            draft.row(f"other_{number}", NO_PAIRS, 0, fewer, GE, 1)
        return draft

    def _read(self, best: Optimum, *, is_proven: bool) -> Repair:
        if best.fitted is None:  # pragma: no cover - a run without a plan raises
            raise AssertionError
        draft, fitted = self._draft, best.fitted
        pairs, others = fitted.pairs, np.asarray(fitted.others[: len(draft.columns)])
        value = _value(self._gbp(draft), fitted, others)
        return Repair(
            tuple(self._made(fitted, others)),
            draft.pupil[pairs],
            draft.provision[pairs],
            fitted.pupils,
            self.elastic.is_longer[pairs].astype(np.int64),
            tuple((i, round(others[c])) for i, c in sorted(self.elastic.bought.items()) if round(others[c])),
            round(_value([(draft.unplaced, 1.0)], fitted, others)),
            round(value, 2),
            round(_value([(draft.weighed, 1.0)], fitted, others), 2),
            round(_value([(self.elastic.price, 1.0)], fitted, others), 2),
            is_proven,
        )

    def _made(self, fitted: Fitted, others: Floats) -> list[Made]:
        made = []
        for lever in self.elastic.levers:
            number = round(sum(float(others[column]) for column in lever.columns))
            amount = float(number)
            if lever.kind in IN_ONE:
                amount = changed_row(self.elastic, lever, fitted.pairs, fitted.pupils, others)
                number = int(amount > NEARLY)
            if number:
                made.append(Made(lever, number, amount))
        order = list(Kind)
        return sorted(made, key=lambda one: (order.index(one.lever.kind), one.lever.at))


@dataclass(frozen=True)
class Wanted:
    """What is looked for.

    Parameters
    ----------
    leave
        Pupils who may be without a place.
    missing
        Places that are missing without any change: the cheapest set has no more changes than that, or than the
        smallest set has.
    most
        How many sets of fewest changes are looked for.
    most_changes
        The most changes of the cheapest set instead; None = as above.
    """

    leave: int = 0
    missing: int = 0
    most: int = 3
    most_changes: int | None = None


def find_repairs(
    pairs: Pairs, offer: Offer, wanted: Wanted, *, options: SolveOptions, clock: Clock, report: Progress
) -> Repairs:
    """Find the sets of fewest changes, and the cheapest one.

    Parameters
    ----------
    pairs, offer
        Who could go where, what may be changed and at what price.
    wanted
        What is looked for.
    options, clock, report
        Threads, seed, time, and who is told. The gap is 0 whatever they say.

    Raises
    ------
    NoPlanError
        When there is no plan whatever is changed, or none was found in time.
    """
    repairer = Repairer(pairs, offer, options, clock, report)
    placed = repairer.fewest_unplaced()
    unplaced = max(wanted.leave, round(placed.value))
    fewest: list[Repair] = []
    while len(fewest) < wanted.most and all(repair.changes for repair in fewest):
        try:
            found = repairer.fewest_changes(unplaced, placed.fitted, fewest)
        except NoPlanError:
            if not fewest:
                raise
            break  # the time ran out: what was found before stands
        if found is None:
            break
        fewest.append(found)
        report(f"{found.changes} changes, £{found.objective_gbp:,.2f}, {clock.used_s():.1f} s")
    limit = wanted.most_changes or max(wanted.missing, fewest[0].changes)
    may_be = limit >= fewest[0].changes and clock.may_go_on()
    cheapest = repairer.cheapest(unplaced, limit) if may_be else None
    return Repairs(tuple(fewest), cheapest, unplaced, placed.value - placed.bound <= WHOLE_PUPIL)


def _copy(draft: Draft) -> Draft:
    """Return a draft whose rows and columns can be added to."""
    copied = copy(draft)
    copied.rows, copied.columns = list(draft.rows), list(draft.columns)
    return copied


def _limited(draft: Draft, goal: Objective, most: float, name: str = "stage_changes") -> Draft:
    """Return a draft with the row that a sum is at most so much."""
    limited = _copy(draft)
    pairs = np.flatnonzero(goal.pairs)
    limited.row(name, pairs, goal.pairs[pairs], goal.terms.items(), LE, most - goal.constant)
    return limited


def _total(goals: Goals, draft: Draft) -> Objective:
    total = Objective(np.zeros(draft.choices))
    for goal, weight in goals:
        total.pairs += weight * goal.pairs
        total.constant += weight * goal.constant
        for column, amount in goal.terms.items():
            total.add(column, weight * amount)
    return total


def _of_width(known: Fitted | None, columns: int) -> Fitted | None:
    """Return a plan for a model with the same or further columns; those are 0."""
    if known is None or len(known.others) == columns:
        return known
    others = np.zeros(columns)
    width = min(columns, len(known.others))
    others[:width] = known.others[:width]
    return replace(known, others=others)


def _value(goals: Goals, fitted: Fitted, others: Floats) -> float:
    total = 0.0
    for goal, weight in goals:
        terms = sum(amount * float(others[column]) for column, amount in goal.terms.items())
        total += weight * (goal.constant + float(goal.pairs[fitted.pairs] @ fitted.pupils) + terms)
    return total
