"""Who can have no route is named, with the reason and what would help; everybody else has one."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from placement_opt.errors import InputError, Status
from placement_opt.legs import Legs
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import RouteRules
from placement_opt.routing.planner import plan_routes
from placement_opt.verify import check_routes
from tests.route_town import FLEET, LAYOUTS, Town, town


def routed(place: Town, *, legs: Legs | None = None, rules: RouteRules | None = None) -> RoutePlan:
    """Return routes that the walker finds nothing wrong with."""
    legs = legs or place.legs
    found = plan_routes(place.problem, place.plan, place.travel, legs=legs, rules=rules, seconds=1)
    check = check_routes(place.problem, found, place.travel, legs=legs, plan=place.plan)
    assert check.is_right, check.summary()
    return found


TAXI = {"fleet": FLEET[FLEET["vehicle"] == "taxi"], "layouts": LAYOUTS[LAYOUTS["vehicle"] == "taxi"]}
NO_PLACES = {"layouts": LAYOUTS.assign(wheelchair_places=0)}
ONE_SEAT = {"layouts": pd.DataFrame({"vehicle": ["bus", "taxi"], "seats": [1, 4]})}
REFUSED: dict[str, tuple[dict[str, Any], RouteRules, str, str]] = {
    "a wheelchair and no accessible vehicle": (
        {"pupils": {"wheelchair": {"A1": True}}, **NO_PLACES}, RouteRules(), "no vehicle", "Add one to the table"
    ),
    "an assistant and no vehicle that carries any": (
        {"pupils": {"assistant": {"A1": True}}, **TAXI}, RouteRules(), "no vehicle", "Give assistant_gbp_per_hour"
    ),
    "no seat beside the assistant": (
        {"pupils": {"assistant": {"A1": True}}, **ONE_SEAT}, RouteRules(), "no vehicle", "Add a layout that has"
    ),
    "a limit below the direct drive": (
        {"pupils": {"max_minutes": {"A1": 5}}}, RouteRules(), "ride limit", "Raise max_minutes"
    ),
    "a guide below the direct drive": (
        {"parameters": {"guide_minutes_secondary": 9}}, RouteRules(detour=None), "ride limit", "Give RouteRules a"
    ),
    "a pick-up too late to arrive": (
        {"pupils": {"earliest_pickup": {"A1": "08:45"}}}, RouteRules(), "arrival", "Allow an earlier pick-up"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(REFUSED))
def test_who_cannot_be_carried_is_named_with_what_would_help(name: str) -> None:
    tables, rules, reason, help_in_words = REFUSED[name]
    found = routed(town({"A1": 10, "A2": 6, "B1": 8}, **tables), rules=rules)
    assert found.unrouted[["pupil_id", "setting_id", "pupils", "reason"]].to_numpy().tolist() == [
        ["A1", "A", 1, reason]
    ]
    assert help_in_words in found.unrouted["message"].iloc[0]
    assert set(found.riders["pupil_id"]) == {"A2", "B1"}
    assert found.status is Status.OPTIMAL


def test_what_would_help_helps() -> None:
    late = {"earliest_pickup": {"A1": "08:40"}}
    assert routed(town({"A1": 10, "A2": 6}, pupils=late)).unrouted.empty
    assert routed(town({"A1": 10, "A2": 6}, pupils={"max_minutes": {"A1": 10}})).unrouted.empty
    short = {"guide_minutes_secondary": 9}
    assert routed(town({"A1": 10, "A2": 6}, parameters=short), rules=RouteRules(detour=1.0)).unrouted.empty


def test_no_road_to_the_school_is_said() -> None:
    place = town({"A1": 10, "A2": 6, "B1": 8})
    minutes = place.legs.minutes.copy()
    home, school = place.legs.points_of(["A1"], ["A"])
    minutes[home, school] = np.nan
    legs = place.legs
    broken = Legs(legs.pupil_ids, legs.setting_ids, legs.pupil_point, legs.setting_point, minutes, legs.miles)
    found = routed(place, legs=broken)
    assert found.unrouted[["pupil_id", "reason"]].to_numpy().tolist() == [["A1", "no road"]]
    assert "Correct the point, or the legs." in found.unrouted["message"].iloc[0]
    assert set(found.riders["pupil_id"]) == {"A2", "B1"}


def test_every_refused_pupil_is_listed_at_once() -> None:
    pupils = {"max_minutes": {"A1": 5}, "wheelchair": {"A2": True}, "earliest_pickup": {"A3": "08:49"}}
    found = routed(town({"A1": 10, "A2": 6, "A3": 5, "B1": 8}, pupils=pupils, **NO_PLACES))
    reasons = dict(zip(found.unrouted["pupil_id"], found.unrouted["reason"], strict=True))
    assert reasons == {"A1": "ride limit", "A2": "no vehicle", "A3": "arrival"}
    assert found.riders["pupil_id"].tolist() == ["B1"]


def circle(available: int) -> Town:
    """Return three pupils none of whom may ride with another, and so many taxis."""
    apart = pd.DataFrame({"pupil_id": ["A1", "A2", "A3"], "other_pupil_id": ["A2", "A3", "A1"]})
    fleet = TAXI["fleet"].assign(available=available)
    return town({"A1": 15, "A2": 14, "A3": 13}, apart=apart, fleet=fleet, layouts=TAXI["layouts"])


def test_of_three_who_must_all_be_apart_two_taxis_carry_two() -> None:
    found = routed(circle(2))
    assert (len(found.routes), found.unrouted_pupils) == (2, 1)
    assert set(found.riders["pupil_id"]) == {"A2", "A3"}  # the cheapest two
    row = found.unrouted.iloc[0]
    assert (row["pupil_id"], row["reason"]) == ("A1", "no vehicle left")
    assert "Raise `available` in the table fleet" in row["message"]
    assert routed(circle(3)).unrouted.empty


def test_a_pupil_apart_from_himself_is_a_fault_of_the_table() -> None:
    with pytest.raises(InputError, match="apart") as caught:
        town({"A1": 10}, apart=pd.DataFrame({"pupil_id": ["A1"], "other_pupil_id": ["A1"]}))
    assert caught.value.faults[0].table == "apart"


def test_times_of_a_school_that_are_the_wrong_way_round_are_a_fault_of_the_table() -> None:
    place = town({"A1": 10})
    with pytest.raises(InputError, match="arrive_by"):
        place.problem.replace(settings=place.problem.settings.assign(arrive_from="09:00", arrive_by="08:30"))


@pytest.mark.parametrize("afternoon", ["mirrored", "solved"])
def test_two_schools_at_one_point_are_two_calls_without_a_drive(afternoon: str) -> None:
    place = town({"A1": 10, "B1": 8})
    at_one = place.problem.settings.assign(easting=place.problem.settings["easting"].iloc[0])
    parameters = type(place.problem.parameters)(days_per_year=100)
    problem = place.problem.replace(settings=at_one, parameters=parameters)
    legs = place.legs
    points = legs.setting_point[[0, 0]]
    one = Legs(legs.pupil_ids, legs.setting_ids, legs.pupil_point, points, legs.minutes, legs.miles)
    found = routed(
        Town(problem, place.travel, place.plan, one), rules=RouteRules(together="mixed", afternoon=afternoon)
    )
    assert (len(found.routes), found.unrouted_pupils, found.routes["settings"].tolist()) == (1, 0, [2])
    assert found.routes["miles"].tolist() == [10.0]
    assert (found.stops.query("run == 'morning' and action == 'leave'")["pupils"] == 1).all()


def test_a_ride_home_over_the_guide_counts_though_the_ride_to_school_is_not() -> None:
    place = town({"A1": 10, "A2": 6}, parameters={"guide_minutes_secondary": 11})
    legs = place.legs
    homes, schools = legs.points_of(["A1", "A2"], ["A"])
    minutes = legs.minutes.copy()
    minutes[homes[0], schools[0]] = minutes[schools[0], homes[0]] = 12  # the direct road is the slower one
    minutes[homes[0], homes[1]], minutes[homes[1], schools[0]] = 2, 3
    minutes[schools[0], homes[1]], minutes[homes[1], homes[0]] = 3, 9
    uneven = Legs(legs.pupil_ids, legs.setting_ids, legs.pupil_point, legs.setting_point, minutes, legs.miles)
    found = routed(place, legs=uneven, rules=RouteRules(afternoon="solved"))
    about = ["pupil_id", "ride_minutes", "afternoon_ride_minutes", "over_guide"]
    assert found.riders[about].to_numpy().tolist() == [["A1", 5, 12, True], ["A2", 3, 3, False]]


def test_without_vehicles_or_layouts_all_that_is_missing_is_said_at_once() -> None:
    place = town({"A1": 10})
    problem = place.problem.replace(fleet=None, layouts=None)
    with pytest.raises(InputError) as caught:
        plan_routes(problem, place.plan, place.travel, legs=place.legs)
    assert [fault.table for fault in caught.value.faults] == ["fleet", "layouts"]


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_seconds_have_to_be_above_0(seconds: float) -> None:
    place = town({"A1": 10})
    with pytest.raises(ValueError, match="use seconds above 0"):
        plan_routes(place.problem, place.plan, place.travel, legs=place.legs, seconds=seconds)
