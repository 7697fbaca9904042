"""A plan of several years held against its questions: what every check of years looks at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from placement_opt.errors import PlanError
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from placement_opt.verify.case import Case, case_of
from placement_opt.verify.question import Truth, Whole, positions
from placement_opt.verify.years_pairs import YearPairs, following, pairs_of_year
from placement_opt.verify.years_questions import Ahead, YearAsked
from placement_opt.years_plan import YearsPlan

NEVER = -1


@dataclass(frozen=True, eq=False, repr=False)
class YearsCase:
    """A plan of several years and the questions that it answers.

    Parameters
    ----------
    ahead
        The problem, laid out.
    plan
        The plan.
    asked, cases
        For each year the question, and the year's plan held against it as if it stood by itself, with the places that
        provisions which fill up have by then.
    """

    ahead: Ahead
    plan: YearsPlan
    asked: tuple[YearAsked, ...]
    cases: tuple[Case, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """The school years."""
        return self.ahead.years

    @cached_property
    def provision_ids(self) -> "pd.Series[str]":
        """The provisions in order."""
        return self.ahead.problem.provisions["provision_id"]

    @cached_property
    def pairs(self) -> list[YearPairs]:
        """For each year, what may be decided."""
        return [
            pairs_of_year(asked, case.eligibility, case.question.present, len(self.provision_ids))
            for asked, case in zip(self.asked, self.cases, strict=True)
        ]

    @cached_property
    def chains(self) -> list[Whole]:
        """Of `following`."""
        return following(self.pairs)

    @cached_property
    def placed(self) -> list["pd.Series[int]"]:
        """For each year, how many pupils are placed, by person x provisions + provision."""
        return [
            pd.Series(case.count).groupby(self.key(number, case.pupil, case.provision)).sum()
            for number, case in enumerate(self.cases)
        ]

    def key(self, number: int, pupil: Whole, provision: Whole) -> Whole:
        """Return pupils of a year's question with provisions as one number each."""
        return np.asarray(self.asked[number].person[pupil] * len(self.provision_ids) + provision, dtype=np.int64)

    def name_of(self, key: int) -> str:
        """Return what to call a person at a provision."""
        person, provision = divmod(int(key), len(self.provision_ids))
        return f"{self.ahead.people['pupil_id'].iloc[person]} at {self.provision_ids.iloc[provision]}"

    @cached_property
    def is_decided(self) -> Truth:
        """For each year and provision, whether opening or closing it is a decision."""
        return np.array([case.question.is_decided_status for case in self.cases])

    @cached_property
    def is_open(self) -> Truth:
        """For each year and provision, what the plan's use says."""
        return np.array([case.is_open for case in self.cases])

    @cached_property
    def opens(self) -> Whole:
        """For each provision, the number of the year (from 0) in which it opens as the plan decides; NEVER = not."""
        return opening_years(self.is_open & self.is_decided)


@dataclass(frozen=True)
class YearsCheck:
    """A check of several years: its name, and what gives a sentence for each thing that it finds wrong."""

    name: str
    find: Callable[[YearsCase], Iterable[str]]


def opening_years(is_open: Truth) -> Whole:
    """Return for each provision the first year in which it is open; NEVER where it is not."""
    return np.where(is_open.any(axis=0), is_open.argmax(axis=0), NEVER)


def years_case_of(problem: Problem, travel: TravelMatrix, plan: YearsPlan) -> YearsCase:
    """Hold a plan of several years against its questions.

    Raises
    ------
    InputError
        When the problem has no years, the travel matrix lacks somebody, or a must cannot be.
    PlanError
        When the plan is of other years than the problem.
    """
    ahead = Ahead(problem, travel, plan.policy, plan.rules)
    if plan.years != ahead.years or len(plan.plans) != len(ahead.years):
        told = f"{len(plan.plans)} plans for the years {', '.join(map(str, plan.years)) or 'none'}"
        raise PlanError([f"years: the plan has {told}; the problem is about {', '.join(map(str, ahead.years))}."])
    return hold(ahead, tuple(ahead.asked()), plan)


def hold(ahead: Ahead, asked: tuple[YearAsked, ...], plan: YearsPlan) -> YearsCase:
    """Hold a plan against questions that are laid out already."""
    is_open = np.array([_is_open(ahead.problem, of_year) for of_year in plan.plans])
    is_candidate = (ahead.problem.provisions["status"] == "candidate").to_numpy(dtype=bool)
    opens = np.where(is_candidate, opening_years(is_open), NEVER)
    cases = []
    for number, (one, of_year) in enumerate(zip(asked, plan.plans, strict=True)):
        filled = _filled(ahead, one.problem, number - opens, opens != NEVER)
        alone = _alone(filled, replace(of_year, policy=one.policy))
        cases.append(case_of(filled, ahead.travel, alone))
    return YearsCase(ahead, plan, asked, tuple(cases))


def _is_open(problem: Problem, plan: Plan) -> Truth:
    use = plan.use
    opened = set(use.loc[use["is_open"], "provision_id"])
    return problem.provisions["provision_id"].isin(opened).to_numpy(dtype=bool)


def _filled(ahead: Ahead, problem: Problem, age: Whole, opens: Truth) -> Problem:
    """Return a question with the places that candidates which fill up have so many years after they opened."""
    filling = {p: steps for p, steps in ahead.steps.items() if opens[p] and 0 <= age[p] < len(steps)}
    if not filling:
        return problem
    provisions = problem.provisions
    for p, steps in filling.items():
        provisions.loc[p, "places"] = int(steps["places"].iloc[age[p]])
    return problem.replace(provisions=provisions)


def _alone(problem: Problem, plan: Plan) -> Plan:
    """Return a year's plan as if it stood by itself: what it tells of other years is what the question says.

    `following_on` and `capital` check what is left out here.
    """
    present = problem.pupils.set_index("pupil_id")["current_provision_id"]
    placements, unplaced, use = plan.placements, plan.unplaced, plan.use
    for table in (placements, unplaced):
        table["previous_provision_id"] = table["pupil_id"].map(present)
    was = placements["previous_provision_id"]
    moved = np.where(was == placements["provision_id"], "stays", "moves")
    placements["change"] = np.where(was.isna(), "new", moved)
    provisions = problem.provisions.set_index("provision_id")
    at = positions(provisions.index, use["provision_id"])
    site = provisions.iloc[at].reset_index(drop=True)
    opened = np.where((site["status"] == "candidate") & use["is_open"], site["capital_gbp"], 0.0)
    use["capital_gbp"] = opened + site["class_capital_gbp"] * use["classes"]
    return replace(plan, tables={**plan.tables, "placements": placements, "unplaced": unplaced, "use": use})
