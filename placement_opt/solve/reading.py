"""From the columns of a model to decisions: only what is needed is open, added or linked."""

from typing import Any

import numpy as np

from placement_opt.answer import Decisions
from placement_opt.facts import Ints
from placement_opt.model import Draft
from placement_opt.model.sites import CHOSEN, counted_sites
from placement_opt.pairs import cost_pairs


def decide(draft: Draft, placed: Ints, count: Ints, others: Ints) -> Decisions:
    """Put decisions together.

    Parameters
    ----------
    draft
        Of the model.
    placed, count
        Positions of the decided pairs in use, and how many pupils are placed so.
    others
        The value of every other column; of those that are not whole, any.
    """
    facts = draft.facts
    stays = draft.staying
    pupil = np.concatenate([draft.pupil[placed], stays])
    provision = np.concatenate([draft.provision[placed], facts.current[stays]])
    counts = np.concatenate([count, draft.count[stays]])
    order = np.lexsort((provision, pupil))
    pupil, provision, counts = pupil[order], provision[order], counts[order]
    ids = facts.provisions["provision_id"].astype(str).tolist()
    used = np.bincount(provision, weights=counts * draft.places[pupil], minlength=len(ids))
    return Decisions(
        cost_pairs(facts, pupil, provision),
        counts,
        frozenset((ids[h], ids[s]) for (h, s), column in draft.links.items() if others[column]),
        frozenset(ids[p] for p in _open_and_empty(draft, used, others)),
        _classes(draft, ids, used, others),
    )


def _open_and_empty(draft: Draft, used: "np.ndarray[Any, Any]", others: Ints) -> list[int]:
    """Return the provisions without anybody that a limit on sites wants to be open; others have no reason to be."""
    facts = draft.facts
    is_chosen = np.isin(facts.provision_column("status").astype(str), CHOSEN)
    is_open = np.zeros(len(is_chosen), dtype=bool)
    for p, column in draft.is_open.items():
        is_open[p] = is_chosen[p] and bool(others[column])
    limits = [
        (counted_sites(draft, {str(name): value for name, value in limit.items()}), int(limit["min_open"]))
        for limit in facts.problem.table("site_limits").to_dict("records")
    ]
    kept = []

    def keep_or_close(p: int) -> None:
        if any(counted[p] and int((counted & is_open).sum()) <= least for counted, least in limits):
            kept.append(p)
        else:
            is_open[p] = False

    empty = is_open & (used == 0)
    for spoke in np.flatnonzero(empty & (facts.kinds == "spoke")).tolist():
        keep_or_close(spoke)
    serves = {h for (h, s), column in draft.links.items() if others[column] and (used[s] or s in kept)}
    for p in np.flatnonzero(empty & (facts.kinds != "spoke")).tolist():
        if p not in serves:
            keep_or_close(p)
    return kept


def _classes(draft: Draft, ids: list[str], used: "np.ndarray[Any, Any]", others: Ints) -> dict[str, int]:
    """Return the classes that are added, none of which is empty."""
    provisions = draft.facts.provisions
    classes = {}
    for p, column in draft.classes.items():
        beyond = max(0.0, used[p] - float(provisions["places"].iloc[p]))
        needed = int(np.ceil(beyond / max(1, int(provisions["class_places"].iloc[p]))))
        if min(needed, int(others[column])):
            classes[ids[p]] = min(needed, int(others[column]))
    return classes
