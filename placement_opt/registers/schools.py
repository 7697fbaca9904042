"""Which schools of the register are offered, and where they lie."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from placement_opt.registers.assumptions import RegisterAssumptions
from placement_opt.registers.gias import School
from placement_opt.registers.postcodes import Postcodes
from placement_opt.registers.provisions import Presence
from placement_opt.registers.reading import Note, Outcome
from placement_opt.registers.school_types import Family

NO_POINT = "no point: neither a grid reference nor a postcode that is known"


@dataclass(frozen=True, slots=True)
class LocatedSchool:
    """A school with its point and its district."""

    school: School
    easting: float
    northing: float
    locality: str

    def row(self) -> dict[str, Any]:
        """Return the school's row of the table settings."""
        return {
            "setting_id": self.school.urn,
            "name": self.school.name,
            "easting": self.easting,
            "northing": self.northing,
            "authority": self.school.authority or None,
            "sector": self.school.sector,
            "trust": self.school.trust or None,
            "locality": self.locality or None,
            "establishment_type": self.school.type_name,
            "section_41": self.school.section_41 or None,
        }


def located_schools(schools: Sequence[School], postcodes: Postcodes) -> tuple[list[LocatedSchool], list[Note]]:
    """Return the schools that have a point; the others are dropped.

    Parameters
    ----------
    schools
        The schools.
    postcodes
        Where a school without a grid reference lies, and the district of one without.
    """
    found = postcodes.look_up(school.postcode for school in schools)
    points = zip(found["easting"].tolist(), found["northing"].tolist(), found["district"].tolist(), strict=True)
    located: list[LocatedSchool] = []
    notes: list[Note] = []
    for school, (easting, northing, district) in zip(schools, points, strict=True):
        own = school.easting is not None and school.northing is not None
        if not own and math.isnan(easting):
            notes.append(Note("register", school.line, school.urn, Outcome.DROPPED, NO_POINT))
            continue
        if not own:
            text = "no grid reference: the point of its postcode"
            notes.append(Note("register", school.line, school.urn, Outcome.ASSUMED, text))
        locality = school.district or school.district_code or (district if isinstance(district, str) else "")
        east, north = (school.easting, school.northing) if own else (easting, northing)
        located.append(LocatedSchool(school, float(east or 0), float(north or 0), locality))
    return _with_districts(located, postcodes, notes), notes


def _with_districts(located: Sequence[LocatedSchool], postcodes: Postcodes, notes: list[Note]) -> list[LocatedSchool]:
    blank = [place for place, item in enumerate(located) if not item.locality]
    result = list(located)
    if not blank or postcodes.points.empty:
        return result
    easting = np.array([located[place].easting for place in blank])
    northing = np.array([located[place].northing for place in blank])
    for place, district in zip(blank, postcodes.nearest_district(easting, northing), strict=True):
        item = located[place]
        result[place] = LocatedSchool(item.school, item.easting, item.northing, district)
        text = "no district: that of the nearest postcode"
        notes.append(Note("register", item.school.line, item.school.urn, Outcome.ASSUMED, text))
    return result


def offered_schools(
    located: Sequence[LocatedSchool], presence: Presence, assumptions: RegisterAssumptions
) -> tuple[list[LocatedSchool], list[Note]]:
    """Return the schools that pupils may be offered; the others are dropped.

    Parameters
    ----------
    located
        The schools.
    presence
        Who is where now: a school with a pupil of the return is always offered.
    assumptions
        Its `authorities` say whose schools are offered.
    """
    in_use = {provision_id.split("-")[0] for provision_id in presence.now}
    wanted = assumptions.authorities
    offered: list[LocatedSchool] = []
    notes: list[Note] = []
    for item in located:
        school, reason = item.school, ""
        if school.urn not in in_use and school.family is Family.INDEPENDENT:
            reason = "independent mainstream school without a pupil of the return"
        elif school.urn not in in_use and wanted and not {school.authority, school.authority_code} & set(wanted):
            reason = "of another authority, without a pupil of the return"
        if reason:
            notes.append(Note("register", school.line, school.urn, Outcome.DROPPED, reason))
        else:
            offered.append(item)
    return offered, notes
