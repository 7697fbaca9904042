"""Commands that are killed at random moments, over and over, and what they leave behind.

`python -m tests.killed FOLDER KILLS SEED` prints what was seen as JSON; a fault ends it with a sentence. Each command
runs in a process that is forked from one where everything is imported and nothing was solved: hundreds take minutes.
"""

import json
import os
import re
import shutil
import signal
import sqlite3
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from io import StringIO
from itertools import count
from pathlib import Path

import numpy as np

import placement_opt.cli.planning
import placement_opt.cli.returns
import placement_opt.report.workbook  # noqa: F401 - all are loaded before the first fork
from placement_opt.cli import main
from placement_opt.examples import tiny
from placement_opt.files import read_problem, write_problem
from placement_opt.plan import load_plan
from placement_opt.problem import Problem
from placement_opt.roads import cache
from placement_opt.scenarios.futures import many_futures
from placement_opt.scenarios.futures_journal import JOURNAL, read_journal
from placement_opt.solve import solve
from placement_opt.travel import crow_fly
from placement_opt.whole_files import DRAFTS
from tests.futures_cases import future_of_town, strategies, town

LONGEST_S, SOON_S = 120.0, 0.5
DRAWS = 6
WAYS = ("at any moment", "while a file is drafted", "many futures")


class DamagedError(Exception):
    """What was left behind is neither the old nor the new."""


def _forked(work: Callable[[], object]) -> int:
    """Do some work in a process of its own, silently; return its number."""
    number = os.fork()
    if number:
        return number
    sys.stdout, said = StringIO(), sys.stderr
    sys.stderr = StringIO()
    try:
        work()
    except BaseException:  # noqa: BLE001 - whatever it is, the parent must hear of it and nothing else may run here
        said.write(traceback.format_exc())
        said.flush()
        os._exit(1)
    os._exit(0)


def _command(*words: object) -> None:
    if main([str(word) for word in words]) != 0:
        raise DamagedError(f"a command failed: {words}")


def _problem(name: str) -> Problem:
    """Return one of the two questions, whose plans cost differently."""
    pupils = tiny().pupils
    return tiny() if name == "first" else tiny().replace(pupils=pupils.assign(easting=pupils["easting"] + 1_000))


def _papers(tables: Path, out: Path) -> None:
    """Write a run, its report and its workbook."""
    _command("solve", tables, "--out", out)


def _returns(tables: Path, out: Path) -> None:
    """Write the statutory tables and a GeoPackage of the run that is there."""
    _command("tables", tables.parent / f"like {tables.name}" / "run.json", "--out", out / "returns")


def _copies(tables: Path, out: Path) -> None:
    """Write the tables in every form, and keep journeys."""
    for name in ("copy", "copy.xlsx", "copy.gpkg"):
        write_problem(_problem(tables.name), out / name)
    factor = 1.0 if tables.name == "first" else 2.0
    cache.keep(out, "journeys", {"minutes": factor * np.arange(50_000)}, {})


TASKS = (_papers, _returns, _returns, _copies, _copies, _copies)


class Killing:
    """Kills, one after the other, and looks at what each has left.

    Parameters
    ----------
    home
        A folder to work in.
    seed
        Of the moments.
    """

    def __init__(self, home: Path, seed: int) -> None:
        self.home, self.out, self.rng = home, home / "out", np.random.default_rng(seed)
        self.seen: Counter[str] = Counter()
        self.records = 0
        self.like = [home / "like first", home / "like second"]
        self._wait(_forked(self._write_like))
        self.costs = [load_plan(folder / "run.json").cost_gbp for folder in self.like]
        if self.costs[0] == self.costs[1]:
            raise DamagedError("the two plans must differ, or old and new cannot be told apart")
        shutil.copytree(self.like[0], self.out)

    def _write_like(self) -> None:
        for name, like in zip(("first", "second"), self.like, strict=True):
            tables = write_problem(_problem(name), self.home / name)
            like.mkdir()
            problem = read_problem(tables)
            solve(problem, crow_fly(problem)).with_record(origin={"input": f"../{name}"}).save(like / "run.json")
            _returns(tables, like)
            _copies(tables, like)
        self._futures(self.home / "like")

    def kill(self, way: str) -> None:
        """Start a process, kill it, and look."""
        if way == WAYS[2]:
            self._kill_futures()
            return
        task = int(self.rng.integers(len(TASKS)))
        number = _forked(lambda: self._write_on(task))
        try:
            if way == WAYS[1]:
                self._wait_for_draft(int(self.rng.integers(3)))
            else:
                time.sleep(float(self.rng.exponential(SOON_S)))
        finally:
            os.kill(number, signal.SIGKILL)
            ended = os.waitpid(number, 0)[1]
        if not os.WIFSIGNALED(ended):
            raise DamagedError("a command ended before it was killed")
        left = list(self._drafts())
        self.seen["while a draft was there"] += bool(left)
        for drafts in left:
            shutil.rmtree(drafts)
        self._look()

    def _write_on(self, task: int) -> None:
        for number in count(task):
            for name in ("second", "first"):
                TASKS[number % len(TASKS)](self.home / name, self.out)

    def _drafts(self) -> Iterator[Path]:
        """Yield the drafts that are there; meanwhile others come and go."""
        for folder in (self.out, self.out / "returns", self.out / "copy"):
            with os.scandir(folder) as entries:
                yield from (Path(entry.path) for entry in entries if entry.name.startswith(DRAFTS))

    def _wait_for_draft(self, passed_by: int) -> None:
        """Wait until a file is drafted, after some others, and then for a moment."""
        end, known = time.monotonic() + LONGEST_S, set[str]()
        while time.monotonic() < end:
            known |= set(self._drafts())
            if len(known) > passed_by:
                time.sleep(float(self.rng.exponential(0.002)))
                return
            time.sleep(0.0005)

    def _kill_futures(self) -> None:
        """Let many futures go on from where the last kill left them; where they were done, begin afresh."""
        number, path = _forked(lambda: self._futures(self.home / "futures")), self.home / "futures" / JOURNAL
        before, end = path.stat().st_size if path.exists() else 0, time.monotonic() + LONGEST_S
        while time.monotonic() < end and (path.stat().st_size if path.exists() else 0) <= before:
            time.sleep(0.0005)  # it has not come to its first line yet
        time.sleep(float(self.rng.exponential(SOON_S)))
        os.kill(number, signal.SIGKILL)
        _, ended = os.waitpid(number, 0)
        if not os.WIFSIGNALED(ended) and ended != 0:
            raise DamagedError("many futures failed")
        if path.exists() and self.rng.random() < 0.5 and os.WIFSIGNALED(ended):
            data = path.read_bytes()  # as when the power fails: the last line is there in part
            start = data.rstrip(b"\n").rfind(b"\n") + 1
            path.write_bytes(data[: int(self.rng.integers(start, len(data) + 1))])
            self.seen["with half a line of the journal"] += path.read_bytes()[-1:] not in {b"", b"\n"}
        found = len(read_journal(path).records)
        if found < self.records - 1:
            raise DamagedError(f"of {self.records} futures {found} are left")
        self.records = found
        if found == self._all_futures():
            self._wait(_forked(lambda: self._futures(self.home / "futures")))
            if _lines(path) != _lines(self.home / "like" / JOURNAL):
                raise DamagedError("futures that were killed and went on are not those of one go")
            self.seen["many futures finished"] += 1
            path.unlink()
            self.records = 0

    def _futures(self, folder: Path) -> None:
        many_futures(town(), strategies(), projection=future_of_town, draws=DRAWS, folder=folder)

    def _all_futures(self) -> int:
        return len(read_journal(self.home / "like" / JOURNAL).records)

    def _look(self) -> None:
        """Hold every file against the two that it may be."""
        for path in sorted(self.out.rglob("*")):
            if path.is_dir():
                continue
            name = path.relative_to(self.out)
            known = [folder / name for folder in self.like]
            if path.suffix in {".csv", ".toml", ".txt"}:
                if path.read_bytes() not in {file.read_bytes() for file in known if file.exists()}:
                    raise DamagedError(f"{name} is neither the old nor the new one")
            else:
                _check_whole(path)
            self.seen["files looked at"] += 1
        if load_plan(self.out / "run.json").cost_gbp not in self.costs:
            raise DamagedError("run.json is neither the old nor the new one")
        kept = cache.load(self.out, "journeys")
        if kept is None or float(kept[0]["minutes"][1]) not in {1.0, 2.0}:
            raise DamagedError("the kept journeys are neither the old nor the new ones")

    def _wait(self, number: int) -> None:
        if os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]) != 0:
            raise DamagedError("a process that nobody killed failed")


def _lines(path: Path) -> list[str]:
    """Return the lines of a journal without how long each plan took."""
    return [re.sub(r'"seconds": [0-9.e-]+', "", line) for line in path.read_text(encoding="utf-8").splitlines()]


def _check_whole(path: Path) -> None:
    if path.suffix == ".html":
        is_whole = path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    elif path.suffix in {".xlsx", ".npz"}:
        with zipfile.ZipFile(path) as archive:
            is_whole = archive.testzip() is None
    elif path.suffix == ".gpkg":
        with closing(sqlite3.connect(path)) as database:
            is_whole = database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            is_whole &= database.execute("SELECT count(*) FROM gpkg_contents").fetchone() > (0,)
    else:
        is_whole = path.suffix == ".json" and bool(json.loads(path.read_text(encoding="utf-8")))
    if not is_whole:
        raise DamagedError(f"{path.name} is not whole")


def kill_often(home: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill so many processes, a third in each way, and return what was seen."""
    killing = Killing(home, seed)
    for number in range(kills):
        way = WAYS[number % len(WAYS)]
        killing.kill(way)
        killing.seen[f"killed {way}"] += 1
    return dict(killing.seen)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(kill_often(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))) + "\n")
