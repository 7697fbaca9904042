"""What a report shows besides plans, as its options ask for it."""

import argparse
from pathlib import Path

from placement_opt.arguments.values import wrong_use
from placement_opt.cli.saying import Voice
from placement_opt.plan import Plan, load_plan
from placement_opt.problem import Problem
from placement_opt.report.actions import read_owners
from placement_opt.report.extras import ReportExtras
from placement_opt.report.indicators import read_thresholds
from placement_opt.route_plan import load_routes
from placement_opt.travel import TravelMatrix
from placement_opt.why.runs import WhatChanged, what_changed
from placement_opt.why.shortfall import cures
from placement_opt.why.witness import witness

CONFIDENTIAL_ONLY = ("cures", "routes")


def check_papers(parsed: argparse.Namespace) -> None:
    """Refuse options that only a confidential report can follow."""
    wrong = [f"--{name}" for name in CONFIDENTIAL_ONLY if getattr(parsed, name) and not parsed.confidential]
    if wrong:
        wrong_use(f"report: {' and '.join(wrong)} would show single pupils; use --confidential as well.")


def extras_of(
    parsed: argparse.Namespace, problem: Problem, travel: TravelMatrix, plan: Plan, voice: Voice
) -> ReportExtras:
    """Return what the report of a saved run shows besides plans.

    Parameters
    ----------
    parsed
        The options of `report`.
    problem, travel, plan
        The saved run.
    voice
        Is told of what takes long.
    """
    is_short = parsed.confidential and bool(plan.unplaced_pupils)
    if is_short and parsed.cures:
        voice.tell("looking for what would give everybody a place")
    return ReportExtras(
        thresholds=() if parsed.thresholds is None else read_thresholds(parsed.thresholds),
        owners=() if parsed.owners is None else read_owners(parsed.owners),
        witness=witness(problem, travel, plan, clashes=False) if is_short else None,
        cures=cures(problem, travel, plan=plan, progress=voice.tell) if is_short and parsed.cures else None,
        changed=None if parsed.previous is None else _changed(parsed.previous, plan),
        routes=None if parsed.routes is None else load_routes(parsed.routes),
    )


def _changed(previous: Path, plan: Plan) -> WhatChanged:
    return what_changed(load_plan(previous), plan)
