"""A small county and two plans for it, made by hand: known figures for comparison and reports."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from placement_opt.errors import Status
from placement_opt.plan import Plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix, crow_fly

NASTY = "<script>alert('x')</script> & Sons School"
FORMULA = '=HYPERLINK("http://example.invalid")'

SETTINGS = {
    "S1": ("Alder Lane Primary School", 461_000, 270_500),
    "S2": (NASTY, 466_000, 273_000),
    "S3": ("Cedar Special School", 470_000, 268_000),
    "S4": (FORMULA, 474_000, 275_000),
    "S5": ("Elm Road School", 459_000, 266_000),
}
PROVISIONS = {
    "S1-main": ("S1", "mainstream", 40, 4_000.0),
    "S1-base": ("S1", "inclusion base", 10, 7_000.0),
    "S2-main": ("S2", "mainstream", 20, 4_000.0),
    "S5-spoke": ("S5", "spoke", 6, 5_000.0),
    "S3-special": ("S3", "special", 20, 16_000.0),
    "S4-indep": ("S4", "independent_special", 30, 63_000.0),
    "S5-ap": ("S5", "alternative", 12, 11_000.0),
}
TODAY = {"S1-main": 30, "S1-base": 8, "S2-main": 12, "S5-spoke": 0, "S3-special": 22, "S4-indep": 15, "S5-ap": 6}
"""How many of the pupils, in order, are where today; the rest, 7 of 100, have no place."""
PLANNED = {"S1-main": 33, "S1-base": 10, "S2-main": 15, "S5-spoke": 3, "S3-special": 20, "S4-indep": 11, "S5-ap": 5}
"""And where in the plan; 3 of 100 have no place."""

NEEDS = ("ASD", "SEMH", "SLCN", "MLD", "SLD")
LOCALITIES = ("North", "South", None)
REASONS = (
    "2 provisions would suit but no place is left within the limits; 5 provisions: does not take the need",
    "7 provisions: does not take the year group",
)
PUPILS = 100


def made_problem() -> Problem:
    """Return the county."""
    numbers = range(PUPILS)
    pupils = pd.DataFrame(
        {
            "pupil_id": [f"PX{number:04d}" for number in numbers],
            "easting": [458_000 + 170 * number for number in numbers],
            "northing": [266_000 + (number * 7919) % 9_000 for number in numbers],
            "year_group": [number % 13 for number in numbers],
            "need": [_need(number) for number in numbers],
            "locality": [LOCALITIES[0] if n < 60 else LOCALITIES[1] if n < 90 else None for n in numbers],
            "requested_setting_id": ["S1" if number % 9 == 0 else None for number in numbers],
            "mainstream": ["wanted" if number % 11 == 0 else None for number in numbers],
            "support_hours": 1.0,
        }
    )
    settings = pd.DataFrame(
        [(ident, name, east, north) for ident, (name, east, north) in SETTINGS.items()],
        columns=["setting_id", "name", "easting", "northing"],
    )
    provisions = pd.DataFrame(
        [(ident, *values) for ident, values in PROVISIONS.items()],
        columns=["provision_id", "setting_id", "kind", "places", "topup_gbp"],
    )
    hubs = pd.DataFrame(
        {
            "provision_id": ["S1-base"],
            "team_hours_per_week": [20],
            "max_teams": [2],
            "team_gbp": [50_000],
            "max_spokes": [3],
            "max_link_minutes": [60],
        }
    )
    return Problem(pupils=pupils, settings=settings, provisions=provisions, hubs=hubs)


def made_plans(
    today_numbers: Mapping[str, int] = TODAY, planned_numbers: Mapping[str, int] = PLANNED, **policy: Any
) -> tuple[dict[str, Plan], Problem, TravelMatrix]:
    """Return today and a plan, with the county and the travel that they are for."""
    problem = made_problem()
    travel = crow_fly(problem)
    kept = Policy(**policy)
    before = _assigned(today_numbers)
    record = {"inputs": problem.fingerprints()}
    today = Plan(Status.BASELINE, _tables(problem, today_numbers, before), kept, record=record)
    plan = Plan(
        Status.OPTIMAL,
        _tables(problem, planned_numbers, before),
        kept,
        bound_gbp=900_000.0,
        record=_record(problem, travel),
    )
    return {"today": today, "plan": plan}, problem, travel


def _need(number: int) -> str:
    return NEEDS[0] if number < 50 else NEEDS[1] if number < 80 else NEEDS[2] if number < 92 else NEEDS[number % 2 + 3]


def _assigned(numbers: Mapping[str, int]) -> dict[int, str]:
    places = [provision for provision, count in numbers.items() for _ in range(count)]
    return dict(enumerate(places))


def _tables(problem: Problem, numbers: Mapping[str, int], before: Mapping[int, str]) -> dict[str, pd.DataFrame]:
    at = _assigned(numbers)
    pupils = problem.pupils
    rows = [_placement(pupils.iloc[number], provision, before.get(number)) for number, provision in at.items()]
    unplaced = [_unplaced(pupils.iloc[number], number) for number in range(PUPILS) if number not in at]
    spokes = [("S1-base", "S5-spoke", 6.0, 2.5, 3.0, 0.2, 3.2, 85.5, "high needs")] if numbers["S5-spoke"] else []
    teams = [
        (
            "S1-base",
            len(spokes),
            3.2 * len(spokes),
            len(spokes),
            20.0 * len(spokes),
            50_000.0 * len(spokes),
            "high needs",
        )
    ]
    names = ("hub_id", "spoke_id", "minutes", "miles", "support_hours", "visit_hours", "hours", "travel_gbp", "payer")
    return {
        "placements": pd.DataFrame(rows),
        "unplaced": pd.DataFrame(unplaced),
        "use": pd.DataFrame([_use(ident, numbers[ident]) for ident in sorted(PROVISIONS)]),
        "outreach": pd.DataFrame(spokes, columns=list(names)),
        "teams": pd.DataFrame(teams, columns=["hub_id", "spokes", "hours", "teams", "team_hours", "team_gbp", "payer"]),
    }


def _kind(label: str) -> str:
    return "hub" if label == "inclusion base" else label


def _placement(pupil: "pd.Series[Any]", provision_id: str, previous: str | None) -> dict[str, Any]:
    setting_id, label, _, topup = PROVISIONS[provision_id]
    name, east, north = SETTINGS[setting_id]
    miles = round(((pupil["easting"] - east) ** 2 + (pupil["northing"] - north) ** 2) ** 0.5 / 1609.344, 3)
    asked = pupil["requested_setting_id"]
    entitled = miles > 3
    transport = round(2_000 + 500 * miles, 2) if entitled else 0.0
    return {
        **{key: pupil[key] for key in ("pupil_id", "need", "year_group", "locality", "easting", "northing")},
        "count": 1,
        "places": 1,
        "band": None,
        "provision_id": provision_id,
        "setting_id": setting_id,
        "setting_name": name,
        "kind": _kind(label),
        "kind_label": label,
        "previous_provision_id": previous,
        "change": "stays" if previous == provision_id else "moves" if previous else "new",
        "request": "none" if pd.isna(asked) else "met" if asked == setting_id else "missed",
        "minutes": round(miles * 2.4, 2),
        "miles": miles,
        "over_guide": miles * 2.4 > 20,
        "entitled": entitled,
        "mode": ("shared vehicle" if miles < 8 else "taxi") if entitled else None,
        "topup_gbp": topup,
        "place_gbp": 0.0,
        "transport_gbp": transport,
        "cost_gbp": topup + transport,
        "topup_payer": "health" if provision_id == "S5-ap" else "high needs",
        "place_payer": "high needs",
        "transport_payer": "transport",
        "pupil_miles_per_year": round(380 * miles, 3),
        "co2e_kg": round(100 * miles, 3) if entitled else 0.0,
        "setting_easting": east,
        "setting_northing": north,
    }


def _unplaced(pupil: "pd.Series[Any]", number: int) -> dict[str, Any]:
    return {
        **{key: pupil[key] for key in ("pupil_id", "need", "year_group", "locality")},
        "count": 1,
        "previous_provision_id": None,
        "reasons": REASONS[number % 2],
    }


def _use(provision_id: str, pupils: int) -> dict[str, Any]:
    setting_id, label, places, _ = PROVISIONS[provision_id]
    return {
        "provision_id": provision_id,
        "setting_id": setting_id,
        "setting_name": SETTINGS[setting_id][0],
        "kind": _kind(label),
        "kind_label": label,
        "status": "open",
        "is_open": _kind(label) != "spoke" or pupils > 0,
        "places": places,
        "pupils": pupils,
        "places_used": pupils,
        "places_over": max(0, pupils - places),
        "places_free": max(0, places - pupils),
        "overflow_gbp": 500.0 * max(0, pupils - places),
        "overflow_payer": "high needs",
        "opening_gbp": 0.0,
        "opening_payer": "high needs",
        "classes": 0,
        "classes_gbp": 0.0,
        "capital_gbp": 0.0,
        "commissioned_gbp": 0.0,
        "place_payer": "high needs",
    }


def _record(problem: Problem, travel: TravelMatrix) -> dict[str, Any]:
    return {
        "inputs": problem.fingerprints(),
        "travel": {"source": travel.source, "recipe": dict(travel.recipe), "sha256": travel.fingerprint()},
        "parameters": problem.parameters.rows(),
        "options": {"gap": 1e-4, "time_limit_s": None, "threads": 1, "seed": 0, "weights": None},
        "versions": {"placement_opt": "0.1.0", "pulp": "3.3.1"},
        "solver": "HiGHS 1.15.1",
        "stages": [
            {"name": "unplaced", "value": 3.0, "bound": 3.0, "seconds": 0.1, "status": "optimal"},
            {"name": "cost", "value": 1.0e6, "bound": 0.9e6, "seconds": 0.2, "status": "optimal"},
        ],
        "notes": ["PX0003 was looked at twice"],
    }
