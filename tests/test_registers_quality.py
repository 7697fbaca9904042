"""Checks of the quality of a return, pupils educated otherwise, plans pending: each counted, nobody lost."""

import csv
from pathlib import Path

import pytest

from placement_opt.registers import Outcome, Reading
from placement_opt.registers.quality import CHECKS
from placement_opt.registers.sen2_columns import SETTING_CODES
from tests.register_files import Child, Files, make_files, school
from tests.test_registers import reasons

SCHOOLS = [
    school("900001", "Alder Lane"),
    school("900002", "Birch Hill", **{"SenUnitCapacity": "9", "TypeOfResourcedProvision (name)": "SEN unit"}),
    school("900003", "Cedar Hall", **{"EstablishmentStatus (name)": "Closed"}),
    school("900004", "Elm Nursery", **{"TypeOfEstablishment (name)": "Local authority nursery school"}),
    school("900005", "Fir College", **{"TypeOfEstablishment (name)": "Further education"}),
    school("900006", "Gorse School", **{"TypeOfEstablishment (name)": "Other independent school"}),
]


def found_by(reading: Reading) -> dict[str, int]:
    """Return the checks that find somebody."""
    return {name: count for name, count in zip(reading.checks["check"], reading.checks["pupils"], strict=True) if count}


@pytest.mark.parametrize(
    ("child", "check"),
    [
        (Child(upn=""), "no_number"),
        (Child(needs=()), "no_need"),
        (Child(needs=("NSA",)), "no_need"),
        (Child(unit="1"), "flagged_without_base"),
        (Child(rp="1"), "flagged_without_base"),
        (Child(unit="1", rp="1", urn="900002"), "both_flags"),
        (Child(unit="", rp=""), "flags_not_set"),
        (Child(urn="999999"), "not_in_register"),
        (Child(urn="900003"), "closed"),
        (Child(urn="900004"), "unexpected_type"),
        (Child(urn="900005"), "general_college"),
        (Child(urn="900006"), "other_type"),
        (Child(code="NEET"), "school_and_code"),
        (Child(urn="", code="XYZ"), "unknown_code"),
        (Child(urn="", code=""), "nowhere"),
        (Child(cells={"placementrank": "2"}), "no_present_placement"),
    ],
)
def test_each_check_finds_its_child_and_no_other(tmp_path: Path, child: Child, check: str) -> None:
    reading = make_files(tmp_path, SCHOOLS, [Child(urn="900002"), child]).read()
    assert found_by(reading) == {check: 1}
    meaning = reading.checks.set_index("check").loc[check, "meaning"]
    assert f"1 {meaning}" in reading.summary()


def test_a_return_without_a_fault_has_every_check_at_nought(tmp_path: Path) -> None:
    reading = make_files(tmp_path, SCHOOLS, [Child(), Child(urn="900002", unit="1")]).read()
    assert reading.checks["check"].tolist() == [check.name for check in CHECKS]
    assert found_by(reading) == {}


def test_numbers_requests_and_plans_that_repeat_are_counted(tmp_path: Path) -> None:
    files = make_files(tmp_path, SCHOOLS, [Child(upn="Z1"), Child(upn="Z1"), Child(), Child()])
    files.tables["requests"].append({"requeststableid": "19999", "persontableid": "3"})
    files.tables["activeplans"].append({"activeplanstableid": "29999", "requeststableid": "10004"})
    files.write("requests")
    files.write("activeplans")
    # The second plan of the fourth child counts, as it stands further down, and has neither need nor placement.
    expected = {"shared_number": 2, "several_requests": 1, "several_plans": 1, "no_placement": 1, "no_need": 1}
    assert found_by(files.read()) == expected


@pytest.mark.parametrize(("transferred", "check"), [("885", "no_placement_transferred"), ("", "no_placement")])
def test_no_placement_is_told_apart_by_where_the_plan_came_from(tmp_path: Path, transferred: str, check: str) -> None:
    files = make_files(tmp_path, SCHOOLS, [Child(), Child()])
    files.tables["placementdetail"].pop()
    files.tables["activeplans"][1]["transferla"] = transferred
    files.write("placementdetail")
    files.write("activeplans")
    assert found_by(files.read()) == {check: 1}


@pytest.mark.parametrize("code", [*SETTING_CODES, "", "XYZ"])
def test_every_setting_code_is_placed_or_dropped_with_its_reason(tmp_path: Path, code: str) -> None:
    reading = make_files(tmp_path, SCHOOLS, [Child(), Child(urn="", code=code)]).read()
    is_planned = code not in {"EHE", "OLA", "OPA", "NIEC"}
    assert reading.rows_kept["person"] == len(reading.problem.pupils) == 1 + is_planned
    said = [note.reason for note in reading.notes if note.outcome in {Outcome.DROPPED, Outcome.NOTED}]
    meaning = f"{code}, {SETTING_CODES[code]}" if code in SETTING_CODES else "no known setting given"
    assert [text for text in said if meaning in text] == [
        f"no present school ({meaning}): no place" if is_planned else f"not planned for: {meaning}"
    ]


def with_modules(files: Files, assessment: list[tuple[str, str]], namedplan: list[tuple[str, str]]) -> None:
    """Write the two modules: (request, outcome) and (assessment, day on which the plan ended)."""
    tables = {
        "assessment": (("assessmenttableid", "requeststableid", "assessmentoutcome"), assessment),
        "namedplan": (("namedplantableid", "assessmenttableid", "ceasedate"), namedplan),
    }
    for name, (header, rows) in tables.items():
        with files.module(name).open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(header)
            writer.writerows((f"3{number}", *row) for number, row in enumerate(rows, start=1))


def test_plans_that_are_pending_refused_or_ended_are_told_apart(tmp_path: Path) -> None:
    files = make_files(tmp_path, SCHOOLS, [Child()] * 10)
    cells = {2: "N", 3: "W", 4: "A", 5: "Y", 6: "Y", 7: "Y", 8: "Y", 9: "Y"}
    for row in files.tables["requests"]:
        row["requestoutcome"] = cells.get(int(row["persontableid"]), "Y")
    files.tables["requests"][9]["exported"] = "1"
    files.tables["activeplans"] = files.tables["activeplans"][:1]
    for name in ("requests", "activeplans"):
        files.write(name)
    with_modules(
        files,
        [("10006", "N"), ("10007", "Y"), ("10008", "Y"), ("10009", "Y")],
        [("33", "2024-Jul-31 00:00:00"), ("34", "")],
    )
    reading = files.read()
    assert reasons(reading, "person") == {
        "no active plan: the request was refused or withdrawn": 2,
        "no active plan: pending, the request is not decided": 1,
        "no active plan: pending, the assessment is under way": 1,
        "no active plan: the assessment ended without a plan": 1,
        "no active plan: pending, a plan is agreed but not issued": 1,
        "no active plan: the plan has ended": 1,
        "no active plan: a plan is named that is not among the active ones": 1,
        "no active plan: moved away before the assessment ended": 1,
    }
    assert reading.rows_read["person"] == 10


def test_a_birthday_after_the_return_is_no_birthday(tmp_path: Path) -> None:
    reading = make_files(tmp_path, SCHOOLS, [Child(), Child(born="2025-Feb-01 00:00:00")]).read()
    assert reasons(reading, "person") == {"the date of birth is after the date of the return": 1}
