"""Project files: what they may say, what is said of faults, and that one command does the whole run again."""

import hashlib
import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from placement_opt.cli import main
from placement_opt.cli.project_example import example_text
from placement_opt.cli.project_file import Project, read_project, with_project_parameters
from placement_opt.cli.project_keys import ORDER, PARAMETERS, PARTS, Form
from placement_opt.errors import InputError
from placement_opt.examples import tiny, tiny_years
from placement_opt.files import read_problem, write_problem, write_travel
from placement_opt.parameters import Parameters
from placement_opt.plan import load_plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.route_rules import RouteRules
from placement_opt.solve import solve
from placement_opt.solve.years import plan_years
from placement_opt.timeline import everyone
from placement_opt.travel import crow_fly
from placement_opt.year_rules import YearRules
from placement_opt.years_plan import load_years_plan
from tests.route_plans import question
from tests.test_cli import AT_FAULT, FINE, wrong_use

QUIET_PAPERS = "[output]\nreport = false\nworkbook = false\n"
SCENARIOS = '[[scenario]]\nname = "base closes"\n[[scenario.change]]\ndo = "close"\nprovision_id = "A-base"\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder with the tiny problem in `tables`."""
    write_problem(tiny(), tmp_path / "tables")
    return tmp_path


def written(home: Path, *parts: str) -> Path:
    """Return a project file of these parts."""
    path = home / "placement.toml"
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


def read(home: Path, *parts: str) -> Project:
    return read_project(written(home, '[input]\ntables = "tables"', *parts))


def faults_of(home: Path, *parts: str) -> str:
    with pytest.raises(InputError) as caught:
        read_project(written(home, *parts))
    return str(caught.value)


def with_everything_used(text: str) -> str:
    """Return the example with the # taken away from every entry and every part."""
    lines = [line[2:] if line.startswith(("# [",)) or is_entry(line) else line for line in text.splitlines()]
    return "\n".join(lines)


def is_entry(line: str) -> bool:
    return line.startswith("# ") and " = " in line and line[2:].partition(" = ")[0].replace("_", "").isalnum()


# -- the example and the description -----------------------------------------------------------------------------------


def test_the_example_is_a_project_file_in_which_everything_is_as_it_is_without(home: Path) -> None:
    (home / "example.toml").write_text(example_text(), encoding="utf-8")
    project = read_project(home / "example.toml")
    assert project.policy == Policy()
    assert project.options == SolveOptions()
    assert set(project.parts) == {"input", "policy", "options", "output"}
    assert project.parts["output"]["folder"] == home / "out"


def test_every_entry_of_the_example_can_be_used_and_is_read_as_it_stands_there(home: Path) -> None:
    text = with_everything_used(example_text())
    document = tomllib.loads(text)
    assert list(document) == list(ORDER)
    for name, part in PARTS.items():
        assert list(document[name]) == [key.name for key in part.keys]
    for key in PARTS["input"].keys:
        if key.form is Form.INPUT:
            (home / document["input"][key.name]).touch()
    for name in ("scenarios.toml", "routes_today.csv", "legs.csv"):
        (home / name).touch()
    text = "\n".join(line for line in text.splitlines() if not line.startswith(("roads", "circuity", "mph")))
    one_year, years = text.partition("[years]")[0], text.partition("[years]")[2].partition("[scenarios]")[0]
    rest = text.partition("[scenarios]")[2]
    papers = re.sub(r"^(report|workbook|confidential_report|statutory_tables) = .*$", "", one_year, flags=re.MULTILINE)
    ahead = read_project(written(home, f"{papers}[years]{years}"))
    assert ahead.year_rules == YearRules(mid_phase_move_gbp=5_000)
    project = read_project(written(home, f"{one_year}[scenarios]{rest}"))
    assert project.rules == RouteRules(most_pupils=8)
    assert project.policy == Policy(max_moves=50, max_minutes=75, authorities=("Exampleshire",))
    assert project.options == SolveOptions(time_limit_s=600, weights={"unplaced": 100_000, "minutes": 1})
    assert project.parts["routes"]["seconds"] == 60


def test_every_choice_of_policy_options_and_routes_is_an_entry() -> None:
    described = {name: {key.name for key in part.keys} for name, part in PARTS.items()}
    assert described["policy"] == {one.name for one in fields(Policy)}
    assert described["options"] == {one.name for one in fields(SolveOptions)}
    assert described["routes"] >= {one.name for one in fields(RouteRules)}
    assert described["years"] == {one.name for one in fields(YearRules)}


def test_the_page_about_the_command_line_shows_the_example_that_init_writes() -> None:
    page = Path(__file__).parents[1] / "docs" / "command_line.md"
    if not page.exists():
        pytest.skip("the pages are not here")
    assert example_text() in page.read_text(encoding="utf-8")


def test_init_writes_the_example_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    assert main(["init", str(path)]) == FINE
    assert path.read_text(encoding="utf-8") == example_text()
    assert wrong_use(["init", str(path)]) == 2
    assert "is there already" in capsys.readouterr().err


# -- faults ------------------------------------------------------------------------------------------------------------


def test_all_faults_are_said_at_once_each_with_its_line(home: Path) -> None:
    said = faults_of(
        home,
        "[input]",
        'tables = "nowhere"',
        "roads = 5",
        "[policy]",
        'moves = "al"',
        "max_moves = -1",
        'colour = "red"',
        "[options]",
        'gap = "small"',
        "[parameters]",
        'days_per_year = "many"',
        "day_per_year = 190",
        "[output]",
        'folder = "../out"',
        "report = 1",
        "[route]",
        "[routes]",
        'arrive_by = "25:99"',
        "seconds = 0",
        "[scenarios]",
        "workers = 0",
    )
    for wanted in (
        "15 faults",
        "row 2, column input.tables: 'nowhere' does not exist. Paths are relative to the project file.",
        "row 3, column input.roads: '5' has to be a path, in quotes",
        "row 5, column policy.moves: 'al' cannot be chosen. Use one of due, flagged, all. Is it meant to be all?",
        "row 6, column policy.max_moves: `max_moves` is -1",
        "row 7, column policy.colour: is not understood. Use moves, ",
        "row 9, column options.gap: 'small' has to be a number",
        "row 11, column parameters.days_per_year: 'many' is not a number",
        "row 12, column parameters.day_per_year: 'day_per_year' is not known",
        "row 14, column output.folder: '../out' leaves the folder of the project file",
        "row 15, column output.report: '1' has to be true or false",
        "row 16, column route: is no part of a project file. Is it meant to be routes?",
        "row 18, column routes.arrive_by: `arrive_by` is '25:99'",
        "row 19, column routes.seconds: '0' is out of range",
        "row 20, column scenarios.file: is missing",
        "row 21, column scenarios.workers: '0' is out of range",
    ):
        assert wanted in said


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ('travel = "t.csv"\nroads = "r.gpkg"', "Both travel and roads are given"),
        ('travel = "t.csv"\nmph = 30', "is for straight lines"),
        ('roads_cache = "kept"', "Give roads too"),
        ("circuity = 0.5", "'0.5' is out of range. Use a number from 1 to 10"),
        ("circuity = true", "'True' has to be a number"),
        ("mph = inf", "'inf' is out of range"),
    ],
)
def test_journeys_come_from_one_place(home: Path, part: str, wanted: str) -> None:
    for name in ("t.csv", "r.gpkg"):
        (home / name).touch()
    assert wanted in faults_of(home, '[input]\ntables = "tables"', part)


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ("input = 3", "column input: '3' is no part. Begin it with the line [input]"),
        ("parameters = 3", "column parameters: '3' is no part"),
        ("[input]", "column input.tables: is missing"),
        ("[input", "The file is no valid TOML"),
        ('[routes]\narrive_from = "09:00"\narrive_by = "08:00"', "`arrive_from` 09:00 is later than `arrive_by` 08:00"),
        ("[options]\nweights = {minutes = 1}", "`weights` holds `unplaced`"),
        ("[policy]\nphase_years = []", "has to be a list of whole numbers"),
        ("[policy]\nphase_years = [7, 99]", "use a tuple of year groups"),
        ('[parameters]\ndays_per_year = {value = 190, sauce = "x"}', "Write a number, or {value = "),
        ("[options]\nthreads = true", "'True' has to be a whole number"),
    ],
)
def test_what_cannot_be_is_said(home: Path, part: str, wanted: str) -> None:
    assert wanted in faults_of(home, part)


def test_times_of_day_are_judged_by_each_other_and_not_by_what_is_usual(home: Path) -> None:
    rules = read(home, '[routes]\narrive_from = "09:00"\narrive_by = "09:30"').rules
    assert (rules.arrive_from, rules.arrive_by) == ("09:00", "09:30")


def test_a_file_that_is_not_there_is_told_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(tmp_path / "placement.toml")]) == AT_FAULT
    assert "`placement-opt init` writes an example" in capsys.readouterr().err
    assert main(["run", str(tmp_path)]) == AT_FAULT
    assert "This is a folder" in capsys.readouterr().err


def test_inputs_may_lie_outside_the_folder_and_this_is_said(home: Path) -> None:
    inner = home / "inner"
    inner.mkdir()
    project = read_project(written(inner, '[input]\ntables = "../tables"'))
    assert project.parts["input"]["tables"] == inner / "../tables"
    assert "input.tables: ../tables lies outside the folder of the project file" in project.notes[0]


# -- the run -----------------------------------------------------------------------------------------------------------


def test_a_run_does_what_the_file_says_and_keeps_the_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(
        home,
        '[input]\ntables = "tables"\nmph = 20',
        '[policy]\nmoves = "all"\ncost_basis = "average"',
        "[options]\ngap = 0",
        '[parameters]\ndays_per_year = {value = 195, year = "2026", source = "our calendar"}',
        QUIET_PAPERS,
    )
    assert main(["run", str(path)]) == FINE
    plan = load_plan(home / "out" / "run.json")
    problem = with_project_parameters(read_problem(home / "tables"), path.read_text(encoding="utf-8"))
    assert problem.parameters.source_of("days_per_year") == ("2026", "our calendar")
    expected = solve(
        problem.replace(
            parameters=Parameters(days_per_year=195, provenance={"days_per_year": ("2026", "our calendar")})
        ),
        crow_fly(problem, miles_per_hour=20),
        policy=Policy(moves="all", cost_basis="average"),
        options=SolveOptions(gap=0),
    )
    assert (plan.cost_gbp, plan.placements.to_dict()) == (expected.cost_gbp, expected.placements.to_dict())
    assert plan.policy == expected.policy
    origin = plan.record["origin"]
    assert origin["project"] == "../placement.toml"
    assert origin["project_text"] == path.read_text(encoding="utf-8")
    assert origin["project_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert {one.name for one in (home / "out").iterdir()} == {"run.json"}
    capsys.readouterr()
    assert main(["verify", str(home / "out" / "run.json")]) == FINE, "the parameters of the file are remembered"


def test_the_parameters_of_the_file_win_over_those_of_the_tables_and_keep_the_others() -> None:
    of_tables = Parameters(days_per_year=180, pass_gbp=700, provenance={"pass_gbp": ("2025", "our passes")})
    changed = with_project_parameters(tiny().replace(parameters=of_tables), "[parameters]\ndays_per_year = 195")
    assert (changed.parameters.days_per_year, changed.parameters.pass_gbp) == (195, 700)
    assert changed.parameters.source_of("pass_gbp") == ("2025", "our passes")
    assert changed.parameters.source_of("days_per_year") == ("", "given by the user")


def test_the_same_file_twice_is_the_same_plan(home: Path) -> None:
    path = written(home, '[input]\ntables = "tables"', QUIET_PAPERS)
    documents = []
    for _ in range(2):
        assert main(["run", str(path), "--quiet"]) == FINE
        documents.append(json.loads((home / "out" / "run.json").read_text(encoding="utf-8")))
    for document in documents:
        for name in ("seconds", "stages"):
            document["record"].pop(name)
        document.pop("sha256")
        document["record"].pop("solver", None)
    assert documents[0] == documents[1]


def test_scenarios_routes_and_papers_come_where_they_are_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = question()
    pupils = problem.pupils.assign(current_provision_id=["A-base", "B-special", "B-main"], entitled=True)
    write_problem(problem.replace(pupils=pupils), tmp_path / "tables")
    write_travel(crow_fly(problem), tmp_path / "journeys.csv")
    (tmp_path / "scenarios.toml").write_text(SCENARIOS, encoding="utf-8")
    path = written(
        tmp_path,
        '[input]\ntables = "tables"',
        '[output]\nfolder = "done"\nreport = false\nworkbook = false\nstatutory_tables = true',
        '[scenarios]\nfile = "scenarios.toml"',
        "[routes]\nseconds = 1",
    )
    assert main(["run", str(path), "--json"]) == FINE
    document = json.loads(capsys.readouterr().out)
    assert {row["scenario"] for row in document["answer"]["scenarios"]["scenarios"]} >= {"plan", "base closes"}
    assert document["answer"]["routes"]["routed_pupils"] == 3
    names = {one.name for one in (tmp_path / "done").iterdir()}
    assert names >= {"run.json", "statutory", "scenarios.csv", "routes.json", "routes.html"}
    assert not names & {"report.html", "workbook.xlsx"}


def test_no_part_is_left_out_of_the_order() -> None:
    assert {*PARTS, PARAMETERS} == set(ORDER)


# -- several years -----------------------------------------------------------------------------------------------------


def test_years_are_planned_as_the_file_says_and_the_file_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_problem(tiny_years(), tmp_path / "tables")
    path = written(
        tmp_path,
        '[input]\ntables = "tables"',
        "[parameters]\ndays_per_year = 195",
        "[years]\ndiscount_rate = 0.035\ncount_capital = true\nmid_phase_move_gbp = 100",
    )
    assert main(["run", str(path)]) == FINE
    plan = load_years_plan(tmp_path / "out" / "years.json")
    assert plan.rules == YearRules(100, discount_rate=0.035, count_capital=True)
    assert plan.record["origin"]["project_text"] == path.read_text(encoding="utf-8")
    problem = tiny_years().replace(parameters=Parameters(days_per_year=195))
    expected = plan_years(problem, crow_fly(everyone(problem)), rules=plan.rules)
    assert plan.costs().equals(expected.costs())
    assert not {"run.json", "report.html", "workbook.xlsx"} & {one.name for one in (tmp_path / "out").iterdir()}


def test_what_is_of_one_year_does_not_stand_beside_years(home: Path) -> None:
    (home / "scenarios.toml").touch()
    said = faults_of(
        home,
        '[input]\ntables = "tables"',
        "[output]\nreport = true\nworkbook = false",
        "[years]\nlast_year_group = 99\ncount_capital = 1",
        '[scenarios]\nfile = "scenarios.toml"',
        "[routes]",
    )
    for wanted in (
        "row 4, column output.report: is a paper of one year, and years plans several",
        "row 7, column years.last_year_group: `last_year_group` is 99",
        "row 8, column years.count_capital: '1' has to be true or false",
        "row 9, column scenarios: is of one year, and years plans several",
        "row 11, column routes: is of one year",
    ):
        assert wanted in said
    assert "output.workbook" not in said


def test_a_plan_is_not_written_among_the_tables(home: Path) -> None:
    said = faults_of(home, '[input]\ntables = "tables"', '[output]\nfolder = "tables"')
    assert "column output.folder: is the folder of the tables. Name another one." in said
