"""The tree of an earlier proof grown further for a near system: most of its leaves still prove what they did."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from placement_opt.errors import Status
from placement_opt.facts import Bools, Floats, Ints
from placement_opt.policy import SolveOptions
from placement_opt.solve.again.proved import ANY, Part
from placement_opt.solve.branching import WHOLE, fractional, split_at
from placement_opt.solve.clock import Clock
from placement_opt.solve.dive import columns_of
from placement_opt.solve.fitting import Fitted, fit, model_of, read, solver_options
from placement_opt.solve.highs import run_highs
from placement_opt.solve.optimum import PAIRS_OF_A_SEARCH, Optimum
from placement_opt.solve.proof import FAMILIES
from placement_opt.solve.relaxation import Relaxation, Relaxed
from placement_opt.solve.system import System

FEW_PAIRS = 2_000
"""Among so few pairs a part is searched at once, without a plan to begin with."""
IN_SMALL = {"presolve": "off", "mip_heuristic_run_feasibility_jump": False}
"""For models that are solved in a moment: what HiGHS does beforehand takes more than half of the time."""
MOST_NODES = 200
"""After so many LPs the question is no near one; it is left to a search from its root."""


@dataclass(frozen=True, eq=False)
class Branching:
    """The columns of near systems that may be branched on.

    Parameters
    ----------
    families
        Those that are decided first, first.
    whole
        Whether each is a whole number.
    """

    families: Sequence[Ints]
    whole: Bools


def branching_of(system: System) -> Branching:
    """Return the columns of a system, and of all near ones, that may be branched on."""
    whole = np.array([column.whole for column in system.draft.columns], dtype=bool)
    return Branching([columns_of(system, family) for family in FAMILIES], whole)


class Regrowth:
    """A search that starts at the leaves of an earlier proof.

    Parameters
    ----------
    system, relaxation
        Rows and objective, and its LP.
    branching
        The columns that may be branched on.
    known
        A plan of it; None = none is known.
    amount
        A plan that is better by less is no better one.
    options, clock
        Seed, threads, time.
    """

    def __init__(
        self,
        system: System,
        relaxation: Relaxation,
        branching: Branching,
        known: Fitted | None,
        amount: float,
        options: SolveOptions,
        clock: Clock,
    ) -> None:
        self.system, self.relaxation, self.best = system, relaxation, known
        self._amount, self._options, self._clock = amount, options, clock
        self._families, self._whole = branching.families, branching.whole
        self._settled: list[Part] = []
        self._bounds: list[float] = []
        self._untried: list[tuple[float, int, Part]] = []

    @property
    def _cut_off(self) -> float:
        return np.inf if self.best is None else self.best.value - self._amount

    @property
    def parts(self) -> list[Part]:
        """Parts that together hold every plan, with the bounds that their prices give."""
        return [*self._settled, *(part for _, _, part in self._untried)]

    def grow(self, parts: Sequence[Part]) -> Optimum | None:
        """Return the optimum over parts that together hold every plan; None where that is not settled here."""
        self._untried = [(part.bound, place, part) for place, part in enumerate(parts)]
        heapq.heapify(self._untried)
        nodes = len(parts)
        while self._untried and self._untried[0][0] < self._cut_off:
            if nodes > len(parts) + MOST_NODES or not self._clock.may_go_on():
                return None
            for part in self._explored(heapq.heappop(self._untried)[2]):
                nodes += 1
                heapq.heappush(self._untried, (part.bound, nodes, part))
        bound = min([*self._bounds, *(part.bound for _, _, part in self._untried)], default=np.inf)
        if self.best is None or bound < self._cut_off:
            return None
        return Optimum(self.system, self.best, certified=min(bound, self.best.value))

    def _explored(self, part: Part) -> list[Part]:
        """Look at a part: settle it, and note its plan; or return what it is branched into."""
        relaxed = self.relaxation.solve(part.boxes(self.system), cut_off=self._cut_off)
        if relaxed.bound.value > part.bound:
            part = Part(relaxed.bound.value, part.branches, relaxed.bound)
        if part.bound < self._cut_off and not relaxed.is_broken:
            columns = next((split for family in self._families if (split := fractional(relaxed.others, family))), None)
            if columns is not None:
                return self._branched(part, columns[0], float(relaxed.others[columns[0]]))
            self._settle(part, relaxed)
        else:
            self._bounds.append(part.bound)
        self._settled.append(part)
        return []

    def _settle(self, part: Part, relaxed: Relaxed) -> None:
        """Find the best plan of a part in which nothing is left to branch on but pupils."""
        found = self._read(relaxed)
        if found is None and len(self._near(relaxed)) > FEW_PAIRS:
            found = fit(self.system, relaxed, self._options, self._clock, IN_SMALL)
        self._note(found)
        self._bounds.append(part.bound if part.bound >= self._cut_off else self._searched(part, relaxed))

    def _note(self, found: Fitted | None) -> None:
        if found is not None and (self.best is None or found.value < self.best.value):
            self.best = found

    def _near(self, relaxed: Relaxed) -> Ints:
        """Return the pairs that, by the LP's prices, a plan could use that is better than the best so far."""
        slack = np.inf if self.best is None else self.best.value - relaxed.bound.value
        return np.flatnonzero(relaxed.bound.reduced <= slack + self._amount)

    def _searched(self, part: Part, relaxed: Relaxed) -> float:
        """Let the solver search a part, among the pairs that a better plan could use."""
        near = self._near(relaxed)
        if len(near) > PAIRS_OF_A_SEARCH:
            return part.bound
        model = model_of(self.system, near)
        for column, (low, high) in part.boxes(self.system).items():
            model.others[column].bounds(low, high)
        options = {**solver_options(self._options), **IN_SMALL, "mip_abs_gap": self._amount}
        run = run_highs(model.problem, gap=0.0, time_limit_s=self._clock.left_s(), options=options)
        if run.status is Status.INFEASIBLE:
            return np.inf
        self._note(read(model, run.value) if run.has_solution else None)
        return max(part.bound, run.bound) if run.has_solution else part.bound

    def _branched(self, part: Part, column: int, value: float) -> list[Part]:
        low, high = part.branches.get(column, ANY)
        least, most = (float(ends[column]) for ends in self.system.boxes)
        at = split_at(value, (max(low, least), min(high, most)))
        halves = ((low, at), (at + 1, high))
        return [Part(part.bound, {**part.branches, column: half}, part.known) for half in halves]

    def _read(self, relaxed: Relaxed) -> Fitted | None:
        """Return the LP as a plan, where it is one."""
        if not _is_whole(relaxed.pupils) or not _is_whole(relaxed.others[self._whole]):
            return None
        pupils = np.rint(relaxed.pupils).astype(np.int64)
        used = pupils > 0
        others = np.where(self._whole, np.rint(relaxed.others), relaxed.others)
        pairs, pupils = relaxed.pairs[used], pupils[used]
        value = self.system.constant + float(self.system.cost_of_pairs[pairs] @ pupils)
        return Fitted(value + float(self.system.cost_of_others @ others), pairs, pupils, others)


def _is_whole(values: Floats) -> bool:
    return bool((np.abs(values - np.rint(values)) <= WHOLE).all())
