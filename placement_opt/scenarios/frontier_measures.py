"""What the £ can be held against on a frontier, and what is wrong with a question about one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.given import is_number, is_whole
from placement_opt.policy import SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.sweep import COLUMNS, MovingLimit

REFERENCE = "frontier"
FEWEST_POINTS = 2
MOST_POINTS = 10_000
MOST_LIMIT = 1e12


@dataclass(frozen=True)
class Measure:
    """Something that a plan should have little of.

    Parameters
    ----------
    table, row
        The limit that holds it down: a row of `totals` or `budgets`, without its reference and its limit.
    step
        Amounts that differ by less are the same.
    words
        What it is.
    """

    table: str
    row: Mapping[str, str] = field(hash=False)
    step: float
    words: str


MEASURES: Mapping[str, Measure] = {
    "minutes": Measure("totals", {"measure": "minutes"}, 0.01, "minutes of all journeys, one way"),
    "miles": Measure("totals", {"measure": "miles"}, 0.001, "miles of all journeys, one way"),
    "co2e_kg": Measure("totals", {"measure": "co2e_kg"}, 0.001, "kg of CO2e a year"),
    "moves": Measure("totals", {"measure": "moves"}, 1, "pupils who leave a place that they could keep"),
    "unplaced": Measure("totals", {"measure": "unplaced"}, 1, "pupils without a place"),
    "independent_placements": Measure(
        "totals", {"measure": "pupils", "kind": "independent_special"}, 1, "pupils in independent special schools"
    ),
    "capital_gbp": Measure("budgets", {"type": "capital"}, 0.01, "£ that are spent once"),
}
"""By name."""


def measure_called(name: str) -> Measure:
    """Return the measure of a name.

    Raises
    ------
    ValueError
        When there is none.
    """
    if name not in MEASURES:
        raise ValueError(f"`against` is {name!r}; use one of {', '.join(MEASURES)}.")
    return MEASURES[name]


def check_question(
    problem: Problem, against: str, points: int | None, limits: Sequence[float] | None, options: SolveOptions
) -> None:
    """Find what is wrong with a question about a frontier.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    InputError
        When a front against capital is asked for and nothing has a capital cost.
    """
    measure = measure_called(against)
    if points is not None and not (is_whole(points) and FEWEST_POINTS <= points <= MOST_POINTS):
        raise ValueError(
            f"`points` is {points!r}; use a whole number from {FEWEST_POINTS} (the two ends) to {MOST_POINTS:,}, or "
            "None for every point that there is."
        )
    if limits is not None:
        _check_limits(limits, measure)
    if options.weights is not None:
        raise ValueError("`weights` is given; a frontier finds what each £ buys by itself. Leave `weights` out.")
    if against == "capital_gbp" and not _has_capital(problem):
        message = (
            "No candidate has a capital_gbp and no class a class_capital_gbp, so that nothing is spent once. Give what "
            "opening costs, or hold the £ against something else."
        )
        raise InputError([Fault("provisions", "capital_gbp", "", "", message)])


def _check_limits(limits: Sequence[float], measure: Measure) -> None:
    wrong = [limit for limit in limits if not _is_amount(limit, whole=measure.step == 1)]
    if not len(limits) or wrong:
        number = "a whole number" if measure.step == 1 else "a number"
        shown = ", ".join(repr(limit) for limit in wrong) or "empty"
        raise ValueError(f"`limits` ({shown}): give at least one, each {number} from 0 to 1,000,000,000,000.")


def _is_amount(limit: object, *, whole: bool) -> bool:
    return is_number(limit, 0, MOST_LIMIT) and (float(str(limit)).is_integer() or not whole)


def _has_capital(problem: Problem) -> bool:
    provisions = problem.provisions
    opens = (provisions["status"] == "candidate") & (provisions["capital_gbp"] > 0)
    classes = (
        (provisions["status"] != "closed") & (provisions["max_classes"] > 0) & (provisions["class_capital_gbp"] > 0)
    )
    return bool((opens | classes).any())


def with_moving_limit(problem: Problem, against: str, most: float) -> tuple[Problem, MovingLimit]:
    """Return a problem with a limit on a measure, which moves along its frontier."""
    measure = MEASURES[against]
    key, column = COLUMNS[measure.table]
    frame = problem.table(measure.table)
    reference = REFERENCE
    while (frame[key] == reference).any():
        reference += "*"
    row = pd.DataFrame([{key: reference, column: most, **measure.row}])
    joined = pd.concat([frame.astype("object"), row.astype("object")], ignore_index=True)
    changed: dict[str, Any] = {measure.table: joined}
    return problem.replace(**changed), MovingLimit(measure.table, reference, against, measure.step)
