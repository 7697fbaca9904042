"""Words and times for papers about routes, and the check that a question and its routes belong together."""

from typing import Any

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.problem import Problem
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import MINUTE_MS

CONFIDENTIAL = "CONFIDENTIAL: says where and when single pupils travel. Only for those who carry them."


def clock(milliseconds: Any) -> str:
    """Return a time of day, rounded down to the whole minute: nobody comes too late by it.

    Examples
    --------
    >>> clock(29_459_999)
    '08:10'
    """
    minutes = int(milliseconds) // MINUTE_MS
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def check_same_question(problem: Problem, routes: RoutePlan) -> None:
    """Refuse routes whose pupils or schools are not those of the problem.

    Raises
    ------
    InputError
        When a pupil or a school of the stops is unknown: all of them at once.
    """
    faults = []
    for column, table in (("pupil_id", "pupils"), ("setting_id", "settings")):
        used = pd.unique(routes.stops[column].dropna())
        known = set(problem.table(table)[column])
        message = f"is not in the table {table}. Give the tables that the routes were planned from."
        faults += [Fault("stops", column, "", ident, message) for ident in used if ident and ident not in known]
    if faults:
        raise InputError(faults)
