"""Known prices: a table that names a pupil, a place and what that costs, looked up for long lists."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.verify.question import Question, Real, Truth, Whole, positions


@dataclass(frozen=True, eq=False, repr=False)
class Known:
    """The rows of a table with known prices.

    Parameters
    ----------
    at
        Pupil x number of places + place, ascending.
    gbp
        The price of each.
    has_one
        For each pupil, whether some row names the pupil.
    places
        How many places there are.
    """

    at: Whole
    gbp: Real
    has_one: Truth
    places: int

    def find(self, pupil: Whole, place: Whole) -> tuple[Whole, Real]:
        """Return which of some pupils at some places have a price, and those prices."""
        row = np.flatnonzero(self.has_one[pupil])
        wanted = pupil[row] * self.places + place[row]
        found = np.minimum(np.searchsorted(self.at, wanted), max(len(self.at) - 1, 0))
        is_there = self.at[found] == wanted
        return row[is_there], self.gbp[found[is_there]]


def known_of(question: Question, table: str, place_id: str, places: "pd.Series[str]") -> Known:
    """Lay a table of known prices out.

    Parameters
    ----------
    question
        What was asked.
    table
        Its name; its columns are pupil_id, `place_id` and cost_gbp.
    place_id, places
        The column that names the place, and the ids of all places in their order.
    """
    rows = question.problem.table(table)
    pupil = positions(question.pupils["pupil_id"], rows["pupil_id"])
    at = pupil * len(places) + positions(places, rows[place_id])
    order = np.argsort(at)
    has_one = np.zeros(len(question.pupils), dtype=bool)
    has_one[pupil] = True
    return Known(at[order], rows["cost_gbp"].to_numpy(dtype=float)[order], has_one, len(places))
