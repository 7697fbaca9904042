"""The models of several years side by side, rows and columns by name (planning ahead, section 6)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from placement_opt.verify.bounds import STAGE_ROW, Model
from placement_opt.verify.program import NONE, Program, read_name
from placement_opt.verify.question import Real, Whole
from placement_opt.verify.years_case import YearsCase

_OF_YEARS = {"b", "opens", "closes", "settled", "in_use", "built", "kept", "budget", "openings"}
"""Words of rows and columns that no model of one year has, but about a year."""
_OF_ALL = {"year_budget", "year_openings", STAGE_ROW}


@dataclass(frozen=True, eq=False, repr=False)
class InUse:
    """A row of C14: the pupils at a provision in a year, at most so many where it is in use."""

    row: int
    year: int
    provision: int
    column: int


@dataclass(eq=False, repr=False)
class Merged:
    """The models of the years with what ties them together; spells are no part of it.

    Parameters
    ----------
    case
        The questions.
    models
        The model of each year by itself.
    own
        The rows and columns that no year has by itself. Its columns stand behind those of the years, its rows too.
    y
        The column of being open, by year and provision; NONE = not decided.
    cost
        What each column costs, all years together.
    fixed_gbp
        Capital that is paid whatever is decided, where capital counts.
    in_use
        Rows of C14.
    """

    case: YearsCase
    models: Sequence[Model]
    own: Program = field(default_factory=Program)
    y: Whole = field(default_factory=lambda: np.empty((0, 0), dtype=np.int64))
    cost: Real = field(default_factory=lambda: np.empty(0))
    fixed_gbp: float = 0.0
    in_use: list[InUse] = field(default_factory=list)
    _entry: list[tuple[Whole, Whole, Real]] = field(default_factory=list)
    _pairs: list[tuple[int, int, Real]] = field(default_factory=list)

    @cached_property
    def _first_row(self) -> Whole:
        return np.cumsum([0, *(len(model.program.limit) for model in self.models)])

    @cached_property
    def first_column(self) -> Whole:
        """Where the columns of each year begin; one entry more, where those of no year begin."""
        return np.cumsum([0, *(model.program.number_of_columns for model in self.models)])

    def rows_of(self, number: int) -> slice:
        """Return where the rows of a year's model are."""
        return slice(int(self._first_row[number]), int(self._first_row[number + 1]))

    @property
    def sense(self) -> Whole:
        """The sign that the multiplier of each row may have; 0 = any."""
        return np.concatenate([*(model.program.sense for model in self.models), self.own.sense])

    @property
    def limit(self) -> Real:
        """The right-hand side of each row."""
        return np.concatenate([*(model.program.limit for model in self.models), self.own.limit])

    @property
    def bounds(self) -> tuple[Real, Real]:
        """The least and the most of each column."""
        each = [*(model.program.bounds for model in self.models), self.own.bounds]
        return np.concatenate([one[0] for one in each]), np.concatenate([one[1] for one in each])

    @property
    def stage_row(self) -> int:
        """Where the row is that limits the pupil-years without a place."""
        at = self.row(STAGE_ROW)
        assert at is not None  # noqa: S101 - every model has it
        return at

    def row(self, name: str) -> int | None:
        """Return where the row of a name is; None = there is none."""
        at = self._of_own(self.own.row(name), name)
        if at is not None:
            return int(self._first_row[-1]) + at
        number, alone = self._of_year(name)
        at = None if number is None or alone == STAGE_ROW else self.models[number].program.row(alone)
        return None if at is None or number is None else int(self._first_row[number]) + at

    def column(self, name: str) -> int | None:
        """Return where the column of a name is; None = there is none."""
        at = self._of_own(self.own.column(name), name)
        if at is not None:
            return int(self.first_column[-1]) + at
        number, alone = self._of_year(name)
        at = None if number is None else self.models[number].program.column(alone)
        return None if at is None or number is None else int(self.first_column[number]) + at

    @staticmethod
    def _of_own(at: int | None, name: str) -> int | None:
        return at if read_name(name)[0] in _OF_YEARS | _OF_ALL else None

    def _of_year(self, name: str) -> tuple[int | None, str]:
        """Return the number of the year of a name, from 0, and the name without it."""
        word, key = read_name(name)
        if not key or word in _OF_YEARS or not 1 <= key[-1] <= len(self.models):
            return None, name
        return key[-1] - 1, "_".join([word, *map(str, key[:-1])])

    def taken(self, multiplier: Real) -> Real:
        """Return for each column the multipliers of its rows times what stands there; without C14's M."""
        parts = [model.program.taken(multiplier[self.rows_of(t)]) for t, model in enumerate(self.models)]
        total = np.concatenate([*parts, np.zeros(self.own.number_of_columns)])
        for row, column, value in self._entry:
            total += np.bincount(column, weights=multiplier[row] * value, minlength=len(total))
        return total

    def of_pairs(self, number: int, multiplier: Real) -> Real:
        """Return for each pair of a year the multipliers of the rows of years that it stands in, times what stands."""
        total = np.zeros(len(self.models[number].movers.provision))
        for row, at, amounts in self._pairs:
            if at == number and multiplier[row]:
                total += multiplier[row] * amounts
        for one in self.in_use:
            if one.year == number and multiplier[one.row]:
                total[self.models[number].movers.provision == one.provision] += multiplier[one.row]
        return total

    # -- building ----------------------------------------------------------------------------------------------------

    def add_rows(self, word: str, keys: "list[tuple[int, ...]]", sense: int, limit: "list[float]") -> Whole:
        """Add rows of several years, and return where they are."""
        width = len(keys[0]) if keys else 0
        at = self.own.add_rows(word, np.array(keys, dtype=np.int64).reshape(len(keys), width), sense, limit)
        return at + int(self._first_row[-1])

    def put(self, row: int, column: int, value: float) -> None:
        """Let a column stand in a row; a column of NONE is left out."""
        if column != NONE and value:
            self._entry.append((np.array([row]), np.array([column]), np.array([value], dtype=float)))

    def put_pairs(self, row: int, number: int, amounts: Real) -> None:
        """Let the pairs of a year stand in a row."""
        self._pairs.append((row, number, amounts))

    def columns_of(self, number: int, word: str) -> tuple[Whole, Whole]:
        """Return where the columns of a word are in a year, and their numbers without the year."""
        names = self.models[number].program.columns[word]
        first = names.first + int(self.first_column[number])
        return np.arange(first, first + len(names.keys)), names.keys[:, 0]
