"""The question of each of several years: who is present, who stays, what is open (docs/planning_ahead.md, part 1)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.facts import Bools, Facts, Ints, gather_facts
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.rules import who_keep_their_place
from placement_opt.schema import YEAR_RANGE
from placement_opt.travel import TravelMatrix
from placement_opt.year_rules import YearRules

OF_YEARS = ("years", "arrivals", "leavers", "site_years", "fill_up", "year_budgets")
_OF_PUPILS = ("pair_costs", "pair_rules", "journey_costs", "apart")


def everyone(problem: Problem) -> Problem:
    """Return the problem with those who will arrive among its pupils, to make journeys for all of them.

    Examples
    --------
    >>> from placement_opt.examples import tiny_years
    >>> everyone(tiny_years())
    Problem(5 pupils, 3 settings, 4 provisions with 9 places)
    """
    arrivals = problem.table("arrivals")
    pupils = pd.concat([problem.pupils, arrivals.drop(columns="arrives")], ignore_index=True)
    return problem.replace(pupils=pupils if len(arrivals) else problem.pupils, arrivals=None, leavers=None)


def years_of(problem: Problem) -> tuple[int, ...]:
    """Return the school years that a problem is about.

    Raises
    ------
    InputError
        When the table `years` is empty.
    """
    years = problem.table("years")["year"]
    if years.empty:
        message = "The table has no rows. Add the school years that are planned, one row each."
        raise InputError([Fault("years", "year", "", "", message)])
    return tuple(int(year) for year in years)


@dataclass(frozen=True, eq=False)
class YearQuestion:
    """What is asked in one year.

    Parameters
    ----------
    number, year
        From 1, and the calendar year of its September.
    person
        For each pupil present, the position among everybody (`Timeline.people`).
    facts
        Of the pupils present and the provisions of that year.
    stays
        The pupils who stay in the place of today.
    ends_here
        The pupils who are no longer present in the next year, or for whom it begins a phase.
    """

    number: int
    year: int
    person: Ints
    facts: Facts
    stays: Bools
    ends_here: Bools

    @property
    def problem(self) -> Problem:
        """The question as a problem by itself."""
        return self.facts.problem


@dataclass(frozen=True, eq=False)
class Timeline:
    """Pupils and provisions of a problem in every year.

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
    def years(self) -> tuple[int, ...]:
        """The school years."""
        return years_of(self.problem)

    @cached_property
    def year_rows(self) -> pd.DataFrame:
        """The table `years`; not to be written to."""
        return self.problem.table("years")

    @cached_property
    def provisions(self) -> pd.DataFrame:
        """The provisions as they are given; not to be written to."""
        return self.problem.provisions

    @cached_property
    def people(self) -> pd.DataFrame:
        """Everybody, with the base year (`base`) and the first year in which they are gone (`gone`)."""
        arrivals = self.problem.table("arrivals").rename(columns={"arrives": "base"})
        pupils = self.problem.pupils.assign(base=self.years[0])
        people = pd.concat([pupils, arrivals], ignore_index=True) if len(arrivals) else pupils
        leaves = self.problem.table("leavers").set_index("pupil_id")["leaves"]
        last_group = people["year_group"].clip(lower=self.rules.last_year_group, upper=YEAR_RANGE[1])
        grown = people["base"] + last_group - people["year_group"] + 1
        gone = people["pupil_id"].map(leaves).fillna(np.inf)
        return people.assign(gone=np.minimum(gone, grown)).sort_values("pupil_id", ignore_index=True)

    @cached_property
    def whole_travel(self) -> TravelMatrix:
        """The journeys of everybody, in the order of `people`.

        Raises
        ------
        InputError
            When a pupil, an arrival or a school has no journeys.
        """
        return self.travel.aligned(everyone(self.problem))

    def questions(self) -> Iterator[YearQuestion]:
        """Yield the question of each year, the first one first.

        Raises
        ------
        InputError
            When the travel matrix lacks somebody, or a place that a pupil must have cannot be had.
        """
        people = self.people
        holds = people["current_provision_id"].notna().to_numpy(copy=True)  # still in the place of today
        stayed_first = np.zeros(len(people), dtype=bool)
        changed = np.zeros(len(people), dtype=bool)  # has begun another phase
        for number, year in enumerate(self.years, start=1):
            here = self._present(year)
            groups = (people["year_group"] + (year - people["base"])).to_numpy(dtype=np.int64)
            starts_phase = here & np.isin(groups, self.policy.phase_years) & (people["base"] != year).to_numpy()
            changed |= starts_phase
            may_ask = ~changed & ~(stayed_first & (people["base"] < year).to_numpy())
            binds = may_ask | (holds & ~changed & (self.rules.mid_phase_move_gbp is not None))
            problem = self._problem(year, here, groups, holds, may_ask, binds)
            facts = gather_facts(problem, self.whole_travel, self._policy(number))
            stays = np.zeros(len(people), dtype=bool)
            stays[np.flatnonzero(here)[who_keep_their_place(facts)]] = True
            holds &= stays | ~here
            stayed_first |= stays & (people["base"] == year).to_numpy()
            next_groups = groups + 1
            ends = ~self._present(year + 1) | np.isin(next_groups, self.policy.phase_years) | (year == self.years[-1])
            yield YearQuestion(number, year, np.flatnonzero(here), facts, stays[here], ends[here])

    def _policy(self, number: int) -> Policy:
        """Return the policy of a year: who may move is a question of phases from the second year on."""
        return self.policy if number == 1 else replace(self.policy, moves="due")

    def _present(self, year: int) -> Bools:
        people = self.people
        return ((people["base"] <= year) & (year < people["gone"])).to_numpy()

    def _problem(self, year: int, here: Bools, groups: Ints, holds: Bools, may_ask: Bools, binds: Bools) -> Problem:
        people = self.people.assign(year_group=groups)
        people["current_provision_id"] = people["current_provision_id"].where(holds)
        people["requested_setting_id"] = people["requested_setting_id"].where(may_ask)
        pupils = people[here].drop(columns=["base", "gone"]).astype({"year_group": "int64"})
        tables: dict[str, pd.DataFrame | None] = dict.fromkeys((*OF_YEARS, "budgets"))
        known = set(pupils["pupil_id"])
        for name in _OF_PUPILS:
            tables[name] = _about(self.problem.table(name), known)
        rules = tables["pair_rules"]
        if rules is not None and year != self.years[0]:
            bound = set(people.loc[binds, "pupil_id"])
            tables["pair_rules"] = rules[(rules["rule"] == "never") | rules["pupil_id"].isin(bound)]
        tables["provisions"] = self._provisions(year)
        limits = self.problem.table("site_limits")
        tables["site_limits"] = limits if year == self.years[-1] else limits.assign(min_open=0)
        pupils = pupils.assign(requested_setting_id=_offered(pupils, tables["provisions"]))
        return self.problem.replace(parameters=None, pupils=pupils, **tables)

    def _provisions(self, year: int) -> pd.DataFrame:
        provisions = self.provisions
        span = self.site_spans.reindex(provisions["provision_id"]).reset_index(drop=True)
        status = provisions["status"].to_numpy(dtype=object)
        is_open, is_candidate = status == "open", status == "candidate"
        before, after = (year < span["first_year"]).to_numpy(), (year > span["last_year"]).to_numpy()
        status = np.where((is_open & (before | after)) | (is_candidate & before), "closed", status)
        status = np.where((status == "closable") & before, "open", status)
        capital_gbp = provisions["capital_gbp"].where(status == "candidate", 0.0)
        return self._filling(provisions.assign(status=status, capital_gbp=capital_gbp), year, is_open)

    def _filling(self, provisions: pd.DataFrame, year: int, is_open: Bools) -> pd.DataFrame:
        """Put the places of a year where an opening is committed; for candidates they are the model's."""
        steps = self.problem.table("fill_up")
        if steps.empty:
            return provisions
        first = provisions["provision_id"].map(self.site_spans["first_year"])
        age = (year - first).where(pd.Series(is_open, index=provisions.index))
        wanted = pd.DataFrame({"provision_id": provisions["provision_id"], "years_open": age})
        now = wanted.merge(steps, on=["provision_id", "years_open"], how="left")
        columns = {
            name: now[name].fillna(provisions[name]).astype("int64") for name in ("places", "min_year", "max_year")
        }
        return provisions.assign(**columns)

    @cached_property
    def site_spans(self) -> pd.DataFrame:
        """First and last year and lead of every provision by id, with blanks filled in."""
        provisions = self.provisions[["provision_id", "status"]]
        given = provisions.merge(self.problem.table("site_years"), on="provision_id", how="left")
        lead = given["lead_years"].fillna(0).astype("int64")
        earliest = self.years[0] + lead.where(given["status"] == "candidate", 0)
        return pd.DataFrame(
            {
                "first_year": given["first_year"].fillna(earliest).astype("int64").to_numpy(),
                "last_year": given["last_year"].fillna(self.years[-1]).astype("int64").to_numpy(),
                "lead_years": lead.to_numpy(),
            },
            index=pd.Index(provisions["provision_id"]),
        )


def _about(table: pd.DataFrame, known: set[str]) -> pd.DataFrame:
    """Return the rows that are about pupils who are present."""
    is_known = table["pupil_id"].isin(known)
    if "other_pupil_id" in table.columns:
        is_known &= table["other_pupil_id"].isin(known)
    return table[is_known]


def _offered(pupils: pd.DataFrame, provisions: pd.DataFrame | None) -> "pd.Series[str]":
    """Return the requests; one for a school that is not open yet, or no longer, cannot be met and is left out."""
    requests = pupils["requested_setting_id"]
    if provisions is None:
        return requests
    in_use = provisions.loc[provisions["status"] != "closed", "setting_id"]
    return requests.where(requests.isin(in_use))


def problem_in(
    problem: Problem,
    travel: TravelMatrix,
    year: int,
    *,
    policy: Policy | None = None,
    rules: YearRules | None = None,
) -> Problem:
    """Return the question of one year by itself.

    The pupils who are present then, a year group on for each year; those who stay in the place of today have it as
    their present place, everybody else has to be placed. What may be open by then is a decision.

    Parameters
    ----------
    problem, travel
        With the tables of years; journeys of pupils and arrivals.
    year
        A year of the table `years`.
    policy, rules
        None = the default ones.

    Raises
    ------
    InputError
        When there is no such year, or the travel matrix lacks somebody.

    Examples
    --------
    >>> from placement_opt.examples import tiny_years
    >>> from placement_opt.travel import crow_fly
    >>> problem = tiny_years()
    >>> later = problem_in(problem, crow_fly(everyone(problem)), 2029)
    >>> later.pupils[["pupil_id", "year_group"]].to_numpy().tolist()
    [['P1', 8], ['P2', 10], ['P3', 9], ['P4', 7]]
    """
    timeline = Timeline(problem, travel, policy or Policy(), rules or YearRules())
    if year not in timeline.years:
        message = f"is not a year of the table years ({timeline.years[0]} to {timeline.years[-1]})."
        raise InputError([Fault("years", "year", "", str(year), message)])
    return _with_settled(timeline, next(one.problem for one in timeline.questions() if one.year == year), year)


def _with_settled(timeline: Timeline, question: Problem, year: int) -> Problem:
    """Return the question of a year in which what has to be open in the end, and could open no later, is open."""
    given = timeline.problem.table("site_limits")
    last_year = given["provision_id"].map(timeline.site_spans["last_year"])
    limits = question.table("site_limits")
    return question.replace(
        site_limits=limits.assign(min_open=limits["min_open"].mask(last_year <= year, given["min_open"]))
    )
