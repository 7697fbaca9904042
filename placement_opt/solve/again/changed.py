"""A draft with a little changed: more places, other right-hand sides, wider columns, somebody held at a place.

What `draft_model` would make of the changed tables, without drafting everything again.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from placement_opt.facts import Ints
from placement_opt.model import Draft
from placement_opt.model.budgets import Counter
from placement_opt.model.linear import NO_SITE, Objective, Row
from placement_opt.model.sites import CHOSEN, place_funding_gbp
from placement_opt.solve.system import System


@dataclass(frozen=True, eq=False)
class Numbers:
    """The numbers of a draft's rows and columns, by name."""

    rows: Mapping[str, int]
    columns: Mapping[str, int]


def numbers_of(draft: Draft) -> Numbers:
    """Return the numbers of a draft's rows and columns, which are those of all drafts made of it here."""
    return Numbers(
        {row.name: number for number, row in enumerate(draft.rows)},
        {column.name: number for number, column in enumerate(draft.columns)},
    )


def with_places(draft: Draft, more: Mapping[int, int], numbers: Numbers) -> Draft:
    """Return the draft of the problem whose provisions have more places; the rest is shared.

    Parameters
    ----------
    draft
        Of the problem as it is.
    more
        Places more, by position of the provision.
    numbers
        Of the draft.
    """
    changed = copied(draft)
    for provision, places in more.items():
        if places:
            _add_places(changed, provision, places, numbers)
    return changed


def with_rows(draft: Draft, more: Mapping[str, float], numbers: Numbers) -> Draft:
    """Return the draft with other right-hand sides: how much more, by name of the row."""
    changed = copied(draft)
    for name, amount in more.items():
        row = changed.rows[numbers.rows[name]]
        changed.rows[numbers.rows[name]] = replace(row, right=row.right + amount)
    return changed


def with_columns(draft: Draft, more: Mapping[str, float], numbers: Numbers) -> Draft:
    """Return the draft with other columns: how much more each may be at most, by its name."""
    changed = copied(draft)
    for name, amount in more.items():
        column = changed.columns[numbers.columns[name]]
        changed.columns[numbers.columns[name]] = replace(column, most=column.most + amount)
    return changed


def with_held(draft: Draft, system: System, choices: Ints) -> Draft:
    """Return the draft of what is left to decide when one pupil of each of some choices is placed so.

    Parameters
    ----------
    draft
        Of the problem, changed or not.
    system
        Of the same rows: it knows in which of them a choice stands.
    choices
        Positions; one that occurs twice holds two pupils.
    """
    changed = copied(draft)
    for choice in choices.tolist():
        column = system.of_pairs_by_column[:, [choice]]
        for number, amount in zip(column.indices.tolist(), column.data.tolist(), strict=True):
            row = changed.rows[number]
            changed.rows[number] = replace(row, right=row.right - amount)
        site = int(changed.site[choice])
        if site != NO_SITE:
            changed.columns[site] = replace(changed.columns[site], least=1.0)
        for goal in (changed.money, changed.weighed, changed.minutes):
            goal.constant += float(goal.pairs[choice])
    return changed


def copied(draft: Draft) -> Draft:
    """Return a draft whose rows, columns and objectives can be replaced without a change to the first one."""
    changed = copy(draft)
    changed.rows, changed.columns = list(draft.rows), list(draft.columns)
    changed.money, changed.weighed, changed.unplaced, changed.minutes = (
        Objective(goal.pairs, dict(goal.terms), goal.constant)
        for goal in (draft.money, draft.weighed, draft.unplaced, draft.minutes)
    )
    return changed


def _add_places(draft: Draft, provision: int, more: int, numbers: Numbers) -> None:
    is_open = draft.is_open.get(provision)
    number = numbers.rows.get(f"places_{provision}")
    if number is not None:
        draft.rows[number] = _widened(draft.rows[number], is_open, more)
    column = numbers.columns.get(f"o_{provision}")
    if column is not None:
        most = _most_over(draft, provision, more)
        draft.columns[column] = replace(draft.columns[column], most=most)
    status, places = (draft.facts.provision_column(name)[provision] for name in ("status", "places"))
    funding_gbp = place_funding_gbp(draft, provision, int(places) + more) - place_funding_gbp(
        draft, provision, int(places)
    )
    if status == "open":
        draft.money.constant += funding_gbp
        charged_budgets(draft, provision, funding_gbp, None)
    elif status in CHOSEN and is_open is not None:
        draft.money.add(is_open, funding_gbp)
        charged_budgets(draft, provision, funding_gbp, is_open)


def _widened(row: Row, is_open: int | None, more: int) -> Row:
    if is_open is None:
        return replace(row, right=row.right + more)
    terms = dict(row.terms)
    terms[is_open] = terms.get(is_open, 0.0) - more
    return replace(row, terms=list(terms.items()))


def _most_over(draft: Draft, provision: int, more: int) -> float:
    """Return how many may be over the number: no more than the provision allows, or than stay there now."""
    facts = draft.facts
    places, over = (int(facts.provision_column(name)[provision]) for name in ("places", "overflow_places"))
    return float(max(over, int(draft.kept_places[provision]) - places - more, 0))


def charged_budgets(draft: Draft, provision: int, gbp: float, column: int | None) -> None:
    """Let every budget of revenue that pays for a provision's places pay for more: by a column, or in any case."""
    if not gbp:
        return
    payer = draft.facts.provision_column("place_payer")[provision]
    budgets = draft.facts.problem.table("budgets").to_dict("records")
    numbers = {row.name: number for number, row in enumerate(draft.rows)}
    for place, budget in enumerate(budgets):
        counter = Counter(draft, budget["locality"], budget["payer"])
        if budget["type"] != "revenue" or not counter.pays(np.array(payer)) or not counter.schools_here()[provision]:
            continue
        number = numbers[f"budget_{place}"]
        row = draft.rows[number]
        if column is None:
            draft.rows[number] = replace(row, right=row.right - gbp)
        else:
            terms = dict(row.terms)
            terms[column] = terms.get(column, 0.0) + gbp
            draft.rows[number] = replace(row, terms=list(terms.items()))
