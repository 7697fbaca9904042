"""The question with the changes of a cure made in its tables."""

from dataclasses import replace
from typing import Any

import pandas as pd

from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.solve.repair.levers import Kind
from placement_opt.why.shortfall.rows import TABLE_OF

REASON = "a longer journey, to cure a shortfall"


def with_changes(problem: Problem, policy: Policy, changes: pd.DataFrame) -> tuple[Problem, Policy]:
    """Make the changes of a cure in a question; see `Cure.apply`.

    Parameters
    ----------
    problem, policy
        The question that the cure was found for.
    changes
        Of `change_rows`.
    """
    tables: dict[str, pd.DataFrame] = {}
    for row in changes.to_dict("records"):
        kind = Kind(row["kind"])
        if kind is Kind.MOVES:
            policy = replace(policy, max_moves=int(row["to"]))
        elif kind in TABLE_OF:
            table, key, column = TABLE_OF[kind]
            frame = tables[table] if table in tables else problem.table(table)
            tables[table] = _with_cell(frame, key, row["row"], column, row["to"])
    journeys = changes[changes["kind"] == Kind.JOURNEY]
    changed: dict[str, Any] = {**tables, **_allowed(problem, journeys)}
    return problem.replace(**changed), policy


def _with_cell(frame: pd.DataFrame, key: str, row: str, column: str, value: float) -> pd.DataFrame:
    changed = frame.copy()
    is_whole = pd.api.types.is_integer_dtype(changed[column])
    changed.loc[changed[key] == row, column] = int(value) if is_whole else value
    return changed


def _allowed(problem: Problem, journeys: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return tables that allow longer journeys: a decision where all pupils of a row go there, else a limit."""
    if journeys.empty:
        return {}
    pupils = problem.pupils.set_index("pupil_id")
    decided: list[dict[str, Any]] = []
    for row in journeys.to_dict("records"):
        pupil_id, minutes = row["pupil_id"], float(row["to"])
        if row["number"] == pupils.at[pupil_id, "count"]:
            decided.append({name: row[name] for name in ("pupil_id", "provision_id")})
        else:
            pupils.loc[pupil_id, "max_minutes"] = max(minutes, pupils["max_minutes"].fillna(0.0)[pupil_id])
    new = pd.DataFrame(decided, columns=["pupil_id", "provision_id"]).assign(rule="must", reason=REASON)
    old = problem.table("pair_rules")
    rules = pd.concat([old, new], ignore_index=True) if len(old) else new
    return {"pupils": pupils.reset_index(), "pair_rules": rules}
