"""The answer as a value: tables, totals, pictures, and the way to a file and back."""

from pathlib import Path

import folium
import geopandas as gpd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from placement_opt.errors import InputError, Status
from placement_opt.examples import tiny
from placement_opt.plan import GROUPS, Plan, load_plan
from placement_opt.plan_tables import TABLE_COLUMNS
from placement_opt.policy import Policy
from placement_opt.solve import baseline, solve
from placement_opt.travel import crow_fly
from tests import lp_cases


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return a plan with outreach, cohorts of one, and money on several lines."""
    problem, _ = lp_cases.outreach()
    problem = problem.replace(provisions=problem.provisions.assign(places=[0, 2, 0, 2]))
    return solve(problem, crow_fly(problem), policy=Policy(cost_basis="average"))


def test_tables_have_the_columns_and_types_that_are_promised(plan: Plan) -> None:
    for name, columns in TABLE_COLUMNS.items():
        frame = getattr(plan, name)
        assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == dict(columns)


def test_tables_are_copies(plan: Plan) -> None:
    cost_gbp = plan.cost_gbp
    handed_out = plan.placements
    handed_out["topup_gbp"] = 0.0
    assert plan.money()["gbp"].sum() == pytest.approx(cost_gbp)


@pytest.mark.parametrize("by", [*GROUPS, ["kind", "need"], ["payer", "line"]])
def test_costs_add_up_to_the_total_whatever_they_are_grouped_by(plan: Plan, by: str | list[str]) -> None:
    table = plan.costs(by)
    assert table["gbp"].sum() == pytest.approx(plan.cost_gbp)
    if "pupils" in table:
        assert table["pupils"].sum() == plan.placed_pupils


@pytest.mark.parametrize("by", ["school", [], ["kind", "colour"]])
def test_an_unknown_group_is_refused(plan: Plan, by: str | list[str]) -> None:
    with pytest.raises(ValueError, match="use one or more of line, payer"):
        plan.costs(by)


def test_outreach_is_on_lines_of_its_own(plan: Plan) -> None:
    lines = plan.costs("line")["gbp"]
    assert lines["outreach teams"] == plan.teams["team_gbp"].sum() > 0
    assert set(plan.outreach["hub_id"]) == {"B1"}


def test_the_plan_draws_itself_as_geopandas_users_expect(plan: Plan) -> None:
    lines = plan.lines()
    assert isinstance(lines, gpd.GeoDataFrame)
    assert lines.crs is not None
    assert lines.crs.to_epsg() == 27700
    assert len(lines) == len(plan.placements)
    axes = Figure().add_subplot()
    assert plan.plot(ax=axes) is axes
    assert isinstance(axes, Axes)
    assert isinstance(plan.explore(tiles=None), folium.Map)


def test_a_plan_without_any_placement_can_still_be_told() -> None:
    problem = tiny().replace(pupils=tiny().pupils.assign(current_provision_id=None))
    nobody = baseline(problem, crow_fly(problem))
    assert nobody.placed_pupils == 0
    assert nobody.cost_gbp == 0
    assert "pupils unplaced   3" in nobody.summary()
    assert nobody.lines().empty


def test_text_and_notebook_show_the_same_figures(plan: Plan) -> None:
    assert f"£{plan.cost_gbp:,.2f}" in plan.summary()
    assert f"£{plan.cost_gbp:,.2f}" in plan._repr_html_()
    assert f"£{plan.cost_gbp:,.2f}" in repr(plan)


def test_unplaced_pupils_come_with_reasons() -> None:
    problem, policy = lp_cases.assignment()
    unplaced = solve(problem, crow_fly(problem), policy=policy).unplaced.set_index("pupil_id")
    assert unplaced.loc["P3", "reasons"] == "2 provisions: does not take the need"
    assert "no place is left within the limits" in unplaced.drop("P3")["reasons"].iloc[0]


def test_a_cohort_may_be_split_and_is_counted_once() -> None:
    problem, policy = lp_cases.assignment()
    plan = solve(problem, crow_fly(problem), policy=policy)
    parts = plan.placements[plan.placements["pupil_id"] == "P1"]
    left = plan.unplaced[plan.unplaced["pupil_id"] == "P1"]
    assert parts["count"].sum() + left["count"].sum() == 2


def test_a_plan_survives_the_way_to_a_file_and_back(plan: Plan, tmp_path: Path) -> None:
    again = load_plan(plan.save(tmp_path / "run.json"))
    assert again.status is Status.OPTIMAL
    assert (again.cost_gbp, again.bound_gbp, again.policy) == (plan.cost_gbp, plan.bound_gbp, plan.policy)
    for name, frame in plan.tables.items():
        assert frame.equals(again.tables[name])
    assert list(tmp_path.iterdir()) == [tmp_path / "run.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 99}', "\x00", '{"format": 1, "policy": {"x": 1}}'])
def test_a_file_that_is_no_saved_plan_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"run\.json"):
        load_plan(path)
