"""From what stands in a cell to the type of its column."""

import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from placement_opt.cells import EXCEL_ERRORS, LONGEST_TEXT, read_table, spelling_of, split_list
from placement_opt.errors import Fault
from placement_opt.examples import exampleshire, tiny_years
from placement_opt.headers import is_blank, plain
from placement_opt.problem import Problem
from placement_opt.schema import KIND_ALIASES, KINDS, PROVISIONS, TABLES, Cell, Column, Table


def _read(cell: Cell, value: Any, **about: Any) -> tuple[Any, list[Fault]]:
    table = Table("things", "a thing", (Column("thing", cell, "What it is.", **about),), key=("thing",))
    faults: list[Fault] = []
    frame = read_table(table, pd.DataFrame({"thing": pd.Series([value], dtype=object)}), faults)
    return frame.loc[0, "thing"], faults


def _value(cell: Cell, value: Any, **about: Any) -> Any:
    read, faults = _read(cell, value, **about)
    assert faults == []
    return read


def _message(cell: Cell, value: Any, **about: Any) -> str:
    _, (fault,) = _read(cell, value, **about)
    assert (fault.table, fault.column, fault.row) == ("things", "thing", "0")
    return fault.message


@pytest.mark.parametrize(
    ("value", "text"),
    [(100001, "100001"), (100001.0, "100001"), (np.int64(7), "7"), (" P1 ", "P1"), (1.5, "1.5"), (True, "yes")],
)
def test_ids_and_text_are_read_as_they_look(value: Any, text: str) -> None:
    assert _value(Cell.ID, value) == text
    assert _value(Cell.TEXT, value) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [("7", 7), (" 7.0 ", 7), ("1e3", 1000), ("+2", 2), (".5", 0.5), (np.float32(0.5), 0.5), (Decimal("2.5"), 2.5)],
)
def test_numbers_are_read_however_they_are_written(value: Any, number: float) -> None:
    assert _value(Cell.NUMBER, value) == number


def test_there_is_no_negative_zero() -> None:
    assert str(_value(Cell.NUMBER, "-0")) == "0.0"


@pytest.mark.parametrize("value", ["1,000", "£5", "5 miles", "1_000", "0x10", "--1", "NaN", "٣", "1e", "."])
def test_what_is_no_plain_number_is_refused(value: str) -> None:
    assert "is not a number" in _message(Cell.NUMBER, value)


@pytest.mark.parametrize("value", ["1e999", float("inf"), 10**400, True, [1], 1j])
def test_numbers_without_a_finite_value_are_refused(value: Any) -> None:
    assert "is not a finite number" in _message(Cell.NUMBER, value)


@pytest.mark.parametrize("value", [date(2026, 3, 2), datetime(2026, 3, 2, 9), pd.Timestamp("2026-03-02"), time(9, 30)])
@pytest.mark.parametrize("cell", [Cell.ID, Cell.TEXT, Cell.INTEGER, Cell.NUMBER, Cell.LABELS])
def test_dates_are_refused_with_how_to_put_it_right(cell: Cell, value: Any) -> None:
    assert "is a date." in _message(cell, value)
    assert "Format the cells as" in _message(cell, value)


@pytest.mark.parametrize(
    ("value", "clock"),
    [(time(8, 45), "08:45"), ("8:45", "08:45"), (" 08:45:00 ", "08:45"), (time(0, 0), "00:00"), ("23:59", "23:59")],
)
def test_times_of_day_are_read_however_they_are_written(value: Any, clock: str) -> None:
    assert _value(Cell.TIME, value) == clock


@pytest.mark.parametrize(
    "value", ["8.45", "0.36", 8.45, 845, 0.364_583, True, "24:00", "8:5", "8:45 am", "٠٨:٤٥", "noon"]
)
def test_what_may_not_be_a_time_of_day_is_refused_and_never_guessed(value: Any) -> None:
    message = _message(Cell.TIME, value)
    assert message == "is not a time of day. Give a time of day: what it is. Write it like 08:45."


@pytest.mark.parametrize("value", [date(2026, 3, 2), datetime(2026, 3, 2, 8, 45), pd.Timestamp("2026-03-02 08:45")])
def test_a_date_is_no_time_of_day(value: Any) -> None:
    assert _message(Cell.TIME, value).startswith("is a date. Give a time of day: ")


def test_a_length_of_time_is_no_time_of_day() -> None:
    assert _message(Cell.TIME, timedelta(hours=8, minutes=45)).startswith("is a length of time. Give a time of day: ")


@pytest.mark.parametrize("value", [time(8, 45, 30), time(8, 45, 0, 1)])
def test_seconds_of_a_time_are_not_dropped(value: time) -> None:
    assert "is not a whole minute" in _message(Cell.TIME, value)


@pytest.mark.parametrize("error", sorted(EXCEL_ERRORS))
@pytest.mark.parametrize("cell", [Cell.TEXT, Cell.NUMBER, Cell.FLAG, Cell.EXTRA])
def test_errors_of_formulas_are_refused_in_every_sort_of_column(cell: Cell, error: str) -> None:
    assert "is an error of a spreadsheet formula" in _message(cell, error)


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "a\x00b", "a\u2028b", "a\ufeffb"])
@pytest.mark.parametrize("cell", [Cell.ID, Cell.TEXT, Cell.LABELS, Cell.EXTRA])
def test_line_breaks_and_control_characters_are_refused(cell: Cell, value: str) -> None:
    assert "holds a line break or control character" in _message(cell, value)


def test_text_that_no_workbook_can_hold_is_refused_and_shown_shortened() -> None:
    _, (fault,) = _read(Cell.TEXT, "x" * (LONGEST_TEXT + 1))
    assert fault.message == "is longer than 32,767 characters. Shorten it."
    assert fault.value == "x" * 57 + "..."


@pytest.mark.parametrize(
    ("value", "flag"), [("Yes", True), ("n", False), (1, True), (0.0, False), (True, True), ("TRUE", True)]
)
def test_flags_are_read_however_they_are_written(value: Any, flag: bool) -> None:
    assert _value(Cell.FLAG, value) == flag
    assert _value(Cell.MAYBE, value) == flag


@pytest.mark.parametrize("value", [None, np.nan, pd.NA, pd.NaT, "", "  ", np.float32("nan")])
def test_blanks_of_every_sort_become_the_default(value: Any) -> None:
    assert is_blank(value)
    assert _value(Cell.INTEGER, value, default=3) == 3
    assert _value(Cell.FLAG, value, default=False) == False  # noqa: E712 - a NumPy boolean
    assert _value(Cell.MAYBE, value) is pd.NA
    assert "The cell is blank." in _message(Cell.TEXT, value, required=True)


@pytest.mark.parametrize("zero", [0, 0.0, False, "0"])
def test_zero_and_no_are_not_blank(zero: Any) -> None:
    assert not is_blank(zero)


def test_lists_are_sorted_without_doubles_and_any_swallows_the_rest() -> None:
    codes = {"allowed": ("ASD", "SLD", "any")}
    assert _value(Cell.CODES, " sld ;ASD; asd;", **codes) == "ASD;SLD"
    assert _value(Cell.CODES, "ASD;ANY", **codes) == "any"
    assert _value(Cell.LABELS, "B 2;B 1;B 2") == "B 1;B 2"
    assert "is a list without entries" in _message(Cell.LABELS, " ; ")


@pytest.mark.parametrize(("alias", "kind"), [*KIND_ALIASES.items(), *((kind, kind) for kind in KINDS)])
def test_kinds_are_known_by_their_other_names(alias: str, kind: str) -> None:
    column = PROVISIONS.column("kind")
    assert spelling_of(column, alias) == kind
    assert spelling_of(column, alias.upper().replace(" ", "-")) == kind


def test_a_word_that_is_no_code_stands_for_none() -> None:
    assert spelling_of(PROVISIONS.column("kind"), "academy") is None


@given(st.lists(st.text(st.characters(exclude_characters=";"), min_size=1).map(str.strip).filter(bool)))
def test_a_joined_list_splits_into_its_entries(entries: list[str]) -> None:
    assert split_list(" ; ".join(entries)) == tuple(entries)


@given(st.text())
def test_names_are_compared_without_case_spaces_and_underscores(name: str) -> None:
    assert plain(plain(name)) == plain(name)
    assert plain(f" {name}_") == plain(name)


_TABLE = Table(
    "things",
    "a thing",
    (Column("thing_id", Cell.ID, "Name.", required=True), Column("size", Cell.NUMBER, "Size.")),
    key=("thing_id",),
)


def test_rows_keep_their_labels_and_columns_their_order() -> None:
    raw = pd.DataFrame({"Note": ["x", None], "SIZE": [1, 2], "Thing ID": ["b", "a"]}, index=[17, 4])
    faults: list[Fault] = []
    frame = read_table(_TABLE, raw, faults)
    assert faults == []
    assert frame.index.tolist() == [17, 4]
    assert frame.columns.tolist() == ["thing_id", "size", "Note"]
    assert raw.columns.tolist() == ["Note", "SIZE", "Thing ID"]


def test_repeated_labels_of_rows_do_no_harm() -> None:
    raw = pd.DataFrame({"thing_id": ["a", "b"], "size": ["1", "2"]}, index=[0, 0])
    faults: list[Fault] = []
    assert read_table(_TABLE, raw, faults)["size"].tolist() == [1, 2]
    assert faults == []


@pytest.mark.parametrize("header", ["", None, np.nan, "Unnamed: 2"])
def test_a_blank_column_without_a_name_is_passed_over(header: Any) -> None:
    raw = pd.DataFrame([["a", 1, None], ["b", 2, " "]], columns=["thing_id", "size", header])
    faults: list[Fault] = []
    assert read_table(_TABLE, raw, faults).columns.tolist() == ["thing_id", "size"]
    assert faults == []


def test_a_row_whose_key_cannot_be_read_is_not_called_a_double() -> None:
    raw = pd.DataFrame({"thing_id": ["a\nb", "#N/A", None], "size": [1, 2, 3]})
    faults: list[Fault] = []
    read_table(_TABLE, raw, faults)
    assert [fault.row for fault in faults] == ["0", "1", "2"]


def test_a_further_column_keeps_dates_and_numbers_as_text() -> None:
    assert _value(Cell.EXTRA, date(2026, 3, 2)) == "2026-03-02"
    assert _value(Cell.EXTRA, datetime(2026, 3, 2)) == "2026-03-02"
    assert _value(Cell.EXTRA, 12.0) == "12"


# -- columns of one type, read at once, against cells read one by one --------------------------------------------------

NUMBERS = st.one_of(st.integers(-5, 20), st.floats(-5, 20), st.sampled_from([math.nan, math.inf, 1e9, -0.0, 0.5, 2e5]))
WORDS = st.sampled_from(
    ["ASD", "asd", " SLCN ", "", "yes", "no", "0", "7", "08:45", "#REF!", "a\nb", "any", "ASD;MLD", "x"]
)


@given(data=st.data())
def test_a_column_of_one_type_is_read_as_its_cells_are(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(list(TABLES.values())))
    size = data.draw(st.integers(1, 5))
    lists: dict[Any, st.SearchStrategy[list[Any]]] = {
        float: st.lists(NUMBERS.map(float), min_size=size, max_size=size),
        bool: st.lists(st.booleans(), min_size=size, max_size=size),
        "str": st.lists(st.none() | WORDS, min_size=size, max_size=size),
    }
    frame = pd.DataFrame(
        {
            column.name: pd.Series(data.draw(lists[kind]), dtype=kind)
            for column in table.columns
            for kind in [data.draw(st.sampled_from(list(lists)))]
        }
    )
    told: list[list[Fault]] = [[], []]
    read = [read_table(table, one, faults) for one, faults in zip((frame, frame.astype(object)), told, strict=True)]
    pd.testing.assert_frame_equal(read[0], read[1])
    assert told[0] == told[1]


@pytest.mark.parametrize("problem", [exampleshire, tiny_years], ids=["exampleshire", "tiny years"])
def test_tables_of_a_problem_read_the_same_at_once_and_cell_by_cell(problem: Callable[[], Problem]) -> None:
    whole, faults = problem(), list[Fault]()
    for name in TABLES.keys() - {"parameters"}:
        frame, table = whole.table(name), TABLES[name]
        pd.testing.assert_frame_equal(read_table(table, frame, faults), read_table(table, frame.astype(object), faults))
        assert not faults
