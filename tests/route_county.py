"""A small county of three schools with drives as straight lines, for what has to be planned whole."""

import numpy as np
import pandas as pd

import placement_opt as po
from placement_opt.duties import travel_duties
from placement_opt.legs import straight_legs
from placement_opt.route_rules import RouteRules
from placement_opt.routing.case import RouteCase, route_case
from tests.route_cases import RouteQuestion
from tests.route_town import FLEET, LAYOUTS

SCHOOLS = ("A", "B", "C")


def county(seed: int, pupils: int, *, rules: RouteRules | None = None, plain: bool = False) -> RouteQuestion:
    """Return pupils at random homes who go to three schools today, half of them not to the nearest.

    Parameters
    ----------
    plain
        No assistants, wheelchairs, solo journeys, nor pupils apart.
    """
    chance = np.random.default_rng(seed)
    number = np.arange(pupils)
    table = pd.DataFrame(
        {
            "pupil_id": [f"P{at:02d}" for at in number],
            "easting": 400_000 + chance.integers(0, 16_000, pupils),
            "northing": 300_000 + chance.integers(0, 16_000, pupils),
            "year_group": 8,
            "need": "ASD",
            "entitled": "yes",
            "current_provision_id": [f"{SCHOOLS[at % 3]}-base" for at in number],
            "wheelchair": False if plain else number % 7 == 0,
            "assistant": False if plain else number % 5 == 0,
            "solo": False if plain else number % 11 == 3,
        }
    )
    settings = pd.DataFrame(
        {"setting_id": SCHOOLS, "name": SCHOOLS, "easting": [402_000, 408_000, 414_000]}
        | {"northing": [303_000, 313_000, 305_000]}
    )
    provisions = pd.DataFrame(
        {"provision_id": [f"{name}-base" for name in SCHOOLS], "setting_id": SCHOOLS}
        | {"kind": "hub", "places": pupils // 3 + 2, "topup_gbp": [7_000, 7_100, 7_200], "place_gbp": 6_000}
    )
    apart = None if plain else pd.DataFrame({"pupil_id": ["P01", "P02"], "other_pupil_id": ["P04", "P08"]})
    problem = po.Problem(
        pupils=table, settings=settings, provisions=provisions, apart=apart, fleet=FLEET, layouts=LAYOUTS
    )
    travel = po.crow_fly(problem)
    return RouteQuestion(problem, po.baseline(problem, travel), travel, straight_legs(problem), rules or RouteRules())


def case_of(question: RouteQuestion) -> RouteCase:
    """Return a question as the planner works on it."""
    problem, plan, travel, legs, rules = question
    return route_case(problem, plan, legs, rules, travel_duties(problem, plan, travel))
