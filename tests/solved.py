"""A plan of the solver beside the best plan of all, found by looking at every one."""

import pytest

from placement_opt.errors import InputError, NoPlanError
from placement_opt.plan import Plan
from placement_opt.policy import SolveOptions
from placement_opt.solve import solve
from tests.oracles import best_plan
from tests.strategies import Case


def solved_like_brute_force(case: Case, options: SolveOptions, named: str, within_gbp: float) -> Plan | None:
    """Solve a case, hold the plan against brute force, and return it.

    None where the input is refused, or where there is no plan and brute force has found none either.
    """
    try:
        plan = solve(case.problem, case.travel, policy=case.policy, options=options)
    except InputError:
        return None
    except NoPlanError:
        assert best_plan(*case) is None, named
        return None
    best = best_plan(*case)
    assert best is not None, named
    assert plan.unplaced_pupils == best.unplaced, named
    assert plan.objective_gbp == pytest.approx(best.objective_gbp, abs=within_gbp), named
    assert plan.bound_gbp <= best.objective_gbp + within_gbp, named
    return plan
