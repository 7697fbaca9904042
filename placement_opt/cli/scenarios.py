"""The command that solves the scenarios of a file and writes them side by side."""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from placement_opt.arguments.values import options_of, policy_of
from placement_opt.cli.reading import question
from placement_opt.cli.reply import Reply, rows
from placement_opt.cli.saying import Voice
from placement_opt.cli.writing import check_writable, read_by
from placement_opt.policy import Policy, SolveOptions
from placement_opt.report.scenario_files import SCENARIO_BOOK, SCENARIO_TABLE, write_scenarios
from placement_opt.scenarios.scenario_files import read_scenarios
from placement_opt.scenarios.scenario_set import solve_scenarios
from placement_opt.whole_files import turn_in


def solve_file(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Solve a question and the changed ones of a file; one that has no plan is told with its reason."""
    return solve_all(parsed, policy_of(parsed), options_of(parsed), voice)


def solve_all(parsed: argparse.Namespace, policy: Policy, options: SolveOptions, voice: Voice) -> Reply:
    """Solve what `solve_file` does, under a policy and options that are no words any more."""
    scenarios = read_scenarios(parsed.scenarios)
    problem, travel = question(parsed)
    check_writable(parsed.out, SCENARIO_TABLE, SCENARIO_BOOK, read=read_by(parsed))
    answers = solve_scenarios(
        problem,
        travel,
        scenarios,
        policy=policy,
        options=options,
        executor=partial(ProcessPoolExecutor, parsed.workers) if parsed.workers > 1 else None,
        progress=voice.tell,
    )
    voice.say(answers.summary())
    voice.say("")
    with turn_in(parsed.out, voice.tell):
        table, book = write_scenarios(parsed.out, answers)
    voice.wrote("table", table)
    voice.wrote("workbook", book, "small groups are not hidden: keep both inside the council")
    failures = [{"scenario": name, "reason": str(failure)} for name, failure in answers.failures.items()]
    return Reply({"scenarios": rows(answers.table), "failures": failures})
