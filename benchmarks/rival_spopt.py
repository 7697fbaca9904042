"""P-median by spopt, in an environment of its own: `rival_spopt.py QUESTION.npz ANSWER.json`.

It imports nothing of the project.
"""

import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np
import pulp
from spopt.locate import PMedian


def peak_mb() -> float | None:
    """Return the peak memory of this process, where the system tells."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), None)


def solve(arrays: dict[str, np.ndarray]) -> dict[str, object]:
    """Return the cost of spopt's plan, worked out from its assignment, with the seconds of its model and solver."""
    warnings.simplefilter("ignore")
    cost, weight, fixed = arrays["cost"], arrays["weight"], arrays["fixed"]
    before = perf_counter()
    model = PMedian.from_cost_matrix(
        cost,
        weight,
        int(arrays["sites"][0]),
        predefined_facilities_arr=fixed if fixed.any() else None,
        facility_capacities=arrays["capacity"] if arrays["capacity"].size else None,
    )
    built = perf_counter()
    solver = pulp.HiGHS(msg=False, gapRel=float(arrays["gap"][0]), timeLimit=float(arrays["seconds"][0]), threads=1)
    model.solve(solver)
    solved = perf_counter()
    total = sum(cost[client, site] * weight[client] for site, clients in enumerate(model.fac2cli) for client in clients)
    return {
        "build_s": built - before,
        "solve_s": solved - built,
        "status": pulp.LpSolution[model.problem.sol_status],
        "cost": float(total),
        "version": f"spopt {version('spopt')}",
        "peak_mb": peak_mb(),
    }


if __name__ == "__main__":
    with np.load(sys.argv[1]) as question:
        answer = solve(dict(question))
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")
