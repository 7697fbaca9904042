"""What the ready questions share: who is at fault, what must be open, and the money of plans of years."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from placement_opt.errors import Fault, InputError, NoPlanError, Status
from placement_opt.plan import Plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.scenarios.sites import close, open_site, opened_in
from placement_opt.timeline import years_of
from placement_opt.workers.tasks import AT_FAULT, Failure
from placement_opt.years_plan import CAPITAL, YearsPlan


def check_provisions(problem: Problem, ids: Iterable[str], *, status: str | None = None) -> None:
    """Check that provisions exist, and (with a status) that they have it.

    Raises
    ------
    InputError
        For all that do not.
    """
    known = dict(problem.provisions[["provision_id", "status"]].itertuples(index=False, name=None))
    faults = []
    for provision_id in ids:
        if provision_id not in known:
            message = "is not a provision of the problem. Correct it, or add it to the table."
            faults.append(Fault("provisions", "provision_id", "", str(provision_id), message))
        elif status is not None and known[provision_id] != status:
            message = f"is {known[provision_id]}, and the question is about a {status}. Set its status, or ask another."
            faults.append(Fault("provisions", "status", "", str(provision_id), message))
    if faults:
        raise InputError(faults)


def check_years(problem: Problem, *, least: int = 2) -> tuple[int, ...]:
    """Return the school years of a problem.

    Raises
    ------
    InputError
        When there are fewer than the question needs.
    """
    years = years_of(problem)
    if len(years) < least:
        message = f"is the only year. The question is about {least} years or more: add them."
        raise InputError([Fault("years", "year", "", str(years[-1]), message)])
    return years


def built(problem: Problem, provision_id: str, year: int | None = None) -> Problem:
    """Return a problem in which a candidate has to open, with a year in that year.

    It stays a candidate, so that its running cost counts (`open_gbp` is that of a decision).
    """
    limits = problem.table("site_limits")
    is_wanted = (limits["provision_id"] == provision_id) & (limits["min_open"] > 0)
    changed = problem if is_wanted.any() else open_site(provision_id).apply(problem, Policy())[0]
    return changed if year is None else opened_in(changed, provision_id, year)


def shut(problem: Problem, ids: Iterable[str]) -> Problem:
    """Return a problem in which provisions are closed."""
    for provision_id in ids:
        problem = close(provision_id).apply(problem, Policy())[0]
    return problem


def yearly_gbp(plan: YearsPlan) -> pd.DataFrame:
    """Return the running money and the capital of each year of a plan, indexed by year."""
    money = plan.money
    is_capital = money["line"] == CAPITAL
    columns = {
        "running_gbp": money[~is_capital].groupby("year")["gbp"].sum(),
        "capital_gbp": money[is_capital].groupby("year")["gbp"].sum(),
    }
    return pd.DataFrame(columns).reindex(list(plan.years)).fillna(0.0).round(2).rename_axis("year")


def plans_of(answer: Plan | YearsPlan) -> tuple[Plan, ...]:
    """Return the plans of the years of an answer: one, or several."""
    return answer.plans if isinstance(answer, YearsPlan) else (answer,)


def unplaced_of(answer: Plan | YearsPlan) -> int:
    """Return the pupils without a place, or for several years the pupil-years."""
    return sum(plan.unplaced_pupils for plan in plans_of(answer))


def answered(answers: Mapping[str, Any]) -> None:
    """Check that every one of some answers is a plan.

    Raises
    ------
    InputError
        When the input of one is at fault.
    NoPlanError
        When one has no plan, or none was found in the time allowed; the message says which, and why.
    """
    failures = {name: answer for name, answer in answers.items() if isinstance(answer, Failure)}
    if not failures:
        return
    said = [f"{name}: {failure.reason}" for name, failure in failures.items()]
    found = {failure.status for failure in failures.values()}
    if AT_FAULT in found:
        raise InputError(Fault("", "", "", "", line) for line in said)
    raise NoPlanError(Status.NO_SOLUTION if Status.NO_SOLUTION in found else Status.INFEASIBLE, said)


def factors_of(answer: Plan | YearsPlan) -> tuple[float, ...]:
    """Return what the money of each year of an answer counts times: its share of the year and its prices."""
    if isinstance(answer, Plan):
        return (1.0,)
    years = answer.tables["years"]
    return tuple(float(factor) for factor in years["share"] * years["price_factor"])


def as_money(gbp: float) -> str:
    """Return an amount in words.

    Examples
    --------
    >>> as_money(-2739000.4), as_money(0.0)
    ('-£2,739,000', '£0')
    """
    whole = round(gbp)
    return f"{'-' if whole < 0 else ''}£{abs(whole):,}"


def school_year(year: int) -> str:
    """Return a school year as it is written.

    Examples
    --------
    >>> school_year(2027)
    '2027/28'
    """
    return f"{year}/{(year + 1) % 100:02d}"
