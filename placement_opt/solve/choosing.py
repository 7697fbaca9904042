"""Sets chosen so that everybody is in exactly one, at least cost: the exact step of route planning.

The LP over all sets gives prices; sets that by these prices cannot be part of anything better than what is known are
left out; PuLP and HiGHS choose among the rest in whole numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import pulp

from placement_opt.errors import NoPlanError, SolverError, Status
from placement_opt.facts import Floats, Ints
from placement_opt.solve.highs import must_be_whole, run_highs, solve_lp

MOST_IN_MODEL = 12_000
"""Sets handed to the MIP at most: those with the least reduced cost."""
ROUNDING_GBP = 1e-4


@dataclass(frozen=True, eq=False)
class Sets:
    """Sets to choose from.

    Parameters
    ----------
    members
        Who is in each set: positions from 0.
    cost_gbp
        Of each set.
    kind
        Of each set: a position in `available`.
    available
        How many sets of each kind may be chosen at most; infinite = any number.
    weight
        What one who is in no chosen set counts: pupils.
    """

    members: Sequence[tuple[int, ...]]
    cost_gbp: Floats
    kind: Ints
    available: Floats
    weight: Ints


@dataclass(frozen=True, eq=False)
class Choice:
    """Chosen sets.

    Parameters
    ----------
    chosen
        Positions of the sets, ascending.
    without
        Who is in none of them.
    bound_gbp
        No choice among all sets, with as few left out, costs less.
    prices_gbp
        Of being in a set, for each member, and of each kind that is short (0 or below), by the LP.
    is_optimal
        Nothing among the sets is better.
    """

    chosen: tuple[int, ...]
    without: tuple[int, ...]
    bound_gbp: float
    prices_gbp: Floats
    kind_prices_gbp: Floats
    is_optimal: bool


def choose_sets(sets: Sets, *, known: Sequence[int] = (), time_limit_s: float | None = None) -> Choice:
    """Choose sets: first so that as little weight as possible is left out, then at the least cost.

    Parameters
    ----------
    sets
        What there is to choose from.
    known
        A choice that keeps to the rules and leaves nobody out, to begin with; none = not known.
    time_limit_s
        For the MIP; None = no limit.
    """
    everybody = _Lp(sets)
    found = everybody.solve()
    if found is not None:
        choice = _in_whole_numbers(sets, found, known, time_limit_s, left_out=0)
        if choice is not None:
            return choice
    least = _least_left_out(sets, time_limit_s)
    priced = _Lp(sets, left_out=least).solve()
    if priced is None:
        raise SolverError("The LP has no solution though a choice is known.")
    choice = _in_whole_numbers(sets, priced, (), time_limit_s, left_out=least)
    if choice is None:
        raise NoPlanError(Status.NO_SOLUTION)
    return choice


@dataclass(frozen=True, eq=False)
class _Priced:
    value_gbp: float
    reduced_gbp: Floats
    prices_gbp: Floats
    kind_prices_gbp: Floats


class _Lp:
    """The LP over all sets, as arrays; with `left_out`, that much weight may be in no set."""

    def __init__(self, sets: Sets, *, left_out: int | None = None) -> None:
        self._sets = sets
        people, kinds, number = len(sets.weight), len(sets.available), len(sets.members)
        lengths = np.fromiter((len(members) for members in sets.members), dtype=np.int64, count=number)
        flat = np.fromiter((at for members in sets.members for at in members), dtype=np.int64, count=lengths.sum())
        extra = people if left_out is not None else 0
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = number + extra, people + kinds + (1 if extra else 0)
        lp.col_cost_ = np.concatenate([sets.cost_gbp, np.zeros(extra)])
        lp.col_lower_, lp.col_upper_ = np.zeros(number + extra), np.full(number + extra, np.inf)
        lp.row_lower_ = np.concatenate([np.ones(people), np.full(kinds + bool(extra), -np.inf)])
        lp.row_upper_ = np.concatenate([np.ones(people), sets.available, [left_out] if left_out is not None else []])
        starts = np.concatenate([[0], np.cumsum(lengths + 1)])
        index = np.insert(flat, np.cumsum(lengths), people + sets.kind)
        value = np.ones(len(index))
        if extra:
            at = np.arange(people)
            index = np.concatenate([index, np.column_stack([at, np.full(people, people + kinds)]).ravel()])
            value = np.concatenate([value, np.column_stack([np.ones(people), sets.weight]).ravel()])
            starts = np.concatenate([starts, starts[-1] + 2 * np.arange(1, people + 1)])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = starts.astype(np.int32)
        lp.a_matrix_.index_ = index.astype(np.int32)
        lp.a_matrix_.value_ = value
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("threads", 1)
        self._highs.passModel(lp)

    def solve(self) -> _Priced | None:
        """Return value and prices; None where not everybody can be in a set."""
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            solve_lp(self._highs)
        solution = self._highs.getSolution()
        people, kinds = len(self._sets.weight), len(self._sets.available)
        duals = np.array(solution.row_dual)
        reduced = np.array(solution.col_dual)[: len(self._sets.members)]
        value = float(self._highs.getInfo().objective_function_value)
        must_be_whole(self._highs, value, np.array(solution.col_value), duals)
        return _Priced(value, reduced, duals[:people], duals[people : people + kinds])


def _in_whole_numbers(
    sets: Sets, priced: _Priced, known: Sequence[int], time_limit_s: float | None, *, left_out: int
) -> Choice | None:
    known_gbp = float(sets.cost_gbp[list(known)].sum()) if known else np.inf
    room = known_gbp - priced.value_gbp + ROUNDING_GBP
    near = np.flatnonzero(priced.reduced_gbp <= room)
    order = near[np.argsort(priced.reduced_gbp[near], kind="stable")]
    kept = np.unique(np.concatenate([order[:MOST_IN_MODEL], np.array(known, dtype=np.int64)])).astype(np.int64)
    beyond = float(priced.reduced_gbp[order[MOST_IN_MODEL]]) if len(order) > MOST_IN_MODEL else np.inf
    problem, columns, out = _model(sets, kept, left_out)
    if known:
        first = set(known)
        for column, at in zip(columns, kept, strict=True):
            column.setInitialValue(float(at in first))
    run = run_highs(problem, gap=0, time_limit_s=time_limit_s, options={"threads": 1}, start=bool(known))
    if not run.has_solution:
        return _known(sets, priced, known) if known else None
    chosen = tuple(int(at) for at, column in zip(kept, columns, strict=True) if column.varValue > 0.5)
    without = tuple(at for at, column in enumerate(out) if column.varValue > 0.5)
    value = float(sets.cost_gbp[list(chosen)].sum())
    bound = min(run.bound, priced.value_gbp + beyond, value)
    is_optimal = run.status is Status.OPTIMAL and value <= bound + ROUNDING_GBP
    return Choice(chosen, without, bound, priced.prices_gbp, priced.kind_prices_gbp, is_optimal)


def _known(sets: Sets, priced: _Priced, known: Sequence[int]) -> Choice:
    value = float(sets.cost_gbp[list(known)].sum())
    bound = min(value, priced.value_gbp)
    return Choice(tuple(known), (), bound, priced.prices_gbp, priced.kind_prices_gbp, is_optimal=False)


def _model(
    sets: Sets, kept: Ints, left_out: int | None
) -> tuple[pulp.LpProblem, list[pulp.LpVariable], list[pulp.LpVariable]]:
    """Return the MIP over some sets; `left_out` None: nobody's cost counts, only the weight left out."""
    problem = pulp.LpProblem("sets", pulp.LpMinimize)
    columns = [problem.add_variable(f"x{at}", 0, 1, pulp.LpInteger) for at in kept]
    out: list[pulp.LpVariable] = []
    if left_out is None or left_out > 0:
        out = [problem.add_variable(f"u{at}", 0, 1, pulp.LpInteger) for at in range(len(sets.weight))]
    of_member: list[list[pulp.LpVariable]] = [[] for _ in sets.weight]
    of_kind: list[list[pulp.LpVariable]] = [[] for _ in sets.available]
    for at, column in zip(kept, columns, strict=True):
        of_kind[sets.kind[at]].append(column)
        for member in sets.members[at]:
            of_member[member].append(column)
    weighed = pulp.LpAffineExpression(dict(zip(out, sets.weight.tolist(), strict=True))) if out else None
    cost = pulp.LpAffineExpression(dict(zip(columns, sets.cost_gbp[kept].tolist(), strict=True)))
    problem += weighed if left_out is None else cost
    for at, found in enumerate(of_member):
        problem += pulp.LpAffineExpression(dict.fromkeys(found + out[at : at + 1], 1)) == 1, f"once{at}"
    for kind, found in enumerate(of_kind):
        if found and np.isfinite(sets.available[kind]):
            problem += pulp.LpAffineExpression(dict.fromkeys(found, 1)) <= int(sets.available[kind]), f"kind{kind}"
    if weighed is not None and left_out is not None:
        problem += weighed <= left_out, "left_out"
    return problem, columns, out


def _least_left_out(sets: Sets, time_limit_s: float | None) -> int:
    problem, _, out = _model(sets, np.arange(len(sets.members)), None)
    run = run_highs(problem, gap=0, time_limit_s=time_limit_s, options={"threads": 1})
    if not run.has_solution:
        raise NoPlanError(Status.NO_SOLUTION)
    return int(sum(weight for weight, column in zip(sets.weight, out, strict=True) if column.varValue > 0.5))
