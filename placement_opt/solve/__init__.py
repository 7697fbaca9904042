"""Making plans: the only layer that runs a solver."""

from placement_opt.solve.baseline import baseline
from placement_opt.solve.run import solve

__all__ = ["baseline", "solve"]
