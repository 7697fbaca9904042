"""What one more pupil adds to routes, and what one less saves: often nothing, as the vehicle comes anyway; compiled."""

from collections.abc import Sequence

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.routing.arrays import GOES_TO, Packed, room_for
from placement_opt.routing.case import RouteCase
from placement_opt.routing.insertion import take_out
from placement_opt.routing.places import Routes, Weights, best_place, put, weigh
from placement_opt.routing.timing import FIGURES, compiled


def marginal_gbp(case: RouteCase, sequences: Sequence[tuple[int, ...]]) -> Floats:
    """Return for each party what it costs a year that it travels, the routes of the others as they are.

    Parameters
    ----------
    case
        Parties that are on routes, and others that might be.
    sequences
        The mornings of the routes.

    Returns
    -------
    array of shape (parties,)
        For a party on a route: what the route costs more than without it. For any other: the least that it adds to a
        route, or the price of a vehicle of its own if that is less; infinite = no vehicle can carry it.
    """
    longest = max((len(sequence) for sequence in sequences), default=0) + 4
    events = np.zeros((len(sequences), longest), dtype=np.int64)
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    for row, sequence in zip(events, sequences, strict=True):
        row[: len(sequence)] = sequence
    gbp = np.full(len(case.parties), np.inf)
    weights = Weights(0.0, 0.0, np.zeros(len(case.parties)), 0.0)
    _margins(case.packed, events, lengths, weights, room_for(longest + 6), gbp)
    return gbp


@compiled
def _margins(case: Packed, events: Ints, lengths: Ints, weights: Weights, room: Ints, gbp: Floats) -> None:
    number, longest = events.shape
    parties = len(case.party)
    figures = np.zeros(FIGURES)
    routes = Routes(
        np.zeros((number, longest), dtype=np.int64),
        np.zeros(number, dtype=np.int64),
        np.zeros(number),
        np.zeros((number, longest), dtype=np.int64),
        np.zeros((number, longest), dtype=np.int64),
        np.zeros((number, longest), dtype=np.int64),
        np.full(parties, -1, dtype=np.int64),
    )
    for route in range(number):
        weight = weigh(case, events[route], lengths[route], weights, room, figures)
        put(case, routes, route, events[route], lengths[route], weight, room)
        for event in events[route, : lengths[route]]:
            if event < parties:
                routes.route_of[event] = route
    trial = np.zeros(longest + 2, dtype=np.int64)
    for party in range(parties):
        route = routes.route_of[party]
        if route >= 0:
            trial[:longest] = routes.events[route]
            left = take_out(case, 0, party, trial, lengths[route])
            without = weigh(case, trial, left, weights, room, figures) if left else 0.0
            gbp[party] = max(0.0, routes.weight[route] - without)
            continue
        trial[0], trial[1] = party, parties + case.party[party, GOES_TO]
        best = weigh(case, trial, 2, weights, room, figures)
        for route in range(number):
            added = best_place(case, routes, route, party, weights, best, room, trial, figures)[0]
            best = min(best, added)
        gbp[party] = best
