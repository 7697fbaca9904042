"""What was asked, laid out for checking: tables, and arrays of positions in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.parameters import Parameters
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Truth = NDArray[np.bool_]


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
    return np.asarray(pd.Index(list(known), dtype="object").get_indexer(wanted.astype("object")), dtype=np.int64)


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
