"""What a saved run leaves for an auditor, as a line for the council's own log."""

import argparse
import json

from placement_opt.arguments.values import wrong_use
from placement_opt.cli.reading import question_of_run
from placement_opt.cli.reply import Reply
from placement_opt.cli.saying import Voice
from placement_opt.plan import load_plan
from placement_opt.report.audit import audit_record
from placement_opt.solve import baseline
from placement_opt.verify import verify


def print_audit(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Check a saved run again, and print who made it, from what, how good it is and what is hidden: no pupil's data."""
    for option, text in (("--made-by", parsed.made_by), ("--purpose", parsed.purpose)):
        if not text.strip():
            wrong_use(
                f"audit: {option} is blank. Say who made the run, as the council keeps such records, and for what."
            )
    plan = load_plan(parsed.run_file)
    problem, travel = question_of_run(parsed, plan)
    verify(problem, travel, plan).raise_if_wrong()
    plans = {"today": baseline(problem, travel, policy=plan.policy), "plan": plan}
    record = audit_record(plans, problem, made_by=parsed.made_by, purpose=parsed.purpose)
    voice.say(json.dumps(record))
    return Reply(record)
