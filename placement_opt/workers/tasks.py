"""Tasks through any executor: in order, failures as values, and nothing lost when a worker dies."""

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from placement_opt.errors import InputError, NoPlanError, PlacementError
from placement_opt.given import is_whole
from placement_opt.workers.sending import packed, unpacked, unpacked_once

Pool = Executor | Callable[[], Executor]
"""An executor, or what makes one: then it is made anew when its workers die, and shut down at the end."""

Progress = Callable[[str], None]

AT_FAULT, FAILED, NOT_RUN = "input at fault", "failed", "not run"
"""What became of a job without a plan, besides `Status.INFEASIBLE` and `Status.NO_SOLUTION`."""


@dataclass(frozen=True)
class Failure:
    """A job without an answer.

    Parameters
    ----------
    name
        Of the job.
    status
        `infeasible` or `no solution` (see `Status`), `input at fault`, `failed` (an error of the library, the solver or
        the machine) or `not run`.
    reason
        Why, in words.
    """

    name: str
    status: str
    reason: str


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """Work for an executor.

    Parameters
    ----------
    name
        What it is called in messages.
    function
        Called with `own` and `shared`; for processes, a function of a module.
    own, shared
        What is the task's own, and what many tasks share: each worker unpacks it once.
    """

    name: str
    function: Callable[[Any, Any], Any]
    own: Any
    shared: Any

    def __repr__(self) -> str:
        return f"Task({self.name})"


def done_when_ready(
    tasks: Iterable[Task],
    *,
    executor: Pool | None = None,
    at_once: int | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[int, Any]]:
    """Do many tasks, and yield each answer with the position of its task as soon as it is there.

    Parameters
    ----------
    tasks
        What to do; they are taken one by one, as there is room for them.
    executor
        None = one after the other, here. A `concurrent.futures.Executor`: it is used and left open. Something that
        makes an executor, `ProcessPoolExecutor` itself for one: when its workers die, the tasks that were not finished
        are done again in a new one, each alone, so that the one that kills its worker is found and the others are not
        lost.
    at_once
        Most tasks that are with the executor at a time; None = twice the processors of this machine.
    progress
        Called with a line of text when a task is done.

    Yields
    ------
    position, answer
        The answer is what the task's function returned, or a `Failure`. An executor that breaks and cannot be made anew
        leaves the tasks that were not finished as failures `not run`.

    Raises
    ------
    ValueError
        When `at_once` is no whole number from 1.
    """
    most = 2 * (os.cpu_count() or 1) if at_once is None else at_once
    if not is_whole(most) or most < 1:
        raise ValueError(f"`at_once` is {at_once!r}; use a whole number from 1, or None.")
    started = perf_counter()
    numbered = _Numbered(tasks)
    answers = _here(numbered) if executor is None else _Line(numbered, executor, most).answers()
    for done, (place, answer) in enumerate(answers, start=1):
        if progress is not None:
            progress(f"{done:,} done, {numbered.names[place]}: {_status(answer)}, {perf_counter() - started:.1f} s")
        yield place, answer


def failure_of(name: str, error: BaseException) -> Failure:
    """Return the failure that an error means for a job."""
    if isinstance(error, NoPlanError):
        return Failure(name, str(error.status), str(error))
    if isinstance(error, InputError):
        return Failure(name, AT_FAULT, str(error))
    said = str(error) if isinstance(error, PlacementError) else f"{type(error).__name__}: {error}"
    return Failure(name, FAILED, said)


class _Numbered:
    """Tasks with their positions, taken one by one; the names of those that were taken."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._tasks = enumerate(tasks)
        self.names: dict[int, str] = {}

    def __iter__(self) -> Iterator[tuple[int, Task]]:
        for place, task in self._tasks:
            self.names[place] = task.name
            yield place, task


def _here(numbered: _Numbered) -> Iterator[tuple[int, Any]]:
    for place, task in numbered:
        yield place, _done(task.name, task.function, task.own, task.shared)


_Waiting = tuple[int, Task]


class _Line:
    """Tasks on their way through an executor."""

    def __init__(self, tasks: _Numbered, pool: Pool, at_once: int) -> None:
        self.tasks, self.at_once = iter(tasks), at_once
        self.is_ours = not isinstance(pool, Executor)
        self.make: Callable[[], Executor] = (lambda: pool) if isinstance(pool, Executor) else pool
        self.executor: Executor | None = None
        self.suspects: deque[_Waiting] = deque()
        """Tasks that were with an executor when it broke: one of them may have broken it, so each is run alone."""
        self.running: dict[Future[bytes], _Waiting] = {}
        self.breaks: Counter[int] = Counter()
        self.shared: tuple[Any, bytes] = (None, packed(None))

    def answers(self) -> Iterator[tuple[int, Any]]:
        """Yield the answers as they come."""
        try:
            while self._fill():
                yield from self._collect()
        finally:
            if self.is_ours and self.executor is not None:
                self.executor.shutdown(cancel_futures=True)

    def _fill(self) -> bool:
        """Hand tasks to the executor while there is room; a suspect only by itself. Return whether any are with it."""
        room = 1 if self.suspects else self.at_once
        while len(self.running) < room:
            waiting = self.suspects.popleft() if self.suspects else next(self.tasks, None)
            if waiting is None:
                break
            self.running[self._submit(waiting[1])] = waiting
        return bool(self.running)

    def _submit(self, task: Task) -> "Future[bytes]":
        if self.shared[0] is not task.shared:
            self.shared = (task.shared, packed(task.shared))
        own = packed(task.own)
        try:
            self.executor = self.executor or self.make()
            return self.executor.submit(_do_packed, task.name, task.function, own, self.shared[1])
        except BrokenExecutor as error:
            broken: Future[bytes] = Future()
            broken.set_exception(error)
            return broken

    def _collect(self) -> Iterator[tuple[int, Any]]:
        """Wait until something is done, and yield it; where the executor has broken, see to what it had."""
        done, _ = wait(self.running, return_when=FIRST_COMPLETED)
        if any(_has_broken(future) for future in done):
            done, _ = wait(self.running)
        with_it = len(self.running)
        lost: list[_Waiting] = []
        for future in sorted(done, key=lambda future: self.running[future][0]):
            place, task = waiting = self.running.pop(future)
            if _has_broken(future):
                lost.append(waiting)
                continue
            error = future.exception()
            yield place, unpacked(future.result()) if error is None else failure_of(task.name, error)
        if lost:
            yield from self._after_a_break(lost, was_alone=with_it == 1)

    def _after_a_break(self, lost: list[_Waiting], *, was_alone: bool) -> Iterator[tuple[int, Any]]:
        if not self.is_ours:
            for place, task in (*lost, *self.suspects, *self.tasks):
                yield place, Failure(task.name, NOT_RUN, _NO_MORE_WORKERS)
            return
        if self.executor is not None:
            self.executor.shutdown(cancel_futures=True)
        self.executor = None
        for place, task in lost:
            self.breaks[place] += 1
            if was_alone and self.breaks[place] > 1:
                yield place, Failure(task.name, FAILED, _KILLS_ITS_WORKER)
            else:
                self.suspects.append((place, task))


_NO_MORE_WORKERS = (
    "The executor broke before this was solved. Give what makes an executor (ProcessPoolExecutor itself, or a function "
    "without arguments) instead of one, and unfinished jobs are run again in a new one."
)
_KILLS_ITS_WORKER = (
    "Its worker died twice, the second time with nothing else running: most likely there was too little memory."
)


def _do_packed(name: str, function: Callable[[Any, Any], Any], own: bytes, shared: bytes) -> bytes:
    """Do a task in a worker; what many tasks share is unpacked once in each."""
    return packed(_done(name, function, unpacked(own), unpacked_once(shared)))


def _done(name: str, function: Callable[[Any, Any], Any], own: Any, shared: Any) -> Any:
    try:
        return function(own, shared)
    except Exception as error:  # noqa: BLE001 - one task's fault must not cost the answers of the others
        return failure_of(name, error)


def _has_broken(future: "Future[bytes]") -> bool:
    return isinstance(future.exception(), BrokenExecutor)


def _status(answer: Any) -> str:
    status = str(getattr(answer, "status", "done"))
    cost_gbp = getattr(answer, "cost_gbp", None)
    return status if cost_gbp is None else f"{status}, £{cost_gbp:,.2f}"
