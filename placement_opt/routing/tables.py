"""From runs to a route plan: every stop, time and pound is worked out here, for all runs alike."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import Status
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import MINUTE_MS
from placement_opt.route_tables import RIDER_COLUMNS, ROUTE_COLUMNS, STOP_COLUMNS
from placement_opt.routing.arrays import AFTERNOON, MORNING
from placement_opt.routing.case import RouteCase
from placement_opt.routing.runs import Run, Timed, cost_lines, timed
from placement_opt.routing.timing import HELPED, MILES, MOST_ABOARD

MILES_DECIMALS = 4


def build_routes(
    case: RouteCase,
    runs: Sequence[Run],
    *,
    status: Status,
    unrouted: pd.DataFrame | None = None,
    bound_gbp: float | None = None,
    record: Mapping[str, Any] | None = None,
    route_ids: Sequence[str] | None = None,
) -> RoutePlan:
    """Work out the tables of a route plan.

    Parameters
    ----------
    case
        The question.
    runs
        Every run keeps to the rules.
    unrouted
        Further pupils without a route, beside those whom no run can carry.
    status, bound_gbp, record
        As in `RoutePlan`.
    route_ids
        A name for each run; None = R001, R002, ... in the order of the schools and of the first pick-up.
    """
    order = list(range(len(runs))) if route_ids is not None else _order(case, runs)
    width = max(3, len(str(len(runs))))
    names = route_ids if route_ids is not None else [f"R{place + 1:0{width}d}" for place in range(len(runs))]
    routes, stops, riders = [], [], []
    for name, place in zip(names, order, strict=True):
        run = runs[place]
        ways = _timed_ways(case, run)
        route_stops = _stops(case, run, ways)
        routes.append({"route_id": name, **_route(case, run, ways)})
        stops += [{"route_id": name, **stop} for stop in route_stops]
        riders += [{"route_id": name, **rider} for rider in _riders(case, run, route_stops)]
    without = [case.unrouted] if unrouted is None else [case.unrouted, unrouted]
    return RoutePlan(
        status,
        {
            "routes": pd.DataFrame(routes, columns=list(ROUTE_COLUMNS)),
            "stops": pd.DataFrame(stops, columns=list(STOP_COLUMNS)),
            "riders": pd.DataFrame(riders, columns=list(RIDER_COLUMNS)),
            "unrouted": pd.concat([part for part in without if len(part)] or without[:1], ignore_index=True),
            "duties": case.duties,
        },
        case.rules,
        bound_gbp,
        record or {},
    )


def _order(case: RouteCase, runs: Sequence[Run]) -> list[int]:
    homes = len(case.arrays.home)
    school = [next(event for event in run.morning if event >= homes) for run in runs]
    return sorted(range(len(runs)), key=lambda place: (school[place], runs[place].parties))


def _timed_ways(case: RouteCase, run: Run) -> list[Timed]:
    ways = [timed(case, run.morning, way=MORNING)]
    if run.afternoon:
        ways.append(timed(case, run.afternoon, way=AFTERNOON))
    found = [way for way in ways if way is not None]
    if len(found) < len(ways):
        raise AssertionError("A run that was chosen breaks a rule of its own case. Please report this.")
    return found


def _route(case: RouteCase, run: Run, ways: Sequence[Timed]) -> dict[str, Any]:
    arrays, vehicle = case.arrays, case.fleet.iloc[run.vehicle]
    morning, last = ways[0], ways[-1]
    helped = max(way.figures[HELPED] for way in ways)
    lines = cost_lines(case.packed, run.vehicle, ways, helped)
    miles = [_sum_of_legs(way) for way in (morning, last)]
    parameters = case.problem.parameters
    empty = vehicle["empty_miles_per_mile"]
    empty_share = parameters.vehicle_miles_per_loaded_mile - 1 if pd.isna(empty) else empty
    empty_miles = sum(miles) * empty_share
    minutes = [_minutes(way) for way in (morning, last)]
    parties = list(run.parties)
    return {
        "vehicle": vehicle["vehicle"],
        "operator": vehicle["operator"],
        "seats": arrays.layout_seats[run.layout],
        "wheelchair_places": arrays.layout_wheelchairs[run.layout],
        "assistants": run.assistants,
        "pupils": arrays.pupils[parties].sum(),
        "most_aboard": max(way.figures[MOST_ABOARD] for way in ways),
        "settings": len(set(arrays.goes_to[parties])),
        "begins_ms": morning.begin_ms[0],
        "ends_ms": morning.begin_ms[-1] + morning.service_ms[-1],
        "minutes": minutes[0],
        "miles": miles[0],
        "afternoon_minutes": minutes[1],
        "afternoon_miles": miles[1],
        "empty_miles": round(empty_miles, MILES_DECIMALS),
        **dict(zip(("vehicle_gbp", "miles_gbp", "hours_gbp", "assistants_gbp"), lines, strict=True)),
        "cost_gbp": run.cost_gbp,
        "contract_gbp": np.nan,
        "co2e_kg": round(parameters.days_per_year * (sum(miles) + empty_miles) * vehicle["co2e_kg_per_mile"], 3),
    }


def _sum_of_legs(way: Timed) -> float:
    return round(float(way.figures[MILES]), MILES_DECIMALS)


def _minutes(way: Timed) -> float:
    return float(way.begin_ms[-1] + way.service_ms[-1] - way.begin_ms[0]) / MINUTE_MS


def _stops(case: RouteCase, run: Run, ways: Sequence[Timed]) -> list[dict[str, Any]]:
    morning = _stops_of(case, run.morning, ways[0], MORNING)
    if run.afternoon:
        return morning + _stops_of(case, run.afternoon, ways[1], AFTERNOON)
    return morning + _mirrored(case, run, morning)


def _stops_of(case: RouteCase, events: Sequence[int], way: Timed, which: int) -> list[dict[str, Any]]:
    """Return the stops of one run as rows."""
    arrays, homes = case.arrays, len(case.arrays.home)
    rows: list[dict[str, Any]] = []
    aboard: set[int] = set()
    point, ends = -1, int(way.begin_ms[0])
    for sequence, event in enumerate(events):
        is_home = event < homes
        if is_home:
            group = [event]
        elif which == MORNING:
            group = [party for party in aboard if arrays.goes_to[party] == event - homes]
        else:
            group = [p for p in events[sequence + 1 :] if p < homes and arrays.goes_to[p] == event - homes]
        boards = is_home == (which == MORNING)
        aboard = aboard | set(group) if boards else aboard - set(group)
        here = int(arrays.home[event] if is_home else arrays.school[event - homes])
        drive = int(arrays.drive_ms[point, here]) if sequence else 0
        begins = int(way.begin_ms[sequence])
        rows.append(
            {
                "run": "morning" if which == MORNING else "afternoon",
                "sequence": sequence + 1,
                "action": "board" if boards else "leave",
                **_place(case, event),
                "pupils": int(arrays.pupils[group].sum()),
                "wheelchairs": int(arrays.wheelchairs[group].sum()),
                "aboard": int(arrays.pupils[sorted(aboard)].sum()) if aboard else 0,
                "arrives_ms": ends + drive,
                "begins_ms": begins,
                "departs_ms": begins + int(way.service_ms[sequence]),
                "miles": round(float(arrays.miles[point, here]), MILES_DECIMALS) if sequence else 0.0,
            }
        )
        point, ends = here, begins + int(way.service_ms[sequence])
    return rows


def _place(case: RouteCase, event: int) -> dict[str, Any]:
    homes = len(case.arrays.home)
    row = case.parties.iloc[event] if event < homes else case.settings.iloc[event - homes]
    return {
        "pupil_id": row["pupil_id"] if event < homes else None,
        "setting_id": row["setting_id"],
        "easting": row["easting"],
        "northing": row["northing"],
    }


def _mirrored(case: RouteCase, run: Run, morning: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the stops of an afternoon that is the morning turned round."""
    homes, arrays = len(case.arrays.home), case.arrays
    first = next(event - homes for event in reversed(run.morning) if event >= homes)
    turn = int(arrays.open_ms[AFTERNOON, first]) + morning[-1]["departs_ms"]
    rows = []
    for place, stop in enumerate(reversed(morning)):
        before = morning[len(morning) - place] if place else None
        ahead = morning[len(morning) - place - 2] if place + 1 < len(morning) else None
        begins = turn - stop["departs_ms"]
        drive = 0 if before is None else before["arrives_ms"] - stop["departs_ms"]
        rows.append(
            {
                **stop,
                "run": "afternoon",
                "sequence": place + 1,
                "action": "leave" if stop["action"] == "board" else "board",
                "aboard": 0 if ahead is None else ahead["aboard"],
                "arrives_ms": begins if before is None else turn - before["begins_ms"] + drive,
                "begins_ms": begins,
                "departs_ms": turn - stop["begins_ms"],
                "miles": 0.0 if before is None else before["miles"],
            }
        )
    return rows


def _riders(case: RouteCase, run: Run, stops: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    rides = {way: _rides(stops, way) for way in ("morning", "afternoon")}
    rows = []
    for stop in (stop for stop in stops if stop["run"] == "morning" and stop["action"] == "board"):
        key = (stop["pupil_id"], stop["setting_id"])
        party = case.parties.iloc[_party_of(case, run, key)]
        left_ms, arrival_ms = rides["morning"][key].pop(0)
        ride = (arrival_ms - left_ms) / MINUTE_MS
        boarded_ms, home_ms = rides["afternoon"][key].pop()
        ride_home = (home_ms - boarded_ms) / MINUTE_MS
        rows.append(
            {
                **{name: stop[name] for name in ("pupil_id", "setting_id", "pupils")},
                **{name: party[name] for name in ("wheelchair", "assistant", "solo")},
                "pickup_ms": stop["begins_ms"],
                "arrival_ms": arrival_ms,
                "ride_minutes": ride,
                "afternoon_ride_minutes": ride_home,
                "limit_minutes": float(party["limit_minutes"]),
                "direct_minutes": float(party["direct_minutes"]),
                "over_guide": max(ride, ride_home) > party["guide_minutes"],
            }
        )
    return rows


def _rides(stops: Sequence[dict[str, Any]], way: str) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return when each pupil has boarded, and when the vehicle stops where the pupil leaves.

    Parties of one row that share a route come in order; who is first on the way out is last on the way home.
    """
    boarded: dict[Any, int] = {}
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for stop in (stop for stop in stops if stop["run"] == way):
        key = (stop["pupil_id"], stop["setting_id"])
        if stop["action"] == "board":
            boarded[key if way == "morning" else stop["setting_id"]] = stop["departs_ms"]
        elif way == "morning":
            for rider in [rider for rider in boarded if rider[1] == stop["setting_id"]]:
                found.setdefault(rider, []).append((boarded.pop(rider), stop["begins_ms"]))
        else:
            found.setdefault(key, []).append((boarded[stop["setting_id"]], stop["begins_ms"]))
    return found


def _party_of(case: RouteCase, run: Run, key: tuple[str, str]) -> int:
    ids = case.parties[["pupil_id", "setting_id"]]
    return next(party for party in run.parties if tuple(ids.iloc[party]) == key)
