"""The command that says why pupils of a saved run are placed where they are, and writes the pack for a panel."""

import argparse

from placement_opt.cli.reading import question_of_run
from placement_opt.cli.saying import say
from placement_opt.plan import load_plan
from placement_opt.verify import verify
from placement_opt.why.reasons import reasons


def explain_pupils(parsed: argparse.Namespace) -> None:
    """Explain pupils of a saved run: the letter, or everything for officers; or write the pack for a panel."""
    plan = load_plan(parsed.run_file)
    problem, travel = question_of_run(parsed, plan)
    verify(problem, travel, plan).raise_if_wrong()
    if parsed.panel is not None:
        from placement_opt.report.panel import panel_pack  # noqa: PLC0415 - the report's libraries load when used

        pack = panel_pack(problem, travel, plan, parsed.pupil, parsed.panel)
        say(f"pack      {pack} (CONFIDENTIAL: a page for each of {len(parsed.pupil)} pupils)")
        return
    found = reasons(problem, travel, plan).explain_all(parsed.pupil)
    say("\n\n".join(one.letter() if parsed.letter else one.officer_view() for one in found))
