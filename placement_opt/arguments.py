"""What the command line understands: its commands, options and help."""

import argparse
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn, get_args

from placement_opt.arguments_why import add_cure, add_diff, add_explain, add_fairness, add_worth
from placement_opt.policy import MOST_THREADS, CostBasis, Force, Moves, Policy, Post16, SolveOptions
from placement_opt.route_rules import Afternoon, RouteRules, Together
from placement_opt.year_rules import YearRules

_DESCRIPTION = """Find places for children with education, health and care plans: by need, places, travel, with proof.

A first session:
  placement-opt demo                          plan a made-up county and look at the report
  placement-opt template places.xlsx          a blank workbook that explains every column
  placement-opt registers --help              or tables from the school register and the SEN2 return
  placement-opt check places.xlsx             is the filled workbook right?
  placement-opt solve places.xlsx --out out   make the plan, the report and the workbook
  placement-opt verify out/run.json           check the plan again, without the solver
  placement-opt routes out/run.json           which vehicle picks up whom, when, at what cost"""

_EPILOG = """Exit codes: 0 = fine; 1 = the data or the plan is at fault, said on standard error; 2 = wrong use.
It proposes; people decide. Nothing leaves this machine."""

_MOVES_HELP = (
    "who may be given another place. due: pupils without one, at a change of phase, or whose place the rules refuse "
    "(default); flagged: those and pupils marked movable; all: everybody"
)
_FORCE_HELP = "hard = always where the rules allow it, priced = weighed against money, off = ignored"
_BASIS_HELP = (
    "what counts as cost. marginal: top-up, transport and new spending (default); average: place funding of each place "
    "taken as well; full: every commissioned place, filled or not"
)
_INPUT_HELP = "a folder of CSV files, an .xlsx workbook or a .gpkg"


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; `command` in what it parses names the command."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("placement-opt", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=shape)
    parser.add_argument("--version", action="version", version=f"placement-opt {version('placement_opt')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="command")

    demo = commands.add_parser("demo", help="plan the embedded made-up county")
    _add_out(demo)
    _add_solving(demo)

    template = commands.add_parser("template", help="write a blank, documented workbook")
    template.add_argument("path", type=Path, help="where to write it (.xlsx)")

    registers = commands.add_parser("registers", help="make tables from school register, SEN2 return and postcodes")
    _add_registers(registers)

    check = commands.add_parser("check", help="read the tables and say what is wrong with them")
    _add_input(check)
    _add_policy(check)

    travel = commands.add_parser("check-travel", help="look for figures that cannot be journeys")
    _add_input(travel)
    travel.add_argument("--seed", type=int, default=0, help="which journeys are held against a neighbour's (default 0)")

    solving = commands.add_parser("solve", help="make a plan, verify it, write report and workbook")
    _add_input(solving)
    _add_out(solving)
    _add_policy(solving)
    _add_solving(solving)

    scenarios = commands.add_parser("scenarios", help="solve a question and the changed ones of a file, side by side")
    _add_input(scenarios)
    scenarios.add_argument(
        "--scenarios",
        type=Path,
        required=True,
        metavar="FILE",
        help="TOML file of named changes: docs/scenarios.md",
    )
    scenarios.add_argument("--workers", type=_workers, default=1, help="processes that solve at a time (default 1)")
    _add_out(scenarios)
    _add_policy(scenarios)
    _add_solving(scenarios)

    years = commands.add_parser("years", help="plan the school years of the table `years` together, write the tables")
    _add_input(years)
    years.add_argument(
        "--within-phase", type=float, metavar="GBP", help="let pupils move within a phase, once, for so much"
    )
    years.add_argument(
        "--discount", type=float, default=0.0, metavar="SHARE", help="a year (0.035 = 3.5 %%; default 0)"
    )
    years.add_argument("--count-capital", action="store_true", help="capital counts in what is made least")
    _add_out(years)
    _add_policy(years)
    _add_solving(years)

    comparing = commands.add_parser("compare", help="hold saved runs against each other; the first is the reference")
    comparing.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="run.json files of `solve`")

    _add_why(commands)

    report = commands.add_parser("report", help="write the report and workbook of a saved run again")
    _add_run(report)
    _add_out(report)
    report.add_argument(
        "--confidential", action="store_true", help="show small groups and the list of pupils: not for sharing"
    )

    _add_routes(commands.add_parser("routes", help="plan routes for a saved run, or for today's placements"))

    _add_tables(commands.add_parser("tables", help="write a saved run's statutory tables as CSV and GeoPackage"))

    verifying = commands.add_parser("verify", help="check a saved run again, without the solver")
    _add_run(verifying)
    return parser


def _add_why(commands: Any) -> None:
    """Add the commands that ask why."""
    cure = commands.add_parser("cure", help="which changes would give a place to those who have none")
    _add_input(cure)
    add_cure(cure)
    _add_policy(cure)
    _add_solving(cure)
    add_diff(commands.add_parser("diff", help="what changed from one saved run to the next, and why"), _INPUT_HELP)
    explain = commands.add_parser("explain", help="why pupils of a saved run are where they are, and not elsewhere")
    _add_run(explain)
    add_explain(explain)
    fairness = commands.add_parser("fairness", help="show a saved run by groups of pupils, small groups hidden")
    _add_run(fairness)
    add_fairness(fairness)
    worth = commands.add_parser("worth", help="what a place more is worth, and where the next ones should go")
    _add_run(worth)
    add_worth(worth, _workers)


def _add_registers(parser: argparse.ArgumentParser) -> None:
    several = "; may be repeated"
    add = parser.add_argument
    add("--register", type=Path, action="append", required=True, help=f"school register, edubasealldata*.csv{several}")
    add(
        "--sen2",
        action="append",
        required=True,
        metavar="[NAME=]PATH",
        help="folder of the SEN2 export, or its workbook; several authorities: NAME=PATH for each",
    )
    add("--postcodes", type=Path, action="append", required=True, help=f"Code-Point Open, ONSPD or NSPL{several}")
    add("--section-41", type=Path, action="append", default=[], help=f"workbook of approved special schools{several}")
    add("--planning-year", type=int, help="calendar year of the September planned for (default: after the return)")
    add("--statistics", type=Path, action="append", help=f"open statistics to set beside, caseload or need{several}")
    add("--area", help="name or number of the area in the statistics")
    add("--salt-file", type=Path, help="file with a secret of at least 16 characters: ids stay the same in every run")
    add("--keep-ids", action="store_true", help="keep the return's row numbers as pupil ids instead of made-up ones")
    _add_out(parser)


def _add_routes(parser: argparse.ArgumentParser) -> None:
    default = RouteRules()
    add = parser.add_argument
    add(
        "source",
        type=Path,
        metavar="RUN_OR_TABLES",
        help=f"a run.json of `solve` or its folder: routes of the plan; or {_INPUT_HELP}: of today's placements",
    )
    add("--input", type=Path, help=f"of a run: {_INPUT_HELP}; default: where the run was made from")
    _add_journeys(parser)
    add(
        "--legs",
        type=Path,
        help="drives between all stops: CSV of from_id, to_id, minutes, miles, or roads as --roads takes them; "
        "default: as the journeys were made",
    )
    _add_out(parser)
    add("--today", type=Path, metavar="FILE", help="the routes that run today (CSV), to set beside the planned ones")
    add(
        "--choose-places",
        action="store_true",
        help="choose the places anew, together with the routes, by the policy of the run; plans routes five times",
    )
    add(
        "--pupil-column",
        action="append",
        default=[],
        metavar="NAME",
        help="a column of your own in the pupils' table to show on route sheets, as an address; may be repeated",
    )
    _add_post16(parser, None, "of today's placements; a run has its own policy")
    group = parser.add_argument_group("rules", "what the council decides before routes are planned")
    shares = "single = pupils of one school, mixed = of several"
    group.add_argument(
        "--together", choices=get_args(Together), default=default.together, help=f"who shares a vehicle: {shares}"
    )
    turned = "mirrored = the morning turned round, solved = planned on its own"
    group.add_argument(
        "--afternoon", choices=get_args(Afternoon), default=default.afternoon, help=f"way home: {turned}"
    )
    group.add_argument(
        "--detour",
        default=default.detour,
        type=_detour,
        help="longest ride, times the direct drive, where even that is longer than the guide; none = no route for "
        f"those (default {default.detour:g}, an assumption)",
    )
    group.add_argument("--most-pupils", type=int, help="most pupils on a route")
    for name, what in (
        ("arrive-from", "schools take vehicles in from"),
        ("arrive-by", "vehicles arrive by"),
        ("leave-from", "schools let pupils go from"),
        ("leave-by", "vehicles begin to pick up by"),
    ):
        time = getattr(default, name.replace("-", "_"))
        group.add_argument(
            f"--{name}", metavar="HH:MM", default=time, help=f"{what}, where settings do not say: {time}"
        )
    search = parser.add_argument_group("search")
    search.add_argument(
        "--seconds",
        type=float,
        default=60.0,
        help="about how long to look for better routes; what can be looked at whole is (default 60)",
    )
    search.add_argument("--seed", type=int, default=0, help="seed of the search (default 0)")


def _detour(text: str) -> float | None:
    try:
        return None if text == "none" else float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number; use 1 to 10 times the direct drive, or none"
        ) from None


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_THREADS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes; use 1 to {MOST_THREADS:,}")
    return int(text)


def _add_post16(parser: Any, default: str | None, note: str = "") -> None:
    chosen = f" (default {default})" if default else f" ({note})"
    parser.add_argument(
        "--post16-transport",
        choices=[choice.replace(" ", "-") for choice in get_args(Post16)],
        default=default,
        help="transport from Year 12 on. as-under-16: owed by the same tests; none: only where an officer decided so"
        + chosen,
    )


def _add_tables(parser: argparse.ArgumentParser) -> None:
    _add_run(parser)
    _add_out(parser)
    parser.add_argument("--today", action="store_true", help="today's placements instead of the plan")
    parser.add_argument(
        "--confidential", action="store_true", help="write everything, with a row for each placement: not for sharing"
    )
    parser.add_argument("--pupil-ids", action="store_true", help="with --confidential: write the pupils' ids too")
    group = parser.add_argument_group("share in special schools", "default: England's share of all plans, January 2025")
    group.add_argument("--national-share", type=float, help="another national rate, as a share (1.4 %% is 0.014)")
    group.add_argument("--national-year", type=int, help="its year")
    group.add_argument("--national-source", help="who published it, and what it is a share of")
    group.add_argument("--all-pupils", type=int, help="what the share is taken of; default: the pupils of the plan")


def _add_input(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", type=Path, help=_INPUT_HELP)
    _add_journeys(parser)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_file", type=Path, metavar="RUN", help="a run.json of `solve`")
    parser.add_argument("--input", type=Path, help=f"{_INPUT_HELP}; default: where the run was made from")
    _add_journeys(parser)


def _add_journeys(parser: argparse.ArgumentParser) -> None:
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


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for what is written (default out)")


def _add_policy(parser: argparse.ArgumentParser) -> None:
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
    _add_post16(group, default.post16_transport.replace(" ", "-"))


def _add_solving(parser: argparse.ArgumentParser) -> None:
    default = SolveOptions()
    group = parser.add_argument_group("solving")
    group.add_argument(
        "--gap", type=float, default=default.gap, help="stop at this proven gap (default 0.0001 = 0.01 %%)"
    )
    group.add_argument("--time-limit", type=float, metavar="SECONDS", help="stop after so many seconds")
    group.add_argument("--threads", type=int, default=default.threads, help="threads of the solver (default 1)")
    group.add_argument("--seed", type=int, default=default.seed, help="seed of the solver (default 0)")


def policy_of(parsed: argparse.Namespace) -> Policy:
    """Return the policy that the options describe; values that cannot be are wrong use."""
    try:
        return Policy(
            moves=parsed.moves,
            max_moves=parsed.max_moves,
            requests=parsed.requests,
            mainstream=parsed.mainstream,
            siblings=parsed.siblings,
            cost_basis=parsed.cost_basis,
            max_minutes=parsed.max_minutes,
            authorities=tuple(parsed.authority) if parsed.authority else None,
            post16_transport=post16_of(parsed),
        )
    except ValueError as error:
        wrong_use(str(error))


def post16_of(parsed: argparse.Namespace) -> Post16:
    """Return what the options say of transport from Year 12 on; where they are silent, the default."""
    if parsed.post16_transport is None:
        return Policy().post16_transport
    chosen: Post16 = parsed.post16_transport.replace("-", " ")
    return chosen


def year_rules_of(parsed: argparse.Namespace) -> YearRules:
    """Return the rules of several years that a command line states."""
    try:
        return YearRules(parsed.within_phase, discount_rate=parsed.discount, count_capital=parsed.count_capital)
    except ValueError as error:
        wrong_use(str(error))


def options_of(parsed: argparse.Namespace) -> SolveOptions:
    """Return how hard to look, as the options say; values that cannot be are wrong use."""
    try:
        return SolveOptions(gap=parsed.gap, time_limit_s=parsed.time_limit, threads=parsed.threads, seed=parsed.seed)
    except ValueError as error:
        wrong_use(str(error))


def rules_of(parsed: argparse.Namespace) -> RouteRules:
    """Return the rules of routes that the options describe; values that cannot be are wrong use."""
    try:
        return RouteRules(
            together=parsed.together,
            afternoon=parsed.afternoon,
            detour=parsed.detour,
            most_pupils=parsed.most_pupils,
            arrive_from=parsed.arrive_from,
            arrive_by=parsed.arrive_by,
            leave_from=parsed.leave_from,
            leave_by=parsed.leave_by,
        )
    except ValueError as error:
        wrong_use(str(error))


def wrong_use(message: str) -> NoReturn:
    """Say what is wrong with the command and end with exit code 2."""
    sys.stderr.write(f"{message}\n")
    raise SystemExit(2)
