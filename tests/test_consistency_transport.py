"""Faults of transport that show only when cells, rows and tables are held against each other."""

from functools import cache
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_opt.errors import Fault, InputError
from placement_opt.examples import tiny
from placement_opt.problem import examine_tables

PRICES = {"gbp_per_day": 60, "gbp_per_mile": 2, "gbp_per_hour": 20, "co2e_kg_per_mile": 0.3}
CLOCKS = ("07:05", "08:30", "08:31", "15:10", None)


def faults_of(unknown: tuple[str, ...] = (), **tables: pd.DataFrame) -> list[Fault]:
    """Examine the tiny problem with further tables, or others in place of its own."""
    return examine_tables({**_tiny_tables(), **tables}, unknown)[1]


@cache
def _tiny_tables() -> dict[str, pd.DataFrame]:
    return {name: tiny().table(name) for name in ("pupils", "settings", "provisions")}


def test_all_faults_of_transport_come_at_once() -> None:
    pupils = tiny().pupils.assign(
        travel_mode=["pass", "training", "pass"],
        wheelchair=[True, False, False],
        assistant=[True, False, False],
        entitled=[True, False, False],
    )
    schools = tiny().settings.assign(
        arrive_from=["09:00", "08:30"],
        arrive_by=["08:30", None],
        leave_from=[None, "15:20"],
        leave_by=["15:30", "15:10"],
    )
    fleet = pd.DataFrame(
        [
            {"vehicle": "taxi", **PRICES, "assistant_gbp_per_hour": 14},
            {"vehicle": "coach", **PRICES, "pupils_per_assistant": 5},
        ]
    )
    layouts = pd.DataFrame({"vehicle": ["taxi", "taxi"], "seats": [0, 4]})
    apart = pd.DataFrame({"pupil_id": ["P1", "P1", "P2"], "other_pupil_id": ["P1", "P2", "P1"]})
    faults = faults_of(pupils=pupils, settings=schools, fleet=fleet, layouts=layouts, apart=apart)
    assert sorted((fault.table, fault.row, fault.column, fault.value) for fault in faults) == [
        ("apart", "0", "other_pupil_id, pupil_id", "P1"),
        ("apart", "2", "pupil_id, other_pupil_id", "P2 and P1"),
        ("fleet", "0", "assistant_gbp_per_hour, pupils_per_assistant", "14"),
        ("fleet", "1", "pupils_per_assistant, assistant_gbp_per_hour", "5"),
        ("fleet", "1", "vehicle", "coach"),
        ("layouts", "0", "seats, wheelchair_places", "0"),
        ("pupils", "0", "travel_mode, wheelchair, assistant", "pass"),
        ("pupils", "1", "travel_mode, entitled", "training"),
        ("pupils", "2", "travel_mode, entitled", "pass"),
        ("settings", "0", "arrive_from, arrive_by", "09:00"),
        ("settings", "0", "leave_by, leave_from", "15:30"),
        ("settings", "1", "arrive_from, arrive_by", "08:30"),
        ("settings", "1", "leave_from, leave_by", "15:20"),
    ]
    assert all("." in fault.message for fault in faults)


@pytest.mark.parametrize(("early", "late"), list(product(CLOCKS, repeat=2)))
def test_a_window_is_right_when_both_times_are_blank_or_in_order(early: str | None, late: str | None) -> None:
    schools = tiny().settings.assign(leave_from=[early, None], leave_by=[late, None])
    order = dict(zip(CLOCKS, (425, 510, 511, 910, None), strict=True))
    first, last = order[early], order[late]
    is_right = first <= last if first is not None and last is not None else first is last
    assert (faults_of(settings=schools) == []) == is_right


def test_a_table_that_cannot_be_read_is_not_held_against_another() -> None:
    fleet = pd.DataFrame([{"vehicle": "taxi", **PRICES}])
    assert [fault.column for fault in faults_of(fleet=fleet)] == ["vehicle"]
    assert faults_of(("layouts",), fleet=fleet) == []
    layouts = pd.DataFrame({"vehicle": ["taxi"], "seats": [4]})
    assert faults_of(("fleet",), layouts=layouts) == []
    assert [fault.table for fault in faults_of(layouts=layouts)] == ["layouts"]


@given(st.lists(st.tuples(st.sampled_from(["P1", "P2", "P3"]), st.sampled_from(["P1", "P2", "P3"])), max_size=6))
@settings(max_examples=40, deadline=None)
def test_each_row_of_apart_beyond_the_first_of_its_pair_is_one_fault(pairs: list[tuple[str, str]]) -> None:
    apart = pd.DataFrame(pairs, columns=["pupil_id", "other_pupil_id"])
    faulty = {fault.row for fault in faults_of(apart=apart)}
    kept = [str(n) for n, pair in enumerate(pairs) if set(pair) not in [set(other) for other in pairs[:n]]]
    kept = [row for row in kept if len(set(pairs[int(row)])) == 2]
    assert faulty == {str(n) for n in range(len(pairs))} - set(kept)


def test_a_pass_that_could_be_followed_and_a_mode_without_a_decision_are_fine() -> None:
    pupils = tiny().pupils.assign(
        travel_mode=["pass", "vehicle", None], solo=[False, True, True], entitled=[True, None, False]
    )
    assert faults_of(pupils=pupils) == []


def test_a_problem_says_every_fault_in_plain_words() -> None:
    with pytest.raises(InputError) as caught:
        tiny().replace(
            pupils=tiny().pupils.assign(travel_mode="pass", solo=True),
            settings=tiny().settings.assign(arrive_by="08:45"),
        )
    text = str(caught.value)
    assert "row 0, column travel_mode, solo: 'pass' is at odds with solo: the pupil has to travel alone." in text
    assert "Set travel_mode to vehicle, or clear solo." in text
    assert "column arrive_by, arrive_from: '08:45' is given but arrive_from is blank. Give both times in the" in text
    assert [fault.row for fault in caught.value.faults] == ["0", "1", "0", "1", "2"]
