"""Small questions whose answers can be worked out by hand: everybody lives beside every school, so nobody travels."""

import pandas as pd

from placement_opt.problem import Problem
from placement_opt.timeline import everyone
from placement_opt.travel import TravelMatrix, crow_fly

EAST, NORTH = 378_000, 246_000
FEE_GBP, TOPUP_GBP, PLACE_GBP = 58_000.0, 15_000.0, 10_000.0


def schools(*names: str, localities: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Return schools a few metres apart."""
    return pd.DataFrame(
        {
            "setting_id": list(names),
            "name": [f"{name} School" for name in names],
            "easting": [EAST + 100 + 10 * number for number in range(len(names))],
            "northing": NORTH,
            "locality": list(localities or [None] * len(names)),
        }
    )


def pupils(year_groups: list[int], now: str | None = "I-independent", first: str = "P") -> pd.DataFrame:
    """Return autistic pupils at one point."""
    return pd.DataFrame(
        {
            "pupil_id": [f"{first}{number}" for number in range(len(year_groups))],
            "easting": EAST,
            "northing": NORTH,
            "year_group": year_groups,
            "need": "ASD",
            "current_provision_id": now,
        }
    )


def provisions(*, places: int = 2, fee_places: int = 50) -> pd.DataFrame:
    """Return an independent school and a candidate, N-special."""
    return pd.DataFrame(
        {
            "provision_id": ["I-independent", "N-special"],
            "setting_id": ["I", "N"],
            "kind": ["independent_special", "special"],
            "places": [fee_places, places],
            "topup_gbp": [FEE_GBP, TOPUP_GBP],
            "place_gbp": [0.0, PLACE_GBP],
            "status": ["open", "candidate"],
        }
    )


def new_school(year_groups: list[int], **given: int) -> Problem:
    """Return pupils at an independent school, and a school that may be built beside it."""
    return Problem(pupils=pupils(year_groups), settings=schools("I", "N"), provisions=provisions(**given))


def journeys(problem: Problem) -> TravelMatrix:
    """Return the journeys of everybody."""
    return crow_fly(everyone(problem))
