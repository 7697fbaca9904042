"""The library against network flow where a problem is nothing but pupils and places."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from placement_opt.parameters import Parameters
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve import solve
from placement_opt.travel import crow_fly
from tests.amounts import how_many
from tests.oracles import best_plan
from tests.strategies import random_case

POLICY = Policy(moves="all", cost_basis="average")
EXACT = SolveOptions(gap=0)
UNPLACED_PENCE = 10**11
"""One pupil without a place weighs more than all the money of a case."""


def _pure_assignment(seed: int) -> Problem:
    """Return 30-60 pupils, some in rows of several, and open provisions; a price for every need and kind."""
    rng = np.random.default_rng(seed)
    schools, groups, rows = int(rng.integers(4, 9)), int(rng.integers(6, 13)), int(rng.integers(24, 34))
    count = rng.choice([1, 1, 1, 2, 3], rows)
    count = np.append(count, np.ones(max(0, 30 - count.sum()), dtype=int))
    rows = len(count)
    demand = int(count.sum())
    pupils = pd.DataFrame(
        {
            "pupil_id": [f"P{n:02}" for n in range(rows)],
            "easting": rng.integers(450_000, 470_000, rows),
            "northing": rng.integers(260_000, 280_000, rows),
            "year_group": rng.integers(0, 14, rows),
            "need": rng.choice(["ASD", "SEMH", "MLD"], rows),
            "count": count,
        }
    )
    settings = pd.DataFrame(
        {
            "setting_id": [f"S{n}" for n in range(schools)],
            "name": "School",
            "easting": rng.integers(450_000, 470_000, schools),
            "northing": rng.integers(260_000, 280_000, schools),
        }
    )
    provisions = pd.DataFrame(
        {
            "provision_id": [f"V{n:02}" for n in range(groups)],
            "setting_id": rng.choice(settings["setting_id"], groups),
            "kind": rng.choice(["mainstream", "special", "alternative"], groups),
            "places": rng.multinomial(int(demand * rng.uniform(0.8, 1.3)), np.full(groups, 1 / groups)),
            "needs": rng.choice(["any", "ASD;MLD", "SEMH", "ASD"], groups),
            "place_gbp": rng.choice([6_000, 10_000], groups),
            "topup_gbp": rng.integers(100_000, 2_000_000, groups) / 100,
        }
    )
    return Problem(pupils=pupils, settings=settings, provisions=provisions)


def _flow(problem: Problem) -> tuple[int, int]:
    """Return the fewest unplaced pupils and the least pence by network simplex, prices by the default vehicle."""
    parameters, travel = Parameters(), crow_fly(problem)
    graph = nx.DiGraph()
    pupils, provisions = problem.pupils, problem.provisions
    graph.add_node("unplaced", demand=0)
    graph.add_node("sink", demand=int(pupils["count"].sum()))
    graph.add_edge("unplaced", "sink", weight=UNPLACED_PENCE)
    for p in provisions.itertuples():
        graph.add_edge(("p", p.provision_id), "sink", capacity=p.places, weight=0)
    for row, i in enumerate(pupils.itertuples()):
        graph.add_node(("i", i.pupil_id), demand=-i.count)
        graph.add_edge(("i", i.pupil_id), "unplaced", weight=0)
        limit = parameters.walk_miles_under_8 if i.year_group <= 3 else parameters.walk_miles_from_8
        for p in provisions.itertuples():
            if p.needs == "any" or i.need in p.needs.split(";"):
                miles = float(travel.miles[row, travel.setting_ids.index(p.setting_id)])
                share = 0.5 + 0.5 * miles / parameters.shared_vehicle_mean_miles
                transport = round(parameters.shared_vehicle_gbp * share, 2) if miles > limit else 0
                pence = round(100 * (p.topup_gbp + p.place_gbp + transport))
                graph.add_edge(("i", i.pupil_id), ("p", p.provision_id), weight=pence)
    cost, _ = nx.network_simplex(graph)
    return divmod(cost, UNPLACED_PENCE)


@pytest.mark.parametrize("first", range(0, how_many(50, in_ci=30), 10))
def test_pure_assignments_cost_what_network_flow_says(first: int) -> None:
    for seed in range(first, first + 10):
        problem = _pure_assignment(seed)
        unplaced, pence = _flow(problem)

        plan = solve(problem, crow_fly(problem), policy=POLICY, options=EXACT)

        half_pennies = 0.02 * int(problem.pupils["count"].sum())
        assert plan.unplaced_pupils == unplaced, f"seed {seed}"
        assert pence / 100 - half_pennies <= plan.objective_gbp <= pence / 100 + 1 + half_pennies, f"seed {seed}"


def test_some_pure_assignments_leave_pupils_without_a_place_and_some_do_not() -> None:
    unplaced = [_flow(_pure_assignment(seed))[0] for seed in range(20)]

    assert min(unplaced) == 0
    assert max(unplaced) > 3


@pytest.mark.parametrize("first", range(5_000, 5_000 + how_many(40, in_ci=20), 10))
def test_generalised_assignments_cost_what_brute_force_says(first: int) -> None:
    for seed in range(first, first + 10):
        case = random_case(seed, families={"places", "cohorts", "transport"})
        best = best_plan(*case)
        assert best is not None

        plan = solve(case.problem, case.travel, policy=case.policy, options=EXACT)

        assert plan.unplaced_pupils == best.unplaced, f"seed {seed}"
        assert -0.2 <= plan.objective_gbp - best.objective_gbp <= 1.2, f"seed {seed}"
