"""Other whole numbers that fit all that is shown: the witnesses that a hidden count cannot be worked out."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

_MOST_TRIALS = 150
_ORDERS = 3
"""Steps in a search for a witness, and searches in different orders. What has none is taken to be derivable."""

Changes = Mapping[Hashable, int]
"""A witness: hidden counts and by how much they differ."""


@dataclass(frozen=True)
class Sum:
    """A total that is the sum of its parts, and that a reader knows to be."""

    total: Hashable
    parts: tuple[Hashable, ...]

    @property
    def keys(self) -> tuple[Hashable, ...]:
        """The total and the parts."""
        return (self.total, *self.parts)


@dataclass(frozen=True)
class Unknown:
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
    def of(cls, room: Mapping[Hashable, tuple[int, int]], sums: Iterable[Sum]) -> "Unknown":
        """Keep of the sums what is hidden.

        Parameters
        ----------
        room
            As above.
        sums
            All sums.
        """
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
        """Say whether a count may differ by so much, for all that is known of it alone."""
        down, up = self.room[key]
        return -down <= step <= up

    def allows(self, changes: Changes) -> bool:
        """Say whether a witness is still one: all that differs is hidden and has room."""
        return all(key in self.room and self.can(key, step) for key, step in changes.items())


def add_witnesses(witnesses: dict[Hashable, Changes], unknown: Unknown) -> frozenset[Hashable]:
    """Find a witness for each hidden count that has none; return those for which none is found.

    Parameters
    ----------
    witnesses
        Hidden count to its witness; those that are found are added.
    unknown
        What a reader does not know.
    """
    searches = [_Search(unknown, order) for order in range(_ORDERS)]
    for key in sorted(unknown.room.keys() - witnesses.keys(), key=str):
        if key not in witnesses:
            changes = next(filter(None, (search.witness(key) for search in searches)), {})
            witnesses.update(dict.fromkeys(changes.keys() - witnesses.keys(), changes))
    return frozenset(unknown.room.keys() - witnesses.keys())


class _Search:
    """A search for other fillings that fit, with the hidden counts tried in one order."""

    def __init__(self, unknown: Unknown, order: int) -> None:
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
