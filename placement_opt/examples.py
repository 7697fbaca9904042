"""Ready-made problems: tiny ones for trying things out, and the embedded county."""

import pandas as pd

from placement_opt.problem import Problem


def tiny() -> Problem:
    """Return three pupils, two schools and four provisions: small enough to check by hand.

    Examples
    --------
    >>> tiny()
    Problem(3 pupils, 2 settings, 4 provisions with 7 places)
    """
    pupils = pd.DataFrame(
        {
            "pupil_id": ["P1", "P2", "P3"],
            "easting": [460_000, 462_000, 468_000],
            "northing": [270_000, 271_000, 272_000],
            "year_group": [7, 8, 7],
            "need": ["ASD", "SLD", "SEMH"],
            "current_provision_id": [None, "B-special", None],
        }
    )
    settings = pd.DataFrame(
        {
            "setting_id": ["A", "B"],
            "name": ["Alder Lane School", "Birch Hill School"],
            "easting": [461_000, 469_000],
            "northing": [270_500, 272_500],
        }
    )
    provisions = pd.DataFrame(
        {
            "provision_id": ["A-base", "A-main", "B-main", "B-special"],
            "setting_id": ["A", "A", "B", "B"],
            "kind": ["hub", "mainstream", "mainstream", "special"],
            "places": [1, 2, 2, 2],
            "needs": ["ASD", "any", "any", "SLD;PMLD;ASD"],
            "topup_gbp": [7_000, 4_000, 4_000, 16_000],
            "place_gbp": [6_000, 6_000, 6_000, 10_000],
        }
    )
    return Problem(pupils=pupils, settings=settings, provisions=provisions)
