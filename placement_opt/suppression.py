"""Small groups hidden in what is meant to be shared, and enough beside them that nothing can be worked out.

A count of 1 to 4 pupils is hidden, or of fewer than another number that is asked for. Where a total, or any other sum
that is shown, would give it away, the next smallest count is hidden too. A count is safe when there is a witness:
another set of whole numbers for what is hidden that fits everything that is shown and every sum, and in which this
count is different. Where none is found, more is hidden. What is worked out from knowledge outside the report is beyond
it.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

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


def protect(
    counts: Mapping[Hashable, int], sums: Iterable[Sum], *, least_shown: int = LEAST_SHOWN
) -> Mapping[Hashable, Mark]:
    """Say of each count whether it is shown, is under 5, or is withheld to protect another.

    Parameters
    ----------
    counts
        Every count that would be shown, by a key.
    sums
        Every sum among them that a reader can see or guess.
    least_shown
        Counts from 1 up to this are hidden, and then `SMALL` stands for that.

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
    marks = {key: _first_mark(count, least_shown) for key, count in counts.items()}
    # A witness stays one when more is hidden, so only what has none yet is looked at again.
    witnesses: dict[Hashable, Changes] = {}
    while found := add_witnesses(witnesses, _unknown(counts, marks, sums, least_shown)):
        if not _hide_one_more(found, counts, marks, sums):
            break
    _say_again(witnesses, counts, marks, sums, least_shown)
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
    return add_witnesses({}, _unknown(counts, marks, sums, LEAST_SHOWN))


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
    least_shown: int,
) -> None:
    """Take back, the largest count first, each withholding without which everything hidden is safe as well."""
    withheld = [key for key, mark in marks.items() if mark is Mark.WITHHELD]
    for key in sorted(withheld, key=lambda key: (-counts[key], str(key))):
        marks[key] = _first_mark(counts[key], least_shown)
        unknown = _unknown(counts, marks, sums, least_shown)
        kept = {
            other: changes for other, changes in witnesses.items() if other in unknown.room and unknown.allows(changes)
        }
        if add_witnesses(kept, unknown):
            marks[key] = Mark.WITHHELD
        else:
            witnesses.clear()
            witnesses.update(kept)


def _first_mark(count: int, least_shown: int) -> Mark:
    return Mark.SMALL if 0 < count < least_shown else Mark.SHOWN


def _unknown(
    counts: Mapping[Hashable, int], marks: Mapping[Hashable, Mark], sums: Iterable[Sum], least_shown: int
) -> Unknown:
    hidden = {key: mark for key, mark in marks.items() if mark is not Mark.SHOWN}
    return Unknown.of({key: _room(counts[key], mark, least_shown) for key, mark in hidden.items()}, sums)


def _room(count: int, mark: Mark, least_shown: int) -> tuple[int, int]:
    """Return how far a hidden count could go down and up, as far as its mark tells."""
    if mark is Mark.SMALL:
        return count - 1, least_shown - 1 - count
    return (count - least_shown if count >= least_shown else count), _NO_LIMIT
