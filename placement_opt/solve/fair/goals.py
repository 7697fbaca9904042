"""The fairest plan in one sense or another, within rows that say what it may cost."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from placement_opt.inequality import equal_minutes, kappa_of
from placement_opt.model.draft import Draft
from placement_opt.model.fairness import Groups, at_most, extended, kolm_pollak, levels, with_group_gap
from placement_opt.solve.fair.aim import Aim, FairObjective
from placement_opt.solve.fair.groups import groups_by, journeys_of, unplaced_of, with_ends
from placement_opt.solve.fair.levels import Level, Run, at_each_step, shortest_first
from placement_opt.solve.fitting import Fitted
from placement_opt.solve.optimum import Optimum
from placement_opt.solve.system import System

THOUSANDTH_OF_A_MINUTE, HUNDREDTH_OF_A_MINUTE = 0.001, 0.01
ROUNDING = 1e-9
"""What is reached is held to so large a share while the £ are made least again."""
STEEPEST = 15.0
"""Exponentials of more than this would leave the solver no digits for the shorter journeys."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What a fair plan is sought in.

    Parameters
    ----------
    draft
        Of one year, without what a fair plan may cost.
    cheapest
        Its cheapest plan.
    unplaced
        How many pupils with an allowed pair have no place in it.
    gap
        A share below a plan that need not be looked at.
    """

    draft: Draft
    cheapest: Fitted
    unplaced: int
    gap: float


@dataclass(frozen=True, eq=False)
class Reached:
    """A plan that is as fair as it can be.

    Parameters
    ----------
    draft
        The model, with rows that hold the plan so fair.
    fitted
        The plan by its columns.
    value, bound
        Of what is fair, in minutes, and what no plan is below.
    is_proven
        Whether the two are the same but for the gap.
    kappa
        With `kolm_pollak`.
    levels
        With `min_max`, from the longest journeys down.
    """

    draft: Draft
    fitted: Fitted
    value: float
    bound: float
    is_proven: bool
    kappa: float | None = None
    levels: tuple[Level, ...] = ()


def kappa_for(asked: Asked, aim: Aim) -> float:
    """Return the rate for each minute that an aim asks for.

    Raises
    ------
    ValueError
        When it is too steep for the journeys of this problem.
    """
    journeys = journeys_of(asked.draft, asked.cheapest)
    kappa = kappa_of(journeys.minutes, journeys.count, aim.aversion) if aim.kappa is None else aim.kappa
    longest = max(float(journeys.minutes.max(initial=0.0)), float(asked.draft.minutes.pairs.max(initial=0.0)))
    if kappa * longest > STEEPEST:
        name, value = ("aversion", aim.aversion) if aim.kappa is None else ("kappa", aim.kappa)
        most = math.floor(10_000 * value * STEEPEST / (kappa * longest)) / 10_000
        raise ValueError(
            f"`{name}` is {value:g}; with journeys of up to {longest:.0f} minutes use at most {most:g}, or min_max, "
            "where only the longest count."
        )
    return kappa


def _least_equal_minutes(asked: Asked, aim: Aim, limited: Draft, plans: Sequence[Fitted], run: Run) -> Reached:
    kappa = kappa_for(asked, aim)
    goal = asked.draft.minutes if kappa == 0 else kolm_pollak(asked.draft, kappa)
    best, fitted = _found(run(System(limited, [(goal, 1.0)]), plans, (asked.gap, THOUSANDTH_OF_A_MINUTE)))
    journeys = journeys_of(asked.draft, fitted)
    pupils = float(journeys.count.sum())
    return Reached(
        extended(limited, [at_most("fair_goal", [goal], _a_little_above(best.value))]),
        fitted,
        equal_minutes(journeys.minutes, journeys.count, kappa),
        _as_minutes(best.bound, pupils, kappa),
        _is_proven(best, asked.gap, THOUSANDTH_OF_A_MINUTE),
        kappa,
    )


def _least_gap(asked: Asked, aim: Aim, limited: Draft, plans: Sequence[Fitted], run: Run) -> Reached:
    groups = groups_by(asked.draft, str(aim.by), asked.cheapest)
    longer, goal = with_group_gap(limited, groups)
    known = [with_ends(asked.draft, groups, plan) for plan in plans if _leaves_as_many(asked.draft, plan, groups)]
    best, fitted = _found(run(System(longer, [(goal, 1.0)]), known, (asked.gap, HUNDREDTH_OF_A_MINUTE)))
    return Reached(
        extended(longer, [at_most("fair_goal", [goal], _a_little_above(best.value))]),
        fitted,
        best.value,
        max(0.0, best.bound),
        _is_proven(best, asked.gap, HUNDREDTH_OF_A_MINUTE),
    )


def _longest_first(asked: Asked, aim: Aim, limited: Draft, plans: Sequence[Fitted], run: Run) -> Reached:
    steps = levels(asked.draft, aim.step_minutes)
    first = min(plans, key=lambda plan: at_each_step(steps, plan))
    found = shortest_first(limited, steps, asked.unplaced, first, run)
    longest_kept = float(asked.draft.kept_minutes.max(initial=0.0))
    value, bound = (
        max([longest_kept, *(level.steps * aim.step_minutes for level in found.reached if getattr(level, which))])
        for which in ("pupils", "least")
    )
    is_proven = all(level.is_proven for level in found.reached)
    return Reached(extended(limited, found.rows), found.fitted, value, bound, is_proven, levels=tuple(found.reached))


GOALS: Mapping[FairObjective, Callable[[Asked, Aim, Draft, Sequence[Fitted], Run], Reached]] = {
    "min_max": _longest_first,
    "kolm_pollak": _least_equal_minutes,
    "group_gap": _least_gap,
}
"""How each is sought: what is asked and to be fair, the model with its limit of £, plans within it, and a solver."""


def _found(best: Optimum) -> tuple[Optimum, Fitted]:
    if best.fitted is None:  # pragma: no cover - a solver that is given a plan returns one
        raise AssertionError
    return best, best.fitted


def _leaves_as_many(draft: Draft, plan: Fitted, groups: Groups) -> bool:
    """Say whether each group has as many pupils without a place as it has to."""
    left = unplaced_of(draft, plan, groups.of_pupil, len(groups.placed))
    return bool((left == groups.unplaced).all())


def _as_minutes(total: float, pupils: float, kappa: float) -> float:
    """Return the journey that all pupils would have for a sum of (exp(kappa x minutes) - 1) / kappa."""
    if not pupils:
        return float("nan")
    mean = max(0.0, total / pupils)
    return mean if kappa == 0 else math.log1p(kappa * mean) / kappa


def _is_proven(best: Optimum, gap: float, amount: float) -> bool:
    return best.value - best.bound <= max(gap * abs(best.value), amount) * (1 + ROUNDING)


def _a_little_above(value: float) -> float:
    return value + max(1e-6, ROUNDING * abs(value))
