"""The rows of totals (C12), stated again from the formulation (section 5)."""

from dataclasses import dataclass

import numpy as np

from placement_opt.verify.kept import Kept
from placement_opt.verify.movers import Movers
from placement_opt.verify.pair_costs import Prices
from placement_opt.verify.program import MOST, Program
from placement_opt.verify.question import Real, Truth
from placement_opt.verify.totals import MOVES, UNPLACED, Total, amounts, is_home, is_kind, rows_of


@dataclass(frozen=True, eq=False, repr=False)
class TotalRows:
    """What stands in the rows of totals.

    Parameters
    ----------
    pairs
        Rows with what one pupil of each pair (of `Movers`) counts for.
    unplaced
        Rows with the pupils whose u stands in them, once each.
    """

    pairs: list[tuple[int, Real]]
    unplaced: list[tuple[int, Truth]]


def add_totals(program: Program, prices: Prices, kept: Kept, movers: Movers) -> TotalRows:
    """Add a row for each total: what the decisions change is at most what the rest leaves."""
    question = prices.question
    totals = rows_of(question)
    found: list[tuple[Real | None, float]] = []
    for total in totals:
        if total["measure"] == UNPLACED:
            found.append((None, _without_pair(kept, movers, is_home(question, total))))
        elif total["measure"] == MOVES:
            found.append(_keeping(movers, total))
        else:
            found.append((_of_pairs(prices, movers, total), float(amounts(prices, kept.lines, total) @ kept.count)))
    limits = [float(total["most"]) - fixed for total, (_, fixed) in zip(totals, found, strict=True)]
    rows = program.add_rows("total", np.arange(len(totals)), MOST, limits).tolist()
    return TotalRows(
        [(row, each) for row, (each, _) in zip(rows, found, strict=True) if each is not None],
        [
            (row, is_home(question, total))
            for row, total in zip(rows, totals, strict=True)
            if total["measure"] == UNPLACED
        ],
    )


def _of_pairs(prices: Prices, movers: Movers, total: Total) -> Real:
    each = np.empty(len(movers.provision))
    for part, pairs in movers.blocks():
        each[pairs] = amounts(prices, movers.lines_of(part, pairs), total)
    return each


def _keeping(movers: Movers, total: Total) -> tuple[Real, float]:
    """Return -1 for the pairs that keep a present place, and how many pupils could."""
    question = movers.question
    who = np.repeat(movers.pupil, np.diff(movers.start))
    keeps = (movers.provision == question.present[who]) & is_home(question, total)[who]
    keeps &= is_kind(question, total)[movers.provision]
    return np.where(keeps, -1.0, 0.0), float(question.of_pupils("count")[who[keeps]].sum())


def _without_pair(kept: Kept, movers: Movers, home: Truth) -> float:
    """Return how many pupils nothing can place."""
    count = np.where(home, movers.question.of_pupils("count"), 0)
    count[kept.lines.pupil] = 0
    count[movers.pupil] = 0
    return float(count.sum())
