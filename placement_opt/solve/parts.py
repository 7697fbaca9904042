"""Parts of all plans, prices of rows, and what the LP over bundles makes of the two."""

from dataclasses import dataclass, field

import numpy as np

from placement_opt.facts import Floats
from placement_opt.solve.knapsacks import Marks, Table
from placement_opt.solve.system import Box


@dataclass(frozen=True, eq=False)
class Part:
    """A part of all plans.

    Parameters
    ----------
    boxes
        Other columns with another least and most than their own.
    held, shut
        Pairs (pupil and provision, by number) that must be used, and that must not be.
    least_open, most_open
        How many of the provisions whose being open is a decision are open.
    """

    boxes: dict[int, Box] = field(default_factory=dict)
    held: frozenset[tuple[int, int]] = frozenset()
    shut: frozenset[tuple[int, int]] = frozenset()
    least_open: float = 0.0
    most_open: float = np.inf


@dataclass(frozen=True, eq=False)
class Prices:
    """What rows are worth: one price for each row of the system, and one for each provision that is open."""

    rows: Floats
    opened: float = 0.0

    def mixed(self, other: "Prices", share: float) -> "Prices":
        """Return prices between these and others."""
        opened = share * self.opened + (1 - share) * other.opened
        return Prices(share * self.rows + (1 - share) * other.rows, opened)


@dataclass(frozen=True, eq=False)
class Priced:
    """A bound for a part, and the sums it was worked out from.

    Parameters
    ----------
    value
        No plan of the part has an objective below it.
    prices
        Of the rows.
    gain
        Reduced cost of each pair, infinite where it cannot be used.
    worth
        Of the best bundle of each provision, its price of being open not counted.
    to_open
        What opening each provision would add to the bound, where the bound leaves it shut.
    taken
        The best bundles.
    """

    value: float
    prices: Prices
    gain: Table
    worth: Floats
    to_open: Floats
    taken: Marks


@dataclass(frozen=True, eq=False)
class Shares:
    """What the LP over bundles makes of a part.

    Parameters
    ----------
    priced
        The best bound.
    others
        The value of every other column.
    pupils
        The share of each pupil at each provision.
    is_broken
        Some row is broken at a penalty.
    is_settled
        Nothing more is to be had from the LP; False = it was stopped where that was enough.
    """

    priced: Priced
    others: Floats
    pupils: Table
    is_broken: bool
    is_settled: bool
