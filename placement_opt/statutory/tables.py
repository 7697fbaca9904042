"""All tables of the returns for one plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from placement_opt.made_from import is_made_from
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.statutory.benchmark import SPECIAL_OF_PLANS, NationalRate, SpecialShare, special_share
from placement_opt.statutory.categories import CATEGORY_RULES, CategoryRule
from placement_opt.statutory.needs import by_locality, needs_assessment
from placement_opt.statutory.returns import by_category, by_planning_area, place_use, use_by_category
from placement_opt.statutory.rows import PlanRows, rows_of


@dataclass(frozen=True, eq=False, repr=False)
class StatutoryTables:
    """The tables of the returns for one plan; each adds up to the plan.

    Parameters
    ----------
    tables
        By name: categories, categories_by_age, categories_by_need, planning_areas, place_use, place_use_by_category,
        needs_assessment, localities, special_share.
    special
        The share in special schools against the national rate.
    rows
        Every pupil and every pound with its groups: rows of pupils, so not for sharing.
    notes
        What could not be told, and how it was counted.
    """

    tables: Mapping[str, pd.DataFrame]
    special: SpecialShare | None
    rows: PlanRows
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of a table.

        Raises
        ------
        KeyError
            When there is no table of that name.
        """
        return self.tables[name].copy()

    def __repr__(self) -> str:
        pupils = int(self.tables["categories_by_age"]["pupils"].sum())
        return f"StatutoryTables({len(self.tables)} tables, {pupils:,} pupils)"


def statutory_tables(
    problem: Problem,
    plan: Plan,
    *,
    rules: Sequence[CategoryRule] = CATEGORY_RULES,
    national: NationalRate = SPECIAL_OF_PLANS,
    all_pupils: int | None = None,
) -> StatutoryTables:
    """Return the tables of the returns: DSG management plan, planning areas of SCAP, use of places, needs assessment.

    Parameters
    ----------
    problem
        What the plan answers.
    plan
        A plan or a baseline.
    rules
        Which category a placement falls in; put rules of your own before the default ones.
    national, all_pupils
        For the share in special schools: see `special_share`.

    Returns
    -------
    StatutoryTables
        Pupils add up to those of the plan and £ to its cost. Small groups are not hidden: see `write_tables`.

    Raises
    ------
    ValueError
        When the plan was made from other tables than `problem`, or `all_pupils` is fewer than are in special schools.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.solve import solve
    >>> from placement_opt.travel import crow_fly
    >>> tables = statutory_tables(tiny(), solve(tiny(), crow_fly(tiny())))
    >>> by_age = tables.table("categories_by_age")
    >>> by_age.loc[by_age["pupils"] > 0, ["category", "age_group", "pupils", "gbp"]].to_numpy().tolist()
    [['MmSoA', '11 to 15', 2, 8000.0], ['MdSSA', '11 to 15', 1, 24035.03]]
    """
    if not is_made_from(plan, problem):
        raise ValueError("The plan was made from other tables than `problem`; give the problem it answers.")
    rules = tuple(rules)
    rows = rows_of(problem, plan, rules)
    use = place_use(problem, plan, rules)
    anybody = plan.placed_pupils + plan.unplaced_pupils > 0
    special = special_share(plan, national=national, all_pupils=all_pupils) if anybody or all_pupils else None
    tables = {
        "categories": by_category(rows, ("age_group", "need")),
        "categories_by_age": by_category(rows, ("age_group",)),
        "categories_by_need": by_category(rows, ("need",)),
        "planning_areas": by_planning_area(rows),
        "place_use": use,
        "place_use_by_category": use_by_category(use),
        "needs_assessment": needs_assessment(problem, plan, rows),
        "localities": by_locality(problem, plan, rows),
        "special_share": _share_table(special),
    }
    return StatutoryTables(tables, special, rows, rows.notes)


def _share_table(special: SpecialShare | None) -> pd.DataFrame:
    columns = [
        "pupils_in_special",
        "all_pupils",
        "share",
        "national_share",
        "expected_pupils",
        "difference_pupils",
        "national_year",
        "national_source",
    ]
    if special is None:
        return pd.DataFrame(columns=columns)
    national = special.national
    row = (
        special.pupils_in_special,
        special.all_pupils,
        round(special.share, 6),
        round(national.share, 6),
        round(special.expected_pupils, 1),
        round(special.difference_pupils, 1),
        national.year,
        national.source,
    )
    return pd.DataFrame([row], columns=columns)
