"""Which pupils at independent schools could come home at their next change of phase, and what it saves.

    python examples/who_could_come_home.py

Four made-up pupils are at an independent school; a special school at home has two places, which others want too.
Prices: £58,000 a year, Worcestershire's average for autistic pupils (2024), against £10,000 place funding and an
example top-up of £15,000.
"""

import pandas as pd

from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.scenarios.questions.homecoming import Homecoming, who_could_come_home
from placement_opt.timeline import everyone
from placement_opt.travel import crow_fly


def make_problem() -> Problem:
    """Return the pupils, the two schools and three school years."""
    homes = {"easting": [378_000], "northing": [246_000], "need": ["ASD"]}
    pupils = pd.DataFrame({"pupil_id": ["P1", "P2", "P3", "P4"], "year_group": [5, 6, 8, 4]})
    arrivals = pd.DataFrame({"pupil_id": ["Q1"], "year_group": [7], "arrives": [2028]})
    return Problem(
        pupils=pupils.merge(pd.DataFrame(homes), how="cross").assign(current_provision_id="I-independent"),
        arrivals=arrivals.merge(pd.DataFrame(homes), how="cross"),
        settings=pd.DataFrame(
            {
                "setting_id": ["I", "H"],
                "name": ["Independent School", "Home School"],
                "easting": [398_000, 379_000],
                "northing": [262_000, 246_500],
            }
        ),
        provisions=pd.DataFrame(
            {
                "provision_id": ["I-independent", "H-special"],
                "setting_id": ["I", "H"],
                "kind": ["independent special", "special"],
                "places": [9, 2],
                "place_gbp": [0, 10_000],
                "topup_gbp": [58_000, 15_000],
            }
        ),
        years=pd.DataFrame({"year": [2027, 2028, 2029]}),
    )


def ask() -> Homecoming:
    """Return who could come home, on the average cost basis."""
    problem = make_problem()
    return who_could_come_home(problem, crow_fly(everyone(problem)), policy=Policy(cost_basis="average"))


if __name__ == "__main__":
    print(ask().summary())
