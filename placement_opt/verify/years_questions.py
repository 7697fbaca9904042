"""The question of each of several years, derived again from docs/planning_ahead.md, section 1."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from placement_opt.verify.eligibility import who_stays
from placement_opt.verify.links import links_of
from placement_opt.verify.question import Real, Truth, Whole, ask, positions
from placement_opt.year_rules import YearRules

LAST_YEAR_GROUP_OF_ALL = 20
_EMPTIED = ("years", "arrivals", "leavers", "site_years", "fill_up", "year_budgets", "budgets")
_ABOUT_PUPILS = ("pair_costs", "pair_rules", "journey_costs", "apart")


@dataclass(frozen=True, eq=False, repr=False)
class YearAsked:
    """What is asked in one year.

    Parameters
    ----------
    problem
        The question as a problem by itself; candidates that fill up have all their places in it.
    policy
        That of the year; where pupils may be moved within a phase at a price, one under which everybody may move.
    person
        For each pupil of the problem, the row of `Ahead.people`.
    would_stay
        For each pupil, whether the pupil stays where moves within a phase have no price.
    begins_phase, ends
        For each pupil, whether this year begins a phase other than by arriving, and whether it is the pupil's last or
        the last of a phase.
    """

    problem: Problem
    policy: Policy
    person: Whole
    would_stay: Truth
    begins_phase: Truth
    ends: Truth


@dataclass(frozen=True, eq=False, repr=False)
class Ahead:
    """A problem of several years, a policy and the rules of years.

    Parameters
    ----------
    problem, travel
        With the tables of years; journeys of pupils and arrivals.
    policy, rules
        Of the plan.
    """

    problem: Problem
    travel: TravelMatrix
    policy: Policy
    rules: YearRules

    @cached_property
    def table(self) -> pd.DataFrame:
        """The table `years`, in order.

        Raises
        ------
        InputError
            When it has no rows.
        """
        table = self.problem.table("years").sort_values("year", ignore_index=True)
        if table.empty:
            message = "The table has no rows. Add the school years that are planned, one row each."
            raise InputError([Fault("years", "year", "", "", message)])
        return table

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The school years."""
        return tuple(int(year) for year in self.table["year"])

    @cached_property
    def price(self) -> Real:
        """For each year, its prices over those of the tables."""
        return self.table["price_factor"].to_numpy(dtype=float)

    @cached_property
    def factor(self) -> Real:
        """For each year, what its running money is multiplied by."""
        return np.asarray(self.table["share"].to_numpy(dtype=float) * self.price)

    @cached_property
    def discount(self) -> Real:
        """For each year, what a pound of it counts."""
        return np.asarray((1 + self.rules.discount_rate) ** -np.arange(len(self.years), dtype=float))

    @cached_property
    def people(self) -> pd.DataFrame:
        """Pupils and arrivals by id, with the year in which each comes (`base`) and the first without (`gone`)."""
        arrivals = self.problem.table("arrivals").rename(columns={"arrives": "base"})
        pupils = self.problem.pupils.assign(base=self.years[0])
        people = pd.concat([pupils, arrivals]) if len(arrivals) else pupils
        people = people.sort_values("pupil_id", ignore_index=True)
        group = people["year_group"].to_numpy(dtype=np.int64)
        last = np.minimum(np.maximum(self.rules.last_year_group, group), LAST_YEAR_GROUP_OF_ALL)
        gone = people["base"].to_numpy(dtype=np.int64) + last - group + 1
        leavers = self.problem.table("leavers")
        at = positions(people["pupil_id"], leavers["pupil_id"])
        gone[at] = np.minimum(gone[at], leavers["leaves"].to_numpy(dtype=np.int64))
        return people.assign(gone=gone)

    @cached_property
    def base(self) -> Whole:
        """For each person, the year in which the person comes."""
        return self.people["base"].to_numpy(dtype=np.int64)

    def present(self, year: int) -> Truth:
        """Return for each person whether a place is needed in a year."""
        return np.asarray((self.base <= year) & (year < self.people["gone"].to_numpy(dtype=np.int64)))

    def group(self, year: int) -> Whole:
        """Return for each person the year group in a year."""
        return np.asarray(self.people["year_group"].to_numpy(dtype=np.int64) + year - self.base)

    def begins_phase(self, year: int) -> Truth:
        """Return for each person whether a year begins a phase, other than by arriving."""
        return np.asarray(np.isin(self.group(year), self.policy.phase_years) & (self.base < year))

    # -- sites -------------------------------------------------------------------------------------------------------

    @cached_property
    def spans(self) -> pd.DataFrame:
        """First year, last year and lead of every provision, blanks filled in; in the order of `provisions`."""
        provisions = self.problem.provisions
        rows = provisions[["provision_id", "status"]].merge(self.problem.table("site_years"), "left", "provision_id")
        lead = rows["lead_years"].fillna(0).astype("int64")
        first = rows["first_year"].astype("float64").fillna(self.years[0])
        earliest = np.where(rows["status"] == "candidate", self.years[0] + lead, -np.inf)
        last = rows["last_year"].astype("float64").fillna(self.years[-1])
        return pd.DataFrame(
            {
                "first": np.maximum(first, earliest).astype("int64"),
                "last": last.astype("int64"),
                "lead": lead,
            }
        )

    def status(self, year: int) -> "pd.Series[str]":
        """Return the status of each provision in the question of a year."""
        given = self.problem.provisions["status"]
        before, after = self.spans["first"] > year, self.spans["last"] < year
        closed = ((given == "open") & (before | after)) | ((given == "candidate") & before)
        return given.mask(closed, "closed").mask((given == "closable") & before, "open")

    @cached_property
    def steps(self) -> dict[int, pd.DataFrame]:
        """For provisions that fill up, their rows of `fill_up` in order."""
        table = self.problem.table("fill_up").sort_values("years_open")
        at = positions(self.problem.provisions["provision_id"], table["provision_id"])
        return {int(p): table[at == p].reset_index(drop=True) for p in np.unique(at)}

    def _provisions(self, year: int) -> pd.DataFrame:
        provisions = self.problem.provisions
        is_committed = (provisions["status"] == "open").to_numpy()
        status = self.status(year)
        capital_gbp = provisions["capital_gbp"].where(status == "candidate", 0.0)
        provisions = provisions.assign(status=status, capital_gbp=capital_gbp)
        for p, steps in self.steps.items():
            age = year - int(self.spans["first"].iloc[p])
            if is_committed[p] and 0 <= age < len(steps):
                for name in ("places", "min_year", "max_year"):
                    provisions.loc[p, name] = int(steps[name].iloc[age])
        return provisions

    # -- the questions -----------------------------------------------------------------------------------------------

    def asked(self) -> Iterator[YearAsked]:
        """Yield the question of every year, the first one first.

        Raises
        ------
        InputError
            When the travel matrix lacks somebody, or a must cannot be.
        """
        holds = self.people["current_provision_id"].notna().to_numpy(dtype=bool, copy=True)
        stayed_at_first = np.zeros(len(holds), dtype=bool)
        has_changed = np.zeros(len(holds), dtype=bool)
        for number, year in enumerate(self.years):
            has_changed |= self.begins_phase(year)
            is_base = self.base == year
            asks = is_base | (~has_changed & ~stayed_at_first)
            person = np.flatnonzero(self.present(year))
            is_bound = asks | (holds & ~has_changed & (self.rules.mid_phase_move_gbp is not None))
            problem = self._problem(number, person, holds, asks, is_bound)
            policy = self.policy if number == 0 else replace(self.policy, moves="due")
            question = ask(problem, self.travel, policy)
            stays = who_stays(question, links_of(question))
            everybody = np.zeros(len(holds), dtype=bool)
            everybody[person] = stays
            holds &= everybody
            stayed_at_first |= everybody & is_base
            if self.rules.mid_phase_move_gbp is not None:
                policy = replace(policy, moves="all")
            ends = ~self.present(year + 1) | self.begins_phase(year + 1)
            yield YearAsked(problem, policy, person, stays, self.begins_phase(year)[person], ends[person])

    def _problem(self, number: int, person: Whole, holds: Truth, asks: Truth, is_bound: Truth) -> Problem:
        year = self.years[number]
        provisions = self._provisions(year)
        people = self.people.assign(year_group=self.group(year))
        people["current_provision_id"] = people["current_provision_id"].where(holds)
        in_use = provisions.loc[provisions["status"] != "closed", "setting_id"]
        can_ask = asks & people["requested_setting_id"].isin(in_use).to_numpy()
        people["requested_setting_id"] = people["requested_setting_id"].where(can_ask)
        ids = people["pupil_id"]
        pupils = people.iloc[person].drop(columns=["base", "gone"])
        tables: dict[str, pd.DataFrame | None] = dict.fromkeys(_EMPTIED)
        for name in _ABOUT_PUPILS:
            rows = self.problem.table(name)
            for column in ("pupil_id", "other_pupil_id"):
                if column in rows.columns:
                    rows = rows[rows[column].isin(pupils["pupil_id"])]
            tables[name] = rows
        if number:
            rules = self.problem.table("pair_rules")
            is_kept = (rules["rule"] == "never") | rules["pupil_id"].isin(ids[is_bound])
            tables["pair_rules"] = rules[is_kept & rules["pupil_id"].isin(pupils["pupil_id"])]
        limits = self.problem.table("site_limits")
        tables["site_limits"] = limits if year == self.years[-1] else limits.assign(min_open=0)
        return self.problem.replace(parameters=None, pupils=pupils, provisions=provisions, **tables)
