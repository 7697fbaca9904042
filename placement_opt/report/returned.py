"""Every count of pupils that the statutory tables show, by the same key where another paper shows it too."""

from collections.abc import Hashable, Iterable
from typing import Any

import pandas as pd

from placement_opt.report.ledger import Ledger
from placement_opt.statutory import CATEGORIES, StatutoryTables
from placement_opt.statutory.benchmark import SPECIAL_KINDS
from placement_opt.statutory.words import NO_PLACE, NOT_PER_PUPIL

GROUPS = {"age_group": "categories_by_age", "need": "categories_by_need"}


def category_key(name: str, category: str) -> Hashable:
    """Return the key of the pupils of a plan in a category."""
    return ("unplaced", name) if category == NO_PLACE else ("category", name, category)


def group_key(name: str, group: str, category: str, label: str) -> Hashable:
    """Return the key of the pupils in a category who are of an age group or a need."""
    if group == "need" and category == NO_PLACE:
        return ("unplaced", "need", name, label)
    return ("category", group, name, category, label)


def locality_key(name: str, figure: str, place: str) -> Hashable:
    """Return the key of a locality's pupils, of those without a place, with one, and with one in the locality."""
    if figure == "pupils":
        return ("locality", name, place)
    return ("unplaced", "locality", name, place) if figure == "unplaced" else (figure, name, place)


def use_key(name: str, statutory: StatutoryTables, category: str) -> Hashable:
    """Return the key of the pupils in the places of a category: that of the category, where they are the same."""
    use, pupils = statutory.table("place_use"), statutory.rows.pupils
    there = set(use.loc[use["category"] == category, "provision_id"])
    own = pupils["category"] == category
    elsewhere = pupils["provision_id"].isin(there) & ~own
    is_same = set(pupils.loc[own, "provision_id"]) <= there and not elsewhere.any()
    return category_key(name, category) if is_same else ("use", name, category)


def per_pupil(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the rows of a table that are about pupils."""
    return table[table[column] != NOT_PER_PUPIL]


def add_returns(ledger: Ledger, name: str, statutory: StatutoryTables) -> None:
    """Add the counts that the shared statutory tables of a plan show, and what ties them to other papers.

    Parameters
    ----------
    ledger
        Holds the counts of the plan by kind, provision, need, locality and phase.
    name
        The plan.
    statutory
        Its tables as they are.
    """
    _add_categories(ledger, name, statutory)
    _add_use(ledger, name, statutory)
    _add_localities(ledger, name, statutory)
    _add_special(ledger, name, statutory)
    pupils = statutory.rows.pupils
    _tie_ages(ledger, pupils, ("phase", name), ("age_group", name))
    waiting = pupils[pupils["category"] == NO_PLACE]
    _tie_ages(ledger, waiting, ("unplaced", "phase", name), ("category", "age_group", name, NO_PLACE))


def _tie_ages(ledger: Ledger, pupils: pd.DataFrame, of_phase: tuple[str, ...], of_age: tuple[str, ...]) -> None:
    """Tie phases to age groups: a year group has one age, so both count the same pupils."""
    phases = pupils["phase"].map(lambda phase: (*of_phase, phase))
    ledger.overlap(pupils, phases, pupils["age_group"].map(lambda age: (*of_age, age)))


def _add_categories(ledger: Ledger, name: str, statutory: StatutoryTables) -> None:
    for group, title in GROUPS.items():
        table = per_pupil(statutory.table(title), group)
        for category, part in table.groupby("category"):
            keys = [(group_key(name, group, str(category), label), count) for label, count in _pairs(part, group)]
            total = ledger.add(category_key(name, str(category)), sum(count for _, count in keys))
            ledger.split(total, keys)
        for label, part in table.groupby(group):
            keys = [(group_key(name, group, one, str(label)), count) for one, count in _pairs(part, "category")]
            ledger.split(ledger.add((group, name, label), sum(count for _, count in keys)), keys)
        labels = [(group, name, label) for label in dict.fromkeys(table[group])]
        ledger.split(("pupils", name), [(key, ledger.counts[key]) for key in labels])
    categories = [category_key(name, one) for one in (*CATEGORIES, NO_PLACE)]
    ledger.split(("pupils", name), [(key, ledger.counts[key]) for key in categories])


def _add_use(ledger: Ledger, name: str, statutory: StatutoryTables) -> None:
    for category, part in statutory.table("place_use").groupby("category"):
        keys = [(("provision", name, one), count) for one, count in _pairs(part, "provision_id")]
        total = ledger.add(use_key(name, statutory, str(category)), sum(count for _, count in keys))
        ledger.split(total, keys)
    pupils = statutory.rows.pupils
    placed = pupils[pupils["category"] != NO_PLACE]
    ledger.overlap(
        placed,
        placed["category"].map(lambda one: category_key(name, one)),
        placed["provision_id"].map(lambda one: ("provision", name, one)),
    )


def _add_localities(ledger: Ledger, name: str, statutory: StatutoryTables) -> None:
    table = per_pupil(statutory.table("localities"), "locality")
    for figure, total in (("pupils", ("pupils", name)), ("unplaced", ("unplaced", name))):
        keys = [(locality_key(name, figure, place), count) for place, count in _pairs(table, "locality", figure)]
        ledger.split(total, keys)
    for row in table.to_dict("records"):
        of = {figure: locality_key(name, figure, row["locality"]) for figure in ("pupils", "placed", "unplaced")}
        ledger.split(of["pupils"], [(of[figure], row[figure]) for figure in ("placed", "unplaced")])
        inside = int(row["placed_in_locality"])
        parts = [(locality_key(name, "inside", row["locality"]), inside)]
        parts.append((("outside", name, row["locality"]), int(row["placed"]) - inside))
        ledger.split(of["placed"], parts)


def _add_special(ledger: Ledger, name: str, statutory: StatutoryTables) -> None:
    pupils = statutory.rows.pupils
    special = pupils["kind"].isin(SPECIAL_KINDS)
    key = ledger.add(("special", name), pupils.loc[special, "count"].sum())
    parts = [category_key(name, one) for one in sorted(set(pupils.loc[special, "category"]))]
    if parts and sum(ledger.counts[part] for part in parts) == ledger.counts[key]:
        ledger.split(key, [(part, ledger.counts[part]) for part in parts])


def _pairs(table: pd.DataFrame, column: str, figure: str = "pupils") -> Iterable[tuple[str, int]]:
    labels: Any = table[column]
    return [(str(label), int(count)) for label, count in zip(labels, table[figure], strict=True)]
