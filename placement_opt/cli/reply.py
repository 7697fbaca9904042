"""What a command answers as plain values, for `--json`; docs/command_line.md lists the keys."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from placement_opt.arguments.values import WrongUse
from placement_opt.cli.saying import fault_text
from placement_opt.errors import InputError, NoPlanError, PlanError
from placement_opt.plan import Plan


@dataclass(frozen=True)
class Reply:
    """The answer of a command.

    Parameters
    ----------
    answer
        Its figures and tables; None where something went wrong.
    holds_pupils
        It names pupils, or says something of single ones: keep it as you keep the tables.
    error
        What went wrong.
    """

    answer: Mapping[str, Any] | None
    holds_pupils: bool = False
    error: Mapping[str, Any] | None = None


def plain(value: Any) -> Any:
    """Return a value as JSON has it; what is not known, or not finite, is null.

    Examples
    --------
    >>> import numpy as np
    >>> plain({"gap": np.float64(0.5), "minutes": float("nan"), "years": (0, 7)})
    {'gap': 0.5, 'minutes': None, 'years': [0, 7]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in value]
    if isinstance(value, pd.DataFrame):
        return rows(value)
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if type(value) in {bool, int, float, str} else str(value)


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table; columns of two levels become entries within entries.

    Examples
    --------
    >>> rows(pd.DataFrame({("pupils", "today"): [3], ("pupils", "plan"): [4]}, index=pd.Index(["ASD"], name="need")))
    [{'need': 'ASD', 'pupils': {'today': 3, 'plan': 4}}]
    """
    is_named = any(name is not None for name in frame.index.names)
    return [_row(record) for record in (frame.reset_index() if is_named else frame).to_dict("records")]


def _row(record: Mapping[Any, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in record.items():
        parts = [str(part) for part in key if part != ""] if isinstance(key, tuple) else [str(key)]
        inner = made
        for part in parts[:-1]:
            inner = inner.setdefault(part, {})
        inner[parts[-1]] = plain(value)
    return made


def plan_figures(plan: Plan) -> dict[str, Any]:
    """Return the key figures of a plan; small groups are not hidden."""
    figures = {
        "status": plan.status,
        "cost_basis": plan.policy.cost_basis,
        "placed_pupils": plan.placed_pupils,
        "unplaced_pupils": plan.unplaced_pupils,
        "cost_gbp": plan.cost_gbp,
        "capital_gbp": plan.capital_gbp,
        "weighed_gbp": plan.weighed_gbp,
        "objective_gbp": plan.objective_gbp,
        "bound_gbp": plan.bound_gbp,
        "gap": plan.gap,
        "pupils_by_kind": plan.placements.groupby("kind")["count"].sum().to_dict(),
        "gbp_by_payer": plan.costs(by="payer")["gbp"].to_dict(),
        "travel": plan.travel().to_dict(),
    }
    return {name: plain(value) for name, value in figures.items()}


def error_reply(error: BaseException) -> Reply:
    """Return what is wrong, in words and, where there are several things, one by one."""
    kinds = {InputError: "input", NoPlanError: "no plan", PlanError: "plan", OSError: "file", WrongUse: "wrong use"}
    kind = next((name for group, name in kinds.items() if isinstance(error, group)), "other")
    found: dict[str, Any] = {"kind": "stopped" if isinstance(error, KeyboardInterrupt) else kind}
    found["message"] = fault_text(error)
    if isinstance(error, InputError):
        found["faults"] = [asdict(fault) for fault in error.faults]
    elif isinstance(error, NoPlanError):
        found |= {"status": str(error.status), "clashes": list(error.clashes)}
    elif isinstance(error, PlanError):
        found["findings"] = list(error.findings)
    quotes_tables = isinstance(error, InputError | NoPlanError | PlanError)
    return Reply(None, quotes_tables, plain(found))
