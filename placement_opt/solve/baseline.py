"""Today: the present placements, costed the same way as a plan."""

import numpy as np

from placement_opt.answer import Decisions, build_plan
from placement_opt.errors import Status
from placement_opt.facts import NOBODY
from placement_opt.pairs import candidate_pairs, cost_pairs
from placement_opt.plan import Plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.solve.record import make_record
from placement_opt.travel import TravelMatrix


def baseline(problem: Problem, travel: TravelMatrix, *, policy: Policy | None = None) -> Plan:
    """Cost today's placements.

    Parameters
    ----------
    problem, travel
        The question, and the journeys.
    policy
        Its cost basis is used; None = the default policy.

    Returns
    -------
    Plan
        With status `BASELINE`. Today may break rules: pupils stay where they are even where the rules refuse the place.
        Pupils without a present place, or without a known journey to it, are unplaced. Each spoke with pupils is
        served by the nearest hub that could serve it.

    Raises
    ------
    InputError
        As `candidate_pairs`.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> baseline(tiny(), crow_fly(tiny()))
    Plan(baseline, 1 placed, 2 unplaced, £24,035.03)
    """
    pairs = candidate_pairs(problem, travel, policy=policy)
    facts = pairs.facts
    rows = np.flatnonzero(facts.current != NOBODY)
    rows = rows[~np.isnan(facts.minutes(rows, facts.current[rows]))]
    placed = cost_pairs(facts, rows, facts.current[rows])
    nearest = facts.links.sort_values(["spoke_id", "minutes", "hub_id"])
    nearest = nearest.drop_duplicates("spoke_id")
    links = frozenset(zip(nearest["hub_id"], nearest["spoke_id"], strict=True))
    decisions = Decisions(placed, facts.pupil_column("count")[rows].astype(np.int64), links)
    return build_plan(pairs, decisions, status=Status.BASELINE, record=make_record(pairs))
