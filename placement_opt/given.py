"""Whether what a caller gave is a number, a whole number or a word, and within its range."""

import math


def is_number(value: object, least: float = -math.inf, most: float = math.inf) -> bool:
    """Return whether something is a number (True, False, nan and inf are none) from the least to the most.

    Examples
    --------
    >>> is_number(0.5, 0, 1), is_number(True, 0, 1), is_number("0.5", 0, 1)
    (True, False, False)
    """
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -math.inf < value < math.inf
        and least <= value <= most
    )


def is_whole(value: object, least: float = -math.inf, most: float = math.inf) -> bool:
    """Return whether something is a whole number (3.0 is none) from the least to the most.

    Examples
    --------
    >>> is_whole(3), is_whole(3, 4), is_whole(3.0)
    (True, False, False)
    """
    return isinstance(value, int) and is_number(value, least, most)


def is_word(value: object) -> bool:
    """Return whether something is text that is not blank."""
    return isinstance(value, str) and bool(value.strip())
