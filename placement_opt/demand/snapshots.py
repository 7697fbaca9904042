"""Yearly snapshots of pupils with plans: read, checked, and counted into those who stay, change, leave and join."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.cells import read_table
from placement_opt.demand.axes import GROUP_AXIS, KIND_AXIS, NEED_AXIS, NO_PLACE, Numbers
from placement_opt.demand.tables import SNAPSHOT
from placement_opt.errors import Fault
from placement_opt.headers import plain
from placement_opt.problem import Problem
from placement_opt.schema import PUPILS

Snapshot = pd.DataFrame | Problem
Snapshots = Mapping[int, Snapshot] | Sequence[tuple[int, Snapshot]]
_SHAPE = (len(NEED_AXIS), len(KIND_AXIS), len(GROUP_AXIS))


@dataclass(frozen=True, eq=False)
class Flows:
    """What became of the pupils between snapshots, counted over need x setting kind x year group of the earlier one.

    Parameters
    ----------
    years
        The school years of the snapshots.
    stayed
        Pupils who are in the next snapshot, and who are not (last axis): need x kind x year group x 2.
    kinds
        Those who stayed, by their kind in the next snapshot: need x kind x year group x kind.
    joined
        Pupils of a later snapshot who are not in the one before: year x need x year group.
    joined_kinds
        The same by kind: need x 1 x year group x kind.
    notes
        Counts of what was read and of what does not fit: (snapshot, pupils, what).
    """

    years: tuple[int, ...]
    stayed: Numbers
    kinds: Numbers
    joined: Numbers
    joined_kinds: Numbers
    notes: tuple[tuple[str, int, str], ...]


def read_snapshots(
    given: Snapshots, provisions: pd.DataFrame | None, faults: list[Fault], *, least: int = 2
) -> dict[int, pd.DataFrame]:
    """Read snapshots, and find what is wrong with them.

    Parameters
    ----------
    given
        Tables or problems by their school year.
    provisions
        Where the kind of a `current_provision_id` stands; a snapshot that is a problem has its own.
    faults
        Every fault found is added to this list.
    least
        How many snapshots are needed.

    Returns
    -------
    dict
        By school year: pupil_id, year_group, need, kind (as they stand on the axes), locality.
    """
    pairs = list(given.items()) if isinstance(given, Mapping) else list(given)
    _check_years([year for year, _ in pairs], faults, least)
    return {year: _read_one(year, table, provisions, faults) for year, table in sorted(pairs, key=lambda pair: pair[0])}


def _check_years(years: Sequence[Any], faults: list[Fault], least: int) -> None:
    seen: list[int] = []
    for year in sorted(years):
        if seen and year == seen[-1]:
            faults.append(Fault("snapshots", "year", "", str(year), "is the year of two snapshots. Keep one of them."))
        elif seen and year != seen[-1] + 1:
            message = (
                f"comes after {seen[-1]}. Snapshots are a year apart: add the ones between, or leave out the first."
            )
            faults.append(Fault("snapshots", "year", "", str(year), message))
        seen.append(year)
    if len(set(years)) < least:
        message = f"Give at least {least} snapshots, a year apart; {len(set(years))} came."
        faults.append(Fault("snapshots", "", "", "", message))


def _read_one(year: int, given: Snapshot, provisions: pd.DataFrame | None, faults: list[Fault]) -> pd.DataFrame:
    table = replace(SNAPSHOT, name=f"snapshot {year}")
    raw = given.pupils if isinstance(given, Problem) else given
    provisions = given.provisions if isinstance(given, Problem) else provisions
    wanted = {plain(name) for name in SNAPSHOT.names}
    others = {plain(name) for name in PUPILS.names} - wanted
    raw = pd.DataFrame(raw.drop(columns=[name for name in raw.columns if plain(name) in others]))
    found: list[Fault] = []
    frame = read_table(table, raw, found)
    kinds = _kinds(table.name, frame, provisions, found)
    if frame.empty:
        found.append(Fault(table.name, "", "", "", "The table has no rows. Add at least one: a pupil with a plan."))
    faults.extend(found)
    frame = frame.assign(kind=kinds)
    return frame[["pupil_id", "year_group", "need", "kind", "locality"]]


def _kinds(name: str, frame: pd.DataFrame, provisions: pd.DataFrame | None, faults: list[Fault]) -> "pd.Series[str]":
    """Return each pupil's kind: as given, that of the provision, or no place."""
    known = {} if provisions is None else dict(zip(provisions["provision_id"], provisions["kind"], strict=True))
    kinds = frame["kind"].where(frame["kind"].notna(), frame["current_provision_id"].map(known))
    lost = frame["current_provision_id"].notna() & kinds.isna()
    for label, provision_id in frame.loc[lost, "current_provision_id"].items():
        message = "is not a provision of the problem. Give the pupil's setting kind in the column kind."
        faults.append(Fault(name, "current_provision_id", str(label), str(provision_id), message))
    return kinds.fillna(NO_PLACE).astype("str")


def count_flows(frames: Mapping[int, pd.DataFrame], *, last_year_group: int) -> Flows:
    """Count who stays, changes kind, leaves and joins from each snapshot to the next.

    Pupils who reach `last_year_group` leave by rule and are no evidence; nor are those above it.
    """
    years = tuple(frames)
    stayed, kinds = np.zeros((*_SHAPE, 2)), np.zeros((*_SHAPE, len(KIND_AXIS)))
    joined = np.zeros((len(years) - 1, len(NEED_AXIS), len(GROUP_AXIS)))
    joined_kinds = np.zeros((len(NEED_AXIS), 1, len(GROUP_AXIS), len(KIND_AXIS)))
    notes: list[tuple[str, int, str]] = []
    placed = {year: _placed(frame) for year, frame in frames.items()}
    for at, (earlier, later) in enumerate(pairwise(years)):
        both = placed[earlier].merge(
            placed[later], how="outer", left_index=True, right_index=True, suffixes=("", "_then")
        )
        was, then = both["group"].notna(), both["group_then"].notna()
        counted = both[was & (both["year_group"] < last_year_group)]
        cells = tuple(counted[name].to_numpy(dtype=int) for name in ("need", "kind", "group"))
        is_here = counted["group_then"].notna().to_numpy()
        np.add.at(stayed, (*cells, (~is_here).astype(int)), 1)
        stays = counted[is_here]
        np.add.at(kinds, tuple(stays[name].to_numpy(dtype=int) for name in ("need", "kind", "group", "kind_then")), 1)
        new = both[~was & then & (both["year_group_then"] <= last_year_group)]
        need, kind, group = (new[f"{name}_then"].to_numpy(dtype=int) for name in ("need", "kind", "group"))
        np.add.at(joined[at], (need, group), 1)
        np.add.at(joined_kinds[:, 0], (need, group, kind), 1)
        notes.extend(_oddities(earlier, later, both[was & then], both[was], last_year_group))
    notes = [(f"snapshot {year}", len(frame), "pupils read") for year, frame in frames.items()] + notes
    return Flows(years, stayed, kinds, joined, joined_kinds, tuple(notes))


def _placed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the pupils with their positions on the axes, by their id."""
    return pd.DataFrame(
        {
            "need": _positions(frame["need"], NEED_AXIS),
            "kind": _positions(frame["kind"], KIND_AXIS),
            "group": _positions(frame["year_group"], GROUP_AXIS),
            "year_group": frame["year_group"].to_numpy(),
        },
        index=pd.Index(frame["pupil_id"], dtype="object"),
    ).sort_index()


def _positions(cells: Iterable[Any], axis: Collection[Any]) -> list[int]:
    position = {name: at for at, name in enumerate(axis)}
    return [position[cell] for cell in cells]


def _oddities(
    earlier: int, later: int, here: pd.DataFrame, was: pd.DataFrame, last_year_group: int
) -> Iterable[tuple[str, int, str]]:
    where = f"snapshots {earlier} and {later}"
    repeats = int((here["year_group_then"] != here["year_group"] + 1).sum())
    needs = int((here["need"] != here["need_then"]).sum())
    past = int((was["year_group"] >= last_year_group).sum())
    if repeats:
        yield where, repeats, "pupils in both whose year group is not one on; counted by that of the earlier"
    if needs:
        yield where, needs, "pupils in both whose primary need changed; a projected pupil's need does not change"
    if past:
        yield where, past, f"pupils in Year {last_year_group} or above, who leave by rule; no evidence for leaving"
