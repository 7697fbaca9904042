"""The school register, the postcodes and the SEN2 return, joined into a problem."""

import os
import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pandas as pd

from placement_opt.errors import AssumptionWarning, Fault, InputError
from placement_opt.problem import Problem
from placement_opt.registers.assumptions import RegisterAssumptions
from placement_opt.registers.gias import read_register
from placement_opt.registers.postcodes import read_postcodes
from placement_opt.registers.provisions import Presence, counted, provision_rows
from placement_opt.registers.pupils import Pupil, ids_of, pupils_of
from placement_opt.registers.reading import Outcome, Reading
from placement_opt.registers.schools import LocatedSchool, located_schools, offered_schools
from placement_opt.registers.sen2 import Return, read_return
from placement_opt.schema import YEAR_RANGE

LAST_SCHOOL_YEAR = 14
"""Young people past this year group who are not planned for are taken to hold no place."""

_FIRST_AUTUMN_MONTH = 9


def read_registers(
    *,
    register: str | os.PathLike[str],
    sen2: str | os.PathLike[str],
    postcodes: str | os.PathLike[str],
    planning_year: int | None = None,
    assumptions: RegisterAssumptions | None = None,
    salt: str | None = None,
    years: tuple[int, int] = (0, LAST_SCHOOL_YEAR),
    keep_ids: bool = False,
) -> Problem:
    """Make a problem from the files that an authority already has.

    The same as `read_registers_with_notes` without the notes; that rows were dropped and values assumed is said in
    one warning.

    Parameters
    ----------
    register
        The school register, `edubasealldata*.csv`.
    sen2
        The folder of the SEN2 person-level export: modules person, requests, activeplans, placementdetail, senneed.
    postcodes
        Code-Point Open: a CSV file, plain or gzipped, or a folder of them.
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
        Use the export's own row number (`persontableid`) as pupil id instead of a made-up one.

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
      - sen2: 'none' is not a folder. Give the folder that holds the modules of the SEN2 export.
      - postcodes: 'none.csv' There is no such file.
    """
    reading = read_registers_with_notes(
        register=register,
        sen2=sen2,
        postcodes=postcodes,
        planning_year=planning_year,
        assumptions=assumptions,
        salt=salt,
        years=years,
        keep_ids=keep_ids,
    )
    dropped, assumed = reading.dropped, reading.assumed
    message = (
        f"{(dropped['source'] == 'person').sum():,} of {reading.rows_read['person']:,} persons of the return and "
        f"{(dropped['source'] == 'register').sum():,} schools were dropped, and {len(assumed):,} values assumed; "
        "places and prices rest on assumptions (units and resourced provisions have no published top-up). "
        "`read_registers_with_notes` lists them all."
    )
    warnings.warn(message, AssumptionWarning, stacklevel=2)
    return reading.problem


def read_registers_with_notes(
    *,
    register: str | os.PathLike[str],
    sen2: str | os.PathLike[str],
    postcodes: str | os.PathLike[str],
    planning_year: int | None = None,
    assumptions: RegisterAssumptions | None = None,
    salt: str | None = None,
    years: tuple[int, int] = (0, LAST_SCHOOL_YEAR),
    keep_ids: bool = False,
) -> Reading:
    """Make a problem from an authority's files, and say what was read, dropped and assumed.

    Parameters
    ----------
    register, sen2, postcodes, planning_year, assumptions, salt, years, keep_ids
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
    or with one that is not offered, a pupil is planned for and has no present place.
    """
    _check_years(years, planning_year)
    used = assumptions or RegisterAssumptions()
    faults: list[Fault] = []
    schools = read_register(Path(register), faults)
    returned = read_return(Path(sen2), faults)
    points = read_postcodes(Path(postcodes), faults)
    if faults:
        raise InputError(faults)
    september = planning_year or _next_september(returned)
    located, school_notes = located_schools(schools, points)
    refused = schools.refused | {note.item: note.reason for note in school_notes if note.outcome is Outcome.DROPPED}
    pupils, pupil_notes = pupils_of(
        returned.persons,
        ids_of(returned.persons, salt, keep_ids=keep_ids),
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
    problem = _problem(offered, rows, [pupil for pupil in pupils if not pupil.dropped], used)
    notes = (
        *schools.notes,
        *school_notes,
        *offer_notes,
        *provision_notes,
        *points.notes,
        *returned.notes,
        *pupil_notes,
    )
    read = {"register": schools.rows_read, "postcodes": points.rows_read, **returned.rows_read}
    dropped = Counter(note.source for note in notes if note.outcome is Outcome.DROPPED)
    return Reading(
        problem=problem,
        planning_year=september,
        assumptions=used,
        notes=tuple(sorted(notes)),
        rows_read=read,
        rows_kept={source: number - dropped[source] for source, number in read.items()},
        person_lines={pupil.pupil_id: pupil.person.line for pupil in pupils if not pupil.dropped},
    )


def _check_years(years: tuple[int, int], planning_year: int | None) -> None:
    if not YEAR_RANGE[0] <= years[0] <= years[1] <= YEAR_RANGE[1]:
        raise ValueError(
            f"`years` is {years!r}; give first and last year group from {YEAR_RANGE[0]} to {YEAR_RANGE[1]}."
        )
    if planning_year is not None and not 2000 <= planning_year <= 2100:
        raise ValueError(f"`planning_year` is {planning_year!r}; give the calendar year of a September, such as 2025.")


def _next_september(returned: Return) -> int:
    day = returned.reference_date
    if day is None:
        message = (
            "The date of the return is neither in a module sen2 nor in a file name (..._DD-MM-YYYY_...). "
            "Give `planning_year`, the calendar year of the September planned for."
        )
        raise InputError([Fault("sen2", "referencedate", "", "", message)])
    return day.year if day.month < _FIRST_AUTUMN_MONTH else day.year + 1


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
    offered: list[LocatedSchool], rows: list[dict[str, Any]], pupils: list[Pupil], assumptions: RegisterAssumptions
) -> Problem:
    topups = None
    if any(row["provision_id"].endswith(("-unit", "-rp")) for row in rows):
        topups = pd.DataFrame({"kind": ["hub"], "topup_gbp": [assumptions.hub_topup_gbp], "payer": ["high needs"]})
    return Problem(
        pupils=pd.DataFrame([pupil.row() for pupil in pupils]),
        settings=pd.DataFrame([item.row() for item in offered]),
        provisions=pd.DataFrame(rows),
        topups=topups,
    )
