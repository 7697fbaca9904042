"""Scenarios side by side as files: a CSV table and a workbook."""

from pathlib import Path
from typing import Any

import pandas as pd

from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.sheets import save_grids
from placement_opt.scenarios.figures import OUTCOME, title_of
from placement_opt.scenarios.scenario_set import TODAY, UNCHANGED, ScenarioSet
from placement_opt.whole_files import write_csv_files

SCENARIO_TABLE, SCENARIO_BOOK = "scenarios.csv", "scenarios.xlsx"


def write_scenarios(folder: str | Path, answers: ScenarioSet) -> tuple[Path, Path]:
    """Write scenarios side by side: `scenarios.csv` has a row for each, `scenarios.xlsx` a column for each.

    Parameters
    ----------
    folder
        Made if need be; files of these names are replaced.
    answers
        What `solve_scenarios` returned.

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
    write_csv_files(out, {SCENARIO_TABLE: answers.table.reset_index()})
    return out / SCENARIO_TABLE, save_grids(_grids(answers), out / SCENARIO_BOOK)


def _grids(answers: ScenarioSet) -> list[Grid]:
    grids = [_figures("scenarios", "Scenarios", answers.table)]
    held = [name for name in (UNCHANGED, TODAY) if name in answers.plans]
    if held and answers.table.get("cost_basis", pd.Series(dtype="str")).nunique() <= 1:
        grids += [_figures(f"against_{name}", f"Change from {name}", answers.deltas(to=name)) for name in held]
    return [*grids, _rows("changes", "Changes", answers.changes), _rows("effects", "Effects", answers.effects)]


def _figures(key: str, caption: str, table: pd.DataFrame) -> Grid:
    """Return a table with a row for each figure and a column for each answer; figures that nobody has are left out."""
    shown = [name for name in table.columns if table[name].notna().any()]
    rows = [(text_cell(title_of(name)), *(_cell(name, value) for value in table[name])) for name in shown]
    return Grid(key, caption, ("Figure", *(str(name) for name in table.index)), tuple(rows))


def _rows(key: str, caption: str, frame: pd.DataFrame) -> Grid:
    rows = tuple(
        tuple(Cell(value, Unit.COUNT) if isinstance(value, int) else text_cell(value) for value in row)
        for row in frame.itertuples(index=False)
    )
    return Grid(key, caption, tuple(str(name).capitalize() for name in frame.columns), rows)


def _cell(name: str, value: Any) -> Cell:
    if name in OUTCOME and name != "gap":
        return text_cell(value)
    return Cell(None if pd.isna(value) else float(value), _unit(name))


def _unit(name: str) -> Unit:
    if "_gbp" in name:
        return Unit.GBP_PENCE
    if name in {"gap", "mainstream_share"}:
        return Unit.NUMBER
    return Unit.ONE_DECIMAL if name.endswith(("_minutes", "_kg")) else Unit.COUNT
