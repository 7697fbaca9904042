"""Many solves at once, in threads and in processes, give the plans that they give one after another."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from placement_opt.errors import NoPlanError
from placement_opt.solve import solve
from tests.amounts import IS_NIGHT, how_many
from tests.futures_cases import processes
from tests.strategies import mixed_case

AT_ONCE = how_many(20, in_ci=5)


def answer(seed: int) -> tuple[object, ...]:
    """Return everything about the plan of a random problem that must not depend on what else runs."""
    case = mixed_case(seed)
    try:
        plan = solve(case.problem, case.travel, policy=case.policy)
    except NoPlanError as error:
        return error.status, error.clashes
    tables = tuple(table.to_csv(index=False) for table in plan.tables.values())
    return plan.status, plan.objective_gbp, plan.bound_gbp, tables


@pytest.fixture(scope="module")
def one_after_another() -> list[tuple[object, ...]]:
    """Return the answers of solves that had the process to themselves."""
    return [answer(seed) for seed in range(AT_ONCE)]


def test_threads_do_not_get_into_each_others_way(one_after_another: list[tuple[object, ...]]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(answer, range(AT_ONCE))) == one_after_another


@pytest.mark.skipif(not IS_NIGHT, reason="workers load the library anew")
def test_processes_give_the_same_plans(one_after_another: list[tuple[object, ...]]) -> None:
    with processes(2) as pool:
        assert list(pool.map(answer, range(AT_ONCE))) == one_after_another
