"""The commands about saved runs that need no solver: checking one again, holding several against each other."""

import argparse

from placement_opt.arguments.values import wrong_use
from placement_opt.cli.reading import question_of_run
from placement_opt.cli.reply import Reply, plain, plan_figures, rows
from placement_opt.cli.saying import Voice
from placement_opt.compare import compare
from placement_opt.errors import PlacementError
from placement_opt.plan import load_plan
from placement_opt.verify import verify


def compare_runs(parsed: argparse.Namespace, voice: Voice) -> Reply:
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
    voice.say(comparison.summary())
    answer = {"reference": comparison.reference, "headline": rows(comparison.headline())}
    return Reply(answer | {"by_kind": rows(comparison.by("kind"))})


def verify_run(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Check a saved run again, and say what was checked and what is proven."""
    plan = load_plan(parsed.run_file)
    problem, travel = question_of_run(parsed, plan)
    verification = verify(problem, travel, plan)
    verification.raise_if_wrong()
    voice.say(verification.summary())
    voice.say(f"Checked: {', '.join(verification.checks)}.")
    answer = {
        "is_right": verification.is_right,
        "certified_gbp": plain(verification.certified_gbp),
        "searched_gbp": plain(verification.searched_gbp),
        "checks": list(verification.checks),
        "plan": plan_figures(plan),
    }
    return Reply(answer)
