"""Family C16: budgets of each year, of all years together, and of financial years."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from placement_opt.model.budgets import Counter
from placement_opt.model.linear import LE, Terms
from placement_opt.model.spells import NO_PAIR
from placement_opt.model.whole_openings import add_whole_openings
from placement_opt.model.year_sites import capital_terms, filling_gbp
from placement_opt.model.years import YearsDraft

MONTHS, MONTHS_BEFORE_APRIL = 12, 7
"""Of the twelve months of a school year, September to March lie in the financial year that its September lies in."""


def add_year_budgets(draft: YearsDraft) -> None:
    """Add row family C16; what those who stay cost, and what is committed, counts too."""
    years = draft.timeline.years
    for place, budget in enumerate(draft.timeline.problem.table("budgets").to_dict("records")):
        for t, year in enumerate(years):
            limit = float(budget["limit_gbp"])
            if budget["type"] != "capital":
                limit *= float(draft.timeline.year_rows["share"].iloc[t])
            sentence = f"{year}: The budget {budget['budget']} is £{limit:,.2f}"
            _add(draft, f"budget_{place}_{t + 1}", {str(k): v for k, v in budget.items()}, {t: 1.0}, limit, sentence)
    for place, budget in enumerate(draft.timeline.problem.table("year_budgets").to_dict("records")):
        weights, about = weights_of(budget["year"], budget["basis"], years)
        sentence = f"The budget {budget['budget']} of {about} is £{budget['limit_gbp']:,.2f}"
        of_budget = {str(name): value for name, value in budget.items()}
        _add(draft, f"year_budget_{place}", of_budget, weights, float(budget["limit_gbp"]), sentence)


def weights_of(year: object, basis: str, years: tuple[int, ...]) -> tuple[dict[int, float], str]:
    """Return what of each year's money, from 0, a row of `year_budgets` counts, and the years in words.

    Examples
    --------
    >>> weights, about = weights_of(2028, "financial year", (2027, 2028))
    >>> {year: round(weight, 4) for year, weight in weights.items()}, about
    ({0: 0.4167, 1: 0.5833}, 'the financial year 2028/29')
    """
    if not isinstance(year, int | float) or np.isnan(year):
        return dict.fromkeys(range(len(years)), 1.0), "all years"
    at, name = years.index(int(year)), f"{int(year)}/{(int(year) + 1) % 100:02d}"
    if basis == "school year":
        return {at: 1.0}, f"the school year {name}"
    weights = {at: MONTHS_BEFORE_APRIL / MONTHS}
    if at:
        weights = {at - 1: 1 - MONTHS_BEFORE_APRIL / MONTHS, **weights}
    return weights, f"the financial year {name}"


def _add(
    draft: YearsDraft,
    name: str,
    budget: Mapping[str, Any],
    weights: Mapping[int, float],
    limit_gbp: float,
    sentence: str,
) -> None:
    amounts, terms, fixed_gbp = np.zeros(draft.choices), [], 0.0
    for t, weight in weights.items():
        if budget["type"] == "capital":
            more, constant_gbp = _capital(draft, t, budget["locality"])
            terms += [(column, weight * gbp) for column, gbp in more]
            fixed_gbp += weight * constant_gbp
            continue
        factor = weight * draft.year_factor(t)
        count = Counter(draft.drafts[t], budget["locality"], budget["payer"])
        of_pairs, of_columns, constant_gbp = getattr(count, budget["type"])()
        pair = draft.spells.pair[:, t]
        there = np.flatnonzero(pair != NO_PAIR)
        amounts[there] += factor * of_pairs[pair[there]]
        terms += draft.terms_of(t, of_columns, factor)
        if budget["type"] == "revenue":
            terms += [(column, factor * gbp) for column, gbp in _filling(draft, count, t)]
        fixed_gbp += factor * constant_gbp
    kept = f", of which £{fixed_gbp:,.2f} are spent whatever is decided." if fixed_gbp else "."
    spells = np.flatnonzero(amounts)
    draft.row(name, spells, amounts[spells], terms, LE, limit_gbp - fixed_gbp, sentence + kept)
    if budget["type"] == "capital" and draft.enforced is None:  # in the search for clashes a budget may be broken
        built = set(draft.built.values())
        openings = [(column, gbp) for column, gbp in terms if column not in built]
        add_whole_openings(draft, name, openings, limit_gbp - fixed_gbp)


def _capital(draft: YearsDraft, t: int, locality: object) -> tuple[Terms, float]:
    terms, committed = capital_terms(draft, t)
    here = Counter(draft.drafts[t], locality, None).schools_here()
    return [(column, gbp) for p, column, gbp in terms if here[p]], sum(gbp for p, gbp in committed if here[p])


def _filling(draft: YearsDraft, count: Counter, t: int) -> Terms:
    """Return how the place funding that a budget counts differs where provisions fill up."""
    here = count.schools_here()
    pays = count.pays(draft.timeline.provisions["place_payer"].to_numpy(dtype=object))
    return [(column, gbp) for p, column, gbp in filling_gbp(draft, t) if here[p] and pays[p]]
