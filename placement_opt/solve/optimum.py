"""The optimum of one objective: an LP over few pairs priced against all, plans by rounding it, proof by branching."""

from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np

from placement_opt.certificate import Leaf, Tree
from placement_opt.errors import NoPlanError, Status
from placement_opt.facts import Ints
from placement_opt.model.linear import NO_PAIRS
from placement_opt.policy import SolveOptions
from placement_opt.solve.clock import Clock, Progress
from placement_opt.solve.dive import dive
from placement_opt.solve.fitting import Fitted, fit, search_whole
from placement_opt.solve.knapsacks import Knapsacks, knapsacks_of
from placement_opt.solve.packing import Packing, step_of
from placement_opt.solve.proof import Node, Search, multipliers_of
from placement_opt.solve.relaxation import Relaxation, Relaxed
from placement_opt.solve.system import System
from placement_opt.solve.whole_sites import whole_sites

PENNY = 0.005
"""Costs are whole pennies: less than half a penny below a plan there is no better one."""
PAIRS_KEPT_OF_EACH = 4
NODES_BEFORE_SEARCH = 150
"""So many nodes are tried before the solver's own search has its turn where that can look at every pair."""
NODES_BEFORE_PACKING = 20
"""Fewer where pupils take several places each: bundles of them prove more than sites."""
PAIRS_OF_A_SEARCH = 60_000
SHARE_OF_STEP = 0.999
"""A bound nearer to a plan than this share of the least step between two objectives proves it."""


@dataclass(eq=False)
class Optimum:
    """The best plan for one objective so far, and what is proven about it.

    Parameters
    ----------
    system
        Rows and objective.
    fitted
        The plan.
    relaxed
        An LP near it.
    tree, certified
        Branches and multipliers, and the bound that they give.
    searched
        The bound that the solver's own search gives; minus infinity where it was not asked.
    pairs
        How many pairs the LP came to hold.
    seconds
        Since the start, when it was found.
    """

    system: System
    fitted: Fitted | None = None
    relaxed: Relaxed | None = None
    tree: Tree = field(default_factory=lambda: Leaf({}))
    certified: float = -np.inf
    searched: float = -np.inf
    pairs: int = 0
    seconds: float = 0.0

    @property
    def bound(self) -> float:
        """The best that is proven."""
        return max(self.certified, self.searched)

    @property
    def value(self) -> float:
        """The plan's objective."""
        return np.inf if self.fitted is None else self.fitted.value


class Optimiser:
    """Looks for the optimum of a system.

    Parameters
    ----------
    system
        Rows and objective over all pairs.
    allowance
        How far below a plan a better one would not matter: a share, and an amount.
    options, clock, report
        Threads, seed, time, and who is told.
    """

    def __init__(
        self, system: System, allowance: tuple[float, float], options: SolveOptions, clock: Clock, report: Progress
    ) -> None:
        self.system, self._allowance = system, allowance
        self._options, self._clock, self._report = options, clock, report
        self.best = Optimum(system)
        self._root: Relaxed
        self._knapsacks: Knapsacks | None = None
        self._keep = NO_PAIRS

    def run(self, start: Ints, *, known: Fitted | None = None, round_first: bool = True) -> Optimum:
        """Find the optimum, or what there is when the time runs out.

        Parameters
        ----------
        start
            The pairs to begin with.
        known
            A plan that is known already.
        round_first
            Round the LP before anything is branched on; False, where a plan is known = plans are sought only near nodes
            whose sites, classes and teams are whole.

        Raises
        ------
        NoPlanError
            When there is no plan, or none was found in time.
        """
        self.best.fitted = known
        if not self._clock.may_go_on() and known is None:
            raise NoPlanError(Status.NO_SOLUTION)
        with self._clock.stopped_by_hand():
            relaxation = self._relaxation(start)
            self._branch_from(relaxation, relaxation.solve(), round_first=round_first or known is None)
            if not self._is_good() and self._clock.may_go_on():
                self._search()
        if self.best.fitted is None:
            raise NoPlanError(Status.NO_SOLUTION)
        return self.best

    def attempt(self, start: Ints, keep: Ints = NO_PAIRS) -> Optimum | None:
        """Find the optimum as `run` does; None where the LP has no plan, or rounding it finds none.

        Parameters
        ----------
        start
            The pairs to begin with.
        keep
            Pairs that the LP is never without.
        """
        self._keep, start = keep, np.union1d(start, keep)
        with self._clock.stopped_by_hand():
            if not self._clock.may_go_on():
                return None
            relaxation = self._relaxation(start)
            root = relaxation.solve()
            if root.is_broken:
                return None
            self._branch_from(relaxation, root, must_find=True)
            if self.best.fitted is not None and not self._is_good() and self._clock.may_go_on():
                self._search()
        return None if self.best.fitted is None else self.best

    def _relaxation(self, start: Ints) -> Relaxation:
        tolerance = min(self._allowance[1] / 2, 0.5)
        options = self._options
        return Relaxation(self.system, start, tolerance=tolerance, threads=options.threads, seed=options.seed)

    def _branch_from(
        self, relaxation: Relaxation, root: Relaxed, *, must_find: bool = False, round_first: bool = True
    ) -> None:
        self._root = root
        self._note(root, Leaf(multipliers_of(self.system, root.bound, {})), root.bound.value, len(relaxation.order))
        relaxation.thin(PAIRS_KEPT_OF_EACH * _deciders(self.system), root.bound.reduced, self._keep)
        if relaxation.is_tied:
            self._say()
        search = Search(self.system, relaxation, root, lambda node: self._try(relaxation, node))
        if round_first:
            self._try(relaxation, search.root)
        self._say()
        self._knapsacks = None if self._is_good() else knapsacks_of(self.system)
        if must_find and self.best.fitted is None:
            self._pack()
            if self.best.fitted is None or self._is_good():
                return
        try:
            search.grow(self._cut_off, lambda: self._may_branch(relaxation, search))
        finally:
            if search.nodes > 1:
                self._note(self.best.relaxed or root, search.tree(), search.bound, len(relaxation.order))
            self._say()
        if not self._is_good():
            self._pack()

    def _note(self, relaxed: Relaxed, tree: Tree, bound: float, pairs: int) -> None:
        self.best.relaxed, self.best.tree, self.best.pairs = relaxed, tree, pairs
        self.best.certified = min(bound, self.best.value) if np.isinf(bound) else bound

    def _may_branch(self, relaxation: Relaxation, search: Search) -> bool:
        if search.nodes % 20 == 1:
            self.best.certified = max(self.best.certified, min(search.bound, self.best.value))
            self.best.pairs = len(relaxation.order)
            self._say()
        most = NODES_BEFORE_SEARCH if self._knapsacks is None else NODES_BEFORE_PACKING
        is_enough = search.nodes > most or search.settled < self._cut_off()
        return self._clock.may_go_on() and not (is_enough and len(self._within_reach()) <= PAIRS_OF_A_SEARCH)

    def _try(self, relaxation: Relaxation, node: Node) -> None:
        """Look for a plan near a node."""
        if node.relaxed.is_broken or node.bound >= self._cut_off():
            return
        found = self._whole(relaxation, node)
        if found is None or found.value >= self.best.value:
            return
        if not len(found.bound.reduced):
            found = replace(found, bound=self.system.bound(found.bound.multipliers, node.boxes))
        fitted = fit(self.system, found, self._options, self._clock)
        if fitted is not None and fitted.value < self.best.value:
            self.best.fitted, self.best.relaxed = fitted, found

    def _whole(self, relaxation: Relaxation, node: Node) -> Relaxed | None:
        """Return an LP near a node whose sites, links, classes and teams are whole; None where there is none."""
        start = (node.relaxed, node.boxes)
        if relaxation.is_tied:
            start = whole_sites(self.system, relaxation, *start, self._clock.may_go_on) or start
        return dive(self.system, relaxation, *start, self._clock.may_go_on)

    def _pack(self) -> None:
        """Look at bundles of pupils that fit into provisions, where pupils take several places each."""
        if self._knapsacks is None:
            return
        step = SHARE_OF_STEP * step_of(self.system)
        packing = Packing(
            self.system,
            self._knapsacks,
            self._options,
            cut_off=lambda: min(self._cut_off(), self.best.value - step),
            try_pairs=self._try_pairs,
            may_go_on=self._clock.may_go_on,
            left_s=self._seconds_left,
        )

        def tell() -> None:
            is_proven = packing.bound > self.best.value - step
            proven = self.best.value if is_proven else packing.bound
            self.best.searched = max(self.best.searched, proven)
            self._report(f"{packing.nodes:,} parts by bundles")
            self._say()

        packing.grow(self._root.bound.multipliers, tell)
        tell()
        self._knapsacks = None

    def _seconds_left(self) -> float:
        left_s = self._clock.left_s()
        return np.inf if left_s is None else left_s

    def _try_pairs(self, pairs: Ints) -> None:
        """Look for the best plan that uses no other pairs."""
        with suppress(NoPlanError):
            found, _ = search_whole(self.system, pairs, None, self._allowance, self._options, self._clock)
            if found is not None and found.value < self.best.value:
                self.best.fitted = found

    def _search(self) -> None:
        """Ask the solver to search all pairs that could be part of a better plan."""
        reach = self._within_reach()
        self._report(f"search among {len(reach):,} pairs")
        found, bound = search_whole(self.system, reach, self.best.fitted, self._allowance, self._options, self._clock)
        if found is not None and found.value < self.best.value:
            self.best.fitted = found
        self.best.searched = min(bound, self.best.value)
        self._say()

    def _within_reach(self) -> Ints:
        """Return the pairs of which, by the root's prices, no better plan is known not to use one."""
        relaxed = self._root
        slack = self.best.value - relaxed.bound.value
        near = relaxed.bound.reduced <= slack + PENNY
        if self.best.fitted is not None:
            near[self.best.fitted.pairs] = True
        return np.flatnonzero(near)

    def _cut_off(self) -> float:
        share, amount = self._allowance
        if self.best.fitted is None:
            return np.inf
        return self.best.value - max(share * abs(self.best.value), amount)

    def _is_good(self) -> bool:
        return self.best.fitted is not None and self.best.bound >= self._cut_off()

    def _say(self) -> None:
        best = self.best
        bound, rest = f"bound {best.bound:,.2f}", f"{best.pairs:,} pairs, {self._clock.used_s():.1f} s"
        if best.fitted is None:
            self._report(f"no plan yet, {bound}, {rest}")
            return
        gap = (best.value - best.bound) / max(abs(best.value), 1e-9)
        self._report(f"best {best.value:,.2f}, {bound}, gap {gap:.4%}, {rest}")


def _deciders(system: System) -> int:
    """Return how many pupils the pairs that an LP keeps are counted by."""
    draft = system.draft
    return len(np.unique(draft.pupil)) if draft.hangs_together else len(draft.count)
