"""Minutes and miles from every pupil to every school, with where they come from."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.errors import Fault, InputError
from placement_opt.listed import Listed
from placement_opt.problem import Problem

METRES_PER_MILE = 1_609.344
CIRCUITY, MILES_PER_HOUR = 1.3, 25.0
"""Assumptions about straight lines: road miles for each, and mean speed along them."""
MOST_CIRCUITY = 10.0
MOST_MILES_PER_HOUR = 100.0

MINUTES_DECIMALS = 2
MILES_DECIMALS = 3
"""Journeys are rounded once, here, so that every machine and every check works with the same figures."""
DECIMALS = {"minutes": MINUTES_DECIMALS, "miles": MILES_DECIMALS, "walk_miles": MILES_DECIMALS}

POINTS_AT_ONCE = 50_000

BETWEEN_COLUMNS = ("from_setting_id", "to_setting_id", "minutes", "miles")


@dataclass(frozen=True, eq=False, repr=False)
class TravelMatrix:
    """Journeys, one way, of every pupil to every school, and of hubs to spokes.

    Parameters
    ----------
    pupil_ids, setting_ids
        What the rows and the columns stand for.
    minutes, miles
        Arrays of shape (pupils, settings); NaN = cannot be reached. With `listed`, one figure for each listed journey.
    between
        Journeys between schools for outreach: from_setting_id, to_setting_id, minutes, miles.
    source
        Where the figures come from, in words.
    recipe
        The arguments that made the matrix, so that it can be made again.
    listed
        For a country: the journeys that are known, pupil by pupil; all others cannot be made. None = `minutes` and
        `miles` are whole matrices.
    walk_miles
        As `miles`: the shortest way that can be walked, which entitlement by distance is measured along. NaN = no way
        can be walked. None = not known; entitlement then goes by `miles`.

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
    listed: Listed | None = None
    walk_miles: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        shape: tuple[int, ...] = (len(self.pupil_ids), len(self.setting_ids))
        if self.listed is not None:
            self.listed.check(*shape)
            shape = (len(self.listed.setting),)
        for name, ids in (("pupil_ids", self.pupil_ids), ("setting_ids", self.setting_ids)):
            if len(set(ids)) != len(ids):
                raise ValueError(f"`{name}` repeats an id; every row and column of a travel matrix needs its own.")
            object.__setattr__(self, name, tuple(ids))
        for name, decimals in DECIMALS.items():
            if name == "walk_miles" and self.walk_miles is None:
                continue
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

    @cached_property
    def _keys(self) -> NDArray[np.int64]:
        """Pupil and school of each listed journey as one ascending number."""
        return np.zeros(0, dtype=np.int64) if self.listed is None else self.listed.keys(len(self.setting_ids))

    def minutes_at(self, pupil: NDArray[np.int64], setting: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return minutes, one way, for positions of pupils and settings that broadcast; NaN = cannot be reached."""
        return self._at(self.minutes, pupil, setting)

    def miles_at(self, pupil: NDArray[np.int64], setting: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return miles, one way, for positions of pupils and settings that broadcast; NaN = cannot be reached."""
        return self._at(self.miles, pupil, setting)

    def walk_miles_at(self, pupil: NDArray[np.int64], setting: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return miles on foot, one way, for positions of pupils and settings that broadcast; NaN = no way is known."""
        if self.walk_miles is None:
            return np.full(np.broadcast_shapes(pupil.shape, setting.shape), np.nan)
        return self._at(self.walk_miles, pupil, setting)

    def _at(
        self, values: NDArray[np.float64], pupil: NDArray[np.int64], setting: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        if self.listed is None:
            return np.asarray(values[pupil, setting])
        wanted = pupil * len(self.setting_ids) + setting
        if not len(values):
            return np.full(wanted.shape, np.nan)
        at = np.minimum(np.searchsorted(self._keys, wanted), len(values) - 1)
        return np.where(self._keys[at] == wanted, values[at], np.nan)

    def reachable(self, pupil: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """Return the listed journeys of some pupils as positions of pupils and settings; None = all may be possible.

        Parameters
        ----------
        pupil
            Positions, ascending.
        """
        if self.listed is None:
            return None
        return self.listed.of_pupils(pupil)

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
        listed: Listed | None = None
        kept: Any = np.ix_(rows, columns)
        if self.listed is not None:
            listed, kept = self.listed.reordered(rows, columns, len(self.setting_ids))
        return replace(
            self,
            pupil_ids=tuple(wanted_pupils),
            setting_ids=tuple(wanted_settings),
            minutes=self.minutes[kept],
            miles=self.miles[kept],
            listed=listed,
            walk_miles=None if self.walk_miles is None else self.walk_miles[kept],
        )

    def journeys(self) -> pd.DataFrame:
        """Return one row for each pupil and school that can be reached: pupil_id, setting_id, minutes, miles.

        Where ways to walk are known there is a column walk_miles; NaN = no way can be walked.
        """
        known = np.nonzero(~np.isnan(self.minutes))
        listed = self.reachable(np.arange(len(self.pupil_ids)))
        rows, columns = known if listed is None else (part[known[0]] for part in listed)
        return pd.DataFrame(
            {
                "pupil_id": np.array(self.pupil_ids, dtype=object)[rows],
                "setting_id": np.array(self.setting_ids, dtype=object)[columns],
                "minutes": self.minutes[known],
                "miles": self.miles[known],
                **({} if self.walk_miles is None else {"walk_miles": self.walk_miles[known]}),
            }
        )

    def fingerprint(self) -> str:
        """Return the SHA-256 of the journeys, for the record of a run."""
        digest = hashlib.sha256()
        for part in (*self.pupil_ids, "|", *self.setting_ids):
            digest.update(part.encode() + b"\0")
        if self.listed is not None:
            digest.update(self._keys.tobytes())
        digest.update(np.ascontiguousarray(self.minutes).tobytes())
        digest.update(np.ascontiguousarray(self.miles).tobytes())
        if self.walk_miles is not None:
            digest.update(b"walk" + np.ascontiguousarray(self.walk_miles).tobytes())
        digest.update(self.between.to_csv(index=False).encode())
        return digest.hexdigest()

    def __repr__(self) -> str:
        reached = int((~np.isnan(self.minutes)).sum())
        return (
            f"TravelMatrix({len(self.pupil_ids):,} pupils x {len(self.setting_ids):,} settings, "
            f"{reached:,} journeys, {self.source})"
        )


def crow_fly(
    problem: Problem, *, circuity: float = CIRCUITY, miles_per_hour: float = MILES_PER_HOUR, nearest: int | None = None
) -> TravelMatrix:
    """Estimate journeys from straight lines.

    Parameters
    ----------
    problem
        Its points are used.
    circuity
        Road miles for each straight mile. An assumption, not a published figure: check it against your roads.
    miles_per_hour
        Mean speed. An assumption, not a published figure.
    nearest
        For a country: only the journeys to so many of the nearest schools of each pupil, to the present one, the
        requested one and those that an officer says the pupil must go to; None = all journeys.

    Returns
    -------
    TravelMatrix
        Without `nearest` no pair is unreachable.

    Raises
    ------
    ValueError
        When `circuity` is not from 1 to 10, the speed not above 0 and up to 100, or `nearest` not 1 or more.

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
    if nearest is not None and nearest < 1:
        raise ValueError(f"`nearest` is {nearest!r}; use 1 or more schools, or None for all.")
    pupils, settings = problem.pupils, problem.settings
    listed = None if nearest is None else _nearest_schools(problem, nearest)
    miles = (_straight_miles(pupils, settings) if listed is None else _listed_miles(problem, listed)) * circuity
    hub_sites, spoke_sites = outreach_sites(problem)
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
        recipe={"method": "crow_fly", "circuity": circuity, "miles_per_hour": miles_per_hour, "nearest": nearest},
        listed=listed,
    )


def _nearest_schools(problem: Problem, nearest: int) -> Listed:
    pupils, settings = problem.pupils, problem.settings
    points, schools = (frame[["easting", "northing"]].to_numpy() for frame in (pupils, settings))
    most = min(nearest, len(schools))
    near = np.empty((len(points), most), dtype=np.int64)
    tree = import_module("scipy.spatial").cKDTree(schools)  # loaded when used: whole matrices do not need it
    for first in range(0, len(points), POINTS_AT_ONCE):
        found = tree.query(points[first : first + POINTS_AT_ONCE], k=np.arange(1, most + 1), workers=-1)[1]
        near[first : first + POINTS_AT_ONCE] = np.sort(found, axis=1)
    near += np.arange(len(points))[:, None] * len(schools)
    numbers = near.ravel()
    known = np.unique(np.concatenate(list(_known_places(problem))))
    new = known[~_is_in(numbers, known)]
    if len(new):
        numbers = np.insert(numbers, np.searchsorted(numbers, new), new)
    start = np.searchsorted(numbers, np.arange(len(points) + 1) * len(schools))
    return Listed(start.astype(np.int64), numbers % len(schools))


def _is_in(ascending: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.bool_]:
    at = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    return np.asarray(ascending[at] == wanted, dtype=np.bool_)


def _known_places(problem: Problem) -> Iterator[NDArray[np.int64]]:
    """Yield pupil and school, as one number, of present places, requests and officers' decisions."""
    pupils, schools = problem.pupils, pd.Index(problem.settings["setting_id"])
    school_of = problem.provisions.set_index("provision_id")["setting_id"]
    musts = problem.table("pair_rules")
    musts = musts[musts["rule"] == "must"]
    for pupil_ids, setting_ids in (
        (pupils["pupil_id"], pupils["current_provision_id"].map(school_of)),
        (pupils["pupil_id"], pupils["requested_setting_id"]),
        (musts["pupil_id"], musts["provision_id"].map(school_of)),
    ):
        row = pd.Index(pupils["pupil_id"]).get_indexer(pd.Index(pupil_ids))
        column = schools.get_indexer(pd.Index(setting_ids))
        yield (row * len(schools) + column)[column >= 0].astype(np.int64)


def _listed_miles(problem: Problem, listed: Listed) -> NDArray[np.float64]:
    pupils, settings = problem.pupils, problem.settings
    pupil = np.repeat(np.arange(len(pupils)), np.diff(listed.start))
    east = pupils["easting"].to_numpy()[pupil] - settings["easting"].to_numpy()[listed.setting]
    north = pupils["northing"].to_numpy()[pupil] - settings["northing"].to_numpy()[listed.setting]
    return np.asarray(np.hypot(east, north) / METRES_PER_MILE, dtype=np.float64)


def _straight_miles(starts: pd.DataFrame, ends: pd.DataFrame) -> NDArray[np.float64]:
    east = starts["easting"].to_numpy()[:, None] - ends["easting"].to_numpy()[None, :]
    north = starts["northing"].to_numpy()[:, None] - ends["northing"].to_numpy()[None, :]
    return np.asarray(np.hypot(east, north) / METRES_PER_MILE, dtype=np.float64)


def outreach_sites(problem: Problem) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the settings that journeys of outreach begin at, and those that they end at."""
    provisions, settings = problem.provisions, problem.settings
    hubs = provisions.loc[provisions["provision_id"].isin(problem.hubs["provision_id"]), "setting_id"]
    spokes = provisions.loc[provisions["kind"] == "spoke", "setting_id"]
    return settings[settings["setting_id"].isin(hubs)], settings[settings["setting_id"].isin(spokes)]


def _rounded_between(between: pd.DataFrame) -> pd.DataFrame:
    frame = between.loc[:, list(BETWEEN_COLUMNS)].copy()
    frame["minutes"] = frame["minutes"].astype(float).round(MINUTES_DECIMALS)
    frame["miles"] = frame["miles"].astype(float).round(MILES_DECIMALS)
    return frame.sort_values(["from_setting_id", "to_setting_id"], kind="stable").reset_index(drop=True)
