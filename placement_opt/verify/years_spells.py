"""Every spell that a plan of several years could hold (planning ahead, sections 2, 3 and 6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from placement_opt.verify.question import Truth, Whole
from placement_opt.verify.years_case import YearsCase
from placement_opt.verify.years_pairs import NO_PAIR


@dataclass(frozen=True, eq=False, repr=False)
class Spells:
    """Spells, one entry each.

    Parameters
    ----------
    first, last
        Numbers of years, from 0.
    pair
        For each spell and year the pair (of `YearPairs`) that it holds, or NO_PAIR: shape (spells, years).
    is_move
        Whether it begins with a move within a phase.
    provision, count
        Where it is, and for how many pupils it may be chosen.
    """

    first: Whole
    last: Whole
    pair: Whole
    is_move: Truth
    provision: Whole
    count: Whole

    def only(self, kept: Truth) -> "Spells":
        """Return some of the spells."""
        whole = (self.first[kept], self.last[kept], self.pair[kept])
        return Spells(*whole, self.is_move[kept], self.provision[kept], self.count[kept])


@dataclass(frozen=True, eq=False, repr=False)
class Listing:
    """The spells of a case.

    Parameters
    ----------
    case
        The questions; the plan itself plays no part.
    """

    case: YearsCase

    @cached_property
    def every(self) -> Spells:
        """All spells."""
        return self._possible(late=True)

    @cached_property
    def prompt(self) -> Spells:
        """Those that begin after no year in which the pupil could have been placed and was not."""
        return self._possible(late=False)

    def _possible(self, *, late: bool) -> Spells:
        parts = [self._from(number, late=late) for number in range(len(self.case.years))]
        parts.append(_ending_early(self._from(0, late=late), self.case))
        spells = _joined(parts)
        is_candidate = (self.case.ahead.problem.provisions["status"] == "candidate").to_numpy(dtype=bool)
        earliest = self.case.ahead.spans["first"].to_numpy() - self.case.years[0]
        too_soon = is_candidate[spells.provision] & (self.opened_by(spells) < earliest[spells.provision])
        return spells.only(~too_soon)

    def _from(self, number: int, *, late: bool) -> Spells:
        """Return the spells that begin in a year and end naturally."""
        year, years = self.case.pairs[number], len(self.case.years)
        leaves = year.may_leave[year.pupil]
        begins = ~leaves | ~year.is_today | (number == 0)
        if number and not late:
            begins &= leaves | ~self._is_bound(number)[year.asked.person[year.pupil]]
        at = np.flatnonzero(begins)
        pair = np.full((len(at), years), NO_PAIR, dtype=np.int64)
        pair[:, number] = at
        for later in range(number + 1, years):
            goes_on = pair[:, later - 1] != NO_PAIR
            pair[goes_on, later] = self.case.chains[later - 1][pair[goes_on, later - 1]]
        last = number + (pair[:, number:] != NO_PAIR).sum(axis=1) - 1
        count = self.case.cases[number].question.of_pupils("count")[year.pupil[at]].astype(np.int64)
        is_move = leaves[at] & ~year.is_today[at]
        return Spells(np.full(len(at), number), last, pair, is_move, year.provision[at], count)

    def _is_bound(self, number: int) -> Truth:
        """Return for each person whether all places that the year before offered are kept in this year."""
        before, chain = self.case.pairs[number - 1], self.case.chains[number - 1]
        person = before.asked.person[before.pupil]
        bound = np.zeros(len(self.case.ahead.people), dtype=bool)
        bound[person] = True
        bound[person[chain == NO_PAIR]] = False
        return bound

    def opened_by(self, spells: Spells) -> Whole:
        """Return the number of the year by which the provision of each spell must have opened.

        It is before the first year of the spell where the provision fills up and takes the pupil only later on; below 0
        where that is before the plan.
        """
        opened = spells.first.copy()
        for p, steps in self.case.ahead.steps.items():
            low, high = steps["min_year"].to_numpy(), steps["max_year"].to_numpy()
            for at in np.flatnonzero(spells.provision == p).tolist():
                for number in range(int(spells.first[at]), int(spells.last[at]) + 1):
                    pupil = self.case.pairs[number].pupil[spells.pair[at, number]]
                    group = self.case.cases[number].question.of_pupils("year_group")[pupil]
                    takes = np.append((low <= group) & (group <= high), True)
                    opened[at] = min(opened[at], number - int(np.argmax(takes)))
        return opened


def _ending_early(spells: Spells, case: YearsCase) -> Spells:
    """Return the spells at today's place that end in an earlier year, of those that begin in the first year."""
    of_today = spells.only(case.pairs[0].is_today[spells.pair[:, 0]])
    parts = []
    for end in range(len(case.years) - 1):
        longer = of_today.only(of_today.last > end)
        pair = longer.pair.copy()
        pair[:, end + 1 :] = NO_PAIR
        last = np.full(len(pair), end)
        parts.append(Spells(longer.first, last, pair, longer.is_move, longer.provision, longer.count))
    return _joined(parts) if parts else of_today.only(np.zeros(len(of_today.first), dtype=bool))


def _joined(parts: Sequence[Spells]) -> Spells:
    names = ("first", "last", "pair", "is_move", "provision", "count")
    return Spells(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
