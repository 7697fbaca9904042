"""Whole sites for a large LP of several years: one after the other, and back again where that breaks a rule.

Rounding what is nearest to whole first, as `dive` does, ends in sites that no budget of capital can pay. Here those
that take most of a budget are settled first, and opened rather than not; a choice that breaks a rule or makes the plan
too dear is taken back.
"""

from collections.abc import Callable

import numpy as np

from placement_opt.facts import Bools, Floats
from placement_opt.solve.branching import WHOLE
from placement_opt.solve.dive import columns_of, solved
from placement_opt.solve.relaxation import Relaxation, Relaxed
from placement_opt.solve.system import Box, System

SITES = ("y", "c")
TOO_DEAR = 0.02
"""Sites that make the LP dearer than it was by more than this share are not looked at further."""
MOST_LPS = 80


def whole_sites(
    system: System, relaxation: Relaxation, start: Relaxed, boxes: dict[int, Box], may_go_on: Callable[[], bool]
) -> tuple[Relaxed, dict[int, Box]] | None:
    """Return an LP whose sites and classes are whole, with its boxes; None where none was found.

    Parameters
    ----------
    system, relaxation
        Rows and objective, and the LP.
    start, boxes
        The LP's optimum to start from, and the boxes that it has.
    may_go_on
        Asked before each LP.
    """
    columns = columns_of(system, SITES)
    shares = _shares_of_budgets(system)[columns]
    limit = start.value + TOO_DEAR * abs(start.value)
    untried = [boxes]
    for _ in range(MOST_LPS):
        if not untried or not may_go_on():
            return None
        held = untried.pop()
        node = start if held is boxes else solved(relaxation, held, limit)
        if node.is_broken or node.value > limit:
            continue
        values = node.others[columns]
        is_split = np.abs(values - np.rint(values)) > WHOLE
        if not is_split.any():
            return node, held
        at = _first_to_settle(values, shares, is_split)
        column, value = int(columns[at]), float(values[at])
        either = (float(np.floor(value)), float(np.ceil(value)))  # the last one is tried first
        untried.extend({**held, column: (whole, whole)} for whole in either)
    return None


def _shares_of_budgets(system: System) -> Floats:
    """Return for each column the greatest share of any budget that one unit of it takes."""
    shares = np.zeros(len(system.draft.columns))
    for row in system.rows:
        if "budget_" in row.name:
            for column, amount in row.terms:
                shares[column] = max(shares[column], min(1.0, amount / max(row.right, amount, WHOLE)))
    return shares


def _first_to_settle(values: Floats, shares: Floats, is_split: Bools) -> int:
    """Return the split column that takes most of a budget; of several the one that is open most."""
    split = np.flatnonzero(is_split)
    return int(split[np.lexsort((values[split] % 1, shares[split]))[-1]])
