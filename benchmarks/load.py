"""Whether memory grows: a thousand random problems, one after another, in one process.

`python -m benchmarks.load --problems 1000 --picture docs/pictures/load_memory.png` solves them, prints what was
measured as JSON and draws the curve. The problems are those of the tests: tiny, with every family of rules in turn.
"""

import argparse
import gc
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

import placement_opt as po

EVERY = 10
"""Memory is looked at after so many problems."""
WARM_UP = 200
"""Libraries are loaded and their stores filled in the first so many problems; growth is counted from here on."""


def run(problems: int) -> dict[str, Any]:
    """Solve random problems and look at the memory of this process.

    Parameters
    ----------
    problems
        How many; more than `WARM_UP`.

    Returns
    -------
    dict
        `problems` and `memory_mb` of the curve; how many were `solved`, had `no_plan`, or were `refused`
        because the plan failed its check; `seconds`; and
        `mb_per_1000`, the slope of the straight line through the curve after the first `WARM_UP` problems.
    """
    from tests.strategies import mixed_case  # noqa: PLC0415 - the tests are no part of what is installed

    started = perf_counter()
    at, memory_mb, ends = [], [], {"solved": 0, "no_plan": 0, "refused": 0}
    for number in range(problems):
        case = mixed_case(number)
        try:
            po.solve(case.problem, case.travel, policy=case.policy)
            ends["solved"] += 1
        except (po.NoPlanError, po.InputError):
            ends["no_plan"] += 1
        except (po.PlanError, po.SolverError):
            ends["refused"] += 1
        if (number + 1) % EVERY == 0:
            gc.collect()
            at.append(number + 1)
            memory_mb.append(round(_resident_mb(), 2))
    late = np.array(at) > WARM_UP
    slope = float(np.polyfit(np.array(at)[late], np.array(memory_mb)[late], 1)[0])
    seconds = round(perf_counter() - started, 1)
    return {**ends, "seconds": seconds, "mb_per_1000": round(1_000 * slope, 2), "problems": at, "memory_mb": memory_mb}


def draw(measured: dict[str, Any], picture: Path) -> None:
    """Draw the curve of the memory."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - loads when used

    figure = Figure(figsize=(8.0, 3.6), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(measured["problems"], measured["memory_mb"], color="#1f4e79", linewidth=1.5)
    axes.axvline(WARM_UP, color="#8a929a", linewidth=0.8, linestyle="--")
    top_mb, last = 1.25 * max(measured["memory_mb"]), measured["problems"][-1]
    axes.set(xlabel="Problems solved in one process", ylabel="Memory in use (MB)", ylim=(0, top_mb), xlim=(0, last))
    axes.annotate("growth is counted from here on", (WARM_UP, 0), xytext=(6, 8), textcoords="offset points", fontsize=9)
    figure.savefig(picture, dpi=110, metadata={"Software": None})


def _resident_mb() -> float:
    """Return the memory of this process that is in use, as Linux counts it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description="Measure whether memory grows.")
    parser.add_argument("--problems", type=int, default=1_000)
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args(arguments)
    if given.problems <= WARM_UP + EVERY:
        parser.error(f"--problems is {given.problems}; use more than {WARM_UP + EVERY}.")
    measured = run(given.problems)
    if given.picture is not None:
        draw(measured, given.picture)
    sys.stdout.write(f"{json.dumps(measured)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
