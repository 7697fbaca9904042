"""What a verification found: a value that can be read, shown, or raised."""

import html
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from placement_opt.errors import PlanError

_SHOWN = 20
_PENNY_FUZZ = 1e-4
"""Floats that add up to whole pence may be short of them by less, in pence."""


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong with a plan.

    Examples
    --------
    >>> print(Finding("places", "A-base: 3 places are taken, 2 is the most."))
    places: A-base: 3 places are taken, 2 is the most.
    """

    check: str
    message: str

    def __str__(self) -> str:
        return f"{self.check}: {self.message}"


@dataclass(frozen=True, repr=False)
class Verification:
    """What was checked of a plan, and what was found to be wrong.

    Parameters
    ----------
    checks
        The names of the checks that were made.
    findings
        Everything that is wrong; empty for a right plan.
    certified_gbp
        What the plan's certificate proves: no plan that leaves as few pupils without a place has lower money and
        weighed wishes. None without a certificate, for one that is at fault, and for plans made with weights.
    searched_gbp
        What the plan says that no plan is below, where that is above what its certificate proves: it comes from the
        solver's own search. None where there is nothing of the kind.

    Examples
    --------
    >>> Verification(("places", "links"))
    Verification(right, 2 checks)
    """

    checks: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    certified_gbp: float | None = None
    searched_gbp: float | None = None

    @property
    def is_right(self) -> bool:
        """Whether nothing wrong was found."""
        return not self.findings

    def raise_if_wrong(self) -> None:
        """Do nothing for a right plan.

        Raises
        ------
        PlanError
            When anything was found; it lists every finding.
        """
        if self.findings:
            raise PlanError([str(finding) for finding in self.findings])

    def summary(self) -> str:
        """Return the outcome in a few lines of text, with the first findings."""
        proven = list(self._proven())
        if self.is_right:
            return "\n".join([f"The plan is right: {_counted(len(self.checks), 'check')}, nothing found.", *proven])
        per_check = Counter(finding.check for finding in self.findings)
        lines = [
            f"The plan is wrong: {len(self.findings):,} findings in {len(per_check)} of {len(self.checks)} checks."
        ]
        lines += [f"  {name}: {per_check[name]:,}" for name in self.checks if name in per_check]
        lines += [f"- {finding}" for finding in self.findings[:_SHOWN]]
        if len(self.findings) > _SHOWN:
            lines.append(f"- and {len(self.findings) - _SHOWN:,} more")
        return "\n".join([*lines, *proven])

    def _proven(self) -> Iterator[str]:
        """Yield what is proven and, for a right plan, what beyond that takes trust in the solver."""
        if self.certified_gbp is not None:
            yield (
                "No plan under these rules that leaves as few pupils without a place costs less than "
                f"£{math.floor(self.certified_gbp * 100 + _PENNY_FUZZ) / 100:,.2f}, unmet wishes included "
                "(worked out from the certificate, without a solver)."
            )
        if self.searched_gbp is None or not self.is_right:
            return
        if self.certified_gbp is not None:
            yield f"The solver's own search says £{self.searched_gbp:,.2f}; that part needs trust in the solver."
        else:
            yield (
                "The solver's own search says that no plan that leaves as few pupils without a place costs less than "
                f"£{self.searched_gbp:,.2f}, unmet wishes included; that needs trust in the solver."
            )

    def __repr__(self) -> str:
        outcome = "right" if self.is_right else _counted(len(self.findings), "finding")
        return f"Verification({outcome}, {_counted(len(self.checks), 'check')})"

    def _repr_html_(self) -> str:
        first, *others = self.summary().splitlines()
        items = "".join(f"<li>{html.escape(line.strip().removeprefix('- '))}</li>" for line in others)
        return f"<p>{html.escape(first)}</p><ul>{items}</ul>" if items else f"<p>{html.escape(first)}</p>"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
