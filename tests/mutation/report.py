"""The share of faults that were noticed, and how sure a sample makes of it."""

from collections import Counter
from collections.abc import Sequence
from math import sqrt

from tests.mutation.running import KILLED, TOO_LONG

NORMAL_95 = 1.959964
"""Of the normal distribution, 95 % are within so many standard deviations."""


def interval(noticed: int, tried: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    share, z2 = noticed / tried, NORMAL_95**2
    middle = (share + z2 / (2 * tried)) / (1 + z2 / tried)
    half = NORMAL_95 * sqrt(share * (1 - share) / tried + z2 / (4 * tried**2)) / (1 + z2 / tried)
    return max(0.0, middle - half), min(1.0, middle + half)


def summary(ended: Sequence[str]) -> str:
    """Return how faults ended, and the score."""
    counts = Counter(ended)
    noticed = counts[KILLED] + counts[TOO_LONG]
    low, high = interval(noticed, len(ended)) if ended else (0.0, 1.0)
    told = ", ".join(f"{number} {how}" for how, number in sorted(counts.items()))
    return f"{noticed} of {len(ended)} faults noticed ({told}); between {low:.0%} and {high:.0%} of all such faults"
