"""What the command line understands of the commands that ask why."""

import argparse
from collections.abc import Callable
from pathlib import Path


def add_fairness(parser: argparse.ArgumentParser) -> None:
    """Add the options of `fairness` to those that name a saved run."""
    add = parser.add_argument
    add("--by", default="need", metavar="COLUMN", help="column of pupils, one of your own as well (default need)")
    add(
        "--suppress-below",
        type=int,
        default=5,
        metavar="PUPILS",
        help="hide smaller groups, and what would give them away (default 5; 1 = hide nothing: not for sharing)",
    )
    add("--home-authority", metavar="NAME", help="the council's name in the tables: schools of others are elsewhere")
    add(
        "--kappa",
        type=float,
        help="how steeply longer journeys count, for each minute; the same for runs that are held against each other",
    )


def add_diff(parser: argparse.ArgumentParser, input_help: str) -> None:
    """Add two runs, the tables that they were made from, and what is to be shown and written.

    Parameters
    ----------
    parser
        Of the command.
    input_help
        What tables can be.
    """
    for name, which in (("first", "the earlier run"), ("second", "the later run")):
        parser.add_argument(
            name, type=Path, metavar=name.upper(), help=f"{which}: a run.json of `solve`, or its folder"
        )
    for name, which in (("--tables1", "first"), ("--tables2", "second")):
        parser.add_argument(
            name, type=Path, metavar="TABLES", help=f"what the {which} run was made from, to compare rows: {input_help}"
        )
    parser.add_argument("--postcodes", type=Path, help="Code-Point Open CSV, where the tables give postcodes")
    parser.add_argument("--ids", action="store_true", help="list pupils whose place differs by id: not for sharing")
    parser.add_argument("--out", type=Path, help="folder for a table and a workbook of the changes; default: only say")


def add_explain(parser: argparse.ArgumentParser) -> None:
    """Add the options of `explain` to those that name a saved run."""
    add = parser.add_argument
    add("--pupil", action="append", required=True, metavar="PUPIL_ID", help="whom to explain; may be repeated")
    add("--letter", action="store_true", help="only what may be sent home; default: everything, for officers")
    add("--panel", type=Path, metavar="FILE", help="write the pack for a panel instead, an HTML page for each pupil")


def add_cure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `cure` to those that name the tables, the policy and how hard to look."""
    add = parser.add_argument
    add(
        "--price",
        action="append",
        default=[],
        metavar="NAME=GBP",
        help="£ a year of one place more at a provision_id or a kind of provision, or of a `bought place` outside the "
        "tables; may be repeated",
    )
    add("--kind", action="append", metavar="NAME", help="look at this kind of change only; may be repeated (see docs)")
    add("--leave", type=int, default=0, metavar="PUPILS", help="so many pupils may be left without a place (default 0)")
    add("--most", type=int, default=3, metavar="SETS", help="how many sets of fewest changes to look for (default 3)")
    add("--most-changes", type=int, metavar="CHANGES", help="most changes of the cheapest set (default: see docs)")
    add("--longest", type=float, metavar="MINUTES", help="propose no longer journey than this")
    add("--out", type=Path, help="folder for tables of the changes and of who shares places; default: only say")


def add_worth(parser: argparse.ArgumentParser, workers: Callable[[str], int]) -> None:
    """Add the options of `worth` to those that name a saved run; `workers` reads a number of processes."""
    add = parser.add_argument
    add("--workers", type=workers, default=1, help="processes that look at provisions at a time (default 1)")
    add("--steps", type=int, default=10, metavar="PLACES", help="so many places more at each provision (default 10)")
    add("--at", action="append", metavar="PROVISION", help="only at this provision; may be repeated (default: all)")
    add(
        "--by",
        default="need,year_group",
        metavar="COLUMNS",
        help='columns of pupils, with commas: whom a place would be for (default need,year_group; "" = leave it out)',
    )
    add("--out", type=Path, help="folder for the tables as CSV; default: only say")


def add_two_ways(parser: argparse.ArgumentParser) -> None:
    """Add the options of `two-ways` to those that name a saved run."""
    add = parser.add_argument
    add("--pupil", required=True, metavar="PUPIL_ID", help="for whom; of a row of several pupils, one of them")
    add("--first", required=True, metavar="PROVISION", help="one place")
    add("--second", required=True, metavar="PROVISION", help="the other place; differences are it less the first")
    add("--first-lines", type=Path, metavar="FILE", help="CSV of more cost lines of the first place: docs/two_ways.md")
    add("--second-lines", type=Path, metavar="FILE", help="the same of the second place")
    add("--years", type=int, help="school years that are counted (default: to the end of the pupil's phase)")
    add("--start", type=int, default=1, metavar="YEAR", help="year in which the first begins (default: only counted)")
    add("--discount", type=float, default=0.0, metavar="SHARE", help="a year (0.035 = 3.5 %%; default 0)")


def add_what_if(parser: argparse.ArgumentParser, workers: Callable[[str], int]) -> None:
    """Add the options of `what-if` to those that name a saved run; `workers` reads a number of processes."""
    add = parser.add_argument
    for name, what in (
        ("times", "minutes of all journeys"),
        ("distances", "miles of all journeys"),
        ("transport", "prices of transport"),
    ):
        add(f"--{name}", action="append", type=float, metavar="FACTOR", help=f"{what} times this; may be repeated")
    add(
        "--price",
        action="append",
        default=[],
        metavar="KIND=FACTOR",
        help="top-up or fee at a kind of provision times this; may be repeated. Without any of the four: "
        "--times 0.85 --times 1.15",
    )
    add("--most-checks", type=int, metavar="PLACEMENTS", help="placements of a case to look at closely (default: all)")
    add("--by", default="need", metavar="GROUP", help="need, kind, year_group or locality (default need)")
    add("--workers", type=workers, default=1, help="processes that look at cases at a time (default 1)")
    add("--out", type=Path, help="folder for the tables as CSV; default: only say")
