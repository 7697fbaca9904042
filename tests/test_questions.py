"""The ready questions, each against a closed form, brute force or the plain solver on a case small enough to check."""

from importlib import import_module

import pandas as pd
import pytest

from placement_opt.errors import InputError
from placement_opt.examples import hub_and_spoke_case, tiny
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.scenarios.questions.forms import hubs_or_special_school
from placement_opt.scenarios.questions.sizes import how_big
from placement_opt.scenarios.questions.withdrawal import NOBODY_TAKES, provider_withdraws
from placement_opt.solve import solve
from placement_opt.solve.years import plan_years
from placement_opt.timeline import problem_in
from placement_opt.travel import crow_fly
from tests.question_cases import FEE_GBP, PLACE_GBP, TOPUP_GBP, journeys, new_school, pupils, schools

ALL, FULL = Policy(moves="all"), Policy(moves="all", cost_basis="full")

# -- how big -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "sizes"), [(3, [0, 2, 5]), (1, [1])])
def test_each_size_takes_as_many_as_it_has_places_and_costs_what_the_closed_form_says(n: int, sizes: list[int]) -> None:
    problem = new_school([8] * n)
    marginal = how_big(problem, journeys(problem), "N-special", sizes, policy=ALL).table.set_index("places")
    full = how_big(problem, journeys(problem), "N-special", sizes, policy=FULL).table.set_index("places")
    for places in sizes:
        there = min(n, places)
        expected = FEE_GBP * (n - there) + TOPUP_GBP * there
        assert marginal.loc[places, ["unplaced", "at_the_school", "independent"]].tolist() == [0, there, n - there]
        assert marginal.loc[places, "cost_gbp"] == expected
        assert full.loc[places, "cost_gbp"] == expected + PLACE_GBP * places
        assert marginal.loc[places, "free"] == max(0, places - n)


def test_a_larger_school_leaves_nobody_more_without_a_place_and_growth_asks_for_a_larger_one() -> None:
    problem = new_school([8] * 3, fee_places=3)
    grown = problem.replace(pupils=pd.concat([problem.pupils, pupils([8] * 2, None, "Q")]))
    asked = {"today": problem, "grown": grown}
    sizes = how_big(problem, crow_fly(grown), "N-special", [0, 1, 2, 5, 9], futures=asked)
    table = sizes.table.set_index(["future", "places"])
    assert table.loc["today", "unplaced"].tolist() == [0, 0, 0, 0, 0]
    assert table.loc["grown", "unplaced"].tolist() == [2, 1, 0, 0, 0]
    named = sizes.named.set_index(["future", "name"])["places"]
    assert named["grown", "fewest without a place"] == 2
    assert named["today", "fewest without a place"] == 0
    assert "grown, 1 places: 1 without a place" in sizes.summary()


def test_the_named_sizes_are_the_smallest_that_are_as_good() -> None:
    problem = new_school([8] * 4)
    named = how_big(problem, journeys(problem), "N-special", [6, 4, 2], policy=FULL).named
    assert named["places"].tolist() == [2, 4, 4]  # a place costs £10,000 and saves £43,000 as long as a pupil takes it


def test_sizes_over_several_years_are_the_plans_of_years() -> None:
    years = pd.DataFrame({"year": [2027, 2028], "price_factor": [1, 1.1]})
    problem = new_school([6, 6, 8]).replace(years=years)
    sizes = how_big(problem, journeys(problem), "N-special", [0, 1, 2], solver=plan_years)
    costs = sizes.table.set_index("places")["cost_gbp"]
    assert costs[0] == round(FEE_GBP * 3 * 2.1, 2)
    assert costs[1] == round(costs[0] - (FEE_GBP - TOPUP_GBP) * 1.1, 2)  # one of those who begin Year 7 in 2028
    assert costs[2] == round(costs[0] - 2 * (FEE_GBP - TOPUP_GBP) * 1.1, 2)
    later = problem_in(problem, journeys(problem), 2028)
    assert how_big(later, journeys(problem), "N-special", [2]).table["at_the_school"].tolist() == [2]


def test_capital_goes_with_the_size_and_an_open_school_may_be_resized() -> None:
    problem = new_school([8] * 3)
    sizes = how_big(problem, journeys(problem), "N-special", [1, 3], capital_gbp_per_place=60_000, policy=ALL)
    assert sizes.table["capital_gbp"].tolist() == [60_000, 180_000]
    assert how_big(tiny(), crow_fly(tiny()), "B-special", [2]).table["cost_gbp"].tolist() == [
        solve(tiny(), crow_fly(tiny())).cost_gbp
    ]


@pytest.mark.parametrize(
    ("sizes", "message"), [([], "nothing"), ([2, 2], "twice 2"), ([-1, 2.5], "-1, 2.5"), ([True], "True")]
)
def test_sizes_that_are_none_are_refused(sizes: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=f"`sizes` has {message}"):
        how_big(tiny(), crow_fly(tiny()), "A-base", sizes)


def test_questions_about_an_unknown_school_say_so() -> None:
    problem, travel = tiny(), crow_fly(tiny())
    with pytest.raises(InputError, match="'Z' is not a provision"):
        how_big(problem, travel, "Z", [1])
    with pytest.raises(InputError, match="'B-special' is open, and the question is about a candidate"):
        how_big(problem, travel, "B-special", [1], capital_gbp_per_place=1)
    with pytest.raises(InputError, match="2 faults"):
        hubs_or_special_school(problem, travel, {"one": ["Y"], "other": ["Z"]})
    with pytest.raises(InputError, match="trust"):
        provider_withdraws(problem, travel, trust="Nobody's Trust")


# -- hubs or a special school ------------------------------------------------------------------------------------------


def test_forms_cost_what_each_costs_by_itself() -> None:
    answer = import_module("examples.hubs_or_special_school").ask()
    for name, case in hub_and_spoke_case("dispersed").items():
        alone = solve(case, crow_fly(case), policy=FULL)
        assert answer.table.loc["total_gbp", name] == pytest.approx(alone.cost_gbp, abs=0.01)
        assert answer.table.loc["mean_minutes", name] == pytest.approx(alone.travel()["mean_minutes"])
    lines = [name for name in answer.table.index if str(name).startswith("gbp: ")]
    assert answer.table.loc[lines].sum().round(2).tolist() == answer.table.loc["total_gbp"].tolist()
    assert answer.named["least cost"] == answer.named["shortest journeys"] == "hub and spokes"
    assert "least cost: hub and spokes" in answer.summary()


def test_a_comparison_needs_two_forms() -> None:
    with pytest.raises(ValueError, match="give two or more"):
        hubs_or_special_school(tiny(), crow_fly(tiny()), {"base": ["A-base"]})


# -- a provider withdraws ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "room"), [(3, 5), (3, 2), (2, 0)])
def test_a_withdrawal_costs_the_next_best_places_and_leaves_the_rest_without(n: int, room: int) -> None:
    places = pd.DataFrame(
        {
            "provision_id": ["A-ind", "B-ind"],
            "setting_id": ["A", "B"],
            "kind": "independent_special",
            "places": [5, room],
            "topup_gbp": [50_000, 64_000],
        }
    )
    owners = schools("A", "B").assign(trust=["Marigold Partnership Trust", None])
    problem = Problem(pupils=pupils([8] * n, "A-ind"), settings=owners, provisions=places)
    answer = provider_withdraws(problem, crow_fly(problem), trust="Marigold Partnership Trust")
    moved = min(n, room)
    assert answer.extra_gbp == moved * 64_000 - n * 50_000
    assert int(answer.today["count"].sum()) == n
    kinds = answer.displaced.groupby("to_kind")["count"].sum().to_dict()
    assert kinds == {
        kind: number for kind, number in (("independent_special", moved), (NOBODY_TAKES, n - moved)) if number
    }
    change = answer.table.loc["unplaced"]
    assert change["withdrawn"] - change["plan"] == n - moved
    assert answer.money["gbp"]["withdrawn"].sum() == answer.after.cost_gbp
    assert f"pupils without a place: {n - moved}" in answer.summary()


# -- the scripts -------------------------------------------------------------------------------------------------------


def test_the_script_on_size_names_what_the_closed_form_does() -> None:
    sizes = import_module("examples.how_big").ask()
    table = sizes.table.set_index(["future", "places"])
    without_transport = table["cost_gbp"] - table["transport_gbp"]
    for (future, places), gbp in without_transport.items():
        pupils_then = {"today": 83, "a third more": 110}[future]
        there = table.loc[(future, places), "at_the_school"]
        assert there == min(pupils_then, places)
        assert gbp == pytest.approx((pupils_then - there) * FEE_GBP + there * TOPUP_GBP + places * PLACE_GBP, abs=0.01)
    named = sizes.named.set_index(["future", "name"])["places"]
    assert (named["today", "least cost"], named["a third more", "least cost"]) == (90, 120)


def test_the_script_on_a_withdrawal_moves_nobody_but_the_pupils_of_the_provider() -> None:
    answer = import_module("examples.provider_withdraws").ask()
    moved = set(answer.displaced["pupil_id"])
    assert set(answer.today["pupil_id"]) == moved
    before, after = (plan.placements.set_index("pupil_id")["provision_id"] for plan in (answer.before, answer.after))
    free_to_move = set(answer.before.placements.query("change != 'stays'")["pupil_id"])
    assert set(before.index[before != after.reindex(before.index)]) <= moved | free_to_move
    assert answer.extra_gbp == round(answer.after.cost_gbp - answer.before.cost_gbp, 2)
