"""What there is room for: places, parts of them, open provisions, shared resources (C2, C3, C4, C10)."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from placement_opt.cells import split_list
from placement_opt.schema import ANY
from placement_opt.verify.case import Case, Check
from placement_opt.verify.pair_costs import amounts_used
from placement_opt.verify.question import Question, Truth

_AMOUNT_TOLERANCE = 1e-6


def places(case: Case) -> Iterator[str]:
    """Find provisions with more than their places and overflow, or than those who stay, and added classes (C2)."""
    question = case.question
    taken, kept = case.per_provision(case.taken), case.per_provision(case.taken * case.stays)
    number, overflow = question.of_provisions("places"), question.of_provisions("overflow_places")
    in_classes = question.of_provisions("class_places") * case.classes
    for at in np.flatnonzero(taken > np.maximum(number + overflow, kept) + in_classes):
        more = f", {in_classes[at]} in added classes" if in_classes[at] else ""
        yield (
            f"{question.of_provisions('provision_id')[at]}: {taken[at]} places are taken; there are {number[at]}{more} "
            f"and {overflow[at]} over the number, and those who stay take {kept[at]}."
        )


def part_limits(case: Case) -> Iterator[str]:
    """Find rows of `part_limits` that are passed, and not only by those who stay (C3)."""
    question = case.question
    need, year = (question.of_pupils(name)[case.pupil] for name in ("need", "year_group"))
    need = need.astype(str)
    for _, limit in question.problem.table("part_limits").iterrows():
        needs = split_list(limit["needs"])
        is_counted = np.isin(need, needs) | (ANY in needs)
        is_counted &= (year >= limit["min_year"]) & (year <= limit["max_year"])
        is_counted &= is_in_scope(question, limit)[case.provision]
        yield from _passed(case, f"part limit {limit['limit_id']}", is_counted, limit["places"])


def is_in_scope(question: Question, limit: "pd.Series[str]") -> Truth:
    """Return for each provision whether a row of `part_limits` is about it, its school, or all schools of its owner."""
    is_here = question.of_provisions("provision_id") == limit["provision_id"]
    is_here = is_here | (question.of_provisions("setting_id") == limit["setting_id"])
    if pd.notna(limit["trust"]):
        is_here = is_here | (question.of_schools("trust") == limit["trust"])
    return np.asarray(is_here, dtype=np.bool_)


def school_limits(case: Case) -> Iterator[str]:
    """Find schools that take more over all provisions than their `places`, and than those who stay (C3)."""
    question = case.question
    setting = question.of_provisions("setting_id")[case.provision]
    limits = question.settings.dropna(subset="places")
    for setting_id, most in zip(limits["setting_id"], limits["places"], strict=True):
        yield from _passed(case, f"school {setting_id}", setting == setting_id, most)


def open_places(case: Case) -> Iterator[str]:
    """Find pupils at a provision that is not open, or at a spoke that no hub serves (C4)."""
    is_spoke = case.question.of_provisions("kind") == "spoke"
    is_shut = ~case.is_open | (is_spoke & ~case.is_served)
    for at in np.flatnonzero(is_shut[case.provision]):
        reason = "no hub serves this spoke" if is_spoke[case.provision[at]] else "this provision is not open"
        yield f"{case.where[at]}: {reason}."


def resources(case: Case) -> Iterator[str]:
    """Find resources that are used beyond what is available, and not only by those who stay (C10)."""
    question = case.question
    for name, available in question.problem.table("resources")[["resource", "available"]].itertuples(index=False):
        each = amounts_used(question, name)[question.group[case.pupil], question.kind[case.provision]]
        used, kept = float(each @ case.count), float(each @ (case.count * case.stays))
        if used > max(available, kept) + _AMOUNT_TOLERANCE:
            yield f"{name}: {used:,.6g} is used; {available:,.6g} is available, and those who stay use {kept:,.6g}."


def _passed(case: Case, name: str, is_counted: Truth, most: float) -> Iterator[str]:
    taken, kept = int(case.taken[is_counted].sum()), int(case.taken[is_counted & case.stays].sum())
    if taken > max(most, kept):
        yield f"{name}: {taken} places are taken; {most:g} is the most, and those who stay take {kept}."


CHECKS = (
    Check("places", places, of_baseline=False),
    Check("part limits", part_limits, of_baseline=False),
    Check("school limits", school_limits, of_baseline=False),
    Check("open places", open_places, of_baseline=False),
    Check("resources", resources, of_baseline=False),
)
