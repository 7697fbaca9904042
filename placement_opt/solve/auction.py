"""An auction of places: pupils bid for them round by round, and the prices that end it prove how good the plan is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from placement_opt.facts import Floats, Ints

SHORT_LIST = 10
"""Each pupil looks at so many pairs, and at all of them only where these may no longer be the best."""
PAIRS_AT_ONCE = 4_000_000
BID_BITS = 43
LARGEST_PENCE = 2.0 ** (BID_BITS - 1)
"""Bids share a whole number of 63 bits with the position of their provision."""
EMPTY, NOT_USED = -1, -2


@dataclass(frozen=True, eq=False)
class Market:
    """Pupils, places and costs in pence.

    Parameters
    ----------
    edges
        Where the pairs of each row of pupils begin; one entry more than there are rows.
    provision, pence
        Of each pair, and what one pupil of it costs; infinite where the provision has no place.
    count, penalty
        Pupils of each row, and what one of them costs without a place; at most `LARGEST_PENCE`.
    free, over, over_pence
        Places of each provision, places over the number, and the price of one of these.
    """

    edges: Ints
    provision: Ints
    pence: Floats
    count: Ints
    penalty: Floats
    free: Ints
    over: Ints
    over_pence: Floats


@dataclass(frozen=True, eq=False)
class Outcome:
    """What an auction gives.

    Parameters
    ----------
    units
        Pupils of each pair.
    prices
        Of a place at each provision, in whole pence, 0 or more: the lowest bid that holds one, or the opening price
        while one is empty.
    asked
        What nobody's place would cost at each provision: 0 where one is empty, the price of a place over the number
        where only such are, and more than any bid where all are taken. A price above it proves too little.
    is_over
        Whether everybody has a place or would rather have none at these prices.
    """

    units: Ints
    prices: Ints
    asked: Ints
    is_over: bool


def hold_auction(market: Market, opening: Ints, step: int, may_go_on: Callable[[Ints], bool]) -> Outcome:
    """Let all pupils without a place bid at once, round after round, until nobody is left who wants to.

    Parameters
    ----------
    market
        Pupils and places.
    opening
        Prices in whole pence to begin with, 0 or more.
    step
        Pence by which a bid goes further than it must; 1 or more.
    may_go_on
        Asked before each round, with the prices.

    Returns
    -------
    Outcome
        Where all prices opened at 0 and it is over, its plan costs at most `step` a pupil more than the best.

    Notes
    -----
    D. Bertsekas and D. Castañon, "The auction algorithm for the transportation problem", Annals of Operations Research
    20 (1989). A pupil bids for the best provision as much as makes it no better than the second best, and `step`
    more; the places go to the highest bids, and who is outbid bids again. A place over the number is held by a bid of
    its price that belongs to nobody.
    """
    lists, places = _ShortLists(market), _Places(market, opening)
    lists.look_at_all(places.prices)
    waiting = np.arange(len(lists.row), dtype=np.int64)
    while len(waiting) and may_go_on(places.prices):
        waiting, at, gain = lists.wanted(waiting, places.prices)
        if len(waiting):
            provision = lists.choose(waiting, at)
            waiting = places.sell(waiting, provision, places.prices[provision] + gain.astype(np.int64) + step)
    units = np.bincount(lists.chosen[places.holder[places.holder >= 0]], minlength=len(market.pence))
    return Outcome(units.astype(np.int64), places.prices, places.asked(), not len(waiting))


class _ShortLists:
    """The best pairs of each pupil. Prices only rise, so that a pair that is not on the list gets no better."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.row = np.repeat(np.arange(len(market.count)), market.count)
        shape = (len(self.row), SHORT_LIST)
        self.pence, self.pair = np.empty(shape), np.empty(shape, dtype=np.int64)
        self.provision = np.empty(shape, dtype=np.int32)
        self.others = np.empty(len(self.row))
        self.chosen = np.zeros(len(self.row), dtype=np.int64)

    def look_at_all(self, prices: Ints) -> None:
        """Make every list anew."""
        self._look_at(np.arange(len(self.row)), prices)

    def _look_at(self, pupils: Ints, prices: Ints) -> None:
        rows, edges = self.row[pupils], self.market.edges
        lengths = edges[rows + 1] - edges[rows]
        width = max(int(lengths.max(initial=0)), SHORT_LIST + 1)
        size = max(1, PAIRS_AT_ONCE // width)
        for first in range(0, len(pupils), size):
            part = slice(first, first + size)
            self._look_at_some(pupils[part], edges[rows[part]], lengths[part], prices, width)

    def _look_at_some(self, pupils: Ints, begin: Ints, lengths: Ints, prices: Ints, width: int) -> None:
        market, number = self.market, np.arange(width)
        pair = np.minimum(begin[:, None] + number, len(market.pence) - 1)
        value = market.pence[pair] + prices[market.provision[pair]]
        value[number >= lengths[:, None]] = np.inf
        order = np.argpartition(value, SHORT_LIST, axis=1)[:, : SHORT_LIST + 1]
        self.others[pupils] = np.take_along_axis(value, order[:, SHORT_LIST:], axis=1)[:, 0]
        listed = order[:, :SHORT_LIST]
        pair = np.take_along_axis(pair, listed, axis=1)
        self.pair[pupils] = pair
        self.provision[pupils] = market.provision[pair]
        self.pence[pupils] = np.where(listed < lengths[:, None], market.pence[pair], np.inf)

    def wanted(self, pupils: Ints, prices: Ints) -> tuple[Ints, Ints, Floats]:
        """Return who still wants a place, which of the list, and by how much it is better than the second best."""
        at, best, second = self._two_best(pupils, prices)
        stale = np.flatnonzero(second > self.others[pupils])
        if len(stale):
            self._look_at(pupils[stale], prices)
            at[stale], best[stale], second[stale] = self._two_best(pupils[stale], prices)
        nowhere = self.market.penalty[self.row[pupils]]
        wants = best < nowhere
        return pupils[wants], at[wants], (np.minimum(second, nowhere) - best)[wants]

    def choose(self, pupils: Ints, at: Ints) -> Ints:
        """Note which pair of their list pupils bid for, and return its provision."""
        self.chosen[pupils] = self.pair[pupils, at]
        return self.provision[pupils, at].astype(np.int64)

    def _two_best(self, pupils: Ints, prices: Ints) -> tuple[Ints, Floats, Floats]:
        value = self.pence[pupils] + prices[self.provision[pupils]]
        at, every = value.argmin(axis=1), np.arange(len(pupils))
        best = value[every, at]
        value[every, at] = np.inf
        return at, best, value.min(axis=1)


class _Places:
    """Every place with the bid that holds it, provision by provision, the lowest bid first."""

    def __init__(self, market: Market, opening: Ints) -> None:
        self.capacity = market.free + market.over
        self.begin = np.cumsum(self.capacity) - self.capacity
        self.over_pence = np.ceil(np.minimum(market.over_pence, LARGEST_PENCE)).astype(np.int64)
        provision = self._provision()
        is_over = np.arange(len(provision)) - self.begin[provision] >= market.free[provision]
        self.bid = np.where(is_over, np.maximum(opening, self.over_pence)[provision], opening[provision])
        self.holder = np.where(is_over, NOT_USED, EMPTY)
        self.prices = opening.copy()
        has_places = self.capacity > 0
        self.prices[has_places] = self.bid[self.begin[has_places]]

    def _provision(self) -> Ints:
        return np.repeat(np.arange(len(self.capacity)), self.capacity)

    def sell(self, pupils: Ints, provision: Ints, bid: Ints) -> Ints:
        """Give the places to the highest bids; return who is outbid, ascending."""
        is_asked = np.zeros(len(self.prices), dtype=bool)
        is_asked[provision] = True
        asked = np.flatnonzero(is_asked)
        number = (np.cumsum(is_asked) - 1)[provision]
        new_bids = (number << BID_BITS) + bid
        order = np.argsort(new_bids, kind="stable")
        capacity, offers = self.capacity[asked], np.bincount(number, minlength=len(asked))
        places = _ranges(self.begin[asked], capacity)
        held = (np.repeat(np.arange(len(asked)), capacity) << BID_BITS) + self.bid[places]
        bids = np.concatenate([held, new_bids[order]])
        holder = np.concatenate([self.holder[places], pupils[order]])
        ascending = np.argsort(bids, kind="stable")  # two runs in order: merged in one go
        together = capacity + offers
        lowest = _ranges(np.cumsum(together) - together, offers)
        stays = np.ones(len(bids), dtype=bool)
        stays[lowest] = False
        self.bid[places] = bids[ascending[stays]] & ((1 << BID_BITS) - 1)
        self.holder[places] = holder[ascending[stays]]
        self.prices[asked] = self.bid[self.begin[asked]]
        outbid = holder[ascending[lowest]]
        return np.sort(outbid[outbid >= 0])

    def asked(self) -> Ints:
        """Return what nobody's place would cost at each provision."""
        asked = np.full(len(self.capacity), int(2 * LARGEST_PENCE))
        provision = self._provision()
        for holder, least in ((NOT_USED, self.over_pence), (EMPTY, np.zeros_like(self.over_pence))):
            at = provision[self.holder == holder]
            asked[at] = least[at]
        return asked


def _ranges(begin: Ints, lengths: Ints) -> Ints:
    """Return the whole numbers of several ranges, one range after the other."""
    return np.asarray(np.repeat(begin - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum()))
