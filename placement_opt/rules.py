"""Who could go where: rules 1 to 10 say what suits, rule 11 asks for transport, rules 12 to 14 for other pairs.

The rules and their order are those of `docs/formulation.md`, section 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from placement_opt.errors import Fault, InputError
from placement_opt.facts import NOBODY, Bools, Facts, Ints
from placement_opt.schema import MAINSTREAM_KINDS
from placement_opt.suitability import (
    REASON_TEXTS,
    SUITABILITY_RULES,
    Reason,
    Rule,
    first_refusals,
    suited_pairs,
)
from placement_opt.transport import is_entitled, reach_miles


def no_transport(facts: Facts, pupil: Ints, provision: Ints) -> Bools:
    """Refuse pairs for which transport is owed and no permitted mode reaches that far."""
    reach = reach_miles(facts)
    if np.isposinf(reach).all():
        return np.zeros(np.broadcast_shapes(pupil.shape, provision.shape), dtype=bool)
    miles = facts.miles(pupil, provision)
    return is_entitled(facts, pupil, provision, miles) & (miles > reach[pupil])


RULES = (*SUITABILITY_RULES, Rule(Reason.NO_TRANSPORT, no_transport, of_groups=False))
"""Rules 1 to 11, in the order in which they are asked."""


@dataclass(frozen=True, eq=False)
class Standing:
    """How some pupils stand after all rules.

    Parameters
    ----------
    pupil, provision
        Positions of the allowed pairs, sorted by pupil and provision.
    stays, could_keep
        The pupils who stay at their present provision, and those for whom it is allowed: positions.
    """

    pupil: Ints
    provision: Ints
    stays: Ints
    could_keep: Ints


def allow(facts: Facts, rows: Ints, by_group: Bools) -> Standing:
    """Ask every rule about some pupils.

    Parameters
    ----------
    facts
        What is known.
    rows
        Positions of pupils, ascending.
    by_group
        Of `group_refusals`.

    Raises
    ------
    InputError
        When a pupil must go to a place that is closed, unreachable, unserved or without transport.
    """
    decided = facts.is_decided[rows]
    pupil, provision = _ordinary(facts, rows[~decided], by_group)
    if decided.any():
        refusals = first_refusals(facts, rows[decided], RULES)
        _check_musts(facts, rows[decided], refusals)
        more, where = np.nonzero(refusals == 0)
        pupil, provision = np.append(pupil, rows[decided][more]), np.append(provision, where)
        order = np.lexsort((provision, pupil))
        pupil, provision = pupil[order], provision[order]
    stays = _who_stays(facts, pupil, provision)
    is_staying = np.zeros(len(facts.pupils), dtype=bool)
    is_staying[stays] = True
    fits = later_refusals(facts, pupil, provision, is_staying[pupil]) == 0
    pupil, provision = pupil[fits], provision[fits]
    return Standing(pupil, provision, stays, pupil[provision == facts.current[pupil]])


def refusals_of(facts: Facts, rows: Ints) -> NDArray[np.uint8]:
    """Return for some pupils and every provision the first `Reason` that refuses the pair, 0 where it is allowed.

    Parameters
    ----------
    facts
        What is known.
    rows
        Positions of pupils, ascending.
    """
    refusals = first_refusals(facts, rows, RULES)
    row, provision = np.nonzero(refusals == 0)
    stays = np.isin(rows[row], _who_stays(facts, rows[row], provision))
    refusals[row, provision] = later_refusals(facts, rows[row], provision, stays)
    return refusals


def who_keep_their_place(facts: Facts) -> Ints:
    """Return the pupils who stay at their present place, as `allow` has it, without looking at any other place.

    Parameters
    ----------
    facts
        What is known.
    """
    pupil = np.flatnonzero(facts.current != NOBODY)
    provision = facts.current[pupil]
    fits = np.ones(len(pupil), dtype=bool)
    for rule in RULES:
        refused = np.broadcast_to(rule.refuses(facts, pupil, provision), pupil.shape)
        fits &= ~refused | (rule.bends & (facts.must[pupil] == provision))
    return _who_stays(facts, pupil[fits], provision[fits])


def _ordinary(facts: Facts, rows: Ints, by_group: Bools) -> tuple[Ints, Ints]:
    """Return the pairs that rules 1 to 11 allow, for pupils about whom no officer has decided anything."""
    pupil, provision = suited_pairs(facts, rows, by_group)
    fits = ~no_transport(facts, pupil, provision)
    return (pupil, provision) if fits.all() else (pupil[fits], provision[fits])


def _check_musts(facts: Facts, rows: Ints, refusals: NDArray[np.uint8]) -> None:
    faults = []
    for at in np.flatnonzero(facts.must[rows] != NOBODY):
        must = facts.must[rows[at]]
        reason = Reason(int(refusals[at, must]))
        if reason is not Reason.ALLOWED:
            pupil_id = facts.pupils["pupil_id"].iloc[rows[at]]
            provision_id = facts.provisions["provision_id"].iloc[must]
            message = f"must be the place of pupil {pupil_id}, but it cannot be: {REASON_TEXTS[reason]}."
            faults.append(Fault("pair_rules", "provision_id", "", str(provision_id), message))
    if faults:
        raise InputError(faults)


def _who_stays(facts: Facts, pupil: Ints, provision: Ints) -> Ints:
    """Return which of some pupils stay, given the pairs that rules 1 to 11 allow them."""
    keeps = pupil[provision == facts.current[pupil]]
    due = np.isin(facts.pupil_column("year_group")[keeps], facts.policy.phase_years) | (facts.policy.moves == "all")
    if facts.policy.moves == "flagged":
        due |= facts.pupil_column("movable")[keeps].astype(bool)
    decided = facts.must[keeps] != NOBODY
    stays = np.where(decided, facts.must[keeps] == facts.current[keeps], ~due)
    return np.asarray(keeps[stays], dtype=np.int64)


def later_refusals(facts: Facts, pupil: Ints, provision: Ints, stays: Bools) -> NDArray[np.uint8]:
    """Ask rules 12 to 14 about all the pairs of some pupils that rules 1 to 11 allow.

    Parameters
    ----------
    facts
        What is known.
    pupil, provision
        Positions, sorted by pupil.
    stays
        For each pair, whether its pupil stays.
    """
    refusals = np.zeros(len(pupil), dtype=np.uint8)
    refusals[stays & (provision != facts.current[pupil])] = Reason.STAYS
    free = ~stays & (facts.must[pupil] == NOBODY)
    if facts.policy.requests == "hard":
        granted = facts.setting_of[provision] == facts.requested[pupil]
        _refuse_others(refusals, pupil, free, granted, Reason.REQUESTED_ELSEWHERE)
    if facts.policy.mainstream == "hard":
        wants = free & (facts.pupils["mainstream"] == "wanted").to_numpy()[pupil]
        granted = np.isin(facts.kinds, MAINSTREAM_KINDS)[provision]
        _refuse_others(refusals, pupil, wants, granted, Reason.MAINSTREAM_WANTED)
    return refusals


def _refuse_others(refusals: NDArray[np.uint8], pupil: Ints, wants: Bools, granted: Bools, reason: Reason) -> None:
    """Refuse what does not grant a wish to those for whom something that is allowed so far does."""
    possible = np.unique(pupil[(refusals == 0) & wants & granted])
    refusals[(refusals == 0) & wants & ~granted & np.isin(pupil, possible)] = reason
