"""The record of a run: what went in, what made it, how it ended. It holds no pupil's data."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from platform import platform, python_version
from typing import Any

from placement_opt.pairs import Pairs
from placement_opt.policy import SolveOptions
from placement_opt.solve.highs import version as solver_version
from placement_opt.solve.stages import Stage

PACKAGES = ("placement_opt", "pulp", "highspy", "numpy", "pandas", "geopandas", "pot", "scipy")


def make_record(
    pairs: Pairs,
    *,
    options: SolveOptions | None = None,
    how: Mapping[str, str] | None = None,
    stages: list[Stage] | None = None,
    seconds: float | None = None,
) -> dict[str, Any]:
    """Return hashes of the input, parameters, options, versions and stages as plain values.

    Parameters
    ----------
    pairs
        What was solved.
    options, how, stages, seconds
        Of the solve; None for a baseline.
    """
    facts = pairs.facts
    return {
        "inputs": facts.problem.fingerprints(),
        "travel": {
            "source": facts.travel.source,
            "recipe": dict(facts.travel.recipe),
            "sha256": facts.travel.fingerprint(),
        },
        "parameters": facts.problem.parameters.rows(),
        "options": options.as_dict() if options else {},
        "solver": solver_version() if options else "",
        **(how or {}),
        "stages": [stage.as_dict() for stage in stages or []],
        "seconds": seconds,
        "versions": {"python": python_version(), **{name: _version(name) for name in PACKAGES}},
        "platform": platform(),
        "pairs": {"allowed": len(pairs), "rows_of_pupils_who_stay": int(pairs.stays.sum())},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
