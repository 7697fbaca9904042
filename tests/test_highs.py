"""HiGHS behind PuLP: how runs end."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pulp
import pytest

from placement_opt.errors import Status
from placement_opt.solve.highs import run_highs

ITEMS, SACKS = 60, 8


def knapsacks() -> pulp.LpProblem:
    """Return a model that takes many nodes: items in several sacks at once."""
    rng = np.random.default_rng(3)
    problem = pulp.LpProblem("knapsacks", pulp.LpMinimize)
    items = [problem.add_variable(f"x_{number}", 0, 1, pulp.LpInteger) for number in range(ITEMS)]
    weights = rng.integers(50, 150, (SACKS, ITEMS)).tolist()
    problem += pulp.lpSum(-int(worth) * item for worth, item in zip(rng.integers(90, 110, ITEMS), items, strict=True))
    for row in weights:
        problem += pulp.lpSum(weight * item for weight, item in zip(row, items, strict=True)) <= sum(row) // 3
    return problem


@pytest.mark.parametrize(
    ("options", "time_limit_s"), [({"mip_max_nodes": 1}, None), ({"mip_max_improving_sols": 1}, None), ({}, 0.05)]
)
def test_a_run_that_is_cut_short_keeps_what_it_found(options: dict[str, int], time_limit_s: float | None) -> None:
    """Reproduces: PuLP has no name for a limit of nodes, and the run ended with a KeyError."""
    problem = knapsacks()
    run = run_highs(problem, gap=0.0, time_limit_s=time_limit_s, options={"presolve": "off", **options})
    assert run.status in {Status.FEASIBLE, Status.NO_SOLUTION}
    if run.has_solution:
        worth = sum(value * item.varValue for item, value in problem.objective.items())
        assert worth == pytest.approx(run.value)
        assert all(row.valid(1e-6) for row in problem.constraints())


def test_runs_in_several_threads_do_not_get_into_each_others_way() -> None:
    """Reproduces: "Solver is already running", because solvers that listen for Ctrl-C share their locks."""

    def worth(_: int) -> float:
        return run_highs(knapsacks(), gap=0.05, time_limit_s=None, options={}).value

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(worth, range(12)))
    assert len(set(found)) == 1
