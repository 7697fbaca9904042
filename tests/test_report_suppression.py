"""What the shared report hides over many plans: no small group, no sum that gives one away."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_opt.report.amounts import COST_GROUPINGS
from placement_opt.report.published import NOTHING_SUITS, SUITS_BUT_FULL, reasons_of
from placement_opt.report.subject import Subject
from placement_opt.suppression import Mark
from tests.amounts import how_many
from tests.attack import single_valued
from tests.made_plans import PUPILS, made_plans

PROVISIONS = ("S1-main", "S1-base", "S2-main", "S5-spoke", "S3-special", "S4-indep", "S5-ap")


@st.composite
def numbers(draw: Any) -> dict[str, int]:
    """Draw how many pupils each provision has, some of them few."""
    drawn = [draw(st.sampled_from([0, 1, 2, 4, 5, 9, 18])) for _ in PROVISIONS]
    placed = dict(zip(PROVISIONS, drawn, strict=True))
    if draw(st.booleans()):
        placed["S1-main"] = 0
        placed["S1-main"] = PUPILS - sum(placed.values()) - draw(st.sampled_from([0, 1, 3, 7]))
    return placed


@settings(max_examples=how_many(6, in_ci=2), deadline=None)
@given(numbers(), numbers())
def test_nothing_hidden_in_the_whole_report_can_be_worked_out(before: dict[str, int], after: dict[str, int]) -> None:
    subject = Subject(*made_plans(before, after), confidential=False)
    counts, sums = subject.counts, subject.ledger.sums
    found = single_valued(counts, subject.marks, sums, subject.ledger.most)
    assert set(found) - subject.ledger.unseen == subject.protection.given_away
    assert all(subject.is_hidden(key) for key, count in counts.items() if 0 < count < 5)


@settings(max_examples=how_many(6, in_ci=2), deadline=None)
@given(numbers(), numbers())
def test_no_amount_of_a_small_group_is_shown_or_left_by_subtraction(
    before: dict[str, int], after: dict[str, int]
) -> None:
    subject = Subject(*made_plans(before, after), confidential=False)
    for name in subject.plans:
        for grouping in COST_GROUPINGS:
            pupils = subject.amounts.spending[grouping]["pupils"][name]
            hidden = subject.amounts.hidden[name, grouping]
            assert {label for label, count in pupils.items() if 0 < count < 5} <= set(hidden)
            behind = [pupils[label] for label in hidden if pupils[label] > 0]
            if behind and name not in subject.amounts.hidden_costs:
                assert len(behind) >= 2
                assert sum(behind) >= 5


def test_a_confidential_report_hides_nothing() -> None:
    subject = Subject(*made_plans(), confidential=True)
    assert set(subject.marks.values()) == {Mark.SHOWN}
    assert not subject.amounts.hidden


def test_pupils_are_counted_alike_by_need_locality_and_phase() -> None:
    counts = Subject(*made_plans(), confidential=True).counts
    for grouping in ("need", "locality", "phase"):
        assert sum(count for key, count in counts.items() if key[:2] == (grouping, "plan")) == PUPILS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "2 provisions would suit but no place is left within the limits; 1 provision: does not take the need",
            (SUITS_BUT_FULL, ("does not take the need",)),
        ),
        ("7 provisions: does not take the year group", (NOTHING_SUITS, ("does not take the year group",))),
        ("there are no provisions", (NOTHING_SUITS, ("there are no provisions",))),
        ("", (NOTHING_SUITS, ())),
    ],
)
def test_reasons_are_read_without_their_numbers(text: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert reasons_of(text) == expected
