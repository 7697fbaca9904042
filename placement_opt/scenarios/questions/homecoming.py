"""Which independent and out-of-county pupils could come home at their next transition, and what it saves."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.scenarios.jobs import Job, solve_many
from placement_opt.scenarios.questions.asking import (
    answered,
    as_money,
    check_years,
    factors_of,
    school_year,
    yearly_gbp,
)
from placement_opt.solve.years import plan_years
from placement_opt.travel import TravelMatrix
from placement_opt.workers.tasks import Pool, Progress
from placement_opt.year_rules import YearRules
from placement_opt.years_plan import YearsPlan

LINES = {"topup_gbp": "fees_gbp", "place_gbp": "places_gbp", "transport_gbp": "transport_gbp"}
"""Columns of placements, and what they are called here."""


@dataclass(frozen=True, eq=False, repr=False)
class Homecoming:
    """Who could come home at a change of phase. Make one with `who_could_come_home`.

    Parameters
    ----------
    home, away
        The plan, and the plan in which those who are away today are placed away again.
    away_ids
        The provisions that are away: independent special schools, and those of other authorities.
    pupils_away
        The pupils who are there today: pupil_id, count, provision_id.
    """

    home: YearsPlan
    away: YearsPlan
    away_ids: tuple[str, ...]
    pupils_away: pd.DataFrame

    @property
    def pupils(self) -> pd.DataFrame:
        """The pupils who come home: one row for each provision that pupils of a row go to.

        Columns pupil_id, count, from_provision_id, to_provision_id, comes_home (the first year at home), and what the
        row costs less than in the plan in which nobody comes home, over all years of the plan: fees_gbp (top-ups and
        fees), places_gbp (place funding), transport_gbp, saving_gbp (their sum). Pupils of a row of `count` who go to
        several provisions share its saving by their numbers; where they come home in several years, those of the first
        stand for the row.
        """
        spells = self.home.spells.merge(
            self.pupils_away[["pupil_id", "provision_id"]], on="pupil_id", suffixes=("", "_today")
        )
        back = spells[~spells["provision_id"].isin(self.away_ids)].sort_values("from_year")
        first = back.groupby(["pupil_id", "provision_id_today", "provision_id"], as_index=False).agg(
            {"count": "first", "from_year": "first"}
        )
        first = first.loc[first.groupby("pupil_id")["from_year"].transform("min") == first["from_year"]]
        share = first["count"] / first.groupby("pupil_id")["count"].transform("sum")
        of_row = self._of_pupils().groupby("pupil_id")[list(LINES.values())].sum()
        savings = of_row.reindex(first["pupil_id"]).fillna(0.0).mul(share.to_numpy(), axis=0).round(2)
        table = first.rename(
            columns={
                "provision_id_today": "from_provision_id",
                "provision_id": "to_provision_id",
                "from_year": "comes_home",
            }
        )[["pupil_id", "count", "from_provision_id", "to_provision_id", "comes_home"]].reset_index(drop=True)
        table = pd.concat([table, savings.reset_index(drop=True)], axis=1)
        table["saving_gbp"] = table[list(LINES.values())].sum(axis=1).round(2)
        return table.sort_values(["comes_home", "pupil_id", "to_provision_id"], ignore_index=True)

    @property
    def table(self) -> pd.DataFrame:
        """A row for each year and one for all together, indexed by year.

        Columns: come_home (pupils who come home then); at_home (pupils who were away today and are not any more);
        fees_gbp, places_gbp, transport_gbp (what they cost less than if they were placed away again); others_gbp (what
        everything else costs less or, below 0, more: pupils who give way, what opens); saving_gbp (the sum: the running
        money of one plan less the other's, to the penny); capital_gbp (spent because they come home).
        """
        years = list(self.home.years)
        ours = self._of_pupils().groupby("year")[list(LINES.values())].sum().reindex(years).fillna(0.0).round(2)
        home, away = yearly_gbp(self.home), yearly_gbp(self.away)
        saving = (away["running_gbp"] - home["running_gbp"]).round(2)
        arrivals = self.pupils.groupby("comes_home")["count"].sum().reindex(years).fillna(0).astype("int64")
        table = pd.DataFrame({"come_home": arrivals, "at_home": self._at_home(), **ours})
        table["others_gbp"] = (saving - ours.sum(axis=1)).round(2)
        table["saving_gbp"] = saving
        table["capital_gbp"] = (home["capital_gbp"] - away["capital_gbp"]).round(2)
        table.index = pd.Index([school_year(year) for year in years], name="year")
        total = table.sum().to_frame("all years").T
        total["at_home"] = 0
        counts = {"come_home": "int64", "at_home": "int64"}
        return pd.concat([table, total]).astype(counts).round(2).rename_axis("year")

    def _at_home(self) -> "pd.Series[int]":
        numbers = {}
        for year, plan in zip(self.home.years, self.home.plans, strict=True):
            placed = plan.placements
            were_away = placed["pupil_id"].isin(self.pupils_away["pupil_id"])
            numbers[year] = int(placed.loc[were_away & ~placed["provision_id"].isin(self.away_ids), "count"].sum())
        return pd.Series(numbers, dtype="int64")

    def _of_pupils(self) -> pd.DataFrame:
        """Return what the pupils who are away today cost less than away again: pupil_id, year and the lines."""
        parts = [_cost_of(plan, self.pupils_away["pupil_id"]) for plan in (self.away, self.home)]
        parts[1][list(LINES.values())] *= -1
        return pd.concat(parts).groupby(["pupil_id", "year"], as_index=False).sum()

    def summary(self) -> str:
        """Return the answer in a few lines of text."""
        pupils, table = self.pupils, self.table
        total = table.to_dict("index")["all years"]
        lines = [
            f"{int(self.pupils_away['count'].sum()):,} pupils are at independent special or other authorities' schools",
            f"{int(pupils['count'].sum()):,} could come home at a change of phase in "
            f"{school_year(self.home.years[0])} to {school_year(self.home.years[-1])}; nobody else of them is moved",
        ]
        for year, row in table.drop(index="all years").iterrows():
            lines.append(f"{year}: {int(row['come_home']):,} come home; {as_money(row['saving_gbp'])} less")
        lines.append(
            f"all years: {as_money(total['saving_gbp'])} less, of it fees {as_money(total['fees_gbp'])}, place funding "
            f"{as_money(total['places_gbp'])}, transport {as_money(total['transport_gbp'])}, others "
            f"{as_money(total['others_gbp'])}"
        )
        short = self.away.unplaced_pupil_years - self.home.unplaced_pupil_years
        if short:
            lines.append(f"the plan in which nobody comes home leaves {short:+,} pupil-years without a place")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Homecoming({int(self.pupils['count'].sum())} pupils, £{self.table['saving_gbp'].iloc[-1]:,.2f})"


def who_could_come_home(
    problem: Problem,
    travel: TravelMatrix,
    *,
    home_authority: str | None = None,
    policy: Policy | None = None,
    rules: YearRules | None = None,
    options: SolveOptions | None = None,
    executor: Pool | None = None,
    progress: Progress | None = None,
) -> Homecoming:
    """Find who could come home at the next change of phase, and what it saves with transport, year by year.

    Two plans of the same years are made. In one, whoever is at an independent special school or at a school of another
    authority today is placed where it is best at the next change of phase. In the other, these pupils are placed away
    again. The rest is alike. With the default rules nobody is moved within a phase.

    Parameters
    ----------
    problem, travel
        The question with `years`, and journeys of everybody.
    home_authority
        The council's name in the column `authority` of settings: schools with another name there are away. None = only
        independent special schools are.
    policy, rules, options
        As for `plan_years`.
    executor, progress
        As for `solve_scenarios`.

    Returns
    -------
    Homecoming

    Raises
    ------
    InputError
        When no school has that authority, nobody is away, or the table `years` is empty.
    NoPlanError
        When there is no plan.
    """
    check_years(problem, least=1)
    away_ids = _away(problem, home_authority)
    pupils = problem.pupils
    are_away = pupils["current_provision_id"].isin(away_ids)
    if not are_away.any():
        message = "Nobody is at an independent special school or at a school of another authority: nobody comes home."
        raise InputError([Fault("pupils", "current_provision_id", "", "", message)])
    gone = pupils.loc[are_away, ["pupil_id", "count", "current_provision_id"]]
    gone = gone.rename(columns={"current_provision_id": "provision_id"}).reset_index(drop=True)
    solver = partial(plan_years, rules=rules)
    jobs = [
        Job("home", problem, travel, policy, options, solver),
        Job("away", _kept_away(problem, list(gone["pupil_id"]), away_ids), travel, policy, options, solver),
    ]
    answers = dict(zip(("home", "away"), solve_many(jobs, executor=executor, progress=progress), strict=True))
    answered(answers)
    return Homecoming(answers["home"], answers["away"], tuple(away_ids), gone)


def _away(problem: Problem, home_authority: str | None) -> list[str]:
    provisions = problem.provisions.merge(problem.settings[["setting_id", "authority"]], on="setting_id")
    is_away = provisions["kind"] == "independent_special"
    if home_authority is not None:
        authorities = provisions["authority"]
        if not (authorities == home_authority).any():
            known = ", ".join(sorted(authorities.dropna().unique())) or "none; fill the column"
            message = f"is the authority of no school. Use one of those given ({known})."
            raise InputError([Fault("settings", "authority", "", home_authority, message)])
        is_away |= authorities.notna() & (authorities != home_authority)
    return sorted(provisions.loc[is_away & (provisions["status"] != "closed"), "provision_id"])


def _kept_away(problem: Problem, pupil_ids: Sequence[str], away_ids: Sequence[str]) -> Problem:
    """Return a problem in which some pupils may be placed away only; what officers decided about them goes before."""
    provisions = problem.provisions
    near = provisions.loc[~provisions["provision_id"].isin(away_ids), "provision_id"]
    rules = problem.table("pair_rules")
    decided = set(zip(rules["pupil_id"], rules["provision_id"], strict=True))
    rows = [
        {"pupil_id": pupil_id, "provision_id": provision_id, "rule": "never", "reason": "asked: placed away again"}
        for pupil_id in pupil_ids
        for provision_id in near
        if (pupil_id, provision_id) not in decided
    ]
    return problem.replace(pair_rules=pd.concat([rules, pd.DataFrame(rows)], ignore_index=True) if rows else rules)


def _cost_of(plan: YearsPlan, pupil_ids: "pd.Series[str]") -> pd.DataFrame:
    """Return what pupils cost in each year, at the year's share and prices."""
    parts = []
    for year, factor, of_year in zip(plan.years, factors_of(plan), plan.plans, strict=True):
        placed = of_year.placements
        cost = placed.loc[placed["pupil_id"].isin(pupil_ids), ["pupil_id", *LINES]].rename(columns=LINES)
        cost[list(LINES.values())] *= factor
        parts.append(cost.assign(year=year))
    return pd.concat(parts, ignore_index=True)
