"""Which localities get bases first? Three localities, and money for two cheap bases or a dear one.

    python examples/localities_first.py

The base that saves most is opened first and leaves no money for the two that together save more. All sums are example
values that can be checked by hand: everybody lives beside every school, and each base takes one need.
"""

import pandas as pd

from placement_opt.problem import Problem
from placement_opt.scenarios.questions.localities import LocalityOrder, which_localities_first
from placement_opt.timeline import everyone
from placement_opt.travel import crow_fly

FEE_GBP = 58_000
BASES = {
    "N-base": ("North", "ASD", 200_000, 5_000),
    "S-base": ("South", "SLD", 100_000, 10_000),
    "E-base": ("East", "SEMH", 100_000, 10_000),
}
"""Locality, need, capital and top-up of each base."""
CAPITAL_GBP = 200_000


def make_problem() -> Problem:
    """Return a pupil of each need now, another one a year later, three bases, and an independent school for all."""
    places, needs, capital_gbp, topup_gbp = zip(*BASES.values(), strict=True)
    pupils = pd.DataFrame(
        {"pupil_id": ["P1", "P2", "P3"], "easting": 378_000, "northing": 246_000, "year_group": 8, "need": needs}
    )
    return Problem(
        pupils=pupils,
        arrivals=pupils.assign(pupil_id=["Q1", "Q2", "Q3"], arrives=2028),
        settings=pd.DataFrame(
            {
                "setting_id": ["I", "N", "S", "E"],
                "name": ["Independent School", *(f"{place} School" for place in places)],
                "easting": [378_100, 378_200, 378_300, 378_400],
                "northing": 246_000,
                "locality": ["West", *places],
            }
        ),
        provisions=pd.DataFrame(
            {
                "provision_id": ["I-independent", *BASES],
                "setting_id": ["I", "N", "S", "E"],
                "kind": ["independent special", *["inclusion base"] * 3],
                "places": [9, 4, 4, 4],
                "needs": ["any", *needs],
                "topup_gbp": [FEE_GBP, *topup_gbp],
                "status": ["open", *["candidate"] * 3],
                "capital_gbp": [0, *capital_gbp],
            }
        ),
        years=pd.DataFrame({"year": [2027, 2028]}),
        year_budgets=pd.DataFrame({"budget": ["bases"], "type": ["capital"], "limit_gbp": [CAPITAL_GBP]}),
    )


def ask() -> LocalityOrder:
    """Return the bases in the order of opening, one after the other and all together."""
    problem = make_problem()
    return which_localities_first(problem, crow_fly(everyone(problem)), list(BASES))


if __name__ == "__main__":
    print(ask().summary())
