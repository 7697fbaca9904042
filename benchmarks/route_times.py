"""When a vehicle is where: the shortest run of a sequence of stops, by docs/routing.md section 2.

Every rule is a difference: one event begins at least so long after another, and none, both of whose ends are fixed by a
clock, runs backwards. The shortest run is then the longest path from the first event to the last.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from benchmarks.route_case import Case

CLOCK = -1
"""The event that is midnight."""

MOST_OVER_MS = 3_600_000

Rule = tuple[int, int, int]
"""`b[second] >= b[first] + least`: first, second, least."""


class Times(NamedTuple):
    """Arrival, beginning and end of each event, ms after midnight, and the party or parties aboard who leave."""

    arrives: list[int]
    begins: list[int]
    ends: list[int]
    leaves: list[list[int]]


def shortest(case: Case, events: Sequence[int], *, over_ms: int = 0) -> Times | None:
    """Return the times of the shortest run of a sequence, the earliest of them; None where it cannot be run.

    Parameters
    ----------
    case
        Of the events.
    events
        See `Case`.
    over_ms
        By so much may rides pass their limits, and set-downs `arrive_by`: to learn how far a sequence is from them.
    """
    parties, points = len(case.parties), [_point(case, event) for event in events]
    drives = [0, *(int(case.drive_ms[a, b]) for a, b in pairwise(points))]
    leaves = _who_leaves(case, events)
    if min(drives) < 0 or leaves is None:
        return None
    lasts = [_lasts(case, events, points, at, leaves[at]) for at in range(len(events))]
    rules = [(at - 1, at, lasts[at - 1] + drives[at]) for at in range(1, len(events))]
    for at, event in enumerate(events):
        if event < parties:
            rules.append((CLOCK, at, case.parties[event].earliest_ms or 0))
            continue
        school = case.schools[event - parties]
        rules += [(CLOCK, at, school.arrive_from_ms), (at, CLOCK, -school.arrive_by_ms - over_ms)]
        for party in leaves[at]:
            boards = events.index(party)
            rules.append((at, boards, -(case.parties[party].limit_ms + over_ms + lasts[boards])))
    run_ms = _longest(rules, 0, len(events))
    if run_ms is None:
        return None
    last = len(events) - 1
    begins = _longest([*rules, (last, 0, -run_ms[last])], CLOCK, len(events))
    if begins is None:
        return None
    ends = [begin + lasting for begin, lasting in zip(begins, lasts, strict=True)]
    arrives = [begins[0], *(end + drive for end, drive in zip(ends, drives[1:], strict=False))]
    return Times(arrives, begins, ends, leaves)


def over_ms(case: Case, events: Sequence[int]) -> int | None:
    """Return by how many ms rides and set-downs have to be late on a sequence; None where an hour is too little."""
    low, high = -1, MOST_OVER_MS
    if shortest(case, events, over_ms=high) is None:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if shortest(case, events, over_ms=middle) is None:
            low = middle
        else:
            high = middle
    return high


def _point(case: Case, event: int) -> int:
    parties = len(case.parties)
    return case.parties[event].home if event < parties else case.schools[event - parties].point


def _who_leaves(case: Case, events: Sequence[int]) -> list[list[int]] | None:
    """Return who is set down in each event; None where a set-down sets nobody down or somebody stays aboard."""
    parties, aboard, found = len(case.parties), list[int](), list[list[int]]()
    for event in events:
        found.append([])
        if event < parties:
            aboard.append(event)
            continue
        setting_id = case.schools[event - parties].setting_id
        found[-1] = [party for party in aboard if case.parties[party].setting_id == setting_id]
        aboard = [party for party in aboard if party not in found[-1]]
        if not found[-1]:
            return None
    return None if aboard else found


def _lasts(case: Case, events: Sequence[int], points: Sequence[int], at: int, leaves: Sequence[int]) -> int:
    parties = len(case.parties)
    if events[at] >= parties:
        return case.leave_stop_ms + sum(case.parties[party].leave_ms for party in leaves)
    stands_here = at > 0 and events[at - 1] < parties and points[at - 1] == points[at]
    return (0 if stands_here else case.stop_ms) + case.parties[events[at]].board_ms


def _longest(rules: Sequence[Rule], source: int, number: int) -> list[int] | None:
    """Return the longest path from one event to all others; None where the rules contradict each other.

    Notes
    -----
    Paths of Bellman and Ford: after as many rounds as there are events, nothing changes any more, or never will.
    """
    far: list[int | None] = [None] * (number + 1)  # the last is the clock
    far[source] = 0
    for _ in range(number + 2):
        changed = False
        for first, second, least in rules:
            start, known = far[first], far[second]
            if start is not None and (known is None or start + least > known):
                far[second] = start + least
                changed = True
        if not changed:
            return [0 if value is None else value for value in far[:number]]
    return None
