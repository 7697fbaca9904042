"""Solving a problem: pairs, model, stages, answer, and the check that lets the plan out."""

import math
from dataclasses import replace

import numpy as np

from placement_opt.answer import Decisions, build_plan
from placement_opt.errors import NoPlanError, Status
from placement_opt.model import Draft, build_model
from placement_opt.pairs import candidate_pairs, cost_pairs
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.clashes import find_clashes
from placement_opt.solve.record import make_record
from placement_opt.solve.stages import COST_SLACK_GBP, Clock, Progress, Stage, solve_in_stages
from placement_opt.travel import TravelMatrix
from placement_opt.verify import verify

PENNY_TOLERANCE = 1e-4


def solve(
    problem: Problem,
    travel: TravelMatrix,
    *,
    policy: Policy | None = None,
    options: SolveOptions | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Find the best plan and prove how good it is.

    First as few pupils as possible are left without a place, then the £ are least, then the minutes; see
    `docs/formulation.md`.

    Parameters
    ----------
    problem, travel
        The question, and the journeys.
    policy
        Who may move, whose wishes bind, what counts as cost; None = the default policy.
    options
        Gap, time limit, threads, seed, weights; None = the default options.
    progress
        Called with a line of text now and then; the lines hold no pupil's data.

    Returns
    -------
    Plan
        It has passed `verify`.

    Raises
    ------
    InputError
        When the travel matrix lacks a pupil or setting, a place that a pupil must have cannot be had, or a price is
        missing.
    NoPlanError
        When no plan can keep all the rules (the message says which clash), or none was found in the time allowed.
    PlanError
        When the plan that was found fails its verification: a defect of the library or the solver. Please report it.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> plan = solve(tiny(), crow_fly(tiny()))
    >>> plan.placements[["pupil_id", "provision_id"]].to_numpy().tolist()
    [['P1', 'A-main'], ['P2', 'B-special'], ['P3', 'B-main']]
    """
    options, report = options or SolveOptions(), progress or _silent
    clock = Clock(options.time_limit_s)
    pairs = candidate_pairs(problem, travel, policy=policy)
    report(f"{len(pairs.allowed):,} allowed pairs, {clock.used_s():.1f} s")
    draft = build_model(pairs)
    report(f"model written, {clock.used_s():.1f} s")
    try:
        stages = solve_in_stages(draft, options, clock, report)
    except NoPlanError as error:
        if error.status is Status.INFEASIBLE:
            raise NoPlanError(error.status, find_clashes(pairs, options, clock)) from None
        raise
    plan = _answer(draft, options, stages, clock.used_s())
    verify(problem, travel, plan).raise_if_wrong()
    report(f"verified, {clock.used_s():.1f} s")
    return plan


def _answer(draft: Draft, options: SolveOptions, stages: list[Stage], seconds: float) -> Plan:
    pairs = draft.pairs
    record = make_record(pairs, options=options, stages=stages, seconds=seconds)
    plan = build_plan(pairs, _decisions(draft), status=Status.FEASIBLE, record=record)
    bound_gbp = _bound_gbp(next(stage for stage in stages if stage.name == "cost"), plan)
    proven = all(stage.status is Status.OPTIMAL for stage in stages if stage.name != "minutes")
    allowance_gbp = options.gap * abs(plan.objective_gbp) + COST_SLACK_GBP
    is_best = proven and plan.objective_gbp - bound_gbp <= allowance_gbp
    status = Status.OPTIMAL if is_best else Status.FEASIBLE
    return replace(plan, status=status, bound_gbp=bound_gbp)


def _bound_gbp(cost: Stage, plan: Plan) -> float:
    """Return what no plan can be below, in whole pennies, rounded down.

    With weights the stage's value holds more than £; its distance from the bound is the same in £ for every plan
    with as many unplaced pupils and minutes.
    """
    bound = plan.objective_gbp - (cost.value - cost.bound) if cost.is_weighted else cost.bound
    floor = max(bound, 0.0)  # every £ is at least 0, also where the solver ran out of time without a bound
    return min(math.floor(floor * 100 + PENNY_TOLERANCE) / 100, plan.objective_gbp)


def _decisions(draft: Draft) -> Decisions:
    """Read the columns: whole numbers, with the solver's tolerance taken off in this one place."""
    pairs, facts = draft.pairs, draft.facts
    values = np.array([round(column.varValue or 0.0) for column in draft.placed], dtype=np.int64)
    used = np.flatnonzero(values > 0)
    stays = np.flatnonzero(pairs.stays)
    pupil = np.concatenate([draft.pupil[used], stays])
    provision = np.concatenate([draft.provision[used], facts.current[stays]])
    count = np.concatenate([values[used], draft.count[stays]])
    order = np.lexsort((provision, pupil))
    ids = facts.provisions["provision_id"].to_numpy()
    links = frozenset(
        (str(ids[h]), str(ids[s])) for (h, s), link in draft.links.items() if (link.varValue or 0.0) > 0.5
    )
    return Decisions(cost_pairs(facts, pupil[order], provision[order]), count[order], links)


def _silent(line: str) -> None:
    """Say nothing."""
