"""Everything that is possible for those who do not stay: all allowed pairs, costed (formulation, sections 1 and 2)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from placement_opt.schema import MAINSTREAM_KINDS
from placement_opt.verify.eligibility import Eligibility
from placement_opt.verify.figures import HALF_PENNY_GBP
from placement_opt.verify.lines import Lines
from placement_opt.verify.pair_costs import Prices
from placement_opt.verify.question import Question, Real, Truth, Whole

Money = tuple[str, str | None]
"""What a budget counts of a pair: its type, and the payer (None = all)."""

_PUPILS_AT_ONCE = 1_024
_PENNY_GBP = 0.01
_FUZZ_GBP = 1e-7


@dataclass(frozen=True, eq=False, repr=False)
class Movers:
    """The pupils who do not stay and have an allowed pair, and those pairs, pupil by pupil.

    Parameters
    ----------
    question
        What was asked.
    pupil
        Positions in `pupils`, ascending.
    start
        Where the pairs of each begin; one entry more than there are pupils.
    provision
        Of each pair.
    money_gbp
        Of each pair, for one pupil and a year.
    counted_gbp
        Of each pair, what budgets count of it, where that is not all of its money.
    doubt_gbp
        For each pupil a penny where some price is an exact half penny, which may be rounded either way.
    """

    question: Question
    pupil: Whole
    start: Whole
    provision: NDArray[np.int32]
    money_gbp: Real
    counted_gbp: Mapping[Money, Real]
    doubt_gbp: Real

    def blocks(self) -> Iterator[tuple[slice, slice]]:
        """Yield parts that are small enough to work on at once: pupils (of these), and their pairs."""
        for first in range(0, len(self.pupil), _PUPILS_AT_ONCE):
            last = min(first + _PUPILS_AT_ONCE, len(self.pupil))
            yield slice(first, last), slice(int(self.start[first]), int(self.start[last]))

    def pupils_of(self, part: slice) -> Whole:
        """Return for each pair of some of the pupils (a slice of these) whose it is."""
        return np.repeat(self.pupil[part], np.diff(self.start[part.start : part.stop + 1]))


def movers_of(question: Question, eligibility: Eligibility, prices: Prices) -> Movers:
    """Return all that is possible, costed: top-up, place and transport of one pupil, each rounded to the penny."""
    moves = np.flatnonzero(eligibility.may_move)
    number = np.zeros(len(moves), dtype=np.int64)
    for first in range(0, len(moves), _PUPILS_AT_ONCE):
        rows = moves[first : first + _PUPILS_AT_ONCE]
        number[first : first + len(rows)] = (eligibility.refusal[rows] == 0).sum(axis=1)
    pupil = moves[number > 0]
    start = np.concatenate([[0], np.cumsum(number[number > 0])]).astype(np.int64)
    provision, money = np.empty(start[-1], dtype=np.int32), np.empty(start[-1])
    counted: dict[Money, Real] = {key: np.empty(start[-1]) for key in _counted(question)}
    doubt = np.zeros(len(pupil))
    movers = Movers(question, pupil, start, provision, money, counted, doubt)
    for part, pairs in movers.blocks():
        row, column = np.nonzero(eligibility.refusal[pupil[part]] == 0)
        lines = Lines(question, pupil[part][row], column)
        provision[pairs] = column
        amounts = priced(prices, lines)
        doubt[part] = np.maximum.reduceat(amounts["doubt"], start[part] - pairs.start)
        money[pairs] = amounts["topup"] + amounts["place"] + amounts["transport"]
        for key, gbp in counted.items():
            gbp[pairs] = paid(prices, lines, amounts, *key)
    return movers


def priced(prices: Prices, lines: Lines) -> dict[str, Real]:
    """Return for each line topup, place and transport of one pupil, in whole pence, and how far that is in doubt."""
    exact = prices.of_transport(lines)
    transport = np.round(exact, 2)
    return {
        "topup": np.round(prices.of_topup(lines), 2),
        "place": np.round(prices.of_place(lines), 2),
        "transport": transport,
        "doubt": np.where(np.abs(np.abs(transport - exact) - HALF_PENNY_GBP) < _FUZZ_GBP, _PENNY_GBP, 0.0),
    }


def paid(prices: Prices, lines: Lines, amounts: Mapping[str, Real], kind: str, payer: str | None) -> Real:
    """Return for each line what a budget of a type and payer counts of it; nothing is counted as capital."""
    question = prices.question
    is_transport = payer in {None, question.parameters.transport_payer}
    total = np.zeros(len(lines.pupil))
    if is_transport and kind in {"transport", "revenue"}:
        total += amounts["transport"]
    if kind == "revenue":
        of_topup = np.array([payer in {None, name} for name in prices.topup_payers])
        of_place = _is(question.of_provisions("place_payer"), payer)
        total += np.where(of_topup[prices.topup_payer(lines)], amounts["topup"], 0.0)
        total += np.where(of_place[lines.provision], amounts["place"], 0.0)
    return total


def wishes(question: Question, lines: Lines) -> Iterator[tuple[float, Truth]]:
    """Yield what each wish that is weighed weighs unmet (C11), and for each line whether it meets it."""
    policy = question.policy
    if policy.requests == "priced":
        yield policy.missed_request_gbp, question.requested[lines.pupil] == question.school[lines.provision]
    if policy.mainstream == "priced":
        wants = question.of_pupils("mainstream") == "wanted"
        is_such = np.isin(question.of_provisions("kind").astype(str), MAINSTREAM_KINDS)
        yield policy.missed_mainstream_gbp, np.asarray(wants[lines.pupil] & is_such[lines.provision], dtype=bool)


def _counted(question: Question) -> set[Money]:
    table = question.problem.table("budgets")
    table = table.astype({"payer": "object"}).where(table.notna(), None)
    kinds = zip(table["type"], table["payer"], strict=True)
    return {(kind, payer) for kind, payer in kinds if kind == "transport" or (kind == "revenue" and payer is not None)}


def _is(cells: NDArray[Any], wanted: str | None) -> NDArray[np.bool_]:
    return np.ones(len(cells), dtype=bool) if wanted is None else np.asarray(cells == wanted, dtype=bool)
