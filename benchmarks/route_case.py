"""The question of routes as plain values, read from the public tables by docs/routing.md and by nothing else."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import placement_opt as po
from placement_opt.legs import Legs
from placement_opt.route_rules import RouteRules, clock_ms

MINUTE_MS = 60_000


class RouteQuestion(NamedTuple):
    """What a planner of routes is asked."""

    problem: po.Problem
    plan: po.Plan
    travel: po.TravelMatrix
    legs: Legs
    rules: RouteRules
    published: tuple[tuple[str, ...], ...] = ()
    """Routes that are published: ids of pupils and schools in the order of the morning."""


@dataclass(frozen=True)
class Party:
    """Pupils who board together; times in ms, `earliest_ms` None = any time."""

    pupil_id: str
    setting_id: str
    pupils: int
    wheelchair: bool
    assistant: bool
    solo: bool
    home: int
    school: int
    board_ms: int
    leave_ms: int
    limit_ms: int
    guide_ms: int
    direct_ms: int
    earliest_ms: int | None


@dataclass(frozen=True)
class School:
    """Where and between which times, in ms, vehicles set down."""

    setting_id: str
    point: int
    arrive_from_ms: int
    arrive_by_ms: int
    leave_from_ms: int


@dataclass(frozen=True)
class Vehicle:
    """A type of vehicle with its prices; `layouts` are seats and wheelchair places, `available` None = any number."""

    name: str
    operator: str
    available: int | None
    gbp_per_day: float
    gbp_per_mile: float
    gbp_per_hour: float
    assistant_gbp_per_hour: float | None
    pupils_per_assistant: int
    empty_miles_per_mile: float
    co2e_kg_per_mile: float
    layouts: tuple[tuple[int, int], ...]

    def assistants(self, pupils: int) -> int | None:
        """Return how many assistants escort so many pupils in need of one; None = it carries none."""
        if pupils and self.assistant_gbp_per_hour is None:
            return None
        return math.ceil(pupils / self.pupils_per_assistant) if pupils else 0


@dataclass(frozen=True, eq=False)
class Case:
    """Everything that routes are worked out from.

    Parameters
    ----------
    parties, schools, vehicles
        Numbered by their place: event p is party p boarding, `len(parties) + s` the set-down at school s.
    drive_ms
        Between points; -1 = cannot be driven.
    miles
        Between points.
    apart
        Pairs of pupils who must not be aboard together, both ways round.
    """

    parties: tuple[Party, ...]
    schools: tuple[School, ...]
    vehicles: tuple[Vehicle, ...]
    drive_ms: NDArray[np.int64]
    miles: NDArray[np.float64]
    apart: frozenset[tuple[str, str]]
    stop_ms: int
    leave_stop_ms: int
    days: float
    most_pupils: int | None

    def school_event(self, party: int) -> int:
        """Return the event in which a party is set down."""
        setting_id = self.parties[party].setting_id
        return len(self.parties) + next(at for at, one in enumerate(self.schools) if one.setting_id == setting_id)


def make_case(question: RouteQuestion) -> Case:
    """Read parties, schools and vehicles from the tables of a question."""
    problem, legs = question.problem, question.legs
    drive_ms = np.nan_to_num(np.rint(legs.minutes * MINUTE_MS), nan=-1).astype(np.int64)
    vehicles = _vehicles(problem)
    apart = problem.table("apart")
    pairs = list(zip(apart["pupil_id"], apart["other_pupil_id"], strict=True))
    return Case(
        tuple(_parties(question, drive_ms, vehicles)),
        _schools(question),
        vehicles,
        drive_ms,
        legs.miles,
        frozenset(pairs) | {(other, one) for one, other in pairs},
        round(1_000 * problem.parameters.stop_seconds),
        round(1_000 * problem.parameters.leave_stop_seconds),
        problem.parameters.days_per_year,
        question.rules.most_pupils,
    )


def _vehicles(problem: po.Problem) -> tuple[Vehicle, ...]:
    layouts = defaultdict(list)
    for row in problem.table("layouts").itertuples():
        layouts[row.vehicle].append((int(row.seats), int(row.wheelchair_places)))
    spare = problem.parameters.vehicle_miles_per_loaded_mile - 1
    return tuple(
        Vehicle(
            row.vehicle,
            "" if pd.isna(row.operator) else row.operator,
            None if pd.isna(row.available) else int(row.available),
            row.gbp_per_day,
            row.gbp_per_mile,
            row.gbp_per_hour,
            None if pd.isna(row.assistant_gbp_per_hour) else row.assistant_gbp_per_hour,
            1 if pd.isna(row.pupils_per_assistant) else int(row.pupils_per_assistant),
            spare if pd.isna(row.empty_miles_per_mile) else row.empty_miles_per_mile,
            row.co2e_kg_per_mile,
            tuple(layouts[row.vehicle]),
        )
        for row in problem.table("fleet").itertuples()
    )


def _schools(question: RouteQuestion) -> tuple[School, ...]:
    settings, rules = question.problem.settings, question.rules
    _, points = question.legs.points_of([], settings["setting_id"])
    times = {}
    for name in ("arrive_from", "arrive_by", "leave_from"):
        default = clock_ms(pd.Series([getattr(rules, name)]))[0]
        times[name] = clock_ms(settings[name]).fillna(default).astype("int64").tolist()
    return tuple(School(*row) for row in zip(settings["setting_id"], points.tolist(), *times.values(), strict=True))


def _parties(question: RouteQuestion, drive_ms: NDArray[np.int64], vehicles: Sequence[Vehicle]) -> list[Party]:
    """Return the parties of section 1: rows of the placements that are owed a vehicle, split where they must be."""
    problem, rules = question.problem, question.rules
    placed = question.plan.placements
    rows = placed.loc[placed["entitled"], ["pupil_id", "setting_id", "count"]]
    rows = rows.merge(problem.pupils.drop(columns="count"), on="pupil_id", validate="many_to_one")
    rows = rows[[_rides(row) for row in rows.itertuples()]]
    homes, schools = question.legs.points_of(rows["pupil_id"], rows["setting_id"])
    earliest = clock_ms(rows["earliest_pickup"])
    found: list[Party] = []
    for row, home, school, from_ms in zip(rows.itertuples(), homes, schools, earliest, strict=True):
        direct_ms = int(drive_ms[home, school])
        limit_ms, guide_ms = _limits(problem.parameters, rules, row, direct_ms)
        found.extend(
            Party(
                row.pupil_id,
                row.setting_id,
                pupils,
                bool(row.wheelchair),
                bool(row.assistant),
                bool(row.solo),
                int(home),
                int(school),
                _handling(problem.parameters, row, pupils, problem.parameters.board_seconds),
                _handling(problem.parameters, row, pupils, problem.parameters.leave_seconds),
                limit_ms,
                guide_ms,
                direct_ms,
                None if pd.isna(from_ms) else int(from_ms),
            )
            for pupils in _split(row, vehicles, rules.most_pupils)
        )
    return found


def _rides(pupil: Any) -> bool:
    """Return whether an entitled pupil travels by vehicle: section 6."""
    if pd.isna(pupil.travel_mode):
        return bool(pupil.solo or not pupil.independent_travel)
    return pupil.travel_mode in {"vehicle", "training"}


def _limits(parameters: po.Parameters, rules: RouteRules, pupil: Any, direct_ms: int) -> tuple[int, int]:
    is_primary = pupil.year_group <= 6
    guide = parameters.guide_minutes_primary if is_primary else parameters.guide_minutes_secondary
    limit_ms = guide_ms = math.floor(guide * MINUTE_MS)
    if rules.detour is not None and direct_ms > guide_ms:
        limit_ms = math.floor(rules.detour * direct_ms)
    if not pd.isna(pupil.max_minutes):
        limit_ms = min(limit_ms, math.floor(pupil.max_minutes * MINUTE_MS))
    return limit_ms, guide_ms


def _handling(parameters: po.Parameters, pupil: Any, pupils: int, walking_seconds: float) -> int:
    if not pd.isna(pupil.board_minutes):
        return pupils * round(MINUTE_MS * pupil.board_minutes)
    seconds = parameters.wheelchair_seconds if pupil.wheelchair else walking_seconds
    return round(pupils * 1_000 * seconds)


def _split(pupil: Any, vehicles: Sequence[Vehicle], most_pupils: int | None) -> list[int]:
    """Return the sizes of the parties of a row: as few and as even as can be."""
    count = int(pupil.count)
    number = count if pupil.solo else 1
    while number < count and not _fits_one(math.ceil(count / number), pupil, vehicles, most_pupils):
        number += 1
    return [count // number + (part < count % number) for part in range(number)]


def _fits_one(pupils: int, pupil: Any, vehicles: Sequence[Vehicle], most_pupils: int | None) -> bool:
    if most_pupils is not None and pupils > most_pupils:
        return False
    seated, wheelchairs = (0, pupils) if pupil.wheelchair else (pupils, 0)
    for vehicle in vehicles:
        assistants = vehicle.assistants(pupils if pupil.assistant else 0)
        if assistants is not None and any(
            seated + assistants <= seats and wheelchairs <= places for seats, places in vehicle.layouts
        ):
            return True
    return False
