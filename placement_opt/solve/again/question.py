"""A question that can be asked again: its draft, its proofs, and the plans of earlier answers."""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np

from placement_opt.errors import Fault, InputError, NoPlanError, Status
from placement_opt.facts import Floats, Ints
from placement_opt.model import Draft
from placement_opt.model.linear import LinearDraft
from placement_opt.policy import SolveOptions
from placement_opt.solve.again.answers import Answer, Answers
from placement_opt.solve.again.change import Change
from placement_opt.solve.again.changed import Numbers, numbers_of, with_columns, with_held, with_places, with_rows
from placement_opt.solve.again.proved import Proved
from placement_opt.solve.again.resolved import Resolved, with_held_pupils, without_held
from placement_opt.solve.again.warm import Warm, completed, keeps, taken_by
from placement_opt.solve.branching import WHOLE
from placement_opt.solve.fitting import Fitted
from placement_opt.solve.last_stage import value_of
from placement_opt.solve.optimum import PENNY, Optimum
from placement_opt.solve.stages import WHOLE_PUPIL, Goals, cost_goals, priced
from placement_opt.solve.start import first_pairs
from placement_opt.solve.system import Box, System

KNOWN_PLANS = 12
"""So many plans of earlier changes are kept, to begin with where they keep the rules of the next one."""
NO_CHOICES = np.zeros(0, dtype=np.int64)
NUDGE_GBP = 0.002
"""Leaving the present plan counts so much in the LPs, all pupils together: less than any two plans differ by."""


class Again:
    """A question that can be asked again with a little changed. Make one with `again`.

    Parameters
    ----------
    draft
        Of the model.
    known
        A plan of it: positions of decided pairs, and how many pupils each has; None = none is known.
    options
        Threads, seed, time for each answer.

    Raises
    ------
    NoPlanError
        When the question has no plan, or none was found in time.
    """

    def __init__(self, draft: Draft, known: tuple[Ints, Ints] | None, options: SolveOptions) -> None:
        self.draft, self._options = draft, replace(options, gap=0.0, weights=None)
        unlimited = System(draft, cost_goals(draft))
        start = first_pairs(unlimited)
        fitted = None if known is None else completed(unlimited, *known, self._options)
        start = start if fitted is None else np.union1d(start, fitted.pairs)
        fewest = System(draft, _unplaced_goals(draft))
        self._fewest = Warm(fewest, _unplaced_goals, (0.0, WHOLE_PUPIL), self._options, start)
        self._plans: deque[tuple[Fitted, Floats]] = deque(maxlen=KNOWN_PLANS)
        self._answers = Answers(draft)
        fitted, least = self._settle_unplaced(fitted)
        limited = System(draft, cost_goals(draft), least - draft.unplaced.constant, self._nudge(fitted))
        self._cost = Warm(limited, cost_goals, (0.0, PENNY), self._options, start)
        self.present = self._settle_cost(fitted)

    def _nudge(self, known: Fitted) -> Floats:
        """Return what leaving a known plan costs on top in LPs: of plans that are as good, the nearest is wanted."""
        nudge = np.full(self.draft.choices, NUDGE_GBP / max(1, int(self.draft.count.sum())))
        nudge[known.pairs] = 0.0
        return nudge

    def _settle_unplaced(self, known: Fitted | None) -> tuple[Fitted, float]:
        """Return a plan with as few unplaced pupils as there can be, and how many."""
        system = self._fewest.base
        fitted = priced(known, system)
        if fitted is None or fitted.value > system.constant + WHOLE_PUPIL:
            best = self._fewest.best(system, fitted)
            self._fewest.keep(best.tree)
            fitted = best.fitted
        if fitted is None:  # pragma: no cover - best raises
            raise NoPlanError(Status.NO_SOLUTION)
        return fitted, round(fitted.value)

    def _settle_cost(self, known: Fitted) -> Resolved:
        """Return the best plan of the problem as it is; the one that is known, where nothing is better."""
        system = self._cost.base
        fitted = priced(known, system)
        best = self._cost.best(system, fitted)
        self._cost.keep(best.tree)
        if fitted is not None and fitted.value <= best.value + PENNY:
            best.fitted = fitted
        return self._resolved(system, best.fitted, best.value - best.bound, NO_CHOICES)

    def best(self, change: Change) -> Resolved | None:
        """Return the best plan of the problem with a change: fewest unplaced, then least £; None = there is none.

        Raises
        ------
        InputError
            When the change names what the problem or the model does not have; all such faults together.
        NoPlanError
            When no plan was found in the time allowed.
        """
        held = self._held(change)
        draft = self._changed(change, held)
        key = self._answers.key(draft)
        known = self._answers.find(key)
        if known is None:
            known = self._answered(draft, held)
            self._answers.keep(key, known)
        if known.fitted is None:
            return None
        system = self._cost.near(draft, value_of(draft.unplaced, known.fitted) - draft.unplaced.constant)
        fitted = priced(known.fitted, system)
        return self._resolved(system, fitted, known.unproven, held)

    def _answered(self, draft: Draft, held: Ints) -> Answer:
        try:
            best = self._at_once(draft, held) if len(held) else None
            if best is None:
                limit = self._fewest_unplaced(draft, held)
                best = self._cheapest(self._cost.near(draft, limit), held)
        except NoPlanError as error:
            if error.status is Status.INFEASIBLE:
                return Answer(None)
            raise
        return Answer(best.fitted, max(0.0, best.value - best.bound))

    def at_best(self, change: Change, unplaced_pupils: int) -> tuple[int, float]:
        """Return what a change cannot do better than, by the proofs at hand: unplaced pupils, and £.

        Nothing is solved.

        Parameters
        ----------
        change
            What is another; somebody `forced` is left out of account.
        unplaced_pupils
            With how many the £ are wanted. Where fewer cannot be ruled out, the £ are minus infinity.
        """
        draft = self._changed(change, NO_CHOICES)
        fewest = round(self._unplaced_at_least(draft))
        if fewest < unplaced_pupils:
            return fewest, -np.inf
        limit = unplaced_pupils - draft.unplaced.constant
        return unplaced_pupils, self._cost.bound(self._cost.near(draft, limit))

    def at_best_with_each(self, change: Change, choices: Ints, unplaced_pupils: int) -> tuple[Ints, Floats]:
        """Return what a change cannot do better than where one pupil of a choice is placed so, for each of several.

        Parameters
        ----------
        change, unplaced_pupils
            As for `at_best`.
        choices
            Positions of decided pairs.
        """
        draft = self._changed(change, NO_CHOICES)
        fewest = self._fewest.near(draft, None)
        unplaced = np.maximum(fewest.constant, np.ceil(self._fewest.bound_with_each(fewest, choices) - WHOLE))
        cost = self._cost.near(draft, unplaced_pupils - draft.unplaced.constant)
        gbp = np.where(unplaced < unplaced_pupils, -np.inf, self._cost.bound_with_each(cost, choices))
        return np.rint(unplaced).astype(np.int64), gbp

    def lp(self, change: Change, *, is_wider: bool = False) -> tuple[float, float]:
        """Return what the model comes to where pupils, sites and everything else may be split: unplaced pupils, and £.

        The £ are those with as many unplaced pupils as the problem as it is has, so that differences are its prices.

        Parameters
        ----------
        change
            What is another.
        is_wider
            The change only allows more, at no cost. Then nothing is solved where the present prices show no gain.
        """
        draft = self._changed(change, NO_CHOICES)
        limit = self.present.unplaced_pupils - self.draft.unplaced.constant
        fewest, cost = self._fewest.near(draft, None), self._cost.near(draft, limit)
        if is_wider and self._fewest.lp_is_no_less(fewest) and self._cost.lp_is_no_less(cost):
            return self.present_lp
        return self._fewest.lp(fewest), self._cost.lp(cost)

    @cached_property
    def present_lp(self) -> tuple[float, float]:
        """What `lp` says without any change."""
        return self.lp(Change())

    @property
    def proof(self) -> Proved:
        """The proof that no plan with as few unplaced pupils is better than the present one."""
        return self._cost.proof

    def prices_in(self, boxes: Mapping[int, Box]) -> Floats:
        """Return the multipliers of the present LP's rows where other columns have another least and most."""
        return self._cost.relaxation_of(self._cost.base, NO_CHOICES).solve(boxes).bound.multipliers

    def on(self, draft: Draft) -> "Again":
        """Return the same for a draft with more rows or columns, of which the present plan is one too."""
        present = self.present.fitted
        return Again(draft, (present.pairs, present.pupils), self._options)

    def _held(self, change: Change) -> Ints:
        """Return the positions of the decided pairs of those who are held somewhere."""
        draft = self.draft
        held, faults = [], []
        for pupil_id, provision_id in change.forced:
            pairs = draft.of_pupil(self._row_of_pupil.get(pupil_id, -1))
            here = pairs[draft.provision[pairs] == self._position.get(provision_id, -1)]
            if len(here):
                held.append(int(here[0]))
            else:
                message = f"{provision_id} is no place that this pupil can be given; see `candidate_pairs(...).reason`."
                faults.append(Fault("pupils", "pupil_id", "", pupil_id, message))
        if faults:
            raise InputError(faults)
        return np.array(held, dtype=np.int64)

    def _changed(self, change: Change, held: Ints) -> Draft:
        self._refuse_unknown(change)
        places = {self._position[name]: more for name, more in change.places.items()}
        draft = with_places(self.draft, places, self._numbers)
        draft = with_rows(draft, change.rows, self._numbers) if change.rows else draft
        draft = with_columns(draft, change.columns, self._numbers) if change.columns else draft
        return with_held(draft, self._cost.base, held) if len(held) else draft

    def _refuse_unknown(self, change: Change) -> None:
        rows, columns = self._numbers.rows.keys(), self._numbers.columns.keys()
        faults = [
            Fault("provisions", "places", "", name, "Use a provision_id of the problem, and a whole number from 0.")
            for name, more in change.places.items()
            if name not in self._position or more < 0 or more != int(more)
        ]
        message = "The model has no such"
        faults += [Fault("model", "row", "", name, f"{message} row.") for name in change.rows if name not in rows]
        faults += [
            Fault("model", "column", "", name, f"{message} column.") for name in change.columns if name not in columns
        ]
        if faults:
            raise InputError(faults)

    @cached_property
    def _numbers(self) -> Numbers:
        return numbers_of(self.draft)

    @cached_property
    def _position(self) -> dict[str, int]:
        return {str(name): at for at, name in enumerate(self.draft.facts.provisions["provision_id"])}

    @cached_property
    def _row_of_pupil(self) -> dict[str, int]:
        return {str(name): at for at, name in enumerate(self.draft.facts.pupils["pupil_id"])}

    def _at_once(self, draft: Draft, held: Ints) -> Optimum | None:
        """Return the best plan with as few unplaced as the proofs at hand allow; None = that leads to none.

        Where somebody is held there nearly always is such a plan: then nothing is left to settle about who is unplaced.
        Where there is none, the LP of its cost has no solution, which takes longer to see than to settle that first.
        """
        system = self._cost.near(draft, self._unplaced_at_least(draft) - draft.unplaced.constant)
        known = self._known(system, held)
        return self._settled(system, known) or self._cost.regrown(system, known)

    def _unplaced_at_least(self, draft: Draft) -> float:
        """Return how many are unplaced at least, by the proofs at hand."""
        system = self._fewest.near(draft, None)
        return max(system.constant, float(np.ceil(self._fewest.bound(system) - WHOLE)))

    def _fewest_unplaced(self, draft: Draft, held: Ints) -> float:
        """Return how many of those with an allowed pair are unplaced at least."""
        system = self._fewest.near(draft, None)
        known = self._known(system, held)
        if known is None or known.value > max(system.constant, self._fewest.bound(system)) + WHOLE_PUPIL:
            known = self._fewest.best(system, known).fitted
        if known is None:  # pragma: no cover - best raises
            raise NoPlanError(Status.NO_SOLUTION)
        return round(known.value) - system.constant

    def _cheapest(self, system: System, held: Ints) -> Optimum:
        known = self._known(system, held)
        return self._settled(system, known) or self._cost.best(system, known)

    def _settled(self, system: System, known: Fitted | None) -> Optimum | None:
        """Return a plan that the proofs at hand show to be the best; None = they do not."""
        bound = self._cost.bound(system)
        if known is None or bound < known.value - PENNY:
            return None
        return Optimum(system, known, certified=bound)

    @cached_property
    def _present_plan(self) -> tuple[Fitted, Floats]:
        return self.present.fitted, taken_by(self._cost.base, self.present.fitted)

    def _known(self, system: System, held: Ints) -> Fitted | None:
        """Return the best plan of a system among those that earlier answers left."""
        found: list[tuple[Fitted, Floats]] = []
        of_held = np.ravel(self._cost.base.of_pairs_by_column[:, held].sum(axis=1)) if len(held) else 0.0
        for everybody, taken in (self._present_plan, *self._plans):
            fitted = priced(without_held(everybody, held), system)
            if fitted is not None:
                found.append((fitted, taken - of_held))
        cheapest_first = sorted(found, key=lambda one: one[0].value)
        return next((fitted for fitted, taken in cheapest_first if keeps(system, fitted, taken)), None)

    def _resolved(self, system: System, fitted: Fitted | None, unproven: float, held: Ints) -> Resolved:
        draft = system.draft
        if fitted is None or not isinstance(draft, Draft):  # pragma: no cover - whoever asks has a plan of one year
            raise NoPlanError(Status.NO_SOLUTION)
        whole = replace(fitted, others=np.rint(fitted.others))
        cost_gbp = round(value_of(draft.money, whole), 2)
        objective_gbp = round(cost_gbp + value_of(draft.weighed, whole), 2)
        is_proven = unproven <= PENNY
        bound = fitted.value - unproven
        bound_gbp = objective_gbp if is_proven else min(objective_gbp, float(np.floor(bound * 100) / 100))
        everybody = with_held_pupils(fitted, held)
        self._plans.appendleft((everybody, taken_by(self._cost.base, everybody)))
        unplaced = round(value_of(draft.unplaced, whole))
        return Resolved(unplaced, objective_gbp, cost_gbp, bound_gbp, is_proven, draft, everybody)


def _unplaced_goals(draft: LinearDraft) -> Goals:
    return [(draft.unplaced, 1.0)]
