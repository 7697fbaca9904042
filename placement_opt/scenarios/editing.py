"""Tables with rows added or cells set, from which changed questions are made."""

from collections.abc import Collection
from typing import Any

import pandas as pd

from placement_opt.problem import Problem


def limit_pupils(
    problem: Problem, name: str, most: int, needs: Collection[str | None], kinds: Collection[str]
) -> Problem:
    """Return a problem in which at most so many pupils of some needs (None = any) are at some kinds (C10)."""
    used = [{"resource": name, "need": need, "kind": kind, "amount": 1.0} for need in needs for kind in kinds]
    resources = with_rows(problem.table("resources"), {"resource": name, "available": float(most), "unit": "pupils"})
    return problem.replace(resources=resources, resource_use=with_rows(problem.table("resource_use"), *used))


def with_cells(frame: pd.DataFrame, ids: Collection[str], cells: dict[str, Any]) -> pd.DataFrame:
    """Return a table by provision with some cells of some provisions set."""
    chosen = frame["provision_id"].isin(list(ids))
    return frame.assign(**{name: frame[name].astype("object").mask(chosen, value) for name, value in cells.items()})


def with_rows(frame: pd.DataFrame, *rows: dict[str, Any]) -> pd.DataFrame:
    """Return a table with rows added; what they do not say is blank."""
    blank = dict.fromkeys(frame.columns)
    added = pd.DataFrame([{**blank, **row} for row in rows], columns=frame.columns, dtype="object")
    return pd.concat([frame.astype("object"), added], ignore_index=True)
