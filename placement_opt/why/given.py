"""Whether what a caller gave is a number, and within its range."""

import math


def is_number(value: object, least: float, most: float) -> bool:
    """Return whether something is a number (True and False are none) from the least to the most.

    Examples
    --------
    >>> is_number(0.5, 0, 1), is_number(True, 0, 1), is_number("0.5", 0, 1)
    (True, False, False)
    """
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return is_one and math.isfinite(float(str(value))) and least <= float(str(value)) <= most


def is_whole(value: object, least: int, most: int) -> bool:
    """Return whether something is a whole number from the least to the most."""
    return isinstance(value, int) and is_number(value, least, most)


def is_word(value: object) -> bool:
    """Return whether something is text that is not blank."""
    return isinstance(value, str) and bool(value.strip())
