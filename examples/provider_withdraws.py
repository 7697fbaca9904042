"""Where the pupils of a provider go when it withdraws, and what it costs.

    python examples/provider_withdraws.py

The case is that of Malvern before the new school (docs/malvern.md): one of the made-up independent schools closes.
"""

from placement_opt.malvern import malvern
from placement_opt.scenarios.questions.withdrawal import Withdrawal, provider_withdraws
from placement_opt.travel import crow_fly


def ask() -> Withdrawal:
    """Return what happens when Birchmoor School closes; only its pupils are moved."""
    problem = malvern(pupils=40)
    return provider_withdraws(problem, crow_fly(problem), name="Birchmoor School")


if __name__ == "__main__":
    print(ask().summary())
