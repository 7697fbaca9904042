"""The notebooks run from top to bottom, and what is committed of them is small, clean and tells of no machine."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from placement_opt.examples import exampleshire
from placement_opt.files import write_problem
from tests.amounts import IS_NIGHT

pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples"
MOST_BYTES = 400_000

SMALL: Mapping[str, Mapping[str, str]] = {
    "a_researchers_benchmark": {"FLOW_PUPILS": "120", "SIZES": "[200, 400]"},
    "a_transport_review": {"MOST_PUPILS": "24", "SECONDS": "0.5"},
    "an_officers_year": {"county": "", "AT": '["E005-base"]', "STEPS": "1", "MOST": "1"},
    "siting_a_school": {"DRAWS": "2", "POINTS": "3", "SIZES": "[0, 90]", "YEARS": "2"},
}
"""Sizes for every change; in a night the notebooks run as they stand. The small county is a file of the test."""

EVERY = 6
"""One pupil of so many is in the small county, and somewhat fewer places."""


@pytest.fixture(scope="module")
def small_county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    county = exampleshire()
    pupils, provisions = county.pupils.iloc[::EVERY], county.provisions
    kept = set(pupils["pupil_id"])
    tables = {}
    for name in ("apart", "pair_costs", "pair_rules"):
        table = county.table(name)
        ids = [column for column in ("pupil_id", "other_pupil_id") if column in table.columns]
        tables[name] = table[table[ids].isin(kept).all(axis=1)]
    fewer = provisions.assign(places=provisions["places"] // (EVERY + 1))
    small = county.replace(pupils=pupils, provisions=fewer, **tables)
    return write_problem(small, tmp_path_factory.mktemp("county") / "county.xlsx")


def run_notebooks(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(FOLDER)
    monkeypatch.delitem(sys.modules, "run_notebooks", raising=False)
    return import_module("run_notebooks")


def _cells(name: str) -> list[dict[str, Any]]:
    return list(json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"])


def _code(name: str) -> str:
    return "\n".join("".join(cell["source"]) for cell in _cells(name) if cell["cell_type"] == "code")


def test_the_sizes_are_those_of_all_notebooks() -> None:
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(SMALL)


@pytest.mark.parametrize(("name", "size"), [(name, size) for name, sizes in SMALL.items() for size in sizes])
def test_every_size_is_set_once_in_its_notebook(name: str, size: str) -> None:
    assert len(re.findall(rf"^{size} = ", _code(name), flags=re.MULTILINE)) == 1


@pytest.fixture(scope="module")
def kernel() -> Iterator[Any]:
    """Start one kernel for all small notebooks: it takes longer to load the libraries than to run them."""
    manager = import_module("jupyter_client.manager").KernelManager()
    yield manager
    if manager.has_kernel:
        manager.shutdown_kernel(now=True)


@pytest.mark.filterwarnings("default")  # Jupyter's own
@pytest.mark.parametrize("name", sorted(SMALL))
def test_a_notebook_runs_from_top_to_bottom(
    name: str, small_county: Path, kernel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MPLBACKEND", raising=False)
    sizes = {size: value or f"po.read_problem({str(small_county)!r})" for size, value in SMALL[name].items()}
    runner = run_notebooks(monkeypatch)
    notebook = runner.execute(name) if IS_NIGHT else runner.execute(name, sizes, kernel=kernel)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    said = [output["text"] for output in outputs if output.get("name") == "stderr"]
    assert not said, "warnings and progress do not belong in a notebook"
    committed = [cell.get("outputs", []) for cell in _cells(name)]
    now = [cell.get("outputs", []) for cell in notebook.cells]
    assert [bool(cell) for cell in committed] == [bool(cell) for cell in now], "run examples/run_notebooks.py"


@pytest.mark.parametrize("name", sorted(SMALL))
def test_a_committed_notebook_is_small_clean_and_of_no_machine(name: str) -> None:
    path = FOLDER / f"{name}.ipynb"
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < MOST_BYTES
    assert str(ROOT) not in text
    assert not re.search(r"/(home|tmp|Users|root|work)/", text)
    assert '"output_type": "error"' not in text
    for cell in _cells(name):
        assert cell["metadata"] == {}
        assert cell.get("execution_count") is None
        assert all(output.get("execution_count") is None for output in cell.get("outputs", []))


@pytest.mark.parametrize("name", sorted(SMALL))
def test_a_notebook_has_pictures_and_says_what_it_does_not_say(name: str) -> None:
    words = "\n".join("".join(cell["source"]) for cell in _cells(name) if cell["cell_type"] == "markdown")
    assert "image/png" in (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    assert "not " in words.rpartition("## ")[2]
    assert words.startswith("# ")


def test_an_error_in_a_cell_is_raised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    runner = run_notebooks(monkeypatch)
    cells = [runner.nbformat.v4.new_code_cell("SIZE = 3"), runner.nbformat.v4.new_code_cell("assert SIZE == 3")]
    runner.nbformat.write(runner.nbformat.v4.new_notebook(cells=cells), tmp_path / "bad.ipynb")
    monkeypatch.setattr(runner, "HERE", tmp_path)
    with pytest.raises(Exception, match="AssertionError"):
        runner.execute("bad", {"SIZE": "4"})
