"""Real roads: a county of OpenStreetMap, a graph of OSMnx, a traffic model; from the file to a verified plan."""

import re
from functools import cache
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import placement_opt as po
from placement_opt.errors import InputError
from placement_opt.roads import Roads, read_roads, road_travel
from placement_opt.travel import METRES_PER_MILE
from tests.road_oracle import Road, all_seconds, graph_of, nearest_spots, problem_at

DATA = Path(__file__).parents[2] / "shared" / "data"
ROADS = DATA / "roads"
TNTP = ROADS / "west_midlands" / "Birmingham_Net.tntp"
RUTLAND = "E06000017"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not ROADS.is_dir(), reason="../shared/data/roads is not here"),
]


@cache
def west_midlands() -> Roads:
    return read_roads(TNTP, length_metres=1_000, time_seconds=3_600)


def tntp_by_hand() -> tuple[list[Road], dict[str, tuple[float, float]]]:
    """Read the network line by line, without its zones; both directions of a road apart."""
    at = {}
    for line in (TNTP.parent / "Birmingham_Nodes.tntp").read_text(encoding="utf-8").splitlines()[1:]:
        node, x, y = line.split()
        at[node] = (float(x), float(y))
    hours: dict[tuple[str, str], tuple[float, float]] = {}
    for line in TNTP.read_text(encoding="utf-8").splitlines():
        if re.match(r"\t\d", line):
            start, end, _, kilometres, time = line.split()[:5]
            if int(start) >= 899 and int(end) >= 899 and start != end:
                known = hours.get((start, end), (np.inf, np.inf))
                hours[start, end] = min(known, (float(time), float(kilometres)))
    roads = []
    for (start, end), (time, kilometres) in hours.items():
        back = hours.get((end, start))
        if back is None or (int(start) < int(end)):
            roads.append(Road(start, end, kilometres * 1_000, time * 3_600, None if back is None else back[0] * 3_600))
    return roads, at


def test_a_thousand_journeys_are_those_of_networkx_to_the_second() -> None:
    roads, at = tntp_by_hand()
    inside = max(nx.strongly_connected_components(graph_of(roads)), key=len)
    used = [road for road in roads if road.start in inside and road.end in inside]
    rng = np.random.default_rng(20)
    homes, schools = (
        [
            tuple(point)
            for point in np.column_stack([rng.uniform(380_000, 410_000, n), rng.uniform(240_000, 280_000, n)])
        ]
        for n in (100, 10)
    )
    home_spots, school_spots = (nearest_spots(used, at, points) for points in (homes, schools))
    legs = np.array([[home.metres + school.metres for school in school_spots] for home in home_spots])
    expected = all_seconds(graph_of(used), home_spots, school_spots) + legs * 3_600 / (10 * METRES_PER_MILE)

    found = road_travel(problem_at(homes, schools), west_midlands(), most_metres_to_road=10_000)

    assert found.minutes.size == 1_000
    assert np.abs(found.minutes * 60 - expected).max() < 0.5
    assert set(west_midlands().cut_off) == set(graph_of(roads)) - inside


def worcestershire() -> po.Problem:
    area = DATA / "areas" / "worcestershire"
    return po.read_registers(
        register=area / "edubasealldata.csv",
        sen2=area,
        postcodes=area / "codepoint_open.csv",
        salt="for the test of roads",
    )


@pytest.mark.filterwarnings("ignore::placement_opt.errors.AssumptionWarning")
def test_worcestershire_is_planned_along_roads(tmp_path: Path) -> None:
    problem = worcestershire()
    travel = road_travel(problem, west_midlands(), most_metres_to_road=5_000, cache=tmp_path)
    assert not np.isnan(travel.minutes).any()
    assert travel.recipe["snapping"]["by vehicle"]["pupils"]["rows"] == len(problem.pupils)
    plan = po.solve(problem, travel)
    po.verify(problem, travel, plan).raise_if_wrong()
    again = road_travel(problem, west_midlands(), most_metres_to_road=5_000, cache=tmp_path)
    assert again.fingerprint() == travel.fingerprint()


# -- Rutland ----------------------------------------------------------------------------------------------------------


@cache
def rutland_roads() -> Roads:
    return read_roads(ROADS / "rutland-latest.osm.pbf")


def rutland() -> po.Problem:
    """Return made-up pupils at real postcodes, and the open schools of the county with made-up places."""
    names = ["postcode", "quality", "easting", "northing", *"abcde", "ward"]
    codes = pd.concat(pd.read_csv(DATA / "postcodes" / f"{area}.csv.gz", names=names) for area in ("le", "pe"))
    homes = (
        codes[codes["e"] == RUTLAND].sort_values("postcode")[["easting", "northing"]].iloc[::9].reset_index(drop=True)
    )
    register = pd.read_csv(DATA / "register" / "gias_open_20250524.csv.gz", dtype={"urn": str})
    schools = register[(register["la_name"] == "Rutland") & register["easting"].notna()].reset_index(drop=True)
    number = np.arange(len(homes))
    pupils = homes.assign(
        pupil_id=[f"P{at:03}" for at in number],
        year_group=number % 12,
        need=np.array(["ASD", "SLCN", "SEMH", "MLD"])[number % 4],
    )
    settings = pd.DataFrame(
        {
            "setting_id": schools["urn"],
            "name": schools["establishment_name"],
            "easting": schools["easting"],
            "northing": schools["northing"],
        }
    )
    provisions = pd.DataFrame(
        {
            "provision_id": schools["urn"] + "-base",
            "setting_id": schools["urn"],
            "kind": "special",
            "places": -(-2 * len(homes) // len(schools)),
            "topup_gbp": 12_000.0,
        }
    )
    return po.Problem(pupils=pupils, settings=settings, provisions=provisions)


def test_rutland_is_read_planned_and_verified() -> None:
    problem, roads = rutland(), rutland_roads()
    travel = road_travel(problem, roads)
    assert len(problem.pupils) > 80
    assert not np.isnan(travel.minutes).any()
    straight = po.crow_fly(problem, circuity=1.0).miles
    assert travel.walk_miles is not None
    assert (travel.miles >= straight - 0.01).all()  # the grid stretches a mile by a few feet at most
    assert (travel.walk_miles >= straight - 0.01).all()
    assert (travel.miles[travel.miles < 15] / np.maximum(travel.minutes[travel.miles < 15], 0.01) * 60 <= 60).all()
    plan = po.solve(problem, travel)
    po.verify(problem, travel, plan).raise_if_wrong()
    assert plan.unplaced_pupils == 0
    by_road = po.solve(problem, road_travel(problem, roads, walk=False))
    assert plan.placements["entitled"].sum() <= by_road.placements["entitled"].sum()


def test_ways_of_rutland_are_those_of_networkx() -> None:
    roads = rutland_roads()
    graph = roads.to_networkx()
    walks = nx.Graph()
    for edge in np.flatnonzero(roads.is_walked).tolist():
        ends = (int(roads.start[edge]), int(roads.end[edge]))
        metres = min(float(roads.metres[edge]), walks.get_edge_data(*ends, {"weight": np.inf})["weight"])
        walks.add_edge(*ends, weight=metres)
    names = dict(zip(roads.node_ids.tolist(), range(len(roads.node_ids)), strict=True))
    inside = max(nx.strongly_connected_components(graph), key=len)
    assert set(roads.cut_off) <= set(graph) - inside
    corners = [node for node in sorted(inside) if names[node] in walks][::400][:12]
    points = [(graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in corners]
    travel = road_travel(problem_at(points, points), roads)
    assert travel.walk_miles is not None
    for row, home in enumerate(corners):
        seconds = nx.single_source_dijkstra_path_length(graph, home, weight="travel_time")
        metres = nx.single_source_dijkstra_path_length(walks, names[home])
        for column, school in enumerate(corners):
            assert travel.minutes[row, column] * 60 == pytest.approx(seconds[school], abs=0.5)
            assert travel.walk_miles[row, column] == pytest.approx(metres[names[school]] / METRES_PER_MILE, abs=0.002)


def test_a_cut_off_extract_of_rutland_is_refused(tmp_path: Path) -> None:
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes((ROADS / "rutland-latest.osm.pbf").read_bytes()[:600_000])
    with pytest.raises(InputError, match="damaged or cut off"):
        read_roads(cut)


# -- Cambridge --------------------------------------------------------------------------------------------------------


def test_the_14_nodes_of_cambridge_that_cannot_be_reached_are_named_and_gone_round() -> None:
    path = ROADS / "cambridge.graphml"
    roads = read_roads(path)
    graph = nx.read_graphml(path)
    outside = set(graph) - max(nx.strongly_connected_components(graph), key=len)
    assert set(roads.cut_off) == outside
    assert len(outside) == 14
    is_outside = np.isin(roads.node_ids, list(outside))
    homes = list(zip(roads.easting[is_outside].tolist(), roads.northing[is_outside].tolist(), strict=True))
    problem = problem_at(homes, [(545_000.0, 258_500.0), (546_500.0, 257_000.0)])
    travel = road_travel(problem, roads)
    assert not np.isnan(travel.minutes).any()
    assert travel.recipe["roads"]["nodes_cut_off"] == 14
    assert set(travel.recipe["roads"]["named_cut_off"]) == outside
    access = po.road_access(problem, roads)
    told = travel.recipe["snapping"]["by vehicle"]["pupils"]["nearer_road_cut_off"]
    assert told == access["nearer_cut_off"].sum() > 0
    assert (access.loc[access["nearer_cut_off"], "metres"] > 1).all()
