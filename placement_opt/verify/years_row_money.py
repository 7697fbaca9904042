"""What stands for money in the rows and columns of several years: capital, filling up, budgets (planning ahead, 6)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.verify.movers import paid, priced
from placement_opt.verify.program import MOST, NONE
from placement_opt.verify.question import Real, Truth, Whole
from placement_opt.verify.site_money import SiteMoney, of_locality, site_money
from placement_opt.verify.years_merged import Merged
from placement_opt.verify.years_money import weights_of, worth
from placement_opt.verify.years_openings import Openings
from placement_opt.years_plan import CAPITAL


@dataclass(frozen=True, eq=False, repr=False)
class Capital:
    """What is paid once, for each year.

    Parameters
    ----------
    decided
        Provision, column and £ of what is a decision.
    committed
        Provision and £ of what is not.
    """

    decided: list[list[tuple[int, int, float]]]
    committed: list[list[tuple[int, float]]]

    def fixed_gbp(self, number: int, is_here: Truth) -> float:
        """Return what is committed in a year at some provisions."""
        return float(sum(gbp for p, gbp in self.committed[number] if is_here[p]))


def filled(merged: Merged, number: int) -> list[tuple[int, int, float]]:
    """Return for candidates that fill up: provision, column of being open, by how many places more than the year's."""
    case, found = merged.case, []
    provisions = case.ahead.problem.provisions
    for p, steps in case.ahead.steps.items():
        if provisions["status"].iloc[p] != "candidate" or merged.y[number, p] == NONE:
            continue
        of_year = float(merged.models[number].question.of_provisions("places")[p])
        found.append((p, int(merged.y[number, p]), -of_year))
        places = [0, *steps["places"].tolist(), int(provisions["places"].iloc[p])]
        for age, more in enumerate(np.diff(places).tolist()):
            if age <= number and merged.y[number - age, p] != NONE:
                found.append((p, int(merged.y[number - age, p]), float(more)))
    return found


def capital_terms(merged: Merged, built: Whole) -> Capital:
    """Return what is paid once, at the prices of the year in which it is paid."""
    ahead, years = merged.case.ahead, len(merged.models)
    provisions = ahead.problem.provisions
    given = set(ahead.problem.table("site_years").dropna(subset="first_year")["provision_id"])
    terms: list[list[tuple[int, int, float]]] = [[] for _ in range(years)]
    committed: list[list[tuple[int, float]]] = [[] for _ in range(years)]
    for p, (name, status) in enumerate(zip(provisions["provision_id"], provisions["status"], strict=True)):
        first, lead = int(ahead.spans["first"].iloc[p]) - ahead.years[0], int(ahead.spans["lead"].iloc[p])
        gbp, each = float(provisions["capital_gbp"].iloc[p]), float(provisions["class_capital_gbp"].iloc[p])
        if status == "open" and name in given and first - lead >= 0:
            committed[first - lead].append((p, gbp * float(ahead.price[first - lead])))
        for number in range(years):
            price = float(ahead.price[number])
            if status == "candidate" and number + lead < years:
                terms[number] += _step(p, merged.y[:, p], number + lead, gbp * price)
            terms[number] += _step(p, built[:, p], number, each * price)
    return Capital(terms, committed)


def _step(p: int, column: Whole, number: int, gbp: float) -> list[tuple[int, int, float]]:
    """Return what a step up from the year before costs."""
    before = int(column[number - 1]) if number else NONE
    return [(p, at, cost) for at, cost in ((int(column[number]), gbp), (before, -gbp)) if at != NONE and cost]


def cost_of(merged: Merged, capital: Capital) -> tuple[Real, float]:
    """Return what each column costs, and what is paid whatever is decided."""
    ahead, factor = merged.case.ahead, worth(merged.case)
    parts = [model.program.cost * factor[t] for t, model in enumerate(merged.models)]
    cost = np.concatenate([*parts, np.zeros(merged.own.number_of_columns)])
    for number, model in enumerate(merged.models):
        each = site_money(model.question).each_place
        for p, column, more in filled(merged, number):
            cost[column] += factor[number] * each[p] * more
    fixed_gbp, everywhere = 0.0, np.full(len(merged.case.provision_ids), True)
    if ahead.rules.count_capital:
        for number, discount in enumerate(ahead.discount.tolist()):
            for _, column, gbp in capital.decided[number]:
                cost[column] += discount * gbp
            fixed_gbp += discount * capital.fixed_gbp(number, everywhere)
    return cost, fixed_gbp


def add_budgets(merged: Merged, capital: Capital) -> None:
    """C16 and C18: budgets of each year and of several, and how many whole sites they can open."""
    ahead = merged.case.ahead
    for word, table in (
        ("budget", ahead.problem.table("budgets")),
        ("year_budget", ahead.problem.table("year_budgets")),
    ):
        keys, limits, parts, openings = [], [], [], Openings()
        for place, (_, budget) in enumerate(table.iterrows()):
            for key, weights, share in _binding(merged, word, place, budget):
                spent = [_spent(merged, t, budget, capital) for t in weights]
                parts.append([(t, w, one) for (t, w), one in zip(weights.items(), spent, strict=True)])
                limits.append(float(budget["limit_gbp"]) * share - sum(w * one[2] for _, w, one in parts[-1]))
                keys.append(key)
                if budget["type"] == CAPITAL:
                    gbp = [(column, w * cost) for _, w, one in parts[-1] for column, cost in one[1]]
                    openings.collect(merged, key, gbp, limits[-1])
        for row, part in zip(merged.add_rows(word, keys, MOST, limits).tolist(), parts, strict=True):
            for number, weight, (of_pairs, of_columns, _) in part:
                if of_pairs is not None:
                    merged.put_pairs(row, number, weight * of_pairs)
                for column, cost in of_columns:
                    merged.put(row, column, weight * cost)
        openings.state(merged, word.replace("budget", "openings"))


def _binding(
    merged: Merged, word: str, place: int, budget: "pd.Series[Any]"
) -> list[tuple[tuple[int, ...], dict[int, float], float]]:
    """Return the rows of a budget: its numbers, the weight of each year, and the part of its limit."""
    if word == "year_budget":
        return [((place,), weights_of(budget, merged.case.years), 1.0)]
    shares = merged.case.ahead.table["share"].tolist()
    is_capital = budget["type"] == CAPITAL
    return [((place, t + 1), {t: 1.0}, 1.0 if is_capital else float(share)) for t, share in enumerate(shares)]


def _spent(
    merged: Merged,
    number: int,
    budget: "pd.Series[Any]",
    capital: Capital,
) -> tuple[Real | None, list[tuple[int, float]], float]:
    """Return what a budget counts in a year: of pairs, of columns, and of what no decision changes."""
    model, kind = merged.models[number], str(budget["type"])
    locality, payer = (None if pd.isna(budget[name]) else str(budget[name]) for name in ("locality", "payer"))
    question = model.question
    if kind == CAPITAL:
        here = of_locality(question, locality)
        decided = [(column, gbp) for p, column, gbp in capital.decided[number] if here[p]]
        return None, decided, capital.fixed_gbp(number, here)
    home = question.of_pupils("locality")
    is_home = np.full(len(home), True) if locality is None else np.asarray(home == locality, dtype=bool)
    movers, kept, factor = model.movers, model.kept, float(merged.case.ahead.factor[number])
    lines = movers.lines_of(slice(0, len(movers.pupil)), slice(0, len(movers.provision)))
    prices = merged.case.cases[number].prices
    of_pairs = paid(prices, lines, priced(prices, lines), kind, payer) * is_home[lines.pupil]
    of_kept = paid(prices, kept.lines, kept.amounts, kind, payer) * kept.count * is_home[kept.lines.pupil]
    if kind == "transport":
        return factor * of_pairs, [], factor * float(of_kept.sum())
    sites = site_money(question, locality, payer)
    columns = [(column, factor * gbp) for column, gbp in _of_sites(merged, number, sites)]
    return factor * of_pairs, columns, factor * float(of_kept.sum() + sites.commissioned.sum())


def _of_sites(merged: Merged, number: int, money: SiteMoney) -> list[tuple[int, float]]:
    """Return what the columns of sites cost in a year, of what a budget counts."""
    found = []
    for word, each in (("o", money.over), ("c", money.added), ("y", money.opened)):
        at, p = merged.columns_of(number, word)
        found += list(zip(at.tolist(), each[p].tolist(), strict=True))
    costs, first = merged.models[number].program.cost, int(merged.first_column[number])
    for word, share in (("l", money.travel), ("k", money.team)):
        at, hub = merged.columns_of(number, word)
        found += list(zip(at.tolist(), (costs[at - first] * share[hub]).tolist(), strict=True))
    found += [(column, float(money.each_place[p]) * more) for p, column, more in filled(merged, number)]
    return [(column, gbp) for column, gbp in found if gbp]
