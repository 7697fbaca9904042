"""Demand, places and shortfall by need, phase and locality, so that every pupil and every place is counted once."""

import pandas as pd

from placement_opt.cells import split_list
from placement_opt.phases import phase_of
from placement_opt.plan import NOT_GIVEN, Plan
from placement_opt.problem import Problem
from placement_opt.schema import ANY
from placement_opt.statutory.rows import PlanRows
from placement_opt.statutory.words import NO_PLACE, NOT_PER_PUPIL, SEVERAL

_KEYS = ["need", "phase", "locality"]
_FIGURES = ["demand", "placed", "placed_in_locality", "shortfall", "places_taken", "places_free"]


def needs_assessment(problem: Problem, plan: Plan, rows: PlanRows) -> pd.DataFrame:
    """Return demand, places and shortfall by need, phase and locality.

    Returns
    -------
    DataFrame
        Columns need, phase, locality and, in pupils who live in the locality: demand, placed, placed_in_locality (at a
        school of the same locality), shortfall (no place); and, in places of the locality's schools: places_taken (by
        pupils of that need and phase, wherever they live), places_free. Free places that several needs or phases could
        take stand in rows of their own, with the need or phase (several), so each is counted once. Demand adds up to
        the pupils of the plan; places taken and free to those of `plan.use`.
    """
    where = problem.settings.set_index("setting_id")["locality"]
    pupils = rows.pupils.assign(at=rows.pupils["setting_id"].map(where).astype("object").fillna(NOT_GIVEN))
    placed, here = pupils["category"] != NO_PLACE, pupils["at"] == pupils["locality"]
    here &= placed & (pupils["locality"] != NOT_GIVEN)
    parts = [
        _sum(pupils, "count", "demand"),
        _sum(pupils[placed], "count", "placed"),
        _sum(pupils[here], "count", "placed_in_locality"),
        _sum(pupils[~placed], "count", "shortfall"),
        _sum(pupils[placed].assign(locality=pupils["at"]), "places_taken", "places_taken"),
        _sum(_free(problem, plan, where), "places_free", "places_free"),
    ]
    table = pd.concat(parts, axis="columns").reindex(columns=_FIGURES)
    return table.fillna(0).astype("int64").sort_index().reset_index()


def _sum(frame: pd.DataFrame, column: str, name: str) -> "pd.Series[int]":
    summed = frame.groupby(_KEYS)[column].sum().rename(name)
    summed.index = pd.MultiIndex.from_tuples(list(summed.index), names=_KEYS)
    return summed


def _free(problem: Problem, plan: Plan, where: "pd.Series[str]") -> pd.DataFrame:
    use = plan.use[["provision_id", "setting_id", "places_free"]]
    free = use[use["places_free"] > 0].merge(
        problem.provisions[["provision_id", "needs", "min_year", "max_year"]], on="provision_id"
    )
    needs = [_only(split_list(str(text))) for text in free["needs"]]
    phases = [_phase(int(low), int(high)) for low, high in zip(free["min_year"], free["max_year"], strict=True)]
    localities = free["setting_id"].map(where).astype("object").fillna(NOT_GIVEN)
    return free.assign(need=needs, phase=phases, locality=localities)


def _only(needs: tuple[str, ...]) -> str:
    return needs[0] if len(needs) == 1 and needs[0] != ANY else SEVERAL


def _phase(low: int, high: int) -> str:
    first, last = phase_of(low), phase_of(high)
    return first if first == last else SEVERAL


def by_locality(problem: Problem, plan: Plan, rows: PlanRows) -> pd.DataFrame:
    """Return pupils, money and journeys by the locality that pupils live in, and places by that of the school.

    Returns
    -------
    DataFrame
        Columns locality, pupils, placed, unplaced, placed_in_locality, gbp (of pupils who live there), transport_gbp,
        mean_minutes (one way; blank for nobody), places, places_used, places_over, places_free, budget_gbp (the sum of
        the limits in `budgets` for that locality alone; blank = none). Money without a pupil has a row of its own.
    """
    placements = plan.placements
    home = placements["locality"].astype("object").fillna(NOT_GIVEN)
    where = problem.settings.set_index("setting_id")["locality"]
    at = plan.use["setting_id"].map(where).astype("object").fillna(NOT_GIVEN).rename("locality")
    use = plan.use.groupby(at)[["places", "places_used", "places_over", "places_free"]].sum()
    needs = needs_assessment(problem, plan, rows).groupby("locality")[_FIGURES[:4]].sum()
    minutes = (placements["minutes"] * placements["count"]).groupby(home).sum()
    budgets = problem.table("budgets").dropna(subset=["locality"])
    table = pd.concat(
        [
            needs.rename(columns={"demand": "pupils", "shortfall": "unplaced"}),
            rows.money.groupby("locality")["gbp"].sum().round(2),
            placements["transport_gbp"].groupby(home).sum().round(2),
            (minutes / placements["count"].groupby(home).sum()).rename("mean_minutes").round(2),
            use,
            budgets.groupby("locality")["limit_gbp"].sum().rename("budget_gbp"),
        ],
        axis="columns",
    ).rename_axis("locality")
    whole = [
        "pupils",
        "placed",
        "unplaced",
        "placed_in_locality",
        "places",
        "places_used",
        "places_over",
        "places_free",
    ]
    money = ["gbp", "transport_gbp"]
    table[whole + money] = table[whole + money].fillna(0)
    columns = [*whole[:4], *money, "mean_minutes", *whole[4:], "budget_gbp"]
    last = table.index.isin([NOT_GIVEN, NOT_PER_PUPIL])
    table = table.assign(last=last).sort_values(["last", "locality"], kind="stable")[columns]
    return table.astype(dict.fromkeys(whole, "int64")).reset_index()
