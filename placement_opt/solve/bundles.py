"""The LP over bundles: each provision takes one bundle of pupils that fits, and the prices ask for better bundles."""

from collections.abc import Callable

import highspy
import numpy as np
import scipy.sparse as sp

from placement_opt.facts import Bools, Floats, Ints
from placement_opt.model.linear import NO_SITE
from placement_opt.policy import SolveOptions
from placement_opt.solve.highs import must_be_whole, solve_lp
from placement_opt.solve.knapsacks import Knapsacks, Marks, Table, best_loads
from placement_opt.solve.parts import Part, Priced, Prices, Shares
from placement_opt.solve.system import System, at_sites

CLOSE = 1e-8
"""The bound has met the value when they differ by less than this share."""
HELPS = 1e-7
"""A bundle helps when it is better than the LP's prices by more than this share of the dearest column."""
STEADY, STEADIER_BY = 0.7, 0.35
"""So far the prices stay with the best ones known; less far each time that no bundle helps."""
NEAR_ENOUGH = 0.08
"""A part that must be divided anyway is not looked at more closely than this share of its distance to the cut-off."""
SEEDS, TURN, AHEAD, PATIENCE, SHORTER = 80, 0.5, 0.05, 8, 0.6
"""Steps of the first walk, the share of the last direction that is kept, how far the bound is hoped to rise at most,
and how many steps in vain shorten the steps, to which share."""
NODES_OF_CHOICE = 60
"""So many nodes are looked at to choose among the bundles known."""
PENALTY, RAISED, MOST_PENALTY = 2.0, 10.0, 1e4
"""Breaking a row costs so many times the dearest column; raised by so much, up to so many times the first penalty."""


class Bundles:
    """The LP over bundles of a system, ready to be solved for one part after another.

    Parameters
    ----------
    system, knapsacks
        Rows and objective, and what fits.
    options
        Threads and seed.
    """

    def __init__(self, system: System, knapsacks: Knapsacks, options: SolveOptions) -> None:
        self.system, self.knapsacks = system, knapsacks
        self.usable: Marks = knapsacks.fits.copy()
        self._free = np.zeros(len(system.rows), dtype=bool)
        self._free[knapsacks.row[knapsacks.is_exact]] = True
        self._counted = np.flatnonzero(knapsacks.site != NO_SITE)
        self._dearest = max(float(np.abs(c).max(initial=1.0)) for c in (system.cost_of_pairs, system.cost_of_others))
        self._raised = 1.0
        self._of_bundle = np.zeros(0, dtype=np.int64)
        self._members = np.zeros((0, len(knapsacks.pupils)), dtype=bool)
        self._known: set[tuple[int, bytes]] = set()
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (
            ("output_flag", False), ("threads", options.threads), ("random_seed", options.seed), ("solver", "simplex"),
            ("mip_max_nodes", NODES_OF_CHOICE)
        ):  # fmt: skip
            self._highs.setOptionValue(name, value)
        self._pass_model()

    def _pass_model(self) -> None:
        system, knapsacks = self.system, self.knapsacks
        rows, others, provisions = len(system.rows), len(system.draft.columns), len(knapsacks.provisions)
        signs = np.concatenate([np.ones(rows), -np.ones(rows)])
        broken = sp.csr_matrix((signs, (np.tile(np.arange(rows), 2), np.arange(2 * rows))), shape=(rows, 2 * rows))
        sites = knapsacks.site[self._counted]
        one = sp.csr_matrix((-np.ones(len(sites)), (self._counted, sites)), shape=(provisions, others))
        count = sp.csr_matrix((np.ones(len(sites)), (np.zeros(len(sites), dtype=int), sites)), shape=(1, others))
        below = sp.csr_matrix((provisions + 1, 2 * rows))
        matrix = sp.vstack([sp.hstack([system.of_others, broken]), sp.hstack([sp.vstack([one, count]), below])])
        matrix = sp.csc_matrix(matrix)
        matrix.sort_indices()
        least, most = system.boxes
        right = (knapsacks.site == NO_SITE).astype(np.float64)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = others + 2 * rows, rows + provisions + 1
        lp.col_cost_ = np.concatenate([system.cost_of_others, self._penalties()])
        lp.col_lower_ = np.concatenate([least, np.zeros(2 * rows)])
        lp.col_upper_ = np.concatenate([most, np.full(2 * rows, np.inf)])
        lp.offset_ = system.constant
        is_free = self._free
        lp.row_lower_ = np.concatenate([np.where((system.sense < 0) | is_free, -np.inf, system.right), right, [0.0]])
        lp.row_upper_ = np.concatenate([np.where((system.sense > 0) | is_free, np.inf, system.right), right, [np.inf]])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = matrix.data.astype(np.float64)
        self._highs.passModel(lp)
        self._first_bundle = others + 2 * rows
        self._add(np.arange(provisions), np.zeros((provisions, len(knapsacks.pupils)), dtype=bool))

    def _penalties(self) -> Floats:
        """Return what breaking rows costs: a pupil counted too often costs nothing, which keeps prices steady."""
        above = np.where(self.system.is_pupil_row, 0.0, 1.0)
        return self._raised * PENALTY * self._dearest * np.concatenate([np.ones(len(above)), above])

    def _add(self, provisions: Ints, members: Marks) -> int:
        """Add bundles that are not known yet, given by provision and members; return how many were new."""
        knapsacks, system = self.knapsacks, self.system
        new = []
        for at, (provision, row) in enumerate(zip(provisions.tolist(), members, strict=True)):
            key = (provision, row.tobytes())
            if key not in self._known:
                self._known.add(key)
                new.append(at)
        if not new:
            return 0
        provisions, members = provisions[new], members[new]
        bundle, pupil = np.nonzero(members)
        pairs = knapsacks.pair[pupil, provisions[bundle]]
        uses = sp.csr_matrix((np.ones(len(pairs)), (pairs, bundle)), shape=(system.draft.choices, len(new)))
        one = sp.csr_matrix(
            (np.ones(len(new)), (provisions, np.arange(len(new)))), shape=(len(knapsacks.provisions) + 1, len(new))
        )
        part = sp.csc_matrix(sp.vstack([system.of_pairs @ uses, one]))
        self._highs.addCols(
            len(new),
            np.asarray(uses.T @ system.cost_of_pairs, dtype=np.float64),
            np.zeros(len(new)),
            np.full(len(new), np.inf),
            part.nnz,
            part.indptr[:-1].astype(np.int32),
            part.indices.astype(np.int32),
            part.data.astype(np.float64),
        )
        self._of_bundle = np.append(self._of_bundle, provisions)
        self._members = np.concatenate([self._members, members])
        return len(new)

    def price(self, prices: Prices, part: Part) -> Priced:
        """Work out the bound that prices give for a part; prices of a wrong sign count as 0."""
        system, knapsacks = self.system, self.knapsacks
        rows = np.where((system.sense * prices.rows < 0) | self._free, 0.0, prices.rows)
        prices = Prices(rows, prices.opened)
        reduced = np.append(system.reduced_of_pairs(rows), np.inf)
        gain = np.where(self._usable_in(part), reduced[knapsacks.pair], np.inf)
        least, most = self._boxes(part)
        is_shut = at_sites(most, knapsacks.site, np.inf) == 0
        worth, taken = self._best(gain, is_shut, part)
        others = system.cost_of_others - system.of_others.T @ rows
        sites = knapsacks.site[self._counted]
        if np.isposinf(worth).any():
            return Priced(np.inf, prices, gain, worth, np.zeros(len(worth)), taken)
        others[sites] += worth[self._counted] - prices.opened
        ends = np.where(others < 0, most, least)
        to_open = np.zeros(len(worth))
        to_open[self._counted] = others[sites] * (1.0 - ends[sites])
        total = system.constant + float(rows @ system.right) + float(worth[knapsacks.site == NO_SITE].sum())
        total += float(others @ ends)
        if prices.opened:
            total += prices.opened * (part.least_open if prices.opened > 0 else min(part.most_open, len(sites)))
        return Priced(total, prices, gain, worth, to_open, taken)

    def _best(self, gain: Table, is_shut: Bools, part: Part) -> tuple[Floats, Marks]:
        """Return the best bundle of each provision, with the pairs that the part holds."""
        knapsacks = self.knapsacks
        room, base = knapsacks.most.copy(), np.zeros(len(knapsacks.most))
        free = gain
        if part.held:
            free = gain.copy()
            for pupil, provision in part.held:
                room[provision] -= knapsacks.places[pupil]
                base[provision] += gain[pupil, provision]
                free[pupil, provision] = np.inf
        worth, taken = best_loads(np.where(is_shut[None, :], np.inf, free), knapsacks.places, room)
        for pupil, provision in part.held:
            taken[pupil, provision] = True
        return np.where(is_shut, 0.0, np.where(room < 0, np.inf, worth + base)), taken

    def _usable_in(self, part: Part) -> Marks:
        usable = self.usable.copy()
        for pupil, provision in part.shut:
            usable[pupil, provision] = False
        for pupil, provision in part.held:
            usable[pupil, :] = False
            usable[pupil, provision] = True
        return usable

    def _boxes(self, part: Part) -> tuple[Floats, Floats]:
        least, most = (values.copy() for values in self.system.boxes)
        for column, (low, high) in part.boxes.items():
            least[column], most[column] = low, high
        return least, most

    def solve(self, part: Part, start: Prices, cut_off: float, may_go_on: Callable[[], bool]) -> Shares | None:
        """Solve the LP of a part.

        Parameters
        ----------
        part
            What its branches say.
        start
            Prices that are good nearby.
        cut_off
            A bound above this is good enough.
        may_go_on
            Asked before each LP.

        Returns
        -------
        Shares or None
            None where it may not go on. The LP over the bundles has not been solved, and `others` is empty, where the
            first prices suffice.
        """
        best = self.price(start, part)
        if _is_out(best, cut_off):
            return _unsolved(best)
        self._set(part)
        self._add_helpful(best, None)
        steady = STEADY
        while may_go_on():
            value, prices, convexity, columns = self._run()
            tried = self.price(best.prices.mixed(prices, steady), part)
            helped = self._add_helpful(tried, (prices, convexity))
            best = tried if tried.value > best.value else best
            slack = value - best.value
            is_settled = slack <= CLOSE * max(1.0, abs(value))
            if _is_out(best, cut_off):
                return _unsolved(best)
            shares = self._shares(best, columns, is_settled=is_settled or (not helped and steady == 0.0))
            if shares.is_settled:
                if not shares.is_broken or not self._raise_penalty():
                    return shares
            elif (
                not shares.is_broken
                and slack <= NEAR_ENOUGH * min(cut_off - value, abs(value))
                and not _is_whole(shares)
            ):
                return shares
            steady = STEADY if helped else max(0.0, steady - STEADIER_BY)
        return None

    def seeded(self, part: Part, start: Prices, target: float) -> Prices:
        """Walk along subgradients of the pupils' prices, add all bundles on the way, and return the best prices.

        Parameters
        ----------
        part, start
            Where to walk, and from which prices.
        target
            A value that the bound will hardly pass; infinite where none is known.
        """
        rows = self.system.row_of_pupil[self.knapsacks.pupils]
        best = priced = self.price(start, part)
        length, direction, since = 1.0, np.zeros(len(rows)), 0
        for _ in range(SEEDS):
            self._add_helpful(priced, None)
            used = priced.taken & (priced.to_open == 0)[None, :]
            direction = TURN * direction + 1.0 - used.sum(axis=1)
            if not direction.any():
                break
            ahead = min(target - priced.value, AHEAD * max(1.0, abs(priced.value)))
            moved = priced.prices.rows.copy()
            moved[rows] += length * max(ahead, 0.0) / float(direction @ direction) * direction
            priced = self.price(Prices(moved, priced.prices.opened), part)
            since = 0 if priced.value > best.value else since + 1
            best = priced if priced.value > best.value else best
            if since >= PATIENCE:
                priced, length, since = best, length * SHORTER, 0
                direction = np.zeros(len(rows))
        return best.prices

    def _run(self) -> tuple[float, Prices, Floats, Floats]:
        solve_lp(self._highs)
        solution = self._highs.getSolution()
        duals, rows = np.array(solution.row_dual, dtype=np.float64), len(self.system.rows)
        value = float(self._highs.getInfo().objective_function_value)
        columns = np.array(solution.col_value)
        must_be_whole(self._highs, value, columns, duals)
        return value, Prices(duals[:rows], float(duals[-1])), duals[rows:-1], columns

    def whole(self, part: Part, seconds: float) -> Marks:
        """Choose among the bundles known so far in whole numbers.

        Parameters
        ----------
        part
            What its branches say.
        seconds
            When to stop.

        Returns
        -------
        array
            Which pairs the best choice found holds: shape (pupils, provisions); a pupil may be in several bundles.
        """
        self._set(part)
        highs = self._highs
        self._ask_for(highspy.HighsVarType.kInteger, "choose")
        highs.setOptionValue("time_limit", seconds)
        highs.run()
        found = np.array(highs.getSolution().col_value)
        highs.setOptionValue("time_limit", np.inf)
        self._ask_for(highspy.HighsVarType.kContinuous, "simplex")
        pupils = np.zeros(self.knapsacks.pair.shape, dtype=bool)
        for at in np.flatnonzero(found[self._first_bundle :] > 0.5).tolist() if len(found) else []:
            pupils[self._members[at], self._of_bundle[at]] = True
        return pupils

    def _ask_for(self, kind: highspy.HighsVarType, solver: str) -> None:
        """Make bundles and whole columns whole numbers, or not."""
        is_whole = np.array([column.whole for column in self.system.draft.columns], dtype=bool)
        columns = np.concatenate([np.flatnonzero(is_whole), self._first_bundle + np.arange(len(self._members))])
        kinds = np.full(len(columns), int(kind), dtype=np.uint8)
        self._highs.changeColsIntegrality(len(columns), columns.astype(np.int32), kinds)
        self._highs.setOptionValue("solver", solver)

    def _add_helpful(self, priced: Priced, at: tuple[Prices, Floats] | None) -> bool:
        """Add the best bundles of all provisions; tell whether one of them improves the LP with its own prices."""
        provisions = np.flatnonzero(priced.taken.any(axis=0))
        members = priced.taken.T[provisions]
        self._add(provisions, members)
        if at is None:
            return True
        prices, convexity = at
        reduced = np.append(self.system.reduced_of_pairs(prices.rows), 0.0)[self.knapsacks.pair]
        worth = np.where(priced.taken, reduced, 0.0).sum(axis=0)[provisions] - convexity[provisions]
        return bool((worth < -HELPS * self._dearest).any())

    def _set(self, part: Part) -> None:
        """Give the LP the boxes of a part, and shut the bundles that are not allowed in it."""
        highs, knapsacks = self._highs, self.knapsacks
        least, most = self._boxes(part)
        numbers = np.arange(len(least), dtype=np.int32)
        highs.changeColsBounds(len(numbers), numbers, least, most)
        highs.changeRowBounds(len(self.system.rows) + len(knapsacks.provisions), part.least_open, part.most_open)
        must = np.zeros(knapsacks.pair.shape, dtype=bool)
        for pupil, provision in part.held:
            must[pupil, provision] = True
        never = ~self._usable_in(part)
        wrong = (self._members & never.T[self._of_bundle]).any(axis=1)
        wrong |= (~self._members & must.T[self._of_bundle]).any(axis=1)
        at = (self._first_bundle + np.arange(len(self._members))).astype(np.int32)
        highs.changeColsBounds(len(at), at, np.zeros(len(at)), np.where(wrong, 0.0, np.inf))

    def _shares(self, priced: Priced, columns: Floats, *, is_settled: bool) -> Shares:
        others = len(self.system.draft.columns)
        bundles = columns[self._first_bundle :]
        used = np.flatnonzero(bundles > 1e-9)
        pupils = np.zeros(self.knapsacks.pair.shape)
        for at in used.tolist():
            pupils[self._members[at], self._of_bundle[at]] += bundles[at]
        broken = bool((columns[others : self._first_bundle][self._penalties() > 0] > 1e-7).any())
        return Shares(priced, columns[:others], pupils, broken, is_settled)

    def _raise_penalty(self) -> bool:
        """Raise what breaking a row costs; tell whether it could be raised."""
        if self._raised >= MOST_PENALTY:
            return False
        self._raised *= RAISED
        at = np.arange(len(self.system.draft.columns), self._first_bundle, dtype=np.int32)
        self._highs.changeColsCost(len(at), at, self._penalties())
        return True


def _is_out(priced: Priced, cut_off: float) -> bool:
    """Return whether a part can hold no plan that matters."""
    return priced.value > cut_off or bool(np.isposinf(priced.value))


def _unsolved(priced: Priced) -> Shares:
    return Shares(priced, np.zeros(0), np.zeros(priced.gain.shape), is_broken=False, is_settled=True)


def _is_whole(shares: Shares) -> bool:
    return bool((np.abs(shares.pupils - np.rint(shares.pupils)) < 1e-6).all())
