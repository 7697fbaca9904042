"""The question about routes: who has to be carried where, by which vehicles, within which limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.facts import Bools, Floats, Ints
from placement_opt.legs import Legs
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.route_rules import MINUTE_MS, RouteRules, clock_ms
from placement_opt.route_tables import UNROUTED_COLUMNS
from placement_opt.routing.arrays import FAR_MS, Arrays, Packed, packed
from placement_opt.routing.refusals import refusal_of
from placement_opt.schema import LAST_PRIMARY_YEAR

BY_VEHICLE = ("vehicle", "solo", "training")
"""Modes of `duties` that ask for a route."""
HOUR_MS = 3_600_000
MANY = 10**9
_FILL = "Fill it in the tables; a plan that was made before stays the same."


@dataclass(frozen=True, eq=False)
class RouteCase:
    """A question about routes, by position.

    Parameters
    ----------
    problem, plan, legs, rules
        What it was made from.
    parties
        Who boards together: pupil_id, setting_id, pupils, year_group, wheelchair, assistant, solo, easting, northing,
        guide_minutes, limit_minutes, direct_minutes.
    settings, fleet, layouts
        The schools that anybody is carried to, the types of vehicle and their layouts: rows of the problem's tables.
    arrays
        All of it as arrays.
    available
        How many there are of each type of vehicle; infinite = as many as needed.
    unrouted
        Pupils whom no run can carry, with the reasons: `UNROUTED_COLUMNS`.
    duties
        Whether transport is owed, and how everybody travels: `DUTY_COLUMNS`.
    """

    problem: Problem
    plan: Plan
    legs: Legs
    rules: RouteRules
    parties: pd.DataFrame
    settings: pd.DataFrame
    fleet: pd.DataFrame
    layouts: pd.DataFrame
    arrays: Arrays
    available: Floats
    unrouted: pd.DataFrame
    duties: pd.DataFrame

    @cached_property
    def packed(self) -> Packed:
        """The arrays as compiled functions take them."""
        return packed(self.arrays)


def route_case(problem: Problem, plan: Plan, legs: Legs, rules: RouteRules, duties: pd.DataFrame) -> RouteCase:
    """Work out who has to be carried, and within which limits (docs/routing.md, sections 1 to 3).

    Parameters
    ----------
    duties
        Of `travel_duties` for the plan.

    Raises
    ------
    InputError
        When there are no vehicles, or the legs lack a pupil or a school.
    """
    fleet, layouts = _fleet_of(problem)
    carried = _carried(problem, duties)
    settings = _settings_of(problem, carried)
    everybody = _with_limits(carried, problem, legs, rules)
    whole = _arrays(problem, everybody, settings, fleet, layouts, legs, rules)
    most = [_most_together(whole, row, rules) for row in everybody.to_dict("records")]
    parts = [(row, size) for row, most_at_once in enumerate(most) for size in _sizes(everybody, row, most_at_once)]
    rows = np.array([row for row, _ in parts], dtype=np.int64)
    parties = everybody.iloc[rows].assign(pupils=[size for _, size in parts]).reset_index(drop=True)
    arrays = _arrays(problem, parties, settings, fleet, layouts, legs, rules)
    refused = [refusal_of(arrays, party, parties.iloc[party], fleet) for party in range(len(parties))]
    is_kept = np.array([refusal is None for refusal in refused], dtype=bool)
    kept = parties[is_kept].reset_index(drop=True)
    return RouteCase(
        problem,
        plan,
        legs,
        rules,
        kept,
        settings,
        fleet,
        layouts,
        _arrays(problem, kept, settings, fleet, layouts, legs, rules),
        fleet["available"].fillna(np.inf).to_numpy(dtype=np.float64),
        unrouted_rows(parties[~is_kept], [refusal for refusal in refused if refusal is not None]),
        duties,
    )


def case_of_parties(
    problem: Problem, plan: Plan, legs: Legs, rules: RouteRules, parties: pd.DataFrame, duties: pd.DataFrame
) -> RouteCase:
    """Return the question about parties as they are given, in their order, whether or not a run can carry them.

    Parameters
    ----------
    parties
        pupil_id, setting_id, pupils.

    Raises
    ------
    InputError
        When there are no vehicles, or the legs lack a pupil or a school.
    """
    fleet, layouts = _fleet_of(problem)
    settings = _settings_of(problem, parties)
    known = _with_limits(_with_pupils(parties[["pupil_id", "setting_id", "pupils"]], problem), problem, legs, rules)
    arrays = _arrays(problem, known, settings, fleet, layouts, legs, rules)
    available = fleet["available"].fillna(np.inf).to_numpy(dtype=np.float64)
    nobody = pd.DataFrame(columns=list(UNROUTED_COLUMNS))
    return RouteCase(problem, plan, legs, rules, known, settings, fleet, layouts, arrays, available, nobody, duties)


def unrouted_rows(parties: pd.DataFrame, refusals: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Return pupils without a route, one row for each row of the placements, with a word and a sentence why."""
    frame = parties[["pupil_id", "setting_id", "pupils"]].copy()
    frame["reason"] = [reason for reason, _ in refusals]
    frame["message"] = [message for _, message in refusals]
    keys = ["pupil_id", "setting_id", "reason", "message"]
    return pd.DataFrame(frame.groupby(keys, sort=True)["pupils"].sum().reset_index())[list(UNROUTED_COLUMNS)]


def _fleet_of(problem: Problem) -> tuple[pd.DataFrame, pd.DataFrame]:
    fleet, layouts = problem.table("fleet"), problem.table("layouts")
    faults = [
        Fault(name, "", "", "", f"The table has no rows. Routes need your own {what}; no prices are made up. {_FILL}")
        for name, frame, what in (("fleet", fleet, "vehicles and prices"), ("layouts", layouts, "seats"))
        if frame.empty
    ]
    if faults:
        raise InputError(faults)
    return fleet, layouts


def _carried(problem: Problem, duties: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each row of the placements that needs a vehicle, with what matters of its pupils."""
    wanted = duties.loc[duties["mode"].isin(BY_VEHICLE), ["pupil_id", "setting_id", "pupils"]]
    rows = _with_pupils(wanted, problem)
    return rows.sort_values(["setting_id", "pupil_id"], kind="stable").reset_index(drop=True)


def _with_pupils(wanted: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    about = ["pupil_id", "easting", "northing", "year_group", "wheelchair", "assistant", "solo"]
    about += ["max_minutes", "earliest_pickup", "board_minutes"]
    return wanted.merge(problem.pupils[about], on="pupil_id", how="left", validate="m:1")


def _settings_of(problem: Problem, carried: pd.DataFrame) -> pd.DataFrame:
    settings = problem.settings.set_index("setting_id", drop=False)
    return settings.loc[sorted(set(carried["setting_id"]))].reset_index(drop=True)


def _with_limits(carried: pd.DataFrame, problem: Problem, legs: Legs, rules: RouteRules) -> pd.DataFrame:
    home, school = legs.points_of(carried["pupil_id"], carried["setting_id"])
    direct = legs.minutes[home, school] if len(carried) else np.zeros(0)
    parameters = problem.parameters
    is_primary = carried["year_group"].to_numpy() <= LAST_PRIMARY_YEAR
    guide = np.where(is_primary, parameters.guide_minutes_primary, parameters.guide_minutes_secondary)
    longer = guide if rules.detour is None else np.where(direct > guide, rules.detour * direct, guide)
    limit = np.minimum(longer, carried["max_minutes"].fillna(np.inf).to_numpy(dtype=float))
    return carried.assign(direct_minutes=direct, guide_minutes=guide, limit_minutes=limit)


def _arrays(
    problem: Problem,
    parties: pd.DataFrame,
    settings: pd.DataFrame,
    fleet: pd.DataFrame,
    layouts: pd.DataFrame,
    legs: Legs,
    rules: RouteRules,
) -> Arrays:
    parameters = problem.parameters
    home, school = legs.points_of(parties["pupil_id"], settings["setting_id"])
    points, at = np.unique(np.concatenate([home, school]), return_inverse=True)
    drive = np.rint(legs.minutes[np.ix_(points, points)] * MINUTE_MS)
    pupils = parties["pupils"].to_numpy(dtype=np.int64)
    wheelchair = parties["wheelchair"].to_numpy(dtype=bool)
    windows = [
        [clock_ms(settings[name]).fillna(clock_ms(pd.Series([getattr(rules, name)]))[0]) for name in pair]
        for pair in (("arrive_from", "leave_from"), ("arrive_by", "leave_by"))
    ]
    days = parameters.days_per_year
    hourly = fleet[["gbp_per_hour", "assistant_gbp_per_hour"]].fillna(0.0).to_numpy(dtype=np.float64)
    return Arrays(
        drive_ms=np.where(np.isnan(drive), FAR_MS, drive).astype(np.int64),
        miles=np.nan_to_num(legs.miles[np.ix_(points, points)]),
        home=at[: len(parties)].astype(np.int64),
        school=at[len(parties) :].astype(np.int64),
        goes_to=_positions(settings["setting_id"], parties["setting_id"]),
        pupils=pupils,
        walkers=np.where(wheelchair, 0, pupils),
        wheelchairs=np.where(wheelchair, pupils, 0),
        helped=np.where(parties["assistant"].to_numpy(dtype=bool), pupils, 0),
        board_ms=_handling_ms(parties, parameters.board_seconds, parameters.wheelchair_seconds),
        leave_ms=_handling_ms(parties, parameters.leave_seconds, parameters.wheelchair_seconds),
        limit_ms=np.floor(parties["limit_minutes"].to_numpy(dtype=float) * MINUTE_MS + 1e-6).astype(np.int64),
        earliest_ms=clock_ms(parties["earliest_pickup"]).fillna(-FAR_MS).to_numpy().astype(np.int64),
        solo=parties["solo"].to_numpy(dtype=bool),
        apart=_apart(problem, parties),
        open_ms=np.array(windows[0], dtype=np.int64).reshape(2, len(settings)),
        shut_ms=np.array(windows[1], dtype=np.int64).reshape(2, len(settings)),
        stop_ms=round(parameters.stop_seconds * 1_000),
        leave_stop_ms=round(parameters.leave_stop_seconds * 1_000),
        most_pupils=rules.most_pupils or MANY,
        is_single=rules.together == "single",
        calls_once=False,
        layout_vehicle=_positions(fleet["vehicle"], layouts["vehicle"]),
        layout_seats=layouts["seats"].to_numpy(dtype=np.int64),
        layout_wheelchairs=layouts["wheelchair_places"].to_numpy(dtype=np.int64),
        year_gbp=days * fleet["gbp_per_day"].to_numpy(dtype=np.float64),
        mile_gbp=days * fleet["gbp_per_mile"].to_numpy(dtype=np.float64),
        ms_gbp=days * hourly[:, 0] / HOUR_MS,
        assistant_ms_gbp=days * hourly[:, 1] / HOUR_MS,
        pupils_per_assistant=fleet["pupils_per_assistant"].fillna(0).to_numpy(dtype=np.int64),
    )


def _handling_ms(parties: pd.DataFrame, walking_seconds: float, wheelchair_seconds: float) -> Ints:
    pupils = parties["pupils"].to_numpy(dtype=np.int64)
    seconds = np.where(parties["wheelchair"].to_numpy(dtype=bool), wheelchair_seconds, walking_seconds)
    own = parties["board_minutes"].to_numpy(dtype=float)
    usual = np.rint(pupils * 1_000 * seconds)
    given = pupils * np.rint(np.nan_to_num(own) * MINUTE_MS)
    return np.asarray(np.where(np.isnan(own), usual, given), dtype=np.int64)


def _apart(problem: Problem, parties: pd.DataFrame) -> Bools:
    table = problem.table("apart")
    apart = np.zeros((len(parties), len(parties)), dtype=np.bool_)
    of_pupil = {str(name): np.asarray(rows) for name, rows in parties.groupby("pupil_id").indices.items()}
    for one, other in zip(table["pupil_id"], table["other_pupil_id"], strict=True):
        if one in of_pupil and other in of_pupil:
            apart[np.ix_(of_pupil[one], of_pupil[other])] = True
            apart[np.ix_(of_pupil[other], of_pupil[one])] = True
    return apart


def _most_together(arrays: Arrays, row: Any, rules: RouteRules) -> int:
    """Return how many pupils of a row one vehicle can take at most; 0 where it can take none."""
    if row["solo"]:
        return 1
    most = 0
    for layout, vehicle in enumerate(arrays.layout_vehicle):
        each = arrays.pupils_per_assistant[vehicle]
        seats, wheelchairs = arrays.layout_seats[layout], arrays.layout_wheelchairs[layout]
        for number in range(most + 1, int(seats + wheelchairs) + 1):
            assistants = 0 if not row["assistant"] else ceil(number / each) if each else MANY
            if (assistants <= seats and number <= wheelchairs) if row["wheelchair"] else number + assistants <= seats:
                most = number
    return min(most, rules.most_pupils or MANY)


def _sizes(everybody: pd.DataFrame, row: int, most: int) -> list[int]:
    pupils = int(everybody["pupils"].to_numpy(dtype=np.int64)[row])
    parts = ceil(pupils / max(most, 1))
    return [pupils // parts + (part < pupils % parts) for part in range(parts)]


def _positions(index: "pd.Series[Any]", values: "pd.Series[Any]") -> Ints:
    return np.asarray(pd.Index(index).get_indexer(pd.Index(values)), dtype=np.int64)
