"""Sibling groups for which one school is possible for every member (C11)."""

from collections.abc import Iterator

import numpy as np

from placement_opt.verify.eligibility import Eligibility
from placement_opt.verify.question import Question, Whole


def families_of(question: Question, eligibility: Eligibility) -> Iterator[tuple[str, Whole, list[set[int]]]]:
    """Yield such groups of two or more in alphabetical order: name, members, and each member's schools."""
    groups = question.pupils.groupby("sibling_group").indices
    for name in sorted(map(str, groups)):
        members = np.asarray(groups[name], dtype=np.int64)
        schools = [set(question.school[eligibility.provisions_of(member)].tolist()) for member in members]
        if len(members) > 1 and set.intersection(*schools):
            yield name, members, schools
