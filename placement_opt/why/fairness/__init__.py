"""Who travels far, who has no place, and what is spent on whom: a plan by groups of pupils, small ones hidden."""

from dataclasses import dataclass

import pandas as pd

from placement_opt.given import is_number, is_whole
from placement_opt.inequality import kappa_of
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.suppression import LEAST_SHOWN
from placement_opt.travel import TravelMatrix
from placement_opt.why.fairness.figures import check_by, check_same, figures_by
from placement_opt.why.fairness.shown import gaps, shown

MOST_SHOWN, STEEPEST = 1_000, 100.0


@dataclass(frozen=True, eq=False, repr=False)
class Fairness:
    """A plan by groups of pupils, as it may be shared. Make one with `fairness`.

    Parameters
    ----------
    by
        The column of the groups.
    suppress_below
        Groups of fewer pupils are hidden.
    kappa
        For each minute, of `equal_minutes`.
    """

    by: str
    suppress_below: int
    kappa: float
    _groups: pd.DataFrame
    _gaps: pd.DataFrame

    @property
    def groups(self) -> pd.DataFrame:
        """The figures of each group, and last of all pupils.

        Returns
        -------
        DataFrame
            Indexed by the group. Pupils: pupils, placed, unplaced, over_guide (journeys beyond the guidance for their
            age), independent (at independent special schools), other_authority (where the home authority was given),
            asked (whose family asked for a school), request_missed (of those; pupils without a place included). Shares:
            share_unplaced, share_over_guide. Minutes one way of pupils with a place: mean_minutes, median_minutes,
            minutes_of_90_percent, longest_minutes, equal_minutes (Kolm-Pollak: the journey that would be as bad if all
            had it), gini. placement_gbp (top-up, place funding and transport of their places; not what belongs to a
            provision) and gbp_each. A hidden cell holds "under 5" or "withheld"; where anything may be hidden, the
            longest journey, which is one pupil's, is a range of five minutes.
        """
        return self._groups.copy()

    @property
    def gaps(self) -> pd.DataFrame:
        """How far the groups that are shown and given lie apart.

        Returns
        -------
        DataFrame
            Indexed by measure: highest_group, highest, lowest_group, lowest, difference, ratio, groups (how many).
        """
        return self._gaps.copy()

    @property
    def hidden_groups(self) -> int:
        """How many groups have an average or a count that is hidden."""
        cells = self._groups.iloc[:-1].drop(columns="longest_minutes")
        return int(cells.map(lambda cell: isinstance(cell, str)).any(axis=1).sum())

    def summary(self) -> str:
        """Return the gaps in a few lines of text."""
        lines = [f"By {self.by}: {len(self._groups) - 1} groups, {self.hidden_groups} with figures that are hidden"]
        for name, row in self._gaps.iterrows():
            if row["groups"] > 1:
                ends = (
                    f"{row['highest']:,.10g} ({row['highest_group']}) to {row['lowest']:,.10g} ({row['lowest_group']})"
                )
                lines.append(f"{str(name).replace('_', ' '):<18}{ends}, difference {row['difference']:,.10g}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Fairness(by {self.by}, {len(self._groups) - 1} groups)"

    def _repr_html_(self) -> str:
        return str(self._groups.to_html())


def fairness(
    problem: Problem,
    travel: TravelMatrix,
    plan: Plan,
    by: str = "need",
    *,
    suppress_below: int = LEAST_SHOWN,
    aversion: float = 1.0,
    kappa: float | None = None,
    home_authority: str | None = None,
) -> Fairness:
    """Work out journeys, unmet need and £ of a plan by groups of pupils, small groups hidden.

    Parameters
    ----------
    problem, travel
        What the plan was made from.
    plan
        A plan, or today's placements (`baseline`).
    by
        A column of pupils: need, locality, year_group, or one of your own such as deprivation or sex.
    suppress_below
        Counts from 1 up to this are hidden, and enough beside them that none can be worked out; so are the averages and
        the £ of so few. 1 = nothing is hidden: for use inside the council.
    aversion, kappa
        How much long journeys count in `equal_minutes`: on the scale of this plan's journeys, or as a rate for each
        minute. To hold plans against each other give all the same `kappa`.
    home_authority
        The council's name in the column `authority` of settings: schools with another name there are elsewhere.

    Raises
    ------
    ValueError
        When an argument is out of its range, or `by` is no column that groups pupils.
    InputError
        When the plan was made from other tables or journeys, or no school has that authority.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.solve import solve
    >>> from placement_opt.travel import crow_fly
    >>> problem, travel = tiny(), crow_fly(tiny())
    >>> found = fairness(problem, travel, solve(problem, travel), by="need", suppress_below=1)
    >>> found.groups.loc["all", ["pupils", "unplaced", "mean_minutes"]].tolist()
    [3.0, 0.0, 6.1]
    """
    _check(suppress_below, aversion, kappa)
    check_by(problem, by)
    check_same(problem, plan, travel.aligned(problem).fingerprint())
    placements = plan.placements
    minutes, count = (placements[name].to_numpy(dtype=float) for name in ("minutes", "count"))
    rate = kappa_of(minutes, count, aversion) if kappa is None else kappa
    table = shown(figures_by(problem, plan, by, rate, home_authority), suppress_below)
    return Fairness(by, suppress_below, rate, table, gaps(table))


def _check(suppress_below: object, aversion: object, kappa: object) -> None:
    if not is_whole(suppress_below, 1, MOST_SHOWN):
        raise ValueError(
            f"`suppress_below` is {suppress_below!r}; use a whole number from 1 (nothing is hidden) to {MOST_SHOWN:,}."
        )
    for name, value in (("aversion", aversion), ("kappa", kappa)):
        if not (name == "kappa" and value is None) and not is_number(value, 0, STEEPEST):
            raise ValueError(f"`{name}` is {value!r}; use a number from 0 to {STEEPEST:g}.")
