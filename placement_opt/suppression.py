"""Small groups hidden in what is meant to be shared, and enough beside them that nothing can be worked out.

A count of 1 to 4 pupils is hidden, or of fewer than another number that is asked for. Where a total, or any other sum
that is shown, would give it away, the next smallest count is hidden too. A count is safe when there is a witness:
another set of whole numbers for what is hidden that fits everything that is shown and every sum, keeps to the most that
a reader knows a count can be, and in which this count is different. Where none is found, more is hidden. What is hidden
of a total that is shown is nobody or a group that could be shown. What is worked out from knowledge outside the report
is beyond it.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from placement_opt.complement import Prices, prices_of
from placement_opt.witnesses import Changes, Sum, Unknown, add_witnesses

LEAST_SHOWN = 5
"""The smallest group of pupils that is shown: a convention of published counts, not a law."""

_NO_LIMIT = 10**9


class Mark(StrEnum):
    """How a count is shown."""

    SHOWN = ""
    SMALL = "under 5"
    """1 to 4 pupils."""
    WITHHELD = "withheld"
    """Hidden so that a smaller group cannot be worked out."""


@dataclass(frozen=True)
class Protection:
    """How counts are shown.

    Parameters
    ----------
    marks
        A mark for each key.
    given_away
        Small counts that what a reader knows tells, however much is hidden: of few pupils at schools that are full.
    """

    marks: Mapping[Hashable, Mark]
    given_away: frozenset[Hashable]


def protect(
    counts: Mapping[Hashable, int],
    sums: Iterable[Sum],
    *,
    most: Mapping[Hashable, int] | None = None,
    unseen: Iterable[Hashable] = (),
    least_shown: int = LEAST_SHOWN,
) -> Mapping[Hashable, Mark]:
    """Say of each count whether it is shown, is under 5, or is withheld to protect another.

    Parameters
    ----------
    counts
        Every count that would be shown, by a key.
    sums
        Every sum among them that a reader can see or guess.
    most
        The most that a reader knows a count can be, where there is such a number: the places of a school.
    unseen
        Counts that stand nowhere and need no protection, but tie others: what is left of a total, which may be nought.
    least_shown
        Counts from 1 up to this are hidden, and then `SMALL` stands for that.

    Returns
    -------
    Mapping
        A mark for each key. No hidden count follows from those that are shown, but one that `most` and the sums tell
        however much is hidden. Zeros are shown, unless nothing may be said of a whole breakdown.

    Raises
    ------
    ValueError
        When a count is negative or above its most, or a sum does not add up: then the protection would protect
        something else.

    Examples
    --------
    >>> marks = protect({"all": 30, "ASD": 3, "MLD": 7, "SLD": 20}, [Sum("all", ("ASD", "MLD", "SLD"))])
    >>> [str(marks[key]) or "shown" for key in ("all", "ASD", "MLD", "SLD")]
    ['shown', 'under 5', 'withheld', 'shown']
    """
    return protection(counts, sums, most=most, unseen=unseen, least_shown=least_shown).marks


def protection(
    counts: Mapping[Hashable, int],
    sums: Iterable[Sum],
    *,
    most: Mapping[Hashable, int] | None = None,
    unseen: Iterable[Hashable] = (),
    least_shown: int = LEAST_SHOWN,
) -> "Protection":
    """Return the marks of `protect`, and the small counts that nothing can hide: papers with such may not be shared.

    Parameters
    ----------
    counts, sums, most, unseen, least_shown
        As for `protect`.

    Raises
    ------
    ValueError
        As `protect`.
    """
    known = _Known(counts, tuple(sums), most or {}, frozenset(unseen))
    marks = {key: _first_mark(known, key, least_shown) for key in known.counts}
    _hide_small_rests(known, marks, least_shown)
    # A witness stays one when more is hidden, so only what has none yet is looked at again.
    witnesses: dict[Hashable, Changes] = {}
    given_away = set(known.unseen)  # and what is known already, whatever else is hidden
    while found := add_witnesses(witnesses, _unknown(known, marks, least_shown)) - given_away:
        key = min(found, key=str)
        changes = _prices(known, marks, least_shown).cheapest(key)
        if not changes:
            given_away.add(key)
            continue
        for other, step in changes.items():
            if marks[other] is Mark.SHOWN or not _can(_room(known, other, marks[other], least_shown), step):
                marks[other] = Mark.WITHHELD
        witnesses.update(dict.fromkeys(changes.keys() - witnesses.keys(), changes))
        _hide_small_rests(known, marks, least_shown)
    _say_again(witnesses, known, marks, given_away, least_shown)
    small = frozenset(key for key in given_away - known.unseen if 0 < known.counts[key] < least_shown)
    return Protection(MappingProxyType(marks), small)


def derivable(
    counts: Mapping[Hashable, int],
    marks: Mapping[Hashable, Mark],
    sums: Iterable[Sum],
    *,
    most: Mapping[Hashable, int] | None = None,
) -> frozenset[Hashable]:
    """Return the hidden counts for which no witness is found: those that a reader might work out.

    Parameters
    ----------
    counts, sums, most
        As for `protect`.
    marks
        What it returned, or other ones.
    """
    return add_witnesses({}, _unknown(_Known(counts, tuple(sums), most or {}, frozenset()), marks, LEAST_SHOWN))


def hidden_amounts(
    pupils: Mapping[Hashable, int],
    amounts: Mapping[Hashable, float],
    hidden: Iterable[Hashable] = (),
    *,
    least_shown: int = LEAST_SHOWN,
) -> frozenset[Hashable]:
    """Return the groups whose amounts (£, miles, averages) have to be hidden when their total is shown.

    Groups of 1 to 4 pupils are hidden, and then the next smallest with an amount, until the hidden groups are at least
    two with at least 5 pupils together: then the total less what is shown says nothing of a small group. A total that
    has no such protection (everything hidden already) is for the caller to hide: see `is_total_safe`.

    Parameters
    ----------
    pupils
        Pupils that the amount of each group is about; 0 where it is about none.
    amounts
        The amounts by group.
    hidden
        Groups that are hidden for another reason.
    least_shown
        The smallest group of pupils that is shown.

    Examples
    --------
    >>> sorted(hidden_amounts({"taxi": 2, "bus": 9, "pass": 40}, {"taxi": 9000.0, "bus": 4500.0, "pass": 800.0}))
    ['bus', 'taxi']
    """
    chosen = {key for key, count in pupils.items() if 0 < count < least_shown} | set(hidden)
    spare = sorted(
        (key for key in pupils if key not in chosen and amounts.get(key, 0) != 0 and pupils[key] > 0),
        key=lambda key: (pupils[key], str(key)),
    )
    while chosen and spare and not is_total_safe(pupils, chosen, least_shown=least_shown):
        chosen.add(spare.pop(0))
    return frozenset(chosen)


def is_total_safe(
    pupils: Mapping[Hashable, int], hidden: Iterable[Hashable], *, least_shown: int = LEAST_SHOWN
) -> bool:
    """Say whether a total may stand beside the groups that are not hidden.

    Parameters
    ----------
    pupils
        Pupils in each group.
    hidden
        The hidden groups.
    least_shown
        The smallest group of pupils that is shown.
    """
    filled = [pupils[key] for key in hidden if pupils[key] > 0]
    return not filled or (len(filled) >= 2 and sum(filled) >= least_shown)


@dataclass(frozen=True)
class _Known:
    """Counts that would be shown, and what a reader knows of them."""

    counts: Mapping[Hashable, int]
    sums: tuple[Sum, ...]
    most: Mapping[Hashable, int]
    unseen: frozenset[Hashable]

    def __post_init__(self) -> None:
        for key, count in self.counts.items():
            if count < 0:
                raise ValueError(f"The count of {key!r} is {count}; a count of pupils is not negative.")
            if count > self.most.get(key, count):
                raise ValueError(f"The count of {key!r} is {count}, above the most that it can be, {self.most[key]}.")
        for one in self.sums:
            parts = sum(self.counts[key] for key in one.parts)
            if parts != self.counts[one.total]:
                raise ValueError(f"The parts of {one.total!r} add up to {parts}, not to {self.counts[one.total]}.")

    def left(self, one: Sum, marks: Mapping[Hashable, Mark]) -> int:
        """Return how many pupils are hidden in a sum whose total is shown; 0 where it is not shown."""
        if marks[one.total] is not Mark.SHOWN:
            return 0
        return sum(self.counts[key] for key in one.parts if marks[key] is not Mark.SHOWN)


def _hide_small_rests(known: _Known, marks: dict[Hashable, Mark], least_shown: int) -> None:
    """Hide more of the sums in which a total less all that is shown would be a small group."""
    open_sums = [one for one in known.sums if 0 < known.left(one, marks) < least_shown]
    while open_sums:
        for one in open_sums:
            if 0 < known.left(one, marks) < least_shown:
                # Something is left to hide: a total that is shown is not small itself.
                marks[_smallest_shown(one, known.counts, marks)] = Mark.WITHHELD
        open_sums = [one for one in known.sums if 0 < known.left(one, marks) < least_shown]


def _smallest_shown(one: Sum, counts: Mapping[Hashable, int], marks: Mapping[Hashable, Mark]) -> Hashable:
    shown = (key for key in one.parts if marks[key] is Mark.SHOWN and counts[key] > 0)
    return min(shown, key=lambda key: (counts[key], str(key)))


def _prices(known: _Known, marks: Mapping[Hashable, Mark], least_shown: int) -> Prices:
    """Return what may be hidden beside what is hidden, and at which price; noughts are shown."""
    free = {key: _room(known, key, mark, least_shown) for key, mark in marks.items() if mark is not Mark.SHOWN}
    more = {
        key: _room(known, key, Mark.WITHHELD, least_shown)
        for key, count in known.counts.items()
        if marks[key] is not Mark.WITHHELD and count > 0
    }
    return Prices(known.counts, known.sums, free, more, prices_of(known.counts, {one.total for one in known.sums}))


def _can(room: tuple[int, int], step: int) -> bool:
    return -room[0] <= step <= room[1]


def _say_again(
    witnesses: dict[Hashable, Changes],
    known: _Known,
    marks: dict[Hashable, Mark],
    given_away: set[Hashable],
    least_shown: int,
) -> None:
    """Take back, the largest count first, each withholding without which everything hidden is safe as well."""
    sums_of: dict[Hashable, list[Sum]] = {}
    for one in known.sums:
        for key in one.keys:
            sums_of.setdefault(key, []).append(one)
    withheld = [key for key, mark in marks.items() if mark is Mark.WITHHELD and key not in known.unseen]
    for key in sorted(withheld, key=lambda key: (-known.counts[key], str(key))):
        marks[key] = _first_mark(known, key, least_shown)
        unknown = _unknown(known, marks, least_shown)
        kept = {
            other: changes for other, changes in witnesses.items() if other in unknown.room and unknown.allows(changes)
        }
        is_open = any(0 < known.left(one, marks) < least_shown for one in sums_of.get(key, ()))
        if is_open or add_witnesses(kept, unknown) - given_away:
            marks[key] = Mark.WITHHELD
        else:
            witnesses.clear()
            witnesses.update(kept)


def _first_mark(known: _Known, key: Hashable, least_shown: int) -> Mark:
    if key in known.unseen:
        return Mark.WITHHELD
    return Mark.SMALL if 0 < known.counts[key] < least_shown else Mark.SHOWN


def _unknown(known: _Known, marks: Mapping[Hashable, Mark], least_shown: int) -> Unknown:
    hidden = {key: mark for key, mark in marks.items() if mark is not Mark.SHOWN}
    return Unknown.of({key: _room(known, key, mark, least_shown) for key, mark in hidden.items()}, known.sums)


def _room(known: _Known, key: Hashable, mark: Mark, least_shown: int) -> tuple[int, int]:
    """Return how far a hidden count could go down and up, as far as its mark and its most tell."""
    count = known.counts[key]
    up = known.most.get(key, _NO_LIMIT) - count
    if key in known.unseen:
        return count, up
    if mark is Mark.SMALL:
        return count - 1, min(up, least_shown - 1 - count)
    return (count - least_shown if count >= least_shown else count), up
