"""A plan by groups of pupils: the figures against plain loops, and nothing hidden that can be worked out."""

from collections import defaultdict
from functools import cache
from math import exp, isnan, log
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import placement_opt as po
from placement_opt.cli import main
from placement_opt.examples import tiny
from placement_opt.inequality import equal_minutes, gini, kappa_of, share_within
from placement_opt.plan import NOT_GIVEN, Plan
from placement_opt.problem import Problem
from placement_opt.suppression import Mark, protect
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.why.fairness import fairness
from placement_opt.why.fairness.figures import ALL, COUNTS, MEASURES, figures_by
from placement_opt.why.fairness.shown import counts_and_sums, gaps, shown
from tests.attack import single_valued

NEEDS = ["ASD"] * 14 + ["SEMH"] * 9 + ["MLD"] * 6 + ["SLD"] * 3 + ["HI"]
HOME, OTHER = "Exampleshire", "Othershire"


@cache
def _town() -> tuple[Problem, TravelMatrix, Plan]:
    """Return 33 pupils of five needs with too few places, some who asked for a school, and a plan."""
    rng = np.random.default_rng(7)
    size = len(NEEDS)
    pupils = pd.DataFrame(
        {
            "pupil_id": [f"P{n:02}" for n in range(size)],
            "easting": rng.integers(450_000, 490_000, size),
            "northing": rng.integers(260_000, 300_000, size),
            "year_group": rng.integers(0, 12, size),
            "need": NEEDS,
            "idaci": [None if n % 5 == 0 else str(n % 3) for n in range(size)],
            "requested_setting_id": [("A" if n % 2 else "C") if n % 4 == 0 else None for n in range(size)],
        }
    )
    settings_ = pd.DataFrame(
        {
            "setting_id": list("ABC"),
            "name": "School",
            "easting": [455_000, 485_000, 470_000],
            "northing": [265_000, 295_000, 280_000],
            "authority": [HOME, OTHER, None],
        }
    )
    provisions = pd.DataFrame(
        {
            "provision_id": ["a", "b", "c"],
            "setting_id": list("ABC"),
            "kind": ["special", "independent_special", "hub"],
            "places": [12, 8, 9],
            "topup_gbp": [12_000, 60_000, 9_000],
        }
    )
    problem = Problem(pupils=pupils, settings=settings_, provisions=provisions)
    travel = crow_fly(problem)
    return problem, travel, po.solve(problem, travel)


def _by_hand(problem: Problem, plan: Plan, by: str, kappa: float) -> dict[str, dict[str, float]]:
    """Return every figure of every group by loops over pupils."""
    about = problem.pupils.set_index("pupil_id")
    authority = problem.settings.set_index("setting_id")["authority"]
    rows: dict[str, list[tuple[Any, bool]]] = defaultdict(list)
    for frame, has_place in ((plan.placements, True), (plan.unplaced, False)):
        for row in frame.to_dict("records"):
            group = about.loc[row["pupil_id"], by]
            for label in (NOT_GIVEN if pd.isna(group) else str(group), ALL):
                rows[label].extend([(row, has_place)] * row["count"])
    figures = {}
    for label, everybody in rows.items():
        placed = [row for row, has_place in everybody if has_place]
        asked = [
            has_place and row["request"] == "met"
            for row, has_place in everybody
            if pd.notna(about.loc[row["pupil_id"], "requested_setting_id"])
        ]
        minutes = sorted(row["minutes"] for row in placed)
        n = len(minutes)
        figures[label] = {
            "pupils": len(everybody),
            "placed": n,
            "unplaced": len(everybody) - n,
            "over_guide": sum(row["minutes"] > (45 if row["year_group"] <= 6 else 75) for row in placed),
            "independent": sum(row["kind"] == "independent_special" for row in placed),
            "other_authority": sum(authority[row["setting_id"]] == OTHER for row in placed),
            "asked": len(asked),
            "request_missed": asked.count(False),
            "mean_minutes": sum(minutes) / n,
            "median_minutes": minutes[-(-n // 2) - 1],
            "minutes_of_90_percent": minutes[-(-9 * n // 10) - 1],
            "longest_minutes": minutes[-1],
            "equal_minutes": log(sum(exp(kappa * m) for m in minutes) / n) / kappa,
            "gini": sum(abs(a - b) for a in minutes for b in minutes) / (2 * n * sum(minutes)),
            "placement_gbp": sum(row["cost_gbp"] / row["count"] for row in placed),
            "gbp_each": sum(row["cost_gbp"] / row["count"] for row in placed) / n,
        }
    return figures


@pytest.mark.parametrize("by", ["need", "idaci", "year_group"])
def test_the_figures_are_those_of_a_loop_over_pupils(by: str) -> None:
    problem, travel, plan = _town()
    assert plan.unplaced_pupils
    wanted = _by_hand(problem, plan, by, 0.05)

    table = figures_by(problem, plan, by, 0.05, HOME)
    found = fairness(problem, travel, plan, by, suppress_below=1, kappa=0.05, home_authority=HOME).groups

    assert set(table.index) == set(wanted)
    assert table.index[-1] == ALL
    for label, figures in wanted.items():
        for name, value in figures.items():
            assert table.loc[label, name] == pytest.approx(value, abs=1e-6), (label, name)
        assert found.loc[label, "share_unplaced"] == pytest.approx(figures["unplaced"] / figures["pupils"], abs=5.01e-4)
        assert found.loc[label, "mean_minutes"] == pytest.approx(figures["mean_minutes"], abs=0.0501)


def test_rows_of_several_pupils_count_as_many() -> None:
    problem = tiny()
    several = problem.replace(pupils=problem.pupils.assign(count=[3, 1, 2]))
    travel = crow_fly(several)
    plan = po.solve(several, travel)
    wanted = _by_hand(several, plan, "need", 0.1)

    table = figures_by(several, plan, "need", 0.1, None)

    assert table.loc[ALL, "pupils"] == 6
    for name in MEASURES:
        assert table.loc[ALL, name] == pytest.approx(wanted[ALL][name], abs=1e-6)


def test_the_gaps_are_between_groups_that_are_given() -> None:
    problem, travel, plan = _town()
    found = fairness(problem, travel, plan, "idaci", suppress_below=1)

    given = found.groups.drop(index=[ALL, NOT_GIVEN])
    row = found.gaps.loc["mean_minutes"]
    assert row["highest"] == given["mean_minutes"].max()
    assert row["difference"] == pytest.approx(given["mean_minutes"].max() - given["mean_minutes"].min())
    assert row["ratio"] == pytest.approx(given["mean_minutes"].max() / given["mean_minutes"].min(), abs=1e-4)
    assert given.loc[row["lowest_group"], "mean_minutes"] == row["lowest"]
    assert row["groups"] == 3
    assert "mean minutes" in found.summary()


def test_of_one_group_there_is_no_gap() -> None:
    problem, _, plan = _town()
    alike = problem.replace(pupils=problem.pupils.assign(idaci="1"))
    row = gaps(shown(figures_by(alike, plan, "idaci", 0.05, None), 1)).loc["mean_minutes"]
    assert row["highest_group"] is None
    assert isnan(row["difference"])


# -- suppression -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["need", "idaci", "year_group", "requested_setting_id"])
def test_no_hidden_count_can_be_worked_out(by: str) -> None:
    problem, _, plan = _town()
    counts, sums = counts_and_sums(figures_by(problem, plan, by, 0.05, HOME))
    marks = protect(counts, sums)

    hidden = [key for key, mark in marks.items() if mark is not Mark.SHOWN]
    assert hidden
    assert all(marks[key] is not Mark.SHOWN for key, count in counts.items() if 0 < count < 5)
    assert single_valued(counts, marks, sums) == []


def test_small_groups_are_hidden_with_their_averages_and_a_second_one_beside_a_lone_one() -> None:
    problem, travel, plan = _town()
    open_, closed = (fairness(problem, travel, plan, "need", suppress_below=n).groups for n in (1, 5))

    for name in COUNTS:
        if name not in closed.columns:
            continue
        for label, cell in closed[name].items():
            small = 0 < open_.loc[label, name] < 5
            assert isinstance(cell, str) or (cell == open_.loc[label, name] and not small)
    hidden = [label for label in closed.index if isinstance(closed.loc[label, "mean_minutes"], str)]
    assert {"SLD", "HI"} <= set(hidden)
    if ALL not in hidden:
        behind = open_.loc[hidden, "placed"]
        assert len(behind) >= 2
        assert behind.sum() >= 5
    for label in hidden:
        assert all(closed.loc[label, name] == "withheld" for name in MEASURES)
    for label in closed.index:
        assert closed.loc[label, "placement_gbp"] == "withheld" or not isinstance(closed.loc[label, "placed"], str)
    assert fairness(problem, travel, plan, "need").hidden_groups >= 2


def test_a_lone_small_group_does_not_stay_alone() -> None:
    problem, _, plan = _town()
    first = problem.pupils["pupil_id"] == plan.placements["pupil_id"].iloc[0]
    lone = problem.replace(pupils=problem.pupils.assign(area=np.where(first, "Z", np.where(first.index % 2, "X", "Y"))))

    table = shown(figures_by(lone, plan, "area", 0.05, None), 5)

    assert table.loc["Z", "pupils"] == "under 5"
    assert sum(isinstance(cell, str) for cell in table["pupils"]) == 2
    assert sum(isinstance(cell, str) for cell in table["mean_minutes"]) >= 2


def test_the_longest_journey_of_a_hidden_group_is_not_told_by_the_longest_of_all() -> None:
    problem, _, plan = _town()
    farthest = plan.placements.sort_values("minutes")["pupil_id"].iloc[-1]
    is_farthest = problem.pupils["pupil_id"] == farthest
    area = np.where(is_farthest, "Z", np.where(problem.pupils.index % 2, "X", "Y"))
    table = shown(figures_by(problem.replace(pupils=problem.pupils.assign(area=area)), plan, "area", 0.05, None), 5)
    assert table.loc[ALL, "longest_minutes"] == "withheld"


def test_the_longest_journey_is_one_pupils_and_shared_as_a_range() -> None:
    problem, travel, plan = _town()
    open_, closed = (
        fairness(problem, travel, plan, "need", suppress_below=n).groups["longest_minutes"] for n in (1, 5)
    )
    shown_ = [label for label in closed.index if closed[label] != "withheld"]
    assert shown_
    for label in shown_:
        low, high = map(int, closed[label].split(" to "))
        assert low <= open_[label] <= high == low + 5


def test_another_smallest_group_is_kept_to() -> None:
    problem, travel, plan = _town()
    table = fairness(problem, travel, plan, "need", suppress_below=10).groups
    assert table.loc["SEMH", "pupils"] == "under 10"
    assert not any(isinstance(cell, int) and 0 < cell < 10 for name in COUNTS[:3] for cell in table[name])


# -- one figure for many journeys --------------------------------------------------------------------------------------

JOURNEYS = st.lists(st.tuples(st.integers(1, 9_000), st.integers(1, 4)), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(JOURNEYS, st.floats(0.001, 0.3))
def test_one_figure_for_many_journeys_is_that_of_its_definition(rows: list[tuple[int, int]], kappa: float) -> None:
    minutes, count = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    minutes /= 100
    each = [one / 100 for one, many in rows for _ in range(many)]
    n, total = len(each), sum(each)
    assert gini(minutes, count) == pytest.approx(
        sum(abs(a - b) for a in each for b in each) / (2 * n * total), abs=1e-9
    )
    assert equal_minutes(minutes, count, kappa) == pytest.approx(log(sum(exp(kappa * m) for m in each) / n) / kappa)
    assert total / n - 1e-9 <= equal_minutes(minutes, count, kappa) <= max(each) + 1e-9
    assert equal_minutes(minutes, count, 1e-7) == pytest.approx(total / n, abs=0.01)
    assert share_within(minutes, count, 0.5) == sorted(each)[-(-n // 2) - 1]
    assert kappa_of(minutes, count, 2.0) == pytest.approx(2 * total / sum(m * m for m in each))


def test_nobody_has_no_journey() -> None:
    nothing = np.zeros(0)
    assert isnan(equal_minutes(nothing, nothing, 0.1))
    assert isnan(gini(nothing, nothing))
    assert isnan(share_within(nothing, nothing, 0.5))
    assert kappa_of(nothing, nothing, 1.0) == 0


# -- wrong questions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"by": "colour"}, "`by` is 'colour'; use a column of pupils that groups them: year_group, need"),
        ({"by": "pupil_id"}, "use a column of pupils that groups them"),
        ({"suppress_below": 0}, "`suppress_below` is 0; use a whole number from 1"),
        ({"suppress_below": 2.5}, "`suppress_below` is 2.5"),
        ({"kappa": -1.0}, "`kappa` is -1.0; use a number from 0"),
        ({"home_authority": "Nowhere"}, "is the authority of no school. Use one of those given"),
    ],
)
def test_a_wrong_question_says_what_is_allowed(wrong: dict[str, Any], said: str) -> None:
    problem, travel, plan = _town()
    with pytest.raises(ValueError, match=said):
        fairness(problem, travel, plan, **wrong)


def test_a_column_with_a_value_for_each_pupil_is_no_group() -> None:
    problem = tiny()
    pupils = pd.concat([problem.pupils] * 40, ignore_index=True)
    pupils = pupils.assign(pupil_id=[f"N{n}" for n in range(120)], street=[f"Street {n}" for n in range(120)])
    many = problem.replace(pupils=pupils)
    with pytest.raises(ValueError, match="which has 120 values; use a column with at most 100 groups"):
        fairness(many, crow_fly(many), po.baseline(many, crow_fly(many)), "street")


def test_a_plan_of_other_tables_or_journeys_is_refused() -> None:
    problem, travel, plan = _town()
    other = problem.replace(pupils=problem.pupils.assign(year_group=3))
    with pytest.raises(po.InputError, match="pupils"):
        fairness(other, travel, plan)
    with pytest.raises(po.InputError, match="journeys are not those"):
        fairness(problem, crow_fly(problem, miles_per_hour=10), plan)


def test_todays_placements_are_shown_as_a_plan_is() -> None:
    problem = tiny()
    pupils = problem.pupils.assign(current_provision_id=["A-main", "B-special", "B-main"])
    settled = problem.replace(pupils=pupils)
    travel = crow_fly(settled)
    assert fairness(settled, travel, po.baseline(settled, travel), suppress_below=1).groups.loc[ALL, "placed"] == 3


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_command_shows_a_saved_run_and_hides_small_groups(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem, _, _ = _town()
    tables = po.write_problem(problem, tmp_path / "tables")
    assert main(["solve", str(tables), "--out", str(tmp_path)]) == 0
    capsys.readouterr()

    assert main(["fairness", str(tmp_path / "run.json"), "--by", "need", "--home-authority", HOME]) == 0

    printed = capsys.readouterr().out
    assert "under 5" in printed
    assert "withheld" in printed
    assert "other_authority" in printed
    assert not any(pupil_id in printed for pupil_id in problem.pupils["pupil_id"])
    with pytest.raises(SystemExit) as caught:
        main(["fairness", str(tmp_path / "run.json"), "--by", "colour"])
    assert caught.value.code == 2
    assert main(["fairness", str(tmp_path / "run.json"), "--home-authority", "Nowhere"]) == 1
