"""Schedules of stops, held against the same limits as a linear program; prices of orders against brute force."""

import random
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from scipy.optimize import linprog

from placement_opt.routing.arrays import AFTERNOON, BEGIN, MORNING, room_for
from placement_opt.routing.case import RouteCase
from placement_opt.routing.orders import Orders
from placement_opt.routing.planner import blocks
from placement_opt.routing.runs import drafts_of
from placement_opt.routing.timing import DURATION, FIGURES, HELPED, MILES, PUPILS, WALKERS, WHEELCHAIRS, examine
from tests.amounts import how_many
from tests.route_cases import random_route_case
from tests.route_county import case_of
from tests.route_oracle import Oracle, Party

PENCE = 2
"""A half penny may be rounded either way in each of the lines that are added."""


class Question(NamedTuple):
    """A case, and what the brute force read of the same tables: its parties in the order of the case's."""

    case: RouteCase
    oracle: Oracle
    places: list[int]

    @property
    def parties(self) -> list[Party]:
        return [self.oracle.parties[place] for place in self.places]


@cache
def question(seed: int) -> Question:
    asked = random_route_case(seed)
    case, oracle = case_of(asked), Oracle(asked.problem, asked.plan, asked.legs, asked.rules)
    waiting = list(range(len(oracle.parties)))
    places = []
    for row in case.parties.to_dict("records"):
        key = (row["pupil_id"], row["pupils"])
        place = next(at for at in waiting if (oracle.parties[at].pupil_id, oracle.parties[at].pupils) == key)
        waiting.remove(place)
        places.append(place)
    return Question(case, oracle, places)


class Event(NamedTuple):
    """Who boards and who leaves, where."""

    boards: list[int]
    leaves: list[int]
    point: int
    is_home: bool
    school: str


def told(asked: Question, events: Sequence[int], way: int) -> list[Event] | None:
    """Return a sequence in full; None where it breaks a rule on who rides and who leaves (docs/routing.md, 2 to 4)."""
    parties, names = asked.parties, asked.case.settings["setting_id"].tolist()
    found: list[Event] = []
    aboard: list[int] = []
    for k, event in enumerate(events):
        is_home = event < len(parties)
        school = parties[event].school if is_home else names[event - len(parties)]
        group = [event]
        if not is_home:
            others = aboard if way == MORNING else [one for one in events[k + 1 :] if one < len(parties)]
            group = [one for one in others if parties[one].school == school]
        is_board = is_home == (way == MORNING)
        if not group or (not is_board and not set(group) <= set(aboard)):
            return None
        aboard = aboard + group if is_board else [one for one in aboard if one not in group]
        if not may_ride(asked, aboard):
            return None
        gate = next(party.gate for party in asked.oracle.parties if party.school == school)
        point = parties[event].home if is_home else gate
        found.append(Event(group if is_board else [], [] if is_board else group, point, is_home, school))
    riders = [one for event in found for one in event.boards]
    rules = asked.oracle.rules
    if aboard or (rules.together == "single" and len({parties[one].school for one in riders}) > 1):
        return None
    return found if sum(parties[one].pupils for one in riders) <= (rules.most_pupils or 999) else None


def may_ride(asked: Question, aboard: Sequence[int]) -> bool:
    if len(aboard) > 1 and any(asked.parties[one].is_solo for one in aboard):
        return False
    pairs = [{asked.places[one], asked.places[other]} for one in aboard for other in aboard if one < other]
    return not any(frozenset(pair) in asked.oracle.apart for pair in pairs)


def takes(asked: Question, events: Sequence[Event], k: int, way: int) -> int:
    """Return the ms that an event takes."""
    parties, event = asked.parties, events[k]
    ms = sum(parties[one].board for one in event.boards) + sum(parties[one].leave for one in event.leaves)
    before = events[k - 1] if k else None
    is_one_stop = event.is_home or way == AFTERNOON
    if is_one_stop and before and (before.point, bool(before.boards)) == (event.point, bool(event.boards)):
        return ms
    return ms + (asked.oracle.stop if event.boards else asked.oracle.leave_stop)


def shortest(asked: Question, events: Sequence[Event], way: int) -> list[int] | None:
    """Return when each event begins: the shortest run, then the earliest of those; by two linear programs."""
    number, parties = len(events), asked.parties
    service = [takes(asked, events, k, way) for k in range(number)]
    rows: list[tuple[int, int, float]] = []  # b[first] - b[later] is at most so much
    for k in range(1, number):
        drive = asked.oracle.drive[events[k - 1].point][events[k].point]
        if drive is None:
            return None
        rows.append((k - 1, k, -(service[k - 1] + drive)))
    boarded = {one: k for k, event in enumerate(events) for one in event.boards}
    for k, event in enumerate(events):
        rows += [(k, boarded[one], parties[one].limit + service[boarded[one]]) for one in event.leaves]
    matrix = np.zeros((len(rows), number))
    for row, (first, later, _) in enumerate(rows):
        matrix[row, first] += 1
        matrix[row, later] -= 1
    bounds = [window(asked, event, way) for event in events]
    most = np.array([row[2] for row in rows], dtype=float)
    length = np.zeros(number)
    length[0] -= 1
    length[-1] += 1
    short = linprog(length, A_ub=matrix, b_ub=most, bounds=bounds)
    if short.status == 2:
        return None
    matrix, most = np.vstack([matrix, length]), np.append(most, round(short.fun))
    return [round(begin) for begin in linprog(np.ones(number), A_ub=matrix, b_ub=most, bounds=bounds).x]


def window(asked: Question, event: Event, way: int) -> tuple[float | None, float | None]:
    if event.is_home:
        earliest = asked.parties[(event.boards or event.leaves)[0]].earliest
        return (earliest if way == MORNING and np.isfinite(earliest) else None), None
    names = ("arrive_from", "arrive_by") if way == MORNING else ("leave_from", "leave_by")
    return tuple(asked.oracle.windows[event.school][name] for name in names)


def random_sequences(asked: Question, seed: int, number: int) -> Iterator[tuple[int, list[int]]]:
    """Yield sequences of both ways, most of which make sense."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    goes_to, homes = asked.case.arrays.goes_to.tolist(), len(asked.case.parties)
    for _ in range(number if homes else 0):
        riders = chance.sample(range(homes), chance.randint(1, min(4, homes)))
        calls = [homes + school for school in dict.fromkeys(goes_to[one] for one in riders)]
        chance.shuffle(calls)
        way = chance.choice((MORNING, AFTERNOON))
        if way == MORNING:
            events = [*riders, *calls]
            if chance.random() < 0.4:
                events.insert(chance.randint(1, len(riders)), homes + goes_to[riders[0]])
        else:
            events = [*calls, *riders]
        if chance.random() < 0.3:
            at = chance.randrange(len(events) - 1)
            events[at], events[at + 1] = events[at + 1], events[at]
        yield way, events


CASES = how_many(400, in_ci=16)


@pytest.mark.parametrize("seed", range(CASES))
def test_schedules_are_the_shortest_and_then_the_earliest(seed: int) -> None:
    asked = question(seed)
    for way, events in random_sequences(asked, seed, 25):
        room, figures = room_for(len(events) + 2), np.zeros(FIGURES)
        is_right = examine(asked.case.packed, way, np.array(events), len(events), room, figures)
        full = told(asked, events, way)
        wanted = None if full is None else shortest(asked, full, way)
        assert is_right == (wanted is not None), (way, events)
        if full is None or wanted is None:
            continue
        assert room[BEGIN, : len(events)].tolist() == wanted, (way, events)
        assert figures[DURATION] == wanted[-1] + takes(asked, full, len(full) - 1, way) - wanted[0]
        assert round(figures[MILES] * 10_000) == sum(asked.oracle.miles[a.point][b.point] for a, b in pairwise(full))
        assert most_aboard(asked, full) == [int(figures[what]) for what in (WALKERS, WHEELCHAIRS, HELPED, PUPILS)]


def most_aboard(asked: Question, events: Sequence[Event]) -> list[int]:
    """Return the most who walk, use wheelchairs and need an assistant at one time, and how many there are in all."""
    aboard: set[int] = set()
    loads = []
    for event in events:
        aboard = aboard.union(event.boards).difference(event.leaves)
        parties = [asked.parties[one] for one in aboard]
        loads.append([sum(getattr(party, sort) for party in parties) for sort in ("walkers", "chairs", "helped")])
    pupils = sum(asked.parties[one].pupils for event in events for one in event.boards)
    return [*np.array(loads).max(axis=0).tolist(), pupils]


def test_the_random_sequences_keep_and_break_the_rules() -> None:
    kept = []
    for seed in range(CASES):
        asked = question(seed)
        for way, events in random_sequences(asked, seed, 25):
            full = told(asked, events, way)
            kept.append((way, full is not None and shortest(asked, full, way) is not None))
    for way in (MORNING, AFTERNOON):
        share = np.mean([is_kept for one, is_kept in kept if one == way])
        assert 0.08 < share < 0.92


@pytest.mark.parametrize("seed", range(how_many(300, in_ci=8)))
def test_every_set_of_parties_has_the_price_of_its_best_run(seed: int) -> None:
    asked = question(seed)
    for parties in blocks(asked.case):
        if len(parties) > 5:
            continue
        morning = Orders(asked.case.packed, MORNING, parties, whole=False, most_looks=10**7)
        home = None
        if asked.case.rules.afternoon == "solved":
            home = Orders(asked.case.packed, AFTERNOON, parties, whole=False, most_looks=10**7)
        found: dict[frozenset[int], dict[int, int]] = {}
        for row, vehicle, draft in drafts_of(asked.case, morning, home):
            group = frozenset(asked.places[one] for one in morning.members(row))
            found.setdefault(group, {})[vehicle] = round(100 * draft.gbp)
        for chosen in range(1, 1 << len(parties)):
            group = frozenset(asked.places[one] for one in morning.members(chosen))
            wanted = prices(asked.oracle, group)
            assert found.get(group, {}) == pytest.approx(wanted, abs=PENCE), group


def prices(oracle: Oracle, group: frozenset[int]) -> dict[int, int]:
    """Return the brute force's prices of a group; none where it may not share a route at all."""
    most = oracle.rules.most_pupils
    if most is not None and sum(oracle.parties[one].pupils for one in group) > most:
        return {}
    return oracle.prices(group)


@pytest.mark.parametrize("seed", range(how_many(100, in_ci=4)))
def test_all_of_some_parties_cost_the_same_as_one_of_every_set_of_them(seed: int) -> None:
    case = question(seed).case
    for parties in blocks(case):
        of_sets = Orders(case.packed, MORNING, parties, whole=False, most_looks=10**7).gbp[-1]
        assert Orders(case.packed, MORNING, parties, whole=True, most_looks=10**7).gbp[0] == pytest.approx(of_sets)


def test_orders_that_are_too_many_are_not_called_complete() -> None:
    asked = next(one for one in map(question, range(CASES)) if len(one.case.parties) >= 3)
    parties = next(iter(blocks(asked.case)))
    assert not Orders(asked.case.packed, MORNING, parties, whole=False, most_looks=1).is_complete
