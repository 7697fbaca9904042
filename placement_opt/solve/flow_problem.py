"""Pupils and places as a transportation problem: places over the number and empty places are sources of their own."""

from dataclasses import dataclass

import numpy as np

from placement_opt.facts import Bools, Floats, Ints
from placement_opt.solve.transportation import Transportation


@dataclass(frozen=True, eq=False)
class Demand:
    """Rows of pupils and their pairs.

    Parameters
    ----------
    of_pair, provision
        The row of pupils (ascending) and the provision of each pair.
    pence, wish
        What one pupil of each pair costs, and which pairs to look at first.
    count, penalty
        For each row of pupils, how many there are, and what it costs to leave one without a place.
    """

    of_pair: Ints
    provision: Ints
    pence: Floats
    wish: Floats
    count: Ints
    penalty: Floats


@dataclass(frozen=True, eq=False)
class Supply:
    """Places of the provisions.

    Parameters
    ----------
    free, over, over_pence
        Places, places over the number, and the price of one of these.
    """

    free: Ints
    over: Ints
    over_pence: Floats


def flow_problem(demand: Demand, supply: Supply) -> tuple[Transportation, Bools]:
    """Write pupils and places as sources and sinks.

    Returns
    -------
    Transportation
        Sources: rows of pupils, provisions with places over the number, and one of empty places. Sinks: provisions,
        nowhere, and unused. Arcs: pairs, pupils to nowhere, and those of places that stay empty. A place over the
        number that stays empty gives back its price.
    array
        Which of all arcs (those of provisions without any place included) are in it.
    """
    pupils, sinks = len(demand.count), len(supply.free)
    capacity, with_over = supply.free + supply.over, np.flatnonzero(supply.over)
    nowhere, unused, empty = sinks, sinks + 1, pupils + len(with_over)
    overs, open_sinks = np.arange(pupils, empty), np.flatnonzero(capacity)
    parts = [
        (demand.of_pair, demand.provision, demand.pence),
        (np.arange(pupils), np.full(pupils, nowhere), demand.penalty),
        (overs, with_over, -supply.over_pence[with_over]),
        (overs, np.full(len(overs), unused), np.zeros(len(overs))),
        (np.full(len(open_sinks), empty), open_sinks, np.zeros(len(open_sinks))),
        (np.array([empty, empty]), np.array([nowhere, unused]), np.zeros(2)),
    ]
    source, sink, cost = (np.concatenate([part[at] for part in parts]) for at in range(3))
    usable = np.ones(len(source), dtype=bool)
    usable[: len(demand.pence)] = capacity[demand.provision] > 0
    priced, wish = np.zeros(len(source), dtype=bool), np.zeros(len(source))
    priced[: len(demand.pence)], wish[: len(demand.pence)] = True, demand.wish
    units = np.concatenate([demand.count, supply.over[with_over], [int(capacity.sum()) + 2]])
    room = np.append(capacity, [int(demand.count.sum()) + 1, int(supply.over.sum()) + 1])
    return (
        Transportation(source[usable], sink[usable], cost[usable], units, room, priced[usable], wish[usable]),
        usable,
    )
