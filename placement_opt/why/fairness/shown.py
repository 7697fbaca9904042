"""Figures by group as they may be shared: small groups hidden, and what would give them away."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.plan import NOT_GIVEN
from placement_opt.suppression import Mark, hidden_amounts, is_total_safe, protect
from placement_opt.why.fairness.figures import ALL, COUNTS, MEASURES, PARTS, rounded
from placement_opt.witnesses import Sum

SHARES = {"share_unplaced": ("unplaced", "pupils"), "share_over_guide": ("over_guide", "placed")}
SHARE_DECIMALS = 3
LONGEST_STEP = 5
SUMS = ("placement_gbp",)
COMPARED = ("mean_minutes", "equal_minutes", "share_over_guide", "share_unplaced", "gbp_each")
GAP_COLUMNS = ("highest_group", "highest", "lowest_group", "lowest", "difference", "ratio", "groups")

Marks = Mapping[Hashable, Mark]


def counts_and_sums(table: pd.DataFrame) -> tuple[dict[Hashable, int], list[Sum]]:
    """Return every count of pupils that the figures tell, by (column, group), and the sums among them.

    Parameters
    ----------
    table
        Of `figures_by`. What is left of a whole beside its part counts too: a reader can subtract.
    """
    columns = [name for name in COUNTS if name in table.columns]
    groups = [str(label) for label in table.index if label != ALL]
    counts: dict[Hashable, int] = {
        (name, str(label)): int(count) for name in columns for label, count in table[name].items()
    }
    sums = [Sum((name, ALL), tuple((name, group) for group in groups)) for name in columns]
    for label in (*groups, ALL):
        sums.append(Sum(("pupils", label), (("placed", label), ("unplaced", label))))
        for part, whole in PARTS.items():
            if part not in columns or part == "unplaced":
                continue
            rest = ("rest", part, label)
            counts[rest] = counts[whole, label] - counts[part, label]
            sums.append(Sum((whole, label), ((part, label), rest)))
    return counts, sums


def shown(table: pd.DataFrame, least_shown: int) -> pd.DataFrame:
    """Return the figures with small groups hidden, shares added and averages rounded.

    Parameters
    ----------
    table
        Of `figures_by`.
    least_shown
        The smallest group of pupils that is shown; 1 = all are.

    Returns
    -------
    DataFrame
        A hidden cell says "under 5", or what the smallest group is, or "withheld"; the longest journey is a range.
    """
    counts, sums = counts_and_sums(table)
    marks = protect(counts, sums, least_shown=least_shown)
    labels = [str(label) for label in table.index]
    columns = {
        name: [_cell(counts[name, label], marks[name, label], least_shown) for label in labels]
        for name in COUNTS
        if name in table.columns
    }
    for name, (part, whole) in SHARES.items():
        columns[name] = [_share(counts, marks, (part, label), (whole, label)) for label in labels]
    small, unsaid = _hidden(table, marks, least_shown), _hidden(table, marks, least_shown, with_counts=True)
    for name in MEASURES:
        hidden = unsaid if name in SUMS else small
        cells = [rounded(value, name) for value in table[name]]
        columns[name] = [
            str(Mark.WITHHELD) if label in hidden else cell for label, cell in zip(labels, cells, strict=True)
        ]
    if least_shown > 1:
        columns["longest_minutes"] = _longest(labels, columns["longest_minutes"])
    return pd.DataFrame(columns, index=table.index)


def gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Return how far the groups are apart, among those that are shown and given.

    Parameters
    ----------
    table
        Of `shown`.

    Returns
    -------
    DataFrame
        Indexed by measure: the groups with the most and the least, difference and ratio (blank where the least is 0),
        and how many groups it is of.
    """
    given = table[~table.index.isin([ALL, NOT_GIVEN])]
    rows: dict[str, tuple[Any, ...]] = {}
    for name in COMPARED:
        values = pd.to_numeric(given[name], errors="coerce").dropna()
        if len(values) < 2:
            rows[name] = (None, np.nan, None, np.nan, np.nan, np.nan, len(values))
            continue
        most, least = float(values.max()), float(values.min())
        ratio = most / least if least else np.nan
        ends = (str(values.idxmax()), most, str(values.idxmin()), least)
        rows[name] = (*ends, round(most - least, 4), round(ratio, 4), len(values))
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(GAP_COLUMNS)).rename_axis("measure")


def _cell(count: int, mark: Mark, least_shown: int) -> Any:
    if mark is Mark.SHOWN:
        return count
    return f"under {least_shown}" if mark is Mark.SMALL else str(mark)


def _share(counts: Mapping[Hashable, int], marks: Marks, part: Hashable, whole: Hashable) -> Any:
    if marks[part] is not Mark.SHOWN or marks[whole] is not Mark.SHOWN:
        return str(Mark.WITHHELD)
    return round(counts[part] / counts[whole], SHARE_DECIMALS) if counts[whole] else np.nan


def _hidden(table: pd.DataFrame, marks: Marks, least_shown: int, *, with_counts: bool = False) -> frozenset[str]:
    """Return the groups whose averages are withheld; all pupils too, where that would give a small group away.

    With counts: and those of whom it is not said how many have a place, for sums, which would tell beside an average.
    """
    placed: dict[Hashable, int] = {str(label): int(n) for label, n in table["placed"].items() if label != ALL}
    unsaid = [label for label in placed if with_counts and marks["placed", label] is not Mark.SHOWN]
    amounts = {label: float(count) for label, count in placed.items()}
    hidden = {str(label) for label in hidden_amounts(placed, amounts, unsaid, least_shown=least_shown)}
    is_unsaid = with_counts and marks["placed", ALL] is not Mark.SHOWN
    is_small = 0 < sum(placed.values()) < least_shown
    if is_unsaid or is_small or not is_total_safe(placed, hidden, least_shown=least_shown):
        hidden.add(ALL)
    return frozenset(hidden)


def _longest(labels: list[str], cells: list[Any]) -> list[Any]:
    """Say of the longest journey, which is one pupil's, only between which five minutes it lies.

    That of all is withheld where it is not that of a group that is shown: then it is of a hidden one.
    """
    ranges = [cell if isinstance(cell, str) or np.isnan(cell) else _between(float(cell)) for cell in cells]
    seen = [cell for label, cell in zip(labels, ranges, strict=True) if label != ALL]
    return [
        str(Mark.WITHHELD) if label == ALL and cell not in seen else cell
        for label, cell in zip(labels, ranges, strict=True)
    ]


def _between(minutes: float) -> str:
    least = int(minutes // LONGEST_STEP) * LONGEST_STEP
    return f"{least} to {least + LONGEST_STEP}"
