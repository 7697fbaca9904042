"""One row of figures for each answer: what a comparison of scenarios shows."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from placement_opt.compare import compare
from placement_opt.plan import Plan
from placement_opt.schema import MAINSTREAM_KINDS
from placement_opt.workers.tasks import Failure

FIGURES: Mapping[str, str] = {
    "pupils": "Pupils",
    "placed": "Pupils with a place",
    "unplaced": "Pupils without a place",
    "unplaced_pupil_years": "Pupil-years without a place",
    "cost_gbp": "Cost, £ a year",
    "transport_gbp": "of which transport, £ a year",
    "capital_gbp": "Capital, £ once",
    "mean_minutes": "Mean journey, minutes one way",
    "longest_minutes": "Longest journey, minutes one way",
    "over_guide_primary": "Pupils up to Year 6 over the guidance on journeys",
    "over_guide_secondary": "Pupils from Year 7 over the guidance on journeys",
    "co2e_kg": "Emissions of transport, kg CO2e a year",
    "independent": "Pupils at independent special schools",
    "mainstream_share": "Share of placed pupils at mainstream schools, bases included",
    "moves": "Pupils who move to another place",
    "open_sites": "Candidates and closable provisions that are open",
    "classes": "Added classes",
    "places_over": "Places used over the number",
    "weighed_gbp": "What unmet wishes weigh, £ (not money)",
    "bound_gbp": "No plan costs less (cost and wishes), £ a year",
}
"""The figures of a comparison and what they mean. For plans of several years `cost_gbp` and `bound_gbp` are of all
years together, and only what such a plan has is there."""

COUNTS = tuple(name for name in FIGURES if not name.endswith(("_gbp", "_minutes", "_kg", "_share")))
"""The figures that are whole numbers."""

OUTCOME: Mapping[str, str] = {
    "status": "How it ended",
    "reason": "Why there is no plan",
    "cost_basis": "Cost basis",
    "gap": "Gap",
}
"""What is said of an answer besides its figures."""

PAID = "paid_gbp: "
"""Begins the name of a column that holds what one payer pays."""

_CHOSEN = ("candidate", "closable")
_OF_ANY_PLAN = ("unplaced_pupil_years", "cost_gbp", "capital_gbp", "bound_gbp")


def row_of(answer: Any) -> dict[str, Any]:
    """Return the row of an answer: a plan, a plan of several years, or a failure."""
    if isinstance(answer, Failure):
        return {"status": answer.status, "reason": answer.reason}
    said = {"status": str(answer.status), "gap": answer.gap}
    if isinstance(answer, Plan):
        return {**said, "cost_basis": answer.policy.cost_basis, **_figures(answer), **_paid(answer)}
    return {**said, **{name: _number(getattr(answer, name, None)) for name in _OF_ANY_PLAN}}


def in_order(columns: pd.Index) -> list[str]:
    """Return the columns of a comparison in the order in which they are read: figures, payers, how it ended."""
    paid = sorted(name for name in columns if str(name).startswith(PAID))
    known = ["status", *FIGURES, "gap", "cost_basis", "reason"]
    at = known.index("transport_gbp")
    return [name for name in [*known[:at], *paid, *known[at:]] if name in columns]


def title_of(column: str) -> str:
    """Return what a column of a comparison holds, in words.

    Examples
    --------
    >>> title_of("paid_gbp: health"), title_of("co2e_kg")
    ('of which paid by health, £ a year', 'Emissions of transport, kg CO2e a year')
    """
    if column.startswith(PAID):
        return f"of which paid by {column.removeprefix(PAID)}, £ a year"
    return FIGURES.get(column) or OUTCOME.get(column) or column


def _figures(plan: Plan) -> dict[str, float | None]:
    headline = compare({"plan": plan}).headline()["plan"]
    known = {str(name): float(value) for name, value in headline.items()}
    placements, use = plan.placements, plan.use
    placed = plan.placed_pupils
    in_mainstream = int(placements.loc[placements["kind"].isin(MAINSTREAM_KINDS), "count"].sum())
    own = {
        "capital_gbp": plan.capital_gbp,
        "classes": float(use["classes"].sum()),
        "independent": float(placements.loc[placements["kind"] == "independent_special", "count"].sum()),
        "mainstream_share": round(in_mainstream / placed, 6) if placed else None,
        "open_sites": float((use["status"].isin(_CHOSEN) & use["is_open"]).sum()),
        "weighed_gbp": plan.weighed_gbp,
        "bound_gbp": plan.bound_gbp,
    }
    return {name: {**known, **own}[name] for name in FIGURES if name in known or name in own}


def _paid(plan: Plan) -> dict[str, float]:
    return {f"{PAID}{payer}": float(gbp) for payer, gbp in plan.costs(by="payer")["gbp"].items()}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
