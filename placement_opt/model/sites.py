"""Family C4: only open provisions take pupils, where being open is a decision."""

from collections.abc import Iterator

import numpy as np

from placement_opt.facts import Floats
from placement_opt.model.draft import GE, LE, Draft
from placement_opt.schema import ORDINARY_CLASS_KINDS


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
    return float(row["open_gbp"] + _commissioned_gbp(draft)[provision])


def _always_paid_gbp(draft: Draft) -> float:
    """Return the place funding of the provisions that are open whatever is decided, on the full basis."""
    return float(_commissioned_gbp(draft)[draft.facts.provision_column("status") == "open"].sum())


def _commissioned_gbp(draft: Draft) -> Floats:
    """Return what all places of each provision cost, filled or not; nobody commissions places in ordinary classes."""
    provisions = draft.facts.provisions
    is_paid = ~provisions["kind"].isin(ORDINARY_CLASS_KINDS) & (draft.facts.policy.cost_basis == "full")
    return np.asarray((provisions["place_gbp"] * provisions["places"]).where(is_paid, 0.0).round(2), dtype=np.float64)
