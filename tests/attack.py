"""A reader who tries to work out what a report hides, by other means than the code that hides it."""

from collections.abc import Hashable, Iterable, Mapping

from placement_opt.suppression import Mark
from placement_opt.witnesses import Sum
from tests.desk import MANY, Desk, Solver

CAP = 14
"""Hidden counts are tried one by one up to here; enough, as the examples hide small counts."""


def known_range(count: int, mark: Mark) -> range:
    """Return what a reader knows of a cell who guesses, rightly, which withheld counts are large."""
    if mark is Mark.SHOWN:
        return range(count, count + 1)
    return range(1, 5) if mark is Mark.SMALL else range(5 if count >= 5 else 0, CAP)


def single_valued(
    counts: Mapping[Hashable, int],
    marks: Mapping[Hashable, Mark],
    sums: Iterable[Sum],
    most: Mapping[Hashable, int] | None = None,
) -> list[Hashable]:
    """Let a solver look for a second whole-number filling for each hidden count; return those that have none.

    An attack of another kind than the search in the code.
    """
    desk = Desk()
    for key, mark in marks.items():
        known = known_range(counts[key], mark)
        high = MANY if mark is Mark.WITHHELD else known[-1]
        desk.ranges[key] = known[0], min(high, (most or {}).get(key, MANY))  # type: ignore[index]
    for one in sums:
        desk.add(one.total, one.parts)  # type: ignore[arg-type]
    solver = Solver(desk)
    hidden = [key for key, mark in marks.items() if mark is not Mark.SHOWN]
    return [key for key in hidden if not solver.has_two_values(key)]  # type: ignore[arg-type]
