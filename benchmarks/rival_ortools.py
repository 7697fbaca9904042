"""Minimum cost flow by or-tools, in an environment of its own: `rival_ortools.py QUESTION.npz ANSWER.json`.

It reads ready pairs and writes what it found with its own seconds. It imports nothing of the project.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np
from ortools.graph.python import min_cost_flow


def peak_mb() -> float | None:
    """Return the peak memory of this process, where the system tells."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), None)


def solve(arrays: dict[str, np.ndarray]) -> dict[str, object]:
    """Return the cheapest flow from pupils to places; a pupil without a place flows past them at a high price."""
    before = perf_counter()
    supply, capacity = arrays["supply"], arrays["capacity"]
    pupils, provisions = len(supply), len(capacity)
    sink = pupils + provisions
    rows, sites = np.arange(pupils), pupils + np.arange(provisions)
    tails = [arrays["pupil"], sites, sites, rows]
    heads = [pupils + arrays["provision"], np.full(provisions, sink), np.full(provisions, sink), np.full(pupils, sink)]
    rooms = [supply[arrays["pupil"]], capacity, arrays["overflow"], supply]
    zero, unplaced_pence = np.zeros(provisions), int(arrays["unplaced_pence"][0])
    costs = [arrays["pence"], zero, arrays["overflow_pence"], np.full(pupils, unplaced_pence)]
    flow = min_cost_flow.SimpleMinCostFlow()
    whole = [
        np.concatenate(parts).astype(kind)
        for parts, kind in ((tails, np.int32), (heads, np.int32), (rooms, np.int64), (costs, np.int64))
    ]
    arcs = flow.add_arcs_with_capacity_and_unit_cost(*whole)
    flow.set_nodes_supplies(np.append(rows, sink), np.append(supply, -int(supply.sum())))
    built = perf_counter()
    status = flow.solve()
    solved = perf_counter()
    is_best = status == flow.OPTIMAL
    unplaced = int(flow.flows(arcs[-pupils:]).sum()) if is_best else None
    return {
        "build_s": built - before,
        "solve_s": solved - built,
        "status": "optimal" if is_best else str(status),
        "pence": int(flow.optimal_cost()) - unplaced * unplaced_pence if is_best else None,
        "unplaced": unplaced,
        "version": f"ortools {version('ortools')}",
        "peak_mb": peak_mb(),
    }


if __name__ == "__main__":
    with np.load(sys.argv[1]) as question:
        answer = solve(dict(question))
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")
