"""One case of being off: the best plan there, what it costs to keep the present one, and who would be elsewhere."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.errors import NoPlanError, PlacementError, Status
from placement_opt.facts import Ints
from placement_opt.model import Draft, draft_model
from placement_opt.pairs import Pairs, candidate_pairs
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.again import Again, Change
from placement_opt.solve.again.resolved import Resolved
from placement_opt.solve.again.warm import completed
from placement_opt.solve.last_stage import value_of
from placement_opt.solve.stages import cost_goals
from placement_opt.solve.system import System
from placement_opt.travel import TravelMatrix
from placement_opt.why.robust.shifts import Shift

SAME, TIED, CHANGES, REFUSED, OPEN = "same", "tied", "changes", "refused", "not settled"
VERDICTS = (SAME, TIED, CHANGES, REFUSED, OPEN)
"""What becomes of a placement: a best plan has it (same); another best plan has it (tied); no best plan has it
(changes); the rules refuse it (refused); it was not settled to the penny, or not asked (not settled)."""
HALF_PENNY_GBP = 0.005
Placed = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Verdict:
    """What becomes of a placement in a case.

    Parameters
    ----------
    verdict
        One of `VERDICTS`.
    elsewhere
        How many of its pupils the best plan that was found has elsewhere.
    to
        Where; blank = nowhere.
    keeping_gbp, keeping_unplaced
        What keeping it costs: £ more, and pupils more without a place (then the £ say nothing).
    """

    verdict: str
    elsewhere: int = 0
    to: str = ""
    keeping_gbp: float = 0.0
    keeping_unplaced: int = 0


@dataclass(frozen=True, eq=False)
class CaseResult:
    """What a case comes to.

    Parameters
    ----------
    name
        Of the shift.
    status, reason
        `optimal` (proven to the penny), `feasible`, or why there is no plan.
    unplaced, objective_gbp, bound_gbp
        Of the best plan; None without one.
    refused_pupils
        Pupils whose present placement the rules refuse in this case.
    keep_unplaced, keep_gbp
        Of the cheapest plan that has exactly the present placements; None where rules or limits do not allow them.
    verdicts
        By pupil and provision of the present placements.
    """

    name: str
    status: str
    reason: str
    unplaced: int | None
    objective_gbp: float | None
    bound_gbp: float | None
    refused_pupils: int
    keep_unplaced: int | None
    keep_gbp: float | None
    verdicts: dict[tuple[str, str], Verdict]

    @property
    def keeping_costs_gbp(self) -> float | None:
        """What keeping all placements costs more; None where they cannot be kept without more pupils unplaced."""
        if self.keep_gbp is None or self.objective_gbp is None or self.keep_unplaced != self.unplaced:
            return None
        return round(self.keep_gbp - self.objective_gbp, 2)


def examine(
    problem: Problem,
    travel: TravelMatrix,
    policy: Policy,
    placed: Placed,
    shift: Shift,
    options: SolveOptions,
    most_checks: int | None,
) -> CaseResult:
    """Solve one case and hold the present placements against it.

    Parameters
    ----------
    problem, travel, policy
        The question as given.
    placed
        The present placements: how many pupils of a row are at a provision.
    shift
        What is off.
    options
        Seed, threads, and the time for each answer.
    most_checks
        So many placements at most are asked about one by one; None = all.
    """
    try:
        pairs = candidate_pairs(shift.of_problem(problem), shift.of_travel(travel), policy=policy)
        draft = draft_model(pairs)
        known, refused = _known(pairs, draft, placed)
        ask = Again(draft, known if len(known[0]) else None, options)
    except PlacementError as error:
        status = error.status if isinstance(error, NoPlanError) else "input at fault"
        return CaseResult(shift.name, str(status), str(error), None, None, None, 0, None, None, {})
    best = ask.present
    kept = None if refused else _kept(draft, known, options)
    verdicts = _verdicts(ask, best, placed, refused, most_checks)
    return CaseResult(
        shift.name,
        str(Status.OPTIMAL if best.is_proven else Status.FEASIBLE),
        "",
        best.unplaced_pupils,
        best.objective_gbp,
        best.bound_gbp,
        sum(placed[key] for key in refused),
        None if kept is None else kept[0],
        None if kept is None else kept[1],
        verdicts,
    )


def _known(pairs: Pairs, draft: Draft, placed: Placed) -> tuple[tuple[Ints, Ints], frozenset[tuple[str, str]]]:
    """Return the present placements as choices of a model with their pupils, and those that the rules refuse."""
    facts = pairs.facts
    keys = list(placed)
    pupil = pd.Index(facts.pupils["pupil_id"]).get_indexer(pd.Index([key[0] for key in keys])).astype(np.int64)
    provision = pd.Index(facts.provisions["provision_id"]).get_indexer(pd.Index([key[1] for key in keys]))
    width = len(facts.provisions)
    wanted = pupil * width + provision.astype(np.int64)
    allowed = np.isin(wanted, pairs.pupil * width + pairs.provision)
    choices = draft.pupil * width + draft.provision
    is_choice = np.isin(wanted, choices)
    counts = np.array([placed[key] for key in keys], dtype=np.int64)
    at = np.searchsorted(choices, wanted[is_choice])
    order = np.argsort(at)
    refused = frozenset(key for key, fits in zip(keys, allowed, strict=True) if not fits)
    return (at[order].astype(np.int64), counts[is_choice][order]), refused


def _kept(draft: Draft, known: tuple[Ints, Ints], options: SolveOptions) -> tuple[int, float] | None:
    """Return unplaced pupils and £ of the cheapest plan with exactly some placements; None = limits do not allow it."""
    fitted = completed(System(draft, cost_goals(draft)), *known, options)
    if fitted is None:
        return None
    money, weighed = (value_of(goal, fitted) for goal in (draft.money, draft.weighed))
    return round(value_of(draft.unplaced, fitted)), round(round(money, 2) + weighed, 2)


def _verdicts(
    ask: Again, best: Resolved, placed: Placed, refused: frozenset[tuple[str, str]], most_checks: int | None
) -> dict[tuple[str, str], Verdict]:
    table = best.placements
    now = Counter(dict(zip(zip(table["pupil_id"], table["provision_id"], strict=True), table["count"], strict=True)))
    ends = _ends(now, placed)
    verdicts = {}
    checks = 0
    for key, count in placed.items():
        away = count - min(count, int(now[key]))
        if key in refused:
            verdicts[key] = Verdict(REFUSED, away, ends(key[0]))
        elif not away:
            verdicts[key] = Verdict(SAME) if best.is_proven else Verdict(OPEN)
        elif most_checks is not None and checks >= most_checks:
            verdicts[key] = Verdict(OPEN, away, ends(key[0]))
        else:
            checks += 1
            verdicts[key] = _asked(ask, best, key, count, away, ends(key[0]))
    return verdicts


def _asked(ask: Again, best: Resolved, key: tuple[str, str], count: int, away: int, to: str) -> Verdict:
    """Ask what it costs to hold all pupils of a placement where they are."""
    try:
        held = ask.best(Change(forced=(key,) * count))
    except NoPlanError:  # none was found in the time allowed
        return Verdict(OPEN, away, to)
    if held is None:
        return Verdict(REFUSED, away, to)
    more, gbp = held.unplaced_pupils - best.unplaced_pupils, round(held.objective_gbp - best.objective_gbp, 2)
    is_as_good = more == 0 and gbp < HALF_PENNY_GBP
    if is_as_good and best.is_proven:
        return Verdict(TIED, away, to)
    if held.is_proven and (more > 0 or gbp >= HALF_PENNY_GBP):
        return Verdict(CHANGES, away, to, gbp, more)
    return Verdict(OPEN, away, to, gbp, more)


def _ends(now: "Counter[tuple[str, str]]", placed: Placed) -> Callable[[str], str]:
    """Return a function that tells where the best plan has more pupils of a row than the present one."""
    more: dict[str, list[str]] = {}
    for (pupil_id, provision_id), count in sorted(now.items()):
        if count > placed.get((pupil_id, provision_id), 0):
            more.setdefault(pupil_id, []).append(provision_id)
    return lambda pupil_id: "; ".join(more.get(pupil_id, []))
