"""Routes by other means: a vehicle for each pupil, the nearest next pupil, and PyVRP school by school.

Each works on the public tables and the legs (`route_case`, `route_times`, `route_book`) and knows nothing of
`placement_opt.routing`. All of them carry pupils of one school together, which `mixed` allows too. Parties that a
method leaves out, because their rules stand in its way, ride alone afterwards if they can.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from itertools import groupby, product
from math import ceil
from typing import Any

from benchmarks.route_book import Run, fitting, load_of, priced, within_the_fleet
from benchmarks.route_case import Case, Vehicle
from benchmarks.route_times import shortest

TICK_MS = 1_000
"""PyVRP's unit of time. Drives and handling are rounded up to it, so that its routes keep every limit exactly."""

TICKS_PER_HOUR = 3_600_000 // TICK_MS
STEPS_PER_MILE = 1_000
UNITS_PER_GBP = 10_000
"""PyVRP's unit of money, of one day: a hundredth of a penny."""

PARTS_OF_A_PUPIL = 100
"""PyVRP weighs each unit of load too much by at most 100,000 units of money; £10 is too little for a pupil."""

RETURNS = (0, 0, 0, 2)
"""PyVRP begins so many times anew, each time with a seed of its own, and the cheapest answer counts: with a mixed fleet
it settles early, and answers of seeds differ by a tenth. The number says how often a vehicle may set pupils down and go
out for more before its last arrival."""

LEAST_SECONDS = 0.4
MOST_ASSISTANTS = 3


def one_each(case: Case) -> list[Run]:
    """Return a vehicle for each party, the cheapest that carries it."""
    alone = (priced(case, (party, case.school_event(party))) for party in range(len(case.parties)))
    return _finished(case, [run for run in alone if run is not None])


def nearest_next(case: Case) -> list[Run]:
    """Fill vehicles with the nearest next pupil.

    Notes
    -----
    School by school: the pupil farthest from school is picked up first, by the biggest type of vehicle that can
    carry it, and then, again and again, the pupil nearest to the last, of those with whom the vehicle still fits and
    all limits hold; where there is none, the next vehicle begins. At the end each vehicle becomes the cheapest that
    holds who is aboard.
    """
    runs = []
    for members in _by_school(case).values():
        left = sorted(members, key=lambda party: (-case.parties[party].direct_ms, party))
        while left:
            run = _filled(case, left)
            left = left[1:] if run is None else [party for party in left if party not in run.events]
            runs += [] if run is None else [run]
    return _finished(case, runs)


def _filled(case: Case, left: Sequence[int]) -> Run | None:
    """Return a vehicle filled from those who are left, or None where the first of them cannot be carried."""
    school = case.school_event(left[0])
    by_size = sorted(case.vehicles, key=lambda one: -max(sum(layout) for layout in one.layouts))
    first = next((one for one in by_size if priced(case, (left[0], school), [one])), None)
    if first is None:
        return None
    order = [left[0]]
    while (party := _next(case, order, left, first)) is not None:
        order.append(party)
    return priced(case, (*order, school))


def _next(case: Case, order: Sequence[int], left: Sequence[int], vehicle: Vehicle) -> int | None:
    school, here = case.school_event(order[0]), case.parties[order[-1]].home
    near = [
        (int(case.drive_ms[here, case.parties[party].home]), party)
        for party in left
        if party not in order and case.drive_ms[here, case.parties[party].home] >= 0
    ]
    for _, party in sorted(near):
        events = (*order, party, school)
        load = load_of(case, events)
        assistants = None if load is None else vehicle.assistants(load.in_need)
        if load is None or assistants is None or fitting(vehicle, load, assistants) is None:
            continue
        if shortest(case, events) is not None:
            return party
    return None


def pyvrp_alone(case: Case, seconds: float, *, seed: int = 0) -> list[Run]:
    """Plan each school's routes by PyVRP and nothing else.

    Parameters
    ----------
    seconds
        Shared out among the schools by how many parties they have.
    seed
        Of PyVRP.

    Notes
    -----
    A type of vehicle is one for each layout and each number of passenger assistants. "A ride is not too long" becomes
    "the pupil is not picked up earlier than that before the latest time of arrival", which is exact for vehicles that
    go to school once and keeps those safe that go out again (`RETURNS`). `apart`, and how many vehicles of a type
    there are over all schools, are looked at afterwards, where a pupil in the way rides alone.
    """
    schools = {school: _clients(case, members) for school, members in _by_school(case).items()}
    number = sum(len(clients) for clients in schools.values())
    runs = []
    for school, clients in schools.items():
        if clients:
            share = max(LEAST_SECONDS, seconds * len(clients) / number)
            tries = [
                _pyvrp_school(case, school, clients, share / len(RETURNS), seed + at, most)
                for at, most in enumerate(RETURNS)
            ]
            runs += min((runs for runs in tries if runs), key=lambda runs: _weight(case, clients, runs), default=[])
    return _finished(case, runs)


def _weight(case: Case, clients: Sequence[int], runs: Sequence[Run]) -> tuple[int, float]:
    """Return how many parties runs leave out, and what they cost."""
    carried = {event for run in runs for event in run.events if event < len(case.parties)}
    return len(clients) - len(carried), sum(run.cost_gbp for run in runs)


def _clients(case: Case, members: Iterable[int]) -> list[int]:
    """Return the parties who may share a vehicle and can ride at all; the others ride alone."""
    return [
        party
        for party in members
        if not case.parties[party].solo and priced(case, (party, case.school_event(party))) is not None
    ]


def _pyvrp_school(
    case: Case, school: int, clients: Sequence[int], seconds: float, seed: int, most_returns: int
) -> list[Run]:
    model = import_module("pyvrp").Model()  # loaded when used: no other measurement is to carry it
    # nothing is driven before the first stop: the start is beside every home and nowhere else
    start = model.add_depot(model.add_location(0, 0))
    end = _add_school(model, case, school, clients)
    stops = {party: model.add_location(0, 0) for party in clients}
    for party in clients:
        _add_client(model, case, school, party, stops[party])
    for kind in _kinds(case, clients):
        _add_vehicles(model, case, kind, (start, end), (len(clients), most_returns))
    _add_drives(model, case, school, stops, (start, end))
    found = model.solve(import_module("pyvrp.stop").MaxRuntime(seconds), seed=seed, collect_stats=False, display=False)
    if not found.is_feasible():
        return []
    routes = (
        [(visit.trip, clients[visit.idx]) for visit in route if visit.is_client()] for route in found.best.routes()
    )
    return [run for route in routes for run in _legal(case, route, school)]


def _add_school(model: Any, case: Case, school: int, clients: Sequence[int]) -> Any:
    """Add where vehicles set down; a full vehicle's handling is counted, whoever is aboard."""
    one = case.schools[school - len(case.parties)]
    most = max(sum(layout) for vehicle in case.vehicles for layout in vehicle.layouts)
    each_ms = max(case.parties[party].leave_ms / case.parties[party].pupils for party in clients)
    return model.add_depot(
        model.add_location(0, 0),
        tw_early=ceil(one.arrive_from_ms / TICK_MS),
        tw_late=_ticks_by(case, school),
        service_duration=ceil((case.leave_stop_ms + most * each_ms) / TICK_MS),
    )


def _add_client(model: Any, case: Case, school: int, party: int, stop: Any) -> None:
    one = case.parties[party]
    latest_ms = case.schools[school - len(case.parties)].arrive_by_ms
    board = ceil(one.board_ms / TICK_MS)
    not_before = ceil((latest_ms - one.limit_ms - one.board_ms) / TICK_MS)
    if one.earliest_ms is not None:
        not_before = max(not_before, ceil((one.earliest_ms + case.stop_ms) / TICK_MS))
    seats, chairs = (0, one.pupils) if one.wheelchair else (one.pupils, 0)
    in_need = one.pupils if one.assistant else 0
    model.add_client(
        stop,
        pickup=[PARTS_OF_A_PUPIL * pupils for pupils in (seats, chairs, in_need, one.pupils)],
        service_duration=board,
        tw_early=max(0, not_before),
        tw_late=_ticks_by(case, school),
    )


def _ticks_by(case: Case, school: int) -> int:
    return case.schools[school - len(case.parties)].arrive_by_ms // TICK_MS


def _kinds(case: Case, clients: Sequence[int]) -> Iterator[tuple[Vehicle, tuple[int, int], int]]:
    """Yield each type of vehicle with a layout and a number of assistants that these pupils may have a use for."""
    riders = [case.parties[party] for party in clients]
    chairs = sum(one.pupils for one in riders if one.wheelchair)
    in_need = sum(one.pupils for one in riders if one.assistant)
    for vehicle in case.vehicles:
        most = vehicle.assistants(in_need) or 0
        useful = {(seats, min(places, chairs)) for seats, places in vehicle.layouts}
        layouts = [one for one in useful if not any(_holds_more(other, one) for other in useful)]
        for layout, assistants in product(sorted(layouts), range(min(most, MOST_ASSISTANTS) + 1)):
            if assistants <= layout[0]:
                yield vehicle, layout, assistants


def _holds_more(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one != other and one[0] >= other[0] and one[1] >= other[1]


def _add_vehicles(
    model: Any, case: Case, kind: tuple[Vehicle, tuple[int, int], int], ends: tuple[Any, Any], most: tuple[int, int]
) -> None:
    vehicle, (seats, chairs), assistants = kind
    number, returns = most
    gbp_per_hour = vehicle.gbp_per_hour + assistants * (vehicle.assistant_gbp_per_hour or 0)
    everybody = sum(one.pupils for one in case.parties)
    room = (seats - assistants, chairs, assistants * vehicle.pupils_per_assistant, case.most_pupils or everybody)
    model.add_vehicle_type(
        number if vehicle.available is None else min(number, vehicle.available),
        capacity=[PARTS_OF_A_PUPIL * pupils for pupils in room],
        start_depot=ends[0],
        end_depot=ends[1],
        reload_depots=[ends[1]],
        max_reloads=returns if case.most_pupils is None else 0,
        fixed_cost=round(vehicle.gbp_per_day * UNITS_PER_GBP),
        unit_distance_cost=round(2 * vehicle.gbp_per_mile * UNITS_PER_GBP / STEPS_PER_MILE),
        unit_duration_cost=round(2 * gbp_per_hour * UNITS_PER_GBP / TICKS_PER_HOUR),
    )


def _add_drives(model: Any, case: Case, school: int, stops: dict[int, Any], ends: tuple[Any, Any]) -> None:
    """Add the drives; the seconds of a stop are part of the drive to it, because there are none at the same door."""
    start, end = (depot.location for depot in ends)
    at_school = case.schools[school - len(case.parties)].point
    stop_ticks = ceil(case.stop_ms / TICK_MS)
    for party, stop in stops.items():
        home = case.parties[party].home
        model.add_edge(model.locations[start], stop, distance=0, duration=stop_ticks)
        _add_drive(model, case, (home, at_school), (stop, model.locations[end]), 0)
        _add_drive(model, case, (at_school, home), (model.locations[end], stop), stop_ticks)
        for other, to in stops.items():
            if other != party:
                there = case.parties[other].home
                _add_drive(model, case, (home, there), (stop, to), 0 if there == home else stop_ticks)


def _add_drive(model: Any, case: Case, points: tuple[int, int], ends: tuple[Any, Any], more_ticks: int) -> None:
    drive_ms = int(case.drive_ms[points])
    if drive_ms >= 0:
        steps = round(float(case.miles[points]) * STEPS_PER_MILE)
        model.add_edge(*ends, distance=steps, duration=ceil(drive_ms / TICK_MS) + more_ticks)


def _legal(case: Case, route: Sequence[tuple[int, int]], school: int) -> list[Run]:
    """Return a route as it is, or, where two are on it who must be apart, without those who came later."""
    kept: list[tuple[int, int]] = []
    for trip, party in route:
        if all((case.parties[party].pupil_id, case.parties[one].pupil_id) not in case.apart for _, one in kept):
            kept.append((trip, party))
    events = [
        event
        for _, members in groupby(kept, key=lambda visit: visit[0])
        for event in (*(party for _, party in members), school)
    ]
    run = priced(case, events)
    return [] if run is None else [run]


def _by_school(case: Case) -> dict[int, list[int]]:
    """Return the parties of each school, by its event."""
    found = defaultdict(list)
    for party in range(len(case.parties)):
        found[case.school_event(party)].append(party)
    return dict(found)


def _finished(case: Case, runs: Iterable[Run]) -> list[Run]:
    """Return runs with no more vehicles than there are; who is in none rides alone, where that can be."""
    kept, _ = within_the_fleet(case, runs)
    carried = {event for run in kept for event in run.events}
    alone = [
        run
        for party in range(len(case.parties))
        if party not in carried and (run := priced(case, (party, case.school_event(party)))) is not None
    ]
    return within_the_fleet(case, [*kept, *alone])[0] if alone else kept


RIVALS: dict[str, Callable[[Case, float], list[Run]]] = {
    "one_each": lambda case, _seconds: one_each(case),
    "nearest_next": lambda case, _seconds: nearest_next(case),
    "pyvrp_alone": pyvrp_alone,
}
"""Rivals by name, with the seconds that they may use."""
