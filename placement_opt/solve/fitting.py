"""A plan for given sites, links, classes and teams: pupils in whole numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from placement_opt.errors import NoPlanError, Status
from placement_opt.facts import Floats, Ints
from placement_opt.model import Model, write_model
from placement_opt.policy import SolveOptions
from placement_opt.solve.branching import WHOLE
from placement_opt.solve.clock import Clock
from placement_opt.solve.highs import Run, run_highs
from placement_opt.solve.relaxation import Relaxed, first_of_each
from placement_opt.solve.system import System

HELD = ("y", "c", "l", "t")
PAIRS_OF_FREE = 20
"""So many pairs of each pupil whom the LP splits are looked at."""
HALF_A_PUPIL = 0.5
SHARE_OF_GAP = 0.1
BROKEN, SHARE_OF_SUM = 1e-6, 1e-12
"""A row is broken by more than this, and by more than this share of what is added up in it."""
EXACTLY = {"mip_feasibility_tolerance": 1e-10, "primal_feasibility_tolerance": 1e-10}
"""A pupil of £10 million who is a hundred-millionth short of whole saves ten pence: the least that HiGHS takes."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A plan by the columns of the model.

    Parameters
    ----------
    value
        The objective.
    pairs, pupils
        Positions of the decided pairs in use, ascending, and how many pupils are placed so.
    others
        The value of every other column.
    """

    value: float
    pairs: Ints
    pupils: Ints
    others: Floats


def fit(
    system: System, relaxed: Relaxed, options: SolveOptions, clock: Clock, told: Mapping[str, Any] | None = None
) -> Fitted | None:
    """Find a plan near an LP whose sites, links and classes are whole; None where there is none.

    Parameters
    ----------
    system, relaxed
        Rows and objective, and the LP.
    options, clock
        Gap, seed, threads, time.
    told
        What else the solver is told.
    """
    model = model_of(system, _near(system, relaxed))
    _hold(model, relaxed)
    _, found = run_whole(
        model, system, None, options.gap * SHARE_OF_GAP, {**solver_options(options), **(told or {})}, clock
    )
    return found


def search_whole(
    system: System,
    chosen: Ints,
    known: Fitted | None,
    allowance: tuple[float, float],
    options: SolveOptions,
    clock: Clock,
) -> tuple[Fitted | None, float]:
    """Let the solver search a model over some pairs, with nothing held.

    Parameters
    ----------
    system, chosen
        Rows and objective, and the pairs.
    known
        A plan over them to begin with.
    allowance
        A share and an amount that a better plan must be better by to matter.
    options, clock
        Seed, threads, time.

    Returns
    -------
    Fitted, float
        The best plan, if any, and the bound for plans over these pairs.

    Raises
    ------
    NoPlanError
        When there is no plan over these pairs, and none is known.
    """
    model = model_of(system, chosen)
    share, amount = allowance
    run, found = run_whole(model, system, known, share, {**solver_options(options), "mip_abs_gap": amount}, clock)
    if run.status is Status.INFEASIBLE and known is None:
        raise NoPlanError(run.status)
    return (None, -np.inf) if found is None else (found, run.bound)


def run_whole(
    model: Model, system: System, known: Fitted | None, gap: float, options: dict[str, Any], clock: Clock
) -> tuple[Run, Fitted | None]:
    """Solve a model, and once more with the least tolerances where pupils made whole break a row.

    Parameters
    ----------
    model, system
        What is solved, and the rows and the objective that its answer is held against.
    known
        A plan to begin with.
    gap, options, clock
        What the solver is told.

    Returns
    -------
    Run, Fitted
        How the run ended, and the plan with what it costs in whole pupils; None = there is none.
    """
    for tolerances in ({}, EXACTLY):
        if known is not None:
            begin_with(model, known)
        run = run_highs(
            model.problem,
            gap=gap,
            time_limit_s=clock.left_s(),
            options={**options, **tolerances},
            start=known is not None,
        )
        if run.is_interrupted:
            clock.stop()
        found = made_whole(read(model, run.value), system) if run.has_solution else None
        if found is None or keeps_rows(found, system):
            break
    return run, found


def made_whole(fitted: Fitted, system: System) -> Fitted:
    """Return a plan whose other columns are whole too where they nearly are, with what it then costs.

    Places over the number are no whole column of the model, but a plan in whole pupils has whole ones.
    """
    others = np.where(np.abs(fitted.others - np.rint(fitted.others)) <= WHOLE, np.rint(fitted.others), fitted.others)
    value = system.constant + float(system.cost_of_pairs[fitted.pairs] @ fitted.pupils)
    return Fitted(value + float(system.cost_of_others @ others), fitted.pairs, fitted.pupils, others)


def keeps_rows(fitted: Fitted, system: System) -> bool:
    """Return whether a plan keeps every row of a system."""
    of_pairs, of_others = system.of_pairs_by_column[:, fitted.pairs], system.of_others
    over = of_pairs @ fitted.pupils + of_others @ fitted.others - system.right
    over = np.where(system.sense == 0, np.abs(over), -system.sense * over)
    added = abs(of_pairs) @ fitted.pupils + abs(of_others) @ np.abs(fitted.others) + np.abs(system.right)
    return bool((over <= BROKEN + SHARE_OF_SUM * added).all())


def model_of(system: System, chosen: Ints) -> Model:
    """Write a system over some pairs."""
    model = write_model(system.draft, chosen)
    if system.unplaced_limit is not None:
        model.limit("stage_unplaced", [(system.draft.unplaced, 1.0)], unplaced_most(system) + HALF_A_PUPIL)
    model.set_objective(system.goals)
    return model


def solver_options(options: SolveOptions) -> dict[str, Any]:
    """Return what every run of the solver is told."""
    return {"threads": options.threads, "random_seed": options.seed, "mip_feasibility_tolerance": 1e-7}


def begin_with(model: Model, known: Fitted) -> None:
    """Give the columns of a model the values of a plan."""
    pupils = np.zeros(model.draft.choices, dtype=np.int64)
    pupils[known.pairs] = known.pupils
    for column, value in zip(model.placed, pupils[model.chosen].tolist(), strict=True):
        column.varValue = value
    for column, value in zip(model.others, known.others.tolist(), strict=True):
        column.varValue = value


def unplaced_most(system: System) -> float:
    """Return how many pupils may be without a place, those without an allowed pair included."""
    return (system.unplaced_limit or 0.0) + system.draft.unplaced.constant


def _near(system: System, relaxed: Relaxed) -> Ints:
    """Return the pairs in use, and the best ones of the pupils whom the LP splits or leaves out, ascending."""
    draft = system.draft
    free = np.zeros(len(draft.count), dtype=bool)
    split = np.abs(relaxed.pupils - np.rint(relaxed.pupils)) > WHOLE
    choice, pupil = draft.counted(relaxed.pairs)
    free[pupil[split[choice]]] = True
    placed = np.bincount(pupil, weights=relaxed.pupils[choice], minlength=len(free))
    free |= placed < draft.count - WHOLE
    candidates = np.flatnonzero(free[draft.pupil])
    best = first_of_each(draft.pupil[candidates], relaxed.bound.reduced[candidates], PAIRS_OF_FREE)
    return np.union1d(relaxed.pairs, candidates[best])


def _hold(model: Model, relaxed: Relaxed) -> None:
    for number, column in enumerate(model.draft.columns):
        if column.whole and column.name.partition("_")[0] in HELD:
            value = round(float(relaxed.others[number]))
            model.others[number].bounds(value, value)


def read(model: Model, value: float) -> Fitted:
    """Return the plan that the columns of a model hold."""
    pupils = np.array([round(column.varValue or 0.0) for column in model.placed], dtype=np.int64)
    used = np.flatnonzero(pupils)
    others = np.array([column.varValue or 0.0 for column in model.others], dtype=np.float64)
    return Fitted(value, model.chosen[used], pupils[used], others)
