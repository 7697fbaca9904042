"""The price of fairness: how fair journeys can be for each share of £ above the least."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.inequality import equal_minutes, gini, kappa_of
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.clock import Progress, silent
from placement_opt.solve.fair.aim import Aim, FairObjective, check_column, check_extra
from placement_opt.solve.fair.groups import journeys_of
from placement_opt.solve.fair.search import Fairest, begin
from placement_opt.solve.fitting import Fitted
from placement_opt.travel import TravelMatrix

SHARES = (0.0, 0.0025, 0.005, 0.01, 0.02)
WORDS = {
    "min_max": "longest journey",
    "kolm_pollak": "journey as bad if all had it (Kolm-Pollak)",
    "group_gap": "largest gap between mean journeys",
}
WIDTH_INCHES, HEIGHT_INCHES = 6.4, 4.0


@dataclass(frozen=True, eq=False, repr=False)
class PriceOfFairness:
    """Fair plans, from the cheapest on. Make one with `price_of_fairness`.

    Parameters
    ----------
    objective, by
        What is fair, and the groups of `group_gap`.
    shares
        Of the least £, how much more each plan may cost.
    plans
        Of each share the fairest, and of equally fair ones the cheapest. Each has passed `verify`; its record tells
        under `fairness` what is proven.
    kappa
        For each minute, of the column `equal_minutes`, the same for all.
    """

    objective: FairObjective
    by: str | None
    shares: tuple[float, ...]
    plans: tuple[Plan, ...]
    kappa: float

    @property
    def points(self) -> pd.DataFrame:
        """What each share buys.

        Returns
        -------
        DataFrame
            share, most_gbp (that the plan may cost), objective_gbp (that it does, weighed wishes included), extra_gbp
            and extra_share (above the least), as_fair_at_least_gbp (no plan as fair costs less); value_minutes (what
            was made least), bound_minutes (no plan for most_gbp is below it), status (of that proof); of all pupils
            with a place mean_minutes, longest_minutes, equal_minutes, gini; unplaced (as few as in any plan).
        """
        return self._points.copy()

    @cached_property
    def _points(self) -> pd.DataFrame:
        rows = []
        for share, plan in zip(self.shares, self.plans, strict=True):
            told = plan.record["fairness"]
            placements = plan.placements
            minutes, count = (placements[name].to_numpy(dtype=float) for name in ("minutes", "count"))
            extra_gbp = round(plan.objective_gbp - told["least_gbp"], 2)
            rows.append(
                {
                    "share": share,
                    "most_gbp": told["most_gbp"],
                    "objective_gbp": plan.objective_gbp,
                    "extra_gbp": extra_gbp,
                    "extra_share": extra_gbp / told["least_gbp"] if told["least_gbp"] else np.nan,
                    "as_fair_at_least_gbp": told["as_fair_at_least_gbp"],
                    "value_minutes": told["value_minutes"],
                    "bound_minutes": told["bound_minutes"],
                    "status": told["status"],
                    "mean_minutes": equal_minutes(minutes, count, 0.0),
                    "longest_minutes": float(minutes.max()) if len(minutes) else np.nan,
                    "equal_minutes": equal_minutes(minutes, count, self.kappa),
                    "gini": gini(minutes, count),
                    "unplaced": plan.unplaced_pupils,
                }
            )
        return pd.DataFrame(rows)

    @property
    def words(self) -> str:
        """What was made least."""
        return f"{WORDS[self.objective]}{'' if self.by is None else f' by {self.by}'}"

    def summary(self) -> str:
        """Return the points in a few lines of text."""
        lines = [f"Price of fairness: {self.words}, minutes one way"]
        for row in self._points.itertuples(index=False):
            proof = (
                f"proven from {row.bound_minutes:,.2f}"
                if row.status == "optimal"
                else f"bound {row.bound_minutes:,.2f}"
            )
            lines.append(
                f"up to {row.share:>6.2%} more: {row.value_minutes:>7,.2f} minutes ({proof}), "
                f"£{row.extra_gbp:,.2f} more, mean {row.mean_minutes:,.2f}"
            )
        return "\n".join(lines)

    def plot(self, *, ax: Any = None, **kwargs: Any) -> Any:
        """Draw how fair journeys are against what that costs; arguments go to Matplotlib's `Axes.plot`.

        Parameters
        ----------
        ax
            Matplotlib's axes to draw on; None = new ones.
        **kwargs
            Such as `color`.

        Returns
        -------
        Axes
            Matplotlib's axes; `.figure.savefig(...)` writes the picture.
        """
        axes, points = _new_axes() if ax is None else ax, self._points
        style = {"marker": "o", "label": self.words, **kwargs}
        axes.plot(points["extra_gbp"] / 1_000, points["value_minutes"], **style)
        axes.set_xlabel("£ thousand a year above the least")
        axes.set_ylabel("minutes one way")
        return axes

    def __repr__(self) -> str:
        return f"PriceOfFairness({self.words}, {len(self.plans)} points)"


def price_of_fairness(  # noqa: PLR0913 - a question, what is fair, and how it is answered; all but two by name
    problem: Problem,
    travel: TravelMatrix,
    *,
    objective: FairObjective,
    shares: Sequence[float] = SHARES,
    by: str | None = None,
    aversion: float = 1.0,
    kappa: float | None = None,
    step_minutes: float = 1.0,
    policy: Policy | None = None,
    options: SolveOptions | None = None,
    progress: Progress | None = None,
) -> PriceOfFairness:
    """Find how fair journeys can be for each share of £ above the least, every point proven.

    Parameters
    ----------
    problem, travel
        The question, and the journeys.
    objective, by, aversion, kappa, step_minutes
        What is fair, as in `solve_fair`. The scale of an aversion is the cheapest plan's, for all shares.
    shares
        Of the least £ (0.01 = 1 %), ascending. What is fair is never less so for a greater share.
    policy, options, progress
        As in `solve_fair`; the time limit is for each share.

    Raises
    ------
    ValueError, InputError, NoPlanError, PlanError
        As `solve_fair`.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> price = price_of_fairness(tiny(), crow_fly(tiny()), objective="kolm_pollak", shares=(0, 0.5))
    >>> price.points["status"].tolist()
    ['optimal', 'optimal']
    """
    aim = Aim(objective, by, aversion, kappa, step_minutes)
    asked, report = _ascending(shares), progress or silent
    check_column(problem, by)
    search = begin(problem, travel, policy, options or SolveOptions(), report)
    known: list[Fitted] = []
    found: list[Fairest] = []
    for share in asked:
        found.append(search.fairest(aim, search.least_gbp * (1 + share), known, report))
        known.append(found[-1].fitted)
    cheapest = journeys_of(search.draft, search.staged.fitted)
    rate = kappa_of(cheapest.minutes, cheapest.count, aversion) if kappa is None else kappa
    return PriceOfFairness(objective, by, asked, tuple(search.plan(one) for one in found), rate)


def _ascending(shares: Sequence[float]) -> tuple[float, ...]:
    if not len(shares):
        raise ValueError(f"`shares` is {shares!r}; give shares of the least £, such as (0, 0.01).")
    for share in shares:
        check_extra(None, share)
    asked = tuple(float(share) for share in shares)
    if sorted(set(asked)) != list(asked):
        raise ValueError(f"`shares` is {shares!r}; give each share once, the smallest first.")
    return asked


def _new_axes() -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - loads when used
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure.add_subplot()
