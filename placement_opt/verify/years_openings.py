"""C18: as many whole sites as a budget of capital has room for, stated again from docs/planning_ahead.md, section 6."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from placement_opt.verify.program import MOST
from placement_opt.verify.question import Real, Whole
from placement_opt.verify.years_merged import Merged

RATIO_SLACK, LIMIT_SLACK = 1e-9, 1e-6


@dataclass(eq=False, repr=False)
class Openings:
    """The rows of C18 as they are collected, budget by budget."""

    keys: list[tuple[int, ...]] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    columns: list[Whole] = field(default_factory=list)
    sites: list[Real] = field(default_factory=list)

    def collect(self, merged: Merged, key: tuple[int, ...], spent: Sequence[tuple[int, float]], limit: float) -> None:
        """Round a budget by the price of each site that it could pay.

        Parameters
        ----------
        merged
            Whose columns of being open count; classes are left out.
        key
            The numbers of the budget's row.
        spent
            Columns with £.
        limit
            What is left of the budget after what is committed.
        """
        first_of_none = int(merged.first_column[-1])
        column = np.array([at for at, _ in spent if at < first_of_none], dtype=np.int64)
        gbp = np.array([cost for at, cost in spent if at < first_of_none])
        ascending = np.sort(gbp[np.round(gbp, 2) > 0])
        _, least = np.unique(np.round(ascending, 2), return_index=True)
        for place, price in enumerate(ascending[least].tolist()):
            self.keys.append((*key, place))
            self.columns.append(column)
            self.sites.append(np.sign(gbp) * np.floor(np.abs(gbp) / price + RATIO_SLACK))
            self.most.append(float(np.floor(limit / price + LIMIT_SLACK)))

    def state(self, merged: Merged, word: str) -> None:
        """Add the rows."""
        rows = merged.add_rows(word, self.keys, MOST, self.most).tolist()
        for row, columns, sites in zip(rows, self.columns, self.sites, strict=True):
            for column, number in zip(columns.tolist(), sites.tolist(), strict=True):
                merged.put(row, column, number)
