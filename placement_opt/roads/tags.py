"""Who may drive and who may walk where, by the tags of OpenStreetMap."""

from collections.abc import Mapping
from typing import NamedTuple

MOTORWAYS = frozenset({"motorway", "motorway_link"})
FOOTWAYS = frozenset({"footway", "path", "pedestrian", "steps", "bridleway", "track", "cycleway"})

_CLOSED = frozenset(
    {"no", "private", "agricultural", "forestry", "emergency", "military", "use_sidepath", "discouraged"}
)
_OF_CARS = ("motorcar", "motor_vehicle", "vehicle", "access")
_OF_WALKERS = ("foot", "access")
_POSTS = frozenset({"bollard", "block", "cycle_barrier", "kissing_gate", "stile", "turnstile", "jersey_barrier", "log"})
_ROUNDABOUTS = frozenset({"roundabout", "circular"})
_FORTH, _BACK = frozenset({"yes", "true", "1"}), frozenset({"-1", "reverse"})


class Ways(NamedTuple):
    """In which directions a road may be driven."""

    forth: bool
    back: bool


def may_drive(tags: Mapping[str, str]) -> bool:
    """Say whether a vehicle may use a road, or pass a barrier: the most particular tag decides.

    Examples
    --------
    >>> may_drive({"access": "private"}), may_drive({"access": "no", "motor_vehicle": "destination"})
    (False, True)
    """
    return not _is_closed(tags, _OF_CARS)


def may_walk(tags: Mapping[str, str]) -> bool:
    """Say whether a child may walk along a road or path, as far as tags tell; safety they do not tell.

    Examples
    --------
    >>> may_walk({"highway": "motorway"}), may_walk({"highway": "track", "access": "private", "foot": "yes"})
    (False, True)
    """
    highway = tags.get("highway", "")
    if highway in MOTORWAYS or tags.get("motorroad") == "yes":
        return False
    return not _is_closed(tags, _OF_WALKERS)


def directions(tags: Mapping[str, str]) -> Ways:
    """Say in which directions a road may be driven, where it may be driven at all.

    Examples
    --------
    >>> directions({"oneway": "-1"}), directions({"junction": "roundabout"})
    (Ways(forth=False, back=True), Ways(forth=True, back=False))
    """
    oneway = tags.get("oneway", "").lower()
    if not oneway and (tags.get("junction") in _ROUNDABOUTS or tags.get("highway") == "motorway"):
        oneway = "yes"
    if oneway == "reversible":
        return Ways(forth=False, back=False)
    return Ways(forth=oneway not in _BACK, back=oneway not in _FORTH)


def stops_vehicles(tags: Mapping[str, str]) -> bool:
    """Say whether a barrier at a node keeps vehicles out: posts unless a tag lets them pass, others where one forbids.

    Examples
    --------
    >>> stops_vehicles({"barrier": "bollard"}), stops_vehicles({"barrier": "gate"})
    (True, False)
    """
    if "barrier" not in tags:
        return False
    says = any(name in tags for name in _OF_CARS)
    return not may_drive(tags) if says else tags["barrier"] in _POSTS


def _is_closed(tags: Mapping[str, str], names: tuple[str, ...]) -> bool:
    decides = next((tags[name] for name in names if name in tags), "yes")
    return decides.lower() in _CLOSED
