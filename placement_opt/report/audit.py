"""What a run leaves for an auditor: who made it, when, from what, how good it is, what is hidden. No pupil's data."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from placement_opt.compare import compare
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.report.published import count_pupils
from placement_opt.suppression import LEAST_SHOWN, Mark

_OF_THE_RUN = ("method", "proof", "solver", "options", "versions", "platform", "seconds")


def one_fingerprint(inputs: Mapping[str, str]) -> str:
    """Return one hash over the hashes of all tables.

    A table of few and guessable rows, such as officers' decisions, could be found from its own hash by trying; together
    with the table of pupils it cannot.

    Parameters
    ----------
    inputs
        Table to SHA-256, as `Problem.fingerprints` returns them.

    Examples
    --------
    >>> one_fingerprint({"pupils": "a1", "settings": "b2"}) == one_fingerprint({"settings": "b2", "pupils": "a1"})
    True
    """
    return hashlib.sha256(json.dumps(sorted(inputs.items())).encode("utf-8")).hexdigest()


def audit_record(
    plans: Mapping[str, Plan], problem: Problem, *, made_by: str, purpose: str, at: datetime | None = None
) -> dict[str, Any]:
    """Return what an auditor needs to know of a run, as plain values to be kept in a log. It holds no pupil's data.

    Parameters
    ----------
    plans
        The plans of the report, the reference first; the record is of the last.
    problem
        What they answer.
    made_by
        The team or the officer's reference, as the council keeps such records; nothing is taken from the machine.
    purpose
        What the plan is for.
    at
        When; None = now.

    Returns
    -------
    dict
        made_by, purpose, at (UTC), inputs_sha256 (one hash over all tables), travel_sha256, policy, status, gap,
        certified, what of the record of the run is not about pupils, may_be_shared (false where small groups can be
        worked out all the same), and hidden: how many counts of papers to be shared are shown, under 5 and withheld.

    Raises
    ------
    ValueError
        When `made_by` or `purpose` is blank, or `at` has no time zone.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.solve import solve
    >>> from placement_opt.travel import crow_fly
    >>> plan = solve(tiny(), crow_fly(tiny()))
    >>> record = audit_record({"plan": plan}, tiny(), made_by="Place planning", purpose="Panel of March")
    >>> record["status"], record["certified"], sorted(record["hidden"])
    ('optimal', True, ['shown', 'under 5', 'withheld'])
    """
    for name, text in (("made_by", made_by), ("purpose", purpose)):
        if not text.strip():
            raise ValueError(f"`{name}` is blank; an audit record says who made a plan, and what for.")
    at = datetime.now(UTC) if at is None else at
    if at.tzinfo is None:
        raise ValueError(f"`at` is {at.isoformat()}, without a time zone; give datetime(..., tzinfo=UTC).")
    plan = list(plans.values())[-1]
    protection = count_pupils(compare(plans), problem).protection()
    shown = Counter(str(mark) or "shown" for mark in protection.marks.values())
    record = plan.record
    return {
        "made_by": made_by,
        "purpose": purpose,
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "inputs_sha256": one_fingerprint(problem.fingerprints()),
        "travel_sha256": record.get("travel", {}).get("sha256", ""),
        "policy": plan.policy.as_dict(),
        "status": str(plan.status),
        "gap": plan.gap,
        "certified": plan.certificate is not None,
        "least_shown": LEAST_SHOWN,
        "may_be_shared": not protection.given_away,
        "hidden": {name: shown[name] for name in ("shown", str(Mark.SMALL), str(Mark.WITHHELD))},
        **{name: record[name] for name in _OF_THE_RUN if name in record},
    }
