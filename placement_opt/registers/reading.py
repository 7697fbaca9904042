"""The record of a reading: what was read, kept, dropped and assumed, without personal data."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
    """What became of one row of a file, or of several for one reason.

    Parameters
    ----------
    source
        The file: `register`, `postcodes`, or the module of the return (`person`, `placementdetail`, ...).
    line
        Line of the file; 0 = a whole school, whatever its line, or a whole column.
    item
        A school's URN or a pupil's made-up id; never a name, a unique pupil number or a postcode.
    outcome
        What became of the row.
    reason
        Why, in words that are the same for every such row.
    rows
        How many rows; more than one where a file drops too many to list each.
    """

    source: str
    line: int
    item: str
    outcome: Outcome
    reason: str
    rows: int = 1


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Record:
    """What every reader of this package says about its files.

    Parameters
    ----------
    notes
        One entry for each row that was dropped, completed or looks odd.
    rows_read, rows_kept
        Rows of each file; read = kept + dropped, for every file.

    Examples
    --------
    >>> note = Note("person", 3, "P0", Outcome.DROPPED, "no postcode")
    >>> record = Record(notes=(note,), rows_read={"person": 2}, rows_kept={"person": 1})
    >>> print(record.text())
    person: 2 rows read
              1 kept
              1 dropped: no postcode
    """

    notes: tuple[Note, ...]
    rows_read: Mapping[str, int]
    rows_kept: Mapping[str, int]

    def counts(self) -> pd.DataFrame:
        """Return how many rows of each file were read, kept, dropped, assumed and noted, by reason."""
        return pd.DataFrame(self._count_rows(), columns=["source", "outcome", "reason", "rows"])

    def _count_rows(self) -> list[tuple[str, str, str, int]]:
        rows: list[tuple[str, str, str, int]] = []
        numbers: Counter[tuple[str, Outcome, str]] = Counter()
        for note in self.notes:
            numbers[note.source, note.outcome, note.reason] += note.rows
        for source in self.rows_read:
            rows.append((source, "read", "", self.rows_read[source]))
            rows.append((source, "kept", "", self.rows_kept[source]))
            for outcome in Outcome:
                found = [(number, key[2]) for key, number in numbers.items() if key[:2] == (source, outcome)]
                rows.extend((source, outcome.value, reason, number) for number, reason in sorted(found, reverse=True))
        return rows

    @property
    def dropped(self) -> pd.DataFrame:
        """Every row that is not in the answer: source, line, item, reason."""
        return self._listed(Outcome.DROPPED)

    @property
    def assumed(self) -> pd.DataFrame:
        """Every row that was completed by an assumption: source, line, item, reason."""
        return self._listed(Outcome.ASSUMED)

    @property
    def noted(self) -> pd.DataFrame:
        """Every row that looks odd but was kept as it is: source, line, item, reason."""
        return self._listed(Outcome.NOTED)

    def text(self) -> str:
        """Return the counts as text, for a screen or a log; it holds no personal data."""
        lines = []
        for source, outcome, reason, number in self._count_rows():
            if outcome == "read":
                lines.append(f"{source}: {number:,} rows read")
            else:
                lines.append(f"  {number:>9,} {outcome}{': ' if reason else ''}{reason}")
        return "\n".join(lines)

    def _listed(self, outcome: Outcome) -> pd.DataFrame:
        return notes_frame(note for note in self.notes if note.outcome is outcome)


def recorded(notes: Iterable[Note], rows_read: Mapping[str, int]) -> Record:
    """Return the record of some files: what is not dropped is kept.

    Parameters
    ----------
    notes
        What became of the rows.
    rows_read
        Rows of each file.
    """
    notes = tuple(sorted(notes))
    dropped: Counter[str] = Counter()
    for note in notes:
        if note.outcome is Outcome.DROPPED:
            dropped[note.source] += note.rows
    kept = {source: number - dropped[source] for source, number in rows_read.items()}
    return Record(notes=notes, rows_read=dict(rows_read), rows_kept=kept)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Reading(Record):
    """A problem made from registers, with the record of how.

    Parameters
    ----------
    notes, rows_read, rows_kept
        As for `Record`.
    problem
        The problem.
    planning_year
        The calendar year of the September that is planned for.
    assumptions
        The assumptions that were used.
    person_lines
        Line of the module `person` by pupil id. With the return it names the children: keep it as safe as the return.
    checks
        What the quality checks of the return found: check, return, pupils, meaning; checks without a find have 0.
    """

    problem: Problem
    planning_year: int
    assumptions: RegisterAssumptions
    person_lines: Mapping[str, int]
    checks: pd.DataFrame = field(default_factory=pd.DataFrame)

    def summary(self) -> str:
        """Return counts, checks and assumptions as text, for a screen or a log; it holds no personal data."""
        lines = [f"Planned for September {self.planning_year}: {self.problem!r}", self.text()]
        found = self.checks[self.checks["pupils"] > 0] if len(self.checks) else self.checks
        if len(found):
            lines.append("Quality of the return (pupils with an active plan, planned for or not):")
            names = (f" ({name})" if name else "" for name in found["return"])
            shown = zip(found["pupils"], found["meaning"], names, strict=True)
            lines.extend(f"  {number:>9,} {meaning}{name}" for number, meaning, name in shown)
        lines.append("Assumptions for the whole reading:")
        lines.extend(
            f"  {row['assumption']} = {row['value']} ({'; '.join(filter(None, (row['source'], row['year'])))})"
            for row in self.assumptions.rows()
        )
        return "\n".join(lines)

    def between_authorities(self) -> pd.DataFrame:
        """Return how many pupils of each authority are now at schools of which: resident, provider, pupils.

        Blank = not known (resident), at no school that is offered (provider).
        """
        pupils = self.problem.pupils
        schools = self.problem.settings.set_index("setting_id")["authority"]
        owner = self.problem.provisions.set_index("provision_id")["setting_id"].map(schools)
        resident = pupils.get("resident_authority", pd.Series("", index=pupils.index))
        frame = pd.DataFrame(
            {
                "resident_authority": resident.fillna(""),
                "provider_authority": pupils["current_provision_id"].map(owner).fillna(""),
                "pupils": pupils["count"],
            }
        )
        by = ["resident_authority", "provider_authority"]
        return frame.groupby(by)[["pupils"]].sum().reset_index()

    def __repr__(self) -> str:
        dropped = sum(note.rows for note in self.notes if is_person(note) and note.outcome is Outcome.DROPPED)
        return f"Reading({self.problem!r}, {dropped:,} of {persons_read(self):,} persons dropped)"


def is_person(note: Note) -> bool:
    """Say whether a note is about a row of a module `person`."""
    return note.source.split(" ")[0] == "person"


def persons_read(record: Record) -> int:
    """Return the rows of all modules `person`."""
    return sum(number for source, number in record.rows_read.items() if source.split(" ")[0] == "person")


def notes_frame(notes: Iterable[Note]) -> pd.DataFrame:
    """Return notes as a table: source, line, item, reason, rows."""
    rows = [(note.source, note.line, note.item, note.reason, note.rows) for note in notes]
    return pd.DataFrame(rows, columns=["source", "line", "item", "reason", "rows"])
