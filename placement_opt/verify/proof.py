"""What a plan claims as a whole: its status, its cost, and how far from the best it can be."""

import math
from collections.abc import Iterator

from placement_opt.errors import Status
from placement_opt.verify.case import Case, Check
from placement_opt.verify.certificate import Examined, rounding_gbp
from placement_opt.verify.figures import HALF_PENNY_GBP
from placement_opt.verify.journeys import transport_gbp
from placement_opt.verify.money import place_gbp, topup_gbp
from placement_opt.verify.outreach import outreach_gbp
from placement_opt.verify.use import amounts_gbp

PENNY_GBP = 0.01
GAP_FUZZ = 1e-9

NAME = "proof"
CERTIFICATE, SEARCH = "certificate", "search"
"""Where a record says that the bound comes from: its certificate proves it, or it takes trust in the solver."""


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
    elif plan.bound_gbp > case.objective_gbp + PENNY_GBP:
        yield f"the bound is {plan.bound_gbp:,.2f}, above the plan's {case.objective_gbp:,.2f}."


def gap(case: Case) -> Iterator[str]:
    """Find an optimal plan that is farther from its bound than the gap that was asked for."""
    plan = case.plan
    if plan.status is not Status.OPTIMAL or plan.bound_gbp is None:
        return
    asked = _asked_gap(case)
    if asked is None:
        yield "the record does not tell which gap was asked for (options, gap)."
    elif not case.objective_gbp - plan.bound_gbp <= _allowed_gbp(case, asked):
        yield (
            f"the status is optimal, but the plan may be £{case.objective_gbp - plan.bound_gbp:,.2f} above the best; "
            f"a gap of {asked:.6%} was asked for."
        )


def held_against(case: Case, proven: Examined) -> Iterator[str]:
    """Find claims that go beyond what the certificate proves, where the record says that it proves them.

    A record without the entry `proof` claims nothing of this kind.
    """
    plan = case.plan
    claim = plan.record.get("proof")
    if claim not in {None, CERTIFICATE, SEARCH}:
        yield f"the record says that the proof is {claim!r}; it is {CERTIFICATE} or {SEARCH}."
    if proven.proven_gbp is None:
        if claim == CERTIFICATE:
            yield "the record says that the certificate proves the bound; no certificate of the plan proves any."
        return
    slack = PENNY_GBP + proven.doubt_gbp
    if proven.proven_gbp > case.objective_gbp + slack + rounding_gbp(case):
        yield f"the certified bound is {proven.proven_gbp:,.2f}, above the plan's {case.objective_gbp:,.2f}."
    if claim != CERTIFICATE:
        return
    if plan.bound_gbp is not None and not plan.bound_gbp <= proven.proven_gbp + slack:
        yield f"the bound is {plan.bound_gbp:,.2f}; the certificate proves {proven.proven_gbp:,.2f}."
    asked, distance = _asked_gap(case), case.objective_gbp - proven.proven_gbp
    if plan.status is Status.OPTIMAL and asked is not None and not distance <= _allowed_gbp(case, asked) + slack:
        yield (
            f"the status is optimal, but by its certificate the plan may be £{distance:,.2f} above the best; "
            f"a gap of {asked:.6%} was asked for."
        )


def searched_gbp(case: Case, proven: Examined) -> float | None:
    """Return the plan's bound where it is above what the certificate proves; None where it is not."""
    bound_gbp = case.plan.bound_gbp
    if bound_gbp is None or case.is_baseline:
        return None
    is_proven = proven.proven_gbp is not None and bound_gbp <= proven.proven_gbp + PENNY_GBP + proven.doubt_gbp
    return None if is_proven else bound_gbp


def _asked_gap(case: Case) -> float | None:
    asked: float | None = (case.plan.record.get("options") or {}).get("gap")
    return asked


def _allowed_gbp(case: Case, asked: float) -> float:
    """Return how far an optimal plan may be above its bound."""
    return (asked + GAP_FUZZ) * abs(case.objective_gbp) + PENNY_GBP + rounding_gbp(case)


CHECKS = (
    Check("status", status),
    Check("total", total),
    Check("bound", bound),
    Check("gap", gap),
)
