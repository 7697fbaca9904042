"""Minutes and miles from every pupil to every school, with where they come from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.errors import Fault, InputError
from placement_opt.problem import Problem

METRES_PER_MILE = 1_609.344
MOST_CIRCUITY = 10.0
MOST_MILES_PER_HOUR = 100.0

MINUTES_DECIMALS = 2
MILES_DECIMALS = 3
"""Journeys are rounded once, here, so that every machine and every check works with the same figures."""

BETWEEN_COLUMNS = ("from_setting_id", "to_setting_id", "minutes", "miles")


@dataclass(frozen=True, eq=False, repr=False)
class TravelMatrix:
    """Journeys, one way, of every pupil to every school, and of hubs to spokes.

    Parameters
    ----------
    pupil_ids, setting_ids
        What the rows and the columns stand for.
    minutes, miles
        Arrays of shape (pupils, settings); NaN = cannot be reached.
    between
        Journeys between schools for outreach: from_setting_id, to_setting_id, minutes, miles.
    source
        Where the figures come from, in words.
    recipe
        The arguments that made the matrix, so that it can be made again.

    Raises
    ------
    ValueError
        When shapes do not match, an id repeats, or a figure is negative or infinite.
    """

    pupil_ids: tuple[str, ...]
    setting_ids: tuple[str, ...]
    minutes: NDArray[np.float64]
    miles: NDArray[np.float64]
    between: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(BETWEEN_COLUMNS)))
    source: str = "unknown"
    recipe: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = (len(self.pupil_ids), len(self.setting_ids))
        for name, ids in (("pupil_ids", self.pupil_ids), ("setting_ids", self.setting_ids)):
            if len(set(ids)) != len(ids):
                raise ValueError(f"`{name}` repeats an id; every row and column of a travel matrix needs its own.")
            object.__setattr__(self, name, tuple(ids))
        for name, decimals in (("minutes", MINUTES_DECIMALS), ("miles", MILES_DECIMALS)):
            values = np.array(getattr(self, name), dtype=np.float64).round(decimals)
            if values.shape != shape:
                raise ValueError(f"`{name}` has shape {values.shape}; pupils and settings ask for {shape}.")
            if (values < 0).any() or np.isinf(values).any():
                raise ValueError(f"`{name}` holds negative or infinite figures; use NaN for what cannot be reached.")
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        unreachable = np.isnan(self.minutes) | np.isnan(self.miles)
        if (np.isnan(self.minutes) != unreachable).any() or (np.isnan(self.miles) != unreachable).any():
            raise ValueError("`minutes` and `miles` must be NaN for the same pairs.")
        object.__setattr__(self, "between", _rounded_between(self.between))
        object.__setattr__(self, "recipe", MappingProxyType(dict(self.recipe)))

    def aligned(self, problem: Problem) -> "TravelMatrix":
        """Return the matrix with exactly the rows and columns of a problem, in its order.

        Raises
        ------
        InputError
            When a pupil or a school of the problem has no row or column.
        """
        wanted_pupils = problem.pupils["pupil_id"].tolist()
        wanted_settings = problem.settings["setting_id"].tolist()
        if list(self.pupil_ids) == wanted_pupils and list(self.setting_ids) == wanted_settings:
            return self
        faults = [
            Fault("travel", column, "", str(missing), "has no journeys. Make or read the travel matrix again.")
            for column, wanted, known in (
                ("pupil_id", wanted_pupils, set(self.pupil_ids)),
                ("setting_id", wanted_settings, set(self.setting_ids)),
            )
            for missing in wanted
            if missing not in known
        ]
        if faults:
            raise InputError(faults)
        rows = pd.Index(self.pupil_ids).get_indexer(pd.Index(wanted_pupils))
        columns = pd.Index(self.setting_ids).get_indexer(pd.Index(wanted_settings))
        return TravelMatrix(
            tuple(wanted_pupils),
            tuple(wanted_settings),
            self.minutes[np.ix_(rows, columns)],
            self.miles[np.ix_(rows, columns)],
            self.between,
            self.source,
            self.recipe,
        )

    def journeys(self) -> pd.DataFrame:
        """Return one row for each pupil and school that can be reached: pupil_id, setting_id, minutes, miles."""
        rows, columns = np.nonzero(~np.isnan(self.minutes))
        return pd.DataFrame(
            {
                "pupil_id": np.array(self.pupil_ids, dtype=object)[rows],
                "setting_id": np.array(self.setting_ids, dtype=object)[columns],
                "minutes": self.minutes[rows, columns],
                "miles": self.miles[rows, columns],
            }
        )

    def fingerprint(self) -> str:
        """Return the SHA-256 of the journeys, for the record of a run."""
        digest = hashlib.sha256()
        for part in (*self.pupil_ids, "|", *self.setting_ids):
            digest.update(part.encode() + b"\0")
        digest.update(np.ascontiguousarray(self.minutes).tobytes())
        digest.update(np.ascontiguousarray(self.miles).tobytes())
        digest.update(self.between.to_csv(index=False).encode())
        return digest.hexdigest()

    def __repr__(self) -> str:
        reached = int((~np.isnan(self.minutes)).sum())
        return (
            f"TravelMatrix({len(self.pupil_ids):,} pupils x {len(self.setting_ids):,} settings, "
            f"{reached:,} journeys, {self.source})"
        )


def crow_fly(problem: Problem, *, circuity: float = 1.3, miles_per_hour: float = 25.0) -> TravelMatrix:
    """Estimate journeys from straight lines.

    Parameters
    ----------
    problem
        Its points are used.
    circuity
        Road miles for each straight mile. An assumption, not a published figure: check it against your roads.
    miles_per_hour
        Mean speed. An assumption, not a published figure.

    Returns
    -------
    TravelMatrix
        No pair is unreachable.

    Raises
    ------
    ValueError
        When `circuity` is not from 1 to 10, or the speed not above 0 and up to 100.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> crow_fly(tiny())
    TravelMatrix(3 pupils x 2 settings, 6 journeys, straight lines x 1.3 at 25 mph)
    """
    if not 1 <= circuity <= MOST_CIRCUITY:
        message = f"use 1.0 (a road is at least as long as the straight line) to {MOST_CIRCUITY:g}."
        raise ValueError(f"`circuity` is {circuity!r}; {message}")
    if not 0 < miles_per_hour <= MOST_MILES_PER_HOUR:
        raise ValueError(f"`miles_per_hour` is {miles_per_hour!r}; use a speed above 0, up to {MOST_MILES_PER_HOUR:g}.")
    pupils, settings = problem.pupils, problem.settings
    miles = _straight_miles(pupils, settings) * circuity
    hub_sites, spoke_sites = _outreach_sites(problem)
    link_miles = _straight_miles(hub_sites, spoke_sites) * circuity
    between = pd.DataFrame(
        {
            "from_setting_id": np.repeat(hub_sites["setting_id"].to_numpy(dtype=object), len(spoke_sites)),
            "to_setting_id": np.tile(spoke_sites["setting_id"].to_numpy(dtype=object), len(hub_sites)),
            "minutes": (link_miles / miles_per_hour * 60).ravel(),
            "miles": link_miles.ravel(),
        }
    )
    return TravelMatrix(
        tuple(pupils["pupil_id"]),
        tuple(settings["setting_id"]),
        miles / miles_per_hour * 60,
        miles,
        between,
        source=f"straight lines x {circuity:g} at {miles_per_hour:g} mph",
        recipe={"method": "crow_fly", "circuity": circuity, "miles_per_hour": miles_per_hour},
    )


def _straight_miles(starts: pd.DataFrame, ends: pd.DataFrame) -> NDArray[np.float64]:
    east = starts["easting"].to_numpy()[:, None] - ends["easting"].to_numpy()[None, :]
    north = starts["northing"].to_numpy()[:, None] - ends["northing"].to_numpy()[None, :]
    return np.asarray(np.hypot(east, north) / METRES_PER_MILE, dtype=np.float64)


def _outreach_sites(problem: Problem) -> tuple[pd.DataFrame, pd.DataFrame]:
    provisions, settings = problem.provisions, problem.settings
    hubs = provisions.loc[provisions["provision_id"].isin(problem.hubs["provision_id"]), "setting_id"]
    spokes = provisions.loc[provisions["kind"] == "spoke", "setting_id"]
    return settings[settings["setting_id"].isin(hubs)], settings[settings["setting_id"].isin(spokes)]


def _rounded_between(between: pd.DataFrame) -> pd.DataFrame:
    frame = between.loc[:, list(BETWEEN_COLUMNS)].copy()
    frame["minutes"] = frame["minutes"].astype(float).round(MINUTES_DECIMALS)
    frame["miles"] = frame["miles"].astype(float).round(MILES_DECIMALS)
    return frame.sort_values(["from_setting_id", "to_setting_id"], kind="stable").reset_index(drop=True)
