"""Which schools suit a pupil: rules 1 to 10, each of which gives a reason when it refuses a pupil a provision.

The rules and their order are those of `docs/formulation.md`, section 1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.cells import split_list
from placement_opt.facts import NOBODY, Bools, Facts, Ints
from placement_opt.schema import ANY, ORDINARY_CLASS_KINDS


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

Refuses = Callable[[Facts, Ints, Ints], Bools]
"""Positions of pupils and of provisions, which broadcast, to a mask of refused pairs."""


@dataclass(frozen=True)
class Rule:
    """A rule that needs no other pair to decide about a pair.

    Parameters
    ----------
    reason
        What it says when it refuses.
    refuses
        What it asks.
    of_groups
        It asks nothing of a pupil but what makes the pupil's group (`Facts.groups`).
    bends
        It gives way where an officer says that the pupil must go.
    """

    reason: Reason
    refuses: Refuses
    of_groups: bool = True
    bends: bool = False


def must_elsewhere(facts: Facts, pupil: Ints, provision: Ints) -> Bools:
    """Refuse every other provision to a pupil for whom an officer has decided."""
    must = facts.must[pupil]
    return np.asarray((must != NOBODY) & (must != provision), dtype=np.bool_)


def never(facts: Facts, pupil: Ints, provision: Ints) -> Bools:
    """Refuse the pairs that an officer ruled out."""
    pupils, provisions = facts.never
    width = len(facts.provisions)
    return np.isin(pupil * width + provision, pupils * width + provisions)


def closed(facts: Facts, pupil: Ints, provision: Ints) -> Bools:  # noqa: ARG001 - the contract of a rule
    """Refuse provisions that are out of use."""
    return np.asarray(facts.provision_column("status") == "closed", dtype=np.bool_)[provision]


def unreachable(facts: Facts, pupil: Ints, provision: Ints) -> Bools:
    """Refuse what no known journey leads to."""
    return np.isnan(facts.minutes(pupil, provision))


def no_hub(facts: Facts, pupil: Ints, provision: Ints) -> Bools:  # noqa: ARG001 - the contract of a rule
    """Refuse spokes that no hub can be linked to."""
    is_served = facts.provisions["provision_id"].isin(facts.links["spoke_id"]).to_numpy()
    return np.asarray((facts.kinds == "spoke") & ~is_served, dtype=np.bool_)[provision]


def year_group(facts: Facts, pupil: Ints, provision: Ints) -> Bools:
    """Refuse provisions that do not take the pupil's year group."""
    year = facts.pupil_column("year_group")[pupil]
    lowest, highest = facts.provision_column("min_year")[provision], facts.provision_column("max_year")[provision]
    return np.asarray((year < lowest) | (year > highest), dtype=np.bool_)


def need(facts: Facts, pupil: Ints, provision: Ints) -> Bools:
    """Refuse provisions that do not take the pupil's primary need (or, by policy, a secondary one)."""
    takes = _takes(facts, "needs", "need", pupil, provision)
    if facts.policy.match_secondary_needs:
        takes |= _takes(facts, "needs", "secondary_needs", pupil, provision)
    return ~takes & ~_presumed(facts, pupil, provision)


def band(facts: Facts, pupil: Ints, provision: Ints) -> Bools:
    """Refuse provisions that do not take the pupil's band."""
    return ~_takes(facts, "bands", "band", pupil, provision) & ~_presumed(facts, pupil, provision)


def time(facts: Facts, pupil: Ints, provision: Ints) -> Bools:
    """Refuse journeys over the pupil's own limit, or over the policy's where the pupil has none."""
    limit = facts.most_minutes
    if np.isinf(limit).all():
        return np.zeros(np.broadcast_shapes(pupil.shape, provision.shape), dtype=bool)
    return facts.minutes(pupil, provision) > limit[pupil]


def authority(facts: Facts, pupil: Ints, provision: Ints) -> Bools:  # noqa: ARG001 - the contract of a rule
    """Refuse schools of authorities that the policy leaves out; a school without an authority is not refused."""
    if facts.policy.authorities is None:
        return np.zeros(provision.shape, dtype=bool)
    names = facts.settings["authority"]
    outside = (names.notna() & ~names.isin(facts.policy.authorities)).to_numpy()
    return np.asarray(outside[facts.setting_of][provision], dtype=np.bool_)


SUITABILITY_RULES = (
    Rule(Reason.MUST_ELSEWHERE, must_elsewhere, of_groups=False),
    Rule(Reason.NEVER, never, of_groups=False),
    Rule(Reason.CLOSED, closed),
    Rule(Reason.UNREACHABLE, unreachable, of_groups=False),
    Rule(Reason.NO_HUB, no_hub),
    Rule(Reason.YEAR_GROUP, year_group, bends=True),
    Rule(Reason.NEED, need, bends=True),
    Rule(Reason.BAND, band, bends=True),
    Rule(Reason.TIME, time, of_groups=False, bends=True),
    Rule(Reason.AUTHORITY, authority, bends=True),
)
"""Rules 1 to 10, in the order in which they are asked. None of them asks about transport."""


def group_refusals(facts: Facts) -> Bools:
    """Return which provisions the rules that ask about groups refuse: shape (groups, provisions)."""
    first = facts.first_of_group[:, None]
    refused = np.zeros((len(first), len(facts.provisions)), dtype=bool)
    for rule in SUITABILITY_RULES:
        if rule.of_groups:
            refused |= rule.refuses(facts, first, every_provision(facts))
    return refused


def suited_pairs(facts: Facts, rows: Ints, by_group: Bools) -> tuple[Ints, Ints]:
    """Return the pairs that rules 1 to 10 allow, for pupils about whom no officer has decided anything.

    Parameters
    ----------
    facts
        What is known.
    rows
        Positions of pupils, ascending.
    by_group
        Of `group_refusals`.
    """
    of_pupil = facts.group_of
    reachable = facts.reachable(rows)
    if reachable is None:
        row, provision = np.nonzero(~by_group[of_pupil[rows]])
        pupil = rows[row]
    else:
        pupil, provision = reachable
        fits = ~by_group[of_pupil[pupil], provision]
        pupil, provision = pupil[fits], provision[fits]
    for rule in SUITABILITY_RULES[2:]:
        if not rule.of_groups:
            fits = ~rule.refuses(facts, pupil, provision)
            if not fits.all():
                pupil, provision = pupil[fits], provision[fits]
    return pupil, provision


def first_refusals(facts: Facts, rows: Ints, rules: Sequence[Rule] = SUITABILITY_RULES) -> NDArray[np.uint8]:
    """Return the first of some rules that refuses each pair, 0 for none: shape (pupils, provisions)."""
    refusals = np.zeros((len(rows), len(facts.provisions)), dtype=np.uint8)
    pupil = rows[:, None]
    is_must = facts.must[pupil] == every_provision(facts)
    for rule in rules:
        refused = rule.refuses(facts, pupil, every_provision(facts))
        refusals[(refusals == 0) & (refused & ~is_must if rule.bends else refused)] = rule.reason
    return refusals


def every_provision(facts: Facts) -> Ints:
    """Return the positions of all provisions as a row, to be held against a column of pupils."""
    return np.arange(len(facts.provisions))[None, :]


def _presumed(facts: Facts, pupil: Ints, provision: Ints) -> Bools:
    """Return the pairs that need and band cannot refuse: suitability is no ground at the section 33 step."""
    if facts.policy.mainstream == "off":
        return np.zeros((1,) * max(pupil.ndim, provision.ndim), dtype=bool)
    wanted = (facts.pupils["mainstream"] == "wanted").to_numpy()
    return np.asarray(wanted[pupil] & np.isin(facts.kinds, ORDINARY_CLASS_KINDS)[provision], dtype=np.bool_)


def _takes(facts: Facts, provision_column: str, pupil_column: str, pupil: Ints, provision: Ints) -> Bools:
    """Return whether a provision's list holds one of the entries of a pupil's cell."""
    lists = [frozenset(split_list(text)) for text in facts.provisions[provision_column]]
    codes, cells = pd.factorize(facts.pupils[pupil_column].fillna(""))
    rows = [[ANY in entries or not entries.isdisjoint(split_list(cell)) for entries in lists] for cell in cells]
    takes = np.array(rows, dtype=np.bool_).reshape(len(cells), len(lists))
    return np.asarray(takes[codes[pupil], provision], dtype=np.bool_)
