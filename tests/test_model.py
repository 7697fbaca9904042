"""Every row family matters: without it the model finds something better that the rules forbid."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from placement_opt.errors import NoPlanError
from placement_opt.model import draft_model
from placement_opt.model.draft import Draft
from placement_opt.model.linear import NO_SITE
from placement_opt.pairs import candidate_pairs
from placement_opt.policy import SolveOptions
from placement_opt.solve.clock import Clock
from placement_opt.solve.stages import solve_in_stages
from placement_opt.travel import crow_fly
from tests import lp_cases
from tests.lp_cases import Case

Score = tuple[float, float]
NOTHING = (float("inf"), float("inf"))


def score(case: Case, monkeypatch: pytest.MonkeyPatch, without: str = "") -> Score:
    """Return unplaced pupils and weighted £ of the model's optimum, leaving out the rows whose name starts so."""
    problem, policy = case
    original = Draft.row

    def row(self: Draft, name: str, *arguments: Any, **options: Any) -> None:
        if not (without and name.startswith(f"{without}_")) and name != without:
            original(self, name, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Draft, "row", row)
        draft = draft_model(candidate_pairs(problem, crow_fly(problem), policy=policy))
        try:
            staged = solve_in_stages(draft, SolveOptions(gap=0), Clock(None), lambda _: None)
        except NoPlanError:
            return NOTHING
    values = {stage.name: stage.value for stage in staged.stages}
    return values["unplaced"], round(values["cost"], 2)


def _outreach(**changes: Any) -> Case:
    """Return the outreach case where only spokes have cheap places and the hub's own are full."""
    problem, policy = lp_cases.outreach()
    provisions = problem.provisions.assign(places=[0, 2, 0, 2], status="open")
    tables: dict[str, Any] = {"provisions": provisions, "hubs": problem.hubs[problem.hubs["provision_id"] == "A1"]}
    return problem.replace(**(tables | changes)), policy


def _hub(**changes: Any) -> pd.DataFrame:
    problem, _ = lp_cases.outreach()
    return problem.hubs[problem.hubs["provision_id"] == "A1"].assign(**changes)


def _candidate_hub() -> Case:
    """Return the case in which the hub has to be opened first, which costs money, for pupils who need no hours."""
    problem, policy = _outreach()
    changed = problem.provisions.assign(
        status=["candidate", "open", "open", "open"], open_gbp=[9_000, 0, 0, 0], places=[0, 2, 0, 0]
    )
    return problem.replace(provisions=changed, pupils=problem.pupils.assign(support_hours=0)), policy


def _spoke_without_need_of_hours() -> Case:
    """Return the case in which only the visits make a spoke cost anything."""
    problem, policy = _outreach()
    changed = problem.provisions.assign(places=[0, 0, 0, 2])
    return problem.replace(provisions=changed, pupils=problem.pupils.assign(support_hours=0)), policy


def _part_limit_that_binds() -> Case:
    problem, policy = lp_cases.part_limits()
    limits = problem.table("part_limits").assign(max_year=7)
    return problem.replace(
        provisions=problem.provisions.assign(topup_gbp=[8_000, 4_000]),
        settings=problem.settings.assign(places=None),
        part_limits=limits,
    ), policy


def _school_limit_that_binds() -> Case:
    problem, policy = lp_cases.part_limits()
    return problem.replace(settings=problem.settings.assign(places=[0, None]), part_limits=None), policy


def _scarce_therapy() -> Case:
    problem, policy = lp_cases.resources()
    return problem.replace(resources=problem.table("resources").assign(available=4)), policy


def _two_spokes_needed(**hub: Any) -> Case:
    problem, policy = _outreach(hubs=_hub(**hub))
    return problem.replace(provisions=problem.provisions.assign(places=[0, 1, 0, 1])), policy


def _link_without_hours() -> Case:
    """Return the case in which one hub may only link and the other only has teams."""
    problem, _ = lp_cases.outreach()
    hubs = problem.hubs.assign(max_teams=[0, 1], max_spokes=[2, 0])
    return _outreach(hubs=hubs)


def _moves() -> Case:
    problem, policy = lp_cases.moves()
    return problem.replace(provisions=problem.provisions.assign(places=[3, 3])), policy


def _siblings(force: str) -> Case:
    problem, policy = lp_cases.siblings_hard()
    return problem, replace(policy, siblings=force)  # type: ignore[arg-type]


def _candidate_hub_with_teams() -> Case:
    """Return the case in which teams can be had only by opening the hub that they belong to."""
    problem, policy = _outreach(hubs=_hub(team_gbp=0, max_teams=9))
    changed = problem.provisions.assign(status=["candidate", "open", "open", "open"], open_gbp=[9_000, 0, 0, 0])
    return problem.replace(provisions=changed, pupils=problem.pupils), policy


def _both_sites_wanted(least: int, most: int) -> Case:
    """Return the case in which money would open one of two sites, and a limit says otherwise."""
    problem, policy = lp_cases.site_limits()
    limits = problem.table("site_limits").assign(min_open=least, max_open=most)
    changed = problem.provisions.assign(open_gbp=[9_000, 9_000], places=[3, 3], topup_gbp=[1_000, 20_000])
    return problem.replace(provisions=changed, site_limits=limits), policy


def _groups_too_small() -> Case:
    problem, policy = lp_cases.groups()
    changed = problem.provisions.assign(status="open", topup_gbp=[8_000, 4_000], places=[3, 1])
    return problem.replace(provisions=changed), policy


def _classes_of_a_shut_site() -> Case:
    """Return the case in which only added classes of a candidate have places."""
    problem, policy = lp_cases.classes()
    return problem.replace(provisions=problem.provisions.assign(places=[0, 0], max_classes=[0, 2])), policy


def _budget(number: int, limit_gbp: float) -> Case:
    problem, policy = lp_cases.budgets()
    limits = problem.table("budgets").iloc[[number]].assign(limit_gbp=limit_gbp)
    return problem.replace(budgets=limits), policy


ROWS: dict[str, Case] = {
    "places": lp_cases.places(),
    "part": _part_limit_that_binds(),
    "school": _school_limit_that_binds(),
    "served": _spoke_without_need_of_hours(),
    "drawn": _link_without_hours(),
    "support": _outreach(),
    "team_hours": _outreach(hubs=_hub(max_teams=1, team_hours_per_week=10)),
    "spokes": _two_spokes_needed(),
    "sites_least": _both_sites_wanted(2, 2),
    "smallest": _groups_too_small(),
    "budget": _budget(0, 100_000),
    "hub_open": _candidate_hub(),
    "resource": _scarce_therapy(),
    "moves": _moves(),
    "family": _siblings("hard"),
    "family_school": _siblings("hard"),
}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_without_a_row_family_the_model_finds_something_forbidden_and_better(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = ROWS[name]
    assert score(case, monkeypatch, without=name) < score(case, monkeypatch)


def test_without_c1_nobody_is_placed(monkeypatch: pytest.MonkeyPatch) -> None:
    full, loose = (score(lp_cases.assignment(), monkeypatch, without=name) for name in ("", "pupil"))
    assert loose[1] < full[1]


def test_without_the_row_of_a_decision_the_pupil_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    full, loose = (score(lp_cases.decision(), monkeypatch, without=name) for name in ("", "pupil"))
    assert loose[1] < full[1]


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("a_team", _outreach()),
        ("over_open", lp_cases.sites()),
        ("opened", lp_cases.sites()),
        ("teams", _candidate_hub_with_teams()),
        ("classes", _classes_of_a_shut_site()),
    ],
    ids=["a_team", "over_open", "opened", "teams", "classes"],
)
def test_rows_that_only_tighten_the_bound_change_no_optimum(
    name: str, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert score(case, monkeypatch, without=name) == score(case, monkeypatch)


def test_that_only_open_provisions_take_pupils_only_tightens_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    full = score(lp_cases.sites(), monkeypatch)
    monkeypatch.setattr(Draft, "site", property(lambda draft: np.full(len(draft.decided), NO_SITE)))
    assert score(lp_cases.sites(), monkeypatch) == full


def test_without_both_rows_of_being_open_a_closed_provision_takes_pupils(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, policy = lp_cases.sites()
    changed = problem.provisions.assign(places=[0, 2], overflow_places=[2, 0])
    case = problem.replace(provisions=changed), policy
    original = Draft.row

    def row(self: Draft, name: str, *arguments: Any, **options: Any) -> None:
        if not name.startswith("over_open_"):
            original(self, name, *arguments, **options)

    full = score(case, monkeypatch)
    monkeypatch.setattr(Draft, "row", row)
    monkeypatch.setattr(Draft, "site", property(lambda draft: np.full(len(draft.decided), NO_SITE)))
    assert score(case, monkeypatch) < full
