"""A search for good routes of many parties, which notes every sequence on its way for the exact choice afterwards."""

from collections.abc import Callable, Iterable, Sequence
from time import monotonic

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.routing.arrays import FAR_MS, Arrays, packed, part_of, room_for
from placement_opt.routing.places import Routes, Weights, put, weigh
from placement_opt.routing.ruin import improve, recreate
from placement_opt.routing.timing import FIGURES

NEIGHBOURS = 100
LONGEST_SEQUENCE = 128
NOTED_AT_ONCE = 2_000
ROUNDS_AT_ONCE = 50
WARM, COLD = 0.1, 0.001
"""First and last temperature, as shares of the mean price of a route."""
MEAN_OUT = 12.0
BLINK = 0.01
TRIFLE = 1e-4
"""What an hour, or ten miles, counts beside the price of a vehicle where miles and hours cost nothing."""

Sequence_ = tuple[int, ...]


class Search:
    """Routes in the making for some parties of a case.

    Parameters
    ----------
    case
        The arrays of the whole case.
    parties
        Positions of the parties to carry.
    seed
        Of the generator; the same seed and rounds give the same routes.
    """

    def __init__(self, case: Arrays, parties: Ints, seed: int) -> None:
        self._parties = parties
        self._homes = len(case.home)
        self._arrays = part_of(case, parties)
        self._case = packed(self._arrays)
        self._seed = seed
        number = len(parties)
        self._length = min(2 * number + 2, LONGEST_SEQUENCE)
        self._room, self._figures = room_for(self._length + 4), np.zeros(FIGURES)
        price = float(self._arrays.year_gbp.max()) or 1.0
        trifles = (TRIFLE * price / 10, TRIFLE * price / 3_600_000)
        alone = self._weights_alone(Weights(*trifles, np.zeros(number), 0.0))
        self._mean_gbp = float(alone.mean()) if number else 1.0
        self._weights = Weights(*trifles, 5 * alone + 5 * alone.max(initial=1.0), BLINK)
        self._near, self._akin = _neighbours(self._arrays)
        self._absent = np.ones(number)
        self._routes, self._best = self._blank(), self._blank()
        self._noted: set[Sequence_] = set()

    def start(self, *choices: Iterable[Sequence_]) -> None:
        """Begin with some morning sequences of the whole case: those that cost least of several choices.

        Who is in none of the sequences, or in one that breaks a rule, is put where it costs least.
        """
        best = self._blank()
        for place, sequences in enumerate(choices):
            self._start(sequences)
            if place == 0 or self._total(self._routes) < self._total(best):
                _write_over(best, self._routes)
        _write_over(self._routes, best)
        _write_over(self._best, best)

    def _start(self, sequences: Iterable[Sequence_]) -> None:
        local = {int(party): at for at, party in enumerate(self._parties)}
        _empty(self._routes)
        for route, sequence in enumerate(sequences):
            events = [local[event] if event < self._homes else event - self._homes + len(local) for event in sequence]
            row = np.array(events, dtype=np.int64)
            weight = weigh(self._case, row, len(row), self._weights, self._room, self._figures)
            if not np.isfinite(weight):
                continue
            put(self._case, self._routes, route, row, len(row), weight, self._room)
            self._routes.route_of[row[row < len(local)]] = route
        waiting = np.flatnonzero(self._routes.route_of < 0).astype(np.int64)
        far = self._arrays.drive_ms[self._arrays.home, self._arrays.school[self._arrays.goes_to]]
        order = waiting[np.argsort(-far[waiting], kind="stable")]
        touched = np.zeros(len(self._routes.length), dtype=np.bool_)
        recreate(
            self._case,
            self._routes,
            order,
            True,
            self._weights._replace(blink=0.0),  # the generator has no seed yet
            touched,
            self._room,
            self._figures,
        )

    def run(self, seconds: float, may_go_on: Callable[[], bool] = lambda: True) -> None:
        """Improve the routes: first what they cost, cooling down; then with one route less, again and again."""
        began = monotonic()
        cooling_s = 0.6 * seconds
        while (spent := monotonic() - began) < cooling_s and may_go_on():
            warm = WARM * (COLD / WARM) ** (spent / cooling_s)
            self._improve(warm, may_open=True)
        while monotonic() - began < seconds and may_go_on():
            self._fewer(began + seconds, may_go_on)
        _write_over(self._routes, self._best)

    def _improve(self, warmth: float, *, may_open: bool) -> None:
        found = np.zeros((NOTED_AT_ONCE, self._length), dtype=np.int64)
        lengths = np.zeros(len(found), dtype=np.int64)
        temperature = np.full(2, warmth * self._mean_gbp)
        self._seed += 1
        noted = improve(
            self._case,
            self._routes,
            self._best,
            self._absent,
            self._near,
            self._akin,
            ROUNDS_AT_ONCE,
            temperature,
            min(MEAN_OUT, 1 + len(self._parties) / 3),
            may_open,
            self._weights,
            self._seed,
            found,
            lengths,
            self._room,
        )
        for row, length in zip(found[:noted].tolist(), lengths[:noted].tolist(), strict=True):
            self._noted.add(tuple(row[:length]))

    def _fewer(self, until: float, may_go_on: Callable[[], bool]) -> None:
        """Look for routes that need one vehicle less; keep them if they cost less in all."""
        before = self._blank()
        _write_over(before, self._best)
        _write_over(self._routes, self._best)
        used = np.flatnonzero(self._routes.length > 0)
        if len(used) < 2:
            self._improve(WARM, may_open=True)
            return
        waited = [self._absent[self._routes.route_of == route].sum() for route in used]
        spared = used[int(np.argmin(waited))]
        self._routes.route_of[self._routes.route_of == spared] = -1
        self._routes.length[spared], self._routes.weight[spared] = 0, 0.0
        self._absent[self._routes.route_of < 0] += 1.0
        _write_over(self._best, self._routes)
        for _ in range(max(4, len(used))):
            if monotonic() > until or not may_go_on():
                break
            self._improve(COLD, may_open=False)
            if not (self._best.route_of < 0).any():
                break
        if self._total(self._best) >= self._total(before) - 1e-9:
            _write_over(self._best, before)

    def _total(self, routes: Routes) -> float:
        return float(routes.weight.sum() + self._weights.left_out[routes.route_of < 0].sum())

    def best(self) -> list[Sequence_]:
        """Return the best routes: morning sequences of the whole case."""
        rows = [tuple(row[:length]) for row, length in zip(self._best.events, self._best.length, strict=True) if length]
        return [self._of_case(row) for row in rows]

    def noted(self) -> list[Sequence_]:
        """Return every sequence that was part of routes on the way, those of the best routes included."""
        return [self._of_case(row) for row in sorted(self._noted)] + self.best()

    def _of_case(self, row: Sequence[int]) -> Sequence_:
        parties = len(self._parties)
        return tuple(
            int(self._parties[event]) if event < parties else int(event) - parties + self._homes for event in row
        )

    def _weights_alone(self, weights: Weights) -> Floats:
        homes = len(self._parties)
        alone = [
            weigh(self._case, np.array([at, homes + goes_to]), 2, weights, self._room, self._figures)
            for at, goes_to in enumerate(self._arrays.goes_to)
        ]
        return np.array(alone, dtype=np.float64)

    def _blank(self) -> Routes:
        number = len(self._parties)
        shape = (number, self._length)
        events, early, late, service = (np.zeros(shape, dtype=np.int64) for _ in range(4))
        return Routes(
            events,
            np.zeros(number, dtype=np.int64),
            np.zeros(number),
            early,
            late,
            service,
            np.full(number, -1, dtype=np.int64),
        )


def _empty(routes: Routes) -> None:
    routes.length[:], routes.weight[:], routes.route_of[:] = 0, 0.0, -1


def _write_over(one: Routes, other: Routes) -> None:
    for mine, its in zip(one, other, strict=True):
        mine[...] = its


def _neighbours(case: Arrays) -> tuple[Ints, Ints]:
    """Return for each party the others by their homes, and by homes, schools and the schools' times."""
    apart = np.minimum(case.drive_ms[np.ix_(case.home, case.home)], FAR_MS).astype(np.float64)
    schools = case.drive_ms[np.ix_(case.school, case.school)][np.ix_(case.goes_to, case.goes_to)]
    opens, shuts = case.open_ms[0, case.goes_to], case.shut_ms[0, case.goes_to]
    waits = np.maximum(0, np.maximum(opens[:, None] - shuts[None, :], opens[None, :] - shuts[:, None]))
    most = min(NEIGHBOURS + 1, len(case.home))
    found = []
    for distance in (apart, apart + schools / 2 + waits):
        np.fill_diagonal(distance, -1.0)
        found.append(np.argsort(distance, axis=1, kind="stable")[:, 1:most].astype(np.int64).copy())
    return found[0], found[1]
