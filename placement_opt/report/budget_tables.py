"""The table about budgets: what the plan spends of each, and what is left."""

from typing import Any

import pandas as pd

from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.subject import Subject
from placement_opt.suppression import Mark


def budgets(subject: Subject) -> Grid:
    """Return every budget with its limit, and what the main plan spends and leaves of it.

    In papers to be shared only capital is said: it is spent on buildings. Money of a year by locality or payer, less
    what other tables show, could give a small group of pupils away.
    """
    rows = []
    for _, budget in subject.problem.table("budgets").iterrows():
        spent = spending(subject.plans[subject.main], subject.problem, budget)
        is_said = subject.confidential or budget["type"] == "capital"
        mark = Mark.SHOWN if is_said else Mark.WITHHELD
        rows.append(
            (
                text_cell(budget["budget"]),
                text_cell(budget["type"]),
                text_cell("all" if pd.isna(budget["locality"]) else budget["locality"]),
                text_cell("all" if pd.isna(budget["payer"]) else budget["payer"]),
                Cell(float(budget["limit_gbp"]), Unit.GBP),
                Cell(spent, Unit.GBP, mark),
                Cell(round(float(budget["limit_gbp"]) - spent, 2), Unit.GBP, mark),
            )
        )
    heads = ("Budget", "Type", "Locality", "Payer", "Limit, £", "Spent, £", "Left, £")
    note = "Revenue and transport are money of a year; capital is spent once."
    return Grid("budgets", f"Budgets, {subject.main}", heads, tuple(rows), note=note)


def spending(plan: Plan, problem: Problem, budget: "pd.Series[Any]") -> float:
    """Return what a plan spends of a budget.

    Parameters
    ----------
    plan
        The plan.
    problem
        What it answers.
    budget
        A row of the table of budgets. Money that is spent on a pupil counts in the locality of the home, all other
        money and capital in the locality of the school.
    """
    school = problem.settings.set_index("setting_id")["locality"]
    if budget["type"] == "capital":
        spent = plan.use.rename(columns={"capital_gbp": "gbp"}).assign(payer="")
        locality = spent["setting_id"].map(school)
    else:
        spent = plan.money()
        at_home = spent["pupil_id"].notna()
        locality = spent["locality"].where(at_home, spent["setting_id"].map(school))
    counted = pd.Series(True, spent.index)
    if budget["type"] == "transport":
        counted &= spent["line"] == "transport"
    if not pd.isna(budget["locality"]):
        counted &= locality == budget["locality"]
    if not pd.isna(budget["payer"]):
        counted &= spent["payer"] == budget["payer"]
    return round(float(spent.loc[counted, "gbp"].sum()), 2)
