"""Bad TOML: parameters, scenarios and project files."""

from functools import partial
from pathlib import Path

from placement_opt.cli.project_file import read_project
from placement_opt.errors import InputError
from placement_opt.files.parameter_table import parameters_of, read_parameters
from placement_opt.files.raw import Findings
from placement_opt.scenarios.scenario_files import read_scenarios
from tests.hostile.case import Case

_DEEP = "a = " + "[" * 100_000


def _parameters(text: str | bytes, folder: Path) -> None:
    path = folder / "parameters.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    findings = Findings("file")
    frame = read_parameters(path, findings)
    parameters_of(frame, findings.faults)
    if findings.faults:
        raise InputError(findings.faults)


def _scenarios(text: str | bytes, folder: Path) -> None:
    path = folder / "scenarios.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    read_scenarios(path)


def _project(text: str | bytes, folder: Path) -> None:
    path = folder / "placement.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    read_project(path)


def _number(name: str, text: str | bytes, says: str, row: str = "", column: str = "", value: str | None = None) -> Case:
    return Case(
        f"parameters.toml: {name}",
        partial(_parameters, text),
        says,
        "parameters",
        column,
        row,
        value,
        "TOML" not in says,
    )


def _change(name: str, text: str | bytes, says: str, row: str = "", column: str = "") -> Case:
    return Case(
        f"scenarios.toml: {name}",
        partial(_scenarios, text),
        says,
        "scenarios.toml",
        column,
        row,
        is_ours="TOML" not in says,
    )


def _plan(name: str, text: str | bytes, says: str, row: str = "", column: str = "") -> Case:
    return Case(
        f"placement.toml: {name}",
        partial(_project, text),
        says,
        "placement.toml",
        column,
        row,
        is_ours="TOML" not in says,
    )


_ONE = '[[scenario]]\nname = "x"\n'

TOML_CASES = (
    _number("no TOML", "days_per_year 190", "is not valid TOML"),
    _number("UTF-16", "days_per_year = 190".encode("utf-16"), "is not UTF-8 text"),
    _number("nested 100,000 deep", _DEEP, "is not valid TOML"),
    _number("words for a number", 'days_per_year = "many"', "", "1", "value"),
    _number("a list", "days_per_year = [190]", "", "1", "value"),
    _number("a date", "days_per_year = 2026-01-01", "", "1", "value"),
    _number("nan", "days_per_year = nan", "", "1", "value"),
    _number("infinite", "days_per_year = inf", "", "1", "value"),
    _number("negative", "days_per_year = -190", "", "1", "value"),
    _number("yes", "days_per_year = true", "", "1", "value"),
    _number("a number of 400 digits", f"days_per_year = {'9' * 400}", "", "1", "value"),
    _number("an unknown name", "days = 190", "", "1", "parameter"),
    _number("a script for a name", '"<script>" = 190', "", "1", "parameter"),
    _number("a name twice", "days_per_year = 190\ndays_per_year = 191", "is not valid TOML"),
    _number("a surrogate", 'source = "\\ud800"', "is not valid TOML"),
    _number("a table in a table", "[days_per_year.value]\nmore = 1", "", "1", "value"),
    _change("nothing", "", "There is no scenario", column="scenario"),
    _change("no TOML", "[[scenario", "The file is no TOML in UTF-8"),
    _change("nested 100,000 deep", _DEEP, "The file is no TOML in UTF-8"),
    _change("bytes", b"\xff\xfe\x00", "The file is no TOML in UTF-8"),
    _change("a scenario that is a number", "scenario = 3", "There is no scenario", column="scenario"),
    _change("scenarios that are numbers", "scenario = [3]", "is no scenario", "scenario 1"),
    _change("no name", "[[scenario]]\n[[scenario.change]]\n", "The scenario has no name", "scenario 1", "name"),
    _change("a name that is a number", "[[scenario]]\nname = 3\n", "has no name", "scenario 1", "name"),
    _change("no change", _ONE, "The scenario has no change", "scenario 1", "change"),
    _change("a change that is text", f'{_ONE}change = "x"', "The scenario has no change", "scenario 1", "change"),
    _change(
        "an unknown verb",
        f'{_ONE}[[scenario.change]]\ndo = "rm -rf"',
        "is nothing that can be done",
        "scenario 1, change 1",
        "do",
    ),
    _change(
        "a verb that is a list",
        f"{_ONE}[[scenario.change]]\ndo = [1]",
        "is nothing that can be done",
        "scenario 1, change 1",
        "do",
    ),
    _change("an entry that is no part", f"x = 1\n{_ONE}", "is not understood here", "", "x"),
    _plan("no TOML", "[input", "The file is no valid TOML"),
    _plan("nested 100,000 deep", _DEEP, "The file is no valid TOML"),
    _plan("a number of 5,000 digits", f"a = {'9' * 5_000}", "A number has too many digits"),
    _change("a number of 5,000 digits", f"a = {'9' * 5_000}", "A number has too many digits"),
    _number("a number of 5,000 digits", f"a = {'9' * 5_000}", "A number has too many digits"),
    _plan("a part that is not there", '[inputs]\ntables = "x"', "Is it meant to be input?", "1", "inputs"),
    _plan("a NUL in a path", '[input]\ntables = "a\\u0000b"', "holds a NUL", "2", "input.tables"),
    _plan(
        "a folder that climbs",
        '[input]\ntables = "."\n[output]\nfolder = "../../etc"',
        "leaves the folder of the project file",
        "4",
        "output.folder",
    ),
    _plan("a file that is not there", '[input]\ntables = "/etc/none"', "does not exist", "2", "input.tables"),
    _plan("a script for a part", '["<script>"]\na = 1', "is no part of a project file", "", "<script>"),
)
