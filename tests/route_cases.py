"""Small random questions about routes, from a seed, in which every option decides something now and then."""

import random
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from placement_opt.legs import Legs
from placement_opt.parameters import Parameters
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.route_rules import RouteRules
from placement_opt.solve import baseline
from placement_opt.travel import TravelMatrix

MOST_PARTIES = 7


class RouteQuestion(NamedTuple):
    """What routes are asked for."""

    problem: Problem
    plan: Plan
    travel: TravelMatrix
    legs: Legs
    rules: RouteRules


def random_route_case(seed: int) -> RouteQuestion:
    """Return a question of three to seven parties, one to three schools and one to three types of vehicle."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    schools = [f"S{number}" for number in range(chance.choice((1, 2, 2, 3)))]
    pupils = _pupils(chance, schools)
    problem = Problem(
        pupils=pupils,
        settings=_settings(chance, schools),
        provisions=pd.DataFrame(
            {"provision_id": [f"{name}-special" for name in schools], "setting_id": schools}
            | {"kind": "special", "places": 50}
        ),
        apart=_apart(chance, pupils["pupil_id"].tolist()),
        parameters=Parameters(guide_minutes_primary=chance.choice((25, 45)), guide_minutes_secondary=40),
        **_vehicles(chance),
    )
    shape = (len(problem.pupils), len(schools))
    travel = TravelMatrix(
        tuple(problem.pupils["pupil_id"]), tuple(schools), minutes=np.full(shape, 20.0), miles=np.full(shape, 6.0)
    )
    rules = RouteRules(
        together=chance.choice(("single", "mixed", "mixed")),
        afternoon=chance.choice(("mirrored", "solved")),
        detour=chance.choice((None, 1.25, 1.25)),
        most_pupils=chance.choice((None, None, None, 2, 3)),
    )
    return RouteQuestion(problem, baseline(problem, travel), travel, _legs(chance, problem, schools), rules)


def _pupils(chance: random.Random, schools: list[str]) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    parties = chance.choice((3, 4, 5, 5, 6))
    while parties > 0:
        is_solo = chance.random() < 0.12
        count = chance.choice((1, 1, 1, 2, 3))
        count = min(count, parties) if is_solo else count
        parties -= count if is_solo else 1
        rows.append(
            {
                "pupil_id": f"P{len(rows)}",
                "easting": 400_000 + chance.randrange(20_000),
                "northing": 300_000 + chance.randrange(20_000),
                "year_group": chance.choice((2, 5, 8, 10)),
                "need": "ASD",
                "count": count,
                "current_provision_id": f"{chance.choice(schools)}-special",
                "entitled": True,
                "wheelchair": chance.random() < 0.2,
                "solo": is_solo,
                "assistant": chance.random() < 0.25,
                "earliest_pickup": chance.choice(("08:00", "08:15")) if chance.random() < 0.2 else None,
                "board_minutes": chance.choice((0.5, 3.0)) if chance.random() < 0.2 else None,
                "max_minutes": chance.choice((15, 25)) if chance.random() < 0.2 else None,
            }
        )
    return pd.DataFrame(rows)


def _settings(chance: random.Random, schools: list[str]) -> pd.DataFrame:
    rows = []
    for name in schools:
        row: dict[str, Any] = {"setting_id": name, "name": name}
        row |= {"easting": 400_000 + chance.randrange(20_000), "northing": 300_000 + chance.randrange(20_000)}
        morning = chance.choice((None, None, ("08:20", "08:30"), ("08:45", "09:00")))
        afternoon = chance.choice((None, None, ("15:00", "15:10"), ("15:25", "15:40")))
        row |= dict(zip(("arrive_from", "arrive_by"), morning or (None, None), strict=True))
        row |= dict(zip(("leave_from", "leave_by"), afternoon or (None, None), strict=True))
        rows.append(row)
    return pd.DataFrame(rows)


def _apart(chance: random.Random, pupil_ids: list[str]) -> pd.DataFrame:
    pairs = [(a, b) for at, a in enumerate(pupil_ids) for b in pupil_ids[at + 1 :] if chance.random() < 0.2]
    return pd.DataFrame(pairs, columns=["pupil_id", "other_pupil_id"])


def _vehicles(chance: random.Random) -> dict[str, pd.DataFrame]:
    types: list[dict[str, Any]] = [
        {"vehicle": "taxi", "gbp_per_day": 45, "gbp_per_mile": 1.5, "gbp_per_hour": 6, "co2e_kg_per_mile": 0.3},
        {"vehicle": "adapted taxi", "gbp_per_day": 60, "gbp_per_mile": 1.9, "gbp_per_hour": 8}
        | {"assistant_gbp_per_hour": 14, "pupils_per_assistant": 1, "co2e_kg_per_mile": 0.4},
        {"vehicle": "minibus", "gbp_per_day": 110, "gbp_per_mile": 1.2, "gbp_per_hour": 18}
        | {"assistant_gbp_per_hour": 14, "pupils_per_assistant": 3, "co2e_kg_per_mile": 0.6}
        | {"empty_miles_per_mile": 0.7},
    ]
    layouts = {"taxi": [(3, 0)], "adapted taxi": [(4, 0), (2, 1)], "minibus": [(7, 0), (5, 1), (2, 3)]}
    chosen = chance.choice(([0, 1, 2], [0, 1, 2], [1, 2], [0, 2], [2]))
    fleet = [types[at] | {"available": chance.choice((None, None, 1, 2))} for at in chosen]
    rows = [
        {"vehicle": types[at]["vehicle"], "seats": seats, "wheelchair_places": places}
        for at in chosen
        for seats, places in layouts[types[at]["vehicle"]]
    ]
    names = list(dict.fromkeys(name for row in types for name in row))
    return {"fleet": pd.DataFrame(fleet, columns=[*names, "available"]), "layouts": pd.DataFrame(rows)}


def _legs(chance: random.Random, problem: Problem, schools: list[str]) -> Legs:
    """Return drives that are not the same both ways, some of them not known; two homes may share a point."""
    pupil_ids = problem.pupils["pupil_id"].tolist()
    homes = list(range(len(pupil_ids)))
    if len(homes) > 2 and chance.random() < 0.3:
        homes[1] = homes[0]
    points = len(homes) + len(schools)
    at = [(chance.uniform(0, 12), chance.uniform(0, 12)) for _ in range(points)]
    minutes, miles = np.zeros((points, points)), np.zeros((points, points))
    for a in range(points):
        for b in range(points):
            if a != b:
                far = float(np.hypot(at[a][0] - at[b][0], at[a][1] - at[b][1]))
                miles[a, b] = far * chance.uniform(1.0, 1.4)
                minutes[a, b] = np.nan if chance.random() < 0.04 else miles[a, b] * chance.uniform(1.8, 2.6)
    return Legs(
        tuple(pupil_ids),
        tuple(schools),
        np.array(homes),
        np.arange(len(homes), points),
        minutes,
        np.where(np.isnan(minutes), np.nan, miles),
        source="made up",
    )
