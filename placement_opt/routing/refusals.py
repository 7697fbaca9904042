"""Why a party cannot be carried at all, in words that say what would help."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.route_rules import MINUTE_MS
from placement_opt.routing.arrays import FAR_MS, MORNING, Arrays, packed, room_for
from placement_opt.routing.timing import FIGURES, HELPED, WALKERS, WHEELCHAIRS, examine, fits


def refusal_of(case: Arrays, party: int, row: "pd.Series[Any]", fleet: pd.DataFrame) -> tuple[str, str] | None:
    """Return why no vehicle can carry a party even alone: a word and a sentence; None where one can.

    Parameters
    ----------
    case, party
        The arrays, and the party's position.
    row
        The party's row of `RouteCase.parties`.
    fleet
        The types of vehicle.
    """
    figures = np.zeros(FIGURES)
    figures[WALKERS], figures[WHEELCHAIRS] = case.walkers[party], case.wheelchairs[party]
    figures[HELPED] = case.helped[party]
    whole, layouts = packed(case), range(len(case.layout_vehicle))
    if not any(fits(whole, layout, figures[WALKERS], figures[WHEELCHAIRS], figures[HELPED]) for layout in layouts):
        return "no vehicle", " ".join(_no_vehicle(case, party, fleet))
    events = np.array([party, len(case.home) + case.goes_to[party]], dtype=np.int64)
    if examine(whole, MORNING, events, 2, room_for(4), figures):
        return None
    return _too_late(case, party, row)


def _no_vehicle(case: Arrays, party: int, fleet: pd.DataFrame) -> Iterator[str]:
    if case.wheelchairs[party] and not case.layout_wheelchairs.any():
        yield "Travels in a wheelchair, and no layout has a wheelchair place. Add one to the table layouts."
    elif case.helped[party] and not case.pupils_per_assistant.any():
        yield (
            f"Needs an assistant, and none of the {len(fleet)} types of vehicle carries any. Give "
            "assistant_gbp_per_hour and pupils_per_assistant in the table fleet."
        )
    else:
        what = "a wheelchair place" if case.wheelchairs[party] else "a seat"
        more = ", and a seat for an assistant," if case.helped[party] else ""
        yield f"No layout has {what} for the pupil{more} in one vehicle. Add a layout that has."


def _too_late(case: Arrays, party: int, row: "pd.Series[Any]") -> tuple[str, str]:
    school = case.goes_to[party]
    drive = case.drive_ms[case.home[party], case.school[school]]
    direct, limit = drive / MINUTE_MS, case.limit_ms[party] / MINUTE_MS
    if drive >= FAR_MS:
        return "no road", "No drive from the home to the school is known. Correct the point, or the legs."
    if drive > case.limit_ms[party]:
        own = row["max_minutes"]
        what = "the pupil's max_minutes" if own <= limit + 1e-6 else "the guide for the age"
        way = "Raise max_minutes" if own <= limit + 1e-6 else "Give RouteRules a detour, raise the guide"
        return "ride limit", (
            f"The direct drive takes {direct:.1f} minutes, longer than {limit:.1f} ({what}). {way}, or find a nearer "
            "place."
        )
    soonest = case.earliest_ms[party] + case.board_ms[party] + case.stop_ms + drive
    if soonest > case.shut_ms[MORNING, school]:
        return "arrival", (
            f"Picked up at the earliest time allowed, the pupil arrives at {_clock(soonest)}, after the latest arrival "
            f"{_clock(case.shut_ms[MORNING, school])}. Allow an earlier pick-up, or a later arrival."
        )
    return "arrival", "No run keeps to the school's times. Correct arrive_from and arrive_by in the table settings."


def _clock(ms: float) -> str:
    minutes = int(ms // MINUTE_MS)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
