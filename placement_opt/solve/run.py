"""Solving a problem: pairs, model, stages, answer, and the check that lets the plan out."""

import math
from dataclasses import dataclass, replace

import numpy as np

from placement_opt.answer import Decisions, build_plan
from placement_opt.certificate import Certificate
from placement_opt.errors import NoPlanError, Status
from placement_opt.model import Draft, draft_model
from placement_opt.pairs import Pairs, candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.clashes import find_clashes
from placement_opt.solve.clock import Clock, Progress, silent
from placement_opt.solve.pure import assign, is_pure
from placement_opt.solve.reading import decide
from placement_opt.solve.record import make_record
from placement_opt.solve.stages import Stage, Staged, is_proven, solve_in_stages
from placement_opt.travel import TravelMatrix
from placement_opt.verify import verify

PENNY_TOLERANCE = 1e-4
PENNY_GBP = 0.01


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
    SolverError
        When the solver fails, or gives an answer that cannot be. Please report it.

    Notes
    -----
    May be called from several threads at once, and gives each the plan that it would get alone.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> plan = solve(tiny(), crow_fly(tiny()))
    >>> plan.placements[["pupil_id", "provision_id"]].to_numpy().tolist()
    [['P1', 'A-main'], ['P2', 'B-special'], ['P3', 'B-main']]
    """
    options, report = options or SolveOptions(), progress or silent
    clock = Clock(options.time_limit_s)
    pairs = candidate_pairs(problem, travel, policy=policy)
    report(f"{len(pairs):,} allowed pairs, {clock.used_s():.1f} s")
    try:
        solved = (
            _solve_pure(pairs, options, clock, report)
            if is_pure(pairs)
            else _solve_staged(pairs, options, clock, report)
        )
    except NoPlanError as error:
        if error.status is Status.INFEASIBLE:
            raise NoPlanError(
                error.status, find_clashes(lambda enforced: draft_model(pairs, enforced=enforced), options, clock)
            ) from None
        raise
    plan = answer(pairs, solved, options, clock.used_s())
    verify(problem, travel, plan).raise_if_wrong()
    report(f"verified, {clock.used_s():.1f} s")
    return plan


@dataclass(frozen=True, eq=False)
class Solved:
    """What solving gives, whichever way it was done."""

    method: str
    decisions: Decisions
    stages: list[Stage]
    certificate: Certificate
    certified: float


def _solve_pure(pairs: Pairs, options: SolveOptions, clock: Clock, report: Progress) -> Solved:
    before = clock.used_s()
    assigned = assign(pairs, options, clock, report)
    seconds = clock.used_s() - before
    proof = assigned.certificate.stage("cost")
    bound = -math.inf if proof is None else proof.bound
    is_close = assigned.value - bound <= max(options.gap * abs(assigned.value), PENNY_GBP)
    proven = Status.OPTIMAL if is_close else Status.FEASIBLE
    is_weighted = options.weights is not None
    stages = [Stage("cost", proven, assigned.value, min(bound, assigned.value), seconds, is_weighted)]
    if not is_weighted:
        fewest = Status.OPTIMAL if assigned.is_fewest else Status.FEASIBLE
        stages.insert(0, Stage("unplaced", fewest, assigned.unplaced, assigned.unplaced, 0.0))
        stages.append(Stage("minutes", proven, assigned.minutes, assigned.minutes, 0.0))
    gap = (assigned.value - bound) / max(abs(assigned.value), 1e-9)
    report(
        f"best {assigned.value:,.2f}, bound {bound:,.2f}, gap {gap:.4%}, {len(pairs):,} pairs, {clock.used_s():.1f} s"
    )
    none = np.zeros(0, dtype=np.int64)
    decisions = decide(assigned.draft, assigned.placed, assigned.count, none)
    return Solved(assigned.method, decisions, stages, assigned.certificate, bound)


def _solve_staged(pairs: Pairs, options: SolveOptions, clock: Clock, report: Progress) -> Solved:
    draft = draft_model(pairs)
    report(f"model drafted: {len(draft.rows):,} rows, {clock.used_s():.1f} s")
    return solved_in_stages(draft, solve_in_stages(draft, options, clock, report))


def solved_in_stages(draft: Draft, staged: Staged) -> Solved:
    """Return what the stages found, as decisions."""
    fitted = staged.fitted
    others = np.rint(fitted.others).astype(np.int64)
    decisions = decide(draft, fitted.pairs, fitted.pupils, others)
    return Solved("priced pairs and branching", decisions, staged.stages, staged.certificate, staged.certified)


def answer(pairs: Pairs, solved: Solved, options: SolveOptions, seconds: float) -> Plan:
    """Return the plan that was found, with its bound, its status and the record of the run."""
    stages = solved.stages
    cost = next(stage for stage in stages if stage.name == "cost")
    proof = "certificate" if cost.bound - solved.certified <= PENNY_GBP else "search"
    how = {"method": solved.method, "proof": proof}
    record = make_record(pairs, options=options, how=how, stages=stages, seconds=seconds)
    plan = build_plan(pairs, solved.decisions, status=Status.FEASIBLE, record=record)
    bound_gbp = bound_below(cost, plan.objective_gbp)
    allowance_gbp = options.gap * abs(plan.objective_gbp) + PENNY_GBP
    is_best = is_proven(stages) and plan.objective_gbp - bound_gbp <= allowance_gbp + PENNY_TOLERANCE
    status = Status.OPTIMAL if is_best else Status.FEASIBLE
    return replace(plan, status=status, bound_gbp=bound_gbp, certificate=solved.certificate)


def bound_below(cost: Stage, objective_gbp: float) -> float:
    """Return what no plan can be below, in whole pennies, rounded down.

    With weights the stage's value holds more than £; its distance from the bound is the same in £ for every plan
    with as many unplaced pupils and minutes.
    """
    bound = objective_gbp - (cost.value - cost.bound) if cost.is_weighted else cost.bound
    floor = max(bound, 0.0)  # every £ is at least 0, also where the solver ran out of time without a bound
    return min(math.floor(floor * 100 + PENNY_TOLERANCE) / 100, objective_gbp)
