"""Fair plans: among those with the fewest unplaced pupils and little more than the least £, the fairest journeys."""

from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.clock import Progress, silent
from placement_opt.solve.fair.aim import Aim, FairObjective, check_column, check_extra
from placement_opt.solve.fair.search import begin
from placement_opt.travel import TravelMatrix


def solve_fair(  # noqa: PLR0913 - a question, what is fair, and how it is answered; all but two by name
    problem: Problem,
    travel: TravelMatrix,
    *,
    objective: FairObjective,
    extra_gbp: float | None = None,
    extra_share: float | None = None,
    by: str | None = None,
    aversion: float = 1.0,
    kappa: float | None = None,
    step_minutes: float = 1.0,
    policy: Policy | None = None,
    options: SolveOptions | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Find the plan with the fairest journeys that leaves as few pupils unplaced as any and costs little more.

    Parameters
    ----------
    problem, travel
        The question, and the journeys.
    objective
        `min_max`: the longest journey as short as can be, then the next longest, and so on. `kolm_pollak`: the least
        journey that would be as bad if all had it. `group_gap`: the least difference between the mean journeys of two
        groups of the column `by`.
    extra_gbp, extra_share
        How much more than the least £ (money and weighed wishes) it may cost: an amount, or a share of the least (0.01
        = 1 %). Give at most one; without either, nothing.
    by
        A column of pupils, with `group_gap`; one of your own will do.
    aversion, kappa
        With `kolm_pollak`: how much the longest journeys count, on the scale of the cheapest plan's journeys, or as a
        rate for each minute.
    step_minutes
        With `min_max`: journeys are counted in steps of so many minutes, a begun step as a whole one; 0.01 = exactly.
    policy, options
        As in `solve`; no weights. The time limit is for the cheapest plan, and again for the fair one.
    progress
        Called with a line of text now and then; the lines hold no pupil's data.

    Returns
    -------
    Plan
        It has passed `verify`. Its `bound_gbp` is of £: no plan with as few unplaced pupils costs less. So its status
        is `feasible` where it costs more than the least, however fair. `record["fairness"]` says what was reached, what
        is proven of that and at what £; of equally fair plans it is the cheapest.

    Raises
    ------
    ValueError
        When an argument is out of its range, or `by` is no column of pupils.
    InputError, NoPlanError, PlanError
        As `solve`.

    Notes
    -----
    All pupils with a place count, those who stay included. With `group_gap` each group keeps as many pupils without a
    place as in the cheapest plan, so that no gap is closed by taking a place away; pupils whose group is not given are
    in no gap.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> plan = solve_fair(tiny(), crow_fly(tiny()), objective="min_max", extra_share=0.2)
    >>> plan.record["fairness"]["status"]
    'optimal'
    """
    aim = Aim(objective, by, aversion, kappa, step_minutes)
    asked, report = options or SolveOptions(), progress or silent
    check_extra(extra_gbp, extra_share)
    check_column(problem, by)
    fair = begin(problem, travel, policy, asked, report)
    most_gbp = fair.least_gbp * (1 + (extra_share or 0.0)) + (extra_gbp or 0.0)
    return fair.plan(fair.fairest(aim, most_gbp, (), report))
