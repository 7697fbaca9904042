"""What one vehicle for some parties costs at least, found without looking for a run (docs/route_review.md)."""

from collections.abc import Iterable

import numpy as np

from placement_opt.facts import Bools, Floats, Ints
from placement_opt.routing.arrays import FAR_MS, MORNING, Arrays
from placement_opt.routing.case import RouteCase
from placement_opt.routing.timing import assistants_in, fits

ROUNDING_GBP = 0.03
"""The four lines of a price are rounded to pence; a run may cost so much less than a bound on unrounded prices."""


def least_gbp(case: RouteCase, parties: Iterable[int]) -> Floats:
    """Return £ a year that one run for some parties cannot cost less than, for each type of vehicle.

    Parameters
    ----------
    parties
        Positions.

    Returns
    -------
    gbp
        Infinite where no vehicle of the type can carry them within the limits; a finite number does not say that one
        can.

    Notes
    -----
    A run calls at every home and school, so that its legs hold a tree that joins them: it drives at least the shortest
    such tree, and stops at least once at each. Who cannot be brought after the first set-down at a school, because
    there and back takes longer than the school takes vehicles in, is aboard together with all others of whom this is
    true: they need that many places and assistants.
    """
    arrays, chosen = case.arrays, np.array(sorted(parties), dtype=np.int64)
    homes, schools = np.unique(arrays.home[chosen]), np.unique(arrays.goes_to[chosen])
    points = np.union1d(homes, arrays.school[schools])
    drive = arrays.drive_ms[np.ix_(points, points)]
    is_known = drive < FAR_MS
    drive_ms = np.where(is_known, drive.astype(np.float64), np.inf)
    tree_miles = _tree(np.where(is_known, arrays.miles[np.ix_(points, points)], np.inf))
    tree_ms = _tree(drive_ms)
    groups = _together(arrays, chosen, points, _closure(drive_ms))
    if np.isinf(tree_ms) or any(_must_not_share(arrays, group) for group in groups):
        return np.full(len(case.fleet), np.inf)
    handling_ms = float((arrays.board_ms[chosen] + arrays.leave_ms[chosen]).sum())
    calls = len(np.unique(arrays.school[schools]))
    ms = 2 * (tree_ms + handling_ms + len(homes) * arrays.stop_ms + calls * arrays.leave_stop_ms)
    if case.rules.afternoon == "solved":
        ms += (calls - len(homes)) * (arrays.stop_ms - arrays.leave_stop_ms)
    return _gbp(case, groups, 2 * tree_miles, ms)


def _gbp(case: RouteCase, groups: list[Ints], miles: float, ms: float) -> Floats:
    """Return the price of miles and ms by each type of vehicle with room for every group at once."""
    arrays, packed = case.arrays, case.packed
    walkers, wheelchairs, helped = (
        max(int(sizes[group].sum()) for group in groups)
        for sizes in (arrays.walkers, arrays.wheelchairs, arrays.helped)
    )
    gbp = np.full(len(case.fleet), np.inf)
    for layout, vehicle in enumerate(arrays.layout_vehicle):
        if fits(packed, layout, walkers, wheelchairs, helped):
            assistants = assistants_in(packed, vehicle, helped)
            each_ms = arrays.ms_gbp[vehicle] + assistants * arrays.assistant_ms_gbp[vehicle]
            gbp[vehicle] = arrays.year_gbp[vehicle] + miles * arrays.mile_gbp[vehicle] + ms * each_ms
    return gbp


def _together(arrays: Arrays, parties: Ints, points: Ints, shortest_ms: Floats) -> list[Ints]:
    """Return parties that are aboard at one time: each by itself, and those of a school who cannot be brought later."""
    groups = [np.array([party]) for party in parties]
    for school in np.unique(arrays.goes_to[parties]):
        of_school = parties[arrays.goes_to[parties] == school]
        at, homes = np.searchsorted(points, arrays.school[school]), np.searchsorted(points, arrays.home[of_school])
        again_ms = shortest_ms[at, homes] + arrays.board_ms[of_school] + shortest_ms[homes, at]
        window_ms = arrays.shut_ms[MORNING, school] - arrays.open_ms[MORNING, school]
        far = of_school[again_ms + arrays.leave_stop_ms > window_ms]
        if len(far) > 1:
            groups.append(far)
    return groups


def _must_not_share(arrays: Arrays, group: Ints) -> bool:
    if len(group) < 2:
        return False
    return bool(arrays.solo[group].any() or arrays.apart[np.ix_(group, group)].any())


def _tree(lengths: Floats) -> float:
    """Return the length of the shortest tree that joins all points, each leg in its shorter direction (Prim)."""
    either_way = np.minimum(lengths, lengths.T)
    is_out: Bools = np.ones(len(lengths), dtype=np.bool_)
    nearest, total, at = np.full(len(lengths), np.inf), 0.0, 0
    for _ in range(len(lengths) - 1):
        is_out[at] = False
        nearest = np.minimum(nearest, either_way[at])
        at = int(np.argmin(np.where(is_out, nearest, np.inf)))
        if not is_out[at]:
            return np.inf
        total += float(nearest[at])
    return total


def _closure(drive_ms: Floats) -> Floats:
    """Return the shortest drives by way of any of the points (Floyd and Warshall)."""
    shortest = drive_ms.copy()
    np.fill_diagonal(shortest, 0)
    for by in range(len(shortest)):
        shortest = np.minimum(shortest, shortest[:, by, None] + shortest[None, by, :])
    return shortest
