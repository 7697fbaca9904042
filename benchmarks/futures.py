"""Many futures of the embedded county: draws x strategies through processes, threads, Dask or one after another.

`python -m benchmarks futures --draws 200 --executor processes` measures it and writes its row.
"""

import hashlib
import os
import resource
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import pandas as pd

import placement_opt as po
from benchmarks import measure, results
from benchmarks.markdown import figure, plain, rows_as_table
from placement_opt.scenarios.futures import many_futures
from placement_opt.scenarios.futures_result import Futures
from placement_opt.scenarios.verbs import add_places, close, open_site

SORT = "futures"
EXECUTORS = ("none", "threads", "processes", "dask")
YEARS = range(2026, 2029)
"""The tables describe 2026/27; the last year is the one that is asked about."""

GROWTH = {"need": [None, "ASD"], "percent": [2, 6], "percent_sd": [1, 2]}
"""Plans grow by 2 % a year and autism by 6 %, give or take; example values, as in docs/demand.md."""

BASES = ("E037-base", "E092-base", "E124-base")
MORE_PLACES = 10
TARGET_S = 15 * 60

Pool = Executor | Callable[[], Executor]


def strategies() -> list[po.Scenario | str]:
    """Return the strategies: as the plan decides, no base, all bases, and a special school that grows by a class."""
    return [
        "plan",
        po.Scenario("no base", [close(base) for base in BASES]),
        po.Scenario("all bases", [open_site(base) for base in BASES]),
        po.Scenario("a bigger school", [add_places("E132-special", MORE_PLACES)]),
    ]


def run(draws: int, executor: str, *, workers: int, seed: int, folder: Path | None, say: Callable[[str], None]) -> Path:
    """Measure the futures and write the result.

    Parameters
    ----------
    draws
        How many.
    executor
        One of `EXECUTORS`.
    workers
        Processes or threads.
    seed
        Of the draws.
    folder
        Where the journal goes; a run that was cut short goes on there, and then counts only what it still did.
    say
        Told how it goes.
    """
    problem = po.examples.exampleshire()
    projection = po.project(problem, years=YEARS, growth=pd.DataFrame(GROWTH), seed=seed, draws=1)
    before, started = _cpu_s(), perf_counter()
    with _pool(executor, workers) as pool:
        futures = many_futures(
            problem, strategies(), draws=draws, projection=projection, executor=pool, folder=folder, progress=say
        )
    total_s = perf_counter() - started
    cpu_s = None if executor == "processes" else _cpu_s() - before  # its workers are a fork server's children
    name = f"futures-{executor}"
    document = {
        "case": name,
        "what": f"{draws:,} draws x {len(strategies())} strategies of the embedded county, {YEARS[-1]} planned",
        "target": f"200 draws x 4 strategies in {TARGET_S / 60:.0f} minutes on 2 cores",
        "seed": seed,
        "sort": SORT,
        "runs": [_row(futures, executor, workers, total_s, cpu_s)],
    }
    return results.write(name, document)


def _row(futures: Futures, executor: str, workers: int, total_s: float, cpu_s: float | None) -> dict[str, Any]:
    runs = futures.runs
    figures = runs.drop(columns="seconds").to_csv(index=False)
    return {
        "method": executor,
        "workers": workers,
        "draws": futures.draws,
        "plans": int(runs["cost_gbp"].notna().sum()),
        "failed": int(runs["cost_gbp"].isna().sum()),
        "total_s": total_s,
        "cpu_s": cpu_s,
        "worst_gap": float(runs["gap"].max()),
        "digest": hashlib.sha256(figures.encode()).hexdigest()[: measure.CODE_DIGITS],
        "openings": futures.site_openings().query("scenario == 'plan'").to_dict("records"),
        "machine": measure.machine(),
    }


@contextmanager
def _pool(executor: str, workers: int) -> Iterator[Pool | None]:
    """Give what runs the jobs; each worker keeps to one thread of the solver."""
    if executor == "none":
        yield None
    elif executor == "dask":
        distributed = import_module("distributed")
        with (
            distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client.get_executor()
    elif executor == "threads":
        with ThreadPoolExecutor(workers) as pool:
            yield pool
    else:
        yield partial(ProcessPoolExecutor, workers, mp_context=get_context("forkserver"))


def _cpu_s() -> float:
    """Return CPU seconds of this process and of those that it has started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


HEAD = ("case", "workers", "draws", "plans", "failed", "total s", "CPU s", "CPU s a plan", "worst gap", "digest")


def section(documents: Sequence[dict[str, Any]]) -> str:
    """Return the part of docs/benchmarks.md about many futures."""
    lines = [
        "\n## Many futures\n",
        f"{documents[0]['target']}. The digest is that of all figures but seconds.\n",
    ]
    return "\n".join([*lines, rows_as_table(HEAD, _rows(documents)), *(_openings(one) for one in documents[:1])])


def _rows(documents: Iterable[dict[str, Any]]) -> Iterator[list[str]]:
    for document in documents:
        for run in document["runs"]:
            yield [
                plain(document["case"]),
                *(figure(run[name], ",d") for name in ("workers", "draws", "plans", "failed")),
                *(figure(run["total_s"], ",.0f"), figure(run["cpu_s"], ",.0f")),
                *(figure(_each(run), ".2f"), figure(run["worst_gap"], ".4%"), run["digest"]),
            ]


def _each(run: dict[str, Any]) -> float | None:
    return None if run["cpu_s"] is None else run["cpu_s"] / max(run["plans"], 1)


def _openings(document: dict[str, Any]) -> str:
    told = [
        f"{row['provision_id']} in {row['share']:.0%} ({row['low']:.0%} to {row['high']:.0%})"
        for row in document["runs"][0]["openings"]
    ]
    return f"Where the plan decides, the bases open so often: {'; '.join(told)}.\n"


def usual_workers() -> int:
    """Return the processors of this machine."""
    return os.cpu_count() or 1
