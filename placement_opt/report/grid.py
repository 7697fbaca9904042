"""Tables as they are shown: cells that know their unit and whether they may be seen."""

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from placement_opt.compare import change_name
from placement_opt.report.subject import Subject
from placement_opt.suppression import Mark

NOTHING = "–"
"""What stands for a figure that does not exist."""


class Unit(StrEnum):
    """What a cell holds; the value is the number format of a workbook."""

    TEXT = "@"
    COUNT = "#,##0"
    CHANGE = "+#,##0;-#,##0;0"
    GBP = "£#,##0.00"
    GBP_PENCE = "£#,##0.00;-£#,##0.00"
    GBP_CHANGE = "+£#,##0.00;-£#,##0.00;£0.00"
    ONE_DECIMAL = "#,##0.0"
    ONE_DECIMAL_CHANGE = "+#,##0.0;-#,##0.0;0.0"
    PERCENT = "0%"
    NUMBER = "General"


MONEY = frozenset({Unit.GBP, Unit.GBP_PENCE, Unit.GBP_CHANGE})
_DECIMALS = {Unit.GBP_PENCE: 2, Unit.ONE_DECIMAL: 1, Unit.ONE_DECIMAL_CHANGE: 1, Unit.PERCENT: 2}
_CHANGES = {Unit.COUNT: Unit.CHANGE, Unit.GBP: Unit.GBP_CHANGE, Unit.ONE_DECIMAL: Unit.ONE_DECIMAL_CHANGE}


@dataclass(frozen=True)
class Cell:
    """One cell: a value with its unit, or a mark in its place."""

    value: str | float | None
    unit: Unit = Unit.TEXT
    mark: Mark = Mark.SHOWN

    @property
    def is_number(self) -> bool:
        """Whether the cell stands in a column of figures."""
        return self.unit is not Unit.TEXT

    def text(self) -> str:
        """Return the cell as it is read: thousands apart, £ in whole pounds but for prices, a sign before changes."""
        if self.mark is not Mark.SHOWN:
            return str(self.mark)
        if _is_absent(self.value):
            return NOTHING
        return self.value if isinstance(self.value, str) else _figure(float(self.value or 0), self.unit)

    def content(self) -> str | float | None:
        """Return the cell for a workbook: a number as a number, a mark as its word, nothing as a blank.

        Numbers are rounded as they are shown: further digits of an average would tell how many pupils it is of.
        """
        if self.mark is not Mark.SHOWN:
            return str(self.mark)
        if _is_absent(self.value) or self.value is None:
            return None
        if isinstance(self.value, str | int) or self.unit is Unit.NUMBER:
            return self.value
        return round(self.value, 2 if self.unit in MONEY else _DECIMALS.get(self.unit, 0))


@dataclass(frozen=True)
class Grid:
    """One table: caption, headings, rows of cells, perhaps a total, and what a reader has to know about it."""

    key: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    note: str = ""

    @property
    def figure_columns(self) -> frozenset[int]:
        """The columns that hold figures, by position."""
        rows = (*self.rows, self.total or ())
        return frozenset(position for row in rows for position, cell in enumerate(row) if cell.is_number)


def text_cell(value: object) -> Cell:
    """Return a cell of words; blank where there is nothing."""
    return Cell(None if _is_absent(value) else str(value))


def count_cells(subject: Subject, keys: Sequence[Hashable]) -> tuple[Cell, ...]:
    """Return cells of counts for the plans in turn, and then of the changes from the first.

    Parameters
    ----------
    subject
        Whose counts are shown.
    keys
        A key for each plan; where the plan has no such count it is 0.
    """
    counts = [subject.counts.get(key, 0) for key in keys]
    marks = [subject.marks.get(key, Mark.SHOWN) for key in keys]
    return figures(counts, Unit.COUNT, marks)


def figures(values: Sequence[float], unit: Unit, marks: Sequence[Mark]) -> tuple[Cell, ...]:
    """Return cells for the plans in turn, and then of the changes from the first; hidden where either is hidden."""
    cells = [Cell(value, unit, mark) for value, mark in zip(values, marks, strict=True)]
    first = cells[0]
    for cell in cells[1:]:
        hidden = first.mark is not Mark.SHOWN or cell.mark is not Mark.SHOWN
        change = float(cell.value or 0) - float(first.value or 0)
        mark = Mark.WITHHELD if hidden else Mark.SHOWN
        cells.append(Cell(round(change, 6), _CHANGES[unit], mark))
    return tuple(cells)


def withheld_if(conditions: Iterable[bool]) -> list[Mark]:
    """Return a mark for each condition: withheld where it holds."""
    return [Mark.WITHHELD if hidden else Mark.SHOWN for hidden in conditions]


def plan_heads(subject: Subject, what: str = "") -> tuple[str, ...]:
    """Return the headings of a figure for every plan and every change."""
    others = subject.comparison.others
    changes = ["change"] if len(others) == 1 else [change_name(name) for name in others]
    return tuple(f"{what}{', ' if what else ''}{name}" for name in (*subject.plans, *changes))


def _is_absent(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or value == ""


def _figure(value: float, unit: Unit) -> str:
    is_change = unit in _CHANGES.values()
    if unit is Unit.NUMBER:
        return f"{value:,.10g}"
    if unit is Unit.PERCENT:
        return f"{value:.0%}"
    digits = f"{abs(value):,.{_DECIMALS.get(unit, 0)}f}"
    sign = "" if not digits.strip("0.,") else "−" if value < 0 else "+" if is_change else ""
    return f"{sign}{'£' if unit in MONEY else ''}{digits}"
