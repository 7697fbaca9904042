"""A frontier: what the £ are at each amount of something else, plan by plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.scenarios.knee import Knee, knee_of

HALF_PENNY_GBP = 0.005


@dataclass(frozen=True, eq=False, repr=False)
class Frontier:
    """Plans of which none is as good as another in both ways, and better in one.

    Parameters
    ----------
    against
        What the £ are held against.
    words
        The same in words.
    limits
        Of each plan, the most that there may be; ascending.
    amounts
        Of each plan, how much there is.
    plans
        Each is the cheapest under its limit, to the gap that was asked for, and of equally cheap ones has the least.
        With as few pupils unplaced as the limit allows, except where the £ are held against those.
    problems
        The problem with each limit, whose plan it is: `verify(problems[k], travel, plans[k])`.
    least_bound
        No plan with as few pupils unplaced has less of the measure than this; None where limits were given. It takes
        trust in the solver; every plan's own bound is proven by its certificate.
    first_moves
        Against moves: who leaves a place that they could keep, step by step; None otherwise. Columns point, moves,
        saves_gbp (of the step), pupil_id, count, previous_provision_id, provision_id (blank = without a place), is_new
        (not so in the point before). It names pupils: keep it as you keep the tables.
    """

    against: str
    words: str
    limits: tuple[float, ...]
    amounts: tuple[float, ...]
    plans: tuple[Plan, ...]
    problems: tuple[Problem, ...]
    least_bound: float | None = None
    first_moves: pd.DataFrame | None = None

    @property
    def points(self) -> pd.DataFrame:
        """The points, from the least of the measure to the least £.

        Returns
        -------
        DataFrame
            limit; the measure by its name; unplaced; objective_gbp (what was made small: cost_gbp and weighed_gbp,
            which is not money); bound_gbp (no plan under this limit has a lower objective_gbp); gap; status; and
            against the row before: more (of the measure), saves_gbp, and gbp_each (saved by each unit more).
        """
        return self._points.copy()

    @cached_property
    def _points(self) -> pd.DataFrame:
        plans = self.plans
        table = pd.DataFrame(
            {
                "limit": list(self.limits),
                self.against: list(self.amounts),
                "unplaced": [plan.unplaced_pupils for plan in plans],
                "objective_gbp": [plan.objective_gbp for plan in plans],
                "cost_gbp": [plan.cost_gbp for plan in plans],
                "weighed_gbp": [plan.weighed_gbp for plan in plans],
                "bound_gbp": [plan.bound_gbp for plan in plans],
                "gap": [plan.gap for plan in plans],
                "status": [str(plan.status) for plan in plans],
            }
        )
        more, saves_gbp = table[self.against].diff(), -table["objective_gbp"].diff()
        return table.assign(more=more, saves_gbp=saves_gbp.round(2), gbp_each=(saves_gbp / more).round(2))

    @property
    def knee(self) -> Knee | None:
        """The point where the front bends most, with the rule by which it is named; None where there is no bend."""
        points = self._points
        return knee_of(points[self.against].to_numpy(dtype=float), points["objective_gbp"].to_numpy(dtype=float))

    def summary(self) -> str:
        """Return the front in a few lines of text."""
        points, knee = self._points, self.knee
        lines = [f"£ against {self.words}: {len(points)} points"]
        for place, row in enumerate(points.itertuples(index=False)):
            named = "  (knee)" if knee is not None and knee.point == place else ""
            amount = getattr(row, self.against)
            lines.append(f"{amount:>16,.10g}  £{row.objective_gbp:>16,.2f}  gap {row.gap:.4%}{named}")
        if knee is not None:
            lines.append(f"Knee: {knee.rule}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Frontier(£ against {self.against}, {len(self.plans)} points)"

    def __len__(self) -> int:
        return len(self.plans)


def undominated(amounts: Sequence[float], goals: Sequence[tuple[int, float]], step: float) -> list[int]:
    """Return which plans to keep, ascending in the amount: one that is no better than a plan with less is left out.

    Parameters
    ----------
    amounts
        Of each plan.
    goals
        Of each plan: pupils without a place (0 where those are the amount), then £.
    step
        Amounts that differ by less are the same.
    """
    kept: list[int] = []
    for place in sorted(range(len(goals)), key=lambda at: (amounts[at], *goals[at])):
        if kept and not _is_better(goals[place], goals[kept[-1]]):
            continue
        if kept and amounts[place] - amounts[kept[-1]] < step / 2:
            kept.pop()
        kept.append(place)
    return kept


def _is_better(goals: tuple[int, float], other: tuple[int, float]) -> bool:
    if goals[0] != other[0]:
        return goals[0] < other[0]
    return goals[1] < other[1] - HALF_PENNY_GBP
