"""A plan as files for other programs: CSV tables and a GeoPackage."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from placement_opt.files.geopackage import write_layer
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.report.shared_tables import shared_tables
from placement_opt.report.words import TOO_FEW_NOTE
from placement_opt.schema import CRS
from placement_opt.statutory import StatutoryTables, statutory_tables
from placement_opt.whole_files import draft_csv, written_beside

GEOPACKAGE_FILE, NOTES_FILE = "plan.gpkg", "notes.txt"
_CONFIDENTIAL = "CONFIDENTIAL: these files hold rows about single pupils. Keep them inside the council."
_SHARED = 'Figures about 1 to 4 pupils show "under 5"; "withheld" keeps a smaller group from being worked out.'
HOME_SQUARE_M = 1_000.0
"""Homes are put into the middle of squares of this size."""

_HOME = ["easting", "northing"]
_SETTING = ["setting_easting", "setting_northing"]


def write_tables(
    folder: str | Path,
    problem: Problem,
    plan: Plan,
    *,
    plans: Mapping[str, Plan] | None = None,
    tables: StatutoryTables | None = None,
    confidential: bool = False,
    pupil_ids: bool = False,
    home_square_m: float = HOME_SQUARE_M,
) -> Path:
    """Write the statutory tables and the plan as CSV files and a GeoPackage.

    Parameters
    ----------
    folder
        Made if need be; files of the same names are replaced, nothing else is touched.
    problem, plan
        What the plan answers, and the plan or baseline.
    plans
        The plans of the report or workbook that is shared beside these files, as it was given them, `plan` among them.
        Then none of these papers tells what another hides.
    tables
        The tables of `statutory_tables`, where they were made with rules or rates of one's own.
    confidential
        Write everything, with a row for each placement. Otherwise there are no rows of pupils, and counts of 1 to 4 and
        whatever would give them away are hidden.
    pupil_ids
        Write the pupils' ids too; only together with `confidential`.
    home_square_m
        In confidential files homes are put into the middle of squares of this size, in metres.

    Returns
    -------
    Path
        The folder. `plan.gpkg` holds, on British National Grid, a layer `places` (provisions as points at their
        school) and in confidential files `placements` (lines from home square to school) and `unplaced` (points).

    Raises
    ------
    ValueError
        When `pupil_ids` is asked for without `confidential`, the square is not above 0, `plan` is not among `plans`, or
        it was made from other tables than `problem`.
    OSError
        When a file cannot be written.

    Notes
    -----
    What is hidden here is safe among these files, and beside a report and a workbook of `plans` unless `tables` were
    made with rules of one's own. Another paper about the same plan may tell more: share one of them.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.solve import solve
    >>> from placement_opt.travel import crow_fly
    >>> plan = solve(tiny(), crow_fly(tiny()))
    >>> with TemporaryDirectory() as home:
    ...     sorted(file.name for file in write_tables(Path(home) / "tables", tiny(), plan).iterdir())[:3]
    ['categories.csv', 'categories_by_age.csv', 'categories_by_need.csv']
    """
    if pupil_ids and not confidential:
        raise ValueError("`pupil_ids` needs `confidential`: what is shared holds no pupil.")
    if not home_square_m > 0:
        raise ValueError(f"`home_square_m` is {home_square_m!r}; use a size above 0 metres.")
    statutory = tables or statutory_tables(problem, plan)
    if confidential:
        homes = problem.pupils.set_index("pupil_id")[_HOME]
        waiting = plan.unplaced.merge(homes, left_on="pupil_id", right_index=True, how="left")
        rows = {
            name: _pupil_rows(frame, pupil_ids, home_square_m)
            for name, frame in (("placements", plan.placements), ("unplaced", waiting))
        }
        written = {**dict(statutory.tables), **rows}
        layers = {"places": _places(problem, statutory.table("place_use")), **_lines(rows)}
        notes = [_CONFIDENTIAL, *statutory.notes]
    else:
        shared = shared_tables(problem, plans or {"plan": plan}, plan, statutory)
        written = dict(shared.tables)
        layers = {"places": _places(problem, written["place_use"])}
        notes = [*([TOO_FEW_NOTE] if shared.gives_away else []), _SHARED]
    _write(Path(folder), written, layers, notes)
    return Path(folder)


def _write(
    folder: Path, tables: dict[str, pd.DataFrame], layers: dict[str, gpd.GeoDataFrame], notes: list[str]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        for name, table in tables.items():
            draft = stack.enter_context(written_beside(folder / f"{name}.csv"))
            draft_csv(table, draft)
        draft = stack.enter_context(written_beside(folder / NOTES_FILE))
        draft.write_text("\n".join(notes) + "\n", encoding="utf-8")
        draft = stack.enter_context(written_beside(folder / GEOPACKAGE_FILE))
        for name, layer in layers.items():
            write_layer(layer, draft, name)


def _pupil_rows(frame: pd.DataFrame, pupil_ids: bool, square_m: float) -> pd.DataFrame:
    """Return rows with homes in the middle of their squares; without ids unless they are asked for."""
    kept = frame if pupil_ids else frame.drop(columns="pupil_id")
    middles = {name: (np.floor(kept[name] / square_m) + 0.5) * square_m for name in _HOME}
    return kept.assign(**middles)


def _places(problem: Problem, use: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return provisions as points; a hidden figure is blank, and its word stands beside it."""
    points = problem.settings.set_index("setting_id")[["easting", "northing"]].loc[use["setting_id"]]
    figures = ["pupils", "places_used", "places_over", "places_free", "share_used"]
    numbers = {name: pd.to_numeric(use[name], errors="coerce").astype("float64") for name in figures}
    hidden = use["pupils"].map(lambda value: value if isinstance(value, str) else "").astype("str")
    shapes = gpd.points_from_xy(points["easting"], points["northing"])
    return gpd.GeoDataFrame(use.assign(**numbers, hidden=hidden), geometry=shapes, crs=CRS)


def _lines(rows: dict[str, pd.DataFrame]) -> dict[str, gpd.GeoDataFrame]:
    layers = {}
    placed, waiting = rows["placements"], rows["unplaced"]
    if not placed.empty:
        ends = placed[[*_HOME, *_SETTING]].to_numpy(dtype=np.float64).reshape(-1, 2, 2)
        layers["placements"] = gpd.GeoDataFrame(placed, geometry=shapely.linestrings(ends), crs=CRS)
    if not waiting.empty:
        shapes = gpd.points_from_xy(waiting["easting"], waiting["northing"])
        layers["unplaced"] = gpd.GeoDataFrame(waiting, geometry=shapes, crs=CRS)
    return layers
