"""The command line of the measurements: `python -m benchmarks --help`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import environments, futures, public_instances, results, school_bus, table, why
from benchmarks.measure import METHODS, measure
from benchmarks.registry import CASES, find_case
from benchmarks.school_bus import FAMILY

DEFAULT_SECONDS = 600.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status."""
    given = _parser().parse_args(arguments)
    return int(given.run(given))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the library.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("list", help="what can be measured").set_defaults(run=_list)
    run = commands.add_parser("run", help="measure cases; results go to benchmarks/results/")
    run.add_argument("names", nargs="+", metavar="NAME")
    run.add_argument("--seed", type=int, default=1, help="of the question (default 1)")
    run.set_defaults(run=_run)
    instances = commands.add_parser("instances", help="solve public instances and hold them against what is published")
    instances.add_argument("family", choices=("cap", "holmberg", "delmaire", "pmedcap", "devon", FAMILY))
    instances.add_argument("--only", nargs="+", metavar="NAME", help="these only, such as cap41")
    instances.set_defaults(run=_instances)
    for command in (run, instances):
        command.add_argument("--methods", nargs="+", choices=METHODS, help="these only")
        command.add_argument(
            "--seconds", type=float, default=DEFAULT_SECONDS, help=f"limit of one method (default {DEFAULT_SECONDS:g})"
        )
    many = commands.add_parser("futures", help="plan many futures of the embedded county under four strategies")
    many.add_argument("--draws", type=int, default=200, help="how many futures (default 200)")
    many.add_argument("--executor", choices=futures.EXECUTORS, default="processes")
    many.add_argument("--workers", type=int, default=futures.usual_workers(), help="default: this machine's processors")
    many.add_argument("--seed", type=int, default=1, help="of the draws (default 1)")
    many.add_argument("--folder", type=Path, help="where the journal goes; a run that was cut short goes on there")
    many.set_defaults(run=_futures)
    answers = commands.add_parser("why", help="time all worths of places, and pupils explained, against one solve")
    answers.add_argument("--workers", type=int, nargs="+", default=why.usual_workers(), help="processes for the worths")
    answers.add_argument("--pupils", type=int, default=100, help="how many are explained (default 100)")
    answers.add_argument("--seed", type=int, default=1, help="of the pupils (default 1)")
    answers.set_defaults(run=_why)
    making = commands.add_parser("environments", help="install or-tools and spopt in environments of their own")
    making.set_defaults(run=_environments)
    commands.add_parser("table", help="write docs/benchmarks.md from the results").set_defaults(run=_table)
    return parser


def _list(_given: argparse.Namespace) -> int:
    for case in CASES.values():
        _say(f"{case.name:16} {case.what} [{', '.join(case.methods)}]")
    for family in (*public_instances.FAMILIES, FAMILY):
        try:
            found = _names(family)
        except FileNotFoundError as error:
            _say(str(error))
            break
        _say(f"instances {family:10} {len(found)}: {found[0]} to {found[-1]}")
    return 0


def _run(given: argparse.Namespace) -> int:
    for name in given.names:
        case = find_case(name)
        runs = []
        for method in given.methods or case.methods:
            _say(f"{name}: {method} ...")
            runs.append(measure(name, method, seed=given.seed, seconds=given.seconds))
            _say(f"  {_in_words(runs[-1])}")
        document = {
            "case": name,
            "what": case.what,
            "target": case.target,
            "seed": given.seed,
            "limit_s": given.seconds,
            "sort": case.sort,
            "runs": runs,
        }
        _say(f"  written to {results.write(name, document)}")
    return 0


def _instances(given: argparse.Namespace) -> int:
    try:
        names = _names(given.family)
    except FileNotFoundError as error:
        _say(f"Skipped: {error}")
        return 0
    wrong = sorted(set(given.only or ()) - set(names))
    if wrong:
        _say(f"There is no instance {', '.join(wrong)} in {given.family}; instances: {', '.join(names)}.")
        return 2
    key = f"instances-{given.family}"
    earlier = results.read(key) or {"runs": []}
    runs = {(run["name"], run["method"]): run for run in earlier["runs"]}
    order = list(METHODS)
    for name in given.only or names:
        for method in given.methods or _usual_methods(given.family):
            found = measure(f"{given.family}/{name}", method, seed=0, seconds=given.seconds)
            runs[name, method] = {"name": name, **found}
            _say(f"{name} {method}: {_in_words(found)}")
            ordered = sorted(runs.values(), key=lambda run: (names.index(run["name"]), order.index(run["method"])))
            document = {"family": given.family, "sort": find_case(f"{given.family}/{name}").sort, "runs": ordered}
            results.write(key, document)
    return 0


def _names(family: str) -> list[str]:
    return school_bus.names() if family == FAMILY else public_instances.names(family)


def _usual_methods(family: str) -> tuple[str, ...]:
    return ("routes_ours", "routes_published") if family == FAMILY else ("ours",)


def _in_words(found: dict[str, Any]) -> str:
    if "error" in found:
        return str(found["error"])
    seconds = ", ".join(f"{phase} {value:.2f}" for phase, value in found["seconds"].items())
    words = [f"{found['total_s']:.2f} s ({seconds})", f"{found['peak_mb']:,.0f} MB", found["status"]]
    if found["cost_gbp"] is not None:
        without = "without a route" if "walker" in found["notes"] else "unplaced"
        words.append(f"£{found['cost_gbp']:,.2f}, {found['unplaced']} {without}")
    if found["gap"] is not None:
        words.append(f"gap {found['gap']:.4%}")
    if found.get("published") is not None and found["value"] is not None:
        words.append(f"{found['value']:,.4f}, published {found['published']:,.4f}")
    return "; ".join(words)


def _environments(_given: argparse.Namespace) -> int:
    for name in environments.PACKAGES:
        _say(environments.make(name))
    return 0


def _futures(given: argparse.Namespace) -> int:
    made = futures.run(
        given.draws, given.executor, workers=given.workers, seed=given.seed, folder=given.folder, say=_say
    )
    _say(f"Written: {made}")
    return 0


def _why(given: argparse.Namespace) -> int:
    made = why.run(workers=given.workers, pupils=given.pupils, seed=given.seed, say=_say)
    _say(f"Written: {made}")
    return 0


def _table(_given: argparse.Namespace) -> int:
    _say(f"Written: {table.write()}")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
