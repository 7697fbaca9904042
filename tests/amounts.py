"""How much the tests try: less for every change, more in a night (PLACEMENT_OPT_TESTS=night)."""

import os

IS_NIGHT = os.environ.get("PLACEMENT_OPT_TESTS") == "night"


def how_many(in_a_night: int, *, in_ci: int) -> int:
    """Return the number for this run."""
    return in_a_night if IS_NIGHT else in_ci
