"""The commands about tables alone: a blank workbook, whether a filled one is right, whether journeys can be."""

import argparse

from placement_opt.arguments import policy_of, wrong_use
from placement_opt.cli.reading import question
from placement_opt.cli.saying import say
from placement_opt.files import write_template
from placement_opt.journey_checks import check_travel
from placement_opt.pairs import candidate_pairs
from placement_opt.schema import TABLES


def template(parsed: argparse.Namespace) -> None:
    """Write a blank workbook."""
    if parsed.path.suffix.lower() != ".xlsx":
        wrong_use(f"{parsed.path}: the template is a workbook; give a name that ends in .xlsx.")
    say(f"Template: {write_template(parsed.path)}")


def check(parsed: argparse.Namespace) -> None:
    """Read the tables and say what is there."""
    problem, travel = question(parsed)
    pairs = candidate_pairs(problem, travel, policy=policy_of(parsed))
    pupils = problem.pupils
    stays = int(pupils.loc[pairs.stays, "count"].sum())
    nowhere = set(pupils["pupil_id"]) - set(pairs.table()["pupil_id"])
    say(f"The tables are right: {problem!r}.")
    say(f"Journeys: {travel!r}.")
    say(f"{stays:,} pupils stay where they are, {int(pupils['count'].sum()) - stays:,} may be given a place.")
    say(f"{len(pairs):,} pairs of pupil and provision are possible; {len(nowhere):,} pupils have none.")
    for name, table in TABLES.items():
        extra = (
            [] if name == "parameters" else sorted(set(problem.table(name).columns) - set(table.names) - {"kind_label"})
        )
        if extra:
            say(f"Columns of {name} that are kept but not used: {', '.join(extra)}.")


def check_journeys(parsed: argparse.Namespace) -> None:
    """Say what is wrong with the journeys and what is doubtful; errors end with exit code 1."""
    problem, travel = question(parsed, check=False)
    check = check_travel(problem, travel, seed=parsed.seed)
    say(f"Journeys: {travel!r}.")
    say(check.summary())
    check.raise_if_wrong()
