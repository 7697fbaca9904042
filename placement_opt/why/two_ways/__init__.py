"""One child, two ways: what each costs, who pays, when a dearer start is paid back; on the marginal and average basis.

Place funding of a place that exists is spent whichever way is chosen, so it does not count between an independent and a
state school ([2015] UKUT 523 (AAC), Hammersmith & Fulham v L): the marginal basis. The average basis counts it. The
first year and the whole placement both stand in every table, for tribunals are told both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.delivery import DeliveryCosts, delivery_costs
from placement_opt.given import is_number, is_whole
from placement_opt.why.two_ways.lines import LATEST_YEAR, Way, amounts_of
from placement_opt.why.two_ways.payback import Payback, payback_of
from placement_opt.why.two_ways.sensitivity import Line, Measure, sensitivity_of

Basis = Literal["marginal", "average"]
BASES: tuple[Basis, ...] = get_args(Basis)

MOST_YEARS = 60
MOST_RATE = 0.99
FIRST_CALENDAR_YEAR = 1_900
"""From here on `start` is a calendar year; below, years are only counted."""
DIFFERENCE = "difference"
FIGURES = {
    "first_year_gbp": "First year, all that is paid in it",
    "once_gbp": "Capital and other sums paid once, all years",
    "mean_yearly_gbp": "Paid every year, mean of the years",
    "total_gbp": "Whole placement",
    "present_value_gbp": "Whole placement, present value",
}
"""The rows of `TwoWays.table` and what they mean."""


@dataclass(frozen=True, eq=False, repr=False)
class TwoWays:
    """Two ways of meeting one child's needs, side by side. Make one with `two_ways`.

    Parameters
    ----------
    first, second
        The ways. Differences are the second less the first.
    years
        School years counted.
    discount_rate
        Money of a year later counts as less by this share.
    start
        The first school year.
    """

    first: Way
    second: Way
    years: int
    discount_rate: float
    start: int

    @property
    def names(self) -> tuple[str, str]:
        """The names of the two ways."""
        return self.first.name, self.second.name

    @property
    def school_years(self) -> range:
        """The years counted."""
        return range(self.start, self.start + self.years)

    @property
    def discount_factors(self) -> NDArray[np.float64]:
        """What £1 of each year counts; the first year counts in full."""
        return np.asarray((1 + self.discount_rate) ** -np.arange(self.years, dtype=np.float64), dtype=np.float64)

    @property
    def amounts(self) -> pd.DataFrame:
        """What is paid: way, line, payer, year, gbp, is_once, sunk."""
        return self._amounts.copy()

    @cached_property
    def _amounts(self) -> pd.DataFrame:
        parts = [amounts_of(way, self.start, self.years).assign(way=way.name) for way in (self.first, self.second)]
        return pd.concat(parts, ignore_index=True)[["way", "line", "payer", "year", "gbp", "is_once", "sunk"]]

    @property
    def table(self) -> pd.DataFrame:
        """The figures of `FIGURES`, a row each; columns: the basis, then each way and the difference."""
        columns = {}
        for basis in BASES:
            sides = [self._figures(basis, name) for name in self.names]
            for name, side in zip((*self.names, DIFFERENCE), (*sides, sides[1] - sides[0]), strict=True):
                columns[basis, name] = side.round(2)
        return pd.DataFrame(columns).rename_axis("figure")

    def by_payer(self, basis: Basis = "marginal") -> pd.DataFrame:
        """Return what each payer pays.

        Returns
        -------
        DataFrame
            Indexed by payer; columns have two levels: first_year_gbp or total_gbp, then each way and the difference.
        """
        counted = self._counted(basis)
        payers = sorted(self._amounts["payer"].unique())
        columns = {}
        for figure, rows in (("first_year_gbp", counted[counted["year"] == self.start]), ("total_gbp", counted)):
            sums = rows.groupby(["way", "payer"])["gbp"].sum()
            one, other = (sums.reindex([(name, p) for p in payers], fill_value=0.0).to_numpy() for name in self.names)
            for name, side in zip((*self.names, DIFFERENCE), (one, other, other - one), strict=True):
                columns[figure, name] = np.round(side, 2)
        return pd.DataFrame(columns, index=pd.Index(payers, name="payer"))

    def by_year(self, basis: Basis = "marginal") -> pd.DataFrame:
        """Return each school year, and what has been paid by its end.

        Returns
        -------
        DataFrame
            Indexed by year: first_gbp, second_gbp, difference_gbp, discount_factor, and discounted and added up
            first_so_far_gbp, second_so_far_gbp, difference_so_far_gbp.
        """
        one, other = self._yearly(basis)
        so_far = [np.cumsum(side * self.discount_factors) for side in (one, other, other - one)]
        table = pd.DataFrame(
            {
                "first_gbp": one.round(2),
                "second_gbp": other.round(2),
                "difference_gbp": (other - one).round(2),
                "discount_factor": self.discount_factors,
                "first_so_far_gbp": so_far[0].round(2),
                "second_so_far_gbp": so_far[1].round(2),
                "difference_so_far_gbp": so_far[2].round(2),
            },
            index=pd.Index(self.school_years, name="year"),
        )
        return table + 0.0  # no negative zero

    def payback(self, basis: Basis = "marginal") -> Payback:
        """Return which way costs more at first, and by when it has paid; discounted, as `by_year` adds up."""
        one, other = self._yearly(basis)
        return payback_of(self.names, np.cumsum((other - one) * self.discount_factors), self.start)

    def difference_gbp(self, basis: Basis = "marginal") -> float:
        """Return the present value of the second way less that of the first."""
        one, other = self._yearly(basis)
        return round(float((other - one) @ self.discount_factors), 2)

    def financial_years(self, way: str, basis: Basis = "marginal") -> DeliveryCosts:
        """Return a way's lines by financial year (April to March); a school year is September to August.

        Parameters
        ----------
        way
            The name of one of the two.
        basis
            What counts.

        Raises
        ------
        ValueError
            When the name is neither of the two, nothing counts on the basis, or `start` is no calendar year.
        """
        if way not in self.names:
            raise ValueError(f"`way` is {way!r}; use one of {', '.join(self.names)}.")
        if self.start < FIRST_CALENDAR_YEAR:
            raise ValueError(f"`start` is {self.start}; count the years from a calendar year to get financial years.")
        chosen = self.first if way == self.first.name else self.second
        lines = chosen.lines if basis == "average" else chosen.lines[~chosen.lines["sunk"]]
        if lines.empty:
            raise ValueError(f"{way} has no line that counts on the {basis} basis; use the other basis.")
        begins = lines["from_year"].fillna(self.start).astype("int64")
        ends = lines["to_year"].fillna(self.start + self.years - 1).astype("int64") + 1
        dates = lines[["line", "payer", "gbp_per_year", "gbp"]].assign(
            starts=begins.map("{}-09".format),
            ends=ends.map("{}-08".format).where(lines["gbp"].isna()),
        )
        return delivery_costs(dates)

    def sensitivity(
        self,
        changes: float | Mapping[str, float] = 0.1,
        *,
        basis: Basis = "marginal",
        measure: Measure = "present value",
    ) -> pd.DataFrame:
        """Return what each input does to the difference, the strongest first, and where both ways cost the same.

        Parameters
        ----------
        changes
            The share by which each input goes down and up; or a share for each of some inputs, by name.
        basis
            What counts.
        measure
            The difference of the present values, or of the first year.

        Returns
        -------
        DataFrame
            As `sensitivity_of` describes it.

        Raises
        ------
        ValueError
            When a share, an input, the basis or the measure is not one that can be.
        """
        counted = self._counted(basis)
        counted = counted.assign(signed=counted["gbp"].where(counted["way"] == self.names[1], -counted["gbp"]))
        lines = [
            Line(f"{way}: {line}", float(rows["gbp"].iloc[0]), self._over_years(rows))
            for (way, line), rows in counted.groupby(["way", "line"], sort=False)
        ]
        return sensitivity_of(lines, self.discount_rate, self.years, changes=changes, measure=measure)

    def summary(self) -> str:
        """Return the comparison in a few lines of text."""
        table, width = self.table, max(len(text) for text in FIGURES.values())
        size = max(14, *(len(name) for name in self.names))
        last = self.start + self.years - 1
        lines = [
            f"{self.names[0]} (first) and {self.names[1]} (second), years {self.start} to {last}, "
            f"discounted at {self.discount_rate:.1%} a year"
        ]
        for basis in BASES:
            heads = " ".join(name.rjust(size) for name in (*self.names, DIFFERENCE))
            lines += ["", f"{f'{basis} basis, £'.ljust(width)} {heads}"]
            for figure, words in FIGURES.items():
                cells = " ".join(f"{table.loc[figure, (basis, name)]:,.2f}".rjust(size) for name in table[basis])
                lines.append(f"{words.ljust(width)} {cells}")
            lines.append(self.payback(basis).in_words())
        return "\n".join(lines)

    def _counted(self, basis: Basis) -> pd.DataFrame:
        if basis not in BASES:
            raise ValueError(f"`basis` is {basis!r}; use one of {', '.join(BASES)}.")
        return self._amounts if basis == "average" else self._amounts[~self._amounts["sunk"].astype(bool)]

    def _yearly(self, basis: Basis) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        sums = self._counted(basis).groupby(["way", "year"])["gbp"].sum()
        one, other = (
            sums.reindex([(name, year) for year in self.school_years], fill_value=0.0).to_numpy(dtype=float)
            for name in self.names
        )
        return one, other

    def _over_years(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        sums = rows.groupby("year")["signed"].sum().reindex(list(self.school_years), fill_value=0.0)
        return np.asarray(sums, dtype=np.float64)

    def _figures(self, basis: Basis, name: str) -> "pd.Series[Any]":
        counted = self._counted(basis)
        counted = counted[counted["way"] == name]
        once = float(counted.loc[counted["is_once"].astype(bool), "gbp"].sum())
        total = float(counted["gbp"].sum())
        yearly = self._yearly(basis)[self.names.index(name)]
        return pd.Series(
            {
                "first_year_gbp": float(yearly[0]),
                "once_gbp": once,
                "mean_yearly_gbp": (total - once) / self.years,
                "total_gbp": total,
                "present_value_gbp": float(yearly @ self.discount_factors),
            },
            dtype="float64",
        )

    def __repr__(self) -> str:
        gaps = ", ".join(f"{basis} £{self.difference_gbp(basis):,.2f}" for basis in BASES)
        return f"TwoWays({self.names[0]} / {self.names[1]}, {self.years} years, difference: {gaps})"


def two_ways(first: Way, second: Way, *, years: int, discount_rate: float = 0.0, start: int = 1) -> TwoWays:
    """Set two ways of meeting one child's needs side by side.

    Parameters
    ----------
    first, second
        What each costs; `ways_from` makes both from the prices of a problem.
    years
        How many school years the placement lasts, to the end of the phase for one (`years_left_in_phase`).
    discount_rate
        0.035 = 3.5 % a year in real terms, as the Green Book (HM Treasury, 2022) has it; prices should then be without
        general inflation. 0 = money of every year counts in full.
    start
        The year in which the first school year begins; 1 = the years are only counted.

    Raises
    ------
    InputError
        When a line is paid in a year that is not counted.
    ValueError
        When both ways have one name, or a number is out of its range.

    Examples
    --------
    A ramp and an assistant at a mainstream school against a special school and a taxi there:

    >>> near = Way("mainstream", pd.DataFrame({
    ...     "line": ["top-up", "ramp"], "payer": ["high needs", "school"],
    ...     "gbp_per_year": [9_000, None], "gbp": [None, 30_000]}))
    >>> far = Way("special", pd.DataFrame({
    ...     "line": ["top-up", "taxi", "place"], "payer": ["high needs", "transport", "high needs"],
    ...     "gbp_per_year": [13_000, 6_000, 10_000], "sunk": ["no", "no", "yes"]}))
    >>> both = two_ways(near, far, years=5, start=2027)
    >>> both.table.loc["total_gbp"].to_dict()
    {('marginal', 'mainstream'): 75000.0, ('marginal', 'special'): 95000.0, ('marginal', 'difference'): 20000.0,
     ('average', 'mainstream'): 75000.0, ('average', 'special'): 145000.0, ('average', 'difference'): 70000.0}
    >>> both.payback()
    Payback(way='mainstream', year=2029)
    """
    if first.name == second.name or DIFFERENCE in {first.name, second.name}:
        raise ValueError(f"The ways are called {first.name!r} and {second.name!r}; give each a name of its own.")
    for name, number, most in (("years", years, MOST_YEARS), ("start", start, LATEST_YEAR - MOST_YEARS)):
        if not is_whole(number, 1, most):
            raise ValueError(f"`{name}` is {number!r}; use a whole number from 1 to {most:,}.")
    if not is_number(discount_rate, 0, MOST_RATE):
        raise ValueError(f"`discount_rate` is {discount_rate!r}; use a share from 0 to {MOST_RATE} (0.035 = 3.5 %).")
    made = TwoWays(first, second, years, float(discount_rate), start)
    made.amounts  # noqa: B018 - years that are not counted are said now
    return made
