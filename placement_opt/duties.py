"""Whether transport is owed to each placed pupil, why, and how the pupil travels."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.duty_words import reasons
from placement_opt.errors import Fault, InputError
from placement_opt.facts import NOBODY, Bools, Facts, Floats, Ints, gather_facts
from placement_opt.nearest import suitable_schools
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.route_tables import DUTY_COLUMNS
from placement_opt.transport import FIRST_SECONDARY_YEAR, is_entitled, statutory_walk_miles, walking_limit_miles
from placement_opt.travel import TravelMatrix

DUTIES: Mapping[str, str] = MappingProxyType(
    {
        "officer_yes": "owed: an officer decided so",
        "officer_no": "not owed: an officer decided so",
        "post16_not_offered": "not owed: the policy offers nothing from Year 12 on",
        "mobility": "owed: cannot be expected to walk at any distance",
        "distance": "owed: the walk is above the walking distance",
        "low_income_2_miles": "owed: low income, Years 4 to 6, beyond the shorter distance",
        "low_income_nearest_three": "owed: low income, Years 7 to 11, one of the three nearest suitable schools",
        "within_distance": "not owed: within the walking distance",
    }
)
"""Every word of the column `duty`, in the order in which they are asked, with its meaning."""


def travel_duties(problem: Problem, plan: Plan, travel: TravelMatrix) -> pd.DataFrame:
    """Say for every placement whether transport is owed, why, and how the pupil travels.

    Parameters
    ----------
    problem
        Who the pupils are.
    plan
        Whose placements are looked at, under its own policy; today's, of `baseline`, too.
    travel
        The journeys that the plan was made with.

    Returns
    -------
    DataFrame
        One row for each row of `plan.placements`, in its order, with the columns `route_tables.DUTY_COLUMNS`. `duty` is
        a word of `DUTIES`. `walk_miles` is the distance that is held against `limit_miles`, NaN where there is no way
        to walk; `limit_miles` is NaN where distance does not matter. `nearest_setting_id` is the nearest school that
        rules 1 to 10 of `docs/formulation.md` allow, whether or not a place is free there; blank = none. The rules are
        those of its section 2, the modes those of `docs/routing.md`, section 6.

    Raises
    ------
    InputError
        When a placement is of a pupil or provision that the problem lacks, or without a journey.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.solve import solve
    >>> from placement_opt.travel import crow_fly
    >>> problem = tiny()
    >>> duties = travel_duties(problem, solve(problem, crow_fly(problem)), crow_fly(problem))
    >>> duties[["pupil_id", "entitled", "duty", "mode"]].to_dict("records")[1]
    {'pupil_id': 'P2', 'entitled': True, 'duty': 'distance', 'mode': 'vehicle'}
    >>> duties["why"][1].split(". ")[0]
    'The journey is 5.783 miles, more than the walking distance of 3 miles in Year 8'
    """
    facts = gather_facts(problem, travel, plan.policy)
    placed = plan.placements
    pupil, provision = _rows_of(facts, placed)
    miles = facts.miles(pupil, provision)
    walk = facts.walk_miles(pupil, provision, miles)
    entitled = is_entitled(facts, pupil, provision, miles)
    mode = travel_modes(facts, pupil, entitled)
    duty = _duties(facts, pupil, walk, entitled)
    year = facts.pupil_column("year_group")[pupil]
    frame = pd.DataFrame(
        {
            "pupil_id": placed["pupil_id"],
            "setting_id": facts.settings["setting_id"].to_numpy()[facts.setting_of[provision]],
            "pupils": placed["count"],
            "year_group": year,
            "entitled": entitled,
            "duty": duty,
            "mode": mode,
            "miles": miles,
            "walk_miles": np.where(np.isinf(walk), np.nan, walk),
            "limit_miles": _limits(facts, pupil, duty),
            "mode_gbp": mode_gbp(facts, mode, miles) * placed["count"].to_numpy(),
        }
    )
    nearest = _nearest(facts, pupil, walk, miles)
    asked = facts.requested[pupil] == facts.setting_of[provision]
    frame = pd.concat([frame, nearest], axis=1)
    frame["why"] = reasons(frame.assign(asked=asked), facts.pupils.iloc[pupil], facts)
    return frame[list(DUTY_COLUMNS)].astype(dict(DUTY_COLUMNS))


def _rows_of(facts: Facts, placed: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return the positions of the pupils and provisions of placements, with every fault at once."""
    at, faults = {}, []
    for column, known in (("pupil_id", facts.pupils), ("provision_id", facts.provisions)):
        at[column] = pd.Index(known[column]).get_indexer(pd.Index(placed[column])).astype(np.int64)
        faults += [
            Fault("placements", column, "", str(value), "is not in the problem. Give the problem of the plan.")
            for value in placed.loc[at[column] == NOBODY, column].unique()
        ]
    pupil, provision = at["pupil_id"], at["provision_id"]
    known = (pupil != NOBODY) & (provision != NOBODY)
    lost = np.flatnonzero(known & np.isnan(facts.minutes(pupil * known, provision * known)))
    message = "has no journey to {}. Give the journeys that the plan was made with."
    faults += [
        Fault("placements", "pupil_id", "", str(row.pupil_id), message.format(row.setting_id))
        for row in placed.iloc[lost].itertuples()
    ]
    if faults:
        raise InputError(faults)
    return pupil, provision


def travel_modes(facts: Facts, pupil: Ints, entitled: Bools) -> NDArray[Any]:
    """Return how each pupil travels (docs/routing.md, section 6)."""
    solo = facts.pupil_column("solo")[pupil]
    goes_alone = facts.pupil_column("independent_travel")[pupil] & ~solo
    given = facts.pupils["travel_mode"].fillna("").to_numpy(dtype=object)[pupil]
    mode = np.where(given == "", np.where(goes_alone, "pass", "vehicle").astype(object), given)
    mode[(mode == "vehicle") & solo] = "solo"
    mode[~entitled] = "none"
    return np.asarray(mode)


def mode_gbp(facts: Facts, mode: NDArray[Any], miles: Floats) -> Floats:
    """Return the price of a pass or a personal budget of one pupil for a year; vehicles are priced by route."""
    parameters = facts.problem.parameters
    miles_a_year = parameters.personal_budget_legs * miles * parameters.days_per_year
    budget_gbp = np.round(parameters.personal_budget_gbp_per_mile * miles_a_year, 2)
    pass_gbp = np.round(parameters.pass_gbp, 2)
    return np.where(mode == "pass", pass_gbp, np.where(mode == "personal_budget", budget_gbp, 0.0))


def _duties(facts: Facts, pupil: Ints, walk: Floats, entitled: Bools) -> NDArray[Any]:
    """Return for each journey the first word of `DUTIES` that holds."""
    decided = facts.pupils["entitled"].iloc[pupil]
    holds = {
        "officer_yes": decided.fillna(value=False).to_numpy(dtype=bool),
        "officer_no": (~decided.fillna(value=True)).to_numpy(dtype=bool),
        "post16_not_offered": facts.is_not_offered[pupil],
        "mobility": facts.entitlement[pupil] > 0,
        "distance": walk > statutory_walk_miles(facts)[pupil],
        "low_income_2_miles": entitled & (facts.pupil_column("year_group")[pupil] < FIRST_SECONDARY_YEAR),
        "low_income_nearest_three": entitled,
    }
    return np.select(list(holds.values()), list(holds), "within_distance").astype(object)


def _limits(facts: Facts, pupil: Ints, duty: NDArray[Any]) -> Floats:
    """Return the distance that each walk was held against; NaN where distance does not matter."""
    least = walking_limit_miles(facts)[pupil]
    limit = np.where(duty == "distance", statutory_walk_miles(facts)[pupil], least)
    limit = np.where(duty == "low_income_nearest_three", facts.problem.parameters.low_income_walk_miles, limit)
    by_distance = ["distance", "low_income_2_miles", "low_income_nearest_three", "within_distance"]
    return np.where(np.isin(duty, by_distance), limit, np.nan)


def _nearest(facts: Facts, pupil: Ints, walk: Floats, miles: Floats) -> pd.DataFrame:
    """Return the nearest suitable school of each pupil: by the walk, then by road, then by id."""
    who, provision = suitable_schools(facts, np.unique(pupil))
    setting, road = facts.setting_of[provision], facts.miles(who, provision)
    known = pd.DataFrame(
        {"who": who, "setting": setting, "road": road, "on_foot": facts.walk_miles(who, provision, road)}
    )
    first = known.sort_values(["who", "on_foot", "road", "setting"]).drop_duplicates("who").set_index("who")
    first = first.reindex(pupil).reset_index(drop=True)
    has_one = first["setting"].notna().to_numpy()
    names = facts.settings.iloc[first["setting"].fillna(0).astype(int)]
    on_foot, by_road = first["on_foot"].to_numpy(), first["road"].to_numpy()
    is_nearer = (on_foot < walk) | (np.isinf(on_foot) & np.isinf(walk) & (by_road < miles))
    return pd.DataFrame(
        {
            "nearest_setting_id": names["setting_id"].where(has_one).to_numpy(dtype=object),
            "nearest_name": names["name"].where(has_one).to_numpy(dtype=object),
            "nearest_miles": np.where(np.isinf(on_foot), np.nan, on_foot),
            "nearest_road_miles": by_road,
            "is_nearest": ~is_nearer,
        }
    )
