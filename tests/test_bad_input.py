"""For each way in which tables go wrong: one clear message with table, column, row and value, and all together."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from placement_opt.cells import read_table
from placement_opt.errors import Fault, InputError
from placement_opt.files import read_problem
from placement_opt.problem import Problem
from placement_opt.schema import TABLES, Cell, Column
from tests.amounts import how_many
from tests.raw_tables import FORMS, Raw, as_problem, faults_in, good_tables, row_label, store


@dataclass(frozen=True)
class Slip:
    """One cell changed for the worse, and where and how it has to be reported."""

    name: str
    table: str
    row: int
    column: str
    value: Any
    says: str
    shown: str | None = None
    reported: tuple[str, int, str] | None = None
    """Table, row and column of the message where they are not those of the cell."""

    def __str__(self) -> str:
        return self.name

    def spoil(self, raw: Raw) -> None:
        raw[self.table][self.row][self.column] = self.value

    def expected(self, form: str) -> tuple[str, str, str, str]:
        table, row, column = self.reported or (self.table, self.row, self.column)
        value = "" if self.value is None else str(self.value)
        return table, column, row_label(form, row), self.shown if self.shown is not None else value


SLIPS = [
    Slip("a repeated pupil", "pupils", 3, "pupil_id", "P3", "appears already in row"),
    Slip("a repeated provision", "provisions", 5, "provision_id", "900001-main", "appears already in row"),
    Slip("a missing pupil id", "pupils", 4, "pupil_id", None, "The cell is blank. Give an identifier"),
    Slip("a missing provision id", "provisions", 5, "provision_id", None, "The cell is blank"),
    Slip("an unknown need", "pupils", 2, "need", "AUT", "is not allowed. Use one of SPLD, MLD"),
    Slip("an unknown need in a list", "provisions", 0, "needs", "ASD;AUT", "is not allowed. Use one of SPLD, MLD"),
    Slip("a list without entries", "provisions", 0, "needs", ";", "is a list without entries"),
    Slip("an unknown kind", "provisions", 5, "kind", "academy", "is not allowed. Use one of mainstream, hub, spoke"),
    Slip("an unknown band", "pupils", 2, "band", "B9", "is not a band that any row of provisions, topups or resource"),
    Slip("an unknown provision", "pupils", 2, "current_provision_id", "900009-x", "is not a provision_id of the table"),
    Slip("an unknown school", "provisions", 5, "setting_id", "900009", "is not a setting_id of the table settings"),
    Slip("an unknown pupil in a rule", "pair_rules", 1, "pupil_id", "P77", "is not a pupil_id of the table pupils"),
    Slip("a latitude for an easting", "pupils", 1, "easting", 52.3, "looks like a latitude or longitude in degrees"),
    Slip("a longitude for a northing", "settings", 1, "northing", -0.9, "looks like a latitude or longitude"),
    Slip("a point in the Atlantic", "pupils", 1, "easting", -250_000, "is outside Great Britain"),
    Slip("a point north of Shetland", "settings", 2, "northing", 1_400_000, "is outside Great Britain"),
    Slip("negative places", "provisions", 1, "places", -3, "is out of range. Give a whole number from 0"),
    Slip("fractional places", "provisions", 1, "places", 2.5, "is not a whole number"),
    Slip("blank places", "provisions", 1, "places", None, "The cell is blank. Give a whole number from 0"),
    Slip("no pupils in a row", "pupils", 1, "count", 0, "is out of range. Give a whole number from 1"),
    Slip("a year group too high", "pupils", 1, "year_group", 21, "is out of range. Give a whole number from -4 to 20"),
    Slip("a year group too low", "provisions", 1, "min_year", -5, "is out of range"),
    Slip("reversed year groups", "provisions", 1, "min_year", 15, "is above max_year 14. Swap them"),
    Slip("reversed years of a limit", "part_limits", 0, "max_year", -2, "is above max_year -2", "0",
         ("part_limits", 0, "min_year")),
    Slip("a blank need", "pupils", 1, "need", None, "The cell is blank. Use one of SPLD"),
    Slip("a blank made of spaces", "settings", 1, "name", "   ", "The cell is blank", ""),
    Slip("text for a number", "provisions", 1, "places", "ten", "is not a number"),
    Slip("a number with its unit", "provisions", 1, "topup_gbp", "£7,000", "Write digits only, without units"),
    Slip("not a number", "hubs", 0, "team_gbp", "nan", "is not a number"),
    Slip("an endless number", "hubs", 0, "team_gbp", "1e999", "is not a finite number"),
    Slip("neither yes nor no", "pupils", 1, "wheelchair", "maybe", "is neither yes nor no"),
    Slip("an error of a formula", "pupils", 1, "support_hours", "#N/A", "is an error of a spreadsheet formula"),
    Slip("an error in a column of text", "settings", 1, "name", "#REF!", "is an error of a spreadsheet formula"),
    Slip("an error in a further column", "pupils", 1, "ward", "#VALUE!", "is an error of a spreadsheet formula"),
    Slip("must and never", "pair_rules", 1, "pupil_id", "P1", "must", "must"),
    Slip("a hub linked to itself", "links", 0, "spoke_id", "900001-base", "is linked to itself"),
    Slip("a link to no spoke", "links", 0, "spoke_id", "900001-main", "is of kind mainstream. Only a provision"),
    Slip("outreach of no hub", "hubs", 1, "provision_id", "900003-ap", "is of kind alternative"),
    Slip("a request for a closed school", "pupils", 2, "requested_setting_id", "900004", "without an open provision"),
    Slip("a closed school that must be", "pair_rules", 0, "provision_id", "900004-old", "is closed, so no pupil can"),
    Slip("a limit on two things", "part_limits", 0, "setting_id", "900001", "is given together with a provision_id"),
    Slip("a limit on nothing", "part_limits", 1, "setting_id", None, "Say what the limit is on"),
    Slip("a repeated price", "topups", 1, "band", "B1", "appears already", "ASD and B1"),
    Slip("capital of an open provision", "provisions", 5, "capital_gbp", 1_000, "only a candidate is opened"),
    Slip("capital of a closable one", "provisions", 0, "status", "closable", "that is closable; only a candidate",
         "250000", ("provisions", 0, "capital_gbp")),
    Slip("classes without places", "provisions", 4, "max_classes", 2, "each of max_classes 2 would add", "0",
         ("provisions", 4, "class_places")),
    Slip("a payer of capital", "budgets", 0, "payer", "high needs", "nobody is named as payer of capital"),
    Slip("a payer of nothing", "budgets", 1, "payer", "High Needs", "is not a payer of anything (high needs, transp"),
    Slip("a budget of nowhere", "budgets", 0, "locality", "Nroth", "is not a locality of any pupil or school (North, "),
    Slip("sites of nowhere", "site_limits", 1, "locality", "West", "is not a locality of any pupil or school"),
    Slip("reversed numbers of sites", "site_limits", 0, "max_open", 0, "is above max_open 0. Swap them", "1",
         ("site_limits", 0, "min_open")),
    Slip("sites that nothing is", "site_limits", 0, "kind", "alternative", "no provision of status candidate or clos",
         "1", ("site_limits", 0, "min_open")),
    Slip("an unknown sort of budget", "budgets", 0, "type", "running", "Use one of revenue, transport, capital"),
    Slip("a budget without a limit", "budgets", 0, "limit_gbp", None, "The cell is blank"),
    Slip("a limit below nothing", "budgets", 1, "limit_gbp", -1, "is out of range"),
    Slip("words for a time", "settings", 1, "arrive_by", "quarter to nine", "is not a time of day. Give a time of day"),
    Slip("a time of 25 hours", "pupils", 1, "earliest_pickup", "25:10", "Write it like 08:45"),
    Slip("seconds of a time", "settings", 0, "leave_from", "15:00:30", "is not a time of day"),
    Slip("reversed times", "settings", 1, "arrive_from", "08:51", "is later than arrive_by 08:50. Swap them"),
    Slip("reversed times of the afternoon", "settings", 2, "leave_by", "9:00", "is later than leave_by 09:00", "15:00",
         ("settings", 2, "leave_from")),
    Slip("a morning without its end", "settings", 1, "arrive_by", None, "is given but arrive_by is blank. Give both",
         "08:30", ("settings", 1, "arrive_from")),
    Slip("an afternoon without its begin", "settings", 0, "leave_from", None, "is given but leave_from is blank",
         "15:20", ("settings", 0, "leave_by")),
    Slip("an unknown way to travel", "pupils", 1, "travel_mode", "bicycle", "Use one of vehicle, pass, personal_"),
    Slip("a pass in a wheelchair", "pupils", 1, "travel_mode", "pass", "is at odds with wheelchair: the pupil tra"),
    Slip("a pass with an assistant", "pupils", 4, "assistant", "yes", "Set travel_mode to vehicle, or clear assistant.",
         "pass", ("pupils", 4, "travel_mode")),
    Slip("a pass alone in a vehicle", "pupils", 4, "solo", "yes", "is at odds with solo: the pupil has to travel alone",
         "pass", ("pupils", 4, "travel_mode")),
    Slip("a way to travel that is not owed", "pupils", 0, "entitled", "no", "but entitled is no", "vehicle",
         ("pupils", 0, "travel_mode")),
    Slip("a vehicle without a layout", "layouts", 2, "vehicle", "minibus", "has no row in the table layouts", "taxi",
         ("fleet", 1, "vehicle")),
    Slip("a layout of no vehicle", "layouts", 1, "vehicle", "tram", "is not a vehicle of the table fleet"),
    Slip("a layout for nobody", "layouts", 2, "seats", 0, "the layout has room for nobody"),
    Slip("a repeated layout", "layouts", 1, "seats", 16, "appears already", "minibus and 16 and 1"),
    Slip("assistants who escort nobody", "fleet", 0, "pupils_per_assistant", None, "but pupils_per_assistant is blank",
         "16", ("fleet", 0, "assistant_gbp_per_hour")),
    Slip("assistants without a price", "fleet", 0, "assistant_gbp_per_hour", None, "but assistant_gbp_per_hour is b",
         "6", ("fleet", 0, "pupils_per_assistant")),
    Slip("a vehicle without a price", "fleet", 1, "gbp_per_day", None, "The cell is blank. Give a number from 0"),
    Slip("a pupil apart from himself", "apart", 0, "other_pupil_id", "P1", "is the pupil of pupil_id too"),
    Slip("a pair apart twice", "apart", 1, "other_pupil_id", "P1", "in the other order", "P3 and P1"),
    Slip("an unknown pupil apart", "apart", 1, "pupil_id", "P77", "is not a pupil_id of the table pupils"),
    Slip("a journey priced twice", "journey_costs", 1, "setting_id", "900001", "appears already", "P1 and 900001"),
    Slip("a line break in a cell", "pupils", 1, "ward", "North\nWest", "holds a line break or control character"),
]  # fmt: skip


def _spoilt(slip: Slip) -> Raw:
    raw = good_tables()
    slip.spoil(raw)
    if slip.name == "must and never":
        raw["pair_rules"][1]["provision_id"] = "900001-base"
    elif slip.name == "a repeated price":
        raw["topups"][1] |= {"need": "ASD", "kind": None}
    elif slip.name == "a vehicle without a layout":
        raw["layouts"][2]["seats"] = 12
    elif slip.name == "a repeated layout":
        raw["layouts"][0]["wheelchair_places"] = 1
    elif slip.name == "outreach of no hub":
        raw["links"].pop()
    return raw


@pytest.mark.parametrize("form", FORMS)
def test_the_good_tables_are_read_the_same_from_every_form(form: str, tmp_path: Path) -> None:
    assert read_problem(store(good_tables(), form, tmp_path)) == as_problem(good_tables())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("slip", SLIPS, ids=str)
def test_each_slip_is_one_message_with_table_column_row_and_value(slip: Slip, form: str, tmp_path: Path) -> None:
    (fault,) = faults_in(store(_spoilt(slip), form, tmp_path))
    if slip.name == "must and never":
        slip = Slip(slip.name, "pair_rules", 0, "rule", "must", "is contradicted by row")
    elif slip.name == "a repeated price":
        slip = Slip(slip.name, "topups", 1, "need, band, kind", "ASD and B1", "appears already")
    table, column, row, value = slip.expected(form)
    assert (fault.table, fault.row, fault.value.removesuffix(".0")) == (table, row, value)
    assert column in fault.column.split(", ") or column == fault.column
    assert slip.says in fault.message


@pytest.mark.parametrize("form", FORMS)
def test_faults_of_all_tables_come_together(form: str, tmp_path: Path) -> None:
    chosen = [slip for slip in SLIPS if slip.name in _TOGETHER]
    raw = good_tables()
    for slip in chosen:
        slip.spoil(raw)
    found = {(fault.table, fault.column, fault.row) for fault in faults_in(store(raw, form, tmp_path))}
    assert found == {slip.expected(form)[:3] for slip in chosen}
    assert len(chosen) == len(_TOGETHER)


_TOGETHER = {
    "an unknown need",
    "an unknown kind",
    "a latitude for an easting",
    "fractional places",
    "neither yes nor no",
    "an endless number",
    "a hub linked to itself",
    "a request for a closed school",
    "an unknown pupil in a rule",
}


def test_the_message_counts_and_lists_the_faults(tmp_path: Path) -> None:
    raw = good_tables()
    raw["pupils"][1]["need"] = "AUT"
    raw["provisions"][1]["places"] = -3
    with pytest.raises(InputError) as caught:
        read_problem(store(raw, "folder", tmp_path))
    assert str(caught.value).splitlines() == [
        "2 faults in the input:",
        "  - pupils, row 3, column need: 'AUT' is not allowed. "
        "Use one of SPLD, MLD, SLD, PMLD, SEMH, SLCN, HI, VI, MSI, PD, ASD, OTH, DS.",
        "  - provisions, row 3, column places: '-3' is out of range. Give a whole number from 0 to 1,000,000 (places).",
    ]


def test_a_date_that_a_spreadsheet_made_of_a_number_is_named(tmp_path: Path) -> None:
    raw = good_tables()
    raw["provisions"][1]["places"] = datetime(2026, 3, 2)
    raw["pupils"][0]["band"] = datetime(2026, 2, 1)
    pupils, provisions = faults_in(store(raw, "workbook", tmp_path))
    assert (pupils.table, pupils.column, pupils.row, pupils.value) == ("pupils", "band", "2", "2026-02-01")
    assert "is a date" in pupils.message
    assert "Format the cells as text" in pupils.message
    assert (provisions.table, provisions.column, provisions.row, provisions.value) == (
        "provisions",
        "places",
        "3",
        "2026-03-02",
    )
    assert "Format the cells as numbers" in provisions.message


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("table", ["pupils", "settings", "provisions"])
def test_a_required_table_without_rows_is_one_fault(table: str, form: str, tmp_path: Path) -> None:
    raw = good_tables()
    columns = dict.fromkeys(raw[table][0])
    raw = {"pupils": raw["pupils"], "settings": raw["settings"], "provisions": raw["provisions"]}
    for row in raw["pupils"]:
        row.update(current_provision_id=None, requested_setting_id=None, band=None)
    path = store(raw, form, tmp_path)
    _without_rows(path, table, list(columns))
    faults = [fault for fault in faults_in(path) if fault.table == table]
    assert [(fault.column, fault.row) for fault in faults] == [("", "")]
    assert faults[0].message.startswith("The table has no rows. Add at least one")


def _without_rows(path: Path, table: str, columns: list[str]) -> None:
    if path.is_dir():
        (path / f"{table}.csv").write_text(",".join(columns) + "\n", encoding="utf-8")
    elif path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        book[table].delete_rows(2, 100)
        book.save(path)
    else:
        with closing(sqlite3.connect(path)) as database:
            for trigger, on in database.execute(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                if on == table:
                    database.execute(f'DROP TRIGGER "{trigger}"')
            database.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of this test
            database.commit()


def test_a_missing_required_column_is_one_fault(tmp_path: Path) -> None:
    raw = good_tables()
    for row in raw["provisions"]:
        del row["places"]
    (fault,) = faults_in(store(raw, "folder", tmp_path))
    assert (fault.table, fault.column, fault.row) == ("provisions", "places", "")
    assert fault.message == "The column is missing. Places for pupils with plans."


@pytest.mark.parametrize(
    ("wrong", "right"), [("neeed", "need"), ("year_gruop", "year_group"), ("supporthour", "support_hours")]
)
def test_a_misspelt_column_is_one_fault_that_names_the_right_one(wrong: str, right: str, tmp_path: Path) -> None:
    raw = good_tables()
    for row in raw["pupils"]:
        row[wrong] = row.pop(right)
    (fault,) = faults_in(store(raw, "folder", tmp_path))
    assert (fault.table, fault.column) == ("pupils", wrong)
    assert f"Is it meant to be {right}?" in fault.message


def test_a_repeated_column_is_one_fault(tmp_path: Path) -> None:
    raw = good_tables()
    for row in raw["pupils"]:
        row["Need"] = "SLD"
        row["WARD"] = "other"
    faults = faults_in(store(raw, "folder", tmp_path))
    assert [(fault.table, fault.column, fault.row) for fault in faults] == [
        ("pupils", "need", ""),
        ("pupils", "WARD", ""),
    ]
    assert all(fault.message == "The column appears twice. Keep one of them." for fault in faults)


def test_values_under_no_header_are_one_fault(tmp_path: Path) -> None:
    raw = good_tables()
    for row in raw["modes"]:
        row[""] = None
    raw["modes"][1][""] = "stray"
    (fault,) = faults_in(store(raw, "folder", tmp_path))
    assert (fault.table, fault.row) == ("modes", "3")
    assert "Column 6 holds values but has no name" in fault.message


def test_a_table_without_any_point_is_one_fault(tmp_path: Path) -> None:
    raw = good_tables()
    for row in raw["pupils"]:
        del row["easting"], row["northing"]
    (fault,) = faults_in(store(raw, "folder", tmp_path))
    assert (fault.table, fault.column, fault.row) == ("pupils", "easting, northing", "")


def test_a_row_without_a_point_is_one_fault(tmp_path: Path) -> None:
    raw = good_tables()
    raw["pupils"][2].update(easting=None, northing=None)
    (fault,) = faults_in(store(raw, "folder", tmp_path))
    assert (fault.table, fault.column, fault.row) == ("pupils", "easting, northing", "4")


def test_two_schools_that_a_pupil_must_go_to_are_one_fault(tmp_path: Path) -> None:
    raw = good_tables()
    raw["pair_rules"].append({"pupil_id": "P1", "provision_id": "900001-main", "rule": "must"})
    (fault,) = faults_in(store(raw, "folder", tmp_path))
    assert (fault.column, fault.row, fault.value) == ("provision_id", "4", "900001-main")
    assert "row 2 says 900001-base" in fault.message


def test_bands_are_free_where_no_table_names_any() -> None:
    raw = good_tables()
    for row in raw["provisions"]:
        row["bands"] = "any"
    for name in ("topups", "resource_use"):
        for row in raw[name]:
            row["band"] = None
    raw["pupils"][0]["band"] = "whatever"
    assert as_problem(raw).pupils.loc[0, "band"] == "whatever"


def test_the_payers_of_the_parameters_are_known_from_the_file_that_holds_them(tmp_path: Path) -> None:
    raw = good_tables()
    raw["budgets"][1]["payer"] = "schools block"
    (fault,) = faults_in(store(raw, "folder", tmp_path))
    assert (fault.table, fault.column, fault.value) == ("budgets", "payer", "schools block")
    folder = store(raw, "folder", tmp_path)
    (folder / "parameters.toml").write_text('opening_payer = "schools block"\n', encoding="utf-8")
    assert read_problem(folder).parameters.opening_payer == "schools block"


def test_classes_of_which_none_may_be_added_are_only_kept() -> None:
    raw = good_tables()
    raw["provisions"][1].update(class_places=8, class_gbp=60_000, class_capital_gbp=9)
    assert as_problem(raw).provisions["max_classes"].tolist() == [0, 0, 1, 0, 0, 1]


def test_a_hub_that_is_linked_needs_its_row(tmp_path: Path) -> None:
    raw = good_tables()
    raw["hubs"].pop()
    (fault,) = faults_in(store(raw, "folder", tmp_path))
    assert (fault.table, fault.column, fault.row, fault.value) == ("links", "hub_id", "3", "900002-special")


# --- any single corruption -------------------------------------------------------------------------------------------

Corruption = Callable[[Column, Any], Any]
_NUMBERS = {Cell.INTEGER, Cell.NUMBER}
CORRUPTIONS: dict[str, tuple[Callable[[Column], bool], Any]] = {
    "blank": (lambda column: column.required, None),
    "words for a number": (lambda column: column.cell in _NUMBERS, "about ten"),
    "a date for a number": (lambda column: column.cell in _NUMBERS, datetime(2026, 3, 2)),
    "a date for text": (
        lambda column: column.cell in {Cell.ID, Cell.TEXT, Cell.LABELS, Cell.CODE, Cell.TIME},
        datetime(2026, 3, 2),
    ),
    "far too much": (lambda column: column.most is not None, 1e13),
    "far too little": (lambda column: column.least is not None, -1e12),
    "a fraction": (lambda column: column.cell is Cell.INTEGER, 1.25),
    "infinity": (lambda column: column.cell in _NUMBERS, "inf"),
    "degrees": (lambda column: column.name in {"easting", "northing"}, 51.5),
    "a strange word": (
        lambda column: bool(column.allowed) or column.cell in {Cell.FLAG, Cell.MAYBE, Cell.TIME},
        "perhaps",
    ),
    "a number for a time": (lambda column: column.cell is Cell.TIME, 0.36),
    "nobody": (lambda column: bool(column.refers_to), "no such id"),
    "a formula's error": (lambda _: True, "#N/A"),
    "a control character": (lambda column: column.cell not in _NUMBERS, "a\x07b"),
    "another row's id": (lambda column: column.required and column.cell is Cell.ID and not column.refers_to, ...),
}


@st.composite
def corruptions(draw: st.DrawFn) -> tuple[str, str, int, str, Any]:
    """Draw a kind of corruption, and a cell of the good tables that it can strike."""
    kind = draw(st.sampled_from(sorted(CORRUPTIONS)))
    fits, value = CORRUPTIONS[kind]
    raw = good_tables()
    cells = [
        (table, row, column.name)
        for table, rows in raw.items()
        for row in range(len(rows))
        for column in TABLES[table].columns
        if column.name in rows[row] and fits(column) and (value is not ... or row > 0)
        if kind != "nobody" or rows[row][column.name] is not None
    ]
    table, row, column = draw(st.sampled_from(cells))
    return kind, table, row, column, raw[table][0][column] if value is ... else value


@given(corruptions())
@settings(max_examples=how_many(100, in_ci=50), deadline=None)
def test_any_single_corruption_is_reported_at_its_place_and_nothing_else_is_blamed(
    corruption: tuple[str, str, int, str, Any],
) -> None:
    _, table, row, column, value = corruption
    raw = good_tables()
    original = raw[table][row][column]
    raw[table][row][column] = value
    with pytest.raises(InputError) as caught:
        as_problem(raw)
    here = [fault for fault in caught.value.faults if (fault.table, fault.row) == (table, str(row))]
    assert [fault.column for fault in here].count(column) == 1
    assert len(here) == 1
    assert here[0].message
    elsewhere = [fault for fault in caught.value.faults if fault not in here]
    assert all(_follows(fault, str(original)) for fault in elsewhere), elsewhere


def _follows(fault: Fault, lost_id: str) -> bool:
    """Say whether a fault of another row only says that the id which was struck out is not there any more."""
    return fault.value == lost_id and any(
        words in fault.message for words in ("is not a ", "without an open provision", "has no row in the table ")
    )


@pytest.mark.parametrize("form", FORMS)
@given(corruption=corruptions())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_corruption_in_a_file_is_reported_at_the_row_that_the_user_sees(
    form: str, corruption: tuple[str, str, int, str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    kind, table, row, column, value = corruption
    assume(kind != "a date for text" or form == "workbook")  # elsewhere a date is text like any other
    if kind == "a control character" and form == "workbook":
        value = "a\nb"  # a workbook holds no others
    raw = good_tables()
    raw[table][row][column] = value
    faults = faults_in(store(raw, form, tmp_path_factory.mktemp("corrupt")))
    assert (table, column, row_label(form, row)) in {(fault.table, fault.column, fault.row) for fault in faults}


def test_reading_cells_never_changes_what_was_given() -> None:
    raw = as_problem(good_tables()).pupils.astype(object)
    raw.loc[1, "need"] = "AUT"
    before = raw.copy(deep=True)
    faults: list[Fault] = []
    read_table(TABLES["pupils"], raw, faults)
    assert [fault.value for fault in faults] == ["AUT"]
    assert raw.equals(before)


def test_a_problem_is_not_made_of_tables_with_faults() -> None:
    raw = good_tables()
    raw["pupils"][0]["year_group"] = "seven"
    with pytest.raises(ValueError, match="pupils, row 0, column year_group: 'seven' is not a number"):
        Problem.replace(as_problem(good_tables()), pupils=pd.DataFrame(raw["pupils"]))
