"""The school register of England (Get Information about Schools): which schools there are, and what they offer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from placement_opt.errors import Fault
from placement_opt.registers.csv_rows import Row, read_rows
from placement_opt.registers.reading import Note, Outcome
from placement_opt.registers.school_types import TYPES, Family, family_of, year_range
from placement_opt.schema import EASTING_RANGE_M, NEEDS, NORTHING_RANGE_M

_REQUIRED = ("URN", "EstablishmentName")
_TYPE_COLUMNS = ("TypeOfEstablishment (name)", "TypeOfEstablishment (code)")
_SEN_COLUMNS = tuple(f"SEN{number} (name)" for number in range(1, 14))
_OPTIONAL = (
    *_TYPE_COLUMNS,
    *_SEN_COLUMNS,
    "UKPRN",
    "LA (code)",
    "LA (name)",
    "EstablishmentTypeGroup (name)",
    "EstablishmentStatus (name)",
    "EstablishmentStatus (code)",
    "PhaseOfEducation (name)",
    "StatutoryLowAge",
    "StatutoryHighAge",
    "SchoolCapacity",
    "NumberOfPupils",
    "PlacesPRU",
    "Trusts (name)",
    "Postcode",
    "Easting",
    "Northing",
    "TypeOfResourcedProvision (name)",
    "ResourcedProvisionOnRoll",
    "ResourcedProvisionCapacity",
    "SenUnitOnRoll",
    "SenUnitCapacity",
    "DistrictAdministrative (code)",
    "DistrictAdministrative (name)",
)
_OPEN = {"open", "open, but proposed to close"}
_OPEN_CODES = {"1", "3"}
_WHOLE = re.compile(r"\d+(\.0*)?")
_NUMBER = re.compile(r"\d+(\.\d*)?")


@dataclass(frozen=True, slots=True)
class Base:
    """Reserved places at a mainstream school: a SEN unit or a resourced provision."""

    label: str
    suffix: str
    capacity: int | None
    on_roll: int | None


@dataclass(frozen=True, slots=True)
class School:
    """One school of the register that can be planned for."""

    line: int
    urn: str
    ukprn: str
    name: str
    family: Family
    type_name: str
    sector: str
    authority: str
    authority_code: str
    trust: str
    district: str
    district_code: str
    postcode: str
    easting: float | None
    northing: float | None
    min_year: int
    max_year: int
    capacity: int | None
    roll: int | None
    needs: tuple[str, ...]
    bases: tuple[Base, ...]


@dataclass(frozen=True)
class Register:
    """The schools that can be planned for, and what became of the other rows."""

    schools: tuple[School, ...]
    refused: dict[str, str]
    """Reason by URN for each row that was dropped."""
    notes: tuple[Note, ...]
    rows_read: int


def read_register(path: Path, faults: list[Fault]) -> Register:
    """Read the school register (`edubasealldata*.csv`).

    Parameters
    ----------
    path
        The CSV file. Columns are found by name; of its 140, only URN, EstablishmentName, the type and Easting with
        Northing or Postcode have to be there.
    faults
        Every fault found is added to this list.
    """
    rows = read_rows(path, "register", faults, required=_REQUIRED, optional=_OPTIONAL)
    if rows.columns:
        faults.extend(_missing(rows.columns, path))
    has_status = bool({"EstablishmentStatus (name)", "EstablishmentStatus (code)"} & rows.columns)
    schools: dict[str, School] = {}
    refused: dict[str, str] = {}
    notes: list[Note] = []
    for row in rows:
        urn, family = _reference(row["URN"]), _family(row)
        reason = "the URN appears already" if urn in schools else _why_not(row, urn, has_status=has_status)
        if reason or family is None:
            notes.append(Note("register", row.line, urn, Outcome.DROPPED, reason))
            if urn not in schools:
                refused[urn] = reason
            continue
        school, assumed = _school(row, urn, family)
        schools[urn] = school
        notes.extend(Note("register", row.line, urn, Outcome.ASSUMED, text) for text in assumed)
        notes.extend(Note("register", row.line, urn, Outcome.NOTED, text) for text in _oddities(school))
        if not has_status:
            notes.append(Note("register", row.line, urn, Outcome.ASSUMED, "no status column: taken to be open"))
    return Register(tuple(schools.values()), refused, tuple(notes), len(rows))


def _missing(columns: frozenset[str], path: Path) -> Iterator[Fault]:
    if not columns & set(_TYPE_COLUMNS):
        message = f"Neither this column nor {_TYPE_COLUMNS[1]} is in {path.name}. Export the register with one of them."
        yield Fault("register", _TYPE_COLUMNS[0], "", "", message)
    if not ({"Easting", "Northing"} <= columns or "Postcode" in columns):
        message = f"{path.name} has neither Easting with Northing nor Postcode. Export the register with one of them."
        yield Fault("register", "Easting, Northing", "", "", message)


def _why_not(row: Row, urn: str, *, has_status: bool) -> str:
    if not urn.isdigit():
        return "no URN"
    is_open = row["EstablishmentStatus (name)"].lower() in _OPEN or row["EstablishmentStatus (code)"] in _OPEN_CODES
    if has_status and not is_open:
        return "not open"
    if _family(row) is None:
        return f"not planned for: {row[_TYPE_COLUMNS[0]] or 'type ' + (row[_TYPE_COLUMNS[1]] or 'blank')}"
    if _years(row)[1] < 0:
        return "early years only"
    return ""


def _family(row: Row) -> Family | None:
    return family_of(row[_TYPE_COLUMNS[0]], row[_TYPE_COLUMNS[1]])


def _years(row: Row) -> tuple[int, int, tuple[str, ...]]:
    family = _family(row) or Family.MAINSTREAM
    low_age, high_age = _whole(row["StatutoryLowAge"]), _whole(row["StatutoryHighAge"])
    return year_range(low_age, high_age, row["PhaseOfEducation (name)"], family)


def _school(row: Row, urn: str, family: Family) -> tuple[School, list[str]]:
    min_year, max_year, assumed_years = _years(row)
    needs = _needs(row)
    type_name = row[_TYPE_COLUMNS[0]] or TYPES[row[_TYPE_COLUMNS[1]]][0]
    capacity = _whole(row["SchoolCapacity"]) or None
    if family is Family.ALTERNATIVE:
        capacity = _whole(row["PlacesPRU"]) or capacity
    school = School(
        line=row.line,
        urn=urn,
        ukprn=_reference(row["UKPRN"]),
        name=row["EstablishmentName"] or f"School {urn}",
        family=family,
        type_name=type_name,
        sector=row["EstablishmentTypeGroup (name)"] or type_name,
        authority=row["LA (name)"] or row["LA (code)"],
        authority_code=row["LA (code)"],
        trust=row["Trusts (name)"],
        district=row["DistrictAdministrative (name)"],
        district_code=row["DistrictAdministrative (code)"],
        postcode=row["Postcode"],
        easting=_metres(row["Easting"], EASTING_RANGE_M),
        northing=_metres(row["Northing"], NORTHING_RANGE_M),
        min_year=min_year,
        max_year=max_year,
        capacity=capacity,
        roll=_whole(row["NumberOfPupils"]),
        needs=needs,
        bases=_bases(row) if family in {Family.MAINSTREAM, Family.COLLEGE, Family.INDEPENDENT} else (),
    )
    return school, [*assumed_years, *_assumed(row, school)]


def _assumed(row: Row, school: School) -> Iterator[str]:
    if not row["EstablishmentName"]:
        yield "no name: called by its URN"
    if school.capacity is None:
        yield "no capacity: no more places than are taken now"
    takes_by_need = school.family in {Family.SPECIAL, Family.INDEPENDENT_SPECIAL, Family.SPECIALIST_COLLEGE}
    if not school.needs and (takes_by_need or school.bases):
        yield "no type of special need listed: taken to take any"
    if not school.needs and school.family is Family.ALTERNATIVE:
        yield "no type of special need listed: taken to take those of `alternative_needs`"


def _oddities(school: School) -> Iterator[str]:
    if school.capacity is not None and school.roll is not None and school.roll > school.capacity:
        yield "more on roll than the register's capacity"
    for base in school.bases:
        if base.capacity is not None and base.on_roll is not None and base.on_roll > base.capacity:
            yield f"{base.label}: more on roll than the register's capacity"
        if base.capacity is None:
            yield f"{base.label}: no capacity in the register, so no more places than are taken now"


def _bases(row: Row) -> tuple[Base, ...]:
    listed = row["TypeOfResourcedProvision (name)"].lower()
    unit, provision = _whole(row["SenUnitCapacity"]), _whole(row["ResourcedProvisionCapacity"])
    bases = []
    if "sen unit" in listed or unit:
        bases.append(Base("SEN unit", "unit", unit or None, _whole(row["SenUnitOnRoll"])))
    if "resourced provision" in listed or provision:
        bases.append(Base("Resourced provision", "rp", provision or None, _whole(row["ResourcedProvisionOnRoll"])))
    return tuple(bases)


def _needs(row: Row) -> tuple[str, ...]:
    """Return the codes of the listed needs; "SpLD - Specific Learning Difficulty" is SPLD, "Not Applicable" none."""
    codes = {row[column].split(" - ")[0].strip().upper() for column in _SEN_COLUMNS}
    return tuple(need for need in NEEDS if need in codes)


def _reference(text: str) -> str:
    return text.removesuffix(".0")


def _whole(text: str) -> int | None:
    return int(float(text)) if _WHOLE.fullmatch(text) else None


def _metres(text: str, allowed: tuple[float, float]) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    metres = float(text)
    return metres if max(allowed[0], 180) < metres <= allowed[1] else None
