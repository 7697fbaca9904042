"""The last stage: among plans that cost no more, the one with the fewest minutes, and the rule for ties."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp

from placement_opt.errors import Status
from placement_opt.facts import Ints
from placement_opt.model import Model
from placement_opt.model.draft import Objective
from placement_opt.policy import SolveOptions
from placement_opt.solve.clock import Clock
from placement_opt.solve.fitting import Fitted, begin_with, model_of, read, solver_options
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


def fewest_minutes(system: System, best: Optimum, options: SolveOptions, clock: Clock) -> tuple[Fitted, LastStage]:
    """Find the plan with the fewest minutes among those that cost no more than the best.

    Parameters
    ----------
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
    if not len(draft.decided) or np.ptp(draft.minutes.pairs) == 0:
        minutes = draft.minutes.constant + float(draft.minutes.pairs[known.pairs] @ known.pupils)
        return known, LastStage(Status.OPTIMAL, minutes, minutes, 0.0)
    model = model_of(system, _chosen(system, best, known))
    begin_with(model, known)
    cost = system.constant + float(system.cost_of_pairs[known.pairs] @ known.pupils)
    model.limit("stage_cost", system.goals, cost + float(system.cost_of_others @ known.others) + COST_SLACK_GBP)
    more: dict[str, Any] = {}
    if len(draft.decided) > MOST_PLACEMENTS_WITH_OPEN_SITES:
        _keep_sites(model, known)
        more["mip_max_nodes"] = NODES
    tie = tie_break(draft.pupil, draft.provision, len(draft.facts.provisions)) / 2**TIE_BITS
    model.set_objective([(draft.minutes, 1.0), (Objective(tie), TIE_WEIGHT)])
    value = draft.minutes.constant + float(draft.minutes.pairs[known.pairs] @ known.pupils)
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
        if run.has_solution:
            return read(model, known.value), LastStage(run.status, run.value, run.bound, run.seconds)
    return known, LastStage(Status.FEASIBLE, value, draft.minutes.constant, 0.0)


def _chosen(system: System, best: Optimum, known: Fitted) -> Ints:
    """Return the pairs that the last stage looks at: of a large problem, those with the least reduced cost."""
    draft = system.draft
    most = PAIRS_OF_EACH * len(draft.count)
    if len(draft.decided) <= max(most, MOST_PLACEMENTS_WITH_OPEN_SITES) or best.relaxed is None:
        return np.arange(len(draft.decided))
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
