"""An attacker with every shared paper of a plan works out no group of 1 to 4 pupils."""

from collections.abc import Hashable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest

from placement_opt.report import write_report, write_tables, write_workbook
from placement_opt.suppression import Mark, Protection
from tests.amounts import IS_NIGHT
from tests.desk import SMALL, Desk, priced_out, read_papers, recovered, small_rests, work_out
from tests.made_plans import made_plans
from tests.read_back import Page, Table, read_book
from tests.test_numbers_agree import QUESTIONS, Question

Papers = tuple[Mapping[str, Table], Mapping[str, Table], Mapping[str, pd.DataFrame]]

ATTACKED = list(QUESTIONS) if IS_NIGHT else ["made"]


def papers_of(question: Question) -> Papers:
    """Write every paper that may be shared, and read it back."""
    plans, problem, travel = question
    with TemporaryDirectory() as home:
        folder = Path(home)
        page = write_report(folder / "report.html", plans, problem, travel)
        book = write_workbook(folder / "workbook.xlsx", plans, problem, travel, confidential=False)
        last = list(plans.values())[-1]
        tables = write_tables(folder / "tables", problem, last, plans=plans)
        csv = {path.stem: pd.read_csv(path, keep_default_na=False) for path in tables.glob("*.csv")}
        return Page(page.read_text(encoding="utf-8")).tables, read_book(book), csv


@cache
def shared(name: str) -> Papers:
    return papers_of(QUESTIONS[name]())


def desk_of(papers: Papers) -> Desk:
    page, book, csv = papers
    return read_papers([page, book], csv, ["today", "plan"])


@pytest.mark.parametrize("name", ATTACKED)
def test_no_small_group_is_worked_out_from_all_shared_papers_together(name: str) -> None:
    desk = desk_of(shared(name))
    assert any(least < most for least, most in desk.ranges.values())
    assert recovered(desk) == []


@pytest.mark.parametrize("name", ATTACKED)
def test_what_is_left_of_a_total_beside_what_is_shown_is_no_small_group(name: str) -> None:
    assert small_rests(desk_of(shared(name))) == []


@pytest.mark.parametrize("name", ATTACKED)
def test_no_small_group_is_told_by_what_it_costs(name: str) -> None:
    _, problem, _ = QUESTIONS[name]()
    prices = {*problem.table("topups")["topup_gbp"].dropna(), *problem.provisions["topup_gbp"].dropna(), 900.0}
    page, _, _ = papers = shared(name)
    assert priced_out(page, desk_of(papers), prices) == []


def test_the_attacker_is_no_fool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the counts that are hidden for the sake of others, the same attack finds small groups."""

    def only_small(counts: Mapping[Hashable, int], sums: object, **_: object) -> Protection:
        marks = {key: Mark.SMALL if count in SMALL else Mark.SHOWN for key, count in counts.items()}
        return Protection(marks, frozenset())

    monkeypatch.setattr("placement_opt.report.ledger.protection", only_small)
    desk = desk_of(papers_of(made_plans()))
    assert len(recovered(desk)) > 5
    assert small_rests(desk)


def test_the_attacker_knows_how_many_places_there_are() -> None:
    """Three bases of three places: that all nine are taken says how many are in each."""
    desk = Desk()
    for name in "abc":
        desk.know(("provision", name), 1, 3)
        desk.printed.add(("provision", name))
    desk.read(("kind",), 9.0)
    desk.add(("kind",), [("provision", name) for name in "abc"])
    assert {(one.least, one.most) for one in work_out(desk)} == {(3, 3)}
