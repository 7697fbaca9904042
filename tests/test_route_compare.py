"""Route plans side by side: every figure here was worked out by hand from the few rows of each plan."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import placement_opt as po
from placement_opt.errors import Status
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import MINUTE_MS, RouteRules
from placement_opt.route_tables import ROUTE_TABLES


def _rows(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    blank = {"str": None, "int64": 0, "float64": 0.0, "bool": False}
    return pd.DataFrame([{column: blank[kind] for column, kind in ROUTE_TABLES[name].items()} | row for row in rows])


def _route(route_id: str, vehicle: str, seats: int, aboard: int, gbp: float, **more: Any) -> dict[str, Any]:
    figures = {"route_id": route_id, "vehicle": vehicle, "seats": seats, "pupils": aboard, "most_aboard": aboard}
    return {**figures, "vehicle_gbp": gbp, "cost_gbp": gbp, "contract_gbp": np.nan, **more}


def _rider(route_id: str, pupil_id: str, minutes: float, **more: Any) -> dict[str, Any]:
    about = {"route_id": route_id, "pupil_id": pupil_id, "setting_id": "A", "pupils": 1, "ride_minutes": minutes}
    return {**about, "afternoon_ride_minutes": 2 * minutes, "pickup_ms": 8 * 60 * MINUTE_MS, **more}


def _plan(routes: list[dict[str, Any]], riders: list[dict[str, Any]], **others: list[dict[str, Any]]) -> RoutePlan:
    given = {"routes": routes, "riders": riders, **others}
    return RoutePlan(Status.BASELINE, {name: _rows(name, given.get(name, [])) for name in ROUTE_TABLES}, RouteRules())


@pytest.fixture
def comparison() -> po.RouteComparison:
    """Return two taxis and a bus against one bus; P4 changes school, P5 walks first and is driven then."""
    today = _plan(
        [
            _route("1", "taxi", 4, 1, 5_000, contract_gbp=6_000, miles=4, afternoon_miles=4, empty_miles=8),
            _route("2", "taxi", 4, 1, 4_000, miles=3, afternoon_miles=3, empty_miles=6),
            _route("3", "bus", 16, 2, 9_000, assistants=2, miles=5, afternoon_miles=6, co2e_kg=10),
        ],
        [_rider("1", "P1", 10), _rider("2", "P2", 20), _rider("3", "P3", 30, pupils=2, over_guide=True)],
        unrouted=[{"pupil_id": "P4", "setting_id": "A", "pupils": 1}],
        duties=[
            {"pupil_id": "P5", "setting_id": "A", "pupils": 1, "mode": "none"},
            {"pupil_id": "P6", "setting_id": "A", "pupils": 2, "mode": "pass", "mode_gbp": 1_800},
            {"pupil_id": "P1", "setting_id": "A", "pupils": 1, "mode": "solo"},
        ],
    )
    late = {"pickup_ms": 8 * 60 * MINUTE_MS + 90_000}
    plan = _plan(
        [_route("1", "bus", 16, 6, 12_000, miles=8, afternoon_miles=8, empty_miles=16)],
        [
            _rider("1", "P1", 15, **late),
            _rider("1", "P2", 20),
            _rider("1", "P3", 30, pupils=1),
            _rider("1", "P3", 36, pupils=1, **late),
            _rider("1", "P4", 12, setting_id="B"),
            _rider("1", "P5", 6),
        ],
        duties=[{"pupil_id": "P6", "setting_id": "A", "pupils": 2, "mode": "pass", "mode_gbp": 1_800}],
    )
    return po.compare_routes({"today": today, "plan": plan})


def test_the_headline_adds_up_what_the_tables_hold(comparison: po.RouteComparison) -> None:
    table = comparison.headline()
    assert table["today"].to_dict() == {
        "routes": 3,
        "pupils_routed": 4,
        "pupils_unrouted": 1,
        "cost_gbp": 19_800,
        "routes_gbp": 18_000,
        "contract_gbp": 6_000,
        "routes_with_contract": 1,
        "assistants": 2,
        "run_miles": 25,
        "empty_miles": 14,
        "co2e_kg": 10,
        "occupancy": pytest.approx(4 / 22, abs=1e-6),  # 4 + 4 + 16 seats, two of them for assistants
        "solo_pupils": 2,
        "mean_ride_minutes": 22.5,  # 10, 20, 30, 30
        "longest_ride_minutes": 30,
        "over_guide": 2,
    }
    assert table.loc["routes", "change: plan"] == -2
    assert table.loc["cost_gbp", "change: plan"] == 13_800 - 19_800
    assert np.isnan(table.loc["contract_gbp", "plan"]), "a contract that nobody knows is no contract of £0"


def test_vehicles_are_counted_by_type(comparison: po.RouteComparison) -> None:
    assert comparison.vehicles().to_dict("index") == {
        "bus": {"today": 1, "plan": 1, "change: plan": 0},
        "taxi": {"today": 2, "plan": 0, "change: plan": -2},
    }


def test_lines_of_money_add_up_to_the_cost(comparison: po.RouteComparison) -> None:
    money = comparison.money()
    assert money["today"].to_dict()["mode_gbp"] == 1_800
    for name, plan in comparison.plans.items():
        assert money[name].sum() == plan.cost_gbp


@pytest.mark.parametrize(("run", "times"), [("morning", 1), ("afternoon", 2)])
def test_every_pupil_counts_in_the_rides(comparison: po.RouteComparison, run: Any, times: int) -> None:
    rides = comparison.rides(run)["today"]
    pupils = np.array([10, 20, 30, 30]) * times
    assert rides["mean"] == pupils.mean()
    assert rides["median"] == np.median(pupils)
    assert rides["longest"] == 30 * times
    assert rides["ninetieth"] == np.percentile(pupils, 90)


def test_what_changes_for_each_pupil(comparison: po.RouteComparison) -> None:
    table = comparison.pupils()
    shown = ["pupil_id", "pupils", "from_travel", "to_travel", "pickup_minutes_later", "ride_minutes_longer"]
    assert table[shown].fillna(-99).to_numpy().tolist() == [
        ["P1", 1, "vehicle", "vehicle", 1.5, 5.0],
        ["P2", 1, "vehicle", "vehicle", 0.0, 0.0],
        ["P3", 1, "vehicle", "vehicle", 0.0, 0.0],
        ["P3", 1, "vehicle", "vehicle", 1.5, 6.0],
        ["P4", 1, "no route", "vehicle", -99, -99],
        ["P5", 1, "none", "vehicle", -99, -99],
        ["P6", 2, "pass", "pass", -99, -99],
    ]
    assert table.loc[table["school_changes"], "pupil_id"].tolist() == ["P4"]
    assert table.loc[table["vehicle_changes"], "pupil_id"].tolist() == ["P1", "P2", "P4", "P5"]
    assert table.loc[0, ["from_pickup", "to_pickup"]].tolist() == ["08:00", "08:01"]


def test_who_is_in_one_plan_only_is_shown_as_such(comparison: po.RouteComparison) -> None:
    fewer = _plan([_route("1", "taxi", 4, 1, 1)], [_rider("1", "P3", 30)])
    table = po.compare_routes({"today": comparison.plans["today"], "fewer": fewer}).pupils()
    gone = table[table["to_travel"] == "not in the plan"]
    assert gone.groupby("pupil_id")["pupils"].sum().to_dict() == {"P1": 1, "P2": 1, "P3": 1, "P4": 1, "P5": 1, "P6": 2}


def test_the_summary_names_the_plans_and_the_saving(comparison: po.RouteComparison) -> None:
    text = comparison.summary()
    assert "2 route plans" in text
    assert "change: plan" in text
    assert "-6,000.00" in text
    assert "routes by taxi" in text


def test_all_parts_stand_in_one_frame(comparison: po.RouteComparison) -> None:
    frame = comparison.to_frame()
    assert frame.loc[("vehicles", "taxi"), "today"] == 2
    assert frame.loc[("afternoon rides", "longest"), "plan"] == 72


def test_nothing_to_compare_and_unknown_names_are_refused(comparison: po.RouteComparison) -> None:
    with pytest.raises(ValueError, match="no route plan to compare"):
        po.compare_routes({})
    with pytest.raises(ValueError, match="'noon'; use one of morning, afternoon"):
        comparison.rides("noon")  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        comparison.pupils("yesterday")


def test_plans_without_routes_compare() -> None:
    nobody = _plan([], [])
    table = po.compare_routes({"today": nobody, "plan": nobody}).headline()
    assert table.loc["routes", "plan"] == 0
    assert np.isnan(table.loc["mean_ride_minutes", "today"])
