"""The workbook: sheets, types, notes, and text that never runs as a formula."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from placement_opt.report import write_workbook
from tests.made_plans import FORMULA, made_plans

SHEETS = ["Unplaced", "Provisions", "Costs", "Travel", "Outreach", "Comparison", "Assumptions", "Record"]


def written(folder: Path, **options: Any) -> Workbook:
    return load_workbook(write_workbook(folder / "plan.xlsx", *made_plans(), **options))


@pytest.fixture(scope="module")
def confidential(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return written(tmp_path_factory.mktemp("confidential"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return written(tmp_path_factory.mktemp("shared"), confidential=False)


def column(book: Workbook, sheet: str, head: str) -> list[Any]:
    rows = list(book[sheet].iter_rows())
    at = [cell.value for cell in rows[0]].index(head)
    return [row[at] for row in rows[1:]]


def texts(book: Workbook) -> list[str]:
    return [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]


def test_the_sheets_come_in_order(confidential: Workbook, shared: Workbook) -> None:
    assert confidential.sheetnames[:2] == ["Summary", "Placements"]
    assert [name for name in confidential.sheetnames if name in SHEETS] == SHEETS
    assert [name for name in shared.sheetnames if name in SHEETS] == SHEETS
    assert "Placements" not in shared.sheetnames


def test_a_workbook_with_rows_of_pupils_says_so_first(confidential: Workbook, shared: Workbook) -> None:
    assert str(confidential["Summary"]["A1"].value).startswith("CONFIDENTIAL")
    assert not any("CONFIDENTIAL" in text for text in texts(shared))


def test_a_shared_workbook_names_no_pupil_and_hides_small_groups(shared: Workbook) -> None:
    assert not any("PX0" in text for text in texts(shared))
    spoke = next(row for row in shared["Provisions"].iter_rows(values_only=True) if row[2] == "S5-spoke")
    assert spoke[5] == "under 5"


def test_every_placement_of_every_plan_is_a_row(confidential: Workbook) -> None:
    assert [cell.value for cell in column(confidential, "Placements", "plan")].count("plan") == 97
    assert [cell.value for cell in column(confidential, "Unplaced", "plan")].count("today") == 7


def test_numbers_are_numbers_with_their_formats(confidential: Workbook) -> None:
    for cell in column(confidential, "Placements", "cost_gbp"):
        assert isinstance(cell.value, int | float)
        assert cell.number_format == "£#,##0.00"
    assert all(isinstance(cell.value, int) for cell in column(confidential, "Placements", "count"))
    assert all(isinstance(cell.value, int) for cell in column(confidential, "Provisions", "Places"))


def test_averages_are_rounded_as_they_are_shown(shared: Workbook) -> None:
    rows = [row for row in shared["Travel"].iter_rows(values_only=True) if str(row[0]).startswith("mean journey")]
    means = [value for row in rows for value in row[2:] if isinstance(value, float)]
    assert len(means) > 5
    assert all(value == round(value, 1) for value in means)


def test_the_costs_add_up_to_the_plan(confidential: Workbook) -> None:
    plan = made_plans()[0]["plan"]
    rows = [row for row in confidential["Costs"].iter_rows(values_only=True) if row[0] == "line"]
    assert rows[-1][:2] == ("line", "All")
    assert rows[-1][3] == pytest.approx(plan.cost_gbp)
    assert sum(row[3] for row in rows[:-1]) == pytest.approx(plan.cost_gbp)


@pytest.mark.parametrize("which", ["confidential", "shared"])
def test_no_cell_is_a_formula_and_a_name_like_one_is_quoted(which: str, request: pytest.FixtureRequest) -> None:
    book: Workbook = request.getfixturevalue(which)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not any(cell.data_type == "f" for cell in cells)
    named = [cell for cell in cells if cell.value == FORMULA]
    assert named
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in named)


def test_every_sheet_has_a_frozen_heading_a_filter_and_widths(confidential: Workbook) -> None:
    for sheet in confidential:
        assert sheet.freeze_panes is not None
        assert sheet.auto_filter.ref
        assert all(9 <= dimension.width <= 60 for dimension in sheet.column_dimensions.values())


def test_the_assumptions_hold_every_parameter_with_value_and_source(confidential: Workbook) -> None:
    rows = made_plans()[1].parameters.rows()
    assert [cell.value for cell in column(confidential, "Assumptions", "Parameter")] == [r["parameter"] for r in rows]
    assert [cell.value for cell in column(confidential, "Assumptions", "Value")] == [r["value"] for r in rows]


def test_the_same_plans_make_the_same_workbook(tmp_path: Path, confidential: Workbook) -> None:
    again = written(tmp_path)
    for sheet in confidential:
        assert list(again[sheet.title].values) == list(sheet.values)
    assert again.properties.created == confidential.properties.created


def test_a_workbook_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no plan to compare"):
        write_workbook(tmp_path / "plan.xlsx", {}, *made_plans()[1:])
    assert list(tmp_path.iterdir()) == []
