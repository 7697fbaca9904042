"""The question that the command line names: tables and journeys, and those of a saved run."""

import argparse
from collections.abc import Collection
from importlib import import_module

from placement_opt.arguments.values import wrong_use
from placement_opt.cli.project_file import with_project_parameters
from placement_opt.errors import Fault, InputError
from placement_opt.examples import exampleshire
from placement_opt.files import read_problem, read_travel
from placement_opt.made_from import other_tables
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.timeline import everyone
from placement_opt.travel import CIRCUITY, MILES_PER_HOUR, TravelMatrix, crow_fly


def question(parsed: argparse.Namespace, *, check: bool = True) -> tuple[Problem, TravelMatrix]:
    """Read the tables and journeys that a command names; without `check`, journeys that may be wrong."""
    problem = _tables(parsed)
    return problem, _journeys(problem, parsed, check=check)


def question_of_years(parsed: argparse.Namespace) -> tuple[Problem, TravelMatrix]:
    """Read the tables that a command names, and the journeys of pupils and arrivals together."""
    problem = _tables(parsed)
    return problem, _journeys(everyone(problem), parsed)


def _tables(parsed: argparse.Namespace) -> Problem:
    """Read the tables that a command names, with the parameters of its project file where it has one."""
    problem = read_problem(parsed.input, postcodes=parsed.postcodes)
    return with_project_parameters(problem, getattr(parsed, "project_text", ""))


def question_of_run(
    parsed: argparse.Namespace, plan: Plan, *, besides: Collection[str] = ()
) -> tuple[Problem, TravelMatrix]:
    """Read again what a run was made from, and refuse tables or journeys that have changed since, besides some."""
    origin, home = plan.record.get("origin", {}), parsed.run_file.parent
    if parsed.input is None and not origin.get("input") and not origin.get("is_demo"):
        wrong_use("The run does not say what it was made from; give --input.")
    has_journeys = parsed.travel or parsed.roads
    for name in ("travel", "roads", "postcodes"):
        is_replaced = has_journeys and name != "postcodes"
        if getattr(parsed, name) is None and origin.get(name) and not is_replaced:
            setattr(parsed, name, home / origin[name])
    if origin.get("is_demo") and parsed.input is None:
        problem = exampleshire()
    else:
        parsed.input = parsed.input or home / origin["input"]
        problem = read_problem(parsed.input, postcodes=parsed.postcodes)
        problem = with_project_parameters(problem, origin.get("project_text", ""))
    recipe = plan.record.get("travel", {}).get("recipe", {})
    if recipe.get("method") == "crow_fly" and not (parsed.travel or parsed.roads):
        if _drives_straight(parsed):
            wrong_use("The run says how its journeys were made; leave --circuity and --mph out.")
        parsed.circuity, parsed.mph = recipe["circuity"], recipe["miles_per_hour"]
    travel = _journeys(problem, parsed)
    _refuse_changes(plan, problem, travel, besides)
    return problem, travel


def _journeys(problem: Problem, parsed: argparse.Namespace, *, check: bool = True) -> TravelMatrix:
    if parsed.travel and parsed.roads:
        wrong_use("Give --travel or --roads, not both.")
    if _drives_straight(parsed) and (parsed.travel or parsed.roads):
        wrong_use("--circuity and --mph are for straight lines; leave them out, or --travel and --roads.")
    if parsed.roads_cache and not parsed.roads:
        wrong_use("--roads-cache keeps journeys along roads; give --roads too.")
    if parsed.roads_cache and parsed.roads_cache.exists() and not parsed.roads_cache.is_dir():
        wrong_use(f"{parsed.roads_cache}: --roads-cache names a file; give a folder.")
    if parsed.roads:
        road_travel = import_module("placement_opt.roads").road_travel  # loaded when used: most runs need no roads
        along_roads: TravelMatrix = road_travel(problem, parsed.roads, cache=parsed.roads_cache)
        return along_roads
    if parsed.travel:
        return read_travel(parsed.travel, problem, check=check)
    try:
        return crow_fly(
            problem,
            circuity=CIRCUITY if parsed.circuity is None else parsed.circuity,
            miles_per_hour=MILES_PER_HOUR if parsed.mph is None else parsed.mph,
        )
    except ValueError as error:
        wrong_use(str(error))


def _drives_straight(parsed: argparse.Namespace) -> bool:
    """Return whether a command says how straight lines are driven."""
    return parsed.circuity is not None or parsed.mph is not None


def _refuse_changes(plan: Plan, problem: Problem, travel: TravelMatrix, besides: Collection[str]) -> None:
    message = "The table is not the one that the run was made from. Solve again."
    faults = [Fault(name, "", "", "", message) for name in other_tables(plan, problem) if name not in besides]
    if plan.record.get("travel", {}).get("sha256") != travel.aligned(problem).fingerprint():
        faults.append(
            Fault("travel", "", "", "", "The journeys are not those that the run was made from. Solve again.")
        )
    if faults:
        raise InputError(faults)
