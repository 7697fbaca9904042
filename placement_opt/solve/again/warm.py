"""One objective minimised again and again for drafts that differ a little: the LP and its prices are kept warm."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from placement_opt.certificate import Tree
from placement_opt.facts import Floats, Ints
from placement_opt.model import Draft
from placement_opt.model.linear import NO_PAIRS
from placement_opt.policy import SolveOptions
from placement_opt.solve.again.near import GoalsOf, near
from placement_opt.solve.again.proved import Part, Proved, lowest, proved_by
from placement_opt.solve.again.regrow import Regrowth, branching_of
from placement_opt.solve.clock import Clock, silent
from placement_opt.solve.fitting import Fitted, model_of, read, solver_options
from placement_opt.solve.highs import run_highs
from placement_opt.solve.optimum import Optimiser, Optimum
from placement_opt.solve.relaxation import NOT_RAISED, Relaxation, Relaxed
from placement_opt.solve.system import System

SLACK = 1e-6
"""A row or box counts as kept when it is missed by no more."""
WORN = 3
"""An LP that has grown to so many times its rows is made anew."""


def completed(system: System, choices: Ints, pupils: Ints, options: SolveOptions) -> Fitted | None:
    """Return the best plan in which so many pupils are placed by these choices and nobody by another; None = none."""
    model = model_of(system, choices)
    for column, number in zip(model.placed, pupils.tolist(), strict=True):
        column.bounds(number, number)
    run = run_highs(model.problem, gap=0.0, time_limit_s=options.time_limit_s, options=solver_options(options))
    return read(model, run.value) if run.has_solution else None


def taken_by(system: System, fitted: Fitted) -> Floats:
    """Return what the pupils of a plan take of each row, in a system and in all near ones."""
    return np.asarray(system.of_pairs_by_column[:, fitted.pairs] @ fitted.pupils, dtype=np.float64)


def keeps(system: System, fitted: Fitted, taken: Floats) -> bool:
    """Return whether a plan keeps every row and box of a system; its pupils take so much of at least its rows."""
    least, most = system.boxes
    if (fitted.others < least - SLACK).any() or (fitted.others > most + SLACK).any():
        return False
    sums = taken[: len(system.rows)] + system.of_others @ fitted.others
    over = sums - system.right
    return not ((over > SLACK) & (system.sense <= 0) | (over < -SLACK) & (system.sense >= 0)).any()


class MovingRelaxation(Relaxation):
    """An LP that can be turned into that of a near system; its basis and its pairs stay."""

    def move_to(self, system: System) -> None:
        """Take the right-hand sides, costs, boxes and coefficients of the other columns from a near system."""
        self._set_boxes({})
        if self._raised != NOT_RAISED:  # what another draft could not keep says nothing of this one
            self._set_penalty(NOT_RAISED)
        old, highs = self.system, self._highs
        for row in np.flatnonzero(old.right != system.right).tolist():
            right, sense = float(system.right[row]), int(system.sense[row])
            highs.changeRowBounds(row, -np.inf if sense < 0 else right, np.inf if sense > 0 else right)
        for column in np.flatnonzero(old.cost_of_others != system.cost_of_others).tolist():
            highs.changeColCost(column, float(system.cost_of_others[column]))
        (old_least, old_most), (least, most) = old.boxes, system.boxes
        for column in np.flatnonzero((old_least != least) | (old_most != most)).tolist():
            highs.changeColBounds(column, float(least[column]), float(most[column]))
        if system.of_others is not old.of_others:
            other = (system.of_others - old.of_others).tocoo()
            for row, column in zip(other.row.tolist(), other.col.tolist(), strict=True):
                highs.changeCoeff(row, column, float(system.of_others[row, column]))
        if old.constant != system.constant:
            highs.changeObjectiveOffset(system.constant)
        self.system = system

    @property
    def is_worn(self) -> bool:
        """Whether so many rows were added that the LP should be made anew."""
        return int(self._highs.getNumRow()) > WORN * len(self.system.rows)


class _WarmOptimiser(Optimiser):
    """An optimiser whose LP is already there."""

    def __init__(self, system: System, warm: "Warm", clock: Clock) -> None:
        super().__init__(system, warm.allowance, warm.options, clock, silent)
        self._warm = warm

    def _relaxation(self, start: Ints) -> Relaxation:
        return self._warm.relaxation_of(self.system, start)


@dataclass(eq=False)
class Warm:
    """One objective, for near drafts.

    Parameters
    ----------
    base
        The system of the first draft.
    goals_of
        The objective of a draft.
    allowance
        See `Optimiser`.
    options
        Threads, seed; the time limit is for each draft.
    start
        The pairs to begin with.
    """

    base: System
    goals_of: GoalsOf
    allowance: tuple[float, float]
    options: SolveOptions
    start: Ints

    def __post_init__(self) -> None:
        self._relaxation: MovingRelaxation | None = None
        self._proofs: list[Proved] = []
        self._looked_at: tuple[System, list[list[Part]]] | None = None
        self._branching = branching_of(self.base)

    def near(self, draft: Draft, unplaced_limit: float | None) -> System:
        """Return the system of a near draft."""
        return near(self.base, draft, self.goals_of, unplaced_limit)

    def relaxation_of(self, system: System, start: Ints) -> MovingRelaxation:
        """Return the LP of a near system, with at least some pairs in it."""
        if self._relaxation is None or self._relaxation.is_worn:
            tolerance = min(self.allowance[1] / 2, 0.5)
            options = self.options
            pairs = np.union1d(self.start, start)
            self._relaxation = MovingRelaxation(
                system, pairs, tolerance=tolerance, threads=options.threads, seed=options.seed
            )
            return self._relaxation
        self._relaxation.move_to(system)
        missing = start[~self._relaxation.inside[start]]
        if len(missing):
            self._relaxation.add(missing)
        return self._relaxation

    def best(self, system: System, known: Fitted | None) -> Optimum:
        """Return the optimum of a near system.

        Parameters
        ----------
        system
            As `near` makes it.
        known
            A plan of it.

        Raises
        ------
        NoPlanError
            When there is no plan.
        """
        clock = Clock(self.options.time_limit_s)
        found = self.regrown(system, known, clock)
        if found is not None:
            return found
        start = NO_PAIRS if known is None else known.pairs
        return _WarmOptimiser(system, self, clock).run(start, known=known, round_first=known is None)

    def regrown(self, system: System, known: Fitted | None, clock: Clock | None = None) -> Optimum | None:
        """Return the optimum that the nearest proof leads to; None where it leads to none."""
        if not self._proofs:
            return None
        clock, start = clock or Clock(self.options.time_limit_s), NO_PAIRS if known is None else known.pairs
        parts = max(self._in_near(system), key=lowest)
        relaxation = self.relaxation_of(system, start)
        regrowth = Regrowth(system, relaxation, self._branching, known, self.allowance[1], self.options, clock)
        found = regrowth.grow(parts)
        if found is not None:
            self._proofs[1:] = [Proved(system, regrowth.parts)]
            self._looked_at = None
        return found

    def _in_near(self, system: System) -> list[list[Part]]:
        """Return what each proof says about a near system; the last answer is kept, since it is asked for again."""
        if self._looked_at is None or self._looked_at[0] is not system:
            self._looked_at = (system, [proof.in_near(system) for proof in self._proofs])
        return self._looked_at[1]

    def lp(self, system: System) -> float:
        """Return the optimum of a near system's LP, without any branch."""
        return self.relaxation_of(system, NO_PAIRS).solve().value

    def lp_is_no_less(self, system: System) -> bool:
        """Return whether the prices of the first draft's LP show that a near system's is not below it."""
        known = self._first_lp.bound
        return system.bound_at(known).value >= known.value - SLACK

    @cached_property
    def _first_lp(self) -> Relaxed:
        return self.relaxation_of(self.base, NO_PAIRS).solve()

    def keep(self, tree: Tree) -> None:
        """Keep the proof of the first draft, beside which that of the last answer is kept."""
        self._proofs, self._looked_at = [proved_by(self.base, tree)], None

    @property
    def proof(self) -> Proved:
        """The proof of the first draft that `keep` was given."""
        return self._proofs[0]

    def bound(self, system: System) -> float:
        """Return what no plan of a near system is below, by the proofs of the first draft and of the last answer."""
        return max(map(lowest, self._in_near(system)), default=-np.inf)

    def bound_with_each(self, system: System, choices: Ints) -> Floats:
        """Return what no plan of a near system with a pupil of a choice is below, for each of several choices."""
        least = np.full(len(choices), -np.inf)
        for parts in self._in_near(system):
            with_each = np.full(len(choices), np.inf)
            for part in parts:
                with_each = np.minimum(with_each, part.bound + np.maximum(part.known.reduced[choices], 0.0))
            least = np.maximum(least, with_each)
        return least
