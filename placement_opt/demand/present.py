"""Pupils as positions on the axes: what a projection begins with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.demand.axes import GROUP_AXIS, KIND_AXIS, NEED_AXIS, NO_PLACE, Numbers, Positions
from placement_opt.plan import NOT_GIVEN

NEVER = np.iinfo(np.int64).max
"""The year of what does not happen in the plan."""


@dataclass(frozen=True, eq=False)
class People:
    """Rows of pupils, each a number of identical ones.

    Parameters
    ----------
    need, kind, group, place
        Where a row stands on the axes of need, setting kind, year group (in its base year) and locality.
    count
        Pupils of the row.
    base
        The school year in which the row is in that year group: that of its arrival.
    leaves
        The first year in which a row is no longer here, where that is known; else `NEVER`.
    """

    need: Positions
    kind: Positions
    group: Positions
    place: Positions
    count: Positions
    base: Positions
    leaves: Positions

    def __len__(self) -> int:
        return len(self.need)


def people_of(
    frame: pd.DataFrame, localities: Sequence[str], *, base: int | None = None, leaves: pd.Series | None = None
) -> People:
    """Return the rows of a table of pupils.

    Parameters
    ----------
    frame
        pupil_id, need, kind (of the setting; absent = no place), year_group, locality, count; `arrives` where `base` is
        None.
    localities
        The axis of localities.
    base
        The school year of the year groups.
    leaves
        First year in which a pupil is no longer here, by pupil_id.
    """
    rows = len(frame)
    kinds = frame["kind"] if "kind" in frame else pd.Series(NO_PLACE, index=frame.index)
    known = pd.Series(dtype="int64") if leaves is None else leaves
    gone = frame["pupil_id"].map(known)
    return People(
        need=_at(frame["need"], NEED_AXIS),
        kind=_at(kinds, KIND_AXIS),
        group=_at(frame["year_group"], GROUP_AXIS),
        place=_at(locality_names(frame), localities),
        count=frame["count"].to_numpy(dtype=np.int64) if "count" in frame else np.ones(rows, dtype=np.int64),
        base=np.full(rows, base) if base is not None else frame["arrives"].to_numpy(dtype=np.int64),
        leaves=np.array([NEVER if pd.isna(year) else int(year) for year in gone], dtype=np.int64),
    )


def locality_names(frame: pd.DataFrame) -> "pd.Series[str]":
    """Return the localities of rows, blank ones by their name in reports."""
    return frame["locality"].astype("object").fillna(NOT_GIVEN).astype("str")


def locality_axis(frames: Sequence[pd.DataFrame]) -> tuple[str, ...]:
    """Return the localities of tables in order; at least one."""
    names = {str(name) for frame in frames for name in locality_names(frame)}
    return tuple(sorted(names)) or (NOT_GIVEN,)


def counted(people: People, localities: int) -> Numbers:
    """Count pupils over need x kind x year group x locality."""
    counts = np.zeros((len(NEED_AXIS), len(KIND_AXIS), len(GROUP_AXIS), localities))
    np.add.at(counts, (people.need, people.kind, people.group, people.place), people.count)
    return counts


def _at(cells: Sequence[object] | pd.Series, axis: Sequence[object]) -> Positions:
    position = {name: at for at, name in enumerate(axis)}
    return np.array([position[cell] for cell in cells], dtype=np.int64)
