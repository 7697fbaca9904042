"""Capital, added classes, budgets and the certificate in the report: shown where there are any, and only then."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from placement_opt.certificate import Certificate, Leaf, StageProof
from placement_opt.compare import compare
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.report import write_report, write_workbook
from placement_opt.report.budget_tables import budgets
from placement_opt.report.glossary import page_text
from placement_opt.report.grid import Grid
from placement_opt.report.place_tables import headline, provisions
from placement_opt.report.subject import Subject
from placement_opt.report.words import proof, what_the_plan_does
from placement_opt.travel import TravelMatrix
from tests.made_plans import made_plans

BUDGETS = [
    {"budget": "all", "type": "revenue", "limit_gbp": 2_000_000},
    {"budget": "journeys", "type": "transport", "limit_gbp": 500_000},
    {"budget": "north", "type": "revenue", "locality": "North", "limit_gbp": 900_000},
    {"budget": "health", "type": "revenue", "payer": "health", "limit_gbp": 50_000},
    {"budget": "capital", "type": "capital", "limit_gbp": 400_000},
    {"budget": "capital south", "type": "capital", "locality": "South", "limit_gbp": 250_000},
]
Made = tuple[dict[str, Plan], Problem, TravelMatrix]


@pytest.fixture(scope="module")
def made() -> Made:
    """Two classes of £40,000 a year at S3-special, for £300,000 once; the base at S1 takes £75,000 once."""
    plans, problem, travel = made_plans()
    schools = problem.settings.assign(locality=["North", "North", "South", "South", "North"])
    provisions = problem.provisions.assign(
        place_payer="health", status=["candidate", *problem.provisions["status"].iloc[1:]]
    )
    problem = problem.replace(settings=schools, provisions=provisions, budgets=pd.DataFrame(BUDGETS))
    plan = plans["plan"]
    use = plan.use.set_index("provision_id")
    use.loc["S3-special", ["classes", "classes_gbp", "capital_gbp"]] = [2, 80_000.0, 300_000.0]
    use.loc["S1-base", "capital_gbp"] = 75_000.0
    changed = replace(plan, tables={**plan.tables, "use": use.reset_index()})
    return {"today": plans["today"], "plan": changed.with_record(inputs=problem.fingerprints())}, problem, travel


def _column(grid: Grid, head: str) -> dict[str, Any]:
    at = grid.heads.index(head)
    return {str(row[0].value): row[at].content() for row in grid.rows}


def test_capital_and_classes_are_key_figures_only_where_there_are_any(made: Made) -> None:
    table = compare(made[0]).headline()

    assert table.loc["capital_gbp"].tolist() == [0, 375_000, 375_000]
    assert table.loc["classes"].tolist() == [0, 2, 2]
    assert not {"capital_gbp", "classes"} & set(compare(made_plans()[0]).headline().index)


def test_capital_is_no_part_of_the_cost(made: Made) -> None:
    old = made_plans()[0]["plan"]

    assert made[0]["plan"].cost_gbp == pytest.approx(old.cost_gbp + 80_000)
    assert compare(made[0]).by("line").loc["added classes", ("gbp", "plan")] == 80_000


@pytest.mark.parametrize("confidential", [True, False])
def test_the_tables_of_places_have_columns_for_them(made: Made, confidential: bool) -> None:
    subject = Subject(*made, confidential=confidential)
    grid, plain = provisions(subject), provisions(Subject(*made_plans(), confidential=confidential))
    by_id = {row[2].value: [cell.content() for cell in row[-2:]] for row in grid.rows}

    assert grid.heads[-2:] == ("Added classes", "Capital, £ once")
    assert (by_id["S3-special"], by_id["S1-base"], by_id["S5-ap"]) == ([2, 300_000], [0, 75_000], [0, 0])
    assert grid.heads[:-2] == plain.heads
    assert _column(headline(subject), "plan")["Capital, £ once"] == 375_000
    assert "Capital, £ once" not in _column(headline(Subject(*made_plans(), confidential=confidential)), "plan")


def test_a_sentence_says_what_is_spent_once(made: Made) -> None:
    words = " ".join(what_the_plan_does(Subject(*made, confidential=False)))

    assert "Opening provisions and adding classes takes £375,000 once, which is no part of the cost of a year." in words
    assert "once" not in " ".join(what_the_plan_does(Subject(*made_plans(), confidential=False)))


def test_a_budget_counts_homes_for_pupils_and_schools_for_the_rest(made: Made) -> None:
    plan = made[0]["plan"]
    placements = plan.placements
    north = placements.loc[placements["locality"] == "North", "cost_gbp"].sum()
    spent = _column(budgets(Subject(*made, confidential=True)), "Spent, £")

    assert spent["all"] == pytest.approx(plan.cost_gbp)
    assert spent["journeys"] == pytest.approx(placements["transport_gbp"].sum())
    # The hub that sends a team (£50,000, and £85.50 for mileage) is at S1 in the north, the classes are in the south.
    assert spent["north"] == pytest.approx(north + 50_085.5)
    assert spent["health"] == 5 * 11_000
    assert (spent["capital"], spent["capital south"]) == (375_000, 300_000)


def test_what_is_left_is_the_limit_less_what_is_spent(made: Made) -> None:
    left = _column(budgets(Subject(*made, confidential=True)), "Left, £")

    assert (left["health"], left["capital"], left["capital south"]) == (-5_000, 25_000, -50_000)


def test_what_is_shared_says_nothing_of_budgets_that_are_spent_on_pupils(made: Made) -> None:
    grid = budgets(Subject(*made, confidential=False))

    for head in ("Spent, £", "Left, £"):
        shown = _column(grid, head)
        assert {shown[name] for name in ("all", "journeys", "north", "health")} == {"withheld"}
        assert isinstance(shown["capital south"], float)


@pytest.mark.parametrize("confidential", [True, False])
def test_the_page_and_the_workbook_have_budgets_only_where_the_problem_has(
    made: Made, confidential: bool, tmp_path: Path
) -> None:
    for question, has_budgets in ((made, True), (made_plans(), False)):
        page = write_report(tmp_path / "page.html", *question, confidential=confidential).read_text(encoding="utf-8")
        book = load_workbook(write_workbook(tmp_path / "book.xlsx", *question, confidential=confidential))
        assert ("capital south" in page_text(page)) == has_budgets
        assert ("Plan budgets" in book.sheetnames) == has_budgets


def test_the_certificate_is_spoken_of_where_the_plan_has_one(made: Made) -> None:
    plans, problem, travel = made
    certificate = Certificate((StageProof("cost", 1.0, Leaf({})),))
    certified = {**plans, "plan": replace(plans["plan"], certificate=certificate)}

    assert "certificate" not in " ".join(proof(Subject(plans, problem, travel, confidential=False)))
    assert "The plan carries a certificate" in " ".join(proof(Subject(certified, problem, travel, confidential=False)))
