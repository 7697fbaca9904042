"""Pairs that nothing refuses but the length of the journey: where a pupil could go who may travel longer."""

from dataclasses import replace

import numpy as np

from placement_opt.facts import Bools, Facts, Ints
from placement_opt.pairs import Pairs, cost_pairs, possible_sibling_groups
from placement_opt.rules import no_transport
from placement_opt.schema import MAINSTREAM_KINDS
from placement_opt.suitability import Reason, Refuses, authority


def with_longer_journeys(pairs: Pairs, most_minutes: float | None = None) -> tuple[Pairs, Bools]:
    """Add the pairs that only rule 9 (time) refuses.

    Parameters
    ----------
    pairs
        Who could go where under the limits as they are.
    most_minutes
        No journey above this is added; None = any length.

    Returns
    -------
    Pairs, mask
        The pairs with those added, and which of them were added.

    Raises
    ------
    InputError
        When a pair that is added has no price.

    Notes
    -----
    Who stays, stays. Rules 13 and 14 hold: a pupil whose wish binds goes nowhere else by a longer journey. Two things
    are left out, because the length of a journey decides in them about more than one pair: pupils of a sibling group
    for whom no one school is possible (one would become possible), and, where moves are limited, the present place
    (leaving it would become a move).
    """
    pupil, provision = _refused_for_time(pairs)
    keep = pairs.facts.minutes(pupil, provision) <= (np.inf if most_minutes is None else most_minutes)
    keep &= _grants_wishes(pairs, pupil, provision) & ~_decides_more(pairs, pupil, provision)
    pupil, provision = pupil[keep], provision[keep]
    both_pupil, both_provision = np.append(pairs.pupil, pupil), np.append(pairs.provision, provision)
    cost_gbp = np.append(pairs.cost_gbp, cost_pairs(pairs.facts, pupil, provision).cost_gbp)
    order = np.lexsort((both_provision, both_pupil))
    wide = replace(pairs, pupil=both_pupil[order], provision=both_provision[order], cost_gbp=cost_gbp[order])
    return wide, np.asarray(order >= len(pairs), dtype=np.bool_)


def _refused_for_time(pairs: Pairs) -> tuple[Ints, Ints]:
    """Return the pairs of pupils who do not stay that rule 9 refuses, and none of the rules 1 to 8, 10 and 11."""
    facts, none = pairs.facts, np.zeros(0, dtype=np.int64)
    rows = np.flatnonzero(~pairs.stays & np.isfinite(facts.most_minutes))
    found = [(none, none)]
    for block in facts.blocks(rows) if len(rows) else []:
        row, provision = np.nonzero(pairs.refusals(block) == Reason.TIME)
        found.append((block[row], provision))
    pupil, provision = (np.concatenate(parts) for parts in zip(*found, strict=True))
    fits = ~authority(facts, pupil, provision) & ~no_transport(facts, pupil, provision)
    return pupil[fits], provision[fits]


def _grants_wishes(pairs: Pairs, pupil: Ints, provision: Ints) -> Bools:
    """Return the pairs that rules 13 and 14 leave, judged by the wishes that can be granted without longer journeys."""
    facts, fits = pairs.facts, np.ones(len(pupil), dtype=bool)
    if facts.policy.requests == "hard":
        fits &= _asked_for(facts, pupil, provision) | ~np.isin(pupil, _granted(pairs, _asked_for))
    if facts.policy.mainstream == "hard":
        fits &= _mainstream(facts, pupil, provision) | ~np.isin(pupil, _granted(pairs, _wanted_mainstream))
    return fits


def _asked_for(facts: Facts, pupil: Ints, provision: Ints) -> Bools:
    return np.asarray(facts.setting_of[provision] == facts.requested[pupil], dtype=np.bool_)


def _mainstream(facts: Facts, pupil: Ints, provision: Ints) -> Bools:  # noqa: ARG001 - asked as the others are
    return np.isin(facts.kinds, MAINSTREAM_KINDS)[provision]


def _wanted_mainstream(facts: Facts, pupil: Ints, provision: Ints) -> Bools:
    wants = (facts.pupils["mainstream"] == "wanted").to_numpy(dtype=bool)
    return np.asarray(wants[pupil] & _mainstream(facts, pupil, provision), dtype=np.bool_)


def _granted(pairs: Pairs, grants: Refuses) -> Ints:
    """Return the pupils who have a pair that grants a wish."""
    return np.unique(pairs.pupil[grants(pairs.facts, pairs.pupil, pairs.provision)])


def _decides_more(pairs: Pairs, pupil: Ints, provision: Ints) -> Bools:
    """Return the pairs that would change which sibling groups can be together, or who counts as moving."""
    facts = pairs.facts
    out = np.zeros(len(pupil), dtype=bool)
    totals = facts.problem.table("totals")
    if facts.policy.max_moves is not None or (totals["measure"] == "moves").any():
        out |= provision == facts.current[pupil]
    if facts.policy.siblings != "off":
        groups = facts.pupils["sibling_group"]
        apart = groups.notna().to_numpy() & groups.duplicated(keep=False).to_numpy()
        apart[[member for group in possible_sibling_groups(pairs) for member in group]] = False
        out |= apart[pupil]
    return out
