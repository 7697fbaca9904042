"""What a certificate proves is worked out right, it never passes the best plan, and a spoilt one is found."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from placement_opt.certificate import Branch, Certificate, Leaf, StageProof, Tree
from placement_opt.errors import InputError, Status
from placement_opt.plan import Plan, load_plan
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from placement_opt.verify import Verification, verify
from placement_opt.verify.bounds import Objective, cost_objective, unplaced_objective
from placement_opt.verify.program import MOST, read_name
from tests.oracles import InputAtFaultError, best_plan
from tests.plans import changed, rich_case, tiny_case, today_case
from tests.stated_models import bound, names, solved, stated
from tests.strategies import Case, mixed_case, random_case

PENNY = 0.006
DEAR = {"stage_unplaced": -10_000.0}
"""Leaving a pupil without a place is dearer than any cheapest place of the tiny problem."""


def _tiny(**provisions: Mapping[str, Any]) -> Case:
    """Return the tiny problem with other cells of its provisions: A_base, A_main, B_main, B_special."""
    problem, travel, plan = tiny_case()
    for name, cells in provisions.items():
        problem = changed(problem, "provisions", {"provision_id": name.replace("_", "-")}, **cells)
    return Case(problem, travel, plan.policy)


# -- bounds that can be worked out by hand ----------------------------------------------------------------------------


def test_without_multipliers_those_who_stay_are_all_that_has_to_be_paid() -> None:
    assert bound(stated(*_tiny()), {}) == pytest.approx(24_800)


def test_everybody_goes_where_it_is_cheapest_once_nobody_may_be_unplaced() -> None:
    assert bound(stated(*_tiny()), DEAR) == pytest.approx(24_800 + 4_000 + 4_000)


def test_a_right_to_leave_one_pupil_unplaced_is_worth_what_its_row_says() -> None:
    assert bound(stated(*_tiny(), unplaced=1), DEAR) == pytest.approx(24_800 + 8_000 - 10_000)


def test_a_place_that_is_short_raises_the_bound_to_the_next_best_one() -> None:
    # nobody fits in A-main any more: its price rises until the base, at 7,000, is as cheap
    model = stated(*_tiny(A_main={"places": 0}))
    assert bound(model, DEAR | {"places_1": -3_000.0}) == pytest.approx(24_800 + 7_000 + 4_000)
    overflow = stated(*_tiny(A_main={"places": 0, "overflow_places": 1, "overflow_gbp": 100}))
    assert bound(overflow, DEAR | {"places_1": -100.0}) == pytest.approx(24_800 + 4_100 + 4_000)
    assert bound(overflow, DEAR | {"places_1": -3_000.0}) == pytest.approx(24_800 + 7_000 + 4_000 - 2_900)


def test_opening_is_paid_by_the_pupils_multipliers_or_by_branching() -> None:
    model = stated(*_tiny(A_main={"status": "candidate", "open_gbp": 2_500}))
    assert bound(model, DEAR) == pytest.approx(24_800 + 8_000)
    assert bound(model, DEAR | {"pupil_0": 6_500.0}) == pytest.approx(24_800 + 6_500 + 4_000)
    assert bound(model, DEAR | {"pupil_0": 7_000.0}) == pytest.approx(24_800 + 7_000 + 4_000 - 500)
    least, most = model.program.bounds
    y = model.program.column("y_1")
    shut, opened = most.copy(), least.copy()
    shut[y], opened[y] = 0, 1
    assert bound(model, DEAR, bounds=(least, shut)) == pytest.approx(24_800 + 7_000 + 4_000)
    assert bound(model, DEAR, bounds=(opened, most)) == pytest.approx(24_800 + 2_500 + 8_000)


def test_a_class_brings_places_for_its_price() -> None:
    cells = {"places": 0, "max_classes": 1, "class_places": 2, "class_gbp": 1_000}
    model = stated(*_tiny(A_main=cells))
    # a place of a class costs 500 when both are full
    assert bound(model, DEAR | {"places_1": -500.0}) == pytest.approx(24_800 + 4_500 + 4_000)
    assert bound(model, DEAR | {"places_1": -1_000.0}) == pytest.approx(24_800 + 5_000 + 4_000 - 1_000)


def test_the_smallest_group_makes_an_open_provision_dearer() -> None:
    model = stated(*_tiny(A_main={"status": "candidate", "min_pupils": 2}))
    assert bound(model, DEAR | {"smallest_1": 100.0}) == pytest.approx(24_800 + 3_900 + 4_000)
    assert bound(model, DEAR | {"smallest_1": 100.0, "pupil_0": 4_100.0}) == pytest.approx(24_800 + 4_100 + 4_000)


def test_a_ray_proves_that_nothing_is_there() -> None:
    problem, travel, policy = _tiny(A_main={"status": "candidate"})
    limits = problem.replace(site_limits=_frame(site_limit="S", min_open=1))
    model = stated(limits, travel, policy)
    least, most = model.program.bounds
    shut = most.copy()
    shut[model.program.column("y_1")] = 0
    assert bound(model, {"sites_least_0": 1.0}, Objective(), bounds=(least, shut)) == pytest.approx(1)
    assert bound(model, {"sites_least_0": 1.0}, Objective()) == pytest.approx(0)


def test_a_budget_takes_its_share_of_every_price() -> None:
    problem, travel, policy = _tiny()
    model = stated(problem.replace(budgets=_frame(budget="B", type="revenue", limit_gbp=30_000)), travel, policy)
    # 5,200 are left for those who move, whose money weighs twice
    assert bound(model, DEAR | {"budget_0": -1.0}) == pytest.approx(24_800 + 16_000 - 5_200)


def _frame(**cells: Any) -> pd.DataFrame:
    return pd.DataFrame([cells])


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("y_0", ("y", (0,))),
        ("family_1_20_3", ("family", (1, 20, 3))),
        ("hub_open_3_4", ("hub_open", (3, 4))),
        ("moves", ("moves", ())),
        ("stage_unplaced", ("stage_unplaced", ())),
        ("y_00", ("", ())),
        ("y_-1", ("", ())),
        ("Y_1", ("", ())),
        ("", ("", ())),
    ],
)
def test_names_are_read_in_one_way_only(name: str, read: tuple[str, tuple[int, ...]]) -> None:
    assert read_name(name) == read


# -- the stated model is the model of the page ------------------------------------------------------------------------

GROUPS = {
    "mixed": [mixed_case(seed) for seed in range(16)],
    "hubs": [random_case(seed, families=("spokes", "links", "candidates", "present", "smallest")) for seed in range(8)],
    "money": [
        random_case(seed, families=("revenue", "journeys", "capital", "classes", "candidates")) for seed in range(8)
    ],
    "wishes": [
        random_case(seed, families=("siblings", "requests", "mainstream", "present", "max_moves")) for seed in range(8)
    ],
}


@pytest.mark.parametrize("group", GROUPS)
def test_its_best_plan_is_that_of_exhaustive_search_and_its_bounds_are_below(group: str) -> None:
    compared = 0
    for number, case in enumerate(GROUPS[group]):
        try:
            best = best_plan(*case)
        except (InputAtFaultError, InputError):
            continue
        anything = stated(*case, unplaced=10**6)
        fewest = solved(anything, unplaced_objective(anything), whole=True)
        if best is None:
            assert fewest.value is None, f"case {number}"
            continue
        assert fewest.value == pytest.approx(best.unplaced), f"case {number}"
        model = stated(*case, unplaced=best.unplaced)
        objective = cost_objective(model, None)
        penny = PENNY + float(model.movers.doubt_gbp @ model.count)
        assert solved(model, objective, whole=True).value == pytest.approx(best.objective_gbp, abs=penny), (
            f"case {number}"
        )
        relaxed = solved(model, objective, whole=False)
        assert relaxed.value is not None
        assert bound(model, relaxed.multipliers) == pytest.approx(relaxed.value, rel=1e-7, abs=1e-4), f"case {number}"
        _weak_duality(case, number, best.objective_gbp + penny, best.unplaced)
        compared += 1
    assert compared >= 4


def _weak_duality(case: Case, seed: int, objective_gbp: float, unplaced: int) -> None:
    rng = np.random.default_rng(seed)
    model = stated(*case, unplaced=unplaced)
    rows, sense = names(model), model.program.sense
    movers = [f"pupil_{at}" for at in model.movers.pupil]
    for scale in (10, 1_000, 10_000):
        size = rng.normal(scale=scale, size=len(rows)) * (rng.random(len(rows)) < 0.5)
        values = np.where(sense == 0, size, np.abs(size) * sense)
        given = dict(zip(rows, values.tolist(), strict=True))
        own = {name: float(rng.normal(5_000, scale)) for name in movers if rng.random() < 0.5}
        assert bound(model, given) <= objective_gbp
        assert bound(model, given | own) <= objective_gbp
        assert bound(model, given | own, unplaced_objective(model)) <= unplaced + 1e-6


# -- certificates of plans --------------------------------------------------------------------------------------------


def _proof(bound_gbp: float, tree: Tree, name: str = "cost") -> StageProof:
    return StageProof(name, bound_gbp, tree)


def _certified(*stages: StageProof, of: tuple[Problem, TravelMatrix, Plan] | None = None) -> Verification:
    problem, travel, plan = of or tiny_case()
    return verify(problem, travel, replace(plan, certificate=Certificate(stages)))


def _messages(verification: Verification) -> list[str]:
    return [finding.message for finding in verification.findings if finding.check == "certificate"]


RIGHT = _proof(32_800.0, Leaf(DEAR))


def test_a_right_certificate_is_right_and_says_what_it_proves() -> None:
    verification = _certified(RIGHT)
    assert verification.findings == ()
    assert verification.certified_gbp == pytest.approx(32_800)
    assert verification.summary().splitlines()[1] == (
        "No plan under these rules that leaves as few pupils without a place costs less than £32,800.00, unmet wishes "
        "included (worked out from the certificate, without a solver)."
    )


def test_a_plan_without_a_certificate_proves_nothing_and_is_right() -> None:
    verification = verify(*tiny_case())
    assert verification.is_right
    assert verification.certified_gbp is None
    assert "No plan" not in verification.summary()


def test_a_saved_certificate_proves_the_same(tmp_path: Path) -> None:
    problem, travel, plan = tiny_case()
    saved = replace(plan, certificate=Certificate((RIGHT,))).save(tmp_path / "run.json")
    assert verify(problem, travel, load_plan(saved)).certified_gbp == pytest.approx(32_800)


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ([_proof(32_801.0, Leaf(DEAR))], "the bound is 32,801.000000; the multipliers prove 32,800.000000."),
        ([_proof(32_800.01, Leaf(DEAR))], "the bound is 32,800.010000; the multipliers prove 32,800.000000."),
        ([_proof(float("nan"), Leaf(DEAR))], "the bound is nan; it should be a number."),
        ([_proof(1.0, Leaf({"stage_unplaced": 1.0}))], "it should be 0 or less (the row says at most)."),
        ([_proof(1.0, Leaf({"places_0": 5.0}))], "the multiplier of places_0 is 5; it should be 0 or less"),
        ([_proof(1.0, Leaf({"places_0": float("inf")}))], "the multiplier of places_0 is inf; it should be a number."),
        ([_proof(1.0, Leaf({"places_4": -1.0}))], "places_4 is not a row of this problem."),
        ([_proof(1.0, Leaf({"plots_0": -1.0}))], "plots_0 is not a row of this problem."),
        ([_proof(1.0, Leaf({"places_00": -1.0}))], "places_00 is not a row of this problem."),
        ([_proof(1.0, Leaf({"pupil_1": 1.0}))], "pupil_1 is not a row of this problem."),  # stays
        ([_proof(1.0, Leaf({"pupil_9": 1.0}))], "pupil_9 is not a row of this problem."),
        ([_proof(1.0, Leaf({"moves": 1.0}))], "moves is not a row of this problem."),
        ([_proof(1.0, Leaf({}, is_ray=True))], "a ray should prove more than 0; it proves 0"),
        ([_proof(1.0, Branch("y_0", 0, Leaf({}), Leaf({})))], "y_0 is not a column that a branch can be on."),
        ([_proof(1.0, Branch("o_0", 0, Leaf({}), Leaf({})))], "o_0 is not a column that a branch can be on."),
        ([_proof(1.0, Branch("c_9", 0, Leaf({}), Leaf({})))], "c_9 is not a column that a branch can be on."),
        ([RIGHT, RIGHT], "the stage cost is there 2 times; once is right."),
        ([], "the stage cost is missing."),
        ([RIGHT, _proof(0.0, Leaf({}), "minutes")], "minutes is not a stage; the stages are unplaced and cost."),
        ([RIGHT, _proof(0.0, Leaf(DEAR), "unplaced")], "stage_unplaced is not a row of this problem."),
        ([RIGHT, _proof(1.0, Leaf({}), "unplaced")], "the bound is 1.000000; the multipliers prove 0.000000."),
    ],
)
def test_a_spoilt_certificate_is_found(stages: list[StageProof], message: str) -> None:
    found = _messages(_certified(*stages))
    assert any(message in one for one in found), found


@pytest.mark.parametrize("wrong", [Leaf({"places_0": 5.0}), Branch("y_0", 0, Leaf({}), Leaf({}))])
def test_a_certificate_at_fault_proves_nothing(wrong: Tree) -> None:
    assert _certified(_proof(1.0, wrong)).certified_gbp is None


def test_a_bound_above_the_plan_is_found() -> None:
    # the special school that P2 stays at costs more than the plan says: the multipliers prove what the plan cannot be
    problem, travel, plan = tiny_case()
    dearer = changed(problem, "provisions", {"provision_id": "B-special"}, topup_gbp=20_000)
    found = _messages(_certified(_proof(36_800.0, Leaf(DEAR)), of=(dearer, travel, plan)))
    assert any("the bound is 36,800.000000, above the plan's 35,800.000000." in one for one in found)
    assert any("prove that no plan is below 36,800.000000, but this one is at 35,800.000000." in one for one in found)


def test_a_pupil_removed_is_found() -> None:
    problem, travel, plan = tiny_case()
    pupils = problem.pupils
    fewer = problem.replace(pupils=pupils[pupils["pupil_id"] != "P3"])
    found = _messages(_certified(_proof(32_800.0, Leaf(DEAR)), of=(fewer, travel, plan)))
    assert found == ["stage cost: the bound is 32,800.000000; the multipliers prove 28,800.000000."]
    found = _messages(_certified(_proof(32_800.0, Leaf(DEAR | {"pupil_2": 4_000.0})), of=(fewer, travel, plan)))
    assert "stage cost: pupil_2 is not a row of this problem." in found


def _candidate() -> tuple[Problem, TravelMatrix, Plan]:
    problem, travel, plan = tiny_case()
    cells = {"status": "candidate", "open_gbp": 2_500}
    return changed(problem, "provisions", {"provision_id": "A-main"}, **cells), travel, plan


SHUT = Leaf(DEAR | {"pupil_0": 7_000.0})
OPEN = Leaf(DEAR | {"pupil_0": 4_000.0})


def test_a_branch_proves_the_worse_of_its_parts() -> None:
    assert _messages(_certified(_proof(35_300.0, Branch("y_1", 0, SHUT, OPEN)), of=_candidate())) == []
    # SHUT alone proves it too, as does a branch of which one part has no values; OPEN does not
    for tree in (SHUT, Branch("c_1", 0, SHUT, OPEN)):
        assert _messages(_certified(_proof(35_300.0, tree), of=_candidate())) == []
    for tree in (OPEN, Branch("y_1", 0, OPEN, SHUT), Branch("y_1", 1, OPEN, SHUT), Branch("y_1", -1, SHUT, OPEN)):
        found = _messages(_certified(_proof(35_300.0, tree), of=_candidate()))
        assert any("the bound is 35,300.000000; the multipliers prove" in one for one in found), tree


def test_a_part_without_values_holds_no_plan() -> None:
    tree = Branch("y_1", 0, SHUT, Branch("y_1", 0, Leaf({}), OPEN))
    assert _messages(_certified(_proof(35_300.0, tree), of=_candidate())) == []


def test_a_ray_closes_a_part_and_one_that_proves_nothing_is_found() -> None:
    problem, travel, plan = _candidate()
    case = problem.replace(site_limits=_frame(site_limit="S", min_open=1)), travel, plan
    ray, nothing = (Leaf({"sites_least_0": value}, is_ray=True) for value in (1.0, 0.0))
    assert _messages(_certified(_proof(35_300.0, Branch("y_1", 0, ray, OPEN)), of=case)) == []
    found = _messages(_certified(_proof(35_300.0, Branch("y_1", 0, nothing, OPEN)), of=case))
    assert "stage cost: a ray should prove more than 0; it proves 0, so that a plan may be there." in found


def test_a_baseline_has_no_certificate() -> None:
    problem, travel, plan = today_case()
    found = _messages(_certified(RIGHT, of=(problem, travel, plan)))
    assert found == ["a baseline has a certificate; nothing was optimised, so it has none."]


def test_a_pupil_whom_nothing_can_place_is_a_constant() -> None:
    # P10 of the rich plan has no pair: one unplaced is the fewest, and the stage may be left out
    problem, travel, plan = rich_case()
    unplaced = _proof(1.0, Leaf({}), "unplaced")
    assert _messages(_certified(unplaced, _proof(0.0, Leaf({})), of=(problem, travel, plan))) == []
    assert _messages(_certified(_proof(0.0, Leaf({})), of=(problem, travel, plan))) == []
    found = _messages(_certified(replace(unplaced, bound=1.001), _proof(0.0, Leaf({})), of=(problem, travel, plan)))
    assert found == ["stage unplaced: the bound is 1.001000; the multipliers prove 1.000000."]


def test_a_missing_stage_is_found_where_somebody_who_could_be_placed_is_not() -> None:
    problem, travel, plan = tiny_case()
    unplaced = problem.pupils.iloc[2:].assign(previous_provision_id=None, reasons="no room")
    tables = {**plan.tables, "placements": plan.placements.iloc[:2], "unplaced": unplaced}
    without = Plan(Status.OPTIMAL, tables, plan.policy, 0.0, 0.0, plan.record)
    found = _messages(_certified(_proof(0.0, Leaf({})), of=(problem, travel, without)))
    assert found == ["the stage unplaced is missing, and 1 pupils who have a pair are unplaced."]
    stages = _proof(0.0, Leaf({}), "unplaced"), _proof(22_800.0, Leaf(DEAR))
    assert _messages(_certified(*stages, of=(problem, travel, without))) == []


def test_with_weights_the_sum_of_all_three_is_bounded() -> None:
    problem, travel, plan = tiny_case()
    weighted = plan.with_record(options={"gap": 1e-4, "weights": {"unplaced": 10_000.0, "minutes": 1.0}})
    # 16,000 + 8,800 + 21 minutes of P2, 4,000 and 6 minutes of P1, 4,000 and 3 minutes of P3
    right = _certified(_proof(32_830.0, Leaf({})), of=(problem, travel, weighted))
    assert _messages(right) == []
    assert right.certified_gbp is None
    assert _messages(_certified(_proof(32_831.0, Leaf({})), of=(problem, travel, weighted)))
    found = _messages(_certified(_proof(32_830.0, Leaf(DEAR)), of=(problem, travel, weighted)))
    assert "stage cost: stage_unplaced is not a row of this problem." in found
    found = _messages(_certified(RIGHT, _proof(0.0, Leaf({}), "unplaced"), of=(problem, travel, weighted)))
    assert "there is a stage unplaced; with weights there is none." in found


def test_half_pennies_may_go_either_way() -> None:
    problem, travel, plan = tiny_case()
    # 190 days at £1 for 16 riders are £11.875; everybody has a pair at which that is paid, and P2 stays at one
    half = problem.replace(modes=_frame(mode="taxi", gbp_per_day=1, gbp_per_mile=0, riders=16)), travel, plan
    model = stated(half[0], travel, plan.policy)
    assert model.movers.doubt_gbp.tolist() == [0.01, 0.01]
    proven = bound(model, DEAR)
    assert _messages(_certified(_proof(proven + 0.03, Leaf(DEAR)), of=half)) == []
    found = _certified(_proof(proven + 0.04, Leaf(DEAR)), of=half)
    assert len(_messages(found)) == 1
    assert found.certified_gbp == pytest.approx(proven - 0.03)


def test_every_multiplier_of_a_row_that_says_at_most_is_0_or_less() -> None:
    model = stated(*_tiny())
    for name, sense in zip(names(model), model.program.sense, strict=True):
        _, wrong = model.multipliers({name: 1.0}, has_stage_row=True)
        assert bool(wrong) == (sense == MOST)
