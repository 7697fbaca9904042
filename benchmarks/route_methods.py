"""Methods that plan routes, ours and the rivals, and what each found: every answer has been through the walker."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

import placement_opt as po
from benchmarks.rivals import Outcome, Watch
from benchmarks.route_book import events_of, priced, route_plan
from benchmarks.route_case import RouteQuestion, make_case
from benchmarks.route_cases import asked
from benchmarks.route_rivals import RIVALS, pyvrp_alone
from benchmarks.route_times import over_ms
from placement_opt.duties import travel_duties
from placement_opt.route_plan import RoutePlan
from placement_opt.routing.planner import plan_routes

TIMES_LONGER = 20
"""So many times the seconds of ours PyVRP has in the comparison of quality."""


TIMES_ROUTED = 5
"""So often `route_aware_plan` plans routes: of today, and of each of its four plans."""


def ours(question: RouteQuestion, _options: po.SolveOptions, seconds: float) -> Outcome:
    """Plan routes by the library."""
    return _outcome(question, _plan(question, seconds), Watch())


def rival(name: str) -> Callable[[RouteQuestion, po.SolveOptions, float], Outcome]:
    """Return the method that plans routes by one of `route_rivals.RIVALS`."""

    def run(question: RouteQuestion, _options: po.SolveOptions, seconds: float) -> Outcome:
        watch = Watch()
        case = make_case(question)
        runs = RIVALS[name](case, seconds)
        return _outcome(question, lambda: route_plan(question, case, runs, duties_of(question), name), watch)

    return run


def _plan(question: RouteQuestion, seconds: float) -> Callable[[], RoutePlan]:
    return lambda: plan_routes(
        question.problem, question.plan, question.travel, legs=question.legs, rules=question.rules, seconds=seconds
    )


def duties_of(question: RouteQuestion) -> pd.DataFrame:
    """Return whether transport is owed, and how everybody travels: the same for ours and the rivals."""
    return travel_duties(question.problem, question.plan, question.travel)


def _outcome(question: RouteQuestion, planned: Callable[[], RoutePlan], watch: Watch) -> Outcome:
    routes = planned()
    watch.lap("plan")
    found = po.check_routes(question.problem, routes, question.travel, legs=question.legs, plan=question.plan)
    watch.lap("verify")
    rides = np.repeat(routes.riders["ride_minutes"], routes.riders["pupils"])
    return Outcome(
        watch.seconds,
        status=str(routes.status),
        cost_gbp=routes.routes_gbp,
        bound_gbp=routes.bound_gbp,
        unplaced=routes.unrouted_pupils,
        notes={
            "routes": len(routes.routes),
            "pupils": routes.routed_pupils,
            "mean ride minutes": float(rides.mean()) if len(rides) else 0.0,
            "longest ride minutes": float(rides.max()) if len(rides) else 0.0,
            "walker": _verdict(found),
        },
    )


def _verdict(found: Any) -> str:
    if found.is_right:
        return "right"
    rules = Counter(finding.rule for finding in found.findings)
    return "; ".join(f"{rule}: {number}" for rule, number in rules.items())


def published(question: RouteQuestion, _options: po.SolveOptions, _seconds: float) -> Outcome:
    """Time published routes again.

    Notes
    -----
    Routes that cannot keep to the rules are late by as little as can be; the walker then says where.
    """
    watch = Watch()
    case = make_case(question)
    runs, late = [], []
    for events in events_of(case, question.published):
        over = over_ms(case, events)
        run = None if over is None else priced(case, events, over_ms=over)
        runs += [] if run is None else [run]
        late += [over / 1_000] if over else []
    found = _outcome(question, lambda: route_plan(question, case, runs, duties_of(question), "published"), watch)
    told = ", ".join(f"{seconds:.1f}" for seconds in sorted(late))
    return replace(found, status="published", notes={**found.notes, "seconds late": told})


def today_routed(question: RouteQuestion, options: po.SolveOptions, seconds: float) -> Outcome:
    """Plan the routes of today's placements."""
    plan = po.baseline(question.problem, question.travel)
    return _with_places(asked(question.problem, plan, question.rules), options, seconds)


def allocated_then_routed(question: RouteQuestion, options: po.SolveOptions, seconds: float) -> Outcome:
    """Plan the routes of a plan whose pairs have estimated prices of transport."""
    return _with_places(question, options, seconds)


def chosen_together(question: RouteQuestion, _options: po.SolveOptions, seconds: float) -> Outcome:
    """Choose places and routes together; the seconds are shared out among the five times that routes are planned."""
    watch = Watch()
    found = po.route_aware_plan(question.problem, question.travel, rules=question.rules, seconds=seconds / TIMES_ROUTED)
    watch.lap("plan")
    po.verify(found.problem, question.travel, found.plan).raise_if_wrong()
    checked = po.check_routes(question.problem, found.routes, question.travel, plan=found.plan)
    watch.lap("verify")
    rounds = ", ".join(f"{gbp:,.0f}" for gbp in found.rounds["total_gbp"])
    ways = {str(row["way"]): row["total_gbp"] for row in found.savings.to_dict("records")}
    return Outcome(
        watch.seconds,
        status=str(found.routes.status),
        cost_gbp=found.total_gbp,
        unplaced=found.routes.unrouted_pupils,
        notes={"£ of each round": rounds, "walker": _verdict(checked), "unplaced": found.plan.unplaced_pupils, **ways},
    )


def _with_places(question: RouteQuestion, options: po.SolveOptions, seconds: float) -> Outcome:
    """Plan routes, and tell what places and transport cost together."""
    found = ours(question, options, seconds)
    placed = question.plan.placements
    passes_gbp = float(duties_of(question)["mode_gbp"].sum())
    places_gbp = question.plan.cost_gbp - float(placed["transport_gbp"].sum())
    notes = {"£ of places": places_gbp, "£ of routes": found.cost_gbp, "unplaced": question.plan.unplaced_pupils}
    total_gbp = round(places_gbp + (found.cost_gbp or 0.0) + passes_gbp, 2)
    return replace(found, cost_gbp=total_gbp, bound_gbp=None, notes={**found.notes, **notes})


def schools_quality(questions: Sequence[RouteQuestion], _options: po.SolveOptions, seconds: float) -> Outcome:
    """Plan single schools by the library in a few seconds each, and by PyVRP alone in twenty times as many.

    Notes
    -----
    The seconds are shared out so that both together take them all.
    """
    own_s = seconds / len(questions) / TIMES_LONGER
    ratios, verdicts, unrouted, costs = [], set(), 0, [0.0, 0.0]
    watch = Watch()
    for question in questions:
        case = make_case(question)
        routes = _plan(question, own_s)()
        watch.lap("plan")
        runs = pyvrp_alone(case, own_s * TIMES_LONGER)
        other = route_plan(question, case, runs, duties_of(question), "pyvrp_alone")
        watch.lap("PyVRP")
        for answer in (routes, other):
            checked = po.check_routes(question.problem, answer, question.travel, legs=question.legs)
            verdicts.add(_verdict(checked))
            unrouted += answer.unrouted_pupils
        watch.lap("verify")
        costs = [costs[0] + routes.routes_gbp, costs[1] + other.routes_gbp]
        ratios.append(routes.routes_gbp / other.routes_gbp)
    return Outcome(
        watch.seconds,
        status="compared",
        cost_gbp=round(costs[0], 2),
        unplaced=unrouted,
        notes={
            "seconds of ours for a school": own_s,
            "£ of PyVRP": round(costs[1], 2),
            "ours / PyVRP": ", ".join(f"{ratio:.4f}" for ratio in ratios),
            "mean ratio": float(np.mean(ratios)),
            "worst ratio": max(ratios),
            "walker": "; ".join(sorted(verdicts)),
        },
    )


METHODS: Mapping[str, Callable[..., Outcome]] = {
    "routes_ours": ours,
    **{f"routes_{name}": rival(name) for name in RIVALS},
    "routes_published": published,
    "routes_of_today": today_routed,
    "routes_of_plan": allocated_then_routed,
    "routes_and_places": chosen_together,
    "schools_quality": schools_quality,
}
"""Methods by name, for `measure.METHODS`."""
