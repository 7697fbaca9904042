"""Family C1: every pupil is counted once, placed or unplaced; the money and minutes of the places."""

import numpy as np

from placement_opt.facts import NOBODY
from placement_opt.model.draft import EQ, Draft


def add_assignment(draft: Draft) -> None:
    """Add the columns x and u, row family C1, and what the places cost."""
    allowed, rows = draft.pairs.allowed, draft.decided
    costs, minutes = allowed.cost_gbp[rows].tolist(), allowed.minutes[rows].tolist()
    for column, cost_gbp, minute in zip(draft.placed, costs, minutes, strict=True):
        draft.money.add(column, cost_gbp)
        draft.minutes.add(column, minute)
    _count_the_staying(draft)
    _count_everyone(draft)


def _count_the_staying(draft: Draft) -> None:
    allowed = draft.pairs.allowed
    stays = draft.pairs.stays[allowed.pupil]
    count = draft.count[allowed.pupil[stays]]
    draft.money.constant += float((allowed.cost_gbp[stays] * count).sum())
    draft.minutes.constant += float((allowed.minutes[stays] * count).sum())


def _count_everyone(draft: Draft) -> None:
    movers = np.flatnonzero(~draft.pairs.stays)
    first = np.searchsorted(draft.pupil, movers, side="left")
    last = np.searchsorted(draft.pupil, movers, side="right")
    for i, start, stop in zip(movers.tolist(), first.tolist(), last.tolist(), strict=True):
        count = int(draft.count[i])
        terms = [(column, 1.0) for column in draft.placed[start:stop]]
        if draft.facts.must[i] != NOBODY:
            pupil_id = draft.facts.pupils["pupil_id"].iloc[i]
            where = draft.provision_id(int(draft.facts.must[i]))
            sentence = f"Pupil {pupil_id} must go to {where}: an officer's decision."
            draft.row(f"must_{i}", terms, EQ, count, sentence)
            continue
        if not terms:
            draft.unplaced.constant += count
            continue
        unplaced = draft.column(f"u_{i}", count)
        draft.unplaced.add(unplaced, 1.0)
        draft.row(f"pupil_{i}", [*terms, (unplaced, 1.0)], EQ, count)
