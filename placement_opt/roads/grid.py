"""Coordinates of any reference system on British National Grid, or what is wrong with them."""

from typing import Any

import numpy as np
import pyproj
from pyproj.exceptions import CRSError

from placement_opt.errors import Fault, InputError
from placement_opt.roads.network import Floats
from placement_opt.schema import CRS

EASTINGS, NORTHINGS = (0.0, 700_000.0), (0.0, 1_300_000.0)
"""Great Britain on its grid, metres."""


def on_grid(x: Floats, y: Floats, crs: Any, table: str) -> tuple[Floats, Floats]:
    """Return coordinates on British National Grid.

    Parameters
    ----------
    x, y
        Easting or longitude, northing or latitude.
    crs
        Anything that pyproj understands.
    table
        What to call the source in a message.

    Raises
    ------
    InputError
        When the reference system is not known, or the network does not lie in Great Britain.
    """
    try:
        source = pyproj.CRS.from_user_input(crs)
    except CRSError:
        message = "is not a coordinate reference system. Say which one it is with `crs`, such as EPSG:4326."
        raise InputError([Fault(table, "crs", "", str(crs), message)]) from None
    if source != pyproj.CRS.from_user_input(CRS):
        x, y = pyproj.Transformer.from_crs(source, CRS, always_xy=True).transform(x, y)
    easting, northing = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    inside = (easting >= EASTINGS[0]) & (easting <= EASTINGS[1]) & (northing >= NORTHINGS[0])
    inside &= northing <= NORTHINGS[1]
    if not inside.any():
        message = (
            f"Under {source.to_string()} no node lies in Great Britain. Give the reference system that the coordinates "
            "are in (`crs`, or the graph's attribute crs)."
        )
        raise InputError([Fault(table, "crs", "", "", message)])
    return easting, northing
