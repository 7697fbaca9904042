"""How the number of joiners changes from year to year, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.demand.axes import Numbers

SLOPE_SD = 0.1
"""Before anything is known, joiners change by 10 % a year, up or down. England's plans grew by 9.3 to 11.5 % a year
from January 2019 to January 2025 (DfE, Education, health and care plans 2025)."""


@dataclass(frozen=True, eq=False)
class Trend:
    """Joiners by year: joiners x exp(slope x (year - middle)), times a good or bad year.

    Parameters
    ----------
    years, totals
        The joiners that were seen.
    middle
        The year to which `joiners` belongs.
    joiners
        Joiners in that year.
    exposure
        Years' worth of joiners that were seen.
    slope, slope_sd
        Growth of their logarithm a year, and how unsure it is.
    year_sd
        Standard deviation of the logarithm of single years around the line; 0 where it cannot be known.
    """

    years: tuple[int, ...]
    totals: Numbers
    middle: float
    joiners: float
    exposure: float
    slope: float
    slope_sd: float
    year_sd: float

    def draw(self, generator: np.random.Generator) -> tuple[float, float]:
        """Return joiners and slope that could be the true ones."""
        seen = self.totals.sum()
        joiners = float(generator.gamma(seen) / self.exposure) if seen else 0.0
        return joiners, float(generator.normal(self.slope, self.slope_sd)) if self.slope_sd else self.slope

    def factor(self, slope: float, year: int) -> float:
        """Return a year's joiners over those of the middle; its mean over drawn slopes is that of the mean slope."""
        ahead = year - self.middle
        unsure = 0.0 if slope == self.slope else self.slope_sd**2
        return float(np.exp(slope * ahead - 0.5 * unsure * ahead**2))

    def table(self) -> pd.DataFrame:
        """Return the joiners of each year beside the line."""
        line = [self.joiners * self.factor(self.slope, year) for year in self.years]
        return pd.DataFrame({"year": self.years, "joined": self.totals.astype(int), "line": line})


def find_trend(totals: Numbers, years: Sequence[int], growth_percent: float | None) -> Trend:
    """Estimate how joiners grow: a line through their logarithms, drawn towards no growth.

    Parameters
    ----------
    totals
        Joiners of each year.
    years
        The school years in which they joined.
    growth_percent
        Growth that is known; None = estimated. One year alone says nothing about it: the prior stays.

    Notes
    -----
    The logarithm of a count J varies by 1/J from chance alone. What three years or more vary beyond that is how good
    and bad years differ (moments). The slope has the prior N(0, 0.1²).
    """
    at = np.asarray(years, dtype=float)
    middle = float(at.mean())
    if growth_percent is not None:
        slope, slope_sd, year_sd = float(np.log1p(growth_percent / 100)), 0.0, 0.0
    else:
        slope, slope_sd, year_sd = _fitted(totals, at - middle)
    exposure = float(np.exp(slope * (at - middle)).sum())
    return Trend(tuple(years), totals, middle, float(totals.sum()) / exposure, exposure, slope, slope_sd, year_sd)


def _fitted(totals: Numbers, ahead: Numbers) -> tuple[float, float, float]:
    counts = np.maximum(totals, 0.5)
    logs, year_variance = np.log(counts), 0.0
    for _ in range(2):
        weights = 1 / (1 / counts + year_variance)
        mean, centre = np.average(logs, weights=weights), np.average(ahead, weights=weights)
        precision = float((weights * (ahead - centre) ** 2).sum()) + 1 / SLOPE_SD**2
        slope = float((weights * (ahead - centre) * (logs - mean)).sum()) / precision
        left = logs - mean - slope * (ahead - centre)
        spare = float((weights * left**2).sum()) - (len(counts) - 2)
        if len(counts) < 3 or year_variance:
            break
        year_variance = max(0.0, spare / float(weights.sum()))
    return slope, precision**-0.5, year_variance**0.5
