"""What routes are held against: pupils, schools, vehicles, drives and rules, laid out for checking."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.errors import Status
from placement_opt.legs import Legs
from placement_opt.parameters import Parameters
from placement_opt.problem import Problem
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import MINUTE_MS, RouteRules, clock_ms
from placement_opt.schema import LAST_PRIMARY_YEAR

_SECOND_MS = 1_000
_DUST_MS = 1e-6
_WINDOWS = ("arrive_from", "arrive_by", "leave_from", "leave_by")


@dataclass(frozen=True)
class Traveller:
    """A row of `pupils`, as routes see it.

    Parameters
    ----------
    earliest_ms
        Not to board before; minus infinity = any time.
    board_ms, leave_ms
        What one pupil takes.
    guide_ms, most_ms
        The guide, and the pupil's own limit (infinite = none).
    point
        Of the legs; -1 where no route needs it.
    """

    pupil_id: str
    year_group: int
    is_wheelchair: bool
    needs_assistant: bool
    is_solo: bool
    is_independent: bool
    travel_mode: str
    earliest_ms: float
    board_ms: float
    leave_ms: float
    guide_ms: float
    most_ms: float
    easting: float
    northing: float
    point: int

    def handling_ms(self, pupils: int, action: str) -> int:
        """Return what so many pupils take to board or to leave."""
        return round(pupils * (self.board_ms if action == "board" else self.leave_ms))


@dataclass(frozen=True)
class School:
    """A row of `settings`, as routes see it; times of day in ms."""

    setting_id: str
    easting: float
    northing: float
    point: int
    arrive_from: float
    arrive_by: float
    leave_from: float
    leave_by: float


@dataclass(frozen=True)
class Vehicle:
    """A row of `fleet`; `available` is infinite where blank, `assistant_gbp_per_hour` None where none is carried."""

    operator: str
    available: float
    gbp_per_day: float
    gbp_per_mile: float
    gbp_per_hour: float
    assistant_gbp_per_hour: float | None
    pupils_per_assistant: float
    empty_miles_per_mile: float
    co2e_kg_per_mile: float


@dataclass(frozen=True, eq=False, repr=False)
class Facts:
    """Everything that routes are held against.

    Parameters
    ----------
    layouts
        Vehicle, seats, wheelchair places.
    apart
        Pairs of pupils' ids.
    drive_ms, miles
        From point to point; NaN = cannot be driven.
    stop_ms, leave_stop_ms
        What a stop takes, whoever boards or leaves.
    is_today
        The routes are those of today, which nobody planned by these rules.
    """

    rules: RouteRules
    parameters: Parameters
    travellers: Mapping[str, Traveller]
    schools: Mapping[str, School]
    vehicles: Mapping[str, Vehicle]
    layouts: frozenset[tuple[str, int, int]]
    apart: frozenset[frozenset[str]]
    drive_ms: NDArray[np.float64]
    miles: NDArray[np.float64]
    stop_ms: int
    leave_stop_ms: int
    is_today: bool

    @property
    def is_mirrored(self) -> bool:
        """Whether the afternoon is the morning turned round, without times of its own."""
        return self.rules.afternoon == "mirrored"

    def direct_ms(self, who: Traveller, school: School) -> float:
        """Return the direct drive from a pupil's home to a school; NaN = cannot be driven."""
        return float(self.drive_ms[who.point, school.point])

    def limit_ms(self, who: Traveller, school: School) -> float:
        """Return the longest ride that a pupil may have to a school."""
        direct, limit = self.direct_ms(who, school), who.guide_ms
        if self.rules.detour is not None and direct > limit:
            limit = self.rules.detour * direct
        return math.floor(min(limit, who.most_ms) + _DUST_MS)


def facts_of(
    problem: Problem, legs: Legs, routes: RoutePlan, pupil_ids: Iterable[str], setting_ids: Iterable[str]
) -> Facts:
    """Lay out what routes are held against.

    Parameters
    ----------
    problem, legs
        What the routes were made for.
    routes
        Their rules and status are looked at.
    pupil_ids, setting_ids
        The pupils and schools of the routes, whose points are looked up; ids that the problem lacks are left out.

    Raises
    ------
    InputError
        When the legs lack one of those pupils or schools.
    """
    pupils, settings, parameters = problem.pupils, problem.settings, problem.parameters
    homes = sorted(set(pupil_ids) & set(pupils["pupil_id"]))
    schools = sorted(set(setting_ids) & set(settings["setting_id"]))
    home_point, school_point = legs.points_of(homes, schools)
    at_home = dict(zip(homes, (int(point) for point in home_point), strict=True))
    at_school = dict(zip(schools, (int(point) for point in school_point), strict=True))
    apart, layouts = problem.table("apart"), problem.table("layouts")
    return Facts(
        routes.rules,
        parameters,
        _travellers(pupils, parameters, at_home),
        _schools(settings, routes.rules, at_school),
        {row["vehicle"]: _vehicle(row, parameters) for row in problem.table("fleet").to_dict("records")},
        frozenset(zip(layouts["vehicle"], layouts["seats"], layouts["wheelchair_places"], strict=True)),
        frozenset(frozenset(pair) for pair in zip(apart["pupil_id"], apart["other_pupil_id"], strict=True)),
        np.round(legs.minutes * MINUTE_MS),
        legs.miles,
        round(_SECOND_MS * parameters.stop_seconds),
        round(_SECOND_MS * parameters.leave_stop_seconds),
        routes.status is Status.BASELINE,
    )


def word(value: Any) -> str:
    """Return a cell of words; blank where it is missing."""
    return "" if pd.isna(value) else str(value)


def _travellers(pupils: pd.DataFrame, parameters: Parameters, point: Mapping[str, int]) -> dict[str, Traveller]:
    earliest = clock_ms(pupils["earliest_pickup"]).fillna(-np.inf)
    rows = pupils.assign(earliest_ms=earliest).to_dict("records")
    return {row["pupil_id"]: _traveller(row, parameters, point.get(row["pupil_id"], -1)) for row in rows}


def _traveller(row: Mapping[Any, Any], parameters: Parameters, point: int) -> Traveller:
    if not math.isnan(row["board_minutes"]):
        board = leave = float(round(MINUTE_MS * row["board_minutes"]))
    elif row["wheelchair"]:
        board = leave = _SECOND_MS * parameters.wheelchair_seconds
    else:
        board, leave = _SECOND_MS * parameters.board_seconds, _SECOND_MS * parameters.leave_seconds
    is_primary = row["year_group"] <= LAST_PRIMARY_YEAR
    guide = parameters.guide_minutes_primary if is_primary else parameters.guide_minutes_secondary
    most = row["max_minutes"]
    return Traveller(
        pupil_id=row["pupil_id"],
        year_group=int(row["year_group"]),
        is_wheelchair=bool(row["wheelchair"]),
        needs_assistant=bool(row["assistant"]),
        is_solo=bool(row["solo"]),
        is_independent=bool(row["independent_travel"]),
        travel_mode=word(row["travel_mode"]),
        earliest_ms=float(row["earliest_ms"]),
        board_ms=board,
        leave_ms=leave,
        guide_ms=guide * MINUTE_MS,
        most_ms=math.inf if math.isnan(most) else most * MINUTE_MS,
        easting=float(row["easting"]),
        northing=float(row["northing"]),
        point=point,
    )


def _schools(settings: pd.DataFrame, rules: RouteRules, point: Mapping[str, int]) -> dict[str, School]:
    defaults = clock_ms(pd.Series([getattr(rules, name) for name in _WINDOWS], index=_WINDOWS))
    times = {name: clock_ms(settings[name]).fillna(defaults[name]) for name in _WINDOWS}
    rows = settings.assign(**times).to_dict("records")
    return {
        row["setting_id"]: School(
            row["setting_id"],
            float(row["easting"]),
            float(row["northing"]),
            point.get(row["setting_id"], -1),
            *(float(row[name]) for name in _WINDOWS),
        )
        for row in rows
    }


def _vehicle(row: Mapping[Any, Any], parameters: Parameters) -> Vehicle:
    empty, assistant = row["empty_miles_per_mile"], row["assistant_gbp_per_hour"]
    return Vehicle(
        word(row["operator"]),
        math.inf if math.isnan(row["available"]) else row["available"],
        row["gbp_per_day"],
        row["gbp_per_mile"],
        row["gbp_per_hour"],
        None if math.isnan(assistant) else assistant,
        row["pupils_per_assistant"],
        parameters.vehicle_miles_per_loaded_mile - 1 if math.isnan(empty) else empty,
        row["co2e_kg_per_mile"],
    )
