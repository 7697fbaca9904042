"""Who has no place, and whose journey is beyond the guidance, by need and by locality."""

from collections.abc import Hashable

from placement_opt.report.grid import NOTHING, Cell, Grid, Unit, count_cells, text_cell, withheld_if
from placement_opt.report.names import GROUPING_NAMES, group_name
from placement_opt.report.place_tables import headline_rows
from placement_opt.report.published import group_labels
from placement_opt.report.subject import Subject
from placement_opt.suppression import Mark
from placement_opt.why.fairness.figures import ALL, figures_by

_INSIDE = {
    "median_minutes": ("Median minutes", Unit.ONE_DECIMAL),
    "minutes_of_90_percent": ("Minutes, nine in ten at most", Unit.ONE_DECIMAL),
    "longest_minutes": ("Longest, minutes", Unit.ONE_DECIMAL),
    "request_missed": ("Requests missed", Unit.COUNT),
    "independent": ("At independent special schools", Unit.COUNT),
    "gbp_each": ("£ a year for each", Unit.GBP),
}
"""What only confidential papers say of groups, with heads and units."""


def by_group(subject: Subject, grouping: str) -> Grid:
    """Return pupils, unmet need and journeys of the main plan by group, hidden as everywhere in the paper.

    Parameters
    ----------
    subject
        What is reported.
    grouping
        need or locality.
    """
    name, amounts = subject.main, subject.amounts
    rows = []
    for label in group_labels(subject.plans, grouping):
        hidden = [label in amounts.hidden.get((plan, f"journeys {grouping}"), frozenset()) for plan in subject.plans]
        means = [amounts.journeys[plan, grouping]["mean"].get(label, float("nan")) for plan in subject.plans]
        keys = (grouping, name, label), ("unplaced", grouping, name, label), ("over", grouping, name, label)
        minutes = zip(means, withheld_if(hidden), strict=True)
        rows.append(
            (
                text_cell(group_name(grouping, label)),
                *_counts(subject, *keys),
                *(Cell(float(mean), Unit.ONE_DECIMAL, mark) for mean, mark in minutes),
            )
        )
    total = (
        text_cell("All pupils"),
        *_counts(subject, ("pupils", name), ("unplaced", name), ("over", name)),
        *headline_rows(subject)["mean"][1 : 1 + len(subject.plans)],
    )
    heads = (
        GROUPING_NAMES[grouping],
        "Pupils",
        "Without a place",
        "Share without",
        "Over the guidance",
        *(f"Mean minutes, {plan}" for plan in subject.plans),
    )
    caption = f"Places and journeys by {GROUPING_NAMES[grouping].lower()}, {name}"
    return Grid(f"fairness_{grouping}", caption, heads, tuple(rows), total)


def inside(subject: Subject, grouping: str) -> Grid:
    """Return more about groups of the main plan, with nothing hidden: for confidential papers.

    Parameters
    ----------
    subject
        What is reported.
    grouping
        need or locality.
    """
    table = figures_by(subject.problem, subject.plans[subject.main], grouping, 0.0, None)
    chosen = {name: head for name, head in _INSIDE.items() if name in table.columns}
    rows = {
        str(label): tuple(Cell(float(row[name]), unit) for name, (_, unit) in chosen.items())
        for label, row in table.iterrows()
    }
    labelled = tuple((text_cell(group_name(grouping, label)), *row) for label, row in rows.items() if label != ALL)
    heads = (GROUPING_NAMES[grouping], *(head for head, _ in chosen.values()))
    caption = f"Journeys, requests and £ by {GROUPING_NAMES[grouping].lower()}, {subject.main}"
    return Grid(f"inside_{grouping}", caption, heads, labelled, (text_cell("All pupils"), *rows[ALL]))


def _counts(subject: Subject, pupils: Hashable, unplaced: Hashable, over: Hashable) -> tuple[Cell, ...]:
    cells = [cell for key in (pupils, unplaced) for cell in count_cells(subject, [key])]
    return (*cells, _share(subject, unplaced, pupils), *count_cells(subject, [over]))


def _share(subject: Subject, part: Hashable, whole: Hashable) -> Cell:
    """Return a share of pupils, hidden where the part or the whole is."""
    if subject.is_hidden(part) or subject.is_hidden(whole):
        return Cell(None, Unit.NUMBER, Mark.WITHHELD)
    pupils = subject.counts[whole]
    return Cell(f"{subject.counts[part] / pupils:.1%}" if pupils else NOTHING, Unit.NUMBER)
