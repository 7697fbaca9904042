"""Routes on the map: each morning run as a line and its stops, with a sentence that says who is picked up when."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.report.ground import Ground
from placement_opt.report.route_words import clock
from placement_opt.route_plan import RoutePlan


@dataclass(frozen=True)
class DrawnRoute:
    """A route on the map.

    Parameters
    ----------
    route_id
        Its name in the route plan.
    line, stops
        The drawing: straight from stop to stop, and a dot for each stop.
    schools
        Positions in the problem's table of settings of the schools that it takes pupils to.
    name
        What it is called in the list to choose from.
    words
        Vehicle, pupils, times and schools in a sentence.
    """

    route_id: str
    line: str
    stops: str
    schools: tuple[int, ...]
    name: str
    words: str


def drawn_routes(routes: RoutePlan, problem: Problem, ground: Ground) -> Iterator[DrawnRoute]:
    """Yield the morning run of every route, in the order of the route plan.

    Parameters
    ----------
    routes
        Routes of the problem's pupils.
    problem
        Has the names of schools.
    ground
        Where points lie on the drawing.
    """
    settings = problem.settings
    names = dict(zip(settings["setting_id"], settings["name"], strict=True))
    places = {ident: number for number, ident in enumerate(settings["setting_id"])}
    morning = routes.stops.query("run == 'morning'").sort_values(["route_id", "sequence"], kind="stable")
    runs = dict(iter(morning.groupby("route_id", sort=False)))
    for row in routes.routes.to_dict("records"):
        stops = runs[row["route_id"]]
        points = ground.points(stops["easting"], stops["northing"])
        arrivals = stops[stops["action"] == "leave"]
        schools = list(dict.fromkeys(arrivals["setting_id"]))
        yield DrawnRoute(
            row["route_id"],
            "M" + "L".join(f"{x:g} {y:g}" for x, y in points),
            "".join(f"M{x:g} {y:g}h0" for x, y in points),
            tuple(places[ident] for ident in schools),
            f"{row['route_id']}, {row['vehicle']}, to {_joined([names[ident] for ident in schools])}",
            _words(row, stops, [(names[ident], time) for ident, time in _times(arrivals)]),
        )


def elsewhere(routes: RoutePlan, plan: Plan) -> int:
    """Return how many pupils on the routes are taken to another school than the plan gives them."""
    carried = routes.riders.groupby(["pupil_id", "setting_id"])["pupils"].sum()
    placed = plan.placements.groupby(["pupil_id", "setting_id"])["count"].sum()
    return int((carried - placed.reindex(carried.index, fill_value=0)).clip(lower=0).sum())


def _times(arrivals: pd.DataFrame) -> list[tuple[str, int]]:
    return list(zip(arrivals["setting_id"], arrivals["begins_ms"], strict=True))


def _words(row: dict[Any, Any], stops: pd.DataFrame, arrivals: list[tuple[str, int]]) -> str:
    pupils = f"{row['pupils']:,} pupil{'' if row['pupils'] == 1 else 's'}"
    ends = _joined([f"at {name} {clock(time)}" for name, time in arrivals])
    first = clock(stops["begins_ms"].iloc[0])
    return (
        f"Route {row['route_id']}: {row['vehicle']}, {pupils}, first pick-up {first}, {ends}; "
        f"{row['minutes']:.0f} minutes, {row['miles']:.1f} miles, £{row['cost_gbp']:,.0f} a year."
    )


def _joined(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
