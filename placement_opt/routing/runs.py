"""Runs: a sequence of stops with the vehicle that drives it cheapest, and the cheapest sequence for some parties."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.routing.arrays import (
    AFTER,
    AFTERNOON,
    ASSISTANT_MS,
    BEGIN,
    MILE,
    MORNING,
    MS,
    SERVICE,
    YEAR,
    Arrays,
    Packed,
    room_for,
)
from placement_opt.routing.case import RouteCase
from placement_opt.routing.insertion import insert_all
from placement_opt.routing.orders import Orders
from placement_opt.routing.timing import (
    DURATION,
    FIGURES,
    HELPED,
    MILES,
    WALKERS,
    WHEELCHAIRS,
    assistants_in,
    examine,
    fits,
)

MOST_LOOKS = 200_000
"""Orders that are looked at to find the best one for a set of parties; beyond, parties are inserted one by one."""
EXACT_PARTIES = 8
EXACT_OF_ALL = 7
"""Up to so many parties, all orders of all sets of them are looked at in one go."""
EXACT_AFTERNOON = 6
TRIES = 6


@dataclass(frozen=True)
class Run:
    """A route: one vehicle, its morning and its afternoon.

    Parameters
    ----------
    parties
        Who is carried, ascending.
    morning, afternoon
        Events by docs/routing.md: below P a party at its home, from P on a school; an empty afternoon mirrors the
        morning.
    vehicle, layout
        Positions in `RouteCase.fleet` and `RouteCase.layouts`.
    assistants
        How many ride along.
    cost_gbp
        For a year, each line rounded to pence.
    """

    parties: tuple[int, ...]
    morning: tuple[int, ...]
    afternoon: tuple[int, ...]
    vehicle: int
    layout: int
    assistants: int
    cost_gbp: float


@dataclass(frozen=True)
class Timed:
    """The shortest schedule of a sequence.

    Parameters
    ----------
    begin_ms, service_ms, aboard
        For each event: when it begins, how long it takes, how many pupils are aboard after it.
    figures
        As `timing.examine` fills them.
    """

    begin_ms: Ints
    service_ms: Ints
    aboard: Ints
    figures: Floats


def timed(case: RouteCase, events: Sequence[int], *, way: int = MORNING) -> Timed | None:
    """Return the shortest schedule of a sequence; None where it breaks a rule other than the room aboard.

    Parameters
    ----------
    events
        As in `Run`.
    way
        MORNING or AFTERNOON.
    """
    sequence = np.array(events, dtype=np.int64)
    room, figures = room_for(len(sequence) + 2), np.zeros(FIGURES)
    if not len(sequence) or not examine(case.packed, way, sequence, len(sequence), room, figures):
        return None
    number = len(sequence)
    return Timed(room[BEGIN, :number].copy(), room[SERVICE, :number].copy(), room[AFTER, :number].copy(), figures)


def priced(
    case: RouteCase, morning: Sequence[int], *, afternoon: Sequence[int] = (), vehicle: int | None = None
) -> Run | None:
    """Return a sequence as a run with its cheapest vehicle and layout; None where it breaks a rule or none holds it.

    Parameters
    ----------
    morning, afternoon
        Events; an empty afternoon mirrors the morning.
    vehicle
        Only this type of vehicle; None = any.
    """
    found = [timed(case, morning)] + ([timed(case, afternoon, way=AFTERNOON)] if afternoon else [])
    runs = [run for run in found if run is not None]
    if len(runs) < len(found):
        return None
    arrays = case.arrays
    walkers, wheelchairs, helped = (max(run.figures[what] for run in runs) for what in (WALKERS, WHEELCHAIRS, HELPED))
    best: tuple[float, int, int] | None = None
    for layout in _small_first(arrays):
        of = int(arrays.layout_vehicle[layout])
        if vehicle not in {None, of} or not fits(case.packed, layout, walkers, wheelchairs, helped):
            continue
        gbp = cost_gbp(case.packed, of, runs, helped)
        if best is None or (round(gbp, 2), of) < best[:2]:
            best = (round(gbp, 2), of, layout)
    if best is None:
        return None
    parties = tuple(sorted(event for event in morning if event < len(arrays.home)))
    assistants = int(assistants_in(case.packed, best[1], helped))
    return Run(parties, tuple(morning), tuple(afternoon), best[1], best[2], assistants, best[0])


def cost_gbp(case: Packed, vehicle: int, runs: Sequence[Timed], helped: float) -> float:
    """Return £ a year of one run, mirrored, or of two, each line rounded to pence."""
    return round(sum(cost_lines(case, vehicle, runs, helped)), 2)


def cost_lines(case: Packed, vehicle: int, runs: Sequence[Timed], helped: float) -> tuple[float, float, float, float]:
    """Return £ a year for the vehicle, its miles, its hours and the assistants."""
    times = 2 / len(runs)
    miles = times * sum(run.figures[MILES] for run in runs)
    ms = times * sum(run.figures[DURATION] for run in runs)
    assistants = assistants_in(case, vehicle, helped)
    return (
        round(float(case.vehicle[vehicle, YEAR]), 2),
        round(float(miles * case.vehicle[vehicle, MILE]), 2),
        round(float(ms * case.vehicle[vehicle, MS]), 2),
        round(float(ms * assistants * case.vehicle[vehicle, ASSISTANT_MS]), 2),
    )


def best_runs(case: RouteCase, parties: Sequence[int], *, tries: int = TRIES) -> dict[int, Run]:
    """Return the cheapest run for a set of parties by each type of vehicle that can carry them.

    Parameters
    ----------
    parties
        Positions.
    tries
        In how many orders parties are inserted.

    Notes
    -----
    Exact for up to eight parties whose orders are not too many; else parties are inserted one by one, in several
    orders, and the best result counts.
    """
    chosen = np.array(sorted(parties), dtype=np.int64)
    if len(chosen) <= EXACT_PARTIES:
        found, is_complete = _exact(case, chosen, whole=True)
        if is_complete:
            return found.get(tuple(chosen.tolist()), {})
    return _inserted(case, chosen, tries)


def best_runs_without_one(case: RouteCase, parties: Sequence[int]) -> dict[tuple[int, ...], dict[int, Run]] | None:
    """Return the cheapest runs, as `best_runs` does, for a few parties and for all but one of them.

    Returns
    -------
    runs
        By set of parties, ascending, and type of vehicle; all of them exact. None where the parties or their orders
        are too many to look at every one.
    """
    if len(parties) > EXACT_OF_ALL:
        return None
    found, is_complete = _exact(case, np.array(sorted(parties), dtype=np.int64), whole=False)
    return found if is_complete else None


def _exact(case: RouteCase, parties: Ints, *, whole: bool) -> tuple[dict[tuple[int, ...], dict[int, Run]], bool]:
    """Return the best runs for all parties, and unless `whole` for all but one, and whether every order was seen."""
    morning = Orders(case.packed, MORNING, parties, whole=whole, most_looks=MOST_LOOKS)
    afternoon = None
    if case.rules.afternoon == "solved":
        afternoon = Orders(case.packed, AFTERNOON, parties, whole=whole, most_looks=MOST_LOOKS)
    is_complete = morning.is_complete and (afternoon is None or afternoon.is_complete)
    everybody = tuple(parties.tolist())
    found: dict[tuple[int, ...], dict[int, Run]] = {}
    for row, vehicle, draft in drafts_of(case, morning, afternoon) if is_complete else ():
        members = everybody if whole else morning.members(row)
        if len(members) < len(everybody) - 1:
            continue
        run = priced(case, draft.morning, afternoon=draft.afternoon, vehicle=vehicle)
        if run is not None:
            found.setdefault(members, {})[vehicle] = run
    return found, is_complete


@dataclass(frozen=True)
class Draft:
    """A run that may be chosen: £ a year, to the fraction of a penny, and its events; it is priced when it is.

    `afternoon` is empty where it mirrors the morning.
    """

    gbp: float
    morning: tuple[int, ...]
    afternoon: tuple[int, ...] = ()


def drafts_of(case: RouteCase, morning: Orders, afternoon: Orders | None) -> Iterator[tuple[int, int, Draft]]:
    """Yield the cheapest run of each set of `Orders` and each type of vehicle: row, vehicle, draft."""
    way_home = morning if afternoon is None else afternoon
    total = morning.gbp + way_home.gbp
    sets, _, helped = total.shape
    for vehicle, year_gbp in enumerate(case.arrays.year_gbp):
        layouts = np.flatnonzero(case.arrays.layout_vehicle == vehicle)
        cells = total[:, layouts, :].reshape(sets, -1)
        if not cells.shape[1]:
            continue
        at = np.argmin(cells, axis=1)
        least = cells[np.arange(sets), at]
        for row in np.flatnonzero(np.isfinite(least)):
            layout, level = int(layouts[at[row] // helped]), int(at[row] % helped)
            home = () if afternoon is None else afternoon.order(int(row), layout, level)
            gbp = float(year_gbp + least[row])
            yield int(row), vehicle, Draft(gbp, morning.order(int(row), layout, level), home)


def _inserted(case: RouteCase, parties: Ints, tries: int) -> dict[int, Run]:
    best: dict[int, Run] = {}
    found = (insert_all(case.packed, MORNING, parties, seed) for seed in range(tries))
    mornings = dict.fromkeys(morning for morning in found if morning is not None)
    is_mirrored = case.rules.afternoon == "mirrored"
    ways_home: list[tuple[int, ...]] = [()] if is_mirrored else _ways_home(case, parties, tries)
    for morning in mornings:
        for vehicle in range(len(case.fleet)):
            run = _with_best(case, morning, ways_home, vehicle)
            if run is not None and (vehicle not in best or run.cost_gbp < best[vehicle].cost_gbp):
                best[vehicle] = run
    return best


def with_afternoon(case: RouteCase, morning: Sequence[int], *, vehicle: int | None = None) -> Run | None:
    """Return a morning as a run with the best afternoon that is known for it."""
    if case.rules.afternoon == "mirrored":
        return priced(case, morning, vehicle=vehicle)
    parties = np.array(sorted(event for event in morning if event < len(case.arrays.home)), dtype=np.int64)
    return _with_best(case, morning, _ways_home(case, parties, TRIES), vehicle)


def _ways_home(case: RouteCase, parties: Ints, tries: int) -> list[tuple[int, ...]]:
    """Return good afternoons: the best for each layout and number of assistants where the parties are few."""
    ways_home: list[tuple[int, ...]] = []
    if len(parties) <= EXACT_AFTERNOON:
        orders = Orders(case.packed, AFTERNOON, parties, whole=True, most_looks=MOST_LOOKS)
        layouts, levels = orders.gbp.shape[1:]
        ways_home = [orders.order(0, layout, level) for layout in range(layouts) for level in range(levels)]
    if not any(ways_home):
        found = (insert_all(case.packed, AFTERNOON, parties, seed) for seed in range(tries))
        ways_home = [way for way in found if way is not None]
    return [way for way in dict.fromkeys(ways_home) if way]


def _with_best(
    case: RouteCase, morning: Sequence[int], ways_home: Sequence[tuple[int, ...]], vehicle: int | None
) -> Run | None:
    runs = (priced(case, morning, afternoon=way, vehicle=vehicle) for way in ways_home)
    return min((run for run in runs if run is not None), key=lambda run: (run.cost_gbp, run.afternoon), default=None)


def _small_first(arrays: Arrays) -> list[int]:
    return sorted(
        range(len(arrays.layout_vehicle)),
        key=lambda layout: (arrays.layout_seats[layout] + arrays.layout_wheelchairs[layout], layout),
    )
