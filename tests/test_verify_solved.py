"""Plans of the solver are right, and spoiling any cell of one at random is found."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_opt.errors import InputError, NoPlanError
from placement_opt.examples import exampleshire, tiny
from placement_opt.plan import Plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.solve import baseline, solve
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import verify
from tests.amounts import how_many
from tests.plans import rich_problem, rich_travel, with_table
from tests.strategies import cases

UNCHECKED = {"reasons": "free text", "is_open": "of a candidate that nobody uses is the plan's choice"}


@cache
def _tiny() -> tuple[Problem, TravelMatrix, Plan]:
    problem = tiny()
    travel = crow_fly(problem)
    return problem, travel, solve(problem, travel)


@cache
def _rich() -> tuple[Problem, TravelMatrix, Plan]:
    problem = rich_problem()
    travel = rich_travel(problem)
    return problem, travel, solve(problem, travel, policy=Policy(cost_basis="full", requests="hard"))


@cache
def _county() -> tuple[Problem, TravelMatrix, Plan]:
    problem = exampleshire()
    travel = crow_fly(problem)
    return problem, travel, baseline(problem, travel)


def _spoilt(plan: Plan, table: str, column: str, row: int) -> Plan:
    """Return the plan with another value in one cell."""
    frame = plan.tables[table].copy()
    old = frame[column].iloc[row]
    frame[column] = frame[column].astype(object)
    frame.iloc[row, frame.columns.get_loc(column)] = _other(old)
    return with_table(plan, table, frame)


def _other(value: object) -> object:
    if isinstance(value, bool | np.bool_):
        return not value
    if isinstance(value, int | float | np.integer) and not pd.isna(value):
        return value + 1
    return "other"


@pytest.mark.parametrize("make", [_tiny, _rich, _county])
@given(data=st.data())
@settings(max_examples=how_many(40, in_ci=20), deadline=None, derandomize=True)
def test_another_value_in_any_cell_is_found(make: object, data: st.DataObject) -> None:
    assert callable(make)
    problem, travel, plan = make()
    tables = sorted(name for name, frame in plan.tables.items() if len(frame))
    table = data.draw(st.sampled_from(tables))
    column = data.draw(st.sampled_from([name for name in plan.tables[table].columns if name not in UNCHECKED]))
    row = data.draw(st.integers(0, len(plan.tables[table]) - 1))
    findings = verify(problem, travel, _spoilt(plan, table, column, row)).findings
    assert findings, f"{table}.{column}, row {row}"


@pytest.mark.parametrize("make", [_tiny, _rich, _county])
@pytest.mark.parametrize("table", ["placements", "unplaced", "use", "outreach", "teams"])
def test_a_row_that_is_left_out_or_stands_twice_is_found(make: object, table: str) -> None:
    assert callable(make)
    problem, travel, plan = make()
    frame = plan.tables[table]
    for row in {0, len(frame) - 1} if len(frame) else ():
        for spoilt in (frame.drop(index=row), pd.concat([frame, frame.iloc[[row]]])):
            assert not verify(problem, travel, with_table(plan, table, spoilt)).is_right


def test_two_pupils_who_change_places_are_found() -> None:
    problem, travel, plan = _county()
    placements = plan.placements
    columns = [name for name in placements if name.startswith("setting") or name in {"provision_id", "kind"}]
    rows = placements.drop_duplicates("provision_id").index[:2]
    placements.loc[rows, columns] = placements.loc[rows[::-1], columns].to_numpy()
    found = {finding.check for finding in verify(problem, travel, with_table(plan, "placements", placements)).findings}
    assert {"present places", "distances"} <= found


@given(case=cases())
@settings(max_examples=how_many(15, in_ci=8), deadline=None)
def test_plans_and_todays_of_random_problems_are_right(case: tuple[Problem, TravelMatrix, Policy]) -> None:
    problem, travel, policy = case
    try:
        today = baseline(problem, travel, policy=policy)
        plan = solve(problem, travel, policy=policy)
    except (InputError, NoPlanError):
        return
    assert verify(problem, travel, today).findings == ()
    assert verify(problem, travel, plan).findings == ()
    cheaper = replace(plan, bound_gbp=plan.objective_gbp + 1)
    goes_beyond = {"proof"} if plan.record["proof"] == "certificate" else set()
    assert {finding.check for finding in verify(problem, travel, cheaper).findings} == {"bound"} | goes_beyond
