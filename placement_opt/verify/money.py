"""Every pound of every placement, and who pays it (formulation, section 2)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from placement_opt.verify.case import Case, Check
from placement_opt.verify.figures import HALF_PENNY_GBP, wrong_numbers, wrong_prices, wrong_words
from placement_opt.verify.journeys import transport_gbp
from placement_opt.verify.question import Real, plain


def topup_gbp(case: Case) -> Real:
    """Return for each placed row the top-up of one pupil, unrounded; NaN = no price."""
    return case.prices.of_topup(case.lines)


def topup_payer(case: Case) -> NDArray[Any]:
    """Return for each placed row who pays the top-up."""
    return np.asarray(case.prices.topup_payers[case.prices.topup_payer(case.lines)])


def place_gbp(case: Case) -> Real:
    """Return for each placed row the place funding of one pupil, unrounded."""
    return case.prices.of_place(case.lines)


def topups(case: Case) -> Iterator[str]:
    """Find a `topup_gbp` that is not the pair's price, else the provision's, the table's, the default."""
    yield from _prices(case, "topup_gbp", topup_gbp(case))


def topup_payers(case: Case) -> Iterator[str]:
    """Find a `topup_payer` that is not that of the row of `topups` that set the price, else the parameter."""
    yield from wrong_words(case.where, "topup_payer", plain(case.placed["topup_payer"]), topup_payer(case))


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
