"""How large a group has to be, and how many provisions may be open (C7, and the site limits of C4)."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from placement_opt.verify.case import Case, Check
from placement_opt.verify.question import Question, Truth


def smallest_groups(case: Case) -> Iterator[str]:
    """Find provisions with some pupils, or open for them, but fewer than the smallest group (C7)."""
    question = case.question
    pupils, least = case.per_provision(case.count), question.of_provisions("min_pupils")
    is_kept = case.per_provision(case.count * case.stays) > 0
    is_started = (pupils > 0) | case.is_in_use
    for at in np.flatnonzero(~is_kept & is_started & (pupils < least)):
        group = f"{pupils[at]} pupils are there" if pupils[at] else "it is open and nobody is there"
        yield f"{question.of_provisions('provision_id')[at]}: {group}; its smallest group is {least[at]}."


def site_limits(case: Case) -> Iterator[str]:
    """Find site limits with fewer or more open candidates and closable provisions than they ask for (C4)."""
    for _, limit in case.question.problem.table("site_limits").iterrows():
        number = int((is_counted(case.question, limit) & case.is_in_use).sum())
        if not limit["min_open"] <= number <= limit["max_open"]:
            yield (
                f"site limit {limit['site_limit']}: {number} of the provisions that it counts are open; "
                f"{limit['min_open']} to {limit['max_open']} should be."
            )


def is_counted(question: Question, limit: "pd.Series[str]") -> Truth:
    """Return for each provision whether a row of `site_limits` counts it: candidates and closable ones only."""
    is_such = question.is_decided_status.copy()
    for column, cells in (
        ("kind", question.of_provisions("kind")),
        ("status", question.of_provisions("status")),
        ("locality", question.of_schools("locality")),
        ("provision_id", question.of_provisions("provision_id")),
    ):
        if pd.notna(limit[column]):
            is_such &= cells == limit[column]
    return is_such


CHECKS = (
    Check("smallest groups", smallest_groups, of_baseline=False),
    Check("site limits", site_limits, of_baseline=False),
)
