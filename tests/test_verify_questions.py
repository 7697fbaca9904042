"""A plan that was right stops being right when the question is made stricter: one rule and one limit at a time."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from placement_opt.verify import Finding, verify
from tests.plans import changed, rich_case, spoil, tiny_case, with_table

Case = tuple[Problem, TravelMatrix, Plan]
Stricter = Callable[[Case], Case]

SPOKE = {"provision_id": "B-spoke"}
IND = {"provision_id": "D-ind"}


def _table(table: str, where: dict[str, Any], **cells: Any) -> Stricter:
    return lambda case: (changed(case[0], table, where, **cells), *case[1:])


def _rows(table: str, rows: list[dict[str, Any]]) -> Stricter:
    """Add rows to a table."""
    return lambda case: (case[0].replace(**{table: pd.concat([case[0].table(table), pd.DataFrame(rows)])}), *case[1:])


def _policy(**choices: Any) -> Stricter:
    return lambda case: (*case[:2], replace(case[2], policy=replace(case[2].policy, **choices)))


def _no_journey(case: Case) -> Case:
    problem, travel, plan = case
    minutes, miles = travel.minutes.copy(), travel.miles.copy()
    minutes[0, 0] = miles[0, 0] = np.nan
    return problem, replace(travel, minutes=minutes, miles=miles), plan


def _decision(pupil_id: str, provision_id: str, rule: str) -> Stricter:
    return _rows("pair_rules", [{"pupil_id": pupil_id, "provision_id": provision_id, "rule": rule}])


def _found(case: Case) -> tuple[Finding, ...]:
    return verify(*case).findings


RULES: list[tuple[int, str, str, Stricter]] = [
    (1, "must", "P01 at A-hub", _decision("P01", "B-main", "must")),
    (2, "never", "P01 at A-hub", _decision("P01", "A-hub", "never")),
    (3, "closed", "P04 at C-cand", _table("provisions", {"provision_id": "C-cand"}, status="closed")),
    (4, "unreachable", "P01 at A-hub", _no_journey),
    (5, "no hub", "P06 at B-spoke", _table("hubs", {"provision_id": "A-hub"}, max_link_minutes=10)),
    (6, "year group", "P06 at B-spoke", _table("provisions", SPOKE, min_year=5)),
    (6, "year group", "P06 at B-spoke", _table("provisions", SPOKE, max_year=3)),
    (7, "need", "P06 at B-spoke", _table("provisions", SPOKE, needs="ASD;MLD")),
    (8, "band", "P06 at B-spoke", _table("provisions", SPOKE, bands="M")),
    (8, "band", "P04 at C-spec", _table("provisions", {"provision_id": "C-spec"}, bands="M")),
    (9, "time", "P06 at B-spoke", _table("pupils", {"pupil_id": "P06"}, max_minutes=14)),
    (9, "time", "P05 at D-ind", _policy(max_minutes=79)),
    (10, "authority", "P11 at D-ind", _table("settings", {"setting_id": "D"}, authority="South")),
    (11, "no transport", "P05 at D-ind", _table("modes", {"mode": "minibus"}, max_miles=29)),
    (11, "no transport", "P05 at D-ind", _table("modes", {"mode": "minibus"}, wheelchair=False)),
    (11, "no transport", "P09 at C-spec", _table("modes", {"mode": "minibus"}, assistant=False)),
    (12, "stays", "P11 at D-ind", _policy(phase_years=(0, 7))),
    (13, "requested elsewhere", "P01 at A-hub", _policy(requests="hard")),
    (14, "mainstream wanted", "P11 at D-ind", _policy(mainstream="hard")),
]


@pytest.mark.parametrize(("number", "name", "pair", "stricter"), [pytest.param(*r, id=f"{r[1]}-{r[2]}") for r in RULES])
def test_a_place_that_a_rule_refuses_is_found_with_the_rule(
    number: int, name: str, pair: str, stricter: Stricter
) -> None:
    assert Finding("pairs allowed", f"{pair}: refused by rule {number} ({name}).") in _found(stricter(rich_case()))


def _names(case: Case) -> set[str]:
    return {finding.check for finding in _found(case)}


@pytest.mark.parametrize(
    "stricter",
    [
        _decision("P01", "B-main", "must"),
        _decision("P01", "A-hub", "never"),
        _table("provisions", SPOKE, min_year=5),
        _table("provisions", SPOKE, needs="ASD"),
        _table("provisions", SPOKE, bands="M"),
        _policy(max_minutes=79),
    ],
    ids=["must", "never", "year group", "need", "band", "time"],
)
def test_a_rule_that_money_does_not_hang_on_is_found_by_the_rules_alone(stricter: Stricter) -> None:
    assert _names(stricter(rich_case())) == {"pairs allowed"}


def test_the_first_rule_that_refuses_is_named() -> None:
    case = _table("provisions", SPOKE, needs="ASD", bands="M", min_year=5)(rich_case())
    assert [finding.message for finding in _found(case)] == ["P06 at B-spoke: refused by rule 6 (year group)."]


def test_a_must_overrides_year_and_band_and_without_it_they_refuse() -> None:
    problem, travel, plan = rich_case()
    case = problem.replace(pair_rules=None), travel, plan
    assert [finding.message for finding in _found(case)] == ["P09 at C-spec: refused by rule 6 (year group)."]


def test_wanted_mainstream_waives_need_and_band_at_mainstream_places_only_for_those_who_want_it() -> None:
    case = _table("provisions", {"provision_id": "A-main"}, needs="ASD", bands="M")(rich_case())
    messages = [finding.message for finding in _found(case)]
    assert "P08 at A-main: refused by rule 7 (need)." in messages
    assert not any("P07" in message for message in messages)


def test_mainstream_off_waives_nothing() -> None:
    case = _policy(mainstream="off")(_table("provisions", {"provision_id": "A-main"}, needs="ASD")(rich_case()))
    assert "P07 at A-main: refused by rule 7 (need)." in [finding.message for finding in _found(case)]


def test_a_secondary_need_suits_under_its_policy_only() -> None:
    case = _table("provisions", SPOKE, needs="ASD")(
        _table("pupils", {"pupil_id": "P06"}, secondary_needs="ASD")(rich_case())
    )
    assert _names(case) == {"pairs allowed"}
    assert _found(_policy(match_secondary_needs=True)(case)) == ()


def test_flagged_pupils_and_all_pupils_may_move() -> None:
    away = _table("pupils", {"pupil_id": "P02"}, current_provision_id="B-main", year_group=8)(rich_case())
    away = (
        away[0],
        away[1],
        spoil(away[2], "placements", {"pupil_id": "P02"}, previous_provision_id="B-main", change="moves"),
    )
    assert {"pairs allowed", "stays"} <= _names(away)
    flagged = _policy(moves="flagged", max_moves=2)(_table("pupils", {"pupil_id": "P02"}, movable=True)(away))
    assert not _names(flagged) & {"pairs allowed", "stays"}
    assert not _names(_policy(moves="all", max_moves=2)(away)) & {"pairs allowed", "stays"}


LIMITS: list[tuple[str, Stricter, set[str]]] = [
    ("one overflow place fewer", _table("provisions", {"provision_id": "A-hub"}, overflow_places=0), {"places"}),
    (
        "one place fewer",
        _table("provisions", {"provision_id": "C-spec"}, places=3),
        {"places", "fullness"},
    ),
    ("a part limit by need", _table("part_limits", {"limit_id": "L1"}, places=1), {"part limits"}),
    ("a part limit by year", _table("part_limits", {"limit_id": "L2"}, places=4), {"part limits"}),
    ("a school limit", _table("settings", {"setting_id": "A"}, places=5), {"school limits"}),
    ("a resource", _table("resources", {"resource": "speech therapy"}, available=2.99), {"resources"}),
    ("a total", _rows("totals", [{"total": "everybody", "measure": "pupils", "most": 5}]), {"totals"}),
    ("no moves", _policy(max_moves=0), {"moves"}),
    ("no spokes", _table("hubs", {"provision_id": "A-hub"}, max_spokes=0), {"spokes per hub"}),
    ("no teams", _table("hubs", {"provision_id": "A-hub"}, max_teams=0), {"team hours"}),
    (
        "shorter weeks",
        _table("hubs", {"provision_id": "A-hub"}, team_hours_per_week=3.9),
        {"team hours", "team figures"},
    ),
    ("a link too long", _table("hubs", {"provision_id": "A-hub"}, max_link_minutes=14.99), {"pairs allowed", "links"}),
    (
        "a longer link",
        _table("links", {"spoke_id": "B-spoke"}, minutes=29),
        {"link figures", "team figures"},
    ),
    ("a link of other miles", _table("links", {"spoke_id": "B-spoke"}, miles=6), {"link figures", "total"}),
    (
        "more support",
        _table("pupils", {"pupil_id": "P06"}, support_hours=4.1),
        {"link figures", "team hours", "team figures"},
    ),
]


@pytest.mark.parametrize(("stricter", "found"), [pytest.param(s, f, id=n) for n, s, f in LIMITS])
def test_a_limit_that_is_passed_is_found(stricter: Stricter, found: set[str]) -> None:
    assert found == _names(stricter(rich_case()))


def test_an_unlisted_link_and_a_second_hub_are_found() -> None:
    hub = {"provision_id": "C-spec", "team_hours_per_week": 5, "max_teams": 2, "team_gbp": 1, "max_spokes": 1}
    problem, travel, plan = _rows("hubs", [hub | {"max_link_minutes": 30}])(rich_case())
    outreach = plan.outreach
    second = outreach.assign(hub_id="C-spec")
    findings = verify(problem, travel, with_table(plan, "outreach", pd.concat([outreach, second]))).findings
    assert Finding("served once", "B-spoke: 2 hubs serve it; 1 is the most.") in findings
    message = "C-spec to B-spoke: this link is not possible; the table links does not list it."
    assert Finding("links", message) in findings


@pytest.mark.parametrize(
    ("stricter", "why"),
    [
        (_table("hubs", {"provision_id": "A-hub"}, max_link_minutes=14), "it takes 15.00 minutes, 14.00 is the most."),
        (_table("provisions", {"provision_id": "A-hub"}, status="closed"), "one of its ends is closed."),
        (
            lambda case: (case[0], replace(case[1], between=case[1].between.iloc[:0]), case[2]),
            "its journey is not known.",
        ),
    ],
)
def test_why_a_link_is_not_possible_is_told(stricter: Stricter, why: str) -> None:
    message = f"A-hub to B-spoke: this link is not possible; {why}"
    assert Finding("links", message) in _found(stricter(rich_case()))


def test_a_hub_and_a_spoke_at_one_school_are_no_distance_apart() -> None:
    case = _table("provisions", SPOKE, setting_id="A")(rich_case())
    assert "A-hub to B-spoke: minutes is 15.00; it should be 0." in [finding.message for finding in _found(case)]


# -- those who stay are never pushed out ------------------------------------------------------------------------------


def _over_full(limit: Stricter | None = None) -> Case:
    """P2 stays at a special school without any places."""
    problem, travel, plan = tiny_case()
    problem = changed(problem, "provisions", {"provision_id": "B-special"}, places=0)
    plan = spoil(plan, "use", {"provision_id": "B-special"}, places=0, places_over=1, places_free=0)
    return limit((problem, travel, plan)) if limit else (problem, travel, plan)


_PART = {"limit_id": "L", "provision_id": "B-special", "needs": "SLD", "places": 0}
_USE = {"resource": "therapy", "amount": 1, "kind": "special"}


@pytest.mark.parametrize(
    "limit",
    [
        None,
        _rows("part_limits", [_PART]),
        lambda case: _rows("resource_use", [_USE])(_rows("resources", [{"resource": "therapy", "available": 0}])(case)),
    ],
    ids=["places", "part limit", "resource"],
)
def test_those_who_stay_may_pass_a_limit(limit: Stricter | None) -> None:
    assert _found(_over_full(limit)) == ()


@pytest.mark.parametrize(
    ("limit", "found"),
    [
        (None, "places"),
        (_rows("part_limits", [_PART]), "part limits"),
        (
            lambda case: _rows("resource_use", [_USE])(
                _rows("resources", [{"resource": "therapy", "available": 0}])(case)
            ),
            "resources",
        ),
    ],
    ids=["places", "part limit", "resource"],
)
def test_those_who_may_move_may_not_pass_a_limit(limit: Stricter | None, found: str) -> None:
    assert found in _names(_policy(moves="all")(_over_full(limit)))


# -- wishes -----------------------------------------------------------------------------------------------------------


def test_requests_and_mainstream_that_are_off_weigh_nothing() -> None:
    problem, travel, plan = _policy(requests="off", mainstream="off")(rich_case())
    assert _names((problem, travel, plan)) == {"weighed"}
    assert _found((problem, travel, replace(plan, weighed_gbp=0.0, bound_gbp=440_050.0))) == ()


def test_a_child_placed_apart_weighs_where_one_school_is_possible() -> None:
    problem, travel, plan = _policy(siblings="priced", split_siblings_gbp=1_000)(rich_case())
    assert _found((problem, travel, plan)) == ()
    apart = _table("pupils", {"pupil_id": "P06"}, sibling_group="F1")((problem, travel, plan))
    assert [finding.message for finding in _found(apart)] == ["weighed_gbp is 8,000.00; it should be 9,000.00."]


def test_a_family_for_which_no_school_is_possible_together_may_be_apart() -> None:
    family = _table("pupils", {"pupil_id": "P06"}, sibling_group="F1")(rich_case())
    assert _names(family) == {"siblings"}
    schools = [
        ("P06", "A-main"),
        ("P06", "C-cand"),
        ("P06", "D-ind"),
        ("P06", "A-hub"),
        ("P06", "D-alt"),
        ("P07", "B-main"),
    ]
    nevers = [
        {"pupil_id": one, "provision_id": other, "rule": "never"} for one, other in [*schools, ("P07", "B-spoke")]
    ]
    assert _found(_rows("pair_rules", nevers)(family)) == ()


# -- money ------------------------------------------------------------------------------------------------------------


def _messages(case: Case) -> set[str]:
    return {finding.message for finding in _found(case)}


def test_the_row_of_topups_with_the_most_filled_cells_wins_then_need_then_band_then_kind() -> None:
    problem, travel, plan = rich_case()
    rows = [
        {"need": None, "band": None, "kind": "special", "topup_gbp": 1_000},
        {"need": None, "band": "H", "kind": None, "topup_gbp": 2_000},
        {"need": "SEMH", "band": None, "kind": None, "topup_gbp": 3_000},
        {"need": None, "band": "H", "kind": "special", "topup_gbp": 4_000},
        {"need": "SEMH", "band": None, "kind": "special", "topup_gbp": 5_000},
        {"need": "SEMH", "band": "H", "kind": None, "topup_gbp": 6_000},
        {"need": "SEMH", "band": "H", "kind": "special", "topup_gbp": 7_000},
        {"need": "SEMH", "band": "H", "kind": "hub", "topup_gbp": 99_000},
        {"need": "SEMH", "band": "M", "kind": "special", "topup_gbp": 99_000},
        {"need": "ASD", "band": "H", "kind": "special", "topup_gbp": 99_000},
    ]
    for most in range(1, 8):
        table = pd.DataFrame(rows[:most] + rows[7:])
        told = _messages((problem.replace(topups=table), travel, plan))
        assert f"P04 at C-cand: topup_gbp is 36,000.00; it should be {2_000 * most:,.2f}." in told


def test_a_pair_price_replaces_topup_and_place_funding() -> None:
    case = _rows("pair_costs", [{"pupil_id": "P01", "provision_id": "A-hub", "cost_gbp": 123}])(rich_case())
    told = _messages(case)
    assert "P01 at A-hub: topup_gbp is 7,000.00; it should be 123.00." in told
    assert "P01 at A-hub: place_gbp is 6,000.00; it should be 0." in told


def test_a_hub_without_any_price_is_told() -> None:
    case = _table("provisions", {"provision_id": "A-hub"}, topup_gbp=np.nan)(rich_case())
    assert "P01 at A-hub: topup_gbp is 7,000.00; it should be unknown." in _messages(case)


def test_place_funding_follows_the_cost_basis() -> None:
    problem, travel, plan = rich_case()
    told = _messages(_policy(cost_basis="marginal")((problem, travel, plan)))
    assert "P05 at D-ind: place_gbp is 4,000.00; it should be 0." in told
    told = _messages(_policy(cost_basis="full")((problem, travel, plan)))
    for wanted in (
        "A-hub: commissioned_gbp is 0; it should be 12,000.00",
        "C-cand: commissioned_gbp is 0; it should be 36,000.00",
    ):
        assert f"use of {wanted}." in told
    assert not any("D-alt" in message or "D-shut" in message for message in told)


def test_a_plan_on_the_full_basis_pays_for_open_places_filled_or_not() -> None:
    problem, travel, plan = _policy(cost_basis="full")(rich_case())
    placements = plan.placements
    in_class = placements["kind"].isin(["mainstream", "spoke"])
    placements["cost_gbp"] -= placements["place_gbp"].where(~in_class, 0.0)
    plan = with_table(plan, "placements", placements.assign(place_gbp=placements["place_gbp"].where(in_class, 0.0)))
    paid = {"A-hub": 12_000, "C-cand": 36_000, "C-spec": 40_000, "D-ind": 12_000}
    for provision_id, amount in paid.items():
        plan = spoil(plan, "use", {"provision_id": provision_id}, commissioned_gbp=float(amount))
    # of £448,060, place funding of £80,000 goes (the spoke's £1,000 stays) and commissioned places of £100,000 come
    assert _found((problem, travel, replace(plan, bound_gbp=468_060.0))) == ()


def test_without_modes_a_pupil_who_travels_alone_has_a_pass() -> None:
    problem, travel, plan = _table("pupils", {"pupil_id": "P2"}, independent_travel=True)(tiny_case())
    assert "P2 at B-special: mode is shared vehicle; it should be public transport pass." in _messages(
        (problem, travel, plan)
    )
    # 190 days x 2 x 7 miles x 0.2016 kg a mile
    cells = {"mode": "public transport pass", "transport_gbp": 900, "cost_gbp": 16_900, "co2e_kg": 536.256}
    right = spoil(plan, "placements", {"pupil_id": "P2"}, **cells)
    assert _found((problem, travel, replace(right, bound_gbp=27_900.0))) == ()


def test_the_walking_distance_is_longer_from_year_4() -> None:
    problem, travel, plan = tiny_case()
    miles = travel.miles.copy()
    miles[0, 0] = 2.5
    travel = replace(travel, miles=miles)
    older = _found((changed(problem, "pupils", {"pupil_id": "P1"}, year_group=4), travel, plan))
    younger = _found((changed(problem, "pupils", {"pupil_id": "P1"}, year_group=3), travel, plan))
    assert "entitlement" not in {finding.check for finding in older}
    assert "P1 at A-base: entitled is no; it should be yes." in {finding.message for finding in younger}


def test_journeys_over_the_guidance_are_shorter_up_to_year_6() -> None:
    problem, travel, plan = tiny_case()
    minutes = travel.minutes.copy()
    minutes[1, 1] = 45.01
    travel = replace(travel, minutes=minutes)
    older = _found((changed(problem, "pupils", {"pupil_id": "P2"}, year_group=7), travel, plan))
    younger = _found((changed(problem, "pupils", {"pupil_id": "P2"}, year_group=6), travel, plan))
    assert "guide minutes" not in {finding.check for finding in older}
    assert "P2 at B-special: over_guide is no; it should be yes." in {finding.message for finding in younger}
