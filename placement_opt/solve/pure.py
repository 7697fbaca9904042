"""Pure assignment: where there is nothing but pupils and places, a network flow gives the plan and its prices."""

from dataclasses import dataclass

import numpy as np

from placement_opt.certificate import Certificate
from placement_opt.errors import NoPlanError, Status
from placement_opt.facts import Ints
from placement_opt.model import Draft
from placement_opt.model.sites import decided_sites
from placement_opt.model.wishes import add_wishes
from placement_opt.pairs import Pairs, possible_sibling_groups
from placement_opt.policy import SolveOptions
from placement_opt.solve.clock import Clock, Progress
from placement_opt.solve.country import solve_by_auction
from placement_opt.solve.network import Network
from placement_opt.solve.pennies import check_pennies

MORE_PENALTY = 16.0
MOST_ROWS_AT_ONCE = 250_000
"""With more rows of pupils the network simplex takes too long in one piece: it grows with their square."""


@dataclass(frozen=True, eq=False)
class Assigned:
    """Who goes where in a pure assignment, and the proof.

    Parameters
    ----------
    draft
        Of the objectives; it has no rows.
    placed, count
        Positions of the decided pairs in use, and how many pupils are placed so.
    unplaced, is_fewest
        Pupils without a place, and whether it is proven that nobody does better.
    value
        £, weighed ones included; with weights, the weighted sum.
    minutes
        Of all journeys, one way.
    certificate
        Prices of the places.
    method
        How it was solved, in words.
    """

    draft: Draft
    placed: Ints
    count: Ints
    unplaced: int
    is_fewest: bool
    value: float
    minutes: float
    certificate: Certificate
    method: str


def is_pure(pairs: Pairs) -> bool:
    """Return whether nothing but pupils, places and places over the number is to be decided."""
    facts = pairs.facts
    problem, policy = facts.problem, facts.policy
    tables = ("part_limits", "resources", "budgets", "site_limits", "totals")
    if any(len(problem.table(name)) for name in tables) or problem.settings["places"].notna().any():
        return False
    if policy.max_moves is not None or (problem.provisions["max_classes"] > 0).any():
        return False
    draft = Draft(pairs)
    if (draft.places[draft.pupil] != 1).any() or any(True for _ in decided_sites(draft)):
        return False
    return policy.siblings == "off" or not possible_sibling_groups(pairs)


def assign(pairs: Pairs, options: SolveOptions, clock: Clock, report: Progress) -> Assigned:
    """Solve a pure assignment exactly: fewest unplaced, least £, fewest minutes, and the rule for ties.

    Raises
    ------
    InputError
        When a plan may cost so much that pennies are lost.
    NoPlanError
        When a pupil who must be placed cannot be.
    """
    draft = Draft(pairs)
    add_wishes(draft)
    network = Network(draft, options, clock, report)
    check_pennies(draft, network.goals, more_gbp=network.most_else_gbp)
    penalty = network.first_penalty
    while True:
        if len(network.pupils) > MOST_ROWS_AT_ONCE:
            units, prices = solve_by_auction(network, penalty)
            method, is_exact = "auction", False
        else:
            flow, problem = network.solve(penalty)
            units, prices = network.break_ties(problem, flow).units, network.prices_of(flow)
            is_exact = bool(flow.looked_at.all())
            method = "network simplex" if is_exact else "network simplex over priced pairs"
        if network.units_forced_out(units):
            raise NoPlanError(Status.INFEASIBLE)
        unplaced = network.unplaced(units)
        is_fewest = options.weights is not None or not unplaced or network.witness(units) is not None
        if is_fewest or not is_exact:
            break
        penalty *= MORE_PENALTY
    pupils = units[: len(draft.decided)]
    placed = np.flatnonzero(pupils)
    return Assigned(
        draft,
        placed,
        pupils[placed],
        unplaced + network.without_pair,
        is_fewest,
        network.value(pupils, unplaced),
        draft.minutes.constant + float(draft.minutes.pairs @ pupils),
        network.certificate(prices, units, penalty),
        method,
    )
