"""Cost lines by financial year: the published table of a council, other ways to count, and every fault said."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_opt.delivery import TOTAL, delivery_costs
from placement_opt.errors import InputError

PUBLISHED_GBP = {
    "manager": (14_750, 59_000, 44_250, 118_000),
    "officer": (8_750, 35_000, 26_250, 70_000),
    "improvement budget": (12_500, 50_000, 37_500, 100_000),
    TOTAL: (36_000, 144_000, 108_000, 288_000),
}
"""West Northamptonshire Council, Cabinet, 8 November 2022, SEND Strategy Development, 7.4: 22/23 to 24/25, total."""


def published_lines() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "line": ["manager", "officer", "improvement budget"],
            "payer": ["dedicated schools grant"] * 3,
            "gbp_per_year": [59_000, 35_000, 50_000],
            "starts": ["2023-01", "01/01/2023", date(2023, 1, 1)],
            "ends": ["2024-12", "31/12/2024", pd.Timestamp("2024-12-31")],
        }
    )


def test_the_published_delivery_plan_comes_out_to_the_penny() -> None:
    table = delivery_costs(published_lines()).table
    assert list(table.columns) == ["2022-23", "2023-24", "2024-25", TOTAL]
    assert {name: tuple(row) for name, row in table.iterrows()} == PUBLISHED_GBP


def test_payers_add_up_to_the_same_totals() -> None:
    costs = delivery_costs(published_lines().assign(payer=["council", "health", None]))
    assert costs.by_payer.loc[TOTAL].tolist() == costs.table.loc[TOTAL].tolist()
    assert costs.by_payer.loc["health"].tolist() == list(PUBLISHED_GBP["officer"])
    assert costs.total_gbp == 288_000


def test_a_sum_by_itself_is_paid_at_its_start_or_spread_to_its_end() -> None:
    lines = pd.DataFrame(
        {"line": ["bus", "works"], "gbp": [900.01, 100], "starts": ["2025-03-31", "2025-03"], "ends": [None, "2025-05"]}
    )
    table = delivery_costs(lines).table
    assert table.loc["bus"].tolist() == [900.01, 0, 900.01]
    assert table.loc["works"].tolist() == [33.33, 66.67, 100]


def test_days_count_the_days_of_the_financial_year_they_lie_in() -> None:
    line = {"line": ["one"], "gbp_per_year": [36_600], "starts": ["2024-03-31"], "ends": ["2025-03-31"]}
    by_days = delivery_costs(pd.DataFrame(line), split_by="days").table.loc["one"]
    assert by_days.tolist() == [100, 36_600, 36_700]  # 2023-24 has a 29 February: 366 days


@given(
    st.lists(
        st.tuples(
            st.integers(-10_000_000, 10_000_000),
            st.dates(date(2019, 1, 1), date(2024, 1, 1)),
            st.integers(0, 2_000),
            st.booleans(),
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["months", "days"]),
)
@settings(max_examples=60, deadline=None)
def test_every_row_and_column_adds_up_and_a_sum_stays_the_sum(
    drawn: list[tuple[int, date, int, bool]], split_by: str
) -> None:
    lines = pd.DataFrame(
        [
            {
                "line": f"line {number}",
                "gbp": pence / 100 if is_sum else None,
                "gbp_per_year": None if is_sum else pence / 100,
                "starts": start,
                "ends": start + timedelta(days=days),
            }
            for number, (pence, start, days, is_sum) in enumerate(drawn)
        ]
    )
    table = delivery_costs(lines, split_by=split_by).table  # type: ignore[arg-type]
    pence_of = (table * 100).round().astype("int64")
    assert (pence_of.drop(index=TOTAL).sum() == pence_of.loc[TOTAL]).all()
    assert (pence_of.drop(columns=TOTAL).sum(axis=1) == pence_of[TOTAL]).all()
    for number, (pence, start, days, is_sum) in enumerate(drawn):
        if is_sum:
            assert pence_of.loc[f"line {number}", TOTAL] == pence
        elif split_by == "days":
            near = sum(pence / days_of_year(start + timedelta(days=day)) for day in range(days + 1))
            assert abs(pence_of.loc[f"line {number}", TOTAL] - near) <= 0.5 + 1e-6


def days_of_year(day: date) -> int:
    """Return the days of the financial year of a day, counted from the calendar."""
    first = date(day.year if day >= date(day.year, 4, 1) else day.year - 1, 4, 1)
    return (first.replace(year=first.year + 1) - first).days


def test_all_faults_are_said_at_once() -> None:
    lines = pd.DataFrame(
        {
            "line": ["a", "b", "c", "d", "e"],
            "gbp_per_year": [1, 1, 1, None, "lots"],
            "gbp": [None, 1, None, None, None],
            "starts": ["2024-02-30", "2024-01", "2024-05", "2024-01", "2024-01"],
            "ends": ["2024-12", "2024-12", "2024-01", "soon", "2024-12"],
        }
    )
    with pytest.raises(InputError) as caught:
        delivery_costs(lines)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        ("4", "gbp_per_year"),
        ("0", "starts"),
        ("1", "gbp_per_year, gbp"),
        ("2", "ends"),
        ("3", "ends"),
        ("3", "gbp_per_year, gbp"),
    ]
    assert "'2024-02-30' is no date" in str(caught.value)
    assert "'2024-01' is before 2024-05" in str(caught.value)


def test_what_is_paid_every_year_needs_an_end_and_a_plan_needs_lines() -> None:
    with pytest.raises(InputError, match="Say until when"):
        delivery_costs(pd.DataFrame({"line": ["a"], "gbp_per_year": [1], "starts": ["2024-01"]}))
    with pytest.raises(InputError, match="no rows"):
        delivery_costs(published_lines().iloc[:0])
    with pytest.raises(InputError, match="is the name of the sum"):
        delivery_costs(published_lines().assign(line="Total"))
    with pytest.raises(ValueError, match="`split_by` is 'weeks'"):
        delivery_costs(published_lines(), split_by="weeks")  # type: ignore[arg-type]
