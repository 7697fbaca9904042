"""What a projection read and took for granted, and what does not fit, as counts."""

import pandas as pd

from placement_opt.demand.case import Case
from placement_opt.problem import Problem


def notes_of(case: Case, problem: Problem) -> pd.DataFrame:
    """Return the notes of a projection: source, pupils, what."""
    rows: list[tuple[str, int, str]] = [("pupils", int(problem.pupils["count"].sum()), "pupils in the first year")]
    expected = case.expected()
    together = int(problem.pupils.loc[problem.pupils["count"] > 1, "count"].sum())
    evidence = case.evidence
    if together:
        rows.append(("pupils", together, "pupils in rows of several, who leave together"))
    if evidence is None:
        what = "snapshots: leaving after Year 11 is that from today's year groups to the next; before, none leave"
        rows.append(("snapshots", 0, what))
        rows.append(("growth", int((case.growth.row < 0).sum()), "cells and years without a row: their number stays"))
    else:
        rows.extend(evidence.flows.notes)
        seen = evidence.flows.joined.sum(axis=(1, 2)).astype(int)
        rows.extend(
            ("snapshots", int(total), f"joiners in {year}")
            for year, total in zip(evidence.trend.years, seen, strict=True)
        )
        if len(seen) < 3:
            rows.append(("snapshots", len(seen), "years of joiners: too few to know how good and bad years differ"))
        silent = int((evidence.flows.joined.sum(axis=(0, 2)) == 0).sum())
        rows.append(("snapshots", silent, "needs that nobody joined with: none is projected"))
    if not case.growth.percent_sd.any() and len(case.growth.percent):
        rows.append(("growth", len(case.growth.percent), "rows taken as certain: percent_sd is 0"))
    for name in ("migration", "pending", "early_years", "homes"):
        size = len(getattr(case.inputs, name))
        if size:
            rows.append((name, size, "rows read"))
    if expected.crowded_out >= 0.5:
        rows.append(("pending", round(expected.crowded_out), "pupils announced over and above all expected joiners"))
    if expected.squeezed_out >= 0.5:
        what = "pupils (expected, all years) leave because the stated growth has no room for them"
        rows.append(("growth", round(expected.squeezed_out), what))
    return pd.DataFrame(rows, columns=["source", "pupils", "what"])
