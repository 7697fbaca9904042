"""How big the new school should be: what each size costs, and whom it leaves without a place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from types import MappingProxyType
from typing import Any

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.given import is_number, is_whole
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.scenarios.editing import with_cells
from placement_opt.scenarios.jobs import Job, Solver, solve_many
from placement_opt.scenarios.questions.asking import (
    as_money,
    built,
    check_provisions,
    factors_of,
    plans_of,
    shut,
    unplaced_of,
)
from placement_opt.solve import solve
from placement_opt.travel import TravelMatrix
from placement_opt.workers.tasks import Failure, Pool, Progress
from placement_opt.years_plan import YearsPlan

AS_IT_IS = "as it is"
MOST_GBP = 10_000_000.0
ENOUGH, CHEAPEST, BRINGS_BACK = "fewest without a place", "least cost", "fewest at independent schools"
"""The sizes that are named; of several that are as good, the smallest."""

_AIMS = {
    ENOUGH: ("unplaced",),
    CHEAPEST: ("unplaced", "cost_gbp"),
    BRINGS_BACK: ("unplaced", "independent"),
}


@dataclass(frozen=True, eq=False, repr=False)
class Sizes:
    """What each size of a school costs and leaves short. Make one with `how_big`.

    Parameters
    ----------
    provision_id
        The school.
    answers
        Plans (or failures) by future and number of places.
    """

    provision_id: str
    answers: Mapping[tuple[str, int], Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "answers", MappingProxyType(dict(self.answers)))

    @property
    def table(self) -> pd.DataFrame:
        """A row for each future and size.

        Columns: status; unplaced (pupils without a place); at_the_school and free (pupils there and places free, in the
        year in which it is fullest); independent (pupils at independent special schools); cost_gbp and, of it,
        transport_gbp; capital_gbp. For plans of several years unplaced, independent and £ are of all years together.
        A size without a plan has a status only.
        """
        rows = [
            {"future": future, "places": places, **_figures(self.provision_id, answer)}
            for (future, places), answer in self.answers.items()
        ]
        whole = dict.fromkeys(("unplaced", "at_the_school", "free", "independent"), "Int64")
        columns = ["future", "places", "status", *whole, "cost_gbp", "transport_gbp", "capital_gbp"]
        return pd.DataFrame(rows).reindex(columns=columns).astype(whole)

    @property
    def named(self) -> pd.DataFrame:
        """The sizes with a name, by future: future, name, places. They are named, not chosen.

        `fewest without a place`: a larger one leaves nobody less without a place. `least cost` and `fewest at
        independent schools`: of those sizes; the smallest of several.
        """
        table = self.table.dropna(subset=["cost_gbp"])
        rows = []
        for future, part in table.groupby("future", sort=False):
            for name, aims in _AIMS.items():
                best = part.sort_values([*aims, "places"]).iloc[0]
                rows.append((future, name, int(best["places"])))
        return pd.DataFrame(rows, columns=["future", "name", "places"])

    def summary(self) -> str:
        """Return the sizes in a few lines of text."""
        lines = []
        for row in self.table.to_dict("records"):
            where = f"{row['future']}, {row['places']:,} places"
            if pd.isna(row["cost_gbp"]):
                lines.append(f"{where}: no plan ({row['status']})")
                continue
            short = f"{row['unplaced']:,} without a place, {row['at_the_school']:,} at the school"
            lines.append(
                f"{where}: {short}, {row['free']:,} places free, {row['independent']:,} at independent schools, "
                f"{as_money(row['cost_gbp'])}"
            )
        lines += [f"{future}: {name}: {places:,} places" for future, name, places in self.named.itertuples(index=False)]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Sizes({self.provision_id}, {len(self.answers)} plans)"


def how_big(  # noqa: PLR0913 - each is a choice of its own
    problem: Problem,
    travel: TravelMatrix,
    provision_id: str,
    sizes: Sequence[int],
    *,
    futures: Mapping[str, Problem] | None = None,
    capital_gbp_per_place: float | None = None,
    policy: Policy | None = None,
    options: SolveOptions | None = None,
    solver: Solver | None = None,
    executor: Pool | None = None,
    progress: Progress | None = None,
) -> Sizes:
    """Work out what each size of a school costs, and whom it leaves without a place.

    Parameters
    ----------
    problem, travel
        The question, and journeys of everybody in it and in the futures.
    provision_id
        The school: a candidate that is then built, or a provision that is open.
    sizes
        Numbers of places; 0 = it is not built, or closed.
    futures
        Questions that differ in their pupils, by name, to see the sizes with and without growth: draws of `project`, or
        later years by `problem_in`. None = `problem` by itself, named `as it is`; else only the futures are asked.
    capital_gbp_per_place
        Capital is so much for each place; None = as the table says, whatever the size. Only for a candidate.
    policy, options, executor, progress
        As for `solve_scenarios`.
    solver
        None = `solve`; `plan_years` for problems of several years: then a candidate opens at some time, when is for the
        plan to decide, and rows of `fill_up` hold up to the size.

    Returns
    -------
    Sizes

    Raises
    ------
    InputError
        When the provision is unknown or closed, or a changed table is at fault.
    ValueError
        When a size is no whole number from 0, is given twice, or there is none.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> sizes = how_big(tiny(), crow_fly(tiny()), "B-main", [0, 1, 2])
    >>> sizes.table[["places", "unplaced", "at_the_school", "free"]].to_numpy().tolist()
    [[0, 0, 0, 0], [1, 0, 1, 0], [2, 0, 1, 1]]
    """
    _check_sizes(sizes, capital_gbp_per_place)
    asked = {AS_IT_IS: problem} if futures is None else dict(futures)
    if not asked:
        raise ValueError("`futures` is empty; give at least one question, or None.")
    _check_site(asked, provision_id, capital_gbp_per_place)
    keys = [(future, places) for future in asked for places in sizes]
    jobs = [
        Job(
            f"{future}, {places} places",
            _sized(asked[future], provision_id, places, capital_gbp_per_place),
            travel,
            policy,
            options,
            solver or solve,
        )
        for future, places in keys
    ]
    answers = solve_many(jobs, executor=executor, progress=progress)
    return Sizes(provision_id, dict(zip(keys, answers, strict=True)))


def _check_sizes(sizes: Sequence[int], capital_gbp_per_place: float | None) -> None:
    wrong = [repr(size) for size in sizes if not is_whole(size) or size < 0]
    twice = sorted({size for size in sizes if list(sizes).count(size) > 1}, key=str)
    if wrong or twice or not list(sizes):
        raise ValueError(
            f"`sizes` has {', '.join(wrong) or ('twice ' + ', '.join(map(str, twice)) if twice else 'nothing')}; "
            "use different whole numbers from 0."
        )
    if capital_gbp_per_place is not None and not is_number(capital_gbp_per_place, 0, MOST_GBP):
        raise ValueError(
            f"`capital_gbp_per_place` is {capital_gbp_per_place!r}; use an amount of £ from 0 to {MOST_GBP:,.0f}."
        )


def _check_site(asked: Mapping[str, Problem], provision_id: str, capital_gbp_per_place: float | None) -> None:
    for problem in asked.values():
        check_provisions(problem, [provision_id], status=None if capital_gbp_per_place is None else "candidate")
        statuses = problem.provisions.set_index("provision_id")["status"]
        if statuses[provision_id] == "closed":
            message = "is closed, so its size is of no account. Set its status to candidate."
            raise InputError([Fault("provisions", "status", "", provision_id, message)])


def _sized(problem: Problem, provision_id: str, places: int, capital_gbp_per_place: float | None) -> Problem:
    """Return a problem in which a provision is in use with so many places."""
    if places == 0:
        return shut(problem, [provision_id])
    cells: dict[str, Any] = {"places": places}
    if capital_gbp_per_place is not None:
        cells["capital_gbp"] = capital_gbp_per_place * places
    steps = problem.table("fill_up")
    most = steps["places"].where(steps["provision_id"] != provision_id, steps["places"].clip(upper=places))
    changed = problem.replace(
        provisions=with_cells(problem.provisions, [provision_id], cells), fill_up=steps.assign(places=most)
    )
    status = changed.provisions.set_index("provision_id")["status"][provision_id]
    return built(changed, provision_id) if status == "candidate" else changed


def _figures(provision_id: str, answer: Plan | YearsPlan | Failure) -> dict[str, Any]:
    if isinstance(answer, Failure):
        return {"status": answer.status}
    plans = plans_of(answer)
    uses = pd.concat([plan.use[plan.use["provision_id"] == provision_id] for plan in plans])
    fullest = uses.sort_values(["places_used", "places_free"], ascending=[False, True]).to_dict("records")[0]
    fares = [float(plan.placements["transport_gbp"].sum()) for plan in plans]
    return {
        "status": str(answer.status),
        "unplaced": unplaced_of(answer),
        "at_the_school": int(fullest["pupils"]),
        "free": int(fullest["places_free"]),
        "independent": sum(_independent(plan) for plan in plans),
        "cost_gbp": answer.cost_gbp,
        "transport_gbp": round(sum(map(mul, fares, factors_of(answer))), 2),
        "capital_gbp": answer.capital_gbp,
    }


def _independent(plan: Plan) -> int:
    placements = plan.placements
    return int(placements.loc[placements["kind"] == "independent_special", "count"].sum())
