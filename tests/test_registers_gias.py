"""The school register as it is found: columns missing or moved, odd cells, schools of every sort."""

from pathlib import Path

import pytest

from placement_opt.errors import Fault
from placement_opt.registers.gias import Register, read_register
from placement_opt.registers.school_types import TYPES, Family, family_of, year_range
from tests.register_files import REGISTER_COLUMNS, school, write_register


def read(path: Path) -> tuple[Register, list[Fault]]:
    faults: list[Fault] = []
    return read_register(path, faults), faults


def columns_without(*names: str) -> list[str]:
    return [name for name in REGISTER_COLUMNS if name not in names]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "edubasealldata.csv"


def test_names_in_windows_1252_are_read(path: Path) -> None:
    write_register(path, [school("900001", "St Agnès’ École")])
    register, faults = read(path)
    assert (faults, register.schools[0].name) == ([], "St Agnès’ École")


def test_columns_are_found_by_name_wherever_they_stand(path: Path) -> None:
    write_register(path, [school("900001", "Alder Lane")], ["Unknown column", *reversed(REGISTER_COLUMNS)])
    moved, _ = read(path)
    write_register(path, [school("900001", "Alder Lane")])
    assert moved.schools == read(path)[0].schools


def test_few_columns_are_enough(path: Path) -> None:
    needed = ["URN", "EstablishmentName", "TypeOfEstablishment (code)", "Postcode"]
    write_register(
        path, [school("900001", "Alder Lane", Postcode="ZZ1 1AA", **{"TypeOfEstablishment (code)": "34"})], needed
    )
    register, faults = read(path)
    assert faults == []
    assert (register.schools[0].type_name, register.schools[0].min_year) == ("Academy converter", 0)
    assert "no status column: taken to be open" in {note.reason for note in register.notes}


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        (("URN",), "URN"),
        (("EstablishmentName",), "EstablishmentName"),
        (("TypeOfEstablishment (name)", "TypeOfEstablishment (code)"), "TypeOfEstablishment (name)"),
        (("Easting", "Postcode"), "Easting, Northing"),
    ],
)
def test_a_column_that_cannot_be_done_without_is_a_fault_that_names_it(
    path: Path, missing: tuple[str, ...], named: str
) -> None:
    write_register(path, [school("900001", "Alder Lane")], columns_without(*missing))
    assert [fault.column for fault in read(path)[1]] == [named]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"EstablishmentStatus (name)": "Closed"}, "not open"),
        ({"EstablishmentStatus (name)": "Proposed to open"}, "not open"),
        ({"TypeOfEstablishment (name)": "Higher education institutions"}, "not planned for: Higher education"),
        ({"TypeOfEstablishment (name)": "", "TypeOfEstablishment (code)": "15"}, "not planned for: type 15"),
        ({"StatutoryLowAge": "2", "StatutoryHighAge": "4"}, "early years only"),
        ({"URN": ""}, "no URN"),
    ],
)
def test_rows_that_are_no_school_to_plan_for_are_dropped(path: Path, cells: dict[str, str], reason: str) -> None:
    write_register(path, [school("900001", "Alder Lane", **cells), school("900002", "Elm Bank")])
    register, faults = read(path)
    assert faults == []
    assert [item.urn for item in register.schools] == ["900002"]
    assert [note.reason.startswith(reason) for note in register.notes] == [True]


def test_school_that_is_proposed_to_close_is_open(path: Path) -> None:
    write_register(path, [school("900001", "Alder", **{"EstablishmentStatus (name)": "Open, but proposed to close"})])
    assert len(read(path)[0].schools) == 1


def test_second_row_of_a_school_is_dropped(path: Path) -> None:
    write_register(path, [school("900001", "Alder Lane"), school("900001", "Alder Lane again")])
    register, _ = read(path)
    assert [item.name for item in register.schools] == ["Alder Lane"]
    assert [(note.line, note.reason) for note in register.notes] == [(3, "the URN appears already")]
    assert register.refused == {}


@pytest.mark.parametrize("cell", ["", "0", "many", "-3", "12.5"])
def test_capacity_that_is_no_number_counts_as_missing(path: Path, cell: str) -> None:
    write_register(path, [school("900001", "Alder Lane", SchoolCapacity=cell)])
    register, _ = read(path)
    assert register.schools[0].capacity is None
    assert {note.reason for note in register.notes} == {"no capacity: no more places than are taken now"}


def test_places_of_a_pupil_referral_unit_come_before_its_capacity(path: Path) -> None:
    unit = {"TypeOfEstablishment (name)": "Pupil referral unit", "PlacesPRU": "30"}
    write_register(path, [school("900001", "Alder Lane", **unit)])
    assert read(path)[0].schools[0].capacity == 30


@pytest.mark.parametrize(("easting", "northing"), [("0", "0"), ("-1.5", "52.3"), ("", ""), ("x", "y"), ("9e9", "1")])
def test_grid_reference_that_makes_no_sense_counts_as_missing(path: Path, easting: str, northing: str) -> None:
    write_register(path, [school("900001", "Alder Lane", Easting=easting, Northing=northing)])
    found = read(path)[0].schools[0]
    assert found.easting is None or found.northing is None


@pytest.mark.parametrize(
    ("low", "high", "years"),
    [
        (4, 11, (0, 6)),
        (3, 11, (-1, 6)),
        (2, 19, (-2, 14)),
        (4, 7, (0, 2)),
        (7, 11, (3, 6)),
        (11, 16, (7, 11)),
        (11, 18, (7, 13)),
        (9, 13, (5, 8)),
        (0, 25, (-4, 20)),
    ],
)
def test_statutory_ages_become_year_groups(low: int, high: int, years: tuple[int, int]) -> None:
    assert year_range(low, high, "", Family.MAINSTREAM) == (*years, ())


@pytest.mark.parametrize(
    ("low", "high", "phase", "family", "years"),
    [
        (None, None, "Primary", Family.MAINSTREAM, (0, 6)),
        (None, 16, "Secondary", Family.MAINSTREAM, (7, 11)),
        (16, 11, "Secondary", Family.MAINSTREAM, (7, 11)),
        (None, None, "Not applicable", Family.SPECIAL, (0, 14)),
        (5, 11, "Primary", Family.MAINSTREAM, (0, 6)),
        (2, 19, "", Family.SPECIALIST_COLLEGE, (12, 14)),
        (16, 99, "16 plus", Family.COLLEGE, (12, 20)),
    ],
)
def test_ages_that_are_missing_or_odd_are_completed(
    low: int | None, high: int | None, phase: str, family: Family, years: tuple[int, int]
) -> None:
    lowest, highest, assumed = year_range(low, high, phase, family)
    assert (lowest, highest) == years
    assert bool(assumed) == (low != 16 or high != 99)


def test_type_is_known_by_name_or_code_alike() -> None:
    assert {family_of(name.upper(), "") for name, _ in TYPES.values()} == set(Family) - {Family.OTHER}
    assert all(family_of("", code) is family for code, (_, family) in TYPES.items())
    assert family_of("Welsh establishment", "1") is None
