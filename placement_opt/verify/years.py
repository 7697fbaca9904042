"""Checking a plan of several years without having made it: the rules of each year, and those of time."""

from collections.abc import Iterator

from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from placement_opt.verify import (
    allowed,
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
    years_certificate,
    years_money,
    years_proof,
    years_sites,
    years_stays,
)
from placement_opt.verify.case import Check
from placement_opt.verify.findings import Finding, Verification
from placement_opt.verify.years_case import YearsCase, years_case_of
from placement_opt.years_plan import YearsPlan

_OF_A_YEAR = (counting, allowed, limits, sites, outreach, wishes, journeys, money, use, totals)
_OF_YEARS = (years_stays, years_sites, years_money)


def verify_years(problem: Problem, travel: TravelMatrix, plan: YearsPlan) -> Verification:
    """Check a plan of several years: each year by itself, how the years follow on each other, what is claimed.

    Parameters
    ----------
    problem, travel
        What the plan was made for; journeys of pupils and arrivals.
    plan
        Of `plan_years` or `load_years_plan`. Its own policy and rules are what it has to keep to.

    Returns
    -------
    Verification
        Every check that was made, and everything that is wrong.

    Raises
    ------
    InputError
        When the problem has no years, the travel matrix lacks somebody, or a must cannot be.
    PlanError
        When the plan is of other years than the problem.

    Notes
    -----
    Written from docs/planning_ahead.md and docs/formulation.md alone. Each year's plan is checked as `verify` checks a
    plan of one year, on the question of that year, which is derived again; money has to agree to the penny.
    """
    return examined(years_case_of(problem, travel, plan))


def examined(case: YearsCase) -> Verification:
    """Make every check of a plan that is held against its questions."""
    of_a_year = [*(check for family in _OF_A_YEAR for check in family.CHECKS), Check("total", proof.total)]
    of_years = [check for family in _OF_YEARS for check in family.CHECKS]
    findings = [Finding(check.name, message) for check in of_a_year for message in _in_each_year(case, check)]
    findings += [Finding(check.name, message) for check in of_years for message in check.find(case)]
    proven = years_certificate.examine_years(case)
    findings += [Finding(years_certificate.NAME, message) for message in proven.wrong]
    findings += [Finding(years_proof.NAME, message) for message in years_proof.claims(case, proven)]
    names = [check.name for check in (*of_a_year, *of_years)]
    names += [years_certificate.NAME, years_proof.NAME]
    return Verification(tuple(names), tuple(findings), proven.certified_gbp, years_proof.searched_gbp(case, proven))


def _in_each_year(case: YearsCase, check: Check) -> Iterator[str]:
    for year, of_year in zip(case.years, case.cases, strict=True):
        yield from (f"{year}: {message}" for message in check.find(of_year))
