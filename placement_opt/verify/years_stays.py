"""Who is where from which year to which: nobody moved within a phase, spells whole (planning ahead, 2 and 3)."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.verify.figures import wrong_words
from placement_opt.verify.question import Truth, Whole, plain, positions
from placement_opt.verify.years_case import YearsCase, YearsCheck
from placement_opt.verify.years_pairs import NO_PAIR

STAYS, PLACED, PHASE, MOVED, LATE = "stays", "placed", "phase", "moved", "late"
BEGINS = (STAYS, PLACED, PHASE, MOVED, LATE)


def moves_within_phase(case: YearsCase) -> Iterator[str]:
    """Find pupils who leave a place that they could keep before the phase ends, and not at a price."""
    for number in range(len(case.years) - 1):
        pairs, chain = case.pairs[number], case.chains[number]
        goes_on = (chain != NO_PAIR) & ~pairs.is_today
        now = case.placed[number].reindex(pairs.key[goes_on], fill_value=0)
        later = case.placed[number + 1].reindex(now.index, fill_value=0)
        left = now - later
        for at in np.flatnonzero(left.to_numpy() > 0):
            who = f"{left.iloc[at]} of {now.iloc[at]} who are there in {case.years[number]}"
            yield f"{case.name_of(int(pairs.key[goes_on][at]))}: {who} are moved within a phase."


def following_on(case: YearsCase) -> Iterator[str]:
    """Find what placements tell of the year before that does not follow from it."""
    for number in range(len(case.years)):
        of_year = case.plan.plans[number]
        before = _before(case, number)
        for table in ("placements", "unplaced"):
            rows = of_year.tables[table]
            was = rows["pupil_id"].map(before)
            told = plain(rows["previous_provision_id"])
            where = [f"{case.years[number]}: {name}" for name in rows["pupil_id"]]
            if table == "unplaced":
                yield from _not_before(where, told, was)
                continue
            here = plain(rows["provision_id"])
            stays = np.array(
                [isinstance(ids, frozenset) and id_ in ids for ids, id_ in zip(was, here, strict=True)], dtype=bool
            )
            yield from _not_before(where, told, was.where(~stays, [frozenset({id_}) for id_ in here]))
            wanted = np.where(was.isna(), "new", np.where(stays, "stays", "moves"))
            yield from wrong_words(where, "change", plain(rows["change"]), wanted)


def _before(case: YearsCase, number: int) -> "dict[str, frozenset[str]]":
    """Return where the pupils of each row were the year before; in the first year, where they are today."""
    if number == 0:
        pupils = case.asked[0].problem.pupils.dropna(subset="current_provision_id")
        return {id_: frozenset({p}) for id_, p in zip(pupils["pupil_id"], pupils["current_provision_id"], strict=True)}
    rows = case.plan.plans[number - 1].tables["placements"]
    return {str(id_): frozenset(part) for id_, part in rows.groupby("pupil_id")["provision_id"]}


def _not_before(where: list[str], told: NDArray[Any], was: "pd.Series[Any]") -> Iterator[str]:
    for name, id_, ids in zip(where, told, was, strict=True):
        if not isinstance(ids, frozenset):
            if id_ is not None:
                yield f"{name}: previous_provision_id is {id_}; it should be blank."
        elif id_ not in ids:
            shown = "blank" if id_ is None else id_
            yield f"{name}: previous_provision_id is {shown}; it should be {' or '.join(sorted(ids))}."


def spells_known(case: YearsCase) -> Iterator[str]:
    """Find rows of spells that name no person, provision, year or beginning, or stand for fewer than one pupil."""
    spells = case.plan.tables["spells"]
    for column, known in (
        ("pupil_id", case.ahead.people["pupil_id"]),
        ("provision_id", case.provision_ids),
        ("from_year", pd.Series(case.years)),
        ("to_year", pd.Series(case.years)),
        ("begins", pd.Series(BEGINS)),
    ):
        for row, value in spells.loc[~spells[column].isin(known), column].items():
            yield f"spells, row {row}: {column} {value} is not one that the problem has for it."
    for row, count in spells.loc[spells["count"] < 1, "count"].items():
        yield f"spells, row {row}: stands for {count} pupils; 1 is the least."
    for row in spells.index[spells["from_year"] > spells["to_year"]]:
        yield f"spells, row {row}: it ends before it begins."


def spells_whole(case: YearsCase) -> Iterator[str]:
    """Find years in which the spells do not add up to the placements."""
    spells = _rows(case)
    for number, year in enumerate(case.years):
        told = Counter[int]()
        for row in spells:
            if row.first <= number <= row.last:
                told[row.key] += row.pupils
        placed = Counter({int(key): int(count) for key, count in case.placed[number].items() if isinstance(key, int)})
        for key in sorted(told.keys() | placed.keys()):
            if told[key] != placed[key]:
                yield f"{year}: {case.name_of(key)}: spells say {told[key]} pupils; {placed[key]} are placed."


def spells_natural(case: YearsCase) -> Iterator[str]:
    """Find spells that do not last to their natural end, or go on beyond it."""
    for row in _rows(case):
        where = f"{case.name_of(row.key)} from {case.years[row.first]}"
        if row.begins == STAYS and not _is_decided(case, row.first, row.key):
            wanted = _last_stayed(case, row.first, row.key)
            if row.first or wanted is None:
                yield f"{where}: this is no stay in the place of today."
                continue
        else:
            wanted = _natural_end(case, row.first, row.key)
            if wanted is None:
                yield f"{where}: this pair is not a decision in that year, or not allowed."
                continue
            if _may_end_early(case, row.first, row.key) and row.last <= wanted:
                continue
        if row.last != wanted:
            yield f"{where}: it ends in {case.years[row.last]}; it should end in {case.years[wanted]}."


def spells_begin(case: YearsCase) -> Iterator[str]:
    """Find spells whose `begins` does not follow from the years before."""
    spells = _rows(case)
    ended = {(row.person, row.last) for row in spells}
    for row in spells:
        came = case.years.index(int(case.ahead.base[row.person]))
        if not _is_decided(case, row.first, row.key):
            wanted = STAYS
        elif _may_leave(case, row.first, row.key):
            wanted = STAYS if _is_today(case, row.first, row.key) else MOVED
        elif row.first == came:
            wanted = PLACED
        else:
            wanted = PHASE if (row.person, row.first - 1) in ended else LATE
        if row.begins != wanted:
            where = f"{case.name_of(row.key)} from {case.years[row.first]}"
            yield f"{where}: begins is {row.begins}; it should be {wanted}."


def moved_once(case: YearsCase) -> Iterator[str]:
    """Find spells at today's place, of pupils who may leave it at a price, that begin later than in the first year."""
    for row in _rows(case):
        if row.first and _may_leave(case, row.first, row.key) and _is_today(case, row.first, row.key):
            where = f"{case.name_of(row.key)} from {case.years[row.first]}"
            yield f"{where}: nobody comes back to the place of today."


def moved_in(case: YearsCase) -> Whole:
    """Return for each year how many pupils are moved within a phase at a price."""
    moved = np.zeros(len(case.years), dtype=np.int64)
    for row in _rows(case):
        if _may_leave(case, row.first, row.key) and not _is_today(case, row.first, row.key):
            moved[row.first] += row.pupils
    return moved


class _Row(NamedTuple):
    """A row of spells that makes sense; years are numbers from 0."""

    person: int
    key: int
    pupils: int
    first: int
    last: int
    begins: str


def _rows(case: YearsCase) -> list[_Row]:
    """Return the rows of spells that make sense."""
    spells = case.plan.tables["spells"]
    person = positions(case.ahead.people["pupil_id"], spells["pupil_id"])
    provision = positions(case.provision_ids, spells["provision_id"])
    number = {year: at for at, year in enumerate(case.years)}
    columns = (spells["count"], spells["from_year"], spells["to_year"], spells["begins"])
    cells = zip(person.tolist(), provision.tolist(), *(column.tolist() for column in columns), strict=True)
    return [
        _Row(who, who * len(case.provision_ids) + where, count, number[first], number[last], str(begins))
        for who, where, count, first, last, begins in cells
        if who >= 0 and where >= 0 and first in number and last in number and first <= last
    ]


def _pupil(case: YearsCase, number: int, key: int) -> int | None:
    """Return where the person of a pair stands in the question of a year; None = not present."""
    person = case.asked[number].person
    at = int(np.searchsorted(person, key // len(case.provision_ids)))
    return at if at < len(person) and person[at] == key // len(case.provision_ids) else None


def _of_pupil(case: YearsCase, number: int, key: int, flags: Truth) -> bool:
    at = _pupil(case, number, key)
    return at is not None and bool(flags[at])


def _is_decided(case: YearsCase, number: int, key: int) -> bool:
    """Tell whether a person's place is a decision in a year; so it is, wrongly, for one who is not present."""
    return not _of_pupil(case, number, key, ~case.pairs[number].decides)


def _may_leave(case: YearsCase, number: int, key: int) -> bool:
    return _of_pupil(case, number, key, case.pairs[number].may_leave)


def _is_today(case: YearsCase, number: int, key: int) -> bool:
    at = _pupil(case, number, key)
    return at is not None and int(case.pairs[number].present[at]) == key % len(case.provision_ids)


def _may_end_early(case: YearsCase, number: int, key: int) -> bool:
    return number == 0 and _may_leave(case, number, key) and _is_today(case, number, key)


def _natural_end(case: YearsCase, first: int, key: int) -> int | None:
    """Return the number of the last year of a spell; None where it cannot begin."""
    at = int(case.pairs[first].at(np.array([key]))[0])
    if at == NO_PAIR:
        return None
    last = first
    while case.chains[last][at] != NO_PAIR:
        at = int(case.chains[last][at])
        last += 1
    return last


def _last_stayed(case: YearsCase, first: int, key: int) -> int | None:
    last = None
    for number in range(first, len(case.years)):
        if _is_decided(case, number, key) or not _is_today(case, number, key):
            return last
        last = number
    return last


CHECKS = (
    YearsCheck("moves within a phase", moves_within_phase),
    YearsCheck("following on", following_on),
    YearsCheck("spells known", spells_known),
    YearsCheck("spells whole", spells_whole),
    YearsCheck("spells natural", spells_natural),
    YearsCheck("spells begin", spells_begin),
    YearsCheck("moved once", moved_once),
)
