"""A draft as sparse arrays over all pairs, and the bound that any multipliers of its rows give."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from placement_opt.facts import Bools, Floats, Ints
from placement_opt.model.linear import NO_SITE, LinearDraft, Objective, Row, Sense

Box = tuple[float, float]
"""The least and the most of a column."""


@dataclass(frozen=True, eq=False)
class System:
    """The rows of a draft, with one objective.

    Parameters
    ----------
    draft
        Where the rows come from.
    goals
        Objectives with their weights.
    unplaced_limit
        The most that Σ u may be; None = no such row.
    nudge
        What each choice costs on top in the LPs that look for prices, so that they need not choose among many that are
        equally good; no objective and no bound counts it. None = nothing.
    """

    draft: LinearDraft
    goals: list[tuple[Objective, float]]
    unplaced_limit: float | None = None
    nudge: Floats | None = None

    @cached_property
    def rows(self) -> list[Row]:
        """The draft's rows, and the limit of an earlier stage."""
        if self.unplaced_limit is None:
            return self.draft.rows
        none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
        terms = list(self.draft.unplaced.terms.items())
        return [*self.draft.rows, Row("stage_unplaced", none, nothing, terms, Sense.LE, self.unplaced_limit)]

    @cached_property
    def names(self) -> list[str]:
        """The names of the rows."""
        return [row.name for row in self.rows]

    @cached_property
    def of_pairs(self) -> sp.csr_matrix:
        """Coefficients of the pairs: shape (rows, pairs)."""
        return _matrix(((row.pairs, row.amounts) for row in self.rows), len(self.rows), self.draft.choices)

    @cached_property
    def of_pairs_by_column(self) -> sp.csc_matrix:
        """The same by columns."""
        return self.of_pairs.tocsc()

    @cached_property
    def of_pairs_turned(self) -> sp.csr_matrix:
        """The same turned over: shape (pairs, rows)."""
        return self.of_pairs_by_column.T

    @cached_property
    def of_others(self) -> sp.csr_matrix:
        """Coefficients of the other columns: shape (rows, other columns)."""
        return _matrix(self.terms_of_others, len(self.rows), len(self.draft.columns))

    @cached_property
    def of_others_by_column(self) -> sp.csc_matrix:
        """The same turned over: shape (other columns, rows)."""
        return self.of_others.T

    @cached_property
    def terms_of_others(self) -> list[tuple[Ints, Floats]]:
        """The other columns of each row, and their coefficients."""
        return [terms_of(row) for row in self.rows]

    @cached_property
    def right(self) -> Floats:
        """The right-hand sides."""
        return np.array([row.right for row in self.rows], dtype=np.float64)

    @cached_property
    def sense(self) -> Ints:
        """-1 for ≤, 0 for =, 1 for ≥."""
        return np.array([int(row.sense) for row in self.rows], dtype=np.int64)

    @cached_property
    def cost_of_pairs(self) -> Floats:
        """The objective of the pairs."""
        total = np.zeros(self.draft.choices)
        for goal, weight in self.goals:
            total += weight * goal.pairs
        return total

    @cached_property
    def lp_cost_of_pairs(self) -> Floats:
        """The objective of the pairs in LPs, with the nudge."""
        return self.cost_of_pairs if self.nudge is None else self.cost_of_pairs + self.nudge

    @cached_property
    def cost_of_others(self) -> Floats:
        """The objective of the other columns."""
        total = np.zeros(len(self.draft.columns))
        for goal, weight in self.goals:
            for column, amount in goal.terms.items():
                total[column] += weight * amount
        return total

    @cached_property
    def constant(self) -> float:
        """What no decision changes."""
        return float(sum(weight * goal.constant for goal, weight in self.goals))

    @cached_property
    def most_of_pairs(self) -> Floats:
        """How many pupils each pair can have."""
        return self.draft.count[self.draft.pupil].astype(np.float64)

    @cached_property
    def is_pupil_row(self) -> Bools:
        """The rows that count a pupil."""
        return np.array([name.startswith("pupil_") for name in self.names], dtype=np.bool_)

    @cached_property
    def row_of_pupil(self) -> Ints:
        """The row that counts each pupil, or -1."""
        rows = np.full(len(self.draft.count), -1, dtype=np.int64)
        for number in np.flatnonzero(self.is_pupil_row).tolist():
            rows[self.draft.pupil_of_row(self.names[number])] = number
        return rows

    @cached_property
    def unplaced_column(self) -> Ints:
        """The column u of each pupil's row, or -1."""
        columns = np.full(len(self.rows), -1, dtype=np.int64)
        for number in np.flatnonzero(self.is_pupil_row).tolist():
            for column, _ in self.rows[number].terms:
                columns[number] = column
        return columns

    @cached_property
    def boxes(self) -> tuple[Floats, Floats]:
        """The least and the most of every other column."""
        columns = self.draft.columns
        return np.array([c.least for c in columns], dtype=float), np.array([c.most for c in columns], dtype=float)

    def reduced_of_pairs(self, multipliers: Floats) -> Floats:
        """Return the reduced cost of every pair."""
        return np.asarray(self.cost_of_pairs - self.of_pairs_turned @ multipliers, dtype=np.float64)

    def bound(self, multipliers: Floats, boxes: "Mapping[int, Box] | None" = None) -> "Bound":
        """Work out what no plan's objective can be below (formulation, section 5).

        Parameters
        ----------
        multipliers
            Of the rows; those of a wrong sign count as 0.
        boxes
            Columns with another least and most than their own.
        """
        price = np.where(self.sense * multipliers < 0, 0.0, multipliers)
        reduced = self.reduced_of_pairs(price)
        gains = np.minimum(0.0, reduced) * self.most_of_pairs
        site = self.draft.site
        at_site = site != NO_SITE
        here = np.bincount(site[at_site], weights=gains[at_site], minlength=len(self.draft.columns))
        of_sites = np.asarray(here, dtype=np.float64)
        return self.bound_at(Bound(-np.inf, price, reduced, float(gains[~at_site].sum()), of_sites), boxes)

    def bound_at(self, known: "Bound", boxes: "Mapping[int, Box] | None" = None) -> "Bound":
        """Work out the bound that known multipliers give here, where they are of a system with the same pairs.

        Parameters
        ----------
        known
            Of a system whose pairs have the same costs and coefficients, and whose rows and columns are as many.
        boxes
            Columns with another least and most than their own.
        """
        return replace(known, value=float(self.bounds_at(Stacked.of([known]), [boxes or {}])[0]))

    def bounds_at(self, known: "Stacked", boxes: "Sequence[Mapping[int, Box]]") -> Floats:
        """Work out what `bound_at` says of several bounds, each with boxes of its own."""
        least, most = (np.tile(ends, (len(boxes), 1)) for ends in self.boxes)
        for place, own in enumerate(boxes):
            for column, (low, high) in own.items():
                least[place, column], most[place, column] = low, high
        reduced = self.cost_of_others - (self.of_others_by_column @ known.multipliers.T).T + known.gain_of_sites
        ends = np.where(reduced < 0, most, least)
        of_others = np.einsum("ij,ij->i", reduced, ends)
        return np.asarray(self.constant + known.multipliers @ self.right + known.free_gain + of_others)


@dataclass(frozen=True, eq=False)
class Bound:
    """A bound, and what it was worked out from.

    Parameters
    ----------
    value
        No plan's objective is below it.
    multipliers
        Of the rows, with the right signs.
    reduced
        The reduced cost of every pair.
    free_gain, gain_of_sites
        What pairs of negative reduced cost take off: those that no site has a say in, and those of each other column.
    """

    value: float
    multipliers: Floats = field(repr=False)
    reduced: Floats = field(repr=False)
    free_gain: float
    gain_of_sites: Floats = field(repr=False)


@dataclass(frozen=True, eq=False)
class Stacked:
    """Several bounds, a row for each: their multipliers and gains as in `Bound`."""

    multipliers: Floats
    free_gain: Floats
    gain_of_sites: Floats

    @classmethod
    def of(cls, bounds: "Sequence[Bound]") -> "Stacked":
        """Return bounds of the same rows and columns one above the other."""
        return cls(
            np.array([bound.multipliers for bound in bounds]),
            np.array([bound.free_gain for bound in bounds]),
            np.array([bound.gain_of_sites for bound in bounds]),
        )


def at_sites(values: Floats, site: Ints, without: float) -> Floats:
    """Return the value of each choice's site from those of all other columns; `without` where it has none.

    Examples
    --------
    >>> at_sites(np.array([5.0, 7.0]), np.array([1, NO_SITE]), 0.0)
    array([7., 0.])
    >>> at_sites(np.array([]), np.array([NO_SITE]), 0.0)
    array([0.])
    """
    return np.append(values, without)[site]


def terms_of(row: Row) -> tuple[Ints, Floats]:
    """Return the other columns of a row, and their coefficients."""
    columns = np.array([column for column, _ in row.terms], dtype=np.int64)
    return columns, np.array([amount for _, amount in row.terms], dtype=np.float64)


def _matrix(parts: Iterable[tuple[Ints, Floats]], rows: int, columns: int) -> sp.csr_matrix:
    listed = list(parts)
    starts = np.concatenate([[0], np.cumsum([len(places) for places, _ in listed])])
    indices = np.concatenate([places for places, _ in listed]) if listed else np.zeros(0, dtype=np.int64)
    values = np.concatenate([amounts for _, amounts in listed]) if listed else np.zeros(0)
    return sp.csr_matrix((values.astype(np.float64), indices.astype(np.int32), starts), shape=(rows, columns))
