"""Proving how good a plan can be at most: branching on sites, links, classes and teams over priced LPs."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from placement_opt.certificate import Branch, Leaf, Tree
from placement_opt.facts import Floats
from placement_opt.model.linear import NO_SITE
from placement_opt.solve.branching import PseudoCosts, fractional, split_at
from placement_opt.solve.dive import columns_of
from placement_opt.solve.relaxation import Relaxation, Relaxed
from placement_opt.solve.system import Bound, Box, System

SAME = 1e-9
FAMILIES = (("m",), ("y",), ("c",), ("k",), ("l",), ("t",))
"""Columns that are branched on, in this order of preference."""
EXPLORED = 8
"""So many columns about which nothing is known are rounded for a trial at a node."""
DECIDING = slice(0, 4)
"""The families that a plan's sites, classes and teams belong to."""


@dataclass(eq=False)
class Node:
    """A part of all plans.

    Parameters
    ----------
    boxes
        What its branches allow.
    relaxed
        Its LP.
    column, at, below, above
        How it was branched, if it was.
    """

    boxes: dict[int, Box]
    relaxed: Relaxed
    column: int | None = None
    at: int = 0
    below: "Node | None" = None
    above: "Node | None" = None

    @property
    def bound(self) -> float:
        """No plan in this part has an objective below it."""
        return self.relaxed.bound.value


class Search:
    """A tree that grows until its bound is good enough.

    Parameters
    ----------
    system
        Rows and objective over all pairs.
    relaxation
        Its LP.
    root
        The LP's optimum without branches.
    try_plan
        Called with a node whose sites, classes and teams are all whole: there may be a plan.
    """

    def __init__(self, system: System, relaxation: Relaxation, root: Relaxed, try_plan: Callable[[Node], None]) -> None:
        self.system, self.relaxation, self.try_plan = system, relaxation, try_plan
        self.root = Node({}, root)
        self.nodes = 1
        self._open: list[tuple[float, int, Node]] = []
        self.settled = np.inf
        self._costs = PseudoCosts()
        self._families = [columns_of(system, family) for family in FAMILIES]
        self._push(self.root)

    @property
    def bound(self) -> float:
        """No plan has an objective below it."""
        return min(self._open[0][0] if self._open else np.inf, self.settled)

    def grow(self, cut_off: Callable[[], float], may_go_on: Callable[[], bool]) -> None:
        """Branch where the bound is least, until it is above the cut-off or it may not go on."""
        while self._open and self._open[0][0] < cut_off() and may_go_on():
            _, _, node = heapq.heappop(self._open)
            column = self._column(node, DECIDING, explore=True, cut_off=cut_off())
            if column is None:
                self.try_plan(node)
                column = self._column(node, slice(None))
            if column is None or node.bound >= cut_off():
                self.settled = min(self.settled, node.bound)
                continue
            self._branch(node, column, cut_off())

    def _branch(self, node: Node, column: int, cut_off: float) -> tuple[Node, Node]:
        low, high = node.boxes.get(column, self._box(column))
        node.column, node.at = column, int(split_at(node.relaxed.others[column], (low, high)))
        node.below = self._child(node, column, (low, float(node.at)), cut_off)
        node.above = self._child(node, column, (node.at + 1.0, high), cut_off)
        self._learn(node, column, (node.below.bound, node.above.bound), cut_off)
        return node.below, node.above

    def _explore(self, node: Node, column: int, cut_off: float) -> None:
        """Learn what rounding a column does, without branching on it."""
        low, high = node.boxes.get(column, self._box(column))
        at = split_at(node.relaxed.others[column], (low, high))
        below, above = (
            self.relaxation.solve({**node.boxes, column: box}, cut_off=cut_off, add=False).bound.value
            for box in ((low, at), (at + 1, high))
        )
        self._learn(node, column, (below, above), cut_off)

    def _learn(self, node: Node, column: int, bounds: tuple[float, float], cut_off: float) -> None:
        """Note by how much the two parts raise the bound; beyond the cut-off, how far makes no difference."""
        below, above = (min(bound, cut_off) - node.bound for bound in bounds)
        self._costs.learn(column, float(node.relaxed.others[column]), below, above)

    def _child(self, node: Node, column: int, box: Box, cut_off: float) -> Node:
        boxes = {**node.boxes, column: box}
        child = Node(boxes, self.relaxation.solve(boxes, cut_off=cut_off).without_reduced())
        self.nodes += 1
        self._push(child)
        return child

    def _push(self, node: Node) -> None:
        heapq.heappush(self._open, (node.bound, self.nodes, node))

    def _box(self, column: int) -> Box:
        chosen = self.system.draft.columns[column]
        return chosen.least, chosen.most

    def _column(self, node: Node, families: slice, *, explore: bool = False, cut_off: float = np.inf) -> int | None:
        """Return the column to branch on: of the first family that has a fractional one, the most promising."""
        values = node.relaxed.others
        for family in self._families[families]:
            columns = fractional(values, family)
            if columns:
                for column in [c for c in columns if self._costs.is_new(c)][: EXPLORED if explore else 0]:
                    self._explore(node, column, cut_off)
                return max(columns, key=lambda c: self._costs.score(c, float(values[c])))
        return None

    def tree(self) -> Tree:
        """Return the tree as a certificate has it."""
        return self._tree(self.root)

    def _tree(self, node: Node) -> Tree:
        if node.column is None or node.below is None or node.above is None:
            bound = self.system.bound(node.relaxed.bound.multipliers, node.boxes)
            return Leaf(multipliers_of(self.system, bound, node.boxes))
        name = self.system.draft.columns[node.column].name
        return Branch(name, node.at, self._tree(node.below), self._tree(node.above))


def multipliers_of(system: System, bound: Bound, boxes: dict[int, Box]) -> dict[str, float]:
    """Return the multipliers of a bound by the names of their rows, without those that go without saying."""
    values = bound.multipliers
    if not system.draft.has_default_prices:
        return {system.names[row]: float(values[row]) for row in np.flatnonzero(values).tolist()}
    said = np.where(system.is_pupil_row, np.abs(values - cheapest(system, bound, boxes)) > SAME, values != 0)
    return {system.names[row]: float(values[row]) for row in np.flatnonzero(said).tolist()}


def cheapest(system: System, bound: Bound, boxes: dict[int, Box]) -> Floats:
    """Return for each row of a pupil the reduced cost of the cheapest choice, which is its multiplier by default."""
    draft = system.draft
    shut = [column for column, (_, most) in boxes.items() if most == 0]
    counts = (draft.site == NO_SITE) | ~np.isin(draft.site, shut)
    rows = system.row_of_pupil
    cheapest = np.full(len(system.rows), np.inf)
    pairs = np.flatnonzero(counts)
    row = rows[draft.pupil[pairs]]
    np.minimum.at(cheapest, row, bound.reduced[pairs] + bound.multipliers[row])
    has_column = np.flatnonzero(system.unplaced_column >= 0)
    column = system.unplaced_column[has_column]
    reduced = system.cost_of_others - system.of_others.T @ bound.multipliers
    cheapest[has_column] = np.minimum(cheapest[has_column], reduced[column] + bound.multipliers[has_column])
    return np.where(np.isinf(cheapest), 0.0, cheapest)
