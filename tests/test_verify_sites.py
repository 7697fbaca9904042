"""Added classes, smallest groups, numbers of sites and budgets: what keeps to them passes, what does not is found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from placement_opt.verify import verify
from tests.plans import added, changed, rich_case, spoil, today_case

Case = tuple[Problem, TravelMatrix, Plan]
Change = Callable[[Case], Case]

CAND = {"provision_id": "C-cand"}
SPEC = {"provision_id": "C-spec"}
HUB = {"provision_id": "A-hub"}
SPOKE = {"provision_id": "B-spoke"}


def _provision(where: dict[str, str], **cells: Any) -> Change:
    return lambda case: (changed(case[0], "provisions", where, **cells), *case[1:])


def _school(setting_id: str, locality: str) -> Change:
    return lambda case: (changed(case[0], "settings", {"setting_id": setting_id}, locality=locality), *case[1:])


def _use(where: dict[str, str], **cells: Any) -> Change:
    return lambda case: (*case[:2], spoil(case[2], "use", where, **cells))


def _row(table: str, **cells: Any) -> Change:
    def change(case: Case) -> Case:
        rows = pd.concat([case[0].table(table), pd.DataFrame([cells])])
        return (case[0].replace(**{table: rows}), *case[1:])

    return change


def _budget(kind: str, limit_gbp: float, **cells: Any) -> Change:
    return _row("budgets", budget="B", type=kind, limit_gbp=limit_gbp, **cells)


def _both(*changes: Change) -> Change:
    def change(case: Case) -> Case:
        for one in changes:
            case = one(case)
        return case

    return change


def _names(case: Case) -> set[str]:
    return {finding.check for finding in verify(*case).findings}


def _messages(case: Case) -> list[str]:
    return [finding.message for finding in verify(*case).findings]


CAPITAL = _both(_provision(CAND, capital_gbp=900_000), _use(CAND, capital_gbp=900_000))
"""The candidate that is open costs £900,000 to open."""

CLASS = _both(
    _provision(SPEC, places=3, max_classes=2, class_places=2, class_gbp=30_000, class_capital_gbp=250_000),
    _use(SPEC, classes=1, places=5, places_free=1, classes_gbp=30_000, capital_gbp=250_000),
    lambda case: (*case[:2], replace(case[2], bound_gbp=478_050.0)),
)
"""A place of the special school is gone, and a class of two is added."""

SITES: list[tuple[str, Change, set[str]]] = [
    ("a candidate with too small a group", _provision(CAND, min_pupils=3), {"smallest groups"}),
    ("a spoke with too small a group", _provision(SPOKE, min_pupils=2), {"smallest groups"}),
    ("an open one with too small a group", _provision(SPEC, min_pupils=5), {"smallest groups"}),
    (
        "an empty candidate that is open",
        _both(_provision({"provision_id": "D-alt"}, min_pupils=1), _use({"provision_id": "D-alt"}, is_open=True)),
        {"smallest groups", "fullness", "use money", "total"},
    ),
    ("too few sites", _row("site_limits", site_limit="S", min_open=3), {"site limits"}),
    ("too many sites", _row("site_limits", site_limit="S", max_open=1), {"site limits"}),
    ("too many candidates", _row("site_limits", site_limit="S", status="candidate", max_open=0), {"site limits"}),
    ("no special site", _row("site_limits", site_limit="S", kind="special", max_open=0), {"site limits"}),
    (
        "too many in one area",
        _both(_school("C", "North"), _row("site_limits", site_limit="S", locality="North", max_open=0)),
        {"site limits"},
    ),
    ("all money", _budget("revenue", 440_059), {"budgets"}),
    ("all journeys", _budget("transport", 48_069), {"budgets"}),
    ("journeys from one area", _budget("transport", 23_749, locality="East"), {"budgets"}),
    ("one payer", _budget("revenue", 20_341, payer="inclusion team"), {"budgets"}),
    ("a payer of places over the number", _budget("revenue", 8_999, payer="reserve"), {"budgets"}),
    ("a payer of transport", _budget("transport", 48_069, payer="transport"), {"budgets"}),
    (
        "one payer in the area of the hub",
        _both(_school("A", "North"), _budget("revenue", 20_341, payer="inclusion team", locality="North")),
        {"budgets"},
    ),
    ("capital", _both(CAPITAL, _budget("capital", 899_999)), {"budgets"}),
    ("capital of classes", _both(CLASS, _budget("capital", 249_999)), {"budgets"}),
    ("capital in one area", _both(CAPITAL, _school("C", "N"), _budget("capital", 1, locality="N")), {"budgets"}),
]


@pytest.mark.parametrize(("change", "found"), [pytest.param(c, f, id=n) for n, c, f in SITES])
def test_what_is_passed_is_found(change: Change, found: set[str]) -> None:
    assert _names(change(rich_case())) == found


@pytest.mark.parametrize(
    "change",
    [
        _provision(CAND, min_pupils=2),
        _provision(HUB, min_pupils=9),  # somebody stays
        _provision({"provision_id": "B-main"}, min_pupils=9),  # nobody is there
        _provision({"provision_id": "D-alt"}, min_pupils=9),  # not open
        _row("site_limits", site_limit="S", min_open=2, max_open=2),
        _row("site_limits", site_limit="S", status="closable", min_open=1, max_open=1),
        _row("site_limits", site_limit="S", kind="spoke", max_open=0),
        _row("site_limits", site_limit="S", locality="East", max_open=0),
        _budget("revenue", 440_060),
        _budget("transport", 48_070),
        _budget("transport", 0, payer="reserve"),
        _budget("transport", 23_750, locality="East"),
        _budget("revenue", 20_342, payer="inclusion team"),
        _budget("revenue", 0, payer="inclusion team", locality="East"),
        _both(CAPITAL, _budget("capital", 900_000)),
        _both(CAPITAL, _budget("capital", 0, locality="East")),
        _both(CAPITAL, _budget("revenue", 440_060)),
        CLASS,
    ],
)
def test_what_is_kept_to_is_right(change: Change) -> None:
    assert _names(change(rich_case())) == set()


def test_a_site_limit_tells_how_many_are_open() -> None:
    case = _row("site_limits", site_limit="new", status="candidate", min_open=2, max_open=3)(rich_case())
    assert _messages(case) == [
        "site limit new: 1 of the provisions that it counts are open; 2 to 3 should be.",
    ]


def test_a_budget_tells_its_limit_and_what_is_spent() -> None:
    case = _budget("transport", 40_000)(rich_case())
    assert _messages(case) == ["budget B: £48,070.00 is spent; its limit is £40,000.00."]


def test_the_smallest_group_counts_pupils_and_not_places() -> None:
    # two pupils at D-ind take three places; nobody stays there once all may move
    case = _provision({"provision_id": "D-ind"}, min_pupils=3)(rich_case())
    assert _names(case) == set()
    problem, travel, plan = case
    moved = problem.replace(pupils=problem.pupils.assign(current_provision_id=None))
    assert "D-ind: 2 pupils are there; its smallest group is 3." in _messages((moved, travel, plan))


def test_places_of_added_classes_are_places() -> None:
    assert "fullness" in _names(_use(SPEC, places=3)(CLASS(rich_case())))
    without = _use(SPEC, classes=0, places=3, places_over=1, places_free=0, classes_gbp=0, capital_gbp=0)
    assert {"places"} <= _names(without(CLASS(rich_case())))


@pytest.mark.parametrize(
    ("where", "cells"),
    [
        (SPEC, {"classes": 3}),
        (SPEC, {"classes": -1}),
        ({"provision_id": "D-shut"}, {"classes": 1}),
        ({"provision_id": "D-alt"}, {"classes": 1}),
    ],
)
def test_classes_that_may_not_be_added_are_found(where: dict[str, str], cells: dict[str, Any]) -> None:
    case = CLASS(_provision(where, max_classes=2, class_places=2)(rich_case()))
    assert "classes" in _names(_use(where, **cells)(case))


def test_a_hub_without_its_smallest_group_serves_nobody() -> None:
    problem, travel, plan = _provision(HUB, min_pupils=1)(rich_case())
    nobody = plan.placements
    nobody = nobody[nobody["provision_id"] != "A-hub"]
    spoilt = type(plan)(plan.status, {**plan.tables, "placements": nobody}, plan.policy, 0.0, 0.0, plan.record)
    free = problem.replace(pupils=problem.pupils.assign(current_provision_id=None))
    assert any(
        message.startswith("A-hub: it serves a spoke but it has no pupils")
        for message in _messages((free, travel, spoilt))
    )


def test_today_may_pass_them_all() -> None:
    case = _both(
        _provision(HUB, min_pupils=9),
        _row("site_limits", site_limit="S", min_open=9),
        _budget("revenue", 0),
    )(today_case())
    assert _names(case) == set()
    assert _names(_use(HUB, classes=1, places=added(0))(case)) == {"classes"}
