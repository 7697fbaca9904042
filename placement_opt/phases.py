"""The phases of education by national curriculum year, in the words that every table and report uses."""

PHASES = ((-1, "Early years"), (6, "Reception to Year 6"), (11, "Years 7 to 11"))
LATE_PHASE = "Year 12 and above"
PHASE_NAMES = (*(name for _, name in PHASES), LATE_PHASE)


def phase_of(year_group: int) -> str:
    """Return the phase of a year group in words.

    Examples
    --------
    >>> phase_of(0), phase_of(12)
    ('Reception to Year 6', 'Year 12 and above')
    """
    return next((name for last, name in PHASES if year_group <= last), LATE_PHASE)
