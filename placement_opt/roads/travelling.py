"""Minutes and miles along real roads, and the shortest walk that entitlement is measured by."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.problem import Problem
from placement_opt.roads.kept import Answer, kept_or_found
from placement_opt.roads.network import Roads
from placement_opt.roads.places import Places, places_of
from placement_opt.roads.reading import as_roads
from placement_opt.roads.told import check_options, refuse_elsewhere, snapping_of, story_of, warn_of_lost
from placement_opt.roads.ways import Ways
from placement_opt.travel import BETWEEN_COLUMNS, METRES_PER_MILE, TravelMatrix


def road_travel(
    problem: Problem,
    graph: Any,
    *,
    walk: Any = None,
    access_miles_per_hour: float = 10.0,
    most_metres_to_road: float = 2_000.0,
    cache: str | Path | None = None,
) -> TravelMatrix:
    """Work out journeys along roads: by the quickest way for vehicles, by the shortest walk for entitlement.

    Parameters
    ----------
    problem
        Its points are used.
    graph
        The roads: of `read_roads`, a NetworkX graph under the names of OSMnx (x, y, length in metres; travel_time in
        seconds, or speed_kph, maxspeed, highway; crs), or a path that `read_roads` understands.
    walk
        Another network to walk on, given like `graph`. None = `graph` itself, where it tells who may walk where;
        False = no walks: entitlement by distance goes by road miles.
    access_miles_per_hour
        Speed of a vehicle between a door and the nearest point of the network, in a straight line. An assumption, not
        a published figure.
    most_metres_to_road
        Who lives, or what lies, farther from every road cannot be reached.
    cache
        A folder in which journeys are kept, for the same roads, points and options again. They hold no ids or points.

    Returns
    -------
    TravelMatrix
        Journeys to school, with `walk_miles` where ways to walk are known; NaN = cannot be reached. Its recipe says
        what the roads were made from, how far points are from them, and what was assumed.

    Raises
    ------
    InputError
        When the roads cannot be used, or no pupil or no setting is near any of them.
    ValueError
        When a speed or a distance cannot be.

    Warns
    -----
    AssumptionWarning
        When some pupils or settings are too far from every road: they have no journeys.

    Notes
    -----
    Every point goes to the nearest point of a road, somewhere along it. Vehicles use only the largest part of the
    network in which every node can be reached from every other; points whose nearest road is outside go to the nearest
    one inside. One-way streets are kept to. A walk goes along whatever may be walked, in both directions, but never
    along a motorway. See docs/roads.md.

    Examples
    --------
    >>> import networkx as nx
    >>> from placement_opt.examples import tiny
    >>> corners = {"A": (410_000, 260_000), "B": (430_000, 260_000), "C": (420_000, 270_000)}
    >>> graph = nx.Graph(crs="EPSG:27700")
    >>> for name, (x, y) in corners.items():
    ...     graph.add_node(name, x=x, y=y)
    >>> for one, other in ("AB", "BC", "CA"):
    ...     graph.add_edge(one, other, length=20_000, speed_kph=50)
    >>> road_travel(tiny(), graph, most_metres_to_road=50_000)
    TravelMatrix(3 pupils x 2 settings, 6 journeys, road graph: quickest way; walks not known)
    """
    check_options(access_miles_per_hour, most_metres_to_road)
    places = places_of(problem)
    options = {
        "access_miles_per_hour": float(access_miles_per_hour),
        "most_metres_to_road": float(most_metres_to_road),
        "walk": walk is not False,
    }
    at = {name: getattr(places, name) for name in ("points", "setting", "hubs", "spokes")}
    find = partial(_journeys, places=places, options=options)
    found, story = kept_or_found(graph, walk, options, at, find, cache)
    warn_of_lost(story["snapping"])
    rows, columns = places.home, places.setting - len(places.homes)
    arrays = {name: found[name].astype(np.float64)[np.ix_(rows, columns)] for name in ("minutes", "miles")}
    on_foot = found["walk_miles"].astype(np.float64)[np.ix_(rows, columns)] if "walk_miles" in found else None
    between = pd.DataFrame(
        {
            "from_setting_id": np.repeat(np.array(places.hub_ids, dtype=object), len(places.spoke_ids)),
            "to_setting_id": np.tile(np.array(places.spoke_ids, dtype=object), len(places.hub_ids)),
            "minutes": found["link_minutes"].astype(np.float64).ravel(),
            "miles": found["link_miles"].astype(np.float64).ravel(),
        },
        columns=list(BETWEEN_COLUMNS),
    )
    walks = "entitlement by the shortest walk" if on_foot is not None else "walks not known"
    return TravelMatrix(
        tuple(problem.pupils["pupil_id"]),
        tuple(problem.settings["setting_id"]),
        arrays["minutes"],
        arrays["miles"],
        between.dropna().reset_index(drop=True),
        source=f"{story['source']}: quickest way; {walks}",
        recipe={"method": "roads", **options, **story},
        walk_miles=on_foot,
    )


def road_access(
    problem: Problem, graph: Any, *, walk: Any = None, most_metres_to_road: float = 2_000.0
) -> pd.DataFrame:
    """Say how far every pupil and setting is from the roads.

    Parameters
    ----------
    problem, graph, walk, most_metres_to_road
        As for `road_travel`.

    Returns
    -------
    DataFrame
        One row for each pupil and setting: table, id, metres (to the nearest usable road; NaN = farther than
        `most_metres_to_road`), walk_metres (to the nearest way that can be walked; NaN as well where none is known),
        nearer_cut_off (a road that cannot be reached is nearer).

    Raises
    ------
    InputError, ValueError
        As `road_travel`.
    """
    check_options(1.0, most_metres_to_road)
    places, roads = places_of(problem), as_roads(graph)
    feet = _footways(roads, walk)
    ways = Ways(roads, places.points, most_metres_to_road, on_foot=False)
    on_foot = np.full(len(places.points), np.nan)
    if feet is not None:
        on_foot = Ways(feet, places.points, most_metres_to_road, on_foot=True).snapped.metres
    at = np.append(places.home, places.setting)
    ids = [*problem.pupils["pupil_id"], *problem.settings["setting_id"]]
    return pd.DataFrame(
        {
            "table": ["pupils"] * len(places.home) + ["settings"] * len(places.setting),
            "id": pd.Series(ids, dtype="str"),
            "metres": ways.snapped.metres[at],
            "walk_metres": on_foot[at],
            "nearer_cut_off": ways.nearer_cut_off[at],
        }
    )


def _footways(roads: Roads, walk: Any) -> Roads | None:
    """Return the network to walk on; None = none is known, or none is wanted.

    Raises
    ------
    InputError
        When a network is given that does not tell who may walk where.
    """
    if walk is False:
        return None
    if walk is None:
        return roads if roads.knows_walking else None
    feet = as_roads(walk)
    if not feet.knows_walking:
        message = "The network does not tell who may walk where (`highway` of a graph, `walk` of a table). Add it."
        raise InputError([Fault("walk", "", "", "", message)])
    return feet


def _journeys(roads: Roads, walk: Any, places: Places, options: Mapping[str, Any]) -> Answer:
    feet = _footways(roads, walk)
    most = options["most_metres_to_road"]
    ways = Ways(roads, places.points, most, on_foot=False)
    homes = places.homes
    refuse_elsewhere(roads, ways.is_on_road, homes, places.setting, most)
    minutes, miles = ways.driven(homes, places.setting, options["access_miles_per_hour"])
    link_minutes, link_miles = ways.driven(places.hubs, places.spokes, options["access_miles_per_hour"])
    found = {"minutes": minutes, "miles": miles, "link_minutes": link_minutes, "link_miles": link_miles}
    snapping = {"by vehicle": snapping_of(ways, places.home, places.setting)}
    if feet is not None:
        walks = Ways(feet, places.points, most, on_foot=True)
        metres = walks.between(homes, places.setting)[1] + walks.legs(homes, places.setting)
        found["walk_miles"] = metres / METRES_PER_MILE
        snapping["on foot"] = snapping_of(walks, places.home, places.setting)
    arrays = {name: np.asarray(values, dtype=np.float32) for name, values in found.items()}
    return arrays, {
        "source": roads.source,
        "roads": story_of(roads),
        "walk_on": None if feet is None else "the same network" if feet is roads else story_of(feet),
        "snapping": snapping,
    }
