"""Frontiers against brute force, network flow, and the laws that they have to keep."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import product

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from placement_opt import examples
from placement_opt.errors import InputError, NoPlanError, Status
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.scenarios.frontier import frontier, moves_ladder
from placement_opt.scenarios.frontier_measures import MEASURES
from placement_opt.scenarios.frontier_result import Frontier
from placement_opt.scenarios.knee import knee_of
from placement_opt.solve import solve
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import verify
from tests.oracle_pairs import Question
from tests.oracle_totals import total_of
from tests.oracles import InputAtFaultError, Rules, best_plan
from tests.strategies import Case, random_case

EXACT = SolveOptions(gap=0)
MOST_WAYS = 1_500
HALF_PENNY = 0.005
MIXTURES = ({"overflow", "present"}, {"transport", "candidates"}, {"cohorts", "present"}, {"places", "requests"})
TOTALS = [name for name in MEASURES if name != "capital_gbp"]

Point = tuple[float, float]


def _cases(number: int, first: int = 0) -> Iterator[Case]:
    """Yield tiny cases with few enough ways to place everybody, of all mixtures by turns."""
    found, seed = 0, first
    while found < number:
        case = random_case(seed, families=MIXTURES[seed % len(MIXTURES)])
        seed += 1
        case = case._replace(policy=replace(case.policy, moves="all"))
        try:
            rules = Rules(Question(*case))
        except InputAtFaultError:
            continue
        if np.prod([len(rules.options(pupil)) for pupil in rules.q.pupils]) <= MOST_WAYS and best_plan(*case):
            found += 1
            yield case


CASES = list(_cases(4))


def _every_point(case: Case, against: str) -> list[tuple[int, int, float]]:
    """Return of every plan: pupils unplaced, pence, and how much there is of the measure."""
    question = Question(*case)
    rules, total = Rules(question), {"kind": None, "locality": None, **MEASURES[against].row}
    points = []
    for chosen in product(*(rules.options(pupil) for pupil in question.pupils)):
        x = Counter({(i, p): n for i, way in zip(question.pupils, chosen, strict=True) for p, n in way.placed})
        price = rules.judge(x)
        if price is not None:
            points.append((sum(way.unplaced for way in chosen), price, float(total_of(question, x, total))))
    return points


def _front(points: list[tuple[int, int, float]], against: str) -> list[Point]:
    """Return the undominated points, with as few pupils unplaced as can be unless those are the measure."""
    fewest = min(unplaced for unplaced, _, _ in points)
    kept = [(amount, pence) for unplaced, pence, amount in points if against == "unplaced" or unplaced == fewest]
    front: list[Point] = []
    for amount, pence in sorted(kept):
        if not front or pence < front[-1][1] * 100 - 0.5:
            front.append((amount, pence / 100))
    return front


def _as_points(front: Frontier) -> list[Point]:
    points = front.points
    return list(zip(points[front.against], points["objective_gbp"], strict=True))


def _assert_same(found: list[Point], wanted: list[Point]) -> None:
    assert len(found) == len(wanted)
    np.testing.assert_allclose(np.array(found), np.array(wanted), rtol=0, atol=0.012)


@pytest.mark.parametrize("against", TOTALS)
@pytest.mark.parametrize("number", range(len(CASES)))
def test_the_whole_front_is_that_of_every_plan_there_is(number: int, against: str) -> None:
    case = CASES[number]
    wanted = _front(_every_point(case, against), against)

    front = frontier(*case[:2], against=against, points=None, policy=case.policy, options=EXACT)

    _assert_same(_as_points(front), wanted)


@pytest.mark.parametrize("number", range(3))
def test_points_between_the_ends_are_the_cheapest_under_their_limits(number: int) -> None:
    case = CASES[number]
    every = _front(_every_point(case, "minutes"), "minutes")

    front = frontier(*case[:2], against="minutes", points=5, policy=case.policy, options=EXACT)

    for row in front.points.itertuples():
        wanted = min((pence, amount) for amount, pence in every if amount <= row.limit + 1e-6)
        assert (row.objective_gbp, row.minutes) == pytest.approx(wanted, abs=0.012)
    assert len(front) <= 5


@pytest.mark.parametrize("seed", range(3))
def test_the_front_against_capital_is_that_of_brute_force(seed: int) -> None:
    case = _with_capital(seed)
    amounts = {0.0}
    for row in case.problem.provisions.itertuples():
        cells = row.capital_gbp if row.status == "candidate" else 0.0
        amounts |= {amount + cells for amount in amounts}
    points = []
    for most in sorted(amounts):
        budget = pd.DataFrame([{"budget": "all", "type": "capital", "limit_gbp": most}])
        best = best_plan(case.problem.replace(budgets=budget), *case[1:])
        points += [] if best is None else [(best.unplaced, round(best.objective_gbp * 100), most)]

    front = frontier(*case[:2], against="capital_gbp", points=None, policy=case.policy, options=EXACT)

    _assert_same(_as_points(front), _front(points, "capital_gbp"))


def _with_capital(seed: int) -> Case:
    case = random_case(seed, families={"overflow"})
    rng = np.random.default_rng(seed)
    provisions = case.problem.provisions
    is_candidate = np.arange(len(provisions)) < 3
    changed = provisions.assign(
        status=np.where(is_candidate, "candidate", "open"),
        capital_gbp=np.where(is_candidate, rng.choice([50_000, 80_000, 120_000], len(provisions)), 0),
    )
    return case._replace(problem=case.problem.replace(provisions=changed))


@pytest.mark.parametrize("against", list(MEASURES))
def test_every_plan_of_a_front_is_right_and_no_point_is_as_good_as_another(against: str) -> None:
    case = _with_capital(2)

    front = frontier(*case[:2], against=against, points=4, policy=case.policy, options=EXACT)

    points = front.points
    for problem, plan in zip(front.problems, front.plans, strict=True):
        assert verify(problem, case.travel, plan).is_right
        assert plan.status is Status.OPTIMAL
    assert (points[against].diff().dropna() > 0).all()
    assert (points["objective_gbp"].diff().dropna() < 0).all()
    assert (points["bound_gbp"] <= points["objective_gbp"]).all()
    assert (points[against] <= points["limit"] + 1e-6).all()


def test_each_plan_is_what_solve_makes_of_its_problem() -> None:
    case = CASES[0]
    front = frontier(*case[:2], against="minutes", points=3, policy=case.policy, options=EXACT)

    for problem, plan in zip(front.problems, front.plans, strict=True):
        assert solve(problem, case.travel, policy=case.policy, options=EXACT).objective_gbp == plan.objective_gbp


def _flat(seed: int) -> tuple[Problem, TravelMatrix]:
    """Return a pure assignment with a place for everybody."""
    rng = np.random.default_rng(seed)
    pupils = pd.DataFrame(
        {
            "pupil_id": [f"P{n:02}" for n in range(14)],
            "easting": rng.integers(450_000, 470_000, 14),
            "northing": rng.integers(260_000, 280_000, 14),
            "year_group": 5,
            "need": "ASD",
            "entitled": "no",
        }
    )
    settings = pd.DataFrame({"setting_id": list("ABCD"), "name": "School", "northing": 270_000})
    settings["easting"] = rng.integers(450_000, 470_000, 4)
    provisions = pd.DataFrame(
        {"provision_id": list("abcd"), "setting_id": list("ABCD"), "kind": "special", "places": [4, 4, 4, 5]}
    )
    provisions["topup_gbp"] = rng.integers(100, 900, 4) * 20
    problem = Problem(pupils=pupils, settings=settings, provisions=provisions)
    return problem, crow_fly(problem)


def _least_sum(problem: Problem, travel: TravelMatrix, gbp_each_minute: float) -> float:
    """Return the least £ + minutes at a price, by network simplex."""
    graph, journeys = nx.DiGraph(), travel.aligned(problem)
    for at, p in enumerate(problem.provisions.itertuples()):
        graph.add_edge(p.provision_id, "sink", capacity=int(p.places), weight=0)
        for i, pupil in enumerate(problem.pupils["pupil_id"]):
            price = p.topup_gbp + gbp_each_minute * journeys.minutes[i, at]
            graph.add_edge(pupil, p.provision_id, capacity=1, weight=round(price * 10_000))
    for pupil in problem.pupils["pupil_id"]:
        graph.nodes[pupil]["demand"] = -1
    graph.nodes["sink"]["demand"] = len(problem.pupils)
    cost, _ = nx.network_simplex(graph)
    return float(cost) / 10_000


@pytest.mark.parametrize("seed", [0, 2])
def test_a_front_of_a_pure_assignment_touches_what_network_flow_finds_at_every_price(seed: int) -> None:
    problem, travel = _flat(seed)

    front = frontier(problem, travel, against="minutes", points=None, options=EXACT)

    points = np.array(_as_points(front))
    assert len(points) > 1
    for price in (0.0, 5.0, 40.0, 150.0, 600.0, 5_000.0):
        least = (points[:, 1] + price * points[:, 0]).min()
        assert least == pytest.approx(_least_sum(problem, travel, price), abs=0.02 + price * 1e-6)


def test_an_executor_finds_the_same_points() -> None:
    case = CASES[1]
    here = frontier(*case[:2], against="minutes", points=5, policy=case.policy, options=EXACT)

    with ProcessPoolExecutor(1) as executor:
        there = frontier(*case[:2], against="minutes", points=5, policy=case.policy, options=EXACT, executor=executor)
        ladder = moves_ladder(*case[:2], most=1, policy=case.policy, options=EXACT, executor=executor)

    pd.testing.assert_frame_equal(there.points, here.points)
    alone = moves_ladder(*case[:2], most=1, policy=case.policy, options=EXACT)
    pd.testing.assert_frame_equal(ladder.points, alone.points)


@pytest.mark.parametrize("seed", [3, 7])
def test_each_step_of_the_ladder_is_the_best_plan_with_so_many_moves(seed: int) -> None:
    case = random_case(seed, families={"present", "max_moves", "overflow"})
    policy = replace(case.policy, moves="all", max_moves=None)

    ladder = moves_ladder(*case[:2], most=3, policy=policy, options=EXACT)

    for row in ladder.points.itertuples():
        best = best_plan(case.problem, case.travel, replace(policy, max_moves=int(row.limit)))
        assert best is not None
        assert (row.unplaced, row.objective_gbp) == (best.unplaced, pytest.approx(best.objective_gbp, abs=0.02))


def test_a_ladder_that_cannot_begin_with_nobody_begins_with_more() -> None:
    case = random_case(12, families={"present", "max_moves", "overflow"})
    policy = replace(case.policy, moves="all", max_moves=None)

    with pytest.raises(NoPlanError, match="at most 0 pupils who leave a place that they could keep"):
        moves_ladder(*case[:2], most=1, policy=policy)
    assert moves_ladder(*case[:2], fewest=3, most=3, policy=policy).points["moves"].tolist() == [3]


def test_the_ladder_tells_who_moves_first_and_what_each_step_saves() -> None:
    problem, travel = _flat(1)
    present = problem.pupils.assign(current_provision_id=["a"] * 4 + ["b"] * 4 + ["c"] * 4 + ["d"] * 2)

    ladder = moves_ladder(problem.replace(pupils=present), travel, most=2, options=EXACT)

    moved, points = ladder.first_moves, ladder.points
    assert moved is not None
    assert points["moves"].tolist() == [0, 1, 2]
    assert moved.groupby("point")["count"].sum().to_dict() == {1: 1, 2: 2}
    assert (moved["provision_id"] != moved["previous_provision_id"]).all()
    assert moved.loc[moved["point"] == 1, "saves_gbp"].tolist() == [points.loc[1, "saves_gbp"]]
    assert moved.loc[moved["point"] == 1, "is_new"].all()
    home = present.set_index("pupil_id").loc[moved["pupil_id"], "current_provision_id"]
    assert moved["previous_provision_id"].tolist() == home.tolist()


def test_a_front_against_anything_else_names_nobody() -> None:
    problem = examples.tiny()

    assert frontier(problem, crow_fly(problem), against="minutes", points=2).first_moves is None


def test_the_knee_is_the_point_farthest_below_the_line_between_the_ends() -> None:
    amount, gbp = np.array([0.0, 2.0, 4.0, 10.0]), np.array([50.0, 20.0, 5.0, 0.0])
    ends = np.array([[0.0, 1.0], [1.0, 0.0]])
    along = ends[1] - ends[0]
    scaled = np.column_stack([amount / 10, gbp / 50])
    distance = np.abs(along[0] * (scaled - ends[0])[:, 1] - along[1] * (scaled - ends[0])[:, 0]) / np.hypot(*along)

    knee = knee_of(amount, gbp)

    assert knee is not None
    assert knee.point == int(distance.argmax())
    assert knee.depth == pytest.approx(distance.max() * np.sqrt(2))
    assert "no recommendation" in knee.rule


def test_a_front_that_bends_nowhere_or_outwards_has_no_knee() -> None:
    assert knee_of(np.array([0.0, 1.0, 2.0]), np.array([2.0, 1.0, 0.0])) is None
    assert knee_of(np.array([0.0, 1.0, 2.0]), np.array([2.0, 1.9, 0.0])) is None
    assert knee_of(np.array([0.0, 1.0]), np.array([2.0, 0.0])) is None


def test_the_summary_says_what_the_knee_is() -> None:
    problem, travel = _flat(0)

    front = frontier(problem, travel, against="minutes", points=6)

    assert front.knee is not None
    lines = front.summary().splitlines()
    assert lines[0] == f"£ against minutes of all journeys, one way: {len(front)} points"
    assert lines[1 + front.knee.point].endswith("(knee)")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"against": "happiness"}, "`against` is 'happiness'; use one of minutes, miles"),
        ({"against": "minutes", "points": 1}, "`points` is 1"),
        ({"against": "minutes", "points": 2.5}, "`points` is 2.5"),
        ({"against": "minutes", "limits": []}, r"`limits` \(empty\)"),
        ({"against": "minutes", "limits": [-1.0]}, r"`limits` \(-1.0\)"),
        ({"against": "moves", "limits": [0, 1.5]}, r"`limits` \(1.5\): give at least one, each a whole number"),
        ({"against": "minutes", "limits": ["many"]}, r"`limits` \('many'\)"),
        ({"against": "minutes", "options": SolveOptions(weights={"unplaced": 1})}, "Leave `weights` out"),
    ],
)
def test_arguments_out_of_range_are_told(arguments: dict[str, object], message: str) -> None:
    problem = examples.tiny()

    with pytest.raises(ValueError, match=message):
        frontier(problem, crow_fly(problem), **arguments)  # type: ignore[arg-type]


def test_the_ladder_asks_for_a_whole_number_of_steps() -> None:
    problem = examples.tiny()

    with pytest.raises(ValueError, match="`most` is -1; use whole numbers from 0, fewest first"):
        moves_ladder(problem, crow_fly(problem), most=-1)


def test_a_front_against_capital_needs_something_that_costs_capital() -> None:
    problem = examples.tiny()

    with pytest.raises(InputError, match="nothing is spent once"):
        frontier(problem, crow_fly(problem), against="capital_gbp")


def test_a_limit_that_no_plan_keeps_is_named() -> None:
    problem = examples.tiny()

    with pytest.raises(NoPlanError, match="The total frontier is at most 0 pupils without a place"):
        frontier(
            problem.replace(provisions=problem.provisions.assign(places=0)),
            crow_fly(problem),
            against="unplaced",
            limits=[0],
        )


def test_a_total_of_the_same_name_stays() -> None:
    totals = pd.DataFrame([{"total": "frontier", "measure": "minutes", "most": 500.0}])
    problem = examples.tiny().replace(totals=totals)

    front = frontier(problem, crow_fly(problem), against="minutes", points=2)

    assert front.problems[0].table("totals")["total"].tolist() == ["frontier", "frontier*"]


def test_exampleshire_has_a_proven_front() -> None:
    problem = examples.exampleshire()
    travel = crow_fly(problem)

    front = frontier(problem, travel, against="moves", points=3)

    points = front.points
    assert len(points) == 3
    assert (points["gap"] <= 1e-4).all()
    assert set(points["status"]) == {"optimal"}
    assert points["unplaced"].nunique() == 1
    assert points.loc[2, "objective_gbp"] == solve(problem, travel, policy=Policy()).objective_gbp
    assert (points["objective_gbp"].diff().dropna() < -HALF_PENNY).all()
