"""The command line: `placement-opt demo, template, check, solve, compare, report, verify`.

Exit codes: 0 = fine, 1 = the data or the plan is at fault (said clearly), 2 = wrong use.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from placement_opt.arguments import build_parser, options_of, policy_of, wrong_use
from placement_opt.compare import compare
from placement_opt.errors import Fault, InputError, PlacementError
from placement_opt.examples import exampleshire
from placement_opt.files import read_problem, read_travel, write_template
from placement_opt.pairs import candidate_pairs
from placement_opt.plan import Plan, load_plan
from placement_opt.policy import Policy
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
    parsed = build_parser().parse_args(arguments)
    out: Path | None = getattr(parsed, "out", None)
    if out is not None and out.exists() and not out.is_dir():
        wrong_use(f"{out}: --out names a file; give a folder.")
    try:
        return COMMANDS[parsed.command](parsed)
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


def _demo(parsed: argparse.Namespace) -> int:
    problem = exampleshire()
    _say(f"Exampleshire, a made-up county: {problem!r}")
    travel = crow_fly(problem)
    _plan_and_write(problem, travel, Policy(), parsed, {"input": "", "is_demo": True})
    return FINE


def _template(parsed: argparse.Namespace) -> int:
    if parsed.path.suffix.lower() != ".xlsx":
        wrong_use(f"{parsed.path}: the template is a workbook; give a name that ends in .xlsx.")
    _say(f"Template: {write_template(parsed.path)}")
    return FINE


def _check(parsed: argparse.Namespace) -> int:
    problem, travel = _question(parsed)
    pairs = candidate_pairs(problem, travel, policy=policy_of(parsed))
    pupils = problem.pupils
    stays = int(pupils.loc[pairs.stays, "count"].sum())
    nowhere = set(pupils["pupil_id"]) - set(pairs.table()["pupil_id"])
    _say(f"The tables are right: {problem!r}.")
    _say(f"Journeys: {travel!r}.")
    _say(f"{stays:,} pupils stay where they are, {int(pupils['count'].sum()) - stays:,} may be given a place.")
    _say(f"{len(pairs):,} pairs of pupil and provision are possible; {len(nowhere):,} pupils have none.")
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
    _plan_and_write(problem, travel, policy_of(parsed), parsed, origin)
    return FINE


def _compare(parsed: argparse.Namespace) -> int:
    if len(parsed.runs) < 2:
        wrong_use("compare: give at least two runs.")
    if len({path.resolve() for path in parsed.runs}) < len(parsed.runs):
        wrong_use("compare: the same run is given twice.")
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
        wrong_use(str(error))


def _question_of_run(parsed: argparse.Namespace, plan: Plan) -> tuple[Problem, TravelMatrix]:
    """Read again what a run was made from, and refuse tables or journeys that have changed since."""
    origin, home = plan.record.get("origin", {}), parsed.run_file.parent
    if parsed.input is None and not origin.get("input") and not origin.get("is_demo"):
        wrong_use("The run does not say what it was made from; give --input.")
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


def _plan_and_write(
    problem: Problem, travel: TravelMatrix, policy: Policy, parsed: argparse.Namespace, origin: dict[str, Any]
) -> None:
    """Solve first and write afterwards, so that nothing is written where there is no plan."""
    _check_writable(parsed.out)
    plan = solve(problem, travel, policy=policy, options=options_of(parsed), progress=_tell).with_record(origin=origin)
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


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "demo": _demo,
    "template": _template,
    "check": _check,
    "solve": _solve,
    "compare": _compare,
    "report": _report,
    "verify": _verify,
}


if __name__ == "__main__":
    sys.exit(main())
