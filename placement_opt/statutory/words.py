"""The words of the returns: categories, age groups, planning areas, phases."""

CATEGORIES = {
    "MmSoA": "Mainstream schools or academies",
    "RPSEN": "Resourced provision or SEN units",
    "MdSSA": "Maintained special schools or special academies",
    "NMISS": "Non-maintained special schools or independent",
    "HspAP": "Hospital schools or alternative provision",
    "P16FE": "Post 16 and further education",
    "OTHER": "Other placements or direct payments",
}
"""The seven categories of the DSG management plan template 2022-23 (version 5), with the short names that
MastodonC/witan.send.adroddiad gives them (2026)."""

NO_PLACE = "NONE"
NO_PLACE_NAME = "No place"

AGE_GROUPS = ((0, "Under 5"), (6, "5 to 10"), (11, "11 to 15"), (15, "16 to 19"), (20, "20 to 25"))
"""Highest national curriculum year of each age group of the template. The age is that of 31 August before the school
year (SEN2 guide 2022, part 1, item 1.1), so a pupil of year group y who is with others of the same age is y + 4."""

NOT_PER_PUPIL = "(not per pupil)"
SEVERAL = "(several)"
"""Free places that more than one need, or more than one phase, could take."""

PROVISION_TYPES = {
    "UR": "SEN units and resourced provision in mainstream schools",
    "IN": "Independent schools and independent special schools",
    "SS": "State-funded special schools, non-maintained ones included",
    "AP": "Alternative provision",
}
PLANNING_AREAS = {
    ("primary", "UR"): "1803001",
    ("primary", "IN"): "1803002",
    ("primary", "SS"): "1803003",
    ("primary", "AP"): "1803004",
    ("secondary", "UR"): "1803011",
    ("secondary", "IN"): "1803012",
    ("secondary", "SS"): "1803013",
    ("secondary", "AP"): "1803014",
}
"""The planning areas for special provision of the school capacity survey (SCAP), as MastodonC/witan.send.adroddiad
gives them (2026). Primary is up to Year 6."""


def age_group_of(year_group: int) -> str:
    """Return the age group of a year group.

    Examples
    --------
    >>> age_group_of(0), age_group_of(1), age_group_of(20)
    ('Under 5', '5 to 10', '20 to 25')
    """
    return next(name for last, name in AGE_GROUPS if year_group <= last)
