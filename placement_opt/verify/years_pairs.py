"""What may be decided in each of several years, and how one year follows on another (docs/planning_ahead.md, 2)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from placement_opt.verify.eligibility import Eligibility
from placement_opt.verify.question import Truth, Whole
from placement_opt.verify.years_questions import YearAsked

NO_PAIR = -1


@dataclass(frozen=True, eq=False, repr=False)
class YearPairs:
    """The pairs that are a decision in a year: those allowed for pupils who do not stay.

    Parameters
    ----------
    asked
        The question.
    present
        For each pupil, the provision of today; -1 = none.
    decides
        For each pupil, whether the place is a decision.
    pupil, provision
        Of each pair; ascending by both.
    provisions
        How many provisions there are.
    """

    asked: YearAsked
    present: Whole
    decides: Truth
    pupil: Whole
    provision: Whole
    provisions: int

    @cached_property
    def key(self) -> Whole:
        """Person and provision of each pair as one number, ascending."""
        return np.asarray(self.asked.person[self.pupil] * self.provisions + self.provision, dtype=np.int64)

    @cached_property
    def is_today(self) -> Truth:
        """For each pair, whether it keeps today's place within a phase, for pupils who may leave it at a price."""
        return np.asarray(self.may_leave[self.pupil] & (self.provision == self.present[self.pupil]))

    @cached_property
    def may_leave(self) -> Truth:
        """For each pupil, whether today's place can be left within a phase at a price."""
        return np.asarray(self.asked.would_stay & self.decides)

    def at(self, key: Whole) -> Whole:
        """Return where pairs are by their keys, or NO_PAIR."""
        found = np.minimum(np.searchsorted(self.key, key), max(0, len(self.key) - 1))
        is_there = np.zeros(len(key), dtype=bool) if not len(self.key) else self.key[found] == key
        return np.where(is_there, found, NO_PAIR)


def pairs_of_year(asked: YearAsked, eligibility: Eligibility, present: Whole, provisions: int) -> YearPairs:
    """Return the pairs of a year.

    Parameters
    ----------
    asked
        The question.
    eligibility
        Under the policy of the year.
    present
        For each pupil, the provision of today.
    provisions
        How many there are.
    """
    pupil = np.repeat(np.arange(len(present)), np.diff(eligibility.start))
    is_decided = eligibility.may_move[pupil]
    provision = eligibility.provision[is_decided].astype(np.int64)
    return YearPairs(asked, present, eligibility.may_move, pupil[is_decided], provision, provisions)


def following(years: "list[YearPairs]") -> list[Whole]:
    """Return for each year and pair the pair of the next year that goes on with it; NO_PAIR where it ends naturally."""
    chains = []
    for number, year in enumerate(years):
        goes_on = np.full(len(year.key), NO_PAIR, dtype=np.int64)
        if number + 1 < len(years):
            lasts = ~year.asked.ends[year.pupil]
            goes_on[lasts] = years[number + 1].at(year.key[lasts])
        chains.append(goes_on)
    return chains
