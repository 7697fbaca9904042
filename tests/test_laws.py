"""What must hold between the answers to two related questions, whatever the numbers."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from placement_opt.errors import InputError, NoPlanError
from placement_opt.parameters import Parameters
from placement_opt.plan import Plan
from placement_opt.policy import SolveOptions
from placement_opt.schema import TABLES
from placement_opt.solve import solve
from placement_opt.travel import TravelMatrix, crow_fly
from tests.amounts import how_many
from tests.strategies import FAMILIES, Case, cases, random_case, random_families

A_PENNY = 0.01

law = settings(
    max_examples=how_many(8, in_ci=5),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def _plan_of(case: Case) -> Plan | None:
    try:
        return solve(case.problem, case.travel, policy=case.policy, options=SolveOptions(gap=0))
    except NoPlanError:
        return None


def _solved(case: Case) -> Plan | None:
    try:
        return _plan_of(case)
    except InputError:
        assume(False)
        return None


def _is_no_worse(new: Plan | None, old: Plan | None, slack_gbp: float = A_PENNY) -> bool:
    """Tell whether the new plan is as good by the first two stages; no plan at all is the worst."""
    if old is None or new is None:
        return old is None
    if new.unplaced_pupils != old.unplaced_pupils:
        return new.unplaced_pupils < old.unplaced_pupils
    return new.objective_gbp <= old.objective_gbp + slack_gbp


def _with(case: Case, **tables: Any) -> Case:
    return case._replace(problem=case.problem.replace(**tables))


def _more_places(case: Case, chosen: int) -> Case:
    provisions = case.problem.provisions
    provisions.loc[chosen % len(provisions), "places"] += 1
    return _with(case, provisions=provisions)


def _a_looser_budget(case: Case, chosen: int) -> Case:
    budgets = case.problem.table("budgets")
    budgets.loc[chosen % len(budgets), "limit_gbp"] += 5_000.5
    return _with(case, budgets=budgets)


def _one_more_candidate(case: Case, chosen: int) -> Case:
    """Add one at a school of its own, which nobody asked for."""
    old_settings, provisions = case.problem.settings, case.problem.provisions
    school = old_settings.iloc[[chosen % len(old_settings)]].assign(setting_id="new", places=None)
    own = {"provision_id": "new", "setting_id": "new", "kind": "special", "status": "candidate"}
    prices = {"places": 2, "topup_gbp": 500.0, "open_gbp": 900.0, "capital_gbp": 0.0}
    new = provisions.iloc[[chosen % len(provisions)]].assign(**own, **prices)
    problem = case.problem.replace(settings=pd.concat([old_settings, school]), provisions=pd.concat([provisions, new]))
    recipe = case.travel.recipe
    travel = crow_fly(problem, circuity=recipe["circuity"], miles_per_hour=recipe["miles_per_hour"])
    return Case(problem, travel, case.policy)


def _one_more_class(case: Case, chosen: int) -> Case:
    provisions = case.problem.provisions
    with_classes = provisions.index[provisions["max_classes"] > 0]
    provisions.loc[with_classes[chosen % len(with_classes)], "max_classes"] += 1
    return _with(case, provisions=provisions)


def _more_open_sites(case: Case, chosen: int) -> Case:
    limits = case.problem.table("site_limits")
    limits.loc[chosen % len(limits), "max_open"] += 1
    return _with(case, site_limits=limits)


def _fewer_open_sites(case: Case, chosen: int) -> Case:
    limits = case.problem.table("site_limits")
    row = chosen % len(limits)
    limits.loc[row, "min_open"] = max(0, limits.loc[row, "min_open"] - 1)
    return _with(case, site_limits=limits)


def _a_smaller_smallest_group(case: Case, chosen: int) -> Case:
    provisions = case.problem.provisions
    groups = provisions.index[provisions["min_pupils"] > 0]
    provisions.loc[groups[chosen % len(groups)], "min_pupils"] -= 1
    return _with(case, provisions=provisions)


LOOSER = (
    _more_places,
    _a_looser_budget,
    _one_more_candidate,
    _one_more_class,
    _more_open_sites,
    _fewer_open_sites,
    _a_smaller_smallest_group,
)
LIMITED = frozenset({"classes", "site_limits", "smallest"})
BUDGETS = ("revenue", "journeys", "capital")
LOOSER_SEEDS = range(8_000, 8_000 + how_many(20, in_ci=10))


def _limited_case(seed: int) -> Case:
    """Return a case that every one of the changes above can loosen.

    Commissioned places cost nothing, or more places would cost more; there are no siblings, or one more school could
    become the one where all of them have to be.
    """
    families = random_families(seed) - {"siblings", "matrix"} - set(BUDGETS)
    case = random_case(seed, families=families | LIMITED | {BUDGETS[seed % len(BUDGETS)]})
    return case._replace(policy=replace(case.policy, cost_basis="marginal"))


@cache
def _limited_plan(seed: int) -> Plan | None:
    try:
        return _plan_of(_limited_case(seed))
    except InputError:
        return None


@pytest.mark.parametrize("seed", LOOSER_SEEDS)
def test_a_looser_limit_never_makes_a_plan_worse(seed: int) -> None:
    case, old = _limited_case(seed), _limited_plan(seed)
    if old is None:
        return
    plans = {loosen.__name__: _plan_of(loosen(case, seed // len(BUDGETS))) for loosen in LOOSER}
    assert {name: plan for name, plan in plans.items() if not _is_no_worse(plan, old)} == {}


def test_most_of_the_limited_cases_have_a_plan_to_be_worse_than() -> None:
    some = LOOSER_SEEDS[::4]
    assert sum(_limited_plan(seed) is not None for seed in some) > len(some) / 2


@law
@given(cases(always={"max_moves"}))
def test_more_moves_never_make_a_plan_worse(case: Case) -> None:
    most = case.policy.max_moves
    assert most is not None

    assert _is_no_worse(_solved(case._replace(policy=replace(case.policy, max_moves=most + 1))), _solved(case))


@law
@given(cases(), st.integers(0, 99))
def test_the_order_of_the_rows_changes_nothing(case: Case, seed: int) -> None:
    frames = {name: case.problem.table(name) for name in TABLES if name != "parameters"}
    shuffled = {name: frame.sample(frac=1, random_state=seed) for name, frame in frames.items()}
    first, second = _solved(case), _solved(_with(case, **shuffled))

    assert (first is None) == (second is None)
    if first is not None and second is not None:
        pd.testing.assert_frame_equal(first.placements, second.placements)
        pd.testing.assert_frame_equal(first.unplaced, second.unplaced)


MONEY_COLUMNS = {
    "provisions": [
        "place_gbp",
        "topup_gbp",
        "overflow_gbp",
        "open_gbp",
        "class_gbp",
        "capital_gbp",
        "class_capital_gbp",
    ],
    "hubs": ["team_gbp"],
    "topups": ["topup_gbp"],
    "pair_costs": ["cost_gbp"],
    "modes": ["gbp_per_day", "gbp_per_mile"],
    "budgets": ["limit_gbp"],
}
MONEY_PARAMETERS = (
    "shared_vehicle_gbp",
    "pass_gbp",
    "outreach_gbp_per_mile",
    *(f"default_topup_gbp_{kind}" for kind in ("mainstream", "special", "independent_special", "alternative")),
)
MONEY_POLICY = ("missed_request_gbp", "missed_mainstream_gbp", "split_siblings_gbp")


@law
@given(cases())
def test_ten_times_the_prices_make_ten_times_the_cost(case: Case) -> None:
    frames = {}
    for name, columns in MONEY_COLUMNS.items():
        frames[name] = case.problem.table(name)
        frames[name][columns] *= 10
    old = case.problem.parameters
    parameters: Parameters = replace(old, **{name: 10 * getattr(old, name) for name in MONEY_PARAMETERS})
    policy = replace(case.policy, **{name: 10 * getattr(case.policy, name) for name in MONEY_POLICY})
    dear = Case(case.problem.replace(parameters=parameters, **frames), case.travel, policy)
    first, second = _solved(case), _solved(dear)

    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert second.unplaced_pupils == first.unplaced_pupils
        rounding_gbp = 0.1 * (int(case.problem.pupils["count"].sum()) + len(case.problem.provisions))
        difference_gbp = second.objective_gbp - 10 * first.objective_gbp
        assert abs(difference_gbp) <= rounding_gbp


@law
@given(cases(sorted(set(FAMILIES) - {"present", "max_moves", "requests", "mainstream", "siblings"})), st.data())
def test_ruling_a_pair_out_never_helps(case: Case, data: st.DataObject) -> None:
    # Elsewhere it may: a pupil whose present place is ruled out may move, a request that cannot be met is not missed.
    ruled = set(case.problem.table("pair_rules")["pupil_id"])
    free = sorted(set(case.problem.pupils["pupil_id"]) - ruled)
    assume(free)
    pupil = data.draw(st.sampled_from(free))
    provision = data.draw(st.sampled_from(case.problem.provisions["provision_id"].tolist()))
    rule = pd.DataFrame([{"pupil_id": pupil, "provision_id": provision, "rule": "never"}])
    stricter = _with(case, pair_rules=pd.concat([case.problem.table("pair_rules"), rule]))

    assert _is_no_worse(_solved(case), _solved(stricter))


@law
@given(cases(sorted(set(FAMILIES) - {"siblings", "cohorts"}), always={"cohorts"}))
def test_a_row_of_identical_pupils_is_the_same_as_a_row_for_each(case: Case) -> None:
    first, second = _solved(case), _solved(_one_row_each(case))

    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert first.unplaced_pupils == second.unplaced_pupils
        assert abs(first.objective_gbp - second.objective_gbp) <= A_PENNY


def _one_row_each(case: Case) -> Case:
    pupils = case.problem.pupils
    copies = pupils.loc[np.repeat(pupils.index, pupils["count"])].assign(count=1)
    new_ids = copies["pupil_id"] + "-" + copies.groupby("pupil_id").cumcount().astype(str)
    names = pd.DataFrame({"pupil_id": copies["pupil_id"], "new_id": new_ids})
    tables = {
        name: case.problem.table(name).merge(names, on="pupil_id").assign(pupil_id=lambda rows: rows["new_id"])
        for name in ("pair_rules", "pair_costs", "journey_costs")
    }
    problem = case.problem.replace(
        pupils=copies.assign(pupil_id=new_ids),
        **{name: rows.drop(columns="new_id") if len(rows) else None for name, rows in tables.items()},
    )
    old = case.travel.aligned(case.problem)
    position = pd.Index(old.pupil_ids).get_indexer(pd.Index(copies["pupil_id"]))
    travel = TravelMatrix(tuple(new_ids), old.setting_ids, old.minutes[position], old.miles[position], old.between)
    return Case(problem, travel, case.policy)


def test_the_same_seed_makes_the_same_case() -> None:
    assert random_case(7).problem == random_case(7).problem
    assert random_case(7).problem != random_case(8).problem
