"""Random draws that give the same county on every machine and with every NumPy.

Only the generator's uniform doubles are used, and only the four operations of arithmetic on them: those are exact
everywhere, while the streams of other distributions may change between versions and logarithms between machines.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Draws:
    """A stream of draws from a seed."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64(seed))

    def uniform(self) -> float:
        """Draw a number from 0 up to 1."""
        return float(self._generator.random())

    def chance(self, share: float) -> bool:
        """Say yes with the probability `share`."""
        return self.uniform() < share

    def one_of(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """Draw one of the items, with probabilities in proportion to the weights."""
        left = self.uniform() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            left -= weight
            if left < 0:
                return item
        return items[-1]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in a random order."""
        keyed = [(self.uniform(), position) for position in range(len(items))]
        return [items[position] for _, position in sorted(keyed)]

    def point_in_box(self, centre: tuple[int, int], half: tuple[int, int]) -> tuple[int, int]:
        """Draw a point of a rectangle, rounded to 50 m."""
        return (
            _rounded(centre[0] + (2 * self.uniform() - 1) * half[0]),
            _rounded(centre[1] + (2 * self.uniform() - 1) * half[1]),
        )

    def point_near(self, centre: tuple[int, int], spread_m: int) -> tuple[int, int]:
        """Draw a point around a centre, at most `spread_m` away along each axis and mostly nearer, rounded to 50 m."""
        return (
            _rounded(centre[0] + self._bell() * spread_m),
            _rounded(centre[1] + self._bell() * spread_m),
        )

    def on_curve(self, curve: Sequence[tuple[float, float]]) -> float:
        """Draw a value from a curve of (share of draws below, value) points, straight in between."""
        share = self.uniform()
        for (low_share, low), (high_share, high) in pairwise(curve):
            if share <= high_share:
                return low + (high - low) * (share - low_share) / (high_share - low_share)
        return curve[-1][1]

    def _bell(self) -> float:
        """Draw a number from -1 to 1, mostly near 0."""
        return (self.uniform() + self.uniform() + self.uniform()) / 1.5 - 1


def _rounded(metres: float) -> int:
    return int(metres / 50 + 0.5) * 50
