"""How fast a school run drives on which road: assumptions to be overridden, and the legal limits."""

import ast
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

MILE_METRES = 1_609.344
MOST_MPH = 100.0

ASSUMED = "assumed by this library (2026): no published mean speed by class of road was found"

OSM_MPH: Mapping[str, float] = MappingProxyType(
    {
        "motorway": 60.0,
        "motorway_link": 40.0,
        "trunk": 50.0,
        "trunk_link": 35.0,
        "primary": 40.0,
        "primary_link": 30.0,
        "secondary": 35.0,
        "secondary_link": 30.0,
        "tertiary": 30.0,
        "tertiary_link": 25.0,
        "unclassified": 25.0,
        "residential": 20.0,
        "living_street": 10.0,
        "service": 10.0,
        "road": 20.0,
    }
)
"""Mean speeds by the `highway` of OpenStreetMap. Assumptions (`ASSUMED`): hold them against journeys that you know."""

OPEN_ROADS_MPH: Mapping[str, float] = MappingProxyType(
    {
        "Motorway": 60.0,
        "A Road": 40.0,
        "A Road, Dual Carriageway": 50.0,
        "B Road": 35.0,
        "Classified Unnumbered": 30.0,
        "Unclassified": 20.0,
        "Not Classified": 15.0,
        "Unknown": 15.0,
        "Slip Road": 35.0,
        "Roundabout": 20.0,
    }
)
"""Mean speeds by road classification and form of way of OS Open Roads; the more special name wins. Assumptions."""

LIMITS_MPH: Mapping[str, float] = MappingProxyType(
    {
        "national": 60.0,
        "gb:national": 60.0,
        "gb:nsl_single": 60.0,
        "gb:nsl_dual": 70.0,
        "gb:motorway": 70.0,
        "gb:nsl_restricted": 30.0,
    }
)
"""Limits that OpenStreetMap writes as words, for cars in Great Britain: Road Traffic Regulation Act 1984 s.81 (30),
70, 60 and 50 miles per hour (Temporary Speed Limit) Order 1977 (60, 70), Motorways Traffic (Speed Limit) Regulations
1974 (70)."""

_LONGEST_LIST = 2_000
"""Characters of a list of classes; a longer one is no list of a map, and is taken as one word."""
_LIMIT = re.compile(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?", re.IGNORECASE)


def speeds_with(table: Mapping[str, float], own: Mapping[str, float] | None) -> dict[str, float]:
    """Return a table of speeds with the user's own in place.

    Raises
    ------
    ValueError
        When a name is not in the table, or a speed is not above 0 and up to 100 miles an hour.

    Examples
    --------
    >>> speeds_with(OSM_MPH, {"residential": 15})["residential"]
    15.0
    """
    given = dict(own or {})
    unknown = sorted(set(given) - set(table))
    if unknown:
        raise ValueError(f"`speeds_mph` names {unknown[0]!r}; these roads have a speed: {', '.join(table)}.")
    for name, mph in given.items():
        if not 0 < mph <= MOST_MPH:
            raise ValueError(f"`speeds_mph` of {name!r} is {mph!r}; use a speed above 0, up to {MOST_MPH:g}.")
    return {name: float(given.get(name, mph)) for name, mph in table.items()}


def limit_mph(text: str) -> float | None:
    """Return a speed limit of OpenStreetMap in miles an hour; None where it is not understood.

    Examples
    --------
    >>> limit_mph("30 mph"), limit_mph("GB:nsl_dual"), round(limit_mph("80"), 1), limit_mph("signals")
    (30.0, 70.0, 49.7, None)
    """
    word = text.strip().lower()
    if word in LIMITS_MPH:
        return LIMITS_MPH[word]
    found = _LIMIT.fullmatch(word)
    if found is None or float(found[1]) == 0:
        return None
    return float(found[1]) if found[2] == "mph" else float(found[1]) * 1_000 / MILE_METRES


def driven_mph(highways: Iterable[str], limits: Iterable[str], speeds: Mapping[str, float]) -> float | None:
    """Return the speed on a road of some classes and limits: the least of all that is known; None = nothing is."""
    known = [speeds[name] for name in highways if name in speeds]
    known += [mph for text in limits if (mph := limit_mph(text)) is not None]
    return min(known, default=None)


def words(value: Any) -> tuple[str, ...]:
    """Return the entries of a tag that may hold one word, a list, or a list written as text (as in GraphML).

    Examples
    --------
    >>> words("residential"), words("['tertiary', 'residential']"), words(None)
    (('residential',), ('tertiary', 'residential'), ())
    """
    if isinstance(value, str) and value.startswith("[") and len(value) <= _LONGEST_LIST:
        try:
            value = ast.literal_eval(value)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            return (value,)
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(str(entry) for entry in value)
    if value is None or value != value or value == "":  # noqa: PLR0124 - not a number is unlike itself
        return ()
    return (str(value),)
