"""Small groups hidden in what is meant to be shared, and enough beside them that nothing can be worked out.

A count of 1 to 4 pupils is hidden. Where a total, or any other sum that is shown, would give it away, the next smallest
count is hidden too. A count is safe when there is a witness: another set of whole numbers for what is hidden that fits
everything that is shown and every sum, and in which this count is different. Where none is found, more is hidden. What
is worked out from knowledge outside the report is beyond it.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

LEAST_SHOWN = 5
"""The smallest group of pupils that is shown (the usual rule for published counts of pupils with special needs)."""

_NO_LIMIT = 10**9
_MOST_TRIALS = 300
"""Steps in the search for one witness; where it ends without one, more is hidden than need be."""


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
    # What is safe stays safe when more is hidden, so only the rest is looked at again.
    found = derivable(counts, marks, sums)
    while found and (chosen := _hide_one_more(found, counts, marks, sums)):
        found = derivable(counts, marks, sums, among=found.union(chosen))
    _say_again(counts, marks, sums)
    return MappingProxyType(marks)


def derivable(
    counts: Mapping[Hashable, int],
    marks: Mapping[Hashable, Mark],
    sums: Sequence[Sum],
    *,
    among: Iterable[Hashable] | None = None,
) -> frozenset[Hashable]:
    """Return the hidden counts for which no witness is found: those that a reader might work out.

    Parameters
    ----------
    counts, marks, sums
        As for `protect`.
    among
        The hidden counts to look at; None = all.
    """
    unknown = _Unknown.of(counts, marks, sums)
    open_keys = set(unknown.room) if among is None else unknown.room.keys() & set(among)
    safe: set[Hashable] = set()
    for key in sorted(open_keys, key=str):
        if key not in safe:
            safe |= _witness(key, unknown)
    return frozenset(open_keys - safe)


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
) -> tuple[Hashable, ...]:
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
            return chosen
    return ()


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


def _say_again(counts: Mapping[Hashable, int], marks: dict[Hashable, Mark], sums: Sequence[Sum]) -> None:
    """Take back, the largest count first, each withholding without which everything hidden is safe as well."""
    withheld = [key for key, mark in marks.items() if mark is Mark.WITHHELD]
    for key in sorted(withheld, key=lambda key: (-counts[key], str(key))):
        marks[key] = _first_mark(counts[key])
        if derivable(counts, marks, sums):
            marks[key] = Mark.WITHHELD


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


def _room(count: int, mark: Mark) -> tuple[int, int]:
    if mark is Mark.SMALL:
        return count - 1, LEAST_SHOWN - 1 - count
    return (count - LEAST_SHOWN if count >= LEAST_SHOWN else count), _NO_LIMIT


def _witness(key: Hashable, unknown: _Unknown) -> set[Hashable]:
    """Return the counts that differ in another filling that fits, this one among them; empty when none is found."""
    for step in (1, -1):
        if unknown.can(key, step):
            changes = {key: step}
            off = {position: step * unknown.sums[position][key] for position in unknown.sums_of[key]}
            if _settled(changes, off, unknown, [_MOST_TRIALS]):
                return set(changes)
    return set()


def _settled(changes: dict[Hashable, int], off: dict[int, int], unknown: _Unknown, trials_left: list[int]) -> bool:
    """Change further hidden counts until every sum adds up again; the changes are left in place on success.

    `off` says by how much the changes so far unsettle each sum. The sum with the fewest ways out comes first.
    """
    ways = [_ways_out(position, amount, changes, unknown) for position, amount in off.items() if amount]
    if not ways:
        return True
    for key, step in min(ways, key=len):
        trials_left[0] -= 1
        if trials_left[0] < 0:
            return False
        changes[key] = step
        shifts = {position: step * unknown.sums[position][key] for position in unknown.sums_of[key]}
        if _settled(changes, {**off, **{at: off.get(at, 0) + by for at, by in shifts.items()}}, unknown, trials_left):
            return True
        del changes[key]
    return False


def _ways_out(
    position: int, amount: int, changes: Mapping[Hashable, int], unknown: _Unknown
) -> list[tuple[Hashable, int]]:
    """Return the single changes that settle a sum, those that touch few other sums first."""
    members = unknown.sums[position]
    ways = [(key, -amount * sign) for key, sign in members.items() if key not in changes]
    return sorted(
        (way for way in ways if unknown.can(*way)),
        key=lambda way: (len(unknown.sums_of[way[0]]), -unknown.room[way[0]][1], str(way[0])),
    )
