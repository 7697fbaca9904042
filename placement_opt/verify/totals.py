"""Totals over all pupils (C12): the rule itself, asked of a plan."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.verify.case import Case, Check
from placement_opt.verify.lines import Lines
from placement_opt.verify.modes import co2e_kg, prices_gbp
from placement_opt.verify.pair_costs import Prices
from placement_opt.verify.question import Question, Real, Truth, Whole

MOVES, UNPLACED = "moves", "unplaced"
_AMOUNT_TOLERANCE = 1e-6
_SUM_FUZZ = 1e-9
"""Floats of the same amount, added in another order, differ by less than this share of it."""

Total = Mapping[str, Any]


def totals(case: Case) -> Iterator[str]:
    """Find rows of `totals` that are passed (C12)."""
    for total in rows_of(case.question):
        found, most = _found(case, total), float(total["most"])
        if found > most + _AMOUNT_TOLERANCE + _SUM_FUZZ * most:
            yield f"total {total['total']}: {total['measure']} are {found:,.10g}; {most:,.10g} is the most."


def rows_of(question: Question) -> list[dict[str, Any]]:
    """Return the rows of the table, blanks as None."""
    table = question.problem.table("totals").astype("object")
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def is_home(question: Question, total: Total) -> Truth:
    """Return for each row of pupils whether a total counts its home."""
    home = question.of_pupils("locality")
    every = np.full(len(home), True)
    return every if total["locality"] is None else np.asarray(home == total["locality"], dtype=bool)


def is_kind(question: Question, total: Total) -> Truth:
    """Return for each provision whether a total counts its kind."""
    kind = question.of_provisions("kind")
    return np.full(len(kind), True) if total["kind"] is None else np.asarray(kind == total["kind"], dtype=bool)


def amounts(prices: Prices, lines: Lines, total: Total) -> Real:
    """Return what a total of placed pupils counts for one pupil of each line."""
    question, measure = lines.question, total["measure"]
    is_counted = is_home(question, total)[lines.pupil] & is_kind(question, total)[lines.provision]
    if measure == "pupils":
        return is_counted.astype(float)
    if measure == "co2e_kg":
        return np.where(is_counted, _emissions(prices, lines), 0.0)
    return np.where(is_counted, lines.minutes if measure == "minutes" else lines.miles, 0.0)


def _emissions(prices: Prices, lines: Lines) -> Real:
    """Return the CO2e of a year for one pupil of each line, in kg: of the cheapest mode, the first of equally cheap."""
    question, miles = prices.question, lines.miles
    gbp = np.round(prices_gbp(question, prices.modes, lines.pupil, miles), 2)
    cheapest = np.argmin(gbp, axis=0)
    total = np.zeros(len(miles))
    for at, mode in enumerate(prices.modes):
        total = np.where(cheapest == at, co2e_kg(question, mode, lines.pupil, miles), total)
    is_owed = prices.free.is_owed(lines.pupil, question.school[lines.provision], miles)
    return np.where(is_owed & np.isfinite(gbp.min(axis=0)), total, 0.0)


def _found(case: Case, total: Total) -> float:
    question = case.question
    if total["measure"] == UNPLACED:
        left = question.of_pupils("count") - _placed(case, np.full(len(case.pupil), True))
        return float(left[is_home(question, total)].sum())
    if total["measure"] == MOVES:
        has_place = np.flatnonzero((question.present >= 0) & is_home(question, total))
        has_place = has_place[is_kind(question, total)[question.present[has_place]]]
        can_keep = has_place[case.eligibility.number(has_place, question.present[has_place]) == 0]
        keeps = _placed(case, case.provision == question.present[case.pupil])
        return float((question.of_pupils("count") - keeps)[can_keep].sum())
    return float(amounts(case.prices, case.lines, total) @ case.count)


def _placed(case: Case, is_counted: Truth) -> Whole:
    placed = np.zeros(len(case.question.pupils), dtype=np.int64)
    np.add.at(placed, case.pupil[is_counted], case.count[is_counted])
    return placed


CHECKS = (Check("totals", totals, of_baseline=False),)
