"""The placements of two runs: who stays, who moves, who is new, who has left, who has a place or none."""

from collections import Counter
from typing import Any

import pandas as pd

from placement_opt.compare import Comparison
from placement_opt.flows import FLOW_COLUMNS
from placement_opt.plan import Plan
from placement_opt.why.runs.rows import TableChanges

STAYED, MOVED, PLACED, LOST, WAITS = "same place", "moved", "now placed", "now unplaced", "still unplaced"
NEW, NEW_UNPLACED, LEFT, LEFT_UNPLACED = "new, placed", "new, unplaced", "left", "left, had no place"
WHATS = (STAYED, MOVED, PLACED, LOST, WAITS, NEW, NEW_UNPLACED, LEFT, LEFT_UNPLACED)
"""What can have become of a pupil between two runs, in the order of tables."""
PLACE_COLUMNS = {"what": "str", **FLOW_COLUMNS, "about": "str"}
NOTHING_OF_THEIRS = "no row about the pupil or either place"
_FROM, _TO = ["from_provision_id", "from_kind"], ["to_provision_id", "to_kind"]


def placements_between(before: Plan, after: Plan, changes: TableChanges | None) -> pd.DataFrame:
    """Return what has become of every pupil of two plans.

    Parameters
    ----------
    before, after
        The plans.
    changes
        Between their tables; None = not known.

    Returns
    -------
    DataFrame
        The columns of `PLACE_COLUMNS`: what (one of `WHATS`), pupil_id, count, need, year_group, where from and where
        to, and in `about` the tables with changed rows about the pupil, the place left and the place taken (blank
        where the tables are not known or the place is the same). Of a row of several pupils as many as possible stay;
        pupils that one run has more of are new or have left.
    """
    flows = Comparison({"before": before, "after": after}).flows()
    left = _left_over(_counted(before), flows, _FROM).rename(columns=dict(zip(_TO, _FROM, strict=True)))
    new = _left_over(_counted(after), flows, _TO)
    parts = [_with_columns(part) for part in (flows, left, new) if not part.empty]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in PLACE_COLUMNS.items()})
    table = pd.concat(parts, ignore_index=True)
    is_old = [True] * len(flows) + [True] * len(left) + [False] * len(new)
    is_left = [False] * len(flows) + [True] * len(left) + [False] * len(new)
    ends = zip(table["from_provision_id"], table["to_provision_id"], is_old, is_left, strict=True)
    table["what"] = [_what(start, end, old=old, gone=gone) for start, end, old, gone in ends]
    table["about"] = _about(table, changes, before, after)
    return table[list(PLACE_COLUMNS)].astype(PLACE_COLUMNS).sort_values(["what", "pupil_id"], ignore_index=True)


def _counted(plan: Plan) -> pd.DataFrame:
    """Return how many pupils of each row are where, with the columns of a flow's end; a blank provision = nowhere."""
    columns = ["pupil_id", "need", "year_group", "provision_id", "kind", "count"]
    waiting = plan.unplaced.assign(provision_id=None, kind=None)
    both = pd.concat([plan.placements[columns].astype("object"), waiting[columns].astype("object")])
    return both.rename(columns={"provision_id": "to_provision_id", "kind": "to_kind"})


def _left_over(counted: pd.DataFrame, flows: pd.DataFrame, ends: list[str]) -> pd.DataFrame:
    """Return the pupils that no flow begins (or ends) with: those who are in one run only."""
    known: Counter[tuple[str, str]] = Counter()
    for pupil_id, place, number in zip(flows["pupil_id"], flows[ends[0]], flows["count"], strict=True):
        known[str(pupil_id), _word(place)] += int(number)
    rest = [
        int(count) - known[str(pupil_id), _word(place)]
        for pupil_id, place, count in zip(
            counted["pupil_id"], counted["to_provision_id"], counted["count"], strict=True
        )
    ]
    return counted.assign(count=rest)[[number > 0 for number in rest]]


def _with_columns(part: pd.DataFrame) -> pd.DataFrame:
    return part.astype("object").reindex(columns=[name for name in PLACE_COLUMNS if name not in {"what", "about"}])


def _what(start: Any, end: Any, *, old: bool, gone: bool) -> str:
    begins, ends = _word(start), _word(end)
    if gone:
        return LEFT if begins else LEFT_UNPLACED
    if not old:
        return NEW if ends else NEW_UNPLACED
    if begins == ends:
        return STAYED if begins else WAITS
    if not begins:
        return PLACED
    return MOVED if ends else LOST


def _about(table: pd.DataFrame, changes: TableChanges | None, before: Plan, after: Plan) -> list[str]:
    """Say for those whose place differs which tables have changed rows about them and about either place."""
    if changes is None:
        return [""] * len(table)
    tables = {name: _tables_by(changes, name) for name in ("pupil_id", "provision_id", "setting_id")}
    schools = {
        str(provision): str(setting)
        for plan in (before, after)
        for provision, setting in zip(plan.use["provision_id"], plan.use["setting_id"], strict=True)
    }

    def of_place(place: Any) -> set[str]:
        own = tables["provision_id"].get(_word(place), set())
        return own | tables["setting_id"].get(schools.get(_word(place), ""), set())

    said = []
    for what, pupil_id, start, end in zip(
        table["what"], table["pupil_id"], table["from_provision_id"], table["to_provision_id"], strict=True
    ):
        parts = {
            "pupil": tables["pupil_id"].get(str(pupil_id), set()),
            "place left": of_place(start),
            "place taken": of_place(end),
        }
        words = "; ".join(f"{part}: {', '.join(sorted(names))}" for part, names in parts.items() if names)
        said.append("" if what in {STAYED, WAITS} else words or NOTHING_OF_THEIRS)
    return said


def _tables_by(changes: TableChanges, column: str) -> dict[str, set[str]]:
    """Return the tables with changed rows about each pupil, provision or school by itself."""
    rows = changes.rows[changes.rows[column].notna()]
    if column == "provision_id":
        rows = rows[rows["pupil_id"].isna()]
    if column == "setting_id":
        rows = rows[rows["pupil_id"].isna() & rows["provision_id"].isna()]
    found: dict[str, set[str]] = {}
    for key, name in zip(rows[column], rows["table"], strict=True):
        found.setdefault(str(key), set()).add(str(name))
    return found


def _word(place: Any) -> str:
    return "" if pd.isna(place) else str(place)
