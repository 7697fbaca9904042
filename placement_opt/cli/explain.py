"""The command that says why pupils of a saved run are placed where they are, and writes the pack for a panel."""

import argparse
from typing import Any

from placement_opt.cli.reading import question_of_run
from placement_opt.cli.reply import Reply, rows
from placement_opt.cli.saying import Voice
from placement_opt.cli.writing import check_writable, read_by
from placement_opt.plan import load_plan
from placement_opt.verify import verify
from placement_opt.why.reasons import reasons


def explain_pupils(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Explain pupils of a saved run: the letter, or everything for officers; or write the pack for a panel."""
    plan = load_plan(parsed.run_file)
    problem, travel = question_of_run(parsed, plan)
    if parsed.panel is not None:
        check_writable(parsed.panel.parent, parsed.panel.name, read=read_by(parsed))
    verify(problem, travel, plan).raise_if_wrong()
    if parsed.panel is not None:
        from placement_opt.report.panel import panel_pack  # noqa: PLC0415 - the report's libraries load when used

        pack = panel_pack(problem, travel, plan, parsed.pupil, parsed.panel)
        voice.wrote("pack", pack, f"CONFIDENTIAL: a page for each of {len(parsed.pupil)} pupils")
        return Reply({"pupils": [{"pupil_id": pupil} for pupil in parsed.pupil]}, holds_pupils=True)
    found = reasons(problem, travel, plan).explain_all(parsed.pupil)
    voice.say("\n\n".join(one.letter() if parsed.letter else one.officer_view() for one in found))
    answers: list[dict[str, Any]] = [{"pupil_id": one.pupil_id, "letter": one.letter()} for one in found]
    if not parsed.letter:
        for answer, one in zip(answers, found, strict=True):
            answer |= {"officer_view": one.officer_view(), "provisions": rows(one.table())}
    return Reply({"pupils": answers}, holds_pupils=True)
