"""The check of a travel matrix: each fault put into a good one is found, and nothing else is."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from placement_opt.errors import InputError
from placement_opt.examples import exampleshire, tiny
from placement_opt.files import read_travel, write_travel
from placement_opt.journey_checks import Severity, TravelLimits, check_travel
from placement_opt.problem import Problem
from placement_opt.travel import METRES_PER_MILE, Listed, TravelMatrix, crow_fly

Arrays = tuple[np.ndarray, np.ndarray]
Spoil = Callable[[np.ndarray, np.ndarray, np.ndarray], None]

CORNER = np.array([440_000, 260_000])


@pytest.fixture(scope="module")
def county() -> Problem:
    """Return 120 pupils and 30 schools, spread over 40 km; the first three pupils live at schools."""
    rng = np.random.default_rng(3)
    schools = rng.integers(0, 40_000, (30, 2)) + CORNER
    homes = rng.integers(0, 40_000, (120, 2)) + CORNER
    homes[:3] = schools[:3]
    return Problem(
        pupils=pd.DataFrame(
            {
                "pupil_id": [f"P{number:03}" for number in range(120)],
                "easting": homes[:, 0],
                "northing": homes[:, 1],
                "year_group": 5,
                "need": "ASD",
            }
        ),
        settings=pd.DataFrame(
            {
                "setting_id": [f"S{number:02}" for number in range(30)],
                "name": [f"School {number}" for number in range(30)],
                "easting": schools[:, 0],
                "northing": schools[:, 1],
            }
        ),
        provisions=pd.DataFrame(
            {
                "provision_id": [f"S{number:02}-main" for number in range(30)],
                "setting_id": [f"S{number:02}" for number in range(30)],
                "kind": "mainstream",
                "places": 10,
            }
        ),
    )


def straight_of(problem: Problem) -> np.ndarray:
    """Return straight miles, worked out anew."""
    homes, schools = (frame[["easting", "northing"]].to_numpy(float) for frame in (problem.pupils, problem.settings))
    return np.array([[np.sqrt(((home - school) ** 2).sum()) for school in schools] for home in homes]) / METRES_PER_MILE


def good_figures(problem: Problem, seed: int = 0) -> Arrays:
    """Return minutes and miles as roads give them: 1.25 times the straight line and up to a mile, some 25 mph."""
    rng, straight = np.random.default_rng(seed), straight_of(problem)
    miles = straight * 1.25 + rng.uniform(0, 1, straight.shape) * (straight > 0)
    return miles / 25 * 60 + rng.uniform(0, 3, straight.shape) * (straight > 0), miles


def matrix_of(problem: Problem, minutes: np.ndarray, miles: np.ndarray) -> TravelMatrix:
    return TravelMatrix(tuple(problem.pupils["pupil_id"]), tuple(problem.settings["setting_id"]), minutes, miles)


def listed_of(whole: TravelMatrix) -> TravelMatrix:
    """Return the same journeys as a list, three of four of them."""
    kept = (np.arange(whole.minutes.size).reshape(whole.minutes.shape) % 4) != 3
    start = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    return TravelMatrix(
        whole.pupil_ids,
        whole.setting_ids,
        whole.minutes[kept],
        whole.miles[kept],
        listed=Listed(start, np.nonzero(kept)[1]),
    )


def found(problem: Problem, travel: TravelMatrix) -> list[tuple[str, str]]:
    return [(finding.check, str(finding.severity)) for finding in check_travel(problem, travel).findings]


@pytest.mark.parametrize("seed", range(8))
def test_a_good_matrix_has_no_findings(county: Problem, seed: int) -> None:
    travel = matrix_of(county, *good_figures(county, seed))
    assert found(county, travel) == []
    assert found(county, listed_of(travel)) == []
    assert found(county, matrix_of(county, travel.minutes.round(), travel.miles.round(1))) == []


@pytest.mark.parametrize(("circuity", "speed"), [(1.0, 15), (1.3, 25), (1.6, 60)])
def test_straight_lines_have_no_findings(circuity: float, speed: float) -> None:
    problem = exampleshire()
    assert found(problem, crow_fly(problem, circuity=circuity, miles_per_hour=speed)) == []
    assert found(problem, crow_fly(problem, circuity=circuity, miles_per_hour=speed, nearest=12)) == []


FAR = (60, 1)
"""A pupil and a school that are 12 miles apart."""


def _some(minutes: np.ndarray, share: float = 0.05) -> np.ndarray:
    return np.random.default_rng(1).random(minutes.shape) < share


def _fill(column: int, value: float, share: float = 0.05) -> Spoil:
    def spoil(minutes: np.ndarray, miles: np.ndarray, straight: np.ndarray) -> None:
        (minutes, miles)[column][_some(minutes, share) & (straight > 3)] = value

    return spoil


def _times(column: int, factor: float) -> Spoil:
    def spoil(minutes: np.ndarray, miles: np.ndarray, straight: np.ndarray) -> None:
        (minutes, miles)[column][:] *= factor

    return spoil


def _one(minutes_of: str, miles_of: str = "miles") -> Spoil:
    """Change one journey; the words are worked out from its straight miles, road miles and minutes."""

    def spoil(minutes: np.ndarray, miles: np.ndarray, straight: np.ndarray) -> None:
        known = {"straight": straight[FAR], "miles": miles[FAR], "minutes": minutes[FAR]}
        minutes[FAR], miles[FAR] = (eval(words, {}, known) for words in (minutes_of, miles_of))  # noqa: S307

    return spoil


def _blank_rows(minutes: np.ndarray, miles: np.ndarray, straight: np.ndarray) -> None:
    minutes[[7, 9], 1:] = miles[[7, 9], 1:] = np.nan


def _blank_columns(minutes: np.ndarray, miles: np.ndarray, straight: np.ndarray) -> None:
    minutes[30:, [2, 5]] = miles[30:, [2, 5]] = np.nan


def _blank_here_and_there(minutes: np.ndarray, miles: np.ndarray, straight: np.ndarray) -> None:
    blank = _some(minutes, 0.25)
    minutes[blank] = miles[blank] = np.nan


def _add_to_one_row(minutes: np.ndarray, miles: np.ndarray, straight: np.ndarray) -> None:
    """Give one pupil 30 miles more to every school, at the speed of the rest."""
    minutes[60] += 75
    miles[60] += 30


def _one_way(minutes: np.ndarray, miles: np.ndarray, straight: np.ndarray) -> None:
    minutes[0, 1] = minutes[1, 0] * 1.55


ERROR, WARNING = "error", "warning"
SPOILT: list[tuple[str, str, Spoil]] = [
    ("units", ERROR, _times(0, 60)),
    ("units", ERROR, _times(0, 60_000)),
    ("units", ERROR, _times(0, 1 / 60)),
    ("units", ERROR, _times(1, 1_609.344)),
    ("units", ERROR, _times(1, 1 / 1_609.344)),
    ("units", WARNING, _times(1, 1.609344)),
    *[
        ("sentinel", ERROR, _fill(column, value, share))
        for column in (0, 1)
        for value in (4_294_967.295, 1e9, 9_999, 999, 99_999.9, 2_147_483_647, 65_535)
        for share in (0.002, 0.2)
    ],
    ("sentinel", ERROR, _fill(0, 300.0)),
    ("sentinel", ERROR, _fill(1, 250.0)),
    ("too long", ERROR, _one("700.5")),
    ("too long", ERROR, _one("590", "480.25")),
    ("zero", ERROR, _fill(0, 0.0)),
    ("zero", ERROR, _fill(1, 0.0)),
    ("zero", ERROR, _one("0", "0")),
    ("far below straight line", ERROR, _one("straight * 2", "straight * 0.7 - 0.3")),
    ("below straight line", WARNING, _one("straight * 2", "straight * 0.9")),
    ("too fast", WARNING, _one("miles / 80 * 60 - 1")),
    ("too slow", WARNING, _one("miles / 1.9 * 60")),
    ("both ways", WARNING, _one_way),
    ("neighbours", WARNING, _add_to_one_row),
    ("pupils without reach", WARNING, _blank_rows),
    ("schools without reach", WARNING, _blank_columns),
    ("blanks", WARNING, _blank_here_and_there),
]


@pytest.mark.parametrize(("check", "severity", "spoil"), SPOILT)
def test_each_fault_is_found_and_nothing_else(county: Problem, check: str, severity: str, spoil: Spoil) -> None:
    minutes, miles = good_figures(county)
    spoil(minutes, miles, straight_of(county))
    assert found(county, matrix_of(county, minutes, miles)) == [(check, severity)]


@pytest.mark.parametrize(("check", "severity", "spoil"), [case for case in SPOILT if "reach" not in case[0]])
def test_each_fault_is_found_in_a_list_of_journeys(county: Problem, check: str, severity: str, spoil: Spoil) -> None:
    minutes, miles = good_figures(county)
    spoil(minutes, miles, straight_of(county))
    assert (check, severity) in found(county, listed_of(matrix_of(county, minutes, miles)))


def test_counts_rows_and_examples_are_those_of_the_spoilt_journeys(county: Problem) -> None:
    minutes, miles = good_figures(county)
    minutes[5, 6] = minutes[5, 8] = minutes[9, 8] = 9_999
    check = check_travel(county, matrix_of(county, minutes, miles))
    (finding,) = check.findings
    assert (finding.pairs, finding.of_pairs, finding.pupils, finding.settings) == (3, 3_600, 2, 2)
    assert finding.share == pytest.approx(3 / 3_600)
    shown = check.examples()
    assert shown[["pupil_row", "to_setting_id"]].to_numpy().tolist() == [[5, "S06"], [5, "S08"], [9, "S08"]]
    assert shown["straight_miles"].to_numpy() == pytest.approx(
        [straight_of(county)[pair] for pair in ((5, 6), (5, 8), (9, 8))], abs=0.001
    )
    assert check.table()[["check", "severity", "pairs"]].to_numpy().tolist() == [["sentinel", "error", 3]]


def test_no_pupils_id_is_in_what_is_said(county: Problem) -> None:
    minutes, miles = good_figures(county)
    minutes[5, 6] = 9_999
    minutes[9] = miles[9] = np.nan
    check = check_travel(county, matrix_of(county, minutes, miles))
    with pytest.raises(InputError) as caught:
        check.raise_if_wrong()
    for text in (check.summary(), str(caught.value), check.table().to_csv(), check.examples().to_csv()):
        assert "P005" not in text
        assert "P009" not in text
    assert "pupils row 5 to setting S06" in check.summary()


def test_warnings_alone_are_not_raised(county: Problem) -> None:
    minutes, miles = good_figures(county)
    _blank_columns(minutes, miles, miles)
    check = check_travel(county, matrix_of(county, minutes, miles))
    assert check.is_right
    assert [finding.severity for finding in check.warnings] == [Severity.WARNING]
    check.raise_if_wrong()


def test_what_cannot_be_tested_is_said() -> None:
    problem = tiny()
    travel = matrix_of(problem, np.full((3, 2), np.nan), np.full((3, 2), np.nan))
    untested = check_travel(problem, travel).untested
    assert [sentence.split(":")[0] for sentence in untested] == ["units", "both ways", "neighbours"]
    assert check_travel(problem, crow_fly(problem)).untested == ("both ways: no journey is known in both directions",)


def test_journeys_between_schools_are_looked_at_too(county: Problem) -> None:
    good = matrix_of(county, *good_figures(county))
    straight = np.hypot(
        *(county.settings.loc[3, ["easting", "northing"]] - county.settings.loc[4, ["easting", "northing"]])
    )
    miles = straight / METRES_PER_MILE * 1.2
    rows = [("S03", "S04", miles * 2, miles), ("S04", "S03", 0.0, miles)]
    between = pd.DataFrame(rows, columns=["from_setting_id", "to_setting_id", "minutes", "miles"])
    travel = TravelMatrix(good.pupil_ids, good.setting_ids, good.minutes, good.miles, between)
    (finding,) = check_travel(county, travel).findings
    assert (finding.check, finding.pairs, finding.pupils, finding.settings) == ("zero", 1, 0, 1)
    assert finding.examples["from_setting_id"].tolist() == ["S04"]


def test_the_same_seed_draws_the_same_journeys(county: Problem) -> None:
    minutes, miles = good_figures(county)
    _add_to_one_row(minutes, miles, miles)
    travel = matrix_of(county, minutes, miles)
    one, again = (check_travel(county, travel, sample=900, seed=4) for _ in range(2))
    assert one.summary() == again.summary()
    assert "900 journeys drawn with seed 4 were tested, of 3,600" in one.summary()


def test_limits_can_be_changed(county: Problem) -> None:
    travel = matrix_of(county, *good_figures(county))
    check = check_travel(county, travel, limits=TravelLimits(most_mph=20))
    assert {finding.check for finding in check.findings} == {"too fast"}
    with pytest.raises(ValueError, match="most_mph"):
        TravelLimits(most_mph=0)
    with pytest.raises(ValueError, match="sample"):
        check_travel(county, travel, sample=0)


def test_a_matrix_without_a_pupil_is_refused(county: Problem) -> None:
    good = matrix_of(county, *good_figures(county))
    fewer = TravelMatrix(good.pupil_ids[1:], good.setting_ids, good.minutes[1:], good.miles[1:])
    with pytest.raises(InputError, match="has no journeys"):
        check_travel(county, fewer)


def test_a_million_pairs_take_seconds(county: Problem) -> None:
    homes = pd.concat([county.pupils] * 280, ignore_index=True)
    homes["pupil_id"] = [f"P{number:06}" for number in range(len(homes))]
    problem = county.replace(pupils=homes)
    travel = crow_fly(problem)
    start = time.process_time()
    assert check_travel(problem, travel).findings == ()
    assert time.process_time() - start < 10


# -- at the door -------------------------------------------------------------------------------------------------------


def test_a_file_with_errors_is_refused_with_the_line(county: Problem, tmp_path: Path) -> None:
    minutes, miles = good_figures(county)
    minutes[5, 6], miles[7, 8] = 0, 0.5
    path = write_travel(matrix_of(county, minutes, miles), tmp_path / "travel.csv")
    lines = path.read_text().splitlines()
    expected = [
        1 + next(n for n, line in enumerate(lines) if line.startswith(pair)) for pair in ("P005,S06", "P007,S08")
    ]
    with pytest.raises(InputError) as caught:
        read_travel(path, county)
    assert [int(fault.row) for fault in caught.value.faults] == expected
    assert "P005" not in str(caught.value)
    unchecked = read_travel(path, county, check=False)
    assert unchecked.source == "the file travel.csv (not checked)"
    assert len(check_travel(county, unchecked).errors) == 2


def test_seconds_in_a_file_are_one_fault_not_thousands(county: Problem, tmp_path: Path) -> None:
    minutes, miles = good_figures(county)
    frame = matrix_of(county, minutes * 60, miles).journeys().set_axis(["from_id", "to_id", "minutes", "miles"], axis=1)
    assert (frame["minutes"] > 600).sum() > 1_000
    path = tmp_path / "travel.csv"
    frame.to_csv(path, index=False)
    with pytest.raises(InputError) as caught:
        read_travel(path, county)
    (fault,) = caught.value.faults
    assert fault.column == "minutes"
    assert "look like seconds: divide by 60" in fault.message


def test_other_faults_of_a_file_stay_beside_the_unit(county: Problem, tmp_path: Path) -> None:
    minutes, miles = good_figures(county)
    frame = matrix_of(county, minutes, miles * 1_609.344).journeys()
    frame = frame.set_axis(["from_id", "to_id", "minutes", "miles"], axis=1).astype({"minutes": object})
    frame.loc[11, "minutes"] = "ten"
    frame.to_csv(tmp_path / "travel.csv", index=False)
    with pytest.raises(InputError) as caught:
        read_travel(tmp_path / "travel.csv", county)
    assert [(fault.column, fault.row, fault.value) for fault in caught.value.faults] == [
        ("miles", "", ""),
        ("minutes", "13", "ten"),
    ]


@pytest.mark.parametrize("whole_pupil", [True, False])
def test_what_has_no_journeys_is_said_without_figures(county: Problem, whole_pupil: bool) -> None:
    travel = crow_fly(county)
    minutes, miles = np.array(travel.minutes), np.array(travel.miles)
    blank = (5, slice(None)) if whole_pupil else (slice(None), 4)
    minutes[blank] = miles[blank] = np.nan
    spoilt = TravelMatrix(travel.pupil_ids, travel.setting_ids, minutes, miles, source="spoilt")
    summary = check_travel(county, spoilt).summary()
    assert "without reach" in summary
    assert "nan" not in summary
