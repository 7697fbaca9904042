"""Growth from published counts: closed forms, and the real counts of 2019 to 2025 with the last two held back."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import placement_opt as po
from placement_opt.demand.counts_trend import T_90, T_975, trend_of
from placement_opt.errors import InputError
from placement_opt.registers import Statistics

SHARED = Path(__file__).parents[2] / "shared" / "data" / "statistics"
shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data")
AREAS = {
    "England": 2018,
    "Worcestershire": 2018,
    "Oxfordshire": 2018,
    "North Northamptonshire": 2021,
    "West Northamptonshire": 2021,
}
"""First school year with counts; the two Northamptonshires became councils in April 2021."""


def published(area: str, last: int = 2024) -> list[Statistics]:
    return [
        po.read_statistics(
            SHARED / "seed_las_and_england_2019_2025.csv", authority=area, time_period=f"{year}{year - 1999}"
        )
        for year in range(AREAS[area], last + 1)
    ]


def made_up(folder: Path, counts: dict[int, dict[str, int]]) -> list[Statistics]:
    found = []
    for year, row in counts.items():
        path = folder / f"{year}.csv"
        names, values = ",".join(row), ",".join(str(value) for value in row.values())
        path.write_text(f"time_period,area,{names}\n{year}{year - 1999},Exampleshire,{values}\n", encoding="utf-8")
        found.append(po.read_statistics(path))
    return found


# -- the estimate ------------------------------------------------------------------------------------------------------


def test_categories_that_grow_alike_every_year_are_projected_exactly() -> None:
    counts = pd.DataFrame({"a": [1000.0, 1100, 1210], "b": [2000.0, 2200, 2420]}, index=[2020, 2021, 2022])
    found = trend_of(counts).ahead(2)
    assert found["projected"].tolist() == pytest.approx([1000 * 1.1**4, 2000 * 1.1**4])
    assert (found["low_80"] < found["projected"]).all()
    assert (found["low_95"] < found["low_80"]).all()
    assert (found["high_95"] > found["high_80"]).all()


def test_drifts_are_drawn_together_as_random_effects() -> None:
    counts = pd.DataFrame({"a": [1000.0, 1300, 1500], "b": [500.0, 505, 540], "c": [80.0, 60, 90]})
    logs = np.log(counts.to_numpy())
    drift = (logs[-1] - logs[0]) / 2
    chance = 1 / counts.iloc[0] + 1 / counts.iloc[-1]
    variance = np.maximum(np.diff(logs, axis=0).var(axis=0, ddof=1), chance.to_numpy()) / 2
    weights = 1 / variance
    mean = np.average(drift, weights=weights)
    q = (weights * (drift - mean) ** 2).sum()
    between = max(0.0, (q - 2) / (weights.sum() - (weights**2).sum() / weights.sum()))
    own = between / (between + variance)
    found = trend_of(counts).table
    assert found["from_data"].tolist() == pytest.approx(own)
    assert found["drift"].tolist() == pytest.approx(own * drift + (1 - own) * mean)


def test_a_category_that_was_not_counted_at_first_starts_when_it_was() -> None:
    counts = pd.DataFrame({"old": [1000.0, 1100, 1210, 1331], "new": [0.0, 0, 500, 550]})
    found = trend_of(counts).table
    assert found["steps"].tolist() == [3, 1]
    assert found.loc["new", "drift"] == pytest.approx(np.log(1.1), abs=0.01)


def test_students_t_is_that_of_the_tables() -> None:
    freedom = np.arange(1, 11)
    assert stats.t.ppf(0.9, freedom) == pytest.approx(T_90, abs=1e-3)
    assert stats.t.ppf(0.975, freedom) == pytest.approx(T_975, abs=1e-3)


def test_growth_from_statistics_is_a_growth_table_of_a_projection(tmp_path: Path) -> None:
    statistics = made_up(
        tmp_path,
        {2022: {"ehcplans": 20000, "asd": 8000, "semh": 4000}, 2023: {"ehcplans": 21000, "asd": 8800, "semh": 4040}},
    )
    growth = po.growth_from_statistics(statistics)
    assert growth["percent"].tolist() == pytest.approx([5.0])
    by_need = po.growth_from_statistics(statistics, by_need=True)
    assert by_need["need"].tolist() == ["ASD", "SEMH"]
    assert 1 <= by_need["percent"].iloc[1] < by_need["percent"].iloc[0] <= 10
    projection = po.project(po.examples.exampleshire(), years=[2026, 2027], growth=growth, seed=1, draws=3)
    assert projection.case.expected().pupils[1].sum() == pytest.approx(2_500 * 1.05)


def test_a_projection_stands_beside_the_published_counts(tmp_path: Path) -> None:
    statistics = made_up(
        tmp_path,
        {
            2022: {"ehcplans": 2000, "asd": 900, "semh": 1000, "need_unknown": 100},
            2024: {"ehcplans": 2420, "asd": 1089, "semh": 1231, "need_unknown": 100},
            2023: {"ehcplans": 2200, "asd": 990, "semh": 1110, "need_unknown": 100},
        },
    )
    growth = pd.DataFrame({"percent": [5]})
    projection = po.project(po.examples.exampleshire(), years=[2026, 2027, 2028], growth=growth, seed=1, draws=20)
    found = po.compare_projection(projection, statistics).set_index(["topic", "category"])
    plans, asd = found.loc[("total", "plans")], found.loc[("need", "ASD")]
    assert plans[["published_from", "published_to", "published_pupils"]].tolist() == [2022, 2024, 2420]
    assert plans["published_percent"] == pytest.approx(10)
    assert plans["pupils_now"] == 2_500
    assert plans["projected_percent"] == pytest.approx(5, abs=0.5)
    assert plans["low_80"] <= plans["projected_pupils"] <= plans["high_80"]
    assert asd["published_share"] == pytest.approx(1089 / 2320)
    assert asd["published_percent"] == pytest.approx(10)
    assert asd["projected_share"] == pytest.approx(800 / 2500, abs=0.02)
    assert np.isnan(found.loc[("need", "HI"), "published_pupils"])


def test_statistics_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    counts = {year: {"ehcplans": 2000} for year in (2020, 2022)}
    with pytest.raises(InputError, match="comes after 2020"):
        po.growth_from_statistics(made_up(tmp_path, counts))
    with pytest.raises(InputError, match="two years"):
        po.growth_from_statistics(made_up(tmp_path, {2020: {"ehcplans": 2000}}))
    with pytest.raises(InputError, match="'Elsewhere' is none of the 1 areas"):
        po.growth_from_statistics(made_up(tmp_path, {2020: {"ehcplans": 2000}}), authority="Elsewhere")
    with pytest.raises(InputError, match="at least 4 years"):
        po.backtest_published(made_up(tmp_path, {2020: {"ehcplans": 2000}, 2021: {"ehcplans": 2100}}), hold_back=2)
    with pytest.raises(InputError, match="There are none"):
        po.growth_from_statistics([])


# -- the real counts ---------------------------------------------------------------------------------------------------


@shared
@pytest.mark.shared
@pytest.mark.parametrize("area", ["England", "Worcestershire", "Oxfordshire", "West Northamptonshire"])
def test_counts_to_january_2023_project_2024_and_2025_better_than_no_change(area: str) -> None:
    errors = po.backtest_published(published(area), hold_back=2).errors
    assert errors[["topic", "year"]].values.tolist() == [
        ["total", 2023],
        ["total", 2024],
        ["placement", 2023],
        ["placement", 2024],
    ]
    assert errors["is_better"].all()


@shared
@pytest.mark.shared
def test_where_two_years_are_all_there_is_no_change_can_win() -> None:
    """North Northamptonshire: plans grew by 24 % in the one year that could be learnt from, and by 8 % in the next."""
    errors = po.backtest_published(published("North Northamptonshire"), hold_back=2).errors
    assert errors["is_better"].tolist() == [False, True, False, False]


@shared
@pytest.mark.shared
def test_england_to_january_2025_projects_january_2026_better_than_no_change() -> None:
    """718,800 plans in January 2026 (DfE, Education, health and care plans 2026, as quoted by NatSIP)."""
    plans_2026 = 718_800
    growth = po.growth_from_statistics(published("England"))
    projected = 638_745 * (1 + growth["percent"].iloc[0] / 100)
    assert abs(projected - plans_2026) < 0.25 * abs(638_745 - plans_2026)


@shared
@pytest.mark.shared
def test_the_page_about_demand_tells_the_true_errors() -> None:
    page = (Path(__file__).parents[1] / "docs" / "demand.md").read_text(encoding="utf-8")
    for area in AREAS:
        for row in po.backtest_published(published(area), hold_back=2).errors.itertuples():
            topic = "all plans" if row.topic == "total" else "placements"
            no_change = f"{row.no_change_share:.1%}" if row.is_better else f"**{row.no_change_share:.1%}**"
            within = [
                f"{round(share * row.categories)} of {row.categories}" for share in (row.within_80, row.within_95)
            ]
            cells = [area, topic, str(row.year + 1), f"{row.projected_share:.1%}", no_change, *within]
            assert f"| {' | '.join(cells)} |" in page


@shared
@pytest.mark.shared
def test_errors_are_those_of_the_published_counts_themselves() -> None:
    found = po.backtest_published(published("Oxfordshire"), hold_back=2).table.set_index(["topic", "year", "category"])
    table = pd.read_csv(SHARED / "seed_las_and_england_2019_2025.csv", dtype={"time_period": str})
    own = table[table["area"] == "Oxfordshire"].set_index("time_period")
    row = found.loc[("placement", 2024, "state_special")]
    assert (row["held_back"], row["no_change"]) == (
        own.loc["202425", "state_special"],
        own.loc["202223", "state_special"],
    )
    total = found.loc[("total", 2024, "plans")]
    first, last = own.loc["201819", "ehcplans"], own.loc["202223", "ehcplans"]
    assert total["projected"] == pytest.approx(last * (last / first) ** (2 / 4))
