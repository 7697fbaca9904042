"""The same question has the same answer to the last byte: whatever the order of rows and columns, in every process."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from placement_opt.errors import InputError, NoPlanError
from placement_opt.plan import Plan
from placement_opt.policy import SolveOptions
from placement_opt.problem import Problem
from placement_opt.schema import TABLES
from placement_opt.solve import solve
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import verify
from tests.amounts import how_many
from tests.strategies import Case, mixed_case
from tests.test_against_network_flow import POLICY, _pure_assignment

MIXED, PURE = range(7_000, 7_000 + how_many(30, in_ci=6)), range(8)
CHUNK = 10


def shuffled(problem: Problem, seed: int) -> Problem:
    """Return the problem with the rows and the columns of every table in another order."""
    rng = np.random.default_rng(seed)
    tables = {}
    for name in TABLES:
        if name != "parameters":
            frame = problem.table(name)
            tables[name] = frame.iloc[rng.permutation(len(frame)), rng.permutation(len(frame.columns))]
    return problem.replace(**tables)


def fingerprint(case: Case) -> dict[str, object]:
    """Return all that a plan says, byte for byte, but for seconds and what it was made from."""
    try:
        plan = solve(case.problem, case.travel, policy=case.policy, options=SolveOptions(gap=0))
    except (NoPlanError, InputError) as error:
        return {"error": type(error).__name__, "text": str(error) if isinstance(error, NoPlanError) else ""}
    return _said(case, plan)


def _said(case: Case, plan: Plan) -> dict[str, object]:
    return {
        **{name: frame.to_csv(index=False) for name, frame in plan.tables.items()},
        "status": plan.status,
        "bound": plan.bound_gbp,
        "objective": plan.objective_gbp,
        "certificate": plan.certificate and plan.certificate.as_dict(),
        "certified": verify(case.problem, case.travel, plan).certified_gbp,
        "proof": plan.record.get("proof"),
    }


def _travel_again(problem: Problem, case: Case) -> TravelMatrix:
    """Return the journeys built on the shuffled problem; those at random are shuffled themselves."""
    old = case.travel
    if old.recipe.get("method") == "crow_fly":
        return crow_fly(problem)
    pupil_ids, setting_ids = list(problem.pupils["pupil_id"]), list(problem.settings["setting_id"])
    rng = np.random.default_rng(len(pupil_ids))
    rows = rng.permutation(len(old.pupil_ids))
    columns = rng.permutation(len(setting_ids))
    both = np.ix_(rows, columns)
    between = old.between.iloc[rng.permutation(len(old.between))]
    return TravelMatrix(
        tuple(old.pupil_ids[row] for row in rows),
        tuple(old.setting_ids[column] for column in columns),
        old.minutes[both],
        old.miles[both],
        between,
        old.source,
    )


def _differences(case: Case, seed: int) -> list[str]:
    other = shuffled(case.problem, seed)
    first, second = fingerprint(case), fingerprint(Case(other, _travel_again(other, case), case.policy))
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


@pytest.mark.parametrize("first", MIXED[::CHUNK])
def test_the_order_of_rows_and_columns_changes_no_byte(first: int) -> None:
    found = {seed: _differences(mixed_case(seed), seed) for seed in range(first, first + CHUNK)}
    assert {seed: names for seed, names in found.items() if names} == {}


def test_the_order_of_rows_and_columns_changes_no_byte_of_an_assignment() -> None:
    problems = {seed: _pure_assignment(seed) for seed in PURE}
    found = {seed: _differences(Case(one, crow_fly(one), POLICY), seed) for seed, one in problems.items()}
    assert {seed: names for seed, names in found.items() if names} == {}


def test_another_process_with_another_hash_seed_says_the_same() -> None:
    code = "from tests.test_determinism import every_fingerprint; print(every_fingerprint())"
    said = []
    for hash_seed in ("1", "4242"):
        run = subprocess.run(  # noqa: S603
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[1],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        )
        said.append(run.stdout)
    assert len(said[0].splitlines()) == len(MIXED[::3]) + 2
    assert said[0] == said[1]


def every_fingerprint() -> str:
    """Return a line for each of some questions, to be compared across processes."""
    problems = [_pure_assignment(seed) for seed in PURE[:2]]
    asked = [Case(one, crow_fly(one), POLICY) for one in problems] + [mixed_case(seed) for seed in MIXED[::3]]
    return "\n".join(hashlib.sha256(repr(sorted(fingerprint(case).items())).encode()).hexdigest() for case in asked)
