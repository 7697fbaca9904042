"""The command that writes the statutory tables of a saved run."""

import argparse

from placement_opt.arguments.values import wrong_use
from placement_opt.cli.reading import question_of_run
from placement_opt.cli.reply import Reply
from placement_opt.cli.saying import Voice
from placement_opt.cli.writing import check_writable, read_by
from placement_opt.plan import Plan, load_plan
from placement_opt.problem import Problem
from placement_opt.report.plan_files import GEOPACKAGE_FILE, NOTES_FILE, write_tables
from placement_opt.statutory import SPECIAL_OF_PLANS, NationalRate, statutory_tables
from placement_opt.travel import TravelMatrix
from placement_opt.verify import verify
from placement_opt.whole_files import turn_in

PUPIL_TABLES = ("placements", "unplaced")
"""Tables of pupils, which stand beside the statutory ones where they are confidential."""


def write_returns(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Write the statutory tables of a saved run, or of today's placements."""
    if parsed.pupil_ids and not parsed.confidential:
        wrong_use("tables: --pupil-ids needs --confidential.")
    national = _national(parsed)
    plan = load_plan(parsed.run_file)
    problem, travel = question_of_run(parsed, plan)
    verify(problem, travel, plan).raise_if_wrong()
    plans = {"plan": plan} if parsed.confidential and not parsed.today else _beside(problem, travel, plan)
    shown = plans["today" if parsed.today else "plan"]
    try:
        tables = statutory_tables(problem, shown, national=national, all_pupils=parsed.all_pupils)
    except ValueError as error:
        wrong_use(f"tables: {error}")
    names = [f"{name}.csv" for name in (*tables.tables, *PUPIL_TABLES)]
    check_writable(parsed.out, GEOPACKAGE_FILE, NOTES_FILE, *names, read=read_by(parsed))
    with turn_in(parsed.out, voice.tell):
        folder = write_tables(
            parsed.out,
            problem,
            shown,
            plans=plans,
            tables=tables,
            confidential=parsed.confidential,
            pupil_ids=parsed.pupil_ids,
        )
    for note in tables.notes if parsed.confidential else ():
        voice.say(note)
    voice.wrote("tables", folder, "rows of pupils: keep them inside the council" if parsed.confidential else "")
    return Reply({"notes": list(tables.notes) if parsed.confidential else []}, holds_pupils=parsed.confidential)


def _beside(problem: Problem, travel: TravelMatrix, plan: Plan) -> dict[str, Plan]:
    """Return the plans of the report and the workbook of a run: what is shared hides what they hide."""
    from placement_opt.solve import baseline  # noqa: PLC0415 - the solver loads when today is needed

    return {"today": baseline(problem, travel, policy=plan.policy), "plan": plan}


def _national(parsed: argparse.Namespace) -> NationalRate:
    given = (parsed.national_share, parsed.national_year, parsed.national_source)
    if all(value is None for value in given):
        return SPECIAL_OF_PLANS
    if any(value is None for value in given):
        wrong_use("tables: give --national-share, --national-year and --national-source together.")
    try:
        return NationalRate(*given)
    except ValueError as error:
        wrong_use(f"tables: {error}")
