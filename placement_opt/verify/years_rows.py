"""The rows that tie several years together, stated again from docs/planning_ahead.md, section 6."""

from collections.abc import Sequence

import numpy as np

from placement_opt.verify.bounds import STAGE_ROW, Model
from placement_opt.verify.program import EXACTLY, LEAST, MOST, NONE
from placement_opt.verify.question import Truth, Whole
from placement_opt.verify.years_case import YearsCase
from placement_opt.verify.years_merged import InUse, Merged
from placement_opt.verify.years_row_money import add_budgets, capital_terms, cost_of, filled


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
    capital = capital_terms(merged, built)
    add_budgets(merged, capital)
    left = case.plan.unplaced_pupil_years - sum(model.without_pair for model in models)
    merged.own.add_rows(STAGE_ROW, np.empty((1, 0), dtype=np.int64), MOST, [left])
    merged.cost, merged.fixed_gbp = cost_of(merged, capital)
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
                if merged.case.is_decided[number - 1 : number + 1, p].all():
                    word = "opens" if of_site == "candidate" else "closes"
                    rows["settled" if ahead.years[number] > last[p] else word].append((p, number))
    for (word, keys), sense in zip(rows.items(), (LEAST, MOST, EXACTLY), strict=True):
        at = merged.add_rows(word, [(p, number + 1) for p, number in keys], sense, [0.0] * len(keys))
        for row, (p, number) in zip(at.tolist(), keys, strict=True):
            merged.put(row, int(y[number, p]), 1.0)
            merged.put(row, int(y[number - 1, p]), -1.0)


def _in_use(merged: Merged) -> None:
    """C14: sites that may be in use in one year and not in the next."""
    there = (merged.y != NONE) & ~merged.case.is_decided
    keys = [(p, t) for t, p in zip(*(at.tolist() for at in np.nonzero(there)), strict=True)]
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
    first = int(merged.first_column[-1])
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


def _filling(merged: Merged) -> None:
    """C17: the places of new provisions that fill up."""
    for number in range(len(merged.models)):
        for p, column, more in filled(merged, number):
            row = merged.row(f"places_{p}_{number + 1}")
            assert row is not None  # noqa: S101 - every provision has one
            merged.put(row, column, -more)
