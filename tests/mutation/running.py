"""One process for each fault: the libraries are loaded once, the package is loaded anew with the fault in it.

Processes are split off from this one, which needs Linux or macOS.
"""

import contextlib
import importlib
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

import coverage
import pytest

from tests.mutation.faults import Fault, with_fault

LIBRARIES = (
    *("numpy", "pandas", "scipy.sparse", "scipy.spatial", "scipy.optimize", "networkx", "pulp", "highspy", "ot"),
    *("shapely", "pyproj", "geopandas", "jinja2", "openpyxl", "hypothesis", "hypothesis.strategies", "pytest"),
)
"""Loaded once: what the package needs, but not the package."""
MEMORY_BYTES = 6 * 2**30
HOME = Path(__file__).resolve().parents[2]
KILLED, SURVIVED, TOO_LONG = "killed", "survived", "too long"


class FaultyModule(MetaPathFinder, Loader):
    """Loads one module with its fault."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._name = fault.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for the one module only."""
        found = PathFinder.find_spec(fullname, path, target) if fullname == self._name else None
        if found is not None:
            found.loader = self
        return found

    def exec_module(self, module: ModuleType) -> None:
        """Run the module with its fault."""
        path = HOME / self._fault.path
        tree = with_fault(path.read_text(encoding="utf-8"), self._fault)
        exec(compile(tree, str(path), "exec"), module.__dict__)  # noqa: S102 - this is what a loader does


def load_libraries() -> None:
    """Load what every process needs."""
    for name in LIBRARIES:
        importlib.import_module(name)


def learn(tests: str, modules: list[Path], notes: Path, seconds: float) -> dict[str, Any]:
    """Run tests without a fault; note how long each takes, whether it passes, and which lines of modules it reaches.

    Returns
    -------
    dict
        seconds: of each test; lines: of each module, the tests that reach each line.
    """

    def watched() -> int:
        watch = coverage.Coverage(data_file=None, include=[str(path) for path in modules], config_file=False)
        watch.start()
        teller = _Teller(watch)
        pytest.main([*_quietly(), tests], plugins=[teller])
        watch.stop()
        data = watch.get_data()
        lines: dict[str, dict[str, list[str]]] = {}
        for path in data.measured_files():
            of_lines = data.contexts_by_lineno(path)
            relative = Path(path).relative_to(HOME).as_posix()
            lines[relative] = {str(line): sorted(name for name in names if name) for line, names in of_lines.items()}
        notes.write_text(json.dumps({"seconds": teller.seconds, "failed": teller.failed, "lines": lines}), "utf-8")
        return 0

    notes.unlink(missing_ok=True)
    _split_off(watched, seconds)
    if not notes.exists():
        raise RuntimeError(f"The tests without a fault took more than {seconds:.0f} s, or ended badly: {tests}.")
    return dict(json.loads(notes.read_text("utf-8")))


class _Teller:
    """Tells coverage which test runs, and notes how the tests go."""

    def __init__(self, watch: Any) -> None:
        self._watch = watch
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._watch.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.outcome == "failed":
            self.failed.append(report.nodeid)


def try_fault(fault: Fault, tests: list[str], seconds: float) -> str:
    """Run tests with a fault in the package until the first fails; return whether one did."""

    def faulty() -> int:
        sys.meta_path.insert(0, FaultyModule(fault))
        return int(pytest.main([*_quietly(), "-x", *tests]))

    ended = _split_off(faulty, seconds)
    if ended is None:
        return TOO_LONG
    return SURVIVED if ended == 0 else KILLED


def _quietly() -> list[str]:
    without = [word for name in ("randomly", "cacheprovider", "xdist") for word in ("-p", f"no:{name}")]
    return ["-q", *without, "--no-header", "--tb=no", "--assert=plain"]


def _split_off(work: Callable[[], int], seconds: float) -> int | None:
    """Run something in a process of its own; return how it ended, None after so many seconds of its processor time."""
    process = os.fork()
    if process == 0:
        code = 99
        try:
            os.setsid()
            os.chdir(HOME)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
            resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            code = work()
        finally:
            os._exit(code)
    last = time.monotonic() + 20 * seconds
    while time.monotonic() < last:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            is_over = os.WIFSIGNALED(status) and os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL}
            return None if is_over else os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return None
