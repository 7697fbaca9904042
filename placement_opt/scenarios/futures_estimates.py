"""Estimates from draws, each with what chance may have done to it."""

import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

QUANTILES = (0.5, 0.8, 0.95)
LEVEL = 0.95


def wilson(hits: int, draws: int, level: float = LEVEL) -> tuple[float, float]:
    """Return Wilson's interval of a share.

    Parameters
    ----------
    hits, draws
        In how many draws it was so, of how many.
    level
        The interval covers the true share with about this probability.

    Notes
    -----
    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927. Without draws it is
    0 to 1.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(18, 20)]
    [0.699, 0.972]
    """
    if draws == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share, spread = hits / draws, z * z / draws
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / draws + spread / draws / 4)
    low, high = ((middle + sign * half) / (1 + spread) for sign in (-1, 1))
    return (0.0 if hits == 0 else max(low, 0.0)), (1.0 if hits == draws else min(high, 1.0))


def quantile(values: Sequence[float], share: float, level: float = LEVEL) -> tuple[float, float, float]:
    """Return the least value that at least a share of the draws does not exceed, with its interval.

    Parameters
    ----------
    values
        One for each draw, in any order.
    share
        Above 0 and below 1.
    level
        The interval covers the true quantile with at least this probability.

    Returns
    -------
    value, low, high
        The interval lies between two of the ordered values, chosen by the binomial distribution of how many draws are
        below the quantile, whatever the values' own distribution. An end is NaN where there are too few draws for it.

    Examples
    --------
    >>> [float(number) for number in quantile(range(1, 101), 0.8)]
    [80.0, 72.0, 89.0]
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    number = len(ordered)
    if number == 0:
        return math.nan, math.nan, math.nan
    value = ordered[max(math.ceil(share * number - 1e-9), 1) - 1]
    at_most = np.cumsum(_binomial(number, share))  # P(so many draws or fewer are below the quantile)
    tail = (1 - level) / 2
    low = int(np.searchsorted(at_most, tail, side="right"))  # the largest l with P(fewer than l) <= tail
    high = int(np.searchsorted(at_most, 1 - tail, side="left")) + 1
    return (
        float(value),
        float(ordered[low - 1]) if low >= 1 else math.nan,
        float(ordered[high - 1]) if high <= number else math.nan,
    )


def spread(values: Sequence[float], at: Iterable[float], level: float) -> dict[str, float]:
    """Return mean, standard error and quantiles of some values, one for each draw, as the cells of a row."""
    array = np.asarray(values, dtype=np.float64)
    number = len(array)
    row = {
        "draws": number,
        "mean": float(array.mean()) if number else math.nan,
        "standard_error": float(array.std(ddof=1) / math.sqrt(number)) if number > 1 else math.nan,
    }
    for share in at:
        name = f"at_{100 * share:g}"
        row[name], row[f"{name}_low"], row[f"{name}_high"] = quantile(array.tolist(), share, level)
    return row


def share_row(hits: int, draws: int, level: float) -> dict[str, float]:
    """Return a share with Wilson's interval as the cells of a row."""
    low, high = wilson(hits, draws, level)
    return {"draws": draws, "hits": hits, "share": hits / draws if draws else math.nan, "low": low, "high": high}


def check_shares(at: Iterable[float], level: float) -> tuple[float, ...]:
    """Return shares as a tuple.

    Raises
    ------
    ValueError
        When one of them, or the level, is not above 0 and below 1.
    """
    shares = tuple(at)
    wrong = [value for value in (*shares, level) if not _is_share(value)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not a share; use numbers above 0 and below 1 (0.8 = 80 %).")
    return shares


def as_table(rows: list[dict[str, Any]], keys: Sequence[str], others: Sequence[str]) -> pd.DataFrame:
    """Return rows as a table, with its columns where there are no rows too."""
    return pd.DataFrame(rows, columns=[*keys, *others] if not rows else None)


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1


def _binomial(number: int, share: float) -> Any:
    """Return P(k of so many) for k = 0 to the number."""
    k = np.arange(number + 1)
    logs = np.array([math.lgamma(number + 1) - math.lgamma(one + 1) - math.lgamma(number - one + 1) for one in k])
    return np.exp(logs + k * math.log(share) + (number - k) * math.log1p(-share))
