"""The best routes by exhaustive search, written from docs/routing.md alone: slow, small and without the planner.

Every partition of up to seven parties into routes, every order of their stops, every vehicle and layout. The shortest
schedule of an order is a longest path between its first and its last stop in the graph of difference constraints,
whose closure grows by a stop at a time. Money is counted in whole pence.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import combinations
from math import ceil, floor, inf, isnan
from typing import Any, NamedTuple

from placement_opt.legs import Legs
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.route_rules import RouteRules

HOUR_MS = 3_600_000
Parties = frozenset[int]


class Party(NamedTuple):
    """Pupils who board together."""

    pupil_id: str
    school: str
    pupils: int
    home: int
    gate: int
    walkers: int
    chairs: int
    helped: int
    is_solo: bool
    earliest: float
    board: int
    leave: int
    limit: int


class Way(NamedTuple):
    """What an order of stops takes at least: most aboard at one time by sort, ms, miles in ten thousandths."""

    walkers: int
    chairs: int
    helped: int
    ms: int
    miles: int

    def is_no_better_than(self, other: "Way") -> bool:
        return all(mine >= theirs for mine, theirs in zip(self, other, strict=True))


class Best(NamedTuple):
    """Of all routes with the fewest pupils without one, the cheapest."""

    unrouted: int
    cost_gbp: float


class Vehicle(NamedTuple):
    """A type of vehicle with its layouts, seats and wheelchair places."""

    available: float
    per_day: float
    per_mile: float
    per_hour: float
    assistant: float | None
    escorts: int
    layouts: tuple[tuple[int, int], ...]

    def assistants(self, helped: int) -> int | None:
        if helped == 0:
            return 0
        return None if self.assistant is None else ceil(helped / self.escorts)

    def holds(self, walkers: int, chairs: int, helped: int) -> bool:
        assistants = self.assistants(helped)
        if assistants is None:
            return False
        return any(walkers + assistants <= seats and chairs <= places for seats, places in self.layouts)


def best_routes(problem: Problem, plan: Plan, legs: Legs, rules: RouteRules) -> Best:
    """Return the fewest pupils without a route, and the least cost of such routes."""
    return Oracle(problem, plan, legs, rules).best()


class Oracle:
    """A question, read once."""

    def __init__(self, problem: Problem, plan: Plan, legs: Legs, rules: RouteRules) -> None:
        self.rules, self.parameters = rules, problem.parameters
        self.drive = [[None if isnan(one) else round(one * 60_000) for one in row] for row in legs.minutes.tolist()]
        self.miles = [[None if isnan(one) else round(one * 10_000) for one in row] for row in legs.miles.tolist()]
        self.vehicles = list(_vehicles(problem))
        self.windows = {row["setting_id"]: self._window(row) for row in problem.settings.to_dict("records")}
        self.parties = list(self._parties(problem, plan, legs))
        table = problem.table("apart")
        apart = {frozenset(pair) for pair in zip(table["pupil_id"], table["other_pupil_id"], strict=True)}
        self.apart = {
            frozenset(pair)
            for pair in combinations(range(len(self.parties)), 2)
            if frozenset(self.parties[one].pupil_id for one in pair) in apart
        }
        self.stop = round(1_000 * self.parameters.stop_seconds)
        self.leave_stop = round(1_000 * self.parameters.leave_stop_seconds)

    # ---- reading

    def _window(self, row: Mapping[Any, Any]) -> dict[str, int]:
        return {
            name: _clock(row[name]) if isinstance(row[name], str) else _clock(getattr(self.rules, name))
            for name in ("arrive_from", "arrive_by", "leave_from", "leave_by")
        }

    def _parties(self, problem: Problem, plan: Plan, legs: Legs) -> Iterator[Party]:
        pupils = {row["pupil_id"]: row for row in problem.pupils.to_dict("records")}
        home = dict(zip(legs.pupil_ids, legs.pupil_point.tolist(), strict=True))
        gate = dict(zip(legs.setting_ids, legs.setting_point.tolist(), strict=True))
        for row in plan.placements.to_dict("records"):
            pupil = pupils[row["pupil_id"]]
            if not row["entitled"] or not _rides(pupil):
                continue
            most = self._most(pupil)
            parts = ceil(row["count"] / max(most, 1))
            for part in range(parts):
                size = row["count"] // parts + (part < row["count"] % parts)
                yield self._party(pupil, row["setting_id"], size, home[row["pupil_id"]], gate[row["setting_id"]])

    def _most(self, pupil: Mapping[Any, Any]) -> int:
        """Return how many pupils of a row some vehicle holds at once, their own assistants aboard too."""
        if pupil["solo"]:
            return 1
        most = 0
        for number in range(1, 100):
            chairs = number if pupil["wheelchair"] else 0
            if any(v.holds(number - chairs, chairs, number if pupil["assistant"] else 0) for v in self.vehicles):
                most = number
        return min(most, self.rules.most_pupils or most)

    def _party(self, pupil: Mapping[Any, Any], school: str, size: int, home: int, gate: int) -> Party:
        parameters = self.parameters
        seconds = (parameters.board_seconds, parameters.leave_seconds)
        if pupil["wheelchair"]:
            seconds = (parameters.wheelchair_seconds, parameters.wheelchair_seconds)
        board, leave = (round(size * 1_000 * second) for second in seconds)
        if not isnan(pupil["board_minutes"]):
            board = leave = size * round(60_000 * pupil["board_minutes"])
        is_primary = pupil["year_group"] <= 6
        limit = (parameters.guide_minutes_primary if is_primary else parameters.guide_minutes_secondary) * 60_000
        direct = self.drive[home][gate]
        if direct is not None and direct > limit and self.rules.detour is not None:
            limit = self.rules.detour * direct
        if not isnan(pupil["max_minutes"]):
            limit = min(limit, pupil["max_minutes"] * 60_000)
        return Party(
            pupil["pupil_id"],
            school,
            size,
            home,
            gate,
            walkers=0 if pupil["wheelchair"] else size,
            chairs=size if pupil["wheelchair"] else 0,
            helped=size if pupil["assistant"] else 0,
            is_solo=bool(pupil["solo"]),
            earliest=_clock(pupil["earliest_pickup"]) if isinstance(pupil["earliest_pickup"], str) else -inf,
            board=board,
            leave=leave,
            limit=floor(limit + 1e-6),
        )

    # ---- all partitions

    def best(self) -> Best:
        prices = {group: self.prices(group) for group in self._groups()}
        room = tuple(vehicle.available for vehicle in self.vehicles)
        unrouted, pence = self._cover(frozenset(range(len(self.parties))), room, prices, {})
        return Best(unrouted, pence / 100)

    def _groups(self) -> Iterator[Parties]:
        """Yield who may share a route; who cannot be carried alone has none."""
        able = [one for one in range(len(self.parties)) if self.ways(frozenset({one}), is_morning=True)]
        for size in range(1, len(able) + 1):
            for chosen in combinations(able, size):
                schools = {self.parties[one].school for one in chosen}
                pupils = sum(self.parties[one].pupils for one in chosen)
                if self.rules.together == "single" and len(schools) > 1:
                    continue
                if self.rules.most_pupils is None or pupils <= self.rules.most_pupils:
                    yield frozenset(chosen)

    def _cover(
        self,
        left: Parties,
        room: tuple[float, ...],
        prices: Mapping[Parties, Mapping[int, int]],
        known: dict[tuple[Parties, tuple[float, ...]], tuple[int, int]],
    ) -> tuple[int, int]:
        """Return pupils without a route, then pence, for the parties that are left and the vehicles that are."""
        if not left:
            return 0, 0
        if (left, room) not in known:
            first = min(left)
            without = self._cover(left - {first}, room, prices, known)
            best = without[0] + self.parties[first].pupils, without[1]
            for group, of_vehicle in prices.items():
                if first not in group or not group <= left:
                    continue
                for vehicle, pence in of_vehicle.items():
                    if room[vehicle] >= 1:
                        rest = (*room[:vehicle], room[vehicle] - 1, *room[vehicle + 1 :])
                        other = self._cover(left - group, rest, prices, known)
                        best = min(best, (other[0], other[1] + pence))
            known[left, room] = best
        return known[left, room]

    # ---- one route

    def prices(self, group: Parties) -> dict[int, int]:
        """Return the least pence a year of a route for a group, by vehicle that can drive one."""
        out = self.ways(group, is_morning=True)
        home = out if self.rules.afternoon == "mirrored" else self.ways(group, is_morning=False)
        pairs = (
            [(one, one) for one in out] if self.rules.afternoon == "mirrored" else [(a, b) for a in out for b in home]
        )
        best: dict[int, int] = {}
        for one, other in pairs:
            walkers, chairs, helped = (max(a, b) for a, b in zip(one[:3], other[:3], strict=True))
            for at, vehicle in enumerate(self.vehicles):
                if vehicle.holds(walkers, chairs, helped):
                    pence = self._pence(vehicle, helped, one.ms + other.ms, one.miles + other.miles)
                    best[at] = min(best.get(at, pence), pence)
        return best

    def _pence(self, vehicle: Vehicle, helped: int, ms: int, miles: int) -> int:
        days, hours = self.parameters.days_per_year, ms / HOUR_MS
        lines = (
            days * vehicle.per_day,
            days * miles / 10_000 * vehicle.per_mile,
            days * hours * vehicle.per_hour,
            days * hours * (vehicle.assistants(helped) or 0) * (vehicle.assistant or 0),
        )
        return sum(round(line * 100) for line in lines)

    def ways(self, group: Parties, *, is_morning: bool) -> list[Way]:
        """Return what the orders of stops for a group take, those left out that no vehicle would rather have."""
        found: list[Way] = []
        start = _Order(self, is_morning=is_morning)
        self._extend(start, group, frozenset(), found)
        return found

    def _extend(self, order: "_Order", waiting: Parties, aboard: Parties, found: list[Way]) -> None:
        if not waiting and not aboard:
            found[:] = [way for way in found if not way.is_no_better_than(order.way)]
            found.append(order.way)
            return
        for boards, leaves in self._moves(order, waiting, aboard):
            longer = order.longer(boards, leaves, (aboard | boards) - leaves, waiting - boards)
            if longer is not None and not any(longer.way.is_no_better_than(way) for way in found):
                self._extend(longer, waiting - boards, (aboard | boards) - leaves, found)

    def _moves(self, order: "_Order", waiting: Parties, aboard: Parties) -> Iterator[tuple[Parties, Parties]]:
        """Yield who boards and who leaves at a next stop; at a school everybody of it."""
        nobody: Parties = frozenset()
        schools = sorted({self.parties[one].school for one in waiting | aboard})
        if order.is_morning:
            yield from ((nobody, here) for school in schools if (here := self._of(school, aboard)))
            yield from ((frozenset({one}), nobody) for one in sorted(waiting))
            return
        yield from ((nobody, frozenset({one})) for one in sorted(aboard))
        yield from ((here, nobody) for school in schools if (here := self._of(school, waiting)))

    def _of(self, school: str, group: Iterable[int]) -> Parties:
        return frozenset(one for one in group if self.parties[one].school == school)


class _Order:
    """The beginning of an order of stops, with the least that can lie between any two of them.

    `apart[i][j]` is the least by which stop j begins after stop i; stop 0 is midnight.
    """

    def __init__(self, oracle: Oracle, *, is_morning: bool) -> None:
        self.oracle, self.is_morning = oracle, is_morning
        self.apart: list[list[float]] = [[0.0]]
        self.service = [0]
        self.last: tuple[bool, int] | None = None
        self.boarded: dict[int, int] = {}
        self.way = Way(0, 0, 0, 0, 0)

    def longer(self, boards: Parties, leaves: Parties, aboard: Parties, waiting: Parties) -> "_Order | None":
        """Return the order with one more stop; None where no vehicle can keep to it."""
        oracle, parties = self.oracle, self.oracle.parties
        who = next(iter(boards or leaves))
        is_board, is_home = bool(boards), bool(boards) == self.is_morning
        point = parties[who].home if is_home else parties[who].gate
        drive, far = 0, 0
        if self.last is not None:
            if oracle.drive[self.last[1]][point] is None:
                return None
            drive, far = oracle.drive[self.last[1]][point], oracle.miles[self.last[1]][point]
        if not self._may_ride(aboard):
            return None
        after = _Order(oracle, is_morning=self.is_morning)
        after.last = (is_board, point)
        after.service = [*self.service, self._takes(boards, leaves, point, is_home=is_home)]
        after.apart = self._closed(drive, self._low_high(who, is_home=is_home), leaves)
        now = len(after.apart) - 1
        after.boarded = {one: at for one, at in self.boarded.items() if one in aboard} | dict.fromkeys(boards, now)
        load = [sum(getattr(parties[one], sort) for one in aboard) for sort in ("walkers", "chairs", "helped")]
        most = [max(pair) for pair in zip(load, self.way, strict=False)]
        if not after.apart or not any(vehicle.holds(*most) for vehicle in oracle.vehicles):
            return None
        ms = round(after.apart[1][now] + after.service[now])
        after.way = Way(*most, ms=ms, miles=self.way.miles + far)
        return after if after._can_end(aboard, waiting, now) else None

    def _may_ride(self, aboard: Parties) -> bool:
        parties = self.oracle.parties
        if any(parties[one].is_solo for one in aboard) and sum(parties[one].pupils for one in aboard) > 1:
            return False
        return not any(frozenset(pair) in self.oracle.apart for pair in combinations(aboard, 2))

    def _takes(self, boards: Parties, leaves: Parties, point: int, *, is_home: bool) -> int:
        oracle, parties = self.oracle, self.oracle.parties
        handling = sum(parties[one].board for one in boards) + sum(parties[one].leave for one in leaves)
        may_be_one = is_home or not self.is_morning
        if may_be_one and self.last == (bool(boards), point):
            return handling
        return handling + (oracle.stop if boards else oracle.leave_stop)

    def _low_high(self, who: int, *, is_home: bool) -> tuple[float, float]:
        party = self.oracle.parties[who]
        if is_home:
            return (party.earliest if self.is_morning else -inf), inf
        window = self.oracle.windows[party.school]
        names = ("arrive_from", "arrive_by") if self.is_morning else ("leave_from", "leave_by")
        return window[names[0]], window[names[1]]

    def _closed(self, drive: int, window: tuple[float, float], leaves: Parties) -> list[list[float]]:
        """Return the least between any two stops with one more; empty where they contradict each other."""
        number = len(self.apart)
        into, out = [-inf] * number, [-inf] * number
        into[0], out[0] = window[0], -window[1]
        if number > 1:
            into[-1] = self.service[-1] + drive
        for one in leaves:
            at = self.boarded[one]
            out[at] = max(out[at], -self.service[at] - self.oracle.parties[one].limit)
        to = [max(self.apart[i][j] + into[j] for j in range(number)) for i in range(number)]
        back = [max(out[i] + self.apart[i][j] for i in range(number)) for j in range(number)]
        if any(to[i] + back[i] > 0 for i in range(number)):
            return []
        rows = [[max(self.apart[i][j], to[i] + back[j]) for j in range(number)] + [to[i]] for i in range(number)]
        return [*rows, [*back, 0.0]]

    def _can_end(self, aboard: Parties, waiting: Parties, now: int) -> bool:
        """Say whether the time leaves hope for who is aboard and who waits: nothing later begins before this stop."""
        oracle = self.oracle
        for one in aboard:
            at = self.boarded[one]
            if self.apart[at][now] - self.service[at] > oracle.parties[one].limit:
                return False
        still = aboard | waiting if self.is_morning else waiting
        by = "arrive_by" if self.is_morning else "leave_by"
        return all(self.apart[0][now] <= oracle.windows[oracle.parties[one].school][by] for one in still)


def _rides(pupil: Mapping[Any, Any]) -> bool:
    """Say whether a pupil to whom transport is owed has a vehicle (section 6)."""
    mode = pupil["travel_mode"]
    if isinstance(mode, str):
        return mode in {"vehicle", "training"}
    return not pupil["independent_travel"] or bool(pupil["solo"])


def _vehicles(problem: Problem) -> Iterator[Vehicle]:
    layouts = problem.table("layouts").to_dict("records")
    for row in problem.table("fleet").to_dict("records"):
        assistant = row["assistant_gbp_per_hour"]
        yield Vehicle(
            inf if isnan(row["available"]) else row["available"],
            row["gbp_per_day"],
            row["gbp_per_mile"],
            row["gbp_per_hour"],
            None if isnan(assistant) else assistant,
            0 if isnan(row["pupils_per_assistant"]) else int(row["pupils_per_assistant"]),
            tuple((one["seats"], one["wheelchair_places"]) for one in layouts if one["vehicle"] == row["vehicle"]),
        )


@cache
def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000
