"""Those who stay: no decision, but they take places, hours and money (formulation, sections 1 and 4)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from placement_opt.verify.eligibility import Eligibility
from placement_opt.verify.lines import Lines
from placement_opt.verify.movers import priced
from placement_opt.verify.pair_costs import Prices
from placement_opt.verify.question import Question, Real, Truth, Whole


@dataclass(frozen=True, eq=False, repr=False)
class Kept:
    """The pupils who stay where they are.

    Parameters
    ----------
    lines
        Each row of pupils who stay, at its present provision.
    count
        How many pupils each row stands for.
    amounts
        Of `priced`, for one pupil of each row.
    is_decided
        For each provision, whether being open (served, in use) is a decision.
    """

    lines: Lines
    count: Whole
    amounts: Mapping[str, Real]
    is_decided: Truth

    @property
    def question(self) -> Question:
        """What was asked."""
        return self.lines.question

    @property
    def taken(self) -> Whole:
        """For each row, how many places it takes."""
        return np.asarray(self.count * self.question.of_pupils("places")[self.lines.pupil])

    def per_provision(self, amounts: "NDArray[np.float64] | Whole") -> Real:
        """Return amounts of the rows, added up for each provision."""
        number = len(self.question.provisions)
        return np.asarray(np.bincount(self.lines.provision, weights=amounts, minlength=number), dtype=np.float64)

    @property
    def is_kept(self) -> Truth:
        """For each provision, whether somebody stays there."""
        return self.per_provision(self.count) > 0


def kept_of(question: Question, eligibility: Eligibility, prices: Prices) -> Kept:
    """Return those who stay."""
    pupil = np.flatnonzero(~eligibility.may_move)
    lines = Lines(question, pupil, question.present[pupil])
    is_kept = np.bincount(lines.provision, minlength=len(question.provisions)) > 0
    is_group = (question.of_provisions("status") == "open") & (question.of_provisions("min_pupils") > 0) & ~is_kept
    is_spoke = question.of_provisions("kind") == "spoke"
    is_decided = np.asarray(is_spoke | question.is_decided_status | is_group)
    return Kept(lines, question.of_pupils("count")[pupil], priced(prices, lines), is_decided)
