"""When does a hub with spokes earn its name? Compare it with a special school and with separate bases.

    python examples/hub_and_spoke.py

docs/hub_and_spoke.md explains the figures.
"""

import pandas as pd

from placement_opt.examples import Area, hub_and_spoke_case
from placement_opt.plan import Plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.solve import solve
from placement_opt.travel import crow_fly

AREAS: tuple[Area, ...] = ("dispersed", "clustered")
COST_LINES = ("place funding", "opening", "top-up or fee", "outreach teams", "outreach travel", "transport")
EVERYTHING_IS_OPEN = Policy(moves="all", cost_basis="full")
"""Nobody has a place yet, and each form pays for all that it commissions, filled or not."""


def compare_forms(area: Area) -> pd.DataFrame:
    """Solve the three forms in one area.

    Returns
    -------
    DataFrame
        A row for each £ line and each travel figure, a column for each form.
    """
    figures = {}
    for form, problem in hub_and_spoke_case(area).items():
        plan = solve(problem, crow_fly(problem), policy=EVERYTHING_IS_OPEN)
        figures[form] = _figures(problem, plan)
    return pd.DataFrame(figures)


def _figures(problem: Problem, plan: Plan) -> dict[str, float]:
    lines, travel = plan.costs()["gbp"], plan.travel()
    return {
        "pupils without a place": plan.unplaced_pupils,
        **{f"£ {line}": lines.get(line, 0.0) for line in COST_LINES},
        "£ total": plan.cost_gbp,
        "minutes, mean one way": travel["mean_minutes"],
        "minutes, longest one way": travel["longest_minutes"],
        "pupils with transport": travel["pupils_with_transport"],
        "pupil miles a year": travel["pupil_miles_per_year"],
        "team miles a year": _team_miles(problem, plan),
        "kg CO2e of transport": travel["co2e_kg"],
    }


def _team_miles(problem: Problem, plan: Plan) -> float:
    visits = plan.outreach["hub_id"].map(problem.hubs.set_index("provision_id")["visits_per_week"])
    miles_per_week = (visits * 2 * plan.outreach["miles"]).sum()
    return float(miles_per_week * problem.parameters.outreach_weeks_per_year)


def main() -> None:
    """Print a table for each area."""
    for area in AREAS:
        table = compare_forms(area)
        print(f"{area}\n{_as_text(table)}\n")


def _as_text(table: pd.DataFrame) -> str:
    shown = [
        [f"{value:,.1f}" if name.startswith("minutes") else f"{value:,.0f}" for value in row]
        for name, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    rows = [["", *table.columns], *([name, *row] for name, row in zip(table.index, shown, strict=True))]
    return "\n".join(f"{name:<26}" + "".join(f"{cell:>16}" for cell in cells) for name, *cells in rows)


if __name__ == "__main__":
    main()
