"""Scenario files, the command that solves them, and what it writes."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from placement_opt.cli import main
from placement_opt.errors import InputError
from placement_opt.examples import tiny
from placement_opt.files import write_problem
from placement_opt.harmless import unguarded
from placement_opt.policy import Policy
from placement_opt.report.scenario_files import write_scenarios
from placement_opt.scenarios.change import Scenario
from placement_opt.scenarios.scenario_files import read_scenarios
from placement_opt.scenarios.scenario_set import solve_scenarios
from placement_opt.scenarios.verbs import close, reprice, set_policy
from placement_opt.travel import crow_fly

FINE, AT_FAULT, WRONG_USE = 0, 1, 2

GOOD = """
# every verb that a file can use
[[scenario]]
name = "all of it"
note = "for the record"

[[scenario.change]]
do = "add places"
provision_id = "A-main"
places = 2

[[scenario.change]]
do = "expand"
provision_id = "B-special"
places = 4
yearly_gbp = 90000
capital_gbp = 250_000.0

[[scenario.change]]
do = "cap"
kind = "SEN unit"
places = 1

[[scenario.change]]
do = "reprice"
kind = "special"
percent = 5

[[scenario.change]]
do = "policy"
moves = "all"
phase_years = [0, 7]

[[scenario.change]]
do = "honour requests"

[[scenario]]
name = "no base"
[[scenario.change]]
do = "close"
provision_id = "A-base"
"""

BAD = """
scenarios = 3

[[scenario]]
name = "one"
why = "?"
[[scenario.change]]
do = "clsoe"
provision_id = "A-base"
[[scenario.change]]
do = "close"
provision = "A-base"
[[scenario.change]]
do = "raise mainstream"
points = 0

[[scenario]]
note = "no name, no change"

[[scenario]]
name = "two"
change = ["close"]

[[scenario]]
name = "three"
[[scenario.change]]
do = "honour requests"
all = true

[[scenario]]
name = "three"
[[scenario.change]]
do = "honour requests"
"""

EXPECTED_FAULTS = [
    ("", "scenarios", "is not understood here. Every scenario begins with the line [[scenario]]."),
    ("scenario 1", "why", "is not understood. Use name, note, change."),
    ("scenario 1, change 1", "do", "is nothing that can be done. Is it meant to be close?"),
    ("scenario 1, change 2", "provision", "is not understood here. Use provision_id, year."),
    ("scenario 1, change 2", "provision_id", "is missing. Add it."),
    ("scenario 1, change 3", "raise mainstream", "`points` is 0; use percentage points above 0 and at most 100."),
    ("scenario 2", "name", "The scenario has no name. Give it one, in quotes."),
    ("scenario 2", "change", "The scenario has no change. Begin each with the line [[scenario.change]]."),
    ("scenario 3, change 1", "change", "is no change. Begin each with the line [[scenario.change]]."),
    ("scenario 4, change 1", "all", "is not understood here. It takes nothing else."),
]


def written(folder: Path, text: str) -> Path:
    path = folder / "scenarios.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_what_a_script_would(tmp_path: Path) -> None:
    first, second = read_scenarios(written(tmp_path, GOOD))
    assert first.note == "for the record"
    assert [change.describe() for change in first.changes] == [
        "add 2 places to A-main",
        "offer B-special 4 more places for £90,000 a year and £250,000 once",
        "at most 1 places at all of kind hub",
        "price of all of kind special by +5 %",
        "policy: moves = all, phase_years = [0, 7]",
        "honour all requests",
    ]
    assert second.apply(tiny()) == Scenario("no base", [close("A-base")]).apply(tiny())
    assert first.apply(tiny())[1] == Policy(moves="all", phase_years=(0, 7), requests="hard")


def test_all_faults_of_a_file_are_told_at_once_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_scenarios(written(tmp_path, BAD))
    faults = caught.value.faults
    assert [(fault.row, fault.column, fault.message) for fault in faults] == EXPECTED_FAULTS
    assert {fault.table for fault in faults} == {"scenarios.toml"}


def test_names_that_repeat_are_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'no base' is the name of more than one scenario"):
        read_scenarios(written(tmp_path, GOOD.replace("all of it", "no base")))


@pytest.mark.parametrize(
    ("text", "message"),
    [("name = ", "The file is no TOML"), ("", "There is no scenario"), ("scenario = 3", "There is no")],
)
def test_what_is_no_scenario_file_is_said(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_scenarios(written(tmp_path, text))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="The file does not exist"):
        read_scenarios(tmp_path / "nothing.toml")


def test_the_written_table_and_workbook_hold_what_the_set_says(tmp_path: Path) -> None:
    problem = tiny()
    scenarios = [Scenario("dearer", [reprice(percent=10, kind="special")]), Scenario("=no base", [close("A-base")])]
    answers = solve_scenarios(problem, crow_fly(problem), scenarios)
    table, book = write_scenarios(tmp_path / "new", answers)
    read = pd.read_csv(table, index_col="scenario")
    assert read["cost_gbp"].rename(unguarded).to_dict() == answers.table["cost_gbp"].to_dict()
    assert read["placed"].tolist() == answers.table["placed"].tolist()
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["Scenarios", "Change from plan", "Change from today", "Changes", "Effects"]
    rows = {row[0]: row[1:] for row in sheets["Scenarios"].iter_rows(values_only=True)}
    assert rows["Figure"] == ("today", "plan", "dearer", "=no base")
    assert rows["Cost, £ a year"] == tuple(answers.table["cost_gbp"])
    assert rows["Pupils with a place"] == tuple(answers.table["placed"])
    assert rows["How it ended"] == ("baseline", "optimal", "optimal", "optimal")
    assert sheets["Scenarios"]["E1"].data_type == "s"
    change = {row[0]: row[1:] for row in sheets["Change from plan"].iter_rows(values_only=True)}
    assert change["Cost, £ a year"][1] == pytest.approx(1_600)


def test_a_set_on_several_cost_bases_is_written_without_changes(tmp_path: Path) -> None:
    answers = solve_scenarios(tiny(), crow_fly(tiny()), [Scenario("full", [set_policy(cost_basis="full")])])
    _, book = write_scenarios(tmp_path, answers)
    assert openpyxl.load_workbook(book).sheetnames == ["Scenarios", "Changes", "Effects"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_command_solves_a_file_and_writes_it_side_by_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], workers: str
) -> None:
    tables, out = write_problem(tiny(), tmp_path / "tables"), tmp_path / "out"
    file = written(tmp_path, GOOD)
    arguments = ["scenarios", str(tables), "--scenarios", str(file), "--out", str(out), "--workers", workers]
    assert main(arguments) == FINE
    printed = capsys.readouterr()
    assert "no base    optimal, £32,035.03" in printed.out
    assert "3 done" in printed.err
    assert {path.name for path in out.iterdir()} == {"scenarios.csv", "scenarios.xlsx"}


def test_a_faulty_file_ends_with_1_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables, out = write_problem(tiny(), tmp_path / "tables"), tmp_path / "out"
    for text, message in (
        (BAD, "'clsoe' is nothing that can be done"),
        (GOOD.replace("A-base", "A-bse"), "'A-bse' is not"),
    ):
        file = written(tmp_path, text)
        assert main(["scenarios", str(tables), "--scenarios", str(file), "--out", str(out)]) == AT_FAULT
        assert message in capsys.readouterr().err
        assert not out.exists()


@pytest.mark.parametrize("option", [["--workers", "0"], ["--workers", "two"], []])
def test_wrong_options_are_wrong_use(tmp_path: Path, option: list[str]) -> None:
    arguments = ["scenarios", str(tmp_path), *(["--scenarios", "x.toml"] if option else []), *option]
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == WRONG_USE
