"""Postcode files (Code-Point Open, ONSPD, NSPL): where a postcode lies and in which district."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from placement_opt.errors import Fault, InputError
from placement_opt.file_limits import NOT_WHOLE, gunzipped, holds_too_much, read_whole, unpacked_words
from placement_opt.registers.postcode_columns import (
    ALIASES,
    NEEDED,
    WITHOUT_HEADER,
    named_places,
    northern_ireland,
)
from placement_opt.registers.reading import Note, Outcome

NO_GRID_REFERENCE_QUALITY = 90
"""Positional quality indicator of a postcode without coordinates (Code-Point Open user guide)."""

NO_GRID_REFERENCE = 9
"""Grid reference indicator of a postcode without coordinates (`osgrdind`, `gridind` of the ONS user guides)."""

_LISTED_AT_MOST = 100
_KEPT = ("postcode", "quality", "grid_quality", "easting", "northing", "district", "terminated")
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


_BLANK = pd.DataFrame({"easting": [], "northing": [], "district": []}, index=pd.Index([], dtype="str"))
NO_POSTCODES = Postcodes(_BLANK, (), 0)
"""No postcode at all."""


def read_postcodes(path: Path | Sequence[Path], faults: list[Fault]) -> Postcodes:
    """Read a postcode file, plain, packed with gzip or in a zip archive, a folder of them, or several.

    Parameters
    ----------
    path
        Code-Point Open (with or without a header), the ONS Postcode Directory or the National Statistics Postcode
        Lookup, with the column names of any year.
    faults
        Every fault found is added to this list.

    Notes
    -----
    Dropped and counted: terminated postcodes, those without a grid reference, those of Northern Ireland (Irish Grid).
    """
    paths = [path] if isinstance(path, Path) else path
    files = [file for one in paths for file in _files(one, faults)]
    frames = [frame for file in files if (frame := _read_file(file, faults)) is not None]
    if not frames:
        return NO_POSTCODES
    frame = pd.concat(frames, ignore_index=True)
    reasons = _reasons(frame)
    kept = frame.loc[(reasons == "").to_numpy(), ["plain", "easting", "northing", "district"]].set_index("plain")
    return Postcodes(kept, tuple(_dropped(frame["line"], reasons)), len(frame))


def _dropped(lines: "pd.Series[int]", reasons: "pd.Series[str]") -> Iterator[Note]:
    """Note the dropped rows, each at its line, or all at once for a reason that very many have."""
    for reason, rows in lines[reasons != ""].groupby(reasons[reasons != ""]):
        if len(rows) > _LISTED_AT_MOST:
            yield Note("postcodes", 0, "", Outcome.DROPPED, str(reason), len(rows))
        else:
            yield from (Note("postcodes", int(line), "", Outcome.DROPPED, str(reason)) for line in rows)


def _files(path: Path, faults: list[Fault]) -> Sequence[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(
        file
        for file in path.rglob("*")
        if file.name.lower().endswith((".csv", ".csv.gz", ".csv.zip")) and "doc" not in _folders(path, file)
    )
    if not files:
        message = "The folder holds no CSV files. Unpack the Code-Point Open download into it."
        faults.append(Fault("postcodes", "", "", str(path), message))
    return files


def _folders(path: Path, file: Path) -> set[str]:
    return {part.lower() for part in file.relative_to(path).parts[:-1]}


def _read_file(path: Path, faults: list[Fault]) -> pd.DataFrame | None:
    try:
        frame = _read_columns(path, faults)
    except FileNotFoundError:
        faults.append(Fault("postcodes", "", "", str(path), "There is no such file."))
        return None
    except InputError as error:
        faults.extend(error.faults)
        return None
    except pd.errors.EmptyDataError:
        faults.append(Fault("postcodes", "", "", path.name, "The file is empty."))
        return None
    except (ValueError, *NOT_WHOLE):
        message = "is not a CSV file, is cut off, or is an archive of several files. Unpack it or download it again."
        faults.append(Fault("postcodes", "", "", path.name, message))
        return None
    if frame is None:
        return None
    for column in _KEPT:
        if column not in frame.columns:
            frame[column] = ""
    return frame[["line", *_KEPT]]


def _unpacks_too_far(path: Path) -> bool:
    if path.suffix.lower() == ".gz":
        return gunzipped(read_whole(path)) is None
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            return holds_too_much(archive)
    return False


def _read_columns(path: Path, faults: list[Fault]) -> pd.DataFrame | None:
    if _unpacks_too_far(path):
        faults.append(Fault("postcodes", "", "", path.name, unpacked_words("The archive")))
        return None
    first = pd.read_csv(path, header=None, nrows=1, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    header = [str(cell) for cell in first.iloc[0]]
    names = named_places(header)
    if set(NEEDED) <= set(names.values()):
        frame = pd.read_csv(
            path, usecols=list(names), dtype="str", keep_default_na=False, encoding="utf-8-sig", index_col=False
        ).rename(columns=names)
        frame["line"] = np.arange(2, len(frame) + 2)
    elif _is_postcode(header[0]):
        places = {place: name for place, name in WITHOUT_HEADER.items() if place < len(header)}
        frame = pd.read_csv(
            path, header=None, usecols=list(places), dtype="str", keep_default_na=False, encoding="utf-8-sig"
        ).rename(columns=places)
        frame["line"] = np.arange(1, len(frame) + 1)
    else:
        faults.append(_not_postcodes(path, names))
        return None
    if not frame.empty and "northing" in frame and _looks_right(frame):
        return frame
    faults.append(_not_postcodes(path, names))
    return None


def _not_postcodes(path: Path, names: Mapping[str, str]) -> Fault:
    missing = [column for column in NEEDED if column not in names.values()]
    if names and missing:
        known = "; ".join(f"{column}: {', '.join(ALIASES[column])}" for column in missing)
        message = f"has no column for {' and '.join(missing)}. Known names are {known}."
    else:
        message = (
            "is no postcode file: it needs a header with postcode, easting and northing (ONSPD, NSPL) or, without one, "
            "the columns postcode, quality, easting, northing, ... of Code-Point Open."
        )
    return Fault("postcodes", "", "1", path.name, message)


def _is_postcode(text: str) -> bool:
    return _POSTCODE.fullmatch(plain_postcode(text)) is not None


def _looks_right(frame: pd.DataFrame) -> bool:
    """Say whether the first rows hold a postcode and, where there is a quality, a number for it."""
    for _, row in frame.head(_LISTED_AT_MOST).iterrows():
        quality = str(row.get("quality", "0")).strip()
        if _is_postcode(str(row["postcode"])) and (quality.isdigit() or not quality):
            return True
    return False


def _reasons(frame: pd.DataFrame) -> "pd.Series[str]":
    """Say for each row why it cannot be used; blank = it can. Coordinates become numbers in place."""
    frame["plain"] = frame["postcode"].str.upper().str.replace(r"[^A-Z0-9]", "", regex=True)
    for column in ("quality", "grid_quality", "easting", "northing"):
        frame[column] = pd.to_numeric(frame[column], errors="coerce")
    reasons = pd.Series("", index=frame.index, dtype="str")
    has_point = (frame["easting"] > 0) & (frame["northing"] > 0) & np.isfinite(frame["easting"] + frame["northing"])
    no_grid = (frame["quality"] == NO_GRID_REFERENCE_QUALITY) | (frame["grid_quality"] == NO_GRID_REFERENCE)
    reasons[~has_point | no_grid] = "no grid reference (quality 90 or 9, blank or zero)"
    reasons[northern_ireland(frame["plain"])] = "Northern Ireland: its grid references are of the Irish Grid"
    reasons[frame["terminated"].str.strip() != ""] = "terminated postcode"
    reasons[frame["plain"] == ""] = "no postcode"
    usable = frame["plain"].where(reasons == "")
    reasons[usable.notna() & usable.duplicated()] = "the postcode appears already"
    return reasons
