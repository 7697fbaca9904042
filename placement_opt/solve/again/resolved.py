"""The best plan of a changed problem, and plans with and without those who are held somewhere."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from placement_opt.facts import Ints
from placement_opt.model import Draft
from placement_opt.solve.fitting import Fitted


@dataclass(frozen=True, eq=False)
class Resolved:
    """The best plan of a changed problem.

    Parameters
    ----------
    unplaced_pupils
        As few as possible.
    objective_gbp, cost_gbp
        Money and what is weighed with it, as little as possible; and the money alone.
    bound_gbp, is_proven
        No plan with as few unplaced pupils has a lower objective; whether that settles it to the penny.
    draft, fitted
        The model, and the plan by its columns.
    """

    unplaced_pupils: int
    objective_gbp: float
    cost_gbp: float
    bound_gbp: float
    is_proven: bool
    draft: Draft = field(repr=False)
    fitted: Fitted = field(repr=False)

    @cached_property
    def placements(self) -> pd.DataFrame:
        """Who is where: pupil_id, provision_id, count; those who stay included."""
        draft, facts = self.draft, self.draft.facts
        pupil = np.concatenate([draft.pupil[self.fitted.pairs], draft.staying])
        provision = np.concatenate([draft.provision[self.fitted.pairs], facts.current[draft.staying]])
        count = np.concatenate([self.fitted.pupils, draft.count[draft.staying]])
        order = np.lexsort((provision, pupil))
        return pd.DataFrame(
            {
                "pupil_id": facts.pupils["pupil_id"].to_numpy()[pupil[order]],
                "provision_id": facts.provisions["provision_id"].to_numpy()[provision[order]],
                "count": count[order],
            }
        )


def more_of_choices(before: Resolved, after: Resolved) -> Ints:
    """Return how many pupils more each choice has in the second of two plans of the same choices."""
    more = np.zeros(before.draft.choices, dtype=np.int64)
    more[after.fitted.pairs] += after.fitted.pupils
    more[before.fitted.pairs] -= before.fitted.pupils
    return more


def without_held(fitted: Fitted, held: Ints) -> Fitted | None:
    """Return what a plan decides besides those who are held; None = it does not have them there."""
    if not len(held):
        return fitted
    at = np.searchsorted(fitted.pairs, held)
    if (at == len(fitted.pairs)).any() or (fitted.pairs[at] != held).any():
        return None
    pupils = fitted.pupils.copy()
    np.subtract.at(pupils, at, 1)
    used = pupils > 0
    return None if (pupils < 0).any() else replace(fitted, pairs=fitted.pairs[used], pupils=pupils[used])


def with_held_pupils(fitted: Fitted, held: Ints) -> Fitted:
    """Return a plan with those who are held."""
    if not len(held):
        return fitted
    pairs = np.union1d(fitted.pairs, held)
    pupils = np.zeros(len(pairs), dtype=np.int64)
    pupils[np.searchsorted(pairs, fitted.pairs)] = fitted.pupils
    np.add.at(pupils, np.searchsorted(pairs, held), 1)
    return replace(fitted, pairs=pairs, pupils=pupils)
