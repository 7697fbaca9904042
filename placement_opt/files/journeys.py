"""Journeys from a file and to a file: who travels how long and how far."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.files.delimited import read_csv
from placement_opt.files.raw import written_beside
from placement_opt.headers import plain
from placement_opt.problem import Problem
from placement_opt.travel import BETWEEN_COLUMNS, TravelMatrix

COLUMNS = ("from_id", "to_id", "minutes", "miles")
MOST = {"minutes": 600.0, "miles": 400.0}
"""A longer journey is a sign for "none" of another program (such as 9999), not a school run in Great Britain."""


def read_travel(path: str | Path, problem: Problem) -> TravelMatrix:
    """Read journeys from a CSV file.

    Parameters
    ----------
    path
        A file with the columns from_id (a pupil_id, or the setting_id of a hub for its outreach), to_id (a
        setting_id), minutes and miles, one way. A pair that is not there, or whose minutes and miles are blank,
        cannot be reached.
    problem
        Whose pupils and settings the journeys are for.

    Returns
    -------
    TravelMatrix
        The journeys, with the SHA-256 of the file in its recipe.

    Raises
    ------
    InputError
        When an id is unknown or a pair repeats, a figure is negative, above 600 minutes or 400 miles or no number, or
        only one of minutes and miles is blank: every fault at once, with its line.
    """
    source = Path(path)
    if not source.is_file():
        raise InputError([Fault("travel", "", "", str(path), "There is no such file. Give a CSV file of journeys.")])
    read = read_csv(source, "travel")
    faults = list(read.faults)
    frame = None if read.frame is None else _with_columns(read.frame, faults)
    if frame is None:
        raise InputError(faults)
    found = _Journeys(frame, problem, faults)
    found.check()
    faults[len(read.faults) :] = [fault for fault in faults[len(read.faults) :] if fault.row not in read.broken]
    if faults:
        raise InputError(faults)
    return found.matrix(source)


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
    journeys = travel.journeys().set_axis(list(COLUMNS), axis="columns")
    between = travel.between.set_axis(list(COLUMNS), axis="columns")
    parts = [part for part in (journeys, between) if not part.empty] or [journeys]
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_beside(target) as draft:
        pd.concat(parts, ignore_index=True).to_csv(draft, index=False, lineterminator="\n")
    return target


class _Journeys:
    """The rows of a file of journeys, with the positions of their ends in the problem."""

    def __init__(self, frame: pd.DataFrame, problem: Problem, faults: list[Fault]) -> None:
        self.frame, self.faults = frame, faults
        self.pupil_ids, self.setting_ids = (
            pd.Index(problem.pupils["pupil_id"]),
            pd.Index(problem.settings["setting_id"]),
        )
        self.rows = self.pupil_ids.get_indexer(pd.Index(frame["from_id"]))
        self.columns = self.setting_ids.get_indexer(pd.Index(frame["to_id"]))
        self.from_setting = frame["from_id"].isin(self.setting_ids)
        self.figures = {name: self._figures(name) for name in MOST}

    def _figures(self, name: str) -> "pd.Series[float]":
        texts = self.frame[name]
        codes, words = pd.factorize(texts)
        blank = pd.Series(np.asarray(words == "")[codes], texts.index)
        values = pd.to_numeric(pd.Series(words), errors="coerce").to_numpy(dtype=np.float64)
        numbers = pd.Series(values[codes], texts.index)
        self._fault(
            name, numbers.isna() & ~blank, f"is not a number. Give {name} from 0 to {MOST[name]:g}, or a blank."
        )
        return numbers

    def _fault(self, column: str, wrong: "pd.Series[bool]", message: str, value: str = "") -> None:
        cells = self.frame.loc[wrong, column if column in self.frame else "from_id"]
        self.faults.extend(Fault("travel", column, str(label), value or cell, message) for label, cell in cells.items())

    def check(self) -> None:
        """Note every fault of the rows."""
        index = self.frame.index
        for name, most in MOST.items():
            message = f"is not from 0 to {most:g} {name}. For a journey that cannot be made, leave the cell blank."
            outside = (self.figures[name] < 0) | (self.figures[name] > most) | np.isinf(self.figures[name])
            self._fault(name, outside, message)
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
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        return TravelMatrix(
            tuple(self.pupil_ids),
            tuple(self.setting_ids),
            arrays["minutes"],
            arrays["miles"],
            between,
            source=f"the file {source.name}",
            recipe={"method": "file", "sha256": digest},
        )


def _with_columns(raw: pd.DataFrame, faults: list[Fault]) -> pd.DataFrame | None:
    headers = [plain(header) for header in raw.columns]
    for name in COLUMNS:
        if headers.count(plain(name)) != 1:
            message = "The column is missing." if plain(name) not in headers else "The column appears twice. Keep one."
            faults.append(Fault("travel", name, "", "", f"{message} Columns are {', '.join(COLUMNS)}."))
    if any(headers.count(plain(name)) != 1 for name in COLUMNS):
        return None
    return pd.DataFrame({name: _stripped(raw.iloc[:, headers.index(plain(name))]) for name in COLUMNS})


def _stripped(texts: "pd.Series[Any]") -> "pd.Series[str]":
    codes, words = pd.factorize(texts)
    return pd.Series(pd.Index([word.strip() for word in words], dtype="str").take(codes), texts.index)
