"""Future pupils with plans: many possible futures, each a problem with arrivals and leavers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.demand.axes import NO_PLACE, Numbers
from placement_opt.demand.case import Case, make_case
from placement_opt.demand.counts import AXES, Counts, summarised
from placement_opt.demand.future_tables import income_keys, income_of, tables_of_future
from placement_opt.demand.inputs import Inputs, read_inputs
from placement_opt.demand.notes import notes_of
from placement_opt.demand.present import locality_axis
from placement_opt.demand.rates import Evidence
from placement_opt.demand.rules import DemandRules
from placement_opt.demand.snapshots import Snapshots, count_flows, read_snapshots
from placement_opt.errors import Fault, InputError
from placement_opt.policy import LARGEST_SEED
from placement_opt.problem import Problem
from placement_opt.schema.ahead import EARLIEST, LATEST

MOST_DRAWS = 100_000


@dataclass(frozen=True, eq=False, repr=False)
class Projection:
    """Possible futures of the pupils of a problem.

    Parameters
    ----------
    problem
        The problem, as it was given.
    years
        The school years, the present one first.
    seed, draws
        Draws 0 to `draws` - 1 are in the counts; `draw` makes any.
    expected
        Pupils by year, need, phase and locality: mean, and low and high ends of the 50, 80 and 95 % intervals over the
        draws.
    income
        Money that follows pupils who move in: year, source, payer, and £ as in `expected`. It is in no cost of a plan.
    rates
        Tables `leaving`, `kinds`, `joining` and `joiners` of the expected rates, with the share of each that comes from
        the cell's own pupils (`from_data`); empty without snapshots.
    notes
        What was read, assumed, or does not fit: source, pupils, what.
    """

    problem: Problem
    years: tuple[int, ...]
    seed: int
    draws: int
    expected: pd.DataFrame
    income: pd.DataFrame
    rates: Mapping[str, pd.DataFrame]
    notes: pd.DataFrame
    counts: Counts = field(repr=False)
    case: Case = field(repr=False)

    def draw(self, number: int) -> Problem:
        """Return one future as a problem with the tables `years`, `arrivals` and `leavers`.

        Parameters
        ----------
        number
            Which one, from 0. The same number is the same future, whatever else is drawn, in any order and process.

        Raises
        ------
        ValueError
            When the number is not a whole number from 0.
        """
        if not _is_whole(number, 0, LARGEST_SEED):
            raise ValueError(f"`number` is {number!r}; use a whole number from 0 to {LARGEST_SEED:,}.")
        years, arrivals, leavers = tables_of_future(self.problem, self.case, int(number))
        return self.problem.replace(years=years, arrivals=arrivals, leavers=leavers)

    def by(self, *groups: str) -> pd.DataFrame:
        """Return pupils by other groups, with their mean and intervals over the draws.

        Parameters
        ----------
        groups
            Some of year, need, phase, locality and (with snapshots) kind: the kind of place that pupils would have if
            practice went on as it was. The year always comes first.

        Raises
        ------
        ValueError
            When a group is none of these.
        """
        known = AXES if self.case.evidence is not None else AXES[:-1]
        for name in groups:
            if name not in known:
                raise ValueError(f"`groups` has {name!r}; use some of {', '.join(known)}.")
        return self.counts.by(["year", *(name for name in dict.fromkeys(groups) if name != "year")])

    def summary(self) -> str:
        """Return the pupils of each year with their 80 % interval, and the notes, as text."""
        table = self.by()
        lines = [f"{self.draws:,} draws with seed {self.seed}."]
        lines.extend(
            f"{row.year}: {row.mean:,.0f} pupils (80 %: {row.low_80:,.0f} to {row.high_80:,.0f})"
            for row in table.itertuples()
        )
        lines.extend(f"{source}: {pupils:,} {what}." for source, pupils, what in self.notes.itertuples(index=False))
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Projection({self.years[0]} to {self.years[-1]}, {self.draws:,} draws, seed {self.seed})"


def project(
    problem: Problem,
    *,
    years: Sequence[int],
    seed: int,
    draws: int = 100,
    snapshots: Snapshots | None = None,
    rules: DemandRules | None = None,
    **tables: pd.DataFrame | None,
) -> Projection:
    """Project the pupils with plans over several school years.

    Parameters
    ----------
    problem
        Its pupils are those of the first year. Known `arrivals` and `leavers` of the problem come and go as they say.
    years
        School years that follow one another, each named by the calendar year of its September; the first is the one
        that `problem` describes.
    seed
        The seed of all draws.
    draws
        How many futures the counts are made of.
    snapshots
        Two or more yearly tables of pupils (or problems) by school year, a year apart, none later than the first year
        planned: who stays, changes kind, leaves and joins is estimated from them. None: growth decides who joins, and
        leaving after Year 11 is read from the sizes of today's year groups.
    rules
        What is taken for granted; None = the defaults.
    tables
        `growth`: how the number of pupils grows, by year, need, phase and locality. `migration`: pupils who move in, on
        top, with the money that follows them. `pending`: children being assessed, the first of the joiners.
        `early_years`: a factor on joiners up to Reception. `homes`: where new pupils may live. See docs/demand.md.

    Returns
    -------
    Projection
        The expected pupils with intervals, and each future as a problem.

    Raises
    ------
    InputError
        When a table, a snapshot or a year is at fault; it lists every fault.
    ValueError
        When `seed` or `draws` is out of its range.
    TypeError
        When a table is none of the five.

    Examples
    --------
    >>> import pandas as pd
    >>> import placement_opt as po
    >>> problem = po.examples.exampleshire()
    >>> growth = pd.DataFrame({"need": [None, "ASD"], "percent": [2, 6]})
    >>> projection = po.project(problem, years=[2026, 2027, 2028], growth=growth, seed=1, draws=20)
    >>> projection.by()[["year", "low_80", "high_80"]].values.tolist()
    [[2026, 2500, 2500], [2027, ...], [2028, ...]]
    >>> projection.draw(0).table("years")["year"].tolist()
    [2026, 2027, 2028]
    """
    rules = rules if rules is not None else DemandRules()
    check_numbers(seed=seed, draws=draws)
    faults: list[Fault] = []
    span = _read_years(list(years), problem, faults)
    inputs = read_inputs(tables, problem, span, faults)
    frames = read_snapshots(snapshots, problem.provisions, faults) if snapshots is not None else None
    if frames is not None and span:
        faults.extend(_late_snapshots(frames, span[0]))
    if faults:
        raise InputError(faults)
    evidence = None
    if frames is not None:
        flows = count_flows(frames, last_year_group=rules.last_year_group)
        evidence = Evidence.of(
            flows, prior_pupils=rules.prior_pupils, joiner_growth_percent=rules.joiner_growth_percent
        )
    case = _case_of(problem, span, evidence, inputs, rules, int(seed))
    pupils, gbp = [], []
    for number in range(draws):
        future = case.future(number)
        pupils.append(future.counts)
        gbp.append(income_of(case, future))
    counts = Counts(np.array(pupils), span, case.localities)
    return Projection(
        problem=problem,
        years=span,
        seed=int(seed),
        draws=draws,
        expected=counts.by(AXES[:-1]),
        income=_income(case, np.array(gbp)),
        rates={} if evidence is None else evidence.tables(),
        notes=notes_of(case, problem),
        counts=counts,
        case=case,
    )


def _income(case: Case, gbp: Numbers) -> pd.DataFrame:
    keys = pd.DataFrame(income_keys(case), columns=["year", "source", "payer"])
    return pd.concat([keys, summarised(gbp).add_suffix("_gbp")], axis="columns")


def check_numbers(*, seed: Any, draws: Any) -> None:
    """Refuse a seed or a number of draws out of its range.

    Raises
    ------
    ValueError
        When one is.
    """
    for name, value, low, high in (("seed", seed, 0, LARGEST_SEED), ("draws", draws, 1, MOST_DRAWS)):
        if not _is_whole(value, low, high):
            raise ValueError(f"`{name}` is {value!r}; use a whole number from {low} to {high:,}.")


def _is_whole(value: Any, low: int, high: int) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | np.integer) and bool(low <= value <= high)


def _read_years(given: Sequence[int], problem: Problem, faults: list[Fault]) -> tuple[int, ...]:
    years: list[int] = []
    for year in given:
        if not _is_whole(year, EARLIEST, LATEST):
            message = f"is not a school year. Give the calendar year of its September, {EARLIEST} to {LATEST}."
            faults.append(Fault("years", "year", "", str(year), message))
        elif years and year != years[-1] + 1:
            message = f"does not follow {years[-1]}. Years follow one another: add the ones between, in order."
            faults.append(Fault("years", "year", "", str(year), message))
        else:
            years.append(int(year))
    if len(given) < 2:
        message = f"Give at least two years, the present one first; {len(given)} came."
        faults.append(Fault("years", "year", "", "", message))
    table = problem.table("years")["year"].tolist()
    if table and table != years:
        message = f"are the years of the problem's table years; the projection has {years}. Make them the same."
        faults.append(Fault("years", "year", "", ", ".join(map(str, table)), message))
    return tuple(years)


def _late_snapshots(frames: Mapping[int, pd.DataFrame], first: int) -> list[Fault]:
    message = f"is after {first}, the first year of the projection. Leave the snapshot out, or begin later."
    return [Fault("snapshots", "year", "", str(year), message) for year in frames if year > first]


def _case_of(
    problem: Problem, years: tuple[int, ...], evidence: Evidence | None, inputs: Inputs, rules: DemandRules, seed: int
) -> Case:
    pupils = _with_kinds(problem)
    arrivals, leavers = problem.table("arrivals"), problem.table("leavers")
    named = inputs.migration.dropna(subset=["locality"]), inputs.growth.dropna(subset=["locality"])
    localities = locality_axis([pupils, arrivals, inputs.pending, inputs.homes, *named])
    tables = {"pupils": pupils, "arrivals": arrivals, "leavers": leavers}
    return make_case(tables, years, localities, evidence, inputs, rules, seed)


def _with_kinds(problem: Problem) -> pd.DataFrame:
    kinds = problem.provisions.set_index("provision_id")["kind"]
    pupils = problem.pupils
    return pupils.assign(kind=pupils["current_provision_id"].map(kinds).astype("object").fillna(NO_PLACE))
