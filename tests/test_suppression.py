"""Nothing that is hidden can be worked out from what is shown."""

from collections.abc import Hashable, Mapping, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_opt.suppression import Mark, derivable, hidden_amounts, is_total_safe, protect, protection
from placement_opt.witnesses import Sum
from tests.attack import known_range, single_valued


def possible_values(
    counts: Mapping[Hashable, int], marks: Mapping[Hashable, Mark], parts: Sequence[Hashable], total: Hashable
) -> dict[Hashable, set[int]]:
    """Try every filling of the hidden cells of one table that fits what is shown."""
    choices = [list(known_range(counts[key], marks[key])) for key in parts]
    found: dict[Hashable, set[int]] = {key: set() for key in (*parts, total)}
    for filling in product(*choices):
        whole = sum(filling)
        if marks[total] is Mark.SHOWN and whole != counts[total]:
            continue
        if marks[total] is Mark.SMALL and not 1 <= whole <= 4:
            continue
        for key, value in zip((*parts, total), (*filling, whole), strict=True):
            found[key].add(value)
    return found


@given(st.lists(st.integers(0, 9), min_size=1, max_size=5))
def test_no_hidden_count_of_a_table_with_a_total_can_be_derived(values: list[int]) -> None:
    parts = tuple(range(len(values)))
    counts: dict[Hashable, int] = {**dict(enumerate(values)), "total": sum(values)}
    marks = protect(counts, [Sum("total", parts)])
    possible = possible_values(counts, marks, parts, "total")
    for key, mark in marks.items():
        assert mark is Mark.SHOWN or len(possible[key]) > 1


def test_a_part_of_a_hidden_total_may_not_tell_how_large_it_is_at_least() -> None:
    """Eight of whom it is said that a rule stands in their way are all eight: four in each of two places."""
    counts: dict[Hashable, int] = {"all": 10, "placed": 2, "none": 8, "north": 4, "south": 4}
    sums = [Sum("all", ("placed", "none")), Sum("none", ("north", "south"))]
    told: dict[Hashable, int] = {"rule": 8, "rest": 0}
    tie = Sum("none", ("rule", "rest"))

    untied = {**protect({**counts, "rule": 8}, sums), "rest": Mark.WITHHELD}
    assert {"north", "south"} <= set(single_valued({**counts, **told}, untied, [*sums, tie]))
    marks = protect({**counts, **told}, [*sums, tie], unseen=["rest"])
    assert set(single_valued({**counts, **told}, marks, [*sums, tie])) <= {"rest"}
    assert {key for key, count in counts.items() if count < 5} <= {key for key in marks if marks[key] is not Mark.SHOWN}


def test_what_nothing_can_hide_leaves_no_other_count_unprotected() -> None:
    """Five pupils where the first school has four places and the second one: a reader who knows that they are five, or
    at least five, knows both."""
    counts = {"A": 5, "A1": 4, "A2": 1, "all": 30, "ASD": 3, "MLD": 7, "SLD": 20}
    sums = [Sum("A", ("A1", "A2")), Sum("all", ("ASD", "MLD", "SLD"))]
    marks = protect(counts, sums, most={"A1": 4, "A2": 1})
    assert [marks[key] for key in ("all", "ASD", "MLD", "SLD")] == ["", "under 5", "withheld", ""]
    assert protection(counts, sums, most={"A1": 4, "A2": 1}).given_away == {"A1", "A2"}
    assert {"A1", "A2"} <= derivable(counts, marks, sums, most={"A1": 4, "A2": 1}) <= {"A", "A1", "A2"}


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30))
def test_every_count_of_one_to_four_is_hidden(values: list[int]) -> None:
    counts: dict[Hashable, int] = {**dict(enumerate(values)), "total": sum(values)}
    marks = protect(counts, [Sum("total", tuple(range(len(values))))])
    assert all(marks[key] is not Mark.SHOWN for key, count in counts.items() if 0 < count < 5)


@given(st.lists(st.sampled_from([0, 2, 9, 30]), min_size=1, max_size=12))
def test_a_zero_is_hidden_only_where_every_part_is(values: list[int]) -> None:
    counts: dict[Hashable, int] = {**dict(enumerate(values)), "total": sum(values)}
    parts = range(len(values))
    marks = protect(counts, [Sum("total", tuple(parts))])
    if any(marks[key] is Mark.SHOWN and counts[key] > 0 for key in parts):
        assert all(marks[key] is Mark.SHOWN for key in parts if counts[key] == 0)


@given(st.lists(st.integers(5, 400), min_size=1, max_size=30))
def test_nothing_is_hidden_where_no_group_is_small(values: list[int]) -> None:
    counts: dict[Hashable, int] = {**dict(enumerate(values)), "total": sum(values)}
    assert set(protect(counts, [Sum("total", tuple(range(len(values))))]).values()) == {Mark.SHOWN}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 8), min_size=3, max_size=3), min_size=2, max_size=4))
def test_no_hidden_count_of_a_table_with_row_and_column_totals_can_be_derived(rows: list[list[int]]) -> None:
    counts, sums = crossed(rows)
    marks = protect(counts, sums)
    assert not derivable(counts, marks, sums)
    assert single_valued(counts, marks, sums) == []


def crossed(rows: list[list[int]]) -> tuple[dict[Hashable, int], list[Sum]]:
    counts: dict[Hashable, int] = {(r, c): n for r, row in enumerate(rows) for c, n in enumerate(row)}
    height, width = len(rows), len(rows[0])
    counts |= {("row", r): sum(row) for r, row in enumerate(rows)}
    counts |= {("column", c): sum(row[c] for row in rows) for c in range(width)}
    counts["all"] = sum(map(sum, rows))
    sums = [Sum(("row", r), tuple((r, c) for c in range(width))) for r in range(height)]
    sums += [Sum(("column", c), tuple((r, c) for r in range(height))) for c in range(width)]
    sums += [
        Sum("all", tuple(("row", r) for r in range(height))),
        Sum("all", tuple(("column", c) for c in range(width))),
    ]
    return counts, sums


def test_the_next_smallest_group_is_hidden_beside_a_single_small_one() -> None:
    marks = protect({"t": 40, "a": 2, "b": 8, "c": 30}, [Sum("t", ("a", "b", "c"))])
    assert marks["a"] is Mark.SMALL
    assert marks["b"] is Mark.WITHHELD
    assert marks["c"] is Mark.SHOWN


def test_two_groups_of_four_are_not_given_away_by_their_total_of_eight() -> None:
    counts, sums = {"t": 28, "a": 4, "b": 4, "c": 20}, [Sum("t", ("a", "b", "c"))]
    marks = protect(counts, sums)
    assert Mark.WITHHELD in marks.values()
    assert single_valued(counts, marks, sums) == []


def test_of_six_groups_of_one_their_total_is_shown_and_not_that_each_is_small() -> None:
    counts = {"t": 6, **dict.fromkeys("abcdef", 1), "g": 0}
    marks = protect(counts, [Sum("t", tuple("abcdefg"))])
    assert marks["t"] is Mark.SHOWN
    assert Mark.WITHHELD in {marks[key] for key in "abcdef"}


def test_of_four_groups_of_one_not_all_are_said_to_be_small() -> None:
    counts = {"t": 4, "a": 1, "b": 1, "c": 1, "d": 1}
    marks = protect(counts, [Sum("t", ("a", "b", "c", "d"))])
    assert marks["t"] is Mark.SMALL
    assert Mark.WITHHELD in {marks[key] for key in "abcd"}


def test_a_small_group_below_a_subtotal_hides_something_on_each_level() -> None:
    counts = {"t": 70, "hub": 13, "special": 57, "h1": 3, "h2": 10, "s1": 27, "s2": 30}
    marks = protect(counts, [Sum("t", ("hub", "special")), Sum("hub", ("h1", "h2")), Sum("special", ("s1", "s2"))])
    assert marks["h2"] is Mark.WITHHELD
    assert marks["hub"] is Mark.SHOWN
    assert marks["s1"] is Mark.SHOWN


def test_full_schools_hide_that_all_their_places_together_are_taken() -> None:
    """A reader knows the places: three of three, three times, is what nine pupils in nine places come to."""
    counts = {"t": 50, "spokes": 9, "others": 41, "a": 3, "b": 3, "c": 3, "x": 20, "y": 21}
    sums = [Sum("t", ("spokes", "others")), Sum("spokes", ("a", "b", "c")), Sum("others", ("x", "y"))]
    marks = protect(counts, sums, most=dict.fromkeys("abc", 3))
    assert marks["spokes"] is Mark.WITHHELD
    assert marks["others"] is Mark.WITHHELD
    assert not derivable(counts, marks, sums, most=dict.fromkeys("abc", 3))
    assert protect(counts, sums)["spokes"] is Mark.SHOWN


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_what_is_hidden_of_a_total_that_is_shown_is_no_small_group(values: list[int]) -> None:
    counts = {**dict(enumerate(values)), "total": sum(values)}
    marks = protect(counts, [Sum("total", tuple(range(len(values))))])
    if marks["total"] is Mark.SHOWN:
        assert sum(n for key, n in enumerate(values) if marks[key] is not Mark.SHOWN) not in range(1, 5)


def test_one_beside_a_group_of_five_is_not_left_by_subtraction() -> None:
    marks = protect({"t": 6, "a": 5, "b": 0, "c": 1}, [Sum("t", ("a", "b", "c"))])
    assert marks["a"] is Mark.WITHHELD


def test_a_count_above_the_most_that_it_can_be_is_refused() -> None:
    with pytest.raises(ValueError, match="above the most that it can be, 2"):
        protect({"a": 3}, [], most={"a": 2})


def test_a_sum_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="add up to 7, not to 8"):
        protect({"t": 8, "a": 3, "b": 4}, [Sum("t", ("a", "b"))])


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        protect({"a": -1}, [])


@given(st.lists(st.tuples(st.integers(0, 12), st.floats(1, 1e5)), min_size=1, max_size=8))
def test_hidden_amounts_are_of_two_groups_and_five_pupils_or_the_total_is_unsafe(rows: list[tuple[int, float]]) -> None:
    pupils: dict[Hashable, int] = {key: count for key, (count, _) in enumerate(rows)}
    amounts: dict[Hashable, float] = {key: gbp for key, (_, gbp) in enumerate(rows)}
    hidden = hidden_amounts(pupils, amounts)
    assert all(key in hidden for key, count in pupils.items() if 0 < count < 5)
    if hidden and not is_total_safe(pupils, hidden):
        assert all(pupils[key] == 0 or key in hidden for key in pupils)
