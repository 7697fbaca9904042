"""What can be said of routes that are there: by hand, against trying everything, and by doing what is suggested."""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import placement_opt as po
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import RouteRules
from placement_opt.routing.review_bounds import ROUNDING_GBP, least_gbp
from placement_opt.routing.review_case import review_case
from placement_opt.routing.runs import best_runs, best_runs_without_one
from placement_opt.verify.route_check import check_routes
from tests.review_oracle import cheapest_gbp, school_of
from tests.route_town import FLEET, LAYOUTS, Town, bus_gbp, rows, taxi_gbp, town

MIXED = RouteRules(together="mixed")
BOTH = ["bus", "taxi"]


def _today(place: Town, routes: dict[str, list[str]], vehicle: str = "taxi", **options: Any) -> RoutePlan:
    """Return today's routes: pupils in order of pick-up by route; further columns by route as options."""
    rules = options.pop("rules", None)
    stops = [
        (name, stop, pupil_id, vehicle, *(options[column].get(name) for column in options))
        for name, pupils in routes.items()
        for stop, pupil_id in enumerate(pupils, start=1)
    ]
    table = rows(*stops, columns=" ".join(["route_id stop pupil_id vehicle", *options]))
    return po.read_routes(table, place.problem, place.plan, place.travel, rules=rules)


def _review(place: Town, routes: RoutePlan, **options: Any) -> po.RouteReview:
    return po.review_routes(place.problem, routes, place.travel, **options)


# -- by hand -----------------------------------------------------------------------------------------------------------


def test_two_taxis_on_one_road_become_one() -> None:
    place = town({"P1": 10, "P2": 9})
    review = _review(place, _today(place, {"14": ["P1"], "22": ["P2"]}))
    merge = review.merges.iloc[0]
    assert merge["cost_gbp"] == taxi_gbp(10), "P1's taxi passes P2's home"
    assert merge["saving_gbp"] == taxi_gbp(9) == 3_980
    assert (merge["longer_pupils"], merge["most_longer_minutes"]) == (0, 0)
    assert merge["words"] == "Routes 14 and 22 can merge into one taxi (4 seats): nobody rides longer, -£3,980 a year."


def test_a_merge_says_who_rides_longer() -> None:
    place = town({"P1": (10, 0), "P2": (8, 3), "P3": (8, 3)})
    review = _review(place, _today(place, {"14": ["P1"], "22": ["P2", "P3"]}))
    detour = np.hypot(2, 3) + np.hypot(8, 3) - 10  # by way of the homes of P2 and P3
    merge = review.merges.iloc[0]
    assert merge["longer_pupils"] == 1
    assert merge["most_longer_minutes"] == pytest.approx(detour, abs=1e-3)
    assert merge["saving_gbp"] == pytest.approx(
        taxi_gbp(10) + taxi_gbp(np.hypot(8, 3)) - taxi_gbp(10 + detour), abs=0.5
    )
    assert f"up to +{detour:.3g} minutes for 1 pupil" in merge["words"]


def test_a_bus_takes_over_what_two_taxis_cannot_share() -> None:
    place = town({f"P{k}": 30.0 for k in range(6)})
    names = sorted(place.problem.pupils["pupil_id"])
    review = _review(place, _today(place, {"1": names[:3], "2": names[3:]}))
    merge = review.merges.iloc[0]
    assert (merge["vehicle"], merge["seats"]) == ("bus", 12)
    assert merge["saving_gbp"] == 2 * taxi_gbp(30) - bus_gbp(30)


def test_contracts_are_the_price_where_they_are_known() -> None:
    place = town({"P1": 10, "P2": 9, "P3": 8})
    today = _today(place, {"1": ["P1"], "2": ["P2"], "3": ["P3"]}, contract_gbp={"1": 10_000, "2": 1_000})
    review = _review(place, today)
    prices = review.prices.set_index("route_id")
    assert prices["basis"].to_dict() == {"1": "contract", "2": "contract", "3": "tariff"}
    assert prices["price_gbp"].to_dict() == {"1": 10_000, "2": 1_000, "3": taxi_gbp(8)}
    assert prices["contract_over_tariff_gbp"].fillna(-1).to_dict() == {"1": 5_800, "2": 1_000 - taxi_gbp(9), "3": -1}
    merges = review.merges.set_index(["route_id", "other_route_id"])
    assert merges.loc[("1", "3"), ["saving_gbp", "basis"]].tolist() == [
        10_000 + taxi_gbp(8) - taxi_gbp(10),
        "contract and tariff",
    ]
    assert merges.loc[("1", "2"), "saving_gbp"] == 11_000 - taxi_gbp(10)
    assert ("2", "3") in merges.index
    assert merges.loc[("2", "3"), "tariff_saving_gbp"] == taxi_gbp(8)


def test_what_leaving_saves_is_often_nothing() -> None:
    place = town({"P1": 10, "P2": 9, "P3": 4})
    review = _review(place, _today(place, {"1": ["P1", "P2", "P3"]}, contract_gbp={"1": 5_000}))
    leaving = review.leaving.set_index("pupil_id")
    assert leaving["leaving_saves_gbp"].to_dict() == {"P1": taxi_gbp(10) - taxi_gbp(9), "P2": 0, "P3": 0}
    assert leaving["leaving_saves_contract_gbp"].tolist() == [0, 0, 0]
    assert leaving["share_gbp"].tolist() == [round(5_000 / 3, 2)] * 3
    assert "2 of 3 pupils would save nothing by it" in review.summary()


def test_who_leaves_last_saves_everything() -> None:
    place = town({"P1": 10})
    leaving = _review(place, _today(place, {"1": ["P1"]}, contract_gbp={"1": 6_000})).leaving.iloc[0]
    assert leaving["leaving_saves_gbp"] == leaving["leaving_saves_same_vehicle_gbp"] == taxi_gbp(10)
    assert leaving["leaving_saves_contract_gbp"] == 6_000


def test_leaving_can_make_a_smaller_vehicle_do() -> None:
    place = town({f"P{k}": 15.0 for k in range(5)})  # too far for a taxi to come twice
    leaving = _review(place, _today(place, {"1": sorted(f"P{k}" for k in range(5))}, "bus")).leaving
    assert set(leaving["leaving_saves_same_vehicle_gbp"]) == {0}
    assert set(leaving["leaving_saves_gbp"]) == {bus_gbp(15) - taxi_gbp(15)}


def test_what_everybody_could_save_is_not_what_a_pupil_saves() -> None:
    place = town({"P1": 10, "P2": 9})
    review = _review(place, _today(place, {"1": ["P2", "P1"]}, "bus"))  # to mile 9, out to 10 and back again
    assert review.cheaper["tariff_saving_gbp"].tolist() == [bus_gbp(11) - taxi_gbp(10)]
    assert review.leaving.set_index("pupil_id")["leaving_saves_gbp"].to_dict() == {
        "P1": taxi_gbp(10) - taxi_gbp(9),
        "P2": 0,
    }
    same = review.leaving.set_index("pupil_id")["leaving_saves_same_vehicle_gbp"].to_dict()
    assert same == {"P1": bus_gbp(10) - bus_gbp(9), "P2": 0}


@pytest.mark.parametrize(
    ("order", "vehicle", "changes", "saving"),
    [
        (["P2", "P1"], "taxi", "order", taxi_gbp(11) - taxi_gbp(10)),
        (["P1", "P2"], "bus", "vehicle, layout", bus_gbp(10) - taxi_gbp(10)),
    ],
)
def test_a_cheaper_run_for_the_same_pupils_says_what_changes(
    order: list[str], vehicle: str, changes: str, saving: float
) -> None:
    place = town({"P1": 10, "P2": 9})
    cheaper = _review(place, _today(place, {"1": order}, vehicle)).cheaper.iloc[0]
    assert cheaper["changes"] == changes
    assert cheaper["tariff_saving_gbp"] == round(saving, 2)


def test_a_pupil_alone_is_told_whom_to_join() -> None:
    place = town({"P1": 10, "P2": 9, "P3": 8, "P4": 7}, pupils={"solo": {"P4": "yes"}})
    review = _review(place, _today(place, {"1": ["P1"], "2": ["P2", "P3"], "4": ["P4"]}))
    alone = review.alone
    assert alone[["pupil_id", "into_route_id", "saving_gbp", "outcome"]].to_numpy().tolist() == [
        ["P1", "2", taxi_gbp(9), "can share"]
    ], "P4 travels alone, as has been decided"


def test_a_pupil_whom_nobody_can_take_is_said_so() -> None:
    place = town({"P1": 10, "P2": 9, "B1": 8})
    review = _review(place, _today(place, {"1": ["P1"], "2": ["P2"], "3": ["B1"]}), nearest=5)
    outcomes = review.alone.set_index("pupil_id")["outcome"].to_dict()
    assert outcomes == {"P1": "can share", "P2": "can share", "B1": "no route"}, "nobody else goes to B"


def test_prices_show_room_and_broken_limits() -> None:
    place = town({"P1": 80, "P2": 79}, pupils={"max_minutes": {"P2": 79}})
    prices = _review(place, _today(place, {"1": ["P1", "P2"]}, rules=RouteRules(detour=None))).prices.iloc[0]
    assert prices["occupancy"] == 0.5
    assert (prices["longest_ride_minutes"], prices["over_limit"], prices["over_guide"]) == (80, 2, 2)
    assert "ride limit" in prices["broken"]


# -- limits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"pupils": {"solo": {"P1": "yes", "P2": "no"}}}, None),
        ({"apart": pd.DataFrame({"pupil_id": ["P2"], "other_pupil_id": ["P1"]})}, None),
        ({"pupils": {"max_minutes": {"P1": 40, "P2": 40}}}, None),
        ({}, RouteRules(most_pupils=1)),
    ],
    ids=["alone", "apart", "ride limit", "most pupils"],
)
def test_no_merge_breaks_a_limit(changes: dict[str, Any], rules: RouteRules | None) -> None:
    place = town({"P1": (30, 10), "P2": (30, -10)}, **changes)
    review = _review(place, _today(place, {"1": ["P1"], "2": ["P2"]}, rules=rules))
    assert review.merges.empty
    free = town({"P1": (30, 10), "P2": (30, -10)})
    assert len(_review(free, _today(free, {"1": ["P1"], "2": ["P2"]})).merges) == 1, "without the limit they merge"


def test_merges_do_not_use_vehicles_that_are_not_there() -> None:
    homes = {f"P{k}": 30.0 + k // 6 for k in range(12)}
    names = sorted(homes, key=lambda name: (homes[name], name))
    routes = {str(k): names[3 * k : 3 * k + 3] for k in range(4)}
    many = town(homes)
    assert _review(many, _today(many, routes)).merges["together"].sum() == 2
    for available, done in ((1, 1), (0, 0)):
        place = town(homes, fleet=FLEET.assign(available=[available, None]))
        review = _review(place, _today(place, routes))
        assert review.merges["together"].sum() == done
        check_routes(place.problem, review.merged(), place.travel).raise_if_wrong()


# -- against trying everything -----------------------------------------------------------------------------------------

_MILES = st.integers(0, 24).map(float)
_NAMES = ["P1", "P2", "P3", "P4", "B1", "B2", "B3"]
_HOMES = st.dictionaries(st.sampled_from(_NAMES), st.tuples(_MILES, _MILES), min_size=2, max_size=6)


def _shared_out(data: st.DataObject, homes: dict[str, Any], most: int) -> dict[str, list[str]]:
    """Draw routes of at most two pupils of one school each."""
    routes: dict[str, list[str]] = {}
    for name in data.draw(st.permutations(sorted(homes))):
        open_ = [key for key, on in routes.items() if len(on) < most and school_of(on[0]) == school_of(name)]
        chosen = data.draw(st.sampled_from([*open_, f"R{len(routes) + 1}"]))
        routes.setdefault(chosen, []).append(name)
    return routes


@given(homes=_HOMES, data=st.data())
@settings(max_examples=6, deadline=None)
def test_every_pair_is_judged_as_by_trying_everything(
    homes: dict[str, tuple[float, float]], data: st.DataObject
) -> None:
    rules = data.draw(st.sampled_from([RouteRules(), MIXED]))
    place = town(homes, pupils={"max_minutes": dict.fromkeys(homes, 75)})
    routes = _shared_out(data, homes, 2)
    review = _review(place, _today(place, routes, rules=rules), nearest=10)
    gbp = review.prices.set_index("route_id")["tariff_gbp"].to_dict()
    found = {(row.route_id, row.other_route_id): row.saving_gbp for row in review.merges.itertuples()}
    savings = {}
    for one, other in combinations(sorted(routes), 2):
        merged = cheapest_gbp(place, [*routes[one], *routes[other]], rules, BOTH)
        if gbp[one] + gbp[other] - merged > 0.005:
            savings[one, other] = gbp[one] + gbp[other] - merged
    assert found == pytest.approx(savings, abs=0.011)
    assert review.together_gbp == pytest.approx(_best_matching(savings), abs=0.05)
    done = review.merges[review.merges["together"]]
    assert not pd.concat([done["route_id"], done["other_route_id"]]).duplicated().any()


def _best_matching(savings: dict[tuple[str, str], float]) -> float:
    """Return the most that merges can save of which no two share a route."""
    best = 0.0
    for number in range(1, len(savings) + 1):
        for chosen in combinations(savings, number):
            if len({route for pair in chosen for route in pair}) == 2 * number:
                best = max(best, sum(savings[pair] for pair in chosen))
    return best


@given(homes=_HOMES, data=st.data())
@settings(max_examples=4, deadline=None)
def test_what_leaving_saves_is_what_trying_everything_says(
    homes: dict[str, tuple[float, float]], data: st.DataObject
) -> None:
    rules = data.draw(st.sampled_from([RouteRules(), MIXED]))
    place = town(homes, pupils={"max_minutes": dict.fromkeys(homes, 75)})
    routes = _shared_out(data, homes, 4)
    review = _review(place, _today(place, routes, data.draw(st.sampled_from(BOTH)), rules=rules))
    for row in review.leaving.itertuples():
        members = routes[row.route_id]
        now = review.prices.set_index("route_id").loc[row.route_id]
        rest = [name for name in members if name != row.pupil_id]
        for vehicles, saved in ((BOTH, row.leaving_saves_gbp), ([now["vehicle"]], row.leaving_saves_same_vehicle_gbp)):
            whole = min(now["tariff_gbp"], cheapest_gbp(place, members, rules, vehicles))
            assert saved == pytest.approx(
                whole - (cheapest_gbp(place, rest, rules, vehicles) if rest else 0), abs=0.021
            )


@given(homes=_HOMES, data=st.data())
@settings(max_examples=6, deadline=None)
def test_merges_that_are_done_keep_the_rules_and_save_what_was_said(
    homes: dict[str, tuple[float, float]], data: st.DataObject
) -> None:
    flags = {
        name: {pupil: data.draw(st.sampled_from(["yes", "no"])) for pupil in homes}
        for name in ("wheelchair", "assistant")
    }
    seconds = {"stop_seconds": 19, "board_seconds": 2.6, "leave_seconds": 1.9, "wheelchair_seconds": 300}
    place = town(homes, pupils=flags, parameters=seconds)
    rules = data.draw(st.sampled_from([RouteRules(), MIXED]))
    today = _today(place, _shared_out(data, homes, 2), "bus", rules=rules)
    review = _review(place, today)
    merged = review.merged()
    check = check_routes(place.problem, merged, place.travel, plan=place.plan)
    assert check.is_right, check.summary()
    new = {f"{row.route_id}+{row.other_route_id}" for row in review.merges[review.merges["together"]].itertuples()}
    assert set(merged.routes["route_id"]) >= new
    assert not {finding.route_id for finding in check.broken} & new, "a suggested run keeps to every limit"
    done = review.merges.loc[review.merges["together"], "tariff_saving_gbp"].sum()
    assert merged.routes_gbp == pytest.approx(today.routes_gbp - done, abs=0.005)
    assert merged.routed_pupils == today.routed_pupils


# -- pairs that need no look -------------------------------------------------------------------------------------------


def test_a_pair_that_cannot_save_is_not_looked_at_and_a_pupil_alone_still_costs_more() -> None:
    homes = {f"P{k}": 30.0 for k in range(5)}
    routes = {"1": ["P0"], "2": ["P1", "P2", "P3", "P4"]}
    cheap_taxis = town(homes, fleet=FLEET.assign(gbp_per_day=[50, 1]))
    review = _review(cheap_taxis, _today(cheap_taxis, routes))
    assert (review.record["pairs_looked_at"], review.record["pairs_cannot_save"]) == (1, 1), "five need a bus"
    assert review.merges.empty
    assert review.alone["outcome"].tolist() == ["costs more"]
    none_fits = town(homes, fleet=FLEET.assign(gbp_per_day=[50, 1]), layouts=LAYOUTS.assign(seats=4))
    review = _review(none_fits, _today(none_fits, routes))
    assert (review.record["pairs_no_vehicle"], review.record["pairs_cannot_save"]) == (1, 0)
    assert review.alone["outcome"].tolist() == ["no route"]


@given(homes=_HOMES, data=st.data())
@settings(max_examples=5, deadline=None)
def test_no_run_costs_less_than_its_bound(homes: dict[str, tuple[float, float]], data: st.DataObject) -> None:
    rules = data.draw(st.sampled_from([RouteRules(), MIXED]))
    place = town(homes, pupils={"max_minutes": dict.fromkeys(homes, 75)})
    alone = {name: [name] for name in homes}
    question = review_case(place.problem, _today(place, alone, rules=rules), place.legs)
    who = question.riders["pupil_id"].tolist()
    for number in (1, 2, min(len(homes), 3)):
        names = data.draw(st.permutations(sorted(homes)))[:number]
        bounds = least_gbp(question.case, [who.index(name) for name in names])
        for vehicle, bound in zip(BOTH, bounds, strict=True):
            assert bound <= cheapest_gbp(place, names, rules, [vehicle]) + ROUNDING_GBP


@given(homes=_HOMES, data=st.data())
@settings(max_examples=6, deadline=None)
def test_the_bound_holds_with_seconds_wheelchairs_and_ways_home_of_their_own(
    homes: dict[str, tuple[float, float]], data: st.DataObject
) -> None:
    flags = {
        name: {pupil: data.draw(st.sampled_from(["yes", "no"])) for pupil in homes}
        for name in ("wheelchair", "assistant")
    }
    seconds = {"stop_seconds": 19, "board_seconds": 2.6, "leave_stop_seconds": 41, "wheelchair_seconds": 300}
    place = town(homes, pupils=flags, parameters=seconds)
    rules = RouteRules(together="mixed", afternoon=data.draw(st.sampled_from(["mirrored", "solved"])))
    routes = {name: [name] for name in homes}
    question = review_case(place.problem, _today(place, routes, "bus", rules=rules), place.legs)
    parties = data.draw(st.permutations(range(len(homes))))[: data.draw(st.integers(2, 4))]
    bounds = least_gbp(question.case, parties)
    for vehicle, run in best_runs(question.case, parties).items():
        assert bounds[vehicle] <= run.cost_gbp + ROUNDING_GBP


@given(homes=_HOMES, data=st.data())
@settings(max_examples=6, deadline=None)
def test_runs_without_one_are_those_of_each_set_by_itself(
    homes: dict[str, tuple[float, float]], data: st.DataObject
) -> None:
    rules = RouteRules(together="mixed", afternoon=data.draw(st.sampled_from(["mirrored", "solved"])))
    place = town(homes, pupils={"max_minutes": dict.fromkeys(homes, 75)})
    case = review_case(place.problem, _today(place, {name: [name] for name in homes}, rules=rules), place.legs).case
    everybody = tuple(range(min(len(homes), 4)))
    found = best_runs_without_one(case, everybody)
    assert found is not None
    for members in (everybody, *combinations(everybody, len(everybody) - 1)):
        if members:
            at_once = {vehicle: run.cost_gbp for vehicle, run in found.get(members, {}).items()}
            assert at_once == {vehicle: run.cost_gbp for vehicle, run in best_runs(case, members).items()}


# -- the value ---------------------------------------------------------------------------------------------------------


def test_the_review_leaves_the_routes_as_they_are_and_hands_out_copies() -> None:
    place = town({"P1": 10, "P2": 9})
    today = _today(place, {"1": ["P1"], "2": ["P2"]})
    before = {name: frame.copy() for name, frame in today.tables.items()}
    review = _review(place, today)
    handed_out = review.merges
    handed_out["saving_gbp"] = 0.0
    assert review.merges["saving_gbp"].tolist() == [taxi_gbp(9)]
    review.merged()
    for name, frame in before.items():
        pd.testing.assert_frame_equal(today.tables[name], frame)


def test_the_summary_says_how_much_was_looked_at() -> None:
    place = town({f"P{k}": 10.0 + 2 * k for k in range(6)})
    review = _review(place, _today(place, {str(k): [f"P{k}"] for k in range(6)}), nearest=1)
    assert review.record["pairs_possible"] == 15
    assert review.record["pairs_looked_at"] < 15
    assert f"pairs looked at   {review.record['pairs_looked_at']} of 15" in review.summary()
    assert repr(review) == f"RouteReview(6 routes, {len(review.merges)} merges)"


def test_routes_of_another_problem_are_refused() -> None:
    place, other = town({"P1": 10, "P2": 9}), town({"P1": 10})
    today = _today(place, {"1": ["P1"], "2": ["P2"]})
    with pytest.raises(po.InputError, match="'P2' is not in the table pupils"):
        po.review_routes(other.problem, today, other.travel)
    with pytest.raises(ValueError, match="`nearest` is 0; use a whole number from 1"):
        _review(place, today, nearest=0)


def test_routes_of_nobody_are_reviewed() -> None:
    place = town({"P1": 10})
    empty = _today(place, {"1": ["P1"]})
    tables = {name: frame.iloc[:0] for name, frame in empty.tables.items()}
    review = _review(place, RoutePlan(empty.status, tables, empty.rules))
    assert review.together_gbp == 0
    assert "routes            0" in review.summary()
