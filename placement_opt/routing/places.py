"""Where a party fits into a route, and what that adds; compiled."""

from typing import NamedTuple

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.routing.arrays import (
    BEGIN,
    BOARD,
    EARLIEST,
    GOES_TO,
    HOME,
    LEAVE_STOP,
    LIMIT,
    MILE,
    OPENS,
    POINT,
    SERVICE,
    SHUTS,
    SINGLE,
    TOP,
    Packed,
)
from placement_opt.routing.insertion import write_with
from placement_opt.routing.timing import (
    DURATION,
    FIGURES,
    MILES,
    cheapest,
    compiled,
    examine,
    is_on_time,
    latest,
    lay_out,
)


class Routes(NamedTuple):
    """Routes in the making; R of them at most, some empty, L events long at most.

    `events` and the beginnings `early_ms`, `late_ms` have shape (R, L); `weight` is what a route counts: £ and a
    trifle for its miles and time. `route_of` is the route of each party, -1 = none.
    """

    events: Ints
    length: Ints
    weight: Floats
    early_ms: Ints
    late_ms: Ints
    service_ms: Ints
    route_of: Ints


class Weights(NamedTuple):
    """What routes count.

    Trifles for miles and ms, which break ties; £ for who is left out; and how often a place is overlooked, so that not
    every repair is the same.
    """

    mile: float
    ms: float
    left_out: Floats
    blink: float


@compiled
def weigh(case: Packed, events: Ints, number: int, weights: Weights, room: Ints, figures: Floats) -> float:
    """Return what a sequence counts; infinite where it breaks a rule or no vehicle holds it."""
    if not examine(case, 0, events, number, room, figures):
        return np.inf
    gbp, layout = cheapest(case, figures)
    if layout < 0:
        return np.inf
    return float(gbp + figures[MILES] * weights.mile + figures[DURATION] * weights.ms)


@compiled
def put(case: Packed, routes: Routes, route: int, events: Ints, number: int, weight: float, room: Ints) -> None:
    """Write a sequence in place of a route, with the earliest and latest beginnings that prune its next changes."""
    routes.length[route], routes.weight[route] = number, weight
    routes.events[route, :number] = events[:number]
    if number == 0:
        routes.weight[route] = 0.0
        return
    figures = np.zeros(FIGURES)
    rides = lay_out(case, 0, events, number, room, figures)
    is_on_time(room, number, rides)
    routes.early_ms[route, :number] = room[BEGIN, :number]
    routes.service_ms[route, :number] = room[SERVICE, :number]
    latest(room, number, rides)
    routes.late_ms[route, :number] = room[TOP, :number]


@compiled
def best_place(
    case: Packed,
    routes: Routes,
    route: int,
    party: int,
    weights: Weights,
    cut: float,
    room: Ints,
    trial: Ints,
    figures: Floats,
) -> tuple[float, int, int]:
    """Return the least that a party adds to a route, the place of its home, and that of a new call, -1 = none needed.

    Parameters
    ----------
    cut
        Nothing that adds this much or more is of interest.
    """
    homes = len(case.party)
    events, number = routes.events[route], routes.length[route]
    early, late, service = routes.early_ms[route], routes.late_ms[route], routes.service_ms[route]
    home, at_school = case.party[party, HOME], case.school[case.party[party, GOES_TO], POINT]
    opens, shuts = case.school[case.party[party, GOES_TO], OPENS], case.school[case.party[party, GOES_TO], SHUTS]
    school = homes + case.party[party, GOES_TO]
    drive, limit = case.drive, case.party[party, LIMIT]
    least_mile = 2 * case.vehicle[:, MILE].min() + weights.mile
    best, best_home, best_call = cut, -1, -1
    if number + 2 > len(events) or (
        case.number[SINGLE] and number and case.party[events[0], GOES_TO] != case.party[party, GOES_TO]
    ):
        return np.inf, -1, -1
    for i in range(number + 1):
        before = _point(case, events[i - 1]) if i else -1
        after = _point(case, events[i]) if i < number else -1
        begins = case.party[party, EARLIEST]
        if i:
            if early[i - 1] > shuts:
                break
            begins = max(begins, early[i - 1] + service[i - 1] + drive[before, home])
        boarded = begins + case.party[party, BOARD]
        if begins > -(10**11) and boarded + drive[home, at_school] > shuts:
            continue
        latest_boarded = shuts - drive[home, at_school]
        if i < number:
            latest_boarded = min(latest_boarded, late[i] - drive[home, after])
            if boarded > late[i] - drive[home, after]:
                continue
        if opens - limit > latest_boarded:
            continue
        added = _added_miles(case, before, home, after)
        call = i
        while call < number and events[call] != school:
            call += 1
        if call < number:
            if early[call] - limit > latest_boarded or added * least_mile >= best:
                continue
            if blinks(weights.blink):
                continue
            write_with(events, number, party, -1, i, -1, trial)
            gbp = weigh(case, trial, number + 1, weights, room, figures) - routes.weight[route]
            if gbp < best:
                best, best_home, best_call = gbp, i, -1
            continue
        for j in range(i, number + 1):
            ahead = home if j == i else _point(case, events[j - 1])
            behind = _point(case, events[j]) if j < number else -1
            arrives = (boarded if j == i else early[j - 1] + service[j - 1]) + drive[ahead, at_school]
            arrives = max(arrives, opens)
            if arrives > shuts:
                break
            if arrives - limit > latest_boarded:
                break
            if j < number and arrives + case.number[LEAVE_STOP] + drive[at_school, behind] > late[j]:
                continue
            more = _added_miles(case, ahead, at_school, behind) if j > i else 0.0
            miles = added + more if j > i else _added_two(case, before, home, at_school, after)
            if miles * least_mile >= best or blinks(weights.blink):
                continue
            write_with(events, number, party, school, i, j, trial)
            gbp = weigh(case, trial, number + 2, weights, room, figures) - routes.weight[route]
            if gbp < best:
                best, best_home, best_call = gbp, i, j
    return (best, best_home, best_call) if best_home >= 0 else (np.inf, -1, -1)


@compiled
def blinks(share: float) -> bool:
    """Overlook a place now and then."""
    return bool(share > 0 and np.random.random() < share)


@compiled
def _point(case: Packed, event: int) -> int:
    homes = len(case.party)
    return int(case.party[event, HOME] if event < homes else case.school[event - homes, POINT])


@compiled
def _added_miles(case: Packed, before: int, point: int, after: int) -> float:
    miles = 0.0
    if before >= 0:
        miles += case.miles[before, point]
    if after >= 0:
        miles += case.miles[point, after]
    if before >= 0 and after >= 0:
        miles -= case.miles[before, after]
    return miles


@compiled
def _added_two(case: Packed, before: int, one: int, other: int, after: int) -> float:
    miles = case.miles[one, other]
    if before >= 0:
        miles += case.miles[before, one]
    if after >= 0:
        miles += case.miles[other, after]
    if before >= 0 and after >= 0:
        miles -= case.miles[before, after]
    return float(miles)
