"""The columns of the school register: their names, what each is needed for, and what its codes mean."""

from collections.abc import Mapping

from placement_opt.registers.columns import Wanted

TYPE, TYPE_CODE = "TypeOfEstablishment (name)", "TypeOfEstablishment (code)"
STATUS, STATUS_CODE = "EstablishmentStatus (name)", "EstablishmentStatus (code)"
GROUP, GROUP_CODE = "EstablishmentTypeGroup (name)", "EstablishmentTypeGroup (code)"
PHASE, PHASE_CODE = "PhaseOfEducation (name)", "PhaseOfEducation (code)"
DISTRICT, DISTRICT_CODE = "DistrictAdministrative (name)", "DistrictAdministrative (code)"
SEN_COLUMNS = tuple(f"SEN{number} (name)" for number in range(1, 14))

_NEEDS_PURPOSE = "the needs that special schools and bases take"

WANTED = (
    Wanted("URN", "telling the schools apart", required=True),
    Wanted("EstablishmentName", "showing which school is meant", required=True),
    Wanted(TYPE, aliases=("establishment_type",)),
    Wanted(TYPE_CODE),
    Wanted("EstablishmentNumber", "finding schools of the section 41 list"),
    Wanted("UKPRN", "finding colleges that the return names by provider number only"),
    Wanted("LA (code)", "the authority of each school"),
    Wanted("LA (name)", "the name of each school's authority"),
    Wanted(GROUP, aliases=("establishment_type_group",)),
    Wanted(GROUP_CODE),
    Wanted(STATUS),
    Wanted(STATUS_CODE),
    Wanted(PHASE, aliases=("education_phase",)),
    Wanted(PHASE_CODE),
    Wanted("StatutoryLowAge", "the lowest year group of each school"),
    Wanted("StatutoryHighAge", "the highest year group of each school"),
    Wanted("SchoolCapacity", "the places of each school"),
    Wanted("NumberOfPupils", "the free places of special schools", aliases=("number_of_pupils",)),
    Wanted("PlacesPRU", "the places of pupil referral units"),
    Wanted("Trusts (name)", "the trust of each school"),
    Wanted("Postcode", "the point of schools without a grid reference"),
    Wanted("Easting", "the point of each school"),
    Wanted("Northing", "the point of each school"),
    Wanted("Section41Approved (name)", "which independent special schools are approved under section 41"),
    Wanted("TypeOfResourcedProvision (name)", "which schools have a SEN unit or resourced provision"),
    Wanted("ResourcedProvisionOnRoll", "the free places of resourced provisions"),
    Wanted("ResourcedProvisionCapacity", "the places of resourced provisions"),
    Wanted("SenUnitOnRoll", "the free places of SEN units"),
    Wanted("SenUnitCapacity", "the places of SEN units"),
    Wanted(DISTRICT, "the locality of each school by name"),
    Wanted(DISTRICT_CODE, "the locality of each school"),
    *(Wanted(name, _NEEDS_PURPOSE) for name in SEN_COLUMNS),
)
"""The columns that are read, of the 140 known (register of April 2025) and of extracts in small letters
(`la_code`, `establishment_type`, `education_phase`)."""

ONE_OF: Mapping[str, tuple[str, str]] = {
    GROUP: (GROUP_CODE, "the sector of each school"),
    PHASE: (PHASE_CODE, "the year groups of schools without statutory ages"),
}
"""Columns of which the name or the code is enough, with what they are needed for."""

OPEN = {"open", "open, but proposed to close"}
OPEN_CODES = {"1", "3"}

PHASES = {
    "0": "Not applicable",
    "1": "Nursery",
    "2": "Primary",
    "3": "Middle deemed primary",
    "4": "Secondary",
    "5": "Middle deemed secondary",
    "6": "16 plus",
    "7": "All-through",
}
"""Phases of education by code (school register, April 2025)."""

GROUPS = {
    "3": "Independent schools",
    "4": "Local authority maintained schools",
    "5": "Special schools",
    "9": "Other types",
    "10": "Academies",
    "11": "Free Schools",
    "13": "Online provider",
}
"""Groups of establishment types by code (school register, April 2025)."""
