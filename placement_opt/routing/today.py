"""Today's routes from a file: timed and priced as planned ones are, whether or not they keep to the rules."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.duties import travel_duties
from placement_opt.errors import Fault, InputError, Status
from placement_opt.legs import Legs, legs_like
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import MINUTE_MS, RouteRules
from placement_opt.route_tables import UNROUTED_COLUMNS
from placement_opt.routing.arrays import Arrays, packed
from placement_opt.routing.case import BY_VEHICLE, RouteCase, case_of_parties
from placement_opt.routing.runs import Run, timed
from placement_opt.routing.tables import build_routes
from placement_opt.routing.timing import HELPED, WALKERS, WHEELCHAIRS, assistants_in
from placement_opt.routing.today_order import eased, first_boarding_ms, rung_of, with_set_downs
from placement_opt.routing.today_rows import TodayFile, TodayRoute, read_today
from placement_opt.schema import TODAY_ROUTES
from placement_opt.travel import TravelMatrix

NOT_IN_FILE = "not in the file"
_RUNGS = {
    "all rules": "keep to the rules",
    "times": "keep to all times, but not to the limits on rides or on who shares",
    "times of schools": "arrive at the schools' times, but pick up before the earliest time of a pupil",
    "none": "cannot reach their schools at the schools' times; they end at the latest arrival of their last school",
}


def read_routes(
    path: str | Path | pd.DataFrame,
    problem: Problem,
    plan: Plan,
    travel: TravelMatrix,
    *,
    legs: Legs | None = None,
    rules: RouteRules | None = None,
) -> RoutePlan:
    """Read the routes that run today, and time and price them as planned routes are.

    Parameters
    ----------
    path
        A CSV file, an Excel workbook or a DataFrame with the columns of `schema.TODAY_ROUTES`: a row for each pick-up
        in the order of the morning. Rows without a pupil_id but with a setting_id say where the set-downs are; a route
        without such rows sets down at each school after the last pick-up for it, in the order that is the shortest
        drive.
    problem
        Its fleet and layouts price the routes.
    plan
        Where the pupils go to school: for today's routes that of `baseline`.
    travel
        The journeys of the plan; they decide to whom transport is owed.
    legs
        Drives between all stops; None = as `legs_like(problem, travel)` makes them.
    rules
        None = those of `RouteRules()`. The way home is the way to school turned round, whatever they say: a file tells
        the morning only.

    Returns
    -------
    RoutePlan
        With the status `BASELINE`. Limits that the routes break do not keep them from being read: `review_routes` and
        `check_routes` list them. `unrouted` holds pupils who are owed a vehicle and are on no route. The record says
        what was read, what was worked out because the file does not say, and how recorded times differ.

    Raises
    ------
    InputError
        With every fault of the file at once: a cell that is not what its column asks for, a pupil who is unknown, has
        no place in the plan or is picked up twice, a stop that repeats, a vehicle or a layout that the tables lack, a
        set-down at which nobody leaves, a drive that is not known.

    Notes
    -----
    A route is timed by docs/routing.md: the shortest run there is, then the earliest. Where the rules leave none, the
    limits on rides and sharing are left out, then the pupils' earliest times, then the schools' times.

    Examples
    --------
    >>> import placement_opt as po
    >>> problem = po.examples.tiny().replace(
    ...     fleet=pd.DataFrame(
    ...         {"vehicle": ["taxi"], "gbp_per_day": [20], "gbp_per_mile": [2], "gbp_per_hour": [0]}
    ...     ).assign(co2e_kg_per_mile=0.3),
    ...     layouts=pd.DataFrame({"vehicle": ["taxi"], "seats": [4]}),
    ... )
    >>> travel = po.crow_fly(problem)
    >>> plan = po.baseline(problem, travel)
    >>> rows = pd.DataFrame({"route_id": ["7"], "stop": [1], "pupil_id": ["P2"], "vehicle": ["taxi"]})
    >>> po.read_routes(rows, problem, plan, travel)
    RoutePlan(baseline, 1 routes, 1 pupils, 0 unrouted, £8,194.93)
    """
    known = legs if legs is not None else legs_like(problem, travel)
    chosen = replace(rules if rules is not None else RouteRules(), afternoon="mirrored")
    file = read_today(path, problem, plan)
    duties = travel_duties(problem, plan, travel)
    case = case_of_parties(problem, plan, known, chosen, _parties(file), duties)
    return _TodayRoutes(file, case).plan()


def _parties(file: TodayFile) -> pd.DataFrame:
    rows = [(stop.pupil_id, stop.setting_id, stop.pupils) for stop in _boardings(file)]
    return pd.DataFrame(rows, columns=["pupil_id", "setting_id", "pupils"])


def _boardings(file: TodayFile) -> list[Any]:
    return [stop for route in file.routes for stop in route.stops if stop.pupil_id is not None]


@dataclass(frozen=True)
class _Driven:
    """A route as it is driven: its run, and which of the cases of `eased` it is timed by."""

    route: TodayRoute
    run: Run
    rung: str
    is_layout_given: bool
    is_room_enough: bool


class _TodayRoutes:
    """The routes of a file, by position of a case whose parties are its pick-ups."""

    def __init__(self, file: TodayFile, case: RouteCase) -> None:
        self.file, self.case = file, case
        self.eased = eased(case.arrays)
        self.schools = {name: place for place, name in enumerate(case.settings["setting_id"])}

    def plan(self) -> RoutePlan:
        """Return the routes as a plan."""
        events = self._all_events()
        earliest = self.eased["none"].earliest_ms.copy()
        rungs = [str(rung_of(self.eased, one)) for one in events]
        for one, rung in zip(events, rungs, strict=True):
            if rung == "none":
                earliest[one[0]] = first_boarding_ms(self.case.arrays, self.eased["none"], one)
        cases = {**self.eased, "none": self.eased["none"]._replace(earliest_ms=earliest)}
        driven = [
            self._driven(route, one, rung, cases[rung])
            for route, one, rung in zip(self.file.routes, events, rungs, strict=True)
        ]
        tables = self._tables(driven, cases)
        tables["unrouted"] = self._unrouted()
        tables["duties"] = self.case.duties
        routes = RoutePlan(Status.BASELINE, tables, self.case.rules)
        return routes.with_record(**self._record(driven, routes))

    def _all_events(self) -> list[list[int]]:
        """Return the events of every route; what cannot be driven is a fault."""
        faults, found, party = [], [], 0
        for route in self.file.routes:
            given: list[int] = []
            for stop in route.stops:
                is_boarding = stop.pupil_id is not None
                given.append(party if is_boarding else len(self.case.parties) + self.schools[stop.setting_id])
                party += is_boarding
            try:
                is_told = any(stop.pupil_id is None for stop in route.stops)
                events = given if is_told else with_set_downs(self.case.arrays, given)
            except ValueError as error:
                faults.append(Fault(TODAY_ROUTES.name, "setting_id", route.row, "", f"The route goes to {error}"))
                continue
            if events is None or rung_of(self.eased, events) is None:
                message = "is driven along a leg that is not known. Correct the points of its pupils, or the legs."
                faults.append(Fault(TODAY_ROUTES.name, "route_id", route.row, route.route_id, message))
                continue
            found.append(events)
        if faults:
            raise InputError(faults)
        return found

    def _driven(self, route: TodayRoute, events: Sequence[int], rung: str, arrays: Arrays) -> _Driven:
        case = replace(self.case, arrays=arrays)
        way = timed(case, events)
        if way is None:
            raise AssertionError("A route that can be driven has no times. Please report this.")
        vehicle = int(self.case.fleet["vehicle"].tolist().index(route.vehicle))
        needed = int(assistants_in(packed(arrays), vehicle, way.figures[HELPED]))
        assistants = max(needed, 0) if route.assistants is None else route.assistants
        layout, is_room_enough = self._layout(route, way.figures[WALKERS] + assistants, way.figures[WHEELCHAIRS])
        parties = tuple(sorted(event for event in events if event < len(arrays.home)))
        run = Run(parties, tuple(events), (), vehicle, layout, assistants, 0.0)
        return _Driven(route, run, rung, route.seats is not None, is_room_enough)

    def _layout(self, route: TodayRoute, seated: float, wheelchairs: float) -> tuple[int, bool]:
        """Return the smallest layout that holds everybody, of those that the file allows; else the largest."""
        layouts = self.case.layouts
        allowed = layouts[layouts["vehicle"] == route.vehicle]
        for name in ("seats", "wheelchair_places"):
            given = getattr(route, name)
            allowed = allowed if given is None else allowed[allowed[name] == given]
        places = allowed["seats"] + allowed["wheelchair_places"]
        holds = (allowed["seats"] >= seated) & (allowed["wheelchair_places"] >= wheelchairs)
        chosen = places[holds].idxmin() if holds.any() else places.idxmax()
        return int(np.flatnonzero(layouts.index == chosen)[0]), bool(holds.any())

    def _tables(self, driven: Sequence[_Driven], cases: Mapping[str, Arrays]) -> dict[str, pd.DataFrame]:
        built = []
        for rung, arrays in cases.items():
            part = [one for one in driven if one.rung == rung]
            if part:
                names = [one.route.route_id for one in part]
                case = replace(self.case, arrays=arrays)
                built.append(build_routes(case, [one.run for one in part], status=Status.BASELINE, route_ids=names))
        tables = {
            name: pd.concat([plan.tables[name] for plan in built]).sort_values("route_id", kind="stable")
            for name in ("routes", "stops", "riders")
        }
        tables["routes"] = self._priced(tables["routes"].reset_index(drop=True), driven)
        return tables

    def _priced(self, routes: pd.DataFrame, driven: Sequence[_Driven]) -> pd.DataFrame:
        """Return routes priced with the assistants who ride along, which need not be as many as the rules ask for."""
        by_name = {one.route.route_id: one for one in driven}
        ordered = [by_name[name] for name in routes["route_id"]]
        hourly = self.case.arrays.assistant_ms_gbp[[one.run.vehicle for one in ordered]]
        hours_ms = (routes["minutes"] + routes["afternoon_minutes"]).to_numpy() * MINUTE_MS
        assistants = routes["assistants"].to_numpy()
        lines = ["vehicle_gbp", "miles_gbp", "hours_gbp", "assistants_gbp"]
        routes = routes.assign(
            assistants_gbp=np.round(hours_ms * assistants * hourly, 2),
            contract_gbp=[one.route.contract_gbp for one in ordered],
        )
        return routes.assign(cost_gbp=routes[lines].sum(axis="columns").round(2))

    def _unrouted(self) -> pd.DataFrame:
        """Return who is owed a vehicle and is on no route."""
        owed = _pupils_by(self.case.duties[self.case.duties["mode"].isin(BY_VEHICLE)])
        missing = owed.sub(_pupils_by(self.case.parties), fill_value=0).clip(lower=0)
        missing = missing.reindex(owed.index).astype("int64")
        frame = missing[missing > 0].reset_index()
        message = "Is owed a vehicle and is on no route of the file. Add the pupil, or say how the pupil travels."
        return frame.assign(reason=NOT_IN_FILE, message=message)[list(UNROUTED_COLUMNS)]

    def _record(self, driven: Sequence[_Driven], routes: RoutePlan) -> dict[str, Any]:
        owed = _pupils_by(self.case.duties[self.case.duties["mode"].isin(BY_VEHICLE)])
        carried = _pupils_by(self.case.parties)
        not_owed = int(carried.sub(owed, fill_value=0).clip(lower=0).reindex(carried.index).sum())
        rungs = Counter(one.rung for one in driven)
        without_order = [all(stop.pupil_id is not None for stop in one.route.stops) for one in driven]
        return {
            "source": self.file.source,
            "sha256": self.file.sha256,
            "read": {"rows": self.file.rows, "routes": len(driven), "pupils": routes.routed_pupils},
            "worked_out": {
                "order of set-downs": sum(without_order),
                "layout": sum(not one.is_layout_given for one in driven),
                "assistants": sum(one.route.assistants is None for one in driven),
            },
            "times": {_RUNGS[rung]: rungs[rung] for rung in _RUNGS if rungs[rung]},
            "notes": [
                *_notes(not_owed, sum(not one.is_room_enough for one in driven), routes.unrouted_pupils),
                *(
                    [f"Columns of the file that are not used: {', '.join(self.file.unused)}."]
                    if self.file.unused
                    else []
                ),
            ],
            "recorded": self._recorded(routes.riders),
        }

    def _recorded(self, riders: pd.DataFrame) -> dict[str, Any]:
        """Return how the recorded times differ from those worked out, in minutes later than recorded."""
        names = [route.route_id for route in self.file.routes for stop in route.stops if stop.pupil_id is not None]
        stops = _boardings(self.file)
        keys = ["route_id", "pupil_id", "setting_id"]
        rows = [(stop.pupil_id, stop.setting_id, stop.pickup_ms, stop.arrival_ms) for stop in stops]
        told = pd.DataFrame(rows, columns=["pupil_id", "setting_id", "pickup", "arrival"]).assign(route_id=names)
        both = riders.merge(told, on=keys, how="left", validate="1:1")
        found: dict[str, float] = {}
        for name in ("pickup", "arrival"):
            later = ((both[f"{name}_ms"] - both[name]) / MINUTE_MS).dropna()
            found[f"{name}s"] = len(later)
            if len(later):
                found[f"{name} minutes later, mean"] = round(float(later.mean()), 1)
                found[f"{name} minutes apart, most"] = round(float(later.abs().max()), 1)
        return found


def _pupils_by(frame: pd.DataFrame) -> "pd.Series[int]":
    return frame.groupby(["pupil_id", "setting_id"])["pupils"].sum()


def _notes(not_owed: int, too_small: int, unrouted: int) -> list[str]:
    said = (
        ("Pupils on a route to whom no vehicle is owed", not_owed),
        ("Routes that carry more than any layout of their vehicle holds; the largest one was taken", too_small),
        ("Pupils who are owed a vehicle and are on no route of the file", unrouted),
    )
    return [f"{words}: {number:,}." for words, number in said if number]
