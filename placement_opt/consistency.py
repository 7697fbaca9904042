"""Checks that need more than one cell: points, references, and decisions that contradict each other."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from placement_opt.cells import lookup, split_list
from placement_opt.consistency_ahead import AHEAD_CHECKS
from placement_opt.consistency_transport import TRANSPORT_CHECKS
from placement_opt.errors import Fault
from placement_opt.schema import ANY, TABLES

Frames = Mapping[str, pd.DataFrame]
_WITH_LOCALITY = ("pupils", "arrivals", "settings")
"""Tables that say where localities are: one that none of them names has nobody in it."""


def check_tables(
    frames: Frames,
    unknown: Collection[str] = (),
    payers: Collection[str] | None = None,
    known: Collection[str] = (),
) -> list[Fault]:
    """Return the faults that show only when rows and tables are held against each other.

    Parameters
    ----------
    frames
        The tables of a problem by name, with the types of their description and their rows' labels as index.
    unknown
        Tables whose rows are not known, because their file cannot be read: nothing is held against them.
    payers
        The payers that the parameters name; None = not known, so that nothing is held against them.
    known
        Tables that were held against each other before.
    """
    faults: list[Fault] = [*_empty_tables(frames, unknown), *_references(frames, unknown, known)]
    if payers is not None and not {"budgets", "provisions", "topups"} & set(unknown):
        faults.extend(_budget_payers(frames, payers))
    for check, needed in _CHECKS.items():
        if not needed & set(unknown) and not needed <= set(known) and not _is_idle(check, needed, frames):
            faults.extend(check(frames))
    return faults


def _is_idle(check: Callable[[Frames], Iterable[Fault]], needed: Collection[str], frames: Frames) -> bool:
    """Return whether a check is about optional tables only, none of which has rows."""
    if check in _ABOUT_REQUIRED or check in TRANSPORT_CHECKS:
        return False
    optional = [name for name in needed if not TABLES[name].required]
    return bool(optional) and all(frames[name].empty for name in optional)


def _empty_tables(frames: Frames, unknown: Collection[str]) -> Iterable[Fault]:
    for name, table in TABLES.items():
        if table.required and name not in unknown and frames[name].empty:
            yield Fault(name, "", "", "", f"The table has no rows. Add at least one: {table.row_is}.")


def _references(frames: Frames, unknown: Collection[str], known: Collection[str]) -> Iterable[Fault]:
    for name, table in TABLES.items():
        for column in table.columns:
            to_table, _, to_column = column.refers_to.partition(".")
            if not column.refers_to or name not in frames or {name, to_table} & set(unknown):
                continue
            if frames[name].empty:
                continue
            if {name, to_table} <= set(known):
                continue
            there = set(frames[to_table][to_column].dropna())
            if not there and not frames[to_table].empty:  # the whole column is at fault, not what refers to it
                continue
            cells = frames[name][column.name].dropna()
            for label, value in cells[~cells.isin(there)].items():
                message = f"is not a {to_column} of the table {to_table}. Add it there or correct it here."
                yield Fault(name, column.name, str(label), value, message)


def _points_of(name: str) -> Callable[[Frames], Iterable[Fault]]:
    def check(frames: Frames) -> Iterable[Fault]:
        frame = frames[name]
        blank = frame[["easting", "northing"]].isna()
        by_postcode = frame["postcode"].notna() & blank.all(axis="columns")
        if by_postcode.any():
            label, count = by_postcode.idxmax(), int(by_postcode.sum())
            others = f" (and {count - 1:,} more rows)" if count > 1 else ""
            message = (
                f"stands in place of easting and northing{others}. Give a Code-Point Open file too: --postcodes FILE "
                "on the command line, read_problem(..., postcodes=...) in Python."
            )
            yield Fault(name, "postcode", str(label), str(frame["postcode"][by_postcode].iloc[0]), message)
        blank = blank[~by_postcode]
        if len(blank) > 1 and blank.to_numpy().all():
            message = "No row has a place on the map. Give easting and northing, a point geometry, or a postcode."
            yield Fault(name, "easting, northing", "", "", message)
            return
        for label, east, north in blank[blank.any(axis="columns")].itertuples(name=None):
            columns = ", ".join(("easting",) * east + ("northing",) * north)
            message = "The row has no place on the map. Give easting and northing, a point geometry, or a postcode."
            yield Fault(name, columns, str(label), "", message)

    return check


def _year_ranges_of(name: str) -> Callable[[Frames], Iterable[Fault]]:
    def check(frames: Frames) -> Iterable[Fault]:
        frame = frames[name]
        for label, row in frame[frame["min_year"] > frame["max_year"]].iterrows():
            message = f"is above max_year {row['max_year']}. Swap them."
            yield Fault(name, "min_year", str(label), str(row["min_year"]), message)

    return check


def _sibling_cohorts_of(name: str) -> Callable[[Frames], Iterable[Fault]]:
    def check(frames: Frames) -> Iterable[Fault]:
        pupils = frames[name]
        for label, row in pupils[pupils["sibling_group"].notna() & (pupils["count"] > 1)].iterrows():
            message = "A row with a sibling group stands for one pupil. Set count to 1 or clear sibling_group."
            yield Fault(name, "sibling_group", str(label), row["sibling_group"], message)

    return check


def _hub_kinds(frames: Frames) -> Iterable[Fault]:
    kinds = lookup(frames["provisions"], "provision_id", "kind")
    for label, provision_id in frames["hubs"]["provision_id"].dropna().items():
        kind = kinds.get(provision_id)
        if kind is not None and kind not in {"hub", "special"}:
            message = f"is of kind {kind}. Outreach belongs to a provision of kind hub or special."
            yield Fault("hubs", "provision_id", str(label), provision_id, message)


def _link_ends(frames: Frames) -> Iterable[Fault]:
    kinds = lookup(frames["provisions"], "provision_id", "kind")
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
    scopes = ["provision_id", "setting_id", "trust"]
    for label, row in frames["part_limits"].iterrows():
        given = [name for name in scopes if pd.notna(row[name])]
        if len(given) > 1:
            message = f"is given together with a {given[0]}. A limit is on one of them: clear the other."
            yield Fault("part_limits", given[1], str(label), row[given[1]], message)
        elif not given:
            message = "The cells are blank. Say what the limit is on: give one of them."
            yield Fault("part_limits", ", ".join(scopes), str(label), "", message)


def _bands_of(name: str) -> Callable[[Frames], Iterable[Fault]]:
    """Where bands are in use at all, a pupil's band that nothing names is a slip: it would fit only what takes any."""

    def check(frames: Frames) -> Iterable[Fault]:
        named = {band for cell in frames["provisions"]["bands"].dropna() for band in split_list(cell)} - {ANY}
        named |= set(frames["topups"]["band"].dropna()) | set(frames["resource_use"]["band"].dropna())
        if not named:
            return
        bands = frames[name]["band"].dropna()
        for label, band in bands[~bands.isin(named)].items():
            message = (
                f"is not a band that any row of provisions, topups or resource_use names ({_listed(sorted(named))}). "
                "Correct it, or name it there."
            )
            yield Fault(name, "band", str(label), band, message)

    return check


def _contradictions(frames: Frames) -> Iterable[Fault]:
    rules = frames["pair_rules"]
    pairs = list(zip(rules["pupil_id"], rules["provision_id"], rules["rule"], rules.index, strict=True))
    never_rows = {(pupil, provision): label for pupil, provision, rule, label in pairs if rule == "never"}
    must_rows: dict[str, tuple[str, Any]] = {}
    for pupil, provision, rule, label in pairs:
        if rule != "must" or pd.isna(pupil) or pd.isna(provision):
            continue
        if (pupil, provision) in never_rows:
            message = f"is contradicted by row {never_rows[pupil, provision]}, which says never. Keep one of the rows."
            yield Fault("pair_rules", "rule", str(label), "must", message)
        if pupil in must_rows and must_rows[pupil][0] != provision:
            other, other_label = must_rows[pupil]
            message = f"is where the pupil must go, but row {other_label} says {other}. Keep one of the rows."
            yield Fault("pair_rules", "provision_id", str(label), provision, message)
        must_rows.setdefault(pupil, (provision, label))


def _closed_musts(frames: Frames) -> Iterable[Fault]:
    statuses = lookup(frames["provisions"], "provision_id", "status")
    rules = frames["pair_rules"]
    for label, provision_id in rules.loc[rules["rule"] == "must", "provision_id"].items():
        if statuses.get(provision_id) == "closed":
            message = "is closed, so no pupil can have to go there. Open it or remove the rule."
            yield Fault("pair_rules", "provision_id", str(label), provision_id, message)


def _requests_of(name: str) -> Callable[[Frames], Iterable[Fault]]:
    def check(frames: Frames) -> Iterable[Fault]:
        provisions = frames["provisions"]
        in_use = set(provisions.loc[provisions["status"] != "closed", "setting_id"].dropna())
        known = set(frames["settings"]["setting_id"].dropna())
        requests = frames[name]["requested_setting_id"].dropna()
        for label, setting_id in requests[requests.isin(known) & ~requests.isin(in_use)].items():
            message = "is a school without an open provision. Open one there or clear the request."
            yield Fault(name, "requested_setting_id", str(label), setting_id, message)

    return check


def _capital(frames: Frames) -> Iterable[Fault]:
    provisions = frames["provisions"]
    opening = frames["site_years"].loc[frames["site_years"]["first_year"].notna(), "provision_id"]
    opens = (provisions["status"] == "candidate") | (
        (provisions["status"] == "open") & provisions["provision_id"].isin(opening)
    )
    spent = provisions[(provisions["capital_gbp"] > 0) & ~opens]
    for label, row in spent.iterrows():
        message = (
            f"is the cost of opening a provision that is {row['status']}; only a candidate is opened. "
            "Set status to candidate, say in site_years when it opens, or clear capital_gbp."
        )
        yield Fault("provisions", "capital_gbp, status", str(label), _number(row["capital_gbp"]), message)


def _class_places(frames: Frames) -> Iterable[Fault]:
    provisions = frames["provisions"]
    for label, row in provisions[(provisions["max_classes"] > 0) & (provisions["class_places"] == 0)].iterrows():
        message = f"is what each of max_classes {row['max_classes']} would add. Give the places of a class."
        yield Fault("provisions", "class_places, max_classes", str(label), _number(row["class_places"]), message)


def _capital_payers_of(name: str) -> Callable[[Frames], Iterable[Fault]]:
    def check(frames: Frames) -> Iterable[Fault]:
        budgets = frames[name]
        for label, row in budgets[(budgets["type"] == "capital") & budgets["payer"].notna()].iterrows():
            message = "is a payer, but nobody is named as payer of capital. Clear payer, or change type."
            yield Fault(name, "payer, type", str(label), row["payer"], message)

    return check


def _budget_payers(frames: Frames, payers: Collection[str]) -> Iterable[Fault]:
    """Find payers whom nothing names: such a limit would never bite."""
    known = {*payers, *frames["provisions"]["place_payer"].dropna(), *frames["topups"]["payer"].dropna()}
    for name in ("budgets", "year_budgets"):
        budgets = frames[name]
        cells = budgets.loc[budgets["type"] != "capital", "payer"].dropna()
        for label, payer in cells[~cells.isin(known)].items():
            message = (
                f"is not a payer of anything ({_listed(sorted(known))}). Correct it, or name it in topups, in "
                "provisions or in the parameters."
            )
            yield Fault(name, "payer", str(label), payer, message)


def _localities_of(name: str) -> Callable[[Frames], Iterable[Fault]]:
    """Find localities that nothing is in: such a limit would never bite."""

    def check(frames: Frames) -> Iterable[Fault]:
        known = {locality for table in _WITH_LOCALITY for locality in frames[table]["locality"].dropna()}
        cells = frames[name]["locality"].dropna()
        for label, locality in cells[~cells.isin(known)].items():
            places = _listed(sorted(known)) or "none has one"
            message = f"is not a locality of any pupil or school ({places}). Correct it, or name it there."
            yield Fault(name, "locality", str(label), locality, message)

    return check


def _site_limit_ranges(frames: Frames) -> Iterable[Fault]:
    limits = frames["site_limits"]
    for label, row in limits[limits["min_open"] > limits["max_open"]].iterrows():
        message = f"is above max_open {row['max_open']}. Swap them."
        yield Fault("site_limits", "min_open", str(label), _number(row["min_open"]), message)


def _site_limit_matches(frames: Frames) -> Iterable[Fault]:
    localities = lookup(frames["settings"], "setting_id", "locality")
    provisions = frames["provisions"]
    sites = provisions[provisions["status"].isin(["candidate", "closable"])]
    sites = sites.assign(locality=sites["setting_id"].map(localities))
    limits = frames["site_limits"]
    for label, row in limits[limits["min_open"] > 0].iterrows():
        counted = sites
        for name in ("kind", "locality", "status", "provision_id"):
            counted = counted if pd.isna(row[name]) else counted[counted[name] == row[name]]
        if counted.empty:
            message = (
                "is the fewest that are open, but no provision of status candidate or closable is of this kind, "
                "locality, status and provision_id. Correct the row or clear min_open."
            )
            yield Fault("site_limits", "min_open", str(label), _number(row["min_open"]), message)


def _kinds_of_nobody(frames: Frames) -> Iterable[Fault]:
    totals = frames["totals"]
    for label, row in totals[(totals["measure"] == "unplaced") & totals["kind"].notna()].iterrows():
        message = "is a kind of provision, but a pupil without a place is at none. Clear kind, or change measure."
        yield Fault("totals", "kind, measure", str(label), row["kind"], message)


def _number(value: float) -> str:
    return f"{float(value):.15g}"


def _listed(words: Sequence[str], most: int = 12) -> str:
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


_bands_of_pupils = _bands_of("pupils")

_CHECKS: Mapping[Callable[[Frames], Iterable[Fault]], frozenset[str]] = {
    _points_of("pupils"): frozenset({"pupils"}),
    _points_of("settings"): frozenset({"settings"}),
    _points_of("arrivals"): frozenset({"arrivals"}),
    _year_ranges_of("provisions"): frozenset({"provisions"}),
    _year_ranges_of("part_limits"): frozenset({"part_limits"}),
    _sibling_cohorts_of("pupils"): frozenset({"pupils"}),
    _sibling_cohorts_of("arrivals"): frozenset({"arrivals"}),
    _hub_kinds: frozenset({"hubs", "provisions"}),
    _link_ends: frozenset({"links", "hubs", "provisions"}),
    _part_limit_scopes: frozenset({"part_limits"}),
    _bands_of_pupils: frozenset({"pupils", "provisions", "topups", "resource_use"}),
    _bands_of("arrivals"): frozenset({"arrivals", "provisions", "topups", "resource_use"}),
    _contradictions: frozenset({"pair_rules"}),
    _closed_musts: frozenset({"pair_rules", "provisions"}),
    _requests_of("pupils"): frozenset({"pupils", "settings", "provisions"}),
    _requests_of("arrivals"): frozenset({"arrivals", "settings", "provisions"}),
    _capital: frozenset({"provisions", "site_years"}),
    _class_places: frozenset({"provisions"}),
    _capital_payers_of("budgets"): frozenset({"budgets"}),
    _capital_payers_of("year_budgets"): frozenset({"year_budgets"}),
    _localities_of("budgets"): frozenset({"budgets", *_WITH_LOCALITY}),
    _localities_of("year_budgets"): frozenset({"year_budgets", *_WITH_LOCALITY}),
    _localities_of("site_limits"): frozenset({"site_limits", *_WITH_LOCALITY}),
    _localities_of("totals"): frozenset({"totals", *_WITH_LOCALITY}),
    _kinds_of_nobody: frozenset({"totals"}),
    _site_limit_ranges: frozenset({"site_limits"}),
    _site_limit_matches: frozenset({"site_limits", "provisions", "settings"}),
    **TRANSPORT_CHECKS,
    **AHEAD_CHECKS,
}
"""Each check with the tables that it reads."""

_ABOUT_REQUIRED = frozenset({_bands_of_pupils, _capital})
"""Checks that have something to find though the optional tables that they read have no rows."""
