"""What a place more is worth at every provision, to whom, and where the next ones should go."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import pandas as pd

from placement_opt.errors import Fault, InputError, PlacementError
from placement_opt.plan import Plan
from placement_opt.policy import SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.again import Again, Change, again
from placement_opt.solve.clock import Progress, silent
from placement_opt.travel import TravelMatrix
from placement_opt.why.worth.groups import worth_of_reserved
from placement_opt.why.worth.limits import LimitWorth, worth_of_limits, worth_of_minutes
from placement_opt.why.worth.next import all_at_once, one_after_the_other
from placement_opt.why.worth.result import GroupWorth, PlacesWorth, group_table
from placement_opt.why.worth.steps import NOTHING, Worth, is_paid_when_empty, slope_of, worth_of_places
from placement_opt.workers.tasks import Failure, Pool, Task, done_when_ready

MOST_STEPS = 100
STEPS_OF_GROUPS = 1
"""Of places for one group only the first is looked at everywhere; `reserved_places` looks at more of them."""
TOLD_EACH = 20
_Job = Callable[[Again], Any]


def value_of_places(  # noqa: PLR0913 - each is a choice of its own
    problem: Problem,
    travel: TravelMatrix,
    plan: Plan,
    *,
    steps: int = 10,
    provision_ids: Iterable[str] | None = None,
    by: Sequence[str] = ("need", "year_group"),
    options: SolveOptions | None = None,
    executor: Pool | None = None,
    progress: Progress | None = None,
) -> PlacesWorth:
    """Work out what more places are worth, each number of them by solving again.

    Parameters
    ----------
    problem, travel, plan
        The question, and a plan of `solve` for it. The plan is proven to the penny first; where a better one is found
        on the way, the worths are held against that.
    steps
        So many places more are looked at, one after the other.
    provision_ids
        Where; None = at every provision that is not closed.
    by
        Columns of the pupils: what one place more is worth where only pupils of one group may use it (`reserved_places`
        looks at more of them). Empty = no groups.
    options
        Threads and seed, and the time for each answer; the gap is always 0.
    executor
        None = one provision after the other; else as for `solve_many`. With processes it takes about half as long on
        two cores; of plans that are equally good, another may be told in `moves`.
    progress
        Called with a line of text now and then; the lines hold no pupil's data.

    Returns
    -------
    PlacesWorth
        Tables of worths by provision, by group, of limits, and where the next places should go.

    Raises
    ------
    ValueError
        When `steps` is out of its range, or `by` names no column of the pupils.
    InputError
        When a provision is unknown, or the plan is none of `solve` for this problem.
    NoPlanError
        When the time for an answer ran out before there was any plan.

    Notes
    -----
    First as few pupils as possible are without a place, then the £ are least, as in `solve`. So a place is worth first
    the pupils whom it gives a place, then the £ that it saves. The slopes are of the LP, where pupils and sites may be
    split; a solver's prices of an integer problem would mean nothing.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.solve.run import solve
    >>> from placement_opt.travel import crow_fly
    >>> problem, travel = tiny(), crow_fly(tiny())
    >>> worth = value_of_places(problem, travel, solve(problem, travel), steps=2)
    >>> worth
    PlacesWorth(4 provisions, a place more is worth something at 0)
    """
    _check(problem, steps, by)
    report = progress or silent
    names = _provisions(problem, provision_ids)
    ask = again(problem, travel, plan, options=options)
    report(f"the plan is proven: £{ask.present.objective_gbp:,.2f}")
    look = _Look(steps, tuple(by))
    jobs: list[_Job] = [
        partial(_limits, options=options or SolveOptions()),
        *(partial(_look_at, name=name, look=look) for name in names),
    ]
    limits, *looks = _answers(_Asked(problem, travel, plan, options), ask, jobs, executor, report)
    found: dict[str, _Found] = dict(zip(names, looks, strict=True))
    places = {name: found[name].places for name in names}
    useful = [name for name, worths in places.items() if any(worth.rank > NOTHING.rank for worth in worths)]
    greedy = one_after_the_other(ask, {name: places[name][0] for name in useful}, steps)
    allocation = all_at_once(ask, useful, steps)
    report(f"the next {steps:,} places shared out")
    schools = problem.settings.set_index("setting_id")["name"]
    table = problem.provisions.set_index("provision_id")
    return PlacesWorth(
        places=places,
        slopes={name: found[name].slope for name in names},
        groups=tuple(group for name in names for group in found[name].groups),
        by=tuple(by),
        limits=limits,
        one_by_one=greedy,
        allocation=allocation,
        about={name: (str(schools[table["setting_id"][name]]), str(table["kind"][name])) for name in names},
        given_gbp=plan.objective_gbp,
        present_gbp=ask.present.objective_gbp,
        is_proven=ask.present.is_proven,
    )


def reserved_places(
    problem: Problem,
    travel: TravelMatrix,
    plan: Plan,
    provision_id: str,
    *,
    by: Sequence[str] = ("need", "year_group"),
    steps: int = 10,
    options: SolveOptions | None = None,
) -> pd.DataFrame:
    """Work out what 1, 2, up to `steps` places more at a provision are worth that only one group may use.

    The provision has so many places more, and those who are not of the group may take no more places there than there
    are today. Where the group has pupils there, a place for them frees one of theirs, and is worth as much as any.

    Parameters
    ----------
    problem, travel, plan
        As for `value_of_places`.
    provision_id
        Where.
    by, steps, options
        As for `value_of_places`.

    Returns
    -------
    DataFrame
        As `PlacesWorth.by_group`; empty where no place for everybody is worth anything.

    Raises
    ------
    ValueError, InputError, NoPlanError
        As `value_of_places`.
    """
    _check(problem, steps, by)
    names = _provisions(problem, [provision_id])
    ask = again(problem, travel, plan, options=options)
    places = {name: worth_of_places(ask, name, steps) for name in names}
    return group_table(_groups(ask, places, by, steps), places, by)


@dataclass(frozen=True, eq=False)
class _Asked:
    """What is asked, as it is sent to workers."""

    problem: Problem
    travel: TravelMatrix
    plan: Plan
    options: SolveOptions | None


@dataclass(frozen=True)
class _Look:
    """How far is looked."""

    steps: int
    by: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    """What was found about one provision."""

    places: tuple[Worth, ...]
    slope: tuple[float, float]
    groups: tuple[GroupWorth, ...]


def _answers(asked: _Asked, ask: Again, jobs: Sequence[_Job], executor: Pool | None, report: Progress) -> list[Any]:
    """Return what each job says of a question, in their order."""
    found: Iterable[tuple[int, Any]]
    if executor is None:
        found = ((place, job(ask)) for place, job in enumerate(jobs))
    else:
        tasks = (Task(f"look {place}", _from_afar, job, asked) for place, job in enumerate(jobs))
        found = done_when_ready(tasks, executor=executor)
    answers: dict[int, Any] = {}
    for place, answer in found:
        if isinstance(answer, Failure):
            raise PlacementError(f"A worth could not be worked out: {answer.reason}")
        answers[place] = answer
        if len(answers) % TOLD_EACH == 0 or len(answers) == len(jobs):
            report(f"{len(answers):,} of {len(jobs):,} provisions and limits looked at")
    return [answers[place] for place in range(len(jobs))]


def _limits(ask: Again, *, options: SolveOptions) -> tuple[LimitWorth, ...]:
    return (*worth_of_limits(ask, ask.present_lp), *worth_of_minutes(ask, options))


def _look_at(ask: Again, *, name: str, look: _Look) -> _Found:
    places = worth_of_places(ask, name, look.steps)
    is_wider = not is_paid_when_empty(ask, name)
    slope = slope_of(ask, Change(places={name: 1}), ask.present_lp, is_wider=is_wider)
    return _Found(places, slope, _groups(ask, {name: places}, look.by, STEPS_OF_GROUPS))


def _from_afar(job: _Job, asked: _Asked) -> Any:
    return job(_again_once(asked))


@lru_cache(maxsize=1)
def _again_once(asked: _Asked) -> Again:
    """Return a question ready to be asked again; a worker keeps the last one, which many tasks share."""
    return again(asked.problem, asked.travel, asked.plan, options=asked.options)


def _groups(ask: Again, places: Mapping[str, Sequence[Worth]], by: Sequence[str], steps: int) -> tuple[GroupWorth, ...]:
    worths = worth_of_reserved(ask, places, by, steps) if by else ()
    return tuple((group.provision_id, group.label, more, worth) for group, more, worth in worths)


def _provisions(problem: Problem, provision_ids: Iterable[str] | None) -> list[str]:
    table = problem.provisions
    if provision_ids is None:
        return [str(name) for name in table.loc[table["status"] != "closed", "provision_id"]]
    names = list(dict.fromkeys(provision_ids))
    known = set(table["provision_id"])
    message = "The problem has no such provision; use a provision_id of its table."
    faults = [Fault("provisions", "provision_id", "", name, message) for name in names if name not in known]
    if faults:
        raise InputError(faults)
    return names


def _check(problem: Problem, steps: int, by: Sequence[str]) -> None:
    if steps not in range(1, MOST_STEPS + 1):
        raise ValueError(f"`steps` is {steps!r}; use a whole number from 1 to {MOST_STEPS}.")
    columns = [name for name in problem.pupils.columns if name not in {"pupil_id", "geometry"}]
    wrong = [by] if isinstance(by, str) else [name for name in by if name not in columns]
    if wrong:
        raise ValueError(f"`by` is {by!r}; use a tuple of columns of the pupils: {', '.join(columns)}.")
