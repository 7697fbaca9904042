"""The order of goals: fewest unplaced, then least £, then fewest minutes; or all three in one weighted sum."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from placement_opt.certificate import Certificate, StageProof
from placement_opt.errors import Status
from placement_opt.facts import Ints
from placement_opt.model import Draft
from placement_opt.model.draft import Objective
from placement_opt.policy import SolveOptions
from placement_opt.solve.clock import Clock, Progress
from placement_opt.solve.fitting import Fitted
from placement_opt.solve.last_stage import fewest_minutes
from placement_opt.solve.optimum import PENNY, Optimiser, Optimum
from placement_opt.solve.start import first_pairs
from placement_opt.solve.system import System

Goals = list[tuple[Objective, float]]
WHOLE_PUPIL = 1 - 1e-6
"""Pupils are whole: a bound less than one below a plan proves it."""


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
    fitted
        By the columns of the model.
    stages
        unplaced, cost and minutes; or only cost, with the weights added in.
    certificate
        Of the stages that have a bound.
    certified
        The bound of the cost stage that the certificate gives.
    """

    fitted: Fitted
    stages: list[Stage]
    certificate: Certificate
    certified: float


def solve_in_stages(draft: Draft, options: SolveOptions, clock: Clock, report: Progress) -> Staged:
    """Solve a draft, one goal after the other.

    Raises
    ------
    NoPlanError
        When the first stage proves that there is no plan, or finds none in time.
    """
    if options.weights is not None:
        return _weighted(draft, options, clock, report)
    start = first_pairs(System(draft, cost_goals(draft)))
    unplaced, best = _all_placed(draft, start, options, clock, report)
    if best is None:
        unplaced = _fewest_unplaced(draft, start, options, clock, report)
        limited = System(draft, cost_goals(draft), round(unplaced.value) - draft.unplaced.constant)
        optimiser = Optimiser(limited, (options.gap, PENNY), options, clock, report)
        best = optimiser.run(_joined(start, unplaced), known=_priced(unplaced.fitted, limited))
    before = unplaced.seconds
    stages = [
        Stage("unplaced", _status(unplaced, WHOLE_PUPIL), unplaced.value, unplaced.bound, before),
        _stage("cost", best, options, clock.used_s() - before),
    ]
    fitted, last = fewest_minutes(best.system, best, options, clock)
    stages.append(Stage("minutes", last.status, last.value, last.bound, last.seconds))
    proofs = [StageProof("cost", best.certified, best.tree)]
    if unplaced.value > draft.unplaced.constant + 0.5:
        proofs.insert(0, StageProof("unplaced", unplaced.certified, unplaced.tree))
    return Staged(fitted, stages, Certificate(tuple(proofs)), best.certified)


def cost_goals(draft: Draft) -> Goals:
    """Return money and what is weighed with it."""
    return [(draft.money, 1.0), (draft.weighed, 1.0)]


def weighted_goals(draft: Draft, options: SolveOptions) -> Goals:
    """Return money, what is weighed with it, and unplaced pupils and minutes at their weights."""
    weights = options.weights or {}
    goals = [*cost_goals(draft), (draft.unplaced, weights.get("unplaced", 0.0))]
    return [*goals, (draft.minutes, weights["minutes"])] if weights.get("minutes") else goals


def _weighted(draft: Draft, options: SolveOptions, clock: Clock, report: Progress) -> Staged:
    system = System(draft, weighted_goals(draft, options))
    best = Optimiser(system, (options.gap, PENNY), options, clock, report).run(first_pairs(system))
    if best.fitted is None:  # pragma: no cover - run raises
        raise AssertionError
    stage = _stage("cost", best, options, clock.used_s(), is_weighted=True)
    certificate = Certificate((StageProof("cost", best.certified, best.tree),))
    return Staged(best.fitted, [stage], certificate, best.certified)


def _all_placed(
    draft: Draft, start: Ints, options: SolveOptions, clock: Clock, report: Progress
) -> tuple[Optimum, Optimum | None]:
    """Try to give everybody a place who has an allowed pair: then no stage is needed to see that nobody does better."""
    system = System(draft, cost_goals(draft), 0.0)
    best = Optimiser(system, (options.gap, PENNY), options, clock, report).attempt(start)
    nobody = Optimum(System(draft, [(draft.unplaced, 1.0)]), certified=draft.unplaced.constant)
    nobody.fitted = None if best is None else _priced(best.fitted, nobody.system)
    return nobody, best


def _fewest_unplaced(draft: Draft, start: Ints, options: SolveOptions, clock: Clock, report: Progress) -> Optimum:
    system = System(draft, [(draft.unplaced, 1.0)])
    report(f"stage unplaced: {len(draft.decided):,} possible placements")
    best = Optimiser(system, (0.0, WHOLE_PUPIL), options, clock, report).run(start)
    best.seconds = clock.used_s()
    report(f"stage cost: {round(best.value):,} pupils unplaced")
    return best


def _priced(fitted: Fitted | None, system: System) -> Fitted | None:
    """Return a plan of an earlier stage with its value in this one."""
    if fitted is None:
        return None
    value = system.constant + float(system.cost_of_pairs[fitted.pairs] @ fitted.pupils)
    return Fitted(value + float(system.cost_of_others @ fitted.others), fitted.pairs, fitted.pupils, fitted.others)


def _joined(start: Ints, earlier: Optimum) -> Ints:
    return start if earlier.fitted is None else np.union1d(start, earlier.fitted.pairs)


def _status(best: Optimum, allowance: float) -> Status:
    return Status.OPTIMAL if best.value - best.bound <= allowance else Status.FEASIBLE


def _stage(name: str, best: Optimum, options: SolveOptions, seconds: float, *, is_weighted: bool = False) -> Stage:
    status = _status(best, max(options.gap * abs(best.value), PENNY))
    return Stage(name, status, best.value, min(best.bound, best.value), seconds, is_weighted)
