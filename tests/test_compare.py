"""Plans side by side: figures, groups, moves."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_opt.compare import NOT_GIVEN, Comparison, compare
from placement_opt.errors import Status
from placement_opt.plan import GROUPS, NOT_PER_PUPIL, Plan
from placement_opt.policy import Policy
from placement_opt.schema import KINDS
from tests.made_plans import PLANNED, TODAY, made_plans


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(made_plans()[0])


def changed(plan: Plan, **tables: pd.DataFrame) -> Plan:
    return Plan(plan.status, {**plan.tables, **tables}, plan.policy, plan.weighed_gbp, plan.bound_gbp, plan.record)


def test_the_headline_counts_pupils_with_and_without_a_place_and_the_change(comparison: Comparison) -> None:
    table = comparison.headline()
    assert table.loc["pupils"].tolist() == [100, 100, 0]
    assert table.loc["placed"].tolist() == [sum(TODAY.values()), sum(PLANNED.values()), 4]
    assert table.loc["unplaced"].tolist() == [7, 3, -4]
    assert table.loc["places_over"].tolist() == [2, 0, -2]


def test_the_headline_agrees_with_the_plans(comparison: Comparison) -> None:
    table = comparison.headline()
    for name, plan in comparison.plans.items():
        placements = plan.placements
        assert table.loc["cost_gbp", name] == plan.cost_gbp
        assert table.loc["transport_gbp", name] == pytest.approx(placements["transport_gbp"].sum())
        assert table.loc["longest_minutes", name] == placements["minutes"].max()
        assert table.loc["mean_minutes", name] == pytest.approx(placements["minutes"].mean(), abs=1e-6)
        assert table.loc["pupils_with_transport", name] == placements["entitled"].sum()


def test_pupils_over_the_guidance_are_told_apart_by_age(comparison: Comparison) -> None:
    over = comparison.plans["plan"].placements[lambda frame: frame["over_guide"]]
    table = comparison.headline()
    assert table.loc["over_guide_primary", "plan"] == (over["year_group"] <= 6).sum()
    assert table.loc["over_guide_secondary", "plan"] == (over["year_group"] > 6).sum()
    assert len(over) > 0


def test_transport_is_the_part_of_the_headline_about_travel(comparison: Comparison) -> None:
    table = comparison.transport()
    pd.testing.assert_frame_equal(table, comparison.headline().loc[table.index])
    assert "co2e_kg" in table.index
    assert "placed" not in table.index


@pytest.mark.parametrize("group", GROUPS)
def test_every_grouping_adds_up_to_the_cost_of_each_plan(comparison: Comparison, group: str) -> None:
    table = comparison.by(group)
    for name, plan in comparison.plans.items():
        assert table["gbp"][name].sum() == pytest.approx(plan.cost_gbp)


@pytest.mark.parametrize("group", ["kind", "need", "year_group", "locality", "provision_id", "setting_id"])
def test_every_grouping_of_pupils_adds_up_to_the_placed_pupils(comparison: Comparison, group: str) -> None:
    for name, plan in comparison.plans.items():
        assert comparison.by(group)["pupils"][name].sum() == plan.placed_pupils


def test_kinds_stand_in_the_order_of_the_schema_with_their_differences(comparison: Comparison) -> None:
    table = comparison.by("kind")
    assert table.index.tolist() == [kind for kind in KINDS if kind in table.index]
    assert table.loc["special", "pupils"].tolist() == [TODAY["S3-special"], PLANNED["S3-special"], -2]


def test_needs_and_localities_tell_who_is_unplaced(comparison: Comparison) -> None:
    assert comparison.by("need")["unplaced"]["today"].sum() == 7
    assert comparison.by("locality").loc[NOT_GIVEN, ("unplaced", "plan")] == 3


def test_money_that_is_for_no_pupil_has_its_own_row(comparison: Comparison) -> None:
    table = comparison.by("locality")
    assert table.loc[NOT_PER_PUPIL, ("gbp", "today")] == 1_000.0
    assert table.loc[NOT_PER_PUPIL, ("pupils", "today")] == 0


def test_a_payer_counts_the_pupils_that_it_pays_for(comparison: Comparison) -> None:
    assert comparison.by("payer").loc["health", "pupils"].tolist() == [TODAY["S5-ap"], PLANNED["S5-ap"], -1]


def test_pupils_who_cost_nothing_are_still_counted() -> None:
    plans = made_plans()[0]
    free = plans["plan"].placements.assign(topup_gbp=0.0, transport_gbp=0.0, cost_gbp=0.0)
    table = compare({"free": changed(plans["plan"], placements=free)}).by("kind")
    assert table.loc["mainstream", ("pupils", "free")] == PLANNED["S1-main"] + PLANNED["S2-main"]
    assert table.loc["mainstream", ("gbp", "free")] == 0


def test_an_unknown_group_is_refused(comparison: Comparison) -> None:
    with pytest.raises(ValueError, match="`group` is 'colour'; use one of line, payer"):
        comparison.by("colour")


def test_moves_lists_exactly_the_pupils_whose_place_differs(comparison: Comparison) -> None:
    def places(plan: Plan) -> dict[str, str]:
        return dict(zip(plan.placements["pupil_id"], plan.placements["provision_id"], strict=True))

    before, after = (places(plan) for plan in comparison.plans.values())
    everybody = set(comparison.plans["plan"].placements["pupil_id"]) | set(
        comparison.plans["plan"].unplaced["pupil_id"]
    )
    expected = {pupil for pupil in everybody if before.get(pupil) != after.get(pupil)}
    assert set(comparison.moves()["pupil_id"]) == expected
    assert len(expected) > 10


def test_a_plan_against_itself_has_no_moves_and_no_changes(comparison: Comparison) -> None:
    plan = comparison.plans["plan"]
    same = compare({"one": plan, "other": plan})
    assert same.moves().empty
    assert (same.headline()["change: other"].dropna() == 0).all()


def test_pupils_of_one_plan_only_are_left_out_of_moves(comparison: Comparison) -> None:
    plan = comparison.plans["plan"]
    fewer = changed(plan, placements=plan.placements.iloc[5:])
    flows = compare({"all": plan, "fewer": fewer}).flows()
    assert flows["count"].sum() == 95


def cohort_plan(numbers: dict[str, int]) -> Plan:
    """One row of identical pupils, split over provisions; what is under a blank name has no place."""
    plan = made_plans_once()["plan"]
    row: dict[str, Any] = plan.placements.iloc[0].to_dict()
    placed = [{**row, "provision_id": ident, "count": count} for ident, count in numbers.items() if ident and count]
    waiting: dict[str, Any] = {**plan.unplaced.iloc[0].to_dict(), "pupil_id": row["pupil_id"]}
    unplaced = [{**waiting, "count": numbers[""]}] if numbers.get("") else []
    return changed(plan, placements=pd.DataFrame(placed), unplaced=pd.DataFrame(unplaced))


_MADE: dict[str, Plan] = {}


def made_plans_once() -> dict[str, Plan]:
    if not _MADE:
        _MADE.update(made_plans()[0])
    return _MADE


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["A", "B", "C", ""]), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_of_identical_pupils_as_many_stay_as_can(before: list[str], random: Any) -> None:
    after = [random.choice(["A", "B", "C", ""]) for _ in before]
    start, end = ({place: where.count(place) for place in ["A", "B", "C", ""]} for where in (before, after))
    flows = compare({"before": cohort_plan(start), "after": cohort_plan(end)}).flows()
    origin, target = flows["from_provision_id"].fillna(""), flows["to_provision_id"].fillna("")
    for place in ["A", "B", "C", ""]:
        assert flows.loc[origin == place, "count"].sum() == start[place]
        assert flows.loc[target == place, "count"].sum() == end[place]
        assert flows.loc[(origin == place) & (target == place), "count"].sum() == min(start[place], end[place])


def test_plans_on_different_cost_bases_are_refused() -> None:
    marginal, average = made_plans()[0]["plan"], made_plans(cost_basis="average")[0]["plan"]
    with pytest.raises(ValueError, match=r"different cost bases.*one: marginal, two: average"):
        compare({"one": marginal, "two": average})


def test_no_plan_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no plan to compare"):
        compare({})


def test_a_plan_without_pupils_can_be_compared() -> None:
    tables = {name: frame.iloc[:0] for name, frame in made_plans()[0]["plan"].tables.items()}
    nobody = compare({"nobody": Plan(Status.BASELINE, tables, Policy())})
    assert nobody.headline().loc["placed", "nobody"] == 0
    assert "none" in nobody.summary()


def test_the_summary_names_the_plans_the_basis_and_the_costs(comparison: Comparison) -> None:
    text = comparison.summary()
    assert "marginal basis" in text
    assert "today" in text
    for plan in comparison.plans.values():
        assert f"{plan.cost_gbp:,.2f}" in text


def test_the_notebook_table_escapes_the_names_of_plans(comparison: Comparison) -> None:
    page = compare({"<b>today</b>": comparison.plans["today"]})._repr_html_()
    assert "<b>today" not in page
    assert "&lt;b&gt;today" in page


def test_a_comparison_does_not_change_with_the_mapping_it_was_made_from(comparison: Comparison) -> None:
    plans = dict(comparison.plans)
    made = compare(plans)
    plans.clear()
    assert list(made.plans) == ["today", "plan"]
    with pytest.raises(TypeError):
        made.plans["x"] = comparison.plans["plan"]  # type: ignore[index]
