"""The workbook: sheets, types, totals, the input tables beside the results, and text that never runs as a formula."""

import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from placement_opt.cli import main
from placement_opt.errors import InputError
from placement_opt.examples import tiny
from placement_opt.files import read_problem, write_problem, write_template
from placement_opt.files.raw import is_passed_over
from placement_opt.plan import load_plan
from placement_opt.report import write_workbook
from placement_opt.report.grid import Cell, Unit
from placement_opt.report.sheets import unlike
from placement_opt.schema import TABLES
from placement_opt.solve import baseline, solve
from placement_opt.travel import crow_fly
from tests.made_plans import FORMULA, made_plans

CONFIDENTIAL = ["placements", "money"]
FIRST = ["indicators", "actions"]
SHEETS = ["unplaced", "provisions", "costs", "travel", "modes", "outreach", "hubs", "fairness", "comparison", "moves"]
ABOUT = ["assumptions", "policy", "record"]


def results(book: Workbook) -> list[Any]:
    return [sheet for sheet in book if sheet.title.startswith("Plan ")]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the confidential workbook of the made-up county."""
    return write_workbook(tmp_path_factory.mktemp("confidential") / "plan.xlsx", *made_plans())


@pytest.fixture(scope="module")
def confidential(path: Path) -> Workbook:
    return load_workbook(path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    folder = tmp_path_factory.mktemp("shared")
    return load_workbook(write_workbook(folder / "plan.xlsx", *made_plans(), confidential=False))


def column(book: Workbook, sheet: str, head: str) -> list[Any]:
    """Return the cells of a column of the one table of a sheet."""
    (table,) = book[f"Plan {sheet}"].tables.values()
    rows = book[f"Plan {sheet}"][table.ref]
    at = [cell.value for cell in rows[0]].index(head)
    return [row[at] for row in rows[1:]]


def texts(book: Workbook) -> list[str]:
    return [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]


def test_the_results_come_first_and_then_the_tables_of_the_template(confidential: Workbook, shared: Workbook) -> None:
    names = confidential.sheetnames
    first = len(results(confidential))
    assert names[:first] == [
        f"Plan {n}" for n in ["summary", *FIRST, "placements", *SHEETS[:3], "money", *SHEETS[3:], *ABOUT]
    ]
    assert names[first:] == ["Guide", *TABLES]
    assert shared.sheetnames == [f"Plan {name}" for name in ["summary", *FIRST, *SHEETS, *ABOUT]]


def test_a_workbook_with_rows_of_pupils_says_so_first(confidential: Workbook, shared: Workbook) -> None:
    assert str(confidential["Plan summary"]["A1"].value).startswith("CONFIDENTIAL")
    assert not any("CONFIDENTIAL" in text for text in texts(shared))


def test_a_shared_workbook_names_no_pupil_and_hides_small_groups(shared: Workbook) -> None:
    assert not any("PX0" in text for text in texts(shared))
    spoke = next(row for row in shared["Plan provisions"].iter_rows(values_only=True) if row[2] == "S5-spoke")
    assert spoke[5] == "under 5"


def test_every_placement_of_every_plan_is_a_row(confidential: Workbook) -> None:
    assert [cell.value for cell in column(confidential, "placements", "plan")].count("plan") == 97
    assert [cell.value for cell in column(confidential, "unplaced", "plan")].count("today") == 7


def test_numbers_are_numbers_with_their_formats(confidential: Workbook) -> None:
    for cell in column(confidential, "placements", "cost_gbp"):
        assert isinstance(cell.value, int | float)
        assert cell.number_format == "£#,##0.00"
    assert all(isinstance(cell.value, int) for cell in column(confidential, "placements", "count"))
    assert all(isinstance(cell.value, int) for cell in column(confidential, "provisions", "Places"))


def test_averages_are_rounded_as_they_are_shown(shared: Workbook) -> None:
    tables = [
        sheet[ref] for sheet in (shared["Plan travel"], shared["Plan fairness"]) for _, ref in sheet.tables.items()
    ]
    means = [cell.value for rows in tables[1:] for row in rows[1:] for cell in row if isinstance(cell.value, float)]
    assert len(means) > 5
    assert all(value == round(value, 1) for value in means)


# -- totals ------------------------------------------------------------------------------------------------------------


def totals(book: Workbook) -> list[tuple[str, str, Any]]:
    """Return sheet, cell and content of everything in the rows under the tables that have a total."""
    found = []
    for sheet in results(book):
        for table in sheet.tables.values():
            last = int(re.findall(r"\d+", table.ref)[-1])
            if str(sheet.cell(last + 1, 1).value).startswith("All"):
                found += [(sheet.title, cell.coordinate, cell.value) for cell in sheet[last + 1][1:] if cell.value]
    return found


def test_a_total_is_a_sum_over_the_rows_of_its_table_that_a_filter_leaves(confidential: Workbook) -> None:
    formulas = [value for _, _, value in totals(confidential) if not isinstance(value, int)]
    assert len(formulas) == len(totals(confidential)) > 20
    sheet = confidential["Plan costs"]
    assert sheet.tables["plan_costs_line"].ref == "A2:D7"
    assert [sheet.cell(8, at).value for at in (1, 3)] == ["All", "=SUBTOTAL(109,C3:C7)"]


def test_the_value_of_a_total_is_stored_with_it(path: Path, confidential: Workbook) -> None:
    valued = load_workbook(path, data_only=True)
    added = 0
    for sheet_name, at, formula in totals(confidential):
        if isinstance(formula, str) and formula.startswith("="):
            cells = valued[sheet_name][formula[len("=SUBTOTAL(109,") : -1]]
            assert valued[sheet_name][at].value == pytest.approx(sum(row[0].value or 0 for row in cells), abs=0.001)
            added += 1
    assert added > 20
    assert valued["Plan costs"]["C8"].value == made_plans()[0]["plan"].cost_gbp


def test_a_total_beside_hidden_figures_is_a_number(shared: Workbook) -> None:
    for sheet_name, at, value in totals(shared):
        sheet = shared[sheet_name]
        if isinstance(value, str) and value.startswith("="):
            cells = sheet[value[len("=SUBTOTAL(109,") : -1]]
            assert not any(isinstance(row[0].value, str) for row in cells), at
    kinds = shared["Plan comparison"]
    assert kinds.tables["plan_kinds"].ref == "A2:E9"
    assert [kinds.cell(10, at).value for at in (1, 3, 4)] == ["All pupils", 100, 100]


# -- text, tables, bytes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["confidential", "shared"])
def test_no_text_is_a_formula_and_a_name_like_one_is_quoted(which: str, request: pytest.FixtureRequest) -> None:
    book: Workbook = request.getfixturevalue(which)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(re.fullmatch(r"=SUBTOTAL\(109,[A-Z]+\d+:[A-Z]+\d+\)", c.value) for c in cells if c.data_type == "f")
    named = [cell for cell in cells if cell.value == FORMULA]
    assert named
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in named)


@pytest.mark.parametrize("which", ["confidential", "shared"])
def test_every_table_can_be_filtered_and_holds_what_excel_asks_of_it(
    which: str, request: pytest.FixtureRequest
) -> None:
    book: Workbook = request.getfixturevalue(which)
    names = [name.lower() for sheet in results(book) for name in sheet.tables]
    assert len(names) == len(set(names)) > 20
    for sheet in results(book):
        filled = {cell.row for row in sheet.iter_rows() for cell in row if cell.value is not None}
        for table in sheet.tables.values():
            rows = sheet[table.ref]
            heads = [cell.value for cell in rows[0]]
            assert heads == [column.name for column in table.tableColumns]
            assert len({head.lower() for head in heads}) == len(heads)
            assert table.autoFilter.ref == table.ref
            assert {row[0].row for row in rows[: max(2, len(rows))]} <= filled | {rows[-1][0].row}
            filled -= {row[0].row for row in rows}  # so that no two tables overlap


def test_headings_stay_in_view_and_columns_are_wide_enough(confidential: Workbook) -> None:
    frozen = {sheet.title: sheet.freeze_panes for sheet in confidential}
    assert (frozen["Plan placements"], frozen["Plan provisions"], frozen["pupils"]) == ("C2", "B2", "B2")
    assert all(frozen[name] for name in frozen if name != "Guide")
    for sheet in results(confidential):
        assert all(9 <= dimension.width <= 60 for dimension in sheet.column_dimensions.values())


def test_ids_are_text_and_stay_text_when_they_are_typed_again(confidential: Workbook) -> None:
    for cell in column(confidential, "placements", "pupil_id"):
        assert (cell.data_type, cell.number_format) == ("s", "@")


def test_money_is_every_pound_by_everything_it_can_be_counted_by(confidential: Workbook) -> None:
    plans = made_plans()[0]
    names = [cell.value for cell in column(confidential, "money", "plan")]
    pounds = [cell.value for cell in column(confidential, "money", "gbp")]
    payers = [cell.value for cell in column(confidential, "money", "payer")]
    for name, plan in plans.items():
        mine = [(payer, gbp) for one, payer, gbp in zip(names, payers, pounds, strict=True) if one == name]
        assert sum(gbp for _, gbp in mine) == pytest.approx(plan.cost_gbp, abs=0.001)
        assert sum(gbp for payer, gbp in mine if payer == "health") == 11_000 * len(
            plan.placements.query("kind == 'alternative'")
        )


def test_plans_may_be_called_anything(tmp_path: Path) -> None:
    plans, problem, travel = made_plans()
    odd = {"Figure": plans["today"], "a\nb ' # [x] <&> =1": plans["plan"], "PLAN/plan": plans["plan"]}
    book = load_workbook(write_workbook(tmp_path / "odd.xlsx", odd, problem, travel))
    (rows,) = [book["Plan summary"][table.ref] for table in book["Plan summary"].tables.values()]
    assert [cell.value for cell in rows[0]][:4] == ["Figure", "Figure (2)", "a b ' # [x] <&> =1", "PLAN/plan"]
    assert unlike(["", " ", "a" * 300])[2] == "a" * 240


def test_the_assumptions_hold_every_parameter_with_value_and_source(confidential: Workbook) -> None:
    rows = made_plans()[1].parameters.rows()
    assert [cell.value for cell in column(confidential, "assumptions", "Parameter")] == [r["parameter"] for r in rows]
    assert [cell.value for cell in column(confidential, "assumptions", "Value")] == [r["value"] for r in rows]


def test_the_same_plans_make_the_same_file(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 2e9)  # zip files hold the time of writing, if nothing prevents it
    assert write_workbook(tmp_path / "plan.xlsx", *made_plans()).read_bytes() == path.read_bytes()
    assert [made.name for made in tmp_path.iterdir()] == ["plan.xlsx"]


def test_a_workbook_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no plan to compare"):
        write_workbook(tmp_path / "plan.xlsx", {}, *made_plans()[1:])
    assert list(tmp_path.iterdir()) == []


# -- the input tables, there and back ----------------------------------------------------------------------------------


def test_a_workbook_of_a_plan_is_read_as_the_problem_it_was_made_from(path: Path) -> None:
    again = read_problem(path)
    assert again == made_plans()[1]
    assert again.fingerprints() == made_plans()[1].fingerprints()


def test_a_problem_with_rows_in_every_table_comes_back_too(tmp_path: Path) -> None:
    problem = read_problem(write_template(tmp_path / "sample.xlsx", sample=True))
    travel = crow_fly(problem)
    path = write_workbook(tmp_path / "plan.xlsx", {"today": baseline(problem, travel)}, problem, travel)
    assert read_problem(path) == problem
    assert "Plan moves" not in load_workbook(path, read_only=True).sheetnames


def test_the_input_sheets_are_those_of_the_blank_template(confidential: Workbook, tmp_path: Path) -> None:
    blank = load_workbook(write_template(tmp_path / "blank.xlsx"))
    assert [name for name in confidential.sheetnames if not is_passed_over(name)] == blank.sheetnames[1:]
    assert list(confidential["Guide"].values) == list(blank["Guide"].values)
    for name in TABLES:
        sheet, other = confidential[name], blank[name]
        offered = [cell for cell in other[1] if cell.value != "postcode"]  # a problem holds points in their place
        assert [cell.value for cell in sheet[1]] == [cell.value for cell in offered]
        assert [cell.comment.text for cell in sheet[1]] == [cell.comment.text for cell in offered]
        assert len(sheet.data_validations.dataValidation) == len(offered) + (name == "parameters")


def test_decisions_typed_into_the_workbook_are_solved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, travel = tiny(), crow_fly(tiny())
    plan = solve(problem, travel)
    path = write_workbook(tmp_path / "plan.xlsx", {"plan": plan}, problem, travel)
    placed = plan.placements.iloc[0]
    book = load_workbook(path)
    book["pair_rules"].append([placed["pupil_id"], placed["provision_id"], "never", "panel of 3 March"])
    places = [cell.value for cell in book["provisions"][1]].index("places") + 1
    book["provisions"].cell(2, places).value = 9
    book.save(tmp_path / "edited.xlsx")
    assert main(["solve", str(tmp_path / "edited.xlsx"), "--out", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    changed = load_plan(tmp_path / "out" / "run.json").placements
    pairs = set(zip(changed["pupil_id"], changed["provision_id"], strict=True))
    assert (placed["pupil_id"], placed["provision_id"]) not in pairs
    again = read_problem(tmp_path / "out" / "workbook.xlsx")
    assert again.table("pair_rules")["reason"].tolist() == ["panel of 3 March"]
    assert again.provisions["places"].iloc[0] == 9


def test_a_workbook_is_never_replaced_by_the_plan_made_from_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = write_problem(tiny(), tmp_path / "workbook.xlsx")
    before = given.read_bytes()
    assert main(["solve", str(given), "--out", str(tmp_path)]) == 1
    assert "Save yours under another name" in capsys.readouterr().err
    assert given.read_bytes() == before
    assert [made.name for made in tmp_path.iterdir()] == ["workbook.xlsx"]


def test_a_sheet_that_only_sounds_like_a_result_is_still_a_fault(path: Path, tmp_path: Path) -> None:
    book = load_workbook(path)
    for name in ("Plan B", "planned places"):
        book.create_sheet(name).append(["anything"])
    book.save(tmp_path / "more.xlsx")
    with pytest.raises(InputError) as caught:
        read_problem(tmp_path / "more.xlsx")
    assert ["planned places" in fault.message for fault in caught.value.faults] == [True]


def test_a_share_is_stored_as_exactly_as_it_is_shown() -> None:
    cell = Cell(0.756, Unit.PERCENT)
    assert (cell.text(), cell.content()) == ("76%", 0.76)
