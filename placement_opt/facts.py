"""The problem, the travel and the policy side by side as arrays, in one fixed order: what rules and prices work on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.errors import Fault, InputError
from placement_opt.links import possible_links
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

Made = TypeVar("Made")

NOBODY = -1
"""Position that stands for "none" in arrays of positions."""

COMBINATIONS_PER_BLOCK = 2**21
FIRST_YEAR_POST_16 = 12


@dataclass(frozen=True, eq=False)
class Facts:
    """A problem with its travel matrix and policy, by position.

    Parameters
    ----------
    problem, travel, policy
        The travel matrix is aligned with the problem: rows are pupils and columns settings in the problem's order.
    """

    problem: Problem
    travel: TravelMatrix
    policy: Policy

    @cached_property
    def pupils(self) -> pd.DataFrame:
        """The pupils; a position is a row of this frame."""
        return self.problem.pupils

    @cached_property
    def provisions(self) -> pd.DataFrame:
        """The provisions; a position is a row of this frame."""
        return self.problem.provisions

    @cached_property
    def settings(self) -> pd.DataFrame:
        """The settings; a position is a row of this frame."""
        return self.problem.settings

    @cached_property
    def setting_of(self) -> Ints:
        """Position of each provision's setting."""
        return _positions(self.settings["setting_id"], self.provisions["setting_id"])

    @cached_property
    def current(self) -> Ints:
        """Position of each pupil's present provision, or NOBODY."""
        return _positions(self.provisions["provision_id"], self.pupils["current_provision_id"])

    @cached_property
    def requested(self) -> Ints:
        """Position of each pupil's requested setting, or NOBODY."""
        return _positions(self.settings["setting_id"], self.pupils["requested_setting_id"])

    @cached_property
    def must(self) -> Ints:
        """Position of the provision that an officer says the pupil must go to, or NOBODY."""
        rules = self.problem.table("pair_rules")
        musts = rules[rules["rule"] == "must"]
        out = np.full(len(self.pupils), NOBODY, dtype=np.int64)
        rows = _positions(self.pupils["pupil_id"], musts["pupil_id"])
        out[rows] = _positions(self.provisions["provision_id"], musts["provision_id"])
        return out

    @cached_property
    def never(self) -> tuple[Ints, Ints]:
        """Positions of the pupils and provisions of the pairs that an officer ruled out."""
        rules = self.problem.table("pair_rules")
        nevers = rules[rules["rule"] == "never"]
        return (
            _positions(self.pupils["pupil_id"], nevers["pupil_id"]),
            _positions(self.provisions["provision_id"], nevers["provision_id"]),
        )

    @cached_property
    def is_decided(self) -> Bools:
        """For which pupils an officer has decided anything."""
        decided = np.asarray(self.must != NOBODY, dtype=np.bool_)
        decided[self.never[0]] = True
        return decided

    @cached_property
    def needs_bands(self) -> tuple[pd.DataFrame, Ints]:
        """The distinct combinations of need and band (blank band = ""), and each pupil's position among them."""
        keys = pd.DataFrame({"need": self.pupils["need"], "band": self.pupils["band"].fillna("")})
        classes = keys.drop_duplicates().sort_values(["need", "band"]).reset_index(drop=True)
        position = {key: place for place, key in enumerate(classes.itertuples(index=False, name=None))}
        return classes, np.array([position[key] for key in keys.itertuples(index=False, name=None)], dtype=np.int64)

    @cached_property
    def group_of(self) -> Ints:
        """Each pupil's group: pupils of a group suit the same provisions, journeys and officers' decisions apart."""
        asked = ["year_group", "need", "secondary_needs", "band", "mainstream"]
        groups = self.pupils.groupby(asked, sort=False, dropna=False).ngroup()
        return np.asarray(groups, dtype=np.int64)

    @cached_property
    def first_of_group(self) -> Ints:
        """The first pupil of each group."""
        return np.unique(self.group_of, return_index=True)[1].astype(np.int64)

    @cached_property
    def most_minutes(self) -> Floats:
        """Each pupil's longest journey: the pupil's own limit, else the policy's, else infinity."""
        common = np.inf if self.policy.max_minutes is None else self.policy.max_minutes
        return self.pupils["max_minutes"].fillna(common).to_numpy(dtype=float)

    @cached_property
    def kinds(self) -> NDArray[Any]:
        """The kind of each provision."""
        return self.provisions["kind"].to_numpy(dtype=object)

    @cached_property
    def links(self) -> pd.DataFrame:
        """Every possible link of a hub and a spoke, as `possible_links` gives them; not to be written to."""
        return possible_links(self.problem, self.travel)

    @cached_property
    def entitlement(self) -> NDArray[np.int8]:
        """Who is owed transport: 1 whatever the distance, -1 never, 0 beyond the walking distance.

        An officer's decision (`entitled`) comes first; then the policy for those past 16; then mobility (wheelchair,
        alone, assistant): such a pupil cannot reasonably be expected to walk any distance; then the walking distance.
        """
        decided = self.pupils["entitled"]
        needs_it = self.pupils[["wheelchair", "solo", "assistant"]].any(axis=1).to_numpy()
        is_open = decided.isna().to_numpy()
        not_offered = is_open & self.is_not_offered
        always = decided.fillna(value=False).to_numpy(dtype=bool) | (is_open & ~not_offered & needs_it)
        never = (~decided.fillna(value=True)).to_numpy(dtype=bool) | not_offered
        return always.astype(np.int8) - never.astype(np.int8)

    @cached_property
    def is_not_offered(self) -> Bools:
        """Who is past 16 where the policy offers such pupils no transport."""
        is_past_16 = self.pupil_column("year_group") >= FIRST_YEAR_POST_16
        return np.asarray(is_past_16 & (self.policy.post16_transport == "none"), dtype=np.bool_)

    def blocks(self, rows: Ints) -> list[Ints]:
        """Cut pupils into blocks, so that memory is needed for some pairs at a time only."""
        combinations = self.travel.minutes.size / max(1, len(self.pupils))
        step = max(1, int(COMBINATIONS_PER_BLOCK / max(1.0, combinations)))
        return [rows[start : start + step] for start in range(0, len(rows), step)]

    def once(self, make: Callable[["Facts"], Made]) -> Made:
        """Return what a function makes of these facts; it is made when it is first asked for, and kept."""
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made

    @cached_property
    def _made(self) -> dict[Callable[["Facts"], Any], Any]:
        return {}

    def reachable(self, pupil: Ints) -> tuple[Ints, Ints] | None:
        """Return the pairs of some pupils (ascending) with a listed journey; None = every pair may have one."""
        found = self.travel.reachable(pupil)
        if found is None:
            return None
        order = np.argsort(self.setting_of, kind="stable").astype(np.int64)
        edges = np.searchsorted(self.setting_of[order], np.arange(len(self.settings) + 1))
        row, setting = found
        number = np.diff(edges)[setting]
        first = np.repeat(edges[:-1][setting], number)
        within = np.arange(len(first)) - np.repeat(np.cumsum(number) - number, number)
        rows, provision = np.repeat(row, number), order[first + within]
        if (np.diff(self.setting_of) >= 0).all():
            return rows, provision
        sorted_ = np.lexsort((provision, rows))
        return rows[sorted_], provision[sorted_]

    def pupil_column(self, name: str) -> NDArray[Any]:
        """Return a column of the pupils as an array; not to be written to."""
        return self._column("pupils", name)

    def provision_column(self, name: str) -> NDArray[Any]:
        """Return a column of the provisions as an array; not to be written to."""
        return self._column("provisions", name)

    def _column(self, table: str, name: str) -> NDArray[Any]:
        if (table, name) not in self._columns:
            self._columns[table, name] = getattr(self, table)[name].to_numpy()
        return self._columns[table, name]

    @cached_property
    def _columns(self) -> dict[tuple[str, str], NDArray[Any]]:
        return {}

    def minutes(self, pupil: Ints, provision: Ints) -> Floats:
        """Return minutes, one way, for positions of pupils and provisions that broadcast; NaN = unreachable."""
        return self.travel.minutes_at(pupil, self.setting_of[provision])

    def miles(self, pupil: Ints, provision: Ints) -> Floats:
        """Return miles, one way, for positions of pupils and provisions that broadcast; NaN = unreachable."""
        return self.travel.miles_at(pupil, self.setting_of[provision])

    def walk_miles(self, pupil: Ints, provision: Ints, miles: Floats) -> Floats:
        """Return the miles that entitlement is measured by, for positions that broadcast; infinite = no way to walk.

        Where the travel matrix does not know ways to walk at all, they are the miles by road, which are given.
        """
        if self.travel.walk_miles is None:
            return miles
        walk = self.travel.walk_miles_at(pupil, self.setting_of[provision])
        return np.where(np.isnan(walk), np.inf, walk)


def gather_facts(problem: Problem, travel: TravelMatrix, policy: Policy) -> Facts:
    """Put a problem, its travel and a policy side by side.

    Raises
    ------
    InputError
        When the travel matrix lacks a pupil or a setting, or the policy names an authority that no setting has.
    """
    if policy.authorities is not None:
        known = set(problem.settings["authority"].dropna())
        unknown = [name for name in policy.authorities if name not in known]
        if unknown:
            shown = ", ".join(sorted(known)) or "none"
            message = f"is in the policy's `authorities`, but no setting has it. Known authorities: {shown}."
            raise InputError(Fault("settings", "authority", "", name, message) for name in unknown)
    return Facts(problem, travel.aligned(problem), policy)


def _positions(index: "pd.Series[Any]", values: "pd.Series[Any]") -> Ints:
    return np.asarray(pd.Index(index).get_indexer(pd.Index(values)), dtype=np.int64)
