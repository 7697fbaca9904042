"""Family C11: requests, the presumption of mainstream, brothers and sisters, and how many may move.

Requests and mainstream wishes that bind hard are rules of the pairs; here they are weighed.
"""

import numpy as np

from placement_opt.facts import NOBODY, Bools
from placement_opt.model.draft import EQ, GE, LE, Draft
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
        granted = wanted & np.isin(draft.facts.kinds[draft.provision], MAINSTREAM_KINDS)
        _weigh_missed(draft, granted, draft.facts.policy.missed_mainstream_gbp)


def _weigh_missed(draft: Draft, granted: Bools, weight_gbp: float) -> None:
    """Weigh the pupils who have a pair that grants the wish and are not placed in one."""
    wishing = np.unique(draft.pupil[granted])
    draft.weighed.constant += weight_gbp * float(draft.count[wishing].sum())
    for column, _ in draft.terms(granted):
        draft.weighed.add(column, -weight_gbp)


def _limit_moves(draft: Draft) -> None:
    most = draft.facts.policy.max_moves
    if most is None:
        return
    keeps = (draft.provision == draft.facts.current[draft.pupil]) & draft.pairs.could_keep[draft.pupil]
    could_leave = float(draft.count[draft.pupil[keeps]].sum())
    sentence = f"At most {most} pupils may leave a place that they could keep."
    draft.row("moves", draft.terms(keeps), GE, could_leave - most, sentence)


def _keep_together(draft: Draft, place: int, members: list[int]) -> None:
    """Choose one school for the group; a member placed elsewhere is not allowed, or weighed."""
    hard = draft.facts.policy.siblings == "hard"
    schools = _schools(draft, members)
    chosen = {s: draft.column(f"t_{place}_{s}", 1) for s in schools}
    draft.row(f"family_school_{place}", [(column, 1.0) for column in chosen.values()], EQ, 1)
    for i in members:
        apart = [] if hard else [(draft.column(f"a_{i}", 1), -1.0)]
        for column, _ in apart:
            draft.weighed.add(column, draft.facts.policy.split_siblings_gbp)
        pupil_id = draft.facts.pupils["pupil_id"].iloc[i]
        for s in schools:
            sentence = f"Pupil {pupil_id} goes to the school of brothers and sisters." if hard else ""
            name = f"family_{place}_{i}_{s}"
            terms = [*draft.terms((draft.pupil == i) & (draft.setting == s)), (chosen[s], -1.0), *apart]
            if draft.pairs.stays[i]:
                if draft.facts.setting_of[draft.facts.current[i]] == s:
                    draft.row(name, terms, LE, -1, sentence)
            elif len(terms) > 1 + len(apart):
                draft.row(name, terms, LE, 0, sentence)


def _schools(draft: Draft, members: list[int]) -> list[int]:
    schools = set(draft.setting[np.isin(draft.pupil, members)].tolist())
    staying = [i for i in members if draft.pairs.stays[i]]
    here = draft.facts.current[staying] if staying else np.zeros(0, dtype=np.int64)
    return sorted(schools | set(draft.facts.setting_of[here[here != NOBODY]].tolist()))
