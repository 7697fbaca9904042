"""What each input does to the difference between two ways, and the value at which both cost the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.given import is_number

Measure = Literal["present value", "first year"]
RATE = "discount rate"
HIGHEST_RATE = 0.99
LEAST_CHANGE, MOST_CHANGE = 1e-9, 1.0
REAL = 1e-9
"""Roots with a smaller imaginary part than this are real."""
COLUMNS = ("value", "change", "low_gbp", "high_gbp", "swing_gbp", "break_even", "break_even_change")


@dataclass(frozen=True, eq=False)
class Line:
    """An input: what a cost line adds to the difference.

    Parameters
    ----------
    name
        Way and line.
    value_gbp
        The amount that was given.
    yearly_gbp
        What it adds to the second way less the first, for each year.
    """

    name: str
    value_gbp: float
    yearly_gbp: NDArray[np.float64]


def sensitivity_of(
    lines: Sequence[Line], rate: float, years: int, *, changes: float | Mapping[str, float], measure: Measure
) -> pd.DataFrame:
    """Return what each input does to the difference, the strongest first.

    Parameters
    ----------
    lines
        The cost lines that count.
    rate, years
        The discount rate, and how many years are counted.
    changes
        The share by which each input goes down and up, or a share for each input that is to be changed.
    measure
        The present value of all years, or the first year.

    Returns
    -------
    DataFrame
        Indexed by input (`way: line`, and the discount rate): value; change; low_gbp and high_gbp, the difference with
        the input down and up; swing_gbp between them; break_even, the value of the input at which both ways cost the
        same, everything else as it is (NaN = at none; below 0 for a cost = at no price); break_even_change, its share
        above the value. The difference is linear in every amount, so its break-even is exact; that of the rate is the
        root nearest to it from 0 to 0.99.

    Raises
    ------
    ValueError
        When a share is not above 0 and up to 1, an input is not known, or the measure is not one of the two.
    """
    if measure not in get_args(Measure):
        raise ValueError(f"`measure` is {measure!r}; use one of {', '.join(get_args(Measure))}.")
    names = [line.name for line in lines] + [RATE]
    shares = dict(changes) if isinstance(changes, Mapping) else dict.fromkeys(names, changes)
    _check(shares, names)
    counted = 1 if measure == "first year" else years
    flows = np.zeros(counted)
    for line in lines:
        flows += line.yearly_gbp[:counted]
    rows = {
        line.name: _of_line(line, shares[line.name], flows, _factors(rate, counted))
        for line in lines
        if line.name in shares
    }
    if RATE in shares:
        rows[RATE] = _of_rate(rate, shares[RATE], flows)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).rename_axis("input")
    table = table.round({"low_gbp": 2, "high_gbp": 2, "swing_gbp": 2})
    return table.sort_index().sort_values("swing_gbp", ascending=False, kind="stable")


def _of_line(line: Line, share: float, flows: NDArray[np.float64], factors: NDArray[np.float64]) -> tuple[float, ...]:
    whole = float(flows @ factors)
    part = float(line.yearly_gbp[: len(factors)] @ factors)
    low, high = whole - share * part, whole + share * part
    scale = np.nan if part == 0 else 1 - whole / part
    return (line.value_gbp, share, low, high, abs(high - low), line.value_gbp * scale, scale - 1)


def _of_rate(rate: float, share: float, flows: NDArray[np.float64]) -> tuple[float, ...]:
    low, high = (
        float(flows @ _factors(changed, len(flows)))
        for changed in (rate * (1 - share), min(rate * (1 + share), HIGHEST_RATE))
    )
    even = _even_rate(rate, flows)
    return (rate, share, low, high, abs(high - low), even, even / rate - 1 if rate else np.nan)


def _even_rate(rate: float, flows: NDArray[np.float64]) -> float:
    """Return the discount rate nearest to the present one at which both ways are worth the same; NaN = none."""
    if not np.any(flows) or len(flows) == 1:
        return np.nan
    roots = np.roots(flows[::-1])
    factors = roots.real[np.abs(roots.imag) < REAL]
    rates = 1 / factors[factors > 0] - 1
    rates = rates[(rates > -REAL) & (rates <= HIGHEST_RATE)].clip(min=0.0)
    return float(rates[np.argmin(np.abs(rates - rate))]) if len(rates) else np.nan


def _factors(rate: float, years: int) -> NDArray[np.float64]:
    return np.asarray((1 + rate) ** -np.arange(years, dtype=np.float64), dtype=np.float64)


def _check(shares: Mapping[str, float], names: Sequence[str]) -> None:
    unknown = sorted(set(shares) - set(names))
    if unknown:
        raise ValueError(f"`changes` names {', '.join(unknown)}; use one of {', '.join(names)}.")
    wrong = {name: share for name, share in shares.items() if not is_number(share, LEAST_CHANGE, MOST_CHANGE)}
    if wrong:
        shown = ", ".join(f"{name}: {share!r}" for name, share in wrong.items())
        raise ValueError(f"`changes` has {shown}; use shares above 0, up to 1 (0.1 = 10 %).")
