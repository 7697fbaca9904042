"""The counts of all draws: their mean and intervals for any grouping."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.demand.axes import KIND_AXIS, NEED_AXIS, Flags, Tally
from placement_opt.phases import PHASE_NAMES

INTERVALS = {"50": (0.25, 0.75), "80": (0.1, 0.9), "95": (0.025, 0.975)}
"""Each interval by its name in per cent, with the shares of draws below its ends."""
AXES = ("year", "need", "phase", "locality", "kind")


@dataclass(frozen=True, eq=False)
class Counts:
    """Pupils of every draw.

    Parameters
    ----------
    pupils
        draw x year x need x phase x locality x kind.
    years, localities
        The axes that differ between projections.
    """

    pupils: Tally
    years: tuple[int, ...]
    localities: tuple[str, ...]

    def by(self, groups: Sequence[str]) -> pd.DataFrame:
        """Return the mean and the 50, 80 and 95 % intervals over the draws for every group that ever has a pupil.

        Parameters
        ----------
        groups
            Some of year, need, phase, locality and kind.
        """
        labels = dict(zip(AXES, (self.years, NEED_AXIS, PHASE_NAMES, self.localities, KIND_AXIS), strict=True))
        others = tuple(at + 1 for at, name in enumerate(AXES) if name not in groups)
        cells = self.pupils.sum(axis=others)
        order = [name for name in AXES if name in groups]
        cells = cells.transpose(0, *(1 + order.index(name) for name in groups))
        is_met = np.broadcast_to(_met(cells, [name == "year" for name in groups]), cells.shape[1:])
        where = np.nonzero(is_met)
        values = cells[(slice(None), *where)]
        table = {name: np.array(labels[name], dtype=object)[at] for name, at in zip(groups, where, strict=True)}
        return pd.concat([pd.DataFrame(table).infer_objects(), summarised(values)], axis="columns")


def summarised(values: NDArray[Any]) -> pd.DataFrame:
    """Return the mean and the ends of each interval over the first axis, which is that of the draws.

    Examples
    --------
    >>> summarised(np.arange(1, 101).reshape(100, 1))[["mean", "low_80", "high_80"]].values.tolist()
    [[50.5, 10.0, 90.0]]
    """
    frame = pd.DataFrame({"mean": values.mean(axis=0)})
    for name, ends in INTERVALS.items():
        for end, share in zip(("low", "high"), ends, strict=True):
            frame[f"{end}_{name}"] = np.quantile(values, share, axis=0, method="inverted_cdf")
    return frame


def _met(cells: NDArray[np.integer[Any]], is_year: Sequence[bool]) -> Flags:
    """Return which groups ever have a pupil, in any year and draw."""
    over = (0, *(at + 1 for at, of_year in enumerate(is_year) if of_year))
    return np.asarray(cells.sum(axis=over, keepdims=True)[0] > 0)
