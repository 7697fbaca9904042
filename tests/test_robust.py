"""Robust statements: each verdict against all plans of tiny random questions, shifts against the prices of the page."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import product
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest

import placement_opt as po
from placement_opt.errors import InputError, PlacementError
from placement_opt.examples import tiny
from placement_opt.parameters import Parameters
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve import baseline, solve
from placement_opt.transport import default_modes
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.why.robust import what_if
from placement_opt.why.robust.case import CHANGES, OPEN, REFUSED, SAME, TIED, CaseResult
from placement_opt.why.robust.shifts import Shift
from tests.amounts import how_many
from tests.oracle_pairs import Question
from tests.oracle_sites import Placement
from tests.oracles import Rules, allowed_pairs, pair_cost
from tests.strategies import Case, mixed_case, random_case

EXACT = SolveOptions(gap=0)
ROUNDING_GBP = 0.05
SHIFTS = (
    Shift("minutes x 0.85", minutes=0.85),
    Shift("minutes x 1.5", minutes=1.5),
    Shift("miles x 1.3", miles=1.3),
    Shift("transport x 1.4", transport=1.4),
    Shift("special x 0.5", prices={"special": 0.5, "independent_special": 0.7}),
    Shift("mainstream x 2.5", prices={"mainstream": 2.5}),
)
Plans = list[tuple[Placement, int, int]]


def every_placement(case: Case) -> Plans:
    """Return every plan that keeps the rules: who is where, unplaced pupils, pence."""
    rules = Rules(Question(*case))
    pupils = list(rules.q.pupils)
    plans = []
    for chosen in product(*(rules.options(pupil) for pupil in pupils)):
        x: Placement = Counter({(i, p): n for i, way in zip(pupils, chosen, strict=True) for p, n in way.placed})
        price = rules.judge(x)
        if price is not None:
            plans.append((x, sum(way.unplaced for way in chosen), price))
    return plans


def shifted(case: Case, shift: Shift) -> Case:
    return Case(shift.of_problem(case.problem), shift.of_travel(case.travel), case.policy)


def solved(case: Case) -> Plan | None:
    try:
        return solve(case.problem, case.travel, policy=case.policy, options=EXACT)
    except PlacementError:
        return None


# -- verdicts against every plan --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(how_many(300, in_ci=6)))
def test_verdicts_agree_with_looking_at_every_plan(seed: int) -> None:
    case = mixed_case(seed)
    plan = solved(case)
    if plan is None:
        return
    shifts = SHIFTS[seed % 2 :: 2]
    held = what_if(case.problem, case.travel, plan, times=(), shifts=shifts)
    for shift in shifts:
        _agrees(held.results[shift.name], plan, shifted(case, shift), f"seed {seed}, {shift.name}")
    assert {one.verdict for one in held.results["as given"].verdicts.values()} <= {SAME}


def _agrees(result: CaseResult, plan: Plan, case: Case, named: str) -> None:
    if result.objective_gbp is None:
        if result.status == "infeasible":
            assert not every_placement(case), named
        return
    plans = every_placement(case)
    unplaced, least = min((one[1], one[2]) for one in plans)
    assert result.unplaced == unplaced, named
    assert result.objective_gbp == pytest.approx(least / 100, abs=ROUNDING_GBP), named
    refused = allowed_pairs(*case)
    held: Placement = Counter()
    for pupil_id, place, count in plan.placements[["pupil_id", "provision_id", "count"]].itertuples(index=False):
        held[pupil_id, place] += count
    for key, count in held.items():
        one = result.verdicts[key]
        keeping = [(left, price) for x, left, price in plans if x[key] >= count]
        if refused[key] or not keeping:
            assert one.verdict == REFUSED, (named, key)
            continue
        best = min(keeping)
        more, gbp = best[0] - unplaced, (best[1] - least) / 100
        if more == 0 and gbp <= ROUNDING_GBP:
            assert one.verdict in {SAME, TIED}, (named, key)
        else:
            assert one.verdict == CHANGES, (named, key)
            assert one.keeping_unplaced == more, (named, key)
            if more == 0:
                assert one.keeping_gbp == pytest.approx(gbp, abs=2 * ROUNDING_GBP), (named, key)
    whole = [(left, price) for x, left, price in plans if +x == +held]
    if any(refused[key] for key in held) or not whole:
        assert result.keep_gbp is None, named
    else:
        assert result.keep_unplaced == min(whole)[0], named
        assert result.keep_gbp == pytest.approx(min(whole)[1] / 100, abs=ROUNDING_GBP), named


def test_another_plan_that_is_as_good_is_no_change() -> None:
    problem = tiny()
    provisions = problem.provisions.assign(topup_gbp=[4_000, 4_000, 4_000, 16_000])
    twins = problem.replace(provisions=provisions)  # A-base and A-main at one school cost P1 the same
    travel = crow_fly(twins)
    plan = solve(twins, travel)
    held = what_if(twins, travel, plan, times=(0.85, 1.15), transport=(0.9, 1.1))
    assert held.robust_pupils == 3
    assert not held.cases[["changes", "refused", "not_settled"]].to_numpy().any()
    assert (held.cases["keeping_costs_gbp"] == 0).all()


def test_a_placement_changes_where_its_price_says_so_and_keeping_it_costs_the_difference() -> None:
    problem, travel = tiny(), crow_fly(tiny())
    plan = solve(problem, travel)
    held = what_if(problem, travel, plan, times=(), prices={"mainstream": (2.0,)})
    # P1 is at A-main for 4,000, which becomes 8,000; A-base costs 7,000
    assert held.changes.to_numpy().tolist() == [
        ["mainstream prices x 2", "P1", "A-main", CHANGES, 1, "A-base", 1_000, 0]
    ]
    assert held.cases.loc["mainstream prices x 2", "keeping_costs_gbp"] == 1_000
    assert held.robust_pupils == 2


def test_a_place_that_becomes_too_far_is_refused() -> None:
    problem, travel = tiny(), crow_fly(tiny())
    longest = float(solve(problem, travel).placements["minutes"].max())
    policy = Policy(max_minutes=longest * 1.1)
    plan = solve(problem, travel, policy=policy)
    held = what_if(problem, travel, plan)
    cases = held.cases
    assert cases.loc["minutes x 0.85", "same"] == 3
    assert cases.loc["minutes x 1.15", "refused"] == 1
    assert np.isnan(cases.loc["minutes x 1.15", "keep_gbp"])
    assert "do not allow keeping all" in held.summary()


def test_a_case_without_a_plan_says_why_and_the_others_are_told() -> None:
    problem = tiny()
    rules = pd.DataFrame({"pupil_id": ["P1"], "provision_id": ["B-main"], "rule": ["must"], "reason": ["panel"]})
    near = default_modes(Parameters()).assign(max_miles=20.0)
    musts = problem.replace(pair_rules=rules, modes=near)
    travel = crow_fly(musts)
    held = what_if(musts, travel, solve(musts, travel), times=(), distances=(10.0,))
    assert held.cases.loc["miles x 10", "status"] == "input at fault"
    assert "no permitted mode of transport" in held.cases.loc["miles x 10", "reason"]
    assert "miles x 10: no plan (input at fault)" in held.summary()
    assert (held.placements["miles x 10"] == "no plan").all()
    assert held.robust_pupils == 3


def test_placements_beyond_the_checks_are_not_called_anything() -> None:
    problem, travel = tiny(), crow_fly(tiny())
    held = what_if(problem, travel, solve(problem, travel), times=(), prices={"mainstream": (2.0,)}, most_checks=0)
    assert held.cases.loc["mainstream prices x 2", "not_settled"] == 1
    assert held.changes["verdict"].tolist() == [OPEN]


def _threads() -> Executor:
    return ThreadPoolExecutor(2)


def _processes() -> Executor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


@pytest.mark.parametrize("make", [_threads, _processes])
def test_threads_and_processes_give_the_same_answer(make: Callable[[], Executor]) -> None:
    case = random_case(5, families={"cohorts", "prices", "suitability"})
    plan = solved(case)
    assert plan is not None
    one = what_if(case.problem, case.travel, plan, transport=(0.5, 2.0))
    other = what_if(case.problem, case.travel, plan, transport=(0.5, 2.0), executor=make)
    pd.testing.assert_frame_equal(one.cases, other.cases)


# -- shifts against the page ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(how_many(100, in_ci=5)))
def test_a_shift_changes_the_prices_that_it_names_and_no_others(seed: int) -> None:
    case = random_case(seed, families={"prices", "transport", "journey_costs", "suitability"})
    kinds = set(case.problem.provisions["kind"])
    shift = Shift("both", transport=1.5, prices=dict.fromkeys(sorted(kinds)[:1], 0.5))
    other = shifted(case, shift)
    kind_of = case.problem.provisions.set_index("provision_id")["kind"]
    refused = allowed_pairs(*case)
    for pupil_id, place in (key for key, reason in refused.items() if not reason):
        before, after = (pair_cost(*one, pupil_id, place) for one in (case, other))
        factor = 0.5 if kind_of[place] in shift.prices else 1.0
        assert after.topup == pytest.approx(before.topup * factor, abs=1)
        assert after.transport == pytest.approx(before.transport * 1.5, abs=2)
        assert after.place == before.place
    assert allowed_pairs(*other) == refused


def test_minutes_and_miles_are_scaled_apart() -> None:
    travel = crow_fly(tiny())
    longer = Shift("minutes", minutes=1.15).of_travel(travel)
    assert longer.minutes == pytest.approx(travel.minutes * 1.15, abs=0.006)
    assert (longer.miles == travel.miles).all()
    farther = Shift("miles", miles=2.0).of_travel(travel)
    assert farther.miles == pytest.approx(travel.miles * 2, abs=0.0006)
    assert (farther.minutes == travel.minutes).all()


def test_walks_and_journeys_of_outreach_are_scaled_too() -> None:
    between = pd.DataFrame({"from_setting_id": ["A"], "to_setting_id": ["B"], "minutes": [10.0], "miles": [4.0]})
    made = TravelMatrix(("P",), ("A", "B"), np.ones((1, 2)), np.ones((1, 2)), between, walk_miles=np.ones((1, 2)))
    other = Shift("all", minutes=2, miles=3).of_travel(made)
    assert other.between[["minutes", "miles"]].to_numpy().tolist() == [[20.0, 12.0]]
    assert other.walk_miles is not None
    assert other.walk_miles.tolist() == [[3.0, 3.0]]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"minutes": 0.0}, "from 0.1 to 10"),
        ({"transport": True}, "from 0.1 to 10"),
        ({"prices": {"special": 11.0}}, "factor of special"),
        ({"prices": {"hospital": 1.1}}, "hospital; use one of"),
    ],
)
def test_wrong_factors_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Shift("wrong", **wrong)  # type: ignore[arg-type]


# -- what is refused, and what may be shared --------------------------------------------------------------------------


def test_plans_of_other_questions_are_refused_with_every_reason() -> None:
    problem, travel = tiny(), crow_fly(tiny())
    plan = solve(problem, travel)
    other = problem.replace(provisions=problem.provisions.assign(places=[1, 2, 2, 9]))
    with pytest.raises(InputError) as caught:
        what_if(other, crow_fly(other, circuity=1.5), plan)
    assert [fault.table for fault in caught.value.faults] == ["provisions", "travel"]
    with pytest.raises(InputError, match="baseline"):
        what_if(problem, travel, baseline(problem, travel))
    weighted = solve(problem, travel, options=SolveOptions(weights={"unplaced": 1e6}))
    with pytest.raises(InputError, match="made with weights"):
        what_if(problem, travel, weighted)
    with pytest.raises(ValueError, match=r"minutes x 1\.1"):
        what_if(problem, travel, plan, times=(1.1, 1.1))


def crowd() -> Problem:
    """Return 24 pupils of three needs, three of whom have SEMH."""
    problem = tiny()
    needs = ["ASD"] * 12 + ["SLD"] * 9 + ["SEMH"] * 3
    pupils = pd.DataFrame(
        {
            "pupil_id": [f"Q{row:02d}" for row in range(24)],
            "easting": [460_000 + 300 * row for row in range(24)],
            "northing": [270_000] * 24,
            "year_group": [7] * 24,
            "need": needs,
        }
    )
    return problem.replace(pupils=pupils, provisions=problem.provisions.assign(places=[6, 20, 20, 12]))


def test_what_may_be_shared_hides_small_numbers_and_names_nobody() -> None:
    problem = crowd()
    travel = crow_fly(problem)
    held = what_if(problem, travel, solve(problem, travel), times=(), prices={"mainstream": (2.5,)})
    assert held.by("need").loc["SEMH", "all"] == 3
    text = held.shareable("need")
    assert "SEMH: under 5" in text
    assert "SEMH: 3" not in text
    assert not any(f"Q{row:02d}" in text or f"Q{row:02d}" in held.summary() for row in range(24))
    with pytest.raises(ValueError, match="use one of need, kind"):
        held.by("name")


def test_groups_add_up_to_all_placements() -> None:
    problem = crowd()
    travel = crow_fly(problem)
    held = what_if(problem, travel, solve(problem, travel), times=(), prices={"mainstream": (2.5,)})
    for group in ("need", "kind", "year_group", "locality"):
        table = held.by(group)
        assert table["all"].sum() == held.plan.placed_pupils
        assert table["robust"].sum() == held.robust_pupils
        assert (table["robust"] + table["rest"] == table["all"]).all()
    sums = held.cases[["same", "tied", "changes", "refused", "not_settled"]].sum(axis=1)
    assert (sums == held.plan.placed_pupils).all()


def test_the_public_names_are_there() -> None:
    assert po.what_if is what_if
    assert po.Shift is Shift
