"""Real registers and returns, from the files to a verified plan, as `examples/england_area.py` does it."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

import pandas as pd
import pytest

from placement_opt.cli import main as command_line
from tests.amounts import how_many

ROOT = Path(__file__).parents[1]
AREAS = ROOT.parent / "shared" / "data" / "areas"
NAMES = ("worcestershire", "west_northamptonshire", "north_northamptonshire")

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not AREAS.is_dir(), reason="../shared/data/areas is not here"),
]


def load_example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("england_area", ROOT / "examples" / "england_area.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LOOKS_PERSONAL = re.compile(
    r"\b[A-Z]\d{12}\b"  # unique pupil number
    r"|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"  # postcode
    r"|\b\d{4}-\d{2}-\d{2}\b|\b\d{2}/\d{2}/\d{4}\b|\b\d{4}-[A-Z][a-z]{2}-\d{2}\b"  # date
)


def secrets(area: Path) -> set[str]:
    """Return every UPN, postcode and birth date of the return, as they might be written."""
    frame = pd.read_csv(next(area.glob("*_person.csv")), dtype=str)
    dates = pd.to_datetime(frame["personbirthdate"], format="%Y-%b-%d %H:%M:%S")
    return {
        *frame["upn"].dropna(),
        *frame["postcode"].dropna(),
        *frame["postcode"].dropna().str.replace(" ", ""),
        *dates.dt.strftime("%Y-%b-%d"),
        *dates.dt.strftime("%Y-%m-%d"),
        *dates.dt.strftime("%d/%m/%Y"),
    }


def texts(folder: Path) -> dict[str, str]:
    """Return what a person could read in every file that was written; a workbook is a zip of XML."""
    found = {}
    for path in folder.rglob("*"):
        if path.suffix == ".xlsx":
            with ZipFile(path) as book:
                found[str(path)] = "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
        elif path.is_file():
            found[str(path)] = path.read_text(encoding="utf-8")
    return found


def test_the_search_for_personal_data_finds_what_it_should() -> None:
    text = "Z692828103131 lives at B96 6AT, born 2007-Nov-17, 2007-11-17 or 17/11/2007"
    assert len(LOOKS_PERSONAL.findall(text)) == 5
    assert set(LOOKS_PERSONAL.findall(text)) <= secrets(AREAS / "worcestershire")


@pytest.mark.parametrize("name", NAMES[: how_many(3, in_ci=1)])
def test_an_authoritys_files_become_a_proven_and_verified_plan(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert load_example().main([str(AREAS / name), "--out", str(out)]) == 0
    printed = capsys.readouterr()
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["status"] == "optimal"
    assert run["cost_gbp"] + run["weighed_gbp"] - run["bound_gbp"] <= 1e-4 * run["cost_gbp"]
    assert {"report.html", "workbook.xlsx", "run.json", "reading.csv", "tables"} <= {
        path.name for path in out.iterdir()
    }
    assert command_line(["verify", str(out / "run.json")]) == 0
    hidden = secrets(AREAS / name)
    for where, text in {**texts(out), "standard output": printed.out, "standard error": printed.err}.items():
        assert hidden.isdisjoint(LOOKS_PERSONAL.findall(text)), f"{where} holds personal data of the return"
