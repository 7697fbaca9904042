"""The cheapest plans of one problem under a limit that moves: what is known at one limit helps at the next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from placement_opt.certificate import Certificate, StageProof
from placement_opt.errors import NoPlanError, Status
from placement_opt.facts import Facts, Ints
from placement_opt.model import Draft, draft_model
from placement_opt.model.linear import Objective, Row
from placement_opt.pairs import Pairs
from placement_opt.plan import Plan
from placement_opt.policy import SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.clashes import find_clashes
from placement_opt.solve.clock import Clock, Progress
from placement_opt.solve.fitting import Fitted
from placement_opt.solve.last_stage import MOST_PLACEMENTS_WITH_OPEN_SITES, value_of
from placement_opt.solve.optimum import PENNY, Optimiser, Optimum
from placement_opt.solve.run import answer, solved_in_stages
from placement_opt.solve.stages import (
    WHOLE_PUPIL,
    Last,
    Stage,
    Staged,
    cost_stage,
    ended_by,
    priced,
    solve_in_stages,
    weighted_goals,
)
from placement_opt.solve.start import first_pairs
from placement_opt.solve.system import System
from placement_opt.verify import verify

COLUMNS = {"totals": ("total", "most"), "budgets": ("budget", "limit_gbp")}
"""Of each table with such limits, the column of the reference and that of the limit."""
LIMIT_SLACK = 1e-6


@dataclass(frozen=True)
class MovingLimit:
    """A row of `totals` or `budgets` whose limit moves.

    Parameters
    ----------
    table, reference
        Where the row is.
    name
        What it counts, in a word.
    step
        Amounts that differ by less are the same.
    """

    table: str
    reference: str
    name: str
    step: float

    def moved(self, problem: Problem, most: float) -> Problem:
        """Return the problem with another limit."""
        key, column = COLUMNS[self.table]
        frame = problem.table(self.table)
        frame[column] = frame[column].where(frame[key] != self.reference, most)
        changed: dict[str, Any] = {self.table: frame}
        return problem.replace(**changed)

    def row_name(self, problem: Problem) -> str:
        """Return the name of the model's row."""
        place = problem.table(self.table)[COLUMNS[self.table][0]].tolist().index(self.reference)
        return f"{self.table.removesuffix('s')}_{place}"

    def limit_of(self, problem: Problem) -> float:
        """Return the limit as it is."""
        key, column = COLUMNS[self.table]
        frame = problem.table(self.table)
        return float(frame.loc[frame[key] == self.reference, column].iloc[0])


@dataclass(frozen=True, eq=False)
class Found:
    """A plan under a limit.

    Parameters
    ----------
    limit, amount
        The most that there may be of what is counted, and how much there is.
    plan, problem
        The plan, and the problem with the limit, whose plan it is.
    staged
        The plan by the columns of the model, and its proof.
    """

    limit: float
    amount: float
    plan: Plan
    problem: Problem
    staged: Staged


@dataclass(frozen=True, eq=False)
class Least:
    """The least of what is counted, with as few pupils unplaced as in the plans; no plan has less than the bound."""

    amount: float
    bound: float
    fitted: Fitted


@dataclass(frozen=True, eq=False)
class Sweep:
    """One problem whose plans are sought under one limit after the other.

    Parameters
    ----------
    pairs
        Of the problem with the limit, whatever it is.
    limit
        Which limit moves.
    options
        Of each solve; the time limit too is for each.
    """

    pairs: Pairs
    limit: MovingLimit
    options: SolveOptions

    @cached_property
    def draft(self) -> Draft:
        """The model, whatever the limit."""
        return draft_model(self.pairs)

    @cached_property
    def goal(self) -> Objective:
        """What the limit counts, to be made small."""
        row = self._row
        amounts = np.zeros(self.draft.choices)
        amounts[row.pairs] = row.amounts
        return Objective(amounts, dict(row.terms), self.limit.limit_of(self._problem) - row.right)

    @cached_property
    def most(self) -> float:
        """More than this no plan can have of what is counted."""
        most_each = np.full(len(self.draft.count), -np.inf)
        np.maximum.at(most_each, self.draft.pupil, self.goal.pairs)
        of_pupils = np.where(np.isinf(most_each), 0.0, np.maximum(most_each, 0.0)) @ self.draft.count
        of_others = sum(max(amount, 0.0) * self.draft.columns[at].most for at, amount in self.goal.terms.items())
        return float(np.ceil(self.goal.constant + of_pupils + of_others))

    def cheapest(self, limit: float, report: Progress) -> Found:
        """Return the plan of `solve` under a limit, but that the last stage has as little as it can of what is counted.

        Raises
        ------
        NoPlanError
            When there is no plan under the limit, or none was found in time.
        """
        clock, draft = Clock(self.options.time_limit_s), self._limited(limit)
        try:
            staged = solve_in_stages(draft, self.options, clock, report, last=Last(self.limit.name, self.goal))
        except NoPlanError as error:
            if error.status is Status.INFEASIBLE:
                pairs = self._pairs(limit)
                clashes = find_clashes(lambda enforced: draft_model(pairs, enforced=enforced), self.options, clock)
                raise NoPlanError(error.status, clashes) from None
            raise
        return self._found(limit, draft, staged, clock.used_s())

    def least(self, first: Found, report: Progress) -> Least:
        """Return the least that there can be of what is counted, with as few pupils unplaced as in a plan."""
        clock = Clock(self.options.time_limit_s)
        system = System(self._limited(first.limit), [(self.goal, 1.0)], self._unplaced_limit(first))
        allowance = (0.0, WHOLE_PUPIL) if self.limit.step == 1 else (self.options.gap, self.limit.step / 2)
        optimiser = Optimiser(system, allowance, self.options, clock, report)
        best = optimiser.run(self._start(first.staged.fitted), known=priced(first.staged.fitted, system))
        if best.fitted is None:  # pragma: no cover - run raises
            raise AssertionError
        return Least(best.value, min(best.bound, best.value), best.fitted)

    def within(self, limit: float, first: Found, known: Sequence[Fitted], report: Progress) -> Found:
        """Return the cheapest plan under a limit that leaves as many pupils unplaced as another plan does.

        Parameters
        ----------
        limit
            The most that there may be of what is counted.
        first
            A plan under a looser limit, of which it is proven that nobody leaves fewer pupils unplaced.
        known
            Plans that may be a start, some of which keep the limit.
        report
            Told how it goes.
        """
        options, clock, draft = self.options, Clock(self.options.time_limit_s), self._limited(limit)
        system = System(draft, weighted_goals(draft, options), self._unplaced_limit(first))
        kept = [priced(fitted, system) for fitted in known if value_of(self.goal, fitted) <= limit + LIMIT_SLACK]
        begin = min((fitted for fitted in kept if fitted is not None), key=lambda fitted: fitted.value, default=None)
        optimiser = Optimiser(system, (options.gap, PENNY), options, clock, report)
        best = optimiser.run(self._start(*known), known=begin, round_first=False)
        cost = cost_stage(best, options, clock.used_s(), is_weighted=options.weights is not None)
        fitted, ended = self._ended(limit, best, clock)
        stages = [*(stage for stage in first.staged.stages if stage.name == "unplaced"), cost, ended]
        earlier = first.staged.certificate.stage("unplaced")
        proofs = [*([] if earlier is None else [earlier]), StageProof("cost", best.certified, best.tree)]
        staged = Staged(draft, fitted, stages, Certificate(tuple(proofs)), best.certified)
        return self._found(limit, draft, staged, clock.used_s())

    def _ended(self, limit: float, best: Optimum, clock: Clock) -> tuple[Fitted, Stage]:
        """Look for a plan with less of what is counted at the same £, but where a large problem is at its limit."""
        if best.fitted is None:  # pragma: no cover - run raises
            raise AssertionError
        amount = value_of(self.goal, best.fitted)
        is_large = self.draft.choices > MOST_PLACEMENTS_WITH_OPEN_SITES
        if is_large and limit - amount <= self.options.gap * abs(amount):
            return best.fitted, Stage(self.limit.name, Status.FEASIBLE, amount, self.goal.constant, 0.0)
        return ended_by(Last(self.limit.name, self.goal), best, self.options, clock)

    @property
    def _problem(self) -> Problem:
        return self.pairs.facts.problem

    @cached_property
    def _row(self) -> Row:
        name = self.limit.row_name(self._problem)
        return next(row for row in self.draft.rows if row.name == name)

    def _limited(self, limit: float) -> Draft:
        return self.draft.with_right(self._row.name, limit - self.goal.constant)

    def _unplaced_limit(self, first: Found) -> float | None:
        if self.options.weights is not None:
            return None
        fewest = next(stage.value for stage in first.staged.stages if stage.name == "unplaced")
        return round(fewest) - self.draft.unplaced.constant

    def _start(self, *known: Fitted) -> Ints:
        return np.unique(np.concatenate([self._promising, *(fitted.pairs for fitted in known)]))

    @cached_property
    def _promising(self) -> Ints:
        return first_pairs(System(self.draft, weighted_goals(self.draft, self.options)))

    def _pairs(self, limit: float) -> Pairs:
        facts = self.pairs.facts
        return replace(self.pairs, facts=Facts(self.limit.moved(facts.problem, limit), facts.travel, facts.policy))

    def _found(self, limit: float, draft: Draft, staged: Staged, seconds: float) -> Found:
        pairs = self._pairs(limit)
        problem = pairs.facts.problem
        plan = answer(pairs, solved_in_stages(draft, staged), self.options, seconds)
        verify(problem, pairs.facts.travel, plan).raise_if_wrong()
        amount = plan.capital_gbp if self.limit.table == "budgets" else value_of(self.goal, staged.fitted)
        return Found(limit, amount, plan, problem, staged)
