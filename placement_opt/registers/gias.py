"""The school register of England (Get Information about Schools): which schools there are, and what they offer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from placement_opt.errors import Fault
from placement_opt.registers.columns import absent
from placement_opt.registers.csv_rows import Row, read_rows
from placement_opt.registers.gias_columns import (
    DISTRICT,
    DISTRICT_CODE,
    GROUP,
    GROUP_CODE,
    GROUPS,
    ONE_OF,
    OPEN,
    OPEN_CODES,
    PHASE,
    PHASE_CODE,
    PHASES,
    SEN_COLUMNS,
    STATUS,
    STATUS_CODE,
    TYPE,
    TYPE_CODE,
    WANTED,
)
from placement_opt.registers.reading import Note, Outcome
from placement_opt.registers.school_types import TYPES, Family, family_of, year_range
from placement_opt.schema import EASTING_RANGE_M, NEEDS, NORTHING_RANGE_M

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
    reference: str
    """Authority and establishment number, as 885/7001; blank where the register lacks either."""
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
    section_41: str
    """`approved`, `not approved` (section 41 of the Children and Families Act 2014) or blank: not known."""


@dataclass(frozen=True)
class Register:
    """The schools that can be planned for, and what became of the other rows."""

    schools: tuple[School, ...]
    refused: dict[str, str]
    """Reason by URN for each row that was dropped."""
    notes: tuple[Note, ...]
    rows_read: int


def read_register(path: Path, faults: list[Fault], *, every_kind: bool = False) -> Register:
    """Read the school register (`edubasealldata*.csv`).

    Parameters
    ----------
    path
        The CSV file, plain, packed with gzip or in a zip archive. Columns are found by name; of its 140, only URN,
        EstablishmentName, the type and Easting with Northing or Postcode have to be there.
    faults
        Every fault found is added to this list.
    every_kind
        Keep establishments that are not planned for too, as `Family.OTHER` where their type is none that is.
    """
    rows = read_rows(path, "register", faults, WANTED)
    if rows.columns:
        faults.extend(_missing(rows.columns, path))
    has_status = bool({STATUS, STATUS_CODE} & rows.columns)
    schools: dict[str, School] = {}
    refused: dict[str, str] = {}
    notes = [*_column_notes(rows.columns, len(rows), has_status=has_status)]
    notes += [Note("register", line, "", Outcome.DROPPED, "blank row") for line in rows.blank_lines]
    for row in rows:
        urn, family = _reference(row["URN"]), _family(row) or (Family.OTHER if every_kind else None)
        reason = "the URN appears already" if urn in schools else _why_not(row, urn, family, has_status=has_status)
        if not reason and not every_kind and _years(row, family)[1] < 0:
            reason = "early years only"
        if reason or family is None:
            notes.append(Note("register", row.line, urn if urn.isdigit() else "", Outcome.DROPPED, reason))
            if urn not in schools:
                refused[urn] = reason
            continue
        school, assumed = _school(row, urn, family)
        schools[urn] = school
        notes.extend(Note("register", row.line, urn, Outcome.ASSUMED, text) for text in assumed)
        notes.extend(Note("register", row.line, urn, Outcome.NOTED, text) for text in _oddities(school))
    return Register(tuple(schools.values()), refused, tuple(notes), rows.read)


def merged(registers: Sequence[Register]) -> Register:
    """Return the registers of several authorities as one: a school that is in several is taken from the first.

    Parameters
    ----------
    registers
        What `read_register` returned.
    """
    schools: dict[str, School] = {}
    refused: dict[str, str] = {}
    notes: list[Note] = []
    for register in registers:
        notes.extend(register.notes)
        refused.update(register.refused)
        for school in register.schools:
            if school.urn in schools:
                reason = "the URN is in another register too"
                notes.append(Note("register", school.line, school.urn, Outcome.DROPPED, reason))
            else:
                schools[school.urn] = school
    refused = {urn: reason for urn, reason in refused.items() if urn not in schools}
    return Register(tuple(schools.values()), refused, tuple(notes), sum(register.rows_read for register in registers))


def _column_notes(columns: frozenset[str], rows: int, *, has_status: bool) -> Iterator[Note]:
    if not columns:
        return
    for purpose, names in absent(columns, WANTED).items():
        yield Note("register", 0, "", Outcome.NOTED, f"no column {', '.join(names)}: needed for {purpose}")
    for name, (code, purpose) in ONE_OF.items():
        if not {name, code} & columns:
            yield Note("register", 0, "", Outcome.NOTED, f"no column {name} or {code}: needed for {purpose}")
    if not has_status and rows:
        yield Note("register", 0, "", Outcome.ASSUMED, "no status column: taken to be open", rows)


def _missing(columns: frozenset[str], path: Path) -> Iterator[Fault]:
    if not columns & {TYPE, TYPE_CODE}:
        message = (
            f"Neither this column nor {TYPE_CODE} is in {path.name}; one is needed for the kind of each school. "
            "Export the register with it."
        )
        yield Fault("register", TYPE, "", "", message)
    if not ({"Easting", "Northing"} <= columns or "Postcode" in columns):
        message = (
            f"{path.name} has neither Easting with Northing nor Postcode; one is needed for the point of each school. "
            "Export the register with one of them."
        )
        yield Fault("register", "Easting, Northing", "", "", message)


def _why_not(row: Row, urn: str, family: Family | None, *, has_status: bool) -> str:
    if not urn.isdigit():
        return "no URN"
    is_open = row[STATUS].lower() in OPEN or row[STATUS_CODE] in OPEN_CODES
    if has_status and not is_open:
        return "not open"
    if family is None:
        return f"not planned for: {row[TYPE] or 'type ' + (row[TYPE_CODE] or 'blank')}"
    return ""


def _family(row: Row) -> Family | None:
    return family_of(row[TYPE], row[TYPE_CODE])


def _years(row: Row, family: Family | None) -> tuple[int, int, tuple[str, ...]]:
    low_age, high_age = _whole(row["StatutoryLowAge"]), _whole(row["StatutoryHighAge"])
    phase = row[PHASE] or PHASES.get(row[PHASE_CODE], "")
    return year_range(low_age, high_age, phase, family or Family.MAINSTREAM)


def _school(row: Row, urn: str, family: Family) -> tuple[School, list[str]]:
    min_year, max_year, assumed_years = _years(row, family)
    needs = _needs(row)
    type_name = row[TYPE] or (TYPES[row[TYPE_CODE]][0] if row[TYPE_CODE] in TYPES else f"type {row[TYPE_CODE]}")
    capacity = _whole(row["SchoolCapacity"]) or None
    if family is Family.ALTERNATIVE:
        capacity = _whole(row["PlacesPRU"]) or capacity
    school = School(
        line=row.line,
        urn=urn,
        reference=school_reference(row["LA (code)"], row["EstablishmentNumber"]),
        ukprn=_reference(row["UKPRN"]),
        name=row["EstablishmentName"] or f"School {urn}",
        family=family,
        type_name=type_name,
        sector=row[GROUP] or GROUPS.get(row[GROUP_CODE], "") or type_name,
        authority=row["LA (name)"] or row["LA (code)"],
        authority_code=row["LA (code)"],
        trust=row["Trusts (name)"],
        district=row[DISTRICT],
        district_code=row[DISTRICT_CODE],
        postcode=row["Postcode"],
        easting=_metres(row["Easting"], EASTING_RANGE_M),
        northing=_metres(row["Northing"], NORTHING_RANGE_M),
        min_year=min_year,
        max_year=max_year,
        capacity=capacity,
        roll=_whole(row["NumberOfPupils"]),
        needs=needs,
        bases=_bases(row) if family in {Family.MAINSTREAM, Family.COLLEGE, Family.INDEPENDENT} else (),
        section_41=_section_41(row["Section41Approved (name)"]),
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
    codes = {row[column].split(" - ")[0].strip().upper() for column in SEN_COLUMNS}
    return tuple(need for need in NEEDS if need in codes)


def _section_41(text: str) -> str:
    return text.lower() if text.lower() in {"approved", "not approved"} else ""


def school_reference(authority_code: str, establishment_number: str) -> str:
    """Return authority and establishment number as the register shows them together.

    Examples
    --------
    >>> school_reference("885", "6021"), school_reference("885", "")
    ('885/6021', '')
    """
    authority, number = _whole(authority_code), _whole(establishment_number)
    return "" if authority is None or number is None else f"{authority:03d}/{number:04d}"


def _reference(text: str) -> str:
    return text.removesuffix(".0")


def _whole(text: str) -> int | None:
    return int(float(text)) if _WHOLE.fullmatch(text) else None


def _metres(text: str, allowed: tuple[float, float]) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    metres = float(text)
    return metres if max(allowed[0], 180) < metres <= allowed[1] else None
