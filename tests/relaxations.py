"""A case with one family of rules taken away, to see whether the family decides anything."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.strategies import Case

Relaxation = Callable[[Case], Case]


def _with_column(table: str, column: str, value: Any) -> Relaxation:
    def relaxed(case: Case) -> Case:
        frame = case.problem.table(table)
        changed = frame.assign(**{column: value}).astype({column: frame[column].dtype})
        if changed[column].equals(frame[column]):
            return case
        tables: dict[str, Any] = {table: changed}
        if column == "bands":
            tables["pupils"] = case.problem.pupils.assign(band=None)
        return case._replace(problem=case.problem.replace(**tables))

    return relaxed


def _without(table: str) -> Relaxation:
    def relaxed(case: Case) -> Case:
        if case.problem.table(table).empty:
            return case
        return case._replace(problem=case.problem.replace(**{table: None}))

    return relaxed


def _without_rule(rule: str) -> Relaxation:
    def relaxed(case: Case) -> Case:
        frame = case.problem.table("pair_rules")
        if not (frame["rule"] == rule).any():
            return case
        return case._replace(problem=case.problem.replace(pair_rules=frame[frame["rule"] != rule]))

    return relaxed


def _without_budgets(sort: str) -> Relaxation:
    def relaxed(case: Case) -> Case:
        frame = case.problem.table("budgets")
        if not (frame["type"] == sort).any():
            return case
        return case._replace(problem=case.problem.replace(budgets=frame[frame["type"] != sort]))

    return relaxed


def _with_road_miles_only(case: Case) -> Case:
    return case if case.travel.walk_miles is None else case._replace(travel=replace(case.travel, walk_miles=None))


def _without_low_income(lowest: int, highest: int) -> Relaxation:
    def relaxed(case: Case) -> Case:
        pupils = case.problem.pupils
        changed = pupils["low_income"] & ~pupils["year_group"].between(lowest, highest)
        if changed.equals(pupils["low_income"]):
            return case
        return case._replace(problem=case.problem.replace(pupils=pupils.assign(low_income=changed)))

    return relaxed


def _with_policy(**changes: Any) -> Relaxation:
    def relaxed(case: Case) -> Case:
        policy = replace(case.policy, **changes)
        return case if policy == case.policy else case._replace(policy=policy)

    return relaxed


def _with_status(old: tuple[str, ...]) -> Relaxation:
    def relaxed(case: Case) -> Case:
        frame = case.problem.provisions
        if not frame["status"].isin(old).any():
            return case
        frame["status"] = frame["status"].mask(frame["status"].isin(old), "open")
        frame["capital_gbp"] = frame["capital_gbp"].where(frame["status"] == "candidate", 0.0)
        return case._replace(problem=case.problem.replace(provisions=frame, site_limits=None))

    return relaxed


def _then(first: Relaxation, second: Relaxation) -> Relaxation:
    return lambda case: second(first(case))


RELAXATIONS: dict[str, Relaxation] = {
    "C1 must": _without_rule("must"),
    "C2 places": _with_column("provisions", "places", 50),
    "C2 overflow": _with_column("provisions", "overflow_places", 0),
    "C3 part limits": _without("part_limits"),
    "C3 school limits": _with_column("settings", "places", None),
    "C4 opening": _with_status(("candidate", "closable")),
    "C5 listed links": _without("links"),
    "C5 most spokes": _with_column("hubs", "max_spokes", 50),
    "C5 link minutes": _with_column("hubs", "max_link_minutes", 600),
    "C6 team hours": _with_column("hubs", "team_hours_per_week", 1_000),
    "C6 most teams": _with_column("hubs", "max_teams", 50),
    "C6 visits": _with_column("hubs", "visits_per_week", 0),
    "C4 site limits": _without("site_limits"),
    "C7 smallest groups": _with_column("provisions", "min_pupils", 0),
    "C8 classes": _with_column("provisions", "max_classes", 0),
    "C9 revenue": _without_budgets("revenue"),
    "C9 transport": _without_budgets("transport"),
    "C9 capital": _without_budgets("capital"),
    "C10 resources": _without("resource_use"),
    "C11 most moves": _with_policy(max_moves=None),
    "C11 requests": _with_policy(requests="off"),
    "C11 mainstream": _with_policy(mainstream="off"),
    "C11 siblings": _with_policy(siblings="off"),
    "never": _without_rule("never"),
    "closed": _with_status(("closed",)),
    "who may move": _with_policy(moves="all"),
    "need": _with_column("provisions", "needs", "any"),
    "band": _with_column("provisions", "bands", "any"),
    "year group": _with_column("provisions", "max_year", 20),
    "time": _then(_with_column("pupils", "max_minutes", None), _with_policy(max_minutes=None)),
    "authority": _with_policy(authorities=None),
    "pair costs": _without("pair_costs"),
    "modes": _without("modes"),
    "cost basis": _with_policy(cost_basis="marginal"),
    "walk": _with_road_miles_only,
    "low income under 11": _without_low_income(4, 6),
    "low income from 11": _without_low_income(7, 11),
    "journey costs": _without("journey_costs"),
    "post 16": _with_policy(post16_transport="as under 16"),
}
"""The families by name, each with what takes it away; where a case has none of it, the same case comes back."""
