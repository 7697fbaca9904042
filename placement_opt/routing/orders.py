"""Every order in which a few parties can be carried, so that the best one is known, compiled."""

import numpy as np
from numpy.typing import NDArray

from placement_opt.facts import Bools, Floats, Ints
from placement_opt.routing.arrays import (
    AFTERNOON,
    ASSISTANT_MS,
    GOES_TO,
    HELPED_IN,
    MILE,
    MORNING,
    MS,
    STATE,
    VEHICLE,
    Packed,
    room_for,
)
from placement_opt.routing.timing import (
    DURATION,
    FIGURES,
    HELPED,
    MILES,
    WALKERS,
    WHEELCHAIRS,
    assistants_in,
    can_go_on,
    compiled,
    examine,
    fits,
)

MOST_PARTIES = 10


Small = NDArray[np.int32]


class Orders:
    """The cheapest orders of every set of a few parties.

    Parameters
    ----------
    parties
        Positions of the parties; bit k of a set stands for the k-th of them.
    gbp
        £ a year of one run a day without the price of the vehicle, of shape (sets, layouts, pupils helped at one time):
        the last is how many the route's assistants are for. Infinite = there is no such run.
    events
        The orders, of shape (sets, layouts, pupils helped, events); -1 after the last event.
    is_complete
        Every order was looked at.
    """

    def __init__(self, case: Packed, way: int, parties: Ints, *, whole: bool, most_looks: int) -> None:
        self.parties = np.asarray(parties, dtype=np.int64)
        sets = 1 if whole else 1 << len(parties)
        helped = 1 + int(case.party[parties, HELPED_IN].sum())
        shape = (sets, len(case.layout), helped)
        self.gbp = np.full(shape, np.inf)
        self.events = np.full((*shape, 2 * len(parties)), -1, dtype=np.int32)
        room = room_for(2 * len(parties) + 2)
        looks = np.array([most_looks], dtype=np.int64)
        if way == MORNING:
            _mornings(case, self.parties, whole, looks, room, self.gbp, self.events)
        else:
            _afternoons(case, self.parties, whole, looks, room, self.gbp, self.events)
        self.is_complete = bool(looks[0] > 0)

    def order(self, row: int, layout: int, helped: int) -> tuple[int, ...]:
        """Return one of the orders as events."""
        return tuple(int(event) for event in self.events[row, layout, helped] if event >= 0)

    def members(self, row: int) -> tuple[int, ...]:
        """Return the parties of a set, ascending; for sets of a few parties only, not for a whole one."""
        return tuple(sorted(int(party) for at, party in enumerate(self.parties) if row >> at & 1))


@compiled
def _mornings(case: Packed, parties: Ints, whole: bool, looks: Ints, room: Ints, gbp: Floats, best: Small) -> None:
    """Go through all beginnings of runs, one event longer at a time, and back."""
    number, homes = len(parties), len(case.party)
    events = np.zeros(2 * number + 2, dtype=np.int64)
    tried = np.zeros(2 * number + 2, dtype=np.int64)  # the next thing to try at each depth
    boarded = np.zeros(number, dtype=np.bool_)
    figures = np.zeros(FIGURES)
    everybody, members, depth = (1 << number) - 1, 0, 0
    while depth >= 0 and looks[0] > 0:
        choice = tried[depth]
        tried[depth] += 1
        if choice >= 2 * number or depth >= 2 * number:
            depth -= 1
            if depth >= 0:
                members = _take_back(events[depth], parties, boarded, members)
            continue
        if choice < number:
            if boarded[choice]:
                continue
            event = parties[choice]
        else:
            event = homes + case.party[parties[choice - number], GOES_TO]
            if depth == 0 or not _is_first_of_school(case, parties, choice - number):
                continue
        events[depth] = event
        looks[0] -= 1
        if not can_go_on(case, events, depth + 1, room, figures):
            continue
        if choice < number:
            boarded[choice] = True
            members |= 1 << choice
        elif room[STATE, 0] == 0 and (not whole or members == everybody):
            if examine(case, MORNING, events, depth + 1, room, figures):
                _keep(case, figures, events, depth + 1, gbp[0 if whole else members], best[0 if whole else members])
        depth += 1
        tried[depth] = 0


@compiled
def _is_first_of_school(case: Packed, parties: Ints, at: int) -> bool:
    for before in range(at):
        if case.party[parties[before], GOES_TO] == case.party[parties[at], GOES_TO]:
            return False
    return True


@compiled
def _take_back(event: int, parties: Ints, boarded: Bools, members: int) -> int:
    """Undo a boarding; return who is on the run then."""
    for at in range(len(parties)):
        if parties[at] == event:
            boarded[at] = False
            return members & ~(1 << at)
    return members


@compiled
def _keep(case: Packed, figures: Floats, events: Ints, number: int, gbp: Floats, best: Small) -> None:
    """Note an order for every layout that holds it and every number of assistants that is enough, if it is cheapest."""
    for layout in range(gbp.shape[0]):
        vehicle = case.layout[layout, VEHICLE]
        for helped in range(int(figures[HELPED]), gbp.shape[1]):
            if not fits(case, layout, figures[WALKERS], figures[WHEELCHAIRS], helped):
                continue
            assistants = assistants_in(case, vehicle, helped)
            each_ms = case.vehicle[vehicle, MS] + assistants * case.vehicle[vehicle, ASSISTANT_MS]
            cost = figures[MILES] * case.vehicle[vehicle, MILE] + figures[DURATION] * each_ms
            if cost < gbp[layout, helped] - 1e-9:
                gbp[layout, helped] = cost
                best[layout, helped, :] = -1
                best[layout, helped, :number] = events[:number]


@compiled
def _afternoons(case: Packed, parties: Ints, whole: bool, looks: Ints, room: Ints, gbp: Floats, best: Small) -> None:
    number = len(parties)
    everybody = (1 << number) - 1
    first = everybody if whole else 1
    for members in range(first, everybody + 1):
        row = 0 if whole else members
        _afternoons_of(case, parties, members, looks, room, gbp[row], best[row])


@compiled
def _afternoons_of(
    case: Packed, parties: Ints, members: int, looks: Ints, room: Ints, gbp: Floats, best: Small
) -> None:
    """Go through all orders of the schools and homes of one set of parties."""
    number, homes = len(parties), len(case.party)
    events, tried = np.zeros(2 * number + 2, dtype=np.int64), np.zeros(2 * number + 2, dtype=np.int64)
    used = np.zeros(2 * number, dtype=np.bool_)  # homes, then schools by their first party
    figures = np.zeros(FIGURES)
    length = 0
    for at in range(number):
        length += members >> at & 1
        length += _calls(case, parties, members, at)
    depth = 0
    while depth >= 0 and looks[0] > 0:
        choice = tried[depth]
        tried[depth] += 1
        if choice >= 2 * number:
            depth -= 1
            if depth >= 0:
                used[tried[depth] - 1] = False
            continue
        at = choice % number
        if used[choice] or not members >> at & 1:
            continue
        if choice < number:
            if not used[number + _first_of_school(case, parties, members, at)]:
                continue
            events[depth] = parties[at]
        else:
            if _calls(case, parties, members, at) == 0:
                continue
            events[depth] = homes + case.party[parties[at], GOES_TO]
        looks[0] -= 1
        if depth == length - 1:
            if examine(case, AFTERNOON, events, length, room, figures):
                _keep(case, figures, events, length, gbp, best)
            continue
        used[choice] = True
        depth += 1
        tried[depth] = 0


@compiled
def _first_of_school(case: Packed, parties: Ints, members: int, at: int) -> int:
    for before in range(at):
        if members >> before & 1 and case.party[parties[before], GOES_TO] == case.party[parties[at], GOES_TO]:
            return before
    return at


@compiled
def _calls(case: Packed, parties: Ints, members: int, at: int) -> int:
    """Return 1 for the first member of a school, who stands for the call there, else 0."""
    return 1 if members >> at & 1 and _first_of_school(case, parties, members, at) == at else 0
