"""A plan from an LP: round its sites, links, classes and teams a few at a time, then its pupils."""

import math
from collections.abc import Callable

import numpy as np

from placement_opt.facts import Ints
from placement_opt.solve.branching import WHOLE
from placement_opt.solve.relaxation import Relaxation, Relaxed
from placement_opt.solve.system import Box, System

NEAR = 0.15
"""Columns as near to a whole number as this are rounded together."""
FAMILIES = (("y", "c"), ("k",), ("l", "t"))
"""What is rounded first: the rest depends on it."""


def dive(
    system: System, relaxation: Relaxation, start: Relaxed, boxes: dict[int, Box], may_go_on: Callable[[], bool]
) -> Relaxed | None:
    """Round columns of an LP until all are whole; None where that breaks a rule or it may not go on.

    Parameters
    ----------
    system, relaxation
        Rows and objective, and the LP.
    start, boxes
        The LP's optimum to start from, and the boxes that it has.
    may_go_on
        Asked before each LP.
    """
    node, held = start, dict(boxes)
    for family in FAMILIES:
        columns = columns_of(system, family)
        while True:
            off = np.abs(node.others[columns] - np.rint(node.others[columns]))
            if not (off > WHOLE).any():
                break
            if not may_go_on():
                return None
            rounded = _round(node, columns, off)
            following = solved(relaxation, {**held, **rounded})
            if following.is_broken:
                rounded = _other_way(system, node, columns, off, held)
                following = solved(relaxation, {**held, **rounded})
                if following.is_broken:
                    return None
            node, held = following, {**held, **rounded}
    return node


def solved(relaxation: Relaxation, boxes: dict[int, Box], cut_off: float = math.inf) -> Relaxed:
    """Return the LP's optimum; of a large one of several years without further pairs, unless it cannot do without."""
    if not relaxation.is_tied:
        return relaxation.solve(boxes, cut_off=cut_off)
    found = relaxation.solve(boxes, add=False)
    return relaxation.solve(boxes, cut_off=cut_off) if found.is_broken else found


def columns_of(system: System, families: tuple[str, ...]) -> Ints:
    """Return the whole columns of some families."""
    columns = enumerate(system.draft.columns)
    return np.array([n for n, c in columns if c.whole and c.name.partition("_")[0] in families], dtype=np.int64)


def _round(node: Relaxed, columns: Ints, off: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> dict[int, Box]:
    """Round all columns that are near a whole number, and of the others the one that is nearest."""
    least = float(off[off > WHOLE].min())
    chosen = columns[off <= max(NEAR, least)]
    whole = np.rint(node.others[chosen])
    return {int(column): (float(value), float(value)) for column, value in zip(chosen, whole, strict=True)}


def _other_way(
    system: System,
    node: Relaxed,
    columns: Ints,
    off: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    held: dict[int, Box],
) -> dict[int, Box]:
    """Round the column that is nearest to a whole number to the other side."""
    at = int(np.argmin(np.where(off > WHOLE, off, np.inf)))
    column, value = int(columns[at]), float(node.others[columns[at]])
    other = float(np.ceil(value)) if np.rint(value) < value else float(np.floor(value))
    low, high = held.get(column, (system.draft.columns[column].least, system.draft.columns[column].most))
    other = min(max(other, low), high)
    return {column: (other, other)}
