"""The search for routes of many pupils: always within the rules, never below the best there is, and mostly there."""

import warnings
from collections.abc import Iterable
from itertools import count
from typing import Any

import numpy as np
import pytest
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning

from placement_opt.errors import Status
from placement_opt.route_rules import RouteRules
from placement_opt.routing import planner, search
from placement_opt.routing.case import RouteCase
from placement_opt.routing.planner import plan_routes
from placement_opt.routing.proposals import propose
from placement_opt.routing.runs import priced
from placement_opt.routing.search import Search
from placement_opt.verify import check_routes
from tests.amounts import how_many
from tests.route_cases import RouteQuestion, random_route_case
from tests.route_county import case_of, county
from tests.route_oracle import best_routes

PENNIES_GBP = 0.02
Sequences = Iterable[tuple[int, ...]]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each look at the clock of the search take a hundredth of a second, so that it does the same every time."""
    ticks = count()
    monkeypatch.setattr(search, "monotonic", lambda: next(ticks) / 100)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the planner look at no order of stops itself, and take as little time as it is given."""
    monkeypatch.setattr(planner, "MOST_LOOKS", 0)
    monkeypatch.setattr(planner, "LEAST_LOOK_S", 0.05)


def searched(case: RouteCase, *, seed: int = 0, start: Sequences = (), seconds: float = 0.2) -> Search:
    found = Search(case.arrays, np.arange(len(case.parties)), seed)
    found.start(start)
    found.run(seconds)
    return found


def cost_gbp(case: RouteCase, sequences: Sequences) -> float:
    """Return what sequences cost a year, each of which keeps to the rules."""
    runs = [priced(case, sequence) for sequence in sequences]
    assert None not in runs
    return sum(run.cost_gbp for run in runs if run is not None)


def riders(case: RouteCase, sequences: Sequences) -> list[int]:
    return sorted(event for sequence in sequences for event in sequence if event < len(case.parties))


RULES = [RouteRules(), RouteRules(together="mixed"), RouteRules(together="mixed", most_pupils=5)]


@pytest.mark.parametrize("rules", RULES, ids=["single", "mixed", "few"])
@pytest.mark.parametrize("seed", range(how_many(30, in_ci=1)))
def test_all_that_is_found_keeps_to_the_rules_and_carries_everybody_once(
    seed: int, rules: RouteRules, steps: None
) -> None:
    case = case_of(county(seed, 24, rules=rules))
    found = searched(case, seed=seed)
    everybody = list(range(len(case.parties)))
    assert riders(case, found.best()) == everybody
    homes = len(everybody)
    alone = [(one, homes + int(at)) for one, at in enumerate(case.arrays.goes_to)]
    assert cost_gbp(case, found.best()) < cost_gbp(case, alone)
    assert len(found.noted()) > len(found.best())
    cost_gbp(case, found.noted())


@pytest.mark.parametrize("seed", range(how_many(60, in_ci=4)))
def test_questions_with_every_rule_are_searched_within_the_rules(seed: int, steps: None) -> None:
    case = case_of(random_route_case(500 + seed))
    if not len(case.parties):
        pytest.skip("nobody can be carried")
    found = searched(case, seed=seed)
    assert riders(case, found.best()) == list(range(len(case.parties)))
    cost_gbp(case, found.noted())


def test_the_same_seed_finds_the_same_and_another_looks_elsewhere(steps: None) -> None:
    case = case_of(county(5, 24, rules=RouteRules(together="mixed")))
    one, again, other = (searched(case, seed=seed, seconds=0.1) for seed in (3, 3, 4))
    assert (one.best(), one.noted()) == (again.best(), again.noted())
    assert one.noted() != other.noted()


def test_a_search_never_ends_above_what_it_began_with(steps: None) -> None:
    case = case_of(county(6, 24))
    good = searched(case, seed=1, seconds=0.2).best()
    after = searched(case, seed=2, start=good, seconds=0.05).best()
    assert cost_gbp(case, after) <= cost_gbp(case, good) + PENNIES_GBP


def test_a_start_with_broken_or_missing_sequences_still_carries_everybody() -> None:
    case = case_of(county(7, 15))
    homes, goes_to = len(case.parties), case.arrays.goes_to
    elsewhere = (0, homes + (int(goes_to[0]) + 1) % len(case.settings))
    for start in ([], [elsewhere], [(1, homes + int(goes_to[1]))]):
        found = Search(case.arrays, np.arange(homes), 0)
        found.start(start)
        assert riders(case, found.best()) == list(range(homes))
        cost_gbp(case, found.best())


def test_of_several_starts_the_cheapest_counts() -> None:
    case = case_of(county(8, 15))
    homes = len(case.parties)
    alone = [(one, homes + int(at)) for one, at in enumerate(case.arrays.goes_to)]
    found = Search(case.arrays, np.arange(homes), 0)
    costs = []
    for starts in ((alone,), ([],), (alone, []), ([], alone)):
        found.start(*starts)
        costs.append(cost_gbp(case, found.best()))
    assert costs[0] > costs[1]
    assert costs[2:] == pytest.approx([costs[1]] * 2)


def rank(question: RouteQuestion) -> tuple[tuple[int, float], tuple[int, float]]:
    """Return pupils without a route and £, as planned in a hurry and as they are at best; check the routes."""
    problem, plan, travel, legs, rules = question
    found = plan_routes(problem, plan, travel, legs=legs, rules=rules, seconds=0.3)
    check = check_routes(problem, found, travel, legs=legs, plan=plan)
    assert check.is_right, check.summary()
    is_empty = not found.routed_pupils and found.status is Status.OPTIMAL
    assert is_empty or (found.status, found.bound_gbp) == (Status.FEASIBLE, None)
    best = best_routes(problem, plan, legs, rules)
    return (found.unrouted_pupils, found.routes_gbp), (best.unrouted, best.cost_gbp)


def test_routes_that_were_searched_for_are_never_below_the_best_and_mostly_are_the_best(hurried: None) -> None:
    number = how_many(100, in_ci=6)
    is_best = []
    for seed in range(number):
        (unrouted, gbp), (fewest, least) = rank(random_route_case(2_000 + seed))
        assert (unrouted, gbp + PENNIES_GBP) >= (fewest, least)
        is_best.append(unrouted == fewest and gbp <= least + PENNIES_GBP)
    assert sum(is_best) > number / 2


def test_a_county_too_large_to_enumerate_is_routed_within_the_rules(hurried: None) -> None:
    problem, plan, travel, legs, rules = county(11, 36, rules=RouteRules(together="mixed"))
    found = plan_routes(problem, plan, travel, legs=legs, rules=rules, seconds=1)
    assert (found.status, found.bound_gbp, found.gap) == (Status.FEASIBLE, None, None)
    assert found.routed_pupils + found.unrouted_pupils == 36
    check = check_routes(problem, found, travel, legs=legs, plan=plan)
    assert check.is_right, check.summary()


@pytest.mark.parametrize("seed", range(how_many(20, in_ci=2)))
def test_what_pyvrp_proposes_keeps_to_drives_windows_rides_and_seats(seed: int) -> None:
    case = case_of(county(seed, 24, plain=True))
    parties = np.arange(len(case.parties))
    found = propose(case.arrays, parties, 0.6, seed)
    assert riders(case, found.best) == parties.tolist()
    homes = len(parties)
    alone = [(one, homes + int(at)) for one, at in enumerate(case.arrays.goes_to)]
    assert cost_gbp(case, found.best) < cost_gbp(case, alone)
    assert set(found.best) <= found.noted


def test_who_travels_alone_is_not_proposed_a_route() -> None:
    case = case_of(county(1, 24))
    found = propose(case.arrays, np.arange(len(case.parties)), 0.3, 0)
    assert case.parties["solo"].sum() >= 2
    assert not set(np.flatnonzero(case.parties["solo"])) & set(riders(case, found.noted))
    assert set(riders(case, found.best)) == set(np.flatnonzero(~case.parties["solo"]))


def test_what_pyvrp_says_of_its_penalties_is_no_warning_to_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes on fast machines only, where its penalties reach their most in the time given."""
    solve = pyvrp.solve

    def warned(*given: Any, **named: Any) -> Any:
        warnings.warn("at its maximum", PenaltyBoundWarning, stacklevel=1)
        return solve(*given, **named)

    monkeypatch.setattr(pyvrp, "solve", warned)
    case = case_of(county(1, 24))
    assert propose(case.arrays, np.arange(len(case.parties)), 0.1, 0).noted


def test_two_pupils_need_no_proposal() -> None:
    case = case_of(county(2, 6, plain=True))
    assert propose(case.arrays, np.arange(len(case.parties)), 0.1, 0).noted == frozenset()
