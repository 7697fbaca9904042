"""Places, needs and prices that are made from the register and the return."""

from pathlib import Path

import pytest

from placement_opt.errors import InputError
from placement_opt.registers import RegisterAssumptions
from tests.register_files import SPECIAL, Child, make_files, school
from tests.test_registers import provision, reasons

OLDER = "2012-Oct-01 00:00:00"
AT_SPECIAL = Child(urn="900003", born=OLDER, needs=("SLD",))


def special(**cells: str) -> dict[str, str]:
    return school("900003", "Cedar Court", **{**SPECIAL, **cells})


@pytest.mark.parametrize(
    ("capacity", "roll", "places"),
    [
        ("100", "90", 12),  # two of ours, ten free
        ("100", "130", 2),  # over its number: goes on with ours
        ("100", "", 100),  # no roll known: only ours are there
        ("", "90", 2),  # no capacity known
        ("100", "1", 100),  # the roll is out of date: at least ours are there
    ],
)
def test_special_places_are_those_taken_and_those_free(tmp_path: Path, capacity: str, roll: str, places: int) -> None:
    row = special(SchoolCapacity=capacity, NumberOfPupils=roll)
    reading = make_files(tmp_path, [row], [AT_SPECIAL, AT_SPECIAL]).read()
    assert provision(reading, "900003-special")["places"] == places


def test_places_of_pupils_who_are_not_planned_for_are_taken_off(tmp_path: Path) -> None:
    too_young = Child(urn="900003", born="2021-Nov-01 00:00:00")
    no_home = Child(urn="900003", postcode="ZZ9 9ZZ", born=OLDER)
    leaver = Child(urn="900003", born="2005-Nov-01 00:00:00")
    files = make_files(tmp_path, [special()], [AT_SPECIAL, too_young, no_home, leaver])
    reading = files.read()
    assert provision(reading, "900003-special")["places"] == 4 + 10 - 2
    assert reading.assumed["reason"].str.startswith("places held by pupils").sum() == 1


def test_state_special_schools_may_go_over_their_number_at_a_price(tmp_path: Path) -> None:
    files = make_files(tmp_path, [special(), school("900001", "Alder Lane")], [AT_SPECIAL])
    row = provision(files.read(assumptions=RegisterAssumptions(overflow_share=0.1)), "900003-special")
    assert (row["overflow_places"], row["overflow_gbp"], row["place_gbp"]) == (10, 10_000, 10_000)
    assert provision(files.read(), "900001-main")["overflow_places"] == 0


def test_mainstream_places_are_a_share_of_capacity_or_the_pupils_there_now(tmp_path: Path) -> None:
    schools = [school("900001", "Alder Lane", SchoolCapacity="201"), school("900002", "Elm", SchoolCapacity="10")]
    children = [Child(urn="900002")] * 3
    files = make_files(tmp_path, schools, children)
    reading = files.read()
    assert provision(reading, "900001-main")["places"] == 11
    assert provision(reading, "900002-main")["places"] == 3
    assert provision(reading, "900001-main")["place_payer"] == "school"
    assert provision(files.read(assumptions=RegisterAssumptions(mainstream_share=0.1)), "900001-main")["places"] == 21


@pytest.mark.parametrize(
    ("type_name", "provision_id", "kind", "place_gbp"),
    [
        ("Non-maintained special school", "900003-independent", "independent_special", 0),
        ("Other independent special school", "900003-independent", "independent_special", 0),
        ("Special post 16 institution", "900003-independent", "independent_special", 0),
        ("Academy special converter", "900003-special", "special", 10_000),
        ("Pupil referral unit", "900003-alternative", "alternative", 10_000),
        ("Free schools alternative provision", "900003-alternative", "alternative", 10_000),
        ("Further education", "900003-main", "mainstream", 6_000),
        ("Other independent school", "900003-main", "mainstream", 0),
    ],
)
def test_each_type_of_school_has_its_kind_and_place_funding(
    tmp_path: Path, type_name: str, provision_id: str, kind: str, place_gbp: float
) -> None:
    row = special(**{"TypeOfEstablishment (name)": type_name})
    found = provision(make_files(tmp_path, [row], [AT_SPECIAL]).read(), provision_id)
    assert (found["kind"], found["place_gbp"]) == (kind, place_gbp)


def test_needs_are_those_listed_and_those_of_pupils_there_now(tmp_path: Path) -> None:
    files = make_files(tmp_path, [special()], [AT_SPECIAL, Child(urn="900003", needs=("HI", "VI"))])
    assert provision(files.read(), "900003-special")["needs"] == "ASD;HI;SLD"
    narrow = files.read(assumptions=RegisterAssumptions(widen_needs=False))
    assert provision(narrow, "900003-special")["needs"] == "ASD;SLD"


@pytest.mark.parametrize(
    ("type_name", "bands"),
    [
        ("Community school", "mainstream"),
        ("Other independent school", "mainstream"),
        ("Pupil referral unit", "mainstream"),
        ("Further education", "mainstream;specialist"),
        ("Community special school", "mainstream;specialist"),
        ("Special post 16 institution", "mainstream;specialist"),
    ],
)
def test_pupils_in_a_special_place_are_not_offered_ordinary_classes(tmp_path: Path, type_name: str, bands: str) -> None:
    other = special(URN="900005", **{"TypeOfEstablishment (name)": type_name})
    children = [AT_SPECIAL, Child(urn="900005", born=OLDER), Child(urn="900001", unit="1")]
    reading = make_files(tmp_path, [special(), other, school("900001", "Alder Lane")], children).read()
    provisions = reading.problem.provisions.set_index("setting_id")
    assert provisions.loc["900005", "bands"] == bands
    assert provision(reading, "900001-unit")["bands"] == "mainstream;specialist"
    by_place = reading.problem.pupils.set_index("current_provision_id")["band"]
    assert (by_place["900003-special"], by_place["900001-unit"]) == ("specialist", "mainstream")


def test_bands_can_be_left_to_the_officers(tmp_path: Path) -> None:
    files = make_files(tmp_path, [special(), school("900001", "Alder Lane")], [AT_SPECIAL, Child()])
    problem = files.read(assumptions=RegisterAssumptions(keep_specialist=False)).problem
    assert problem.pupils["band"].isna().all()
    assert set(problem.provisions["bands"]) == {"any"}


@pytest.mark.parametrize("listed", ["", "Not Applicable"])
def test_special_school_without_listed_needs_takes_any(tmp_path: Path, listed: str) -> None:
    row = special(**{"SEN1 (name)": listed, "SEN2 (name)": ""})
    reading = make_files(tmp_path, [row], [AT_SPECIAL]).read()
    assert provision(reading, "900003-special")["needs"] == "any"
    assert "no type of special need listed: taken to take any" in set(reading.assumed["reason"])


def test_alternative_provision_without_listed_needs_takes_the_assumed_ones(tmp_path: Path) -> None:
    row = special(**{"SEN1 (name)": "", "SEN2 (name)": "", "TypeOfEstablishment (name)": "Pupil referral unit"})
    reading = make_files(tmp_path, [row, school("900001", "Alder Lane")], [Child()]).read()
    assert provision(reading, "900003-alternative")["needs"] == "SEMH"


def test_units_and_resourced_provision_are_hubs_of_their_own(tmp_path: Path) -> None:
    cells = {
        "TypeOfResourcedProvision (name)": "Resourced provision and SEN unit",
        "SenUnitCapacity": "10",
        "SenUnitOnRoll": "11",
        "ResourcedProvisionCapacity": "8",
        "ResourcedProvisionOnRoll": "5",
        "SEN1 (name)": "HI - Hearing Impairment",
    }
    children = [Child(unit="1"), Child(rp="1", needs=("HI",)), Child()]
    reading = make_files(tmp_path, [school("900001", "Alder Lane", **cells)], children).read()
    unit, resourced = provision(reading, "900001-unit"), provision(reading, "900001-rp")
    assert (unit["places"], unit["needs"], unit["kind_label"]) == (1, "ASD;HI", "SEN unit")
    assert (resourced["places"], resourced["needs"], resourced["kind_label"]) == (4, "HI", "Resourced provision")
    assert "SEN unit: more on roll than the register's capacity" in set(reading.noted["reason"])


def test_hubs_are_priced_by_one_row_of_topups_that_is_an_assumption(tmp_path: Path) -> None:
    files = make_files(tmp_path, [school("900001", "Alder Lane")], [Child(unit="1")])
    reading = files.read(assumptions=RegisterAssumptions(hub_topup_gbp=9_999))
    assert reading.problem.table("topups")[["kind", "topup_gbp"]].values.tolist() == [["hub", 9_999]]
    assert reading.assumed["reason"].str.contains("no national top-up exists").sum() == 1
    default = next(row for row in RegisterAssumptions().rows() if row["assumption"] == "hub_topup_gbp")
    assert default["source"].startswith("assumption")


def test_base_that_the_register_does_not_list_is_added_for_the_pupils_there(tmp_path: Path) -> None:
    files = make_files(tmp_path, [school("900001", "Alder Lane")], [Child(rp="1"), Child(rp="1"), Child()])
    reading = files.read()
    row = provision(reading, "900001-rp")
    assert (row["kind"], row["places"], row["needs"]) == ("hub", 2, "ASD")
    assert reading.assumed["reason"].str.contains("that the register does not list: added").sum() == 2


def test_mark_of_the_other_sort_of_base_means_the_one_that_is_listed(tmp_path: Path) -> None:
    row = school("900001", "Alder Lane", **{"TypeOfResourcedProvision (name)": "SEN unit", "SenUnitCapacity": "5"})
    reading = make_files(tmp_path, [row], [Child(rp="1")]).read()
    assert reading.problem.pupils["current_provision_id"].tolist() == ["900001-unit"]
    assert reading.assumed["reason"].str.contains("lists the other sort").sum() == 1


def test_mark_of_a_base_at_a_special_school_is_ignored(tmp_path: Path) -> None:
    reading = make_files(tmp_path, [special()], [Child(urn="900003", unit="1")]).read()
    assert reading.problem.pupils["current_provision_id"].tolist() == ["900003-special"]
    assert reading.assumed["reason"].str.contains("the mark is ignored").sum() == 1


def test_schools_of_other_authorities_are_offered_only_where_a_pupil_is(tmp_path: Path) -> None:
    other = {"LA (name)": "Farshire", "LA (code)": "998"}
    schools = [school("900001", "Alder Lane"), school("900002", "Elm", **other), school("900004", "Fir", **other)]
    files = make_files(tmp_path, schools, [Child(), Child(urn="900004")])
    for name in ("Exampleshire", "999"):
        reading = files.read(assumptions=RegisterAssumptions(authorities=(name,)))
        assert reading.problem.settings["setting_id"].tolist() == ["900001", "900004"]
        assert reasons(reading, "register") == {"of another authority, without a pupil of the return": 1}


def test_independent_mainstream_schools_are_offered_only_where_a_pupil_is(tmp_path: Path) -> None:
    independent = {"TypeOfEstablishment (name)": "Other independent school"}
    schools = [school("900001", "Alder", **independent), school("900002", "Elm", **independent)]
    reading = make_files(tmp_path, schools, [Child()]).read()
    assert reading.problem.settings["setting_id"].tolist() == ["900001"]
    assert provision(reading, "900001-main")["places"] == 1
    assert reasons(reading, "register") == {"independent mainstream school without a pupil of the return": 1}


def test_school_without_a_district_gets_that_of_the_nearest_postcode(tmp_path: Path) -> None:
    blank = {"DistrictAdministrative (name)": "", "DistrictAdministrative (code)": ""}
    far = blank | {"Easting": "466000", "Northing": "276000"}
    schools = [school("900001", "Alder", **blank), school("900002", "Elm", **far)]
    reading = make_files(tmp_path, schools, [Child()]).read()
    assert reading.problem.settings["locality"].tolist() == ["E07000900", "E07000901"]
    assert reading.assumed["reason"].str.contains("that of the nearest postcode").sum() == 2


def test_school_without_a_grid_reference_is_at_its_postcode(tmp_path: Path) -> None:
    row = school("900001", "Alder", Easting="", Northing="", Postcode="ZZ1 1AB")
    settings = make_files(tmp_path, [row], [Child()]).read().problem.settings
    assert settings[["easting", "northing"]].values.tolist() == [[465678.0, 275678.0]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mainstream_share", 1.5),
        ("hub_topup_gbp", -1),
        ("home_grid_m", "100"),
        ("unknown_need", "any"),
        ("mainstream_needs", ("AUT",)),
    ],
)
def test_assumptions_out_of_range_are_faults_that_name_them(field: str, value: object) -> None:
    with pytest.raises(InputError) as caught:
        RegisterAssumptions(**{field: value})
    assert [fault.column for fault in caught.value.faults] == [field]


def test_every_assumption_has_a_meaning_and_a_source() -> None:
    for row in RegisterAssumptions(mainstream_share=0.04).rows():
        assert row["meaning"]
        assert row["source"]
    given = {row["assumption"]: row["source"] for row in RegisterAssumptions(mainstream_share=0.04).rows()}
    assert given["mainstream_share"] == "given by the user"
