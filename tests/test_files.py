"""Files in and out: what is no table, what is damaged, and what comes back exactly as it went."""

import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import datetime, time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPoint, Polygon

from placement_opt.cells import EXCEL_ERRORS
from placement_opt.errors import InputError
from placement_opt.examples import tiny
from placement_opt.files import read_problem, read_travel, write_problem, write_travel
from placement_opt.files.delimited import read_csv
from placement_opt.parameters import Parameters
from placement_opt.problem import Problem
from placement_opt.schema import KIND_ALIASES
from placement_opt.travel import TravelMatrix, crow_fly
from tests.amounts import how_many
from tests.raw_tables import FORMS, as_problem, faults_in, good_tables, store, store_folder, store_workbook

SHARED = Path(__file__).parents[2] / "shared" / "data"
ENDINGS = {"folder": "tables", "workbook": "tables.xlsx", "geopackage": "tables.gpkg"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return store_folder(good_tables(), tmp_path)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return store_workbook(good_tables(), tmp_path)


@pytest.fixture
def geopackage(tmp_path: Path) -> Path:
    return store(good_tables(), "geopackage", tmp_path)


def _one(path: Path, **options: Any) -> tuple[str, str, str, str, str]:
    (fault,) = faults_in(path, **options)
    return fault.table, fault.column, fault.row, fault.value, fault.message


# --- paths and names -------------------------------------------------------------------------------------------------


def test_a_path_that_does_not_exist_is_one_fault(tmp_path: Path) -> None:
    assert "There is no such file or folder. Give a folder of CSV files" in _one(tmp_path / "nowhere")[4]


@pytest.mark.parametrize(
    ("name", "says"), [("pupils.csv", "Give the folder that the file is in"), ("a.ods", "of this kind")]
)
def test_a_file_of_another_kind_is_one_fault(name: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("pupil_id\n", encoding="utf-8")
    assert says in _one(path)[4]


@pytest.mark.parametrize("table", ["pupils", "settings", "provisions"])
def test_a_folder_without_a_required_file_is_one_fault(table: str, folder: Path) -> None:
    (folder / f"{table}.csv").unlink()
    assert _one(folder)[:4] == (table, "", "", "")
    assert "The file is missing. Add one called" in _one(folder)[4]


def test_an_empty_folder_lacks_the_three_required_tables(tmp_path: Path) -> None:
    assert [fault.table for fault in faults_in(tmp_path)] == ["pupils", "settings", "provisions"]


@pytest.mark.parametrize(("wrong", "right"), [("pupil", "pupils"), ("provison", "provisions"), ("hub", "hubs")])
def test_a_misspelt_file_is_one_fault_that_names_the_right_one(wrong: str, right: str, folder: Path) -> None:
    (folder / f"{right}.csv").rename(folder / f"{wrong}.csv")
    table, *_, message = _one(folder)
    assert table == right
    assert f"The file '{wrong}' is not a table of a problem. Is it meant to be {right}?" in message


def test_a_strange_file_is_one_fault_that_lists_the_tables(folder: Path) -> None:
    (folder / "weather.csv").write_text("rain\n", encoding="utf-8")
    assert "Tables are called pupils, settings, provisions" in _one(folder)[4]


def test_notes_and_companions_are_passed_over(folder: Path) -> None:
    for name in ("_old.csv", "Guide to the tables.csv", "Read me.csv", "travel.csv", "notes.txt", ".hidden.csv"):
        (folder / name).write_text("anything\n", encoding="utf-8")
    assert read_problem(folder) == as_problem(good_tables())


def test_names_are_matched_without_case_spaces_and_underscores(folder: Path) -> None:
    (folder / "part_limits.csv").rename(folder / "Part Limits.csv")
    assert read_problem(folder) == as_problem(good_tables())


def test_two_files_of_one_table_are_one_fault(folder: Path) -> None:
    shutil.copy(folder / "pair_costs.csv", folder / "Pair costs.csv")
    assert "There are two files of this name: Pair costs and pair_costs" in _one(folder)[4]


# --- CSV text --------------------------------------------------------------------------------------------------------


def test_a_byte_order_mark_is_fine(folder: Path) -> None:
    path = folder / "pupils.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_problem(folder) == as_problem(good_tables())


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_are_fine(end: str, folder: Path) -> None:
    path = folder / "pupils.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    assert read_problem(folder) == as_problem(good_tables())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_one_fault_that_says_how_to_save(encoding: str, folder: Path) -> None:
    path = folder / "pupils.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    table, _, row, value, message = _one(folder)
    assert (table, row, value) == ("pupils", "", "UTF-16")
    assert message == "pupils.csv is UTF-16 text, not UTF-8. In Excel: Save As, 'CSV UTF-8 (Comma delimited)'."


@pytest.mark.parametrize("is_mixed", [False, True])
def test_windows_1252_and_mixed_encodings_are_one_fault_with_the_first_line(is_mixed: bool, folder: Path) -> None:
    path = folder / "settings.csv"
    text = path.read_text(encoding="utf-8").replace("Birch Hill", "École Birch").replace("Dale Court", "Café Dale")
    lines = text.split("\n")
    path.write_bytes(b"\n".join(line.encode("utf-8" if is_mixed and "Caf" in line else "cp1252") for line in lines))
    table, _, row, value, message = _one(folder)
    assert (table, row) == ("settings", "3")
    assert value.startswith("900002,École Birch")
    more = "" if is_mixed else " (nor in 1 more lines)"
    assert message.startswith(f"settings.csv is not UTF-8 in this line{more}; it is probably Windows-1252.")


def test_an_encoding_fault_does_not_hide_other_faults(folder: Path) -> None:
    path = folder / "settings.csv"
    path.write_bytes(
        path.read_bytes().replace(b"Birch Hill", b"Birch \xc9cole").replace(b"900003,Cedar", b"900001,Cedar")
    )
    assert {(fault.table, fault.column, fault.row) for fault in faults_in(folder)} == {
        ("settings", "", "3"),
        ("settings", "setting_id", "4"),
        ("provisions", "setting_id", "6"),
    }


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _save(path: Path, lines: list[str], end: str = "\n") -> None:
    path.write_text("\n".join(lines) + end, encoding="utf-8")


def test_a_line_with_too_few_fields_is_one_fault_and_its_id_is_still_known(folder: Path) -> None:
    path = folder / "settings.csv"
    lines = _lines(path)
    lines[2] = "900002,Birch Hill"
    _save(path, lines)
    table, _, row, _, message = _one(folder)
    assert (table, row) == ("settings", "3")
    assert message == "The line has 2 fields where the header has 9. Correct the line or export the file again."


def test_a_line_with_too_many_fields_is_one_fault(folder: Path) -> None:
    path = folder / "settings.csv"
    lines = _lines(path)
    lines[2] = lines[2].replace("Birch Hill", "Birch Hill, School")
    _save(path, lines)
    table, _, row, _, message = _one(folder)
    assert (table, row) == ("settings", "3")
    assert message == "The line has 10 fields where the header has 9. Put quotation marks around text with commas."


def test_a_truncated_file_is_one_fault_at_its_last_line(folder: Path) -> None:
    path = folder / "pair_rules.csv"
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - len("2-special,never\n")].removesuffix(b"90000") + b"90000")
    lines = _lines(path)
    assert lines[-1] == "P3,90000"
    table, _, row, _, message = _one(folder)
    assert (table, row) == ("pair_rules", "3")
    assert "The file may have been cut off here." in message


def test_an_unclosed_quotation_mark_is_one_fault_at_its_line(folder: Path) -> None:
    path = folder / "settings.csv"
    lines = _lines(path)
    lines[2] = lines[2].replace("Birch Hill", '"Birch Hill')
    lines[4] = lines[4].replace("Dale Court", '"Dale Court"')
    _save(path, lines)
    table, _, row, value, message = _one(folder)
    assert (table, row, value) == ("settings", "3", lines[2][:60])
    assert message == "A quotation mark in this line is not closed, or stands inside a cell. Correct the line."


def test_a_cell_over_several_lines_is_one_fault_with_its_column(folder: Path) -> None:
    path = folder / "settings.csv"
    lines = _lines(path)
    lines[2] = lines[2].replace("Birch Hill", '"Birch\nHill\nSchool"')
    _save(path, lines)
    table, column, row, value, message = _one(folder)
    assert (table, column, row, value) == ("settings", "name", "3", "Birch\nHill\nSchool")
    assert message.startswith("holds a line break")


def test_lines_after_a_cell_over_several_lines_keep_their_numbers(folder: Path) -> None:
    path = folder / "settings.csv"
    lines = _lines(path)
    lines[2] = lines[2].replace("Birch Hill", '"Birch\nHill"')
    lines[3] = lines[3].replace("Cedar Way", "")
    _save(path, lines)
    assert [(fault.column, fault.row) for fault in faults_in(folder)] == [("name", "3"), ("name", "5")]


def test_nul_bytes_are_one_fault_at_their_line(folder: Path) -> None:
    path = folder / "settings.csv"
    path.write_bytes(path.read_bytes().replace(b"Cedar Way", b"Cedar\x00Way"))
    assert _one(folder)[:3] == ("settings", "", "4")
    assert "The line holds NUL bytes: the file is damaged." in _one(folder)[4]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n\n"])
def test_an_empty_file_is_one_fault(content: bytes, folder: Path) -> None:
    (folder / "pupils.csv").write_bytes(content)
    assert _one(folder)[:3] == ("pupils", "", "")
    assert _one(folder)[4] == "pupils.csv is empty. Its first line holds the names of the columns."


def test_an_empty_file_of_an_optional_table_is_a_fault_too(folder: Path) -> None:
    (folder / "modes.csv").write_bytes(b"")
    assert _one(folder)[0] == "modes"


@pytest.mark.parametrize("separator", [";", "\t"])
def test_another_separator_is_one_fault(separator: str, folder: Path) -> None:
    path = folder / "modes.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", separator), encoding="utf-8")
    assert _one(folder)[0] == "modes"
    assert "modes.csv is not separated by commas." in _one(folder)[4]


def test_an_unclosed_quotation_mark_in_the_header_is_one_fault(folder: Path) -> None:
    path = folder / "settings.csv"
    path.write_text('"' + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert _one(folder)[:3] == ("settings", "", "1")


@pytest.mark.parametrize("form", ["workbook", "geopackage"])
def test_a_workbook_or_geopackage_named_csv_is_one_fault(form: str, folder: Path, tmp_path: Path) -> None:
    shutil.copy(store(good_tables(), form, tmp_path), folder / "pupils.csv")
    table, *_, message = _one(folder)
    assert table == "pupils"
    assert message.startswith("pupils.csv is not a CSV file: it is a")


def test_blank_lines_and_lines_of_commas_are_passed_over_and_counted(folder: Path) -> None:
    path = folder / "settings.csv"
    lines = _lines(path)
    _save(path, [lines[0], "", lines[1], ",,,,", *lines[2:], ",,,,", ""])
    assert read_problem(folder) == as_problem(good_tables())
    _save(path, [lines[0], "", lines[1], ",,,,", lines[2].replace("Birch Hill", ""), *lines[3:]])
    assert _one(folder)[:3] == ("settings", "name", "5")


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])), min_size=3, max_size=3)))
@settings(
    max_examples=how_many(100, in_ci=50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_a_csv_writer_wrote_is_read_field_by_field(tmp_path: Path, records: list[list[str]]) -> None:
    path = tmp_path / "any.csv"
    pd.DataFrame(records, columns=["a", "b", "c"]).to_csv(path, index=False)
    read = read_csv(path, "any")
    assert read.frame is not None
    assert read.faults == []
    assert read.frame.to_numpy().tolist() == [row for row in records if any(field.strip(" \t") for field in row)]


# --- parameters ------------------------------------------------------------------------------------------------------


def test_parameters_come_from_toml_in_both_ways_of_writing(folder: Path) -> None:
    (folder / "parameters.toml").write_text(
        'pass_gbp = 850.5\ntopup_payer = "council"\n\n'
        '[days_per_year]\nvalue = 195\nyear = "2026"\nsource = "calendar"\n',
        encoding="utf-8",
    )
    parameters = read_problem(folder).parameters
    assert (parameters.days_per_year, parameters.pass_gbp, parameters.topup_payer) == (195, 850.5, "council")
    assert parameters.source_of("days_per_year") == ("2026", "calendar")
    assert parameters.source_of("pass_gbp") == ("", "given by the user")


def test_faults_of_parameters_come_with_their_lines_and_with_those_of_the_tables(folder: Path) -> None:
    (folder / "parameters.toml").write_text(
        'days_per_year = 400\npas_gbp = 1\npass_gbp = "much"\n[walk_miles_from_8]\nyear = "2026"\n', encoding="utf-8"
    )
    (folder / "pupils.csv").write_text(
        (folder / "pupils.csv").read_text(encoding="utf-8").replace("SEMH", "SEMHH"), encoding="utf-8"
    )
    found = {(fault.table, fault.column, fault.row, fault.value) for fault in faults_in(folder)}
    assert found == {
        ("parameters", "value", "1", "400.0"),
        ("parameters", "parameter", "2", "pas_gbp"),
        ("parameters", "value", "3", "much"),
        ("parameters", "value", "4", ""),
        ("pupils", "need", "4", "SEMHH"),
    }


def test_broken_toml_is_one_fault_that_shows_how_to_write(folder: Path) -> None:
    (folder / "parameters.toml").write_text("days_per_year: 190\n", encoding="utf-8")
    table, *_, message = _one(folder)
    assert table == "parameters"
    assert "not valid TOML" in message
    assert "(at line 1" in message


def test_parameters_as_csv_are_one_fault(folder: Path) -> None:
    (folder / "parameters.csv").write_text("parameter,value\ndays_per_year,190\n", encoding="utf-8")
    assert "stand in parameters.toml" in _one(folder)[4]


def test_a_parameter_that_is_out_of_range_in_a_sheet_is_at_its_row(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    sheet = book.create_sheet("parameters")
    for row in (
        ["parameter", "value", "year", "source"],
        ["pass_gbp", 800, 2026, "us"],
        ["days_per_year", 400, None, None],
    ):
        sheet.append(row)
    book.save(workbook)
    table, column, row, value, message = _one(workbook)
    assert (table, column, row, value) == ("parameters", "value", "3", "400.0")
    assert message.startswith("days_per_year must be a number from 0 to 366")


# --- workbooks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"pupil_id,need\nP1,ASD\n", "is not an Excel workbook: it is text"),
        (b"", "it is an empty file"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "it is an old .xls workbook, or a workbook with a password"),
        (b"SQLite format 3\x00" + b"\0" * 600, "it is an SQLite database"),
    ],
)
def test_a_file_that_is_no_workbook_is_one_fault(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "tables.xlsx"
    path.write_bytes(content)
    assert says in _one(path)[4]


def test_a_zip_that_is_no_workbook_is_one_fault(tmp_path: Path) -> None:
    path = tmp_path / "tables.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pupils.csv", "pupil_id\n")
    assert "is a zip archive but no Excel workbook" in _one(path)[4]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_workbook_is_one_fault(share: float, workbook: Path) -> None:
    data = workbook.read_bytes()
    workbook.write_bytes(data[: int(len(data) * share)])
    assert "The workbook is damaged or cut off." in _one(workbook)[4]


def test_a_workbook_with_broken_sheets_is_one_fault(workbook: Path) -> None:
    with zipfile.ZipFile(workbook) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet][: len(parts[sheet]) // 2]
    with zipfile.ZipFile(workbook, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert "cannot be read to its end" in _one(workbook)[4]


def _edit(workbook: Path, sheet: str, cells: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(workbook)
    for address, value in cells.items():
        book[sheet][address] = value
    book.save(workbook)


def test_a_formula_without_a_stored_value_is_one_fault(workbook: Path) -> None:
    _edit(workbook, "pupils", {"L3": "=1+1"})
    table, column, row, value, message = _one(workbook)
    assert (table, column, row, value) == ("pupils", "support_hours", "3", "=1+1")
    assert message.startswith("is a formula without a stored value. Open the workbook in Excel and save it.")


def test_a_formula_counts_by_its_stored_value(workbook: Path) -> None:
    _edit(workbook, "pupils", {"L3": "=1+1"})
    with zipfile.ZipFile(workbook) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    stored = (
        parts[sheet]
        .replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>3.5</v>")
        .replace(b"<f>1+1</f><v/>", b"<f>1+1</f><v>3.5</v>")
    )
    assert stored != parts[sheet]
    with zipfile.ZipFile(workbook, "w") as archive:
        for name, data in {**parts, sheet: stored}.items():
            archive.writestr(name, data)
    assert read_problem(workbook).pupils.loc[1, "support_hours"] == 3.5


def test_ids_that_are_stored_as_numbers_are_read_as_text(workbook: Path) -> None:
    _edit(workbook, "settings", {"A2": 900001, "A3": 900002.0})
    assert read_problem(workbook) == as_problem(good_tables())


def test_blank_rows_and_columns_of_a_sheet_are_passed_over(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    sheet = book["settings"]
    sheet.insert_rows(3)
    sheet["A40"], sheet["L2"] = " ", "  "
    book.create_sheet("Sheet1")
    book.create_sheet("Guide")["A1"] = "notes"
    book.create_sheet("_work")["A1"] = "notes"
    book.create_sheet("Read me first")["A1"] = "notes"
    book.save(workbook)
    assert read_problem(workbook) == as_problem(good_tables())


def test_rows_of_a_sheet_are_counted_as_the_user_sees_them(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    book["settings"].insert_rows(3)
    book["settings"]["B5"] = None
    book.save(workbook)
    assert _one(workbook)[:3] == ("settings", "name", "5")


@pytest.mark.parametrize(("wrong", "right"), [("pupil", "pupils"), ("provisons", "provisions")])
def test_a_misspelt_sheet_is_one_fault_that_names_the_right_one(wrong: str, right: str, workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    book[right].title = wrong
    book.save(workbook)
    assert f"The sheet '{wrong}' is not a table of a problem. Is it meant to be {right}?" in _one(workbook)[4]


def test_a_workbook_without_a_required_sheet_is_one_fault(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    del book["settings"]
    book.save(workbook)
    assert _one(workbook)[4].startswith("The sheet is missing. Add one called settings")


# --- GeoPackages -----------------------------------------------------------------------------------------------------


def _pupils_as_points(crs: Any) -> gpd.GeoDataFrame:
    rows = pd.DataFrame(good_tables()["pupils"])
    points = gpd.points_from_xy(rows.pop("easting"), rows.pop("northing"))
    return gpd.GeoDataFrame(rows, geometry=points, crs=crs)


@pytest.mark.filterwarnings("ignore:'crs' was not provided:UserWarning")
def test_a_layer_without_a_reference_system_is_one_fault(geopackage: Path) -> None:
    pyogrio.write_dataframe(_pupils_as_points(None), geopackage, layer="pupils", driver="GPKG")
    table, column, row, value, message = _one(geopackage)
    assert (table, column, row, value) == ("pupils", "geometry", "", "")
    assert message.startswith("The geometry has no coordinate reference system.")


def test_a_layer_in_another_reference_system_is_one_fault(geopackage: Path) -> None:
    layer = _pupils_as_points(27700).to_crs(4326)
    pyogrio.write_dataframe(layer, geopackage, layer="pupils", driver="GPKG")
    table, column, row, value, message = _one(geopackage)
    assert (table, column, row, value) == ("pupils", "geometry", "", "EPSG:4326")
    assert message.startswith("is not British National Grid (EPSG:27700). Convert the layer with to_crs(27700).")


def test_shapes_that_are_no_points_are_faults_at_their_features(geopackage: Path) -> None:
    layer = _pupils_as_points(27700)
    layer.loc[1, "geometry"] = Polygon([(460_000, 270_000), (460_010, 270_000), (460_010, 270_010)])
    layer.loc[3, "geometry"] = None
    pyogrio.write_dataframe(layer, geopackage, layer="pupils", driver="GPKG", geometry_type="Unknown")
    faults = faults_in(geopackage)
    assert [(fault.column, fault.row, fault.message) for fault in faults] == [
        ("geometry", "2", "The geometry is not a point. Give one point for each row."),
        ("geometry", "4", "The geometry is not a point. Give one point for each row."),
    ]


def test_points_that_are_stored_as_collections_of_one_are_fine(geopackage: Path) -> None:
    layer = _pupils_as_points(27700)
    layer["geometry"] = [MultiPoint([point]) for point in layer.geometry]
    pyogrio.write_dataframe(layer, geopackage, layer="pupils", driver="GPKG")
    assert read_problem(geopackage) == as_problem(good_tables())


def test_coordinates_that_contradict_the_point_are_faults_at_their_features(geopackage: Path) -> None:
    layer = _pupils_as_points(27700).assign(easting=[460_000, 460_500, 555_555, 461_500, 462_000])
    pyogrio.write_dataframe(layer, geopackage, layer="pupils", driver="GPKG")
    table, column, row, value, message = _one(geopackage)
    assert (table, column, row, value) == ("pupils", "easting", "3", "555555")
    assert message.startswith("lies elsewhere than the row's geometry")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"pupil_id,need\nP1,ASD\n", "is not a GeoPackage: it is text"),
        (b"", "it is an empty file"),
        (b"PK\x03\x04" + b"\0" * 600, "it is a zip archive"),
    ],
)
def test_a_file_that_is_no_geopackage_is_one_fault(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "tables.gpkg"
    path.write_bytes(content)
    assert says in _one(path)[4]


def test_a_database_that_is_no_geopackage_is_one_fault(tmp_path: Path) -> None:
    path = tmp_path / "tables.gpkg"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE pupils (pupil_id TEXT)")
        database.commit()
    assert "is an SQLite database but no GeoPackage" in _one(path)[4]


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.95])
def test_a_truncated_geopackage_is_one_fault(share: float, geopackage: Path) -> None:
    data = geopackage.read_bytes()
    geopackage.write_bytes(data[: int(len(data) * share)])
    assert "The GeoPackage is damaged or cut off." in _one(geopackage)[4]


def test_a_strange_layer_is_one_fault(geopackage: Path) -> None:
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), geopackage, layer="weather", driver="GPKG")
    assert "The layer 'weather' is not a table of a problem." in _one(geopackage)[4]


# --- postcodes -------------------------------------------------------------------------------------------------------


@pytest.fixture
def postcodes(tmp_path: Path) -> Path:
    path = tmp_path / "codepoint.csv"
    path.write_text(
        '"NN1 1AA",10,460000,270000,"E92000001"\n'
        '"NN1 1AB",10,460500,270500,"E92000001"\n'
        '"NN1 1AC",90,0,0,"E92000001"\n',
        encoding="utf-8",
    )
    return path


def _with_postcodes(tmp_path: Path, texts: list[str | None]) -> Path:
    raw = good_tables()
    for row, text in zip(raw["pupils"], texts, strict=True):
        row["Postcode"] = text
        if text is not None:
            row["easting"] = row["northing"] = None
    return store_folder(raw, tmp_path)


def test_postcodes_become_points_and_are_not_kept(tmp_path: Path, postcodes: Path) -> None:
    path = _with_postcodes(tmp_path, ["nn11aa", "NN1 1AB", None, None, None])
    problem = read_problem(path, postcodes=postcodes)
    assert problem == as_problem(good_tables())
    assert not [name for name in problem.pupils.columns if "postcode" in name.lower()]


def test_postcodes_that_are_not_found_are_faults_at_their_rows(tmp_path: Path, postcodes: Path) -> None:
    path = _with_postcodes(tmp_path, ["NN1 1AA", "ZZ9 9ZZ", "NN1 1AC", None, None])
    faults = faults_in(path, postcodes=postcodes)
    assert [(fault.table, fault.column, fault.row, fault.value) for fault in faults] == [
        ("pupils", "postcode", "3", "ZZ9 9ZZ"),
        ("pupils", "postcode", "4", "NN1 1AC"),
    ]


def test_postcodes_without_a_postcode_file_are_one_fault_that_asks_for_it(tmp_path: Path) -> None:
    path = _with_postcodes(tmp_path, ["NN1 1AA", "NN1 1AB", "NN1 1AC", "NN1 1AD", "NN1 1AE"])
    table, column, row, value, message = _one(path)
    assert (table, column, row, value) == ("pupils", "postcode", "2", "NN1 1AA")
    assert "(and 4 more rows). Give a Code-Point Open file too: --postcodes FILE" in message


def test_a_postcode_file_that_is_not_there_is_one_fault(tmp_path: Path) -> None:
    path = _with_postcodes(tmp_path, ["NN1 1AA", "NN1 1AB", None, None, None])
    assert _one(path, postcodes=tmp_path / "nowhere.csv")[0] == "postcodes"


@pytest.mark.shared
def test_real_postcodes_are_found(tmp_path: Path) -> None:
    if not (SHARED / "postcodes").is_dir():
        pytest.skip("the real postcodes do not lie beside the project (../shared/data/postcodes)")
    path = _with_postcodes(tmp_path, ["NN1 1DE", None, None, None, None])
    pupil = read_problem(path, postcodes=SHARED / "postcodes" / "nn.csv.gz").pupils.iloc[0]
    assert np.hypot(pupil["easting"] - 475_400, pupil["northing"] - 260_400) < 3_000


# --- there and back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_problem_comes_back_exactly(form: str, tmp_path: Path) -> None:
    problem = as_problem(good_tables()).replace(
        parameters=Parameters(
            days_per_year=195, pass_gbp=0.1 + 0.2, provenance={"days_per_year": ("2026", 'the "new" calendar')}
        )
    )
    path = write_problem(problem, tmp_path / "deep" / ENDINGS[form])
    again = read_problem(path)
    assert again == problem
    assert again.parameters == problem.parameters
    assert again.provisions["kind_label"].tolist() == problem.provisions["kind_label"].tolist()
    assert "Inclusion base" in again.provisions["kind_label"].tolist()


_WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"], exclude_characters="\ufeff"), min_size=1
).filter(lambda word: word.strip() and word.strip() not in EXCEL_ERRORS)
_AMOUNTS = st.floats(0, 1e7, allow_subnormal=False)
_MODES = st.sampled_from([None, "vehicle", "Personal Budget", "training"])
_CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Draw a small problem with odd words, odd numbers, blanks, lists, flags and further columns."""
    size = draw(st.integers(1, 4))
    many = {"min_size": size, "max_size": size}
    ids = [f"{word.strip()}{n}" for n, word in enumerate(draw(st.lists(_WORDS, **many)))]
    points = st.lists(st.floats(181, 699_999), **many)
    owed = draw(st.lists(st.sampled_from([True, False, None]), **many))
    pupils = pd.DataFrame(
        {
            "pupil_id": ids,
            "easting": draw(points),
            "northing": draw(points),
            "year_group": draw(st.lists(st.integers(-4, 20), **many)),
            "need": draw(st.lists(st.sampled_from(["ASD", "sld", "P D"]), **many)),
            "secondary_needs": draw(st.lists(st.sampled_from(["ASD;HI", "VI", None]), **many)),
            "entitled": owed,
            "low_income": draw(st.lists(st.booleans(), **many)),
            "wheelchair": draw(st.lists(st.booleans(), **many)),
            "max_minutes": draw(st.lists(st.one_of(st.none(), st.floats(1, 600)), **many)),
            "travel_mode": [None if duty is False else draw(_MODES) for duty in owed],
            "earliest_pickup": draw(st.lists(st.one_of(st.none(), _CLOCKS), **many)),
            draw(_WORDS.filter(lambda word: word.strip().casefold() not in {"fid", "geom"})) + "x1": draw(
                st.lists(st.one_of(st.none(), _WORDS), **many)
            ),
            "geom": draw(st.lists(st.one_of(st.none(), _WORDS), **many)),
            "FID": draw(st.lists(st.one_of(st.none(), _WORDS), **many)),
        }
    )
    kinds = st.sampled_from(["special", "Special", *KIND_ALIASES, "SEN Unit"])
    return Problem(
        pupils=pupils,
        settings=pd.DataFrame(
            {"setting_id": ["1"], "name": [draw(_WORDS)], "easting": [460_000], "northing": [270_000]}
        ),
        provisions=pd.DataFrame(
            {
                "provision_id": ["007", "1e5"],
                "setting_id": ["1", 1],
                "kind": draw(st.lists(kinds, min_size=2, max_size=2)),
                "places": [0, draw(st.integers(0, 1_000_000))],
                "bands": [draw(st.sampled_from([None, "1-2", "a; b"])), None],
                "topup_gbp": [draw(_AMOUNTS), None],
                "place_payer": [draw(_WORDS), None],
            }
        ),
        fleet=pd.DataFrame(
            {
                "vehicle": ["=taxi"],
                **{name: [draw(st.floats(0, 1_000))] for name in ("gbp_per_day", "gbp_per_mile", "gbp_per_hour")},
                "assistant_gbp_per_hour": [draw(st.floats(0, 1_000))],
                "pupils_per_assistant": [draw(st.integers(1, 100))],
                "available": [draw(st.one_of(st.none(), st.integers(0, 9)))],
                "co2e_kg_per_mile": [draw(st.floats(0, 10))],
                "source": [draw(_WORDS)],
            }
        ),
        layouts=pd.DataFrame({"vehicle": ["=taxi"], "seats": [0], "wheelchair_places": [draw(st.integers(1, 9))]}),
        parameters=Parameters(pass_gbp=draw(st.floats(0, 1e6)), topup_payer=draw(_WORDS)),
    )


@pytest.mark.parametrize("form", FORMS)
@given(problem=problems())
@settings(max_examples=how_many(15, in_ci=5), deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_any_problem_comes_back_exactly(form: str, problem: Problem, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("round") / ENDINGS[form]
    assert read_problem(write_problem(problem, path)) == problem


def test_times_that_a_workbook_holds_as_times_are_read_and_written_as_text(tmp_path: Path) -> None:
    path = write_problem(as_problem(good_tables()), tmp_path / "tables.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["settings"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    cells = [sheet.cell(row, columns["arrive_from"]) for row in range(2, 5)]
    assert [(cell.value, cell.data_type, cell.number_format) for cell in cells] == [("08:30", "s", "@")] * 3
    for cell, value, shape in zip(
        cells, (31 / 96, time(8, 15), 0.35), ("hh:mm", "h:mm AM/PM", "hh:mm:ss"), strict=True
    ):
        cell.value, cell.number_format = value, shape
    book.save(path)
    times = read_problem(path).settings["arrive_from"]
    assert times.iloc[:3].tolist() == ["07:45", "08:15", "08:24"]
    assert times.isna().tolist() == [False, False, False, True]


@pytest.mark.parametrize(
    ("value", "shape", "says"),
    [
        (0.35, "General", "is not a time of day"),
        (datetime(2026, 9, 1, 8, 30), "dd/mm/yyyy hh:mm", "is a date"),
        (0.35, "[h]:mm", "is a length of time"),
        (time(8, 30, 15), "hh:mm", "is not a whole minute"),
    ],
)
def test_a_cell_of_a_workbook_that_holds_no_plain_time_is_one_fault(
    value: Any, shape: str, says: str, tmp_path: Path
) -> None:
    path = write_problem(as_problem(good_tables()), tmp_path / "tables.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["settings"]
    cell = next(sheet.cell(3, head.column) for head in sheet[1] if head.value == "arrive_from")
    cell.value, cell.number_format = value, shape
    book.save(path)
    table, column, row, _, message = _one(path)
    assert (table, column, row) == ("settings", "arrive_from", "3")
    assert message.startswith(says)


def test_text_that_looks_like_a_formula_stays_text_in_a_workbook(tmp_path: Path) -> None:
    words = ["=1+1", "+44", "-x", "@home"]
    raw = good_tables()
    for row, word in zip(raw["settings"], words, strict=True):
        row["name"] = word
    path = write_problem(as_problem(raw), tmp_path / "tables.xlsx")
    sheet = openpyxl.load_workbook(path)["settings"]
    cells = [sheet.cell(row, 2) for row in range(2, 6)]
    assert [(cell.value, cell.data_type) for cell in cells] == [(word, "s") for word in words]
    assert read_problem(path).settings["name"].tolist() == words


def test_writing_replaces_tables_and_leaves_everything_else(tmp_path: Path) -> None:
    path = write_problem(as_problem(good_tables()), tmp_path / "tables")
    (path / "notes.txt").write_text("mine", encoding="utf-8")
    (path / "parameters.toml").write_text("days_per_year = 180\n", encoding="utf-8")
    write_problem(tiny(), path)
    assert read_problem(path) == tiny()
    assert (path / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (path / "hubs.csv").read_text(encoding="utf-8").count("\n") == 1
    assert not [name for name in path.iterdir() if name.name.startswith(".")]


def test_empty_optional_tables_are_not_written(tmp_path: Path) -> None:
    path = write_problem(tiny(), tmp_path / "tables")
    assert {file.name for file in path.iterdir()} == {"pupils.csv", "settings.csv", "provisions.csv"}


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_left_when_writing_fails(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("placement_opt.files.delimited.parameters_text", fail)
    monkeypatch.setattr("openpyxl.writer.excel.ExcelWriter.save", fail)
    monkeypatch.setattr("pyogrio.write_dataframe", fail)
    problem = tiny().replace(parameters=Parameters(days_per_year=195))
    with pytest.raises(OSError, match="the disk is full"):
        write_problem(problem, tmp_path / ENDINGS[form])
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_files_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_problem(tiny(), tmp_path / "tables.xlsx")
    before = path.read_bytes()
    monkeypatch.setattr("openpyxl.writer.excel.ExcelWriter.save", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_problem(as_problem(good_tables()), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["tables.xlsx"]


def test_a_path_that_is_no_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"ends in \.csv\. Give a folder"):
        write_problem(tiny(), tmp_path / "tables.csv")
    assert list(tmp_path.iterdir()) == []


# --- journeys --------------------------------------------------------------------------------------------------------


def _travel_file(tmp_path: Path, *lines: str, header: str = "from_id,to_id,minutes,miles") -> Path:
    path = tmp_path / "travel.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_journeys_are_read_and_pairs_that_are_absent_or_blank_cannot_be_reached(tmp_path: Path) -> None:
    path = _travel_file(tmp_path, "P1,A,10,2.5", "P1,B,,", "P3,B,0,0", "A,B,12,4")
    travel = read_travel(path, tiny())
    nan = np.nan
    np.testing.assert_array_equal(travel.minutes, [[10, nan], [nan, nan], [nan, 0]])
    np.testing.assert_array_equal(travel.miles, [[2.5, nan], [nan, nan], [nan, 0]])
    assert travel.between.to_numpy().tolist() == [["A", "B", 12, 4]]
    assert travel.source == "the file travel.csv"
    assert travel.recipe["method"] == "file"
    assert len(travel.recipe["sha256"]) == 64


def test_every_fault_of_a_file_of_journeys_comes_at_once_with_its_line(tmp_path: Path) -> None:
    path = _travel_file(
        tmp_path,
        "P1,A,10,2.5",
        "P9,A,10,2.5",
        "P1,Z,10,2.5",
        "P1,A,11,2.5",
        "P2,A,-1,2.5",
        "P2,B,9999,2.5",
        "P3,A,10,",
        "P3,B,ten,2.5",
        "A,B,5,401",
        "B,A,5",
    )
    with pytest.raises(InputError) as caught:
        read_travel(path, tiny())
    assert {(fault.table, fault.column, fault.row, fault.value) for fault in caught.value.faults} == {
        ("travel", "from_id", "3", "P9"),
        ("travel", "to_id", "4", "Z"),
        ("travel", "from_id, to_id", "5", "P1"),
        ("travel", "minutes", "6", "-1"),
        ("travel", "minutes", "7", "9999"),
        ("travel", "miles", "8", ""),
        ("travel", "minutes", "9", "ten"),
        ("travel", "miles", "10", "401"),
        ("travel", "", "11", ""),
    }


def test_a_file_of_journeys_without_its_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="travel, column miles: The column is missing"):
        read_travel(_travel_file(tmp_path, "P1,A,10", header="from_id,to_id,minutes"), tiny())


def test_a_file_of_journeys_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no such file"):
        read_travel(tmp_path / "nowhere.csv", tiny())


def test_an_id_of_both_a_pupil_and_a_school_is_a_fault(tmp_path: Path) -> None:
    pupils = tiny().pupils
    pupils.loc[0, "pupil_id"] = "A"
    problem = tiny().replace(pupils=pupils)
    with pytest.raises(InputError, match="is both a pupil_id and a setting_id"):
        read_travel(_travel_file(tmp_path, "A,B,10,2"), problem)


def test_journeys_come_back_exactly(tmp_path: Path) -> None:
    problem = as_problem(good_tables())
    travel = crow_fly(problem)
    assert len(travel.between) > 0
    again = read_travel(write_travel(travel, tmp_path / "deep" / "travel.csv"), problem)
    assert again.fingerprint() == travel.fingerprint()


def test_unreachable_journeys_come_back_exactly(tmp_path: Path) -> None:
    nan = np.nan
    minutes, miles = np.array([[1, nan], [nan, nan], [9, 2.25]]), np.array([[1, nan], [nan, nan], [4.5, 1.125]])
    between = pd.DataFrame({"from_setting_id": ["A"], "to_setting_id": ["B"], "minutes": [nan], "miles": [nan]})
    travel = TravelMatrix(("P1", "P2", "P3"), ("A", "B"), minutes, miles, between)
    assert read_travel(write_travel(travel, tmp_path / "t.csv"), tiny()).fingerprint() == travel.fingerprint()


def test_journeys_that_a_file_could_not_tell_apart_are_not_written(tmp_path: Path) -> None:
    between = pd.DataFrame({"from_setting_id": ["A"], "to_setting_id": ["B"], "minutes": [1.0], "miles": [1.0]})
    travel = TravelMatrix(("A",), ("B",), np.ones((1, 1)), np.ones((1, 1)), between)
    with pytest.raises(ValueError, match="'A' is both a pupil and a school"):
        write_travel(travel, tmp_path / "travel.csv")
    assert list(tmp_path.iterdir()) == []
