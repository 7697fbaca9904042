"""Install the wheel of dist/ into a fresh virtual environment and test it from outside the checkout.

python .ci/against_wheel.py FOLDER [--lowest | --prerelease]

FOLDER is where the environment is made; it gets the newest versions that pyproject.toml allows. With --lowest every
dependency has the lowest version that it allows; with --prerelease PuLP is the newest one there is, pre-releases
included. What such versions say of each other in warnings is no fault.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
FAST = ("cli", "cli_project", "cli_json", "files", "plan", "solve", "highs", "travel", "routes_cli", "two_ways")
"""Tests of every layer that are quick: files, journeys, model, solver, checks, routes, papers, command line."""
TESTED = ("tests", "benchmarks", "data", "docs", "examples", "pyproject.toml")
"""What the tests need around them; the package itself is not among it."""
SKIPPED = shutil.ignore_patterns("__pycache__", ".environments", "results")


def lowest(project: dict[str, dict[str, list[str]]]) -> list[str]:
    """Return the lowest version of every dependency, extras included, as constraints."""
    extras = project["optional-dependencies"]
    every = [*project["dependencies"], *(one for names in extras.values() for one in names)]
    bounds = [re.match(r"([\w.-]+)>=([\d.]+)", one) for one in every]
    return [f"{bound[1]}=={bound[2]}" for bound in bounds if bound]


def main(folder: Path, *, is_lowest: bool, is_prerelease: bool) -> int:
    """Make the environment, install, copy the tests to a folder of their own, run them."""
    (wheel,) = (HOME / "dist").glob("*.whl")
    described = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
    venv.create(folder, clear=True, with_pip=True)
    python = str(folder.resolve() / "bin" / "python")
    with tempfile.TemporaryDirectory() as place:
        outside = Path(place)
        limits = outside / "constraints.txt"
        limits.write_text("\n".join(lowest(described["project"]) if is_lowest else []), encoding="utf-8")
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--prefer-binary"]
        _run([*pip, "--upgrade", "pip>=25.1"], outside)
        _run([*pip, "-c", str(limits), f"{wheel}[explore]", "--group", f"{HOME}/pyproject.toml:test", "mypy"], outside)
        if is_prerelease:
            _run([*pip, "--upgrade", "--pre", "pulp"], outside)
            sys.stdout.write(_run([python, "-c", "import pulp; print('PuLP', pulp.__version__)"], outside))
        for name in TESTED:
            source = HOME / name
            if source.is_dir():
                shutil.copytree(source, outside / name, ignore=SKIPPED)
            else:
                shutil.copy(source, outside / name)
        where = _run([python, "-c", "import placement_opt; print(placement_opt.__file__)"], outside).strip()
        if not Path(where).is_relative_to(folder.resolve()):
            sys.exit(f"{where} would be tested and not the wheel.")
        quiet = ["-W", "default::DeprecationWarning", "-W", "default::FutureWarning"]
        warned = quiet if is_lowest or is_prerelease else []
        files = [f"tests/test_{name}.py" for name in FAST]
        tests = [python, "-m", "pytest", "-q", "-n", "auto", "-p", "no:cacheprovider", *warned, *files]
        typed = [python, "-m", "mypy", "--strict", "--config-file=", "tests/typed_consumer.py"]
        return sum(subprocess.run(command, cwd=outside, check=False).returncode != 0 for command in (tests, typed))  # noqa: S603


def _run(command: list[str], folder: Path) -> str:
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603


if __name__ == "__main__":
    given = sys.argv[2:]
    sys.exit(main(Path(sys.argv[1]), is_lowest="--lowest" in given, is_prerelease="--prerelease" in given))
