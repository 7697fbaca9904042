"""Prices of pupils' years that fit the prices of everything else: what the cheapest way through the years costs."""

from typing import cast

import numpy as np

from placement_opt.facts import Floats
from placement_opt.model.linear import NO_SITE
from placement_opt.model.years import YearsDraft
from placement_opt.solve.system import System


def path_prices(system: System, multipliers: Floats) -> Floats:
    """Return multipliers whose pupils' rows are set to what a pupil's cheapest way through the years costs.

    Parameters
    ----------
    system
        Of a draft of several years.
    multipliers
        Of all rows.

    Notes
    -----
    Let V(t) be the least that a pupil's years from t on cost at the prices of the other rows: the better of a year
    unplaced and then V(t + 1), or a spell from t to e and then V(e + 1). With V(t) - V(t + 1) as price of year t no
    spell and no year unplaced is cheaper than its years' prices. A spell at a site whose being open is a decision
    counts as no cheaper than it was at the prices given: what it gains there is the site's.
    """
    draft = cast("YearsDraft", system.draft)
    rows = system.row_of_pupil
    has_row = rows >= 0
    given = np.zeros(len(rows))
    given[has_row] = multipliers[rows[has_row]]
    others = multipliers.copy()
    others[rows[has_row]] = 0.0
    cost = system.reduced_of_pairs(others)
    choice, node = draft.counted_by_spell
    paid = np.bincount(choice, weights=given[node], minlength=draft.choices)
    cost = np.where(draft.site == NO_SITE, cost, np.maximum(cost, paid))
    unplaced = _unplaced(system, others)
    value = np.zeros(len(rows) + 1)  # the last one is for after the last year
    after, following = draft.after, draft.following
    for t in reversed(range(len(draft.years))):
        first, last = int(draft.first_node[t]), int(draft.first_node[t + 1])
        nodes = np.arange(first, last)
        best = np.where(has_row[nodes], unplaced[nodes], 0.0) + value[following[nodes]]
        begins = np.flatnonzero(draft.spells.first == t)
        np.minimum.at(best, draft.pupil[begins] - first, cost[begins] + value[after[begins]])
        value[nodes] = np.where(np.isfinite(best), best, given[nodes] + value[following[nodes]])
    prices = value[:-1] - value[following]
    settled = multipliers.copy()
    settled[rows[has_row]] = prices[has_row]
    return settled


def _unplaced(system: System, others: Floats) -> Floats:
    """Return what a year unplaced costs each pupil at the prices of the other rows; infinite where it cannot be."""
    rows, column = system.row_of_pupil, system.unplaced_column
    costs = np.full(len(rows), np.inf)
    known = np.flatnonzero(rows >= 0)
    columns = column[rows[known]]
    may_be = columns >= 0
    reduced = system.cost_of_others - system.of_others.T @ others
    costs[known[may_be]] = reduced[columns[may_be]]
    return costs
