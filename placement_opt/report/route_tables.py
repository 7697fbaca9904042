"""The tables of the report on routes: figures side by side, vehicles, rides, modes, routes, prices, rules."""

from collections.abc import Mapping

import pandas as pd

from placement_opt.problem import Problem
from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.record_tables import flat_entries
from placement_opt.report.route_words import clock
from placement_opt.route_plan import RoutePlan
from placement_opt.routing.compare_routes import (
    LINES,
    RIDES,
    ROUTE_HEADLINE,
    RouteComparison,
    places_for_pupils,
)

MODE_NAMES = {
    "none": "No transport owed",
    "pass": "Pass for public transport",
    "personal_budget": "Personal budget",
    "training": "Vehicle, while learning to travel alone",
    "vehicle": "Vehicle",
    "solo": "Vehicle, alone",
}
RULE_WORDS = {
    "together": "Who shares a vehicle (single: pupils of one school; mixed: of several)",
    "afternoon": "The way home (mirrored: the way to school turned round; solved: planned on its own)",
    "detour": "Longest ride where even the direct drive is longer than the guide, times the direct drive",
    "most_pupils": "Most pupils on a route",
    "arrive_from": "Schools take vehicles in from",
    "arrive_by": "Vehicles arrive by",
    "leave_from": "Schools let pupils go from",
    "leave_by": "Vehicles begin to pick up by",
}
PARAMETERS = (
    *("days_per_year", "guide_minutes_primary", "guide_minutes_secondary", "stop_seconds", "board_seconds"),
    *("leave_stop_seconds", "leave_seconds", "wheelchair_seconds", "vehicle_miles_per_loaded_mile", "pass_gbp"),
    *("personal_budget_gbp_per_mile", "personal_budget_legs"),
)
"""The parameters that routes and their money rest on."""

_CHANGE = {Unit.COUNT: Unit.CHANGE, Unit.GBP: Unit.GBP_CHANGE, Unit.ONE_DECIMAL: Unit.ONE_DECIMAL_CHANGE}


def headline(comparison: RouteComparison) -> Grid:
    """Return the key figures of every route plan."""
    frame, labels = comparison.headline(), {**ROUTE_HEADLINE}
    frame.loc["occupancy"] *= 100
    labels["occupancy"] = labels["occupancy"].replace("share", "%")
    return _side_by_side("headline", "Key figures", "Figure", frame, labels, comparison)


def money(comparison: RouteComparison) -> Grid:
    """Return what a year costs by line."""
    frame = comparison.money()
    grid = _side_by_side("money", "What a year costs, £", "Line", frame, LINES, comparison, Unit.GBP)
    total = _figures(frame.sum(), Unit.GBP, comparison)
    return Grid(grid.key, grid.caption, grid.heads, grid.rows, (text_cell("All transport"), *total))


def vehicle_counts(comparison: RouteComparison) -> Grid:
    """Return how many routes use each type of vehicle."""
    frame = comparison.vehicles()
    labels = {str(vehicle): str(vehicle) for vehicle in frame.index}
    return _side_by_side("vehicles", "Routes by type of vehicle", "Vehicle", frame, labels, comparison, Unit.COUNT)


def occupancy(plan: RoutePlan) -> Grid:
    """Return how full each type of vehicle is where it is fullest."""
    routes = plan.routes
    routes = routes.assign(places=places_for_pupils(routes))
    routes = routes.assign(routes=1)
    columns = ["routes", "pupils", "most_aboard", "places", "assistants", "cost_gbp"]
    table = routes.groupby("vehicle")[columns].sum().reset_index()
    heads = (
        "Vehicle",
        "Routes",
        "Pupils",
        "Places for pupils",
        "Taken where fullest",
        "Share",
        "Assistants",
        "£ a year",
    )
    rows = tuple(
        (
            text_cell(row["vehicle"]),
            *(Cell(int(row[name]), Unit.COUNT) for name in ("routes", "pupils", "places", "most_aboard")),
            Cell(row["most_aboard"] / row["places"] if row["places"] else None, Unit.PERCENT),
            Cell(int(row["assistants"]), Unit.COUNT),
            Cell(float(row["cost_gbp"]), Unit.GBP),
        )
        for row in table.to_dict("records")
    )
    note = "Places are those of the layouts in use, without the seats of passenger assistants."
    return Grid("occupancy", "How full the vehicles are", heads, rows, note=note)


def rides(comparison: RouteComparison) -> tuple[Grid, ...]:
    """Return how long pupils ride, to school and home."""
    captions = {"morning": "Rides to school, minutes", "afternoon": "Rides home, minutes"}
    frames = {"morning": comparison.rides("morning"), "afternoon": comparison.rides("afternoon")}
    return tuple(
        _side_by_side(f"rides-{run}", captions[run], "Minutes", frame, RIDES, comparison, Unit.ONE_DECIMAL)
        for run, frame in frames.items()
    )


def modes(plan: RoutePlan) -> Grid:
    """Return how everybody travels, and what those cost who have no vehicle."""
    table = plan.duties.groupby("mode")[["pupils", "mode_gbp"]].sum()
    pupils, gbp = table["pupils"], table["mode_gbp"]
    rows = tuple(
        (text_cell(name), Cell(int(pupils[mode]), Unit.COUNT), Cell(float(gbp[mode]), Unit.GBP))
        for mode, name in MODE_NAMES.items()
        if mode in table.index
    )
    total = (
        text_cell("All pupils"),
        Cell(int(pupils.sum()), Unit.COUNT),
        Cell(float(gbp.sum()), Unit.GBP),
    )
    note = "Vehicles are priced by route, so theirs is 0 here."
    return Grid("modes", "How pupils travel", ("Mode", "Pupils", "£ a year"), rows, total, note)


def duties(plan: RoutePlan) -> Grid:
    """Return why transport is owed or not."""
    table = plan.duties.groupby(["entitled", "duty"])["pupils"].sum().reset_index()
    rows = tuple(
        (
            text_cell(row["duty"].replace("_", " ")),
            text_cell("yes" if row["entitled"] else "no"),
            Cell(int(row["pupils"]), Unit.COUNT),
        )
        for row in table.sort_values("pupils", ascending=False, kind="stable").to_dict("records")
    )
    return Grid("duties", "Whether transport is owed, and why", ("Reason", "Owed", "Pupils"), rows)


def routes(plan: RoutePlan, problem: Problem) -> Grid:
    """Return a row for each route, without pupils."""
    names = problem.settings.set_index("setting_id")["name"]
    schools = plan.riders.groupby("route_id")["setting_id"].unique()
    stops = plan.stops[plan.stops["run"] == "morning"].groupby("route_id")["begins_ms"]
    first, last = stops.min(), stops.max()
    longest, over = _by_route(plan)
    heads = (
        *("Route", "Vehicle", "Operator", "Seats", "Wheelchair places", "Assistants", "Pupils", "Most aboard"),
        *("Schools", "First pick-up", "Last set-down", "Minutes", "Miles", "Longest ride", "Over guide"),
        *("£ a year", "Contract, £ a year", "kg CO2e a year"),
    )
    rows = tuple(
        (
            *(text_cell(route[name]) for name in ("route_id", "vehicle", "operator")),
            *(
                Cell(int(route[name]), Unit.COUNT)
                for name in ("seats", "wheelchair_places", "assistants", "pupils", "most_aboard")
            ),
            text_cell("; ".join(names[setting] for setting in schools.get(route["route_id"], ()))),
            *(text_cell(_clock_of(times, route["route_id"])) for times in (first, last)),
            *(Cell(float(route[name]), Unit.ONE_DECIMAL) for name in ("minutes", "miles")),
            Cell(longest.get(route["route_id"]), Unit.ONE_DECIMAL),
            Cell(int(over.get(route["route_id"], 0)), Unit.COUNT),
            *(Cell(float(route[name]), Unit.GBP) for name in ("cost_gbp", "contract_gbp")),
            Cell(float(route["co2e_kg"]), Unit.COUNT),
        )
        for _, route in plan.routes.iterrows()
    )
    return Grid("routes", "Every route, morning times", heads, rows)


def unrouted(plan: RoutePlan) -> Grid:
    """Return why pupils who should have a vehicle have none."""
    table = plan.unrouted.groupby("reason")["pupils"].sum()
    rows = tuple((text_cell(str(reason).replace("_", " ")), Cell(int(n), Unit.COUNT)) for reason, n in table.items())
    return Grid("unrouted", "Pupils who should have a vehicle and have none", ("Reason", "Pupils"), rows)


def rules(plans: Mapping[str, RoutePlan]) -> Grid:
    """Return the rules of every route plan."""
    choices = [plan.rules.as_dict() for plan in plans.values()]
    rows = tuple(
        (text_cell(words), *(text_cell("none" if choice[name] is None else choice[name]) for choice in choices))
        for name, words in RULE_WORDS.items()
    )
    return Grid("rules", "Rules of the routes: what the council decided", ("Rule", *plans), rows)


def fleet(problem: Problem) -> Grid:
    """Return the prices of the fleet with their sources."""
    heads = {
        "gbp_per_day": "£ a day",
        "gbp_per_mile": "£ a mile",
        "gbp_per_hour": "£ an hour",
        "assistant_gbp_per_hour": "£ an hour, assistant",
    }
    rows = tuple(
        (
            text_cell(row["vehicle"]),
            *(Cell(None if pd.isna(row[name]) else float(row[name]), Unit.GBP_PENCE) for name in heads),
            Cell(float(row["co2e_kg_per_mile"]), Unit.NUMBER),
            text_cell(None if pd.isna(row["source"]) else row["source"]),
        )
        for _, row in problem.table("fleet").iterrows()
    )
    note = "Prices and emissions are the council's own; the library has none."
    return Grid(
        "fleet", "Prices of the fleet", ("Vehicle", *heads.values(), "kg CO2e a mile", "Source"), rows, note=note
    )


def parameters(problem: Problem) -> Grid:
    """Return the parameters that routes rest on, with year and source."""
    rows = tuple(
        (
            text_cell(row["meaning"]),
            Cell(row["value"], Unit.NUMBER),
            *(text_cell(row[name]) for name in ("unit", "year", "source")),
        )
        for row in problem.parameters.rows()
        if row["parameter"] in PARAMETERS
    )
    heads = ("Assumption", "Value", "Unit", "Year", "Source")
    return Grid("parameters", "Parameters: every value with its year and source", heads, rows)


def record(plan: RoutePlan, name: str) -> Grid:
    """Return how the routes came about."""
    entries = [("status", str(plan.status)), *flat_entries("", dict(plan.record))]
    rows = tuple((text_cell(entry.lstrip(".").replace(".", ": ")), text_cell(value)) for entry, value in entries)
    return Grid("record", f"Record of the routes: {name}", ("Entry", "Value"), rows)


def _side_by_side(
    key: str,
    caption: str,
    first: str,
    frame: pd.DataFrame,
    labels: Mapping[str, str],
    comparison: RouteComparison,
    unit: Unit | None = None,
) -> Grid:
    rows = tuple(
        (text_cell(labels[str(name)]), *_figures(row, unit or _unit_of(str(name)), comparison))
        for name, row in frame.iterrows()
    )
    return Grid(key, caption, (first, *map(str, frame.columns)), rows)


def _figures(row: "pd.Series[float]", unit: Unit, comparison: RouteComparison) -> tuple[Cell, ...]:
    units = [unit] * len(comparison.plans) + [_CHANGE[unit]] * len(comparison.others)
    return tuple(Cell(float(value), one) for value, one in zip(row, units, strict=True))


def _unit_of(figure: str) -> Unit:
    if figure.endswith("_gbp"):
        return Unit.GBP
    return Unit.ONE_DECIMAL if figure.endswith(("_minutes", "_miles", "_kg", "occupancy")) else Unit.COUNT


def _by_route(plan: RoutePlan) -> tuple["pd.Series[float]", "pd.Series[int]"]:
    """Return the longest ride of each route, and how many of its pupils ride longer than the guide."""
    riders = plan.riders
    over = riders["pupils"].where(riders["over_guide"], 0)
    return riders.groupby("route_id")["ride_minutes"].max(), over.groupby(riders["route_id"]).sum()


def _clock_of(times: "pd.Series[int]", route_id: str) -> str | None:
    return clock(times[route_id]) if route_id in times.index else None
