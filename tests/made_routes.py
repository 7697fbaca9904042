"""Routes worked out by hand, to hold the walker against. All persons, places and prices are made up."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from placement_opt.errors import Status
from placement_opt.legs import Legs
from placement_opt.parameters import Parameters
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import RouteRules
from placement_opt.route_tables import ROUTE_TABLES
from placement_opt.solve import baseline
from placement_opt.travel import TravelMatrix

BY_VEHICLE = ("vehicle", "solo", "training")


class Made(NamedTuple):
    """A question and routes that answer it."""

    problem: Problem
    travel: TravelMatrix
    legs: Legs
    plan: Plan
    routes: RoutePlan


# id, year, count, school, flags
_PUPILS: list[tuple[str, int, int, str, dict[str, Any]]] = [
    ("P1", 3, 1, "A", {}),
    ("P2", 8, 1, "A", {"wheelchair": True}),
    ("P3", 5, 2, "B", {"assistant": True}),
    ("P4", 1, 1, "A", {"solo": True}),
    ("P5", 11, 3, "A", {"independent_travel": True}),
    ("P6", 4, 2, "B", {"travel_mode": "personal_budget"}),
    ("P7", 10, 1, "B", {"travel_mode": "training", "board_minutes": 2, "earliest_pickup": "08:25", "max_minutes": 40}),
    ("P8", 6, 1, "B", {"entitled": False}),
    ("P9", 6, 2, "A", {}),
    ("PX", 12, 1, "B", {}),
]
_POINTS = {"P1": 0, "P2": 1, "P3": 2, "P4": 3, "P5": 7, "P6": 7, "P7": 4, "P8": 7, "P9": 7, "PX": 4, "A": 5, "B": 6}
_DRIVES = {
    ("P1", "P2"): (10, 4),
    ("P2", "A"): (15, 6),
    ("A", "P3"): (5, 2),
    ("P3", "B"): (8, 3),
    ("P4", "A"): (50, 9),
    ("P7", "B"): (25, 12),
    ("P1", "A"): (24, 8),
    # only on the way home of the solved afternoon
    ("A", "B"): (6, 2.5),
    ("B", "P3"): (9, 3.5),
    ("P3", "P2"): (7, 2),
    ("P2", "P1"): (11, 4.5),
}
"""Minutes and miles; every other drive is not known."""

_ROUTES = """
    route_id vehicle seats wheelchair_places assistants pupils most_aboard settings begins_ms ends_ms minutes miles
    afternoon_minutes afternoon_miles empty_miles vehicle_gbp miles_gbp hours_gbp assistants_gbp cost_gbp co2e_kg
"""
_MINIBUS = ("R1", "minibus", 6, 2, 1, 4)
_MIRRORED = [
    (
        *_MINIBUS,
        2,
        2,
        29_400_000,
        32_415_000,
        50.25,
        15,
        50.25,
        15,
        15,
        19_000,
        6_270,
        3_819,
        4_773.75,
        33_862.75,
        3_420,
    ),
    (
        "R2",
        "taxi",
        3,
        0,
        0,
        1,
        1,
        1,
        27_300_000,
        30_632_000,
        3332 / 60,
        9,
        3332 / 60,
        9,
        18,
        7_600,
        2_736,
        0,
        0,
        10_336,
        1_904.94,
    ),
    (
        "R3",
        "taxi",
        3,
        0,
        0,
        2,
        2,
        1,
        30_300_000,
        32_095_000,
        1795 / 60,
        12,
        1795 / 60,
        12,
        24,
        7_600,
        3_648,
        0,
        0,
        11_248,
        2_539.92,
    ),
]
_SOLVED = [
    (
        *_MINIBUS,
        4,
        2,
        29_400_000,
        32_415_000,
        50.25,
        15,
        2725 / 60,
        12.5,
        13.75,
        19_000,
        5_747.5,
        3_635.33,
        4_544.17,
        32_927,
        3_135,
    ),
]

_STOPS = "route_id run action pupil_id setting_id pupils wheelchairs aboard arrives_ms begins_ms departs_ms miles"
_MORNING_1 = [
    ("R1", "morning", "board", "P1", "A", 1, 0, 1, 29_400_000, 29_400_000, 29_423_000, 0),
    ("R1", "morning", "board", "P2", "A", 1, 1, 2, 30_023_000, 30_023_000, 30_343_000, 4),
    ("R1", "morning", "leave", "", "A", 2, 1, 0, 31_243_000, 31_243_000, 31_575_000, 6),
    ("R1", "morning", "board", "P3", "B", 2, 0, 2, 31_875_000, 31_875_000, 31_901_000, 2),
    ("R1", "morning", "leave", "", "B", 2, 0, 0, 32_381_000, 32_381_000, 32_415_000, 3),
]
_MIRRORED_STOPS = [
    *_MORNING_1,
    ("R1", "afternoon", "board", "", "B", 2, 0, 2, 54_600_000, 54_600_000, 54_634_000, 0),
    ("R1", "afternoon", "leave", "P3", "B", 2, 0, 0, 55_114_000, 55_114_000, 55_140_000, 3),
    ("R1", "afternoon", "board", "", "A", 2, 1, 2, 55_440_000, 55_440_000, 55_772_000, 2),
    ("R1", "afternoon", "leave", "P2", "A", 1, 1, 1, 56_672_000, 56_672_000, 56_992_000, 6),
    ("R1", "afternoon", "leave", "P1", "A", 1, 0, 0, 57_592_000, 57_592_000, 57_615_000, 4),
    # it comes at 08:25:23 and waits until the school opens
    ("R2", "morning", "board", "P4", "A", 1, 0, 1, 27_300_000, 27_300_000, 27_323_000, 0),
    ("R2", "morning", "leave", "", "A", 1, 0, 0, 30_323_000, 30_600_000, 30_632_000, 9),
    ("R2", "afternoon", "board", "", "A", 1, 0, 1, 54_600_000, 54_600_000, 54_632_000, 0),
    ("R2", "afternoon", "leave", "P4", "A", 1, 0, 0, 57_632_000, 57_909_000, 57_932_000, 9),
    # both at one point: the second takes no time for the stop
    ("R3", "morning", "board", "P7", "B", 1, 0, 1, 30_300_000, 30_300_000, 30_440_000, 0),
    ("R3", "morning", "board", "PX", "B", 1, 0, 2, 30_440_000, 30_440_000, 30_443_000, 0),
    ("R3", "morning", "leave", "", "B", 2, 0, 0, 31_943_000, 31_943_000, 32_095_000, 12),
    ("R3", "afternoon", "board", "", "B", 2, 0, 2, 54_600_000, 54_600_000, 54_752_000, 0),
    ("R3", "afternoon", "leave", "PX", "B", 1, 0, 1, 56_252_000, 56_252_000, 56_255_000, 12),
    ("R3", "afternoon", "leave", "P7", "B", 1, 0, 0, 56_255_000, 56_255_000, 56_395_000, 0),
]
_SOLVED_STOPS = [
    *_MORNING_1,
    ("R1", "afternoon", "board", "", "A", 2, 1, 2, 54_600_000, 54_600_000, 54_923_000, 0),
    ("R1", "afternoon", "board", "", "B", 2, 0, 4, 55_283_000, 55_283_000, 55_309_000, 2.5),
    ("R1", "afternoon", "leave", "P3", "B", 2, 0, 2, 55_849_000, 55_849_000, 55_883_000, 3.5),
    ("R1", "afternoon", "leave", "P2", "A", 1, 1, 1, 56_303_000, 56_303_000, 56_633_000, 2),
    ("R1", "afternoon", "leave", "P1", "A", 1, 0, 0, 57_293_000, 57_293_000, 57_325_000, 4.5),
]

_RIDERS = """
    route_id pupil_id setting_id pupils pickup_ms arrival_ms ride_minutes afternoon_ride_minutes limit_minutes
    direct_minutes over_guide
"""
_MIRRORED_RIDERS = [
    ("R1", "P1", "A", 1, 29_400_000, 31_243_000, 91 / 3, 91 / 3, 45, 24, False),
    ("R1", "P2", "A", 1, 30_023_000, 31_243_000, 15, 15, 75, 15, False),
    ("R1", "P3", "B", 2, 31_875_000, 32_381_000, 8, 8, 45, 8, False),
    ("R2", "P4", "A", 1, 27_300_000, 30_600_000, 3277 / 60, 3277 / 60, 62.5, 50, True),
    ("R3", "P7", "B", 1, 30_300_000, 31_943_000, 25.05, 25.05, 40, 25, False),
    ("R3", "PX", "B", 1, 30_440_000, 31_943_000, 25, 25, 75, 25, False),
]
_SOLVED_RIDERS = [
    ("R1", "P1", "A", 1, 29_400_000, 31_243_000, 91 / 3, 39.5, 45, 24, False),
    ("R1", "P2", "A", 1, 30_023_000, 31_243_000, 15, 23, 75, 15, False),
    ("R1", "P3", "B", 2, 31_875_000, 32_381_000, 8, 9, 45, 8, False),
]

# 900 for each of three passes; 0.45 x 4 legs x 5 miles x 190 days = 1,710 for each of two budgets
_MODES = {
    "P1": ("vehicle", 0),
    "P2": ("vehicle", 0),
    "P3": ("vehicle", 0),
    "P4": ("solo", 0),
    "P5": ("pass", 2_700),
    "P6": ("personal_budget", 3_420),
    "P7": ("training", 0),
    "P8": ("none", 0),
    "P9": ("vehicle", 0),
    "PX": ("vehicle", 0),
}


@cache
def made(*, afternoon: str = "mirrored") -> Made:
    """Return a minibus that goes to two schools and, where the afternoon is mirrored, two taxis to one each."""
    problem = _problem()
    travel = _travel(problem)
    plan = baseline(problem, travel)
    is_mirrored = afternoon == "mirrored"
    return Made(problem, travel, _legs(), plan, _routes() if is_mirrored else _solved())


def _routes() -> RoutePlan:
    tables = {
        "routes": _route_table(_MIRRORED),
        "stops": _stop_table(_MIRRORED_STOPS),
        "riders": _rider_table(_MIRRORED_RIDERS),
        "duties": _duty_table([row[0] for row in _PUPILS]),
        "unrouted": pd.DataFrame(
            [("P9", "A", 2, "no drive", "There is no drive between the home and the school.")],
            columns=list(ROUTE_TABLES["unrouted"]),
        ),
    }
    return RoutePlan(Status.OPTIMAL, tables, RouteRules(together="mixed"), 55_446.75)


def _solved() -> RoutePlan:
    tables = {
        "routes": _route_table(_SOLVED),
        "stops": _stop_table(_SOLVED_STOPS),
        "riders": _rider_table(_SOLVED_RIDERS),
        "duties": _duty_table(["P1", "P2", "P3"]),
        "unrouted": pd.DataFrame(columns=list(ROUTE_TABLES["unrouted"])),
    }
    return RoutePlan(Status.FEASIBLE, tables, RouteRules(together="mixed", afternoon="solved"))


@cache
def _problem() -> Problem:
    pupils = pd.DataFrame(
        [
            {"pupil_id": name, "year_group": year, "count": count, "current_provision_id": f"{school}-special"}
            | {"easting": 400_000 + 1_000 * _POINTS[name], "northing": 300_000, "need": "ASD", "entitled": True}
            | flags
            for name, year, count, school, flags in _PUPILS
        ]
    )
    settings = pd.DataFrame(
        {
            "setting_id": ["A", "B"],
            "name": ["Alder", "Birch"],
            "easting": [405_000, 406_000],
            "northing": 300_000,
            "arrive_from": [None, "08:50"],
            "arrive_by": [None, "09:10"],
            "leave_from": [None, "15:10"],
            "leave_by": [None, "15:40"],
        }
    )
    provisions = pd.DataFrame(
        {"provision_id": ["A-special", "B-special"], "setting_id": ["A", "B"], "kind": "special", "places": 20}
    )
    fleet = pd.DataFrame(
        {
            "vehicle": ["minibus", "taxi"],
            "operator": ["Coaches", None],
            "available": [1, 3],
            "gbp_per_day": [100, 40],
            "gbp_per_mile": [1.1, 0.8],
            "gbp_per_hour": [12, 0],
            "assistant_gbp_per_hour": [15, None],
            "pupils_per_assistant": [2, None],
            "empty_miles_per_mile": [0.5, None],
            "co2e_kg_per_mile": [0.4, 0.2785],
        }
    )
    layouts = pd.DataFrame(
        [("minibus", 6, 2), ("minibus", 8, 0), ("taxi", 3, 0)], columns=["vehicle", "seats", "wheelchair_places"]
    )
    apart = pd.DataFrame({"pupil_id": ["P3"], "other_pupil_id": ["PX"]})
    parameters = Parameters(
        stop_seconds=20, board_seconds=3, leave_stop_seconds=30, leave_seconds=2, wheelchair_seconds=300
    )
    return Problem(
        pupils=pupils,
        settings=settings,
        provisions=provisions,
        fleet=fleet,
        layouts=layouts,
        apart=apart,
        parameters=parameters,
    )


def _travel(problem: Problem) -> TravelMatrix:
    shape = (len(problem.pupils), len(problem.settings))
    return TravelMatrix(
        tuple(problem.pupils["pupil_id"]), ("A", "B"), minutes=np.full(shape, 20.0), miles=np.full(shape, 5.0)
    )


def _legs() -> Legs:
    minutes, miles = np.full((8, 8), np.nan), np.full((8, 8), np.nan)
    np.fill_diagonal(minutes, 0)
    np.fill_diagonal(miles, 0)
    for (one, other), (took, far) in _DRIVES.items():
        minutes[_POINTS[one], _POINTS[other]], miles[_POINTS[one], _POINTS[other]] = took, far
    pupils = tuple(row[0] for row in _PUPILS)
    home, school = np.array([_POINTS[name] for name in pupils]), np.array([5, 6])
    return Legs(pupils, ("A", "B"), home, school, minutes, miles, source="made up")


def _route_table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=_ROUTES.split())
    operator = frame["vehicle"].map({"minibus": "Coaches", "taxi": ""})
    return frame.assign(operator=operator, contract_gbp=np.nan)


def _stop_table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=_STOPS.split())
    at = [_POINTS[pupil or school] for pupil, school in zip(frame["pupil_id"], frame["setting_id"], strict=True)]
    sequence = frame.groupby(["route_id", "run"]).cumcount() + 1
    return frame.assign(sequence=sequence, easting=[400_000 + 1_000 * point for point in at], northing=300_000)


def _rider_table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    flags = {row[0]: row[4] for row in _PUPILS}
    frame = pd.DataFrame(rows, columns=_RIDERS.split())
    own = {
        flag: [flags[name].get(flag, False) for name in frame["pupil_id"]]
        for flag in ("wheelchair", "assistant", "solo")
    }
    return frame.assign(**own)


def _duty_table(names: list[str]) -> pd.DataFrame:
    rows = [
        {"pupil_id": name, "setting_id": school, "pupils": count, "year_group": year, "entitled": name != "P8"}
        | {"mode": _MODES[name][0], "mode_gbp": _MODES[name][1], "duty": "decided", "why": "An officer decided."}
        for name, year, count, school, _ in _PUPILS
        if name in names
    ]
    blank = {"walk_miles": 5.0, "limit_miles": 3.0, "nearest_setting_id": "A", "nearest_miles": 5.0}
    return pd.DataFrame(rows).assign(miles=5.0, is_nearest=True, **blank)


def with_table(routes: RoutePlan, name: str, frame: pd.DataFrame) -> RoutePlan:
    """Return routes with a table changed."""
    return replace(routes, tables={**routes.tables, name: frame})


Row = Mapping[str, Any]
Spoil = Callable[[RoutePlan], RoutePlan]


def rows_of(frame: pd.DataFrame, where: Row) -> "pd.Series[bool]":
    """Return which rows hold certain values; there has to be one at least."""
    found = pd.Series(data=True, index=frame.index)
    for column, value in where.items():
        found &= frame[column] == value
    assert found.any(), where
    return found


def cell(table: str, where: Row, **cells: Any) -> Spoil:
    """Return what writes other values into rows."""

    def spoilt(routes: RoutePlan) -> RoutePlan:
        frame = routes.tables[table].copy()
        wanted = rows_of(frame, where)
        for column, value in cells.items():
            frame[column] = frame[column].where(~wanted, value)
        return with_table(routes, table, frame)

    return spoilt


def added(table: str, where: Row, column: str, more: float) -> Spoil:
    """Return what adds to a number in rows."""

    def spoilt(routes: RoutePlan) -> RoutePlan:
        frame = routes.tables[table].copy()
        frame[column] = frame[column].where(~rows_of(frame, where), frame[column] + more)
        return with_table(routes, table, frame)

    return spoilt


def without(table: str, where: Row) -> Spoil:
    """Return what takes rows out."""

    def spoilt(routes: RoutePlan) -> RoutePlan:
        frame = routes.tables[table]
        return with_table(routes, table, frame[~rows_of(frame, where)])

    return spoilt


def twice(table: str, where: Row) -> Spoil:
    """Return what repeats rows."""

    def spoilt(routes: RoutePlan) -> RoutePlan:
        frame = routes.tables[table]
        return with_table(routes, table, pd.concat([frame, frame[rows_of(frame, where)]]))

    return spoilt
