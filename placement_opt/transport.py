"""The estimate of home to school transport: who is entitled, by which mode, at what cost and CO2e."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.facts import NOBODY, Bools, Facts, Floats, Ints
from placement_opt.nearest import third_nearest_miles
from placement_opt.parameters import Parameters
from placement_opt.problem import Problem
from placement_opt.schema import LAST_PRIMARY_YEAR, TABLES

LAST_YEAR_UNDER_8 = 3
"""A pupil of Year 3 is 7 on the 31 August before the school year; ages count on that day (SEN2 guide)."""
FIRST_SECONDARY_YEAR, LAST_COMPULSORY_YEAR = 7, 11
"""A pupil of Year 7 is 11 on that day, one of Year 11 is 15: the years of the extended rights from 11 to 16."""
NO_MODE = "none permitted"


@dataclass(frozen=True, eq=False)
class Journeys:
    """What transport means for pairs, one entry for each pair and one pupil of it.

    Parameters
    ----------
    entitled
        The council owes transport.
    mode
        Position in the table of modes; NOBODY = not entitled, or no mode is permitted.
    transport_gbp, co2e_kg
        For a year.
    """

    entitled: Bools
    mode: Ints
    transport_gbp: Floats
    co2e_kg: Floats


def default_modes(parameters: Parameters) -> pd.DataFrame:
    """Return the modes that a problem without its own has: a shared vehicle and a public transport pass.

    Notes
    -----
    The daily and the mileage price of the shared vehicle are set so that a seat at `shared_vehicle_mean_miles` costs
    the published average `shared_vehicle_gbp`.

    Examples
    --------
    >>> modes = default_modes(Parameters()).set_index("mode")
    >>> vehicle = modes.loc["shared vehicle"]
    >>> round(190 * (vehicle["gbp_per_day"] + vehicle["gbp_per_mile"] * 2 * 7) / vehicle["riders"])
    8800
    """
    riders = parameters.shared_vehicle_riders
    vehicle_gbp_per_day = parameters.shared_vehicle_gbp * riders / parameters.days_per_year
    fixed = parameters.shared_vehicle_fixed_share
    rows = [
        {
            "mode": "public transport pass",
            "gbp_per_day": parameters.pass_gbp / parameters.days_per_year,
            "gbp_per_mile": 0.0,
            "riders": 1.0,
            "wheelchair": False,
            "assistant": False,
            "independent_only": True,
            "co2e_kg_per_mile": parameters.bus_co2e_kg_per_mile,
            "vehicle_miles_per_mile": 1.0,
        },
        {
            "mode": "shared vehicle",
            "gbp_per_day": vehicle_gbp_per_day * fixed,
            "gbp_per_mile": vehicle_gbp_per_day * (1 - fixed) / (2 * parameters.shared_vehicle_mean_miles),
            "riders": riders,
            "wheelchair": True,
            "assistant": True,
            "independent_only": False,
            "co2e_kg_per_mile": parameters.vehicle_co2e_kg_per_mile,
            "vehicle_miles_per_mile": parameters.vehicle_miles_per_loaded_mile,
        },
    ]
    return pd.DataFrame(rows).assign(max_miles=np.nan)[list(TABLES["modes"].names)]


def modes_of(problem: Problem) -> pd.DataFrame:
    """Return the modes of a problem, sorted by name; the default ones where it has none."""
    modes = problem.table("modes")
    return default_modes(problem.parameters) if modes.empty else modes


def statutory_walk_miles(facts: Facts) -> Floats:
    """Return each pupil's statutory walking distance (Education Act 1996, section 444(5))."""
    parameters = facts.problem.parameters
    young = facts.pupil_column("year_group") <= LAST_YEAR_UNDER_8
    return np.where(young, parameters.walk_miles_under_8, parameters.walk_miles_from_8)


def walking_limit_miles(facts: Facts) -> Floats:
    """Return the walk above which each pupil is owed transport to any school.

    It is the statutory walking distance, or that of extended rights (Education Act 1996, Schedule 35B) for pupils from
    8 to 10 of families on a low income, where it is less.
    """
    statutory, year = statutory_walk_miles(facts), facts.pupil_column("year_group")
    has_rights = facts.pupil_column("low_income") & (year > LAST_YEAR_UNDER_8) & (year < FIRST_SECONDARY_YEAR)
    return np.where(has_rights, np.minimum(statutory, facts.problem.parameters.low_income_walk_miles), statutory)


def has_rights_by_school(facts: Facts) -> Bools:
    """Return who has extended rights that depend on the school: from 11 to 16, of families on a low income."""
    year = facts.pupil_column("year_group")
    is_of_age = (year >= FIRST_SECONDARY_YEAR) & (year <= LAST_COMPULSORY_YEAR)
    return np.asarray(facts.pupil_column("low_income") & is_of_age & (facts.entitlement == 0), dtype=np.bool_)


def nearest_three_miles(facts: Facts) -> Floats:
    """Return the walk to the third nearest suitable school of pupils with rights by school; infinite for others."""
    return third_nearest_miles(facts, np.flatnonzero(has_rights_by_school(facts)))


def is_entitled(facts: Facts, pupil: Ints, provision: Ints, miles: Floats) -> Bools:
    """Return who is owed transport, for positions of pupils and provisions that broadcast, and their miles by road."""
    entitlement = facts.entitlement[pupil]
    walk = facts.walk_miles(pupil, provision, miles)
    is_far = walk > walking_limit_miles(facts)[pupil]
    if facts.once(has_rights_by_school).any():
        is_far = is_far | is_of_three_nearest(facts, pupil, walk, miles)
    return np.asarray((entitlement > 0) | ((entitlement == 0) & is_far), dtype=np.bool_)


def is_of_three_nearest(facts: Facts, pupil: Ints, walk: Floats, miles: Floats) -> Bools:
    """Return for which journeys, of a walk and of miles by road, the extended rights from 11 to 16 hold.

    They hold where the walk is above the limit, the road is not, and fewer than three suitable schools are nearer.
    """
    parameters = facts.problem.parameters
    is_within = (walk > parameters.low_income_walk_miles) & (miles <= parameters.low_income_most_miles)
    has_rights, third = facts.once(has_rights_by_school), facts.once(nearest_three_miles)
    return np.asarray(has_rights[pupil] & is_within & (walk <= third[pupil]), dtype=np.bool_)


def permitted(facts: Facts, modes: pd.DataFrame) -> Bools:
    """Return which modes a pupil may use at all, distance apart: shape (pupils, modes)."""
    pupils = facts.pupils
    solo = pupils["solo"].to_numpy()[:, None]
    alone = pupils["independent_travel"].to_numpy()[:, None]
    wheelchair = ~pupils["wheelchair"].to_numpy()[:, None] | modes["wheelchair"].to_numpy()[None, :]
    assistant = ~pupils["assistant"].to_numpy()[:, None] | modes["assistant"].to_numpy()[None, :]
    independent = ~modes["independent_only"].to_numpy()[None, :] | (alone & ~solo)
    return np.asarray(wheelchair & assistant & independent, dtype=np.bool_)


def reach_miles(facts: Facts) -> Floats:
    """Return how far each pupil can be carried by any permitted mode; minus infinity where none is permitted."""
    modes = modes_of(facts.problem)
    limits = modes["max_miles"].fillna(np.inf).to_numpy(dtype=float)
    reach = np.where(permitted(facts, modes), limits[None, :], -np.inf)
    return np.asarray(reach.max(axis=1, initial=-np.inf), dtype=np.float64)


def estimate_journeys(facts: Facts, pupil: Ints, provision: Ints) -> Journeys:
    """Estimate transport for a list of pairs.

    Parameters
    ----------
    facts
        What is known.
    pupil, provision
        Positions, of equal length; every pair can be reached.
    """
    modes, days = modes_of(facts.problem), facts.problem.parameters.days_per_year
    miles = facts.miles(pupil, provision)
    entitled = is_entitled(facts, pupil, provision, miles)
    solo = facts.pupil_column("solo")[pupil]
    best_gbp, mode = np.zeros(len(pupil)), np.full(len(pupil), NOBODY, dtype=np.int64)
    for place, row in enumerate(modes.to_dict("records")):
        riders = np.where(solo, 1.0, row["riders"])
        gbp = np.round(days * (row["gbp_per_day"] + row["gbp_per_mile"] * 2 * miles) / riders, 2)
        better = entitled & permitted(facts, modes)[pupil, place] & ((mode == NOBODY) | (gbp < best_gbp))
        if not np.isnan(row["max_miles"]):
            better &= miles <= row["max_miles"]
        best_gbp[better], mode[better] = gbp[better], place
    at, known_gbp = _known(facts, pupil, provision)
    best_gbp[at] = np.where(entitled[at], known_gbp, 0.0)
    co2e_kg = np.round(_co2e_kg(facts, modes, mode, solo, miles), 3)
    return Journeys(entitled, mode, best_gbp, np.asarray(co2e_kg, dtype=np.float64))


def emissions_kg(facts: Facts, pupil: Ints, provision: Ints) -> Floats:
    """Return the CO2e of a year of one pupil, not rounded, for a list of pairs that can be reached."""
    journeys, miles = estimate_journeys(facts, pupil, provision), facts.miles(pupil, provision)
    return _co2e_kg(facts, modes_of(facts.problem), journeys.mode, facts.pupil_column("solo")[pupil], miles)


def known_journeys(facts: Facts) -> tuple[Bools, Ints, Floats]:
    """Return the rows of `journey_costs`: who has one, pupil and school as ascending numbers, and the prices."""
    table = facts.problem.table("journey_costs")
    pupil = pd.Index(facts.pupils["pupil_id"]).get_indexer(pd.Index(table["pupil_id"])).astype(np.int64)
    setting = pd.Index(facts.settings["setting_id"]).get_indexer(pd.Index(table["setting_id"])).astype(np.int64)
    has_one = np.zeros(len(facts.pupils), dtype=bool)
    has_one[pupil] = True
    number = pupil * len(facts.settings) + setting
    order = np.argsort(number)
    return has_one, number[order], np.round(table["cost_gbp"].to_numpy(dtype=float)[order], 2)


def _known(facts: Facts, pupil: Ints, provision: Ints) -> tuple[Ints, Floats]:
    """Return which pairs have a price in `journey_costs`, and those prices; only listed pupils are looked up."""
    has_one, numbers, gbp = facts.once(known_journeys)
    at = np.flatnonzero(has_one[pupil]) if len(numbers) else np.zeros(0, dtype=np.int64)
    wanted = pupil[at] * len(facts.settings) + facts.setting_of[provision[at]]
    found = np.minimum(np.searchsorted(numbers, wanted), max(len(numbers) - 1, 0))
    is_listed = numbers[found] == wanted
    return at[is_listed], gbp[found[is_listed]]


def _co2e_kg(facts: Facts, modes: pd.DataFrame, mode: Ints, solo: Bools, miles: Floats) -> Floats:
    kg_per_mile = np.append((modes["vehicle_miles_per_mile"] * modes["co2e_kg_per_mile"]).to_numpy(dtype=float), 0.0)
    riders = np.where(solo, 1.0, np.append(modes["riders"].to_numpy(dtype=float), 1.0)[mode])
    kg = facts.problem.parameters.days_per_year * 2 * miles * kg_per_mile[mode] / riders
    return np.asarray(kg, dtype=np.float64)


def is_over_guide(facts: Facts, pupil: Ints, minutes: Floats) -> Bools:
    """Return which journeys are longer than guidance advises: 45 minutes up to Year 6, 75 from Year 7."""
    parameters = facts.problem.parameters
    primary = facts.pupil_column("year_group")[pupil] <= LAST_PRIMARY_YEAR
    guide = np.where(primary, parameters.guide_minutes_primary, parameters.guide_minutes_secondary)
    return np.asarray(minutes > guide, dtype=np.bool_)
