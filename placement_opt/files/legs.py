"""Drives between stops from a file and to a file, as a router or a satnav gives them."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.files.delimited import read_csv
from placement_opt.files.journeys import COLUMNS, MOST, numbers_of, outside, with_columns
from placement_opt.legs import Legs
from placement_opt.problem import Problem
from placement_opt.whole_files import write_csv_files


def read_legs(path: str | Path, problem: Problem) -> Legs:
    """Read the drives between homes and schools from a CSV file.

    Parameters
    ----------
    path
        A file with the columns from_id and to_id (each a pupil_id or a setting_id), minutes and miles, one way. A
        pair that is not there, or whose minutes and miles are blank, cannot be driven. Who lives at one point shares
        its rows: one of them need be there.
    problem
        Whose pupils and settings the drives are between.

    Returns
    -------
    Legs
        The drives between all points that the file names, with the SHA-256 of the file in the recipe, and how many
        pupils and settings it does not name: those cannot be on a route. Between a point and itself 0, unless the
        file says otherwise.

    Raises
    ------
    InputError
        When an id is unknown, a figure is negative, above 600 minutes or 400 miles or no number, only one of minutes
        and miles is blank, or rows about the same two points differ: every fault at once, with its line.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.legs import straight_legs
    >>> with TemporaryDirectory() as folder:
    ...     read_legs(write_legs(straight_legs(tiny()), Path(folder) / "legs.csv"), tiny())
    Legs(3 pupils and 2 settings at 5 points, the file legs.csv)
    """
    source = Path(path)
    if not source.is_file():
        raise InputError([Fault("legs", "", "", str(path), "There is no such file. Give a CSV file of drives.")])
    read = read_csv(source, "legs")
    faults = list(read.faults)
    frame = None if read.frame is None else with_columns(read.frame, faults, "legs")
    if frame is None:
        raise InputError(faults)
    found = _Drives(frame, problem)
    faults += [fault for fault in found.faults() if fault.row not in read.broken]
    if faults:
        raise InputError(faults)
    return found.legs(source)


def write_legs(legs: Legs, path: str | Path) -> Path:
    """Write drives so that `read_legs` gives them back exactly.

    Parameters
    ----------
    legs
        What to write. A point goes by the id of the first pupil who lives there, or of its school.
    path
        The CSV file; an existing one is replaced, and nothing is left behind if anything fails.

    Returns
    -------
    Path
        The path written to. The rows hold pupils' ids: keep it as you keep the tables.

    Raises
    ------
    ValueError
        When a pupil has the id of a school: the file could not tell them apart.
    """
    both = set(legs.pupil_ids) & set(legs.setting_ids)
    if both:
        raise ValueError(f"{sorted(both)[0]!r} is both a pupil and a school; rename the pupil.")
    target = Path(path)
    ids = pd.Series([*legs.pupil_ids, *legs.setting_ids], dtype="str")
    points, first = np.unique(np.append(legs.pupil_point, legs.setting_point), return_index=True)
    names = ids.iloc[first].to_numpy()
    rows = {
        "from_id": np.repeat(names, len(names)),
        "to_id": np.tile(names, len(names)),
        "minutes": legs.minutes[np.ix_(points, points)].ravel(),
        "miles": legs.miles[np.ix_(points, points)].ravel(),
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    write_csv_files(target.parent, {target.name: pd.DataFrame(rows, columns=list(COLUMNS))})
    return target


class _Drives:
    """The rows of a file of drives, with the points of their ends."""

    def __init__(self, frame: pd.DataFrame, problem: Problem) -> None:
        tables = (problem.pupils, problem.settings)
        ends = np.vstack([table[["easting", "northing"]].to_numpy(dtype=np.float64) for table in tables])
        _, point = np.unique(ends, axis=0, return_inverse=True)
        self.frame = frame
        self.pupil_ids, self.setting_ids = tables[0]["pupil_id"], tables[1]["setting_id"]
        ids = pd.Index([*self.pupil_ids, *self.setting_ids], dtype="str")
        self.ambiguous = set(ids[ids.duplicated()])
        self.point = pd.Series(point.reshape(-1).astype(np.int64), ids)
        known = self.point[~ids.duplicated()]
        self.ends = {name: frame[name].map(known).fillna(-1).astype("int64") for name in COLUMNS[:2]}
        self.figures = {name: numbers_of(frame[name]) for name in MOST}

    def faults(self) -> list[Fault]:
        """Return every fault of the rows."""
        found: list[Fault] = []

        def blame(column: str, wrong: "pd.Series[bool]", message: str) -> None:
            cells = self.frame.loc[wrong, column]
            found.extend(Fault("legs", column, str(line), cell, message) for line, cell in cells.items())

        for name, points in self.ends.items():
            blame(name, points < 0, "is no pupil_id or setting_id of the problem. Correct it or remove the row.")
            blame(name, self.frame[name].isin(self.ambiguous), "is a pupil_id and a setting_id. Rename the pupil.")
        for (name, figures), other in zip(self.figures.items(), ("miles", "minutes"), strict=True):
            is_blank = self.frame[name] == ""
            message = f"is not a number. Give {name} from 0 to {MOST[name]:g}, or a blank."
            blame(name, figures.isna() & ~is_blank, message)
            blame(name, (figures < 0) | (figures > MOST[name]), outside(name))
            message = f"The cell is blank but {other} is not. Give both, or leave both blank."
            blame(name, is_blank & (self.frame[other] != ""), message)
        differs = self._differs()
        found += [
            Fault("legs", "minutes, miles", str(line), "", "differs from an earlier row about the same two points.")
            for line in differs.index[differs]
        ]
        return found

    def _differs(self) -> "pd.Series[bool]":
        """Return whether each row says something else than the first about its two points."""
        rows = pd.DataFrame({**self.ends, **self.figures}).fillna(-1.0)
        first = rows.groupby(list(COLUMNS[:2]))[list(MOST)].transform("first")
        is_known = (rows["from_id"] >= 0) & (rows["to_id"] >= 0)
        return is_known & (first != rows[list(MOST)]).any(axis="columns")

    def legs(self, source: Path) -> Legs:
        """Return the drives; the rows have no fault."""
        ends = [self.ends[name].to_numpy() for name in COLUMNS[:2]]
        named = np.unique(np.concatenate(ends))
        starts, stops = (np.searchsorted(named, end) for end in ends)
        arrays = {}
        for name, figures in self.figures.items():
            arrays[name] = np.full((len(named), len(named)), np.nan)
            np.fill_diagonal(arrays[name], 0.0)
            arrays[name][starts, stops] = figures.to_numpy()
        points = np.split(self.point.to_numpy(), [len(self.pupil_ids)])
        inside = [np.isin(point, named) for point in points]
        left_out = [int((~isin).sum()) for isin in inside]
        return Legs(
            tuple(self.pupil_ids[inside[0]]),
            tuple(self.setting_ids[inside[1]]),
            np.searchsorted(named, points[0][inside[0]]).astype(np.int64),
            np.searchsorted(named, points[1][inside[1]]).astype(np.int64),
            arrays["minutes"],
            arrays["miles"],
            source=f"the file {source.name}",
            recipe={
                "method": "file",
                "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
                "pupils_without_legs": left_out[0],
                "settings_without_legs": left_out[1],
            },
        )
