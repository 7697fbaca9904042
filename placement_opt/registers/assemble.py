"""The school register, the postcodes and the SEN2 return, joined into a problem."""

import os
import warnings
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from placement_opt.errors import AssumptionWarning, Fault, InputError
from placement_opt.problem import Problem
from placement_opt.registers.assumptions import RegisterAssumptions
from placement_opt.registers.gias import Register, merged, read_register
from placement_opt.registers.postcodes import read_postcodes
from placement_opt.registers.provisions import Presence, counted, provision_rows
from placement_opt.registers.pupils import Pupil, ids_of, pupils_of
from placement_opt.registers.quality import Known, check_persons
from placement_opt.registers.reading import Note, Outcome, Reading, is_person, persons_read, recorded
from placement_opt.registers.schools import LocatedSchool, located_schools, offered_schools
from placement_opt.registers.section41 import SOURCE, read_approvals, with_approvals
from placement_opt.registers.sen2 import Person, Return, apart, read_return
from placement_opt.registers.sen2_files import label
from placement_opt.schema import YEAR_RANGE

LAST_SCHOOL_YEAR = 14
"""Young people past this year group who are not planned for are taken to hold no place."""

_FIRST_AUTUMN_MONTH = 9
_PLANNING_YEARS = range(2000, 2101)

PathLike = str | os.PathLike[str]


def read_registers(  # noqa: PLR0913 - one argument for each file and each choice
    *,
    register: PathLike | Sequence[PathLike],
    sen2: PathLike | Mapping[str, PathLike],
    postcodes: PathLike | Sequence[PathLike],
    section_41: Sequence[PathLike] = (),
    planning_year: int | None = None,
    assumptions: RegisterAssumptions | None = None,
    salt: str | None = None,
    years: tuple[int, int] = (0, LAST_SCHOOL_YEAR),
    keep_ids: bool = False,
) -> Problem:
    """Make a problem from the files that an authority, or several together, already have.

    The same as `read_registers_with_notes` without the notes; that rows were dropped and values assumed is said in
    one warning.

    Parameters
    ----------
    register
        The school register, `edubasealldata*.csv`, plain, packed with gzip or in a zip archive; or several, of which a
        school is taken once.
    sen2
        The SEN2 person-level return: the folder of its export (modules person, requests, activeplans, placementdetail,
        senneed; sen2, assessment, namedplan where they are there) or the workbook of the data-entry template. Several
        authorities together: a mapping from the authority's name to its return.
    postcodes
        Code-Point Open, the ONS Postcode Directory or the National Statistics Postcode Lookup: a CSV file, plain or
        packed, or a folder of them; or several.
    section_41
        Workbooks of independent special schools and colleges that are approved under section 41, or not.
    planning_year
        The calendar year of the September planned for; None = the one after the return. Year groups are those of
        that September: a child in Year 6 in a January return is planned for Year 7.
    assumptions
        What the files do not say; None = the defaults.
    salt
        Key of the made-up pupil ids, at least 16 characters. None draws a new one, so ids change from call to call.
    years
        First and last year group planned for.
    keep_ids
        Use the export's own row number (`persontableid`) as pupil id instead of a made-up one; with several returns,
        the authority's name goes before it.

    Returns
    -------
    Problem
        Without names, unique pupil numbers, dates of birth or postcodes.

    Raises
    ------
    InputError
        When a file is missing, is not what it should be, or lacks a column; it lists every fault.
    ValueError
        When an argument is out of its range.

    Warns
    -----
    AssumptionWarning
        Always: no return and register fit without assumptions.

    Examples
    --------
    >>> read_registers(register="none.csv", sen2="none", postcodes="none.csv")
    Traceback (most recent call last):
    ...
    placement_opt.errors.InputError: 3 faults in the input:
      - register: 'none.csv' There is no such file.
      - sen2: 'none' is not a folder. Give the folder that holds the modules of the SEN2 export, or the workbook of ...
      - postcodes: 'none.csv' There is no such file.
    """
    reading = read_registers_with_notes(
        register=register,
        sen2=sen2,
        postcodes=postcodes,
        section_41=section_41,
        planning_year=planning_year,
        assumptions=assumptions,
        salt=salt,
        years=years,
        keep_ids=keep_ids,
    )
    persons = sum(note.rows for note in reading.notes if is_person(note) and note.outcome is Outcome.DROPPED)
    schools = reading.rows_read["register"] - reading.rows_kept["register"]
    message = (
        f"{persons:,} of {persons_read(reading):,} persons of the return and {schools:,} schools were dropped, and "
        f"{int(reading.assumed['rows'].sum()):,} values assumed; "
        "places and prices rest on assumptions (units and resourced provisions have no published top-up). "
        "`read_registers_with_notes` lists them all."
    )
    warnings.warn(message, AssumptionWarning, stacklevel=2)
    return reading.problem


def read_registers_with_notes(  # noqa: PLR0913 - as above
    *,
    register: PathLike | Sequence[PathLike],
    sen2: PathLike | Mapping[str, PathLike],
    postcodes: PathLike | Sequence[PathLike],
    section_41: Sequence[PathLike] = (),
    planning_year: int | None = None,
    assumptions: RegisterAssumptions | None = None,
    salt: str | None = None,
    years: tuple[int, int] = (0, LAST_SCHOOL_YEAR),
    keep_ids: bool = False,
) -> Reading:
    """Make a problem from the files of an authority or several, and say what was read, dropped and assumed.

    Parameters
    ----------
    register, sen2, postcodes, section_41, planning_year, assumptions, salt, years, keep_ids
        As for `read_registers`.

    Returns
    -------
    Reading
        The problem and, row by row on request, what became of the rest.

    Raises
    ------
    InputError
        When a file is missing, is not what it should be, or lacks a column; it lists every fault.
    ValueError
        When an argument is out of its range.

    Notes
    -----
    Schools: open mainstream schools and colleges (kind mainstream), their units and resourced provisions (hub), state
    special schools (special), independent and non-maintained special schools and specialist colleges
    (independent_special), pupil referral units and alternative provision academies (alternative). Independent
    mainstream schools only where a pupil of the return is. Other kinds of establishment are dropped.

    Pupils: everybody with an active plan, of the year groups asked for, except home education by choice,
    arrangements otherwise than at school, and plans about to end (`RegisterAssumptions.not_planned`). Without a school
    or with one that is not offered, a pupil is planned for and has no present place. Plans that are still pending are
    counted and not planned for: the return has neither need nor school for them.
    """
    _check_years(years, planning_year)
    used = assumptions or RegisterAssumptions()
    faults: list[Fault] = []
    schools = merged([read_register(path, faults) for path in _paths(register)])
    returns = [read_return(Path(path), faults, name) for name, path in _returns(sen2).items()]
    points = read_postcodes(_paths(postcodes), faults)
    approvals = read_approvals(_paths(section_41), faults)
    if faults:
        raise InputError(faults)
    september = planning_year or _next_september(returns)
    listed, approval_notes = with_approvals(schools.schools, approvals)
    located, school_notes = located_schools(listed, points)
    refused = schools.refused | {note.item: note.reason for note in school_notes if note.outcome is Outcome.DROPPED}
    persons, person_notes = apart(returns)
    pupils, pupil_notes = pupils_of(
        persons,
        ids_of(persons, salt, keep_ids=keep_ids),
        located=located,
        refused=refused,
        postcodes=points,
        september=september,
        years=years,
        assumptions=used,
    )
    _check_some_pupils(pupils)
    presence = _presence(pupils, {item.school.urn: item for item in located})
    offered, offer_notes = offered_schools(located, presence, used)
    rows, provision_notes = provision_rows((item.school for item in offered), presence, used)
    read = {"register": schools.rows_read, "postcodes": points.rows_read}
    read |= {SOURCE: approvals.rows_read} if section_41 else {}
    for item in returns:
        read |= item.rows_read
    notes: list[Note] = [note for item in returns for note in item.notes]
    notes += [*schools.notes, *school_notes, *offer_notes, *provision_notes, *points.notes, *approvals.notes]
    notes += [*approval_notes, *person_notes, *pupil_notes]
    record = recorded(notes, read)
    planned = [pupil for pupil in pupils if not pupil.dropped]
    return Reading(
        problem=_problem(offered, rows, planned, used, _authorities(returns, schools)),
        planning_year=september,
        assumptions=used,
        person_lines={pupil.pupil_id: pupil.person.line for pupil in planned},
        checks=_checks(persons, located, refused, returns),
        **{item.name: getattr(record, item.name) for item in fields(record)},
    )


def _paths(given: PathLike | Sequence[PathLike]) -> list[Path]:
    return [Path(given)] if isinstance(given, str | os.PathLike) else [Path(path) for path in given]


def _returns(given: PathLike | Mapping[str, PathLike]) -> dict[str, PathLike]:
    """Return the returns by name; one that stands alone needs none."""
    if isinstance(given, str | os.PathLike):
        return {"": given}
    if not given or not all(name.strip() for name in given):
        raise ValueError("`sen2` is a mapping without a return, or with one that has no name; name each by authority.")
    return dict(given)


def _authorities(returns: Sequence[Return], schools: Register) -> dict[str, str]:
    """Return the authority of each return: the name it was given, else that of its number in the register."""
    names = {school.authority_code: school.authority for school in schools.schools if school.authority_code}
    return {item.name: item.name or names.get(item.authority_code, "") for item in returns}


def _checks(
    persons: Sequence[Person], located: Sequence[LocatedSchool], refused: Mapping[str, str], returns: Sequence[Return]
) -> pd.DataFrame:
    known = Known({item.school.urn: item.school for item in located}, refused)
    return check_persons(persons, known, [item.name for item in returns])


def _check_years(years: tuple[int, int], planning_year: int | None) -> None:
    if not YEAR_RANGE[0] <= years[0] <= years[1] <= YEAR_RANGE[1]:
        raise ValueError(
            f"`years` is {years!r}; give first and last year group from {YEAR_RANGE[0]} to {YEAR_RANGE[1]}."
        )
    if planning_year is not None and planning_year not in _PLANNING_YEARS:
        raise ValueError(f"`planning_year` is {planning_year!r}; give the calendar year of a September, such as 2025.")


def _next_september(returns: Sequence[Return]) -> int:
    """Return the September after the returns, which have to be of one school year."""
    faults = []
    found = set()
    for item in returns:
        day = item.reference_date
        september = 0 if day is None else day.year + (day.month >= _FIRST_AUTUMN_MONTH)
        if september in _PLANNING_YEARS:
            found.add(september)
            continue
        message = (
            "The date of the return is neither in a module sen2 nor in a file name (..._DD-MM-YYYY_...), or is not of "
            "this century. Give `planning_year`, the calendar year of the September planned for."
        )
        faults.append(Fault(label("sen2", item.name), "referencedate", "", "", message))
    if len(found) > 1:
        message = "The returns are of different school years. Give `planning_year`, or returns of one year."
        faults.append(Fault("sen2", "referencedate", "", ", ".join(map(str, sorted(found))), message))
    if faults:
        raise InputError(faults)
    return found.pop()


def _check_some_pupils(pupils: list[Pupil]) -> None:
    if any(not pupil.dropped for pupil in pupils):
        return
    reasons = Counter(pupil.dropped for pupil in pupils).most_common()
    why = "; ".join(f"{number:,} {reason}" for reason, number in reasons) or "the module has no rows"
    raise InputError([Fault("person", "", "", "", f"Not one person can be planned for: {why}.")])


def _presence(pupils: list[Pupil], located: dict[str, LocatedSchool]) -> Presence:
    needs: defaultdict[str, set[str]] = defaultdict(set)
    for pupil in pupils:
        if pupil.provision_id and not pupil.dropped:
            needs[pupil.provision_id].add(pupil.needs[0])
    return Presence(
        now=counted(pupil.provision_id for pupil in pupils),
        held=counted(pupil.provision_id for pupil in pupils if _holds_place(pupil, located)),
        needs={provision_id: frozenset(found) for provision_id, found in needs.items()},
    )


def _holds_place(pupil: Pupil, located: dict[str, LocatedSchool]) -> bool:
    """Say whether somebody who is not planned for will still be at the present school."""
    if not pupil.dropped or not pupil.provision_id:
        return False
    school = located[pupil.provision_id.split("-")[0]].school
    if pupil.year_group is None:
        return True
    return school.min_year <= pupil.year_group <= min(school.max_year, LAST_SCHOOL_YEAR)


def _problem(
    offered: list[LocatedSchool],
    rows: list[dict[str, Any]],
    pupils: list[Pupil],
    assumptions: RegisterAssumptions,
    authorities: Mapping[str, str],
) -> Problem:
    topups = None
    if any(row["provision_id"].endswith(("-unit", "-rp")) for row in rows):
        topups = pd.DataFrame({"kind": ["hub"], "topup_gbp": [assumptions.hub_topup_gbp], "payer": ["high needs"]})
    return Problem(
        pupils=pd.DataFrame(
            pupil.row() | {"resident_authority": authorities[pupil.person.name] or None} for pupil in pupils
        ),
        settings=pd.DataFrame([item.row() for item in offered]),
        provisions=pd.DataFrame(rows),
        topups=topups,
    )
