"""Fair plans of one problem, for one amount of money after the other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from placement_opt.errors import NoPlanError, Status
from placement_opt.facts import Ints
from placement_opt.model import Draft, draft_model
from placement_opt.model.fairness import at_most, extended
from placement_opt.pairs import Pairs, candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.clashes import find_clashes
from placement_opt.solve.clock import Clock, Progress
from placement_opt.solve.fair.aim import Aim
from placement_opt.solve.fair.goals import GOALS, Asked, Reached
from placement_opt.solve.fitting import Fitted
from placement_opt.solve.last_stage import COST_SLACK_GBP, value_of
from placement_opt.solve.optimum import PENNY, Optimiser, Optimum
from placement_opt.solve.run import answer, solved_in_stages
from placement_opt.solve.stages import Stage, Staged, cost_goals, priced, solve_in_stages
from placement_opt.solve.start import first_pairs
from placement_opt.solve.system import System
from placement_opt.travel import TravelMatrix
from placement_opt.verify import verify

EARLIER_STAGES = ("unplaced", "cost")
PENNY_TOLERANCE = 1e-4


def begin(
    problem: Problem, travel: TravelMatrix, policy: Policy | None, options: SolveOptions, report: Progress
) -> "FairSearch":
    """Find the cheapest plan, with which every search for a fair one begins.

    Raises
    ------
    ValueError
        When weights are given.
    InputError, NoPlanError
        As `solve`.
    """
    if options.weights is not None:
        raise ValueError("`weights` is given; a fair plan is sought after unplaced pupils and £. Leave `weights` out.")
    clock = Clock(options.time_limit_s)
    pairs = candidate_pairs(problem, travel, policy=policy)
    draft = draft_model(pairs)
    try:
        staged = solve_in_stages(draft, options, clock, report)
    except NoPlanError as error:
        if error.status is Status.INFEASIBLE:
            clashes = find_clashes(lambda enforced: draft_model(pairs, enforced=enforced), options, clock)
            raise NoPlanError(error.status, clashes) from None
        raise
    return FairSearch(pairs, draft, staged, options)


@dataclass(frozen=True, eq=False)
class Fairest:
    """The fairest plan for so much money, and of equally fair ones the cheapest.

    Parameters
    ----------
    aim, most_gbp
        What was asked.
    reached
        How fair it is, and what is proven of that.
    fitted
        The plan by the columns of the model.
    at_least_gbp
        No plan as fair, with as few pupils unplaced, costs less.
    seconds
        That it took.
    """

    aim: Aim
    most_gbp: float
    reached: Reached
    fitted: Fitted
    at_least_gbp: float
    seconds: float

    @property
    def status(self) -> Status:
        """`OPTIMAL` where it is proven that no plan is fairer, to the gap that was asked for."""
        return Status.OPTIMAL if self.reached.is_proven else Status.FEASIBLE


@dataclass(frozen=True, eq=False)
class FairSearch:
    """A problem and its cheapest plan.

    Parameters
    ----------
    pairs, draft
        Who could go where, and the model.
    staged
        The cheapest plan.
    options
        Of each solve; the time limit too is for each.
    """

    pairs: Pairs
    draft: Draft
    staged: Staged
    options: SolveOptions

    @cached_property
    def least_gbp(self) -> float:
        """The £ of the cheapest plan, weighed wishes included."""
        return sum(value_of(goal, self.staged.fitted) for goal, _ in cost_goals(self.draft))

    @cached_property
    def asked(self) -> Asked:
        """What fair plans are sought in."""
        fewest = next(stage.value for stage in self.staged.stages if stage.name == "unplaced")
        unplaced = round(fewest - self.draft.unplaced.constant)
        return Asked(self.draft, self.staged.fitted, unplaced, self.options.gap)

    def fairest(self, aim: Aim, most_gbp: float, known: Sequence[Fitted], report: Progress) -> Fairest:
        """Find the fairest plan for so much money.

        Parameters
        ----------
        aim
            What is to be fair.
        most_gbp
            That it may cost, weighed wishes included; not less than the cheapest plan does.
        known
            Other plans that cost no more.
        report
            Told how it goes.
        """
        clock = Clock(self.options.time_limit_s)

        def run(system: System, plans: Sequence[Fitted], allowance: tuple[float, float]) -> Optimum:
            return self._run(replace(system, unplaced_limit=self.asked.unplaced), plans, allowance, clock, report)

        cost = at_most("fair_cost", [self.draft.money, self.draft.weighed], most_gbp + COST_SLACK_GBP)
        plans = [self.staged.fitted, *known]
        report(f"{aim.objective}: at most £{most_gbp:,.2f}")
        reached = GOALS[aim.objective](self.asked, aim, extended(self.draft, [cost]), plans, run)
        report(f"{aim.objective}: {reached.value:,.3f} minutes, bound {reached.bound:,.3f}, {clock.used_s():.1f} s")
        system = System(reached.draft, cost_goals(reached.draft))
        cheap = run(system, [reached.fitted], (self.options.gap, PENNY))
        fitted = cheap.fitted or reached.fitted
        own = replace(fitted, others=fitted.others[: len(self.draft.columns)])
        return Fairest(aim, most_gbp, reached, own, min(cheap.bound, cheap.value), clock.used_s())

    def plan(self, found: Fairest) -> Plan:
        """Return a fair plan, verified, with what is proven of it in its record."""
        reached = found.reached
        stages = [stage for stage in self.staged.stages if stage.name in EARLIER_STAGES]
        bound = min(reached.bound, reached.value)
        stages.append(Stage(found.aim.objective, found.status, reached.value, bound, found.seconds))
        solved = solved_in_stages(self.draft, replace(self.staged, fitted=found.fitted, stages=stages))
        plan = answer(self.pairs, solved, self.options, sum(stage.seconds for stage in stages))
        facts = self.pairs.facts
        verify(facts.problem, facts.travel, plan).raise_if_wrong()
        return plan.with_record(fairness=_recorded(found, self.least_gbp))

    def _run(
        self, system: System, known: Sequence[Fitted], allowance: tuple[float, float], clock: Clock, report: Progress
    ) -> Optimum:
        """Find the optimum of a system from plans that keep its rows."""
        plans = [plan for plan in (priced(fitted, system) for fitted in known) if plan is not None]
        first = min(plans, key=lambda plan: plan.value)
        if not self.draft.choices:
            return Optimum(system, first, certified=first.value)
        start = np.unique(np.concatenate([self._promising, *(plan.pairs for plan in plans)]))
        return Optimiser(system, allowance, self.options, clock, report).run(start, known=first)

    @cached_property
    def _promising(self) -> Ints:
        near = first_pairs(System(self.draft, [(self.draft.minutes, 1.0)]))
        return np.union1d(first_pairs(System(self.draft, cost_goals(self.draft))), near)


def _recorded(found: Fairest, least_gbp: float) -> dict[str, Any]:
    """Return what was asked and reached as plain values, for a record."""
    aim, reached = found.aim, found.reached
    entries: dict[str, Any] = {
        "objective": aim.objective,
        "least_gbp": round(least_gbp, 2),
        "most_gbp": round(found.most_gbp, 2),
        "value_minutes": round(reached.value, 6),
        "bound_minutes": round(min(reached.bound, reached.value), 6),
        "status": str(found.status),
        "as_fair_at_least_gbp": math.floor(found.at_least_gbp * 100 + PENNY_TOLERANCE) / 100,
        "seconds": found.seconds,
    }
    if aim.objective == "group_gap":
        entries["by"] = aim.by
    if aim.objective == "kolm_pollak":
        entries["kappa"] = reached.kappa
    if aim.objective == "min_max":
        entries["step_minutes"] = aim.step_minutes
        entries["levels"] = [
            {"above_minutes": round((one.steps - 1) * aim.step_minutes, 6), "pupils": one.pupils, "least": one.least}
            for one in reached.levels
        ]
    return entries
