"""What was asked, laid out for checking: tables, and arrays of positions in them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.parameters import Parameters
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.schema import KINDS, MAINSTREAM_KINDS
from placement_opt.travel import TravelMatrix

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Truth = NDArray[np.bool_]
ORDINARY_KINDS = ("mainstream", "spoke")
"""Kinds whose places are in ordinary classes, commissioned by nobody."""
LAST_YEAR_UNDER_8, LAST_YEAR_UNDER_11, LAST_YEAR_UNDER_16 = 3, 6, 11
_PUPILS_AT_ONCE, _PAIRS_AT_ONCE = 8_192, 131_072
_TRAVEL_FLAGS = ("wheelchair", "assistant", "solo", "independent_travel")
TRAVELLERS: Mapping[str, Truth] = {
    name: np.arange(2 ** len(_TRAVEL_FLAGS)) >> at & 1 == 1 for at, name in enumerate(_TRAVEL_FLAGS)
}
"""Every sort of traveller: the flags that say which modes are permitted, by name."""


@dataclass(frozen=True, eq=False, repr=False)
class Question:
    """A problem, its journeys and a policy. Positions are rows of `pupils` and of `provisions`; -1 stands for none.

    Parameters
    ----------
    cells
        The columns of the three tables as arrays, by table and column.
    school
        For each provision, the row of its school in `settings`.
    present, must
        For each pupil, the provision where the pupil is now, and the one that an officer says is a must.
    requested
        For each pupil, the row of the requested school in `settings`.
    travel
        Journeys of the pupils to the schools, in the order of both tables.
    between
        Journeys between schools.
    """

    problem: Problem
    policy: Policy
    pupils: pd.DataFrame
    provisions: pd.DataFrame
    settings: pd.DataFrame
    cells: Mapping[tuple[str, str], NDArray[Any]]
    school: Whole
    present: Whole
    must: Whole
    requested: Whole
    travel: TravelMatrix
    between: pd.DataFrame

    @property
    def parameters(self) -> Parameters:
        """Days, limits, prices and factors."""
        return self.problem.parameters

    def of_pupils(self, column: str) -> NDArray[Any]:
        """Return a column of `pupils`."""
        return self.cells["pupils", column]

    def of_provisions(self, column: str) -> NDArray[Any]:
        """Return a column of `provisions`."""
        return self.cells["provisions", column]

    def of_schools(self, column: str) -> NDArray[Any]:
        """Return a column of `settings`, one entry for each provision."""
        return self.cells["settings", column][self.school]

    def minutes_at(self, pupil: Whole, school: Whole) -> Real:
        """Return the minutes of journeys of pupils to schools; NaN = unknown."""
        return self.travel.minutes_at(pupil, school)

    def miles_at(self, pupil: Whole, school: Whole) -> Real:
        """Return the miles of journeys of pupils to schools; NaN = unknown."""
        return self.travel.miles_at(pupil, school)

    def walk_at(self, pupil: Whole, school: Whole, miles: Real) -> Real:
        """Return the miles that the walking distance is held against; NaN = no journey, infinite = no way to walk.

        `miles` are those of the same journeys.
        """
        if self.travel.walk_miles is None:
            return miles
        walked = self.travel.walk_miles_at(pupil, school)
        return np.where(np.isnan(walked) & ~np.isnan(miles), np.inf, walked)

    def reachable(self, pupil: Whole) -> tuple[Whole, Whole] | None:
        """Return the provisions that some pupils (ascending) have a journey to, as lists of both; None = maybe all."""
        journeys = self.travel.reachable(pupil)
        if journeys is None:
            return None
        who, school = journeys
        each = np.diff(self._start_at)[school]
        first = np.repeat(self._start_at[school] - np.cumsum(each) + each, each)
        who, provision = np.repeat(who, each), self._by_school[first + np.arange(len(first))]
        order = np.argsort(who * len(self.provisions) + provision, kind="stable")
        return who[order], provision[order]

    @cached_property
    def _by_school(self) -> Whole:
        """The provisions, school by school."""
        return np.argsort(self.school, kind="stable")

    @cached_property
    def _start_at(self) -> Whole:
        """Where the provisions of each school begin in `_by_school`; one entry more than there are schools."""
        return np.searchsorted(self.school[self._by_school], np.arange(len(self.settings) + 1))

    @property
    def number_of_pairs(self) -> int:
        """How many pairs there may be, at most about."""
        listed = self.travel.listed
        return len(self.pupils) * len(self.provisions) if listed is None else len(listed.setting)

    def meets_request(self, pupil: Whole, provision: Whole) -> Truth:
        """Return for pairs whether they are at the school that was requested for the pupil."""
        return np.asarray(self.requested[pupil] == self.school[provision])

    def meets_mainstream(self, pupil: Whole, provision: Whole) -> Truth:
        """Return for pairs whether mainstream is wanted for the pupil, and the provision is of such a kind."""
        return np.asarray(self.wants_mainstream[pupil] & self.is_mainstream[provision])

    @cached_property
    def wants_mainstream(self) -> Truth:
        """For each pupil, whether mainstream is wanted."""
        return np.asarray(self.of_pupils("mainstream") == "wanted", dtype=bool)

    @cached_property
    def is_mainstream(self) -> Truth:
        """For each provision, whether its kind meets a wish for mainstream."""
        return np.isin(self.of_provisions("kind").astype(str), MAINSTREAM_KINDS)

    @cached_property
    def kind(self) -> Whole:
        """For each provision, the position of its kind in `schema.KINDS`."""
        return positions(KINDS, self.provisions["kind"])

    @cached_property
    def group(self) -> Whole:
        """For each pupil, the row of `groups` with the same need and band."""
        return self._grouped[0]

    @cached_property
    def groups(self) -> "dict[str, NDArray[Any]]":
        """Every need with every band that some pupil has, under need and band."""
        first = self._grouped[1]
        return {name: self.of_pupils(name)[first] for name in ("need", "band")}

    @cached_property
    def _grouped(self) -> tuple[Whole, Whole]:
        code = self.pupils.groupby(["need", "band"], dropna=False).ngroup().to_numpy(dtype=np.int64)
        return np.asarray(code), np.asarray(np.unique(code, return_index=True)[1], dtype=np.int64)

    @cached_property
    def is_ordinary(self) -> Truth:
        """For each provision, whether its places are in ordinary classes."""
        return np.isin(self.of_provisions("kind").astype(str), ORDINARY_KINDS)

    @cached_property
    def is_decided_status(self) -> Truth:
        """For each provision, whether it is a candidate or closable."""
        return np.isin(self.of_provisions("status").astype(str), ("candidate", "closable"))

    @cached_property
    def traveller(self) -> Whole:
        """For each pupil, the position among `TRAVELLERS`."""
        flags = [self.of_pupils(name).astype(np.int64) << at for at, name in enumerate(_TRAVEL_FLAGS)]
        return np.asarray(np.sum(flags, axis=0), dtype=np.int64)

    @cached_property
    def is_always_free(self) -> Truth:
        """For each pupil, whether the pupil travels free whatever the distance."""
        decided = self.pupils["entitled"]
        has_need = np.logical_or.reduce([self.of_pupils(name) for name in ("wheelchair", "solo", "assistant")])
        by_need = has_need & self._is_offered
        return np.where(decided.notna(), decided.fillna(False).to_numpy(dtype=bool), by_need)

    @cached_property
    def walk_miles(self) -> Real:
        """For each pupil, the walk above which the pupil travels free to any school; infinite where none is.

        It is infinite where an officer decided or, past 16, nothing is offered.
        """
        year, parameters = self.of_pupils("year_group"), self.parameters
        miles = np.where(year <= LAST_YEAR_UNDER_8, parameters.walk_miles_under_8, parameters.walk_miles_from_8)
        is_extended = self.of_pupils("low_income") & (year > LAST_YEAR_UNDER_8) & (year <= LAST_YEAR_UNDER_11)
        miles[is_extended] = np.minimum(miles[is_extended], parameters.low_income_walk_miles)
        return np.where(self.pupils["entitled"].notna() | ~self._is_offered, np.inf, miles)

    @cached_property
    def is_of_nearest_rights(self) -> Truth:
        """For each pupil, whether free travel hangs on how many suitable schools are nearer: low income, 11 to 16."""
        year = self.of_pupils("year_group")
        is_of_age = (year > LAST_YEAR_UNDER_11) & (year <= LAST_YEAR_UNDER_16)
        is_open = self.pupils["entitled"].isna().to_numpy() & ~self.is_always_free
        return np.asarray(self.of_pupils("low_income") & is_of_age & is_open, dtype=bool)

    @cached_property
    def _is_offered(self) -> Truth:
        """For each pupil, whether free travel is offered at that age at all."""
        is_past_16 = self.of_pupils("year_group") > LAST_YEAR_UNDER_16
        return np.asarray(~is_past_16 | (self.policy.post16_transport != "none"), dtype=bool)


def ask(problem: Problem, travel: TravelMatrix, policy: Policy) -> Question:
    """Lay a problem out for checking.

    Raises
    ------
    InputError
        When the travel matrix lacks a pupil or a school.
    """
    journeys = travel.aligned(problem)
    pupils, provisions, settings = problem.pupils, problem.provisions, problem.settings
    tables = {"pupils": pupils, "provisions": provisions, "settings": settings}
    return Question(
        problem,
        policy,
        pupils,
        provisions,
        settings,
        {(name, column): plain(frame[column]) for name, frame in tables.items() for column in frame.columns},
        school=positions(settings["setting_id"], provisions["setting_id"]),
        present=positions(provisions["provision_id"], pupils["current_provision_id"]),
        must=_musts(problem.table("pair_rules"), pupils["pupil_id"], provisions["provision_id"]),
        requested=positions(settings["setting_id"], pupils["requested_setting_id"]),
        travel=journeys,
        between=journeys.between,
    )


def parts(pupils: int, pairs: int) -> Iterator[slice]:
    """Yield so many pupils, who have so many pairs between them, in parts that are small enough to work on at once."""
    at_once = max(1, min(_PUPILS_AT_ONCE, _PAIRS_AT_ONCE * pupils // max(pairs, 1)))
    for first in range(0, pupils, at_once):
        yield slice(first, min(first + at_once, pupils))


def positions(known: "Iterable[Any]", wanted: "pd.Series[Any]") -> Whole:
    """Return where each wanted id stands among the known ones; -1 where it does not, or is blank."""
    ids = known.to_numpy(dtype=object) if isinstance(known, pd.Series) else list(known)
    return np.asarray(pd.Index(ids, dtype="object").get_indexer(wanted.astype("object")), dtype=np.int64)


def plain(series: "pd.Series[Any]") -> NDArray[Any]:
    """Return a column as an array: numbers and flags as they are, words as objects with None for a blank."""
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "biuf":
        return series.to_numpy()
    words: NDArray[Any] = np.array(series, dtype=object)
    words[series.isna().to_numpy()] = None
    return words


def _musts(pair_rules: pd.DataFrame, pupil_ids: "pd.Series[Any]", provision_ids: "pd.Series[Any]") -> Whole:
    musts = pair_rules[pair_rules["rule"] == "must"]
    must = np.full(len(pupil_ids), -1, dtype=np.int64)
    must[positions(pupil_ids, musts["pupil_id"])] = positions(provision_ids, musts["provision_id"])
    return must
