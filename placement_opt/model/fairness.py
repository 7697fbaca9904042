"""Fairness terms beside C12: what fair plans may cost, journeys of a level, Kolm-Pollak, the gap between groups."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.model.draft import Draft
from placement_opt.model.linear import GE, LE, NO_PAIRS, Column, Objective, Row, Sense

NO_GROUP = -1
FUZZ = 1e-6
"""Minutes are held in hundredths: a journey of 30.00 is not longer than 30."""


def extended(draft: Draft, rows: Sequence[Row], columns: Sequence[Column] = ()) -> Draft:
    """Return a draft with more rows and columns; the rest is shared.

    Parameters
    ----------
    draft
        Stays as it is.
    rows, columns
        To be added after its own.
    """
    longer = copy(draft)
    longer.rows, longer.columns = [*draft.rows, *rows], [*draft.columns, *columns]
    return longer


def at_most(name: str, goals: Sequence[Objective], most: float) -> Row:
    """Return the row that a sum of objectives is at most so much.

    Parameters
    ----------
    name
        Of the row.
    goals
        Of one draft.
    most
        What no decision changes included.
    """
    amounts = np.sum([goal.pairs for goal in goals], axis=0)
    terms: dict[int, float] = {}
    for goal in goals:
        for column, amount in goal.terms.items():
            terms[column] = terms.get(column, 0.0) + amount
    pairs = np.flatnonzero(amounts)
    return Row(name, pairs, amounts[pairs], list(terms.items()), LE, most - sum(goal.constant for goal in goals))


def kolm_pollak(draft: Draft, kappa: float) -> Objective:
    """Return the sum of (exp(kappa x minutes) - 1) / kappa over all pupils with a place, those who stay included.

    Parameters
    ----------
    draft
        Of one year.
    kappa
        For each minute, more than 0. As it goes to 0, the sum goes to that of minutes.
    """
    constant = float(draft.count[draft.staying] @ (np.expm1(kappa * draft.kept_minutes) / kappa))
    return Objective(np.expm1(kappa * draft.minutes.pairs) / kappa, constant=constant)


def levels(draft: Draft, step_minutes: float) -> Ints:
    """Return how many steps of minutes each decided pair's journey takes, a begun step counted as a whole one."""
    return np.ceil(draft.minutes.pairs / step_minutes - FUZZ).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of pupils whose mean journeys are to be near each other.

    Parameters
    ----------
    of_pupil
        The group of each row of pupils, or NO_GROUP.
    placed
        How many pupils of each group have a place in every plan that is looked at.
    unplaced
        How many pupils of each group who have an allowed pair have no place.
    """

    of_pupil: Ints
    placed: Ints
    unplaced: Ints


def with_group_gap(draft: Draft, groups: Groups) -> tuple[Draft, Objective]:
    """Add columns above and below the mean journey of every group; return the draft, and their difference.

    Parameters
    ----------
    draft
        Of one year.
    groups
        Each has as many pupils without a place as is said there, so that a mean is linear in who goes where.
    """
    kept, kept_minutes = draft.staying, draft.kept_minutes
    most = max(float(draft.minutes.pairs.max(initial=0.0)), float(kept_minutes.max(initial=0.0)))
    high, low = len(draft.columns), len(draft.columns) + 1
    columns = [Column("fair_high", 0.0, most, whole=False), Column("fair_low", 0.0, most, whole=False)]
    of_pair, of_kept = groups.of_pupil[draft.pupil], groups.of_pupil[kept]
    rows: list[Row] = []
    for group, pupils in enumerate(groups.placed.tolist()):
        rows.append(_unplaced_row(draft, groups, group))
        if not pupils:
            continue
        pairs = np.flatnonzero((of_pair == group) & (draft.minutes.pairs > 0))
        amounts: Floats = draft.minutes.pairs[pairs] / pupils
        is_here = of_kept == group
        fixed = float(draft.count[kept][is_here] @ kept_minutes[is_here]) / pupils
        for name, column, sense in (("high", high, LE), ("low", low, GE)):
            rows.append(Row(f"fair_{name}_{group}", pairs, amounts, [(column, -1.0)], Sense(sense), -fixed))
    longer = extended(draft, rows, columns)
    return longer, Objective(np.zeros(draft.choices), {high: 1.0, low: -1.0})


def _unplaced_row(draft: Draft, groups: Groups, group: int) -> Row:
    terms = [
        (column, 1.0)
        for column in draft.unplaced.terms
        if groups.of_pupil[int(draft.columns[column].name.partition("_")[2])] == group
    ]
    return Row(f"fair_unplaced_{group}", NO_PAIRS, np.zeros(0), terms, LE, float(groups.unplaced[group]))
