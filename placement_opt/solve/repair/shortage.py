"""Who shares too few places: the pupils whom a smallest cut between pupils and places leaves on its near side."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from placement_opt.facts import Ints
from placement_opt.model import Draft, draft_model
from placement_opt.model.linear import LE, NO_PAIRS
from placement_opt.pairs import Pairs
from placement_opt.policy import SolveOptions
from placement_opt.solve.clashes import NOT_FOUND, find_clashes
from placement_opt.solve.clock import Clock
from placement_opt.solve.years.shortage import competing


@dataclass(frozen=True, eq=False)
class Sharing:
    """Pupils who can go nowhere but to some provisions, which have fewer places than they take.

    Parameters
    ----------
    pupils, provisions
        Positions, ascending.
    asked, places
        The places that the pupils would take, and the most that there are for those whose place is decided: with all
        places over the number and all classes, and every site that may be opened open.
    """

    pupils: Ints
    provisions: Ints
    asked: int
    places: int


def find_sharing(pairs: Pairs) -> list[Sharing]:
    """Return the groups of pupils who share too few places, no two of which share a provision.

    They are the near side of the smallest cut that has the fewest pupils: everybody in them competes with somebody
    whom a largest flow leaves out. Pupils without any allowed pair are in none of them.
    """
    draft = Draft(pairs)
    pupils, provisions = competing(draft)
    if not len(pupils):
        return []
    chosen = np.flatnonzero(np.isin(draft.pupil, pupils))
    of_pupil = np.searchsorted(pupils, draft.pupil[chosen])
    of_provision = len(pupils) + np.searchsorted(provisions, draft.provision[chosen])
    size = len(pupils) + len(provisions)
    network = sp.csr_matrix((np.ones(len(chosen)), (of_pupil, of_provision)), shape=(size, size))
    _, label = connected_components(network, directed=False)
    asked = draft.count * draft.places
    groups = []
    for group in np.unique(label[: len(pupils)]).tolist():
        who = pupils[label[: len(pupils)] == group]
        where = provisions[label[len(pupils) :] == group]
        groups.append(Sharing(who, where, int(asked[who].sum()), int(draft.room[where].sum())))
    return sorted(groups, key=lambda one: int(one.pupils[0]))


def rules_against(pairs: Pairs, unplaced: int, options: SolveOptions, clock: Clock) -> tuple[str, ...]:
    """Return rules that together forbid fewer unplaced pupils; none = no rules do, or they were not found in time.

    Parameters
    ----------
    pairs
        Who could go where.
    unplaced
        Fewer pupils than this shall be without a place.
    options, clock
        How long to look.
    """

    def draft_of(enforced: Collection[str]) -> Draft:
        draft = draft_model(pairs, enforced=enforced)
        right = unplaced - 1 - draft.unplaced.constant
        draft.row("fewer_unplaced", NO_PAIRS, 0, draft.unplaced.terms.items(), LE, right)
        return draft

    found = find_clashes(draft_of, options, clock)
    return tuple(sentence for sentence in found if sentence != NOT_FOUND)
