"""Routes are the best there are: exhaustive search says so, and the walker finds nothing wrong with them."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from placement_opt.errors import Status
from placement_opt.route_plan import RoutePlan
from placement_opt.routing.planner import plan_routes
from placement_opt.verify import check_routes
from tests.amounts import how_many
from tests.made_routes import made
from tests.route_cases import RouteQuestion, random_route_case
from tests.route_oracle import best_routes

PENNIES_GBP = 0.02
"""A half penny may be rounded either way in each of the lines that are added."""


def routed(question: RouteQuestion) -> RoutePlan:
    problem, plan, travel, legs, rules = question
    return plan_routes(problem, plan, travel, legs=legs, rules=rules, seconds=5)


@pytest.mark.parametrize("seed", range(how_many(300, in_ci=18)))
def test_no_routes_are_better_and_every_rule_holds(seed: int) -> None:
    question = random_route_case(seed)
    found = routed(question)
    best = best_routes(question.problem, question.plan, question.legs, question.rules)
    assert (found.unrouted_pupils, found.routes_gbp) == (best.unrouted, pytest.approx(best.cost_gbp, abs=PENNIES_GBP))
    assert found.status is Status.OPTIMAL
    assert found.bound_gbp == pytest.approx(found.routes_gbp, abs=PENNIES_GBP)
    check = check_routes(question.problem, found, question.travel, legs=question.legs, plan=question.plan)
    assert check.is_right, check.summary()


def test_the_planner_finds_the_routes_that_were_made_by_hand() -> None:
    case = made()
    found = plan_routes(case.problem, case.plan, case.travel, legs=case.legs, rules=case.routes.rules, seconds=5)
    assert (found.unrouted_pupils, found.routes_gbp) == (2, 55_446.75)
    check = check_routes(case.problem, found, case.travel, legs=case.legs, plan=case.plan)
    assert check.is_right, check.summary()


def more_vehicles(question: RouteQuestion) -> RouteQuestion:
    fleet = question.problem.table("fleet")
    return question._replace(problem=question.problem.replace(fleet=fleet.assign(available=fleet["available"] + 1)))


def longer_rides(question: RouteQuestion) -> RouteQuestion:
    pupils = question.problem.pupils
    return question._replace(problem=question.problem.replace(pupils=pupils.assign(max_minutes=None)))


def longer_detours(question: RouteQuestion) -> RouteQuestion:
    return question._replace(rules=replace(question.rules, detour=2.0))


def nobody_apart(question: RouteQuestion) -> RouteQuestion:
    apart = question.problem.table("apart")
    fewer: pd.DataFrame | None = apart.iloc[1:] if len(apart) > 1 else None
    return question._replace(problem=question.problem.replace(apart=fewer))


def any_school(question: RouteQuestion) -> RouteQuestion:
    return question._replace(rules=replace(question.rules, together="mixed"))


def any_pickup(question: RouteQuestion) -> RouteQuestion:
    pupils = question.problem.pupils
    return question._replace(problem=question.problem.replace(pupils=pupils.assign(earliest_pickup=None)))


LOOSER = (more_vehicles, longer_rides, longer_detours, nobody_apart, any_school, any_pickup)


@pytest.mark.parametrize("seed", range(how_many(60, in_ci=2)))
@pytest.mark.parametrize("loosen", LOOSER)
def test_looser_limits_are_never_worse(loosen: Callable[[RouteQuestion], RouteQuestion], seed: int) -> None:
    question = random_route_case(1_000 + seed)
    before, after = routed(question), routed(loosen(question))
    assert after.unrouted_pupils <= before.unrouted_pupils
    if after.unrouted_pupils == before.unrouted_pupils:
        assert after.routes_gbp <= before.routes_gbp + PENNIES_GBP
