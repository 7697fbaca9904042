"""Ruin and recreate: strings of neighbouring parties are taken out of routes and put back where they cost least.

After Christiaens and Vanden Berghe, Slack induction by string removals for vehicle routing problems (2020), with rides,
layouts and who may share held exactly, and strings that may come from calls at any school. Compiled.
"""

import numpy as np

from placement_opt.facts import Bools, Floats, Ints
from placement_opt.routing.arrays import (
    GOES_TO,
    HOME,
    POINT,
    PUPILS_IN,
    Packed,
)
from placement_opt.routing.insertion import take_out, write_with
from placement_opt.routing.places import Routes, Weights, best_place, put, weigh
from placement_opt.routing.timing import FIGURES, compiled

STRING_MOST = 10


@compiled
def recreate(
    case: Packed,
    routes: Routes,
    order: Ints,
    may_open: bool,
    weights: Weights,
    touched: Bools,
    room: Ints,
    figures: Floats,
) -> None:
    """Put parties back, one by one, where each adds least; who fits nowhere stays without a route."""
    homes = len(case.party)
    trial = np.zeros(routes.events.shape[1] + 2, dtype=np.int64)
    for party in order:
        best, chosen, at_home, at_call, empty = np.inf, -1, -1, -1, -1
        for route in range(len(routes.length)):
            if routes.length[route] == 0:
                empty = route if empty < 0 else empty
                continue
            gbp, i, j = best_place(case, routes, route, party, weights, best, room, trial, figures)
            if gbp < best:
                best, chosen, at_home, at_call = gbp, route, i, j
        if may_open and empty >= 0:
            trial[0], trial[1] = party, homes + case.party[party, GOES_TO]
            gbp = weigh(case, trial, 2, weights, room, figures)
            if gbp < best:
                best, chosen, at_home, at_call = gbp, empty, 0, 0
        if chosen < 0:
            continue
        number = routes.length[chosen]
        write_with(routes.events[chosen], number, party, homes + case.party[party, GOES_TO], at_home, at_call, trial)
        made = number + (1 if at_call < 0 else 2)
        put(case, routes, chosen, trial, made, routes.weight[chosen] + best, room)
        routes.route_of[party] = chosen
        touched[chosen] = True


@compiled
def ruin(
    case: Packed, routes: Routes, near: Ints, mean: float, weights: Weights, touched: Bools, room: Ints, figures: Floats
) -> Ints:
    """Take strings of parties out of neighbouring routes; return who has no route then.

    Parameters
    ----------
    near
        For each party the others, the nearest first, of shape (P, K).
    mean
        How many parties are taken out on average.
    """
    parties = len(routes.route_of)
    served = np.flatnonzero(routes.route_of >= 0)
    if len(served):
        size = len(served) / max(1, (routes.length > 0).sum())
        longest = min(STRING_MOST, max(1.0, size))
        most = max(1.0, 4 * mean / (1 + longest) - 1)
        strings = int(np.random.random() * most) + 1
        seed = served[int(np.random.random() * len(served))]
        done = np.zeros(len(routes.length), dtype=np.bool_)
        for place in range(-1, near.shape[1]):
            party = seed if place < 0 else near[seed, place]
            route = routes.route_of[party]
            if route < 0 or done[route]:
                continue
            done[route] = True
            _take_string(case, routes, route, party, longest, weights, room, figures)
            touched[route] = True
            strings -= 1
            if strings <= 0:
                break
    return np.flatnonzero(routes.route_of[:parties] < 0)


@compiled
def _take_string(
    case: Packed,
    routes: Routes,
    route: int,
    party: int,
    longest: float,
    weights: Weights,
    room: Ints,
    figures: Floats,
) -> None:
    homes, number = len(case.party), routes.length[route]
    members = routes.events[route, :number]
    members = members[members < homes]
    most = min(longest, float(len(members)))
    length = int(np.random.random() * most) + 1
    at = 0
    while members[at] != party:
        at += 1
    first = max(0, at - int(np.random.random() * length))
    first = min(first, len(members) - length)
    events = routes.events[route].copy()
    for member in members[first : first + length].copy():
        number = take_out(case, 0, member, events, number)
        routes.route_of[member] = -1
    weight = weigh(case, events, number, weights, room, figures) if number else 0.0
    put(case, routes, route, events, number, weight, room)


@compiled
def improve(
    case: Packed,
    routes: Routes,
    best: Routes,
    absent: Floats,
    near: Ints,
    far_nearer: Ints,
    rounds: int,
    temperatures: Floats,
    mean: float,
    may_open: bool,
    weights: Weights,
    seed: int,
    found: Ints,
    found_length: Ints,
    room: Ints,
) -> int:
    """Change routes for some rounds; `best` holds the best of them; return how many sequences were noted in `found`.

    Parameters
    ----------
    absent
        How often each party was without a route; grows.
    near, far_nearer
        Neighbours by home, and by home, school and its times: one of the two is used in each round.
    temperatures
        The first and the last of the rounds: what may be worse, in £.
    may_open
        A party may get a new route. Otherwise who fits nowhere waits, and those who waited often go first.
    found, found_length
        Noted sequences of routes that were changed.
    """
    np.random.seed(seed)
    figures = np.zeros(FIGURES)
    noted, number = 0, len(routes.length)
    current = routes.weight.sum() + (weights.left_out * (routes.route_of < 0)).sum()
    best_weight = best.weight.sum() + (weights.left_out * (best.route_of < 0)).sum()
    kept = Routes(
        routes.events.copy(),
        routes.length.copy(),
        routes.weight.copy(),
        routes.early_ms.copy(),
        routes.late_ms.copy(),
        routes.service_ms.copy(),
        routes.route_of.copy(),
    )
    touched = np.zeros(number, dtype=np.bool_)
    cooling = (temperatures[1] / temperatures[0]) ** (1.0 / max(1, rounds))
    temperature = temperatures[0]
    for _ in range(rounds):
        temperature *= cooling
        touched[:] = False
        by = near if np.random.random() < 0.5 else far_nearer
        waiting = ruin(case, routes, by, mean, weights, touched, room, figures)
        recreate(case, routes, _order(case, waiting, absent), may_open, weights, touched, room, figures)
        without = routes.route_of < 0
        weight = routes.weight.sum() + (weights.left_out * without).sum()
        is_better = weight < current - temperature * np.log(np.random.random())
        if not may_open and without.any():
            was_without = kept.route_of < 0
            is_better = is_better or (absent * without).sum() < (absent * was_without).sum()
            absent[without] += 1.0
        if not is_better:
            _copy(kept, routes, touched)
            continue
        for route in np.flatnonzero(touched):
            if noted < len(found_length) and routes.length[route]:
                found[noted, : routes.length[route]] = routes.events[route, : routes.length[route]]
                found_length[noted] = routes.length[route]
                noted += 1
        _copy(routes, kept, touched)
        current = weight
        if weight < best_weight - 1e-9:
            best_weight = weight
            everything = np.ones(number, dtype=np.bool_)
            _copy(routes, best, everything)
            if not may_open and not without.any():
                break
    return noted


@compiled
def _order(case: Packed, waiting: Ints, absent: Floats) -> Ints:
    """Return who waits in one of several orders: any, many first, far first, near first, often absent first."""
    draw = np.random.random()
    if draw < 0.35:
        return np.random.permutation(waiting)
    keys = np.zeros(len(waiting))
    for at, party in enumerate(waiting):
        drive = case.drive[case.party[party, HOME], case.school[case.party[party, GOES_TO], POINT]]
        if draw < 0.55:
            keys[at] = -case.party[party, PUPILS_IN]
        elif draw < 0.75:
            keys[at] = -drive
        elif draw < 0.85:
            keys[at] = drive
        else:
            keys[at] = -absent[party]
    return waiting[np.argsort(keys)]


@compiled
def _copy(one: Routes, other: Routes, which: Bools) -> None:
    for route in np.flatnonzero(which):
        number = one.length[route]
        other.length[route], other.weight[route] = number, one.weight[route]
        other.events[route, :number] = one.events[route, :number]
        other.early_ms[route, :number] = one.early_ms[route, :number]
        other.late_ms[route, :number] = one.late_ms[route, :number]
        other.service_ms[route, :number] = one.service_ms[route, :number]
    other.route_of[:] = one.route_of
