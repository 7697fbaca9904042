"""Everything that can be said of a travel matrix without roads."""

import numpy as np

from placement_opt.journey_checks.figures import check_figures, check_units
from placement_opt.journey_checks.findings import TravelCheck
from placement_opt.journey_checks.known import Known
from placement_opt.journey_checks.limits import TravelLimits
from placement_opt.journey_checks.reach import check_reach
from placement_opt.journey_checks.shape import check_both_ways, check_neighbours
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix

SAMPLE = 500_000
"""Journeys that are held against a neighbour's."""


def check_travel(
    problem: Problem,
    travel: TravelMatrix,
    *,
    limits: TravelLimits | None = None,
    sample: int = SAMPLE,
    seed: int = 0,
) -> TravelCheck:
    """Say what is wrong with a travel matrix, and what is doubtful.

    Parameters
    ----------
    problem
        Its points are used.
    travel
        Any matrix: straight lines, roads, a file, whole or listed.
    limits
        From where on a journey is doubted; None = the defaults.
    sample
        How many journeys are held against a neighbour's; others are left out at random.
    seed
        For that draw.

    Returns
    -------
    TravelCheck
        Errors (a plan would be wrong): units, sentinel, too long, zero, far below straight line. Warnings: zero nearby,
        below straight line, too fast, too slow, both ways, neighbours, pupils without reach, schools without reach,
        blanks. A journey that one check has named is left out of the later ones.

    Raises
    ------
    InputError
        When a pupil or a school of the problem has no row or column.
    ValueError
        When `sample` is below 1.

    Examples
    --------
    >>> from placement_opt.examples import exampleshire
    >>> from placement_opt.travel import crow_fly
    >>> problem = exampleshire()
    >>> check_travel(problem, crow_fly(problem))
    TravelCheck(0 errors, 0 warnings)
    """
    if sample < 1:
        raise ValueError(f"`sample` is {sample!r}; use 1 or more journeys.")
    limits = limits or TravelLimits()
    known = Known.of(problem, travel)
    figures, explained = check_units(known, limits), np.zeros(len(known.minutes), dtype=np.bool_)
    findings = [*figures.findings, *check_figures(figures, explained)]
    untested = list(figures.untested)
    if figures.is_sound("minutes") and figures.is_sound("miles"):
        for found, not_tested in (
            check_both_ways(known, limits, explained),
            check_neighbours(known, limits, explained, sample=sample, seed=seed),
        ):
            findings += found
            untested += not_tested
    else:
        untested.append("speeds, both ways, neighbours: the units are wrong")
    findings += check_reach(known, limits)
    return TravelCheck(tuple(findings), _figures(known, figures.medians), tuple(untested))


def check_errors(problem: Problem, travel: TravelMatrix) -> TravelCheck:
    """Say only what would make a plan wrong: the quick part of `check_travel`."""
    known = Known.of(problem, travel)
    figures, explained = check_units(known, TravelLimits()), np.zeros(len(known.minutes), dtype=np.bool_)
    return TravelCheck((*figures.findings, *check_figures(figures, explained)), _figures(known, figures.medians))


def _figures(known: Known, medians: tuple[float, float]) -> dict[str, float]:
    journeys = int(np.count_nonzero(~np.isnan(known.minutes[: known.of_pupils])))
    return {
        "pupils": known.pupils,
        "settings": known.settings,
        "pairs": known.of_pupils,
        "journeys": journeys,
        "blanks": known.of_pupils - journeys,
        "journeys_between_settings": len(known.minutes) - known.of_pupils,
        "median_miles_over_straight": medians[0],
        "median_straight_miles_per_hour": medians[1],
    }
