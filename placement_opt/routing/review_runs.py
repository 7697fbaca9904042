"""The cheapest runs for pupils of routes that are there, and what they mean for the pupils."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from placement_opt.facts import Ints
from placement_opt.route_rules import MINUTE_MS
from placement_opt.routing.case import RouteCase
from placement_opt.routing.runs import TRIES, Run, best_runs, best_runs_without_one, priced, timed

MERGE_TRIES = 3
"""In how many orders the parties of two routes are inserted, where they are too many to look at every order."""


@dataclass(frozen=True, eq=False)
class Runs:
    """The cheapest runs of a case, each worked out once."""

    case: RouteCase
    _known: dict[tuple[int, ...], dict[int, Run]] = field(default_factory=dict)

    def best(self, parties: Collection[int], vehicles: Ints, *, tries: int = TRIES) -> Run | None:
        """Return the cheapest run for some parties by some types of vehicle; None where there is none."""
        key = tuple(sorted(parties))
        if key not in self._known:
            self._known[key] = best_runs(self.case, key, tries=tries)
        runs = (self._known[key].get(int(vehicle)) for vehicle in vehicles)
        return min((run for run in runs if run is not None), key=lambda run: (run.cost_gbp, run.vehicle), default=None)

    def better(self, events: Sequence[int], parties: Collection[int], vehicles: Ints) -> Run | None:
        """Return the cheaper of the best run and the order of today in the vehicle that is best for it."""
        is_mirrored = self.case.rules.afternoon == "mirrored"
        kept = (priced(self.case, events, vehicle=int(vehicle)) for vehicle in vehicles) if is_mirrored else ()
        runs = [self.best(parties, vehicles), *kept]
        return min((run for run in runs if run is not None), key=lambda run: run.cost_gbp, default=None)

    def look_at_leaving(self, parties: Sequence[int]) -> None:
        """Work out the best runs for a route and for all but one of its parties at once, where they are few."""
        found = best_runs_without_one(self.case, parties)
        if found is not None:
            everybody = tuple(sorted(parties))
            sets = [everybody, *(tuple(one for one in everybody if one != left) for left in everybody)]
            self._known.update({members: found.get(members, {}) for members in sets})


@dataclass(frozen=True)
class Effect:
    """What another run means for the pupils who ride on it.

    Parameters
    ----------
    longer_pupils, most_longer_minutes
        Who rides longer to school, and by how much at most.
    earlier_pupils, most_earlier_minutes
        Who is picked up earlier, and by how much at most.
    """

    longer_pupils: int
    most_longer_minutes: float
    earlier_pupils: int
    most_earlier_minutes: float

    def words(self) -> str:
        """Return in words who rides longer.

        Examples
        --------
        >>> Effect(2, 6.0, 0, 0.0).words()
        'up to +6 minutes for 2 pupils'
        """
        if not self.longer_pupils:
            return "nobody rides longer"
        whose = "1 pupil" if self.longer_pupils == 1 else f"{self.longer_pupils:,} pupils"
        return f"up to +{self.most_longer_minutes:.3g} minutes for {whose}"


def effect_of(case: RouteCase, run: Run, pickup_ms: Ints, ride_ms: Ints) -> Effect:
    """Return what a run means for its pupils.

    Parameters
    ----------
    pickup_ms, ride_ms
        When each party of the case is picked up now, and how long it rides to school.
    """
    pickups, rides = _mornings(case, run)
    parties = np.array(run.parties, dtype=np.int64)
    pupils = case.arrays.pupils[parties]
    longer, earlier = rides - ride_ms[parties], pickup_ms[parties] - pickups
    return Effect(
        int(pupils[longer > 0].sum()),
        round(float(max(longer.max(), 0)) / MINUTE_MS, 4),
        int(pupils[earlier > 0].sum()),
        round(float(max(earlier.max(), 0)) / MINUTE_MS, 4),
    )


def _mornings(case: RouteCase, run: Run) -> tuple[Ints, Ints]:
    """Return when each party of a run is picked up and how long it rides, in ms, in the order of `Run.parties`."""
    way = timed(case, run.morning)
    if way is None:
        raise AssertionError("A run that was chosen breaks a rule of its own case. Please report this.")
    homes = len(case.arrays.home)
    pickup: dict[int, int] = {}
    aboard: dict[int, int] = {}
    ride: dict[int, int] = {}
    for event, begin, service in zip(run.morning, way.begin_ms.tolist(), way.service_ms.tolist(), strict=True):
        if event < homes:
            pickup[event], aboard[event] = begin, begin + service
            continue
        for party in [party for party in aboard if case.arrays.goes_to[party] == event - homes]:
            ride[party] = begin - aboard.pop(party)
    return np.array([pickup[one] for one in run.parties]), np.array([ride[one] for one in run.parties])
