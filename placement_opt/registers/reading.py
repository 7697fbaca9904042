"""The record of a reading: what was read, kept, dropped and assumed, without personal data."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from placement_opt.problem import Problem
from placement_opt.registers.assumptions import RegisterAssumptions


class Outcome(StrEnum):
    """What became of a row."""

    DROPPED = "dropped"
    """It is not in the problem."""
    ASSUMED = "assumed"
    """It is in the problem with something that the file does not say."""
    NOTED = "noted"
    """It is in the problem as it is, but somebody should look."""


@dataclass(frozen=True, order=True)
class Note:
    """What became of one row of a file.

    Parameters
    ----------
    source
        The file: `register`, `postcodes`, or the module of the return (`person`, `placementdetail`, ...).
    line
        Line of the file; 0 = a whole school, whatever its line.
    item
        A school's URN or a pupil's made-up id; never a name, a unique pupil number or a postcode.
    outcome
        What became of the row.
    reason
        Why, in words that are the same for every such row.
    """

    source: str
    line: int
    item: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """A problem made from registers, with the record of how.

    Parameters
    ----------
    problem
        The problem.
    planning_year
        The calendar year of the September that is planned for.
    assumptions
        The assumptions that were used.
    notes
        One entry for each row that was dropped, completed or looks odd.
    rows_read, rows_kept
        Rows of each file; read = kept + dropped, for every file.
    person_lines
        Line of the module `person` by pupil id. With the return it names the children: keep it as safe as the return.
    """

    problem: Problem
    planning_year: int
    assumptions: RegisterAssumptions
    notes: tuple[Note, ...]
    rows_read: Mapping[str, int]
    rows_kept: Mapping[str, int]
    person_lines: Mapping[str, int]

    def counts(self) -> pd.DataFrame:
        """Return how many rows of each file were read, kept, dropped, assumed and noted, by reason."""
        return pd.DataFrame(self._count_rows(), columns=["source", "outcome", "reason", "rows"])

    def _count_rows(self) -> list[tuple[str, str, str, int]]:
        rows: list[tuple[str, str, str, int]] = []
        numbers = Counter((note.source, note.outcome, note.reason) for note in self.notes)
        for source in self.rows_read:
            rows.append((source, "read", "", self.rows_read[source]))
            rows.append((source, "kept", "", self.rows_kept[source]))
            for outcome in Outcome:
                found = [(number, key[2]) for key, number in numbers.items() if key[:2] == (source, outcome)]
                rows.extend((source, outcome.value, reason, number) for number, reason in sorted(found, reverse=True))
        return rows

    @property
    def dropped(self) -> pd.DataFrame:
        """Every row that is not in the problem: source, line, item, reason."""
        return self._listed(Outcome.DROPPED)

    @property
    def assumed(self) -> pd.DataFrame:
        """Every row that was completed by an assumption: source, line, item, reason."""
        return self._listed(Outcome.ASSUMED)

    @property
    def noted(self) -> pd.DataFrame:
        """Every row that looks odd but was kept as it is: source, line, item, reason."""
        return self._listed(Outcome.NOTED)

    def summary(self) -> str:
        """Return the counts and the assumptions as text, for a screen or a log; it holds no personal data."""
        lines = [f"Planned for September {self.planning_year}: {self.problem!r}"]
        for source, outcome, reason, number in self._count_rows():
            if outcome == "read":
                lines.append(f"{source}: {number:,} rows read")
            else:
                lines.append(f"  {number:>9,} {outcome}{': ' if reason else ''}{reason}")
        lines.append("Assumptions for the whole reading:")
        lines.extend(
            f"  {row['assumption']} = {row['value']} ({'; '.join(filter(None, (row['source'], row['year'])))})"
            for row in self.assumptions.rows()
        )
        return "\n".join(lines)

    def _listed(self, outcome: Outcome) -> pd.DataFrame:
        return notes_frame(note for note in self.notes if note.outcome is outcome)

    def __repr__(self) -> str:
        dropped = sum(note.source == "person" and note.outcome is Outcome.DROPPED for note in self.notes)
        return f"Reading({self.problem!r}, {dropped:,} of {self.rows_read['person']:,} persons dropped)"


def notes_frame(notes: Iterable[Note]) -> pd.DataFrame:
    """Return notes as a table: source, line, item, reason."""
    rows = [(note.source, note.line, note.item, note.reason) for note in notes]
    return pd.DataFrame(rows, columns=["source", "line", "item", "reason"])
