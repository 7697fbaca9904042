"""The commands about saved runs that need no solver: checking one again, holding several against each other."""

import argparse

from placement_opt.arguments import wrong_use
from placement_opt.cli.reading import question_of_run
from placement_opt.cli.saying import say
from placement_opt.compare import compare
from placement_opt.errors import PlacementError
from placement_opt.plan import load_plan
from placement_opt.verify import verify


def compare_runs(parsed: argparse.Namespace) -> None:
    """Hold saved runs against the first of them."""
    if len(parsed.runs) < 2:
        wrong_use("compare: give at least two runs.")
    if len({path.resolve() for path in parsed.runs}) < len(parsed.runs):
        wrong_use("compare: the same run is given twice.")
    plans = {str(path): load_plan(path) for path in parsed.runs}
    try:
        comparison = compare(plans)
    except ValueError as error:
        raise PlacementError(str(error)) from None
    say(comparison.summary())


def verify_run(parsed: argparse.Namespace) -> None:
    """Check a saved run again, and say what was checked and what is proven."""
    plan = load_plan(parsed.run_file)
    problem, travel = question_of_run(parsed, plan)
    verification = verify(problem, travel, plan)
    verification.raise_if_wrong()
    say(verification.summary())
    say(f"Checked: {', '.join(verification.checks)}.")
