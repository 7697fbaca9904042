"""Scenarios solved together: one table, what changes against a baseline, and who is placed otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd

from placement_opt.compare import Comparison, compare
from placement_opt.errors import Fault, InputError
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.scenarios.change import Scenario, effects_between
from placement_opt.scenarios.figures import COUNTS, FIGURES, PAID, in_order, row_of
from placement_opt.scenarios.jobs import Job, Solver, solve_many
from placement_opt.solve import baseline, solve
from placement_opt.travel import TravelMatrix
from placement_opt.verify import verify
from placement_opt.workers.tasks import Failure, Pool, Progress

TODAY, UNCHANGED = "today", "plan"
"""Names of what scenarios are held against: today's placements, and the plan without changes."""


@dataclass(frozen=True, eq=False, repr=False)
class ScenarioSet:
    """The answers to a question and to changed ones, side by side. Make one with `solve_scenarios`.

    Parameters
    ----------
    answers
        By name, in order: what is held against (`today`, `plan`) first, then the scenarios. Each is a plan, or a
        `Failure` that says why there is none.
    scenarios
        The scenarios.
    effects
        What each scenario did to the tables: scenario, and the columns of `Scenario.effects`.
    """

    answers: Mapping[str, Any]
    scenarios: tuple[Scenario, ...]
    effects: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __post_init__(self) -> None:
        object.__setattr__(self, "answers", MappingProxyType(dict(self.answers)))

    @property
    def plans(self) -> dict[str, Any]:
        """The plans by name, without the failures."""
        return {name: answer for name, answer in self.answers.items() if not isinstance(answer, Failure)}

    @property
    def failures(self) -> dict[str, Failure]:
        """What has no plan, by name, with the reason."""
        return {name: answer for name, answer in self.answers.items() if isinstance(answer, Failure)}

    @property
    def changes(self) -> pd.DataFrame:
        """One row for each change: scenario, number, change (in words), note."""
        rows = [
            (scenario.name, number, change.describe(), scenario.note)
            for scenario in self.scenarios
            for number, change in enumerate(scenario.changes, start=1)
        ]
        return pd.DataFrame(rows, columns=["scenario", "number", "change", "note"])

    @property
    def table(self) -> pd.DataFrame:
        """One row for each answer, indexed by `scenario`; columns as `figures.FIGURES` and `OUTCOME` say.

        What each payer pays stands under `paid_gbp:` and the payer. A scenario without a plan has a status and a
        reason, and no figures.
        """
        table = pd.DataFrame.from_dict({name: row_of(answer) for name, answer in self.answers.items()}, orient="index")
        table = table.reindex(columns=list(dict.fromkeys(["status", *table.columns, "reason"])))
        paid = [name for name in table.columns if name.startswith(PAID)]
        has_plan = table.index.isin(list(self.plans))
        table.loc[has_plan, paid] = table.loc[has_plan, paid].fillna(0.0)
        whole = {name: "Int64" for name in COUNTS if name in table.columns}
        return table.astype(whole)[in_order(table.columns)].rename_axis("scenario")

    def deltas(self, to: str = UNCHANGED) -> pd.DataFrame:
        """Return the figures less those of one answer, for all others; blank where there is no plan.

        Parameters
        ----------
        to
            The name of the answer that the others are held against.

        Raises
        ------
        ValueError
            When there is no plan of that name, or costs were counted on different bases.
        """
        self._plan(to)
        table = self.table
        bases = {str(basis) for basis in table.get("cost_basis", pd.Series(dtype="str")).dropna()}
        if len(bases) > 1:
            shown = ", ".join(sorted(bases))
            raise ValueError(f"Plans on different cost bases ({shown}) cannot be held against each other.")
        columns = [name for name in table.columns if name in FIGURES or name.startswith(PAID)]
        figures = table[columns].astype("float64")
        return (figures - figures.loc[to]).round(6).drop(index=to)

    def comparison(self, *names: str, year: int | None = None) -> Comparison:
        """Return some plans as a `Comparison`; the first is the reference.

        Parameters
        ----------
        names
            None = all that have a plan.
        year
            For plans of several years: which year of them.

        Raises
        ------
        ValueError
            When a name has no plan, or costs were counted on different bases.
        """
        chosen = names or tuple(self.plans)
        return compare({name: self._plan(name, year) for name in chosen})

    def differences(self, before: str, after: str, *, year: int | None = None) -> pd.DataFrame:
        """Return the pupils who are placed otherwise in one answer than in another; see `Comparison.moves`.

        Parameters
        ----------
        before, after
            Names of answers that have a plan.
        year
            For plans of several years: which year of them.

        Raises
        ------
        ValueError
            When one has no plan.
        """
        return Comparison({name: self._plan(name, year) for name in (before, after)}).moves(before, after)

    def summary(self) -> str:
        """Return the set in a few lines of text: status, pupils without a place and cost of each answer."""
        width = max((len(name) for name in self.answers), default=0)
        return "\n".join(f"{name.ljust(width)}  {_line(answer)}" for name, answer in self.answers.items())

    def _plan(self, name: str, year: int | None = None) -> Any:
        if name not in self.answers:
            raise ValueError(f"{name!r} is none of the answers; use one of {', '.join(self.answers)}.")
        answer = self.answers[name]
        if isinstance(answer, Failure):
            raise ValueError(f"{name!r} has no plan ({answer.status}): {answer.reason}")
        return answer if year is None else answer.year(year)

    def __repr__(self) -> str:
        return f"ScenarioSet({', '.join(self.answers)})"


def solve_scenarios(  # noqa: PLR0913 - each is a choice of its own
    problem: Problem,
    travel: TravelMatrix,
    scenarios: Sequence[Scenario],
    *,
    policy: Policy | None = None,
    options: SolveOptions | None = None,
    against: Sequence[str] | None = None,
    solver: Solver | None = None,
    executor: Pool | None = None,
    progress: Progress | None = None,
) -> ScenarioSet:
    """Solve a question and changed ones together.

    Parameters
    ----------
    problem, travel
        The question without changes, and the journeys: of every pupil and school that a scenario adds, too.
    scenarios
        The changes; each scenario begins from the question without any.
    policy, options
        As for `solve`; a scenario may change the policy.
    against
        What to hold the scenarios against: `today` (today's placements, costed the same way), `plan` (the question
        without changes). None = both; with a `solver` of one's own `plan` only.
    solver
        What answers each question; None = `solve`. `plan_years` for plans of several years, or anything that takes the
        same arguments and returns a value with status, cost_gbp, bound_gbp and gap.
    executor
        None = one after the other. An executor, or what makes one: `ProcessPoolExecutor`; see `solved_as_done`.
    progress
        Called with a line of text when an answer is there.

    Returns
    -------
    ScenarioSet
        A scenario that has no plan is there with its reason.

    Raises
    ------
    ValueError
        When names repeat, or `against` names something else.
    InputError
        When a change does not fit the question: all faults of all scenarios, before anything is solved.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.scenarios.sites import close
    >>> from placement_opt.travel import crow_fly
    >>> answers = solve_scenarios(tiny(), crow_fly(tiny()), [Scenario("no base", [close("A-base")])])
    >>> answers.table["cost_gbp"].to_dict()
    {'today': 24035.03, 'plan': 32035.03, 'no base': 32035.03}
    >>> float(answers.deltas(to="today").loc["plan", "placed"])
    2.0
    """
    scenarios = (scenarios,) if isinstance(scenarios, Scenario) else tuple(scenarios)
    held = _held(against, solver)
    _check_names([scenario.name for scenario in scenarios])
    policy = policy or Policy()
    changed, effects = _changed(problem, policy, scenarios)
    answers: dict[str, Any] = {}
    if TODAY in held:
        answers[TODAY] = baseline(problem, travel, policy=policy)
        verify(problem, travel, answers[TODAY]).raise_if_wrong()
    questions = [*([(UNCHANGED, problem, policy)] if UNCHANGED in held else []), *changed]
    answering = solver or solve
    jobs = [Job(name, asked, travel, rules, options, answering) for name, asked, rules in questions]
    solved = solve_many(jobs, executor=executor, progress=progress)
    answers |= {job.name: answer for job, answer in zip(jobs, solved, strict=True)}
    return ScenarioSet(answers, scenarios, effects)


def _changed(
    problem: Problem, policy: Policy, scenarios: tuple[Scenario, ...]
) -> tuple[list[tuple[str, Problem, Policy]], pd.DataFrame]:
    """Return the changed questions, and what was changed in them; all faults of all scenarios at once."""
    questions, effects, faults = [], [], list[Fault]()
    for scenario in scenarios:
        try:
            after = scenario.apply(problem, policy)
        except InputError as error:
            faults += error.faults
            continue
        questions.append((scenario.name, *after))
        effects.append(effects_between((problem, policy), after).assign(scenario=scenario.name))
    if faults:
        raise InputError(faults)
    told = pd.concat(effects, ignore_index=True) if effects else pd.DataFrame(columns=["scenario"])
    return questions, told[["scenario", *[name for name in told.columns if name != "scenario"]]]


def _held(against: Sequence[str] | None, solver: Solver | None) -> tuple[str, ...]:
    if against is None:
        return (TODAY, UNCHANGED) if solver is None else (UNCHANGED,)
    wrong = [name for name in against if name not in {TODAY, UNCHANGED}]
    if wrong or isinstance(against, str):
        raise ValueError(f"`against` is {against!r}; use a list of {TODAY} and {UNCHANGED}, or an empty one.")
    return tuple(against)


def _check_names(names: list[str]) -> None:
    wrong = sorted({name for name in names if names.count(name) > 1 or name in {TODAY, UNCHANGED}})
    if wrong:
        raise ValueError(
            f"{', '.join(map(repr, wrong))}: every scenario needs a name of its own, and not {TODAY} or {UNCHANGED}."
        )


def _line(answer: Any) -> str:
    if isinstance(answer, Failure):
        return f"{answer.status}: {' '.join(answer.reason.split())}"
    unplaced = getattr(answer, "unplaced_pupils", None)
    without = f", {unplaced:,} without a place" if unplaced is not None else ""
    proven = "" if answer.gap is None else f", gap {answer.gap:.4%}"
    return f"{answer.status}, £{answer.cost_gbp:,.2f}{without}{proven}"
