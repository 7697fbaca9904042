"""What lies between an earlier run and this one."""

import pandas as pd

from placement_opt.compare import HEADLINE
from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.subject import Subject
from placement_opt.why.runs import WhatChanged

ONLY_INPUTS = (
    "Which pupils and figures changed stands in the confidential report only: most of these numbers are small."
)


def changes(subject: Subject, changed: WhatChanged) -> tuple[tuple[str, ...], tuple[Grid, ...]]:
    """Return sentences and tables about what changed; what may be shared says nothing of pupils and figures.

    Parameters
    ----------
    subject
        What is reported.
    changed
        Of `what_changed`.

    Raises
    ------
    ValueError
        When it is not about the plan that is reported in full.
    """
    if changed.after.record.get("inputs") != subject.plans[subject.main].record.get("inputs"):
        raise ValueError(
            "`changed` ends at another run than the plan that is reported; give what_changed(earlier, plan)."
        )
    inputs = Grid("inputs", "What went in", ("Input", "State"), _words(changed.inputs))
    settings = Grid(
        "settings",
        "Policy, parameters, options and versions that differ",
        ("Part", "Name", "Before", "Now"),
        _words(changed.settings),
    )
    if not subject.confidential:
        return (ONLY_INPUTS,), (inputs, settings)
    said = ("Both runs answer the same question.",) if changed.is_one_question else ()
    counts = tuple(
        (text_cell(what), Cell(int(number), Unit.COUNT)) for what, number in changed.counts["pupils"].items()
    )
    pupils = Grid("changed_pupils", "What became of pupils", ("Since the earlier run", "Pupils"), counts)
    return said, (inputs, settings, pupils, _headline(changed))


def _words(frame: pd.DataFrame) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(text_cell(value) for value in row) for row in frame.itertuples(index=False, name=None))


def _headline(changed: WhatChanged) -> Grid:
    rows = []
    for figure, row in changed.headline.iterrows():
        is_money = str(figure).endswith("_gbp")
        units = (Unit.GBP, Unit.GBP, Unit.GBP_CHANGE) if is_money else (Unit.NUMBER,) * 3
        values = (None if pd.isna(value) else round(float(value), 2) for value in row)
        rows.append(
            (text_cell(HEADLINE[str(figure)]), *(Cell(value, unit) for value, unit in zip(values, units, strict=True)))
        )
    return Grid("changed_figures", "Key figures of both runs", ("Figure", "Before", "Now", "Change"), tuple(rows))
