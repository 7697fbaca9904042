"""Today's routes from a file: read, timed and priced, with everything that is wrong said at once."""

from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import placement_opt as po
from placement_opt.legs import Legs
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import MINUTE_MS, RouteRules
from placement_opt.routing.case import case_of_parties
from placement_opt.routing.today_order import with_set_downs
from placement_opt.verify.route_check import check_routes
from tests.route_town import LAYOUTS, Town, bus_gbp, rows, taxi_gbp, town

MIXED = RouteRules(together="mixed")
SIX = {"P1": 10.0, "P2": 9.0, "P3": 7.0, "B1": 8.0, "B2": 6.0, "P4": 3.0}


@pytest.fixture(scope="module")
def place() -> Town:
    return town(SIX)


def _read(place: Town, table: Any, **options: Any) -> RoutePlan:
    return po.read_routes(table, place.problem, place.plan, place.travel, **options)


def _faults(place: Town, table: Any) -> list[str]:
    with pytest.raises(po.InputError) as caught:
        _read(place, table)
    return [str(fault) for fault in caught.value.faults]


TODAY = rows(
    ("R1", 1, "P1", "taxi"),
    ("R1", 2, "P2", None),
    ("R2", 1, "B1", "bus"),
    ("R2", 2, "B2", "bus"),
    ("R3", 5, "P3", "taxi"),
)


# -- what is read ------------------------------------------------------------------------------------------------------


def test_routes_are_timed_and_priced_as_the_page_says(place: Town) -> None:
    routes = _read(place, TODAY)
    assert str(routes.status) == "baseline"
    assert routes.routes.set_index("route_id")["cost_gbp"].to_dict() == {
        "R1": taxi_gbp(10),
        "R2": bus_gbp(6),  # mile 8 to school B at mile 2
        "R3": taxi_gbp(7),
    }
    rides = routes.riders.set_index("pupil_id")["ride_minutes"].to_dict()
    assert rides == {"P1": 10, "P2": 9, "B1": 6, "B2": 4, "P3": 7}
    assert routes.routes["ends_ms"].tolist() == [8.5 * 60 * MINUTE_MS] * 3, "the earliest of the shortest schedules"
    assert check_routes(place.problem, routes, place.travel, plan=place.plan).table().empty


def test_who_is_on_no_route_is_listed(place: Town) -> None:
    routes = _read(place, TODAY)
    assert routes.unrouted[["pupil_id", "reason"]].to_numpy().tolist() == [["P4", "not in the file"]]
    assert "on no route of the file: 1." in " ".join(routes.record["notes"])
    assert "pupils unrouted   1 (not in the file: 1)" in routes.summary()


def test_a_column_that_means_nothing_is_named(place: Town) -> None:
    """A misspelt `pickup` would else go unnoticed."""
    routes = _read(place, TODAY.assign(pick_up_time="07:30", comment="bell"))
    assert "Columns of the file that are not used: pick_up_time, comment." in routes.record["notes"]


def test_who_is_owed_nothing_rides_and_is_counted() -> None:
    place = town(SIX, pupils={"entitled": {"P1": "no"} | dict.fromkeys(("P2", "P3", "B1", "B2", "P4"), "yes")})
    routes = _read(place, TODAY)
    assert routes.routed_pupils == 5
    assert "to whom no vehicle is owed: 1." in " ".join(routes.record["notes"])
    check = check_routes(place.problem, routes, place.travel, plan=place.plan)
    assert check.is_right
    assert ("owed a vehicle", "P1") in {(finding.rule, finding.pupil_id) for finding in check.broken}
    assert {finding.pupil_id for finding in check.broken} == {"P1"}


@pytest.mark.parametrize("form", ["csv", "xlsx", "xlsx with other sheets"])
def test_files_read_as_frames_do(place: Town, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"routes.{form[:4].rstrip()}"
    table = TODAY.rename(columns={"route_id": "Route ID", "pupil_id": "PUPIL ID"})
    if form == "csv":
        table.to_csv(path, index=False)
    else:
        with pd.ExcelWriter(path) as book:
            if "other" in form:
                pd.DataFrame({"note": ["from the depot"]}).to_excel(book, sheet_name="Notes", index=False)
            table.to_excel(book, sheet_name="Today routes" if "other" in form else "Sheet1", index=False)
    read, expected = _read(place, path), _read(place, TODAY)
    for name, frame in expected.tables.items():
        pd.testing.assert_frame_equal(read.tables[name], frame)
    assert read.record["read"] == {"rows": 5, "routes": 3, "pupils": 5}
    assert path.name in read.record["source"]


def test_the_order_of_rows_does_not_matter(place: Town) -> None:
    shuffled = _read(place, TODAY.sample(frac=1, random_state=7))
    pd.testing.assert_frame_equal(shuffled.stops, _read(place, TODAY).stops)


def test_set_downs_stand_where_the_file_says(place: Town) -> None:
    table = rows(
        ("R1", 1, "P1", None, "taxi"),
        ("R1", 2, "B1", None, None),
        ("R1", 3, None, "B", None),
        ("R1", 4, None, "A", None),
        ("R1", 5, "P4", None, None),
        ("R1", 6, None, "A", None),
        columns="route_id stop pupil_id setting_id vehicle",
    )
    routes = _read(place, table, rules=MIXED)
    morning = routes.stops[routes.stops["run"] == "morning"]
    assert morning["action"].tolist() == ["board", "board", "leave", "leave", "board", "leave"]
    assert routes.routes["miles"].tolist() == [2 + 6 + 2 + 3 + 3]
    assert routes.routes["cost_gbp"].tolist() == [taxi_gbp(16)]
    assert check_routes(place.problem, routes, place.travel).table()["rule"].tolist() == []


def test_contracts_by_the_day_are_for_a_year(place: Town) -> None:
    table = TODAY.assign(contract_gbp_per_day=[75.5, None, None, None, None], contract_gbp=[None] * 4 + [5_000])
    contracts = _read(place, table).routes["contract_gbp"]
    assert contracts.fillna(-1).tolist() == [7_550, -1, 5_000]
    assert _read(place, table).routes_gbp == _read(place, TODAY).routes_gbp, "a contract is never part of the tariff"


def test_recorded_times_are_only_compared(place: Town) -> None:
    table = TODAY.assign(pickup=["08:10", "08:24", None, None, None], arrival=["08:30", None, None, None, None])
    routes = _read(place, table)
    pd.testing.assert_frame_equal(routes.stops, _read(place, TODAY).stops)
    assert routes.record["recorded"] == {
        "pickups": 2,
        "pickup minutes later, mean": 3.5,  # 08:20 and 08:21 by the page
        "pickup minutes apart, most": 10.0,
        "arrivals": 1,
        "arrival minutes later, mean": 0.0,
        "arrival minutes apart, most": 0.0,
    }


def test_a_way_home_of_its_own_is_not_made_up(place: Town) -> None:
    assert _read(place, TODAY, rules=RouteRules(afternoon="solved")).rules.afternoon == "mirrored"


# -- layouts and assistants --------------------------------------------------------------------------------------------


def test_the_smallest_layout_that_fits_is_taken() -> None:
    place = town({"P1": 10, "P2": 9}, pupils={"wheelchair": {"P2": "yes"}})
    routes = _read(place, rows(("R1", 1, "P1", "bus"), ("R1", 2, "P2", None)))
    assert routes.routes[["seats", "wheelchair_places"]].to_numpy().tolist() == [[12, 2]]
    place = town({"P1": 10, "P2": 9}, layouts=LAYOUTS.assign(seats=[16, 20, 4]))
    routes = _read(place, rows(("R1", 1, "P1", "bus"), ("R1", 2, "P2", None)))
    assert routes.routes[["seats", "wheelchair_places"]].to_numpy().tolist() == [[16, 0]]


def test_a_layout_that_is_given_is_kept(place: Town) -> None:
    table = rows(
        ("R1", 1, "P1", "bus", 16), ("R1", 2, "P2", "bus", None), columns="route_id stop pupil_id vehicle seats"
    )
    assert _read(place, table).routes["seats"].tolist() == [16]


def test_a_vehicle_that_is_too_small_is_read_and_found() -> None:
    homes = {f"P{k}": 10.0 - k for k in range(5)}
    place = town(homes)
    routes = _read(place, rows(*[("R1", k, f"P{k - 1}", "taxi") for k in range(1, 6)]))
    assert routes.routes["most_aboard"].tolist() == [5]
    assert "more than any layout of their vehicle holds; the largest one was taken: 1." in " ".join(
        routes.record["notes"]
    )
    check = check_routes(place.problem, routes, place.travel)
    assert check.is_right
    assert {finding.rule for finding in check.broken} == {"seats"}


@pytest.mark.parametrize(("given", "assistants"), [(None, 1), (3, 3), (0, 0)])
def test_assistants_are_those_who_ride_along(given: int | None, assistants: int) -> None:
    place = town({"P1": 10, "P2": 9}, pupils={"assistant": {"P1": "yes"}})
    table = rows(("R1", 1, "P1", "bus"), ("R1", 2, "P2", None)).assign(assistants=[given, None])
    routes = _read(place, table)
    assert routes.routes["assistants"].tolist() == [assistants]
    assert routes.routes["cost_gbp"].tolist() == [bus_gbp(10, assistants)]


def test_a_taxi_without_the_assistant_it_needs_is_found() -> None:
    place = town({"P1": 10}, pupils={"assistant": {"P1": "yes"}})
    routes = _read(place, rows(("R1", 1, "P1", "taxi")))
    assert routes.routes["cost_gbp"].tolist() == [taxi_gbp(10)]
    assert "assistants" in set(check_routes(place.problem, routes, place.travel).table()["rule"])


# -- routes that keep to no rule ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("homes", "changes", "rule", "times"),
    [
        ({"P1": 80}, {}, "ride limit", "keep to all times, but not to the limits"),
        ({"P1": 10, "P2": 9}, {"pupils": {"solo": {"P1": "yes"}}}, "travels alone", "keep to all times"),
        ({"P1": 30}, {"pupils": {"earliest_pickup": {"P1": "08:40"}}}, "earliest pick-up", "before the earliest time"),
        ({"P1": 20, "B1": 60}, {}, "one school", "keep to all times"),
    ],
)
def test_broken_limits_are_findings_and_no_refusals(
    homes: dict[str, float], changes: dict[str, Any], rule: str, times: str
) -> None:
    place = town(homes, **changes)
    order = sorted(homes, reverse=True)
    routes = _read(
        place, rows(*[("R1", k, name, "taxi") for k, name in enumerate(order, start=1)]), rules=RouteRules(detour=None)
    )
    assert any(times in words for words in routes.record["times"])
    check = check_routes(place.problem, routes, place.travel)
    assert check.is_right, check.summary()
    assert rule in {finding.rule for finding in check.broken}


def test_a_route_that_cannot_reach_all_its_schools_in_time_ends_at_the_latest_arrival(place: Town) -> None:
    late = place.problem.settings.assign(arrive_from=[None, "09:00"], arrive_by=[None, "09:10"])
    problem = place.problem.replace(settings=late)
    table = rows(("R1", 1, "B1", "taxi"), ("R1", 2, "P2", None))
    routes = po.read_routes(table, problem, place.plan, place.travel, rules=MIXED)
    assert routes.routes["ends_ms"].tolist() == [(8 * 60 + 50) * MINUTE_MS]
    assert any("cannot reach their schools" in words for words in routes.record["times"])
    check = check_routes(problem, routes, place.travel)
    assert check.is_right, check.summary()
    assert {finding.rule for finding in check.broken} == {"school times"}


# -- what is wrong is said at once -------------------------------------------------------------------------------------


def test_all_faults_come_at_once_with_their_rows(place: Town) -> None:
    table = rows(
        ("R1", 1, "P1", "taxi"),
        ("R1", 1, "P2", None),
        ("R2", 1, "P1", "bus"),
        ("R2", "two", "PX", "bus"),
        ("R3", 1, "B1", "tram"),
        ("R4", 1, "B2", None),
    )
    found = _faults(place, table)
    assert [message for message in found if "row 1," in message and "appears already in row 0" in message]
    assert [message for message in found if "row 2," in message and "is picked up already in row 0" in message]
    assert [message for message in found if "row 3," in message and "'PX' is not a pupil_id" in message]
    assert [message for message in found if "row 3," in message and "'two' is not a number" in message]
    assert [message for message in found if "row 4," in message and "'tram' is not a vehicle" in message]
    assert [message for message in found if "row 5," in message and "The route has no vehicle" in message]
    assert len(found) == 6


_COLUMNS = "route_id stop pupil_id setting_id vehicle"
_WRONG: dict[str, tuple[list[tuple[Any, ...]], str, str]] = {
    "a row without anybody": (
        [("R1", 1, "P1", None, "taxi"), ("R1", 2, None, None, None)],
        _COLUMNS,
        "Both cells are blank",
    ),
    "another school": ([("R1", 1, "P1", "B", "taxi")], _COLUMNS, "is not where the plan has this pupil (A)"),
    "nobody leaves": (
        [("R1", 1, None, "A", "taxi"), ("R1", 2, "P1", None, None), ("R1", 3, None, "A", None)],
        _COLUMNS,
        "is a set-down at which nobody leaves",
    ),
    "nobody set down": (
        [("R1", 1, "P1", None, "taxi"), ("R1", 2, None, "A", None), ("R1", 3, "P2", None, None)],
        _COLUMNS,
        "where the route sets nobody down afterwards",
    ),
    "nobody picked up": ([("R1", 1, None, "A", "taxi")], _COLUMNS, "picks nobody up"),
    "two vehicles": (
        [("R1", 1, "P1", None, "taxi"), ("R1", 2, "P2", None, "bus")],
        _COLUMNS,
        "differs from taxi in row 0 of the same route",
    ),
    "an unknown layout": (
        [("R1", 1, "P1", "bus", 13)],
        "route_id stop pupil_id vehicle seats",
        "is no layout of bus (seats and wheelchair places: 12 and 2; 16 and 0)",
    ),
    "two contracts": (
        [("R1", 1, "P1", "taxi", 5, 900)],
        "route_id stop pupil_id vehicle contract_gbp_per_day contract_gbp",
        "is given together with contract_gbp",
    ),
    "an assistant in a taxi": (
        [("R1", 1, "P1", "taxi", 1)],
        "route_id stop pupil_id vehicle assistants",
        "which carries none by the table fleet",
    ),
    "too many pupils": (
        [("R1", 1, "P1", "taxi", 2)],
        "route_id stop pupil_id vehicle pupils",
        "is more than the 1 of the row",
    ),
    "a time of no clock": (
        [("R1", 1, "P1", "taxi", "8am")],
        "route_id stop pupil_id vehicle pickup",
        "is not a time of day",
    ),
    "no such column": ([("R1", 1, "P1", "taxi", 2)], "route_id stop pupil_id vehicle seat", "Is it meant to be seats?"),
}


@pytest.mark.parametrize("name", _WRONG)
def test_each_fault_says_what_is_wrong(place: Town, name: str) -> None:
    stops, columns, message = _WRONG[name]
    assert any(message in fault for fault in _faults(place, rows(*stops, columns=columns)))


def test_pupils_without_a_place_are_faults(place: Town) -> None:
    pupils = place.problem.pupils
    pupils.loc[pupils["pupil_id"] == "P1", "current_provision_id"] = None
    plan = po.baseline(place.problem.replace(pupils=pupils), place.travel)
    with pytest.raises(po.InputError, match="has no place in the plan"):
        po.read_routes(TODAY, place.problem, plan, place.travel)


def test_pupils_of_one_row_can_ride_on_two_routes() -> None:
    place = town({"P1": 10}, pupils={"count": {"P1": 5}})
    columns = "route_id stop pupil_id vehicle pupils"
    routes = _read(place, rows(("R1", 1, "P1", "taxi", 3), ("R2", 1, "P1", "taxi", 1), columns=columns))
    assert routes.riders["pupils"].tolist() == [3, 1]
    assert routes.unrouted["pupils"].tolist() == [1]
    both = rows(("R1", 1, "P1", "taxi", 3), ("R1", 2, "P1", None, 1), columns=columns)
    assert any("is on the same route in row 0" in fault for fault in _faults(place, both))


def test_prices_are_not_made_up(place: Town) -> None:
    bare = place.problem.replace(fleet=None, layouts=None)
    with pytest.raises(po.InputError, match="no prices are made up"):
        po.read_routes(TODAY, bare, place.plan, place.travel)


def test_files_that_are_not_there_or_broken_are_faults(place: Town, tmp_path: Path) -> None:
    assert "There is no such file" in _faults(place, tmp_path / "none.csv")[0]
    wrong = tmp_path / "routes.csv"
    wrong.write_text("route_id,stop,pupil_id,vehicle\nR1,1,P1\n", encoding="utf-8")
    assert _faults(place, wrong)[0].startswith("today_routes, row 2: The line has 3 fields where the header has 4")
    book = tmp_path / "routes.xlsx"
    book.write_bytes(b"no workbook")
    assert "is not an Excel workbook" in _faults(place, book)[0]
    with pd.ExcelWriter(book) as writer:
        for sheet in ("one", "two"):
            TODAY.to_excel(writer, sheet_name=sheet, index=False)
    assert "has no sheet called today_routes" in _faults(place, book)[0]


def test_a_leg_that_nobody_can_drive_is_a_fault(place: Town) -> None:
    legs = place.legs
    minutes, miles = legs.minutes.copy(), legs.miles.copy()
    at = legs.pupil_point[legs.pupil_ids.index("P2")]
    minutes[at, :], miles[at, :] = np.nan, np.nan
    broken = Legs(legs.pupil_ids, legs.setting_ids, legs.pupil_point, legs.setting_point, minutes, miles)
    with pytest.raises(po.InputError, match="'R1' is driven along a leg that is not known"):
        _read(place, TODAY, legs=broken)


# -- held against brute force ------------------------------------------------------------------------------------------

_MILES = st.integers(0, 30).map(float)
_HOMES = st.dictionaries(st.sampled_from(["P1", "P2", "P3", "B1", "B2", "B3"]), st.tuples(_MILES, _MILES), min_size=1)


def _shortest(place: Town, order: list[str]) -> float:
    """Return the shortest drive with the pick-ups in this order, over all places and orders of the set-downs."""
    points = {
        name: (int(point), name[0].replace("P", "A"))
        for name, point in zip(place.legs.pupil_ids, place.legs.pupil_point, strict=True)
    }
    schools = {name: int(point) for name, point in zip(place.legs.setting_ids, place.legs.setting_point, strict=True)}
    used = sorted({points[name][1] for name in order})
    best = np.inf
    for stops in set(permutations([*order, *used])):
        if [stop for stop in stops if stop in points] != order:
            continue
        if any(stops.index(name) > stops.index(points[name][1]) for name in order):
            continue
        at = [points[stop][0] if stop in points else schools[stop] for stop in stops]
        best = min(best, float(np.rint(place.legs.minutes[at[:-1], at[1:]] * MINUTE_MS).sum()))
    return best


@given(homes=_HOMES, data=st.data())
@settings(max_examples=10, deadline=None)
def test_set_downs_are_where_the_drive_is_shortest(homes: dict[str, tuple[float, float]], data: st.DataObject) -> None:
    place = town(homes)
    order = data.draw(st.permutations(sorted(homes)))[:5]
    parties = pd.DataFrame(
        {"pupil_id": order, "setting_id": [name[0].replace("P", "A") for name in order], "pupils": 1}
    )
    case = case_of_parties(place.problem, place.plan, place.legs, MIXED, parties, pd.DataFrame())
    events = with_set_downs(case.arrays, list(range(len(order))))
    assert events is not None
    points = [case.arrays.home[e] if e < len(order) else case.arrays.school[e - len(order)] for e in events]
    driven = sum(case.arrays.drive_ms[a, b] for a, b in pairwise(points))
    assert driven == _shortest(place, order)


@given(homes=_HOMES, data=st.data())
@settings(max_examples=10, deadline=None)
def test_whatever_is_read_adds_up_to_the_walker(homes: dict[str, tuple[float, float]], data: st.DataObject) -> None:
    seconds = data.draw(st.sampled_from([{}, {"stop_seconds": 19, "board_seconds": 2.6, "leave_seconds": 300}]))
    flags = {
        name: {pupil: data.draw(st.sampled_from(["yes", "no"])) for pupil in homes}
        for name in ("wheelchair", "assistant", "solo")
    }
    place = town(homes, parameters=seconds, pupils=flags)
    stops = [
        (data.draw(st.sampled_from(["R1", "R2"])), place_in_order, pupil, "bus")
        for place_in_order, pupil in enumerate(data.draw(st.permutations(sorted(homes))), start=1)
    ]
    routes = _read(place, rows(*stops), rules=data.draw(st.sampled_from([MIXED, RouteRules()])))
    check = check_routes(place.problem, routes, place.travel, plan=place.plan)
    assert check.is_right, check.summary()
    assert routes.routed_pupils == len(homes)
