"""Two authorities in one problem: pupils of both, schools once, no two ids the same."""

from pathlib import Path

import pytest

from placement_opt import crow_fly, solve, verify
from placement_opt.errors import InputError
from placement_opt.registers import Outcome, Reading, read_registers_with_notes
from tests.register_files import SALT, Child, make_files, school

NORTH = [school("900001", "Alder Lane"), school("900002", "Birch Hill")]
WEST = [
    school("900011", "Cedar Court", **{"LA (code)": "998", "LA (name)": "Westshire"}),
    school("900002", "Birch Hill"),
]
AREAS = Path(__file__).parents[2] / "shared" / "data" / "areas"


def read(tmp_path: Path, north: list[Child], west: list[Child], **options: object) -> Reading:
    folders = [tmp_path / "north", tmp_path / "west"]
    for folder, schools, children in zip(folders, (NORTH, WEST), (north, west), strict=True):
        folder.mkdir()
        make_files(folder, schools, children)
    given: dict[str, object] = {
        "register": [folder / "edubasealldata.csv" for folder in folders],
        "sen2": {"Exampleshire": folders[0], "Westshire": folders[1]},
        "postcodes": folders[0] / "codepoint.csv",
        "salt": SALT,
        **options,
    }
    return read_registers_with_notes(**given)  # type: ignore[arg-type]


def test_pupils_of_both_and_schools_once(tmp_path: Path) -> None:
    reading = read(tmp_path, [Child(), Child(urn="900011", upn="Z1")], [Child(urn="900011", upn="Z2"), Child(upn="Z3")])
    assert reading.problem.settings["setting_id"].tolist() == ["900001", "900002", "900011"]
    assert reading.problem.pupils["resident_authority"].value_counts().to_dict() == {"Exampleshire": 2, "Westshire": 2}
    assert (reading.rows_read["register"], reading.rows_kept["register"]) == (4, 3)
    assert reading.rows_read["person (Exampleshire)"] == reading.rows_read["person (Westshire)"] == 2
    flows = reading.between_authorities()
    assert [tuple(row) for row in flows.itertuples(index=False)] == [
        ("Exampleshire", "Exampleshire", 1),
        ("Exampleshire", "Westshire", 1),
        ("Westshire", "Exampleshire", 1),
        ("Westshire", "Westshire", 1),
    ]


@pytest.mark.parametrize("keep_ids", [True, False])
def test_the_same_row_numbers_in_both_returns_are_different_pupils(tmp_path: Path, keep_ids: bool) -> None:
    reading = read(tmp_path, [Child(upn=""), Child(upn="")], [Child(upn=""), Child(upn="")], keep_ids=keep_ids)
    assert len(set(reading.problem.pupils["pupil_id"])) == 4
    if keep_ids:
        assert set(reading.person_lines) == {"Exampleshire-1", "Exampleshire-2", "Westshire-1", "Westshire-2"}


def test_a_child_in_both_returns_is_noted_in_each(tmp_path: Path) -> None:
    reading = read(tmp_path, [Child(upn="Z1"), Child(upn="Z2")], [Child(upn="Z1"), Child(upn="Z3")])
    noted = [note.source for note in reading.notes if "another authority's return" in note.reason]
    assert noted == ["person (Exampleshire)", "person (Westshire)"]
    assert len(set(reading.problem.pupils["pupil_id"])) == 4
    assert reading.checks.set_index(["check", "return"]).loc["shared_number", "pupils"].tolist() == [1, 1]


def test_places_hold_the_pupils_of_both(tmp_path: Path) -> None:
    reading = read(tmp_path, [Child()] * 7, [Child(urn="900001", upn=f"Z{number}") for number in range(90, 98)])
    places = reading.problem.provisions.set_index("provision_id")["places"]
    assert places["900001-main"] == 15


def test_faults_of_every_return_come_together(tmp_path: Path) -> None:
    for name in ("north", "west"):
        (tmp_path / name).mkdir()
    make_files(tmp_path / "north", NORTH, [Child()]).module("person").unlink()
    make_files(tmp_path / "west", WEST, [Child()]).module("senneed").unlink()
    with pytest.raises(InputError) as caught:
        read_registers_with_notes(
            register=tmp_path / "north" / "edubasealldata.csv",
            sen2={"N": tmp_path / "north", "W": tmp_path / "west"},
            postcodes=tmp_path / "north" / "codepoint.csv",
        )
    assert [fault.table for fault in caught.value.faults] == ["person (N)", "senneed (W)"]


def test_returns_of_different_years_ask_for_the_planning_year(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="different school years"):
        read_with_years(tmp_path / "one")
    assert read_with_years(tmp_path / "two", planning_year=2025).planning_year == 2025


def read_with_years(tmp_path: Path, **options: object) -> Reading:
    tmp_path.mkdir()
    for name, schools in (("north", NORTH), ("west", WEST)):
        (tmp_path / name).mkdir()
        make_files(tmp_path / name, schools, [Child(upn=f"Z{name}")])
    for path in (tmp_path / "west").glob("Blade-Export_16-01-2025_*"):
        path.rename(path.with_name(path.name.replace("2025", "2026")))
    given: dict[str, object] = {
        "register": tmp_path / "north" / "edubasealldata.csv",
        "sen2": {name: tmp_path / name for name in ("north", "west")},
        "postcodes": tmp_path / "north" / "codepoint.csv",
        **options,
    }
    return read_registers_with_notes(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [{}, {"": "north"}, {" ": "north"}])
def test_returns_without_a_name_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="`sen2` is a mapping"):
        read_registers_with_notes(register="none.csv", sen2=given, postcodes="none.csv")


@pytest.mark.shared
@pytest.mark.skipif(not AREAS.is_dir(), reason="needs the real registers in ../shared/data/areas")
def test_the_two_northamptonshires_are_planned_together() -> None:
    folders = {"North Northamptonshire": "north_northamptonshire", "West Northamptonshire": "west_northamptonshire"}
    registers, postcodes = (
        [AREAS / folder / name for folder in folders.values()] for name in ("edubasealldata.csv", "codepoint_open.csv")
    )
    reading = read_registers_with_notes(
        register=registers, sen2={name: AREAS / folder for name, folder in folders.items()}, postcodes=postcodes
    )
    alone = [
        read_registers_with_notes(
            register=AREAS / folder / "edubasealldata.csv",
            sen2=AREAS / folder,
            postcodes=AREAS / folder / "codepoint_open.csv",
        )
        for folder in folders.values()
    ]
    assert reading.problem.pupils["resident_authority"].value_counts().to_dict() == {
        name: len(one.problem.pupils) for name, one in zip(folders, alone, strict=True)
    }
    dropped = [note for note in reading.notes if note.outcome is Outcome.DROPPED and note.source.startswith("person")]
    assert len(dropped) + len(reading.problem.pupils) == 4232 + 3862
    travel = crow_fly(reading.problem)
    plan = solve(reading.problem, travel)
    verify(reading.problem, travel, plan).raise_if_wrong()
    assert plan.status == "optimal"
