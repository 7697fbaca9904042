"""The command that says what changed between two saved runs."""

import argparse
from pathlib import Path
from typing import Any

from placement_opt.arguments.values import wrong_use
from placement_opt.cli.reply import Reply, rows
from placement_opt.cli.saying import Voice
from placement_opt.cli.writing import check_writable
from placement_opt.files import read_problem
from placement_opt.plan import load_plan
from placement_opt.problem import Problem
from placement_opt.whole_files import turn_in
from placement_opt.why.runs import WhatChanged, what_changed
from placement_opt.why.runs.places import STAYED, WAITS

RUN_FILE = "run.json"


def compare_two(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Say what changed from one run to the next, and write it if asked."""
    first, second = (path / RUN_FILE if path.is_dir() else path for path in (parsed.first, parsed.second))
    if first.resolve() == second.resolve():
        wrong_use("diff: the same run is given twice.")
    if (parsed.tables1 is None) != (parsed.tables2 is None):
        wrong_use("diff: give both --tables1 and --tables2, or neither.")
    if parsed.out is not None:
        from placement_opt.report.run_changes import CHANGE_BOOK, CHANGE_TABLE  # noqa: PLC0415 - loads when used

        read = [path for path in (first, second, parsed.tables1, parsed.tables2) if path is not None]
        check_writable(parsed.out, CHANGE_TABLE, CHANGE_BOOK, read=read)
    before, after = load_plan(first), load_plan(second)
    changed = what_changed(before, after, tables=_tables(parsed))
    voice.say(changed.summary())
    if parsed.ids:
        voice.say(_listed(changed))
    if parsed.out is not None:
        from placement_opt.report.run_changes import write_changes  # noqa: PLC0415 - loads when used

        with turn_in(parsed.out, voice.tell):
            table, book = write_changes(parsed.out, changed, ids=parsed.ids)
        note = (
            "CONFIDENTIAL: lists pupils" if parsed.ids else "small groups are not hidden: keep both inside the council"
        )
        voice.say("")
        voice.wrote("table", table)
        voice.wrote("workbook", book, note)
    parts = ("inputs", "settings", "counts", "headline", "kinds")
    answer: dict[str, Any] = {name: rows(getattr(changed, name)) for name in parts}
    answer |= {"money": rows(changed.money()), "is_one_question": changed.is_one_question}
    if parsed.ids:
        answer["places"] = rows(changed.places)
    return Reply(answer, holds_pupils=parsed.ids)


def _tables(parsed: argparse.Namespace) -> tuple[Problem, Problem] | None:
    if parsed.tables1 is None:
        return None
    folders: tuple[Path, Path] = parsed.tables1, parsed.tables2
    first, second = (read_problem(folder, postcodes=parsed.postcodes) for folder in folders)
    return first, second


def _listed(changed: WhatChanged) -> str:
    """Return those whose place differs, a line each; ids are what `--ids` asks for."""
    rows = changed.places[~changed.places["what"].isin([STAYED, WAITS])]
    lines = ["", "Pupils whose place differs:"]
    for row in rows.fillna("").to_dict("records"):
        number = f" ({row['count']} pupils)" if row["count"] > 1 else ""
        ends = f"{row['from_provision_id'] or 'no place'} -> {row['to_provision_id'] or 'no place'}"
        about = f"; {row['about']}" if row["about"] else ""
        lines.append(f"  {row['pupil_id']}{number}: {row['what']}, {ends}{about}")
    return "\n".join(lines if len(rows) else [*lines, "  nobody"])
