"""Who could go where: the fourteen rules in their order (formulation, section 1)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.verify.free_travel import FreeTravel, free_travel
from placement_opt.verify.question import Question, Truth, Whole, parts
from placement_opt.verify.refusals import FirstRules, Number, first_rules

RULES = (
    "allowed",
    "must",
    "never",
    "closed",
    "unreachable",
    "no hub",
    "year group",
    "need",
    "band",
    "time",
    "authority",
    "no transport",
    "stays",
    "requested elsewhere",
    "mainstream wanted",
)
"""The name of rule k at position k."""


@dataclass(frozen=True, eq=False, repr=False)
class Eligibility:
    """What the rules say.

    Parameters
    ----------
    rules
        Rules 1-10.
    free
        Who travels free, hence rule 11.
    may_move
        For each pupil.
    granted
        For rules 13 and 14, by number: for each pupil whether some pair meets the wish, so that others are refused.
    start
        Where the allowed pairs of each pupil begin; one entry more than there are pupils.
    provision
        Of each allowed pair; ascending for each pupil.
    """

    rules: FirstRules
    free: FreeTravel
    may_move: Truth
    granted: dict[int, Truth]
    start: Whole
    provision: NDArray[np.int32]

    def provisions_of(self, pupil: int) -> NDArray[np.int32]:
        """Return where one pupil may go."""
        return self.provision[self.start[pupil] : self.start[pupil + 1]]

    def has_pair(self, is_such: Callable[[Whole, Whole], Truth]) -> Truth:
        """Return for each pupil whether some allowed pair is such, as told for lists of pupils and provisions."""
        has = np.zeros(len(self.may_move), dtype=bool)
        for part in parts(len(has), len(self.provision)):
            start = self.start[part.start : part.stop + 1]
            pupil = np.repeat(np.arange(part.start, part.stop), np.diff(start))
            provision = self.provision[start[0] : start[-1]]
            has[pupil[is_such(pupil, provision.astype(np.int64))]] = True
        return has

    def number(self, pupil: Whole, provision: Whole) -> Number:
        """Return for each of some pairs the number of the first rule that refuses; 0 = allowed."""
        number = _first(self.rules, self.free, pupil, provision)
        is_elsewhere = ~self.may_move[pupil] & (provision != self.rules.question.present[pupil])
        number[(number == 0) & is_elsewhere] = 12
        for rule, granted in self.granted.items():
            is_other = ~_meets(self.rules.question, rule, pupil, provision)
            is_refused = (number == 0) & granted[pupil] & is_other
            number[is_refused & (self.rules.question.must[pupil] != provision)] = rule
        return number


def eligibility_of(question: Question, links: pd.DataFrame) -> Eligibility:
    """Apply the rules to every pair.

    Parameters
    ----------
    question
        What was asked.
    links
        Of `links_of`.
    """
    rules = first_rules(question, links)
    free, number = free_travel(question, rules), len(question.pupils)
    may_move, each = np.ones(number, dtype=bool), np.zeros(number, dtype=np.int64)
    policy = question.policy
    granted = {
        rule: np.zeros(number, dtype=bool)
        for rule, choice in ((13, policy.requests), (14, policy.mainstream))
        if choice == "hard"
    }
    places = [np.empty(0, dtype=np.int32)]
    for part in parts(number, question.number_of_pairs):
        rows = np.arange(part.start, part.stop)
        pupil, provision = rules.suited(rows)
        passes = _first(rules, free, pupil, provision) == 0
        pupil, provision = pupil[passes], provision[passes]
        is_present = question.present[pupil] == provision
        may_move[rows] = _may_move(question, rows, np.isin(rows, pupil[is_present]))
        passes = may_move[pupil] | is_present
        pupil, provision = pupil[passes], provision[passes]
        for rule, has in granted.items():
            meets = _meets(question, rule, pupil, provision)
            has[pupil[meets & may_move[pupil]]] = True
            passes = meets | ~has[pupil] | (question.must[pupil] == provision)
            pupil, provision = pupil[passes], provision[passes]
        each[rows] = np.bincount(pupil - rows[0], minlength=len(rows))
        places.append(provision.astype(np.int32))
    start = np.concatenate([[0], np.cumsum(each)]).astype(np.int64)
    return Eligibility(rules, free, may_move, granted, start, np.concatenate(places))


def who_stays(question: Question, links: pd.DataFrame) -> Truth:
    """Return for each pupil whether the pupil stays, without looking at any other place.

    Parameters
    ----------
    question
        What was asked.
    links
        Of `links_of`.
    """
    rules = first_rules(question, links)
    free, rows = free_travel(question, rules), np.arange(len(question.pupils))
    can_keep = question.present >= 0
    placed = rows[can_keep]
    can_keep[placed] = _first(rules, free, placed, question.present[placed]) == 0
    return ~_may_move(question, rows, can_keep)


def _first(rules: FirstRules, free: FreeTravel, pupil: Whole, provision: Whole) -> Number:
    """Return for each pair the number of the first of rules 1-11 that refuses it; 0 = none does."""
    number = rules.number(pupil, provision)
    passes = np.flatnonzero(number == 0)
    number[passes[free.has_no_mode(pupil[passes], provision[passes])]] = 11
    return number


def _may_move(question: Question, rows: Whole, can_keep: Truth) -> Truth:
    policy = question.policy
    is_due = np.isin(question.of_pupils("year_group")[rows], policy.phase_years) | (policy.moves == "all")
    if policy.moves == "flagged":
        is_due |= question.of_pupils("movable")[rows]
    must = question.must[rows]
    return np.asarray(~can_keep | np.where(must >= 0, must != question.present[rows], is_due))


def _meets(question: Question, rule: int, pupil: Whole, provision: Whole) -> Truth:
    """Return for each pair whether it meets the pupil's wish for a school (rule 13) or for mainstream (rule 14)."""
    return question.meets_request(pupil, provision) if rule == 13 else question.meets_mainstream(pupil, provision)
