"""What a proof of one system says about a near one, part by part."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from placement_opt.certificate import Leaf, Tree
from placement_opt.facts import Floats
from placement_opt.solve.proof import cheapest
from placement_opt.solve.system import Bound, Box, Stacked, System

ANY: Box = (-np.inf, np.inf)
"""A column on which no branch has a say."""


def within(branches: Mapping[int, Box], system: System) -> dict[int, Box]:
    """Return the boxes that branches leave of a system's; a least above its most = nothing is left."""
    least, most = system.boxes
    return {
        column: (max(low, float(least[column])), min(high, float(most[column])))
        for column, (low, high) in branches.items()
    }


@dataclass(frozen=True, eq=False)
class Part:
    """Some of all plans.

    Parameters
    ----------
    bound
        None of them has an objective below it.
    branches
        What the branches to it allow, by column, whatever the columns' own boxes are: those of near systems differ.
    known
        What the bound is worked out from.
    """

    bound: float
    branches: Mapping[int, Box]
    known: Bound

    @property
    def prices(self) -> Floats:
        """The multipliers of all rows."""
        return self.known.multipliers

    def boxes(self, system: System) -> dict[int, Box]:
        """Return the boxes that its branches leave of a system's; where one is empty, so is the part."""
        return within(self.branches, system)


@dataclass(frozen=True, eq=False)
class Proved:
    """A proof: parts that together hold every plan of a system."""

    system: System
    parts: Sequence[Part]

    def in_near(self, system: System) -> list[Part]:
        """Return the parts with their bounds in a near system; infinite where one holds none of the system's plans."""
        all_boxes = [part.boxes(system) for part in self.parts]
        bounds = system.bounds_at(self._known, all_boxes)
        is_empty = [any(low > high for low, high in boxes.values()) for boxes in all_boxes]
        return [
            replace(part, bound=np.inf if empty else bound)
            for part, bound, empty in zip(self.parts, bounds.tolist(), is_empty, strict=True)
        ]

    @cached_property
    def _known(self) -> Stacked:
        return Stacked.of([part.known for part in self.parts])


def lowest(parts: Sequence[Part]) -> float:
    """Return what no plan of some parts is below."""
    return min((part.bound for part in parts), default=-np.inf)


def proved_by(system: System, tree: Tree) -> Proved:
    """Return the proof that a certificate's tree stands for."""
    return Proved(system, tuple(_parts(system, tree)))


def _parts(system: System, tree: Tree) -> Iterator[Part]:
    """Yield the leaves of a tree, with the multipliers of the pupils' rows that go without saying."""
    number = {column.name: at for at, column in enumerate(system.draft.columns)}
    row_of = {name: at for at, name in enumerate(system.names)}

    def walk(node: Tree, branches: dict[int, Box]) -> Iterator[Part]:
        if isinstance(node, Leaf):
            boxes = within(branches, system)
            known = system.bound(_all_prices(system, node, row_of, boxes), boxes)
            yield Part(known.value, branches, known)
            return
        column = number[node.column]
        low, high = branches.get(column, ANY)
        yield from walk(node.below, {**branches, column: (low, float(node.at))})
        yield from walk(node.above, {**branches, column: (node.at + 1.0, high)})

    return walk(tree, {})


def _all_prices(system: System, leaf: Leaf, row_of: Mapping[str, int], boxes: dict[int, Box]) -> Floats:
    prices = np.zeros(len(system.rows))
    unsaid = system.is_pupil_row.copy()
    for name, value in leaf.multipliers.items():
        prices[row_of[name]], unsaid[row_of[name]] = value, False
    known = system.bound(prices, boxes)
    return np.where(unsaid, cheapest(system, known, boxes), known.multipliers)
