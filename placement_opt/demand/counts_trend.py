"""Growth of yearly counts: a random walk with drift for each category, drawn towards the drift of all of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.demand.axes import Flags, Numbers

LEAST = 0.5
"""What stands for a count of nought in a logarithm."""
T_90 = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372)
T_975 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""Student's t at 90 and 97.5 % for 1 to 10 degrees of freedom: a spread found from few changes is itself unsure."""


@dataclass(frozen=True, eq=False)
class CountTrend:
    """How categories grow.

    Parameters
    ----------
    table
        By category: last (the last count), steps (changes that were seen), drift (growth of the logarithm a year),
        drift_sd (how unsure it is), year_sd (how single years differ), from_data (the share of the drift that is the
        category's own).
    """

    table: pd.DataFrame

    def ahead(self, years: int) -> pd.DataFrame:
        """Return what is expected so many years after the last count: projected, and low and high ends."""
        table = self.table
        middle = table["last"] * np.exp(table["drift"] * years)
        sd = np.sqrt((years * table["drift_sd"]) ** 2 + years * table["year_sd"] ** 2)
        found = pd.DataFrame({"projected": middle})
        freedom = table["steps"].clip(2, len(T_90) + 1).astype(int) - 2
        for name, quantiles in (("80", T_90), ("95", T_975)):
            t = np.array(quantiles)[freedom]
            found[f"low_{name}"], found[f"high_{name}"] = middle * np.exp(-t * sd), middle * np.exp(t * sd)
        return found


def trend_of(counts: pd.DataFrame) -> CountTrend:
    """Estimate how categories of counts grow.

    Parameters
    ----------
    counts
        A row for each year, in order, a column for each category; at least two years. Noughts before a category's first
        count are taken as not counted.

    Notes
    -----
    The drift of a category is the mean change of its logarithm; its variance is that of its changes, or that of chance
    (1/first + 1/last) if larger, over the number of changes. Drifts are drawn towards their weighted mean as random
    effects, with the variance between categories by the moments of DerSimonian and Laird (1986).
    """
    steps, drift, spread = (np.zeros(counts.shape[1]) for _ in range(3))
    for at, name in enumerate(counts.columns):
        values = counts[name].to_numpy(dtype=float)
        seen = values[np.argmax(values > 0) :] if (values > 0).any() else values[:1]
        logs = np.log(np.maximum(seen, LEAST))
        steps[at] = len(seen) - 1
        drift[at] = (logs[-1] - logs[0]) / max(1, len(seen) - 1)
        chance = 1 / max(seen[0], LEAST) + 1 / max(seen[-1], LEAST)
        spread[at] = max(chance, float(np.var(np.diff(logs), ddof=1)) if len(seen) > 2 else 0.0)
    pooled, variance, own = _random_effects(drift, spread / np.maximum(steps, 1), steps > 0)
    table = pd.DataFrame(
        {
            "last": counts.iloc[-1].to_numpy(dtype=float),
            "steps": steps.astype(int),
            "drift": pooled,
            "drift_sd": np.sqrt(variance),
            "year_sd": np.sqrt(spread),
            "from_data": own,
        },
        index=counts.columns,
    )
    return CountTrend(table)


def _random_effects(drift: Numbers, variance: Numbers, seen: Flags) -> tuple[Numbers, Numbers, Numbers]:
    """Return the drifts drawn towards their mean, their variances, and the share that is each one's own."""
    if not seen.any():
        return np.zeros_like(drift), np.zeros_like(drift), np.zeros_like(drift)
    weights = np.where(seen, 1 / variance, 0.0)
    mean = float((weights * drift).sum() / weights.sum())
    excess = float((weights * (drift - mean) ** 2).sum()) - (seen.sum() - 1)
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    between = max(0.0, excess / scale) if scale > 0 else 0.0
    own = np.where(seen, between / (between + variance), 0.0)
    own = np.ones_like(own) if seen.sum() == 1 and len(seen) == 1 else own
    total = 1 / (1 / (between + variance[seen])).sum()
    pooled = own * drift + (1 - own) * mean
    unsure = np.where(seen, own * variance, between) + (1 - own) ** 2 * total
    return pooled, unsure, own
