"""What a check of a travel matrix found: a value that can be read, shown, or raised."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.journey_checks.known import EXAMPLE_COLUMNS

_COLUMNS = ("check", "severity", "column", "pairs", "share", "pupils", "settings", "message")
_SHOWN = 3


class Severity(StrEnum):
    """What a finding means for a plan."""

    ERROR = "error"
    """A plan made from this would be wrong."""
    WARNING = "warning"
    """Possible, but worth a look before anybody decides by it."""


@dataclass(frozen=True, eq=False)
class TravelFinding:
    """One kind of thing that is wrong with, or doubtful about, a travel matrix.

    Parameters
    ----------
    check
        The name of the check.
    severity
        Error or warning.
    column
        minutes, miles or both.
    pairs, of_pairs
        How many pairs it is about, and of how many that were tested.
    pupils, settings
        How many rows of pupils and schools these pairs have.
    message
        What it is and what to do.
    examples
        Some of the pairs: pupil_row (the row of `problem.pupils`), from_setting_id (for journeys between schools),
        to_setting_id, minutes, miles, straight_miles.
    """

    check: str
    severity: Severity
    column: str
    pairs: int
    of_pairs: int
    pupils: int
    settings: int
    message: str
    examples: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(EXAMPLE_COLUMNS)))

    @property
    def share(self) -> float:
        """The share of the tested pairs."""
        return self.pairs / self.of_pairs if self.of_pairs else 0.0

    def __str__(self) -> str:
        return f"{self.severity}, {self.check}: {self.message} {self.where()}"

    def where(self) -> str:
        """Say how many pairs it is about, with some of them."""
        shown = [_words(row) for row in self.examples.head(_SHOWN).to_dict("records")]
        for_example = f"; for example {'; '.join(shown)}" if shown else ""
        return f"({self.pairs:,} of {self.of_pairs:,} pairs, {self.share:.2%}{for_example})"


@dataclass(frozen=True, eq=False, repr=False)
class TravelCheck:
    """What is wrong with a travel matrix, and what is doubtful.

    Parameters
    ----------
    findings
        Errors first.
    figures
        Counts and medians: pupils, settings, pairs, journeys, blanks, journeys between schools, medians.
    untested
        What could not be tested, and why, each as a sentence.
    """

    findings: tuple[TravelFinding, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    untested: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        ordered = sorted(self.findings, key=lambda finding: finding.severity is not Severity.ERROR)
        object.__setattr__(self, "findings", tuple(ordered))
        object.__setattr__(self, "figures", MappingProxyType(dict(self.figures)))

    @property
    def errors(self) -> tuple[TravelFinding, ...]:
        """The findings that would make a plan wrong."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[TravelFinding, ...]:
        """The findings that are worth a look."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.WARNING)

    @property
    def is_right(self) -> bool:
        """Whether there is no error."""
        return not self.errors

    def table(self) -> pd.DataFrame:
        """Return a row for each finding: check, severity, column, pairs, share, pupils, settings, message."""
        rows = [[getattr(finding, name) for name in _COLUMNS] for finding in self.findings]
        return pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"severity": "str"})

    def examples(self) -> pd.DataFrame:
        """Return some pairs of each finding; pupils are given by their row in `problem.pupils`, never by their id."""
        parts = [finding.examples.assign(check=finding.check) for finding in self.findings]
        columns = ["check", *EXAMPLE_COLUMNS]
        filled = [part for part in parts if not part.empty]
        return pd.concat(filled, ignore_index=True)[columns] if filled else pd.DataFrame(columns=columns)

    def faults(self) -> tuple[Fault, ...]:
        """Return the errors as faults of an input."""
        return tuple(
            Fault("travel", finding.column, "", "", f"{finding.message} {finding.where()}") for finding in self.errors
        )

    def raise_if_wrong(self) -> None:
        """Do nothing when there is no error; warnings do not count.

        Raises
        ------
        InputError
            With every error.
        """
        if self.errors:
            raise InputError(self.faults())

    def summary(self) -> str:
        """Return the outcome in a few lines of text."""
        journeys, pairs = int(self.figures.get("journeys", 0)), int(self.figures.get("pairs", 0))
        lines = [
            f"{_counted(len(self.errors), 'error')}, {_counted(len(self.warnings), 'warning')}: "
            f"{journeys:,} journeys of {pairs:,} pairs of a pupil and a school."
        ]
        lines += [f"- {finding}" for finding in self.findings]
        lines += [f"- not tested: {sentence}" for sentence in self.untested]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"TravelCheck({_counted(len(self.errors), 'error')}, {_counted(len(self.warnings), 'warning')})"

    def _repr_html_(self) -> str:
        first, *others = self.summary().splitlines()
        items = "".join(f"<li>{html.escape(line.removeprefix('- '))}</li>" for line in others)
        return f"<p>{html.escape(first)}</p><ul>{items}</ul>" if items else f"<p>{html.escape(first)}</p>"


def _words(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["to_setting_id"]):
        return f"pupils row {row['pupil_row']}"
    if pd.isna(row["minutes"]) and pd.isna(row["miles"]) and pd.isna(row["straight_miles"]):
        return f"setting {row['to_setting_id']}"
    start = f"setting {row['from_setting_id']}" if pd.isna(row["pupil_row"]) else f"pupils row {row['pupil_row']}"
    figures = f"{row['minutes']:g} minutes, {row['miles']:g} miles, straight {row['straight_miles']:.2f}"
    return f"{start} to setting {row['to_setting_id']}: {figures}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
