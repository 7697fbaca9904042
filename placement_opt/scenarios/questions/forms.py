"""Hubs, bases or a special school? Forms of provision against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from placement_opt.given import is_word
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.scenarios.jobs import Job, solve_many
from placement_opt.scenarios.questions.asking import answered, as_money, check_provisions, shut
from placement_opt.solve import solve
from placement_opt.travel import TravelMatrix
from placement_opt.workers.tasks import Pool, Progress

TRAVEL = ("pupils_with_transport", "mean_minutes", "longest_minutes", "pupils_over_guide", "co2e_kg")
_AIMS = {
    "least cost": ("unplaced", "total_gbp"),
    "shortest journeys": ("unplaced", "mean_minutes"),
    "least emissions": ("unplaced", "co2e_kg"),
}


@dataclass(frozen=True, eq=False, repr=False)
class Forms:
    """Forms of provision side by side. Make one with `hubs_or_special_school`.

    Parameters
    ----------
    plans
        The plans by form.
    """

    plans: Mapping[str, Plan]

    def __post_init__(self) -> None:
        object.__setattr__(self, "plans", MappingProxyType(dict(self.plans)))

    @property
    def table(self) -> pd.DataFrame:
        """A row for each figure, a column for each form.

        Figures: placed, unplaced; a row `gbp: ` for each line of money in any form, total_gbp (their sum) and
        capital_gbp; the travel of `Plan.travel`.
        """
        costs = {name: plan.costs()["gbp"] for name, plan in self.plans.items()}
        lines = dict.fromkeys(line for gbp in costs.values() for line in gbp.index)
        return pd.DataFrame(
            {name: _figures(plan, costs[name], list(lines)) for name, plan in self.plans.items()}
        ).rename_axis("figure")

    @property
    def named(self) -> dict[str, str]:
        """The forms with a name, of those with the fewest pupils without a place. They are named, not chosen."""
        table = self.table.T
        return {name: str(table.sort_values(list(aims), kind="stable").index[0]) for name, aims in _AIMS.items()}

    def summary(self) -> str:
        """Return the forms in a line of text each, and those with a name."""
        table = self.table
        width = max(len(name) for name in self.plans)
        lines = [
            f"{str(name).ljust(width)}  {as_money(figures['total_gbp'])} a year, "
            f"{as_money(figures['capital_gbp'])} once, {int(figures['unplaced']):,} without a place, "
            f"{figures['mean_minutes']:.1f} minutes on average"
            for name, figures in table.to_dict().items()
        ]
        basis = next(iter(self.plans.values())).policy.cost_basis
        lines += [f"{name}: {form}" for name, form in self.named.items()]
        return "\n".join([*lines, f"Costs are counted on the {basis} basis."])

    def __repr__(self) -> str:
        return f"Forms({', '.join(self.plans)})"


def hubs_or_special_school(
    problem: Problem,
    travel: TravelMatrix,
    forms: Mapping[str, Sequence[str]],
    *,
    policy: Policy | None = None,
    options: SolveOptions | None = None,
    executor: Pool | None = None,
    progress: Progress | None = None,
) -> Forms:
    """Hold forms of provision against each other: a special school, bases, a hub with spokes.

    Parameters
    ----------
    problem, travel
        The question with the provisions of all forms in it, as candidates where opening is a decision.
    forms
        Provisions by form. In each form those that only other forms name are closed; of its own candidates the plan
        opens what is best. A form without provisions is what happens when nothing is built.
    policy
        None = the default policy. On the full cost basis a form pays for all its places, filled or not; on the marginal
        one place funding counts for nothing, new or not.
    options, executor, progress
        As for `solve_scenarios`.

    Returns
    -------
    Forms

    Raises
    ------
    InputError
        When a provision is unknown.
    NoPlanError
        When a form has no plan.
    ValueError
        When there are fewer than two forms, or one has no name.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> forms = {"base": ["A-base"], "special school": ["B-special"]}
    >>> hubs_or_special_school(tiny(), crow_fly(tiny()), forms).table.loc["unplaced"].to_dict()
    {'base': 0.0, 'special school': 0.0}
    """
    if len(forms) < 2 or not all(is_word(name) for name in forms):
        raise ValueError(f"`forms` has {', '.join(map(repr, forms)) or 'nothing'}; give two or more, each with a name.")
    every = list(dict.fromkeys(provision_id for ids in forms.values() for provision_id in ids))
    check_provisions(problem, every)
    jobs = [Job(name, _only(problem, every, ids), travel, policy, options, solve) for name, ids in forms.items()]
    answers = dict(zip(forms, solve_many(jobs, executor=executor, progress=progress), strict=True))
    answered(answers)
    return Forms(answers)


def _only(problem: Problem, every: Sequence[str], ids: Sequence[str]) -> Problem:
    open_now = set(problem.provisions.loc[problem.provisions["status"] != "closed", "provision_id"])
    return shut(problem, [other for other in every if other not in ids and other in open_now])


def _figures(plan: Plan, gbp: "pd.Series[Any]", lines: Sequence[str]) -> dict[str, float]:
    travel = plan.travel()
    return {
        "placed": float(plan.placed_pupils),
        "unplaced": float(plan.unplaced_pupils),
        **{f"gbp: {line}": float(gbp.get(line, 0.0)) for line in lines},
        "total_gbp": plan.cost_gbp,
        "capital_gbp": plan.capital_gbp,
        **{name: float(travel[name]) for name in TRAVEL},
    }
