"""The best plan of a changed problem, and plans with and without those who are held somewhere."""

from collections.abc import Mapping
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


def without_held(fitted: Fitted, held: Ints) -> Fitted | None:
    """Return what a plan decides besides those who are held; None = it does not have them there."""
    if not len(held):
        return fitted
    pupils = dict(zip(fitted.pairs.tolist(), fitted.pupils.tolist(), strict=True))
    for choice in held.tolist():
        pupils[choice] = pupils.get(choice, 0) - 1
    return None if min(pupils.values()) < 0 else _of_counts(fitted, pupils)


def with_held_pupils(fitted: Fitted, held: Ints) -> Fitted:
    """Return a plan with those who are held."""
    if not len(held):
        return fitted
    pupils = dict(zip(fitted.pairs.tolist(), fitted.pupils.tolist(), strict=True))
    for choice in held.tolist():
        pupils[choice] = pupils.get(choice, 0) + 1
    return _of_counts(fitted, pupils)


def _of_counts(fitted: Fitted, pupils: Mapping[int, int]) -> Fitted:
    used = sorted(choice for choice, number in pupils.items() if number)
    counts = [pupils[choice] for choice in used]
    return replace(fitted, pairs=np.array(used, dtype=np.int64), pupils=np.array(counts, dtype=np.int64))
