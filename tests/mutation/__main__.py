"""Put small faults into the library, drawn at random, and count how many the tests notice.

    python -m tests.mutation --modules rules --sample 60 --seed 1

Tests that reach the line of a fault are run, fastest first, until one fails. Results are kept in out/mutation, a line
of JSON for each fault; a run that is stopped goes on where it was, and a line that is deleted is tried again.
"""

import argparse
import json
import random
import re
import time
from dataclasses import asdict
from pathlib import Path

from tests.mutation.faults import Fault, faults_of
from tests.mutation.groups import GROUPS
from tests.mutation.report import summary
from tests.mutation.running import SURVIVED, learn, load_libraries, try_fault

HOME = Path(__file__).resolve().parents[2]
LEARNING_S = 3_600.0
MOST_TESTS_S = 120.0
"""Of the tests that reach a line, so many seconds of them are run, fastest first."""
LEAST_S = 60.0
UNREACHED = "unreached"


def drawn(name: str, sample: int, seed: int) -> list[Fault]:
    """Return faults of a group of modules, drawn at random; the same seed gives the same ones."""
    every = [fault for path in GROUPS[name].paths(HOME) for fault in faults_of(path, HOME)]
    return random.Random(f"{name} {seed}").sample(every, min(sample, len(every)))  # noqa: S311 - no secret


def read(results: Path) -> list[dict]:
    """Return the faults that were tried; the last word on each counts."""
    return [json.loads(line) for line in results.read_text("utf-8").splitlines()] if results.exists() else []


def known_of(chosen: list[str], modules: list[Path], folder: Path) -> dict[str, dict]:
    """Return what is known of tests, and learn what is not."""
    known: dict[str, dict] = {"seconds": {}, "failed": {}, "lines": {}}
    for tests in chosen:
        notes = folder / f"{re.sub('[^a-z0-9_]', '-', tests.removeprefix('tests/test_'))}.json"
        found = json.loads(notes.read_text("utf-8")) if notes.exists() else learn(tests, modules, notes, LEARNING_S)
        known["seconds"] |= found["seconds"]
        known["failed"] |= dict.fromkeys(found["failed"])
        for path, lines in found["lines"].items():
            for line, names in lines.items():
                known["lines"].setdefault(path, {}).setdefault(line, []).extend(names)
    return known


def tests_of(fault: Fault, known: dict[str, dict]) -> list[str]:
    """Return the tests that reach a fault, fastest first, as far as their time goes."""
    lines = known["lines"].get(fault.path, {})
    reaching = {test for line in range(fault.first, fault.last + 1) for test in lines.get(str(line), ())}
    chosen, used_s = [], 0.0
    for test in sorted(reaching - set(known["failed"]), key=lambda test: known["seconds"].get(test, 0.0)):
        used_s += known["seconds"].get(test, 0.0)
        if chosen and used_s > MOST_TESTS_S:
            break
        chosen.append(test)
    return chosen


def main() -> None:
    """Try the faults of one group, or of all."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--modules", nargs="+", choices=[*GROUPS], default=[*GROUPS], help="groups of modules")
    parser.add_argument("--sample", type=int, default=60, help="faults of each group")
    parser.add_argument("--seed", type=int, default=1, help="which faults are drawn")
    parser.add_argument("--out", type=Path, default=HOME / "out" / "mutation", help="folder of the results")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    load_libraries()
    modules = sorted({path for group in GROUPS.values() for path in group.paths(HOME)})
    for name in given.modules:
        results = given.out / f"{name}-{given.seed}.jsonl"
        known = known_of(GROUPS[name].chosen(), modules, given.out)
        faults = drawn(name, given.sample, given.seed)
        done = {(one["path"], one["place"], one["way"]): one["ended"] for one in read(results)}
        for fault in faults:
            if (fault.path, fault.place, fault.way) in done:
                continue
            tests, begun = tests_of(fault, known), time.monotonic()
            limit_s = LEAST_S + 10 * sum(known["seconds"].get(test, 0.0) for test in tests)
            ended = try_fault(fault, tests, limit_s) if tests else UNREACHED
            done[fault.path, fault.place, fault.way] = ended
            seconds = round(time.monotonic() - begun, 1)
            with results.open("a", encoding="utf-8") as file:
                file.write(
                    json.dumps({**asdict(fault), "ended": ended, "tests": len(tests), "seconds": seconds}) + "\n"
                )
            if ended in {SURVIVED, UNREACHED}:
                print(f"{ended}: {fault.path}:{fault.line}: {fault.before}  ->  {fault.after}", flush=True)  # noqa: T201
        ends = [done[fault.path, fault.place, fault.way] for fault in faults]
        print(f"{name}: {summary(ends)}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
