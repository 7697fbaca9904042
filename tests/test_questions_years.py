"""The ready questions about several years, each against a closed form or every possibility tried."""

from dataclasses import replace
from importlib import import_module
from itertools import product
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from placement_opt.errors import InputError
from placement_opt.problem import Problem
from placement_opt.scenarios.questions.grant import GrantOrBuild, grant_or_build
from placement_opt.scenarios.questions.homecoming import who_could_come_home
from placement_opt.scenarios.questions.localities import EXACT, GREEDY, NONE, which_localities_first
from tests.amounts import IS_NIGHT
from tests.question_cases import FEE_GBP, TOPUP_GBP, journeys, new_school

pytestmark = pytest.mark.skipif(not IS_NIGHT, reason="plans of years by the dozen: in the night run only")

SAVING_GBP = FEE_GBP - TOPUP_GBP
YEARS = pd.DataFrame({"year": [2027, 2028, 2029]})


def script(name: str) -> ModuleType:
    """Return a script of the folder examples."""
    return import_module(f"examples.{name}")


# -- grant or build ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answer() -> Any:
    return script("grant_or_build").ask()


def test_the_value_of_building_is_worked_out_as_by_hand(answer: GrantOrBuild) -> None:
    net = [-60_000 - 100_000, 2 * SAVING_GBP, 2 * SAVING_GBP, 2 * SAVING_GBP, 2 * SAVING_GBP]  # two places, then full
    assert answer.table["net_gbp"].tolist() == net
    assert answer.table["planned"].tolist() == [True, True, True, False, False]
    by_hand = sum(gbp / 1.1**number for number, gbp in enumerate(net))
    assert answer.present_value_gbp == pytest.approx(by_hand, abs=0.05)
    so_far = [sum(gbp / 1.1**number for number, gbp in enumerate(net[: years + 1])) for years in range(5)]
    first_paid = next(2027 + number for number in range(5) if all(gbp >= 0 for gbp in so_far[number:]))
    assert answer.break_even_year == first_paid == 2030
    assert "it has paid by: 2030/31" in answer.summary()


@pytest.mark.parametrize("grant_year", [2027, 2029])
def test_at_the_largest_grant_both_are_worth_the_same_and_above_it_building_does_not_pay(
    answer: GrantOrBuild, grant_year: int
) -> None:
    other = replace(answer, grant_year=grant_year)
    assert replace(other, grant_gbp=other.largest_grant_gbp).present_value_gbp == pytest.approx(0, abs=0.05)
    dearer = replace(other, grant_gbp=other.largest_grant_gbp + 10)
    assert dearer.break_even_year is None
    assert "not within these years" in dearer.summary()


def test_a_grant_outside_the_years_or_for_no_candidate_is_refused() -> None:
    problem = script("grant_or_build").make_problem()
    travel = journeys(problem)
    with pytest.raises(ValueError, match="`grant_year` is 2031; use a year from 2027 to 2029"):
        grant_or_build(problem, travel, "N-special", grant_gbp=1, grant_year=2031)
    with pytest.raises(ValueError, match="`grant_gbp` is -1"):
        grant_or_build(problem, travel, "N-special", grant_gbp=-1)
    with pytest.raises(ValueError, match="`horizon_years` is 0"):
        grant_or_build(problem, travel, "N-special", grant_gbp=1, horizon_years=0)
    with pytest.raises(InputError, match="'I-independent' is open"):
        grant_or_build(problem, travel, "I-independent", grant_gbp=1)
    with pytest.raises(InputError, match="is the only year"):
        grant_or_build(problem.replace(years=YEARS.iloc[:1], site_years=None), travel, "N-special", grant_gbp=1)


# -- who could come home -----------------------------------------------------------------------------------------------


def away_from_home(places: int) -> Problem:
    problem = new_school([5, 6, 8, 4], places=places)
    provisions = problem.provisions.assign(status="open")
    return problem.replace(provisions=provisions, years=YEARS)


def test_pupils_come_home_at_their_change_of_phase_and_save_the_fee_from_then_on() -> None:
    problem = away_from_home(places=5)
    answer = who_could_come_home(problem, journeys(problem))
    found = answer.pupils.set_index("pupil_id")
    assert found["comes_home"].to_dict() == {"P1": 2028, "P0": 2029}  # Year 6 and Year 5 in 2027; P2, P3 in mid-phase
    assert found["saving_gbp"].to_dict() == {"P1": 2 * SAVING_GBP, "P0": SAVING_GBP}
    assert answer.table["come_home"].tolist() == [0, 1, 1, 2]
    assert answer.table["saving_gbp"].tolist() == [0, SAVING_GBP, 2 * SAVING_GBP, 3 * SAVING_GBP]
    assert answer.table["others_gbp"].tolist() == [0, 0, 0, 0]
    assert "2 could come home" in answer.summary()


def test_the_sums_are_the_plans_to_the_penny_when_others_have_to_give_way() -> None:
    answer = script("who_could_come_home").ask()
    saving = answer.away.cost_gbp - answer.home.cost_gbp
    total = answer.table.loc["all years"]
    parts = total[["fees_gbp", "places_gbp", "transport_gbp", "others_gbp"]]
    assert total["saving_gbp"] == round(saving, 2) == round(parts.sum(), 2)
    assert answer.pupils["saving_gbp"].sum() == pytest.approx(total["saving_gbp"] - total["others_gbp"], abs=0.01)
    spells = answer.home.spells
    stays = spells[(spells["begins"] == "stays")].set_index("pupil_id")["to_year"].to_dict()
    assert stays == {"P1": 2028, "P2": 2027, "P3": 2029, "P4": 2029}  # nobody is moved within a phase


def test_places_of_other_authorities_are_away_when_the_home_authority_is_named() -> None:
    problem = away_from_home(places=5).replace(years=YEARS.iloc[:2])
    settings = problem.settings.assign(authority=["Elsewhere", "Home"])
    provisions = problem.provisions.assign(kind="special")
    abroad = problem.replace(settings=settings, provisions=provisions)
    answer = who_could_come_home(abroad, journeys(abroad), home_authority="Home")
    assert answer.pupils["pupil_id"].tolist() == ["P1"]
    with pytest.raises(InputError, match="Nobody is at an independent special school"):
        who_could_come_home(abroad, journeys(abroad))
    with pytest.raises(InputError, match="'Hoem' is the authority of no school"):
        who_could_come_home(abroad, journeys(abroad), home_authority="Hoem")


# -- which localities first --------------------------------------------------------------------------------------------

BASES = ("N-base", "S-base", "E-base")


def every_way(topup_gbp: tuple[float, ...]) -> dict[tuple[float | None, ...], float]:
    """Return what every choice of years for the bases costs, by hand, without asking whether it can be paid.

    The first pupil of a need is placed in 2027 for both years, the second in 2028: a base that opens
    later has nobody, for nobody is moved within a phase.
    """
    pupil_years = {2027: 2, 2028: 1}
    found = {}
    for years in product([None, 2027, 2028], repeat=len(topup_gbp)):
        gbp = 0.0
        for at, topup in zip(years, topup_gbp, strict=True):
            gbp += sum(
                number * (topup if at is not None and at <= came else FEE_GBP) for came, number in pupil_years.items()
            )
        found[years] = gbp
    return found


def test_all_together_is_the_best_of_every_way_that_can_be_paid() -> None:
    topup_gbp, limit_gbp = (9_000, 20_000, 15_000), 110_000
    start = script("localities_first").make_problem()
    provisions = start.provisions.set_index("provision_id")
    provisions.loc[list(BASES), "topup_gbp"] = topup_gbp
    provisions.loc[list(BASES), "capital_gbp"] = (100_000.0, 100_000.0, 60_000.0)
    problem = start.replace(provisions=provisions.reset_index(), year_budgets=None)
    answer = which_localities_first(problem, journeys(problem), BASES[:2], capital_gbp_per_year=limit_gbp)
    payable = {
        years: gbp
        for years, gbp in every_way(topup_gbp).items()
        if all(
            sum((100_000, 100_000, 60_000)[at] for at in range(3) if years[at] == year) <= limit_gbp
            for year in (2027, 2028)
        )
    }
    assert answer.plans[EXACT].cost_gbp == min(payable.values())
    opened = answer.table.set_index("provision_id")[GREEDY].dropna().to_dict()
    assert opened == {"N-base": 2027}  # with it E-base, which is left to the plan, saves more in 2028 than S-base
    assert answer.plans[GREEDY].cost_gbp == payable[2027, None, 2028]
    assert answer.plans[NONE].cost_gbp == min(payable[None, None, year] for year in (None, 2027, 2028))
    spent = answer.plans[EXACT].money.query("line == 'capital'").groupby("year")["gbp"].sum()
    assert (spent <= limit_gbp).all()


def test_opening_one_after_the_other_can_spend_the_money_on_the_wrong_base() -> None:
    answer = script("localities_first").ask()
    totals = answer.totals
    assert answer.table.set_index("provision_id")[GREEDY].dropna().to_dict() == {"N-base": 2027}
    assert answer.table.set_index("provision_id")[EXACT].dropna().to_dict() == {"S-base": 2027, "E-base": 2027}
    pupil_years = 2 + 1
    assert totals.loc[GREEDY, "saving_gbp"] == pupil_years * (FEE_GBP - 5_000)
    assert totals.loc[EXACT, "saving_gbp"] == 2 * pupil_years * (FEE_GBP - 10_000)
    assert answer.table["differs"].tolist() == [True, True, True]
    assert answer.order.query("how == @GREEDY")["locality"].tolist() == ["North"]
    assert "one after the other: North (2027/28)" in answer.summary()
    assert answer.tried["chosen"].sum() == 1


def test_bases_that_are_none_are_refused() -> None:
    problem = script("localities_first").make_problem()
    with pytest.raises(ValueError, match="name one candidate or more"):
        which_localities_first(problem, journeys(problem), [])
    with pytest.raises(InputError, match="'I-independent' is open"):
        which_localities_first(problem, journeys(problem), ["I-independent"])
