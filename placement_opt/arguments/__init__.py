"""What the command line understands: its commands, options and help."""

import argparse
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from placement_opt.arguments.routes import add_routes
from placement_opt.arguments.shared import (
    INPUT_HELP,
    add_input,
    add_out,
    add_policy,
    add_printing,
    add_run,
    add_solving,
    workers,
)
from placement_opt.arguments.values import WrongUse
from placement_opt.arguments.why import (
    add_cure,
    add_diff,
    add_explain,
    add_fairness,
    add_two_ways,
    add_what_if,
    add_worth,
)

SHELLS = ("bash", "zsh", "fish")

_DESCRIPTION = """Find places for children with education, health and care plans: by need, places, travel, with proof.

A first session:
  placement-opt demo                          plan a made-up county and look at the report
  placement-opt template places.xlsx          a blank workbook that explains every column
  placement-opt registers --help              or tables from the school register and the SEN2 return
  placement-opt check places.xlsx             is the filled workbook right?
  placement-opt solve places.xlsx --out out   make the plan, the report and the workbook
  placement-opt verify out/run.json           check the plan again, without the solver
  placement-opt routes out/run.json           which vehicle picks up whom, when, at what cost

All of it in one file, to be run again whenever the tables change:
  placement-opt init placement.toml           an example with every entry explained
  placement-opt run placement.toml            do what the file says"""

_EPILOG = """Exit codes: 0 = fine; 1 = the data or the plan is at fault, said on standard error; 2 = wrong use.
It proposes; people decide. Nothing leaves this machine."""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; `command` in what it parses names the command."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = _Parser("placement-opt", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=shape)
    parser.add_argument("--version", action="version", version=f"placement-opt {version('placement_opt')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="command")

    demo = commands.add_parser("demo", help="plan the embedded made-up county")
    add_out(demo)
    add_solving(demo)

    template = commands.add_parser("template", help="write a blank, documented workbook")
    template.add_argument("path", type=Path, help="where to write it (.xlsx)")

    registers = commands.add_parser("registers", help="make tables from school register, SEN2 return and postcodes")
    _add_registers(registers)

    check = commands.add_parser("check", help="read the tables and say what is wrong with them")
    add_input(check)
    add_policy(check)

    travel = commands.add_parser("check-travel", help="look for figures that cannot be journeys")
    add_input(travel)
    travel.add_argument("--seed", type=int, default=0, help="which journeys are held against a neighbour's (default 0)")

    solving = commands.add_parser("solve", help="make a plan, verify it, write report and workbook")
    add_input(solving)
    add_out(solving)
    add_policy(solving)
    add_solving(solving)

    scenarios = commands.add_parser("scenarios", help="solve a question and the changed ones of a file, side by side")
    add_input(scenarios)
    scenarios.add_argument(
        "--scenarios",
        type=Path,
        required=True,
        metavar="FILE",
        help="TOML file of named changes: docs/scenarios.md",
    )
    scenarios.add_argument("--workers", type=workers, default=1, help="processes that solve at a time (default 1)")
    add_out(scenarios)
    add_policy(scenarios)
    add_solving(scenarios)

    _add_years(commands.add_parser("years", help="plan the school years of the table `years` together"))

    comparing = commands.add_parser("compare", help="hold saved runs against each other; the first is the reference")
    comparing.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="run.json files of `solve`")

    _add_why(commands)

    _add_report(commands.add_parser("report", help="write the report and workbook of a saved run again"))

    add_routes(commands.add_parser("routes", help="plan routes for a saved run, or for today's placements"))

    _add_tables(commands.add_parser("tables", help="write a saved run's statutory tables as CSV and GeoPackage"))

    verifying = commands.add_parser("verify", help="check a saved run again, without the solver")
    add_run(verifying)

    auditing = commands.add_parser("audit", help="print a saved run's record for an audit, without any pupil's data")
    add_run(auditing)
    auditing.add_argument("--made-by", required=True, metavar="TEXT", help="the team, or the officer's reference")
    auditing.add_argument("--purpose", required=True, metavar="TEXT", help="what the plan is for")

    _add_project(commands)
    for command in commands.choices.values():
        add_printing(command)
    completion = commands.add_parser("completion", help="print a script that completes commands and options in a shell")
    completion.add_argument("shell", choices=SHELLS, help="docs/command_line.md says where the script goes")
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser whose faults can be told as JSON too: they are raised, not printed."""

    def error(self, message: str) -> NoReturn:
        raise WrongUse(f"{self.format_usage()}{self.prog}: error: {message}")


def _add_project(commands: Any) -> None:
    """Add the commands about a file that holds a whole run."""
    initial = commands.add_parser("init", help="write an example of a project file, with every entry explained")
    initial.add_argument(
        "path", type=Path, nargs="?", default=Path("placement.toml"), help="where (default placement.toml)"
    )
    running = commands.add_parser("run", help="do what a project file says: solve, report, scenarios, routes")
    running.add_argument("project", type=Path, metavar="PROJECT", help="placement.toml, as `init` writes it")


def _add_why(commands: Any) -> None:
    """Add the commands that ask why."""
    cure = commands.add_parser("cure", help="which changes would give a place to those who have none")
    add_input(cure)
    add_cure(cure)
    add_policy(cure)
    add_solving(cure)
    add_diff(commands.add_parser("diff", help="what changed from one saved run to the next, and why"), INPUT_HELP)
    explain = commands.add_parser("explain", help="why pupils of a saved run are where they are, and not elsewhere")
    add_run(explain)
    add_explain(explain)
    fairness = commands.add_parser("fairness", help="show a saved run by groups of pupils, small groups hidden")
    add_run(fairness)
    add_fairness(fairness)
    worth = commands.add_parser("worth", help="what a place more is worth, and where the next ones should go")
    add_run(worth)
    add_worth(worth, workers)
    two = commands.add_parser("two-ways", help="what two places cost for one pupil, who pays, and when it pays back")
    add_run(two)
    add_two_ways(two)
    doubt = commands.add_parser("what-if", help="which placements would still be best if journeys or prices were off")
    add_run(doubt)
    add_what_if(doubt, workers)


def _add_years(years: argparse.ArgumentParser) -> None:
    add_input(years)
    years.add_argument(
        "--within-phase", type=float, metavar="GBP", help="let pupils move within a phase, once, for so much"
    )
    years.add_argument(
        "--discount", type=float, default=0.0, metavar="SHARE", help="a year (0.035 = 3.5 %%; default 0)"
    )
    years.add_argument("--count-capital", action="store_true", help="capital counts in what is made least")
    add_out(years)
    add_policy(years)
    add_solving(years)


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
    add_out(parser)


def _add_report(report: argparse.ArgumentParser) -> None:
    add_run(report)
    add_out(report)
    report.add_argument(
        "--confidential", action="store_true", help="show small groups and the list of pupils: not for sharing"
    )
    report.add_argument("--thresholds", type=Path, metavar="FILE", help="CSV of green and amber: docs/report.md")
    report.add_argument("--owners", type=Path, metavar="FILE", help="CSV of who does what by when: docs/report.md")
    report.add_argument("--previous", type=Path, metavar="RUN", help="an earlier run.json: say what changed since then")
    report.add_argument(
        "--cures", action="store_true", help="look for what would give everybody a place (with --confidential)"
    )
    report.add_argument("--routes", type=Path, metavar="FILE", help="routes.json for the map (with --confidential)")


def _add_tables(parser: argparse.ArgumentParser) -> None:
    add_run(parser)
    add_out(parser)
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
