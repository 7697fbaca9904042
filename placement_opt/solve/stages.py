"""The order of goals: fewest unplaced, then least £, then fewest minutes; or all three in one weighted sum."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from time import perf_counter
from typing import Any

import pulp

from placement_opt.errors import NoPlanError, Status
from placement_opt.model import Draft, Model
from placement_opt.model.draft import Objective
from placement_opt.policy import SolveOptions
from placement_opt.solve.highs import Run, run_highs

COST_SLACK_GBP = 0.005
"""Less than a penny: the last stage may add nothing, but the solver's rounding must not make it infeasible."""
HALF_A_PUPIL = 0.5
MOST_PLACEMENTS_WITH_OPEN_SITES = 2_000
"""Above so many possible placements the last stage keeps the sites, links and family schools of the cheapest plan."""
WHOLE_PUPILS = 0.99
"""An absolute gap below one pupil proves a whole number of unplaced pupils."""

Progress = Callable[[str], None]
Goals = list[tuple[Objective, float]]


@dataclass(frozen=True)
class Stage:
    """One goal, and how far it was reached."""

    name: str
    status: Status
    value: float
    bound: float
    seconds: float
    is_weighted: bool = False
    """The value is a weighted sum of £, unplaced pupils and minutes."""

    def as_dict(self) -> dict[str, Any]:
        """Return the stage as plain values, for a record."""
        return {**asdict(self), "status": str(self.status)}


class Clock:
    """The time that is left of a limit.

    Parameters
    ----------
    limit_s
        Seconds from now; None = no limit.
    """

    def __init__(self, limit_s: float | None) -> None:
        self._start, self._limit_s = perf_counter(), limit_s

    def left_s(self) -> float | None:
        """Return the seconds that are left; None = no limit."""
        return None if self._limit_s is None else max(0.0, self._limit_s - (perf_counter() - self._start))

    def used_s(self) -> float:
        """Return the seconds since the start."""
        return perf_counter() - self._start


def solve_in_stages(model: Model, options: SolveOptions, clock: Clock, progress: Progress) -> list[Stage]:
    """Solve a model; its columns hold the solution afterwards.

    Returns
    -------
    list of Stage
        unplaced, cost and minutes; or only cost, with the weights added in.

    Raises
    ------
    NoPlanError
        When the first stage proves that there is no plan, or finds none in time.
    """
    draft = model.draft
    if options.weights is not None:
        stage = _first_stage(model, "cost", weighted_goals(draft, options), options.gap, options, clock, progress)
        return [replace(stage, is_weighted=True)]
    stages = []
    if draft.unplaced.terms:
        absolute = {"mip_abs_gap": WHOLE_PUPILS}
        goals = [(draft.unplaced, 1.0)]
        stages.append(_first_stage(model, "unplaced", goals, 0.0, options, clock, progress, **absolute))
        model.limit("stage_unplaced", goals, round(stages[0].value) + HALF_A_PUPIL)
    cost = cost_goals(draft)
    if stages:
        stages.append(_next_stage(model, "cost", cost, options, clock, progress))
    else:
        stages.append(_first_stage(model, "cost", cost, options.gap, options, clock, progress))
    model.limit("stage_cost", cost, stages[-1].value + COST_SLACK_GBP)
    if len(model.placed) > MOST_PLACEMENTS_WITH_OPEN_SITES:
        _keep_sites(model)
    stages.append(_next_stage(model, "minutes", [(draft.minutes, 1.0)], options, clock, progress))
    return stages


def cost_goals(draft: Draft) -> Goals:
    """Return money and what is weighed with it."""
    return [(draft.money, 1.0), (draft.weighed, 1.0)]


def weighted_goals(draft: Draft, options: SolveOptions) -> Goals:
    """Return money, what is weighed with it, and unplaced pupils and minutes at their weights."""
    weights = options.weights or {}
    goals = [*cost_goals(draft), (draft.unplaced, weights.get("unplaced", 0.0))]
    return [*goals, (draft.minutes, weights["minutes"])] if weights.get("minutes") else goals


def _keep_sites(model: Model) -> None:
    """Fix what is open, linked, added and chosen for families, so that the last stage is left with placements only."""
    unplaced = set(model.draft.unplaced.terms)
    for number, column in enumerate(model.others):
        if column.cat == pulp.LpInteger and number not in unplaced:
            value = round(column.varValue or 0.0)
            column.bounds(value, value)


def _first_stage(
    model: Model,
    name: str,
    goals: Goals,
    gap: float,
    options: SolveOptions,
    clock: Clock,
    progress: Progress,
    **more: Any,
) -> Stage:
    progress(f"stage {name}: {len(model.placed):,} possible placements")
    model.set_objective(goals)
    run = run_highs(model.problem, gap=gap, time_limit_s=clock.left_s(), options={**_solver_options(options), **more})
    if not run.has_solution:
        raise NoPlanError(run.status)
    return _stage(name, run, progress)


def _next_stage(
    model: Model,
    name: str,
    goals: Goals,
    options: SolveOptions,
    clock: Clock,
    progress: Progress,
) -> Stage:
    """Solve for a later goal from the present solution, which stands where nothing better is found."""
    model.set_objective(goals)
    columns = model.problem.variables()
    before = [column.varValue or 0.0 for column in columns]  # a column that no earlier goal knew is at its least
    left_s = clock.left_s()
    if left_s is None or left_s > 0:
        progress(f"stage {name}")
        run = run_highs(
            model.problem, gap=options.gap, time_limit_s=left_s, options=_solver_options(options), start=True
        )
        if run.has_solution:
            return _stage(name, run, progress)
    for column, value in zip(columns, before, strict=True):
        column.varValue = value
    draft = model.draft
    least = (draft.minutes if name == "minutes" else draft.money).constant  # no term is negative, so this is a bound
    return Stage(name, Status.FEASIBLE, float(model.problem.objective.value()), least, 0.0)


def _stage(name: str, run: Run, progress: Progress) -> Stage:
    progress(f"stage {name}: {run.status}, value {run.value:,.2f}, bound {run.bound:,.2f}, {run.seconds:.1f} s")
    return Stage(name, run.status, run.value, run.bound, run.seconds)


def _solver_options(options: SolveOptions) -> dict[str, Any]:
    return {"threads": options.threads, "random_seed": options.seed, "mip_feasibility_tolerance": 1e-7}
