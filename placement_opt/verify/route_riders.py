"""The table of riders held against the stops: who rides where, when, how long."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from placement_opt.route_rules import MINUTE_MS
from placement_opt.verify.route_facts import Facts, word
from placement_opt.verify.route_findings import RouteFinding
from placement_opt.verify.route_runs import Ride, Route, Run
from placement_opt.verify.route_walk import ride_ms

_FUZZ = 1e-6
_Key = tuple[str, str, int]
_TIMES = ("pickup_ms", "arrival_ms", "ride_minutes")


def riders(routes: Sequence[Route], frame: pd.DataFrame, facts: Facts) -> Iterator[RouteFinding]:
    """Find riders that the stops lack, rides that the riders lack, and figures that differ."""
    given: dict[str, list[dict[Any, Any]]] = defaultdict(list)
    for row in frame.to_dict("records"):
        given[word(row["route_id"])].append(row)
    for route in routes:
        rows = given.pop(route.route_id, [])
        if route.morning is not None:
            yield from _of_route(route, route.morning, rows, facts)
    for route_id, rows in given.items():
        for row in rows:
            yield RouteFinding("known rows", "route_id of riders", given=route_id, pupil_id=word(row["pupil_id"]))


def _of_route(route: Route, run: Run, rows: list[dict[Any, Any]], facts: Facts) -> Iterator[RouteFinding]:
    """Hold the riders of a route against its rides. Parties of one row that are as large are told by their times."""
    wanted = _by_key(((_key(ride), (ride, ms)) for ride, ms in zip(run.rides, ride_ms(run), strict=True)))
    listed = _by_key(((word(row["pupil_id"]), word(row["setting_id"]), int(row["pupils"])), row) for row in rows)
    home = _minutes_home(route)
    for key in sorted(wanted.keys() | listed.keys()):
        rides, lines = wanted.get(key, []), listed.get(key, [])
        about: dict[str, Any] = {"pupil_id": key[0], "setting_id": key[1]}
        if len(rides) != len(lines):
            said = f"rows of {key[2]} pupils"
            yield route.finding("riders", said, given=len(lines), right=len(rides), **about)
            continue
        rides = sorted(rides, key=lambda pair: run.stops[pair[0].board].begins_ms)
        lines = sorted(lines, key=lambda line: line["pickup_ms"])
        for (ride, ms), line in zip(rides, lines, strict=True):
            yield from _line(route, run, ride, ms, line, facts)
        if route.afternoon is not None:
            minutes = sorted(float(line["afternoon_ride_minutes"]) for line in lines)
            for one, right in zip(minutes, home.get(key, []), strict=False):
                if not abs(one - right) <= _FUZZ:
                    yield route.finding("riders", "afternoon_ride_minutes", given=one, right=right, **about)


def _line(route: Route, run: Run, ride: Ride, ms: int, line: dict[Any, Any], facts: Facts) -> Iterator[RouteFinding]:
    who, direct = ride.who, facts.direct_ms(ride.who, ride.school)
    home_ms = 0.0 if route.afternoon is None else float(line["afternoon_ride_minutes"]) * MINUTE_MS
    about: dict[str, Any] = {"pupil_id": who.pupil_id, "setting_id": ride.school.setting_id}
    for name, right, tolerance in (
        ("pickup_ms", run.stops[ride.board].begins_ms, _FUZZ),
        ("arrival_ms", run.stops[ride.leave].begins_ms, _FUZZ),
        ("ride_minutes", ms / MINUTE_MS, _FUZZ),
        ("limit_minutes", facts.limit_ms(who, ride.school) / MINUTE_MS, 1 / MINUTE_MS),
        ("direct_minutes", direct / MINUTE_MS, _FUZZ),
    ):
        if not abs(float(line[name]) - right) <= tolerance and not math.isnan(right):
            yield route.finding("riders", name, given=float(line[name]), right=right, **about)
    for name, is_so in (
        ("wheelchair", who.is_wheelchair),
        ("assistant", who.needs_assistant),
        ("solo", who.is_solo),
        ("over_guide", max(ms, home_ms - _FUZZ) > who.guide_ms),
    ):
        if bool(line[name]) != is_so:
            yield route.finding("riders", name, given=bool(line[name]), right=is_so, **about)


def same_both_ways(route: Route, _: Facts) -> Iterator[RouteFinding]:
    """Find routes that do not take home whom they take to school."""
    if route.morning is None or route.afternoon is None:
        return
    out, home = (_by_key((_key(ride), ride) for ride in run.rides) for run in (route.morning, route.afternoon))
    for key in sorted(out.keys() | home.keys()):
        given, right = len(home.get(key, [])), len(out.get(key, []))
        if given != right:
            said = f"rides home of {key[2]} pupils"
            yield route.finding("same riders home", said, given=given, right=right, pupil_id=key[0], setting_id=key[1])


def _minutes_home(route: Route) -> dict[_Key, list[float]]:
    if route.afternoon is None:
        return {}
    run = route.afternoon
    grouped = _by_key((_key(ride), ms / MINUTE_MS) for ride, ms in zip(run.rides, ride_ms(run), strict=True))
    return {key: sorted(minutes) for key, minutes in grouped.items()}


def _key(ride: Ride) -> _Key:
    return ride.who.pupil_id, ride.school.setting_id, ride.pupils


def _by_key(pairs: Any) -> dict[_Key, list[Any]]:
    grouped: dict[_Key, list[Any]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return dict(grouped)
