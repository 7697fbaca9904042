"""What a plan of several years claims as a whole: its status, and how far from the best it can be."""

import math
from collections.abc import Iterator

from placement_opt.errors import Status
from placement_opt.verify.certificate import Examined
from placement_opt.verify.proof import CERTIFICATE, GAP_FUZZ, NAME, PENNY_GBP, SEARCH
from placement_opt.verify.years_case import YearsCase
from placement_opt.verify.years_certificate import years_rounding_gbp

__all__ = ["NAME", "claims", "searched_gbp"]


def claims(case: YearsCase, proven: Examined) -> Iterator[str]:
    """Find a status, a bound or a gap that is missing, contradicts the plan, or goes beyond what is proven."""
    plan = case.plan
    if plan.status not in {Status.OPTIMAL, Status.FEASIBLE}:
        yield f"the status is {plan.status}; a plan of several years is optimal or feasible."
    yield from _bound(case)
    yield from _near(case, plan.bound_gbp, 0.0, "")
    claim = plan.record.get("proof")
    if claim not in {None, CERTIFICATE, SEARCH}:
        yield f"the record says that the proof is {claim!r}; it is {CERTIFICATE} or {SEARCH}."
    if proven.proven_gbp is None:
        if claim == CERTIFICATE:
            yield "the record says that the certificate proves the bound; no certificate of the plan proves any."
        return
    slack = PENNY_GBP + proven.doubt_gbp
    if proven.proven_gbp > plan.objective_gbp + slack + years_rounding_gbp(case):
        yield f"the certified bound is {proven.proven_gbp:,.2f}, above the plan's {plan.objective_gbp:,.2f}."
    if claim == CERTIFICATE:
        if plan.bound_gbp is not None and not plan.bound_gbp <= proven.proven_gbp + slack:
            yield f"the bound is {plan.bound_gbp:,.2f}; the certificate proves {proven.proven_gbp:,.2f}."
        yield from _near(case, proven.proven_gbp, slack, "by its certificate ")


def searched_gbp(case: YearsCase, proven: Examined) -> float | None:
    """Return the plan's bound where it is above what the certificate proves; None where it is not."""
    bound_gbp = case.plan.bound_gbp
    if bound_gbp is None or (
        proven.proven_gbp is not None and bound_gbp <= proven.proven_gbp + PENNY_GBP + proven.doubt_gbp
    ):
        return None
    return bound_gbp


def _bound(case: YearsCase) -> Iterator[str]:
    plan = case.plan
    if plan.bound_gbp is None or not math.isfinite(plan.bound_gbp):
        yield f"the bound is {plan.bound_gbp}; a plan of status {plan.status} has one."
    elif plan.bound_gbp > plan.objective_gbp + PENNY_GBP:
        yield f"the bound is {plan.bound_gbp:,.2f}, above the plan's {plan.objective_gbp:,.2f}."


def _near(case: YearsCase, bound_gbp: float | None, slack: float, how: str) -> Iterator[str]:
    """Find an optimal plan that is farther from a bound than the gap that was asked for."""
    plan = case.plan
    if plan.status is not Status.OPTIMAL or bound_gbp is None:
        return
    asked: float | None = (plan.record.get("options") or {}).get("gap")
    if asked is None:
        yield "the record does not tell which gap was asked for (options, gap)."
        return
    distance = plan.objective_gbp - bound_gbp
    allowed = (asked + GAP_FUZZ) * abs(plan.objective_gbp) + PENNY_GBP + years_rounding_gbp(case) + slack
    if not distance <= allowed:
        yield (
            f"the status is optimal, but {how}the plan may be £{distance:,.2f} above the best; a gap of {asked:.6%} "
            "was asked for."
        )
