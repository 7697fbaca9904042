"""Small groups hidden in what is meant to be shared, and enough beside them that nothing can be worked out.

A count of 1 to 4 pupils is hidden. Where a total, or any other sum that is shown, would give it away, the next smallest
count is hidden too. A count is safe when there is a witness: another set of whole numbers for what is hidden that fits
everything that is shown and every sum, and in which this count is different. Where none is found, more is hidden. What
is worked out from knowledge outside the report is beyond it.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from zlib import crc32

LEAST_SHOWN = 5
"""The smallest group of pupils that is shown (the usual rule for published counts of pupils with special needs)."""

_NO_LIMIT = 10**9
_MOST_TRIALS = 150
_ORDERS = 3
"""Steps in a search for a witness, and searches in different orders. What has none is taken to be derivable."""

Changes = Mapping[Hashable, int]
"""A witness: hidden counts and by how much they differ."""


class Mark(StrEnum):
    """How a count is shown."""

    SHOWN = ""
    SMALL = "under 5"
    """1 to 4 pupils."""
    WITHHELD = "withheld"
    """Hidden so that a smaller group cannot be worked out."""


@dataclass(frozen=True)
class Sum:
    """A total that is the sum of its parts, and that a reader knows to be."""

    total: Hashable
    parts: tuple[Hashable, ...]

    @property
    def keys(self) -> tuple[Hashable, ...]:
        """The total and the parts."""
        return (self.total, *self.parts)


def protect(counts: Mapping[Hashable, int], sums: Iterable[Sum]) -> Mapping[Hashable, Mark]:
    """Say of each count whether it is shown, is under 5, or is withheld to protect another.

    Parameters
    ----------
    counts
        Every count that would be shown, by a key.
    sums
        Every sum among them that a reader can see or guess.

    Returns
    -------
    Mapping
        A mark for each key. No hidden count follows from those that are shown. Zeros are shown, unless nothing may be
        said of a whole breakdown.

    Raises
    ------
    ValueError
        When a count is negative, or a sum does not add up: then the protection would protect something else.

    Examples
    --------
    >>> marks = protect({"all": 30, "ASD": 3, "MLD": 7, "SLD": 20}, [Sum("all", ("ASD", "MLD", "SLD"))])
    >>> [str(marks[key]) or "shown" for key in ("all", "ASD", "MLD", "SLD")]
    ['shown', 'under 5', 'withheld', 'shown']
    """
    sums = tuple(sums)
    _check(counts, sums)
    marks = {key: _first_mark(count) for key, count in counts.items()}
    # A witness stays one when more is hidden, so only what has none yet is looked at again.
    witnesses: dict[Hashable, Changes] = {}
    while found := _add_witnesses(witnesses, _Unknown.of(counts, marks, sums)):
        if not _hide_one_more(found, counts, marks, sums):
            break
    _say_again(witnesses, counts, marks, sums)
    return MappingProxyType(marks)


def derivable(
    counts: Mapping[Hashable, int], marks: Mapping[Hashable, Mark], sums: Sequence[Sum]
) -> frozenset[Hashable]:
    """Return the hidden counts for which no witness is found: those that a reader might work out.

    Parameters
    ----------
    counts, marks, sums
        As for `protect`.
    """
    return _add_witnesses({}, _Unknown.of(counts, marks, sums))


def hidden_amounts(
    pupils: Mapping[Hashable, int], amounts: Mapping[Hashable, float], hidden: Iterable[Hashable] = ()
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

    Examples
    --------
    >>> sorted(hidden_amounts({"taxi": 2, "bus": 9, "pass": 40}, {"taxi": 9000.0, "bus": 4500.0, "pass": 800.0}))
    ['bus', 'taxi']
    """
    chosen = {key for key, count in pupils.items() if 0 < count < LEAST_SHOWN} | set(hidden)
    spare = sorted(
        (key for key in pupils if key not in chosen and amounts.get(key, 0) != 0 and pupils[key] > 0),
        key=lambda key: (pupils[key], str(key)),
    )
    while chosen and spare and not is_total_safe(pupils, chosen):
        chosen.add(spare.pop(0))
    return frozenset(chosen)


def is_total_safe(pupils: Mapping[Hashable, int], hidden: Iterable[Hashable]) -> bool:
    """Say whether a total may stand beside the groups that are not hidden.

    Parameters
    ----------
    pupils
        Pupils in each group.
    hidden
        The hidden groups.
    """
    filled = [pupils[key] for key in hidden if pupils[key] > 0]
    return not filled or (len(filled) >= 2 and sum(filled) >= LEAST_SHOWN)


def _check(counts: Mapping[Hashable, int], sums: Sequence[Sum]) -> None:
    for key, count in counts.items():
        if count < 0:
            raise ValueError(f"The count of {key!r} is {count}; a count of pupils is not negative.")
    for one in sums:
        parts = sum(counts[key] for key in one.parts)
        if parts != counts[one.total]:
            raise ValueError(f"The parts of {one.total!r} add up to {parts}, not to {counts[one.total]}.")


def _hide_one_more(
    found: frozenset[Hashable], counts: Mapping[Hashable, int], marks: dict[Hashable, Mark], sums: Sequence[Sum]
) -> bool:
    """Hide more in one sum of what is found: the cheapest way, and where as little as possible is hidden yet."""
    hidden = {key for key, mark in marks.items() if mark is not Mark.SHOWN}
    for reach in (found, hidden):
        offers = [
            (rank, len(hidden.intersection(one.keys)), counts[keys[0]], str(keys[0]), keys)
            for one in sums
            if not reach.isdisjoint(one.keys)
            for rank, keys in _next_to_hide(one, counts, marks)
        ]
        if offers:
            chosen = min(offers, key=lambda offer: offer[:-1])[-1]
            marks.update(dict.fromkeys(chosen, Mark.WITHHELD))
            return True
    return False


def _next_to_hide(
    one: Sum, counts: Mapping[Hashable, int], marks: Mapping[Hashable, Mark]
) -> list[tuple[int, tuple[Hashable, ...]]]:
    """Return what to hide next in a sum, with a rank: its smallest part; or that its parts are small; or its total.

    Where every part is hidden already, even "under 5" can say too much: six groups of one pupil each make six. Then
    nothing at all is said of the parts, zeros included, rather than hide a total that more people need.
    """
    parts = [key for key in one.parts if marks[key] is Mark.SHOWN and counts[key] > 0]
    if parts:
        return [(0, (min(parts, key=lambda key: (counts[key], str(key))),))]
    unsaid = tuple(key for key in one.parts if marks[key] is not Mark.WITHHELD)
    if unsaid:
        return [(1, unsaid)]
    return [(2, (one.total,))] if marks[one.total] is not Mark.WITHHELD and counts[one.total] > 0 else []


def _say_again(
    witnesses: dict[Hashable, Changes],
    counts: Mapping[Hashable, int],
    marks: dict[Hashable, Mark],
    sums: Sequence[Sum],
) -> None:
    """Take back, the largest count first, each withholding without which everything hidden is safe as well."""
    withheld = [key for key, mark in marks.items() if mark is Mark.WITHHELD]
    for key in sorted(withheld, key=lambda key: (-counts[key], str(key))):
        marks[key] = _first_mark(counts[key])
        unknown = _Unknown.of(counts, marks, sums)
        kept = {
            other: changes for other, changes in witnesses.items() if other in unknown.room and unknown.allows(changes)
        }
        if _add_witnesses(kept, unknown):
            marks[key] = Mark.WITHHELD
        else:
            witnesses.clear()
            witnesses.update(kept)


def _first_mark(count: int) -> Mark:
    return Mark.SMALL if 0 < count < LEAST_SHOWN else Mark.SHOWN


@dataclass(frozen=True)
class _Unknown:
    """What a reader does not know.

    Parameters
    ----------
    room
        Hidden count to how far it can go down and up, as far as its mark tells.
    sums
        The hidden counts of each sum, with the sign of each: 1 for a part, -1 for the total.
    sums_of
        Hidden count to the positions of its sums.
    """

    room: Mapping[Hashable, tuple[int, int]]
    sums: tuple[Mapping[Hashable, int], ...]
    sums_of: Mapping[Hashable, tuple[int, ...]]

    @classmethod
    def of(cls, counts: Mapping[Hashable, int], marks: Mapping[Hashable, Mark], sums: Sequence[Sum]) -> "_Unknown":
        room = {key: _room(counts[key], mark) for key, mark in marks.items() if mark is not Mark.SHOWN}
        signed = tuple(
            {key: -1 if key == one.total else 1 for key in one.keys if key in room}
            for one in sums
            if not room.keys().isdisjoint(one.keys)
        )
        sums_of: dict[Hashable, list[int]] = {key: [] for key in room}
        for position, members in enumerate(signed):
            for key in members:
                sums_of[key].append(position)
        return cls(room, signed, {key: tuple(positions) for key, positions in sums_of.items()})

    def can(self, key: Hashable, step: int) -> bool:
        down, up = self.room[key]
        return -down <= step <= up

    def allows(self, changes: Changes) -> bool:
        return all(key in self.room and self.can(key, step) for key, step in changes.items())


def _room(count: int, mark: Mark) -> tuple[int, int]:
    if mark is Mark.SMALL:
        return count - 1, LEAST_SHOWN - 1 - count
    return (count - LEAST_SHOWN if count >= LEAST_SHOWN else count), _NO_LIMIT


def _add_witnesses(witnesses: dict[Hashable, Changes], unknown: _Unknown) -> frozenset[Hashable]:
    """Find a witness for each hidden count that has none; return those for which none is found."""
    searches = [_Search(unknown, order) for order in range(_ORDERS)]
    for key in sorted(unknown.room.keys() - witnesses.keys(), key=str):
        if key not in witnesses:
            changes = next(filter(None, (search.witness(key) for search in searches)), {})
            witnesses.update(dict.fromkeys(changes.keys() - witnesses.keys(), changes))
    return frozenset(unknown.room.keys() - witnesses.keys())


class _Search:
    """A search for other fillings that fit, with the hidden counts tried in one order."""

    def __init__(self, unknown: _Unknown, order: int) -> None:
        self._unknown = unknown
        self._order = order

    @cached_property
    def _sums(self) -> list[list[tuple[Hashable, int]]]:
        ranks = {key: self._rank(key) for key in self._unknown.room}
        return [sorted(members.items(), key=lambda item: ranks[item[0]]) for members in self._unknown.sums]

    def _rank(self, key: Hashable) -> tuple[int, int, str]:
        if self._order == 0:  # those that touch few other sums, and have much room, first
            return len(self._unknown.sums_of[key]), -self._unknown.room[key][1], str(key)
        return crc32(f"{self._order} {key}".encode()), 0, str(key)

    def witness(self, key: Hashable) -> Changes:
        """Return how another filling differs, in this count among others; empty when none is found."""
        for step in (1, -1):
            if self._unknown.can(key, step):
                changes = {key: step}
                self._trials_left = _MOST_TRIALS
                if self._settles(changes, self._unsettled({}, key, step)):
                    return changes
        return {}

    def _unsettled(self, off: Mapping[int, int], key: Hashable, step: int) -> dict[int, int]:
        """Return by how much each sum is off after a further change; the sums that add up are left out."""
        after = dict(off)
        for position in self._unknown.sums_of[key]:
            after[position] = after.get(position, 0) + step * self._unknown.sums[position][key]
            if after[position] == 0:
                del after[position]
        return after

    def _settles(self, changes: dict[Hashable, int], off: Mapping[int, int]) -> bool:
        """Change further hidden counts until every sum adds up again; the changes are left in place on success.

        The sum with the fewest ways out comes first.
        """
        if not off:
            return True
        for key, step in min((self._ways_out(at, amount, changes) for at, amount in off.items()), key=len):
            self._trials_left -= 1
            if self._trials_left < 0:
                return False
            changes[key] = step
            if self._settles(changes, self._unsettled(off, key, step)):
                return True
            del changes[key]
        return False

    def _ways_out(self, position: int, amount: int, changes: Changes) -> list[tuple[Hashable, int]]:
        """Return the single changes that settle a sum."""
        ways = ((key, -amount * sign) for key, sign in self._sums[position] if key not in changes)
        return [way for way in ways if self._unknown.can(*way)]
