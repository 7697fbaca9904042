"""Whether pennies survive: more money than floats can hold to the penny is refused."""

from collections.abc import Iterable

import numpy as np

from placement_opt.errors import Fault, InputError
from placement_opt.model.linear import LinearDraft, Objective

MOST_GBP = 1_000_000_000_000
"""Floats hold whole pennies up to 2**53 of them, £90 million million. A pupil without a place is priced in pence at
four times what a place may cost, and where that is too little at sixteen times that: so much money stays below."""


def check_pennies(draft: LinearDraft, goals: Iterable[tuple[Objective, float]], *, more_gbp: float = 0.0) -> None:
    """Refuse a question whose plans may cost so much that pennies are lost.

    Parameters
    ----------
    draft
        Who is placed, and what else is decided.
    goals
        What is added up, with its weights.
    more_gbp
        What is added up besides.

    Raises
    ------
    InputError
        When the dearest choice of every pupil, and everything else that can be paid, come to more than `MOST_GBP`.
    """
    most_gbp = more_gbp + sum(weight * _most(draft, goal) for goal, weight in goals)
    if most_gbp > MOST_GBP:
        message = (
            f"the money and the weights of a plan could come to £{most_gbp:,.2f}; pennies are kept up to "
            f"£{MOST_GBP:,}. Look for a count or a price with too many noughts, make the weights smaller, or solve "
            "the problem in parts."
        )
        raise InputError([Fault("pupils", "count", "", "", message)])


def _most(draft: LinearDraft, goal: Objective) -> float:
    """Return what a goal can come to at most."""
    dearest = np.zeros(len(draft.count))
    np.maximum.at(dearest, draft.pupil, np.abs(goal.pairs))
    others = sum(abs(amount) * draft.columns[column].most for column, amount in goal.terms.items())
    return float(dearest @ draft.count) + others + abs(goal.constant)
