"""What a place more is worth at every provision, to whom, and where the next ones should go."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.plan import Plan
from placement_opt.policy import SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.again import Again, Change, again
from placement_opt.solve.clock import Progress, silent
from placement_opt.travel import TravelMatrix
from placement_opt.why.worth.groups import worth_of_reserved
from placement_opt.why.worth.limits import worth_of_limits, worth_of_minutes
from placement_opt.why.worth.next import all_at_once, one_after_the_other
from placement_opt.why.worth.result import GroupWorth, PlacesWorth, group_table
from placement_opt.why.worth.steps import NOTHING, Worth, slope_of, worth_of_places

MOST_STEPS = 100
STEPS_OF_GROUPS = 1
"""Of places for one group only the first is looked at everywhere; `reserved_places` looks at more of them."""
TOLD_EACH = 20


def value_of_places(
    problem: Problem,
    travel: TravelMatrix,
    plan: Plan,
    *,
    steps: int = 10,
    provision_ids: Iterable[str] | None = None,
    by: Sequence[str] = ("need", "year_group"),
    options: SolveOptions | None = None,
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
    places, slopes = _worth_of_each(ask, names, steps, report)
    useful = [name for name, worths in places.items() if any(worth.rank > NOTHING.rank for worth in worths)]
    groups = _groups(ask, places, by, STEPS_OF_GROUPS)
    report(f"{len(groups):,} groups of pupils at provisions looked at")
    greedy = one_after_the_other(ask, useful, steps)
    allocation = all_at_once(ask, useful, steps)
    report(f"the next {steps:,} places shared out")
    present_lp = ask.lp(Change())
    limits = (*worth_of_limits(ask, present_lp), *worth_of_minutes(ask, options or SolveOptions()))
    schools = problem.settings.set_index("setting_id")["name"]
    table = problem.provisions.set_index("provision_id")
    return PlacesWorth(
        places=places,
        slopes=slopes,
        groups=groups,
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


def _worth_of_each(
    ask: Again, names: Sequence[str], steps: int, report: Progress
) -> tuple[Mapping[str, tuple[Worth, ...]], Mapping[str, tuple[float, float]]]:
    places, slopes = {}, {}
    present_lp = ask.lp(Change())
    for done, name in enumerate(names, start=1):
        places[name] = worth_of_places(ask, name, steps)
        slopes[name] = slope_of(ask, Change(places={name: 1}), present_lp)
        if done % TOLD_EACH == 0 or done == len(names):
            report(f"{done:,} of {len(names):,} provisions looked at")
    return places, slopes


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
