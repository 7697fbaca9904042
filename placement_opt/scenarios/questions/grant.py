"""Take the grant, or build? A school that is built in some years against money that is paid now."""

from dataclasses import dataclass
from functools import partial

import pandas as pd

from placement_opt.given import is_number, is_whole
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.scenarios.jobs import Job, solve_many
from placement_opt.scenarios.questions.asking import (
    answered,
    as_money,
    built,
    check_provisions,
    check_years,
    school_year,
    shut,
    yearly_gbp,
)
from placement_opt.solve.years import plan_years
from placement_opt.travel import TravelMatrix
from placement_opt.workers.tasks import Pool, Progress
from placement_opt.year_rules import YearRules
from placement_opt.years_plan import YearsPlan

MOST_GBP = 10_000_000_000.0
MOST_YEARS, MOST_RATE = 100, 0.99


@dataclass(frozen=True, eq=False, repr=False)
class GrantOrBuild:
    """A school that is built against a grant that is taken. Make one with `grant_or_build`.

    Parameters
    ----------
    provision_id
        The school.
    grant_gbp, grant_year
        What is paid for not building it, and when.
    build, grant
        The plans with and without the school.
    horizon_years
        How many years are counted, from the first of the plan. Later years than the plan's are as its last one.
    discount_rate
        Money of a year later counts as less by this share.
    """

    provision_id: str
    grant_gbp: float
    grant_year: int
    build: YearsPlan
    grant: YearsPlan
    horizon_years: int
    discount_rate: float

    @property
    def table(self) -> pd.DataFrame:
        """A row for each year of the horizon, indexed by year.

        Columns: planned (False = as the last year of the plan); saving_gbp (running money without the school less with
        it); capital_gbp (with less without); grant_gbp (forgone by building); net_gbp (saving less capital and grant);
        discount_factor, discounted_gbp, and so_far_gbp (discounted, added up). Building pays where so_far_gbp is above
        0.
        """
        years = range(self.build.years[0], self.build.years[0] + self.horizon_years)
        last = self.build.years[-1]
        built, without = yearly_gbp(self.build), yearly_gbp(self.grant)
        change = pd.DataFrame(
            {
                "saving_gbp": without["running_gbp"] - built["running_gbp"],
                "capital_gbp": built["capital_gbp"] - without["capital_gbp"],
            }
        )
        table = change.reindex([min(year, last) for year in years]).set_axis(pd.Index(years, name="year"))
        table["capital_gbp"] = table["capital_gbp"].where(table.index <= last, 0.0)
        table["grant_gbp"] = [self.grant_gbp if year == self.grant_year else 0.0 for year in years]
        table["net_gbp"] = table["saving_gbp"] - table["capital_gbp"] - table["grant_gbp"]
        table["discount_factor"] = [(1 + self.discount_rate) ** -number for number in range(len(years))]
        table["discounted_gbp"] = (table["net_gbp"] * table["discount_factor"]).round(2)
        table["so_far_gbp"] = table["discounted_gbp"].cumsum()
        table.insert(0, "planned", table.index <= last)
        return table.round({"saving_gbp": 2, "capital_gbp": 2, "net_gbp": 2, "so_far_gbp": 2})

    @property
    def present_value_gbp(self) -> float:
        """What building is worth more than the grant over the horizon, discounted; below 0 the grant is worth more."""
        return float(self.table["so_far_gbp"].iloc[-1])

    @property
    def break_even_year(self) -> int | None:
        """The first year from which on building has paid, to the end of the horizon; None = it has not."""
        behind = self.table["so_far_gbp"] < 0
        if behind.iloc[-1]:
            return None
        return int(behind.index[behind][-1]) + 1 if behind.any() else int(behind.index[0])

    @property
    def largest_grant_gbp(self) -> float:
        """The grant at which both are worth the same over the horizon."""
        factor = float(self.table["discount_factor"].loc[self.grant_year])
        return round(self.grant_gbp + self.present_value_gbp / factor, 2)

    def summary(self) -> str:
        """Return the answer in a few lines of text."""
        table = self.table
        opened = self.build.sites.set_index("provision_id")["year"].get(self.provision_id)
        opens = "is not opened" if opened is None else f"opens in {school_year(int(opened))}"
        years = f"{school_year(table.index[0])} to {school_year(table.index[-1])}"
        added = int((~table["planned"]).sum())
        repeated = f", the last {added} as the last year planned" if added else ""
        worth, even = self.present_value_gbp, self.break_even_year
        better = "more" if worth >= 0 else "less"
        short = self.grant.unplaced_pupil_years - self.build.unplaced_pupil_years
        return "\n".join(
            [
                f"{self.provision_id} {opens}; the grant is {as_money(self.grant_gbp)} in "
                f"{school_year(self.grant_year)}",
                f"years counted: {years}{repeated}; discounted at {self.discount_rate:.1%} a year",
                f"building is worth {as_money(abs(worth))} {better} than the grant",
                f"it has paid by: {'not within these years' if even is None else school_year(even)}",
                f"both are worth the same at a grant of {as_money(self.largest_grant_gbp)}",
                f"without the school {short:,} more pupil-years are without a place"
                if short >= 0
                else f"with the school {-short:,} more pupil-years are without a place",
            ]
        )

    def __repr__(self) -> str:
        return f"GrantOrBuild({self.provision_id}, £{self.present_value_gbp:,.2f} for building)"


def grant_or_build(  # noqa: PLR0913 - each is a choice of its own
    problem: Problem,
    travel: TravelMatrix,
    provision_id: str,
    *,
    grant_gbp: float,
    grant_year: int | None = None,
    opens: int | None = None,
    horizon_years: int | None = None,
    discount_rate: float = 0.035,
    policy: Policy | None = None,
    rules: YearRules | None = None,
    options: SolveOptions | None = None,
    executor: Pool | None = None,
    progress: Progress | None = None,
) -> GrantOrBuild:
    """Hold building a school against taking money for not building it.

    Both futures are planned over all years: with the school (its lead time, its capital, how it fills up) and without.

    Parameters
    ----------
    problem, travel
        The question with `years`, and journeys of everybody. Its `site_years` and `fill_up` say when the school can
        open and how it fills; its `capital_gbp` is what the council itself pays.
    provision_id
        The school: a candidate.
    grant_gbp
        What is paid for not building.
    grant_year
        When; None = the first year.
    opens
        The year in which the school opens; None = for the plan to decide.
    horizon_years
        How many years count; None = those of the plan. Years after the plan's are taken to be as its last one.
    discount_rate
        0.035 = 3.5 % a year in real terms, as the Green Book (HM Treasury, 2022) has it. Prices of the plan's years
        should then be without general inflation.
    policy, options
        As for `plan_years`.
    rules
        As for `plan_years`. A discount rate in them decides what is planned; the table uses `discount_rate`.
    executor, progress
        As for `solve_scenarios`.

    Returns
    -------
    GrantOrBuild

    Raises
    ------
    InputError
        When the provision is no candidate, or there are fewer than two years.
    NoPlanError
        When one of the two has no plan.
    ValueError
        When a number is out of its range.
    """
    check_provisions(problem, [provision_id], status="candidate")
    years = check_years(problem)
    grant_year = years[0] if grant_year is None else grant_year
    horizon_years = len(years) if horizon_years is None else horizon_years
    _check_numbers(grant_gbp, discount_rate, horizon_years)
    if grant_year not in range(years[0], years[0] + horizon_years):
        raise ValueError(
            f"`grant_year` is {grant_year!r}; use a year from {years[0]} to {years[0] + horizon_years - 1}."
        )
    solver = partial(plan_years, rules=rules)
    jobs = [
        Job("build", built(problem, provision_id, opens), travel, policy, options, solver),
        Job("grant", shut(problem, [provision_id]), travel, policy, options, solver),
    ]
    answers = dict(zip(("build", "grant"), solve_many(jobs, executor=executor, progress=progress), strict=True))
    answered(answers)
    return GrantOrBuild(
        provision_id, float(grant_gbp), grant_year, answers["build"], answers["grant"], horizon_years, discount_rate
    )


def _check_numbers(grant_gbp: float, discount_rate: float, horizon_years: int) -> None:
    if not is_number(grant_gbp, 0, MOST_GBP):
        raise ValueError(f"`grant_gbp` is {grant_gbp!r}; use an amount of £ from 0 to {MOST_GBP:,.0f}.")
    if not is_number(discount_rate, 0, MOST_RATE):
        raise ValueError(f"`discount_rate` is {discount_rate!r}; use a share from 0 to {MOST_RATE} (0.035 = 3.5 %).")
    if not is_whole(horizon_years) or not 1 <= horizon_years <= MOST_YEARS:
        raise ValueError(f"`horizon_years` is {horizon_years!r}; use a whole number from 1 to {MOST_YEARS}.")
