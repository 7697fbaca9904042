"""Limits on what is counted over all pupils (C12): brute force, verification, clashes, faults."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from placement_opt import examples
from placement_opt.certificate import Leaf, StageProof
from placement_opt.errors import InputError, NoPlanError, Status
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.solve import solve
from placement_opt.travel import crow_fly
from placement_opt.verify import verify
from placement_opt.verify.bounds import cost_objective
from tests.oracle_pairs import Question
from tests.oracle_totals import co2e_kg, total_of
from tests.oracles import Best, InputAtFaultError, best_plan
from tests.stated_models import bound, solved, stated
from tests.strategies import Case, random_case

SEEDS = range(0, 128, 4)
SEED = 9
"""A case in which there is some of every measure."""
FAMILIES = {"totals", "cohorts", "present", "transport", "overflow", "candidates", "spokes", "decisions"}
MEASURES = ("pupils", "minutes", "miles", "co2e_kg", "moves", "unplaced")
HALF_PENNIES = 0.02


def _case(seed: int) -> Case:
    mixture = sorted(FAMILIES - {"totals"})
    chosen = {name for place, name in enumerate(mixture) if (seed >> place) & 1}
    return random_case(seed, families=chosen | {"totals"})


@cache
def _best(seed: int) -> Best | str | None:
    try:
        return best_plan(*_case(seed))
    except InputAtFaultError:
        return "input at fault"


def _expected(seed: int) -> Best | None:
    best = _best(seed)
    return pytest.skip(best) if isinstance(best, str) else best


def _solved(case: Case) -> Plan | None:
    try:
        return solve(case.problem, case.travel, policy=case.policy, options=SolveOptions(gap=0))
    except NoPlanError as error:
        return None if error.status is Status.INFEASIBLE else pytest.fail("it did not find out")


def _total(**cells: object) -> pd.DataFrame:
    return pd.DataFrame([{"total": "T", "kind": None, "locality": None, **cells}])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_plan_under_totals_is_that_of_brute_force(seed: int) -> None:
    case = _case(seed)
    expected = _expected(seed)

    plan = _solved(case)

    assert (plan is None) == (expected is None)
    if plan is not None and expected is not None:
        pupils = int(case.problem.pupils["count"].sum())
        assert plan.unplaced_pupils == expected.unplaced
        assert plan.objective_gbp == pytest.approx(expected.objective_gbp, abs=HALF_PENNIES * pupils)
        certified = verify(case.problem, case.travel, plan).certified_gbp
        assert certified is not None
        assert certified <= expected.objective_gbp + HALF_PENNIES * pupils


def test_totals_decide_something_for_every_measure() -> None:
    changed = set()
    for seed in SEEDS:
        case = _case(seed)
        best = _best(seed)
        if not isinstance(best, str) and best_plan(case.problem.replace(totals=None), *case[1:]) != best:
            changed |= set(case.problem.table("totals")["measure"])

    assert changed == set(MEASURES)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_plan_that_passes_a_total_is_found_out(measure: str) -> None:
    case = random_case(SEED, families={"present", "transport", "cohorts"})
    case = case._replace(policy=replace(case.policy, moves="all"))
    plan = solve(case.problem, case.travel, policy=case.policy)
    found = _found(case, plan, measure)
    assert found > 0
    exactly, less = (case.problem.replace(totals=_total(measure=measure, most=most)) for most in (found, found * 0.99))

    assert not [one for one in verify(exactly, case.travel, plan).findings if one.check == "totals"]
    assert [one.check for one in verify(less, case.travel, plan).findings if one.check == "totals"] == ["totals"]


def _found(case: Case, plan: Plan, measure: str) -> float:
    question = Question(case.problem, case.travel, case.policy)
    placed = plan.placements[["pupil_id", "provision_id", "count"]].itertuples(index=False, name=None)
    x = Counter({(pupil, provision): count for pupil, provision, count in placed})
    return float(total_of(question, x, {"measure": measure, "kind": None, "locality": None}))


@pytest.mark.parametrize("seed", range(101, 125, 2))
def test_the_rows_stated_for_the_certificate_bound_what_brute_force_finds(seed: int) -> None:
    case = _case(seed)
    expected = _expected(seed)
    if expected is None:
        pytest.skip("there is no plan")
    model = stated(*case, unplaced=expected.unplaced)

    least = solved(model, cost_objective(model, None), whole=True).value
    linear = solved(model, cost_objective(model, None), whole=False)

    assert least == pytest.approx(expected.objective_gbp, abs=0.02 * int(case.problem.pupils["count"].sum()))
    assert linear.value is not None
    assert bound(model, linear.multipliers) <= expected.objective_gbp + 0.02 * len(case.problem.pupils) + 1e-6


def test_a_multiplier_of_a_total_that_proves_too_much_is_found_out() -> None:
    problem = examples.tiny().replace(totals=_total(measure="minutes", most=1_000))
    travel = crow_fly(problem)
    plan = solve(problem, travel)
    assert plan.certificate is not None
    boasting = replace(plan.certificate, stages=(StageProof("cost", plan.bound_gbp or 0, Leaf({"total_0": 5.0})),))

    findings = verify(problem, travel, replace(plan, certificate=boasting)).findings

    assert any("total_0" in str(finding) for finding in findings)


def test_a_total_that_cannot_hold_is_named() -> None:
    problem = examples.tiny().replace(totals=_total(total="short days", measure="minutes", most=0.5))

    with pytest.raises(
        NoPlanError, match=r"The total short days is at most 0\.5 minutes of journeys, one way"
    ) as error:
        solve(problem, crow_fly(problem))

    assert error.value.status is Status.INFEASIBLE


def test_those_who_stay_count_too() -> None:
    problem = examples.tiny()
    travel = crow_fly(problem)
    stayer = problem.pupils.dropna(subset="current_provision_id")
    kind = solve(problem, travel).placements.set_index("pupil_id").loc[stayer["pupil_id"].iloc[0], "kind"]

    with pytest.raises(NoPlanError, match="of which 1 are there whatever is decided"):
        solve(problem.replace(totals=_total(measure="pupils", kind=kind, most=0)), travel)


def test_emissions_are_those_of_the_placements() -> None:
    case = random_case(3, families={"transport"})
    plan = solve(case.problem, case.travel, policy=case.policy)
    question = Question(case.problem, case.travel, case.policy)

    exact = [float(co2e_kg(question, row.pupil_id, row.provision_id)) for row in plan.placements.itertuples()]

    np.testing.assert_allclose(plan.placements["co2e_kg"] / plan.placements["count"], exact, atol=6e-4)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"measure": "tears", "most": 1}, "'tears'"),
        ({"measure": "pupils", "most": -1}, "-1"),
        ({"measure": "pupils", "most": None}, "most"),
        ({"measure": "unplaced", "kind": "special", "most": 1}, "a pupil without a place is at none"),
        ({"measure": "minutes", "locality": "Nowhere", "most": 1}, "is not a locality of any pupil or school"),
    ],
)
def test_faults_of_the_table_are_told(cells: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        examples.tiny().replace(totals=_total(**cells))


def test_a_policy_of_most_moves_and_a_total_of_moves_say_the_same() -> None:
    case = random_case(21, families={"present", "max_moves", "cohorts"})
    limited = case.problem.replace(totals=_total(measure="moves", most=case.policy.max_moves))
    free = replace(case.policy, max_moves=None)

    one, other = best_plan(*case), solve(limited, case.travel, policy=free, options=SolveOptions(gap=0))

    assert one is not None
    assert (other.unplaced_pupils, round(other.objective_gbp, 2)) == (one.unplaced, one.objective_gbp)
    assert case.policy != Policy()
