"""HiGHS behind PuLP: the model is handed over in one piece, and how the run ended is read from the solver itself.

This is the only module that knows a solver.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import current_thread, main_thread
from time import perf_counter
from typing import Any

import highspy
import numpy as np
import pulp

from placement_opt.errors import SolverError, Status
from placement_opt.facts import Floats

LONGEST_S = 1e7
NOT_WHOLE = 1e-4
"""HiGHS takes values for whole that are not by 1e-6, or by less where it is told so."""
NO_NUMBERS = "HiGHS gave an optimum without values, or with values that are no numbers."
OFF = 1e-5
"""A share of the objective by which the values of the columns may miss it: HiGHS scales a model and rounds."""
RAN_OUT = (
    highspy.HighsModelStatus.kTimeLimit,
    highspy.HighsModelStatus.kIterationLimit,
    highspy.HighsModelStatus.kInterrupt,
    highspy.HighsModelStatus.kSolutionLimit,
)
"""Ends that say nothing about whether there is a plan."""


@dataclass(frozen=True)
class Run:
    """How one run of the solver ended.

    Parameters
    ----------
    status
        `OPTIMAL` to the gap asked for, `FEASIBLE`, `INFEASIBLE` or `NO_SOLUTION`.
    value, bound
        Objective of the best solution and the proven bound, constants included; NaN where there is none.
    seconds
        Wall-clock time.
    is_interrupted
        Somebody pressed Ctrl-C.
    """

    status: Status
    value: float
    bound: float
    seconds: float
    is_interrupted: bool = False

    @property
    def has_solution(self) -> bool:
        """Whether the columns hold a solution."""
        return self.status in {Status.OPTIMAL, Status.FEASIBLE}


class FastHighs(pulp.HiGHS):  # type: ignore[misc]
    """PuLP's HiGHS with the whole model passed at once instead of row by row, the objective's constant included.

    Parameters
    ----------
    start
        Use the present values of the columns as a first solution.
    options
        As for `pulp.HiGHS`; an option that HiGHS does not know is an error.
    """

    def __init__(self, *, start: bool = False, **options: Any) -> None:
        super().__init__(msg=False, **options)
        self.start = start

    def buildSolverModel(self, lp: pulp.LpProblem) -> None:  # noqa: N802 - PuLP's name
        """Pass the problem to HiGHS as arrays."""
        columns, rows = lp.variables(), lp.constraints()
        for place, column in enumerate(columns):
            column.index = place
        for place, row in enumerate(rows):
            row.index = place
        _must_be_ok(lp.solverModel.passModel(_as_arrays(lp, columns, rows, integer=self.mip)), "passModel")
        if self.start:
            solution = highspy.HighsSolution()
            solution.col_value = [float(column.varValue or 0.0) for column in columns]
            lp.solverModel.setSolution(solution)

    def callSolver(self, lp: pulp.LpProblem) -> None:  # noqa: N802 - PuLP's name
        """Run the solver so that Ctrl-C ends it with the best that it has.

        Ctrl-C reaches the main thread only; what HiGHS does to hear it uses locks that all solvers share, so that two
        threads that heard would stop each other.
        """
        lp.solverModel.HandleKeyboardInterrupt = current_thread() is main_thread()
        lp.solverModel.solve()

    def findSolutionValues(self, lp: pulp.LpProblem) -> tuple[int, int]:  # noqa: N802 - PuLP's name
        """Read the values of the columns; PuLP knows no name for some ends, such as a limit of nodes."""
        try:
            found: tuple[int, int] = super().findSolutionValues(lp)
        except KeyError:  # raised when everything but the name of the end has been read
            if lp.solverModel.getModelStatus() not in RAN_OUT:
                raise
            return pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound
        return found

    def createAndConfigureSolver(self, lp: pulp.LpProblem) -> None:  # noqa: N802 - PuLP's name
        """Create the solver; refuse options that HiGHS does not know instead of ignoring them."""
        super().createAndConfigureSolver(lp)
        for name, value in self.optionsDict.items():
            _must_be_ok(lp.solverModel.setOptionValue(name, value), f"option {name}")


def run_highs(
    problem: pulp.LpProblem, *, gap: float, time_limit_s: float | None, options: Mapping[str, Any], start: bool = False
) -> Run:
    """Solve a PuLP problem with HiGHS.

    Parameters
    ----------
    problem
        Its columns hold the solution afterwards, where there is one.
    gap
        Relative gap at which to stop.
    time_limit_s
        Seconds; None = no limit.
    options
        Further options of HiGHS.
    start
        Use the present values of the columns as a first solution.

    Raises
    ------
    SolverError
        When HiGHS fails, refuses the model or an option, ends in a way that says nothing, or gives an answer that
        cannot be: values that are no numbers, are not whole where they have to be, or do not add up to the objective.
    """
    before = perf_counter()
    solver = FastHighs(
        gapRel=gap, timeLimit=LONGEST_S if time_limit_s is None else max(time_limit_s, 0.01), start=start, **options
    )
    try:
        problem.solve(solver)
        if problem.solverModel.getModelStatus() == highspy.HighsModelStatus.kNotset:
            # HiGHS keeps its threads for the process and refuses another number of them until they are given back.
            highspy.Highs.resetGlobalScheduler(True)
            problem.solve(solver)
    except SolverError:
        raise
    except (RuntimeError, IndexError, pulp.PulpError) as error:
        raise SolverError(f"HiGHS failed ({error}).") from error
    run = _read_run(problem, perf_counter() - before)
    if run.has_solution:
        _must_make_sense(problem, run)
    return run


def version() -> str:
    """Return the solver's name and version."""
    return f"HiGHS {highspy.Highs().version()}"  # type: ignore[no-untyped-call]


def _read_run(problem: pulp.LpProblem, seconds: float) -> Run:
    """Read the end of the run from HiGHS; PuLP's own status says optimal after a time limit."""
    model = problem.solverModel
    info, ended = model.getInfo(), model.getModelStatus()
    has_solution = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    is_mip = any(column.cat == pulp.LpInteger for column in problem.variables())
    if ended in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
        return Run(Status.INFEASIBLE, np.nan, np.nan, seconds)
    if ended == highspy.HighsModelStatus.kModelEmpty:
        constant = float(problem.objective.constant)
        return Run(Status.OPTIMAL, constant, constant, seconds)
    if not has_solution and ended not in RAN_OUT:
        raise SolverError(f"HiGHS ended with {model.modelStatusToString(ended)} and without a plan.")
    stopped = ended == highspy.HighsModelStatus.kInterrupt
    if not has_solution:
        return Run(Status.NO_SOLUTION, np.nan, np.nan, seconds, stopped)
    value = float(info.objective_function_value)
    bound = float(info.mip_dual_bound) if is_mip else value
    done = ended == highspy.HighsModelStatus.kOptimal
    return Run(Status.OPTIMAL if done else Status.FEASIBLE, value, min(bound, value), seconds, stopped)


def _as_arrays(
    problem: pulp.LpProblem, columns: list[pulp.LpVariable], rows: list[pulp.LpConstraint], *, integer: bool
) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(columns), len(rows)
    cost = np.zeros(len(columns))
    for column, coefficient in problem.objective.items():
        cost[column.index] = coefficient
    lp.col_cost_ = cost
    lp.offset_ = float(problem.objective.constant)
    lp.col_lower_ = np.array([-np.inf if c.lowBound is None else c.lowBound for c in columns], dtype=float)
    lp.col_upper_ = np.array([np.inf if c.upBound is None else c.upBound for c in columns], dtype=float)
    if integer:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[c.cat == pulp.LpInteger] for c in columns]
    lower, upper = zip(*[(row.getLb(), row.getUb()) for row in rows], strict=True) if rows else ((), ())
    lp.row_lower_ = np.array([-np.inf if value is None else value for value in lower], dtype=float)
    lp.row_upper_ = np.array([np.inf if value is None else value for value in upper], dtype=float)
    entries = [[(column.index, value) for column, value in row.items() if value != 0] for row in rows]
    lengths = np.array([len(row) for row in entries], dtype=np.int32)
    flat = [entry for row in entries for entry in row]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    lp.a_matrix_.index_ = np.array([index for index, _ in flat], dtype=np.int32)
    lp.a_matrix_.value_ = np.array([value for _, value in flat], dtype=float)
    return lp


def _must_be_ok(status: highspy.HighsStatus, what: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS refused {what}.")


def solve_lp(highs: Any) -> None:
    """Solve an LP that has an optimum.

    Parameters
    ----------
    highs
        HiGHS, holding the LP.

    Raises
    ------
    SolverError
        When HiGHS does not find it, not even without what it remembers of the LPs before.
    """
    try:
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            highs.clearSolver()
            highs.run()
    except RuntimeError as error:
        raise SolverError(f"HiGHS failed ({error}).") from error
    status = highs.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise SolverError(f"HiGHS ended the LP with {highs.modelStatusToString(status)}.")


def must_be_whole(highs: Any, value: float, columns: Floats, duals: Floats) -> None:
    """Refuse an optimum that lacks values or prices, or has some that are no numbers.

    Parameters
    ----------
    highs
        HiGHS, holding the LP.
    value, columns, duals
        The objective, the values of the columns and the prices of the rows.

    Raises
    ------
    SolverError
        When it is no answer to the LP.
    """
    is_whole = len(columns) == highs.getNumCol() and len(duals) == highs.getNumRow()
    if not (is_whole and np.isfinite(value) and np.isfinite(columns).all() and np.isfinite(duals).all()):
        raise SolverError(NO_NUMBERS)


def _must_make_sense(problem: pulp.LpProblem, run: Run) -> None:
    """Hold the values of the columns against the objective; whether they keep the rules, the plan's check says."""
    columns = problem.variables()
    values = np.array([np.nan if column.varValue is None else column.varValue for column in columns], dtype=np.float64)
    if np.isnan(run.bound):
        raise SolverError("HiGHS gave a bound that is no number.")
    if not (np.isfinite(run.value) and np.isfinite(values).all()):
        raise SolverError(NO_NUMBERS)
    is_whole = np.array([column.cat == pulp.LpInteger for column in columns], dtype=np.bool_)
    if (np.abs(values - np.rint(values))[is_whole] > NOT_WHOLE).any():
        raise SolverError("HiGHS gave parts of what comes in whole numbers only.")
    told = problem.objective.constant + sum(
        coefficient * column.varValue for column, coefficient in problem.objective.items()
    )
    if abs(told - run.value) > OFF * max(1.0, abs(run.value)):
        raise SolverError("HiGHS gave values that do not add up to its objective.")
