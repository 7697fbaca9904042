"""The schools that suit a pupil, by distance: what extended rights and families' preferences are held against."""

import numpy as np

from placement_opt.facts import Bools, Facts, Floats, Ints
from placement_opt.suitability import first_refusals, group_refusals, suited_pairs

SCHOOLS = 3
"""Extended rights hold for a school that fewer suitable ones than these are nearer than (Education Act 1996,
Schedule 35B)."""


def suitable_schools(facts: Facts, rows: Ints) -> tuple[Ints, Ints]:
    """Return some pupils with the schools where rules 1 to 10 allow them a provision, one provision for each school.

    Parameters
    ----------
    facts
        What is known.
    rows
        Positions of pupils, ascending.

    Returns
    -------
    pupil, provision
        Positions, sorted by pupil and school.
    """
    by_group = facts.once(group_refusals)
    blocks = [_suitable(facts, block, by_group) for block in facts.blocks(rows)]
    none = np.zeros(0, dtype=np.int64)
    pupil = np.concatenate([none, *(pupil for pupil, _ in blocks)])
    return pupil, np.concatenate([none, *(provision for _, provision in blocks)])


def third_nearest_miles(facts: Facts, rows: Ints) -> Floats:
    """Return the walk to the third nearest suitable school of some pupils; infinite where there is none, or not asked.

    Parameters
    ----------
    facts
        What is known.
    rows
        Positions of pupils, ascending.
    """
    third = np.full(len(facts.pupils), np.inf)
    pupil, provision = suitable_schools(facts, rows)
    walk = facts.walk_miles(pupil, provision, facts.miles(pupil, provision))
    walk = walk[np.lexsort((walk, pupil))]
    first, last = np.searchsorted(pupil, rows), np.searchsorted(pupil, rows, side="right")
    enough = last - first >= SCHOOLS
    third[rows[enough]] = walk[first[enough] + SCHOOLS - 1]
    return third


def _suitable(facts: Facts, rows: Ints, by_group: Bools) -> tuple[Ints, Ints]:
    decided = facts.is_decided[rows]
    pupil, provision = suited_pairs(facts, rows[~decided], by_group)
    if decided.any():
        more, where = np.nonzero(first_refusals(facts, rows[decided]) == 0)
        pupil, provision = np.append(pupil, rows[decided][more]), np.append(provision, where)
    number = pupil * len(facts.settings) + facts.setting_of[provision]
    one = np.unique(number, return_index=True)[1]
    return pupil[one], provision[one]
