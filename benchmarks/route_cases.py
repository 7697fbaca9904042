"""Questions about routes: the embedded county, a real one, and single schools drawn from a seed."""

import warnings

import numpy as np
import pandas as pd
from numpy.random import default_rng

import placement_opt as po
from benchmarks.roads import AREA
from benchmarks.route_case import RouteQuestion
from placement_opt.legs import straight_legs
from placement_opt.route_rules import RouteRules

SCHOOLS = 10
"""Single schools that a seed stands for: seeds 1 to 10, whatever the seed of the case."""

LEAST_PUPILS, MOST_PUPILS = 40, 80
MEAN_MILES = 7.0
"""Straight miles from home to school on average: EPI (2018) has 4 in towns and 10 in the country to special schools;
this is their midpoint."""

METRES_PER_MILE = 1_609.344
TOWNS = 5
TOWN_SPREAD_M = 1_500.0
SCHOOL_M = (400_000.0, 300_000.0)


def asked(problem: po.Problem, plan: po.Plan, rules: RouteRules | None = None) -> RouteQuestion:
    """Return the question about the routes of a plan, along straight lines."""
    carried = plan.placements.loc[plan.placements["entitled"], "pupil_id"]
    legs = straight_legs(problem, pupil_ids=set(carried))
    return RouteQuestion(problem, plan, po.crow_fly(problem), legs, rules or RouteRules())


def exampleshire(_seed: int = 1) -> RouteQuestion:
    """Return the routes of the embedded county's plan."""
    problem = po.examples.exampleshire()
    return asked(problem, po.solve(problem, po.crow_fly(problem)))


def worcestershire(_seed: int = 1) -> RouteQuestion:
    """Return the routes of today's placements in Worcestershire, by the vehicles of the embedded county.

    Notes
    -----
    The return tells nothing about wheelchairs, assistants or pupils who travel alone, so that nobody has any.
    """
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", po.AssumptionWarning
        )  # what was dropped and assumed is no part of a measurement
        problem = po.read_registers(
            register=AREA / "edubasealldata.csv",
            sen2=AREA,
            postcodes=AREA / "codepoint_open.csv",
            salt="benchmark of routes",
        )
    problem = problem.replace(**example_vehicles())
    return asked(problem, po.baseline(problem, po.crow_fly(problem)))


def example_vehicles() -> dict[str, pd.DataFrame]:
    """Return the tables of vehicles of the embedded county."""
    problem = po.examples.exampleshire()
    return {name: problem.table(name) for name in ("fleet", "layouts")}


def single_schools(_seed: int = 1) -> list[RouteQuestion]:
    """Return schools of 40 to 80 pupils, drawn from the seeds 1 to 10."""
    return [single_school(seed, **example_vehicles()) for seed in range(1, SCHOOLS + 1)]


def single_school(seed: int, fleet: pd.DataFrame, layouts: pd.DataFrame, pupils: int | None = None) -> RouteQuestion:
    """Draw one special school with pupils who all need a vehicle and have no further rules.

    Parameters
    ----------
    seed
        Of every draw.
    fleet, layouts
        The vehicles; how many there are of a type is not limited.
    pupils
        How many; None = 40 to 80.
    """
    rng = default_rng(seed)
    number = int(rng.integers(LEAST_PUPILS, MOST_PUPILS + 1)) if pupils is None else pupils
    # where points spread evenly over a disc, their mean distance from its middle is two thirds of the radius
    radius_m, turn = 1.5 * MEAN_MILES * METRES_PER_MILE, rng.uniform(0, 2 * np.pi, TOWNS)
    away = radius_m * np.sqrt(rng.random(TOWNS))
    towns = np.array(SCHOOL_M) + np.column_stack([away * np.cos(turn), away * np.sin(turn)])
    homes = towns[rng.integers(0, TOWNS, number)] + rng.normal(size=(number, 2)) * TOWN_SPREAD_M
    year = rng.integers(0, 14, number)
    problem = po.Problem(
        pupils=pd.DataFrame(
            {
                "pupil_id": [f"P{at:03d}" for at in range(1, number + 1)],
                "easting": homes[:, 0].round(),
                "northing": homes[:, 1].round(),
                "year_group": year,
                "need": "SLD",
                "current_provision_id": "V1",
                "entitled": True,
                "travel_mode": "vehicle",
            }
        ),
        settings=pd.DataFrame(
            {"setting_id": ["S1"], "name": ["School"], "easting": [SCHOOL_M[0]], "northing": [SCHOOL_M[1]]}
        ),
        provisions=pd.DataFrame(
            {"provision_id": ["V1"], "setting_id": ["S1"], "kind": ["special"], "places": [number]}
        ),
        fleet=fleet.assign(available=None),
        layouts=layouts,
    )
    return asked(problem, po.baseline(problem, po.crow_fly(problem)))
