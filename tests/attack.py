"""A reader who tries to work out what a report hides, by other means than the code that hides it."""

from collections.abc import Hashable, Mapping, Sequence

import highspy

from placement_opt.suppression import Mark
from placement_opt.witnesses import Sum

CAP = 14
"""Hidden counts are tried one by one up to here; enough, as the examples hide small counts."""


def known_range(count: int, mark: Mark) -> range:
    """Return what a reader knows of a cell who guesses, rightly, which withheld counts are large."""
    if mark is Mark.SHOWN:
        return range(count, count + 1)
    return range(1, 5) if mark is Mark.SMALL else range(5 if count >= 5 else 0, CAP)


def has_two_values(
    key: Hashable, counts: Mapping[Hashable, int], marks: Mapping[Hashable, Mark], sums: Sequence[Sum]
) -> bool:
    """Let a solver look for a second whole-number filling: an attack of another kind than the one in the code."""
    ends = []
    for sign in (1, -1):
        solver = highspy.Highs()
        solver.silent()
        columns = {}
        for name, mark in marks.items():
            known = known_range(counts[name], mark)
            low, high = known[0], 10_000 if mark is Mark.WITHHELD else known[-1]
            columns[name] = solver.addIntegral(low, high)
        for one in sums:
            solver.addConstr(solver.qsum(columns[part] for part in one.parts) == columns[one.total])
        solver.minimize(sign * columns[key])
        ends.append(round(solver.val(columns[key])))
    return ends[0] < ends[1]
