"""Journeys of a county along roads: the library's many-to-many against NetworkX, pupil by pupil."""

from pathlib import Path
from time import perf_counter
from typing import Any

import networkx as nx
import numpy as np
from scipy.spatial import cKDTree

import placement_opt as po
from benchmarks.public_instances import Question
from benchmarks.rivals import Outcome, Watch
from placement_opt.roads import Roads, read_roads, road_travel

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
NETWORK = DATA / "roads" / "west_midlands" / "Birmingham_Net.tntp"
AREA = DATA / "areas" / "worcestershire"
MOST_METRES_TO_ROAD = 5_000.0
"""The network is one of main roads: homes are up to four kilometres from it."""
SAMPLE = 60
"""Pupils whose journeys NetworkX works out; the time of all is that of the sample in proportion."""


def road_matrix(_question: Question | None, _options: po.SolveOptions, _seconds: float) -> Outcome:
    """Work out every journey of Worcestershire by the library, and those of some pupils by NetworkX."""
    watch = Watch()
    problem = po.read_registers(
        register=AREA / "edubasealldata.csv",
        sen2=AREA,
        postcodes=AREA / "codepoint_open.csv",
        salt="benchmark of roads",
    )
    watch.lap("registers")
    roads = read_roads(NETWORK, length_metres=1_000, time_seconds=3_600)
    watch.lap("roads")
    travel = road_travel(problem, roads, most_metres_to_road=MOST_METRES_TO_ROAD)
    watch.lap("journeys")
    seconds_of_one = _networkx_seconds(problem, roads)
    watch.lap("sample")
    journeys_s, all_s = watch.seconds["journeys"], seconds_of_one * len(problem.pupils)
    notes: dict[str, Any] = {
        "pupils": len(problem.pupils),
        "settings": len(problem.settings),
        "nodes": len(roads.node_ids),
        "journeys": int(np.isfinite(travel.minutes).sum()),
        "read roads s": watch.seconds["roads"],
        "journeys s": journeys_s,
        "NetworkX s for one pupil": seconds_of_one,
        "NetworkX s for all, in proportion": all_s,
        "ratio": all_s / journeys_s,
    }
    return Outcome({"solve": journeys_s}, status="worked out", notes=notes)


def _networkx_seconds(problem: po.Problem, roads: Roads) -> float:
    """Return the mean seconds of one pupil: every way from the nearest node by `single_source_dijkstra`."""
    graph = roads.to_networkx()
    inside = np.flatnonzero(roads.is_connected)
    places = cKDTree(np.column_stack([roads.easting[inside], roads.northing[inside]]))
    homes = problem.pupils[["easting", "northing"]].to_numpy()[:: max(1, len(problem.pupils) // SAMPLE)][:SAMPLE]
    nodes = roads.node_ids[inside[places.query(homes)[1]]].tolist()
    before = perf_counter()
    for node in nodes:
        nx.single_source_dijkstra_path_length(graph, node, weight="travel_time")
    return (perf_counter() - before) / len(nodes)
