"""The command that solves the scenarios of a file and writes them side by side."""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from placement_opt.arguments import options_of, policy_of
from placement_opt.cli.planning import check_writable
from placement_opt.cli.reading import question
from placement_opt.cli.saying import say, tell
from placement_opt.report.scenario_files import SCENARIO_BOOK, SCENARIO_TABLE, write_scenarios
from placement_opt.scenarios.scenario_files import read_scenarios
from placement_opt.scenarios.scenario_set import solve_scenarios


def solve_file(parsed: argparse.Namespace) -> None:
    """Solve a question and the changed ones of a file; one that has no plan is told with its reason."""
    scenarios = read_scenarios(parsed.scenarios)
    problem, travel = question(parsed)
    check_writable(parsed.out, SCENARIO_TABLE, SCENARIO_BOOK)
    answers = solve_scenarios(
        problem,
        travel,
        scenarios,
        policy=policy_of(parsed),
        options=options_of(parsed),
        executor=partial(ProcessPoolExecutor, parsed.workers) if parsed.workers > 1 else None,
        progress=tell,
    )
    say(answers.summary())
    say("")
    table, book = write_scenarios(parsed.out, answers)
    say(f"table     {table}")
    say(f"workbook  {book} (small groups are not hidden: keep both inside the council)")
