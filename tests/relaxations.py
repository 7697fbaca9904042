"""A case with one family of rules taken away, to see whether the family decides anything."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.strategies import Case


def _with_column(table: str, column: str, value: Any) -> Callable[[Case], Case]:
    def relaxed(case: Case) -> Case:
        frame = case.problem.table(table)
        frame[column] = value
        return case._replace(problem=case.problem.replace(**{table: frame}))

    return relaxed


def _without(table: str) -> Callable[[Case], Case]:
    return lambda case: case._replace(problem=case.problem.replace(**{table: None}))


def _without_rule(rule: str) -> Callable[[Case], Case]:
    def relaxed(case: Case) -> Case:
        frame = case.problem.table("pair_rules")
        return case._replace(problem=case.problem.replace(pair_rules=frame[frame["rule"] != rule]))

    return relaxed


def _with_policy(**changes: Any) -> Callable[[Case], Case]:
    return lambda case: case._replace(policy=replace(case.policy, **changes))


def _without_time_limits(case: Case) -> Case:
    return _with_policy(max_minutes=None)(_with_column("pupils", "max_minutes", None)(case))


def _always_open(case: Case) -> Case:
    frame = case.problem.provisions
    frame["status"] = frame["status"].where(frame["status"] == "closed", "open")
    return case._replace(problem=case.problem.replace(provisions=frame))


def _reopened(case: Case) -> Case:
    frame = case.problem.provisions
    frame["status"] = frame["status"].where(frame["status"] != "closed", "open")
    return case._replace(problem=case.problem.replace(provisions=frame))


RELAXATIONS: dict[str, Callable[[Case], Case]] = {
    "C1 must": _without_rule("must"),
    "C2 places": _with_column("provisions", "places", 50),
    "C2 overflow": _with_column("provisions", "overflow_places", 0),
    "C3 part limits": _without("part_limits"),
    "C3 school limits": _with_column("settings", "places", None),
    "C4 opening": _always_open,
    "C5 listed links": _without("links"),
    "C5 most spokes": _with_column("hubs", "max_spokes", 50),
    "C5 link minutes": _with_column("hubs", "max_link_minutes", 600),
    "C6 team hours": _with_column("hubs", "team_hours_per_week", 1_000),
    "C6 most teams": _with_column("hubs", "max_teams", 50),
    "C6 visits": _with_column("hubs", "visits_per_week", 0),
    "C10 resources": _without("resource_use"),
    "C11 most moves": _with_policy(max_moves=None),
    "C11 requests": _with_policy(requests="off"),
    "C11 mainstream": _with_policy(mainstream="off"),
    "C11 siblings": _with_policy(siblings="off"),
    "never": _without_rule("never"),
    "closed": _reopened,
    "who may move": _with_policy(moves="all"),
    "need": _with_column("provisions", "needs", "any"),
    "band": _with_column("provisions", "bands", "any"),
    "year group": _with_column("provisions", "max_year", 20),
    "time": _without_time_limits,
    "authority": _with_policy(authorities=None),
    "pair costs": _without("pair_costs"),
    "modes": _without("modes"),
    "cost basis": _with_policy(cost_basis="marginal"),
}
