"""A solver that fails or lies: `solve` ends with an error that says so, or with a plan that is right all the same."""

from collections.abc import Callable

import highspy
import numpy as np
import pytest

from placement_opt.errors import NoPlanError, PlacementError, PlanError, SolverError, Status
from placement_opt.plan import Plan
from placement_opt.solve import solve
from placement_opt.travel import crow_fly
from placement_opt.verify import verify
from tests import lp_cases
from tests.amounts import IS_NIGHT
from tests.lying_solver import Answer, Lie, lying
from tests.strategies import Case, mixed_case

ENDS = highspy.HighsModelStatus
PENNY_GBP = 0.01
SEEDS = (1, 2, 3)


def _ends_with(status: highspy.HighsModelStatus) -> Lie:
    def lie(answer: Answer) -> None:
        answer.status, answer.has_solution = status, False

    return lie


def _of_mips(lie: Lie) -> Lie:
    def of_mips(answer: Answer) -> None:
        if answer.is_mip:
            lie(answer)

    return of_mips


def _valued(change: Callable[[Answer], None]) -> Lie:
    """Return a lie about values that hangs together: the objective is what they cost."""

    def lie(answer: Answer) -> None:
        change(answer)
        answer.objective = float(answer.costs @ answer.values) + answer.offset

    return lie


def _shuffle(answer: Answer) -> None:
    np.random.default_rng(len(answer.values)).shuffle(answer.values)


def _fails(_: Answer) -> None:
    raise RuntimeError("std::bad_alloc")


def _set(**values: float) -> Lie:
    def lie(answer: Answer) -> None:
        for name, value in values.items():
            if isinstance(getattr(answer, name), np.ndarray):
                getattr(answer, name)[:] = value
            else:
                setattr(answer, name, value)

    return lie


def _turn(answer: Answer) -> None:
    answer.duals = -answer.duals


def _cheaper(answer: Answer) -> None:
    answer.objective -= 1_000.0


def _empty(answer: Answer) -> None:
    answer.values = np.zeros(0)


def _halve(answer: Answer) -> None:
    answer.values = answer.values / 2


LIES: dict[str, tuple[Lie, type[PlacementError] | None]] = {
    "values that are no numbers": (_set(values=np.nan), SolverError),
    "an objective that is no number": (_set(objective=np.nan), SolverError),
    "a bound that is no number": (_set(bound=np.nan), SolverError),
    "an optimum without values": (_empty, SolverError),
    "no values for MIPs": (_of_mips(_empty), SolverError),
    "an objective that is too low": (_cheaper, SolverError),
    "values that do not fit the objective": (_set(values=0.0), SolverError),
    "more pupils than there are": (_valued(_set(values=1e30)), SolverError),
    "half a pupil": (_of_mips(_valued(_halve)), SolverError),
    "nobody placed": (_of_mips(_valued(_set(values=0.0))), PlanError),
    "everybody everywhere": (_of_mips(_valued(_set(values=1.0))), None),
    "the values of other columns": (_of_mips(_valued(_shuffle)), None),
    "prices that are no numbers": (_set(duals=np.nan), SolverError),
    "prices of 0": (_set(duals=0.0), None),
    "prices of the wrong sign": (_turn, None),
    "a solver that fails": (_fails, SolverError),
    "a solver that fails at MIPs": (_of_mips(_fails), SolverError),
    "a solver error": (_ends_with(ENDS.kSolveError), SolverError),
    "no bound below": (_ends_with(ENDS.kUnbounded), SolverError),
    "too little memory": (_ends_with(ENDS.kMemoryLimit), SolverError),
    "no plan": (_ends_with(ENDS.kInfeasible), SolverError),
    "no plan, says every MIP": (_of_mips(_ends_with(ENDS.kInfeasible)), NoPlanError),
    "no time, says every MIP": (_of_mips(_ends_with(ENDS.kTimeLimit)), NoPlanError),
}
"""What is said, and the error that ends it; None = some error, or a plan that is right all the same."""
AT_NIGHT = {
    *("an objective that is no number", "no values for MIPs", "a solver error", "no bound below", "prices of 0"),
    *("everybody everywhere", "no time, says every MIP", "a bound that is no number"),
}
"""Lies that end much as others do."""


def _outreach() -> Case:
    problem, policy = lp_cases.outreach()
    return Case(problem, crow_fly(problem), policy)


def _found(case: Case) -> Plan:
    return solve(case.problem, case.travel, policy=case.policy)


def _check_right(case: Case, plan: Plan, best: Plan) -> None:
    """Hold a plan against that of an honest solver; where it rests on the solver's word, it says so."""
    assert verify(case.problem, case.travel, plan).is_right
    assert (plan.unplaced_pupils, plan.objective_gbp + PENNY_GBP) > (best.unplaced_pupils, best.objective_gbp)
    if plan.status is Status.OPTIMAL and plan.record["proof"] == "certificate":
        assert plan.unplaced_pupils == best.unplaced_pupils
        assert plan.objective_gbp == pytest.approx(best.objective_gbp, abs=PENNY_GBP)


@pytest.fixture(scope="module")
def best() -> Plan:
    """Return what an honest solver finds."""
    return _found(_outreach())


def _ended(case: Case, lie: Lie) -> Plan | PlacementError:
    """Return what `solve` makes of a lie."""
    try:
        with lying(lie) as told:
            return _found(case)
    except PlacementError as error:
        return error
    finally:
        assert told or lie is _fails, "the solver was not asked"


@pytest.mark.parametrize("said", [said for said in LIES if IS_NIGHT or said not in AT_NIGHT])
def test_no_lie_of_the_solver_becomes_a_wrong_plan(said: str, best: Plan) -> None:
    lie, error = LIES[said]
    ended = _ended(_outreach(), lie)
    if isinstance(ended, Plan):
        assert error is None
        _check_right(_outreach(), ended, best)
    else:
        assert isinstance(ended, error or PlacementError)


@pytest.mark.skipif(not IS_NIGHT, reason="takes minutes")
@pytest.mark.parametrize("seed", SEEDS)
def test_no_lie_becomes_a_wrong_plan_of_a_random_problem(seed: int) -> None:
    case = mixed_case(seed)
    honest = _found(case)
    for lie, _ in LIES.values():
        ended = _ended(case, lie)
        if isinstance(ended, Plan):
            _check_right(case, ended, honest)


def test_the_solver_is_put_back_when_a_lie_ends(best: Plan) -> None:
    with lying(_fails), pytest.raises(SolverError):
        _found(_outreach())
    assert _found(_outreach()).objective_gbp == best.objective_gbp
