"""Every pound of every placement, and who pays it (formulation, section 2)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.verify.case import Case, Check
from placement_opt.verify.figures import HALF_PENNY_GBP, wrong_numbers, wrong_prices, wrong_words
from placement_opt.verify.journeys import transport_gbp
from placement_opt.verify.question import Real, Whole, plain

NO_ROW = -1
_FITTED = ("need", "band", "kind")
_WEIGHTS = {"need": 12, "band": 10, "kind": 9}
"""More filled cells win, whichever they are; of equally many, need before band before kind."""


def best_rows(case: Case, table: pd.DataFrame) -> Whole:
    """Return for each placed row the position of the row of `topups` or `resource_use` that wins; -1 = none fits.

    Parameters
    ----------
    case
        The case.
    table
        Its columns need, band and kind may be blank, which fits everything.
    """
    wanted = {name: case.question.of_pupils(name)[case.pupil] for name in ("need", "band")}
    wanted["kind"] = case.question.of_provisions("kind")[case.provision]
    cells = {name: plain(table[name]) for name in _FITTED}
    best = np.full(len(case.pupil), NO_ROW, dtype=np.int64)
    best_score = np.full(len(case.pupil), -1)
    for row in range(len(table)):
        filled = [name for name in _FITTED if cells[name][row] is not None]
        score = sum(_WEIGHTS[name] for name in filled)
        fits = np.ones(len(best), dtype=bool)
        for name in filled:
            fits &= wanted[name] == cells[name][row]
        wins = fits & (score > best_score)
        best[wins], best_score[wins] = row, score
    return best


def known_price_gbp(case: Case) -> Real:
    """Return for each placed row its price of `pair_costs`; NaN = none."""
    known = case.question.problem.table("pair_costs").set_index(["pupil_id", "provision_id"])["cost_gbp"]
    pairs = pd.MultiIndex.from_frame(case.placed[["pupil_id", "provision_id"]])
    return np.asarray(known.reindex(pairs), dtype=float)


def topup_gbp(case: Case) -> tuple[Real, NDArray[Any]]:
    """Return for each placed row the top-up of one pupil, unrounded (NaN = no price), and who pays."""
    table = case.question.problem.table("topups")
    best = best_rows(case, table)
    parameters = case.question.parameters
    defaults = {
        kind: getattr(parameters, f"default_topup_gbp_{'mainstream' if kind == 'spoke' else kind}", np.nan)
        for kind in set(case.question.of_provisions("kind"))
    }
    kind = case.question.of_provisions("kind")[case.provision]
    of_kind = np.array([defaults[name] for name in kind], dtype=float)
    of_table = np.array([*table["topup_gbp"], np.nan], dtype=float)[best]
    of_place = case.question.of_provisions("topup_gbp")[case.provision].astype(float)
    known = known_price_gbp(case)
    is_of_table = np.isnan(known) & np.isnan(of_place) & (best != NO_ROW)
    amount = np.where(np.isnan(of_place), np.where(best != NO_ROW, of_table, of_kind), of_place)
    payers = np.array([*plain(table["payer"]), parameters.topup_payer], dtype=object)
    return np.where(np.isnan(known), amount, known), payers[np.where(is_of_table, best, NO_ROW)]


def place_gbp(case: Case) -> Real:
    """Return for each placed row the place funding of one pupil, unrounded."""
    basis = case.question.policy.cost_basis
    in_class = np.isin(case.question.of_provisions("kind").astype(str), ("mainstream", "spoke"))[case.provision]
    counts = (basis == "average") | ((basis == "full") & in_class)
    each = case.question.of_provisions("place_gbp")[case.provision] * case.question.of_pupils("places")[case.pupil]
    return np.where(np.isnan(known_price_gbp(case)) & counts, each, 0.0)


def topups(case: Case) -> Iterator[str]:
    """Find a `topup_gbp` that is not the pair's price, else the provision's, the table's, the default."""
    amount, _ = topup_gbp(case)
    yield from _prices(case, "topup_gbp", amount)


def topup_payers(case: Case) -> Iterator[str]:
    """Find a `topup_payer` that is not that of the row of `topups` that set the price, else the parameter."""
    _, payer = topup_gbp(case)
    yield from wrong_words(case.where, "topup_payer", plain(case.placed["topup_payer"]), payer)


def place_funding(case: Case) -> Iterator[str]:
    """Find a `place_gbp` that is not the funding of the places taken, where the cost basis counts it so."""
    yield from _prices(case, "place_gbp", place_gbp(case))


def place_payers(case: Case) -> Iterator[str]:
    """Find a `place_payer` that is not the provision's."""
    wanted = case.question.of_provisions("place_payer")[case.provision]
    yield from wrong_words(case.where, "place_payer", plain(case.placed["place_payer"]), wanted)


def transport(case: Case) -> Iterator[str]:
    """Find a `transport_gbp` that is not the price of the mode, for those who travel free."""
    yield from _prices(case, "transport_gbp", transport_gbp(case))


def transport_payers(case: Case) -> Iterator[str]:
    """Find a `transport_payer` that is not the parameter."""
    wanted = np.full(len(case.pupil), case.question.parameters.transport_payer, dtype=object)
    yield from wrong_words(case.where, "transport_payer", plain(case.placed["transport_payer"]), wanted)


def sums(case: Case) -> Iterator[str]:
    """Find a `cost_gbp` that is not the sum of its three parts."""
    wanted = sum(plain(case.placed[name]) for name in ("topup_gbp", "place_gbp", "transport_gbp"))
    yield from wrong_numbers(case.where, "cost_gbp", plain(case.placed["cost_gbp"]), np.asarray(wanted), HALF_PENNY_GBP)


def _prices(case: Case, column: str, exact: Real) -> Iterator[str]:
    return wrong_prices(case.where, column, plain(case.placed[column]), exact, case.count)


CHECKS = (
    Check("top-ups", topups),
    Check("top-up payers", topup_payers),
    Check("place funding", place_funding),
    Check("place payers", place_payers),
    Check("transport", transport),
    Check("transport payers", transport_payers),
    Check("sums", sums),
)
