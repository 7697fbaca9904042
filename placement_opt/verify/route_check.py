"""The independent walker: routes driven again from the legs and the tables alone, every rule and every figure."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from placement_opt.errors import Status
from placement_opt.legs import Legs, legs_like
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.route_plan import RoutePlan
from placement_opt.travel import TravelMatrix
from placement_opt.verify import route_aboard, route_duties, route_money, route_riders, route_walk
from placement_opt.verify.route_facts import Facts, facts_of, word
from placement_opt.verify.route_findings import RouteCheck, RouteFinding, sorted_out
from placement_opt.verify.route_runs import AFTERNOON, MORNING, Route, Run, Stop, follow, stops_of

_PENNY_GBP = 0.01
_FUZZ = 1e-6
_CHECKS = (*route_walk.CHECKS, route_riders.same_both_ways, *route_aboard.CHECKS, *route_money.CHECKS)
_WITH_POINTS = ("stops", "riders")


def check_routes(
    problem: Problem, routes: RoutePlan, travel: TravelMatrix, *, legs: Legs | None = None, plan: Plan | None = None
) -> RouteCheck:
    """Check routes: every stop, ride, limit, count and pound, worked out again.

    Parameters
    ----------
    problem, travel
        What the routes were made for.
    routes
        Of `plan_routes` or `load_routes`. Their own rules are what they have to keep to. Of today's routes
        (`Status.BASELINE`) structure and arithmetic are checked; limits that they break are listed apart.
    legs
        The drives that the routes were made with; None = made as the journeys were, by `legs_like`.
    plan
        The plan whose pupils travel: the duties have to be those of its placements. None = the duties are taken as
        they are.

    Returns
    -------
    RouteCheck
        Every rule that was checked, and everything that is wrong.

    Raises
    ------
    InputError
        When the legs or the journeys lack a pupil or a school of the routes.
    ValueError
        When `legs` is None and the journeys are not of straight lines.

    Notes
    -----
    Written from docs/routing.md alone; nothing is shared with what plans routes. Times have to agree to the
    millisecond, money to the penny.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.route_plan import RoutePlan
    >>> from placement_opt.route_rules import RouteRules
    >>> from placement_opt.route_tables import ROUTE_TABLES
    >>> from placement_opt.travel import crow_fly
    >>> import pandas as pd
    >>> empty = {name: pd.DataFrame(columns=list(columns)) for name, columns in ROUTE_TABLES.items()}
    >>> check_routes(tiny(), RoutePlan(Status.FEASIBLE, empty, RouteRules()), crow_fly(tiny()))
    RouteCheck(right, 42 rules)
    """
    pupil_ids = {word(value) for name in _WITH_POINTS for value in routes.tables[name]["pupil_id"]} - {""}
    setting_ids = {word(value) for name in _WITH_POINTS for value in routes.tables[name]["setting_id"]}
    known = legs_like(problem, travel, pupil_ids) if legs is None else legs
    facts = facts_of(problem, known, routes, pupil_ids, setting_ids)
    return sorted_out(_found(problem, routes, travel, facts, plan), is_today=facts.is_today)


def _found(
    problem: Problem, routes: RoutePlan, travel: TravelMatrix, facts: Facts, plan: Plan | None
) -> Iterator[RouteFinding]:
    tables = routes.tables
    stops = stops_of(tables["stops"])
    driven = [_route(row, stops, facts) for row in tables["routes"].to_dict("records")]
    yield from _rows(tables["routes"], stops)
    for route in driven:
        yield from route.found
        for check in _CHECKS:
            yield from check(route, facts)
    yield from route_aboard.available(driven, facts)
    yield from route_riders.riders(driven, tables["riders"], facts)
    if plan is not None:
        yield from route_duties.placed(tables["duties"], plan)
    yield from route_duties.modes(tables["duties"], problem, travel, facts)
    yield from route_duties.counted(driven, tables["duties"], tables["unrouted"])
    yield from route_duties.party_sizes(driven, tables["duties"], facts)
    yield from _proof(routes)


def _route(row: Mapping[Any, Any], stops: dict[tuple[str, str], list[Stop]], facts: Facts) -> Route:
    route_id = word(row["route_id"])
    runs: list[Run | None] = []
    found: list[RouteFinding] = []
    for name in (MORNING, AFTERNOON):
        rows = stops.get((route_id, name), [])
        if not rows:
            found.append(RouteFinding("sequence", f"no stops in the {name}", route_id=route_id, run=name))
        run, faults = follow(rows, facts) if rows else (None, [])
        runs.append(run)
        found += faults
    return Route(route_id, row, runs[0], runs[1], found)


def _rows(routes: pd.DataFrame, stops: dict[tuple[str, str], list[Stop]]) -> Iterator[RouteFinding]:
    """Find routes that are there twice or have no name, and stops of no route or of no run."""
    ids = [word(value) for value in routes["route_id"]]
    for route_id in sorted({one for one in ids if ids.count(one) > 1 or not one}):
        yield RouteFinding("known rows", "route_id of routes, blank or repeated,", given=route_id, route_id=route_id)
    for (route_id, run), rows in stops.items():
        if route_id not in ids:
            yield rows[0].finding("known rows", "route_id of stops", given=route_id)
        elif run not in (MORNING, AFTERNOON):
            yield rows[0].finding("actions", "run", given=run, right=f"{MORNING} or {AFTERNOON}")


def _proof(routes: RoutePlan) -> Iterator[RouteFinding]:
    """Find a bound above the cost, or a status that the bound does not bear out."""
    bound, cost = routes.bound_gbp, routes.routes_gbp
    if routes.status not in (Status.OPTIMAL, Status.FEASIBLE, Status.BASELINE):
        yield RouteFinding("proof", "status", given=str(routes.status), right="optimal, feasible or baseline")
    if bound is not None and not bound <= cost + _PENNY_GBP / 2 + _FUZZ:
        yield RouteFinding("proof", "bound_gbp, above the cost,", given=bound, limit=cost)
    if routes.status is Status.OPTIMAL and not (bound is not None and cost - bound < _PENNY_GBP + _FUZZ):
        yield RouteFinding("proof", "bound_gbp of an optimal status", given=bound, right=cost)
