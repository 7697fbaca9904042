"""The rules of routes: what they refuse, and what they say then."""

from typing import Any

import pandas as pd
import pytest

from placement_opt.route_rules import RouteRules, clock_ms


@pytest.mark.parametrize("time", ["8.45", "25:00", "08:75", "8:5", "-1:30", "08:45:30", "1e1:00", "inf:00", "", 8.45])
@pytest.mark.parametrize("name", ["arrive_from", "arrive_by", "leave_from", "leave_by"])
def test_what_is_no_time_of_day_is_refused(name: str, time: Any) -> None:
    with pytest.raises(ValueError, match=f"`{name}` is .* write a time of day like 08:45"):
        RouteRules(**{name: time})


@pytest.mark.parametrize("time", ["00:00", "7:05", "08:29"])
def test_a_time_of_day_is_taken_as_it_is_written(time: str) -> None:
    hours, minutes = time.split(":")
    assert clock_ms(pd.Series([RouteRules(arrive_from=time).arrive_from]))[0] == (int(hours) * 60 + int(minutes)) * 60e3


@pytest.mark.parametrize("rule", [{"detour": "long"}, {"detour": 0.9}, {"detour": float("nan")}, {"most_pupils": "x"}])
def test_what_is_no_number_in_its_range_is_refused(rule: dict[str, Any]) -> None:
    (name,) = rule
    with pytest.raises(ValueError, match=f"`{name}` is .*; use "):
        RouteRules(**rule)


def test_a_school_cannot_close_before_it_opens() -> None:
    with pytest.raises(ValueError, match="`leave_from` 16:00 is later than `leave_by` 15:30"):
        RouteRules(leave_from="16:00")


def test_a_school_may_let_pupils_in_at_one_time_only() -> None:
    rules = RouteRules(arrive_from="08:40", arrive_by="08:40")
    assert (rules.arrive_from, rules.arrive_by) == ("08:40", "08:40")
