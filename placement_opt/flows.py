"""Who is where in one plan and in another: pupils in pairs of places, and lines between the schools."""

from collections import Counter, deque
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely

from placement_opt.plan import Plan
from placement_opt.schema import CRS

FLOW_COLUMNS = {
    "pupil_id": "str",
    "count": "int64",
    "need": "str",
    "year_group": "int64",
    "from_provision_id": "str",
    "from_kind": "str",
    "to_provision_id": "str",
    "to_kind": "str",
}
"""One row for each pupil, or for each part of a row of identical pupils, who are in both plans. A blank provision means
no place."""

LINE_COLUMNS = ("from_setting_id", "from_name", "to_setting_id", "to_name", "pupils")


def flows_between(start: Plan, end: Plan) -> pd.DataFrame:
    """Return where every pupil of both plans is in one and in the other; see `FLOW_COLUMNS`."""
    before, after = _places_of(start), _places_of(end)
    rows = [
        (pupil_id, count, *after[pupil_id].about, *one, *other)
        for pupil_id in sorted(set(before) & set(after))
        for one, other, count in _matched(before[pupil_id].at, after[pupil_id].at)
    ]
    return pd.DataFrame(rows, columns=list(FLOW_COLUMNS)).astype(FLOW_COLUMNS)


def school_lines(moves: pd.DataFrame, start: Plan, end: Plan) -> gpd.GeoDataFrame:
    """Return moves as straight lines from school to school; see `Comparison.lines`.

    Parameters
    ----------
    moves
        Rows of `flows_between`.
    start, end
        The plans between which they are, for the schools' names and points.
    """
    both = [moves]
    for side, plan in (("from", start), ("to", end)):
        both.append(_schools(plan, side))
    moves = both[0].merge(both[1], on="from_provision_id").merge(both[2], on="to_provision_id")
    moves = moves[moves["from_setting_id"] != moves["to_setting_id"]]
    points = ["from_easting", "from_northing", "to_easting", "to_northing"]
    keys = [*LINE_COLUMNS[:-1], *points]
    table = moves.groupby(keys, sort=True)["count"].sum().reset_index(name="pupils")
    shapes = shapely.linestrings(table[points].to_numpy(dtype="float64").reshape(-1, 2, 2))
    return gpd.GeoDataFrame(table[list(LINE_COLUMNS)], geometry=gpd.GeoSeries(shapes), crs=CRS)


def _schools(plan: Plan, side: str) -> pd.DataFrame:
    columns = {
        "provision_id": f"{side}_provision_id",
        "setting_id": f"{side}_setting_id",
        "setting_name": f"{side}_name",
        "setting_easting": f"{side}_easting",
        "setting_northing": f"{side}_northing",
    }
    return plan.tables["placements"][list(columns)].drop_duplicates("provision_id").rename(columns=columns)


_At = tuple[str | None, str | None]
"""A provision and its kind; None for no place."""


@dataclass(frozen=True)
class _Places:
    about: tuple[str, int]
    at: "Counter[_At]"


def _places_of(plan: Plan) -> dict[str, _Places]:
    places: dict[str, _Places] = {}
    columns = ["pupil_id", "need", "year_group", "provision_id", "kind", "count"]
    waiting = plan.unplaced.assign(provision_id=None, kind=None)
    for frame in (plan.placements, waiting):
        for pupil_id, need, year_group, provision_id, kind, count in frame[columns].itertuples(index=False, name=None):
            entry = places.setdefault(pupil_id, _Places((need, year_group), Counter()))
            entry.at[provision_id, kind] += count
    return places


def _matched(start: "Counter[_At]", end: "Counter[_At]") -> list[tuple[_At, _At, int]]:
    """Pair identical pupils so that as many as possible stay; the rest in order of provision."""
    stay = start & end
    flows = [(place, place, count) for place, count in sorted(stay.items(), key=_by_place)]
    goers, comers = (deque(sorted((counts - stay).items(), key=_by_place)) for counts in (start, end))
    while goers and comers:
        (origin, leaving), (target, arriving) = goers.popleft(), comers.popleft()
        moved = min(leaving, arriving)
        flows.append((origin, target, moved))
        if leaving > moved:
            goers.appendleft((origin, leaving - moved))
        if arriving > moved:
            comers.appendleft((target, arriving - moved))
    return flows


def _by_place(entry: tuple[_At, int]) -> tuple[bool, str]:
    provision_id = entry[0][0]
    return provision_id is None, provision_id or ""
