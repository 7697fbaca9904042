"""Parties inserted into a sequence one by one, each where it costs least, compiled."""

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.routing.arrays import GOES_TO, HOME, MILE, MS, POINT, Packed, room_for
from placement_opt.routing.timing import DURATION, FIGURES, MILES, compiled, examine

ROUNDS = 4


def insert_all(case: Packed, way: int, parties: Ints, seed: int) -> tuple[int, ...] | None:
    """Return a good sequence for all of some parties; None where none was found.

    Parameters
    ----------
    case, way
        The arrays; MORNING or AFTERNOON.
    parties
        Positions.
    seed
        0: the farthest from their schools first; else a random order.
    """
    if seed:
        order = np.random.default_rng(seed).permutation(parties)
    else:
        far = case.drive[case.party[parties, HOME], case.school[case.party[parties, GOES_TO], POINT]]
        order = parties[np.argsort(-far, kind="stable")]
    events = np.zeros(2 * len(parties) + 2, dtype=np.int64)
    number = _insert_all(case, way, order.astype(np.int64), events, room_for(len(events) + 2))
    return None if number < 0 else tuple(int(event) for event in events[:number])


@compiled
def _insert_all(case: Packed, way: int, order: Ints, events: Ints, room: Ints) -> int:
    number, figures = 0, np.zeros(FIGURES)
    for party in order:
        number = insert(case, way, party, events, number, room, figures)
        if number < 0:
            return -1
    for _ in range(ROUNDS):
        before = weight(case, way, events, number, room, figures)
        for party in order:
            number = take_out(case, way, party, events, number)
            number = insert(case, way, party, events, number, room, figures)
            if number < 0:
                return -1
        if weight(case, way, events, number, room, figures) >= before:
            break
    return number


@compiled
def weight(case: Packed, way: int, events: Ints, number: int, room: Ints, figures: Floats) -> float:
    """Return what a run takes, in £ of the cheapest miles and hours; infinite where it breaks a rule."""
    if not examine(case, way, events, number, room, figures):
        return np.inf
    return float(figures[MILES] * case.vehicle[:, MILE].min() + figures[DURATION] * (case.vehicle[:, MS].min() + 1e-9))


@compiled
def insert(case: Packed, way: int, party: int, events: Ints, number: int, room: Ints, figures: Floats) -> int:
    """Put a party into a sequence where it costs least; return the new length, -1 where it fits nowhere."""
    parties = len(case.party)
    school = parties + case.party[party, GOES_TO]
    trial = np.zeros(number + 2, dtype=np.int64)
    best = np.inf
    kept = np.zeros(number + 2, dtype=np.int64)
    length = 0
    for at_home in range(number + 1):
        for at_school in range(-1, number + 1):
            made = _with(events, number, party, school, at_home, at_school, way, trial)
            if made == 0:
                continue
            gbp = weight(case, way, trial, made, room, figures)
            if gbp < best:
                best, length = gbp, made
                kept[:made] = trial[:made]
    if length == 0:
        return -1
    events[:length] = kept[:length]
    return length


@compiled
def _with(
    events: Ints, number: int, party: int, school: int, at_home: int, at_school: int, way: int, trial: Ints
) -> int:
    """Write a sequence with a party put in; return its length, 0 where this way of putting it in makes no sense.

    `at_school` -1: the call at the school that is there already, after the home in the morning and before it in the
    afternoon; else a new call before the event of that place.
    """
    first, last = (at_home, at_school) if way == 0 else (at_school, at_home)
    if at_school < 0:
        is_there = False
        for k in range(number):
            if events[k] == school and (k >= at_home if way == 0 else k < at_home):
                is_there = True
        if not is_there:
            return 0
        write_with(events, number, party, school, at_home, -1, trial)
        return number + 1
    if first > last:
        return 0
    for k in range(number):
        if events[k] == school and (way == 1 or k >= at_home):
            return 0
    ahead, behind = (party, school) if way == 0 else (school, party)
    write_with(events, number, ahead, behind, first, last, trial)
    return number + 2


@compiled
def write_with(events: Ints, number: int, one: int, other: int, i: int, j: int, trial: Ints) -> None:
    """Write a sequence with an event put in before event i and, unless j is -1, another one before event j."""
    made = 0
    for k in range(number + 1):
        if k == i:
            trial[made] = one
            made += 1
        if k == j:
            trial[made] = other
            made += 1
        if k < number:
            trial[made] = events[k]
            made += 1


@compiled
def take_out(case: Packed, way: int, party: int, events: Ints, number: int) -> int:
    """Take a party out of a sequence, and calls at its school that serve nobody any more; return the new length."""
    school, made = len(case.party) + case.party[party, GOES_TO], 0
    for k in range(number):
        if events[k] != party:
            events[made] = events[k]
            made += 1
    number, made = made, 0
    for k in range(number):
        if events[k] == school and not _serves(case, way, events, number, k, made):
            continue
        events[made] = events[k]
        made += 1
    return made


@compiled
def _serves(case: Packed, way: int, events: Ints, number: int, call: int, kept: int) -> bool:
    """Say whether anybody leaves at a call of the morning, or boards at one of the afternoon.

    Of the events before the call, the first `kept` are in their places already.
    """
    parties = len(case.party)
    if way == 0:
        for k in range(kept - 1, -1, -1):
            if events[k] == events[call]:
                return False
            if events[k] < parties and parties + case.party[events[k], GOES_TO] == events[call]:
                return True
        return False
    for k in range(call + 1, number):
        if events[k] < parties and parties + case.party[events[k], GOES_TO] == events[call]:
            return True
    return False
