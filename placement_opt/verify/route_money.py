"""Every figure of a route worked out again: counts, times, miles, pounds, emissions (docs/routing.md, section 5)."""

import math
from collections.abc import Iterator, Mapping

from placement_opt.route_rules import MINUTE_MS
from placement_opt.verify.figures import HALF_PENNY_GBP
from placement_opt.verify.route_facts import Facts, Vehicle, word
from placement_opt.verify.route_findings import RouteFinding
from placement_opt.verify.route_runs import Route, Run
from placement_opt.verify.route_walk import MILES, leg_miles

_HOUR_MS = 3_600_000
_FUZZ = 1e-6
_HALF_GRAM_KG = 0.0005
_HALF_OF_FOUR_DECIMALS = 0.00005
_WHOLE_PENCE = 1e-4
"""Floats of whole pence may be off by less, in pence."""
_LINES = ("vehicle_gbp", "miles_gbp", "hours_gbp", "assistants_gbp")


def counts(route: Route, _: Facts) -> Iterator[RouteFinding]:
    """Find numbers of pupils and schools, and times, that are not those of the stops."""
    run = route.morning
    if run is None:
        return
    most = max(sum(ride.pupils for ride in aboard) for way in route.runs for _, aboard in way.aboard())
    for rule, name, right in (
        ("counts of routes", "pupils", sum(ride.pupils for ride in run.rides)),
        ("counts of routes", "most_aboard", most),
        ("counts of routes", "settings", len({ride.school.setting_id for ride in run.rides})),
        ("times of routes", "begins_ms", run.stops[0].begins_ms),
        ("times of routes", "ends_ms", run.stops[-1].departs_ms),
    ):
        if int(route.row[name]) != right:
            yield route.finding(rule, name, given=int(route.row[name]), right=right)


def minutes_and_miles(route: Route, facts: Facts) -> Iterator[RouteFinding]:
    """Find minutes and miles of the runs that do not add up."""
    for prefix, run in (("", route.morning), ("afternoon_", route.afternoon)):
        if run is None:
            continue
        minutes, miles = f"{prefix}minutes", f"{prefix}miles"
        yield from _number(route, "minutes", minutes, duration_ms(run) / MINUTE_MS, _FUZZ)
        yield from _number(route, "miles", miles, run_miles(route, run, facts), MILES)


def duration_ms(run: Run) -> int:
    """Return the ms from the beginning of the first stop to the end of the last."""
    return run.stops[-1].departs_ms - run.stops[0].begins_ms


def run_miles(route: Route, run: Run, facts: Facts) -> float:
    """Return the miles of a run; a mirrored afternoon has those of the morning."""
    return math.fsum(leg_miles(route.morning if facts.is_mirrored and route.morning else run, facts))


def money(route: Route, facts: Facts) -> Iterator[RouteFinding]:
    """Find amounts that are not days x miles and hours x the prices of the vehicle."""
    vehicle = facts.vehicles.get(word(route.row["vehicle"]))
    if vehicle is None or route.morning is None or route.afternoon is None:
        return
    runs = (route.morning, route.afternoon)
    miles = math.fsum(run_miles(route, run, facts) for run in runs)
    hours = sum(map(duration_ms, runs)) / _HOUR_MS
    for name, right in _gbp(vehicle, facts, miles, hours, int(route.row["assistants"])).items():
        yield from _pence(route, name, right)
    added = math.fsum(float(route.row[name]) for name in _LINES)
    yield from _number(route, "money", "cost_gbp", round(added, 2), _WHOLE_PENCE / 100)
    empty = miles * vehicle.empty_miles_per_mile
    yield from _number(route, "miles", "empty_miles", empty, _HALF_OF_FOUR_DECIMALS + MILES)
    kg = facts.parameters.days_per_year * (miles + empty) * vehicle.co2e_kg_per_mile
    yield from _number(route, "emissions", "co2e_kg", kg, _HALF_GRAM_KG + _FUZZ)


def _gbp(vehicle: Vehicle, facts: Facts, miles: float, hours: float, assistants: int) -> Mapping[str, float]:
    days = facts.parameters.days_per_year
    return {
        "vehicle_gbp": days * vehicle.gbp_per_day,
        "miles_gbp": days * miles * vehicle.gbp_per_mile,
        "hours_gbp": days * hours * vehicle.gbp_per_hour,
        "assistants_gbp": days * hours * assistants * (vehicle.assistant_gbp_per_hour or 0.0),
    }


def contracts(route: Route, _: Facts) -> Iterator[RouteFinding]:
    """Find prices of contracts that are none; blank is not known."""
    given = float(route.row["contract_gbp"])
    if not (math.isnan(given) or (0 <= given < math.inf)):
        yield route.finding("contracts", "contract_gbp", given=given, right="0 or more, or blank")


def _pence(route: Route, name: str, right: float) -> Iterator[RouteFinding]:
    """Find an amount that is not `right` rounded to pence; an exact half penny may be rounded either way."""
    given = float(route.row[name])
    is_right = abs(given - right) <= HALF_PENNY_GBP + _FUZZ and abs(given * 100 - round(given * 100)) <= _WHOLE_PENCE
    if math.isnan(right) or is_right:
        return
    yield route.finding("money", name, given=given, right=round(right, 2))


def _number(route: Route, rule: str, name: str, right: float, tolerance: float) -> Iterator[RouteFinding]:
    given = float(route.row[name])
    if math.isnan(right) or abs(given - right) <= tolerance:
        return
    yield route.finding(rule, name, given=given, right=right)


CHECKS = (counts, minutes_and_miles, money, contracts)
