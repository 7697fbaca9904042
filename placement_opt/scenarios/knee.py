"""The knee of a front: where a little more of one thing stops to save much of the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RULE = (
    "The point farthest below the straight line between the two ends of the front, both scales stretched to the same "
    "length. It names where the front bends most; it is no recommendation."
)
LEAST_DEPTH = 1e-9
FEWEST_POINTS = 3


@dataclass(frozen=True)
class Knee:
    """A point of a front that is named, not chosen.

    Parameters
    ----------
    point
        Row of the table of points.
    depth
        How far the point is below the straight line between the ends: 0 = on it, 1 = at the corner where both are
        least.
    rule
        How it was found.
    """

    point: int
    depth: float
    rule: str = RULE


def knee_of(amount: NDArray[np.float64], gbp: NDArray[np.float64]) -> Knee | None:
    """Return where a front bends most; None where it has fewer than three points, or no bend.

    Parameters
    ----------
    amount, gbp
        Of each point, in ascending order of the amount; the £ fall.

    Examples
    --------
    >>> knee_of(np.array([0.0, 1.0, 10.0]), np.array([100.0, 20.0, 0.0])).point
    1
    >>> knee_of(np.array([0.0, 5.0, 10.0]), np.array([100.0, 50.0, 0.0])) is None
    True
    """
    if len(amount) < FEWEST_POINTS or amount[-1] <= amount[0] or gbp[0] <= gbp[-1]:
        return None
    along = (amount - amount[0]) / (amount[-1] - amount[0])
    up = (gbp - gbp[-1]) / (gbp[0] - gbp[-1])
    depth = 1.0 - along - up
    point = int(np.argmax(depth))
    return Knee(point, float(depth[point])) if depth[point] > LEAST_DEPTH else None
