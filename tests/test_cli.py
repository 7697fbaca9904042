"""The command line as its users meet it: what it prints, what it writes, and how it ends."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from placement_opt.cli import main
from placement_opt.examples import tiny
from placement_opt.files import read_problem, write_problem, write_travel
from placement_opt.plan import load_plan
from placement_opt.travel import crow_fly
from tests import lp_cases
from tests.forging import forge
from tests.test_solve import must

FINE, AT_FAULT, WRONG_USE = 0, 1, 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the tiny problem as a folder of CSV files."""
    return write_problem(tiny(), tmp_path / "tables")


@pytest.fixture
def solved(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return the output folder of a solved tiny problem."""
    assert main(["solve", str(folder), "--out", str(tmp_path / "out")]) == FINE
    capsys.readouterr()
    return tmp_path / "out"


def wrong_use(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return int(str(caught.value.code))


def test_help_teaches_the_first_session(capsys: pytest.CaptureFixture[str]) -> None:
    assert wrong_use(["--help"]) == FINE
    text = capsys.readouterr().out
    for command in ("demo", "template", "check", "solve", "compare", "report", "verify"):
        assert f"placement-opt {command}" in text or f"    {command} " in text
    assert "Exit codes" in text


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["solve"], ["solve", "x", "--moves", "some"], ["compare", "one.json"]]
)
def test_wrong_use_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert wrong_use(arguments) == WRONG_USE
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    "option",
    [
        ["--gap", "2"],
        ["--max-moves", "-1"],
        ["--circuity", "0.5"],
        ["--time-limit", "0"],
        ["--seed", "3000000000"],
        ["--mph", "inf"],
    ],
)
def test_a_number_out_of_its_range_is_wrong_use(option: list[str], folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert wrong_use(["solve", str(folder), "--out", str(out), *option]) == WRONG_USE
    assert not out.exists()


def test_solve_prints_the_plan_and_writes_three_files(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["solve", str(folder), "--out", str(tmp_path / "out")]) == FINE
    printed = capsys.readouterr()
    assert "£32,035.03" in printed.out
    assert "proven" in printed.out
    assert "gap 0.0000%" in printed.err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"run.json", "report.html", "workbook.xlsx"}


def test_check_says_what_is_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder)]) == FINE
    printed = capsys.readouterr().out
    assert "3 pupils, 2 settings, 4 provisions with 7 places" in printed
    assert "1 pupil stays where placed now, 2 may be given a place" in printed


def test_faulty_tables_end_with_1_and_write_nothing(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pupils = folder / "pupils.csv"
    pupils.write_text(pupils.read_text(encoding="utf-8").replace("SEMH", "SAD"), encoding="utf-8")
    assert main(["solve", str(folder), "--out", str(tmp_path / "out")]) == AT_FAULT
    assert "pupils, row 4, column need: 'SAD'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_very_many_faults_are_summed_up_by_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = tiny()
    crowd = pd.concat([problem.pupils.head(1)] * 90, ignore_index=True)
    crowd["pupil_id"] = [f"P{row}" for row in range(90)]
    tables = write_problem(problem.replace(pupils=crowd), tmp_path / "tables")
    pupils = pd.read_csv(tables / "pupils.csv", dtype=str).assign(easting="-1.9", northing="52.2")
    pupils.to_csv(tables / "pupils.csv", index=False)
    assert main(["check", str(tables)]) == AT_FAULT
    message = capsys.readouterr().err
    assert "180 faults in the input" in message
    assert "pupils, row 2, column easting: '-1.9' looks like a latitude or longitude" in message
    assert "... and 80 more in pupils, column northing" in message


def test_rules_that_clash_end_with_1_and_write_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, _ = lp_cases.decision()
    tables = write_problem(problem.replace(pair_rules=must(("P1", "A1"), ("P2", "A1"))), tmp_path / "tables")
    assert main(["solve", str(tables), "--out", str(tmp_path / "out")]) == AT_FAULT
    assert "No plan can keep all of these rules" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_missing_input_ends_with_1_without_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "nowhere")]) == AT_FAULT
    message = capsys.readouterr().err
    assert "nowhere" in message
    assert "Traceback" not in message


def test_a_saved_run_verifies(solved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(solved / "run.json")]) == FINE
    assert capsys.readouterr().out


def test_a_saved_run_reads_back_as_the_same_plan(solved: Path, folder: Path) -> None:
    problem = read_problem(folder)
    plan = load_plan(solved / "run.json")
    again = load_plan(plan.save(solved / "again.json"))
    assert again.cost_gbp == plan.cost_gbp == 32_035.03
    for name, table in plan.tables.items():
        assert table.equals(again.tables[name])
    assert plan.record["inputs"] == problem.fingerprints()


def test_an_edited_run_fails_its_verification(solved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = solved / "run.json"
    document = json.loads(run.read_text(encoding="utf-8"))
    table = document["tables"]["placements"]
    for column in ("topup_gbp", "cost_gbp"):
        table["data"][0][table["columns"].index(column)] += 1
    document["cost_gbp"] += 1
    forge(run, document)
    assert main(["verify", str(run)]) == AT_FAULT
    assert "top-up" in capsys.readouterr().err


def test_a_run_whose_total_was_edited_is_refused(solved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = solved / "run.json"
    forge(run, json.loads(run.read_text(encoding="utf-8")) | {"cost_gbp": 30_000})
    assert main(["verify", str(run)]) == AT_FAULT
    assert "its rows add up to 32035.03" in capsys.readouterr().err


def test_tables_that_changed_since_are_refused(solved: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pupils = folder / "pupils.csv"
    pupils.write_text(pupils.read_text(encoding="utf-8").replace("SEMH", "MLD"), encoding="utf-8")
    assert main(["verify", str(solved / "run.json")]) == AT_FAULT
    assert "pupils: The table is not the one that the run was made from" in capsys.readouterr().err


def test_a_run_cut_short_is_refused(solved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = solved / "run.json"
    run.write_text(run.read_text(encoding="utf-8")[:-200], encoding="utf-8")
    assert main(["verify", str(run)]) == AT_FAULT
    assert "damaged" in capsys.readouterr().err


def test_journeys_from_a_file_are_used_and_remembered(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journeys = tmp_path / "journeys.csv"
    write_travel(crow_fly(tiny(), circuity=2.0), journeys)
    out = tmp_path / "out"
    assert main(["solve", str(folder), "--travel", str(journeys), "--out", str(out)]) == FINE
    assert load_plan(out / "run.json").record["travel"]["recipe"]["method"] == "file"
    assert main(["verify", str(out / "run.json")]) == FINE


def test_two_runs_are_held_against_each_other(
    folder: Path, solved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    assert main(["solve", str(folder), "--moves", "all", "--out", str(other)]) == FINE
    capsys.readouterr()
    assert main(["compare", str(solved / "run.json"), str(other / "run.json")]) == FINE
    assert re.search(r"Cost, £ a year", capsys.readouterr().out)


def test_a_run_is_not_compared_with_itself(solved: Path) -> None:
    assert wrong_use(["compare", str(solved / "run.json"), str(solved / "run.json")]) == WRONG_USE


def test_a_file_in_place_of_the_output_folder_is_said_before_solving(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    assert wrong_use(["solve", str(folder), "--out", str(tmp_path / "out")]) == WRONG_USE
    assert "--out names a file" in capsys.readouterr().err
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_runs_on_different_cost_bases_are_not_compared(
    folder: Path, solved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    assert main(["solve", str(folder), "--cost-basis", "average", "--out", str(other)]) == FINE
    assert main(["compare", str(solved / "run.json"), str(other / "run.json")]) == AT_FAULT
    assert "basis" in capsys.readouterr().err


def test_the_report_shows_thresholds_owners_changes_and_what_would_cure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short = tiny()
    provisions = short.provisions.assign(places=[0, 0, 1, 0], overflow_places=0)
    tables = write_problem(short.replace(provisions=provisions), tmp_path / "tables")
    for name in ("first", "second"):
        assert main(["solve", str(tables), "--moves", "all", "--out", str(tmp_path / name)]) == FINE
    thresholds, owners = tmp_path / "thresholds.csv", tmp_path / "owners.csv"
    thresholds.write_text("indicator,green,amber,source,date\nunplaced,0,1,Cabinet paper 12,2026-03-01\n")
    owners.write_text("kind,owner,due\nunplaced,Place planning,2027-01-31\n")
    asked = ["report", str(tmp_path / "second" / "run.json"), "--out", str(tmp_path / "out"), "--cures"]
    more = [
        "--thresholds",
        str(thresholds),
        "--owners",
        str(owners),
        "--previous",
        str(tmp_path / "first" / "run.json"),
    ]
    assert wrong_use([*asked, *more]) == WRONG_USE
    assert "--confidential" in capsys.readouterr().err
    assert main([*asked, *more, "--confidential"]) == FINE
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for words in ("Cabinet paper 12", "Place planning", "2027-01-31", "Changes since the last run", "place more"):
        assert words in page
    book = load_workbook(tmp_path / "out" / "workbook.xlsx")
    assert {"Plan indicators", "Plan actions", "Plan changes", "Plan shortfall"} <= set(book.sheetnames)
    assert any(cell.value == "Cabinet paper 12" for row in book["Plan indicators"].iter_rows() for cell in row)


def test_the_report_is_written_again_from_a_saved_run(solved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (solved / "report.html").unlink()
    assert main(["report", str(solved / "run.json"), "--out", str(solved), "--confidential"]) == FINE
    assert "CONFIDENTIAL" in (solved / "report.html").read_text(encoding="utf-8")


def test_the_template_is_a_workbook(tmp_path: Path) -> None:
    assert main(["template", str(tmp_path / "blank.xlsx")]) == FINE
    assert (tmp_path / "blank.xlsx").exists()
    assert wrong_use(["template", str(tmp_path / "blank.csv")]) == WRONG_USE


def test_the_demo_plans_the_embedded_county(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--out", str(tmp_path / "out"), "--gap", "0.01"]) == FINE
    printed = capsys.readouterr().out
    for wanted in ("cost ", "no plan below", "gap", "pupils unplaced", "transport", "report.html", "workbook.xlsx"):
        assert wanted in printed
    assert main(["verify", str(tmp_path / "out" / "run.json")]) == FINE


def test_a_folder_for_kept_journeys_needs_roads_and_is_no_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = folder / "pupils.csv"
    assert wrong_use(["check", str(folder), "--roads-cache", str(folder)]) == WRONG_USE
    assert "give --roads too" in capsys.readouterr().err
    assert wrong_use(["check", str(folder), "--roads", "a.osm.pbf", "--roads-cache", str(kept)]) == WRONG_USE
    assert "--roads-cache names a file; give a folder" in capsys.readouterr().err


def test_a_folder_in_place_of_a_run_is_told_what_to_give(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tables", str(folder)]) == AT_FAULT
    assert "This is a folder. Give the run.json" in capsys.readouterr().err


def test_how_straight_lines_are_driven_is_no_option_of_other_journeys(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wrong_use(["check", str(folder), "--roads", "a.osm.pbf", "--mph", "30"]) == WRONG_USE
    assert "--circuity and --mph are for straight lines" in capsys.readouterr().err
    assert main(["solve", str(folder), "--mph", "30", "--out", str(tmp_path / "out")]) == FINE
    assert main(["verify", str(tmp_path / "out" / "run.json")]) == FINE
    capsys.readouterr()
    assert wrong_use(["verify", str(tmp_path / "out" / "run.json"), "--mph", "3"]) == WRONG_USE
    assert "The run says how its journeys were made" in capsys.readouterr().err


def test_check_says_where_nobody_can_go_and_which_journeys_cannot_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A spoke without a hub takes nobody, and a home in the sea is a slip of a digit."""
    problem = tiny()
    spoke = problem.provisions.iloc[[0]].assign(provision_id="A-spoke", kind="spoke", kind_label="spoke")
    pupils = problem.pupils
    pupils.loc[0, "easting"] = 46_000
    provisions = pd.concat([problem.provisions, spoke], ignore_index=True)
    tables = write_problem(problem.replace(pupils=pupils, provisions=provisions), tmp_path / "tables")
    assert main(["check", str(tables)]) == 0
    printed = capsys.readouterr().out
    assert "can have one at A-spoke. A spoke needs a hub" in printed
    assert "Journeys, error (placement-opt check-travel says which): Journeys of more than 600 minutes" in printed
