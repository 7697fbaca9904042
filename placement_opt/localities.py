"""Localities from polygons: in which area every pupil lives and every school stands."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from placement_opt.errors import AssumptionWarning, Fault, InputError
from placement_opt.problem import Problem
from placement_opt.schema import CRS

LEAST_OVERLAP_M2 = 1.0
"""Borders that were drawn twice overlap by slivers; less than this is none."""

_TABLE = "polygons"
_LISTED = 20


@dataclass(frozen=True, eq=False, repr=False)
class Localities:
    """What came of laying polygons over a problem.

    Parameters
    ----------
    problem
        The problem with its new localities.
    counts
        A row for each locality: pupils, settings.
    pupils_outside, settings_outside
        Rows of `problem.pupils` and `problem.settings` that lie in no polygon; their locality is blank.
    """

    problem: Problem
    counts: pd.DataFrame
    pupils_outside: tuple[int, ...]
    settings_outside: tuple[int, ...]

    def summary(self) -> str:
        """Return what came of it in a few lines of text."""
        lines = [f"{len(self.counts):,} localities."]
        for name, rows in (("pupils", self.pupils_outside), ("settings", self.settings_outside)):
            shown = ", ".join(map(str, rows[:_LISTED]))
            more = f" and {len(rows) - _LISTED:,} more" if len(rows) > _LISTED else ""
            where = f": rows {shown}{more} of {name}; their locality is blank" if rows else ""
            lines.append(f"{len(rows):,} rows of {name} lie outside all polygons{where}.")
        return "\n".join(lines)

    def __repr__(self) -> str:
        outside = len(self.pupils_outside) + len(self.settings_outside)
        return f"Localities({len(self.counts):,} localities, {outside:,} rows outside)"


def find_localities(problem: Problem, polygons: gpd.GeoDataFrame | str | Path, *, name_column: str) -> Localities:
    """Find in which polygon every pupil lives and every school stands.

    Parameters
    ----------
    problem
        Its localities are replaced.
    polygons
        A layer of polygons with any coordinate reference system, or a file that GeoPandas can read. Polygons of one
        name are one locality.
    name_column
        The column with the names.

    Returns
    -------
    Localities
        The new problem, and what lies outside. A point on a border belongs to the locality whose name comes first.

    Raises
    ------
    InputError
        When the file cannot be read, there is no such column, a name is blank, a shape is no valid polygon, polygons
        of different names overlap, no pupil or school lies in any polygon, or the changed tables are at fault (a budget
        for a locality that no longer is).

    Examples
    --------
    >>> from shapely import box
    >>> from placement_opt.examples import tiny
    >>> halves = gpd.GeoDataFrame(
    ...     {"area": ["West", "East"]},
    ...     geometry=[box(455_000, 260_000, 465_000, 280_000), box(465_000, 260_000, 475_000, 280_000)],
    ...     crs=27700,
    ... )
    >>> found = find_localities(tiny(), halves, name_column="area")
    >>> found.problem.pupils["locality"].tolist()
    ['West', 'West', 'East']
    >>> print(found.summary())
    2 localities.
    0 rows of pupils lie outside all polygons.
    0 rows of settings lie outside all polygons.
    """
    layer = polygons if isinstance(polygons, gpd.GeoDataFrame) else _read(Path(polygons))
    names, shapes = _areas(layer, name_column)
    frames: dict[str, pd.DataFrame] = {}
    outside, counts = {}, {}
    for table in ("pupils", "settings"):
        frame = problem.table(table)
        at = _area_of(shapes, frame[["easting", "northing"]].to_numpy(dtype=np.float64))
        found = np.array([*names, None], dtype=object)[at]
        frames[table] = frame.assign(locality=found)
        outside[table] = tuple(np.flatnonzero(at < 0).tolist())
        weight = frame["count"].to_numpy() if table == "pupils" else np.ones(len(frame))
        counts[table] = np.bincount(at[at >= 0], weights=weight[at >= 0], minlength=len(names)).astype(np.int64)
    if not any(number.any() for number in counts.values()):
        west, south, east, north = shapely.total_bounds(shapes)
        where = f"they cover eastings {west:,.0f} to {east:,.0f} and northings {south:,.0f} to {north:,.0f}"
        message = f"No pupil and no school lies in any polygon; {where}. Give polygons of the area, in their own crs."
        raise InputError([Fault(_TABLE, "", "geometry", "", message)])
    summary = pd.DataFrame({"locality": names, **counts})
    return Localities(
        problem.replace(pupils=frames["pupils"], settings=frames["settings"]),
        summary,
        outside["pupils"],
        outside["settings"],
    )


def with_localities(problem: Problem, polygons: gpd.GeoDataFrame | str | Path, *, name_column: str) -> Problem:
    """Return a problem whose pupils and schools have the locality of the polygon they lie in.

    Parameters
    ----------
    problem, polygons, name_column
        As for `find_localities`.

    Warns
    -----
    AssumptionWarning
        When pupils or schools lie outside all polygons: how many, and their rows. Their locality is blank.

    Raises
    ------
    InputError
        As `find_localities`.

    Examples
    --------
    >>> from shapely import box
    >>> from placement_opt.examples import tiny
    >>> county = gpd.GeoDataFrame({"area": ["All"]}, geometry=[box(4e5, 2e5, 5e5, 3e5)], crs=27700)
    >>> set(with_localities(tiny(), county, name_column="area").settings["locality"])
    {'All'}
    """
    found = find_localities(problem, polygons, name_column=name_column)
    if found.pupils_outside or found.settings_outside:
        warnings.warn(found.summary(), AssumptionWarning, stacklevel=2)
    return found.problem


def _read(path: Path) -> gpd.GeoDataFrame:
    if not path.exists():
        raise InputError([Fault(_TABLE, "", "", str(path), "There is no such file. Give a layer of polygons.")])
    try:
        layer: pd.DataFrame = gpd.read_file(path)
    except (DataSourceError, DataLayerError) as error:
        raise InputError([Fault(_TABLE, "", "", path.name, f"cannot be read as a layer: {error}")]) from None
    if not isinstance(layer, gpd.GeoDataFrame):
        raise InputError([Fault(_TABLE, "", "", path.name, "has no geometry. Give a layer of polygons.")])
    return layer


def _areas(layer: gpd.GeoDataFrame, name_column: str) -> tuple[list[str], NDArray[np.object_]]:
    """Return the names, sorted, and one shape for each on British National Grid."""
    faults = []
    if name_column not in layer.columns:
        known = ", ".join(str(name) for name in layer.columns if name != layer.geometry.name)
        faults.append(Fault(_TABLE, name_column, "", "", f"The column is missing. Columns are {known}."))
    if layer.crs is None:
        message = "The layer has no coordinate reference system. Use set_crs with the one it was drawn in."
        faults.append(Fault(_TABLE, "geometry", "", "", message))
    if layer.empty:
        faults.append(Fault(_TABLE, "geometry", "", "", "The layer has no rows. Give at least one polygon."))
    if faults:
        raise InputError(faults)
    texts = layer[name_column].astype("object").fillna("").astype("str").str.strip()
    shapes = layer.geometry.to_numpy()
    polygonal = np.isin(shapely.get_type_id(shapes), [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])
    polygonal &= ~shapely.is_empty(shapes)
    for label, text, is_polygon, is_valid in zip(layer.index, texts, polygonal, shapely.is_valid(shapes), strict=True):
        if not text:
            faults.append(Fault(_TABLE, name_column, str(label), "", "The name is blank. Name every polygon."))
        if not is_polygon:
            faults.append(Fault(_TABLE, "geometry", str(label), "", "The shape is no polygon. Remove or correct it."))
        elif not is_valid:
            why = shapely.is_valid_reason(shapes[layer.index.get_loc(label)]) if layer.index.is_unique else "invalid"
            faults.append(Fault(_TABLE, "geometry", str(label), "", f"The polygon is invalid ({why}). Repair it."))
    if faults:
        raise InputError(faults)
    names = sorted(set(texts))
    on_grid = layer.geometry.to_crs(CRS).to_numpy()
    merged = np.array([shapely.union_all(on_grid[(texts == name).to_numpy()]) for name in names], dtype=object)
    _refuse_overlaps(names, merged)
    return names, merged


def _refuse_overlaps(names: list[str], shapes: NDArray[np.object_]) -> None:
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    areas = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    faults = [
        Fault(
            _TABLE,
            "geometry",
            "",
            names[first],
            f"overlaps {names[second]!r} by {area:,.0f} square metres. Redraw one.",
        )
        for first, second, area in zip(one, other, areas, strict=True)
        if area >= LEAST_OVERLAP_M2
    ]
    if faults:
        raise InputError(faults)


def _area_of(shapes: NDArray[np.object_], points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the position of the first shape that covers each point; -1 = none."""
    rows, areas = shapely.STRtree(shapes).query(shapely.points(points), predicate="intersects")
    found = np.full(len(points), len(shapes), dtype=np.int64)
    np.minimum.at(found, rows, areas)
    return np.where(found == len(shapes), -1, found)
