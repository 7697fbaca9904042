"""Dates as returns write them."""

import re
from datetime import date

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2}|[A-Za-z]{3})-(?P<day>\d{1,2})([ T].*)?", re.ASCII)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})( .*)?", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_IN_A_NAME = re.compile(r"(?<!\d)(\d{2})-(\d{2})-(\d{4})(?!\d)", re.ASCII)


def parse_date(text: str) -> date | None:
    """Return a date of the return, or None where the text is none.

    Examples
    --------
    >>> parse_date("2022-Sep-28 00:00:00"), parse_date("28/09/2022"), parse_date("September")
    (datetime.date(2022, 9, 28), datetime.date(2022, 9, 28), None)
    """
    match = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if match is None:
        return None
    month = match["month"].lower()
    if not month.isdigit() and month not in _MONTHS:
        return None
    try:
        return date(int(match["year"]), int(month) if month.isdigit() else _MONTHS.index(month) + 1, int(match["day"]))
    except ValueError:
        return None


def date_in_name(name: str) -> date | None:
    """Return the date in a file's name, as in Blade-Export_21-01-2025_person.csv.

    Examples
    --------
    >>> date_in_name("Blade-Export_21-01-2025_person.csv"), date_in_name("person.csv")
    (datetime.date(2025, 1, 21), None)
    """
    for day, month, year in _IN_A_NAME.findall(name):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None
