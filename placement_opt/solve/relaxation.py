"""The LP of a system over a few of its pairs, which grows by the pairs that its prices ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp

from placement_opt.errors import SolverError
from placement_opt.facts import Bools, Floats, Ints
from placement_opt.model.linear import NO_PAIRS, NO_SITE
from placement_opt.solve.highs import must_be_whole, solve_lp
from placement_opt.solve.path_prices import path_prices
from placement_opt.solve.system import Bound, Box, System, at_sites

BEYOND = 1e-7
"""A site takes more pupils than it is open for when it takes so many more."""
BEYOND_ALL = 1.5
"""No rounding makes so many times a pupil's number: the solver's answer cannot be."""
HELPS, DEAR = -1e-6, 10_000.0
"""A pair with a reduced cost below this could help; where things cost more than so much, in proportion."""
PAIRS_EACH_TIME = 3
"""So many of a pupil's pairs are added at once."""
PENALTY = 10.0
"""Breaking a row by as much as a pupil (or, without pupils, a column) weighs in it costs so many times the dearest."""
ROWS_BY_SIMPLEX = 2_000
PAIRS_BY_SIMPLEX = 500
COLUMNS_BY_SIMPLEX = 2
"""Where years hang together, larger LPs are solved from the inside at first, and again after more pairs were added or
more of the other columns have to move."""
NOT_RAISED, RAISED, MOST_PENALTY = 1.0, 10.0, 1e4
"""Where breaking a row still pays, the penalty is raised by so much, up to so many times the first one."""
CLOSE = 1e-9
"""The bound has met the value when they differ by less than this share."""


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The optimum of the LP, priced against all pairs.

    Parameters
    ----------
    bound
        With the multipliers of the rows.
    value
        Of the LP over the pairs that are in it; as good as the bound, unless the bound is above the cut-off.
    pairs, pupils
        Positions of the pairs in use, and how many pupils each has.
    others
        The value of every other column.
    is_broken
        Some row is broken at a penalty: there is no plan here, or the penalty is too small.
    """

    bound: Bound
    value: float
    pairs: Ints
    pupils: Floats
    others: Floats
    is_broken: bool

    def without_reduced(self) -> "Relaxed":
        """Return the optimum without the reduced costs, which can be worked out again from the multipliers."""
        return replace(self, bound=replace(self.bound, reduced=np.zeros(0)))


class Relaxation:
    """The LP of a system, ready to be solved again with other boxes.

    Parameters
    ----------
    system
        Rows and objective.
    chosen
        Positions of the pairs to begin with, ascending.
    tolerance
        The bound has met the value when they differ by no more than this.
    threads, seed
        Of HiGHS.
    """

    def __init__(
        self, system: System, chosen: Ints, *, tolerance: float = 0.0, threads: int = 1, seed: int = 0
    ) -> None:
        self.system, self._tolerance = system, tolerance
        self.inside = np.zeros(system.draft.choices, dtype=bool)
        self.inside[chosen] = True
        self._has_row = np.zeros(len(self.inside), dtype=bool)
        self.order = chosen
        dearest = max(float(np.abs(costs).max(initial=1.0)) for costs in (system.cost_of_pairs, system.cost_of_others))
        self._unit_penalty, self._helps = PENALTY * dearest, HELPS * max(1.0, dearest / DEAR)
        self._boxed: dict[int, Box] = {}
        self._raised = NOT_RAISED
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (("output_flag", False), ("threads", threads), ("random_seed", seed), ("solver", "simplex")):
            self._highs.setOptionValue(name, value)
        self._pass_model(chosen)
        self.is_tied = system.draft.hangs_together and len(system.rows) > ROWS_BY_SIMPLEX
        self._from_inside = self.is_tied
        self._columns = np.zeros(0)

    def _pass_model(self, chosen: Ints) -> None:
        system = self.system
        others = len(system.draft.columns)
        self._artificial = self._artificial_columns()
        rows, signs = self._artificial
        penalties = self._unit_penalty / self._scale[rows]
        least, most = system.boxes
        extra = sp.csr_matrix((signs, (rows, np.arange(len(rows)))), shape=(len(system.rows), len(rows)))
        matrix = sp.hstack([system.of_others, extra, system.of_pairs_by_column[:, chosen]], format="csc")
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
        lp.col_cost_ = np.concatenate([system.cost_of_others, penalties, system.lp_cost_of_pairs[chosen]])
        lp.col_lower_ = np.concatenate([least, np.zeros(len(rows) + len(chosen))])
        lp.col_upper_ = np.concatenate([most, np.full(len(rows), np.inf), system.most_of_pairs[chosen]])
        lp.offset_ = system.constant
        lp.row_lower_ = np.where(system.sense < 0, -np.inf, system.right)
        lp.row_upper_ = np.where(system.sense > 0, np.inf, system.right)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = matrix.data.astype(np.float64)
        self._highs.passModel(lp)
        self._first_pair = others + len(rows)

    def _artificial_columns(self) -> tuple[Ints, Floats]:
        """Return rows and signs of the columns that let rows be broken; who counts a pupil, nobody need break."""
        system = self.system
        of_others = abs(system.of_others).max(axis=1).toarray().ravel() if len(system.draft.columns) else None
        of_pairs = abs(system.of_pairs).max(axis=1).toarray().ravel() if system.draft.choices else None
        scale = np.ones(len(system.rows)) if of_others is None else np.where(of_others > 0, of_others, 1.0)
        self._scale = scale if of_pairs is None else np.where(of_pairs > 0, of_pairs, scale)
        may_break = ~system.is_pupil_row | (system.unplaced_column < 0)
        below = np.flatnonzero(may_break & (system.sense <= 0))
        above = np.flatnonzero(may_break & (system.sense >= 0))
        signs = np.concatenate([np.full(len(below), -1.0), np.ones(len(above))])
        return np.concatenate([below, above]), signs

    def _add_opening_rows(self, columns: Floats) -> bool:
        """Say for sites that take more pupils than they are open for that they may not; tell whether any did."""
        system = self.system
        site = system.draft.site[self.order]
        most = system.most_of_pairs[self.order]
        is_open = at_sites(columns[: len(system.draft.columns)], site, 1.0)
        pupils, has_row = columns[self._first_pair :], self._has_row[self.order]
        beyond = (pupils > most * is_open + BEYOND) & ~has_row
        if not beyond.any():
            return False
        self._open_before_use(np.flatnonzero((pupils > BEYOND) & ~has_row & np.isin(site, np.unique(site[beyond]))))
        return True

    def _open_before_use(self, at: Ints) -> None:
        """Add the rows that say of pairs, by their places in `order`, that their sites have to be open."""
        draft = self.system.draft
        at = at[draft.site[self.order[at]] != NO_SITE]
        site, most = draft.site[self.order], self.system.most_of_pairs[self.order]
        starts = np.arange(len(at), dtype=np.int32) * 2
        index = np.column_stack([self._first_pair + at, site[at]]).ravel().astype(np.int32)
        value = np.column_stack([np.ones(len(at)), -most[at]]).ravel()
        self._highs.addRows(len(at), np.full(len(at), -np.inf), np.zeros(len(at)), len(index), starts, index, value)
        self._has_row[self.order[at]] = True

    def add(self, pairs: Ints) -> None:
        """Add pairs to the LP."""
        system = self.system
        part = system.of_pairs_by_column[:, pairs]
        self._highs.addCols(
            len(pairs),
            system.lp_cost_of_pairs[pairs],
            np.zeros(len(pairs)),
            system.most_of_pairs[pairs],
            part.nnz,
            part.indptr[:-1].astype(np.int32),
            part.indices.astype(np.int32),
            part.data.astype(np.float64),
        )
        self.inside[pairs] = True
        self.order = np.append(self.order, pairs)
        self._from_inside |= self.is_tied and len(pairs) > PAIRS_BY_SIMPLEX

    def thin(self, most: int, reduced: Floats, keep: Ints = NO_PAIRS) -> None:
        """Take out pairs that the LP has no use for, but those with the least reduced cost.

        Parameters
        ----------
        most
            So many pairs are kept, and those in use.
        reduced
            The reduced cost of every pair at the LP's optimum.
        keep
            Positions of pairs that are kept in any case.
        """
        if len(self.order) <= most:
            return
        limit = max(float(np.partition(reduced[self.order], most)[most]), -HELPS)
        values = np.array(self._highs.getSolution().col_value)[self._first_pair :]
        out = np.flatnonzero((reduced[self.order] > limit) & (values <= 0) & ~np.isin(self.order, keep))
        self._highs.deleteCols(len(out), (self._first_pair + out).astype(np.int32))
        self.inside[self.order[out]] = False
        self._has_row[self.order[out]] = False
        self.order = np.delete(self.order, out)

    def solve(self, boxes: Mapping[int, Box] | None = None, *, cut_off: float = np.inf, add: bool = True) -> Relaxed:
        """Solve the LP, and add pairs until none that is left out could help, or the bound is above the cut-off.

        Parameters
        ----------
        boxes
            Other columns with another least and most than their own.
        cut_off
            A bound above this is good enough.
        add
            Leave the LP as it is instead of adding pairs when this is False; the bound holds all the same.
        """
        self._set_boxes(dict(boxes or {}))
        best: Bound | None = None
        while True:
            value, multipliers, columns = self._run()
            while self._add_opening_rows(columns):
                value, multipliers, columns = self._run()
            settled = self._lowered(multipliers)
            bound = self.system.bound(settled, boxes)
            if best is None or bound.value > best.value:
                best = bound
            done = (
                best.value >= value - max(CLOSE * max(1.0, abs(value)), self._tolerance)
                or best.value > cut_off
                or not add
            )
            missing = np.zeros(0, dtype=np.int64) if done else self._missing(settled, multipliers, boxes or {})
            if len(missing):
                self.add(missing)
                continue
            relaxed = self._relaxed(best, value, columns)
            if not relaxed.is_broken or best.value > cut_off or not add or not self._raise_penalty():
                return relaxed

    def _raise_penalty(self) -> bool:
        """Raise what breaking a row costs; tell whether it could be raised."""
        if self._raised >= MOST_PENALTY:
            return False
        self._set_penalty(self._raised * RAISED)
        return True

    def _set_penalty(self, raised: float) -> None:
        self._raised = raised
        others, (rows, _) = len(self.system.draft.columns), self._artificial
        numbers = (others + np.arange(len(rows))).astype(np.int32)
        self._highs.changeColsCost(len(rows), numbers, raised * self._unit_penalty / self._scale[rows])

    def _relaxed(self, bound: Bound, value: float, columns: Floats) -> Relaxed:
        others = len(self.system.draft.columns)
        pupils = columns[self._first_pair :]
        used = np.flatnonzero(pupils > 1e-9)
        order = np.argsort(self.order[used])
        broken = bool((columns[others : self._first_pair] > 1e-6).any())
        return Relaxed(bound, value, self.order[used][order], pupils[used][order], columns[:others], broken)

    def _run(self) -> tuple[float, Floats, Floats]:
        if self._from_inside:
            self._highs.setOptionValue("solver", "ipm")
            self._highs.run()
            self._highs.setOptionValue("solver", "simplex")
            self._from_inside = False
        solve_lp(self._highs)
        solution = self._highs.getSolution()
        duals, self._columns = np.array(solution.row_dual, dtype=np.float64), np.array(solution.col_value)
        value = float(self._highs.getInfo().objective_function_value)
        must_be_whole(self._highs, value, self._columns, duals)
        if (self._columns[self._first_pair :] > BEYOND_ALL * self.system.most_of_pairs[self.order]).any():
            raise SolverError("HiGHS placed more pupils than there are.")
        return value, duals[: len(self.system.rows)], self._columns

    def _lowered(self, multipliers: Floats) -> Floats:
        """Lower pupils' multipliers to what their cheapest choice costs, where no site has a say in it."""
        system = self.system
        if system.draft.hangs_together:
            return path_prices(system, multipliers)
        reduced = system.reduced_of_pairs(multipliers)
        free = system.draft.site == NO_SITE
        lowest = np.zeros(len(system.draft.count))
        np.minimum.at(lowest, system.draft.pupil[free], np.minimum(reduced[free], 0.0))
        rows = system.row_of_pupil
        known = np.flatnonzero((rows >= 0) & (lowest < 0))
        lowered = multipliers.copy()
        lowered[rows[known]] += lowest[known]
        return lowered

    def _missing(self, settled: Floats, multipliers: Floats, boxes: Mapping[int, Box]) -> Ints:
        """Return pairs that could help, at the LP's prices.

        Where years hang together, at first only those that could still help when pupils pay what their cheapest way
        costs; prices settle sooner.
        """
        if self.system.draft.hangs_together:
            missing = self._helpful(settled, boxes)
            if len(missing):
                return missing
        return self._helpful(multipliers, boxes)

    def _helpful(self, multipliers: Floats, boxes: Mapping[int, Box]) -> Ints:
        """Return pairs that could help at some prices, a few for each pupil; pairs of sites that are shut cannot."""
        system = self.system
        reduced = system.reduced_of_pairs(multipliers)
        reduced = reduced if system.nudge is None else reduced + system.nudge
        may_help = (reduced < self._helps) & ~self.inside
        shut = [column for column, (_, most) in boxes.items() if most == 0]
        if shut:
            may_help &= ~np.isin(system.draft.site, shut)
        pairs = np.flatnonzero(may_help)
        return np.sort(pairs[first_of_each(system.draft.pupil[pairs], reduced[pairs], PAIRS_EACH_TIME)])

    def _set_boxes(self, boxes: dict[int, Box]) -> None:
        least, most = self.system.boxes
        opened = {column: (float(least[column]), float(most[column])) for column in self._boxed.keys() - boxes.keys()}
        changed = {column: box for column, box in boxes.items() if self._boxed.get(column) != box} | opened
        for column, (low, high) in changed.items():
            self._highs.changeColBounds(column, float(low), float(high))
        self._from_inside |= self.is_tied and self._moved(changed) + len(opened) > COLUMNS_BY_SIMPLEX
        self._boxed = boxes

    def _moved(self, boxes: Mapping[int, Box]) -> int:
        """Return how many columns are outside their boxes."""
        if not len(self._columns):
            return 0
        values = self._columns
        return sum(not low - BEYOND <= values[column] <= high + BEYOND for column, (low, high) in boxes.items())


def first_of_each(group: Ints, value: Floats, most: int) -> Bools:
    """Return which entries are among the least few of their group."""
    order = np.lexsort((value, group))
    sorted_groups = group[order]
    first = np.searchsorted(sorted_groups, sorted_groups, side="left")
    chosen = np.zeros(len(group), dtype=bool)
    chosen[order[np.arange(len(group)) - first < most]] = True
    return chosen
