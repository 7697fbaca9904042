"""Text that a spreadsheet would take for a formula, made harmless in a CSV file and given back as it was."""

import re
from typing import Any

import pandas as pd

_FORMULA = re.compile(r"'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""What makes a program start a formula, with the wide forms of the signs (OWASP, CSV Injection, 2025)."""
_PLAIN_NUMBER = re.compile(r"'*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
"""A number does nothing, so it stays a number."""


def guarded(text: str) -> str:
    """Return a text with an apostrophe before it where it could start a formula.

    Examples
    --------
    >>> guarded("=1+1"), guarded("Alder Lane"), guarded("-5")
    ("'=1+1", 'Alder Lane', '-5')
    """
    return f"'{text}" if _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if text[:1] == "'" and guarded(text[1:]) == text else text


def harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose texts and headings start no formula, for a CSV file.

    Examples
    --------
    >>> harmless(pd.DataFrame({"name": ["=1+1"], "gbp": [-5.0]})).to_csv(index=False).splitlines()
    ['name,gbp', "'=1+1,-5.0"]
    """
    columns = {name: _harmless_cells(frame.iloc[:, at]) for at, name in enumerate(frame.columns)}
    if len(columns) < frame.shape[1]:  # headings that repeat
        return frame.map(_harmless_cell).rename(columns=_harmless_cell)
    return pd.DataFrame(columns, index=frame.index).rename(columns=_harmless_cell)


def _harmless_cells(cells: "pd.Series[Any]") -> "pd.Series[Any]":
    is_text = isinstance(cells.dtype, pd.CategoricalDtype | pd.StringDtype) or cells.dtype == object
    return cells.astype(object).map(_harmless_cell) if is_text else cells


def _harmless_cell(value: Any) -> Any:
    return guarded(value) if isinstance(value, str) else value
