"""What is kept of a plan of one future: figures, sites, and who needs which kind of place. No pupil, no point."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from placement_opt.errors import InputError, NoPlanError
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.scenarios.figures import row_of
from placement_opt.workers.tasks import AT_FAULT, FAILED

NO_PLACE = "without a place"
"""Stands for the kind of place of pupils who have none."""

NOT_GIVEN = "(not given)"

REASONS: Mapping[str, str] = {
    "infeasible": "No plan can keep all the rules. Solve this future by itself to see which of them clash.",
    "no solution": "No plan was found in the time allowed. Allow more time.",
    AT_FAULT: "The question of this future is at fault. Make it by itself to see what is wrong.",
    FAILED: "An error of the library, the solver or the machine. It is tried again when the run goes on.",
}
"""Why there is no plan, without anything about a pupil; an error's own message may name some."""

Record = dict[str, Any]
"""One plan of one future, as plain values; the form of a line of the journal."""


def record_of(answer: Any, question: Problem, year: int) -> Record:
    """Return what is kept of a plan.

    Parameters
    ----------
    answer
        A plan, or a plan of several years.
    question
        Whose pupils are all those of the plan in `year`.
    year
        The year that sites and places are read in.
    """
    if isinstance(answer, Plan):
        plan, figures, events = answer, row_of(answer), {}
    else:
        plan = answer.year(year)
        figures = {**row_of(plan), **row_of(answer), "unplaced": answer.unplaced_pupil_years}
        moves = answer.sites
        events = dict(zip(moves["provision_id"], moves["year"], strict=True))
    use = plan.use
    sites = [
        [str(provision_id), bool(is_open), int(events[provision_id]) if provision_id in events else None]
        for provision_id, is_open in zip(use["provision_id"], use["is_open"], strict=True)
    ]
    return {"figures": _plain(figures), "sites": sites, "places": _places(plan, question)}


def failure_record(error: Exception) -> Record:
    """Return what is kept where there is no plan."""
    if isinstance(error, NoPlanError):
        status = str(error.status)
    else:
        status = AT_FAULT if isinstance(error, InputError) else FAILED
    return failed_record(status)


def failed_record(status: str) -> Record:
    """Return what is kept of a plan that could not be made, from how it ended."""
    return {"figures": {"status": status, "reason": REASONS.get(status, REASONS[FAILED])}, "sites": [], "places": []}


def _places(plan: Plan, question: Problem) -> list[list[Any]]:
    """Return places by need, locality and kind of place, those of pupils without one under `NO_PLACE`."""
    each = question.pupils.set_index("pupil_id")["places"]
    parts = []
    for frame, kind in ((plan.placements, None), (plan.unplaced, NO_PLACE)):
        part = frame[["need", "locality"]].fillna(NOT_GIVEN).assign(kind=frame["kind"] if kind is None else kind)
        parts.append(part.assign(places=frame["count"] * frame["pupil_id"].map(each)))
    whole = pd.concat(parts, ignore_index=True)
    summed = whole.groupby(["need", "locality", "kind"], sort=True)["places"].sum()
    return [[*map(str, key), int(number)] for key, number in summed.items() if isinstance(key, tuple)]


def _plain(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in figures.items()}


def _value(value: Any) -> Any:
    if isinstance(value, str) or value is None:
        return value
    number = float(value)
    return None if math.isnan(number) else int(number) if number.is_integer() and abs(number) < 2**53 else number
