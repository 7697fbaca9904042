"""How unequal journeys are: in one figure for a whole, or a group, of pupils."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def kappa_of(minutes: Floats, count: Floats, aversion: float) -> float:
    """Return how steeply the Kolm-Pollak figure rises with each minute, for an aversion to inequality.

    Parameters
    ----------
    minutes, count
        Journeys, and how many pupils make each. The scale of the aversion is theirs: Σ minutes / Σ minutes² (Logan,
        Anderson, Williams & Conrow 2021, doi:10.1016/j.compenvurbsys.2020.101590).
    aversion
        0 = only the mean counts; 1 is usual; the greater, the more the longest journeys count.

    Returns
    -------
    float
        For each minute; 0 where nobody travels.

    Examples
    --------
    >>> round(kappa_of(np.array([10.0, 30.0]), np.array([1.0, 1.0]), 1.0), 3)
    0.04
    """
    squares = float(count @ minutes**2)
    return 0.0 if squares == 0 else aversion * float(count @ minutes) / squares


def equal_minutes(minutes: Floats, count: Floats, kappa: float) -> float:
    """Return the journey that would be as bad if all pupils had it: the Kolm-Pollak equally-distributed equivalent.

    Parameters
    ----------
    minutes, count
        Journeys, and how many pupils make each.
    kappa
        For each minute; 0 gives the mean. See `kappa_of`.

    Returns
    -------
    float
        ln(mean of exp(kappa x minutes)) / kappa: between the mean and the longest journey; NaN where there is nobody.

    Notes
    -----
    Kolm (1976) and Pollak (1971), with the sign for a burden. Its sum of exponentials is linear in who goes where, so
    that a linear model makes it least (Horton, Logan, Murrell, Skipper & Speakman 2024, arXiv:2401.15452).

    Examples
    --------
    >>> journeys, pupils = np.array([10.0, 30.0]), np.array([1.0, 1.0])
    >>> [round(equal_minutes(journeys, pupils, kappa), 2) for kappa in (0.0, 0.04, 1.0)]
    [20.0, 21.95, 29.31]
    """
    pupils = float(count.sum())
    if pupils == 0:
        return float("nan")
    if kappa == 0:
        return float(count @ minutes) / pupils
    longest = float(minutes.max())  # taken out, so that no exponential is too large for a number
    return longest + float(np.log(count @ np.exp(kappa * (minutes - longest)) / pupils)) / kappa


def gini(minutes: Floats, count: Floats) -> float:
    """Return the Gini index: half the mean difference between two journeys, as a share of the mean journey.

    Parameters
    ----------
    minutes, count
        Journeys, and how many pupils make each.

    Returns
    -------
    float
        0 = all are the same; NaN where nobody travels.

    Examples
    --------
    >>> gini(np.array([10.0, 30.0]), np.array([1.0, 1.0]))
    0.25
    """
    order = np.argsort(minutes, kind="stable")
    longer, pupils = minutes[order], count[order]
    total, everybody = float(pupils @ longer), float(pupils.sum())
    if total == 0:
        return float("nan")
    before = np.cumsum(pupils) - pupils
    return float(pupils @ (longer * (2 * before + pupils - everybody))) / (everybody * total)


def share_within(minutes: Floats, count: Floats, share: float) -> float:
    """Return the shortest of these journeys that so large a share of the pupils do not exceed.

    Parameters
    ----------
    minutes, count
        Journeys, and how many pupils make each.
    share
        0.5 = the median; 0.9 = nine pupils of ten have no longer journey.

    Examples
    --------
    >>> share_within(np.array([10.0, 30.0, 20.0]), np.array([1.0, 1.0, 2.0]), 0.5)
    20.0
    """
    if not count.sum():
        return float("nan")
    order = np.argsort(minutes, kind="stable")
    reached = np.cumsum(count[order])
    return float(minutes[order][np.searchsorted(reached, share * reached[-1] - 1e-9)])
