"""Two versions of the tables of a problem: which rows came, went or changed, and in which cells."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from placement_opt.problem import Problem
from placement_opt.schema import TABLES

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
ABOUT = ("pupil_id", "provision_id", "setting_id")
"""What a row can be about, by its column."""
ROW_COLUMNS = ("table", "change", "row", "columns", *ABOUT)
CELL_COLUMNS = ("table", "row", "column", "before", "after")
_APART = "\x1f"
"""Stands between the parts of a key; no cell may hold it."""


@dataclass(frozen=True, eq=False, repr=False)
class TableChanges:
    """What lies between two problems, row by row. Make one with `table_changes`.

    Parameters
    ----------
    rows
        A row for each row of a table that was added, removed or changed: table, change, row (its key), columns (those
        that changed) and what it is about: pupil_id, provision_id, setting_id.
    cells
        A row for each cell of a changed row: table, row, column, before, after.
    """

    rows: pd.DataFrame
    cells: pd.DataFrame

    def counts(self) -> pd.DataFrame:
        """Return how many rows were added, removed and changed, indexed by table, where there are any."""
        if self.rows.empty:
            return pd.DataFrame(columns=[ADDED, REMOVED, CHANGED], index=pd.Index([], name="table"), dtype="int64")
        table = pd.crosstab(self.rows["table"], self.rows["change"])
        return table.reindex(columns=[ADDED, REMOVED, CHANGED], fill_value=0).rename_axis(columns=None)

    def columns(self) -> pd.DataFrame:
        """Return in how many rows each column changed: table, column, rows."""
        sizes = self.cells.groupby(["table", "column"], sort=True).size()
        return sizes.rename("rows").reset_index().astype({"rows": "int64"})

    def __repr__(self) -> str:
        return f"TableChanges({len(self.rows):,} rows, {len(self.cells):,} cells)"


def table_changes(before: Problem, after: Problem) -> TableChanges:
    """Hold every table of a problem against the same table of another, row by row.

    Parameters
    ----------
    before, after
        The problems. Rows are the same where their key is, as `placement_opt.schema` describes it.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> more = tiny().provisions.assign(places=[1, 2, 3, 2])
    >>> table_changes(tiny(), tiny().replace(provisions=more)).cells.to_numpy().tolist()
    [['provisions', 'B-main', 'places', '2', '3']]
    """
    rows: list[dict[str, Any]] = []
    cells: list[tuple[str, str, str, str, str]] = []
    for name, table in TABLES.items():
        if name != "parameters":
            one, other = (_keyed(problem.table(name), table.key) for problem in (before, after))
            _compare(name, one, other, rows, cells)
    return TableChanges(pd.DataFrame(rows, columns=list(ROW_COLUMNS)), pd.DataFrame(cells, columns=list(CELL_COLUMNS)))


def _keyed(frame: pd.DataFrame, key: tuple[str, ...]) -> pd.DataFrame:
    parts = [frame[name].astype("object").where(frame[name].notna(), "").map(str) for name in key]
    keys = parts[0]
    for part in parts[1:]:
        keys = keys + _APART + part
    return frame.astype("object").set_axis(pd.Index(keys, dtype="object"))


def _compare(
    table: str,
    one: pd.DataFrame,
    other: pd.DataFrame,
    rows: list[dict[str, Any]],
    cells: list[tuple[str, str, str, str, str]],
) -> None:
    for frame, rest, change in ((one, other, REMOVED), (other, one, ADDED)):
        rows += [_row(table, change, frame, key, "") for key in frame.index.difference(rest.index, sort=True)]
    common = one.index.intersection(other.index, sort=True)
    left, right = one.loc[common], other.loc[common]
    changed: dict[str, list[str]] = {}
    for column in [*one.columns, *(name for name in other.columns if name not in one.columns)]:
        was, now = _column(left, column), _column(right, column)
        differs = ~((was == now) | (was.isna() & now.isna())).to_numpy(dtype=bool)
        for key, before, after in zip(common[differs], was[differs], now[differs], strict=True):
            changed.setdefault(key, []).append(column)
            cells.append((table, _shown_key(key), column, _shown(before), _shown(after)))
    rows += [_row(table, CHANGED, right, key, ", ".join(columns)) for key, columns in sorted(changed.items())]


def _row(table: str, change: str, frame: pd.DataFrame, key: str, columns: str) -> dict[str, Any]:
    about = {name: frame.at[key, name] for name in ABOUT if name in frame.columns}
    return {"table": table, "change": change, "row": _shown_key(key), "columns": columns, **about}


def _column(frame: pd.DataFrame, name: str) -> "pd.Series[Any]":
    return frame[name] if name in frame.columns else pd.Series(None, frame.index, dtype="object")


def _shown_key(key: str) -> str:
    return " / ".join(part or "(blank)" for part in key.split(_APART))


def _shown(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.12g}" if isinstance(value, float) else str(value)
