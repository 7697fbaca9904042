"""Drafts with places to come: places that only some pupils may use, and places whose provision is a decision."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from placement_opt.facts import Bools
from placement_opt.model import Draft
from placement_opt.model.linear import LE, NO_PAIRS, Row
from placement_opt.model.sites import place_funding_gbp
from placement_opt.solve.again.changed import charged_budgets, copied
from placement_opt.solve.fitting import Fitted


def with_reserved(draft: Draft, groups: Mapping[str, tuple[int, Bools]], spare: int) -> Draft:
    """Return the draft with rows that keep others out of places to come; as they stand they keep out nobody.

    Parameters
    ----------
    draft
        Of the problem.
    groups
        By the name of its row: the position of the provision, and the rows of pupils of the group.
    spare
        So many places more than the provision has those who are not of the group may take; a `Change` that takes it
        off the row leaves them with the places that there are.
    """
    changed = copied(draft)
    row_of = {row.name: row for row in draft.rows}
    changed.rows += [
        _for_others(draft, name, row_of[f"places_{provision}"], provision, is_member, spare)
        for name, (provision, is_member) in groups.items()
    ]
    return changed


def _for_others(draft: Draft, name: str, places: Row, provision: int, is_member: Bools, spare: int) -> Row:
    """Return the row of a provision's places as it is for those who are not of a group."""
    others = ~is_member[draft.pupil[places.pairs]]
    here = draft.facts.current == provision
    kept_members = draft.kept(draft.places, here & is_member)
    right = places.right + kept_members + spare
    return replace(places, name=name, pairs=places.pairs[others], amounts=places.amounts[others], right=right)


def with_growing(draft: Draft, provisions: Collection[int], most: int) -> Draft:
    """Return the draft in which so many places more may be shared out among some provisions.

    The column `c_more_p` says how many places provision p has more. Each is paid for as a place of the provision is.

    Parameters
    ----------
    draft
        Of the problem.
    provisions
        Positions of those that may have more.
    most
        Places more, all together.
    """
    changed = copied(draft)
    number_of = {row.name: number for number, row in enumerate(draft.rows)}
    added = []
    for provision in provisions:
        column = changed.column(f"c_more_{provision}", 0, most)
        added.append((column, 1.0))
        number = number_of[f"places_{provision}"]
        row = changed.rows[number]
        changed.rows[number] = replace(row, terms=[*row.terms, (column, -1.0)])
        if provision in draft.is_open:
            site = draft.is_open[provision]
            changed.row(f"more_open_{provision}", NO_PAIRS, 0, [(column, 1.0), (site, -float(most))], LE, 0)
        gbp = place_funding_gbp(draft, provision, 1)
        changed.money.add(column, gbp)
        charged_budgets(changed, provision, gbp, column)
    changed.row("more_places", NO_PAIRS, 0, added, LE, most)
    return changed


def places_added(draft: Draft, fitted: Fitted) -> dict[int, int]:
    """Return by position of the provision how many places more a plan of such a draft makes use of."""
    pupils = np.zeros(draft.choices)
    pupils[fitted.pairs] = fitted.pupils
    columns = {column.name: at for at, column in enumerate(draft.columns) if column.name.startswith("c_more_")}
    added = {}
    for row in draft.rows:
        provision = row.name.removeprefix("places_")
        column = columns.get(f"c_more_{provision}") if provision != row.name else None
        if column is not None:
            others = sum(amount * float(fitted.others[at]) for at, amount in row.terms if at != column)
            added[int(provision)] = round(float(row.amounts @ pupils[row.pairs]) + others - row.right)
    return {provision: places for provision, places in added.items() if places > 0}
