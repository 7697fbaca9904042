"""Journeys along roads: against NetworkX and closed forms, one-way streets, walks, dead ends, the cache."""

import json
import warnings
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import placement_opt as po
from placement_opt.cli import main
from placement_opt.errors import AssumptionWarning, InputError
from placement_opt.roads import Roads, read_roads, road_access, road_route, road_travel
from placement_opt.roads.network import straight_lines
from placement_opt.travel import METRES_PER_MILE
from tests.road_oracle import Road, all_seconds, graph_of, nearest_spots, problem_at

WEST, SOUTH = 400_000.0, 250_000.0
CORNER = np.array([WEST, SOUTH])
LEG_METRES_PER_MINUTE = 10 * METRES_PER_MILE / 60
"""Vehicles go at 10 miles an hour from door to road unless told otherwise."""


def network(points: dict[str, tuple[float, float]], roads: list[Road], **changes: Any) -> Roads:
    names = list(points)
    easting, northing = (np.array([points[name][axis] for name in names]) for axis in (0, 1))
    start, end = (np.array([names.index(getattr(road, side)) for road in roads]) for side in ("start", "end"))
    forth, back = (
        np.array([np.nan if getattr(road, way) is None else getattr(road, way) for road in roads], dtype=float)
        for way in ("forth", "back")
    )
    given = {
        "is_through": np.ones(len(names), dtype=bool),
        "is_walked": np.zeros(len(roads), dtype=bool),
        "is_kerb": np.ones(len(roads), dtype=bool),
        **changes,
    }
    return Roads(
        np.array(names, dtype=object),
        easting,
        northing,
        start=start,
        end=end,
        metres=np.array([road.metres for road in roads]),
        seconds_forth=forth,
        seconds_back=back,
        lines=straight_lines(easting, northing, start, end),
        **given,
    )


def line_of_four(**changes: Any) -> Roads:
    """A, B, C, D a kilometre apart on a line, driven at 10 metres a second."""
    points = {name: (WEST + 1_000 * at, SOUTH) for at, name in enumerate("ABCD")}
    roads = [Road(*ends, 1_000, 100, 100) for ends in ("AB", "BC", "CD")]
    return network(points, roads, **changes)


# -- against NetworkX ----------------------------------------------------------------------------------------------


@st.composite
def towns(draw: st.DrawFn) -> tuple[dict[str, tuple[float, float]], list[Road]]:
    """A ring that leads everywhere, chords and spurs at random, many of them one-way; no two between the same nodes."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    ring, spurs = draw(st.integers(3, 9)), draw(st.integers(0, 3))
    at = {f"N{node}": tuple((rng.uniform(0, 3_000, 2) + CORNER).tolist()) for node in range(ring + spurs)}
    names = list(at)
    ends = [(names[node], names[(node + 1) % ring]) for node in range(ring)]
    ends += [tuple(rng.permutation([names[ring + spur], rng.choice(names[:ring])]).tolist()) for spur in range(spurs)]
    ends += [tuple(rng.choice(names[:ring], 2, replace=False).tolist()) for _ in range(draw(st.integers(0, 8)))]
    roads, joined = [], set()
    for one, other in ends:
        if frozenset((one, other)) not in joined:
            joined.add(frozenset((one, other)))
            straight = float(np.hypot(*np.subtract(at[one], at[other])))
            forth, back = (float(straight * rng.uniform(0.05, 0.2)) for _ in range(2))
            roads.append(Road(one, other, straight, forth, None if rng.random() < 0.5 else back))
    return at, roads


@settings(max_examples=60, deadline=None)
@given(town=towns(), seed=st.integers(0, 10**6), more_schools=st.booleans())
def test_minutes_are_those_of_networkx_from_anywhere_along_a_road(
    town: tuple[dict[str, tuple[float, float]], list[Road]], seed: int, more_schools: bool
) -> None:
    at, roads = town
    rng = np.random.default_rng(seed)
    sizes = (3, 7) if more_schools else (7, 3)
    homes, schools = ([tuple(p) for p in (rng.uniform(-500, 3_500, (n, 2)) + CORNER).tolist()] for n in sizes)
    graph = graph_of(roads)
    inside = max(nx.strongly_connected_components(graph), key=len)
    used = [road for road in roads if road.start in inside and road.end in inside]
    home_spots, school_spots = (nearest_spots(used, at, points) for points in (homes, schools))
    seconds = all_seconds(graph_of(used), home_spots, school_spots)
    legs = np.array([[home.metres + school.metres for school in school_spots] for home in home_spots])

    found = road_travel(problem_at(homes, schools), network(at, roads), most_metres_to_road=10_000)

    assert found.minutes == pytest.approx(seconds / 60 + legs / LEG_METRES_PER_MINUTE, abs=0.0052)


@settings(max_examples=40, deadline=None)
@given(town=towns())
def test_the_part_that_is_used_is_the_largest_strongly_connected_one(
    town: tuple[dict[str, tuple[float, float]], list[Road]],
) -> None:
    at, roads = town
    found = network(at, roads)
    graph = graph_of(roads)
    parts = list(nx.strongly_connected_components(graph))
    assert found.is_connected.sum() == max(map(len, parts))
    inside = set(found.node_ids[found.is_connected].tolist())
    assert inside in parts
    assert set(found.cut_off) == set(graph) - inside


def test_of_equally_quick_ways_the_shortest_gives_the_miles() -> None:
    points = {"A": (WEST, SOUTH), "B": (WEST + 1_000, SOUTH), "C": (WEST + 500, SOUTH + 900)}
    roads = [Road("A", "B", 3_000, 120, 120), Road("A", "C", 1_000, 60, 60), Road("C", "B", 1_000, 60, 60)]
    found = road_travel(problem_at([points["A"]], [points["B"]]), network(points, roads))
    assert found.miles[0, 0] == round(2_000 / METRES_PER_MILE, 3)
    assert found.minutes[0, 0] == 2.0


def test_a_one_way_street_is_driven_round_the_block() -> None:
    points = {name: (WEST + 100 * x, SOUTH + 100 * y) for name, x, y in (("A", 0, 0), ("B", 1, 0), ("C", 1, 1))}
    roads = [Road(*ends, metres, metres, None) for ends, metres in (("AB", 100.0), ("BC", 100.0), ("CA", 141.0))]
    home, school = (WEST + 60, SOUTH), (WEST + 40, SOUTH)
    there = road_travel(problem_at([home], [school]), network(points, roads))
    back = road_travel(problem_at([school], [home]), network(points, roads))
    assert there.minutes[0, 0] == round((40 + 100 + 141 + 40) / 60, 2)
    assert back.minutes[0, 0] == round(20 / 60, 2)


def test_a_road_without_length_or_time_is_still_a_road() -> None:
    points = {"A": (WEST, SOUTH), "B": (WEST + 1_000, SOUTH), "C": (WEST + 1_000, SOUTH + 1)}
    roads = [Road("A", "B", 1_000, 100, 100), Road("B", "C", 0, 0, 0)]
    found = road_travel(problem_at([points["A"]], [(WEST + 1_000, SOUTH + 1)]), network(points, roads))
    assert found.minutes[0, 0] == round(100 / 60, 2)


# -- doors, posts, motorways, what cannot be reached -----------------------------------------------------------------


def test_the_way_from_door_to_road_counts_at_its_own_speed() -> None:
    problem = problem_at([(WEST + 500, SOUTH + 300)], [(WEST + 2_500, SOUTH - 100)])
    found = road_travel(problem, line_of_four(), access_miles_per_hour=20)
    assert found.minutes[0, 0] == round(200 / 60 + 400 / (2 * LEG_METRES_PER_MINUTE), 2)
    assert found.miles[0, 0] == round(2_400 / METRES_PER_MILE, 3)


def test_nodes_that_nobody_passes_through_are_no_way_and_no_place_to_start() -> None:
    is_through = np.array([True, True, False, True])
    with pytest.warns(AssumptionWarning, match="without journeys: 1 of 2 settings"):
        found = road_travel(
            problem_at([(WEST, SOUTH)], [(WEST + 1_000, SOUTH), (WEST + 3_000, SOUTH)]),
            line_of_four(is_through=is_through),
            most_metres_to_road=1_500,
        )
    assert found.minutes[0, 0] == round(100 / 60, 2)
    assert np.isnan(found.minutes[0, 1])


def test_nobody_gets_in_on_a_motorway() -> None:
    kerb = np.array([True, False, True])
    found = road_travel(problem_at([(WEST + 1_400, SOUTH)], [(WEST + 3_000, SOUTH)]), line_of_four(is_kerb=kerb))
    assert found.miles[0, 0] == round((400 + 2_000) / METRES_PER_MILE, 3)


def test_who_is_too_far_from_any_road_is_counted_and_named_on_request() -> None:
    problem = problem_at([(WEST, SOUTH), (WEST, SOUTH + 3_000)], [(WEST + 3_000, SOUTH)])
    with pytest.warns(AssumptionWarning, match="without journeys: 1 of 2 pupils"):
        found = road_travel(problem, line_of_four())
    assert np.isnan(found.minutes[:, 0]).tolist() == [False, True]
    told = found.recipe["snapping"]["by vehicle"]["pupils"]
    assert (told["rows"], told["without_road"], told["most_metres"]) == (2, 1, 0.0)
    access = road_access(problem, line_of_four())
    assert access.loc[access["metres"].isna(), "id"].tolist() == ["P0001"]


def test_roads_of_another_place_are_refused() -> None:
    with pytest.raises(InputError, match="covers eastings 400,000 to 403,000") as caught:
        road_travel(problem_at([(WEST, SOUTH + 90_000)], [(WEST, SOUTH + 90_000)]), line_of_four())
    assert [fault.table for fault in caught.value.faults] == ["pupils", "settings"]


@pytest.mark.parametrize("option", ["access_miles_per_hour", "most_metres_to_road"])
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_options_that_cannot_be_are_refused(option: str, value: float) -> None:
    with pytest.raises(ValueError, match=option):
        road_travel(problem_at([(WEST, SOUTH)], [(WEST, SOUTH)]), line_of_four(), **{option: value})


def test_a_network_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        line_of_four().metres[0] = 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"is_through": np.ones(3, dtype=bool)}, "is_through"), ({"is_kerb": np.ones(4, dtype=bool)}, "is_kerb")],
)
def test_arrays_of_different_lengths_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        line_of_four(**changes)


# -- walks and entitlement -------------------------------------------------------------------------------------------


def square_with_a_path() -> Roads:
    """A road of three sides round a field, two kilometres each, and a footpath across, driven at 10 metres a second."""
    points = {
        "A": (WEST, SOUTH),
        "B": (WEST, SOUTH + 2_000),
        "C": (WEST + 2_000, SOUTH + 2_000),
        "D": (WEST + 2_000, SOUTH),
    }
    roads = [Road(*ends, 2_000, 200, 200) for ends in ("AB", "BC", "CD")] + [Road("D", "A", 2_000, None, None)]
    return network(points, roads, is_walked=np.ones(4, dtype=bool))


def test_a_footpath_shortens_the_walk_but_not_the_drive() -> None:
    problem = problem_at([(WEST, SOUTH)], [(WEST + 2_000, SOUTH)])
    found = road_travel(problem, square_with_a_path())
    assert found.walk_miles is not None
    assert found.miles[0, 0] == round(6_000 / METRES_PER_MILE, 3)
    assert found.walk_miles[0, 0] == round(2_000 / METRES_PER_MILE, 3)


def test_entitlement_goes_by_the_walk_and_price_by_the_road() -> None:
    problem = problem_at([(WEST, SOUTH)], [(WEST + 2_000, SOUTH)])
    for walk, entitled in ((None, False), (False, True)):
        travel = road_travel(problem, square_with_a_path(), walk=walk)
        plan = po.solve(problem, travel)
        assert plan.placements["entitled"].tolist() == [entitled]  # 1.2 miles on foot, 3.7 by road; the limit is 3
        assert plan.placements["miles"].tolist() == [3.728]
        assert po.verify(problem, travel, plan).findings == ()


def test_a_plan_by_road_miles_is_wrong_where_the_walk_is_known() -> None:
    problem = problem_at([(WEST, SOUTH)], [(WEST + 2_000, SOUTH)])
    roads = square_with_a_path()
    plan = po.solve(problem, road_travel(problem, roads, walk=False))
    findings = po.verify(problem, road_travel(problem, roads), plan).findings
    assert "entitlement" in {finding.check for finding in findings}


def test_walks_go_to_a_file_and_back(tmp_path: Path) -> None:
    problem = problem_at([(WEST, SOUTH), (WEST, SOUTH + 1_000)], [(WEST + 2_000, SOUTH)])
    travel = road_travel(problem, square_with_a_path())
    path = po.write_travel(travel, tmp_path / "travel.csv")
    assert po.read_travel(path, problem).fingerprint() == travel.fingerprint()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",1.243", ",far").replace(",1.864", ",-1"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        po.read_travel(path, problem)
    assert [(fault.column, fault.value) for fault in caught.value.faults] == [
        ("walk_miles", "far"),
        ("walk_miles", "-1"),
    ]
    path.write_text(text.replace("miles,walk_miles", "walk miles,walk_miles"), encoding="utf-8")
    with pytest.raises(InputError, match="miles: The column is missing"):
        po.read_travel(path, problem)


def test_where_nobody_can_walk_transport_is_owed() -> None:
    problem = problem_at([(WEST, SOUTH)], [(WEST + 1_000, SOUTH)])
    travel = road_travel(problem, line_of_four(is_walked=np.array([False, False, True])), most_metres_to_road=900)
    assert travel.walk_miles is not None
    assert np.isnan(travel.walk_miles[0, 0])
    plan = po.solve(problem, travel)
    assert plan.placements["entitled"].tolist() == [True]
    assert po.verify(problem, travel, plan).findings == ()


def test_another_network_may_be_walked_on() -> None:
    problem = problem_at([(WEST, SOUTH)], [(WEST + 2_000, SOUTH)])
    found = road_travel(problem, line_of_four(), walk=square_with_a_path())
    assert found.walk_miles is not None
    assert found.walk_miles[0, 0] == round(2_000 / METRES_PER_MILE, 3)
    with pytest.raises(InputError, match="does not tell who may walk where"):
        road_travel(problem, square_with_a_path(), walk=line_of_four())


def test_a_walk_may_go_against_a_one_way_street() -> None:
    points = {"A": (WEST, SOUTH), "B": (WEST + 1_000, SOUTH), "C": (WEST, SOUTH + 1_000)}
    roads = [Road("A", "B", 1_000, 100, None), Road("B", "C", 1_500, 100, None), Road("C", "A", 1_000, 100, None)]
    found = road_travel(
        problem_at([points["B"]], [points["A"]]), network(points, roads, is_walked=np.ones(3, dtype=bool))
    )
    assert found.walk_miles is not None
    assert (found.walk_miles[0, 0], found.miles[0, 0]) == tuple(
        np.round([1_000 / METRES_PER_MILE, 2_500 / METRES_PER_MILE], 3)
    )


# -- outreach, routes, the way out to NetworkX -----------------------------------------------------------------------


def test_outreach_goes_along_roads_too() -> None:
    problem = problem_at([(WEST, SOUTH)], [(WEST, SOUTH), (WEST + 3_000, SOUTH)])
    provisions = problem.provisions.assign(kind=["hub", "spoke"])
    hubs = {
        "provision_id": ["S0000-special"],
        "team_hours_per_week": 30.0,
        "max_teams": 1,
        "team_gbp": 1.0,
        "max_spokes": 1,
        "max_link_minutes": 60.0,
    }
    problem = problem.replace(provisions=provisions, hubs=pd.DataFrame(hubs))
    between = road_travel(problem, line_of_four()).between
    assert between.to_numpy().tolist() == [["S0000", "S0001", 5.0, round(3_000 / METRES_PER_MILE, 3)]]


@pytest.mark.parametrize("on_foot", [False, True])
def test_a_route_is_as_long_as_its_line_and_begins_at_the_door(on_foot: bool) -> None:
    home, school = (WEST - 100, SOUTH + 700), (WEST + 2_100, SOUTH + 300)
    problem = problem_at([home], [school])
    roads = square_with_a_path()
    route = road_route(problem, roads, "P0000", "S0000", on_foot=on_foot)
    line = route.geometry.iloc[0]
    assert route.crs == "EPSG:27700"
    assert (line.coords[0], line.coords[-1]) == (home, school)
    assert line.length == pytest.approx(route["miles"].iloc[0] * METRES_PER_MILE, abs=0.1)
    travel = road_travel(problem, roads)
    known = travel.walk_miles if on_foot else travel.miles
    assert known is not None
    assert route["miles"].iloc[0] == pytest.approx(known[0, 0], abs=0.0006)
    middle = shapely.Point(WEST + 1_000, SOUTH if on_foot else SOUTH + 2_000)
    assert line.distance(middle) < 1e-6


def test_a_route_between_doors_at_one_spot_is_a_line_too() -> None:
    problem = problem_at([(WEST + 500, SOUTH + 10)], [(WEST + 500, SOUTH - 30)])
    route = road_route(problem, line_of_four(), "P0000", "S0000")
    assert route.geometry.iloc[0].length == pytest.approx(40)


def test_a_route_of_nobody_or_to_nowhere_is_refused() -> None:
    problem = problem_at([(WEST, SOUTH)], [(WEST, SOUTH + 5_000)])
    with pytest.raises(InputError, match="is not in the problem"):
        road_route(problem, line_of_four(), "P9", "S0000")
    with pytest.raises(InputError, match="cannot be reached"):
        road_route(problem, line_of_four(), "P0000", "S0000")


def test_a_network_goes_out_to_networkx_and_comes_back() -> None:
    roads = square_with_a_path()
    problem = problem_at([(WEST + 10, SOUTH + 20)], [(WEST + 2_000, SOUTH + 900)])
    again = road_travel(problem, roads.to_networkx())
    assert np.array_equal(again.minutes, road_travel(problem, roads).minutes)


# -- kept journeys ---------------------------------------------------------------------------------------------------


def kept(folder: Path, **options: Any) -> po.TravelMatrix:
    problem = problem_at([(WEST, SOUTH), (WEST + 900, SOUTH)], [(WEST + 2_000, SOUTH)])
    return road_travel(problem, square_with_a_path(), cache=folder, **options)


def test_kept_journeys_are_the_same_journeys(tmp_path: Path) -> None:
    first = kept(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = kept(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    assert again.fingerprint() == first.fingerprint()
    assert json.dumps(dict(again.recipe)) == json.dumps(dict(first.recipe))
    assert (
        first.fingerprint()
        == road_travel(
            problem_at([(WEST, SOUTH), (WEST + 900, SOUTH)], [(WEST + 2_000, SOUTH)]), square_with_a_path()
        ).fingerprint()
    )


def test_other_options_are_another_question(tmp_path: Path) -> None:
    kept(tmp_path)
    kept(tmp_path, access_miles_per_hour=5)
    kept(tmp_path, walk=False)
    kept(tmp_path, most_metres_to_road=5_000)
    assert len(list(tmp_path.iterdir())) == 4


def test_kept_journeys_hold_no_ids_and_no_points(tmp_path: Path) -> None:
    kept(tmp_path)
    with np.load(next(tmp_path.iterdir()), allow_pickle=False) as stored:
        texts = "".join(str(stored[name]) for name in stored.files)
    assert "P0000" not in texts
    assert "S0000" not in texts
    assert str(int(WEST)) not in texts


@pytest.mark.parametrize("damage", ["cut", "empty", "junk", "foreign", "changed"])
def test_damaged_or_foreign_kept_journeys_are_noticed(tmp_path: Path, damage: str) -> None:
    first = kept(tmp_path)
    path = next(tmp_path.iterdir())
    if damage == "foreign":
        kept(tmp_path, walk=False)
        (other,) = set(tmp_path.iterdir()) - {path}
        other.replace(path)
    elif damage == "changed":
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        np.savez(path, **{**arrays, "minutes": arrays["minutes"] + 1})
    else:
        path.write_bytes({"cut": path.read_bytes()[:100], "empty": b"", "junk": b"no journeys"}[damage])
    with pytest.warns(UserWarning, match="worked out again") as caught:
        again = kept(tmp_path)
    assert "unsafe" not in str(caught[0].message)
    assert again.fingerprint() == first.fingerprint()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kept(tmp_path)


# -- the command line ------------------------------------------------------------------------------------------------


def test_a_run_along_roads_is_verified_from_its_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = problem_at([(WEST, SOUTH), (WEST + 900, SOUTH)], [(WEST + 2_000, SOUTH)])
    tables = po.write_problem(problem, tmp_path / "tables")
    graph = square_with_a_path().to_networkx()
    for _, _, data in graph.edges(data=True):
        data["geometry"] = data["geometry"].wkt
    nx.write_graphml(graph, tmp_path / "roads.graphml")
    out, keep = tmp_path / "out", tmp_path / "kept"
    roads = ["--roads", str(tmp_path / "roads.graphml"), "--roads-cache", str(keep)]
    assert main(["solve", str(tables), *roads, "--out", str(out)]) == 0
    assert po.load_plan(out / "run.json").record["travel"]["recipe"]["roads"]["file"] == "roads.graphml"
    assert main(["verify", str(out / "run.json")]) == 0
    capsys.readouterr()
    assert main(["check", str(tables), *roads]) == 0
    assert "road graph roads.graphml" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["check", str(tables), *roads, "--travel", "x.csv"])
    (tmp_path / "roads.graphml").write_text("<graphml", encoding="utf-8")
    assert main(["verify", str(out / "run.json")]) == 1
    assert "cut off" in capsys.readouterr().err


def test_read_roads_is_public() -> None:
    assert po.read_roads is read_roads
