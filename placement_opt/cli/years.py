"""The command that plans several school years together and writes the tables of the plan."""

import argparse

from placement_opt.arguments.values import options_of, policy_of, year_rules_of
from placement_opt.cli.planning import check_writable
from placement_opt.cli.reading import question_of_years
from placement_opt.cli.reply import Reply, plain, rows
from placement_opt.cli.saying import Voice
from placement_opt.report.year_files import RUN_FILE, TABLE_FILES, write_years
from placement_opt.solve.years import plan_years


def plan_and_write(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Plan the years of the table `years`; nothing is written where there is no plan."""
    problem, travel = question_of_years(parsed)
    check_writable(parsed.out, RUN_FILE, *TABLE_FILES)
    plan = plan_years(
        problem,
        travel,
        policy=policy_of(parsed),
        rules=year_rules_of(parsed),
        options=options_of(parsed),
        progress=voice.tell,
    )
    voice.say(plan.summary())
    voice.say("")
    run, *tables = write_years(parsed.out, plan)
    voice.wrote("run", run, "holds pupils' rows: keep it inside the council")
    for table in tables:
        voice.wrote("table", table)
    names = ("cost_gbp", "capital_gbp", "present_value_gbp", "bound_gbp", "gap", "unplaced_pupil_years")
    figures = {name: plain(getattr(plan, name)) for name in names}
    return Reply({"status": str(plan.status), **figures, "gbp_by_year": rows(plan.costs())})
