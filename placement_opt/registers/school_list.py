"""The school register alone: every establishment with a point, as a table of settings, with its record."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.registers.gias import School, read_register
from placement_opt.registers.postcodes import NO_POSTCODES, read_postcodes
from placement_opt.registers.reading import Record, recorded
from placement_opt.registers.school_types import KINDS, Family
from placement_opt.registers.schools import LocatedSchool, located_schools
from placement_opt.registers.section41 import SOURCE, read_approvals, with_approvals

PathLike = str | os.PathLike[str]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SchoolReading(Record):
    """The schools of a register, with the record of how.

    Parameters
    ----------
    notes, rows_read, rows_kept
        As for `Record`.
    settings
        The table settings, one row for each open establishment with a point, with further columns: kind (blank = no
        kind that is planned for), min_year, max_year (national curriculum years), capacity, pupils_on_roll, section_41.
    """

    settings: pd.DataFrame

    def summary(self) -> str:
        """Return the counts as text, for a screen or a log."""
        kinds = self.settings["kind"].replace("", "not planned for").value_counts()
        shown = ", ".join(f"{number:,} {kind}" for kind, number in kinds.items())
        return f"{len(self.settings):,} establishments with a point: {shown}\n{self.text()}"

    def __repr__(self) -> str:
        return f"SchoolReading({len(self.settings):,} of {self.rows_read['register']:,} rows)"


def read_schools(
    register: PathLike, *, postcodes: PathLike | None = None, section_41: Sequence[PathLike] = ()
) -> SchoolReading:
    """Read the school register alone, of one authority or of all England.

    Parameters
    ----------
    register
        The school register, `edubasealldata*.csv`, plain, packed with gzip or in a zip archive.
    postcodes
        Where schools without a grid reference lie: a postcode file as for `read_registers`; None = nowhere.
    section_41
        Workbooks of independent special schools and colleges that are approved under section 41, or not.

    Returns
    -------
    SchoolReading
        The table settings, and every row that is not in it with the reason.

    Raises
    ------
    InputError
        When a file is missing, is not what it should be, or lacks a column; it lists every fault.

    Examples
    --------
    >>> read_schools("none.csv")
    Traceback (most recent call last):
    ...
    placement_opt.errors.InputError: 1 fault in the input:
      - register: 'none.csv' There is no such file.
    """
    faults: list[Fault] = []
    found = read_register(Path(register), faults, every_kind=True)
    points = NO_POSTCODES if postcodes is None else read_postcodes(Path(postcodes), faults)
    approvals = read_approvals([Path(path) for path in section_41], faults)
    if faults:
        raise InputError(faults)
    schools, approval_notes = with_approvals(found.schools, approvals)
    located, notes = located_schools(schools, points)
    read = {"register": found.rows_read}
    read |= {SOURCE: approvals.rows_read} if section_41 else {}
    read |= {"postcodes": points.rows_read} if postcodes is not None else {}
    record = recorded((*found.notes, *notes, *points.notes, *approvals.notes, *approval_notes), read)
    table = pd.DataFrame([_row(item) for item in located], columns=_COLUMNS)
    table["capacity"] = table["capacity"].astype("Int64")
    table["pupils_on_roll"] = table["pupils_on_roll"].astype("Int64")
    return SchoolReading(settings=table, **{item.name: getattr(record, item.name) for item in fields(record)})


_COLUMNS = [
    "setting_id",
    "name",
    "easting",
    "northing",
    "authority",
    "sector",
    "trust",
    "locality",
    "establishment_type",
    "section_41",
    "kind",
    "min_year",
    "max_year",
    "capacity",
    "pupils_on_roll",
]


def _row(item: LocatedSchool) -> dict[str, object]:
    school = item.school
    return item.row() | {
        "kind": _kind(school),
        "min_year": school.min_year,
        "max_year": school.max_year,
        "capacity": school.capacity,
        "pupils_on_roll": school.roll,
    }


def _kind(school: School) -> str:
    return "" if school.family is Family.OTHER or school.max_year < 0 else KINDS[school.family]
