"""The shortest schedule of a sequence of stops (docs/routing.md, sections 2 to 4), compiled."""

import numba
import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.routing.arrays import (
    AFTER,
    ASSISTANT_MS,
    BEGIN,
    BOARD,
    BOARDED_AT,
    EARLIEST,
    FAR_MS,
    GAP,
    GOES_TO,
    HELPED_IN,
    HIGH,
    HOME,
    LEAVE,
    LEAVE_STOP,
    LIMIT,
    LOW,
    MILE,
    MOST,
    MS,
    ONCE,
    OPENS,
    PER_ASSISTANT,
    PLACES,
    POINT,
    PUPILS_IN,
    RIDE_FIRST,
    RIDE_LAST,
    RIDE_LIMIT,
    SEATS,
    SERVICE,
    SHUTS,
    SINGLE,
    SOLO,
    STATE,
    STOP,
    TOP,
    VEHICLE,
    WALKERS_IN,
    WHEELCHAIRS_IN,
    WHO,
    YEAR,
    Packed,
)

compiled = numba.njit(cache=True, nogil=True)

DURATION, MILES, WALKERS, WHEELCHAIRS, HELPED, PUPILS, MOST_ABOARD = range(7)
"""What `examine` says of a sequence: ms and miles from the first stop to the last, and the most aboard at one time."""
FIGURES = 7
ABOARD, RIDES, WALKING, WHEELING, HELPED_NOW, SCHOOL = range(6)
"""What the row STATE of the memory counts on the way: parties aboard, rides ended, pupils by sort, the first school."""


@compiled
def examine(case: Packed, way: int, events: Ints, number: int, room: Ints, figures: Floats) -> bool:
    """Time a sequence and say what it takes; False where it breaks a rule.

    Parameters
    ----------
    case
        The case; P parties.
    way
        MORNING or AFTERNOON.
    events
        Below P: a party at its home; from P on: everybody of a school, at that school. Only the first `number` count.
    room
        Of `room_for`: its row BEGIN holds the shortest schedule afterwards, TOP the latest beginnings there can be.
    figures
        Filled with what the sequence takes.
    """
    rides = lay_out(case, way, events, number, room, figures)
    if rides < 0 or room[STATE, ABOARD] or not is_on_time(room, number, rides):
        return False
    figures[DURATION] = _shorten(room, number, rides)
    return True


@compiled
def can_go_on(case: Packed, events: Ints, number: int, room: Ints, figures: Floats) -> bool:
    """Say whether the beginning of a morning run, somebody aboard or not, breaks no rule yet."""
    rides = lay_out(case, 0, events, number, room, figures)
    if rides < 0 or not is_on_time(room, number, rides):
        return False
    for at in range(room[STATE, ABOARD]):
        first, party = room[BOARDED_AT, at], room[WHO, at]
        ridden = 0
        for k in range(first + 1, number):
            ridden += room[GAP, k] + (room[SERVICE, k] if k < number - 1 else 0)
        if ridden > case.party[party, LIMIT]:
            return False
    return True


@compiled
def lay_out(case: Packed, way: int, events: Ints, number: int, room: Ints, figures: Floats) -> int:
    """Fill in drives, seconds at stops, windows and rides of a sequence; return how many rides, -1 = rules broken."""
    parties = len(case.party)
    figures[:] = 0.0
    room[STATE] = 0
    room[STATE, SCHOOL] = -1
    point, was_home = -1, False
    for k in range(number):
        event = events[k]
        is_home = event < parties
        before = point
        point = case.party[event, HOME] if is_home else case.school[event - parties, POINT]
        room[GAP, k] = 0 if k == 0 else case.drive[before, point]
        if room[GAP, k] >= FAR_MS:
            return -1
        if k:
            figures[MILES] += case.miles[before, point]
        is_same = k > 0 and is_home == was_home and point == before
        if not _stop(case, way, events, number, k, is_same, room, figures):
            return -1
        _count(room, k, figures)
        was_home = is_home
    return -1 if figures[PUPILS] > case.number[MOST] else int(room[STATE, RIDES])


@compiled
def _stop(
    case: Packed, way: int, events: Ints, number: int, k: int, is_same: bool, room: Ints, figures: Floats
) -> bool:
    """Let pupils board or leave at an event, and fill in its seconds and window; False where it breaks a rule."""
    event, parties = events[k], len(case.party)
    room[LOW, k], room[HIGH, k] = -FAR_MS, FAR_MS
    if event >= parties:
        school = event - parties
        room[LOW, k], room[HIGH, k] = case.school[school, OPENS + 2 * way], case.school[school, SHUTS + 2 * way]
        if case.number[ONCE] and _is_called_before(events, k):
            return False
        if way == 0:
            return _set_down(case, school, k, room)
        room[SERVICE, k] = 0 if is_same else case.number[STOP]
        return _collect(case, events, number, k, room, figures)
    if way == 0:
        room[LOW, k] = case.party[event, EARLIEST]
        room[SERVICE, k] = case.party[event, BOARD] + (0 if is_same else case.number[STOP])
        return _board(case, event, k, room, figures)
    room[SERVICE, k] = case.party[event, LEAVE] + (0 if is_same else case.number[LEAVE_STOP])
    for at in range(room[STATE, ABOARD]):
        if room[WHO, at] == event:
            _leave(case, at, k, room)
            return True
    return False


@compiled
def _is_called_before(events: Ints, k: int) -> bool:
    for before in range(k):
        if events[before] == events[k]:
            return True
    return False


@compiled
def _set_down(case: Packed, school: int, k: int, room: Ints) -> bool:
    """Let everybody of a school leave; False where nobody of it is aboard."""
    service, at = case.number[LEAVE_STOP], 0
    before = room[STATE, ABOARD]
    while at < room[STATE, ABOARD]:
        party = room[WHO, at]
        if case.party[party, GOES_TO] == school:
            service += case.party[party, LEAVE]
            _leave(case, at, k, room)
        else:
            at += 1
    room[SERVICE, k] = service
    return bool(room[STATE, ABOARD] < before)


@compiled
def _collect(case: Packed, events: Ints, number: int, k: int, room: Ints, figures: Floats) -> bool:
    """Let everybody of a school board, who leaves later on; False where that is nobody."""
    parties, before = len(case.party), room[STATE, ABOARD]
    for later in range(k + 1, number):
        party = events[later]
        if party < parties and case.party[party, GOES_TO] == events[k] - parties:
            room[SERVICE, k] += case.party[party, BOARD]
            if not _board(case, party, k, room, figures):
                return False
    return bool(room[STATE, ABOARD] > before)


@compiled
def _board(case: Packed, party: int, k: int, room: Ints, figures: Floats) -> bool:
    """Let a party board; False where it may not ride with who is aboard, or with the school of the route."""
    state = room[STATE]
    if state[SCHOOL] < 0:
        state[SCHOOL] = case.party[party, GOES_TO]
    if case.number[SINGLE] and case.party[party, GOES_TO] != state[SCHOOL]:
        return False
    if state[ABOARD] and case.party[party, SOLO]:
        return False
    for at in range(state[ABOARD]):
        other = room[WHO, at]
        if case.party[other, SOLO] or case.apart[party, other]:
            return False
    room[WHO, state[ABOARD]], room[BOARDED_AT, state[ABOARD]] = party, k
    state[ABOARD] += 1
    state[WALKING] += case.party[party, WALKERS_IN]
    state[WHEELING] += case.party[party, WHEELCHAIRS_IN]
    state[HELPED_NOW] += case.party[party, HELPED_IN]
    figures[PUPILS] += case.party[party, PUPILS_IN]
    return True


@compiled
def _leave(case: Packed, at: int, k: int, room: Ints) -> None:
    """Let a party leave, whose place among those aboard is `at`, and note its ride."""
    state, party = room[STATE], room[WHO, at]
    ride = state[RIDES]
    room[RIDE_FIRST, ride], room[RIDE_LAST, ride], room[RIDE_LIMIT, ride] = (
        room[BOARDED_AT, at],
        k,
        case.party[party, LIMIT],
    )
    state[RIDES] += 1
    state[ABOARD] -= 1
    room[WHO, at], room[BOARDED_AT, at] = room[WHO, state[ABOARD]], room[BOARDED_AT, state[ABOARD]]
    state[WALKING] -= case.party[party, WALKERS_IN]
    state[WHEELING] -= case.party[party, WHEELCHAIRS_IN]
    state[HELPED_NOW] -= case.party[party, HELPED_IN]


@compiled
def _count(room: Ints, k: int, figures: Floats) -> None:
    state = room[STATE]
    aboard = state[WALKING] + state[WHEELING]
    room[AFTER, k] = aboard
    figures[WALKERS] = max(figures[WALKERS], state[WALKING])
    figures[WHEELCHAIRS] = max(figures[WHEELCHAIRS], state[WHEELING])
    figures[HELPED] = max(figures[HELPED], state[HELPED_NOW])
    figures[MOST_ABOARD] = max(figures[MOST_ABOARD], aboard)


@compiled
def is_on_time(room: Ints, number: int, rides: int) -> bool:
    """Find the earliest beginning of every event; False where there is none."""
    begin, low, high = room[BEGIN], room[LOW], room[HIGH]
    service, gap = room[SERVICE], room[GAP]
    driven = room[TOP]  # holds the time from the first beginning on without any waiting, for now
    driven[0] = 0
    for k in range(number):
        begin[k] = low[k]
        if k:
            driven[k] = driven[k - 1] + service[k - 1] + gap[k]
    for ride in range(rides):
        first, last = room[RIDE_FIRST, ride], room[RIDE_LAST, ride]
        if driven[last] - driven[first] - service[first] > room[RIDE_LIMIT, ride]:
            return False
    for _ in range(number + 2):
        for k in range(number):
            if k and begin[k - 1] + service[k - 1] + gap[k] > begin[k]:
                begin[k] = begin[k - 1] + service[k - 1] + gap[k]
            if begin[k] > high[k]:
                return False
        if not _raise_boardings(room, rides):
            return True
    return False


@compiled
def _raise_boardings(room: Ints, rides: int) -> bool:
    """Let who rides too long board later; say whether anybody does."""
    begin, is_changed = room[BEGIN], False
    for ride in range(rides):
        first, last = room[RIDE_FIRST, ride], room[RIDE_LAST, ride]
        needed = begin[last] - room[RIDE_LIMIT, ride] - room[SERVICE, first]
        if needed > begin[first]:
            begin[first] = needed
            is_changed = True
    return is_changed


@compiled
def latest(room: Ints, number: int, rides: int) -> None:
    """Fill `top_ms` with the latest beginning of every event; the sequence has to have a schedule."""
    top, service, gap = room[TOP], room[SERVICE], room[GAP]
    for k in range(number):
        top[k] = room[HIGH, k]
    is_changed = True
    while is_changed:
        for k in range(number - 2, -1, -1):
            top[k] = min(top[k], top[k + 1] - gap[k + 1] - service[k])
        is_changed = False
        for ride in range(rides):
            first, last = room[RIDE_FIRST, ride], room[RIDE_LAST, ride]
            most = top[first] + service[first] + room[RIDE_LIMIT, ride]
            if most < top[last]:
                top[last] = most
                is_changed = True


@compiled
def _shorten(room: Ints, number: int, rides: int) -> int:
    """Put the shortest schedule in place of the earliest one; return its ms."""
    latest(room, number, rides)
    begin, service, gap = room[BEGIN], room[SERVICE], room[GAP]
    driven = 0
    for k in range(1, number):
        driven += service[k - 1] + gap[k]
    start = min(room[TOP, 0], begin[number - 1] - driven)
    if start > begin[0]:
        begin[0] = start
        for k in range(1, number):
            begin[k] = max(begin[k], begin[k - 1] + service[k - 1] + gap[k])
        _settle(room, number, rides)
    return int(begin[number - 1] + service[number - 1] - begin[0])


@compiled
def _settle(room: Ints, number: int, rides: int) -> None:
    """Raise beginnings until every ride holds; there is a schedule."""
    begin, service, gap = room[BEGIN], room[SERVICE], room[GAP]
    is_changed = True
    while is_changed:
        is_changed = _raise_boardings(room, rides)
        for k in range(1, number):
            begin[k] = max(begin[k], begin[k - 1] + service[k - 1] + gap[k])


@compiled
def fits(case: Packed, layout: int, walkers: float, wheelchairs: float, helped: float) -> bool:
    """Say whether a layout holds what is aboard at most, assistants included."""
    assistants = assistants_in(case, case.layout[layout, VEHICLE], helped)
    if assistants < 0:
        return False
    has_seats = case.layout[layout, SEATS] >= walkers + assistants
    return bool(has_seats and case.layout[layout, PLACES] >= wheelchairs)


@compiled
def assistants_in(case: Packed, vehicle: int, helped: float) -> int:
    """Return how many assistants a type of vehicle needs for so many pupils at one time; -1 = it carries none."""
    if helped == 0:
        return 0
    each = case.vehicle[vehicle, PER_ASSISTANT]
    return -1 if each == 0 else int(np.ceil(helped / each))


@compiled
def price(case: Packed, vehicle: int, duration_ms: float, miles: float, helped: float) -> float:
    """Return £ a year of both runs, unrounded; the ms and miles are those of both runs."""
    assistants = assistants_in(case, vehicle, helped)
    hours = duration_ms * (case.vehicle[vehicle, MS] + assistants * case.vehicle[vehicle, ASSISTANT_MS])
    return float(case.vehicle[vehicle, YEAR] + miles * case.vehicle[vehicle, MILE] + hours)


@compiled
def cheapest(case: Packed, figures: Floats) -> tuple[float, int]:
    """Return the least £ a year of a sequence that is driven twice a day, and the layout; infinite, -1 = none fits."""
    best, chosen = np.inf, -1
    for layout in range(len(case.layout)):
        vehicle = case.layout[layout, VEHICLE]
        if not fits(case, layout, figures[WALKERS], figures[WHEELCHAIRS], figures[HELPED]):
            continue
        gbp = price(case, vehicle, 2 * figures[DURATION], 2 * figures[MILES], figures[HELPED])
        if gbp < best - 1e-9:
            best, chosen = gbp, layout
    return best, chosen
