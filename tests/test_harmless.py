"""What looks like a formula or a script comes through as text, in CSV, Excel, HTML and messages, and back again."""

import csv
import os
import pickle
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import placement_opt
from placement_opt.errors import Fault, InputError
from placement_opt.examples import tiny
from placement_opt.file_limits import file_limits, limits_now
from placement_opt.files import read_problem, read_travel, write_problem, write_travel
from placement_opt.harmless import guarded, harmless, unguarded
from placement_opt.problem import Problem
from placement_opt.report import write_report, write_tables, write_workbook
from placement_opt.roads.cache import keep, load
from placement_opt.solve import baseline
from placement_opt.travel import TravelMatrix, crow_fly
from tests.amounts import IS_NIGHT

FORMULAS = (
    '=HYPERLINK("http://example.org?"&A1,"click")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\uff1d1+1",
    "'=1+1",
)
SCRIPTS = (
    "<script>document.title = 'taken'</script>",
    "<img src=x onerror=\"document.title = 'taken'\">",
    "</script><script>document.title = 'taken'</script>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    '" onmouseover="document.title = 1',
)
_STARTS = ("=", "+", "-", "@")


def _named(*names: str) -> Problem:
    """Return the small problem with two schools of these names, and pupils of localities that are named so too."""
    problem = tiny()
    settings_table = problem.settings.assign(name=list(names), trust=list(names), locality=list(names))
    pupils = problem.pupils.assign(locality=[names[0], names[1], names[0]])
    return problem.replace(settings=settings_table, pupils=pupils)


@given(st.text(max_size=12))
@example("'")
@example("''=")
@example("'-5")
@example("-5")
@settings(max_examples=300)
def test_a_guard_is_taken_off_again_whatever_the_text_is(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(_STARTS) or float(guarded(text)) == float(text)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_formula_starts_a_cell_of_a_csv_file(text: str) -> None:
    assert guarded(text) == f"'{text}"
    frame = harmless(pd.DataFrame({text: [text, None], "gbp": [-5.0, 2.0]}))
    assert frame.columns[0] == f"'{text}"
    assert frame.iloc[0, 0] == f"'{text}"
    assert frame["gbp"].tolist() == [-5.0, 2.0]


def _starts(path: Path) -> set[str]:
    """Return the cells of a CSV file that a spreadsheet would start as formulas."""
    with path.open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    return {cell for cell in cells if cell.startswith(_STARTS) and not cell.lstrip("+-").replace(".", "").isdigit()}


@pytest.mark.parametrize("form", ["tables", "tables.xlsx", "tables.gpkg"])
def test_names_that_are_formulas_or_scripts_are_read_back_as_they_were(form: str, tmp_path: Path) -> None:
    pairs = list(zip(FORMULAS, SCRIPTS, strict=True))
    for number, names in enumerate(pairs if form == "tables" else pairs[:1]):
        problem = _named(*names)
        path = write_problem(problem, tmp_path / str(number) / form)
        assert read_problem(path) == problem
        if form == "tables":
            assert not {cell for file in path.glob("*.csv") for cell in _starts(file)}


def test_no_cell_of_a_written_workbook_is_a_formula(tmp_path: Path) -> None:
    path = write_problem(_named(FORMULAS[0], FORMULAS[3]), tmp_path / "tables.xlsx")
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert {cell.value for cell in cells} >= {FORMULAS[0], FORMULAS[3]}
    assert not [cell.value for cell in cells if cell.data_type == "f"]


def test_ids_that_are_formulas_come_through_a_file_of_journeys(tmp_path: Path) -> None:
    problem = tiny()
    ids = {"A": "=1+1", "B": "@B"}
    renamed = problem.replace(
        settings=problem.settings.replace({"setting_id": ids}),
        provisions=problem.provisions.replace({"setting_id": ids}),
        pupils=problem.pupils.replace({"requested_setting_id": ids}),
    )
    travel = crow_fly(renamed)
    path = write_travel(travel, tmp_path / "travel.csv")
    assert not _starts(path)
    assert read_travel(path, renamed).setting_ids == travel.setting_ids


def _report(folder: Path) -> tuple[Problem, TravelMatrix, Path]:
    problem = _named(SCRIPTS[0], SCRIPTS[2])
    travel = crow_fly(problem)
    plans = {SCRIPTS[1]: baseline(problem, travel)}
    return problem, travel, write_report(folder / "report.html", plans, problem, travel, confidential=True)


def test_names_that_are_scripts_stay_text_in_the_report(tmp_path: Path) -> None:
    _, _, path = _report(tmp_path)
    page = path.read_text(encoding="utf-8")
    assert "document.title = " in page.replace("&#39;", "'")
    for script in SCRIPTS[:3]:
        assert script not in page
    assert "<img src=x" not in page


@pytest.mark.skipif(not IS_NIGHT or shutil.which("chromium") is None, reason="needs Chromium; in the night")
def test_names_that_are_scripts_do_not_run_in_a_browser(tmp_path: Path) -> None:
    _, _, path = _report(tmp_path)
    given_title = path.read_text(encoding="utf-8").partition("<title>")[2].partition("</title>")[0]
    command = ["chromium", "--headless", "--no-sandbox", "--virtual-time-budget=5000", "--dump-dom", path.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout  # noqa: S603
    assert "<title>taken</title>" not in shown
    assert shown.partition("<title>")[2].partition("</title>")[0] == given_title


def test_names_that_are_formulas_stay_text_in_the_papers_of_a_plan(tmp_path: Path) -> None:
    problem = _named(FORMULAS[0], FORMULAS[1])
    travel = crow_fly(problem)
    plan = baseline(problem, travel)
    book = openpyxl.load_workbook(
        write_workbook(tmp_path / "plan.xlsx", {"today": plan}, problem, travel, confidential=True)
    )
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert not [cell.value for cell in cells if not str(cell.value).startswith("=SUBTOTAL(")]
    folder = write_tables(tmp_path / "tables", problem, plan, confidential=True)
    assert not {cell for file in folder.glob("*.csv") for cell in _starts(file)}


def test_a_message_cannot_steer_a_terminal_or_turn_its_text() -> None:
    text = str(Fault("a\x1b[2J", "b\u202e", "1\n2", "v\x07", "is\r\nwrong \ud800"))
    assert text == "a\\x1b[2J, row 1\\n2, column b\\u202e: 'v\\x07' is\\r\\nwrong \\ud800"
    assert str(Fault("pupils", "n" * 1_000_000, "", "v" * 1_000_000, "is long.")).count("n") < 300
    assert len(str(InputError([Fault("pupils", "", str(row), "", "is wrong.") for row in range(5_000)]))) < 60_000


def test_limits_hold_in_their_block_alone() -> None:
    before = limits_now()
    with file_limits(rows=5), file_limits(columns=7) as inner:
        assert (inner.rows, inner.columns) == (5, 7)
    assert limits_now() == before
    with pytest.raises(ValueError, match="`rows` is 0"), file_limits(rows=0):
        pass
    with pytest.raises(TypeError), file_limits(lines=1):
        pass


class _Planted:
    """A value whose pickle makes a file when it is read."""

    def __init__(self, made: Path) -> None:
        self.made = made

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.made),)


def test_a_pickle_in_the_place_of_kept_journeys_is_not_run(tmp_path: Path) -> None:
    key, made = "0" * 64, tmp_path / "made"
    (tmp_path / f"{key}.npz").write_bytes(pickle.dumps(_Planted(made)))
    with pytest.warns(UserWarning, match="is damaged"):
        assert load(tmp_path, key) is None
    assert not made.exists()
    keep(tmp_path, key, {}, {"method": "road"})
    assert load(tmp_path, key) == ({}, {"method": "road"})


def test_pickles_go_between_our_own_processes_alone() -> None:
    root = Path(placement_opt.__file__).parent
    users = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if {"import pickle", "read_pickle", "import shelve", "import marshal", "import dill"}
        & {
            words
            for words in ("import pickle", "read_pickle", "import shelve", "import marshal", "import dill")
            if words in path.read_text(encoding="utf-8")
        }
    }
    assert users == {"workers/sending.py"}
