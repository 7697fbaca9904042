"""The blank workbook: it documents every column, guides the typing, and reads back."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from placement_opt.errors import InputError
from placement_opt.files import read_problem, table_docs, write_problem, write_template
from placement_opt.files.guide import allowed_words, blank_words
from placement_opt.files.sample import SAMPLE_ROWS
from placement_opt.parameters import Parameters
from placement_opt.schema import TABLES, Cell

DOCS = Path(__file__).parents[1] / "docs" / "tables.md"


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_template(tmp_path_factory.mktemp("template") / "blank.xlsx")


@pytest.fixture(scope="module")
def book(blank: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(blank)


def test_the_guide_comes_first_and_then_a_sheet_for_each_table(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == ["Guide", *TABLES]


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_a_sheet_has_the_columns_of_its_table_and_nothing_else(book: openpyxl.Workbook, table: Any) -> None:
    assert [[cell.value for cell in row] for row in book[table.name].iter_rows()] == [list(table.names)]
    assert book[table.name].freeze_panes == "B2"


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_required_columns_are_marked_by_words_as_well_as_by_colour(book: openpyxl.Workbook, table: Any) -> None:
    for cell in book[table.name][1]:
        column = table.column(cell.value)
        assert cell.comment.text.startswith("REQUIRED" if column.required else "Optional")
        assert column.meaning in cell.comment.text
        assert cell.font.bold == column.required
        assert cell.fill.fgColor.rgb == ("001F4E79" if column.required else "00DDEBF7")


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_codes_have_drop_downs_and_numbers_have_limits(book: openpyxl.Workbook, table: Any) -> None:
    sheet = book[table.name]
    rules = {
        str(rule.sqref).rstrip("0123456789").split(":")[0][:-1]: rule for rule in sheet.data_validations.dataValidation
    }
    assert len(rules) == len(table.columns)
    for cell in sheet[1]:
        column, rule = table.column(cell.value), rules[cell.column_letter]
        assert rule.prompt
        assert len(rule.prompt) <= 255
        if column.cell is Cell.CODE:
            assert rule.formula1 == '"' + ",".join(column.allowed) + '"'
            assert len(rule.formula1) <= 255
        elif column.cell in {Cell.FLAG, Cell.MAYBE}:
            assert rule.formula1 == '"yes,no"'
        elif column.cell in {Cell.INTEGER, Cell.NUMBER}:
            assert (rule.type, float(rule.formula1), float(rule.formula2)) == (
                "whole" if column.cell is Cell.INTEGER else "decimal",
                column.least,
                column.most,
            )


def test_columns_of_text_are_formatted_as_text_so_that_no_band_becomes_a_date(book: openpyxl.Workbook) -> None:
    sheet = book["pupils"]
    formats = {cell.value: sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]}
    assert formats["band"] == formats["pupil_id"] == "@"
    assert formats["easting"] == "General"


def test_the_names_of_parameters_can_be_chosen_from_the_guide(book: openpyxl.Workbook) -> None:
    lists = [rule.formula1 for rule in book["parameters"].data_validations.dataValidation if rule.type == "list"]
    (reference,) = lists
    sheet, _, cells = reference.replace("$", "").partition("!")
    names = [row[0].value for row in book[sheet][cells]]
    assert names == [row["parameter"] for row in Parameters().rows()]


def test_the_guide_describes_every_column(book: openpyxl.Workbook) -> None:
    rows = {(row[0], row[1]): row for row in book["Guide"].iter_rows(values_only=True)}
    for table in TABLES.values():
        for column in table.columns:
            row = rows[table.name, column.name]
            assert row[2] == ("required" if column.required else "optional")
            assert row[3] == column.meaning
            assert row[5] == allowed_words(column)
            assert row[6] == blank_words(column)


def test_a_blank_template_says_that_the_required_tables_have_no_rows(blank: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_problem(blank)
    assert [(fault.table, fault.message[:23]) for fault in caught.value.faults] == [
        ("pupils", "The table has no rows. "),
        ("settings", "The table has no rows. "),
        ("provisions", "The table has no rows. "),
    ]


def test_the_template_with_its_sample_is_a_problem_that_uses_every_table(tmp_path: Path) -> None:
    problem = read_problem(write_template(tmp_path / "sample.xlsx", sample=True))
    assert {name: len(problem.table(name)) for name in TABLES if name != "parameters"} == {
        name: len(rows) for name, rows in SAMPLE_ROWS.items() if name != "parameters"
    }
    assert problem.parameters.source_of("days_per_year") == ("2026", "made up; your school calendar")


def test_the_examples_of_the_description_fill_a_template_that_reads(blank: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(blank)
    for name in ("pupils", "settings", "provisions"):
        sheet = book[name]
        for cell in sheet[1]:
            column = TABLES[name].column(cell.value)
            needed = column.required or cell.value in {"easting", "northing"}
            value = column.example or ("7" if column.required else "")
            sheet.cell(2, cell.column).value = value if needed else None
    book.save(tmp_path / "filled.xlsx")
    assert len(read_problem(tmp_path / "filled.xlsx").pupils) == 1


def test_a_written_problem_is_a_documented_workbook_too(tmp_path: Path) -> None:
    problem = read_problem(write_template(tmp_path / "sample.xlsx", sample=True))
    path = write_problem(problem, tmp_path / "tables.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[0] == "Guide"
    assert book["pupils"]["A1"].comment.text.startswith("REQUIRED")
    assert read_problem(path) == problem


def test_a_template_is_always_an_excel_workbook(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"end it in \.xlsx"):
        write_template(tmp_path / "template.csv")


def test_the_documentation_page_says_what_the_schema_says() -> None:
    assert DOCS.read_text(encoding="utf-8") == table_docs(), (
        "docs/tables.md is out of date; write placement_opt.files.table_docs() to it"
    )


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_the_documentation_page_has_a_row_for_each_column(table: Any) -> None:
    section = table_docs().split(f"\n## {table.name}\n")[1].split("\n## ")[0]
    assert [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")] == list(table.names)
