"""The tables of the returns: categories by age and need, planning areas, use of places."""

from itertools import product

import pandas as pd

from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.schema import NEEDS
from placement_opt.statutory.categories import CategoryRule, classify
from placement_opt.statutory.rows import PlanRows
from placement_opt.statutory.words import (
    AGE_GROUPS,
    CATEGORIES,
    NO_PLACE,
    NO_PLACE_NAME,
    NOT_PER_PUPIL,
    PLANNING_AREAS,
    PROVISION_TYPES,
)

_SPECIALIST = ("RPSEN", "MdSSA", "NMISS", "HspAP")
_FIRST_SECONDARY_YEAR = 7
_GROUPS = {"age_group": tuple(name for _, name in AGE_GROUPS), "need": tuple(NEEDS)}


def by_category(rows: PlanRows, groups: tuple[str, ...]) -> pd.DataFrame:
    """Return pupils and £ a year by category and by age group, need or both.

    Parameters
    ----------
    rows
        The plan.
    groups
        age_group, need or both.

    Returns
    -------
    DataFrame
        Columns category, category_name, the groups, pupils, gbp: every combination, the zeros included, and pupils
        without a place. Money that belongs to no pupil has its own rows.
    """
    keys = ["category", *groups]
    pupils = rows.pupils.groupby(keys)["count"].sum()
    gbp = rows.money.groupby(keys)["gbp"].sum()
    wanted = list(product((*CATEGORIES, NO_PLACE), *(_GROUPS[group] for group in groups)))
    wanted += [(category, *[NOT_PER_PUPIL] * len(groups)) for category in CATEGORIES if category in _unshared(rows)]
    index = pd.MultiIndex.from_tuples(wanted, names=keys)
    table = pd.DataFrame({"pupils": pupils.reindex(index, fill_value=0), "gbp": gbp.reindex(index, fill_value=0.0)})
    table = table.assign(pupils=table["pupils"].astype("int64"), gbp=table["gbp"].round(2)).reset_index()
    names = table["category"].map({**CATEGORIES, NO_PLACE: NO_PLACE_NAME})
    table.insert(1, "category_name", names)
    return table


def _unshared(rows: PlanRows) -> set[str]:
    return set(rows.money.loc[rows.money["pupil_id"].isna(), "category"])


def by_planning_area(rows: PlanRows) -> pd.DataFrame:
    """Return pupils by planning area for special provision and year group.

    Returns
    -------
    DataFrame
        Columns planning_area, phase, provision_type, provision_type_name, year_group, pupils: every planning area and
        every year group of the plan. Pupils in other placements, and those without a place, have rows with a blank
        planning area, so that the whole adds up to the plan.
    """
    pupils = rows.pupils
    secondary = pupils["year_group"] >= _FIRST_SECONDARY_YEAR
    phase = pd.Series("primary", pupils.index).mask(secondary, "secondary")
    kind = pupils["provision_type"].mask(pupils["category"] == NO_PLACE, NO_PLACE)
    counts = pupils.groupby([kind, phase.rename("phase"), "year_group"])["count"].sum()
    years = sorted(set(pupils["year_group"].tolist()))
    names = {**PROVISION_TYPES, "": "Other placements", NO_PLACE: NO_PLACE_NAME}
    table = [
        (
            PLANNING_AREAS.get((stage, code), ""),
            stage,
            code,
            names[code],
            year,
            int(counts.get((code, stage, year), 0)),
        )
        for stage, code, year in product(("primary", "secondary"), names, years)
        if (year >= _FIRST_SECONDARY_YEAR) == (stage == "secondary")
    ]
    columns = ["planning_area", "phase", "provision_type", "provision_type_name", "year_group", "pupils"]
    types = {"year_group": "int64", "pupils": "int64"}
    return pd.DataFrame(table, columns=columns).astype({name: types.get(name, "str") for name in columns})


def place_use(problem: Problem, plan: Plan, rules: tuple[CategoryRule, ...]) -> pd.DataFrame:
    """Return the use of special, base, independent and alternative places against how many there are.

    Returns
    -------
    DataFrame
        A row for each such provision: category, provision_id, setting_id, setting_name, kind, kind_label, locality (of
        the school), is_open, places, pupils, places_used, places_over, places_free, share_used (blank without places).
    """
    use = plan.use
    found = classify(problem, use.assign(year_group=float("nan")), rules)
    where = problem.settings.set_index("setting_id")["locality"]
    table = use.assign(category=found["category"], locality=use["setting_id"].map(where))
    table = table[table["category"].isin(_SPECIALIST)]
    share = (table["places_used"] / table["places"].where(table["places"] > 0)).astype("float64")
    order = {category: rank for rank, category in enumerate(CATEGORIES)}
    table = table.assign(share_used=share.round(4), rank=table["category"].map(order))
    columns = ["category", "provision_id", "setting_id", "setting_name", "kind", "kind_label", "locality", "is_open"]
    figures = ["places", "pupils", "places_used", "places_over", "places_free", "share_used"]
    return table.sort_values(["rank", "provision_id"])[columns + figures].reset_index(drop=True)


def use_by_category(use: pd.DataFrame) -> pd.DataFrame:
    """Return the use of places in provisions that are open, summed by category; see `place_use`."""
    figures = ["places", "pupils", "places_used", "places_over", "places_free"]
    table = use[use["is_open"]].groupby("category")[figures].sum()
    table = table.reindex([name for name in _SPECIALIST if name in set(use["category"])], fill_value=0).reset_index()
    share = (table["places_used"] / table["places"].where(table["places"] > 0)).astype("float64")
    table.insert(1, "category_name", table["category"].map(CATEGORIES))
    return table.assign(share_used=share.round(4))
