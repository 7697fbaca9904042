"""Whom a place more would be for: what it is worth where only pupils of one group may use it.

A reserved place is exact and nothing new in the model: the provision has a place more, and those who are not of the
group may take no more places there than there are today. Where the group has pupils there already, a place that is
reserved for them frees one of theirs, and is worth as much as one for everybody.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from placement_opt.facts import Bools
from placement_opt.model import Draft
from placement_opt.solve.again import Again, Change
from placement_opt.solve.again.added import with_reserved
from placement_opt.why.worth.steps import HALF_A_PENNY_GBP, NOTHING, Worth, is_paid_when_empty, worth_of

Label = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class Group:
    """Pupils who have something in common, at a provision that some of them could be given."""

    provision_id: str
    provision: int
    label: Label
    is_member: Bools

    @property
    def row(self) -> str:
        """The name of the row that keeps others out."""
        return f"reserved_{self.provision}_{'_'.join(str(value) for value in self.label)}"


class Promise(NamedTuple):
    """What a choice cannot do better than, the greatest first: less unplaced, less £."""

    placed: int
    saved_gbp: float
    choice: int


def groups_at(draft: Draft, provision_ids: Sequence[str], by: Sequence[str]) -> Iterator[Group]:
    """Yield the groups of pupils who could be given each of some provisions.

    Parameters
    ----------
    draft
        Of the problem.
    provision_ids
        Where.
    by
        Columns of the pupils; who has nothing in one of them is in no group.
    """
    pupils = draft.facts.pupils
    known = pupils[list(by)].notna().all(axis=1).to_numpy()
    position = {str(name): at for at, name in enumerate(draft.facts.provisions["provision_id"])}
    of_pupil = np.asarray(pupils.groupby(list(by), sort=True, dropna=False).ngroup(), dtype=np.int64)
    for provision_id in provision_ids:
        provision = position[provision_id]
        could_come = draft.pupil[draft.at_provision(provision)]
        for number in np.unique(of_pupil[could_come[known[could_come]]]).tolist():
            is_member = np.asarray((of_pupil == number) & known, dtype=bool)
            label = tuple(pupils[list(by)].iloc[int(np.argmax(is_member))].tolist())
            yield Group(provision_id, provision, label, is_member)


def worth_of_reserved(
    ask: Again, places: Mapping[str, Sequence[Worth]], by: Sequence[str], steps: int
) -> Iterator[tuple[Group, int, Worth]]:
    """Yield what 1, 2, up to `steps` places that are reserved for a group are worth.

    Parameters
    ----------
    ask
        The question.
    places
        What places for everybody are worth, by provision; a reserved place is never worth more.
    by
        Columns of pupils that make the groups.
    steps
        How many.
    """
    worthwhile = [name for name, worths in places.items() if any(worth.rank > NOTHING.rank for worth in worths[:steps])]
    if steps == 1 and not any(is_paid_when_empty(ask, name) for name in worthwhile):
        for name in worthwhile:
            yield from _first_places(ask, name, by, places[name][0])
        return
    groups = list(groups_at(ask.draft, worthwhile, by))
    if not groups:
        return
    reserved = {group.row: (group.provision, group.is_member) for group in groups}
    asking = ask.on(with_reserved(ask.draft, reserved, steps))
    for group in groups:
        for more in range(1, steps + 1):
            yield group, more, _worth(asking, group, more, places[group.provision_id][more - 1], steps)


def _first_places(
    ask: Again, provision_id: str, by: Sequence[str], of_any: Worth
) -> Iterator[tuple[Group, int, Worth]]:
    """Yield what the first place more at a provision is worth for each group.

    Where somebody of the group is there with a place more for everybody, it is worth as much; else as much as the best
    of the plans in which one of them takes it.
    """
    draft, change = ask.draft, Change(places={provision_id: 1})
    found, groups = ask.best(change), list(groups_at(ask.draft, [provision_id], by))
    if found is None or not groups:
        return
    provision = groups[0].provision
    choices = draft.at_provision(provision)
    there = np.zeros(len(draft.facts.pupils), dtype=bool)
    there[draft.staying[draft.facts.current[draft.staying] == provision]] = True
    there[draft.pupil[np.intersect1d(found.fitted.pairs, choices)]] = True
    unplaced, gbp = ask.at_best_with_each(change, choices, ask.present.unplaced_pupils)
    promises = [Promise(-int(a), -float(b), int(choice)) for a, b, choice in zip(unplaced, gbp, choices, strict=True)]
    promises.sort(reverse=True)
    for group in groups:
        if (group.is_member & there).any():
            yield group, 1, of_any
        else:
            of_group = [promise for promise in promises if group.is_member[draft.pupil[promise.choice]]]
            yield group, 1, _best_of(ask, group, of_group, of_any)


def _best_of(ask: Again, group: Group, promises: Sequence[Promise], of_any: Worth) -> Worth:
    """Return what a place is worth that one of a group takes, the most promising of them looked at first."""
    present, best = ask.present, replace(NOTHING, is_proven=ask.present.is_proven)
    pupil_ids = ask.draft.facts.pupils["pupil_id"].to_numpy()
    for promise in promises:
        promised = (present.unplaced_pupils + promise.placed, present.objective_gbp + promise.saved_gbp)
        if best.rank >= of_any.rank or (promised[0], promised[1] - HALF_A_PENNY_GBP) <= best.rank:
            break
        forced = ((str(pupil_ids[ask.draft.pupil[promise.choice]]), group.provision_id),)
        here = worth_of(ask, ask.best(Change(places={group.provision_id: 1}, forced=forced)))
        best = max(best, here, key=lambda worth: worth.rank)
    return best


def _worth(asking: Again, group: Group, more: int, of_any: Worth, steps: int) -> Worth:
    is_paid_for = is_paid_when_empty(asking, group.provision_id)
    if of_any.rank == NOTHING.rank and not is_paid_for:
        return NOTHING
    lowered = _lowered_by(asking.draft, group.provision, more)
    columns = {f"o_{group.provision}": lowered} if lowered else {}
    change = Change(places={group.provision_id: more}, rows={group.row: -float(steps)}, columns=columns)
    present = asking.present
    unplaced, gbp = asking.at_best(change, present.unplaced_pupils)
    helps_nobody = unplaced == present.unplaced_pupils and gbp >= present.objective_gbp - HALF_A_PENNY_GBP
    if helps_nobody and present.is_proven and not is_paid_for:
        return NOTHING
    return worth_of(asking, asking.best(change))


def _lowered_by(draft: Draft, provision: int, more: int) -> float:
    """Return by how much places more lower the most that a provision may be over the number.

    A reserved place is no use to those of other groups who stay over the number, so that they may go on to.
    """
    facts = draft.facts
    places, over = (int(facts.provision_column(name)[provision]) for name in ("places", "overflow_places"))
    beyond = int(draft.kept_places[provision]) - places
    return float(max(over, beyond) - max(over, beyond - more, 0))
