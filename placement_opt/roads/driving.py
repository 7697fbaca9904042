"""Drives along real roads between all points at which vehicles stop."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from placement_opt.legs import Legs
from placement_opt.problem import Problem
from placement_opt.roads.kept import Answer, kept_or_found
from placement_opt.roads.network import Floats, Ints, Roads
from placement_opt.roads.told import check_options, refuse_elsewhere, snapping_of, story_of, warn_of_lost
from placement_opt.roads.ways import Ways


def road_legs(
    problem: Problem,
    graph: Any,
    *,
    pupil_ids: Iterable[str] | None = None,
    access_miles_per_hour: float = 10.0,
    most_metres_to_road: float = 2_000.0,
    cache: str | Path | None = None,
) -> Legs:
    """Work out the drives between homes and schools, each to each, by the quickest way along roads.

    Parameters
    ----------
    problem
        Its points are used.
    graph, access_miles_per_hour, most_metres_to_road, cache
        As for `road_travel`; from a home to a school a leg is the journey that it gives.
    pupil_ids
        Only these pupils; None = all. The arrays grow with the square of the number of points.

    Returns
    -------
    Legs
        Drives between all distinct points; NaN = cannot be driven. Who lives at one point shares it.

    Raises
    ------
    InputError
        When the roads cannot be used, or no pupil or no setting is near any of them.
    ValueError
        When a speed or a distance cannot be.

    Warns
    -----
    AssumptionWarning
        When some pupils or settings are too far from every road: nobody drives to them.

    Notes
    -----
    Every leg counts the way from the door to the road at both ends, as a journey does: a vehicle comes to the door at
    each stop. From a point to itself there is nothing to drive.

    Examples
    --------
    >>> import networkx as nx
    >>> from placement_opt.examples import tiny
    >>> graph = nx.DiGraph(crs="EPSG:27700")
    >>> for name, x in (("A", 455_000), ("B", 475_000)):
    ...     graph.add_node(name, x=x, y=271_000)
    >>> graph.add_edge("A", "B", length=20_000, speed_kph=50)
    >>> graph.add_edge("B", "A", length=20_000, speed_kph=40)
    >>> road_legs(tiny(), graph)
    Legs(3 pupils and 2 settings at 5 points, road graph: quickest way)
    """
    check_options(access_miles_per_hour, most_metres_to_road)
    pupils, settings = problem.pupils, problem.settings
    if pupil_ids is not None:
        pupils = pupils[pupils["pupil_id"].isin(set(pupil_ids))]
    ends = np.vstack([table[["easting", "northing"]].to_numpy(dtype=np.float64) for table in (pupils, settings)])
    points, at = np.unique(ends, axis=0, return_inverse=True)
    at = at.reshape(-1).astype(np.int64)
    home, setting = at[: len(pupils)], at[len(pupils) :]
    options = {
        "access_miles_per_hour": float(access_miles_per_hour),
        "most_metres_to_road": float(most_metres_to_road),
    }
    find = partial(_drives, points=points, home=home, setting=setting, options=options)
    named, asked = {**options, "answer": "legs"}, {"points": points, "home": home, "setting": setting}
    found, story = kept_or_found(graph, False, named, asked, find, cache)
    warn_of_lost(story["snapping"], lack="legs")
    return Legs(
        tuple(pupils["pupil_id"]),
        tuple(settings["setting_id"]),
        home,
        setting,
        found["minutes"],
        found["miles"],
        source=f"{story['source']}: quickest way",
        recipe={"method": "roads", **options, **story},
    )


def _drives(
    roads: Roads, _walk: Any, points: Floats, home: Ints, setting: Ints, options: Mapping[str, float]
) -> Answer:
    most = options["most_metres_to_road"]
    ways = Ways(roads, points, most, on_foot=False)
    refuse_elsewhere(roads, ways.is_on_road, home, setting, most)
    everywhere = np.arange(len(points), dtype=np.int64)
    minutes, miles = ways.driven(everywhere, everywhere, options["access_miles_per_hour"])
    for values in (minutes, miles):
        np.fill_diagonal(values, 0.0)
    arrays = {"minutes": minutes.astype(np.float32), "miles": miles.astype(np.float32)}
    snapping = {"by vehicle": snapping_of(ways, home, setting)}
    return arrays, {"source": roads.source, "roads": story_of(roads), "snapping": snapping}
