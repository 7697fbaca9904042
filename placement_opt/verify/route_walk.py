"""A run driven again: drives, waits, stops and rides, to the millisecond (docs/routing.md, sections 2 and 4)."""

import math
from collections.abc import Iterator
from itertools import pairwise

from placement_opt.verify.route_facts import Facts
from placement_opt.verify.route_findings import RouteFinding
from placement_opt.verify.route_runs import BOARD, LEAVE, MORNING, Route, Run, Stop

_METRES = 0.01
MILES = 1e-6


def drives_ms(run: Run, facts: Facts) -> list[float]:
    """Return the drive to each stop from the one before; 0 for the first, NaN = not known."""
    point = run.point
    return [0.0, *(float(facts.drive_ms[a, b]) for a, b in pairwise(point))]


def leg_miles(run: Run, facts: Facts) -> list[float]:
    """Return the miles to each stop from the one before; 0 for the first, NaN = not known."""
    point = run.point
    return [0.0, *(float(facts.miles[a, b]) for a, b in pairwise(point))]


def services_ms(run: Run, facts: Facts) -> list[int]:
    """Return what each stop takes: the stop itself and all who board or leave."""
    taken = []
    for at, stop in enumerate(run.stops):
        who = run.boards[at] if stop.action == BOARD else run.leaves[at]
        handling = sum(run.rides[one].who.handling_ms(run.rides[one].pupils, stop.action) for one in who)
        taken.append(
            handling + (0 if _goes_on(run, at) else facts.stop_ms if stop.action == BOARD else facts.leave_stop_ms)
        )
    return taken


def is_off(miles: float, right: float) -> bool:
    """Say whether miles are not those they should be; what is not known is found by `known_drives`."""
    return not (math.isnan(right) or abs(miles - right) <= MILES)


def _goes_on(run: Run, at: int) -> bool:
    """Say whether a stop is one with the stop before it; a set-down at a school in the morning never is."""
    stop = run.stops[at]
    if at == 0 or (stop.run == MORNING and not stop.is_home):
        return False
    return run.stops[at - 1].action == stop.action and run.point[at - 1] == run.point[at]


def places(route: Route, facts: Facts) -> Iterator[RouteFinding]:
    """Find stops whose coordinates are not those of the home or the school."""
    for run in route.runs:
        for stop in run.stops:
            at = facts.travellers[stop.pupil_id] if stop.is_home else facts.schools[stop.setting_id]
            for name in ("easting", "northing"):
                given, right = getattr(stop, name), getattr(at, name)
                if not abs(given - right) <= _METRES:
                    yield stop.finding("places of stops", name, given=given, right=right)


def known_drives(route: Route, facts: Facts) -> Iterator[RouteFinding]:
    """Find legs that cannot be driven."""
    for run in route.driven(facts):
        for stop, drive in zip(run.stops, drives_ms(run, facts), strict=True):
            if math.isnan(drive):
                yield stop.finding("known drives", "the drive from the stop before is not known")


def times(route: Route, facts: Facts) -> Iterator[RouteFinding]:
    """Find arrivals, beginnings and departures that do not follow from the drives and the stops."""
    for run in route.driven(facts):
        yield from _times_of(run, facts)
    if facts.is_mirrored and route.morning and route.afternoon:
        yield from _mirrored(route.morning, route.afternoon, facts)


def _times_of(run: Run, facts: Facts) -> Iterator[RouteFinding]:
    drives, services = drives_ms(run, facts), services_ms(run, facts)
    for at, stop in enumerate(run.stops):
        arrives = run.stops[at - 1].departs_ms + drives[at] if at else stop.begins_ms
        if not math.isnan(arrives):
            yield from _same(stop, "arrivals", "arrives_ms", arrives)
            if stop.begins_ms < arrives:
                yield stop.finding("waiting", "begins_ms before the arrival", given=stop.begins_ms, right=arrives)
        yield from _same(stop, "departures", "departs_ms", stop.begins_ms + services[at])


def _mirrored(morning: Run, afternoon: Run, facts: Facts) -> Iterator[RouteFinding]:
    """Hold the rows of a mirrored afternoon against those of the morning, counted back."""
    if len(morning.stops) != len(afternoon.stops):
        first = afternoon.stops[0]
        given, right = len(afternoon.stops), len(morning.stops)
        yield first.finding("mirrored afternoon", "stops", given=given, right=right, sequence=0, pupil_id="")
        return
    last = morning.stops[-1]
    end = facts.schools[last.setting_id].leave_from + last.departs_ms
    drives, miles = drives_ms(morning, facts), leg_miles(morning, facts)
    before: Stop | None = None
    for at, stop in enumerate(afternoon.stops):
        of_morning = len(morning.stops) - 1 - at
        source = morning.stops[of_morning]
        as_turned: dict[str, str | int] = {
            "action": LEAVE if source.action == BOARD else BOARD,
            "pupil_id": source.pupil_id,
            "setting_id": source.setting_id,
            "pupils": source.pupils,
        }
        for name, wanted in as_turned.items():
            if getattr(stop, name) != wanted:
                yield stop.finding("mirrored afternoon", name, given=getattr(stop, name), right=wanted)
        begins = end - source.departs_ms
        yield from _same(stop, "mirrored afternoon", "begins_ms", begins)
        yield from _same(stop, "mirrored afternoon", "departs_ms", end - source.begins_ms)
        driven = drives[of_morning + 1] if before else 0.0
        arrives = end - morning.stops[of_morning + 1].begins_ms + driven if before else begins
        if not math.isnan(arrives):
            yield from _same(stop, "mirrored afternoon", "arrives_ms", arrives)
        right_miles = miles[of_morning + 1] if before else 0.0
        if is_off(stop.miles, right_miles):
            yield stop.finding("mirrored afternoon", "miles", given=stop.miles, right=right_miles)
        before = stop


def _same(stop: Stop, rule: str, name: str, right: float) -> Iterator[RouteFinding]:
    if getattr(stop, name) != right:
        yield stop.finding(rule, name, given=getattr(stop, name), right=right)


def stop_miles(route: Route, facts: Facts) -> Iterator[RouteFinding]:
    """Find miles of a stop that are not those of the leg to it."""
    for run in route.driven(facts):
        for stop, right in zip(run.stops, leg_miles(run, facts), strict=True):
            if is_off(stop.miles, right):
                yield stop.finding("miles", "miles", given=stop.miles, right=right)


def stop_counts(route: Route, _: Facts) -> Iterator[RouteFinding]:
    """Find numbers of who boards, leaves and is aboard that do not follow from the rows at homes."""
    for run in route.runs:
        for at, aboard in run.aboard():
            stop = run.stops[at]
            here = [run.rides[one] for one in (*run.boards[at], *run.leaves[at])]
            for name, right in (
                ("pupils", sum(ride.pupils for ride in here)),
                ("wheelchairs", sum(ride.pupils for ride in here if ride.who.is_wheelchair)),
                ("aboard", sum(ride.pupils for ride in aboard)),
            ):
                if getattr(stop, name) != right:
                    yield stop.finding("counts of stops", name, given=getattr(stop, name), right=right)


def ride_ms(run: Run) -> list[int]:
    """Return each ride, from the moment of having boarded to the stop where it ends."""
    return [run.stops[ride.leave].begins_ms - run.stops[ride.board].departs_ms for ride in run.rides]


def rides(route: Route, facts: Facts) -> Iterator[RouteFinding]:
    """Find rides that are longer than they may be."""
    for run in route.driven(facts):
        for ride, ms in zip(run.rides, ride_ms(run), strict=True):
            limit = facts.limit_ms(ride.who, ride.school)
            if ms > limit:
                at_home = run.stops[ride.board if run is route.morning else ride.leave]
                yield at_home.finding("ride limit", "ride in ms", given=ms, limit=limit)


def school_times(route: Route, facts: Facts) -> Iterator[RouteFinding]:
    """Find stops at schools outside the times at which they take vehicles in, and pick-ups that are too early."""
    for run in route.driven(facts):
        is_morning = run is route.morning
        for stop in run.stops:
            if stop.is_home:
                earliest = facts.travellers[stop.pupil_id].earliest_ms
                if is_morning and stop.begins_ms < earliest:
                    yield stop.finding("earliest pick-up", "begins_ms", given=stop.begins_ms, limit=earliest)
            else:
                yield from _outside(stop, facts, is_morning=is_morning)


def calls(route: Route, facts: Facts) -> Iterator[RouteFinding]:
    """Find solved afternoons that call at a school twice: everybody of a school boards in one event."""
    if facts.is_mirrored or route.afternoon is None:
        return
    seen: set[str] = set()
    for stop in route.afternoon.stops:
        if not stop.is_home and stop.setting_id in seen:
            yield stop.finding("one call at a school", "the vehicle was here before")
        if not stop.is_home:
            seen.add(stop.setting_id)


def _outside(stop: Stop, facts: Facts, *, is_morning: bool) -> Iterator[RouteFinding]:
    school = facts.schools[stop.setting_id]
    first, last = (school.arrive_from, school.arrive_by) if is_morning else (school.leave_from, school.leave_by)
    if stop.begins_ms < first:
        yield stop.finding("school times", "begins_ms, too early,", given=stop.begins_ms, limit=first)
    if stop.begins_ms > last:
        yield stop.finding("school times", "begins_ms, too late,", given=stop.begins_ms, limit=last)


CHECKS = (places, known_drives, times, stop_miles, stop_counts, rides, school_times, calls)
