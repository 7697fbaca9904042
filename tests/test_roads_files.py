"""Road files: what is read from each kind, what is left out, and what is said of files that cannot be used."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from placement_opt.errors import InputError
from placement_opt.roads import Roads, read_roads, road_travel
from placement_opt.roads.speeds import OSM_MPH
from placement_opt.travel import METRES_PER_MILE
from tests.road_oracle import problem_at

WEST, SOUTH = 400_000.0, 250_000.0
DEGREES = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)


def seconds_at(mph: float, metres: float) -> float:
    return metres * 3_600 / (mph * METRES_PER_MILE)


# -- OpenStreetMap ----------------------------------------------------------------------------------------------------

NODES = {name: (at, 1_000.0 * (at % 5), 1_000.0 * (at // 5)) for at, name in enumerate("ABCDEFGHIJ", start=1)}


def write_pbf(
    path: Path, ways: list[tuple[str, dict[str, str]]], barriers: dict[str, dict[str, str]] | None = None
) -> Path:
    """Write nodes a kilometre apart and ways, each given by the letters of its nodes and its tags; Z is nowhere."""
    tags = barriers or {}
    with osmium.SimpleWriter(str(path)) as writer:
        for name, (number, x, y) in NODES.items():
            place = DEGREES.transform(WEST + x, SOUTH + y)
            writer.add_node(osmium.osm.mutable.Node(id=number, location=place, tags=tags.get(name, {})))
        for number, (letters, described) in enumerate(ways, start=1):
            refs = [NODES[name][0] if name in NODES else 999 for name in letters]
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=refs, tags=described))
    return path


def directions_of(roads: Roads) -> dict[str, tuple[bool, bool, bool, bool]]:
    """Return for each edge, by the letters of its ends: driven forth, back, walked, a kerb."""
    letters = {str(number): name for name, (number, _, _) in NODES.items()}
    return {
        letters[roads.node_ids[roads.start[edge]]] + letters[roads.node_ids[roads.end[edge]]]: (
            not np.isnan(roads.seconds_forth[edge]),
            not np.isnan(roads.seconds_back[edge]),
            bool(roads.is_walked[edge]),
            bool(roads.is_kerb[edge]),
        )
        for edge in range(len(roads.start))
    }


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "residential"}, (True, True, True, True)),
        ({"highway": "residential", "oneway": "yes"}, (True, False, True, True)),
        ({"highway": "residential", "oneway": "-1"}, (False, True, True, True)),
        ({"highway": "primary", "junction": "roundabout"}, (True, False, True, True)),
        ({"highway": "motorway"}, (True, False, False, False)),
        ({"highway": "motorway_link", "oneway": "no"}, (True, True, False, False)),
        ({"highway": "trunk", "foot": "no"}, (True, True, False, True)),
        ({"highway": "trunk", "motorroad": "yes"}, (True, True, False, True)),
        ({"highway": "footway"}, (False, False, True, True)),
        ({"highway": "track", "motor_vehicle": "yes"}, (False, False, True, True)),
        ({"highway": "service", "access": "private", "foot": "yes"}, (False, False, True, True)),
        ({"highway": "residential", "access": "no", "motor_vehicle": "destination"}, (True, True, False, True)),
    ],
)
def test_tags_say_who_may_drive_and_walk(tmp_path: Path, tags: dict[str, str], expected: tuple[bool, ...]) -> None:
    assert directions_of(read_roads(write_pbf(tmp_path / "x.osm.pbf", [("AB", tags)]))) == {"AB": expected}


@pytest.mark.parametrize(
    "tags", [{"highway": "construction"}, {"highway": "service", "access": "private"}, {"highway": "proposed"}]
)
def test_ways_that_nobody_uses_are_counted(tmp_path: Path, tags: dict[str, str]) -> None:
    roads = read_roads(write_pbf(tmp_path / "x.osm.pbf", [("AB", tags), ("BC", {"highway": "primary"})]))
    assert list(directions_of(roads)) == ["BC"]
    assert "1 ways left out: neither driven nor walked." in roads.notes


def test_ways_are_cut_where_they_meet_and_keep_their_shape(tmp_path: Path) -> None:
    road = {"highway": "tertiary"}
    roads = read_roads(write_pbf(tmp_path / "x.osm.pbf", [("ABCH", road), ("CD", road)]))
    assert set(directions_of(roads)) == {"AC", "CH", "CD"}
    lengths = dict(zip(directions_of(roads), roads.metres.tolist(), strict=True))
    assert lengths == pytest.approx({"AC": 2_000, "CH": 1_000, "CD": 1_000}, abs=0.5)
    assert [shapely.get_num_points(line) for line in roads.lines] == [3, 2, 2]


@pytest.mark.parametrize(
    ("tags", "mph"),
    [
        ({}, 40.0),
        ({"maxspeed": "20 mph"}, 20.0),
        ({"maxspeed": "60 mph"}, 40.0),
        ({"maxspeed": "32.18688"}, 20.0),
        ({"maxspeed": "signals"}, 40.0),
    ],
)
def test_a_road_is_driven_at_its_class_or_its_limit(tmp_path: Path, tags: dict[str, str], mph: float) -> None:
    roads = read_roads(write_pbf(tmp_path / "x.osm.pbf", [("AB", {"highway": "primary", **tags})]))
    assert roads.seconds_forth[0] == pytest.approx(seconds_at(mph, roads.metres[0]))


def test_speeds_may_be_given_and_are_kept_in_the_recipe(tmp_path: Path) -> None:
    path = write_pbf(tmp_path / "x.osm.pbf", [("AB", {"highway": "primary"})])
    roads = read_roads(path, speeds_mph={"primary": 33})
    assert roads.seconds_forth[0] == pytest.approx(seconds_at(33, roads.metres[0]))
    assert roads.recipe["mph"] == {**OSM_MPH, "primary": 33.0}
    assert "assumed" in roads.recipe["mph_source"]
    assert len(roads.recipe["sha256"]) == 64


@pytest.mark.parametrize("speeds", [{"primry": 30}, {"primary": 0}, {"primary": 101}, {"primary": float("nan")}])
def test_speeds_that_cannot_be_are_refused(tmp_path: Path, speeds: dict[str, float]) -> None:
    path = write_pbf(tmp_path / "x.osm.pbf", [("AB", {"highway": "primary"})])
    with pytest.raises(ValueError, match="speeds_mph"):
        read_roads(path, speeds_mph=speeds)


@pytest.mark.parametrize(
    ("barrier", "passes"),
    [
        ({"barrier": "bollard"}, False),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, True),
        ({"barrier": "gate"}, True),
        ({"barrier": "gate", "access": "private"}, False),
    ],
)
def test_vehicles_do_not_pass_posts(tmp_path: Path, barrier: dict[str, str], passes: bool) -> None:
    road = {"highway": "residential"}
    path = write_pbf(tmp_path / "x.osm.pbf", [("ABC", road), ("AFC", road), ("CD", road)], {"B": barrier})
    problem = problem_at([(WEST + 1_000, SOUTH)], [(WEST + 3_000, SOUTH)])  # from A to C: 2 km by B, more by F
    travel = road_travel(problem, read_roads(path))
    assert (travel.miles[0, 0] < 1.3) == passes
    assert travel.walk_miles is not None
    assert travel.walk_miles[0, 0] == pytest.approx(2_000 / METRES_PER_MILE, abs=0.01)


def test_nodes_beyond_the_edge_of_the_extract_are_counted(tmp_path: Path) -> None:
    road = {"highway": "residential"}
    roads = read_roads(write_pbf(tmp_path / "x.osm.pbf", [("ABZ", road), ("AZ", road)]))
    assert list(directions_of(roads)) == ["AB"]
    assert "2 nodes of ways left out: the file does not say where they are." in roads.notes
    assert "1 ways left out: fewer than two nodes." in roads.notes


def test_an_extract_that_is_cut_off_or_empty_is_refused(tmp_path: Path) -> None:
    whole = write_pbf(tmp_path / "whole.osm.pbf", [("AB", {"highway": "residential"})])
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(whole.read_bytes()[:-20])
    with pytest.raises(InputError, match="damaged or cut off"):
        read_roads(cut)
    with pytest.raises(InputError, match="holds no road"):
        read_roads(write_pbf(tmp_path / "none.osm.pbf", [("AB", {"building": "yes"})]))


# -- NetworkX and GraphML ---------------------------------------------------------------------------------------------


def small_graph(**edge: Any) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph(crs="EPSG:27700")
    for name, x in (("A", 0.0), ("B", 1_000.0)):
        graph.add_node(name, x=WEST + x, y=SOUTH)
    given = {name: value for name, value in {"length": 1_000.0, **edge}.items() if value is not None}
    graph.add_edge("A", "B", **given)
    graph.add_edge("B", "A", **given)
    return graph


@pytest.mark.parametrize(
    ("edge", "seconds"),
    [
        ({"travel_time": 50, "speed_kph": 10}, 50.0),
        ({"speed_kph": 36, "highway": "service"}, 100.0),
        ({"maxspeed": "20 mph"}, seconds_at(20, 1_000)),
        ({"highway": "primary"}, seconds_at(40, 1_000)),
        ({"highway": ["primary", "residential"], "maxspeed": "['30 mph', '40 mph']"}, seconds_at(20, 1_000)),
        ({"highway": "busway"}, seconds_at(10, 1_000)),
    ],
)
def test_the_time_of_an_edge_is_the_first_that_is_known(edge: dict[str, Any], seconds: float) -> None:
    problem = problem_at([(WEST, SOUTH)], [(WEST + 1_000, SOUTH)])
    assert road_travel(problem, small_graph(**edge)).minutes[0, 0] == round(seconds / 60, 2)


def test_a_graph_is_not_changed() -> None:
    graph = small_graph(highway="primary", maxspeed="30 mph")
    before = nx.to_dict_of_dicts(graph)
    told = repr((before, graph.graph, dict(graph.nodes(data=True))))
    road_travel(problem_at([(WEST, SOUTH)], [(WEST + 1_000, SOUTH)]), graph)
    assert repr((nx.to_dict_of_dicts(graph), graph.graph, dict(graph.nodes(data=True)))) == told


def test_both_directions_of_a_road_are_one_edge_and_two_roads_are_two() -> None:
    graph = small_graph(highway="primary")
    bend = shapely.LineString([(WEST, SOUTH), (WEST + 500, SOUTH + 400), (WEST + 1_000, SOUTH)])
    graph.add_edge("A", "B", length=bend.length, highway="primary", geometry=bend)
    graph.add_edge("B", "A", length=bend.length, highway="primary", geometry=shapely.reverse(bend))
    from placement_opt.roads.reading import as_roads  # noqa: PLC0415

    roads = as_roads(graph)
    assert len(roads.start) == 2
    assert not np.isnan([roads.seconds_forth, roads.seconds_back]).any()


def test_graphml_says_the_same_as_the_graph(tmp_path: Path) -> None:
    graph = small_graph(highway="residential", maxspeed="20 mph")
    nx.write_graphml(graph, tmp_path / "x.graphml")
    problem = problem_at([(WEST + 100, SOUTH + 5)], [(WEST + 900, SOUTH)])
    one, other = road_travel(problem, graph), road_travel(problem, tmp_path / "x.graphml")
    assert one.fingerprint() == other.fingerprint()
    assert any("The graph has no footpaths" in note for note in other.recipe["roads"]["notes"])
    assert other.walk_miles is not None


def test_a_graph_in_degrees_is_put_on_the_grid() -> None:
    graph = small_graph(travel_time=60)
    for _, data in graph.nodes(data=True):
        data["x"], data["y"] = DEGREES.transform(data["x"], data["y"])
    graph.graph["crs"] = "epsg:4326"
    travel = road_travel(problem_at([(WEST, SOUTH)], [(WEST + 1_000, SOUTH)]), graph)
    assert travel.minutes[0, 0] == pytest.approx(1.0, abs=0.01)


def _broken(change: str) -> Any:
    graph = small_graph(travel_time=60)
    if change == "no graph":
        return {"A": "B"}
    if change == "empty":
        return nx.DiGraph(crs="EPSG:27700")
    if change == "no coordinates":
        del graph.nodes["A"]["x"]
        graph.nodes["B"]["y"] = "north"
    elif change == "no lengths":
        return small_graph(travel_time=60, length=None)
    elif change == "no times":
        return small_graph()
    elif change == "no crs":
        del graph.graph["crs"]
    elif change == "strange crs":
        graph.graph["crs"] = "the moon"
    elif change == "wrong crs":
        graph.graph["crs"] = "EPSG:3857"
    return graph


@pytest.mark.parametrize(
    ("change", "message", "faults"),
    [
        ("no graph", "'dict' is not a road graph. Give a NetworkX graph", 1),
        ("empty", "The graph has no nodes or no edges", 1),
        ("no coordinates", "The node has no such coordinate", 2),
        ("no lengths", "The edge has no length", 2),
        ("no times", "The edge has no travel_time", 2),
        ("no crs", "does not say its reference system", 1),
        ("strange crs", "'the moon' is not a coordinate reference system", 1),
        ("wrong crs", "no node lies in Great Britain", 1),
    ],
)
def test_graphs_that_cannot_be_used_are_refused(change: str, message: str, faults: int) -> None:
    with pytest.raises(InputError, match=message) as caught:
        road_travel(problem_at([(WEST, SOUTH)], [(WEST, SOUTH)]), _broken(change))
    assert len(caught.value.faults) == faults


def test_a_file_that_is_no_graphml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.graphml").write_text("<graphml><graph", encoding="utf-8")
    with pytest.raises(InputError, match="not GraphML, or is cut off"):
        read_roads(tmp_path / "x.graphml")


# -- OS Open Roads ----------------------------------------------------------------------------------------------------

GEOPACKAGE = {
    "id": "id", "class": "road_classification", "form": "form_of_way", "start": "start_node", "end": "end_node",
    "links": "road_link", "nodes": "road_node",
}  # fmt: skip
SHAPEFILE = {
    "id": "identifier", "class": "class", "form": "formOfWay", "start": "startNode", "end": "endNode",
    "links": "SO_RoadLink", "nodes": "SO_RoadNode",
}  # fmt: skip


def open_roads_frames(names: dict[str, str]) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """A motorway, a dual A road, a roundabout, an unclassified street and a guided busway, from A to F."""
    sorts = [
        ("Motorway", "Collapsed Dual Carriageway"),
        ("A Road", "Dual Carriageway"),
        ("A Road", "Roundabout"),
        ("Unclassified", "Single Carriageway"),
        ("Not Classified", "Guided Busway"),
    ]
    points = [shapely.Point(WEST + 1_000 * at, SOUTH) for at in range(6)]
    nodes = gpd.GeoDataFrame(
        {names["id"]: list("ABCDEF"), "form_of_road_node": "junction"}, geometry=points, crs="EPSG:27700"
    )
    links = gpd.GeoDataFrame(
        {
            names["id"]: [f"L{at}" for at in range(5)],
            "fictitious": False,
            names["class"]: [sort for sort, _ in sorts],
            names["form"]: [form for _, form in sorts],
            "length": 1_000,
            names["start"]: list("ABCDE"),
            names["end"]: list("BCDEF"),
        },
        geometry=[shapely.LineString(points[at : at + 2]) for at in range(5)],
        crs="EPSG:27700",
    )
    return links, nodes


def write_open_roads(path: Path, names: dict[str, str], links: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame) -> Path:
    links.to_file(path, layer=names["links"], driver="GPKG")
    nodes.to_file(path, layer=names["nodes"], driver="GPKG")
    return path


@pytest.mark.parametrize("names", [GEOPACKAGE, SHAPEFILE], ids=["geopackage", "shapefile"])
def test_open_roads_are_read_under_both_spellings(tmp_path: Path, names: dict[str, str]) -> None:
    roads = read_roads(write_open_roads(tmp_path / "oproad_gb.gpkg", names, *open_roads_frames(names)))
    expected = [seconds_at(mph, 1_000) for mph in (60, 50, 20, 20)]
    assert roads.seconds_forth[:4] == pytest.approx(expected)
    assert roads.seconds_back[:4] == pytest.approx(expected)
    assert np.isnan(roads.seconds_forth[4])
    assert roads.is_walked.tolist() == [False, True, True, True, False]
    assert roads.is_kerb.tolist() == [False, True, True, True, True]
    assert "OS Open Roads does not know one-way streets: every road is driven both ways." in roads.notes


def test_speeds_of_open_roads_may_be_given_by_class_and_form(tmp_path: Path) -> None:
    path = write_open_roads(tmp_path / "x.gpkg", GEOPACKAGE, *open_roads_frames(GEOPACKAGE))
    roads = read_roads(path, speeds_mph={"A Road, Dual Carriageway": 61, "Unclassified": 17})
    assert roads.seconds_forth[[1, 3]] == pytest.approx([seconds_at(61, 1_000), seconds_at(17, 1_000)])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("no node layer", "no layer of roadnode"),
        ("no class", "roadclassification"),
        ("lost node", "2 links|1 links (begin|end) at a node"),
        ("no length", "5 links have no length"),
        ("empty", "is empty or has no geometry"),
        ("wrong crs", "no node lies in Great Britain"),
    ],
)
def test_open_roads_that_cannot_be_used_are_refused(tmp_path: Path, change: str, message: str) -> None:
    links, nodes = open_roads_frames(GEOPACKAGE)
    path = tmp_path / "x.gpkg"
    if change == "no node layer":
        links.to_file(path, layer="road_link", driver="GPKG")
    else:
        links = links.drop(columns="road_classification") if change == "no class" else links
        links = links.assign(length=None) if change == "no length" else links
        links = links.iloc[:0] if change == "empty" else links
        nodes = nodes.iloc[1:] if change == "lost node" else nodes
        if change == "wrong crs":
            links, nodes = (frame.set_crs("EPSG:4326", allow_override=True) for frame in (links, nodes))
        write_open_roads(path, GEOPACKAGE, links, nodes)
    with pytest.raises(InputError, match=message):
        read_roads(path)


def test_a_geopackage_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.gpkg").write_text("roads", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        read_roads(tmp_path / "x.gpkg")


# -- tables -----------------------------------------------------------------------------------------------------------

EDGES = "from,to,length,time,one way,walk\nA,B,1000,60,no,yes\nB,C,1000,60,yes,no\nC,A,2500,60,,\n"
PLACES = f"node,x,y,through\nA,{WEST},{SOUTH},\nB,{WEST + 1_000},{SOUTH},yes\nC,{WEST + 1_000},{SOUTH + 1_000},no\n"


def write_tables(folder: Path, edges: str = EDGES, places: str = PLACES) -> dict[str, Path]:
    (folder / "edges.csv").write_text(edges, encoding="utf-8")
    (folder / "nodes.csv").write_text(places, encoding="utf-8")
    return {"path": folder / "edges.csv", "nodes": folder / "nodes.csv"}


def test_a_table_of_edges_is_read(tmp_path: Path) -> None:
    roads = read_roads(**write_tables(tmp_path))
    assert roads.node_ids.tolist() == ["A", "B", "C"]
    assert roads.is_through.tolist() == [True, True, False]
    assert np.isnan(roads.seconds_back).tolist() == [False, True, False]
    assert roads.is_walked.tolist() == [True, False, False]
    assert read_roads(**write_tables(tmp_path), no_through=["B"]).is_through.tolist() == [True, False, False]


def test_both_directions_in_a_table_are_one_road(tmp_path: Path) -> None:
    edges = "from,to,length,time,one_way\nA,B,1000,60,yes\nB,A,1000,90,yes\n"
    roads = read_roads(**write_tables(tmp_path, edges))
    assert (roads.seconds_forth.tolist(), roads.seconds_back.tolist()) == ([60.0], [90.0])


def test_units_of_a_table_are_given(tmp_path: Path) -> None:
    edges = "from,to,length,time\nA,B,1,1\nB,C,1,1\n"
    roads = read_roads(**write_tables(tmp_path, edges), length_metres=1_000, time_seconds=60)
    assert (roads.metres.tolist(), roads.seconds_forth.tolist()) == ([1_000.0] * 2, [60.0] * 2)
    with pytest.raises(InputError, match="`length_metres` \\(1000 for kilometres"):
        read_roads(**write_tables(tmp_path, edges))
    edges = "from,to,length,time\nA,B,1000,0.01\nB,A,1000,0.01\n"
    with pytest.raises(InputError, match="`time_seconds` \\(60 for minutes"):
        read_roads(**write_tables(tmp_path, edges.replace("C,", "A,"), PLACES.replace(",no", ",yes")))
    with pytest.raises(ValueError, match="cannot be"):
        read_roads(**write_tables(tmp_path), length_metres=0)


def test_all_faults_of_both_tables_are_told_at_once(tmp_path: Path) -> None:
    edges = "from,to,length,time,one_way\nA,X,1000,60,no\nA,B,far,-1,perhaps\n"
    places = f"node,x,y\nA,{WEST},{SOUTH}\nA,{WEST},{SOUTH}\nB,east,{SOUTH}\n"
    with pytest.raises(InputError) as caught:
        read_roads(**write_tables(tmp_path, edges, places))
    where = {(fault.table, fault.column, fault.row, fault.value) for fault in caught.value.faults}
    assert where == {
        ("edges.csv", "to", "2", "X"),
        ("edges.csv", "length", "3", "far"),
        ("edges.csv", "time", "3", "-1"),
        ("edges.csv", "oneway", "3", "perhaps"),
        ("nodes.csv", "node", "3", "A"),
        ("nodes.csv", "x", "4", "east"),
    }


def test_tables_without_columns_rows_or_nodes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="The column is missing") as caught:
        read_roads(**write_tables(tmp_path, "from,to\nA,B\n", "node,x\nA,1\n"))
    assert [fault.column for fault in caught.value.faults] == ["length", "time", "y"]
    with pytest.raises(InputError, match="no rows"):
        read_roads(**write_tables(tmp_path, "from,to,length,time\n"))
    with pytest.raises(InputError, match="file of nodes"):
        read_roads(write_tables(tmp_path)["path"])


TNTP = """<NUMBER OF ZONES> 1
<NUMBER OF NODES> 3
<FIRST THRU NODE> 2
<NUMBER OF LINKS> 3
<END OF METADATA>

~ \tinit_node\tterm_node\tcapacity\tlength\tfree_flow_time\tb\tpower\tspeed\ttoll\tlink_type\t;
\t1\t2\t99\t70.0\t0.5\t1\t3\t99\t0\t9\t;
\t2\t3\t99\t1.0\t0.02\t1\t3\t99\t0\t9\t;
\t3\t2\t99\t1.0\t0.04\t1\t3\t99\t0\t9\t;
"""


def write_tntp(folder: Path, links: str = TNTP) -> Path:
    (folder / "Town_Net.tntp").write_text(links, encoding="utf-8")
    nodes = f"NodeID Xcoord Ycoord\n1 {WEST} {SOUTH + 9_000}\n2 {WEST} {SOUTH}\n3 {WEST + 1_000} {SOUTH}\n"
    (folder / "Town_Nodes.tntp").write_text(nodes, encoding="utf-8")
    return folder / "Town_Net.tntp"


def test_zones_of_a_traffic_model_are_not_passed_through(tmp_path: Path) -> None:
    roads = read_roads(write_tntp(tmp_path), length_metres=1_000, time_seconds=3_600)
    assert roads.is_through.tolist() == [False, True, True]
    assert (roads.seconds_forth[-1], roads.seconds_back[-1]) == (72.0, 144.0)
    assert not roads.knows_walking


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("\t3\t2\t99\t1.0\t0.04\t1\t3\t99\t0\t9\t;\n", ""), "says that it has 3 links, but 2 are there"),
        (("\t3\t2\t", "\t4\t2\t"), "'4' has no coordinates"),
        (("<FIRST THRU NODE> 2\n", ""), "is no TNTP network"),
        (("~ ", ""), "is no TNTP network"),
        (("0.04", "slow"), "cannot be read"),
    ],
)
def test_tntp_networks_that_cannot_be_used_are_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_roads(write_tntp(tmp_path, TNTP.replace(*change)), length_metres=1_000, time_seconds=3_600)


@pytest.mark.parametrize("name", ["roads.txt", "missing.osm.pbf"])
def test_files_of_no_kind_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "roads.txt").write_text("A to B", encoding="utf-8")
    with pytest.raises(InputError, match="Give an OpenStreetMap extract"):
        read_roads(tmp_path / name)


def test_roads_of_a_data_frame_are_no_graph() -> None:
    with pytest.raises(InputError, match="'DataFrame' is not a road graph"):
        road_travel(problem_at([(WEST, SOUTH)], [(WEST, SOUTH)]), pd.DataFrame())
