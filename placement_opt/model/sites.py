"""Family C4: only open provisions take pupils, where being open is a decision."""

from collections.abc import Iterator

import numpy as np

from placement_opt.model.draft import GE, LE, Draft


def add_sites(draft: Draft) -> None:
    """Add the columns y of spokes, candidate and closable provisions, row family C4, and the money of being open."""
    for p in decided_sites(draft):
        is_open = draft.column(f"y_{p}", 1)
        draft.is_open[p] = is_open
        if draft.kept_places[p]:
            draft.row(f"kept_open_{p}", [(is_open, 1.0)], GE, 1)
        draft.money.add(is_open, yearly_gbp(draft, p))
        for row in np.flatnonzero(draft.provision == p).tolist():
            i, count = int(draft.pupil[row]), float(draft.count[draft.pupil[row]])
            draft.row(f"open_{i}_{p}", [(draft.placed[row], 1.0), (is_open, -count)], LE, 0)
    draft.money.constant += _always_paid_gbp(draft)


def decided_sites(draft: Draft) -> Iterator[int]:
    """Yield the positions of the provisions whose being open, or served, is a decision."""
    status, kinds = draft.facts.provision_column("status"), draft.facts.kinds
    for p, (state, kind) in enumerate(zip(status, kinds, strict=True)):
        if state in {"candidate", "closable"} or (kind == "spoke" and state == "open"):
            yield p


def yearly_gbp(draft: Draft, provision: int) -> float:
    """Return what being open costs for a year: running cost, and on the full basis all its place funding."""
    row = draft.facts.provisions.iloc[provision]
    if row["status"] not in {"candidate", "closable"}:
        return 0.0
    commissioned = row["place_gbp"] * row["places"] if draft.facts.policy.cost_basis == "full" else 0.0
    return float(row["open_gbp"] + round(commissioned, 2))


def _always_paid_gbp(draft: Draft) -> float:
    """Return the place funding of the provisions that are open whatever is decided, on the full basis."""
    if draft.facts.policy.cost_basis != "full":
        return 0.0
    provisions = draft.facts.provisions[draft.facts.provisions["status"] == "open"]
    return float((provisions["place_gbp"] * provisions["places"]).round(2).sum())
