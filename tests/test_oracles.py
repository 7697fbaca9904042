"""The oracle on cases that can be worked out by hand, and against itself without its shortcuts."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from tests.amounts import how_many
from tests.oracles import Best, InputAtFaultError, Outcome, allowed_pairs, best_plan, every_plan, pair_cost
from tests.strategies import FAMILIES, random_case

FREE = {"entitled": False}
POLICY = Policy(moves="all")


def _problem(pupils: list[dict[str, Any]], provisions: list[dict[str, Any]], **tables: Any) -> Problem:
    """Return pupils and provisions at schools A and B, with blanks filled by what never matters here."""
    settings = tables.pop("settings", None)
    if settings is None:
        settings = pd.DataFrame({"setting_id": ["A", "B"], "name": ["Alder", "Birch"]})
    point = {"easting": 460_000, "northing": 270_000}
    pupil_rows = [
        {"pupil_id": f"P{n}", "year_group": 7, "need": "ASD", **point, **FREE, **row} for n, row in enumerate(pupils, 1)
    ]
    provision_rows = [
        {"provision_id": f"V{n}", "setting_id": "A", "kind": "special", "places": 1, "topup_gbp": 1_000, **row}
        for n, row in enumerate(provisions, 1)
    ]
    frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    return Problem(
        pupils=pd.DataFrame(pupil_rows),
        settings=settings.assign(**point),
        provisions=pd.DataFrame(provision_rows),
        **frames,
    )


def _travel(problem: Problem, minutes: float | list[list[float]] = 10, between: float = 20) -> TravelMatrix:
    """Return journeys in minutes, a mile for two of them."""
    pupils, settings = tuple(problem.pupils["pupil_id"]), tuple(problem.settings["setting_id"])
    matrix = np.broadcast_to(np.array(minutes, dtype=float), (len(pupils), len(settings)))
    pair = {"from_setting_id": ["A"], "to_setting_id": ["B"], "minutes": [between], "miles": [between / 2]}
    return TravelMatrix(pupils, settings, matrix, matrix / 2, pd.DataFrame(pair))


def _best(problem: Problem, policy: Policy = POLICY, minutes: Any = 10) -> Best | None:
    return best_plan(problem, _travel(problem, minutes), policy)


def test_fewest_unplaced_comes_before_money() -> None:
    problem = _problem([{}, {}], [{"topup_gbp": 100}, {"topup_gbp": 90_000}])

    assert _best(problem) == Best(0, 90_100, 20)


def test_the_last_stage_saves_minutes_but_never_for_a_penny() -> None:
    near_and_dear = [{"topup_gbp": 1_000}, {"topup_gbp": 1_000, "setting_id": "B"}]

    assert _best(_problem([{}], near_and_dear), minutes=[[30, 5]]) == Best(0, 1_000, 5)
    near_and_dear[1]["topup_gbp"] = 1_000.01
    assert _best(_problem([{}], near_and_dear), minutes=[[30, 5]]) == Best(0, 1_000, 30)


def test_a_cohort_may_be_split_and_a_pupil_of_several_places_may_not() -> None:
    provisions = [{"places": 2}, {"places": 2}]

    assert _best(_problem([{"count": 4}], provisions)) == Best(0, 4_000, 40)
    assert _best(_problem([{"places": 4}], provisions)) == Best(1, 0, 0)


def test_places_over_the_number_are_priced_each() -> None:
    problem = _problem([{"places": 3}], [{"places": 1, "overflow_places": 2, "overflow_gbp": 50}])

    assert _best(problem) == Best(0, 1_100, 10)


def test_those_who_stay_are_not_pushed_out_and_leave_no_room() -> None:
    pupils = [{"year_group": 8, "current_provision_id": "V1"}, {"year_group": 8, "current_provision_id": "V1"}, {}]
    problem = _problem(
        pupils, [{"overflow_gbp": 70}], settings=pd.DataFrame({"setting_id": ["A"], "name": ["Alder"], "places": [1]})
    )

    assert _best(problem, Policy(moves="due")) == Best(1, 2_070, 20)
    assert _best(problem, Policy(moves="all")) == Best(2, 1_000, 10)


def test_a_limit_on_part_of_a_provision_counts_only_its_pupils() -> None:
    limits = [{"limit_id": "L", "provision_id": "V1", "needs": "ASD", "max_year": 7, "places": 1}]
    provisions = [{"places": 9}]

    assert _best(_problem([{"count": 3}], provisions, part_limits=limits)) == Best(2, 1_000, 10)
    assert _best(_problem([{"count": 3, "year_group": 8}], provisions, part_limits=limits)) == Best(0, 3_000, 30)
    assert _best(_problem([{"count": 3, "need": "MLD"}], provisions, part_limits=limits)) == Best(0, 3_000, 30)


def test_a_candidate_is_opened_for_a_pupil_without_a_place_and_paid_for_once() -> None:
    candidate = {"places": 5, "status": "candidate", "open_gbp": 10_000, "place_gbp": 100}
    problem = _problem([{"count": 3}], [{"place_gbp": 100}, candidate])

    assert _best(problem) == Best(0, 13_000, 30)
    assert _best(problem, replace(POLICY, cost_basis="average")) == Best(0, 13_300, 30)
    assert _best(problem, replace(POLICY, cost_basis="full")) == Best(0, 13_600, 30)


def test_on_the_full_basis_places_in_ordinary_classes_are_paid_only_when_taken() -> None:
    provisions = [{"kind": "mainstream", "places": 5, "place_gbp": 6_000}, {"places": 2, "place_gbp": 10_000}]

    assert _best(_problem([{"places": 2}], provisions), replace(POLICY, cost_basis="full")) == Best(0, 21_000, 10)


def test_a_pupil_who_must_be_at_the_present_place_stays_there_in_an_over_full_one() -> None:
    rule = [{"pupil_id": "P1", "provision_id": "V1", "rule": "must"}]
    problem = _problem([{"current_provision_id": "V1", "places": 2}], [{"overflow_gbp": 70}], pair_rules=rule)

    assert _best(problem) == Best(0, 1_070, 10)
    assert _best(_problem([{"places": 2}], [{}], pair_rules=rule)) is None


def _outreach(**hub: Any) -> Problem:
    """Return two pupils who each need 3 hours at a spoke 20 minutes from its hub."""
    defaults = {"team_hours_per_week": 5, "max_teams": 2, "team_gbp": 400, "max_spokes": 1, "max_link_minutes": 20}
    provisions = [{"kind": "hub", "places": 0}, {"kind": "spoke", "setting_id": "B", "places": 2}]
    hubs = [{"provision_id": "V1", "visits_per_week": 1.5, **defaults, **hub}]
    return _problem([{"support_hours": 3}, {"support_hours": 3}], provisions, hubs=hubs)


def test_a_spoke_takes_hours_visits_and_mileage_from_its_hub() -> None:
    # 2 x 3 hours and 1.5 visits of 2 x 20 minutes = 7 hours: two teams. 1.5 x 38 weeks x 2 x 10 miles x £0.45 = £513.
    assert _best(_outreach()) == Best(0, 2_000 + 2 * 400 + 513, 20)
    assert _best(_outreach(team_hours_per_week=7)) == Best(0, 2_000 + 400 + 513, 20)


def test_too_few_team_hours_or_too_long_a_link_leave_pupils_without_a_place() -> None:
    assert _best(_outreach(max_teams=1)) == Best(1, 1_000 + 400 + 513, 10)
    assert _best(_outreach(max_link_minutes=19.99)) == Best(2, 0, 0)
    assert _best(_outreach(max_spokes=0)) == Best(2, 0, 0)


def test_a_scarce_resource_is_used_by_the_most_specific_row() -> None:
    tables = {
        "resources": [{"resource": "therapy", "available": 2}],
        "resource_use": [
            {"resource": "therapy", "need": None, "kind": None, "amount": 9},
            {"resource": "therapy", "need": None, "kind": "special", "amount": 0},
            {"resource": "therapy", "need": "ASD", "kind": None, "amount": 1},
        ],
    }

    assert _best(_problem([{"count": 3}], [{"places": 9}], **tables)) == Best(1, 2_000, 20)


def test_at_most_so_many_pupils_leave_a_place_that_they_could_keep() -> None:
    pupils = [{"current_provision_id": "V1", "count": 3}]
    problem = _problem(pupils, [{"places": 3, "topup_gbp": 5_000}, {"places": 3}])

    assert _best(problem) == Best(0, 3_000, 30)
    assert _best(problem, replace(POLICY, max_moves=1)) == Best(0, 11_000, 30)


def test_no_plan_keeps_both_the_places_and_a_ban_on_moves() -> None:
    pupils = [{"current_provision_id": "V1"}, {"current_provision_id": "V1"}]

    assert _best(_problem(pupils, [{}]), replace(POLICY, max_moves=0)) is None


def test_siblings_go_to_one_school_at_any_price_or_at_a_stated_one() -> None:
    pupils = [{"sibling_group": "f"}, {"sibling_group": "f"}]
    provisions = [{}, {"topup_gbp": 9_000}, {"setting_id": "B"}]
    problem = _problem(pupils, provisions)

    assert _best(problem, replace(POLICY, siblings="hard")) == Best(0, 10_000, 20)
    assert _best(problem, replace(POLICY, siblings="priced")) == Best(0, 6_000, 20)
    assert _best(problem, replace(POLICY, siblings="off")) == Best(0, 2_000, 20)


def test_a_missed_request_weighs_once_for_each_pupil_even_without_a_place() -> None:
    problem = _problem([{"count": 3, "requested_setting_id": "B"}], [{"topup_gbp": 0}, {"setting_id": "B"}])

    assert _best(problem, replace(POLICY, requests="priced")) == Best(1, 1_000 + 2 * 4_000, 20)
    assert _best(problem, replace(POLICY, requests="hard")) == Best(2, 1_000, 10)


def test_a_smallest_group_counts_pupils_and_not_places() -> None:
    # Two pupils of two places each are two pupils: too few for a group of three, whatever it saves.
    cheap, dear = {"places": 6, "topup_gbp": 1_000}, {"places": 6, "topup_gbp": 4_000}
    pupils = [{"count": 2, "places": 2}]

    assert _best(_problem(pupils, [{**cheap, "min_pupils": 2}, dear])) == Best(0, 2_000, 20)
    assert _best(_problem(pupils, [{**cheap, "min_pupils": 3}, dear])) == Best(0, 8_000, 20)
    assert _best(_problem(pupils, [{**cheap, "min_pupils": 3}])) == Best(2, 0, 0)


def test_a_group_in_which_somebody_stays_may_be_as_small_as_it_is() -> None:
    problem = _problem([{"year_group": 8, "current_provision_id": "V1"}, {}], [{"min_pupils": 5}])

    assert _best(problem, Policy(moves="due")) == Best(1, 1_000, 10)
    assert _best(problem, Policy(moves="all")) == Best(2, 0, 0)


def test_a_hub_with_too_few_pupils_of_its_own_serves_no_spoke() -> None:
    problem = _outreach()
    hub = problem.provisions.assign(min_pupils=[1, 0])

    assert _best(problem.replace(provisions=hub)) == Best(2, 0, 0)
    # With a pupil of its own it serves the other one: 3 hours and one of visits are one team.
    assert _best(problem.replace(provisions=hub.assign(places=[1, 2]))) == Best(0, 2_000 + 400 + 513, 20)


def test_classes_are_added_where_they_cost_less_than_places_over_the_number() -> None:
    room = {"places": 1, "overflow_places": 2, "overflow_gbp": 300}
    classes = {"max_classes": 2, "class_places": 2}

    # Three pupils: 2 places over the number for £600, or a class for what it costs.
    assert _best(_problem([{"count": 3}], [room | classes | {"class_gbp": 500}])) == Best(0, 3_500, 30)
    assert _best(_problem([{"count": 3}], [room | classes | {"class_gbp": 700}])) == Best(0, 3_600, 30)
    # Six pupils: 1 + 2 x 2 places and one over the number; seven: and two over; eight: one has no place.
    assert _best(_problem([{"count": 6}], [room | classes | {"class_gbp": 700}])) == Best(0, 6_000 + 1_400 + 300, 60)
    assert _best(_problem([{"count": 8}], [room | classes | {"class_gbp": 700}])) == Best(1, 7_000 + 1_400 + 600, 70)


def test_on_the_full_basis_the_places_of_an_added_class_are_commissioned() -> None:
    room = {"places": 1, "place_gbp": 100, "max_classes": 1, "class_places": 4, "class_gbp": 50}
    full = replace(POLICY, cost_basis="full")

    assert _best(_problem([{"count": 2}], [room]), full) == Best(0, 2_000 + 5 * 100 + 50, 20)
    assert _best(_problem([{"count": 2}], [room | {"kind": "mainstream"}]), full) == Best(0, 2_000 + 200 + 50, 20)


def test_those_who_stay_over_the_number_leave_the_whole_added_class_to_others() -> None:
    # 3 stay at 1 place, so 2 are over the number; a class of 1 takes in one more pupil, or spares one place over.
    pupils = [{"year_group": 8, "count": 3, "current_provision_id": "V1"}, {"count": 2}]
    room = {"places": 1, "overflow_gbp": 70, "max_classes": 1, "class_places": 1, "class_gbp": 20}

    assert _best(_problem(pupils, [room]), Policy(moves="due")) == Best(1, 4_000 + 2 * 70 + 20, 40)
    assert _best(_problem(pupils[:1], [room]), Policy(moves="due")) == Best(0, 3_000 + 70 + 20, 30)


def _budget(**row: Any) -> dict[str, list[dict[str, Any]]]:
    return {"budgets": [{"budget": "B", "type": "revenue", **row}]}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # Two pupils: £1,000 each at V1, or £400 at V2 after opening it for £900 a year and £50,000 once.
        ({"limit_gbp": 5_000}, Best(0, 1_700, 20)),
        ({"limit_gbp": 1_699.99}, Best(1, 1_000, 10)),
        ({"limit_gbp": 999.99}, Best(2, 0, 0)),
        ({"limit_gbp": 0, "payer": "transport"}, Best(0, 1_700, 20)),
        ({"type": "capital", "limit_gbp": 50_000}, Best(0, 1_700, 20)),
        ({"type": "capital", "limit_gbp": 49_999.99}, Best(0, 2_000, 20)),
        ({"type": "capital", "limit_gbp": 0, "locality": "South"}, Best(0, 2_000, 20)),
        ({"type": "capital", "limit_gbp": 0, "locality": "North"}, Best(0, 1_700, 20)),
        # The pupils live in the north, the school that could be opened is in the south.
        ({"limit_gbp": 899.99, "locality": "South"}, Best(0, 2_000, 20)),
        ({"limit_gbp": 800, "locality": "North"}, Best(0, 1_700, 20)),
        ({"limit_gbp": 799.99, "locality": "North"}, Best(1, 1_300, 10)),  # one pupil at V2: V1 alone is above it
    ],
)
def test_a_budget_counts_its_own_money_and_no_other(row: dict[str, Any], expected: Best) -> None:
    settings = pd.DataFrame({"setting_id": ["A", "B"], "name": ["Alder", "Birch"], "locality": ["North", "South"]})
    candidate = {"status": "candidate", "open_gbp": 900, "capital_gbp": 50_000, "topup_gbp": 400, "setting_id": "B"}
    provisions = [{"places": 2}, candidate | {"places": 2}]

    assert (
        _best(_problem([{"count": 2, "locality": "North"}], provisions, settings=settings, **_budget(**row)))
        == expected
    )


def test_capital_of_classes_is_limited_and_never_part_of_the_money() -> None:
    classes = {"places": 1, "max_classes": 3, "class_places": 1, "class_gbp": 10, "class_capital_gbp": 30_000}
    budget = _budget(type="capital", limit_gbp=60_000)

    assert _best(_problem([{"count": 5}], [classes])) == Best(1, 4_000 + 3 * 10, 40)
    assert _best(_problem([{"count": 5}], [classes], **budget)) == Best(2, 3_000 + 2 * 10, 30)


def test_a_budget_for_journeys_counts_transport_only() -> None:
    # One mode at £10 a day: 190 x £10 = £1,900 for each pupil who is carried.
    tables = {
        "modes": [{"mode": "taxi", "gbp_per_day": 10, "gbp_per_mile": 0}],
        **_budget(type="transport", limit_gbp=1_900),
    }
    pupils = [{"entitled": True}, {"entitled": True}, {}]

    assert _best(_problem(pupils, [{"places": 3}], **tables)) == Best(1, 2_000 + 1_900, 20)


def test_the_payer_of_a_top_up_is_the_row_that_sets_the_price() -> None:
    topups = [{"need": "ASD", "topup_gbp": 500, "payer": "care"}]
    budget = _budget(payer="care", limit_gbp=400)

    assert _best(_problem([{}], [{"topup_gbp": None}], topups=topups, **budget)) == Best(1, 0, 0)
    assert _best(_problem([{}], [{"topup_gbp": 500}], topups=topups, **budget)) == Best(0, 500, 10)


def test_money_of_those_who_stay_counts_and_may_leave_no_plan() -> None:
    pupils = [{"year_group": 8, "current_provision_id": "V1"}, {}]

    assert _best(_problem(pupils, [{"places": 2}], **_budget(limit_gbp=1_000)), Policy(moves="due")) == Best(
        1, 1_000, 10
    )
    assert _best(_problem(pupils, [{"places": 2}], **_budget(limit_gbp=999)), Policy(moves="due")) is None


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # V1 is open at £1,000; V2 (a special school in the south) and V3 may be opened for £100 and £300 a year.
        ({"max_open": 0}, Best(0, 1_000, 10)),
        ({"min_open": 1}, Best(0, 1_100, 10)),
        ({"min_open": 2, "max_open": 2}, Best(0, 1_400, 10)),
        ({"min_open": 1, "kind": "hub"}, Best(0, 1_300, 10)),
        ({"min_open": 1, "locality": "South"}, Best(0, 1_100, 10)),
        ({"min_open": 1, "status": "closable"}, Best(0, 1_300, 10)),
        ({"min_open": 3}, None),
    ],
)
def test_so_many_sites_are_open_even_where_nobody_goes(row: dict[str, Any], expected: Best | None) -> None:
    settings = pd.DataFrame({"setting_id": ["A", "B"], "name": ["Alder", "Birch"], "locality": ["North", "South"]})
    provisions = [
        {},
        {"status": "candidate", "open_gbp": 100, "setting_id": "B", "topup_gbp": 9_000},
        {"status": "closable", "open_gbp": 300, "kind": "hub", "topup_gbp": 9_000},
    ]

    assert _best(_problem([{}], provisions, settings=settings, site_limits=[{"site_limit": "L", **row}])) == expected


def test_a_site_that_has_to_be_open_has_to_be_viable_too() -> None:
    limit = {"site_limits": [{"site_limit": "L", "min_open": 1}]}
    candidate = {"status": "candidate", "topup_gbp": 9_000, "places": 2, "min_pupils": 2}

    assert _best(_problem([{"count": 2}], [{"places": 2}, candidate], **limit)) == Best(0, 18_000, 20)
    assert _best(_problem([{}], [{"places": 2}, candidate], **limit)) is None


def test_a_spoke_that_has_to_be_open_is_served_even_where_nobody_goes() -> None:
    # 1.5 visits of 2 x 20 minutes are one hour: one team of £400; mileage £513; the spoke itself £50 and no pupil.
    problem = _outreach(max_teams=1).replace(pupils=_problem([{}], [{}]).pupils)
    spoke = problem.provisions.assign(status=["open", "candidate"], open_gbp=[0, 50], max_year=[20, 3])
    limit = pd.DataFrame([{"site_limit": "L", "kind": "spoke", "min_open": 1, "max_open": 1}])

    assert _best(problem.replace(provisions=spoke)) == Best(1, 0, 0)
    assert _best(problem.replace(provisions=spoke, site_limits=limit)) == Best(1, 400 + 513 + 50, 0)


def test_rules_refuse_in_the_order_of_the_page() -> None:
    pupils = [
        {"mainstream": "wanted", "need": "MLD", "max_minutes": 5},
        {"mainstream": "wanted", "need": "MLD"},
        {"current_provision_id": "V2", "year_group": 8},
    ]
    provisions = [
        {"kind": "mainstream", "needs": "ASD", "setting_id": "B"},
        {"needs": "ASD"},
        {"kind": "hub", "status": "closed"},
        {"kind": "spoke", "max_year": 6},
        {"kind": "alternative"},
    ]
    problem = _problem(pupils, provisions, pair_rules=[{"pupil_id": "P3", "provision_id": "V1", "rule": "never"}])
    travel = _travel(problem, [[6, 4], [6, 4], [6, np.nan]])

    reasons = allowed_pairs(problem, travel, Policy())

    assert [reasons["P1", f"V{n}"] for n in range(1, 6)] == ["", "need", "closed", "no hub", "time"]
    assert [reasons["P2", f"V{n}"] for n in range(1, 6)] == ["", "need", "closed", "no hub", "mainstream wanted"]
    assert [reasons["P3", f"V{n}"] for n in range(1, 6)] == ["never", "", "closed", "no hub", "stays"]


def test_a_pupil_who_must_have_an_unreachable_place_is_a_fault_of_the_input() -> None:
    problem = _problem([{}], [{}], pair_rules=[{"pupil_id": "P1", "provision_id": "V1", "rule": "must"}])

    with pytest.raises(InputAtFaultError, match="unreachable"):
        allowed_pairs(problem, _travel(problem, np.nan), POLICY)


def test_transport_is_the_cheapest_permitted_mode_and_a_solo_pupil_pays_for_all_of_it() -> None:
    modes = [
        {"mode": "taxi", "gbp_per_day": 10, "gbp_per_mile": 2, "riders": 4, "wheelchair": False},
        {"mode": "van", "gbp_per_day": 30, "gbp_per_mile": 2, "riders": 2, "wheelchair": True, "max_miles": 5},
    ]
    pupils = [{"entitled": True}, {"entitled": None, "wheelchair": True}, {"entitled": None, "solo": True}]
    problem = _problem(pupils, [{}, {"setting_id": "B"}], modes=modes)
    travel = _travel(problem, [[10, 12]] * 3)

    costs = {pupil: pair_cost(problem, travel, POLICY, pupil, "V1").transport for pupil in ("P1", "P2", "P3")}

    # 190 days x (10 + 2 x 2 x 5 miles) / 4 riders; the van: 190 x (30 + 20) / 2; alone in the taxi: 190 x 30.
    assert costs == {"P1": 142_500, "P2": 475_000, "P3": 570_000}
    assert allowed_pairs(problem, travel, POLICY)["P2", "V2"] == "no transport"


def test_the_default_vehicle_costs_the_published_average_at_the_mean_distance() -> None:
    problem = _problem([{"entitled": True}], [{}])

    assert pair_cost(problem, _travel(problem, 14), POLICY, "P1", "V1").transport == 880_000


@pytest.mark.parametrize(("band", "topup"), [("X", 3_000), ("Y", 2_000), (None, 2_000)])
def test_the_top_up_comes_from_the_row_with_the_most_filled_cells(band: str | None, topup: int) -> None:
    topups = [
        {"need": None, "band": None, "kind": "special", "topup_gbp": 1_000},
        {"need": "ASD", "band": None, "kind": None, "topup_gbp": 2_000},
        {"need": None, "band": "X", "kind": "special", "topup_gbp": 3_000},
        {"need": "MLD", "band": "Y", "kind": "special", "topup_gbp": 4_000},
    ]
    problem = _problem([{"band": band}], [{"topup_gbp": None}], topups=topups)

    assert pair_cost(problem, _travel(problem), POLICY, "P1", "V1").topup == topup * 100


@pytest.mark.parametrize("seed", range(how_many(40, in_ci=20)))
def test_the_search_finds_what_looking_at_every_plan_finds(seed: int) -> None:
    case = random_case(seed, families=set(FAMILIES[seed % 5 :: 3]))
    small = case.problem.pupils.head(4).assign(count=1)
    tables = {
        name: rows[rows["pupil_id"].isin(small["pupil_id"])]
        for name in ("pair_rules", "pair_costs", "journey_costs")
        for rows in [case.problem.table(name)]
    }
    problem = case.problem.replace(pupils=small, **tables)
    travel = case.travel.aligned(problem)
    try:
        found = best_plan(problem, travel, case.policy)
    except InputAtFaultError:
        pytest.skip("a pupil must have a pair that cannot be")

    assert found == _stages_of(list(every_plan(problem, travel, case.policy)))


def _stages_of(plans: list[Outcome]) -> Best | None:
    if not plans:
        return None
    unplaced = min(plan.unplaced for plan in plans)
    least = min(plan.pence for plan in plans if plan.unplaced == unplaced)
    near = [plan for plan in plans if (plan.unplaced, plan.pence) == (unplaced, least)]
    return Best(unplaced, least / 100, min(plan.centiminutes for plan in near) / 100)
