"""The order of goals: fewest unplaced, then least £, then fewest minutes; or all three in one weighted sum."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from placement_opt.certificate import Certificate, StageProof
from placement_opt.errors import Status
from placement_opt.facts import Floats, Ints
from placement_opt.model.linear import NO_PAIRS, LinearDraft, Objective
from placement_opt.policy import SolveOptions
from placement_opt.solve.clock import Clock, Progress
from placement_opt.solve.fitting import Fitted
from placement_opt.solve.last_stage import least_of
from placement_opt.solve.optimum import PENNY, Optimiser, Optimum
from placement_opt.solve.pennies import check_pennies
from placement_opt.solve.start import first_pairs
from placement_opt.solve.system import System

Goals = list[tuple[Objective, float]]
First = Callable[[System], Ints]
"""Picks the choices that a large model begins with."""
NUDGE_OF_A_PUPIL = 0.2
STAGES_OF_STATUS = ("unplaced", "cost")
WHOLE_PUPIL = 1 - 1e-6
"""Pupils are whole: a bound less than one below a plan proves it."""


@dataclass(frozen=True, eq=False)
class Last:
    """What the last stage has as little of as the £ allow."""

    name: str
    goal: Objective


@dataclass(frozen=True)
class Stage:
    """One goal, and how far it was reached."""

    name: str
    status: Status
    value: float
    bound: float
    seconds: float
    is_weighted: bool = False
    """The value is a weighted sum of £, unplaced pupils and minutes."""

    def as_dict(self) -> dict[str, Any]:
        """Return the stage as plain values, for a record."""
        return {**asdict(self), "status": str(self.status)}


@dataclass(frozen=True, eq=False)
class Staged:
    """The plan that the stages lead to.

    Parameters
    ----------
    draft
        The model.
    fitted
        By the columns of the model.
    stages
        unplaced, cost and minutes; or only cost, with the weights added in.
    certificate
        Of the stages that have a bound.
    certified
        The bound of the cost stage that the certificate gives.
    """

    draft: LinearDraft
    fitted: Fitted
    stages: list[Stage]
    certificate: Certificate
    certified: float


def solve_in_stages(
    draft: LinearDraft,
    options: SolveOptions,
    clock: Clock,
    report: Progress,
    first: First | None = None,
    last: Last | None = None,
    wider: Callable[[], LinearDraft] | None = None,
    least: Callable[[LinearDraft], Optimum] | None = None,
) -> Staged:
    """Solve a draft, one goal after the other.

    Parameters
    ----------
    draft, options, clock, report
        The model, gap and seed, time, and who is told.
    first
        Which choices to begin with; None = `first_pairs`, for a plan of one year.
    last
        The goal of the last stage; None = minutes, or no such stage where weights are given.
    wider
        Drafts the model with the choices that are of use only where somebody has to be unplaced; None = it has them.
    least
        Where not everybody can be placed who has an allowed pair: gives a number of pupils that no plan can leave out
        fewer than, with its proof, and a plan that leaves out few of those who compete. None = everybody may have a
        place.

    Raises
    ------
    InputError
        When a plan may cost so much that pennies are lost.
    NoPlanError
        When the first stage proves that there is no plan, or finds none in time.
    """
    check_pennies(draft, weighted_goals(draft, options))
    if options.weights is not None:
        return _weighted(draft, options, clock, report, first or first_pairs, last)
    start = (first or first_pairs)(System(draft, cost_goals(draft)))
    if least is None:
        unplaced, best = _all_placed(draft, start, options, clock, report)
    else:
        unplaced, best = _as_many_as(least(draft), draft, start, options, clock, report)
    if best is None and wider is not None:
        draft = wider()
        start = (first or first_pairs)(System(draft, cost_goals(draft)))
    if best is None:
        unplaced = _fewest_unplaced(draft, start, options, clock, report)
        limited = System(draft, cost_goals(draft), round(unplaced.value) - draft.unplaced.constant)
        optimiser = Optimiser(limited, (options.gap, PENNY), options, clock, report)
        best = optimiser.run(_joined(start, unplaced), known=priced(unplaced.fitted, limited))
    before = unplaced.seconds
    stages = [
        Stage("unplaced", _status(unplaced, WHOLE_PUPIL), unplaced.value, unplaced.bound, before),
        cost_stage(best, options, clock.used_s() - before),
    ]
    fitted, ended = ended_by(last or Last("minutes", draft.minutes), best, options, clock)
    stages.append(ended)
    proofs = [StageProof("cost", best.certified, best.tree)]
    if unplaced.value > draft.unplaced.constant + 0.5:
        proofs.insert(0, StageProof("unplaced", unplaced.certified, unplaced.tree))
    return Staged(draft, fitted, stages, Certificate(tuple(proofs)), best.certified)


def cost_goals(draft: LinearDraft) -> Goals:
    """Return money and what is weighed with it."""
    return [(draft.money, 1.0), (draft.weighed, 1.0)]


def weighted_goals(draft: LinearDraft, options: SolveOptions) -> Goals:
    """Return money, what is weighed with it, and unplaced pupils and minutes at their weights."""
    weights = options.weights or {}
    goals = [*cost_goals(draft), (draft.unplaced, weights.get("unplaced", 0.0))]
    return [*goals, (draft.minutes, weights["minutes"])] if weights.get("minutes") else goals


def ended_by(last: Last, best: Optimum, options: SolveOptions, clock: Clock) -> tuple[Fitted, Stage]:
    """Return the plan that the last stage makes of the cheapest one, and how the stage went."""
    fitted, ended = least_of(last.goal, best.system, best, options, clock)
    return fitted, Stage(last.name, ended.status, ended.value, ended.bound, ended.seconds)


def _weighted(
    draft: LinearDraft, options: SolveOptions, clock: Clock, report: Progress, first: First, last: Last | None
) -> Staged:
    system = System(draft, weighted_goals(draft, options))
    best = Optimiser(system, (options.gap, PENNY), options, clock, report).run(first(system))
    if best.fitted is None:  # pragma: no cover - run raises
        raise AssertionError
    fitted, stages = best.fitted, [cost_stage(best, options, clock.used_s(), is_weighted=True)]
    if last is not None:
        fitted, ended = ended_by(last, best, options, clock)
        stages.append(ended)
    certificate = Certificate((StageProof("cost", best.certified, best.tree),))
    return Staged(draft, fitted, stages, certificate, best.certified)


def _all_placed(
    draft: LinearDraft, start: Ints, options: SolveOptions, clock: Clock, report: Progress
) -> tuple[Optimum, Optimum | None]:
    """Try to give everybody a place who has an allowed pair: then no stage is needed to see that nobody does better."""
    system = System(draft, cost_goals(draft), 0.0)
    best = Optimiser(system, (options.gap, PENNY), options, clock, report).attempt(start)
    nobody = Optimum(System(draft, [(draft.unplaced, 1.0)]), certified=draft.unplaced.constant)
    nobody.fitted = None if best is None else priced(best.fitted, nobody.system)
    return nobody, best


def _as_many_as(
    known: Optimum, draft: LinearDraft, start: Ints, options: SolveOptions, clock: Clock, report: Progress
) -> tuple[Optimum, Optimum | None]:
    """Try to leave out no more pupils than any plan has to: then that stage is done."""
    known.seconds = clock.used_s()
    least, keep = (known.searched, NO_PAIRS) if known.fitted is None else (known.value, known.fitted.pairs)
    report(f"stage cost: {round(least):,} pupils unplaced if possible, {clock.used_s():.1f} s")
    limited = System(draft, cost_goals(draft), round(least) - draft.unplaced.constant)
    best = Optimiser(limited, (options.gap, PENNY), options, clock, report).attempt(start, keep)
    known.fitted = None if best is None else priced(best.fitted, known.system)
    return known, best


def _fewest_unplaced(draft: LinearDraft, start: Ints, options: SolveOptions, clock: Clock, report: Progress) -> Optimum:
    system = System(draft, [(draft.unplaced, 1.0)], nudge=_nudge(draft) if draft.hangs_together else None)
    report(f"stage unplaced: {draft.choices:,} possible placements")
    best = Optimiser(system, (0.0, WHOLE_PUPIL), options, clock, report).run(start)
    best.seconds = clock.used_s()
    report(f"stage cost: {round(best.value):,} pupils unplaced")
    return best


def _nudge(draft: LinearDraft) -> Floats:
    """Return a little for each choice, the more the dearer it is: less than a pupil for all of them together."""
    dearest = np.zeros(len(draft.count))
    np.maximum.at(dearest, draft.pupil, draft.money.pairs)
    return NUDGE_OF_A_PUPIL * draft.money.pairs / max(1.0, float(dearest @ draft.count))


def priced(fitted: Fitted | None, system: System) -> Fitted | None:
    """Return a plan of an earlier stage with its value in this one."""
    if fitted is None:
        return None
    value = system.constant + float(system.cost_of_pairs[fitted.pairs] @ fitted.pupils)
    return Fitted(value + float(system.cost_of_others @ fitted.others), fitted.pairs, fitted.pupils, fitted.others)


def _joined(start: Ints, earlier: Optimum) -> Ints:
    return start if earlier.fitted is None else np.union1d(start, earlier.fitted.pairs)


def is_proven(stages: Iterable[Stage]) -> bool:
    """Return whether the stages that a plan's status stands for reached what they sought: pupils, then £."""
    return all(stage.status is Status.OPTIMAL for stage in stages if stage.name in STAGES_OF_STATUS)


def _status(best: Optimum, allowance: float) -> Status:
    return Status.OPTIMAL if best.value - best.bound <= allowance else Status.FEASIBLE


def cost_stage(best: Optimum, options: SolveOptions, seconds: float, *, is_weighted: bool = False) -> Stage:
    """Return how the stage of cost went."""
    status = _status(best, max(options.gap * abs(best.value), PENNY))
    return Stage("cost", status, best.value, min(best.bound, best.value), seconds, is_weighted)
