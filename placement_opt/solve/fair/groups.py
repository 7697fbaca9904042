"""Groups of pupils and their mean journeys, for fair plans."""

from dataclasses import dataclass, replace

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.model.draft import Draft
from placement_opt.model.fairness import Groups
from placement_opt.solve.fitting import Fitted


@dataclass(frozen=True, eq=False)
class Journeys:
    """The journeys of all pupils with a place in one plan, those who stay included.

    Parameters
    ----------
    pupil
        The row of each.
    minutes, count
        How long it is, and how many pupils make it.
    """

    pupil: Ints
    minutes: Floats
    count: Floats


def journeys_of(draft: Draft, fitted: Fitted) -> Journeys:
    """Return the journeys of a plan."""
    kept = draft.staying
    return Journeys(
        np.concatenate([draft.pupil[fitted.pairs], kept]),
        np.concatenate([draft.minutes.pairs[fitted.pairs], draft.kept_minutes]),
        np.concatenate([fitted.pupils, draft.count[kept]]).astype(np.float64),
    )


def groups_by(draft: Draft, by: str, cheapest: Fitted) -> Groups:
    """Return the groups of a column of pupils as the cheapest plan has them; last, those whose group is not given.

    Parameters
    ----------
    draft
        Of one year.
    by
        A column of pupils.
    cheapest
        A plan; each group keeps as many pupils without a place as it has there.
    """
    values = draft.facts.pupils[by]
    is_given = values.notna().to_numpy()
    of_pupil = np.full(len(values), -1, dtype=np.int64)
    names, of_given = np.unique(values[is_given].astype(str).to_numpy(dtype=str), return_inverse=True)
    of_pupil[is_given] = of_given
    of_pupil[~is_given] = len(names)
    journeys = journeys_of(draft, cheapest)
    placed = np.bincount(of_pupil[journeys.pupil], weights=journeys.count, minlength=len(names) + 1)
    placed[len(names)] = 0
    return Groups(of_pupil, placed.astype(np.int64), unplaced_of(draft, cheapest, of_pupil, len(names) + 1))


def unplaced_of(draft: Draft, fitted: Fitted, of_pupil: Ints, groups: int) -> Ints:
    """Return how many pupils of each group who have an allowed pair have no place in a plan."""
    columns = list(draft.unplaced.terms)
    if not columns:
        return np.zeros(groups, dtype=np.int64)
    pupil = np.array([int(draft.columns[column].name.partition("_")[2]) for column in columns], dtype=np.int64)
    left = np.bincount(of_pupil[pupil], weights=np.rint(fitted.others[columns]), minlength=groups)
    return left.astype(np.int64)


def ends_of_means(draft: Draft, groups: Groups, fitted: Fitted) -> tuple[float, float]:
    """Return the highest and the lowest mean journey of a group; 0 where no group has a pupil with a place."""
    journeys = journeys_of(draft, fitted)
    weights = journeys.minutes * journeys.count
    total = np.bincount(groups.of_pupil[journeys.pupil], weights=weights, minlength=len(groups.placed))
    has = groups.placed > 0
    means = total[has] / groups.placed[has]
    return (float(means.max()), float(means.min())) if len(means) else (0.0, 0.0)


def with_ends(draft: Draft, groups: Groups, fitted: Fitted) -> Fitted:
    """Return a plan with the columns of `with_group_gap`."""
    own = fitted.others[: len(draft.columns)]
    return replace(fitted, others=np.concatenate([own, ends_of_means(draft, groups, fitted)]))
