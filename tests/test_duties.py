"""To whom transport is owed, why, and how each travels: every rule at its border, worked out by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from placement_opt.duties import DUTIES, travel_duties
from placement_opt.errors import InputError
from placement_opt.examples import exampleshire, tiny
from placement_opt.parameters import Parameters
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.route_tables import DUTY_COLUMNS
from placement_opt.solve import baseline, solve
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import verify
from tests.oracle_pairs import Question
from tests.strategies import random_case

SCHOOLS = ["A", "B", "C", "D", "E"]
POINT = {"easting": 460_000, "northing": 270_000}
NOT_OFFERED = Policy(post16_transport="none")


def _problem(pupil: dict[str, Any], needs: dict[str, str] | None = None, **tables: Any) -> Problem:
    """Return a pupil who is at school D, and five schools with a place for everybody."""
    row = {"pupil_id": "P", "year_group": 8, "need": "ASD", "current_provision_id": "D1", **POINT, **pupil}
    settings = pd.DataFrame({"setting_id": SCHOOLS, "name": [f"{name} School" for name in SCHOOLS]}).assign(**POINT)
    provisions = pd.DataFrame({"provision_id": [f"{name}1" for name in SCHOOLS], "setting_id": SCHOOLS})
    provisions = provisions.assign(
        kind="special", places=3, needs=[(needs or {}).get(name, "any") for name in SCHOOLS], topup_gbp=1_000
    )
    return Problem(pupils=pd.DataFrame([row]), settings=settings, provisions=provisions, **tables)


def _travel(miles: list[float], walk: list[float] | None = None) -> TravelMatrix:
    """Return journeys to schools A to E."""
    on_foot = None if walk is None else np.array([walk])
    return TravelMatrix(("P",), tuple(SCHOOLS), np.array([miles]) * 3, np.array([miles]), walk_miles=on_foot)


def _duty(
    pupil: dict[str, Any],
    miles: list[float] | float = 1.0,
    walk: list[float] | float | None = None,
    *,
    policy: Policy | None = None,
    needs: dict[str, str] | None = None,
    **tables: Any,
) -> "pd.Series[Any]":
    """Return the duty to a pupil at school D, whose journey is as long as told, as are those to the other schools.

    The plan says the same about entitlement, and stands up to a check that works it out on its own.
    """
    problem = _problem(pupil, needs, **tables)
    far = [miles] * 5 if isinstance(miles, float) else miles
    travel = _travel(far, [walk] * 5 if isinstance(walk, float) else walk)
    plan = baseline(problem, travel, policy=policy)
    verify(problem, travel, plan).raise_if_wrong()
    duties = travel_duties(problem, plan, travel)
    assert list(duties.columns) == list(DUTY_COLUMNS)
    assert duties["entitled"].tolist() == plan.placements["entitled"].tolist()
    assert duties["duty"][0] in DUTIES
    assert DUTIES[duties["duty"][0]].startswith("owed" if duties["entitled"][0] else "not owed")
    return duties.iloc[0]


@pytest.mark.parametrize(
    ("year", "miles", "duty", "limit"),
    [
        (3, 2.0, "within_distance", 2),
        (3, 2.001, "distance", 2),
        (4, 2.001, "within_distance", 3),
        (4, 3.0, "within_distance", 3),
        (4, 3.001, "distance", 3),
        (11, 3.001, "distance", 3),
        (12, 3.0, "within_distance", 3),
        (12, 3.001, "distance", 3),
        (0, 2.001, "distance", 2),
    ],
)
def test_the_walking_distance_is_two_miles_up_to_year_3_and_three_from_year_4(
    year: int, miles: float, duty: str, limit: float
) -> None:
    row = _duty({"year_group": year}, miles)

    assert (row["duty"], row["limit_miles"]) == (duty, limit)


@pytest.mark.parametrize(
    ("year", "miles", "duty", "limit"),
    [
        (3, 2.0, "within_distance", 2),
        (4, 2.0, "within_distance", 2),
        (4, 2.001, "low_income_2_miles", 2),
        (6, 3.0, "low_income_2_miles", 2),
        (6, 3.001, "distance", 3),
        (7, 2.0, "within_distance", 3),
        (7, 2.001, "low_income_nearest_three", 2),
        (11, 3.0, "low_income_nearest_three", 2),
        (11, 3.001, "distance", 3),
        (12, 2.001, "within_distance", 3),
    ],
)
def test_a_low_income_brings_rights_from_two_miles_from_year_4_to_year_11(
    year: int, miles: float, duty: str, limit: float
) -> None:
    row = _duty({"year_group": year, "low_income": True}, miles)

    assert (row["duty"], row["limit_miles"]) == (duty, limit)


@pytest.mark.parametrize(
    ("miles", "owed"),
    [
        ([2.1, 2.2, 2.9, 2.5, 2.8], True),
        ([2.1, 2.2, 2.3, 2.5, 2.8], False),
        ([2.1, 2.2, 2.5, 2.5, 2.5], True),
        ([0.1, 0.2, 0.3, 2.5, 9.0], False),
        ([0.1, 0.2, float("nan"), 2.5, 9.0], True),
    ],
)
def test_from_year_7_fewer_than_three_suitable_schools_may_be_nearer(miles: list[float], owed: bool) -> None:
    row = _duty({"year_group": 7, "low_income": True}, miles)

    assert row["entitled"] == owed
    assert row["duty"] == ("low_income_nearest_three" if owed else "within_distance")
    assert ("three suitable schools or more are nearer" in row["why"]) != owed


def test_a_nearer_school_that_does_not_take_the_need_does_not_count() -> None:
    near = [2.1, 2.2, 2.3, 2.5, 2.8]

    assert not _duty({"low_income": True}, near)["entitled"]
    assert _duty({"low_income": True}, near, needs={"A": "SEMH"})["entitled"]


def test_a_school_that_an_officer_names_is_the_only_suitable_one() -> None:
    near = [2.1, 2.2, 2.3, 2.5, 2.8]
    rules = pd.DataFrame({"pupil_id": ["P"], "provision_id": ["D1"], "rule": ["must"]})

    row = _duty({"low_income": True}, near, pair_rules=rules)

    assert (row["duty"], row["nearest_setting_id"], row["is_nearest"]) == ("low_income_nearest_three", "D", True)
    assert not _duty({"low_income": True}, near, pair_rules=rules.assign(provision_id="A1", rule="never"))["is_nearest"]


@pytest.mark.parametrize(("miles", "owed"), [(6.0, True), (6.001, False)])
def test_the_rights_from_year_7_reach_six_miles_by_road(miles: float, owed: bool) -> None:
    row = _duty({"low_income": True}, miles, 2.5)

    assert row["entitled"] == owed
    assert ("by road it is 6.001 miles, more than 6 miles" in row["why"]) != owed


def test_the_walk_and_not_the_road_is_held_against_the_walking_distance() -> None:
    assert _duty({}, 2.0, 3.5)[["duty", "walk_miles", "miles"]].tolist() == ["distance", 3.5, 2.0]
    assert _duty({}, 3.5, 2.0)["duty"] == "within_distance"


def test_where_there_is_no_way_to_walk_the_walk_is_longer_than_any_distance() -> None:
    row = _duty({}, 0.5, [1.0, 1.0, 1.0, float("nan"), 1.0])

    assert row["duty"] == "distance"
    assert np.isnan(row["walk_miles"])
    assert row["why"].startswith("There is no way to walk to the school, more than")


@pytest.mark.parametrize("flag", ["wheelchair", "solo", "assistant"])
def test_who_cannot_be_expected_to_walk_is_owed_transport_at_any_distance(flag: str) -> None:
    row = _duty({flag: True}, 0.1)

    assert row["duty"] == "mobility"
    assert np.isnan(row["limit_miles"])


def test_an_officer_decides_before_everything_else() -> None:
    assert _duty({"entitled": True, "year_group": 13}, 0.1, policy=NOT_OFFERED)["duty"] == "officer_yes"
    assert _duty({"entitled": False, "wheelchair": True}, 30.0)["duty"] == "officer_no"
    assert _duty({"entitled": False, "low_income": True}, 2.5)["duty"] == "officer_no"


@pytest.mark.parametrize(
    ("year", "policy", "duty"),
    [
        (12, NOT_OFFERED, "post16_not_offered"),
        (11, NOT_OFFERED, "mobility"),
        (12, Policy(post16_transport="as under 16"), "mobility"),
    ],
)
def test_from_year_12_the_policy_decides_whether_transport_is_offered(year: int, policy: Policy, duty: str) -> None:
    row = _duty({"year_group": year, "wheelchair": True}, 9.0, policy=policy)

    assert row["duty"] == duty
    assert ("own policy" in row["why"]) == (duty == "mobility" and year == 12)


def test_a_policy_on_post_16_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="`post16_transport` is 'free'; use one of as under 16, none"):
        Policy(post16_transport="free")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pupil", "mode"),
    [
        ({}, "vehicle"),
        ({"solo": True}, "solo"),
        ({"independent_travel": True}, "pass"),
        ({"independent_travel": True, "solo": True}, "solo"),
        ({"independent_travel": True, "travel_mode": "vehicle"}, "vehicle"),
        ({"travel_mode": "vehicle", "solo": True}, "solo"),
        ({"travel_mode": "training", "solo": True}, "training"),
        ({"travel_mode": "pass"}, "pass"),
        ({"travel_mode": "personal_budget"}, "personal_budget"),
        ({"travel_mode": "personal_budget", "year_group": 13}, "none"),
    ],
)
def test_a_pupil_travels_as_an_officer_says_else_with_a_pass_else_in_a_vehicle(
    pupil: dict[str, Any], mode: str
) -> None:
    row = _duty(pupil, 5.0, policy=NOT_OFFERED)

    assert row["mode"] == mode
    assert (row["mode_gbp"] > 0) == (mode in {"pass", "personal_budget"})


def test_a_personal_budget_pays_each_mile_of_four_journeys_on_every_school_day() -> None:
    row = _duty({"travel_mode": "personal_budget", "count": 3}, 5.123)

    assert row["pupils"] == 3
    assert row["mode_gbp"] == pytest.approx(3 * 1_752.07)  # 0.45 x 4 x 5.123 x 190 = 1,752.066
    assert _duty({"travel_mode": "pass", "count": 2}, 5.0)["mode_gbp"] == 2 * 900


def test_a_preferred_school_farther_than_the_nearest_suitable_one_is_told_with_the_miles() -> None:
    row = _duty({"requested_setting_id": "D"}, [5.0, 4.25, 9.0, 6.5, 9.0])

    assert (row["nearest_setting_id"], row["nearest_miles"], row["is_nearest"]) == ("B", 4.25, False)
    assert "B School is a nearer suitable school (4.25 miles); the family asked for this one, 2.25 miles" in row["why"]
    other = _duty({"requested_setting_id": "A"}, [5.0, 4.25, 9.0, 6.5, 9.0])
    assert "the family did not ask for this one, so that is not counted against them" in other["why"]


def test_of_schools_as_near_as_each_other_all_are_the_nearest_and_the_first_id_is_named() -> None:
    row = _duty({}, [7.0, 4.0, 9.0, 4.0, 9.0])

    assert (row["nearest_setting_id"], row["is_nearest"]) == ("B", True)
    assert "nearer" not in row["why"]


def test_a_reason_can_be_read_out() -> None:
    assert _duty({"year_group": 5}, 3.4)["why"] == (
        "The journey is 3.4 miles, more than the walking distance of 3 miles in Year 5."
    )
    assert _duty({"year_group": 9, "low_income": True}, 3.0, 2.5)["why"] == (
        "The walk is 2.5 miles, more than the 2 miles that hold in Year 9 for a family on a low income; by road it is "
        "3 miles, not more than 6 miles; and fewer than three suitable schools are nearer."
    )
    assert _duty({"wheelchair": True, "assistant": True}, 1.0)["why"] == (
        "The pupil travels in a wheelchair and needs a passenger assistant, and cannot reasonably be expected to walk "
        "at any distance."
    )


def test_the_distances_of_extended_rights_are_parameters() -> None:
    parameters = Parameters(low_income_walk_miles=1, low_income_most_miles=1.5)

    assert _duty({"year_group": 5, "low_income": True}, 1.2, parameters=parameters)["duty"] == "low_income_2_miles"
    assert _duty({"low_income": True}, 1.5, parameters=parameters)["duty"] == "low_income_nearest_three"
    assert _duty({"low_income": True}, 1.6, parameters=parameters)["duty"] == "within_distance"


def test_a_known_price_takes_the_place_of_the_estimate_only_where_transport_is_owed() -> None:
    costs = pd.DataFrame({"pupil_id": ["P", "P"], "setting_id": ["D", "E"], "cost_gbp": [12_345.67, 1.0]})
    for count, miles, gbp in ((1, 5.0, 12_345.67), (2, 5.0, 24_691.34), (1, 1.0, 0.0)):
        problem, travel = _problem({"count": count}, journey_costs=costs), _travel([miles] * 5)
        plan = solve(problem, travel)
        assert plan.placements["transport_gbp"].tolist() == [gbp]
        assert verify(problem, travel, plan).findings == ()
        estimated = solve(problem.replace(journey_costs=None), travel).placements
        assert plan.placements[["mode", "co2e_kg"]].equals(estimated[["mode", "co2e_kg"]])
        spoilt = plan.placements.assign(transport_gbp=gbp + 1, cost_gbp=plan.placements["cost_gbp"] + 1)
        wrong = verify(problem, travel, replace(plan, tables={**plan.tables, "placements": spoilt}))
        assert any("transport_gbp" in finding.message for finding in wrong.findings)


def test_a_known_price_changes_where_the_cheapest_plan_sends_a_pupil() -> None:
    costs = pd.DataFrame({"pupil_id": ["P", "P"], "setting_id": ["D", "E"], "cost_gbp": [9_000.0, 10.0]})
    problem, travel = _problem({"current_provision_id": None}, journey_costs=costs), _travel([5.0] * 5)

    assert solve(problem, travel).placements["setting_id"].tolist() == ["E"]


def test_a_known_price_does_not_carry_a_pupil_whom_no_mode_may() -> None:
    costs = pd.DataFrame({"pupil_id": ["P"], "setting_id": ["D"], "cost_gbp": [10.0]})
    modes = pd.DataFrame({"mode": ["taxi"], "gbp_per_day": [9.0], "gbp_per_mile": [1.0], "max_miles": [6.0]})
    problem, travel = _problem({}, journey_costs=costs, modes=modes), _travel([5.0, 5.0, 5.0, 9.0, 5.0])

    assert solve(problem, travel).placements["setting_id"].tolist() != ["D"]


@pytest.mark.parametrize("seed", range(24))
def test_random_duties_are_those_of_the_plan_and_of_the_page(seed: int) -> None:
    case = random_case(seed, families={"low_income", "transport", "post16", "requests", "cohorts", "matrix"})
    plan = solve(case.problem, case.travel, policy=case.policy)
    duties, question = travel_duties(case.problem, plan, case.travel), Question(*case)

    assert duties["entitled"].tolist() == plan.placements["entitled"].tolist()
    for row, provision_id in zip(duties.to_dict("records"), plan.placements["provision_id"], strict=True):
        pupil = question.pupils[row["pupil_id"]]
        assert row["entitled"] == question.is_entitled(row["pupil_id"], provision_id)
        suitable = {
            (question.walk(row["pupil_id"], p), journey[1], question.school(p))
            for p in question.provisions
            if not question.refused_by_rules_1_to_10(row["pupil_id"], p)
            and (journey := question.journey(row["pupil_id"], p))
        }
        own = question.walk(row["pupil_id"], provision_id)
        assert row["nearest_setting_id"] == min(suitable)[2]
        assert row["is_nearest"] == all(
            (walk, miles) >= (own, row["miles"]) or walk == own < np.inf for walk, miles, _ in suitable
        )
        assert (row["mode"] == "solo") == (row["entitled"] and pupil["solo"])


def test_the_duties_of_the_embedded_county_are_those_of_its_placements_of_today() -> None:
    problem = exampleshire()
    travel = crow_fly(problem)
    today = baseline(problem, travel)
    duties = travel_duties(problem, today, travel)

    assert duties["entitled"].tolist() == today.placements["entitled"].tolist()
    assert set(duties["duty"]) <= set(DUTIES)
    assert duties["why"].str.endswith(".").all()
    assert duties["pupils"].sum() == today.placed_pupils


def test_no_reason_names_a_pupil() -> None:
    problem = exampleshire()
    travel = crow_fly(problem)
    duties = travel_duties(problem, baseline(problem, travel), travel)

    assert not duties["why"].str.contains("|".join(duties["pupil_id"].head(50))).any()


def test_a_plan_of_another_problem_is_refused_with_every_fault() -> None:
    problem = tiny()
    travel = crow_fly(problem)
    plan = solve(problem, travel)
    stranger = plan.placements.replace({"pupil_id": {"P1": "X1", "P2": "X2"}, "provision_id": {"B-special": "Z"}})

    with pytest.raises(InputError) as caught:
        travel_duties(problem, replace(plan, tables={**plan.tables, "placements": stranger}), travel)

    assert [fault.value for fault in caught.value.faults] == ["X1", "X2", "Z"]
    lost = replace(travel, minutes=travel.minutes * np.nan, miles=travel.miles * np.nan)
    with pytest.raises(InputError, match="has no journey to"):
        travel_duties(problem, plan, lost)


def test_a_problem_without_placements_has_no_duties() -> None:
    problem = tiny()
    travel = crow_fly(problem)
    empty = problem.replace(pupils=problem.pupils.assign(current_provision_id=None))

    duties = travel_duties(empty, baseline(empty, travel), travel)

    assert duties.empty
    assert list(duties.columns) == list(DUTY_COLUMNS)
