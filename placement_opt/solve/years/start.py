"""Which spells a large model of several years begins with."""

from typing import cast

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.model.spells import NO_PAIR
from placement_opt.model.years import YearsDraft
from placement_opt.solve.relaxation import first_of_each
from placement_opt.solve.start import assigned_alone
from placement_opt.solve.system import System, at_sites

SPELLS_OF_EACH = 6
SPELLS_AT_ONCE = 300_000
"""Up to so many, all those that begin in time are there from the start: one large LP from the inside is quicker than
many small ones, whose prices settle slowly where spells reach over years."""
HUNDREDTHS = 100


def first_spells(system: System) -> Ints:
    """Return a few promising spells of each pupil and year, ascending.

    Parameters
    ----------
    system
        Rows and objective over all spells.

    Notes
    -----
    As in a plan of one year: the network simplex gives the price of a place in each year by itself, and the spells with
    the least reduced cost a year at these prices are the start; of those that are equally good the nearer ones.
    """
    draft = cast("YearsDraft", system.draft)
    in_time = np.flatnonzero(~draft.spells.is_late)
    if draft.choices <= SPELLS_OF_EACH * len(np.unique(draft.pupil)) or len(in_time) == draft.choices <= SPELLS_AT_ONCE:
        return np.arange(draft.choices)
    reduced = system.cost_of_pairs + _share_of_opening(system) + draft.minutes.pairs / HUNDREDTHS
    for t, one in enumerate(draft.drafts):
        factor = draft.year_factor(t) * draft.discount(t)
        prices = factor * assigned_alone(one, one.money.pairs + one.weighed.pairs).prices
        pair = draft.spells.pair[:, t]
        there = np.flatnonzero(pair != NO_PAIR)
        places = one.places[one.pupil[pair[there]]]
        reduced[there] -= prices[draft.provision[there]] * places
    years = draft.spells.last - draft.spells.first + 1
    promising = np.flatnonzero(first_of_each(draft.pupil, reduced / years, SPELLS_OF_EACH))
    promising = np.union1d(promising, year_by_year(draft, reduced / years))
    return np.union1d(promising, in_time) if len(in_time) <= SPELLS_AT_ONCE else promising


def year_by_year(draft: YearsDraft, cost: Floats) -> Ints:
    """Return spells that leave few pupils without a place: those who need one, placed one year after the other.

    Parameters
    ----------
    draft
        The model.
    cost
        Of a year of each spell.
    """
    chosen = []
    spells, free = draft.spells, draft.count.copy()
    taken = np.zeros((len(draft.years), draft.provisions), dtype=np.int64)
    for t, one in enumerate(draft.drafts):
        begins = np.flatnonzero(spells.first == t)
        pair = spells.pair[begins, t]
        at = np.unique(pair, return_index=True)[1]  # of spells that differ in their end, the first one
        begins, pair = begins[at], pair[at]
        costs, usable = np.zeros(one.choices), np.zeros(one.choices, dtype=bool)
        costs[pair], usable[pair] = cost[begins], True
        waiting = np.zeros(len(one.count), dtype=np.int64)
        here = np.unique(one.pupil[pair])
        waiting[here] = free[draft.first_node[t] + here]
        alone = assigned_alone(one, costs, waiting=waiting, taken=taken[t], usable=usable)
        used = begins[alone.placed[pair] > 0]
        counts = alone.placed[pair][alone.placed[pair] > 0]
        chosen.append(used)
        choice, nodes = draft.counted(used)
        np.subtract.at(free, nodes, counts[choice])
        for later in range(t, len(draft.years)):
            there = spells.pair[used, later] != NO_PAIR
            places = draft.drafts[later].places[draft.drafts[later].pupil[spells.pair[used[there], later]]]
            np.add.at(taken[later], draft.provision[used[there]], counts[there] * places)
    return np.unique(np.concatenate(chosen))


def _share_of_opening(system: System) -> Floats:
    """Return for each spell what being open costs for each place, in all its years."""
    draft = cast("YearsDraft", system.draft)
    places = draft.timeline.provisions["places"].to_numpy(dtype=np.float64)[draft.provision]
    years: Floats = (draft.spells.last - draft.spells.first + 1) / np.maximum(1.0, places)
    return at_sites(system.cost_of_others, draft.site, 0.0) * years
