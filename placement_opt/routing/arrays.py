"""What the compiled search works on: a case as plain arrays, by position."""

from typing import NamedTuple

import numpy as np

from placement_opt.facts import Bools, Floats, Ints

FAR_MS = 10**12
"""A drive that is not known, and a time that never comes."""
MORNING, AFTERNOON = 0, 1
STATES = 6
"""How many numbers are counted on the way."""


class Arrays(NamedTuple):
    """A case of `RouteCase` as arrays; P parties, S schools, N points, L layouts, V types of vehicle.

    `drive_ms` and `miles` have shape (N, N); `apart` (P, P); `open_ms` and `shut_ms` (2, S): morning and afternoon.
    With `calls_once` a morning calls at each school once, so that the way home can too. Prices are those of all days of
    a year: for a vehicle, for each mile, for each ms.
    """

    drive_ms: Ints
    miles: Floats
    home: Ints
    school: Ints
    goes_to: Ints
    pupils: Ints
    walkers: Ints
    wheelchairs: Ints
    helped: Ints
    board_ms: Ints
    leave_ms: Ints
    limit_ms: Ints
    earliest_ms: Ints
    solo: Bools
    apart: Bools
    open_ms: Ints
    shut_ms: Ints
    stop_ms: int
    leave_stop_ms: int
    most_pupils: int
    is_single: bool
    calls_once: bool
    layout_vehicle: Ints
    layout_seats: Ints
    layout_wheelchairs: Ints
    year_gbp: Floats
    mile_gbp: Floats
    ms_gbp: Floats
    assistant_ms_gbp: Floats
    pupils_per_assistant: Ints


class Packed(NamedTuple):
    """The same in few arrays, which compiled functions hand on faster: columns as the names below say."""

    drive: Ints
    miles: Floats
    party: Ints
    apart: Bools
    school: Ints
    layout: Ints
    vehicle: Floats
    number: Ints


HOME, GOES_TO, PUPILS_IN, WALKERS_IN, WHEELCHAIRS_IN, HELPED_IN, BOARD, LEAVE, LIMIT, EARLIEST, SOLO = range(11)
"""Columns of `Packed.party`."""
POINT, OPENS, SHUTS = range(3)
"""Columns of `Packed.school`; the times of the afternoon are two further on."""
VEHICLE, SEATS, PLACES = range(3)
"""Columns of `Packed.layout`."""
YEAR, MILE, MS, ASSISTANT_MS, PER_ASSISTANT = range(5)
"""Columns of `Packed.vehicle`."""
STOP, LEAVE_STOP, MOST, SINGLE, ONCE = range(5)
"""What `Packed.number` holds."""
GAP, SERVICE, LOW, HIGH, BEGIN, TOP, RIDE_FIRST, RIDE_LAST, RIDE_LIMIT, WHO, BOARDED_AT, AFTER, STATE = range(13)
"""Rows of the memory that an evaluation works in: of each event the drive before it, how long it takes, its window, its
beginning and its latest one; of each ride its events and limit; who is aboard and since when; how many after each
event; what is counted on the way."""


def packed(case: Arrays) -> Packed:
    """Return a case in few arrays."""
    party = (
        case.home,
        case.goes_to,
        case.pupils,
        case.walkers,
        case.wheelchairs,
        case.helped,
        case.board_ms,
        case.leave_ms,
        case.limit_ms,
        case.earliest_ms,
        case.solo,
    )
    school = (case.school, case.open_ms[0], case.shut_ms[0], case.open_ms[1], case.shut_ms[1])
    layout = (case.layout_vehicle, case.layout_seats, case.layout_wheelchairs)
    vehicle = (case.year_gbp, case.mile_gbp, case.ms_gbp, case.assistant_ms_gbp, case.pupils_per_assistant)
    numbers = (case.stop_ms, case.leave_stop_ms, case.most_pupils, case.is_single, case.calls_once)
    return Packed(
        np.ascontiguousarray(case.drive_ms),
        np.ascontiguousarray(case.miles),
        np.column_stack(party).astype(np.int64),
        np.ascontiguousarray(case.apart),
        np.column_stack(school).astype(np.int64),
        np.column_stack(layout).astype(np.int64),
        np.column_stack(vehicle).astype(np.float64),
        np.array(numbers, dtype=np.int64),
    )


def room_for(length: int) -> Ints:
    """Return memory for sequences of up to `length` events."""
    return np.zeros((STATE + 1, max(length, STATES)), dtype=np.int64)


def part_of(case: Arrays, parties: Ints) -> Arrays:
    """Return the arrays of some parties only; schools and points keep their numbers."""
    return case._replace(
        **{
            name: getattr(case, name)[parties]
            for name in (
                "home",
                "goes_to",
                "pupils",
                "walkers",
                "wheelchairs",
                "helped",
                "board_ms",
                "leave_ms",
                "limit_ms",
                "earliest_ms",
                "solo",
            )
        },
        apart=case.apart[np.ix_(parties, parties)],
    )
