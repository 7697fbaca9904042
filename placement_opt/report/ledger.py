"""Counts of pupils that shared papers show, and the sums that tie them together, as they are collected."""

from collections.abc import Hashable, Iterable
from typing import Any

import pandas as pd

from placement_opt.suppression import LEAST_SHOWN, Protection, protection
from placement_opt.witnesses import Sum


class Ledger:
    """Counts, sums, and the most that a reader knows a count can be."""

    def __init__(self) -> None:
        self.counts: dict[Hashable, int] = {}
        self.sums: list[Sum] = []
        self.most: dict[Hashable, int] = {}
        self.unseen: set[Hashable] = set()

    def protection(self) -> Protection:
        """Return how each count may be shown, and which nothing can hide."""
        return protection(self.counts, self.sums, most=self.most, unseen=self.unseen)

    def add(self, key: Hashable, count: float) -> Hashable:
        """Take a count down, and return its key."""
        self.counts[key] = int(count)
        return key

    def split(self, total: Hashable, parts: Iterable[tuple[Hashable, float]]) -> None:
        """Take down what a total is made of."""
        self.sums.append(Sum(total, tuple(self.add(key, count) for key, count in parts)))

    def rest(self, total: Hashable, parts: Iterable[Hashable]) -> None:
        """Protect what is left of a total: it stands nowhere, but a reader can subtract."""
        parts = tuple(parts)
        left = self.counts[total] - sum(self.counts[part] for part in parts)
        key = self.add(("rest", total, parts), left)
        self.sums.append(Sum(total, (*parts, key)))
        if not 0 < left < LEAST_SHOWN:
            self.unseen.add(key)

    def tie(self, one: Hashable, other: Hashable) -> None:
        """Know that two counts are the same where they are."""
        if one != other and self.counts[one] == self.counts[other]:
            self.sums.append(Sum(one, (other,)))

    def overlap(self, pupils: pd.DataFrame, one: "pd.Series[Any]", other: "pd.Series[Any]") -> None:
        """Know that two groupings count the same pupils, wherever groups of one are made up of groups of the other.

        Parameters
        ----------
        pupils
            Rows with a `count`.
        one, other
            The key of each row in either grouping. Keys that were not taken down are left out.
        """
        pairs = pd.DataFrame({"one": one, "other": other})[pupils["count"] > 0].drop_duplicates()
        while not pairs.empty:
            ones, others = {pairs["one"].iloc[0]}, set[object]()
            while True:
                inside = pairs["one"].isin(ones) | pairs["other"].isin(others)
                if len(ones) == pairs.loc[inside, "one"].nunique() and others == set(pairs.loc[inside, "other"]):
                    break
                ones, others = set(pairs.loc[inside, "one"]), set(pairs.loc[inside, "other"])
            self._same(sorted(ones, key=str), sorted(others, key=str))
            pairs = pairs[~inside]

    def _same(self, ones: list[Hashable], others: list[Hashable]) -> None:
        if len(ones) > 1 and len(others) > 1:
            both = self.add(("together", *ones), sum(self.counts[key] for key in ones))
            self.sums.append(Sum(both, tuple(ones)))
            ones = [both]
        total, parts = (ones[0], others) if len(ones) == 1 else (others[0], ones)
        if (total,) != tuple(parts):
            self.sums.append(Sum(total, tuple(parts)))
