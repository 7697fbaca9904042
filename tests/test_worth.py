"""What a place is worth, against every plan there is."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import combinations_with_replacement, product
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pytest

from placement_opt.cli import main
from placement_opt.errors import InputError
from placement_opt.examples import exampleshire, tiny
from placement_opt.files import read_problem, write_problem
from placement_opt.model import draft_model
from placement_opt.pairs import candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve import solve
from placement_opt.solve.again import again
from placement_opt.solve.clock import Clock, silent
from placement_opt.solve.stages import solve_in_stages
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.why.worth import reserved_places, value_of_places
from placement_opt.why.worth.groups import worth_of_reserved
from placement_opt.why.worth.result import PlacesWorth
from placement_opt.why.worth.steps import worth_of_places
from tests.amounts import IS_NIGHT, how_many
from tests.oracles import allowed_pairs, best_plan, pair_cost
from tests.strategies import Case, mixed_case, random_case
from tests.test_again import HALF_PENNIES, more_places, solved

EXACT = SolveOptions(gap=0)
STEPS = 3
SEEDS = range(how_many(200, in_ci=2))


def _cases(seeds: range) -> Iterator[tuple[int, Case, Plan]]:
    for seed in seeds:
        case = mixed_case(seed)
        plan = solved(case)
        if plan is not None:
            yield seed, case, plan


def _rank(case: Case, more: dict[str, int]) -> tuple[int, float]:
    """Return what places are worth by looking at every plan: pupils placed, and £ saved."""
    present = best_plan(*case)
    changed = best_plan(more_places(case.problem, more), case.travel, case.policy)
    assert present is not None
    assert changed is not None
    return present.unplaced - changed.unplaced, present.objective_gbp - changed.objective_gbp


def test_places_are_worth_what_the_best_of_all_plans_says() -> None:
    differ = []
    for seed, case, plan in _cases(SEEDS):
        worth = value_of_places(case.problem, case.travel, plan, steps=STEPS, by=())
        within = 2 * HALF_PENNIES * int(case.problem.pupils["count"].sum())
        for row in worth.table.to_dict("records"):
            placed_more, saving_gbp = _rank(case, {row["provision_id"]: row["more"]})
            is_same = row["placed_more"] == placed_more and abs(row["saving_gbp"] - saving_gbp) <= within
            if not is_same or not row["is_proven"]:
                differ.append((seed, row["provision_id"], row["more"], placed_more, saving_gbp))
    assert differ == []


def test_the_best_places_are_the_best_of_all_ways_to_share_them_out() -> None:
    differ = []
    for seed, case, plan in _cases(range(how_many(100, in_ci=2))):
        if case.policy.cost_basis == "full":
            continue
        worth = value_of_places(case.problem, case.travel, plan, steps=2, by=())
        names = case.problem.provisions.query("status != 'closed'")["provision_id"].tolist()
        ways = [{name: way.count(name) for name in way} for way in combinations_with_replacement(names, 2)]
        best = max((placed, round(gbp, 2)) for placed, gbp in (_rank(case, way) for way in ways))
        found = worth.allocation.worth.rank
        within = 2 * HALF_PENNIES * int(case.problem.pupils["count"].sum())
        if found[0] != best[0] or abs(found[1] - best[1]) > within:
            differ.append((seed, found, best))
        given = dict(worth.allocation.places)
        assert sum(given.values()) <= 2
        assert abs(_rank(case, given)[1] - found[1]) <= within, seed
        assert worth.one_by_one == () or worth.one_by_one[-1].together.rank <= (found[0], found[1] + within)
    assert differ == []


class _Reserved:
    """The best of all plans of a plain problem with places that only one group may use, pupil by pupil."""

    def __init__(self, case: Case) -> None:
        refused = allowed_pairs(*case)
        self.pupils = case.problem.pupils
        self.ids = self.pupils["pupil_id"].tolist()
        self.places = dict(zip(*(case.problem.provisions[name] for name in ("provision_id", "places")), strict=True))
        self.choices = [[None, *(p for p in self.places if not refused[i, p])] for i in self.ids]
        self.cost = {(i, p): pair_cost(*case, i, p).total for i in self.ids for p in self.places if not refused[i, p]}

    def best(self, provision_id: str, group: set[str], more: int) -> tuple[int, float]:
        outcomes = []
        for way in product(*self.choices):
            if self._fits(way, provision_id, group, more):
                placed = [(i, p) for i, p in zip(self.ids, way, strict=True) if p is not None]
                outcomes.append((way.count(None), sum(self.cost[pair] for pair in placed) / 100))
        return min(outcomes)

    def _fits(self, way: tuple[str | None, ...], provision_id: str, group: set[str], more: int) -> bool:
        for p, places in self.places.items():
            there = [i for i, where in zip(self.ids, way, strict=True) if where == p]
            if p != provision_id and len(there) > places:
                return False
            others = [i for i in there if i not in group]
            if p == provision_id and (len(there) > places + more or len(others) > places):
                return False
        return True


def test_reserved_places_are_worth_what_the_best_of_all_plans_says() -> None:
    looked_at = 0
    for seed in range(how_many(150, in_ci=8)):
        case = random_case(seed, families=("suitability",))
        case = case._replace(policy=Policy(moves="all", cost_basis="average"))
        plan = solved(case)
        if plan is None:
            continue
        oracle = _Reserved(case)
        for provision_id in oracle.places:
            asked = (case.problem, case.travel, plan, provision_id)
            tables = [reserved_places(*asked, by=("need",), steps=steps, options=EXACT) for steps in (1, 2)]
            for row in pd.concat(tables).to_dict("records"):
                group = set(oracle.pupils.loc[oracle.pupils["need"] == row["need"], "pupil_id"])
                unplaced, cost_gbp = oracle.best(provision_id, group, row["more"])
                saving_gbp = plan.objective_gbp - cost_gbp
                assert row["placed_more"] == plan.unplaced_pupils - unplaced, (seed, provision_id, row)
                assert row["saving_gbp"] == pytest.approx(saving_gbp, abs=0.1), (seed, provision_id, row)
                looked_at += 1
    assert looked_at > 8


def test_processes_find_the_same_worths() -> None:
    problem, travel = _two_schools()
    plan = solve(problem, travel, policy=Policy(moves="all"))
    alone = value_of_places(problem, travel, plan, steps=2)
    pool = partial(ProcessPoolExecutor, 1, mp_context=get_context("spawn"))
    with_workers = value_of_places(problem, travel, plan, steps=2, executor=pool)
    for table in ("table", "provisions", "by_group", "best_places", "next_places"):
        pd.testing.assert_frame_equal(getattr(alone, table), getattr(with_workers, table))


def test_the_first_reserved_place_is_worth_the_same_with_rows_as_by_whoever_takes_it() -> None:
    differ, looked_at = [], 0
    for seed, case, plan in _cases(range(how_many(150, in_ci=6))):
        if case.policy.cost_basis == "full":
            continue
        ask = again(case.problem, case.travel, plan, options=EXACT)
        names = case.problem.provisions.query("status != 'closed'")["provision_id"].tolist()
        places = {name: worth_of_places(ask, name, 2) for name in names}
        by_taker, by_rows = (
            {
                (group.provision_id, group.label): worth
                for group, more, worth in worth_of_reserved(ask, places, ("need",), steps)
                if more == 1
            }
            for steps in (1, 2)
        )
        within = 2 * HALF_PENNIES * int(case.problem.pupils["count"].sum())
        for key, worth in by_taker.items():
            looked_at += 1
            other = by_rows[key]
            if worth.placed_more != other.placed_more or abs(worth.saving_gbp - other.saving_gbp) > within:
                differ.append((seed, key, worth, other))
    assert differ == []
    assert looked_at > 3


@pytest.mark.skipif(not IS_NIGHT, reason="takes ten minutes: in the night run only")
def test_worths_of_exampleshire_agree_with_solving_again() -> None:
    problem = exampleshire()
    travel = crow_fly(problem)
    plan = solve(problem, travel)
    ask = again(problem, travel, plan)
    differ = []
    for name in problem.provisions.query("status != 'closed'")["provision_id"]:
        worths = worth_of_places(ask, name, STEPS)
        for more, worth in enumerate(worths, start=1):
            pairs = candidate_pairs(more_places(problem, {name: more}), travel, policy=plan.policy)
            unplaced, objective_gbp = (
                stage.value for stage in solve_in_stages(draft_model(pairs), EXACT, Clock(None), silent).stages[:2]
            )
            found = (ask.present.unplaced_pupils - worth.placed_more, ask.present.objective_gbp - worth.saving_gbp)
            if found[0] != round(unplaced) or abs(found[1] - objective_gbp) > HALF_PENNIES:
                differ.append((name, more, found, unplaced, objective_gbp))
    assert differ == []


def _two_schools() -> tuple[Problem, TravelMatrix]:
    """Return three pupils at the door of a cheap school with one place; the dear one has room for all."""
    pupils = pd.DataFrame(
        {
            "pupil_id": ["P1", "P2", "P3"],
            "easting": 450_000,
            "northing": 260_000,
            "year_group": [7, 7, 8],
            "need": ["ASD", "SEMH", "ASD"],
        }
    )
    settings = pd.DataFrame({"setting_id": ["A", "B"], "name": ["A", "B"], "easting": 450_000, "northing": 260_000})
    provisions = pd.DataFrame(
        {
            "provision_id": ["A-base", "B-special"],
            "setting_id": ["A", "B"],
            "kind": ["hub", "special"],
            "places": [1, 3],
            "needs": ["ASD;SEMH", "any"],
            "topup_gbp": [5_000, 12_000],
        }
    )
    problem = Problem(pupils=pupils, settings=settings, provisions=provisions)
    return problem, crow_fly(problem)


def _two_schools_worth(**options: object) -> PlacesWorth:
    problem, travel = _two_schools()
    return value_of_places(problem, travel, solve(problem, travel, options=EXACT), **options)


def test_a_place_saves_the_difference_of_two_prices_until_everybody_is_there() -> None:
    worth = _two_schools_worth(steps=4)
    table = worth.table.set_index(["provision_id", "more"])["saving_gbp"]
    assert table.loc["A-base"].tolist() == [7_000, 14_000, 14_000, 14_000]
    assert table.loc["B-special"].tolist() == [0, 0, 0, 0]
    first = worth.provisions.iloc[0]
    assert (first["provision_id"], first["slope_gbp"], first["stops_at"]) == ("A-base", 7_000, 2)
    assert worth.next_places["saving_gbp"].tolist() == [7_000, 7_000]
    assert worth.best_places[["provision_id", "more"]].to_numpy().tolist() == [["A-base", 2]]


def test_the_pupils_who_would_move_are_listed_with_both_ends() -> None:
    moves = _two_schools_worth(steps=2).moves
    second = moves[moves["more"] == 2]
    assert second["from_provision_id"].tolist() == ["B-special", "B-special"]
    assert second["to_provision_id"].tolist() == ["A-base", "A-base"]
    assert (moves[moves["provision_id"] == "B-special"]).empty


def test_a_pupil_who_gets_a_place_comes_before_any_saving() -> None:
    problem, travel = _two_schools()
    provisions = problem.provisions
    provisions["places"] = [0, 2]
    short = problem.replace(provisions=provisions)
    worth = value_of_places(short, travel, solve(short, travel, options=EXACT), steps=2, by=())
    rows = worth.table.set_index(["provision_id", "more"])[["placed_more", "saving_gbp"]]
    assert rows.loc[("A-base", 1)].tolist() == [1, -5_000]
    assert rows.loc[("A-base", 2)].tolist() == [1, 2_000]
    assert rows.loc[("B-special", 1)].tolist() == [1, -12_000]
    assert worth.provisions["provision_id"].tolist()[0] == "A-base"
    assert worth.provisions["slope_pupils"].tolist() == [1, 1]


def test_more_places_are_never_worth_less_and_a_place_that_nobody_may_use_is_worth_nothing() -> None:
    for seed, case, plan in _cases(range(100, 100 + how_many(100, in_ci=4))):
        if case.policy.cost_basis == "full":
            continue
        worth = value_of_places(case.problem, case.travel, plan, steps=STEPS)
        refused = allowed_pairs(*case)
        for name, worths in worth.places.items():
            ranks = [(0, 0.0), *(each.rank for each in worths)]
            assert ranks == sorted(ranks), (seed, name)
            if all(reason for (_, provision), reason in refused.items() if provision == name):
                assert set(ranks) == {(0, 0.0)}, (seed, name)
        for name, _, more, each in worth.groups:
            assert each.rank <= worth.places[name][more - 1].rank, (seed, name)


def test_an_empty_place_costs_money_on_the_full_basis() -> None:
    problem, travel = _two_schools()
    provisions = problem.provisions
    provisions["place_gbp"] = [6_000, 10_000]
    problem = problem.replace(provisions=provisions)
    policy = Policy(cost_basis="full")
    worth = value_of_places(problem, travel, solve(problem, travel, policy=policy, options=EXACT), steps=2, by=())
    table = worth.table.set_index(["provision_id", "more"])["saving_gbp"]
    assert table.loc["A-base"].tolist() == [1_000, 2_000]
    assert table.loc["B-special"].tolist() == [-10_000, -20_000]
    assert worth.best_places["more"].tolist() == [2]


def test_a_minute_more_of_the_longest_journey_is_answered_by_solving_again() -> None:
    problem = tiny()
    minutes = crow_fly(problem)
    policy = Policy(moves="all", max_minutes=11)
    plan = solve(problem, minutes, policy=policy, options=EXACT)
    worth = value_of_places(problem, minutes, plan, steps=1, by=()).limits_table.set_index("limit")
    longer = solve(problem, minutes, policy=Policy(moves="all", max_minutes=12), options=EXACT)
    row = worth.loc["longest journey of the policy"]
    assert row["saving_gbp"] == pytest.approx(plan.objective_gbp - longer.objective_gbp, abs=0.005)
    assert row["placed_more"] == plan.unplaced_pupils - longer.unplaced_pupils


def test_a_pound_more_of_a_budget_and_an_hour_of_a_resource_are_in_the_table() -> None:
    problem, travel = _two_schools()
    resources = pd.DataFrame({"resource": ["therapy"], "available": [1.0], "unit": ["hours a week"]})
    use = pd.DataFrame({"resource": ["therapy"], "kind": ["hub"], "amount": [1.0]})
    budgets = pd.DataFrame({"budget": ["all"], "type": ["revenue"], "limit_gbp": [33_999]})
    provisions = problem.provisions
    provisions["places"] = [3, 3]
    problem = problem.replace(provisions=provisions, resources=resources, resource_use=use, budgets=budgets)
    plan = solve(problem, travel, options=EXACT)
    table = value_of_places(problem, travel, plan, steps=1, by=()).limits_table.set_index(["limit", "more"])
    assert table.loc[("therapy", 1), ["saving_gbp", "slope_gbp"]].tolist() == [7_000, 7_000]
    assert table.loc[("all", 1), "saving_gbp"] == 0
    assert table.loc[("all", 1), "slope_gbp"] == 0


def test_what_cannot_be_asked_is_refused() -> None:
    problem, travel = _two_schools()
    plan = solve(problem, travel, options=EXACT)
    with pytest.raises(ValueError, match="`steps` is 0"):
        value_of_places(problem, travel, plan, steps=0)
    with pytest.raises(ValueError, match="`by` is 'need'"):
        value_of_places(problem, travel, plan, by="need")
    with pytest.raises(ValueError, match="columns of the pupils"):
        value_of_places(problem, travel, plan, by=("shoe_size",))
    with pytest.raises(InputError) as refused:
        value_of_places(problem, travel, plan, provision_ids=["X", "A-base", "Y"])
    assert [fault.value for fault in refused.value.faults] == ["X", "Y"]


def test_the_summary_says_where_the_next_places_go_without_naming_a_pupil() -> None:
    worth = _two_schools_worth(steps=2)
    text = worth.summary()
    assert "A-base: saves £7,000.00; 2 places are of use" in text
    assert "2 at A-base" in text
    assert "proven best" in text
    assert "P1" not in text + worth._repr_html_() + repr(worth)


def test_the_question_is_left_as_it_was() -> None:
    problem, travel = _two_schools()
    plan = solve(problem, travel, options=EXACT)
    before = problem.fingerprints()
    value_of_places(problem, travel, plan, steps=1)
    assert problem.fingerprints() == before


def test_the_command_says_what_places_are_worth_and_writes_the_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem, _ = _two_schools()
    write_problem(problem, tmp_path / "tables")
    problem = read_problem(tmp_path / "tables")
    plan = solve(problem, crow_fly(problem), options=EXACT).with_record(origin={"input": "tables"})
    run = plan.save(tmp_path / "run.json")
    assert main(["worth", str(run), "--steps", "2", "--by", "need", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "A-base: saves £7,000.00; 2 places are of use" in said
    places = pd.read_csv(tmp_path / "out" / "worth_places.csv")
    assert places["saving_gbp"].tolist() == [7_000, 14_000, 0, 0]
    moves = pd.read_csv(tmp_path / "out" / "worth_moves.csv")
    assert moves["to_provision_id"].unique().tolist() == ["A-base"]
    assert set(pd.read_csv(tmp_path / "out" / "worth_by_group.csv")["need"]) == {"ASD", "SEMH"}
    assert main(["worth", str(run), "--at", "nowhere"]) == 1
    with pytest.raises(SystemExit):
        main(["worth", str(run), "--steps", "0"])
