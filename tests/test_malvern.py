"""The worked case of Malvern: the published saving from the published inputs, and the page that tells it."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from placement_opt.examples import malvern
from placement_opt.malvern import CANCEL_GBP, FEE_GBP, PLACES, PLANNED_GBP, PUPILS, SCHOOL
from placement_opt.policy import Policy
from placement_opt.scenarios.verbs import open_site
from placement_opt.solve import solve
from placement_opt.solve.years import plan_years
from placement_opt.timeline import everyone
from placement_opt.travel import crow_fly
from placement_opt.verify import verify
from placement_opt.year_rules import YearRules
from tests.amounts import IS_NIGHT

PAGE = Path(__file__).resolve().parents[1] / "docs" / "malvern.md"
PUBLISHED_SAVING_GBP = 2_700_000
"""A year, about: Evesham Journal, 28 March 2024."""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return import_module("examples.malvern")


@pytest.fixture(scope="module")
def one_year(script: ModuleType) -> pd.DataFrame:
    return script.one_year()  # type: ignore[no-any-return]


def test_the_published_saving_follows_from_the_published_inputs(one_year: pd.DataFrame) -> None:
    saving_gbp = one_year.loc["average: the published sum", "places"]
    assert saving_gbp == PUPILS * (FEE_GBP - PLANNED_GBP) == 2_739_000
    assert abs(saving_gbp - PUBLISHED_SAVING_GBP) < 50_000


def test_the_other_bases_are_what_the_closed_form_says(one_year: pd.DataFrame) -> None:
    places = one_year["places"].tolist()
    topup_gbp = PLANNED_GBP - 10_000
    assert places[1:] == [
        PUPILS * (FEE_GBP - topup_gbp),
        PUPILS * (FEE_GBP - topup_gbp) - PLACES * 10_000,
        PUPILS * FEE_GBP - PLACES * PLANNED_GBP,
        PLACES * (FEE_GBP - PLANNED_GBP),
    ]
    for today in ("spread", "nearest"):
        parts = one_year["places"] + one_year[f"transport, {today}"]
        assert parts.round(2).tolist() == one_year[f"both, {today}"].tolist()


def test_the_plan_is_verified_and_everybody_is_at_the_new_school() -> None:
    problem, _ = open_site(SCHOOL).apply(malvern(), Policy())
    plan = solve(problem, crow_fly(problem), policy=Policy(moves="all", cost_basis="full"))
    verify(problem, crow_fly(problem), plan).raise_if_wrong()
    assert plan.placements.groupby("provision_id")["count"].sum().to_dict() == {SCHOOL: PUPILS}


def test_as_many_join_as_leave_and_nobody_moves_within_a_phase() -> None:
    problem = malvern(today="nearest", first_year=2026, years=3, opens=2027)
    plan = plan_years(
        problem, crow_fly(everyone(problem)), policy=Policy(cost_basis="full"), rules=YearRules(last_year_group=11)
    )
    assert [one.placed_pupils for one in plan.plans] == [PUPILS] * 3
    there = [int(one.use.set_index("provision_id").loc[[SCHOOL], "pupils"].iloc[0]) for one in plan.plans]
    assert there == [0, 4 + 11, 2 * (4 + 11)]  # those who begin Reception or Year 7
    stays = plan.spells.query("begins == 'stays'").merge(problem.pupils[["pupil_id", "year_group"]], on="pupil_id")
    until = [min(2028, 2026 + (6 if group < 7 else 11) - group) for group in stays["year_group"]]
    assert stays["to_year"].tolist() == until


def test_the_page_tells_what_the_script_prints(script: ModuleType, one_year: pd.DataFrame) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert script.as_text(one_year) in page
    assert script.as_text(script.journeys().loc[list(script.TRAVEL)].round(1)) in page
    assert f"£{CANCEL_GBP / 1e6:.1f}m" in page


@pytest.mark.skipif(not IS_NIGHT, reason="seven plans of nine years: a minute of computing")
def test_the_whole_page_tells_what_the_script_prints(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    script.main()
    page = PAGE.read_text(encoding="utf-8")
    for block in capsys.readouterr().out.strip().split("\n\n"):
        assert f"```text\n{block}\n```" in page


def test_figures_can_be_overridden_and_wrong_ones_are_all_said() -> None:
    changed = malvern(pupils=5, fee_gbp=63_000, years=2, opens=2027, join_at_secondary=0)
    assert (len(changed.pupils), len(changed.table("arrivals"))) == (5, 4)
    assert changed.provisions["topup_gbp"].max() == 63_000
    with pytest.raises(ValueError, match=r"`pupils` is 0; use a number from 1 to 10,000\. .*`today` is 'far'"):
        malvern(pupils=0, today="far")
    with pytest.raises(ValueError, match="`opens` is 2030; use a year from 2026 to 2026"):
        malvern(opens=2030)
    with pytest.raises(TypeError, match="price"):
        malvern(price=1)
