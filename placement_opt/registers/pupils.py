"""From persons of the return to pupils of a problem: who is planned for, where they live, where they are now."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from placement_opt.registers.assumptions import RegisterAssumptions
from placement_opt.registers.gias import School
from placement_opt.registers.postcodes import Postcodes
from placement_opt.registers.provisions import SPECIALIST_BAND, band_of, present_provision
from placement_opt.registers.pseudonyms import pseudonyms
from placement_opt.registers.reading import Note, Outcome
from placement_opt.registers.schools import LocatedSchool
from placement_opt.registers.sen2 import Person, Placement
from placement_opt.registers.sen2_columns import SETTING_CODES
from placement_opt.registers.sen2_files import label

_LAST_BIRTHDAY_OF_YEAR = (8, 31)
_RECEPTION_AGE = 4


@dataclass(frozen=True, slots=True)
class Pupil:
    """A person of the return as far as a plan needs to know them."""

    person: Person = field(repr=False)
    pupil_id: str
    year_group: int | None
    needs: tuple[str, ...]
    provision_id: str
    """Where the pupil is now; blank = at no school that is offered."""
    dropped: str
    """Why the pupil is not planned for; blank = is."""
    easting: float
    northing: float
    locality: str
    band: str | None

    def row(self) -> dict[str, Any]:
        """Return the pupil's row of the table pupils."""
        boards = self.person.placement is not None and self.person.placement.boards and self.provision_id
        return {
            "pupil_id": self.pupil_id,
            "easting": self.easting,
            "northing": self.northing,
            "year_group": self.year_group,
            "need": self.needs[0],
            "secondary_needs": ";".join(self.needs[1:]) or None,
            "band": self.band,
            "locality": self.locality or None,
            "current_provision_id": self.provision_id or None,
            "entitled": "no" if boards else None,
        }


def year_group(birth_date: date, september: int) -> int:
    """Return the national curriculum year in the school year that starts in a September.

    Parameters
    ----------
    birth_date
        Date of birth.
    september
        Calendar year.

    Examples
    --------
    >>> year_group(date(2014, 8, 31), 2025), year_group(date(2014, 9, 1), 2025)
    (7, 6)
    """
    had_birthday = (birth_date.month, birth_date.day) <= _LAST_BIRTHDAY_OF_YEAR
    age = september - birth_date.year - (0 if had_birthday else 1)
    return age - _RECEPTION_AGE


def pupils_of(
    persons: Sequence[Person],
    pupil_ids: Sequence[str],
    *,
    located: Sequence[LocatedSchool],
    refused: Mapping[str, str],
    postcodes: Postcodes,
    september: int,
    years: tuple[int, int],
    assumptions: RegisterAssumptions,
) -> tuple[list[Pupil], list[Note]]:
    """Return every person of the return as a pupil, planned for or not, and the notes on them.

    Parameters
    ----------
    persons
        The persons of the return.
    pupil_ids
        Their ids.
    located
        The schools.
    refused
        Reason by URN for schools that are not offered.
    postcodes
        Where homes are.
    september
        Calendar year of the September planned for.
    years
        First and last year group planned for.
    assumptions
        Which settings are not planned for, the need of those without one, the grid of homes.
    """
    homes = postcodes.look_up(person.postcode for person in persons)
    homes_list = list(zip(homes["easting"], homes["northing"], homes["district"], strict=True))
    names = {item.school.district_code: item.school.district for item in located if item.school.district}
    schools = _Schools(located, refused)
    notes: list[Note] = []
    pupils: list[Pupil] = []
    for person, pupil_id, (easting, northing, district) in zip(persons, pupil_ids, homes_list, strict=True):
        year = None if person.birth_date is None else year_group(person.birth_date, september)
        has_home = not math.isnan(easting)
        provision_id, present_notes = schools.present(person, pupil_id)
        dropped = _why_dropped(person, year, years, assumptions, has_home=has_home)
        code = district if isinstance(district, str) else ""
        pupil = Pupil(
            person,
            pupil_id,
            year,
            person.needs or (assumptions.unknown_need,),
            provision_id,
            dropped,
            _grid(easting, assumptions.home_grid_m),
            _grid(northing, assumptions.home_grid_m),
            names.get(code, code),
            band_of(provision_id, assumptions),
        )
        pupils.append(pupil)
        if dropped:
            notes.append(Note(label("person", person.name), person.line, pupil_id, Outcome.DROPPED, dropped))
        else:
            notes += [*present_notes, *_assumed(pupil)]
    return pupils, notes


def ids_of(persons: Sequence[Person], salt: str | None, *, keep_ids: bool) -> tuple[str, ...]:
    """Return an id for each person, also for rows without a person number or with another row's.

    Parameters
    ----------
    persons
        The persons of the return.
    salt, keep_ids
        As for `read_registers`.
    """
    seen: set[tuple[str, str]] = set()
    own: list[str] = []
    for person in persons:
        key = (person.name, person.table_id)
        number = f"line-{person.line}" if person.table_id == "" or key in seen else person.table_id
        own.append(f"{person.name}-{number}" if person.name else number)
        seen.add(key)
    if keep_ids:
        return tuple(own)
    return pseudonyms(
        [person.identity or f"person {number}" for person, number in zip(persons, own, strict=True)], salt
    )


class _Schools:
    """Finds the provision that a placement of the return means."""

    def __init__(self, located: Sequence[LocatedSchool], refused: Mapping[str, str]) -> None:
        self._by_urn: dict[str, School] = {item.school.urn: item.school for item in located}
        self._by_ukprn = {item.school.ukprn: item.school for item in located if item.school.ukprn}
        self._refused = refused

    def present(self, person: Person, pupil_id: str) -> tuple[str, list[Note]]:
        placement = person.placement
        if placement is None:
            text = "no present placement in the return: no place"
            return "", [Note(label("person", person.name), person.line, pupil_id, Outcome.NOTED, text)]
        school = self._by_urn.get(placement.urn) or self._by_ukprn.get(placement.ukprn)
        source = label("placementdetail", person.name)
        if school is None:
            return "", [Note(source, placement.line, pupil_id, Outcome.NOTED, self._why_no_school(placement))]
        provision_id, assumed = present_provision(school, placement)
        return provision_id, [Note(source, placement.line, pupil_id, Outcome.ASSUMED, assumed)] if assumed else []

    def _why_no_school(self, placement: Placement) -> str:
        if placement.urn in self._refused:
            return f"the present school is not offered ({self._refused[placement.urn]}): no place"
        if placement.urn or placement.ukprn:
            return "the present school is not in the register: no place"
        return f"no present school ({_setting_text(placement.code)}): no place"


def _why_dropped(
    person: Person, year: int | None, years: tuple[int, int], assumptions: RegisterAssumptions, *, has_home: bool
) -> str:
    placement = person.placement
    if person.fault:
        return person.fault
    if placement is not None and not (placement.urn or placement.ukprn) and placement.code in assumptions.not_planned:
        return f"not planned for: {_setting_text(placement.code)}"
    if year is None or year < years[0]:
        return f"below year group {years[0]} in the year planned for"
    if year > years[1]:
        return f"above year group {years[1]} in the year planned for"
    if not has_home:
        return "no postcode" if not person.postcode else "the postcode is not in the postcode file"
    return ""


def _setting_text(code: str) -> str:
    """Return what a setting code means; a code that is not of the return is not repeated, whatever it holds."""
    return f"{code}, {SETTING_CODES[code]}" if code in SETTING_CODES else "no known setting given"


def _assumed(pupil: Pupil) -> list[Note]:
    person, texts = pupil.person, []
    if pupil.band == SPECIALIST_BAND:
        texts.append(
            "now in a special place: not offered ordinary classes or alternative provision (`keep_specialist`)"
        )
    if not person.needs:
        texts.append("no need in the return: `unknown_need` stands in")
    if not person.identity:
        texts.append("no unique pupil number of their own: the id rests on the person number")
    if person.placement is not None and person.placement.boards and pupil.provision_id:
        texts.append("boards at the present school: taken to have no daily transport")
    source = label("person", person.name)
    return [Note(source, person.line, pupil.pupil_id, Outcome.ASSUMED, text) for text in texts]


def _grid(metres: float, size_m: float) -> float:
    return metres if size_m == 0 or math.isnan(metres) else math.floor(metres / size_m) * size_m + size_m / 2
