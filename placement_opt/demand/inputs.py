"""The optional tables of a projection: read, and held against the problem and the years."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from placement_opt.cells import read_table
from placement_opt.demand.tables import GROWTH, HOMES, MIGRATION, PENDING, TABLES
from placement_opt.errors import Fault
from placement_opt.problem import Problem
from placement_opt.schema import Table

MARGIN_M = 10_000.0
"""A home so far outside the box around all pupils and schools is outside the problem's area."""
_YEARS_OF = {"growth": "year", "migration": "arrives", "pending": "arrives", "early_years": "year"}
_AFTER_FIRST = {
    "growth": "Growth is from one year to the next, so the first year has none. ",
    "early_years": "Joiners come from the second year on. ",
}


@dataclass(frozen=True, eq=False)
class Inputs:
    """The optional tables of a projection with the types of their description, sorted by their keys."""

    growth: pd.DataFrame
    migration: pd.DataFrame
    pending: pd.DataFrame
    early_years: pd.DataFrame
    homes: pd.DataFrame


def no_inputs() -> Inputs:
    """Return the tables without rows."""
    return Inputs(**{name: _empty(table) for name, table in TABLES.items()})


def _empty(table: Table) -> pd.DataFrame:
    return read_table(table, pd.DataFrame(columns=list(table.names)), [])


def read_inputs(
    given: Mapping[str, pd.DataFrame | None], problem: Problem, years: Collection[int], faults: list[Fault]
) -> Inputs:
    """Read the tables and add every fault found to the list.

    Raises
    ------
    TypeError
        When a table is none of a projection's.
    """
    unknown = sorted(set(given) - set(TABLES))
    if unknown:
        raise TypeError(f"{', '.join(unknown)} is not a table of a projection; use {', '.join(TABLES)}.")
    frames: dict[str, pd.DataFrame] = {}
    for name, table in TABLES.items():
        raw = given.get(name)
        frames[name] = _empty(table) if raw is None else read_table(table, raw, faults)
    faults.extend(_years(frames, sorted(years)))
    faults.extend(_localities(frames, problem))
    for name in (PENDING.name, HOMES.name):
        faults.extend(_outside(name, frames[name], problem))
    faults.extend(_half_points(frames[PENDING.name]))
    faults.extend(_known_ids(frames[PENDING.name], problem))
    faults.extend(_unpaid(frames[MIGRATION.name]))
    order = {name: list(table.key) for name, table in TABLES.items()}
    sorted_frames = {
        name: frame.sort_values(order[name], kind="stable").reset_index(drop=True) for name, frame in frames.items()
    }
    return Inputs(**sorted_frames)


def _years(frames: Mapping[str, pd.DataFrame], years: list[int]) -> Iterable[Fault]:
    for name, column in _YEARS_OF.items():
        allowed = years[1:] if name in _AFTER_FIRST else years
        cells = frames[name][column].dropna()
        for label, year in cells[~cells.isin(allowed)].items():
            which = f"{allowed[0]} to {allowed[-1]}" if allowed else "there is none"
            message = f"is not a year of the projection ({which}). {_AFTER_FIRST.get(name, '')}Correct it."
            yield Fault(name, column, str(label), str(int(year)), message)


def _localities(frames: Mapping[str, pd.DataFrame], problem: Problem) -> Iterable[Fault]:
    known = {
        str(locality)
        for frame in (problem.pupils, problem.settings, frames[HOMES.name])
        for locality in frame["locality"].dropna()
    }
    for name in (GROWTH.name, MIGRATION.name, PENDING.name):
        cells = frames[name]["locality"].dropna()
        for label, locality in cells[~cells.isin(known)].items():
            places = ", ".join(sorted(known)[:12]) or "none has one"
            message = f"is not a locality of any pupil or school ({places}). Correct it, or name it there."
            yield Fault(name, "locality", str(label), str(locality), message)


def _outside(name: str, frame: pd.DataFrame, problem: Problem) -> Iterable[Fault]:
    points = pd.concat([problem.pupils[["easting", "northing"]], problem.settings[["easting", "northing"]]])
    for column in ("easting", "northing"):
        low, high = points[column].min() - MARGIN_M, points[column].max() + MARGIN_M
        cells = frame[column].dropna()
        for label, value in cells[~cells.between(low, high)].items():
            message = (
                f"is outside the problem's area: {column} {low:,.0f} to {high:,.0f}, {MARGIN_M / 1000:.0f} km "
                "around all pupils and schools. Correct it, or remove the row."
            )
            yield Fault(name, column, str(label), f"{value:.15g}", message)


def _half_points(pending: pd.DataFrame) -> Iterable[Fault]:
    blank = pending[["easting", "northing"]].isna()
    for label, east, north in blank[blank["easting"] != blank["northing"]].itertuples(name=None):
        column = "easting" if east and not north else "northing"
        message = "The cell is blank, and the other coordinate is not. Give both, or neither: a home is drawn then."
        yield Fault(PENDING.name, column, str(label), "", message)


def _known_ids(pending: pd.DataFrame, problem: Problem) -> Iterable[Fault]:
    known = set(problem.pupils["pupil_id"]) | set(problem.table("arrivals")["pupil_id"])
    ids = pending["pending_id"].dropna()
    for label, pending_id in ids[ids.isin(known)].items():
        message = "is a pupil of the tables pupils or arrivals too. Remove one of the rows, or use another reference."
        yield Fault(PENDING.name, "pending_id", str(label), str(pending_id), message)


def _unpaid(migration: pd.DataFrame) -> Iterable[Fault]:
    for label, row in migration[(migration["gbp_each"] > 0) != (migration["years_paid"] > 0)].iterrows():
        column = "years_paid" if row["gbp_each"] > 0 else "gbp_each"
        message = "goes with the other of gbp_each and years_paid, of which one is 0. Give both, or neither."
        yield Fault(MIGRATION.name, column, str(label), "0", message)
