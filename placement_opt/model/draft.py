"""A model being drafted: columns, rows and objectives as arrays over all pairs, with what each row means in words.

The draft holds every allowed pair and no PuLP object, so it stays small; `model.writing` writes as many of its pairs as
are wanted into a PuLP problem.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import numpy as np

from placement_opt.facts import Bools, Facts, Floats, Ints
from placement_opt.pairs import Pairs

Terms = list[tuple[int, float]]
"""Numbers of columns with their coefficients."""

NO_SITE = -1
NO_PAIRS = np.zeros(0, dtype=np.int64)
"""For rows in which no pair stands."""


class Sense(IntEnum):
    """How a row's sum stands to its right-hand side."""

    LE = -1
    EQ = 0
    GE = 1


LE, EQ, GE = Sense.LE, Sense.EQ, Sense.GE


@dataclass(frozen=True)
class Column:
    """A column that is no pair's."""

    name: str
    least: float
    most: float
    whole: bool


@dataclass(frozen=True, eq=False)
class Row:
    """A row: pairs and other columns with their coefficients, a sense and a right-hand side.

    Parameters
    ----------
    name
        Family and positions.
    pairs, amounts
        Positions of decided pairs, and one coefficient each.
    terms
        Other columns with their coefficients, each column once.
    """

    name: str
    pairs: Ints
    amounts: Floats
    terms: Terms
    sense: Sense
    right: float


@dataclass
class Objective:
    """A sum to be minimised: amounts of the decided pairs, terms of other columns, and what no decision changes."""

    pairs: Floats
    terms: dict[int, float] = field(default_factory=dict)
    constant: float = 0.0

    def add(self, column: int, coefficient: float) -> None:
        """Add a term; zero coefficients are left out."""
        if coefficient:
            self.terms[column] = self.terms.get(column, 0.0) + coefficient


@dataclass
class Draft:
    """The model of a set of pairs, family by family.

    Parameters
    ----------
    pairs
        Who could go where, at what cost.
    enforced
        None for a plan. For the search for clashing rules: rows with a sentence may be broken at a price of 1 for each
        unit, except the rows named here.

    Notes
    -----
    Names hold positions only, never an id: `x_12_3` is the pupils of row 12 at provision 3.
    """

    pairs: Pairs
    enforced: Collection[str] | None = None
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    sentences: dict[str, str] = field(default_factory=dict)
    slacks: dict[str, list[int]] = field(default_factory=dict)
    is_open: dict[int, int] = field(default_factory=dict)
    links: dict[tuple[int, int], int] = field(default_factory=dict)
    classes: dict[int, int] = field(default_factory=dict)

    @property
    def facts(self) -> Facts:
        """What the pairs were made from."""
        return self.pairs.facts

    @cached_property
    def decided(self) -> Ints:
        """Positions, among the allowed pairs, of those that are a decision: pupils who stay have none."""
        return np.flatnonzero(~self.pairs.stays[self.pairs.pupil])

    @cached_property
    def pupil(self) -> Ints:
        """Pupil of each decided pair."""
        return self.pairs.pupil[self.decided]

    @cached_property
    def provision(self) -> Ints:
        """Provision of each decided pair."""
        return self.pairs.provision[self.decided]

    @cached_property
    def setting(self) -> Ints:
        """Setting of each decided pair."""
        return self.facts.setting_of[self.provision]

    @cached_property
    def count(self) -> Ints:
        """How many pupils each row of pupils stands for."""
        return self.facts.pupil_column("count").astype(np.int64)

    @cached_property
    def places(self) -> Ints:
        """How many places one pupil of each row takes."""
        return self.facts.pupil_column("places").astype(np.int64)

    @cached_property
    def staying(self) -> Ints:
        """Rows of pupils who stay."""
        return np.flatnonzero(self.pairs.stays)

    @cached_property
    def money(self) -> Objective:
        """£ a year."""
        return Objective(self.pairs.cost_gbp[self.decided])

    @cached_property
    def weighed(self) -> Objective:
        """What unmet wishes weigh, in £ that are not money."""
        return Objective(np.zeros(len(self.decided)))

    @cached_property
    def unplaced(self) -> Objective:
        """Pupils without a place."""
        return Objective(np.zeros(len(self.decided)))

    @cached_property
    def minutes(self) -> Objective:
        """Minutes of all journeys, one way."""
        kept = self.staying
        kept_minutes = self.facts.minutes(kept, self.facts.current[kept]) * self.count[kept]
        return Objective(self.facts.minutes(self.pupil, self.provision), constant=float(kept_minutes.sum()))

    @cached_property
    def broken(self) -> Objective:
        """Units by which rows are broken."""
        return Objective(np.zeros(len(self.decided)))

    @cached_property
    def site(self) -> Ints:
        """The column of being open of each decided pair's provision, or NO_SITE."""
        site_of = np.full(len(self.facts.provisions), NO_SITE, dtype=np.int64)
        for provision, column in self.is_open.items():
            site_of[provision] = column
        return site_of[self.provision]

    def at_provision(self, provision: int) -> Ints:
        """Return the positions of the decided pairs at a provision, ascending."""
        return self._grouped[0][self._grouped[1][provision] : self._grouped[1][provision + 1]]

    @cached_property
    def _grouped(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.provision, kind="stable").astype(np.int64)
        edges = np.arange(len(self.facts.provisions) + 1)
        return order, np.searchsorted(self.provision[order], edges).astype(np.int64)

    def at_provisions(self, mask: Bools) -> Ints:
        """Return the positions of the decided pairs at the provisions that a mask picks, ascending."""
        parts = [self.at_provision(int(p)) for p in np.flatnonzero(mask)]
        return np.sort(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)

    def of_pupil(self, pupil: int) -> Ints:
        """Return the positions of the decided pairs of a pupil, ascending."""
        first, last = np.searchsorted(self.pupil, [pupil, pupil + 1])
        return np.arange(first, last)

    def kept(self, amount_each: "Floats | Ints", mask: Bools | None = None) -> float:
        """Return a total over the pupils who stay.

        Parameters
        ----------
        amount_each
            For one pupil of each row of pupils.
        mask
            The rows of pupils that count; None = all.
        """
        rows = self.staying if mask is None else self.staying[mask[self.staying]]
        return float((amount_each[rows] * self.count[rows]).sum())

    @cached_property
    def kept_places(self) -> Ints:
        """Places that pupils who stay take at each provision."""
        rows = self.staying
        taken = self.places[rows] * self.count[rows]
        weights = np.bincount(self.facts.current[rows], weights=taken, minlength=len(self.facts.provisions))
        return weights.astype(np.int64)

    def column(self, name: str, least: float, most: float, *, whole: bool = True) -> int:
        """Add a column and return its number."""
        self.columns.append(Column(name, least, most, whole))
        return len(self.columns) - 1

    def row(
        self,
        name: str,
        pairs: Ints,
        amounts: "Floats | Ints | float",
        terms: Iterable[tuple[int, float]],
        sense: Sense,
        right: float,
        sentence: str = "",
    ) -> None:
        """Add a row.

        Parameters
        ----------
        name
            Family and positions.
        pairs, amounts
            Positions of decided pairs, and their coefficients; pairs with 0 are left out.
        terms
            Other columns and coefficients; a column that occurs twice counts twice.
        sense, right
            One of LE, EQ, GE, and the right-hand side.
        sentence
            What the row demands, in words that an officer understands; empty for rows that hold by definition.
        """
        merged: dict[int, float] = {}
        for column, coefficient in terms:
            merged[column] = merged.get(column, 0.0) + coefficient
        if sentence:
            self.sentences[name] = sentence
            if self.enforced is not None and name not in self.enforced:
                merged.update(self._slack_terms(name, sense))
        values = np.broadcast_to(np.asarray(amounts, dtype=np.float64), pairs.shape)
        if (values == 0).any():
            pairs, values = pairs[values != 0], values[values != 0]
        kept = [(column, coefficient) for column, coefficient in merged.items() if coefficient]
        self.rows.append(Row(name, pairs, values, kept, sense, right))

    def _slack_terms(self, name: str, sense: Sense) -> dict[int, float]:
        signs = {LE: (-1.0,), GE: (1.0,), EQ: (1.0, -1.0)}[sense]
        columns = {
            self.column(f"slack_{name}_{place}", 0, np.inf, whole=False): sign for place, sign in enumerate(signs)
        }
        self.slacks[name] = list(columns)
        for column in columns:
            self.broken.add(column, 1.0)
        return columns

    def provision_id(self, position: int) -> str:
        """Return a provision's id, for a sentence."""
        return str(self.facts.provisions["provision_id"].iloc[position])

    def setting_name(self, position: int) -> str:
        """Return a setting's name and id, for a sentence."""
        row = self.facts.settings.iloc[position]
        return f"{row['name']} ({row['setting_id']})"
