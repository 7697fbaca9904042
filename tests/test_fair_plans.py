"""Fair plans against every plan that there is, with the £ that they may cost and what is proven of them."""

from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

import placement_opt as po
from placement_opt.errors import InputError, Status
from placement_opt.examples import tiny
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.solve import solve
from placement_opt.solve.fair import solve_fair
from placement_opt.solve.fair.aim import FairObjective
from placement_opt.travel import crow_fly
from placement_opt.verify import verify
from placement_opt.why.fairness.price import price_of_fairness
from tests.oracle_pairs import Question
from tests.oracles import Rules
from tests.strategies import Case, random_case

EXACT = SolveOptions(gap=0)
GROUP = "need"
SHARES = (0.0, 0.3)
STEEPNESS = ((0.0, 0.3), (0.3, 0.02), (0.3, 0.3))
"""Shares and kappas."""
MIXTURES = ({"overflow", "present"}, {"transport", "candidates"}, {"cohorts", "present"}, {"places", "requests"})
SEEDS = (20, 47, 52, 64)
"""Of cases in which plans that are fairer than the cheapest in each sense cost more, in one of them with a shortage."""


class Every(NamedTuple):
    """One of all plans: its pence, who has no place by group, and the journeys by group, in hundredths of a minute."""

    pence: int
    unplaced: tuple[tuple[str, int], ...]
    journeys: tuple[tuple[str, int], ...]

    @property
    def longest_first(self) -> list[int]:
        """All journeys, the longest first."""
        return sorted((minutes for _, minutes in self.journeys), reverse=True)

    def in_steps(self, step_minutes: float) -> list[int]:
        """All journeys in begun steps, the longest first."""
        return [-(-minutes // round(step_minutes * 100)) for minutes in self.longest_first]

    def equal_minutes(self, kappa: float) -> float:
        """The Kolm-Pollak figure, from its definition."""
        minutes = np.array(self.longest_first) / 100
        return float(np.log(np.mean(np.exp(kappa * minutes))) / kappa)

    @property
    def gap(self) -> float:
        """The greatest difference of the mean journeys of two groups."""
        of: dict[str, list[int]] = {}
        for group, minutes in self.journeys:
            of.setdefault(group, []).append(minutes)
        means = [sum(minutes) / len(minutes) / 100 for minutes in of.values()]
        return max(means) - min(means)


@cache
def _case(seed: int) -> Case:
    case = random_case(seed, families=MIXTURES[seed % len(MIXTURES)])
    return case._replace(policy=replace(case.policy, moves="all"))


@cache
def _every(seed: int) -> list[Every]:
    """Return all plans with the fewest unplaced pupils."""
    question = Question(*_case(seed))
    rules = Rules(question)
    group = {pupil: str(row[GROUP]) for pupil, row in question.pupils.items()}
    found: list[tuple[int, Every]] = []
    for chosen in product(*(rules.options(pupil) for pupil in question.pupils)):
        ways = list(zip(question.pupils, chosen, strict=True))
        pence = rules.judge(Counter({(i, p): n for i, way in ways for p, n in way.placed}))
        if pence is None:
            continue
        left = Counter({group[i]: 0 for i, _ in ways})
        for i, way in ways:
            left[group[i]] += way.unplaced
        journeys = [(group[i], rules.centiminutes(i, p)) for i, way in ways for p, n in way.placed for _ in range(n)]
        found.append((left.total(), Every(pence, tuple(sorted(left.items())), tuple(journeys))))
    fewest = min(unplaced for unplaced, _ in found)
    return [plan for unplaced, plan in found if unplaced == fewest]


def _within(seed: int, share: float) -> list[Every]:
    """Return the plans that cost at most so much more than the cheapest."""
    least = min(plan.pence for plan in _every(seed))
    return [plan for plan in _every(seed) if plan.pence <= least * (1 + share) + 0.5]


def _fair(seed: int, objective: FairObjective, share: float, **more: Any) -> tuple[Plan, Every]:
    """Return the library's plan, and the same as the oracle has it."""
    case = _case(seed)
    plan = solve_fair(*case[:2], objective=objective, extra_share=share, policy=case.policy, options=EXACT, **more)
    assert verify(*case[:2], plan).is_right
    placed, unplaced = plan.placements, plan.unplaced
    journeys = tuple(
        (str(need), round(minutes * 100))
        for need, minutes, count in zip(placed[GROUP], placed["minutes"], placed["count"], strict=True)
        for _ in range(count)
    )
    left = Counter(dict.fromkeys({*placed[GROUP], *unplaced[GROUP]}, 0))
    for need, count in zip(unplaced[GROUP], unplaced["count"], strict=True):
        left[need] += int(count)
    return plan, Every(round(plan.objective_gbp * 100), tuple(sorted(left.items())), journeys)


# -- against every plan there is ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_longest_journeys_are_as_short_as_in_any_plan_there_is(seed: int, share: float) -> None:
    wanted = min((plan.longest_first, plan.pence) for plan in _within(seed, share))

    plan, found = _fair(seed, "min_max", share, step_minutes=0.01)

    assert (found.longest_first, found.pence) == wanted
    told = plan.record["fairness"]
    assert (told["status"], told["value_minutes"], told["bound_minutes"]) == ("optimal", *[wanted[0][0] / 100] * 2)


@pytest.mark.parametrize(("seed", "step_minutes"), [(20, 7.0), (47, 1.0), (64, 5.0)])
def test_journeys_of_one_step_are_alike(seed: int, step_minutes: float) -> None:
    wanted = min((plan.in_steps(step_minutes), plan.pence) for plan in _within(seed, 0.3))

    _, found = _fair(seed, "min_max", 0.3, step_minutes=step_minutes)

    assert (found.in_steps(step_minutes), found.pence) == wanted


@pytest.mark.parametrize(("share", "kappa"), STEEPNESS)
@pytest.mark.parametrize("seed", SEEDS)
def test_kolm_pollak_is_the_least_of_any_plan_there_is(seed: int, share: float, kappa: float) -> None:
    wanted = min(plan.equal_minutes(kappa) for plan in _within(seed, share))

    plan, found = _fair(seed, "kolm_pollak", share, kappa=kappa)

    told = plan.record["fairness"]
    assert found.equal_minutes(kappa) == pytest.approx(wanted, abs=0.001)
    assert (told["value_minutes"], told["bound_minutes"]) == pytest.approx((wanted, wanted), abs=0.001)
    assert told["status"] == "optimal"


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_gap_between_groups_is_the_least_of_any_plan_there_is(seed: int, share: float) -> None:
    plan, found = _fair(seed, "group_gap", share, by=GROUP)

    as_many = [one.gap for one in _within(seed, share) if dict(one.unplaced) == dict(found.unplaced)]
    assert found.gap == pytest.approx(min(as_many), abs=0.011)
    assert plan.record["fairness"]["value_minutes"] == pytest.approx(found.gap, abs=0.001)


# -- what is told ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("objective", "more"), [("min_max", {}), ("kolm_pollak", {}), ("group_gap", {"by": GROUP})])
def test_a_fair_plan_costs_no_more_than_it_may_and_its_bound_is_of_money(
    objective: FairObjective, more: dict[str, Any]
) -> None:
    case = _case(SEEDS[0])
    cheapest = solve(*case[:2], policy=case.policy, options=EXACT)

    plan, _ = _fair(SEEDS[0], objective, 0.3, **more)

    told = plan.record["fairness"]
    assert told["least_gbp"] == cheapest.objective_gbp
    assert plan.objective_gbp <= told["most_gbp"] + 0.005
    assert told["most_gbp"] == pytest.approx(1.3 * cheapest.objective_gbp, abs=0.01)
    assert plan.bound_gbp is not None
    assert plan.bound_gbp <= cheapest.objective_gbp <= plan.objective_gbp
    assert told["as_fair_at_least_gbp"] <= plan.objective_gbp
    assert plan.unplaced_pupils == cheapest.unplaced_pupils
    assert [stage["name"] for stage in plan.record["stages"]] == ["unplaced", "cost", objective]
    assert (plan.status is Status.OPTIMAL) == (plan.objective_gbp == cheapest.objective_gbp)


def test_what_a_fair_plan_may_cost_is_said_as_an_amount_as_well() -> None:
    case = _case(SEEDS[0])
    least_gbp = min(plan.pence for plan in _every(SEEDS[0])) / 100
    by_share, _ = _fair(SEEDS[0], "kolm_pollak", 0.3)

    by_amount = solve_fair(
        *case[:2], objective="kolm_pollak", extra_gbp=0.3 * least_gbp, policy=case.policy, options=EXACT
    )

    pd.testing.assert_frame_equal(by_amount.placements, by_share.placements)


def test_a_saved_fair_plan_can_be_read_again(tmp_path: Any) -> None:
    plan, _ = _fair(SEEDS[0], "min_max", 0.3)

    assert po.load_plan(plan.save(tmp_path / "run.json")).record["fairness"] == plan.record["fairness"]


def test_groups_may_be_a_column_of_ones_own_and_those_not_given_are_in_no_gap() -> None:
    problem = tiny()
    near, far = problem.replace(pupils=problem.pupils.assign(sex=["F", "F", "M"])), problem.pupils.assign(sex="F")
    far.loc[far["pupil_id"] == "P2", "sex"] = None
    travel = crow_fly(problem)
    minutes = solve(problem, travel).placements.set_index("pupil_id")["minutes"]

    apart = solve_fair(near, travel, objective="group_gap", by="sex")
    alone = solve_fair(problem.replace(pupils=far), travel, objective="group_gap", by="sex")

    wanted = abs((minutes["P1"] + minutes["P2"]) / 2 - minutes["P3"])
    assert apart.record["fairness"]["value_minutes"] == pytest.approx(wanted, abs=0.01)
    assert alone.record["fairness"]["value_minutes"] == pytest.approx(0, abs=1e-6)


def test_where_nothing_is_to_be_decided_the_cheapest_plan_is_the_fairest() -> None:
    problem = tiny()
    pupils = problem.pupils.assign(current_provision_id=["A-main", "B-special", "B-main"], year_group=4)
    settled = problem.replace(pupils=pupils)
    travel = crow_fly(settled)
    for objective, by in (("min_max", None), ("kolm_pollak", None), ("group_gap", "need")):
        plan = solve_fair(settled, travel, objective=objective, by=by, extra_share=1.0)  # type: ignore[arg-type]
        assert plan.objective_gbp == solve(settled, travel).objective_gbp
        assert plan.record["fairness"]["status"] == "optimal"


# -- the price ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("objective", "more"), [("min_max", {}), ("kolm_pollak", {}), ("group_gap", {"by": GROUP})])
def test_fairness_is_never_less_for_more_money(objective: FairObjective, more: dict[str, Any]) -> None:
    seed = SEEDS[0]
    case = _case(seed)

    price = price_of_fairness(
        *case[:2], objective=objective, shares=(0, 0.1, 0.3), policy=case.policy, options=EXACT, **more
    )

    points = price.points
    assert all(late <= early + 1e-6 for early, late in pairwise(points["value_minutes"]))
    assert (points["bound_minutes"] <= points["value_minutes"] + 1e-9).all()
    assert (points["objective_gbp"] <= points["most_gbp"] + 0.005).all()
    journeys = [sorted(np.ceil(plan.placements["minutes"] - 1e-6), reverse=True) for plan in price.plans]
    reached = journeys if objective == "min_max" else points["value_minutes"].tolist()
    assert reached[-1] < reached[0]
    for plan in price.plans:
        assert verify(*case[:2], plan).is_right
    axes = price.plot()
    assert [list(axis) for axis in axes.lines[0].get_data()] == [
        pytest.approx(points["extra_gbp"] / 1_000),
        pytest.approx(points["value_minutes"]),
    ]
    assert price.summary().count("\n") == 3


def test_a_point_is_what_the_fair_plan_of_its_share_is() -> None:
    seed = SEEDS[1]
    case = _case(seed)
    price = price_of_fairness(
        *case[:2], objective="kolm_pollak", kappa=0.1, shares=(0.3,), policy=case.policy, options=EXACT
    )

    plan, _ = _fair(seed, "kolm_pollak", 0.3, kappa=0.1)

    assert price.points["value_minutes"].tolist() == [plan.record["fairness"]["value_minutes"]]
    assert price.points["equal_minutes"].tolist() == pytest.approx(price.points["value_minutes"].tolist(), abs=1e-6)


# -- wrong questions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"objective": "fairest"}, "`objective` is 'fairest'; use one of min_max, kolm_pollak, group_gap"),
        ({"objective": "group_gap"}, "`by` is None"),
        ({"objective": "min_max", "by": "need"}, "goes with group_gap"),
        ({"objective": "group_gap", "by": "colour"}, "`by` is 'colour'; use a column of pupils: pupil_id"),
        ({"objective": "min_max", "extra_gbp": 1, "extra_share": 0.1}, "give one of them"),
        ({"objective": "min_max", "extra_share": -0.1}, "`extra_share` is -0.1; use a number from 0 to 10"),
        ({"objective": "min_max", "extra_gbp": float("nan")}, "`extra_gbp` is nan"),
        ({"objective": "min_max", "step_minutes": 0}, "`step_minutes` is 0; use a number from 0.01"),
        ({"objective": "kolm_pollak", "aversion": -1}, "`aversion` is -1"),
        ({"objective": "kolm_pollak", "kappa": 50.0}, r"`kappa` is 50; with journeys of up to \d+ minutes use at most"),
        ({"objective": "min_max", "options": SolveOptions(weights={"unplaced": 1.0})}, "`weights` is given"),
    ],
)
def test_a_wrong_question_says_what_is_allowed(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        solve_fair(tiny(), crow_fly(tiny()), **wrong)


@pytest.mark.parametrize("shares", [(), (0.1, 0.0), (0.1, 0.1), (-0.1,), "0.1"])
def test_wrong_shares_are_refused(shares: Any) -> None:
    with pytest.raises(ValueError, match="share"):
        price_of_fairness(tiny(), crow_fly(tiny()), objective="min_max", shares=shares)


def test_a_question_without_a_plan_names_what_clashes() -> None:
    problem = tiny()
    totals = pd.DataFrame([{"total": "nobody", "measure": "minutes", "most": 0.0}])
    settled = problem.replace(totals=totals)
    with pytest.raises((po.NoPlanError, InputError)):
        solve_fair(settled, crow_fly(settled), objective="min_max", policy=Policy())
