"""Minutes and miles along real roads, and the shortest walk that entitlement is measured by."""

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import AssumptionWarning, Fault, InputError
from placement_opt.problem import Problem
from placement_opt.roads.cache import Arrays, keep, key_of, load
from placement_opt.roads.network import Bools, Floats, Ints, Roads
from placement_opt.roads.places import Places, places_of
from placement_opt.roads.reading import as_roads, sha256_of
from placement_opt.roads.speeds import OPEN_ROADS_MPH, OSM_MPH
from placement_opt.roads.ways import Ways
from placement_opt.travel import BETWEEN_COLUMNS, METRES_PER_MILE, MOST_MILES_PER_HOUR, TravelMatrix

FAR_METRES = 100.0
MOST_NAMED = 50
"""Nodes that cannot be reached are named in the recipe up to so many; `Roads.cut_off` names them all."""


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
    _check_options(access_miles_per_hour, most_metres_to_road)
    places = places_of(problem)
    options = {
        "access_miles_per_hour": float(access_miles_per_hour),
        "most_metres_to_road": float(most_metres_to_road),
        "walk": walk is not False,
    }
    found, story = _kept_or_found(graph, walk, places, options, cache)
    _warn_of_lost(story["snapping"])
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
    _check_options(1.0, most_metres_to_road)
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


def _check_options(miles_per_hour: float, most_metres: float) -> None:
    if not 0 < miles_per_hour <= MOST_MILES_PER_HOUR:
        message = f"use a speed above 0, up to {MOST_MILES_PER_HOUR:g}."
        raise ValueError(f"`access_miles_per_hour` is {miles_per_hour!r}; {message}")
    if not (np.isfinite(most_metres) and most_metres > 0):
        raise ValueError(f"`most_metres_to_road` is {most_metres!r}; use metres above 0.")


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


def _kept_or_found(
    graph: Any, walk: Any, places: Places, options: Mapping[str, Any], cache: str | Path | None
) -> tuple[Arrays, dict[str, Any]]:
    if cache is None:
        return _journeys(as_roads(graph), walk, places, options)
    folder = Path(cache)
    graph, walk = (given if _is_file(given) or given in (None, False) else as_roads(given) for given in (graph, walk))
    speeds = [dict(OSM_MPH), dict(OPEN_ROADS_MPH)]
    named = {**options, "speeds": speeds, "graph": _identity(graph), "network to walk on": _identity(walk)}
    at = {name: getattr(places, name) for name in ("points", "setting", "hubs", "spokes")}
    key = key_of(named, at)
    kept = load(folder, key)
    if kept is None:
        kept = _journeys(as_roads(graph), walk, places, options)
        keep(folder, key, *kept)
    return kept


def _is_file(graph: Any) -> bool:
    return isinstance(graph, str | Path) and Path(graph).is_file()


def _identity(graph: Any) -> str:
    """Return what a network is known by: the digest of its file, so that it need not be read, or of its arrays."""
    if isinstance(graph, Roads):
        return f"{graph.fingerprint()} {json.dumps(dict(graph.recipe), sort_keys=True, default=str)} {graph.notes}"
    return f"{Path(graph).name} {sha256_of(Path(graph))}" if _is_file(graph) else str(graph)


def _journeys(roads: Roads, walk: Any, places: Places, options: Mapping[str, Any]) -> tuple[Arrays, dict[str, Any]]:
    feet = _footways(roads, walk)
    most = options["most_metres_to_road"]
    ways = Ways(roads, places.points, most, on_foot=False)
    homes = places.homes
    _refuse_elsewhere(roads, ways.is_on_road, homes, places.setting, most)
    minutes, miles = _driven(ways, homes, places.setting, options["access_miles_per_hour"])
    link_minutes, link_miles = _driven(ways, places.hubs, places.spokes, options["access_miles_per_hour"])
    found = {"minutes": minutes, "miles": miles, "link_minutes": link_minutes, "link_miles": link_miles}
    snapping = {"by vehicle": _snapping(ways, places)}
    if feet is not None:
        walks = Ways(feet, places.points, most, on_foot=True)
        metres = walks.between(homes, places.setting)[1] + walks.legs(homes, places.setting)
        found["walk_miles"] = metres / METRES_PER_MILE
        snapping["on foot"] = _snapping(walks, places)
    arrays = {name: np.asarray(values, dtype=np.float32) for name, values in found.items()}
    return arrays, {
        "source": roads.source,
        "roads": _story(roads),
        "walk_on": None if feet is None else "the same network" if feet is roads else _story(feet),
        "snapping": snapping,
    }


def _driven(ways: Ways, starts: Ints, ends: Ints, access_miles_per_hour: float) -> tuple[Floats, Floats]:
    """Return minutes and miles by vehicle, with both legs."""
    seconds, metres = ways.between(starts, ends)
    legs = ways.legs(starts, ends)
    minutes = seconds / 60 + legs * 60 / (access_miles_per_hour * METRES_PER_MILE)
    return minutes, (metres + legs) / METRES_PER_MILE


def _refuse_elsewhere(roads: Roads, is_on_road: Bools, homes: Ints, settings: Ints, most: float) -> None:
    """Refuse a network that no pupil, or no setting, is near."""
    faults = []
    for table, at in (("pupils", homes), ("settings", settings)):
        if len(at) and not is_on_road[at].any():
            message = (
                f"None of them is within {most:,.0f} metres of a road that vehicles can use in {roads.source}, which "
                f"covers {_extent(roads)}. Give roads of the area, or raise `most_metres_to_road`."
            )
            faults.append(Fault(table, "", "", "", message))
    if faults:
        raise InputError(faults)


def _extent(roads: Roads) -> str:
    if not len(roads.node_ids):
        return "nothing"
    return " and ".join(
        f"{name}s {values.min():,.0f} to {values.max():,.0f}"
        for name, values in (("easting", roads.easting), ("northing", roads.northing))
    )


def _story(roads: Roads) -> dict[str, Any]:
    """Return what the network was made from, and what of it cannot be reached."""
    return {
        **roads.recipe,
        "notes": list(roads.notes),
        "nodes": len(roads.node_ids),
        "edges": len(roads.start),
        "nodes_cut_off": len(roads.cut_off),
        "named_cut_off": list(roads.cut_off[:MOST_NAMED]),
    }


def _snapping(ways: Ways, places: Places) -> dict[str, dict[str, float | int | None]]:
    """Return how far pupils and settings are from the network, in figures that name nobody."""
    told = {}
    for table, at in (("pupils", places.home), ("settings", places.setting)):
        metres = ways.snapped.metres[at]
        near = metres[~np.isnan(metres)]
        told[table] = {
            "rows": len(at),
            "without_road": int(np.isnan(metres).sum()),
            "median_metres": round(float(np.median(near)), 1) if len(near) else None,
            "most_metres": round(float(near.max()), 1) if len(near) else None,
            "beyond_100_metres": int((near > FAR_METRES).sum()),
            "nearer_road_cut_off": 0 if ways.on_foot else int(ways.nearer_cut_off[at].sum()),
        }
    return told


def _warn_of_lost(snapping: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    lost = [
        f"{told['without_road']:,} of {told['rows']:,} {table}"
        for table, told in snapping["by vehicle"].items()
        if told["without_road"]
    ]
    if lost:
        message = (
            f"Too far from every road, so without journeys: {', '.join(lost)}. `road_access` names them; "
            "`most_metres_to_road` says how far is too far."
        )
        warnings.warn(message, AssumptionWarning, stacklevel=3)
