"""No command writes over what it reads: tables, runs, workbooks, journeys."""

import argparse
from pathlib import Path

import pytest

import placement_opt as po
from placement_opt.cli import main
from placement_opt.cli.writing import check_writable, read_by
from placement_opt.errors import InputError
from placement_opt.examples import tiny
from placement_opt.files import read_problem, write_problem

AT_FAULT = 1


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a run that was made from a workbook beside it, which has the name of a plan's workbook."""
    out = tmp_path / "out"
    out.mkdir()
    write_problem(tiny(), out / "workbook.xlsx")
    plan = po.solve(tiny(), po.crow_fly(tiny())).with_record(origin={"input": "workbook.xlsx"})
    plan.save(out / "run.json")
    return out


@pytest.mark.parametrize("command", ["solve", "report"])
def test_the_workbook_that_is_read_is_not_written_over(
    command: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (book / "workbook.xlsx").read_bytes()
    given = book / ("workbook.xlsx" if command == "solve" else "run.json")
    assert main([command, str(given), "--out", str(book)]) == AT_FAULT
    assert "workbook.xlsx: is read, and would be written over" in capsys.readouterr().err
    assert (book / "workbook.xlsx").read_bytes() == before
    assert not (book / "report.html").exists()


def test_the_run_that_is_explained_is_no_place_for_the_pack(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = book / "run.json"
    before = run.read_bytes()
    assert main(["explain", str(run), "--pupil", "P1", "--panel", str(run)]) == AT_FAULT
    assert "run.json: is read, and would be written over" in capsys.readouterr().err
    assert run.read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        ["scenarios", "{tables}", "--scenarios", "{file}", "--out", "{tables}"],
        ["years", "{tables}", "--out", "{tables}"],
        ["cure", "{tables}", "--out", "{tables}"],
        ["worth", "{run}", "--input", "{tables}", "--out", "{tables}"],
        ["what-if", "{run}", "--input", "{tables}", "--out", "{tables}"],
        ["tables", "{run}", "--input", "{tables}", "--out", "{tables}"],
        ["diff", "{run}", "{other}", "--tables1", "{tables}", "--tables2", "{tables}", "--out", "{tables}"],
    ],
    ids=lambda words: words[0],
)
def test_no_file_that_would_be_taken_for_a_table_is_written_among_the_tables(
    words: list[str], book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = write_problem(tiny(), tmp_path / "tables")
    scenarios, other = tmp_path / "scenarios.toml", tmp_path / "other.json"
    scenarios.write_text(
        '[[scenario]]\nname = "a"\n[[scenario.change]]\ndo = "close"\nprovision_id = "A-base"\n', encoding="utf-8"
    )
    other.write_bytes((book / "run.json").read_bytes())
    named = {"tables": tables, "run": book / "run.json", "file": scenarios, "other": other}
    assert main([word.format(**named) for word in words]) == AT_FAULT
    assert "what is written would be taken for tables" in capsys.readouterr().err
    assert read_problem(tables).fingerprints() == tiny().fingerprints()


def test_every_fault_of_a_folder_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.html").mkdir()
    (tmp_path / "b.xlsx").touch()
    with pytest.raises(InputError) as caught:
        check_writable(tmp_path, "a.html", "b.xlsx", "c.json", read=[tmp_path / "x" / ".." / "b.xlsx"])
    assert [Path(fault.table).name for fault in caught.value.faults] == ["a.html", "b.xlsx"]


def test_what_is_not_read_is_replaced_and_folders_need_not_be_there(tmp_path: Path) -> None:
    (tmp_path / "run.json").touch()
    check_writable(tmp_path, "run.json", "new.csv", read=[tmp_path / "tables"])
    check_writable(tmp_path / "deep" / "er", "run.json")


def test_every_path_of_a_command_is_read_but_those_that_are_written() -> None:
    given = {
        "out": Path("a"),
        "roads_cache": Path("b"),
        "panel": Path("c"),
        "travel": Path("d"),
        "gap": 1,
        "roads": None,
    }
    assert read_by(argparse.Namespace(**given, register=[Path("e"), Path("f")])) == [Path("d"), Path("e"), Path("f")]
