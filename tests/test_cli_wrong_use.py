"""Every command used wrongly in every way that its options allow: a clear message, an exit code, never a traceback."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

import placement_opt as po
from placement_opt.arguments import build_parser
from placement_opt.cli import main
from placement_opt.examples import tiny
from placement_opt.files import write_problem, write_travel
from tests.amounts import IS_NIGHT
from tests.register_files import Child, make_files, school

AT_FAULT, WRONG_USE = 1, 2
BASES = {
    "demo": "",
    "template": "@new.xlsx",
    "registers": "--register @edubasealldata.csv --sen2 @. --postcodes @codepoint.csv",
    "check": "@tables",
    "check-travel": "@tables",
    "solve": "@tables",
    "scenarios": "@tables --scenarios @scenarios.toml",
    "years": "@tables",
    "compare": "@run.json @other.json",
    "cure": "@tables",
    "diff": "@run.json @other.json",
    "explain": "@run.json --pupil P1",
    "fairness": "@run.json",
    "worth": "@run.json",
    "two-ways": "@run.json --pupil P1 --first A-base --second B-special",
    "what-if": "@run.json",
    "report": "@run.json",
    "routes": "@run.json",
    "tables": "@run.json",
    "verify": "@run.json",
    "audit": "@run.json --made-by Planning --purpose Panel",
    "init": "@new.toml",
    "run": "@placement.toml",
    "completion": "bash",
}
"""What is enough for each command; @ stands for the folder of the test."""

GOES_WITH = {
    ("report", "--routes"): "--confidential",
    ("diff", "--tables1"): "--tables2 @tables",
    ("diff", "--tables2"): "--tables1 @tables",
    ("diff", "--postcodes"): "--tables1 @tables --tables2 @tables",
    ("registers", "--statistics"): "--area Exampleshire",
}
WRITTEN = {"--out", "--roads-cache", "--panel"}
SHARED = {"--input", "--postcodes", "--travel", "--roads"}
"""Options that many commands have and one place reads: but for a night, they are tried with some commands only."""
SOME = {"solve", "years", "verify", "diff", "routes"}
RIGHT_SUFFIX = {
    "input": ".xlsx",
    "--input": ".xlsx",
    "run_file": ".json",
    "runs": ".json",
    "first": ".json",
    "second": ".json",
    "source": ".json",
    "project": ".toml",
    "--scenarios": ".toml",
    "--roads": ".gpkg",
    "--previous": ".json",
    "--routes": ".json",
    "--tables1": ".xlsx",
    "--tables2": ".xlsx",
    "--section-41": ".xlsx",
}
"""What a file of an option ends in; .csv where nothing is said."""
SCENARIOS = '[[scenario]]\nname = "base closes"\n[[scenario.change]]\ndo = "close"\nprovision_id = "A-base"\n'
TABLE_OF = {"--travel": "travel", "--legs": "legs", "--today": "today", "--postcodes": "postcodes"}
"""Files of which a message may name the table that they hold."""
NO_TABLES = "pupils: The file is missing. Add one called pupils"
"""What is said of a folder that holds no table."""
KINDS = ("missing", "folder", "empty", "another kind")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with all that the commands read."""
    folder = tmp_path_factory.mktemp("wrong")
    problem = tiny()
    write_problem(problem, folder / "tables")
    write_travel(po.crow_fly(problem), folder / "journeys.csv")
    plan = po.solve(problem, po.crow_fly(problem)).with_record(origin={"input": "tables"})
    for name in ("run.json", "other.json"):
        plan.save(folder / name)
    (folder / "scenarios.toml").write_text(SCENARIOS, encoding="utf-8")
    (folder / "placement.toml").write_text('[input]\ntables = "tables"\n', encoding="utf-8")
    make_files(folder, [school("900001", "Alder Lane")], [Child(postcode="ZZ1 1AA", urn="900001")])
    (folder / "folder").mkdir()
    (folder / "letter.docx").write_text("Dear all,\n", encoding="utf-8")
    return folder


def commands() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command."""
    actions = build_parser()._actions
    return next(action.choices for action in actions if isinstance(action, argparse._SubParsersAction))


def name_of(action: argparse.Action) -> str:
    return action.option_strings[-1] if action.option_strings else action.dest


def paths() -> Iterator[tuple[str, str, str]]:
    """Yield every command, what it reads, and what is given instead; in a night every instead."""
    for place, (command, parser) in enumerate(commands().items()):
        read = [action for action in parser._actions if action.type is Path and name_of(action) not in WRITTEN]
        names = [
            name
            for name in map(name_of, read)
            if command not in {"template", "init"} and (IS_NIGHT or name not in SHARED or command in SOME)
        ]
        for number, name in enumerate([*names, *(["--sen2"] if command == "registers" else [])]):
            for kind in KINDS if IS_NIGHT else [KINDS[(place + number) % len(KINDS)]]:
                yield command, name, kind


def values() -> Iterator[tuple[str, str]]:
    """Yield every command with each option that takes a number or one of several words."""
    for command, parser in commands().items():
        for action in parser._actions:
            is_number = action.type not in {None, Path}
            if action.option_strings and action.nargs != 0 and (is_number or action.choices):
                yield command, name_of(action)


def given(home: Path, words: str) -> list[str]:
    return [str(home / word[1:]) if word.startswith("@") else word for word in words.split()]


def ended(words: list[str]) -> int:
    """Return the exit code; anything but an end as the command line means it is an error of the test."""
    try:
        return main(words)
    except SystemExit as end:
        return int(str(end.code))


def instead(home: Path, name: str, kind: str) -> Path:
    """Return a file that cannot be what an option asks for."""
    if kind == "folder":
        return home / "folder"
    if kind == "another kind":
        return home / "letter.docx"
    path = home / f"{kind}{RIGHT_SUFFIX.get(name, '.csv')}"
    if kind == "empty":
        path.touch()
    return path


def test_every_command_is_tried() -> None:
    assert BASES.keys() == commands().keys()


@pytest.mark.parametrize("command", BASES)
def test_an_option_that_is_not_known_is_named(command: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended([command, *given(home, BASES[command]), "--nonsense"]) == WRONG_USE
    printed = capsys.readouterr()
    assert "--nonsense" in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("command", sorted(BASES.keys() - {"demo", "init"}))
def test_a_command_without_what_it_needs_says_what_is_missing(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended([command]) == WRONG_USE
    assert "required: " in capsys.readouterr().err


@pytest.mark.parametrize(("command", "name", "kind"), list(paths()))
def test_a_path_that_cannot_be_is_named(
    command: str,
    name: str,
    kind: str,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = str(instead(home, name, kind))
    words = given(home, f"{BASES[command]} {GOES_WITH.get((command, name), '')}")
    if name in words:
        words[words.index(name) + 1] = wrong
    elif name.startswith("--"):
        words += [name, wrong]
    else:
        words[1 if name == "second" else 0] = wrong
    code = ended([command, *words])
    printed = capsys.readouterr()
    assert code in {AT_FAULT, WRONG_USE}, printed.out
    assert any(words in printed.err for words in (Path(wrong).name, f"  - {TABLE_OF.get(name, NO_TABLES)}"))
    assert "Traceback" not in printed.err
    assert list(tmp_path.iterdir()) == [], "nothing is written"


@pytest.mark.parametrize(("command", "name"), list(values()))
def test_a_value_that_cannot_be_is_named_with_its_option(
    command: str, name: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended([command, *given(home, BASES[command]), name, "nonsense"]) == WRONG_USE
    said = capsys.readouterr().err
    assert name in said
    assert "nonsense" in said


@pytest.mark.parametrize("command", [name for name, parser in commands().items() if "--out" in parser.format_help()])
def test_a_file_in_place_of_the_folder_for_what_is_written_is_left_alone(
    command: str, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine", encoding="utf-8")
    assert ended([command, *given(home, BASES[command]), "--out", str(mine)]) == WRONG_USE
    assert "mine.txt: --out names a file; give a folder" in capsys.readouterr().err
    assert mine.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("command", ["template", "init"])
def test_a_file_that_is_there_is_not_replaced(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "filled.xlsx"
    mine.write_bytes(b"mine")
    assert ended([command, str(mine)]) == WRONG_USE
    assert "filled.xlsx is there already" in capsys.readouterr().err
    assert mine.read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("command", "target"), [("template", "nowhere/deep"), ("template", "a.xls"), ("init", "nowhere/a.toml")]
)
def test_what_cannot_be_written_is_named(
    command: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ended([command, target]) in {AT_FAULT, WRONG_USE}
    assert target in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
