"""Plan a real authority from the files its officers hold: school register, SEN2 export, Code-Point Open.

    python examples/england_area.py AREA_FOLDER --out OUT
    python examples/england_area.py NORTH_FOLDER WEST_FOLDER --out OUT

AREA_FOLDER holds `edubasealldata*.csv`, the five modules of the SEN2 "Blade" export and `codepoint*.csv`. Several
folders are authorities that plan together, named by their folders. OUT gets the report, the workbook, the tables, the
saved run (`placement-opt verify OUT/run.json` checks it again) and `reading.csv`, which lists every row that was
dropped, assumed or looks odd by its line. None of them holds a name, a unique pupil number, a date of birth or a
postcode.
"""

import argparse
import sys
import time
from pathlib import Path

from placement_opt import baseline, compare, crow_fly, solve, verify, write_problem, write_report, write_workbook
from placement_opt.cli.register_files import listed
from placement_opt.errors import Fault, InputError, PlacementError
from placement_opt.plan import Plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.registers import Reading, read_registers_with_notes

try:
    import resource
except ImportError:  # Windows has no such module
    resource = None


def main(arguments: list[str] | None = None) -> int:
    """Read, plan, verify and report; return 0, or 1 where the data are at fault."""
    options = parse(arguments)
    begin = time.perf_counter()
    try:
        reading = read_areas(options.areas, options.salt)
        print(reading.summary())
        print(f"Read in {time.perf_counter() - begin:.1f} s.")
        options.out.mkdir(parents=True, exist_ok=True)
        write_notes(reading, options.out / "reading.csv")
        plan_area(reading.problem, Policy(moves=options.moves), options.out)
    except PlacementError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"All in {time.perf_counter() - begin:.1f} s, peak memory {peak_memory()}.")
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "areas", type=Path, nargs="+", help="folder with the register, the SEN2 export and the postcodes"
    )
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the results (default: out)")
    parser.add_argument(
        "--salt",
        help="secret of at least 16 characters, so that ids stay the same from run to run (default: a new one)",
    )
    parser.add_argument(
        "--moves",
        choices=("due", "flagged", "all"),
        default="due",
        help="who may be given another place (default: due)",
    )
    return parser.parse_args(arguments)


def read_areas(folders: list[Path], salt: str | None) -> Reading:
    """Return the problem that the files of one folder or several make, with the record of the reading."""
    return read_registers_with_notes(
        register=[only_file(folder, "edubasealldata*", "register") for folder in folders],
        sen2=folders[0] if len(folders) == 1 else {folder.name: folder for folder in folders},
        postcodes=[only_file(folder, "codepoint*", "postcodes") for folder in folders],
        salt=salt,
    )


def only_file(folder: Path, pattern: str, source: str) -> Path:
    """Return the one file of a folder that fits a pattern."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        message = f"holds {len(found)} files named {pattern}; one is needed."
        raise InputError([Fault(source, "", "", str(folder), message)])
    return found[0]


def write_notes(reading: Reading, path: Path) -> None:
    """Write every row that was dropped, assumed or looks odd."""
    listed(reading).to_csv(path, index=False)


def plan_area(problem: Problem, policy: Policy, out: Path) -> None:
    """Cost today's placements, find the best plan, check it and write what there is to see."""
    travel = crow_fly(problem)
    today = baseline(problem, travel, policy=policy)
    begin = time.perf_counter()
    plan = solve(problem, travel, policy=policy)
    seconds = time.perf_counter() - begin
    verify(problem, travel, plan).raise_if_wrong()
    plans = {"today": today, "plan": plan}
    print(compare(plans).summary())
    print(result(plan, seconds))
    write_report(out / "report.html", plans, problem, travel)
    write_workbook(out / "workbook.xlsx", plans, problem, travel)
    write_problem(problem, out / "tables")
    plan.with_record(origin={"input": "tables"}).save(out / "run.json")
    print(f"Report, workbook and saved run: {', '.join(str(path) for path in sorted(out.iterdir()))}")


def result(plan: Plan, seconds: float) -> str:
    """Return status, cost, bound, gap and time in a line."""
    bound = "no bound" if plan.bound_gbp is None else f"bound £{plan.bound_gbp:,.0f}"
    gap = "" if plan.gap is None else f", gap {plan.gap:.4%}"
    return (
        f"{plan.status}: cost £{plan.cost_gbp:,.0f}, {bound}{gap}, {plan.unplaced_pupils:,} unplaced, "
        f"solved in {seconds:.1f} s and verified."
    )


def peak_memory() -> str:
    """Return the most memory that this process has held."""
    if resource is None:
        return "unknown"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{peak / (2**20 if sys.platform == 'darwin' else 2**10):,.0f} MB"


if __name__ == "__main__":
    raise SystemExit(main())
