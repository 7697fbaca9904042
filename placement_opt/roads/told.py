"""What is said about roads and the points on them: refused, warned of, kept in the record."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from placement_opt.errors import AssumptionWarning, Fault, InputError
from placement_opt.roads.network import Bools, Ints, Roads
from placement_opt.roads.ways import Ways
from placement_opt.travel import MOST_MILES_PER_HOUR

FAR_METRES = 100.0
MOST_NAMED = 50
"""Nodes that cannot be reached are named in the recipe up to so many; `Roads.cut_off` names them all."""


def check_options(miles_per_hour: float, most_metres: float) -> None:
    """Refuse a speed from door to road, or a distance to it, that cannot be."""
    if not 0 < miles_per_hour <= MOST_MILES_PER_HOUR:
        message = f"use a speed above 0, up to {MOST_MILES_PER_HOUR:g}."
        raise ValueError(f"`access_miles_per_hour` is {miles_per_hour!r}; {message}")
    if not (np.isfinite(most_metres) and most_metres > 0):
        raise ValueError(f"`most_metres_to_road` is {most_metres!r}; use metres above 0.")


def refuse_elsewhere(roads: Roads, is_on_road: Bools, homes: Ints, settings: Ints, most: float) -> None:
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


def story_of(roads: Roads) -> dict[str, Any]:
    """Return what the network was made from, and what of it cannot be reached."""
    return {
        **roads.recipe,
        "notes": list(roads.notes),
        "nodes": len(roads.node_ids),
        "edges": len(roads.start),
        "nodes_cut_off": len(roads.cut_off),
        "named_cut_off": list(roads.cut_off[:MOST_NAMED]),
    }


def snapping_of(ways: Ways, homes: Ints, settings: Ints) -> dict[str, dict[str, float | int | None]]:
    """Return how far pupils and settings are from the network, in figures that name nobody."""
    told = {}
    for table, at in (("pupils", homes), ("settings", settings)):
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


def warn_of_lost(snapping: Mapping[str, Mapping[str, Mapping[str, Any]]], *, lack: str = "journeys") -> None:
    """Warn of pupils and settings that no road is near."""
    lost = [
        f"{told['without_road']:,} of {told['rows']:,} {table}"
        for table, told in snapping["by vehicle"].items()
        if told["without_road"]
    ]
    if lost:
        message = (
            f"Too far from every road, so without {lack}: {', '.join(lost)}. `road_access` names them; "
            "`most_metres_to_road` says how far is too far."
        )
        warnings.warn(message, AssumptionWarning, stacklevel=3)


def _extent(roads: Roads) -> str:
    if not len(roads.node_ids):
        return "nothing"
    return " and ".join(
        f"{name}s {values.min():,.0f} to {values.max():,.0f}"
        for name, values in (("easting", roads.easting), ("northing", roads.northing))
    )
