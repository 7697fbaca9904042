"""Estimates over futures: by hand on small tables, and against SciPy's."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from placement_opt.scenarios.futures_estimates import quantile, wilson
from placement_opt.scenarios.regret import regret_table, waiting_table

LEVELS = st.sampled_from([0.5, 0.8, 0.95, 0.99])


def runs_of(
    costs: dict[str, list[float | None]], unplaced: dict[str, list[int]] | None = None, **more: object
) -> pd.DataFrame:
    """Return rows of runs from the costs of each strategy in each draw."""
    short = unplaced or {name: [0] * len(values) for name, values in costs.items()}
    rows = [
        {"draw": draw, "scenario": name, "unplaced": short[name][draw], "cost_gbp": cost, "gap": 0.0}
        for name, values in costs.items()
        for draw, cost in enumerate(values)
    ]
    return pd.DataFrame(rows).astype({"cost_gbp": "float64"}).assign(**more)


@given(hits=st.integers(0, 60), more=st.integers(0, 60), level=LEVELS)
def test_the_interval_of_a_share_is_wilsons(hits: int, more: int, level: float) -> None:
    draws = hits + more
    if draws == 0:
        assert wilson(0, 0, level) == (0.0, 1.0)
        return
    expected = binomtest(hits, draws).proportion_ci(level, method="wilson")
    assert wilson(hits, draws, level) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(number=st.integers(1, 80), share=st.sampled_from([0.05, 0.5, 0.8, 0.95]), level=LEVELS)
def test_the_interval_of_a_quantile_holds_as_often_as_it_says(number: int, share: float, level: float) -> None:
    value, low, high = quantile(range(1, number + 1), share, level)
    assert value == np.quantile(np.arange(1, number + 1), share, method="inverted_cdf")
    first = 0 if math.isnan(low) else int(low)
    last = number + 1 if math.isnan(high) else int(high)
    held = binom.cdf(last - 1, number, share) - binom.cdf(first - 1, number, share)
    assert held >= level - 1e-9
    if first > 0:  # the next narrower one on either side would leave out more than half of what may be missed
        assert binom.cdf(first, number, share) > (1 - level) / 2
    if last <= number:
        assert binom.cdf(last - 2, number, share) < 1 - (1 - level) / 2


def test_a_quantile_of_nothing_is_not_known() -> None:
    assert all(math.isnan(number) for number in quantile([], 0.5))


def test_regret_by_hand() -> None:
    regret = regret_table(runs_of({"A": [10, 50, 30], "B": [20, 20, 40]}))
    assert regret.index.tolist() == ["A", "B"][::-1]
    assert regret.loc["A", ["cost_regret_gbp_mean", "cost_regret_gbp_most"]].tolist() == [10, 30]
    assert regret.loc["B", "cost_regret_gbp_mean"] == pytest.approx(20 / 3)
    assert regret.loc["B", "cost_regret_gbp_most"] == 10
    assert regret.loc["A", "cost_regret_gbp_standard_error"] == pytest.approx(math.sqrt((100 + 400 + 100) / 2 / 3))
    assert regret["best_share"].to_dict() == pytest.approx({"A": 2 / 3, "B": 1 / 3})


def test_a_pupil_without_a_place_is_never_set_off_against_money() -> None:
    unplaced = {"A": [0, 0, 2], "B": [0, 1, 0]}
    regret = regret_table(runs_of({"A": [10, 50, 1], "B": [20, 20, 40]}, unplaced))
    assert regret.index.tolist() == ["B", "A"]
    assert regret.loc["A", ["unplaced_regret_mean", "unplaced_regret_most"]].tolist() == pytest.approx([2 / 3, 2])
    assert regret["comparable"].to_dict() == {"A": 2, "B": 2}
    assert regret.loc["A", "cost_regret_gbp_most"] == 0
    assert regret.loc["B", "cost_regret_gbp_mean"] == 5


def test_draws_without_a_plan_are_left_out_for_all_and_counted() -> None:
    regret = regret_table(runs_of({"A": [10, None, 30], "B": [20, 20, 45]}))
    assert regret["draws"].tolist() == [2, 2]
    assert regret["without_plan"].to_dict() == {"A": 1, "B": 0}
    assert regret.loc["B", "cost_regret_gbp_most"] == 15


def test_what_the_gap_leaves_open_is_said() -> None:
    runs = runs_of({"A": [100, 200], "B": [100, 100]}).assign(gap=[0.1, 0.2, 0.0, 0.0])
    assert regret_table(runs)["unsure_gbp"].to_dict() == pytest.approx({"A": 40.0, "B": 0.0})


GROWTH = [100, 100, 200, 200]


def test_waiting_is_worth_what_the_better_choice_saves() -> None:
    # A is right where few come, B is always the same: now B (50 against 55), after a year A in half of the draws
    costs = {"A": [10, 10, 100, 100] * 4, "B": [50] * 16}
    known = GROWTH * 8
    found = waiting_table(runs_of(costs).assign(next_year=known), groups=2)
    assert found["cost_gbp"].to_dict() == {"now": 50, "after a year": 30, "knowing everything": 30}
    assert found["cost_gbp_saved"].to_dict() == {"now": 0, "after a year": 20, "knowing everything": 20}
    assert found["choices"].to_dict() == {"now": 1, "after a year": 2, "knowing everything": 2}
    spread = np.std([40, 40, 0, 0] * 4, ddof=1) / 4
    assert found.loc["after a year", "cost_gbp_standard_error"] == pytest.approx(spread)


def test_waiting_is_worth_nothing_where_the_year_tells_nothing() -> None:
    costs = {"A": [10, 10, 100, 100] * 4, "B": [50] * 16}
    found = waiting_table(runs_of(costs, next_year=7), groups=2)
    assert found["cost_gbp_saved"].to_dict() == {"now": 0, "after a year": 0, "knowing everything": 20}


def test_places_come_before_money_in_waiting_too() -> None:
    costs = {"A": [10, 10, 10, 10] * 2, "B": [50] * 8}
    unplaced = {"A": [0, 0, 3, 3] * 2, "B": [0] * 8}
    found = waiting_table(runs_of(costs, unplaced).assign(next_year=GROWTH * 4), groups=2)
    assert found["unplaced"].to_dict() == {"now": 0, "after a year": 0, "knowing everything": 0}
    assert found["cost_gbp"].to_dict() == {"now": 50, "after a year": 30, "knowing everything": 30}


def test_a_choice_is_not_judged_by_the_draws_that_it_was_made_from() -> None:
    generator = np.random.default_rng(5)
    costs = {name: generator.normal(100, 10, 400).tolist() for name in "ABCDEFGH"}  # all the same but for chance
    known = np.tile(generator.normal(size=400), 8)
    found = waiting_table(runs_of(costs).assign(next_year=known), groups=20)
    saved, error = found.loc["after a year", ["cost_gbp_saved", "cost_gbp_standard_error"]]
    assert abs(saved) < 3 * error
    assert found.loc["knowing everything", "cost_gbp_saved"] > 10


def test_too_few_draws_are_said() -> None:
    runs = runs_of({"A": [1] * 11, "B": [2] * 11}).assign(next_year=1)
    with pytest.raises(ValueError, match=r"11 draws .* are too few for 3 groups; at least 12 are needed"):
        waiting_table(runs)
    with pytest.raises(ValueError, match="`groups` is 0"):
        waiting_table(runs, groups=0)
