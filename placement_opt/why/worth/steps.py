"""What one place more, two, and so on at a provision are worth: each number of places solved again."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
import pandas as pd

from placement_opt.solve.again import Again, Change
from placement_opt.solve.again.resolved import Resolved, more_of_choices

NO_PROVISION = ""
HALF_A_PENNY_GBP = 0.005


@dataclass(frozen=True)
class Worth:
    """What a change is worth, held against the present plan.

    Parameters
    ----------
    placed_more
        Pupils with a place more than in the present plan.
    saving_gbp
        Money and what is weighed with it less than in the present plan. Below 0 where more pupils have a place, or on
        the full cost basis, where a place is paid for whether it is filled or not; minus infinity = there is no plan.
    is_proven
        Both are exact: no plan is better.
    moves
        Who moves: pupil_id, from, to, pupils; "" = no place.
    """

    placed_more: int
    saving_gbp: float
    is_proven: bool
    moves: tuple[tuple[str, str, str, int], ...] = field(default=(), repr=False)

    @property
    def rank(self) -> tuple[int, float]:
        """Greater is better: pupils come before £."""
        return self.placed_more, self.saving_gbp


NOTHING = Worth(0, 0.0, is_proven=True)
NO_PLAN = Worth(0, -math.inf, is_proven=True)
"""On the full basis places that are paid for may break a budget, so that there is no plan at all."""


def worth_of(ask: Again, found: Resolved | None) -> Worth:
    """Return what the best plan of a change is worth."""
    if found is None:
        return NO_PLAN
    present = ask.present
    return Worth(
        present.unplaced_pupils - found.unplaced_pupils,
        round(present.objective_gbp - found.objective_gbp, 2) + 0.0,
        found.is_proven and present.is_proven,
        _moves(_changes(present, found)),
    )


def _changes(before: Resolved, after: Resolved) -> dict[tuple[str, str], int]:
    """Return how many more pupils of each row are at each provision; plans of the same choices."""
    draft = before.draft
    more = more_of_choices(before, after)
    at = np.flatnonzero(more)
    pupils = draft.facts.pupils["pupil_id"].to_numpy()[draft.pupil[at]]
    provisions = draft.facts.provisions["provision_id"].to_numpy()[draft.provision[at]]
    return dict(zip(zip(pupils.tolist(), provisions.tolist(), strict=True), more[at].tolist(), strict=True))


def moves_between(before: pd.DataFrame, after: pd.DataFrame) -> tuple[tuple[str, str, str, int], ...]:
    """Return who is elsewhere: pupil_id, from, to, pupils; the pupils of one row are alike.

    Examples
    --------
    >>> columns = ["pupil_id", "provision_id", "count"]
    >>> before = pd.DataFrame([("P1", "A", 2), ("P2", "B", 1)], columns=columns)
    >>> after = pd.DataFrame([("P1", "A", 1), ("P1", "B", 1)], columns=columns)
    >>> moves_between(before, after)
    (('P1', 'A', 'B', 1), ('P2', 'B', '', 1))
    """
    change = Counter(_counts(after))
    change.subtract(_counts(before))
    return _moves(change)


def _moves(change: Mapping[tuple[str, str], int]) -> tuple[tuple[str, str, str, int], ...]:
    """Return who is elsewhere, from how many more pupils of each row are at each provision."""
    left: dict[str, list[str]] = defaultdict(list)
    come: dict[str, list[str]] = defaultdict(list)
    for (pupil_id, provision_id), number in sorted(change.items()):
        (left if number < 0 else come)[pupil_id] += [provision_id] * abs(number)
    moves: list[tuple[str, str, str, int]] = []
    for pupil_id in sorted(left.keys() | come.keys()):
        ends = Counter(zip_longest(left[pupil_id], come[pupil_id], fillvalue=NO_PROVISION))
        moves += [(pupil_id, source, target, number) for (source, target), number in ends.items()]
    return tuple(moves)


def _counts(placements: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Return how many pupils of each row are at each provision."""
    columns = (placements[name].tolist() for name in ("pupil_id", "provision_id", "count"))
    return {(pupil_id, provision_id): count for pupil_id, provision_id, count in zip(*columns, strict=True)}


def worth_of_places(ask: Again, provision_id: str, steps: int) -> tuple[Worth, ...]:
    """Return what 1, 2, up to `steps` places more at a provision are worth.

    Once a place helps no more than the one before it, the last of them is looked at: where that helps no more either,
    by the proofs at hand or solved, none between them does.
    """
    costs_nothing = not is_paid_when_empty(ask, provision_id)
    last = Change(places={provision_id: steps})
    found: list[Worth] = []
    before, worth = None, NOTHING
    while len(found) < steps:
        if costs_nothing and helps_no_more(ask, last, worth):
            return (*found, *[worth] * (steps - len(found)))
        if costs_nothing and before is not None and before.rank == worth.rank and worth.is_proven:
            of_last = worth_of(ask, ask.best(last))
            if of_last.rank == worth.rank and of_last.is_proven:
                return (*found, *[worth] * (steps - len(found)))
        before, worth = worth, worth_of(ask, ask.best(Change(places={provision_id: len(found) + 1})))
        found.append(worth)
    return tuple(found)


def helps_no_more(ask: Again, change: Change, worth: Worth) -> bool:
    """Return whether the proofs at hand show that a change is worth no more than something is known to be."""
    unplaced = ask.present.unplaced_pupils - worth.placed_more
    fewest, gbp = ask.at_best(change, unplaced)
    reached_gbp = ask.present.objective_gbp - worth.saving_gbp
    return worth.is_proven and ask.present.is_proven and fewest == unplaced and gbp >= reached_gbp - HALF_A_PENNY_GBP


def is_paid_when_empty(ask: Again, provision_id: str) -> bool:
    """Return whether a place is paid for that nobody takes: then more places may cost more."""
    draft = ask.draft
    provisions = draft.facts.provisions.set_index("provision_id")
    return draft.facts.policy.cost_basis == "full" and bool(provisions["place_gbp"][provision_id])


def slope_of(
    ask: Again, change: Change, present: tuple[float, float], *, is_wider: bool = False
) -> tuple[float, float]:
    """Return what a change saves where everything may be split: pupils, and £ with as many unplaced as now.

    Parameters
    ----------
    ask, change, present
        The question, what is another, and what the LP comes to without it.
    is_wider
        See `Again.lp`.
    """
    unplaced, gbp = ask.lp(change, is_wider=is_wider)
    return round(present[0] - unplaced, 6) + 0.0, round(present[1] - gbp, 2) + 0.0


def stops_at(found: Mapping[int, Worth]) -> int:
    """Return after how many places more do not help any more; 0 = not even the first does."""
    best = max(found.values(), key=lambda worth: worth.rank, default=NOTHING)
    if best.rank <= NOTHING.rank:
        return 0
    return min(more for more, worth in found.items() if worth.rank == best.rank)
