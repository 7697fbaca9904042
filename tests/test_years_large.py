"""What is done for large models of several years, on small ones: whole openings, one site after the other."""

from importlib import import_module

import pandas as pd
import pytest

from placement_opt.certificate import Leaf
from placement_opt.errors import Status
from placement_opt.policy import SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.years import plan_years
from placement_opt.timeline import everyone
from placement_opt.travel import crow_fly
from placement_opt.verify import verify_years
from placement_opt.years_plan import YearsPlan
from tests.amounts import how_many
from tests.oracle_years import YearsCase, best_years
from tests.oracles import InputAtFaultError
from tests.year_cases import years_case

SCHOOLS, PUPILS, FEE_GBP, TOPUP_GBP = ("N", "M", "S"), 3, 60_000, 20_000
SCHOOL_GBP, CLASS_GBP = 7_500_000, 900_000
LARGE = ("ROWS_BY_SIMPLEX", -1), ("COLUMNS_BY_SIMPLEX", 0), ("PAIRS_BY_SIMPLEX", 0)


def town(limit_gbp: float = 10_000_000, years: tuple[int, ...] = (2027, 2028)) -> Problem:
    """Return three groups of pupils, each with a school that could be built beside it, and a dear school for all."""
    places = {name: 2_000 * number for number, name in enumerate(SCHOOLS)}
    pupils = [
        {"pupil_id": f"{name}{one}", "easting": 400_000 + at, "northing": 300_000, "year_group": 1, "need": "ASD"}
        for name, at in places.items()
        for one in range(PUPILS)
    ]
    settings = [
        {"setting_id": name, "name": name, "easting": 400_000 + at, "northing": 300_010} for name, at in places.items()
    ]
    away = {"setting_id": "away", "name": "away", "easting": 402_000, "northing": 300_500}
    new = {"kind": "special", "status": "candidate", "places": PUPILS, "topup_gbp": TOPUP_GBP}
    provisions = [
        {"provision_id": name, "setting_id": name, **new, "capital_gbp": SCHOOL_GBP + at} for name, at in places.items()
    ]
    dear = {"provision_id": "away", "setting_id": "away", "kind": "independent_special", "status": "open"}
    every_year = {"type": "capital", "limit_gbp": limit_gbp}
    return Problem(
        pupils=pd.DataFrame(pupils),
        settings=pd.DataFrame([*settings, away]),
        provisions=pd.DataFrame([*provisions, {**dear, "places": 100, "topup_gbp": FEE_GBP}]),
        years=pd.DataFrame({"year": years}),
        year_budgets=pd.DataFrame([{"budget": f"capital {year}", "year": year, **every_year} for year in years]),
    )


def solved(problem: Problem) -> YearsPlan:
    return plan_years(problem, crow_fly(everyone(problem)), options=SolveOptions(gap=0))


def test_a_budget_opens_whole_schools_and_the_proof_needs_no_branches() -> None:
    """£10m pay 1.33 schools of £7.5m in an LP: it would save a third more than any plan in each year."""
    problem = town()
    plan = solved(problem)
    assert plan.status is Status.OPTIMAL
    assert plan.sites["year"].tolist() == [2027]  # who is placed stays, so a second school would stand empty
    assert plan.certificate is not None
    proof = plan.certificate.stage("cost")
    assert proof is not None
    assert isinstance(proof.tree, Leaf)
    rows = [name for name, price in proof.tree.multipliers.items() if name.startswith("year_openings_") and price]
    assert rows
    assert verify_years(problem, crow_fly(problem), plan).certified_gbp == pytest.approx(plan.objective_gbp, abs=0.02)


@pytest.mark.parametrize(
    ("limit_gbp", "opened"), [(7_499_999.99, 0), (7_500_000, 1), (15_002_000, 2), (15_001_999.99, 1), (22_506_000, 3)]
)
def test_no_penny_is_rounded_away_from_a_budget(limit_gbp: float, opened: int) -> None:
    assert len(solved(town(limit_gbp)).sites) == opened


def test_classes_are_no_whole_openings() -> None:
    start = town(9_300_000, years=(2027,))
    with_classes = {
        "max_classes": 2,
        "class_places": 3,
        "class_gbp": 1_000,
        "class_capital_gbp": CLASS_GBP,
        "places": 1,
    }
    is_new = start.provisions["status"] == "candidate"
    provisions = start.provisions.assign(
        **{name: start.provisions[name].where(~is_new, cell) for name, cell in with_classes.items()}
    )
    plan = solved(start.replace(provisions=provisions))
    assert len(plan.sites) == 1
    assert plan.classes["classes"].tolist() == [2]
    assert plan.capital_gbp == SCHOOL_GBP + 2 * CLASS_GBP


@pytest.mark.parametrize("first", range(0, how_many(60, in_ci=4), 4))
def test_what_is_done_for_large_models_finds_the_same_plans(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    relaxation = import_module("placement_opt.solve.relaxation")
    for name, value in LARGE:
        monkeypatch.setattr(relaxation, name, value)
    wrong = [seed for seed in range(first, first + 4) if not _is_same(years_case(seed))]
    assert not wrong


def _is_same(case: YearsCase) -> bool:
    """Return whether a plan is as good as the best of all; a case without a plan has nothing to compare."""
    try:
        expected = best_years(case)
    except InputAtFaultError:
        return True
    if expected is None:
        return True
    plan = plan_years(case.problem, case.travel, policy=case.policy, rules=case.rules, options=SolveOptions(gap=0))
    people = sum(int(case.problem.table(name)["count"].sum()) for name in ("pupils", "arrivals"))
    tolerance_gbp = 0.05 * people * len(plan.years)
    is_as_good = abs(plan.objective_gbp - expected.objective_gbp) <= tolerance_gbp
    return is_as_good and plan.unplaced_pupil_years == expected.unplaced and plan.status is Status.OPTIMAL
