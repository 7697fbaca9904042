"""Solving several school years together (docs/planning_ahead.md)."""

from dataclasses import replace
from functools import partial

from placement_opt.errors import NoPlanError, Status
from placement_opt.model.merging import draft_years
from placement_opt.model.spells import pairs_of_years
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.clashes import find_clashes
from placement_opt.solve.clock import Clock, Progress, silent
from placement_opt.solve.run import bound_below
from placement_opt.solve.stages import is_proven, solve_in_stages
from placement_opt.solve.years.answer import years_answer
from placement_opt.solve.years.shortage import fewest_by_the_scarce, is_short
from placement_opt.solve.years.start import first_spells
from placement_opt.timeline import Timeline
from placement_opt.travel import TravelMatrix
from placement_opt.verify import verify_years
from placement_opt.year_rules import YearRules
from placement_opt.years_plan import YearsPlan

HALF_PENNY_GBP = 0.005


def plan_years(
    problem: Problem,
    travel: TravelMatrix,
    *,
    policy: Policy | None = None,
    rules: YearRules | None = None,
    options: SolveOptions | None = None,
    progress: Progress | None = None,
) -> YearsPlan:
    """Find the best plan for several school years together, and prove how good it is.

    Pupils age, come and leave as the tables `arrivals` and `leavers` say; each stay from entry to the end of a phase is
    one choice; sites open and close once; budgets bind in each year. First as few pupil-years as possible are left
    without a place, then the £ of all years are least, then the minutes; see `docs/planning_ahead.md`.

    Parameters
    ----------
    problem
        With the table `years`; `arrivals`, `leavers`, `site_years`, `fill_up` and `year_budgets` where there are any.
    travel
        Journeys of pupils and arrivals, such as `crow_fly(everyone(problem))`.
    policy
        Who may move in the first year, whose wishes bind, what counts as cost; None = the default policy.
    rules
        Moves within a phase, when pupils leave, discounting; None = the default rules.
    options
        Gap, time limit, threads, seed, weights; None = the default options.
    progress
        Called with a line of text now and then; the lines hold no pupil's data.

    Returns
    -------
    YearsPlan
        It has passed `verify_years`.

    Raises
    ------
    InputError
        When the tables of years or the journeys are at fault.
    NoPlanError
        When no plan can keep all the rules (the message says which clash), or none was found in the time allowed.
    PlanError
        When the plan that was found fails its verification: a defect of the library. Please report it.

    Examples
    --------
    >>> from placement_opt.examples import tiny_years
    >>> from placement_opt.timeline import everyone
    >>> from placement_opt.travel import crow_fly
    >>> problem = tiny_years()
    >>> plan = plan_years(problem, crow_fly(everyone(problem)))
    >>> plan.status, plan.unplaced_pupil_years
    (<Status.OPTIMAL: 'optimal'>, 0)
    """
    policy, rules = policy or Policy(), rules or YearRules()
    options, report = options or SolveOptions(), progress or silent
    clock = Clock(options.time_limit_s)
    timeline = Timeline(problem, travel, policy, rules)
    years = pairs_of_years(timeline)
    short = is_short(years)
    draft = draft_years(timeline, years, late=short or options.weights is not None)
    report(f"{draft.choices:,} possible spells, {len(draft.rows):,} rows, {clock.used_s():.1f} s")
    try:
        staged = solve_in_stages(
            draft,
            options,
            clock,
            report,
            first_spells,
            wider=None if short else lambda: draft_years(timeline, years, late=True),
            least=partial(fewest_by_the_scarce, options=options, clock=clock) if short else None,
        )
    except NoPlanError as error:
        if error.status is Status.INFEASIBLE:
            clashes = find_clashes(
                lambda enforced: draft_years(timeline, years, late=True, enforced=enforced), options, clock
            )
            raise NoPlanError(error.status, clashes) from None
        raise
    plan = years_answer(staged, options, clock.used_s())
    cost = next(stage for stage in staged.stages if stage.name == "cost")
    bound_gbp = bound_below(cost, plan.objective_gbp)
    rounding_gbp = HALF_PENNY_GBP * (len(plan.money) + 2)
    allowed_gbp = options.gap * abs(plan.objective_gbp) + rounding_gbp
    status = (
        Status.OPTIMAL
        if is_proven(staged.stages) and plan.objective_gbp - bound_gbp <= allowed_gbp
        else Status.FEASIBLE
    )
    plan = replace(plan, status=status, bound_gbp=bound_gbp)
    verify_years(problem, travel, plan).raise_if_wrong()
    report(f"verified, {clock.used_s():.1f} s")
    return plan
