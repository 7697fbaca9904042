"""Checks that need more than one cell: points, references, and decisions that contradict each other."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from placement_opt.errors import Fault
from placement_opt.schema import TABLES

Frames = Mapping[str, pd.DataFrame]


def check_tables(frames: Frames) -> list[Fault]:
    """Return the faults that show only when rows and tables are held against each other.

    Parameters
    ----------
    frames
        The tables of a problem by name, with the types of their description and their rows' labels as index.
    """
    faults: list[Fault] = []
    for check in (
        _empty_tables,
        _references,
        _points,
        _year_ranges,
        _sibling_cohorts,
        _hub_kinds,
        _link_ends,
        _part_limit_scopes,
        _decisions,
        _requests,
    ):
        faults.extend(check(frames))
    return faults


def _empty_tables(frames: Frames) -> Iterable[Fault]:
    for name, table in TABLES.items():
        if table.required and frames[name].empty:
            yield Fault(name, "", "", "", f"The table has no rows. Add at least one: {table.row_is}.")


def _references(frames: Frames) -> Iterable[Fault]:
    for name, table in TABLES.items():
        if name not in frames:
            continue
        for column in table.columns:
            if not column.refers_to:
                continue
            to_table, to_column = column.refers_to.split(".")
            known = set(frames[to_table][to_column].dropna())
            cells = frames[name][column.name].dropna()
            for label, value in cells[~cells.isin(known)].items():
                message = f"is not a {to_column} of the table {to_table}. Add it there or correct it here."
                yield Fault(name, column.name, str(label), value, message)


def _points(frames: Frames) -> Iterable[Fault]:
    for name, table in TABLES.items():
        if not table.located:
            continue
        for column in ("easting", "northing"):
            blank = frames[name].index[frames[name][column].isna()]
            for label in blank:
                message = "The row has no place on the map. Give easting and northing, a point geometry, or a postcode."
                yield Fault(name, column, str(label), "", message)


def _year_ranges(frames: Frames) -> Iterable[Fault]:
    for name in ("provisions", "part_limits"):
        frame = frames[name]
        for label, row in frame[frame["min_year"] > frame["max_year"]].iterrows():
            message = f"is above max_year {row['max_year']}. Swap them."
            yield Fault(name, "min_year", str(label), str(row["min_year"]), message)


def _sibling_cohorts(frames: Frames) -> Iterable[Fault]:
    pupils = frames["pupils"]
    for label, row in pupils[pupils["sibling_group"].notna() & (pupils["count"] > 1)].iterrows():
        message = "A row with a sibling group stands for one pupil. Set count to 1 or clear sibling_group."
        yield Fault("pupils", "sibling_group", str(label), row["sibling_group"], message)


def _hub_kinds(frames: Frames) -> Iterable[Fault]:
    kinds = _lookup(frames["provisions"], "provision_id", "kind")
    for label, provision_id in frames["hubs"]["provision_id"].dropna().items():
        kind = kinds.get(provision_id)
        if kind is not None and kind not in {"hub", "special"}:
            message = f"is of kind {kind}. Outreach belongs to a provision of kind hub or special."
            yield Fault("hubs", "provision_id", str(label), provision_id, message)


def _link_ends(frames: Frames) -> Iterable[Fault]:
    kinds = _lookup(frames["provisions"], "provision_id", "kind")
    hubs = set(frames["hubs"]["provision_id"].dropna())
    for label, row in frames["links"].iterrows():
        hub_id, spoke_id = row["hub_id"], row["spoke_id"]
        if hub_id == spoke_id and not pd.isna(hub_id):
            message = "is linked to itself. A link leads from a hub to a provision of kind spoke."
            yield Fault("links", "spoke_id", str(label), spoke_id, message)
            continue
        if hub_id in kinds and hub_id not in hubs:
            yield Fault(
                "links", "hub_id", str(label), hub_id, "has no row in the table hubs. Add one or remove the link."
            )
        if kinds.get(spoke_id, "spoke") != "spoke":
            message = f"is of kind {kinds[spoke_id]}. Only a provision of kind spoke can be linked to a hub."
            yield Fault("links", "spoke_id", str(label), spoke_id, message)


def _part_limit_scopes(frames: Frames) -> Iterable[Fault]:
    limits = frames["part_limits"]
    for label, row in limits[limits["provision_id"].notna() == limits["setting_id"].notna()].iterrows():
        message = "The limit needs either a provision_id or a setting_id, and not both."
        yield Fault("part_limits", "provision_id", str(label), str(row["limit_id"]), message)


def _decisions(frames: Frames) -> Iterable[Fault]:
    statuses = _lookup(frames["provisions"], "provision_id", "status")
    nevers: dict[tuple[str, str], Any] = {}
    musts: dict[str, tuple[str, Any]] = {}
    rules = frames["pair_rules"]
    for label, row in rules[rules["rule"] == "never"].iterrows():
        nevers[row["pupil_id"], row["provision_id"]] = label
    for label, row in rules[rules["rule"] == "must"].iterrows():
        pupil_id, provision_id = row["pupil_id"], row["provision_id"]
        if (pupil_id, provision_id) in nevers:
            message = f"The row says must, row {nevers[pupil_id, provision_id]} says never. Keep one of them."
            yield Fault("pair_rules", "rule", str(label), provision_id, message)
        if pupil_id in musts:
            other, other_label = musts[pupil_id]
            message = f"The pupil must go to {other} as well (row {other_label}). Keep one of the rows."
            yield Fault("pair_rules", "rule", str(label), provision_id, message)
        else:
            musts[pupil_id] = (provision_id, label)
        if statuses.get(provision_id) == "closed":
            message = "is closed, so no pupil can have to go there. Open it or remove the rule."
            yield Fault("pair_rules", "provision_id", str(label), provision_id, message)


def _requests(frames: Frames) -> Iterable[Fault]:
    provisions = frames["provisions"]
    in_use = set(provisions.loc[provisions["status"] != "closed", "setting_id"].dropna())
    known = set(frames["settings"]["setting_id"].dropna())
    requests = frames["pupils"]["requested_setting_id"].dropna()
    for label, setting_id in requests[requests.isin(known) & ~requests.isin(in_use)].items():
        message = "is a school without an open provision. Open one there or clear the request."
        yield Fault("pupils", "requested_setting_id", str(label), setting_id, message)


def _lookup(frame: pd.DataFrame, key: str, column: str) -> dict[str, Any]:
    return dict(zip(frame[key], frame[column], strict=True))
