"""Drafting the model of several years from those of the years (docs/planning_ahead.md, section 6)."""

from collections.abc import Collection, Sequence

import numpy as np
import scipy.sparse as sp

from placement_opt.facts import Floats
from placement_opt.model import draft_model
from placement_opt.model.draft import Draft
from placement_opt.model.linear import Row, Sense, Terms
from placement_opt.model.spells import Spells, YearPairs, spells_of
from placement_opt.model.year_budgets import add_year_budgets
from placement_opt.model.year_sites import add_site_years, places_opened
from placement_opt.model.years import YearsDraft, at_first, opened_by
from placement_opt.timeline import Timeline


def draft_years(
    timeline: Timeline, years: Sequence[YearPairs], *, late: bool, enforced: Collection[str] | None = None
) -> YearsDraft:
    """Draft the model of several years.

    Parameters
    ----------
    timeline, years
        The questions, and their pairs.
    late
        See `spells_of`.
    enforced
        See `LinearDraft`.
    """
    drafts = [
        draft_model(year.pairs, enforced=None if enforced is None else _of_year(enforced, number))
        for number, year in enumerate(years, start=1)
    ]
    draft = YearsDraft(timeline, years, drafts, _possible(timeline, years, late=late), enforced=enforced)
    for t, one in enumerate(drafts):
        _add_columns(draft, one, t)
    for t, one in enumerate(drafts):
        _add_rows(draft, one, t)
        _add_objectives(draft, one, t)
    _price_moves(draft)
    add_site_years(draft)
    add_year_budgets(draft)
    return draft


def _of_year(enforced: Collection[str], number: int) -> list[str]:
    return [name.removesuffix(f"_{number}") for name in enforced if name.endswith(f"_{number}")]


def _possible(timeline: Timeline, years: Sequence[YearPairs], *, late: bool) -> Spells:
    """Return the spells without those at a provision that would have to open before it can."""
    spells = spells_of(years, late=late)
    provision = at_first(years, spells, lambda year: year.provision)
    earliest = timeline.site_spans["first_year"].to_numpy() - timeline.years[0]
    is_candidate = (timeline.provisions["status"] == "candidate").to_numpy()
    too_soon = is_candidate[provision] & (opened_by(timeline, years, spells) < earliest[provision])
    return spells.only(~too_soon) if too_soon.any() else spells


def _add_columns(draft: YearsDraft, one: Draft, t: int) -> None:
    draft.first_column.append(len(draft.columns))
    for column in one.columns:
        draft.column(f"{column.name}_{t + 1}", column.least, column.most, whole=column.whole)
    for name, columns in one.slacks.items():
        draft.slacks[f"{name}_{t + 1}"] = [draft.first_column[t] + column for column in columns]


def _add_rows(draft: YearsDraft, one: Draft, t: int) -> None:
    over_spells = _over_spells(one.rows, len(one.decided)) @ draft.in_year(t)
    over_spells.sort_indices()
    for at, row in enumerate(one.rows):
        name = f"{row.name}_{t + 1}"
        chosen = slice(over_spells.indptr[at], over_spells.indptr[at + 1])
        terms = _filling(draft, one, row, t) if row.name.startswith("places_") else row.terms
        merged = draft.terms_of(t, terms) if terms is row.terms else terms
        pairs, amounts = over_spells.indices[chosen].astype(np.int64), over_spells.data[chosen]
        draft.rows.append(Row(name, pairs, amounts, merged, Sense(row.sense), row.right))
        if row.name in one.sentences:
            draft.sentences[name] = f"{draft.timeline.years[t]}: {one.sentences[row.name]}"


def _over_spells(rows: Sequence[Row], pairs: int) -> sp.csr_matrix:
    starts = np.concatenate([[0], np.cumsum([len(row.pairs) for row in rows])])
    indices = np.concatenate([row.pairs for row in rows]) if rows else np.zeros(0, dtype=np.int64)
    values: Floats = np.concatenate([row.amounts for row in rows]) if rows else np.zeros(0)
    return sp.csr_matrix((values, indices, starts), shape=(len(rows), pairs))


def _filling(draft: YearsDraft, one: Draft, row: Row, t: int) -> Terms:
    """Return the terms of a row of places, in which a provision that fills up has the places of its age (C17)."""
    p = int(row.name.partition("_")[2])
    is_open = one.is_open.get(p)
    if is_open is None:
        return row.terms
    opened = places_opened(draft, p, t)
    if opened is None:
        return row.terms
    others = [(column, amount) for column, amount in row.terms if column != is_open]
    return [*draft.terms_of(t, others), *((column, -places) for column, places in opened)]


def _add_objectives(draft: YearsDraft, one: Draft, t: int) -> None:
    factor = draft.year_factor(t) * draft.discount(t)
    draft.add_objective(draft.money, one.money, t, factor)
    draft.add_objective(draft.weighed, one.weighed, t, factor)
    for mine, theirs in ((draft.unplaced, one.unplaced), (draft.minutes, one.minutes), (draft.broken, one.broken)):
        draft.add_objective(mine, theirs, t)


def _price_moves(draft: YearsDraft) -> None:
    price_gbp = draft.timeline.rules.mid_phase_move_gbp
    if price_gbp:
        moves = np.flatnonzero(draft.spells.is_move)
        draft.money.pairs[moves] += price_gbp * np.array([draft.discount(int(t)) for t in draft.spells.first[moves]])
