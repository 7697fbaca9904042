"""The question of one year of a future, made quickly: today's part of it is the same in every draw."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.scenarios.change import Scenario, changed_tables
from placement_opt.schema import YEAR_RANGE
from placement_opt.timeline import problem_in
from placement_opt.travel import TravelMatrix
from placement_opt.year_rules import YearRules

DRAWN = frozenset({"arrivals", "leavers"})
"""The tables in which draws differ from each other."""

_VERBS = Scenario.__module__.rpartition(".")[0]
_OF_PUPILS = ("pair_costs", "pair_rules", "journey_costs", "apart")


@dataclass(frozen=True, eq=False)
class Strategy:
    """What is held against the others in every draw.

    Parameters
    ----------
    name
        In tables.
    scenario
        Its changes; None = the question as it is.
    policy
        With its changes.
    ready
        The question of the year without what is drawn: nobody leaves but by age, nobody new arrives. None = the
        strategy may do something else in each draw, so that its questions are made whole.
    """

    name: str
    scenario: Scenario | None
    policy: Policy
    ready: Problem | None = None

    def applied(self, problem: Problem, policy: Policy) -> Problem:
        """Return the changed question of a draw."""
        return problem if self.scenario is None else self.scenario.apply(problem, policy)[0]

    def _is_of_verbs(self) -> bool:
        """Return whether all changes are verbs of the library: none of them looks at what is drawn."""
        edits = [] if self.scenario is None else [change.edit for change in self.scenario.changes]
        return all(getattr(edit, "func", edit).__module__.startswith(f"{_VERBS}.") for edit in edits)

    def with_ready(
        self, problem: Problem, draw: Problem, travel: TravelMatrix, year: int, policy: Policy, rules: YearRules
    ) -> "Strategy":
        """Return the strategy with the ready part of its question, if it does the same to a draw as to the problem.

        Parameters
        ----------
        problem
            The question of today, with the years of the draws.
        draw
            One of them.
        travel
            Journeys of everybody in `problem`.
        year, policy, rules
            Of the questions.
        """
        if not is_drawn_from(problem, draw) or not self._is_of_verbs():
            return self
        changed, changed_draw = self.applied(problem, policy), self.applied(draw, policy)
        if DRAWN & {*changed_tables(draw, changed_draw)} or {*changed_tables(changed, changed_draw)} - DRAWN:
            return self
        stays = changed.replace(leavers=None)
        return replace(self, ready=problem_in(stays, travel, year, policy=self.policy, rules=rules))


def is_drawn_from(problem: Problem, draw: Problem) -> bool:
    """Return whether a draw is the problem with arrivals and leavers added, about whom nothing was asked or decided."""
    if {*changed_tables(problem, draw)} - DRAWN or problem.parameters != draw.parameters:
        return False
    known, arrivals = problem.table("arrivals"), draw.table("arrivals")
    was_known = arrivals["pupil_id"].isin(known["pupil_id"])
    new = arrivals[~was_known]
    alike = arrivals[was_known].reset_index(drop=True).equals(known.reset_index(drop=True)) or known.empty
    return bool(alike and new["requested_setting_id"].isna().all())


def question_of(ready: Problem, problem: Problem, draw: Problem, year: int, rules: YearRules) -> Problem:
    """Return what `problem_in` returns for a draw, from the part that is ready.

    Parameters
    ----------
    ready
        Of a strategy.
    problem, draw
        The question of today with the years of the draws, and a draw of it (`is_drawn_from`).
    year, rules
        As for `ready`.
    """
    arrivals = draw.table("arrivals").rename(columns={"arrives": "base"})
    arrivals = arrivals[~arrivals["pupil_id"].isin(problem.table("arrivals")["pupil_id"])]
    new = arrivals[is_present(arrivals, draw, year, rules)]
    new = new.assign(year_group=new["year_group"] + (year - new["base"])).drop(columns="base")
    leavers = draw.table("leavers")
    gone = set(leavers.loc[leavers["leaves"] <= year, "pupil_id"])
    old = ready.pupils
    pupils = pd.concat([old[~old["pupil_id"].isin(gone)], new], ignore_index=True).sort_values("pupil_id")
    tables: dict[str, Any] = {"pupils": pupils.astype({"year_group": "int64"})}
    for name in _OF_PUPILS:
        table = ready.table(name)
        if len(table):
            left = table["pupil_id"].isin(gone)
            left |= table["other_pupil_id"].isin(gone) if "other_pupil_id" in table.columns else False
            tables[name] = table[~left]
    return ready.replace(**tables)


def pupils_in(draw: Problem, year: int, rules: YearRules) -> int:
    """Return how many pupils of a draw are present in a year."""
    first = int(draw.table("years")["year"].iloc[0])
    arrivals = draw.table("arrivals").rename(columns={"arrives": "base"})
    frames = (draw.pupils.assign(base=first), arrivals)
    return sum(int(frame.loc[is_present(frame, draw, year, rules), "count"].sum()) for frame in frames)


def is_present(people: pd.DataFrame, draw: Problem, year: int, rules: YearRules) -> "pd.Series[bool]":
    """Return who of some people, with their first year as `base`, is present (docs/planning_ahead.md, part 1)."""
    leaves = people["pupil_id"].map(draw.table("leavers").set_index("pupil_id")["leaves"])
    last_group = people["year_group"].clip(lower=rules.last_year_group, upper=YEAR_RANGE[1])
    is_young = year <= people["base"] + last_group - people["year_group"]
    return (people["base"] <= year) & is_young & ~(leaves <= year)
