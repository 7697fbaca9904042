"""What a plan's journeys can be fair in, and how much more a fair plan may cost."""

from dataclasses import dataclass
from typing import Literal, get_args

from placement_opt.given import is_number
from placement_opt.problem import Problem

FairObjective = Literal["min_max", "kolm_pollak", "group_gap"]

MOST_SHARE, MOST_GBP = 10.0, 1e12
RANGES = {"aversion": (1e-6, 100.0), "kappa": (1e-9, 100.0), "step_minutes": (0.01, 1_000.0)}


@dataclass(frozen=True)
class Aim:
    """What is to be fair.

    Parameters
    ----------
    objective
        `min_max`: the longest journey as short as can be, then the next longest, and so on. `kolm_pollak`: the least
        journey that would be as bad if all had it. `group_gap`: the least difference between the mean journeys of two
        groups.
    by
        A column of pupils whose values are the groups, with `group_gap`.
    aversion
        To inequality, with `kolm_pollak`; see `inequality.kappa_of`. Its scale is that of the cheapest plan's journeys.
    kappa
        For each minute, instead of an aversion.
    step_minutes
        With `min_max`: journeys are counted in steps of so many minutes, a begun step as a whole one; 0.01 = exactly.

    Raises
    ------
    ValueError
        When a value is out of its range.
    """

    objective: FairObjective
    by: str | None = None
    aversion: float = 1.0
    kappa: float | None = None
    step_minutes: float = 1.0

    def __post_init__(self) -> None:
        if self.objective not in get_args(FairObjective):
            raise ValueError(f"`objective` is {self.objective!r}; use one of {', '.join(get_args(FairObjective))}.")
        if (self.by is not None) != (self.objective == "group_gap"):
            raise ValueError(
                f"`objective` is {self.objective!r} and `by` is {self.by!r}; the column of the groups goes with "
                "group_gap, and only with it."
            )
        for name, (least, most) in RANGES.items():
            value = getattr(self, name)
            if not (name == "kappa" and value is None) and not is_number(value, least, most):
                raise ValueError(f"`{name}` is {value!r}; use a number from {least:g} to {most:g}.")


def check_extra(extra_gbp: float | None, extra_share: float | None) -> None:
    """Find what is wrong with what a fair plan may cost more.

    Raises
    ------
    ValueError
        When both are given, or one is out of its range.
    """
    if extra_gbp is not None and extra_share is not None:
        raise ValueError(f"`extra_gbp` is {extra_gbp!r} and `extra_share` {extra_share!r}; give one of them.")
    for name, value, most in (("extra_gbp", extra_gbp, MOST_GBP), ("extra_share", extra_share, MOST_SHARE)):
        if value is not None and not is_number(value, 0.0, most):
            raise ValueError(f"`{name}` is {value!r}; use a number from 0 to {most:,.0f}.")


def check_column(problem: Problem, by: str | None) -> None:
    """Find a column that pupils do not have.

    Raises
    ------
    ValueError
        When they have not.
    """
    columns = problem.pupils.columns.tolist()
    if by is not None and by not in columns:
        raise ValueError(f"`by` is {by!r}; use a column of pupils: {', '.join(columns)}.")
