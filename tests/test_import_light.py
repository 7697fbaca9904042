"""What is loaded when: importing is light and silent, and checking a saved run needs no solver at all."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import placement_opt as po
from placement_opt.cli import COMMANDS, main
from tests.amounts import how_many

SILENT = """
import logging, sys, warnings
import geopandas, highspy, pulp
before = list(warnings.filters), list(logging.getLogger().handlers)
import placement_opt
assert (list(warnings.filters), list(logging.getLogger().handlers)) == before, "import changed warnings or logging"
heavy = [name for name in ("matplotlib", "openpyxl", "folium", "jinja2", "networkx") if name in sys.modules]
sys.exit(", ".join(heavy) or 0)
"""

BLOCK = """
import sys

BLOCKED = {"pulp", "highspy", "ot", "scipy", "matplotlib", "jinja2", "openpyxl", "networkx", "folium"}

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ImportError(f"{name} is not here")

if sys.argv[1] == "blocked":
    sys.meta_path.insert(0, Refuse())
"""

COMMAND = f"""{BLOCK}
from placement_opt.cli import main
code = main(sys.argv[2:])
loaded = sorted({{name.partition(".")[0] for name in sys.modules}} & BLOCKED)
sys.exit(", ".join(loaded) or code)
"""

WHOLE_WAY = """
problem = po.examples.tiny()
travel = po.crow_fly(problem)
plan = po.solve(problem, travel)
po.verify(problem, travel, plan).raise_if_wrong()
po.compare({"today": po.baseline(problem, travel), "plan": plan})
assert all(callable(function) for function in (po.write_report, po.write_workbook))
"""


def _run(code: str, *arguments: str) -> tuple[int, str, str]:
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    return run.returncode, run.stdout, run.stderr


@pytest.fixture(scope="module")
def run_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the saved run of the tiny problem, whose tables are a folder of CSV files."""
    folder = tmp_path_factory.mktemp("run")
    tables = po.write_problem(po.examples.tiny(), folder / "tables")
    assert main(["solve", str(tables), "--out", str(folder)]) == 0
    return str(folder / "run.json")


def test_importing_the_package_is_silent() -> None:
    assert _run(SILENT) == (0, "", "")


def test_importing_the_package_loads_neither_solver_nor_report() -> None:
    code = f"{BLOCK}\nimport placement_opt\nsys.exit(', '.join(sorted(BLOCKED & set(sys.modules))) or 0)"
    assert _run(code, "free") == (0, "", "")


def test_the_options_are_read_without_the_rest_of_the_library() -> None:
    code = "import sys, placement_opt.arguments as a; a.build_parser(); sys.exit('placement_opt.solve' in sys.modules)"
    assert _run(code) == (0, "", "")


@pytest.mark.parametrize("libraries", ["free", "blocked"])
def test_a_run_is_verified_without_a_solver(run_file: str, libraries: str) -> None:
    code, printed, faults = _run(COMMAND, libraries, "verify", run_file)
    assert (code, faults) == (0, "")
    assert "The plan is right" in printed
    assert "costs less than £32,035.03" in printed


def test_tables_are_checked_without_a_solver(run_file: str) -> None:
    code, _, faults = _run(COMMAND, "blocked", "check", str(Path(run_file).parent / "tables"))
    assert (code, faults) == (0, "")


def test_a_missing_solver_is_said_when_it_is_used() -> None:
    code = f"{BLOCK}\nimport placement_opt as po\npo.solve"
    assert "is not here" in _run(code, "blocked")[2]


# -- functions that share their names with modules ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "imports",
    [
        "import placement_opt as po",
        "import placement_opt.solve.run; import placement_opt as po",
        "import placement_opt.verify.case, placement_opt.compare; import placement_opt as po",
        "from placement_opt.solve import baseline; import placement_opt as po",
        "from placement_opt import solve, verify; import placement_opt as po; assert po.solve is solve",
        "import placement_opt as po; po.solve; import placement_opt.solve.run, placement_opt.verify.proof",
        "import placement_opt as po, importlib; importlib.import_module('placement_opt.solve')",
        "from placement_opt.report import write_report; import placement_opt as po",
        "from placement_opt.cli import planning; import placement_opt as po",
    ][: how_many(9, in_ci=3)],
)
def test_functions_stay_functions_whatever_was_imported_before(imports: str) -> None:
    assert _run(f"{imports}\n{WHOLE_WAY}") == (0, "", "")


def test_no_public_function_is_hidden_by_its_module() -> None:
    code = "import placement_opt.cli, placement_opt.files, placement_opt as po\n"
    code += "assert not [n for n in po.__all__ if type(getattr(po, n)).__name__ == 'module' and n != 'examples']"
    assert _run(code) == (0, "", "")


def test_every_public_name_is_there_and_listed() -> None:
    assert set(po.__all__) <= set(dir(po))
    for name in po.__all__:
        assert getattr(po, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'slove'"):
        po.slove  # noqa: B018


def test_everything_public_can_be_imported_with_a_star() -> None:
    code = "from placement_opt import *; import placement_opt; assert set(placement_opt.__all__) <= set(globals())"
    assert _run(code) == (0, "", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_where_the_table_says(command: str) -> None:
    module, function = COMMANDS[command].split(":")
    assert callable(getattr(import_module(module), function))
