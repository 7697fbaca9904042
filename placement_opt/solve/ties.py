"""Ties: among plans that are equal in everything else, which one is the answer."""

import numpy as np

from placement_opt.facts import Floats, Ints

TIE_BITS = 20
_ODD = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def tie_break(pupil: Ints, provision: Ints, provisions: int) -> Floats:
    """Return a fixed number from 0 to 2**20 - 1 for each pair; the plan with the least sum is the answer.

    Parameters
    ----------
    pupil, provision
        Positions in the tables in the order of their ids, so that neither the order of rows nor a machine matters.
    provisions
        How many there are.

    Notes
    -----
    The mixing function of splitmix64 (Steele, Lea & Flood 2014) over the number of the pair. It has no meaning: it
    prefers no pupil and no school.
    """
    mixed = pupil.astype(np.uint64) * np.uint64(provisions) + provision.astype(np.uint64)
    mixed = mixed * np.uint64(_ODD[0]) + np.uint64(_ODD[0])
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(_ODD[1])
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(_ODD[2])
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(64 - TIE_BITS)).astype(np.float64)
