"""The system of a draft that differs little from another: what both have is shared, the rest is patched."""

from collections.abc import Callable, Sequence
from itertools import compress
from operator import is_not
from typing import Any

import numpy as np
import scipy.sparse as sp

from placement_opt.facts import Floats
from placement_opt.model import Draft
from placement_opt.solve.stages import Goals
from placement_opt.solve.system import System, terms_of

GoalsOf = Callable[[Draft], Goals]
"""The objective of a draft."""

KEPT_IN_MOST_DRAFTS = (
    "names",
    "of_pairs",
    "of_pairs_by_column",
    "of_pairs_turned",
    "cost_of_pairs",
    "lp_cost_of_pairs",
    "most_of_pairs",
    "is_pupil_row",
    "row_of_pupil",
    "unplaced_column",
    "sense",
)
"""What drafts with the same rows and choices have in common."""


def near(base: System, draft: Draft, goals_of: GoalsOf, unplaced_limit: float | None) -> System:
    """Return the system of a draft that has the rows and choices of another one, sharing what both have.

    Parameters
    ----------
    base
        Of the other draft.
    draft, goals_of, unplaced_limit
        What the system is made of. A limit of unplaced pupils has to be there where the base has one.
    """
    system = System(draft, goals_of(draft), unplaced_limit, base.nudge)
    for name in KEPT_IN_MOST_DRAFTS:
        system.__dict__[name] = getattr(base, name)
    changed = others_of(draft.rows, base.draft.rows)
    system.__dict__.update(right=_right(base, system, changed), boxes=_boxes(base, system))
    system.__dict__.update(_of_others(base, system, changed))
    if [goal.terms for goal, _ in system.goals] == [goal.terms for goal, _ in base.goals]:
        system.__dict__["cost_of_others"] = base.cost_of_others
    return system


def others_of(new: Sequence[object], old: Sequence[object]) -> list[int]:
    """Return the positions at which two lists of as many rows or columns do not hold the same one."""
    if len(new) != len(old):
        raise ValueError(f"There are {len(new):,} rows or columns, and {len(old):,} in the draft before.")
    return [*compress(range(len(new)), map(is_not, new, old))]


def _right(base: System, system: System, changed: Sequence[int]) -> Floats:
    right = base.right.copy()
    for number in changed:
        right[number] = system.draft.rows[number].right
    if system.unplaced_limit is not None:
        right[-1] = system.unplaced_limit
    return right


def _boxes(base: System, system: System) -> tuple[Floats, Floats]:
    changed = others_of(system.draft.columns, base.draft.columns)
    if not changed:
        return base.boxes
    least, most = (ends.copy() for ends in base.boxes)
    for number in changed:
        column = system.draft.columns[number]
        least[number], most[number] = column.least, column.most
    return least, most


def _of_others(base: System, system: System, changed: Sequence[int]) -> dict[str, Any]:
    """Return the coefficients of the other columns as far as they are those of the base."""
    new, old, known = system.draft.rows, base.draft.rows, base.of_others
    turned = {number: terms_of(new[number]) for number in changed if new[number].terms is not old[number].terms}
    if not turned:
        return {"of_others": known, "of_others_by_column": base.of_others_by_column}
    values = known.data.copy()
    for number, (columns, amounts) in turned.items():
        here = slice(known.indptr[number], known.indptr[number + 1])
        if not np.array_equal(known.indices[here], columns):
            terms = list(base.terms_of_others)
            for row, stands in turned.items():
                terms[row] = stands
            return {"terms_of_others": terms}
        values[here] = amounts
    return {"of_others": sp.csr_matrix((values, known.indices, known.indptr), shape=known.shape)}
