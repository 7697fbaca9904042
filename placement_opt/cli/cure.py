"""The command that says which changes would give a place to those who have none."""

import argparse
from pathlib import Path

import pandas as pd

from placement_opt.arguments.values import options_of, policy_of, wrong_use
from placement_opt.cli.reading import question
from placement_opt.cli.reply import Reply, rows
from placement_opt.cli.saying import Voice
from placement_opt.cli.writing import check_writable, read_by
from placement_opt.errors import InputError
from placement_opt.whole_files import turn_in, write_csv_files
from placement_opt.why.shortfall import CureRules, cures
from placement_opt.why.shortfall.values import Cures
from placement_opt.why.witness import witness
from placement_opt.why.witness_values import Witness

CHANGES_FILE, SHARING_FILE = "cures.csv", "sharing.csv"


def find_cures(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Find the sets of changes, say them, and write their tables if asked."""
    prices, rules = _prices(parsed.price), _rules(parsed)
    policy, options = policy_of(parsed), options_of(parsed)
    problem, travel = question(parsed)
    if parsed.out is not None:
        check_writable(parsed.out, CHANGES_FILE, SHARING_FILE, read=read_by(parsed))
    try:
        found = cures(problem, travel, policy=policy, options=options, prices=prices, rules=rules, progress=voice.tell)
    except InputError:
        raise
    except ValueError as error:  # of the arguments
        wrong_use(str(error))
    voice.say(found.summary())
    shared = None
    if found.before is not None and found.before.unplaced_pupils:
        shared = witness(problem, travel, found.before, clashes=False)  # the cures say which rules have to give way
        voice.say(f"\n{shared.summary()}")
    if parsed.out is not None:
        _write(parsed.out, found, shared, voice)
    answer = {
        "unplaced_before": None if found.before is None else found.before.unplaced_pupils,
        "unplaced_after": found.unplaced_pupils,
        "is_fewest": found.is_fewest,
        "sets": rows(found.table),
        "clashes": list(found.clashes),
    }
    return Reply(answer, holds_pupils=bool(found.clashes))


def _write(out: Path, found: Cures, shared: Witness | None, voice: Voice) -> None:
    sets = [*found.fewest, *([found.cheapest] if found.cheapest is not None else [])]
    parts = [
        cure.changes.assign(set=number, order=order)
        for number, (cure, order) in enumerate(zip(sets, found.table["order"], strict=True), start=1)
    ]
    table = pd.concat(parts, ignore_index=True)
    columns = ["set", "order", *(name for name in table.columns if name not in {"set", "order"})]
    tables = {CHANGES_FILE: table[columns], **({} if shared is None else {SHARING_FILE: shared.pupils})}
    with turn_in(out, voice.tell):
        write_csv_files(out, tables)
    voice.say("")
    voice.wrote("changes", out / CHANGES_FILE, "CONFIDENTIAL: may name pupils' rows")
    if shared is not None:
        voice.wrote("sharing", out / SHARING_FILE, "CONFIDENTIAL: holds pupils' rows")


def _prices(given: list[str]) -> dict[str, float]:
    prices, wrong = {}, []
    for entry in given:
        name, _, gbp = entry.rpartition("=")
        try:
            prices[name] = float(gbp)
        except ValueError:
            wrong.append(entry)
        if not name and entry not in wrong:
            wrong.append(entry)
    if wrong:
        wrong_use(f"cure: --price {', '.join(map(repr, wrong))} is no price; write NAME=GBP, such as special=24000.")
    return prices


def _rules(parsed: argparse.Namespace) -> CureRules:
    try:
        return CureRules(
            kinds=parsed.kind,
            leave=parsed.leave,
            most=parsed.most,
            most_changes=parsed.most_changes,
            most_minutes=parsed.longest,
        )
    except ValueError as error:
        wrong_use(str(error))
