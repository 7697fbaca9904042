"""The journeys of a travel matrix as flat arrays, with the straight lines beside them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.problem import Problem
from placement_opt.travel import METRES_PER_MILE, TravelMatrix

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
Marks = NDArray[np.bool_]

EXAMPLE_COLUMNS = ("pupil_row", "from_setting_id", "to_setting_id", "minutes", "miles", "straight_miles")


@dataclass(frozen=True, eq=False)
class Known:
    """Every pair of a matrix, those of pupils first, then those between schools; NaN = no journey.

    Parameters
    ----------
    travel
        With exactly the rows and columns of the problem, in its order.
    pupil_points, setting_points
        Arrays of shape (n, 2), metres.
    """

    travel: TravelMatrix
    pupil_points: Floats
    setting_points: Floats

    @classmethod
    def of(cls, problem: Problem, travel: TravelMatrix) -> "Known":
        """Hold a matrix against a problem.

        Raises
        ------
        InputError
            When a pupil or a school of the problem has no row or column.
        """
        points = (frame[["easting", "northing"]].to_numpy(dtype=np.float64) for frame in _located(problem))
        return cls(travel.aligned(problem), *points)

    @property
    def pupils(self) -> int:
        """How many rows of pupils there are."""
        return len(self.pupil_points)

    @property
    def settings(self) -> int:
        """How many schools there are."""
        return len(self.setting_points)

    @property
    def of_pupils(self) -> int:
        """How many of the pairs are of a pupil and a school."""
        return self.travel.minutes.size

    @cached_property
    def minutes(self) -> Floats:
        """Minutes of every pair."""
        return np.concatenate([self.travel.minutes.ravel(), self._between["minutes"].to_numpy(dtype=np.float64)])

    @cached_property
    def miles(self) -> Floats:
        """Miles of every pair."""
        return np.concatenate([self.travel.miles.ravel(), self._between["miles"].to_numpy(dtype=np.float64)])

    @cached_property
    def straight_miles(self) -> Floats:
        """Miles of every pair along a straight line."""
        if self.travel.listed is None:
            lines = _lengths(self.pupil_points[:, None, :], self.setting_points[None, :, :]).ravel()
        else:
            rows, columns = self._listed
            lines = _lengths(self.pupil_points[rows], self.setting_points[columns])
        start, end = self.between_ends
        return np.concatenate([lines, _lengths(self.setting_points[start], self.setting_points[end])])

    @cached_property
    def between_ends(self) -> tuple[Positions, Positions]:
        """The schools where the journeys between schools begin and end."""
        ids = pd.Index(self.travel.setting_ids)
        return (
            ids.get_indexer(pd.Index(self._between["from_setting_id"])).astype(np.int64),
            ids.get_indexer(pd.Index(self._between["to_setting_id"])).astype(np.int64),
        )

    @cached_property
    def _between(self) -> pd.DataFrame:
        between, ids = self.travel.between, pd.Index(self.travel.setting_ids)
        return between[between["from_setting_id"].isin(ids) & between["to_setting_id"].isin(ids)]

    @cached_property
    def _listed(self) -> tuple[Positions, Positions]:
        listed = self.travel.reachable(np.arange(self.pupils, dtype=np.int64))
        return (np.zeros(0, np.int64), np.zeros(0, np.int64)) if listed is None else listed

    def ends(self, at: Positions) -> tuple[Positions, Positions, Positions]:
        """Return pupil (or -1), first school (or -1) and last school of pairs."""
        is_between = at >= self.of_pupils
        pupil, first = np.full(len(at), -1, np.int64), np.full(len(at), -1, np.int64)
        last = np.empty(len(at), np.int64)
        start, end = self.between_ends
        first[is_between], last[is_between] = (part[at[is_between] - self.of_pupils] for part in (start, end))
        inside = at[~is_between]
        if self.travel.listed is None:
            pupil[~is_between], last[~is_between] = np.divmod(inside, max(self.settings, 1))
        else:
            rows, columns = self._listed
            pupil[~is_between], last[~is_between] = rows[inside], columns[inside]
        return pupil, first, last

    def find(self, pupil: Positions, setting: Positions) -> Positions:
        """Return where the pairs of pupils and schools are; -1 = not listed."""
        wanted = pupil * self.settings + setting
        if self.travel.listed is None:
            return wanted
        if not self.of_pupils:
            return np.full(len(wanted), -1, np.int64)
        at = np.minimum(np.searchsorted(self._keys, wanted), self.of_pupils - 1)
        return np.where(self._keys[at] == wanted, at, -1).astype(np.int64)

    @cached_property
    def _keys(self) -> Positions:
        rows, columns = self._listed
        return rows * self.settings + columns

    def rows(self, at: Positions) -> pd.DataFrame:
        """Return pairs as a table: the row of the pupil in `problem.pupils` or the first school, school, figures."""
        pupil, first, last = self.ends(at)
        ids = np.array([*self.travel.setting_ids, None], dtype=object)
        columns = (
            pd.Series(pupil, dtype="Int64").mask(pupil < 0),
            ids[first],
            ids[last],
            self.minutes[at],
            self.miles[at],
            self.straight_miles[at].round(3),
        )
        return pd.DataFrame(dict(zip(EXAMPLE_COLUMNS, columns, strict=True)))


def _located(problem: Problem) -> tuple[pd.DataFrame, pd.DataFrame]:
    return problem.pupils, problem.settings


def _lengths(starts: Floats, ends: Floats) -> Floats:
    east, north = starts[..., 0] - ends[..., 0], starts[..., 1] - ends[..., 1]
    return np.asarray(np.hypot(east, north) / METRES_PER_MILE, dtype=np.float64)
