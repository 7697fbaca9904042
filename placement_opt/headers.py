"""Which column of a raw table is meant by which header."""

import difflib
import re
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import Fault
from placement_opt.schema import Table

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""Line breaks, control characters, and what no file format holds."""


TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of what follows, so that a text reads otherwise than it is (Unicode, UAX 9)."""


def plain(name: object) -> str:
    """Return a name without case, spaces, hyphens and underscores, in which names are compared.

    Examples
    --------
    >>> plain("Pupil ID") == plain("pupil_id")
    True
    """
    return re.sub(r"[\s_\-]+", "", str(name)).lower()


def is_blank(value: Any) -> bool:
    """Say whether a cell holds nothing."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, float | np.floating):
        return bool(np.isnan(value))
    return isinstance(value, str) and not value.strip()


def match_headers(table: Table, raw: pd.DataFrame, faults: list[Fault]) -> tuple[dict[str, int], dict[str, int]]:
    """Find the position of each column, ignoring case, spaces and underscores.

    Parameters
    ----------
    table
        The description.
    raw
        The table as it came.
    faults
        Missing and repeated columns and near misses (which are no extra columns) are added to this list.

    Returns
    -------
    described, extra
        Positions by the name of the column; extra columns keep the name that the user gave them.
    """
    by_plain = {plain(name): name for name in table.names}
    named: dict[str, int] = {}
    extra: dict[str, int] = {}
    seen: set[str] = set()
    for position, header in enumerate(raw.columns):
        if _has_no_name(header):
            faults.extend(_nameless(table, raw, position))
            continue
        text = str(header).strip()
        name = by_plain.get(plain(text), text)
        if name.casefold() in seen:
            faults.append(Fault(table.name, name, "", "", "The column appears twice. Keep one of them."))
        elif name in table.names:
            named[name] = position
        elif TURNING.search(text):
            message = "The column's name holds an invisible mark that turns the direction of writing. Type it again."
            faults.append(Fault(table.name, text, "", "", message))
        elif UNPRINTABLE.search(text):
            faults.append(Fault(table.name, text, "", "", "The column's name holds a line break or control character."))
        else:
            extra[text] = position
        seen.add(name.casefold())
    meant = _near_misses(table, named, extra, faults)
    faults.extend(
        Fault(table.name, column.name, "", "", f"The column is missing. {column.meaning}")
        for column in table.columns
        if column.required and column.name not in named and column.name not in meant
    )
    return named, extra


def _has_no_name(header: Hashable) -> bool:
    return is_blank(header) or bool(re.fullmatch(r"Unnamed: \d+(_level_\d+)?", str(header)))


def _nameless(table: Table, raw: pd.DataFrame, position: int) -> list[Fault]:
    filled = [label for label, value in raw.iloc[:, position].items() if not is_blank(value)]
    if not filled:
        return []
    message = f"Column {position + 1} holds values but has no name in the header. Name it or clear it."
    return [Fault(table.name, "", str(filled[0]), "", message)]


def _near_misses(
    table: Table, named: Mapping[str, int], extra: Mapping[str, int], faults: list[Fault]
) -> frozenset[str]:
    absent = {plain(name): name for name in table.names if name not in named}
    meant = set()
    for other in extra:
        close = difflib.get_close_matches(plain(other), absent, n=1, cutoff=0.85)
        if close:
            name = absent[close[0]]
            message = f"is not a column of {table.name}. Is it meant to be {name}? Rename or remove it."
            faults.append(Fault(table.name, other, "", "", message))
            meant.add(name)
    return frozenset(meant)
