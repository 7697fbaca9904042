"""Pricing: what is found over few pairs is the optimum over all pairs, and what is proven needs no solver."""

import numpy as np
import pytest

from placement_opt.errors import InputError
from placement_opt.facts import Ints
from placement_opt.model import draft_model
from placement_opt.pairs import candidate_pairs
from placement_opt.policy import SolveOptions
from placement_opt.solve import fitting, optimum, relaxation, stages
from placement_opt.solve.relaxation import Relaxation, first_of_each
from placement_opt.solve.stages import cost_goals
from placement_opt.solve.system import System
from placement_opt.verify import verify
from tests.amounts import how_many
from tests.solved import solved_like_brute_force
from tests.strategies import mixed_case

CHUNK = 20
EXACT = SolveOptions(gap=0)
ROUNDING_GBP = 0.011


def _one_pair_each(system: System) -> Ints:
    """Begin with the dearest pair of each pupil, which is as bad as can be."""
    return np.flatnonzero(first_of_each(system.draft.pupil, -system.cost_of_pairs, 1))


@pytest.mark.parametrize("first", range(0, how_many(160, in_ci=20), CHUNK))
def test_the_priced_optimum_is_the_optimum_over_all_pairs(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every family is on somewhere in these cases; the brute force looks at all pairs."""
    monkeypatch.setattr(stages, "first_pairs", _one_pair_each)
    monkeypatch.setattr(relaxation, "PAIRS_EACH_TIME", 1)
    monkeypatch.setattr(optimum, "PAIRS_KEPT_OF_EACH", 0)
    monkeypatch.setattr(fitting, "PAIRS_OF_FREE", 2)
    solved = 0
    for seed in range(first, first + CHUNK):
        case = mixed_case(seed)
        plan = solved_like_brute_force(case, EXACT, f"seed {seed}", ROUNDING_GBP)
        if plan is None:
            continue
        certified = verify(case.problem, case.travel, plan).certified_gbp
        assert certified is not None, f"seed {seed}"
        assert certified <= plan.objective_gbp + 2 * ROUNDING_GBP, f"seed {seed}"
        solved += 1
    assert solved >= CHUNK // 4


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_the_bound_of_the_prices_is_the_optimum_of_the_lp(seed: int) -> None:
    """What the multipliers prove over all pairs is what the LP over the pairs that were added comes to."""
    case = mixed_case(seed)
    try:
        draft = draft_model(candidate_pairs(case.problem, case.travel, policy=case.policy))
    except InputError:
        pytest.skip("the input is at fault")
    system = System(draft, cost_goals(draft))
    few = Relaxation(system, _one_pair_each(system)).solve()
    every = Relaxation(system, np.arange(len(draft.decided))).solve()
    assert few.bound.value == pytest.approx(few.value, rel=1e-7, abs=1e-4)
    assert few.value == pytest.approx(every.value, rel=1e-7, abs=1e-4)


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_no_multipliers_of_the_right_sign_prove_more_than_the_lp(seed: int) -> None:
    case = mixed_case(seed)
    try:
        draft = draft_model(candidate_pairs(case.problem, case.travel, policy=case.policy))
    except InputError:
        pytest.skip("the input is at fault")
    system = System(draft, cost_goals(draft))
    every = Relaxation(system, np.arange(len(draft.decided))).solve()
    rng = np.random.default_rng(seed)
    if every.is_broken:
        pytest.skip("there is no plan")
    for _ in range(20):
        multipliers = rng.normal(scale=rng.choice([10.0, 10_000.0]), size=len(system.rows))
        assert system.bound(multipliers).value <= every.value + 1e-4
