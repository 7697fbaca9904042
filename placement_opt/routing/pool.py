"""The sequences that were found, each set of parties once for every type of vehicle, at its least price."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.routing.arrays import MORNING, VEHICLE, Packed, room_for
from placement_opt.routing.case import RouteCase
from placement_opt.routing.orders import Orders
from placement_opt.routing.runs import Draft, Run, drafts_of, priced, with_afternoon
from placement_opt.routing.timing import (
    DURATION,
    FIGURES,
    HELPED,
    MILES,
    WALKERS,
    WHEELCHAIRS,
    compiled,
    examine,
    fits,
    price,
)
from placement_opt.solve.choosing import Choice, Sets, choose_sets

BEST_AGAIN = 1_000
"""Sets whose way home is worked out for itself, where afternoons are solved: those nearest to being chosen."""


Key = tuple[tuple[int, ...], int]
"""Parties, and a type of vehicle."""


class Pool:
    """Runs to choose from.

    Parameters
    ----------
    case
        The question.
    """

    def __init__(self, case: RouteCase) -> None:
        self._case = case
        self._drafts: dict[Key, Draft] = {}
        self._mornings: dict[Key, Draft] = {}
        self._seen: set[tuple[int, ...]] = set()

    def __len__(self) -> int:
        return len(self._drafts.keys() | self._mornings.keys())

    def add_every(self, morning: Orders, afternoon: Orders | None) -> None:
        """Add the runs of all sets of a few parties."""
        of_set: dict[int, dict[int, Draft]] = {}
        for row, vehicle, draft in drafts_of(self._case, morning, afternoon):
            of_set.setdefault(row, {})[vehicle] = draft
        for row, drafts in of_set.items():
            parties = morning.members(row)
            for vehicle in self._worth_keeping({vehicle: draft.gbp for vehicle, draft in drafts.items()}):
                self._keep(self._drafts, (parties, vehicle), drafts[vehicle])

    def add(self, sequences: Iterable[tuple[int, ...]]) -> None:
        """Add morning sequences; those that break a rule are left out."""
        new = sorted(set(sequences) - self._seen)
        if not new:
            return
        self._seen.update(new)
        longest = max(len(sequence) for sequence in new)
        rows = np.full((len(new), longest), -1, dtype=np.int64)
        for at, sequence in enumerate(new):
            rows[at, : len(sequence)] = sequence
        gbp = np.full((len(new), len(self._case.fleet)), np.inf)
        _price_all(self._case.packed, rows, gbp, room_for(longest + 4))
        homes = len(self._case.arrays.home)
        is_mirrored = self._case.rules.afternoon == "mirrored"
        for sequence, prices in zip(new, gbp.tolist(), strict=True):
            parties = tuple(sorted(event for event in sequence if event < homes))
            fitting = {vehicle: cost for vehicle, cost in enumerate(prices) if np.isfinite(cost)}
            for vehicle in self._worth_keeping(fitting):
                drafts = self._drafts if is_mirrored else self._mornings
                self._keep(drafts, (parties, vehicle), Draft(fitting[vehicle], sequence))

    def choose(
        self, known: Iterable[tuple[tuple[int, ...], int | None]] = (), time_limit_s: float | None = None
    ) -> tuple[list[Run], Choice]:
        """Choose runs so that everybody is on one, at least cost.

        Parameters
        ----------
        known
            Sets of parties, each with a run here, that carry everybody, to begin with; each with its type of vehicle,
            None = whichever is cheapest.
        time_limit_s
            For the exact choice.
        """
        known = list(known)
        if self._mornings:
            self._solve_afternoons({parties for parties, _ in known})
        keys = sorted(self._drafts)
        sets = self._sets(keys, self._drafts)
        first = self._places_of(known, keys, sets)
        choice = choose_sets(sets, known=first, time_limit_s=time_limit_s)
        return [self._run_of(keys[at]) for at in choice.chosen], choice

    def choose_within(self, wanted: Ints) -> list[tuple[tuple[int, ...], int | None]]:
        """Choose sets for some parties, all of whose runs are here, as if there were vehicles enough.

        Returns
        -------
        list
            Sets of parties, each with None for its type of vehicle, as `choose` takes them.
        """
        if not len(wanted):
            return []
        place = {int(party): at for at, party in enumerate(wanted)}
        keys = [key for key in sorted(self._drafts) if key[0][0] in place and place.keys() >= set(key[0])]
        sets = self._sets(keys, self._drafts)
        members = [tuple(place[party] for party in parties) for parties in sets.members]
        enough = np.full(len(sets.available), np.inf)
        choice = choose_sets(replace(sets, members=members, available=enough, weight=sets.weight[wanted]))
        return [(keys[at][0], None) for at in choice.chosen]

    def _places_of(self, known: Iterable[tuple[tuple[int, ...], int | None]], keys: list[Key], sets: Sets) -> list[int]:
        """Return known sets as places of their runs; none where there are not vehicles for a whole of them."""
        place = {key: at for at, key in enumerate(keys)}
        ways: list[list[int]] = []
        for parties, vehicle in known:
            types = range(len(sets.available)) if vehicle is None else (vehicle,)
            found = [place[parties, of] for of in types if (parties, of) in place]
            ways.append(sorted(found, key=lambda at: float(sets.cost_gbp[at])))
        carried = sorted(party for way in ways for party in (keys[way[0]][0] if way else ()))
        if carried != list(range(len(sets.weight))):
            return []
        return _with_vehicles_there_are(ways, sets)

    def _worth_keeping(self, gbp: Mapping[int, float]) -> list[int]:
        """Return the types of vehicle from the cheapest to the first of which there are as many as needed."""
        kept = []
        for vehicle in sorted(gbp, key=lambda vehicle: (gbp[vehicle], vehicle)):
            kept.append(vehicle)
            if np.isinf(self._case.available[vehicle]):
                break
        return kept

    @staticmethod
    def _keep(drafts: dict[Key, Draft], key: Key, draft: Draft) -> None:
        if key not in drafts or draft.gbp < drafts[key].gbp - 1e-9:
            drafts[key] = draft

    def _sets(self, keys: list[Key], drafts: Mapping[Key, Draft]) -> Sets:
        return Sets(
            [parties for parties, _ in keys],
            np.array([drafts[key].gbp for key in keys]),
            np.array([vehicle for _, vehicle in keys], dtype=np.int64),
            self._case.available,
            self._case.arrays.pupils,
        )

    def _run_of(self, key: Key) -> Run:
        draft = self._drafts[key]
        run = priced(self._case, draft.morning, afternoon=draft.afternoon, vehicle=key[1])
        if run is None:
            raise AssertionError("A run of the pool breaks a rule of its case. Please report this.")
        return run

    def _solve_afternoons(self, known: Set[tuple[int, ...]]) -> None:
        """Work out the way home of known sets, and of those that are nearest to being chosen."""
        both = {**self._mornings, **self._drafts}
        keys = sorted(both)
        sets = self._sets(keys, both)
        choice = choose_sets(sets)
        worth = np.array([choice.prices_gbp[list(parties)].sum() for parties, _ in keys])
        order = np.argsort(sets.cost_gbp - worth - choice.kind_prices_gbp[sets.kind], kind="stable")
        wanted = {*order[:BEST_AGAIN].tolist(), *choice.chosen}
        wanted |= {at for at, (parties, _) in enumerate(keys) if len(parties) == 1 or parties in known}
        for at in sorted(wanted):
            key = keys[at]
            run = with_afternoon(self._case, both[key].morning, vehicle=key[1]) if key in self._mornings else None
            if run is not None:
                self._keep(self._drafts, key, Draft(run.cost_gbp, run.morning, run.afternoon))
        self._mornings.clear()


def _with_vehicles_there_are(ways: list[list[int]], sets: Sets) -> list[int]:
    """Return the cheapest way of each set, and dearer ones where there are too few vehicles; none where that fails."""
    chosen = [way[0] for way in ways]
    while True:
        used = np.bincount(sets.kind[chosen], minlength=len(sets.available))
        short = np.flatnonzero(used > sets.available)
        if not len(short):
            return sorted(chosen)
        dearer = [
            (float(sets.cost_gbp[way[way.index(at) + 1]] - sets.cost_gbp[at]), place, way[way.index(at) + 1])
            for place, (way, at) in enumerate(zip(ways, chosen, strict=True))
            if sets.kind[at] == short[0] and way.index(at) + 1 < len(way)
        ]
        if not dearer:
            return []
        _, place, at = min(dearer)
        chosen[place] = at


@compiled
def _price_all(case: Packed, rows: Ints, gbp: Floats, room: Ints) -> None:
    """Price each sequence (a row, -1 after its end) for each type of vehicle, lines rounded as in `cost_lines`."""
    figures = np.zeros(FIGURES)
    for row in range(len(rows)):
        number = 0
        while number < rows.shape[1] and rows[row, number] >= 0:
            number += 1
        if not examine(case, MORNING, rows[row], number, room, figures):
            continue
        for layout in range(len(case.layout)):
            vehicle = case.layout[layout, VEHICLE]
            if np.isfinite(gbp[row, vehicle]):
                continue
            if fits(case, layout, figures[WALKERS], figures[WHEELCHAIRS], figures[HELPED]):
                gbp[row, vehicle] = price(case, vehicle, 2 * figures[DURATION], 2 * figures[MILES], figures[HELPED])
