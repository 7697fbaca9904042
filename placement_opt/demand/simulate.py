"""One future: who of today's pupils leaves when, and who joins, as rows of pupils."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from placement_opt.demand.axes import (
    GROUP_AXIS,
    KIND_AXIS,
    NEED_AXIS,
    NO_PLACE,
    PHASE_OF_GROUP,
    PHASES,
    Flags,
    Numbers,
    Positions,
    Tally,
)
from placement_opt.demand.joining import Expected
from placement_opt.demand.present import NEVER, People
from placement_opt.demand.rates import Rates

Origin = Literal["pupils", "arrivals", "pending", "migration", "joiners"]


@dataclass(frozen=True, eq=False)
class Future:
    """Rows of pupils of one future, those of today first.

    Parameters
    ----------
    people
        The rows; `leaves` is the year of leaving by chance or as known, not by age.
    origin
        Where a row comes from: the position of its table in `ORIGINS`.
    row
        Its position in that table; joiners are numbered.
    counts
        Pupils: year x need x phase x locality x kind.
    """

    people: People
    origin: Positions
    row: Positions
    counts: Tally


ORIGINS: tuple[Origin, ...] = ("pupils", "arrivals", "pending", "migration", "joiners")


@dataclass(frozen=True, eq=False)
class Known:
    """Everybody of whom there is a row before anything is drawn.

    Parameters
    ----------
    people
        Today's pupils, known arrivals, pending plans and migrants.
    origin, row
        As in `Future`.
    probability
        That the row comes at all.
    """

    people: People
    origin: Positions
    row: Positions
    probability: Numbers


def simulate(
    known: Known,
    years: tuple[int, ...],
    expected: Expected,
    rates: Rates,
    last_year_group: int,
    generator: np.random.Generator,
) -> Future:
    """Draw one future.

    Parameters
    ----------
    known
        Everybody of whom there is a row before anything is drawn.
    years
        The school years, the present one first.
    expected
        How many join, and what room a stated growth leaves.
    rates
        Rates of staying and changing kind.
    last_year_group
        Nobody is planned for after it.
    generator
        The source of chance.
    """
    comes = generator.random(len(known.probability)) < known.probability
    people, origin, row = only(known.people, comes), known.origin[comes], known.row[comes]
    new, born = _joiners(expected.joiners, years, generator)
    people = together(people, new)
    origin = np.append(origin, np.full(len(new), ORIGINS.index("joiners")))
    row = np.append(row, born)
    comes_on_top = origin == ORIGINS.index("migration")
    counts = np.zeros(
        (len(years), len(NEED_AXIS), PHASES.shape[1], expected.joiners.shape[-1], len(KIND_AXIS)), np.int32
    )
    leaves, kind = people.leaves.copy(), _first_kinds(people, origin, rates, generator)
    is_known = leaves != NEVER
    for at, year in enumerate(years):
        group = people.group + year - people.base
        old = (people.base < year) & (year <= leaves) & (group < len(GROUP_AXIS))
        if at:
            came = np.flatnonzero(old)
            before = (people.need[came], kind[came], group[came] - 1)
            keep = expected.kept[at - 1][people.need[came], PHASE_OF_GROUP[group[came]], people.place[came]]
            stay = rates.stay[before] * np.where(comes_on_top[came], 1.0, keep)
            goes = (generator.random(len(came)) >= stay) & ~is_known[came]
            leaves[came[goes]] = np.minimum(leaves[came[goes]], year)
            kind[came] = _drawn(rates.kinds[before], generator)
        is_here = is_present(replace(people, leaves=leaves), year, last_year_group)
        np.add.at(
            counts[at],
            (people.need[is_here], PHASE_OF_GROUP[group[is_here]], people.place[is_here], kind[is_here]),
            people.count[is_here],
        )
    return Future(replace(people, leaves=leaves), origin, row, counts)


def is_present(people: People, year: int, last_year_group: int) -> Flags:
    """Return which rows are here in a school year: arrived, not left, and of a year group that is planned for.

    A row that is past the last year group when it arrives is here in that year alone.
    """
    group = people.group + GROUP_AXIS[0] + year - people.base
    is_of_age = (group <= last_year_group) | (year == people.base)
    return np.asarray((people.base <= year) & (year < people.leaves) & is_of_age)


def _joiners(expected: Numbers, years: tuple[int, ...], generator: np.random.Generator) -> tuple[People, Positions]:
    """Draw how many join each year in each cell; number them within their year."""
    numbers = generator.poisson(expected)
    at, need, group, place = (np.repeat(axis, numbers[numbers > 0]) for axis in np.nonzero(numbers))
    people = People(
        need=need,
        kind=np.full(len(need), KIND_AXIS.index(NO_PLACE)),
        group=group,
        place=place,
        count=np.ones(len(need), dtype=np.int64),
        base=np.array(years, dtype=np.int64)[1:][at],
        leaves=np.full(len(need), NEVER),
    )
    first = np.searchsorted(at, at)
    return people, np.arange(len(at)) - first


def _first_kinds(people: People, origin: Positions, rates: Rates, generator: np.random.Generator) -> Positions:
    """Return the kinds of today's pupils, and draw those in which others begin."""
    drawn = _drawn(rates.joined_kinds[people.need, people.group], generator)
    return np.where(origin == ORIGINS.index("pupils"), people.kind, drawn)


def _drawn(shares: Numbers, generator: np.random.Generator) -> Positions:
    """Draw a position in each row of shares."""
    edges = np.cumsum(shares, axis=1)
    return np.asarray((generator.random((len(shares), 1)) * edges[:, -1:] >= edges).sum(axis=1), dtype=np.int64)


def only(people: People, rows: Flags) -> People:
    """Return some of the rows."""
    return People(**{name: values[rows] for name, values in _columns(people)})


def together(first: People, second: People) -> People:
    """Return the rows of both, in order."""
    return People(**{name: np.append(values, getattr(second, name)) for name, values in _columns(first)})


def _columns(people: People) -> Iterator[tuple[str, Positions]]:
    return ((name, getattr(people, name)) for name in People.__dataclass_fields__)
