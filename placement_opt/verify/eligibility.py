"""Who could go where: the fourteen rules in their order (formulation, section 1)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.cells import split_list
from placement_opt.schema import ANY, MAINSTREAM_KINDS, NEEDS
from placement_opt.verify.links import linkable
from placement_opt.verify.modes import is_entitled, is_permitted, modes_of
from placement_opt.verify.question import Question, Truth, Whole, positions

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

    refusal: "np.ndarray[tuple[int, int], np.dtype[np.uint8]]"
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
    refusal = np.zeros((pupils, provisions), dtype=np.uint8)
    may_move = np.ones(pupils, dtype=bool)
    first_rules = _first_rules(question, links)
    for start in range(0, pupils, _PUPILS_AT_ONCE):
        rows = np.arange(start, min(start + _PUPILS_AT_ONCE, pupils))[:, None]
        block = refusal[start : start + len(rows)]
        for number, refuses in enumerate(first_rules, start=1):
            _refuse(block, number, refuses(rows))
        may_move[rows[:, 0]] = _may_move(question, rows[:, 0], block)
        _later_rules(question, rows, block, may_move[rows])
    return Eligibility(refusal, may_move)


def _refuse(block: "np.ndarray[tuple[int, int], np.dtype[np.uint8]]", number: int, refused: Truth) -> None:
    np.copyto(block, np.uint8(number), where=(block == 0) & refused)


def _first_rules(question: Question, links: pd.DataFrame) -> tuple[Callable[[Whole], Truth], ...]:
    """Return rules 1 to 11, each telling for a column of pupils and all provisions what it refuses."""
    status, kind = question.of_provisions("status"), question.of_provisions("kind")
    is_closed = status == "closed"
    has_no_hub = (kind == "spoke") & ~linkable(question, links)
    columns = np.arange(len(question.provisions))

    def unless_must(refuses: Callable[[Whole], Truth]) -> Callable[[Whole], Truth]:
        return lambda rows: refuses(rows) & (question.must[rows] != columns)

    return (
        lambda rows: (question.must[rows] >= 0) & (question.must[rows] != columns),
        _never(question),
        lambda rows: is_closed,  # noqa: ARG005 - every rule is asked about pupils
        lambda rows: np.isnan(question.minutes[rows, question.school]),
        lambda rows: has_no_hub,  # noqa: ARG005
        unless_must(_outside_years(question)),
        unless_must(_unsuited(question)),
        unless_must(_other_band(question)),
        unless_must(_too_long(question)),
        unless_must(_other_authority(question)),
        _no_transport(question),
    )


def _never(question: Question) -> Callable[[Whole], Truth]:
    rules = question.problem.table("pair_rules")
    rules = rules[rules["rule"] == "never"]
    pupil = positions(question.pupils["pupil_id"], rules["pupil_id"])
    provision = positions(question.provisions["provision_id"], rules["provision_id"])

    def refuses(rows: Whole) -> Truth:
        refused = np.zeros((len(rows), len(question.provisions)), dtype=bool)
        is_here = (pupil >= rows[0, 0]) & (pupil <= rows[-1, 0])
        refused[pupil[is_here] - rows[0, 0], provision[is_here]] = True
        return refused

    return refuses


def _outside_years(question: Question) -> Callable[[Whole], Truth]:
    year = question.of_pupils("year_group")
    least, most = question.of_provisions("min_year"), question.of_provisions("max_year")
    return lambda rows: (year[rows] < least) | (year[rows] > most)


def _unsuited(question: Question) -> Callable[[Whole], Truth]:
    takes = np.array([_takes(text, NEEDS) for text in question.of_provisions("needs")])
    has = np.array([[code == need for code in NEEDS] for need in question.of_pupils("need")])
    if question.policy.match_secondary_needs:
        further = question.pupils["secondary_needs"].fillna("")
        has |= np.array([[code in split_list(text) for code in NEEDS] for text in further])
    is_waived = _waiver(question)
    return lambda rows: ~(has[rows[:, 0]] @ takes.T) & ~is_waived(rows)


def _other_band(question: Question) -> Callable[[Whole], Truth]:
    band = question.of_pupils("band")
    names = sorted({name for name in band if name is not None})
    takes = np.array([_takes(text, (*names, "")) for text in question.of_provisions("bands")])
    at = np.array([len(names) if name is None else names.index(name) for name in band])
    is_waived = _waiver(question)
    return lambda rows: ~takes.T[at[rows[:, 0]]] & ~is_waived(rows)


def _takes(text: str, words: "tuple[str, ...] | dict[str, str]") -> list[bool]:
    entries = split_list(text)
    return [ANY in entries or word in entries for word in words]


def _waiver(question: Question) -> Callable[[Whole], Truth]:
    """Tell where suitability is no ground: mainstream is wanted, and the provision is mainstream or a spoke."""
    is_asked = (question.of_pupils("mainstream") == "wanted") & (question.policy.mainstream != "off")
    is_mainstream = np.isin(question.of_provisions("kind").astype(str), ("mainstream", "spoke"))
    return lambda rows: is_asked[rows] & is_mainstream


def _too_long(question: Question) -> Callable[[Whole], Truth]:
    of_policy = np.inf if question.policy.max_minutes is None else question.policy.max_minutes
    limit = question.pupils["max_minutes"].fillna(of_policy).to_numpy(dtype=float)
    return lambda rows: question.minutes[rows, question.school] > limit[rows]


def _other_authority(question: Question) -> Callable[[Whole], Truth]:
    wanted = question.policy.authorities
    authority = question.of_schools("authority")
    is_other = np.array([wanted is not None and name is not None and name not in wanted for name in authority])
    return lambda rows: is_other  # noqa: ARG005


def _no_transport(question: Question) -> Callable[[Whole], Truth]:
    modes = modes_of(question)

    def refuses(rows: Whole) -> Truth:
        miles = question.miles[rows, question.school]
        permitted = [is_permitted(question, mode, rows, miles) for mode in modes]
        return np.asarray(is_entitled(question, rows, miles) & ~np.logical_or.reduce(permitted))

    return refuses


def _may_move(question: Question, rows: Whole, block: "np.ndarray[tuple[int, int], np.dtype[np.uint8]]") -> Truth:
    policy = question.policy
    is_due = np.isin(question.of_pupils("year_group")[rows], policy.phase_years) | (policy.moves == "all")
    if policy.moves == "flagged":
        is_due |= question.of_pupils("movable")[rows]
    present = question.present[rows]
    can_keep = (present >= 0) & (block[np.arange(len(rows)), present] == 0)
    must = question.must[rows]
    return np.asarray(~can_keep | np.where(must >= 0, must != present, is_due))


def _later_rules(
    question: Question, rows: Whole, block: "np.ndarray[tuple[int, int], np.dtype[np.uint8]]", moves: Truth
) -> None:
    columns = np.arange(len(question.provisions))
    is_must = question.must[rows] == columns
    _refuse(block, 12, ~moves & (columns != question.present[rows]))
    if question.policy.requests == "hard":
        is_there = question.school == question.requested[rows]
        is_possible = ((block == 0) & is_there).any(axis=1, keepdims=True)
        _refuse(block, 13, moves & is_possible & ~is_there & ~is_must)
    if question.policy.mainstream == "hard":
        is_wanted = question.of_pupils("mainstream")[rows] == "wanted"
        is_such = np.isin(question.of_provisions("kind").astype(str), MAINSTREAM_KINDS)
        is_possible = ((block == 0) & is_such).any(axis=1, keepdims=True)
        _refuse(block, 14, moves & is_wanted & is_possible & ~is_such & ~is_must)
