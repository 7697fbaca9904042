"""The part of docs/benchmarks.md that is about routes."""

from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.markdown import figure, plain, rows_as_table
from benchmarks.school_bus import SINGLE_LOAD

OURS = "routes_ours"

ABOUT = """## Routes

Every answer has been driven again by `po.check_routes`; *walker* says "right", or which rules are broken and how often.
*Ratio* is £ over those of *ours*. *Without* is how many pupils have no route. The rivals know nothing of the planner: a
vehicle for each pupil (`one_each`), the biggest vehicle filled with the nearest next pupil (`nearest_next`), PyVRP
school by school in the same seconds (`pyvrp_alone`).
"""

BUSES = """### School buses of Park, Tae and Kim (2012)

*2012* is the authors' mixed-load solution (`routes_published`: the same, timed again without cutting times to whole
seconds; *late* says by how many seconds each bus that cannot keep to the rules is late at least). *2019* is the best
solution in which a bus carries pupils of one school at a time. *Difference* is against 2012.
"""

CASE_HEAD = (
    *("case", "method", "routes", "pupils", "without", "£", "ratio", "gap", "mean ride", "longest ride"),
    *("plan s", "check s", "memory MB", "walker"),
)
BUS_HEAD = (
    *("name", "method", "buses", "2012", "difference", "2019", "proven", "without", "longest ride", "s", "memory MB"),
    *("walker", "late"),
)


def section(documents: Sequence[dict[str, Any]]) -> str:
    """Return the part about routes.

    Parameters
    ----------
    documents
        Results of cases about routes and of the school buses.
    """
    cases = [document for document in documents if "family" not in document]
    parts = ["", ABOUT]
    if cases:
        parts += [rows_as_table(CASE_HEAD, (row for case in cases for row in _case_rows(case)))]
        parts += [_notes(case) for case in cases]
    for family in (document for document in documents if "family" in document):
        parts += ["", BUSES, rows_as_table(BUS_HEAD, [*_bus_rows(family["runs"]), *_totals(family["runs"])])]
    return "\n".join(parts)


def _case_rows(case: dict[str, Any]) -> Iterable[list[str]]:
    own_gbp = next((run.get("cost_gbp") for run in case["runs"] if run["method"] == OURS), None)
    for run in case["runs"]:
        if "error" in run:
            yield [case["case"], run["method"], *[""] * (len(CASE_HEAD) - 3), plain(run["error"])]
            continue
        notes = run["notes"]
        yield [
            *(case["case"], run["method"]),
            *(figure(notes.get(name), ",d") for name in ("routes", "pupils")),
            *(figure(run["unplaced"], ",d"), figure(run["cost_gbp"], ",.2f")),
            *(figure(run["cost_gbp"] / own_gbp if own_gbp else None, ".4f"), figure(run["gap"], ".4%")),
            *(figure(notes.get(f"{name} ride minutes"), ".1f") for name in ("mean", "longest")),
            *(figure(run["seconds"].get(name), ".2f") for name in ("plan", "verify")),
            *(figure(run["peak_mb"], ",.0f"), plain(notes["walker"])),
        ]


SHOWN = {"routes", "pupils", "mean ride minutes", "longest ride minutes", "walker"}


def _notes(case: dict[str, Any]) -> str:
    target = f" Aim: {case['target']}." if case["target"] else ""
    lines = [f"\n**{case['case']}** (seed {case['seed']}, {case['limit_s']:g} s): {case['what']}.{target}"]
    for run in case["runs"]:
        told = {name: value for name, value in run.get("notes", {}).items() if name not in SHOWN}
        if told:
            lines.append(f"* {run['method']}: {', '.join(f'{name} {_short(value)}' for name, value in told.items())}")
    return "\n".join(lines)


def _short(value: object) -> str:
    return f"{value:,.4f}" if isinstance(value, float) else plain(str(value))


def _bus_rows(runs: Sequence[dict[str, Any]]) -> Iterable[list[str]]:
    for run in runs:
        if "error" in run:
            yield [run["name"], run["method"], *[""] * (len(BUS_HEAD) - 3), plain(run["error"])]
            continue
        notes = run["notes"]
        yield [
            *(run["name"], run["method"]),
            *_against(run["value"], run["published"], run["also"].get(SINGLE_LOAD)),
            *(figure(run["bound"], ",.0f"), figure(run["unplaced"], ",d")),
            *(figure(notes["longest ride minutes"], ".2f"), figure(run["total_s"], ".1f")),
            *(figure(run["peak_mb"], ",.0f"), plain(notes["walker"]), notes.get("seconds late", "")),
        ]


def _totals(runs: Sequence[dict[str, Any]]) -> Iterable[list[str]]:
    """Yield a row for each method: the sum over the instances that it has an answer for."""
    for method in dict.fromkeys(run["method"] for run in runs):
        found = [run for run in runs if run["method"] == method and "error" not in run]
        sums = [sum(run[name] for run in found) for name in ("value", "published")]
        single = sum(run["also"].get(SINGLE_LOAD, 0) for run in found)
        without, seconds = (sum(run[name] for run in found) for name in ("unplaced", "total_s"))
        yield [
            *(f"all {len(found)}", method, *_against(*sums, single)),
            *("", figure(without, ",d"), "", figure(seconds, ".1f"), "", "", ""),
        ]


def _against(buses: float, buses_2012: float, single: float | None) -> list[str]:
    share = buses / buses_2012 - 1 if buses_2012 else None
    return [format(buses, ",.0f"), format(buses_2012, ",.0f"), figure(share, "+.1%"), figure(single, ",.0f")]
