"""The statutory tables as they may be shared: small groups hidden, and what would give them away."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd

from placement_opt.statutory import CATEGORIES, StatutoryTables
from placement_opt.statutory.benchmark import SPECIAL_KINDS
from placement_opt.statutory.words import NO_PLACE, NOT_PER_PUPIL
from placement_opt.suppression import LEAST_SHOWN, Mark, hidden_amounts, is_total_safe, protect
from placement_opt.witnesses import Sum

WITHHELD = str(Mark.WITHHELD)
ALL = ("pupils",)
_OF_USE = ("pupils", "places_used", "places_over", "places_free", "share_used")


def shared_tables(statutory: StatutoryTables) -> dict[str, pd.DataFrame]:
    """Return the tables with counts of 1 to 4 pupils hidden, and enough beside them that none can be worked out.

    Parameters
    ----------
    statutory
        The tables as they are.

    Returns
    -------
    dict
        By name: categories (with £), categories_by_age, categories_by_need, place_use, place_use_by_category,
        localities (with £), special_share. A hidden cell holds "under 5" or "withheld". What is broken down further
        (categories by age and need together, planning areas by year group, the needs assessment) is left out: nearly
        all of its groups are small.
    """
    book = _Counts(statutory)
    marks = protect(book.counts, book.sums)
    tables = {
        "categories": _categories(statutory, marks),
        "categories_by_age": _marked(statutory, "categories_by_age", "age_group", marks),
        "categories_by_need": _marked(statutory, "categories_by_need", "need", marks),
        "place_use": _used(statutory.table("place_use"), marks, lambda one: ("provision", one), "provision_id"),
        "place_use_by_category": _used(statutory.table("place_use_by_category"), marks, book.use_key, "category"),
        "localities": _localities(statutory, marks),
        "special_share": _special_share(statutory, marks),
    }
    return {name: table.reset_index(drop=True) for name, table in tables.items()}


def count_shown(statutory: StatutoryTables) -> tuple[Mapping[Hashable, int], tuple[Sum, ...]]:
    """Return every count of pupils that the shared tables show, by key, and the sums among them.

    Parameters
    ----------
    statutory
        The tables as they are.
    """
    book = _Counts(statutory)
    return book.counts, tuple(book.sums)


class _Counts:
    """Every count that the tables show, by key, and the sums among them."""

    def __init__(self, statutory: StatutoryTables) -> None:
        self.counts: dict[Hashable, int] = {}
        self.sums: list[Sum] = []
        self._statutory, self._pupils = statutory, statutory.rows.pupils
        self._add_categories()
        self._add_places()
        self._add_localities()
        self._add_special()

    def _split(self, total: Hashable, parts: Mapping[Any, int]) -> None:
        self.counts.update(parts)
        self.counts.setdefault(total, sum(parts.values()))
        self.sums.append(Sum(total, tuple(parts)))

    def _add_categories(self) -> None:
        self.counts[ALL] = int(self._pupils["count"].sum())
        for group, name in (("age_group", "categories_by_age"), ("need", "categories_by_need")):
            table = _per_pupil(self._statutory.table(name), group)
            for category, part in table.groupby("category"):
                keys = {(group, category, label): int(count) for label, count in _pairs(part, group)}
                self._split(("category", category), keys)
            for label, part in table.groupby(group):
                self._split(
                    (group, label), {(group, one, label): int(count) for one, count in _pairs(part, "category")}
                )
            labels = {(group, label): self.counts[group, label] for label in dict.fromkeys(table[group])}
            self._split(ALL, labels)
        categories = {("category", name): self.counts["category", name] for name in (*CATEGORIES, NO_PLACE)}
        self._split(ALL, categories)

    def _add_places(self) -> None:
        use = self._statutory.table("place_use")
        for category, part in use.groupby("category"):
            self._split(self.use_key(str(category)), {("provision", one): n for one, n in _pairs(part, "provision_id")})

    def use_key(self, category: str) -> Hashable:
        """Return the key of the pupils in the places of a category: that of the category, where they are the same."""
        use = self._statutory.table("place_use")
        there = set(use.loc[use["category"] == category, "provision_id"])
        own = self._pupils["category"] == category
        elsewhere = self._pupils["provision_id"].isin(there) & ~own
        is_same = set(self._pupils.loc[own, "provision_id"]) <= there and not elsewhere.any()
        return ("category", category) if is_same else ("use", category)

    def _add_localities(self) -> None:
        table = _per_pupil(self._statutory.table("localities"), "locality")
        for name, total in (("pupils", ALL), ("unplaced", ("category", NO_PLACE))):
            self._split(total, {(name, place): int(n) for place, n in _pairs(table, "locality", name)})
        for row in table.to_dict("records"):
            place, placed, inside = row["locality"], int(row["placed"]), int(row["placed_in_locality"])
            self._split(
                ("pupils", place), {("placed", place): placed, ("unplaced", place): self.counts["unplaced", place]}
            )
            self._split(("placed", place), {("inside", place): inside, ("outside", place): placed - inside})

    def _add_special(self) -> None:
        special = self._pupils["kind"].isin(SPECIAL_KINDS)
        self.counts["special",] = int(self._pupils.loc[special, "count"].sum())
        categories = tuple(sorted(set(self._pupils.loc[special, "category"])))
        parts = tuple(("category", name) for name in categories)
        if parts and sum(self.counts[part] for part in parts) == self.counts["special",]:
            self.sums.append(Sum(("special",), parts))


def _per_pupil(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table[table[column] != NOT_PER_PUPIL]


def _pairs(table: pd.DataFrame, column: str, figure: str = "pupils") -> list[tuple[str, int]]:
    return [(str(label), int(count)) for label, count in zip(table[column], table[figure], strict=True)]


def _shown(count: Any, mark: Mark) -> Any:
    return count if mark is Mark.SHOWN else str(mark)


def _cells(table: pd.DataFrame, figure: str, keys: list[Hashable], marks: Mapping[Hashable, Mark]) -> "pd.Series[Any]":
    cells = [_shown(int(count), marks[key]) for count, key in zip(table[figure], keys, strict=True)]
    return pd.Series(cells, table.index, dtype="object")


def _marked(statutory: StatutoryTables, name: str, group: str, marks: Mapping[Hashable, Mark]) -> pd.DataFrame:
    table = _per_pupil(statutory.table(name), group)
    keys: list[Hashable] = [(group, one, label) for one, label in zip(table["category"], table[group], strict=True)]
    return table.assign(pupils=_cells(table, "pupils", keys, marks)).drop(columns="gbp")


def _categories(statutory: StatutoryTables, marks: Mapping[Hashable, Mark]) -> pd.DataFrame:
    table = statutory.table("categories_by_age")
    sums = table.groupby(["category", "category_name"], sort=False)[["pupils", "gbp"]].sum().reset_index()
    pupils: dict[Hashable, int] = dict(_pairs(sums, "category"))
    keys: list[Hashable] = [("category", name) for name in sums["category"]]
    hidden = {str(name) for name in sums["category"] if marks["category", name] is not Mark.SHOWN}
    gbp = dict(zip(sums["category"], sums["gbp"].round(2), strict=True))
    return sums.assign(pupils=_cells(sums, "pupils", keys, marks), gbp=_amounts(pupils, gbp, hidden))


def _amounts(pupils: Mapping[Hashable, int], gbp: Mapping[Hashable, float], hidden: set[str]) -> list[Any]:
    """Return £ in order, hidden where few pupils have them; all of them where the total would tell."""
    chosen = hidden_amounts(pupils, gbp, hidden)
    if not is_total_safe(pupils, chosen):
        return [WITHHELD] * len(pupils)
    return [WITHHELD if name in chosen else gbp[name] for name in pupils]


def _used(
    table: pd.DataFrame, marks: Mapping[Hashable, Mark], key: Callable[[str], Hashable], column: str
) -> pd.DataFrame:
    of = [marks[key(label)] for label in table[column]]
    columns = {
        figure: pd.Series(
            [
                _shown(value, mark) if figure == "pupils" else _with(value, mark)
                for value, mark in zip(values, of, strict=True)
            ],
            table.index,
            dtype="object",
        )
        for figure, values in ((figure, table[figure]) for figure in _OF_USE)
    }
    return table.assign(**columns)


def _with(value: Any, mark: Mark) -> Any:
    return value if mark is Mark.SHOWN else WITHHELD


def _localities(statutory: StatutoryTables, marks: Mapping[Hashable, Mark]) -> pd.DataFrame:
    table = _per_pupil(statutory.table("localities"), "locality").reset_index(drop=True)
    places = table["locality"].tolist()
    placed: dict[Hashable, int] = dict(_pairs(table, "locality", "placed"))
    hidden = {place for place in places if marks["placed", place] is not Mark.SHOWN}
    gbp = dict(zip(places, table["gbp"], strict=True))
    columns: dict[str, Any] = {
        name: _cells(
            table, figure, [(name if name != "placed_in_locality" else "inside", place) for place in places], marks
        )
        for name, figure in ((one, one) for one in ("pupils", "placed", "unplaced", "placed_in_locality"))
    }
    few = [0 < placed[place] < LEAST_SHOWN or place in hidden for place in places]
    minutes = [WITHHELD if is_few else value for is_few, value in zip(few, table["mean_minutes"].round(1), strict=True)]
    columns |= {"gbp": _amounts(placed, gbp, hidden), "mean_minutes": pd.Series(minutes, dtype="object")}
    return table[["locality", "pupils", "placed", "unplaced", "placed_in_locality", "places", "budget_gbp"]].assign(
        **columns
    )


def _special_share(statutory: StatutoryTables, marks: Mapping[Hashable, Mark]) -> pd.DataFrame:
    table = statutory.table("special_share").astype("object")
    if marks["special",] is not Mark.SHOWN or marks[ALL] is not Mark.SHOWN:
        table.loc[:, ["pupils_in_special", "all_pupils", "share", "expected_pupils", "difference_pupils"]] = WITHHELD
    return table
