"""The stops of one of today's routes in order, and when they are: by the rules where they can be kept."""

from functools import cache

import numpy as np

from placement_opt.routing.arrays import FAR_MS, GAP, MORNING, SERVICE, Arrays, packed, room_for
from placement_opt.routing.timing import FIGURES, examine, lay_out

_MANY = 10**9
_MOST_SCHOOLS = 12
"""Schools of one route whose order is worked out; the work doubles with each."""


def with_set_downs(case: Arrays, boardings: list[int]) -> list[int] | None:
    """Return pick-ups in their order with a set-down at each school after its last pick-up: the shortest drive.

    Parameters
    ----------
    boardings
        Parties in the order in which they board.

    Returns
    -------
    events
        Parties, and the number of parties + a school for its set-down; None where a drive is not known.

    Raises
    ------
    ValueError
        When the route goes to more schools than can be put in order.
    """
    parties, first = len(case.home), len(boardings)
    schools = sorted({int(case.goes_to[party]) for party in boardings})
    if len(schools) > _MOST_SCHOOLS:
        raise ValueError(f"{len(schools)} schools; give the set-downs of routes to more than {_MOST_SCHOOLS}.")
    last = {school: max(k for k, party in enumerate(boardings) if case.goes_to[party] == school) for school in schools}

    @cache
    def shortest(boarded: int, left: int, at: int) -> tuple[int, tuple[int, ...]]:
        """Return the least drive of what is left, and its events; `left` holds a bit for each school to come."""
        if boarded == first and not left:
            return 0, ()
        ways = []
        if boarded < first:
            ways.append((boardings[boarded], int(case.home[boardings[boarded]]), boarded + 1, left))
        for bit, school in enumerate(schools):
            if left >> bit & 1 and boarded > last[school]:
                ways.append((parties + school, int(case.school[school]), boarded, left & ~(1 << bit)))
        found = []
        for event, point, then, to_come in ways:
            drive, events = shortest(then, to_come, point)
            found.append((int(case.drive_ms[at, point]) + drive, (event, *events)))
        return min(found)

    start = int(case.home[boardings[0]])
    drive, events = shortest(1, (1 << len(schools)) - 1, start)
    return None if drive >= FAR_MS else [boardings[0], *events]


def eased(case: Arrays) -> dict[str, Arrays]:
    """Return a case with fewer and fewer limits: all of them, those of times, those of schools' times, none.

    Notes
    -----
    By the last one a run may be at any time; `first_boarding_ms` says when it has to begin.
    """
    parties = len(case.home)
    shared = case._replace(
        limit_ms=np.full(parties, FAR_MS),
        solo=np.zeros(parties, dtype=np.bool_),
        apart=np.zeros((parties, parties), dtype=np.bool_),
        most_pupils=_MANY,
        is_single=False,
    )
    anytime = shared._replace(earliest_ms=np.full(parties, -FAR_MS))
    open_ms, shut_ms = case.open_ms.copy(), case.shut_ms.copy()
    open_ms[MORNING], shut_ms[MORNING] = -FAR_MS, FAR_MS
    never_shut = anytime._replace(open_ms=open_ms, shut_ms=shut_ms)
    return {"all rules": case, "times": shared, "times of schools": anytime, "none": never_shut}


def rung_of(cases: dict[str, Arrays], events: list[int]) -> str | None:
    """Return the first of the cases of `eased` by which a sequence can be driven; None where a drive is not known."""
    sequence = np.array(events, dtype=np.int64)
    room, figures = room_for(len(events) + 2), np.zeros(FIGURES)
    for name, arrays in cases.items():
        if examine(packed(arrays), MORNING, sequence, len(events), room, figures):
            return name
    return None


def first_boarding_ms(case: Arrays, free: Arrays, events: list[int]) -> int:
    """Return when a plain drive has to begin that reaches its last school at the latest arrival there.

    Parameters
    ----------
    case
        With the times of the schools.
    free
        The same without any limits.
    """
    room, figures = room_for(len(events) + 2), np.zeros(FIGURES)
    number = len(events)
    lay_out(packed(free), MORNING, np.array(events, dtype=np.int64), number, room, figures)
    driven = int(room[GAP, :number].sum() + room[SERVICE, : number - 1].sum())
    return int(case.shut_ms[MORNING, events[-1] - len(case.home)]) - driven
