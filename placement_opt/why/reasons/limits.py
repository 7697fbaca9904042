"""What stands in the way of a place while everybody else stays where the plan has them."""

from collections.abc import Iterator, Mapping

import numpy as np

from placement_opt.model.linear import Sense
from placement_opt.why.reasons.laid import Laid
from placement_opt.why.reasons.values import Limit

ROOM_TOLERANCE = 1e-6
KIND_OF_ROW = {
    "places": "full",
    "part": "part",
    "school": "school",
    "resource": "resource",
    "budget": "budget",
    "family": "siblings",
    "moves": "moves",
    "total": "total",
    "smallest": "smallest",
}
"""What each family of rows stands for (docs/formulation.md, section 5); `pupil` and `support` are looked at apart."""


def limits_of(laid: Laid, pair: int, left: int | None) -> tuple[Limit, ...]:
    """Say what a plan would break if one pupil took a pair, and nobody else moved.

    Parameters
    ----------
    laid
        The plan.
    pair
        A decided pair.
    left
        The pair that the pupil would leave for it; None = the pupil has no place.
    """
    found = [*_not_open(laid, pair), *_rows_broken(laid, pair, left), *_outreach(laid, pair), *_wish(laid, pair, left)]
    return tuple(dict.fromkeys(found))


def keeps_rows(laid: Laid, changes: Mapping[int, int], others: Mapping[int, float]) -> bool:
    """Return whether a plan keeps every rule with some columns changed, and nothing else.

    Parameters
    ----------
    laid
        The plan.
    changes
        By decided pair, how many pupils more; below 0: fewer.
    others
        By other column, how much more.
    """
    for pair, more in changes.items():
        is_there = laid.pupils[pair] + more >= 0 if more < 0 else laid.is_open(int(laid.draft.provision[pair]))
        if not is_there:
            return False
    names = laid.system.names
    change = _change(laid, changes)
    for column, units in others.items():
        for row, coefficient in laid.rows_of_column(column):
            change[row] = change.get(row, 0.0) + units * coefficient
    for row, amount in change.items():
        if laid.system.is_pupil_row[row]:
            continue
        if names[row].startswith("support_"):
            if not _fits_team(laid, int(names[row].partition("_")[2]), -amount):
                return False
        elif _is_broken(laid, row, amount, 0.0):
            return False
    return True


def is_impossible(laid: Laid, pair: int) -> bool:
    """Return whether one pupil in a pair breaks a row whatever else is decided: no plan has it."""
    least = laid.least_of_rows
    system = laid.system
    for row, amount in _change(laid, {pair: 1}).items():
        if system.sense[row] <= 0 and least[row] + amount > system.right[row] + ROOM_TOLERANCE:
            return True
    return False


def _rows_broken(laid: Laid, pair: int, left: int | None) -> Iterator[Limit]:
    changes = {pair: 1} if left is None or left == pair else {pair: 1, left: -1}
    for row, amount in sorted(_change(laid, changes).items()):
        name = laid.system.names[row]
        kind = KIND_OF_ROW.get(name.partition("_")[0])
        if kind is not None and _is_broken(laid, row, amount, _over_room(laid, row)):
            yield Limit(kind, laid.draft.sentences.get(name, "").rstrip(".") or kind)


def _change(laid: Laid, changes: Mapping[int, int]) -> dict[int, float]:
    """Return what each row takes more."""
    matrix = laid.system.of_pairs_by_column
    total: dict[int, float] = {}
    for pair, more in changes.items():
        part = slice(matrix.indptr[pair], matrix.indptr[pair + 1])
        for row, amount in zip(matrix.indices[part].tolist(), matrix.data[part].tolist(), strict=True):
            total[row] = total.get(row, 0.0) + more * amount
    return {row: amount for row, amount in total.items() if amount}


def _is_broken(laid: Laid, row: int, amount: float, more_room: float) -> bool:
    """Return whether a row that takes an amount more is broken by it."""
    sense, after = int(laid.system.sense[row]), float(laid.room[row]) - amount
    if sense == Sense.LE:
        return amount > 0 and after + more_room < -ROOM_TOLERANCE
    if sense == Sense.GE:
        return amount < 0 and after > ROOM_TOLERANCE
    return abs(after) > ROOM_TOLERANCE


def _over_room(laid: Laid, row: int) -> float:
    """Return how many places over the number are not in use at the provision of a row of places."""
    family, _, provision = laid.system.names[row].partition("_")
    over = laid.column.get(f"o_{provision}") if family == "places" else None
    if over is None:
        return 0.0
    most = laid.draft.columns[over].most
    return float(most - laid.others[over])


def _not_open(laid: Laid, pair: int) -> list[Limit]:
    provision = int(laid.draft.provision[pair])
    if laid.is_open(provision):
        return []
    is_spoke = laid.draft.facts.kinds[provision] == "spoke"
    what = "no hub serves it in the plan" if is_spoke else "it is not open in the plan"
    return [Limit("not open", f"{laid.draft.provision_id(provision)}: {what}")]


def _outreach(laid: Laid, pair: int) -> Iterator[Limit]:
    draft, provision = laid.draft, int(laid.draft.provision[pair])
    hours = float(draft.facts.pupil_column("support_hours")[draft.pupil[pair]])
    is_spoke = f"support_{provision}" in laid.row
    if is_spoke and hours and laid.is_open(provision) and not _fits_team(laid, provision, hours):
        yield Limit("outreach", f"the teams that serve it have fewer than {hours:g} hours a week left")


def _fits_team(laid: Laid, spoke: int, hours: float) -> bool:
    """Return whether one of the hubs that serve a spoke has hours left for it."""
    return hours <= laid.team_hours_left.get(spoke, -np.inf) + ROOM_TOLERANCE


def _wish(laid: Laid, pair: int, left: int | None) -> Iterator[Limit]:
    weighed = laid.draft.weighed.pairs
    if left is not None and weighed[pair] > weighed[left] + ROOM_TOLERANCE:
        yield Limit(
            "wish", f"a wish that the place given meets would not be (it weighs £{weighed[pair] - weighed[left]:,.0f})"
        )
