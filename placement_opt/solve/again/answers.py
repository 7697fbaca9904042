"""Answers that are kept: two changes that leave the same to decide have the same answer, but for what is settled."""

from collections import OrderedDict
from dataclasses import dataclass, field

from placement_opt.model import Draft
from placement_opt.model.linear import Row
from placement_opt.solve.again.near import others_of
from placement_opt.solve.fitting import Fitted

MOST_ANSWERS = 2_000
Key = tuple[tuple[object, ...], ...]


@dataclass(frozen=True, eq=False)
class Answer:
    """The best plan of a change, without those who are held; None = there is none.

    Parameters
    ----------
    fitted
        The plan.
    unproven
        So far below its objective nothing is ruled out.
    """

    fitted: Fitted | None
    unproven: float = 0.0


@dataclass(eq=False)
class Answers:
    """The latest answers, by what was left to decide.

    Parameters
    ----------
    base
        The draft that is changed.
    """

    base: Draft
    _kept: OrderedDict[Key, Answer] = field(default_factory=OrderedDict, repr=False)

    def key(self, draft: Draft) -> Key:
        """Return what of a changed draft is another than in the base, constants left out."""
        base = self.base
        of_rows = [(n, _said(draft.rows[n]), _said(base.rows[n])) for n in others_of(draft.rows, base.rows)]
        rows = [(n, *new) for n, new, old in of_rows if new != old]
        columns = [(n, draft.columns[n]) for n in others_of(draft.columns, base.columns)]
        boxes = [(n, column.least, column.most) for n, column in columns]
        goals = [
            (n, *sorted(goal.terms.items()))
            for n, (known, goal) in enumerate(
                (
                    (self.base.money, draft.money),
                    (self.base.weighed, draft.weighed),
                    (self.base.unplaced, draft.unplaced),
                )
            )
            if goal.terms != known.terms
        ]
        return (tuple(rows), tuple(boxes), tuple(goals))

    def find(self, key: Key) -> Answer | None:
        """Return the answer that is kept for a key."""
        return self._kept.get(key)

    def keep(self, key: Key, answer: Answer) -> None:
        """Keep an answer, instead of the oldest where there are too many."""
        self._kept[key] = answer
        if len(self._kept) > MOST_ANSWERS:
            self._kept.popitem(last=False)


def _said(row: Row) -> tuple[float, tuple[tuple[int, float], ...]]:
    """Return what changes may change of a row: its right-hand side, and its terms in order."""
    return row.right, tuple(sorted(row.terms))
