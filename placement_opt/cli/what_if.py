"""The command that says which placements would still be best if journeys or prices were off."""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from placement_opt.arguments.values import wrong_use
from placement_opt.cli.reading import question_of_run
from placement_opt.cli.reply import Reply, rows
from placement_opt.cli.saying import Voice
from placement_opt.cli.writing import check_writable, read_by
from placement_opt.errors import InputError
from placement_opt.plan import load_plan
from placement_opt.verify import verify
from placement_opt.whole_files import turn_in, write_csv_files
from placement_opt.why.robust import GROUPINGS, Robust, what_if

CASES_FILE, PLACEMENTS_FILE, CHANGES_FILE = "what_if_cases.csv", "what_if_placements.csv", "what_if_changes.csv"
USUAL_TIMES = (0.85, 1.15)


def hold_against_cases(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Hold a saved run against cases in which journeys or prices are off, and write the tables if asked."""
    if parsed.by not in GROUPINGS:
        wrong_use(f"what-if: --by is {parsed.by!r}; use one of {', '.join(GROUPINGS)}.")
    prices = _prices(parsed.price)
    plan = load_plan(parsed.run_file)
    problem, travel = question_of_run(parsed, plan)
    verify(problem, travel, plan).raise_if_wrong()
    if parsed.out is not None:
        check_writable(parsed.out, CASES_FILE, PLACEMENTS_FILE, CHANGES_FILE, read=read_by(parsed))
    chosen = (parsed.times, parsed.distances, parsed.transport, prices)
    try:
        held = what_if(
            problem,
            travel,
            plan,
            times=parsed.times or (() if any(chosen) else USUAL_TIMES),
            distances=parsed.distances or (),
            transport=parsed.transport or (),
            prices=prices,
            most_checks=parsed.most_checks,
            executor=partial(ProcessPoolExecutor, parsed.workers) if parsed.workers > 1 else None,
            progress=voice.tell,
        )
    except InputError:
        raise
    except ValueError as error:
        wrong_use(f"what-if: {error}")
    voice.say(f"{held.summary()}\n\n{held.shareable(parsed.by)}")
    if parsed.out is not None:
        _write(parsed, held, voice)
    answer = {
        "placements": int(plan.placements["count"].sum()),
        "robust_pupils": held.robust_pupils,
        "cases": rows(held.cases),
        "by": parsed.by,
        "groups": rows(held.by(parsed.by)),
    }
    return Reply(answer)


def _prices(given: list[str]) -> dict[str, list[float]]:
    """Return the factors of each kind."""
    prices: dict[str, list[float]] = {}
    wrong = []
    for entry in given:
        kind, _, factor = entry.rpartition("=")
        try:
            prices.setdefault(kind, []).append(float(factor))
        except ValueError:
            wrong.append(entry)
    if wrong or "" in prices:
        wrong_use("what-if: --price is KIND=FACTOR, such as special=1.1.")
    return prices


def _write(parsed: argparse.Namespace, held: Robust, voice: Voice) -> None:
    voice.say("")
    tables = {CASES_FILE: held.cases.reset_index(), PLACEMENTS_FILE: held.placements, CHANGES_FILE: held.changes}
    with turn_in(parsed.out, voice.tell):
        write_csv_files(parsed.out, tables)
    for name in tables:
        voice.wrote("table", parsed.out / name, "" if name == CASES_FILE else "CONFIDENTIAL: lists pupils")
