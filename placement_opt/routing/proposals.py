"""Routes to one school that PyVRP proposes; what it cannot hold (assistants, apart, alone) is left to what follows."""

import warnings
from dataclasses import dataclass
from importlib import import_module
from math import lcm
from typing import Any

import numpy as np

from placement_opt.facts import Ints
from placement_opt.routing.arrays import FAR_MS, MORNING, Arrays

MONEY = 100
"""PyVRP counts in whole numbers: £1 is so many, one mile is so many. With more, a vehicle costs more than the most that
PyVRP takes for a few seconds' delay (`max_penalty`), and the routes that it ends with are late."""
NOTE_EVERY = 10
FEW = 3
"""With fewer parties there is nothing to propose."""
MOST_SCALE = 60


@dataclass(frozen=True)
class Proposed:
    """Morning sequences: those of the best routes, and all that were seen on the way."""

    best: tuple[tuple[int, ...], ...]
    noted: frozenset[tuple[int, ...]]


def propose(case: Arrays, parties: Ints, seconds: float, seed: int) -> Proposed:
    """Propose routes for some parties, each route to one school.

    Parameters
    ----------
    case
        The arrays.
    parties
        Positions; of one school or of several, which are then taken one after the other.
    seconds
        For all of them.
    seed
        Of PyVRP.
    """
    best: list[tuple[int, ...]] = []
    noted: set[tuple[int, ...]] = set()
    free = parties[~case.solo[parties]]
    for school in np.unique(case.goes_to[free]):
        members = free[case.goes_to[free] == school]
        if len(members) < FEW:
            continue
        found = _propose_one(case, members, int(school), seconds * len(members) / len(free), seed)
        best += found.best
        noted |= found.noted
    return Proposed(tuple(best), frozenset(noted))


def _propose_one(case: Arrays, parties: Ints, school: int, seconds: float, seed: int) -> Proposed:
    pyvrp = import_module("pyvrp")  # loaded when used
    stop = import_module("pyvrp.stop")
    data = _data(pyvrp, case, parties, school)
    call = len(case.home) + school
    noted: set[tuple[int, ...]] = set()

    def sequence(route: Any) -> tuple[int, ...]:
        clients = [activity.idx for activity in route if activity.type == pyvrp.ActivityType.CLIENT]
        return (*(int(parties[client]) for client in clients), call)

    class Notes(pyvrp.IteratedLocalSearchCallbacks):  # type: ignore[name-defined,misc]
        """Notes the routes of what PyVRP looks at."""

        looked = 0

        def on_iteration(self, current: Any, candidate: Any, best: Any, cost_evaluator: Any) -> None:
            """Note every tenth candidate."""
            del current, best, cost_evaluator
            self.looked += 1
            if self.looked % NOTE_EVERY == 0:
                noted.update(sequence(route) for route in candidate.routes())

    params = pyvrp.SolveParams(ils=pyvrp.IteratedLocalSearchParams(callbacks=Notes()))
    with warnings.catch_warnings():
        # Where not everybody can be on time together its penalties reach their most; what is late is mended afterwards.
        warnings.simplefilter("ignore", pyvrp.exceptions.PenaltyBoundWarning)
        result = pyvrp.solve(data, stop.MaxRuntime(max(seconds, 0.05)), seed=seed, params=params, collect_stats=False)
    best = tuple(sequence(route) for route in result.best.routes())
    return Proposed(best, frozenset({*noted, *best}))


def _data(pyvrp: Any, case: Arrays, parties: Ints, school: int) -> Any:
    """Return the routes to one school as PyVRP's data: everybody arrives at the latest time there is."""
    points = np.concatenate([[case.school[school]], case.home[parties]])
    number = len(points)
    drive_s = np.ceil(case.drive_ms[np.ix_(points, points)] / 1_000).astype(np.int64)
    is_far = case.drive_ms[np.ix_(points, points)] >= FAR_MS
    is_new_stop = points[:, None] != points[None, :]
    is_new_stop[:, 0] = False
    drive_s = np.where(is_far, 10**7, drive_s + np.where(is_new_stop, case.stop_ms // 1_000, 0))
    length = np.rint(case.miles[np.ix_(points, points)] * MONEY).astype(np.int64)
    durations, distances = np.zeros((2, number + 1, number + 1), dtype=np.int64)
    durations[1:, 1:], distances[1:, 1:] = drive_s, length
    durations[0, 2:] = case.stop_ms // 1_000
    arrives = int(case.shut_ms[MORNING, school] // 1_000)
    first = np.maximum(case.shut_ms[MORNING, school] - case.limit_ms - case.board_ms, case.earliest_ms)[parties]
    scale = _scale(case)
    clients = [
        pyvrp.Client(
            location=2 + at,
            pickup=[int(load) for load in _load(case, party, scale)],
            service_duration=int(-(-case.board_ms[party] // 1_000)),
            tw_early=max(0, int(-(-first[at] // 1_000))),
            tw_late=arrives,
        )
        for at, party in enumerate(parties)
    ]
    return pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in range(number + 1)],
        clients,
        [pyvrp.Depot(0), pyvrp.Depot(1, tw_early=arrives, tw_late=arrives)],
        [_vehicle(pyvrp, case, layout, len(parties), scale) for layout in range(len(case.layout_vehicle))],
        [distances],
        [durations],
    )


def _scale(case: Arrays) -> int:
    """Return into how many parts a seat is divided, so that a share of an assistant's seat is a whole number."""
    scale = lcm(*(int(each) for each in case.pupils_per_assistant if each))
    return scale if scale <= MOST_SCALE else 1


def _load(case: Arrays, party: int, scale: int) -> tuple[float, float]:
    carriers = case.pupils_per_assistant[case.pupils_per_assistant > 0]
    share = scale / carriers.max() if len(carriers) else 0.0
    return case.walkers[party] * scale + np.floor(case.helped[party] * share), case.wheelchairs[party]


def _vehicle(pyvrp: Any, case: Arrays, layout: int, most: int, scale: int) -> Any:
    vehicle = case.layout_vehicle[layout]
    return pyvrp.VehicleType(
        num_available=most,
        capacity=[int(case.layout_seats[layout]) * scale, int(case.layout_wheelchairs[layout])],
        start_depot=0,
        end_depot=1,
        fixed_cost=round(MONEY * float(case.year_gbp[vehicle])),
        unit_distance_cost=round(2 * float(case.mile_gbp[vehicle])),
        unit_duration_cost=round(2 * MONEY * 1_000 * float(case.ms_gbp[vehicle])),
    )
