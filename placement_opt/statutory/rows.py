"""Every pupil and every pound of a plan with the groups that the returns ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from placement_opt.phases import phase_of
from placement_opt.plan import NOT_GIVEN, Plan
from placement_opt.problem import Problem
from placement_opt.statutory.categories import CategoryRule, classify
from placement_opt.statutory.words import NO_PLACE, NOT_PER_PUPIL, age_group_of


@dataclass(frozen=True, eq=False)
class PlanRows:
    """Every pupil and every pound of a plan with the groups that the returns ask for.

    Parameters
    ----------
    pupils
        A row for each placement and each unplaced row: count, need, year_group, age_group, phase, locality,
        provision_id, setting_id, kind, category, provision_type, places_taken.
    money
        A row for each pound line: gbp, need, age_group, phase, locality, category.
    notes
        What could not be told, and how it was counted, each as a sentence.
    """

    pupils: pd.DataFrame
    money: pd.DataFrame
    notes: tuple[str, ...]


def rows_of(problem: Problem, plan: Plan, rules: Sequence[CategoryRule]) -> PlanRows:
    """Return the rows of a plan with their groups.

    Parameters
    ----------
    problem
        What the plan answers.
    plan
        A plan or a baseline.
    rules
        Which category a placement falls in.
    """
    placed, waiting = plan.placements, plan.unplaced
    found = classify(problem, placed, rules)
    placed = placed.assign(
        category=found["category"],
        provision_type=found["provision_type"],
        places_taken=placed["count"] * placed["places"],
    )
    waiting = waiting.assign(category=NO_PLACE, provision_type="", places_taken=0)
    columns = ["pupil_id", "count", "need", "year_group", "locality", "category", "provision_type", "places_taken"]
    both = [frame for frame in (placed, waiting) if not frame.empty] or [placed]
    of_place = ["provision_id", "setting_id", "kind"]
    pupils = pd.concat([frame.reindex(columns=[*columns, *of_place]) for frame in both], ignore_index=True)
    pupils = pupils.astype({"count": "int64", "year_group": "int64", "places_taken": "int64"})
    money = plan.money()
    money = money.assign(category=classify(problem, money, rules)["category"])
    return PlanRows(_grouped(pupils), _grouped(money), _notes(placed, found, money))


def _grouped(frame: pd.DataFrame) -> pd.DataFrame:
    years = frame["year_group"]
    per_pupil = frame["pupil_id"].notna()
    return frame.assign(
        age_group=[NOT_PER_PUPIL if pd.isna(year) else age_group_of(int(year)) for year in years],
        phase=[NOT_PER_PUPIL if pd.isna(year) else phase_of(int(year)) for year in years],
        need=frame["need"].astype("object").where(per_pupil, NOT_PER_PUPIL),
        locality=frame["locality"].astype("object").fillna(NOT_GIVEN).where(per_pupil, NOT_PER_PUPIL),
    )


def _notes(placed: pd.DataFrame, found: pd.DataFrame, money: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    unfit = int(placed.loc[found["is_unfit"], "count"].sum())
    if unfit:
        notes.append(f"{unfit:,} pupils are where no rule gives a category; they are counted as other.")
    other = int(placed.loc[(found["category"] == "OTHER") & ~found["is_unfit"], "count"].sum())
    if other:
        notes.append(
            f"{other:,} pupils are counted as other by a rule: by default those below Year 12 who are at a college."
        )
    lines = money.loc[money["pupil_id"].isna(), "gbp"]
    if len(lines):
        notes.append(
            f"£{lines.sum():,.2f} belong to provisions and not to pupils; they have a row {NOT_PER_PUPIL} in tables "
            "by age and need."
        )
    return tuple(notes)
