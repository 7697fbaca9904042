"""The Department's open statistics on education, health and care plans: counts by placement, need and age."""

import difflib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.registers.columns import Wanted
from placement_opt.registers.csv_rows import Row, Rows, read_header, read_rows
from placement_opt.registers.reading import Note, Outcome, Record, recorded
from placement_opt.registers.statistics_columns import (
    AREA_COLUMNS,
    MARKERS,
    NEED_COLUMNS,
    PLACEMENT_GROUPS,
    SUMS,
    TOTALS,
    WHOLE,
)

PathLike = str | os.PathLike[str]
ENGLAND = "England"
_AGE = re.compile(r"(under )?\d{1,2}")
COLUMNS = [
    "time_period",
    "authority",
    "la_code",
    "gss_code",
    "topic",
    "breakdown",
    "category",
    "group",
    "pupils",
    "marker",
]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Statistics(Record):
    """Published counts, with the record of how they were read.

    Parameters
    ----------
    notes, rows_read, rows_kept
        As for `Record`; rows are those of the files.
    table
        One row for each figure: time_period, authority, la_code, gss_code, topic (total, placement, need, age),
        breakdown (blank = all plans), category (as published; need codes; age in years), group (what a placement is
        held against; blank for sums), pupils (missing where a marker stands), marker.
    """

    table: pd.DataFrame

    def __repr__(self) -> str:
        areas = self.table["authority"].nunique()
        return f"Statistics({len(self.table):,} figures, {areas:,} {'area' if areas == 1 else 'areas'})"


def read_statistics(
    paths: PathLike | Sequence[PathLike], *, authority: str | None = None, time_period: str | None = None
) -> Statistics:
    """Read files of the release "Education, health and care plans": caseload and need, of any year.

    Parameters
    ----------
    paths
        CSV files, plain or packed.
    authority
        Name or number of the area to read (`Worcestershire`, `885`, `E10000034`, `England`); None = every area.
    time_period
        The school year, as `202425`; None = the latest of each file.

    Returns
    -------
    Statistics
        The figures as a tidy table, with what was not read.

    Raises
    ------
    InputError
        When a file is missing or holds no such figures, or no file has the area or the year; it lists every fault.

    Examples
    --------
    >>> read_statistics("none.csv", authority="Exampleshire")
    Traceback (most recent call last):
    ...
    placement_opt.errors.InputError: 1 fault in the input:
      - none.csv: 'none.csv' There is no such file.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    faults: list[Fault] = []
    notes: list[Note] = []
    read: dict[str, int] = {}
    areas: set[str] = set()
    figures: list[tuple[str, ...]] = []
    for path in map(Path, given):
        rows = _read_file(path, faults, notes)
        read[path.name] = read.get(path.name, 0) + rows.read
        kept = _wanted_rows(rows, path.name, authority, time_period, notes, areas)
        figures.extend(figure for row in kept for figure in _figures(row, path.name, notes))
    if not figures and not faults:
        faults.append(_nothing(areas, authority, time_period))
    if faults:
        raise InputError(faults)
    record = recorded(_summed(notes), read)
    table = pd.DataFrame(figures, columns=COLUMNS)
    table["pupils"] = pd.to_numeric(table["pupils"], errors="coerce").astype("Int64")
    return Statistics(table=table, **{item.name: getattr(record, item.name) for item in fields(record)})


def _read_file(path: Path, faults: list[Fault], notes: list[Note]) -> Rows:
    header = read_header(path, path.name, faults)
    if not header:
        return Rows()
    wanted = [Wanted(name, aliases=aliases) for name, aliases in AREA_COLUMNS.items()]
    known = {name.lower() for aliases in AREA_COLUMNS.values() for name in aliases}
    counts = [name for name in header if name.strip().lower() not in known and _topic(name)]
    if not counts:
        message = "holds no counts of plans by placement or need. Take caseload or need of the release."
        faults.append(Fault(path.name, "", "1", "", message))
        return Rows()
    strange = [name for name in header if name.strip().lower() not in known | _NOT_COUNTS and not _is_known(name)]
    notes.extend(
        Note(path.name, 0, "", Outcome.NOTED, f"no known column: {name}; left out") for name in strange if name.strip()
    )
    rows = read_rows(path, path.name, faults, [*wanted, *(Wanted(name) for name in counts)])
    notes.extend(Note(path.name, line, "", Outcome.DROPPED, "blank row") for line in rows.blank_lines)
    return rows


_NOT_COUNTS = {"time_identifier", "geographic_level", "country_code", "region_code"}


def _topic(name: str) -> str:
    plain = name.strip().lower()
    if plain in TOTALS:
        return "total"
    if plain in PLACEMENT_GROUPS or plain in SUMS:
        return "placement"
    return "need" if plain in NEED_COLUMNS else ""


def _is_known(name: str) -> bool:
    return bool(_topic(name)) or name.strip().lower().endswith("_pc")


def _wanted_rows(
    rows: Rows, source: str, authority: str | None, time_period: str | None, notes: list[Note], areas: set[str]
) -> list[Row]:
    period = time_period or max((row["time_period"] for row in rows), default="")
    kept = []
    for row in rows:
        name = area_of(row)
        areas.add(name)
        if authority is not None and authority.strip().lower() not in _names_of(row):
            notes.append(Note(source, 0, "", Outcome.DROPPED, "of another area"))
        elif row["time_period"] and row["time_period"] != period:
            notes.append(Note(source, 0, "", Outcome.DROPPED, f"of another year than {period}"))
        else:
            kept.append(row)
    return kept


def area_of(row: Row | Mapping[str, str]) -> str:
    """Return the area of a row: an authority, else a region, else England."""
    return row["la_name"] or row["region_name"] or row["country_name"] or ENGLAND


def _names_of(row: Row) -> set[str]:
    return {text.lower() for text in (area_of(row), row["la_code"], row["gss_code"]) if text}


def _figures(row: Row, source: str, notes: list[Note]) -> Iterable[tuple[str, ...]]:
    breakdown, age = _breakdown(row)
    area = (row["time_period"], area_of(row), row["la_code"], row["gss_code"])
    for name, text in row.cells.items():
        topic, plain = _topic(name), name.lower()
        if not topic:
            continue
        number, marker = _number(text)
        if marker:
            meaning = f", {MARKERS[marker]}" if marker in MARKERS else ""
            notes.append(Note(source, 0, "", Outcome.NOTED, f"no figure: {marker}{meaning}"))
        group = PLACEMENT_GROUPS.get(plain, "") if topic == "placement" else ""
        category = NEED_COLUMNS[plain] if topic == "need" else "plans" if topic == "total" else plain
        yield (*area, topic, breakdown, category, group, number, marker)
        if topic == "total" and age:
            yield (*area, "age", "", age, "", number, marker)


def _breakdown(row: Row) -> tuple[str, str]:
    """Return what the row is about (blank = all plans), and the age where it is about one."""
    if row["age"]:
        return f"age {row['age']}", row["age"]
    text = row["breakdown"]
    if text.lower() in WHOLE:
        return "", ""
    topic = row["breakdown_topic"]
    is_age = topic.lower().startswith("age") and _AGE.fullmatch(text.lower()) is not None
    return f"{topic} {text}".strip(), text.lower() if is_age else ""


def _number(text: str) -> tuple[str, str]:
    plain = text.replace(",", "").removesuffix(".0")
    if plain.isascii() and plain.isdigit():
        return plain, ""
    if not text:
        return "", "blank"
    return "", text.lower() if text.lower() in MARKERS else "not a number"


def _summed(notes: Iterable[Note]) -> list[Note]:
    """Return one note for each reason, with its number of rows."""
    numbers: dict[tuple[str, int, Outcome, str], int] = {}
    for note in notes:
        key = (note.source, note.line, note.outcome, note.reason)
        numbers[key] = numbers.get(key, 0) + note.rows
    return [Note(source, line, "", outcome, reason, rows) for (source, line, outcome, reason), rows in numbers.items()]


def _nothing(areas: set[str], authority: str | None, time_period: str | None) -> Fault:
    if authority is not None and authority.lower() not in {area.lower() for area in areas}:
        close = difflib.get_close_matches(authority, sorted(areas), n=3)
        hint = f" Is it {' or '.join(close)}?" if close else f" The files have {len(areas):,} areas."
        return Fault("statistics", "area", "", authority, f"is no area of the files.{hint}")
    return Fault("statistics", "time_period", "", time_period or "", "is no year of the files for this area.")
