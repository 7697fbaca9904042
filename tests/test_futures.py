"""Many futures: against closed forms, plan by plan, and whatever is cut short goes on as if nothing had been."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from placement_opt.demand import project
from placement_opt.errors import InputError
from placement_opt.examples import tiny_years
from placement_opt.policy import Policy, SolveOptions
from placement_opt.scenarios.change import Scenario
from placement_opt.scenarios.futures import FUTURES_OPTIONS, load_futures, many_futures
from placement_opt.scenarios.futures_question import Strategy, question_of
from placement_opt.scenarios.futures_result import Futures
from placement_opt.scenarios.futures_rows import NO_PLACE
from placement_opt.scenarios.sites import close, open_site
from placement_opt.scenarios.wishes import replace_table, set_policy
from placement_opt.solve import solve
from placement_opt.solve.years import plan_years
from placement_opt.timeline import everyone, problem_in
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.year_rules import YearRules
from tests.amounts import IS_NIGHT
from tests.futures_cases import (
    OPEN_GBP,
    OWN_CHANGE,
    PLACES,
    TOPUP_GBP,
    demand,
    future_of_town,
    future_that_kills_once,
    newcomers,
    noted_future,
    processes,
    strategies,
    town,
    unlucky_future,
)

DRAWS, FEW = 6, 3
ONE_WORKER = partial(processes, 1)
OPEN_LATER = Scenario("open", [open_site("C-special", year=2029)])


def town_futures(
    draws: int = DRAWS,
    scenarios: list[Scenario | str] | None = None,
    projection: object = future_of_town,
    **choices: object,
) -> Futures:
    return many_futures(town(), scenarios or strategies(), draws=draws, projection=projection, **choices)


@pytest.fixture(scope="module")
def futures() -> Futures:
    return town_futures()


@pytest.fixture(scope="module")
def few(futures: Futures) -> Futures:
    """Return the first futures, without the strategy that opens at once."""
    names = ("plan", "never")
    kept = {key: record for key, record in futures.records.items() if key[0] < FEW and key[1] in names}
    return replace(futures, records=kept, strategies=names, draws=FEW)


def few_futures(draws: int = FEW, **choices: object) -> Futures:
    choices = {"projection": future_of_town, **choices}
    return many_futures(town(), strategies()[:2], draws=draws, **choices)


def table(futures: Futures) -> pd.DataFrame:
    """Return the rows but for the seconds, which no two runs share."""
    return futures.runs.drop(columns="seconds")


def same(one: Futures, other: Futures) -> None:
    pd.testing.assert_frame_equal(table(one), table(other))
    pd.testing.assert_frame_equal(one.openings, other.openings)
    pd.testing.assert_frame_equal(one.places, other.places)


# -- closed forms ------------------------------------------------------------------------------------------------------


def test_a_site_opens_in_as_many_futures_as_need_it(futures: Futures) -> None:
    needed = sum(demand(number) > PLACES for number in range(DRAWS))
    assert 0 < needed < DRAWS
    opened = futures.site_openings().set_index("scenario")
    assert opened["provision_id"].unique().tolist() == ["new"]
    assert opened["hits"].to_dict() == {"plan": needed, "never": 0, "at once": DRAWS}
    assert opened.loc["plan", "share"] == needed / DRAWS
    assert opened.loc["plan", "low"] < needed / DRAWS < opened.loc["plan", "high"]


def test_cost_and_shortfall_of_each_future_are_what_counting_gives(futures: Futures) -> None:
    for row in futures.runs.itertuples():
        wanted = demand(row.draw)
        room = PLACES if row.scenario == "never" else PLACES + 5
        is_open = row.scenario == "at once" or (row.scenario == "plan" and wanted > PLACES)
        assert row.status == "optimal"
        assert row.pupils == wanted
        assert row.unplaced == max(wanted - room, 0)
        assert row.cost_gbp == min(wanted, room) * TOPUP_GBP + is_open * OPEN_GBP
        assert row.next_year == newcomers(row.draw) + 1


def test_places_needed_are_quantiles_of_the_demand(futures: Futures) -> None:
    wanted = [demand(number) for number in range(DRAWS)]
    found = futures.places_needed(by=(), at=(0.5, 0.8, 0.95)).set_index("scenario")
    for name in ("plan", "never", "at once"):
        assert found.loc[name, "mean"] == pytest.approx(np.mean(wanted))
        assert found.loc[name, "standard_error"] == pytest.approx(np.std(wanted, ddof=1) / np.sqrt(DRAWS))
        for share in (0.5, 0.8, 0.95):
            assert found.loc[name, f"at_{100 * share:g}"] == np.quantile(wanted, share, method="inverted_cdf")
    by_need = futures.places_needed("need").set_index(["scenario", "need"])["mean"]
    assert by_need["plan"].sum() == pytest.approx(np.mean(wanted))
    at_schools = futures.places_needed(by=(), kinds=["special"]).set_index("scenario")["mean"]
    assert at_schools["never"] == pytest.approx(np.mean([min(one, PLACES) for one in wanted]))


def test_shortfall_is_as_likely_as_the_draws_that_have_one(futures: Futures) -> None:
    missing = [max(demand(number) - PLACES, 0) for number in range(DRAWS)]
    found = futures.shortfall(by=()).set_index("scenario")
    assert found["hits"].to_dict() == {"plan": 0, "never": sum(one > 0 for one in missing), "at once": 0}
    assert found.loc["never", "mean"] == pytest.approx(np.mean(missing))
    assert found.loc["never", "at_80"] == np.quantile(missing, 0.8, method="inverted_cdf")
    by_need = futures.shortfall(by=["need", "locality"])
    assert set(by_need["need"]) == {"ASD", "SLD"}
    assert set(by_need["locality"]) == {"(not given)"}
    assert by_need.groupby("scenario")["mean"].sum()["never"] == pytest.approx(np.mean(missing))


def test_regret_is_the_price_of_what_was_not_needed_and_the_pupils_left_over(futures: Futures) -> None:
    regret = futures.regret()
    needed = [demand(number) > PLACES for number in range(DRAWS)]
    assert regret.index.tolist() == ["plan", "at once", "never"]
    assert regret.loc["plan", ["unplaced_regret_most", "cost_regret_gbp_most"]].tolist() == [0, 0]
    assert regret.loc["at once", "cost_regret_gbp_mean"] == pytest.approx(OPEN_GBP * (DRAWS - sum(needed)) / DRAWS)
    assert regret.loc["never", "unplaced_regret_most"] == max(demand(number) for number in range(DRAWS)) - PLACES
    assert regret.loc["never", "comparable"] == DRAWS - sum(needed)
    assert regret.loc["never", "best_share"] == pytest.approx(1 - sum(needed) / DRAWS)


def test_quantiles_of_a_figure_are_those_of_its_column(futures: Futures) -> None:
    runs = futures.runs
    for row in futures.quantiles("cost_gbp").itertuples():
        values = runs.loc[runs["scenario"] == row.scenario, "cost_gbp"]
        assert row.at_95 == np.quantile(values, 0.95, method="inverted_cdf")
        assert row.mean == pytest.approx(values.mean())
    with pytest.raises(ValueError, match=r"`figure` is 'status'; use one of unplaced, cost_gbp"):
        futures.quantiles("status")


def test_the_summary_says_what_there_is(futures: Futures) -> None:
    lines = futures.summary().splitlines()
    assert lines[0] == f"{DRAWS} futures, school year 2029/30"
    assert len(lines) == 4
    assert lines[2].startswith("never    £200 in half of them, £300 or less in 80 %; ")
    assert repr(futures) == f"Futures({DRAWS} draws x 3 strategies, 2029)"


# -- the question of a future ------------------------------------------------------------------------------------------


def known_and_new() -> tuple[object, object]:
    """Return a problem with arrivals and leavers of its own, and its projection."""
    problem = tiny_years()
    return problem, project(problem, years=[2027, 2028, 2029], seed=3, draws=1, growth=pd.DataFrame({"percent": [60]}))


@pytest.mark.parametrize("scenario", [None, OPEN_LATER], ids=["plan", "open"])
@pytest.mark.parametrize("year", [2027, 2029])
def test_the_quick_question_is_the_whole_one(scenario: Scenario | None, year: int) -> None:
    problem, projection = known_and_new()
    policy, rules = Policy(), YearRules(last_year_group=9)
    changed = problem if scenario is None else scenario.apply(problem, policy)[0]
    strategy = Strategy("one", scenario, policy).with_ready(
        problem, projection.draw(0), crow_fly(everyone(changed)), year, policy, rules
    )
    assert strategy.ready is not None
    for number in (1, 2):
        draw = projection.draw(number)
        whole = strategy.applied(draw, policy)
        expected = problem_in(whole, crow_fly(everyone(whole)), year, policy=policy, rules=rules)
        assert question_of(strategy.ready, problem, draw, year, rules) == expected


def test_every_row_is_the_plan_of_its_question() -> None:
    problem, projection = known_and_new()
    scenarios = [
        "plan",
        Scenario("moves", [set_policy(moves="all")]),
        Scenario("shut", [close("B-special", year=2028)]),
    ]
    futures = many_futures(problem, scenarios, draws=1, projection=projection, options=SolveOptions())
    for row in futures.runs.itertuples():
        draw, policy = projection.draw(row.draw), Policy()
        if row.scenario != "plan":
            scenario = next(one for one in scenarios if isinstance(one, Scenario) and one.name == row.scenario)
            draw, policy = scenario.apply(draw, policy)
        question = problem_in(draw, crow_fly(everyone(draw)), 2029, policy=policy)
        plan = solve(question, crow_fly(question), policy=policy)
        assert (row.cost_gbp, row.unplaced) == (plan.cost_gbp, plan.unplaced_pupils)


def test_a_change_that_depends_on_the_draw_is_made_in_each() -> None:
    grown = town_futures(FEW, [OWN_CHANGE])
    assert grown.runs["unplaced"].tolist() == [0] * FEW
    assert grown.site_openings()["hits"].tolist() == [0]  # 3 + 1 places and one for each who comes: always enough


def test_all_years_together_are_the_plans_of_all_years() -> None:
    problem, projection = known_and_new()
    futures = many_futures(problem, draws=1, projection=projection, together=True, year=2028)
    for row in futures.runs.itertuples():
        draw = projection.draw(row.draw)
        plan = plan_years(draw, crow_fly(everyone(draw)), options=FUTURES_OPTIONS)
        assert (row.cost_gbp, row.unplaced) == (plan.cost_gbp, plan.unplaced_pupil_years)
        site = futures.openings[futures.openings["draw"] == row.draw].iloc[0]
        events = plan.sites.set_index("provision_id")["year"].to_dict()
        assert (None if pd.isna(site["changed"]) else site["changed"]) == events.get("C-special")
        use = plan.year(2028).use.set_index("provision_id")
        assert site["is_open"] == use.loc["C-special", "is_open"]
        places = futures.places[futures.places["draw"] == row.draw]
        assert places.loc[places["kind"] != NO_PLACE, "places"].sum() == plan.year(2028).placed_pupils


def test_more_draws_begin_with_the_same_ones(futures: Futures) -> None:
    first = table(futures)
    pd.testing.assert_frame_equal(table(town_futures(1)), first[first["draw"] < 1])


def test_the_numbers_of_today_with_chance_are_drawn_where_nothing_else_is_said() -> None:
    once, again, other = (many_futures(tiny_years(), draws=2, seed=seed) for seed in (1, 1, 2))
    same(once, again)
    assert not table(once).equals(table(other))


def test_journeys_are_those_that_are_given() -> None:
    everybody = crow_fly(everyone(future_of_town(3)), miles_per_hour=5)  # the draw that has all who come in any
    apart = replace(everybody, minutes=everybody.minutes + 7)
    by_matrix = few_futures(2, travel=apart)
    by_function = few_futures(2, travel=partial(TravelMatrix.aligned, apart))
    same(by_matrix, by_function)
    assert set(by_matrix.runs["mean_minutes"]) == {7.0}


# -- workers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("executor", [lambda: ThreadPoolExecutor(2), processes], ids=["threads", "processes"])
def test_workers_give_what_one_after_another_gives(few: Futures, executor: Callable[[], Executor]) -> None:
    same(few_futures(executor=executor), few)


@pytest.mark.skipif(not IS_NIGHT, reason="the test below kills a worker from outside: in the night run only")
def test_a_worker_that_dies_costs_nothing(few: Futures, tmp_path: Path) -> None:
    draw = partial(future_that_kills_once, marks=tmp_path)
    same(few_futures(projection=draw, executor=ONE_WORKER, folder=tmp_path / "run"), few)
    assert int((tmp_path / "killed").read_text(encoding="ascii")) != os.getpid()
    same(load_futures(tmp_path / "run"), few)


def test_a_worker_that_somebody_kills_costs_nothing(few: Futures, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill_one(_line: str) -> None:
        if not killed:
            killed.append(int(next(path.name for path in tmp_path.iterdir())))
            os.kill(killed[0], signal.SIGKILL)

    draw = partial(noted_future, marks=tmp_path, parent=os.getpid())
    same(few_futures(projection=draw, executor=ONE_WORKER, progress=kill_one), few)
    assert len(killed) == 1


RUN = """
import sys
from tests.futures_cases import future_of_town, strategies, town
from placement_opt.scenarios.futures import many_futures
many_futures(town(), strategies()[:2], draws=3, projection=future_of_town, folder=sys.argv[1])
"""


def test_a_run_that_is_killed_goes_on_where_it_stopped(few: Futures, tmp_path: Path) -> None:
    journal = tmp_path / "futures.jsonl"
    run = subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path)])  # noqa: S603
    until = time.monotonic() + 60
    while run.poll() is None and (not journal.exists() or journal.read_bytes().count(b'"draw"') < 3):
        assert time.monotonic() < until
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    there = len(load_futures(tmp_path).runs)
    assert 3 <= there < 2 * FEW
    told: list[str] = []
    same(few_futures(folder=tmp_path, progress=told.append), few)
    assert told[0] == f"{there} plans were there already"
    same(load_futures(tmp_path), few)


# -- the journal -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("begun")
    few_futures(1, folder=folder)
    return folder


@pytest.fixture
def folder(begun: Path, tmp_path: Path) -> Path:
    """Return a folder with the journal of the first future."""
    return shutil.copytree(begun, tmp_path / "copy")


def journal_lines(folder: Path) -> list[str]:
    return (folder / "futures.jsonl").read_text(encoding="utf-8").splitlines()


def test_the_journal_holds_no_pupil_and_no_point(folder: Path) -> None:
    text = "\n".join(journal_lines(folder))
    assert not any(f'"{pupil}"' in text for pupil in ("T0", "N0", "N1"))
    assert "460000" not in text
    assert "270000" not in text


def test_nothing_is_planned_twice(folder: Path) -> None:
    told: list[str] = []
    before = journal_lines(folder)
    few_futures(1, folder=folder, progress=told.append)
    assert told == ["2 plans were there already"]
    assert journal_lines(folder) == before


def test_more_draws_and_strategies_are_added(folder: Path, few: Futures) -> None:
    town_futures(1, scenarios=["plan", OWN_CHANGE], folder=folder)
    same(few_futures(folder=folder), few)
    assert len(load_futures(folder).runs) == FEW * 2 + 1


@pytest.mark.parametrize("tail", ['{"draw": 1, "strat', "\x00\x00"])
def test_a_line_that_was_being_written_is_made_again(folder: Path, few: Futures, tail: str) -> None:
    journal = folder / "futures.jsonl"
    whole = journal.read_text(encoding="utf-8")
    last = whole.rstrip("\n").rfind("\n") + 1
    journal.write_text(whole[:last] + tail, encoding="utf-8")
    remade, first = few_futures(1, folder=folder), table(few)
    pd.testing.assert_frame_equal(table(remade), first[first["draw"] < 1])
    assert all(json.loads(line) for line in journal_lines(folder))


def test_a_damaged_line_is_said(folder: Path) -> None:
    lines = journal_lines(folder)
    lines[3] = lines[3][:-5]
    (folder / "futures.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")
    with pytest.raises(InputError, match=r"futures.jsonl, row 4: The line is not one of a journal"):
        load_futures(folder)
    (folder / "futures.jsonl").write_text('{"a": 1}\n', encoding="utf-8")
    with pytest.raises(InputError, match="row 1"):
        town_futures(folder=folder)


def test_a_folder_without_a_journal_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no futures"):
        load_futures(tmp_path)


def test_a_changed_strategy_is_refused(folder: Path) -> None:
    changed: list[Scenario | str] = ["plan", Scenario("never", [set_policy(max_minutes=30)])]
    with pytest.raises(InputError, match="'strategy never' is not what this run was begun with") as caught:
        town_futures(scenarios=changed, folder=folder)
    assert len(caught.value.faults) == 1


def test_all_that_was_changed_is_named(folder: Path) -> None:
    other = town()
    other = other.replace(provisions=other.provisions.assign(places=[5, 4]))
    before = journal_lines(folder)
    with pytest.raises(InputError) as caught:
        many_futures(
            other,
            draws=1,
            projection=future_of_town,
            year=2028,
            policy=Policy(moves="all"),
            options=SolveOptions(),
            travel=partial(crow_fly, circuity=2),
            folder=folder,
        )
    named = {fault.value for fault in caught.value.faults}
    assert {"table provisions", "policy", "options", "year", "strategy plan"} <= named
    assert "table pupils" not in named
    assert journal_lines(folder) == before


def test_other_draws_are_refused(tmp_path: Path) -> None:
    many_futures(town(), draws=1, seed=1, folder=tmp_path)
    with pytest.raises(InputError, match="'draws and seed' is not what"):
        many_futures(town(), draws=1, seed=2, folder=tmp_path)


# -- what cannot be planned --------------------------------------------------------------------------------------------


def test_a_future_that_cannot_be_planned_is_a_row_without_pupils(tmp_path: Path) -> None:
    futures = town_futures(3, scenarios=["plan"], projection=unlucky_future, folder=tmp_path)
    runs = futures.runs.set_index("draw")
    assert runs["status"].to_dict() == {0: "optimal", 1: "failed", 2: "input at fault"}
    assert "tried again" in runs.loc[1, "reason"]
    assert futures.quantiles().loc[0, ["without_plan", "draws"]].tolist() == [2, 1]
    assert futures.regret().loc["plan", ["draws", "without_plan"]].tolist() == [1, 2]
    assert len(journal_lines(tmp_path)) == 2 + 2  # what failed is tried again
    assert "T0" not in "".join(journal_lines(tmp_path))


def test_a_strategy_that_cannot_be_is_a_row() -> None:
    too_small = town().provisions.assign(min_pupils=[50, 0])  # the new school and the old one
    scenarios = ["plan", Scenario("impossible", [replace_table("provisions", too_small), open_site("new")])]
    futures = town_futures(1, scenarios)
    runs = futures.runs.set_index("scenario")
    assert runs["status"].to_dict() == {"plan": "optimal", "impossible": "infeasible"}
    assert "No plan can keep all the rules" in runs.loc["impossible", "reason"]
    assert futures.regret()["draws"].tolist() == [0, 0]


def test_what_is_asked_wrongly_is_said_before_anything_is_planned(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="`draws` is 0"):
        town_futures(0)
    with pytest.raises(ValueError, match="`seed` is None; use a whole number from 0 to"):
        many_futures(town(), draws=1)
    with pytest.raises(InputError, match=r"'2031' is none of the years of the draws \(2027 to 2029\)"):
        town_futures(year=2031)
    with pytest.raises(ValueError, match="'today' is no scenario"):
        town_futures(scenarios=["today"])
    with pytest.raises(ValueError, match="each needs a name of its own"):
        town_futures(scenarios=["plan", "plan"])
    with pytest.raises(InputError, match="lacks 5 pupils"):
        town_futures(projection=lambda number: future_of_town(number + 3), travel=crow_fly(town()))
    with pytest.raises(InputError) as caught:
        town_futures(scenarios=[Scenario("a", [close("X")]), Scenario("b", [open_site("Y")])])
    assert [fault.value for fault in caught.value.faults] == ["X", "Y"]
    with pytest.raises(TypeError, match="cannot be sent to workers"):
        town_futures(projection=lambda number: future_of_town(number + 1), executor=processes)
    with pytest.raises(ValueError, match="the projection has seed 3"):
        many_futures(*known_and_new()[:1], draws=1, projection=known_and_new()[1], seed=4)
    with pytest.raises(InputError, match="is another one than that of the projection"):
        many_futures(town(), draws=1, projection=known_and_new()[1])
    assert not list(tmp_path.iterdir())


def test_groups_and_shares_out_of_range_are_said(futures: Futures) -> None:
    with pytest.raises(ValueError, match="`by` has 'year'; use some of need, locality, kind"):
        futures.places_needed("year")
    with pytest.raises(ValueError, match="`by` has 'kind'; use some of need, locality"):
        futures.shortfall(["kind"])
    with pytest.raises(ValueError, match=r"1\.5 is not a share"):
        futures.places_needed(at=[1.5])
    with pytest.raises(ValueError, match="95 is not a share"):
        futures.site_openings(level=95)
