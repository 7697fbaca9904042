"""Who travels free to which school, and where no mode could carry who does (formulation, rule 11 and section 2)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.verify.modes import modes_of, reach_miles
from placement_opt.verify.question import Question, Real, Truth, Whole, parts
from placement_opt.verify.refusals import FirstRules

NOT_ASKED = -1.0
THIRD = 2


@dataclass(frozen=True, eq=False, repr=False)
class FreeTravel:
    """What decides about free travel.

    Parameters
    ----------
    question
        What was asked.
    third
        For each pupil of 11 to 16 of a family on a low income whose travel the school decides, the walk to the third
        nearest suitable school, infinite where there are fewer; NOT_ASKED for all others.
    farthest
        For each pupil, the miles above which no mode is permitted.
    """

    question: Question
    third: Real
    farthest: Real

    def is_owed(self, pupil: Whole, school: Whole, miles: Real) -> Truth:
        """Return for pupils and schools with a journey of so many miles whether the pupil travels free there."""
        question, parameters = self.question, self.question.parameters
        walk = question.walk_at(pupil, school, miles)
        is_near = (walk <= self.third[pupil]) & (miles <= parameters.low_income_most_miles)
        is_extended = is_near & (walk > parameters.low_income_walk_miles)
        return np.asarray(question.is_always_free[pupil] | (walk > question.walk_miles[pupil]) | is_extended)

    def has_no_mode(self, pupil: Whole, provision: Whole) -> Truth:
        """Return for pairs with a journey whether rule 11 refuses them."""
        school = self.question.school[provision]
        miles = self.question.miles_at(pupil, school)
        refused = miles > self.farthest[pupil]
        far = np.flatnonzero(refused)
        refused[far] = self.is_owed(pupil[far], school[far], miles[far])
        return np.asarray(refused)


def free_travel(question: Question, rules: FirstRules) -> FreeTravel:
    """Work out what decides about free travel.

    Parameters
    ----------
    question
        What was asked.
    rules
        Of `first_rules`: a school is suitable where they refuse a pupil not all of its provisions.
    """
    return FreeTravel(question, _third_miles(question, rules), reach_miles(question, modes_of(question)))


def _third_miles(question: Question, rules: FirstRules) -> Real:
    asked = np.flatnonzero(question.is_of_nearest_rights)
    third = np.full(len(question.pupils), NOT_ASKED)
    third[asked] = np.inf
    for part in parts(len(asked), question.number_of_pairs * len(asked) // max(1, len(third))):
        pupil, provision = rules.suited(asked[part])
        is_suitable = rules.number(pupil, provision) == 0
        pupil, school = pupil[is_suitable], question.school[provision[is_suitable]]
        walk = question.walk_at(pupil, school, question.miles_at(pupil, school))
        schools = pd.DataFrame({"pupil": pupil, "school": school, "walk": walk}).drop_duplicates(["pupil", "school"])
        row = schools.sort_values("walk").groupby("pupil").nth(THIRD)
        third[row["pupil"]] = row["walk"]
    return third
