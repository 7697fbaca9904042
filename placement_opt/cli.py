"""The command line: `placement-opt demo, template, check, solve, compare, report, verify`.

Exit codes: 0 = fine, 1 = the data or the plan is at fault (said clearly), 2 = wrong use.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

from placement_opt.compare import compare
from placement_opt.errors import Fault, InputError, PlacementError
from placement_opt.examples import exampleshire
from placement_opt.files import read_problem, read_travel, write_template
from placement_opt.pairs import candidate_pairs
from placement_opt.plan import Plan, load_plan
from placement_opt.policy import CostBasis, Force, Moves, Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.report import write_report, write_workbook
from placement_opt.schema import TABLES
from placement_opt.solve import baseline, solve
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import verify

FINE, AT_FAULT, INTERRUPTED = 0, 1, 130
MOST_FAULTS = 100
"""More faults than this are summed up by column: a table in degrees has two in each row."""

RUN_FILE, REPORT_FILE, WORKBOOK_FILE = "run.json", "report.html", "workbook.xlsx"

_DESCRIPTION = """Find places for children with education, health and care plans: by need, places, travel, with proof.

A first session:
  placement-opt demo                          plan a made-up county and look at the report
  placement-opt template places.xlsx          a blank workbook that explains every column
  placement-opt check places.xlsx             is the filled workbook right?
  placement-opt solve places.xlsx --out out   make the plan, the report and the workbook
  placement-opt verify out/run.json           check the plan again, without the solver"""

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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Without the program's name; None = from the shell.

    Returns
    -------
    int
        The exit code.
    """
    parsed = _parser().parse_args(arguments)
    out: Path | None = getattr(parsed, "out", None)
    if out is not None and out.exists() and not out.is_dir():
        _wrong_use(f"{out}: --out names a file; give a folder.")
    run: Callable[[argparse.Namespace], int] = parsed.run
    try:
        return run(parsed)
    except InputError as error:
        _tell_faults(error)
        return AT_FAULT
    except PlacementError as error:
        _tell(str(error))
        return AT_FAULT
    except OSError as error:
        _tell(f"{error.filename or 'A file'}: {error.strerror or error}.")
        return AT_FAULT
    except KeyboardInterrupt:
        _tell("Stopped. Nothing more was written.")
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("placement-opt", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=shape)
    parser.add_argument("--version", action="version", version=f"placement-opt {version('placement_opt')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="plan the embedded made-up county")
    demo.set_defaults(run=_demo)
    _add_out(demo)
    _add_solving(demo)

    template = commands.add_parser("template", help="write a blank, documented workbook")
    template.set_defaults(run=_template)
    template.add_argument("path", type=Path, help="where to write it (.xlsx)")

    check = commands.add_parser("check", help="read the tables and say what is wrong with them")
    check.set_defaults(run=_check)
    _add_input(check)
    _add_policy(check)

    solving = commands.add_parser("solve", help="make a plan, verify it, write report and workbook")
    solving.set_defaults(run=_solve)
    _add_input(solving)
    _add_out(solving)
    _add_policy(solving)
    _add_solving(solving)

    comparing = commands.add_parser("compare", help="hold saved runs against each other; the first is the reference")
    comparing.set_defaults(run=_compare)
    comparing.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="run.json files of `solve`")

    report = commands.add_parser("report", help="write the report and workbook of a saved run again")
    report.set_defaults(run=_report)
    _add_run(report)
    _add_out(report)
    report.add_argument(
        "--confidential", action="store_true", help="show small groups and the list of pupils: not for sharing"
    )

    verifying = commands.add_parser("verify", help="check a saved run again, without the solver")
    verifying.set_defaults(run=_verify)
    _add_run(verifying)
    return parser


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
    parser.add_argument("--circuity", type=float, default=1.3, help="road miles for each straight mile (default 1.3)")
    parser.add_argument("--mph", type=float, default=25.0, help="mean speed along straight lines (default 25)")


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


def _add_solving(parser: argparse.ArgumentParser) -> None:
    default = SolveOptions()
    group = parser.add_argument_group("solving")
    group.add_argument(
        "--gap", type=float, default=default.gap, help="stop at this proven gap (default 0.0001 = 0.01 %%)"
    )
    group.add_argument("--time-limit", type=float, metavar="SECONDS", help="stop after so many seconds")
    group.add_argument("--threads", type=int, default=default.threads, help="threads of the solver (default 1)")
    group.add_argument("--seed", type=int, default=default.seed, help="seed of the solver (default 0)")


def _demo(parsed: argparse.Namespace) -> int:
    problem = exampleshire()
    _say(f"Exampleshire, a made-up county: {problem!r}")
    travel = crow_fly(problem)
    _plan_and_write(problem, travel, Policy(), parsed, {"input": "", "is_demo": True})
    return FINE


def _template(parsed: argparse.Namespace) -> int:
    if parsed.path.suffix.lower() != ".xlsx":
        _wrong_use(f"{parsed.path}: the template is a workbook; give a name that ends in .xlsx.")
    _say(f"Template: {write_template(parsed.path)}")
    return FINE


def _check(parsed: argparse.Namespace) -> int:
    problem, travel = _question(parsed)
    pairs = candidate_pairs(problem, travel, policy=_policy(parsed))
    pupils = problem.pupils
    stays = int(pupils.loc[pairs.stays, "count"].sum())
    nowhere = set(pupils["pupil_id"]) - set(pairs.table()["pupil_id"])
    _say(f"The tables are right: {problem!r}.")
    _say(f"Journeys: {travel!r}.")
    _say(f"{stays:,} pupils stay where they are, {int(pupils['count'].sum()) - stays:,} may be given a place.")
    _say(f"{len(pairs.allowed):,} pairs of pupil and provision are possible; {len(nowhere):,} pupils have none.")
    for name, table in TABLES.items():
        extra = (
            [] if name == "parameters" else sorted(set(problem.table(name).columns) - set(table.names) - {"kind_label"})
        )
        if extra:
            _say(f"Columns of {name} that are kept but not used: {', '.join(extra)}.")
    return FINE


def _solve(parsed: argparse.Namespace) -> int:
    problem, travel = _question(parsed)
    origin = {
        "input": os.path.relpath(parsed.input, parsed.out),
        "travel": os.path.relpath(parsed.travel, parsed.out) if parsed.travel else "",
        "postcodes": os.path.relpath(parsed.postcodes, parsed.out) if parsed.postcodes else "",
    }
    _plan_and_write(problem, travel, _policy(parsed), parsed, origin)
    return FINE


def _compare(parsed: argparse.Namespace) -> int:
    if len(parsed.runs) < 2:
        _wrong_use("compare: give at least two runs.")
    if len({path.resolve() for path in parsed.runs}) < len(parsed.runs):
        _wrong_use("compare: the same run is given twice.")
    plans = {str(path): load_plan(path) for path in parsed.runs}
    try:
        _say(compare(plans).summary())
    except ValueError as error:
        _tell(str(error))
        return AT_FAULT
    return FINE


def _report(parsed: argparse.Namespace) -> int:
    plan = load_plan(parsed.run_file)
    problem, travel = _question_of_run(parsed, plan)
    verify(problem, travel, plan).raise_if_wrong()
    today = baseline(problem, travel, policy=plan.policy)
    parsed.out.mkdir(parents=True, exist_ok=True)
    _write_papers(parsed.out, {"today": today, "plan": plan}, problem, travel, confidential=parsed.confidential)
    return FINE


def _verify(parsed: argparse.Namespace) -> int:
    plan = load_plan(parsed.run_file)
    problem, travel = _question_of_run(parsed, plan)
    verification = verify(problem, travel, plan)
    verification.raise_if_wrong()
    _say(verification.summary())
    return FINE


def _question(parsed: argparse.Namespace) -> tuple[Problem, TravelMatrix]:
    problem = read_problem(parsed.input, postcodes=parsed.postcodes)
    return problem, _journeys(problem, parsed)


def _journeys(problem: Problem, parsed: argparse.Namespace) -> TravelMatrix:
    if parsed.travel:
        return read_travel(parsed.travel, problem)
    try:
        return crow_fly(problem, circuity=parsed.circuity, miles_per_hour=parsed.mph)
    except ValueError as error:
        _wrong_use(str(error))
        raise


def _question_of_run(parsed: argparse.Namespace, plan: Plan) -> tuple[Problem, TravelMatrix]:
    """Read again what a run was made from, and refuse tables or journeys that have changed since."""
    origin, home = plan.record.get("origin", {}), parsed.run_file.parent
    if parsed.input is None and not origin.get("input") and not origin.get("is_demo"):
        _wrong_use("The run does not say what it was made from; give --input.")
    for name in ("travel", "postcodes"):
        if getattr(parsed, name) is None and origin.get(name):
            setattr(parsed, name, home / origin[name])
    if origin.get("is_demo") and parsed.input is None:
        problem = exampleshire()
    else:
        problem = read_problem(parsed.input or home / origin["input"], postcodes=parsed.postcodes)
    recipe = plan.record.get("travel", {}).get("recipe", {})
    if recipe.get("method") == "crow_fly" and not parsed.travel:
        parsed.circuity, parsed.mph = recipe["circuity"], recipe["miles_per_hour"]
    travel = _journeys(problem, parsed)
    _refuse_changes(plan, problem, travel)
    return problem, travel


def _refuse_changes(plan: Plan, problem: Problem, travel: TravelMatrix) -> None:
    was, now = plan.record.get("inputs", {}), problem.fingerprints()
    changed = sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))
    faults = [
        Fault(name, "", "", "", "The table is not the one that the run was made from. Solve again.") for name in changed
    ]
    if plan.record.get("travel", {}).get("sha256") != travel.aligned(problem).fingerprint():
        faults.append(
            Fault("travel", "", "", "", "The journeys are not those that the run was made from. Solve again.")
        )
    if faults:
        raise InputError(faults)


def _policy(parsed: argparse.Namespace) -> Policy:
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
        )
    except ValueError as error:
        _wrong_use(str(error))
        raise


def _options(parsed: argparse.Namespace) -> SolveOptions:
    try:
        return SolveOptions(gap=parsed.gap, time_limit_s=parsed.time_limit, threads=parsed.threads, seed=parsed.seed)
    except ValueError as error:
        _wrong_use(str(error))
        raise


def _plan_and_write(
    problem: Problem, travel: TravelMatrix, policy: Policy, parsed: argparse.Namespace, origin: dict[str, Any]
) -> None:
    """Solve first and write afterwards, so that nothing is written where there is no plan."""
    _check_writable(parsed.out)
    plan = solve(problem, travel, policy=policy, options=_options(parsed), progress=_tell).with_record(origin=origin)
    today = baseline(problem, travel, policy=policy)
    _say(plan.summary())
    _say("")
    _say(compare({"today": today, "plan": plan}).summary())
    _say("")
    parsed.out.mkdir(parents=True, exist_ok=True)
    _say(f"run       {plan.save(parsed.out / RUN_FILE)} (holds pupils' rows: keep it inside the council)")
    _write_papers(parsed.out, {"today": today, "plan": plan}, problem, travel, confidential=False)


def _check_writable(out: Path) -> None:
    """Find out before a long solve whether the folder can be written to."""
    nearest = next((path for path in (out, *out.absolute().parents) if path.exists()), out)
    for name in (RUN_FILE, REPORT_FILE, WORKBOOK_FILE):
        if (out / name).is_dir():
            raise InputError([Fault(str(out / name), "", "", "", "is a folder; remove it or choose another --out.")])
    if not os.access(nearest, os.W_OK):
        raise InputError([Fault(str(out), "", "", "", "The folder cannot be written to; choose another --out.")])


def _write_papers(
    out: Path, plans: dict[str, Plan], problem: Problem, travel: TravelMatrix, *, confidential: bool
) -> None:
    report = write_report(out / REPORT_FILE, plans, problem, travel, confidential=confidential)
    note = "CONFIDENTIAL" if confidential else "may be shared: small groups are hidden"
    _say(f"report    {report} ({note})")
    workbook = write_workbook(out / WORKBOOK_FILE, plans, problem, travel)
    _say(f"workbook  {workbook} (CONFIDENTIAL: holds pupils' rows)")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _tell_faults(error: InputError) -> None:
    """Print the faults; where there are very many, the first ones and how many more each column has."""
    if len(error.faults) <= MOST_FAULTS:
        _tell(str(error))
        return
    _tell(
        str(InputError(error.faults[:MOST_FAULTS])).replace(f"{MOST_FAULTS} faults", f"{len(error.faults):,} faults", 1)
    )
    more = Counter(f"{fault.table}, column {fault.column}" for fault in error.faults[MOST_FAULTS:])
    for where, number in more.items():
        _tell(f"  ... and {number:,} more in {where}")


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _wrong_use(message: str) -> None:
    _tell(message)
    raise SystemExit(2)


if __name__ == "__main__":
    sys.exit(main())
