"""The command that works out what places are worth."""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pandas as pd

from placement_opt.arguments.values import wrong_use
from placement_opt.cli.reading import question_of_run
from placement_opt.cli.reply import Reply, rows
from placement_opt.cli.saying import Voice
from placement_opt.cli.writing import check_writable, read_by
from placement_opt.errors import InputError
from placement_opt.plan import load_plan
from placement_opt.verify import verify
from placement_opt.whole_files import turn_in, write_csv_files
from placement_opt.why.worth import value_of_places
from placement_opt.why.worth.result import PlacesWorth

MOVES_FILE, GROUPS_FILE = "worth_moves.csv", "worth_by_group.csv"
OPEN_FILES = ("worth_places.csv", "worth_provisions.csv", "worth_limits.csv", "worth_next.csv", "worth_best.csv")


def value_places(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Say what places are worth in a saved run's question, and write the tables if asked."""
    plan = load_plan(parsed.run_file)
    problem, travel = question_of_run(parsed, plan)
    verify(problem, travel, plan).raise_if_wrong()
    if parsed.out is not None:
        check_writable(parsed.out, *OPEN_FILES, GROUPS_FILE, MOVES_FILE, read=read_by(parsed))
    by = tuple(name.strip() for name in parsed.by.split(",") if name.strip())
    try:
        worth = value_of_places(
            problem,
            travel,
            plan,
            steps=parsed.steps,
            provision_ids=parsed.at,
            by=by,
            executor=partial(ProcessPoolExecutor, parsed.workers) if parsed.workers > 1 else None,
            progress=voice.tell,
        )
    except InputError:
        raise
    except ValueError as error:
        wrong_use(f"worth: {error}")
    voice.say(worth.summary())
    if parsed.out is not None:
        _write(parsed, worth, voice)
    tables = {
        "places": worth.table,
        "provisions": worth.provisions,
        "limits": worth.limits_table,
        "next_places": worth.next_places,
        "best_places": worth.best_places,
    }
    return Reply({"is_proven": worth.is_proven, **{name: rows(table) for name, table in tables.items()}})


def _write(parsed: argparse.Namespace, worth: PlacesWorth, voice: Voice) -> None:
    tables = (worth.table, worth.provisions, worth.limits_table, worth.next_places, worth.best_places)
    kept = {GROUPS_FILE: worth.by_group, MOVES_FILE: worth.moves}
    files: dict[str, pd.DataFrame] = {**dict(zip(OPEN_FILES, tables, strict=True)), **kept}
    voice.say("")
    with turn_in(parsed.out, voice.tell):
        write_csv_files(parsed.out, files)
    for name in files:
        note = {MOVES_FILE: "CONFIDENTIAL: lists pupils", GROUPS_FILE: "small groups are not hidden"}.get(name, "")
        voice.wrote("table", parsed.out / name, note)
