"""The last stage: among plans that cost no more, the one with the least of something, and the rule for ties."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pulp

from placement_opt.errors import Status
from placement_opt.facts import Ints
from placement_opt.model import Model
from placement_opt.model.linear import Objective
from placement_opt.policy import SolveOptions
from placement_opt.solve.clock import Clock
from placement_opt.solve.fitting import (
    Fitted,
    begin_with,
    keeps_rows,
    made_whole,
    model_of,
    read,
    solver_options,
)
from placement_opt.solve.highs import run_highs
from placement_opt.solve.optimum import Optimum
from placement_opt.solve.system import System
from placement_opt.solve.ties import TIE_BITS, tie_break

COST_SLACK_GBP = 0.005
"""Less than a penny: the last stage may add nothing, but the solver's rounding must not make it infeasible."""
MOST_PLACEMENTS_WITH_OPEN_SITES = 500
"""Above so many possible placements the last stage keeps the sites, links and family schools of the cheapest plan."""
PAIRS_OF_EACH = 2
NODES = 20
"""Of a large problem, so many pairs of each pupil and so many nodes of the search are looked at."""
TIE_WEIGHT = 1e-6
"""A tie decides only where not even a hundredth of a minute does."""


@dataclass(frozen=True)
class LastStage:
    """How the last stage ended."""

    status: Status
    value: float
    bound: float
    seconds: float


def least_of(
    goal: Objective, system: System, best: Optimum, options: SolveOptions, clock: Clock
) -> tuple[Fitted, LastStage]:
    """Find the plan with the least of a goal, such as minutes, among those that cost no more than the best.

    Parameters
    ----------
    goal
        What to have little of.
    system
        Rows and the objective of cost.
    best
        Its optimum.
    options, clock
        Seed, threads, time.
    """
    draft, known = system.draft, best.fitted
    if known is None:
        raise AssertionError("The cost stage left no plan.")
    value = value_of(goal, known)
    if not goal.terms and (not draft.choices or np.ptp(goal.pairs) == 0):
        return known, LastStage(Status.OPTIMAL, value, value, 0.0)
    model = model_of(system, _chosen(system, best, known))
    begin_with(model, known)
    cost_gbp = made_whole(known, system).value
    model.limit("stage_cost", system.goals, cost_gbp + COST_SLACK_GBP)
    more: dict[str, Any] = {}
    if draft.choices > MOST_PLACEMENTS_WITH_OPEN_SITES:
        _keep_sites(model, known)
        more["mip_max_nodes"] = NODES
    tie = tie_break(draft.pupil, draft.provision, draft.provisions) / 2**TIE_BITS
    model.set_objective([(goal, 1.0), (Objective(tie), TIE_WEIGHT)])
    if clock.may_go_on():
        run = run_highs(
            model.problem,
            gap=options.gap,
            time_limit_s=clock.left_s(),
            options={**solver_options(options), **more},
            start=True,
        )
        if run.is_interrupted:
            clock.stop()
        found = made_whole(read(model, run.value), system) if run.has_solution else known
        if run.has_solution and found.value <= cost_gbp + COST_SLACK_GBP and keeps_rows(found, system):
            return replace(found, value=known.value), LastStage(run.status, run.value, run.bound, run.seconds)
    return known, LastStage(Status.FEASIBLE, value, goal.constant, 0.0)


def value_of(goal: Objective, fitted: Fitted) -> float:
    """Return how much of a goal a plan has."""
    number = len(goal.terms)
    columns = np.fromiter(goal.terms, np.int64, number)
    others = float(np.fromiter(goal.terms.values(), np.float64, number) @ fitted.others[columns])
    return goal.constant + float(goal.pairs[fitted.pairs] @ fitted.pupils) + others


def _chosen(system: System, best: Optimum, known: Fitted) -> Ints:
    """Return the pairs that the last stage looks at: of a large problem, those with the least reduced cost."""
    draft = system.draft
    most = PAIRS_OF_EACH * len(draft.count)
    if draft.choices <= max(most, MOST_PLACEMENTS_WITH_OPEN_SITES) or best.relaxed is None:
        return np.arange(draft.choices)
    reduced = best.relaxed.bound.reduced
    near = np.flatnonzero(reduced <= np.partition(reduced, most)[most])
    return np.union1d(near[:most], known.pairs)


def _keep_sites(model: Model, known: Fitted) -> None:
    """Fix what is open, linked, added and chosen for families, so that the last stage is left with placements only."""
    unplaced = set(model.draft.unplaced.terms)
    for number, column in enumerate(model.others):
        if column.cat == pulp.LpInteger and number not in unplaced:
            value = round(float(known.others[number]))
            column.bounds(value, value)
