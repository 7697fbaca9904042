"""An LP that HiGHS does not finish is begun afresh once, and never taken for solved."""

import highspy
import pytest

from placement_opt.solve.highs import solve_lp

STATUS = highspy.HighsModelStatus


class Solver:
    """Ends each run with the next status of a list."""

    def __init__(self, *ends: highspy.HighsModelStatus) -> None:
        self.ends, self.status, self.cleared = list(ends), STATUS.kNotset, 0

    def run(self) -> None:
        self.status = self.ends.pop(0)

    def clearSolver(self) -> None:  # noqa: N802 - the name is HiGHS's
        self.cleared += 1

    def getModelStatus(self) -> highspy.HighsModelStatus:  # noqa: N802
        return self.status

    def modelStatusToString(self, status: highspy.HighsModelStatus) -> str:  # noqa: N802
        return str(status)


def test_an_lp_that_is_solved_keeps_what_the_solver_remembers() -> None:
    solver = Solver(STATUS.kOptimal)
    solve_lp(solver)
    assert (solver.cleared, solver.ends) == (0, [])


def test_an_lp_that_the_solver_loses_is_begun_afresh() -> None:
    solver = Solver(STATUS.kNotset, STATUS.kOptimal)
    solve_lp(solver)
    assert (solver.cleared, solver.ends) == (1, [])


def test_an_lp_that_stays_lost_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="ended the LP"):
        solve_lp(Solver(STATUS.kNotset, STATUS.kUnknown))
