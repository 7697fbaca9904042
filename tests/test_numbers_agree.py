"""Report, workbook, CSV tables and plan say the same, to the penny: each is read back from what was written."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest

from placement_opt.compare import compare
from placement_opt.examples import exampleshire, tiny
from placement_opt.plan import Plan
from placement_opt.plan_tables import MONEY
from placement_opt.problem import Problem
from placement_opt.report import write_report, write_tables, write_workbook
from placement_opt.report.amounts import COST_GROUPINGS
from placement_opt.solve import baseline, solve
from placement_opt.travel import TravelMatrix, crow_fly
from tests.amounts import IS_NIGHT
from tests.made_plans import made_plans
from tests.read_back import Page, Table, Value, read_book

Question = tuple[dict[str, Plan], Problem, TravelMatrix]


@dataclass(frozen=True)
class Papers:
    """Everything that is written about a question, read back."""

    question: Question
    page: Page
    book: dict[str, Table]
    csv: dict[str, pd.DataFrame]

    @property
    def plan(self) -> Plan:
        """The plan that is reported in full."""
        return list(self.question[0].values())[-1]


def write_and_read(question: Question, *, confidential: bool) -> Papers:
    plans, problem, travel = question
    with TemporaryDirectory() as home:
        folder = Path(home)
        paper = write_report(folder / "report.html", plans, problem, travel, confidential=confidential)
        book = write_workbook(folder / "workbook.xlsx", plans, problem, travel, confidential=confidential)
        tables = write_tables(folder / "tables", problem, list(plans.values())[-1], confidential=confidential)
        csv = {path.stem: pd.read_csv(path) for path in tables.glob("*.csv")}
        return Papers(question, Page(paper.read_text(encoding="utf-8")), read_book(book), csv)


def tiny_question() -> Question:
    problem, travel = tiny(), crow_fly(tiny())
    return {"today": baseline(problem, travel), "plan": solve(problem, travel)}, problem, travel


def county_question() -> Question:
    problem = exampleshire()
    travel = crow_fly(problem)
    return {"today": baseline(problem, travel), "plan": solve(problem, travel)}, problem, travel


QUESTIONS: dict[str, Callable[[], Question]] = {"made": made_plans, "tiny": tiny_question}
if IS_NIGHT:
    QUESTIONS["Exampleshire"] = county_question


@cache
def papers_of(name: str) -> Papers:
    return write_and_read(QUESTIONS[name](), confidential=True)


@cache
def shared_papers() -> Papers:
    return write_and_read(made_plans(), confidential=False)


@pytest.fixture(params=list(QUESTIONS))
def papers(request: pytest.FixtureRequest) -> Papers:
    return papers_of(request.param)


def pounds(plan: Plan, group: str) -> Counter[str]:
    """Return pence by line or payer, added up one by one from the tables of a plan."""
    added: Counter[str] = Counter()
    for line, table, amount, payer in MONEY:
        for row in plan.tables[table].to_dict("records"):
            pence = round(100 * row[amount])
            if pence:
                label = line if group == "line" else str(row[payer])
                added[label[:1].upper() + label[1:]] += pence
    return added


def pence(column: dict[str, Value]) -> dict[str, int]:
    return {name: round(100 * value) for name, value in column.items() if isinstance(value, int | float)}


@pytest.mark.parametrize("group", ["line", "payer"])
def test_every_paper_has_the_cost_of_the_plan_by_line_and_by_payer(papers: Papers, group: str) -> None:
    for name, plan in papers.question[0].items():
        added = pounds(plan, group)
        expected = {**added, "All": sum(added.values())}
        assert round(100 * plan.cost_gbp) == expected["All"]
        for table in (papers.page.tables[f"costs_{group}"], papers.book[f"costs_{group}"]):
            shown = pence(table.column(name))
            assert {label: value for label, value in shown.items() if value or label == "All"} == expected


@pytest.mark.parametrize("group", COST_GROUPINGS)
def test_costs_by_any_group_are_those_of_the_plan(papers: Papers, group: str) -> None:
    for name, plan in papers.question[0].items():
        costs = Counter(round(100 * value) for value in plan.costs(by=group)["gbp"])
        for table in (papers.page.tables[f"costs_{group}"], papers.book[f"costs_{group}"]):
            shown = pence(table.column(name))
            assert shown.pop("All") == round(100 * plan.cost_gbp) == sum(shown.values())
            assert Counter(value for value in shown.values() if value) == Counter({k: n for k, n in costs.items() if k})


def test_every_paper_has_the_key_figures_of_the_plans(papers: Papers) -> None:
    wanted = {
        "Pupils with a place": "placed",
        "Pupils without a place": "unplaced",
        "Cost, £ a year": "cost_gbp",
        "Transport, £ a year": "transport_gbp",
    }
    for name, plan in papers.question[0].items():
        placements = plan.tables["placements"]
        known = {
            "placed": placements["count"].sum(),
            "unplaced": plan.tables["unplaced"]["count"].sum(),
            "cost_gbp": plan.cost_gbp,
            "transport_gbp": round(placements["transport_gbp"].sum(), 2),
        }
        for table in (papers.page.tables["headline"], papers.book["headline"]):
            shown = table.column(name)
            assert {key: shown[label] for label, key in wanted.items()} == known
        assert dict(compare(papers.question[0]).headline()[name][list(known)]) == known


def test_every_paper_has_the_pupils_of_each_provision(papers: Papers) -> None:
    used = papers.plan.tables["placements"].groupby("provision_id")["count"].sum()
    for table in (papers.page.tables["provisions"], papers.book["provisions"]):
        at = {head: table.heads.index(head) for head in ("Provision", "Pupils, plan", "Places")}
        pupils = {row[at["Provision"]]: row[at["Pupils, plan"]] for row in table.rows}
        assert {key: value for key, value in pupils.items() if value} == used.to_dict()
        places = {row[at["Provision"]]: row[at["Places"]] for row in table.rows}
        assert places == papers.plan.use.set_index("provision_id")["places"].to_dict()
    of_specialists = papers.csv["place_use"].set_index("provision_id")["pupils"].to_dict()
    assert of_specialists == {key: used.get(key, 0) for key in of_specialists}
    assert of_specialists


def test_every_paper_has_as_many_pupils_without_a_place(papers: Papers) -> None:
    none = papers.plan.tables["unplaced"]["count"].sum()
    rows = papers.book["unplaced"]
    at = rows.heads.index("plan"), rows.heads.index("count")
    assert sum(int(str(row[at[1]])) for row in rows.rows if row[at[0]] == "plan") == none
    assert papers.csv["unplaced"]["count"].sum() == none
    for tables in (papers.page.tables, papers.book):
        assert tables["kinds"].column("Pupils, plan")["No place"] == none
    if none:
        assert papers.page.tables["unplaced_need"].column("Without a place, plan")["All pupils"] == none


def test_the_rows_of_pupils_add_up_to_the_plan_in_workbook_and_csv(papers: Papers) -> None:
    placements = papers.book["placements"]
    of_plan = [row for row in placements.rows if row[0] == "plan"]
    expected = papers.plan.tables["placements"]
    for name in ("topup_gbp", "place_gbp", "transport_gbp", "cost_gbp"):
        at = placements.heads.index(name)
        whole = round(100 * expected[name].sum())
        assert sum(round(100 * float(str(row[at]))) for row in of_plan) == whole
        assert round(100 * papers.csv["placements"][name].sum()) == whole
    money = papers.book["money"]
    at = money.heads.index("gbp")
    spent = sum(round(100 * float(str(row[at]))) for row in money.rows if row[0] == "plan")
    assert spent == round(100 * papers.plan.cost_gbp)


def test_categories_are_the_same_on_the_page_and_in_csv(papers: Papers) -> None:
    csv = papers.csv["categories_by_age"].groupby("category_name")[["pupils", "gbp"]].sum()
    shown = papers.page.tables["categories"]
    assert pence(shown.column("£ a year")).pop("All pupils") == round(100 * csv["gbp"].sum())
    for head, name, scale in (("Pupils", "pupils", 1), ("£ a year", "gbp", 100)):
        cells = {label: round(scale * float(str(value))) for label, value in shown.column(head).items()}
        cells.pop("All pupils")
        assert cells == {label: round(scale * value) for label, value in csv[name].items()}
    assert round(100 * csv["gbp"].sum()) == round(100 * papers.plan.cost_gbp)


def both(papers: Papers) -> Iterator[tuple[str, Table, Table]]:
    for name in sorted(set(papers.page.tables) & set(papers.book)):
        yield name, papers.page.tables[name], papers.book[name]


@pytest.mark.parametrize("name", [*QUESTIONS, "shared"])
def test_a_table_that_is_on_the_page_and_in_the_workbook_is_the_same_cell_by_cell(name: str) -> None:
    papers = shared_papers() if name == "shared" else papers_of(name)
    compared = 0
    for key, page, book in both(papers):
        if key in {"unplaced", "pupils"}:  # lists of pupils that show other columns
            continue
        assert page.heads == book.heads, key
        assert len(page.rows) == len(book.rows), key
        for one, other in zip(page.rows, book.rows, strict=True):
            for cell, stored in zip(one, other, strict=True):
                assert (None if cell in {"–", ""} else cell) == stored, (key, one[0])
        compared += 1
    assert compared > 12


@pytest.mark.parametrize("name", [*QUESTIONS, "shared"])
def test_what_is_read_on_the_page_is_the_exact_value_rounded(name: str) -> None:
    papers = shared_papers() if name == "shared" else papers_of(name)
    figures = [figure for figure in papers.page.figures if figure.value is not None]
    assert len(figures) > 100
    for figure in figures:
        text = figure.text.replace("−", "-").replace("£", "").replace(",", "").removeprefix("+")
        decimals = len(text.partition(".")[2])
        assert float(text) == pytest.approx(figure.value, abs=0.5000001 * 10**-decimals), figure
        if "£" in figure.text:
            assert figure.value == round(figure.value or 0, 2), figure


def test_what_is_shared_shows_the_true_figure_or_none() -> None:
    whole, shared = papers_of("made"), shared_papers()
    hidden = shown = 0
    for key, one in shared.page.tables.items():
        other = whole.page.tables.get(key)
        if other is None or other.heads != one.heads or len(other.rows) != len(one.rows):
            continue
        for row, true in zip(one.rows, other.rows, strict=True):
            for cell, value in zip(row, true, strict=True):
                is_hidden = cell in {"under 5", "withheld"}
                assert is_hidden or cell == value or isinstance(cell, str), (key, row[0])
                hidden, shown = hidden + is_hidden, shown + isinstance(cell, float)
    assert hidden > 20
    assert shown > 50
