"""The SEN2 export as it is found: versions, several plans, several placements, broken links."""

from datetime import date
from pathlib import Path

import pytest

from placement_opt.errors import Fault, InputError
from placement_opt.registers.dates import parse_date
from placement_opt.registers.sen2 import read_return
from placement_opt.registers.sen2_columns import NEEDED_MODULES
from tests.register_files import Child, Files, make_files, school
from tests.test_registers import reasons


@pytest.fixture
def files(tmp_path: Path) -> Files:
    schools = [school("900001", "Alder Lane"), school("900002", "Birch Hill")]
    return make_files(tmp_path, schools, [Child(), Child()])


def present(files: Files) -> list[str | None]:
    provision_ids = files.read(keep_ids=True).problem.pupils["current_provision_id"]
    return [value if isinstance(value, str) else None for value in provision_ids]


@pytest.mark.parametrize("module", sorted(NEEDED_MODULES))
def test_a_missing_module_is_a_fault_that_names_it(files: Files, module: str) -> None:
    files.module(module).unlink()
    with pytest.raises(InputError, match=f"{module}: .*no file whose name ends in _{module}.csv"):
        files.read()


@pytest.mark.parametrize("module", sorted(NEEDED_MODULES))
def test_a_missing_column_is_a_fault_that_names_it(files: Files, module: str) -> None:
    column = [wanted for wanted in NEEDED_MODULES[module] if wanted.required][-1]
    files.write(module, **{column.name: "renamed"})
    with pytest.raises(InputError, match=f"needed for {column.purpose}") as caught:
        files.read()
    assert [(fault.table, fault.column) for fault in caught.value.faults] == [(module, column.name)]


def test_two_files_of_one_module_are_a_fault(files: Files) -> None:
    (files.folder / "Blade-Export_17-01-2025_person.csv").write_bytes(files.module("person").read_bytes())
    with pytest.raises(InputError, match="more than one file of the module person"):
        files.read()


def test_a_file_in_place_of_the_folder_is_a_fault(files: Files) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        files.read(sen2=files.module("person"))


def test_other_modules_are_left_alone(files: Files) -> None:
    (files.folder / "Blade-Export_16-01-2025_namedplan.csv").write_bytes(b"\x00 anything")
    assert len(files.read().problem.pupils) == 2


def test_older_version_of_the_return_is_read(files: Files) -> None:
    for row in files.tables["activeplans"]:
        row["lastreview"] = "1"
    files.write("person", sex="gendercurrent")
    files.write("activeplans", lastreview="res")
    assert files.read().problem.pupils["entitled"].tolist() == [False, False]


def test_names_of_columns_may_differ_in_case(files: Files) -> None:
    files.write("person", persontableid="PersonTableID", postcode="PostCode")
    assert len(files.read().problem.pupils) == 2


def test_date_of_the_return_comes_from_its_module_before_the_file_name(files: Files) -> None:
    (files.folder / "Blade-Export_16-01-2025_sen2.csv").write_text(
        "sen2tableid,referencedate\n1,2026-Jan-15 00:00:00\n"
    )
    assert files.read().planning_year == 2026


def test_a_return_without_a_date_asks_for_the_planning_year(files: Files) -> None:
    for module in NEEDED_MODULES:
        files.module(module).rename(files.folder / f"{module}.csv")
    with pytest.raises(InputError, match="Give `planning_year`"):
        files.read()
    assert files.read(planning_year=2025).planning_year == 2025


def test_an_autumn_return_plans_for_the_next_calendar_year(files: Files) -> None:
    for module in NEEDED_MODULES:
        files.module(module).rename(files.folder / f"Blade-Export_02-10-2024_{module}.csv")
    assert files.read().planning_year == 2025


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"placementrank": "2"}, None),
        ({"placementrank": ""}, "900001-main"),
        ({"leavingdate": "2024-Dec-20 00:00:00"}, None),
        ({"leavingdate": "2025-Jul-20 00:00:00"}, "900001-main"),
        ({"leavingdate": "unreadable"}, None),
        ({"urn": "900001.0"}, "900001-main"),
    ],
)
def test_the_present_placement_is_the_first_one_not_yet_left(
    files: Files, cells: dict[str, str], expected: str | None
) -> None:
    files.tables["placementdetail"][0] |= cells
    files.write("placementdetail")
    assert present(files) == [expected, "900001-main"]


@pytest.mark.parametrize(
    ("entered", "expected"), [("2024-Sep-02 00:00:00", "900002-main"), ("2022-Sep-05", "900001-main")]
)
def test_of_two_present_placements_the_later_counts(files: Files, entered: str, expected: str) -> None:
    first = files.tables["placementdetail"][0]
    files.tables["placementdetail"].append(first | {"urn": "900002", "entrydate": entered})
    files.write("placementdetail")
    assert present(files)[0] == expected
    dropped = reasons(files.read(), "placementdetail")
    assert dropped == {"the pupil has another present placement, entered later": 1}


def test_a_pupil_without_a_placement_row_is_planned_for(files: Files) -> None:
    files.tables["placementdetail"].pop(0)
    files.write("placementdetail")
    assert present(files) == [None, "900001-main"]


def test_needs_are_ordered_by_rank_and_unknown_ones_dropped(files: Files) -> None:
    files.tables["senneed"] = [
        {"activeplanstableid": "20001", "sentype": "HI", "sentyperank": "2"},
        {"activeplanstableid": "20001", "sentype": "ds", "sentyperank": "1"},
        {"activeplanstableid": "20001", "sentype": "XYZ", "sentyperank": "3"},
        {"activeplanstableid": "20002", "sentype": "VI", "sentyperank": ""},
        {"activeplanstableid": "29999", "sentype": "VI", "sentyperank": "1"},
    ]
    files.write("senneed")
    reading = files.read(keep_ids=True)
    assert reading.problem.pupils["need"].tolist() == ["DS", "VI"]
    assert reading.problem.pupils.loc[0, "secondary_needs"] == "HI"
    assert reasons(reading, "senneed") == {"not a need code of the return": 1, "its plan is not used": 1}


def test_rows_that_lead_nowhere_are_dropped_at_their_line(files: Files) -> None:
    files.tables["requests"].append({"requeststableid": "1999", "persontableid": "777"})
    files.tables["activeplans"].append({"activeplanstableid": "2999", "requeststableid": "1888"})
    files.write("requests")
    files.write("activeplans")
    dropped = files.read().dropped
    assert dropped.loc[dropped["source"] == "requests", "line"].tolist() == [4]
    assert dropped.loc[dropped["source"] == "activeplans", "line"].tolist() == [4]


def test_of_two_active_plans_the_last_counts(files: Files) -> None:
    files.tables["activeplans"].append({"activeplanstableid": "20009", "requeststableid": "10001"})
    files.tables["senneed"].append({"activeplanstableid": "20009", "sentype": "HI", "sentyperank": "1"})
    files.write("activeplans")
    files.write("senneed")
    reading = files.read(keep_ids=True)
    assert reading.problem.pupils["need"].tolist() == ["HI", "ASD"]
    assert reasons(reading, "activeplans") == {"the person has another active plan further down": 1}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"persontableid": ""}, "no person number (persontableid)"),
        ({"persontableid": "2"}, "the person number (persontableid) appears already"),
        ({"persontableid": "77"}, "no active plan: no request in the return"),
        ({"personbirthdate": "31 Feb"}, "no readable date of birth"),
    ],
)
def test_persons_who_cannot_be_used_are_dropped(files: Files, cells: dict[str, str], reason: str) -> None:
    files.tables["person"].append(files.tables["person"][0] | {"upn": ""} | cells)
    if "personbirthdate" in cells:
        files.tables["person"] = [files.tables["person"][0] | cells, files.tables["person"][1]]
    files.write("person")
    reading = files.read()
    assert reasons(reading, "person") == {reason: 1}
    assert len(reading.problem.pupils) == len(files.tables["person"]) - 1


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022-Sep-28 00:00:00", date(2022, 9, 28)),
        ("2022-09-28", date(2022, 9, 28)),
        ("2022-09-28T00:00:00", date(2022, 9, 28)),
        ("28/09/2022", date(2022, 9, 28)),
        ("2022-Xxx-28", None),
        ("2022-02-30", None),
        ("", None),
    ],
)
def test_dates_are_read_in_the_ways_they_are_written(text: str, day: date | None) -> None:
    assert parse_date(text) == day


def test_a_person_does_not_show_what_names_them(files: Files) -> None:
    faults: list[Fault] = []
    person = read_return(files.folder, faults).persons[0]
    assert "Z000000000001" in person.identity
    assert "Z000000000001" not in repr(person)
    assert "ZZ1 1AA" not in repr(person)
    assert "2016" not in repr(person)
