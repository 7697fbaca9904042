"""What a proof of one system says about a near one, part by part."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from placement_opt.certificate import Leaf, Tree
from placement_opt.facts import Floats
from placement_opt.solve.proof import cheapest
from placement_opt.solve.system import Box, System


@dataclass(frozen=True, eq=False)
class Part:
    """Some of all plans.

    Parameters
    ----------
    bound
        None of them has an objective below it.
    boxes
        What the branches to it allow.
    prices
        Of all rows: what the bound is worked out from.
    """

    bound: float
    boxes: dict[int, Box]
    prices: Floats


@dataclass(frozen=True, eq=False)
class Proved:
    """A proof: parts that together hold every plan of a system."""

    system: System
    parts: Sequence[Part]

    def in_near(self, system: System) -> list[Part]:
        """Return the parts with their bounds in a near system."""
        if not _differ_in_right_only(self.system, system):
            return [_in_another(part, system) for part in self.parts]
        more, constant = system.right - self.system.right, system.constant - self.system.constant
        return [replace(part, bound=part.bound + float(part.prices @ more) + constant) for part in self.parts]


def lowest(parts: Sequence[Part]) -> float:
    """Return what no plan of some parts is below."""
    return min((part.bound for part in parts), default=-np.inf)


def proved_by(system: System, tree: Tree) -> Proved:
    """Return the proof that a certificate's tree stands for."""
    return Proved(system, tuple(_parts(system, tree)))


def _in_another(part: Part, system: System) -> Part:
    """Return a part of a system whose boxes may be others."""
    least, most = system.boxes
    boxes = {
        column: (max(low, float(least[column])), min(high, float(most[column])))
        for column, (low, high) in part.boxes.items()
    }
    return Part(system.bound(part.prices, boxes).value, boxes, part.prices)


def _differ_in_right_only(one: System, other: System) -> bool:
    if any(not np.array_equal(a, b) for a, b in zip(one.boxes, other.boxes, strict=True)):
        return False
    if not np.array_equal(one.cost_of_others, other.cost_of_others):
        return False
    return one.of_others is other.of_others or bool((one.of_others != other.of_others).nnz == 0)


def _parts(system: System, tree: Tree) -> Iterator[Part]:
    """Yield the leaves of a tree, with the multipliers of the pupils' rows that go without saying."""
    number = {column.name: at for at, column in enumerate(system.draft.columns)}
    row_of = {name: at for at, name in enumerate(system.names)}

    def walk(node: Tree, boxes: dict[int, Box]) -> Iterator[Part]:
        if isinstance(node, Leaf):
            prices = _all_prices(system, node, row_of, boxes)
            yield Part(system.bound(prices, boxes).value, boxes, prices)
            return
        column = number[node.column]
        chosen = system.draft.columns[column]
        low, high = boxes.get(column, (chosen.least, chosen.most))
        yield from walk(node.below, {**boxes, column: (low, float(node.at))})
        yield from walk(node.above, {**boxes, column: (node.at + 1.0, high)})

    return walk(tree, {})


def _all_prices(system: System, leaf: Leaf, row_of: Mapping[str, int], boxes: dict[int, Box]) -> Floats:
    prices = np.zeros(len(system.rows))
    unsaid = system.is_pupil_row.copy()
    for name, value in leaf.multipliers.items():
        prices[row_of[name]], unsaid[row_of[name]] = value, False
    known = system.bound(prices, boxes)
    return np.where(unsaid, cheapest(system, known, boxes), known.multipliers)
