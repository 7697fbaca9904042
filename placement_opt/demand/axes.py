"""The axes on which pupils are counted: need, setting kind, year group; and the stages whose cells are alike."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from placement_opt.phases import PHASE_NAMES, phase_of
from placement_opt.schema import KINDS, NEEDS, YEAR_RANGE

Numbers = NDArray[np.float64]
Positions = NDArray[np.int64]
Flags = NDArray[np.bool_]
Tally = NDArray[np.int32]

NO_PLACE = "no place"
"""The setting kind of a pupil with a plan and no place at a school."""

NEED_AXIS = tuple(NEEDS)
KIND_AXIS = (*KINDS, NO_PLACE)
GROUP_AXIS = tuple(range(YEAR_RANGE[0], YEAR_RANGE[1] + 1))
PHASE_OF_GROUP = np.array([PHASE_NAMES.index(phase_of(group)) for group in GROUP_AXIS])


def stage_of(year_group: int) -> str:
    """Return the stage of the step from a year group to the next: within a phase, into the next one, or after Year 12.

    From Year 12 on each year group is a stage by itself, because plans end at different rates in each.

    Examples
    --------
    >>> stage_of(5), stage_of(6), stage_of(12)
    ('within Reception to Year 6', 'into Years 7 to 11', 'after Year 12')
    """
    here, there = phase_of(year_group), phase_of(year_group + 1)
    if here != there:
        return f"into {there}"
    return f"after Year {year_group}" if here == PHASE_NAMES[-1] else f"within {here}"


def _shares(names: list[str]) -> Numbers:
    """Return a matrix that sums year groups into groups of one name."""
    order = list(dict.fromkeys(names))
    matrix = np.zeros((len(names), len(order)))
    matrix[np.arange(len(names)), [order.index(name) for name in names]] = 1
    return matrix


STAGES = _shares([stage_of(group) for group in GROUP_AXIS])
PHASES = _shares([phase_of(group) for group in GROUP_AXIS])
"""Year group x stage, and year group x phase: 1 where the year group belongs to it."""

Pick = Callable[[Numbers], Numbers]
"""Turns the weights of a Dirichlet distribution (last axis) into shares: their mean, or one draw."""


def mean_shares(weights: Numbers) -> Numbers:
    """Return the mean of Dirichlet distributions whose weights stand in the last axis.

    Examples
    --------
    >>> mean_shares(np.array([3.0, 1.0])).tolist()
    [0.75, 0.25]
    """
    total = weights.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(weights, total, out=np.zeros_like(weights), where=total > 0))


def drawn_shares(generator: np.random.Generator) -> Pick:
    """Return a function that draws from Dirichlet distributions whose weights stand in the last axis."""

    def pick(weights: Numbers) -> Numbers:
        gammas = generator.standard_gamma(weights)
        lost = gammas.sum(axis=-1, keepdims=True) <= 0  # weights so small that every gamma rounds to nought
        return mean_shares(np.where(lost, weights, gammas))

    return pick
