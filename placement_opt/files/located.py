"""Points in place of postcodes."""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from placement_opt.errors import Fault
from placement_opt.headers import is_blank, plain
from placement_opt.registers.postcodes import Postcodes, read_postcodes
from placement_opt.schema import TABLES

_POINT_COLUMNS = frozenset({"easting", "northing", "easting, northing", "postcode"})


class Unlocated(set[tuple[str, str]]):
    """Rows (table, label) whose postcode led nowhere; that they have no point is no second fault."""

    def explains(self, fault: Fault) -> bool:
        """Say whether a fault only follows from a postcode that was not found."""
        if fault.column not in _POINT_COLUMNS:
            return False
        return (fault.table, fault.row) in self or (not fault.row and any(table == fault.table for table, _ in self))


def put_points(
    frames: Mapping[str, pd.DataFrame], postcodes: Path, faults: list[Fault]
) -> tuple[dict[str, pd.DataFrame], Unlocated]:
    """Give eastings and northings to rows that have a postcode instead, and drop the postcodes.

    Parameters
    ----------
    frames
        Raw tables by name.
    postcodes
        A Code-Point Open CSV file or a folder of them.
    faults
        Postcodes that are not found, and faults of the file itself, are added to this list.
    """
    own: list[Fault] = []
    known = read_postcodes(postcodes, own)
    faults.extend(own)
    unlocated = Unlocated()
    located = {
        name: _with_points(name, frame, known, faults, unlocated, is_known=not own)
        if name in TABLES and TABLES[name].located
        else frame
        for name, frame in frames.items()
    }
    return located, unlocated


def _with_points(
    table: str, raw: pd.DataFrame, known: Postcodes, faults: list[Fault], unlocated: Unlocated, *, is_known: bool
) -> pd.DataFrame:
    headers = {plain(header): header for header in raw.columns}
    if "postcode" not in headers or isinstance(raw, gpd.GeoDataFrame) or raw.columns.has_duplicates:
        return raw
    frame = raw.copy()
    given = frame.pop(headers["postcode"])
    wanted = ~given.map(is_blank).astype(bool)
    for column in ("easting", "northing"):
        if column in headers:
            wanted &= frame[headers[column]].map(is_blank).astype(bool)
    labels, texts = given.index[wanted], [str(text) for text in given[wanted]]
    points = known.look_up(texts)
    for label, text, is_missing in zip(labels, texts, points["easting"].isna(), strict=True):
        if is_missing:
            unlocated.add((table, str(label)))
            if is_known:
                message = (
                    "is not in the postcode file, or has no point there. Correct it, or give easting and northing."
                )
                faults.append(Fault(table, "postcode", str(label), text, message))
    for column in ("easting", "northing"):
        header = headers.get(column, column)
        values = frame[header].astype(object) if header in frame else pd.Series(np.nan, frame.index, dtype=object)
        values[wanted] = points[column].to_numpy()
        frame[header] = values
    return frame
