"""Scenarios solved together: through processes as one after another, failures as rows, and nothing lost."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from placement_opt.compare import compare
from placement_opt.errors import InputError
from placement_opt.examples import tiny
from placement_opt.plan import Plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.scenarios.change import Scenario
from placement_opt.scenarios.figures import PAID, title_of
from placement_opt.scenarios.jobs import Job, solve_many, solved_as_done
from placement_opt.scenarios.scenario_set import ScenarioSet, solve_scenarios
from placement_opt.scenarios.verbs import add_places, close, reprice, set_policy, withdraw
from placement_opt.solve import baseline, solve
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import verify
from placement_opt.workers.tasks import Failure

SCENARIOS = [
    Scenario("all may move", [set_policy(moves="all")], note="what would be possible"),
    Scenario("special dearer", [reprice(percent=10, kind="special")]),
    Scenario("no mainstream at B", [close("B-main")]),
]


@pytest.fixture(scope="module")
def problem() -> Problem:
    return tiny().replace(settings=tiny().settings.assign(trust=["North Trust", "Copse Group"]))


@pytest.fixture(scope="module")
def answers(problem: Problem) -> ScenarioSet:
    return solve_scenarios(problem, crow_fly(problem), SCENARIOS)


def processes(workers: int = 1) -> ProcessPoolExecutor:
    """Return workers that begin afresh: nothing of this process reaches them but what is sent."""
    return ProcessPoolExecutor(workers, mp_context=get_context("forkserver"))


# -- the set -----------------------------------------------------------------------------------------------------------


def test_each_answer_is_the_plan_of_its_question(problem: Problem, answers: ScenarioSet) -> None:
    travel = crow_fly(problem)
    assert list(answers.answers) == ["today", "plan", *(scenario.name for scenario in SCENARIOS)]
    assert answers.plans["today"].cost_gbp == baseline(problem, travel).cost_gbp
    assert answers.plans["plan"].cost_gbp == solve(problem, travel).cost_gbp
    for scenario in SCENARIOS:
        changed, policy = scenario.apply(problem)
        plan = answers.plans[scenario.name]
        assert plan.cost_gbp == solve(changed, travel, policy=policy).cost_gbp
        verify(changed, travel, plan).raise_if_wrong()


def test_the_table_says_of_every_plan_what_the_plan_says(answers: ScenarioSet) -> None:
    table = answers.table
    for name, plan in answers.plans.items():
        row, placements = table.loc[name], plan.placements
        assert row["status"] == str(plan.status)
        assert row["placed"] == plan.placed_pupils
        assert row["unplaced"] == plan.unplaced_pupils
        assert row["cost_gbp"] == pytest.approx(plan.cost_gbp)
        assert row["transport_gbp"] == pytest.approx(placements["transport_gbp"].sum())
        assert row["co2e_kg"] == pytest.approx(placements["co2e_kg"].sum())
        assert row["moves"] == (placements["change"] == "moves").sum()
        assert row["mainstream_share"] == pytest.approx(
            placements["kind"].isin(["mainstream", "hub", "spoke"]).mean(), abs=1e-6
        )
        paid = [column for column in table.columns if column.startswith(PAID)]
        assert row[paid].sum() == pytest.approx(plan.cost_gbp)
        assert row["bound_gbp"] == plan.bound_gbp or (name == "today" and np.isnan(row["bound_gbp"]))


def test_changes_add_up_whatever_they_are_held_against(answers: ScenarioSet) -> None:
    to_plan, to_today = answers.deltas(), answers.deltas(to="today")
    between = to_today.loc["plan"]
    for scenario in SCENARIOS:
        whole = to_plan.loc[scenario.name] + between
        pd.testing.assert_series_equal(whole, to_today.loc[scenario.name], check_names=False)
    payers = [column for column in to_plan.columns if column.startswith(PAID)]
    assert to_plan[payers].sum(axis=1).to_dict() == pytest.approx(to_plan["cost_gbp"].to_dict())
    assert to_plan.loc["special dearer", "cost_gbp"] == pytest.approx(1_600)
    assert "plan" not in to_plan.index


def test_who_is_placed_otherwise_is_what_a_comparison_says(answers: ScenarioSet) -> None:
    moved = answers.differences("plan", "no mainstream at B")
    assert moved[["pupil_id", "from_provision_id", "to_provision_id"]].to_numpy().tolist() == [
        ["P3", "B-main", "A-main"]
    ]
    plans = {name: answers.plans[name] for name in ("plan", "no mainstream at B")}
    pd.testing.assert_frame_equal(moved, compare(plans).moves())
    assert list(answers.comparison("today", "plan").plans) == ["today", "plan"]


def test_changes_and_effects_are_told_in_words(answers: ScenarioSet) -> None:
    changes = answers.changes.set_index("scenario")
    assert changes.loc["no mainstream at B", "change"] == "close B-main"
    assert changes.loc["all may move", "note"] == "what would be possible"
    assert answers.effects["scenario"].unique().tolist() == [scenario.name for scenario in SCENARIOS]


def test_the_summary_has_a_line_for_each_answer(answers: ScenarioSet) -> None:
    lines = answers.summary().splitlines()
    assert len(lines) == 5
    assert "£32,035.03" in lines[1]
    assert repr(answers) == "ScenarioSet(today, plan, all may move, special dearer, no mainstream at B)"


def test_a_scenario_without_a_plan_is_a_row_with_its_reason(problem: Problem) -> None:
    rules = pd.DataFrame({"pupil_id": ["P1", "P3"], "provision_id": "A-main", "rule": "must"})
    bound = problem.replace(pair_rules=rules)
    scenarios = [
        Scenario("no room", [add_places("A-main", -2)]),
        Scenario("no road", [withdraw(trust="Copse Group")]),
        Scenario("dearer", [reprice(percent=5, kind="mainstream")]),
    ]
    answers = solve_scenarios(bound, crow_fly(problem), scenarios, against=["plan"])
    table = answers.table
    assert table["status"].to_dict() == {
        "plan": "optimal",
        "no room": "infeasible",
        "no road": "optimal",
        "dearer": "optimal",
    }
    assert "A-main has 0 places" in table.loc["no room", "reason"]
    assert np.isnan(table.loc["no room", "cost_gbp"])
    assert np.isnan(answers.deltas().loc["no room", "cost_gbp"])
    assert list(answers.failures) == ["no room"]
    assert "infeasible: No plan can keep all of these rules" in answers.summary()
    with pytest.raises(ValueError, match=r"'no room' has no plan \(infeasible\)"):
        answers.differences("plan", "no room")


def test_an_input_that_only_solving_finds_at_fault_is_a_row_too(problem: Problem) -> None:
    travel = crow_fly(problem)
    nowhere = replace(travel, minutes=np.full_like(travel.minutes, np.nan), miles=np.full_like(travel.miles, np.nan))
    rules = pd.DataFrame({"pupil_id": ["P1"], "provision_id": "A-main", "rule": "must"})
    answers = solve_scenarios(problem.replace(pair_rules=rules), nowhere, SCENARIOS[:1], against=[])
    assert answers.table["status"].tolist() == ["input at fault"]
    assert "no journey is known" in answers.table["reason"].iloc[0]


def test_all_faults_of_all_scenarios_are_told_before_anything_is_solved(problem: Problem) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("solved")

    scenarios = [Scenario("one", [close("X")]), Scenario("two", [close("A-base"), close("Y")])]
    with pytest.raises(InputError) as caught:
        solve_scenarios(problem, crow_fly(problem), scenarios, solver=never)
    assert [fault.value for fault in caught.value.faults] == ["X", "Y"]


@pytest.mark.parametrize("name", ["plan", "today", "twice"])
def test_names_have_to_be_their_own(problem: Problem, name: str) -> None:
    scenarios = [Scenario(name, [close("A-base")]), Scenario("twice", [close("B-main")])]
    with pytest.raises(ValueError, match=f"'{name}': every scenario needs a name of its own"):
        solve_scenarios(problem, crow_fly(problem), scenarios)


def test_what_cannot_be_held_against_is_said(problem: Problem, answers: ScenarioSet) -> None:
    with pytest.raises(ValueError, match="`against` is 'plan'"):
        solve_scenarios(problem, crow_fly(problem), SCENARIOS, against="plan")
    with pytest.raises(ValueError, match="'tomorrow' is none of the answers; use one of today, plan"):
        answers.deltas(to="tomorrow")


def test_costs_on_different_bases_are_not_subtracted(problem: Problem) -> None:
    mixed = solve_scenarios(problem, crow_fly(problem), [Scenario("full", [set_policy(cost_basis="full")])])
    assert mixed.table["cost_basis"].tolist() == ["marginal", "marginal", "full"]
    with pytest.raises(ValueError, match=r"different cost bases \(full, marginal\)"):
        mixed.deltas()


def test_titles_are_in_words_for_every_column(answers: ScenarioSet) -> None:
    assert all(title_of(column) != column for column in answers.table.columns)


# -- other solvers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class YearsAnswer:
    """What a plan of several years has in common with a plan."""

    status: str
    cost_gbp: float
    bound_gbp: float
    gap: float
    unplaced_pupil_years: int
    first: Plan

    def year(self, year: int) -> Plan:
        assert year == 2027
        return self.first


def over_years(problem: Problem, travel: TravelMatrix, *, policy: Policy, options: Any, times: int) -> YearsAnswer:
    """Stand for a solver of several years: the same year so many times."""
    plan = solve(problem, travel, policy=policy, options=options)
    cost_gbp, unplaced = plan.cost_gbp * times, plan.unplaced_pupils * times
    return YearsAnswer("optimal", cost_gbp, cost_gbp, 0.0, unplaced, plan)


def test_a_solver_of_several_years_gives_a_table_of_what_it_has(problem: Problem, answers: ScenarioSet) -> None:
    years = solve_scenarios(problem, crow_fly(problem), SCENARIOS, solver=partial(over_years, times=3))
    assert list(years.answers) == ["plan", *(scenario.name for scenario in SCENARIOS)]
    for name in years.plans:
        assert years.table.loc[name, "cost_gbp"] == pytest.approx(3 * answers.table.loc[name, "cost_gbp"])
    assert years.table["unplaced_pupil_years"].tolist() == [0, 0, 0, 0]
    assert years.deltas().loc["special dearer", "cost_gbp"] == pytest.approx(4_800)
    moved = years.differences("plan", "no mainstream at B", year=2027)
    pd.testing.assert_frame_equal(moved, answers.differences("plan", "no mainstream at B"))


# -- many jobs ---------------------------------------------------------------------------------------------------------


def jobs_of(problem: Problem, number: int, solver: Callable[..., Any]) -> list[Job]:
    travel = crow_fly(problem)
    return [
        Job(f"job {place}", problem, travel, Policy(max_minutes=60 + place), solver=solver) for place in range(number)
    ]


def number_of(problem: Problem, travel: TravelMatrix, *, policy: Policy, options: Any) -> tuple[float, int]:
    """Return what tells the job, and that problem and journeys arrived."""
    return policy.max_minutes or 0, len(problem.pupils) + travel.minutes.size


EXPECTED = [(60.0 + place, 9) for place in range(12)]


def test_the_set_through_processes_is_the_set_one_after_another(problem: Problem, answers: ScenarioSet) -> None:
    through = solve_scenarios(problem, crow_fly(problem), SCENARIOS, executor=processes)
    pd.testing.assert_frame_equal(through.table, answers.table)
    for name, plan in answers.plans.items():
        for table, frame in plan.tables.items():
            pd.testing.assert_frame_equal(through.plans[name].tables[table], frame)


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_answers_come_in_the_order_of_the_jobs(problem: Problem, at_once: int) -> None:
    with ThreadPoolExecutor(4) as threads:
        assert list(solve_many(jobs_of(problem, 12, number_of), executor=threads, at_once=at_once)) == EXPECTED
        assert threads.submit(int).result() == 0  # what is given is left open
    assert list(solve_many(jobs_of(problem, 12, number_of))) == EXPECTED


def test_jobs_are_taken_as_there_is_room_for_them(problem: Problem) -> None:
    taken: list[int] = []

    def endless() -> Iterator[Job]:
        for place, job in enumerate(jobs_of(problem, 50, number_of)):
            taken.append(place)
            yield job

    with ThreadPoolExecutor(1) as threads:
        first = next(iter(solved_as_done(endless(), executor=threads, at_once=2)))
    assert first[1] in EXPECTED
    assert len(taken) == 2


def spoilt(problem: Problem, travel: TravelMatrix, *, policy: Policy, options: Any) -> float:
    """Fail on one job, in a way that no library means to."""
    if policy.max_minutes == 61:
        raise ZeroDivisionError("a defect")
    return policy.max_minutes or 0


@pytest.mark.parametrize("executor", [None, lambda: ThreadPoolExecutor(2)])
def test_a_defect_costs_its_own_job_only(problem: Problem, executor: Callable[[], Executor] | None) -> None:
    told: list[str] = []
    done = solve_many(jobs_of(problem, 3, spoilt), executor=executor, progress=told.append)
    assert done == (60.0, Failure("job 1", "failed", "ZeroDivisionError: a defect"), 62.0)
    assert len(told) == 3
    assert any("job 1: failed" in line for line in told)


def dies(problem: Problem, travel: TravelMatrix, *, policy: Policy, options: Any, marks: Path, always: bool) -> float:
    """Kill the worker at job 2: the first time, or always."""
    mark = marks / f"{policy.max_minutes}"
    if policy.max_minutes == 62 and (always or not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return policy.max_minutes or 0


def test_a_worker_that_dies_loses_nothing(problem: Problem, tmp_path: Path) -> None:
    solver = partial(dies, marks=tmp_path, always=False)
    assert solve_many(jobs_of(problem, 5, solver), executor=processes, at_once=3) == (60, 61, 62, 63, 64)
    assert [path.name for path in tmp_path.iterdir()] == ["62"]


def test_the_job_that_kills_its_worker_is_found_and_the_others_are_solved(problem: Problem, tmp_path: Path) -> None:
    solver = partial(dies, marks=tmp_path, always=True)
    done = solve_many(jobs_of(problem, 5, solver), executor=processes, at_once=3)
    assert [done[place] for place in (0, 1, 3, 4)] == [60, 61, 63, 64]
    assert isinstance(done[2], Failure)
    assert (done[2].name, done[2].status) == ("job 2", "failed")
    assert "too little memory" in done[2].reason


def test_an_executor_that_breaks_and_cannot_be_made_anew_leaves_failures(problem: Problem, tmp_path: Path) -> None:
    solver = partial(dies, marks=tmp_path, always=True)
    with processes() as executor:
        done = solve_many(jobs_of(problem, 5, solver), executor=executor, at_once=1)
    assert done[:2] == (60, 61)
    assert [failure.status for failure in done[2:]] == ["not run"] * 3
    assert "Give what makes an executor" in done[4].reason


@pytest.mark.parametrize("at_once", [0, 1.5, True])
def test_a_number_of_jobs_that_cannot_be_is_refused(problem: Problem, at_once: Any) -> None:
    with pytest.raises(ValueError, match="`at_once` is"):
        solve_many(jobs_of(problem, 1, number_of), at_once=at_once)
