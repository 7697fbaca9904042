"""Journeys from a file and to a file: who travels how long and how far."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.files.delimited import read_csv
from placement_opt.headers import plain
from placement_opt.journey_checks import TravelLimits
from placement_opt.journey_checks.check import check_errors
from placement_opt.journey_checks.findings import TravelFinding
from placement_opt.problem import Problem
from placement_opt.travel import BETWEEN_COLUMNS, TravelMatrix
from placement_opt.whole_files import write_csv_files

COLUMNS = ("from_id", "to_id", "minutes", "miles")
WALK = "walk_miles"
"""The column that may be there too: the shortest walk, where it is known."""
MOST = {"minutes": TravelLimits.most_minutes, "miles": TravelLimits.most_miles}


def read_travel(path: str | Path, problem: Problem, *, check: bool = True) -> TravelMatrix:
    """Read journeys from a CSV file.

    Parameters
    ----------
    path
        A file with the columns from_id (a pupil_id, or the setting_id of a hub for its outreach), to_id (a
        setting_id), minutes and miles, one way. A pair that is not there, or whose minutes and miles are blank,
        cannot be reached. Where there is a column walk_miles, entitlement by distance goes by it; blank = nobody can
        walk there.
    problem
        Whose pupils and settings the journeys are for.
    check
        Refuse journeys in which `check_travel` finds errors; False reads them, to be looked at with `check_travel`,
        and says so in the source.

    Returns
    -------
    TravelMatrix
        The journeys, with the SHA-256 of the file in its recipe.

    Raises
    ------
    InputError
        When an id is unknown or a pair repeats, a figure is negative, above 600 minutes or 400 miles or no number, or
        only one of minutes and miles is blank: every fault at once, with its line. In a file without these: when
        `check_travel` finds errors, each with the line of its first journey. Where figures are above the limits because
        their unit is another one, that is said instead.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> with TemporaryDirectory() as folder:
    ...     read_travel(write_travel(crow_fly(tiny()), Path(folder) / "travel.csv"), tiny())
    TravelMatrix(3 pupils x 2 settings, 6 journeys, the file travel.csv)
    """
    source = Path(path)
    if not source.is_file():
        raise InputError([Fault("travel", "", "", str(path), "There is no such file. Give a CSV file of journeys.")])
    read = read_csv(source, "travel")
    faults = list(read.faults)
    frame = None if read.frame is None else with_columns(read.frame, faults, "travel")
    if frame is None:
        raise InputError(faults)
    found = _Journeys(frame, problem, faults)
    found.check()
    faults[len(read.faults) :] = [fault for fault in faults[len(read.faults) :] if fault.row not in read.broken]
    if faults:
        raise InputError(found.with_units(faults))
    travel = found.matrix(source)
    wrong = check_errors(problem, travel).errors if check else ()
    if wrong:
        raise InputError(found.fault_of(finding) for finding in wrong)
    return travel if check else replace(travel, source=f"{travel.source} (not checked)")


def write_travel(travel: TravelMatrix, path: str | Path) -> Path:
    """Write journeys so that `read_travel` gives them back exactly.

    Parameters
    ----------
    travel
        What to write.
    path
        The CSV file; an existing one is replaced, and nothing is left behind if anything fails.

    Returns
    -------
    Path
        The path written to.

    Raises
    ------
    ValueError
        When a pupil has the id of a school: the file could not tell them apart.
    """
    both = set(travel.pupil_ids) & set(travel.between["from_setting_id"])
    if both:
        raise ValueError(f"{sorted(both)[0]!r} is both a pupil and a school; rename the pupil.")
    target = Path(path)
    journeys = travel.journeys().rename(columns={"pupil_id": COLUMNS[0], "setting_id": COLUMNS[1]})
    between = travel.between.set_axis(list(COLUMNS), axis="columns")
    parts = [part for part in (journeys, between) if not part.empty] or [journeys]
    target.parent.mkdir(parents=True, exist_ok=True)
    write_csv_files(target.parent, {target.name: pd.concat(parts, ignore_index=True)})
    return target


class _Journeys:
    """The rows of a file of journeys, with the positions of their ends in the problem."""

    def __init__(self, frame: pd.DataFrame, problem: Problem, faults: list[Fault]) -> None:
        self.frame, self.faults, self.problem = frame, faults, problem
        self.pupil_ids, self.setting_ids = (
            pd.Index(problem.pupils["pupil_id"]),
            pd.Index(problem.settings["setting_id"]),
        )
        self.rows = self.pupil_ids.get_indexer(pd.Index(frame["from_id"]))
        self.columns = self.setting_ids.get_indexer(pd.Index(frame["to_id"]))
        self.from_setting = frame["from_id"].isin(self.setting_ids)
        self.figures = {name: self._figures(name) for name in MOST}
        self.walk = self._figures(WALK) if WALK in frame else None

    def _figures(self, name: str) -> "pd.Series[float]":
        numbers = numbers_of(self.frame[name])
        message = f"is not a number. Give {name} from 0 to {MOST.get(name, MOST['miles']):g}, or a blank."
        self._fault(name, numbers.isna() & (self.frame[name] != ""), message)
        return numbers

    def _fault(self, column: str, wrong: "pd.Series[bool]", message: str, value: str = "") -> None:
        cells = self.frame.loc[wrong, column if column in self.frame else "from_id"]
        self.faults.extend(Fault("travel", column, str(label), value or cell, message) for label, cell in cells.items())

    def check(self) -> None:
        """Note every fault of the rows."""
        index = self.frame.index
        for name, most in MOST.items():
            beyond = (self.figures[name] < 0) | (self.figures[name] > most) | np.isinf(self.figures[name])
            self._fault(name, beyond, outside(name))
        if self.walk is not None:
            beyond = (self.walk < 0) | (self.walk > MOST["miles"])
            self._fault(
                WALK, beyond, f"is not from 0 to {MOST['miles']:g} miles. Where nobody can walk, leave it blank."
            )
        for name, other in (("minutes", "miles"), ("miles", "minutes")):
            message = f"The cell is blank but {other} is not. Give both, or leave both blank."
            self._fault(name, (self.frame[name] == "") & (self.frame[other] != ""), message)
        unknown = pd.Series(self.rows < 0, index) & ~self.from_setting
        self._fault("from_id", unknown, "is not a pupil_id or setting_id of the problem. Correct it or remove the row.")
        unknown = pd.Series(self.columns < 0, index)
        self._fault("to_id", unknown, "is not a setting_id of the problem. Correct it or remove the row.")
        ambiguous = pd.Series(self.rows >= 0, index) & self.from_setting
        self._fault("from_id", ambiguous, "is both a pupil_id and a setting_id. Rename the pupil.")
        doubled = self.frame.duplicated(["from_id", "to_id"])
        self._fault("from_id, to_id", doubled, "starts a journey that has a row already. Keep one of them.")

    def with_units(self, faults: list[Fault]) -> list[Fault]:
        """Put one fault about the unit of a column in place of those of its figures, where the unit is another one."""
        messages = {name: outside(name) for name in MOST}
        if not any(fault.message in messages.values() for fault in faults):
            return faults
        figures = pd.DataFrame(self.figures).where(lambda frame: (frame >= 0) & np.isfinite(frame))
        kept = pd.Series((self.rows >= 0) & (self.columns >= 0), figures.index) & figures.notna().all(axis="columns")
        arrays = {name: np.full((len(self.pupil_ids), len(self.setting_ids)), np.nan) for name in MOST}
        for name, array in arrays.items():
            array[self.rows[kept], self.columns[kept]] = figures.loc[kept, name]
        draft = TravelMatrix(tuple(self.pupil_ids), tuple(self.setting_ids), arrays["minutes"], arrays["miles"])
        units = [finding for finding in check_errors(self.problem, draft).errors if finding.check == "units"]
        known = {messages[finding.column] for finding in units}
        others = [fault for fault in faults if fault.message not in known]
        return [*(self.fault_of(finding) for finding in units), *others]

    def fault_of(self, finding: TravelFinding) -> Fault:
        """Return what the check of journeys found as a fault, with the line of its first journey."""
        line = ""
        for row in finding.examples.head(1).to_dict("records"):
            start = row["from_setting_id"] if pd.isna(row["pupil_row"]) else self.pupil_ids[int(row["pupil_row"])]
            same = (self.frame["from_id"] == start) & (self.frame["to_id"] == row["to_setting_id"])
            line = str(self.frame.index[same.to_numpy()][0])
        return Fault("travel", finding.column, line, "", f"{finding.message} {finding.where()}")

    def matrix(self, source: Path) -> TravelMatrix:
        """Return the journeys as a matrix; the rows have no fault."""
        arrays = {name: np.full((len(self.pupil_ids), len(self.setting_ids)), np.nan) for name in MOST}
        of_pupil = self.rows >= 0
        for name, array in arrays.items():
            array[self.rows[of_pupil], self.columns[of_pupil]] = self.figures[name].to_numpy()[of_pupil]
        between = pd.DataFrame(
            {
                "from_setting_id": self.frame["from_id"].to_numpy()[~of_pupil],
                "to_setting_id": self.frame["to_id"].to_numpy()[~of_pupil],
                **{name: self.figures[name].to_numpy()[~of_pupil] for name in MOST},
            },
            columns=list(BETWEEN_COLUMNS),
        )
        walk_miles = None
        if self.walk is not None:
            walk_miles = np.full_like(arrays["miles"], np.nan)
            walk_miles[self.rows[of_pupil], self.columns[of_pupil]] = self.walk.to_numpy()[of_pupil]
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        return TravelMatrix(
            tuple(self.pupil_ids),
            tuple(self.setting_ids),
            arrays["minutes"],
            arrays["miles"],
            between,
            source=f"the file {source.name}",
            recipe={"method": "file", "sha256": digest},
            walk_miles=walk_miles,
        )


def numbers_of(texts: "pd.Series[str]") -> "pd.Series[float]":
    """Return texts as numbers; NaN where one is blank or no number."""
    codes, words = pd.factorize(texts)
    values = pd.to_numeric(pd.Series(words), errors="coerce").to_numpy(dtype=np.float64)
    return pd.Series(values[codes], texts.index)


def outside(name: str) -> str:
    """Say what is wrong with a figure that no journey can have."""
    return f"is not from 0 to {MOST[name]:g} {name}. For a journey that cannot be made, leave the cell blank."


def with_columns(raw: pd.DataFrame, faults: list[Fault], table: str) -> pd.DataFrame | None:
    """Return the columns of journeys as text, under their plain names; None where one is missing or there twice."""
    headers = [plain(header) for header in raw.columns]
    for name in COLUMNS:
        if headers.count(plain(name)) != 1:
            message = "The column is missing." if plain(name) not in headers else "The column appears twice. Keep one."
            faults.append(Fault(table, name, "", "", f"{message} Columns are {', '.join(COLUMNS)}."))
    if any(headers.count(plain(name)) != 1 for name in COLUMNS):
        return None
    if headers.count(plain(WALK)) > 1:
        faults.append(Fault(table, WALK, "", "", "The column appears twice. Keep one."))
        return None
    names = [*COLUMNS, *([WALK] if plain(WALK) in headers else [])]
    return pd.DataFrame({name: _stripped(raw.iloc[:, headers.index(plain(name))]) for name in names})


def _stripped(texts: "pd.Series[Any]") -> "pd.Series[str]":
    codes, words = pd.factorize(texts)
    return pd.Series(pd.Index([word.strip() for word in words], dtype="str").take(codes), texts.index)
