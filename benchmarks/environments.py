"""Environments of other packages that cannot, or should not, be installed beside the library's own."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / ".environments"
PACKAGES = {"ortools": ("ortools", "numpy"), "spopt": ("spopt", "highspy", "numpy")}
"""or-tools' wheel holds a HiGHS of its own, whose symbols clash with highspy's."""


def python_of(name: str) -> Path | None:
    """Return the interpreter of an environment, or None where it is not made or lacks its package."""
    python = FOLDER / name / "bin" / "python"
    packages = list((FOLDER / name / "lib").glob(f"python*/site-packages/{name}"))
    return python if python.exists() and packages else None


def make(name: str, seconds: float = 600) -> str:
    """Make an environment and install its packages from the package index.

    Returns
    -------
    str
        What was done, or why it could not be.
    """
    if python_of(name) is not None:
        return f"{name}: there already"
    python = FOLDER / name / "bin" / "python"
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(FOLDER / name)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES[name]],
    )
    for step in steps:
        try:
            done = subprocess.run(  # noqa: S603 - fixed commands
                step, capture_output=True, text=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            return f"{name}: could not be installed within {seconds:g} s"
        if done.returncode:
            return f"{name}: could not be installed: {done.stderr.strip()[-500:]}"
    return f"{name}: installed"
