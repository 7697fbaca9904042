"""The lists of independent special schools and colleges: approved under section 41 of the 2014 Act, or not."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from placement_opt.errors import Fault
from placement_opt.registers.columns import plain_header
from placement_opt.registers.gias import School, school_reference
from placement_opt.registers.packed import read_workbook
from placement_opt.registers.reading import Note, Outcome
from placement_opt.registers.school_types import Family

APPROVED, NOT_APPROVED = "approved", "not approved"
SOURCE = "section 41"
_REFERENCE = re.compile(r"(\d{3})\s*/\s*(\d{4})(.*)", re.DOTALL)
_FIRST_COLUMN = {"gettinginformationaboutschoolsreference", "giasreference"}
_FAMILIES = {Family.INDEPENDENT_SPECIAL, Family.SPECIALIST_COLLEGE}


@dataclass(frozen=True)
class Approvals:
    """Which schools are approved, by reference (885/6021).

    Parameters
    ----------
    by_reference
        `approved` or `not approved`.
    lines
        Line of each reference.
    notes
        What became of the rows.
    rows_read
        Rows of all lists.
    """

    by_reference: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    rows_read: int = 0


def read_approvals(paths: Iterable[Path], faults: list[Fault]) -> Approvals:
    """Read the Department's workbooks: the section 41 list, and the independent special schools outside it.

    Parameters
    ----------
    paths
        Workbooks whose first column is the school's reference, as 885/6021 or in two columns. Where a column
        "Section41 Approval" says No the school is not approved; without such a column every school is.
    faults
        Every fault found is added to this list.
    """
    approved: dict[str, str] = {}
    lines: dict[str, int] = {}
    notes: list[Note] = []
    read = 0
    for path in paths:
        for line, reference, outside, state in _entries(path, faults):
            read += 1
            reason = _why_dropped(reference, outside, state, approved)
            if reason:
                notes.append(Note(SOURCE, line, "", Outcome.DROPPED, reason))
                continue
            approved[reference], lines[reference] = state, line
    return Approvals(approved, lines, tuple(notes), read)


def _why_dropped(reference: str, outside: str, state: str, approved: Mapping[str, str]) -> str:
    if outside:
        return "outside England"
    if not reference:
        return "no reference of a school"
    if reference not in approved:
        return ""
    return "the school appears already" + ("" if approved[reference] == state else ", and the lists disagree")


def _entries(path: Path, faults: list[Fault]) -> Iterable[tuple[int, str, str, str]]:
    sheets = [sheet for sheet in read_workbook(path, SOURCE, faults) if sheet.lines]
    if not sheets:
        return
    (_, header), *rows = sheets[0].lines
    keys = [plain_header(cell) for cell in header]
    if not keys or keys[0] not in _FIRST_COLUMN:
        message = "does not begin with a column of school references (GIAS reference). Is it another workbook?"
        faults.append(Fault(SOURCE, "", "1", path.name, message))
        return
    answer = next((place for place, key in enumerate(keys) if key == "section41approval"), None)
    for line, cells in rows:
        said = "" if answer is None or answer >= len(cells) else cells[answer].lower()
        state = NOT_APPROVED if said in {"no", "n", "not approved"} else APPROVED
        reference, outside = _reference(cells)
        yield line, reference, outside, state


def _reference(cells: tuple[str, ...]) -> tuple[str, str]:
    match = _REFERENCE.fullmatch(cells[0])
    if match is not None:
        return school_reference(match[1], match[2]), match[3].strip()
    return school_reference(cells[0], cells[1] if len(cells) > 1 else ""), ""


def with_approvals(schools: Iterable[School], approvals: Approvals) -> tuple[tuple[School, ...], list[Note]]:
    """Return the schools with what the lists say of them, and the entries that are no school of the register.

    Parameters
    ----------
    schools
        The schools of the register.
    approvals
        The lists; they go before the register's own column.
    """
    known: set[str] = set()
    result = []
    notes = []
    for school in schools:
        listed = approvals.by_reference.get(school.reference, "") if school.family in _FAMILIES else ""
        if not listed:
            result.append(school)
            continue
        known.add(school.reference)
        if school.section_41 and school.section_41 != listed:
            text = "section 41: register and list disagree; the list counts"
            notes.append(Note(SOURCE, approvals.lines[school.reference], school.urn, Outcome.NOTED, text))
        result.append(replace(school, section_41=listed))
    for reference, line in approvals.lines.items():
        if reference not in known:
            text = "no independent special school or college of the register has this reference"
            notes.append(Note(SOURCE, line, "", Outcome.DROPPED, text))
    return tuple(result), notes
