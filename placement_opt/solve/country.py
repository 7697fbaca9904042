"""Pure assignment of a country: auctions with ever smaller steps, until the prices prove the plan good enough."""

from functools import partial

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.solve.auction import LARGEST_PENCE, Market, Outcome, hold_auction
from placement_opt.solve.network import FORCED, PENCE, Network

FIRST_STEPS = 12
"""The first auction gets over the difference between places in so many steps."""
RUN_UP = 2.0
"""Prices above so many times that difference show that places are short; then there is as far to go as the penalty."""
STEPS_BACK = 4
"""The next auction opens so many of the steps before below the prices that ended it."""
LEAST_CUT, MOST_CUT, AIM = 0.8, 0.2, 0.75
"""The next step is the one that should leave `AIM` of the allowed gap, if the gap shrinks as the step does, between
these shares of the step before."""
MOST_AUCTIONS = 30
MINUTE_PENCE = 0.01
"""Of places that cost the same, the nearer one is better."""


def solve_by_auction(network: Network, penalty: float) -> tuple[Ints, Floats]:
    """Hold auctions of the places until the plan is proven to be within the gap.

    Parameters
    ----------
    network
        Pupils, places and costs; its options say which gap is enough, and its clock when to stop.
    penalty
        Pence for a pupil without a place.

    Returns
    -------
    units
        Pupils of each decided pair, and then of each row of pupils those without a place.
    prices
        Of a place at each provision, in pence, 0 or less.

    Notes
    -----
    Long steps find the prices soon but not well; an auction with shorter ones begins a little below them. Where places
    are so short that prices run up to the penalty, the first auction is held again with longer steps. The answer is the
    cheapest plan and the best bound of all auctions.
    """
    market, best = _market(network, penalty), _Best(network, penalty)
    spread = _spread_pence(market)
    step, most = max(1, int(spread / FIRST_STEPS)), RUN_UP * spread
    opening = np.zeros(len(market.free), dtype=np.int64)
    for number in range(1, MOST_AUCTIONS + 1):
        outcome = hold_auction(market, opening, step, partial(_may_go_on, network, most))
        if not outcome.is_over and network.clock.may_go_on():
            step, most = max(step, int(penalty / FIRST_STEPS)), np.inf
            continue
        gap = best.take(outcome)
        network.report(f"auction {number}: gap {gap:.4%}, {network.clock.used_s():.1f} s")
        if gap <= network.options.gap or step == 1 or not network.clock.may_go_on():
            break
        opening = np.minimum(np.maximum(0, outcome.prices - STEPS_BACK * step), outcome.asked)
        step = max(1, int(step * np.clip(AIM * network.options.gap / gap, MOST_CUT, LEAST_CUT)))
    return best.units, -best.prices


def _may_go_on(network: Network, most: float, prices: Ints) -> bool:
    return network.clock.may_go_on() and float(prices.max()) <= most


class _Best:
    """The cheapest plan and the best prices so far; at first nobody has a place."""

    def __init__(self, network: Network, penalty: float) -> None:
        self.network, self.penalty = network, penalty
        self.units = self._with_unplaced(np.zeros(len(network.draft.decided), dtype=np.int64))
        self.value = network.value_with_penalties(self.units, penalty)
        self.prices, self.bound = np.zeros(len(network.capacity)), -np.inf

    def take(self, outcome: Outcome) -> float:
        """Keep what is better than before; return the gap."""
        units, prices = self._with_unplaced(outcome.units), outcome.prices.astype(np.float64)
        prices[self.network.capacity == 0] = 2 * self.penalty
        value = self.network.value_with_penalties(units, self.penalty)
        bound = self.network.proven(-prices, self.penalty)
        if value < self.value:
            self.units, self.value = units, value
        if bound > self.bound:
            self.prices, self.bound = prices, bound
        lost = self.network.unplaced(self.units) * self.penalty
        return float((self.value - self.bound) / max(abs(self.value - lost), 1.0))

    def _with_unplaced(self, units: Ints) -> Ints:
        network = self.network
        placed = np.bincount(network.of_pair, weights=units, minlength=len(network.count)).astype(np.int64)
        return np.concatenate([units, network.count - placed])


def _market(network: Network, penalty: float) -> Market:
    provision = network.draft.provision
    pence = network.pair_pence + network.draft.minutes.pairs * MINUTE_PENCE
    pence[network.capacity[provision] == 0] = np.inf
    return Market(
        network.edges,
        provision,
        pence,
        network.count,
        network.penalties(min(penalty, LARGEST_PENCE / FORCED)),
        network.free,
        network.over,
        network.over_gbp * PENCE,
    )


def _spread_pence(market: Market) -> float:
    """Return by how much places differ at most."""
    known = market.pence[np.isfinite(market.pence)]
    spread = float(known.max() - known.min()) if len(known) else 0.0
    return spread + float(market.over_pence.max(initial=0.0)) + PENCE
