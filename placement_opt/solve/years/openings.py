"""Which sites are open in which year of an answer: no earlier and no longer than something asks for."""

import numpy as np
from numpy.typing import NDArray

from placement_opt.model.spells import NO_PAIR
from placement_opt.model.year_sites import is_chosen, open_column
from placement_opt.model.years import YearsDraft
from placement_opt.solve.fitting import Fitted

NO_DECISION, SHUT, OPEN = -1, 0, 1
States = NDArray[np.int8]
"""NO_DECISION, SHUT or OPEN of each provision in each year: shape (years, provisions)."""


def openings(draft: YearsDraft, fitted: Fitted) -> States:
    """Return what is open when.

    Parameters
    ----------
    draft, fitted
        The model, and the values of its columns.

    Notes
    -----
    A site whose being open costs nothing may be open in the solver's answer for no reason. Where no limit on sites or
    on capital has a say, a candidate opens when the first pupil comes (or a spoke is served, or it has to have filled
    up), and a closable one closes when the last has left.
    """
    shape = (len(draft.years), draft.provisions)
    states = np.full(shape, NO_DECISION, dtype=np.int8)
    for t, one in enumerate(draft.drafts):
        for p in one.is_open:
            column = open_column(draft, p, t)
            if column is not None and is_chosen(draft, p, t):
                states[t, p] = round(float(fitted.others[column]))
    problem = draft.timeline.problem
    if (problem.table("site_limits")["min_open"] > 0).any():
        return states
    budgets = [problem.table(name)["type"] for name in ("budgets", "year_budgets")]
    is_limited = any((types == "capital").any() for types in budgets)
    needed = _needed(draft, fitted)
    spans = draft.timeline.site_spans
    for p, status in enumerate(problem.provisions["status"]):
        years = np.flatnonzero(states[:, p] != NO_DECISION)
        asked = np.flatnonzero(needed[:, p])
        last = int(spans["last_year"].iloc[p]) - draft.timeline.years[0]
        if status == "candidate" and len(years) and not (is_limited and len(asked)):
            states[years, p] = SHUT
            if len(asked):
                states[years[years >= min(int(asked[0]), last)], p] = OPEN
        if status == "closable" and len(years):
            shut_from = max(int(asked[-1]) + 1 if len(asked) else 0, int(years[0]))
            if shut_from <= last:
                states[years[years >= shut_from], p] = SHUT
    return states


def _needed(draft: YearsDraft, fitted: Fitted) -> NDArray[np.bool_]:
    """Return in which years each provision has pupils, serves a spoke, or has to be open for what comes later."""
    needed = np.zeros((len(draft.years), draft.provisions), dtype=bool)
    chosen = fitted.pairs
    for t, (one, year) in enumerate(zip(draft.drafts, draft.years, strict=True)):
        there = draft.spells.pair[chosen, t] != NO_PAIR
        needed[t, draft.provision[chosen[there]]] = True
        staying = np.flatnonzero(year.pairs.stays)
        needed[t, year.facts.current[staying]] = True
        for (hub, _), column in one.links.items():
            if round(float(fitted.others[draft.first_column[t] + column])):
                needed[t, hub] = True
    needed[draft.opened_by[chosen], draft.provision[chosen]] |= draft.opened_by[chosen] < draft.spells.first[chosen]
    return needed
