"""Which spells a large model of several years begins with."""

from typing import cast

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.model.linear import NO_SITE
from placement_opt.model.spells import NO_PAIR
from placement_opt.model.years import YearsDraft
from placement_opt.solve.relaxation import first_of_each
from placement_opt.solve.start import prices_of_places
from placement_opt.solve.system import System

SPELLS_OF_EACH = 6
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
    if draft.choices <= SPELLS_OF_EACH * len(np.unique(draft.pupil)):
        return np.arange(draft.choices)
    reduced = system.cost_of_pairs + _share_of_opening(system) + draft.minutes.pairs / HUNDREDTHS
    for t, one in enumerate(draft.drafts):
        factor = draft.year_factor(t) * draft.discount(t)
        prices = factor * prices_of_places(one, one.money.pairs + one.weighed.pairs)
        pair = draft.spells.pair[:, t]
        there = np.flatnonzero(pair != NO_PAIR)
        places = one.places[one.pupil[pair[there]]]
        reduced[there] -= prices[draft.provision[there]] * places
    years = draft.spells.last - draft.spells.first + 1
    return np.flatnonzero(first_of_each(draft.pupil, reduced / years, SPELLS_OF_EACH))


def _share_of_opening(system: System) -> Floats:
    """Return for each spell what being open costs for each place, in all its years."""
    draft = cast("YearsDraft", system.draft)
    places = draft.timeline.problem.provisions["places"].to_numpy(dtype=np.float64)[draft.provision]
    years = draft.spells.last - draft.spells.first + 1
    site = draft.site
    return np.where(site == NO_SITE, 0.0, system.cost_of_others[site] * years / np.maximum(1.0, places))
