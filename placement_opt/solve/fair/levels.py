"""The longest journeys as short as can be, then the next longest: fewest pupils at each level, from the top down."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.model.draft import Draft
from placement_opt.model.fairness import extended
from placement_opt.model.linear import LE, Objective, Row
from placement_opt.solve.fitting import Fitted
from placement_opt.solve.optimum import Optimum
from placement_opt.solve.system import System

GUIDE = 0.4
"""Shorter journeys count for less than half a pupil all together: they only choose among plans that are as good."""
FADING = 0.7
"""A level below the one that is looked at counts for so much of the level above it."""
ALLOWANCE = 0.5
"""A bound less than so much below a plan proves it: pupils are whole, and the guide is less than half of one."""

Run = Callable[[System, Sequence[Fitted], tuple[float, float]], Optimum]
"""Solves a system from plans that are known, to an allowance."""


@dataclass(frozen=True)
class Level:
    """How many pupils have a journey of so many steps or more.

    Parameters
    ----------
    steps
        Of minutes.
    pupils, least
        In the plan, and at least in any plan that is as good above this level.
    """

    steps: int
    pupils: int
    least: int

    @property
    def is_proven(self) -> bool:
        """Whether no plan has fewer."""
        return self.pupils == self.least


@dataclass(frozen=True, eq=False)
class Levels:
    """What was reached at each level, from the longest journeys down, with the rows that hold it."""

    fitted: Fitted
    reached: tuple[Level, ...]
    rows: tuple[Row, ...]


def shortest_first(draft: Draft, steps: Ints, unplaced: int, known: Fitted, run: Run) -> Levels:
    """Make the pupils at the longest level as few as can be, then those at the next, down to the shortest.

    Parameters
    ----------
    draft
        Of one year, with every row that a plan has to keep.
    steps
        Of each decided pair: how long its journey is.
    unplaced
        How many pupils with an allowed pair have no place.
    known
        A plan.
    run
        Solves a system.

    Returns
    -------
    Levels
        Down to the first level that could not be proven, or to the one that every pupil's journey reaches.
    """
    fitted, rows, reached = known, list[Row](), list[Level]()
    forced = _forced(draft, steps, unplaced)
    placed = int(known.pupils.sum())
    for level in np.unique(steps)[::-1].tolist():
        pupils = _at_or_above(steps, level, fitted)
        least = forced[level]
        if pupils > least:
            best = run(System(extended(draft, rows), [(_goal(draft, steps, level), 1.0)]), [fitted], (0.0, ALLOWANCE))
            if best.fitted is None:  # pragma: no cover - run raises
                raise AssertionError
            fitted = best.fitted
            pupils = _at_or_above(steps, level, fitted)
            least = min(pupils, max(least, math.ceil(best.bound - GUIDE - 1e-6)))
        reached.append(Level(level, pupils, least))
        rows = [row for row in rows if row.right != pupils]  # journeys of the lower level count those of the higher
        at = np.flatnonzero(steps >= level)
        rows.append(Row(f"fair_level_{level}", at, np.ones(len(at)), [], LE, float(pupils)))
        if pupils > least or pupils == placed:
            break
    return Levels(fitted, tuple(reached), tuple(rows))


def _goal(draft: Draft, steps: Ints, level: int) -> Objective:
    """Count the pupils at a level or above it, and a little those below, the longer their journeys the more."""
    below: Floats = FADING ** (level - steps[steps < level]).astype(np.float64)
    amounts = np.ones(len(steps))
    amounts[steps < level] = below * (GUIDE / max(1, int(draft.count.sum())))
    return Objective(amounts)


def _at_or_above(steps: Ints, level: int, fitted: Fitted) -> int:
    return int(fitted.pupils[steps[fitted.pairs] >= level].sum())


def at_each_step(steps: Ints, fitted: Fitted) -> tuple[tuple[int, int], ...]:
    """Return the steps of a plan's journeys, longest first, with how many pupils have each: the less, the fairer."""
    many: dict[int, int] = {}
    for step, pupils in zip(steps[fitted.pairs].tolist(), fitted.pupils.tolist(), strict=True):
        many[step] = many.get(step, 0) + pupils
    return tuple(sorted(many.items(), reverse=True))


def _forced(draft: Draft, steps: Ints, unplaced: int) -> dict[int, int]:
    """Return for each level how many pupils have no shorter journey to anywhere, less those who may have no place."""
    shortest = np.full(len(draft.count), np.iinfo(np.int64).max)
    np.minimum.at(shortest, draft.pupil, steps)
    deciding = np.unique(draft.pupil)
    order = np.sort(np.repeat(shortest[deciding], draft.count[deciding]))
    values = np.unique(steps)
    above = len(order) - np.searchsorted(order, values, side="left")
    return {int(level): max(0, int(many) - unplaced) for level, many in zip(values, above, strict=True)}
