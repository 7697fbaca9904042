"""When a way that costs more at first has paid for itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HALF_PENNY_GBP = 0.005


@dataclass(frozen=True)
class Payback:
    """When a dearer start has paid for itself.

    Parameters
    ----------
    way
        The way that costs more at first; None = both cost the same in every year.
    year
        The first year by whose end, and by the end of every later one, that way has cost no more than the other;
        None = not within the years counted.
    """

    way: str | None
    year: int | None

    def in_words(self) -> str:
        """Return it as a sentence."""
        if self.way is None:
            return "Both cost the same in every year."
        if self.year is None:
            return f"{self.way} costs more at first and has not paid for it within these years."
        return f"{self.way} costs more at first and has paid for it by the end of {self.year}."


def payback_of(names: tuple[str, str], so_far_gbp: NDArray[np.float64], start: int) -> Payback:
    """Return which of two ways costs more at first, and by when it has paid.

    Parameters
    ----------
    names
        Of the ways.
    so_far_gbp
        What the second has cost more than the first by the end of each year.
    start
        The first year.

    Examples
    --------
    >>> payback_of(("rent", "build"), np.array([20.0, 10.0, 0.0, -10.0]), 2027)
    Payback(way='build', year=2029)
    """
    apart = np.flatnonzero(np.abs(so_far_gbp) > HALF_PENNY_GBP)
    if not len(apart):
        return Payback(None, None)
    is_second = bool(so_far_gbp[apart[0]] > 0)
    behind = np.flatnonzero((so_far_gbp if is_second else -so_far_gbp) > HALF_PENNY_GBP)
    paid = int(behind[-1]) + 1
    return Payback(names[is_second], None if paid == len(so_far_gbp) else start + paid)
