"""The school register in its layouts: columns missing, renamed, given by code; packed; all England; section 41."""

import gzip
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from placement_opt.errors import Fault, InputError
from placement_opt.problem import Problem
from placement_opt.registers import read_schools
from placement_opt.registers.gias import Register, read_register
from placement_opt.registers.gias_columns import WANTED
from tests.register_files import REGISTER_COLUMNS, SECONDARY, SPECIAL, school, write_csv, write_register

REGISTER_FOLDER = Path(__file__).parents[2] / "shared" / "data" / "register"
shared = pytest.mark.skipif(not REGISTER_FOLDER.is_dir(), reason="needs ../shared/data/register")

ALL_COLUMNS = tuple(column.name for column in WANTED)
NEEDED = {"URN", "EstablishmentName"}
INDEPENDENT = {
    "TypeOfEstablishment (name)": "Other independent special school",
    "PhaseOfEducation (name)": "Not applicable",
    "LA (code)": "885",
}
SCHOOLS = [
    school("900001", "Alder Lane", **{"SenUnitCapacity": "12", "TypeOfResourcedProvision (name)": "SEN unit"}),
    school("900002", "Birch Hill", **SECONDARY, **{"TypeOfEstablishment (code)": "1"}),
    school("900003", "Cedar Court", **SPECIAL),
]


def read(path: Path) -> tuple[Register, list[Fault]]:
    faults: list[Fault] = []
    return read_register(path, faults), faults


@pytest.mark.parametrize("column", ALL_COLUMNS)
def test_any_one_column_may_go_or_is_named_with_what_it_is_for(tmp_path: Path, column: str) -> None:
    path = tmp_path / "register.csv"
    write_register(path, SCHOOLS, [name for name in ALL_COLUMNS if name != column])
    register, faults = read(path)
    if column in NEEDED:
        assert [(fault.column, "it is needed for" in fault.message) for fault in faults] == [(column, True)]
        return
    assert faults == []
    missing = [note.reason for note in register.notes if note.reason.startswith("no column")]
    either = column.replace("(name)", "(code)") in ALL_COLUMNS or "(code)" in column
    assert [column in text for text in missing] == ([] if either and "LA" not in column and not missing else [True])


@pytest.mark.parametrize("column", [column for column in ALL_COLUMNS if column not in NEEDED])
def test_a_renamed_column_is_a_missing_one(tmp_path: Path, column: str) -> None:
    gone, renamed = tmp_path / "gone.csv", tmp_path / "renamed.csv"
    write_register(gone, SCHOOLS, [name for name in ALL_COLUMNS if name != column])
    write_csv(renamed, [name if name != column else "Column 7" for name in ALL_COLUMNS], SCHOOLS)
    assert read(gone)[0] == read(renamed)[0]


def test_codes_stand_in_for_names(tmp_path: Path) -> None:
    names, codes = tmp_path / "names.csv", tmp_path / "codes.csv"
    write_register(names, SCHOOLS)
    by_code = {
        "TypeOfEstablishment": {"Community school": "1", "Community special school": "7"},
        "PhaseOfEducation": {"Primary": "2", "Secondary": "4", "Not applicable": "0"},
        "EstablishmentStatus": {"Open": "1"},
        "EstablishmentTypeGroup": {"Local authority maintained schools": "4"},
    }
    rows = []
    for row in SCHOOLS:
        coded = dict(row)
        for column, meanings in by_code.items():
            coded[f"{column} (code)"] = meanings[coded.pop(f"{column} (name)")]
        rows.append(coded)
    header = [name.replace("(name)", "(code)") if name.split(" ")[0] in by_code else name for name in REGISTER_COLUMNS]
    write_csv(codes, dict.fromkeys(header), rows)
    assert read(codes)[0].schools == read(names)[0].schools


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_ways_to_pack_and_encode_a_register(tmp_path: Path, encoding: str) -> None:
    plain = tmp_path / "edubasealldata.csv"
    write_csv(plain, REGISTER_COLUMNS, [school("900001", "St Agnès’ École")], encoding)
    packed, archive = tmp_path / "a.csv.gz", tmp_path / "a.zip"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    with zipfile.ZipFile(archive, "w") as target:
        target.write(plain, "extract/edubasealldata20250524.csv")
        target.writestr("extract/readme.txt", "about")
    for path in (plain, packed, archive):
        register, faults = read(path)
        assert (faults, [item.name for item in register.schools]) == ([], ["St Agnès’ École"])


def test_an_archive_of_several_tables_or_none_is_a_fault(tmp_path: Path) -> None:
    for names in ((), ("a.csv", "b.csv")):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
            for name in names:
                target.writestr(name, "URN\n1\n")
        assert [f"holds {len(names)} CSV files" in fault.message for fault in read(tmp_path / "a.zip")[1]] == [True]


def test_rows_without_anything_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    write_register(path, [SCHOOLS[0], {}, SCHOOLS[1]])
    reading = read_schools(path)
    assert (reading.rows_read["register"], reading.rows_kept["register"]) == (3, 2)
    assert reading.dropped["reason"].tolist() == ["blank row"]


def test_the_register_alone_makes_a_table_of_settings(tmp_path: Path) -> None:
    path, postcodes = tmp_path / "register.csv", tmp_path / "codepoint.csv"
    rows = [
        *SCHOOLS,
        school("900004", "Elm Bank", Easting="", Northing="", Postcode="ZZ1 1AA"),
        school("900005", "Fir Tree", Easting="0", Northing="0"),
        school("900006", "Gorse Nursery", **{"TypeOfEstablishment (name)": "Local authority nursery school"}),
        school("900007", "Hazel Hall", **{"EstablishmentStatus (name)": "Closed"}),
        school("900008", "Ivy House", **INDEPENDENT, EstablishmentNumber="6001"),
    ]
    write_register(path, rows)
    postcodes.write_text("ZZ1 1AA,10,461234,271234,E,E,E,E,E07000900,E05000001\n")
    reading = read_schools(path, postcodes=postcodes)
    table = reading.settings.set_index("setting_id")
    assert table["kind"].to_dict() == {
        "900001": "mainstream",
        "900002": "mainstream",
        "900003": "special",
        "900004": "mainstream",
        "900006": "",
        "900008": "independent_special",
    }
    assert table.loc["900004", "easting"] == 461234
    assert dict(zip(reading.dropped["item"], reading.dropped["reason"], strict=True)) == {
        "900005": "no point: neither a grid reference nor a postcode that is known",
        "900007": "not open",
    }
    assert "6 establishments with a point" in reading.summary()


def test_the_settings_of_a_register_make_a_problem(tmp_path: Path) -> None:
    write_register(tmp_path / "register.csv", SCHOOLS)
    settings = read_schools(tmp_path / "register.csv").settings
    pupil = {"pupil_id": "P1", "easting": 460000, "northing": 270000, "year_group": 3, "need": "ASD"}
    place = {"provision_id": "A", "setting_id": "900001", "kind": "mainstream", "places": 5, "topup_gbp": 1}
    problem = Problem(pupils=pd.DataFrame([pupil]), settings=settings, provisions=pd.DataFrame([place]))
    assert len(problem.settings) == 3


def book(path: Path, rows: list[tuple[object, ...]]) -> Path:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return path


def test_section_41_lists_say_which_special_schools_are_approved(tmp_path: Path) -> None:
    rows = [
        school(f"90000{number}", f"School {number}", **INDEPENDENT, EstablishmentNumber=f"600{number}")
        for number in range(1, 5)
    ]
    rows[2]["Section41Approved (name)"] = "Approved"
    rows[3]["Section41Approved (name)"] = "Not approved"
    write_register(tmp_path / "register.csv", rows)
    approved = book(
        tmp_path / "approved.xlsx",
        [
            ("Getting Information about Schools reference", "Local authority", "Institution trading name (1)"),
            ("885/6001", "Worcestershire", "School 1"),
            ("885/6004  ", "Worcestershire", "School 4"),
            ("885/6099", "Worcestershire", "Gone"),
            ("673/7905   Wales", "Glamorgan", "Abroad"),
            (None, "Haringey", "Without a number"),
            ("885/6001", "Worcestershire", "School 1 again"),
        ],
    )
    outside = book(
        tmp_path / "outside.xlsx",
        [
            ("GIAS reference", None, "Local Authority", "School Name", "Section41 Approval"),
            ("885", 6002, "Worcestershire", "School 2", "No"),
        ],
    )
    reading = read_schools(tmp_path / "register.csv", section_41=[approved, outside])
    assert reading.settings.set_index("setting_id")["section_41"].to_dict() == {
        "900001": "approved",
        "900002": "not approved",
        "900003": "approved",
        "900004": "approved",
    }
    assert set(reading.settings["kind"]) == {"independent_special"}
    assert (reading.rows_read["section 41"], reading.rows_kept["section 41"]) == (7, 3)
    assert reading.noted.loc[reading.noted["source"] == "section 41", "item"].tolist() == ["900004"]


def test_a_workbook_that_is_no_section_41_list_is_a_fault(tmp_path: Path) -> None:
    write_register(tmp_path / "register.csv", SCHOOLS)
    wrong = book(tmp_path / "wrong.xlsx", [("Name", "Town"), ("A", "B")])
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(InputError) as caught:
        read_schools(tmp_path / "register.csv", section_41=[wrong, tmp_path / "broken.xlsx", tmp_path / "none.xlsx"])
    assert [fault.table for fault in caught.value.faults] == ["section 41"] * 3


@shared
@pytest.mark.shared
def test_all_england_loads_and_lists_the_schools_without_a_point() -> None:
    reading = read_schools(
        REGISTER_FOLDER / "gias_open_20250524.csv.gz", section_41=sorted(REGISTER_FOLDER.glob("*.xlsx"))
    )
    assert reading.rows_read["register"] == 27_153
    dropped = reading.dropped[reading.dropped["source"] == "register"]
    assert len(dropped) == 619
    raw = pd.read_csv(REGISTER_FOLDER / "gias_open_20250524.csv.gz", dtype=str).fillna("0")
    assert set(dropped["item"]) == set(raw.loc[(raw["easting"] == "0") | (raw["northing"] == "0"), "urn"])
    special = raw["establishment_type"].isin(
        ["Other independent special school", "Non-maintained special school", "Special post 16 institution"]
    )
    independent = reading.settings["kind"] == "independent_special"
    assert set(reading.settings.loc[independent, "setting_id"]) == set(raw.loc[special, "urn"]) - set(dropped["item"])
    assert set(reading.settings.loc[~independent, "section_41"].dropna()) == set()
    assert reading.settings["section_41"].value_counts().to_dict() == {"approved": 310, "not approved": 237}


@shared
@pytest.mark.shared
def test_the_layout_of_140_columns_loads_whole() -> None:
    reading = read_schools(REGISTER_FOLDER / "gias_140_columns_anonymised.csv")
    assert (len(reading.settings), reading.rows_kept["register"]) == (60, 60)
    assert not reading.noted["reason"].str.startswith("no column").any()
