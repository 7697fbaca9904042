"""Exact frontiers: the least £ for each amount of something else, by the ε-constraint method."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from placement_opt.given import is_whole
from placement_opt.pairs import candidate_pairs
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.scenarios.frontier_measures import MEASURES, Measure, check_question, with_moving_limit
from placement_opt.scenarios.frontier_moves import first_moves
from placement_opt.scenarios.frontier_result import Frontier, undominated
from placement_opt.solve.clock import Progress, silent
from placement_opt.solve.sweep import Found, Sweep
from placement_opt.travel import TravelMatrix
from placement_opt.workers.sending import packed, unpacked, unpacked_once

ANY = 0.0
FUZZ = 1e-6
NOT_AS_STAGE = {"unplaced": 0.0}
"""Weights with which unplaced pupils are no goal: only their limit holds them down."""


def frontier(  # noqa: PLR0913 - a question and how it is answered; all but two by name
    problem: Problem,
    travel: TravelMatrix,
    *,
    against: str,
    points: int | None = 11,
    limits: Sequence[float] | None = None,
    policy: Policy | None = None,
    options: SolveOptions | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Frontier:
    """Find what the £ are at each amount of something else, every point proven.

    Parameters
    ----------
    problem, travel
        The question, and the journeys.
    against
        minutes, miles, co2e_kg, moves, unplaced, independent_placements or capital_gbp.
    points
        How many limits are tried, both ends among them, at equal distances; None = every point of the front, one after
        the other (only where there are few). Fewer come back where several limits have the same best plan.
    limits
        Limits of one's own instead: each is answered as `solve` would answer it, fewest unplaced pupils first, even
        where a tight limit leaves more of them without a place.
    policy
        As in `solve`. With the default, hardly anybody may move: a front against moves asks for `Policy(moves="all")`.
    options
        As in `solve`; the time limit is for each of the solves. No weights.
    executor
        Of `concurrent.futures`, for the points between the ends; None = one after the other, here. The points are the
        same.
    progress
        Called with a line of text now and then; the lines hold no pupil's data.

    Returns
    -------
    Frontier
        Each of its plans has passed `verify`.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    InputError
        As `solve`; and where a front against capital is asked for and nothing has a capital cost.
    NoPlanError
        When there is no plan at all, or none under one of the `limits`; the message names the rules that clash.

    Notes
    -----
    The ends are found in order of goals: the least £, and of equally cheap plans the one with the least of the measure;
    then the least of the measure, and of such plans the cheapest. Between them the measure is limited, the £ are
    least under the limit, and then the measure is least at these £ (Haimes, Lasdon & Wismer 1971, with the second step
    that keeps dominated points out). All have as few pupils unplaced as any plan.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> front = frontier(tiny(), crow_fly(tiny()), against="unplaced", points=None)
    >>> front.points[["unplaced", "cost_gbp"]].to_numpy().tolist()
    [[0.0, 32035.03], [1.0, 28035.03], [2.0, 24035.03]]
    """
    asked = options or SolveOptions()
    check_question(problem, against, points, limits, asked)
    report, measure = progress or silent, MEASURES[against]
    sweep = _sweep(problem, travel, against, policy or Policy(), asked)
    if limits is not None:
        wanted = sorted({float(limit) for limit in limits})
        found, bound = _under(sweep, wanted, executor, report), None
    else:
        found, bound = _between_ends(sweep, measure, points, executor, report)
    return _front(sweep, against, found, bound)


def moves_ladder(
    problem: Problem,
    travel: TravelMatrix,
    *,
    fewest: int = 0,
    most: int = 10,
    policy: Policy | None = None,
    options: SolveOptions | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Frontier:
    """Find the best plan in which nobody, one pupil, two … leave a place that they could keep, and who moves first.

    Parameters
    ----------
    problem, travel
        The question, and the journeys.
    fewest, most
        The first step and the last: at most so many pupils move. Where provisions are over-full, or a rule refuses what
        is today's, no plan may keep everybody where they are: begin with more.
    policy
        As in `solve`; None = everybody may move (`Policy(moves="all")`).
    options, executor, progress
        As in `frontier`.

    Returns
    -------
    Frontier
        Against moves, with `first_moves`. Each step is answered as `solve` would: fewest unplaced pupils, then least £.
        Steps that change nothing are left out.

    Raises
    ------
    ValueError, InputError, NoPlanError
        As `frontier`.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> moves_ladder(tiny(), crow_fly(tiny()), most=1)
    Frontier(£ against moves, 2 points)
    """
    if not (is_whole(fewest) and is_whole(most) and 0 <= fewest <= most):
        raise ValueError(f"`fewest` is {fewest!r} and `most` is {most!r}; use whole numbers from 0, fewest first.")
    return frontier(
        problem,
        travel,
        against="moves",
        limits=range(fewest, most + 1),
        policy=policy or Policy(moves="all"),
        options=options,
        executor=executor,
        progress=progress,
    )


def _sweep(problem: Problem, travel: TravelMatrix, against: str, policy: Policy, options: SolveOptions) -> Sweep:
    """Return a sweep; its limit is set before each solve."""
    limited, limit = with_moving_limit(problem, against, ANY)
    pairs = candidate_pairs(limited, travel, policy=policy)
    if against == "unplaced":
        options = replace(options, weights=NOT_AS_STAGE)
    return Sweep(pairs, limit, options)


def _under(sweep: Sweep, limits: Sequence[float], executor: Executor | None, report: Progress) -> list[Found]:
    """Return the answer to each limit by itself."""
    if executor is None:
        return [sweep.cheapest(limit, report) for limit in limits]
    return _sent(_cheapest, sweep, limits, executor)


def _between_ends(
    sweep: Sweep, measure: Measure, points: int | None, executor: Executor | None, report: Progress
) -> tuple[list[Found], float]:
    cheapest = sweep.cheapest(sweep.most, report)
    least = sweep.least(cheapest, report)
    least_limit = _rounded_up(least.amount, measure.step)
    if cheapest.amount - least.amount < measure.step / 2:
        return [cheapest], least.bound
    ends = (cheapest.staged.fitted, least.fitted)
    nearest = sweep.within(least_limit, cheapest, ends, report)
    ends = (cheapest.staged.fitted, nearest.staged.fitted)
    if points is None:
        return [nearest, *_every_point(sweep, measure, cheapest, nearest, report), cheapest], least.bound
    between = _limits_between(nearest.amount, cheapest.amount, points, measure.step)
    if executor is None:
        found = [sweep.within(limit, cheapest, ends, report) for limit in between]
    else:
        found = _sent(_within, (sweep, cheapest, ends), between, executor)
    return [nearest, *found, cheapest], least.bound


def _every_point(sweep: Sweep, measure: Measure, cheapest: Found, nearest: Found, report: Progress) -> list[Found]:
    """Return all points between the ends: each limit is a step below the amount of the point before."""
    found: list[Found] = []
    amount = cheapest.amount
    while True:
        limit = _rounded_down(amount - measure.step, measure.step)
        if limit <= nearest.amount + measure.step / 2:
            return found
        ends = (cheapest.staged.fitted, nearest.staged.fitted)
        point = sweep.within(limit, cheapest, ends, report)
        found.append(point)
        amount = point.amount


def _limits_between(least: float, most: float, points: int, step: float) -> list[float]:
    """Return limits at equal distances between two amounts, none of them twice."""
    spread = {_rounded_down(float(limit), step) for limit in np.linspace(least, most, points)[1:-1]}
    return sorted(limit for limit in spread if least + step / 2 < limit < most - step / 2)


def _rounded_up(amount: float, step: float) -> float:
    return round(math.ceil(amount / step - FUZZ) * step, 6)


def _rounded_down(amount: float, step: float) -> float:
    return round(math.floor(amount / step + FUZZ) * step, 6)


def _sent(
    task: Callable[[bytes, float], bytes], shared: Any, limits: Sequence[float], executor: Executor
) -> list[Found]:
    """Return what an executor makes of each limit; what all of them share is packed once."""
    return [unpacked(answer) for answer in executor.map(partial(task, packed(shared)), limits)]


def _within(shared: bytes, limit: float) -> bytes:
    sweep, cheapest, ends = unpacked_once(shared)
    return packed(sweep.within(limit, cheapest, ends, silent))


def _cheapest(shared: bytes, limit: float) -> bytes:
    return packed(unpacked_once(shared).cheapest(limit, silent))


def _front(sweep: Sweep, against: str, found: list[Found], bound: float | None) -> Frontier:
    measure = MEASURES[against]
    unplaced = [0 if against == "unplaced" else one.plan.unplaced_pupils for one in found]
    goals = [(left, one.plan.objective_gbp) for left, one in zip(unplaced, found, strict=True)]
    kept = undominated([one.amount for one in found], goals, measure.step)
    points = [found[place] for place in kept]
    plans = tuple(point.plan for point in points)
    return Frontier(
        against,
        measure.words,
        tuple(point.limit for point in points),
        tuple(round(point.amount, 6) for point in points),
        plans,
        tuple(point.problem for point in points),
        bound,
        first_moves(sweep.pairs, plans) if against == "moves" else None,
    )
