"""What a country needs: journeys as a list, and a network of which a part is enough."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve import solve
from placement_opt.travel import Listed, TravelMatrix, crow_fly
from placement_opt.verify import verify

POLICY = Policy(moves="all", cost_basis="average")


def _area(seed: int, pupils: int = 60, schools: int = 12) -> Problem:
    rng = np.random.default_rng(seed)
    return Problem(
        pupils=pd.DataFrame(
            {
                "pupil_id": [f"P{n:03}" for n in range(pupils)],
                "easting": rng.integers(440_000, 480_000, pupils),
                "northing": rng.integers(250_000, 290_000, pupils),
                "year_group": rng.integers(0, 14, pupils),
                "need": rng.choice(["ASD", "SEMH"], pupils),
            }
        ),
        settings=pd.DataFrame(
            {
                "setting_id": [f"S{n:02}" for n in range(schools)],
                "name": "School",
                "easting": rng.integers(440_000, 480_000, schools),
                "northing": rng.integers(250_000, 290_000, schools),
            }
        ),
        provisions=pd.DataFrame(
            {
                "provision_id": [f"V{n:02}" for n in range(schools)],
                "setting_id": [f"S{n:02}" for n in range(schools)],
                "kind": rng.choice(["mainstream", "special"], schools),
                "places": rng.multinomial(pupils, np.full(schools, 1 / schools)),
                "overflow_places": rng.integers(0, 3, schools),
                "overflow_gbp": 12_000,
                "place_gbp": 6_000,
                "topup_gbp": rng.integers(3_000, 20_000, schools),
            }
        ),
    )


def _with_gaps(whole: TravelMatrix, listed: TravelMatrix) -> TravelMatrix:
    """Return the whole matrix without the journeys that are not listed."""
    rows, columns = np.indices(whole.minutes.shape)
    known = ~np.isnan(listed.minutes_at(rows, columns))
    minutes, miles = (np.where(known, values, np.nan) for values in (whole.minutes, whole.miles))
    return TravelMatrix(whole.pupil_ids, whole.setting_ids, minutes, miles, whole.between)


@pytest.mark.parametrize("seed", range(6))
def test_a_list_of_journeys_gives_the_plan_of_a_matrix_with_gaps(seed: int) -> None:
    problem = _area(seed)
    listed = crow_fly(problem, nearest=4)
    plans = [
        solve(problem, travel, policy=POLICY, options=SolveOptions(gap=0))
        for travel in (listed, _with_gaps(crow_fly(problem), listed))
    ]
    for name in plans[0].tables:
        pd.testing.assert_frame_equal(plans[0].tables[name], plans[1].tables[name])
    assert plans[0].bound_gbp == plans[1].bound_gbp


def test_the_nearest_schools_are_listed_and_the_present_and_requested_ones() -> None:
    problem = _area(1)
    far = crow_fly(problem)
    farthest = np.argmax(far.miles, axis=1)
    schools = problem.settings["setting_id"].to_numpy()
    pupils = problem.pupils.assign(requested_setting_id=schools[farthest], current_provision_id=None)
    pupils.loc[0, "current_provision_id"] = f"V{schools[np.argsort(far.miles[0])[-2]][1:]}"
    listed = crow_fly(problem.replace(pupils=pupils), nearest=3)
    every = np.arange(len(pupils))
    assert not np.isnan(listed.miles_at(every, farthest)).any()
    assert not np.isnan(listed.miles_at(np.array([0]), np.argsort(far.miles[0])[[-2]])).any()
    nearest = np.argsort(far.miles, axis=1)[:, :3]
    np.testing.assert_allclose(listed.miles_at(every[:, None], nearest), np.take_along_axis(far.miles, nearest, 1))
    assert listed.listed is not None
    assert (np.diff(listed.listed.start) == 4 + (every == 0)).all()


def test_a_list_is_aligned_with_a_smaller_problem() -> None:
    problem = _area(2)
    listed = crow_fly(problem, nearest=5)
    fewer = problem.replace(pupils=problem.pupils.iloc[10:40])
    rows = np.arange(30)[:, None]
    columns = np.arange(len(problem.settings))[None, :]
    np.testing.assert_array_equal(listed.aligned(fewer).miles_at(rows, columns), listed.miles_at(rows + 10, columns))


def test_a_list_that_is_out_of_order_is_refused() -> None:
    start, setting = np.array([0, 2]), np.array([1, 0])
    with pytest.raises(ValueError, match="ascending"):
        TravelMatrix(("P",), ("A", "B"), np.ones(2), np.ones(2), listed=Listed(start, setting))


def test_nearest_of_no_school_is_refused() -> None:
    with pytest.raises(ValueError, match="`nearest` is 0; use 1 or more"):
        crow_fly(_area(0), nearest=0)


@pytest.mark.parametrize("seed", range(6))
def test_few_arcs_at_a_time_lead_to_the_same_plan(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = _area(seed, pupils=120)
    whole = solve(problem, crow_fly(problem), policy=POLICY, options=SolveOptions(gap=0))
    transportation = import_module("placement_opt.solve.transportation")
    monkeypatch.setattr(transportation, "FEW_ARCS", 10)
    monkeypatch.setattr(transportation, "ARCS_AT_FIRST", 1)
    monkeypatch.setattr(transportation, "ARCS_EACH_TIME", 1)
    few = solve(problem, crow_fly(problem), policy=POLICY, options=SolveOptions(gap=0))
    assert few.unplaced_pupils == whole.unplaced_pupils
    assert few.objective_gbp == pytest.approx(whole.objective_gbp, abs=0.02)
    assert few.bound_gbp == pytest.approx(whole.bound_gbp, abs=0.02)


def test_a_part_of_the_arcs_is_enough_where_the_prices_prove_it(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = _area(3, pupils=200, schools=20)
    travel = crow_fly(problem)
    transportation = import_module("placement_opt.solve.transportation")
    monkeypatch.setattr(transportation, "FEW_ARCS", 10)
    monkeypatch.setattr(transportation, "ARCS_AT_FIRST", 4)
    plan = solve(problem, travel, policy=POLICY, options=SolveOptions(gap=0.05))
    exact = solve(problem, travel, policy=POLICY, options=SolveOptions(gap=0))
    assert plan.record["method"] == "network simplex over priced pairs"
    assert plan.gap is not None
    assert plan.gap <= 0.05
    assert plan.bound_gbp is not None
    assert plan.bound_gbp <= exact.objective_gbp <= plan.objective_gbp
    assert verify(problem, travel, plan).certified_gbp == pytest.approx(plan.bound_gbp, abs=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_windows_prove_how_good_their_plan_is(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = _area(seed, pupils=400, schools=40)
    travel = crow_fly(problem, nearest=8)
    exact = solve(problem, travel, policy=POLICY, options=SolveOptions(gap=0))
    monkeypatch.setattr(import_module("placement_opt.solve.pure"), "MOST_ROWS_AT_ONCE", 100)
    monkeypatch.setattr(import_module("placement_opt.solve.windows"), "PUPILS_IN_A_WINDOW", 100)
    plan = solve(problem, travel, policy=POLICY, options=SolveOptions(gap=0.02))
    assert plan.record["method"] == "network simplex in windows"
    assert plan.bound_gbp is not None
    assert plan.unplaced_pupils >= exact.unplaced_pupils
    if plan.unplaced_pupils == exact.unplaced_pupils:
        assert plan.bound_gbp <= exact.objective_gbp <= plan.objective_gbp
    assert verify(problem, travel, plan).certified_gbp == pytest.approx(plan.bound_gbp, abs=0.02)
