"""How far limits can usefully give way: beyond that nobody is left to whom it would matter."""

from collections.abc import Callable, Mapping
from math import ceil
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.facts import Floats
from placement_opt.model.draft import Draft
from placement_opt.model.linear import Row
from placement_opt.solve.repair.levers import Kind


def useful_most(draft: Draft, kind: Kind, row: Row) -> float:
    """Return by how much a row can usefully give way; 0 = it is not offered."""
    return MOST.get(kind, _amount)(draft, row)


def position_of(row: Row) -> int:
    """Return the position that a row is about."""
    return int(row.name.rpartition("_")[2])


def _places(draft: Draft, row: Row) -> float:
    table, kept = draft.facts.provisions.iloc[position_of(row)], draft.kept_places[position_of(row)]
    return 0.0 if kept > table["places"] + table["overflow_places"] else asked_of(draft, row)


def _more_sites(draft: Draft, row: Row) -> float:
    sites = sum(1 for column, _ in row.terms if column not in draft.slacks[row.name])
    return max(0.0, sites - row.right)


def _right(draft: Draft, row: Row) -> float:  # noqa: ARG001 - asked as the others are
    return max(0.0, row.right)


def _spokes(draft: Draft, row: Row) -> float:
    return float(sum(1 for h, _ in draft.links if h == position_of(row)))


def _smallest(draft: Draft, row: Row) -> float:
    return float(draft.facts.provision_column("min_pupils")[position_of(row)])


def _amount(draft: Draft, row: Row) -> float:
    return max(0.0, _highest(draft, row) - row.right)


def asked_of(draft: Draft, row: Row) -> float:
    """Return what all who could take places of a row would take."""
    return float(_of_pupils(draft, row).sum())


def _of_pupils(draft: Draft, row: Row) -> Floats:
    """Return the most that the pupils of each row of pupils can add to the sum of a row."""
    each = np.zeros(len(draft.count))
    np.maximum.at(each, draft.pupil[row.pairs], row.amounts)
    return each * draft.count


def _highest(draft: Draft, row: Row) -> float:
    """Return the most that the sum of a row can be, its own slack left out."""
    own = set(draft.slacks[row.name])
    total = float(_of_pupils(draft, row).sum())
    for column, amount in row.terms:
        if column not in own:
            total += max(amount * draft.columns[column].least, amount * end_of(draft, column))
    return total


def end_of(draft: Draft, column: int) -> float:
    """Return the most of a column; of teams, which have none here, the most that are of use."""
    known = draft.columns[column]
    if np.isfinite(known.most):
        return known.most
    at = int(known.name.rpartition("_")[2])
    return _teams(draft, at) + float(_hub(draft, at)["max_teams"])


def _teams(draft: Draft, hub: int) -> float:
    """Return how many teams more than a hub's most could ever be needed."""
    row = _hub(draft, hub)
    hours = sum(column.most for column in draft.columns if column.name.startswith(f"g_{hub}_"))
    if row["team_hours_per_week"] <= 0 or not hours:
        return 0.0
    return float(max(0, ceil(hours / row["team_hours_per_week"]) + 1 - row["max_teams"]))


def _hub(draft: Draft, hub: int) -> "pd.Series[Any]":
    hubs = draft.facts.problem.hubs
    return hubs[hubs["provision_id"] == draft.provision_id(hub)].iloc[0]


MOST: Mapping[Kind, Callable[[Draft, Row], float]] = MappingProxyType(
    {
        Kind.PLACE: _places,
        Kind.PART: asked_of,
        Kind.SCHOOL: asked_of,
        Kind.SITES_MOST: _more_sites,
        Kind.SITES_LEAST: _right,
        Kind.MOVES: _right,
        Kind.SPOKES: _spokes,
        Kind.TEAMS: lambda draft, row: _teams(draft, position_of(row)),
        Kind.GROUP: _smallest,
    }
)
"""By how much the rows of a kind can usefully give way; those of other kinds by what their sum can be at most."""
