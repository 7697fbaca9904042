"""Places and routes chosen together: routes price the journeys, places are chosen anew, and the best total is kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from placement_opt.legs import Legs, legs_like
from placement_opt.pairs import candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import RouteRules
from placement_opt.routing.case import route_case
from placement_opt.routing.planner import plan_routes
from placement_opt.routing.repricing import KEYS, Routed, routed_prices
from placement_opt.routing.runs import priced
from placement_opt.solve import baseline, solve
from placement_opt.travel import TravelMatrix

SHARES = (1.0, 0.6, 0.3)
"""In each round, how much of a journey's price is what the pupil adds to the routes; the rest is the school's mean.
Many pupils priced by the same free seat cannot all have it, so later rounds trust it less."""
ROUND_COLUMNS = ("round", "places_gbp", "transport_gbp", "total_gbp", "unplaced", "unrouted", "kept")


@dataclass(frozen=True, eq=False)
class RouteAwarePlan:
    """Places and routes chosen together.

    Parameters
    ----------
    problem
        The question with the journey prices that the plan was chosen by; `verify` the plan with it.
    plan, routes
        The best of all rounds. `plan.cost_gbp` counts journeys at those prices; `total_gbp` counts the routes.
    rounds
        A row for each round, the first being places by estimated journeys and then routes: `ROUND_COLUMNS`.
    savings
        What places alone, routes alone and both save: way, pupils, places_gbp, transport_gbp, total_gbp. Transport is
        measured by the prices of the fleet in every row: in a vehicle each, or shared on routes.
    """

    problem: Problem
    plan: Plan
    routes: RoutePlan
    rounds: pd.DataFrame
    savings: pd.DataFrame

    @property
    def total_gbp(self) -> float:
        """Places and routed transport, for a year."""
        return _total_gbp(self.plan, self.routes)

    def summary(self) -> str:
        """Return the rounds and what they save in a few lines of text."""
        first = float(self.rounds["total_gbp"].iloc[0])
        lines = [f"{row['way']:<42} £{row['total_gbp']:>16,.2f}" for row in self.savings.to_dict("records")]
        lines.append(f"together, less than one after the other   £{first - self.total_gbp:>16,.2f}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"RouteAwarePlan(£{self.total_gbp:,.2f} after {len(self.rounds)} rounds, {self.routes!r})"


def route_aware_plan(  # noqa: PLR0913 - each is a choice of its own
    problem: Problem,
    travel: TravelMatrix,
    *,
    legs: Legs | None = None,
    policy: Policy | None = None,
    options: SolveOptions | None = None,
    rules: RouteRules | None = None,
    seconds: float = 60.0,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> RouteAwarePlan:
    """Choose places and routes together.

    Parameters
    ----------
    problem, travel, policy, options
        As for `solve`; `problem` holds `fleet` and `layouts`. Its own `journey_costs` are kept to.
    legs, rules, seed
        As for `plan_routes`; legs between the homes of all pupils who may move.
    seconds
        For each of the four times that routes are planned, and for the routes of today's placements.
    progress
        Called with a line of text now and then.

    Returns
    -------
    RouteAwarePlan
        Never worse than places first and then routes, by pupils without a place, pupils without a route, then £ (with
        what unmet wishes weigh).

    Raises
    ------
    InputError, NoPlanError, ValueError
        As `solve` and `plan_routes`.

    Notes
    -----
    A journey is priced by what the pupil adds to the routes there are: nothing where a vehicle passes with a free seat,
    a whole vehicle where none does. A price below the mean holds for the first who takes the seat only; so the places
    are chosen anew, routed anew, and only a better total is kept.
    """
    rules = rules or RouteRules()
    say = progress or (lambda _: None)
    pairs = candidate_pairs(problem, travel, policy=policy)
    drives = legs_like(problem, travel) if legs is None else legs

    def routed(asked: Problem, plan: Plan) -> Routed:
        routes = plan_routes(
            problem, plan, travel, legs=drives, rules=rules, seconds=seconds, seed=seed, progress=progress
        )
        return Routed(asked, plan, routes, drives, rules)

    first = best = routed(problem, solve(problem, travel, policy=policy, options=options))
    rows = [_round(0, first, kept=True)]
    say(f"places, then routes: £{rows[0]['total_gbp']:,.0f}")
    for number, share in enumerate(SHARES, start=1):
        asked = problem.replace(journey_costs=_with_own(problem, routed_prices(best, pairs, share)))
        found = routed(asked, solve(asked, travel, policy=policy, options=options))
        is_better = _rank(found) < _rank(best)
        rows.append(_round(number, found, kept=is_better))
        say(f"round {number}: £{rows[-1]['total_gbp']:,.0f}")
        best = found if is_better else best
    today = routed(problem, baseline(problem, travel, policy=policy))
    shared = {"today's places": today, "places chosen": first, "chosen together": best}
    ways = [row for name, found in shared.items() for row in _ways(name, found)]
    return RouteAwarePlan(
        best.problem, best.plan, best.routes, pd.DataFrame(rows, columns=list(ROUND_COLUMNS)), pd.DataFrame(ways)
    )


def _with_own(problem: Problem, prices: pd.DataFrame) -> pd.DataFrame:
    """Return journey prices in which those of the problem come before the routed ones."""
    both = pd.concat([problem.table("journey_costs"), prices], ignore_index=True)
    return both.drop_duplicates(KEYS, keep="first")


def _places_gbp(plan: Plan) -> float:
    return round(plan.cost_gbp - float(plan.placements["transport_gbp"].sum()), 2)


def _total_gbp(plan: Plan, routes: RoutePlan) -> float:
    return round(_places_gbp(plan) + routes.cost_gbp, 2)


def _rank(routed: Routed) -> tuple[int, int, float]:
    plan, routes = routed.plan, routed.routes
    return plan.unplaced_pupils, routes.unrouted_pupils, _total_gbp(plan, routes) + plan.weighed_gbp


def _round(number: int, routed: Routed, *, kept: bool) -> dict[str, Any]:
    plan, routes = routed.plan, routed.routes
    return {
        "round": number,
        "places_gbp": _places_gbp(plan),
        "transport_gbp": routes.cost_gbp,
        "total_gbp": _total_gbp(plan, routes),
        "unplaced": plan.unplaced_pupils,
        "unrouted": routes.unrouted_pupils,
        "kept": kept,
    }


def _ways(name: str, routed: Routed) -> Iterator[dict[str, Any]]:
    """Yield what places and transport cost where everybody has a vehicle, and where routes are shared."""
    plan, routes = routed.plan, routed.routes
    case = route_case(routed.problem, plan, routed.legs, routed.rules, routes.duties)
    homes = len(case.parties)
    alone = [priced(case, (party, homes + int(school))) for party, school in enumerate(case.arrays.goes_to)]
    alone_gbp = sum(run.cost_gbp for run in alone if run is not None) + routes.cost_gbp - routes.routes_gbp
    for how, gbp in (("a vehicle each", alone_gbp), ("shared routes", routes.cost_gbp)):
        yield {
            "way": f"{name}, {how}",
            "pupils": plan.placed_pupils,
            "places_gbp": _places_gbp(plan),
            "transport_gbp": round(gbp, 2),
            "total_gbp": round(_places_gbp(plan) + gbp, 2),
        }
