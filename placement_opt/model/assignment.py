"""Family C1: every pupil is counted once, placed or unplaced."""

import numpy as np

from placement_opt.facts import NOBODY
from placement_opt.model.draft import Draft
from placement_opt.model.linear import EQ


def add_assignment(draft: Draft) -> None:
    """Add the columns u and row family C1, and the money of those who stay."""
    draft.money.constant += kept_gbp(draft)
    movers = np.flatnonzero(~draft.pairs.stays)
    first = np.searchsorted(draft.pupil, movers, side="left")
    last = np.searchsorted(draft.pupil, movers, side="right")
    for i, start, stop in zip(movers.tolist(), first.tolist(), last.tolist(), strict=True):
        _count_pupil(draft, i, np.arange(start, stop))


def _count_pupil(draft: Draft, i: int, pairs: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> None:
    count = int(draft.count[i])
    if draft.facts.must[i] != NOBODY:
        pupil_id = draft.facts.pupils["pupil_id"].iloc[i]
        where = draft.provision_id(int(draft.facts.must[i]))
        sentence = f"Pupil {pupil_id} must go to {where}: an officer's decision."
        draft.row(f"pupil_{i}", pairs, 1.0, [], EQ, count, sentence)
    elif not len(pairs):
        draft.unplaced.constant += count
    else:
        unplaced = draft.column(f"u_{i}", 0, count)
        draft.unplaced.add(unplaced, 1.0)
        draft.row(f"pupil_{i}", pairs, 1.0, [(unplaced, 1.0)], EQ, count)


def kept_gbp(draft: Draft) -> float:
    """Return the money of the pupils who stay."""
    pairs = draft.pairs
    stays = pairs.stays[pairs.pupil]
    return float((pairs.cost_gbp[stays] * draft.count[pairs.pupil[stays]]).sum())
