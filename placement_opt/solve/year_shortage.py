"""How many pupil-years have to be without a place: a bound from those alone who compete for what is scarce."""

from math import ceil

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from placement_opt.certificate import Leaf
from placement_opt.facts import Ints
from placement_opt.model.draft import Draft
from placement_opt.model.linear import Objective
from placement_opt.model.years import YearsDraft
from placement_opt.policy import SolveOptions
from placement_opt.solve.optimum import Optimum
from placement_opt.solve.proof import multipliers_of
from placement_opt.solve.relaxation import Relaxation
from placement_opt.solve.system import System

SOURCE, SINK, PUPILS = 0, 1, 2
"""Nodes of the network of a year; pupils from 2 on, then provisions."""
FEW_CHOICES = 0.15
"""Who can go to so small a share of all provisions may have to go without."""
A_LITTLE = 1e-6


def is_short(draft: YearsDraft) -> bool:
    """Return whether the places of some year alone cannot hold those who could have them."""
    return any(len(_unmatched(one)[1]) for one in draft.drafts)


def fewest_by_the_scarce(draft: YearsDraft, options: SolveOptions) -> Optimum:
    """Return a number of pupil-years that no plan can be below, with its proof.

    Notes
    -----
    Those who compete for scarce places are found year by year: from whoever a maximum flow leaves out, along
    alternating paths; those who in some year have no other places than these; and those who have few choices at all.
    The LP that leaves everybody else out is small, and its bound holds for all.
    """
    competes = np.zeros(len(draft.count), dtype=bool)
    person = np.concatenate([year.question.person for year in draft.years])
    scarce_places = np.zeros(draft.provisions, dtype=bool)
    for t, one in enumerate(draft.drafts):
        pupils, provisions = _competing(one)
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
    columns = {name: at for at, name in enumerate(column.name for column in draft.columns)}
    scarce = Objective(np.zeros(draft.choices), constant=draft.unplaced.constant)
    for t in range(len(draft.years)):
        for i in np.flatnonzero(competes[draft.first_node[t] : draft.first_node[t + 1]]).tolist():
            column = columns.get(f"u_{i}_{t + 1}")
            if column is not None:
                scarce.add(column, 1.0)
    system = System(draft, [(scarce, 1.0)])
    chosen = np.flatnonzero(competes[draft.pupil])
    relaxed = Relaxation(system, chosen, tolerance=0.5, threads=options.threads, seed=options.seed).solve()
    whole = System(draft, [(draft.unplaced, 1.0)])
    bound = whole.bound(relaxed.bound.multipliers)
    least = max(draft.unplaced.constant, float(ceil(bound.value - A_LITTLE)))
    proof = Leaf(multipliers_of(whole, bound, {}))
    return Optimum(whole, certified=bound.value, searched=least, tree=proof, pairs=len(chosen))


def _unmatched(one: Draft) -> tuple[sp.csr_matrix, Ints]:
    """Return what a maximum flow leaves of the network of a year, and the pupils whom it leaves out, by node."""
    pupils, of_pair = np.unique(one.pupil, return_inverse=True)
    asked = one.count[pupils] * one.places[pupils]
    table = one.facts.provision_column
    most = table("places") + table("overflow_places") + table("max_classes") * table("class_places")
    room = np.maximum(0, most.astype(np.int64) - one.kept_places)
    number, provisions = len(pupils), len(room)
    start = np.concatenate([np.full(number, SOURCE), PUPILS + of_pair, PUPILS + number + np.arange(provisions)])
    end = np.concatenate([PUPILS + np.arange(number), PUPILS + number + one.provision, np.full(provisions, SINK)])
    each = np.concatenate([asked, asked[of_pair], room]).astype(np.int32)
    size = PUPILS + number + provisions
    network = sp.csr_matrix((each, (start, end)), shape=(size, size))
    flow = maximum_flow(network, SOURCE, SINK).flow
    left = (network - flow).tocsr()
    left.data[left.data < 0] = 0
    left.eliminate_zeros()
    return left, np.asarray(left[SOURCE].indices, dtype=np.int64)


def _competing(one: Draft) -> tuple[Ints, Ints]:
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
