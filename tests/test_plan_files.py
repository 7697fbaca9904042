"""Statutory tables as files: everything inside the council, and in what is shared nothing that gives a child away."""

from functools import cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from placement_opt.cli import main
from placement_opt.compare import compare
from placement_opt.examples import exampleshire, tiny
from placement_opt.files import write_problem, write_travel
from placement_opt.plan import Plan, load_plan
from placement_opt.problem import Problem
from placement_opt.report import write_tables
from placement_opt.report.published import count_pupils
from placement_opt.report.shared_tables import shared_tables
from placement_opt.solve import baseline
from placement_opt.statutory import StatutoryTables, statutory_tables
from placement_opt.suppression import Mark
from placement_opt.travel import TravelMatrix, crow_fly
from tests.attack import single_valued
from tests.made_plans import made_plans

FINE, AT_FAULT, WRONG_USE = 0, 1, 2


@cache
def made() -> tuple[Plan, Problem, StatutoryTables, dict[str, pd.DataFrame]]:
    """Return a plan of 100 pupils, most groups of which are small, with its tables, whole and to be shared."""
    plans, problem, _ = made_plans()
    statutory = statutory_tables(problem, plans["plan"])
    return plans["plan"], problem, statutory, dict(shared_tables(problem, plans, plans["plan"], statutory).tables)


def test_nothing_hidden_in_shared_tables_can_be_worked_out() -> None:
    plan, problem, statutory, shared = made()
    ledger = count_pupils(compare({"plan": plan}), problem, {"plan": statutory})
    counts, sums, marks = ledger.counts, ledger.sums, ledger.protection().marks
    hidden = [key for key, mark in marks.items() if mark is not Mark.SHOWN]
    assert hidden
    assert all(marks[key] is not Mark.SHOWN for key, count in counts.items() if 0 < count < 5)
    assert set(single_valued(counts, marks, sums, ledger.most)) <= ledger.unseen
    for table in shared.values():
        for column in {"pupils", "placed", "unplaced", "placed_in_locality"} & set(table.columns):
            assert not any(0 < value < 5 for value in table[column] if not isinstance(value, str))


def test_amounts_of_small_groups_are_hidden_and_so_is_the_next() -> None:
    shared = made()[3]
    for name, pupils in (("categories", "pupils"), ("localities", "placed")):
        table = shared[name]
        small = table[pupils].map(lambda value: isinstance(value, str))
        assert (table.loc[small, "gbp"] == "withheld").all()
        assert (table["gbp"] == "withheld").sum() != 1


def test_shared_figures_that_are_shown_are_those_of_the_plan() -> None:
    problem = exampleshire()
    today = baseline(problem, crow_fly(problem))
    statutory = statutory_tables(problem, today)
    shared = shared_tables(problem, {"today": today}, today, statutory).tables
    for name in ("categories_by_age", "categories_by_need", "place_use", "place_use_by_category"):
        whole = statutory.table(name)
        if "age_group" in whole or "need" in whole:
            group = "age_group" if "age_group" in whole else "need"
            whole = whole[whole[group] != "(not per pupil)"].reset_index(drop=True)
        pairs = list(zip(shared[name]["pupils"], whole["pupils"], strict=True))
        assert all(one == other for one, other in pairs if not isinstance(one, str))
        assert any(not isinstance(one, str) for one, _ in pairs)


def _texts(folder: Path) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in folder.iterdir() if file.suffix != ".gpkg")


def test_shared_files_hold_no_pupil_and_no_home(tmp_path: Path) -> None:
    plans, problem, _ = made_plans()
    folder = write_tables(tmp_path / "out", problem, plans["plan"])
    assert "placements.csv" not in {file.name for file in folder.iterdir()}
    assert not any(ident in _texts(folder) for ident in problem.pupils["pupil_id"])
    assert gpd.list_layers(folder / "plan.gpkg")["name"].tolist() == ["places"]
    places = gpd.read_file(folder / "plan.gpkg", layer="places")
    assert places.crs.to_epsg() == 27700
    at = problem.settings.set_index("setting_id").loc[places["setting_id"]]
    assert places.geometry.x.tolist() == at["easting"].tolist()
    assert not ((places["pupils"] > 0) & (places["pupils"] < 5)).any()


def test_confidential_files_hold_the_plan_without_ids_and_with_rounded_homes(tmp_path: Path) -> None:
    plans, problem, _ = made_plans()
    plan = plans["plan"]
    folder = write_tables(tmp_path / "out", problem, plan, confidential=True)
    assert not any(ident in _texts(folder) for ident in problem.pupils["pupil_id"])
    placements = pd.read_csv(folder / "placements.csv")
    assert placements["count"].sum() == plan.placed_pupils
    assert placements["cost_gbp"].sum() == pytest.approx(plan.placements["cost_gbp"].sum())
    assert (placements["easting"] % 1_000 == 500).all()
    assert (placements["easting"] - plan.placements["easting"]).abs().max() <= 500
    lines = gpd.read_file(folder / "plan.gpkg", layer="placements")
    assert len(lines) == len(placements)
    assert [line.coords[-1] for line in lines.geometry] == list(
        zip(placements["setting_easting"], placements["setting_northing"], strict=True)
    )
    unplaced = gpd.read_file(folder / "plan.gpkg", layer="unplaced")
    assert unplaced["count"].sum() == plan.unplaced_pupils
    assert pd.read_csv(folder / "needs_assessment.csv")["demand"].sum() == 100
    assert "CONFIDENTIAL" in (folder / "notes.txt").read_text(encoding="utf-8")


def test_ids_are_written_only_when_asked_for(tmp_path: Path) -> None:
    plans, problem, _ = made_plans()
    folder = write_tables(tmp_path, problem, plans["plan"], confidential=True, pupil_ids=True, home_square_m=250)
    placements = pd.read_csv(folder / "placements.csv")
    assert placements["pupil_id"].tolist() == plans["plan"].placements["pupil_id"].tolist()
    assert (placements["easting"] % 250 == 125).all()
    with pytest.raises(ValueError, match="needs `confidential`"):
        write_tables(tmp_path, problem, plans["plan"], pupil_ids=True)
    with pytest.raises(ValueError, match="home_square_m"):
        write_tables(tmp_path, problem, plans["plan"], home_square_m=0)


# -- the command line --------------------------------------------------------------------------------------------------


@pytest.fixture
def run_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return the saved run of the tiny problem."""
    folder = write_problem(tiny(), tmp_path / "tables")
    assert main(["solve", str(folder), "--out", str(tmp_path / "out")]) == FINE
    capsys.readouterr()
    return tmp_path / "out" / "run.json"


def test_tables_of_a_run_are_written(run_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "returns"
    assert main(["tables", str(run_file), "--out", str(out), "--confidential"]) == FINE
    assert "tables    " in capsys.readouterr().out
    by_age = pd.read_csv(out / "categories_by_age.csv")
    assert by_age["gbp"].sum() == pytest.approx(load_plan(run_file).cost_gbp)
    assert main(["tables", str(run_file), "--out", str(out), "--confidential", "--today"]) == FINE
    assert pd.read_csv(out / "categories_by_age.csv").query("category == 'NONE'")["pupils"].sum() == 2


def test_a_rate_of_ones_own_is_used(run_file: Path, tmp_path: Path) -> None:
    rate = ["--national-share", "0.5", "--national-year", "2024", "--national-source", "a test", "--all-pupils", "10"]
    assert main(["tables", str(run_file), "--out", str(tmp_path / "o"), "--confidential", *rate]) == FINE
    row = pd.read_csv(tmp_path / "o" / "special_share.csv").iloc[0]
    assert (row["expected_pupils"], row["difference_pupils"], row["national_source"]) == (5.0, -4.0, "a test")


@pytest.mark.parametrize(
    "options",
    [
        ["--pupil-ids"],
        ["--national-share", "0.5"],
        ["--national-share", "5", "--national-year", "1", "--national-source", "x"],
        ["--all-pupils", "0"],
    ],
)
def test_wrong_use_of_tables_ends_with_2(run_file: Path, tmp_path: Path, options: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["tables", str(run_file), "--out", str(tmp_path / "o"), *options])
    assert caught.value.code == WRONG_USE


def test_journeys_are_checked_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_problem(tiny(), tmp_path / "tables")
    assert main(["check-travel", str(folder)]) == FINE
    assert "0 errors, 0 warnings" in capsys.readouterr().out
    good = crow_fly(tiny())
    minutes = good.minutes.copy()
    minutes[2, 0] = 0
    path = write_travel(TravelMatrix(good.pupil_ids, good.setting_ids, minutes, good.miles), tmp_path / "t.csv")
    assert main(["check-travel", str(folder), "--travel", str(path)]) == AT_FAULT
    said = capsys.readouterr()
    assert "1 error, 0 warnings" in said.out
    assert "A journey of zero joins different places" in said.err
    assert main(["check", str(folder), "--travel", str(path)]) == AT_FAULT
