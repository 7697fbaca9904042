"""The plans of one future: what a worker is given, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.scenarios.futures_question import Strategy, is_drawn_from, pupils_in, question_of
from placement_opt.scenarios.futures_rows import Record, failure_record, record_of
from placement_opt.solve import solve
from placement_opt.solve.years import plan_years
from placement_opt.timeline import everyone, problem_in
from placement_opt.travel import TravelMatrix
from placement_opt.year_rules import YearRules

Draw = Callable[[int], Problem]
"""Returns the future of a number; for processes, a function of a module, or a method of a value that pickles."""

Journeys = Callable[[Problem], TravelMatrix]
"""Returns the journeys of the pupils of a problem; for processes, a function of a module."""

_Sites = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class Case:
    """Everything that is the same in all futures.

    Parameters
    ----------
    problem
        The question of today, with the years of the draws.
    draw, journeys
        Make a future, and the journeys in it.
    strategies
        By name.
    year, together
        The year that is asked about; whether all years are planned together.
    policy, rules, options
        Of every plan; a strategy may change the policy.
    """

    problem: Problem
    draw: Draw
    journeys: Journeys
    strategies: dict[str, Strategy]
    year: int
    together: bool
    policy: Policy
    rules: YearRules
    options: SolveOptions


def plans_of_draw(own: tuple[int, tuple[str, ...]], case: Case) -> dict[tuple[int, str], Record]:
    """Plan one future under some strategies.

    Parameters
    ----------
    own
        The number of the draw, and the names of the strategies.
    case
        What is the same in all futures.

    Returns
    -------
    dict
        What is kept, by draw and strategy; one that has no plan is there with its status.
    """
    number, names = own
    future = _Future(case, case.draw(number))
    next_year = pupils_in(future.draw, _second_year(future.draw), case.rules)
    records = {}
    for name in names:
        started = perf_counter()
        try:
            record = future.record(case.strategies[name])
        except Exception as error:  # noqa: BLE001 - one plan's fault must not cost the others of the draw
            record = failure_record(error)
        record["figures"]["seconds"] = round(perf_counter() - started, 3)
        records[number, name] = {**record, "next_year": next_year}
    return records


class _Future:
    """One draw; strategies that ask for the same journeys share them."""

    def __init__(self, case: Case, draw: Problem) -> None:
        self.case, self.draw = case, draw
        self.is_plain = is_drawn_from(case.problem, draw)
        self.known: list[tuple[_Sites, TravelMatrix]] = []

    def record(self, strategy: Strategy) -> Record:
        """Return what is kept of the plan of a strategy."""
        case = self.case
        if not case.together and strategy.ready is not None and self.is_plain:
            question = question_of(strategy.ready, case.problem, self.draw, case.year, case.rules)
            return self._of_year(question, self._journeys(question), strategy)
        changed = strategy.applied(self.draw, case.policy)
        people = everyone(changed)
        travel = self._journeys(people)
        if case.together:
            plan = plan_years(changed, travel, policy=strategy.policy, rules=case.rules, options=case.options)
            return record_of(plan, people, case.year)
        question = problem_in(changed, travel, case.year, policy=strategy.policy, rules=case.rules)
        return self._of_year(question, travel.aligned(question), strategy)

    def _of_year(self, question: Problem, travel: TravelMatrix, strategy: Strategy) -> Record:
        plan = solve(question, travel, policy=strategy.policy, options=self.case.options)
        return record_of(plan, question, self.case.year)

    def _journeys(self, problem: Problem) -> TravelMatrix:
        """Return the journeys of a problem, made once for those with the same pupils, schools, hubs and spokes."""
        sites = (
            tuple(problem.pupils["pupil_id"]),
            problem.settings.to_csv(),
            problem.provisions[["provision_id", "setting_id", "kind"]].to_csv(),
            problem.hubs.to_csv(),
        )
        for known, travel in self.known:
            if known == sites:
                return travel
        travel = self.case.journeys(problem)
        self.known.append((sites, travel))
        return travel


def _second_year(draw: Problem) -> int:
    years = draw.table("years")["year"]
    return int(years.iloc[min(1, len(years) - 1)])
