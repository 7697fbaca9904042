"""Today's routes as a file tells them: rows checked against the problem and the plan, all faults at once."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.cells import read_table
from placement_opt.errors import Fault, InputError
from placement_opt.files.delimited import read_csv
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.route_rules import clock_ms
from placement_opt.schema import TODAY_ROUTES

_TABLE = TODAY_ROUTES.name
_ONCE = ("vehicle", "seats", "wheelchair_places", "assistants", "contract_gbp", "contract_gbp_per_day")
"""Columns that hold for a whole route."""


@dataclass(frozen=True)
class TodayStop:
    """A row: pupils who board, or (no pupil) a set-down at a school. Recorded times may be NaN."""

    row: str
    pupil_id: str | None
    setting_id: str
    pupils: int
    pickup_ms: float
    arrival_ms: float


@dataclass(frozen=True)
class TodayRoute:
    """A route as the file tells it; None = the file does not say."""

    route_id: str
    row: str
    vehicle: str
    seats: int | None
    wheelchair_places: int | None
    assistants: int | None
    contract_gbp: float
    stops: tuple[TodayStop, ...]


@dataclass(frozen=True)
class TodayFile:
    """What was read: the routes, in order of their names, and where they came from."""

    routes: tuple[TodayRoute, ...]
    source: str
    sha256: str
    rows: int
    unused: tuple[str, ...]
    """Columns that mean nothing here; a misspelt one would be among them."""


def read_today(given: str | Path | pd.DataFrame, problem: Problem, plan: Plan) -> TodayFile:
    """Read the rows of today's routes and check them; see `read_routes`."""
    raw, source, digest, faults, broken = _raw(given)
    if raw is None:
        raise InputError(faults)
    found: list[Fault] = []
    frame = read_table(TODAY_ROUTES, raw, found)
    if not any(not fault.row for fault in found):
        found += _Checks(frame, problem, plan).faults({(fault.column, fault.row) for fault in found})
    faults += [fault for fault in found if fault.row not in broken]
    if faults:
        raise InputError(faults)
    days = problem.parameters.days_per_year
    places = _places_of(plan)
    routes = tuple(_route(str(name), rows, places, days) for name, rows in _sorted(frame).groupby("route_id"))
    unused = tuple(str(name) for name in frame.columns if name not in TODAY_ROUTES.names)
    return TodayFile(routes, source, digest, len(frame), unused)


def _raw(given: str | Path | pd.DataFrame) -> tuple[pd.DataFrame | None, str, str, list[Fault], set[str]]:
    if isinstance(given, pd.DataFrame):
        digest = hashlib.sha256(given.to_csv(index=False).encode()).hexdigest()
        return given, "a table in memory", digest, [], set()
    path = Path(given)
    if not path.is_file():
        fault = Fault(_TABLE, "", "", path.name, "There is no such file. Give a CSV file or an Excel workbook.")
        return None, "", "", [fault], set()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        from placement_opt.files.workbook import read_sheet  # noqa: PLC0415 - openpyxl is loaded when used

        frame, faults = read_sheet(path, _TABLE)
        return frame, f"the file {path.name}", digest, faults, set()
    read = read_csv(path, _TABLE)
    return read.frame, f"the file {path.name}", digest, read.faults, read.broken


def _places_of(plan: Plan) -> dict[str, dict[str, int]]:
    """Return how many pupils of each row the plan has at each school."""
    counts = plan.placements.groupby(["pupil_id", "setting_id"])["count"].sum()
    places: dict[str, dict[str, int]] = {}
    for row in counts.reset_index().to_dict("records"):
        places.setdefault(row["pupil_id"], {})[row["setting_id"]] = int(row["count"])
    return places


class _Checks:
    """The rows of the file, held against each other, the problem and the plan."""

    def __init__(self, frame: pd.DataFrame, problem: Problem, plan: Plan) -> None:
        self.frame = frame
        self.pupils = set(problem.pupils["pupil_id"])
        self.settings = set(problem.settings["setting_id"])
        self.fleet = problem.table("fleet").set_index("vehicle")
        self.layouts = problem.table("layouts")
        self.places = _places_of(plan)

    def faults(self, unread: set[tuple[str, str]]) -> list[Fault]:
        """Return what is wrong; cells that could not be read have their fault already."""
        rows = [
            *self._tables(),
            *self._references(),
            *self._pupils(),
            *self._counts(),
            *(fault for _, route in self.frame.groupby("route_id") for fault in self._route(route)),
        ]
        return [fault for fault in rows if not any((name, fault.row) in unread for name in fault.column.split(", "))]

    def _tables(self) -> Iterator[Fault]:
        if self.frame.empty:
            yield Fault(_TABLE, "", "", "", f"The table has no rows. Add at least one: {TODAY_ROUTES.row_is}.")
        for name, frame in (("fleet", self.fleet), ("layouts", self.layouts)):
            if frame.empty:
                message = "The table has no rows, and no prices are made up. Describe the vehicles that routes use."
                yield Fault(name, "", "", "", message)

    def _references(self) -> Iterator[Fault]:
        known = {"pupil_id": self.pupils, "setting_id": self.settings, "vehicle": set(self.fleet.index)}
        for name, values in known.items():
            table, _, column = TODAY_ROUTES.column(name).refers_to.partition(".")
            cells = self.frame[name].dropna()
            for label, value in cells[~cells.isin(values)].items():
                message = f"is not a {column} of the table {table}. Add it there or correct it here."
                yield _fault(name, label, value, message)

    def _pupils(self) -> Iterator[Fault]:
        for label, row in self.frame.iterrows():
            pupil_id, setting_id = _text(row["pupil_id"]), _text(row["setting_id"])
            if pupil_id is None:
                yield from self._set_down_row(label, row, setting_id)
            elif pupil_id in self.pupils:
                yield from self._pupil_row(label, pupil_id, setting_id)

    def _set_down_row(self, label: object, row: "pd.Series[Any]", setting_id: str | None) -> Iterator[Fault]:
        if setting_id is None:
            message = "Both cells are blank. Give the pupil who is picked up, or the school of a set-down."
            yield _fault("pupil_id, setting_id", label, "", message)
        if pd.notna(row["pupils"]):
            message = "is how many board, but the row names no pupil. Clear it or give the pupil."
            yield _fault("pupils", label, f"{row['pupils']:g}", message)

    def _pupil_row(self, label: object, pupil_id: str, setting_id: str | None) -> Iterator[Fault]:
        schools = self.places.get(pupil_id, {})
        if not schools:
            message = (
                "has no place in the plan, so no school to go to. Remove the row, or give the plan of these routes."
            )
            yield _fault("pupil_id", label, pupil_id, message)
        elif setting_id is None and len(schools) > 1:
            message = f"stands for pupils of several schools ({', '.join(sorted(schools))}). Give the setting_id."
            yield _fault("pupil_id", label, pupil_id, message)
        elif setting_id in self.settings and setting_id not in schools:
            message = f"is not where the plan has this pupil ({', '.join(sorted(schools))}). Correct it, or clear it."
            yield _fault("setting_id", label, str(setting_id), message)

    def _counts(self) -> Iterator[Fault]:
        """Find pupils who are picked up twice, or more of a row than the plan has at the school."""
        left = {(pupil, school): count for pupil, at in self.places.items() for school, count in at.items()}
        first: dict[tuple[str, str], object] = {}
        on_route: dict[tuple[str, str, str], object] = {}
        for label, row in self.frame[self.frame["pupil_id"].notna()].iterrows():
            stop = _where(row, self.places)
            if stop is None or stop not in left:
                continue
            wanted = left[stop] if pd.isna(row["pupils"]) else int(row["pupils"])
            if stop in first and (pd.isna(row["pupils"]) or wanted > left[stop]):
                message = f"is picked up already in row {first[stop]}. Keep one of the rows."
                yield _fault("pupil_id", label, stop[0], message)
            elif wanted > left[stop]:
                message = f"is more than the {left[stop]} of the row whom the plan has at {stop[1]}. Correct it."
                yield _fault("pupils", label, f"{wanted}", message)
            elif (row["route_id"], *stop) in on_route:
                message = f"is on the same route in row {on_route[row['route_id'], *stop]}. Make one row of the two."
                yield _fault("pupil_id", label, stop[0], message)
            left[stop] = max(0, left[stop] - wanted)
            first.setdefault(stop, label)
            on_route.setdefault((row["route_id"], *stop), label)

    def _route(self, route: pd.DataFrame) -> Iterator[Fault]:
        yield from _once(route)
        yield from self._vehicle(route)
        if route["stop"].notna().all():
            yield from self._order(route.sort_values("stop"))

    def _vehicle(self, route: pd.DataFrame) -> Iterator[Fault]:
        said = {name: route[name].dropna() for name in ("vehicle", "seats", "wheelchair_places", "assistants")}
        if said["vehicle"].empty:
            message = "The route has no vehicle. Give a vehicle of the table fleet on one of its rows."
            yield _fault("vehicle", route.index[0], "", message)
            return
        vehicle = said["vehicle"].iloc[0]
        if vehicle not in self.fleet.index:
            return
        known = self.layouts[self.layouts["vehicle"] == vehicle]
        fitting = known
        for name in ("seats", "wheelchair_places"):
            fitting = fitting if said[name].empty else fitting[fitting[name] == said[name].iloc[0]]
        if fitting.empty:
            shown = "; ".join(f"{seats} and {places}" for _, seats, places in known.itertuples(index=False)) or "none"
            where = next((name for name in ("seats", "wheelchair_places") if not said[name].empty), "vehicle")
            message = (
                f"is no layout of {vehicle} (seats and wheelchair places: {shown}). Correct it, leave both blank, "
                "or add the layout."
            )
            yield _fault(where, said[where].index[0], _shown(said[where].iloc[0]), message)
        assistants = said["assistants"]
        if len(assistants) and assistants.iloc[0] > 0 and pd.isna(self.fleet.loc[vehicle, "assistant_gbp_per_hour"]):
            message = f"ride in {vehicle}, which carries none by the table fleet. Give its assistant_gbp_per_hour."
            yield _fault("assistants", assistants.index[0], _shown(assistants.iloc[0]), message)

    def _order(self, route: pd.DataFrame) -> Iterator[Fault]:
        """Find set-downs that nobody or not everybody of the route is there for."""
        aboard: dict[str, object] = {}
        is_set_down = route["pupil_id"].isna()
        if is_set_down.all():
            yield _fault("pupil_id", route.index[0], "", "The route picks nobody up. Give its pupils.")
            return
        if not is_set_down.any():
            return
        for label, row in route.iterrows():
            if pd.isna(row["pupil_id"]):
                if _text(row["setting_id"]) in self.settings and aboard.pop(row["setting_id"], None) is None:
                    message = "is a set-down at which nobody leaves. Remove the row or put it after its pupils."
                    yield _fault("setting_id", label, row["setting_id"], message)
                continue
            stop = _where(row, self.places)
            if stop is not None:
                aboard.setdefault(stop[1], label)
        for setting_id, label in aboard.items():
            message = (
                f"boards for {setting_id}, where the route sets nobody down afterwards. Give every set-down of the "
                "route, or none."
            )
            yield _fault("pupil_id", label, str(route["pupil_id"].to_dict()[label]), message)


def _once(route: pd.DataFrame) -> Iterator[Fault]:
    for name in _ONCE:
        said = route[name].dropna()
        for label, value in said[said != said.iloc[0]].items() if len(said) else ():
            message = f"differs from {_shown(said.iloc[0])} in row {said.index[0]} of the same route. Say it once."
            yield _fault(name, label, _shown(value), message)
    both = [route[name].dropna() for name in ("contract_gbp", "contract_gbp_per_day")]
    if len(both[0]) and len(both[1]):
        message = "is given together with contract_gbp. Keep one of them."
        yield _fault("contract_gbp_per_day", both[1].index[0], _shown(both[1].iloc[0]), message)


def _where(row: "pd.Series[Any]", places: Mapping[str, Mapping[str, int]]) -> tuple[str, str] | None:
    """Return the pupil and the school of a row; None where they are not known."""
    schools = places.get(str(row["pupil_id"]), {})
    given = _text(row["setting_id"])
    if given is None and len(schools) == 1:
        given = next(iter(schools))
    return None if given is None or given not in schools else (str(row["pupil_id"]), given)


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(["route_id", "stop"], kind="stable")


def _route(
    route_id: str, rows: pd.DataFrame, places: Mapping[str, Mapping[str, int]], days_per_year: float
) -> TodayRoute:
    said: dict[str, Any] = {name: rows[name].dropna().iloc[0] if rows[name].notna().any() else None for name in _ONCE}
    contract, daily = said["contract_gbp"], said["contract_gbp_per_day"]
    if contract is None:
        contract = np.nan if daily is None else round(float(daily) * days_per_year, 2)
    return TodayRoute(
        route_id,
        str(rows.index[0]),
        str(said["vehicle"]),
        _whole(said["seats"]),
        _whole(said["wheelchair_places"]),
        _whole(said["assistants"]),
        float(contract),
        tuple(_stops(rows, places)),
    )


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _stops(rows: pd.DataFrame, places: Mapping[str, Mapping[str, int]]) -> Iterator[TodayStop]:
    pickups, arrivals = clock_ms(rows["pickup"]), clock_ms(rows["arrival"])
    for (label, row), *times in zip(rows.iterrows(), pickups.tolist(), arrivals.tolist(), strict=True):
        stop = _where(row, places)
        if stop is None:
            yield TodayStop(str(label), None, str(row["setting_id"]), 0, *times)
        else:
            all_pupils = places[stop[0]][stop[1]]
            pupils = all_pupils if pd.isna(row["pupils"]) else int(row["pupils"])
            yield TodayStop(str(label), stop[0], stop[1], pupils, *times)


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _shown(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, int | float | np.number) else str(value)


def _fault(column: str, label: object, value: str, message: str) -> Fault:
    return Fault(_TABLE, column, str(label), value, message)
