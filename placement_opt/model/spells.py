"""Spells: a pupil's stay at a provision from one year to its natural end (docs/planning_ahead.md, sections 2 and 3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from placement_opt.facts import Bools, Facts, Ints
from placement_opt.pairs import Pairs, pairs_of
from placement_opt.timeline import Timeline, YearQuestion

NO_PAIR = -1


@dataclass(frozen=True, eq=False)
class Spells:
    """All spells that may be chosen.

    Parameters
    ----------
    first, last
        Years, from 0.
    pair
        For each spell and year the position of its pair among the decided pairs of that year, or NO_PAIR: shape
        (spells, years).
    is_move
        Which begin with a move within a phase.
    is_late
        Which are of use only after a year in which the pupil could have been placed and was not.
    """

    first: Ints
    last: Ints
    pair: Ints
    is_move: Bools
    is_late: Bools

    def __len__(self) -> int:
        return len(self.first)

    def only(self, kept: "Bools | Ints") -> "Spells":
        """Return some of the spells."""
        return Spells(self.first[kept], self.last[kept], self.pair[kept], self.is_move[kept], self.is_late[kept])


@dataclass(frozen=True, eq=False)
class YearPairs:
    """The question of a year with its pairs.

    Parameters
    ----------
    question, pairs
        Where pupils may be moved within a phase at a price, nobody stays in these pairs but for an officer's word.
    """

    question: YearQuestion
    pairs: Pairs

    @property
    def facts(self) -> Facts:
        """What the pairs were made from."""
        return self.pairs.facts

    @cached_property
    def pupil(self) -> Ints:
        """Pupil of each decided pair, by position in the question."""
        return self.pairs.pupil[self.pairs.decided]

    @cached_property
    def provision(self) -> Ints:
        """Provision of each decided pair."""
        return self.pairs.provision[self.pairs.decided]

    @cached_property
    def key(self) -> Ints:
        """Person and provision of each decided pair as one number, ascending."""
        return self.question.person[self.pupil] * len(self.facts.provisions) + self.provision

    def following(self, later: "YearPairs") -> Ints:
        """Return for each decided pair the one of the next year that goes on with it, or NO_PAIR."""
        at = np.searchsorted(later.key, self.key)
        at_most = np.minimum(at, max(0, len(later.key) - 1))
        goes_on = (at < len(later.key)) & ~self.question.ends_here[self.pupil]
        if len(later.key):
            goes_on &= later.key[at_most] == self.key
        return np.where(goes_on, at, NO_PAIR)


def pairs_of_years(timeline: Timeline) -> list[YearPairs]:
    """Work out who could go where in each year.

    Raises
    ------
    InputError
        As `candidate_pairs`, for any year.
    """
    years = []
    for question in timeline.questions():
        facts = question.facts
        if timeline.rules.mid_phase_move_gbp is not None:
            facts = replace(facts, policy=replace(facts.policy, moves="all"))
        years.append(YearPairs(question, pairs_of(facts)))
    return years


def spells_of(years: Sequence[YearPairs], *, late: bool) -> Spells:
    """Return the spells that the pairs of the years make up.

    Parameters
    ----------
    years
        In order.
    late
        Also those that begin after a year in which the pupil could have been placed and was not. Where everybody can
        be placed they are of no use.
    """
    chains = [year.following(later) for year, later in pairwise(years)]
    chains.append(np.full(len(years[-1].key), NO_PAIR, dtype=np.int64))
    parts = [_from(years, chains, t, late=late) for t in range(len(years))]
    return _joined(parts)


def _from(years: Sequence[YearPairs], chains: Sequence[Ints], t: int, *, late: bool) -> Spells:
    """Return the spells that begin in a year."""
    year = years[t]
    may_leave = year.question.stays & ~year.pairs.stays  # today's place, within a phase, at a price
    is_today = year.provision == year.facts.current[year.pupil]
    in_time = _may_begin(years, chains, t)[year.pupil]
    begins = (in_time | late) & ~may_leave[year.pupil]
    begins |= may_leave[year.pupil] & (~is_today | (t == 0))
    is_late = ~in_time & ~may_leave[year.pupil]
    at = np.flatnonzero(begins)
    pair = np.full((len(at), len(years)), NO_PAIR, dtype=np.int64)
    pair[:, t] = at
    for later in range(t + 1, len(years)):
        goes_on = pair[:, later - 1] != NO_PAIR
        pair[goes_on, later] = chains[later - 1][pair[goes_on, later - 1]]
    last = len(years) - 1 - np.argmax(pair[:, ::-1] != NO_PAIR, axis=1)
    spells = Spells(np.full(len(at), t), last, pair, may_leave[year.pupil[at]] & ~is_today[at], is_late[at])
    if t == 0 and may_leave.any():
        return _with_early_ends(spells, np.flatnonzero(is_today[at] & may_leave[year.pupil[at]]))
    return spells


def _with_early_ends(spells: Spells, of_today: Ints) -> Spells:
    """Add the spells at today's place that end before their natural end."""
    parts = [spells]
    for end in range(spells.pair.shape[1] - 1):
        longer = of_today[spells.last[of_today] > end]
        pair = spells.pair[longer].copy()
        pair[:, end + 1 :] = NO_PAIR
        parts.append(
            Spells(
                spells.first[longer], np.full(len(longer), end), pair, spells.is_move[longer], spells.is_late[longer]
            )
        )
    return _joined(parts)


def _may_begin(years: Sequence[YearPairs], chains: Sequence[Ints], t: int) -> Bools:
    """Return the pupils of a year for whom a spell may begin in it though they were placed whenever they could be."""
    year = years[t]
    if t == 0:
        return np.ones(len(year.question.person), dtype=bool)
    before = years[t - 1]
    could_be_placed = np.zeros(len(before.question.person), dtype=bool)
    could_be_placed[before.pupil] = True
    goes_on = np.zeros(len(could_be_placed), dtype=bool)
    released = np.zeros(len(could_be_placed), dtype=bool)
    goes_on[before.pupil[chains[t - 1] != NO_PAIR]] = True
    released[before.pupil[chains[t - 1] == NO_PAIR]] = True
    bound = np.zeros(int(max(before.question.person.max(initial=-1), year.question.person.max(initial=-1))) + 1, bool)
    bound[before.question.person[could_be_placed & goes_on & ~released]] = True
    return ~bound[year.question.person]


def _joined(parts: Sequence[Spells]) -> Spells:
    return Spells(
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.last for part in parts]),
        np.concatenate([part.pair for part in parts]),
        np.concatenate([part.is_move for part in parts]),
        np.concatenate([part.is_late for part in parts]),
    )
