"""Take the grant, or build? A very small school against money that is paid for not building it.

    python examples/grant_or_build.py

docs/malvern.md has the same question for a whole school. The sums here are example values that can be checked by hand.
"""

import pandas as pd

from placement_opt.problem import Problem
from placement_opt.scenarios.questions.grant import GrantOrBuild, grant_or_build
from placement_opt.timeline import everyone
from placement_opt.travel import crow_fly

FEE_GBP, TOPUP_GBP, CAPITAL_GBP, GRANT_GBP, DISCOUNT_RATE = 58_000, 15_000, 60_000, 100_000, 0.1


def make_problem() -> Problem:
    """Return three pupils, two of whom begin Year 7 in 2028, and a school of two places that takes a year to build."""
    return Problem(
        pupils=pd.DataFrame(
            {
                "pupil_id": ["P1", "P2", "P3"],
                "easting": 378_000,
                "northing": 246_000,
                "year_group": [6, 6, 5],
                "need": "ASD",
                "current_provision_id": "I-independent",
            }
        ),
        settings=pd.DataFrame(
            {
                "setting_id": ["I", "N"],
                "name": ["Independent School", "New School"],
                "easting": [378_100, 378_200],
                "northing": 246_000,
            }
        ),
        provisions=pd.DataFrame(
            {
                "provision_id": ["I-independent", "N-special"],
                "setting_id": ["I", "N"],
                "kind": ["independent special", "special"],
                "places": [9, 2],
                "topup_gbp": [FEE_GBP, TOPUP_GBP],
                "status": ["open", "candidate"],
                "capital_gbp": [0, CAPITAL_GBP],
            }
        ),
        years=pd.DataFrame({"year": [2027, 2028, 2029]}),
        site_years=pd.DataFrame({"provision_id": ["N-special"], "lead_years": [1]}),
    )


def ask() -> GrantOrBuild:
    """Return the value of building over five years, of which three are planned."""
    problem = make_problem()
    return grant_or_build(
        problem,
        crow_fly(everyone(problem)),
        "N-special",
        grant_gbp=GRANT_GBP,
        opens=2028,
        horizon_years=5,
        discount_rate=DISCOUNT_RATE,
    )


if __name__ == "__main__":
    print(ask().summary())
