"""Stated growth: which row of the table decides for which need, phase, locality and year."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.demand.axes import NEED_AXIS, Flags, Numbers, Positions
from placement_opt.phases import PHASE_NAMES

_ORDER = ("need", "phase", "locality", "year")
"""Where two rows give equally many of these, the one that gives the earlier of them is the more specific."""


@dataclass(frozen=True, eq=False)
class Growth:
    """Growth of every cell.

    Parameters
    ----------
    row
        The row of the table that decides, year (from the second) x need x phase x locality; -1 = none.
    percent, percent_sd
        Those of the rows.
    """

    row: Positions
    percent: Numbers
    percent_sd: Numbers

    @property
    def is_stated(self) -> Flags:
        """Whether a row decides: year x need x phase x locality."""
        return self.row >= 0

    def factors(self, generator: np.random.Generator | None) -> Numbers:
        """Return each cell's number of pupils over that of the year before; 1 where no row decides.

        Parameters
        ----------
        generator
            Draws what is unsure about a row, the same for all its cells and years; None = the percentages as stated.
        """
        off = 0.0 if generator is None else generator.standard_normal(len(self.percent)) * self.percent_sd
        factors = np.maximum(0.0, 1 + (self.percent + off) / 100)
        return np.append(factors, 1.0)[self.row]


def spread(table: pd.DataFrame, years: tuple[int, ...], localities: tuple[str, ...]) -> Growth:
    """Find the most specific row for every year, need, phase and locality.

    Parameters
    ----------
    table
        The table growth.
    years
        The school years of the projection.
    localities
        The axis of localities.
    """
    axes = {"year": years[1:], "need": NEED_AXIS, "phase": PHASE_NAMES, "locality": localities}
    row = np.full(tuple(len(axis) for axis in axes.values()), -1, dtype=np.int64)
    for at in sorted(range(len(table)), key=lambda at: _specific(table, at)):
        where = tuple(
            slice(None) if pd.isna(table.iloc[at][name]) else axis.index(table.iloc[at][name])
            for name, axis in axes.items()
        )
        row[where] = at
    percent, percent_sd = (table[name].to_numpy(dtype=float) for name in ("percent", "percent_sd"))
    return Growth(row, percent, percent_sd)


def _specific(table: pd.DataFrame, at: int) -> tuple[int, ...]:
    given = [int(table[name].notna().iloc[at]) for name in _ORDER]
    return (sum(given), *given)
