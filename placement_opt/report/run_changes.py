"""What lies between two runs as files: a CSV table of every figure, and a workbook."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from placement_opt.compare import HEADLINE
from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.sheets import save_grids
from placement_opt.whole_files import write_csv_files
from placement_opt.why.runs import USE_COLUMNS, WhatChanged
from placement_opt.why.runs.rows import TableChanges

CHANGE_TABLE, CHANGE_BOOK = "changes.csv", "changes.xlsx"
_MONEY_GROUPS = ("line", "payer", "kind", "need", "locality")
_Figure = tuple[str, str, Any, Any, Any]
_FIGURES = ("part", "name", "before", "after", "change")


def write_changes(folder: str | Path, changed: WhatChanged, *, ids: bool = False) -> tuple[Path, Path]:
    """Write what lies between two runs: `changes.csv` has a row for each figure, `changes.xlsx` a sheet for each part.

    Parameters
    ----------
    folder
        Made if need be; files of these names are replaced.
    changed
        Of `what_changed`.
    ids
        The workbook also lists pupils, rows and cells, with their ids: not for sharing.

    Returns
    -------
    table, book
        The two files. Figures about small groups are not hidden in them.

    Raises
    ------
    OSError
        When a file cannot be written; then the one that was there is left as it was.
    """
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    write_csv_files(out, {CHANGE_TABLE: pd.DataFrame(list(_figures(changed)), columns=list(_FIGURES))})
    return out / CHANGE_TABLE, save_grids(_grids(changed, ids=ids), out / CHANGE_BOOK)


def _figures(changed: WhatChanged) -> Iterator[_Figure]:
    """Yield what stands in the CSV table; it names no pupil."""
    yield from (("input", name, "", state, "") for name, state in changed.inputs.itertuples(index=False, name=None))
    yield from ((*row, "") for row in changed.settings.itertuples(index=False, name=None))
    if changed.tables is not None:
        yield from _of_tables(changed.tables)
    for part, table in (("pupils", changed.counts), ("what changed about those elsewhere", changed.about)):
        yield from ((part, str(name), "", "", int(number)) for name, number in table["pupils"].items())
    yield from _amounts("figures", changed.headline.rename(index=HEADLINE))
    for by in _MONEY_GROUPS:
        yield from _amounts(f"£ by {by}", changed.money(by))
    yield from _of_use(changed.use)


def _of_tables(changes: TableChanges) -> Iterator[_Figure]:
    for table, row in changes.counts().iterrows():
        yield from (("rows of tables", f"{table}, {what}", "", "", int(number)) for what, number in row.items())
    for table, column, rows in changes.columns().itertuples(index=False, name=None):
        yield "cells of tables", f"{table}, {column}", "", "", rows


def _amounts(part: str, table: pd.DataFrame) -> Iterator[_Figure]:
    for name, row in table.iterrows():
        yield part, str(name), row["before"], row["after"], row["change"]


def _of_use(use: pd.DataFrame) -> Iterator[_Figure]:
    for provision_id, row in use.iterrows():
        for name in USE_COLUMNS:
            was, now = row[name, "before"], row[name, "after"]
            if str(was) != str(now):
                yield f"provisions, {name}", str(provision_id), was, now, ""


def _grids(changed: WhatChanged, *, ids: bool) -> list[Grid]:
    grids = [
        _frame("inputs", "Inputs", changed.inputs),
        _frame("settings", "Settings", changed.settings),
        _frame("pupils", "Pupils", changed.counts.reset_index()),
        _frame("kinds", "Kinds left and taken", changed.kinds),
        _frame("about", "What changed about them", changed.about.reset_index()),
        _headline(changed),
    ]
    grids += [_money(by, changed.money(by)) for by in _MONEY_GROUPS]
    use = changed.use.set_axis([", ".join(column) for column in changed.use.columns], axis=1)
    grids.append(_frame("use", "Provisions", use.reset_index()))
    if changed.tables is not None:
        grids += [
            _frame("tables", "Rows of tables", changed.tables.counts().reset_index()),
            _frame("columns", "Cells of tables", changed.tables.columns()),
        ]
    if ids:
        grids.append(_frame("placements", "Placements", changed.places))
        if changed.tables is not None:
            grids.append(_frame("rows", "Changed rows", changed.tables.rows))
            grids.append(_frame("cells", "Changed cells", changed.tables.cells))
    return grids


def _headline(changed: WhatChanged) -> Grid:
    table = changed.headline
    units = [Unit.GBP_PENCE if str(figure).endswith("_gbp") else Unit.NUMBER for figure in table.index]
    return _side_by_side("figures", "Figures", table, [HEADLINE[str(figure)] for figure in table.index], units)


def _money(by: str, table: pd.DataFrame) -> Grid:
    return _side_by_side(f"money_{by}", f"£ by {by}", table, [str(name) for name in table.index], [Unit.GBP_PENCE])


def _side_by_side(key: str, caption: str, table: pd.DataFrame, names: list[str], units: list[Unit]) -> Grid:
    units = units * len(names) if len(units) == 1 else units
    rows = tuple(
        (text_cell(name), *(Cell(None if pd.isna(value) else float(value), unit) for value in row))
        for name, unit, row in zip(names, units, table.itertuples(index=False), strict=True)
    )
    return Grid(key, caption, ("Figure", "Before", "After", "Change"), rows)


def _frame(key: str, caption: str, frame: pd.DataFrame) -> Grid:
    rows = tuple(tuple(_cell(value) for value in row) for row in frame.itertuples(index=False, name=None))
    return Grid(key, caption, tuple(str(name).replace("_", " ").capitalize() for name in frame.columns), rows)


def _cell(value: Any) -> Cell:
    if pd.isna(value):
        return text_cell("")
    if isinstance(value, bool):
        return text_cell("yes" if value else "no")
    return Cell(value, Unit.NUMBER) if isinstance(value, int | float) else text_cell(str(value))
