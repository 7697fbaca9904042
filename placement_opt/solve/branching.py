"""Which column to branch on: the one whose rounding has raised the bound most so far (pseudo-costs)."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.solve.system import Box

WHOLE = 1e-6
LEAST = 1e-6


@dataclass
class _Raises:
    """What rounding columns of one direction raised the bound by, for each unit of rounding."""

    total: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    times: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, column: int, raised: float) -> None:
        self.total[column] += raised
        self.times[column] += 1

    def of(self, column: int) -> float:
        if self.times[column]:
            return self.total[column] / self.times[column]
        known = sum(self.times.values())
        return sum(self.total.values()) / known if known else 1.0


class PseudoCosts:
    """What branching taught about the columns."""

    def __init__(self) -> None:
        self._down, self._up = _Raises(), _Raises()

    def learn(self, column: int, value: float, raised_below: float, raised_above: float) -> None:
        """Note by how much the bound rose when a column of a fractional value was rounded down and up."""
        fraction = value - np.floor(value)
        self._down.add(column, max(raised_below, 0.0) / max(fraction, LEAST))
        self._up.add(column, max(raised_above, 0.0) / max(1 - fraction, LEAST))

    def is_new(self, column: int) -> bool:
        """Return whether nothing is known about a column."""
        return not self._down.times[column]

    def score(self, column: int, value: float) -> float:
        """Return how promising it is to branch on a column of a fractional value."""
        fraction = value - np.floor(value)
        below, above = self._down.of(column) * fraction, self._up.of(column) * (1 - fraction)
        return float(max(below, LEAST) * max(above, LEAST))


def fractional(values: Floats, columns: Ints) -> list[int]:
    """Return the columns that are not whole, the most fractional first."""
    off = np.abs(values[columns] - np.rint(values[columns]))
    order = np.argsort(-off, kind="stable")
    return [int(columns[at]) for at in order if off[at] > WHOLE]


def split_at(value: float, box: Box) -> float:
    """Return the most that a column has in one half of its box, so that neither half is empty.

    Examples
    --------
    >>> split_at(1.4, (0, 3)), split_at(0.999999, (0, 1)), split_at(-0.000002, (0, 1))
    (1.0, 0.0, 0.0)
    """
    low, high = box
    return float(min(max(np.floor(value), low), high - 1))
