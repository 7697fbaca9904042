"""Many futures: what became of each, and what they say together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from placement_opt.scenarios.figures import PAID
from placement_opt.scenarios.futures_estimates import LEVEL, QUANTILES, as_table, check_shares, share_row, spread
from placement_opt.scenarios.futures_journal import Key
from placement_opt.scenarios.futures_places import chances, groups_of, spread_over
from placement_opt.scenarios.futures_rows import NO_PLACE, Record
from placement_opt.scenarios.regret import GROUPS, regret_table, waiting_table

SPECIALIST = ("hub", "special", "independent_special", "alternative", NO_PLACE)
"""Kinds of specialist places; a pupil without a place is counted as one who needs such a place."""

GROUPED = ("need", "locality", "kind")

_FIRST = ("status", "reason", "unplaced", "cost_gbp", "bound_gbp", "gap")


@dataclass(frozen=True, eq=False, repr=False)
class Futures:
    """Plans of many futures under some strategies. Make them with `many_futures`, or read them with `load_futures`.

    Parameters
    ----------
    records
        What was kept of each plan, by draw and strategy; what the tables are made of.
    strategies
        Their names, in order.
    draws
        How many futures there are.
    year
        The school year whose sites and places these are.
    together
        Whether all years were planned together: `unplaced` then counts pupil-years, and money is that of all years.
    sites
        The provisions whose opening is a decision in the question as it is: their status by id.
    folder
        Where the journal is, if there is one.
    """

    records: Mapping[Key, Record]
    strategies: tuple[str, ...]
    draws: int
    year: int
    together: bool
    sites: Mapping[str, str]
    folder: Path | None = None

    @property
    def runs(self) -> pd.DataFrame:
        """One row for each draw and strategy: draw, scenario, status, reason, figures (`figures.FIGURES`), seconds.

        `next_year` is how many pupils the draw has in the second of its years.
        """
        return self._runs.copy()

    @property
    def openings(self) -> pd.DataFrame:
        """One row for each draw, strategy and site: draw, scenario, provision_id, is_open (in `year`), changed.

        `changed` is the year in which it opens or closes, where all years are planned together.
        """
        return self._openings.copy()

    @property
    def places(self) -> pd.DataFrame:
        """One row for each draw, strategy, need, locality and kind of place: places, those without one included."""
        return self._places.copy()

    @cached_property
    def _runs(self) -> pd.DataFrame:
        rows = [
            {"draw": draw, "scenario": name, **record["figures"], "next_year": record["next_year"]}
            for (draw, name), record in self.records.items()
        ]
        frame = pd.DataFrame(rows)
        frame = frame.reindex(columns=list(dict.fromkeys(["draw", "scenario", *_FIRST, *frame.columns])))
        paid = [name for name in frame.columns if name.startswith(PAID)]
        frame = frame.astype({"status": "object", "reason": "object"})
        has_plan = frame["cost_gbp"].notna()
        frame.loc[has_plan, paid] = frame.loc[has_plan, paid].fillna(0.0)
        return frame

    @cached_property
    def _openings(self) -> pd.DataFrame:
        rows = [
            (draw, name, *site)
            for (draw, name), record in self.records.items()
            for site in record["sites"]
            if site[0] in self.sites
        ]
        columns = ["draw", "scenario", "provision_id", "is_open", "changed"]
        return pd.DataFrame(rows, columns=columns).astype({"changed": "Int64", "is_open": "bool"})

    @cached_property
    def _places(self) -> pd.DataFrame:
        rows = [(*key, *row) for key, record in self.records.items() for row in record["places"]]
        return pd.DataFrame(rows, columns=["draw", "scenario", *GROUPED, "places"])

    @cached_property
    def _planned(self) -> dict[str, list[int]]:
        """The draws in which each strategy has a plan."""
        runs = self._runs
        has_plan = runs["cost_gbp"].notna()
        return {name: runs.loc[has_plan & (runs["scenario"] == name), "draw"].tolist() for name in self.strategies}

    def site_openings(self, *, level: float = LEVEL) -> pd.DataFrame:
        """Return how often each site is open in the year.

        Parameters
        ----------
        level
            Of the interval.

        Returns
        -------
        DataFrame
            scenario, provision_id, status (candidate or closable), draws, hits, share, low, high.

        Notes
        -----
        The estimator is the share of the strategy's plans in which the site is open; low and high are Wilson's interval
        for how often it would be in ever more draws. A candidate that is open in nearly all futures, whatever else is
        done, is one that will not be regretted. Draws without a plan are left out. Each plan knows its own future, and
        one that is within the gap may open other sites than the very best.
        """
        check_shares((), level)
        is_open = self._openings.groupby(["scenario", "provision_id"])["is_open"].sum().to_dict()
        rows = [
            {
                "scenario": name,
                "provision_id": provision_id,
                "status": status,
                **share_row(int(is_open.get((name, provision_id), 0)), len(self._planned[name]), level),
            }
            for name in self.strategies
            for provision_id, status in self.sites.items()
        ]
        return as_table(rows, ["scenario", "provision_id", "status"], ["draws", "hits", "share", "low", "high"])

    def places_needed(
        self,
        by: Sequence[str] = ("need",),
        *,
        kinds: Collection[str] = SPECIALIST,
        at: Sequence[float] = QUANTILES,
        level: float = LEVEL,
    ) -> pd.DataFrame:
        """Return how many places are enough in half, 80 % and 95 % of the futures.

        Parameters
        ----------
        by
            Some of need, locality and kind; none for the whole.
        kinds
            The kinds of place that are counted; `without a place` stands for pupils who have none.
        at
            The shares of futures.
        level
            Of the intervals.

        Returns
        -------
        DataFrame
            scenario, the groups, draws, mean, standard_error, and for each share its quantile (`at_80`) with its
            interval (`at_80_low`, `at_80_high`).

        Notes
        -----
        In each draw the places are those used by the plan, and one for each pupil without a place (as many as the
        pupil's `places`). The quantile is the least number that at least this share of the draws does not exceed; its
        interval is between two of the ordered draws, chosen by the binomial distribution, and NaN where there are too
        few draws to say. Quantiles of groups do not add up to that of the whole.

        Raises
        ------
        ValueError
            When a group is none of the three, or a share is out of its range.
        """
        groups, shares = groups_of(by, GROUPED), check_shares(at, level)
        counted = self._places[self._places["kind"].isin(list(kinds))]
        return spread_over(counted, self._planned, groups, shares, level)

    def shortfall(
        self, by: Sequence[str] = ("need", "locality"), *, at: Sequence[float] = QUANTILES, level: float = LEVEL
    ) -> pd.DataFrame:
        """Return how likely it is that somebody has no place, and how many places are then missing.

        Parameters
        ----------
        by
            Some of need and locality; none for the whole.
        at, level
            As for `places_needed`.

        Returns
        -------
        DataFrame
            scenario, the groups, draws, hits, share (the probability), low, high; mean, standard_error and quantiles of
            the places that are missing.

        Notes
        -----
        The probability is the share of draws in which at least one pupil of the group has no place, with Wilson's
        interval. Groups are those with a pupil in any draw of any strategy, so that a share of 0 is there too. Who is
        left without a place, of pupils whom the same places suit, is the cheapest choice and not a forecast: the more
        finely the groups are cut, the more of it is chance.

        Raises
        ------
        ValueError
            When a group is neither, or a share is out of its range.
        """
        groups, shares = groups_of(by, GROUPED[:2]), check_shares(at, level)
        missing = self._places.assign(places=self._places["places"].where(self._places["kind"] == NO_PLACE, 0))
        chance = chances(missing, self._planned, groups, level)
        amounts = spread_over(missing, self._planned, groups, shares, level).drop(columns="draws")
        return chance.merge(amounts, on=["scenario", *groups], how="left", validate="one_to_one")

    def quantiles(
        self, figure: str = "cost_gbp", *, at: Sequence[float] = QUANTILES, level: float = LEVEL
    ) -> pd.DataFrame:
        """Return mean and quantiles of a figure for each strategy.

        Parameters
        ----------
        figure
            A column of `runs` that holds numbers.
        at, level
            As for `places_needed`.

        Returns
        -------
        DataFrame
            scenario, without_plan (draws that have none and are left out), draws, mean, standard_error, quantiles.

        Raises
        ------
        ValueError
            When there is no such figure, or a share is out of its range.
        """
        shares = check_shares(at, level)
        runs = self._runs
        known = [name for name in runs.columns if name != "draw" and pd.api.types.is_numeric_dtype(runs[name])]
        if figure not in known:
            raise ValueError(f"`figure` is {figure!r}; use one of {', '.join(known)}.")
        rows = []
        for name in self.strategies:
            values = runs.loc[runs["scenario"] == name, figure]
            without = int(values.isna().sum())
            rows.append({"scenario": name, "without_plan": without, **spread(values.dropna().tolist(), shares, level)})
        return pd.DataFrame(rows)

    def regret(self, *, level: float = LEVEL) -> pd.DataFrame:
        """Return what each strategy loses against the best one of the same future.

        Parameters
        ----------
        level
            Of the interval of `best_share`.

        Returns
        -------
        DataFrame
            Indexed by scenario, the strategy of least largest regret first. `unplaced_regret`: pupils without a place
            more than under the strategy that has fewest in this draw. `cost_regret_gbp`: £ more than the cheapest of
            those with fewest, over the `comparable` draws in which this strategy has fewest too; a pupil without a
            place is never set off against money. Of both the mean, its standard error and the most (for minimax).
            `best_share`, with Wilson's interval: how often it is the best. `unsure_gbp`: the most by which one of its
            plans may be dearer than it need be (the gap); smaller regrets mean nothing.

        Notes
        -----
        All strategies meet the same draws, so that what differs is the strategy. Draws in which one of them has no plan
        are left out for all; `without_plan` counts them, and a strategy with any is not safe, whatever its regret. The
        largest regret of N draws is no bound: it grows with N. Strategies are those given, not all that there could be;
        one that leaves a site for the plan to decide knows each future, and its regret is too small by that.
        """
        return regret_table(self._runs, level=level)

    def value_of_waiting(self, *, groups: int = GROUPS) -> pd.DataFrame:
        """Return what choosing a strategy a year later, with that year's growth known, would save at most.

        Parameters
        ----------
        groups
            A year from now, the draws are told apart by how many pupils there are then, in so many groups of about the
            same size.

        Returns
        -------
        DataFrame
            Indexed by `decided`: now, after a year, knowing everything. unplaced and cost_gbp as expected, `_saved`
            against deciding now with the standard error of that, and how many strategies are chosen in any draw.

        Notes
        -----
        Now: one strategy, best on average over the draws (fewest unplaced, then least £). After a year: the best on
        average for each group. Knowing everything: the best in each draw, which no waiting can beat. Choices for one
        half of the draws (every other one) are made from the other half, so that they are not judged by the draws that
        they were made from; the value can come out below 0 by chance. What waiting itself costs, a year with what is
        there today, is not in it: a site that opens a year later is another strategy. See docs/futures.md.

        Raises
        ------
        ValueError
            When there are fewer than four draws for each group.
        """
        return waiting_table(self._runs, groups=groups)

    def summary(self) -> str:
        """Return the futures in a few lines of text."""
        lines = [f"{self.draws:,} futures, school year {self.year}/{(self.year + 1) % 100:02d}"]
        width = max(len(name) for name in self.strategies)
        costs, unplaced = (self.quantiles(name, at=(0.5, 0.8)).to_dict("records") for name in ("cost_gbp", "unplaced"))
        for cost, short in zip(costs, unplaced, strict=True):
            lines.append(
                f"{cost['scenario'].ljust(width)}  £{cost['at_50']:,.0f} in half of them, £{cost['at_80']:,.0f} or less"
                f" in 80 %; {short['at_50']:,.0f} and {short['at_80']:,.0f} without a place; "
                f"{cost['without_plan']:,} without a plan"
            )
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Futures({self.draws:,} draws x {len(self.strategies)} strategies, {self.year})"


def futures_of(
    records: Mapping[Key, Record], strategies: tuple[str, ...], about: Mapping[str, Any], folder: Path | None
) -> Futures:
    """Return records as futures, in the order of draws and strategies."""
    place = {name: number for number, name in enumerate(strategies)}
    kept = sorted((key for key in records if key[1] in place), key=lambda key: (key[0], place[key[1]]))
    return Futures(
        records={key: records[key] for key in kept},
        strategies=strategies,
        draws=len({draw for draw, _ in kept}),
        year=int(about["year"]),
        together=bool(about["together"]),
        sites=dict(about["sites"]),
        folder=folder,
    )
