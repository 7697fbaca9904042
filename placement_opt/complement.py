"""The fewest pupils to hide beside a small group: the cheapest other filling in which it is different.

The method is that of Kelly, Golden and Assad (1992, Cell suppression: disclosure protection for sensitive tabular
data, Networks 22), with a mixed-integer programme in place of their network: tables that overlap are no network.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from placement_opt.witnesses import Changes, Sum

_FURTHEST = 50
"""A filling is looked for in which no count differs by more."""


@dataclass(frozen=True)
class Prices:
    """What may change, and what it costs to hide it.

    Parameters
    ----------
    counts
        Every count.
    sums
        Every sum among them.
    free
        Hidden counts to how far they can go down and up, at no price.
    room
        Every count that may be hidden, or of which less may be said, to how far it can then go.
    price
        What hiding it, or saying less of it, costs for each step.
    """

    counts: Mapping[Hashable, int]
    sums: Sequence[Sum]
    free: Mapping[Hashable, tuple[int, int]]
    room: Mapping[Hashable, tuple[int, int]]
    price: Mapping[Hashable, float]

    def cheapest(self, key: Hashable) -> Changes:
        """Return the cheapest changes that fit every sum and change this count; empty where there are none.

        Parameters
        ----------
        key
            A hidden count.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - loads when used

        size, at = len(self._keys), self._keys.index(key)
        prices = np.array([self.price.get(one, 0.0) for one in self._keys])
        # Of equally cheap fillings that with the fewest changes, the first ones first: the same on every machine.
        order = 1e-4 + 1e-7 * np.arange(size)
        costs = np.concatenate([order, order, prices + order, prices + order])
        can = np.flatnonzero(self._moves > 0)
        one_step = (can % size == at).astype(np.float64)[None, :]
        found = milp(
            costs[can],
            integrality=np.ones(len(can)),
            bounds=Bounds(0.0, self._moves[can]),
            constraints=[LinearConstraint(self._rows[:, can], 0.0, 0.0), LinearConstraint(one_step, 1.0, 1.0)],
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None:
            return {}
        steps = np.zeros(4 * size, dtype=int)
        steps[can] = np.rint(found.x)
        up, down, up_more, down_more = steps.reshape(4, size)
        changed = up - down + up_more - down_more
        return {one: int(change) for one, change in zip(self._keys, changed, strict=True) if change}

    @cached_property
    def _keys(self) -> list[Hashable]:
        return sorted(self.counts, key=str)

    @cached_property
    def _moves(self) -> npt.NDArray[np.float64]:
        """The most of every move: up and down for nothing, then up and down at a price."""
        free = [self.free.get(key, (0, 0)) for key in self._keys]
        room = [self.room.get(key, (0, 0)) for key in self._keys]
        downs, ups = (np.minimum(_FURTHEST, [one[side] for one in free]) for side in (0, 1))
        more = (np.minimum(_FURTHEST, [one[side] for one in room]) for side in (0, 1))
        down_more, up_more = (np.maximum(0, one - had) for one, had in zip(more, (downs, ups), strict=True))
        return np.concatenate([ups, downs, up_more, down_more]).astype(np.float64)

    @cached_property
    def _rows(self) -> Any:
        from scipy import sparse  # noqa: PLC0415 - loads when used

        at = {key: number for number, key in enumerate(self._keys)}
        row, column, sign = [], [], []
        for number, one in enumerate(self.sums):
            for key in one.keys:
                row.append(number)
                column.append(at[key])
                sign.append(-1.0 if key == one.total else 1.0)
        up = sparse.csr_array((sign, (row, column)), shape=(len(self.sums), len(self._keys)))
        return sparse.hstack([up, -up, up, -up], format="csr")


def prices_of(counts: Mapping[Hashable, int], totals: Collection[Hashable]) -> dict[Hashable, float]:
    """Return what hiding each count costs: its pupils, and more where it is a total that other tables rest on.

    Parameters
    ----------
    counts
        Every count.
    totals
        The totals of sums.
    """
    return {key: (1.0 + count) * (3.0 if key in totals else 1.0) for key, count in counts.items()}
