"""Several school years: who is asked about when, plans of one year, money over the years, files, and what clashes."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from placement_opt.errors import InputError, NoPlanError, Status
from placement_opt.examples import hub_and_spoke_case, tiny, tiny_years
from placement_opt.plan import GROUPS, Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.schema import TABLES
from placement_opt.solve import solve
from placement_opt.solve.years import plan_years
from placement_opt.timeline import OF_YEARS, everyone, problem_in
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.years_plan import YEAR_GROUPS, YearsPlan, load_years_plan
from tests.amounts import how_many
from tests.strategies import mixed_case
from tests.year_cases import years_case
from tests.years_plans import YEARS, years_of_plans

EXACT = SolveOptions(gap=0)
PENNY = 0.01


@cache
def _small() -> tuple[Problem, TravelMatrix, YearsPlan]:
    problem = tiny_years()
    travel = crow_fly(everyone(problem))
    return problem, travel, plan_years(problem, travel, options=EXACT)


# -- who is asked about, and when -------------------------------------------------------------------------------------


def test_everyone_is_pupils_and_arrivals_together() -> None:
    problem = tiny_years()
    together = everyone(problem)

    assert together.pupils["pupil_id"].tolist() == ["P1", "P2", "P3", "P4", "P5"]
    assert together.pupils["current_provision_id"].notna().tolist() == [True, True, False, False, False]
    assert together.table("arrivals").empty
    assert len(problem.table("arrivals")) == 2
    assert everyone(together) == together


@pytest.mark.parametrize(
    ("year", "groups", "present", "new_school"),
    [
        (2027, {"P1": 6, "P2": 8, "P3": 7}, {"P1": "A-main", "P2": "B-special"}, "closed"),
        (2028, {"P1": 7, "P2": 9, "P3": 8, "P4": 6, "P5": 7}, {"P1": "A-main", "P2": "B-special"}, "candidate"),
        (2029, {"P1": 8, "P2": 10, "P3": 9, "P4": 7}, {"P2": "B-special"}, "candidate"),
    ],
)
def test_a_year_by_itself_has_its_pupils_a_year_group_on(
    year: int, groups: dict[str, int], present: dict[str, str], new_school: str
) -> None:
    problem, travel, _ = _small()

    of_year = problem_in(problem, travel, year)

    pupils = of_year.pupils.set_index("pupil_id")
    assert pupils["year_group"].to_dict() == groups
    assert pupils["current_provision_id"].dropna().to_dict() == present
    status = of_year.provisions.set_index("provision_id")["status"]
    assert status["C-special"] == new_school
    assert all(of_year.table(name).empty for name in OF_YEARS)


def test_a_year_that_is_not_planned_has_no_question_and_no_plan() -> None:
    problem, travel, plan = _small()

    with pytest.raises(InputError, match="'2031' is not a year of the table years") as caught:
        problem_in(problem, travel, 2031)
    assert [(fault.table, fault.column, fault.value) for fault in caught.value.faults] == [("years", "year", "2031")]
    with pytest.raises(KeyError, match="2027 to 2029"):
        plan.year(2031)
    with pytest.raises(InputError, match="The table has no rows"):
        plan_years(tiny(), crow_fly(tiny()))


# -- one year ---------------------------------------------------------------------------------------------------------


def _one_year(problem: Problem, travel: TravelMatrix, policy: Policy | None = None) -> tuple[object, object]:
    """Return what `solve` and `plan_years` make of the same year; in place of no plan, why there is none."""
    found: list[object] = []
    ahead = problem.replace(years=pd.DataFrame({"year": [2027]}))
    for make, question in ((solve, problem), (plan_years, ahead)):
        try:
            found.append(make(question, travel, policy=policy, options=EXACT))  # type: ignore[operator]
        except (InputError, NoPlanError) as error:
            found.append(getattr(error, "status", "input at fault"))
    return found[0], found[1]


def _assert_same(alone: object, ahead: object) -> None:
    if not isinstance(alone, Plan) or not isinstance(ahead, YearsPlan):
        assert alone == ahead
        return
    assert (ahead.unplaced_pupil_years, ahead.status) == (alone.unplaced_pupils, alone.status)
    assert ahead.objective_gbp == pytest.approx(alone.objective_gbp, abs=PENNY)
    assert ahead.bound_gbp == pytest.approx(alone.bound_gbp, abs=PENNY)
    assert ahead.weighed_gbp == pytest.approx(alone.weighed_gbp, abs=PENNY)
    assert ahead.cost_gbp == pytest.approx(alone.cost_gbp, abs=PENNY)
    assert ahead.year(2027).cost_gbp == ahead.cost_gbp


@pytest.mark.parametrize("question", [tiny(), *hub_and_spoke_case().values()], ids=["tiny", *hub_and_spoke_case()])
def test_a_plan_of_one_year_is_that_of_solve(question: Problem) -> None:
    alone, ahead = _one_year(question, crow_fly(question))

    assert isinstance(alone, Plan)
    _assert_same(alone, ahead)


@pytest.mark.parametrize("seed", range(how_many(60, in_ci=6)))
def test_a_plan_of_one_year_is_that_of_solve_whatever_the_rules(seed: int) -> None:
    _assert_same(*_one_year(*mixed_case(seed)))


def test_a_plan_of_today_takes_no_notice_of_the_tables_of_years() -> None:
    problem = tiny_years()
    travel = crow_fly(problem)

    plain = solve(problem.replace(**dict.fromkeys(OF_YEARS)), travel)

    assert solve(problem, travel).placements.equals(plain.placements)


# -- faults -----------------------------------------------------------------------------------------------------------

HOME = {"easting": 461_000, "northing": 270_000, "year_group": 7, "need": "ASD"}
FAULTY = {
    "years": [{"year": 2027}, {"year": 2028}, {"year": 2030}],
    "arrivals": [
        {"pupil_id": "P1", "arrives": 2028, **HOME},
        {"pupil_id": "N1", "arrives": 2041, **HOME},
        {"pupil_id": "N2", "arrives": 2028, "count": 2, "sibling_group": "G", **HOME},
        {"pupil_id": "N3", "arrives": 2028, "requested_setting_id": "shut", **HOME},
    ],
    "leavers": [{"pupil_id": "X9", "leaves": 2028}, {"pupil_id": "P2", "leaves": 2027}],
    "site_years": [
        {"provision_id": "C-special", "first_year": 2028, "last_year": 2027},
        {"provision_id": "B-main", "lead_years": 1},
        {"provision_id": "nowhere", "first_year": 2028},
    ],
    "fill_up": [
        {"provision_id": "C-special", "years_open": 0, "places": 3, "min_year": 7, "max_year": 7},
        {"provision_id": "C-special", "years_open": 1, "places": 2, "min_year": 7, "max_year": 7},
        {"provision_id": "A-main", "years_open": 0, "places": 1, "min_year": 7, "max_year": 8},
    ],
    "year_budgets": [
        {"budget": "b1", "year": 2035, "type": "revenue", "limit_gbp": 1},
        {"budget": "b2", "type": "capital", "payer": "council", "limit_gbp": 1},
        {"budget": "b3", "basis": "financial year", "type": "revenue", "limit_gbp": 1},
        {"budget": "b4", "type": "revenue", "payer": "nobody", "limit_gbp": 1},
        {"budget": "b5", "type": "revenue", "locality": "Nroth", "limit_gbp": 1},
    ],
}
FOUND = {
    ("years", "year", "2", "2030"),
    ("arrivals", "pupil_id", "0", "P1"),
    ("arrivals", "arrives", "1", "2041"),
    ("arrivals", "sibling_group", "2", "G"),
    ("arrivals", "requested_setting_id", "3", "shut"),
    ("leavers", "pupil_id", "0", "X9"),
    ("leavers", "leaves", "1", "2027"),
    ("site_years", "first_year", "0", "2028"),
    ("site_years", "lead_years", "1", "1"),
    ("site_years", "provision_id", "2", "nowhere"),
    ("fill_up", "places", "1", "2"),
    ("fill_up", "max_year", "1", "7"),
    ("fill_up", "provision_id", "2", "A-main"),
    ("year_budgets", "year", "0", "2035"),
    ("year_budgets", "payer, type", "1", "council"),
    ("year_budgets", "basis, year", "2", "financial year"),
    ("year_budgets", "payer", "3", "nobody"),
    ("year_budgets", "locality", "4", "Nroth"),
}


def test_all_faults_of_the_tables_of_years_are_told_at_once() -> None:
    start = tiny_years()
    shut = pd.concat([start.settings, start.settings[:1].assign(setting_id="shut")], ignore_index=True)
    with pytest.raises(InputError) as caught:
        start.replace(settings=shut, **{name: pd.DataFrame(rows) for name, rows in FAULTY.items()})

    faults = caught.value.faults
    assert {(fault.table, fault.column, fault.row, fault.value) for fault in faults} == FOUND
    assert len(faults) == len(FOUND)
    assert all(fault.message for fault in faults)


def test_nobody_is_today_where_a_school_has_yet_to_fill_up() -> None:
    """Reproduces: there was no plan, with no word about why."""
    start = tiny_years()
    steps = pd.DataFrame({"provision_id": ["C-special"], "years_open": 0, "places": 1, "min_year": 7, "max_year": 7})
    pupils = start.pupils.assign(current_provision_id=["C-special", *[None] * (len(start.pupils) - 1)])
    with pytest.raises(InputError, match="nobody is there yet") as caught:
        start.replace(pupils=pupils, fill_up=steps)
    assert [(fault.table, fault.row) for fault in caught.value.faults] == [("pupils", "0")]


def test_the_locality_of_an_arrival_is_known() -> None:
    start = tiny_years()
    limits = pd.DataFrame({"total": ["t"], "measure": ["unplaced"], "locality": ["New Town"], "most": [1]})
    come = start.table("arrivals").assign(locality="New Town")
    assert len(start.replace(arrivals=come, totals=limits).table("totals")) == 1
    with pytest.raises(InputError, match="is not a locality of any pupil or school"):
        start.replace(totals=limits)


def test_tables_of_years_without_years_are_at_fault() -> None:
    with pytest.raises(InputError) as caught:
        tiny_years().replace(years=None)

    told = [fault.message for fault in caught.value.faults]
    assert {name for name in ("arrivals", "leavers", "site_years") if any(f" {name} has" in text for text in told)} == {
        "arrivals",
        "leavers",
        "site_years",
    }


# -- money ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [*YEAR_GROUPS, ["financial_year", "payer"], ["year", "line", "kind"]])
def test_the_money_is_the_same_whatever_it_is_grouped_by(by: str | list[str]) -> None:
    _, _, plan = years_of_plans()

    costs = plan.costs(by)

    pennies = PENNY * len(costs)
    assert costs["gbp"].sum() == pytest.approx(plan.cost_gbp + plan.capital_gbp, abs=pennies)
    assert costs["discounted_gbp"].sum() == pytest.approx(plan.present_value_gbp, abs=pennies)


def test_a_financial_year_has_seven_months_of_one_school_year_and_five_of_the_one_before() -> None:
    _, _, plan = years_of_plans()
    school = plan.costs("year")["gbp"].to_dict()

    financial = plan.costs("financial_year")["gbp"].to_dict()

    expected = {
        year: school.get(year, 0) * 7 / 12 + school.get(year - 1, 0) * 5 / 12 for year in (*YEARS, YEARS[-1] + 1)
    }
    assert financial == pytest.approx(expected, abs=PENNY)


def test_a_year_counts_at_its_share_and_prices_and_is_discounted() -> None:
    problem, _, plan = years_of_plans()
    years = problem.table("years").set_index("year")

    factor = years["share"] * years["price_factor"]
    expected = {year: plan.year(year).cost_gbp * factor[year] for year in YEARS}

    running = plan.money[plan.money["line"] != "capital"].groupby("year")[["gbp", "discounted_gbp"]].sum()
    assert running["gbp"].to_dict() == pytest.approx(expected, abs=0.05)
    discounted = {year: expected[year] / 1.035 ** (year - YEARS[0]) for year in YEARS}
    assert running["discounted_gbp"].to_dict() == pytest.approx(discounted, abs=0.05)
    assert sum(expected.values()) == pytest.approx(plan.cost_gbp, abs=0.05)


def test_an_unknown_group_of_costs_is_refused() -> None:
    for by in ("school", [], ["year", "colour"]):
        with pytest.raises(ValueError, match="use one or more of year, financial_year"):
            years_of_plans()[2].costs(by)
    assert set(GROUPS) < set(YEAR_GROUPS)


# -- files ------------------------------------------------------------------------------------------------------------


def test_a_plan_of_years_survives_the_way_to_a_file_and_back(tmp_path: Path) -> None:
    _, _, plan = years_of_plans()

    again = load_years_plan(plan.save(tmp_path / "years.json"))

    assert (again.status, again.policy, again.rules) == (plan.status, plan.policy, plan.rules)
    assert (again.bound_gbp, again.objective_gbp, again.summary()) == (
        plan.bound_gbp,
        plan.objective_gbp,
        plan.summary(),
    )
    assert all(again.tables[name].equals(frame) for name, frame in plan.tables.items())
    for year in YEARS:
        assert all(again.year(year).tables[name].equals(frame) for name, frame in plan.year(year).tables.items())
    assert again.save(tmp_path / "again.json").read_bytes() == (tmp_path / "years.json").read_bytes()


def test_a_saved_plan_of_years_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = years_of_plans()[2].save(tmp_path / "years.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    document["bound_gbp"] += 1
    path.write_text(json.dumps(document), encoding="utf-8")

    with pytest.raises(InputError, match="was changed after it was saved"):
        load_years_plan(path)


# -- laws -------------------------------------------------------------------------------------------------------------


def _worth(problem: Problem, travel: TravelMatrix, policy: Policy | None = None) -> tuple[int, float]:
    plan = plan_years(problem, travel, policy=policy, options=EXACT)
    assert plan.status is Status.OPTIMAL
    return plan.unplaced_pupil_years, plan.objective_gbp


@pytest.mark.parametrize("seed", range(how_many(30, in_ci=2)))
def test_more_places_never_make_a_plan_of_years_worse(seed: int) -> None:
    case = years_case(seed, families=())
    provisions = case.problem.provisions
    roomier = case.problem.replace(provisions=provisions.assign(places=provisions["places"] + 1))
    policy = replace(case.policy, cost_basis="marginal")

    unplaced, gbp = _worth(case.problem, case.travel, policy)
    unplaced_then, gbp_then = _worth(roomier, case.travel, policy)

    assert unplaced_then <= unplaced
    assert unplaced_then < unplaced or gbp_then <= gbp + PENNY


def test_the_order_of_the_rows_changes_nothing() -> None:
    problem, travel, plan = years_of_plans()
    names = [name for name in TABLES if name != "parameters"]
    turned = problem.replace(**{name: problem.table(name).iloc[::-1] for name in names})
    back = TravelMatrix(
        travel.pupil_ids[::-1],
        travel.setting_ids[::-1],
        travel.minutes[::-1, ::-1],
        travel.miles[::-1, ::-1],
        travel.between,
        travel.source,
    )

    other = plan_years(turned, back, policy=plan.policy, rules=plan.rules, options=EXACT)

    for name, frame in plan.tables.items():
        pd.testing.assert_frame_equal(other.tables[name], frame)


# -- what clashes -----------------------------------------------------------------------------------------------------


def test_a_year_that_cannot_be_names_its_clash() -> None:
    problem, travel, _ = _small()
    budget = {"budget": "taxis", "type": "transport", "limit_gbp": 1}
    limits = pd.DataFrame([{**budget, "year": 2028}])

    with pytest.raises(NoPlanError, match=r"The budget taxis of the school year 2028/29 is £1\.00") as caught:
        plan_years(problem.replace(year_budgets=limits), travel)

    assert caught.value.status is Status.INFEASIBLE
    assert len(caught.value.clashes) == 1
