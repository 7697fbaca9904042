"""The model that the verification states again, handed to a solver: what its rows say can be held against the truth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from placement_opt.verify.bounds import Model, Objective, Reducer, cost_objective, model_of
from placement_opt.verify.eligibility import eligibility_of
from placement_opt.verify.kept import kept_of
from placement_opt.verify.links import links_of
from placement_opt.verify.model_rows import Draft
from placement_opt.verify.movers import movers_of
from placement_opt.verify.pair_costs import prices_of
from placement_opt.verify.question import ask

WHOLE = {"m", "y", "l", "k", "c", "t"}


@dataclass(frozen=True)
class Solved:
    """An optimal solution: its value, and the multipliers of the rows by name; None = there is no plan."""

    value: float | None
    multipliers: Mapping[str, float]


def stated(problem: Problem, travel: TravelMatrix, policy: Policy, unplaced: int = 0) -> Model:
    """Return the model of a question, of whose pupils a plan leaves so many without a place."""
    question = ask(problem, travel, policy)
    links = links_of(question)
    eligibility = eligibility_of(question, links)
    prices = prices_of(question, eligibility.free)
    kept, movers = kept_of(question, eligibility, prices), movers_of(question, eligibility, prices)
    return model_of(Draft(question, links, eligibility, prices, kept, movers), unplaced)


def bound(model: Model, multipliers: Mapping[str, float], objective: Objective | None = None, **boxes: Any) -> float:
    """Return L of named multipliers, with other bounds of some columns."""
    given, wrong = model.multipliers(multipliers, has_stage_row=True)
    assert wrong == []
    least, most = boxes.get("bounds") or model.program.bounds
    return model.bound(given, objective or cost_objective(model, None), least, most)


def names(model: Model) -> list[str]:
    """Return the names of the rows but those of pupils, in their order."""
    return ["_".join(map(str, [word, *key])) for word, rows in model.program.rows.items() for key in rows.keys.tolist()]


def pair_entries(model: Model) -> np.ndarray:
    """Return what stands in each row (but those of pupils) for each pair."""
    shut = np.zeros(len(model.is_decided), dtype=bool)
    everybody, pairs = slice(0, len(model.movers.pupil)), slice(0, len(model.movers.provision))
    rows = np.eye(len(model.program.limit))
    return np.array([-Reducer(model, row, shut).reduced(everybody, pairs, None) for row in rows]).reshape(len(rows), -1)


def entries(model: Model) -> np.ndarray:
    """Return what stands in each row for each column of the program."""
    return np.array([model.program.taken(row) for row in np.eye(len(model.program.limit))])


def solved(model: Model, objective: Objective, *, whole: bool, stage_row: bool = True) -> Solved:
    """Return the least objective of the stated model, in whole numbers or not."""
    program, movers = model.program, model.movers
    pupils, pairs = len(movers.pupil), len(movers.provision)
    who = np.repeat(np.arange(pupils), np.diff(movers.start))
    count = model.count
    has_unplaced = model.question.must[movers.pupil] < 0
    least, most = program.bounds
    cost = np.concatenate(
        [
            np.zeros(pairs) if objective.pairs is None else objective.pairs,
            np.full(pupils, objective.unplaced),
            objective.sites * program.cost,
        ]
    )
    upper = np.concatenate([count[who], np.where(has_unplaced, count, 0), most])
    lower = np.concatenate([np.zeros(pairs + pupils), least])
    stage = program.row("stage_unplaced")
    of_unplaced = np.zeros((len(program.limit), pupils))
    of_unplaced[stage] = 1 if stage_row else 0
    body = np.hstack([pair_entries(model), of_unplaced, entries(model)])
    ones = np.zeros((pupils, len(cost)))
    ones[who, np.arange(pairs)] = 1
    ones[np.arange(pupils), pairs + np.arange(pupils)] = 1
    y = program.columns["y"]
    at_y = {int(key[0]): pairs + pupils + y.first + at for at, key in enumerate(y.keys)}
    tight = []
    for pair in range(pairs):  # x <= n y
        if int(movers.provision[pair]) in at_y:
            row = np.zeros(len(cost))
            row[pair], row[at_y[int(movers.provision[pair])]] = 1, -count[who[pair]]
            tight.append(row)
    matrix = np.vstack([body, ones, *tight])
    infinite = highspy.kHighsInf
    limit = program.limit
    low = np.concatenate([np.where(program.sense >= 0, limit, -infinite), count, np.full(len(tight), -infinite)])
    high = np.concatenate([np.where(program.sense <= 0, limit, infinite), count, np.zeros(len(tight))])
    solver = highspy.Highs()
    solver.silent()
    for column, (price, small, large) in enumerate(zip(cost, lower, upper, strict=True)):
        solver.addCol(float(price), float(small), float(large), 0, np.empty(0, dtype=np.int32), np.empty(0))
        is_whole = column < pairs + pupils or _word(program, column - pairs - pupils) in WHOLE
        if whole and is_whole:
            solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    for row, small, large in zip(matrix, low, high, strict=True):
        at = np.flatnonzero(row).astype(np.int32)
        solver.addRow(float(small), float(large), len(at), at, row[at])
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return Solved(None, {})
    value = solver.getInfo().objective_function_value + objective.constant
    if whole:
        return Solved(value, {})
    duals = np.array(solver.getSolution().row_dual)[: len(limit) + pupils]
    labels = [*names(model), *(f"pupil_{number}" for number in movers.pupil)]
    sense = np.concatenate([program.sense, np.zeros(pupils)])
    return Solved(
        value, {name: float(dual) for name, dual, sign in zip(labels, duals, sense, strict=True) if sign * dual >= 0}
    )


def _word(program: Any, column: int) -> str:
    return next(word for word, some in program.columns.items() if some.first <= column < some.first + len(some.keys))
