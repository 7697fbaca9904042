"""Who could go where: the fourteen rules in their order (formulation, section 1)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.cells import split_list
from placement_opt.schema import ANY, MAINSTREAM_KINDS, NEEDS
from placement_opt.verify.links import linkable
from placement_opt.verify.modes import modes_of, reach_miles
from placement_opt.verify.question import Question, Real, Truth, Whole, positions

RULES = (
    "allowed",
    "must",
    "never",
    "closed",
    "unreachable",
    "no hub",
    "year group",
    "need",
    "band",
    "time",
    "authority",
    "no transport",
    "stays",
    "requested elsewhere",
    "mainstream wanted",
)
"""The name of rule k at position k."""

_PUPILS_AT_ONCE = 1_024
_NOBODY_REFUSES = 255


@dataclass(frozen=True, eq=False, repr=False)
class Eligibility:
    """What the rules say.

    Parameters
    ----------
    refusal
        For each pupil and provision the number of the first rule that refuses; 0 = allowed.
    may_move
        For each pupil.
    """

    refusal: NDArray[np.uint8]
    may_move: Truth

    @property
    def allowed(self) -> Truth:
        """For each pupil and provision, whether no rule refuses."""
        return np.asarray(self.refusal == 0)


def eligibility_of(question: Question, links: pd.DataFrame) -> Eligibility:
    """Apply the rules to every pair.

    Parameters
    ----------
    question
        What was asked.
    links
        Of `links_of`.
    """
    pupils, provisions = len(question.pupils), len(question.provisions)
    refusal = np.empty((pupils, provisions), dtype=np.uint8)
    may_move = np.ones(pupils, dtype=bool)
    of_place = _of_provision(question, links)
    of_class, in_class = _of_suitability(question)
    of_class = np.minimum(of_class, np.minimum(of_place, _refusing(_is_other_authority(question), 10)))
    longest, farthest = _longest_minutes(question), _farthest_miles(question)
    never, at_must = _nevers(question), _at_must(question, of_place, farthest)
    for start in range(0, pupils, _PUPILS_AT_ONCE):
        rows = np.arange(start, min(start + _PUPILS_AT_ONCE, pupils))
        of_school = _of_journey(question, rows, longest, farthest)
        block = refusal[start : start + len(rows)]
        np.minimum(of_class[in_class[rows]], of_school[:, question.school], out=block)
        _decide(question, rows, block, never, at_must)
        block[block == _NOBODY_REFUSES] = 0
        may_move[rows] = _may_move(question, rows, block)
        _later_rules(question, rows, block, may_move[rows])
    return Eligibility(refusal, may_move)


def _refusing(refuses: Truth, number: int) -> NDArray[np.uint8]:
    return np.where(refuses, np.uint8(number), np.uint8(_NOBODY_REFUSES))


def _of_provision(question: Question, links: pd.DataFrame) -> NDArray[np.uint8]:
    """Return for each provision which of rules 3 and 5 refuses everybody."""
    is_closed = question.of_provisions("status") == "closed"
    has_no_hub = (question.of_provisions("kind") == "spoke") & ~linkable(question, links)
    return np.minimum(_refusing(is_closed, 3), _refusing(has_no_hub, 5))


def _of_suitability(question: Question) -> tuple[NDArray[np.uint8], Whole]:
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
    outside = _refusing((year < least) | (year > most), 6)
    further = sorts["further"].to_numpy(dtype=object)[first]
    unsuited = _refusing(~_suits(question, question.of_pupils("need")[first], further) & ~is_waived, 7)
    other_band = _refusing(~_takes_band(question, question.of_pupils("band")[first]) & ~is_waived, 8)
    return np.asarray(np.minimum(np.minimum(outside, unsuited), other_band)), np.asarray(in_sort, dtype=np.int64)


def _suits(question: Question, needs: NDArray[Any], further: NDArray[Any]) -> Truth:
    takes = np.array([_takes(text, tuple(NEEDS)) for text in question.of_provisions("needs")])
    has = np.array(
        [[code in (need, *split_list(text)) for code in NEEDS] for need, text in zip(needs, further, strict=True)]
    )
    return np.asarray(has @ takes.T)


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


def _farthest_miles(question: Question) -> Real:
    """Return for each pupil the miles above which the pupil would travel free, but no mode is permitted."""
    reach = reach_miles(question, modes_of(question))
    return np.where(question.is_always_free, reach, np.maximum(reach, question.walk_miles))


def _of_journey(question: Question, rows: Whole, longest: Real, farthest: Real) -> NDArray[np.uint8]:
    """Return which of rules 4, 9 and 11 refuses first, for pupils and schools."""
    minutes, miles = question.minutes[rows], question.miles[rows]
    number = np.full(minutes.shape, _NOBODY_REFUSES, dtype=np.uint8)
    number[miles > farthest[rows][:, None]] = 11
    number[minutes > longest[rows][:, None]] = 9
    number[np.isnan(minutes)] = 4
    return number


def _nevers(question: Question) -> tuple[Whole, Whole]:
    """Return the pupils and the provisions that officers keep apart."""
    rules = question.problem.table("pair_rules")
    rules = rules[rules["rule"] == "never"]
    provision_ids = question.provisions["provision_id"]
    return positions(question.pupils["pupil_id"], rules["pupil_id"]), positions(provision_ids, rules["provision_id"])


def _decide(
    question: Question,
    rows: Whole,
    block: NDArray[np.uint8],
    never: tuple[Whole, Whole],
    at_must: NDArray[np.uint8],
) -> None:
    """Apply what officers decided: rules 1 and 2, and `at_must`, what refuses where a pupil must go."""
    pupil, provision = never
    is_here = (pupil >= rows[0]) & (pupil <= rows[-1])
    apart, at = pupil[is_here] - rows[0], provision[is_here]
    block[apart, at] = np.minimum(block[apart, at], 2)
    bound = np.flatnonzero(question.must[rows] >= 0)
    must = question.must[rows[bound]]
    is_never = block[bound, must] == 2
    block[bound] = 1
    block[bound, must] = np.where(is_never, np.uint8(2), at_must[rows[bound]])


def _at_must(question: Question, of_place: NDArray[np.uint8], farthest: Real) -> NDArray[np.uint8]:
    """Return for each pupil which of rules 3, 4, 5 and 11 refuses where the pupil must go."""
    every, school = np.arange(len(question.must)), question.school[question.must]
    minutes, miles = question.minutes[every, school], question.miles[every, school]
    number = np.minimum(_refusing(miles > farthest, 11), _refusing(np.isnan(minutes), 4))
    return np.asarray(np.minimum(number, of_place[question.must]))


def _may_move(question: Question, rows: Whole, block: NDArray[np.uint8]) -> Truth:
    policy = question.policy
    is_due = np.isin(question.of_pupils("year_group")[rows], policy.phase_years) | (policy.moves == "all")
    if policy.moves == "flagged":
        is_due |= question.of_pupils("movable")[rows]
    present = question.present[rows]
    can_keep = (present >= 0) & (block[np.arange(len(rows)), present] == 0)
    must = question.must[rows]
    return np.asarray(~can_keep | np.where(must >= 0, must != present, is_due))


def _later_rules(question: Question, rows: Whole, block: NDArray[np.uint8], moves: Truth) -> None:
    columns = np.arange(len(question.provisions))
    for at in np.flatnonzero(~moves):
        block[at, (block[at] == 0) & (columns != question.present[rows[at]])] = 12
    if question.policy.requests == "hard":
        wishing = np.flatnonzero(moves & (question.requested[rows] >= 0))
        is_there = question.school == question.requested[rows[wishing]][:, None]
        _grant(question, rows, block, wishing, is_there, 13)
    if question.policy.mainstream == "hard":
        wishing = np.flatnonzero(moves & (question.of_pupils("mainstream")[rows] == "wanted"))
        is_such = np.isin(question.of_provisions("kind").astype(str), MAINSTREAM_KINDS)
        _grant(question, rows, block, wishing, np.broadcast_to(is_such, (len(wishing), len(columns))), 14)


def _grant(
    question: Question, rows: Whole, block: NDArray[np.uint8], wishing: Whole, meets: Truth, number: int
) -> None:
    """Refuse other provisions to pupils of whom some pair that meets their wish is allowed."""
    of_wishing = block[wishing]
    is_possible = ((of_wishing == 0) & meets).any(axis=1, keepdims=True)
    is_must = question.must[rows[wishing]][:, None] == np.arange(len(question.provisions))
    of_wishing[(of_wishing == 0) & is_possible & ~meets & ~is_must] = number
    block[wishing] = of_wishing
