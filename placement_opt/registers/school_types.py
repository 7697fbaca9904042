"""What the register's kinds of establishment mean for a plan."""

from enum import StrEnum


class Family(StrEnum):
    """How a kind of establishment is planned for."""

    MAINSTREAM = "mainstream"
    COLLEGE = "college"
    SPECIAL = "special"
    INDEPENDENT_SPECIAL = "independent special"
    SPECIALIST_COLLEGE = "specialist college"
    ALTERNATIVE = "alternative"
    INDEPENDENT = "independent"
    """An independent mainstream school: offered only where a pupil of the return is now."""
    OTHER = "other"
    """Not planned for: nursery schools, universities, establishments abroad; only in lists of all schools."""


KINDS = {
    Family.MAINSTREAM: "mainstream",
    Family.COLLEGE: "mainstream",
    Family.INDEPENDENT: "mainstream",
    Family.SPECIAL: "special",
    Family.INDEPENDENT_SPECIAL: "independent_special",
    Family.SPECIALIST_COLLEGE: "independent_special",
    Family.ALTERNATIVE: "alternative",
}
"""The kind of provision of each family."""

TYPES = {
    "1": ("Community school", Family.MAINSTREAM),
    "2": ("Voluntary aided school", Family.MAINSTREAM),
    "3": ("Voluntary controlled school", Family.MAINSTREAM),
    "5": ("Foundation school", Family.MAINSTREAM),
    "6": ("City technology college", Family.MAINSTREAM),
    "28": ("Academy sponsor led", Family.MAINSTREAM),
    "34": ("Academy converter", Family.MAINSTREAM),
    "35": ("Free schools", Family.MAINSTREAM),
    "40": ("University technical college", Family.MAINSTREAM),
    "41": ("Studio schools", Family.MAINSTREAM),
    "18": ("Further education", Family.COLLEGE),
    "31": ("Sixth form centres", Family.COLLEGE),
    "39": ("Free schools 16 to 19", Family.COLLEGE),
    "45": ("Academy 16-19 converter", Family.COLLEGE),
    "46": ("Academy 16 to 19 sponsor led", Family.COLLEGE),
    "7": ("Community special school", Family.SPECIAL),
    "12": ("Foundation special school", Family.SPECIAL),
    "33": ("Academy special sponsor led", Family.SPECIAL),
    "36": ("Free schools special", Family.SPECIAL),
    "44": ("Academy special converter", Family.SPECIAL),
    "8": ("Non-maintained special school", Family.INDEPENDENT_SPECIAL),
    "10": ("Other independent special school", Family.INDEPENDENT_SPECIAL),
    "32": ("Special post 16 institution", Family.SPECIALIST_COLLEGE),
    "14": ("Pupil referral unit", Family.ALTERNATIVE),
    "38": ("Free schools alternative provision", Family.ALTERNATIVE),
    "42": ("Academy alternative provision converter", Family.ALTERNATIVE),
    "43": ("Academy alternative provision sponsor led", Family.ALTERNATIVE),
    "11": ("Other independent school", Family.INDEPENDENT),
}
"""Kinds of establishment that are planned for: code to name and family (register, April 2025). Every other kind
(nursery schools, higher education, online, overseas, Welsh, secure, ...) is dropped and counted."""

_FAMILIES_BY_NAME = {name.lower(): family for name, family in TYPES.values()}

PHASE_AGES = {
    "nursery": (2, 5),
    "primary": (4, 11),
    "middle deemed primary": (8, 12),
    "middle deemed secondary": (9, 13),
    "secondary": (11, 16),
    "all-through": (4, 16),
    "16 plus": (16, 19),
}
"""Usual ages of a phase, for schools whose statutory ages the register leaves blank."""

FAMILY_AGES = {Family.COLLEGE: (16, 19), Family.SPECIALIST_COLLEGE: (16, 19)}
ALL_AGES = (4, 19)

FIRST_POST_16_YEAR = 12


def family_of(type_name: str, type_code: str) -> Family | None:
    """Return how an establishment is planned for, from its type's name or else its code; None = not at all.

    Examples
    --------
    >>> family_of("Pupil referral unit", "")
    <Family.ALTERNATIVE: 'alternative'>
    >>> family_of("", "15") is None
    True
    """
    by_name = _FAMILIES_BY_NAME.get(" ".join(type_name.lower().split()))
    if by_name is not None or type_name:
        return by_name
    return TYPES[type_code][1] if type_code in TYPES else None


def year_range(
    low_age: int | None, high_age: int | None, phase: str, family: Family
) -> tuple[int, int, tuple[str, ...]]:
    """Return the lowest and highest year group of a school, and what had to be assumed.

    Parameters
    ----------
    low_age, high_age
        Statutory ages. A child of 4 on 31 August enters Reception (year 0) in September, so the lowest age a means
        year a - 4; pupils leave at the end of the year in which they reach the highest age a, so that is year a - 5.
    phase, family
        Stand in where ages are blank or make no sense.

    Examples
    --------
    >>> year_range(4, 11, "Primary", Family.MAINSTREAM)
    (0, 6, ())
    >>> year_range(9, 13, "", Family.MAINSTREAM)[:2], year_range(2, 19, "", Family.SPECIAL)[:2]
    ((5, 8), (-2, 14))
    """
    assumed: list[str] = []
    if low_age is None or high_age is None or not 0 <= low_age < high_age:
        low_age, high_age = PHASE_AGES.get(phase.lower(), FAMILY_AGES.get(family, ALL_AGES))
        assumed.append("statutory ages missing or impossible: the usual ages of the phase")
    if low_age == 5 and family is Family.MAINSTREAM:
        low_age = 4
        assumed.append("lowest age 5: taken to have a Reception class")
    lowest, highest = max(low_age - 4, -4), min(high_age - 5, 20)
    if family in {Family.COLLEGE, Family.SPECIALIST_COLLEGE} and lowest < FIRST_POST_16_YEAR <= highest:
        lowest = FIRST_POST_16_YEAR
        assumed.append("college: from Year 12, whatever the lowest age")
    return lowest, highest, tuple(assumed)
