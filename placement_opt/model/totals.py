"""Family C12: limits on what is counted over all pupils: placements, minutes, miles, emissions, moves, the unplaced."""

from typing import Any

import numpy as np

from placement_opt.facts import Bools, Floats, Ints
from placement_opt.model.draft import Draft
from placement_opt.model.linear import LE, NO_PAIRS, Terms
from placement_opt.transport import emissions_kg

Counted = tuple[Ints, Floats, Terms, float]
"""Positions of decided pairs with an amount each, other columns, and what no decision changes."""

WORDS = {
    "pupils": "pupils with a place",
    "minutes": "minutes of journeys, one way",
    "miles": "miles of journeys, one way",
    "co2e_kg": "kg of CO2e a year",
    "moves": "pupils who leave a place that they could keep",
    "unplaced": "pupils without a place",
}


def add_totals(draft: Draft) -> None:
    """Add row family C12, one row for each total; those who stay count too."""
    for place, total in enumerate(draft.facts.problem.table("totals").to_dict("records")):
        pairs, amounts, terms, fixed = _counted(draft, {str(name): value for name, value in total.items()})
        is_here = [str(total[name]) for name in ("kind", "locality") if isinstance(total[name], str)]
        about = f" ({', '.join(is_here)})" if is_here else ""
        kept = f", of which {fixed:,.6g} are there whatever is decided" if fixed and total["measure"] != "moves" else ""
        most = float(total["most"])
        sentence = f"The total {total['total']} is at most {most:,.10g} {WORDS[total['measure']]}{about}{kept}."
        draft.row(f"total_{place}", pairs, amounts, terms, LE, most - fixed, sentence)


def _counted(draft: Draft, total: dict[str, Any]) -> Counted:
    homes = _homes(draft, total["locality"])
    if total["measure"] == "unplaced":
        return _unplaced(draft, homes)
    if total["measure"] == "moves":
        return _moves(draft, homes, total["kind"])
    facts, kept = draft.facts, draft.staying
    is_kind = _is_kind(draft, total["kind"])
    pairs = np.flatnonzero(homes[draft.pupil] & is_kind[draft.provision])
    kept = kept[homes[kept] & is_kind[facts.current[kept]]]
    fixed = _amounts(draft, total["measure"], kept, facts.current[kept]) @ draft.count[kept]
    return pairs, _amounts(draft, total["measure"], draft.pupil[pairs], draft.provision[pairs]), [], float(fixed)


def _amounts(draft: Draft, measure: str, pupil: Ints, provision: Ints) -> Floats:
    """Return what one pupil of each pair counts for."""
    if measure == "minutes":
        return draft.facts.minutes(pupil, provision)
    if measure == "miles":
        return draft.facts.miles(pupil, provision)
    if measure == "co2e_kg":
        return emissions_kg(draft.facts, pupil, provision)
    return np.ones(len(pupil))


def _moves(draft: Draft, homes: Bools, kind: object) -> Counted:
    """Count who could keep the present place, less who keeps it."""
    keeps = np.flatnonzero(draft.provision == draft.facts.current[draft.pupil])
    keeps = keeps[homes[draft.pupil[keeps]] & _is_kind(draft, kind)[draft.provision[keeps]]]
    return keeps, np.full(len(keeps), -1.0), [], float(draft.count[draft.pupil[keeps]].sum())


def _unplaced(draft: Draft, homes: Bools) -> Counted:
    """Count the columns u, and those whom nothing can place."""
    of_pupil = {int(draft.columns[column].name.partition("_")[2]): column for column in draft.unplaced.terms}
    terms = [(column, 1.0) for i, column in of_pupil.items() if homes[i]]
    has_pair = np.zeros(len(homes), dtype=bool)
    has_pair[draft.pupil] = True
    fixed = float(draft.count[homes & ~has_pair & ~draft.pairs.stays].sum())
    return NO_PAIRS, np.zeros(0), terms, fixed


def _homes(draft: Draft, locality: object) -> Bools:
    """Return the rows of pupils whose home is in a locality; not a text = any."""
    if not isinstance(locality, str):
        return np.ones(len(draft.count), dtype=np.bool_)
    return np.asarray((draft.facts.pupils["locality"] == locality).fillna(value=False), dtype=np.bool_)


def _is_kind(draft: Draft, kind: object) -> Bools:
    """Return the provisions of a kind; not a text = any."""
    if not isinstance(kind, str):
        return np.ones(len(draft.facts.kinds), dtype=np.bool_)
    return np.asarray(draft.facts.kinds == kind, dtype=np.bool_)
