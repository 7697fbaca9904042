"""Checks of the quality of a return, each counted: the ones that Mastodon C publish for real returns, and a few more.

They change nothing and drop nobody: an officer mends the return where it was made.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from placement_opt.registers.gias import School
from placement_opt.registers.school_types import Family
from placement_opt.registers.sen2 import Person, Placement
from placement_opt.registers.sen2_columns import SETTING_CODES

_GENERAL_COLLEGE = "further education"


@dataclass(frozen=True)
class Known:
    """What the register says, for looking up schools."""

    by_urn: Mapping[str, School]
    refused: Mapping[str, str]
    """Why a school of the register is not planned for, by URN."""


@dataclass(frozen=True)
class _Check:
    name: str
    meaning: str
    finds: Callable[[Person, Known], bool]


def _at_school(person: Person) -> Placement | None:
    placement = person.placement
    return placement if placement is not None and placement.urn else None


def _school(person: Person, known: Known) -> School | None:
    placement = _at_school(person)
    return None if placement is None else known.by_urn.get(placement.urn)


def _has_no_number(person: Person, _: Known) -> bool:
    return not person.identity and not person.shares_number and not person.has_learner_number


def _flagged_without_base(person: Person, known: Known) -> bool:
    school, placement = _school(person, known), person.placement
    if school is None or placement is None:
        return False
    return (placement.in_unit or placement.in_resourced_provision) and not school.bases


def _flags_not_set(person: Person, known: Known) -> bool:
    school, placement = _school(person, known), person.placement
    if school is None or placement is None or school.family is not Family.MAINSTREAM:
        return False
    return not placement.has_flags


def _refusal(person: Person, known: Known) -> str:
    placement = _at_school(person)
    return "" if placement is None else known.refused.get(placement.urn, "").lower()


def _not_in_register(person: Person, known: Known) -> bool:
    placement = _at_school(person)
    return placement is not None and placement.urn not in known.by_urn and placement.urn not in known.refused


def _unknown_code(person: Person, _: Known) -> bool:
    placement = person.placement
    return placement is not None and bool(placement.code) and placement.code not in SETTING_CODES


def _nowhere(person: Person, _: Known) -> bool:
    placement = person.placement
    return placement is not None and not (placement.urn or placement.ukprn or placement.code)


CHECKS = (
    _Check("no_number", "neither unique pupil number nor learner number", _has_no_number),
    _Check("shared_number", "the unique pupil number of another person", lambda person, _: person.shares_number),
    _Check("several_requests", "more than one request", lambda person, _: person.requests > 1),
    _Check("several_plans", "more than one active plan", lambda person, _: person.plans > 1),
    _Check(
        "no_placement_transferred",
        "no placement detail, the plan came from another authority",
        lambda person, _: person.placement_rows == 0 and person.transferred_in,
    ),
    _Check(
        "no_placement",
        "no placement detail, and the plan did not come from another authority",
        lambda person, _: person.placement_rows == 0 and not person.transferred_in,
    ),
    _Check(
        "no_present_placement",
        "placements, but none of rank 1 that has not ended",
        lambda person, _: person.placement_rows > 0 and person.placement is None,
    ),
    _Check("no_need", "no type of need (sentype) that is known", lambda person, _: not person.needs),
    _Check("flagged_without_base", "in a unit or resourced provision of a school that has none", _flagged_without_base),
    _Check(
        "both_flags",
        "marked as in a SEN unit and in a resourced provision",
        lambda person, _: bool(
            person.placement and person.placement.in_unit and person.placement.in_resourced_provision
        ),
    ),
    _Check(
        "flags_not_set", "at a mainstream school, not said whether in a unit or resourced provision", _flags_not_set
    ),
    _Check("not_in_register", "at a school (URN) that is not in the register", _not_in_register),
    _Check("closed", "at a school that is not open", lambda person, known: _refusal(person, known) == "not open"),
    _Check(
        "unexpected_type",
        "at an establishment of a type that is no school for a child with a plan",
        lambda person, known: _refusal(person, known).startswith("not planned for"),
    ),
    _Check(
        "general_college",
        "at a general further education college (GFE): the register has one point for all its sites",
        lambda person, known: bool((school := _school(person, known)) and school.type_name.lower() == _GENERAL_COLLEGE),
    ),
    _Check(
        "other_type",
        "at an establishment of another type (OTHE: other independent school, miscellaneous)",
        lambda person, known: (
            bool((school := _school(person, known)) and school.family is Family.INDEPENDENT)
            or "miscellaneous" in _refusal(person, known)
        ),
    ),
    _Check(
        "school_and_code",
        "a school and a setting code at once",
        lambda person, _: bool((placement := _at_school(person)) and placement.code),
    ),
    _Check("unknown_code", "a setting code (sensetting) that is none of the return", _unknown_code),
    _Check("nowhere", "a placement with neither school nor setting code", _nowhere),
)


def check_persons(persons: Sequence[Person], known: Known, names: Sequence[str] = ("",)) -> pd.DataFrame:
    """Return how many persons with an active plan each check finds, by return; checks that find nobody have 0.

    Parameters
    ----------
    persons
        The persons of the returns.
    known
        The register.
    names
        The names of the returns.

    Returns
    -------
    pandas.DataFrame
        check, return, pupils, meaning.
    """
    with_plan = {name: [person for person in persons if person.has_plan and person.name == name] for name in names}
    rows = [
        (check.name, name, sum(check.finds(person, known) for person in with_plan[name]), check.meaning)
        for check in CHECKS
        for name in names
    ]
    return pd.DataFrame(rows, columns=["check", "return", "pupils", "meaning"])
