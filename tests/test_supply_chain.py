"""What the library stands on: licences that it may be given away with, a bill of materials, and nobody unaccounted."""

import json
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

HOME = Path(__file__).parents[1]
BILL = HOME / ".ci" / "bill_of_materials.py"
WHY = HOME / "SECURITY.md"

ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT", "MIT-CMU",
    "MPL-2.0", "PSF-2.0", "Zlib",
}  # fmt: skip
"""Licences that let a council run, change and pass on the whole without opening what is its own."""


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    pytest.importorskip("packaging")
    return runpy.run_path(str(BILL))


@pytest.fixture(scope="module")
def bill(script: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = script["bill"]()
    return made


def run_time_names() -> list[str]:
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [re.split(r"[<>=!~ \[;]", line)[0] for line in project["dependencies"]]


def licences(component: dict[str, Any]) -> set[str]:
    expression = " AND ".join(one["expression"] for one in component.get("licenses", []))
    return set(re.split(r" (?:AND|OR) ", expression.replace("(", "").replace(")", "")))


def test_every_run_time_dependency_has_a_licence_that_allows_its_use(bill: dict[str, Any]) -> None:
    wrong = {one["name"]: licences(one) - ALLOWED for one in bill["components"] if licences(one) - ALLOWED}
    assert wrong == {}


def test_the_bill_names_every_dependency_and_all_that_those_need(bill: dict[str, Any], script: dict[str, Any]) -> None:
    names = {one["name"] for one in bill["components"]}
    assert {script["plain"](name) for name in run_time_names()} <= names
    refs = {one["bom-ref"] for one in (*bill["components"], bill["metadata"]["component"])}
    assert {line["ref"] for line in bill["dependencies"]} == refs
    assert all(set(line["dependsOn"]) <= refs for line in bill["dependencies"])
    assert not names & {"pytest", "mypy", "hypothesis", "sphinx", "dask"}


def test_the_bill_is_cyclonedx(bill: dict[str, Any]) -> None:
    """The rules of the schema (1.6) for the parts that are written."""
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", bill["serialNumber"])
    known = {"$schema", "bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "dependencies"}
    assert set(bill) == known
    parts = [*bill["components"], bill["metadata"]["component"]]
    assert len({one["bom-ref"] for one in parts}) == len(parts)
    for one in parts:
        assert one["type"] in {"library", "application"}
        assert re.fullmatch(r"pkg:pypi/[a-z0-9-]+@[0-9a-z.+!]+", one["purl"])
        assert len(one.get("licenses", [])) <= 1


def test_the_same_versions_make_the_same_bytes(bill: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "bill" / "sbom.json"
    subprocess.run([sys.executable, str(BILL), str(out)], check=True, cwd=tmp_path)  # noqa: S603
    assert json.loads(out.read_text(encoding="utf-8")) == bill
    assert out.read_text(encoding="utf-8") == json.dumps(bill, indent=2) + "\n"


@pytest.mark.parametrize("name", run_time_names())
def test_it_is_said_why_each_dependency_is_there(name: str) -> None:
    table = WHY.read_text(encoding="utf-8").partition("| dependency |")[2]
    assert re.search(rf"^\|[^|]*\b{name}\b", table, re.MULTILINE)
