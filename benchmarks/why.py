"""What answers cost after a plan: every worth of a place, and one pupil's placement explained.

`python -m benchmarks why` asks them of the embedded county and writes their row. All is timed against `po.solve` in the
same run, after a first one that is not counted: the mean of some before and some after.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

import placement_opt as po
from benchmarks import measure, results
from benchmarks.markdown import figure, plain, rows_as_table

SORT = "why"
MOST_SOLVES, MOST_S = 20, 1.0
SOLVES = 4

Pool = Callable[[], Executor]


def run(*, workers: Sequence[int], pupils: int, seed: int, say: Callable[[str], None]) -> Path:
    """Measure the answers and write the result.

    Parameters
    ----------
    workers
        With how many processes all worths are worked out, one after the other; 1 = in this process.
    pupils
        How many pupils, drawn at random, are explained one at a time.
    seed
        Of the draw.
    say
        Told how it goes.
    """
    problem = po.examples.exampleshire()
    travel = po.crow_fly(problem)
    plan = po.solve(problem, travel)
    solves_s = [_timed(lambda: po.solve(problem, travel))[1] for _ in range(SOLVES)]
    worths = []
    for number in workers:
        pool: Pool | None = None if number == 1 else partial(ProcessPoolExecutor, number)
        worth, total_s = _timed(partial(po.value_of_places, problem, travel, plan, executor=pool))
        worths.append((number, total_s, len(worth.provisions), len(worth.by_group)))
        say(f"all worths, {number} workers: {total_s:.2f} s")
    ready, ready_s = _timed(lambda: po.reasons(problem, travel, plan))
    drawn = np.random.default_rng(seed).choice(plan.placements["pupil_id"], pupils, replace=False)
    each_s = [_timed(partial(ready.explain, str(pupil)))[1] for pupil in drawn]
    say(
        f"one pupil explained: first {each_s[0]:.2f} s, then {np.mean(each_s[1:]):.2f} s, {max(each_s[1:]):.2f} at most"
    )
    solves_s += [_timed(lambda: po.solve(problem, travel))[1] for _ in range(SOLVES)]
    solve_s = float(np.mean(solves_s))
    say(f"one solve: {solve_s:.2f} s, the mean of {', '.join(f'{seconds:.2f}' for seconds in solves_s)}")
    rows = [
        {"method": f"all worths, {number} at a time", "answers": places + groups, "total_s": total_s, "longest_s": None}
        for number, total_s, places, groups in worths
    ]
    rows.append(
        {"method": "the first pupil explained", "answers": 1, "total_s": ready_s + each_s[0], "longest_s": None}
    )
    later_s = each_s[1:]
    rows.append(
        {
            "method": "further pupils, one at a time",
            "answers": len(later_s),
            "total_s": sum(later_s),
            "longest_s": max(later_s),
        }
    )
    document = {
        "case": SORT,
        "what": "answers about a plan of the embedded county",
        "target": f"all worths in {MOST_SOLVES} x one solve, one pupil explained in {MOST_S:g} s",
        "seed": seed,
        "sort": SORT,
        "solve_s": solve_s,
        "runs": [{**row, "machine": measure.machine()} for row in rows],
    }
    return results.write(SORT, document)


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = perf_counter()
    found = work()
    return found, perf_counter() - started


HEAD = ("what", "answers", "total s", "x one solve", "mean s", "longest s")


def section(document: dict[str, Any]) -> str:
    """Return the part of docs/benchmarks.md about answers."""
    lines = [
        "\n## Answers about a plan\n",
        f"{document['what']}; aimed at: {document['target']}. One solve: {document['solve_s']:.2f} s.\n",
    ]
    return "\n".join([*lines, rows_as_table(HEAD, _rows(document["runs"], document["solve_s"]))])


def _rows(runs: Iterable[dict[str, Any]], solve_s: float) -> Iterator[list[str]]:
    for found in runs:
        yield [
            plain(found["method"]),
            figure(found["answers"], ",d"),
            figure(found["total_s"], ",.2f"),
            figure(found["total_s"] / solve_s, ",.1f"),
            figure(found["total_s"] / found["answers"], ".3f"),
            figure(found["longest_s"], ".2f"),
        ]


def usual_workers() -> list[int]:
    """Return what is measured where nothing else is asked for: one process, and one for each processor."""
    return sorted({1, os.cpu_count() or 1})
