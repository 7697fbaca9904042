"""The command that writes the statutory tables of a saved run."""

import argparse

from placement_opt.arguments.values import wrong_use
from placement_opt.cli.reading import question_of_run
from placement_opt.cli.reply import Reply
from placement_opt.cli.saying import Voice
from placement_opt.plan import Plan, load_plan
from placement_opt.problem import Problem
from placement_opt.report.plan_files import write_tables
from placement_opt.statutory import SPECIAL_OF_PLANS, NationalRate, statutory_tables
from placement_opt.travel import TravelMatrix
from placement_opt.verify import verify


def write_returns(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Write the statutory tables of a saved run, or of today's placements."""
    if parsed.pupil_ids and not parsed.confidential:
        wrong_use("tables: --pupil-ids needs --confidential.")
    national = _national(parsed)
    plan = load_plan(parsed.run_file)
    problem, travel = question_of_run(parsed, plan)
    verify(problem, travel, plan).raise_if_wrong()
    shown = _today(problem, travel, plan) if parsed.today else plan
    try:
        tables = statutory_tables(problem, shown, national=national, all_pupils=parsed.all_pupils)
    except ValueError as error:
        wrong_use(f"tables: {error}")
    folder = write_tables(
        parsed.out, problem, shown, tables=tables, confidential=parsed.confidential, pupil_ids=parsed.pupil_ids
    )
    for note in tables.notes if parsed.confidential else ():
        voice.say(note)
    voice.wrote("tables", folder, "rows of pupils: keep them inside the council" if parsed.confidential else "")
    return Reply({"notes": list(tables.notes) if parsed.confidential else []}, holds_pupils=parsed.confidential)


def _today(problem: Problem, travel: TravelMatrix, plan: Plan) -> Plan:
    from placement_opt.solve import baseline  # noqa: PLC0415 - the solver loads when today is asked for

    return baseline(problem, travel, policy=plan.policy)


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
