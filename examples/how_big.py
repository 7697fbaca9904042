"""How big should the new school be? The case of Malvern, with the pupils of today and with more of them.

    python examples/how_big.py

docs/questions.md explains the question, docs/malvern.md the figures. A third more pupils is an example value.
"""

from placement_opt.malvern import PUPILS, SCHOOL, malvern
from placement_opt.policy import Policy
from placement_opt.scenarios.questions.sizes import Sizes, how_big
from placement_opt.travel import crow_fly

SIZES = (60, 90, 120)
GROWN = PUPILS * 4 // 3


def ask() -> Sizes:
    """Return what each size costs on the full basis: every place is funded, filled or not."""
    futures = {"today": malvern(), "a third more": malvern(pupils=GROWN)}
    everybody = crow_fly(futures["a third more"])
    policy = Policy(moves="all", cost_basis="full")
    return how_big(futures["today"], everybody, SCHOOL, SIZES, futures=futures, policy=policy)


if __name__ == "__main__":
    print(ask().summary())
