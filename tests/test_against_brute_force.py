"""The library against exhaustive search on hundreds of tiny problems with every family of rules."""

from collections.abc import Iterator

import numpy as np
import pytest

from placement_opt.errors import InputError, NoPlanError, Status
from placement_opt.pairs import candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import SolveOptions
from placement_opt.solve import solve
from placement_opt.suitability import Reason
from placement_opt.verify import verify
from tests.amounts import how_many
from tests.oracles import Best, InputAtFaultError, allowed_pairs, best_plan, every_plan, pair_cost
from tests.relaxations import RELAXATIONS
from tests.strategies import Case, mixed_case, random_case

PAIR_SEEDS = range(1_000, 1_000 + how_many(60, in_ci=30))
CHUNK = 20
MOST_PLANS_LISTED = 5_000
HALF_PENNIES = 0.02
"""Half a penny may be rounded up or down, once for each pupil and link."""

DECIDED_BY = {
    "C1 must": (16, 25),
    "C2 places": (1, 2),
    "C2 overflow": (2, 4),
    "C3 part limits": (3, 58),
    "C3 school limits": (17, 22),
    "C4 opening": (3, 7),
    "C5 listed links": (150,),
    "C5 most spokes": (9, 45),
    "C5 link minutes": (52, 90),
    "C6 team hours": (60, 127),
    "C6 most teams": (131, 138),
    "C6 visits": (45, 127),
    "C4 site limits": (17, 30),
    "C7 smallest groups": (4, 7),
    "C8 classes": (24, 47),
    "C9 revenue": (59, 89),
    "C9 transport": (1, 11),
    "C9 capital": (12, 25),
    "C10 resources": (4, 23),
    "C11 most moves": (13, 35),
    "C11 requests": (17, 45),
    "C11 mainstream": (17, 21),
    "C11 siblings": (57, 125),
    "never": (2, 22),
    "closed": (4, 5),
    "who may move": (0, 12),
    "need": (31, 63),
    "band": (8,),
    "year group": (34, 76),
    "time": (5,),
    "authority": (23, 57),
    "pair costs": (10, 23),
    "modes": (2, 18),
    "cost basis": (1, 2),
    "walk": (8, 114),
    "low income under 11": (7, 10),
    "low income from 11": (6, 7),
    "journey costs": (17, 19),
    "post 16": (68, 76),
}
"""Seeds whose answer is another one without the family; to be sought again when the problems are drawn otherwise."""

EMPTY_SPOKE = 343
"""A limit keeps a spoke open at which nobody is."""

SEEDS = sorted(
    {*range(how_many(300, in_ci=60)), EMPTY_SPOKE, *(seed for seeds in DECIDED_BY.values() for seed in seeds)}
)

REASONS = {
    "": Reason.ALLOWED,
    "must": Reason.MUST_ELSEWHERE,
    "never": Reason.NEVER,
    "closed": Reason.CLOSED,
    "unreachable": Reason.UNREACHABLE,
    "no hub": Reason.NO_HUB,
    "year group": Reason.YEAR_GROUP,
    "need": Reason.NEED,
    "band": Reason.BAND,
    "time": Reason.TIME,
    "authority": Reason.AUTHORITY,
    "no transport": Reason.NO_TRANSPORT,
    "stays": Reason.STAYS,
    "requested elsewhere": Reason.REQUESTED_ELSEWHERE,
    "mainstream wanted": Reason.MAINSTREAM_WANTED,
}


def _expected(case: Case) -> Best | str:
    try:
        return best_plan(*case) or "no plan"
    except InputAtFaultError:
        return "input at fault"


def _solved(case: Case) -> Plan | str:
    try:
        return solve(case.problem, case.travel, policy=case.policy, options=SolveOptions(gap=0))
    except InputError:
        return "input at fault"
    except NoPlanError as error:
        return "no plan" if error.status is Status.INFEASIBLE and error.clashes else f"{error.status}, unexplained"


def _difference(case: Case) -> str:
    """Return in words where the library and the oracle disagree, or an empty string."""
    expected, plan = _expected(case), _solved(case)
    if isinstance(expected, str) or isinstance(plan, str):
        return "" if expected == plan else f"oracle: {expected}, library: {plan!r}"
    minutes = float((plan.placements["count"] * plan.placements["minutes"]).sum())
    found = Best(plan.unplaced_pupils, plan.objective_gbp, minutes)
    pupils = int(case.problem.pupils["count"].sum())
    over_gbp = found.objective_gbp - expected.objective_gbp
    tolerance = HALF_PENNIES * pupils
    is_same = (
        found.unplaced == expected.unplaced
        and -tolerance <= over_gbp <= tolerance
        and abs(found.minutes - expected.minutes) <= 0.02 * pupils
        and plan.status is Status.OPTIMAL
    )
    if not is_same:
        return f"oracle: {expected}, library: {found}, {plan.status}"
    return _overstated(case, plan, expected.objective_gbp + tolerance)


def _overstated(case: Case, plan: Plan, best_gbp: float) -> str:
    """Return in words where a plan's certificate proves more than is true, or an empty string."""
    if plan.certificate is None:
        return ""
    certified_gbp = verify(case.problem, case.travel, plan).certified_gbp
    if certified_gbp is None:
        return "the certificate proves nothing"
    highest_gbp = min(best_gbp, plan.objective_gbp + HALF_PENNIES)
    return "" if certified_gbp <= highest_gbp else f"certified: {certified_gbp}, best: {best_gbp}, library: {plan!r}"


@pytest.mark.parametrize("first", range(0, len(SEEDS), CHUNK))
def test_every_stage_of_the_plan_is_the_best_there_is(first: int) -> None:
    differences = {seed: _difference(mixed_case(seed)) for seed in SEEDS[first : first + CHUNK]}

    assert {seed: text for seed, text in differences.items() if text} == {}


@pytest.mark.parametrize("first", range(3_000, 3_040, CHUNK))
def test_with_weights_the_sum_is_the_least_there_is(first: int) -> None:
    checked = 0
    for seed in range(first, first + CHUNK):
        case = random_case(seed, families={"places", "overflow", "requests", "candidates", "spokes", "max_moves"})
        weights = {"unplaced": 5_000.0 * (seed % 3), "minutes": 7.5 * (seed % 2)}
        if np.prod(case.problem.pupils["count"].map(lambda count: 8**count)) > MOST_PLANS_LISTED:
            continue
        sums = [_weighed(weights, *stages) for stages in _stages(case)]
        if not sums:
            continue
        plan = solve(case.problem, case.travel, policy=case.policy, options=SolveOptions(gap=0, weights=weights))
        minutes = float((plan.placements["count"] * plan.placements["minutes"]).sum())
        found = _weighed(weights, plan.unplaced_pupils, plan.objective_gbp, minutes)
        assert found == pytest.approx(min(sums), abs=HALF_PENNIES * 10), f"seed {seed}"
        checked += 1

    assert checked > CHUNK / 4


def _stages(case: Case) -> Iterator[tuple[int, float, float]]:
    return ((plan.unplaced, plan.pence / 100, plan.centiminutes / 100) for plan in every_plan(*case))


def _weighed(weights: dict[str, float], unplaced: int, objective_gbp: float, minutes: float) -> float:
    return objective_gbp + weights["unplaced"] * unplaced + weights["minutes"] * minutes


@pytest.mark.parametrize("first", PAIR_SEEDS[::CHUNK])
def test_every_pair_has_the_reason_or_the_price_of_the_page(first: int) -> None:
    checked = 0
    for seed in range(first, first + CHUNK):
        case = mixed_case(seed)
        try:
            reasons = allowed_pairs(*case)
        except InputAtFaultError:
            continue
        pairs = candidate_pairs(case.problem, case.travel, policy=case.policy)
        refusals = pairs.refusals(np.arange(len(case.problem.pupils)))
        pupils, provisions = case.problem.pupils["pupil_id"].tolist(), case.problem.provisions["provision_id"].tolist()
        given = {
            (pupil, provision): Reason(int(refusals[row, column]))
            for row, pupil in enumerate(pupils)
            for column, provision in enumerate(provisions)
        }
        assert given == {pair: REASONS[reason] for pair, reason in reasons.items()}, f"seed {seed}"
        for priced in pairs.table().itertuples():
            expected = pair_cost(*case, str(priced.pupil_id), str(priced.provision_id))
            parts_gbp = [priced.topup_gbp, priced.place_gbp, priced.transport_gbp]
            assert parts_gbp == pytest.approx([part / 100 for part in expected], abs=HALF_PENNIES), f"seed {seed}"
            checked += 1

    assert checked > CHUNK


@pytest.mark.parametrize("first", range(2_000, 2_100, CHUNK))
def test_a_plan_survives_a_check_that_knows_nothing_of_the_solver(first: int) -> None:
    case = next(case for seed in range(first, first + CHUNK) if isinstance(_expected(case := mixed_case(seed)), Best))
    plan = solve(case.problem, case.travel, policy=case.policy, options=SolveOptions(gap=0))

    assert verify(case.problem, case.travel, plan).findings == ()


@pytest.mark.parametrize("family", RELAXATIONS)
def test_the_random_problems_make_every_family_decide_something(family: str) -> None:
    for seed in DECIDED_BY[family]:
        case = mixed_case(seed)

        assert _expected(RELAXATIONS[family](case)) != _expected(case), f"seed {seed}"
