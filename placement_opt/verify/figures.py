"""Comparing what a plan says with what was worked out again, and saying where they differ."""

from collections.abc import Iterator
from typing import Any, Protocol, SupportsIndex

import numpy as np
from numpy.typing import NDArray

HALF_PENNY_GBP = 0.005
_FUZZ = 1e-6
"""Floats of the same amount, added in another order, differ by less."""


class Labels(Protocol):
    """What each row is called in a message: a list, or something that makes it up when it is asked."""

    def __getitem__(self, at: SupportsIndex, /) -> str:
        """Return what a row is called."""


def wrong_words(where: Labels, column: str, given: NDArray[Any], wanted: NDArray[Any]) -> Iterator[str]:
    """Say which words or flags differ; blank and blank are the same."""
    is_wrong = np.asarray(given.astype(object) != wanted.astype(object), dtype=bool)
    return _told(where, column, given, wanted, np.flatnonzero(is_wrong))


def wrong_numbers(
    where: Labels, column: str, given: NDArray[Any], wanted: NDArray[Any], tolerance: float = 0.0
) -> Iterator[str]:
    """Say which numbers differ by more than the tolerance."""
    wanted = np.asarray(wanted, dtype=float)
    given = np.asarray(given, dtype=float)
    is_right = (np.abs(given - wanted) <= tolerance + _FUZZ) | (np.isnan(given) & np.isnan(wanted))
    return _told(where, column, given, wanted, np.flatnonzero(~is_right))


def wrong_prices(
    where: Labels, column: str, given: NDArray[Any], exact: NDArray[Any], pupils: NDArray[Any]
) -> Iterator[str]:
    """Say which amounts are not `pupils` times a price in whole pence that is `exact`, rounded.

    An exact half penny may be rounded either way: two right sums of floats can fall on either side of it.
    """
    each = given / pupils
    pence = each * 100
    is_right = (np.abs(each - exact) <= HALF_PENNY_GBP + _FUZZ) & (np.abs(pence - np.round(pence)) <= 1e-4)
    return _told(where, column, given, np.round(exact, 2) * pupils, np.flatnonzero(~is_right))


def _told(
    where: Labels, column: str, given: NDArray[Any], wanted: NDArray[Any], wrong: NDArray[np.intp]
) -> Iterator[str]:
    for index in wrong:
        yield f"{where[index]}: {column} is {_shown(given[index])}; it should be {_shown(wanted[index])}."


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "blank"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "unknown" if np.isnan(value) else f"{value:,.2f}" if abs(value) >= 0.1 else f"{value:,.6g}"
    return str(value)
