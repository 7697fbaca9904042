"""Solving: status, limits, clashes in words, and never a plan that fails its verification."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from placement_opt.errors import InputError, NoPlanError, PlanError, Status
from placement_opt.examples import exampleshire, tiny
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve import baseline, solve
from placement_opt.solve import run as run_module
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import verify
from tests import lp_cases


def places_of(plan: Plan) -> dict[str, str]:
    return dict(zip(plan.placements["pupil_id"], plan.placements["provision_id"], strict=True))


def must(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame([{"pupil_id": who, "provision_id": where, "rule": "must"} for who, where in pairs])


def test_a_small_plan_is_proven_and_verified() -> None:
    problem = tiny()
    plan = solve(problem, crow_fly(problem), options=SolveOptions(gap=0))
    assert plan.status is Status.OPTIMAL
    assert plan.gap == 0
    assert plan.bound_gbp == plan.cost_gbp
    assert verify(problem, crow_fly(problem), plan).is_right


def test_solving_changes_neither_problem_nor_travel() -> None:
    problem = tiny()
    travel = crow_fly(problem)
    prints = problem.fingerprints(), travel.fingerprint()
    solve(problem, travel)
    assert (problem.fingerprints(), travel.fingerprint()) == prints


def test_fewest_unplaced_comes_before_cost() -> None:
    problem, policy = lp_cases.places()
    plan = solve(problem, crow_fly(problem), policy=policy, options=SolveOptions(gap=0))
    assert plan.unplaced_pupils == 0
    assert plan.use.set_index("provision_id").loc["A1", "places_over"] == 1


def test_minutes_decide_between_plans_of_the_same_cost() -> None:
    provisions = lp_cases.provisions(kind=["special", "special"], topup_gbp=[9_000, 9_000], places=[2, 2])
    problem = Problem(pupils=lp_cases.pupils(2), settings=lp_cases.SETTINGS, provisions=provisions)
    assert set(places_of(solve(problem, crow_fly(problem))).values()) == {"A1"}


def test_weights_trade_unplaced_pupils_against_money() -> None:
    problem = tiny()
    cheap = solve(problem, crow_fly(problem), options=SolveOptions(weights={"unplaced": 1.0}))
    dear = solve(problem, crow_fly(problem), options=SolveOptions(weights={"unplaced": 1e6}))
    assert cheap.unplaced_pupils == 2
    assert dear.unplaced_pupils == 0


def test_another_number_of_threads_in_the_same_process_gives_the_same_plan() -> None:
    problem = tiny()
    plans = [solve(problem, crow_fly(problem), options=SolveOptions(threads=threads)) for threads in (1, 2, 1)]
    assert len({plan.cost_gbp for plan in plans}) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"weights": {"minutes": 1.0}},
        {"weights": {"unplaced": -1}},
        {"weights": {}},
        {"seed": 1.5},
        {"threads": 0},
        {"gap": 1.0},
        {"gap": "x"},
        {"time_limit_s": "5"},
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="use"):
        SolveOptions(**options)


@pytest.mark.parametrize(
    "policy",
    [
        {"phase_years": ("7",)},
        {"phase_years": (70,)},
        {"phase_years": "78"},
        {"phase_years": 7},
        {"authorities": "Here"},
        {"authorities": ()},
        {"match_secondary_needs": "no"},
        {"split_siblings_gbp": None},
        {"max_moves": True},
        {"max_minutes": 0},
    ],
)
def test_policies_that_cannot_be_are_refused(policy: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="use"):
        Policy(**policy)


def test_two_pupils_who_must_share_one_place_clash_in_words() -> None:
    problem, _ = lp_cases.decision()
    problem = problem.replace(pair_rules=must(("P1", "A1"), ("P2", "A1")))
    with pytest.raises(NoPlanError) as caught:
        solve(problem, crow_fly(problem))
    assert caught.value.status is Status.INFEASIBLE
    assert set(caught.value.clashes) == {
        "Pupil P1 must go to A1: an officer's decision.",
        "Pupil P2 must go to A1: an officer's decision.",
        "A1 has 1 places.",
    }


def test_a_clash_names_only_the_rules_that_clash() -> None:
    problem, _ = lp_cases.resources()
    problem = problem.replace(
        pair_rules=must(("P1", "B1"), ("P2", "B1")),
        resources=problem.table("resources").assign(available=4),
    )
    with pytest.raises(NoPlanError, match="4 hours a week of therapy") as caught:
        solve(problem, crow_fly(problem))
    assert len(caught.value.clashes) == 3
    assert not any("places" in clash for clash in caught.value.clashes)


def test_a_must_that_cannot_be_reached_is_a_fault_of_the_input() -> None:
    problem, _ = lp_cases.decision()
    travel = crow_fly(problem)
    minutes, miles = travel.minutes.copy(), travel.miles.copy()
    minutes[0, 0] = miles[0, 0] = float("nan")
    broken = TravelMatrix(travel.pupil_ids, travel.setting_ids, minutes, miles)
    with pytest.raises(InputError, match=r"must be the place of pupil P1.*no journey is known"):
        solve(problem, broken)


def test_no_plan_in_the_time_allowed_says_so() -> None:
    problem, policy = lp_cases.outreach()
    with pytest.raises(NoPlanError, match="allow more time") as caught:
        solve(problem, crow_fly(problem), policy=policy, options=SolveOptions(time_limit_s=1e-9))
    assert caught.value.status is Status.NO_SOLUTION


def _interrupted_at(line_start: str) -> Callable[[str], None]:
    """Return a progress function that presses Ctrl-C at the first line that starts so."""
    lines: list[str] = []

    def report(line: str) -> None:
        if line.startswith(line_start) and not lines:
            lines.append(line)
            raise KeyboardInterrupt

    return report


def test_ctrl_c_gives_the_best_plan_so_far_with_its_gap() -> None:
    problem = exampleshire()
    stopped = solve(problem, crow_fly(problem), progress=_interrupted_at("best 55"))
    full = solve(problem, crow_fly(problem))
    assert stopped.unplaced_pupils == full.unplaced_pupils
    assert stopped.status is Status.FEASIBLE
    assert stopped.bound_gbp is not None
    assert full.bound_gbp is not None
    assert stopped.gap is not None
    assert 0 < stopped.gap < 0.01
    assert stopped.bound_gbp <= full.objective_gbp <= stopped.objective_gbp
    assert stopped.certificate is not None


def test_ctrl_c_before_there_is_a_plan_stops_everything() -> None:
    problem = exampleshire()
    with pytest.raises(KeyboardInterrupt):
        solve(problem, crow_fly(problem), progress=_interrupted_at("model drafted"))


def test_the_progress_line_tells_best_bound_gap_pairs_and_seconds() -> None:
    problem, lines = exampleshire(), []
    solve(problem, crow_fly(problem), progress=lines.append)
    told = [line for line in lines if line.startswith("best")]
    assert all(re.fullmatch(r"best [\d,.]+, bound [\d,.]+, gap [\d.]+%, [\d,]+ pairs, [\d.]+ s", line) for line in told)
    assert told


def test_a_missing_price_names_provision_and_need() -> None:
    problem = tiny().replace(provisions=tiny().provisions.assign(topup_gbp=[None, 4_000, 4_000, 16_000]))
    with pytest.raises(InputError, match=r"A-base \(hub, ASD\).*has no top-up price"):
        solve(problem, crow_fly(problem))


def test_a_travel_matrix_without_a_pupil_is_refused() -> None:
    problem = tiny()
    travel = crow_fly(problem)
    short = TravelMatrix(travel.pupil_ids[1:], travel.setting_ids, travel.minutes[1:], travel.miles[1:])
    with pytest.raises(InputError, match=r"travel, column pupil_id: 'P1' has no journeys"):
        solve(problem, short)


def test_a_plan_that_fails_its_verification_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = tiny()
    honest = run_module.answer

    def spoilt(*arguments: object) -> Plan:
        plan = honest(*arguments)  # type: ignore[arg-type]
        tables = {**plan.tables, "placements": plan.placements.assign(topup_gbp=1.0)}
        return replace(plan, tables=tables)

    monkeypatch.setattr(run_module, "answer", spoilt)
    with pytest.raises(PlanError):
        solve(problem, crow_fly(problem))


def test_progress_lines_hold_no_ids() -> None:
    problem = tiny()
    lines: list[str] = []
    solve(problem, crow_fly(problem), progress=lines.append)
    assert len(lines) >= 3
    assert not any(pupil_id in line for line in lines for pupil_id in problem.pupils["pupil_id"])


def test_the_record_tells_how_the_plan_came_about() -> None:
    problem = tiny()
    record = solve(problem, crow_fly(problem)).record
    assert [stage["name"] for stage in record["stages"]] == ["unplaced", "cost", "minutes"]
    assert record["inputs"] == problem.fingerprints()
    assert record["solver"].startswith("HiGHS ")
    assert record["travel"]["recipe"]["method"] == "crow_fly"


def test_today_is_costed_without_being_judged() -> None:
    problem = tiny().replace(pupils=tiny().pupils.assign(current_provision_id=["B-special", "B-special", "A-base"]))
    today = baseline(problem, crow_fly(problem), policy=Policy(cost_basis="average"))
    assert today.status is Status.BASELINE
    assert places_of(today) == {"P1": "B-special", "P2": "B-special", "P3": "A-base"}
    assert today.gap is None
    assert verify(problem, crow_fly(problem), today).is_right


@pytest.mark.parametrize("basis", ["marginal", "average", "full"])
def test_cost_bases_differ_by_place_funding_alone(basis: str) -> None:
    problem = tiny()
    plan = solve(problem, crow_fly(problem), policy=Policy(cost_basis=basis))  # type: ignore[arg-type]
    lines = plan.costs("line")["gbp"]
    in_class = int((plan.placements["kind"] == "mainstream").sum())
    special = int((plan.placements["kind"] == "special").sum())
    funded = {
        "marginal": 0.0,
        "average": 6_000 * (3 - special) + 10_000 * special,
        "full": 6_000 * in_class
        + 1 * 6_000
        + 2 * 10_000,  # one place of the base and two special places, filled or not
    }[basis]
    assert lines.get("place funding", 0.0) == funded
