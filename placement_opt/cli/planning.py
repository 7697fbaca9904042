"""The commands that make plans or papers; they need the solver and the report's libraries."""

import argparse
import os
from pathlib import Path
from typing import Any

from placement_opt.arguments import options_of, policy_of
from placement_opt.cli.reading import question, question_of_run
from placement_opt.cli.saying import say, tell
from placement_opt.compare import compare
from placement_opt.errors import Fault, InputError
from placement_opt.examples import exampleshire
from placement_opt.plan import Plan, load_plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.report import write_report, write_workbook
from placement_opt.solve import baseline, solve
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import verify

RUN_FILE, REPORT_FILE, WORKBOOK_FILE = "run.json", "report.html", "workbook.xlsx"


def demo(parsed: argparse.Namespace) -> None:
    """Plan the embedded county."""
    problem = exampleshire()
    say(f"Exampleshire, a made-up county: {problem!r}")
    _plan_and_write(problem, crow_fly(problem), Policy(), parsed, {"input": "", "is_demo": True})


def solve_tables(parsed: argparse.Namespace) -> None:
    """Plan what the tables ask for."""
    problem, travel = question(parsed)
    origin = {
        "input": os.path.relpath(parsed.input, parsed.out),
        "travel": os.path.relpath(parsed.travel, parsed.out) if parsed.travel else "",
        "roads": os.path.relpath(parsed.roads, parsed.out) if parsed.roads else "",
        "postcodes": os.path.relpath(parsed.postcodes, parsed.out) if parsed.postcodes else "",
    }
    _plan_and_write(problem, travel, policy_of(parsed), parsed, origin)


def report(parsed: argparse.Namespace) -> None:
    """Write the papers of a saved run again."""
    plan = load_plan(parsed.run_file)
    problem, travel = question_of_run(parsed, plan)
    verify(problem, travel, plan).raise_if_wrong()
    today = baseline(problem, travel, policy=plan.policy)
    parsed.out.mkdir(parents=True, exist_ok=True)
    _write_papers(parsed.out, {"today": today, "plan": plan}, problem, travel, confidential=parsed.confidential)


def _plan_and_write(
    problem: Problem, travel: TravelMatrix, policy: Policy, parsed: argparse.Namespace, origin: dict[str, Any]
) -> None:
    """Solve first and write afterwards, so that nothing is written where there is no plan."""
    check_writable(parsed.out, RUN_FILE, REPORT_FILE, WORKBOOK_FILE)
    plan = solve(problem, travel, policy=policy, options=options_of(parsed), progress=tell).with_record(origin=origin)
    today = baseline(problem, travel, policy=policy)
    say(plan.summary())
    say("")
    say(compare({"today": today, "plan": plan}).summary())
    say("")
    parsed.out.mkdir(parents=True, exist_ok=True)
    say(f"run       {plan.save(parsed.out / RUN_FILE)} (holds pupils' rows: keep it inside the council)")
    _write_papers(parsed.out, {"today": today, "plan": plan}, problem, travel, confidential=False)


def check_writable(out: Path, *names: str) -> None:
    """Find out before a long solve whether files of these names can be written to a folder."""
    nearest = next((path for path in (out, *out.absolute().parents) if path.exists()), out)
    for name in names:
        if (out / name).is_dir():
            raise InputError([Fault(str(out / name), "", "", "", "is a folder; remove it or choose another --out.")])
    if not os.access(nearest, os.W_OK):
        raise InputError([Fault(str(out), "", "", "", "The folder cannot be written to; choose another --out.")])


def _write_papers(
    out: Path, plans: dict[str, Plan], problem: Problem, travel: TravelMatrix, *, confidential: bool
) -> None:
    paper = write_report(out / REPORT_FILE, plans, problem, travel, confidential=confidential)
    note = "CONFIDENTIAL" if confidential else "may be shared: small groups are hidden"
    say(f"report    {paper} ({note})")
    workbook = write_workbook(out / WORKBOOK_FILE, plans, problem, travel)
    say(f"workbook  {workbook} (CONFIDENTIAL: holds pupils' rows)")
