"""Broken CSV files and postcode files: a message that says what and where, and never repeats a cell."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from placement_opt.errors import Fault
from placement_opt.registers.columns import Wanted
from placement_opt.registers.csv_rows import read_rows
from placement_opt.registers.postcodes import Postcodes, read_postcodes
from placement_opt.registers.pseudonyms import pseudonyms

GOOD = "id,name\n1,Secretname\n2,Othername\n"
CODEPOINT = "ZZ1 1AA,10,461234,271234,E92000001,E1,E1,E1,E07000900,E05000001\n"


def rows_of(path: Path) -> tuple[list[tuple[int, str]], list[Fault]]:
    faults: list[Fault] = []
    rows = read_rows(path, "person", faults, (Wanted("id", required=True), Wanted("name"), Wanted("extra")))
    return [(row.line, row["name"] + row["extra"]) for row in rows], faults


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        b"\n" + GOOD.encode().replace(b"id", b" ID "),
        GOOD.encode().replace(b"Othername\n", b"Othername,,\n\n"),
    ],
)
def test_ways_to_write_the_same_rows(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    rows, faults = rows_of(tmp_path / "a.csv")
    assert faults == []
    assert [cell for _, cell in rows] == ["Secretname", "Othername"]


def test_gzipped_rows_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(GOOD.encode()))
    assert rows_of(tmp_path / "a.csv.gz") == ([(2, "Secretname"), (3, "Othername")], [])


def test_line_numbers_hold_after_a_cell_of_two_lines(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,name\n1,"a\nb"\n2,c\n')
    assert rows_of(tmp_path / "a.csv")[0][-1] == (4, "c")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04Secretname", "is an Excel workbook or a zip file"),
        (b"\xd0\xcf\x11\xe0Secretname", "is an Excel workbook or a zip file"),
        (GOOD.encode("utf-16"), "is not a text file in UTF-8 or Windows-1252"),
        (b"1,Secretname\n2,Othername\n", "Its first line holds none of the columns of person: id"),
        (b"name\nSecretname\n", "The column is missing from a.csv"),
        (b"id,name,id\n1,Secretname,1\n", "The column appears twice"),
        (b"id,name\n1\n", "The row has 1 cells, the first line 2"),
        (b"id,name\n1,Secretname,Surplus\n", "The row has 3 cells, the first line 2"),
        (b'id,name\n1,"Secretname\n2,Othername\n', "a quotation mark is missing or too many"),
    ],
)
def test_a_broken_file_is_one_fault_that_repeats_no_cell(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    faults = rows_of(tmp_path / "a.csv")[1]
    assert len(faults) == 1
    assert message in str(faults[0])
    assert "Secretname" not in str(faults[0])


def test_many_short_rows_are_summed_up(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n" + "1\n" * 50)
    faults = rows_of(tmp_path / "a.csv")[1]
    assert len(faults) == 21
    assert faults[-1].message.startswith("30 more rows")


@pytest.mark.parametrize("name", ["none.csv", "cut.csv.gz", "bad.csv.gz", ""])
def test_a_file_that_cannot_be_opened_is_a_fault(tmp_path: Path, name: str) -> None:
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(GOOD.encode())[:-12])
    (tmp_path / "bad.csv.gz").write_bytes(GOOD.encode())
    rows, faults = rows_of(tmp_path / name)
    assert (len(rows), len(faults)) == (0, 1)


def postcodes_of(path: Path) -> tuple[Postcodes, list[Fault]]:
    faults: list[Fault] = []
    return read_postcodes(path, faults), faults


@pytest.mark.parametrize("spelling", ["ZZ1 1AA", "zz11aa", " Zz1  1aA "])
def test_spellings_of_a_postcode_are_one(tmp_path: Path, spelling: str) -> None:
    (tmp_path / "cpo.csv").write_text(CODEPOINT)
    found = postcodes_of(tmp_path / "cpo.csv")[0].look_up([spelling, "ZZ9 9ZZ"])
    assert found["easting"].tolist()[0] == 461234
    assert np.isnan(found["easting"].tolist()[1])
    assert found["district"].tolist()[0] == "E07000900"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("ZZ1 1AB,90,461234,271234,E,E,E,E,D,W\n", "no grid reference (quality 90 or 9, blank or zero)"),
        ("ZZ1 1AB,10,0,0,E,E,E,E,D,W\n", "no grid reference (quality 90 or 9, blank or zero)"),
        ("ZZ1 1AB,10,,,E,E,E,E,D,W\n", "no grid reference (quality 90 or 9, blank or zero)"),
        ("zz11aa,10,461235,271234,E,E,E,E,D,W\n", "the postcode appears already"),
        (",10,461234,271234,E,E,E,E,D,W\n", "no postcode"),
    ],
)
def test_postcodes_that_cannot_be_used_are_dropped_at_their_line(tmp_path: Path, row: str, reason: str) -> None:
    (tmp_path / "cpo.csv").write_text(CODEPOINT + row)
    postcodes, faults = postcodes_of(tmp_path / "cpo.csv")
    assert (faults, postcodes.rows_read, len(postcodes.points)) == ([], 2, 1)
    assert [(note.line, note.reason) for note in postcodes.notes] == [(2, reason)]


def test_a_folder_of_postcode_files_is_read_without_its_documents(tmp_path: Path) -> None:
    data, documents = tmp_path / "Data" / "CSV", tmp_path / "Doc"
    data.mkdir(parents=True)
    documents.mkdir()
    (data / "zz.csv").write_text(CODEPOINT)
    (data / "zy.csv.gz").write_bytes(gzip.compress(CODEPOINT.replace("ZZ1", "ZY1").encode()))
    (documents / "headers.csv").write_text("PC,PQ\n")
    postcodes, faults = postcodes_of(tmp_path)
    assert faults == []
    assert sorted(postcodes.points.index) == ["ZY11AA", "ZZ11AA"]


def test_postcode_files_may_have_a_header_or_four_columns(tmp_path: Path) -> None:
    (tmp_path / "cpo.csv").write_text(
        "Postcode,Positional_quality_indicator,Eastings,Northings\nZZ1 1AA,10,1000,2000\n"
    )
    postcodes, faults = postcodes_of(tmp_path / "cpo.csv")
    assert (faults, postcodes.points["northing"].tolist()) == ([], [2000])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("none.csv", None),
        ("a.csv", b""),
        ("a.csv", b"not,postcodes,at,all\n1,2,3,4\n"),
        ("a.csv", b"surname,forename\nSecretname,Sam\n"),
        ("a.csv", b"Postcode,Quality,Easting,Northing\n"),
        ("a.csv", b"PK\x03\x04\x00\xff\xfe"),
        ("a.csv", b'ZZ1 1AA,10,"1\n'),
        ("a.csv.gz", gzip.compress(CODEPOINT.encode() * 99, mtime=0)[:-9]),
        ("a.csv.gz", b"ZZ1 1AA,10,1,1\n"),
    ],
)
def test_a_file_that_is_not_code_point_open_is_one_fault(tmp_path: Path, name: str, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    postcodes, faults = postcodes_of(tmp_path / name)
    assert len(faults) == 1
    assert len(postcodes.points) == 0
    assert "Secretname" not in str(faults[0])


def test_a_folder_without_postcode_files_is_a_fault(tmp_path: Path) -> None:
    assert "The folder holds no CSV files" in str(postcodes_of(tmp_path)[1][0])


def test_ids_depend_on_the_salt_and_hide_the_identity() -> None:
    one, two = pseudonyms(["A1", "A2"], "a salt for tests only"), pseudonyms(["A1", "A2"], "another salt for tests")
    assert len({*one, *two}) == 4
    assert all(name.startswith("P") and len(name) == 13 for name in one)


def test_ids_grow_until_no_two_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("placement_opt.registers.pseudonyms._ID_CHARACTERS", 1)
    monkeypatch.setattr("placement_opt.registers.pseudonyms._ID_STEP", 1)
    names = pseudonyms([f"child {number}" for number in range(40)], "a salt for tests only")
    assert len(set(names)) == 40


def test_an_identity_may_not_repeat() -> None:
    with pytest.raises(ValueError, match="repeats one"):
        pseudonyms(["A1", "A1"], None)
