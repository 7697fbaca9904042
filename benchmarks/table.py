"""docs/benchmarks.md, written from the results and from nothing else."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import futures, results, route_table, why
from benchmarks.markdown import figure, plain, rows_as_table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
PHASES = ("pairs", "model", "solve", "verify")

TOP = """# Measurements

Written by `python -m benchmarks table` from `benchmarks/results/`; do not edit it by hand. Each method ran in a fresh
interpreter, the methods of a case one after the other. Making the question (tables and journeys) is not counted. The
total of *ours* is `po.solve`, from the tables to the verified plan. *Memory* is the peak of the process and holds the
question too; *started* is that of a solver's own process, where there is one, looked at four times a second. *Ratio* is
total seconds over those of *ours*. *Code* is the beginning of the SHA-256 of the package's modules.
"""


def write() -> Path:
    """Write the page and return its path."""
    PAGE.write_text(page(results.read_all()), encoding="utf-8")
    return PAGE


def page(documents: Sequence[dict[str, Any]]) -> str:
    """Return the page as text.

    Parameters
    ----------
    documents
        The results, as `results.read_all` returns them.
    """
    of_futures = [document for document in documents if document.get("sort") == futures.SORT]
    of_answers = [document for document in documents if document.get("sort") == why.SORT]
    others = [document for document in documents if document not in [*of_futures, *of_answers]]
    cases = [document for document in others if "family" not in document and not _is_of_routes(document)]
    families = [document for document in documents if "family" in document and not _is_of_routes(document)]
    about_routes = [document for document in documents if _is_of_routes(document)]
    parts = [TOP, *(_machine(line, names) for line, names in _machines(documents).items()), ""]
    if cases:
        parts += ["## Cases\n", rows_as_table(CASE_HEAD, (row for case in cases for row in _case_rows(case)))]
        parts += [_notes(case) for case in cases]
    if families:
        parts.append("\n## Public instances\n")
        parts.append(
            "*Value* is the plan's money in the units of the published value; *proven* is what no plan is below, by "
            "the method's own bound, and *gap* the distance of the two. *Rounding* is the most that prices in whole "
            "pennies can move an optimum.\n"
        )
        parts += [_family(family) for family in families]
    if of_futures:
        parts.append(futures.section(of_futures))
    parts += [why.section(document) for document in of_answers]
    if about_routes:
        parts.append(route_table.section(about_routes))
    return "\n".join(parts).rstrip("\n") + "\n"


def _is_of_routes(document: dict[str, Any]) -> bool:
    return document.get("sort") == "routes"


CASE_HEAD = (
    *(
        "case",
        "method",
        "allowed pairs",
        *(f"{phase} s" for phase in PHASES),
        "total s",
        "ratio",
        "memory MB",
        "started MB",
    ),
    *("£", "unplaced", "gap", "status"),
)
INSTANCE_HEAD = ("name", "method", "published", "value", "difference", "proven", "gap", "rounding", "s", "status")


def _machines(documents: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """Return what was measured on which machine, with which versions and code, on which day."""
    lines: dict[str, list[str]] = {}
    for found, run in [(document, run) for document in documents for run in document["runs"]]:
        here = run["machine"]
        versions = ", ".join(f"{name} {number}" for name, number in here["versions"].items())
        line = (
            f"{here['date']}: {here['cpu']}, {here['cores']} cores, {here['memory_gb']} GiB, {here['system']}, "
            f"Python {here['python']}, {versions}, code {here['code']}"
        )
        names, name = lines.setdefault(line, []), found.get("family") or found["case"]
        if name not in names:
            names.append(name)
    return lines


def _machine(line: str, names: Sequence[str]) -> str:
    return f"* {line} ({', '.join(names)})"


def _case_rows(case: dict[str, Any]) -> Iterable[list[str]]:
    own_s = next((run.get("total_s") for run in case["runs"] if run["method"] == "ours"), None)
    for run in case["runs"]:
        if "error" in run:
            yield [case["case"], run["method"], *[""] * (len(CASE_HEAD) - 3), plain(run["error"])]
            continue
        phases = [figure(run["seconds"].get(phase), ".2f") for phase in PHASES]
        ratio = run["total_s"] / own_s if own_s else None
        yield [
            *(case["case"], run["method"], figure(run["allowed_pairs"], ",d"), *phases),
            *(
                figure(run["total_s"], ".2f"),
                figure(ratio, ".2f"),
                figure(run["peak_mb"], ",.0f"),
                figure(run["started_mb"] or None, ",.0f"),
            ),
            *(figure(run["cost_gbp"], ",.2f"), figure(run["unplaced"], ",d"), figure(run["gap"], ".4%")),
            plain(run["status"]),
        ]


def _notes(case: dict[str, Any]) -> str:
    target = f" Aim: {case['target']}." if case["target"] else ""
    lines = [f"\n**{case['case']}** (seed {case['seed']}): {case['what']}.{target}"]
    for run in case["runs"]:
        notes = {name: value for name, value in run.get("notes", {}).items() if name != "progress" and value}
        if run["method"] == "pulp_interface" and "error" not in run:
            notes |= {f"{phase} s": seconds for phase, seconds in run["seconds"].items()}
        if notes:
            told = ", ".join(f"{name} {plain(_short(value))}" for name, value in notes.items())
            lines.append(f"* {run['method']}: {told}")
    return "\n".join(lines)


def _family(family: dict[str, Any]) -> str:
    rows = list(_instance_rows(family))
    return f"### {family['family']}\n\n{rows_as_table(INSTANCE_HEAD, rows)}"


def _instance_rows(family: dict[str, Any]) -> Iterable[list[str]]:
    for run in family["runs"]:
        if "error" in run:
            yield [run["name"], run["method"], *[""] * (len(INSTANCE_HEAD) - 3), plain(run["error"])]
            continue
        published, value = run["published"], run["value"]
        off = None if published is None or value is None else value - published
        yield [
            *(run["name"], run["method"], figure(published, ",.3f")),
            *(figure(value, ",.3f"), figure(off, "+,.4f"), figure(run["bound"], ",.3f"), figure(run["gap"], ".4%")),
            *(figure(run["rounding"], ".2g"), figure(run["total_s"], ".2f"), plain(run["status"])),
        ]


def _short(value: object) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,d}" if isinstance(value, int) else str(value)
