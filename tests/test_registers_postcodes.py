"""Postcode files under all the names their columns have had; what cannot be used is dropped and counted."""

from pathlib import Path

import pytest

from placement_opt.errors import Fault
from placement_opt.registers.postcodes import Postcodes, read_postcodes
from placement_opt.registers.reading import Outcome

ONSPD_OLD = "pcd,pcd2,pcds,dointr,doterm,oscty,oslaua,osward,oseast1m,osnrth1m,osgrdind,ctry,lsoa11,msoa11,lat,long,imd"
ONSPD_2025 = "pcd,pcd2,pcds,dointr,doterm,oslaua,oseast1m,osnrth1m,osgrdind,bua24,ru11ind,lsoa11,lsoa21,msoa21"
ONSPD_AUGUST_2026 = (
    "pcds,dointr,doterm,east1m,north1m,gridind,lad26cd,oa21cd,lsoa21cd,msoa21cd,ruc21ind,usrtypind,lat,long"
)
NSPL = "pcd,pcd2,pcds,dointr,doterm,usertype,oseast1m,osnrth1m,osgrdind,oa21,laua,ward,lsoa21,msoa21,imd"
LAYOUTS = {"2022": ONSPD_OLD, "2025": ONSPD_2025, "August 2026": ONSPD_AUGUST_2026, "NSPL": NSPL}

MEANINGS = {
    "pcd": "postcode",
    "pcd2": "postcode",
    "pcds": "postcode",
    "doterm": "terminated",
    "oseast1m": "easting",
    "east1m": "easting",
    "osnrth1m": "northing",
    "north1m": "northing",
    "osgrdind": "quality",
    "gridind": "quality",
    "oslaua": "district",
    "laua": "district",
    "lad26cd": "district",
}
ROWS = [
    {"postcode": "ZZ1 1AA", "easting": "461234", "northing": "271234", "quality": "1", "district": "E07000900"},
    {"postcode": "ZZ1 1AB", "easting": "461235", "northing": "271235", "quality": "1", "terminated": "202001"},
    {"postcode": "BT1 1AA", "easting": "333333", "northing": "374444", "quality": "1", "district": "N09000003"},
    {"postcode": "JE2 3AB", "easting": "", "northing": "", "quality": "9", "district": "L99999999"},
    {"postcode": "ZZ1 1AC", "easting": "0", "northing": "0", "quality": "9"},
    {"postcode": "ZZ1 1AD", "easting": "461236", "northing": "271236", "quality": "9"},
]
REASONS = {
    3: "terminated postcode",
    4: "Northern Ireland: its grid references are of the Irish Grid",
    5: "no grid reference (quality 90 or 9, blank or zero)",
    6: "no grid reference (quality 90 or 9, blank or zero)",
    7: "no grid reference (quality 90 or 9, blank or zero)",
}


def postcodes_of(path: Path) -> tuple[Postcodes, list[Fault]]:
    faults: list[Fault] = []
    return read_postcodes(path, faults), faults


def write(path: Path, header: str, rows: list[dict[str, str]]) -> Path:
    names = header.split(",")
    lines = [",".join(f'"{row.get(MEANINGS.get(name, ""), "")}"' for name in names) for row in rows]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_every_layout_is_read_and_what_cannot_be_used_counted(tmp_path: Path, layout: str, change: type[str]) -> None:
    path = tmp_path / "postcodes.csv"
    write(path, LAYOUTS[layout], ROWS)
    path.write_text(path.read_text().replace(LAYOUTS[layout], change(LAYOUTS[layout])))
    postcodes, faults = postcodes_of(path)
    assert faults == []
    assert postcodes.points.index.tolist() == ["ZZ11AA"]
    assert postcodes.points.iloc[0].tolist() == [461234, 271234, "E07000900"]
    assert {note.line: note.reason for note in postcodes.notes} == REASONS
    assert postcodes.rows_read == 6


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("column", ["easting", "northing", "postcode"])
def test_a_renamed_column_is_a_fault_with_the_names_that_are_known(tmp_path: Path, layout: str, column: str) -> None:
    renamed = ",".join("other" if MEANINGS.get(name) == column else name for name in LAYOUTS[layout].split(","))
    faults = postcodes_of(write(tmp_path / "postcodes.csv", renamed, ROWS))[1]
    assert len(faults) == 1
    assert f"no column for {column}. Known names are {column}: " in faults[0].message


def test_a_terminated_postcode_does_not_hide_the_same_one_in_use(tmp_path: Path) -> None:
    rows = [{**ROWS[0], "terminated": "201001", "easting": "1"}, ROWS[0]]
    postcodes, _ = postcodes_of(write(tmp_path / "postcodes.csv", NSPL, rows))
    assert postcodes.points["easting"].tolist() == [461234]
    assert [note.reason for note in postcodes.notes] == ["terminated postcode"]


def test_very_many_dropped_rows_are_counted_together(tmp_path: Path) -> None:
    rows = [ROWS[0]] + [{**ROWS[1], "postcode": f"ZZ2 {number % 10}A{chr(65 + number // 10)}"} for number in range(200)]
    postcodes, _ = postcodes_of(write(tmp_path / "postcodes.csv", NSPL, rows))
    assert [(note.outcome, note.rows) for note in postcodes.notes] == [(Outcome.DROPPED, 200)]
