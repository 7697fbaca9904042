"""The commands about tables alone: a blank workbook, whether a filled one is right, whether journeys can be."""

import argparse

from placement_opt.arguments.values import policy_of, wrong_use
from placement_opt.cli.reading import question
from placement_opt.cli.reply import Reply, plain, rows
from placement_opt.cli.saying import Voice
from placement_opt.files import write_template
from placement_opt.journey_checks import check_travel
from placement_opt.pairs import candidate_pairs
from placement_opt.problem import Problem
from placement_opt.schema import TABLES

NAMED = 5
"""So many provisions are named."""


def template(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Write a blank workbook."""
    if parsed.path.suffix.lower() != ".xlsx":
        wrong_use(f"{parsed.path}: the template is a workbook; give a name that ends in .xlsx.")
    if parsed.path.exists():
        wrong_use(f"{parsed.path} is there already; give another name, or remove it.")
    voice.wrote("template", write_template(parsed.path))
    return Reply({})


def check(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Read the tables and say what is there."""
    problem, travel = question(parsed)
    pairs = candidate_pairs(problem, travel, policy=policy_of(parsed))
    pupils = problem.pupils
    whole, stays = int(pupils["count"].sum()), int(pupils.loc[pairs.stays, "count"].sum())
    possible = pairs.table()
    nowhere = ~pupils["pupil_id"].isin(possible["pupil_id"])
    voice.say(f"The tables are right: {problem!r}.")
    voice.say(f"Journeys: {travel!r}.")
    stay = "pupil stays" if stays == 1 else "pupils stay"
    voice.say(f"{stays:,} {stay} where placed now, {whole - stays:,} may be given a place.")
    without = int(pupils.loc[nowhere, "count"].sum())
    voice.say(f"{len(pairs):,} pairs of pupil and provision are possible{_without(without)}.")
    idle = _idle(problem, set(possible["provision_id"]))
    if idle:
        shown = ", ".join(idle[:NAMED]) + (f" and {len(idle) - NAMED:,} more" if len(idle) > NAMED else "")
        kinds = problem.provisions.set_index("provision_id")["kind"]
        hint = " A spoke needs a hub: fill in the table hubs." if "spoke" in set(kinds[idle]) else ""
        voice.say(f"No pupil who may be given a place can have one at {shown}.{hint}")
    for finding in check_travel(problem, travel).findings:
        voice.say(f"Journeys, {finding.severity} (placement-opt check-travel says which): {finding.message}")
    unused = _unused_columns(problem)
    for name, columns in unused.items():
        voice.say(f"Columns of {name} that are kept but not used: {', '.join(columns)}.")
    answer = {
        "pupils": whole,
        "settings": len(problem.settings),
        "provisions": len(problem.provisions),
        "places": int(problem.provisions["places"].sum()),
        "pupils_who_stay": stays,
        "pupils_who_may_move": whole - stays,
        "pairs": len(pairs),
        "rows_without_a_pair": int(nowhere.sum()),
        "provisions_without_a_pair": idle,
        "journeys": travel.source,
        "unused_columns": unused,
    }
    return Reply(answer)


def _idle(problem: Problem, possible: set[str]) -> list[str]:
    """Return the provisions with places that are possible for nobody who is to be placed."""
    table = problem.provisions
    is_idle = (table["places"] > 0) & (table["status"] != "closed") & ~table["provision_id"].isin(possible)
    return [str(name) for name in table.loc[is_idle, "provision_id"]]


def _without(pupils: int) -> str:
    """Say how many pupils nothing is possible for, where there are any."""
    return f"; {pupils:,} {'pupil has' if pupils == 1 else 'pupils have'} none" if pupils else ""


def _unused_columns(problem: Problem) -> dict[str, list[str]]:
    """Return the columns of each table that are kept but have no meaning here."""
    found = {
        name: sorted(set(problem.table(name).columns) - set(table.names) - {"kind_label"})
        for name, table in TABLES.items()
        if name != "parameters"
    }
    return {name: columns for name, columns in found.items() if columns}


def check_journeys(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Say what is wrong with the journeys and what is doubtful; errors end with exit code 1."""
    problem, travel = question(parsed, check=False)
    check = check_travel(problem, travel, seed=parsed.seed)
    voice.say(f"Journeys: {travel!r}.")
    voice.say(check.summary())
    check.raise_if_wrong()
    answer = {"findings": rows(check.table()), "figures": plain(check.figures), "untested": list(check.untested)}
    return Reply(answer)
