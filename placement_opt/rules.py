"""Who could go where: small rules, each of which gives a reason when it refuses a pupil a provision.

The rules and their order are those of `docs/formulation.md`, section 1.
"""

from collections.abc import Callable
from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.cells import split_list
from placement_opt.errors import Fault, InputError
from placement_opt.facts import NOBODY, Bools, Facts, Ints
from placement_opt.schema import ANY, MAINSTREAM_KINDS, ORDINARY_CLASS_KINDS
from placement_opt.transport import is_entitled, reach_miles

ROWS_PER_BLOCK = 4_096


class Reason(IntEnum):
    """Why a pair is refused; the numbers are the order in which the rules are asked."""

    ALLOWED = 0
    MUST_ELSEWHERE = 1
    NEVER = 2
    CLOSED = 3
    UNREACHABLE = 4
    NO_HUB = 5
    YEAR_GROUP = 6
    NEED = 7
    BAND = 8
    TIME = 9
    AUTHORITY = 10
    NO_TRANSPORT = 11
    STAYS = 12
    REQUESTED_ELSEWHERE = 13
    MAINSTREAM_WANTED = 14


REASON_TEXTS = {
    Reason.ALLOWED: "allowed",
    Reason.MUST_ELSEWHERE: "an officer decided on another place",
    Reason.NEVER: "an officer ruled it out",
    Reason.CLOSED: "closed",
    Reason.UNREACHABLE: "no journey is known",
    Reason.NO_HUB: "a spoke that no hub can serve",
    Reason.YEAR_GROUP: "does not take the year group",
    Reason.NEED: "does not take the need",
    Reason.BAND: "does not take the band",
    Reason.TIME: "too far: the journey is over the time limit",
    Reason.AUTHORITY: "in an authority that the policy leaves out",
    Reason.NO_TRANSPORT: "no permitted mode of transport",
    Reason.STAYS: "the pupil stays at the present place",
    Reason.REQUESTED_ELSEWHERE: "the family asked for another school",
    Reason.MAINSTREAM_WANTED: "the family wants a mainstream school",
}
"""What an officer reads for each reason."""

Rule = Callable[[Facts, Ints], Bools]
"""Positions of pupils (a column of shape (n, 1)) to a mask of refused pairs that broadcasts to (n, provisions)."""


def must_elsewhere(facts: Facts, pupil: Ints) -> Bools:
    """Refuse every other provision to a pupil for whom an officer has decided."""
    must = facts.must[pupil]
    return np.asarray((must != NOBODY) & (must != np.arange(len(facts.provisions))), dtype=np.bool_)


def never(facts: Facts, pupil: Ints) -> Bools:
    """Refuse the pairs that an officer ruled out."""
    refused = np.zeros((len(pupil), len(facts.provisions)), dtype=bool)
    pupils, provisions = facts.never
    inside = np.isin(pupils, pupil)
    refused[pupils[inside] - pupil[0, 0], provisions[inside]] = True
    return refused


def closed(facts: Facts, pupil: Ints) -> Bools:  # noqa: ARG001 - the contract of a rule
    """Refuse provisions that are out of use."""
    return np.asarray(facts.provision_column("status")[None, :] == "closed", dtype=np.bool_)


def unreachable(facts: Facts, pupil: Ints) -> Bools:
    """Refuse what no known journey leads to."""
    return np.isnan(facts.minutes(pupil, _all(facts)))


def no_hub(facts: Facts, pupil: Ints) -> Bools:  # noqa: ARG001 - the contract of a rule
    """Refuse spokes that no hub can be linked to."""
    served = facts.links["spoke_id"]
    is_served = facts.provisions["provision_id"].isin(served).to_numpy()
    return np.asarray((facts.kinds == "spoke") & ~is_served, dtype=np.bool_)[None, :]


def year_group(facts: Facts, pupil: Ints) -> Bools:
    """Refuse provisions that do not take the pupil's year group."""
    year = facts.pupil_column("year_group")[pupil]
    lowest, highest = facts.provision_column("min_year"), facts.provision_column("max_year")
    return np.asarray((year < lowest) | (year > highest), dtype=np.bool_)


def need(facts: Facts, pupil: Ints) -> Bools:
    """Refuse provisions that do not take the pupil's primary need (or, by policy, a secondary one)."""
    pupils = facts.pupils.iloc[pupil[:, 0]]
    takes = _membership(facts.provisions["needs"], pupils["need"])
    if facts.policy.match_secondary_needs:
        takes |= _membership(facts.provisions["needs"], pupils["secondary_needs"])
    return ~takes & ~_presumed(facts, pupil)


def band(facts: Facts, pupil: Ints) -> Bools:
    """Refuse provisions that do not take the pupil's band."""
    takes = _membership(facts.provisions["bands"], facts.pupils["band"].iloc[pupil[:, 0]])
    return ~takes & ~_presumed(facts, pupil)


def time(facts: Facts, pupil: Ints) -> Bools:
    """Refuse journeys over the pupil's own limit, or over the policy's where the pupil has none."""
    common = np.inf if facts.policy.max_minutes is None else facts.policy.max_minutes
    limit = facts.pupils["max_minutes"].fillna(common).to_numpy(dtype=float)
    return facts.minutes(pupil, _all(facts)) > limit[pupil]


def authority(facts: Facts, pupil: Ints) -> Bools:  # noqa: ARG001 - the contract of a rule
    """Refuse schools of authorities that the policy leaves out; a school without an authority is not refused."""
    if facts.policy.authorities is None:
        return np.zeros((1, len(facts.provisions)), dtype=bool)
    names = facts.settings["authority"]
    outside = (names.notna() & ~names.isin(facts.policy.authorities)).to_numpy()
    return outside[facts.setting_of][None, :]


def no_transport(facts: Facts, pupil: Ints) -> Bools:
    """Refuse pairs for which transport is owed and no permitted mode reaches that far."""
    miles = facts.miles(pupil, _all(facts))
    return is_entitled(facts, pupil, miles) & (miles > reach_miles(facts)[pupil])


HARD_FACTS: tuple[tuple[Reason, Rule], ...] = (
    (Reason.MUST_ELSEWHERE, must_elsewhere),
    (Reason.NEVER, never),
    (Reason.CLOSED, closed),
    (Reason.UNREACHABLE, unreachable),
    (Reason.NO_HUB, no_hub),
)
"""Rules that bind even where an officer says the pupil must go."""

SUITABILITY: tuple[tuple[Reason, Rule], ...] = (
    (Reason.YEAR_GROUP, year_group),
    (Reason.NEED, need),
    (Reason.BAND, band),
    (Reason.TIME, time),
    (Reason.AUTHORITY, authority),
)
"""Rules that an officer's `must` overrides."""


def refuse(facts: Facts) -> tuple[NDArray[np.uint8], Bools]:
    """Ask every rule about every pair.

    Returns
    -------
    refusals
        Shape (pupils, provisions): the first `Reason` that refuses, 0 where the pair is allowed.
    stays
        Which pupils stay at their present provision.

    Raises
    ------
    InputError
        When a pupil must go to a place that is closed, unreachable, unserved or without transport.
    """
    blocks = [_refuse_block(facts, rows) for rows in _blocks(len(facts.pupils))]
    refusals = np.concatenate(blocks) if blocks else np.zeros((0, len(facts.provisions)), dtype=np.uint8)
    _check_musts(facts, refusals)
    stays = _who_stays(facts, refusals)
    _refuse_moves(facts, refusals, stays)
    _refuse_other_schools(facts, refusals, stays)
    _refuse_other_kinds(facts, refusals, stays)
    return refusals, stays


def _blocks(rows: int) -> list[Ints]:
    return [np.arange(start, min(start + ROWS_PER_BLOCK, rows)) for start in range(0, rows, ROWS_PER_BLOCK)]


def _refuse_block(facts: Facts, rows: Ints) -> NDArray[np.uint8]:
    refusals = np.zeros((len(rows), len(facts.provisions)), dtype=np.uint8)
    pupil = rows[:, None]
    decided = facts.must[pupil] == np.arange(len(facts.provisions))
    for reason, rule in HARD_FACTS:
        refusals[(refusals == 0) & rule(facts, pupil)] = reason
    for reason, rule in SUITABILITY:
        refusals[(refusals == 0) & rule(facts, pupil) & ~decided] = reason
    refusals[(refusals == 0) & no_transport(facts, pupil)] = Reason.NO_TRANSPORT
    return refusals


def _check_musts(facts: Facts, refusals: NDArray[np.uint8]) -> None:
    rows = np.flatnonzero(facts.must != NOBODY)
    faults = []
    for row in rows:
        reason = Reason(int(refusals[row, facts.must[row]]))
        if reason is not Reason.ALLOWED:
            pupil_id = facts.pupils["pupil_id"].iloc[row]
            provision_id = facts.provisions["provision_id"].iloc[facts.must[row]]
            message = f"must be the place of pupil {pupil_id}, but it cannot be: {REASON_TEXTS[reason]}."
            faults.append(Fault("pair_rules", "provision_id", "", str(provision_id), message))
    if faults:
        raise InputError(faults)


def _who_stays(facts: Facts, refusals: NDArray[np.uint8]) -> Bools:
    rows = np.arange(len(facts.pupils))
    present = facts.current != NOBODY
    keeps = present & (refusals[rows, np.where(present, facts.current, 0)] == 0)
    may_move = np.isin(facts.pupil_column("year_group"), facts.policy.phase_years) | (facts.policy.moves == "all")
    if facts.policy.moves == "flagged":
        may_move |= facts.pupil_column("movable").astype(bool)
    decided = facts.must != NOBODY
    return np.asarray(keeps & np.where(decided, facts.must == facts.current, ~may_move), dtype=np.bool_)


def _refuse_moves(facts: Facts, refusals: NDArray[np.uint8], stays: Bools) -> None:
    elsewhere = np.arange(len(facts.provisions)) != facts.current[:, None]
    refusals[(refusals == 0) & stays[:, None] & elsewhere] = Reason.STAYS


def _refuse_other_schools(facts: Facts, refusals: NDArray[np.uint8], stays: Bools) -> None:
    if facts.policy.requests != "hard":
        return
    at_requested = facts.setting_of[None, :] == facts.requested[:, None]
    binds = ~stays & (facts.must == NOBODY) & ((refusals == 0) & at_requested).any(axis=1)
    refusals[(refusals == 0) & binds[:, None] & ~at_requested] = Reason.REQUESTED_ELSEWHERE


def _refuse_other_kinds(facts: Facts, refusals: NDArray[np.uint8], stays: Bools) -> None:
    if facts.policy.mainstream != "hard":
        return
    is_mainstream = np.isin(facts.kinds, MAINSTREAM_KINDS)[None, :]
    wanted = (facts.pupils["mainstream"] == "wanted").to_numpy()
    binds = wanted & ~stays & (facts.must == NOBODY) & ((refusals == 0) & is_mainstream).any(axis=1)
    refusals[(refusals == 0) & binds[:, None] & ~is_mainstream] = Reason.MAINSTREAM_WANTED


def _all(facts: Facts) -> Ints:
    return np.arange(len(facts.provisions))[None, :]


def _presumed(facts: Facts, pupil: Ints) -> Bools:
    """Return the pairs that need and band cannot refuse: suitability is no ground at the section 33 step."""
    if facts.policy.mainstream == "off":
        return np.zeros((1, len(facts.provisions)), dtype=bool)
    wanted = (facts.pupils["mainstream"] == "wanted").to_numpy()
    return np.asarray(wanted[pupil] & np.isin(facts.kinds, ORDINARY_CLASS_KINDS), dtype=np.bool_)


def _membership(provision_lists: "pd.Series[str]", pupil_lists: "pd.Series[str]") -> Bools:
    """Return whether each provision's list holds one of each pupil's entries: shape (pupils, provisions)."""
    lists = [frozenset(split_list(text)) for text in provision_lists]
    cells = pupil_lists.fillna("")
    by_cell = {
        cell: np.array([ANY in entries or not entries.isdisjoint(split_list(cell)) for entries in lists], dtype=bool)
        for cell in cells.unique()
    }
    if not by_cell:
        return np.zeros((0, len(lists)), dtype=bool)
    return np.stack([by_cell[cell] for cell in cells])
