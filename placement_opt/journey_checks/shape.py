"""Journeys held against other journeys: there and back, and from neighbour to neighbour."""

import numpy as np
import pandas as pd

from placement_opt.journey_checks.figures import found_at
from placement_opt.journey_checks.findings import Severity, TravelFinding
from placement_opt.journey_checks.known import EXAMPLE_COLUMNS, Floats, Known, Marks, Positions
from placement_opt.journey_checks.limits import TravelLimits
from placement_opt.travel import METRES_PER_MILE

CELL_M = 1_000.0
_EXAMPLES = 20
Found = tuple[list[TravelFinding], list[str]]


def check_both_ways(known: Known, limits: TravelLimits, explained: Marks) -> Found:
    """Find journeys between two schools that differ much from the way back.

    A direction between schools is known from the journeys between schools, and from a pupil who lives at a school's
    very point (to the metre).
    """
    ways = _ways(known, explained)
    both = ways.merge(ways, left_on=["start", "end"], right_on=["end", "start"], suffixes=("", "_back"))
    both = both[both["start"] < both["end"]]
    if both.empty:
        return [], ["both ways: no journey is known in both directions"]
    apart = np.zeros(len(both), dtype=np.bool_)
    for column, least in (("minutes", limits.one_way_minutes), ("miles", limits.one_way_miles)):
        there, back = (both[name].to_numpy(dtype=np.float64) for name in (column, f"{column}_back"))
        apart |= np.abs(there - back) > np.maximum(least, limits.one_way_share * np.minimum(there, back))
    wrong = both[apart]
    if wrong.empty:
        return [], []
    message = "There and back differ much. One-way roads do that; a matrix that was turned on its side does so too."
    ids = np.array(known.travel.setting_ids, dtype=object)
    start, end = (wrong[name].to_numpy(dtype=np.int64) for name in ("start", "end"))
    examples = pd.DataFrame(
        {
            "from_setting_id": ids[start],
            "to_setting_id": ids[end],
            "minutes": wrong["minutes"].to_numpy(),
            "miles": wrong["miles"].to_numpy(),
            "straight_miles": wrong["straight_miles"].to_numpy().round(3),
        }
    ).reindex(columns=list(EXAMPLE_COLUMNS))
    schools = len(np.unique(np.concatenate([start, end])))
    finding = TravelFinding(
        "both ways",
        Severity.WARNING,
        "minutes, miles",
        len(wrong),
        len(both),
        0,
        schools,
        message,
        examples.head(_EXAMPLES),
    )
    return [finding], []


def _ways(known: Known, explained: Marks) -> pd.DataFrame:
    """Return what is known between schools: start, end (positions of schools), minutes, miles."""
    places = pd.DataFrame(known.setting_points.round(), columns=["east", "north"]).reset_index(names="start")
    homes = pd.DataFrame(known.pupil_points.round(), columns=["east", "north"]).reset_index(names="pupil")
    at_school = homes.merge(places, on=["east", "north"]).drop_duplicates("start")
    pupil = np.repeat(at_school["pupil"].to_numpy(dtype=np.int64), known.settings)
    end = np.tile(np.arange(known.settings, dtype=np.int64), len(at_school))
    at = known.find(pupil, end)
    start = np.repeat(at_school["start"].to_numpy(dtype=np.int64), known.settings)[at >= 0]
    first, last = known.between_ends
    rows = np.concatenate([np.arange(len(first)) + known.of_pupils, at[at >= 0]]).astype(np.int64)
    ways = pd.DataFrame(
        {
            "start": np.concatenate([first, start]),
            "end": np.concatenate([last, end[at >= 0]]),
            "minutes": known.minutes[rows],
            "miles": known.miles[rows],
            "straight_miles": known.straight_miles[rows],
        }
    )
    sound = ways["minutes"].notna() & ~explained[rows] & (ways["start"] != ways["end"])
    return ways[sound].drop_duplicates(["start", "end"])


def check_neighbours(known: Known, limits: TravelLimits, explained: Marks, *, sample: int, seed: int) -> Found:
    """Find journeys that do not fit those of a neighbour.

    If two pupils live L straight miles apart, each can go by the other's home: their miles to one school differ by no
    more than the road between them, which is at most `detour` x L + `detour_miles`; and the like for two schools and
    one pupil. Each pupil, and each school, is held against the next one in order of square kilometres. Of the two
    journeys the one further from the usual proportion to its straight line is named.
    """
    usable = np.flatnonzero(~np.isnan(known.minutes[: known.of_pupils]) & ~explained[: known.of_pupils])
    if len(usable) < 2:
        return [], ["neighbours: fewer than 2 journeys are left to compare"]
    untested = []
    if len(usable) > sample:
        untested = [f"neighbours: {sample:,} journeys drawn with seed {seed} were tested, of {len(usable):,}"]
        usable = np.random.default_rng(seed).choice(usable, sample, replace=False)
    pupil, _, setting = known.ends(usable)
    usual = float(np.median(_proportion(known, usable)))
    guilty: list[Positions] = []
    tested = 0
    for other, length in (
        _next_to(known, pupil, setting, known.pupil_points),
        _next_to(known, pupil, setting, known.setting_points, of_settings=True),
    ):
        fit = other >= 0
        fit[fit] = ~np.isnan(known.minutes[other[fit]]) & ~explained[other[fit]]
        one, two, line = usable[fit], other[fit], length[fit]
        tested += len(one)
        most = limits.detour * line + limits.detour_miles
        broken = np.abs(known.miles[one] - known.miles[two]) > most
        broken |= np.abs(known.minutes[one] - known.minutes[two]) > most / limits.detour_mph * 60
        one, two = one[broken], two[broken]
        strange = [np.abs(np.log(_proportion(known, at) / usual)) for at in (one, two)]
        guilty.append(np.where(strange[0] >= strange[1], one, two))
    at = np.unique(np.concatenate(guilty))
    if not tested:
        return [], ["neighbours: no two pupils or schools share a journey"]
    if not len(at):
        return [], untested
    message = "The journey does not fit that of a neighbour. Check the points of both ends, and the order of rows."
    finding = found_at(known, "neighbours", Severity.WARNING, "minutes, miles", at, message)
    return [finding], untested


def _proportion(known: Known, at: Positions) -> Floats:
    """Return miles over straight miles, with half a mile added to both so that short journeys do not rule."""
    return np.asarray((known.miles[at] + 0.5) / (known.straight_miles[at] + 0.5), dtype=np.float64)


def _next_to(
    known: Known, pupil: Positions, setting: Positions, points: Floats, *, of_settings: bool = False
) -> tuple[Positions, Floats]:
    """Return the same journey of the neighbour (-1 = none), and how far the neighbour is in straight miles."""
    following = _following(points)
    mine = setting if of_settings else pupil
    other = following[mine]
    away = points[mine] - points[other]
    at = known.find(pupil, other) if of_settings else known.find(other, setting)
    at[other == mine] = -1
    return at, np.hypot(away[:, 0], away[:, 1]) / METRES_PER_MILE


def _following(points: Floats) -> Positions:
    """Return the next point of each one, along rows of square kilometres that are walked to and fro."""
    north = np.floor(points[:, 1] / CELL_M)
    sideways = np.where(north % 2 == 0, points[:, 0], -points[:, 0])
    order = np.lexsort((points[:, 1], sideways, north))
    following = np.empty(len(points), dtype=np.int64)
    following[order] = np.roll(order, -1)
    return following
