"""Routes as tables: who may be aboard together, the cheapest vehicle for a sequence, and the rows of a `RoutePlan`.

Written from docs/routing.md alone, for rivals and for published solutions; it shares nothing with
`placement_opt.routing`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

import placement_opt as po
from benchmarks.route_case import MINUTE_MS, Case, RouteQuestion, Vehicle
from benchmarks.route_times import Times, shortest
from placement_opt.route_plan import RoutePlan
from placement_opt.route_tables import ROUTE_TABLES

HOUR_MS = 3_600_000
RUNS = 2
"""A mirrored day: the morning's miles and minutes count twice."""


class Run(NamedTuple):
    """A sequence of events with the vehicle that drives it."""

    events: tuple[int, ...]
    vehicle: Vehicle
    layout: tuple[int, int]
    assistants: int
    times: Times
    legs_miles: tuple[float, ...]
    lines_gbp: tuple[float, float, float, float]
    aboard: tuple[int, ...]
    """Pupils aboard after each event."""

    @property
    def cost_gbp(self) -> float:
        """The sum of the four lines of section 5."""
        return round(sum(self.lines_gbp), 2)


class Load(NamedTuple):
    """The most aboard at one time on a sequence."""

    mixes: tuple[tuple[int, int], ...]
    """Seated pupils and wheelchairs, at every moment."""
    in_need: int
    aboard: tuple[int, ...]


def events_of(case: Case, routes: Iterable[Sequence[str]]) -> list[tuple[int, ...]]:
    """Return routes, given as ids of pupils and schools in the order of the morning, as events."""
    numbers = {one.pupil_id: at for at, one in enumerate(case.parties)}
    numbers |= {one.setting_id: len(case.parties) + at for at, one in enumerate(case.schools)}
    return [tuple(numbers[one] for one in route) for route in routes]


def load_of(case: Case, events: Sequence[int]) -> Load | None:
    """Return who is aboard on a sequence, or None where two are who must not be together (section 3)."""
    parties, aboard, mixes, totals, most_in_need = len(case.parties), list[int](), [], [], 0
    for event in events:
        if event < parties:
            if not _may_join(case, event, aboard):
                return None
            aboard.append(event)
        else:
            setting_id = case.schools[event - parties].setting_id
            aboard = [party for party in aboard if case.parties[party].setting_id != setting_id]
        riders = [case.parties[party] for party in aboard]
        wheelchairs = sum(one.pupils for one in riders if one.wheelchair)
        totals.append(sum(one.pupils for one in riders))
        mixes.append((totals[-1] - wheelchairs, wheelchairs))
        most_in_need = max(most_in_need, sum(one.pupils for one in riders if one.assistant))
    carried = sum(case.parties[event].pupils for event in events if event < parties)
    if case.most_pupils is not None and carried > case.most_pupils:
        return None
    return Load(tuple(mixes), most_in_need, tuple(totals))


def _may_join(case: Case, party: int, aboard: Sequence[int]) -> bool:
    one = case.parties[party]
    for other in (case.parties[at] for at in aboard):
        if one.solo or other.solo or (one.pupil_id, other.pupil_id) in case.apart:
            return False
    return not (one.solo and one.pupils > 1)


def priced(
    case: Case, events: Sequence[int], vehicles: Sequence[Vehicle] | None = None, *, over_ms: int = 0
) -> Run | None:
    """Return a sequence by the cheapest of some types of vehicle (None = all), or None where it cannot be run.

    `over_ms` as for `shortest`.
    """
    load = load_of(case, events)
    times = None if load is None else shortest(case, events, over_ms=over_ms)
    return None if load is None or times is None else cheapest(case, events, load, times, vehicles)


def cheapest(
    case: Case, events: Sequence[int], load: Load, times: Times, vehicles: Sequence[Vehicle] | None = None
) -> Run | None:
    """Return a sequence that can be run by the cheapest vehicle that holds it, or None."""
    points = [
        case.parties[event].home if event < len(case.parties) else case.schools[event - len(case.parties)].point
        for event in events
    ]
    miles = [0.0, *(float(case.miles[a, b]) for a, b in pairwise(points))]
    hours = RUNS * (times.ends[-1] - times.begins[0]) / HOUR_MS
    best: Run | None = None
    for vehicle in case.vehicles if vehicles is None else vehicles:
        assistants = vehicle.assistants(load.in_need)
        layout = None if assistants is None else fitting(vehicle, load, assistants)
        if assistants is None or layout is None:
            continue
        lines = (
            round(case.days * vehicle.gbp_per_day, 2),
            round(case.days * RUNS * sum(miles) * vehicle.gbp_per_mile, 2),
            round(case.days * hours * vehicle.gbp_per_hour, 2),
            round(case.days * hours * assistants * (vehicle.assistant_gbp_per_hour or 0), 2),
        )
        found = Run(tuple(events), vehicle, layout, assistants, times, tuple(miles), lines, load.aboard)
        if best is None or found.cost_gbp < best.cost_gbp:
            best = found
    return best


def fitting(vehicle: Vehicle, load: Load, assistants: int) -> tuple[int, int] | None:
    """Return the smallest layout of a vehicle that holds a load, or None."""
    return next(
        (
            (seats, places)
            for seats, places in sorted(vehicle.layouts, key=lambda layout: (sum(layout), layout))
            if all(seated + assistants <= seats and chairs <= places for seated, chairs in load.mixes)
        ),
        None,
    )


def within_the_fleet(case: Case, runs: Iterable[Run]) -> tuple[list[Run], list[Run]]:
    """Return runs with no more vehicles of a type than there are, and those for which none is left.

    Notes
    -----
    Runs that the fewest types can carry choose first, then those with the most aboard; each takes the cheapest type
    that is left.
    """
    if all(vehicle.available is None for vehicle in case.vehicles):
        return list(runs), []
    used: Counter[str] = Counter()
    kept, refused = [], []
    for run in sorted(runs, key=lambda run: _urgency(case, run)):
        left = [one for one in case.vehicles if one.available is None or used[one.name] < one.available]
        found = priced(case, run.events, left)
        if found is None:
            refused.append(run)
            continue
        used[found.vehicle.name] += 1
        kept.append(found)
    return kept, refused


def _urgency(case: Case, run: Run) -> tuple[int, int, tuple[int, ...]]:
    types = sum(priced(case, run.events, [vehicle]) is not None for vehicle in case.vehicles)
    return types, -max(run.aboard), run.events


def route_plan(question: RouteQuestion, case: Case, runs: Sequence[Run], duties: pd.DataFrame, how: str) -> RoutePlan:
    """Return runs as a `RoutePlan` with mirrored afternoons; parties in no run are unrouted.

    Parameters
    ----------
    duties
        Of `travel_duties`.
    how
        What made the runs, for the record.
    """
    named = [(f"R{number:04d}", run) for number, run in enumerate(runs, 1)]
    known = {event for run in runs for event in run.events}
    left = [party for at, party in enumerate(case.parties) if at not in known]
    tables = {
        "routes": [_route_row(case, name, run) for name, run in named],
        "stops": [row for name, run in named for row in _stop_rows(question, case, name, run)],
        "riders": [row for name, run in named for row in _rider_rows(case, name, run)],
        "unrouted": [
            {
                "pupil_id": party.pupil_id,
                "setting_id": party.setting_id,
                "pupils": party.pupils,
                "reason": "no_run",
                "message": "No run was found.",
            }
            for party in left
        ],
    }
    frames = {name: pd.DataFrame(rows, columns=list(ROUTE_TABLES[name])) for name, rows in tables.items()}
    return RoutePlan(po.Status.FEASIBLE, {**frames, "duties": duties}, question.rules, record={"made_by": how})


def _route_row(case: Case, name: str, run: Run) -> dict[str, Any]:
    lasts_ms, miles = run.times.ends[-1] - run.times.begins[0], sum(run.legs_miles)
    empty = RUNS * miles * run.vehicle.empty_miles_per_mile
    riders = [case.parties[event] for event in run.events if event < len(case.parties)]
    return {
        "route_id": name,
        "vehicle": run.vehicle.name,
        "operator": run.vehicle.operator or None,
        "seats": run.layout[0],
        "wheelchair_places": run.layout[1],
        "assistants": run.assistants,
        "pupils": sum(one.pupils for one in riders),
        "most_aboard": max(run.aboard),
        "settings": len({one.setting_id for one in riders}),
        "begins_ms": run.times.begins[0],
        "ends_ms": run.times.ends[-1],
        "minutes": lasts_ms / MINUTE_MS,
        "miles": miles,
        "afternoon_minutes": lasts_ms / MINUTE_MS,
        "afternoon_miles": miles,
        "empty_miles": empty,
        "vehicle_gbp": run.lines_gbp[0],
        "miles_gbp": run.lines_gbp[1],
        "hours_gbp": run.lines_gbp[2],
        "assistants_gbp": run.lines_gbp[3],
        "cost_gbp": run.cost_gbp,
        "contract_gbp": None,
        "co2e_kg": round(case.days * (RUNS * miles + empty) * run.vehicle.co2e_kg_per_mile, 3),
    }


def _stop_rows(question: RouteQuestion, case: Case, name: str, run: Run) -> list[dict[str, Any]]:
    homes = question.problem.pupils.set_index("pupil_id")[["easting", "northing"]]
    schools = question.problem.settings.set_index("setting_id")[["easting", "northing"]]
    rows, parties = [], len(case.parties)
    for at, event in enumerate(run.events):
        boards = event < parties
        movers = [case.parties[party] for party in ([event] if boards else run.times.leaves[at])]
        place = homes.loc[movers[0].pupil_id] if boards else schools.loc[movers[0].setting_id]
        rows.append(
            {
                "route_id": name,
                "run": "morning",
                "sequence": at + 1,
                "action": "board" if boards else "leave",
                "pupil_id": movers[0].pupil_id if boards else None,
                "setting_id": movers[0].setting_id,
                "pupils": sum(one.pupils for one in movers),
                "wheelchairs": sum(one.pupils for one in movers if one.wheelchair),
                "aboard": run.aboard[at],
                "arrives_ms": run.times.arrives[at],
                "begins_ms": run.times.begins[at],
                "departs_ms": run.times.ends[at],
                "miles": run.legs_miles[at],
                "easting": place["easting"],
                "northing": place["northing"],
            }
        )
    return rows + _mirrored(case, run, rows)


def _mirrored(case: Case, run: Run, morning: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of the way home: those of the morning, last first, with times counted back (section 4)."""
    first = next(one for one in case.schools if one.setting_id == morning[-1]["setting_id"])
    turn_ms = first.leave_from_ms + run.times.ends[-1]
    rows: list[dict[str, Any]] = []
    for at, row in reversed(list(enumerate(morning))):
        after = morning[at + 1] if at + 1 < len(morning) else None
        waits_ms = 0 if after is None else after["begins_ms"] - after["arrives_ms"]
        turned = {"board": "leave", "leave": "board"}[row["action"]]
        before = rows[-1]["aboard"] if rows else 0
        rows.append(
            {
                **row,
                "run": "afternoon",
                "sequence": len(rows) + 1,
                "action": turned,
                "aboard": before + (row["pupils"] if turned == "board" else -row["pupils"]),
                "arrives_ms": turn_ms - row["departs_ms"] - waits_ms,
                "begins_ms": turn_ms - row["departs_ms"],
                "departs_ms": turn_ms - row["begins_ms"],
                "miles": 0.0 if after is None else after["miles"],
            }
        )
    return rows


def _rider_rows(case: Case, name: str, run: Run) -> list[dict[str, Any]]:
    off = {party: run.times.begins[at] for at, leaves in enumerate(run.times.leaves) for party in leaves}
    rows = []
    for at, event in enumerate(run.events):
        if event >= len(case.parties):
            continue
        party = case.parties[event]
        ride_ms = off[event] - run.times.ends[at]
        rows.append(
            {
                "route_id": name,
                "pupil_id": party.pupil_id,
                "setting_id": party.setting_id,
                "pupils": party.pupils,
                "wheelchair": party.wheelchair,
                "assistant": party.assistant,
                "solo": party.solo,
                "pickup_ms": run.times.begins[at],
                "arrival_ms": off[event],
                "ride_minutes": ride_ms / MINUTE_MS,
                "afternoon_ride_minutes": ride_ms / MINUTE_MS,
                "limit_minutes": party.limit_ms / MINUTE_MS,
                "direct_minutes": party.direct_ms / MINUTE_MS,
                "over_guide": ride_ms > party.guide_ms,
            }
        )
    return rows
