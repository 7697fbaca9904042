"""Which pupils share too few places: a violated bound of Hall's kind, and a check of it that knows no flow."""

from itertools import accumulate

import numpy as np

from placement_opt.facts import Ints
from placement_opt.pairs import Pairs, candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve.clock import Clock
from placement_opt.solve.repair.shortage import find_sharing, rules_against
from placement_opt.travel import TravelMatrix
from placement_opt.why.witness_values import SharedPlaces, Witness


def witness(
    problem: Problem, travel: TravelMatrix, plan: Plan, *, options: SolveOptions | None = None, clashes: bool = True
) -> Witness:
    """Show why pupils are without a place: who shares too few places with whom, or which rules stand in the way.

    Parameters
    ----------
    problem, travel
        What the plan was made from.
    plan
        With pupils who are without a place.
    options
        Time limit, threads and seed of the search for clashing rules.
    clashes
        Look for the rules that clash where the groups do not explain every unplaced pupil. It takes longer than the
        groups do.

    Returns
    -------
    Witness

    Raises
    ------
    InputError
        When the travel matrix lacks a pupil or setting, or a price is missing.

    Notes
    -----
    Hall (1935): pupils who may go nowhere but to some provisions cannot all have a place where these have fewer places
    than the pupils take. Such pupils are the near side of a smallest cut between pupils and places (König, Ford &
    Fulkerson).

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.solve import solve
    >>> from placement_opt.travel import crow_fly
    >>> problem = tiny()
    >>> short = problem.replace(provisions=problem.provisions.assign(places=[0, 1, 0, 1]))
    >>> travel = crow_fly(short)
    >>> found = witness(short, travel, solve(short, travel))
    >>> print(found.summary())
    unplaced          1 pupil, 1 for want of places
    group 1           These 2 pupils share 1 place: they may go nowhere but to A-base, A-main, B-main, B-special.
    >>> check_witness(short, travel, found)
    ()
    """
    options = options or SolveOptions()
    clock, pairs = Clock(options.time_limit_s), candidate_pairs(problem, travel, policy=plan.policy)
    groups = _groups(pairs)
    found = Witness(tuple(groups), plan.unplaced_pupils)
    if not clashes or found.explained >= found.unplaced_pupils:
        return found
    return Witness(
        found.groups, found.unplaced_pupils, rules_against(pairs, found.unplaced_pupils, options, clock), True
    )


def _groups(pairs: Pairs) -> list[SharedPlaces]:
    pupil_ids = pairs.facts.pupil_column("pupil_id")
    provision_ids = pairs.facts.provision_column("provision_id")
    count, places = (pairs.facts.pupil_column(name).astype(np.int64) for name in ("count", "places"))
    groups = [
        SharedPlaces(
            _ids(pupil_ids[one.pupils]),
            _ids(provision_ids[one.provisions]),
            int(count[one.pupils].sum()),
            one.asked,
            one.places,
            _least_unplaced(count[one.pupils], places[one.pupils], one.asked - one.places),
        )
        for one in find_sharing(pairs)
    ]
    nowhere = np.setdiff1d(np.flatnonzero(~pairs.stays), pairs.pupil)
    if len(nowhere):
        pupils, asked = int(count[nowhere].sum()), int((count * places)[nowhere].sum())
        groups.append(SharedPlaces(_ids(pupil_ids[nowhere]), (), pupils, asked, 0, pupils))
    return groups


def _ids(values: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> tuple[str, ...]:
    return tuple(str(value) for value in values)


def _least_unplaced(count: Ints, places: Ints, short: int) -> int:
    """Return how many pupils at least take so many places: those who take most first."""
    each = np.sort(np.repeat(places, count))[::-1]
    taken = accumulate(each.tolist(), initial=0)
    return next(number for number, sum_ in enumerate(taken) if sum_ >= short)


def check_witness(
    problem: Problem, travel: TravelMatrix, found: Witness, *, policy: Policy | None = None
) -> tuple[str, ...]:
    """Check the groups of a witness from the allowed pairs and the tables alone: no flow, no model, no solver.

    Parameters
    ----------
    problem, travel
        What it was made from.
    found
        The witness.
    policy
        That of the plan; None = the default policy.

    Returns
    -------
    tuple of str
        What is wrong, each as a sentence without pupils' ids; empty = every group is what it says.
    """
    pairs = candidate_pairs(problem, travel, policy=policy)
    wrong, seen_pupils, seen_provisions = [], set[str](), set[str]()
    for number, group in enumerate(found.groups, start=1):
        wrong += [f"Group {number}: {fault}" for fault in _faults_of(pairs, group)]
        if seen_pupils & set(group.pupil_ids) or seen_provisions & set(group.provision_ids):
            wrong.append(f"Group {number}: shares a pupil or a provision with a group before it.")
        seen_pupils |= set(group.pupil_ids)
        seen_provisions |= set(group.provision_ids)
    return tuple(wrong)


def _faults_of(pairs: Pairs, group: SharedPlaces) -> list[str]:
    problem = pairs.facts.problem
    pupils = problem.pupils.set_index("pupil_id")
    provisions = problem.provisions.set_index("provision_id")
    if not set(group.pupil_ids) <= set(pupils.index) or not set(group.provision_ids) <= set(provisions.index):
        return ["names a pupil or a provision that the problem does not have."]
    table = pairs.table()
    chosen = table["pupil_id"].isin(group.pupil_ids)
    who = pupils.loc[list(group.pupil_ids)]
    staying = set(problem.pupils["pupil_id"][pairs.stays])
    counted = int(who["count"].sum()), int((who["count"] * who["places"]).sum()), _free_places(pairs, group)
    each = sorted(np.repeat(who["places"], who["count"]).tolist(), reverse=True)
    faults = []
    if len(set(group.pupil_ids)) < len(group.pupil_ids) or staying & set(group.pupil_ids):
        faults.append("counts a pupil twice, or one who stays.")
    if not set(table.loc[chosen, "provision_id"]) <= set(group.provision_ids):
        faults.append("has a pupil who may go somewhere else too.")
    if counted != (group.pupils, group.asked, group.places):
        faults.append(f"has {counted[0]} pupils who take {counted[1]} places, of which there are {counted[2]}.")
    if counted[1] <= counted[2]:
        faults.append("has places enough.")
    if group.unplaced and sum(each[: group.unplaced - 1]) >= counted[1] - counted[2]:
        faults.append(f"need not leave {group.unplaced} pupils without a place.")
    return faults


def _free_places(pairs: Pairs, group: SharedPlaces) -> int:
    """Return the most places of a group's provisions for those whose place is decided, from the tables."""
    problem = pairs.facts.problem
    stays = problem.pupils[pairs.stays]
    kept = (stays["count"] * stays["places"]).groupby(stays["current_provision_id"]).sum()
    total = 0
    for row in problem.provisions.to_dict("records"):
        if row["provision_id"] in group.provision_ids:
            most = row["places"] + row["overflow_places"] + row["max_classes"] * row["class_places"]
            total += max(0, int(most - kept.get(row["provision_id"], 0)))
    return total
