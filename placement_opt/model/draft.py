"""A model being written: columns, rows and objective terms, with what each row means in words."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pulp

from placement_opt.facts import Bools, Facts, Floats, Ints
from placement_opt.pairs import Pairs

Terms = list[tuple[pulp.LpVariable, float]]

LE, EQ, GE = pulp.LpConstraintLE, pulp.LpConstraintEQ, pulp.LpConstraintGE


@dataclass
class Objective:
    """A sum to be minimised: terms and the part that no decision changes."""

    terms: Terms = field(default_factory=list)
    constant: float = 0.0

    def add(self, column: pulp.LpVariable, coefficient: float) -> None:
        """Add a term; zero coefficients are left out."""
        if coefficient:
            self.terms.append((column, coefficient))


@dataclass
class Draft:
    """The PuLP problem of a set of pairs, family by family.

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
    problem: pulp.LpProblem = field(default_factory=lambda: pulp.LpProblem("placement", pulp.LpMinimize))
    unplaced: Objective = field(default_factory=Objective)
    money: Objective = field(default_factory=Objective)
    weighed: Objective = field(default_factory=Objective)
    minutes: Objective = field(default_factory=Objective)
    broken: Objective = field(default_factory=Objective)
    sentences: dict[str, str] = field(default_factory=dict)
    slacks: dict[str, list[pulp.LpVariable]] = field(default_factory=dict)
    is_open: dict[int, pulp.LpVariable] = field(default_factory=dict)
    links: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)

    @property
    def facts(self) -> Facts:
        """What the pairs were made from."""
        return self.pairs.facts

    @cached_property
    def decided(self) -> Ints:
        """Positions, among the allowed pairs, of those that are a decision: pupils who stay have none."""
        return np.flatnonzero(~self.pairs.stays[self.pairs.allowed.pupil])

    @cached_property
    def pupil(self) -> Ints:
        """Pupil of each decided pair."""
        return self.pairs.allowed.pupil[self.decided]

    @cached_property
    def provision(self) -> Ints:
        """Provision of each decided pair."""
        return self.pairs.allowed.provision[self.decided]

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
    def placed(self) -> list[pulp.LpVariable]:
        """The columns x: pupils placed, one for each decided pair."""
        return [
            self.problem.add_variable(f"x_{i}_{p}", 0, int(n), pulp.LpInteger)
            for i, p, n in zip(self.pupil.tolist(), self.provision.tolist(), self.count[self.pupil], strict=True)
        ]

    @cached_property
    def staying(self) -> Ints:
        """Rows of pupils who stay."""
        return np.flatnonzero(self.pairs.stays)

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

    def terms(self, mask: Bools, coefficient: "Floats | Ints | float" = 1.0) -> Terms:
        """Return terms over the decided pairs that a mask picks, each with its coefficient; zeros are left out."""
        rows = np.flatnonzero(mask)
        values = np.broadcast_to(np.asarray(coefficient, dtype=float), self.pupil.shape)[rows].tolist()
        return [(self.placed[row], value) for row, value in zip(rows.tolist(), values, strict=True) if value]

    def column(self, name: str, most: float | None, *, whole: bool = True) -> pulp.LpVariable:
        """Add a column from 0 to `most` (None = no limit)."""
        return self.problem.add_variable(name, 0, most, pulp.LpInteger if whole else pulp.LpContinuous)

    def row(self, name: str, terms: Iterable[tuple[Any, float]], sense: int, right: float, sentence: str = "") -> None:
        """Add a row.

        Parameters
        ----------
        name
            Family and position.
        terms
            Columns and coefficients; a column that occurs twice counts twice.
        sense, right
            One of LE, EQ, GE, and the right-hand side.
        sentence
            What the row demands, in words that an officer understands; empty for rows that hold by definition.
        """
        merged: dict[pulp.LpVariable, float] = {}
        for column, coefficient in terms:
            merged[column] = merged.get(column, 0.0) + coefficient
        if sentence:
            self.sentences[name] = sentence
            if self.enforced is not None and name not in self.enforced:
                merged.update(self._slack_terms(name, sense))
        expression = pulp.LpAffineExpression(merged)
        self.problem.addConstraint(pulp.LpConstraint(expression, sense, name, right))

    def _slack_terms(self, name: str, sense: int) -> dict[pulp.LpVariable, float]:
        signs = {LE: (-1.0,), GE: (1.0,), EQ: (1.0, -1.0)}[sense]
        columns = {self.column(f"slack_{name}_{place}", None, whole=False): sign for place, sign in enumerate(signs)}
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
