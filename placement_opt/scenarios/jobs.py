"""Many solves through any executor: in order, failures as values, and nothing lost when a worker dies."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve import solve
from placement_opt.travel import TravelMatrix
from placement_opt.workers.tasks import Pool, Progress, Task, done_when_ready, failure_of

Solver = Callable[..., Any]
"""Called with problem and travel, and by name with policy and options; for processes, a function of a module."""


@dataclass(frozen=True, eq=False, repr=False)
class Job:
    """One solve.

    Parameters
    ----------
    name
        What it is called in tables and messages.
    problem, travel, policy, options
        What the solver is called with; None = its own default.
    solver
        What answers: `solve`, or anything that takes the same arguments, `plan_years` for one.
    """

    name: str
    problem: Problem
    travel: TravelMatrix
    policy: Policy | None = None
    options: SolveOptions | None = None
    solver: Solver = solve

    def __repr__(self) -> str:
        return f"Job({self.name})"


def solve_many(
    jobs: Iterable[Job],
    *,
    executor: Pool | None = None,
    at_once: int | None = None,
    progress: Progress | None = None,
) -> tuple[Any, ...]:
    """Solve many questions, and return their answers in the order of the jobs; see `solved_as_done`.

    Returns
    -------
    tuple
        For each job what its solver returned, or a `Failure`.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> jobs = [Job(moves, tiny(), crow_fly(tiny()), Policy(moves=moves)) for moves in ("due", "all")]
    >>> [round(plan.cost_gbp) for plan in solve_many(jobs)]
    [32035, 12000]
    """
    done = dict(solved_as_done(jobs, executor=executor, at_once=at_once, progress=progress))
    return tuple(done[place] for place in range(len(done)))


def solved_as_done(
    jobs: Iterable[Job],
    *,
    executor: Pool | None = None,
    at_once: int | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[int, Any]]:
    """Solve many questions, and yield each answer with the position of its job as soon as it is there.

    Parameters
    ----------
    jobs
        What to solve; they are taken one by one, as there is room for them.
    executor, at_once, progress
        As for `placement_opt.workers.tasks.done_when_ready`.

    Yields
    ------
    position, answer
        The answer is what the solver returned, or a `Failure`.

    Raises
    ------
    ValueError
        When `at_once` is no whole number from 1.
    """
    yield from done_when_ready(map(_task_of, jobs), executor=executor, at_once=at_once, progress=progress)


def run_job(job: Job) -> Any:
    """Return what the solver of a job returns, or a `Failure`."""
    try:
        return job.solver(job.problem, job.travel, policy=job.policy, options=job.options)
    except Exception as error:  # noqa: BLE001 - one question's fault must not cost the answers of the others
        return failure_of(job.name, error)


def _task_of(job: Job) -> Task:
    question = (job.name, job.problem, job.policy, job.options)
    return Task(job.name, partial(_solve_sent, solver=job.solver), question, job.travel)


def _solve_sent(question: tuple[str, Problem, Any, Any], travel: TravelMatrix, *, solver: Solver) -> Any:
    name, problem, policy, options = question
    return run_job(Job(name, problem, travel, policy, options, solver))
