"""The ways things can go wrong, each with a message that says what to do.

Every class is also the builtin a Python user would expect to catch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_SHOWN = 200
"""Characters of a name or a value that a message repeats."""
MOST_LISTED = 1_000
"""Faults that the text of an error lists."""
_LONGEST_MESSAGE = 4_000


class Status(StrEnum):
    """How a plan, or the attempt to make one, ended."""

    OPTIMAL = "optimal"
    """Proven best to the gap that was asked for."""
    FEASIBLE = "feasible"
    """A plan that keeps every rule, with a known gap larger than was asked for."""
    BASELINE = "baseline"
    """Today's placements, costed; nothing was optimised."""
    INFEASIBLE = "infeasible"
    """No plan can keep all the rules."""
    NO_SOLUTION = "no solution"
    """The time ran out before any plan was found; one may exist."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong with an input, and where.

    Examples
    --------
    >>> print(Fault("pupils", "need", "17", "AUT", "is not a need code. Use one of SPLD, MLD."))
    pupils, row 17, column need: 'AUT' is not a need code. Use one of SPLD, MLD.
    """

    table: str
    column: str
    row: str
    value: str
    message: str

    def __str__(self) -> str:
        where = [_printable(self.table, MOST_SHOWN)]
        if self.row:
            where.append(f"row {_printable(self.row, MOST_SHOWN)}")
        if self.column:
            where.append(f"column {_printable(self.column, MOST_SHOWN)}")
        given = f"{_cut(self.value, MOST_SHOWN)!r} " if self.value else ""
        return f"{', '.join(where)}: {given}{_printable(self.message, _LONGEST_MESSAGE)}"


class PlacementError(Exception):
    """Base of everything that placement_opt raises on purpose."""


class InputError(PlacementError, ValueError):
    """The tables, or a file of them, cannot be used as they are.

    Parameters
    ----------
    faults
        Everything that is wrong, all at once. The text lists the first 1,000.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        count = len(self.faults)
        lines = "\n".join(f"  - {fault}" for fault in self.faults[:MOST_LISTED])
        more = f"\n  and {count - MOST_LISTED:,} more (`faults` has them all)" if count > MOST_LISTED else ""
        super().__init__(f"{count} {'fault' if count == 1 else 'faults'} in the input:\n{lines}{more}")

    def __reduce__(self) -> tuple[type["InputError"], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


class NoPlanError(PlacementError, RuntimeError):
    """There is no plan to return.

    Parameters
    ----------
    status
        `Status.INFEASIBLE` (proven) or `Status.NO_SOLUTION` (the time ran out).
    clashes
        The rules that cannot all hold, each as a sentence.
    """

    def __init__(self, status: Status, clashes: Sequence[str] = ()) -> None:
        self.status = status
        self.clashes: tuple[str, ...] = tuple(clashes)
        super().__init__(_no_plan_text(status, self.clashes))

    def __reduce__(self) -> tuple[type["NoPlanError"], tuple[Status, tuple[str, ...]]]:
        return type(self), (self.status, self.clashes)


class PlanError(PlacementError, ValueError):
    """A plan breaks a rule, or its figures do not add up.

    Parameters
    ----------
    findings
        What is wrong, each as a sentence.
    """

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings: tuple[str, ...] = tuple(findings)
        lines = "\n".join(f"  - {finding}" for finding in self.findings)
        super().__init__(f"The plan fails {len(self.findings)} of its checks:\n{lines}")

    def __reduce__(self) -> tuple[type["PlanError"], tuple[tuple[str, ...]]]:
        return type(self), (self.findings,)


class SolverError(PlacementError, RuntimeError):
    """The solver failed, or gave an answer that cannot be: no plan is made of it.

    Parameters
    ----------
    what
        What happened, as a sentence.

    Examples
    --------
    >>> print(SolverError("HiGHS ended with Solve error."))
    HiGHS ended with Solve error. Nothing was planned. Try another `seed`, and report this.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"{what} Nothing was planned. Try another `seed`, and report this.")

    def __reduce__(self) -> tuple[type["SolverError"], tuple[str]]:
        return type(self), (self.what,)


class AssumptionWarning(UserWarning):
    """Something was assumed because the input does not say; the message says what and how to say it."""


def _printable(text: str, most: int) -> str:
    """Return a text that can neither steer a terminal nor turn the direction of what follows; it is one line."""
    shown = (sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in _cut(text, most))
    return "".join(shown)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _no_plan_text(status: Status, clashes: Sequence[str]) -> str:
    if status is Status.INFEASIBLE:
        lines = "\n".join(f"  - {clash}" for clash in clashes)
        return f"No plan can keep all of these rules at once; relax one of them:\n{lines}"
    return "No plan was found in the time allowed; allow more time (`time_limit_s`) or a wider gap (`gap`)."
