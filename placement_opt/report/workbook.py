"""The report as one Excel workbook: the same tables, numbers as numbers, text never as a formula."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from placement_opt.plan import Plan
from placement_opt.plan_tables import TABLE_COLUMNS
from placement_opt.problem import Problem
from placement_opt.report import budget_tables, money_tables, place_tables, record_tables
from placement_opt.report.amounts import COST_GROUPINGS
from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.published import GROUPINGS
from placement_opt.report.sheets import put, save_book, write_grid
from placement_opt.report.subject import Subject
from placement_opt.report.words import SHARED_NOTE, proof, what_the_plan_does
from placement_opt.travel import TravelMatrix

CONFIDENTIAL_NOTE = "CONFIDENTIAL: this workbook holds rows about single pupils. Keep it inside the council."


def write_workbook(
    path: str | Path,
    plans: Mapping[str, Plan],
    problem: Problem,
    travel: TravelMatrix,
    *,
    confidential: bool = True,
) -> Path:
    """Write plans as an Excel workbook, a table on each sheet.

    Parameters
    ----------
    path
        The file to write; an existing one is replaced when the new one is complete.
    plans
        Plans by name. The first is the reference; the last is reported in full.
    problem, travel
        What the plans were made from.
    confidential
        Hold a row for each pupil and show small groups, and say so on the first sheet. Otherwise there are no rows of
        pupils, and counts of 1 to 4 and whatever would give them away are hidden.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        When there is no plan, plans are on different cost bases, or the last plan was made from other tables.
    OSError
        When the file cannot be written; then nothing is left behind.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - loads when used

    subject = Subject(dict(plans), problem, travel, confidential)
    book = Workbook()
    _write_summary(book.worksheets[0], subject)
    for name, grid in _sheets(subject):
        write_grid(book.create_sheet(name), grid)
    return save_book(book, Path(path))


def _sheets(subject: Subject) -> Iterator[tuple[str, Grid]]:
    """Yield every sheet after the first with its one table."""
    if subject.confidential:
        yield "Placements", _rows_of_plans(subject, "placements")
        yield "Unplaced", _rows_of_plans(subject, "unplaced")
    else:
        by_group = [(g, place_tables.unplaced_by(subject, g)) for g in GROUPINGS]
        verdicts, obstacles = place_tables.unplaced_reasons(subject)
        yield "Unplaced", _stacked("Grouped by", [*by_group, ("reason", verdicts), ("obstacle", obstacles)])
    yield "Provisions", place_tables.provisions(subject)
    groupings = COST_GROUPINGS
    yield "Costs", _stacked("Grouped by", [(g, money_tables.costs(subject, g)) for g in groupings])
    if not subject.problem.table("budgets").empty:
        yield "Budgets", budget_tables.budgets(subject)
    journeys = [("all pupils", place_tables.journeys(subject))]
    journeys += [(f"mean journey by {g}", money_tables.journeys_by(subject, g)) for g in GROUPINGS]
    yield "Travel", _stacked("Figures", journeys)
    yield "Modes", money_tables.modes(subject)
    yield "Outreach", money_tables.spokes(subject)
    yield "Hubs", money_tables.hubs(subject)
    comparison = [("key figures", place_tables.headline(subject)), ("kind", place_tables.kinds(subject))]
    yield "Comparison", _stacked("Grouped by", [*comparison, ("wish", place_tables.wishes(subject))])
    yield "Moves", _stacked("Plans", [(n, place_tables.flows(subject, n)) for n in subject.comparison.others])
    yield "Assumptions", record_tables.assumptions(subject)
    yield "Policy", record_tables.policy(subject)
    yield (
        "Record",
        _stacked("Part", [("run", record_tables.run_record(subject)), ("stage", record_tables.stages(subject))]),
    )


def _rows_of_plans(subject: Subject, table: str) -> Grid:
    """Return a plan's table with every column and a first column that names the plan."""
    columns = TABLE_COLUMNS[table]
    rows = tuple(
        (text_cell(name), *(_raw_cell(column, value) for column, value in zip(columns, row, strict=True)))
        for name, plan in subject.plans.items()
        for row in plan.tables[table].itertuples(index=False, name=None)
    )
    return Grid(table, table.capitalize(), ("plan", *columns), rows)


def _raw_cell(column: str, value: Any) -> Cell:
    if isinstance(value, bool):
        return text_cell("yes" if value else "no")
    if isinstance(value, str) or pd.isna(value):
        return text_cell(value)
    if column.endswith("_gbp"):
        return Cell(value, Unit.GBP)
    return Cell(value, Unit.COUNT if isinstance(value, int) else Unit.NUMBER)


def _stacked(head: str, parts: Iterable[tuple[str, Grid]]) -> Grid:
    """Put tables under each other, with a first column that says which each row is from.

    Columns with the same heading come together, and so do the first ones; a total is a row as well.
    """
    named = list(parts)
    heads: dict[str, int] = {}
    firsts = {grid.heads[0] for _, grid in named}
    first = firsts.pop() if len(firsts) == 1 else "Item"
    for _, grid in named:
        for name in (first, *grid.heads[1:]):
            heads.setdefault(name, len(heads))
    rows = []
    for label, grid in named:
        places = [heads[name] for name in (first, *grid.heads[1:])]
        for row in (*grid.rows, *([grid.total] if grid.total else [])):
            cells = [Cell(None)] * len(heads)
            for place, cell in zip(places, row, strict=True):
                cells[place] = cell
            rows.append((text_cell(label), *cells))
    return Grid("stack", head, (head, *heads), tuple(rows))


def _write_summary(sheet: Any, subject: Subject) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - loads when used

    sheet.title = "Summary"
    note = CONFIDENTIAL_NOTE if subject.confidential else SHARED_NOTE
    sheet.cell(1, 1, note).font = Font(bold=True, size=13, color="8A1020" if subject.confidential else "1B2126")
    row = 3
    for sentence in (*what_the_plan_does(subject), *proof(subject)):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=6)
        put(sheet.cell(row, 1), text_cell(sentence))
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 15.5 * (1 + len(sentence) // 105)
        row += 1
    write_grid(sheet, place_tables.headline(subject), first_row=row + 1)
