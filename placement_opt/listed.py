"""Which journeys are known, where a whole matrix of them would be too large: a list for each pupil."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, repr=False)
class Listed:
    """Which schools each pupil has a journey to, where only some are listed.

    Parameters
    ----------
    start
        Where the journeys of each pupil begin; one entry more than there are pupils.
    setting
        The position of the school of each journey; ascending for each pupil.
    """

    start: NDArray[np.int64]
    setting: NDArray[np.int64]

    def check(self, pupils: int, settings: int) -> None:
        """Refuse a list that does not fit so many pupils and settings.

        Raises
        ------
        ValueError
            When it does not.
        """
        start, setting = self.start, self.setting
        if len(start) != pupils + 1 or start[0] != 0 or start[-1] != len(setting):
            raise ValueError("`listed.start` has to begin at 0, end at the number of journeys, and hold each pupil.")
        if len(setting) and (setting.min() < 0 or setting.max() >= settings):
            raise ValueError("`listed.setting` holds a position that no setting has.")
        if (np.diff(self.keys(settings)) <= 0).any():
            raise ValueError("`listed.setting` has to be ascending for each pupil, without repeats.")

    @cached_property
    def pupil(self) -> NDArray[np.int64]:
        """The position of the pupil of each journey."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    def keys(self, settings: int) -> NDArray[np.int64]:
        """Return pupil and school of each journey as one number, ascending."""
        return np.asarray(self.pupil * settings + self.setting, dtype=np.int64)

    def of_pupils(self, pupil: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the journeys of some pupils (ascending) as positions of pupils and settings."""
        lengths = np.diff(self.start)[pupil]
        first = np.repeat(self.start[pupil], lengths)
        within = np.arange(len(first)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return np.repeat(pupil, lengths), self.setting[first + within]

    def reordered(
        self, rows: NDArray[np.int64], columns: NDArray[np.int64], settings: int
    ) -> tuple["Listed", NDArray[np.int64]]:
        """Return the list with only some pupils and settings, in their order, and the journeys that are kept.

        Parameters
        ----------
        rows, columns
            Positions of the pupils and settings to keep.
        settings
            How many settings there are now.
        """
        new_row = np.full(len(self.start) - 1, len(rows), dtype=np.int64)
        new_column = np.full(settings, len(columns), dtype=np.int64)
        new_row[rows], new_column[columns] = np.arange(len(rows)), np.arange(len(columns))
        pupil, setting = new_row[self.pupil], new_column[self.setting]
        kept = np.flatnonzero((pupil < len(rows)) & (setting < len(columns)))
        kept = kept[np.lexsort((setting[kept], pupil[kept]))]
        start = np.searchsorted(pupil[kept], np.arange(len(rows) + 1))
        return Listed(start.astype(np.int64), setting[kept]), kept
