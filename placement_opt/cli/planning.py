"""The commands that make plans or papers; they need the solver and the report's libraries."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from placement_opt.arguments.values import options_of, policy_of
from placement_opt.cli.papers import check_papers, extras_of
from placement_opt.cli.reading import question, question_of_run
from placement_opt.cli.reply import Reply, plan_figures, rows
from placement_opt.cli.saying import Voice
from placement_opt.cli.writing import check_writable, read_by
from placement_opt.compare import compare
from placement_opt.examples import exampleshire
from placement_opt.plan import Plan, load_plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.report import write_workbook
from placement_opt.report.extras import ReportExtras
from placement_opt.report.html import write_page
from placement_opt.report.subject import Subject
from placement_opt.solve import baseline, solve
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import verify
from placement_opt.whole_files import turn_in

RUN_FILE, REPORT_FILE, WORKBOOK_FILE = "run.json", "report.html", "workbook.xlsx"
OPEN_REPORT_FILE = "report_confidential.html"
"""The confidential report of a project file, which stands beside the one that may be shared."""


@dataclass(frozen=True)
class Asked:
    """What is to be planned, and how.

    Parameters
    ----------
    problem, travel, policy, options
        As `solve` takes them.
    origin
        Where it came from, for the record of the run; paths from the folder that the run is written to.
    read
        The files and folders that it came from, which nothing may be written over.
    """

    problem: Problem
    travel: TravelMatrix
    policy: Policy
    options: SolveOptions
    origin: dict[str, Any]
    read: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Papers:
    """What is written about a plan besides the run: the report, the workbook, and a report with small groups shown."""

    report: bool = True
    workbook: bool = True
    open_report: bool = False

    def names(self) -> list[str]:
        """Return the names of the files, the run's among them."""
        chosen = {REPORT_FILE: self.report, WORKBOOK_FILE: self.workbook, OPEN_REPORT_FILE: self.open_report}
        return [RUN_FILE, *(name for name, is_chosen in chosen.items() if is_chosen)]


def demo(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Plan the embedded county."""
    problem = exampleshire()
    voice.say(f"Exampleshire, a made-up county: {problem!r}")
    asked = Asked(problem, crow_fly(problem), Policy(), options_of(parsed), {"input": "", "is_demo": True})
    return plan_and_write(asked, parsed.out, Papers(), voice)[1]


def solve_tables(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Plan what the tables ask for."""
    problem, travel = question(parsed)
    asked = Asked(problem, travel, policy_of(parsed), options_of(parsed), origin_of(parsed), tuple(read_by(parsed)))
    return plan_and_write(asked, parsed.out, Papers(), voice)[1]


def origin_of(parsed: argparse.Namespace) -> dict[str, Any]:
    """Return the files that a question came from, as seen from the folder that the run is written to."""
    names = ("input", "travel", "roads", "postcodes")
    given = {name: getattr(parsed, name) for name in names}
    return {name: os.path.relpath(path, parsed.out) if path else "" for name, path in given.items()}


def report(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Write the papers of a saved run again."""
    check_papers(parsed)
    plan = load_plan(parsed.run_file)
    problem, travel = question_of_run(parsed, plan)
    check_writable(parsed.out, REPORT_FILE, WORKBOOK_FILE, read=read_by(parsed))
    verify(problem, travel, plan).raise_if_wrong()
    voice.detail("The run is right; writing its papers.")
    extras = extras_of(parsed, problem, travel, plan, voice)
    plans = {"today": baseline(problem, travel, policy=plan.policy), "plan": plan}
    with turn_in(parsed.out, voice.tell):
        _write_page(parsed.out / REPORT_FILE, Subject(plans, problem, travel, parsed.confidential), voice, extras)
        _write_workbook(parsed.out, plans, problem, travel, voice, extras)
    return Reply({"plan": plan_figures(plan)})


def plan_and_write(asked: Asked, out: Path, papers: Papers, voice: Voice) -> tuple[Plan, Reply]:
    """Solve first and write afterwards, so that nothing is written where there is no plan."""
    problem, travel, policy = asked.problem, asked.travel, asked.policy
    check_writable(out, *papers.names(), read=asked.read)
    voice.detail(f"{problem!r}, {travel!r}.")
    plan = solve(problem, travel, policy=policy, options=asked.options, progress=voice.tell)
    plan = plan.with_record(origin=asked.origin)
    today = baseline(problem, travel, policy=policy)
    plans = {"today": today, "plan": plan}
    comparison = compare(plans)
    voice.say(f"{plan.summary()}\n\n{comparison.summary()}\n")
    with turn_in(out, voice.tell):
        voice.wrote("run", plan.save(out / RUN_FILE), "holds pupils' rows: keep it inside the council")
        if papers.report:
            _write_page(out / REPORT_FILE, Subject(plans, problem, travel, confidential=False), voice)
        if papers.open_report:
            _write_page(out / OPEN_REPORT_FILE, Subject(plans, problem, travel, confidential=True), voice)
        if papers.workbook:
            _write_workbook(out, plans, problem, travel, voice)
    return plan, Reply({"plan": plan_figures(plan), "headline": rows(comparison.headline())})


def _write_page(path: Path, subject: Subject, voice: Voice, extras: ReportExtras | None = None) -> None:
    paper = write_page(path, subject, extras=extras)
    if subject.confidential:
        note = "CONFIDENTIAL"
    elif subject.gives_away:
        note = "do NOT share it: of so few pupils small groups can be worked out; --confidential shows all"
    else:
        note = "may be shared: small groups are hidden"
    voice.wrote("report", paper, note)


def _write_workbook(
    out: Path,
    plans: dict[str, Plan],
    problem: Problem,
    travel: TravelMatrix,
    voice: Voice,
    extras: ReportExtras | None = None,
) -> None:
    workbook = write_workbook(out / WORKBOOK_FILE, plans, problem, travel, extras=extras)
    voice.wrote("workbook", workbook, "CONFIDENTIAL: holds pupils' rows")
