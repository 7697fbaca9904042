"""Who shares too few places: the witness against NetworkX, against the plan, and against spoilt copies of itself."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from placement_opt.examples import tiny
from placement_opt.pairs import candidate_pairs
from placement_opt.policy import SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve import solve
from placement_opt.travel import crow_fly
from placement_opt.why.witness import check_witness, witness
from placement_opt.why.witness_values import SharedPlaces, Witness
from tests.amounts import how_many
from tests.strategies import Case, random_case

PLAIN = ("cohorts", "suitability", "decisions", "present")
SEEDS = range(how_many(120, in_ci=4))


def _largest_flow(case: Case) -> tuple[int, int]:
    """Return the places that pupils who do not stay ask for, and those that a largest flow gives them."""
    pairs = candidate_pairs(case.problem, case.travel, policy=case.policy)
    pupils = case.problem.pupils.set_index("pupil_id")
    stays = dict(zip(case.problem.pupils["pupil_id"], pairs.stays.tolist(), strict=True))
    kept = dict.fromkeys(case.problem.provisions["provision_id"], 0)
    network: nx.DiGraph = nx.DiGraph()
    network.add_node("from")
    network.add_node("to")
    asked = 0
    for pupil_id, row in pupils.iterrows():
        size = int(row["count"] * row["places"])
        if stays[pupil_id]:
            kept[row["current_provision_id"]] += size
        else:
            asked += size
            network.add_edge("from", ("pupil", pupil_id), capacity=size)
    for pair in pairs.table().itertuples():
        if not stays[pair.pupil_id]:
            network.add_edge(("pupil", pair.pupil_id), ("place", pair.provision_id))
    for at in case.problem.provisions.to_dict("records"):
        most = at["places"] + at["overflow_places"] + at["max_classes"] * at["class_places"]
        network.add_edge(("place", at["provision_id"]), "to", capacity=max(0, most - kept[at["provision_id"]]))
    return asked, int(nx.maximum_flow_value(network, "from", "to"))


@pytest.mark.parametrize("families", [PLAIN, (*PLAIN, "overflow"), (*PLAIN, "places")])
def test_the_groups_are_short_of_as_many_places_as_a_largest_flow_leaves_out(families: tuple[str, ...]) -> None:
    short = 0
    for seed in SEEDS:
        case = _fair_case(seed, families)
        plan = solve(case.problem, case.travel, policy=case.policy, options=SolveOptions(gap=0))
        found = witness(case.problem, case.travel, plan, clashes=False)
        asked, flow = _largest_flow(case)
        assert sum(group.asked - group.places for group in found.groups) == asked - flow
        assert check_witness(case.problem, case.travel, found, policy=case.policy) == ()
        assert found.explained <= plan.unplaced_pupils
        if "places" not in families:
            assert found.explained == plan.unplaced_pupils
        short += asked > flow
    assert short > 1


def _fair_case(seed: int, families: tuple[str, ...]) -> Case:
    """Return a random case without decisions that a pupil must go somewhere: those have to be placed."""
    case = random_case(seed, families=families)
    rules = case.problem.table("pair_rules")
    problem = case.problem.replace(pair_rules=rules[rules["rule"] != "must"]) if len(rules) else case.problem
    return Case(problem, case.travel, case.policy)


def _shared() -> tuple[Problem, Witness]:
    """Return three pupils who share two places, and one for whom there is nothing."""
    problem = tiny()
    pupils = pd.concat([problem.pupils, problem.pupils.tail(1).assign(pupil_id="P4", max_minutes=0.0 + 1)])
    pupils = pupils.assign(current_provision_id=None)
    problem = problem.replace(
        pupils=pupils.reset_index(drop=True), provisions=problem.provisions.assign(places=[0, 1, 1, 0])
    )
    travel = crow_fly(problem)
    return problem, witness(problem, travel, solve(problem, travel))


def test_the_groups_say_who_shares_what() -> None:
    problem, found = _shared()
    assert [group.unplaced for group in found.groups] == [1, 1]
    assert found.table["provisions"].tolist() == ["A-base;A-main;B-main;B-special", ""]
    assert found.pupils["pupil_id"].tolist() == ["P1", "P2", "P3", "P4"]
    assert "These 3 pupils share 2 places" in found.summary()
    assert "1 pupil may go nowhere at all" in found.summary()
    assert "P4" not in found.summary()
    assert check_witness(problem, crow_fly(problem), found) == ()


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"pupil_ids": ("P1", "P2")}, "pupils who take"),
        ({"pupil_ids": ("P1", "P2", "P9")}, "does not have"),
        ({"pupil_ids": ("P1", "P2", "P2")}, "twice"),
        ({"provision_ids": ("A-main", "B-main")}, "somewhere else"),
        ({"places": 1}, "of which there are 2"),
        ({"pupils": 4}, "has 3 pupils"),
        ({"asked": 5}, "who take 3 places"),
        ({"unplaced": 2}, "need not leave 2"),
    ],
)
def test_a_spoilt_witness_is_found_out(spoilt: dict[str, object], said: str) -> None:
    problem, found = _shared()
    group = replace(found.groups[0], **spoilt)  # type: ignore[arg-type]
    faults = check_witness(problem, crow_fly(problem), Witness((group, *found.groups[1:]), found.unplaced_pupils))
    assert any(said in fault for fault in faults)


def test_groups_that_overlap_or_have_places_enough_are_found_out() -> None:
    problem, found = _shared()
    travel = crow_fly(problem)
    twice = Witness((found.groups[0], found.groups[0]), found.unplaced_pupils)
    assert any("a group before it" in fault for fault in check_witness(problem, travel, twice))
    enough = problem.replace(provisions=problem.provisions.assign(places=[0, 2, 2, 0]))
    assert any("places enough" in fault for fault in check_witness(enough, travel, found))


def test_groups_that_share_nothing_stand_apart() -> None:
    problem = tiny()
    pupils = pd.concat([problem.pupils.assign(need="ASD", current_provision_id=None, max_minutes=3.0)] * 2)
    pupils = pupils.assign(pupil_id=[f"P{number}" for number in range(6)]).reset_index(drop=True)
    problem = problem.replace(pupils=pupils, provisions=problem.provisions.assign(places=[0, 1, 1, 0]))
    travel = crow_fly(problem)
    found = witness(problem, travel, solve(problem, travel))
    groups = [set(group.provision_ids) for group in found.groups if group.provision_ids]
    assert len(groups) == 2
    assert not groups[0] & groups[1]
    assert check_witness(problem, travel, found) == ()


def test_where_places_are_not_what_is_missing_the_rules_that_clash_are_said() -> None:
    limits = pd.DataFrame({"limit_id": ["L1", "L2"], "setting_id": ["A", "B"], "places": [0, 0]})
    problem = tiny().replace(part_limits=limits)
    travel = crow_fly(problem)
    plan = solve(problem, travel)
    found = witness(problem, travel, plan)

    assert (plan.unplaced_pupils, found.explained, found.groups) == (2, 0, ())
    assert any("(limit L1)" in clash or "(limit L2)" in clash for clash in found.clashes)
    assert "no lack of places" in found.summary()
    relaxed = problem.replace(part_limits=limits.assign(places=[2, 2]))
    assert solve(relaxed, travel).unplaced_pupils == 0


def test_a_plan_without_unplaced_pupils_needs_no_witness() -> None:
    problem = tiny()
    travel = crow_fly(problem)
    found = witness(problem, travel, solve(problem, travel))
    assert found.groups == ()
    assert found.summary() == "unplaced          0 pupils, 0 for want of places"


def test_pupils_who_take_several_places_are_counted_by_those_who_take_most() -> None:
    problem = tiny()
    pupils = problem.pupils.assign(current_provision_id=None, need="ASD", places=[3, 1, 1])
    problem = problem.replace(pupils=pupils, provisions=problem.provisions.assign(places=[1, 0, 0, 1]))
    travel = crow_fly(problem)
    [group] = witness(problem, travel, solve(problem, travel), clashes=False).groups
    assert group == SharedPlaces(("P1", "P2", "P3"), group.provision_ids, 3, 5, 2, 1)
    assert np.sum([3, 1, 1]) == group.asked
