"""A special school, bases, or a hub with spokes? One question with all three on offer.

    python examples/hubs_or_special_school.py

docs/hub_and_spoke.md explains the figures.
"""

import pandas as pd

from placement_opt.examples import hub_and_spoke_case
from placement_opt.policy import Policy
from placement_opt.scenarios.questions.forms import Forms, hubs_or_special_school
from placement_opt.travel import crow_fly


def ask() -> Forms:
    """Return the three forms side by side, on the full cost basis."""
    cases = hub_and_spoke_case("dispersed")
    hub = cases["hub and spokes"]
    spokes = hub.provisions[hub.provisions["kind"] == "spoke"]
    of_forms = [cases["special school"].provisions, cases["separate bases"].provisions, spokes]
    problem = hub.replace(provisions=pd.concat(of_forms, ignore_index=True))
    special, bases, outlying = (list(frame["provision_id"]) for frame in of_forms)
    forms = {"special school": special, "separate bases": bases, "hub and spokes": ["S1-base", *outlying]}
    return hubs_or_special_school(problem, crow_fly(problem), forms, policy=Policy(moves="all", cost_basis="full"))


if __name__ == "__main__":
    print(ask().summary())
