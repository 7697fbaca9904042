"""A small plan of three school years in which something of every kind happens: who comes, leaves, changes and opens.

All persons, places and prices are made up.
"""

from functools import cache

import pandas as pd

from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.years import plan_years
from placement_opt.timeline import everyone
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.year_rules import YearRules
from placement_opt.years_plan import YearsPlan

YEARS = (2027, 2028, 2029)


def years_problem() -> Problem:
    """Return the question: a primary base, a secondary base, a unit that may close, a school that fills up."""
    homes = {
        "P01": (5, "old-primary", 1),
        "P02": (6, "old-primary", 1),
        "P03": (10, "unit", 1),
        "P04": (11, "unit", 1),
        "P05": (2, "old-primary", 2),
    }
    pupils = pd.DataFrame(
        [
            {"pupil_id": id_, "year_group": group, "current_provision_id": where, "count": count}
            for id_, (group, where, count) in homes.items()
        ]
    ).assign(easting=[460_000 + 700 * n for n in range(5)], northing=270_000, need="ASD", locality="Town")
    arrivals = pd.DataFrame(
        {
            "pupil_id": ["Q01", "Q02", "Q03"],
            "easting": [461_000, 463_500, 460_000],
            "northing": [271_000, 269_500, 269_000],
            "year_group": [6, 7, 8],
            "need": ["ASD", "ASD", "VI"],
            "locality": "Town",
            "count": [1, 2, 1],
            "arrives": [2028, 2028, 2027],
        }
    )
    schools = {"A": 460_500, "B": 462_000, "C": 464_000, "D": 470_000}
    settings = pd.DataFrame(
        [
            {"setting_id": id_, "name": f"School {id_}", "easting": east, "northing": 270_500, "locality": "Town"}
            for id_, east in schools.items()
        ]
    )
    base = {"kind": "hub", "needs": "ASD", "place_gbp": 6_000.0, "topup_gbp": 8_000.0}
    provisions = pd.DataFrame(
        [
            {"provision_id": "old-primary", "setting_id": "A", "max_year": 6, "places": 5, **base},
            {"provision_id": "unit", "setting_id": "B", "min_year": 7, "places": 2, "status": "closable", **base}
            | {"open_gbp": 30_000.0},
            {"provision_id": "new-school", "setting_id": "C", "min_year": 7, "places": 6, "status": "candidate", **base}
            | {"kind": "special", "open_gbp": 5_000.0, "capital_gbp": 200_000.0, "topup_gbp": 6_500.0},
            {"provision_id": "base", "setting_id": "B", "min_year": 7, "places": 1, **base}
            | {"max_classes": 1, "class_places": 1, "class_gbp": 2_000.0, "class_capital_gbp": 40_000.0},
            {"provision_id": "far", "setting_id": "D", "min_year": 0, "places": 9, **base}
            | {"kind": "independent_special", "topup_gbp": 60_000.0},
            {"provision_id": "sight", "setting_id": "D", "places": 1, **base} | {"needs": "VI"},
            {"provision_id": "annexe", "setting_id": "A", "max_year": 6, "places": 1, **base}
            | {"capital_gbp": 25_000.0, "topup_gbp": 7_000.0},
        ]
    )
    return Problem(
        pupils=pupils,
        settings=settings,
        provisions=provisions,
        arrivals=arrivals,
        leavers=pd.DataFrame({"pupil_id": ["Q02"], "leaves": [2029]}),
        years=pd.DataFrame({"year": YEARS, "share": [0.5, 1, 1], "price_factor": [1, 1.03, 1.05]}),
        site_years=pd.DataFrame(
            {
                "provision_id": ["new-school", "unit", "annexe", "sight"],
                "first_year": [None, 2028, 2028, 2028],
                "lead_years": [1, 0, 1, 0],
            }
        ),
        fill_up=pd.DataFrame(
            {
                "provision_id": "new-school",
                "years_open": [0, 1],
                "places": [3, 5],
                "min_year": [7, 7],
                "max_year": [8, 9],
            }
        ),
        budgets=pd.DataFrame({"budget": ["running"], "type": ["revenue"], "limit_gbp": [400_000]}),
        year_budgets=pd.DataFrame(
            {
                "budget": ["building", "journeys"],
                "year": [None, 2028],
                "basis": ["school year", "financial year"],
                "type": ["capital", "transport"],
                "limit_gbp": [330_000, 90_000],
            }
        ),
    )


@cache
def years_of_plans() -> tuple[Problem, TravelMatrix, YearsPlan]:
    """Return the question, the journeys and the best plan."""
    problem = years_problem()
    travel = crow_fly(everyone(problem))
    rules = YearRules(discount_rate=0.035)
    policy = Policy(cost_basis="full")
    return problem, travel, plan_years(problem, travel, policy=policy, rules=rules, options=SolveOptions(gap=0))
