"""The rows and columns of several years, stated again from docs/planning_ahead.md, section 6."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.verify.bounds import STAGE_ROW, Model
from placement_opt.verify.movers import paid, priced
from placement_opt.verify.program import EXACTLY, LEAST, MOST, NONE, Program, read_name
from placement_opt.verify.question import Real, Truth, Whole
from placement_opt.verify.site_money import SiteMoney, of_locality, site_money
from placement_opt.verify.years_case import YearsCase
from placement_opt.verify.years_money import weights_of, worth
from placement_opt.years_plan import CAPITAL

_OF_YEARS = {"b", "opens", "closes", "settled", "in_use", "built", "kept", "budget"}
"""Words of rows and columns that no model of one year has, with the number of a year at the end."""
_OF_ALL = {"year_budget", STAGE_ROW}


@dataclass(frozen=True, eq=False, repr=False)
class InUse:
    """A row of C14: the pupils at a provision in a year, at most so many where it is in use."""

    row: int
    year: int
    provision: int
    column: int


@dataclass(eq=False, repr=False)
class Merged:
    """The models of the years with what ties them together; spells are no part of it.

    Parameters
    ----------
    case
        The questions.
    models
        The model of each year by itself.
    own
        The rows and columns that no year has by itself. Its columns stand behind those of the years, its rows too.
    y
        The column of being open, by year and provision; NONE = not decided.
    cost
        What each column costs, all years together.
    fixed_gbp
        Capital that is paid whatever is decided, where capital counts.
    in_use
        Rows of C14.
    """

    case: YearsCase
    models: Sequence[Model]
    own: Program = field(default_factory=Program)
    y: Whole = field(default_factory=lambda: np.empty((0, 0), dtype=np.int64))
    cost: Real = field(default_factory=lambda: np.empty(0))
    fixed_gbp: float = 0.0
    in_use: list[InUse] = field(default_factory=list)
    _entry: list[tuple[Whole, Whole, Real]] = field(default_factory=list)
    _pairs: list[tuple[int, int, Real]] = field(default_factory=list)

    @cached_property
    def _first_row(self) -> Whole:
        return np.cumsum([0, *(len(model.program.limit) for model in self.models)])

    @cached_property
    def _first_column(self) -> Whole:
        return np.cumsum([0, *(model.program.number_of_columns for model in self.models)])

    def rows_of(self, number: int) -> slice:
        """Return where the rows of a year's model are."""
        return slice(int(self._first_row[number]), int(self._first_row[number + 1]))

    @property
    def sense(self) -> Whole:
        """The sign that the multiplier of each row may have; 0 = any."""
        return np.concatenate([*(model.program.sense for model in self.models), self.own.sense])

    @property
    def limit(self) -> Real:
        """The right-hand side of each row."""
        return np.concatenate([*(model.program.limit for model in self.models), self.own.limit])

    @property
    def bounds(self) -> tuple[Real, Real]:
        """The least and the most of each column."""
        each = [*(model.program.bounds for model in self.models), self.own.bounds]
        return np.concatenate([one[0] for one in each]), np.concatenate([one[1] for one in each])

    @property
    def stage_row(self) -> int:
        """Where the row is that limits the pupil-years without a place."""
        at = self.row(STAGE_ROW)
        assert at is not None  # noqa: S101 - every model has it
        return at

    def row(self, name: str) -> int | None:
        """Return where the row of a name is; None = there is none."""
        at = self._of_own(self.own.row(name), name)
        if at is not None:
            return int(self._first_row[-1]) + at
        number, alone = self._of_year(name)
        at = None if number is None or alone == STAGE_ROW else self.models[number].program.row(alone)
        return None if at is None or number is None else int(self._first_row[number]) + at

    def column(self, name: str) -> int | None:
        """Return where the column of a name is; None = there is none."""
        at = self._of_own(self.own.column(name), name)
        if at is not None:
            return int(self._first_column[-1]) + at
        number, alone = self._of_year(name)
        at = None if number is None else self.models[number].program.column(alone)
        return None if at is None or number is None else int(self._first_column[number]) + at

    @staticmethod
    def _of_own(at: int | None, name: str) -> int | None:
        return at if read_name(name)[0] in _OF_YEARS | _OF_ALL else None

    def _of_year(self, name: str) -> tuple[int | None, str]:
        """Return the number of the year of a name, from 0, and the name without it."""
        word, key = read_name(name)
        if not key or word in _OF_YEARS or not 1 <= key[-1] <= len(self.models):
            return None, name
        return key[-1] - 1, "_".join([word, *map(str, key[:-1])])

    def taken(self, multiplier: Real) -> Real:
        """Return for each column the multipliers of its rows times what stands there; without C14's M."""
        parts = [model.program.taken(multiplier[self.rows_of(t)]) for t, model in enumerate(self.models)]
        total = np.concatenate([*parts, np.zeros(self.own.number_of_columns)])
        for row, column, value in self._entry:
            total += np.bincount(column, weights=multiplier[row] * value, minlength=len(total))
        return total

    def of_pairs(self, number: int, multiplier: Real) -> Real:
        """Return for each pair of a year the multipliers of the rows of years that it stands in, times what stands."""
        total = np.zeros(len(self.models[number].movers.provision))
        for row, at, amounts in self._pairs:
            if at == number and multiplier[row]:
                total += multiplier[row] * amounts
        for one in self.in_use:
            if one.year == number and multiplier[one.row]:
                total[self.models[number].movers.provision == one.provision] += multiplier[one.row]
        return total

    # -- building ----------------------------------------------------------------------------------------------------

    def add_rows(self, word: str, keys: "list[tuple[int, ...]]", sense: int, limit: "list[float]") -> Whole:
        """Add rows of several years, and return where they are."""
        width = len(keys[0]) if keys else 0
        at = self.own.add_rows(word, np.array(keys, dtype=np.int64).reshape(len(keys), width), sense, limit)
        return at + int(self._first_row[-1])

    def put(self, row: int, column: int, value: float) -> None:
        """Let a column stand in a row; a column of NONE is left out."""
        if column != NONE and value:
            self._entry.append((np.array([row]), np.array([column]), np.array([value], dtype=float)))

    def put_pairs(self, row: int, number: int, amounts: Real) -> None:
        """Let the pairs of a year stand in a row."""
        self._pairs.append((row, number, amounts))

    def columns_of(self, number: int, word: str) -> tuple[Whole, Whole]:
        """Return where the columns of a word are in a year, and their numbers without the year."""
        names = self.models[number].program.columns[word]
        first = names.first + int(self._first_column[number])
        return np.arange(first, first + len(names.keys)), names.keys[:, 0]


def merge(case: YearsCase, models: Sequence[Model]) -> Merged:
    """State the rows and columns of several years.

    Parameters
    ----------
    case
        The questions.
    models
        The model of each year by itself.
    """
    merged = Merged(case, models)
    provisions = len(case.provision_ids)
    merged.y = np.full((len(models), provisions), NONE, dtype=np.int64)
    for number in range(len(models)):
        at, p = merged.columns_of(number, "y")
        merged.y[number, p] = at
    built = _built_columns(merged)
    _once(merged)
    _in_use(merged)
    _classes(merged, built)
    _filling(merged)
    terms, committed = _capital(merged, built)
    _budgets(merged, terms, committed)
    left = case.plan.unplaced_pupil_years - sum(model.without_pair for model in models)
    merged.own.add_rows(STAGE_ROW, np.empty((1, 0), dtype=np.int64), MOST, [left])
    merged.cost, merged.fixed_gbp = _cost(merged, terms, committed)
    return merged


def _once(merged: Merged) -> None:
    """C13: sites open and close once."""
    ahead, y = merged.case.ahead, merged.y
    status = ahead.problem.provisions["status"].tolist()
    last = ahead.spans["last"].tolist()
    rows: dict[str, list[tuple[int, int]]] = {"opens": [], "closes": [], "settled": []}
    for p, of_site in enumerate(status):
        if of_site in {"candidate", "closable"}:
            for number in range(1, len(merged.models)):
                if y[number, p] != NONE and y[number - 1, p] != NONE:
                    word = "opens" if of_site == "candidate" else "closes"
                    rows["settled" if ahead.years[number] > last[p] else word].append((p, number))
    for (word, keys), sense in zip(rows.items(), (LEAST, MOST, EXACTLY), strict=True):
        at = merged.add_rows(word, [(p, number + 1) for p, number in keys], sense, [0.0] * len(keys))
        for row, (p, number) in zip(at.tolist(), keys, strict=True):
            merged.put(row, int(y[number, p]), 1.0)
            merged.put(row, int(y[number - 1, p]), -1.0)


def _in_use(merged: Merged) -> None:
    """C14: sites that may be in use in one year and not in the next."""
    decided = merged.case.ahead.problem.provisions["status"].isin(["candidate", "closable"]).to_numpy(dtype=bool)
    keys = [
        (p, t) for t, p in zip(*(at.tolist() for at in np.nonzero(merged.y != NONE)), strict=True) if not decided[p]
    ]
    at = merged.add_rows("in_use", [(p, t + 1) for p, t in keys], MOST, [0.0] * len(keys))
    merged.in_use = [InUse(row, t, p, int(merged.y[t, p])) for row, (p, t) in zip(at.tolist(), keys, strict=True)]


def _built_columns(merged: Merged) -> Whole:
    """C15: the columns b of classes built so far, by year and provision; NONE = none."""
    provisions = merged.case.ahead.problem.provisions
    has_capital = (provisions["class_capital_gbp"] > 0).to_numpy(dtype=bool)
    in_use = np.array([_may_add(model) for model in merged.models])
    there = np.logical_or.accumulate(in_use, axis=0) & has_capital
    number, p = np.nonzero(there)
    most = provisions["max_classes"].to_numpy(dtype=float)[p]
    first = int(merged._first_column[-1])
    columns = merged.own.add_columns("b", np.column_stack([p, number + 1]), 0, most, 0)
    built = np.full(there.shape, NONE, dtype=np.int64)
    built[number, p] = columns + first
    return built


def _may_add(model: Model) -> Truth:
    """Return for each provision whether it may have added classes: not where it is closed or nobody can be."""
    cell = model.question.of_provisions
    somebody = model.kept.is_kept.copy()
    somebody[model.movers.provision] = True
    return np.asarray(somebody & (cell("status") != "closed") & (cell("max_classes") > 0))


def _classes(merged: Merged, built: Whole) -> None:
    """C15: classes are built once."""
    keys = [(int(p), int(t)) for t, p in zip(*np.nonzero(built != NONE), strict=True)]
    rows = merged.add_rows("built", [(p, t + 1) for p, t in keys], LEAST, [0.0] * len(keys))
    for row, (p, t) in zip(rows.tolist(), keys, strict=True):
        at, of = merged.columns_of(t, "c")
        merged.put(row, int(built[t, p]), 1.0)
        merged.put(row, int(at[of == p][0]), -1.0)
    later = [(p, t) for p, t in keys if t and built[t - 1, p] != NONE]
    rows = merged.add_rows("kept", [(p, t + 1) for p, t in later], LEAST, [0.0] * len(later))
    for row, (p, t) in zip(rows.tolist(), later, strict=True):
        merged.put(row, int(built[t, p]), 1.0)
        merged.put(row, int(built[t - 1, p]), -1.0)


def _filled(merged: Merged, number: int) -> list[tuple[int, int, float]]:
    """Return for candidates that fill up: provision, column of being open, by how many places more than the year's."""
    case, found = merged.case, []
    provisions = case.ahead.problem.provisions
    for p, steps in case.ahead.steps.items():
        if provisions["status"].iloc[p] != "candidate" or merged.y[number, p] == NONE:
            continue
        of_year = float(merged.models[number].question.of_provisions("places")[p])
        found.append((p, int(merged.y[number, p]), -of_year))
        places = [0, *steps["places"].tolist(), int(provisions["places"].iloc[p])]
        for age, more in enumerate(np.diff(places).tolist()):
            if age <= number and merged.y[number - age, p] != NONE:
                found.append((p, int(merged.y[number - age, p]), float(more)))
    return found


def _filling(merged: Merged) -> None:
    """C17: the places of new provisions that fill up."""
    for number in range(len(merged.models)):
        for p, column, more in _filled(merged, number):
            row = merged.row(f"places_{p}_{number + 1}")
            assert row is not None  # noqa: S101 - every provision has one
            merged.put(row, column, -more)


def _capital(merged: Merged, built: Whole) -> tuple[list[list[tuple[int, int, float]]], list[list[tuple[int, float]]]]:
    """Return for each year what is paid once: provision, column and £; and provision and £ of what is committed."""
    ahead, years = merged.case.ahead, len(merged.models)
    provisions = ahead.problem.provisions
    given = set(ahead.problem.table("site_years").dropna(subset="first_year")["provision_id"])
    terms: list[list[tuple[int, int, float]]] = [[] for _ in range(years)]
    committed: list[list[tuple[int, float]]] = [[] for _ in range(years)]
    for p, (name, status) in enumerate(zip(provisions["provision_id"], provisions["status"], strict=True)):
        first, lead = int(ahead.spans["first"].iloc[p]) - ahead.years[0], int(ahead.spans["lead"].iloc[p])
        gbp, each = float(provisions["capital_gbp"].iloc[p]), float(provisions["class_capital_gbp"].iloc[p])
        if status == "open" and name in given and first - lead >= 0:
            committed[first - lead].append((p, gbp * float(ahead.price[first - lead])))
        for number in range(years):
            price = float(ahead.price[number])
            if status == "candidate" and number + lead < years:
                terms[number] += _step(p, merged.y[:, p], number + lead, gbp * price)
            terms[number] += _step(p, built[:, p], number, each * price)
    return terms, committed


def _step(p: int, column: Whole, number: int, gbp: float) -> list[tuple[int, int, float]]:
    """Return what a step up from the year before costs."""
    before = int(column[number - 1]) if number else NONE
    return [(p, at, cost) for at, cost in ((int(column[number]), gbp), (before, -gbp)) if at != NONE and cost]


def _cost(
    merged: Merged, terms: list[list[tuple[int, int, float]]], committed: list[list[tuple[int, float]]]
) -> tuple[Real, float]:
    """Return what each column costs, and what is paid whatever is decided."""
    ahead, factor = merged.case.ahead, worth(merged.case)
    parts = [model.program.cost * factor[t] for t, model in enumerate(merged.models)]
    cost = np.concatenate([*parts, np.zeros(merged.own.number_of_columns)])
    for number, model in enumerate(merged.models):
        each = site_money(model.question).each_place
        for p, column, more in _filled(merged, number):
            cost[column] += factor[number] * each[p] * more
    fixed_gbp = 0.0
    if ahead.rules.count_capital:
        for number, discount in enumerate(ahead.discount.tolist()):
            for _, column, gbp in terms[number]:
                cost[column] += discount * gbp
            fixed_gbp += discount * sum(gbp for _, gbp in committed[number])
    return cost, fixed_gbp


def _budgets(
    merged: Merged, terms: list[list[tuple[int, int, float]]], committed: list[list[tuple[int, float]]]
) -> None:
    """C16: budgets of each year and of several."""
    ahead = merged.case.ahead
    for word, table in (
        ("budget", ahead.problem.table("budgets")),
        ("year_budget", ahead.problem.table("year_budgets")),
    ):
        keys, limits, parts = [], [], []
        for place, (_, budget) in enumerate(table.iterrows()):
            for key, weights, share in _binding(merged, word, place, budget):
                spent = [_spent(merged, t, budget, terms, committed) for t in weights]
                parts.append([(t, w, one) for (t, w), one in zip(weights.items(), spent, strict=True)])
                limits.append(float(budget["limit_gbp"]) * share - sum(w * one[2] for _, w, one in parts[-1]))
                keys.append(key)
        for row, part in zip(merged.add_rows(word, keys, MOST, limits).tolist(), parts, strict=True):
            for number, weight, (of_pairs, of_columns, _) in part:
                if of_pairs is not None:
                    merged.put_pairs(row, number, weight * of_pairs)
                for column, gbp in of_columns:
                    merged.put(row, column, weight * gbp)


def _binding(
    merged: Merged, word: str, place: int, budget: "pd.Series[Any]"
) -> list[tuple[tuple[int, ...], dict[int, float], float]]:
    """Return the rows of a budget: its numbers, the weight of each year, and the part of its limit."""
    if word == "year_budget":
        return [((place,), weights_of(budget, merged.case.years), 1.0)]
    shares = merged.case.ahead.table["share"].tolist()
    is_capital = budget["type"] == CAPITAL
    return [((place, t + 1), {t: 1.0}, 1.0 if is_capital else float(share)) for t, share in enumerate(shares)]


def _spent(
    merged: Merged,
    number: int,
    budget: "pd.Series[Any]",
    terms: list[list[tuple[int, int, float]]],
    committed: list[list[tuple[int, float]]],
) -> tuple[Real | None, list[tuple[int, float]], float]:
    """Return what a budget counts in a year: of pairs, of columns, and of what no decision changes."""
    model, kind = merged.models[number], str(budget["type"])
    locality, payer = (None if pd.isna(budget[name]) else str(budget[name]) for name in ("locality", "payer"))
    question = model.question
    if kind == CAPITAL:
        here = of_locality(question, locality)
        decided = [(column, gbp) for p, column, gbp in terms[number] if here[p]]
        return None, decided, float(sum(gbp for p, gbp in committed[number] if here[p]))
    home = question.of_pupils("locality")
    is_home = np.full(len(home), True) if locality is None else np.asarray(home == locality, dtype=bool)
    movers, kept, factor = model.movers, model.kept, float(merged.case.ahead.factor[number])
    lines = movers.lines_of(slice(0, len(movers.pupil)), slice(0, len(movers.provision)))
    prices = merged.case.cases[number].prices
    of_pairs = paid(prices, lines, priced(prices, lines), kind, payer) * is_home[lines.pupil]
    of_kept = paid(prices, kept.lines, kept.amounts, kind, payer) * kept.count * is_home[kept.lines.pupil]
    if kind == "transport":
        return factor * of_pairs, [], factor * float(of_kept.sum())
    sites = site_money(question, locality, payer)
    columns = [(column, factor * gbp) for column, gbp in _of_sites(merged, number, sites)]
    return factor * of_pairs, columns, factor * float(of_kept.sum() + sites.commissioned.sum())


def _of_sites(merged: Merged, number: int, money: SiteMoney) -> list[tuple[int, float]]:
    """Return what the columns of sites cost in a year, of what a budget counts."""
    found = []
    for word, each in (("o", money.over), ("c", money.added), ("y", money.opened)):
        at, p = merged.columns_of(number, word)
        found += list(zip(at.tolist(), each[p].tolist(), strict=True))
    costs, first = merged.models[number].program.cost, int(merged._first_column[number])
    for word, share in (("l", money.travel), ("k", money.team)):
        at, hub = merged.columns_of(number, word)
        found += list(zip(at.tolist(), (costs[at - first] * share[hub]).tolist(), strict=True))
    found += [(column, float(money.each_place[p]) * more) for p, column, more in _filled(merged, number)]
    return [(column, gbp) for column, gbp in found if gbp]
