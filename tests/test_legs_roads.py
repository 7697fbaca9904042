"""Drives between all stops: along roads, against NetworkX and the journeys of `road_travel`; from a file and to one."""

import json
import warnings
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_opt.errors import AssumptionWarning, InputError
from placement_opt.examples import tiny
from placement_opt.files import read_legs, write_legs
from placement_opt.legs import Legs, straight_legs
from placement_opt.problem import Problem
from placement_opt.roads import road_legs, road_travel
from placement_opt.travel import METRES_PER_MILE
from tests.road_oracle import Road, all_seconds, graph_of, nearest_spots, problem_at
from tests.test_roads import CORNER, LEG_METRES_PER_MINUTE, SOUTH, WEST, line_of_four, network, towns

HEAD = "from_id,to_id,minutes,miles\n"


# -- along roads -------------------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(town=towns(), seed=st.integers(0, 10**6))
def test_drives_are_those_of_networkx_between_all_points(
    town: tuple[dict[str, tuple[float, float]], list[Road]], seed: int
) -> None:
    at, roads = town
    rng = np.random.default_rng(seed)
    homes, schools = ([tuple(p) for p in (rng.uniform(-500, 3_500, (n, 2)) + CORNER).tolist()] for n in (4, 3))
    inside = max(nx.strongly_connected_components(graph_of(roads)), key=len)
    used = [road for road in roads if road.start in inside and road.end in inside]
    spots = nearest_spots(used, at, [*homes, *schools])
    away = np.array([spot.metres for spot in spots])
    expected = all_seconds(graph_of(used), spots, spots) / 60 + (away[:, None] + away) / LEG_METRES_PER_MINUTE
    np.fill_diagonal(expected, 0.0)

    problem = problem_at(homes, schools)
    legs = road_legs(problem, network(at, roads), most_metres_to_road=10_000)

    points = np.concatenate(legs.points_of(problem.pupils["pupil_id"], problem.settings["setting_id"]))
    assert legs.minutes[np.ix_(points, points)] == pytest.approx(expected, abs=0.002)


@settings(max_examples=12, deadline=None)
@given(town=towns(), seed=st.integers(0, 10**6))
def test_a_drive_from_home_to_school_is_the_journey(
    town: tuple[dict[str, tuple[float, float]], list[Road]], seed: int
) -> None:
    at, roads = town
    rng = np.random.default_rng(seed)
    homes, schools = ([tuple(p) for p in (rng.uniform(-500, 3_500, (n, 2)) + CORNER).tolist()] for n in (6, 3))
    problem, graph = problem_at(homes, schools), network(at, roads)
    travel = road_travel(problem, graph, most_metres_to_road=10_000, access_miles_per_hour=7)
    legs = road_legs(problem, graph, most_metres_to_road=10_000, access_miles_per_hour=7)
    pairs = np.ix_(legs.pupil_point, legs.setting_point)
    assert legs.minutes[pairs] == pytest.approx(travel.minutes, abs=0.0052)
    assert legs.miles[pairs] == pytest.approx(travel.miles, abs=0.00052)


def test_who_lives_at_one_point_shares_it_with_a_school_there() -> None:
    here, there = (WEST + 100, SOUTH), (WEST + 2_900, SOUTH + 50)
    legs = road_legs(problem_at([here, there, here], [here]), line_of_four())
    assert legs.minutes.shape == (2, 2)
    assert legs.pupil_point.tolist() == [0, 1, 0]
    assert legs.setting_point.tolist() == [0]
    metres = 2_800 + 50
    assert legs.miles[0, 1] == round(metres / METRES_PER_MILE, 4)
    assert legs.minutes[1, 0] == pytest.approx(2_800 / 10 / 60 + 50 / LEG_METRES_PER_MINUTE, abs=1e-3)
    assert np.diag(legs.minutes).tolist() == [0, 0]


def test_one_way_streets_make_the_way_back_longer() -> None:
    points = {name: (WEST + 100 * x, SOUTH + 100 * y) for name, x, y in (("A", 0, 0), ("B", 1, 0), ("C", 1, 1))}
    roads = [Road(*ends, metres, metres, None) for ends, metres in (("AB", 100.0), ("BC", 100.0), ("CA", 141.0))]
    legs = road_legs(problem_at([(WEST + 60, SOUTH)], [(WEST + 40, SOUTH)]), network(points, roads))
    home, school = int(legs.pupil_point[0]), int(legs.setting_point[0])
    assert legs.minutes[home, school] == round((40 + 100 + 141 + 40) / 60, 4)
    assert legs.minutes[school, home] == round(20 / 60, 4)


def test_who_is_too_far_from_every_road_is_warned_of_and_not_driven_to() -> None:
    problem = problem_at([(WEST, SOUTH), (WEST, SOUTH + 5_000)], [(WEST + 1_000, SOUTH)])
    with pytest.warns(AssumptionWarning, match="without legs: 1 of 2 pupils"):
        legs = road_legs(problem, line_of_four())
    lost = int(legs.pupil_point[1])
    others = [point for point in range(3) if point != lost]
    assert np.isnan(legs.minutes[lost, others]).all()
    assert np.isnan(legs.miles[others, lost]).all()
    assert legs.recipe["snapping"]["by vehicle"]["pupils"]["without_road"] == 1
    # who is not asked about is not warned of
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert road_legs(problem, line_of_four(), pupil_ids=["P0000"]).pupil_ids == ("P0000",)


def test_roads_of_elsewhere_and_speeds_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match="within 2,000 metres of a road"):
        road_legs(problem_at([(WEST, SOUTH + 9_000)], [(WEST, SOUTH)]), line_of_four())
    with pytest.raises(ValueError, match="access_miles_per_hour"):
        road_legs(tiny(), line_of_four(), access_miles_per_hour=0)


def test_kept_drives_are_those_of_the_same_question_only(tmp_path: Path) -> None:
    problem = problem_at([(WEST, SOUTH), (WEST + 500, SOUTH)], [(WEST + 1_000, SOUTH)])
    first = road_legs(problem, line_of_four(), cache=tmp_path)
    again = road_legs(problem, line_of_four(), cache=tmp_path)
    assert again.fingerprint() == first.fingerprint()
    assert len(list(tmp_path.iterdir())) == 1
    assert json.loads(json.dumps(dict(again.recipe))) == dict(first.recipe)
    road_travel(problem, line_of_four(), cache=tmp_path)
    road_legs(problem, line_of_four(), cache=tmp_path, pupil_ids=["P0001"])
    road_legs(problem, line_of_four(), cache=tmp_path, access_miles_per_hour=20)
    assert len(list(tmp_path.iterdir())) == 4


# -- from a file and to a file -----------------------------------------------------------------------------------------


def with_neighbours() -> Problem:
    """Return the tiny problem with a fourth pupil at the first one's home."""
    problem = tiny()
    pupils = pd.concat([problem.pupils, problem.pupils.iloc[:1].assign(pupil_id="P4")], ignore_index=True)
    return problem.replace(pupils=pupils)


def same(one: Legs, other: Legs) -> bool:
    return one.fingerprint() == other.fingerprint()


def test_written_drives_are_read_back_exactly(tmp_path: Path) -> None:
    problem = with_neighbours()
    legs = straight_legs(problem, circuity=1.234567)
    read = read_legs(write_legs(legs, tmp_path / "legs.csv"), problem)
    assert same(read, legs)
    assert read.recipe["pupils_without_legs"] == 0


def test_drives_that_cannot_be_are_written_and_read_too(tmp_path: Path) -> None:
    problem = problem_at([(WEST, SOUTH), (WEST, SOUTH + 5_000)], [(WEST + 1_000, SOUTH)])
    with pytest.warns(AssumptionWarning):
        legs = road_legs(problem, line_of_four())
    assert same(read_legs(write_legs(legs, tmp_path / "legs.csv"), problem), legs)


def test_a_routers_file_may_name_some_pupils_only_and_whoever_lives_there_shares_it(tmp_path: Path) -> None:
    file = tmp_path / "router.csv"
    file.write_text("To_ID,from_id,Minutes,miles,remark\nA,P4,12.5,6,x\nP1,A,13,6.5,y\n")
    legs = read_legs(file, with_neighbours())
    assert legs.pupil_ids == ("P1", "P4")
    assert legs.setting_ids == ("A",)
    home, school = int(legs.pupil_point[0]), int(legs.setting_point[0])
    assert legs.pupil_point.tolist() == [home, home]
    assert (legs.minutes[home, school], legs.miles[school, home]) == (12.5, 6.5)
    assert legs.minutes[home, home] == 0
    assert (legs.recipe["pupils_without_legs"], legs.recipe["settings_without_legs"]) == (2, 1)
    with pytest.raises(InputError, match="has no point"):
        legs.points_of(["P2"], ["A"])


def test_every_fault_of_the_file_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "legs.csv"
    rows = [
        "P9,A,1,1",
        "P1,A,x,1",
        "P1,B,-1,1",
        "P2,B,5,",
        "P2,A,700,5",
        "P3,A,9,9",
        "P4,B,1,1",
        "P1,P2,3,1",
        "P4,P2,4,1",
    ]
    file.write_text(HEAD + "\n".join(rows) + "\n")
    with pytest.raises(InputError) as caught:
        read_legs(file, with_neighbours())
    told = {(fault.column, fault.row) for fault in caught.value.faults}
    assert told == {
        ("from_id", "2"),
        ("minutes", "3"),
        ("minutes", "4"),
        ("miles", "5"),
        ("minutes", "6"),
        ("minutes, miles", "8"),
        ("minutes, miles", "10"),
    }
    assert "differs from an earlier row about the same two points" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [("from_id,to_id,minutes\nP1,A,1\n", "The column is missing"), (HEAD + "P1,A,1\n", "line 2|fields|cells")],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "legs.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        read_legs(file, tiny())


def test_a_missing_file_and_an_id_of_two_meanings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_legs(tmp_path / "none.csv", tiny())
    problem = tiny()
    doubled = problem.replace(pupils=problem.pupils.assign(pupil_id=["A", "P2", "P3"]))
    file = tmp_path / "legs.csv"
    file.write_text(HEAD + "A,B,1,1\n")
    with pytest.raises(InputError, match="Rename the pupil"):
        read_legs(file, doubled)
    with pytest.raises(ValueError, match="rename the pupil"):
        write_legs(straight_legs(doubled), file)
    assert file.read_text() == HEAD + "A,B,1,1\n"
