"""`--json`, `--quiet` and `--verbose`: one document and nothing else on standard output, whatever happens."""

import json
from pathlib import Path
from typing import Any

import pytest

import placement_opt as po
from placement_opt.cli import COMMANDS, main
from placement_opt.files import write_problem
from tests.test_cli import AT_FAULT, FINE, WRONG_USE, wrong_use

KEYS = {"placement_opt", "command", "exit_code", "holds_pupils", "answer", "error", "files"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the tables of the tiny problem and a run of it that was written without papers."""
    folder = tmp_path_factory.mktemp("json")
    problem = po.examples.tiny()
    write_problem(problem, folder / "tables")
    plan = po.solve(problem, po.crow_fly(problem)).with_record(origin={"input": "tables"})
    plan.save(folder / "run.json")
    other = po.solve(problem, po.crow_fly(problem), policy=po.Policy(moves="all"))
    other.with_record(origin={"input": "tables"}).save(folder / "other.json")
    return folder


def document(capsys: pytest.CaptureFixture[str], command: str) -> dict[str, Any]:
    """Return what was printed, which has to be one document that says whose it is."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found.keys() == KEYS
    assert found["command"] == command
    return found


def answered(home: Path, capsys: pytest.CaptureFixture[str], command: str, *arguments: str) -> dict[str, Any]:
    words = [str(home / word) if word and (home / word).exists() else word for word in arguments]
    assert main([command, *words, "--json"]) == FINE
    found = document(capsys, command)
    assert (found["exit_code"], found["error"]) == (0, None)
    return found


def plan_of(home: Path) -> po.Plan:
    return po.load_plan(home / "run.json")


def test_check_tells_what_there_is(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = answered(home, capsys, "check", "tables")["answer"]
    pairs = po.candidate_pairs(po.examples.tiny(), po.crow_fly(po.examples.tiny()))
    assert (answer["pupils"], answer["provisions"], answer["places"], answer["pairs"]) == (3, 4, 7, len(pairs))
    assert answer["pupils_who_stay"] + answer["pupils_who_may_move"] == 3


def test_verify_tells_checks_bound_and_figures_to_the_penny(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer, plan = answered(home, capsys, "verify", "run.json")["answer"], plan_of(home)
    assert answer["is_right"] is True
    assert len(answer["checks"]) > 50
    assert (answer["plan"]["cost_gbp"], answer["plan"]["bound_gbp"]) == (plan.cost_gbp, plan.bound_gbp)
    assert sum(answer["plan"]["gbp_by_payer"].values()) == pytest.approx(plan.cost_gbp)
    assert sum(answer["plan"]["pupils_by_kind"].values()) == plan.placed_pupils


def test_compare_tells_each_figure_of_each_run(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = answered(home, capsys, "compare", "run.json", "other.json")["answer"]
    figures = {row["figure"]: row for row in answer["headline"]}
    assert answer["reference"] == str(home / "run.json")
    assert figures["cost_gbp"][str(home / "other.json")] == po.load_plan(home / "other.json").cost_gbp


def test_diff_names_pupils_only_where_asked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short = answered(home, capsys, "diff", "run.json", "other.json")
    assert not short["holds_pupils"]
    assert "P1" not in json.dumps(short)
    assert sum(row["pupils"] for row in short["answer"]["counts"]) == 3
    long = answered(home, capsys, "diff", "run.json", "other.json", "--ids")
    assert long["holds_pupils"]
    assert {row["pupil_id"] for row in long["answer"]["places"]} == {"P1", "P2", "P3"}


def test_fairness_hides_small_groups_as_the_text_does(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(home, capsys, "fairness", "run.json")
    assert not found["holds_pupils"]
    assert {row["pupils"] for row in found["answer"]["groups"]} == {"under 5"}
    assert answered(home, capsys, "fairness", "run.json", "--suppress-below", "1")["holds_pupils"]


def test_explain_says_that_it_is_about_pupils(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(home, capsys, "explain", "run.json", "--pupil", "P1")
    (pupil,) = found["answer"]["pupils"]
    assert found["holds_pupils"]
    assert pupil["pupil_id"] == "P1"
    assert {row["provision_id"] for row in pupil["provisions"]} == {"A-main", "A-base", "B-main", "B-special"}
    letter = answered(home, capsys, "explain", "run.json", "--pupil", "P1", "--letter")["answer"]["pupils"][0]
    assert letter == {"pupil_id": "P1", "letter": pupil["letter"]}


def test_worth_and_cure_tell_tables_without_pupils(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    worth = answered(home, capsys, "worth", "run.json", "--steps", "2", "--by", "")
    assert {row["provision_id"] for row in worth["answer"]["provisions"]} == {"A-main", "A-base", "B-main", "B-special"}
    cure = answered(home, capsys, "cure", "tables")
    assert cure["answer"]["unplaced_before"] == 0
    assert {row["words"] for row in cure["answer"]["sets"]} == {"nothing has to be changed"}
    for found in (worth, cure):
        assert not found["holds_pupils"]
        assert not any(pupil in json.dumps(found) for pupil in ("P1", "P2", "P3"))


def test_files_are_listed_with_who_may_see_them(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(home, capsys, "what-if", "run.json", "--times", "2", "--out", str(tmp_path))
    files = {Path(entry["path"]).name: entry["note"] for entry in found["files"]}
    assert files["what_if_placements.csv"].startswith("CONFIDENTIAL")
    assert set(files) == {path.name for path in tmp_path.iterdir()}


# -- the commands two-ways and what-if ---------------------------------------------------------------------------------


def test_two_ways_tells_what_the_function_tells(home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines = tmp_path / "lines.csv"
    lines.write_text("line,payer,gbp,source\nhoist,health,4000,quotation\n", encoding="utf-8")
    words = ["run.json", "--pupil", "P1", "--first", "A-base", "--second", "B-special", "--first-lines", str(lines)]
    answer = answered(home, capsys, "two-ways", *words)["answer"]
    figures = {row["figure"]: row["marginal"] for row in answer["figures"]}
    assert answer["years"] == 5
    assert figures["total_gbp"] == {
        "A-base": 39_000.0,
        "B-special": 125_712.85,
        "difference": 86_712.85,
    }  # docs/two_ways


@pytest.mark.parametrize(
    ("words", "code", "wanted"),
    [
        (["--second", "A-base"], WRONG_USE, "Both places are 'A-base'"),
        (["--second", "nowhere"], AT_FAULT, "is not in the table"),
        (["--second", "B-special", "--years", "0"], WRONG_USE, "`years` is 0"),
        (["--second", "B-special", "--first-lines", "tables/pupils.csv"], AT_FAULT, "lines of A-base"),
    ],
)
def test_two_ways_that_cannot_be_are_said(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, wanted: str
) -> None:
    given = [str(home / word) if word.endswith(".csv") else word for word in words]
    command = ["two-ways", str(home / "run.json"), "--pupil", "P1", "--first", "A-base", *given]
    assert (wrong_use(command) if code == WRONG_USE else main(command)) == code
    assert wanted in capsys.readouterr().err


def test_what_if_tells_what_the_function_tells(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = answered(home, capsys, "what-if", "run.json", "--price", "mainstream=0.9", "--price", "mainstream=2")[
        "answer"
    ]
    held = po.what_if(
        po.examples.tiny(), po.crow_fly(po.examples.tiny()), plan_of(home), times=(), prices={"mainstream": (0.9, 2.0)}
    )
    assert answer["robust_pupils"] == held.robust_pupils == 2
    assert [row["case"] for row in answer["cases"]] == list(held.cases.index)
    assert [row["keeping_costs_gbp"] for row in answer["cases"]] == held.cases["keeping_costs_gbp"].tolist()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["--price", "special"], "--price is KIND=FACTOR"),
        (["--price", "castle=2"], "`prices` names castle"),
        (["--times", "20"], "use a number from 0.1 to 10"),
        (["--by", "name"], "use one of need, kind, year_group, locality"),
    ],
)
def test_a_case_that_cannot_be_is_wrong_use(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], wanted: str
) -> None:
    assert wrong_use(["what-if", str(home / "run.json"), *words]) == WRONG_USE
    assert wanted in capsys.readouterr().err


# -- faults and how much is said ---------------------------------------------------------------------------------------


def test_faults_are_a_document_too_and_text_beside_it(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = write_problem(po.examples.tiny(), tmp_path / "tables")
    pupils = (tables / "pupils.csv").read_text(encoding="utf-8")
    (tables / "pupils.csv").write_text(pupils.replace("SEMH", "SAD"), encoding="utf-8")
    assert main(["solve", str(tables), "--out", str(tmp_path / "out"), "--json"]) == AT_FAULT
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert (found["exit_code"], found["answer"], found["holds_pupils"]) == (AT_FAULT, None, True)
    assert found["error"]["kind"] == "input"
    (fault,) = found["error"]["faults"]
    assert (fault["table"], fault["column"], fault["row"], fault["value"]) == ("pupils", "need", "4", "SAD")
    assert "pupils, row 4, column need" in printed.err


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["compare", "{run}", "{run}"], "compare"),
        (["solve", "{run}", "--gap", "2"], "solve"),
        (["solve", "--gap"], "solve"),
        (["fly"], ""),
        (["verify", "{run}", "--quiet", "--verbose"], "verify"),
    ],
)
def test_wrong_use_is_a_document_too(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], command: str
) -> None:
    given = [word.replace("{run}", str(home / "run.json")) for word in words]
    if command == "solve" and len(given) > 2:
        given[1] = str(home / "tables")
    assert wrong_use([*given, "--json"]) == WRONG_USE
    found = document(capsys, command)
    assert (found["exit_code"], found["error"]["kind"]) == (WRONG_USE, "wrong use")


def test_a_file_that_is_not_there_is_an_error_of_its_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "nowhere.json", "--json"]) == AT_FAULT
    assert document(capsys, "verify")["error"]["kind"] == "input"


def test_quiet_leaves_progress_out_and_answers_in(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["what-if", str(home / "run.json"), "--quiet"]) == FINE
    printed = capsys.readouterr()
    assert "placements hold" in printed.out
    assert printed.err == ""
    assert main(["verify", str(home / "nowhere"), "--quiet"]) == AT_FAULT
    assert "does not exist" in capsys.readouterr().err


def test_verbose_tells_versions_and_times(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(home / "run.json"), "--verbose"]) == FINE
    printed = capsys.readouterr()
    assert f"placement_opt {po.__version__}" in printed.err
    assert " s] Done." in printed.err
    assert "The plan is right" in printed.out


def test_every_command_but_completion_takes_the_three(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS.keys() - {"completion"}:
        assert wrong_use([command, "--help"]) == FINE
        text = capsys.readouterr().out
        assert all(option in text for option in ("--json", "--quiet", "--verbose")), command
