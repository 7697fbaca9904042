"""Drives between all stops: homes and schools, minutes and miles, with where they come from."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.errors import Fault, InputError
from placement_opt.problem import Problem
from placement_opt.travel import CIRCUITY, METRES_PER_MILE, MILES_PER_HOUR, TravelMatrix

MINUTES_DECIMALS = 4
MILES_DECIMALS = 4
"""Legs are rounded once, here; finer than journeys, because many of them are added."""


@dataclass(frozen=True, eq=False, repr=False)
class Legs:
    """Drives, one way, between the points at which vehicles stop.

    Parameters
    ----------
    pupil_ids, setting_ids
        Whose points are known.
    pupil_point, setting_point
        The point of each of them, as a position of `minutes` and `miles`. Who lives at one point shares it.
    minutes, miles
        Arrays of shape (points, points), from row to column; NaN = cannot be driven.
    source
        Where the figures come from, in words.
    recipe
        The arguments that made the legs.

    Raises
    ------
    ValueError
        When shapes do not match, an id repeats, or a figure is negative or infinite.
    """

    pupil_ids: tuple[str, ...]
    setting_ids: tuple[str, ...]
    pupil_point: NDArray[np.int64]
    setting_point: NDArray[np.int64]
    minutes: NDArray[np.float64]
    miles: NDArray[np.float64]
    source: str = "unknown"
    recipe: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        points = len(self.minutes)
        for ids, name in (("pupil_ids", "pupil_point"), ("setting_ids", "setting_point")):
            known = tuple(getattr(self, ids))
            at = np.array(getattr(self, name), dtype=np.int64)
            if len(set(known)) != len(known) or at.shape != (len(known),):
                raise ValueError(f"`{ids}` repeats an id, or `{name}` is not as long; give each id one point.")
            if len(at) and not (at.min() >= 0 and at.max() < points):
                raise ValueError(f"`{name}` names points that `minutes` lacks; it has {points}.")
            at.setflags(write=False)
            object.__setattr__(self, ids, known)
            object.__setattr__(self, name, at)
        for name, decimals in (("minutes", MINUTES_DECIMALS), ("miles", MILES_DECIMALS)):
            values = np.array(getattr(self, name), dtype=np.float64).round(decimals)
            if values.shape != (points, points):
                raise ValueError(f"`{name}` has shape {values.shape}; use ({points}, {points}).")
            if (values < 0).any() or np.isinf(values).any():
                raise ValueError(f"`{name}` holds negative or infinite figures; use NaN for what cannot be driven.")
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        object.__setattr__(self, "recipe", MappingProxyType(dict(self.recipe)))

    def points_of(self, pupil_ids: Iterable[str], setting_ids: Iterable[str]) -> tuple[Any, Any]:
        """Return the points of some pupils and of some schools.

        Raises
        ------
        InputError
            When one of them is not known.
        """
        found, faults = [], []
        for column, known, points, wanted in (
            ("pupil_id", self.pupil_ids, self.pupil_point, list(pupil_ids)),
            ("setting_id", self.setting_ids, self.setting_point, list(setting_ids)),
        ):
            at = pd.Index(known).get_indexer(pd.Index(wanted, dtype="object"))
            faults += [
                Fault("legs", column, "", wanted[row], "has no point. Make the legs again, from this problem.")
                for row in np.flatnonzero(at < 0)
            ]
            found.append(points[at])
        if faults:
            raise InputError(faults)
        return found[0], found[1]

    def fingerprint(self) -> str:
        """Return the SHA-256 of the legs, for the record of a run."""
        digest = hashlib.sha256("\0".join((*self.pupil_ids, "|", *self.setting_ids)).encode())
        for part in (self.pupil_point, self.setting_point, self.minutes, self.miles):
            digest.update(np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()

    def __repr__(self) -> str:
        return (
            f"Legs({len(self.pupil_ids):,} pupils and {len(self.setting_ids):,} settings at {len(self.minutes):,} "
            f"points, {self.source})"
        )


def straight_legs(
    problem: Problem,
    *,
    pupil_ids: Iterable[str] | None = None,
    circuity: float = CIRCUITY,
    miles_per_hour: float = MILES_PER_HOUR,
) -> Legs:
    """Estimate legs from straight lines, as `crow_fly` does journeys.

    Parameters
    ----------
    problem
        Its points are used.
    pupil_ids
        Only these pupils; None = all. The arrays grow with the square of the number of points.
    circuity, miles_per_hour
        As for `crow_fly`: assumptions, not published figures.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> straight_legs(tiny())
    Legs(3 pupils and 2 settings at 5 points, straight lines x 1.3 at 25 mph)
    """
    pupils, settings = problem.pupils, problem.settings
    if pupil_ids is not None:
        pupils = pupils[pupils["pupil_id"].isin(set(pupil_ids))]
    ends = pd.concat([pupils[["easting", "northing"]], settings[["easting", "northing"]]], ignore_index=True)
    points, at = np.unique(ends.to_numpy(dtype=np.float64), axis=0, return_inverse=True)
    east, north = points[:, 0], points[:, 1]
    metres = np.hypot(east[:, None] - east[None, :], north[:, None] - north[None, :])
    miles = metres / METRES_PER_MILE * circuity
    at = at.reshape(-1).astype(np.int64)
    return Legs(
        tuple(pupils["pupil_id"]),
        tuple(settings["setting_id"]),
        at[: len(pupils)],
        at[len(pupils) :],
        miles / miles_per_hour * 60,
        miles,
        source=f"straight lines x {circuity:g} at {miles_per_hour:g} mph",
        recipe={"method": "straight", "circuity": circuity, "miles_per_hour": miles_per_hour},
    )


def legs_like(problem: Problem, travel: TravelMatrix, pupil_ids: Iterable[str] | None = None) -> Legs:
    """Return legs made as the journeys of a travel matrix were, where straight lines are what they were made of.

    Raises
    ------
    ValueError
        When the journeys came from elsewhere: roads or a file do not tell the drives between homes.
    """
    recipe = travel.recipe
    if recipe.get("method") != "crow_fly":
        raise ValueError(
            f"The journeys come from {travel.source}, which does not tell the drives between homes. Give "
            "`legs=road_legs(problem, roads)` of the same roads, or `legs=straight_legs(problem)` as an estimate."
        )
    return straight_legs(
        problem, pupil_ids=pupil_ids, circuity=recipe["circuity"], miles_per_hour=recipe["miles_per_hour"]
    )
