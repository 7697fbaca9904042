"""The statutory tables: each adds up to the plan, to the pupil and to the pound, and rules decide as they say."""

from collections import Counter, defaultdict
from functools import cache

import pandas as pd
import pytest

from placement_opt.examples import exampleshire, tiny
from placement_opt.phases import phase_of
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.schema import NEEDS
from placement_opt.solve import baseline, solve
from placement_opt.statutory import (
    CATEGORIES,
    CATEGORY_RULES,
    CategoryRule,
    NationalRate,
    SpecialShare,
    classify,
    special_share,
    statutory_tables,
)
from placement_opt.statutory.words import age_group_of
from placement_opt.travel import crow_fly
from tests.made_plans import made_plans
from tests.plans import rich_case, tiny_case, today_case

KIND_CATEGORIES = {
    "mainstream": "MmSoA",
    "spoke": "MmSoA",
    "hub": "RPSEN",
    "special": "MdSSA",
    "independent_special": "NMISS",
    "alternative": "HspAP",
}
"""What the default rules come to where neither sector nor label says more."""


@cache
def case_of(name: str) -> tuple[Problem, Plan]:
    if name == "county today":
        problem = exampleshire()
        return problem, baseline(problem, crow_fly(problem))
    if name == "made":
        plans, problem, _ = made_plans()
        return problem, plans["plan"]
    problem, _, plan = {"tiny": tiny_case, "rich": rich_case, "today": today_case}[name]()
    return problem, plan


CASES = ("tiny", "rich", "today", "made", "county today")


def age_of(year_group: int) -> str:
    """Return the age group by the age on 31 August, counted out."""
    age = year_group + 4
    return (
        "Under 5"
        if age < 5
        else "5 to 10"
        if age < 11
        else "11 to 15"
        if age < 16
        else "16 to 19"
        if age < 20
        else "20 to 25"
    )


def people(plan: Plan) -> list[tuple[str, int, int, str, str | None]]:
    """Return kind (or NONE), year group, pupils, need, locality of every row, in plain Python."""
    rows = [
        (row["kind"], row["year_group"], row["count"], row["need"], row["locality"])
        for row in plan.placements.to_dict("records")
    ]
    rows += [
        ("NONE", row["year_group"], row["count"], row["need"], row["locality"])
        for row in plan.unplaced.to_dict("records")
    ]
    return rows


@pytest.mark.parametrize("name", CASES)
def test_pupils_add_up_to_the_plan_in_every_group(name: str) -> None:
    problem, plan = case_of(name)
    assert not problem.settings["sector"].fillna("").str.contains("ollege|ospital").any()
    tables = statutory_tables(problem, plan)
    independent = set(problem.settings.loc[problem.settings["sector"] == "independent", "setting_id"])
    by_age: Counter[tuple[str, str]] = Counter()
    by_need: Counter[tuple[str, str]] = Counter()
    places = dict(zip(plan.placements.index, plan.placements["setting_id"], strict=True))
    for number, (kind, year, count, need, _) in enumerate(people(plan)):
        category = KIND_CATEGORIES.get(kind, "NONE")
        if kind in {"mainstream", "spoke"} and places.get(number) in independent:
            category = "NMISS"
        by_age[category, age_of(year)] += count
        by_need[category, need] += count
    for table, group, expected in (("categories_by_age", "age_group", by_age), ("categories_by_need", "need", by_need)):
        frame = tables.table(table)
        shown = {(c, g): n for c, g, n in zip(frame["category"], frame[group], frame["pupils"], strict=True) if n}
        assert shown == {key: count for key, count in expected.items() if count}
        assert frame["pupils"].sum() == plan.placed_pupils + plan.unplaced_pupils
    both = tables.table("categories")
    assert both["pupils"].sum() == plan.placed_pupils + plan.unplaced_pupils
    assert len(both[both["age_group"] != "(not per pupil)"]) == 8 * 5 * len(NEEDS)


@pytest.mark.parametrize("name", CASES)
def test_every_pound_is_in_every_table_of_money(name: str) -> None:
    problem, plan = case_of(name)
    tables = statutory_tables(problem, plan)
    of_category: defaultdict[str, float] = defaultdict(float)
    for row in plan.placements.to_dict("records"):
        of_category[row["kind"]] += row["topup_gbp"] + row["place_gbp"] + row["transport_gbp"]
    for table in ("categories", "categories_by_age", "categories_by_need", "localities"):
        assert tables.table(table)["gbp"].sum() == pytest.approx(plan.cost_gbp, abs=0.005)
    by_age = tables.table("categories_by_age")
    per_pupil = by_age[by_age["age_group"] != "(not per pupil)"].groupby("category")["gbp"].sum()
    assert per_pupil["MdSSA"] == pytest.approx(of_category["special"], abs=0.005)
    assert per_pupil["RPSEN"] == pytest.approx(of_category["hub"], abs=0.005)
    assert per_pupil.sum() == pytest.approx(sum(of_category.values()), abs=0.005)


@pytest.mark.parametrize("name", CASES)
def test_planning_areas_add_up_by_year_group(name: str) -> None:
    problem, plan = case_of(name)
    table = statutory_tables(problem, plan).table("planning_areas")
    expected: Counter[tuple[str, int]] = Counter()
    codes = {"hub": "1", "independent_special": "2", "special": "3", "alternative": "4"}
    independent = set(problem.settings.loc[problem.settings["sector"] == "independent", "setting_id"])
    assert not problem.provisions["kind_label"].str.contains("on-maintained").any()
    for row in plan.placements.to_dict("records"):
        code = codes.get(row["kind"]) or ("2" if row["setting_id"] in independent else None)
        if code:
            expected[f"180300{code}" if row["year_group"] < 7 else f"180301{code}", row["year_group"]] += row["count"]
    shown = {
        (area, year): count
        for area, year, count in zip(table["planning_area"], table["year_group"], table["pupils"], strict=True)
        if area and count
    }
    assert shown == {key: count for key, count in expected.items() if count}
    assert table["pupils"].sum() == plan.placed_pupils + plan.unplaced_pupils
    assert table.loc[table["provision_type"] == "NONE", "pupils"].sum() == plan.unplaced_pupils


@pytest.mark.parametrize("name", CASES)
def test_demand_and_places_are_counted_once(name: str) -> None:
    problem, plan = case_of(name)
    table = statutory_tables(problem, plan).table("needs_assessment")
    use = plan.use
    assert not table.duplicated(["need", "phase", "locality"]).any()
    assert table["demand"].sum() == plan.placed_pupils + plan.unplaced_pupils
    assert table["placed"].sum() == plan.placed_pupils
    assert table["shortfall"].sum() == plan.unplaced_pupils
    assert table["places_taken"].sum() == use["places_used"].sum()
    assert table["places_free"].sum() == use["places_free"].sum()
    assert (table["demand"] == table["placed"] + table["shortfall"]).all()
    assert (table["placed_in_locality"] <= table["placed"]).all()
    wanted: Counter[tuple[str, str, str]] = Counter()
    for _, year, count, need, locality in people(plan):
        wanted[need, phase_of(year), "(not given)" if pd.isna(locality) else str(locality)] += count
    shown = {(n, p, a): d for n, p, a, d in table[["need", "phase", "locality", "demand"]].itertuples(index=False) if d}
    assert shown == dict(wanted)


@pytest.mark.parametrize("name", CASES)
def test_localities_add_up_to_the_plan(name: str) -> None:
    problem, plan = case_of(name)
    table = statutory_tables(problem, plan).table("localities").set_index("locality")
    use = plan.use
    for column, whole in (("pupils", plan.placed_pupils + plan.unplaced_pupils), ("unplaced", plan.unplaced_pupils)):
        assert table[column].sum() == whole
    for column in ("places", "places_used", "places_over", "places_free"):
        assert table[column].sum() == use[column].sum()
    home = plan.placements["locality"].fillna("(not given)")
    for locality, rows in plan.placements.groupby(home):
        assert table.loc[locality, "gbp"] == pytest.approx(rows["cost_gbp"].sum(), abs=0.005)
        weighted = sum(m * c for m, c in zip(rows["minutes"], rows["count"], strict=True)) / rows["count"].sum()
        assert table.loc[locality, "mean_minutes"] == pytest.approx(weighted, abs=0.006)


def test_budgets_stand_beside_their_locality() -> None:
    problem = tiny()
    pupils = problem.pupils.assign(locality=["North", "North", "South"])
    budgets = pd.DataFrame({"budget": ["N"], "type": ["revenue"], "locality": ["North"], "limit_gbp": [90_000]})
    problem = problem.replace(pupils=pupils, budgets=budgets)
    solved = solve(problem, crow_fly(problem))
    table = statutory_tables(problem, solved).table("localities").set_index("locality")
    assert table.loc["North", "budget_gbp"] == 90_000
    assert pd.isna(table.loc["South", "budget_gbp"])


@pytest.mark.parametrize("name", CASES)
def test_use_of_places_is_that_of_the_plan(name: str) -> None:
    problem, plan = case_of(name)
    tables = statutory_tables(problem, plan)
    table = tables.table("place_use")
    use = plan.use.set_index("provision_id")
    wanted = use[use["kind"].isin(["hub", "special", "independent_special", "alternative"])]
    assert set(table["provision_id"]) >= set(wanted.index)
    for row in table.to_dict("records"):
        source = use.loc[row["provision_id"]]
        assert [row[c] for c in ("places", "pupils", "places_used", "places_over", "places_free")] == [
            source[c] for c in ("places", "pupils", "places_used", "places_over", "places_free")
        ]
        if row["places"]:
            assert row["share_used"] == pytest.approx(source["places_used"] / source["places"], abs=1e-4)
    summed = tables.table("place_use_by_category").set_index("category")
    open_special = wanted[(wanted["kind"] == "special") & wanted["is_open"]]
    assert summed["places"].get("MdSSA", 0) == open_special["places"].sum()


def test_free_places_of_one_need_and_phase_stand_in_their_row() -> None:
    provisions = tiny().provisions
    provisions.loc[provisions["provision_id"] == "A-base", ["places", "min_year", "max_year"]] = [5, 7, 11]
    problem = tiny().replace(provisions=provisions)
    travel = crow_fly(problem)
    plan = baseline(problem, travel)
    table = statutory_tables(problem, plan).table("needs_assessment").set_index(["need", "phase"])["places_free"]
    assert table["ASD", "Years 7 to 11"] == 5
    assert table["(several)", "(several)"] == plan.use["places_free"].sum() - 5


# -- categories --------------------------------------------------------------------------------------------------------


def _classified(
    kind: str, sector: str | None, year: int | None, rules: tuple[CategoryRule, ...] = CATEGORY_RULES
) -> tuple[str, str, bool]:
    settings = tiny().settings.assign(sector=sector)
    provisions = tiny().provisions
    provisions["kind"] = provisions["kind"].mask(provisions["provision_id"] == "A-base", kind)
    provisions = provisions.drop(columns="kind_label")
    problem = tiny().replace(settings=settings, provisions=provisions)
    wanted = pd.DataFrame({"provision_id": ["A-base"], "year_group": [year]})
    return tuple(classify(problem, wanted, rules).iloc[0])  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("kind", "sector", "year", "category", "provision_type"),
    [
        ("mainstream", None, 5, "MmSoA", ""),
        ("mainstream", "academy", 13, "MmSoA", ""),
        ("spoke", "maintained", 5, "MmSoA", ""),
        ("mainstream", "Independent schools", 5, "NMISS", "IN"),
        ("SEN unit", None, 5, "RPSEN", "UR"),
        ("resourced provision", "Academies", 8, "RPSEN", "UR"),
        ("special", "Academies", 13, "MdSSA", "SS"),
        ("special", "Hospital school", 3, "HspAP", "AP"),
        ("independent special", "Special schools", 9, "NMISS", "IN"),
        ("non-maintained special", "Special schools", 9, "NMISS", "SS"),
        ("independent special", "Special post 16 institution", 14, "P16FE", ""),
        ("pupil referral unit", "maintained", 10, "HspAP", "AP"),
        ("mainstream", "Colleges", 12, "P16FE", ""),
        ("mainstream", "Further education", 17, "P16FE", ""),
        ("mainstream", "Colleges", 10, "OTHER", ""),
        ("mainstream", "Colleges", None, "P16FE", ""),
    ],
)
def test_the_default_rules(kind: str, sector: str | None, year: int | None, category: str, provision_type: str) -> None:
    assert _classified(kind, sector, year) == (category, provision_type, False)


def test_a_rule_of_ones_own_goes_first() -> None:
    own = (CategoryRule("OTHER", provision_ids=("A-base",), max_year=6), *CATEGORY_RULES)
    assert _classified("hub", None, 5, own)[0] == "OTHER"
    assert _classified("hub", None, 7, own)[0] == "RPSEN"


def test_what_no_rule_fits_is_other_and_is_said() -> None:
    problem, plan = case_of("tiny")
    assert _classified("hub", None, 5, CATEGORY_RULES[:2]) == ("OTHER", "", True)
    tables = statutory_tables(problem, plan, rules=CATEGORY_RULES[:2])
    by_age = tables.table("categories_by_age")
    assert by_age.loc[by_age["category"] == "OTHER", "pupils"].sum() == 3
    assert tables.notes[0] == "3 pupils are where no rule gives a category; they are counted as other."


@pytest.mark.parametrize(
    "wrong",
    [
        {"category": "mainstream"},
        {"category": "MmSoA", "provision_type": "XX"},
        {"category": "MmSoA", "kinds": ("base",)},
    ],
)
def test_a_rule_with_an_unknown_word_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="use one of"):
        CategoryRule(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("year", range(-4, 21))
def test_age_groups_are_by_age_on_31_august(year: int) -> None:
    assert age_group_of(year) == age_of(year)


def test_there_are_seven_categories() -> None:
    assert len(CATEGORIES) == 7


# -- the share in special schools --------------------------------------------------------------------------------------


def test_1_9_per_cent_against_1_4_per_cent_are_386_pupils() -> None:
    county = SpecialShare(round(0.019 * 77_200), 77_200, NationalRate(0.014, 2019, "scrutiny panel of the council"))
    assert f"{county.share:.1%}" == "1.9%"
    assert round(county.difference_pupils) == 386


def test_the_share_of_a_plan_counts_both_sorts_of_special_school() -> None:
    _, plan = case_of("county today")
    special = sum(row["count"] for row in plan.placements.to_dict("records") if "special" in row["kind"])
    found = special_share(plan)
    assert (found.pupils_in_special, found.all_pupils) == (special, 2_500)
    assert found.difference_pupils == pytest.approx(special - 2_500 * 193_880 / 638_745)
    rate = NationalRate(0.014, 2019, "made up for this test")
    assert special_share(plan, national=rate, all_pupils=60_000).expected_pupils == pytest.approx(840)


def test_a_rate_without_source_or_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="source"):
        NationalRate(0.014, 2019, " ")
    with pytest.raises(ValueError, match=r"1\.4 % is 0\.014"):
        NationalRate(1.4, 2019, "a source")
    with pytest.raises(ValueError, match="no share"):
        SpecialShare(5, 4, NationalRate(0.014, 2019, "a source"))


def test_an_area_may_have_nobody_in_special_schools() -> None:
    share = SpecialShare(0, 100, NationalRate(0.014, 2019, "a source"))
    assert (share.share, share.difference_pupils) == (0.0, pytest.approx(-1.4))


def test_a_plan_of_other_tables_is_refused() -> None:
    problem, _ = case_of("tiny")
    _, other = case_of("county today")
    with pytest.raises(ValueError, match="other tables"):
        statutory_tables(problem, other)
