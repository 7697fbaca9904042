"""Routes for a plan: who needs a vehicle, what runs there could be, and the exact choice among them."""

import platform
from collections.abc import Callable, Iterator
from importlib.metadata import version
from time import monotonic
from typing import Any, NamedTuple

import numpy as np

from placement_opt.duties import travel_duties
from placement_opt.errors import Status
from placement_opt.facts import Ints
from placement_opt.legs import Legs, legs_like
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import RouteRules
from placement_opt.routing.arrays import AFTERNOON, MORNING
from placement_opt.routing.case import BY_VEHICLE, RouteCase, route_case, unrouted_rows
from placement_opt.routing.orders import MOST_PARTIES, Orders
from placement_opt.routing.pool import Pool
from placement_opt.routing.proposals import propose
from placement_opt.routing.runs import Run
from placement_opt.routing.search import Search
from placement_opt.routing.tables import build_routes
from placement_opt.solve.choosing import Choice
from placement_opt.travel import TravelMatrix

MOST_LOOKS = 150_000
"""Orders that are looked at to know every run of a few parties."""
SHARE_TO_PROPOSE, SHARE_TO_CHOOSE = 0.5, 0.25
"""Parts of the time: of the first turn for PyVRP (less where schools share vehicles, which it does not see), of all of
it for the exact choice."""
TURNS = 3
"""How often runs are looked for, each time from what was chosen before, and chosen among."""
LEAST_LOOK_S, LEAST_CHOICE_S = 0.1, 2.0
"""However few the seconds: so long is looked in each turn, and the choice may take so long."""

Progress = Callable[[str], None]


def plan_routes(
    problem: Problem,
    plan: Plan,
    travel: TravelMatrix,
    *,
    legs: Legs | None = None,
    rules: RouteRules | None = None,
    seconds: float = 60.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> RoutePlan:
    """Plan the vehicles that carry the pupils of a plan to whom transport is owed.

    Parameters
    ----------
    problem, plan, travel
        The question, its plan (of `solve` or `baseline`) and the journeys. `problem` holds the tables `fleet` and
        `layouts`.
    legs
        Drives between homes and schools; None = straight lines, where the journeys are.
    rules
        None = `RouteRules()`.
    seconds
        About how long to look, where not every run can be looked at.
    seed
        Of the search.
    progress
        Called with a line of text now and then.

    Returns
    -------
    RoutePlan
        Every limit of docs/routing.md holds. `OPTIMAL` where every run was looked at; then `bound_gbp` is the proof.

    Raises
    ------
    InputError
        When there is no fleet, or the legs lack a pupil or a school.
    ValueError
        When `seconds` is not above 0, or legs are needed and the journeys do not tell them.

    Notes
    -----
    Where the orders of a school's few parties can all be looked at, they are; else PyVRP and a search by ruin and
    recreate propose routes. PuLP and HiGHS choose among all of them: everybody once, vehicles as there are.

    Examples
    --------
    >>> import pandas as pd
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.solve import baseline
    >>> from placement_opt.travel import crow_fly
    >>> problem = tiny()
    >>> problem = problem.replace(
    ...     pupils=problem.pupils.assign(current_provision_id=["A-base", "B-special", "B-main"], entitled=True),
    ...     fleet=pd.DataFrame({
    ...         "vehicle": ["taxi"], "gbp_per_day": [60], "gbp_per_mile": [2], "gbp_per_hour": [0],
    ...         "co2e_kg_per_mile": [0.2785], "source": ["example value"]}),
    ...     layouts=pd.DataFrame({"vehicle": ["taxi"], "seats": [4]}),
    ... )
    >>> travel = crow_fly(problem)
    >>> plan_routes(problem, baseline(problem, travel), travel)
    RoutePlan(optimal, 2 routes, 3 pupils, 0 unrouted, £27,906.98)
    """
    if not seconds > 0:
        raise ValueError(f"`seconds` is {seconds!r}; use seconds above 0.")
    rules = rules or RouteRules()
    began = monotonic()
    duties = travel_duties(problem, plan, travel)
    carried = duties.loc[duties["mode"].isin(BY_VEHICLE), "pupil_id"]
    legs = legs_like(problem, travel, carried) if legs is None else legs
    case = route_case(problem, plan, legs, rules, duties)
    say = progress or (lambda _: None)
    chosen = _choose(case, seconds, seed, say)
    without = case.parties.iloc[list(chosen.choice.without)]
    cost_gbp = round(sum(run.cost_gbp for run in chosen.runs), 2)
    is_proven = not chosen.open_groups and chosen.choice.is_optimal
    bound_gbp = None if chosen.open_groups else min(cost_gbp, round(chosen.choice.bound_gbp, 2))
    return build_routes(
        case,
        chosen.runs,
        status=Status.OPTIMAL if is_proven else Status.FEASIBLE,
        unrouted=unrouted_rows(without, [_NO_VEHICLE_LEFT] * len(without)),
        bound_gbp=cost_gbp if is_proven else bound_gbp,
        record={
            **_record(case, travel, seconds, seed, monotonic() - began),
            "groups": chosen.groups,
            "groups_where_not_every_run_was_looked_at": chosen.open_groups,
        },
    )


_NO_VEHICLE_LEFT = (
    "no vehicle left",
    "Every vehicle that could carry the pupil is in use for others. Raise `available` in the table fleet, or relax "
    "apart, solo or the limits.",
)


class _Chosen(NamedTuple):
    """The chosen runs, how good the choice is; groups of pupils who may share, and those not looked at whole."""

    runs: list[Run]
    choice: Choice
    groups: int
    open_groups: int


def _choose(case: RouteCase, seconds: float, seed: int, say: Progress) -> _Chosen:
    pool = Pool(case)
    began = monotonic()
    groups = list(blocks(case))
    rest = [parties for parties in groups if not add_every_run(case, parties, pool)]
    if not rest:
        return _Chosen(*pool.choose(), len(groups), 0)
    say(f"{len(rest):,} of {len(groups):,} groups of pupils are too large to look at every run")
    closed = pool.choose_within(np.setdiff1d(np.arange(len(case.parties)), np.concatenate(rest)))
    homes = len(case.arrays.home)
    pool.add((int(party), homes + int(case.arrays.goes_to[party])) for parties in rest for party in parties)
    arrays = case.arrays._replace(calls_once=case.rules.afternoon == "solved")
    searches = [Search(arrays, parties, seed) for parties in rest]
    runs: list[Run] = []
    choices: list[tuple[list[Run], Choice]] = []
    for turn in range(TURNS):
        left = max(LEAST_LOOK_S, (seconds - (monotonic() - began)) / (TURNS - turn))
        _look(case, pool, rest, searches, runs, left * (1 - SHARE_TO_CHOOSE), seed, say)
        known: list[tuple[tuple[int, ...], int | None]] = [(run.parties, run.vehicle) for run in runs]
        if not runs:
            known = closed + [(_parties(case, found), None) for search in searches for found in search.best()]
        choices.append(pool.choose(known, max(LEAST_CHOICE_S, left * SHARE_TO_CHOOSE)))
        runs, choice = min(reversed(choices), key=lambda made: _rank(case, *made))
        cost_gbp = sum(run.cost_gbp for run in runs)
        say(f"{len(pool):,} runs known; the best choice: {len(runs):,} routes, £{cost_gbp:,.0f}")
    return _Chosen(runs, choice, len(groups), len(rest))


def _rank(case: RouteCase, runs: list[Run], choice: Choice) -> tuple[int, float]:
    return int(case.arrays.pupils[list(choice.without)].sum()), sum(run.cost_gbp for run in runs)


def _parties(case: RouteCase, sequence: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(event for event in sequence if event < len(case.arrays.home)))


def _look(
    case: RouteCase,
    pool: Pool,
    rest: list[Ints],
    searches: list[Search],
    runs: list[Run],
    seconds: float,
    seed: int,
    say: Progress,
) -> None:
    """Look for runs of the groups of parties for some seconds, longer for larger groups."""
    sizes = np.array([len(parties) ** 1.5 for parties in rest])
    for at, (parties, search) in enumerate(zip(rest, searches, strict=True)):
        share = seconds * float(sizes[at] / sizes.sum())
        until = monotonic() + share
        if runs:
            chosen = set(parties.tolist())
            search.start(run.morning for run in runs if chosen.issuperset(run.parties))
        else:
            schools = len(set(case.arrays.goes_to[parties].tolist()))
            proposed = propose(case.arrays, parties, share * SHARE_TO_PROPOSE / schools, seed)
            pool.add(proposed.noted)
            search.start(proposed.best, ())
        search.run(max(0.02, until - monotonic()))
        pool.add(search.noted())
        say(f"group {at + 1:,} of {len(rest):,}: {len(pool):,} runs known")


def blocks(case: RouteCase) -> Iterator[Ints]:
    """Yield groups of parties that can share a route: those of one school, or all."""
    goes_to = case.arrays.goes_to
    if not len(goes_to):
        return
    if case.rules.together == "mixed":
        yield np.arange(len(goes_to), dtype=np.int64)
        return
    for school in range(len(case.settings)):
        parties = np.flatnonzero(goes_to == school).astype(np.int64)
        if len(parties):
            yield parties


def add_every_run(case: RouteCase, parties: Ints, pool: Pool) -> bool:
    """Add the cheapest run of every set of some parties to a pool; False where they are too many."""
    if len(parties) > MOST_PARTIES:
        return False
    morning = Orders(case.packed, MORNING, parties, whole=False, most_looks=MOST_LOOKS)
    if not morning.is_complete:
        return False
    afternoon = None
    if case.rules.afternoon == "solved":
        afternoon = Orders(case.packed, AFTERNOON, parties, whole=False, most_looks=MOST_LOOKS)
        if not afternoon.is_complete:
            return False
    pool.add_every(morning, afternoon)
    return True


def _record(case: RouteCase, travel: TravelMatrix, seconds: float, seed: int, spent_s: float) -> dict[str, Any]:
    return {
        "inputs": case.problem.fingerprints(),
        "travel": travel.fingerprint(),
        "legs": {"source": case.legs.source, "sha256": case.legs.fingerprint(), "recipe": dict(case.legs.recipe)},
        "rules": case.rules.as_dict(),
        "seconds": seconds,
        "seed": seed,
        "spent_s": round(spent_s, 3),
        "versions": {name: version(name) for name in ("placement_opt", "pyvrp", "pulp", "highspy", "numba")},
        "python": platform.python_version(),
    }
