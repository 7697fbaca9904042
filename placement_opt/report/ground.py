"""The land that a map shows, and where on the drawing a point of the National Grid lies."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.travel import METRES_PER_MILE

WIDTH = 1_000.0
"""Units of the drawing from left to right."""

_FEW = 10
_LEAST_METRES = 2_000.0
_FLATTEST, _TALLEST = 0.55, 0.8
_BARS_MILES = (10.0, 5.0, 2.0, 1.0, 0.5)


@dataclass(frozen=True)
class Ground:
    """A rectangle of land in metres, and its drawing: `WIDTH` units wide, the north above.

    Parameters
    ----------
    left, top
        Easting of the left edge, northing of the upper one.
    metres
        Width of the land.
    height
        Units of the drawing from top to bottom.
    beyond
        How many of the points lie outside: so far away that the others would shrink to a spot.
    """

    left: float
    top: float
    metres: float
    height: float
    beyond: int

    def point(self, easting: float, northing: float) -> tuple[float, float]:
        """Return where a point of the National Grid lies on the drawing."""
        unit = WIDTH / self.metres
        return round((easting - self.left) * unit, 1), round((self.top - northing) * unit, 1)

    def points(self, eastings: "pd.Series[float]", northings: "pd.Series[float]") -> list[tuple[float, float]]:
        """Return where points of the National Grid lie on the drawing."""
        return [self.point(east, north) for east, north in zip(eastings, northings, strict=True)]

    @property
    def bar(self) -> tuple[str, float]:
        """A bar of a round number of miles: its words, and its length on the drawing."""
        third = self.metres / 3 / METRES_PER_MILE
        miles = next((miles for miles in _BARS_MILES if miles < third), _BARS_MILES[-1])
        return f"{miles:g} mile{'' if miles == 1 else 's'}", round(miles * METRES_PER_MILE * WIDTH / self.metres, 1)


def ground_of(sites: pd.DataFrame) -> Ground:
    """Return the land around points.

    Parameters
    ----------
    sites
        Columns easting and northing, metres. Of many points the few that lie far from the others are left outside.
    """
    near = sites[_is_near(sites)]
    if near.empty:
        return Ground(0.0, 0.0, _LEAST_METRES, WIDTH * _FLATTEST, 0)
    ends = near[["easting", "northing"]].agg(["min", "max"])
    wide, high = (max(_LEAST_METRES, 1.12 * float(np.ptp(ends[column]))) for column in ends)
    wide = max(wide, high / _TALLEST)
    high = max(high, wide * _FLATTEST)
    middle = ends.mean()
    left, top = float(middle["easting"]) - wide / 2, float(middle["northing"]) + high / 2
    return Ground(left, top, wide, round(WIDTH * high / wide, 1), len(sites) - len(near))


def _is_near(sites: pd.DataFrame) -> "pd.Series[bool]":
    inside = pd.Series(data=True, index=sites.index)
    for column in ("easting", "northing") if len(sites) > _FEW else ():
        low, high = sites[column].quantile([0.05, 0.95])
        inside &= sites[column].between(low - (high - low) / 2, high + (high - low) / 2)
    return inside
