"""Code-Point Open: where a postcode lies and in which district."""

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from placement_opt.errors import Fault
from placement_opt.registers.reading import Note, Outcome

NO_GRID_REFERENCE_QUALITY = 90
"""Positional quality indicator of a postcode without coordinates (Code-Point Open user guide)."""

_COLUMNS = {0: "postcode", 1: "quality", 2: "easting", 3: "northing", 8: "district"}
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")


def plain_postcode(text: str) -> str:
    """Return a postcode in capitals without spaces, so that spellings agree.

    Examples
    --------
    >>> plain_postcode("wr1  1aa")
    'WR11AA'
    """
    return re.sub(r"[^A-Z0-9]", "", text.upper())


@dataclass(frozen=True, eq=False)
class Postcodes:
    """Points and districts of postcodes.

    Parameters
    ----------
    points
        easting, northing and district, indexed by plain postcode.
    notes
        The rows that were dropped.
    rows_read
        Rows of all files.
    """

    points: pd.DataFrame
    notes: tuple[Note, ...]
    rows_read: int

    def look_up(self, postcodes: Iterable[str]) -> pd.DataFrame:
        """Return easting, northing and district of postcodes in their order; blank where one is not known."""
        found: pd.DataFrame = self.points.reindex([plain_postcode(text) for text in postcodes])
        return found.reset_index(drop=True)

    def nearest_district(self, easting: NDArray[np.float64], northing: NDArray[np.float64]) -> list[str]:
        """Return the district of the postcode nearest to each point."""
        points = shapely.points(self.points["easting"].to_numpy(), self.points["northing"].to_numpy())
        tree = shapely.STRtree(np.asarray(points, dtype=object))
        rows = tree.nearest(shapely.points(easting, northing))
        return [str(value) for value in self.points["district"].iloc[np.asarray(rows, dtype=int)]]


def read_postcodes(path: Path, faults: list[Fault]) -> Postcodes:
    """Read Code-Point Open: one CSV file, plain or gzipped, or a folder of them, without headers.

    Parameters
    ----------
    path
        The file or folder.
    faults
        Every fault found is added to this list.
    """
    files = _files(path, faults)
    frames = [frame for file in files if (frame := _read_file(file, faults)) is not None]
    if not frames:
        blank = pd.DataFrame({"easting": [], "northing": [], "district": []}, index=pd.Index([], dtype="str"))
        return Postcodes(blank, (), 0)
    frame = pd.concat(frames, ignore_index=True)
    reasons = _reasons(frame)
    notes = [
        Note("postcodes", int(line), "", Outcome.DROPPED, str(reason))
        for line, reason in zip(frame["line"][reasons != ""], reasons[reasons != ""], strict=True)
    ]
    kept = frame.loc[(reasons == "").to_numpy(), ["plain", "easting", "northing", "district"]].set_index("plain")
    return Postcodes(kept, tuple(notes), len(frame))


def _files(path: Path, faults: list[Fault]) -> Sequence[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(
        file
        for file in path.rglob("*")
        if file.name.lower().endswith((".csv", ".csv.gz")) and "doc" not in _folders(path, file)
    )
    if not files:
        message = "The folder holds no CSV files. Unpack the Code-Point Open download into it."
        faults.append(Fault("postcodes", "", "", str(path), message))
    return files


def _folders(path: Path, file: Path) -> set[str]:
    return {part.lower() for part in file.relative_to(path).parts[:-1]}


def _read_file(path: Path, faults: list[Fault]) -> pd.DataFrame | None:
    try:
        frame = _read_columns(path)
    except FileNotFoundError:
        faults.append(Fault("postcodes", "", "", str(path), "There is no such file."))
        return None
    except pd.errors.EmptyDataError:
        faults.append(Fault("postcodes", "", "", path.name, "The file is empty."))
        return None
    except (pd.errors.ParserError, UnicodeDecodeError, OSError, EOFError, zlib.error):
        message = "is not a CSV file, or is cut off. Take Code-Point Open from the Ordnance Survey again."
        faults.append(Fault("postcodes", "", "", path.name, message))
        return None
    frame.insert(len(frame.columns), "line", np.arange(1, len(frame) + 1))
    if str(frame.iloc[0, 0]).strip().lower().startswith("p") and "code" in str(frame.iloc[0, 0]).lower():
        frame = frame.iloc[1:]
    frame = frame.rename(columns=_COLUMNS)
    if "northing" not in frame.columns or frame.empty or not _looks_right(frame):
        message = "is not Code-Point Open: its columns are postcode, quality, easting, northing, ... without a header."
        faults.append(Fault("postcodes", "", "1", path.name, message))
        return None
    if "district" not in frame.columns:
        frame["district"] = ""
    return frame[["line", *_COLUMNS.values()]]


def _read_columns(path: Path) -> pd.DataFrame:
    width = len(pd.read_csv(path, header=None, nrows=1, dtype="str", encoding="utf-8-sig").columns)
    used = [column for column in _COLUMNS if column < width]
    return pd.read_csv(path, header=None, usecols=used, dtype="str", keep_default_na=False, encoding="utf-8-sig")


def _looks_right(frame: pd.DataFrame) -> bool:
    first = frame.iloc[0]
    return bool(_POSTCODE.fullmatch(plain_postcode(str(first["postcode"])))) and str(first["quality"]).strip().isdigit()


def _reasons(frame: pd.DataFrame) -> "pd.Series[str]":
    """Say for each row why it cannot be used; blank = it can. Coordinates become numbers in place."""
    frame["plain"] = frame["postcode"].str.upper().str.replace(r"[^A-Z0-9]", "", regex=True)
    for column in ("quality", "easting", "northing"):
        frame[column] = pd.to_numeric(frame[column], errors="coerce")
    reasons = pd.Series("", index=frame.index, dtype="str")
    reasons[frame["plain"].duplicated()] = "the postcode appears already"
    has_point = (frame["easting"] > 0) & (frame["northing"] > 0)
    reasons[frame["plain"].isna() | (frame["plain"] == "")] = "no postcode"
    reasons[~has_point | (frame["quality"] == NO_GRID_REFERENCE_QUALITY)] = "no grid reference (quality 90 or zero)"
    return reasons
