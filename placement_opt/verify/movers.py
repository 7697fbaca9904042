"""Everything that is possible for those who do not stay: all allowed pairs, costed (formulation, sections 1 and 2)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from placement_opt.verify.eligibility import Eligibility
from placement_opt.verify.figures import HALF_PENNY_GBP
from placement_opt.verify.lines import Lines
from placement_opt.verify.pair_costs import Prices
from placement_opt.verify.question import Question, Real, Truth, Whole, parts

Money = tuple[str, str | None]
"""What a budget counts of a pair: its type, and the payer (None = all)."""

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
        for part in parts(len(self.pupil), len(self.provision)):
            yield part, slice(int(self.start[part.start]), int(self.start[part.stop]))

    def pupils_of(self, part: slice) -> Whole:
        """Return for each pair of some of the pupils (a slice of these) whose it is."""
        return np.repeat(self.pupil[part], np.diff(self.start[part.start : part.stop + 1]))

    def lines_of(self, part: slice, pairs: slice) -> Lines:
        """Return the pairs of some of the pupils (a slice of these, and that of their pairs) as lines."""
        return Lines(self.question, self.pupils_of(part), self.provision[pairs].astype(np.int64))


def movers_of(question: Question, eligibility: Eligibility, prices: Prices) -> Movers:
    """Return all that is possible, costed: top-up, place and transport of one pupil, each rounded to the penny."""
    number = np.diff(eligibility.start)
    moves = eligibility.may_move
    pupil = np.flatnonzero(moves & (number > 0))
    start = np.concatenate([[0], np.cumsum(number[pupil])]).astype(np.int64)
    provision = eligibility.provision if moves.all() else eligibility.provision[np.repeat(moves, number)]
    money = np.empty(start[-1])
    counted: dict[Money, Real] = {key: np.empty(start[-1]) for key in _counted(question)}
    doubt = np.zeros(len(pupil))
    movers = Movers(question, pupil, start, provision, money, counted, doubt)
    for part, pairs in movers.blocks():
        lines = movers.lines_of(part, pairs)
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


def wishes(question: Question) -> list[tuple[float, Callable[[Whole, Whole], Truth]]]:
    """Return of each wish that somebody has and that is weighed: what it weighs unmet (C11), and which pairs meet it.

    Pairs are given as lists of pupils and of provisions.
    """
    policy = question.policy
    weighed: list[tuple[float, Callable[[Whole, Whole], Truth]]] = []
    if policy.requests == "priced" and (question.requested >= 0).any():
        weighed.append((policy.missed_request_gbp, question.meets_request))
    if policy.mainstream == "priced" and question.wants_mainstream.any():
        weighed.append((policy.missed_mainstream_gbp, question.meets_mainstream))
    return weighed


def _counted(question: Question) -> set[Money]:
    table = question.problem.table("budgets")
    table = table.astype({"payer": "object"}).where(table.notna(), None)
    kinds = zip(table["type"], table["payer"], strict=True)
    return {(kind, payer) for kind, payer in kinds if kind == "transport" or (kind == "revenue" and payer is not None)}


def _is(cells: NDArray[Any], wanted: str | None) -> NDArray[np.bool_]:
    return np.ones(len(cells), dtype=bool) if wanted is None else np.asarray(cells == wanted, dtype=bool)
