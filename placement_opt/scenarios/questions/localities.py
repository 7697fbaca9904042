"""Which localities get bases first, when only so much capital can be spent each year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import pandas as pd

from placement_opt.errors import InputError
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.scenarios.editing import with_cells, with_rows
from placement_opt.scenarios.jobs import Job, solve_many
from placement_opt.scenarios.questions.asking import (
    answered,
    as_money,
    built,
    check_provisions,
    check_years,
    school_year,
    shut,
)
from placement_opt.scenarios.sites import opened_in
from placement_opt.solve.years import plan_years
from placement_opt.travel import TravelMatrix
from placement_opt.workers.tasks import Failure, Pool, Progress
from placement_opt.year_rules import YearRules
from placement_opt.years_plan import YearsPlan

CANNOT_PAY = "cannot be paid"
GREEDY, EXACT, NONE = "one after the other", "all together", "none"
NO_LOCALITY = "(not given)"


@dataclass(frozen=True, eq=False, repr=False)
class LocalityOrder:
    """Bases in the order in which localities get them. Make one with `which_localities_first`.

    Parameters
    ----------
    bases
        The candidates: provision_id, locality, places, capital_gbp.
    plans
        The plans of years by how they came about: `none` (no base opens), `one after the other` (always the base that
        helps most next), `all together` (the best plan of all years).
    tried
        What was tried one after the other: step, provision_id, year, status, unplaced_pupil_years, cost_gbp,
        capital_gbp and chosen.
    """

    bases: pd.DataFrame
    plans: Mapping[str, YearsPlan]
    tried: pd.DataFrame

    def __post_init__(self) -> None:
        object.__setattr__(self, "plans", MappingProxyType(dict(self.plans)))
        object.__setattr__(self, "bases", self.bases.copy())
        object.__setattr__(self, "tried", self.tried.copy())

    @property
    def table(self) -> pd.DataFrame:
        """A row for each base, by locality: when it opens in either way (blank = never), and whether that differs."""
        columns = {}
        for name in (GREEDY, EXACT):
            opened = self.plans[name].sites.set_index("provision_id")["year"]
            columns[name] = opened.reindex(self.bases["provision_id"]).astype("Int64").to_numpy()
        table = self.bases.assign(**columns)
        same = (table[GREEDY] == table[EXACT]).fillna(value=False) | (table[GREEDY].isna() & table[EXACT].isna())
        return table.assign(differs=~same.astype(bool)).sort_values(["locality", "provision_id"], ignore_index=True)

    @property
    def order(self) -> pd.DataFrame:
        """The localities in the order of their first base, in either way: how, rank, locality, first_year, places."""
        parts = []
        for name in (GREEDY, EXACT):
            opened = self.table.dropna(subset=[name])
            first = opened.groupby("locality").agg(first_year=(name, "min"), places=("places", "sum")).reset_index()
            first = first.sort_values(["first_year", "locality"], ignore_index=True)
            first.insert(0, "rank", first["first_year"].rank(method="min").astype("int64"))
            parts.append(first.assign(how=name)[["how", "rank", "locality", "first_year", "places"]])
        return pd.concat(parts, ignore_index=True)

    @property
    def totals(self) -> pd.DataFrame:
        """A row for each way: unplaced_pupil_years, cost_gbp, saving_gbp (against `none`), capital_gbp, bases."""
        none = self.plans[NONE]
        rows = {
            name: {
                "unplaced_pupil_years": plan.unplaced_pupil_years,
                "cost_gbp": plan.cost_gbp,
                "saving_gbp": round(none.cost_gbp - plan.cost_gbp, 2),
                "capital_gbp": plan.capital_gbp,
                "bases": int(plan.sites["provision_id"].isin(self.bases["provision_id"]).sum()),
            }
            for name, plan in self.plans.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("how")

    def summary(self) -> str:
        """Return the order and what it does, in a few lines of text."""
        lines = []
        for name in (GREEDY, EXACT):
            part = self.order[self.order["how"] == name]
            shown = [
                f"{locality} ({school_year(int(year))})"
                for locality, year in zip(part["locality"], part["first_year"], strict=True)
            ]
            lines.append(f"{name}: {', then '.join(shown) or 'no base opens'}")
        for how, row in self.totals.to_dict("index").items():
            lines.append(
                f"{how}: {int(row['unplaced_pupil_years']):,} pupil-years without a place, "
                f"{as_money(row['cost_gbp'])} running, {as_money(row['capital_gbp'])} capital, "
                f"{int(row['bases']):,} bases"
            )
        differ = int(self.table["differs"].sum())
        lines.append(f"{differ:,} of {len(self.bases):,} bases open in other years when all are planned together")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"LocalityOrder({len(self.bases)} bases, {self.bases['locality'].nunique()} localities)"


def which_localities_first(  # noqa: PLR0913 - each is a choice of its own
    problem: Problem,
    travel: TravelMatrix,
    bases: Sequence[str],
    *,
    capital_gbp_per_year: float | None = None,
    policy: Policy | None = None,
    rules: YearRules | None = None,
    options: SolveOptions | None = None,
    executor: Pool | None = None,
    progress: Progress | None = None,
) -> LocalityOrder:
    """Find in which order localities get bases, one after the other and all together.

    One after the other: year by year, the base is opened that leaves fewest pupil-years without a place, then costs
    least, over all years, given what was opened before; until none helps or the capital of the year is spent. All
    together: the best plan of all years, which may wait with a base because another is worth more.

    Parameters
    ----------
    problem, travel
        The question with `years`, and journeys of everybody. The locality of a base is that of its school.
    bases
        The candidates that may be opened. Other candidates are left to the plan.
    capital_gbp_per_year
        Capital that may be spent in each year, on top of what `year_budgets` say; None = what they and `budgets` say.
    policy, rules, options
        As for `plan_years`.
    executor, progress
        As for `solve_scenarios`; the bases of a step are tried together.

    Returns
    -------
    LocalityOrder

    Raises
    ------
    InputError
        When a base is no candidate, or there are fewer than two years.
    NoPlanError
        When there is no plan, even without bases.
    ValueError
        When no base is named.
    """
    if not list(bases) or isinstance(bases, str):
        raise ValueError(f"`bases` is {bases!r}; name one candidate or more.")
    check_provisions(problem, bases, status="candidate")
    years = check_years(problem)
    asked = problem if capital_gbp_per_year is None else _with_capital(problem, years, capital_gbp_per_year)
    search = _Search(asked, travel, tuple(dict.fromkeys(bases)), policy, rules, options, executor, progress)
    none = search.plan({})
    greedy, tried = search.one_after_the_other(years, none)
    plans = {NONE: none, GREEDY: greedy, EXACT: search.all_together()}
    return LocalityOrder(_about(problem, search.bases), plans, tried)


@dataclass(frozen=True, eq=False)
class _Search:
    """The question, and how its plans are made."""

    problem: Problem
    travel: TravelMatrix
    bases: tuple[str, ...]
    policy: Policy | None
    rules: YearRules | None
    options: SolveOptions | None
    executor: Pool | None
    progress: Progress | None

    def plans(self, choices: Sequence[Mapping[str, int]]) -> list[Any]:
        """Return the plans in which exactly some bases open, each in its year."""
        jobs = [
            self._job(", ".join(f"{base} {year}" for base, year in opened.items()) or NONE, self._fixed(opened))
            for opened in choices
        ]
        return list(solve_many(jobs, executor=self.executor, progress=self.progress))

    def plan(self, opened: Mapping[str, int]) -> YearsPlan:
        """Return the plan in which exactly some bases open; it has to exist."""
        answer: YearsPlan = self.plans([opened])[0]
        answered({NONE: answer})
        return answer

    def all_together(self) -> YearsPlan:
        """Return the best plan of all years."""
        answer: YearsPlan = solve_many(
            [self._job(EXACT, self.problem)], executor=self.executor, progress=self.progress
        )[0]
        answered({EXACT: answer})
        return answer

    def one_after_the_other(self, years: Sequence[int], none: YearsPlan) -> tuple[YearsPlan, pd.DataFrame]:
        """Open in each year, again and again, the base that helps most, as long as one helps and can be paid."""
        opened: dict[str, int] = {}
        best, rows, step = none, list[tuple[Any, ...]](), 0
        for year in years:
            while left := [base for base in self.bases if base not in opened and self._can_open(base, year)]:
                step += 1
                payable = [base for base in left if self._can_pay({**opened, base: year})]
                answers = dict(zip(payable, self.plans([{**opened, base: year} for base in payable]), strict=True))
                found: list[tuple[Any, str, Any]] = [
                    (_rank(answers.get(base)), base, answers.get(base)) for base in left
                ]
                better = [one for one in found if one[0] < _rank(best)]
                chosen = min(better, key=lambda one: one[:2]) if better else None
                rows += [_row(step, base, year, answer, chosen) for _, base, answer in found]
                if chosen is None:
                    break
                opened[chosen[1]], best = year, chosen[2]
        return best, pd.DataFrame(rows, columns=list(_TRIED))

    def _can_open(self, base: str, year: int) -> bool:
        """Return whether a base may open in a year, by `site_years`."""
        times = self.problem.table("site_years")
        row = times[times["provision_id"] == base]
        first, last, lead = (
            row[name].iloc[0] if len(row) else pd.NA for name in ("first_year", "last_year", "lead_years")
        )
        begins = int(self.problem.table("years")["year"].iloc[0]) + (0 if pd.isna(lead) else int(lead))
        return (begins if pd.isna(first) else int(first)) <= year and (pd.isna(last) or year <= int(last))

    def _can_pay(self, opened: Mapping[str, int]) -> bool:
        """Return whether the budgets cover what would be committed, as the checks of the tables say."""
        problem = self.problem
        for base, year in opened.items():
            problem = opened_in(problem, base, year)
        times = problem.table("site_years")
        last_year = times["last_year"].mask(times["provision_id"].isin(opened))
        committed = with_cells(problem.provisions, list(opened), {"status": "open"})
        try:
            problem.replace(provisions=committed, site_years=times.assign(last_year=last_year))
        except InputError:
            return False
        return True

    def _fixed(self, opened: Mapping[str, int]) -> Problem:
        problem = shut(self.problem, [base for base in self.bases if base not in opened])
        for base, year in opened.items():
            problem = built(problem, base, year)
        return problem

    def _job(self, name: str, problem: Problem) -> Job:
        return Job(name, problem, self.travel, self.policy, self.options, partial(plan_years, rules=self.rules))


_TRIED = ("step", "provision_id", "year", "status", "unplaced_pupil_years", "cost_gbp", "capital_gbp", "chosen")


def _rank(answer: YearsPlan | Failure | None) -> tuple[float, float]:
    """Return what is made least: pupil-years without a place, then £; without a plan it is worse than anything."""
    if answer is None or isinstance(answer, Failure):
        return (float("inf"), float("inf"))
    return (answer.unplaced_pupil_years, answer.objective_gbp)


def _row(
    step: int, base: str, year: int, answer: YearsPlan | Failure | None, chosen: tuple[object, str, object] | None
) -> tuple[object, ...]:
    is_chosen = chosen is not None and chosen[1] == base
    if answer is None or isinstance(answer, Failure):
        return (step, base, year, CANNOT_PAY if answer is None else answer.status, None, None, None, is_chosen)
    figures = (answer.unplaced_pupil_years, answer.cost_gbp, answer.capital_gbp)
    return (step, base, year, str(answer.status), *figures, is_chosen)


def _about(problem: Problem, bases: Sequence[str]) -> pd.DataFrame:
    provisions = problem.provisions.merge(problem.settings[["setting_id", "locality"]], on="setting_id")
    chosen = provisions[provisions["provision_id"].isin(bases)]
    chosen = chosen.assign(locality=chosen["locality"].fillna(NO_LOCALITY))
    return chosen[["provision_id", "locality", "places", "capital_gbp"]].reset_index(drop=True)


def _with_capital(problem: Problem, years: Sequence[int], limit_gbp: float) -> Problem:
    rows = [
        {"budget": f"bases {year}", "year": year, "basis": "school year", "type": "capital", "limit_gbp": limit_gbp}
        for year in years
    ]
    return problem.replace(year_budgets=with_rows(problem.table("year_budgets"), *rows))
