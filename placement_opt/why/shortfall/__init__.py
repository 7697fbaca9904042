"""A shortfall is a plan, not an error: which changes would give everybody a place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.errors import NoPlanError, Status
from placement_opt.facts import Facts
from placement_opt.given import is_number, is_whole
from placement_opt.pairs import Pairs, candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.schema import KINDS
from placement_opt.solve import solve
from placement_opt.solve.clock import Clock, Progress, silent
from placement_opt.solve.repair import Repair, Wanted, find_repairs
from placement_opt.solve.repair.levers import Kind, Offer
from placement_opt.travel import TravelMatrix
from placement_opt.why.shortfall.rows import change_rows
from placement_opt.why.shortfall.values import Cure, Cures

BOUGHT = Kind.BOUGHT.value
MOST_GBP = 1e9
ALL_KINDS = tuple(kind.value for kind in Kind)


@dataclass(frozen=True)
class CureRules:
    """Which changes are looked at, and how far.

    Parameters
    ----------
    kinds
        The kinds of changes, by their names; None = all.
    leave
        So many pupils may be without a place after the cure.
    most
        How many sets of fewest changes are looked for.
    most_changes
        The cheapest set has at most so many changes; None = as many as places are missing, or as the smallest set has.
        (Without a limit it would add places that save money for pupils who have one: that is `value_of_places`.)
    most_minutes
        No longer journey than this is proposed; None = any length.

    Raises
    ------
    ValueError
        When a value is not one of those above; it says all that is wrong.

    Examples
    --------
    >>> CureRules(kinds=["place", "longer journey"], most=1).kinds
    ('place', 'longer journey')
    >>> CureRules(kinds=["places"])
    Traceback (most recent call last):
    ...
    ValueError: `kinds` holds 'places'; use some of place, over the number, longer journey, bought place, ...
    """

    kinds: Collection[str] | None = None
    leave: int = 0
    most: int = 3
    most_changes: int | None = None
    most_minutes: float | None = None

    def __post_init__(self) -> None:
        given = ALL_KINDS if self.kinds is None else self.kinds
        kinds = (given,) if isinstance(given, str) else tuple(str(kind) for kind in given)
        wrong = [f"`kinds` holds {kind!r}; use some of {', '.join(ALL_KINDS)}." for kind in set(kinds) - set(ALL_KINDS)]
        for name, least in (("leave", 0), ("most", 1), ("most_changes", 1)):
            value = getattr(self, name)
            if not (is_whole(value, least) or (value is None and name == "most_changes")):
                wrong.append(f"`{name}` is {value!r}; use a whole number from {least}.")
        if self.most_minutes is not None and not is_number(self.most_minutes, 0, MOST_GBP):
            wrong.append(f"`most_minutes` is {self.most_minutes!r}; use minutes from 0, or None for any length.")
        if wrong:
            raise ValueError(" ".join(sorted(wrong)))
        object.__setattr__(self, "kinds", tuple(kind for kind in ALL_KINDS if kind in kinds))


def cures(
    problem: Problem,
    travel: TravelMatrix,
    *,
    plan: Plan | None = None,
    policy: Policy | None = None,
    options: SolveOptions | None = None,
    prices: Mapping[str, float] | None = None,
    rules: CureRules | None = None,
    progress: Progress | None = None,
) -> Cures:
    """Find the smallest and the cheapest sets of changes after which everybody has a place, with proof.

    A change is one place more at a provision; one pupil who travels longer than the limit; one place that is bought; a
    limit that gives way by one place, school, spoke, team or move; one budget, resource, total or smallest group,
    whatever the amount. Candidates are opened by the plan itself, as far as budgets and limits on sites let it.

    Parameters
    ----------
    problem, travel
        The question, and the journeys.
    plan
        The plan without changes, from `solve`; None = it is made first.
    policy
        As for `solve`; None = that of the plan, or the default policy.
    options
        Time limit (for the cures; making a plan first has its own), threads and seed. The gap is 0 whatever they say.
    prices
        £ a year of one place more, by `provision_id` or kind of provision, instead of its place funding; and under
        `bought place` the price, transport included, of a place at no school of the tables. Without that none is
        bought: no price is assumed.
    rules
        Which changes are looked at, and how far; None = all, three sets.
    progress
        Called with a line of text now and then; the lines hold no pupil's data.

    Returns
    -------
    Cures

    Raises
    ------
    ValueError
        When a price or an option is none.
    InputError
        When the travel matrix lacks a pupil or setting, or a price that is needed is missing.
    NoPlanError
        When there is no plan whatever is changed, or none was found in the time allowed.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> problem = tiny()
    >>> fewer = problem.provisions.assign(places=[0, 1, 0, 1])
    >>> short = problem.replace(provisions=fewer)
    >>> print(cures(short, crow_fly(short), rules=CureRules(most=2)).summary())
    shortage          1 pupil has no place: 1 with SEMH.
    fewest changes    1 place more at B-main (Birch Hill School)
                      1 change, £32,035 a year, £4,000 more than without
    or                1 place more at A-main (Alder Lane School)
                      1 change, £40,070 a year, £12,035 more than without
    least £           1 place more at B-main (Birch Hill School)
                      1 change, £32,035 a year, £4,000 more than without
    """
    options, rules = options or SolveOptions(), rules or CureRules()
    _check(problem, options, prices or {})
    policy = policy or (plan.policy if plan is not None else Policy())
    before, clashes = _before(problem, travel, plan, policy, options)
    clock, pairs = Clock(options.time_limit_s), candidate_pairs(problem, travel, policy=policy)
    found = find_repairs(
        pairs,
        _offer(rules, prices or {}),
        Wanted(rules.leave, _missing(problem, before), rules.most, rules.most_changes),
        options=options,
        clock=clock,
        report=progress or silent,
    )
    return Cures(
        tuple(_cure(pairs, repair) for repair in found.fewest),
        None if found.cheapest is None else _cure(pairs, found.cheapest),
        before,
        clashes,
        found.unplaced,
        found.is_fewest,
    )


def _before(
    problem: Problem, travel: TravelMatrix, plan: Plan | None, policy: Policy, options: SolveOptions
) -> tuple[Plan | None, tuple[str, ...]]:
    """Return the plan without changes, or the rules that clash."""
    if plan is not None:
        return plan, ()
    try:
        return solve(problem, travel, policy=policy, options=options), ()
    except NoPlanError as error:
        if error.status is not Status.INFEASIBLE:
            raise
        return None, error.clashes


def _missing(problem: Problem, before: Plan | None) -> int:
    """Return the places that those without one would take."""
    if before is None:
        return 0
    each = problem.pupils.set_index("pupil_id")["places"]
    without = before.tables["unplaced"]
    return int((without["count"].to_numpy() * each.reindex(without["pupil_id"]).to_numpy()).sum())


def _offer(rules: CureRules, prices: Mapping[str, float]) -> Offer:
    return Offer(
        frozenset(Kind(kind) for kind in rules.kinds or ()),
        {name: float(gbp) for name, gbp in prices.items() if name != BOUGHT},
        prices.get(BOUGHT),
        rules.most_minutes,
    )


def _cure(pairs: Pairs, repair: Repair) -> Cure:
    cost_gbp = round(repair.objective_gbp - repair.weighed_gbp, 2)
    return Cure(
        change_rows(pairs.facts, repair),
        _placements(pairs.facts, repair),
        repair.unplaced,
        cost_gbp,
        repair.price_gbp,
        repair.weighed_gbp,
        repair.is_proven,
    )


def _placements(facts: Facts, repair: Repair) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "pupil_id": facts.pupils["pupil_id"].to_numpy()[repair.pupil],
            "provision_id": facts.provisions["provision_id"].to_numpy()[repair.provision],
            "count": repair.count,
            "minutes": facts.minutes(repair.pupil, repair.provision),
            "is_longer": np.asarray(repair.is_longer, dtype=bool),
        }
    )


def _check(problem: Problem, options: SolveOptions, prices: Mapping[str, float]) -> None:
    wrong = []
    known = {BOUGHT, *KINDS, *problem.provisions["provision_id"]}
    for name, gbp in prices.items():
        if name not in known:
            allowed = f"a provision_id, a kind ({', '.join(KINDS)}) or {BOUGHT!r}"
            wrong.append(f"`prices` has {name!r}; use {allowed}.")
        if not is_number(gbp, 0, MOST_GBP):
            wrong.append(f"`prices[{name!r}]` is {gbp!r}; use an amount of £ from 0 to {MOST_GBP:,.0f}.")
    if options.weights is not None:
        wrong.append("`options.weights` cannot be kept to here: a cure places everybody first. Leave them out.")
    if wrong:
        raise ValueError(" ".join(wrong))
