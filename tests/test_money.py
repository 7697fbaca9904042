"""Prices and transport: every pound from closed forms worked out by hand."""

import pandas as pd
import pytest

from placement_opt.pairs import candidate_pairs
from placement_opt.parameters import Parameters
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix, crow_fly
from tests import lp_cases

MILES = 10.0


def at_distance(problem: Problem, miles: float = MILES) -> TravelMatrix:
    """Return journeys that are all equally long, at 2 minutes a mile."""
    travel = crow_fly(problem)
    shape = travel.miles * 0 + miles
    return TravelMatrix(travel.pupil_ids, travel.setting_ids, shape * 2, shape)


def row(problem: Problem, *, policy: Policy | None = None, miles: float = MILES, at: str = "A1") -> "pd.Series[object]":
    table = candidate_pairs(problem, at_distance(problem, miles), policy=policy).table()
    return table[(table["pupil_id"] == "P1") & (table["provision_id"] == at)].iloc[0]


def question(provisions: dict[str, list[object]] | None = None, **tables: object) -> Problem:
    pupil = tables.pop("pupil", {})
    assert isinstance(pupil, dict)
    parameters = tables.pop("parameters", None)
    return Problem(
        pupils=lp_cases.pupils(1, **{name: [value] for name, value in pupil.items()}),
        settings=lp_cases.SETTINGS,
        provisions=lp_cases.provisions(**(provisions or {})),
        parameters=parameters,  # type: ignore[arg-type]
        **tables,  # type: ignore[arg-type]
    )


TOPUPS = pd.DataFrame(
    [
        {"topup_gbp": 1_000},
        {"kind": "hub", "topup_gbp": 2_000},
        {"band": "X", "topup_gbp": 3_000},
        {"need": "ASD", "topup_gbp": 4_000, "payer": "health"},
        {"band": "X", "kind": "hub", "topup_gbp": 5_000},
        {"need": "ASD", "kind": "hub", "topup_gbp": 6_000},
        {"need": "ASD", "band": "X", "topup_gbp": 7_000},
        {"need": "ASD", "band": "X", "kind": "hub", "topup_gbp": 8_000},
    ]
)
BLANK = {"topup_gbp": [None, None], "bands": ["any", "any"]}


@pytest.mark.parametrize("rows", range(1, len(TOPUPS) + 1))
def test_the_most_specific_topup_wins_and_need_counts_before_band_before_kind(rows: int) -> None:
    problem = question(BLANK, topups=TOPUPS.head(rows).iloc[::-1], pupil={"band": "X"})
    assert row(problem)["topup_gbp"] == rows * 1_000


def test_the_payer_is_that_of_the_row_that_wins() -> None:
    assert row(question(BLANK, topups=TOPUPS.head(4)))["topup_payer"] == "health"
    assert row(question(BLANK, topups=TOPUPS.head(2)))["topup_payer"] == "high needs"


def test_a_provisions_own_topup_goes_before_the_table() -> None:
    assert row(question({"topup_gbp": [1_234.56, None]}, topups=TOPUPS))["topup_gbp"] == 1_234.56


@pytest.mark.parametrize(
    ("kind", "gbp"),
    [("mainstream", 8_662), ("special", 16_000), ("independent_special", 63_000), ("alternative", 10_900)],
)
def test_a_kind_without_a_price_has_the_published_one(kind: str, gbp: float) -> None:
    assert row(question({"kind": [kind, "special"], "topup_gbp": [None, None]}))["topup_gbp"] == gbp


@pytest.mark.parametrize(("basis", "place_gbp"), [("marginal", 0), ("average", 12_000), ("full", 0)])
def test_place_funding_follows_the_cost_basis_and_the_places_taken(basis: str, place_gbp: float) -> None:
    problem = question({"places": [2, 2]}, pupil={"places": 2})
    assert row(problem, policy=Policy(cost_basis=basis))["place_gbp"] == place_gbp  # type: ignore[arg-type]


def test_a_known_price_replaces_topup_and_place_funding() -> None:
    known = pd.DataFrame({"pupil_id": ["P1"], "provision_id": ["A1"], "cost_gbp": [30_000]})
    found = row(question(pair_costs=known), policy=Policy(cost_basis="average"))
    assert (found["topup_gbp"], found["place_gbp"]) == (30_000, 0)


@pytest.mark.parametrize(
    ("pupil", "miles", "entitled"),
    [
        ({"year_group": 3, "entitled": None}, 2.0, False),
        ({"year_group": 3, "entitled": None}, 2.001, True),
        ({"year_group": 4, "entitled": None}, 2.5, False),
        ({"year_group": 4, "entitled": None}, 3.001, True),
        ({"year_group": 4, "entitled": "no"}, 30.0, False),
        ({"year_group": 4, "entitled": "yes"}, 0.0, True),
        ({"wheelchair": "yes", "entitled": None}, 0.5, True),
        ({"solo": "yes", "entitled": None}, 0.5, True),
        ({"assistant": "yes", "entitled": None}, 0.5, True),
        ({"wheelchair": "yes", "entitled": "no"}, 9.0, False),
    ],
)
def test_entitlement_is_an_officers_word_then_mobility_then_distance(
    pupil: dict[str, object], miles: float, entitled: bool
) -> None:
    assert bool(row(question(pupil=pupil), miles=miles)["entitled"]) is entitled


def test_a_seat_at_the_mean_distance_costs_the_published_average() -> None:
    found = row(question(pupil={"entitled": "yes"}), miles=Parameters().shared_vehicle_mean_miles)
    assert found["transport_gbp"] == pytest.approx(8_800, abs=0.01)
    assert found["mode"] == "shared vehicle"


def test_half_of_the_average_grows_with_distance() -> None:
    problem = question(pupil={"entitled": "yes"})
    near, far = (row(problem, miles=miles)["transport_gbp"] for miles in (7.0, 14.0))
    assert far - near == pytest.approx(4_400, abs=0.02)  # type: ignore[operator]


def test_a_pupil_who_travels_alone_pays_for_the_whole_vehicle() -> None:
    shared, solo = (row(question(pupil={"entitled": "yes", "solo": word})) for word in ("no", "yes"))
    assert solo["transport_gbp"] == pytest.approx(shared["transport_gbp"] * 2.67, abs=0.02)  # type: ignore[operator]
    assert solo["co2e_kg"] == pytest.approx(shared["co2e_kg"] * 2.67, abs=0.01)  # type: ignore[operator]


def test_a_pass_is_for_those_who_can_travel_alone() -> None:
    found = row(question(pupil={"entitled": "yes", "independent_travel": "yes"}))
    assert (found["mode"], found["transport_gbp"]) == ("public transport pass", 900)
    assert found["co2e_kg"] == pytest.approx(190 * 2 * MILES * 0.2016, abs=0.001)
    for lacking in ("wheelchair", "assistant", "solo"):
        pupil = {"entitled": "yes", "independent_travel": "yes", lacking: "yes"}
        assert row(question(pupil=pupil))["mode"] == "shared vehicle"


def test_emissions_count_empty_running_and_are_shared() -> None:
    found = row(question(pupil={"entitled": "yes"}))
    assert found["co2e_kg"] == pytest.approx(190 * 2 * MILES * 2 * 0.2785 / 2.67, abs=0.001)


MODES = pd.DataFrame(
    {
        "mode": ["taxi", "minibus", "ambulance"],
        "gbp_per_day": [40, 160, 300],
        "gbp_per_mile": [2, 3, 5],
        "riders": [2, 8, 1],
        "wheelchair": ["no", "no", "yes"],
        "max_miles": [None, 12, None],
    }
)


@pytest.mark.parametrize(
    ("pupil", "miles", "mode", "gbp"),
    [
        ({}, 10.0, "minibus", 190 * (160 + 3 * 20) / 8),
        ({}, 13.0, "taxi", 190 * (40 + 2 * 26) / 2),
        ({"solo": "yes"}, 10.0, "taxi", 190 * (40 + 2 * 20)),
        ({"wheelchair": "yes"}, 10.0, "ambulance", 190 * (300 + 5 * 20)),
    ],
)
def test_the_cheapest_permitted_mode_is_used(pupil: dict[str, object], miles: float, mode: str, gbp: float) -> None:
    found = row(question(modes=MODES, pupil={"entitled": "yes", **pupil}), miles=miles)
    assert (found["mode"], found["transport_gbp"]) == (mode, pytest.approx(gbp, abs=0.005))


def test_days_can_be_overridden() -> None:
    longer = Parameters(days_per_year=195)
    problem = question(modes=MODES, pupil={"entitled": "yes"}, parameters=longer)
    assert row(problem)["transport_gbp"] == pytest.approx(195 * (160 + 3 * 20) / 8, abs=0.005)


def test_minutes_over_the_guidance_depend_on_the_phase() -> None:
    for year, miles, over in ((6, 22.5, False), (6, 22.51, True), (7, 37.5, False), (7, 37.51, True)):
        problem = question(pupil={"year_group": year})
        pairs = candidate_pairs(problem, at_distance(problem, miles))
        assert bool(pairs.costed().over_guide[0]) is over
