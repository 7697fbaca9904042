"""Which localities the pupils of a provision come from, as far as it may be shared: lines without numbers.

A line says that at least `LEAST_SHOWN` pupils of a locality go to a provision; where there is none, nothing is said.
What a reader then knows of pupils by locality and provision is their sums over each and so many at least on each line.
All whole numbers that fit that are the tables of a transport problem: for a locality and a provision they reach from
max(0, r + t - s) to min(r, t), with r and t what is left of the two sums beside the lines, and s of all of them. A
small group stays unknown where these two differ.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.plan import NOT_GIVEN, Plan
from placement_opt.report.subject import Subject
from placement_opt.suppression import LEAST_SHOWN

Counts = NDArray[np.int64]
Chosen = NDArray[np.bool_]


def shared_ways(subject: Subject, name: str) -> list[tuple[str, str]]:
    """Return the lines of a plan that may be shared: locality and provision_id.

    Parameters
    ----------
    subject
        What is reported. Only localities and provisions whose pupils are shown have lines.
    name
        The plan.
    """
    table = _table(subject.plans[name])
    counts = table.to_numpy(dtype=np.int64)
    columns = np.array([not subject.is_hidden(("provision", name, ident)) for ident in table.columns], dtype=bool)
    rows = np.array([not subject.is_hidden(("locality", name, label)) for label in table.index], dtype=bool)
    # How many have no place is told by locality too, and may be hidden there: whatever the number, lines have to fit.
    spare = subject.plans[name].unplaced_pupils + LEAST_SHOWN
    chosen = safe_lines(counts, rows[:, None] & columns[None, :], spare)
    return [(str(table.index[row]), str(table.columns[column])) for row, column in np.argwhere(chosen)]


def safe_lines(counts: Counts, may: Chosen, spare: int) -> Chosen:
    """Choose the pairs of `LEAST_SHOWN` pupils or more that may be told without giving a smaller group away.

    Parameters
    ----------
    counts
        Pupils by locality (rows) and provision (columns).
    may
        The pairs that may be chosen.
    spare
        A locality has lines only where so many of its pupils at least are beyond what they tell.

    Examples
    --------
    >>> safe_lines(np.array([[9, 20], [3, 20]]), np.ones((2, 2), dtype=bool), spare=5).tolist()
    [[True, True], [False, True]]
    """
    chosen: Chosen = np.logical_and(may, counts >= LEAST_SHOWN)
    known = _known(counts, np.zeros_like(chosen))
    while True:
        given_away: Chosen = np.logical_and(_known(counts, chosen), ~known)
        beside = given_away.any(axis=0, keepdims=True) | given_away.any(axis=1, keepdims=True)
        left = counts.sum(axis=1, keepdims=True) - LEAST_SHOWN * chosen.sum(axis=1, keepdims=True)
        wrong = chosen & (beside | (left < spare))
        if not wrong.any():
            return np.zeros_like(chosen) if given_away.any() else chosen
        chosen = chosen & ~wrong


def _known(counts: Counts, chosen: Chosen) -> Chosen:
    """Say which small groups follow from the sums and the lines."""
    rest = counts - LEAST_SHOWN * chosen
    rows, columns, total = rest.sum(axis=1), rest.sum(axis=0), rest.sum()
    lower = np.maximum(0, rows[:, None] + columns[None, :] - total)
    upper = np.minimum(rows[:, None], columns[None, :])
    small = (counts > 0) & (counts < LEAST_SHOWN)
    return np.asarray(small & (lower == upper), dtype=bool)


def _table(plan: Plan) -> pd.DataFrame:
    placements = plan.placements
    localities = placements["locality"].fillna(NOT_GIVEN).astype("object")
    sums = placements.groupby([localities, "provision_id"])["count"].sum()
    return sums.unstack(fill_value=0)
