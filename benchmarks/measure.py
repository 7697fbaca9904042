"""Running one method on one case in a fresh interpreter, and what it took.

`python -m benchmarks.measure CASE METHOD SEED SECONDS ANSWER.json` is the child; `measure` starts it.
"""

import hashlib
import json
import math
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import Any

import placement_opt as po
from benchmarks import rivals, roads, route_methods, years
from benchmarks.public_instances import Question
from benchmarks.registry import find_case
from benchmarks.rivals import Outcome

ROOT = Path(__file__).resolve().parents[1]
GRACE_S = 90.0
"""Seconds over the limit for making the question, reading and checking the answer, before the child is stopped."""

CODE_DIGITS = 12
LOOK_S = 0.25
"""How often the memory of processes that the child started is looked at."""

LIBRARIES = ("placement_opt", "pulp", "highspy", "POT", "numpy", "scipy", "pandas", "geopandas", "pyvrp")


def measure(case: str, method: str, *, seed: int, seconds: float) -> dict[str, Any]:
    """Run one method on one case in a process of its own.

    Parameters
    ----------
    case, method
        Names of the registry and of `METHODS`.
    seed
        Of the question.
    seconds
        Given to the solver as its limit; the process is stopped `GRACE_S` later.

    Returns
    -------
    dict
        Plain values: `seconds` by phase, `total_s`, `peak_mb` (of the child), `started_mb` (of a solver's own
        process), `machine` and what `rivals.Outcome` has; or `error`.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = [sys.executable, "-m", "benchmarks.measure", case, method, str(seed), str(seconds), str(answer)]
        # the child leads a group of its own, so that a solver that it started ends with it
        child = subprocess.Popen(  # noqa: S603 - this module, with names of the registry
            command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        try:
            words, started_mb = _wait(child, seconds + GRACE_S)
        except TimeoutError as error:
            return {"method": method, "machine": machine(), "error": str(error)}
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.communicate()
        if child.returncode or not answer.exists():
            last = (words.strip().splitlines() or [f"ended with {child.returncode}"])[-1]
            return {"method": method, "machine": machine(), "error": last}
        found = dict(json.loads(answer.read_text(encoding="utf-8")))
        return {**found, "started_mb": max(started_mb, found["started_mb"]), "machine": machine()}


def _wait(child: "subprocess.Popen[str]", seconds: float) -> tuple[str, float]:
    """Wait for a process; return its errors and the most memory that processes started by it were seen to use.

    Raises
    ------
    TimeoutError
        When it takes longer.
    """
    until, started_mb = perf_counter() + seconds, 0.0
    while perf_counter() < until:
        try:
            return child.communicate(timeout=LOOK_S)[1], started_mb
        except subprocess.TimeoutExpired:
            started_mb = max(started_mb, _started_mb(child.pid))
    raise TimeoutError(f"stopped after {seconds:.0f} s")


def machine() -> dict[str, Any]:
    """Return the machine, the versions and the state of the code, for the record of a measurement."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": _first_field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": {name: found for name in LIBRARIES if (found := _version(name))},
        "code": _code(),
    }


def _code() -> str:
    """Return the beginning of the SHA-256 of the package's modules: which state of the code was measured."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "placement_opt").rglob("*.py")):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:CODE_DIGITS]


def _first_field(path: str, name: str) -> str:
    if not Path(path).exists():
        return ""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def run_here(case_name: str, method: str, *, seed: int, seconds: float) -> dict[str, Any]:
    """Run one method on one case in this process and return plain values."""
    case = find_case(case_name)
    instance = case.instance() if case.instance else None
    question = instance.question if instance else case.build(seed) if case.build else None
    question_mb = _peak_mb()
    outcome = METHODS[method](question, replace(case.options, time_limit_s=seconds), seconds)
    found: dict[str, Any] = {
        "method": method,
        "status": outcome.status,
        "seconds": outcome.seconds,
        "total_s": sum(outcome.seconds.values()),
        "peak_mb": _peak_mb(),
        "started_mb": outcome.started_mb,
        "question_mb": question_mb,
        "allowed_pairs": outcome.allowed_pairs,
        "cost_gbp": outcome.cost_gbp,
        "bound_gbp": outcome.bound_gbp,
        "gap": _gap(outcome.cost_gbp, outcome.bound_gbp),
        "unplaced": outcome.unplaced,
        "notes": outcome.notes,
    }
    if instance:
        found |= {"published": instance.published, "unit": instance.unit, "rounding": instance.rounding}
        found["also"] = dict(instance.also)
        found["value"] = None if outcome.cost_gbp is None else instance.value(outcome.cost_gbp)
        found["bound"] = None if outcome.bound_gbp is None else instance.value(outcome.bound_gbp)
    return found


def ours(question: Question, options: po.SolveOptions, _seconds: float) -> Outcome:
    """Solve a question with the library.

    Returns
    -------
    Outcome
        `verify` is timed by verifying the plan once more; `solve` is the rest of the whole, which holds everything
        from the tables to the verified plan.
    """
    lines: list[tuple[float, str]] = []
    before = perf_counter()
    plan = po.solve(
        question.problem,
        question.travel,
        policy=question.policy,
        options=options,
        progress=lambda line: lines.append((perf_counter() - before, line)),
    )
    total_s = perf_counter() - before
    again = perf_counter()
    po.verify(question.problem, question.travel, plan).raise_if_wrong()
    phases = {"verify": perf_counter() - again}
    pairs_s = next((at for at, line in lines if "allowed pairs" in line), 0.0)
    model_s = next((at - pairs_s for at, line in lines if "model drafted" in line), 0.0)
    phases = {"pairs": pairs_s, "model": model_s, "solve": total_s - pairs_s - model_s - phases["verify"], **phases}
    return Outcome(
        phases,
        plan.record["pairs"]["allowed"],
        str(plan.status),
        plan.cost_gbp,
        plan.bound_gbp,
        plan.unplaced_pupils,
        notes={"progress": [line for _, line in lines], "weighed_gbp": plan.weighed_gbp},
    )


def _gap(cost_gbp: float | None, bound_gbp: float | None) -> float | None:
    if cost_gbp is None or bound_gbp is None or not math.isfinite(bound_gbp):
        return None
    return max(0.0, cost_gbp - bound_gbp) / max(abs(cost_gbp), 1e-9)


def _peak_mb() -> float:
    """Return the peak memory of this process.

    Linux lets `ru_maxrss` begin with the peak of the process that started this one, so its own high water mark is read.
    """
    mark = _first_field("/proc/self/status", "VmHWM")
    return (int(mark.split()[0]) if mark else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


def _started_mb(process: int) -> float:
    """Return the present memory of all processes that a process has started, and they in turn; Linux only."""
    try:
        started = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
        marks = [_first_field(f"/proc/{one}/status", "VmRSS") for one in started]
    except OSError:  # it has just ended, or there is no /proc
        return 0.0
    return sum(int(mark.split()[0]) / 1024 for mark in marks if mark) + sum(_started_mb(int(one)) for one in started)


METHODS: Mapping[str, Callable[..., Outcome]] = {
    "ours": ours,
    "plan_years": years.plan_years,
    "one_shot_highs": rivals.one_shot_highs,
    "one_shot_cbc": rivals.one_shot_cbc,
    "ortools_flow": rivals.ortools_flow,
    "spopt_median": rivals.spopt_median,
    "pulp_interface": rivals.pulp_interface,
    "road_matrix": roads.road_matrix,
    **route_methods.METHODS,
}


if __name__ == "__main__":
    _case, _method, _seed, _seconds, _answer = sys.argv[1:]
    _found = run_here(_case, _method, seed=int(_seed), seconds=float(_seconds))
    Path(_answer).write_text(json.dumps(_found), encoding="utf-8")
