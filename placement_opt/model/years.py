"""The model of several years: the models of the years, tied together by spells and by sites that open and close once.

Names of rows and columns are those of the year's own model with the number of the year, from 1, behind them.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import numpy as np
import scipy.sparse as sp

from placement_opt.facts import Ints
from placement_opt.model.draft import Draft
from placement_opt.model.linear import NO_SITE, LinearDraft, Objective, Terms
from placement_opt.model.spells import NO_PAIR, Spells, YearPairs
from placement_opt.timeline import Timeline


@dataclass
class YearsDraft(LinearDraft):
    """The models of the years, merged.

    Parameters
    ----------
    timeline, years
        The questions, and their pairs.
    drafts
        The model of each year.
    spells
        Who may be where from which year on.
    first_column
        The number of the first column of each year.
    built
        The column of classes built so far, by provision and year from 0.
    """

    timeline: Timeline
    years: Sequence[YearPairs]
    drafts: list[Draft]
    spells: Spells
    first_column: list[int] = field(default_factory=list)
    built: dict[tuple[int, int], int] = field(default_factory=dict)

    has_default_prices: ClassVar[bool] = False
    hangs_together: ClassVar[bool] = True

    @cached_property
    def first_node(self) -> Ints:
        """The number of the first pupil of each year; one entry more than there are years."""
        lengths = [len(year.question.person) for year in self.years]
        return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    @cached_property
    def pupil(self) -> Ints:
        """The pupil, in the year in which each spell begins."""
        return at_first(self.years, self.spells, lambda year: year.pupil) + self.first_node[self.spells.first]

    @cached_property
    def provision(self) -> Ints:
        """The provision of each spell."""
        return at_first(self.years, self.spells, lambda year: year.provision)

    @cached_property
    def count(self) -> Ints:
        """How many pupils each row of each year's pupils stands for."""
        return np.concatenate([draft.count for draft in self.drafts])

    @cached_property
    def provisions(self) -> int:
        """How many provisions there are."""
        return len(self.timeline.provisions)

    def pupil_of_row(self, name: str) -> int:
        """Return the number of the pupil, in a year, whom a row counts."""
        _, i, number = name.split("_")
        return int(self.first_node[int(number) - 1]) + int(i)

    def counted(self, choices: Ints) -> tuple[Ints, Ints]:
        """Return the pupils, year by year, whom spells count for."""
        choice, year = np.nonzero(self.spells.pair[choices] != NO_PAIR)
        pair = self.spells.pair[choices][choice, year]
        numbers = np.zeros(len(choice), dtype=np.int64)
        for t, of_year in enumerate(self.years):
            rows = year == t
            numbers[rows] = of_year.pupil[pair[rows]] + self.first_node[t]
        return choice, numbers

    @cached_property
    def counted_by_spell(self) -> tuple[Ints, Ints]:
        """As `counted`, for all spells."""
        return self.counted(np.arange(self.choices))

    @cached_property
    def following(self) -> Ints:
        """For each pupil of a year the same one in the next year, by number; the number after the last for nobody."""
        return self._node_of(
            np.arange(len(self.count)), np.repeat(np.arange(len(self.years)), np.diff(self.first_node))
        )

    @cached_property
    def after(self) -> Ints:
        """For each spell its pupil in the year after its last, by number; the number after the last for nobody."""
        return self._node_of(self.pupil, self.spells.last)

    def _node_of(self, nodes: Ints, year: Ints) -> Ints:
        """Return the numbers, in the year after a year, of the persons of some numbers."""
        person = np.concatenate([one.question.person for one in self.years])[nodes]
        found = np.full(len(nodes), len(self.count), dtype=np.int64)
        for t in range(len(self.years) - 1):
            rows = np.flatnonzero(year == t)
            known = self.years[t + 1].question.person
            at = np.searchsorted(known, person[rows])
            is_there = at < len(known)
            is_there[is_there] = known[at[is_there]] == person[rows][is_there]
            found[rows[is_there]] = self.first_node[t + 1] + at[is_there]
        return found

    def names(self, choices: Ints) -> list[str]:
        """Return the names of spells: pupil, provision, first and last year."""
        parts = (self.pupil[choices], self.provision[choices], self.spells.last[choices] + 1)
        return [f"{i}_{p}_{last}" for i, p, last in zip(*(part.tolist() for part in parts), strict=True)]

    @cached_property
    def site(self) -> Ints:
        """The column of being open that each spell asks for, or NO_SITE."""
        columns = np.full((len(self.years), self.provisions), NO_SITE, dtype=np.int64)
        for t, draft in enumerate(self.drafts):
            for p, column in draft.is_open.items():
                columns[t, p] = self.first_column[t] + column
        return columns[self.asked_year, self.provision]

    @cached_property
    def asked_year(self) -> Ints:
        """The year, from 0, whose column of being open each spell asks for."""
        status = self.timeline.provisions["status"].to_numpy(dtype=object)[self.provision]
        year = np.where(status == "closable", self.spells.last, self.spells.first)
        return np.where(status == "candidate", self.opened_by, year)

    @cached_property
    def opened_by(self) -> Ints:
        """The year, from 0, by which the provision of each spell must have opened to take the pupil all along."""
        return opened_by(self.timeline, self.years, self.spells)

    def in_year(self, t: int) -> sp.csr_matrix:
        """Return which spells hold which decided pairs of a year: shape (pairs of the year, spells)."""
        pair = self.spells.pair[:, t]
        there = np.flatnonzero(pair != NO_PAIR)
        shape = (len(self.years[t].key), len(self.spells))
        return sp.csr_matrix((np.ones(len(there)), (pair[there], there)), shape=shape)

    def terms_of(self, t: int, terms: Collection[tuple[int, float]], factor: float = 1.0) -> Terms:
        """Return terms of a year's draft as terms of this one."""
        first = self.first_column[t]
        return [(first + column, amount * factor) for column, amount in terms]

    @cached_property
    def fill_up(self) -> dict[int, list[int]]:
        """The places of each candidate that fills up in its first years, by provision."""
        steps = self.timeline.problem.table("fill_up").sort_values("years_open")
        of_site = {name: part["places"].astype(int).tolist() for name, part in steps.groupby("provision_id")}
        provisions = self.timeline.provisions
        return {
            p: of_site[name]
            for p, (name, status) in enumerate(zip(provisions["provision_id"], provisions["status"], strict=True))
            if name in of_site and status == "candidate"
        }

    def year_factor(self, t: int) -> float:
        """Return what money of a year, from 0, is multiplied by: its share and its prices."""
        row = self.timeline.year_rows.iloc[t]
        return float(row["share"] * row["price_factor"])

    def price_factor(self, t: int) -> float:
        """Return the prices of a year, from 0, over those of the tables."""
        return float(self.timeline.year_rows["price_factor"].iloc[t])

    def discount(self, t: int) -> float:
        """Return what money of a year, from 0, counts."""
        return float((1 + self.timeline.rules.discount_rate) ** -t)

    def add_objective(self, mine: Objective, theirs: Objective, t: int, factor: float = 1.0) -> None:
        """Add an objective of a year's draft to one of this."""
        pair = self.spells.pair[:, t]
        there = np.flatnonzero(pair != NO_PAIR)
        mine.pairs[there] += factor * theirs.pairs[pair[there]]
        for column, amount in theirs.terms.items():
            mine.add(self.first_column[t] + column, factor * amount)
        mine.constant += factor * theirs.constant


def at_first(years: Sequence[YearPairs], spells: Spells, column: Callable[[YearPairs], Ints]) -> Ints:
    """Return for each spell what a column of the decided pairs says in its first year."""
    values = np.zeros(len(spells), dtype=np.int64)
    for t, year in enumerate(years):
        rows = np.flatnonzero(spells.first == t)
        values[rows] = column(year)[spells.pair[rows, t]]
    return values


def opened_by(timeline: Timeline, years: Sequence[YearPairs], spells: Spells) -> Ints:
    """Return the year, from 0, by which provisions that fill up must have opened for spells; else the first year."""
    opened = spells.first.copy()
    steps = timeline.problem.table("fill_up")
    if steps.empty:
        return opened
    provisions = timeline.provisions
    provision = at_first(years, spells, lambda year: year.provision)
    groups = at_first(years, spells, lambda year: year.facts.pupil_column("year_group")[year.pupil])
    for provision_id, part in steps.sort_values("years_open").groupby("provision_id"):
        p = int(np.flatnonzero(provisions["provision_id"] == provision_id)[0])
        if provisions["status"].iloc[p] != "candidate":
            continue
        lowest, highest = part["min_year"].to_numpy(), part["max_year"].to_numpy()
        for at in np.flatnonzero(provision == p).tolist():
            first, last = int(spells.first[at]), int(spells.last[at])
            ages = groups[at] + np.arange(last - first + 1)
            takes = (lowest[None, :] <= ages[:, None]) & (ages[:, None] <= highest[None, :])
            needed = np.where(takes.any(axis=1), np.argmax(takes, axis=1), len(part))
            opened[at] = int((np.arange(first, last + 1) - needed).min())
    return opened
