"""The report as one Excel workbook: tables to filter and pivot, and the input tables to change and solve again."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from placement_opt.files.raw import RESULT_PREFIX
from placement_opt.files.store import plain_tables
from placement_opt.plan import Plan
from placement_opt.plan_tables import TABLE_COLUMNS
from placement_opt.problem import Problem
from placement_opt.report import (
    budget_tables,
    change_tables,
    fairness_tables,
    money_tables,
    place_tables,
    record_tables,
)
from placement_opt.report.actions import actions
from placement_opt.report.amounts import COST_GROUPINGS
from placement_opt.report.books import save_book
from placement_opt.report.extras import ReportExtras
from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.indicators import indicators
from placement_opt.report.published import GROUPINGS, OVER_GROUPINGS
from placement_opt.report.sheets import FONT, put, write_grid, write_stack
from placement_opt.report.shortfall_tables import shortfall
from placement_opt.report.subject import Subject
from placement_opt.report.words import SHARED_NOTE, TOO_FEW_NOTE, proof, what_the_plan_does
from placement_opt.travel import TravelMatrix

CONFIDENTIAL_NOTE = "CONFIDENTIAL: this workbook holds rows about single pupils. Keep it inside the council."
_RESULT_COLOUR, _INPUT_COLOUR = "1F4E79", "7A9A3A"
_MONEY_COLUMNS = ("line", "payer", "kind", "provision_id", "setting_id", "need", "year_group", "locality")


def write_workbook(
    path: str | Path,
    plans: Mapping[str, Plan],
    problem: Problem,
    travel: TravelMatrix,
    *,
    confidential: bool = True,
    extras: ReportExtras | None = None,
) -> Path:
    """Write plans as an Excel workbook: results to filter and pivot, then the input tables to change and solve again.

    Parameters
    ----------
    path
        The file to write; an existing one is replaced when the new one is complete.
    plans
        Plans by name. The first is the reference; the last is reported in full.
    problem, travel
        What the plans were made from.
    confidential
        Hold the input tables and a row for each pupil, show small groups, and say so on the first sheet. Otherwise
        there are no input tables and no rows of pupils, and counts of 1 to 4 and whatever would give them away are
        hidden.
    extras
        Thresholds of indicators, owners of actions, cures of a shortfall, changes since an earlier run. Routes are
        not in it: they have sheets of their own (`write_route_sheets`).

    Returns
    -------
    Path
        The file. The same plans make the same file, byte for byte.

    Raises
    ------
    ValueError
        When there is no plan, plans are on different cost bases, the last plan was made from other tables, or something
        of `extras` is not about it or is given twice.
    InputError
        When routes hold pupils or schools that the problem does not know.
    OSError
        When the file cannot be written; then nothing is left behind.

    Notes
    -----
    The names of all sheets of results begin with "Plan" and a space. `read_problem` passes them over, so a confidential
    workbook is read as the problem that its input tables hold, with whatever was changed in them. The journeys and the
    policy are not among them: give the same ones again.

    A total is a formula that sums the rows which a filter leaves in view. Its value is stored with it, and Excel works
    it out again on opening. A total beside hidden figures is a number.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.files import read_problem
    >>> from placement_opt.solve import solve
    >>> from placement_opt.travel import crow_fly
    >>> problem, travel = tiny(), crow_fly(tiny())
    >>> with TemporaryDirectory() as folder:
    ...     path = write_workbook(Path(folder) / "plan.xlsx", {"plan": solve(problem, travel)}, problem, travel)
    ...     read_problem(path) == problem
    True
    """
    from openpyxl import Workbook  # noqa: PLC0415 - loads when used

    from placement_opt.files.sheets import add_tables  # noqa: PLC0415

    subject, asked = Subject(dict(plans), problem, travel, confidential), extras or ReportExtras()
    asked.check(problem)
    book = Workbook()
    _write_summary(book.worksheets[0], subject)
    for name, sentences, grids in _first_sheets(subject, asked):
        _write_sheet(book, name, grids, sentences)
    for name, grids in _sheets(subject):
        _write_sheet(book, name, grids)
    for sheet in book.worksheets:
        _mark_sheet(sheet, _RESULT_COLOUR, confidential=confidential)
    if confidential:
        results = len(book.worksheets)
        add_tables(book, plain_tables(problem), is_template=True)
        for sheet in book.worksheets[results:]:
            _mark_sheet(sheet, _INPUT_COLOUR, confidential=True)
    return save_book(book, Path(path))


def _write_sheet(book: Any, name: str, grids: Sequence[Grid], sentences: Sequence[str] = ()) -> None:
    sheet = book.create_sheet(f"{RESULT_PREFIX}{name}")
    if len(grids) == 1 and not sentences:
        write_grid(sheet, grids[0], frozen_columns=2 if name in {"placements", "unplaced"} else 1)
    else:
        write_stack(sheet, grids, sentences)


def _first_sheets(subject: Subject, extras: ReportExtras) -> Iterator[tuple[str, Sequence[str], Sequence[Grid]]]:
    """Yield name, sentences and tables of the sheets that ask for a decision."""
    yield "indicators", (), [indicators(subject, extras.thresholds)]
    yield "actions", (), [actions(subject, extras.owners)]
    if extras.changed is not None:
        yield "changes", *change_tables.changes(subject, extras.changed)
    sentences, cures = shortfall(subject, extras)
    if sentences:
        yield "shortfall", sentences, cures


def _sheets(subject: Subject) -> Iterator[tuple[str, Sequence[Grid]]]:
    """Yield name and tables of the sheets that hold the plan."""
    if subject.confidential:
        yield "placements", [_rows_of_plans(subject, "placements")]
        yield "unplaced", [_rows_of_plans(subject, "unplaced")]
    else:
        by_group = [place_tables.unplaced_by(subject, grouping) for grouping in GROUPINGS]
        yield "unplaced", [*by_group, *place_tables.unplaced_reasons(subject)]
    yield "provisions", [place_tables.provisions(subject)]
    yield "costs", [money_tables.costs(subject, grouping) for grouping in COST_GROUPINGS]
    if subject.confidential:
        yield "money", [_money(subject)]
    if not subject.problem.table("budgets").empty:
        yield "budgets", [budget_tables.budgets(subject)]
    yield "travel", [place_tables.journeys(subject), money_tables.journeys_by(subject, "phase")]
    yield "modes", [money_tables.modes(subject)]
    yield "outreach", [money_tables.spokes(subject)]
    yield "hubs", [money_tables.hubs(subject)]
    fairness = [fairness_tables.by_group(subject, grouping) for grouping in OVER_GROUPINGS]
    if subject.confidential:
        fairness += [fairness_tables.inside(subject, grouping) for grouping in OVER_GROUPINGS]
    yield "fairness", fairness
    yield "comparison", [place_tables.kinds(subject), place_tables.wishes(subject)]
    if subject.comparison.others:
        yield "moves", [place_tables.flows(subject, name) for name in subject.comparison.others]
    yield "assumptions", [record_tables.assumptions(subject)]
    yield "policy", [record_tables.policy(subject)]
    yield "record", [record_tables.run_record(subject), record_tables.stages(subject)]


def _rows_of_plans(subject: Subject, table: str) -> Grid:
    """Return a plan's table with every column and a first column that names the plan."""
    columns = TABLE_COLUMNS[table]
    rows = tuple(
        (text_cell(name), *(_raw_cell(column, value) for column, value in zip(columns, row, strict=True)))
        for name, plan in subject.plans.items()
        for row in plan.tables[table].itertuples(index=False, name=None)
    )
    return Grid(table, table.capitalize(), ("plan", *columns), rows)


def _money(subject: Subject) -> Grid:
    """Return every pound of every plan, added up over pupils who are alike in all that is shown: made for pivots."""
    groups = list(_MONEY_COLUMNS)
    schools = dict(zip(subject.problem.settings["setting_id"], subject.problem.settings["name"], strict=True))
    parts = []
    for name, plan in subject.plans.items():
        money = plan.money().astype({"year_group": "Int64"})
        added = money.groupby(groups, dropna=False)["gbp"].sum().round(2).reset_index()
        parts.append(added.assign(plan=name, setting_name=added["setting_id"].map(schools)))
    columns = ["plan", *groups[:-3], "setting_name", *groups[-3:], "gbp"]
    rows = tuple(
        tuple(_raw_cell(column, value) for column, value in zip(columns, row, strict=True))
        for row in pd.concat(parts)[columns].itertuples(index=False, name=None)
    )
    return Grid("money", "Money", tuple(columns), rows)


def _raw_cell(column: str, value: Any) -> Cell:
    if isinstance(value, bool):
        return text_cell("yes" if value else "no")
    if pd.isna(value):
        return Cell(None)
    if isinstance(value, str):
        return text_cell(value)
    if column.endswith("gbp"):
        return Cell(value, Unit.GBP)
    return Cell(value, Unit.COUNT if isinstance(value, int) else Unit.NUMBER)


def _write_summary(sheet: Any, subject: Subject) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - loads when used

    sheet.title = f"{RESULT_PREFIX}summary"
    is_closed = subject.confidential or subject.gives_away
    note = CONFIDENTIAL_NOTE if subject.confidential else TOO_FEW_NOTE if subject.gives_away else SHARED_NOTE
    sheet.cell(1, 1, note).font = Font(name=FONT, bold=True, size=13, color="8A1020" if is_closed else "1B2126")
    row = 3
    again = [_how_to_plan_again(subject)] if subject.confidential else []
    for sentence in (*what_the_plan_does(subject), *proof(subject), *again):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=6)
        put(sheet.cell(row, 1), text_cell(sentence))
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 15 * (1 + len(sentence) // 105)
        row += 1
    write_grid(sheet, place_tables.headline(subject), first_row=row + 1)


def _how_to_plan_again(subject: Subject) -> str:
    return (
        'Sheets whose names begin with "Plan" are results. The others are the tables that the plan was made from: '
        "change places or decisions there, save this workbook under another name and run placement-opt solve with it. "
        f"Give the journeys ({subject.travel.source}) and the policy (sheet Plan policy) again: no sheet holds them."
    )


def _mark_sheet(sheet: Any, colour: str, *, confidential: bool) -> None:
    """Give a sheet the colour of its tab, and on paper its name, its page and whether it may be shared."""
    sheet.sheet_properties.tabColor = colour
    sheet.oddFooter.left.text = sheet.title
    sheet.oddFooter.right.text = f"{'CONFIDENTIAL   ' if confidential else ''}&P / &N"
