"""Pupils who take several places each: knapsacks against all subsets, bounds and plans against brute force."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd
import pytest

from benchmarks import public_instances as public
from placement_opt.errors import InputError, NoPlanError, Status
from placement_opt.examples import tiny
from placement_opt.model import draft_model
from placement_opt.pairs import candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.solve import optimum, solve
from placement_opt.solve.bundles import Bundles
from placement_opt.solve.clock import Clock
from placement_opt.solve.knapsacks import Knapsacks, best_loads, best_with_each, knapsacks_of
from placement_opt.solve.packing import Packing, bounds_with_each, fewest_sites, step_of
from placement_opt.solve.parts import Part, Prices
from placement_opt.solve.relaxation import Relaxation
from placement_opt.solve.stages import cost_goals
from placement_opt.solve.system import System
from placement_opt.travel import crow_fly
from placement_opt.verify import verify
from tests.amounts import how_many
from tests.oracles import best_plan
from tests.solved import solved_like_brute_force
from tests.strategies import FAMILIES, Case, random_case

needs_instances = pytest.mark.skipif(not public.DATA.is_dir(), reason="../shared/data/benchmarks is not here")

CHUNK = 20
EXACT = SolveOptions(gap=0)
OTHER_FAMILIES = sorted(set(FAMILIES) - {"cohorts", "places"})
ROUNDING_GBP = 0.15


def heavy_case(seed: int) -> Case:
    """Return a tiny problem of single pupils who take one to four places each, with some other families of rules."""
    rng = np.random.default_rng([seed, 77])
    share = rng.choice([0.0, 0.2, 0.5])
    chosen = {name for name in OTHER_FAMILIES if rng.random() < share}
    return random_case(seed, families={"places", "candidates", *chosen})


def system_of(case: Case) -> System | None:
    """Return the system of least cost where everybody has a place; None where the input is at fault."""
    try:
        draft = draft_model(candidate_pairs(case.problem, case.travel, policy=case.policy))
    except InputError:
        return None
    return System(draft, cost_goals(draft), 0.0)


def systems(seeds: range) -> Iterator[tuple[int, Case, System, Knapsacks]]:
    for seed in seeds:
        case = heavy_case(seed)
        system = system_of(case)
        knapsacks = None if system is None else knapsacks_of(system)
        if system is not None and knapsacks is not None:
            yield seed, case, system, knapsacks


def subsets(gain: np.ndarray, places: np.ndarray, most: int) -> Iterator[tuple[float, tuple[int, ...]]]:
    for chosen in product((0, 1), repeat=len(places)):
        if np.dot(chosen, places) <= most:
            yield float(np.dot(chosen, gain)), chosen


@pytest.mark.parametrize("seed", range(25))
def test_the_best_load_is_the_best_of_all_subsets_that_fit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gain, places = rng.integers(-9, 4, size=(7, 3)).astype(float), rng.integers(1, 6, size=7)
    most = rng.integers(0, 14, size=3)
    value, taken = best_loads(gain, places, most)
    with_each = best_with_each(gain, places, most)
    for at in range(3):
        ways = list(subsets(gain[:, at], places, int(most[at])))
        assert value[at] == min(ways)[0]
        assert gain[taken[:, at], at].sum() == value[at]
        assert places[taken[:, at]].sum() <= most[at]
        for pupil in range(7):
            sums = [total for total, chosen in ways if chosen[pupil]]
            assert with_each[pupil, at] == min(sums, default=np.inf)


def test_nobody_is_taken_where_there_is_less_than_no_room() -> None:
    value, taken = best_loads(np.full((2, 1), -5.0), np.array([1, 1]), np.array([-1]))
    assert value[0] == 0
    assert not taken.any()


@pytest.mark.parametrize("first", range(0, how_many(100, in_ci=10), CHUNK))
def test_the_whole_solve_finds_the_optimum_of_brute_force(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tree over sites is left out, so that bundles decide wherever the first plan is not proven."""
    monkeypatch.setattr(optimum, "NODES_BEFORE_PACKING", 0)
    solved = 0
    for seed in range(first, first + CHUNK):
        case = heavy_case(seed)
        plan = solved_like_brute_force(case, EXACT, f"seed {seed}", ROUNDING_GBP)
        if plan is None:
            continue
        assert plan.status is Status.OPTIMAL, f"seed {seed}"
        solved += 1
    assert solved >= CHUNK // 3


@pytest.mark.parametrize("first", range(200, 200 + how_many(100, in_ci=10), CHUNK))
def test_bundles_alone_find_and_prove_the_optimum(first: int) -> None:
    """No other tree and no search of the solver's: the bound that the parts give is the value of brute force."""
    proven = 0
    for seed, case, system, knapsacks in systems(range(first, first + CHUNK)):
        best = best_plan(*case)
        if best is None or best.unplaced > system.draft.unplaced.constant:
            continue
        found = _packed(system, knapsacks)
        assert found[1] <= best.objective_gbp + ROUNDING_GBP, f"seed {seed}"
        assert found[0] == pytest.approx(best.objective_gbp, abs=ROUNDING_GBP), f"seed {seed}"
        assert found[1] == pytest.approx(best.objective_gbp, abs=ROUNDING_GBP), f"seed {seed}"
        proven += 1
    assert proven >= 2


def _packed(system: System, knapsacks: Knapsacks) -> tuple[float, float]:
    """Return the value of the best plan and the bound that bundles alone come to."""
    optimiser = optimum.Optimiser(system, (0.0, 0.005), EXACT, Clock(None), lambda _: None)
    packing = Packing(
        system,
        knapsacks,
        EXACT,
        cut_off=lambda: optimiser.best.value - 0.005,
        try_pairs=optimiser._try_pairs,
        may_go_on=lambda: True,
        left_s=lambda: 60.0,
    )
    packing.grow(np.zeros(len(system.rows)), lambda: None)
    return optimiser.best.value, min(packing.bound, optimiser.best.value)


@pytest.mark.parametrize("first", range(400, 400 + how_many(40, in_ci=10), CHUNK))
def test_no_prices_prove_more_than_brute_force_and_no_pair_of_the_best_plan_is_shut(first: int) -> None:
    looked_at = 0
    for seed, case, system, knapsacks in systems(range(first, first + CHUNK)):
        best = best_plan(*case)
        if best is None or best.unplaced > system.draft.unplaced.constant:
            continue
        plan = solve(case.problem, case.travel, policy=case.policy, options=EXACT)
        used = _used(plan, case, system, knapsacks)
        bundles = Bundles(system, knapsacks, EXACT)
        root = Relaxation(system, np.arange(len(system.draft.decided))).solve().bound.multipliers
        rng = np.random.default_rng(seed)
        part = Part(least_open=fewest_sites(system, knapsacks))
        for spread in (0.0, 0.1, 1.0):
            rows = root * rng.uniform(1 - spread, 1 + spread, size=len(root))
            priced = bundles.price(Prices(rows, float(rng.normal(0, 3_000 * spread))), part)
            assert priced.value <= best.objective_gbp + ROUNDING_GBP, f"seed {seed}"
            assert (bounds_with_each(priced, knapsacks)[used] <= best.objective_gbp + ROUNDING_GBP).all(), (
                f"seed {seed}"
            )
        looked_at += 1
    assert looked_at >= 2


def _used(plan: Plan, case: Case, system: System, knapsacks: Knapsacks) -> np.ndarray:
    """Return which pairs of the knapsacks a plan uses."""
    ids = system.draft.facts.pupils["pupil_id"].to_numpy(), system.draft.facts.provisions["provision_id"].to_numpy()
    placed = set(plan.placements[["pupil_id", "provision_id"]].itertuples(index=False, name=None))
    pupils, provisions = ids[0][knapsacks.pupils], ids[1][knapsacks.provisions]
    used = np.array([[(i, p) in placed for p in provisions] for i in pupils])
    return used & (knapsacks.pair >= 0)


def _plain(places: list[int], capacity: list[int], open_gbp: list[float]) -> public.Instance:
    """Return a problem of one pupil for each number of places, whose pairs cost £10 more from one site to the next."""
    sites = len(capacity)
    costs = [[10.0 * (at + 1) for at in range(sites)] for _ in places]
    cells = [sites, len(places), *capacity, *open_gbp, *places, *(cost for row in costs for cost in row)]
    return public.parse_single_source(" ".join(str(cell) for cell in cells))


def _system_of_plain(instance: public.Instance) -> System:
    question = instance.question
    system = system_of(Case(question.problem, question.travel, question.policy))
    assert system is not None
    return system


def test_sites_are_counted_by_the_places_that_they_have() -> None:
    system = _system_of_plain(_plain([4, 4, 3], [5, 7, 6], [100, 100, 100]))
    knapsacks = knapsacks_of(system)
    assert knapsacks is not None
    assert fewest_sites(system, knapsacks) == 2
    assert knapsacks.most.tolist() == [5, 7, 6]
    assert knapsacks.is_exact.all()


def test_objectives_of_whole_tens_are_ten_pounds_apart() -> None:
    assert step_of(_system_of_plain(_plain([4, 4, 3], [5, 7, 6], [100, 100, 100]))) == pytest.approx(10)
    assert step_of(_system_of_plain(_plain([4, 4, 3], [5, 7, 6], [100, 105, 100]))) == pytest.approx(5)


def test_places_that_cannot_be_split_leave_room_unused() -> None:
    """Two pupils of 4 places do not share 7 places, so that a second site is opened though 8 places would be enough."""
    question = _plain([4, 4], [7, 5], [100, 1_000]).question
    plan = solve(question.problem, question.travel, policy=question.policy, options=EXACT)
    assert plan.objective_gbp == 100 + 1_000 + 10 + 20
    assert plan.bound_gbp == plan.objective_gbp


def test_pupils_of_one_place_and_rows_of_several_pupils_have_no_knapsacks() -> None:
    question = _plain([1, 1], [7, 5], [100, 1_000]).question
    assert knapsacks_of(_system_of_plain(_plain([1, 1], [7, 5], [100, 1_000]))) is None
    pupils = question.problem.pupils.assign(places=[1, 2], count=[2, 1])
    several = system_of(Case(question.problem.replace(pupils=pupils), question.travel, question.policy))
    assert several is not None
    assert knapsacks_of(several) is None


@needs_instances
@pytest.mark.parametrize("name", ["delmaire/p1", "delmaire/p18", "holmberg/p13"])
def test_published_optima_are_found_and_proven(name: str) -> None:
    instance = public.load(name)
    question = instance.question
    options = SolveOptions(gap=1e-6)
    plan = solve(question.problem, question.travel, policy=question.policy, options=options)
    assert instance.value(plan.objective_gbp) == instance.published
    assert plan.status is Status.OPTIMAL
    verify(question.problem, question.travel, plan).raise_if_wrong()


@needs_instances
def test_a_time_limit_leaves_a_plan_and_a_bound_that_is_not_above_the_optimum() -> None:
    instance = public.load("holmberg/p30")
    question = instance.question
    said: list[str] = []
    options = SolveOptions(gap=1e-6, time_limit_s=8.0)
    plan = solve(question.problem, question.travel, policy=question.policy, options=options, progress=said.append)
    assert instance.published is not None
    assert plan.bound_gbp <= instance.published <= plan.objective_gbp
    assert any("bundles" in line for line in said)


def test_nobody_can_be_left_out_and_there_is_too_little_room_for_pupils_of_two_places() -> None:
    problem = tiny()
    rules = pd.DataFrame({"pupil_id": ["P1", "P2"], "provision_id": "A-base", "rule": "must"})
    provisions = problem.provisions.assign(places=3, needs="any", min_year=-4, max_year=20)
    pupils = problem.pupils.iloc[:2].assign(places=2)
    problem = problem.replace(pupils=pupils, provisions=provisions, pair_rules=rules)
    with pytest.raises(NoPlanError):
        solve(problem, crow_fly(problem), policy=Policy(moves="all"))
