"""Asking again with a little changed gives what solving the changed problem gives, to the penny."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from placement_opt.errors import InputError, NoPlanError
from placement_opt.examples import tiny
from placement_opt.model import Draft, draft_model
from placement_opt.pairs import Pairs, candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve import baseline, solve
from placement_opt.solve.again import Again, Change, again
from placement_opt.solve.again.changed import copied, numbers_of, with_places
from placement_opt.solve.again.warm import MovingRelaxation
from placement_opt.solve.system import System
from placement_opt.travel import crow_fly
from tests.amounts import how_many
from tests.strategies import Case, mixed_case, random_case

EXACT = SolveOptions(gap=0)
SEEDS = range(how_many(300, in_ci=7))
DRAFT_SEEDS = range(how_many(300, in_ci=5))
HALF_PENNIES = 0.02


def more_places(problem: Problem, more: dict[str, int]) -> Problem:
    """Return the problem whose provisions have more places."""
    provisions = problem.provisions
    provisions["places"] = provisions["places"] + provisions["provision_id"].map(more).fillna(0).astype("int64")
    return problem.replace(provisions=provisions)


def solved(case: Case) -> Plan | None:
    """Return the plan of a case; None where the input is refused or there is no plan."""
    try:
        return solve(case.problem, case.travel, policy=case.policy, options=EXACT)
    except (InputError, NoPlanError):
        return None


@cache
def asked(seed: int) -> tuple[Case, Plan, Again] | None:
    """Return a random case with its plan, ready to be asked again; None where it has no plan."""
    case = mixed_case(seed)
    plan = solved(case)
    return None if plan is None else (case, plan, again(case.problem, case.travel, plan))


def _stages(plan: Plan | None) -> tuple[int, float] | None:
    return None if plan is None else (plan.unplaced_pupils, plan.objective_gbp)


def _asked_stages(ask: Again, change: Change) -> tuple[int, float] | None:
    found = ask.best(change)
    assert found is None or found.is_proven
    return None if found is None else (found.unplaced_pupils, found.objective_gbp)


def _agree(one: tuple[int, float] | None, other: tuple[int, float] | None, pupils: int) -> bool:
    if one is None or other is None:
        return one is other
    return one[0] == other[0] and abs(one[1] - other[1]) <= HALF_PENNIES * pupils


def _plain_values(draft: Draft) -> dict[str, object]:
    """Return a draft as values that do not depend on the order of terms, without columns that can only be 0."""
    names = [column.name for column in draft.columns]
    columns = {c.name: (c.least, c.most, c.whole) for c in draft.columns if (c.name[:2], c.most) != ("o_", 0)}
    rows = {
        row.name: (
            row.pairs.tolist(),
            row.amounts.tolist(),
            sorted((names[at], round(amount, 6)) for at, amount in row.terms if names[at] in columns and amount),
            row.sense,
            round(row.right, 6),
        )
        for row in draft.rows
    }
    money = {names[at]: round(amount, 6) for at, amount in draft.money.terms.items() if names[at] in columns and amount}
    constants = [round(goal.constant, 6) for goal in (draft.money, draft.weighed, draft.unplaced, draft.minutes)]
    return {"columns": columns, "rows": rows, "money": money, "constants": constants}


def _pairs_of(case: Case) -> Pairs | None:
    try:
        return candidate_pairs(case.problem, case.travel, policy=case.policy)
    except InputError:
        return None


def test_a_widened_draft_is_the_draft_of_the_problem_with_more_places() -> None:
    differ = []
    for seed in DRAFT_SEEDS:
        case = mixed_case(seed)
        pairs = _pairs_of(case)
        if pairs is None:
            continue
        draft = draft_model(pairs)
        for position, provision_id in enumerate(case.problem.provisions["provision_id"]):
            problem = more_places(case.problem, {provision_id: 2})
            fresh = candidate_pairs(problem, case.travel, policy=case.policy)
            if _plain_values(with_places(draft, {position: 2}, numbers_of(draft))) != _plain_values(draft_model(fresh)):
                differ.append((seed, provision_id))
    assert differ == []


def test_a_widened_draft_leaves_the_first_one_as_it_was() -> None:
    pairs = candidate_pairs(tiny(), crow_fly(tiny()))
    draft = draft_model(pairs)
    before = _plain_values(draft)
    with_places(draft, {0: 3, 1: 1}, numbers_of(draft))
    assert _plain_values(draft) == before


@pytest.mark.parametrize("seed", SEEDS)
def test_more_places_are_answered_as_by_solving_from_nothing(seed: int) -> None:
    question = asked(seed)
    if question is None:
        pytest.skip("The case has no plan.")
    case, plan, ask = question
    pupils = int(case.problem.pupils["count"].sum())
    assert _agree((ask.present.unplaced_pupils, ask.present.objective_gbp), _stages(plan), pupils)
    names = case.problem.provisions["provision_id"].tolist()
    for more in ({names[0]: 1}, {names[-1]: 2}, dict.fromkeys(names, 1)):
        fresh = solved(case._replace(problem=more_places(case.problem, more)))
        assert _agree(_asked_stages(ask, Change(places=more)), _stages(fresh), pupils), (seed, more)


def _with_must(problem: Problem, pupil_id: str, provision_id: str) -> Problem:
    rules = problem.table("pair_rules")
    row = pd.DataFrame({"pupil_id": [pupil_id], "provision_id": [provision_id], "rule": ["must"]})
    return problem.replace(pair_rules=pd.concat([rules, row], ignore_index=True))


FORCED_FAMILIES = ("suitability", "overflow", "part_limits", "resources", "candidates", "places", "spokes")
"""Families in which an officer's `must` changes nothing but where that pupil is."""


@pytest.mark.parametrize("seed", range(how_many(200, in_ci=6)))
def test_a_pupil_held_somewhere_is_answered_as_an_officers_must(seed: int) -> None:
    rng = np.random.default_rng(seed)
    families = {name for name in FORCED_FAMILIES if rng.random() < 0.5}
    case = random_case(seed, families=families)
    plan = solved(case)
    if plan is None:
        pytest.skip("The case has no plan.")
    ask = again(case.problem, case.travel, plan)
    allowed = ask.draft.pairs.table()[["pupil_id", "provision_id"]].to_numpy().tolist()
    for pupil_id, provision_id in [allowed[at] for at in rng.permutation(len(allowed))[:4]]:
        fresh = solved(case._replace(problem=_with_must(case.problem, pupil_id, provision_id)))
        found = ask.best(Change(forced=((pupil_id, provision_id),)))
        assert _agree(_asked_stages(ask, Change(forced=((pupil_id, provision_id),))), _stages(fresh), 10), seed
        if found is not None:
            there = found.placements.set_index("pupil_id").loc[[pupil_id], "provision_id"].tolist()
            assert provision_id in there


@pytest.mark.parametrize("seed", range(how_many(200, in_ci=3)))
def test_no_answer_depends_on_what_was_asked_before(seed: int) -> None:
    families = ("suitability", "overflow", "candidates", "places", "spokes", "part_limits")
    case = random_case(seed, families=families)
    plan = solved(case)
    if plan is None:
        pytest.skip("The case has no plan.")
    rng = np.random.default_rng(seed)
    ask = again(case.problem, case.travel, plan)
    allowed = ask.draft.pairs.table()[["pupil_id", "provision_id"]].to_numpy().tolist()
    names = case.problem.provisions["provision_id"].tolist()
    pupils = int(case.problem.pupils["count"].sum())
    for at in rng.permutation(len(allowed))[:4]:
        pupil_id, provision_id = allowed[at]
        more = {str(rng.choice(names)): int(rng.integers(1, 4))}
        for change in (
            Change(forced=((pupil_id, provision_id),)),
            Change(more),
            Change(more, ((pupil_id, provision_id),)),
        ):
            fresh = again(case.problem, case.travel, plan)
            assert _agree(_asked_stages(ask, change), _asked_stages(fresh, change), pupils), (seed, change)


def test_one_pupil_of_a_row_of_several_is_held_and_the_others_are_free() -> None:
    problem = tiny()
    pupils = problem.pupils.iloc[[0]].assign(count=2)
    problem = problem.replace(pupils=pupils)
    travel = crow_fly(problem)
    ask = again(problem, travel, solve(problem, travel, options=EXACT))
    found = ask.best(Change(forced=(("P1", "B-main"),)))
    assert found is not None
    counts = found.placements.set_index("provision_id")["count"].to_dict()
    assert counts == {"A-main": 1, "B-main": 1}


@pytest.mark.parametrize("seed", range(how_many(200, in_ci=4)))
def test_more_of_a_resource_is_answered_as_by_solving_from_nothing(seed: int) -> None:
    case = random_case(seed, families=("resources", "suitability"))
    plan = solved(case)
    if plan is None:
        pytest.skip("The case has no plan.")
    ask = again(case.problem, case.travel, plan)
    resources = case.problem.table("resources")
    for place in range(len(resources)):
        if f"resource_{place}" not in {row.name for row in ask.draft.rows}:
            continue
        more = resources.assign(available=resources["available"] + (resources.index == place) * 1.5)
        fresh = solved(case._replace(problem=case.problem.replace(resources=more)))
        assert _agree(_asked_stages(ask, Change(rows={f"resource_{place}": 1.5})), _stages(fresh), 10), seed


def test_a_plan_that_is_not_the_best_is_told_apart_from_the_best() -> None:
    problem, travel = tiny(), crow_fly(tiny())
    plan = solve(problem, travel, options=EXACT)
    dearer = solve(_with_must(problem, "P1", "B-main"), travel, policy=plan.policy, options=EXACT)
    assert dearer.objective_gbp > plan.objective_gbp
    assert again(problem, travel, dearer).present.objective_gbp == plan.objective_gbp


def test_the_plan_given_stays_where_nothing_is_better() -> None:
    problem, travel = tiny(), crow_fly(tiny())
    plan = solve(problem, travel, options=EXACT)
    table = plan.placements[["pupil_id", "provision_id", "count"]].sort_values(["pupil_id", "provision_id"])
    found = again(problem, travel, plan).present.placements
    pd.testing.assert_frame_equal(found, table.reset_index(drop=True), check_dtype=False)


def test_a_change_that_names_what_is_not_there_is_refused_with_every_fault() -> None:
    problem, travel = tiny(), crow_fly(tiny())
    ask = again(problem, travel, solve(problem, travel))
    with pytest.raises(InputError) as refused:
        ask.best(Change(places={"Z": 1, "A-main": -1}, rows={"nothing": 1.0}, columns={"none": 1.0}))
    assert {fault.value for fault in refused.value.faults} == {"Z", "A-main", "nothing", "none"}
    with pytest.raises(InputError, match="no place that this pupil can be given"):
        ask.best(Change(forced=(("P3", "B-special"),)))


def test_plans_that_are_not_of_solve_are_refused() -> None:
    problem, travel = tiny(), crow_fly(tiny())
    with pytest.raises(InputError, match="a baseline"):
        again(problem, travel, baseline(problem, travel))
    weighed = solve(problem, travel, options=SolveOptions(weights={"unplaced": 100_000}))
    with pytest.raises(InputError, match="made with weights"):
        again(problem, travel, weighed)
    plan = solve(problem, travel)
    other = _with_must(problem, "P1", "B-main")
    with pytest.raises(InputError, match="not allowed in this problem"):
        again(other, travel, plan)


def test_answers_do_not_depend_on_what_was_asked_before() -> None:
    question = next(found for seed in SEEDS if (found := asked(seed)) is not None and len(found[0].problem.pupils) > 3)
    case, plan, _ = question
    names = case.problem.provisions["provision_id"].tolist()
    changes = [Change(places={name: more}) for name in names for more in (1, 2)]
    one, other = (again(case.problem, case.travel, plan) for _ in range(2))
    forwards = [_asked_stages(one, change) for change in changes]
    backwards = [_asked_stages(other, change) for change in reversed(changes)]
    assert forwards == backwards[::-1]


def test_penalties_that_one_draft_raised_are_not_there_for_the_next() -> None:
    """An LP whose rows cost ten thousand times the dearest place may end without an answer."""
    problem = tiny()
    draft = draft_model(candidate_pairs(problem, crow_fly(problem)))
    impossible = copied(draft)
    row = next(number for number, row in enumerate(draft.rows) if row.name.startswith("places_"))
    impossible.rows[row] = replace(impossible.rows[row], right=-1.0)
    first, other = (System(one, [(one.money, 1.0)]) for one in (draft, impossible))
    moving = MovingRelaxation(first, np.arange(draft.choices))
    penalties = list(moving._highs.getLp().col_cost_)
    value = moving.solve().value
    moving.move_to(other)
    assert moving.solve().is_broken
    assert list(moving._highs.getLp().col_cost_) != penalties
    moving.move_to(first)
    assert list(moving._highs.getLp().col_cost_) == penalties
    assert moving.solve().value == value
