"""The command `routes`: for a saved run and for today's placements, what it prints, what it writes, how it ends."""

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pyogrio
import pytest

from placement_opt.cli import main
from placement_opt.files import read_problem, write_legs, write_problem, write_travel
from placement_opt.legs import straight_legs
from placement_opt.plan import load_plan
from placement_opt.problem import Problem
from placement_opt.route_plan import load_routes
from placement_opt.travel import crow_fly
from placement_opt.verify import check_routes
from tests.route_plans import question
from tests.test_cli import AT_FAULT, FINE, WRONG_USE, wrong_use

WRITTEN = {"routes.json", "route_sheets.xlsx", "routes.gpkg", "routes.html"}
QUICK = ["--seconds", "2"]


def asked() -> Problem:
    """Return three pupils with a place and a right to transport, and vehicles of two operators."""
    problem = question()
    pupils = problem.pupils.assign(current_provision_id=["A-base", "B-special", "B-main"], entitled=True)
    return problem.replace(pupils=pupils)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the question as a folder of CSV files."""
    return write_problem(asked(), tmp_path / "tables")


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_routes_of_today_are_planned_checked_and_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "routes"
    assert main(["routes", str(folder), "--out", str(out), *QUICK]) == FINE
    printed = capsys.readouterr().out
    assert names_in(out) >= WRITTEN
    routes, problem = load_routes(out / "routes.json"), read_problem(folder)
    assert routes.routed_pupils == 3
    assert f"£{routes.cost_gbp:,.2f} a year" in printed
    assert "keep it inside the council" in printed
    check_routes(problem, routes, crow_fly(problem)).raise_if_wrong()
    assert openpyxl.load_workbook(out / "route_sheets.xlsx").sheetnames[1:] == routes.routes["route_id"].tolist()
    assert {str(name) for name, _ in pyogrio.list_layers(out / "routes.gpkg")} == {"routes", "stops", "riders"}
    assert routes.record["origin"] == {"source": "../tables"}


def test_routes_of_a_saved_run_are_those_of_its_plan(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["solve", str(folder), "--out", str(out), "--circuity", "1.5"]) == FINE
    assert main(["routes", str(out), "--out", str(tmp_path / "routes"), *QUICK]) == FINE
    routes = load_routes(tmp_path / "routes" / "routes.json")
    placed = load_plan(out / "run.json").placements.set_index("pupil_id")["setting_id"]
    assert routes.riders.set_index("pupil_id")["setting_id"].to_dict() == placed.to_dict()
    assert routes.record["legs"]["recipe"]["circuity"] == 1.5


def test_vehicles_may_be_filled_in_after_the_places_were_planned(folder: Path, tmp_path: Path) -> None:
    tables = {name: (folder / f"{name}.csv").read_bytes() for name in ("fleet", "layouts")}
    for name in tables:
        (folder / f"{name}.csv").unlink()
    assert main(["solve", str(folder), "--out", str(tmp_path / "plan"), "--quiet"]) == 0
    run = str(tmp_path / "plan" / "run.json")
    assert main(["routes", run, "--seconds", "0.3", "--out", str(tmp_path / "out")]) == 1
    for name, content in tables.items():
        (folder / f"{name}.csv").write_bytes(content)
    assert main(["routes", run, "--seconds", "0.3", "--out", str(tmp_path / "out")]) == 0
    pupils = pd.read_csv(folder / "pupils.csv")
    pupils.assign(year_group=1).to_csv(folder / "pupils.csv", index=False)
    assert main(["routes", run, "--seconds", "0.3", "--out", str(tmp_path / "out")]) == 1


def test_rules_and_seed_are_those_of_the_options(folder: Path, tmp_path: Path) -> None:
    options = ["--together", "mixed", "--afternoon", "solved", "--detour", "none", "--most-pupils", "1"]
    options += ["--arrive-from", "08:20", "--leave-by", "16:00", "--seed", "5"]
    assert main(["routes", str(folder), "--out", str(tmp_path), *QUICK, *options]) == FINE
    routes = load_routes(tmp_path / "routes.json")
    rules = routes.rules
    assert (rules.together, rules.afternoon, rules.detour, rules.most_pupils) == ("mixed", "solved", None, 1)
    assert (rules.arrive_from, rules.arrive_by, rules.leave_by) == ("08:20", "08:50", "16:00")
    assert routes.record["seed"] == 5
    assert (routes.routes["pupils"] == 1).all()


def test_each_operator_gets_a_workbook_of_its_own(folder: Path, tmp_path: Path) -> None:
    """Only the minibus, dear by the day, takes the wheelchair: the others go by taxi."""
    fleet = pd.read_csv(folder / "fleet.csv").assign(operator=["Red/Cabs", "Blue Cars"], gbp_per_day=[400, 1])
    fleet.to_csv(folder / "fleet.csv", index=False)
    pupils = pd.read_csv(folder / "pupils.csv").assign(assistant="no")
    pupils.to_csv(folder / "pupils.csv", index=False)
    assert main(["routes", str(folder), "--out", str(tmp_path / "out"), *QUICK]) == FINE
    routes = load_routes(tmp_path / "out" / "routes.json").routes
    for operator, name in (("Red/Cabs", "Red_Cabs"), ("Blue Cars", "Blue Cars")):
        book = openpyxl.load_workbook(tmp_path / "out" / f"route_sheets {name}.xlsx")
        assert book.sheetnames[1:] == routes.loc[routes["operator"] == operator, "route_id"].tolist()


def test_drives_come_from_a_file_of_a_router(folder: Path, tmp_path: Path) -> None:
    problem = read_problem(folder)
    travel, legs = write_travel(crow_fly(problem), tmp_path / "travel.csv"), tmp_path / "legs.csv"
    write_legs(straight_legs(problem, circuity=2.0), legs)
    arguments = ["routes", str(folder), "--travel", str(travel), "--out", str(tmp_path / "out"), *QUICK]
    assert wrong_use(arguments) == WRONG_USE
    assert main([*arguments, "--legs", str(legs)]) == FINE
    routes = load_routes(tmp_path / "out" / "routes.json")
    assert routes.record["legs"]["source"] == "the file legs.csv"
    check_routes(problem, routes, crow_fly(problem), legs=straight_legs(problem, circuity=2.0)).raise_if_wrong()


def test_drives_that_a_file_lacks_are_counted(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Journeys lead from three homes to two schools: 6 of the drives between 5 points, and 5 from a point to itself."""
    travel = write_travel(crow_fly(read_problem(folder)), tmp_path / "travel.csv")
    assert main(["routes", str(folder), "--legs", str(travel), "--out", str(tmp_path / "out"), *QUICK]) == FINE
    assert "Drives that are not known: 14 of 25 (56%)" in capsys.readouterr().err
    assert (load_routes(tmp_path / "out" / "routes.json").routes["pupils"] == 1).all()


def test_drives_without_straight_lines_ask_for_a_file(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    travel = write_travel(crow_fly(read_problem(folder)), tmp_path / "travel.csv")
    assert wrong_use(["routes", str(folder), "--travel", str(travel), "--out", str(tmp_path / "out")]) == WRONG_USE
    assert "give --legs" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_todays_routes_stand_beside_the_planned_ones(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    today = tmp_path / "today.csv"
    today.write_text(
        "route_id,stop,pupil_id,vehicle\nT1,1,P1,minibus\nT2,1,P2,minibus\nT3,1,P3,taxi\n", encoding="utf-8"
    )
    out = tmp_path / "out"
    assert main(["routes", str(folder), "--today", str(today), "--out", str(out), *QUICK]) == FINE
    printed = capsys.readouterr().out
    assert "change: plan" in printed
    assert "merges" in printed
    page = (out / "routes.html").read_text(encoding="utf-8")
    assert "today" in page
    assert 'id="review"' in page
    assert load_routes(out / "routes.json").routed_pupils == 3


def test_todays_routes_go_where_pupils_are_now_whatever_a_run_plans(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run moves P1 from B to A; the file of today says B, and leaves out the two others."""
    pupils = pd.read_csv(folder / "pupils.csv").assign(current_provision_id=["B-special", "A-base", "B-main"])
    pupils.to_csv(folder / "pupils.csv", index=False)
    out = tmp_path / "out"
    assert main(["solve", str(folder), "--out", str(out)]) == FINE
    assert load_plan(out / "run.json").placements.set_index("pupil_id").loc["P1", "setting_id"] == "A"
    today = tmp_path / "today.csv"
    today.write_text("route_id,stop,pupil_id,vehicle,setting_id\nT1,1,P1,minibus,B\n", encoding="utf-8")
    assert main(["routes", str(out), "--today", str(today), "--out", str(out), *QUICK]) == FINE
    printed = capsys.readouterr().out
    assert "today: Pupils who are owed a vehicle and are on no route of the file: 2." in printed
    riders = load_routes(out / "routes.json").riders
    assert riders.set_index("pupil_id").loc["P1", "setting_id"] == "A"


def test_places_are_chosen_together_with_routes(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is written can be verified again, and what is printed are the places and the routes that were written."""
    out = tmp_path / "out"
    assert main(["routes", str(folder), "--choose-places", "--out", str(out), *QUICK]) == FINE
    printed = capsys.readouterr().out
    assert main(["verify", str(out / "places.json")]) == FINE
    routes, plan = load_routes(out / "routes.json"), load_plan(out / "places.json")
    total_gbp = plan.cost_gbp - plan.placements["transport_gbp"].sum() + routes.cost_gbp
    assert f"{total_gbp:,.2f}" in printed
    assert "chosen together, shared routes" in printed
    chosen = read_problem(out / "places_tables.gpkg")
    check_routes(chosen, routes, crow_fly(chosen), plan=plan).raise_if_wrong()


def test_columns_of_ones_own_reach_the_sheets(folder: Path, tmp_path: Path) -> None:
    arguments = ["routes", str(folder), "--out", str(tmp_path / "out"), *QUICK, "--pupil-column"]
    assert wrong_use([*arguments, "band"]) == WRONG_USE
    assert main([*arguments, "pick_up_at"]) == FINE
    book = openpyxl.load_workbook(tmp_path / "out" / "route_sheets.xlsx")
    assert any(cell.value == "=1 Mill Lane" for sheet in book for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--seconds", "0"], "--seconds is 0"),
        (["--detour", "0.5"], "`detour` is 0.5"),
        (["--detour", "far"], "'far' is no number; use 1 to 10"),
        (["--arrive-from", "08:75"], "`arrive_from` is '08:75'"),
        (["--arrive-by", "8 o'clock"], "`arrive_by`"),
        (["--most-pupils", "0"], "`most_pupils`"),
        (["--input", "tables"], "--input goes with a run"),
        (["--together", "some"], "invalid choice"),
    ],
)
def test_wrong_use_is_said_before_anything_is_planned(
    folder: Path, tmp_path: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wrong_use(["routes", str(folder), "--out", str(tmp_path / "out"), *options]) == WRONG_USE
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_question_without_vehicles_is_at_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("fleet.csv", "layouts.csv"):
        (folder / name).unlink()
    assert main(["routes", str(folder), "--out", str(folder / "out")]) == AT_FAULT
    assert "fleet" in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_a_run_keeps_its_own_policy_for_transport_from_year_12(folder: Path, tmp_path: Path) -> None:
    assert main(["solve", str(folder), "--out", str(tmp_path), "--post16-transport", "none"]) == FINE
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["policy"]["post16_transport"] == "none"
    assert wrong_use(["routes", str(tmp_path / "run.json"), "--post16-transport", "none"]) == WRONG_USE


def test_transport_from_year_12_may_be_left_out_of_todays_routes(folder: Path, tmp_path: Path) -> None:
    pupils = pd.read_csv(folder / "pupils.csv").assign(year_group=[7, 8, 12]).drop(columns="entitled")
    pupils.to_csv(folder / "pupils.csv", index=False)
    owed = []
    for choice in ("as-under-16", "none"):
        arguments = ["routes", str(folder), "--out", str(tmp_path / choice), *QUICK, "--post16-transport", choice]
        assert main(arguments) == FINE
        duties = load_routes(tmp_path / choice / "routes.json").duties.set_index("pupil_id")
        owed.append(bool(duties.loc["P3", "entitled"]))
    assert owed == [True, False]
