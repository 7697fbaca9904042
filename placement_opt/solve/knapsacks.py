"""What whole pupils can gain at a provision within its places: one knapsack for each provision."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from placement_opt.facts import Bools, Floats, Ints
from placement_opt.model.draft import Draft
from placement_opt.model.linear import NO_SITE, Row
from placement_opt.solve.system import System

MOST_STATES = 10_000_000
"""Pupils x provisions x places: so many can be looked at often, and kept."""
MOST_PAIRS = 60_000
NO_PAIR = -1
ROUNDING = 1e-9

Table = NDArray[np.float64]
Marks = NDArray[np.bool_]
"""Both of shape (pupils, provisions)."""


@dataclass(frozen=True, eq=False)
class Knapsacks:
    """Pupils who take several places each, and the provisions that they must fit into.

    Parameters
    ----------
    pupils, provisions
        Positions of the rows of pupils with a pair that is a decision, and of the provisions of these pairs.
    places
        That each pupil takes.
    most
        Places that each provision can have at most: classes added, places over the number included.
    pair
        Position of each pair, or -1: shape (pupils, provisions).
    site
        The column of being open of each provision, or -1.
    row
        The row of places of each provision.
    is_exact
        The provisions whose row says no more than the knapsack: nothing but being open changes their places.
    """

    pupils: Ints
    provisions: Ints
    places: Ints
    most: Ints
    pair: NDArray[np.int64]
    site: Ints
    row: Ints
    is_exact: Bools

    @cached_property
    def fits(self) -> Marks:
        """The pairs whose pupil alone does not take more places than there can be."""
        return np.asarray((self.pair != NO_PAIR) & (self.places[:, None] <= self.most[None, :]), dtype=np.bool_)


def knapsacks_of(system: System) -> Knapsacks | None:
    """Return the knapsacks of a system; None where nobody takes several places, or where they would be too large.

    Rows of several pupils may be split, so that a problem with such rows has none either.
    """
    draft = system.draft
    if not isinstance(draft, Draft) or not 0 < draft.choices <= MOST_PAIRS:
        return None
    pupils, of_pupil = np.unique(draft.pupil, return_inverse=True)
    provisions, of_provision = np.unique(draft.provision, return_inverse=True)
    if (draft.count[pupils] != 1).any() or (draft.places[pupils] <= 1).all():
        return None
    number = {row.name: at for at, row in enumerate(system.rows)}
    row = np.array([number[f"places_{p}"] for p in provisions.tolist()], dtype=np.int64)
    most = np.array([_most_places(system, system.rows[at]) for at in row.tolist()])
    if len(pupils) * len(provisions) * (most.max() + 1) > MOST_STATES:
        return None
    pair = np.full((len(pupils), len(provisions)), NO_PAIR, dtype=np.int64)
    pair[of_pupil, of_provision] = np.arange(len(draft.decided))
    site = np.array([draft.is_open.get(p, NO_SITE) for p in provisions.tolist()], dtype=np.int64)
    is_exact = [
        {column for column, _ in system.rows[at].terms} <= {column}
        for at, column in zip(row.tolist(), site.tolist(), strict=True)
    ]
    places = draft.places[pupils]
    return Knapsacks(pupils, provisions, places, most.astype(np.int64), pair, site, row, np.array(is_exact))


def _most_places(system: System, row: Row) -> float:
    """Return the places that a row of places can give at most."""
    least, most = system.boxes
    given = sum(max(-amount * least[column], -amount * most[column]) for column, amount in row.terms)
    return float(np.floor(max(row.right + given, 0.0) + ROUNDING))


def best_loads(gain: Table, places: Ints, most: Ints) -> tuple[Floats, Marks]:
    """Fill every provision as well as it can be.

    Parameters
    ----------
    gain
        What each pupil adds to the objective at each provision, shape (pupils, provisions): only what is below 0 is
        ever taken.
    places
        That each pupil takes.
    most
        Places of each provision; where it is negative, nobody is taken.

    Returns
    -------
    value, taken
        The least sum at each provision, and who makes it up.
    """
    room = np.maximum(most, 0)
    value = np.zeros((len(room), int(room.max(initial=0)) + 1))
    better: dict[int, tuple[Ints, Marks]] = {}
    for pupil in range(len(places)):
        size = int(places[pupil])
        where = np.flatnonzero((gain[pupil] < 0) & (most >= size))
        if len(where):
            with_pupil = value[where, : value.shape[1] - size] + gain[pupil, where][:, None]
            without = value[where, size:]
            is_better = with_pupil < without
            better[pupil] = (where, is_better)
            value[where, size:] = np.where(is_better, with_pupil, without)
    taken = np.zeros(gain.shape, dtype=bool)
    left = room.copy()
    for pupil in sorted(better, reverse=True):
        where, is_better = better[pupil]
        at = left[where] - places[pupil]
        chosen = (at >= 0) & is_better[np.arange(len(where)), np.maximum(at, 0)]
        taken[pupil, where[chosen]] = True
        left[where[chosen]] = at[chosen]
    return value[np.arange(len(room)), room], taken


def best_with_each(gain: Table, places: Ints, most: Ints) -> Table:
    """Return the least sum at each provision with each pupil among those taken; infinite where the pupil does not fit.

    Parameters
    ----------
    gain, places, most
        As for `best_loads`.
    """
    before = _values(gain, places, most)
    after = _values(gain[::-1], places[::-1], most)[::-1]
    width = before.shape[2]
    steps = np.arange(width)
    found = np.full(gain.shape, np.inf)
    for pupil in range(len(places)):
        rest = (most - places[pupil])[:, None] - steps[None, :]
        others = np.take_along_axis(after[pupil + 1], np.maximum(rest, 0), axis=1)
        found[pupil] = np.where(rest >= 0, before[pupil] + others, np.inf).min(axis=1) + gain[pupil]
    return found


def _values(gain: Table, places: Ints, most: Ints) -> NDArray[np.float64]:
    """Return the least sums by the number of pupils looked at, the provision and the places."""
    values = np.zeros((len(places) + 1, len(most), int(most.max(initial=0)) + 1))
    for pupil, size in enumerate(places.tolist()):
        values[pupil + 1] = values[pupil]
        if size < values.shape[2]:
            with_pupil = values[pupil][:, : values.shape[2] - size] + np.minimum(gain[pupil], 0.0)[:, None]
            np.minimum(values[pupil + 1][:, size:], with_pupil, out=values[pupil + 1][:, size:])
    return values
