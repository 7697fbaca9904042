"""How each pupil travels in one route plan and in another."""

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import MINUTE_MS

NO_ROUTE = "no route"
NOT_IN_PLAN = "not in the plan"
_DRIVEN = ("vehicle", "solo", "training")
"""Modes of the duties whose pupils are on a route or have none."""

_HALVES = ("travel", "setting_id", "route_id", "vehicle", "pickup", "ride_minutes")
_TYPES = {
    "pupil_id": "str",
    "pupils": "int64",
    **{f"{half}_{name}": "float64" if name == "ride_minutes" else "str" for half in ("from", "to") for name in _HALVES},
    "school_changes": "bool",
    "vehicle_changes": "bool",
    "pickup_minutes_later": "float64",
    "ride_minutes_longer": "float64",
}


@dataclass(frozen=True, order=True)
class _Journey:
    """How some identical pupils travel."""

    setting_id: str
    pickup_ms: int
    route_id: str
    travel: str
    vehicle: str
    ride_minutes: float
    pupils: int


_ABSENT = _Journey("", -1, "", NOT_IN_PLAN, "", np.nan, 0)


def changes_between(start: RoutePlan, end: RoutePlan) -> pd.DataFrame:
    """Return how every pupil travels in both plans; see `RouteComparison.pupils`."""
    before, after = _journeys_of(start), _journeys_of(end)
    rows = [
        (pupil_id, *_row(one, other))
        for pupil_id in sorted({*before, *after})
        for one, other in _matched(before.get(pupil_id, []), after.get(pupil_id, []))
    ]
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


def clock(ms: float) -> str | None:
    """Return milliseconds after midnight as a time of day, minutes rounded down; None before midnight or where absent.

    Examples
    --------
    >>> clock(31_500_000)
    '08:45'
    """
    minutes = int(ms // MINUTE_MS)
    return f"{minutes // 60:02d}:{minutes % 60:02d}" if minutes >= 0 else None


def _journeys_of(plan: RoutePlan) -> dict[str, list[_Journey]]:
    vehicles = plan.routes.set_index("route_id")["vehicle"].to_dict()
    duties = plan.duties
    found: dict[str, list[_Journey]] = {}
    for row in plan.riders.to_dict("records"):
        about = row["setting_id"], row["pickup_ms"], row["route_id"], "vehicle", vehicles[row["route_id"]]
        found.setdefault(row["pupil_id"], []).append(_Journey(*about, row["ride_minutes"], row["pupils"]))
    others = (plan.unrouted.assign(mode=NO_ROUTE), duties[~duties["mode"].isin(_DRIVEN)])
    for row in (row for frame in others for row in frame.to_dict("records")):
        journey = _Journey(row["setting_id"], -1, "", row["mode"], "", np.nan, row["pupils"])
        found.setdefault(row["pupil_id"], []).append(journey)
    return found


def _matched(start: list[_Journey], end: list[_Journey]) -> list[tuple[_Journey, _Journey]]:
    """Pair identical pupils: first those who stay at their school, by pick-up; then the rest."""
    pairs: list[tuple[_Journey, _Journey]] = []
    settings = sorted({journey.setting_id for journey in (*start, *end)})
    goers: list[_Journey] = []
    comers: list[_Journey] = []
    for setting_id in settings:
        ours, theirs = (
            deque(sorted(journey for journey in journeys if journey.setting_id == setting_id))
            for journeys in (start, end)
        )
        pairs += _zipped(ours, theirs)
        goers += ours
        comers += theirs
    left, right = deque(goers), deque(comers)
    pairs += _zipped(left, right)
    pairs += [(one, replace(_ABSENT, pupils=one.pupils)) for one in left]
    pairs += [(replace(_ABSENT, pupils=other.pupils), other) for other in right]
    return pairs


def _zipped(left: deque[_Journey], right: deque[_Journey]) -> list[tuple[_Journey, _Journey]]:
    """Pair as many pupils as both sides hold; who is left over stays in the queues."""
    pairs = []
    while left and right:
        one, other = left.popleft(), right.popleft()
        pupils = min(one.pupils, other.pupils)
        pairs.append((replace(one, pupils=pupils), replace(other, pupils=pupils)))
        for queue, journey in ((left, one), (right, other)):
            if journey.pupils > pupils:
                queue.appendleft(replace(journey, pupils=journey.pupils - pupils))
    return pairs


def _row(one: _Journey, other: _Journey) -> tuple[object, ...]:
    both_ride = bool(one.route_id and other.route_id)
    return (
        one.pupils,
        *_half(one),
        *_half(other),
        bool(one.setting_id and other.setting_id and one.setting_id != other.setting_id),
        one.vehicle != other.vehicle,
        round((other.pickup_ms - one.pickup_ms) / MINUTE_MS, 4) if both_ride else np.nan,
        round(other.ride_minutes - one.ride_minutes, 4) if both_ride else np.nan,
    )


def _half(journey: _Journey) -> tuple[object, ...]:
    return (
        journey.travel,
        journey.setting_id or None,
        journey.route_id or None,
        journey.vehicle or None,
        clock(journey.pickup_ms),
        journey.ride_minutes,
    )
