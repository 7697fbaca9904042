"""The wheel and the source archive: what is in them, and nothing else; the versions that they say they need."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import placement_opt as po

HOME = Path(__file__).parents[1]
PACKAGE = HOME / "placement_opt"
KINDS = {".py", ".typed", ".j2", ".js", ".css", ".csv", ".md", ".toml"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel and the source archive of this checkout."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=HOME, check=True, capture_output=True)  # noqa: S603
    return folder


@pytest.fixture(scope="module")
def described() -> dict[str, object]:
    project: dict[str, object] = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_the_package_and_the_county_and_nothing_else(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    papers = {name for name in names if ".dist-info/" in name}
    expected = {f"placement_opt/{name}" for name in files_below(PACKAGE)}
    expected |= {f"placement_opt/_data/exampleshire/{name}" for name in files_below(HOME / "data" / "exampleshire")}
    assert names - papers == expected
    assert "placement_opt/py.typed" in names
    assert any(name.startswith("placement_opt/report/templates/") for name in names)
    assert {Path(name).suffix for name in names - papers} <= KINDS
    assert any(name.endswith("licenses/LICENSE") for name in papers)


def test_the_program_is_an_entry_point(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    archive = zipfile.ZipFile(wheel)
    (entry,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
    assert "placement-opt = placement_opt.cli:main" in archive.read(entry).decode()


def test_the_source_archive_holds_what_is_needed_to_build_and_test_and_no_environment(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "Makefile", "tests/test_packaging.py"} <= names
    assert "data/exampleshire/pupils.csv" in names
    assert not [name for name in names if name.startswith((".venv", "out/", ".git/", "dist/", ".hypothesis"))]


def test_the_version_is_the_same_everywhere(described: dict[str, object]) -> None:
    assert described["version"] == po.__version__
    citation = (HOME / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(rf"^version: [\"']?{re.escape(po.__version__)}[\"']?$", citation, re.MULTILINE)


def test_importing_the_package_loads_no_library_that_takes_long() -> None:
    heavy = "{'numpy', 'pandas', 'geopandas', 'matplotlib', 'pyvrp', 'openpyxl', 'numba'}"
    code = f"import sys, placement_opt; sys.exit(', '.join(sorted({heavy} & set(sys.modules))) or 0)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert (run.returncode, run.stderr) == (0, "")


def test_every_dependency_has_a_lowest_version_that_can_be_tested(described: dict[str, object]) -> None:
    needed = described["dependencies"]
    assert isinstance(needed, list)
    for one in needed:
        assert re.fullmatch(r"[\w-]+>=\d+(\.\d+)*(,<\d+(\.\d+)*)?", one), one
