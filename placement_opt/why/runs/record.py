"""The records of two runs: which tables, policy, parameters, options and versions are not the same."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.made_from import other_tables
from placement_opt.plan import Plan
from placement_opt.problem import Problem

SAME, CHANGED, FIRST_ONLY, SECOND_ONLY = "same", "changed", "only in the first", "only in the second"
JOURNEYS = "journeys"
SETTING_COLUMNS = ("part", "name", "before", "after")
_OF_THE_RUN = ("method", "solver", "platform")
_NOTHING = ""


def inputs_between(before: Plan, after: Plan) -> pd.DataFrame:
    """Return how the inputs of two runs stand to each other, by the hashes in their records.

    Returns
    -------
    DataFrame
        Columns input (a table, `parameters` or `journeys`) and state: same, changed, only in the first, only in the
        second. Tables that are empty in both runs are absent.
    """
    was, now = _hashes(before), _hashes(after)
    rows = [(name, _state(was.get(name), now.get(name))) for name in sorted({*was, *now})]
    return pd.DataFrame(rows, columns=["input", "state"], dtype="str")


def settings_between(before: Plan, after: Plan) -> pd.DataFrame:
    """Return what else differs in the records of two runs.

    Returns
    -------
    DataFrame
        A row for each difference: part (policy, parameters, journeys, options, versions, run), name, before, after.
    """
    rows = [
        (part, name, _text(was.get(name, _NOTHING)), _text(now.get(name, _NOTHING)))
        for part, was, now in _parts(before, after)
        for name in [*was, *(name for name in now if name not in was)]
        if was.get(name, _NOTHING) != now.get(name, _NOTHING)
    ]
    return pd.DataFrame(rows, columns=list(SETTING_COLUMNS), dtype="str")


def check_tables_of(problem: Problem, plan: Plan, name: str) -> None:
    """Refuse tables that a run was not made from.

    Parameters
    ----------
    problem
        The tables.
    plan
        The run.
    name
        What the tables are called in messages.

    Raises
    ------
    InputError
        It names every table that is another one.
    """
    message = f"The table of {name} is not the one that its run was made from. Give that one."
    faults = [Fault(table, "", "", "", message) for table in other_tables(plan, problem)]
    if faults:
        raise InputError(faults)


def _hashes(plan: Plan) -> dict[str, str]:
    inputs = dict(plan.record.get("inputs", {}))
    journeys = plan.record.get("travel", {}).get("sha256")
    return {**inputs, **({JOURNEYS: journeys} if journeys else {})}


def _state(was: str | None, now: str | None) -> str:
    if was is None:
        return SECOND_ONLY
    if now is None:
        return FIRST_ONLY
    return SAME if was == now else CHANGED


def _parts(before: Plan, after: Plan) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    one, other = before.record, after.record
    yield "policy", before.policy.as_dict(), after.policy.as_dict()
    yield "parameters", _parameters(one), _parameters(other)
    journeys = ({"source": record.get("travel", {}).get("source", _NOTHING)} for record in (one, other))
    yield JOURNEYS, next(journeys), next(journeys)
    for part in ("options", "versions"):
        yield part, one.get(part, {}), other.get(part, {})
    was, now = ({name: record.get(name, _NOTHING) for name in _OF_THE_RUN} for record in (one, other))
    yield "run", was, now


def _parameters(record: Mapping[str, Any]) -> dict[str, str]:
    """Return each parameter with its year and source: another source for one value is a change too."""
    return {str(row["parameter"]): _parameter_text(row) for row in record.get("parameters", [])}


def _parameter_text(row: Mapping[str, Any]) -> str:
    value = _text(row["value"])
    about = ", ".join(str(row[name]) for name in ("year", "source") if row.get(name))
    return f"{value} ({about})" if about else value


def _text(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.12g}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
