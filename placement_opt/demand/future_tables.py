"""A future as tables of a problem: its years, who arrives, who leaves; and the money that follows who moves in."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.demand.axes import GROUP_AXIS, Numbers, Positions
from placement_opt.demand.case import Case
from placement_opt.demand.compose import compose, homes_of, lending
from placement_opt.demand.present import NEVER
from placement_opt.demand.simulate import ORIGINS, Future, is_present, only
from placement_opt.problem import Problem
from placement_opt.schema.ahead import LATEST

_LETTERS = {"joiners": "A", "migration": "M"}


def tables_of_future(problem: Problem, case: Case, number: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the tables `years`, `arrivals` and `leavers` of one future.

    Parameters
    ----------
    problem
        The problem that is projected.
    case
        What its draws begin with.
    number
        Which draw.
    """
    future = case.future(number)
    generator = np.random.default_rng([case.seed, number, 1])
    arrivals, ids = _arrivals(problem, case, future, generator)
    years = problem.table("years")
    years = pd.DataFrame({"year": list(case.years)}) if years.empty else years
    return years, arrivals, _leavers(problem, case, future, ids)


def _arrivals(
    problem: Problem, case: Case, future: Future, generator: np.random.Generator
) -> tuple[pd.DataFrame, NDArray[Any]]:
    """Return the table of arrivals, and the ids of all rows of the future."""
    pupils, arrivals, pending = problem.pupils, problem.table("arrivals"), case.inputs.pending
    origin = np.array(ORIGINS)[future.origin]
    taken = {*pupils["pupil_id"], *arrivals["pupil_id"], *pending["pending_id"]}
    ids = np.empty(len(origin), dtype=object)
    for name, known in (("pupils", pupils["pupil_id"]), ("arrivals", arrivals["pupil_id"])):
        ids[origin == name] = known.to_numpy()[future.row[origin == name]]
    ids[origin == "pending"] = pending["pending_id"].to_numpy()[future.row[origin == "pending"]]
    for name, letter in _LETTERS.items():
        ids[origin == name] = _new_ids(letter, future.people.base[origin == name], taken)
    is_new = ~np.isin(origin, ("pupils", "arrivals"))
    lenders = lending(pupils, case.localities)
    homes = homes_of(pupils, case.inputs.homes, case.localities)
    new = compose(
        only(future.people, is_new), list(ids[is_new]), lenders, homes, case.localities, case.rules.jitter_m, generator
    )
    new = _as_pending(new, pending)
    return pd.concat([arrivals, new], ignore_index=True) if len(arrivals) else new, ids


def _as_pending(new: pd.DataFrame, pending: pd.DataFrame) -> pd.DataFrame:
    """Put what is known of pending children in place of what was drawn: where they live, and their band."""
    known = pending.set_index("pending_id")
    changed = new.copy()
    for name in ("easting", "northing", "band"):
        given = changed["pupil_id"].map(known[name])
        changed[name] = given.where(given.notna(), changed[name])
    return changed


def _new_ids(letter: str, base: Positions, taken: set[str]) -> list[str]:
    """Return ids like A2028-0001, numbered within their year; none that is taken."""
    ids: list[str] = []
    number: dict[int, int] = {}
    for year in base.tolist():
        while True:
            number[year] = number.get(year, 0) + 1
            name = f"{letter}{year}-{number[year]:04d}"
            if name not in taken:
                break
        ids.append(name)
    return ids


def _leavers(problem: Problem, case: Case, future: Future, ids: NDArray[Any]) -> pd.DataFrame:
    """Return who leaves by chance before age would have it, after those whose leaving was known."""
    people, known = future.people, problem.table("leavers")
    last_year_group = case.rules.last_year_group
    before = np.where(people.leaves == NEVER, 0, people.leaves - 1)
    group = people.group + GROUP_AXIS[0] + people.leaves.clip(max=LATEST) - people.base
    leaves = (people.leaves != NEVER) & (before >= people.base) & (group <= last_year_group)
    leaves &= ~np.isin(ids.astype(str), known["pupil_id"].to_numpy(dtype=str))
    drawn = pd.DataFrame({"pupil_id": ids[leaves], "leaves": people.leaves[leaves]})
    return pd.concat([known, drawn], ignore_index=True) if len(known) else drawn


def income_keys(case: Case) -> list[tuple[int, str, str]]:
    """Return the years, sources and payers of the money that follows pupils who move in."""
    table = case.inputs.migration
    paid = table[table["years_paid"] > 0]
    return [(year, *key) for year in case.years for key in sorted(set(zip(paid["source"], paid["payer"], strict=True)))]


def income_of(case: Case, future: Future) -> Numbers:
    """Return the £ of one future, in the order of `income_keys`."""
    table, keys = case.inputs.migration, income_keys(case)
    moved = future.origin == ORIGINS.index("migration")
    people, row = only(future.people, moved), future.row[moved]
    each, lasts = table["gbp_each"].to_numpy(dtype=float), table["years_paid"].to_numpy()
    gbp = dict.fromkeys(keys, 0.0)
    for year in case.years:
        is_paid = is_present(people, year, case.rules.last_year_group) & (year < people.base + lasts[row])
        for at in row[is_paid]:
            gbp[year, table["source"].iloc[at], table["payer"].iloc[at]] += each[at]
    return np.array([gbp[key] for key in keys])
