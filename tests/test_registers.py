"""Register, return and postcodes, joined into a problem."""

from pathlib import Path

import pytest

from placement_opt.errors import AssumptionWarning, InputError
from placement_opt.registers import Reading, RegisterAssumptions, read_registers
from tests.register_files import SALT, SECONDARY, SPECIAL, Child, Files, make_files, school


def provision(reading: Reading, provision_id: str) -> dict[str, object]:
    provisions = reading.problem.provisions.set_index("provision_id")
    return dict(provisions.loc[provision_id])


def reasons(reading: Reading, source: str) -> dict[str, int]:
    dropped = reading.dropped
    return dict(dropped.loc[dropped["source"] == source, "reason"].value_counts())


@pytest.fixture
def area(tmp_path: Path) -> Files:
    schools = [
        school("900001", "Alder Lane", **{"SenUnitCapacity": "12", "TypeOfResourcedProvision (name)": "SEN unit"}),
        school("900002", "Birch Hill", **SECONDARY),
        school("900003", "Cedar Court", **SPECIAL),
    ]
    children = [
        Child(),
        Child(unit="1", needs=("SLCN", "ASD")),
        Child(urn="900003", needs=("SLD",), born="2012-Oct-01 00:00:00"),
        Child(urn="900002", born="2009-Feb-10 00:00:00", postcode="zz11ab"),
    ]
    return make_files(tmp_path, schools, children)


def test_schools_become_settings_and_their_places_provisions(area: Files) -> None:
    problem = area.read().problem
    assert problem.settings["name"].tolist() == ["Alder Lane", "Birch Hill", "Cedar Court"]
    assert problem.settings["locality"].unique().tolist() == ["Westfield"]
    kinds = dict(zip(problem.provisions["provision_id"], problem.provisions["kind"], strict=True))
    assert kinds == {
        "900001-main": "mainstream",
        "900001-unit": "hub",
        "900002-main": "mainstream",
        "900003-special": "special",
    }
    assert problem.provisions.set_index("provision_id").loc["900001-unit", "kind_label"] == "SEN unit"


def test_pupils_keep_need_present_place_and_the_year_group_of_next_september(area: Files) -> None:
    reading = area.read()
    pupils = reading.problem.pupils.set_index("pupil_id")
    by_line = {line: pupils.loc[pupil_id] for pupil_id, line in reading.person_lines.items()}
    assert reading.planning_year == 2025
    assert [by_line[line]["year_group"] for line in (2, 3, 4, 5)] == [5, 5, 8, 12]
    assert by_line[3]["need"] == "SLCN"
    assert by_line[3]["secondary_needs"] == "ASD"
    assert [by_line[line]["current_provision_id"] for line in (2, 3, 4, 5)] == [
        "900001-main",
        "900001-unit",
        "900003-special",
        "900002-main",
    ]


def test_homes_are_moved_to_the_middle_of_a_grid_square(area: Files) -> None:
    pupils = area.read().problem.pupils
    assert set(zip(pupils["easting"], pupils["northing"], strict=True)) == {(461250.0, 271250.0), (465650.0, 275650.0)}


def test_grid_of_nought_keeps_the_point_of_the_postcode(area: Files) -> None:
    pupils = area.read(assumptions=RegisterAssumptions(home_grid_m=0)).problem.pupils
    assert set(pupils["easting"]) == {461234.0, 465678.0}


def test_localities_of_pupils_are_districts_named_as_in_the_register_where_it_names_them(area: Files) -> None:
    assert area.read().problem.pupils["locality"].value_counts().to_dict() == {"Westfield": 3, "E07000901": 1}


def test_rows_read_are_rows_kept_and_rows_dropped(area: Files) -> None:
    counts = area.read().counts().groupby(["source", "outcome"])["rows"].sum().unstack(fill_value=0)
    assert counts["read"].to_dict() == {
        "register": 3,
        "postcodes": 3,
        "person": 4,
        "requests": 4,
        "activeplans": 4,
        "placementdetail": 4,
        "senneed": 5,
    }
    assert counts.loc["postcodes", "dropped"] == 1
    assert (counts["read"] == counts["kept"] + counts["dropped"]).all()


def test_nothing_personal_is_in_the_problem_or_its_record(area: Files) -> None:
    reading = area.read()
    shown = [table.to_csv() for table in (reading.problem.pupils, reading.dropped, reading.assumed, reading.noted)]
    text = "\n".join([*shown, reading.summary(), repr(reading), repr(reading.notes), reading.counts().to_csv()])
    for row in area.tables["person"]:
        for column in ("surname", "forename", "upn", "postcode", "NativeId"):
            assert row[column] not in text
        assert row["personbirthdate"][:11] not in text


def test_same_salt_gives_the_same_ids_and_no_salt_new_ones(area: Files) -> None:
    first, second = area.read(), area.read()
    assert first.problem == second.problem
    assert set(first.person_lines).isdisjoint(area.read(salt=None).person_lines)


def test_ids_of_the_export_are_kept_on_request(area: Files) -> None:
    assert area.read(keep_ids=True).person_lines == {"1": 2, "2": 3, "3": 4, "4": 5}


def test_short_salt_is_refused(area: Files) -> None:
    with pytest.raises(ValueError, match="`salt` has 5 characters; use at least 16"):
        area.read(salt="short")


def test_the_short_call_returns_the_problem_and_warns_of_assumptions(area: Files) -> None:
    with pytest.warns(AssumptionWarning, match="0 of 4 persons .* 0 schools were dropped"):
        problem = read_registers(register=area.register, sen2=area.folder, postcodes=area.postcodes, salt=SALT)
    assert problem == area.read().problem


@pytest.mark.parametrize("code", ["EHE", "OLA", "OPA", "NIEC"])
def test_pupils_not_looking_for_a_school_are_dropped(tmp_path: Path, code: str) -> None:
    files = make_files(tmp_path, [school("900001", "Alder Lane")], [Child(), Child(urn="", code=code)])
    reading = files.read()
    assert len(reading.problem.pupils) == 1
    assert [reason for reason in reasons(reading, "person") if reason.startswith(f"not planned for: {code}")]


@pytest.mark.parametrize("code", ["EYP", "OTH", "NEET", "NIEO", ""])
def test_pupils_without_a_school_are_planned_for_without_a_present_place(tmp_path: Path, code: str) -> None:
    reading = make_files(tmp_path, [school("900001", "Alder Lane")], [Child(urn="", code=code)]).read()
    assert reading.problem.pupils["current_provision_id"].isna().all()
    assert reading.noted["reason"].str.startswith("no present school").sum() == 1


def test_settings_that_are_not_planned_for_can_be_chosen(tmp_path: Path) -> None:
    files = make_files(tmp_path, [school("900001", "Alder Lane")], [Child(urn="", code="OLA")])
    assert len(files.read(assumptions=RegisterAssumptions(not_planned=())).problem.pupils) == 1


def test_school_is_found_by_its_provider_number_where_the_urn_is_blank(tmp_path: Path) -> None:
    schools = [school("900001", "Alder Lane", UKPRN="10000001")]
    files = make_files(tmp_path, schools, [Child(urn="", cells={"ukprn": "10000001"})])
    assert files.read().problem.pupils["current_provision_id"].tolist() == ["900001-main"]


@pytest.mark.parametrize(
    ("closed", "why"),
    [
        ({}, "not in the register"),
        ({"EstablishmentStatus (name)": "Closed"}, "(not open)"),
        ({"TypeOfEstablishment (name)": "Local authority nursery school"}, "(not planned for: Local authority nursery"),
        ({"Easting": "", "Northing": ""}, "(no point"),
    ],
)
def test_pupils_of_a_school_that_is_not_offered_have_no_present_place(
    tmp_path: Path, closed: dict[str, str], why: str
) -> None:
    schools = [school("900001", "Alder Lane")] + ([school("900009", "Elm Bank", **closed)] if closed else [])
    reading = make_files(tmp_path, schools, [Child(urn="900009")]).read()
    assert reading.problem.pupils["current_provision_id"].isna().all()
    assert why in reading.noted["reason"].iloc[0]
    assert reading.problem.settings["setting_id"].tolist() == ["900001"]


@pytest.mark.parametrize(
    ("born", "years", "kept"),
    [
        ("2020-Aug-31 00:00:00", (0, 14), True),
        ("2021-Sep-01 00:00:00", (0, 14), False),
        ("2021-Aug-31 00:00:00", (0, 14), True),
        ("2006-Sep-01 00:00:00", (0, 14), True),
        ("2006-Aug-31 00:00:00", (0, 14), False),
        ("2006-Aug-31 00:00:00", (0, 20), True),
    ],
)
def test_only_the_year_groups_asked_for_are_kept(tmp_path: Path, born: str, years: tuple[int, int], kept: bool) -> None:
    files = make_files(tmp_path, [school("900001", "Alder Lane")], [Child(), Child(born=born)])
    reading = files.read(years=years)
    assert len(reading.problem.pupils) == 1 + kept
    assert len(reasons(reading, "person")) == 1 - kept


@pytest.mark.parametrize("years", [(3, 2), (-5, 14), (0, 21)])
def test_year_groups_out_of_range_are_refused(area: Files, years: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="`years` is"):
        area.read(years=years)


def test_planning_year_can_be_given_and_has_to_be_a_year(area: Files) -> None:
    assert area.read(planning_year=2026).problem.pupils["year_group"].max() == 13
    with pytest.raises(ValueError, match="`planning_year` is 25"):
        area.read(planning_year=25)


@pytest.mark.parametrize(
    ("postcode", "reason"),
    [
        ("", "no postcode"),
        ("ZZ9 9ZZ", "the postcode is not in the postcode file"),
        ("ZZ1 1AC", "the postcode is not in the postcode file"),
    ],
)
def test_pupils_without_a_point_are_dropped_and_counted(tmp_path: Path, postcode: str, reason: str) -> None:
    files = make_files(tmp_path, [school("900001", "Alder Lane")], [Child(), Child(postcode=postcode)])
    assert reasons(files.read(), "person") == {reason: 1}


def test_no_pupil_left_is_a_fault_that_says_why(tmp_path: Path) -> None:
    files = make_files(
        tmp_path, [school("900001", "Alder Lane")], [Child(postcode="ZZ9 9ZZ"), Child(urn="", code="EHE")]
    )
    with pytest.raises(InputError, match=r"Not one person can be planned for: 1 .*; 1 "):
        files.read()


def test_all_files_are_faulted_together(tmp_path: Path) -> None:
    files = make_files(tmp_path, [school("900001", "Alder Lane")], [Child()])
    files.register.write_text("not,a,register\n1,2,3\n")
    files.module("senneed").unlink()
    files.postcodes.write_text("not,postcodes\n")
    with pytest.raises(InputError) as caught:
        files.read()
    assert {fault.table for fault in caught.value.faults} == {"register", "senneed", "postcodes"}


def test_pupil_without_a_need_gets_the_assumed_one(tmp_path: Path) -> None:
    reading = make_files(tmp_path, [school("900001", "Alder Lane")], [Child(needs=()), Child(needs=("NSA",))]).read()
    assert reading.problem.pupils["need"].tolist() == ["OTH", "OTH"]
    assert (reading.assumed["reason"] == "no need in the return: `unknown_need` stands in").sum() == 2


def test_pupils_without_a_number_of_their_own_are_kept_apart(tmp_path: Path) -> None:
    children = [Child(upn=""), Child(upn=""), Child(upn="Z000000000009"), Child(upn="Z000000000009")]
    reading = make_files(tmp_path, [school("900001", "Alder Lane")], children).read()
    assert len(set(reading.problem.pupils["pupil_id"])) == 4
    assert reading.assumed["reason"].str.startswith("no unique pupil number").sum() == 4


def test_boarders_have_no_daily_transport(tmp_path: Path) -> None:
    files = make_files(
        tmp_path, [school("900003", "Cedar Court", **SPECIAL)], [Child(urn="900003", cells={"res": "1"})]
    )
    assert files.read().problem.pupils["entitled"].tolist() == [False]
