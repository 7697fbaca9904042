"""Chains of moves: where others would go if one pupil took a place, each moving one step, nothing else changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from placement_opt.facts import Floats, Ints
from placement_opt.why.reasons.laid import Laid
from placement_opt.why.reasons.limits import ROOM_TOLERANCE

NO_CHOICE, NO_ROW = -1, -1
MOST_POTENTIAL_GBP = 1e7
"""Where no chain leads to a free place, a place is dearer by so much in a proof."""


@dataclass(frozen=True, eq=False)
class Move:
    """One pupil of a row goes from one decided pair to another; `NO_CHOICE` = no place."""

    pupil: int
    leaves: int
    takes: int


@dataclass(frozen=True, eq=False)
class Chain:
    """Moves of others, and by how much the columns of places over the number change."""

    moves: Sequence[Move]
    over: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Exchange:
    """The moves of single pupils that a plan could be changed by, at the prices of its proof.

    The nodes are the provisions, and one more for having no place. What a chain from one node to another costs is the
    sum of the reduced costs of its moves; the cheapest chain between any two nodes is kept.

    Parameters
    ----------
    laid
        The plan.
    prices
        Multipliers of the rows, of the part of the proof that the plan belongs to.
    """

    laid: Laid
    prices: Floats

    @property
    def _nowhere(self) -> int:
        return self.laid.draft.provisions

    @cached_property
    def _reduced(self) -> Floats:
        return self.laid.system.reduced_of_pairs(self.prices)

    @cached_property
    def _reduced_of_others(self) -> Floats:
        system = self.laid.system
        return np.asarray(system.cost_of_others - system.of_others.T @ self.prices, dtype=np.float64)

    @cached_property
    def _unplaced(self) -> tuple[Ints, Floats]:
        """The column u of each row of pupils, or -1, and its reduced cost, infinite without one."""
        system, reduced = self.laid.system, self._reduced_of_others
        column = np.full(len(self.laid.draft.count), NO_CHOICE, dtype=np.int64)
        pupils = np.flatnonzero(system.row_of_pupil >= 0)
        column[pupils] = system.unplaced_column[system.row_of_pupil[pupils]]
        return column, np.where(column >= 0, reduced[column] if len(reduced) else 0.0, np.inf)

    @cached_property
    def _room(self) -> tuple[Floats, Floats]:
        """What a place that nobody uses is worth at each node, and how many places are free there."""
        laid, nodes = self.laid, self._nowhere + 1
        worth, free = np.zeros(nodes), np.zeros(nodes)
        for provision in range(self._nowhere):
            row = laid.row.get(f"places_{provision}")
            if row is not None and laid.is_open(provision):
                worth[provision], free[provision] = -self.prices[row], laid.room[row]
        row = laid.row.get("stage_unplaced")
        if row is not None:
            worth[-1], free[-1] = -self.prices[row], laid.room[row]
        return np.maximum(worth, 0.0), free

    @cached_property
    def _moves(self) -> tuple[Floats, dict[tuple[int, int], Move]]:
        """The cheapest single move between any two nodes, and who makes it."""
        nodes = self._nowhere + 1
        length, used = np.full((nodes, nodes), np.inf), {}
        for start, end, cost, move in self._single_moves():
            if cost < length[start, end]:
                length[start, end], used[start, end] = cost, move
        return length, used

    def _single_moves(self) -> Iterator[tuple[int, int, float, Move]]:
        draft, laid = self.laid.draft, self.laid
        column, of_none = self._unplaced
        for pair in np.flatnonzero(laid.pupils).tolist():
            pupil = int(draft.pupil[pair])
            yield from self._from(pupil, pair, int(draft.provision[pair]), float(self._reduced[pair]))
        for pupil in np.flatnonzero(column >= 0).tolist():
            if laid.others[column[pupil]] > ROOM_TOLERANCE:
                yield from self._from(pupil, NO_CHOICE, self._nowhere, float(of_none[pupil]))

    def _from(self, pupil: int, pair: int, node: int, paid: float) -> Iterator[tuple[int, int, float, Move]]:
        draft = self.laid.draft
        if draft.places[pupil] != 1:
            return
        for other in draft.of_pupil(pupil).tolist():
            if other != pair and self._closed_by[other] == NO_ROW:
                yield node, int(draft.provision[other]), self._reduced[other] - paid, Move(pupil, pair, other)
        of_none = float(self._unplaced[1][pupil])
        if pair != NO_CHOICE and np.isfinite(of_none):
            yield node, self._nowhere, of_none - paid, Move(pupil, pair, NO_CHOICE)

    @cached_property
    def _chains(self) -> tuple[Floats, Ints]:
        """The length of the cheapest chain between any two nodes, and the node after the first (Floyd and Warshall)."""
        length = np.maximum(self._moves[0], 0.0)
        np.fill_diagonal(length, 0.0)
        after = np.where(np.isfinite(length), np.arange(len(length))[None, :], NO_CHOICE)
        for node in range(len(length)):
            through = length[:, [node]] + length[[node], :]
            shorter = through < length - ROOM_TOLERANCE
            length = np.where(shorter, through, length)
            after = np.where(shorter, after[:, [node]], after)
        return length, after

    def chain_into(self, wanted: int, left: int) -> Chain | None:
        """Return the cheapest moves of others that make a place at one node when a pupil leaves another.

        Parameters
        ----------
        wanted, left
            The provision that the pupil takes, and the one left; the number of provisions = no place.

        Returns
        -------
        Chain or None
            None = there are no such moves.
        """
        length, _ = self._chains
        refill = self._refill(left)
        if length[wanted, left] <= self._to_room[wanted] + refill.min():
            return None if np.isinf(length[wanted, left]) else Chain(self._walk(wanted, left))
        end, start = int((length[wanted] + self._end_gbp).argmin()), int(refill.argmin())
        if np.isinf(self._to_room[wanted]):
            return None
        over: dict[int, float] = {}
        if self._room[1][end] < 1 - ROOM_TOLERANCE:
            over[self.laid.column[f"o_{end}"]] = 1.0
        if self._empty_gbp[start] < self._room[0][start]:
            over[self.laid.column[f"o_{start}"]] = over.get(self.laid.column[f"o_{start}"], 0.0) - 1.0
        return Chain([*self._walk(wanted, end), *self._walk(start, left)], over)

    def prices_without(self, left: int) -> Floats:
        """Return multipliers of the rows that fit the plan as well, once a pupil has left a node.

        A place becomes dearer by what the cheapest chain from it costs (its potential), so that every pupil's place
        stays the cheapest one; pupils' rows go with their places.

        Parameters
        ----------
        left
            The node that a pupil leaves.
        """
        length, _ = self._chains
        potential = np.minimum(self._to_room, length[:, left] - self._refill(left).min())
        potential = np.where(np.isfinite(potential), potential, MOST_POTENTIAL_GBP)
        laid, prices = self.laid, self.prices.copy()
        for provision in range(self._nowhere):
            row = laid.row.get(f"places_{provision}")
            if row is not None and laid.is_open(provision):
                prices[row] -= potential[provision]
        row = laid.row.get("stage_unplaced")
        if row is not None:
            prices[row] -= potential[-1]
        self._charge_pupils(prices, potential)
        return prices

    def _charge_pupils(self, prices: Floats, potential: Floats) -> None:
        """Charge every pupil for the present place, but no more than any other choice that is open costs."""
        laid, draft, rows = self.laid, self.laid.draft, self.laid.system.row_of_pupil
        dearer = np.minimum(potential[self._node_of_pupil], self._unplaced[1] + potential[-1])
        choice_gbp = self._reduced + potential[draft.provision]
        free = np.flatnonzero((laid.pupils == 0) & (self._closed_by == NO_ROW))
        np.minimum.at(dearer, draft.pupil[free], choice_gbp[free])
        pupils = np.flatnonzero(rows >= 0)
        prices[rows[pupils]] += dearer[pupils]
        closed = np.flatnonzero(self._closed_by != NO_ROW)
        short = np.zeros(len(prices))
        np.minimum.at(short, self._closed_by[closed], choice_gbp[closed] - dearer[draft.pupil[closed]])
        prices += short

    @cached_property
    def _closed_by(self) -> Ints:
        """The row that closes a decided pair because the family goes to another school, or `NO_ROW`."""
        laid = self.laid
        row_of = np.full(laid.draft.choices, NO_ROW, dtype=np.int64)
        for number, row in enumerate(laid.system.rows):
            is_shut = row.name.startswith("family_") and laid.room[number] < 1 - ROOM_TOLERANCE
            if is_shut and not laid.pupils[row.pairs].any():
                row_of[row.pairs] = number
        return row_of

    @cached_property
    def _node_of_pupil(self) -> Ints:
        """A node where pupils of each row are."""
        draft, used = self.laid.draft, np.flatnonzero(self.laid.pupils)
        node = np.full(len(draft.count), self._nowhere, dtype=np.int64)
        node[draft.pupil[used]] = draft.provision[used]
        return node

    @cached_property
    def _end_gbp(self) -> Floats:
        """What taking one place more costs at each node: nothing where one is free, infinite where there is none."""
        laid, (_, free) = self.laid, self._room
        cost = np.where(free >= 1 - ROOM_TOLERANCE, 0.0, np.inf)
        reduced = self._reduced_of_others
        for provision in np.flatnonzero(np.isinf(cost[:-1])).tolist():
            over = laid.column.get(f"o_{provision}")
            if over is not None and laid.is_open(provision):
                has_more = laid.draft.columns[over].most - laid.others[over] >= 1 - ROOM_TOLERANCE
                cost[provision] = max(float(reduced[over]), 0.0) if has_more else np.inf
        return cost

    @cached_property
    def _empty_gbp(self) -> Floats:
        """What leaving a place empty costs at each node: less where one fewer is over the number then."""
        laid, cost = self.laid, self._room[0].copy()
        for provision in range(self._nowhere):
            over = laid.column.get(f"o_{provision}")
            if over is not None and laid.others[over] >= 1 - ROOM_TOLERANCE:
                cost[provision] = min(cost[provision], max(-float(self._reduced_of_others[over]), 0.0))
        return cost

    @cached_property
    def _to_room(self) -> Floats:
        """What the cheapest chain from each node to a free place costs."""
        return np.asarray((self._chains[0] + self._end_gbp[None, :]).min(axis=1), dtype=np.float64)

    def _refill(self, left: int) -> Floats:
        """Return what it costs to leave a place empty at each node, and fill the one left by a chain from there."""
        return np.asarray(self._empty_gbp + self._chains[0][:, left], dtype=np.float64)

    def _walk(self, start: int, end: int) -> list[Move]:
        """Return the moves of a chain that exists."""
        after, moves = self._chains[1], []
        while start != end:
            following = int(after[start, end])
            moves.append(self._moves[1][start, following])
            start = following
        return moves
