"""`--json`: every answer has the keys that docs/command_line.md lists, and the figures that are written."""

import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import placement_opt as po
from placement_opt.cli import COMMANDS, main, planning
from placement_opt.cli.project_file import read_project
from placement_opt.examples import tiny, tiny_years
from placement_opt.files import read_problem, write_problem
from placement_opt.statutory import statutory_tables
from tests import lp_cases
from tests.register_files import SPECIAL, Child, make_files, school
from tests.route_plans import question
from tests.test_solve import must

PAGE = Path(__file__).parents[1] / "docs" / "command_line.md"
SCENARIOS = '[[scenario]]\nname = "base closes"\n[[scenario.change]]\ndo = "close"\nprovision_id = "A-base"\n'
PROJECT = (
    '[input]\ntables = "carried"\n[output]\nfolder = "run-out"\nreport = false\nworkbook = false\n'
    '[scenarios]\nfile = "scenarios.toml"\n[routes]\nseconds = 0.5\n'
)
YEARS_PROJECT = '[input]\ntables = "years"\n[output]\nfolder = "run-years"\n[years]\ndiscount_rate = 0.035\n'

WORDS = {
    "check": "check @tables",
    "check-travel": "check-travel @tables",
    "demo": "demo --out @demo-out",
    "solve": "solve @tables --out @solve-out",
    "run": "run @placement.toml",
    "run of years": "run @years.toml",
    "report": "report @run.json --out @report-out",
    "verify": "verify @run.json",
    "audit": "audit @run.json --made-by Planning --purpose Panel",
    "compare": "compare @run.json @other.json",
    "diff": "diff @run.json @other.json",
    "diff with ids": "diff @run.json @other.json --ids",
    "scenarios": "scenarios @tables --scenarios @scenarios.toml --out @scenarios-out",
    "years": "years @years --out @years-out --discount 0.035",
    "worth": "worth @run.json --by need --steps 1",
    "cure": "cure @tables",
    "cure of clashing rules": "cure @clash",
    "fairness": "fairness @run.json",
    "fairness of all": "fairness @run.json --suppress-below 1",
    "what-if": "what-if @run.json --times 1.1",
    "two-ways": "two-ways @run.json --pupil P1 --first A-base --second B-special",
    "explain": "explain @run.json --pupil P1",
    "explain by letter": "explain @run.json --pupil P1 --letter",
    "explain to a panel": "explain @run.json --pupil P1 --panel @panel.html",
    "routes": "routes @carried --seconds 0.5 --out @routes-out",
    "routes beside today's": "routes @carried --seconds 0.5 --out @routes-out --today @today.csv",
    "tables": "tables @run.json --out @tables-out",
    "tables with pupils": "tables @run.json --out @tables-out --confidential",
    "registers": "registers --register @edubasealldata.csv --sen2 @. --postcodes @codepoint.csv --out @registers-out",
    "template": "template @blank.xlsx",
    "init": "init @example.toml",
}
"""What is typed, by what it shows; @ stands for the folder of the test."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what every command reads."""
    folder = tmp_path_factory.mktemp("answers")
    problem = tiny()
    write_problem(problem, folder / "tables")
    write_problem(tiny_years(), folder / "years")
    for name, moves in (("run", "due"), ("other", "all")):
        plan = po.solve(problem, po.crow_fly(problem), policy=po.Policy(moves=moves))
        plan.with_record(origin={"input": "tables"}).save(folder / f"{name}.json")
    carried = question()
    placed = carried.pupils.assign(current_provision_id=["A-base", "B-special", "B-main"], entitled=True)
    write_problem(carried.replace(pupils=placed), folder / "carried")
    clash, _ = lp_cases.decision()
    write_problem(clash.replace(pair_rules=must(("P1", "A1"), ("P2", "A1"))), folder / "clash")
    routes = "route_id,stop,pupil_id,vehicle\nT1,1,P1,minibus\nT2,1,P2,minibus\nT3,1,P3,taxi\n"
    texts = {
        "scenarios.toml": SCENARIOS,
        "placement.toml": PROJECT,
        "years.toml": YEARS_PROJECT,
        "today.csv": routes,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    schools = [school("900001", "Alder Lane"), school("900003", "Cedar Court", **SPECIAL)]
    make_files(folder, schools, [Child(postcode="ZZ1 1AA", urn="900003"), Child(postcode="ZZ1 1AB", urn="")])
    return folder


@pytest.fixture(scope="module")
def documents(home: Path) -> dict[str, dict[str, Any]]:
    """Return what every command prints; three pupils stand for the county, and empty files for report and workbook."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "exampleshire", tiny)
        for paper in ("write_page", "write_workbook"):
            patch.setattr(planning, paper, empty_file)
        return {name: printed(home, words) for name, words in WORDS.items()}


def empty_file(path: Path, *_: object, **__: object) -> Path:
    path.touch()
    return path


def printed(home: Path, words: str) -> dict[str, Any]:
    """Return the document of a command that goes well."""
    out = io.StringIO()
    given = [str(home / word[1:]) if word.startswith("@") else word for word in words.split()]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        assert main([*given, "--json"]) == 0, words
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def rows_of_the_page() -> dict[str, tuple[str, str]]:
    """Return what the page says of each command: the cell about keys, and the one about pupils."""
    if not PAGE.exists():
        pytest.skip("the pages are not here")
    table = PAGE.read_text(encoding="utf-8").split("| command | keys of `answer` |")[1].split("\n\n")[0]
    rows = {}
    for line in table.splitlines()[2:]:
        commands, keys, pupils = (cell.strip() for cell in line.strip("|").split("|"))
        rows |= dict.fromkeys(re.findall(r"`([\w-]+)`", commands), (keys, pupils))
    return rows


def keys_of_the_page(command: str) -> set[str]:
    rows = rows_of_the_page()
    cell = re.sub(r"as `([\w-]+)`", lambda found: rows[found[1]][0], rows[command][0])
    return set(re.findall(r"`([a-z_]\w*)`", cell))


def keys_within(value: Any) -> Iterator[str]:
    """Yield every key of an answer, at any depth."""
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys_within(inner)
    yield from value if isinstance(value, dict) else ()


def test_every_command_is_asked_and_stands_on_the_page() -> None:
    asked = {words.split()[0] for words in WORDS.values()}
    assert asked == COMMANDS.keys() - {"completion"}
    assert rows_of_the_page().keys() == asked


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - {"completion"}))
def test_the_keys_of_an_answer_are_those_of_the_page(documents: dict[str, dict[str, Any]], command: str) -> None:
    answers = [document["answer"] for document in documents.values() if document["command"] == command]
    named = keys_of_the_page(command)
    assert {key for answer in answers for key in answer} - named == set(), "the page does not say all"
    assert named - {key for answer in answers for key in keys_within(answer)} == set(), "the page says too much"


def test_the_figures_of_a_plan_are_those_of_the_page(documents: dict[str, dict[str, Any]]) -> None:
    rows_of_the_page()
    (sentence,) = re.findall(r"^A `plan` holds (.+)\.$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for name in ("demo", "solve", "run", "report", "verify"):
        assert list(documents[name]["answer"]["plan"]) == re.findall(r"`(\w+)`", sentence)


def test_a_document_says_whether_it_names_pupils_as_the_page_does(documents: dict[str, dict[str, Any]]) -> None:
    rows = rows_of_the_page()
    for name, document in documents.items():
        said = rows[document["command"]][1]
        option = re.search(r"with `(.+)`", said)
        expected = option[1] in WORDS[name] if option else said == "yes" or "clashing" in name
        assert document["holds_pupils"] == expected, name


def test_every_file_that_is_named_is_there(documents: dict[str, dict[str, Any]]) -> None:
    for name, document in documents.items():
        assert [entry["path"] for entry in document["files"] if not Path(entry["path"]).exists()] == [], name
        is_to_write = "--out" in WORDS[name] or document["command"] in {"template", "init", "run"}
        assert bool(document["files"]) == (is_to_write or "panel" in name), name


# -- the figures -------------------------------------------------------------------------------------------------------


def test_plans_are_those_that_were_saved(home: Path, documents: dict[str, dict[str, Any]]) -> None:
    for name, file in (("solve", "solve-out/run.json"), ("report", "run.json"), ("run", "run-out/run.json")):
        plan, said = po.load_plan(home / file), documents[name]["answer"]["plan"]
        assert (said["cost_gbp"], said["bound_gbp"], said["status"]) == (plan.cost_gbp, plan.bound_gbp, plan.status)
    demo = documents["demo"]["answer"]
    figures = {row["figure"]: row for row in demo["headline"]}
    assert figures["cost_gbp"]["plan"] == demo["plan"]["cost_gbp"] == 32_035.03


def test_years_are_those_that_were_saved(home: Path, documents: dict[str, dict[str, Any]]) -> None:
    for name, folder in (("years", "years-out"), ("run of years", "run-years")):
        plan, answer = po.load_years_plan(home / folder / "years.json"), documents[name]["answer"]
        assert (answer["cost_gbp"], answer["capital_gbp"], answer["gap"]) == (plan.cost_gbp, plan.capital_gbp, plan.gap)
        assert answer["present_value_gbp"] == plan.present_value_gbp < plan.cost_gbp + plan.capital_gbp
        assert sum(row["gbp"] for row in answer["gbp_by_year"]) == pytest.approx(plan.cost_gbp + plan.capital_gbp)
    without = {key: value for key, value in documents["run of years"]["answer"].items() if key != "sha256"}
    assert without == documents["years"]["answer"], "the file and the options ask the same"


def test_findings_are_those_of_the_check_of_journeys(documents: dict[str, dict[str, Any]]) -> None:
    found, answer = po.check_travel(tiny(), po.crow_fly(tiny())), documents["check-travel"]["answer"]
    assert len(answer["findings"]) == len(found.table())
    assert answer["untested"] == list(found.untested)
    assert answer["figures"].keys() == found.figures.keys()


def test_notes_of_statutory_tables_are_told_only_where_pupils_may_be(
    home: Path, documents: dict[str, dict[str, Any]]
) -> None:
    notes = list(statutory_tables(tiny(), po.load_plan(home / "run.json")).notes)
    assert documents["tables"]["answer"] == {"notes": []}
    assert documents["tables with pupils"]["answer"] == {"notes": notes}


def test_rows_of_registers_are_counted_as_they_are_written(home: Path, documents: dict[str, dict[str, Any]]) -> None:
    answer, listed = documents["registers"]["answer"], pd.read_csv(home / "registers-out" / "reading.csv")
    assert answer["pupils"] == int(read_problem(home / "registers-out" / "tables").pupils["count"].sum())
    for outcome in ("dropped", "assumed", "noted"):
        assert answer[outcome] == int((listed["outcome"] == outcome).sum())
    assert answer["checks"] == len(pd.read_csv(home / "registers-out" / "checks.csv"))


def test_what_template_and_init_wrote_can_be_used(home: Path, documents: dict[str, dict[str, Any]]) -> None:
    assert documents["template"]["answer"] == documents["init"]["answer"] == {}
    (blank,) = (entry["path"] for entry in documents["template"]["files"])
    assert {"pupils", "settings", "provisions"} <= set(openpyxl.load_workbook(blank).sheetnames)
    (example,) = (entry["path"] for entry in documents["init"]["files"])
    assert read_project(example).policy == po.Policy()
