"""Many futures x some strategies, each a solved and verified plan; nothing is lost when a run is cut short."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from placement_opt.demand import Projection, project
from placement_opt.errors import Fault, InputError
from placement_opt.given import is_whole
from placement_opt.policy import LARGEST_SEED, Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.saved import OTHER_FORM, digest_of
from placement_opt.scenarios.change import Scenario
from placement_opt.scenarios.futures_case import Case, Draw, Journeys, plans_of_draw
from placement_opt.scenarios.futures_journal import JOURNAL, Head, Journal, Key, Read, check_journal, read_journal
from placement_opt.scenarios.futures_question import DRAWN, Strategy
from placement_opt.scenarios.futures_result import Futures, futures_of
from placement_opt.scenarios.futures_rows import Record, failed_record
from placement_opt.timeline import everyone, years_of
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.workers.sending import packed
from placement_opt.workers.tasks import FAILED, NOT_RUN, Failure, Pool, Progress, Task, done_when_ready
from placement_opt.year_rules import YearRules

UNCHANGED = "plan"
"""The name of the strategy that changes nothing."""

MOST_DRAWS = 100_000

UNPLACED_GBP = 1_000_000.0
FUTURES_OPTIONS = SolveOptions(gap=5e-3, weights={"unplaced": UNPLACED_GBP})
"""Within 0.5 % of the best, and no stage for minutes: a pupil without a place weighs as much as £1m, which is more than
placing one more costs anywhere; about twice as fast as one goal after the other."""

_TRIED_AGAIN = frozenset({FAILED, NOT_RUN})


def many_futures(  # noqa: PLR0913 - each is a choice of its own
    problem: Problem,
    scenarios: Sequence[Scenario | str] = (),
    *,
    draws: int,
    projection: Projection | Draw | None = None,
    seed: int | None = None,
    year: int | None = None,
    together: bool = False,
    travel: TravelMatrix | Journeys | None = None,
    policy: Policy | None = None,
    rules: YearRules | None = None,
    options: SolveOptions | None = None,
    executor: Pool | None = None,
    at_once: int | None = None,
    folder: str | Path | None = None,
    progress: Progress | None = None,
) -> Futures:
    """Plan many possible futures under several strategies, the same futures under each.

    Parameters
    ----------
    problem
        The question of today.
    scenarios
        The strategies; `"plan"` stands for the question without changes. None at all = only that.
    draws
        How many futures: those of number 0 to `draws` - 1. More draws later begin with the same ones.
    projection
        A `Projection`, or what returns the future of a number: the problem with years, arrivals and leavers (the same
        for the same number, whoever asks). None = `project(problem, years=..., seed=seed)` over the years of the
        problem: today's numbers, with chance in who comes and goes.
    seed
        Of that projection; a projection that is given has its own.
    year
        The school year whose sites and places are asked about; None = the last one.
    together
        False: that year is planned by itself (`problem_in`). True: all years together (`plan_years`), much slower.
    travel
        What makes the journeys of the pupils of a problem, a pupil's whatever other pupils there are; or a matrix that
        holds everybody in every draw. None = `crow_fly`.
    policy, rules
        None = the default ones; a strategy may change the policy.
    options
        Of each plan; None = `FUTURES_OPTIONS`: gap 0.5 %, £1m for a pupil without a place instead of one goal after the
        other. With a time limit results may differ between runs.
    executor
        None = one after the other. An executor, or what makes one: `ProcessPoolExecutor`; see `solved_as_done`.
    at_once
        Most futures that are with the executor at a time; None = twice the processors of this machine.
    folder
        Where each finished plan is written down (`futures.jsonl`; figures, sites and numbers of places; no pupil, no
        point). A run that was cut short goes on from there when it is called again, with more draws or strategies, too.
    progress
        Called with a line of text when a future is done.

    Returns
    -------
    Futures
        A future without a plan is there with its status. Errors of the machine are tried again when the run goes on.

    Raises
    ------
    InputError
        When a change does not fit, the year is none of the draws', journeys are missing, or the folder was begun with
        something else.
    ValueError
        When a number is out of its range, names repeat, or nothing says what the draws are.
    TypeError
        When `projection` or `travel` cannot be sent to workers.

    Examples
    --------
    >>> from placement_opt.examples import tiny_years
    >>> from placement_opt.scenarios.sites import close
    >>> strategies = ["plan", Scenario("no new school", [close("C-special")])]
    >>> futures = many_futures(tiny_years(), strategies, draws=3, seed=1)
    >>> futures.site_openings()[["scenario", "draws"]].values.tolist()
    [['plan', 3], ['no new school', 3]]
    """
    if not is_whole(draws) or not 1 <= draws <= MOST_DRAWS:
        raise ValueError(f"`draws` is {draws!r}; use a whole number from 1 to {MOST_DRAWS:,}.")
    asked = _asked(scenarios)
    draw = _draws(problem, projection, seed)
    first = draw(0)
    start = problem.replace(years=first.table("years"))
    policy, rules, options = policy or Policy(), rules or YearRules(), options or FUTURES_OPTIONS
    journeys = _journeys(travel, first)
    case = Case(start, draw, journeys, {}, _year(year, first), together, policy, rules, options)
    strategies, case = _with_strategies(case, asked, first)
    head = Head(_digests(case, first, seed), _about(case))
    path = None if folder is None else Path(folder) / JOURNAL
    read = Read(None, {}, {}, 0, 0) if path is None else read_journal(path)
    check_journal(read, head, strategies, JOURNAL)
    records = {key: record for key, record in read.records.items() if key[0] < draws and key[1] in strategies}
    journal = None if path is None else Journal(path, read, head, strategies)
    if progress is not None and records:
        progress(f"{len(records):,} plans were there already")
    if executor is not None:
        _check_sendable(case)
    run = _Run(case, range(draws), tuple(strategies), records)
    for done in run.answers(executor, at_once, progress):
        finished = {key: record for key, record in done.items() if record["figures"]["status"] not in _TRIED_AGAIN}
        if journal is not None:
            journal.add(finished)
        records |= done
    return futures_of(records, tuple(strategies), head.about, None if folder is None else Path(folder))


def load_futures(folder: str | Path) -> Futures:
    """Read the futures that `many_futures` wrote to a folder, as far as they are there.

    Raises
    ------
    InputError
        When there is no journal, or it is damaged.
    """
    path = Path(folder) / JOURNAL
    read = read_journal(path)
    if read.head is None:
        raise InputError([Fault(JOURNAL, "", "", str(folder), "holds no futures. Give the folder of `many_futures`.")])
    try:
        return futures_of(read.records, tuple(read.strategies), read.head.about, Path(folder))
    except OTHER_FORM as error:
        message = f"The lines are not those of a journal of this version ({type(error).__name__}). Use another folder."
        raise InputError([Fault(JOURNAL, "", "", "", message)]) from None


@dataclass(frozen=True)
class _Run:
    """The plans that are still to be made."""

    case: Case
    draws: range
    names: tuple[str, ...]
    known: Mapping[Key, Record]

    def answers(
        self, executor: Pool | None, at_once: int | None, progress: Progress | None
    ) -> Iterator[dict[Key, Record]]:
        """Yield what became of some plans, as it is known."""
        todo = list(self._todo())
        tasks = (Task(_called(*own), plans_of_draw, own, self.case) for own in todo)
        for place, answer in done_when_ready(tasks, executor=executor, at_once=at_once, progress=progress):
            number, names = todo[place]
            if isinstance(answer, Failure):
                record = {**failed_record(answer.status), "next_year": None}
                yield {(number, name): record for name in names}
            else:
                yield answer

    def _todo(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield draws and strategies: together where they share their question, one by one where each takes long."""
        for number in self.draws:
            names = tuple(name for name in self.names if (number, name) not in self.known)
            if self.case.together:
                yield from ((number, (name,)) for name in names)
            elif names:
                yield number, names


def _called(number: int, names: tuple[str, ...]) -> str:
    return f"draw {number}" if len(names) > 1 else f"draw {number}, {names[0]}"


def _asked(scenarios: Sequence[Scenario | str]) -> dict[str, Scenario | None]:
    given = [scenarios] if isinstance(scenarios, Scenario | str) else list(scenarios) or [UNCHANGED]
    wrong = [repr(one) for one in given if not isinstance(one, Scenario) and one != UNCHANGED]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} is no scenario; use scenarios, or {UNCHANGED!r} for no changes.")
    names = [one.name if isinstance(one, Scenario) else one for one in given]
    if len({*names}) < len(names) or any(isinstance(one, Scenario) and one.name == UNCHANGED for one in given):
        raise ValueError(f"Strategies are {', '.join(names)}: each needs a name of its own, and not {UNCHANGED!r}.")
    return {name: one if isinstance(one, Scenario) else None for name, one in zip(names, given, strict=True)}


def _draws(problem: Problem, projection: Projection | Draw | None, seed: int | None) -> Draw:
    if isinstance(projection, Projection):
        if seed not in {None, projection.seed}:
            raise ValueError(f"`seed` is {seed!r}, but the projection has seed {projection.seed}; leave it out.")
        if projection.problem != problem:
            message = "is another one than that of the projection. Project the problem that is planned."
            raise InputError([Fault("problem", "", "", "", message)])
        return projection.draw
    if projection is not None:
        return projection
    if not is_whole(seed) or seed is None or not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"`seed` is {seed!r}; use a whole number from 0 to {LARGEST_SEED:,}, or give a projection.")
    return project(problem, years=years_of(problem), seed=seed, draws=1).draw


def _year(year: int | None, draw: Problem) -> int:
    years = years_of(draw)
    if year is None:
        return years[-1]
    if year not in years:
        message = f"is none of the years of the draws ({years[0]} to {years[-1]})."
        raise InputError([Fault("years", "year", "", str(year), message)])
    return int(year)


def _journeys(travel: TravelMatrix | Journeys | None, draw: Problem) -> Journeys:
    if travel is None:
        return crow_fly
    if not isinstance(travel, TravelMatrix):
        return travel
    missing = int((~everyone(draw).pupils["pupil_id"].isin(travel.pupil_ids)).sum())
    if missing:
        message = (
            f"lacks {missing:,} pupils of the first draw. Give a function that makes the journeys of a problem, "
            "such as crow_fly."
        )
        raise InputError([Fault("travel", "pupil_id", "", "", message)])
    return partial(TravelMatrix.aligned, travel)


def _with_strategies(case: Case, asked: Mapping[str, Scenario | None], first: Problem) -> tuple[dict[str, str], Case]:
    """Return the digest of every strategy, and the case with them; all faults of all strategies at once."""
    digests: dict[str, str] = {}
    changed: dict[str, Strategy] = {}
    faults: list[Fault] = []
    for name, scenario in asked.items():
        try:
            after = (case.problem, case.policy) if scenario is None else scenario.apply(case.problem, case.policy)
        except InputError as error:
            faults += error.faults
            continue
        digests[name] = digest_of({"tables": after[0].fingerprints(), "policy": after[1].as_dict()})
        changed[name] = Strategy(name, scenario, after[1])
    if faults:
        raise InputError(faults)
    if not case.together:
        changed = {name: _ready(case, strategy, first) for name, strategy in changed.items()}
    return digests, replace(case, strategies=changed)


def _ready(case: Case, strategy: Strategy, first: Problem) -> Strategy:
    changed = strategy.applied(case.problem, case.policy)
    travel = case.journeys(everyone(changed))
    return strategy.with_ready(case.problem, first, travel, case.year, case.policy, case.rules)


def _digests(case: Case, first: Problem, seed: int | None) -> dict[str, str]:
    """Return a digest of everything that the figures follow from, by its name in words."""
    drawn = {name: digest for name, digest in first.fingerprints().items() if name in {*DRAWN, "years"}}
    journeys = case.journeys(everyone(case.problem))
    others: dict[str, dict[str, Any]] = {
        "policy": case.policy.as_dict(),
        "rules": case.rules.as_dict(),
        "options": case.options.as_dict(),
        "year": {"year": case.year, "together": case.together},
        "draws and seed": {"drawn": drawn, "seed": seed},
        "journeys": {"known": journeys.fingerprint()},
        "version of the library": {"version": version("placement_opt")},
    }
    tables = {f"table {name}": digest for name, digest in case.problem.fingerprints().items()}
    return {**tables, **{name: digest_of(part) for name, part in others.items()}}


def _about(case: Case) -> dict[str, Any]:
    provisions = case.problem.provisions
    chosen = provisions[provisions["status"].isin(["candidate", "closable"])]
    sites = dict(zip(chosen["provision_id"], chosen["status"], strict=True))
    return {"year": case.year, "together": case.together, "sites": sites}


def _check_sendable(case: Case) -> None:
    try:
        packed(case)
    except Exception as error:
        raise TypeError(
            f"`projection`, `travel` or a change of one's own cannot be sent to workers ({error}). Use functions of a "
            "module instead of local ones."
        ) from error
