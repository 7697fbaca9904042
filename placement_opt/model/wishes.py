"""Family C11: requests, the presumption of mainstream, brothers and sisters, and how many may move.

Requests and mainstream wishes that bind hard are rules of the pairs; here they are weighed.
"""

import numpy as np

from placement_opt.facts import Bools, Ints
from placement_opt.model.draft import Draft
from placement_opt.model.linear import EQ, GE, LE, NO_PAIRS
from placement_opt.pairs import possible_sibling_groups
from placement_opt.schema import MAINSTREAM_KINDS


def add_wishes(draft: Draft) -> None:
    """Add row family C11 and what unmet wishes weigh."""
    _weigh_requests(draft)
    _weigh_mainstream(draft)
    _limit_moves(draft)
    if draft.facts.policy.siblings != "off":
        for place, members in enumerate(possible_sibling_groups(draft.pairs)):
            _keep_together(draft, place, members)


def _weigh_requests(draft: Draft) -> None:
    if draft.facts.policy.requests == "priced":
        granted = draft.setting == draft.facts.requested[draft.pupil]
        _weigh_missed(draft, granted, draft.facts.policy.missed_request_gbp)


def _weigh_mainstream(draft: Draft) -> None:
    if draft.facts.policy.mainstream == "priced":
        wanted = (draft.facts.pupils["mainstream"] == "wanted").to_numpy()[draft.pupil]
        granted = wanted & np.isin(draft.facts.kinds, MAINSTREAM_KINDS)[draft.provision]
        _weigh_missed(draft, granted, draft.facts.policy.missed_mainstream_gbp)


def _weigh_missed(draft: Draft, granted: Bools, weight_gbp: float) -> None:
    """Weigh the pupils who have a pair that grants the wish and are not placed in one."""
    wishing = np.unique(draft.pupil[granted])
    draft.weighed.constant += weight_gbp * float(draft.count[wishing].sum())
    draft.weighed.pairs[granted] -= weight_gbp


def _limit_moves(draft: Draft) -> None:
    most = draft.facts.policy.max_moves
    if most is None:
        return
    keeps = np.flatnonzero(draft.provision == draft.facts.current[draft.pupil])
    could_leave = float(draft.count[draft.pupil[keeps]].sum())
    sentence = f"At most {most} pupils may leave a place that they could keep."
    draft.row("moves", keeps, 1.0, [], GE, could_leave - most, sentence)


def _keep_together(draft: Draft, place: int, members: list[int]) -> None:
    """Choose one school for the group; a member placed elsewhere is not allowed, or weighed."""
    hard = draft.facts.policy.siblings == "hard"
    pairs_of = {i: draft.of_pupil(i) for i in members}
    schools = _schools(draft, pairs_of)
    chosen = {s: draft.column(f"t_{place}_{s}", 0, 1) for s in schools}
    draft.row(f"family_school_{place}", NO_PAIRS, 0, [(column, 1.0) for column in chosen.values()], EQ, 1)
    for i in members:
        apart = [] if hard else [(draft.column(f"a_{i}", 0, 1), -1.0)]
        for column, _ in apart:
            draft.weighed.add(column, draft.facts.policy.split_siblings_gbp)
        pupil_id = draft.facts.pupils["pupil_id"].iloc[i]
        for s in schools:
            sentence = f"Pupil {pupil_id} goes to the school of brothers and sisters." if hard else ""
            name, terms = f"family_{place}_{i}_{s}", [(chosen[s], -1.0), *apart]
            there = pairs_of[i][draft.setting[pairs_of[i]] == s]
            if draft.pairs.stays[i]:
                if draft.facts.setting_of[draft.facts.current[i]] == s:
                    draft.row(name, NO_PAIRS, 0, terms, LE, -1, sentence)
            elif len(there):
                draft.row(name, there, 1.0, terms, LE, 0, sentence)


def _schools(draft: Draft, pairs_of: dict[int, Ints]) -> list[int]:
    schools = {int(s) for pairs in pairs_of.values() for s in draft.setting[pairs]}
    staying = [i for i in pairs_of if draft.pairs.stays[i]]
    return sorted(schools | {int(s) for s in draft.facts.setting_of[draft.facts.current[staying]]})
