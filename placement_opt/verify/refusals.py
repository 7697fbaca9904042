"""Which of rules 1-10 refuses a pair first, for any list of pairs (formulation, section 1)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.cells import split_list
from placement_opt.schema import ANY, NEEDS
from placement_opt.verify.links import linkable
from placement_opt.verify.question import Question, Real, Truth, Whole, positions

NOBODY_REFUSES = 255
Number = NDArray[np.uint8]


@dataclass(frozen=True, eq=False, repr=False)
class FirstRules:
    """Rules 1-10, laid out by provision, by sort of pupil, and by pupil.

    Parameters
    ----------
    question
        What was asked.
    of_place
        For each provision, which of rules 3 and 5 refuses everybody.
    of_sort
        For each sort of pupil (rows) and each provision, the first of the rules 3, 5, 6, 7, 8 and 10 that refuses.
    sort
        For each pupil, its row of `of_sort`.
    longest
        For each pupil, the minutes of rule 9.
    never
        The pairs that officers keep apart, ascending: pupil x provisions + provision.
    """

    question: Question
    of_place: Number
    of_sort: Number
    sort: Whole
    longest: Real
    never: Whole

    @cached_property
    def _has_never(self) -> Truth:
        has = np.zeros(len(self.sort), dtype=bool)
        has[self.never // len(self.of_place)] = True
        return has

    def suited(self, rows: Whole) -> tuple[Whole, Whole]:
        """Return, pupil by pupil, all pairs that may pass: what may be reached and is suitable, or is a must."""
        question = self.question
        must = question.must[rows]
        reached = question.reachable(rows[must < 0])
        if reached is None:
            free = rows[must < 0]
            at, provision = np.nonzero(self.of_sort[self.sort[free]] == NOBODY_REFUSES)
            pupil = free[at]
        else:
            pupil, provision = reached
            is_suited = self.of_sort[self.sort[pupil], provision] == NOBODY_REFUSES
            pupil, provision = pupil[is_suited], provision[is_suited]
        bound = np.flatnonzero(must >= 0)
        if len(bound):
            pupil, provision = np.append(pupil, rows[bound]), np.append(provision, must[bound])
            order = np.argsort(pupil, kind="stable")
            pupil, provision = pupil[order], provision[order]
        return pupil, provision

    def number(self, pupil: Whole, provision: Whole) -> Number:
        """Return for each pair the number of the first of rules 1-10 that refuses it; 0 = none does."""
        question = self.question
        school, must = question.school[provision], question.must[pupil]
        number = self.of_sort[self.sort[pupil], provision]
        bound = np.flatnonzero(must >= 0)
        is_there = must[bound] == provision[bound]
        at_must = bound[is_there]
        number[at_must] = self.of_place[provision[at_must]]
        minutes = question.minutes_at(pupil, school)
        is_late = minutes > self.longest[pupil]
        is_late[at_must] = False
        for refuses, rule in ((is_late, 9), (np.isnan(minutes), 4)):
            at = np.flatnonzero(refuses)
            number[at] = np.minimum(number[at], rule)
        some = np.flatnonzero(self._has_never[pupil])
        is_never = some[np.isin(pupil[some] * len(self.of_place) + provision[some], self.never)]
        number[is_never] = np.minimum(number[is_never], 2)
        number[bound[~is_there]] = 1
        number[number == NOBODY_REFUSES] = 0
        return np.asarray(number)


def first_rules(question: Question, links: pd.DataFrame) -> FirstRules:
    """Lay rules 1-10 out.

    Parameters
    ----------
    question
        What was asked.
    links
        Of `links_of`.
    """
    of_place = _of_provision(question, links)
    of_sort, sort = _of_suitability(question)
    np.minimum(of_sort, np.minimum(of_place, _refusing(_is_other_authority(question), 10)), out=of_sort)
    return FirstRules(
        question,
        of_place,
        of_sort,
        sort,
        _longest_minutes(question),
        _nevers(question),
    )


def _refusing(refuses: Truth, number: int) -> Number:
    return np.where(refuses, np.uint8(number), np.uint8(NOBODY_REFUSES))


def _of_provision(question: Question, links: pd.DataFrame) -> Number:
    is_closed = question.of_provisions("status") == "closed"
    has_no_hub = (question.of_provisions("kind") == "spoke") & ~linkable(question, links)
    return np.minimum(_refusing(is_closed, 3), _refusing(has_no_hub, 5))


def _of_suitability(question: Question) -> tuple[Number, Whole]:
    """Return which of rules 6, 7 and 8 refuses first, for each sort of pupil and each provision; and each's sort."""
    asks = (question.of_pupils("mainstream") == "wanted") & (question.policy.mainstream != "off")
    sorts = question.pupils[["year_group", "need", "band"]].assign(asks=asks, further="")
    if question.policy.match_secondary_needs:
        sorts["further"] = question.pupils["secondary_needs"].fillna("").astype("object")
    in_sort = sorts.groupby(list(sorts.columns), dropna=False).ngroup().to_numpy(dtype=np.int64)
    first = np.unique(in_sort, return_index=True)[1]
    year = question.of_pupils("year_group")[first][:, None]
    least, most = question.of_provisions("min_year"), question.of_provisions("max_year")
    is_waived = asks[first][:, None] & question.is_ordinary
    further = sorts["further"].to_numpy(dtype=object)[first]
    number = _refusing(~_takes_band(question, question.of_pupils("band")[first]) & ~is_waived, 8)
    number[~_suits(question, question.of_pupils("need")[first], further) & ~is_waived] = 7
    number[(year < least) | (year > most)] = 6
    return number, np.asarray(in_sort, dtype=np.int64)


def _suits(question: Question, needs: NDArray[Any], further: NDArray[Any]) -> Truth:
    takes = np.array([_takes(text, tuple(NEEDS)) for text in question.of_provisions("needs")], dtype=np.float32)
    has = np.array(
        [[code in (need, *split_list(text)) for code in NEEDS] for need, text in zip(needs, further, strict=True)],
        dtype=np.float32,
    )
    return np.asarray(has @ takes.T > 0)


def _takes_band(question: Question, bands: NDArray[Any]) -> Truth:
    names = sorted({name for name in bands if name is not None})
    takes = np.array([_takes(text, (*names, "")) for text in question.of_provisions("bands")])
    at = np.array([len(names) if name is None else names.index(name) for name in bands])
    return np.asarray(takes.T[at])


def _takes(text: str, words: tuple[str, ...]) -> list[bool]:
    entries = split_list(text)
    return [ANY in entries or word in entries for word in words]


def _is_other_authority(question: Question) -> Truth:
    wanted = question.policy.authorities
    authority = question.of_schools("authority")
    return np.array([wanted is not None and name is not None and name not in wanted for name in authority])


def _longest_minutes(question: Question) -> Real:
    of_policy = np.inf if question.policy.max_minutes is None else question.policy.max_minutes
    return question.pupils["max_minutes"].fillna(of_policy).to_numpy(dtype=float)


def _nevers(question: Question) -> Whole:
    rules = question.problem.table("pair_rules")
    rules = rules[rules["rule"] == "never"]
    pupil = positions(question.pupils["pupil_id"], rules["pupil_id"])
    provision = positions(question.provisions["provision_id"], rules["provision_id"])
    return np.unique(pupil * len(question.provisions) + provision)
