"""Minutes, miles, entitlement, mode and emissions of every placement (formulation, section 2)."""

from collections.abc import Iterator

import numpy as np

from placement_opt.verify.case import Case, Check
from placement_opt.verify.figures import HALF_PENNY_GBP, wrong_numbers, wrong_words
from placement_opt.verify.modes import cheapest, co2e_kg, names_of, prices_gbp
from placement_opt.verify.question import Real, Truth, Whole, plain

LAST_PRIMARY_YEAR = 6
_HALF_UNIT = HALF_PENNY_GBP
"""Emissions and yearly miles may be rounded to two decimals for one pupil."""


def entitlement(case: Case) -> Truth:
    """Return for each placed row whether its pupils travel free."""
    return case.prices.free.is_owed(case.pupil, case.question.school[case.provision], case.miles)


def mode_taken(case: Case) -> Whole:
    """Return for each placed row the position of its mode; -1 where none is permitted."""
    prices = prices_gbp(case.question, case.modes, case.pupil, case.miles)
    at = {mode.name: position for position, mode in enumerate(case.modes)}
    named = np.array([at.get(name, -1) for name in plain(case.placed["mode"])], dtype=np.int64)
    return cheapest(prices, named)


def transport_gbp(case: Case) -> Real:
    """Return for each placed row the price of the transport of one pupil for a year, unrounded."""
    prices = prices_gbp(case.question, case.modes, case.pupil, case.miles)
    taken = mode_taken(case)
    is_carried = entitlement(case) & (taken >= 0)
    return case.prices.with_known_journeys(case.lines, np.where(is_carried, prices[taken, np.arange(len(taken))], 0.0))


def distances(case: Case) -> Iterator[str]:
    """Find minutes and miles that are not those of the travel matrix."""
    yield from wrong_numbers(case.where, "minutes", plain(case.placed["minutes"]), case.minutes)
    yield from wrong_numbers(case.where, "miles", plain(case.placed["miles"]), case.miles)


def guide_minutes(case: Case) -> Iterator[str]:
    """Find an `over_guide` that does not follow from the minutes and the pupil's age."""
    parameters = case.question.parameters
    is_primary = case.question.of_pupils("year_group")[case.pupil] <= LAST_PRIMARY_YEAR
    guide = np.where(is_primary, parameters.guide_minutes_primary, parameters.guide_minutes_secondary)
    yield from wrong_words(case.where, "over_guide", plain(case.placed["over_guide"]), case.minutes > guide)


def entitled(case: Case) -> Iterator[str]:
    """Find an `entitled` that does not follow from the officer's decision, else need, else distance and income."""
    yield from wrong_words(case.where, "entitled", plain(case.placed["entitled"]), entitlement(case))


def modes(case: Case) -> Iterator[str]:
    """Find a `mode` that is not the cheapest permitted, or not blank without entitlement."""
    wanted = np.where(entitlement(case), names_of(case.modes)[mode_taken(case)], "")
    given = case.placed["mode"].fillna("").astype("object").to_numpy()
    yield from wrong_words(case.where, "mode", given, wanted)


def yearly_miles(case: Case) -> Iterator[str]:
    """Find a `pupil_miles_per_year` that is not both ways on all days for all pupils of the row."""
    wanted = 2 * case.question.parameters.days_per_year * case.miles
    given = plain(case.placed["pupil_miles_per_year"]) / case.count
    yield from wrong_numbers(case.where, "pupil_miles_per_year for one pupil", given, wanted, _HALF_UNIT)


def emissions(case: Case) -> Iterator[str]:
    """Find a `co2e_kg` that is not that of the mode, for transport that the council pays."""
    taken, is_free = mode_taken(case), entitlement(case)
    wanted = np.zeros(len(taken))
    for position, mode in enumerate(case.modes):
        kg = co2e_kg(case.question, mode, case.pupil, case.miles)
        wanted = np.where(is_free & (taken == position), kg, wanted)
    given = plain(case.placed["co2e_kg"]) / case.count
    yield from wrong_numbers(case.where, "co2e_kg for one pupil", given, wanted, _HALF_UNIT)


CHECKS = (
    Check("distances", distances),
    Check("guide minutes", guide_minutes),
    Check("entitlement", entitled),
    Check("modes", modes),
    Check("yearly miles", yearly_miles),
    Check("emissions", emissions),
)
