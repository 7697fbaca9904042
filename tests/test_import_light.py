"""Importing the package loads neither plotting nor office libraries, sets nothing up and prints nothing."""

import subprocess
import sys

CODE = """
import logging, sys, warnings
import geopandas, highspy, pulp
before = list(warnings.filters), list(logging.getLogger().handlers)
import placement_opt
assert (list(warnings.filters), list(logging.getLogger().handlers)) == before, "import changed warnings or logging"
heavy = [name for name in ("matplotlib", "openpyxl", "folium", "jinja2", "networkx") if name in sys.modules]
sys.exit(", ".join(heavy) or 0)
"""


def test_importing_the_package_is_light_and_silent() -> None:
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)  # noqa: S603
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
