"""Options that several commands share: the tables, the journeys, a saved run, policy, solving, what is printed."""

import argparse
from pathlib import Path
from typing import Any, get_args

from placement_opt.policy import MOST_THREADS, CostBasis, Force, Moves, Policy, Post16, SolveOptions

_MOVES_HELP = (
    "who may be given another place. due: pupils without one, at a change of phase, or whose place the rules refuse "
    "(default); flagged: those and pupils marked movable; all: everybody"
)
_FORCE_HELP = "hard = always where the rules allow it, priced = weighed against money, off = ignored"
_BASIS_HELP = (
    "what counts as cost. marginal: top-up, transport and new spending (default); average: place funding of each place "
    "taken as well; full: every commissioned place, filled or not"
)
INPUT_HELP = "a folder of CSV files, an .xlsx workbook or a .gpkg"


def add_post16(parser: Any, default: str | None, note: str = "") -> None:
    """Add what is decided about transport from Year 12 on."""
    chosen = f" (default {default})" if default else f" ({note})"
    parser.add_argument(
        "--post16-transport",
        choices=[choice.replace(" ", "-") for choice in get_args(Post16)],
        default=default,
        help="transport from Year 12 on. as-under-16: owed by the same tests; none: only where an officer decided so"
        + chosen,
    )


def workers(text: str) -> int:
    """Return the number of processes that a word stands for."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_THREADS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes; use 1 to {MOST_THREADS:,}")
    return int(text)


def add_input(parser: argparse.ArgumentParser) -> None:
    """Add the tables and where the journeys come from."""
    parser.add_argument("input", type=Path, help=INPUT_HELP)
    add_journeys(parser)


def add_run(parser: argparse.ArgumentParser) -> None:
    """Add a saved run, and what it was made from where that has moved."""
    parser.add_argument("run_file", type=Path, metavar="RUN", help="a run.json of `solve`")
    parser.add_argument("--input", type=Path, help=f"{INPUT_HELP}; default: where the run was made from")
    add_journeys(parser)


def add_journeys(parser: argparse.ArgumentParser) -> None:
    """Add where the journeys come from."""
    parser.add_argument("--postcodes", type=Path, help="Code-Point Open CSV, where the tables give postcodes")
    parser.add_argument(
        "--travel", type=Path, help="CSV of journeys (from_id, to_id, minutes, miles); default: straight lines"
    )
    parser.add_argument(
        "--roads", type=Path, help="roads that journeys go along: .osm.pbf, .graphml of OSMnx, .gpkg of OS Open Roads"
    )
    parser.add_argument("--roads-cache", type=Path, metavar="FOLDER", help="keep journeys along roads in this folder")
    parser.add_argument("--circuity", type=float, help="road miles for each straight mile (default 1.3)")
    parser.add_argument("--mph", type=float, help="mean speed along straight lines (default 25)")


def add_out(parser: argparse.ArgumentParser) -> None:
    """Add the folder for what is written."""
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for what is written (default out)")


def add_policy(parser: argparse.ArgumentParser) -> None:
    """Add what the council decides."""
    default = Policy()
    group = parser.add_argument_group("policy", "what the council decides before a plan is made")
    group.add_argument("--moves", choices=get_args(Moves), default=default.moves, help=_MOVES_HELP)
    group.add_argument("--max-moves", type=int, help="most pupils who may leave a place they could keep")
    for name, what in (
        ("requests", "schools that families asked for"),
        ("mainstream", "wishes for a mainstream school"),
        ("siblings", "brothers and sisters at one school"),
    ):
        chosen = getattr(default, name)
        help_text = f"{what}: {_FORCE_HELP} (default {chosen})"
        group.add_argument(f"--{name}", choices=get_args(Force), default=chosen, help=help_text)
    group.add_argument("--cost-basis", choices=get_args(CostBasis), default=default.cost_basis, help=_BASIS_HELP)
    group.add_argument("--max-minutes", type=float, help="longest journey, one way")
    group.add_argument("--authority", action="append", help="use only schools of this authority (may be repeated)")
    add_post16(group, default.post16_transport.replace(" ", "-"))


def add_solving(parser: argparse.ArgumentParser) -> None:
    """Add how hard to look for a plan."""
    default = SolveOptions()
    group = parser.add_argument_group("solving")
    group.add_argument(
        "--gap", type=float, default=default.gap, help="stop at this proven gap (default 0.0001 = 0.01 %%)"
    )
    group.add_argument("--time-limit", type=float, metavar="SECONDS", help="stop after so many seconds")
    group.add_argument("--threads", type=int, default=default.threads, help="threads of the solver (default 1)")
    group.add_argument("--seed", type=int, default=default.seed, help="seed of the solver (default 0)")


def add_printing(parser: argparse.ArgumentParser) -> None:
    """Add how much a command says, and in which form."""
    group = parser.add_argument_group(
        "printing", "answers go to standard output, progress and faults to standard error"
    )
    group.add_argument(
        "--json", action="store_true", help="print the answer as one JSON document: docs/command_line.md"
    )
    how_much = group.add_mutually_exclusive_group()
    how_much.add_argument("--quiet", action="store_true", help="no progress and no notes: answers and faults only")
    how_much.add_argument("--verbose", action="store_true", help="say versions, stages and times too")
