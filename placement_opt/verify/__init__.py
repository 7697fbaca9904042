"""Checking a plan without having made it: every rule and every pound, worked out again.

Nothing here is shared with what makes plans: it reads the problem, the journeys and the plan, and knows neither model
nor solver.
"""

from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from placement_opt.verify import (
    allowed,
    budgets,
    certificate,
    counting,
    journeys,
    limits,
    money,
    outreach,
    proof,
    sites,
    totals,
    use,
    wishes,
)
from placement_opt.verify.case import case_of
from placement_opt.verify.findings import Finding, Verification
from placement_opt.verify.route_check import check_routes
from placement_opt.verify.route_findings import RouteCheck, RouteFinding
from placement_opt.verify.years import verify_years

__all__ = ["Finding", "RouteCheck", "RouteFinding", "Verification", "check_routes", "verify", "verify_years"]


def verify(problem: Problem, travel: TravelMatrix, plan: Plan) -> Verification:
    """Check a plan: who may go where, what there is room for, what it costs, what it claims.

    Parameters
    ----------
    problem, travel
        What the plan was made for.
    plan
        Of `solve`, `baseline` or `load_plan`. Its own policy is what it has to keep to. Today's placements
        (`Status.BASELINE`) are checked for their arithmetic only: today may break rules.

    Returns
    -------
    Verification
        Every check that was made, and everything that is wrong.

    Raises
    ------
    InputError
        When the travel matrix lacks a pupil or a school of the problem.

    Notes
    -----
    Written from docs/formulation.md alone. Money has to agree to the penny, for every amount.
    """
    case = case_of(problem, travel, plan)
    checks = [
        check
        for family in (counting, allowed, limits, sites, outreach, wishes, journeys, money, use, budgets, totals, proof)
        for check in family.CHECKS
        if check.of_baseline or not case.is_baseline
    ]
    findings = [Finding(check.name, message) for check in checks for message in check.find(case)]
    proven = certificate.examine(case)
    findings += [Finding(certificate.NAME, message) for message in proven.wrong]
    findings += [Finding(proof.NAME, message) for message in proof.held_against(case, proven)]
    names = (*(check.name for check in checks), certificate.NAME, proof.NAME)
    return Verification(names, tuple(findings), proven.certified_gbp, proof.searched_gbp(case, proven))
