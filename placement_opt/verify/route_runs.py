"""The rows of a route plan as runs: who boards and who leaves at every stop, told from the order of the rows alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from placement_opt.verify.route_facts import Facts, School, Traveller, word
from placement_opt.verify.route_findings import Figure, RouteFinding

MORNING, AFTERNOON = "morning", "afternoon"
RUNS = (MORNING, AFTERNOON)
BOARD, LEAVE = "board", "leave"
_WORDS = ("route_id", "run", "action", "pupil_id", "setting_id")
_WHOLES = ("sequence", "pupils", "wheelchairs", "aboard", "arrives_ms", "begins_ms", "departs_ms")
_NUMBERS = ("miles", "easting", "northing")


@dataclass(frozen=True)
class Stop:
    """A row of `stops`. Home rows name a pupil; school rows do not."""

    route_id: str
    run: str
    sequence: int
    action: str
    pupil_id: str
    setting_id: str
    pupils: int
    wheelchairs: int
    aboard: int
    arrives_ms: int
    begins_ms: int
    departs_ms: int
    miles: float
    easting: float
    northing: float

    @property
    def is_home(self) -> bool:
        """Whether pupils board or leave at a home here: board in the morning, leave in the afternoon."""
        return self.action == (BOARD if self.run == MORNING else LEAVE)

    def finding(self, rule: str, figure: str, **about: Figure) -> RouteFinding:
        """Return something that is wrong with this row."""
        where: dict[str, Any] = {
            "route_id": self.route_id,
            "run": self.run,
            "sequence": self.sequence,
            "pupil_id": self.pupil_id,
            "setting_id": "" if self.is_home else self.setting_id,
        }
        return RouteFinding(rule, figure, **{**where, **about})


@dataclass(frozen=True)
class Ride:
    """Pupils who board together and leave together: positions of their rows in the run."""

    who: Traveller
    school: School
    pupils: int
    board: int
    leave: int


@dataclass(frozen=True)
class Run:
    """One way of a route.

    Parameters
    ----------
    boards, leaves
        For each stop, the positions in `rides` of who boards and who leaves there.
    """

    stops: tuple[Stop, ...]
    rides: tuple[Ride, ...] = ()
    boards: tuple[tuple[int, ...], ...] = ()
    leaves: tuple[tuple[int, ...], ...] = ()
    point: tuple[int, ...] = ()

    def aboard(self) -> "Iterator[tuple[int, list[Ride]]]":
        """Yield for each stop its position and who is aboard afterwards."""
        now: dict[int, Ride] = {}
        for at in range(len(self.stops)):
            for one in self.leaves[at]:
                now.pop(one, None)
            now |= {one: self.rides[one] for one in self.boards[at]}
            yield at, list(now.values())


@dataclass(frozen=True, eq=False)
class Route:
    """A row of `routes` with its two runs; None where a run cannot be followed, and `found` says why."""

    route_id: str
    row: Mapping[str, Any]
    morning: Run | None
    afternoon: Run | None
    found: list[RouteFinding] = field(default_factory=list)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs that can be followed."""
        return tuple(run for run in (self.morning, self.afternoon) if run is not None)

    def driven(self, facts: Facts) -> tuple[Run, ...]:
        """Return the runs with an order and times of their own: a mirrored afternoon has none."""
        return tuple(run for run in self.runs if run is self.morning or not facts.is_mirrored)

    def finding(self, rule: str, figure: str, **about: Any) -> RouteFinding:
        """Return something that is wrong with this route."""
        return RouteFinding(rule, figure, **{"route_id": self.route_id, **about})


def stops_of(frame: pd.DataFrame) -> dict[tuple[str, str], list[Stop]]:
    """Return the rows of `stops` by route and run, in the order of their sequence."""
    grouped: dict[tuple[str, str], list[Stop]] = defaultdict(list)
    for row in frame.to_dict("records"):
        words = {name: word(row[name]) for name in _WORDS}
        wholes = {name: int(row[name]) for name in _WHOLES}
        stop = Stop(**words, **wholes, **{name: float(row[name]) for name in _NUMBERS})  # type: ignore[arg-type]
        grouped[stop.route_id, stop.run].append(stop)
    return {key: sorted(rows, key=lambda stop: stop.sequence) for key, rows in grouped.items()}


def follow(stops: list[Stop], facts: Facts) -> tuple[Run | None, list[RouteFinding]]:
    """Tell who boards and leaves where.

    Parameters
    ----------
    stops
        Of one run of one route, in order.

    Returns
    -------
    run, found
        None where the rows do not make a run, for the reasons in `found`.
    """
    found = [*_out_of_order(stops), *(fault for stop in stops for fault in _strange(stop, facts))]
    if found:
        return None, found
    rides, missing = _rides(stops, facts)
    if missing:
        return None, missing
    boards: list[list[int]] = [[] for _ in stops]
    leaves: list[list[int]] = [[] for _ in stops]
    for one, ride in enumerate(rides):
        boards[ride.board].append(one)
        leaves[ride.leave].append(one)
    point = [
        facts.travellers[stop.pupil_id].point if stop.is_home else facts.schools[stop.setting_id].point
        for stop in stops
    ]
    nobody = [
        stop.finding("nobody leaves", f"nobody {stop.action}s here")
        for at, stop in enumerate(stops)
        if not boards[at] and not leaves[at]
    ]
    if nobody:
        return None, nobody
    run = Run(tuple(stops), tuple(rides), tuple(map(tuple, boards)), tuple(map(tuple, leaves)), tuple(point))
    return run, []


def _out_of_order(stops: list[Stop]) -> Iterator[RouteFinding]:
    for at, stop in enumerate(stops, start=1):
        if stop.sequence != at:
            yield stop.finding("sequence", "sequence", given=stop.sequence, right=at)


def _strange(stop: Stop, facts: Facts) -> Iterator[RouteFinding]:
    """Find words and ids that mean nothing."""
    if stop.run not in RUNS:
        yield stop.finding("actions", "run", given=stop.run, right=" or ".join(RUNS))
    if stop.action not in (BOARD, LEAVE):
        yield stop.finding("actions", "action", given=stop.action, right=f"{BOARD} or {LEAVE}")
        return
    if stop.setting_id not in facts.schools:
        yield stop.finding("known rows", "setting_id", given=stop.setting_id)
    if stop.is_home and stop.pupil_id not in facts.travellers:
        yield stop.finding("known rows", "pupil_id", given=stop.pupil_id)
    if not stop.is_home and stop.pupil_id:
        yield stop.finding("actions", "pupil_id of a stop at a school", given=stop.pupil_id, right="")
    if stop.pupils < 1:
        yield stop.finding("counts of stops", "pupils", given=stop.pupils, right="1 or more")


def _rides(stops: list[Stop], facts: Facts) -> tuple[list[Ride], list[RouteFinding]]:
    """Return rides in the order of their rows at homes.

    In the morning pupils leave at the next set-down at their school; in the afternoon they have boarded at the last
    stop there before their home. Both are the same walk, taken from the other end.
    """
    is_morning = stops[0].run == MORNING
    order = range(len(stops)) if is_morning else range(len(stops) - 1, -1, -1)
    waiting: dict[str, list[int]] = defaultdict(list)
    school_row: dict[int, int] = {}
    for at in order:
        if stops[at].is_home:
            waiting[stops[at].setting_id].append(at)
        else:
            school_row |= dict.fromkeys(waiting.pop(stops[at].setting_id, []), at)
    said = "not set down at the pupil's school" if is_morning else "did not board at the pupil's school"
    missing = [stops[at].finding("everybody set down", said) for rows in waiting.values() for at in rows]
    rides = []
    for at, stop in enumerate(stops):
        if at in school_row:
            ends = (at, school_row[at]) if is_morning else (school_row[at], at)
            rides.append(Ride(facts.travellers[stop.pupil_id], facts.schools[stop.setting_id], stop.pupils, *ends))
    return rides, missing
