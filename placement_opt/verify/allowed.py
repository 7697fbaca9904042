"""Nobody at a place that a rule refuses, and who stays, stays (formulation, section 1)."""

from collections.abc import Iterator

import numpy as np

from placement_opt.verify.case import Case, Check
from placement_opt.verify.eligibility import RULES


def pairs_allowed(case: Case) -> Iterator[str]:
    """Find placements that one of the fourteen rules refuses."""
    number = case.eligibility.number(case.pupil, case.provision)
    for at in np.flatnonzero(number):
        yield f"{case.where[at]}: refused by rule {number[at]} ({RULES[number[at]]})."


def stays(case: Case) -> Iterator[str]:
    """Find pupils who may not move but are not all at their present provision."""
    question = case.question
    kept = np.zeros(len(question.pupils), dtype=np.int64)
    np.add.at(kept, case.pupil[case.stays], case.count[case.stays])
    wanted = question.of_pupils("count")
    for row in np.flatnonzero(~case.eligibility.may_move & (kept != wanted)):
        present = question.of_provisions("provision_id")[question.present[row]]
        yield (
            f"{question.of_pupils('pupil_id')[row]} may not move: {wanted[row]} should stay at {present}, "
            f"{kept[row]} do."
        )


CHECKS = (
    Check("pairs allowed", pairs_allowed, of_baseline=False),
    Check("stays", stays, of_baseline=False),
)
