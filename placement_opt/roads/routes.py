"""The line on the map: the way that one journey takes."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from placement_opt.errors import Fault, InputError
from placement_opt.problem import Problem
from placement_opt.roads.network import Floats, Ints
from placement_opt.roads.reading import as_roads
from placement_opt.roads.shortest import as_matrix
from placement_opt.roads.ways import Ways
from placement_opt.schema import CRS
from placement_opt.travel import METRES_PER_MILE


def road_route(
    problem: Problem,
    graph: Any,
    pupil_id: str,
    setting_id: str,
    *,
    on_foot: bool = False,
    access_miles_per_hour: float = 10.0,
    most_metres_to_road: float = 2_000.0,
) -> gpd.GeoDataFrame:
    """Draw the way from a pupil's home to a setting: the quickest by vehicle, or the shortest that can be walked.

    Parameters
    ----------
    problem
        Where the pupil and the setting are.
    graph, access_miles_per_hour, most_metres_to_road
        As for `road_travel`; to walk, the network to walk on.
    pupil_id, setting_id
        From where to where.
    on_foot
        Draw the walk.

    Returns
    -------
    GeoDataFrame
        One row: pupil_id, setting_id, on_foot, minutes (NaN on foot), miles, and the line on British National Grid
        (EPSG:27700), with the straight legs from door to road.

    Raises
    ------
    InputError
        When an id is not the problem's, the network cannot be used or walked, or there is no way.
    """
    ends = np.vstack(
        [_point(problem, "pupils", "pupil_id", pupil_id), _point(problem, "settings", "setting_id", setting_id)]
    )
    ways = Ways(as_roads(graph), ends, most_metres_to_road, on_foot=on_foot)
    seconds, metres = ways.between(np.array([0]), np.array([1]))
    if np.isnan(seconds[0, 0]):
        message = f"cannot be reached on this network within {most_metres_to_road:,.0f} metres of its roads."
        raise InputError([Fault("settings", "setting_id", "", setting_id, message)])
    legs = float(ways.legs(np.array([0]), np.array([1]))[0, 0])
    access_seconds = legs * 3_600 / (access_miles_per_hour * METRES_PER_MILE)
    return gpd.GeoDataFrame(
        {
            "pupil_id": [pupil_id],
            "setting_id": [setting_id],
            "on_foot": [on_foot],
            "minutes": [np.nan if on_foot else (float(seconds[0, 0]) + access_seconds) / 60],
            "miles": [(float(metres[0, 0]) + legs) / METRES_PER_MILE],
        },
        geometry=[_line(ways, ends)],
        crs=CRS,
    )


def _point(problem: Problem, table: str, column: str, wanted: str) -> Floats:
    frame = problem.table(table)
    found = frame.loc[frame[column] == wanted, ["easting", "northing"]].to_numpy(dtype=np.float64)
    if not len(found):
        raise InputError([Fault(table, column, "", wanted, "is not in the problem.")])
    return np.asarray(found[0])


def _line(ways: Ways, ends: Floats) -> shapely.LineString:
    pieces = [_piece(ways, *step) for step in _steps(ways)]
    points = [ends[:1], *(shapely.get_coordinates(piece) for piece in pieces), ends[1:]]
    if not pieces:
        on_road = shapely.line_interpolate_point(
            ways.roads.lines[ways.snapped.edge], ways.snapped.share, normalized=True
        )
        points[1:1] = [shapely.get_coordinates(on_road)]
    line = np.vstack(points)
    moves = np.append(True, np.any(line[1:] != line[:-1], axis=1))
    moves[-1] = True
    return shapely.LineString(line[moves] if moves.sum() > 1 else line)


def _steps(ways: Ways) -> list[tuple[int, bool]]:
    """Return the pieces of the cut network along the way, each with whether it is gone along from its start."""
    arcs, (start, end) = ways.arcs, ways.cut.node.tolist()
    before = dijkstra(as_matrix(arcs), indices=start, return_predecessors=True)[1]
    trail: list[int] = [end]
    while trail[-1] != start:
        trail.append(int(before[trail[-1]]))
    nodes: Ints = np.array(trail[::-1], dtype=np.int64)
    keys = arcs.tail * arcs.number + arcs.head
    pieces = arcs.piece[np.searchsorted(keys, nodes[:-1] * arcs.number + nodes[1:])]
    forth = ways.cut.start[pieces] == nodes[:-1]
    return list(zip(pieces.tolist(), forth.tolist(), strict=True))


def _piece(ways: Ways, piece: int, is_forth: bool) -> Any:
    cut = ways.cut
    shape = substring(ways.roads.lines[cut.edge[piece]], cut.from_share[piece], cut.to_share[piece], normalized=True)
    return shape if is_forth else shapely.reverse(shape)
