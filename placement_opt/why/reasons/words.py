"""The words of letters and views: schools, kinds of place, journeys, amounts."""

import numpy as np

from placement_opt.schema import KINDS
from placement_opt.why.reasons.values import Alternative

KIND_WORDS = {
    "mainstream": "mainstream class",
    "hub": "base at a mainstream school",
    "spoke": "mainstream class with visiting specialists",
    "special": "special school",
    "independent_special": "independent special school",
    "alternative": "alternative provision",
}
HUNDRED_GBP = 100


def place_words(place: Alternative) -> str:
    """Return a school with the kind of place, as the tables name it."""
    return f"{place.setting_name} ({kind_words(place)})"


def kind_words(place: Alternative) -> str:
    """Return the kind of a place: the user's own word where there is one."""
    return place.kind_label if place.kind_label not in KINDS else KIND_WORDS[place.kind]


def journey_words(place: Alternative) -> str:
    """Return how long a journey is, in whole minutes and tenths of a mile; blank where none is known."""
    if np.isnan(place.minutes):
        return ""
    minutes = max(1, round(place.minutes))
    return f"about {minutes} minute{'' if minutes == 1 else 's'} ({place.miles:.1f} miles) each way"


def year_words(year_group: int) -> str:
    """Return a year group in words."""
    return "Reception" if year_group == 0 else f"Year {year_group}" if year_group > 0 else "the years before Reception"


def rounded_gbp(amount: float) -> str:
    """Return an amount to the nearest £100, so that it cannot be traced to another child's figures.

    Examples
    --------
    >>> rounded_gbp(3_240.5), rounded_gbp(20.0)
    ('about £3,200', 'less than £50')
    """
    whole = round(abs(amount) / HUNDRED_GBP) * HUNDRED_GBP
    return f"about £{whole:,}" if whole else "less than £50"


def listed(words: list[str]) -> str:
    """Return words as a list in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
