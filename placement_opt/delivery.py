"""Cost lines of a delivery plan by financial year: what begins or ends within a year counts in part."""

from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal, get_args

import pandas as pd

from placement_opt.cells import read_table
from placement_opt.errors import Fault, InputError
from placement_opt.schema import Cell, Column, Table
from placement_opt.schema.columns import id_column, text_column

SplitBy = Literal["months", "days"]
FIRST_MONTH = 4
"""Financial years begin in April."""
MONTHS = 12
MOST_GBP = 1_000_000_000_000.0
TOTAL, NO_PAYER = "total", "(not given)"

LINES = Table(
    "lines",
    "a cost line of a delivery plan; a negative amount is a saving",
    (
        id_column("line", "What it is for.", "manager"),
        text_column("payer", "Who pays."),
        Column("gbp_per_year", Cell.NUMBER, "Cost of a whole year.", unit="£", least=-MOST_GBP, most=MOST_GBP),
        Column(
            "gbp",
            Cell.NUMBER,
            "A sum by itself: paid on `starts` or, with `ends`, spread evenly over the time between.",
            unit="£",
            least=-MOST_GBP,
            most=MOST_GBP,
        ),
        Column("starts", Cell.TEXT, "First day, or month.", required=True, example="2023-01-01"),
        Column("ends", Cell.TEXT, "Last day, or month; needed with gbp_per_year.", example="2024-12-31"),
    ),
    key=("line",),
    required=True,
)
"""The table of cost lines. Dates are written 2023-01-31, 31/01/2023 or, for a whole month, 2023-01."""


@dataclass(frozen=True, eq=False, repr=False)
class DeliveryCosts:
    """Cost lines split over financial years. Make one with `delivery_costs`.

    Parameters
    ----------
    lines
        The lines as they were read.
    rows
        Line, payer, financial_year (2022 = April 2022 to March 2023) and gbp, in £ and pence.
    split_by
        `months` or `days`.
    """

    lines: pd.DataFrame
    rows: pd.DataFrame
    split_by: SplitBy

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", self.lines.copy())
        object.__setattr__(self, "rows", self.rows.copy())

    @property
    def table(self) -> pd.DataFrame:
        """A row for each line and a column for each financial year, with the totals of both."""
        return self._by("line", tuple(self.lines["line"]))

    @property
    def by_payer(self) -> pd.DataFrame:
        """A row for each payer and a column for each financial year, with the totals of both."""
        return self._by("payer", tuple(sorted(self.rows["payer"].unique())))

    @property
    def total_gbp(self) -> float:
        """All lines and years."""
        return round(float(self.rows["gbp"].sum()), 2)

    def _by(self, group: str, order: tuple[str, ...]) -> pd.DataFrame:
        sums = self.rows.pivot_table(index=group, columns="financial_year", values="gbp", aggfunc="sum", fill_value=0.0)
        years = self.rows["financial_year"]
        sums = sums.reindex(index=list(order), columns=range(int(years.min()), int(years.max()) + 1), fill_value=0.0)
        sums.columns = pd.Index([_label(int(year)) for year in sums.columns], name="financial_year")
        sums = pd.concat([sums, sums.sum().to_frame(TOTAL).T])
        return sums.assign(**{TOTAL: sums.sum(axis=1)}).round(2).rename_axis(index=group, columns="financial_year")

    def summary(self) -> str:
        """Return the totals of the years in a line of text each, and how part years were counted."""
        totals = self.table.loc[TOTAL]
        lines = [f"{label:<9} £{gbp:>14,.2f}" for label, gbp in totals.items()]
        return "\n".join([*lines, f"A part of a year counts by {self.split_by}."])

    def __repr__(self) -> str:
        return f"DeliveryCosts({len(self.lines)} lines, £{self.total_gbp:,.2f})"


def delivery_costs(lines: pd.DataFrame, *, split_by: SplitBy = "months") -> DeliveryCosts:
    """Split the cost lines of a delivery plan over financial years (April to March).

    Parameters
    ----------
    lines
        As the table `LINES` describes: line, payer, gbp_per_year or gbp, starts, ends.
    split_by
        `months`: every month costs a twelfth of a year, a month in part by its days; `days`: every day costs its part
        of the financial year that it lies in (366 days where that holds a 29 February).

    Returns
    -------
    DeliveryCosts
        Each line's years add up to the line, and the totals of lines and years to one total, to the penny: what the
        years so far cost together is rounded, not each year by itself.

    Raises
    ------
    InputError
        When lines are at fault: all faults at once.
    ValueError
        When `split_by` is neither of the two.

    Examples
    --------
    Three months, a year and nine months of a manager:

    >>> line = {"line": ["manager"], "gbp_per_year": [59_000], "starts": ["2023-01"], "ends": ["2024-12"]}
    >>> delivery_costs(pd.DataFrame(line)).table.loc["manager"].to_dict()
    {'2022-23': 14750.0, '2023-24': 59000.0, '2024-25': 44250.0, 'total': 118000.0}
    """
    if split_by not in get_args(SplitBy):
        raise ValueError(f"`split_by` is {split_by!r}; use one of {', '.join(get_args(SplitBy))}.")
    faults: list[Fault] = []
    read = read_table(LINES, lines.map(_plain_date), faults)
    if read.empty and not faults:
        faults.append(Fault(LINES.name, "", "", "", "The table has no rows. Add the cost lines."))
    for name in ("line", "payer"):
        for label, text in read.loc[read[name].str.strip().str.casefold() == TOTAL, name].items():
            message = "is the name of the sum of all lines and payers. Choose another."
            faults.append(Fault(LINES.name, name, str(label), text, message))
    spans = {}
    if not any(not fault.row for fault in faults):
        bad = {(fault.row, fault.column) for fault in faults}
        for label, row in read.iterrows():
            spans[label] = _span(str(label), row, bad, faults)
    if faults:
        raise InputError(faults)
    rows = [
        (row["line"], row["payer"] if pd.notna(row["payer"]) else NO_PAYER, year, pence / 100)
        for label, row in read.iterrows()
        for year, pence in _pence_by_year(row, *spans[label], split_by)
    ]
    return DeliveryCosts(
        read.reset_index(drop=True), pd.DataFrame(rows, columns=["line", "payer", "financial_year", "gbp"]), split_by
    )


def _plain_date(cell: object) -> object:
    """Return a date as text, and everything else as it is."""
    if isinstance(cell, datetime | date) and not pd.isna(cell):
        return f"{cell:%Y-%m-%d}"
    return cell


def _span(label: str, row: "pd.Series[Any]", bad: set[tuple[str, str]], faults: list[Fault]) -> tuple[date, date]:
    """Return the first and the last day of a line; what is wrong with it is added to the faults."""
    start = _day(row["starts"], last=False)
    end = _day(row["ends"], last=True) if pd.notna(row["ends"]) else None
    for name, day in (("starts", start), ("ends", end)):
        if pd.notna(row[name]) and day is None and (label, name) not in bad:
            message = "is no date. Write 2023-01-31, 31/01/2023 or, for a whole month, 2023-01."
            faults.append(Fault(LINES.name, name, label, str(row[name]), message))
    given = [name for name in ("gbp_per_year", "gbp") if pd.notna(row[name])]
    if len(given) != 1 and not {(label, "gbp_per_year"), (label, "gbp")} & bad:
        what = "Both are given" if given else "Neither is given"
        message = f"{what}. Give gbp_per_year for what is paid every year, or gbp for a sum by itself."
        faults.append(Fault(LINES.name, "gbp_per_year, gbp", label, "", message))
    if given == ["gbp_per_year"] and pd.isna(row["ends"]) and (label, "ends") not in bad:
        message = "The cell is blank, and the line is paid every year. Say until when."
        faults.append(Fault(LINES.name, "ends", label, "", message))
    if start is not None and end is not None and end < start:
        message = f"is before {row['starts']}, when the line starts. Swap the dates, or correct one."
        faults.append(Fault(LINES.name, "ends", label, str(row["ends"]), message))
    start = start or date.min
    return start, end or start


def _day(text: object, *, last: bool) -> date | None:
    """Return the day that a text stands for; of a month its first or last one."""
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m"):
        try:
            day = datetime.strptime(str(text).strip(), pattern).date()
        except ValueError:
            continue
        return _last_of_month(day) if last and pattern == "%Y-%m" else day
    return None


def _last_of_month(day: date) -> date:
    """Return the last day of a month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _pence_by_year(row: "pd.Series[Any]", start: date, end: date, split_by: SplitBy) -> Iterator[tuple[int, int]]:
    """Yield the financial years of a line and what each costs in pence; rounded so that they add up to the line."""
    parts = _parts(start, end, split_by)
    is_yearly = pd.notna(row["gbp_per_year"])
    each = _exact(row["gbp_per_year"]) if is_yearly else _exact(row["gbp"]) / sum(parts.values())
    so_far, paid = Fraction(0), 0
    for year, part in parts.items():
        so_far += each * part
        whole = _rounded(so_far * 100)
        yield year, whole - paid
        paid = whole


def _parts(start: date, end: date, split_by: SplitBy) -> dict[int, Fraction]:
    """Return the part of each financial year that lies between two days, both counted."""
    parts: dict[int, Fraction] = {}
    day = start
    while day <= end:
        until = min(_last_of_month(day), end)
        days = (until - day).days + 1
        year = day.year if day.month >= FIRST_MONTH else day.year - 1
        if split_by == "months":
            part = Fraction(days, monthrange(day.year, day.month)[1] * MONTHS)
        else:
            part = Fraction(days, 366 if isleap(year + 1) else 365)
        parts[year] = parts.get(year, Fraction(0)) + part
        day = date.fromordinal(until.toordinal() + 1)
    return parts


def _exact(gbp: object) -> Fraction:
    return Fraction(_rounded(Fraction(str(gbp)) * 100), 100)


def _rounded(pence: Fraction) -> int:
    """Round to whole pence, halves up."""
    return int((pence + Fraction(1, 2)).__floor__())


def _label(year: int) -> str:
    return f"{year}-{(year + 1) % 100:02d}"
