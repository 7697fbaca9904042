"""Plans of pupils who take several places each: a tree over the LP of bundles, and dives for plans."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.model.linear import NO_SITE
from placement_opt.policy import SolveOptions
from placement_opt.solve.bundles import Bundles
from placement_opt.solve.dive import columns_of
from placement_opt.solve.knapsacks import Knapsacks, best_with_each
from placement_opt.solve.parts import Part, Priced, Prices, Shares
from placement_opt.solve.system import System

WHOLE = 1e-5
CLEAR = 0.05
"""How many sites are open is divided first where it is further than this from a whole number."""
FAMILIES = (("y",), ("c",), ("k",), ("l",), ("t",))
SURE = 0.95
"""A dive holds whatever has more than this share."""
NODES_BETWEEN_DIVES, NODES_WITHOUT_PLAN = 25, 4
NODES_BETWEEN_CHOICES = 200
"""So often the solver chooses in whole numbers among the bundles known by then."""
MOST_IN_VAIN = 8
"""A dive turns round so often where a rounding leaves nothing that could be better."""
MOST_PARTS, MOST_PARTS_WITHOUT_PLAN = 5_000, 40
"""After so many parts others may try; without a plan there may be none that places everybody."""
PENNY = 0.01
ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Node:
    """A part and what its LP says."""

    part: Part
    shares: Shares


class Packing:
    """A tree of parts that grows until its bound is good enough.

    Parameters
    ----------
    system, knapsacks
        Rows and objective, and what fits.
    options
        Threads and seed.
    cut_off
        Returns the bound that is good enough.
    try_pairs
        Called with the pairs of a plan that may be a better one.
    may_go_on, left_s
        Whether there is time, and how many seconds.
    """

    def __init__(
        self,
        system: System,
        knapsacks: Knapsacks,
        options: SolveOptions,
        *,
        cut_off: Callable[[], float],
        try_pairs: Callable[[Ints], None],
        may_go_on: Callable[[], bool],
        left_s: Callable[[], float],
    ) -> None:
        self.system, self.knapsacks = system, knapsacks
        self._bundles = Bundles(system, knapsacks, options)
        self._cut_off, self._try_pairs, self._may_go_on, self._left_s = cut_off, try_pairs, may_go_on, left_s
        self._families = [columns_of(system, family) for family in FAMILIES]
        self._site_number = {int(c): p for p, c in enumerate(knapsacks.site.tolist()) if c != NO_SITE}
        self._open: list[tuple[float, int, Node]] = []
        self._settled = np.inf
        self.nodes = 0
        self._fixed_below = np.inf
        self._root: Priced | None = None

    @property
    def bound(self) -> float:
        """No plan has an objective below it."""
        if self._root is None:
            return -np.inf
        return max(self._root.value, min(self._open[0][0] if self._open else np.inf, self._settled))

    def grow(self, start: Floats, tell: Callable[[], None]) -> None:
        """Divide the part with the least bound, until that is above the cut-off or there is no time."""
        part = Part(least_open=fewest_sites(self.system, self.knapsacks), boxes=_boxes_of_unplaced(self.system))
        prices = self._bundles.seeded(part, Prices(start), self._cut_off())
        shares = self._bundles.solve(part, prices, self._cut_off(), self._may_go_on)
        if shares is None:
            self._root = self._bundles.price(prices, part)
            self._settled = self._root.value
            return
        self._root = shares.priced
        self._push(part, shares, -np.inf)
        tell()
        if self._open:
            self._fix()
            self._choose(part)
            self._dive(self._open[0][2])
        while self._open and self._open[0][0] <= self._cut_off() and self._may_divide():
            self._fix()
            tell()
            bound, _, node = heapq.heappop(self._open)
            if not self._divide(node):
                heapq.heappush(self._open, (bound, -self.nodes, node))
                return
            between = NODES_BETWEEN_DIVES if np.isfinite(self._cut_off()) else NODES_WITHOUT_PLAN
            if self.nodes % between < 2 and self._open:
                self._dive(self._open[0][2])
            if self.nodes % NODES_BETWEEN_CHOICES < 2 and self._open:
                self._choose(part)

    def _choose(self, part: Part) -> None:
        """Look for a plan among the bundles known so far."""
        held = self._bundles.whole(part, self._left_s())
        if held.any(axis=1).all():
            self._try_pairs(np.sort(self.knapsacks.pair[held]))

    def _may_divide(self) -> bool:
        most = MOST_PARTS if np.isfinite(self._cut_off()) else MOST_PARTS_WITHOUT_PLAN
        return self.nodes < most and self._may_go_on()

    def _push(self, part: Part, shares: Shares, at_least: float) -> None:
        self.nodes += 1
        bound = max(shares.priced.value, at_least)
        if np.isposinf(bound):
            return
        if len(shares.others):
            heapq.heappush(self._open, (bound, self.nodes, Node(part, shares)))
        else:
            self._settled = min(self._settled, bound)

    def _divide(self, node: Node) -> bool:
        """Divide a part in two; False where the time ran out before both are known."""
        parts = self._parts(node)
        if parts is None:
            if not node.shares.is_broken:
                self._try(node.shares)
            self._settled = min(self._settled, node.shares.priced.value)
            return True
        solved = []
        for part in parts:
            shares = self._bundles.solve(part, node.shares.priced.prices, self._cut_off(), self._may_go_on)
            if shares is None:
                return False
            solved.append((part, shares))
        for part, shares in solved:
            self._push(part, shares, node.shares.priced.value)
        return True

    def _parts(self, node: Node) -> tuple[Part, Part] | None:
        """Return the two parts that a part is divided into; None where all is whole."""
        part, shares = node.part, node.shares
        sites = list(self._site_number)
        opened = float(shares.others[sites].sum())
        fewer = np.floor(opened + WHOLE)
        if CLEAR < opened - fewer < 1 - CLEAR:
            return replace(part, most_open=fewer), replace(part, least_open=fewer + 1)
        for family in self._families:
            off = np.abs(shares.others[family] - np.rint(shares.others[family]))
            if (off > WHOLE).any():
                column = int(family[int(np.argmax(off))])
                return self._beside(part, column, float(shares.others[column]))
        off = np.abs(shares.pupils - np.rint(shares.pupils))
        if (off > WHOLE).any():
            weight = np.where(off > WHOLE, off * self.knapsacks.places[:, None] ** 0.5, 0.0)
            pupil, provision = (int(at) for at in np.unravel_index(int(np.argmax(weight)), off.shape))
            return self._holding(part, [(pupil, provision)]), replace(part, shut=part.shut | {(pupil, provision)})
        return None

    def _beside(self, part: Part, column: int, value: float) -> tuple[Part, Part]:
        chosen = self.system.draft.columns[column]
        low, high = part.boxes.get(column, (chosen.least, chosen.most))
        below, above = (low, float(np.floor(value))), (float(np.floor(value)) + 1, high)
        return tuple(replace(part, boxes={**part.boxes, column: box}) for box in (below, above))  # type: ignore[return-value]

    def _holding(self, part: Part, pairs: list[tuple[int, int]]) -> Part:
        """Return a part with some pairs held, and their provisions open."""
        boxes = dict(part.boxes)
        for _, provision in pairs:
            column = int(self.knapsacks.site[provision])
            if column != NO_SITE:
                boxes[column] = (1.0, 1.0)
        return replace(part, boxes=boxes, held=part.held | set(pairs))

    def _dive(self, node: Node) -> None:
        """Round what is nearly whole, again and again, until there is a plan or nothing can be better."""
        part, shares, in_vain = node.part, node.shares, 0
        if shares.is_broken:
            return
        while in_vain <= MOST_IN_VAIN:
            ways = self._rounded(part, shares)
            if not ways:
                self._try(shares)
                return
            for way in ways:
                solved = self._bundles.solve(way, shares.priced.prices, self._cut_off(), self._may_go_on)
                if solved is None:
                    return
                if len(solved.others) and not solved.is_broken:
                    part, shares = way, solved
                    break
                in_vain += 1
            else:
                return

    def _rounded(self, part: Part, shares: Shares) -> tuple[Part, ...]:
        """Return parts in which more is whole, the most likely one first; none where all is."""
        for family in self._families:
            values = shares.others[family]
            off = np.abs(values - np.rint(values))
            if (off > WHOLE).any():
                fractional = family[off > WHOLE]
                chosen = int(fractional[int(np.argmax(shares.others[fractional]))])
                return self._beside(part, chosen, float(shares.others[chosen]))[::-1]
        off = np.abs(shares.pupils - np.rint(shares.pupils))
        if not (off > WHOLE).any():
            return ()
        sure = shares.pupils > SURE
        most = np.unravel_index(int(np.argmax(np.where(off > WHOLE, shares.pupils, 0.0))), sure.shape)
        top = (int(most[0]), int(most[1]))
        pairs = [(int(pupil), int(provision)) for pupil, provision in np.argwhere(sure)]
        held = self._holding(part, [top])
        return self._holding(held, pairs), held, replace(part, shut=part.shut | {top})

    def _try(self, shares: Shares) -> None:
        pupil, provision = np.nonzero(shares.pupils > 0.5)
        self._try_pairs(np.sort(self.knapsacks.pair[pupil, provision]))

    def _fix(self) -> None:
        """Shut pairs for good that no plan uses which is good enough, whenever a better plan is known."""
        cut_off = self._cut_off()
        if self._root is None or cut_off >= self._fixed_below:
            return
        self._fixed_below = cut_off
        self._bundles.usable &= bounds_with_each(self._root, self.knapsacks) <= cut_off + ROUNDING


def bounds_with_each(priced: Priced, knapsacks: Knapsacks) -> Floats:
    """Return the bound that prices give for plans that use a pair, for each pair: shape (pupils, provisions).

    Parameters
    ----------
    priced
        Of a part without branches.
    knapsacks
        What fits.
    """
    gain = np.where(np.isinf(priced.gain), 0.0, priced.gain)
    of_each = best_with_each(gain, knapsacks.places, knapsacks.most) - priced.worth[None, :]
    found = priced.value + of_each + priced.to_open[None, :]
    return np.where(np.isinf(priced.gain), np.inf, found)


def fewest_sites(system: System, knapsacks: Knapsacks) -> float:
    """Return how many of the provisions whose being open is a decision must be open for everybody to have a place."""
    must = _must_be_placed(system)[knapsacks.pupils]
    has_site = knapsacks.site != NO_SITE
    needed = float(knapsacks.places[must].sum()) - float(knapsacks.most[~has_site].sum())
    if needed <= 0:
        return 0.0
    most = np.sort(knapsacks.most[has_site])[::-1]
    return float(min(int(np.searchsorted(np.cumsum(most), needed)) + 1, len(most)))


def _must_be_placed(system: System) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    rows = system.row_of_pupil
    always = (rows >= 0) & (system.unplaced_column[rows] < 0)
    return (rows >= 0) if system.unplaced_limit == 0 else always


def _boxes_of_unplaced(system: System) -> dict[int, tuple[float, float]]:
    """Say that nobody is without a place, where that is the limit."""
    if system.unplaced_limit != 0:
        return {}
    columns = system.unplaced_column
    return {int(column): (0.0, 0.0) for column in columns[columns >= 0]}


def step_of(system: System) -> float:
    """Return the amount by which any two plans' objectives differ at least, in £; 0 where it is not known.

    All amounts of pairs and whole columns are multiples of it, and nothing else costs anything.
    """
    whole = np.array([column.whole for column in system.draft.columns], dtype=bool)
    amounts = np.concatenate([system.cost_of_pairs, system.cost_of_others]) / PENNY
    if (system.cost_of_others[~whole] != 0).any() or (np.abs(amounts - np.rint(amounts)) > ROUNDING).any():
        return 0.0
    return float(np.gcd.reduce(np.rint(amounts).astype(np.int64))) * PENNY if len(amounts) else 0.0
