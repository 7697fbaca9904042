"""A town on a straight road, in which a mile takes a minute and stops take no time: routes can be priced by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

import placement_opt as po
from placement_opt.legs import Legs, straight_legs
from placement_opt.travel import METRES_PER_MILE

WEST, ROAD = 400_000, 300_000
NO_SECONDS = dict.fromkeys(
    ("stop_seconds", "board_seconds", "leave_stop_seconds", "leave_seconds", "wheelchair_seconds"), 0.0
)
DAYS = 100

FLEET = pd.DataFrame(
    {
        "vehicle": ["bus", "taxi"],
        "gbp_per_day": [50, 20],
        "gbp_per_mile": [1.5, 1],
        "gbp_per_hour": [12, 6],
        "assistant_gbp_per_hour": [12, None],
        "pupils_per_assistant": [4, None],
        "co2e_kg_per_mile": [1, 0.25],
    }
)
LAYOUTS = pd.DataFrame({"vehicle": ["bus", "bus", "taxi"], "seats": [16, 12, 4], "wheelchair_places": [0, 2, 0]})
"""A taxi of m miles both ways costs 100 x (£20 + £1 m + £0.10 m) a year, a bus 100 x (£50 + £1.50 m + £0.20 m)."""


@dataclass(frozen=True)
class Town:
    """A problem with the plan in which everybody is where they are today."""

    problem: po.Problem
    travel: po.TravelMatrix
    plan: po.Plan
    legs: Legs


def taxi_gbp(miles: float) -> float:
    """Return what a taxi costs a year that is `miles` long each way."""
    return round(DAYS * (20 + 2 * miles + 2 * miles / 10), 2)


def bus_gbp(miles: float, assistants: int = 0) -> float:
    """Return what a bus costs a year that is `miles` long each way."""
    return round(DAYS * (50 + 3 * miles + 2 * miles / 5 * (1 + assistants)), 2)


def town(homes: Mapping[str, float | tuple[float, float]], **tables: Any) -> Town:
    """Return a town with school A at mile 0 and school B at mile 2, and a pupil at each of the miles given.

    Parameters
    ----------
    homes
        Mile of each pupil's home, or miles along the road and off it. Pupils whose name begins with B go to school B,
        all others to A.
    tables
        `pupils`: columns to add or change, as mappings of pupil_id to value; `parameters`: to change; other tables.
    """
    names = sorted(homes)
    at = {name: home if isinstance(home, tuple) else (home, 0.0) for name, home in homes.items()}
    pupils = pd.DataFrame(
        {
            "pupil_id": names,
            "easting": [WEST + at[name][0] * METRES_PER_MILE for name in names],
            "northing": [ROAD + at[name][1] * METRES_PER_MILE for name in names],
            "year_group": 8,
            "need": "ASD",
            "entitled": "yes",
            "current_provision_id": ["B-base" if name.startswith("B") else "A-base" for name in names],
        }
    )
    for column, values in tables.pop("pupils", {}).items():
        pupils[column] = [values.get(name) for name in names]
    settings = pd.DataFrame(
        {"setting_id": ["A", "B"], "name": ["Ash", "Birch"], "easting": [WEST, WEST + 2 * METRES_PER_MILE]}
    ).assign(northing=ROAD)
    provisions = pd.DataFrame(
        {"provision_id": ["A-base", "B-base"], "setting_id": ["A", "B"], "kind": "hub", "places": 100, "topup_gbp": 1}
    )
    parameters = po.Parameters(**{**NO_SECONDS, "days_per_year": DAYS, **tables.pop("parameters", {})})
    problem = po.Problem(
        pupils=pupils,
        settings=settings,
        provisions=provisions,
        parameters=parameters,
        **{"fleet": FLEET, "layouts": LAYOUTS, **tables},
    )
    travel = po.crow_fly(problem, circuity=1, miles_per_hour=60)
    return Town(problem, travel, po.baseline(problem, travel), straight_legs(problem, circuity=1, miles_per_hour=60))


def rows(*stops: tuple[Any, ...], columns: str = "route_id stop pupil_id vehicle") -> pd.DataFrame:
    """Return today's routes as a table: a row for each stop."""
    return pd.DataFrame(list(stops), columns=columns.split(), dtype=object)
