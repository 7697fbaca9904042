"""What would still hold if journeys or prices were a share off: placements that no case touches, and those that flip.

A placement is called changed only where no best plan of that case has it: another plan that is as good is no change.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from placement_opt.errors import Fault, InputError, PlacementError, Status
from placement_opt.made_from import other_tables
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.clock import Progress, silent
from placement_opt.suppression import Mark, protect
from placement_opt.travel import TravelMatrix
from placement_opt.why.robust.case import CHANGES, OPEN, REFUSED, SAME, TIED, VERDICTS, CaseResult, Placed, examine
from placement_opt.why.robust.shifts import AS_GIVEN, Shift, one_at_a_time
from placement_opt.witnesses import Sum
from placement_opt.workers.tasks import Failure, Pool, Task, done_when_ready

GROUPINGS = ("need", "kind", "year_group", "locality")
NO_PLAN = "no plan"
HOLDS = (SAME, TIED)
"""Verdicts under which a best plan of the case has the placement."""
_ALL, _ROBUST, _REST = "all", "robust", "rest"


@dataclass(frozen=True, eq=False, repr=False)
class Robust:
    """A plan held against cases in which journeys or prices are off. Make one with `what_if`.

    Parameters
    ----------
    plan
        The plan.
    results
        The cases by name; the first one is the question as given.
    """

    plan: Plan
    results: Mapping[str, CaseResult]

    @property
    def cases(self) -> pd.DataFrame:
        """A row for each case, indexed by its name.

        Columns: status (optimal = proven to the penny); unplaced, objective_gbp and bound_gbp of the best plan;
        keep_unplaced and keep_gbp of the cheapest plan that keeps every present placement, where rules and limits allow
        it; keeping_costs_gbp, its £ less those of the best plan (blank where it leaves more pupils without a place);
        and pupils by what becomes of their placement: same, tied, changes, refused, not_settled; reason, where there
        is no plan.
        """
        rows = {}
        for name, result in self.results.items():
            counts = self._pupils(name)
            rows[name] = {
                "status": result.status,
                "unplaced": result.unplaced,
                "objective_gbp": result.objective_gbp,
                "bound_gbp": result.bound_gbp,
                "keep_unplaced": result.keep_unplaced,
                "keep_gbp": result.keep_gbp,
                "keeping_costs_gbp": result.keeping_costs_gbp,
                **{verdict.replace(" ", "_"): counts[verdict] for verdict in VERDICTS},
                "reason": result.reason,
            }
        table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("case")
        numbers = ["unplaced", "objective_gbp", "bound_gbp", "keep_unplaced", "keep_gbp", "keeping_costs_gbp"]
        return table.astype(dict.fromkeys(numbers, "float64"))

    @property
    def placements(self) -> pd.DataFrame:
        """A row for each placement of the plan, with a column for each case that says what becomes of it.

        Columns: pupil_id, count, need, year_group, locality, provision_id, kind; the cases; and is_robust: in every
        case with a plan a best plan has it. It names pupils: keep it as you keep the tables.
        """
        return self._placements.copy()

    @cached_property
    def _placements(self) -> pd.DataFrame:
        columns = ["pupil_id", "count", "need", "year_group", "locality", "provision_id", "kind"]
        table = self.plan.placements[columns]
        keys = list(zip(table["pupil_id"], table["provision_id"], strict=True))
        for name, result in self.results.items():
            table[name] = [result.verdicts[key].verdict if result.verdicts else NO_PLAN for key in keys]
        solved = [name for name, result in self.results.items() if result.objective_gbp is not None]
        holds = table[solved].isin(HOLDS).all(axis=1) if solved else pd.Series(data=False, index=table.index)
        return table.assign(is_robust=holds.astype("bool"))

    @property
    def changes(self) -> pd.DataFrame:
        """A row for each case and placement that is not the same there.

        Columns: case, pupil_id, provision_id, verdict, elsewhere (pupils whom the best plan that was found has
        elsewhere), to (where; blank = without a place), keeping_gbp and keeping_unplaced (what keeping this placement
        alone costs: £ more, or pupils more without a place). It names pupils.
        """
        rows = [
            (name, *key, one.verdict, one.elsewhere, one.to, one.keeping_gbp, one.keeping_unplaced)
            for name, result in self.results.items()
            for key, one in result.verdicts.items()
            if one.verdict != SAME
        ]
        columns = ["case", "pupil_id", "provision_id", "verdict", "elsewhere", "to", "keeping_gbp", "keeping_unplaced"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def robust_pupils(self) -> int:
        """Pupils whose placement a best plan of every case has."""
        return int(self._placements.loc[self._placements["is_robust"], "count"].sum())

    def by(self, group: str) -> pd.DataFrame:
        """Return the pupils whose placement is robust, and the rest, by group; small numbers are not hidden.

        Parameters
        ----------
        group
            need, kind, year_group or locality.

        Raises
        ------
        ValueError
            When the group is not one of those.
        """
        if group not in GROUPINGS:
            raise ValueError(f"`group` is {group!r}; use one of {', '.join(GROUPINGS)}.")
        table = self._placements
        labels = table[group].astype("object").where(table[group].notna(), "(not given)")
        robust = table["count"].where(table["is_robust"], 0).groupby(labels).sum()
        whole = table["count"].groupby(labels).sum()
        return pd.DataFrame({_ALL: whole, _ROBUST: robust, _REST: whole - robust}).rename_axis(group)

    def shareable(self, group: str = "need") -> str:
        """Return pupils by group as text that may be shared: small numbers are hidden, and what would give them away.

        Parameters
        ----------
        group
            need, kind, year_group or locality.

        Raises
        ------
        ValueError
            When the group is not one of those.
        """
        table = self.by(group)
        table.loc[_ALL] = table.sum()
        counts: dict[Hashable, int] = {
            (row, column): int(table.loc[row, column]) for row in table.index for column in table.columns
        }
        labels = [row for row in table.index if row != _ALL]
        sums = [Sum((row, _ALL), ((row, _ROBUST), (row, _REST))) for row in table.index]
        sums += [Sum((_ALL, column), tuple((row, column) for row in labels)) for column in table.columns]
        marks = protect(counts, sums)
        cases = ", ".join(name for name in self.results if name != AS_GIVEN)
        lines = [f"Placements that a best plan has in every case ({cases}), by {group}: pupils, robust, rest"]
        for row in table.index:
            cells = [
                f"{counts[row, column]:,}" if marks[row, column] is Mark.SHOWN else str(marks[row, column])
                for column in table.columns
            ]
            lines.append(f"  {row}: {', '.join(cells)}")
        return "\n".join(lines)

    def summary(self) -> str:
        """Return what each case comes to, a line each; it names no pupil."""
        lines = [f"{self.robust_pupils:,} of {self.plan.placed_pupils:,} placements hold in every case with a plan"]
        lines += [f"{name}: {self._in_words(result)}" for name, result in self.results.items()]
        return "\n".join(lines)

    def _in_words(self, result: CaseResult) -> str:
        if result.objective_gbp is None:
            return f"{NO_PLAN} ({result.status})"
        counts = self._pupils(result.name)
        words = {
            CHANGES: "change",
            REFUSED: "are refused",
            TIED: "could be elsewhere at the same cost",
            OPEN: "were not settled",
        }
        parts = [f"{counts[verdict]:,} {text}" for verdict, text in words.items() if counts[verdict]]
        return f"{', '.join(parts) or 'nothing changes'}; {_keeping_words(result)}"

    def _pupils(self, name: str) -> dict[str, int]:
        """Return pupils by verdict; of a row of several pupils, those who are not elsewhere are the same."""
        counts = dict.fromkeys(VERDICTS, 0)
        placements = self._placed
        for key, one in self.results[name].verdicts.items():
            away = placements[key] if one.verdict in {REFUSED, OPEN} else one.elsewhere
            counts[one.verdict] += away
            counts[SAME] += placements[key] - away
        return counts

    @cached_property
    def _placed(self) -> Placed:
        return _placed(self.plan)

    def __repr__(self) -> str:
        return f"Robust({len(self.results)} cases, {self.robust_pupils:,} of {self.plan.placed_pupils:,} robust)"


def what_if(  # noqa: PLR0913 - each is a choice of its own
    problem: Problem,
    travel: TravelMatrix,
    plan: Plan,
    *,
    times: Iterable[float] = (0.85, 1.15),
    distances: Iterable[float] = (),
    transport: Iterable[float] = (),
    prices: Mapping[str, Iterable[float]] | None = None,
    shifts: Sequence[Shift] = (),
    options: SolveOptions | None = None,
    most_checks: int | None = None,
    executor: Pool | None = None,
    progress: Progress | None = None,
) -> Robust:
    """Say which placements of a plan would still be best if journeys or prices were a share off.

    Each factor is a case of its own; before them comes the question as given, so that a plan that was not the best to
    the penny is not held against a case. Each case is solved to the penny, whatever the gap of the plan.

    Parameters
    ----------
    problem, travel, plan
        The question, and a plan of `solve` for it; the plan's policy holds.
    times
        Times all minutes. They count in limits on journeys, the reach of hubs and the hours of their visits; without
        any of these no placement depends on them.
    distances
        Times all miles: entitlement and transport £ follow.
    transport
        Times the prices of all modes of transport and of known journeys.
    prices
        Kind to factors: times top-up or fee at that kind.
    shifts
        More cases, of several things at once.
    options
        Seed, threads, and the time for each answer of the solver.
    most_checks
        A placement that the best plan found does not have is held fast, and the case solved again, to see whether
        another best plan has it. So many placements of each case are asked about at most, the others are `not
        settled`; None = all.
    executor
        None = one case after the other; else as for `solve_many`.
    progress
        Called with a line of text for each case.

    Returns
    -------
    Robust

    Raises
    ------
    InputError
        When the plan is another problem's, a baseline, or was made with weights.
    ValueError
        When a factor is not from 0.1 to 10, or two cases have one name.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.solve.run import solve
    >>> from placement_opt.travel import crow_fly
    >>> problem, travel = tiny(), crow_fly(tiny())
    >>> held = what_if(problem, travel, solve(problem, travel), times=(), prices={"mainstream": (0.9, 2.0)})
    >>> print(held.summary())
    2 of 3 placements hold in every case with a plan
    as given: nothing changes; keeping all costs £0.00
    mainstream prices x 0.9: nothing changes; keeping all costs £0.00
    mainstream prices x 2: 1 change; keeping all costs £1,000.00
    """
    given = {name: tuple(factors) for name, factors in (prices or {}).items()}
    chosen = (Shift(AS_GIVEN), *one_at_a_time(times, distances, transport, given), *shifts)
    _check(problem, travel, plan, chosen)
    look = replace(options or SolveOptions(), gap=0.0, weights=None)
    asked = _Asked(problem, travel, plan.policy, _placed(plan), look, most_checks)
    report, results = progress or silent, {}
    tasks = (Task(shift.name, _examined, shift, asked) for shift in chosen)
    for _, result in done_when_ready(tasks, executor=executor):
        if isinstance(result, Failure):
            raise PlacementError(f"{result.name}: {result.reason}")
        results[result.name] = result
        report(f"{result.name}: {result.status}")
    results = {shift.name: results[shift.name] for shift in chosen}
    return Robust(plan, results)


@dataclass(frozen=True, eq=False)
class _Asked:
    """The question as given, as it is sent to workers: what `examine` is called with in every case."""

    problem: Problem
    travel: TravelMatrix
    policy: Policy
    placed: Placed
    options: SolveOptions
    most_checks: int | None


def _examined(shift: Shift, asked: _Asked) -> CaseResult:
    question = (asked.problem, asked.travel, asked.policy, asked.placed)
    return examine(*question, shift, options=asked.options, most_checks=asked.most_checks)


def _placed(plan: Plan) -> Placed:
    table = plan.placements
    keys = zip(table["pupil_id"], table["provision_id"], strict=True)
    return {(str(pupil), str(place)): int(count) for (pupil, place), count in zip(keys, table["count"], strict=True)}


def _check(problem: Problem, travel: TravelMatrix, plan: Plan, shifts: Sequence[Shift]) -> None:
    names = [shift.name for shift in shifts]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"There are two cases called {', '.join(twice)}; give each factor once and each case a name.")
    faults = []
    if plan.status is Status.BASELINE or (plan.record.get("options") or {}).get("weights") is not None:
        what = "a baseline" if plan.status is Status.BASELINE else "made with weights"
        faults.append(Fault("plan", "", "", "", f"The plan is {what}; give one that `solve` made without weights."))
    message = "The table is not the one that the plan was made from. Solve again."
    faults += [Fault(name, "", "", "", message) for name in other_tables(plan, problem)]
    if plan.record.get("travel", {}).get("sha256") != travel.aligned(problem).fingerprint():
        faults.append(Fault("travel", "", "", "", "The journeys are not those that the plan was made from."))
    if faults:
        raise InputError(faults)


def _keeping_words(result: CaseResult) -> str:
    costs = result.keeping_costs_gbp
    if costs is not None:
        return f"keeping all costs £{costs:,.2f}"
    if result.keep_unplaced is None or result.unplaced is None:
        return "rules or limits do not allow keeping all"
    return f"keeping all leaves {result.keep_unplaced - result.unplaced:,} more without a place"
