"""What a country needs: journeys as a list, and a network of which a part is enough."""

from importlib import import_module

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from placement_opt.errors import NoPlanError
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve import solve
from placement_opt.solve.auction import Market, hold_auction
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


def _solved_by_auction(
    problem: Problem, travel: TravelMatrix, monkeypatch: pytest.MonkeyPatch, gap: float = 0.001, policy: Policy = POLICY
) -> Plan:
    with monkeypatch.context() as patch:
        patch.setattr(import_module("placement_opt.solve.pure"), "MOST_ROWS_AT_ONCE", 0)
        plan = solve(problem, travel, policy=policy, options=SolveOptions(gap=gap))
    assert plan.record["method"] == "auction"
    return plan


def _stays_within_the_places(problem: Problem, plan: Plan) -> None:
    """Count the pupils and places of a plan from its placements alone."""
    taken = plan.placements.groupby("provision_id")["count"].sum()
    provisions = problem.provisions.set_index("provision_id")
    most = provisions["places"] + provisions["overflow_places"]
    assert (taken <= most.loc[taken.index]).all()
    placed = plan.placements.groupby("pupil_id")["count"].sum()
    count = problem.pupils.set_index("pupil_id")["count"]
    assert (placed <= count.loc[placed.index]).all()
    assert placed.sum() + plan.unplaced_pupils == count.sum()


@pytest.mark.parametrize("seed", range(4))
def test_an_auction_proves_how_good_its_plan_is(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = _area(seed, pupils=200, schools=20)
    travel = crow_fly(problem, nearest=12)
    exact = solve(problem, travel, policy=POLICY, options=SolveOptions(gap=0))
    plan = _solved_by_auction(problem, travel, monkeypatch)
    _stays_within_the_places(problem, plan)
    assert plan.gap is not None
    assert plan.bound_gbp is not None
    assert plan.gap <= 0.001
    assert plan.unplaced_pupils == exact.unplaced_pupils
    assert plan.bound_gbp <= exact.objective_gbp <= plan.objective_gbp
    assert verify(problem, travel, plan).certified_gbp == pytest.approx(plan.bound_gbp, abs=0.02)


def test_an_auction_with_steps_of_a_penny_finds_the_best_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = _area(11)
    travel = crow_fly(problem)
    exact = solve(problem, travel, policy=POLICY, options=SolveOptions(gap=0))
    plan = _solved_by_auction(problem, travel, monkeypatch, gap=0)
    assert plan.objective_gbp == pytest.approx(exact.objective_gbp, abs=0.6)


@pytest.mark.parametrize("seed", range(3))
def test_an_auction_leaves_as_few_without_a_place_where_places_are_short(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _area(seed, pupils=90, schools=10)
    provisions = whole.provisions.assign(
        places=(whole.provisions["places"] * 0.8).astype(int), overflow_places=seed % 2
    )
    problem = whole.replace(provisions=provisions)
    travel = crow_fly(problem, nearest=6)
    exact = solve(problem, travel, policy=POLICY, options=SolveOptions(gap=0))
    plan = _solved_by_auction(problem, travel, monkeypatch)
    _stays_within_the_places(problem, plan)
    assert exact.unplaced_pupils > 0
    assert plan.unplaced_pupils == exact.unplaced_pupils
    assert plan.bound_gbp is not None
    assert plan.bound_gbp <= exact.objective_gbp <= plan.objective_gbp
    assert plan.objective_gbp - plan.bound_gbp <= 0.001 * plan.objective_gbp + 0.01


def test_an_auction_splits_rows_of_several_pupils(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _area(5, pupils=60)
    count = np.random.default_rng(5).integers(1, 6, 60)
    problem = whole.replace(
        pupils=whole.pupils.assign(count=count),
        provisions=whole.provisions.assign(places=whole.provisions["places"] * 4),
    )
    travel = crow_fly(problem)
    exact = solve(problem, travel, policy=POLICY, options=SolveOptions(gap=0))
    plan = _solved_by_auction(problem, travel, monkeypatch)
    _stays_within_the_places(problem, plan)
    assert plan.placements["pupil_id"].duplicated().any()
    assert plan.bound_gbp is not None
    assert plan.bound_gbp <= exact.objective_gbp <= plan.objective_gbp <= exact.objective_gbp * 1.001


def test_an_auction_keeps_what_an_officer_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _area(7)
    smallest = whole.provisions.sort_values("places").iloc[0]
    must = whole.pupils["pupil_id"].iloc[: int(smallest["places"] + smallest["overflow_places"])]
    never = whole.pupils["pupil_id"].iloc[-1]
    rules = pd.DataFrame({"pupil_id": must, "provision_id": smallest["provision_id"], "rule": "must"})
    refused = pd.DataFrame({"pupil_id": never, "provision_id": whole.provisions["provision_id"], "rule": "never"})
    problem = whole.replace(pair_rules=pd.concat([rules, refused], ignore_index=True))
    plan = _solved_by_auction(problem, crow_fly(problem), monkeypatch)
    there = plan.placements.loc[plan.placements["provision_id"] == smallest["provision_id"], "pupil_id"]
    assert set(must) == set(there)
    assert never in set(plan.tables["unplaced"]["pupil_id"])


def test_an_auction_says_when_a_pupil_who_must_be_placed_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _area(8)
    site = whole.provisions.iloc[0]
    must = whole.pupils["pupil_id"].iloc[: int(site["places"] + site["overflow_places"]) + 1]
    rules = pd.DataFrame({"pupil_id": must, "provision_id": site["provision_id"], "rule": "must"})
    problem = whole.replace(pair_rules=rules)
    with pytest.raises(NoPlanError):
        _solved_by_auction(problem, crow_fly(problem), monkeypatch)


def test_the_order_of_the_rows_changes_nothing_in_an_auction(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = _area(9)
    mixed = problem.replace(
        pupils=problem.pupils.sample(frac=1, random_state=1),
        provisions=problem.provisions.sample(frac=1, random_state=2),
        settings=problem.settings.sample(frac=1, random_state=3),
    )
    plans = [_solved_by_auction(each, crow_fly(each), monkeypatch) for each in (problem, mixed)]
    for name in plans[0].tables:
        pd.testing.assert_frame_equal(plans[0].tables[name], plans[1].tables[name])
    assert plans[0].bound_gbp == plans[1].bound_gbp


def _market(seed: int, rows: int = 40, sites: int = 8) -> Market:
    """Draw a market where every row has a pair with each site, and places may be short or over the number."""
    rng = np.random.default_rng(seed)
    return Market(
        np.arange(rows + 1) * sites,
        np.tile(np.arange(sites), rows),
        rng.integers(100, 5_000, rows * sites).astype(float),
        rng.integers(1, 4, rows),
        np.full(rows, 50_000.0),
        rng.integers(0, 12, sites),
        rng.integers(1, 4, sites),
        np.full(sites, 2_000.0),
    )


def _best_pence(market: Market) -> int:
    """Ask NetworkX for the least cost, pupils without a place at their penalty."""
    graph = nx.DiGraph()
    graph.add_node("end", demand=int(market.count.sum()))
    for row, count in enumerate(market.count.tolist()):
        graph.add_node(("row", row), demand=-count)
        graph.add_edge(("row", row), "end", weight=int(market.penalty[row]))
        for pair in range(market.edges[row], market.edges[row + 1]):
            graph.add_edge(("row", row), ("site", int(market.provision[pair])), weight=int(market.pence[pair]))
    for site in range(len(market.free)):
        graph.add_edge(("site", site), "end", weight=0, capacity=int(market.free[site]))
        graph.add_edge(("site", site), ("over", site), weight=int(market.over_pence[site]))
        graph.add_edge(("over", site), "end", weight=0, capacity=int(market.over[site]))
    return int(nx.network_simplex(graph)[0])


@pytest.mark.parametrize("step", [1, 50])
@pytest.mark.parametrize("seed", range(8))
def test_an_auction_from_nothing_costs_a_step_a_pupil_at_most(seed: int, step: int) -> None:
    market = _market(seed)
    outcome = hold_auction(market, np.zeros(len(market.free), dtype=np.int64), step, lambda _: True)
    taken = np.bincount(market.provision, weights=outcome.units, minlength=len(market.free))
    placed = np.add.reduceat(outcome.units, market.edges[:-1])
    assert outcome.is_over
    assert (taken <= market.free + market.over).all()
    assert (placed <= market.count).all()
    over = np.maximum(0, taken - market.free)
    cost = market.pence @ outcome.units + over @ market.over_pence + market.penalty @ (market.count - placed)
    best = _best_pence(market)
    assert best <= cost <= best + step * market.count.sum()
    value = (market.pence + outcome.prices[market.provision]).reshape(len(market.count), -1).min(axis=1)
    bound = np.minimum(value, market.penalty) @ market.count - outcome.prices @ market.free
    bound -= np.maximum(0, outcome.prices - market.over_pence) @ market.over
    assert best - step * market.count.sum() <= bound <= best


def test_an_auction_that_is_stopped_sells_what_was_bid_for_so_far() -> None:
    market = _market(1)
    rounds = iter([True, True, False])
    outcome = hold_auction(market, np.zeros(len(market.free), dtype=np.int64), 1, lambda _: next(rounds))
    assert not outcome.is_over
    assert 0 < outcome.units.sum() < market.count.sum()
