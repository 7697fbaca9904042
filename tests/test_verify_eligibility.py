"""Who could go where, as the verification says it: by the reasons of the page, from a list of journeys or a matrix."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from placement_opt.errors import InputError, NoPlanError
from placement_opt.examples import exampleshire
from placement_opt.plan import Plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.solve import baseline, solve
from placement_opt.travel import Listed, TravelMatrix, crow_fly
from placement_opt.verify import question as laid_out
from placement_opt.verify import verify
from placement_opt.verify.eligibility import RULES, Eligibility, eligibility_of
from placement_opt.verify.links import links_of
from placement_opt.verify.question import ask
from tests.amounts import how_many
from tests.oracles import InputAtFaultError, allowed_pairs
from tests.plans import with_table
from tests.strategies import Case, mixed_case

SEEDS = range(1_000, 1_000 + how_many(120, in_ci=20))
CHUNK = 40


def as_list(travel: TravelMatrix) -> TravelMatrix:
    """Return the journeys of a whole matrix as a list."""
    pupil, setting = np.nonzero(~np.isnan(travel.minutes))
    start = np.searchsorted(pupil, np.arange(len(travel.pupil_ids) + 1))
    minutes, miles = travel.minutes[pupil, setting], travel.miles[pupil, setting]
    walk = None if travel.walk_miles is None else travel.walk_miles[pupil, setting]
    listed = Listed(start.astype(np.int64), setting)
    return replace(travel, minutes=minutes, miles=miles, walk_miles=walk, listed=listed)


def as_matrix(travel: TravelMatrix) -> TravelMatrix:
    """Return listed journeys as a whole matrix, unknown where they are not listed."""
    pupil, setting = np.arange(len(travel.pupil_ids))[:, None], np.arange(len(travel.setting_ids))
    minutes, miles = travel.minutes_at(pupil, setting), travel.miles_at(pupil, setting)
    walk = None if travel.walk_miles is None else travel.walk_miles_at(pupil, setting)
    return replace(travel, minutes=minutes, miles=miles, walk_miles=walk, listed=None)


def _eligibility(problem: Problem, travel: TravelMatrix, policy: Policy) -> Eligibility:
    question = ask(problem, travel, policy)
    return eligibility_of(question, links_of(question))


def _reasons(case: Case) -> dict[tuple[str, str], str]:
    """Return the reason for every pair, and make sure that the list of allowed pairs says the same."""
    eligibility = _eligibility(*case)
    pupils, provisions = case.problem.pupils["pupil_id"], case.problem.provisions["provision_id"]
    row, column = (part.ravel() for part in np.indices((len(pupils), len(provisions))))
    number = eligibility.number(row, column)
    allowed = [eligibility.provisions_of(pupil).tolist() for pupil in range(len(pupils))]
    assert allowed == [column[(row == pupil) & (number == 0)].tolist() for pupil in range(len(pupils))]
    return {
        (pupils[one], provisions[other]): RULES[at] if at else ""
        for one, other, at in zip(row, column, number, strict=True)
    }


@cache
def _expected(seed: int) -> dict[tuple[str, str], str]:
    """Return the oracle's reasons; none for a case whose input is at fault."""
    try:
        return allowed_pairs(*mixed_case(seed))
    except InputAtFaultError:
        return {}


@pytest.mark.parametrize("first", SEEDS[::CHUNK])
def test_every_pair_has_the_reason_of_the_page_with_listed_journeys_too(first: int) -> None:
    checked = 0
    for seed in range(first, first + CHUNK):
        if expected := _expected(seed):
            case = mixed_case(seed)
            listed = case._replace(travel=as_list(case.travel))
            assert _reasons(case) == expected, f"seed {seed}"
            assert _reasons(listed) == expected, f"seed {seed}, listed"
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(laid_out, "_PAIRS_AT_ONCE", 1)
                assert _reasons(listed) == expected, f"seed {seed}, pupil by pupil"
            checked += 1
    assert checked > CHUNK / 2


def test_every_rule_is_met_in_these_cases() -> None:
    met = {reason for seed in SEEDS for reason in _expected(seed).values()}
    assert met == {"", *RULES[1:]}


def _shuffled(plan: Plan) -> Plan:
    """Return a plan whose pupils are where others were."""
    placements = plan.placements
    columns = ["provision_id", "setting_id", "kind"]
    placements[columns] = np.roll(placements[columns].to_numpy(), 1, axis=0)
    return with_table(plan, "placements", placements)


def test_a_list_and_a_matrix_with_gaps_are_verified_alike() -> None:
    certified = wrong = 0
    for seed in SEEDS[:6]:
        case = mixed_case(seed)
        try:
            plan = solve(case.problem, case.travel, policy=case.policy)
        except (InputError, NoPlanError):
            continue
        for some in (plan, _shuffled(plan), replace(plan, policy=replace(plan.policy, requests="hard"))):
            whole, listed = (verify(case.problem, travel, some) for travel in (case.travel, as_list(case.travel)))
            assert listed == whole, f"seed {seed}"
            certified += whole.certified_gbp is not None
            wrong += not whole.is_right
    assert certified > 1
    assert wrong > 1


@pytest.mark.parametrize("nearest", [1, 4])
def test_the_nearest_schools_are_verified_like_a_matrix_of_them(nearest: int) -> None:
    problem = exampleshire()
    listed = crow_fly(problem, nearest=nearest)
    whole = as_matrix(listed)
    policy = Policy(moves="flagged")
    today = baseline(problem, whole, policy=policy)
    for plan in (today, replace(solve(problem, whole, policy=policy), policy=Policy(moves="all", max_minutes=20))):
        assert verify(problem, listed, plan) == verify(problem, whole, plan)
