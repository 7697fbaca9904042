"""HiGHS as it may be on a bad day: it fails, or says what is not so. Nothing that it says may become a wrong plan."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import highspy
import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Lie = Callable[["Answer"], None]
HONEST = highspy.Highs
"""As it is installed."""


class Answer:
    """What HiGHS said of one run, for a lie to change.

    Parameters
    ----------
    highs
        Holds the true answer.
    is_mip
        Whether some column has to be whole.
    """

    def __init__(self, highs: Any, *, is_mip: bool) -> None:
        solution, info = HONEST.getSolution(highs), HONEST.getInfo(highs)
        self.is_mip = is_mip
        self.status = HONEST.getModelStatus(highs)
        self.values = np.array(solution.col_value, dtype=np.float64)
        self.duals = np.array(solution.row_dual, dtype=np.float64)
        self.objective, self.bound = info.objective_function_value, info.mip_dual_bound
        self.has_solution = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        self.costs = np.array(HONEST.getLp(highs).col_cost_)
        self.offset = HONEST.getLp(highs).offset_

    def priced(self) -> None:
        """Let the objective be what the values cost, so that the lie hangs together."""
        self.objective = float(self.costs @ self.values) + self.offset


class _Info:
    def __init__(self, true: Any, answer: Answer) -> None:
        self._true, self._answer = true, answer

    def __getattr__(self, name: str) -> Any:
        if name == "objective_function_value":
            return self._answer.objective
        if name == "mip_dual_bound":
            return self._answer.bound
        if name == "primal_solution_status":
            kinds = highspy.SolutionStatus
            return kinds.kSolutionStatusFeasible if self._answer.has_solution else kinds.kSolutionStatusNone
        return getattr(self._true, name)


@contextmanager
def lying(lie: Lie) -> Iterator[list[bool]]:
    """Put a solver in the place of HiGHS whose every answer goes through `lie`; yield whether each was of a MIP."""
    told: list[bool] = []

    class Lying(HONEST):  # type: ignore[misc,valid-type]
        _answer: Answer | None = None

        def _lied(self) -> Any:
            if self._answer is None:
                kinds = HONEST.getLp(self).integrality_
                is_mip = any(kind == highspy.HighsVarType.kInteger for kind in kinds)
                answer = Answer(self, is_mip=is_mip)
                lie(answer)
                told.append(is_mip)
                self._answer = answer
            return self._answer

        def run(self) -> Any:
            self._answer = None
            ended = super().run()
            self._lied()
            return ended

        def solve(self) -> Any:
            self._answer = None
            ended = super().solve()
            self._lied()
            return ended

        def getModelStatus(self) -> Any:  # noqa: N802 - HiGHS's name
            return super().getModelStatus() if self._answer is None else self._answer.status

        def getInfo(self) -> Any:  # noqa: N802
            return super().getInfo() if self._answer is None else _Info(super().getInfo(), self._answer)

        def getSolution(self) -> Any:  # noqa: N802
            solution = super().getSolution()
            if self._answer is not None:
                solution.col_value = self._answer.values.tolist()
                solution.row_dual = self._answer.duals.tolist()
            return solution

    with patch.object(highspy, "Highs", Lying):
        yield told
