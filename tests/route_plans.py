"""A route plan made by hand, with a problem that holds everything an operator must not see."""

import pandas as pd

from placement_opt.errors import Status
from placement_opt.examples import tiny
from placement_opt.problem import Problem
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import RouteRules

MINUTE = 60_000
APART_REASON = "tells-whom-to-keep-apart"
HOMES = {"P1": (460_000, 270_000), "P2": (462_000, 271_000), "P3": (468_000, 272_000)}
SCHOOLS = {"A": (461_000, 270_500), "B": (469_000, 272_500)}


def question() -> Problem:
    """Return the tiny problem with needs, bands, a reason to be apart, a fleet, and a column of one's own."""
    problem = tiny()
    pupils = problem.pupils.assign(
        band="BAND-X",
        secondary_needs="SLCN;HI",
        wheelchair=[False, True, False],
        assistant=[True, False, False],
        solo=[False, False, True],
        pick_up_at=["=1 Mill Lane", "Bus shelter, High Street", None],
    )
    fleet = pd.DataFrame(
        {
            "vehicle": ["minibus", "taxi"],
            "operator": ["Red Cabs", "Blue Cars"],
            "gbp_per_day": [90.0, 30.0],
            "gbp_per_mile": [1.0, 2.0],
            "gbp_per_hour": [20.0, 10.0],
            "assistant_gbp_per_hour": [15.0, None],
            "pupils_per_assistant": [8, None],
            "co2e_kg_per_mile": [0.4, 0.3],
            "source": ["A made-up contract", "A made-up contract"],
        }
    )
    layouts = pd.DataFrame({"vehicle": ["minibus", "taxi"], "seats": [8, 4], "wheelchair_places": [1, 0]})
    apart = pd.DataFrame({"pupil_id": ["P1"], "other_pupil_id": ["P3"], "reason": [APART_REASON]})
    return problem.replace(pupils=pupils, fleet=fleet, layouts=layouts, apart=apart)


def route_plan(*, cost_gbp: float = 30_000.0, status: Status = Status.FEASIBLE) -> RoutePlan:
    """Return two routes: a minibus with an assistant for P1 and P2 to school A, a taxi for P3 alone to school B."""
    routes = pd.DataFrame(
        {
            "route_id": ["R1", "R2"],
            "vehicle": ["minibus", "taxi"],
            "operator": ["Red Cabs", "Blue Cars"],
            "seats": [8, 4],
            "wheelchair_places": [1, 0],
            "assistants": [1, 0],
            "pupils": [2, 1],
            "most_aboard": [2, 1],
            "settings": [1, 1],
            "begins_ms": [490 * MINUTE, 500 * MINUTE + 59_999],
            "ends_ms": [512 * MINUTE, 516 * MINUTE],
            "minutes": [22.0, 15.0],
            "miles": [4.5, 1.0],
            "afternoon_minutes": [22.0, 15.0],
            "afternoon_miles": [4.5, 1.0],
            "empty_miles": [9.0, 2.0],
            "vehicle_gbp": [cost_gbp - 13_000.0, 5_000.0],
            "miles_gbp": [3_000.0, 500.0],
            "hours_gbp": [2_000.0, 1_000.0],
            "assistants_gbp": [1_500.0, 0.0],
            "cost_gbp": [cost_gbp - 6_500.0, 6_500.0],
            "contract_gbp": [float("nan"), 7_000.0],
            "co2e_kg": [1_368.0, 228.0],
        }
    )
    morning = [
        ("R1", 1, "board", "P2", "A", 1, 1, 1, 490, 490, 494, 0.0, HOMES["P2"]),
        ("R1", 2, "board", "P1", "A", 1, 0, 2, 498, 498, 500, 3.0, HOMES["P1"]),
        ("R1", 3, "leave", None, "A", 2, 1, 0, 506, 510, 512, 1.5, SCHOOLS["A"]),
        ("R2", 1, "board", "P3", "B", 1, 0, 1, 501, 501, 502, 0.0, HOMES["P3"]),
        ("R2", 2, "leave", None, "B", 1, 0, 0, 515, 515, 516, 1.0, SCHOOLS["B"]),
    ]
    afternoon = [
        ("R1", 1, "board", None, "A", 2, 1, 2, 910, 910, 912, 0.0, SCHOOLS["A"]),
        ("R1", 2, "leave", "P1", "A", 1, 0, 1, 922, 922, 924, 1.5, HOMES["P1"]),
        ("R1", 3, "leave", "P2", "A", 1, 1, 0, 928, 928, 932, 3.0, HOMES["P2"]),
        ("R2", 1, "board", None, "B", 1, 0, 1, 910, 910, 911, 0.0, SCHOOLS["B"]),
        ("R2", 2, "leave", "P3", "B", 1, 0, 0, 924, 924, 925, 1.0, HOMES["P3"]),
    ]
    names = [
        *("route_id", "sequence", "action", "pupil_id", "setting_id", "pupils", "wheelchairs", "aboard"),
        *("arrives_ms", "begins_ms", "departs_ms", "miles", "point"),
    ]
    stops = pd.concat(
        [
            pd.DataFrame(rows, columns=names).assign(run=run)
            for run, rows in (("morning", morning), ("afternoon", afternoon))
        ]
    )
    for name in ("arrives_ms", "begins_ms", "departs_ms"):
        stops[name] = stops[name] * MINUTE
    stops["easting"], stops["northing"] = (stops["point"].str[axis].astype(float) for axis in (0, 1))
    riders = pd.DataFrame(
        {
            "route_id": ["R1", "R1", "R2"],
            "pupil_id": ["P1", "P2", "P3"],
            "setting_id": ["A", "A", "B"],
            "pupils": 1,
            "wheelchair": [False, True, False],
            "assistant": [True, False, False],
            "solo": [False, False, True],
            "pickup_ms": [498 * MINUTE, 490 * MINUTE, 501 * MINUTE],
            "arrival_ms": [510 * MINUTE, 510 * MINUTE, 515 * MINUTE],
            "ride_minutes": [10.0, 16.0, 13.0],
            "afternoon_ride_minutes": [10.0, 16.0, 13.0],
            "limit_minutes": [75.0, 75.0, 75.0],
            "direct_minutes": [4.0, 9.0, 13.0],
            "over_guide": [False, False, True],
        }
    )
    unrouted = pd.DataFrame(
        {"pupil_id": ["P9"], "setting_id": ["B"], "pupils": [1], "reason": ["no_leg"], "message": ["No known drive."]}
    )
    duties = pd.DataFrame(
        {
            "pupil_id": ["P1", "P2", "P3"],
            "setting_id": ["A", "A", "B"],
            "pupils": 1,
            "year_group": [7, 8, 7],
            "entitled": True,
            "duty": ["need", "need", "distance"],
            "why": ["of need", "of need", "of distance"],
            "mode": ["vehicle", "vehicle", "solo"],
            "miles": [1.0, 2.0, 1.0],
            "walk_miles": float("nan"),
            "limit_miles": 3.0,
            "nearest_setting_id": ["A", "A", "B"],
            "nearest_miles": [1.0, 2.0, 1.0],
            "is_nearest": True,
            "mode_gbp": 0.0,
        }
    )
    tables = {"routes": routes, "stops": stops, "riders": riders, "unrouted": unrouted, "duties": duties}
    return RoutePlan(status, tables, RouteRules(), record={"made": "by hand"})
