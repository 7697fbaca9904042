"""How the made-up county carries its pupils: vehicles and their prices, times of schools, who travels how.

Everything is drawn from a stream of its own, after the county is drawn: taking transport away leaves the rest as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from county_draws import Draws
from county_places import County
from county_pupils import Pupil
from published_2025 import CAR_CO2E_KG_PER_MILE, LOW_INCOME_SHARE, PUPIL_DAYS, RIDERS, TRANSPORT_GBP

TRANSPORT_SEED = 20_260_902


@dataclass(frozen=True)
class Vehicle:
    """A type of vehicle, and the run that its prices are calibrated to: all example values.

    `shares` are the parts of the price of the example run that are paid by the day, by the mile and by the hour;
    `miles` and `hours` are those of both runs of a day with pupils aboard.
    """

    name: str
    operator: str
    available: int | None
    mode: str
    riders: float
    miles: float
    hours: float
    shares: tuple[float, float, float]
    pupils_per_assistant: int
    empty_miles_per_mile: float | None
    co2e_kg_per_mile: float
    layouts: tuple[tuple[int, int], ...]
    dearer: float = 1.0
    """The price of the example run over the published mean of its mode."""


CONTRACT, OWN = (0.5, 0.3, 0.2), (0.7, 0.1, 0.2)
ASSISTANT_GBP_PER_HOUR = 16.0
"""An example value: no published rate was found."""

FLEET = (
    Vehicle(
        *("taxi 4", "Cinder Cars", None, "taxi", RIDERS, 28, 1.2, CONTRACT, 3, None, CAR_CO2E_KG_PER_MILE),
        layouts=((4, 0),),
    ),
    Vehicle(
        *("accessible taxi", "Cinder Cars", None, "taxi", RIDERS, 28, 1.2, CONTRACT, 3, None, CAR_CO2E_KG_PER_MILE),
        layouts=((4, 0), (3, 1), (1, 2)),
        dearer=1.15,
    ),
    Vehicle(
        *("minibus 8", "Russet Travel", None, "overall", 5, 40, 1.8, CONTRACT, 4, None, 0.4),
        layouts=((8, 0), (5, 1), (3, 2)),
    ),
    Vehicle(
        *("minibus 16", "Feather Coaches", None, "PSV", 10, 50, 2.4, CONTRACT, 6, None, 0.55),
        layouts=((16, 0), (14, 1), (10, 2), (7, 3)),
    ),
    Vehicle(
        *("own minibus 16", "Exampleshire County Council", 12, "in-house", 9, 50, 2.4, OWN, 6, 0.8, 0.55),
        layouts=((16, 0), (14, 1), (10, 2), (7, 3), (4, 5)),
    ),
)
"""Operators are made up. 14 seats and a wheelchair in place of 16 seats is a layout that a vendor shows; the others are
example values, as are the emissions of minibuses."""

WINDOWS = {
    "primary": ("08:35", "08:50", "15:10", "15:25"),
    "secondary": ("08:20", "08:40", "15:00", "15:20"),
    "special": ("08:35", "08:50", "14:55", "15:10"),
    "alternative": ("08:50", "09:10", "14:30", "14:50"),
    "independent_special": ("08:40", "09:05", "15:00", "15:25"),
}
"""Earliest and latest times, morning and afternoon; a school's own are up to ten minutes from them: example values."""

SHIFTS_MINUTES = (-10, -5, 0, 5, 10)

LOW_MODE_YEAR = 8
MODE_SHARES = {"personal_budget": 0.03, "vehicle": 0.01, "training": 0.02, "pass": 0.01}
"""Shares of pupils for whom an officer has decided how they travel; training and passes are for those of Year 8 and
above who have no wheelchair, no assistant and need not travel alone, training for those who cannot travel alone yet:
example values."""

PICKUPS, PICKUP_SHARE = ("07:30", "07:45", "08:00"), 0.01
BOARDING_SHARES = {True: 0.15, False: 0.01}
"""Pupils with their own time to board, in a wheelchair and not: example shares."""
BOARDING_MINUTES = {True: (4, 7, 10), False: (1, 2, 3)}

PAIRS_APART = 6
"""Pairs of one special school who must not share a vehicle: an example value."""

FLEET_COLUMNS = (
    *("vehicle", "operator", "available", "gbp_per_day", "gbp_per_mile", "gbp_per_hour", "assistant_gbp_per_hour"),
    *("pupils_per_assistant", "empty_miles_per_mile", "co2e_kg_per_mile", "source"),
)
WINDOW_COLUMNS = ("arrive_from", "arrive_by", "leave_from", "leave_by")
TRAVEL_COLUMNS = ("low_income", "travel_mode", "earliest_pickup", "board_minutes")

Cells = tuple[str | int | float | None, ...]


def fleet_rows() -> Iterator[Cells]:
    """Price the vehicles so that the example run of each costs the published mean for a pupil and year."""
    for one in FLEET:
        gbp_a_day = one.dearer * TRANSPORT_GBP[one.mode] * one.riders / PUPIL_DAYS
        by_day, by_mile, by_hour = one.shares
        factor = "0.2785 kg: DESNZ 2025, average diesel car"
        if one.co2e_kg_per_mile != CAR_CO2E_KG_PER_MILE:
            factor = f"{one.co2e_kg_per_mile:g} kg: example value"
        times = f"{one.dearer:g} times " if one.dearer != 1 else ""
        yield (
            *(one.name, one.operator, one.available),
            *(round(gbp_a_day * by_day, 2), round(gbp_a_day * by_mile / one.miles, 2)),
            *(round(gbp_a_day * by_hour / one.hours, 2), ASSISTANT_GBP_PER_HOUR, one.pupils_per_assistant),
            *(one.empty_miles_per_mile, one.co2e_kg_per_mile),
            f"Example values: {one.riders:g} pupils over {one.miles:g} miles and {one.hours:g} hours a day, "
            f"without assistants, come to {times}£{TRANSPORT_GBP[one.mode]:,} a pupil and year "
            f"({one.mode}; DfE 2025-26). {factor}",
        )


def layout_rows() -> Iterator[Cells]:
    """List the layouts of each type of vehicle."""
    for one in FLEET:
        for seats, wheelchair_places in one.layouts:
            yield one.name, seats, wheelchair_places


def draw_windows(draws: Draws, county: County) -> dict[str, Cells]:
    """Draw when each school takes vehicles in, by its id."""
    sorts = {part.setting.setting_id: part.kind for part in county.provisions if part.kind in WINDOWS}
    years = {part.setting.setting_id: part.max_year for part in county.provisions if part.kind == "mainstream"}
    windows: dict[str, Cells] = {}
    for setting in county.settings:
        phase = "primary" if years.get(setting.setting_id, 0) <= 6 else "secondary"
        times = WINDOWS[sorts.get(setting.setting_id, phase)]
        morning, afternoon = (draws.one_of(SHIFTS_MINUTES, [1.0] * len(SHIFTS_MINUTES)) for _ in range(2))
        shifts = (morning, morning, afternoon, afternoon)
        windows[setting.setting_id] = tuple(_later(time, shift) for time, shift in zip(times, shifts, strict=True))
    return windows


def _later(time: str, minutes: int) -> str:
    hour, minute = divmod(int(time[:2]) * 60 + int(time[3:]) + minutes, 60)
    return f"{hour:02d}:{minute:02d}"


def draw_travel(draws: Draws, pupils: Sequence[Pupil]) -> dict[str, Cells]:
    """Draw what transport has to know of each pupil, by id."""
    return {
        pupil.pupil_id: (
            "yes" if draws.chance(LOW_INCOME_SHARE) else "",
            _mode(draws, pupil),
            draws.one_of(PICKUPS, [1.0] * len(PICKUPS)) if draws.chance(PICKUP_SHARE) else "",
            _boarding(draws, pupil),
        )
        for pupil in pupils
    }


def _mode(draws: Draws, pupil: Pupil) -> str:
    """Draw an officer's decision; one that the pupil cannot follow is not taken."""
    share = draws.uniform()
    for mode, part in MODE_SHARES.items():
        if share < part:
            return mode if _can_follow(pupil, mode) else ""
        share -= part
    return ""


def _can_follow(pupil: Pupil, mode: str) -> bool:
    if mode in {"personal_budget", "vehicle"}:
        return True
    can_walk_alone = not (pupil.wheelchair or pupil.solo or pupil.assistant)
    knows_how = mode == "training" and pupil.independent_travel
    return pupil.year >= LOW_MODE_YEAR and can_walk_alone and not knows_how


def _boarding(draws: Draws, pupil: Pupil) -> int | None:
    minutes = BOARDING_MINUTES[pupil.wheelchair]
    has_own = draws.chance(BOARDING_SHARES[pupil.wheelchair])
    return draws.one_of(minutes, [1.0] * len(minutes)) if has_own else None


def draw_apart(draws: Draws, pupils: Sequence[Pupil]) -> Iterator[Cells]:
    """Draw pairs of pupils who are at the same special school today, each pair at another one."""
    groups: dict[str, list[str]] = {}
    for pupil in pupils:
        if pupil.current is not None and pupil.current.kind == "special" and not pupil.solo:
            groups.setdefault(pupil.current.provision_id, []).append(pupil.pupil_id)
    for name in draws.shuffled(sorted(groups))[:PAIRS_APART]:
        one, other = sorted(draws.shuffled(groups[name])[:2])
        yield one, other, "Risk assessment: not in one vehicle"
