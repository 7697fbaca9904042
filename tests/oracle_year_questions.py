"""Who is where in each of several years, and what may be chosen, written from docs/planning_ahead.md alone.

There are no spells here: what a pupil may do next year is asked of the place of this year.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from placement_opt.errors import InputError
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from placement_opt.year_rules import YearRules
from tests.oracle_pairs import InputAtFaultError, Question, Row, records
from tests.oracle_sites import Sites
from tests.oracles import Rules

ALONE = "alone"
"""Stands where a pupil has no place."""

LAST_OF_ALL = 20

Stay = tuple[str, ...]
"""Where a pupil is in each of the years in which the pupil is present, or ALONE."""

Opened = dict[str, tuple[bool, ...]]
"""Whether each candidate and closable provision is open, year by year."""

_OF_YEARS = ("years", "arrivals", "leavers", "site_years", "fill_up", "year_budgets")


class YearsCase(NamedTuple):
    """A question about several years."""

    problem: Problem
    travel: TravelMatrix
    policy: Policy
    rules: YearRules


@dataclass(frozen=True, eq=False)
class Years:
    """Section 1 of the page: the question of each year, as the oracle of one year understands it."""

    case: YearsCase

    @cached_property
    def rows(self) -> list[Row]:
        return sorted(records(self.case.problem.table("years")), key=lambda row: int(row["year"]))

    @cached_property
    def years(self) -> list[int]:
        return [int(row["year"]) for row in self.rows]

    @cached_property
    def people(self) -> dict[str, Row]:
        """Pupils and arrivals by id, with the year in which each comes."""
        pupils = [{**row, "base": self.years[0]} for row in records(self.case.problem.pupils)]
        blank = {"current_provision_id": None, "movable": False}
        come = [{**row, **blank, "base": int(row["arrives"])} for row in records(self.case.problem.table("arrivals"))]
        return {row["pupil_id"]: row for row in (*pupils, *come)}

    def group(self, pupil: str, year: int) -> int:
        return int(self.people[pupil]["year_group"]) + year - int(self.people[pupil]["base"])

    def is_present(self, pupil: str, year: int) -> bool:
        base, group = int(self.people[pupil]["base"]), self.group(pupil, year)
        leaves = {row["pupil_id"]: row["leaves"] for row in records(self.case.problem.table("leavers"))}
        if year < base or year >= leaves.get(pupil, year + 1) or group > LAST_OF_ALL:
            return False
        return year == base or group <= self.case.rules.last_year_group

    def changes_phase(self, pupil: str, year: int) -> bool:
        return year > int(self.people[pupil]["base"]) and self.group(pupil, year) in self.case.policy.phase_years

    # -- sites -------------------------------------------------------------------------------------------------------

    @cached_property
    def provisions(self) -> dict[str, Row]:
        return {row["provision_id"]: row for row in records(self.case.problem.provisions)}

    @cached_property
    def sites(self) -> dict[str, tuple[int, int, int]]:
        """First year, last year and lead of each provision."""
        given = {row["provision_id"]: row for row in records(self.case.problem.table("site_years"))}
        spans = {}
        for p, about in self.provisions.items():
            row = given.get(p, {})
            lead = int(row.get("lead_years") or 0)
            first = self.years[0] if row.get("first_year") is None else int(row["first_year"])
            if about["status"] == "candidate":
                first = max(first, self.years[0] + lead)
            last = self.years[-1] if row.get("last_year") is None else int(row["last_year"])
            spans[p] = (first, last, lead)
        return spans

    @cached_property
    def opens_whatever(self) -> set[str]:
        """The provisions whose first year is given."""
        rows = records(self.case.problem.table("site_years"))
        return {row["provision_id"] for row in rows if row["first_year"] is not None}

    def status(self, p: str, year: int) -> str:
        """Return what a provision is in the question of a year."""
        given, (first, last, _) = self.provisions[p]["status"], self.sites[p]
        if given == "open":
            return "open" if first <= year <= last else "closed"
        if year < first:
            return {"candidate": "closed", "closable": "open"}.get(given, given)
        return str(given)

    @cached_property
    def filling(self) -> dict[str, list[Row]]:
        steps: dict[str, list[Row]] = {}
        for row in sorted(records(self.case.problem.table("fill_up")), key=lambda row: int(row["years_open"])):
            steps.setdefault(row["provision_id"], []).append(row)
        return steps

    def step(self, p: str, years_open: int) -> Row:
        """Return the places and year groups of a provision so many years after it opened."""
        steps = self.filling.get(p, [])
        return steps[years_open] if years_open < len(steps) else self.provisions[p]

    # -- the question of a year --------------------------------------------------------------------------------------

    @cached_property
    def questions(self) -> list[Question]:
        """The question of every year, each made from who stayed in the one before."""
        questions: list[Question] = []
        for number in range(len(self.years)):
            questions.append(self._question(number, questions))
        return questions

    @cached_property
    def rules(self) -> list[Rules]:
        """What holds in each year, whatever is open."""
        return [Rules(question) for question in self.questions]

    def sites_with(self, number: int, filling: tuple[tuple[str, int], ...]) -> Sites:
        """Return the sites of a year in which those that fill up have so many places."""
        key = (number, filling)
        if key not in self._sites:
            question = self.questions[number]
            if filling:
                places = dict(filling)
                rows = [{**row, "places": places.get(p, row["places"])} for p, row in question.provisions.items()]
                changed = question.problem.replace(provisions=pd.DataFrame(rows))
                question = Question(changed, question.travel, question.policy)
            self._sites[key] = Sites(question, self.rules[number].kept)
        return self._sites[key]

    @cached_property
    def _sites(self) -> dict[tuple[int, tuple[tuple[str, int], ...]], Sites]:
        return {}

    def _question(self, number: int, earlier: list[Question]) -> Question:
        year, case = self.years[number], self.case
        here = [i for i in self.people if self.is_present(i, year)]
        provisions = [self._provision(p, year) for p in self.provisions]
        in_use = {row["setting_id"] for row in provisions if row["status"] != "closed"}
        pupils, asking = [], set()
        for i in here:
            row = {name: cell for name, cell in self.people[i].items() if name not in {"base", "arrives"}}
            row["year_group"] = self.group(i, year)
            if not all(i in question.stayers for question in earlier):
                row["current_provision_id"] = None
            if self._still_asks(i, year, earlier):
                asking.add(i)
            if i not in asking or row["requested_setting_id"] not in in_use:
                row["requested_setting_id"] = None
            pupils.append(row)
        tables: dict[str, pd.DataFrame | None] = dict.fromkeys(_OF_YEARS)
        for name in ("pair_costs", "pair_rules", "journey_costs"):
            about = [row for row in records(case.problem.table(name)) if row["pupil_id"] in here]
            if name == "pair_rules":
                about = [row for row in about if number == 0 or row["rule"] == "never" or row["pupil_id"] in asking]
            tables[name] = pd.DataFrame(about) if about else None
        limits = records(case.problem.table("site_limits"))
        if limits and number + 1 < len(self.years):
            limits = [{**row, "min_open": 0} for row in limits]
        tables["site_limits"] = pd.DataFrame(limits) if limits else None
        tables["budgets"] = self._all_budgets()
        try:
            changed = case.problem.replace(pupils=pd.DataFrame(pupils), provisions=pd.DataFrame(provisions), **tables)
        except InputError as error:
            raise InputAtFaultError(str(error)) from error
        return Question(changed, case.travel, case.policy if number == 0 else replace(case.policy, moves="due"))

    def _still_asks(self, pupil: str, year: int, earlier: list[Question]) -> bool:
        """Tell whether requests and musts count: until the first change of phase, for who did not stay at first."""
        base = int(self.people[pupil]["base"])
        if year == base:
            return True
        first = earlier[self.years.index(base)]
        has_changed = any(self.changes_phase(pupil, before) for before in range(base, year + 1))
        return not has_changed and pupil not in first.stayers

    def _provision(self, p: str, year: int) -> Row:
        row = {**self.provisions[p], "status": self.status(p, year)}
        if row["status"] != "candidate":
            row["capital_gbp"] = 0
        if self.provisions[p]["status"] == "open" and row["status"] == "open" and p in self.filling:
            step = self.step(p, year - self.sites[p][0])
            row |= {name: step[name] for name in ("places", "min_year", "max_year")}
        return row

    @cached_property
    def budgets(self) -> list[Row]:
        """The rows of `budgets` and of `year_budgets`, in this order."""
        return [*records(self.case.problem.table("budgets")), *records(self.case.problem.table("year_budgets"))]

    def _all_budgets(self) -> pd.DataFrame | None:
        rows = [
            {"budget": f"budget {at}", "limit_gbp": 0.0, **{name: row[name] for name in ("type", "locality", "payer")}}
            for at, row in enumerate(self.budgets)
        ]
        return pd.DataFrame(rows) if rows else None

    # -- section 2: what a pupil may do ------------------------------------------------------------------------------

    @cached_property
    def options_of(self) -> list[dict[str, list[str]]]:
        """For each year and pupil present, the places that may be chosen; one who stays has one, and is not alone."""
        return [
            {
                i: question.allowed(i) + [ALONE] * (i not in question.stayers | set(question.musts))
                for i in question.pupils
            }
            for question in self.questions
        ]

    def stays(self, pupil: str) -> list[Stay]:
        """Return every way of a pupil through the years."""
        years = [number for number, options in enumerate(self.options_of) if pupil in options]
        ways: list[Stay] = [()]
        for number in years:
            ways = [(*way, p) for way in ways for p in self._next(pupil, number, way[-1] if way else None)]
        return ways

    def _next(self, pupil: str, number: int, before: str | None) -> list[str]:
        """Return where a pupil may be in a year after the place of the year before: nobody is moved within a phase."""
        options = self.options_of[number][pupil]
        if before is None or before == ALONE or self.changes_phase(pupil, self.years[number]):
            return options
        return [before] if before in options else options
