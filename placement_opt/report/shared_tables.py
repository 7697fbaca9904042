"""The statutory tables as they may be shared: small groups hidden, and what would give them away."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from placement_opt.compare import compare
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.report.amounts import Amounts, read_amounts
from placement_opt.report.published import count_pupils
from placement_opt.report.returned import GROUPS, category_key, group_key, locality_key, per_pupil, use_key
from placement_opt.statutory import StatutoryTables
from placement_opt.suppression import Mark

WITHHELD = str(Mark.WITHHELD)
_OF_USE = ("pupils", "places_used", "places_over", "places_free", "share_used")


@dataclass(frozen=True, eq=False)
class SharedTables:
    """Tables to be shared.

    Parameters
    ----------
    tables
        By name.
    gives_away
        They are about so few pupils that small groups can be worked out all the same.
    """

    tables: Mapping[str, pd.DataFrame]
    gives_away: bool


def shared_tables(problem: Problem, plans: Mapping[str, Plan], plan: Plan, statutory: StatutoryTables) -> SharedTables:
    """Return the tables with counts of 1 to 4 pupils hidden, and enough beside them that none can be worked out.

    Parameters
    ----------
    problem
        What the plans answer.
    plans
        The plans of all papers to be shared, by name: what one of them hides, these tables hide.
    plan
        The one of them that the tables are about.
    statutory
        Its tables as they are.

    Returns
    -------
    dict
        By name: categories (with £), categories_by_age, categories_by_need, place_use, place_use_by_category,
        localities (with £), special_share. A hidden cell holds "under 5" or "withheld". What is broken down further
        (categories by age and need together, planning areas by year group, the needs assessment) is left out: nearly
        all of its groups are small.

    Raises
    ------
    ValueError
        When the plan is not among the plans.
    """
    name = next((name for name, one in plans.items() if one is plan), None)
    if name is None:
        raise ValueError("`plan` is not among `plans`; give the plans that the report was given.")
    comparison = compare(plans)
    protection = count_pupils(comparison, problem, {name: statutory}).protection()
    marks = protection.marks
    amounts = read_amounts(comparison, marks, confidential=False)
    use, of_category = statutory.table("place_use"), statutory.table("place_use_by_category")
    provisions: list[Hashable] = [("provision", name, one) for one in use["provision_id"]]
    categories = [use_key(name, statutory, one) for one in of_category["category"]]
    tables = {
        "categories": _categories(statutory, name, marks, amounts),
        **{title: _marked(statutory, name, group, marks) for group, title in GROUPS.items()},
        "place_use": _used(use, [marks[key] for key in provisions]),
        "place_use_by_category": _used(of_category, [marks[key] for key in categories]),
        "localities": _localities(statutory, name, marks, amounts),
        "special_share": _special_share(statutory, name, marks),
    }
    whole = {name: table.reset_index(drop=True) for name, table in tables.items()}
    return SharedTables(whole, gives_away=bool(protection.given_away))


def _shown(count: Any, mark: Mark) -> Any:
    return count if mark is Mark.SHOWN else str(mark)


def _cells(
    table: pd.DataFrame, figure: str, keys: Sequence[Hashable], marks: Mapping[Hashable, Mark]
) -> "pd.Series[Any]":
    cells = [_shown(int(count), marks[key]) for count, key in zip(table[figure], keys, strict=True)]
    return pd.Series(cells, table.index, dtype="object")


def _marked(statutory: StatutoryTables, name: str, group: str, marks: Mapping[Hashable, Mark]) -> pd.DataFrame:
    table = per_pupil(statutory.table(GROUPS[group]), group)
    pairs = zip(table["category"], table[group], strict=True)
    keys = [group_key(name, group, str(category), str(label)) for category, label in pairs]
    return table.assign(pupils=_cells(table, "pupils", keys, marks)).drop(columns="gbp")


def _categories(
    statutory: StatutoryTables, name: str, marks: Mapping[Hashable, Mark], amounts: Amounts
) -> pd.DataFrame:
    """Return pupils and £ by category; no £ where they would tell of a category or a kind that is hidden."""
    table = statutory.table("categories_by_age")
    sums = table.groupby(["category", "category_name"], sort=False)[["pupils", "gbp"]].sum().reset_index()
    keys = [category_key(name, str(category)) for category in sums["category"]]
    is_any_hidden = any(marks[key] is not Mark.SHOWN for key in keys) or bool(amounts.hidden[name, "kind"])
    gbp = [WITHHELD] * len(sums) if is_any_hidden else sums["gbp"].round(2).tolist()
    return sums.assign(pupils=_cells(sums, "pupils", keys, marks), gbp=gbp)


def _used(table: pd.DataFrame, marks: Sequence[Mark]) -> pd.DataFrame:
    columns = {}
    for figure in _OF_USE:
        shown = _shown if figure == "pupils" else _with
        cells = [shown(value, mark) for value, mark in zip(table[figure], marks, strict=True)]
        columns[figure] = pd.Series(cells, table.index, dtype="object")
    return table.assign(**columns)


def _with(value: Any, mark: Mark) -> Any:
    return value if mark is Mark.SHOWN else WITHHELD


def _localities(
    statutory: StatutoryTables, name: str, marks: Mapping[Hashable, Mark], amounts: Amounts
) -> pd.DataFrame:
    """Return localities as the report has them: no £ where it withholds any, no average that it withholds."""
    table = per_pupil(statutory.table("localities"), "locality").reset_index(drop=True)
    places = [str(place) for place in table["locality"]]
    columns: dict[str, Any] = {}
    for figure in ("pupils", "placed", "unplaced", "placed_in_locality"):
        keys = [locality_key(name, figure.replace("placed_in_locality", "inside"), place) for place in places]
        columns[figure] = _cells(table, figure, keys, marks)
    is_any_hidden = bool(amounts.hidden[name, "locality"]) or name in amounts.hidden_costs
    few = amounts.hidden[name, "journeys locality"]
    minutes = [
        WITHHELD if place in few else value for place, value in zip(places, table["mean_minutes"].round(1), strict=True)
    ]
    columns["gbp"] = [WITHHELD] * len(table) if is_any_hidden else table["gbp"].tolist()
    columns["mean_minutes"] = pd.Series(minutes, dtype="object")
    return table[["locality", "pupils", "placed", "unplaced", "placed_in_locality", "places", "budget_gbp"]].assign(
        **columns
    )


def _special_share(statutory: StatutoryTables, name: str, marks: Mapping[Hashable, Mark]) -> pd.DataFrame:
    table = statutory.table("special_share").astype("object")
    if any(marks[key] is not Mark.SHOWN for key in (("special", name), ("pupils", name))):
        table.loc[:, ["pupils_in_special", "all_pupils", "share", "expected_pupils", "difference_pupils"]] = WITHHELD
    return table
