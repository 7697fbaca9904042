"""What one way of meeting a child's needs costs, line by line: who pays what, from which year to which."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from placement_opt.cells import read_table
from placement_opt.errors import Fault, InputError
from placement_opt.given import is_word
from placement_opt.schema import Cell, Column, Table
from placement_opt.schema.columns import flag_column, id_column, text_column

MOST_GBP = 1_000_000_000.0
LATEST_YEAR = 9_999
PENCE = 100

WAY_LINES = Table(
    "way",
    "a cost line of one way; a negative amount is a saving",
    (
        id_column("line", "What it is for.", "hoist and ramp"),
        text_column(
            "payer",
            "Who pays: school, high needs, health, social care, transport, ...",
            required=True,
            example="health",
        ),
        Column("gbp_per_year", Cell.NUMBER, "Cost of a school year.", unit="£", least=-MOST_GBP, most=MOST_GBP),
        Column(
            "gbp",
            Cell.NUMBER,
            "A sum paid once, in `from_year`: capital, equipment, training.",
            unit="£",
            least=-MOST_GBP,
            most=MOST_GBP,
        ),
        Column(
            "from_year",
            Cell.INTEGER,
            "First school year, or the year in which a sum is paid once; blank = the first year counted.",
            least=1,
            most=LATEST_YEAR,
        ),
        Column(
            "to_year",
            Cell.INTEGER,
            "Last school year of what is paid every year; blank = the last year counted.",
            least=1,
            most=LATEST_YEAR,
        ),
        flag_column(
            "sunk",
            "It is spent whichever way is chosen, as the funding of a place that exists is: left out on the marginal "
            "basis.",
        ),
        text_column("source", "Where the figure comes from, and of which year."),
    ),
    key=("line",),
    required=True,
)
"""The table of cost lines of a way. Years are those in which school years begin, or 1, 2, 3, ..."""


@dataclass(frozen=True, eq=False, repr=False)
class Way:
    """One way of meeting a child's needs.

    Parameters
    ----------
    name
        What it is called in tables.
    lines
        What it costs, as the table `WAY_LINES` describes it: line, payer, gbp_per_year or gbp, from_year, to_year,
        sunk, source.

    Raises
    ------
    InputError
        When lines are at fault: all faults at once.
    ValueError
        When the name is blank.

    Examples
    --------
    >>> Way("special school", pd.DataFrame({"line": ["top-up"], "payer": ["high needs"], "gbp_per_year": [16_000]}))
    Way(special school, 1 line)
    """

    name: str
    lines: pd.DataFrame

    def __post_init__(self) -> None:
        if not is_word(self.name):
            raise ValueError(f"`name` is {self.name!r}; give the way a name that is not blank.")
        object.__setattr__(self, "lines", _read(self.name, self.lines))

    def __repr__(self) -> str:
        number = len(self.lines)
        return f"Way({self.name}, {number} line{'' if number == 1 else 's'})"


def amounts_of(way: Way, start: int, years: int) -> pd.DataFrame:
    """Return what a way costs in each school year.

    Parameters
    ----------
    way
        The lines.
    start, years
        The first school year, and how many are counted.

    Returns
    -------
    DataFrame
        A row for each line and year in which it is paid: line, payer, year, gbp (whole pence), is_once, sunk.

    Raises
    ------
    InputError
        When a line is paid in a year that is not counted.
    """
    last = start + years - 1
    faults: list[Fault] = []
    rows = []
    for label, row in enumerate(way.lines.to_dict("records")):
        begins = start if pd.isna(row["from_year"]) else int(row["from_year"])
        ends = last if pd.isna(row["to_year"]) else int(row["to_year"])
        for name, year in (("from_year", begins), ("to_year", ends)):
            if not start <= year <= last:
                message = f"is not counted: the years are {start} to {last}. Correct it, or count other years."
                faults.append(Fault(_table_name(way.name), name, str(label), str(year), message))
        is_once = pd.notna(row["gbp"])
        gbp = round(round(float(row["gbp"] if is_once else row["gbp_per_year"]) * PENCE) / PENCE, 2)
        paid_in = [begins] if is_once else range(begins, ends + 1)
        rows += [(row["line"], row["payer"], year, gbp, is_once, row["sunk"]) for year in paid_in]
    if faults:
        raise InputError(faults)
    return pd.DataFrame(rows, columns=["line", "payer", "year", "gbp", "is_once", "sunk"])


def _read(name: str, lines: pd.DataFrame) -> pd.DataFrame:
    faults: list[Fault] = []
    table = replace(WAY_LINES, name=_table_name(name))
    read = read_table(table, lines, faults)
    if read.empty and not faults:
        faults.append(Fault(table.name, "", "", "", "The table has no rows. Add what this way costs."))
    bad = {(fault.row, fault.column) for fault in faults}
    if ("", "gbp") not in bad and ("", "gbp_per_year") not in bad:
        for label, row in read.iterrows():
            faults += _faults_of(table.name, str(label), row, bad)
    if faults:
        raise InputError(faults)
    return read.reset_index(drop=True)


def _faults_of(table: str, label: str, row: "pd.Series[Any]", bad: set[tuple[str, str]]) -> list[Fault]:
    faults = []
    given = [name for name in ("gbp_per_year", "gbp") if pd.notna(row[name])]
    if len(given) != 1 and not {(label, "gbp_per_year"), (label, "gbp")} & bad:
        what = "Both are given" if given else "Neither is given"
        message = f"{what}. Give gbp_per_year for what is paid every year, or gbp for a sum paid once."
        faults.append(Fault(table, "gbp_per_year, gbp", label, "", message))
    begins, ends = row["from_year"], row["to_year"]
    if given == ["gbp"] and pd.notna(ends):
        message = "The line is paid once, in from_year. Leave the cell blank, or give gbp_per_year."
        faults.append(Fault(table, "to_year", label, f"{ends:.0f}", message))
    elif pd.notna(begins) and pd.notna(ends) and ends < begins:
        message = f"is before from_year, {begins:.0f}. Swap the years, or correct one."
        faults.append(Fault(table, "to_year", label, f"{ends:.0f}", message))
    return faults


def _table_name(name: str) -> str:
    return f"lines of {name}"
