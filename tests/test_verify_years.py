"""Every way to spoil a right plan of several years is found, by the checks that should find it."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from placement_opt.certificate import Certificate, Leaf, StageProof, Tree
from placement_opt.errors import PlanError, Status
from placement_opt.policy import Policy
from placement_opt.verify import verify_years
from placement_opt.verify.years import examined
from placement_opt.verify.years_case import YearsCase, hold, opening_years, years_case_of
from placement_opt.verify.years_sites import built
from placement_opt.year_rules import YearRules
from placement_opt.years_plan import YearsPlan
from tests.years_plans import YEARS, years_of_plans

Spoil = Callable[[YearsPlan], YearsPlan]


def test_a_right_plan_of_years_passes_every_check() -> None:
    problem, travel, plan = years_of_plans()

    checked = verify_years(problem, travel, plan)

    assert checked.findings == ()
    assert checked.certified_gbp == pytest.approx(plan.objective_gbp, abs=0.02)


def test_something_of_every_kind_happens_in_the_plan() -> None:
    _, _, plan = years_of_plans()

    assert set(plan.spells["begins"]) == {"stays", "placed", "phase", "late"}
    assert set(plan.sites["event"]) == {"opens", "closes", "committed"}
    assert len(plan.classes) == 1
    assert plan.unplaced_pupil_years == 1


@cache
def _right_case() -> YearsCase:
    return years_case_of(*years_of_plans())


# -- spoiling ---------------------------------------------------------------------------------------------------------


def _cell(table: str, key: dict[str, Any], **cells: Any) -> Spoil:
    """Return what changes cells of the rows of a table of years."""

    def spoil(plan: YearsPlan) -> YearsPlan:
        frame = plan.tables[table].copy()
        rows = np.logical_and.reduce([frame[name] == value for name, value in key.items()])
        assert rows.any()
        for name, value in cells.items():
            frame.loc[rows, name] = frame.loc[rows, name] + value if name.endswith("_gbp") else value
        return replace(plan, tables={**plan.tables, table: frame})

    return spoil


def _without(table: str, **key: Any) -> Spoil:
    """Return what takes rows out of a table of years."""

    def spoil(plan: YearsPlan) -> YearsPlan:
        frame = plan.tables[table]
        rows = np.logical_and.reduce([frame[name] == value for name, value in key.items()])
        assert rows.any()
        return replace(plan, tables={**plan.tables, table: frame[~rows]})

    return spoil


def _twice(table: str) -> Spoil:
    def spoil(plan: YearsPlan) -> YearsPlan:
        frame = plan.tables[table]
        return replace(plan, tables={**plan.tables, table: pd.concat([frame, frame.iloc[-1:]])})

    return spoil


def _in_year(year: int, table: str, key: dict[str, Any], **cells: Any) -> Spoil:
    """Return what changes cells of a table of the plan of one year."""

    def spoil(plan: YearsPlan) -> YearsPlan:
        of_year = plan.year(year)
        frame = of_year.tables[table].copy()
        rows = np.logical_and.reduce([frame[name] == value for name, value in key.items()])
        assert rows.any()
        for name, value in cells.items():
            frame.loc[rows, name] = frame.loc[rows, name] + value if name.endswith("_gbp") else value
        changed = replace(of_year, tables={**of_year.tables, table: frame})
        return replace(plan, plans=tuple(changed if one is of_year else one for one in plan.plans))

    return spoil


def _moved(year: int, pupil_id: str, provision_id: str) -> Spoil:
    """Return what puts a pupil elsewhere in one year."""
    return _in_year(year, "placements", {"pupil_id": pupil_id}, provision_id=provision_id)


def _still_here(plan: YearsPlan) -> YearsPlan:
    """Let a pupil who has left be in the last year's plan as in the one before."""
    before, last = plan.plans[1], plan.plans[2]
    row = before.placements[before.placements["pupil_id"] == "Q02"]
    tables = {**last.tables, "placements": pd.concat([last.placements, row])}
    return replace(plan, plans=(*plan.plans[:2], replace(last, tables=tables)))


def _closed_and_opened(plan: YearsPlan) -> YearsPlan:
    """Let a site that closes in the last year be shut the year before, and open in the last."""
    for year, is_open in ((2028, False), (2029, True)):
        plan = _in_year(year, "use", {"provision_id": "unit"}, is_open=is_open)(plan)
    return plan


def _lost(plan: YearsPlan) -> YearsPlan:
    """Let a pupil be in no table of the last year."""
    last = plan.plans[2]
    placements = last.placements[last.placements["pupil_id"] != "P02"]
    return replace(plan, plans=(*plan.plans[:2], replace(last, tables={**last.tables, "placements": placements})))


def _stage(change: Callable[[StageProof], StageProof]) -> Spoil:
    def spoil(plan: YearsPlan) -> YearsPlan:
        assert plan.certificate is not None
        return replace(plan, certificate=Certificate(tuple(map(change, plan.certificate.stages))))

    return spoil


def _leaf(change: Callable[[dict[str, float]], dict[str, float]]) -> Spoil:
    """Return what changes the multipliers of every leaf of a certificate."""

    def of_tree(tree: Tree) -> Tree:
        if isinstance(tree, Leaf):
            return replace(tree, multipliers=change(dict(tree.multipliers)))
        return replace(tree, below=of_tree(tree.below), above=of_tree(tree.above))

    return _stage(lambda stage: replace(stage, tree=of_tree(stage.tree)))


def _first_pupil(multipliers: dict[str, float], more: float) -> dict[str, float]:
    name = next(name for name in multipliers if name.startswith("pupil_"))
    return {**multipliers, name: multipliers[name] + more}


def _with_policy(plan: YearsPlan) -> YearsPlan:
    changed = replace(plan.plans[1], policy=Policy(cost_basis="average"))
    return replace(plan, plans=(plan.plans[0], changed, plan.plans[2]))


SPOILT: list[tuple[str, Spoil, set[str]]] = [
    ("a pupil moved within a phase", _moved(2029, "P02", "far"), {"moves within a phase", "spells whole"}),
    ("a pupil who stays moved", _moved(2028, "P05", "annexe"), {"stays", "pairs allowed"}),
    ("a pupil at a place that is closed yet", _moved(2027, "P03", "new-school"), {"pairs allowed", "open places"}),
    ("a pupil at a place too young for it", _moved(2028, "P04", "new-school"), {"filling up", "spells whole"}),
    ("a pupil present after leaving", _still_here, {"known rows"}),
    ("a pupil in no table", _lost, {"pupils counted", "spells whole"}),
    (
        "a previous place",
        _in_year(2028, "placements", {"pupil_id": "P02"}, previous_provision_id="unit"),
        {"following on"},
    ),
    ("a change", _in_year(2029, "placements", {"pupil_id": "P01"}, change="stays"), {"following on"}),
    ("a year's price", _in_year(2029, "placements", {"pupil_id": "P01"}, topup_gbp=1.0), {"top-ups", "sums"}),
    ("a spell too short", _cell("spells", {"pupil_id": "P02", "begins": "phase"}, to_year=2028), {"spells natural"}),
    ("a spell missing", _without("spells", pupil_id="Q01", from_year=2029), {"spells whole"}),
    ("a spell twice", _twice("spells"), {"spells whole"}),
    ("a spell of nobody", _cell("spells", {"pupil_id": "Q01"}, count=0), {"spells known", "spells whole"}),
    ("a beginning", _cell("spells", {"pupil_id": "Q03"}, begins="placed"), {"spells begin"}),
    ("an unknown beginning", _cell("spells", {"pupil_id": "Q03"}, begins="moved back"), {"spells known"}),
    ("a site closed again", _in_year(2029, "use", {"provision_id": "new-school"}, is_open=False), {"opened once"}),
    ("a site shut under its pupils", _in_year(2028, "use", {"provision_id": "unit"}, is_open=False), {"openness"}),
    ("a site closed and opened again", _closed_and_opened, {"opened once"}),
    (
        "a site opened before its time",
        _in_year(2027, "use", {"provision_id": "new-school"}, is_open=True),
        {"openness"},
    ),
    ("a site's year", _cell("sites", {"provision_id": "new-school"}, year=2029), {"sites"}),
    ("a site paid too late", _cell("sites", {"provision_id": "new-school"}, paid_year=2028), {"sites"}),
    ("a site unpaid", _cell("sites", {"provision_id": "new-school"}, capital_gbp=-200_000.0), {"sites"}),
    ("a site missing", _without("sites", provision_id="unit"), {"sites"}),
    ("a committed site missing", _without("sites", provision_id="annexe"), {"sites"}),
    ("a class unbuilt", _without("classes", provision_id="base"), {"classes built"}),
    ("classes", _cell("classes", {"provision_id": "base"}, classes=2), {"classes built"}),
    ("a class too early", _in_year(2027, "use", {"provision_id": "base"}, classes=1), {"classes built", "fullness"}),
    ("capital of use", _in_year(2028, "use", {"provision_id": "annexe"}, capital_gbp=-1.0), {"capital of use"}),
    ("money", _cell("money", {"year": 2028, "line": "opening"}, gbp=0.02), {"money of years"}),
    ("capital", _cell("money", {"year": 2027, "line": "capital"}, gbp=-25_000.0), {"money of years"}),
    ("a line of money missing", _without("money", year=2029, line="opening"), {"money of years"}),
    ("discounted money", _cell("money", {"year": 2029, "line": "opening"}, discounted_gbp=0.02), {"discounting"}),
    ("a discount factor", _cell("years", {"year": 2029}, discount_factor=0.95), {"years"}),
    ("a share", _cell("years", {"year": 2027}, share=1.0), {"years"}),
    ("a price factor", _cell("years", {"year": 2028}, price_factor=1.0), {"years"}),
    ("another policy in a year", _with_policy, {"policies"}),
    ("weighed", lambda plan: replace(plan, weighed_gbp=500.0), {"weighed in all years"}),
    ("a bound too high", lambda plan: replace(plan, bound_gbp=plan.objective_gbp + 1), {"proof"}),
    ("no bound", lambda plan: replace(plan, bound_gbp=None), {"proof"}),
    ("a bound too low", lambda plan: replace(plan, bound_gbp=plan.objective_gbp * 0.9), {"proof"}),
    ("a status", lambda plan: replace(plan, status=Status.BASELINE), {"proof"}),
    ("a certified bound", _stage(lambda stage: replace(stage, bound=stage.bound + 1)), {"certificate"}),
    ("a multiplier of a pupil", _leaf(lambda given: _first_pupil(given, 5.0)), {"certificate"}),
    ("a row without a year", _leaf(lambda given: {**given, "places_1": -1.0}), {"certificate"}),
    ("a row of no year", _leaf(lambda given: {**given, "places_1_4": -1.0}), {"certificate"}),
    ("a sign", _leaf(lambda given: {**given, "places_1_2": 1.0}), {"certificate"}),
    ("no number", _leaf(lambda given: {**given, "places_1_2": float("nan")}), {"certificate"}),
    ("no stage of cost", lambda plan: replace(plan, certificate=Certificate(())), {"certificate"}),
]


@pytest.mark.parametrize(("spoil", "checks"), [case[1:] for case in SPOILT], ids=[case[0] for case in SPOILT])
def test_a_spoilt_plan_of_years_is_found(spoil: Spoil, checks: set[str]) -> None:
    plan = spoil(years_of_plans()[2])
    right = _right_case()
    is_told_otherwise = plan.plans == right.plan.plans
    case = replace(right, plan=plan) if is_told_otherwise else hold(right.ahead, right.asked, plan)

    found = {finding.check for finding in examined(case).findings}

    assert checks <= found


# -- what the plan is held against ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "limit_gbp", "words"),
    [
        ("budgets", 240_000, "budget running in 2028"),
        ("year_budgets", 250_000, "budget building of all years"),
    ],
)
def test_a_budget_that_the_plan_overspends_is_found(table: str, limit_gbp: float, words: str) -> None:
    problem, travel, plan = years_of_plans()
    rows = problem.table(table)
    rows.loc[rows.index[0 if table == "budgets" else rows["budget"].tolist().index("building")], "limit_gbp"] = (
        limit_gbp
    )

    messages = [str(finding) for finding in verify_years(problem.replace(**{table: rows}), travel, plan).findings]

    assert any(words in message for message in messages if message.startswith("budgets of years"))


def test_the_same_plan_under_other_rules_is_wrong() -> None:
    problem, travel, plan = years_of_plans()

    not_discounted = verify_years(problem, travel, replace(plan, rules=YearRules()))
    leaving_early = verify_years(
        problem, travel, replace(plan, rules=YearRules(last_year_group=11, discount_rate=0.035))
    )

    assert {"years", "discounting"} <= {finding.check for finding in not_discounted.findings}
    assert "known rows" in {finding.check for finding in leaving_early.findings}


def test_a_plan_of_other_years_cannot_be_checked() -> None:
    problem, travel, plan = years_of_plans()
    shorter = problem.table("years").iloc[:2]
    of_two_years = problem.replace(years=shorter, leavers=None)

    with pytest.raises(PlanError, match="2027, 2028, 2029"):
        verify_years(of_two_years, travel, plan)


def test_classes_are_built_when_more_are_in_use_than_ever_before() -> None:
    assert built(np.array([[1, 0], [0, 2], [3, 2]])).tolist() == [[1, 0], [0, 2], [2, 0]]


def test_a_provision_opens_in_the_first_year_in_which_it_is_open() -> None:
    assert opening_years(np.array([[False, True, False], [True, False, False]])).tolist() == [1, 0, -1]


def test_the_years_of_the_plan_are_those_of_the_problem() -> None:
    assert years_of_plans()[2].years == YEARS
