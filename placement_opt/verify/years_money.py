"""Money over several years: budgets, sums by year, discounting (planning ahead, section 4)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.verify.budgets import Spent, counted, ledger
from placement_opt.verify.figures import HALF_PENNY_GBP
from placement_opt.verify.question import Real
from placement_opt.verify.years_case import YearsCase, YearsCheck
from placement_opt.verify.years_sites import capital_gbp
from placement_opt.verify.years_stays import moved_in
from placement_opt.years_plan import CAPITAL, WITHIN_PHASE

MONTHS, MONTHS_TO_MARCH = 12, 7
"""Of the twelve months of a school year seven, September to March, are of the financial year that begins in it."""
SCHOOL_YEAR = "school year"
_FUZZ = 1e-6
_SHARE_FUZZ = 1e-9


def years_table(case: YearsCase) -> Iterator[str]:
    """Find shares, prices and discount factors that are not those of the problem and of the rules."""
    table, ahead = case.plan.tables["years"], case.ahead
    for column, wanted in (
        ("share", ahead.table["share"].to_numpy(dtype=float)),
        ("price_factor", ahead.price),
        ("discount_factor", ahead.discount),
    ):
        for year, given, right in zip(case.years, table[column], wanted.tolist(), strict=True):
            if abs(given - right) > _SHARE_FUZZ:
                yield f"years: {column} of {year} is {given:.9g}; it should be {right:.9g}."


def policies(case: YearsCase) -> Iterator[str]:
    """Find plans of a year that were made under another policy."""
    for year, of_year, asked in zip(case.years, case.plan.plans, case.asked, strict=True):
        if of_year.policy != asked.policy:
            yield f"{year}: the policy of the year's plan is not that of the plan of years."


def budgets(case: YearsCase) -> Iterator[str]:
    """Find budgets of one year, or of several, that are overspent (C16)."""
    ahead = case.ahead
    yearly, over_years = ahead.problem.table("budgets"), ahead.problem.table("year_budgets")
    if not len(yearly) and not len(over_years):
        return
    spending = _Spending(case)
    for _, budget in yearly.iterrows():
        for number, year in enumerate(case.years):
            share = 1.0 if budget["type"] == CAPITAL else float(ahead.table["share"].iloc[number])
            name = f"budget {budget['budget']} in {year}"
            yield from spending.passed(name, budget, {number: 1.0}, float(budget["limit_gbp"]) * share)
    for _, budget in over_years.iterrows():
        weights = weights_of(budget, case.years)
        of_year = "all years" if pd.isna(budget["year"]) else f"the {budget['basis']} {int(budget['year'])}"
        yield from spending.passed(
            f"budget {budget['budget']} of {of_year}", budget, weights, float(budget["limit_gbp"])
        )


def weights_of(budget: "pd.Series[Any]", years: tuple[int, ...]) -> dict[int, float]:
    """Return for the number of each year what part of its money a row of `year_budgets` counts."""
    if pd.isna(budget["year"]):
        return dict.fromkeys(range(len(years)), 1.0)
    at, first_part = years.index(int(budget["year"])), MONTHS_TO_MARCH / MONTHS
    if budget["basis"] == SCHOOL_YEAR:
        return {at: 1.0}
    return {at: first_part} | ({at - 1: 1 - first_part} if at else {})


class _Spending:
    """What is spent in each year, amount by amount."""

    def __init__(self, case: YearsCase) -> None:
        self._ahead = case.ahead
        self._capital = capital_gbp(case)
        self._ledgers = [[part for part in ledger(of_year) if part.types != (CAPITAL,)] for of_year in case.cases]
        self._locality = case.cases[0].question.of_schools("locality")

    def passed(self, name: str, budget: "pd.Series[Any]", weights: dict[int, float], limit_gbp: float) -> Iterator[str]:
        spent, doubt = 0.0, HALF_PENNY_GBP
        for number, weight in weights.items():
            if budget["type"] == CAPITAL:
                nobody = np.full(len(self._locality), None, dtype=object)
                once = Spent((CAPITAL,), self._capital[number], self._locality, nobody)
                gbp, amounts = counted([once], budget)
                factor = weight
            else:
                gbp, amounts = counted(self._ledgers[number], budget)
                factor = weight * float(self._ahead.factor[number])
            spent += factor * gbp
            doubt += factor * HALF_PENNY_GBP * amounts
        if spent > limit_gbp + doubt:
            yield f"{name}: £{spent:,.2f} is spent; its limit is £{limit_gbp:,.2f}."


def money_table(case: YearsCase) -> Iterator[str]:
    """Find sums by year, line and payer that are missing, too many, or not what the years' plans add up to."""
    given = case.plan.tables["money"]
    key = ["year", "line", "payer"]
    for values in given.loc[given.duplicated(key), key].itertuples(index=False):
        yield f"money: {' '.join(map(str, values))} has more than one row."
    told = given.assign(payer=given["payer"].where(~given["line"].isin([CAPITAL, WITHIN_PHASE]), ""))
    sums = told.groupby(key)["gbp"].sum()
    wanted = pd.concat([_running(case, number) for number in range(len(case.years))] + [_once(case)])
    rows = sums.index.union(wanted.index)
    for row in rows:
        of_row, right = float(sums.get(row, 0.0)), float(wanted.get(row, 0.0))
        if abs(of_row - right) > HALF_PENNY_GBP + _FUZZ:
            yield f"money: {' '.join(map(str, row)).strip()} is {of_row:,.2f}; it should be {right:,.2f}."


def discounted(case: YearsCase) -> Iterator[str]:
    """Find discounted sums that are not those of the year's factor."""
    money, ahead = case.plan.tables["money"], case.ahead
    factor = dict(zip(case.years, ahead.discount.tolist(), strict=True))
    for row in money.to_dict("records"):
        right = row["gbp"] * factor.get(row["year"], 0.0)
        if abs(row["discounted_gbp"] - right) > HALF_PENNY_GBP + _FUZZ:
            where = f"money: {row['year']} {row['line']} {row['payer']}"
            yield f"{where}: discounted_gbp is {row['discounted_gbp']:,.2f}; it should be {right:,.2f}."


def weighed(case: YearsCase) -> Iterator[str]:
    """Find a `weighed_gbp` that is not what unmet wishes of all years weigh, at their factors."""
    each = np.array([of_year.weighed_gbp for of_year in case.plan.plans])
    wanted = float(each @ worth(case))
    if not abs(case.plan.weighed_gbp - wanted) <= HALF_PENNY_GBP * (1 + len(each)):
        yield f"weighed_gbp is {case.plan.weighed_gbp:,.2f}; it should be {wanted:,.2f}."


def worth(case: YearsCase) -> Real:
    """Return for each year what a pound of its running money counts in the objective."""
    return np.asarray(case.ahead.factor * case.ahead.discount)


def _running(case: YearsCase, number: int) -> "pd.Series[float]":
    money = case.plan.plans[number].money()
    sums = money.assign(year=case.years[number]).groupby(["year", "line", "payer"])["gbp"].sum()
    return sums * float(case.ahead.factor[number])


def _once(case: YearsCase) -> "pd.Series[float]":
    """Return capital and what moves within a phase are weighed as, by year."""
    price = case.ahead.rules.mid_phase_move_gbp or 0.0
    amounts = {(year, WITHIN_PHASE, ""): price * n for year, n in zip(case.years, moved_in(case).tolist(), strict=True)}
    of_capital = capital_gbp(case).sum(axis=1).tolist()
    amounts |= {(year, CAPITAL, ""): gbp for year, gbp in zip(case.years, of_capital, strict=True)}
    index = pd.MultiIndex.from_tuples(list(amounts), names=["year", "line", "payer"])
    return pd.Series(list(amounts.values()), index=index, dtype="float64")


CHECKS = (
    YearsCheck("years", years_table),
    YearsCheck("policies", policies),
    YearsCheck("budgets of years", budgets),
    YearsCheck("money of years", money_table),
    YearsCheck("discounting", discounted),
    YearsCheck("weighed in all years", weighed),
)
