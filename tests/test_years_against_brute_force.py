"""Plans of several years against exhaustive search on tiny problems, and the oracle of years against that of one."""

from math import prod

import pandas as pd
import pytest

from placement_opt.errors import InputError, NoPlanError, Status
from placement_opt.policy import SolveOptions
from placement_opt.solve.years import plan_years
from placement_opt.verify import verify_years
from placement_opt.verify.eligibility import eligibility_of
from placement_opt.verify.links import links_of
from placement_opt.verify.question import ask
from placement_opt.verify.years_questions import Ahead
from placement_opt.year_rules import YearRules
from placement_opt.years_plan import YearsPlan
from tests.amounts import how_many
from tests.oracle_year_questions import Years
from tests.oracle_years import Best, YearsCase, best_years
from tests.oracles import InputAtFaultError, best_plan
from tests.strategies import mixed_case
from tests.year_cases import years_case

CHUNK = 4
HARD = (25, 45, 52)
"""Seeds with a year in which nothing is decided, a spoke before its first year, and an opening in the first year."""
SEEDS = sorted({*range(how_many(200, in_ci=2)), *HARD})
ONE_YEAR_SEEDS = range(how_many(60, in_ci=6))
HALF_PENNIES = 0.05
"""Half a penny may be rounded up or down, once for each pupil, link and sum of a year."""
MOST_WAYS = 2_000


def _expected(case: YearsCase) -> Best | str:
    try:
        return best_years(case) or "no plan"
    except InputAtFaultError:
        return "input at fault"


def _solved(case: YearsCase) -> YearsPlan | str:
    options = SolveOptions(gap=0)
    try:
        return plan_years(case.problem, case.travel, policy=case.policy, rules=case.rules, options=options)
    except InputError:
        return "input at fault"
    except NoPlanError as error:
        return "no plan" if error.status is Status.INFEASIBLE else f"{error.status}, unexplained"


def _difference(case: YearsCase) -> str:
    """Return in words where the library and the oracle disagree, or an empty string."""
    expected, plan = _expected(case), _solved(case)
    if isinstance(expected, str) or isinstance(plan, str):
        return "" if expected == plan else f"oracle: {expected}, library: {plan!r}"
    minutes = sum(float((one.placements["count"] * one.placements["minutes"]).sum()) for one in plan.plans)
    found = Best(plan.unplaced_pupil_years, plan.objective_gbp, minutes)
    people = sum(int(case.problem.table(name)["count"].sum()) for name in ("pupils", "arrivals"))
    tolerance = HALF_PENNIES * people * len(plan.years)
    is_same = (
        found.unplaced == expected.unplaced
        and abs(found.objective_gbp - expected.objective_gbp) <= tolerance
        and abs(found.minutes - expected.minutes) <= 0.02 * people * len(plan.years)
        and plan.status is Status.OPTIMAL
    )
    if not is_same:
        return f"oracle: {expected}, library: {found}, {plan.status}"
    checked = verify_years(case.problem, case.travel, plan)
    if not checked.is_right:
        return checked.summary()
    certified_gbp = checked.certified_gbp
    if certified_gbp is None:
        return "the certificate proves nothing"
    highest_gbp = min(expected.objective_gbp + tolerance, plan.objective_gbp + HALF_PENNIES)
    return "" if certified_gbp <= highest_gbp else f"certified: {certified_gbp}, best: {expected}, library: {plan!r}"


@pytest.mark.parametrize("first", range(0, len(SEEDS), CHUNK))
def test_every_stage_of_a_plan_of_years_is_the_best_there_is(first: int) -> None:
    differences = {seed: _difference(years_case(seed)) for seed in SEEDS[first : first + CHUNK]}

    assert {seed: text for seed, text in differences.items() if text} == {}


def test_the_oracle_of_years_agrees_with_that_of_one_year() -> None:
    compared = 0
    for seed in ONE_YEAR_SEEDS:
        case = mixed_case(seed)
        if prod(case.problem.pupils["count"].map(lambda count: 6**count)) > MOST_WAYS:
            continue
        try:
            of_one_year = best_plan(*case)
        except InputAtFaultError:
            continue
        years = pd.DataFrame({"year": [2027]})
        ahead = YearsCase(case.problem.replace(years=years), case.travel, case.policy, YearRules())
        found = best_years(ahead)
        assert (found and tuple(found)) == (of_one_year and tuple(of_one_year)), f"seed {seed}"
        compared += 1

    assert compared > len(ONE_YEAR_SEEDS) / 4


@pytest.mark.parametrize("seed", range(how_many(40, in_ci=2)))
def test_the_verification_derives_the_questions_that_the_page_asks(seed: int) -> None:
    case = years_case(seed)
    try:
        questions = Years(case).questions
        allowed = [{i: set(question.allowed(i)) for i in question.pupils} for question in questions]
    except InputAtFaultError:
        return
    ahead = Ahead(*case)
    for question, pairs, one in zip(questions, allowed, ahead.asked(), strict=True):
        asked = ask(one.problem, ahead.travel, one.policy)
        eligibility = eligibility_of(asked, links_of(asked))
        names, places = asked.pupils["pupil_id"].tolist(), asked.provisions["provision_id"].to_numpy()
        assert {name for name, stays in zip(names, one.would_stay, strict=True) if stays} == question.stayers
        assert {name: set(places[eligibility.provisions_of(at)]) for at, name in enumerate(names)} == pairs
        for table in ("pupils", "provisions", "pair_rules", "site_limits"):
            mine, theirs = one.problem.table(table), question.problem.table(table)
            pd.testing.assert_frame_equal(mine, theirs, check_dtype=False)
