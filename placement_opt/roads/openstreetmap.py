"""Roads from an OpenStreetMap extract (.osm.pbf): every way that may be driven or walked, cut at its crossings."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely

from placement_opt.errors import Fault, InputError
from placement_opt.roads.grid import on_grid
from placement_opt.roads.network import Bools, Floats, Ints, Roads
from placement_opt.roads.speeds import MILE_METRES, OSM_MPH, driven_mph, words
from placement_opt.roads.tags import FOOTWAYS, MOTORWAYS, directions, may_drive, may_walk, stops_vehicles

_DEGREES = "EPSG:4326"


@dataclass
class _Ways:
    """The ways of a file, one after the other: their nodes, and what tags say of each way."""

    refs: list[int] = field(default_factory=list)
    lon: list[float] = field(default_factory=list)
    lat: list[float] = field(default_factory=list)
    first: list[int] = field(default_factory=lambda: [0])
    mph: list[float] = field(default_factory=list)
    forth: list[bool] = field(default_factory=list)
    back: list[bool] = field(default_factory=list)
    walked: list[bool] = field(default_factory=list)
    kerb: list[bool] = field(default_factory=list)
    posts: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)


def read_openstreetmap(path: Path, speeds: Mapping[str, float], recipe: Mapping[str, Any]) -> Roads:
    """Read an extract.

    Parameters
    ----------
    path
        A file that exists.
    speeds
        Miles an hour by `highway`; other values of `highway` are not driven.
    recipe
        What the network is made from, kept with it.

    Raises
    ------
    InputError
        When the file is damaged or cut off, or holds no roads.
    """
    ways = _Ways()
    try:
        _gather(path, speeds, ways)
    except Exception as error:  # noqa: BLE001 - osmium raises what its own library throws
        message = f"The OpenStreetMap file is damaged or cut off ({error}). Download it again."
        raise InputError([Fault(path.name, "", "", "", message)]) from None
    if not ways.mph:
        message = (
            "The OpenStreetMap file holds no road that may be driven or walked. Give an extract with its highways."
        )
        raise InputError([Fault(path.name, "", "", "", message)])
    return _cut(ways, path.name, recipe)


def _gather(path: Path, speeds: Mapping[str, float], ways: _Ways) -> None:
    barriers = osmium.FileProcessor(path, osmium.osm.NODE).with_filter(osmium.filter.KeyFilter("barrier"))
    ways.posts.update(node.id for node in barriers if stops_vehicles(dict(node.tags)))
    highways = osmium.filter.KeyFilter("highway")
    processor = osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY).with_locations()
    for way in processor.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(highways):
        _add(way, dict(way.tags), speeds, ways)


def _add(way: Any, tags: dict[str, str], speeds: Mapping[str, float], ways: _Ways) -> None:
    highway = tags["highway"]
    ways.counts["ways tagged highway"] += 1
    is_driven = highway in speeds and may_drive(tags) and tags.get("area") != "yes"
    is_walked = (highway in OSM_MPH or highway in FOOTWAYS) and may_walk(tags)
    if not is_driven and not is_walked:
        ways.counts["ways left out: neither driven nor walked"] += 1
        return
    nodes = [(node.ref, node.location) for node in way.nodes]
    placed = [(ref, location.lon, location.lat) for ref, location in nodes if location.valid()]
    ways.counts["nodes of ways left out: the file does not say where they are"] += len(nodes) - len(placed)
    if len(placed) < 2:
        ways.counts["ways left out: fewer than two nodes"] += 1
        return
    ways.refs.extend(ref for ref, _, _ in placed)
    ways.lon.extend(lon for _, lon, _ in placed)
    ways.lat.extend(lat for _, _, lat in placed)
    ways.first.append(len(ways.refs))
    limits = words(tags.get("maxspeed"))
    mph = driven_mph((highway,), limits, speeds) if is_driven else None
    ways.counts["driven ways"] += is_driven
    ways.counts["driven ways without a speed limit, at the speed of their class"] += is_driven and not limits
    allowed = directions(tags)
    ways.mph.append(np.nan if mph is None else mph)
    ways.forth.append(is_driven and allowed.forth)
    ways.back.append(is_driven and allowed.back)
    ways.walked.append(is_walked)
    ways.kerb.append(highway not in MOTORWAYS)


def _cut(ways: _Ways, name: str, recipe: Mapping[str, Any]) -> Roads:
    """Cut the ways where they cross, at their ends, at posts, and before a way comes back to where it was."""
    easting, northing = on_grid(np.array(ways.lon), np.array(ways.lat), _DEGREES, name)
    node_ids, node, times = np.unique(np.array(ways.refs), return_inverse=True, return_counts=True)
    first = np.array(ways.first, dtype=np.int64)
    is_cut = (times[node] > 1) | np.isin(node_ids[node], sorted(ways.posts))
    is_cut[first[:-1]] = is_cut[first[1:] - 1] = True
    way = np.repeat(np.arange(len(first) - 1), np.diff(first))
    cuts = np.flatnonzero(is_cut).astype(np.int64)
    begins = np.flatnonzero(way[cuts[:-1]] == way[cuts[1:]])
    from_at, to_at = cuts[begins], cuts[begins + 1]
    lines, metres = _lines(np.column_stack([easting, northing]), from_at, to_at)
    kept, ends = np.unique(np.append(node[from_at], node[to_at]), return_inverse=True)
    where = np.zeros(len(node_ids), dtype=np.int64)
    where[node] = np.arange(len(node))
    of_way = way[from_at]
    seconds = metres / (np.array(ways.mph) * MILE_METRES / 3_600)[of_way]
    may = _chosen(ways, of_way)
    notes = tuple(f"{count:,} {what}." for what, count in ways.counts.items() if count)
    posts = ~np.isin(node_ids[kept], sorted(ways.posts))
    notes += (f"{(~posts).sum():,} posts and closed gates on roads, which vehicles do not pass.",)
    return Roads(
        node_ids[kept].astype(str).astype(object),
        easting[where[kept]],
        northing[where[kept]],
        posts,
        ends[: len(from_at)].astype(np.int64),
        ends[len(from_at) :].astype(np.int64),
        metres,
        np.where(may["forth"], seconds, np.nan),
        np.where(may["back"], seconds, np.nan),
        may["walked"],
        may["kerb"],
        lines,
        source=f"OpenStreetMap, {name}",
        recipe=recipe,
        notes=notes,
    )


def _chosen(ways: _Ways, of_way: Ints) -> dict[str, Bools]:
    return {name: np.array(getattr(ways, name), dtype=np.bool_)[of_way] for name in ("forth", "back", "walked", "kerb")}


def _lines(points: Floats, from_at: Ints, to_at: Ints) -> tuple[Any, Floats]:
    """Return the shape and length of each piece, from one position of the list of points to another."""
    number = to_at - from_at + 1
    piece = np.repeat(np.arange(len(number)), number)
    within = np.arange(len(piece)) - np.repeat(np.cumsum(number) - number, number)
    lines = shapely.linestrings(points[from_at[piece] + within], indices=piece)
    return lines, np.asarray(shapely.length(lines), dtype=np.float64)
