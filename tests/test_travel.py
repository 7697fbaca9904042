"""Journeys: closed forms, what is refused, and alignment with a problem."""

import numpy as np
import pandas as pd
import pytest

from placement_opt.errors import InputError
from placement_opt.examples import tiny
from placement_opt.travel import METRES_PER_MILE, TravelMatrix, crow_fly
from tests import lp_cases


def test_a_straight_line_is_as_long_as_pythagoras_says() -> None:
    problem = tiny()
    travel = crow_fly(problem, circuity=1.0, miles_per_hour=30)
    pupils, settings = problem.pupils, problem.settings
    for i, home in pupils.iterrows():
        for s, school in settings.iterrows():
            metres = np.hypot(home["easting"] - school["easting"], home["northing"] - school["northing"])
            assert travel.miles[i, s] == pytest.approx(metres / METRES_PER_MILE, abs=0.0005)  # type: ignore[index]
            assert travel.minutes[i, s] == pytest.approx(metres / METRES_PER_MILE * 2, abs=0.005)  # type: ignore[index]


def test_circuity_and_speed_scale_the_journeys() -> None:
    slow, fast = crow_fly(tiny(), miles_per_hour=20), crow_fly(tiny(), miles_per_hour=40)
    assert np.allclose(slow.minutes, 2 * fast.minutes, atol=0.011)
    assert np.allclose(crow_fly(tiny(), circuity=2).miles, 2 * crow_fly(tiny(), circuity=1).miles, atol=0.0011)


@pytest.mark.parametrize(
    ("option", "value"),
    [("circuity", 0.9), ("miles_per_hour", 0), ("circuity", float("nan")), ("miles_per_hour", float("inf"))],
)
def test_a_road_shorter_than_the_straight_line_or_no_speed_is_refused(option: str, value: float) -> None:
    with pytest.raises(ValueError, match=option):
        crow_fly(tiny(), **{option: value})


def test_a_matrix_cannot_be_written_to() -> None:
    travel = crow_fly(tiny())
    with pytest.raises(ValueError, match="read-only"):
        travel.minutes[0, 0] = 1


def test_a_matrix_copies_what_it_is_given() -> None:
    minutes = np.ones((1, 1))
    travel = TravelMatrix(("P",), ("S",), minutes, np.ones((1, 1)))
    minutes[0, 0] = 9
    assert travel.minutes[0, 0] == 1


@pytest.mark.parametrize(
    ("minutes", "miles", "message"),
    [
        ([[1.0, 2.0]], [[1.0, 2.0]], "has shape"),
        ([[-1.0]], [[1.0]], "negative"),
        ([[np.inf]], [[1.0]], "infinite"),
        ([[np.nan]], [[1.0]], "NaN for the same pairs"),
    ],
)
def test_figures_that_cannot_be_are_refused(minutes: list[list[float]], miles: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TravelMatrix(("P",), ("S",), np.array(minutes), np.array(miles))


def test_a_repeated_id_is_refused() -> None:
    with pytest.raises(ValueError, match="repeats an id"):
        TravelMatrix(("P", "P"), ("S",), np.ones((2, 1)), np.ones((2, 1)))


def test_a_matrix_in_another_order_and_with_more_rows_is_aligned() -> None:
    problem = tiny()
    travel = crow_fly(problem)
    mixed = TravelMatrix(
        ("X", *reversed(travel.pupil_ids)),
        tuple(reversed(travel.setting_ids)),
        np.vstack([np.ones((1, 2)), travel.minutes[::-1, ::-1]]),
        np.vstack([np.ones((1, 2)), travel.miles[::-1, ::-1]]),
    )
    assert np.array_equal(mixed.aligned(problem).minutes, travel.minutes)
    assert mixed.aligned(problem).fingerprint() == travel.fingerprint()


def test_missing_pupils_and_settings_are_all_named() -> None:
    problem = tiny()
    travel = crow_fly(problem)
    part = TravelMatrix(travel.pupil_ids[:1], travel.setting_ids[:1], travel.minutes[:1, :1], travel.miles[:1, :1])
    with pytest.raises(InputError) as caught:
        part.aligned(problem)
    assert [(fault.column, fault.value) for fault in caught.value.faults] == [
        ("pupil_id", "P2"),
        ("pupil_id", "P3"),
        ("setting_id", "B"),
    ]


def test_journeys_between_hubs_and_spokes_are_made_for_outreach_only() -> None:
    assert crow_fly(tiny()).between.empty
    problem, _ = lp_cases.outreach()
    between = crow_fly(problem).between
    assert set(zip(between["from_setting_id"], between["to_setting_id"], strict=True)) == {
        (a, b) for a in "AB" for b in "AB"
    }
    assert (between["minutes"] == 0).sum() == 2


def test_journeys_are_a_tidy_table() -> None:
    table = crow_fly(tiny()).journeys()
    assert list(table.columns) == ["pupil_id", "setting_id", "minutes", "miles"]
    assert len(table) == 6
    assert isinstance(table, pd.DataFrame)
