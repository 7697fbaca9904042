"""The command that plans several school years together and writes the tables of the plan."""

import argparse
from collections.abc import Mapping

from placement_opt.arguments.values import options_of, policy_of, year_rules_of
from placement_opt.cli.planning import origin_of
from placement_opt.cli.reading import question_of_years
from placement_opt.cli.reply import Reply, plain, rows
from placement_opt.cli.saying import Voice
from placement_opt.cli.writing import check_writable, read_by
from placement_opt.policy import Policy, SolveOptions
from placement_opt.report.year_files import RUN_FILE, TABLE_FILES, write_years
from placement_opt.solve.years import plan_years
from placement_opt.whole_files import turn_in
from placement_opt.year_rules import YearRules


def plan_and_write(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Plan the years of the table `years`; nothing is written where there is no plan."""
    return plan_all(parsed, policy_of(parsed), year_rules_of(parsed), options_of(parsed), origin_of(parsed), voice)


def plan_all(
    parsed: argparse.Namespace,
    policy: Policy,
    rules: YearRules,
    options: SolveOptions,
    origin: Mapping[str, str],
    voice: Voice,
) -> Reply:
    """Plan what `plan_and_write` does, under a policy, rules and options that are no words any more."""
    problem, travel = question_of_years(parsed)
    check_writable(parsed.out, RUN_FILE, *TABLE_FILES, read=read_by(parsed))
    plan = plan_years(problem, travel, policy=policy, rules=rules, options=options, progress=voice.tell)
    plan = plan.with_record(origin=dict(origin))
    voice.say(plan.summary())
    voice.say("")
    with turn_in(parsed.out, voice.tell):
        run, *tables = write_years(parsed.out, plan)
    voice.wrote("run", run, "holds pupils' rows: keep it inside the council")
    for table in tables:
        voice.wrote("table", table)
    names = ("cost_gbp", "capital_gbp", "present_value_gbp", "bound_gbp", "gap", "unplaced_pupil_years")
    figures = {name: plain(getattr(plan, name)) for name in names}
    return Reply({"status": str(plan.status), **figures, "gbp_by_year": rows(plan.costs())})
