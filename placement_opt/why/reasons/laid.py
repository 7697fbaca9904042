"""A plan laid over the model: the value of every column, and how much room each row has left."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.facts import Floats, Ints
from placement_opt.model import Draft
from placement_opt.model.sites import counted_groups
from placement_opt.pairs import possible_sibling_groups
from placement_opt.plan import Plan
from placement_opt.solve.system import System

HALF = 0.5
"""A whole-number column that is at most this is 0."""


@dataclass(frozen=True, eq=False)
class Laid:
    """A plan by the columns of the model.

    Parameters
    ----------
    system, draft
        The model's rows, with the objective of £ and wishes.
    pupils
        How many pupils each decided pair has.
    others
        The value of every other column.
    """

    system: System
    draft: Draft
    pupils: Ints
    others: Floats

    @cached_property
    def room(self) -> Floats:
        """What each row has left: its right-hand side less what the plan takes."""
        taken = self.system.of_pairs @ self.pupils + self.system.of_others @ self.others
        return np.asarray(self.system.right - taken, dtype=np.float64)

    @cached_property
    def row(self) -> dict[str, int]:
        """The number of each row, by name."""
        return {name: number for number, name in enumerate(self.system.names)}

    @cached_property
    def column(self) -> dict[str, int]:
        """The number of each other column, by name."""
        return {column.name: number for number, column in enumerate(self.draft.columns)}

    @cached_property
    def least_of_rows(self) -> Floats:
        """What each row takes at least, whatever is decided."""
        least, most = self.system.boxes
        of_others, of_pairs = self.system.of_others, self.system.of_pairs
        of_columns = of_others.multiply(of_others > 0) @ least + of_others.multiply(of_others < 0) @ most
        of_pupils = of_pairs.multiply(of_pairs < 0) @ self.system.most_of_pairs
        return np.asarray(of_columns + of_pupils, dtype=np.float64)

    def rows_of_column(self, column: int) -> list[tuple[int, float]]:
        """Return the rows in which another column stands, with its coefficients."""
        matrix = self._by_column
        part = slice(matrix.indptr[column], matrix.indptr[column + 1])
        return list(zip(matrix.indices[part].tolist(), matrix.data[part].tolist(), strict=True))

    @cached_property
    def _by_column(self) -> Any:
        return self.system.of_others.tocsc()

    @cached_property
    def team_hours_left(self) -> dict[int, float]:
        """The hours a week that a hub which serves a spoke has left, the most of several, by spoke."""
        left: dict[int, float] = {}
        for (hub, spoke), column in self.draft.links.items():
            if self.others[column] > HALF:
                room = float(self.room[self.row[f"team_hours_{hub}"]])
                left[spoke] = max(room, left.get(spoke, -np.inf))
        return left

    def is_open(self, provision: int) -> bool:
        """Return whether a provision takes pupils in the plan: open or served where that is a decision."""
        column = self.draft.is_open.get(provision)
        return column is None or bool(self.others[column] > HALF)

    def held(self, pupil: int) -> Ints:
        """Return the decided pairs that a row of pupils has in the plan."""
        pairs = self.draft.of_pupil(pupil)
        return pairs[self.pupils[pairs] > 0]


def lay(system: System, draft: Draft, plan: Plan) -> Laid:
    """Lay a plan over a model.

    Parameters
    ----------
    system, draft
        The model of the plan's problem and policy.
    plan
        The plan.
    """
    pupils = _placed(draft, plan)
    return Laid(system, draft, pupils, _Others(draft, plan, pupils).values())


def _placed(draft: Draft, plan: Plan) -> Ints:
    facts, placements = draft.facts, plan.tables["placements"]
    width = len(facts.provisions)
    numbers = draft.pupil * width + draft.provision
    pupils = np.zeros(draft.choices, dtype=np.int64)
    if not len(numbers):
        return pupils
    pupil, provision = (
        pd.Index(table[name]).get_indexer(pd.Index(placements[name]))
        for table, name in ((facts.pupils, "pupil_id"), (facts.provisions, "provision_id"))
    )
    wanted = pupil * width + provision
    at = np.minimum(np.searchsorted(numbers, wanted), len(numbers) - 1)
    is_decided = numbers[at] == wanted
    np.add.at(pupils, at[is_decided], placements["count"].to_numpy(dtype=np.int64)[is_decided])
    return pupils


class _Others:
    """The values of the columns that are no pairs, family by family."""

    def __init__(self, draft: Draft, plan: Plan, pupils: Ints) -> None:
        self.draft, self.plan, self.pupils = draft, plan, pupils
        self.number = {column.name: number for number, column in enumerate(draft.columns)}
        self.value = np.zeros(len(draft.columns))

    def values(self) -> Floats:
        """Return the value of every column."""
        self._unplaced()
        self._provisions()
        self._outreach()
        self._families()
        self._counts_of_sites()
        return self.value

    def _set(self, name: str, value: float) -> None:
        if name in self.number:
            self.value[self.number[name]] = value

    def _unplaced(self) -> None:
        placed = np.bincount(self.draft.pupil, weights=self.pupils, minlength=len(self.draft.count))
        for i, missing in enumerate((self.draft.count - placed).tolist()):
            self._set(f"u_{i}", missing)

    def _provisions(self) -> None:
        facts = self.draft.facts
        use = self.plan.tables["use"].set_index("provision_id").loc[facts.provisions["provision_id"]]
        is_group = (use["status"] == "open") & (use["kind"] != "spoke") & (facts.provision_column("min_pupils") > 0)
        is_open = (use["pupils"] > 0).where(is_group, use["is_open"])
        for family, values in (("y", is_open), ("o", use["places_over"]), ("c", use["classes"])):
            for p, value in enumerate(values.to_numpy(dtype=np.float64).tolist()):
                self._set(f"{family}_{p}", value)

    def _outreach(self) -> None:
        at = {name: p for p, name in enumerate(self.draft.facts.provisions["provision_id"])}
        for link in self.plan.tables["outreach"].to_dict("records"):
            self._set(f"l_{at[link['hub_id']]}_{at[link['spoke_id']]}", 1.0)
            self._set(f"g_{at[link['hub_id']]}_{at[link['spoke_id']]}", float(link["hours"]))
        for team in self.plan.tables["teams"].to_dict("records"):
            self._set(f"k_{at[team['hub_id']]}", float(team["teams"]))

    def _families(self) -> None:
        facts, draft = self.draft.facts, self.draft
        if facts.policy.siblings == "off":
            return
        for f, members in enumerate(possible_sibling_groups(draft.pairs)):
            schools = {i: self._schools_of(i) for i in members}
            placed = [s for at in schools.values() for s in at]
            possible = [column.name for column in draft.columns if column.name.startswith(f"t_{f}_")]
            first = int(possible[0].rpartition("_")[2])
            chosen = max(sorted(set(placed)), key=placed.count) if placed else first
            self._set(f"t_{f}_{chosen}", 1.0)
            for i, at in schools.items():
                self._set(f"a_{i}", float(any(s != chosen for s in at)))

    def _schools_of(self, pupil: int) -> list[int]:
        facts, draft = self.draft.facts, self.draft
        if draft.pairs.stays[pupil]:
            return [int(facts.setting_of[facts.current[pupil]])]
        pairs = draft.of_pupil(pupil)
        return [int(s) for s in draft.setting[pairs[self.pupils[pairs] > 0]]]

    def _counts_of_sites(self) -> None:
        for g, group in enumerate(counted_groups(self.draft)):
            self._set(f"m_{g}", sum(self.value[self.draft.is_open[p]] for p in np.flatnonzero(group).tolist()))
