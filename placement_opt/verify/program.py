"""Rows and columns of a linear model by name, without anything that solves one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from placement_opt.verify.question import Real, Whole

MOST, LEAST, EXACTLY = -1, 1, 0
"""A row says: at most, at least, or exactly its right-hand side; the sign that its multiplier may have."""

NONE = -1
"""The position of no row: its multiplier is 0."""

_NAME = re.compile(r"([a-z]+(?:_[a-z]+)*)((?:_(?:0|[1-9][0-9]*))*)")


def read_name(name: str) -> tuple[str, tuple[int, ...]]:
    """Return the word and the numbers of the name of a row or column; no word for what is not a name.

    Examples
    --------
    >>> read_name("hub_open_3_12")
    ('hub_open', (3, 12))
    >>> read_name("hub_open_03")
    ('', ())
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return "", ()
    return match[1], tuple(int(number) for number in match[2].split("_")[1:])


@dataclass(frozen=True, eq=False, repr=False)
class Names:
    """Rows, or columns, that share a word: `word_a_b` for each row (a, b) of `keys`, numbered from `first` on."""

    keys: Whole
    first: int

    @cached_property
    def position(self) -> dict[tuple[int, ...], int]:
        """Where each is, by its numbers."""
        return {tuple(key): at for at, key in enumerate(self.keys.tolist(), start=self.first)}


@dataclass(eq=False, repr=False)
class Program:
    """Rows with senses and right-hand sides, columns with bounds and costs, and what stands where they meet.

    The columns of single pupils at provisions are no part of it: there are too many of them to be listed here.
    """

    rows: dict[str, Names] = field(default_factory=dict)
    columns: dict[str, Names] = field(default_factory=dict)
    _sense: list[Whole] = field(default_factory=list)
    _limit: list[Real] = field(default_factory=list)
    _column: list[tuple[Real, Real, Real]] = field(default_factory=list)
    _entry: list[tuple[Whole, Whole, Real]] = field(default_factory=list)

    def add_rows(
        self, word: str, keys: "Sequence[object] | Whole", sense: int, limit: "Sequence[float] | Real"
    ) -> Whole:
        """Add a row for each key, and return where they are."""
        first = sum(map(len, self._sense))
        known = _keys(keys)
        self.rows[word] = Names(known, first)
        self._sense.append(np.full(len(known), sense, dtype=np.int64))
        self._limit.append(np.asarray(limit, dtype=float) + np.zeros(len(known)))
        return np.arange(first, first + len(known))

    def add_columns(
        self, word: str, keys: "Sequence[object] | Whole", least: object, most: object, cost: object
    ) -> Whole:
        """Add a column for each key with what it costs and its least and most, and return where they are."""
        first = self.number_of_columns
        known = _keys(keys)
        self.columns[word] = Names(known, first)
        least, most, cost = (np.asarray(values, dtype=float) + np.zeros(len(known)) for values in (least, most, cost))
        self._column.append((least, most, cost))
        return np.arange(first, first + len(known))

    def put(self, row: Whole, column: Whole, value: object) -> None:
        """Let columns stand in rows, with a value for each; a row of NONE is left out."""
        values = np.asarray(value, dtype=float) + np.zeros(len(row))
        is_there = (row != NONE) & (values != 0)
        self._entry.append((row[is_there], column[is_there], values[is_there]))

    @property
    def number_of_columns(self) -> int:
        """How many columns there are."""
        return sum(len(cost) for _, _, cost in self._column)

    @property
    def sense(self) -> Whole:
        """The sign that the multiplier of each row may have; 0 = any."""
        return np.concatenate([np.empty(0, dtype=np.int64), *self._sense])

    @property
    def limit(self) -> Real:
        """The right-hand side of each row."""
        return np.concatenate([np.empty(0), *self._limit])

    @property
    def bounds(self) -> tuple[Real, Real]:
        """The least and the most of each column."""
        return _joined(column[0] for column in self._column), _joined(column[1] for column in self._column)

    @property
    def cost(self) -> Real:
        """What one unit of each column costs."""
        return _joined(column[2] for column in self._column)

    def taken(self, multiplier: Real) -> Real:
        """Return for each column the multipliers of its rows times what stands there, added up."""
        total = np.zeros(self.number_of_columns)
        for row, column, value in self._entry:
            total += np.bincount(column, weights=multiplier[row] * value, minlength=len(total))
        return total

    def row(self, name: str) -> int | None:
        """Return where the row of a name is; None = there is none."""
        return _position(self.rows, name)

    def column(self, name: str) -> int | None:
        """Return where the column of a name is; None = there is none."""
        return _position(self.columns, name)


def _position(names: dict[str, Names], name: str) -> int | None:
    word, key = read_name(name)
    return names[word].position.get(key) if word in names else None


def _keys(keys: "Sequence[object] | Whole") -> Whole:
    known = np.asarray(keys, dtype=np.int64)
    return known[:, None] if known.ndim == 1 else known


def _joined(parts: Iterable[Real]) -> Real:
    return np.concatenate([np.empty(0), *parts])
