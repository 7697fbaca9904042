"""Which pairs a large model begins with: those that are good at the prices of its pure relaxation."""

from typing import cast

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.model.draft import Draft
from placement_opt.model.linear import NO_SITE
from placement_opt.solve.relaxation import first_of_each
from placement_opt.solve.system import System
from placement_opt.solve.transportation import Transportation, solve_transportation

PAIRS_OF_EACH = 6
PENCE, HUNDREDTHS = 100, 100
PENALTY = 4.0


def first_pairs(system: System) -> Ints:
    """Return a few promising pairs of each pupil, ascending.

    Parameters
    ----------
    system
        Rows and objective over all pairs.

    Notes
    -----
    Everything but pupils and places is left out, being open is shared out over the places, and the network simplex
    gives the price of each place. The pairs with the least reduced cost at these prices are the start; of pairs that
    are equally good the nearer ones, or thousands would look alike.
    """
    draft = cast("Draft", system.draft)
    if len(draft.decided) <= PAIRS_OF_EACH * len(draft.count):
        return np.arange(len(draft.decided))
    cost = system.cost_of_pairs + _share_of_opening(system) * draft.places[draft.pupil]
    wish = draft.minutes.pairs / HUNDREDTHS
    reduced = cost - prices_of_places(draft, cost)[draft.provision] * draft.places[draft.pupil]
    return np.flatnonzero(first_of_each(draft.pupil, reduced + wish, PAIRS_OF_EACH))


def _share_of_opening(system: System) -> Floats:
    """Return for each pair what being open costs for each place."""
    draft = cast("Draft", system.draft)
    places = np.maximum(1, draft.facts.provision_column("places").astype(np.int64))[draft.provision]
    site = draft.site
    return np.where(site == NO_SITE, 0.0, system.cost_of_others[site] / places)


def prices_of_places(draft: Draft, cost: Floats) -> Floats:
    """Return the price of a place at each provision, 0 or less, where nothing but pupils and places counts.

    Parameters
    ----------
    draft
        Of one year.
    cost
        Of each decided pair.
    """
    facts = draft.facts
    pupils = np.unique(draft.pupil)
    of_pair = np.searchsorted(pupils, draft.pupil)
    places = facts.provision_column("places") + facts.provision_column("overflow_places")
    added = facts.provision_column("max_classes") * facts.provision_column("class_places")
    capacity = np.maximum(0, (places + added).astype(np.int64) - draft.kept_places)
    supply = draft.count[pupils] * draft.places[pupils]
    pence = np.rint(cost / draft.places[draft.pupil] * PENCE)
    penalty = PENALTY * (float(np.ptp(pence)) + PENCE)
    sources, sinks = len(pupils), len(capacity)
    usable = capacity[draft.provision] > 0
    open_sinks = np.flatnonzero(capacity)
    problem = Transportation(
        np.concatenate([of_pair[usable], np.arange(sources), np.full(len(open_sinks) + 1, sources)]),
        np.concatenate([draft.provision[usable], np.full(sources, sinks), open_sinks, [sinks]]),
        np.concatenate([pence[usable], np.full(sources, penalty), np.zeros(len(open_sinks) + 1)]),
        np.append(supply, int(capacity.sum()) + 1),
        np.append(capacity, int(supply.sum()) + 1),
        np.concatenate([np.ones(int(usable.sum()), dtype=bool), np.zeros(sources + len(open_sinks) + 1, dtype=bool)]),
        np.concatenate([draft.minutes.pairs[usable] * HUNDREDTHS, np.zeros(sources + len(open_sinks) + 1)]),
    )
    flow = solve_transportation(problem)
    return np.asarray(np.minimum(0.0, flow.of_sink[:sinks] + flow.of_source[-1]) / PENCE, dtype=np.float64)
