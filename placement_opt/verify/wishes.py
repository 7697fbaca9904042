"""Moves, families and wishes over all pupils (C11), and what unmet wishes weigh."""

from collections.abc import Callable, Iterator

import numpy as np

from placement_opt.verify.case import Case, Check
from placement_opt.verify.families import families_of
from placement_opt.verify.figures import HALF_PENNY_GBP
from placement_opt.verify.movers import wishes
from placement_opt.verify.question import Truth, Whole


def moves(case: Case) -> Iterator[str]:
    """Find whether more than `max_moves` pupils leave a place that they could keep (C11)."""
    most = case.question.policy.max_moves
    if most is None:
        return
    question = case.question
    can_keep = np.flatnonzero(question.present >= 0)
    can_keep = can_keep[case.eligibility.number(can_keep, question.present[can_keep]) == 0]
    leavers = int((question.of_pupils("count") - _placed_where(case, _is_present(case)))[can_keep].sum())
    if leavers > most:
        yield f"{leavers} pupils leave a place that they could keep; {most} is the most."


def siblings(case: Case) -> Iterator[str]:
    """Find families at several schools though one is possible for all of them (C11)."""
    if case.question.policy.siblings != "hard":
        return
    for name, schools in _families(case):
        if len(set(schools)) > 1:
            named = ", ".join(sorted({str(case.question.settings["setting_id"][school]) for school in schools}))
            yield f"sibling group {name}: its pupils are at {named}; one school is possible for all of them."


def weighed(case: Case) -> Iterator[str]:
    """Find a `weighed_gbp` that is not the sum of unmet requests and wishes, and children placed apart."""
    wanted, given = 0.0 if case.is_baseline else weighed_gbp(case), case.plan.weighed_gbp
    if not abs(given - wanted) <= HALF_PENNY_GBP:
        yield f"weighed_gbp is {given:,.2f}; it should be {wanted:,.2f}."


def weighed_gbp(case: Case) -> float:
    """Return what the unmet wishes of a plan weigh, in £ a year."""
    policy = case.question.policy
    total = sum((price * _unmet(case, meets) for price, meets in wishes(case.question)), 0.0)
    if policy.siblings == "priced":
        apart = sum(len(schools) - max(map(schools.count, schools)) for _, schools in _families(case) if schools)
        total += policy.split_siblings_gbp * apart
    return total


def _unmet(case: Case, meets: Callable[[Whole, Whole], Truth]) -> int:
    """Count the pupils who may move, could have what they wish, and do not get it (unplaced ones too)."""
    is_due = case.eligibility.may_move & case.eligibility.has_pair(meets)
    met = _placed_where(case, meets(case.pupil, case.provision))
    return int((case.question.of_pupils("count") - met)[is_due].sum())


def _families(case: Case) -> Iterator[tuple[str, list[int]]]:
    """Yield each sibling group for which one school is possible for every member, and the schools of the placed."""
    question = case.question
    school_of = np.full(len(question.pupils), -1, dtype=np.int64)
    school_of[case.pupil] = question.school[case.provision]
    for name, members, _ in families_of(question, case.eligibility):
        yield name, [int(school) for school in school_of[members] if school >= 0]


def _is_present(case: Case) -> Truth:
    return np.asarray(case.question.present[case.pupil] == case.provision)


def _placed_where(case: Case, is_counted: Truth) -> Whole:
    total = np.zeros(len(case.question.pupils), dtype=np.int64)
    np.add.at(total, case.pupil[is_counted], case.count[is_counted])
    return total


CHECKS = (
    Check("moves", moves, of_baseline=False),
    Check("siblings", siblings, of_baseline=False),
    Check("weighed", weighed),
)
