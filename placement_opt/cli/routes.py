"""The command that plans routes and writes them: for a saved run, for today's placements, or with the places."""

import argparse
import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from placement_opt.arguments.values import post16_of, rules_of, wrong_use
from placement_opt.cli.reading import question, question_of_run
from placement_opt.cli.reply import Reply, plain, rows
from placement_opt.cli.saying import Voice
from placement_opt.cli.writing import check_writable, read_by
from placement_opt.errors import Status
from placement_opt.files import read_legs, write_problem
from placement_opt.legs import Legs, legs_like
from placement_opt.plan import Plan, load_plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.report import write_route_sheets, write_routes
from placement_opt.report.route_report import write_routes_report
from placement_opt.report.route_sheets import check_columns, operators_of, sheet_names
from placement_opt.roads import road_legs
from placement_opt.route_plan import RoutePlan
from placement_opt.routing.compare_routes import compare_routes
from placement_opt.routing.planner import plan_routes
from placement_opt.routing.review import RouteReview, review_routes
from placement_opt.routing.today import read_routes
from placement_opt.routing.together import route_aware_plan
from placement_opt.solve import baseline
from placement_opt.travel import TravelMatrix
from placement_opt.verify import verify
from placement_opt.verify.route_check import check_routes
from placement_opt.whole_files import turn_in

RUN_FILE = "run.json"
ROUTES_FILE, SHEETS_FILE, LAYERS_FILE, REPORT_FILE = "routes.json", "route_sheets.xlsx", "routes.gpkg", "routes.html"
ONLY_FOR_ROUTES = frozenset({"fleet", "layouts", "apart"})
"""Tables that say nothing of places: they may be filled in after a run was made."""
PLACES_FILE, PLACES_TABLES = "places.json", "places_tables.gpkg"
"""The places that were chosen together with the routes, a run like those of `solve`; and the tables it was made from,
which hold the prices of journeys that the routes gave."""


def plan_and_write(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Plan routes, check them, set them beside those of today, and write all of it."""
    rules = rules_of(parsed)
    if not parsed.seconds > 0:
        wrong_use(f"--seconds is {parsed.seconds:g}; use more than 0.")
    problem, travel, plan = _placements(parsed)
    places = (PLACES_FILE, PLACES_TABLES) if parsed.choose_places else ()
    check_writable(parsed.out, ROUTES_FILE, SHEETS_FILE, LAYERS_FILE, REPORT_FILE, *places, read=read_by(parsed))
    try:
        check_columns(problem, parsed.pupil_column)
    except ValueError as error:
        wrong_use(str(error))
    today = _places_of_today(parsed, problem, travel, plan)
    legs = _legs(parsed, problem, travel, plan, today)
    _say_unknown(legs, voice)
    plans: dict[str, RoutePlan] = {}
    if today is not None:
        plans["today"] = read_routes(parsed.today, problem, today, travel, legs=legs, rules=rules)
    search: dict[str, Any] = {"legs": legs, "rules": rules, "seconds": parsed.seconds, "seed": parsed.seed}
    if parsed.choose_places:
        together = route_aware_plan(problem, travel, policy=plan.policy, progress=voice.tell, **search)
        voice.say(f"{together.summary()}\n")
        asked, plan, routes = together.problem, together.plan, together.routes
        verify(asked, travel, plan).raise_if_wrong()
    else:
        asked, routes = problem, plan_routes(problem, plan, travel, progress=voice.tell, **search)
    check_routes(asked, routes, travel, legs=legs, plan=plan).raise_if_wrong()
    plans["plan"] = routes = routes.with_record(origin={"source": os.path.relpath(parsed.source, parsed.out)})
    voice.say(routes.summary())
    review = None
    if today is not None:
        review = review_routes(problem, plans["today"], travel, legs=legs)
        notes = "\n".join(f"today: {note}" for note in plans["today"].record["notes"])
        for text in filter(None, (compare_routes(plans).summary(), notes, review.summary())):
            voice.say(f"\n{text}")
    voice.say("")
    with turn_in(parsed.out, voice.tell):
        if parsed.choose_places:
            _write_places(parsed, asked, plan, voice)
        _write(parsed, asked, plans, review, voice)
    return Reply(_figures(plans, review))


def _placements(parsed: argparse.Namespace) -> tuple[Problem, TravelMatrix, Plan]:
    """Return the plan of a saved run, or the placements of today that tables hold."""
    source: Path = parsed.source
    run = source / RUN_FILE if source.is_dir() and (source / RUN_FILE).is_file() else source
    if run.suffix.lower() == ".json":
        if parsed.post16_transport:
            wrong_use("A run has its own policy; leave --post16-transport out.")
        parsed.run_file = run
        plan = load_plan(run)
        problem, travel = question_of_run(parsed, plan, besides=ONLY_FOR_ROUTES)
        return problem, travel, plan
    if parsed.input is not None:
        wrong_use("--input goes with a run; these are tables already.")
    parsed.input = source
    problem, travel = question(parsed)
    return problem, travel, baseline(problem, travel, policy=Policy(post16_transport=post16_of(parsed)))


def _places_of_today(parsed: argparse.Namespace, problem: Problem, travel: TravelMatrix, plan: Plan) -> Plan | None:
    """Return where the pupils of today's routes go to school: where they are now, whatever a run plans for them."""
    if not parsed.today:
        return None
    return plan if plan.status is Status.BASELINE else baseline(problem, travel, policy=plan.policy)


def _legs(parsed: argparse.Namespace, problem: Problem, travel: TravelMatrix, plan: Plan, today: Plan | None) -> Legs:
    """Return the drives that the options name; else those that the journeys were made like."""
    if parsed.legs and parsed.legs.suffix.lower() == ".csv":
        return read_legs(parsed.legs, problem)
    carried = None if parsed.choose_places else _carried(plan, today)
    roads = parsed.legs or parsed.roads
    if roads:
        return road_legs(problem, roads, pupil_ids=carried, cache=parsed.roads_cache)
    try:
        return legs_like(problem, travel, carried)
    except ValueError:
        wrong_use(f"The journeys come from {travel.source}, which does not tell drives between homes; give --legs.")


def _say_unknown(legs: Legs, voice: Voice) -> None:
    """Say how many drives are not known: with a file of journeys, which has none from home to home, nobody shares."""
    unknown = int(np.isnan(legs.minutes).sum())
    if unknown:
        share = unknown / legs.minutes.size
        voice.tell(
            f"Drives that are not known: {unknown:,} of {legs.minutes.size:,} ({share:.0%}); no route can use them."
        )


def _carried(plan: Plan, today: Plan | None) -> set[str]:
    """Return the pupils who may be on a route: who is owed transport, and whoever today's routes can carry."""
    owed = plan.placements[plan.placements["entitled"]]
    return {*owed["pupil_id"], *(() if today is None else today.placements["pupil_id"])}


def _write_places(parsed: argparse.Namespace, asked: Problem, plan: Plan, voice: Voice) -> None:
    """Write the places that were chosen, as a run that `verify` and `report` take."""
    tables = write_problem(asked, parsed.out / PLACES_TABLES)
    journeys = {
        name: os.path.relpath(getattr(parsed, name), parsed.out) if getattr(parsed, name) else ""
        for name in ("travel", "roads")
    }
    run = plan.with_record(origin={"input": tables.name, **journeys, "postcodes": ""}).save(parsed.out / PLACES_FILE)
    voice.wrote("places", run, "holds pupils' rows: keep it inside the council")
    voice.wrote("tables", tables, "what these places were chosen from; hold pupils' rows")


def _figures(plans: dict[str, RoutePlan], review: RouteReview | None) -> dict[str, Any]:
    """Return the key figures of the planned routes, beside those of today."""
    routes = plans["plan"]
    names = ("routed_pupils", "unrouted_pupils", "cost_gbp", "routes_gbp", "bound_gbp", "gap")
    answer = {"status": str(routes.status), "routes": len(routes.routes)}
    answer |= {name: plain(getattr(routes, name)) for name in names}
    answer["headline"] = rows(compare_routes(plans).headline()) if len(plans) > 1 else None
    answer["merges_save_gbp"] = None if review is None else plain(review.together_gbp)
    return answer


def _write(
    parsed: argparse.Namespace,
    problem: Problem,
    plans: dict[str, RoutePlan],
    review: RouteReview | None,
    voice: Voice,
) -> None:
    out, routes, columns = parsed.out, plans["plan"], parsed.pupil_column
    voice.wrote("routes", routes.save(out / ROUTES_FILE), "holds pupils' rows: keep it inside the council")
    sheets = write_route_sheets(out / SHEETS_FILE, problem, routes, pupil_columns=columns)
    voice.wrote("sheets", sheets, "CONFIDENTIAL: where children live and when")
    operators = operators_of(routes.routes)
    if len(operators) > 1:
        names = sheet_names([re.sub(r"[^\w .-]", "_", operator) for operator in operators])
        for operator, name in zip(operators, names, strict=True):
            path = out / f"route_sheets {name}.xlsx"
            write_route_sheets(path, problem, routes, operator=operator, pupil_columns=columns)
            voice.wrote("sheets", path, f"CONFIDENTIAL: for {operator} only")
    voice.wrote("layers", write_routes(out / LAYERS_FILE, problem, routes), "CONFIDENTIAL: where children live")
    report = write_routes_report(out / REPORT_FILE, problem, plans, review=review)
    voice.wrote("report", report, "not for publication: routes carry few pupils")
