"""What a little more of a limit is worth: an outreach hour, a therapy hour, a pound of a budget, a journey's minute."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from placement_opt.errors import Status
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.again import Again, Change
from placement_opt.solve.run import solve
from placement_opt.why.worth.steps import Worth, moves_between, slope_of, worth_of

MOST_MINUTES = 600.0
"""The tables allow no longer journey."""
POUNDS = (1, 1_000, 10_000)
"""One pound seldom changes whole pupils' places, so larger steps of a budget are shown as well."""


@dataclass(frozen=True)
class Limit:
    """A limit that could be looser.

    Parameters
    ----------
    name
        What it is called in the tables.
    row
        The name of the model's row; "" = it is none.
    unit
        What it is counted in.
    steps
        So many units more are looked at.
    kept, most
        What those who stay have of it, and the limit: while they have more, a unit more loosens nothing.
    sign
        -1 where the row says at least.
    """

    name: str
    row: str
    unit: str
    steps: tuple[int, ...] = (1,)
    kept: float = 0.0
    most: float = 0.0
    sign: int = 1

    def change(self, more: int) -> Change:
        """Return the change that so many units more are."""
        looser = max(self.most + more, self.kept) - max(self.most, self.kept)
        return Change(rows={self.row: self.sign * looser})


@dataclass(frozen=True)
class LimitWorth:
    """What so many units more of a limit are worth, and the price of one where everything may be split."""

    limit: Limit
    more: int
    worth: Worth
    slope_pupils: float
    slope_gbp: float


def worth_of_limits(ask: Again, present_lp: tuple[float, float]) -> Iterator[LimitWorth]:
    """Yield what a little more of each limit of the question is worth."""
    rows = {row.name for row in ask.draft.rows}
    for limit in limits_of(ask):
        if limit.row not in rows:
            continue
        slopes = slope_of(ask, limit.change(1), present_lp)
        for more in limit.steps:
            yield LimitWorth(limit, more, worth_of(ask, ask.best(limit.change(more))), *slopes)


def limits_of(ask: Again) -> Iterator[Limit]:
    """Yield the limits of a question that are one row of its model each."""
    draft = ask.draft
    problem, kept = draft.facts.problem, draft.kept_in
    for place, row in enumerate(problem.table("resources").to_dict("records")):
        name, most = f"resource_{place}", float(row["available"])
        yield Limit(str(row["resource"]), name, str(row["unit"]), kept=kept.get(name, 0.0), most=most)
    position = {str(name): at for at, name in enumerate(draft.facts.provisions["provision_id"])}
    for hub in problem.hubs["provision_id"].tolist():
        yield Limit(f"outreach from {hub}", f"team_hours_{position[hub]}", "hours a week")
    for place, row in enumerate(problem.table("budgets").to_dict("records")):
        yield Limit(str(row["budget"]), f"budget_{place}", "£", POUNDS)
    for place, row in enumerate(problem.table("part_limits").to_dict("records")):
        name, most = f"part_{place}", float(row["places"])
        yield Limit(str(row["limit_id"]), name, "places", kept=kept.get(name, 0.0), most=most)
    schools = draft.facts.settings
    for at, (school, most) in enumerate(zip(schools["setting_id"], schools["places"].astype(float), strict=True)):
        if not np.isnan(most):
            name = f"school_{at}"
            yield Limit(f"school {school}", name, "places", kept=kept.get(name, 0.0), most=float(most))
    for place, row in enumerate(problem.table("totals").to_dict("records")):
        yield Limit(str(row["total"]), f"total_{place}", str(row["measure"]))
    yield Limit("most moves", "moves", "moves", sign=-1)


def worth_of_minutes(ask: Again, options: SolveOptions) -> Iterator[LimitWorth]:
    """Yield what a minute more is worth: of the policy's longest journey, and of every pupil's own.

    A minute changes who could go where, so that the question is solved from the start; a price for a part of a minute
    there is none.
    """
    facts = ask.draft.facts
    exact = replace(options, gap=0.0, weights=None)
    policy, pupils = facts.policy, facts.problem.pupils
    if policy.max_minutes is not None:
        longer = replace(policy, max_minutes=policy.max_minutes + 1)
        yield _minute("longest journey of the policy", ask, facts.problem, longer, exact)
    if pupils["max_minutes"].notna().any():
        pupils["max_minutes"] = (pupils["max_minutes"] + 1).clip(upper=MOST_MINUTES)
        yield _minute("longest journeys of single pupils", ask, facts.problem.replace(pupils=pupils), policy, exact)


def _minute(name: str, ask: Again, problem: Problem, policy: Policy, options: SolveOptions) -> LimitWorth:
    present = ask.present
    plan = solve(problem, ask.draft.facts.travel, policy=policy, options=options)
    worth = Worth(
        present.unplaced_pupils - plan.unplaced_pupils,
        round(present.objective_gbp - plan.objective_gbp, 2) + 0.0,
        present.is_proven and plan.status is Status.OPTIMAL,
        moves_between(present.placements, plan.placements[["pupil_id", "provision_id", "count"]]),
    )
    return LimitWorth(Limit(name, "", "minutes"), 1, worth, np.nan, np.nan)
