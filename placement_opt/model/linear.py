"""A linear model as arrays: choices for pupils, other columns, rows, objectives; what every draft has in common.

A choice is what can be decided for the pupils of one row: a pair of a pupil and a provision in a plan of one year, a
spell in a plan of several.
"""

from abc import abstractmethod
from collections.abc import Collection, Iterable
from copy import copy
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from placement_opt.facts import Floats, Ints

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
    """A column that is no choice."""

    name: str
    least: float
    most: float
    whole: bool


@dataclass(frozen=True, eq=False)
class Row:
    """A row: choices and other columns with their coefficients, a sense and a right-hand side.

    Parameters
    ----------
    name
        Family and positions.
    pairs, amounts
        Positions of choices, and one coefficient each.
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
    """A sum to be minimised: amounts of the choices, terms of other columns, and what no decision changes."""

    pairs: Floats
    terms: dict[int, float] = field(default_factory=dict)
    constant: float = 0.0

    def add(self, column: int, coefficient: float) -> None:
        """Add a term; zero coefficients are left out."""
        if coefficient:
            self.terms[column] = self.terms.get(column, 0.0) + coefficient


@dataclass
class LinearDraft:
    """Rows and columns of a model over choices, as the solver sees them.

    Parameters
    ----------
    enforced
        None for a plan. For the search for clashing rules: rows with a sentence may be broken at a price of 1 for each
        unit, except the rows named here.
    """

    enforced: Collection[str] | None = field(default=None, kw_only=True)
    columns: list[Column] = field(default_factory=list, kw_only=True)
    rows: list[Row] = field(default_factory=list, kw_only=True)
    sentences: dict[str, str] = field(default_factory=dict, kw_only=True)
    slacks: dict[str, list[int]] = field(default_factory=dict, kw_only=True)

    has_default_prices: ClassVar[bool] = True
    """Multipliers of pupils' rows that are their cheapest choice need not be said in a certificate."""
    hangs_together: ClassVar[bool] = False
    """Choices reach over years: large LPs are solved faster by an interior point method than by the simplex method."""

    @property
    @abstractmethod
    def pupil(self) -> Ints:
        """The pupil of each choice, by number: choices of one number exclude each other."""

    @property
    @abstractmethod
    def provision(self) -> Ints:
        """The provision of each choice."""

    @property
    @abstractmethod
    def count(self) -> Ints:
        """How many pupils each number stands for."""

    @property
    @abstractmethod
    def site(self) -> Ints:
        """The column of being open that each choice asks for, or NO_SITE."""

    @property
    @abstractmethod
    def provisions(self) -> int:
        """How many provisions there are."""

    @abstractmethod
    def pupil_of_row(self, name: str) -> int:
        """Return the number of the pupil whom a row called pupil_... counts."""

    @abstractmethod
    def counted(self, choices: Ints) -> tuple[Ints, Ints]:
        """Return the numbers of pupils that choices count for, as positions in `choices` and numbers."""

    def names(self, choices: Ints) -> list[str]:
        """Return the names of choices: who and where."""
        pupil, provision = self.pupil[choices].tolist(), self.provision[choices].tolist()
        return [f"{i}_{p}" for i, p in zip(pupil, provision, strict=True)]

    @property
    def choices(self) -> int:
        """How many choices there are."""
        return len(self.pupil)

    @cached_property
    def money(self) -> Objective:
        """£."""
        return self._nothing()

    @cached_property
    def weighed(self) -> Objective:
        """What unmet wishes weigh, in £ that are not money."""
        return self._nothing()

    @cached_property
    def unplaced(self) -> Objective:
        """Pupils without a place."""
        return self._nothing()

    @cached_property
    def minutes(self) -> Objective:
        """Minutes of all journeys, one way."""
        return self._nothing()

    @cached_property
    def broken(self) -> Objective:
        """Units by which rows are broken."""
        return self._nothing()

    def _nothing(self) -> Objective:
        return Objective(np.zeros(self.choices))

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
            Positions of choices, and their coefficients; choices with 0 are left out.
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

    def with_right(self, name: str, right: float) -> Self:
        """Return the draft with another right-hand side of one row; the rest is shared."""
        changed = copy(self)
        changed.rows = [replace(row, right=right) if row.name == name else row for row in self.rows]
        return changed

    def _slack_terms(self, name: str, sense: Sense) -> dict[int, float]:
        signs = {LE: (-1.0,), GE: (1.0,), EQ: (1.0, -1.0)}[sense]
        columns = {
            self.column(f"slack_{name}_{place}", 0, np.inf, whole=False): sign for place, sign in enumerate(signs)
        }
        self.slacks[name] = list(columns)
        for column in columns:
            self.broken.add(column, 1.0)
        return columns
