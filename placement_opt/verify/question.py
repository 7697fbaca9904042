"""What was asked, laid out for checking: tables, and arrays of positions in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.parameters import Parameters
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.schema import KINDS
from placement_opt.travel import TravelMatrix

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Truth = NDArray[np.bool_]
ORDINARY_KINDS = ("mainstream", "spoke")
"""Kinds whose places are in ordinary classes, commissioned by nobody."""
LAST_YEAR_UNDER_8 = 3


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
    minutes, miles
        Journeys of pupils (rows) to schools (columns); NaN = unknown.
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
    minutes: Real
    miles: Real
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
    def is_always_free(self) -> Truth:
        """For each pupil, whether the pupil travels free whatever the distance."""
        decided = self.pupils["entitled"]
        has_need = np.logical_or.reduce([self.of_pupils(name) for name in ("wheelchair", "solo", "assistant")])
        return np.where(decided.notna(), decided.fillna(False).to_numpy(dtype=bool), has_need)

    @cached_property
    def walk_miles(self) -> Real:
        """For each pupil, the miles above which the pupil travels free; infinite where an officer says no."""
        is_young = self.of_pupils("year_group") <= LAST_YEAR_UNDER_8
        miles = np.where(is_young, self.parameters.walk_miles_under_8, self.parameters.walk_miles_from_8)
        return np.where(self.pupils["entitled"].notna(), np.inf, miles)


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
        minutes=journeys.minutes,
        miles=journeys.miles,
        between=journeys.between,
    )


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
