"""Places and routes chosen together: never worse than one after the other, and every figure adds up."""

import pandas as pd
import pytest

from placement_opt.policy import Policy
from placement_opt.routing.together import ROUND_COLUMNS, RouteAwarePlan, route_aware_plan
from placement_opt.verify import check_routes, verify
from tests.route_cases import RouteQuestion
from tests.route_county import county

OWN_GBP = 12_345.67
POLICY = Policy(moves="all")


def asked() -> RouteQuestion:
    """Return twelve pupils of three schools, one of whom has a price of journey of their own."""
    question = county(4, 12)
    own = pd.DataFrame({"pupil_id": ["P00"], "setting_id": ["C"], "cost_gbp": [OWN_GBP]})
    return question._replace(problem=question.problem.replace(journey_costs=own))


@pytest.fixture(scope="module")
def together() -> RouteAwarePlan:
    question = asked()
    return route_aware_plan(question.problem, question.travel, legs=question.legs, policy=POLICY, seconds=1)


def pence(gbp: object) -> int:
    return round(float(str(gbp)) * 100)


def test_the_plan_and_its_routes_are_right(together: RouteAwarePlan) -> None:
    question = asked()
    verification = verify(together.problem, question.travel, together.plan)
    assert verification.is_right, verification.summary()
    check = check_routes(together.problem, together.routes, question.travel, legs=question.legs, plan=together.plan)
    assert check.is_right, check.summary()
    assert together.plan.unplaced_pupils == together.routes.unrouted_pupils == 0


def test_no_round_that_is_kept_is_worse_than_the_one_before(together: RouteAwarePlan) -> None:
    rounds = together.rounds
    assert list(rounds.columns) == list(ROUND_COLUMNS)
    assert rounds["round"].tolist() == list(range(len(rounds)))
    assert bool(rounds["kept"].iloc[0])
    kept = rounds.loc[rounds["kept"], "total_gbp"]
    assert kept.is_monotonic_decreasing
    assert together.total_gbp == kept.iloc[-1] <= rounds["total_gbp"].iloc[0]
    assert not rounds["kept"].iloc[1:].all() or together.total_gbp < rounds["total_gbp"].iloc[0]


def test_totals_are_places_and_routes_to_the_penny(together: RouteAwarePlan) -> None:
    placements, routes = together.plan.placements, together.routes
    transport = sum(pence(gbp) for gbp in (*routes.routes["cost_gbp"], *routes.duties["mode_gbp"]))
    places = pence(together.plan.cost_gbp) - sum(pence(gbp) for gbp in placements["transport_gbp"])
    assert pence(together.total_gbp) == places + transport
    for row in [*together.rounds.to_dict("records"), *together.savings.to_dict("records")]:
        assert pence(row["total_gbp"]) == pence(row["places_gbp"]) + pence(row["transport_gbp"])


def test_savings_compare_the_rounds_and_today(together: RouteAwarePlan) -> None:
    question = asked()
    savings = together.savings.set_index("way")
    assert savings.loc["places chosen, shared routes", "total_gbp"] == together.rounds["total_gbp"].iloc[0]
    assert savings.loc["chosen together, shared routes", "total_gbp"] == together.total_gbp
    today = pence(question.plan.cost_gbp) - sum(pence(gbp) for gbp in question.plan.placements["transport_gbp"])
    assert pence(savings.loc["today's places, shared routes", "places_gbp"]) == today
    assert savings["pupils"].tolist() == [12] * 6
    for name in ("today's places", "places chosen", "chosen together"):
        each, shared = (savings.loc[f"{name}, {how}", "transport_gbp"] for how in ("a vehicle each", "shared routes"))
        assert shared < each
    saved = together.rounds["total_gbp"].iloc[0] - together.total_gbp
    assert together.summary().endswith(f"£{saved:>16,.2f}")


def test_prices_of_journeys_that_the_council_gave_are_kept(together: RouteAwarePlan) -> None:
    costs = together.problem.table("journey_costs").set_index(["pupil_id", "setting_id"])["cost_gbp"]
    assert costs.index.is_unique
    assert costs.loc["P00", "C"] == OWN_GBP
    if together.rounds["kept"].sum() > 1:  # then the other prices are those of routes
        assert len(costs) > 1
