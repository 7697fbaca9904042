"""Route sheets for those who drive: who is picked up where and when, and nothing that they need not know."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from placement_opt.problem import Problem
from placement_opt.report.books import save_book
from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.route_words import CONFIDENTIAL, check_same_question, clock
from placement_opt.report.sheets import put, write_grid, write_rows
from placement_opt.route_plan import RoutePlan
from placement_opt.schema import TABLES

LIST_SHEET, WITHOUT_SHEET = "Routes", "Without a route"
NOTES = (
    "Times are rounded down to the whole minute. Easting and northing are metres on British National Grid.",
    "Wheelchair, assistant and alone: the pupil travels in a wheelchair, needs the passenger assistant, has nobody "
    "else aboard.",
)
MIRRORED_NOTE = "Afternoon: the morning turned round, counted from the time at which the first school lets pupils go."
_ACTIONS = {"board": "Pick up", "leave": "Set down"}
_FLAGS = {"wheelchair": "Wheelchair", "assistant": "Assistant", "solo": "Alone"}
_LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_A4 = 9


def write_route_sheets(
    path: str | Path,
    problem: Problem,
    routes: RoutePlan,
    *,
    operator: str | None = None,
    pupil_columns: Sequence[str] = (),
) -> Path:
    """Write an Excel workbook with a list of routes and a sheet for each: stops, times, who boards and who leaves.

    Parameters
    ----------
    path
        The file to write; an existing one is replaced when the new one is complete.
    problem
        What the routes were planned for: names of schools.
    routes
        The routes.
    operator
        Only the routes of this operator, to be given to it.
    pupil_columns
        Columns of your own in the table `pupils` to show at each pick-up: a name, an address, a telephone number. The
        library's own columns are refused: no need, band or reason is ever shown.

    Returns
    -------
    Path
        The file. It says where children live: give each operator its own routes only.

    Raises
    ------
    InputError
        When the routes hold pupils or schools that the problem does not know.
    ValueError
        When no route is of that operator, or a column is not there or is one of the library's own.
    OSError
        When the file cannot be written; then nothing is left behind.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - loads when used

    check_same_question(problem, routes)
    check_columns(problem, pupil_columns)
    chosen = _of_operator(routes.routes, operator)
    names = sheet_names([LIST_SHEET, WITHOUT_SHEET, *chosen["route_id"]])[2:]
    book = Workbook()
    first = book.worksheets[0]
    first.title = LIST_SHEET
    _write_heading(first, CONFIDENTIAL)
    write_grid(first, _list_of_routes(chosen, routes.stops, problem), first_row=3)
    _prepare_print(first, LIST_SHEET)
    if operator is None and routes.unrouted_pupils:
        without = book.create_sheet(WITHOUT_SHEET)
        _write_heading(without, CONFIDENTIAL)
        write_grid(without, _list_of_unrouted(routes.unrouted, problem), first_row=3)
        _prepare_print(without, WITHOUT_SHEET)
    shown = _Stops(problem, routes, tuple(pupil_columns))
    notes = (*NOTES, *([MIRRORED_NOTE] if routes.rules.afternoon == "mirrored" else []))
    for name, (_, route) in zip(names, chosen.iterrows(), strict=True):
        _write_route(book.create_sheet(name), route, shown, notes)
    return save_book(book, Path(path))


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Return names that a workbook allows, all different, as near as can be to those that are wanted.

    Examples
    --------
    >>> sheet_names(["R1", "r1", "A/B"])
    ['R1', 'r1 (2)', 'A_B']
    """
    taken: set[str] = set()
    names = []
    for text in wanted:
        base = _FORBIDDEN.sub("_", text).strip("'").strip()[:_LONGEST_NAME] or "_"
        name, number = base, 1
        while name.lower() in taken | {"history"}:
            number += 1
            ending = f" ({number})"
            name = base[: _LONGEST_NAME - len(ending)] + ending
        taken.add(name.lower())
        names.append(name)
    return names


class _Stops:
    """The stops of all routes, ready to be shown."""

    def __init__(self, problem: Problem, routes: RoutePlan, pupil_columns: tuple[str, ...]) -> None:
        self.columns = pupil_columns
        self.schools = dict(zip(problem.settings["setting_id"], problem.settings["name"], strict=True))
        own = problem.pupils.set_index("pupil_id")[list(pupil_columns)]
        self.own: Mapping[Any, Mapping[Any, Any]] = own.to_dict("index")
        riders = routes.riders.drop_duplicates(["route_id", "pupil_id"]).set_index(["route_id", "pupil_id"])
        self.flags: Mapping[Any, Mapping[Any, Any]] = riders[list(_FLAGS)].to_dict("index")
        self.by_run = {key: part.sort_values("sequence") for key, part in routes.stops.groupby(["route_id", "run"])}

    def grid(self, route_id: str, run: str) -> Grid:
        """Return one run of one route as a table."""
        stops = self.by_run.get((route_id, run))
        heads = (
            *("Stop", "Time", "Leaves", "What", "Pupil", "Pupils", *_FLAGS.values(), "School", "Aboard after"),
            *("Miles", "Easting", "Northing", *self.columns),
        )
        rows = () if stops is None else tuple(self._row(stop) for _, stop in stops.iterrows())
        return Grid(f"{route_id}-{run}", run.capitalize(), heads, rows)

    def _row(self, stop: "pd.Series[Any]") -> tuple[Cell, ...]:
        pupil = "" if pd.isna(stop["pupil_id"]) else stop["pupil_id"]
        own = self.own.get(pupil, {})
        flags = self.flags.get((stop["route_id"], pupil), {})
        return (
            Cell(int(stop["sequence"]), Unit.COUNT),
            text_cell(clock(stop["begins_ms"])),
            text_cell(clock(stop["departs_ms"])),
            text_cell(_ACTIONS[stop["action"]]),
            text_cell(pupil or "all of this school"),
            Cell(int(stop["pupils"]), Unit.COUNT),
            *(text_cell("yes" if flags.get(flag) else "") for flag in _FLAGS),
            text_cell(self.schools[stop["setting_id"]]),
            Cell(int(stop["aboard"]), Unit.COUNT),
            Cell(float(stop["miles"]), Unit.ONE_DECIMAL),
            Cell(round(float(stop["easting"])), Unit.NUMBER),
            Cell(round(float(stop["northing"])), Unit.NUMBER),
            *(text_cell(None if pd.isna(own.get(column)) else own[column]) for column in self.columns),
        )


def check_columns(problem: Problem, pupil_columns: Sequence[str]) -> None:
    """Refuse columns of pupils that are not there, or that are the library's own.

    Raises
    ------
    ValueError
        At the first of them.
    """
    table, reserved = problem.pupils, {*TABLES["pupils"].names}
    free = [column for column in table.columns if column not in reserved]
    for column in pupil_columns:
        if column not in free:
            raise ValueError(
                f"`pupil_columns` names {column!r}, which is not a column of your own in the table pupils; those are "
                f"{', '.join(free) or 'none'}."
            )


def operators_of(routes: pd.DataFrame) -> list[str]:
    """Return the operators that routes name, in order."""
    return sorted({str(name) for name in routes["operator"].dropna()} - {""})


def _of_operator(routes: pd.DataFrame, operator: str | None) -> pd.DataFrame:
    if operator is None:
        return routes
    chosen = routes[routes["operator"] == operator]
    if chosen.empty:
        known = ", ".join(operators_of(routes)) or "none"
        raise ValueError(f"`operator` is {operator!r}, which no route has; operators are {known}.")
    return chosen


def _list_of_unrouted(unrouted: pd.DataFrame, problem: Problem) -> Grid:
    names = dict(zip(problem.settings["setting_id"], problem.settings["name"], strict=True))
    rows = tuple(
        (
            text_cell(row["pupil_id"]),
            Cell(int(row["pupils"]), Unit.COUNT),
            text_cell(names.get(row["setting_id"])),
            text_cell(row["reason"]),
            text_cell(row["message"]),
        )
        for _, row in unrouted.iterrows()
    )
    return Grid("without", WITHOUT_SHEET, ("Pupil", "Pupils", "School", "Reason", "What would help"), rows)


def _list_of_routes(routes: pd.DataFrame, stops: pd.DataFrame, problem: Problem) -> Grid:
    names = dict(zip(problem.settings["setting_id"], problem.settings["name"], strict=True))
    schools = {
        route_id: "; ".join(dict.fromkeys(names[setting] for setting in part["setting_id"]))
        for route_id, part in stops.groupby("route_id")
    }
    ends = stops.groupby(["route_id", "run"]).agg(first=("begins_ms", "min"), last=("begins_ms", "max"))
    times: Mapping[Any, Mapping[Any, Any]] = ends.to_dict("index")
    heads = (
        *("Route", "Vehicle", "Operator", "Seats", "Wheelchair places", "Passenger assistants", "Pupils", "Schools"),
        *("First pick-up", "Last set-down", "Afternoon: from school", "Afternoon: last set-down"),
        *("Minutes, morning", "Miles, morning", "Minutes, afternoon", "Miles, afternoon"),
    )
    rows = tuple(
        (
            *(text_cell(route[name]) for name in ("route_id", "vehicle", "operator")),
            *(Cell(int(route[name]), Unit.COUNT) for name in ("seats", "wheelchair_places", "assistants", "pupils")),
            text_cell(schools.get(route["route_id"])),
            *(
                text_cell(clock(times[route["route_id"], run][end]) if (route["route_id"], run) in times else None)
                for run in ("morning", "afternoon")
                for end in ("first", "last")
            ),
            *(
                Cell(float(route[name]), Unit.ONE_DECIMAL)
                for name in ("minutes", "miles", "afternoon_minutes", "afternoon_miles")
            ),
        )
        for _, route in routes.iterrows()
    )
    return Grid("routes", LIST_SHEET, heads, rows)


def _write_route(sheet: Any, route: "pd.Series[Any]", shown: _Stops, notes: Sequence[str]) -> None:
    _write_heading(sheet, CONFIDENTIAL)
    facts = (
        ("Route", route["route_id"]),
        ("Vehicle", route["vehicle"]),
        ("Operator", route["operator"]),
        ("Layout", f"{route['seats']} seats, {route['wheelchair_places']} wheelchair places"),
        ("Passenger assistants", str(route["assistants"])),
        ("Pupils", str(route["pupils"])),
    )
    row = 3
    for name, value in facts:
        put(sheet.cell(row, 1), text_cell(name))
        put(sheet.cell(row, 4), text_cell(value))
        row += 1
    for run in ("morning", "afternoon"):
        grid = shown.grid(route["route_id"], run)
        _write_heading(sheet, grid.caption, row=row + 1, colour="1B2126")
        row = write_rows(sheet, grid, first_row=row + 2)
    for number, note in enumerate(notes, start=row + 1):
        put(sheet.cell(number, 1), text_cell(note))
    _prepare_print(sheet, f"Route {route['route_id']}")


def _write_heading(sheet: Any, text: str, *, row: int = 1, colour: str = "8A1020") -> None:
    from openpyxl.styles import Font  # noqa: PLC0415 - loads when used

    put(sheet.cell(row, 1), text_cell(text))
    sheet.cell(row, 1).font = Font(bold=True, size=13, color=colour)


def _prepare_print(sheet: Any, name: str) -> None:
    """Make a sheet print on A4 across, as wide as the page, with its name and page numbers."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.oddFooter.left.text = name.replace("&", "&&")
    sheet.oddFooter.right.text = "CONFIDENTIAL   &P / &N"
