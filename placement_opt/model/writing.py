"""A draft written as a PuLP problem: the only place that makes PuLP columns, rows and objectives."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pulp

from placement_opt.facts import Ints
from placement_opt.model.linear import EQ, GE, LE, NO_SITE, LinearDraft, Objective, Row, Sense

SENSES = {LE: pulp.LpConstraintLE, EQ: pulp.LpConstraintEQ, GE: pulp.LpConstraintGE}
NOT_WRITTEN = -1


class _OwnColumns(pulp.LpProblem):  # type: ignore[misc]
    """A problem whose rows have no columns but those that were added to it before.

    PuLP looks through all rows for others each time it is asked for the columns, five times for each run of a solver.
    """

    _known: list[pulp.LpVariable] | None = None

    def add_variable(self, *given: Any, **named: Any) -> pulp.LpVariable:
        self._known = None
        return super().add_variable(*given, **named)

    def variables(self) -> list[pulp.LpVariable]:
        if self._known is None:
            self._known = list(super().variables())
        return self._known


@dataclass
class Model:
    """A PuLP problem, and which column stands for what.

    Parameters
    ----------
    draft
        What it was written from.
    chosen
        Positions of the choices that are in it, ascending.
    """

    draft: LinearDraft
    chosen: Ints
    problem: pulp.LpProblem = field(default_factory=lambda: _OwnColumns("placement", pulp.LpMinimize))
    placed: list[pulp.LpVariable] = field(default_factory=list)
    others: list[pulp.LpVariable] = field(default_factory=list)

    def __post_init__(self) -> None:
        draft = self.draft
        self._written = np.full(draft.choices, NOT_WRITTEN, dtype=np.int64)
        self._written[self.chosen] = np.arange(len(self.chosen))
        self._names, most = draft.names(self.chosen), draft.count[draft.pupil[self.chosen]].tolist()
        self.placed = [
            self.problem.add_variable(f"x_{name}", 0, n, pulp.LpInteger)
            for name, n in zip(self._names, most, strict=True)
        ]
        self.others = [
            self.problem.add_variable(
                column.name,
                column.least,
                None if np.isinf(column.most) else column.most,
                pulp.LpInteger if column.whole else pulp.LpContinuous,
            )
            for column in draft.columns
        ]
        for row in draft.rows:
            self._write_row(row)
        self._open_before_use()

    def _write_row(self, row: Row) -> None:
        places = self._written[row.pairs]
        terms = {
            self.placed[place]: amount
            for place, amount in zip(places.tolist(), row.amounts.tolist(), strict=True)
            if place != NOT_WRITTEN
        }
        for column, amount in row.terms:
            terms[self.others[column]] = amount
        self._add(row.name, terms, row.sense, row.right)

    def _open_before_use(self) -> None:
        """Say that only open provisions take pupils (C4)."""
        draft = self.draft
        sites = draft.site[self.chosen]
        for place in np.flatnonzero(sites != NO_SITE).tolist():
            most = -float(draft.count[draft.pupil[self.chosen[place]]])
            terms = {self.placed[place]: 1.0, self.others[int(sites[place])]: most}
            self._add(f"open_{self._names[place]}", terms, LE, 0)

    def _add(self, name: str, terms: dict[pulp.LpVariable, float], sense: Sense, right: float) -> None:
        self.problem.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), SENSES[sense], name, right))

    def set_objective(self, goals: Iterable[tuple[Objective, float]]) -> None:
        """Minimise a weighted sum."""
        self.problem.setObjective(self._sum(goals))

    def limit(self, name: str, goals: Iterable[tuple[Objective, float]], most: float) -> None:
        """Add the row that a weighted sum is at most so much."""
        expression = self._sum(goals)
        right = most - float(expression.constant)
        expression.constant = 0.0
        self.problem.addConstraint(pulp.LpConstraint(expression, pulp.LpConstraintLE, name, right))

    def _sum(self, goals: Iterable[tuple[Objective, float]]) -> pulp.LpAffineExpression:
        amounts, constant = np.zeros(len(self.chosen)), 0.0
        terms: dict[pulp.LpVariable, float] = {}
        for goal, weight in goals:
            amounts += weight * goal.pairs[self.chosen]
            constant += weight * goal.constant
            for column, amount in goal.terms.items():
                terms[self.others[column]] = terms.get(self.others[column], 0.0) + weight * amount
        for place in np.flatnonzero(amounts).tolist():
            terms[self.placed[place]] = float(amounts[place])
        return pulp.LpAffineExpression(terms, constant=constant)


def write_model(draft: LinearDraft, chosen: Ints | None = None) -> Model:
    """Write a draft as a PuLP problem.

    Parameters
    ----------
    draft
        Columns, rows and objectives.
    chosen
        Positions of the choices that are wanted, ascending; None = all.
    """
    return Model(draft, np.arange(draft.choices) if chosen is None else chosen)
