"""How many pupil-years have to be without a place: a bound from those alone who compete for what is scarce."""

from collections.abc import Sequence
from math import ceil
from typing import cast

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from placement_opt.certificate import Leaf
from placement_opt.errors import NoPlanError
from placement_opt.facts import Ints
from placement_opt.model.draft import Draft
from placement_opt.model.linear import LinearDraft, Objective
from placement_opt.model.spells import YearPairs
from placement_opt.model.years import YearsDraft
from placement_opt.policy import SolveOptions
from placement_opt.solve.clock import Clock
from placement_opt.solve.fitting import Fitted, search_whole
from placement_opt.solve.optimum import Optimum
from placement_opt.solve.proof import multipliers_of
from placement_opt.solve.relaxation import Relaxation, first_of_each
from placement_opt.solve.stages import WHOLE_PUPIL
from placement_opt.solve.system import System
from placement_opt.solve.years.start import HUNDREDTHS, year_by_year

SOURCE, SINK, PUPILS = 0, 1, 2
"""Nodes of the network of a year; pupils from 2 on, then provisions."""
FEW_CHOICES = 0.15
"""Who can go to so small a share of all provisions may have to go without."""
A_LITTLE = 1e-6
PAIRS_OF_EACH = 6


def is_short(years: Sequence[YearPairs]) -> bool:
    """Return whether the places of some year alone cannot hold those who could have them."""
    return any(len(_unmatched(Draft(year.pairs))[1]) for year in years)


def fewest_by_the_scarce(several: LinearDraft, options: SolveOptions, clock: Clock) -> Optimum:
    """Return a number of pupil-years that no plan can be below, with its proof, and a plan of those who compete.

    Notes
    -----
    Those who compete for scarce places are found year by year: from whoever a maximum flow leaves out, along
    alternating paths; those who in some year have no other places than these; and those who have few choices at all.
    The LP that leaves everybody else out is small, and its bound holds for all.
    """
    draft = cast("YearsDraft", several)
    competes = np.zeros(len(draft.count), dtype=bool)
    person = np.concatenate([year.question.person for year in draft.years])
    scarce_places = np.zeros(draft.provisions, dtype=bool)
    for t, one in enumerate(draft.drafts):
        pupils, provisions = competing(one)
        competes[draft.first_node[t] + pupils] = True
        scarce_places[provisions] = True
    for t, one in enumerate(draft.drafts):
        has_other = np.zeros(len(one.count), dtype=bool)
        has_other[one.pupil[~scarce_places[one.provision]]] = True
        only_scarce = np.setdiff1d(one.pupil, np.flatnonzero(has_other))
        competes[draft.first_node[t] + only_scarce] = True
        choices = np.bincount(one.pupil, minlength=len(one.count))
        competes[draft.first_node[t] + np.flatnonzero((choices > 0) & (choices <= FEW_CHOICES * draft.provisions))] = (
            True
        )
    competes = np.isin(person, person[competes])
    whole = System(draft, [(draft.unplaced, 1.0)])
    rows = whole.row_of_pupil[competes]
    columns = whole.unplaced_column[rows[rows >= 0]]
    terms = dict.fromkeys(columns[columns >= 0].tolist(), 1.0)
    system = System(draft, [(Objective(np.zeros(draft.choices), terms, draft.unplaced.constant), 1.0)])
    chosen = np.flatnonzero(competes[draft.pupil])
    relaxed = Relaxation(system, chosen, tolerance=0.5, threads=options.threads, seed=options.seed).solve()
    bound = whole.bound(relaxed.bound.multipliers)
    least = max(draft.unplaced.constant, float(ceil(bound.value - A_LITTLE)))
    proof = Leaf(multipliers_of(whole, bound, {}))
    plan = _plan_of(system, chosen, relaxed.pairs, options, clock)
    return Optimum(whole, plan, certified=bound.value, searched=least, tree=proof, pairs=len(chosen))


def _plan_of(system: System, chosen: Ints, used: Ints, options: SolveOptions, clock: Clock) -> Fitted | None:
    """Return a plan of some of the chosen pairs with few pupils left out; None where none is found in time."""
    draft = cast("YearsDraft", system.draft)
    years = draft.spells.last - draft.spells.first + 1
    cost = draft.money.pairs / years + draft.minutes.pairs / HUNDREDTHS
    cheap = chosen[first_of_each(draft.pupil[chosen], cost[chosen], PAIRS_OF_EACH)]
    pairs = np.union1d(np.union1d(cheap, used), np.intersect1d(year_by_year(draft, cost), chosen))
    try:
        return search_whole(system, pairs, None, (0.0, WHOLE_PUPIL), options, clock)[0]
    except NoPlanError:
        return None


def _unmatched(one: Draft) -> tuple[sp.csr_matrix, Ints]:
    """Return what a maximum flow leaves of the network of a year, and the pupils whom it leaves out, by node."""
    pupils, of_pair = np.unique(one.pupil, return_inverse=True)
    asked = one.count[pupils] * one.places[pupils]
    number, provisions = len(pupils), len(one.room)
    start = np.concatenate([np.full(number, SOURCE), PUPILS + of_pair, PUPILS + number + np.arange(provisions)])
    end = np.concatenate([PUPILS + np.arange(number), PUPILS + number + one.provision, np.full(provisions, SINK)])
    each = np.concatenate([asked, asked[of_pair], one.room]).astype(np.int32)
    size = PUPILS + number + provisions
    network = sp.csr_matrix((each, (start, end)), shape=(size, size))
    flow = maximum_flow(network, SOURCE, SINK).flow
    left = (network - flow).tocsr()
    left.data[left.data < 0] = 0
    left.eliminate_zeros()
    return left, np.asarray(left[SOURCE].indices, dtype=np.int64)


def competing(one: Draft) -> tuple[Ints, Ints]:
    """Return the pupils of a year who compete for scarce places, and the provisions that have these, by position."""
    if not one.choices:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    left, outside = _unmatched(one)
    pupils = np.unique(one.pupil)
    reached = np.zeros(left.shape[0], dtype=bool)
    for node in outside.tolist():
        if not reached[node]:
            reached[breadth_first_order(left, node, return_predecessors=False)] = True
    first = PUPILS + len(pupils)
    return pupils[np.flatnonzero(reached[PUPILS:first])], np.flatnonzero(reached[first:])
