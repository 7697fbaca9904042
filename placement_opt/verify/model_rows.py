"""Every named row of the model, stated again from the formulation (section 5)."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from placement_opt.cells import split_list
from placement_opt.schema import ANY
from placement_opt.verify.eligibility import Eligibility
from placement_opt.verify.family_rows import add_families
from placement_opt.verify.kept import Kept
from placement_opt.verify.limits import is_in_scope
from placement_opt.verify.movers import Money, Movers, paid
from placement_opt.verify.outreach_rows import add_outreach
from placement_opt.verify.pair_costs import Prices, amounts_used
from placement_opt.verify.program import EXACTLY, LEAST, MOST, NONE, Program
from placement_opt.verify.question import Question, Real, Truth, Whole
from placement_opt.verify.site_money import SiteMoney, site_capital, site_money
from placement_opt.verify.sites import is_counted
from placement_opt.verify.total_rows import TotalRows, add_totals


@dataclass(frozen=True, eq=False, repr=False)
class PairRows:
    """In which rows the pupils at provisions stand.

    Parameters
    ----------
    places, school, smallest, support
        For each provision the row that its places, pupils or hours of support stand in; NONE = none.
    parts
        Rows of part limits: the row, which sorts of pupils and which provisions it counts.
    sort
        For each pupil, its sort (need and year group).
    resources
        The row of each resource, and what it takes by group of pupils and kind.
    budgets
        The row of each budget that pairs count for, whose homes it counts, and what (None = all money).
    totals
        What stands in the rows of totals.
    listed
        Single pairs (of `Movers`) and the rows that they stand in, once each.
    """

    places: Whole
    school: Whole
    smallest: Whole
    support: Whole
    parts: list[tuple[int, Truth, Truth]]
    sort: Whole
    resources: list[tuple[int, Real]]
    budgets: list[tuple[int, Truth, Money | None]]
    totals: TotalRows
    listed: tuple[Whole, Whole]


@dataclass(eq=False, repr=False)
class Draft:
    """A model in the making: the question, those who stay, those who do not, and the rows so far."""

    question: Question
    links: pd.DataFrame
    eligibility: Eligibility
    prices: Prices
    kept: Kept
    movers: Movers
    program: Program = field(default_factory=Program)
    column: dict[str, Whole] = field(default_factory=dict)
    """Where y, c and o of each provision are; NONE = y is not decided."""
    listed: list[tuple[Whole, Whole]] = field(default_factory=list)


def add_all(draft: Draft) -> PairRows:
    """Add every row and column of the model but those of single pupils, and return where the pairs stand."""
    places = _places(draft)
    smallest = _smallest(draft)
    sort, parts = _parts(draft)
    school = _schools(draft)
    _sites(draft)
    _opened(draft)
    support = add_outreach(draft.program, draft.links, draft.kept, draft.movers, draft.column["y"])
    resources = _resources(draft)
    budgets = _budgets(draft)
    _moves(draft)
    totals = add_totals(draft.program, draft.prices, draft.kept, draft.movers)
    draft.listed.append(add_families(draft.program, draft.question, draft.eligibility, draft.movers))
    listed = [np.concatenate([np.empty(0, dtype=np.int64), *(one[at] for one in draft.listed)]) for at in (0, 1)]
    return PairRows(places, school, smallest, support, parts, sort, resources, budgets, totals, (listed[0], listed[1]))


def _places(draft: Draft) -> Whole:
    """C2 and C8: places, places over the number, added classes."""
    question, program, kept = draft.question, draft.program, draft.kept
    cell, every = question.of_provisions, np.arange(len(question.provisions))
    is_closed, is_kept, is_decided = cell("status") == "closed", kept.is_kept, kept.is_decided
    taken = kept.per_provision(kept.taken)
    money = site_money(question)
    y = np.full(len(every), NONE)
    decided = np.flatnonzero(is_decided)
    y[decided] = program.add_columns("y", decided, is_kept[decided], ~is_closed[decided], money.opened[decided])
    o = program.add_columns("o", every, 0, np.maximum(cell("overflow_places"), taken - cell("places")), money.over)
    c = program.add_columns("c", every, 0, np.where(is_closed, 0, cell("max_classes")), money.added)
    draft.column |= {"y": y, "o": o, "c": c}
    rows = program.add_rows("places", every, MOST, np.where(is_decided, 0, cell("places")) - taken)
    program.put(rows[decided], y[decided], -cell("places")[decided])
    program.put(rows, c, -cell("class_places"))
    program.put(rows, o, -1)
    shut = np.flatnonzero(is_decided & ~is_kept)
    over = program.add_rows("over_open", shut, MOST, np.zeros(len(shut)))
    program.put(over, o[shut], 1)
    program.put(over, y[shut], -cell("overflow_places")[shut])
    most = program.add_rows("classes", decided, MOST, np.zeros(len(decided)))
    program.put(most, c[decided], 1)
    program.put(most, y[decided], -cell("max_classes")[decided])
    return rows


def _smallest(draft: Draft) -> Whole:
    """C7: the smallest group."""
    least = draft.question.of_provisions("min_pupils")
    which = np.flatnonzero(draft.kept.is_decided & ~draft.kept.is_kept)
    rows = draft.program.add_rows("smallest", which, LEAST, np.zeros(len(which)))
    draft.program.put(rows, draft.column["y"][which], -least[which])
    at = np.full(len(least), NONE)
    at[which] = rows
    return at


def _parts(draft: Draft) -> tuple[Whole, list[tuple[int, Truth, Truth]]]:
    """C3: part limits."""
    question, kept = draft.question, draft.kept
    sort = question.pupils.groupby(["need", "year_group"]).ngroup().to_numpy(dtype=np.int64)
    first = np.unique(sort, return_index=True)[1]
    need, year = question.of_pupils("need")[first].astype(str), question.of_pupils("year_group")[first]
    parts, limits = [], []
    for _, limit in question.problem.table("part_limits").iterrows():
        needs = split_list(limit["needs"])
        is_sort = (np.isin(need, needs) | (ANY in needs)) & (year >= limit["min_year"]) & (year <= limit["max_year"])
        is_here = is_in_scope(question, limit)
        is_kept = is_sort[sort[kept.lines.pupil]] & is_here[kept.lines.provision]
        limits.append(max(float(limit["places"]) - float(kept.taken[is_kept].sum()), 0.0))
        parts.append((is_sort, is_here))
    rows = draft.program.add_rows("part", np.arange(len(parts)), MOST, limits)
    return np.asarray(sort), [(int(row), *part) for row, part in zip(rows, parts, strict=True)]


def _schools(draft: Draft) -> Whole:
    """C3: limits of whole schools."""
    question, kept = draft.question, draft.kept
    limit = question.settings["places"].to_numpy(dtype=float, na_value=np.nan)
    taken = np.bincount(question.school[kept.lines.provision], weights=kept.taken, minlength=len(limit))
    which = np.flatnonzero(~np.isnan(limit))
    at = np.full(len(limit), NONE)
    at[which] = draft.program.add_rows("school", which, MOST, np.maximum(limit - taken, 0)[which])
    return np.asarray(at[question.school])


def _sites(draft: Draft) -> None:
    """C4: how many candidates and closable provisions are open."""
    table, program, y = draft.question.problem.table("site_limits"), draft.program, draft.column["y"]
    every = np.arange(len(table))
    least = program.add_rows("sites_least", every, LEAST, table["min_open"].to_numpy(dtype=float))
    most = program.add_rows("sites_most", every, MOST, table["max_open"].to_numpy(dtype=float))
    for at, (_, limit) in enumerate(table.iterrows()):
        counted = y[is_counted(draft.question, limit)]
        for rows in (least, most):
            program.put(np.full(len(counted), rows[at]), counted, 1)


def _opened(draft: Draft) -> None:
    """C4: the number of open candidates and closable provisions, and that of each kind."""
    question, program, y = draft.question, draft.program, draft.column["y"]
    is_such, kind = question.is_decided_status, question.of_provisions("kind")
    kinds = np.unique(kind[is_such].astype(str))
    groups = [is_such, *(is_such & (kind == one) for one in kinds[: len(kinds) * (len(kinds) > 1)])]
    counted = [g for g, group in enumerate(groups) if group.sum() > 1]
    number = program.add_columns("m", counted, 0, [groups[g].sum() for g in counted], 0)
    rows = program.add_rows("opened", counted, EXACTLY, np.zeros(len(counted)))
    program.put(rows, number, -1)
    for row, g in zip(rows.tolist(), counted, strict=True):
        program.put(np.full(groups[g].sum(), row), y[groups[g]], 1)


def _resources(draft: Draft) -> list[tuple[int, Real]]:
    """C10: what provisions share."""
    question, kept = draft.question, draft.kept
    table = question.problem.table("resources")
    amounts = [amounts_used(question, name) for name in table["resource"]]
    lines = kept.lines
    used = [float(each[question.group[lines.pupil], question.kind[lines.provision]] @ kept.count) for each in amounts]
    limit = np.maximum(table["available"].to_numpy(dtype=float) - used, 0)
    rows = draft.program.add_rows("resource", np.arange(len(table)), MOST, limit)
    return list(zip(rows.tolist(), amounts, strict=True))


def _budgets(draft: Draft) -> list[tuple[int, Truth, Money | None]]:
    """C9: money that changes with the decisions, below the limit less what does not."""
    question, kept = draft.question, draft.kept
    home = question.of_pupils("locality")
    parts: list[tuple[Truth, Money, SiteMoney]] = []
    limits = []
    for budget in question.problem.table("budgets").to_dict("records"):
        kind = str(budget["type"])
        locality, payer = (None if pd.isna(budget[name]) else str(budget[name]) for name in ("locality", "payer"))
        is_home = np.full(len(home), True) if locality is None else np.asarray(home == locality, dtype=bool)
        sites = site_capital(question, locality) if kind == "capital" else site_money(question, locality, payer)
        spent = paid(draft.prices, kept.lines, kept.amounts, kind, payer) * kept.count * is_home[kept.lines.pupil]
        commissioned = float(sites.commissioned.sum()) if kind == "revenue" else 0.0
        limits.append(float(budget["limit_gbp"]) - float(spent.sum()) - commissioned)
        parts.append((is_home, (kind, payer), sites))
    rows = draft.program.add_rows("budget", np.arange(len(parts)), MOST, limits).tolist()
    for row, (_, (kind, _), sites) in zip(rows, parts, strict=True):
        if kind != "transport":
            _spend(draft, row, sites)
    return [
        (row, is_home, None if money == ("revenue", None) else money)
        for row, (is_home, money, _) in zip(rows, parts, strict=True)
        if money[0] != "capital"
    ]


def _spend(draft: Draft, row: int, money: SiteMoney) -> None:
    """Let the sites stand in a budget."""
    program, column = draft.program, draft.column
    is_decided = column["y"] != NONE
    costs = program.cost
    for at, each in (
        (column["o"], money.over),
        (column["c"], money.added),
        (column["y"][is_decided], money.opened[is_decided]),
    ):
        program.put(np.full(len(at), row), at, each)
    for word, share in (("l", money.travel), ("k", money.team)):
        names = program.columns[word]
        at = np.arange(names.first, names.first + len(names.keys))
        program.put(np.full(len(at), row), at, costs[at] * share[names.keys[:, 0]])


def _moves(draft: Draft) -> None:
    """C11: how many leave a place that they could keep."""
    question, movers = draft.question, draft.movers
    most = question.policy.max_moves
    if most is None:
        return
    at = np.flatnonzero(movers.provision == np.repeat(question.present[movers.pupil], np.diff(movers.start)))
    who = movers.pupil[np.searchsorted(movers.start, at, side="right") - 1]
    pupils = float(question.of_pupils("count")[who].sum())
    row = draft.program.add_rows("moves", np.empty((1, 0), dtype=np.int64), LEAST, [pupils - most])
    draft.listed.append((at, np.full(len(at), row[0])))
