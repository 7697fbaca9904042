"""What a plan claims as a whole: its status, its cost, and how far from the best it can be."""

import math
from collections.abc import Iterator

from placement_opt.errors import Status
from placement_opt.verify.case import Case, Check
from placement_opt.verify.figures import HALF_PENNY_GBP
from placement_opt.verify.journeys import transport_gbp
from placement_opt.verify.money import place_gbp, topup_gbp
from placement_opt.verify.outreach import outreach_gbp
from placement_opt.verify.use import amounts_gbp

_PENNY_GBP = 0.01
_GAP_FUZZ = 1e-9
LAST_STAGE_GBP = 1.0
"""Fewest minutes may cost so much more than the least money (formulation, section 4)."""


def status(case: Case) -> Iterator[str]:
    """Find a status that no plan has."""
    if case.plan.status not in {Status.OPTIMAL, Status.FEASIBLE, Status.BASELINE}:
        yield f"the status is {case.plan.status}; a plan is optimal, feasible or baseline."


def total(case: Case) -> Iterator[str]:
    """Find a `cost_gbp` that is not the sum of all money worked out again."""
    wanted = float(sum(case.count @ each for each in (topup_gbp(case), place_gbp(case), transport_gbp(case))))
    wanted += float(sum(amount.sum() for amount in amounts_gbp(case).values())) + outreach_gbp(case)
    amounts = 3 * int(case.count.sum()) + 4 * len(case.plan.use) + len(case.plan.outreach) + len(case.plan.teams)
    if not abs(case.cost_gbp - wanted) <= HALF_PENNY_GBP * (amounts + 1):
        yield f"cost_gbp is {case.cost_gbp:,.2f}; it should be {wanted:,.2f}."


def bound(case: Case) -> Iterator[str]:
    """Find a bound that is missing, above the plan, or on a baseline."""
    plan = case.plan
    if case.is_baseline:
        if plan.bound_gbp is not None:
            yield f"a baseline has the bound {plan.bound_gbp:,.2f}; nothing was optimised, so it has none."
    elif plan.bound_gbp is None or not math.isfinite(plan.bound_gbp):
        yield f"the bound is {plan.bound_gbp}; a plan of status {plan.status} has one."
    elif plan.bound_gbp > case.objective_gbp + _PENNY_GBP:
        yield f"the bound is {plan.bound_gbp:,.2f}, above the plan's {case.objective_gbp:,.2f}."


def gap(case: Case) -> Iterator[str]:
    """Find an optimal plan that is farther from its bound than the gap that was asked for."""
    plan = case.plan
    if plan.status is not Status.OPTIMAL or plan.bound_gbp is None:
        return
    asked = (plan.record.get("options") or {}).get("gap")
    if asked is None:
        yield "the record does not tell which gap was asked for (options, gap)."
        return
    allowed = (asked + _GAP_FUZZ) * abs(case.objective_gbp) + LAST_STAGE_GBP + _PENNY_GBP
    if not case.objective_gbp - plan.bound_gbp <= allowed:
        yield (
            f"the status is optimal, but the plan may be £{case.objective_gbp - plan.bound_gbp:,.2f} above the best; "
            f"a gap of {asked:.6%} was asked for."
        )


CHECKS = (
    Check("status", status),
    Check("total", total),
    Check("bound", bound),
    Check("gap", gap),
)
