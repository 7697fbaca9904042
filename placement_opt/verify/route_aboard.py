"""Who may be aboard together, on which vehicle (docs/routing.md, section 3)."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from placement_opt.verify.route_facts import Facts, word
from placement_opt.verify.route_findings import RouteFinding
from placement_opt.verify.route_runs import Ride, Route, Run


def load(route: Route, facts: Facts) -> Iterator[RouteFinding]:
    """Find stops after which more are aboard than the layout holds, or who may not ride together."""
    seats, places = int(route.row["seats"]), int(route.row["wheelchair_places"])
    assistants = int(route.row["assistants"])
    for run in route.driven(facts):
        for at, aboard in run.aboard():
            stop = run.stops[at]
            in_chairs = sum(ride.pupils for ride in aboard if ride.who.is_wheelchair)
            sitting = sum(ride.pupils for ride in aboard) - in_chairs + assistants
            about: dict[str, Any] = {"pupil_id": stop.pupil_id if stop.is_home else ""}
            if sitting > seats:
                figure = "aboard on seats, assistants included,"
                yield stop.finding("seats", figure, given=sitting, limit=seats, **about)
            if in_chairs > places:
                yield stop.finding("wheelchair places", "aboard in wheelchairs", given=in_chairs, limit=places, **about)
        yield from _company(run, facts)


def _company(run: Run, facts: Facts) -> Iterator[RouteFinding]:
    """Find who rides with somebody else and may not; each pair once, where it begins."""
    told: set[frozenset[int]] = set()
    for at, aboard in run.aboard():
        stop, number = run.stops[at], sum(ride.pupils for ride in aboard)
        for ride in aboard:
            if ride.who.is_solo and number > 1 and (key := frozenset((id(ride),))) not in told:
                told.add(key)
                who = ride.who.pupil_id
                yield stop.finding("travels alone", "aboard", given=number, limit=1, pupil_id=who)
        for one, other in combinations(aboard, 2):
            key = frozenset((id(one), id(other)))
            if key not in told and frozenset((one.who.pupil_id, other.who.pupil_id)) in facts.apart:
                told.add(key)
                said = f"aboard with {other.who.pupil_id}, from whom the pupil is kept apart"
                yield stop.finding("kept apart", said, pupil_id=one.who.pupil_id)


def assistants(route: Route, facts: Facts) -> Iterator[RouteFinding]:
    """Find a wrong number of assistants; today's routes may carry more than are needed."""
    vehicle = facts.vehicles.get(word(route.row["vehicle"]))
    given = int(route.row["assistants"])
    most = max((_helped(aboard) for run in route.runs for _, aboard in run.aboard()), default=0)
    if vehicle is None:
        return
    if vehicle.assistant_gbp_per_hour is None:
        if most or given:
            said = "assistants on a vehicle that carries none"
            yield route.finding("assistants", said, given=max(given, math.ceil(most > 0)), limit=0)
        return
    needed = math.ceil(most / vehicle.pupils_per_assistant)
    if given < needed or (given > needed and not facts.is_today):
        yield route.finding("assistants", "assistants", given=given, right=needed)


def _helped(aboard: Iterable[Ride]) -> int:
    return sum(ride.pupils for ride in aboard if ride.who.needs_assistant)


def together(route: Route, facts: Facts) -> Iterator[RouteFinding]:
    """Find routes of several schools where each may be of one, and routes with too many pupils."""
    if route.morning is None:
        return
    schools = {ride.school.setting_id for ride in route.morning.rides}
    if facts.rules.together == "single" and len(schools) > 1:
        yield route.finding("one school", "schools", given=len(schools), limit=1)
    pupils = sum(ride.pupils for ride in route.morning.rides)
    if facts.rules.most_pupils is not None and pupils > facts.rules.most_pupils:
        yield route.finding("most pupils", "pupils", given=pupils, limit=facts.rules.most_pupils)


def vehicles(route: Route, facts: Facts) -> Iterator[RouteFinding]:
    """Find vehicles and layouts that there are not."""
    name = word(route.row["vehicle"])
    layout = (name, int(route.row["seats"]), int(route.row["wheelchair_places"]))
    if name not in facts.vehicles:
        yield route.finding("known rows", "vehicle", given=name)
        return
    if layout not in facts.layouts:
        yield route.finding("layouts", f"{layout[1]} seats and {layout[2]} wheelchair places is no layout of {name}")
    operator, right = word(route.row["operator"]), facts.vehicles[name].operator
    if operator != right:
        yield route.finding("operators", "operator", given=operator, right=right)


def available(routes: Iterable[Route], facts: Facts) -> Iterator[RouteFinding]:
    """Find types of vehicles of which more are used than there are."""
    for name, used in sorted(Counter(word(route.row["vehicle"]) for route in routes).items()):
        limit = facts.vehicles[name].available if name in facts.vehicles else math.inf
        if used > limit:
            yield RouteFinding("vehicles there are", f"routes by {name}", given=used, limit=int(limit))


CHECKS = (load, assistants, together, vehicles)
