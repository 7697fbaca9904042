"""Families C13 to C15 and C17: sites open and close once, classes are built once, new provisions fill up.

Numbers of families are those of `docs/planning_ahead.md`, section 6.
"""

import numpy as np

from placement_opt.model.linear import EQ, GE, LE, NO_PAIRS, Terms
from placement_opt.model.sites import CHOSEN, place_funding_gbp
from placement_opt.model.spells import NO_PAIR
from placement_opt.model.years import YearsDraft


def add_site_years(draft: YearsDraft) -> None:
    """Add what ties sites of one year to those of the next, and the money of filling up and of capital."""
    for p, status in enumerate(draft.timeline.provisions["status"]):
        if status in {"candidate", "closable"}:
            _open_and_close_once(draft, p, closes=status == "closable")
        _build_classes(draft, p)
    for t in range(len(draft.years)):
        _keep_in_use(draft, t)
        _fund_filling(draft, t)
    if draft.timeline.rules.count_capital:
        for t in range(len(draft.years)):
            _count_capital(draft, t)


def open_column(draft: YearsDraft, p: int, t: int) -> int | None:
    """Return the column of a provision's being open in a year, from 0; None where that is no decision."""
    column = draft.drafts[t].is_open.get(p)
    return None if column is None else draft.first_column[t] + column


def is_chosen(draft: YearsDraft, p: int, t: int) -> bool:
    """Return whether opening or closing a provision is a decision in a year, from 0."""
    return draft.years[t].facts.provision_column("status")[p] in CHOSEN


def _open_and_close_once(draft: YearsDraft, p: int, *, closes: bool) -> None:
    last = int(draft.timeline.site_spans["last_year"].iloc[p])
    for t in range(1, len(draft.years)):
        if not (is_chosen(draft, p, t) and is_chosen(draft, p, t - 1)):
            continue
        now, before = open_column(draft, p, t), open_column(draft, p, t - 1)
        if now is None or before is None:
            continue
        terms = [(now, 1.0), (before, -1.0)]
        if draft.timeline.years[t] > last:
            draft.row(f"settled_{p}_{t + 1}", NO_PAIRS, 0, terms, EQ, 0)
        elif closes:
            draft.row(f"closes_{p}_{t + 1}", NO_PAIRS, 0, terms, LE, 0)
        else:
            draft.row(f"opens_{p}_{t + 1}", NO_PAIRS, 0, terms, GE, 0)
    known = ((t, open_column(draft, p, t)) for t in range(len(draft.years)))
    first, column = next(((t, column) for t, column in known if column is not None), (0, None))
    if column is not None and draft.timeline.years[first] > last:
        draft.row(f"settled_{p}_{first + 1}", NO_PAIRS, 0, [(column, 1.0)], EQ, float(closes))


def _keep_in_use(draft: YearsDraft, t: int) -> None:
    """Say that a spell needs its site in all its years, for sites in use one year and not the next (C14)."""
    one = draft.drafts[t]
    pair = draft.spells.pair[:, t]
    for p in one.is_open:
        if is_chosen(draft, p, t):
            continue
        there = np.flatnonzero((pair != NO_PAIR) & (draft.provision == p))
        column = open_column(draft, p, t)
        if column is None or not len(there):
            continue
        pupils = np.unique(one.pupil[pair[there]])
        most = float(one.count[pupils].sum())
        draft.row(f"in_use_{p}_{t + 1}", there, 1.0, [(column, -most)], LE, 0)


def _build_classes(draft: YearsDraft, p: int) -> None:
    """Count the classes that are built: those in use in any year so far (C15)."""
    if not draft.timeline.provisions["class_capital_gbp"].iloc[p]:
        return
    before: int | None = None
    for t, one in enumerate(draft.drafts):
        in_use = one.classes.get(p)
        most = float(draft.timeline.provisions["max_classes"].iloc[p])
        if in_use is None and before is None:
            continue
        built = draft.column(f"b_{p}_{t + 1}", 0, most, whole=False)
        if in_use is not None:
            terms = [(built, 1.0), (draft.first_column[t] + in_use, -1.0)]
            draft.row(f"built_{p}_{t + 1}", NO_PAIRS, 0, terms, GE, 0)
        if before is not None:
            draft.row(f"kept_{p}_{t + 1}", NO_PAIRS, 0, [(built, 1.0), (before, -1.0)], GE, 0)
        draft.built[p, t] = before = built


def places_opened(draft: YearsDraft, p: int, t: int) -> Terms | None:
    """Return the places of a candidate that fills up in a year: columns of being open with what each adds.

    None for one that does not fill up.
    """
    steps = draft.fill_up.get(p)
    if steps is None:
        return None
    whole = int(draft.timeline.provisions["places"].iloc[p])
    added = np.diff(np.array([0, *steps, whole]))
    columns = [(open_column(draft, p, t - k), float(more)) for k, more in enumerate(added.tolist()) if k <= t]
    return [(column, more) for column, more in columns if column is not None and more]


def filling_gbp(draft: YearsDraft, t: int) -> list[tuple[int, int, float]]:
    """Return how place funding of a year differs where provisions fill up: provision, column, £ (full basis only)."""
    found = []
    for p in draft.fill_up:
        opened = places_opened(draft, p, t)
        now = open_column(draft, p, t)
        if opened is None or now is None:
            continue
        one = draft.drafts[t]
        whole = int(draft.timeline.provisions["places"].iloc[p])
        found.append((p, now, -place_funding_gbp(one, p, whole)))
        found += [(p, column, place_funding_gbp(one, p, int(places))) for column, places in opened]
    return found


def _fund_filling(draft: YearsDraft, t: int) -> None:
    factor = draft.year_factor(t) * draft.discount(t)
    for _, column, gbp in filling_gbp(draft, t):
        draft.money.add(column, factor * gbp)


def capital_terms(draft: YearsDraft, t: int) -> tuple[list[tuple[int, int, float]], list[tuple[int, float]]]:
    """Return the capital that is paid in a year, at that year's prices.

    Returns
    -------
    terms, committed
        Provision, column and £ of what is a decision; provision and £ of what is not.
    """
    provisions, spans = draft.timeline.provisions, draft.timeline.site_spans
    factor, year = draft.price_factor(t), draft.timeline.years[t]
    terms, committed = [], []
    for p, (status, gbp) in enumerate(zip(provisions["status"], provisions["capital_gbp"], strict=True)):
        lead = int(spans["lead_years"].iloc[p])
        if not gbp:
            continue
        if status == "open" and int(spans["first_year"].iloc[p]) - lead == year:
            committed.append((p, factor * float(gbp)))
        if status == "candidate" and t + lead < len(draft.years):
            now = open_column(draft, p, t + lead)
            before = open_column(draft, p, t + lead - 1) if t + lead else None
            terms += [
                (p, column, sign * factor * float(gbp))
                for column, sign in ((now, 1), (before, -1))
                if column is not None
            ]
    for p, gbp in enumerate(provisions["class_capital_gbp"]):
        columns = ((draft.built.get((p, t)), 1), (draft.built.get((p, t - 1)), -1))
        terms += [(p, column, sign * factor * float(gbp)) for column, sign in columns if column is not None]
    return terms, committed


def _count_capital(draft: YearsDraft, t: int) -> None:
    terms, committed = capital_terms(draft, t)
    for _, column, gbp in terms:
        draft.money.add(column, draft.discount(t) * gbp)
    draft.money.constant += draft.discount(t) * sum(gbp for _, gbp in committed)
