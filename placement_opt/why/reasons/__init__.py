"""Why here, why not there: one pupil's places, each refused by a rule or with its exact cost to everybody."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import pandas as pd

from placement_opt.duties import travel_duties
from placement_opt.errors import Fault, InputError, Status
from placement_opt.facts import Facts
from placement_opt.made_from import is_made_from
from placement_opt.model import Draft, draft_model
from placement_opt.pairs import Pairs, candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.again import again_with
from placement_opt.solve.stages import cost_goals
from placement_opt.solve.system import System
from placement_opt.travel import TravelMatrix
from placement_opt.why.reasons.forced import Forced
from placement_opt.why.reasons.laid import Laid, lay
from placement_opt.why.reasons.law import nearest_to, request_of
from placement_opt.why.reasons.letter import letter
from placement_opt.why.reasons.limits import limits_of
from placement_opt.why.reasons.own import places_for
from placement_opt.why.reasons.values import Alternative, Findings
from placement_opt.why.reasons.view import officer_view


@dataclass(frozen=True, repr=False)
class Explanation(Findings):
    """Why a pupil is placed where the plan has them, and what any other place would mean. Make one with `explain`."""

    def letter(self) -> str:
        """Return a few paragraphs that may be sent to the family: nothing in them is about any other child.

        They put an option before the panel; they are no decision, and a person has to read them first.
        """
        return letter(self)

    def officer_view(self) -> str:
        """Return everything as text, with those who would have to move. For officers only."""
        return officer_view(self)

    def __repr__(self) -> str:
        at = ", ".join(place.provision_id for place in self.given) or "no place"
        return f"Explanation({at}, {len(self.others)} others allowed, {len(self.refused)} refused)"


@dataclass(frozen=True, eq=False, repr=False)
class Reasons:
    """A plan, ready to be asked about one pupil after the other. Make one with `reasons`.

    Parameters
    ----------
    pairs
        Of the plan's problem and policy.
    plan
        The plan.
    options
        Threads, seed, and the time for each forced placement.
    """

    pairs: Pairs
    plan: Plan
    options: SolveOptions

    def explain(self, pupil_id: str) -> Explanation:
        """Say why a pupil is placed where the plan has them; see `explain`.

        Raises
        ------
        InputError
            When the problem has no such pupil.
        """
        return self.explain_all([pupil_id])[0]

    def explain_all(self, pupil_ids: Sequence[str]) -> list[Explanation]:
        """Explain several pupils, in the order given.

        Raises
        ------
        InputError
            When the problem lacks some of them: all such faults together.
        """
        rows = pd.Index(self._facts.pupils["pupil_id"]).get_indexer(pd.Index(pupil_ids))
        message = "is not in the table of pupils. Give a pupil_id of the problem."
        faults = [
            Fault("pupils", "pupil_id", "", str(pupil_id), message)
            for pupil_id, row in zip(pupil_ids, rows, strict=True)
            if row < 0
        ]
        if faults:
            raise InputError(faults)
        return [self._explain(int(row)) for row in rows]

    @property
    def _facts(self) -> Facts:
        return self.pairs.facts

    @cached_property
    def _forced(self) -> Forced:
        return Forced(again_with(self.pairs, self._draft, self.plan, options=self.options))

    @cached_property
    def _duties(self) -> pd.DataFrame:
        return travel_duties(self._facts.problem, self.plan, self._facts.travel)

    @cached_property
    def _draft(self) -> Draft:
        return draft_model(self.pairs)

    @cached_property
    def _laid(self) -> Laid:
        return lay(System(self._draft, cost_goals(self._draft)), self._draft, self.plan)

    def _explain(self, pupil: int) -> Explanation:
        row, facts = self._facts.pupils.iloc[pupil], self._facts
        placements = self.plan.tables["placements"]
        held = placements[placements["pupil_id"] == row["pupil_id"]]
        stays = bool(self.pairs.stays[pupil])
        places = places_for(self.pairs, pupil, held)
        above_best_gbp = 0.0
        if not stays and any(place.is_allowed for place in places.values()):
            places = {p: self._weighed_up(pupil, p, place) for p, place in places.items()}
            above_best_gbp = round(self.plan.objective_gbp - self._forced.ask.present.objective_gbp, 2)
        ordered = tuple(sorted(places.values(), key=_order))
        return Explanation(
            pupil_id=str(row["pupil_id"]),
            need=str(row["need"]),
            year_group=int(row["year_group"]),
            count=int(row["count"]),
            unplaced=int(row["count"]) - int(held["count"].sum()),
            stays=stays,
            alternatives=ordered,
            nearest=nearest_to(facts, pupil, self._duties[self._duties["pupil_id"] == row["pupil_id"]]),
            request=request_of(facts, pupil, ordered, stays=stays),
            cost_basis=self.plan.policy.cost_basis,
            above_best_gbp=above_best_gbp,
        )

    def _weighed_up(self, pupil: int, provision: int, place: Alternative) -> Alternative:
        """Add to an allowed place what stands in its way, and what it would mean for everybody."""
        if not place.is_allowed:
            return place
        draft = self._laid.draft
        pairs = draft.of_pupil(pupil)
        pair = int(pairs[draft.provision[pairs] == provision][0])
        held = self._laid.held(pupil)
        limits = () if place.given else limits_of(self._laid, pair, int(held[0]) if len(held) else None)
        outcome = self._forced.outcome(pair)
        return replace(place, limits=limits, **{field.name: getattr(outcome, field.name) for field in fields(outcome)})


def _order(place: Alternative) -> tuple[bool, int, int, float, str]:
    extra = np.inf if place.extra_gbp is None or np.isnan(place.extra_gbp) else place.extra_gbp
    return not place.given, int(place.reason), place.more_unplaced or 0, extra, place.provision_id


def reasons(problem: Problem, travel: TravelMatrix, plan: Plan, *, options: SolveOptions | None = None) -> Reasons:
    """Make a plan ready to be asked why: for several pupils this is faster than `explain` for each.

    Parameters
    ----------
    problem, travel, plan
        The question, and a plan that `solve` made for it without weights.
    options
        Threads, seed, and the time for each forced placement; None = the default options.

    Raises
    ------
    InputError
        When the plan was made from other tables, is a baseline, or was made with weights.
    """
    if not is_made_from(plan, problem):
        message = "The plan was made from other tables. Give the problem that it answers, or solve again."
        raise InputError([Fault("plan", "", "", "", message)])
    if plan.status is Status.BASELINE:
        raise InputError([Fault("plan", "", "", "", "The plan is a baseline; give one that `solve` made.")])
    return Reasons(candidate_pairs(problem, travel, policy=plan.policy), plan, options or SolveOptions())


def explain(
    problem: Problem, travel: TravelMatrix, plan: Plan, *, pupil_id: str, options: SolveOptions | None = None
) -> Explanation:
    """Say why a pupil is placed where the plan has them, and what any other place would mean.

    Every provision comes with the first rule that refuses it, or with what the pupil would cost there and what it would
    cost everybody if the pupil were there and all else were decided anew: exactly, in £ and in pupils without a place,
    with those who would be elsewhere.

    Parameters
    ----------
    problem, travel, plan
        The question, and a plan that `solve` made for it without weights.
    pupil_id
        Who.
    options
        Threads, seed, and the time for each forced placement; None = the default options.

    Returns
    -------
    Explanation
        See docs/reasons.md. It names other pupils in `chain` and `officer_view`; `letter` does not.

    Raises
    ------
    InputError
        When the problem has no such pupil, or the plan is not one of the problem's, a baseline, or made with weights.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.solve import solve
    >>> from placement_opt.travel import crow_fly
    >>> problem, travel = tiny(), crow_fly(tiny())
    >>> why = explain(problem, travel, solve(problem, travel), pupil_id="P1")
    >>> why
    Explanation(A-main, 3 others allowed, 0 refused)
    >>> why.table()[["provision_id", "cost_gbp", "extra_gbp", "more_unplaced"]].head(2).to_numpy().tolist()
    [['A-main', 4000.0, 0.0, 0], ['A-base', 7000.0, 3000.0, 0]]
    """
    return reasons(problem, travel, plan, options=options).explain(pupil_id)
