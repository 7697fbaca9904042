"""The same question asked again with a little changed: more places, another limit, somebody held at a place.

The answers are those of `solve` without a gap on the changed problem, to the penny, in a fraction of its time: the
model is drafted once, its LP and its proof are kept, and each change is first held against the proof alone.
"""

import numpy as np
import pandas as pd

from placement_opt.errors import Fault, InputError, Status
from placement_opt.facts import Ints
from placement_opt.model import Draft, draft_model
from placement_opt.pairs import Pairs, candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.again.change import Change
from placement_opt.solve.again.question import Again
from placement_opt.solve.again.resolved import Resolved
from placement_opt.travel import TravelMatrix

__all__ = ["Again", "Change", "Resolved", "again", "again_with"]


def again(problem: Problem, travel: TravelMatrix, plan: Plan, *, options: SolveOptions | None = None) -> Again:
    """Make a question ready to be asked again with a little changed.

    The plan is proven to the penny first; where a better one is found on the way, it takes its place.

    Parameters
    ----------
    problem, travel, plan
        The question, and a plan of `solve` for it; the plan's policy holds.
    options
        Threads, seed, and the time for each answer; the gap is 0 and nothing is weighed, whatever they say.

    Raises
    ------
    InputError
        When the plan has a placement that the problem does not allow, or was made with weights.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.solve.run import solve
    >>> from placement_opt.travel import crow_fly
    >>> problem, travel = tiny(), crow_fly(tiny())
    >>> ask = again(problem, travel, solve(problem, travel))
    >>> ask.present.objective_gbp
    32035.03
    >>> ask.best(Change(forced=(("P1", "B-main"),))).objective_gbp > 32035.03
    True
    """
    pairs = candidate_pairs(problem, travel, policy=plan.policy)
    return again_with(pairs, draft_model(pairs), plan, options=options)


def again_with(pairs: Pairs, draft: Draft, plan: Plan, *, options: SolveOptions | None = None) -> Again:
    """Make a question ready to be asked again that was drafted already; else as `again`.

    Parameters
    ----------
    pairs, draft
        Who could be placed where under the plan's policy, and the model.
    plan, options
        As for `again`.
    """
    _refuse_other_plans(plan)
    return Again(draft, _placed(pairs, plan), options or SolveOptions())


def _refuse_other_plans(plan: Plan) -> None:
    weights = (plan.record.get("options") or {}).get("weights")
    if plan.status is Status.BASELINE or weights is not None:
        what = "a baseline" if plan.status is Status.BASELINE else "made with weights"
        message = f"The plan is {what}; give one that `solve` made without weights."
        raise InputError([Fault("plan", "", "", "", message)])


def _placed(pairs: Pairs, plan: Plan) -> tuple[Ints, Ints]:
    """Return the decided pairs that a plan uses, and how many pupils each has."""
    facts, table = pairs.facts, plan.placements
    pupil = pd.Index(facts.pupils["pupil_id"]).get_indexer(pd.Index(table["pupil_id"]))
    provision = pd.Index(facts.provisions["provision_id"]).get_indexer(pd.Index(table["provision_id"]))
    stays = (pupil >= 0) & pairs.stays[pupil]
    width = len(facts.provisions)
    all_keys = pairs.pupil[pairs.decided] * width + pairs.provision[pairs.decided]
    keys = (pupil * width + provision)[~stays]
    at = np.minimum(np.searchsorted(all_keys, keys), len(all_keys) - 1)
    is_known = (pupil[~stays] >= 0) & (provision[~stays] >= 0) & (len(all_keys) > 0)
    wrong = ~is_known if not len(all_keys) else ~is_known | (all_keys[at] != keys)
    if wrong.any():
        message = f"{int(wrong.sum()):,} placements of the plan are not allowed in this problem. Solve it first."
        raise InputError([Fault("plan", "", "", "", message)])
    order = np.argsort(at)
    return at[order].astype(np.int64), table["count"].to_numpy(dtype=np.int64)[~stays][order]
