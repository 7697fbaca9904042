"""Which pairs a large model begins with: those that are good at the prices of its pure relaxation."""

from dataclasses import dataclass
from typing import cast

import numpy as np

from placement_opt.facts import Bools, Floats, Ints
from placement_opt.model.draft import Draft
from placement_opt.solve.relaxation import first_of_each
from placement_opt.solve.system import System, at_sites
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
    reduced = cost - assigned_alone(draft, cost).prices[draft.provision] * draft.places[draft.pupil]
    return np.flatnonzero(first_of_each(draft.pupil, reduced + wish, PAIRS_OF_EACH))


def _share_of_opening(system: System) -> Floats:
    """Return for each pair what being open costs for each place."""
    draft = cast("Draft", system.draft)
    places = np.maximum(1, draft.facts.provision_column("places").astype(np.int64))[draft.provision]
    return at_sites(system.cost_of_others, draft.site, 0.0) / places


@dataclass(frozen=True, eq=False)
class Alone:
    """Pupils and places of one year, with nothing else that counts.

    Parameters
    ----------
    prices
        Of a place at each provision, 0 or less.
    placed
        How many pupils each decided pair has.
    """

    prices: Floats
    placed: Ints


def assigned_alone(
    draft: Draft, cost: Floats, *, waiting: Ints | None = None, taken: Ints | None = None, usable: Bools | None = None
) -> Alone:
    """Assign pupils to places where nothing else counts, as many as there is room for.

    Parameters
    ----------
    draft
        Of one year.
    cost
        Of each decided pair.
    waiting
        How many pupils of each row have to be placed; None = all.
    taken
        Places of each provision that are gone besides those of the pupils who stay; None = none.
    usable
        The decided pairs that may be used; None = all.
    """
    count = draft.count if waiting is None else waiting
    may_be_used = count[draft.pupil] > 0
    pairs = np.flatnonzero(may_be_used if usable is None else may_be_used & usable)
    room = draft.room if taken is None else np.maximum(0, draft.room - taken)
    pairs = pairs[room[draft.provision[pairs]] > 0]
    pupils, of_pair = np.unique(draft.pupil[pairs], return_inverse=True)
    placed = np.zeros(draft.choices, dtype=np.int64)
    if not len(pupils):
        return Alone(np.zeros(len(room)), placed)
    supply = count[pupils] * draft.places[pupils]
    pence = np.rint(cost[pairs] / draft.places[draft.pupil[pairs]] * PENCE)
    penalty = PENALTY * (float(np.ptp(pence)) + PENCE)
    sources, sinks = len(pupils), len(room)
    open_sinks = np.flatnonzero(room)
    more = len(open_sinks) + 1
    problem = Transportation(
        np.concatenate([of_pair, np.arange(sources), np.full(more, sources)]),
        np.concatenate([draft.provision[pairs], np.full(sources, sinks), open_sinks, [sinks]]),
        np.concatenate([pence, np.full(sources, penalty), np.zeros(more)]),
        np.append(supply, int(room.sum()) + 1),
        np.append(room, int(supply.sum()) + 1),
        np.concatenate([np.ones(len(pairs), dtype=bool), np.zeros(sources + more, dtype=bool)]),
        np.concatenate([draft.minutes.pairs[pairs] * HUNDREDTHS, np.zeros(sources + more)]),
    )
    flow = solve_transportation(problem)
    prices = np.asarray(np.minimum(0.0, flow.of_sink[:sinks] + flow.of_source[-1]) / PENCE, dtype=np.float64)
    placed[pairs] = flow.units[: len(pairs)] // draft.places[draft.pupil[pairs]]
    return Alone(prices, placed)
