"""Bars of what a table shows: nothing is drawn that does not stand in it, so nothing hidden can show."""

from collections.abc import Mapping
from dataclasses import dataclass

from placement_opt.report.grid import Cell, Grid
from placement_opt.suppression import Mark

_FULL = 100.0


@dataclass(frozen=True)
class Bar:
    """One bar: of which plan, how long from 0 to 100, and its figure in words; None = hidden or nothing to draw."""

    plan: str
    number: int
    length: float | None
    text: str


@dataclass(frozen=True)
class Chart:
    """Bars in groups, one group for each row of a table and one bar in it for each plan."""

    key: str
    caption: str
    groups: tuple[tuple[str, tuple[Bar, ...]], ...]

    @property
    def plans(self) -> tuple[tuple[int, str], ...]:
        """Number and name of each plan, for the legend."""
        return tuple((bar.number, bar.plan) for bar in self.groups[0][1])


def chart_of(grid: Grid, columns: Mapping[str, int], caption: str) -> Chart | None:
    """Return bars for columns of a table; None where there is nothing to draw, or a figure is below nought.

    Parameters
    ----------
    grid
        The table; its rows become groups. The total is left out.
    columns
        Plan to the column that holds its figure.
    caption
        What the bars are.

    Examples
    --------
    >>> from placement_opt.report.grid import Unit, text_cell
    >>> rows = tuple((text_cell(kind), Cell(count, Unit.COUNT)) for kind, count in (("Hub", 8), ("Spoke", 2)))
    >>> chart = chart_of(Grid("kinds", "Pupils by kind", ("Kind", "Pupils"), rows), {"plan": 1}, "Pupils")
    >>> [(label, bar.length, bar.text) for label, (bar,) in chart.groups]
    [('Hub', 100.0, '8'), ('Spoke', 25.0, '2')]
    """
    drawn = [_drawn(row[column]) for row in grid.rows for column in columns.values()]
    values = [value for value in drawn if value is not None]
    if not values or min(values) < 0 or max(values) == 0:
        return None
    scale = _FULL / max(values)
    groups = tuple(
        (
            row[0].text(),
            tuple(
                _bar(plan, number, row[column], scale) for number, (plan, column) in enumerate(columns.items(), start=1)
            ),
        )
        for row in grid.rows
    )
    return Chart(f"chart-{grid.key}", caption, groups)


def _drawn(cell: Cell) -> float | None:
    if cell.mark is not Mark.SHOWN or not isinstance(cell.value, int | float) or cell.value != cell.value:
        return None
    return float(cell.value)


def _bar(plan: str, number: int, cell: Cell, scale: float) -> Bar:
    value = _drawn(cell)
    return Bar(plan, number, None if value is None else round(value * scale, 2), cell.text())
