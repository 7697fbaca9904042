"""The rows and columns of brothers and sisters (C11), stated again from the formulation (section 5)."""

import numpy as np

from placement_opt.verify.eligibility import Eligibility
from placement_opt.verify.families import families_of
from placement_opt.verify.movers import Movers
from placement_opt.verify.program import EXACTLY, MOST, Program
from placement_opt.verify.question import Question, Whole


def add_families(program: Program, question: Question, eligibility: Eligibility, movers: Movers) -> tuple[Whole, Whole]:
    """Add the rows and columns of families, and return the pairs (of `Movers`) and the rows that they stand in."""
    nothing = np.empty(0, dtype=np.int64)
    if question.policy.siblings == "off":
        return nothing, nothing
    families = [
        (members, np.array(sorted(set.union(*of_members)), dtype=np.int64))
        for _, members, of_members in families_of(question, eligibility)
    ]
    number = np.array([len(schools) for _, schools in families], dtype=np.int64)
    family = np.arange(len(families))
    school = np.concatenate([nothing, *(schools for _, schools in families)])
    t = program.add_columns("t", np.column_stack([np.repeat(family, number), school]), 0, 1, 0)
    one = program.add_rows("family_school", family, EXACTLY, np.ones(len(families)))
    program.put(np.repeat(one, number), t, 1)
    member = np.concatenate([nothing, *(members for members, _ in families)])
    in_family = np.repeat(family, [len(members) for members, _ in families])
    i = np.repeat(member, number[in_family])
    first_school = (np.cumsum(number) - number)[in_family]
    first_row = np.cumsum(number[in_family]) - number[in_family]
    at_school = np.arange(len(i)) + np.repeat(first_school - first_row, number[in_family])
    s = school[at_school]
    is_there = ~eligibility.may_move[i] & (question.school[question.present[i]] == s)
    keys = np.column_stack([np.repeat(in_family, number[in_family]), i, s])
    rows = program.add_rows("family", keys, MOST, -is_there.astype(float))
    program.put(rows, t[at_school], -1)
    if question.policy.siblings == "priced":
        a = program.add_columns("a", member, 0, 1, question.policy.split_siblings_gbp)
        program.put(rows, np.repeat(a, number[in_family]), -1)
    pairs, of_pairs = [nothing], [nothing]
    at = np.searchsorted(movers.pupil, member)
    for pupil, one_family, first, mover in zip(member, in_family, first_row, at, strict=True):
        if mover < len(movers.pupil) and movers.pupil[mover] == pupil:
            own = np.arange(movers.start[mover], movers.start[mover + 1])
            schools = question.school[movers.provision[own]]
            pairs.append(own)
            of_pairs.append(rows[first] + np.searchsorted(families[one_family][1], schools))
    return np.concatenate(pairs), np.concatenate(of_pairs)
