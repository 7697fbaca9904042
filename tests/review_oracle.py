"""The cheapest run for a few pupils of a town by trying everything, from docs/routing.md: slow and small.

For towns in which stops take no time, without assistants, wheelchairs and earliest pick-ups, and with the same times at
all schools: then nobody waits, and a run keeps to the schools' times where its set-downs lie within one window.
"""

from collections.abc import Iterator

import numpy as np

from placement_opt.route_rules import MINUTE_MS, RouteRules
from tests.route_town import DAYS, FLEET, LAYOUTS, Town

WINDOW_MS = 20 * MINUTE_MS
"""08:30 to 08:50."""


def cheapest_gbp(
    place: Town, pupil_ids: list[str], rules: RouteRules, vehicles: list[str], limit_minutes: float = 75
) -> float:
    """Return the least £ a year of one vehicle for these pupils; infinite where none can carry them."""
    best = np.inf
    most = {vehicle: int(LAYOUTS.loc[LAYOUTS["vehicle"] == vehicle, "seats"].max()) for vehicle in vehicles}
    for stops in _sequences(sorted(pupil_ids), (), ()):
        taken = _taken(place, stops, rules, limit_minutes)
        if taken is None:
            continue
        minutes, miles, aboard = taken
        for vehicle in FLEET.itertuples():
            if vehicle.vehicle in vehicles and most[vehicle.vehicle] >= aboard:
                lines = (
                    DAYS * vehicle.gbp_per_day,
                    DAYS * 2 * miles * vehicle.gbp_per_mile,
                    DAYS * 2 * minutes / 60 * vehicle.gbp_per_hour,
                )
                best = min(best, sum(round(line, 2) for line in lines))
    return best


def school_of(pupil_id: str) -> str:
    """Return where a pupil of a town goes to school."""
    return "B" if pupil_id.startswith("B") else "A"


def _sequences(left: list[str], aboard: tuple[str, ...], done: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Return every order of pick-ups, and of set-downs (the school's name) at which anybody leaves."""
    if not left and not aboard:
        yield done
    for pupil in left:
        yield from _sequences([one for one in left if one != pupil], (*aboard, pupil), (*done, pupil))
    for school in {school_of(pupil) for pupil in aboard}:
        stay = tuple(pupil for pupil in aboard if school_of(pupil) != school)
        yield from _sequences(left, stay, (*done, school))


def _taken(
    place: Town, stops: tuple[str, ...], rules: RouteRules, limit_minutes: float
) -> tuple[float, float, int] | None:
    """Return minutes, miles and most aboard of a sequence; None where it breaks a rule."""
    legs, problem = place.legs, place.problem
    if rules.together == "single" and len({stop for stop in stops if stop in legs.setting_ids}) > 1:
        return None
    points = [
        int(legs.setting_point[legs.setting_ids.index(stop)])
        if stop in legs.setting_ids
        else int(legs.pupil_point[legs.pupil_ids.index(stop)])
        for stop in stops
    ]
    drives = np.rint(legs.minutes[points[:-1], points[1:]] * MINUTE_MS)
    at = np.concatenate([[0.0], np.cumsum(drives)])
    solo = set(problem.pupils.loc[problem.pupils["solo"], "pupil_id"])
    apart = [{one, other} for one, other in problem.table("apart")[["pupil_id", "other_pupil_id"]].to_numpy()]
    aboard: dict[str, float] = {}
    most, set_downs = 0, []
    for stop, ms in zip(stops, at, strict=True):
        if stop not in legs.setting_ids:
            aboard[stop] = ms
            most = max(most, len(aboard))
            if (len(aboard) > 1 and solo & set(aboard)) or any(pair <= set(aboard) for pair in apart):
                return None
            continue
        set_downs.append(ms)
        for pupil in [pupil for pupil in aboard if school_of(pupil) == stop]:
            if ms - aboard.pop(pupil) > limit_minutes * MINUTE_MS:
                return None
    if set_downs[-1] - set_downs[0] > WINDOW_MS:
        return None
    return float(at[-1]) / MINUTE_MS, float(legs.miles[points[:-1], points[1:]].sum()), most
